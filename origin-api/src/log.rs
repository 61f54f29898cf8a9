//! The log: a JSON object a line, on stdout.

use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
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
        let mut line = on_one_line(line);
        line.push(b'\n');
        // At once, for all threads wait for their turn. If nobody reads it any more: that is no reason to stop.
        let _ = std::io::stdout().lock().write_all(&line);
    }
}

/// Escapes what JSON lets stand and others take for the end of a line, or terminals for a command.
fn on_one_line(json: Vec<u8>) -> Vec<u8> {
    if json.iter().all(|byte| (b' '..0x7f).contains(byte)) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    for letter in String::from_utf8_lossy(&json).chars() {
        if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{:04x}", u32::from(letter));
        } else {
            out.push(letter);
        }
    }
    out.into_bytes()
}

/// The time, in epoch seconds.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn a_line_is_one_line_to_everybody() {
        for text in [
            "plain",
            "\u{e4}\u{1d11e}",
            "a\nb\r\u{b}\u{c}\u{1c}\u{85}\u{2028}\u{2029}",
            "\u{1b}[2J\u{9b}2J\u{7f}",
        ] {
            let line = String::from_utf8(on_one_line(Value::from(text).to_string().into_bytes())).unwrap();
            assert!(
                !line.contains(|letter: char| letter.is_control() || "\u{2028}\u{2029}".contains(letter)),
                "{line}"
            );
            assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), text);
        }
    }
}
