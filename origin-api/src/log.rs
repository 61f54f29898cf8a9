//! The log: a JSON object a line, on stdout.

use serde_json::{Map, Value};
use std::collections::HashMap;
use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

/// Writes a line about something that happened by itself.
pub(crate) fn line(event: &str, known: &HashMap<&str, &str>) {
    let mut line = Map::new();
    line.insert("event".to_owned(), event.into());
    for (key, value) in known {
        line.insert((*key).to_owned(), (*value).into());
    }
    write(line);
}

/// Writes a line, with the time in front.
pub(crate) fn write(known: Map<String, Value>) {
    let mut line = Map::from_iter([("at".to_owned(), now().into())]);
    line.extend(known);
    // Nobody reads it any more: that is no reason to stop.
    let _ = writeln!(std::io::stdout().lock(), "{}", Value::Object(line));
}

/// The time, in epoch seconds.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since).unwrap_or(i64::MAX)
}
