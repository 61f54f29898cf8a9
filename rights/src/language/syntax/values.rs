//! Values that cannot be read: quotes, lists, numbers.

use super::super::fields::height_named;
use super::super::source::Span;
use super::{Mistake, Words, words};
use crate::problem::shown;

impl Mistake<'_, '_> {
    /// A list without its `]` takes in the lines below.
    pub(super) fn runaway(&self) -> Option<Words> {
        let line = self.line();
        let is_key = |key: &str| {
            !key.is_empty() && key.trim_end().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        let begins_section = line.starts_with("[[") || line.starts_with('[') && !line.contains(['"', ',']);
        let begins_key = line.split_once('=').is_some_and(|(key, _)| is_key(key));
        let in_list = self.said.contains("in array") || self.said.contains("array element") || self.unclosed;
        let goes_on = begins_section && self.unclosed
            || begins_key && in_list && self.before.len() <= line.find('=').unwrap_or_default();
        if !goes_on && !self.said.starts_with("unclosed array,") {
            return None;
        }
        let found = words("this list is not closed", "write `]` behind its last member");
        Some(Words { swallows: true, ..found.at(self.open_list()) })
    }

    /// The `[` of the list in which this line stands.
    fn open_list(&self) -> Option<Span> {
        let mut end = self.line_start();
        if self.said.starts_with("unclosed array,") && self.line().contains('[') {
            end = self.span.start;
        }
        let above = self.source.text.get(..end)?;
        let mut at = above.len();
        for line in above.split_inclusive('\n').rev() {
            at = at.saturating_sub(line.len());
            let Some(equals) = line.find('=').filter(|_| !line.trim_start().starts_with(['#', '"', '\'']))
            else {
                continue;
            };
            let behind = line.get(equals.saturating_add(1)..)?;
            if behind.trim_start().starts_with('[') {
                let bracket = at.saturating_add(equals).saturating_add(1).saturating_add(behind.find('[')?);
                return Some(bracket..bracket.saturating_add(1));
            }
        }
        None
    }

    /// What begins with `{` takes in the lines below, too.
    pub(super) fn of_braces(&self) -> Option<Words> {
        if self.said.starts_with("missing inline table opening") {
            return Some(words("this `}` closes nothing", "remove it; lists stand in `[ ]`"));
        }
        let in_braces = self.said.contains("inline table") || self.said.starts_with("missing assignment");
        if !in_braces {
            return None;
        }
        let above = self.source.text.get(..self.span.start)?;
        let opening = above.rfind('{').map(|at| at..at.saturating_add(1));
        let found = words("what begins with this `{` cannot be read", "remove it; lists stand in `[ ]`");
        Some(Words { swallows: true, ..found.at(opening) })
    }

    pub(super) fn of_quotes(&self) -> Option<Words> {
        let line = self.line();
        let typographic = |letter: &char| matches!(letter, '“' | '”' | '„' | '‘' | '’' | '«' | '»');
        let quote = self.written.chars().find(typographic);
        let quote = quote.or_else(|| line.chars().find(typographic).filter(|_| !line.contains('"')));
        if let Some(quote) = quote {
            let help = format!("replace `{quote}` and its like by the plain quote `\"`");
            return Some(words("a text stands in quotes that are not plain", help));
        }
        if self.said.starts_with("missing escaped value") {
            return Some(words(
                "`\\` means something else in a text",
                "write `/` instead, or `\\\\` for one `\\`",
            ));
        }
        if self.said.starts_with("invalid multi-line") {
            let quotes = if self.said.contains("literal") { "'''" } else { "\"\"\"" };
            let opening = self.source.text.rfind(quotes).map(|at| at..at.saturating_add(3));
            let found = words("this text is not closed", format!("end it with `{quotes}`"));
            return Some(Words { swallows: true, ..found.at(opening) });
        }
        let text = line.split('#').next().unwrap_or_default().replace("\\\"", "");
        if text.matches('"').count() % 2 == 1 && !text.contains("\"\"\"") {
            let help = "a text begins and ends with `\"`, on the same line";
            let found = words("a quote is missing on this line", help);
            return Some(Words { swallows: self.unclosed, ..found });
        }
        if self.said.starts_with("invalid literal string") && text.matches('\'').count() % 2 == 1 {
            let found =
                words("a quote is missing on this line", "end the text with `'`, or use `\"` for both");
            return Some(Words { swallows: self.unclosed, ..found });
        }
        None
    }

    pub(super) fn of_value(&self) -> Option<Words> {
        if self.said == "duplicate key" || self.line().starts_with('[') {
            return None;
        }
        if self.said.starts_with("missing comma") {
            return Some(self.missing_comma());
        }
        if self.said.starts_with("missing array opening") {
            return Some(words(
                "this `]` closes nothing",
                "write `[` before the first member, or remove the `]`",
            ));
        }
        if self.said.starts_with("unexpected `=` in array") {
            return Some(words(
                "an `=` does not stand in a list",
                "remove it, or close the list before it with `]`",
            ));
        }
        let (key, value) = (self.key(), self.value().unwrap_or_default());
        if self.after.starts_with('(') || value.starts_with(['(', '{']) && !self.before.contains('[') {
            return Some(words("a list does not stand in `( )` or `{ }`", "write it in `[ ]`"));
        }
        if self.said.starts_with("extra `=`") {
            let help =
                format!("write one: {}", shown(&format!("{key} = {}", value.trim_start_matches(['=', ' ']))));
            return Some(words("there is one `=` too many", help));
        }
        if key.starts_with("max") {
            let digits: String =
                value.chars().filter(|letter| !matches!(letter, ',' | '.' | ' ' | '\'')).collect();
            if let Some(help) = height_named(&value).filter(|_| key == "max_height") {
                return Some(words(format!("{} is not a number", shown(&value)), help).at(self.value_span()));
            }
            if digits != value && digits.len() > 2 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                let message = format!("{} is not how a number is written", shown(&value));
                return Some(words(message, format!("did you mean `{digits}`?")).at(self.value_span()));
            }
        }
        if self.said.contains("leading zero") {
            let help = match value.trim_start_matches('0') {
                number if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => {
                    format!("did you mean `{number}`? a date is written `2026-01-31`")
                }
                _ => "write the number without it; a date is written `2026-01-31`".to_owned(),
            };
            return Some(words("a number does not begin with `0`", help));
        }
        let bare =
            ["string values must be quoted", "invalid boolean", "invalid float", "missing opening quote"];
        if bare.iter().any(|said| self.said.starts_with(said)) {
            return Some(self.without_quotes(&key, &value));
        }
        if self.said.starts_with("unexpected key or value") {
            return Some(self.behind_the_value(&value));
        }
        if self.said.starts_with("extra comma") {
            return Some(words("there is a comma too many", "remove it, or write what is missing before it"));
        }
        None
    }

