//! The keys of a table, read as what they should be.

use super::sections::Section;
use super::source::{Source, Span};
use super::time;
use crate::nearest::nearest;
use crate::problem::{Problem, Problems, shown};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value, and where it stands.
pub(crate) type Value<'a> = Spanned<DeValue<'a>>;

/// Something is wrong, and has been reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reported;

/// What was read, unless an error was found and reported.
pub(crate) type Read<T> = Result<T, Reported>;

/// One table: a rule, or the top of a file.
pub(crate) struct Fields<'t, 'a> {
    pub(crate) source: &'t Source<'a>,
    table: &'t DeTable<'a>,
    header: Span,
    section: Section,
    /// Keys that are there under a name that was reported: nobody needs to hear that they are missing.
    misspelt: Vec<&'static str>,
}

impl<'t, 'a> Fields<'t, 'a> {
    /// Reports every key that does not belong there.
    pub(crate) fn open(
        source: &'t Source<'a>,
        table: &'t DeTable<'a>,
        header: Span,
        section: Section,
        problems: &mut Problems,
    ) -> Self {
        let mut misspelt = Vec::new();
        let headless = if section == Section::Agreement { headless(table) } else { None };
        if let Some((problem, meant)) = headless.as_ref().and_then(|rule| rule.problem(source)) {
            problems.push(problem);
            misspelt.push(meant);
        }
        let told = |key: &str| headless.as_ref().is_some_and(|rule| rule.home.keys().contains(&key));
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if section.keys().contains(&name) || told(name) {
                continue;
            }
            let (problem, meant) = unknown_key(source, section, key, value);
            problems.push(problem);
            misspelt.extend(meant);
        }
        Self { source, table, header, section, misspelt }
    }

    pub(crate) fn optional(&self, key: &str) -> Option<&'t Value<'a>> {
        self.table.get(key)
    }

    pub(crate) fn required(&self, key: &'static str, problems: &mut Problems) -> Read<&'t Value<'a>> {
        if let Some(value) = self.table.get(key) {
            return Ok(value);
        }
        if !self.misspelt.contains(&key) {
            let message = format!("{} needs `{key}`", self.section.name());
            let example = match key {
                "schema" => "schema = 1",
                "agreement" => "agreement = \"acme-2026\"",
                "id" => "id = \"svod-nordics\"",
                "titles" => "titles = [\"acme/*\"]",
                "territories" => "territories = [\"NO\", \"SE\"]",
                "from" => "from = 2026-01-01T00:00:00Z",
                "tiers" => "tiers = [\"premium\"]",
                "title" => "title = \"acme/one\"",
                "at" => "at = 2026-06-01T12:00:00Z",
                _ => "outcome = \"allow\"",
            };
            let problem = self.source.error(&self.header, "missing-key", message);
            problems.push(problem.help(format!("add it, for instance `{example}`")));
        }
        Err(Reported)
    }

    /// Whether the key is there, though perhaps under a wrong name.
    pub(crate) fn attempted(&self, key: &str) -> bool {
        self.table.contains_key(key) || self.misspelt.contains(&key)
    }

    /// Where the table begins.
    pub(crate) fn header(&self) -> Span {
        self.header.clone()
    }
}

/// Keys of a rule at the top of a file, above which its `[[...]]` is missing.
struct Headless<'t> {
    home: Section,
    /// In the order in which they stand there.
    keys: Vec<(Span, &'t str)>,
}

fn headless<'t>(table: &'t DeTable<'_>) -> Option<Headless<'t>> {
    /// Two keys may each have strayed.
    const FEWEST: usize = 3;
    let keys_of = |home: Section| {
        let its = table.iter().filter(|(key, _)| home.keys().contains(&key.get_ref().as_ref()));
        let mut keys: Vec<(Span, &str)> = its.map(|(key, _)| (key.span(), key.get_ref().as_ref())).collect();
        keys.sort_by_key(|(span, _)| span.start);
        Headless { home, keys }
    };
    // Of two that have equally many, a grant is likelier than a blackout.
    let homes = [Section::Expect, Section::Blackout, Section::Grant].map(keys_of);
    homes.into_iter().max_by_key(|rule| rule.keys.len()).filter(|rule| rule.keys.len() >= FEWEST)
}

