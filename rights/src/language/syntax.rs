//! What is no TOML at all, in the words of people who never heard of it.

use super::problem::{Problem, Problems, shown};
use super::source::{Source, Span};
use super::time;
use toml::de::{DeTable, Error};

/// So many errors of one file are reported; a table saved as text has one on every line.
const MOST: usize = 50;

/// Parses a file; nothing comes back if it is no TOML.
pub(crate) fn parse<'a>(source: &Source<'a>, problems: &mut Problems) -> Option<DeTable<'a>> {
    let (table, errors) = DeTable::parse_recoverable(source.text);
    if errors.is_empty() {
        return Some(table.into_inner());
    }
    let mut found: Vec<(Span, &Error)> = errors.iter().map(|error| (span(source, error), error)).collect();
    found.sort_by_key(|(span, _)| (span.start, span.end));
    let (mut last_line, mut reported) = (0, 0);
    for (span, error) in found {
        let (problem, swallows_the_rest) = Mistake::new(source, span, error.message()).explain();
        // What follows on the same line follows from the first.
        if problem.line != last_line {
            last_line = problem.line;
            problems.push(problem);
            reported += 1;
            if swallows_the_rest || reported == MOST {
                break;
            }
        }
    }
    None
}

fn span(source: &Source<'_>, error: &Error) -> Span {
    error.span().unwrap_or(source.text.len()..source.text.len())
}

/// What the parser says, and what stands around it.
struct Mistake<'s, 'a> {
    source: &'s Source<'a>,
    span: Span,
    said: &'s str,
    /// What it complains of.
    written: &'a str,
    /// The line before that, and from there on.
    before: &'a str,
    after: &'a str,
}

impl<'s, 'a> Mistake<'s, 'a> {
    fn new(source: &'s Source<'a>, span: Span, said: &'s str) -> Self {
        const AROUND: usize = 400;
        let at = source.boundary(span.start.min(source.text.len()));
        let before = source.slice(&(source.boundary(at.saturating_sub(AROUND))..at));
        let after = source.slice(&(at..source.boundary(at.saturating_add(AROUND).min(source.text.len()))));
        let before = before.rsplit('\n').next().unwrap_or_default();
        let after = after.split('\n').next().unwrap_or_default();
        Self { source, written: source.slice(&span), span, said, before, after }
    }

    /// The problem, and whether what the parser says of the lines below means nothing.
    fn explain(&self) -> (Problem, bool) {
        let found = self.runaway_list().map(|words| (words, true)).or_else(|| {
            self.of_quotes()
                .or_else(|| self.of_value())
                .or_else(|| self.of_line())
                .map(|words| (words, false))
        });
        let (words, swallows) = found.unwrap_or_else(|| (self.in_the_parsers_words(), false));
        let code = if self.said == "duplicate key" { "duplicate-key" } else { "syntax" };
        let (message, help) = words;
        let problem = self.source.error(&self.span, code, message);
        (if help.is_empty() { problem } else { problem.help(help) }, swallows)
    }

    fn line(&self) -> String {
        format!("{}{}", self.before, self.after)
    }

    /// What stands behind the `=`, without a note.
    fn value(&self) -> Option<String> {
        let line = self.line();
        let (_, value) = line.split_once('=')?;
        Some(value.split('#').next().unwrap_or_default().trim().to_owned())
    }

    fn key(&self) -> String {
        self.line().split('=').next().unwrap_or_default().trim().to_owned()
    }

    /// A list without its `]` takes in the lines below.
    fn runaway_list(&self) -> Option<Words> {
        let line = self.line();
        let begins_anew = line.starts_with('[')
            || line.split_once('=').is_some_and(|(key, _)| {
                !key.is_empty()
                    && key.trim_end().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            });
        let in_list = self.said.contains("in array") || self.said.contains("array element");
        (in_list && begins_anew && self.before.len() <= line.find('=').unwrap_or_default()
            || self.said.starts_with("unclosed array,"))
        .then(|| words("a list above this is not closed", "close it with `]`"))
    }

