//! The log: a JSON object a line, on stdout.

use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
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
    let _ = writeln!(std::io::stdout().lock(), "{}", on_one_line(&Value::Object(line).to_string()));
}

/// Escapes what JSON lets stand and others take for the end of a line, or terminals for a command.
fn on_one_line(json: &str) -> Cow<'_, str> {
    let is_control = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    if !json.contains(is_control) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for letter in json.chars() {
        if is_control(letter) {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{:04x}", u32::from(letter));
        } else {
            out.push(letter);
        }
    }
    Cow::Owned(out)
}

/// The time, in epoch seconds.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_to_everybody() {
        for text in [
            "plain",
            "\u{e4}\u{1d11e}",
            "a\nb\r\u{b}\u{c}\u{1c}\u{85}\u{2028}\u{2029}",
            "\u{1b}[2J\u{9b}2J\u{7f}",
        ] {
            let line = on_one_line(&Value::from(text).to_string()).into_owned();
            assert!(
                !line.contains(|letter: char| letter.is_control() || "\u{2028}\u{2029}".contains(letter)),
                "{line}"
            );
            assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), text);
        }
    }
}
