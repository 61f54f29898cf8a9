//! The decision.

use crate::bundle::layout::{NEVER, verdict};
use crate::bundle::{Asker, Bundle, GrantRecord, OrFault as _, Rules, Spoken, TierSet};
use crate::outcome::{Allow, Deny, Epoch, Fault, Outcome, Reason};
use crate::viewer::Viewer;
use alloc::vec::Vec;

/// The first second of the year 10000: whoever asks at that time counts milliseconds.
const TOO_LATE: Epoch = 253_402_300_800;

/// So many turns in search of the next chance are made without allocating: more are for calendars full of blackouts.
const FEW_TURNS: usize = 8;

/// Whether this viewer may play this title now, as the language's reference says it.
///
/// Pure, and without an allocation, but for refusals whose `available_from` lies behind a long row of blackouts. The time
/// it takes grows with the rules that speak of this title to viewers in this country, not with titles or agreements.
#[must_use]
pub fn decide<'b, B: AsRef<[u8]>>(
    bundle: &'b Bundle<B>,
    viewer: &Viewer<'_>,
    title: &str,
    now: Epoch,
) -> Outcome<'b> {
    if now <= 0 || now >= TOO_LATE {
        return Outcome::CannotDecide(Fault::Clock(now));
    }
    decided(bundle, viewer, title, now).unwrap_or_else(Outcome::CannotDecide)
}

fn decided<'b, B: AsRef<[u8]>>(
    bundle: &'b Bundle<B>,
    viewer: &Viewer<'_>,
    title: &str,
    now: Epoch,
) -> Result<Outcome<'b>, Fault> {
    let Some(value) = bundle.value(title) else { return Ok(UNKNOWN_TITLE) };
    let asker = bundle.asker(viewer);
    let question = Question { bundle, asker, now };
    match bundle.spoken(value, asker.country).or_fault()? {
        Spoken::NotAtAll => Ok(UNKNOWN_TITLE),
        Spoken::Once(grant) => {
            let number = grant.to_le_bytes();
            question.answer(Rules::one(&number))
        }
        Spoken::By(rules) => question.answer(rules),
    }
}

const UNKNOWN_TITLE: Outcome<'static> = Outcome::Deny(Deny {
    reason: Reason::UnknownTitle,
    rule: None,
    message: None,
    available_from: None,
    tiers: TierSet::NONE,
});

/// A viewer who asks for a title at a time.
struct Question<'b, B> {
    bundle: &'b Bundle<B>,
    asker: Asker,
    now: Epoch,
}

