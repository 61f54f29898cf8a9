//! The decision, sentence by sentence.

use super::lists::{devices_match, tiers_match, tiers_together, titles_match};
use super::places::{WORLD, contains, place};
use super::{Blackout, Grant, Outcome, Policy, Tree, Viewer};
use std::cmp::Ordering;

/// Where the way of a grant ends: what fails first, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Territory { perhaps: bool },
    Window,
    Tier,
    Device,
    Matches,
}

/// What the viewer may do.
pub(crate) fn decide(policy: &Policy, tree: &Tree, viewer: &Viewer) -> Outcome {
    let asking = Asking {
        policy,
        tree,
        title: &viewer.title,
        place: place(tree, viewer.country.as_deref(), viewer.region.as_deref()),
        tier: viewer.tier.as_deref().unwrap_or("anonymous"),
        device: viewer.device.as_deref().unwrap_or("unknown"),
    };
    let ways: Vec<(&Grant, Way)> = policy
        .grants
        .iter()
        .filter(|grant| titles_match(&grant.titles, asking.title))
        .map(|grant| (grant, asking.way(grant, viewer.at)))
        .collect();
    let Some(furthest) = ways.iter().map(|(_, way)| *way).max() else {
        return deny("unknown_title", None);
    };
    let got_there = |there: Way| -> Vec<&Grant> {
        ways.iter().filter(|(_, way)| *way == there).map(|(grant, _)| *grant).collect()
    };
    let best = got_there(furthest);
    match furthest {
        Way::Territory { .. } if asking.place == WORLD => {
            deny("territory_unknown", first(&ways.iter().map(|(grant, _)| *grant).collect::<Vec<_>>()))
        }
        Way::Territory { perhaps: true } => deny("region_unknown", first(&best)),
        Way::Territory { perhaps: false } => deny("territory", first(&best)),
        Way::Window => asking.outside_the_window(&best, viewer.at),
        Way::Tier => asking.of_another_tier(&best),
        Way::Device => deny("device", first(&best)),
        Way::Matches => asking.matched(&best, viewer.at),
    }
}

/// A viewer, without the moment.
struct Asking<'a> {
    policy: &'a Policy,
    tree: &'a Tree,
    title: &'a str,
    place: &'a str,
    tier: &'a str,
    device: &'a str,
}

impl<'a> Asking<'a> {
    /// How far the grant, whose titles match, gets with this viewer.
    fn way(&self, grant: &Grant, at: i64) -> Way {
        let here = contains(self.policy, self.tree, &grant.territories, self.place);
        if !here.certainly {
            Way::Territory { perhaps: here.possibly }
        } else if !inside(grant.from, grant.until, at) {
            Way::Window
        } else if !tiers_match(&grant.tiers, self.tier) {
            Way::Tier
        } else if !devices_match(grant.devices.as_ref(), self.device) {
            Way::Device
        } else {
            Way::Matches
        }
    }

