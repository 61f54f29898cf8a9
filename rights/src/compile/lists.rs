//! The rules that speak of each title, as lists.

use super::areas::There;
use super::writer::Writer;
use super::{Ordered, TooLarge};
use crate::bundle::layout::{BLACKOUT, GRANT, PLACES, SINGLE, Section, WIDE};
use crate::reach::Reach;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// From how many rules on a title's list is split by country.
const MANY: usize = 8;

/// Writes the lists; the value for each set of the reach.
pub(super) fn write(
    writer: &mut Writer,
    rules: &Ordered<'_>,
    reach: &Reach<'_>,
    there: &There,
) -> Result<Vec<u32>, TooLarge> {
    let grants = u32::try_from(rules.grants.len()).unwrap_or(u32::MAX);
    let areas = areas_of_rules(writer);
    // The first word: what is not spoken of.
    writer.words(Section::Lists, [0]);
    let alike = Alike::of(there);
    let mut lists = Lists { written: HashMap::new(), grants };
    let mut values = Vec::with_capacity(reach.sets.len());
    for set in &reach.sets {
        let value = match &**set {
            [] => 0,
            [first, ..] if *first >= grants => 0,
            [only] => SINGLE | only,
            set if set.len() <= MANY => lists.narrow(writer, set)?,
            [first, ..] => {
                let mut local = Vec::with_capacity(alike.samples.len());
                for place in &alike.samples {
                    let concerned = |rule: &u32| {
                        let area = areas.get(*rule as usize).and_then(|area| there.get(*area as usize));
                        area.and_then(|area| area.get(*place)).copied().unwrap_or(true)
                    };
                    let rules: Vec<u32> = set.iter().copied().filter(concerned).collect();
                    local.push(lists.narrow(writer, &rules)?);
                }
                let by_place = alike.kinds.iter().map(|kind| local.get(*kind).copied().unwrap_or(0));
                let directory: Vec<u32> = std::iter::once(WIDE | first).chain(by_place).collect();
                lists.written(writer, &directory)?
            }
        };
        values.push(value);
    }
    Ok(values)
}

/// Places that no area tells apart.
struct Alike {
    /// For each place the number of its kind.
    kinds: Vec<usize>,
    /// A place of each kind.
    samples: Vec<usize>,
}

impl Alike {
    fn of(there: &There) -> Self {
        let mut known: HashMap<Vec<bool>, usize> = HashMap::new();
        let mut samples = Vec::new();
        let kinds = (0..PLACES).map(|place| {
            let column = there.iter().map(|area| area.get(place).copied().unwrap_or(false)).collect();
            *known.entry(column).or_insert_with(|| {
                samples.push(place);
                samples.len() - 1
            })
        });
        Self { kinds: kinds.collect(), samples }
    }
}

/// Lists that are written once each.
struct Lists {
    /// Where lists of that hash stand.
    written: HashMap<u64, Vec<u32>>,
    grants: u32,
}

impl Lists {
    /// A list of rules: how many grants, how many blackouts, then these.
    fn narrow(&mut self, writer: &mut Writer, set: &[u32]) -> Result<u32, TooLarge> {
        let split = set.partition_point(|rule| *rule < self.grants);
        let count = |length: usize| super::number(length, Section::Grants);
        let mut words = vec![count(split)?, count(set.len() - split)?];
        words.extend(set.iter().map(|rule| rule.checked_sub(self.grants).unwrap_or(*rule)));
        self.written(writer, &words)
    }

    fn written(&mut self, writer: &mut Writer, words: &[u32]) -> Result<u32, TooLarge> {
        let mut hasher = DefaultHasher::new();
        words.hash(&mut hasher);
        let places = self.written.entry(hasher.finish()).or_default();
        let bytes: Vec<u8> = words.iter().copied().flat_map(u32::to_le_bytes).collect();
        let section = writer.section(Section::Lists);
        let stands_at = |at: &&u32| {
            let behind = section.get(**at as usize * 4..);
            behind.is_some_and(|behind| behind.starts_with(&bytes))
        };
        if let Some(at) = places.iter().find(stands_at) {
            return Ok(*at);
        }
        let at = super::number(section.len() / 4, Section::Lists)?;
        section.extend(bytes);
        places.push(at);
        Ok(at)
    }
}

/// The area of each rule, as it was written.
fn areas_of_rules(writer: &mut Writer) -> Vec<u32> {
    let area = |record: &[u8], at| crate::bundle::u32_at(record, at).unwrap_or(u32::MAX);
    let mut areas: Vec<u32> =
        writer.section(Section::Grants).as_chunks::<GRANT>().0.iter().map(|grant| area(grant, 24)).collect();
    let blackouts = writer.section(Section::Blackouts).as_chunks::<BLACKOUT>().0;
    areas.extend(blackouts.iter().map(|blackout| area(blackout, 16)));
    areas
}
