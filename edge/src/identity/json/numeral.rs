//! Numbers, taken apart and not yet converted.

use super::Fault;

const NO_DIGIT: Fault = "a number has no digit where it must have one";
const LEADING_ZERO: Fault = "a number begins with a zero too many";

/// The powers of ten whose exponents are powers of two.
const POWERS: [f64; 9] = [1e1, 1e2, 1e4, 1e8, 1e16, 1e32, 1e64, 1e128, 1e256];
/// The largest power of ten that a double can be.
const LARGEST_POWER: u32 = 308;

/// A number: `significand * 10^exponent`. Digits beyond what 64 bits hold count as zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numeral {
    negative: bool,
    significand: u64,
    exponent: i32,
    /// Without a point and without an exponent, and no digit was lost.
    integer: bool,
}

impl Numeral {
    /// The number at the beginning of `text`, and how many bytes it has; with a fault, where that is.
    pub(super) fn read(text: &[u8]) -> (Result<Self, Fault>, usize) {
        let mut cursor = Cursor { text, at: 0 };
        let numeral = cursor.numeral();
        (numeral, cursor.at)
    }

    /// The integer, if it is written as one and has 64 bits.
    pub(crate) fn integer(self) -> Option<i64> {
        if !self.integer {
            None
        } else if self.negative {
            0_i64.checked_sub_unsigned(self.significand)
        } else {
            self.significand.try_into().ok()
        }
    }

    /// The number as a double, right to within a few units of its last place, and exactly so where a time can be;
    /// `None` if it is beyond all doubles.
    #[expect(clippy::cast_precision_loss, reason = "that is what a double does")]
    pub(crate) fn double(self) -> Option<f64> {
        let mut value = self.significand as f64;
        let mut left = self.exponent.unsigned_abs();
        while left > 0 && value != 0.0 && value.is_finite() {
            let step = left.min(LARGEST_POWER);
            let powers = POWERS.iter().enumerate().filter(|(bit, _)| step >> bit & 1 == 1);
            // Up to 10^22 this product is exact.
            let power = powers.fold(1.0, |product, (_, power)| product * power);
            value = if self.exponent < 0 { value / power } else { value * power };
            left -= step;
        }
        value.is_finite().then_some(if self.negative { -value } else { value })
    }
}

struct Cursor<'t> {
    text: &'t [u8],
    at: usize,
}

impl Cursor<'_> {
    fn numeral(&mut self) -> Result<Numeral, Fault> {
        let negative = self.take(b'-');
        let mut exponent = 0;
        let mut significand = 0;
        if self.take(b'0') {
            if self.digit().is_some() {
                return Err(LEADING_ZERO);
            }
        } else {
            (_, exponent) = self.digits(&mut significand)?;
        }
        let mut integer = exponent == 0;
        if self.take(b'.') {
            integer = false;
            let (kept, _) = self.digits(&mut significand)?;
            exponent = exponent.saturating_sub(kept);
        }
        if self.take(b'e') || self.take(b'E') {
            integer = false;
            let down = self.take(b'-');
            if !down {
                self.take(b'+');
            }
            let power = self.power()?;
            exponent = exponent.saturating_add(if down { -power } else { power });
        }
        Ok(Numeral { negative, significand, exponent, integer })
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.text.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    fn digit(&self) -> Option<u8> {
        self.text.get(self.at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10)
    }

    /// At least one digit; how many are now in the significand, and how many no longer fitted into it.
    fn digits(&mut self, significand: &mut u64) -> Result<(i32, i32), Fault> {
        let start = self.at;
        let (mut kept, mut lost) = (0_i32, 0_i32);
        while let Some(digit) = self.digit() {
            let more = significand.checked_mul(10).and_then(|tens| tens.checked_add(u64::from(digit)));
            match more {
                Some(more) if lost == 0 => {
                    *significand = more;
                    kept = kept.saturating_add(1);
                }
                _ => lost = lost.saturating_add(1),
            }
            self.at += 1;
        }
        if self.at == start { Err(NO_DIGIT) } else { Ok((kept, lost)) }
    }

    fn power(&mut self) -> Result<i32, Fault> {
        let start = self.at;
        let mut power = 0_i32;
        while let Some(digit) = self.digit() {
            power = power.saturating_mul(10).saturating_add(i32::from(digit));
            self.at += 1;
        }
        if self.at == start { Err(NO_DIGIT) } else { Ok(power) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Numeral, Fault> {
        let (numeral, length) = Numeral::read(text.as_bytes());
        assert!(numeral.is_err() || length == text.len(), "{text}");
        numeral
    }

    #[test]
    fn integers_have_64_bits() {
        for (text, expected) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("1800000000", Some(1_800_000_000)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("-9223372036854775809", None),
            ("18446744073709551615", None),
            ("18446744073709551616", None),
            ("1.0", None),
            ("1e0", None),
        ] {
            assert_eq!(read(text).map(Numeral::integer), Ok(expected), "{text}");
        }
    }

    #[test]
    fn doubles() {
        for (text, expected) in [
            ("0.0", Some(0.0)),
            ("-2.5", Some(-2.5)),
            ("1800000000.5", Some(1_800_000_000.5)),
            ("1.8e9", Some(1.8e9)),
            ("18E+8", Some(1.8e9)),
            ("18000000000000000000000e-13", Some(1.8e9)),
            ("1800000000.00000000000000000000000001", Some(1.8e9)),
            ("0.00000000000000000000018e31", Some(1.8e9)),
            ("0e99999999999", Some(0.0)),
            ("0.0e309", Some(0.0)),
            ("1e-99999999999", Some(0.0)),
            ("1e-400", Some(0.0)),
            ("1e308", Some(1e308)),
            ("1e309", None),
            ("1.8e308", None),
            ("1e99999999999", None),
            ("-1e99999999999", None),
        ] {
            assert_eq!(read(text).map(Numeral::double), Ok(expected), "{text}");
        }
        let long = format!("1{}", "0".repeat(400));
        assert_eq!(read(&long).map(Numeral::double), Ok(None));
        assert_eq!(read(&format!("{long}e-400")).map(Numeral::double), Ok(Some(1.0)));
        assert_eq!(read(&format!("0.{}1e401", "0".repeat(400))).map(Numeral::double), Ok(Some(1.0)));
    }

    #[test]
    fn what_is_no_number() {
        for (text, at, fault) in [
            ("", 0, NO_DIGIT),
            ("-", 1, NO_DIGIT),
            ("--1", 1, NO_DIGIT),
            ("+1", 0, NO_DIGIT),
            ("00", 1, LEADING_ZERO),
            ("-01", 2, LEADING_ZERO),
            (".5", 0, NO_DIGIT),
            ("1.", 2, NO_DIGIT),
            ("1.e5", 2, NO_DIGIT),
            ("1e", 2, NO_DIGIT),
            ("1e+", 3, NO_DIGIT),
            ("1e-+1", 3, NO_DIGIT),
            ("Infinity", 0, NO_DIGIT),
        ] {
            assert_eq!(Numeral::read(text.as_bytes()), (Err(fault), at), "{text}");
        }
    }
}
