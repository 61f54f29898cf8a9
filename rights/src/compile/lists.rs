//! The rules that speak of each title, as lists.

use super::areas::There;
use super::writer::Writer;
use super::{Ordered, TooLarge};
use crate::bundle::layout::{BLACKOUT, GRANT, PLACES, SINGLE, Section, WIDE};
use crate::reach::Reach;
use std::collections::HashMap;

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
    let mut lists = Lists { written: HashMap::new(), grants };
    let mut values = Vec::with_capacity(reach.sets.len());
    for set in &reach.sets {
        let value = match set.as_slice() {
            [] => 0,
            [first, ..] if *first >= grants => 0,
            [only] => SINGLE | only,
            set if set.len() <= MANY => lists.narrow(writer, set.to_vec())?,
            [first, ..] => {
                let mut directory = vec![WIDE | first];
                for place in 0..PLACES {
                    let concerned = |rule: &u32| {
                        let area = areas.get(*rule as usize).and_then(|area| there.get(*area as usize));
                        area.and_then(|area| area.get(place)).copied().unwrap_or(true)
                    };
                    let local = set.iter().copied().filter(concerned).collect();
                    directory.push(lists.narrow(writer, local)?);
                }
                lists.written(writer, directory)?
            }
        };
        values.push(value);
    }
    Ok(values)
}

/// Lists that are written once each.
struct Lists {
    written: HashMap<Vec<u32>, u32>,
    grants: u32,
}

impl Lists {
    /// A list of rules: how many grants, how many blackouts, then these.
    fn narrow(&mut self, writer: &mut Writer, set: Vec<u32>) -> Result<u32, TooLarge> {
        let split = set.partition_point(|rule| *rule < self.grants);
        let count = |length: usize| super::number(length, Section::Grants);
        let mut words = vec![count(split)?, count(set.len() - split)?];
        words.extend(set.into_iter().map(|rule| rule.checked_sub(self.grants).unwrap_or(rule)));
        self.written(writer, words)
    }

    fn written(&mut self, writer: &mut Writer, words: Vec<u32>) -> Result<u32, TooLarge> {
        if let Some(at) = self.written.get(&words) {
            return Ok(*at);
        }
        let at = writer.word_count(Section::Lists)?;
        writer.words(Section::Lists, words.iter().copied());
        self.written.insert(words, at);
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
