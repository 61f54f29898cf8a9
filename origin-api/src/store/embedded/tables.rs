//! How records lie in the file, and what is done to them inside one transaction.

use std::collections::BTreeMap;
use std::ops::Bound;

use redb::{Error, ReadTransaction, ReadableTable, StorageError, TableDefinition, WriteTransaction};

use super::super::{Expect, Record, StoreError, Table};

/// Version, expiry, bytes.
type Kept = (u64, Option<u64>, &'static [u8]);

/// Expiry, number of the table, key: in the order in which they fall due.
const EXPIRY: TableDefinition<'_, (u64, u8, &[u8]), ()> = TableDefinition::new("expiry");

/// What is about the file itself.
const FILE: TableDefinition<'_, &str, u64> = TableDefinition::new("file");

/// In `FILE`: how the rest is laid out.
const LAYOUT: &str = "layout";

/// In `FILE`: the last version that was given out.
const LAST_VERSION: &str = "last_version";

/// The layout that is read and written here.
const OUR_LAYOUT: u64 = 1;

/// Something to be done to the records.
pub(super) enum Work {
    Write {
        table: Table,
        key: String,
        bytes: Vec<u8>,
        expires: Option<u64>,
        expect: Expect,
    },
    Remove {
        table: Table,
        key: String,
        expect: Expect,
    },
    /// Drops at most `limit` of what was due at `now`.
    Sweep {
        now: u64,
        limit: usize,
    },
    /// Writes what is there already, to see whether it can be written.
    Ping,
}

/// What came of it: a version, a number of records, or nothing of interest.
pub(super) type Answer = Result<u64, StoreError>;

/// Whose file it is.
pub(super) enum Owner {
    /// Ours, with the last version that was given out.
    Ours(u64),
    /// Ours, laid out in a way that is not known here.
    OtherLayout(u64),
    /// Another program's.
    Another,
}

/// Whose file it is, by what is in it.
pub(super) fn owner(transaction: &ReadTransaction) -> Result<Owner, Error> {
    let file = match transaction.open_table(FILE) {
        Ok(file) => file,
        Err(redb::TableError::Storage(error)) => return Err(error.into()),
        Err(_) => return Ok(Owner::Another),
    };
    let number = |name| Ok::<_, Error>(file.get(name)?.map(|number| number.value()));
    Ok(match (number(LAYOUT)?, number(LAST_VERSION)?) {
        (Some(OUR_LAYOUT), Some(last)) => Owner::Ours(last),
        (Some(OUR_LAYOUT) | None, _) => Owner::Another,
        (Some(layout), _) => Owner::OtherLayout(layout),
    })
}

/// Makes a new file ours.
pub(super) fn found(transaction: &WriteTransaction) -> Result<(), Error> {
    let mut file = transaction.open_table(FILE)?;
    file.insert(LAYOUT, OUR_LAYOUT)?;
    file.insert(LAST_VERSION, 0)?;
    transaction.open_table(EXPIRY)?;
    for table in Table::ALL {
        transaction.open_table(records(table))?;
    }
    Ok(())
}

/// The record of a key.
pub(super) fn read(transaction: &ReadTransaction, table: Table, key: &str) -> Result<Option<Record>, Error> {
    let kept = transaction.open_table(records(table))?.get(key.as_bytes())?;
    Ok(kept.map(|kept| record(kept.value())))
}

/// At most so many records behind a key.
pub(super) fn list(
    transaction: &ReadTransaction,
    table: Table,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<(String, Record)>, Error> {
    let after = after.map_or(Bound::Unbounded, |key| Bound::Excluded(key.as_bytes()));
    let range = transaction.open_table(records(table))?.range::<&[u8]>((after, Bound::Unbounded))?;
    range
        .take(limit)
        .map(|entry| {
            let (key, kept) = entry?;
            let key = String::from_utf8(key.value().to_vec())
                .map_err(|_| StorageError::Corrupted("a key is not text".to_owned()))?;
            Ok((key, record(kept.value())))
        })
        .collect()
}

/// Several works in one transaction, one after the other: each sees what those before it did.
pub(super) struct Batch<'t> {
    transaction: &'t WriteTransaction,
    records: BTreeMap<Table, redb::Table<'t, &'static [u8], Kept>>,
    expiry: redb::Table<'t, (u64, u8, &'static [u8]), ()>,
    last_version: u64,
    changed: bool,
}

impl<'t> Batch<'t> {
    /// Begins one in which the next version is the one after `last_version`.
    pub(super) fn begin(transaction: &'t WriteTransaction, last_version: u64) -> Result<Self, Error> {
        let expiry = transaction.open_table(EXPIRY)?;
        Ok(Self { transaction, records: BTreeMap::new(), expiry, last_version, changed: false })
    }

