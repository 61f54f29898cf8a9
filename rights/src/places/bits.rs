//! A bit for every place.

use super::Place;
use core::iter::successors;

/// A set of places, by number; of no structure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Bits(Box<[u64]>);

impl Bits {
    pub(super) fn none() -> Self {
        Self(vec![0; usize::from(Place::count()).div_ceil(64)].into())
    }

    pub(super) fn contains(&self, place: Place) -> bool {
        self.word(place).is_some_and(|word| word >> (place.index() % 64) & 1 == 1)
    }

    pub(super) fn insert(&mut self, place: Place) {
        if let Some(word) = self.0.get_mut(usize::from(place.index() / 64)) {
            *word |= 1 << (place.index() % 64);
        }
    }

    /// The place and all that lies in it.
    pub(super) fn insert_all_in(&mut self, place: Place) {
        let (first, behind) = words(place);
        for (word, at) in self.0.iter_mut().zip(0..).take(behind).skip(first) {
            *word |= mask(place, at);
        }
    }

    /// How many of the place and all that lies in it are in the set.
    pub(super) fn count_in(&self, place: Place) -> u32 {
        let (first, behind) = words(place);
        let words = self.0.iter().zip(0..).take(behind).skip(first);
        words.map(|(word, at)| (word & mask(place, at)).count_ones()).sum()
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word |= other;
        }
    }

    pub(super) fn remove(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= !other;
        }
    }

    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(word, other)| word & !other == 0)
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(word, other)| word & other != 0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Place> {
        self.0.iter().zip(0_u16..).flat_map(|(word, at)| {
            // Each step takes the lowest bit away.
            successors(Some(*word), |rest| Some(rest & rest.wrapping_sub(1)))
                .take_while(|rest| *rest != 0)
                .filter_map(move |rest| u16::try_from(rest.trailing_zeros()).ok())
                .filter_map(move |bit| Place::from_index(at * 64 + bit))
        })
    }

    fn word(&self, place: Place) -> Option<u64> {
        self.0.get(usize::from(place.index() / 64)).copied()
    }
}

/// From which word up to which the bits of the place and all that lies in it stand.
fn words(place: Place) -> (usize, usize) {
    (usize::from(place.index() / 64), usize::from(place.end()).div_ceil(64))
}

/// Of the word at that position, the bits of the place and all that lies in it.
fn mask(place: Place, at: u16) -> u64 {
    let from = place.index().saturating_sub(at * 64);
    let end = place.end().saturating_sub(at * 64);
    below(end) & !below(from)
}

fn below(bits: u16) -> u64 {
    if bits >= 64 { u64::MAX } else { (1 << bits) - 1 }
}
