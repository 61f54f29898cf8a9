//! Policies by chance.

use crate::written::{devices, policy, spot, territories, tiers, titles};
use rights::model::{Blackout, Caps, Devices, Grant, Policy, Tiers, Titles, Window};
use rights::places::Area;
use std::rc::Rc;

/// Xorshift.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % end as u64).unwrap()
    }

    pub(crate) fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    pub(crate) fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    /// One of the first hundreds, from 100.
    pub(crate) fn hundreds(&mut self, count: usize) -> i64 {
        i64::try_from(self.below(count) * 100 + 100).unwrap()
    }

    pub(crate) fn titles(&mut self) -> Titles {
        titles(self.of(&[
            "*",
            "a/*",
            "a/* !a/b/*",
            "a/b/*",
            "a/b/* !a/b/c/*",
            "a/b/c/*",
            "a/b/c",
            "a",
            "b/*",
            "b/x",
            "* !a/*",
            "* !b/x",
            "a/* b/*",
            "a/* !a/b/c",
            "a/b/c/d a/x",
            "a/b/c/d",
            "* !a/b/c/d",
            "c/x a/b/c",
        ]))
    }

    pub(crate) fn territories(&mut self) -> Rc<Area> {
        territories(self.of(&[
            "*",
            "* !GB",
            "GB",
            "GB-ENG",
            "GB-MAN",
            "GB !GB-MAN",
            "GB !GB-SCT",
            "GB-SCT",
            "NO SE",
            "NO SE !NO-03",
            "NO-03",
            "FR US",
            "* !US-CA",
            "* !US-CA !NO",
            "FR-IDF",
            "SE DK DE",
            "JP GB-EDH",
        ]))
    }

    pub(crate) fn window(&mut self) -> Window {
        let from = self.hundreds(8);
        let until = if self.one_in(6) { None } else { Some(from + self.hundreds(5)) };
        Window { from, until }
    }

    pub(crate) fn tiers(&mut self) -> Tiers {
        tiers(self.of(&[
            "*",
            "* anonymous",
            "anonymous",
            "premium",
            "premium family",
            "* !free",
            "* !free anonymous",
            "free",
            "family student",
        ]))
    }

    pub(crate) fn devices(&mut self) -> Devices {
        devices(self.of(&[
            "*",
            "*",
            "*",
            "tv",
            "tv cast",
            "mobile tablet unknown",
            "mobile tablet desktop console cast unknown",
        ]))
    }

    pub(crate) fn caps(&mut self) -> Caps {
        Caps {
            max_height: self.of(&[None, Some(1080), Some(1080), Some(2160)]),
            max_streams: self.of(&[None, Some(2), Some(2)]),
            drm: self.one_in(2),
        }
    }

    pub(crate) fn grant(&mut self) -> Grant {
        Grant {
            id: format!("r/{}", self.below(1000)),
            titles: self.titles(),
            territories: self.territories(),
            window: self.window(),
            tiers: self.tiers(),
            devices: self.devices(),
            caps: self.caps(),
            spot: spot(),
        }
    }

    pub(crate) fn blackout(&mut self) -> Blackout {
        Blackout {
            id: format!("b/{}", self.below(1000)),
            titles: self.titles(),
            territories: self.territories(),
            window: self.window(),
            message: None,
            spot: spot(),
        }
    }

    pub(crate) fn policy(&mut self) -> Policy {
        let grants: Vec<Grant> = (0..self.below(8)).map(|_| self.grant()).collect();
        let blackouts: Vec<Blackout> = (0..self.below(4)).map(|_| self.blackout()).collect();
        policy(&grants, &blackouts)
    }

    /// The policy with one thing changed.
    pub(crate) fn mutated(&mut self, policy: &Policy) -> Policy {
        let mut grants = policy.grants.clone();
        let mut blackouts = policy.blackouts.clone();
        let chosen = self.below(grants.len().max(1));
        match (self.below(12), grants.get_mut(chosen)) {
            (0, Some(grant)) => grant.titles = self.titles(),
            (1, Some(grant)) => grant.territories = self.territories(),
            (2 | 3, Some(grant)) => grant.window = self.window(),
            (4, Some(grant)) => grant.tiers = self.tiers(),
            (5, Some(grant)) => grant.devices = self.devices(),
            (6, Some(grant)) => grant.caps = self.caps(),
            (7, Some(grant)) => grant.id = format!("r/{}", self.below(1000)),
            (8, Some(_)) => drop(grants.remove(chosen)),
            (9, _) => grants.push(self.grant()),
            (10, _) if !blackouts.is_empty() => drop(blackouts.pop()),
            _ => blackouts.push(self.blackout()),
        }
        Policy { grants, blackouts, ..Policy::default() }
    }
}
