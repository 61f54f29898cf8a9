//! The store that the configuration names.

use super::embedded::Options;
use super::{Embedded, Expect, Record, Store, StoreError, Table, Write};
use crate::config::StoreSettings;

/// How many expired records are dropped at once.
const SWEPT: usize = 500;

/// One of the stores.
#[derive(Debug)]
pub(crate) enum AnyStore {
    Embedded(Embedded),
}

impl AnyStore {
    pub(crate) fn open(settings: &StoreSettings) -> Result<Self, String> {
        let store =
            Embedded::open(&settings.file, Options::default()).map_err(|problem| problem.to_string())?;
        Ok(Self::Embedded(store))
    }

    /// Whether other servers may write to it, too.
    pub(crate) fn is_shared(&self) -> bool {
        match self {
            Self::Embedded(_) => false,
        }
    }

    /// Drops what has expired, as far as the store does not do it by itself.
    pub(crate) async fn sweep(&self, now: u64) {
        let Self::Embedded(store) = self;
        while store.sweep(now, SWEPT).await.is_ok_and(|dropped| dropped == SWEPT) {}
    }

    /// Writes what was accepted, and lets go of everything.
    pub(crate) async fn close(&self) {
        let Self::Embedded(store) = self;
        // What was acknowledged is kept either way.
        let _ = store.close().await;
    }
}

impl Store for AnyStore {
    async fn read(&self, table: Table, key: &str) -> Result<Option<Record>, StoreError> {
        let Self::Embedded(store) = self;
        store.read(table, key).await
    }

    async fn write(&self, write: Write<'_>) -> Result<u64, StoreError> {
        let Self::Embedded(store) = self;
        store.write(write).await
    }

    async fn remove(&self, table: Table, key: &str, expect: Expect) -> Result<(), StoreError> {
        let Self::Embedded(store) = self;
        store.remove(table, key, expect).await
    }

    async fn list(
        &self,
        table: Table,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Record)>, StoreError> {
        let Self::Embedded(store) = self;
        store.list(table, after, limit).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        let Self::Embedded(store) = self;
        store.ping().await
    }
}
