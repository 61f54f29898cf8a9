//! The table of titles and prefixes: from an id to the rules that speak of it, in one look or a few.

use super::Bundle;
use super::layout::{BUCKET, EMPTY, SLOTS, Section};
use crate::title::{LONGEST_TITLE, is_title};
use siphasher::sip128::SipHasher13;

/// What the table knows a title or prefix by: 64 bits of a keyed hash, in a bucket chosen by other bits of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fingerprint {
    pub(crate) bucket: usize,
    pub(crate) print: u64,
}

impl Fingerprint {
    /// Of a title, or of a prefix with the slash at its end: that tells it from a title of the same name.
    pub(crate) fn of(text: &[u8], seed: u64, buckets: usize) -> Self {
        let hash = SipHasher13::new_with_keys(seed, 0x0074_6974_6c65).hash(text);
        // The upper half of a product spreads evenly over any number of buckets.
        let bucket = (u128::from(hash.h1) * buckets as u128) >> 64;
        Self { bucket: usize::try_from(bucket).unwrap_or(0), print: hash.h2 }
    }
}

impl<B: AsRef<[u8]>> Bundle<B> {
    /// The value of a title: its own, else that of the deepest prefix that is in the table. What is no title has none.
    pub(crate) fn value(&self, title: &str) -> Option<u32> {
        if title.len() > LONGEST_TITLE {
            return None;
        }
        let buckets = self.count(Section::Titles, BUCKET);
        let look = |text| self.slot(Fingerprint::of(text, self.seed, buckets), buckets);
        if let Some(value) = look(title.as_bytes()) {
            // Only titles were written into the table, and prefixes, and the empty one for `*`.
            return Some(value).filter(|_| !title.is_empty() && !title.ends_with('/'));
        }
        // Below a prefix anything may follow.
        if !is_title(title) {
            return None;
        }
        let mut rest = title.as_bytes();
        let mut slashes = title.matches('/').count();
        while let Some(slash) = rest.iter().rposition(|byte| *byte == b'/') {
            let prefix = rest.get(..=slash)?;
            if slashes <= self.deepest
                && let Some(value) = look(prefix)
            {
                return Some(value);
            }
            slashes -= 1;
            rest = rest.get(..slash)?;
        }
        // What `*` speaks of has the empty prefix.
        look(b"")
    }

    /// Whether a rule names this very title, or what lies below it, and not only what it lies below.
    #[must_use]
    pub fn names(&self, title: &str) -> bool {
        let mut name = [0; LONGEST_TITLE + 1];
        let Some(place) = name.get_mut(..title.len()).filter(|_| is_title(title)) else { return false };
        place.copy_from_slice(title.as_bytes());
        if let Some(end) = name.get_mut(title.len()) {
            *end = b'/';
        }
        let buckets = self.count(Section::Titles, BUCKET);
        let has = |length: usize| {
            name.get(..length)
                .is_some_and(|text| self.slot(Fingerprint::of(text, self.seed, buckets), buckets).is_some())
        };
        has(title.len()) || has(title.len() + 1)
    }

    fn slot(&self, wanted: Fingerprint, buckets: usize) -> Option<u32> {
        let mut number = wanted.bucket;
        // A table that is full of itself would be walked for ever.
        for _ in 0..buckets {
            let bucket: &[u8; BUCKET] = self.record(Section::Titles, number)?;
            let (prints, rest) = bucket.split_first_chunk::<{ SLOTS * 8 }>()?;
            // Without a branch for each: nobody can foresee in which slot a title stands.
            let same = |print: &[u8; 8]| usize::from(u64::from_le_bytes(*print) == wanted.print);
            let slots = prints.as_chunks().0.iter().enumerate();
            let found = slots.fold(0_usize, |found, (slot, print)| found | same(print) << slot);
            let (words, _) = rest.as_chunks::<4>();
            if found != 0
                && let Some(value) =
                    words.get(found.trailing_zeros() as usize).map(|word| u32::from_le_bytes(*word))
                && value != EMPTY
            {
                return Some(value);
            }
            if words.last().is_none_or(|more| u32::from_le_bytes(*more) == 0) {
                return None;
            }
            number = if number + 1 == buckets { 0 } else { number + 1 };
        }
        None
    }

    /// Every value in the table.
    pub(crate) fn values(&self) -> impl Iterator<Item = u32> {
        let bytes = self.section(Section::Titles).unwrap_or_default();
        bytes.as_chunks::<BUCKET>().0.iter().flat_map(|bucket| {
            let words = bucket.as_chunks::<4>().0.iter().skip(SLOTS * 2).take(SLOTS);
            words.map(|word| u32::from_le_bytes(*word)).filter(|value| *value != EMPTY)
        })
    }
}
