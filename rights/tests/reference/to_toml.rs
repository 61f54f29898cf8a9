//! A policy as the files of a folder.

use super::{Blackout, Grant, Policy};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Path and text of every file: one for each agreement, and `groups.toml` if there are groups.
pub(crate) fn to_toml(policy: &Policy) -> Vec<(String, String)> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for grant in &policy.grants {
        let (agreement, id) = agreement_and_id(&grant.id);
        write_grant(file(&mut files, agreement), id, grant);
    }
    for blackout in &policy.blackouts {
        let (agreement, id) = agreement_and_id(&blackout.id);
        write_blackout(file(&mut files, agreement), id, blackout);
    }
    let mut folder: Vec<(String, String)> =
        files.into_iter().map(|(agreement, text)| (format!("{agreement}.toml"), text)).collect();
    if !policy.groups.is_empty() {
        let mut text = "[groups]\n".to_owned();
        for (name, members) in &policy.groups {
            push(&mut text, name, &list(members));
        }
        folder.push(("groups.toml".to_owned(), text));
    }
    folder
}

/// RFC 3339 in UTC, for years of four digits.
pub(crate) fn time(epoch: i64) -> String {
    let (days, seconds) = (epoch.div_euclid(86_400), epoch.rem_euclid(86_400));
    let mut year = 1970;
    let mut left = days;
    while left < 0 {
        year -= 1;
        left += days_of(year);
    }
    while left >= days_of(year) {
        left -= days_of(year);
        year += 1;
    }
    let mut month = 1;
    for length in [31, days_of(year) - 337, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", left + 1)
}

fn days_of(year: i64) -> i64 {
    if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) { 366 } else { 365 }
}

fn agreement_and_id(id: &str) -> (&str, &str) {
    id.split_once('/').unwrap_or(("none", id))
}

fn file<'a>(files: &'a mut BTreeMap<String, String>, agreement: &str) -> &'a mut String {
    files.entry(agreement.to_owned()).or_insert_with(|| format!("schema = 1\nagreement = \"{agreement}\"\n"))
}

fn write_grant(text: &mut String, id: &str, grant: &Grant) {
    write_rule(text, "grant", (id, &grant.titles, &grant.territories), grant.from, grant.until);
    push(text, "tiers", &list(&grant.tiers));
    if let Some(devices) = &grant.devices {
        push(text, "devices", &list(devices));
    }
    if let Some(height) = grant.max_height {
        push(text, "max_height", &height.to_string());
    }
    if let Some(streams) = grant.max_streams {
        push(text, "max_streams", &streams.to_string());
    }
    if grant.drm {
        push(text, "drm", "true");
    }
}

fn write_blackout(text: &mut String, id: &str, blackout: &Blackout) {
    write_rule(
        text,
        "blackout",
        (id, &blackout.titles, &blackout.territories),
        blackout.from,
        blackout.until,
    );
    if let Some(message) = &blackout.message {
        push(text, "message", &format!("{message:?}"));
    }
}

type Named<'a> = (&'a str, &'a [String], &'a [String]);

fn write_rule(text: &mut String, kind: &str, named: Named<'_>, from: i64, until: Option<i64>) {
    let (id, titles, territories) = named;
    let _ = writeln!(text, "\n[[{kind}]]");
    push(text, "id", &format!("\"{id}\""));
    push(text, "titles", &list(titles));
    push(text, "territories", &list(territories));
    push(text, "from", &time(from));
    if let Some(until) = until {
        push(text, "until", &time(until));
    }
}

fn push(text: &mut String, key: &str, value: &str) {
    let _ = writeln!(text, "{key} = {value}");
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.iter().map(|item| format!("\"{item}\"")).collect::<Vec<_>>().join(", "))
}
