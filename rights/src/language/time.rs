//! Instants: seconds since 1970, and how people write them.

use super::notation::{self, Reading};
use crate::model::Epoch;
pub use crate::moment::rfc3339;
pub(crate) use crate::moment::{clock, day, local};
use toml_datetime::{Date, Datetime, Offset, Time};

const DAY: i64 = 86_400;

/// The last second of the year 9999.
const LAST: Epoch = 253_402_300_799;

/// The first second of the year 0.
const FIRST: Epoch = -62_167_219_200;

/// Seconds from 1970 to that wall clock time, as if in UTC.
pub(crate) fn seconds(date: Date, time: Option<Time>) -> i64 {
    let days = days(i64::from(date.year), i64::from(date.month), i64::from(date.day));
    let time = time.map_or(0, |time| {
        i64::from(time.hour) * 3600 + i64::from(time.minute) * 60 + i64::from(time.second.unwrap_or_default())
    });
    days * DAY + time
}

/// Whether the instant lies in the years that can be written.
pub(crate) fn is_writable(epoch: Epoch) -> bool {
    (FIRST..=LAST).contains(&epoch)
}

/// Seconds east of UTC.
pub(crate) fn offset_seconds(offset: Offset) -> i64 {
    match offset {
        Offset::Z => 0,
        Offset::Custom { minutes } => i64::from(minutes) * 60,
    }
}

/// A wall clock time and how far east of UTC it is: `2026-03-29T03:30:00+02:00`.
pub(crate) fn with_offset(epoch: Epoch, offset: i64) -> String {
    // Before time zones some places were a few seconds off, which no offset can say.
    if offset % 60 != 0 || offset == 0 {
        return rfc3339(epoch);
    }
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.abs() / 60;
    format!("{}{sign}{:02}:{:02}", local(epoch + offset), minutes / 60, minutes % 60)
}

/// What to do about a time that was put in quotes, or that no computer reads.
pub(crate) fn written_as_text(text: &str) -> String {
    if text.trim().parse::<Datetime>().is_ok_and(|moment| moment.date.is_some()) {
        return format!("remove the quotes: `{}`", text.trim());
    }
    match notation::read(text) {
        Reading::One(day) => format!("did you mean `{day}`? write the year first, and no quotes"),
        Reading::Unknown => "write a date such as `2026-01-01`, without quotes".to_owned(),
        other => format!("{}, and no quotes", other.help()),
    }
}

/// What to do about a time that was written as a number.
pub(crate) fn written_as_number(number: &str) -> String {
    let epoch = number.parse::<i64>().ok();
    let seconds = epoch.map(|number| if number > 100_000_000_000 { number / 1000 } else { number });
    match seconds {
        Some(seconds) if (300_000_000..=LAST).contains(&seconds) => {
            format!("did you mean `{}`?", rfc3339(seconds))
        }
        Some(year) if (1970..=9999).contains(&year) => format!("did you mean `{year:04}-01-01`?"),
        _ => "write a date such as `2026-01-01`, or a time such as `2026-01-01T06:00:00Z`".to_owned(),
    }
}

/// Days from 1970 to a day of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March, so that the leap day is the last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_rfc_3339() {
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_777_654_800, "2026-05-01T17:00:00Z"),
            (LAST, "9999-12-31T23:59:59Z"),
            (FIRST, "0000-01-01T00:00:00Z"),
        ];
        for (epoch, written) in cases {
            assert_eq!(rfc3339(epoch), written);
            let read: Datetime = written.parse().unwrap();
            assert_eq!(seconds(read.date.unwrap(), read.time), epoch, "{written}");
        }
    }

    #[test]
    fn no_instant_is_too_big() {
        for epoch in [i64::MIN, i64::MIN + 1, i64::MAX] {
            assert!(rfc3339(epoch).ends_with('Z'));
        }
    }
}