    fn of_quotes(&self) -> Option<Words> {
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
        let text = line.split('#').next().unwrap_or_default().replace("\\\"", "");
        if text.matches('"').count() % 2 == 1 && !text.contains("\"\"\"") {
            let help = "a text begins and ends with `\"`, on the same line";
            return Some(words("a quote is missing on this line", help));
        }
        None
    }

    fn of_value(&self) -> Option<Words> {
        let (key, value) = (self.key(), self.value()?);
        if let Some(day) = time::from_other_notation(&value).filter(|day| *day != value) {
            return Some(words(
                format!("{} is not how a date is written", shown(&value)),
                format!("did you mean `{day}`?"),
            ));
        }
        if self.said.starts_with("string values must be quoted") || self.said.starts_with("invalid boolean") {
            let written = self.written.trim();
            if value.is_empty() {
                return Some(words(format!("{} has no value", shown(&key)), "write it behind the `=`"));
            }
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
            return Some(words(format!("{} stands without quotes", shown(written)), help));
        }
        if self.after.starts_with('(') || value.starts_with(['(', '{']) && !self.before.contains('[') {
            return Some(words("a list does not stand in `( )` or `{ }`", "write it in `[ ]`"));
        }
        if self.said.starts_with("unexpected key or value") {
            let list = self.after.trim_start().starts_with(',') && !value.starts_with('[');
            let help = if list {
                "if it is a list, put it in `[ ]`"
            } else {
                "remove it, or put it on a line of its own; a note begins with `#`"
            };
            return Some(words("the line goes on behind its value", help));
        }
        if self.said.starts_with("missing comma") {
            return Some(words("a comma is missing in this list", "put a `,` between its members"));
        }
        if self.said.starts_with("extra comma") {
            return Some(words("there is a comma too many", "remove it, or write what is missing before it"));
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
        None
    }

    fn of_line(&self) -> Option<Words> {
        let line = self.line();
        let line = line.trim();
        if self.said == "duplicate key" {
            let help = if line.starts_with('[') {
                "join the two: only `[[grant]]`, `[[blackout]]` and `[[expect]]`, with two brackets, come more than once"
            } else {
                "remove one of the two; each rule begins with a line such as `[[grant]]`"
            };
            return Some(words(format!("{} stands here a second time", shown(self.written)), help));
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
            return Some(words("the section's name is not closed", "close it with `]`"));
        }
        if self.said.starts_with("unquoted keys cannot be empty") {
            let help = "write it before the `=`, or a section's name between its brackets";
            return Some(words("a name is missing here", help));
        }
        let of_key =
            self.said.starts_with("key with no value") || self.said.starts_with("invalid unquoted key");
        if !of_key {
            return None;
        }
        if let Some((key, _)) = line.split_once(':').filter(|(key, _)| !key.contains(['=', ' ', '"'])) {
            return Some(words(format!("{} has no value", shown(key)), "write `=` instead of `:`"));
        }
        if let Some((key, _)) = line.split_once('=') {
            let joined = key.split_whitespace().collect::<Vec<_>>().join("_");
            return Some(words(
                format!("{} is not one key", shown(key.trim())),
                format!("did you mean {}?", shown(&joined)),
            ));
        }
        let help = "write `key = value`; a note begins with `#`";
        Some(words("this is neither a key with a value nor a section", help))
    }

    fn in_the_parsers_words(&self) -> Words {
        let mut letters = self.said.chars();
        let said = letters.next().map(|first| first.to_lowercase().chain(letters).collect::<String>());
        let help = if self.said.contains("offset") {
            "an offset is written as `+01:00` or `Z`"
        } else if self.said.contains("hour between") {
            "midnight is `00:00:00`; at the end of a day it is that of the next day"
        } else if self.said.contains("invalid time") {
            "a time is written as `2026-01-01T06:00:00Z`, with two digits each"
        } else if self.said.contains("invalid date") {
            "write a date that there is, such as `2026-01-31`, with two digits for month and day"
        } else {
            ""
        };
        words(said.unwrap_or_default(), help)
    }
}

/// What is wrong, and what to do.
type Words = (String, String);

fn words(message: impl Into<String>, help: impl Into<String>) -> Words {
    (message.into(), help.into())
}
