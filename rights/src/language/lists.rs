//! Lists: of titles, of tiers, of devices, and what all lists have in common.

use super::fields::{Kind, Read, Reported, Value, is_name, unfit_name, wrong_kind};
use super::source::{Source, Span};
use super::tiers::TierNames;
use crate::model::{Devices, Pattern, Tiers, Titles};
use crate::nearest::nearest;
use crate::problem::{Problem, Problems, one_of, shown};
use crate::title::{LONGEST_TITLE, is_title};
use crate::viewer::Device;
use std::collections::HashMap;
use toml::de::DeValue;

/// One member of a list.
#[derive(Debug, Clone)]
pub(crate) struct Member<'t> {
    /// Without the `!`.
    pub(crate) text: &'t str,
    /// As it stands there, with the `!`.
    pub(crate) written: &'t str,
    /// Whether `!` stands before it.
    pub(crate) excluded: bool,
    pub(crate) span: Span,
}

impl<'t> Member<'t> {
    /// What a suggestion is made from, and the `!` that it must keep, even if a space stands before that.
    pub(crate) fn bare(&self) -> (&'t str, &'static str) {
        match self.text.trim_start().strip_prefix('!') {
            Some(rest) if !self.excluded && !self.text.starts_with('!') => (rest, "!"),
            _ => (self.text, if self.excluded { "!" } else { "" }),
        }
    }
}

/// The members of a list, and whether all of the list is sound so far; reports what is wrong with any list.
pub(crate) fn members<'t>(
    source: &Source<'_>,
    key: &str,
    value: &'t Value<'_>,
    problems: &mut Problems,
) -> Result<(Vec<Member<'t>>, Read<()>), Reported> {
    let DeValue::Array(array) = value.get_ref() else {
        return Err(wrong_kind(source, key, value, Kind::List, problems));
    };
    let mut sound = Ok(());
    let mut members: Vec<Member<'t>> = Vec::with_capacity(array.len());
    let mut seen: HashMap<&str, usize> = HashMap::with_capacity(array.len());
    for value in array {
        let DeValue::String(text) = value.get_ref() else {
            sound = Err(not_a_text(source, key, value, problems));
            continue;
        };
        let text = text.as_ref();
        if let Some(first) = seen.insert(text, value.span().start) {
            let problem = source.error(
                &value.span(),
                "listed-twice",
                format!("{} stands twice in this list", shown(text)),
            );
            let (line, other) = (source.position(value.span().start).0, source.position(first).0);
            let help = if line == other {
                "remove one of the two".to_owned()
            } else {
                format!("remove it here or on line {other}")
            };
            problems.push(problem.help(help).warning());
            continue;
        }
        if text.trim().strip_prefix('!').is_some_and(|rest| rest.trim() == "*") {
            let text = "`!*` excludes everything, so the list would match nothing";
            let problem = source.error(&value.span(), "excludes-everything", text);
            problems.push(problem.help("remove it; a list holds only what it names"));
            sound = Err(Reported);
            continue;
        }
        let (bare, excluded) = text.strip_prefix('!').map_or((text, false), |rest| (rest, true));
        members.push(Member { text: bare, written: text, excluded, span: value.span() });
    }
    if array.is_empty() {
        let help = if key == "devices" {
            "leave `devices` out for any"
        } else {
            "name what you mean, or `\"*\"` for all"
        };
        let problem = source.error(
            &value.span(),
            "empty-list",
            format!("the list {} is empty and would match nothing", shown(key)),
        );
        problems.push(problem.help(help));
        return Err(Reported);
    }
    if sound.is_ok() && members.iter().all(|member| member.excluded) {
        let all: String = source.slice(&value.span()).chars().skip(1).take(60).collect();
        let problem = source.error(
            &value.span(),
            "only-exclusions",
            format!("the list {} only excludes, so it would match nothing", shown(key)),
        );
        let all = all.trim();
        let help = if all.ends_with(']') && !all.contains(['\n', '#']) {
            format!("add what it is excluded from, for instance {}", shown(&format!("[\"*\", {all}")))
        } else {
            "add what it is excluded from, for instance `\"*\"`".to_owned()
        };
        problems.push(problem.help(help));
        sound = Err(Reported);
    }
    Ok((members, sound))
}

fn not_a_text(source: &Source<'_>, key: &str, value: &Value<'_>, problems: &mut Problems) -> Reported {
    let written = source.slice(&value.span());
    let problem = source.error(
        &value.span(),
        "wrong-type",
        format!("every member of {} is a text in quotes", shown(key)),
    );
    let help = match value.get_ref() {
        DeValue::Array(_) => "a list in a list means nothing: leave out the inner `[` and `]`".to_owned(),
        DeValue::Table(_) => "write texts in quotes, with commas between them".to_owned(),
        _ => format!("put it in quotes: {}", shown(&format!("\"{written}\""))),
    };
    problems.push(problem.help(help));
    Reported
}

/// A list of titles.
pub(crate) fn titles(source: &Source<'_>, value: &Value<'_>, problems: &mut Problems) -> Read<Titles> {
    let (members, mut sound) = members(source, "titles", value, problems)?;
    let mut titles = Titles::default();
    for member in &members {
        match pattern(member.text) {
            Some(pattern) if member.excluded => titles.exclude.push(pattern),
            Some(pattern) => titles.include.push(pattern),
            None => {
                problems.push(unfit_title(source, member, "unfit-pattern", "a pattern of titles"));
                sound = Err(Reported);
            }
        }
    }
    sound.map(|()| titles)
}

fn pattern(text: &str) -> Option<Pattern> {
    if text == "*" {
        return Some(Pattern::All);
    }
    match text.strip_suffix("/*") {
        Some(prefix) => is_title(prefix).then(|| Pattern::Below(prefix.to_owned())),
        None => is_title(text).then(|| Pattern::Exactly(text.to_owned())),
    }
}

