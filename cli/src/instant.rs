//! Times on the command line: epoch seconds, RFC 3339, or a span from now.

use crate::Failure;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A point in time, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instant(pub(crate) u64);

impl Instant {
    /// The present, unless the caller named another time.
    pub(crate) fn or_now(given: Option<Self>) -> Result<u64, Failure> {
        if let Some(Self(seconds)) = given {
            return Ok(seconds);
        }
        u64::try_from(OffsetDateTime::now_utc().unix_timestamp())
            .map_err(|_| Failure::Refused("the clock stands before 1970: set it, or pass `--at`".to_owned()))
    }
}

impl std::str::FromStr for Instant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits_only = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits_only {
            return text.parse().map(Self).map_err(|_| "the number is too large for a time".to_owned());
        }
        if let Some(span) = text.strip_prefix('+') {
            let wrong = "a span from now is a number with s, m, h or d behind it, such as +2h";
            let seconds = span_of(span).ok_or(wrong)?;
            let now = Self::or_now(None).map_err(|failure| failure.to_string())?;
            return now.checked_add(seconds).map(Self).ok_or_else(|| "the span is too long".to_owned());
        }
        let wrong = "a time is epoch seconds, such as 1767290400, RFC 3339, such as 2026-01-01T18:00:00Z, or from now, such as +2h";
        let parsed = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| wrong.to_owned())?;
        u64::try_from(parsed.unix_timestamp()).map(Self).map_err(|_| "the time lies before 1970".to_owned())
    }
}

/// The seconds of a span such as `2h`.
pub(crate) fn span_of(text: &str) -> Option<u64> {
    let units = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400)];
    let (number, unit) =
        units.into_iter().find_map(|(letter, unit)| Some((text.strip_suffix(letter)?, unit)))?;
    let digits_only = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse::<u64>().ok().filter(|_| digits_only)?.checked_mul(unit)
}

/// The time as people write it.
pub(crate) fn rfc3339(seconds: u64) -> String {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_else(|| seconds.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_nothing_is_guessed() {
        for (text, seconds) in [
            ("1767290400", 1_767_290_400),
            ("0", 0),
            ("2026-01-01T18:00:00Z", 1_767_290_400),
            ("2026-01-01T19:00:00+01:00", 1_767_290_400),
            ("2026-01-01t18:00:00.9z", 1_767_290_400),
        ] {
            assert_eq!(text.parse(), Ok(Instant(seconds)), "{text}");
        }
        for text in [
            "",
            "-1",
            "+1",
            "1e9",
            "tomorrow",
            "2026-01-01",
            "2026-01-01T18:00:00",
            "+",
            "+2",
            "+2w",
            "++2h",
            "+-2h",
            "2h",
            "+99999999999999999999d",
            "1969-12-31T23:59:59Z",
            "99999999999999999999",
        ] {
            assert!(text.parse::<Instant>().is_err(), "{text}");
        }
        for (text, seconds) in [("90s", 90), ("5m", 300), ("2h", 7_200), ("30d", 2_592_000)] {
            assert_eq!(span_of(text), Some(seconds), "{text}");
        }
        let now = Instant::or_now(None).unwrap();
        let Instant(later) = "+1h".parse().unwrap();
        assert!((now + 3_600..now + 3_660).contains(&later));
        assert_eq!(rfc3339(1_767_290_400), "2026-01-01T18:00:00Z");
    }
}