    /// Every blackout of the title that hits this viewer at some time.
    fn blackouts(&self) -> impl Iterator<Item = &'a Blackout> {
        self.policy.blackouts.iter().filter(|blackout| {
            titles_match(&blackout.titles, self.title)
                && contains(self.policy, self.tree, &blackout.territories, self.place).possibly
        })
    }

    fn matched(&self, grants: &[&Grant], at: i64) -> Outcome {
        let mut on: Vec<&Blackout> = self.blackouts().filter(|it| inside(it.from, it.until, at)).collect();
        // The one that ends last comes first: one that never ends, then the latest.
        on.sort_by(|one, other| open_first(one.until, other.until).then_with(|| bytes(&one.id, &other.id)));
        if let Some(blackout) = on.first() {
            return Outcome::Deny {
                reason: "blackout",
                rule: Some(blackout.id.clone()),
                message: blackout.message.clone(),
                available_from: self.next_time(at).map(|(when, _)| when),
                tiers: None,
            };
        }
        let Some(grant) = first(grants) else { return deny("unknown_title", None) };
        let next_blackout = self.blackouts().map(|blackout| blackout.from).filter(|from| *from > at).min();
        Outcome::Allow {
            rule: grant.id.clone(),
            valid_until: [grant.until, next_blackout].into_iter().flatten().min(),
            max_height: grant.max_height,
            max_streams: grant.max_streams,
            drm: grant.drm,
        }
    }

    fn of_another_tier(&self, grants: &[&Grant]) -> Outcome {
        let fitting: Vec<&[String]> = grants
            .iter()
            .filter(|grant| devices_match(grant.devices.as_ref(), self.device))
            .map(|grant| grant.tiers.as_slice())
            .collect();
        let all = || grants.iter().map(|grant| grant.tiers.as_slice()).collect();
        let tiers = tiers_together(&if fitting.is_empty() { all() } else { fitting });
        Outcome::Deny {
            reason: "tier",
            rule: first(grants).map(|grant| grant.id.clone()),
            message: None,
            available_from: None,
            tiers: Some(tiers),
        }
    }

    fn outside_the_window(&self, grants: &[&Grant], at: i64) -> Outcome {
        let later: Vec<&Grant> = grants.iter().copied().filter(|grant| grant.from > at).collect();
        let Some(soonest) = later.iter().map(|grant| grant.from).min() else {
            let last = grants.iter().filter_map(|grant| grant.until).max();
            let ended: Vec<&Grant> = grants.iter().copied().filter(|grant| grant.until == last).collect();
            return deny("expired", first(&ended));
        };
        let (when, rule) = self.next_time(at).map_or_else(
            || {
                let begin: Vec<&Grant> = later.iter().copied().filter(|it| it.from == soonest).collect();
                (soonest, first(&begin))
            },
            |(when, grant)| (when, Some(grant)),
        );
        Outcome::Deny {
            reason: "not_yet",
            rule: rule.map(|grant| grant.id.clone()),
            message: None,
            available_from: Some(when),
            tiers: None,
        }
    }

    /// The first instant after now at which this viewer could play this title, and the grant that counts then.
    fn next_time(&self, now: i64) -> Option<(i64, &'a Grant)> {
        // It can only become possible when a grant begins or a blackout ends.
        let begins = self.policy.grants.iter().map(|grant| grant.from);
        let ends = self.policy.blackouts.iter().filter_map(|blackout| blackout.until);
        let mut turns: Vec<i64> = begins.chain(ends).filter(|turn| *turn > now).collect();
        turns.sort_unstable();
        turns.into_iter().find_map(|turn| {
            if self.blackouts().any(|blackout| inside(blackout.from, blackout.until, turn)) {
                return None;
            }
            let matching: Vec<&'a Grant> = self
                .policy
                .grants
                .iter()
                .filter(|grant| {
                    titles_match(&grant.titles, self.title) && self.way(grant, turn) == Way::Matches
                })
                .collect();
            first(&matching).map(|grant| (turn, grant))
        })
    }
}

fn inside(from: i64, until: Option<i64>, at: i64) -> bool {
    from <= at && until.is_none_or(|until| at < until)
}

/// The first in the order of Allow.
fn first<'a>(grants: &[&'a Grant]) -> Option<&'a Grant> {
    grants.iter().copied().min_by(|one, other| {
        open_first(one.max_height, other.max_height)
            .then_with(|| open_first(one.max_streams, other.max_streams))
            .then_with(|| open_first(one.until, other.until))
            .then_with(|| bytes(&one.id, &other.id))
    })
}

/// Left out counts as highest, and the highest comes first.
fn open_first<T: Ord>(one: Option<T>, other: Option<T>) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => other.cmp(&one),
        (one, other) => one.is_some().cmp(&other.is_some()),
    }
}

fn bytes(one: &str, other: &str) -> Ordering {
    one.as_bytes().cmp(other.as_bytes())
}

fn deny(reason: &'static str, rule: Option<&Grant>) -> Outcome {
    Outcome::Deny {
        reason,
        rule: rule.map(|grant| grant.id.clone()),
        message: None,
        available_from: None,
        tiers: None,
    }
}
