//! What is no TOML at all: which of the parser's complaints are reported, and what is believed of the rest of the file.

mod dates;
mod lines;
mod values;

use super::source::{Source, Span};
use crate::problem::{Problem, Problems, Severity};
use std::collections::BTreeSet;
use toml::de::{DeTable, Error};

/// So many errors of one file are reported; a table saved as text has one on every line.
const MOST: usize = 50;

/// What to say when there is nothing better to say.
const ANYTHING: &str = "write `key = value`, texts in `\"`, lists in `[ ]`; a note begins with `#`";

/// What a file says that is not wholly TOML, and where that cannot be believed.
#[derive(Debug)]
pub(crate) struct Broken {
    /// The lines that the parser complains of.
    lines: BTreeSet<u32>,
    /// From this line on everything may be something else than it seems.
    cut: u32,
}

impl Broken {
    /// Whether a mistake is surely one of its own, and no consequence of what could not be read.
    pub(crate) fn trusts(&self, problem: &Problem) -> bool {
        const SURE: [&str; 17] = [
            "fraction-of-a-second",
            "excludes-everything",
            "leap-second",
            "number-out-of-range",
            "repeated-time",
            "skipped-time",
            "time-out-of-range",
            "unfit-name",
            "unfit-pattern",
            "unfit-title",
            "unknown-country",
            "unknown-device",
            "unknown-key",
            "unknown-outcome",
            "unknown-territory",
            "unknown-timezone",
            "wrong-type",
        ];
        // The parser makes up values that are missing, and puts them at the beginning of the file.
        let is_made_up = (problem.line, problem.column) == (1, 1) && problem.code != "unknown-key";
        problem.severity == Severity::Error
            && !is_made_up
            && SURE.contains(&problem.code)
            && problem.line < self.cut
            && !self.lines.contains(&problem.line)
    }
}

/// Parses a file. Of one that is not TOML comes back what was understood; nothing of one that is hopeless.
pub(crate) fn parse<'a>(
    source: &Source<'a>,
    problems: &mut Problems,
) -> Option<(DeTable<'a>, Option<Broken>)> {
    if let Some(at) = source.text.find('\r').filter(|_| !source.text.contains('\n')) {
        let message = "the lines of this file end as on very old computers, with CR alone";
        let problem = source.error(&(at..at), "syntax", message);
        problems.push(problem.help("save it with line ends of the kind LF or CRLF"));
        return None;
    }
    let (table, errors) = DeTable::parse_recoverable(source.text);
    let table = table.into_inner();
    if errors.is_empty() {
        return Some((table, None));
    }
    let mut found: Vec<(Span, &Error)> = errors.iter().map(|error| (span(source, error), error)).collect();
    found.sort_by_key(|(span, _)| (span.start, span.end));
    let unclosed = errors.iter().any(|error| error.message().starts_with("unclosed array,"));
    // Texts over several lines are hardly ever meant, and where they end nobody knows.
    let long = ["\"\"\"", "'''"].into_iter().filter_map(|quotes| source.text.find(quotes)).min();
    let cut = long.map_or(u32::MAX, |at| source.position(at).0);
    let mut broken = Broken { lines: BTreeSet::new(), cut };
    let mut reported: Vec<Problem> = Vec::new();
    let mut last_line = 0;
    let mut listening = true;
    for (span, error) in found {
        let (line, _) = source.position(span.start);
        broken.lines.extend(line..=source.position(span.end).0);
        let mistake = Mistake::new(source, span, error.message(), unclosed);
        if mistake.hides_what_follows() {
            broken.cut = broken.cut.min(line);
        }
        if !listening || line == last_line {
            // What follows on the same line follows from the first.
            continue;
        }
        last_line = line;
        let (problem, swallows_the_rest) = mistake.explain();
        broken.lines.insert(problem.line);
        if swallows_the_rest {
            broken.cut = broken.cut.min(problem.line);
        }
        reported.push(problem);
        if reported.len() == MOST {
            broken.cut = 0;
        }
        listening = !swallows_the_rest && reported.len() < MOST;
    }
    if let Some(last) = reported.last_mut() {
        const MORE: &str = "there may be more mistakes in this file once this is mended";
        last.help = Some(last.help.take().map_or(MORE.to_owned(), |help| {
            let joint = if help.ends_with('?') { " " } else { "; " };
            format!("{help}{joint}{MORE}")
        }));
    }
    for problem in reported {
        problems.push(problem);
    }
    Some((table, Some(broken)))
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
    /// A list of the file is not closed.
    unclosed: bool,
}

