//! Groups: names for lists of territories.

use super::fields::{Kind, Read, Reported, Value, is_name, unfit_name, wrong_kind};
use super::lists::Member;
use super::source::{Source, Span};
use super::territories::{self, Areas, Territories, Territory};
use crate::model::{Group, Spot};
use crate::nearest::nearest;
use crate::places::{self, Area, Place};
use crate::problem::{Problem, Problems, shown};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use toml::de::DeValue;

/// Circles that hide behind more circles than these are reported when those are mended.
const MOST_HIDDEN_CIRCLES: usize = 100;

/// All groups of a folder.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    list: Vec<Draft>,
    shared: HashMap<String, usize>,
    /// By file.
    local: HashMap<usize, HashMap<String, usize>>,
    /// Every local group, for those who look for it in another file.
    anywhere: HashMap<String, usize>,
    /// `groups.toml` could not be read, so that nobody knows which groups there are.
    shared_unknown: bool,
    /// Files whose groups stand where they were not looked for.
    local_unknown: HashSet<usize>,
}

/// A group that is not resolved yet.
#[derive(Debug)]
struct Draft {
    name: String,
    file: usize,
    spot: Spot,
    span: Span,
    shared: bool,
    members: Read<Territories>,
    area: Read<Rc<Area>>,
    used: bool,
}

impl Groups {
    /// No groups yet; `shared_unknown` if there is a `groups.toml` that could not be read.
    pub(crate) fn new(shared_unknown: bool) -> Self {
        Self { shared_unknown, ..Self::default() }
    }

    /// Takes note of the names in the `[groups]` of a file. `groups.toml` comes first.
    pub(crate) fn declare(
        &mut self,
        source: &Source<'_>,
        file: usize,
        shared: bool,
        value: &Value<'_>,
        problems: &mut Problems,
    ) {
        let DeValue::Table(table) = value.get_ref() else {
            wrong_kind(source, "groups", value, Kind::Groups, problems);
            self.mark_unknown(file, shared);
            return;
        };
        for (key, list) in table {
            let name = key.get_ref().as_ref();
            let span = key.span();
            let mut sound = Err(Reported);
            if !matches!(list.get_ref(), DeValue::Array(_))
                && matches!(name, "schema" | "agreement" | "timezone")
            {
                let problem =
                    source.error(&span, "unknown-key", format!("{} stands under `[groups]`", shown(name)));
                problems.push(problem.help("it belongs at the top of the file, before the first `[`"));
                continue;
            } else if is_name(name) {
                sound = Ok(Vec::new());
            } else {
                problems.push(unfit_group(source, &span, name));
            }
            if is_name(name)
                && let Some(place) = Place::parse(&name.to_uppercase())
            {
                let message =
                    format!("the group {} is called like the territory `{}`", shown(name), place.code());
                let help = "call it otherwise, so that nobody takes one for the other";
                problems.push(source.error(&span, "group-like-territory", message).help(help).warning());
            }
            if let Some(other) = self.shared.get(name).and_then(|number| self.list.get(*number)) {
                let message = format!("the group {} stands in `groups.toml`, too", shown(name));
                let help = format!("call one of them otherwise; the other is {}", source.refer(&other.spot));
                problems.push(source.error(&span, "group-defined-twice", message).help(help));
                sound = Err(Reported);
            }
            let number = self.list.len();
            let spot = source.spot(&span);
            let (members, area) = (sound, Err(Reported));
            self.list.push(Draft {
                name: name.to_owned(),
                file,
                spot,
                span,
                shared,
                members,
                area,
                used: false,
            });
            if shared {
                self.shared.insert(name.to_owned(), number);
            } else {
                self.local.entry(file).or_default().insert(name.to_owned(), number);
                self.anywhere.entry(name.to_owned()).or_insert(number);
            }
        }
    }

    /// Reads the lists of the groups of a file, when all groups are declared.
    pub(crate) fn read(
        &mut self,
        source: &Source<'_>,
        file: usize,
        value: &Value<'_>,
        problems: &mut Problems,
    ) {
        let DeValue::Table(table) = value.get_ref() else { return };
        for (key, list) in table {
            let name = key.get_ref().as_ref();
            let Some(number) = self.number(file, name) else { continue };
            if self.list.get(number).is_none_or(|draft| draft.file != file) {
                continue;
            }
            let members = territories::read(source, file, name, list, self, problems);
            if let Some(draft) = self.list.get_mut(number) {
                draft.members = draft.members.clone().and(members);
            }
        }
    }

