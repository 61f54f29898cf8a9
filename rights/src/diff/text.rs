//! Differences for people and for programs.

use super::{Diff, Kind, NewMessage, Row};
use crate::language::time::rfc3339;
use crate::model::{Caps, Epoch};
use core::fmt;
use serde_json::{Value, json};

/// A text shows so many members of a list; the value for programs has them all.
const SHOWN: usize = 24;

impl Kind {
    /// In one word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gained => "gained",
            Self::Lost => "lost",
            Self::Changed => "changed",
        }
    }
}

impl Row {
    /// The territories as people say them: the name of a shared group where that says it all.
    #[must_use]
    pub fn territory_names(&self) -> Vec<String> {
        self.group.as_ref().map_or_else(|| self.territories.clone(), |group| vec![group.clone()])
    }
}

impl Diff {
    /// How many rows there are of a kind.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        self.rows.iter().filter(|row| row.kind == kind).count()
    }

    /// For programs. Times are RFC 3339, and null where there is no end.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let rows: Vec<Value> = self.rows.iter().map(row_to_json).collect();
        let message =
            |message: &NewMessage| json!({ "rule": message.rule, "old": message.old, "new": message.new });
        let messages: Vec<Value> = self.messages.iter().map(message).collect();
        json!({
            "gained": self.count(Kind::Gained),
            "lost": self.count(Kind::Lost),
            "changed": self.count(Kind::Changed),
            "rows": rows,
            "messages": messages,
        })
    }

    /// For people.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows.is_empty() {
            out.write_str("Nothing changes for any viewer.\n")?;
        } else {
            let counts = [Kind::Gained, Kind::Lost, Kind::Changed]
                .map(|kind| format!("{} {}", self.count(kind), kind.name()))
                .join(", ");
            writeln!(out, "{counts}")?;
        }
        for row in &self.rows {
            writeln!(out, "\n{row}")?;
        }
        for message in &self.messages {
            writeln!(out, "\n{message}")?;
        }
        Ok(())
    }
}

impl fmt::Display for NewMessage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |message: &Option<String>| {
            message.as_ref().map_or("nothing".to_owned(), |text| format!("\"{text}\""))
        };
        writeln!(out, "MESSAGE blackout {}", self.rule)?;
        write!(out, "        what viewers read: {} -> {}", quoted(&self.old), quoted(&self.new))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.name().to_uppercase();
        let titles = but_not(&self.titles, "everything", str::to_owned);
        writeln!(out, "{kind:<8}{titles}")?;
        let territories = but_not(&self.territory_names(), "everywhere", known_place);
        let tiers = match self.tiers.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["*", "anonymous"] => "everybody".to_owned(),
            _ => but_not(&self.tiers, "any login", |tier| match tier {
                "anonymous" => "not logged in".to_owned(),
                tier => tier.to_owned(),
            }),
        };
        let devices = listed(&self.devices, "any device");
        writeln!(out, "        where: {territories}    who: {tiers}    on: {devices}")?;
        let when = when(self.from, self.until);
        write!(out, "        when: {when}    up to: {}", limits(self.old, self.new))
    }
}

/// A list whose exclusions stand behind the rest: what is named, and what of it is not meant.
fn but_not(list: &[String], all: &str, in_words: impl Fn(&str) -> String) -> String {
    let (excluded, included): (Vec<&String>, Vec<&String>) =
        list.iter().partition(|member| member.starts_with('!'));
    let words = |list: Vec<&String>| -> Vec<String> {
        let bare = list.into_iter().map(|member| member.trim_start_matches('!'));
        bare.map(|member| if member == "*" { all.to_owned() } else { in_words(member) }).collect()
    };
    let included = listed(&words(included), all);
    if excluded.is_empty() {
        included
    } else {
        format!("{included} but not {}", listed(&words(excluded), all))
    }
}

/// A place, and what is not known of it, as [`crate::places::Points::describe`] writes it.
fn known_place(code: &str) -> String {
    match code.strip_suffix("??").map(|place| place.trim_end_matches('-')) {
        Some("") => "country unknown".to_owned(),
        Some(place) if place.contains('-') => format!("{place} (no closer known)"),
        Some(place) => format!("{place} (region unknown)"),
        None => code.to_owned(),
    }
}

fn listed(list: &[String], all: &str) -> String {
    match list {
        [star] if star == "*" => all.to_owned(),
        _ if list.len() <= SHOWN => list.join(", "),
        _ => {
            let shown: Vec<&str> = list.iter().take(SHOWN).map(String::as_str).collect();
            format!("{}, and {} more (`--json` lists all)", shown.join(", "), list.len() - SHOWN)
        }
    }
}

fn when(from: Option<Epoch>, until: Option<Epoch>) -> String {
    match (from.map(rfc3339), until.map(rfc3339)) {
        (None, None) => "always".to_owned(),
        (Some(from), None) => format!("from {from} on"),
        (None, Some(until)) => format!("until {until}"),
        (Some(from), Some(until)) => format!("from {from} until {until}"),
    }
}

/// What is allowed; where both allow something, what changes in it with an arrow.
fn limits(old: Option<Caps>, new: Option<Caps>) -> String {
    let (Some(before), Some(after)) = (old.or(new), new.or(old)) else { return "nothing".to_owned() };
    let [before, after] = [before, after].map(|caps| {
        let height = caps.max_height.map_or("any height".to_owned(), |lines| format!("{lines} lines"));
        let streams = match caps.max_streams {
            None => "any number of streams".to_owned(),
            Some(1) => "1 stream".to_owned(),
            Some(streams) => format!("{streams} streams"),
        };
        [height, streams, if caps.drm { "DRM" } else { "no DRM" }.to_owned()]
    });
    let both = |(before, after): (String, String)| {
        if before == after { before } else { format!("{before} -> {after}") }
    };
    before.into_iter().zip(after).map(both).collect::<Vec<_>>().join(", ")
}

fn row_to_json(row: &Row) -> Value {
    let caps = |caps: Option<Caps>| {
        caps.map(
            |caps| json!({ "max_height": caps.max_height, "max_streams": caps.max_streams, "drm": caps.drm }),
        )
    };
    json!({
        "kind": row.kind.name(),
        "titles": row.titles,
        "territories": row.territories,
        "group": row.group,
        "tiers": row.tiers,
        "devices": row.devices,
        "from": row.from.map(rfc3339),
        "until": row.until.map(rfc3339),
        "old": caps(row.old),
        "new": caps(row.new),
    })
}
