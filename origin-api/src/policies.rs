//! The policy in force: from the configuration, or the bundle that was put last.

use crate::config::Config;
use crate::log;
use crate::store::{Expect, Store, StoreError, Table, Write};
use rights::Bundle;
use rights::language::SourceFile;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// Under which key the store says which bundle is in force.
const IN_FORCE: &str = "in-force";

/// Where a policy is from that somebody put.
const PUT: &str = "put";

/// How many bytes of a bundle one record takes.
const PART: usize = 256 * 1024;

/// The policy in force.
pub(crate) struct Policies {
    in_force: RwLock<Current>,
    /// What the configuration names.
    configured: PathBuf,
    // Of two that are put at once, one would clear away the other's parts; and what is read meanwhile is not what is in force then.
    turn: tokio::sync::Mutex<()>,
}

/// What is in force, where it is from and since when.
#[derive(Clone)]
pub(crate) struct Current {
    pub(crate) bundle: Arc<Bundle<Vec<u8>>>,
    /// `configuration`, or `put`: somebody put it.
    pub(crate) from: &'static str,
    /// Since when; what earlier versions kept does not say it.
    pub(crate) since: Option<i64>,
    /// Who put it, as the login has it; what earlier versions kept does not say it.
    pub(crate) by: Option<String>,
}

/// What has to be in force for a change to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Whatever it is.
    Anything,
    /// What the configuration names: nobody has put another.
    NonePut,
    /// The policy with this name.
    Named(String),
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotChanged {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the configuration names cannot be used.
    #[error("{0}")]
    Unusable(String),
}

#[derive(Serialize, Deserialize)]
struct InForce {
    name: String,
    parts: usize,
    bytes: usize,
    /// When it was put, in epoch seconds.
    #[serde(default)]
    at: Option<i64>,
    /// Who put it.
    #[serde(default)]
    by: Option<String>,
}

impl Policies {
    /// The bundle that was put last; if none was, what the configuration names.
    ///
    /// # Errors
    /// Why there is none that can be used, in words. It is not passed over: an older policy could let through what was forbidden since.
    pub(crate) async fn open(store: &impl Store, config: &Config) -> Result<Self, String> {
        let kept = kept(store).await.map_err(|problem| problem.to_string())?;
        let current = match kept {
            Some((bytes, said)) => put(opened(bytes)?, &said),
            None => configured(read(&config.policies)?),
        };
        let configured = config.policies.clone();
        Ok(Self { in_force: RwLock::new(current), configured, turn: tokio::sync::Mutex::new(()) })
    }

    /// Takes the bundle that was put last, by whomever.
    pub(crate) async fn reload(&self, store: &impl Store) -> Result<(), String> {
        let _turn = self.turn.lock().await;
        let kept = kept(store).await.map_err(|problem| problem.to_string())?;
        match kept {
            Some((bytes, said)) => self.take(put(opened(bytes)?, &said)),
            // Another server took it back.
            None if self.from() == PUT => self.take(configured(self.read_again().await?)),
            None => {}
        }
        Ok(())
    }

    /// What is in force, and what is known of it.
    pub(crate) fn current(&self) -> Current {
        self.in_force.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where the one in force is from: the configuration, or somebody put it.
    pub(crate) fn from(&self) -> &'static str {
        self.current().from
    }

    fn take(&self, current: Current) {
        *self.in_force.write().unwrap_or_else(PoisonError::into_inner) = current;
    }

    pub(crate) fn bundle(&self) -> Arc<Bundle<Vec<u8>>> {
        Arc::clone(&self.in_force.read().unwrap_or_else(PoisonError::into_inner).bundle)
    }

    /// Keeps a bundle and puts it in force, here and at the next start. Says the name of the one that was in force here before.
    pub(crate) async fn put(
        &self,
        store: &impl Store,
        bundle: Bundle<Vec<u8>>,
        by: &str,
        condition: &Condition,
    ) -> Result<String, StoreError> {
        let _turn = self.turn.lock().await;
        let (name, before) = (bundle.name(), self.bundle().name());
        let (former, expect) = self.former(store, condition).await?;
        let parts = bundle.bytes().chunks(PART);
        let count = parts.len();
        for (number, bytes) in parts.enumerate() {
            let key = part(&name, number);
            store
                .write(Write {
                    table: Table::Policies,
                    key: &key,
                    bytes,
                    expires: None,
                    expect: Expect::Anything,
                })
                .await?;
        }
        // Only now it counts: whoever is killed before has changed nothing.
        let at = Some(log::now());
        let by = Some(by.to_owned());
        let said = InForce { name: name.clone(), parts: count, bytes: bundle.bytes().len(), at, by };
        let bytes = serde_json::to_vec(&said).map_err(|problem| StoreError::Refused(problem.to_string()))?;
        let write = Write { table: Table::Policies, key: IN_FORCE, bytes: &bytes, expires: None, expect };
        store.write(write).await?;
        self.take(put(bundle, &said));
        if let Some(former) = former.filter(|former| former.name != name) {
            clear(store, &former).await;
        }
        Ok(before)
    }

