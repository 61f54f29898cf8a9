//! Points in time as messages show them: to people and to logs alike.

use std::fmt;

/// Seconds since 1970, shown as `2026-01-01T22:00:00Z (1767304800)`.
pub(crate) struct Moment(pub(crate) u64);

/// The last second of the year 9999; what lies beyond is shown as a number.
const LAST: u64 = 253_402_300_799;

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0;
        if seconds > LAST {
            return write!(formatter, "{seconds}");
        }
        let (year, month, day) = date(seconds / 86_400);
        let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
        write!(formatter, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z ({seconds})")
    }
}

/// Year, month and day of the Gregorian calendar.
fn date(mut days: u64) -> (u64, u64, u64) {
    let mut year = 1970;
    while days >= days_in(year) {
        days -= days_in(year);
        year += 1;
    }
    let mut month = 1;
    for length in [31, days_in(year) - 337, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}

fn days_in(year: u64) -> u64 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    365 + u64::from(leap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_that_date_prints() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z (0)"),
            (68_169_599, "1972-02-28T23:59:59Z (68169599)"),
            (68_169_600, "1972-02-29T00:00:00Z (68169600)"),
            (951_782_400, "2000-02-29T00:00:00Z (951782400)"),
            (1_767_304_800, "2026-01-01T22:00:00Z (1767304800)"),
            (2_147_483_647, "2038-01-19T03:14:07Z (2147483647)"),
            (4_107_542_399, "2100-02-28T23:59:59Z (4107542399)"),
            (4_107_542_400, "2100-03-01T00:00:00Z (4107542400)"),
            (253_402_300_799, "9999-12-31T23:59:59Z (253402300799)"),
            (253_402_300_800, "253402300800"),
            (u64::MAX, "18446744073709551615"),
        ] {
            assert_eq!(Moment(seconds).to_string(), expected);
        }
    }
}
