//! Territories in two bits a place.

use super::writer::Writer;
use super::{TooLarge, number};
use crate::bundle::layout::{AREA, COUNTRY_CODES, PLACES, Section, verdict};
use crate::bundle::{country_index, subdivision_key};
use crate::places::{Area, Place};
use std::collections::{BTreeSet, HashMap};

/// The areas of a policy, each once.
#[derive(Default)]
pub(super) struct Areas<'p> {
    areas: Vec<&'p Area>,
    numbers: HashMap<&'p Area, u32>,
}

/// For each area, whether it possibly contains viewers in a place of the areas' order.
pub(super) type There = Vec<[bool; PLACES]>;

impl<'p> Areas<'p> {
    pub(super) fn number(&mut self, area: &'p Area) -> u32 {
        let next = u32::try_from(self.areas.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(area).or_insert_with(|| {
            self.areas.push(area);
            next
        })
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<There, TooLarge> {
        countries(writer);
        let mut detailed = BTreeSet::new();
        let mut details = 0;
        let mut rows: HashMap<Vec<u8>, u32> = HashMap::new();
        let mut there = Vec::with_capacity(self.areas.len());
        for area in &self.areas {
            writer.words(Section::AreaDetails, [details]);
            let mut verdicts = [verdict::NO; PLACES];
            let mut concerned = [false; PLACES];
            for (place_number, place) in places() {
                let said = points(place).map(|point| verdict_at(area, point));
                let first = verdict_at(area, place);
                let uniform = said.clone().all(|other| other == first);
                if let Some(concerned) = concerned.get_mut(place_number) {
                    *concerned = said.clone().any(|said| said != verdict::NO);
                }
                if let Some(verdict) = verdicts.get_mut(place_number) {
                    *verdict = if uniform { first } else { verdict::DETAILED };
                }
                if !uniform {
                    detailed.insert(place_number);
                    details += 1;
                    let row = packed(said);
                    let offset = if let Some(offset) = rows.get(&row) {
                        *offset
                    } else {
                        let bits = writer.section(Section::DetailBits);
                        let offset = number(bits.len(), Section::Areas)?;
                        bits.extend(&row);
                        rows.insert(row, offset);
                        offset
                    };
                    writer.words(Section::Details, [u32::try_from(place_number).unwrap_or(0), offset]);
                }
            }
            let row = packed(verdicts.into_iter());
            debug_assert_eq!(row.len(), AREA);
            writer.section(Section::Areas).extend(row);
            there.push(concerned);
        }
        writer.words(Section::AreaDetails, [details]);
        subdivisions(writer, &detailed);
        Ok(there)
    }
}

/// The world and the countries, by their numbers in the areas.
fn places() -> impl Iterator<Item = (usize, Place)> {
    std::iter::once(Place::WORLD).chain(Place::countries()).enumerate()
}

/// Where viewers may be known to be who are in this place of the areas' order: of the world, only that nothing is
/// known; of a country, that, and each of its subdivisions.
fn points(place: Place) -> impl Iterator<Item = Place> + Clone {
    let behind = if place == Place::WORLD { 1 } else { place.end() };
    (place.index()..behind).filter_map(Place::from_index)
}

fn verdict_at(area: &Area, point: Place) -> u8 {
    match (area.certainly(point), area.possibly(point)) {
        (true, _) => verdict::CERTAIN,
        (false, true) => verdict::POSSIBLE,
        (false, false) => verdict::NO,
    }
}

fn packed(verdicts: impl Iterator<Item = u8>) -> Vec<u8> {
    let mut row = Vec::new();
    for (index, verdict) in verdicts.enumerate() {
        if index % 4 == 0 {
            row.push(0);
        }
        if let Some(byte) = row.last_mut() {
            *byte |= verdict << (index % 4 * 2);
        }
    }
    row
}

fn countries(writer: &mut Writer) {
    let mut numbers = [0_u8; COUNTRY_CODES];
    for (number, place) in places().skip(1) {
        let index = place.code().as_bytes().first_chunk().copied().and_then(country_index);
        if let Some(entry) = index.and_then(|index| numbers.get_mut(index)) {
            // There are 249 countries.
            *entry = u8::try_from(number).unwrap_or(0);
        }
    }
    writer.section(Section::Countries).extend(numbers);
}

fn subdivisions(writer: &mut Writer, detailed: &BTreeSet<usize>) {
    let mut entries = Vec::new();
    for (country, place) in places().filter(|(number, _)| detailed.contains(number)) {
        for (number, subdivision) in points(place).enumerate().skip(1) {
            entries.extend(subdivision_key(subdivision.code()).map(|key| (key, country, number)));
        }
    }
    entries.sort_unstable();
    let halves = |country: usize, number: usize| u32::try_from(country | number << 16).unwrap_or(0);
    writer.words(
        Section::Subdivisions,
        entries.into_iter().flat_map(|(key, country, number)| [key, halves(country, number)]),
    );
}
