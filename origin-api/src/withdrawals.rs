//! What was taken back: kept, asked here, and served as a set for the edges to fetch.

use crate::config::{Problem, TokenKey, at};
use crate::store::{Expect, Record, Store, StoreError, Table, Write};
use axum::body::Bytes;
use edge::withdrawn::{Entry, Kind, Withdrawn};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, PoisonError, RwLock};

/// How long a withdrawal is kept: longer than anything that was handed out or issued before it can live.
const KEPT: u64 = 31 * 24 * 3600;

const PAGE: usize = 1000;

/// What is withdrawn by now.
pub(crate) struct Withdrawals {
    seed: u64,
    now: RwLock<Arc<Now>>,
    // Of two that are written at once, the second must not be missing in the set of the first.
    turn: tokio::sync::Mutex<()>,
}

/// The set, to be asked and to be served.
pub(crate) struct Now {
    pub(crate) set: Withdrawn,
    pub(crate) bytes: Bytes,
}

/// A withdrawal, as it is kept.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) at: u32,
}

impl Withdrawals {
    /// `seed` hides what is in the set from those who only see it.
    pub(crate) async fn read(store: &impl Store, seed: u64, now: i64) -> Result<Self, StoreError> {
        let set = set_of(&[], seed, now)?;
        let withdrawals = Self { seed, now: RwLock::new(Arc::new(set)), turn: tokio::sync::Mutex::new(()) };
        withdrawals.reload(store, now).await?;
        Ok(withdrawals)
    }

    pub(crate) fn now(&self) -> Arc<Now> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Withdraws what was issued to a session, an account or by a key up to now.
    pub(crate) async fn add(
        &self,
        store: &impl Store,
        kind: Kind,
        id: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        let at = u32::try_from(now).unwrap_or_default();
        let name = name(kind);
        let kept = Kept { kind: name.to_owned(), id: id.to_owned(), at };
        let bytes = serde_json::to_vec(&kept).map_err(|problem| StoreError::Refused(problem.to_string()))?;
        let key = format!("{name}/{id}");
        // Keys are withdrawn for good.
        let expires = (kind != Kind::Key).then(|| u64::from(at) + KEPT);
        store
            .write(Write {
                table: Table::Revocations,
                key: &key,
                bytes: &bytes,
                expires,
                expect: Expect::Anything,
            })
            .await?;
        self.reload(store, now).await
    }

    /// At most so many of them behind a key of the store, with their keys, as they are in the store now. What is over may be
    /// among them.
    pub(crate) async fn page(
        store: &impl Store,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Kept)>, StoreError> {
        let page = store.list(Table::Revocations, after, limit).await?;
        page.into_iter().map(|(key, record)| kept(&key, &record).map(|kept| (key, kept))).collect()
    }

    /// Reads all of them again, whole or not at all.
    pub(crate) async fn reload(&self, store: &impl Store, now: i64) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        let mut entries = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = store.list(Table::Revocations, after.as_deref(), PAGE).await?;
            let is_last = page.len() < PAGE;
            after = page.last().map(|(key, _)| key.clone());
            for (key, record) in page {
                let kept = kept(&key, &record)?;
                let kind = kind(&kept.kind).ok_or_else(|| {
                    StoreError::Unavailable(format!("the withdrawal `{key}` is of no kind"))
                })?;
                if !kept.is_over(now) {
                    entries.push(Entry { kind, id: kept.id, at: kept.at });
                }
            }
            if is_last {
                break;
            }
        }
        let set = set_of(&entries, self.seed, now)?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(set);
        Ok(())
    }
}

impl Now {
    /// Says which of the keys that mint tokens were withdrawn.
    pub(crate) fn warnings(&self, keys: &[TokenKey]) -> Vec<Problem> {
        let is_withdrawn = |key: &&TokenKey| self.set.has_key(key.kid.as_bytes());
        let follows = if keys.iter().all(|key| is_withdrawn(&key)) {
            "no other is left, so that every session with `path-token` is refused (503); add one, first at the edges"
        } else {
            "mints no more; take it out, here and at the edges"
        };
        let said = |key: &TokenKey| {
            at(
                format!("media.path_tokens.key `{}`", key.kid),
                format!("`{}` was withdrawn, and {follows}", key.kid),
            )
        };
        keys.iter().filter(is_withdrawn).map(said).collect()
    }
}

impl Kept {
    /// From when on nobody needs to know of it any more; keys are withdrawn for good.
    pub(crate) fn ends(&self) -> Option<i64> {
        (self.kind != name(Kind::Key)).then(|| i64::from(self.at).saturating_add_unsigned(KEPT))
    }

    pub(crate) fn is_over(&self, now: i64) -> bool {
        self.ends().is_some_and(|ends| ends < now)
    }
}

fn kept(key: &str, record: &Record) -> Result<Kept, StoreError> {
    serde_json::from_slice(&record.bytes).map_err(|problem| {
        StoreError::Unavailable(format!("the withdrawal `{key}` cannot be read: {problem}"))
    })
}

/// The kind of this name.
pub(crate) fn kind(name: &str) -> Option<Kind> {
    [Kind::Session, Kind::Account, Kind::Key].into_iter().find(|kind| self::name(*kind) == name)
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Session => "session",
        Kind::Account => "account",
        Kind::Key => "key",
    }
}

fn set_of(entries: &[Entry], seed: u64, now: i64) -> Result<Now, StoreError> {
    let until = u64::try_from(now).unwrap_or_default();
    let refused = |problem: edge::withdrawn::WithdrawnError| StoreError::Refused(problem.to_string());
    let bytes = Withdrawn::build_until(entries, seed, until).map_err(refused)?;
    let set = Withdrawn::open(&bytes).map_err(refused)?;
    Ok(Now { set, bytes: bytes.into() })
}
