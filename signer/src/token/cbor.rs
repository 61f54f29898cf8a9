//! As much CBOR (RFC 8949) as tokens need: a reader that copies nothing, and a deterministic writer.
//!
//! The reader takes definite lengths only, at most [`DEPTH_LIMIT`] levels deep. Heads of values may be longer
//! than needed, because encoders in use write them so; map keys must be in their shortest form, because two
//! spellings of one key would be a duplicate that nobody sees.

/// How deep arrays, maps and tags may nest.
pub(crate) const DEPTH_LIMIT: u8 = 8;

/// What is wrong with the bytes of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// Not base64url without padding, or with bits left over that say nothing.
    #[error("it is not base64url without padding")]
    Base64,
    /// The bytes end inside an item.
    #[error("it ends in the middle")]
    Truncated,
    /// An item of indefinite length.
    #[error("it has an item of indefinite length")]
    Indefinite,
    /// A head that CBOR reserves.
    #[error("it has a reserved CBOR head")]
    Reserved,
    /// Nested too deeply.
    #[error("it is nested too deeply")]
    TooDeep,
    /// More bytes after the end.
    #[error("it has bytes after its end")]
    Trailing,
    /// A map key that is neither an integer nor a text, or is longer than need be.
    #[error("a map key is not an integer or text in its shortest form")]
    Key,
    /// The same key twice in a map.
    #[error("a map has the same key twice")]
    DuplicateKey,
    /// Too many entries in a map.
    #[error("a map has too many entries")]
    TooManyEntries,
    /// A text that is not UTF-8.
    #[error("a text is not UTF-8")]
    Utf8,
    /// An item of another type than it must have.
    #[error("an item has the wrong type")]
    Type,
    /// Not tagged as `COSE_Mac0`, with or without the CWT tag around it.
    #[error("it is not tagged as COSE_Mac0")]
    NotMac0,
    /// The protected or unprotected header is not as it must be.
    #[error("its header is not as it must be")]
    Header,
    /// Something stands in the unprotected header that the MAC should cover.
    #[error("its unprotected header holds more than the key id")]
    Unprotected,
    /// The MAC has not 32 bytes.
    #[error("its MAC has not 32 bytes")]
    MacLength,
    /// A claim's value has the wrong type or is out of range.
    #[error("claim {0} has a value that it cannot have")]
    Claim(i64),
}

/// The major types.
pub(crate) mod major {
    pub(crate) const UNSIGNED: u8 = 0;
    pub(crate) const NEGATIVE: u8 = 1;
    pub(crate) const BYTES: u8 = 2;
    pub(crate) const TEXT: u8 = 3;
    pub(crate) const ARRAY: u8 = 4;
    pub(crate) const MAP: u8 = 5;
    pub(crate) const TAG: u8 = 6;
    pub(crate) const SIMPLE: u8 = 7;
}

/// The beginning of an item: its type and its length, number or value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) major: u8,
    info: u8,
    pub(crate) argument: u64,
}

impl Head {
    fn is_shortest(self) -> bool {
        match self.info {
            0..=23 => true,
            24 => self.argument >= 24,
            25 => self.argument > 0xff,
            26 => self.argument > 0xffff,
            _ => self.argument > 0xffff_ffff,
        }
    }

    /// A float of 64 bits that is a whole, non-negative number which it can tell from its neighbours.
    fn whole_float(self) -> Option<u64> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if self.major != major::SIMPLE || self.info != 27 {
            return None;
        }
        let value = f64::from_bits(self.argument);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the range and the wholeness are checked first"
        )]
        let whole =
            (value.is_sign_positive() && value < EXACT && value.fract() == 0.0).then_some(value as u64);
        whole
    }

    fn is_float(self) -> bool {
        self.major == major::SIMPLE && (26..=27).contains(&self.info)
    }
}

/// A map's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key<'b> {
    Label(i64),
    Text(&'b str),
}

