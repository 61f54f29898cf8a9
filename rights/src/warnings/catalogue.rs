//! What a policy says of titles, beside the titles that there are.

use super::MOST_OF_A_KIND;
use super::Warning;
use super::nearest::Nearest;
use super::words::warning;
use crate::compile::Ordered;
use crate::model::{Epoch, Pattern, Policy, Spot, Titles};
use crate::reach::{Reach, above};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// How many titles a warning about many names.
const NAMED: usize = 3;

/// Patterns that stand for no title of the catalogue, and titles of which no grant speaks.
pub(super) fn warnings(
    policy: &Policy,
    rules: &Ordered<'_>,
    reach: &Reach<'_>,
    catalogue: &[&str],
    now: Epoch,
) -> Vec<Warning> {
    let mut sorted = catalogue.to_vec();
    sorted.sort_unstable();
    let mut found = unmatched(policy, reach, &sorted, now);
    found.extend(ungranted(rules, reach, catalogue));
    found
}

fn unmatched(policy: &Policy, reach: &Reach<'_>, sorted: &[&str], now: Epoch) -> Vec<Warning> {
    let missing: HashSet<&Pattern> =
        reach.nodes.iter().map(|node| node.pattern).filter(|pattern| !is_matched(pattern, sorted)).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let grants = policy.grants.iter().map(|grant| (&grant.spot, &grant.id, &grant.titles, grant.window));
    let blackouts = policy
        .blackouts
        .iter()
        .map(|blackout| (&blackout.spot, &blackout.id, &blackout.titles, blackout.window));
    let mut rules: Vec<_> = grants.chain(blackouts).filter(|(.., window)| !window.ended(now)).collect();
    rules.sort_by_key(|(spot, ..)| *spot);

    let mut nearest = Nearest::of(sorted);
    let mut found = Vec::new();
    let mut in_file: HashMap<&str, usize> = HashMap::new();
    for (spot, id, titles, _) in rules {
        let reported = in_file.entry(&spot.file).or_default();
        for (pattern, excluded) in
            patterns(titles).into_iter().filter(|(pattern, _)| missing.contains(pattern))
        {
            // What nobody will read needs no suggestion.
            let meant = if *reported < MOST_OF_A_KIND { nearest.to(pattern) } else { None };
            *reported += 1;
            found.push(no_match(id, pattern, excluded, spot, meant));
        }
    }
    found
}

/// Each once: what is excluded behind what is included, in the order of patterns.
fn patterns(titles: &Titles) -> BTreeSet<(&Pattern, bool)> {
    let mut seen = HashSet::new();
    let included = titles.include.iter().map(|pattern| (pattern, false));
    let excluded = titles.exclude.iter().map(|pattern| (pattern, true));
    included.chain(excluded).filter(|(pattern, _)| seen.insert(*pattern)).collect()
}

fn no_match(id: &str, pattern: &Pattern, excluded: bool, spot: &Spot, meant: Option<Pattern>) -> Warning {
    let mark = if excluded { "!" } else { "" };
    let message = format!("`{mark}{pattern}` of `{id}` matches no title of the catalogue");
    let help = match meant {
        Some(meant) => format!("did you mean `{mark}{meant}`?"),
        None => "correct it, or remove it if the title is gone".to_owned(),
    };
    warning("pattern-unmatched", spot, message, help)
}

/// Whether one of the sorted titles is one of the pattern's.
pub(super) fn is_matched(pattern: &Pattern, sorted: &[&str]) -> bool {
    match pattern {
        Pattern::All => !sorted.is_empty(),
        Pattern::Exactly(id) => sorted.binary_search(&id.as_str()).is_ok(),
        Pattern::Below(prefix) => {
            let below = format!("{prefix}/");
            let first = sorted.partition_point(|title| *title < below.as_str());
            sorted.get(first).is_some_and(|title| title.starts_with(&below))
        }
    }
}

/// One warning for all titles that no grant speaks of.
fn ungranted(rules: &Ordered<'_>, reach: &Reach<'_>, catalogue: &[&str]) -> Option<Warning> {
    let granted = Granted::of(rules, reach);
    let mut missing = (1_usize..).zip(catalogue).filter(|(_, title)| !granted.speaks_of(title)).peekable();
    let line = u32::try_from(missing.peek()?.0).unwrap_or(u32::MAX);
    let mut names = BTreeSet::new();
    let mut first = Vec::new();
    for (_, title) in missing {
        if names.insert(*title) && first.len() < NAMED {
            first.push(format!("`{title}`"));
        }
    }
    let spot = Spot { file: Rc::from(""), line, column: 1 };
    let others = names.len() - first.len();
    let list = first.join(", ");
    let (which, subject) = match (names.len(), others) {
        (1, _) => (list, "a title"),
        (_, 0) => (list, "titles"),
        _ => (format!("{list} and {others} more"), "titles"),
    };
    let message = match names.len() {
        1 => format!("no grant speaks of {subject} of the catalogue, so nobody can ever play it: {which}"),
        count => format!(
            "no grant speaks of {count} {subject} of the catalogue, so nobody can ever play them: {which}"
        ),
    };
    Some(warning("title-ungranted", &spot, message, "grant them, or take them out of the catalogue"))
}

/// Whether any grant speaks of what a pattern stands for: the same question as [`Reach::set_of`] answers, for millions.
struct Granted<'p> {
    prefixes: HashMap<&'p str, bool>,
    ids: HashMap<&'p str, bool>,
    otherwise: bool,
}

impl<'p> Granted<'p> {
    fn of(rules: &Ordered<'_>, reach: &Reach<'p>) -> Self {
        let grants = rules.grants.len();
        let mut granted = Self { prefixes: HashMap::new(), ids: HashMap::new(), otherwise: false };
        for node in &reach.nodes {
            // Grants have the smallest numbers.
            let first = reach.sets.get(node.set).and_then(|set| set.first());
            let by_grant = first.is_some_and(|rule| (*rule as usize) < grants);
            match node.pattern {
                Pattern::All => granted.otherwise = by_grant,
                Pattern::Below(prefix) => drop(granted.prefixes.insert(prefix, by_grant)),
                Pattern::Exactly(id) => drop(granted.ids.insert(id, by_grant)),
            }
        }
        granted
    }

    fn speaks_of(&self, title: &str) -> bool {
        let by_prefix = || above(title).find_map(|prefix| self.prefixes.get(prefix));
        self.ids.get(title).or_else(by_prefix).copied().unwrap_or(self.otherwise)
    }
}
