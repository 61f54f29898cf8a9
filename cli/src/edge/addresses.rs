//! Tables of addresses and their countries.

use super::configuration::Configuration;
use crate::configuration::mistake_in;
use edge::countries::{Overlaps, build, read_csv};
use rights::language::Problem;
use time::{Date, Month};

const CODE: &str = "addresses";
const DAY: i64 = 86_400;

/// A table, built.
pub(super) struct Table {
    pub(super) bytes: Vec<u8>,
    /// As it was written, such as `2026-06-17`.
    pub(super) dated: String,
    /// How old the data are.
    pub(super) days: i64,
    pub(super) source: String,
}

/// The table that the configuration asks for, if it does.
pub(super) fn table(configuration: &Configuration, now: i64, problems: &mut Vec<Problem>) -> Option<Table> {
    let wanted = configuration.settings.addresses.as_ref()?;
    let Some(day) = day(&wanted.dated) else {
        let what = format!("`{}` is no day; write it like `2026-06-17`", wanted.dated);
        problems.push(configuration.mistake("addresses.dated", CODE, &what));
        return None;
    };
    let days = now.saturating_sub(day).div_euclid(DAY);
    // Somewhere it is tomorrow already.
    if days < -1 {
        let what = format!("`{}` lies ahead; write the day on which the data were gathered", wanted.dated);
        problems.push(configuration.mistake("addresses.dated", CODE, &what));
        return None;
    }
    if wanted.tables.is_empty() {
        let what = "no file is named; name one, or take the section out";
        problems.push(configuration.mistake("addresses.tables", CODE, what));
        return None;
    }
    let mut texts = Vec::new();
    for name in &wanted.tables {
        let path = configuration.beside(name);
        match crate::files::read_listing(&path) {
            Ok(text) => texts.push((path.display().to_string(), text)),
            Err(failure) => {
                problems.push(configuration.mistake("addresses.tables", CODE, &failure.to_string()));
            }
        }
    }
    if texts.len() < wanted.tables.len() {
        return None;
    }
    match built(&texts, day, &wanted.source) {
        Ok(bytes) => Some(Table {
            bytes,
            dated: wanted.dated.clone(),
            days: days.max(0),
            source: wanted.source.clone(),
        }),
        Err(problem) => {
            problems.push(*problem);
            None
        }
    }
}

/// One table of several files, such as one for IPv4 and one for IPv6. In published data ranges lie within others.
fn built(texts: &[(String, String)], day: i64, source: &str) -> Result<Vec<u8>, Box<Problem>> {
    let mut rows = Vec::new();
    for (name, text) in texts {
        rows.extend(read_csv(text).map_err(|error| Box::new(mistake_in(name, CODE, &error.to_string())))?);
    }
    let names: Vec<&str> = texts.iter().map(|(name, _)| name.as_str()).collect();
    build(&rows, Overlaps::Narrowest, day, source)
        .map_err(|error| Box::new(mistake_in(&names.join(", "), CODE, &error.to_string())))
}

/// The day's beginning, in epoch seconds.
pub(super) fn day(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let is_plain = [(year, 4), (month, 2), (day, 2)]
        .iter()
        .all(|(part, length)| part.len() == *length && part.bytes().all(|byte| byte.is_ascii_digit()));
    if !is_plain || parts.next().is_some() {
        return None;
    }
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let date = Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()?;
    Some(date.midnight().assume_utc().unix_timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_in_one_way() {
        assert_eq!(day("1970-01-02"), Some(DAY));
        assert_eq!(day("2026-06-17"), Some(1_781_654_400));
        for text in [
            "",
            "2026",
            "2026-6-17",
            "2026-06-17T00:00:00Z",
            "2026-02-30",
            "26-06-17",
            "2026-13-01",
            "+026-06-17",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