    fn missing_comma(&self) -> Words {
        if self.after.starts_with(';') || self.before.trim_end().ends_with(';') {
            return words("members of a list stand with a comma between them", "write `,` instead of `;`");
        }
        let above = self.source.text.get(..self.span.start).unwrap_or_default();
        let mut end = above.len();
        for line in above.split_inclusive('\n').rev() {
            let start = end.saturating_sub(line.len());
            let member = line.split(" #").next().unwrap_or_default().trim_end();
            if member.trim().is_empty() || member.trim_start().starts_with('#') {
                end = start;
                continue;
            }
            end = start.saturating_add(member.len());
            let quoted = member.strip_suffix('"').and_then(|rest| member.get(rest.rfind('"')?..));
            let what = quoted.map_or("this member".to_owned(), shown);
            let last = self.source.boundary(end.saturating_sub(1))..end;
            let found =
                words(format!("a comma is missing behind {what}"), "put a `,` between the members of a list");
            return found.at(Some(last));
        }
        words("a comma is missing in this list", "put a `,` between its members")
    }

    fn without_quotes(&self, key: &str, value: &str) -> Words {
        let written = self.written.trim();
        if value.is_empty() && !key.is_empty() && written.is_empty() {
            return words(
                format!("{} has no value", shown(key)),
                "write it behind the `=`, on the same line",
            );
        }
        let written = if written.starts_with('.') { value } else { written };
        let digits: String = written.chars().take_while(char::is_ascii_digit).collect();
        let help = match written.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => "write `true`".to_owned(),
            "false" | "no" | "off" if key == "drm" => "write `false`".to_owned(),
            "false" => "write `false`".to_owned(),
            _ if !digits.is_empty() && key.starts_with("max") => format!("did you mean `{digits}`?"),
            _ if written.starts_with('*') || !written.contains(['"', '\'']) => {
                format!("put it in quotes: {}", shown(&format!("\"{written}\"")))
            }
            _ => "texts stand in quotes, lists in `[ ]` with commas between the members".to_owned(),
        };
        words(format!("{} stands without quotes", shown(written)), help)
    }

    fn behind_the_value(&self, value: &str) -> Words {
        const MESSAGE: &str = "the line goes on behind its value";
        let rest = self.after.split('#').next().unwrap_or_default().trim();
        let help = match rest {
            "," | ";" | "." => format!("remove the `{rest}` at the end of the line"),
            _ if rest.starts_with(',') && !value.starts_with('[') => "if it is a list, put it in `[ ]`".to_owned(),
            _ if rest.starts_with(']') && !value.starts_with('[') => {
                "if it is a list, write `[` before its first member".to_owned()
            }
            _ if self.before.trim_end().ends_with('"') && rest.contains('"') => {
                "a text ends at the next `\"`: inside a text write `'`, and each member of a list with a comma".to_owned()
            }
            _ => "remove it, or put it on a line of its own; a note begins with `#`".to_owned(),
        };
        words(MESSAGE, help)
    }
}
