//! The policy in force: from the configuration, or the bundle that was put last.

use crate::config::Config;
use crate::log;
use crate::store::{Expect, Store, StoreError, Table, Write};
use rights::Bundle;
use rights::language::SourceFile;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

/// Under which key the store says which bundle is in force.
const IN_FORCE: &str = "in-force";

/// How many bytes of a bundle one record takes.
const PART: usize = 256 * 1024;

/// The policy in force.
pub(crate) struct Policies {
    in_force: RwLock<Current>,
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
}

#[derive(Serialize, Deserialize)]
struct InForce {
    name: String,
    parts: usize,
    bytes: usize,
    /// When it was put, in epoch seconds.
    #[serde(default)]
    at: Option<i64>,
}

impl Policies {
    /// The bundle that was put last; if none was, what the configuration names.
    ///
    /// # Errors
    /// Why there is none that can be used, in words. It is not passed over: an older policy could let through what was forbidden since.
    pub(crate) async fn open(store: &impl Store, config: &Config) -> Result<Self, String> {
        let kept = kept(store).await.map_err(|problem| problem.to_string())?;
        let current = match kept {
            Some((bytes, at)) => put(opened(bytes)?, at),
            None => Current {
                bundle: Arc::new(read(&config.policies)?),
                from: "configuration",
                since: Some(log::now()),
            },
        };
        Ok(Self { in_force: RwLock::new(current), turn: tokio::sync::Mutex::new(()) })
    }

    /// Takes the bundle that was put last, by whomever.
    pub(crate) async fn reload(&self, store: &impl Store) -> Result<(), String> {
        let _turn = self.turn.lock().await;
        let kept = kept(store).await.map_err(|problem| problem.to_string())?;
        let Some((bytes, at)) = kept else { return Ok(()) };
        self.take(put(opened(bytes)?, at));
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
    ) -> Result<String, StoreError> {
        let _turn = self.turn.lock().await;
        let (name, before) = (bundle.name(), self.bundle().name());
        let former = match store.read(Table::Policies, IN_FORCE).await? {
            Some(record) => Some(in_force(&record.bytes)?),
            None => None,
        };
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
        let said = InForce { name: name.clone(), parts: count, bytes: bundle.bytes().len(), at };
        let bytes = serde_json::to_vec(&said).map_err(|problem| StoreError::Refused(problem.to_string()))?;
        let write = Write {
            table: Table::Policies,
            key: IN_FORCE,
            bytes: &bytes,
            expires: None,
            expect: Expect::Anything,
        };
        store.write(write).await?;
        self.take(put(bundle, at));
        if let Some(former) = former.filter(|former| former.name != name) {
            for number in 0..former.parts {
                // What stays takes room, and is in nobody's way.
                let _ = store.remove(Table::Policies, &part(&former.name, number), Expect::Anything).await;
            }
        }
        Ok(before)
    }
}

fn put(bundle: Bundle<Vec<u8>>, since: Option<i64>) -> Current {
    Current { bundle: Arc::new(bundle), from: "put", since }
}

fn opened(bytes: Vec<u8>) -> Result<Bundle<Vec<u8>>, String> {
    Bundle::open(bytes).map_err(|problem| format!("the bundle in the store: {problem}"))
}

/// The bundle that was put last, and when that was.
async fn kept(store: &impl Store) -> Result<Option<(Vec<u8>, Option<i64>)>, StoreError> {
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
    Ok(Some((bytes, said.at)))
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
    let bytes = if path.is_dir() {
        let mut files = Vec::new();
        sources(path, "", &mut files).map_err(|problem| about(&problem))?;
        files.sort();
        let files: Vec<_> = files.iter().map(|(path, bytes)| SourceFile { path, text: bytes }).collect();
        let policy = rights::language::read(&files).map_err(|problems| {
            let first = problems.iter().next().map(ToString::to_string).unwrap_or_default();
            let first = first.lines().next().unwrap_or_default();
            about(&format!("{first}; `playgate policy check` shows all that is wrong ({})", problems.len()))
        })?;
        rights::compile(&policy).map_err(|problem| about(&problem))?
    } else {
        std::fs::read(path).map_err(|problem| about(&problem))?
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
    fn a_policy_that_is_put_while_the_former_one_is_read_anew_stays_in_force() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (store, first, second) = (Slow::default(), bundle("first"), bundle("second"));
            let names = (first.name(), second.name());
            let in_force = RwLock::new(put(bundle("first"), None));
            let policies = Policies { in_force, turn: tokio::sync::Mutex::default() };
            policies.put(&store, first).await.unwrap();
            let meanwhile = async {
                store.was_read.notified().await;
                policies.put(&store, second).await.unwrap()
            };
            store.was_read.notified().await;
            let (read, former) = tokio::join!(policies.reload(&store), meanwhile);
            read.unwrap();
            assert_eq!((former, policies.bundle().name()), names);
        });
    }
}