    /// Puts in force again what the configuration names, as it is now. Says the names of what is in force and of what was.
    pub(crate) async fn take_back(
        &self,
        store: &impl Store,
        condition: &Condition,
    ) -> Result<(String, String), NotChanged> {
        let _turn = self.turn.lock().await;
        let (former, expect) = self.former(store, condition).await?;
        let before = self.bundle().name();
        let Some(former) = former else {
            if self.from() == PUT {
                self.take(configured(self.read_again().await.map_err(NotChanged::Unusable)?));
            }
            return Ok((self.bundle().name(), before));
        };
        // Before anything is changed: with what cannot be used no server would start again.
        let bundle = self.read_again().await.map_err(NotChanged::Unusable)?;
        let name = bundle.name();
        store.remove(Table::Policies, IN_FORCE, expect).await?;
        self.take(configured(bundle));
        clear(store, &former).await;
        Ok((name, before))
    }

    /// What was put last, and what a writing on this condition has to find.
    async fn former(
        &self,
        store: &impl Store,
        condition: &Condition,
    ) -> Result<(Option<InForce>, Expect), StoreError> {
        let record = store.read(Table::Policies, IN_FORCE).await?;
        let found = record.as_ref().map_or(Expect::Absent, |record| Expect::Version(record.version));
        let former = record.map(|record| in_force(&record.bytes)).transpose()?;
        let holds = match (condition, &former) {
            (Condition::Anything, _) => return Ok((former, Expect::Anything)),
            (Condition::NonePut, former) => former.is_none(),
            (Condition::Named(name), Some(former)) => former.name == *name,
            (Condition::Named(name), None) => self.from() != PUT && self.bundle().name() == *name,
        };
        if holds { Ok((former, found)) } else { Err(StoreError::Conflict) }
    }

    /// What the configuration names, as it is now.
    async fn read_again(&self) -> Result<Bundle<Vec<u8>>, String> {
        let path = self.configured.clone();
        // To read and compile a large folder takes long, and others want to be served.
        let read = tokio::task::spawn_blocking(move || read(&path)).await;
        read.map_err(|problem| problem.to_string())?
    }
}

fn put(bundle: Bundle<Vec<u8>>, said: &InForce) -> Current {
    Current { bundle: Arc::new(bundle), from: PUT, since: said.at, by: said.by.clone() }
}

fn configured(bundle: Bundle<Vec<u8>>) -> Current {
    Current { bundle: Arc::new(bundle), from: "configuration", since: Some(log::now()), by: None }
}

/// Removes the parts of a bundle that is not in force any more. What stays takes room, and is in nobody's way.
async fn clear(store: &impl Store, former: &InForce) {
    for number in 0..former.parts {
        let _ = store.remove(Table::Policies, &part(&former.name, number), Expect::Anything).await;
    }
}

fn opened(bytes: Vec<u8>) -> Result<Bundle<Vec<u8>>, String> {
    Bundle::open(bytes).map_err(|problem| format!("the bundle in the store: {problem}"))
}

/// The bundle that was put last, and what was said of it.
async fn kept(store: &impl Store) -> Result<Option<(Vec<u8>, InForce)>, StoreError> {
    let Some(record) = store.read(Table::Policies, IN_FORCE).await? else { return Ok(None) };
    let said = in_force(&record.bytes)?;
    let mut bytes = Vec::with_capacity(said.bytes);
    for number in 0..said.parts {
        let key = part(&said.name, number);
        let record = store.read(Table::Policies, &key).await?;
        let record = record
            .ok_or_else(|| StoreError::Unavailable(format!("the part `{key}` of the policy is missing")))?;
        bytes.extend(record.bytes);
    }
    Ok(Some((bytes, said)))
}

fn in_force(bytes: &[u8]) -> Result<InForce, StoreError> {
    serde_json::from_slice(bytes)
        .map_err(|problem| StoreError::Unavailable(format!("which policy is in force: {problem}")))
}

