//! A store in memory whose readings take a while: what happens between a reading and its answer can be tried.

use super::{Expect, Record, Store, StoreError, Table, Write};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// For how long a reading's answer is under way.
const UNDER_WAY: Duration = Duration::from_millis(100);

/// The store.
#[derive(Debug, Default)]
pub(crate) struct Slow {
    records: Mutex<BTreeMap<(Table, String), Record>>,
    version: Mutex<u64>,
    /// Told when something was read whose answer is under way.
    pub(crate) was_read: Notify,
}

impl Slow {
    async fn answered<T>(&self, answer: T) -> Result<T, StoreError> {
        self.was_read.notify_one();
        tokio::time::sleep(UNDER_WAY).await;
        Ok(answer)
    }

    fn with<T>(&self, what: impl FnOnce(&mut BTreeMap<(Table, String), Record>) -> T) -> T {
        what(&mut self.records.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Store for Slow {
    async fn read(&self, table: Table, key: &str) -> Result<Option<Record>, StoreError> {
        let found = self.with(|records| records.get(&(table, key.to_owned())).cloned());
        self.answered(found).await
    }

    async fn write(&self, write: Write<'_>) -> Result<u64, StoreError> {
        let version = {
            let mut version = self.version.lock().unwrap_or_else(PoisonError::into_inner);
            *version += 1;
            *version
        };
        let record = Record { bytes: write.bytes.to_vec(), version };
        self.with(|records| records.insert((write.table, write.key.to_owned()), record));
        Ok(version)
    }

    async fn remove(&self, table: Table, key: &str, _: Expect) -> Result<(), StoreError> {
        self.with(|records| records.remove(&(table, key.to_owned())));
        Ok(())
    }

    async fn list(
        &self,
        table: Table,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Record)>, StoreError> {
        let found = self.with(|records| {
            let behind = records
                .iter()
                .filter(|((of, key), _)| *of == table && after.is_none_or(|after| key.as_str() > after));
            behind.take(limit).map(|((_, key), record)| (key.clone(), record.clone())).collect()
        });
        self.answered(found).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