/// What is wrong with a title, and what would do.
pub(crate) fn unfit_title(
    source: &Source<'_>,
    member: &Member<'_>,
    code: &'static str,
    what: &str,
) -> Problem {
    const RULE: &str = "a title id is made of segments of `a-z`, `0-9`, `.`, `_` and `-`, joined by `/`";
    let (text, bang) = member.bare();
    let problem = source.error(&member.span, code, format!("{} is not {what}", shown(member.written)));
    if text.len() > LONGEST_TITLE {
        return problem.help(format!("it has {} bytes, and may have {LONGEST_TITLE}", text.len()));
    }
    if text.is_empty() {
        return problem.help(if bang.is_empty() { RULE } else { "write what is excluded behind the `!`" });
    }
    if text.starts_with('!') {
        return problem.help("one `!` excludes; two mean nothing");
    }
    let fitting = fitting_title(text);
    let patterns = code == "unfit-pattern";
    if fitting != text && (is_title(&fitting) || (patterns && pattern(&fitting).is_some())) {
        let why = if patterns && text.contains('*') && !text.ends_with("/*") {
            "`*` stands alone or after a last `/`, for everything below"
        } else if patterns && text.ends_with('/') {
            "`/*` at the end is everything below"
        } else {
            RULE
        };
        return problem.help(format!("did you mean {}? {why}", shown(&format!("{bang}{fitting}"))));
    }
    if text.contains('*') {
        return problem.help(if patterns {
            "`*` stands alone or after a last `/`, for everything below, such as `acme/*`"
        } else {
            "a title here is one title id, without `*`"
        });
    }
    if text.split('/').any(|segment| matches!(segment, "." | "..")) {
        return problem.help("a segment is never `.` or `..`");
    }
    problem.help(RULE)
}

/// The nearest text that would do, as far as it can be told.
fn fitting_title(text: &str) -> String {
    let lower = text.trim().to_lowercase().replace(['\\'], "/");
    let (body, below) = match lower.strip_suffix('*') {
        Some("") => return "*".to_owned(),
        Some(prefix) => (prefix.trim_end_matches(['*', '/']), true),
        None => (lower.as_str(), lower.ends_with('/')),
    };
    let segments: Vec<String> = body
        .split('/')
        .map(|segment| segment.split_whitespace().collect::<Vec<_>>().join("-"))
        .filter(|segment| !segment.is_empty())
        .collect();
    let joined = segments.join("/");
    if below && !joined.is_empty() { format!("{joined}/*") } else { joined }
}

/// A list of tiers.
pub(crate) fn tiers(
    source: &Source<'_>,
    value: &Value<'_>,
    names: &mut TierNames,
    problems: &mut Problems,
) -> Read<Tiers> {
    let (members, mut sound) = members(source, "tiers", value, problems)?;
    let mut tiers = Tiers::default();
    let (mut no_login, mut no_anonymous) = (false, false);
    for member in &members {
        let Member { text, excluded, span, .. } = member;
        match *text {
            "*" if !excluded => tiers.any_login = true,
            "*" => no_login = true,
            "anonymous" if *excluded => no_anonymous = true,
            "anonymous" => tiers.anonymous = true,
            name if is_name(name) => {
                names.note(source, span, name, problems);
                let set = if *excluded { &mut tiers.except } else { &mut tiers.named };
                set.insert(name.to_owned());
            }
            _ => {
                let (name, bang) = member.bare();
                problems.push(unfit_name(source, span, "the name of a tier", bang, name));
                sound = Err(Reported);
            }
        }
    }
    tiers.anonymous &= !no_anonymous;
    if no_login {
        tiers.any_login = false;
        tiers.named.clear();
    }
    sound.map(|()| tiers)
}

/// A list of devices.
pub(crate) fn devices(source: &Source<'_>, value: &Value<'_>, problems: &mut Problems) -> Read<Devices> {
    let (members, mut sound) = members(source, "devices", value, problems)?;
    let (mut include, mut exclude) = (0, 0);
    for member in &members {
        let bits = if member.text == "*" {
            Devices::ANY.0
        } else if let Some(device) = Device::named(member.text) {
            device.bit()
        } else {
            let (text, bang) = member.bare();
            problems.push(unknown_device(source, &member.span, bang, text));
            sound = Err(Reported);
            continue;
        };
        *(if member.excluded { &mut exclude } else { &mut include }) |= bits;
    }
    sound.map(|()| Devices(include & !exclude))
}

/// What is wrong with a device.
pub(crate) fn unknown_device(source: &Source<'_>, span: &Span, bang: &str, text: &str) -> Problem {
    let names = || Device::ALL.into_iter().map(|(_, name)| name);
    let other_word = match text.trim().to_ascii_lowercase().as_str() {
        "phone" | "smartphone" | "iphone" | "ios" | "android" => Some("mobile"),
        "ipad" => Some("tablet"),
        "web" | "browser" | "pc" | "laptop" | "computer" | "mac" => Some("desktop"),
        "television" | "smarttv" | "smart-tv" | "smart_tv" | "appletv" | "roku" | "stb" => Some("tv"),
        "playstation" | "xbox" => Some("console"),
        "chromecast" | "airplay" => Some("cast"),
        _ => None,
    };
    let problem =
        source.error(span, "unknown-device", format!("{} is not a device", shown(&format!("{bang}{text}"))));
    match other_word.or_else(|| nearest(text.trim(), names())) {
        Some(meant) => problem.help(format!("did you mean `{bang}{meant}`?")),
        None => problem.help(format!("write {}, or `*` for any", one_of(names()))),
    }
}
