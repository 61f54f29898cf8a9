//! What is wrong with a folder, where, and what to do about it.

mod render;

use core::fmt;
use serde_json::{Value, json};
use std::rc::Rc;

/// Where something stands in a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The file's path in the folder, with `/`.
    pub file: Rc<str>,
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
}

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The folder cannot be used.
    Error,
    /// It can, and hardly means what it says.
    Warning,
}

impl Severity {
    /// As people and scripts read it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whether the folder can be used nevertheless.
    pub severity: Severity,
    /// What kind it is, in a word that does not change, such as `unknown-territory`.
    pub code: &'static str,
    /// The file's path in the folder, with `/`; empty if it is about the folder as a whole.
    pub file: String,
    /// From 1; 0 if it is about the file or the folder as a whole.
    pub line: u32,
    /// In characters, from 1; a tab is one.
    pub column: u32,
    /// In characters, at least 1, and not beyond the line.
    pub length: u32,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
    /// The line; of a very long one the part around the spot.
    pub text: String,
    /// The column of `text`'s first character.
    pub text_column: u32,
}

impl Problem {
    /// A problem of the folder as a whole.
    #[must_use]
    pub fn of_folder(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            file: String::new(),
            line: 0,
            column: 0,
            length: 0,
            message: message.into(),
            help: None,
            text: String::new(),
            text_column: 1,
        }
    }

    /// An error at a spot of a policy that was read; `line` is the text of the line that it is on.
    #[must_use]
    pub fn at(spot: &Spot, length: u32, line: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            file: spot.file.to_string(),
            line: spot.line,
            column: spot.column,
            length: length.max(1),
            text: line.trim_end_matches(['\r', '\n']).to_owned(),
            ..Self::of_folder(code, message)
        }
    }

    /// With what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same, not as bad.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// For scripts. `help` is null if there is none, as are the file and the place.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let placed = |number: u32| Some(number).filter(|_| self.line > 0);
        json!({
            "file": Some(&self.file).filter(|file| !file.is_empty()),
            "line": placed(self.line),
            "column": placed(self.column),
            "length": placed(self.length),
            "severity": self.severity.name(),
            "code": self.code,
            "message": self.message,
            "help": self.help,
        })
    }
}

/// All that is wrong, in the order of files, lines and columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Each, in order.
    pub fn iter(&self) -> core::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them makes the folder unusable.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// The problems themselves, in order.
    #[must_use]
    pub fn into_vec(self) -> Vec<Problem> {
        self.0
    }

    pub(crate) fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Whether there is an error behind the first so many.
    pub(crate) fn has_errors_after(&self, count: usize) -> bool {
        self.0.iter().skip(count).any(|problem| problem.severity == Severity::Error)
    }

    /// Drops what does not hold of those behind the first so many.
    pub(crate) fn retain_after(&mut self, count: usize, holds: impl Fn(&Problem) -> bool) {
        let mut at = 0_usize;
        self.0.retain(|problem| {
            at = at.saturating_add(1);
            at <= count || holds(problem)
        });
    }

    /// Looking through all names of a folder costs time, and nobody reads the hundredth suggestion.
    pub(crate) fn worth_suggesting(&self) -> bool {
        self.0.len() < 100
    }

    pub(crate) fn sorted(mut self) -> Self {
        self.0.sort_by(|one, other| {
            let key = |problem: &Problem| (problem.line, problem.column, problem.severity);
            one.file
                .cmp(&other.file)
                .then_with(|| key(one).cmp(&key(other)))
                .then_with(|| one.message.cmp(&other.message))
        });
        self.0.dedup();
        self
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = core::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in self {
            writeln!(out, "{problem}")?;
        }
        Ok(())
    }
}

impl core::error::Error for Problems {}

/// The user's text for a message: in backticks, nothing in it that a terminal would obey, and not too long.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut out = String::from("`");
    for (at, character) in text.chars().enumerate() {
        if at == LONGEST {
            out.push('…');
            break;
        }
        if render::is_harmless(character) {
            out.push(character);
        } else {
            out.extend(character.escape_unicode());
        }
    }
    out.push('`');
    out
}

/// As people list things: `` `a`, `b` or `c` ``.
pub(crate) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(shown).collect();
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} or {last}", first.join(", ")),
    }
}
