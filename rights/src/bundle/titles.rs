//! The table of titles and prefixes: from an id to the rules that speak of it, in one look or a few.

use super::Bundle;
use super::layout::{BUCKET, EMPTY, SLOTS, Section};
use crate::title::{LONGEST_TITLE, is_title};
use core::hash::Hasher as _;
use siphasher::sip128::{Hasher128 as _, SipHasher13};

/// What the table knows a title or prefix by: 64 bits of a keyed hash, in a bucket chosen by other bits of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fingerprint {
    pub(crate) bucket: usize,
    pub(crate) print: u64,
}

/// The hash, keyed by the seed.
#[derive(Clone)]
pub(crate) struct Hasher(SipHasher13);

impl Hasher {
    pub(crate) fn new(seed: u64) -> Self {
        Self(SipHasher13::new_with_keys(seed, 0x0074_6974_6c65))
    }

    pub(crate) fn write(&mut self, text: &[u8]) {
        self.0.write(text);
    }

    pub(crate) fn fingerprint(&self, buckets: usize) -> Fingerprint {
        let hash = self.0.finish128();
        // The upper half of a product spreads evenly over any number of buckets.
        let bucket = (u128::from(hash.h1) * buckets as u128) >> 64;
        Fingerprint { bucket: usize::try_from(bucket).unwrap_or(0), print: hash.h2 }
    }
}

impl<B: AsRef<[u8]>> Bundle<B> {
    /// The value of a title: its own, else that of the deepest prefix that is in the table. What is no title has none.
    pub(crate) fn value(&self, title: &str) -> Option<u32> {
        if title.len() > LONGEST_TITLE {
            return None;
        }
        let buckets = self.count(Section::Titles, BUCKET);
        let start = Hasher::new(self.seed);
        let own = fingerprint(&start, title.as_bytes(), buckets);
        if let Some(value) = self.slot(own, buckets) {
            // Only titles were written into the table, and this one ends with no slash.
            return Some(value).filter(|_| !title.is_empty() && !title.ends_with('/'));
        }
        // Below a prefix anything may follow.
        if !is_title(title) {
            return None;
        }
        let mut rest = title.as_bytes();
        let mut slashes = title.matches('/').count();
        while let Some(slash) = rest.iter().rposition(|byte| *byte == b'/') {
            // With the slash: that tells a prefix from a title of the same name.
            let prefix = rest.get(..=slash)?;
            if slashes <= self.deepest
                && let Some(value) = self.slot(fingerprint(&start, prefix, buckets), buckets)
            {
                return Some(value);
            }
            slashes -= 1;
            rest = rest.get(..slash)?;
        }
        // What `*` speaks of has the empty prefix.
        self.slot(start.fingerprint(buckets), buckets)
    }

    fn slot(&self, wanted: Fingerprint, buckets: usize) -> Option<u32> {
        let mut number = wanted.bucket;
        // A table that is full of itself would be walked for ever.
        for _ in 0..buckets {
            let bucket: &[u8; BUCKET] = self.record(Section::Titles, number)?;
            let (prints, rest) = bucket.split_first_chunk::<{ SLOTS * 8 }>()?;
            let found =
                prints.as_chunks().0.iter().position(|print| u64::from_le_bytes(*print) == wanted.print);
            let (words, _) = rest.as_chunks::<4>();
            if let Some(value) = found.and_then(|slot| words.get(slot)).map(|word| u32::from_le_bytes(*word))
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

fn fingerprint(start: &Hasher, text: &[u8], buckets: usize) -> Fingerprint {
    let mut hasher = start.clone();
    hasher.write(text);
    hasher.fingerprint(buckets)
}
