//! What is odd about a rule or a group by itself.

use super::Warning;
use super::speakers::Speakers;
use super::words::{time, warning};
use crate::compile::Ordered;
use crate::model::{Epoch, Policy, Spot, Window};

/// Rules whose windows are over.
pub(super) fn ended(policy: &Policy, now: Epoch) -> impl Iterator<Item = Warning> {
    let grants = policy.grants.iter().map(|grant| ("grant-ended", &grant.id, grant.window, &grant.spot));
    let blackouts = policy
        .blackouts
        .iter()
        .map(|blackout| ("blackout-ended", &blackout.id, blackout.window, &blackout.spot));
    grants.chain(blackouts).filter_map(move |(code, id, window, spot)| over(code, id, window, spot, now))
}

fn over(code: &'static str, id: &str, window: Window, spot: &Spot, now: Epoch) -> Option<Warning> {
    let until = window.until.filter(|until| *until <= now)?;
    let message = format!("`{id}` ended at {}", time(until));
    Some(warning(code, spot, message, "remove it, or correct its dates"))
}

/// Grants that let nobody in, because one of their lists excludes all that it names.
pub(super) fn idle(rules: &Ordered<'_>, speakers: &Speakers<'_>, now: Epoch) -> Vec<Warning> {
    let live = (0..).zip(&rules.grants).filter(|(_, grant)| !grant.window.ended(now));
    live.filter_map(|(number, grant)| {
        let tiers = &grant.tiers;
        let key = if !speakers.speaks(number) {
            "titles"
        } else if grant.territories.is_certainly_empty() {
            "territories"
        } else if !tiers.anonymous && !tiers.any_login && tiers.named.is_subset(&tiers.except) {
            "tiers"
        } else if grant.devices.0 == 0 {
            "devices"
        } else {
            return None;
        };
        let message = format!("`{}` lets nobody in: its `{key}` exclude all that they name", grant.id);
        Some(warning("grant-idle", &grant.spot, message, format!("correct its `{key}`, or remove it")))
    })
    .collect()
}

/// Groups that no rule uses.
pub(super) fn unused_groups(policy: &Policy) -> impl Iterator<Item = Warning> {
    policy.groups.iter().filter(|group| !group.used).map(|group| {
        let message = format!("no rule uses the group `{}`", group.name);
        warning(
            "group-unused",
            &group.spot,
            message,
            "remove it, or name it in the `territories` that it is for",
        )
    })
}
