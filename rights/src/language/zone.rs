//! Local times, and the clock changes that skip or repeat them.

use super::fields::{Kind, Read, Reported, Value, wrong_kind};
use super::source::{Source, Span};
use super::time::{self, clock, day, rfc3339, with_offset};
use crate::model::{Epoch, Window};
use crate::nearest::nearest;
use crate::problem::{Problem, Problems, shown};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use toml::de::DeValue;
use toml_datetime::{Date, Datetime, Time};

/// What a file says of its zone.
#[derive(Debug, Clone)]
pub(crate) enum Zone {
    Named(String, TimeZone),
    Missing,
    /// It says something that is wrong, and was reported.
    Wrong,
}

/// A point in time that was written, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) epoch: Epoch,
    written: &'a str,
    parsed: Datetime,
    date: Date,
}

impl Zone {
    pub(crate) fn read(
        source: &Source<'_>,
        span: &Span,
        name: &str,
        zones: &TimeZoneDatabase,
        problems: &mut Problems,
    ) -> Self {
        if let Ok(zone) = zones.get(name)
            && zone.iana_name() == Some(name)
            && !zone.is_unknown()
        {
            check_summer(source, span, name, &zone, problems);
            return Self::Named(name.to_owned(), zone);
        }
        let problem =
            source.error(span, "unknown-timezone", format!("the `timezone` {} is not known", shown(name)));
        let likely = if problems.worth_suggesting() { likely_zone(name, zones) } else { None };
        let help = match likely {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "write the IANA name of a city of that zone, such as `Europe/Oslo`, or `UTC`".to_owned(),
        };
        problems.push(problem.help(help));
        Self::Wrong
    }

    /// Reads a date or a time.
    pub(crate) fn moment<'a>(
        &self,
        source: &Source<'a>,
        key: &str,
        value: &Value<'_>,
        problems: &mut Problems,
    ) -> Read<Moment<'a>> {
        let span = value.span();
        let written = source.slice(&span);
        let DeValue::Datetime(moment) = value.get_ref() else {
            return Err(wrong_kind(source, key, value, Kind::Moment, problems));
        };
        let Some(date) = moment.date else {
            let problem = source.error(
                &span,
                "wrong-type",
                format!("`{key}` is a time without a day: {}", shown(written)),
            );
            problems.push(problem.help(format!(
                "write the day before it, such as {}",
                shown(&format!("2026-01-01T{written}"))
            )));
            return Err(Reported);
        };
        if moment.time.is_some_and(|time| time.second == Some(60)) {
            let problem = source.error(
                &span,
                "leap-second",
                format!("{} is a leap second, which no clock here counts", shown(written)),
            );
            problems.push(problem.help("write the second after it"));
            return Err(Reported);
        }
        // What is beyond nanoseconds has been cut off, so it is the text that tells.
        if let Some((whole, fraction)) = written.split_once('.')
            && fraction.trim_start_matches('0').starts_with(|next: char| next.is_ascii_digit())
        {
            let rest = fraction.trim_start_matches(|next: char| next.is_ascii_digit());
            let problem = source.error(
                &span,
                "fraction-of-a-second",
                format!("{} has a fraction of a second, and only whole seconds count", shown(written)),
            );
            problems.push(problem.help(format!("write {}", shown(&format!("{whole}{rest}")))));
            return Err(Reported);
        }
        let seconds = time::seconds(date, moment.time);
        let epoch = match (moment.offset, self) {
            (Some(offset), _) => seconds - time::offset_seconds(offset),
            (None, Self::Named(name, zone)) => {
                let local = Local { seconds, date, time: moment.time, name, zone };
                local.epoch(source, &span, written).map_err(|problem| {
                    problems.push(*problem);
                    Reported
                })?
            }
            (None, Self::Wrong) => return Err(Reported),
            (None, Self::Missing) => {
                let message = format!("{} is a local time, and the file has no `timezone`", shown(written));
                let utc =
                    if moment.time.is_some() { format!("{written}Z") } else { format!("{date}T00:00:00Z") };
                let help = format!(
                    "add `timezone = \"Europe/Oslo\"` or another at the top of the file, or write an offset: {}",
                    shown(&utc)
                );
                problems.push(source.error(&span, "missing-timezone", message).help(help));
                return Err(Reported);
            }
        };
        if !time::is_writable(epoch) {
            let problem = source.error(
                &span,
                "time-out-of-range",
                format!("{} lies outside the years 0 to 9999 in UTC", shown(written)),
            );
            problems.push(problem.help("leave `until` out if the window never closes"));
            return Err(Reported);
        }
        Ok(Moment { epoch, written, parsed: *moment, date })
    }
}

