//! Exclusions of what is not included.

use super::Warning;
use super::words::warning;
use crate::model::{Epoch, Pattern, Policy, Spot, Tiers, Titles};
use crate::reach::above;
use std::collections::{BTreeSet, HashSet};

/// Exclusions in lists of titles and of tiers that change nothing. What lists of territories said is not known any
/// more, and of devices neither.
pub(super) fn idle(policy: &Policy, now: Epoch) -> Vec<Warning> {
    let mut found = Vec::new();
    for grant in policy.grants.iter().filter(|grant| !grant.window.ended(now)) {
        idle_titles(&grant.id, &grant.titles, &grant.spot, &mut found);
        idle_tiers(&grant.id, &grant.tiers, &grant.spot, &mut found);
    }
    for blackout in policy.blackouts.iter().filter(|blackout| !blackout.window.ended(now)) {
        idle_titles(&blackout.id, &blackout.titles, &blackout.spot, &mut found);
    }
    found
}

fn idle_titles(id: &str, titles: &Titles, spot: &Spot, found: &mut Vec<Warning>) {
    if titles.exclude.is_empty() {
        return;
    }
    let included = Included::of(titles);
    let excluded: BTreeSet<&Pattern> = titles.exclude.iter().collect();
    for pattern in excluded.into_iter().filter(|pattern| !included.overlap(pattern)) {
        let message = format!("`!{pattern}` excludes nothing: `{id}` includes no title that it stands for");
        found.push(warning("exclusion-idle", spot, message, "correct it, or remove it from `titles`"));
    }
}

fn idle_tiers(id: &str, tiers: &Tiers, spot: &Spot, found: &mut Vec<Warning>) {
    for tier in tiers.except.iter().filter(|tier| !tiers.any_login && !tiers.named.contains(*tier)) {
        let message = format!("`!{tier}` excludes nothing: `{id}` does not include that tier");
        found.push(warning("exclusion-idle", spot, message, "correct it, or remove it from `tiers`"));
    }
}

/// What a list of titles names, to be asked many times.
struct Included<'p> {
    all: bool,
    prefixes: HashSet<&'p str>,
    ids: HashSet<&'p str>,
    /// Prefixes and ids, sorted.
    names: Vec<&'p str>,
}

impl<'p> Included<'p> {
    fn of(titles: &'p Titles) -> Self {
        let mut included =
            Self { all: false, prefixes: HashSet::new(), ids: HashSet::new(), names: Vec::new() };
        for pattern in &titles.include {
            match pattern {
                Pattern::All => included.all = true,
                Pattern::Below(prefix) => drop(included.prefixes.insert(prefix)),
                Pattern::Exactly(id) => drop(included.ids.insert(id)),
            }
        }
        included.names.extend(included.prefixes.iter().chain(&included.ids));
        included.names.sort_unstable();
        included
    }

    /// Whether some title is both in the list and one of the pattern's.
    fn overlap(&self, pattern: &Pattern) -> bool {
        let enclosed = |name| above(name).any(|prefix| self.prefixes.contains(prefix));
        self.all
            || match pattern {
                Pattern::All => true,
                Pattern::Exactly(id) => self.ids.contains(id.as_str()) || enclosed(id),
                Pattern::Below(prefix) => {
                    self.prefixes.contains(prefix.as_str()) || enclosed(prefix) || self.any_below(prefix)
                }
            }
    }

    fn any_below(&self, prefix: &str) -> bool {
        let below = format!("{prefix}/");
        let first = self.names.partition_point(|name| *name < below.as_str());
        self.names.get(first).is_some_and(|name| name.starts_with(&below))
    }
}