impl<'b, B: AsRef<[u8]>> Question<'b, B> {
    fn answer(&self, rules: Rules<'_>) -> Result<Outcome<'b>, Fault> {
        let Some(number) = self.grant_at(rules, self.now)? else { return self.refusal(rules) };
        let grant = self.bundle.grant(number).or_fault()?;
        let mut ends = grant.until();
        for number in rules.blackouts() {
            let blackout = self.bundle.blackout(number).or_fault()?;
            if blackout.until() <= self.now
                || blackout.from() >= ends
                || !self.possibly_in(blackout.area())?
            {
                continue;
            }
            if blackout.from() <= self.now {
                return self.blacked_out(rules);
            }
            ends = blackout.from();
        }
        Ok(Outcome::Allow(Allow {
            rule: self.bundle.text_at(grant.id()).or_fault()?,
            valid_until: (ends != NEVER).then_some(ends),
            max_height: grant.max_height(),
            max_streams: grant.max_streams(),
            drm: grant.drm(),
        }))
    }

    /// The grant that counts at a time, blackouts apart: the first that matches, as they stand in that order.
    fn grant_at(&self, rules: Rules<'_>, time: Epoch) -> Result<Option<u32>, Fault> {
        for number in rules.grants() {
            let grant = self.bundle.grant(number).or_fault()?;
            if grant.from() <= time && time < grant.until() && self.is_for(grant)? {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    fn certainly_in(&self, area: u32) -> Result<bool, Fault> {
        Ok(self.bundle.verdict(area, &self.asker).or_fault()? == verdict::CERTAIN)
    }

    fn possibly_in(&self, area: u32) -> Result<bool, Fault> {
        Ok(self.bundle.verdict(area, &self.asker).or_fault()? != verdict::NO)
    }

    #[cold]
    fn blacked_out(&self, rules: Rules<'_>) -> Result<Outcome<'b>, Fault> {
        // By their ids, so that of several that end together the first stays.
        let mut last: Option<(Epoch, u32)> = None;
        for number in rules.blackouts() {
            let blackout = self.bundle.blackout(number).or_fault()?;
            let on = blackout.from() <= self.now && self.now < blackout.until();
            if on
                && last.is_none_or(|(until, _)| until < blackout.until())
                && self.possibly_in(blackout.area())?
            {
                last = Some((blackout.until(), number));
            }
        }
        let blackout = self.bundle.blackout(last.or_fault()?.1).or_fault()?;
        let message = match blackout.message() {
            Some(message) => Some(self.bundle.text_at(message).or_fault()?),
            None => None,
        };
        Ok(Outcome::Deny(Deny {
            reason: Reason::Blackout,
            rule: Some(self.bundle.text_at(blackout.id()).or_fault()?),
            message,
            available_from: self.first_chance(rules)?.map(|(time, _)| time),
            tiers: TierSet::NONE,
        }))
    }

    /// The first time after now at which this viewer could play, and the grant that counts then.
    fn first_chance(&self, rules: Rules<'_>) -> Result<Option<(Epoch, u32)>, Fault> {
        let mut time = self.now;
        // Each turn moves past an end of a blackout or a start of a grant.
        for _ in 0..FEW_TURNS {
            let clear = self.behind_blackouts(rules, time)?;
            if clear == NEVER {
                return Ok(None);
            }
            if clear > time {
                // Another may have begun by then.
                time = clear;
            } else if let Some(grant) = self.grant_at(rules, time)? {
                return Ok(Some((time, grant)));
            } else if let Some(next) = self.next_start(rules, time)? {
                time = next;
            } else {
                return Ok(None);
            }
        }
        self.far_chance(rules, time)
    }

    /// The same from a later time on, where turn after turn would walk many rules many times: by their starts.
    fn far_chance(&self, rules: Rules<'_>, mut time: Epoch) -> Result<Option<(Epoch, u32)>, Fault> {
        let (mut grants, mut blackouts) = (Vec::new(), Vec::new());
        for number in rules.grants() {
            let grant = self.bundle.grant(number).or_fault()?;
            if self.is_for(grant)? {
                grants.push((grant.from(), grant.until()));
            }
        }
        for number in rules.blackouts() {
            let blackout = self.bundle.blackout(number).or_fault()?;
            if self.possibly_in(blackout.area())? {
                blackouts.push((blackout.from(), blackout.until()));
            }
        }
        grants.sort_unstable();
        blackouts.sort_unstable();
        let (mut grants, mut blackouts) = (grants.into_iter().peekable(), blackouts.into_iter().peekable());
        // Of the grants that have begun, the last end.
        let mut open_until = Epoch::MIN;
        loop {
            while let Some((_, until)) = blackouts.next_if(|(from, _)| *from <= time) {
                time = time.max(until);
            }
            if time == NEVER {
                return Ok(None);
            }
            while let Some((_, until)) = grants.next_if(|(from, _)| *from <= time) {
                open_until = open_until.max(until);
            }
            if time < open_until {
                return Ok(self.grant_at(rules, time)?.map(|grant| (time, grant)));
            }
            let Some((from, _)) = grants.peek() else { return Ok(None) };
            time = *from;
        }
    }

    /// Whether this viewer is one of the grant's, at some time.
    fn is_for(&self, grant: GrantRecord<'_>) -> Result<bool, Fault> {
        Ok(grant.tiers() & self.asker.tier != 0
            && grant.devices() & self.asker.device != 0
            && self.certainly_in(grant.area())?)
    }

    /// The same time if no blackout hits the viewer then; else one at which those have ended, or [`NEVER`].
    fn behind_blackouts(&self, rules: Rules<'_>, mut time: Epoch) -> Result<Epoch, Fault> {
        for number in rules.blackouts() {
            let blackout = self.bundle.blackout(number).or_fault()?;
            if blackout.from() <= time && time < blackout.until() && self.possibly_in(blackout.area())? {
                time = blackout.until();
            }
        }
        Ok(time)
    }

    /// The first start after this time of a grant that fails this viewer by its window alone.
    fn next_start(&self, rules: Rules<'_>, time: Epoch) -> Result<Option<Epoch>, Fault> {
        let mut first = None;
        for number in rules.grants() {
            let grant = self.bundle.grant(number).or_fault()?;
            let sooner = first.is_none_or(|first| grant.from() < first);
            if grant.from() > time && sooner && self.is_for(grant)? {
                first = Some(grant.from());
            }
        }
        Ok(first)
    }

    /// No grant matches: how far the one that got furthest came.
    #[cold]
    fn refusal(&self, rules: Rules<'_>) -> Result<Outcome<'b>, Fault> {
        let mut furthest = Furthest::default();
        for number in rules.grants() {
            let grant = self.bundle.grant(number).or_fault()?;
            let within = self.bundle.verdict(grant.area(), &self.asker).or_fault()?;
            if within != verdict::CERTAIN {
                if within == verdict::POSSIBLE {
                    furthest.possible.get_or_insert(number);
                }
                continue;
            }
            if self.now < grant.from() {
                if furthest.not_yet.is_none_or(|(from, _)| grant.from() < from) {
                    furthest.not_yet = Some((grant.from(), number));
                }
            } else if grant.until() <= self.now {
                if furthest.expired.is_none_or(|(until, _)| until < grant.until()) {
                    furthest.expired = Some((grant.until(), number));
                }
            } else if grant.tiers() & self.asker.tier == 0 {
                furthest.tier.get_or_insert(number);
                furthest.tiers |= grant.tiers();
                if grant.devices() & self.asker.device != 0 {
                    furthest.tiers_on_device |= grant.tiers();
                }
            } else {
                furthest.device.get_or_insert(number);
            }
        }
        self.explained(rules, &furthest)
    }

    fn explained(&self, rules: Rules<'_>, furthest: &Furthest) -> Result<Outcome<'b>, Fault> {
        let mut available_from = None;
        let mut tiers = TierSet::NONE;
        let (reason, number) = if let Some(number) = furthest.device {
            (Reason::Device, number)
        } else if let Some(number) = furthest.tier {
            let would_do =
                if furthest.tiers_on_device == 0 { furthest.tiers } else { furthest.tiers_on_device };
            tiers = self.bundle.tier_set(would_do).or_fault()?;
            (Reason::Tier, number)
        } else if let Some((from, number)) = furthest.not_yet {
            let (time, number) = self.first_chance(rules)?.unwrap_or((from, number));
            available_from = Some(time);
            (Reason::NotYet, number)
        } else if let Some((_, number)) = furthest.expired {
            (Reason::Expired, number)
        } else if self.asker.country == crate::bundle::layout::WORLD {
            (Reason::TerritoryUnknown, rules.first())
        } else if let Some(number) = furthest.possible {
            (Reason::RegionUnknown, number)
        } else {
            (Reason::Territory, rules.first())
        };
        let rule = self.bundle.text_at(self.bundle.grant(number).or_fault()?.id()).or_fault()?;
        Ok(Outcome::Deny(Deny { reason, rule: Some(rule), message: None, available_from, tiers }))
    }
}

/// Of the grants that fail, for each way to fail the one that is to be named.
#[derive(Default)]
struct Furthest {
    possible: Option<u32>,
    not_yet: Option<(Epoch, u32)>,
    expired: Option<(Epoch, u32)>,
    tier: Option<u32>,
    tiers: u64,
    tiers_on_device: u64,
    device: Option<u32>,
}
