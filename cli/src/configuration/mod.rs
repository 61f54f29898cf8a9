//! A configuration as it was written: read, and its mistakes shown at their places.

mod locate;

pub(crate) use locate::{mistake_at, mistake_in};

use crate::{Answer, Failure, files, print_json, remark_lines};
use locate::span_of;
use rights::language::{Problem, Severity};
use rights::nearest::nearest;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::io::Read as _;
use std::path::{Path, PathBuf};

const LONGEST: u64 = 4 << 20;

/// The text of a configuration, and where it stands.
pub(crate) struct Document {
    file: String,
    folder: PathBuf,
    text: String,
}

impl Document {
    /// Reads one.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let file = path.display().to_string();
        let about = |error: &dyn std::fmt::Display| Failure::about(&file, error);
        let mut bytes = Vec::new();
        std::fs::File::open(path)
            .and_then(|opened| opened.take(LONGEST + 1).read_to_end(&mut bytes))
            .map_err(|error| about(&files::in_words(&error)))?;
        if bytes.len() as u64 > LONGEST {
            return Err(about(&"the file is over 4 MiB, which no configuration is: check the path"));
        }
        let Ok(text) = String::from_utf8(bytes) else {
            return Err(about(&"this is no text in UTF-8: check the path"));
        };
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Self { file, folder, text })
    }

    /// What it says; or the first thing in its text that is wrong.
    pub(crate) fn settings<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        toml::from_str(&self.text).map_err(|error| {
            let what = in_words(error.message());
            match error.span() {
                Some(span) => mistake_at(&self.file, &self.text, &span, "configuration", &what),
                None => mistake_in(&self.file, "configuration", &what),
            }
        })
    }

    /// Something that is wrong at a place such as `tokens.lifetime`. What to do stands behind the last semicolon.
    pub(crate) fn mistake(&self, place: &str, code: &'static str, what: &str) -> Problem {
        match span_of(&self.text, place) {
            Some(span) => mistake_at(&self.file, &self.text, &span, code, what),
            // Nothing that is written: a default, or a configuration as a whole.
            None => mistake_in(&self.file, code, &format!("{place}: {what}")),
        }
    }

    /// The folder that it stands in.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Shows what is wrong: to people on stderr, to scripts in the shape that `policy check` has.
pub(crate) fn show(problems: &[Problem], json: bool) -> Answer {
    let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    if json {
        return print_json(&json!({
            "ok": false,
            "errors": count(Severity::Error),
            "warnings": count(Severity::Warning),
            "problems": problems.iter().map(Problem::to_json).collect::<Vec<_>>(),
        }));
    }
    for problem in problems {
        remark_lines(&problem.to_string());
    }
    Ok(())
}

/// What serde and the parser say, with what to do.
fn in_words(message: &str) -> String {
    let message = message.lines().next().unwrap_or_default().trim_end_matches('.');
    if let Some((what, expected)) = message.split_once(", expected ")
        && (what.starts_with("unknown field") || what.starts_with("unknown variant"))
    {
        let word = between_ticks(what).next().unwrap_or_default();
        let known: Vec<&str> = between_ticks(expected).collect();
        return match nearest(word, known.iter().copied()) {
            Some(meant) => format!("{what}; did you mean `{meant}`?"),
            None if known.is_empty() => format!("{what}; take it out"),
            None => format!("{what}; there are `{}`", known.join("`, `")),
        };
    }
    if let Some(field) = message.strip_prefix("missing field ") {
        return format!("{field} is missing; write it here");
    }
    if message.starts_with("invalid ") {
        let message = message
            .replace("expected u32", "expected a whole number from 0 to 4294967295")
            .replace("expected u64", "expected a whole number from 0 on")
            .replace("expected a sequence", "expected a list, such as [\"..\"]")
            .replace("expected a boolean", "expected `true` or `false`")
            .replace("expected a tuple of size 2", "expected a pair, such as [\"group\", \"tier\"]");
        let (what, expected) = message.split_once(", expected ").unwrap_or((message.as_str(), "another"));
        return format!("{what}; write {expected}");
    }
    format!("{message}; write it as TOML, such as `name = \"value\"`")
}

fn between_ticks(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}
