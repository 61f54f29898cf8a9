//! How servers that share a store learn of each other's changes: a mark for each thing that is kept in memory.
//!
//! Whoever changed something writes its mark; whoever finds another version of a mark than it knows reads the thing again. A look costs
//! three small readings, and nothing is listed where nothing changed.

use crate::store::{Expect, Store, StoreError, Table, Write};
use std::future::Future;
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

    /// Lets a thing be read anew if it was changed since, or `always`. What is said of it while it is read counts for the next look.
    pub(crate) async fn follow(
        &self,
        store: &impl Store,
        thing: Thing,
        always: bool,
        read: impl Future<Output = Result<(), String>>,
    ) -> Result<(), String> {
        match self.is_new(store, thing).await.map_err(|problem| problem.to_string())? {
            Some(mark) => self.set(thing, mark),
            None if always => {}
            None => return Ok(()),
        }
        read.await.inspect_err(|_| self.doubt(thing))
    }

    /// The mark that somebody wrote since, if somebody did.
    async fn is_new(&self, store: &impl Store, thing: Thing) -> Result<Option<u64>, StoreError> {
        let version = version(store, thing).await?;
        Ok((self.known(thing) != version).then_some(version))
    }

    fn set(&self, thing: Thing, version: u64) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::slow::Slow;

    #[test]
    fn what_is_doubted_while_it_is_read_or_cannot_be_read_stays_in_doubt() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (store, marks) = (Slow::default(), Marks::default());
            // Whether the thing is doubted before, and while it is read; whether it can be read; whether it is in doubt afterwards.
            for (before, meanwhile, is_read, expected) in [
                (true, false, true, false),
                (true, true, true, true),
                (true, false, false, true),
                (false, true, true, true),
                (false, false, false, true),
                (false, false, true, false),
            ] {
                marks.set(Thing::Titles, 0);
                if before {
                    marks.doubt(Thing::Titles);
                }
                let read = async {
                    if meanwhile {
                        marks.doubt(Thing::Titles);
                    }
                    if is_read { Ok(()) } else { Err("the store is away".to_owned()) }
                };
                let followed = marks.follow(&store, Thing::Titles, true, read).await;
                assert_eq!(followed.is_ok(), is_read);
                assert_eq!(marks.is_in_doubt(), expected, "{before}, {meanwhile}, {is_read}");
            }
            let followed = marks.follow(&store, Thing::Policy, false, async { panic!("it is not read") });
            assert_eq!(followed.await, Ok(()), "nobody changed it");
        });
    }
}
