//! Reads policy folders: `LANGUAGE.md` as code, with an answer to every mistake.

mod agreement;
mod expect;
mod fields;
mod groups;
mod lists;
mod notation;
mod rules;
mod sections;
pub(crate) mod source;
mod syntax;
mod territories;
mod tiers;
pub mod time;
mod zone;

pub use crate::problem::{Problem, Problems, Severity};
pub use expect::OUTCOMES;
pub use tiers::MOST_TIERS;

use crate::model::{Expectation, Policy, Spot};
use agreement::Top;
use expect::Tests;
use fields::{Fields, Read, Reported};
use groups::Groups;
use jiff::tz::TimeZoneDatabase;
use rules::{Ids, Reader};
use sections::Section;
use source::Source;
use std::borrow::Cow;
use std::collections::HashMap;
use syntax::Broken;
use territories::Areas;
use tiers::TierNames;
use toml::de::DeTable;

/// The groups for all files stand here.
const SHARED: &str = "groups.toml";

/// One file of a policy folder.
#[derive(Debug, Clone, Copy)]
pub struct SourceFile<'a> {
    /// From the folder on, with `/`.
    pub path: &'a str,
    /// What stands in it.
    pub text: &'a [u8],
}

/// Reads all files of a folder.
///
/// # Errors
///
/// If anything is wrong anywhere. Every mistake is reported, and what only follows from another is not.
pub fn read(files: &[SourceFile<'_>]) -> Result<Policy, Problems> {
    let mut problems = Problems::default();
    let policy = Folder::read(files, &mut problems);
    let mut problems = problems.sorted();
    match policy {
        Ok(mut policy) if !problems.has_errors() => {
            policy.warnings = problems.into_vec();
            Ok(policy)
        }
        _ => {
            if !problems.has_errors() {
                problems.push(
                    Problem::of_folder("unreadable", "the folder cannot be read").help("please report this"),
                );
            }
            Err(problems)
        }
    }
}

/// A file that is TOML, or what could be understood of one that is not.
struct File<'a> {
    source: Source<'a>,
    root: DeTable<'a>,
    broken: Option<Broken>,
    shared: bool,
}

struct Folder;

impl Folder {
    fn read(files: &[SourceFile<'_>], problems: &mut Problems) -> Read<Policy> {
        let mut files: Vec<&SourceFile<'_>> = files.iter().filter(|file| is_policy(file.path)).collect();
        if files.is_empty() {
            let problem = Problem::of_folder("no-files", "there are no policies here");
            problems.push(problem.help("a policy folder holds files whose names end in `.toml`"));
            return Err(Reported);
        }
        // What many others depend on comes first.
        files.sort_by_key(|file| (file.path != SHARED, file.path));
        let mut sound = Ok(());
        let mut readable = Vec::with_capacity(files.len());
        let mut shared_unknown = false;
        for file in &files {
            let parsed = text(file, problems).and_then(|text| {
                let source = Source::new(file.path, text);
                syntax::parse(&source, problems).map(|(root, broken)| File {
                    source,
                    root,
                    broken,
                    shared: file.path == SHARED,
                })
            });
            if parsed.as_ref().is_none_or(|file| file.broken.is_some()) {
                sound = Err(Reported);
                shared_unknown |= file.path == SHARED;
            }
            readable.extend(parsed);
        }
        let before = problems.len();
        let policy = understand(&readable, shared_unknown, sound.is_err(), problems);
        let broken: HashMap<&str, &Broken> =
            readable.iter().filter_map(|file| Some((&*file.source.path, file.broken.as_ref()?))).collect();
        problems.retain_after(before, |problem| {
            broken.get(problem.file.as_str()).is_none_or(|broken| broken.trusts(problem))
        });
        sound.and(policy)
    }
}

/// Whether a file counts.
fn is_policy(path: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|extension| extension == "toml")
        && !path.split('/').any(|part| part.starts_with('.'))
}

/// The file as text, without a byte order mark.
fn text<'a>(file: &SourceFile<'a>, problems: &mut Problems) -> Option<&'a str> {
    match core::str::from_utf8(file.text) {
        Ok(text) => Some(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => {
            let readable: Cow<'_, str> = String::from_utf8_lossy(file.text);
            let at = error.valid_up_to();
            let source = Source::new(file.path, &readable);
            let problem = source.error(&(at..at), "not-utf8", "this byte is no UTF-8 text");
            problems.push(problem.help("save the file as UTF-8; some programs call it \"Unicode (UTF-8)\""));
            None
        }
    }
}

