//! JSON, written without a detour.

use rights::moment::rfc3339;
use rights::vocabulary::Said;
use std::fmt::Write as _;

/// An object under construction.
pub(crate) struct Object {
    text: String,
}

impl Object {
    pub(crate) fn new() -> Self {
        let mut text = String::with_capacity(768);
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

    pub(crate) fn number(&mut self, key: &str, value: impl Into<Option<i64>>) {
        self.key(key);
        match value.into() {
            // Writing to a String cannot fail.
            Some(value) => {
                let _ = write!(self.text, "{value}");
            }
            None => self.text.push_str("null"),
        }
    }

    pub(crate) fn flag(&mut self, key: &str, value: bool) {
        self.key(key);
        self.text.push_str(if value { "true" } else { "false" });
    }

    pub(crate) fn said(&mut self, key: &str, said: Said<'_>) {
        match said {
            Said::Text(text) => self.text(key, text),
            Said::Number(number) => self.number(key, number.map(i64::from)),
            Said::Flag(flag) => self.flag(key, flag),
            Said::Time(time) => self.text(key, time.map(rfc3339).as_deref()),
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

    fn key(&mut self, key: &str) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        quoted(&mut self.text, key);
        self.text.push(':');
    }
}

/// What is no visible ASCII character in it is escaped, but for other scripts' letters.
fn quoted(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if !matches!(byte, b'"' | b'\\' | 0..=0x1f | 0x7f) {
            continue;
        }
        out.push_str(text.get(plain..at).unwrap_or_default());
        plain = at + 1;
        if matches!(byte, b'"' | b'\\') {
            out.push('\\');
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "\\u{byte:04x}");
        }
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push('"');
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
            object.text("text", text);
            object.text("nothing", None);
            object.number("number", -7);
            object.flag("flag", true);
            let written = object.end();
            let read: serde_json::Value = serde_json::from_str(&written).unwrap();
            assert_eq!(
                read,
                serde_json::json!({ "text": text, "nothing": null, "number": -7, "flag": true })
            );
            assert!(written.bytes().all(|byte| byte >= b' ' && byte != 0x7f), "{written:?}");
        }
    }
}
