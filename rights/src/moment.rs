//! Instants as they are written: RFC 3339 in UTC.

use crate::outcome::Epoch;
use alloc::format;
use alloc::string::String;

const DAY: i64 = 86_400;

/// As RFC 3339 in UTC: `2026-05-01T17:00:00Z`.
#[must_use]
pub fn rfc3339(epoch: Epoch) -> String {
    format!("{}Z", local(epoch))
}

/// The same without an offset, for what is local already.
pub(crate) fn local(seconds: i64) -> String {
    format!("{}T{}", day(seconds), clock(seconds))
}

/// The day as `2026-05-01`.
pub(crate) fn day(seconds: i64) -> String {
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    format!("{year:04}-{month:02}-{day:02}")
}

/// The time of the day as `17:00:00`.
pub(crate) fn clock(seconds: i64) -> String {
    let second = seconds.rem_euclid(DAY);
    format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// Year, month and day of the Gregorian calendar, so many days from 1970.
#[must_use]
pub fn civil(days: i64) -> (i64, i64, i64) {
    // Years that begin in March, so that the leap day is the last.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let years = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * years + years / 4 - years / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (years + era * 400 + i64::from(month <= 2), month, day)
}
