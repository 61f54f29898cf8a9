//! What rules say, apart from what they are called and which titles they speak of.

use crate::compile::Ordered;
use crate::model::{Caps, Devices, Epoch, Policy, Tiers, Window};
use crate::places::Area;
use crate::reach::Reach;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// What a rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Rule<'p> {
    /// A number of the book's areas.
    area: u32,
    pub(super) window: Window,
    /// What a grant says besides; `None`: a blackout.
    pub(super) terms: Option<Terms<'p>>,
}

/// What a grant says besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Terms<'p> {
    pub(super) tiers: &'p Tiers,
    pub(super) devices: Devices,
    pub(super) caps: Caps,
}

/// Every rule of both policies: those that say the same have one number.
#[derive(Default)]
pub(super) struct Book<'p> {
    rules: Vec<Rule<'p>>,
    numbers: HashMap<Rule<'p>, u32>,
    areas: Vec<&'p Area>,
    area_numbers: HashMap<&'p Area, u32>,
    /// Equal areas of a policy are mostly one in memory, so that few need to be compared.
    addresses: HashMap<*const Area, u32>,
    said: Vec<Said>,
    said_numbers: HashMap<Said, u32>,
}

/// What decides which grant counts, but for ids; and DRM, which ids may decide.
type Rank = (Caps, Option<Epoch>);

/// What a set of rules says: sets that decide alike are mostly equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Said {
    /// In an order in which they may count.
    pub(super) grants: Vec<u32>,
    /// By their numbers.
    pub(super) blackouts: Vec<u32>,
}

/// One of the two policies.
pub(super) struct Side<'p> {
    pub(super) reach: Reach<'p>,
    /// For each set of the reach, the number of what it says.
    said: Vec<u32>,
}

impl Side<'_> {
    pub(super) fn said(&self, set: usize) -> u32 {
        self.said.get(set).copied().unwrap_or_default()
    }
}

impl<'p> Book<'p> {
    pub(super) fn read(&mut self, policy: &'p Policy) -> Side<'p> {
        let ordered = Ordered::of(policy);
        let mut numbers: Vec<u32> = Vec::with_capacity(ordered.grants.len() + ordered.blackouts.len());
        for grant in &ordered.grants {
            let terms = Terms { tiers: &grant.tiers, devices: grant.devices, caps: grant.caps };
            numbers.push(self.number(&grant.territories, grant.window, Some(terms)));
        }
        for blackout in &ordered.blackouts {
            numbers.push(self.number(&blackout.territories, blackout.window, None));
        }
        let reach = ordered.reach();
        let of_set =
            |set: &Rc<[u32]>| self.said_by(set.iter().filter_map(|rule| numbers.get(*rule as usize)));
        let said = reach.sets.iter().map(of_set).collect();
        Side { reach, said }
    }

    pub(super) fn rule(&self, number: u32) -> Option<&Rule<'p>> {
        self.rules.get(number as usize)
    }

