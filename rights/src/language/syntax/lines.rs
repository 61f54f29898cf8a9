//! Lines that are neither keys nor sections.

use super::super::fields::OTHER_ZONE;
use super::{Mistake, Words, words};
use crate::problem::shown;

impl Mistake<'_, '_> {
    /// A space that looks like one and is none, outside of texts and notes.
    pub(super) fn odd_space(&self) -> Option<Words> {
        let line = self.line();
        let mut quoted = false;
        for (at, letter) in line.char_indices() {
            match letter {
                '"' => quoted = !quoted,
                '#' if !quoted => return None,
                '\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
                    if !quoted =>
                {
                    let name = match letter {
                        '\u{a0}' | '\u{2007}' | '\u{202f}' => "a non-breaking space",
                        '\u{200b}' | '\u{feff}' => "an invisible character",
                        _ => "a space of an unusual width",
                    };
                    let start = self.line_start().saturating_add(at);
                    let help = "remove it, or type an ordinary space in its place";
                    let found = words(format!("here stands {name}"), help);
                    return Some(found.at(Some(start..start.saturating_add(letter.len_utf8()))));
                }
                _ => {}
            }
        }
        None
    }

    pub(super) fn of_line(&self) -> Option<Words> {
        let line = self.line();
        let line = line.trim();
        if self.said == "duplicate key" {
            return Some(self.second_time(line));
        }
        if ["//", "--", ";", "/*"].iter().any(|note| line.starts_with(note)) {
            return Some(words("this is neither a key nor a section", "a note begins with `#`"));
        }
        if line.starts_with('{') || line.starts_with("---") || line.starts_with('<') {
            let help = "a policy file is TOML: lines such as `schema = 1`, and sections such as `[[grant]]`";
            return Some(words("this is not a policy file", help));
        }
        if self.said.starts_with("unclosed array table") {
            return Some(words("the section's name is not closed", "close it with `]]`"));
        }
        if self.said.starts_with("unclosed table") {
            let help = if matches!(line.trim_start_matches('['), "grant" | "blackout" | "expect") {
                format!("write {}", shown(&format!("[[{}]]", line.trim_start_matches('['))))
            } else {
                "close it with `]`".to_owned()
            };
            return Some(words("the section's name is not closed", help));
        }
        if self.said.starts_with("unexpected key or value") {
            let help = "leave the name alone on its line, such as `[[grant]]`, and write the keys below";
            return Some(words("the line goes on behind the section's name", help));
        }
        if self.said.starts_with("missing table open") {
            return Some(words("this `]` closes nothing", "remove it, or write `[` before what it closes"));
        }
        if self.said.starts_with("unquoted keys cannot be empty") || self.said.contains("pair, expected key")
        {
            let help = "write it before the `=`, or a section's name between its brackets";
            return Some(words("a name is missing here", help));
        }
        if self.said.starts_with("carriage return") {
            let help = "save the file with line ends of the kind LF or CRLF";
            return Some(words("a line ends here as on very old computers, with CR alone", help));
        }
        let of_key =
            self.said.starts_with("key with no value") || self.said.starts_with("invalid unquoted key");
        of_key.then(|| without_value(line))
    }

    fn second_time(&self, line: &str) -> Words {
        let help = if line.starts_with('[') && matches!(self.written, "grant" | "blackout" | "expect") {
            format!("write `[[{}]]`, with two brackets, for each of them", self.written)
        } else if line.starts_with('[') {
            "join the two: only `[[grant]]`, `[[blackout]]` and `[[expect]]`, with two brackets, come more than once"
                .to_owned()
        } else if self.written == "timezone" {
            OTHER_ZONE.to_owned()
        } else {
            "remove one of the two; each rule begins with a line such as `[[grant]]`".to_owned()
        };
        let found = words(format!("{} stands here a second time", shown(self.written)), help);
        Words { swallows: line.starts_with('['), ..found }
    }
}

fn without_value(line: &str) -> Words {
    if let Some(rest) = line.strip_prefix("- ") {
        let help = format!("remove the `-`: {}; lists stand in `[ ]`", shown(rest.trim()));
        return words("a line does not begin with `-`", help);
    }
    if let Some((key, _)) = line.split_once(':').filter(|(key, _)| !key.contains(['=', ' ', '"'])) {
        return words(format!("{} has no value", shown(key)), "write `=` instead of `:`");
    }
    if let Some((key, _)) = line.split_once('=') {
        let joined = key.split_whitespace().collect::<Vec<_>>().join("_");
        return words(
            format!("{} is not one key", shown(key.trim())),
            format!("did you mean {}?", shown(&joined)),
        );
    }
    let name = line.trim_matches(['[', ']', ' ']);
    if line.ends_with(']') && matches!(name, "grant" | "blackout" | "expect") {
        return words("a bracket is missing on this line", format!("write `[[{name}]]`"));
    }
    let is_key =
        |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if let Some((key, value)) = line.split_once(' ').filter(|(key, _)| is_key(key))
        && value
            .trim_start()
            .starts_with(|first: char| first.is_ascii_digit() || matches!(first, '"' | '[' | '\''))
    {
        let help = format!("write {}", shown(&format!("{key} = {}", value.trim())));
        return words(format!("there is no `=` behind {}", shown(key)), help);
    }
    words("this is neither a key with a value nor a section", "write `key = value`; a note begins with `#`")
}