fn part(name: &str, number: usize) -> String {
    format!("{name}/{number:05}")
}

/// A bundle, or a folder of policy files.
pub(crate) fn read(path: &Path) -> Result<Bundle<Vec<u8>>, String> {
    let about = |problem: &dyn std::fmt::Display| format!("{}: {problem}", path.display());
    let read = |problem: std::io::Error| about(&format!("{problem}; check the path"));
    let bytes = if path.is_dir() {
        let mut files = Vec::new();
        sources(path, "", &mut files).map_err(read)?;
        files.sort();
        let files: Vec<_> = files.iter().map(|(path, bytes)| SourceFile { path, text: bytes }).collect();
        let policy = rights::language::read(&files).map_err(|problems| {
            let first = problems.iter().next().map(ToString::to_string).unwrap_or_default();
            let first = first.lines().next().unwrap_or_default();
            about(&format!("{first}; `playgate policy check` shows all that is wrong ({})", problems.len()))
        })?;
        rights::compile(&policy).map_err(|problem| about(&problem))?
    } else {
        std::fs::read(path).map_err(read)?
    };
    Bundle::open(bytes).map_err(|problem| about(&problem))
}

/// Policy files by their paths within the folder.
fn sources(folder: &Path, within: &str, files: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let name = format!("{within}{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            sources(&path, &format!("{name}/"), files)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push((name, std::fs::read(&path)?));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::slow::Slow;

    fn bundle(agreement: &str) -> Bundle<Vec<u8>> {
        let text = format!(
            "schema = 1\nagreement = \"{agreement}\"\n[[grant]]\nid = \"g\"\ntitles = [\"acme/*\"]\nterritories = [\"*\"]\n\
             from = 2026-01-01T00:00:00Z\ntiers = [\"*\"]\n"
        );
        let files = [SourceFile { path: "one.toml", text: text.as_bytes() }];
        Bundle::open(rights::compile(&rights::language::read(&files).unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn what_one_server_puts_or_takes_back_others_that_share_its_store_follow() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let folder = std::env::temp_dir().join(format!("playgate-policies-{}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            let path = folder.join("bundle");
            std::fs::write(&path, bundle("configured").bytes()).unwrap();
            let server = || Policies {
                in_force: RwLock::new(configured(bundle("configured"))),
                configured: path.clone(),
                turn: tokio::sync::Mutex::default(),
            };
            let (store, one, other) = (Slow::default(), server(), server());
            one.put(&store, bundle("new"), "admin-7", &Condition::NonePut).await.unwrap();
            // The other one does not know of it yet, and what it believes is no condition that holds.
            let before = Condition::Named(bundle("configured").name());
            assert_eq!(other.put(&store, bundle("third"), "x", &before).await, Err(StoreError::Conflict));
            assert!(matches!(
                other.take_back(&store, &before).await,
                Err(NotChanged::Store(StoreError::Conflict))
            ));
            other.reload(&store).await.unwrap();
            let current = other.current();
            assert_eq!(
                (current.bundle.name(), current.by.as_deref()),
                (bundle("new").name(), Some("admin-7"))
            );
            let now = Condition::Named(bundle("new").name());
            let names = (bundle("configured").name(), bundle("new").name());
            assert_eq!(other.take_back(&store, &now).await.unwrap(), names);
            assert_eq!(other.put(&store, bundle("third"), "x", &now).await, Err(StoreError::Conflict));
            one.reload(&store).await.unwrap();
            let current = one.current();
            assert_eq!((current.bundle.name(), current.from, current.by), (names.0, "configuration", None));
            std::fs::remove_dir_all(&folder).unwrap();
        });
    }

    #[test]
    fn a_policy_that_is_put_while_the_former_one_is_read_anew_stays_in_force() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (store, first, second) = (Slow::default(), bundle("first"), bundle("second"));
            let names = (first.name(), second.name());
            let in_force = RwLock::new(configured(bundle("first")));
            let (turn, configured) = (tokio::sync::Mutex::default(), PathBuf::new());
            let policies = Policies { in_force, configured, turn };
            policies.put(&store, first, "first", &Condition::NonePut).await.unwrap();
            let meanwhile = async {
                store.was_read.notified().await;
                policies.put(&store, second, "second", &Condition::Anything).await.unwrap()
            };
            store.was_read.notified().await;
            let (read, former) = tokio::join!(policies.reload(&store), meanwhile);
            read.unwrap();
            assert_eq!((former, policies.bundle().name()), names);
        });
    }
}