impl Headless<'_> {
    fn problem(&self, source: &Source<'_>) -> Option<(Problem, &'static str)> {
        let header = match self.home {
            Section::Blackout => "blackout",
            Section::Expect => "expect",
            _ => "grant",
        };
        let (first, _) = self.keys.first()?;
        let names: Vec<String> = self.keys.iter().map(|(_, key)| shown(key)).collect();
        let (last, others) = names.split_last()?;
        let message = format!("{} and {last} stand in no section", others.join(", "));
        let problem = source.error(first, "unknown-key", message);
        Some((problem.help(format!("write `[[{header}]]` on a line of its own above them")), header))
    }
}

/// What to do about a second time zone.
pub(crate) const OTHER_ZONE: &str = "a file has one time zone: for dates of another write an offset, such as \
    `2027-01-01T20:00:00-03:00`, or put these grants into a file of their own";

fn unknown_key(
    source: &Source<'_>,
    section: Section,
    key: &Spanned<toml::de::DeString<'_>>,
    value: &Value<'_>,
) -> (Problem, Option<&'static str>) {
    let name = key.get_ref().as_ref();
    let problem =
        source.error(&key.span(), "unknown-key", format!("{} has no key {}", section.name(), shown(name)));
    if name == "groups" {
        return (
            problem.help("groups stand at the top of the file, under `[groups]`, for all its rules"),
            None,
        );
    }
    if section == Section::Shared {
        let problem = match value.get_ref() {
            DeValue::Array(_) if !Section::Agreement.keys().contains(&name) => {
                problem.help("groups stand under `[groups]`: add that line above")
            }
            _ => problem.help(
                "it holds `[groups]` for all files and nothing else; give each agreement a file of its own",
            ),
        };
        return (problem, None);
    }
    let meant = section.other_word(name).or_else(|| {
        let home = section.home(name).is_some();
        let near = nearest(name, section.keys().iter().copied());
        // `tier` may well be a slip for `tiers` where `message` is none for `devices`.
        near.filter(|near| {
            !home || near.strip_suffix('s') == Some(name) || name.strip_suffix('s') == Some(near)
        })
    });
    if let Some(meant) = meant {
        let known = section.keys().iter().copied().find(|known| *known == meant);
        let written = match meant {
            "grant" | "blackout" | "expect" => format!("did you mean `[[{meant}]]`?"),
            "groups" => "did you mean `[groups]`?".to_owned(),
            _ => format!("did you mean `{meant}`?"),
        };
        return (problem.help(written), known);
    }
    if let Some(home) = section.home(name) {
        let way_out = if name == "timezone" { format!("; {OTHER_ZONE}") } else { String::new() };
        return (problem.help(format!("it belongs {home}{way_out}")), None);
    }
    if section == Section::Agreement && matches!(value.get_ref(), DeValue::Array(_)) {
        return (problem.help("if it is a group, it belongs under `[groups]`"), None);
    }
    let keys: Vec<String> = section.keys().iter().map(|key| format!("`{key}`")).collect();
    (
        problem.help(format!("its keys are {}; to leave a note, begin the line with `#`", keys.join(", "))),
        None,
    )
}

/// What a value should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Switch,
    Moment,
    List,
    Rules,
    Groups,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "a text in quotes",
            Self::Number => "a whole number",
            Self::Switch => "`true` or `false`",
            Self::Moment => "a date or a time",
            Self::List => "a list of texts",
            Self::Rules => "a section of its own",
            Self::Groups => "a section",
        }
    }
}