    /// Does one work, if its condition holds.
    pub(super) fn apply(&mut self, work: &Work) -> Result<Answer, Error> {
        match work {
            Work::Write { table, key, bytes, expires, expect } => {
                self.write(*table, key.as_bytes(), bytes, *expires, *expect)
            }
            Work::Remove { table, key, expect } => self.remove(*table, key.as_bytes(), *expect),
            Work::Sweep { now, limit } => self.sweep(*now, *limit),
            Work::Ping => {
                self.changed = true;
                Ok(Ok(0))
            }
        }
    }

    /// Ends it: the last version that was given out, and whether there is anything to commit.
    pub(super) fn end(self) -> Result<(u64, bool), Error> {
        if self.changed {
            self.transaction.open_table(FILE)?.insert(LAST_VERSION, self.last_version)?;
        }
        Ok((self.last_version, self.changed))
    }

    fn write(
        &mut self,
        table: Table,
        key: &[u8],
        bytes: &[u8],
        expires: Option<u64>,
        expect: Expect,
    ) -> Result<Answer, Error> {
        let old = self.stamp(table, key)?;
        if !holds(expect, old) {
            return Ok(Err(StoreError::Conflict));
        }
        let Some(version) = self.last_version.checked_add(1) else {
            return Ok(Err(StoreError::Refused("there are no versions left".to_owned())));
        };
        self.last_version = version;
        self.changed = true;
        self.records(table)?.insert(key, (version, expires, bytes))?;
        let old = old.and_then(|(_, expires)| expires);
        if old != expires {
            self.forget_expiry(table, key, old)?;
            if let Some(expires) = expires {
                self.expiry.insert((expires, number(table), key), ())?;
            }
        }
        Ok(Ok(version))
    }

    fn remove(&mut self, table: Table, key: &[u8], expect: Expect) -> Result<Answer, Error> {
        let old = self.stamp(table, key)?;
        if !holds(expect, old) {
            return Ok(Err(StoreError::Conflict));
        }
        if let Some((_, expires)) = old {
            self.changed = true;
            self.records(table)?.remove(key)?;
            self.forget_expiry(table, key, expires)?;
        }
        Ok(Ok(0))
    }

    fn sweep(&mut self, now: u64, limit: usize) -> Result<Answer, Error> {
        let mut due = Vec::new();
        for entry in self.expiry.range(..(now.saturating_add(1), 0, [].as_slice()))?.take(limit) {
            let entry = entry?.0;
            let (expires, number, key) = entry.value();
            due.push((expires, number, key.to_vec()));
        }
        let mut dropped = 0;
        for (expires, number, key) in due {
            self.changed = true;
            self.expiry.remove((expires, number, key.as_slice()))?;
            let Some(table) = numbered(number) else { continue };
            if matches!(self.stamp(table, &key)?, Some((_, Some(other))) if other == expires) {
                self.records(table)?.remove(key.as_slice())?;
                dropped += 1;
            }
        }
        Ok(Ok(dropped))
    }

    fn forget_expiry(&mut self, table: Table, key: &[u8], expires: Option<u64>) -> Result<(), Error> {
        if let Some(expires) = expires {
            self.expiry.remove((expires, number(table), key))?;
        }
        Ok(())
    }

    /// Version and expiry of what is there.
    fn stamp(&mut self, table: Table, key: &[u8]) -> Result<Option<(u64, Option<u64>)>, Error> {
        Ok(self.records(table)?.get(key)?.map(|kept| {
            let (version, expires, _) = kept.value();
            (version, expires)
        }))
    }

    fn records(&mut self, table: Table) -> Result<&mut redb::Table<'t, &'static [u8], Kept>, Error> {
        use std::collections::btree_map::Entry;
        Ok(match self.records.entry(table) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(closed) => closed.insert(self.transaction.open_table(records(table))?),
        })
    }
}

/// Whether a condition holds, by version and expiry of what is there.
fn holds(expect: Expect, there: Option<(u64, Option<u64>)>) -> bool {
    match expect {
        Expect::Anything => true,
        Expect::Absent => there.is_none(),
        Expect::Version(version) => there.is_some_and(|(there, _)| there == version),
    }
}

fn record((version, _, bytes): (u64, Option<u64>, &[u8])) -> Record {
    Record { bytes: bytes.to_vec(), version }
}

fn records(table: Table) -> TableDefinition<'static, &'static [u8], Kept> {
    TableDefinition::new(table.name())
}

/// The number of a table in `EXPIRY`. It is in files: never give one to another table.
fn number(table: Table) -> u8 {
    match table {
        Table::Titles => 0,
        Table::Leases => 1,
        Table::Keys => 2,
        Table::Revocations => 3,
        Table::Policies => 4,
    }
}

fn numbered(wanted: u8) -> Option<Table> {
    Table::ALL.into_iter().find(|table| number(*table) == wanted)
}