    /// Finds out what every group stands for, and reports circles.
    pub(crate) fn resolve<'s>(
        &mut self,
        sources: impl Fn(usize) -> Option<&'s Source<'s>>,
        areas: &mut Areas,
        problems: &mut Problems,
    ) {
        let needs: Vec<Vec<usize>> = self.list.iter().map(Draft::needs).collect();
        let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
        for (number, needs) in needs.iter().enumerate() {
            for need in needs {
                needed_by.get_mut(*need).into_iter().for_each(|users| users.push(number));
            }
        }
        let mut open: Vec<usize> = needs.iter().map(Vec::len).collect();
        let mut ready: Vec<usize> = (0..open.len()).filter(|number| open.get(*number) == Some(&0)).collect();
        // Taking a circle for done brings those to light that it hid.
        for _ in 0..MOST_HIDDEN_CIRCLES {
            while let Some(number) = ready.pop() {
                let members = self.list.get(number).map_or(Err(Reported), |draft| draft.members.clone());
                let area = members.and_then(|members| areas.area(&members, self));
                self.list.get_mut(number).into_iter().for_each(|draft| draft.area.clone_from(&area));
                for user in needed_by.get(number).into_iter().flatten() {
                    if let Some(count) = open.get_mut(*user).filter(|count| **count > 0) {
                        *count = count.saturating_sub(1);
                        if *count == 0 {
                            ready.push(*user);
                        }
                    }
                }
            }
            for circle in circles(&needs, &open) {
                self.report_circle(&circle, &sources, problems);
                for number in circle {
                    open.get_mut(number).into_iter().for_each(|count| *count = 0);
                    ready.push(number);
                }
            }
            if ready.is_empty() {
                break;
            }
        }
    }

    fn report_circle<'s>(
        &self,
        circle: &[usize],
        sources: &impl Fn(usize) -> Option<&'s Source<'s>>,
        problems: &mut Problems,
    ) {
        let drafts: Vec<&Draft> = circle.iter().filter_map(|number| self.list.get(*number)).collect();
        // It is told from the group that stands first.
        let first = drafts
            .iter()
            .enumerate()
            .min_by_key(|(_, draft)| (draft.file, draft.span.start))
            .map_or(0, |(at, _)| at);
        let mut names: Vec<&str> = drafts
            .iter()
            .cycle()
            .skip(first)
            .take(drafts.len().min(10))
            .map(|draft| draft.name.as_str())
            .collect();
        let Some(draft) = drafts.get(first) else { return };
        if drafts.len() > 10 {
            names.push("…");
        }
        names.push(&draft.name);
        let path = names.join(" -> ");
        if let Some(source) = sources(draft.file) {
            let message =
                format!("the group {} contains itself: {}", shown(&draft.name), format_args!("`{path}`"));
            problems.push(
                source
                    .error(&draft.span, "group-circle", message)
                    .help("take one of them out of the other's list"),
            );
        }
    }

    /// What a group stands for.
    pub(crate) fn area(&self, number: usize) -> Read<Rc<Area>> {
        self.list.get(number).map_or(Err(Reported), |draft| draft.area.clone())
    }

    /// What a member of a list in this file means.
    pub(crate) fn find(&self, file: usize, text: &str) -> Option<Territory> {
        if text == "*" {
            return Some(Territory::Place(Place::WORLD));
        }
        Place::parse(text).map(Territory::Place).or_else(|| self.number(file, text).map(Territory::Group))
    }

    fn number(&self, file: usize, name: &str) -> Option<usize> {
        let local = self.local.get(&file).and_then(|groups| groups.get(name));
        local.or_else(|| self.shared.get(name)).copied()
    }

    /// Takes note that not all groups of a file are known, and that this was reported.
    pub(crate) fn mark_unknown(&mut self, file: usize, shared: bool) {
        if shared {
            self.shared_unknown = true;
        } else {
            self.local_unknown.insert(file);
        }
    }

    /// Whether it may be one of the groups that could not be read.
    pub(crate) fn might_be_unread(&self, file: usize, text: &str) -> bool {
        (self.shared_unknown || self.local_unknown.contains(&file)) && is_name(text)
    }

    /// What is wrong with a member that means nothing.
    pub(crate) fn unknown(
        &self,
        source: &Source<'_>,
        file: usize,
        member: &Member<'_>,
        suggest: bool,
    ) -> Problem {
        let (text, bang) = member.bare();
        let problem = source.error(
            &member.span,
            "unknown-territory",
            format!("{} is not a territory", shown(member.written)),
        );
        if text.starts_with('!') {
            return problem.help("one `!` excludes; two mean nothing");
        }
        if text.trim().is_empty() && !bang.is_empty() {
            return problem.help("write what is excluded behind the `!`");
        }
        if let Some(draft) = self.anywhere.get(text).and_then(|number| self.list.get(*number)) {
            let help = format!(
                "it is a group {}, only for that file: move it to `groups.toml` for all files",
                source.refer(&draft.spot)
            );
            return problem.help(help);
        }
        if !suggest {
            return problem;
        }
        if self.find(file, text.trim()).is_some() {
            let meant = shown(&format!("{bang}{}", text.trim()));
            return problem.help(format!("did you mean {meant}, without the spaces?"));
        }
        let local = self.local.get(&file).into_iter().flat_map(HashMap::keys);
        let group = || nearest(text.trim(), local.chain(self.shared.keys()).map(String::as_str));
        let suggestion = places::suggest(text);
        let code = suggestion.as_ref().and_then(|suggestion| suggestion.code);
        // Groups are written in small letters, codes in capitals: what somebody meant shows in the letters.
        let as_group =
            if code.is_none() || is_name(text.trim()) && text.trim().len() > 2 { group() } else { None };
        if let Some(group) = as_group {
            return problem.help(format!("did you mean the group `{bang}{group}`?"));
        }
        match suggestion {
            Some(suggestion) => {
                let code = suggestion.code.map(|code| format!("did you mean `{bang}{code}`?"));
                let help: Vec<String> = code.into_iter().chain(Some(suggestion.note)).filter(|part| !part.is_empty()).collect();
                problem.help(help.join(" "))
            }
            None => problem.help(
                "write a code of ISO 3166 such as `GB` or `GB-ENG`, a group of this file or of `groups.toml`, or `*`",
            ),
        }
    }

    /// Takes note that a rule uses these.
    pub(crate) fn mark_used(&mut self, list: &Territories) {
        for (territory, _) in list {
            if let Territory::Group(number) = territory {
                self.list.get_mut(*number).into_iter().for_each(|draft| draft.used = true);
            }
        }
    }

    /// All groups, when all rules are read.
    pub(crate) fn finish(mut self) -> Vec<Group> {
        let mut open: Vec<usize> =
            self.list.iter().enumerate().filter_map(|(number, draft)| draft.used.then_some(number)).collect();
        while let Some(number) = open.pop() {
            for need in self.list.get(number).map(Draft::needs).unwrap_or_default() {
                if let Some(draft) = self.list.get_mut(need).filter(|draft| !draft.used) {
                    draft.used = true;
                    open.push(need);
                }
            }
        }
        let finished = self.list.into_iter().filter_map(|draft| {
            let Draft { name, used, shared, spot, .. } = draft;
            Some(Group { name, area: draft.area.ok()?, used, shared, spot })
        });
        finished.collect()
    }
}

