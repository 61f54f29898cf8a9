//! Agreements that let the same viewer play the same title up to different limits.

use super::Warning;
use super::agreements::{agreement, examples};
use super::cover::Covered;
use super::speakers::{MOST_PAIRS, Seen, Speakers};
use super::words::{caps, rule};
use crate::compile::Ordered;
use crate::model::{Epoch, Grant, Pattern, Tiers, Window};
use crate::places::{Area, Place};
use std::collections::{HashMap, HashSet};

/// More such pairs tell nobody more.
const MOST_FOUND: usize = 500_000;

/// Two grants of different agreements, by their numbers: where both match, the first one's limits hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Differing<'r> {
    pub(super) counts: u32,
    pub(super) other: u32,
    /// Some of the titles that both are for.
    titles: &'r Pattern,
    /// A place where both match.
    place: Place,
}

/// Every such pair once, with titles, a place, a time, a tier and a device in common. Grants that are covered are left
/// out: that they never count is said already.
pub(super) fn differing<'r>(
    rules: &Ordered<'_>,
    speakers: &Speakers<'r>,
    covered: &[Covered],
    now: Epoch,
) -> Vec<Differing<'r>> {
    let covered: HashSet<u32> = covered.iter().map(|covered| covered.grant).collect();
    let live = |number: u32| {
        let grant: &Grant = rules.grants.get(number as usize)?;
        (!grant.window.ended(now) && !covered.contains(&number)).then_some(grant)
    };
    let grants: Vec<Option<&Grant>> = (0..).zip(&rules.grants).map(|(number, _)| live(number)).collect();
    let agreements = Agreements::of(&grants);
    let mut common = CommonPlaces::of(&grants);
    let mut seen = Seen::of(grants.len());
    let mut found = Vec::new();
    let mut left = MOST_PAIRS;
    for (counts, grant) in (0_u32..).zip(&grants) {
        let Some(grant) = grant else { continue };
        for (titles, near) in speakers.near(counts) {
            let Some(rest) = left.checked_sub(near.len()).filter(|_| found.len() < MOST_FOUND) else {
                return found;
            };
            left = rest;
            // Each pair once: from the one that counts.
            let behind = near.partition_point(|other| *other <= counts);
            for number in near.get(behind..).unwrap_or_default().iter().copied() {
                if agreements.same(counts, number) || !seen.first(counts, number) {
                    continue;
                }
                let Some(Some(other)) = grants.get(number as usize) else { continue };
                if grant.caps != other.caps
                    && windows_overlap(grant.window, other.window)
                    && grant.devices.0 & other.devices.0 != 0
                    && tiers_meet(&grant.tiers, &other.tiers)
                    && let Some(place) = common.place(counts, number)
                {
                    found.push(Differing { counts, other: number, titles, place });
                }
            }
        }
    }
    found
}

/// One warning for all that two agreements have between them.
pub(super) fn warnings(rules: &Ordered<'_>, differing: &[Differing<'_>]) -> Vec<Warning> {
    let pairs = differing.iter().filter_map(|pair| {
        let counts: &Grant = rules.grants.get(pair.counts as usize)?;
        let other: &Grant = rules.grants.get(pair.other as usize)?;
        let (one, two) = (agreement(&counts.id), agreement(&other.id));
        Some(((one.min(two), one.max(two)), (counts, other, pair)))
    });
    examples(pairs).into_iter().map(|example| worded(example.first, example.more)).collect()
}

fn worded((counts, other, shared): (&Grant, &Grant, &Differing<'_>), more: usize) -> Warning {
    let what = match shared.titles {
        Pattern::All => "the same titles".to_owned(),
        Pattern::Below(_) => format!("titles of `{}`", shared.titles),
        Pattern::Exactly(id) => format!("`{id}`"),
    };
    let place = shared.place;
    let whereabouts = if place == Place::WORLD {
        String::new()
    } else {
        format!(" in {} (`{}`)", place.name_in_sentence(), place.code())
    };
    let others = if more > 0 {
        format!(
            "; `{}` and `{}` have {more} more such {}",
            agreement(&other.id),
            agreement(&counts.id),
            if more == 1 { "pair" } else { "pairs" }
        )
    } else {
        String::new()
    };
    let message = format!(
        "`{}` and {} let the same viewers play {what}{whereabouts}, but up to different limits: \
         here {}; there {}; `{}` counts{others}",
        other.id,
        rule(&counts.id, &counts.spot),
        caps(other.caps),
        caps(counts.caps),
        counts.id,
    );
    Warning {
        code: "grants-differ",
        spot: other.spot.clone(),
        message,
        help: Some(
            "give both the same limits, or keep their titles, territories, tiers or dates apart".to_owned(),
        ),
        other: Some(counts.spot.clone()),
    }
}

/// Whether some moment lies in both.
pub(super) fn windows_overlap(one: Window, other: Window) -> bool {
    !one.ended(other.from) && !other.ended(one.from)
}

/// Whether somebody has a tier of both lists.
pub(super) fn tiers_meet(one: &Tiers, other: &Tiers) -> bool {
    let named = |one: &Tiers, other: &Tiers| {
        one.named.iter().any(|tier| one.contains(Some(tier)) && other.contains(Some(tier)))
    };
    one.anonymous && other.anonymous
        || one.any_login && other.any_login
        || named(one, other)
        || named(other, one)
}

/// The agreements of grants, as numbers.
struct Agreements(Vec<u32>);

impl Agreements {
    fn of(grants: &[Option<&Grant>]) -> Self {
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut all = Vec::with_capacity(grants.len());
        for grant in grants {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            all.push(grant.map_or(u32::MAX, |grant| *numbers.entry(agreement(&grant.id)).or_insert(next)));
        }
        Self(all)
    }

    fn same(&self, one: u32, other: u32) -> bool {
        self.0.get(one as usize) == self.0.get(other as usize)
    }
}

/// Places where two grants' territories certainly contain viewers, looked for once for each two areas.
struct CommonPlaces<'p> {
    areas: Vec<&'p Area>,
    /// The number of each grant's area.
    of_grants: Vec<u32>,
    found: HashMap<(u32, u32), Option<Place>>,
}

impl<'p> CommonPlaces<'p> {
    fn of(grants: &[Option<&'p Grant>]) -> Self {
        let mut numbers: HashMap<&Area, u32> = HashMap::new();
        let (mut areas, mut of_grants) = (Vec::new(), Vec::with_capacity(grants.len()));
        for grant in grants {
            let Some(grant) = grant else {
                of_grants.push(u32::MAX);
                continue;
            };
            let area: &'p Area = &grant.territories;
            let next = u32::try_from(areas.len()).unwrap_or(u32::MAX);
            of_grants.push(*numbers.entry(area).or_insert_with(|| {
                areas.push(area);
                next
            }));
        }
        Self { areas, of_grants, found: HashMap::new() }
    }

    fn place(&mut self, one: u32, other: u32) -> Option<Place> {
        let (one, other) = (*self.of_grants.get(one as usize)?, *self.of_grants.get(other as usize)?);
        let key = (one.min(other), one.max(other));
        let (one, other) = (*self.areas.get(key.0 as usize)?, *self.areas.get(key.1 as usize)?);
        *self.found.entry(key).or_insert_with(|| {
            // Quickly told, and seldom wrong.
            if !one.meets(other) {
                return None;
            }
            one.certain_places().find(|place| other.certainly(*place))
        })
    }
}
