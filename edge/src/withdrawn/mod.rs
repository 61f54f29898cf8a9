//! Withdrawn sessions, accounts and keys: a set of bounded size.
//!
//! At most [`MOST`] sessions and accounts and [`MOST_KEYS`] keys. Sessions and accounts are kept as 64 bits of a keyed hash
//! with the moment of their withdrawal, 12 bytes each, so a full set has 1.2 MB. The chance that a given session or account
//! that is not in a full set is taken for one that is: 100,000 in 2^64, once in 10^14. Even then nobody is locked out: only what was
//! issued up to the moment of that entry counts as withdrawn, and what is issued later holds again. Keys are kept whole.

mod list;

pub use list::{Entry, ListProblem, read_list};

use siphasher::sip::SipHasher13;
use std::hash::Hasher as _;

/// The most sessions and accounts in a set.
pub const MOST: usize = 100_000;

/// The most keys in a set.
pub const MOST_KEYS: usize = 64;

const MAGIC: &[u8; 8] = b"PGwdrwn2";
const HEADER: usize = 8 + 8 + 8 + 4 + 4;
const RECORD: usize = 12;
const CHECK: usize = 8;

/// What was withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One session, as tokens name it in `cti`.
    Session,
    /// All sessions of an account, as tokens name it in `sub`.
    Account,
    /// All that a key signed.
    Key,
}

/// A set, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Withdrawn {
    seed: u64,
    /// Up to when it is complete.
    until: u64,
    keys: Vec<Box<[u8]>>,
    /// By fingerprint.
    records: Vec<(u64, u32)>,
}

/// Why bytes are no set, or a list makes none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WithdrawnError {
    /// Other bytes, or altered or cut ones.
    #[error("this is no set of withdrawals, or it was altered or cut on its way; build or fetch it again")]
    NotASet,
    /// A set of the past.
    #[error("this set is complete up to {until}, and the one in force up to {than}; hand out the newer one")]
    Older {
        /// Up to when it is complete, in epoch seconds.
        until: u64,
        /// Up to when the one in force is.
        than: u64,
    },
    /// More than the edge keeps in memory.
    #[error(
        "the list withdraws {sessions} sessions and accounts, {MOST} are the most; leave out those whose tokens have expired by now"
    )]
    TooMany {
        /// How many there are.
        sessions: usize,
    },
    /// More keys than anybody has.
    #[error(
        "the list withdraws {keys} keys, {MOST_KEYS} are the most; take keys that nobody uses any more out of the configuration instead"
    )]
    TooManyKeys {
        /// How many there are.
        keys: usize,
    },
}

impl Withdrawn {
    /// Takes the bytes of a set, whole and unaltered.
    ///
    /// # Errors
    /// When they are not.
    #[inline(never)]
    pub fn open(bytes: &[u8]) -> Result<Self, WithdrawnError> {
        Self::read(bytes).ok_or(WithdrawnError::NotASet)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (contents, check) = bytes.split_last_chunk::<CHECK>()?;
        if !contents.starts_with(MAGIC) || hash(0, &[contents]) != u64::from_le_bytes(*check) {
            return None;
        }
        let (header, mut rest) = contents.split_at_checked(HEADER)?;
        let seed = u64::from_le_bytes(*header.get(8..)?.first_chunk()?);
        let until = u64::from_le_bytes(*header.get(16..)?.first_chunk()?);
        let records = u32::from_le_bytes(*header.get(24..)?.first_chunk()?) as usize;
        let count = u32::from_le_bytes(*header.get(28..)?.first_chunk()?) as usize;
        if records > MOST || count > MOST_KEYS {
            return None;
        }
        let mut keys = Vec::with_capacity(count);
        for _ in 0..count {
            let (length, after) = rest.split_first()?;
            let (key, after) = after.split_at_checked(usize::from(*length))?;
            keys.push(key.into());
            rest = after;
        }
        let (chunks, odd) = rest.as_chunks::<RECORD>();
        if chunks.len() != records || !odd.is_empty() {
            return None;
        }
        let record = |chunk: &[u8; RECORD]| {
            let (fingerprint, when) = (chunk.first_chunk()?, chunk.last_chunk()?);
            Some((u64::from_le_bytes(*fingerprint), u32::from_le_bytes(*when)))
        };
        let records: Vec<_> = chunks.iter().map(record).collect::<Option<_>>()?;
        records.is_sorted_by(|(before, _), (after, _)| before < after).then_some(Self {
            seed,
            until,
            keys,
            records,
        })
    }