/// Reads items from the front of a slice. Cheap to copy: a copy is a bookmark.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// That nothing is left.
    pub(crate) fn end(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed::Trailing) }
    }

    #[inline]
    pub(crate) fn head(&mut self) -> Result<Head, Malformed> {
        let (&first, rest) = self.rest.split_first().ok_or(Malformed::Truncated)?;
        let (major, info) = (first >> 5, first & 31);
        let (argument, rest) = match info {
            0..=23 => (u64::from(info), rest),
            24 => {
                rest.split_first().map(|(byte, rest)| (u64::from(*byte), rest)).ok_or(Malformed::Truncated)?
            }
            25 => number(rest, |bytes| u64::from(u16::from_be_bytes(bytes)))?,
            26 => number(rest, |bytes| u64::from(u32::from_be_bytes(bytes)))?,
            27 => number(rest, u64::from_be_bytes)?,
            31 => return Err(Malformed::Indefinite),
            _ => return Err(Malformed::Reserved),
        };
        self.rest = rest;
        Ok(Head { major, info, argument })
    }

    /// The next head, without reading it.
    pub(crate) fn peek(&self) -> Result<Head, Malformed> {
        Reader { rest: self.rest }.head()
    }

    #[inline]
    fn expect(&mut self, major: u8) -> Result<u64, Malformed> {
        let head = self.head()?;
        if head.major == major { Ok(head.argument) } else { Err(Malformed::Type) }
    }

    #[inline]
    fn take(&mut self, length: u64) -> Result<&'b [u8], Malformed> {
        let length = usize::try_from(length).map_err(|_| Malformed::Truncated)?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Malformed::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    #[inline]
    pub(crate) fn bytes(&mut self) -> Result<&'b [u8], Malformed> {
        let length = self.expect(major::BYTES)?;
        self.take(length)
    }

    #[inline]
    pub(crate) fn text(&mut self) -> Result<&'b str, Malformed> {
        let length = self.expect(major::TEXT)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| Malformed::Utf8)
    }

    /// Bytes or text, either as bytes.
    pub(crate) fn bytes_or_text(&mut self) -> Result<&'b [u8], Malformed> {
        match self.peek()?.major {
            major::TEXT => self.text().map(str::as_bytes),
            _ => self.bytes(),
        }
    }

    pub(crate) fn unsigned(&mut self) -> Result<u64, Malformed> {
        self.expect(major::UNSIGNED)
    }

    /// A point in time: an unsigned integer, or a whole float of 64 bits as JavaScript's encoders write it.
    #[inline]
    pub(crate) fn time(&mut self) -> Result<u64, Malformed> {
        let head = self.head()?;
        match head.major {
            major::UNSIGNED => Ok(head.argument),
            _ => head.whole_float().ok_or(Malformed::Type),
        }
    }

    pub(crate) fn array(&mut self) -> Result<u64, Malformed> {
        self.expect(major::ARRAY)
    }

    pub(crate) fn map(&mut self) -> Result<u64, Malformed> {
        self.expect(major::MAP)
    }

    pub(crate) fn tag(&mut self) -> Result<u64, Malformed> {
        self.expect(major::TAG)
    }

    /// A signed integer that fits in 64 bits.
    pub(crate) fn integer(&mut self) -> Result<i64, Malformed> {
        let head = self.head()?;
        head_integer(head).ok_or(Malformed::Type)
    }

    #[inline]
    pub(crate) fn key(&mut self) -> Result<Key<'b>, Malformed> {
        let head = self.head()?;
        if !head.is_shortest() {
            return Err(Malformed::Key);
        }
        if head.major == major::TEXT {
            let text = self.take(head.argument)?;
            return std::str::from_utf8(text).map(Key::Text).map_err(|_| Malformed::Utf8);
        }
        head_integer(head).map(Key::Label).ok_or(Malformed::Key)
    }

    /// The next item whole, after a look that it is well-formed.
    #[inline]
    pub(crate) fn item(&mut self) -> Result<&'b [u8], Malformed> {
        let start = self.rest;
        self.skip(DEPTH_LIMIT)?;
        start.get(..start.len() - self.rest.len()).ok_or(Malformed::Truncated)
    }

    fn skip(&mut self, depth: u8) -> Result<(), Malformed> {
        let head = self.head()?;
        let items = match head.major {
            major::BYTES | major::TEXT => return self.take(head.argument).map(drop),
            major::ARRAY => head.argument,
            major::MAP => head.argument.checked_mul(2).ok_or(Malformed::Truncated)?,
            major::TAG => 1,
            major::SIMPLE if head.info == 24 && head.argument < 32 => return Err(Malformed::Reserved),
            _ => return Ok(()),
        };
        let depth = depth.checked_sub(1).ok_or(Malformed::TooDeep)?;
        for _ in 0..items {
            self.skip(depth)?;
        }
        Ok(())
    }

    /// Whether `key` stands among the first `entries` of the map whose first key is next.
    pub(crate) fn has_key(mut self, entries: u64, key: Key<'_>) -> Result<bool, Malformed> {
        for _ in 0..entries {
            if self.key()? == key {
                return Ok(true);
            }
            self.skip(DEPTH_LIMIT)?;
        }
        Ok(false)
    }

    /// A float of any width, for showing.
    pub(crate) fn float(&mut self) -> Result<Option<f64>, Malformed> {
        let head = self.peek()?;
        if !head.is_float() {
            return Ok(None);
        }
        self.head()?;
        Ok(match head.info {
            27 => Some(f64::from_bits(head.argument)),
            26 => u32::try_from(head.argument).ok().map(|bits| f64::from(f32::from_bits(bits))),
            _ => None,
        })
    }
}

fn head_integer(head: Head) -> Option<i64> {
    match head.major {
        major::UNSIGNED => i64::try_from(head.argument).ok(),
        major::NEGATIVE => i64::try_from(head.argument).ok().map(|number| -1 - number),
        _ => None,
    }
}