/// Reports that a value is something else.
pub(crate) fn wrong_kind(
    source: &Source<'_>,
    key: &str,
    value: &Value<'_>,
    kind: Kind,
    problems: &mut Problems,
) -> Reported {
    let written = source.slice(&value.span());
    let is = match value.get_ref() {
        DeValue::String(_) => "a text in quotes",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date or a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    };
    let problem = source.error(
        &value.span(),
        "wrong-type",
        format!("{} should be {}, and is {is}", shown(key), kind.name()),
    );
    let help = match (kind, value.get_ref()) {
        (Kind::Text, DeValue::Array(members)) if members.len() == 1 => {
            "it is one, not a list: leave out the `[` and the `]`".to_owned()
        }
        (
            Kind::Text,
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_),
        ) => {
            format!("put it in quotes: {}", shown(&format!("\"{written}\"")))
        }
        (Kind::List, DeValue::Array(_) | DeValue::Table(_)) => {
            "write a list such as `[\"one\", \"two\"]`".to_owned()
        }
        (Kind::List, DeValue::String(text)) if text.contains(',') => {
            let members: Vec<String> =
                text.split(',').map(|member| format!("\"{}\"", member.trim())).collect();
            format!(
                "write a list, each in quotes of its own: {}",
                shown(&format!("[{}]", members.join(", ")))
            )
        }
        (Kind::List, DeValue::String(_)) => format!("put it in `[ ]`: {}", shown(&format!("[{written}]"))),
        (Kind::List, _) => format!("write a list such as {}", shown(&format!("[\"{written}\"]"))),
        (Kind::Number, DeValue::String(text)) => number_help(key, text),
        (Kind::Number, DeValue::Float(number)) => {
            let whole = number.as_str().split('.').next().unwrap_or_default();
            if whole.bytes().all(|byte| byte.is_ascii_digit()) && !whole.is_empty() {
                format!("did you mean `{whole}`?")
            } else {
                "write a whole number such as `1080`".to_owned()
            }
        }
        (Kind::Switch, DeValue::String(text)) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => "write `true`, without quotes".to_owned(),
            "false" | "no" | "off" | "0" => "write `false`, without quotes".to_owned(),
            _ => "write `true` or `false`, without quotes".to_owned(),
        },
        (Kind::Moment, DeValue::String(text)) => time::written_as_text(text),
        (Kind::Moment, DeValue::Integer(number)) => time::written_as_number(number.as_str()),
        (Kind::Moment, _) => {
            "write a date such as `2026-01-01`, or a time such as `2026-01-01T06:00:00Z`".to_owned()
        }
        (Kind::Rules, DeValue::Table(_)) => format!("write `[[{key}]]`, with two brackets"),
        (Kind::Rules, _) => format!("begin a line `[[{key}]]` and write its keys below"),
        (Kind::Groups, DeValue::Array(_)) => "write `[groups]`, with one bracket".to_owned(),
        (Kind::Groups, _) => "begin a line `[groups]` and write the groups below".to_owned(),
        (Kind::Text, _) => "write one text in quotes".to_owned(),
        (Kind::Number, _) => "write a whole number such as `1080`".to_owned(),
        (Kind::Switch, _) => "write `true` or `false`".to_owned(),
    };
    problems.push(problem.help(help));
    Reported
}

/// The lines of a picture that is known by a name, as an answer.
pub(crate) fn height_named(text: &str) -> Option<&'static str> {
    match text.trim().trim_matches('"').to_ascii_lowercase().as_str() {
        "4k" | "uhd" | "2160p" => Some("did you mean `2160`?"),
        "8k" | "4320p" => Some("did you mean `4320`?"),
        "fhd" | "full hd" | "full-hd" | "fullhd" | "1080p" | "1080i" | "2k" => Some("did you mean `1080`?"),
        "hd" | "720p" => Some("did you mean `720`? full HD is `1080`"),
        "sd" => Some("did you mean `576`, or `480`?"),
        _ => None,
    }
}

fn number_help(key: &str, text: &str) -> String {
    if let Some(help) = height_named(text).filter(|_| key == "max_height") {
        return help.to_owned();
    }
    let digits: String = text.trim().chars().take_while(char::is_ascii_digit).collect();
    if digits.is_empty() || digits.len() > 9 {
        return "write a whole number without quotes, such as `1080`".to_owned();
    }
    format!("remove the quotes: `{digits}`")
}

