//! The log: a JSON object a line, on stdout.

use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

/// As many bytes as most lines have.
const USUAL: usize = 512;

/// A line: what is in it, with the time in front.
#[derive(Serialize)]
struct Line<'l, T> {
    at: i64,
    event: &'l str,
    #[serde(flatten)]
    known: T,
}

/// Writes a line about something that happened by itself.
pub(crate) fn line(event: &str, known: &HashMap<&str, &str>) {
    write(event, known.iter().collect::<BTreeMap<_, _>>());
}

/// Writes a line about an event, with what is known of it.
pub(crate) fn write(event: &str, known: impl Serialize) {
    let mut line = Vec::with_capacity(USUAL);
    if serde_json::to_writer(&mut line, &Line { at: now(), event, known }).is_ok() {
        line.push(b'\n');
        // At once, for all threads wait for their turn. If nobody reads it any more: that is no reason to stop.
        let _ = std::io::stdout().lock().write_all(&line);
    }
}

/// The time, in epoch seconds.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since).unwrap_or(i64::MAX)
}