#[inline]
fn number<const N: usize>(bytes: &[u8], read: impl Fn([u8; N]) -> u64) -> Result<(u64, &[u8]), Malformed> {
    let (number, rest) = bytes.split_first_chunk::<N>().ok_or(Malformed::Truncated)?;
    Ok((read(*number), rest))
}

/// A head in its shortest form, and how many of the bytes it takes.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "each arm holds only what fits")]
pub(crate) fn encode_head(major: u8, argument: u64) -> ([u8; 9], usize) {
    let mut head = [0; 9];
    let first = major << 5;
    let length = match argument {
        0..=23 => {
            head[0] = first | argument as u8;
            1
        }
        24..=0xff => {
            head[..2].copy_from_slice(&[first | 0x18, argument as u8]);
            2
        }
        0x100..=0xffff => {
            head[0] = first | 0x19;
            head[1..3].copy_from_slice(&(argument as u16).to_be_bytes());
            3
        }
        0x1_0000..=0xffff_ffff => {
            head[0] = first | 0x1a;
            head[1..5].copy_from_slice(&(argument as u32).to_be_bytes());
            5
        }
        _ => {
            head[0] = first | 0x1b;
            head[1..].copy_from_slice(&argument.to_be_bytes());
            9
        }
    };
    (head, length)
}

/// Writes items in CBOR's deterministic encoding. The caller keeps map keys in their order.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    out: Vec<u8>,
}

impl Writer {
    pub(crate) fn head(&mut self, major: u8, argument: u64) -> &mut Self {
        let (head, length) = encode_head(major, argument);
        self.out.extend(head.iter().take(length));
        self
    }

    fn sized(&mut self, major: u8, bytes: &[u8]) -> &mut Self {
        self.head(major, bytes.len() as u64);
        self.out.extend_from_slice(bytes);
        self
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.sized(major::BYTES, bytes)
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.sized(major::TEXT, text.as_bytes())
    }

    pub(crate) fn unsigned(&mut self, number: u64) -> &mut Self {
        self.head(major::UNSIGNED, number)
    }

    pub(crate) fn integer(&mut self, number: i64) -> &mut Self {
        match u64::try_from(number) {
            Ok(number) => self.head(major::UNSIGNED, number),
            Err(_) => self.head(major::NEGATIVE, number.unsigned_abs() - 1),
        }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_round_trip_at_every_border() {
        for number in [0, 23, 24, 255, 256, 65_535, 65_536, 0xffff_ffff, 0x1_0000_0000, i64::MAX] {
            for signed in [number, -1 - number] {
                let mut writer = Writer::default();
                writer.integer(signed);
                let bytes = writer.into_bytes();
                assert_eq!(Reader::new(&bytes).integer(), Ok(signed));
                assert_eq!(Reader::new(&bytes).key(), Ok(Key::Label(signed)));
            }
        }
    }

    #[test]
    fn what_is_not_well_formed_is_told_apart() {
        let cases: [(&[u8], Malformed); 10] = [
            (b"", Malformed::Truncated),
            (b"\x18", Malformed::Truncated),
            (b"\x42\x00", Malformed::Truncated),
            (b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff", Malformed::Truncated),
            (b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff", Malformed::Truncated),
            (b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff", Malformed::Truncated),
            (b"\x5f\x40\xff", Malformed::Indefinite),
            (b"\x1c", Malformed::Reserved),
            (b"\xf8\x1f", Malformed::Reserved),
            (b"\x81\x81\x81\x81\x81\x81\x81\x81\x81\x00", Malformed::TooDeep),
        ];
        for (bytes, problem) in cases {
            assert_eq!(Reader::new(bytes).item(), Err(problem), "{bytes:02x?}");
        }
    }

    #[test]
    fn keys_are_shortest() {
        for bytes in [
            &b"\x18\x04"[..],
            b"\x19\x00\x04",
            b"\x1a\x00\x00\x00\x04",
            b"\x78\x01a",
            b"\x38\x00",
            b"\x41a",
            b"\xf6",
        ] {
            assert_eq!(Reader::new(bytes).key(), Err(Malformed::Key), "{bytes:02x?}");
        }
    }

    #[test]
    fn times_are_whole_and_not_negative() {
        let float = |value: f64| {
            let mut bytes = vec![0xfb];
            bytes.extend(value.to_be_bytes());
            Reader::new(&bytes).time()
        };
        assert_eq!(float(4_294_967_301.0), Ok(4_294_967_301));
        for value in [0.5, -1.0, -0.0, f64::NAN, f64::INFINITY, 9_007_199_254_740_992.0] {
            assert_eq!(float(value), Err(Malformed::Type), "{value}");
        }
        assert_eq!(Reader::new(b"\x20").time(), Err(Malformed::Type));
        assert_eq!(Reader::new(b"\xfa\x4e\xd6\x93\xa4").time(), Err(Malformed::Type));
    }
}