    pub(super) fn area(&self, rule: &Rule<'p>) -> Option<&'p Area> {
        self.areas.get(rule.area as usize).copied()
    }

    pub(super) fn said(&self, number: u32) -> Option<&Said> {
        self.said.get(number as usize)
    }

    /// Each area of these rules once, with whether it is a grant's.
    pub(super) fn areas_of(&self, rules: impl Iterator<Item = u32>) -> Vec<(&'p Area, bool)> {
        let mut areas: Vec<(u32, bool)> =
            rules.filter_map(|rule| self.rule(rule)).map(|rule| (rule.area, rule.terms.is_some())).collect();
        areas.sort_unstable();
        areas.dedup();
        let area = |(number, certain): (u32, bool)| Some((*self.areas.get(number as usize)?, certain));
        areas.into_iter().filter_map(area).collect()
    }

    fn number(&mut self, area: &'p Area, window: Window, terms: Option<Terms<'p>>) -> u32 {
        let rule = Rule { area: self.area_number(area), window, terms };
        let next = count(self.rules.len());
        *self.numbers.entry(rule).or_insert_with(|| {
            self.rules.push(rule);
            next
        })
    }

    fn area_number(&mut self, area: &'p Area) -> u32 {
        let next = count(self.areas.len());
        *self.addresses.entry(std::ptr::from_ref(area)).or_insert_with(|| {
            *self.area_numbers.entry(area).or_insert_with(|| {
                self.areas.push(area);
                next
            })
        })
    }

    /// Of rules in the order in which they count, blackouts behind.
    fn said_by<'n>(&mut self, rules: impl Iterator<Item = &'n u32>) -> u32 {
        let mut seen = HashSet::new();
        let once = rules.copied().filter(|rule| seen.insert(*rule));
        let (mut grants, mut blackouts): (Vec<u32>, Vec<u32>) =
            once.partition(|rule| self.rule(*rule).is_some_and(|rule| rule.terms.is_some()));
        // Which of several with the same caps and the same end counts, nobody can see.
        let alike = |one: &u32, other: &u32| self.rank(*one) == self.rank(*other);
        for run in grants.chunk_by_mut(alike) {
            run.sort_unstable();
        }
        blackouts.sort_unstable();
        let said = Said { grants, blackouts };
        let next = count(self.said.len());
        *self.said_numbers.entry(said).or_insert_with_key(|said| {
            self.said.push(said.clone());
            next
        })
    }

    fn rank(&self, rule: u32) -> Option<Rank> {
        let rule = self.rule(rule)?;
        Some((rule.terms?.caps, rule.window.until))
    }

    /// The rules, sorted, without which the two would be the same.
    pub(super) fn changed(&self, old: &Said, new: &Said) -> Vec<u32> {
        let mut changed = differing(&old.blackouts, &new.blackouts);
        let sorted = |grants: &[u32]| {
            let mut grants = grants.to_vec();
            grants.sort_unstable();
            grants
        };
        changed.extend(differing(&sorted(&old.grants), &sorted(&new.grants)));
        // Grants with and without DRM whose ids decide which of them counts.
        let old_ties = self.ties(&old.grants);
        let new_ties = self.ties(&new.grants);
        let moved = |mine: &HashMap<_, Vec<u32>>, others: &HashMap<_, Vec<u32>>| -> Vec<u32> {
            mine.iter()
                .filter(|(rank, tie)| others.get(*rank) != Some(tie))
                .flat_map(|(_, tie)| tie.clone())
                .collect()
        };
        changed.extend(moved(&old_ties, &new_ties));
        changed.extend(moved(&new_ties, &old_ties));
        changed.sort_unstable();
        changed.dedup();
        changed
    }

    /// The grants of which only ids decide whether DRM is demanded, each tie in their order.
    fn ties(&self, grants: &[u32]) -> HashMap<Rank, Vec<u32>> {
        let mut ties: HashMap<Rank, Vec<u32>> = HashMap::new();
        let ranks = grants.iter().filter_map(|grant| Some((*grant, self.rank(*grant)?)));
        for (grant, rank) in ranks {
            let without_drm = Caps { drm: false, ..rank.0 };
            ties.entry((without_drm, rank.1)).or_default().push(grant);
        }
        let drm = |grant: u32| self.rank(grant).is_some_and(|(caps, _)| caps.drm);
        ties.retain(|_, tie| tie.iter().any(|grant| drm(*grant)) && !tie.iter().all(|grant| drm(*grant)));
        ties
    }
}

/// What is in one of two sorted lists alone.
fn differing(one: &[u32], other: &[u32]) -> Vec<u32> {
    let alone = |list: &[u32], other: &[u32]| -> Vec<u32> {
        list.iter().copied().filter(|rule| other.binary_search(rule).is_err()).collect()
    };
    let mut differing = alone(one, other);
    differing.extend(alone(other, one));
    differing
}

pub(super) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
