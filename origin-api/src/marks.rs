//! How servers that share a store learn of each other's changes: a mark for each thing that is kept in memory.
//!
//! Whoever changed something writes its mark; whoever finds another version of a mark than it knows reads the thing again. A look costs
//! three small readings, and nothing is listed where nothing changed.

use crate::store::{Expect, Store, StoreError, Table, Write};
use std::sync::{Mutex, PoisonError};

/// What is kept in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thing {
    Titles,
    Withdrawals,
    Policy,
}

impl Thing {
    pub(crate) const ALL: [Self; 3] = [Self::Titles, Self::Withdrawals, Self::Policy];

    fn key(self) -> &'static str {
        match self {
            Self::Titles => "mark/titles",
            Self::Withdrawals => "mark/withdrawals",
            Self::Policy => "mark/policy",
        }
    }
}

/// What no mark has: a thing of which it is not known any more whether it is as the store has it.
const IN_DOUBT: u64 = u64::MAX;

/// The marks as they were when each thing was last read.
#[derive(Debug, Default)]
pub(crate) struct Marks(Mutex<[u64; Thing::ALL.len()]>);

impl Marks {
    /// To be called before things are first read: what changes meanwhile is then found changed.
    pub(crate) async fn read(store: &impl Store) -> Result<Self, StoreError> {
        let marks = Self::default();
        for thing in Thing::ALL {
            let version = version(store, thing).await?;
            marks.set(thing, version);
        }
        Ok(marks)
    }

    /// Tells the others. This one has its own change already, and reads it once more, which does no harm.
    pub(crate) async fn changed(&self, store: &impl Store, thing: Thing) -> Result<(), StoreError> {
        let write = Write {
            table: Table::Policies,
            key: thing.key(),
            bytes: b"",
            expires: None,
            expect: Expect::Anything,
        };
        store.write(write).await.map(drop)
    }

    /// The mark that somebody wrote since, if somebody did.
    pub(crate) async fn is_new(&self, store: &impl Store, thing: Thing) -> Result<Option<u64>, StoreError> {
        let version = version(store, thing).await?;
        Ok((self.known(thing) != version).then_some(version))
    }

    /// To be called when the thing was read anew.
    pub(crate) fn set(&self, thing: Thing, version: u64) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get_mut(thing as usize) {
            *known = version;
        }
    }

    /// To be called when a change went wrong: the store may know of it, and the memory not. It is read anew with the next look.
    pub(crate) fn doubt(&self, thing: Thing) {
        self.set(thing, IN_DOUBT);
    }

    /// Whether anything is to be read anew, whoever else writes.
    pub(crate) fn is_in_doubt(&self) -> bool {
        Thing::ALL.iter().any(|thing| self.known(*thing) == IN_DOUBT)
    }

    fn known(&self, thing: Thing) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(thing as usize).copied().unwrap_or_default()
    }
}

async fn version(store: &impl Store, thing: Thing) -> Result<u64, StoreError> {
    Ok(store.read(Table::Policies, thing.key()).await?.map_or(0, |record| record.version))
}
