//! A configuration as it was written: read, and its mistakes shown at their places.

mod locate;

pub(crate) use locate::{mistake_at, mistake_in};

use crate::instant::Instant;
use crate::{Answer, Failure, files, print_json, remark_lines};
use locate::span_of;
use rights::language::{Problem, Severity};
use rights::nearest::nearest;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

const LONGEST: u64 = 4 << 20;

const CODE: &str = "configuration";

/// What is said to be expected where a secret is to be named.
const A_SECRET: &str = "a reference to a secret";

/// One of the fields that are said to be known there.
const OF_A_SECRET: &str = "`secrets_manager`";

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
    pub(crate) fn settings<T: DeserializeOwned>(&self) -> Result<T, Box<Problem>> {
        toml::from_str(&self.text).map_err(|error| Box::new(self.mistake_of::<T>(&error)))
    }

    fn mistake_of<T: DeserializeOwned>(&self, error: &toml::de::Error) -> Problem {
        let (place, span) = (place_of(error), error.span());
        let message = error.message().lines().next().unwrap_or_default().trim_end_matches('.');
        if message.contains(A_SECRET) {
            return self.secret_itself(place.as_deref().unwrap_or_default(), span.unwrap_or_default());
        }
        let what = match &place {
            None => missing_at_the_top(message),
            Some(place) => {
                as_epoch_seconds(message, place, span.clone().and_then(|span| self.text.get(span)))
                    .or_else(|| one_of_several(message, place))
            }
        };
        let what = what.or_else(|| of_the_top::<T>(message)).unwrap_or_else(|| in_words(message));
        // An unknown field names itself, and stands where it is shown.
        let what = match place.filter(|_| !message.starts_with("unknown field")) {
            Some(place) => format!("{place}: {what}"),
            None => what,
        };
        match span {
            // Behind it the secret may stand that was to be named.
            Some(span) if message.contains(OF_A_SECRET) => {
                let problem = mistake_at(&self.file, &self.text, &span, CODE, &what);
                let shown = problem.column.saturating_add(problem.length).saturating_sub(1);
                shown_until(problem, shown, " = ..")
            }
            Some(span) => mistake_at(&self.file, &self.text, &span, CODE, &what),
            None => mistake_in(&self.file, CODE, &what),
        }
    }

    /// A secret that is written instead of named. Nothing of it is shown.
    fn secret_itself(&self, place: &str, span: Range<usize>) -> Problem {
        let what = format!(
            "{place}: a secret is never written here, but named; write `{{ file = \"..\" }}` or `{{ env = \"..\" }}`, and take this one for known to others"
        );
        let problem = mistake_at(&self.file, &self.text, &span, CODE, &what);
        let shown = problem.column.saturating_sub(1);
        Problem { length: 2, ..shown_until(problem, shown, "..") }
    }

    /// Something that is wrong at a place such as `tokens.lifetime`. What to do stands behind the last semicolon.
    pub(crate) fn mistake(&self, place: &str, code: &'static str, what: &str) -> Problem {
        match span_of(&self.text, place) {
            Some(span) => mistake_at(&self.file, &self.text, &span, code, what),
            // Nothing that is written: a default, or a configuration as a whole.
            None => mistake_in(&self.file, code, &format!("{place}: {what}")),
        }
    }

    /// The same, with the place in front: for what does not say by itself what it is about.
    pub(crate) fn mistake_named(&self, place: &str, code: &'static str, what: &str) -> Problem {
        match span_of(&self.text, place) {
            Some(span) => mistake_at(&self.file, &self.text, &span, code, &format!("{place}: {what}")),
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

/// With so many letters of its line only, and something in the place of the others.
fn shown_until(problem: Problem, letters: u32, rest: &str) -> Problem {
    let text: String = problem.text.chars().take(letters as usize).collect();
    Problem { text: text + rest, ..problem }
}

/// The field that an error is about, such as `media.url`: an error says it only where it has no text to show.
fn place_of(error: &toml::de::Error) -> Option<String> {
    let mut error = error.clone();
    error.set_input(None);
    let shown = error.to_string();
    shown.lines().find_map(|line| Some(line.strip_prefix("in `")?.strip_suffix('`')?.to_owned()))
}

/// What serde and the parser say, with what to do.
fn in_words(message: &str) -> String {
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
    if ["invalid type", "invalid value", "invalid length"].iter().any(|start| message.starts_with(start)) {
        let (what, expected) = message.split_once(", expected ").unwrap_or((message, "another"));
        let expected = match expected {
            "u8" => "a whole number from 0 to 255",
            "u16" => "a whole number from 0 to 65535",
            "u32" => "a whole number from 0 to 4294967295",
            "u64" | "usize" => "a whole number from 0 on",
            "a string" | "path string" => "a text in quotes",
            "a sequence" => "a list, such as [\"..\"]",
            "a boolean" => "`true` or `false`",
            "a tuple of size 2" => "a pair, such as [\"group\", \"tier\"]",
            "a map" => "a table, such as { name = \"value\" }",
            table if table.starts_with("struct ") => "a table, such as { name = \"value\" }",
            other => other,
        };
        return format!("{what}; write {expected}");
    }
    if message == "duplicate key" {
        return "duplicate key; take one of the two out".to_owned();
    }
    // Whoever says what to do has said it.
    if message.contains("; ") {
        return message.to_owned();
    }
    format!("{message}; write it as TOML, such as `name = \"value\"`")
}

/// What is said of a field that the file as a whole has to have.
fn missing_at_the_top(message: &str) -> Option<String> {
    let field = between_ticks(message.strip_prefix("missing field ")?).next()?;
    let written = match field {
        "schema" => "`schema = 1` at the top",
        "session_key" => {
            "`session_key = { file = \"session.key\" }`, and make that file with `openssl rand -hex 32`"
        }
        "listen" => "`listen = \"127.0.0.1:8080\"`",
        "public_url" => "`public_url = \"https://api.example.com\"`",
        "policies" => "`policies = \"policies\"`, a folder of policy files",
        "store" => "`[store]` and below it `file = \"playgate.db\"`",
        "login" => "`[[login]]` and below it `issuer = \"https://..\"` and `audience = [\"..\"]`",
        "media" => "`[media]` and below it `url = \"https://media.example.com\"`",
        _ => return None,
    };
    Some(format!("`{field}` is missing; write {written}"))
}

/// What is said of a field of the whole file that stands behind the line of a table, and so is taken for a field of that.
fn of_the_top<T: DeserializeOwned>(message: &str) -> Option<String> {
    let field = between_ticks(message.strip_prefix("unknown field ")?).next()?.to_owned();
    // Whoever does not know the field without a name says which are known.
    let fields = toml::from_str::<T>("\"\" = 0").err()?.message().to_owned();
    let (_, fields) = fields.split_once(", expected ")?;
    between_ticks(fields).any(|known| known == field).then(|| {
        format!("unknown field `{field}` in this table; it is one of the whole file, and belongs above the first `[..]`")
    })
}

/// What is said of a date where seconds are wanted: how many that are.
fn as_epoch_seconds(message: &str, place: &str, written: Option<&str>) -> Option<String> {
    let field = place.rsplit('.').next().filter(|field| ["from", "until"].contains(field))?;
    if !message.starts_with("invalid type") {
        return None;
    }
    let seconds =
        written.map(|written| written.trim_matches('"')).and_then(|written| Instant::from_str(written).ok());
    Some(match seconds {
        Some(Instant(seconds)) => {
            format!("this is no number; write it in epoch seconds: `{field} = {seconds}`")
        }
        None => "this is no number; write epoch seconds, as `date -d 2027-01-01T00:00:00Z +%s` says them"
            .to_owned(),
    })
}

/// What is said of one table where there can be several.
fn one_of_several(message: &str, place: &str) -> Option<String> {
    let is_one = message.starts_with("invalid type: map, expected a sequence");
    is_one.then(|| format!("this is one table, and there can be several; write `[[{place}]]`"))
}

fn between_ticks(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}
