//! What two sets of rules decide for one viewer, from the first change to the last.

use super::Change;
use super::mask::Mask;
use super::rules::{Book, Said};
use crate::model::{Caps, Epoch, Window};
use std::collections::HashMap;

/// Nobody asks later.
const END_OF_TIME: Epoch = 253_402_300_800;

/// The rules of both sides over intervals in which none begins or ends.
pub(super) struct Timeline {
    /// Where each interval begins; it ends where the next begins, the last one never.
    cuts: Vec<Epoch>,
    old: Track,
    new: Track,
}

/// One side's rules, by their positions among those involved.
struct Track {
    /// In the order in which they count.
    grants: Vec<(usize, Span, Caps)>,
    blackouts: Vec<(usize, Span)>,
}

/// From one interval up to another.
#[derive(Clone, Copy)]
struct Span {
    from: usize,
    until: usize,
}

impl Timeline {
    pub(super) fn of(book: &Book<'_>, (old, new): (&Said, &Said), involved: &[u32]) -> Self {
        let windows = involved.iter().filter_map(|rule| Some(book.rule(*rule)?.window));
        let mut cuts: Vec<Epoch> =
            windows.flat_map(|window| [Some(window.from), window.until]).flatten().collect();
        cuts.sort_unstable();
        cuts.dedup();
        let positions: HashMap<u32, usize> = involved.iter().copied().zip(0..).collect();
        let track = |said: &Said| Track::of(book, said, &positions, &cuts);
        Self { old: track(old), new: track(new), cuts }
    }

    /// When viewers to whom these rules speak see something else, and what; each from an interval up to another.
    pub(super) fn differences(&self, rules: &Mask) -> Vec<(Change, u32, u32)> {
        let old = self.old.decided(rules, self.cuts.len());
        let new = self.new.decided(rules, self.cuts.len());
        let mut found: Vec<(Change, u32, u32)> = Vec::new();
        for (interval, (old, new)) in (0..).zip(old.into_iter().zip(new)) {
            if old == new || !self.somebody_asks(interval) {
                continue;
            }
            let change = Change { old, new };
            match found.last_mut() {
                Some((same, _, until)) if *same == change && *until == interval => *until = interval + 1,
                _ => found.push((change, interval, interval + 1)),
            }
        }
        found
    }

    /// The time from one interval up to another.
    pub(super) fn window(&self, from: u32, until: u32) -> (Epoch, Option<Epoch>) {
        let start = |interval: u32| self.cuts.get(interval as usize).copied();
        (start(from).unwrap_or(Epoch::MIN), start(until))
    }

    /// Whether anything is decided then: not in 1970 and before, nor after the year 9999.
    fn somebody_asks(&self, interval: u32) -> bool {
        let (from, until) = self.window(interval, interval + 1);
        from < END_OF_TIME && until.is_none_or(|until| until > 1)
    }
}

impl Track {
    fn of(book: &Book<'_>, said: &Said, positions: &HashMap<u32, usize>, cuts: &[Epoch]) -> Self {
        let span = |window: Window| Span {
            from: cuts.partition_point(|cut| *cut < window.from),
            until: window.until.map_or(cuts.len(), |until| cuts.partition_point(|cut| *cut < until)),
        };
        let grant = |number: &u32| {
            let rule = book.rule(*number)?;
            Some((*positions.get(number)?, span(rule.window), rule.terms?.caps))
        };
        let blackout = |number: &u32| Some((*positions.get(number)?, span(book.rule(*number)?.window)));
        Self {
            grants: said.grants.iter().filter_map(grant).collect(),
            blackouts: said.blackouts.iter().filter_map(blackout).collect(),
        }
    }

    /// What is decided in each interval for viewers to whom these rules speak.
    fn decided(&self, rules: &Mask, intervals: usize) -> Vec<Option<Caps>> {
        let mut free = Free((0..=intervals).collect());
        let mut decided = vec![None; intervals];
        for (_, span) in self.blackouts.iter().filter(|(position, _)| rules.contains(*position)) {
            free.take(*span, |_| {});
        }
        for (_, span, caps) in self.grants.iter().filter(|(position, ..)| rules.contains(*position)) {
            free.take(*span, |interval| {
                if let Some(decided) = decided.get_mut(interval) {
                    *decided = Some(*caps);
                }
            });
        }
        decided
    }
}

/// The intervals of which nothing is decided yet: for each the next such one, or one that knows better.
struct Free(Vec<usize>);

impl Free {
    fn take(&mut self, span: Span, mut taken: impl FnMut(usize)) {
        let mut interval = self.next(span.from);
        while interval < span.until {
            taken(interval);
            self.point(interval, interval + 1);
            interval = self.next(interval);
        }
    }

    fn next(&mut self, from: usize) -> usize {
        let mut interval = from;
        loop {
            let next = self.0.get(interval).copied().unwrap_or(interval);
            if next == interval {
                return interval;
            }
            // Later questions take fewer steps.
            let behind = self.0.get(next).copied().unwrap_or(next);
            self.point(interval, behind);
            interval = next;
        }
    }

    fn point(&mut self, interval: usize, to: usize) {
        if let Some(next) = self.0.get_mut(interval) {
            *next = to;
        }
    }
}
