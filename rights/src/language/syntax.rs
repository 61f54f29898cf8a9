//! What is no TOML at all.

use super::problem::{Problem, Problems, shown};
use super::source::{Source, Span};
use super::time;
use toml::de::{DeTable, Error};

/// Parses a file; nothing comes back if it is no TOML.
pub(crate) fn parse<'a>(source: &Source<'a>, problems: &mut Problems) -> Option<DeTable<'a>> {
    let (table, errors) = DeTable::parse_recoverable(source.text);
    if errors.is_empty() {
        return Some(table.into_inner());
    }
    let mut found: Vec<(Span, &Error)> = errors.iter().map(|error| (span(source, error), error)).collect();
    found.sort_by_key(|(span, _)| (span.start, span.end));
    let mut last_line = 0;
    for (span, error) in found {
        let problem = explain(source, span, error.message());
        // What follows on the same line follows from the first.
        if problem.line != last_line {
            last_line = problem.line;
            problems.push(problem);
        }
    }
    None
}

/// Where it is wrong; an end of line is underlined behind the last character.
fn span(source: &Source<'_>, error: &Error) -> Span {
    error.span().unwrap_or(source.text.len()..source.text.len())
}

fn explain(source: &Source<'_>, span: Span, message: &str) -> Problem {
    let written = source.slice(&span);
    let (line_before, line_after) = around(source, &span);
    let line = format!("{line_before}{line_after}");
    if let Some(quote) = line.chars().find(|letter| matches!(letter, '“' | '”' | '„' | '‘' | '’' | '«' | '»'))
        && !line.contains('"')
    {
        let help = format!("replace {} and its like by the plain quote `\"`", shown(&quote.to_string()));
        return source.error(&span, "syntax", "a text stands in quotes that are not plain").help(help);
    }
    if message == "duplicate key" {
        let message = format!("{} stands here a second time", shown(written));
        let help = if line.trim_start().starts_with('[') {
            "sections that may be repeated have two brackets, such as `[[grant]]`; otherwise join the two"
        } else {
            "remove one of the two; each rule begins with a line such as `[[grant]]`"
        };
        return source.error(&span, "duplicate-key", message).help(help);
    }
    let value = line.split_once('=').map(|(_, value)| value.split('#').next().unwrap_or_default().trim());
    if let Some(value) = value
        && let Some(day) = time::from_other_notation(value)
    {
        let message = format!("{} is not a date as it is written here", shown(value));
        return source.error(&span, "syntax", message).help(format!("did you mean `{day}`?"));
    }
    let problem = source.error(&span, "syntax", lowercase(message));
    match help(message, written, &line) {
        Some(help) => problem.help(help),
        None => problem,
    }
}

fn help(message: &str, written: &str, line: &str) -> Option<String> {
    let quoted = format!("\"{}\"", written.trim());
    let help = match message {
        message if message.starts_with("string values must be quoted") => {
            format!("put it in quotes: {}", shown(&quoted))
        }
        message if message.starts_with("missing comma") => {
            "put a `,` between the members of the list".to_owned()
        }
        message if message.starts_with("unclosed array,") || message == "unclosed array" => {
            "close the list with `]`".to_owned()
        }
        message if message.starts_with("unclosed array table") => {
            "close the section's name with `]]`".to_owned()
        }
        message if message.starts_with("unclosed table") => "close the section's name with `]`".to_owned(),
        message if message.starts_with("key with no value") => {
            "write `key = value`; to leave a note, begin the line with `#`".to_owned()
        }
        message if message.contains("basic string") || message.contains("literal string") => {
            if line.contains('\\') {
                "write `/` instead of `\\`, or `\\\\` for one `\\`".to_owned()
            } else {
                "a text begins and ends with `\"` on the same line".to_owned()
            }
        }
        message if message.contains("unquoted key") => {
            "keys are made of `a-z`, `0-9`, `_` and `-`; texts stand in quotes".to_owned()
        }
        message if message.contains("date") || message.contains("month") || message.contains("day") => {
            "write a date that there is, such as `2026-01-01`, or a time such as `2026-01-01T06:00:00Z`"
                .to_owned()
        }
        message if message.contains("leading zero") => {
            "write the number without a `0` before it; a date is written `2026-01-31`".to_owned()
        }
        _ => return None,
    };
    Some(help)
}

/// The line before and after where the span begins, not more than people read.
fn around<'a>(source: &Source<'a>, span: &Span) -> (&'a str, &'a str) {
    const MOST: usize = 400;
    let at = source.boundary(span.start.min(source.text.len()));
    let before = source.slice(&(source.boundary(at.saturating_sub(MOST))..at));
    let after = source.slice(&(at..source.boundary(at.saturating_add(MOST).min(source.text.len()))));
    let before = before.rsplit('\n').next().unwrap_or_default();
    (before, after.split('\n').next().unwrap_or_default())
}

fn lowercase(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