impl Moment<'_> {
    /// As it was written, and what that is in UTC.
    fn told(&self) -> String {
        let utc = rfc3339(self.epoch);
        if utc == self.written { shown(&utc) } else { format!("{} ({utc} in UTC)", shown(self.written)) }
    }

    /// Warns of an end that was meant as the last second, or the last minute, of the window.
    fn check_end(&self, source: &Source<'_>, span: &Span, problems: &mut Problems) {
        let Some(time) = self.parsed.time else { return };
        let missing = match (time.minute, time.second.unwrap_or_default()) {
            (_, 59) => 1,
            (59, 0) => 60,
            _ => return,
        };
        let next = time::seconds(self.date, self.parsed.time) + missing;
        let next = match self.parsed.offset {
            Some(offset) => time::with_offset(self.epoch + missing, time::offset_seconds(offset)),
            None if next % 86_400 == 0 => day(next),
            None => time::local(next),
        };
        let what = if missing == 1 { "second" } else { "minute" };
        let message = format!("`until` is not inside the window, so its last {what} is missing");
        let help = if !time::is_writable(self.epoch + missing) {
            "leave `until` out if the window never closes".to_owned()
        } else if matches!((time.hour, time.minute), (23, 59)) {
            format!("write the next day: `{next}`")
        } else {
            format!("write the moment after it: `{next}`")
        };
        problems.push(source.error(span, "until-is-exclusive", message).help(help).warning());
    }
}

/// The window between two moments.
pub(crate) fn window(
    source: &Source<'_>,
    from: Moment<'_>,
    until: Option<(Moment<'_>, Span)>,
    problems: &mut Problems,
) -> Read<Window> {
    let Some((until, span)) = until else { return Ok(Window { from: from.epoch, until: None }) };
    if from.epoch < until.epoch {
        until.check_end(source, &span, problems);
        return Ok(Window { from: from.epoch, until: Some(until.epoch) });
    }
    let message = format!("`until` is not later than `from`: {} and {}", until.told(), from.told());
    let help = if until.parsed.time.is_none() && until.date == from.date {
        let next = time::day(time::seconds(until.date, None) + 86_400);
        format!("`until` is not inside the window: for the whole day write `{next}`")
    } else if until.epoch == from.epoch {
        "`until` is not inside the window, so nothing would be: write a later time".to_owned()
    } else {
        "did you swap them? if not, look at the years".to_owned()
    };
    problems.push(source.error(&span, "until-before-from", message).help(help));
    Err(Reported)
}

/// A wall clock time in a zone.
struct Local<'z> {
    /// Since 1970, as if in UTC.
    seconds: i64,
    date: Date,
    time: Option<Time>,
    name: &'z str,
    zone: &'z TimeZone,
}