impl Draft {
    /// The groups that it names, each once.
    fn needs(&self) -> Vec<usize> {
        let mut needs: Vec<usize> = self
            .members
            .iter()
            .flatten()
            .filter_map(|(territory, _)| match territory {
                Territory::Group(number) => Some(*number),
                Territory::Place(_) => None,
            })
            .collect();
        needs.sort_unstable();
        needs.dedup();
        needs
    }
}

/// Circles among those that are still open: each of these needs another open one, and following the first leads into a
/// circle in the end.
fn circles(needs: &[Vec<usize>], open: &[usize]) -> Vec<Vec<usize>> {
    let is_open = |number: &usize| open.get(*number).is_some_and(|count| *count > 0);
    let next = |number: usize| needs.get(number).and_then(|needs| needs.iter().copied().find(is_open));
    let mut walk_of: Vec<Option<usize>> = vec![None; needs.len()];
    let mut found = Vec::new();
    for start in (0..needs.len()).filter(is_open) {
        let mut path = Vec::new();
        let mut at = start;
        while let Some(walk) = walk_of.get_mut(at).filter(|walk| walk.is_none()) {
            *walk = Some(start);
            path.push(at);
            let Some(after) = next(at) else { break };
            at = after;
        }
        if walk_of.get(at).copied().flatten() == Some(start)
            && let Some(begins) = path.iter().position(|number| *number == at)
        {
            found.push(path.split_off(begins));
        }
    }
    found
}

fn unfit_group(source: &Source<'_>, span: &Span, name: &str) -> Problem {
    if let Some(place) = Place::parse(name) {
        let message = format!("the group {} is called like a territory, {}", shown(name), place.name());
        let help = "give it a name of its own in small letters";
        return source.error(span, "unfit-name", message).help(help);
    }
    unfit_name(source, span, "the name of a group", "", name)
}
