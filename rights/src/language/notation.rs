//! Dates as people write them who were not told how.

use toml_datetime::Datetime;

/// How a text can be read as a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    /// In one way.
    One(String),
    /// With the day first, or with the month first.
    Either(String, String),
    /// It looks like a date, and there is no such day: why.
    NoSuchDay(String),
    Unknown,
}

impl Reading {
    /// What to write instead.
    pub(crate) fn help(&self) -> String {
        match self {
            Self::One(day) => format!("did you mean `{day}`?"),
            Self::Either(day_first, month_first) => {
                format!(
                    "write the year first: `{day_first}` if the day came first, or `{month_first}` if the month did"
                )
            }
            Self::NoSuchDay(_) | Self::Unknown => {
                "write a date such as `2026-01-31`, or a time such as `2026-01-31T06:00:00Z`".to_owned()
            }
        }
    }
}

const MONTHS: [(&str, u32); 12] = [
    ("January", 31),
    ("February", 28),
    ("March", 31),
    ("April", 30),
    ("May", 31),
    ("June", 30),
    ("July", 31),
    ("August", 31),
    ("September", 30),
    ("October", 31),
    ("November", 30),
    ("December", 31),
];

/// Reads `1.2.2026`, `2026/2/1`, `31/12/2026`, `1 Feb 2026` or `2O26-02-01`, perhaps with a time behind it.
pub(crate) fn read(text: &str) -> Reading {
    let text = text.trim();
    let (date, time) = split_time(text);
    let reading = read_date(&date.replace(['\u{2010}', '\u{2011}', '\u{2012}', '–', '—', '−'], "-"));
    let Some(time) = time else { return reading };
    let with_time = |day: String| {
        let moment = format!("{day}T{time}");
        moment.parse::<Datetime>().is_ok().then_some(moment)
    };
    match reading {
        Reading::One(day) => with_time(day).map_or(Reading::Unknown, Reading::One),
        Reading::Either(one, other) => with_time(one)
            .zip(with_time(other))
            .map_or(Reading::Unknown, |(one, other)| Reading::Either(one, other)),
        other => other,
    }
}

/// What stands before a time such as `20:00`, and the time.
fn split_time(text: &str) -> (&str, Option<&str>) {
    let Some((before, _)) = text.split_once(':') else { return (text, None) };
    let time_at = before.trim_end_matches(|letter: char| letter.is_ascii_digit()).len();
    let (date, time) = text.split_at_checked(time_at).unwrap_or((text, ""));
    (date.strip_suffix('T').unwrap_or(date).trim(), Some(time))
}

fn read_date(text: &str) -> Reading {
    let parts: Vec<String> = text
        .split(['.', '/', '-', ' ', ','])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(with_digits)
        .collect();
    let [first, second, third] = parts.as_slice() else { return Reading::Unknown };
    let number = |part: &str| part.parse::<u32>().ok().filter(|_| part.len() <= 4);
    let is_year = |part: &str| part.len() == 4 && number(part).is_some();
    let ordinal = |part: &str| number(part.trim_end_matches(|letter: char| letter.is_ascii_lowercase()));
    let month_at = parts.iter().position(|part| month_named(part).is_some());
    let named = month_at.and_then(|at| parts.get(at)).and_then(|part| month_named(part));
    let numbers = match (month_at, named) {
        (Some(0), Some(month)) if is_year(third) => (number(third), Some(month), ordinal(second)),
        (Some(1), Some(month)) if is_year(third) => (number(third), Some(month), ordinal(first)),
        (Some(1), Some(month)) if is_year(first) => (number(first), Some(month), ordinal(third)),
        (None, _) if is_year(first) => (number(first), number(second), number(third)),
        (None, _) if is_year(third) => {
            let (Some(year), Some(one), Some(other)) = (number(third), number(first), number(second)) else {
                return Reading::Unknown;
            };
            let day_first = checked(year, other, one);
            if text.contains('.') || one > 12 || one == other {
                return day_first;
            }
            let month_first = checked(year, one, other);
            return match (day_first, month_first) {
                (Reading::One(one), Reading::One(other)) => Reading::Either(one, other),
                (Reading::One(day), _) | (_, Reading::One(day)) => Reading::One(day),
                (_, month_first) => month_first,
            };
        }
        _ => return Reading::Unknown,
    };
    match numbers {
        (Some(year), Some(month), Some(day)) => checked(year, month, day),
        _ => Reading::Unknown,
    }
}

/// A number in which a letter stands for a digit that looks like it.
fn with_digits(part: &str) -> String {
    let looks_like_a_number = part.chars().any(|letter| letter.is_ascii_digit())
        && part.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, 'O' | 'o' | 'l' | 'I'));
    if !looks_like_a_number {
        return part.to_owned();
    }
    part.replace(['O', 'o'], "0").replace(['l', 'I'], "1")
}

/// A month by its name, or by the first three letters or more of it.
fn month_named(part: &str) -> Option<u32> {
    let lower = part.to_lowercase();
    let is_it = |name: &str| lower.len() >= 3 && name.to_lowercase().starts_with(&lower);
    let at = MONTHS.iter().position(|(name, _)| is_it(name))?;
    u32::try_from(at).ok()?.checked_add(1)
}

fn checked(year: u32, month: u32, day: u32) -> Reading {
    let named = usize::try_from(month).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
    let Some((name, days)) = named else { return Reading::NoSuchDay(format!("there is no month {month}")) };
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = if month == 2 && is_leap { 29 } else { *days };
    if day == 0 || day > days {
        let when = if month == 2 { format!("{name} {year}") } else { (*name).to_owned() };
        return Reading::NoSuchDay(format!("{when} has {days} days"));
    }
    Reading::One(format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_notations_are_understood_as_far_as_they_can_be() {
        let one = |day: &str| Reading::One(day.to_owned());
        let either = |day: &str, month: &str| Reading::Either(day.to_owned(), month.to_owned());
        let none = |why: &str| Reading::NoSuchDay(why.to_owned());
        let cases = [
            ("1.2.2026", one("2026-02-01")),
            ("31/12/2026", one("2026-12-31")),
            ("12/31/2026", one("2026-12-31")),
            ("2026/1/5", one("2026-01-05")),
            ("01/01/2027", one("2027-01-01")),
            ("01-01-2027", one("2027-01-01")),
            ("2O27-01-01", one("2027-01-01")),
            ("2027–01–01", one("2027-01-01")),
            ("1 Jan 2027", one("2027-01-01")),
            ("January 1st, 2027", one("2027-01-01")),
            ("2027-Sep-30", one("2027-09-30")),
            ("29.2.2028", one("2028-02-29")),
            ("31/12/2026 20:00", one("2026-12-31T20:00")),
            ("1/2/2026", either("2026-02-01", "2026-01-02")),
            ("31.2.2026", none("February 2026 has 28 days")),
            ("31.06.2027", none("June has 30 days")),
            ("2027-06-31", none("June has 30 days")),
            ("13.13.2027", none("there is no month 13")),
            ("13/13/2027", none("there is no month 13")),
            ("tomorrow", Reading::Unknown),
            ("1.2.26", Reading::Unknown),
            ("", Reading::Unknown),
            (":::", Reading::Unknown),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