impl<'s, 'a> Mistake<'s, 'a> {
    fn new(source: &'s Source<'a>, span: Span, said: &'s str, unclosed: bool) -> Self {
        const AROUND: usize = 400;
        let at = source.boundary(span.start.min(source.text.len()));
        let before = source.slice(&(source.boundary(at.saturating_sub(AROUND))..at));
        let after = source.slice(&(at..source.boundary(at.saturating_add(AROUND).min(source.text.len()))));
        let before = before.rsplit('\n').next().unwrap_or_default();
        let after = after.split('\n').next().unwrap_or_default();
        Self { source, written: source.slice(&span), span, said, before, after, unclosed }
    }

    /// The problem, and whether what the parser says of the lines below means nothing.
    fn explain(&self) -> (Problem, bool) {
        let found = self
            .odd_space()
            .or_else(|| self.runaway())
            .or_else(|| self.of_braces())
            .or_else(|| self.of_quotes())
            .or_else(|| self.of_moment())
            .or_else(|| self.of_value())
            .or_else(|| self.of_line());
        let words = found.unwrap_or_else(|| words("this cannot be read", ANYTHING));
        let code = if self.said == "duplicate key" { "duplicate-key" } else { "syntax" };
        let span = words.at.unwrap_or_else(|| self.span.clone());
        let problem = self.source.error(&span, code, words.message);
        (if words.help.is_empty() { problem } else { problem.help(words.help) }, words.swallows)
    }

    /// Whether keys or members below may have ended up somewhere else.
    fn hides_what_follows(&self) -> bool {
        let line = self.line();
        let line = line.trim();
        let in_list = ["comma", "must be quoted", "invalid float", "invalid boolean"];
        let is_member = || in_list.iter().any(|said| self.said.contains(said));
        let is_key = || {
            line.starts_with(|first: char| first.is_ascii_lowercase())
                && (line.contains('=') || self.said.starts_with("key with no value") && !line.contains(']'))
        };
        line.starts_with('[')
            || ["unclosed", "invalid basic", "invalid literal"].iter().any(|said| self.said.starts_with(said))
            || self.said.contains("inline table")
            || self.value().is_some_and(|value| value.is_empty())
            || !(is_key() || is_member())
    }

    fn line(&self) -> String {
        format!("{}{}", self.before, self.after)
    }

    /// Where the line begins, or what is kept of it.
    fn line_start(&self) -> usize {
        self.span.start.min(self.source.text.len()).saturating_sub(self.before.len())
    }

    /// What stands behind the `=`, without a note.
    fn value(&self) -> Option<String> {
        let line = self.line();
        let (_, value) = line.split_once('=')?;
        Some(value.split('#').next().unwrap_or_default().trim().to_owned())
    }

    /// Where that stands.
    fn value_span(&self) -> Option<Span> {
        let (line, value) = (self.line(), self.value()?);
        let behind = line.find('=')?.saturating_add(1);
        let at = line.get(behind..)?.find(&value)?.saturating_add(behind).saturating_add(self.line_start());
        Some(at..at.saturating_add(value.len()))
    }

    fn key(&self) -> String {
        self.line().split('=').next().unwrap_or_default().trim().to_owned()
    }
}

/// What is wrong, and what to do.
struct Words {
    message: String,
    help: String,
    /// Where, if the parser noticed it elsewhere.
    at: Option<Span>,
    /// What the parser says of the lines below means nothing.
    swallows: bool,
}

impl Words {
    fn at(self, span: Option<Span>) -> Self {
        Self { at: span.or(self.at), ..self }
    }
}

fn words(message: impl Into<String>, help: impl Into<String>) -> Words {
    Words { message: message.into(), help: help.into(), at: None, swallows: false }
}