pub(crate) fn text<'t>(
    source: &Source<'_>,
    key: &str,
    value: &'t Value<'_>,
    problems: &mut Problems,
) -> Read<&'t str> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text),
        _ => Err(wrong_kind(source, key, value, Kind::Text, problems)),
    }
}

pub(crate) fn switch(
    source: &Source<'_>,
    key: &str,
    value: &Value<'_>,
    problems: &mut Problems,
) -> Read<bool> {
    match value.get_ref() {
        DeValue::Boolean(on) => Ok(*on),
        _ => Err(wrong_kind(source, key, value, Kind::Switch, problems)),
    }
}

/// The number, if it is one of `i64`; `None` stands for a bigger one.
pub(crate) fn integer(
    source: &Source<'_>,
    key: &str,
    value: &Value<'_>,
    problems: &mut Problems,
) -> Read<Option<i64>> {
    match value.get_ref() {
        DeValue::Integer(number) => Ok(i64::from_str_radix(number.as_str(), number.radix()).ok()),
        _ => Err(wrong_kind(source, key, value, Kind::Number, problems)),
    }
}

/// No picture has fewer lines than these, or more.
const LOWEST: u16 = 144;
const HIGHEST: u16 = 8640;

/// A cap: at least 1.
pub(crate) fn cap(source: &Source<'_>, key: &str, value: &Value<'_>, problems: &mut Problems) -> Read<u16> {
    let number = integer(source, key, value, problems)?;
    if let Some(cap) = number.and_then(|number| u16::try_from(number).ok()).filter(|cap| *cap > 0) {
        if key == "max_height" && !(LOWEST..=HIGHEST).contains(&cap) {
            let message = format!("`{key}` counts the lines of the picture, and {cap} are hardly meant");
            let help = match cap {
                4 => "did you mean `2160`, for 4K?",
                8 => "did you mean `4320`, for 8K?",
                _ => "HD has `720`, full HD `1080`, 4K `2160` and 8K `4320`",
            };
            problems.push(source.error(&value.span(), "unusual-height", message).help(help).warning());
        }
        return Ok(cap);
    }
    let written = shown(source.slice(&value.span()));
    let problem = source.error(&value.span(), "number-out-of-range", format!("`{key}` cannot be {written}"));
    problems.push(
        problem.help(format!("write a number from 1 to {}, or leave `{key}` out for no limit", u16::MAX)),
    );
    Err(Reported)
}

/// The name of an agreement, a rule or a tier.
pub(crate) fn name<'t>(
    source: &Source<'_>,
    key: &str,
    value: &'t Value<'_>,
    problems: &mut Problems,
) -> Read<&'t str> {
    let name = text(source, key, value, problems)?;
    if is_name(name) {
        return Ok(name);
    }
    problems.push(unfit_name(source, &value.span(), &format!("`{key}`"), "", name));
    Err(Reported)
}

/// Whether agreements, rules, groups and tiers may be called so.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
}

/// What is wrong with a name, behind a `!` or nothing.
pub(crate) fn unfit_name(source: &Source<'_>, span: &Span, what: &str, bang: &str, name: &str) -> Problem {
    const RULE: &str = "names are made of `a-z`, `0-9`, `.`, `_` and `-` and begin with a letter or a digit";
    let message = if name.is_empty() {
        format!("{what} is empty")
    } else {
        format!("{what} cannot be {}", shown(&format!("{bang}{name}")))
    };
    let fitting = fitting_name(name);
    let help =
        if is_name(&fitting) { format!("did you mean `{bang}{fitting}`? {RULE}") } else { RULE.to_owned() };
    source.error(span, "unfit-name", message).help(help)
}

/// The nearest name that would do.
fn fitting_name(name: &str) -> String {
    let mut out = String::new();
    for letter in name.trim().chars().flat_map(char::to_lowercase).take(100) {
        if matches!(letter, 'a'..='z' | '0'..='9' | '.' | '_') {
            out.push(letter);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_start_matches(['.', '_', '-']).trim_end_matches('-').to_owned()
}
