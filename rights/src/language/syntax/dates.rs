//! Dates and times that cannot be read.

use super::super::notation::{self, Reading};
use super::{Mistake, Words, words};
use crate::problem::shown;
use toml_datetime::Datetime;

impl Mistake<'_, '_> {
    pub(super) fn of_moment(&self) -> Option<Words> {
        let value = self.value().filter(|value| !value.is_empty())?;
        let about = |why: &str, help: String| {
            let message = format!("{} is not {why}", shown(&value));
            Some(words(message, help).at(self.value_span()))
        };
        let date =
            value.get(..10).filter(|date| date.parse::<Datetime>().is_ok_and(|date| date.date.is_some()));
        if date.is_some() {
            return self.of_time().and_then(|help| about("a time that there is", help));
        }
        if self.said == "duplicate key" || value.starts_with(['"', '\'', '[', '(', '{']) {
            return None;
        }
        let reading = notation::read(&value);
        if let Reading::NoSuchDay(why) = &reading {
            return about(&format!("a date: {why}"), reading.help());
        }
        let is_moment =
            matches!(self.key().as_str(), "from" | "until" | "at" | "valid_until" | "available_from");
        if is_moment || reading != Reading::Unknown {
            return about("how a date is written", reading.help());
        }
        None
    }

    /// What to do about the time behind a date.
    fn of_time(&self) -> Option<String> {
        let help = if self.said.contains("offset") {
            "an offset is written as `+01:00` or `Z`"
        } else if self.said.contains("hour between") {
            "midnight is `00:00:00`; at the end of a day it is that of the next day"
        } else if self.said.contains("invalid time") || self.said.contains("invalid date") {
            "a time is written as `2026-01-01T06:00:00Z`, with two digits each"
        } else {
            return None;
        };
        Some(help.to_owned())
    }
}