impl Local<'_> {
    fn epoch(&self, source: &Source<'_>, span: &Span, written: &str) -> Result<Epoch, Box<Problem>> {
        let out_of_range = || {
            let message = format!("{} cannot be told in {}", shown(written), shown(self.name));
            Box::new(source.error(span, "time-out-of-range", message).help("write it with an offset"))
        };
        match self.offset().ok_or_else(out_of_range)? {
            AmbiguousOffset::Unambiguous { offset } => Ok(self.seconds - i64::from(offset.seconds())),
            AmbiguousOffset::Fold { before, .. } if self.time.is_none() => {
                Ok(self.seconds - i64::from(before.seconds()))
            }
            AmbiguousOffset::Gap { before, after } => {
                let (before, after) = (i64::from(before.seconds()), i64::from(after.seconds()));
                let what = if self.time.is_some() { "does not exist" } else { "has no midnight" };
                let message = format!(
                    "{} {what} in {}: {}",
                    shown(written),
                    shown(self.name),
                    self.change(self.seconds - before, before, after)
                );
                let (later, earlier) = (self.seconds - before, self.seconds - after);
                let help =
                    format!("write `{}` or `{}`", with_offset(earlier, before), with_offset(later, after));
                Err(Box::new(source.error(span, "skipped-time", message).help(help)))
            }
            AmbiguousOffset::Fold { before, after } => {
                let (before, after) = (i64::from(before.seconds()), i64::from(after.seconds()));
                let message = format!(
                    "{} happens twice in {}: {}",
                    shown(written),
                    shown(self.name),
                    self.change(self.seconds - after, before, after)
                );
                let (first, second) = (self.seconds - before, self.seconds - after);
                let help = format!(
                    "write `{}` for the first or `{}` for the second",
                    with_offset(first, before),
                    with_offset(second, after)
                );
                Err(Box::new(source.error(span, "repeated-time", message).help(help)))
            }
        }
    }

    fn offset(&self) -> Option<AmbiguousOffset> {
        let narrow = |number: u8| i8::try_from(number).ok();
        let (hour, minute, second) = match self.time {
            Some(time) => {
                (narrow(time.hour)?, narrow(time.minute)?, narrow(time.second.unwrap_or_default())?)
            }
            None => (0, 0, 0),
        };
        let year = i16::try_from(self.date.year).ok()?;
        let local =
            DateTime::new(year, narrow(self.date.month)?, narrow(self.date.day)?, hour, minute, second, 0)
                .ok()?;
        Some(self.zone.to_ambiguous_timestamp(local).offset())
    }

    /// What the clocks do, at the change at or before the instant.
    fn change(&self, at: Epoch, before: i64, after: i64) -> String {
        let instant = Timestamp::from_second(at.saturating_add(1)).ok();
        let change =
            instant.and_then(|instant| self.zone.preceding(instant).next().map(|change| change.timestamp()));
        let direction = if before < after { "forward" } else { "back" };
        let Some(change) = change.map(Timestamp::as_second) else {
            return format!("clocks are put {direction} then");
        };
        let (from, to) = (change + before, change + after);
        if day(from) == day(to) {
            format!("clocks are put {direction} from {} to {} on {}", clock(from), clock(to), day(from))
        } else {
            format!(
                "clocks are put {direction} from {} {} to {} {}",
                day(from),
                clock(from),
                day(to),
                clock(to)
            )
        }
    }
}

/// Warns of an abbreviation, which is winter time in the eyes of its country and perhaps all year here.
fn check_summer(source: &Source<'_>, span: &Span, name: &str, zone: &TimeZone, problems: &mut Problems) {
    let meant = match name {
        "EST" => "`America/New_York`",
        "MST" => "`America/Denver`",
        "CET" | "MET" => "`Europe/Oslo` or another city",
        "EET" => "`Europe/Helsinki` or another city",
        "WET" => "`Europe/Lisbon`",
        "GMT" => "`Europe/London`, or `UTC` for no summer time",
        _ => return,
    };
    let offset = |month| {
        let noon = DateTime::new(2026, month, 15, 12, 0, 0, 0).ok()?;
        Some(zone.to_ambiguous_timestamp(noon).offset())
    };
    let message = if offset(1) == offset(7) {
        format!("{} has no summer time: in summer it is an hour off", shown(name))
    } else {
        format!("{} means winter time to most people, and has summer time here", shown(name))
    };
    let problem = source.error(span, "zone-without-summer-time", message);
    problems.push(problem.help(format!("did you mean {meant}?")).warning());
}

/// The zone that somebody may have meant.
fn likely_zone(name: &str, zones: &TimeZoneDatabase) -> Option<String> {
    let names: Vec<String> = zones.available().map(|name| name.as_str().to_owned()).collect();
    let wanted = name.trim().replace(' ', "_");
    let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_lowercase();
    let same = names.iter().find(|known| known.eq_ignore_ascii_case(&wanted));
    let city = || names.iter().find(|known| known.contains('/') && last(known) == last(&wanted));
    same.or_else(city)
        .cloned()
        .or_else(|| nearest(&wanted, names.iter().map(String::as_str)).map(str::to_owned))
}
