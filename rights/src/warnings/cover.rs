//! Grants that change nothing for anyone, because another one allows at least the same to all whom they let in.

use super::Warning;
use super::agreements::{agreement, examples};
use super::speakers::Speakers;
use super::words::rule;
use crate::compile::Ordered;
use crate::model::{Devices, Epoch, Grant, Tiers, Window};
use std::rc::Rc;

/// A grant that another one covers, by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Covered {
    pub(super) grant: u32,
    pub(super) by: u32,
}

/// Every grant that can be removed without changing an answer, except that an answer may name another rule that
/// allows the same: where it speaks and matches, one that counts before it does, too, or one that allows the same as
/// it and all that stand between the two. All of them can be removed together: of grants that cover each other, the
/// one that counts first is not among them.
pub(super) fn covered(rules: &Ordered<'_>, speakers: &Speakers<'_>, now: Epoch) -> Vec<Covered> {
    let terms = Terms::of(rules);
    let covers = |grant: u32, by: u32| {
        let (Some(inner), Some(outer)) = (rules.grants.get(grant as usize), rules.grants.get(by as usize))
        else {
            return false;
        };
        by != grant
            && terms.at_least(by, grant)
            && within(inner, outer)
            && speakers.within(grant, by)
            && (by < grant || !(within(outer, inner) && speakers.within(by, grant)))
    };
    (0..)
        .zip(&rules.grants)
        .filter(|(_, grant)| !grant.window.ended(now))
        .filter_map(|(number, _)| {
            // What speaks of all its titles is in every set that it is in: the smallest will do.
            let (_, near) = speakers.near(number).next()?;
            let by = near.iter().copied().find(|by| covers(number, *by))?;
            Some(Covered { grant: number, by })
        })
        .collect()
}

/// One warning for each, but only one for all that an agreement has covered by one other agreement.
pub(super) fn warnings(rules: &Ordered<'_>, covered: &[Covered]) -> Vec<Warning> {
    let pairs = covered.iter().filter_map(|pair| {
        let grant: &Grant = rules.grants.get(pair.grant as usize)?;
        let by: &Grant = rules.grants.get(pair.by as usize)?;
        let own = agreement(&grant.id) == agreement(&by.id);
        // In one agreement each is its own case.
        let key = (agreement(&grant.id), agreement(&by.id), own.then_some(grant.id.as_str()));
        Some((key, (grant, by)))
    });
    examples(pairs).into_iter().map(|example| worded(example.first, example.more)).collect()
}

fn worded((grant, by): (&Grant, &Grant), more: usize) -> Warning {
    let outer = rule(&by.id, &by.spot);
    let terms = if by.before(grant).is_lt() { "and counts before it" } else { "on the same terms" };
    let others = if more > 0 {
        let (inner, outer) = (agreement(&grant.id), agreement(&by.id));
        format!("; so it is with {more} more of `{inner}`, beside grants of `{outer}`")
    } else {
        String::new()
    };
    let message =
        format!("`{}` changes nothing: {outer} lets in all whom it lets in, {terms}{others}", grant.id);
    Warning {
        code: "grant-covered",
        spot: grant.spot.clone(),
        message,
        help: Some(format!("remove it, or narrow `{}` if that reaches further than it should", by.id)),
        other: Some(by.spot.clone()),
    }
}

/// Whether whoever the one lets in gets past the other as well, titles apart; and whoever may be in its territories may
/// be in the other's, so that refusals stay the same, too.
fn within(inner: &Grant, outer: &Grant) -> bool {
    window_within(inner.window, outer.window)
        && devices_within(inner.devices, outer.devices)
        && tiers_within(&inner.tiers, &outer.tiers)
        && (Rc::ptr_eq(&inner.territories, &outer.territories)
            || inner.territories.certainly_within(&outer.territories)
                && inner.territories.possibly_within(&outer.territories))
}

fn window_within(inner: Window, outer: Window) -> bool {
    let ends_later = match (inner.until, outer.until) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(inner), Some(outer)) => inner <= outer,
    };
    outer.from <= inner.from && ends_later
}

fn devices_within(inner: Devices, outer: Devices) -> bool {
    inner.0 & !outer.0 == 0
}

pub(super) fn tiers_within(inner: &Tiers, outer: &Tiers) -> bool {
    let logins = if inner.any_login {
        outer.any_login && outer.except.is_subset(&inner.except)
    } else {
        inner.named.difference(&inner.except).all(|tier| outer.contains(Some(tier)))
    };
    logins && (outer.anonymous || !inner.anonymous)
}

/// For each grant, the number of its terms: those that stand together in the order and have the same caps and the same
/// end share one, so that which of them counts makes no difference.
struct Terms(Vec<u32>);

impl Terms {
    fn of(rules: &Ordered<'_>) -> Self {
        let same =
            |one: &&Grant, next: &&Grant| (one.caps, one.window.until) == (next.caps, next.window.until);
        let runs = (0..).zip(rules.grants.chunk_by(same));
        Self(runs.flat_map(|(number, run)| run.iter().map(move |_| number)).collect())
    }

    /// Whether, where both match, the answer is no other without the second.
    fn at_least(&self, one: u32, other: u32) -> bool {
        match (self.0.get(one as usize), self.0.get(other as usize)) {
            (Some(one), Some(other)) => one <= other,
            _ => false,
        }
    }
}
