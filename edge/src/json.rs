//! JSON, written without a detour.

use crate::digits;
use rights::vocabulary::Said;

/// A key as objects take it, with what stands before and behind it: written in one piece, for a line has many.
macro_rules! key {
    ($name:literal) => {
        concat!(",\"", $name, "\":")
    };
}
pub(crate) use key;

/// An object under construction.
pub(crate) struct Object {
    text: String,
}

impl Object {
    /// An object for which there is room at once.
    pub(crate) fn new() -> Self {
        let mut text = String::with_capacity(1024);
        text.push('{');
        Self { text }
    }

    pub(crate) fn text<'t>(&mut self, key: &str, value: impl Into<Option<&'t str>>) {
        self.key(key);
        match value.into() {
            Some(value) => quoted(&mut self.text, value),
            None => self.text.push_str("null"),
        }
    }

    /// A text that needs no escape, as whoever calls it knows.
    pub(crate) fn plain(&mut self, key: &str, value: Option<&str>) {
        self.key(key);
        match value {
            Some(value) => {
                self.text.push('"');
                self.text.push_str(value);
                self.text.push('"');
            }
            None => self.text.push_str("null"),
        }
    }

    pub(crate) fn number(&mut self, key: &str, value: impl Into<Option<i64>>) {
        self.key(key);
        match value.into() {
            Some(value) => digits::number(&mut self.text, value),
            None => self.text.push_str("null"),
        }
    }

    pub(crate) fn time(&mut self, key: &str, value: Option<i64>) {
        self.key(key);
        match value {
            Some(value) => {
                self.text.push('"');
                digits::time(&mut self.text, value);
                self.text.push('"');
            }
            None => self.text.push_str("null"),
        }
    }

    pub(crate) fn flag(&mut self, key: &str, value: bool) {
        self.key(key);
        self.text.push_str(if value { "true" } else { "false" });
    }

    /// What a vocabulary says, under a name that is no [`key!`] yet.
    pub(crate) fn said(&mut self, name: &str, said: Said<'_>) {
        let mut key = String::with_capacity(name.len() + 4);
        for part in [",\"", name, "\":"] {
            key.push_str(part);
        }
        let key = key.as_str();
        match said {
            Said::Text(text) => self.text(key, text),
            Said::Number(number) => self.number(key, number.map(i64::from)),
            Said::Flag(flag) => self.flag(key, flag),
            Said::Time(time) => self.time(key, time),
            Said::Tiers(tiers) => {
                self.key(key);
                let mut separator = '[';
                for tier in tiers.list() {
                    self.text.push(separator);
                    quoted(&mut self.text, &tier.to_string());
                    separator = ',';
                }
                self.text.push_str(if separator == '[' { "[]" } else { "]" });
            }
        }
    }

    pub(crate) fn end(mut self) -> String {
        self.text.push('}');
        self.text
    }

    /// Keys are ours, and need no escape. The first has nothing before it.
    fn key(&mut self, key: &str) {
        let key = if self.text.len() > 1 { key } else { key.get(1..).unwrap_or_default() };
        self.text.push_str(key);
    }
}

/// Control characters, line separators of every script, quotation marks and backslashes are escaped, everything else stands
/// as it is.
fn quoted(out: &mut String, text: &str) {
    out.push('"');
    if is_plain(text.as_bytes()) {
        out.push_str(text);
    } else {
        escaped(out, text);
    }
    out.push('"');
}

/// Whether it is ASCII and needs no escape: most texts, so that eight bytes are looked at together.
fn is_plain(text: &[u8]) -> bool {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    let has_zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let (words, rest) = text.as_chunks::<8>();
    let special = words.iter().fold(0, |special, bytes| {
        let word = u64::from_le_bytes(*bytes);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        special
            | control
            | (word & HIGH)
            | has_zero(word ^ (ONES * u64::from(b'"')))
            | has_zero(word ^ (ONES * u64::from(b'\\')))
            | has_zero(word ^ (ONES * 0x7f))
    });
    special == 0 && rest.iter().all(|byte| matches!(byte, b' ' | b'!' | b'#'..=b'[' | b']'..=b'~'))
}

#[cold]
fn escaped(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            // Some readers of logs take the last two for ends of lines.
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' => {
                out.push_str("\\u");
                for shift in [12, 8, 4, 0] {
                    let digit = HEX.get((letter as usize >> shift) & 15).copied().unwrap_or(b'0');
                    out.push(char::from(digit));
                }
            }
            _ => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_written_can_be_read() {
        for text in [
            "",
            "plain",
            "\"",
            "\\",
            "a\"b\\c",
            "\r\nset-cookie: a=b",
            "\0\u{7f}",
            "\u{e5}\u{1f600}",
            "</script>",
        ] {
            let mut object = Object::new();
            object.text(key!("text"), text);
            object.text(key!("nothing"), None);
            object.number(key!("number"), -7);
            object.flag(key!("flag"), true);
            let written = object.end();
            let read: serde_json::Value = serde_json::from_str(&written).unwrap();
            assert_eq!(
                read,
                serde_json::json!({ "text": text, "nothing": null, "number": -7, "flag": true })
            );
            let ends_line = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
            assert!(!written.contains(ends_line), "{written:?}");
        }
    }
}
