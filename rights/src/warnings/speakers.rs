//! Which rules speak of titles together.

use crate::compile::Ordered;
use crate::model::Pattern;
use crate::reach::Reach;
use std::rc::Rc;

/// Up to how many grants that speak of the same titles are all compared with each other. Where there are more, each is
/// compared with the nearest in the order in which they count, half of this many on either side: those have the same
/// limits or nearly so. What is further away is passed over in silence.
pub(super) const ALL_COMPARED: usize = 500;

/// How many pairs of rules are looked at for one kind of warning, in all: a second or so. Rules whose turn comes later
/// are passed over in silence. Only thousands of rules that share most of their titles come near it.
pub(super) const MOST_PAIRS: usize = 10_000_000;

/// The sets of rules that speak of the same titles, from both sides. Rules have the numbers that [`Ordered`] gives
/// them.
pub(super) struct Speakers<'r> {
    sets: &'r [Rc<[u32]>],
    /// For each set, the first pattern whose titles it is for.
    titles: Vec<&'r Pattern>,
    grants: u32,
    /// For each rule, the sets that it is in, those with the fewest rules first.
    sets_of: Vec<Vec<u32>>,
}

impl<'r> Speakers<'r> {
    pub(super) fn of(rules: &Ordered<'_>, reach: &'r Reach<'r>) -> Self {
        let mut sets_of = vec![Vec::new(); rules.grants.len() + rules.blackouts.len()];
        let mut smallest_first: Vec<(&[u32], u32)> = reach.sets.iter().map(AsRef::as_ref).zip(0..).collect();
        smallest_first.sort_by_key(|(set, _)| set.len());
        for (set, number) in smallest_first {
            for rule in set {
                if let Some(sets) = sets_of.get_mut(*rule as usize) {
                    sets.push(number);
                }
            }
        }
        let mut titles: Vec<&Pattern> = vec![&Pattern::All; reach.sets.len()];
        for node in reach.nodes.iter().rev() {
            if let Some(titles) = titles.get_mut(node.set) {
                *titles = node.pattern;
            }
        }
        let grants = u32::try_from(rules.grants.len()).unwrap_or(u32::MAX);
        Self { sets: &reach.sets, titles, grants, sets_of }
    }

    /// Whether the rule speaks of any title at all.
    pub(super) fn speaks(&self, rule: u32) -> bool {
        self.sets_of.get(rule as usize).is_some_and(|sets| !sets.is_empty())
    }

    /// The number that a blackout has among all rules.
    pub(super) fn blackout(&self, number: u32) -> u32 {
        self.grants.saturating_add(number)
    }

    /// The grants of each set that the rule is in, the smallest set first.
    pub(super) fn grants_beside(&self, rule: u32) -> impl Iterator<Item = &'r [u32]> {
        self.sets_with_grants(rule).map(|(_, grants)| grants)
    }

    /// As [`Self::grants_beside`], each with what its titles are called, but of large sets only the grants that count
    /// shortly before and behind this one.
    pub(super) fn near(&self, grant: u32) -> impl Iterator<Item = (&'r Pattern, &'r [u32])> {
        self.sets_with_grants(grant).map(move |(set, grants)| {
            let titles = self.titles.get(set as usize).copied().unwrap_or(&Pattern::All);
            if grants.len() <= ALL_COMPARED {
                return (titles, grants);
            }
            let at = grants.partition_point(|other| *other < grant);
            let first = at.saturating_sub(ALL_COMPARED / 2);
            let behind = at.saturating_add(ALL_COMPARED / 2).min(grants.len());
            (titles, grants.get(first..behind).unwrap_or(grants))
        })
    }

    fn sets_with_grants(&self, rule: u32) -> impl Iterator<Item = (u32, &'r [u32])> {
        let sets: &'r [Rc<[u32]>] = self.sets;
        self.sets_of(rule)
            .iter()
            .filter_map(move |set| Some((*set, self.grants_in(sets.get(*set as usize)?)?)))
    }

    /// Whether one speaks of nothing that the other does not speak of, too.
    pub(super) fn within(&self, one: u32, other: u32) -> bool {
        self.sets_of(one).len() <= self.sets_of(other).len()
            && self.sets_of(one).iter().all(|set| {
                self.sets.get(*set as usize).is_some_and(|rules| rules.binary_search(&other).is_ok())
            })
    }

    fn sets_of(&self, rule: u32) -> &[u32] {
        self.sets_of.get(rule as usize).map_or(&[], Vec::as_slice)
    }

    fn grants_in(&self, set: &'r [u32]) -> Option<&'r [u32]> {
        set.get(..set.partition_point(|rule| *rule < self.grants))
    }
}

/// Who has been looked at already for the rule at hand.
pub(super) struct Seen {
    by: Vec<u32>,
}

impl Seen {
    pub(super) fn of(rules: usize) -> Self {
        Self { by: vec![u32::MAX; rules] }
    }

    /// Whether this is the first time that the one looks at the other. Each must be done before the next begins.
    pub(super) fn first(&mut self, one: u32, other: u32) -> bool {
        self.by.get_mut(other as usize).is_some_and(|by| std::mem::replace(by, one) != one)
    }
}
