//! The store that the configuration names.

#[cfg(feature = "dynamodb")]
use super::Dynamo;
use super::embedded::{Commits, Options};
use super::{Embedded, Expect, Record, Store, StoreError, Table, Write};
use crate::config::{DynamoSettings, Problem, StoreSettings, at};
use std::path::Path;

const WITHOUT: &str = "this `playgate` was built without DynamoDB; build it with `--features dynamodb`, or name a `file` instead";

/// How many expired records are dropped at once.
const SWEPT: usize = 500;

/// One of the stores.
#[derive(Debug)]
pub(crate) enum AnyStore {
    Embedded(Embedded),
    #[cfg(feature = "dynamodb")]
    Dynamo(Dynamo),
}

impl AnyStore {
    pub(crate) fn open(settings: &StoreSettings) -> Result<Self, String> {
        match (&settings.file, &settings.dynamodb) {
            (Some(file), None) => Embedded::open(file, Options::default())
                .map(Self::Embedded)
                .map_err(|problem| problem.to_string()),
            (None, Some(settings)) => dynamo(settings),
            (None, None) | (Some(_), Some(_)) => Err(StoreSettings::WHICH.to_owned()),
        }
    }

    /// What can be seen to be wrong with a store without opening it.
    pub(crate) fn mistake(settings: &StoreSettings) -> Option<Problem> {
        if let Some(folder) = settings.file.as_deref().and_then(Path::parent)
            && !folder.as_os_str().is_empty()
            && !folder.is_dir()
        {
            let what = format!("there is no folder {}; make it, or name another", folder.display());
            return Some(at("store.file", what));
        }
        if let Some(problem) = settings.file.as_deref().and_then(Embedded::mistake) {
            return Some(at("store.file", problem.to_string()));
        }
        let is_there = cfg!(feature = "dynamodb") || settings.dynamodb.is_none();
        (!is_there).then(|| at("store.dynamodb", WITHOUT))
    }

    /// Whether other servers may write to it, too.
    pub(crate) fn is_shared(&self) -> bool {
        match self {
            Self::Embedded(_) => false,
            #[cfg(feature = "dynamodb")]
            Self::Dynamo(_) => true,
        }
    }

    /// Drops what has expired, as far as the store does not do it by itself.
    pub(crate) async fn sweep(&self, now: u64) {
        match self {
            Self::Embedded(store) => {
                while store.sweep(now, SWEPT).await.is_ok_and(|dropped| dropped == SWEPT) {}
            }
            #[cfg(feature = "dynamodb")]
            Self::Dynamo(_) => {}
        }
    }

    /// How it gathered writings, if it does.
    #[cfg_attr(
        not(feature = "dynamodb"),
        expect(clippy::unnecessary_wraps, reason = "only one of the stores does")
    )]
    pub(crate) fn commits(&self) -> Option<Commits> {
        match self {
            Self::Embedded(store) => Some(store.commits()),
            #[cfg(feature = "dynamodb")]
            Self::Dynamo(_) => None,
        }
    }

    /// Writes what was accepted, and lets go of everything.
    pub(crate) async fn close(&self) {
        match self {
            Self::Embedded(store) => {
                // What was acknowledged is kept either way.
                let _ = store.close().await;
            }
            #[cfg(feature = "dynamodb")]
            Self::Dynamo(_) => {}
        }
    }
}

impl Store for AnyStore {
    async fn read(&self, table: Table, key: &str) -> Result<Option<Record>, StoreError> {
        match self {
            Self::Embedded(store) => store.read(table, key).await,
            #[cfg(feature = "dynamodb")]
            Self::Dynamo(store) => store.read(table, key).await,
        }
    }

    async fn write(&self, write: Write<'_>) -> Result<u64, StoreError> {
        match self {
            Self::Embedded(store) => store.write(write).await,
            #[cfg(feature = "dynamodb")]
            Self::Dynamo(store) => store.write(write).await,
        }
    }

    async fn remove(&self, table: Table, key: &str, expect: Expect) -> Result<(), StoreError> {
        match self {
            Self::Embedded(store) => store.remove(table, key, expect).await,
            #[cfg(feature = "dynamodb")]
            Self::Dynamo(store) => store.remove(table, key, expect).await,
        }
    }

    async fn list(
        &self,
        table: Table,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Record)>, StoreError> {
        match self {
            Self::Embedded(store) => store.list(table, after, limit).await,
            #[cfg(feature = "dynamodb")]
            Self::Dynamo(store) => store.list(table, after, limit).await,
        }
    }

    async fn ping(&self) -> Result<(), StoreError> {
        match self {
            Self::Embedded(store) => store.ping().await,
            #[cfg(feature = "dynamodb")]
            Self::Dynamo(store) => store.ping().await,
        }
    }
}

#[cfg(feature = "dynamodb")]
#[expect(clippy::unnecessary_wraps, reason = "a build without it has to say so")]
fn dynamo(settings: &DynamoSettings) -> Result<AnyStore, String> {
    use super::dynamo::{DynamoOptions, Patience};
    use std::time::Duration;

    let milliseconds = settings.milliseconds;
    let attempt = settings.attempt_milliseconds.unwrap_or(milliseconds / 10 * 3);
    Ok(AnyStore::Dynamo(Dynamo::new(DynamoOptions {
        region: settings.region.clone(),
        table: settings.table.clone(),
        endpoint: settings.endpoint.clone(),
        credentials: None,
        patience: Patience {
            whole: Duration::from_millis(milliseconds.into()),
            attempt: Duration::from_millis(attempt.into()),
        },
    })))
}

#[cfg(not(feature = "dynamodb"))]
fn dynamo(_: &DynamoSettings) -> Result<AnyStore, String> {
    Err(WITHOUT.to_owned())
}
