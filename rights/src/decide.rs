//! The decision.

use crate::bundle::layout::{NEVER, verdict};
use crate::bundle::{Asker, Bundle, OrFault as _, Rules, Spoken, TierSet};
use crate::outcome::{Allow, Deny, Epoch, Fault, Outcome, Reason};
use crate::viewer::Viewer;

/// The first second of the year 10000: whoever asks at that time counts milliseconds.
const TOO_LATE: Epoch = 253_402_300_800;

/// Whether this viewer may play this title now, as the language's reference says it.
///
/// Pure; allocates nothing; ends soon on any input: it takes time that grows with the rules that speak of this title
/// to viewers in this country, not with titles or agreements.
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
            if grant.from() <= time
                && time < grant.until()
                && grant.tiers() & self.asker.tier != 0
                && grant.devices() & self.asker.device != 0
                && self.certainly_in(grant.area())?
            {
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
        // Each turn moves past an end of a blackout or a start of a grant, of which there are finitely many.
        loop {
            let clear = self.end_of_blackouts(rules, time)?;
            if clear == NEVER {
                return Ok(None);
            }
            time = clear;
            if let Some(grant) = self.grant_at(rules, time)? {
                return Ok(Some((time, grant)));
            }
            let Some(next) = self.next_start(rules, time)? else { return Ok(None) };
            time = next;
        }
    }

    /// The first time, from this one on, at which no blackout hits the viewer; [`NEVER`] if there is none.
    fn end_of_blackouts(&self, rules: Rules<'_>, mut time: Epoch) -> Result<Epoch, Fault> {
        loop {
            let mut moved = false;
            for number in rules.blackouts() {
                let blackout = self.bundle.blackout(number).or_fault()?;
                if blackout.from() <= time && time < blackout.until() && self.possibly_in(blackout.area())? {
                    time = blackout.until();
                    moved = true;
                }
            }
            if !moved || time == NEVER {
                return Ok(time);
            }
        }
    }

    /// The first start after this time of a grant that fails this viewer by its window alone.
    fn next_start(&self, rules: Rules<'_>, time: Epoch) -> Result<Option<Epoch>, Fault> {
        let mut first = None;
        for number in rules.grants() {
            let grant = self.bundle.grant(number).or_fault()?;
            let sooner = first.is_none_or(|first| grant.from() < first);
            if grant.from() > time
                && sooner
                && grant.tiers() & self.asker.tier != 0
                && grant.devices() & self.asker.device != 0
                && self.certainly_in(grant.area())?
            {
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