/// Reads files that are TOML.
fn understand(
    files: &[File<'_>],
    shared_unknown: bool,
    some_missing: bool,
    problems: &mut Problems,
) -> Read<Policy> {
    let zones = TimeZoneDatabase::bundled();
    let source = |number: usize| files.get(number).map(|file| &file.source);
    let mut sound = Ok(());
    let mut groups = Groups::new(shared_unknown);
    let mut tops: Vec<Option<Top<'_, '_>>> = Vec::with_capacity(files.len());
    for (number, file) in files.iter().enumerate() {
        let top = if file.shared {
            sound = sound.and(shared_top(file, problems));
            None
        } else {
            Some(Top::read(&file.source, &file.root, &zones, problems))
        };
        if file.broken.is_some() {
            groups.mark_unknown(number, file.shared);
        }
        tops.push(top);
        match file.root.get("groups") {
            Some(value) => groups.declare(&file.source, number, file.shared, value, problems),
            None if agreement::has_strayed_groups(&file.root, file.shared) => {
                groups.mark_unknown(number, file.shared);
            }
            None => {}
        }
    }
    for (number, file) in files.iter().enumerate() {
        if let Some(value) = file.root.get("groups") {
            groups.read(&file.source, number, value, problems);
        }
    }
    let mut areas = Areas::default();
    groups.resolve(source, &mut areas, problems);

    let mut policy = Policy::default();
    let mut tiers = TierNames::default();
    let mut rules: HashMap<&str, Ids> = HashMap::new();
    let mut agreements: HashMap<&str, Spot> = HashMap::new();
    let mut rules_unknown = some_missing;
    for (number, (file, top)) in files.iter().zip(&tops).enumerate() {
        let Some(top) = top else { continue };
        sound = sound.and(top.sound);
        if let Ok((name, span)) = &top.agreement
            && file.broken.is_none()
        {
            if let Some(first) = agreements.get(name) {
                let message = format!("another file is the agreement `{name}`, too");
                let help =
                    format!("give one of them another name; the other is {}", file.source.refer(first));
                problems.push(file.source.error(span, "agreement-taken", message).help(help));
                sound = Err(Reported);
            } else {
                agreements.insert(name, file.source.spot(span));
            }
        }
        let agreement = top.agreement.as_ref().map(|(name, _)| *name).map_err(|reported| *reported);
        let mut ids = Ids::default();
        let mut reader = Reader {
            source: &file.source,
            file: number,
            agreement: &agreement,
            zone: &top.zone,
            groups: &mut groups,
            areas: &mut areas,
            tiers: &mut tiers,
            ids: &mut ids,
            problems,
        };
        let grants = top.fields.optional("grant").map_or(Ok(Vec::new()), |value| reader.grants(value));
        let blackouts =
            top.fields.optional("blackout").map_or(Ok(Vec::new()), |value| reader.blackouts(value));
        let unread = ["grant", "blackout"]
            .into_iter()
            .any(|key| !file.root.contains_key(key) && top.fields.attempted(key));
        ids.incomplete |= unread || file.broken.is_some();
        match agreement {
            Ok(agreement) => {
                let all = rules.entry(agreement).or_default();
                all.incomplete |= ids.incomplete;
                all.known.extend(ids.known);
            }
            Err(Reported) => rules_unknown = true,
        }
        match (grants, blackouts) {
            (Ok(grants), Ok(blackouts)) => {
                policy.grants.extend(grants);
                policy.blackouts.extend(blackouts);
            }
            _ => sound = Err(Reported),
        }
    }
    match expectations(files, &tops, &rules, rules_unknown, problems) {
        Ok(expectations) => policy.expectations = expectations,
        Err(Reported) => sound = Err(Reported),
    }
    // What a file that could not be read names is not known.
    if !some_missing {
        tiers.slips(tops.iter().flatten().count(), problems);
    }
    policy.groups = groups.finish();
    sound.map(|()| policy)
}

/// Reads the tests of all files, when all rules are known.
fn expectations(
    files: &[File<'_>],
    tops: &[Option<Top<'_, '_>>],
    rules: &HashMap<&str, Ids>,
    rules_unknown: bool,
    problems: &mut Problems,
) -> Read<Vec<Expectation>> {
    let mut all = Ok(Vec::new());
    for (file, top) in files.iter().zip(tops) {
        let Some(top) = top else { continue };
        let agreement = top.agreement.as_ref().map(|(name, _)| *name).map_err(|reported| *reported);
        let Some(value) = top.fields.optional("expect") else { continue };
        let (source, zone) = (&file.source, &top.zone);
        let mut tests = Tests { source, agreement: &agreement, zone, rules, rules_unknown, problems };
        match (tests.read(value), &mut all) {
            (Ok(tests), Ok(all)) => all.extend(tests),
            (Ok(_), Err(Reported)) => {}
            (Err(Reported), _) => all = Err(Reported),
        }
    }
    all
}

/// Reads the top of `groups.toml`.
fn shared_top(file: &File<'_>, problems: &mut Problems) -> Read<()> {
    let before = problems.len();
    let fields = Fields::open(&file.source, &file.root, 0..0, Section::Shared, problems);
    if let Some(value) = fields.optional("schema") {
        agreement::schema(&file.source, value, problems)?;
    }
    if problems.len() == before { Ok(()) } else { Err(Reported) }
}