    /// Takes the place of an older set, whole, or says why not: then the older one stays.
    ///
    /// # Errors
    /// When the bytes are no set, or one that is older than this: somebody's cache, or somebody who wants a withdrawal undone.
    pub fn replace(&mut self, bytes: &[u8]) -> Result<(), WithdrawnError> {
        let newer = Self::open(bytes)?;
        if newer.until < self.until {
            return Err(WithdrawnError::Older { until: newer.until, than: self.until });
        }
        *self = newer;
        Ok(())
    }

    /// The bytes of a set of these entries, which is complete up to the last of them. The same list and seed give the same
    /// bytes.
    ///
    /// # Errors
    /// When there are too many.
    pub fn build(entries: &[Entry], seed: u64) -> Result<Vec<u8>, WithdrawnError> {
        let last = entries.iter().map(|entry| u64::from(entry.at)).max().unwrap_or_default();
        Self::build_until(entries, seed, last)
    }

    /// The same of a list that is complete up to a later moment.
    ///
    /// # Errors
    /// When there are too many.
    pub fn build_until(entries: &[Entry], seed: u64, until: u64) -> Result<Vec<u8>, WithdrawnError> {
        let mut keys: Vec<&[u8]> = Vec::new();
        let mut records = Vec::new();
        for entry in entries {
            match entry.kind {
                Kind::Key => keys.push(entry.id.as_bytes()),
                kind => records.push((fingerprint(seed, kind, entry.id.as_bytes()), entry.at)),
            }
        }
        keys.sort_unstable();
        keys.dedup();
        // Of several moments of one id the last counts, and stands first.
        records.sort_unstable_by_key(|(fingerprint, at)| (*fingerprint, std::cmp::Reverse(*at)));
        records.dedup_by_key(|(fingerprint, _)| *fingerprint);
        if records.len() > MOST {
            return Err(WithdrawnError::TooMany { sessions: records.len() });
        }
        if keys.len() > MOST_KEYS {
            return Err(WithdrawnError::TooManyKeys { keys: keys.len() });
        }
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes();
        let mut bytes = MAGIC.to_vec();
        bytes.extend(seed.to_le_bytes());
        bytes.extend(until.to_le_bytes());
        bytes.extend(count(records.len()));
        bytes.extend(count(keys.len()));
        for key in keys {
            // The list takes no longer ids.
            bytes.push(u8::try_from(key.len()).unwrap_or(u8::MAX));
            bytes.extend(key.iter().take(usize::from(u8::MAX)));
        }
        for (fingerprint, at) in records {
            bytes.extend(fingerprint.to_le_bytes());
            bytes.extend(at.to_le_bytes());
        }
        let check = hash(0, &[&bytes]);
        bytes.extend(check.to_le_bytes());
        Ok(bytes)
    }

    /// How many sessions and accounts, and how many keys are in it.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.records.len(), self.keys.len())
    }

    /// Whether all that this key signed is withdrawn.
    #[must_use]
    pub fn has_key(&self, kid: &[u8]) -> bool {
        self.keys.iter().any(|key| **key == *kid)
    }

    /// Whether what was issued to this session or account at that time is withdrawn. What does not say when it was issued
    /// is as old as can be.
    #[must_use]
    pub fn has(&self, kind: Kind, id: &[u8], issued_at: Option<i64>) -> bool {
        if self.records.is_empty() {
            return false;
        }
        let wanted = fingerprint(self.seed, kind, id);
        let found = self.records.binary_search_by_key(&wanted, |(fingerprint, _)| *fingerprint);
        let withdrawn_at = found.ok().and_then(|at| self.records.get(at)).map(|(_, when)| i64::from(*when));
        withdrawn_at.is_some_and(|when| issued_at.is_none_or(|issued_at| issued_at <= when))
    }
}

fn fingerprint(seed: u64, kind: Kind, id: &[u8]) -> u64 {
    hash(seed, &[&[kind as u8], id])
}

fn hash(seed: u64, parts: &[&[u8]]) -> u64 {
    let mut hasher = SipHasher13::new_with_keys(seed, 0x7769_7468_6472_6177);
    for part in parts {
        hasher.write(part);
    }
    hasher.finish()
}
