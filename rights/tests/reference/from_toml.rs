//! A policy from the files of a folder that are known to be right; it does not look for mistakes.

use super::{Blackout, Grant, Policy};
use serde_json::Value;
use toml::de::{DeTable, DeValue};

type Table = serde_json::Map<String, Value>;

/// The policy of these files, by path and text. `None` if a date is local: of time zones nothing is known here.
pub(crate) fn from_toml(files: &[(String, String)]) -> Option<Policy> {
    let mut policy = Policy::default();
    for (path, text) in files {
        let file = table(DeTable::parse(text).ok()?.get_ref());
        // A file's own group gets the file's name, because another file may have one of the same name.
        let prefix = if path == "groups.toml" { String::new() } else { format!("{path}:") };
        let own = file.get("groups").and_then(Value::as_object).cloned().unwrap_or_default();
        let scope =
            Scope { prefix: &prefix, own: &own, agreement: text_of(&file, "agreement").unwrap_or_default() };
        for (name, _) in &own {
            policy.groups.push((format!("{prefix}{name}"), scope.territories(&own, name)));
        }
        for rule in tables(&file, "grant") {
            policy.grants.push(scope.grant(rule)?);
        }
        for rule in tables(&file, "blackout") {
            policy.blackouts.push(scope.blackout(rule)?);
        }
    }
    Some(policy)
}

/// What the texts of one file mean.
struct Scope<'a> {
    prefix: &'a str,
    own: &'a Table,
    agreement: String,
}

impl Scope<'_> {
    fn territories(&self, table: &Table, key: &str) -> Vec<String> {
        let in_scope = |item: String| {
            let (mark, name) = item.strip_prefix('!').map_or(("", item.as_str()), |name| ("!", name));
            let prefix = if self.own.contains_key(name) { self.prefix } else { "" };
            format!("{mark}{prefix}{name}")
        };
        texts_of(table, key).unwrap_or_default().into_iter().map(in_scope).collect()
    }

    fn id(&self, rule: &Table) -> String {
        format!("{}/{}", self.agreement, text_of(rule, "id").unwrap_or_default())
    }

    fn grant(&self, rule: &Table) -> Option<Grant> {
        let number = |key: &str| rule.get(key).and_then(Value::as_i64).and_then(|of| of.try_into().ok());
        let window = window(rule)?;
        Some(Grant {
            id: self.id(rule),
            titles: texts_of(rule, "titles")?,
            territories: self.territories(rule, "territories"),
            from: window.0,
            until: window.1,
            tiers: texts_of(rule, "tiers")?,
            devices: texts_of(rule, "devices"),
            max_height: number("max_height"),
            max_streams: number("max_streams"),
            drm: rule.get("drm").and_then(Value::as_bool).unwrap_or(false),
        })
    }

    fn blackout(&self, rule: &Table) -> Option<Blackout> {
        let window = window(rule)?;
        Some(Blackout {
            id: self.id(rule),
            titles: texts_of(rule, "titles")?,
            territories: self.territories(rule, "territories"),
            from: window.0,
            until: window.1,
            message: text_of(rule, "message"),
        })
    }
}

fn tables<'a>(file: &'a Table, key: &str) -> impl Iterator<Item = &'a Table> {
    file.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

fn text_of(table: &Table, key: &str) -> Option<String> {
    table.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn texts_of(table: &Table, key: &str) -> Option<Vec<String>> {
    let list = table.get(key)?.as_array()?;
    Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// `None` if a date is local.
fn window(rule: &Table) -> Option<(i64, Option<i64>)> {
    let from = rule.get("from")?.as_i64()?;
    match rule.get("until") {
        Some(until) => Some((from, Some(until.as_i64()?))),
        None => Some((from, None)),
    }
}

fn table(of: &DeTable<'_>) -> Table {
    of.iter().map(|(key, value)| (key.get_ref().to_string(), plain(value.get_ref()))).collect()
}

/// A value as JSON has it; a date as epoch seconds, and a local date as null.
fn plain(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok().into(),
        DeValue::Float(number) => number.as_str().into(),
        DeValue::Boolean(yes) => (*yes).into(),
        DeValue::Datetime(at) => epoch(&at.to_string()).into(),
        DeValue::Array(list) => list.iter().map(|item| plain(item.get_ref())).collect(),
        DeValue::Table(inner) => table(inner).into(),
    }
}

/// `2026-01-01T00:00:00+02:00` as epoch seconds; `None` without an offset. Days are counted year by year.
fn epoch(text: &str) -> Option<i64> {
    let (date, rest) = text.split_once(['T', 't', ' '])?;
    let (time, sign, offset) = match rest.split_once(['Z', 'z']) {
        Some((time, _)) => (time, 0, "0:0"),
        None => match rest.split_once('+') {
            Some((time, offset)) => (time, 1, offset),
            None => rest.split_once('-').map(|(time, offset)| (time, -1, offset))?,
        },
    };
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    let [hours_east, minutes_east] = numbers(offset, ':')?;
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_before: i64 = (0..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
    let february = if leap(year) { 29 } else { 28 };
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let in_year: i64 = months.iter().take(usize::try_from(month - 1).ok()?).sum();
    // 719,528 days lie between the beginning of the year 0 and 1970.
    let days = days_before + in_year + day - 1 - 719_528;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second - sign * (hours_east * 3600 + minutes_east * 60))
}

fn numbers<const N: usize>(text: &str, between: char) -> Option<[i64; N]> {
    let parts: Vec<i64> = text.split(between).map_while(|part| part.parse().ok()).collect();
    parts.try_into().ok()
}
