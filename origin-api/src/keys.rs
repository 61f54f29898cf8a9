//! Content keys: made once, kept sealed, and opened only for the title and tenant that they are of.

mod import;
mod known;

pub(crate) use import::{Foreign, Imported};

use crate::config::{Config, Problem, Tenant, at};
use crate::drm::hls::{Signalling, UriTemplate};
use crate::drm::speke::WantedKey;
use crate::drm::{KeyId, MediaKey, Scheme};
use crate::secrets::Secrets;
use crate::store::{Expect, Record, Store, StoreError, Table, Write};
use crate::vault::{MasterKey, MasterKeyError, Place, Sealed, Vault, VaultError};
use aws_lc_rs::rand::SystemRandom;
use known::Known;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;
use zeroize::Zeroizing;

/// The tenant of all titles, where none is configured.
const ONLY: &str = "default";

/// The fewest bytes of a packager's password.
const SHORTEST_PASSWORD: usize = 16;

/// How many keys are looked at when it starts.
const LOOKED_AT: usize = 500;

/// Everything about keys that does not change.
pub(crate) struct Keys {
    vault: Vault,
    tenants: Vec<Tenant>,
    /// By packager.
    passwords: HashMap<String, (usize, Zeroizing<Vec<u8>>)>,
    pub(crate) signalling: Signalling,
    known: Known,
}

/// A key as the store keeps it.
#[derive(Debug, Clone)]
struct Kept {
    version: u64,
    sealed: Sealed,
}

/// Under which master key a key is sealed.
#[derive(Deserialize)]
struct Under {
    master: String,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("the system gave no random bytes")]
    NoRandomness,
    #[error("key {id} is another's; use a new key id")]
    Taken { id: KeyId },
    #[error("the record of key {id} cannot be read: {why}")]
    Unreadable { id: KeyId, why: String },
}

impl Keys {
    /// With the master keys and packagers that the configuration names; none if it names no master key.
    pub(crate) fn new(config: &Config, secrets: &Secrets) -> Result<Option<Self>, Problem> {
        let Some(drm) = &config.drm else { return Ok(None) };
        let master = |place: &dyn Fn(&str) -> String, settings: &crate::config::MasterKey| {
            let about = |field: &str, problem: String| at(place(field), problem);
            let bytes = secrets.of(&settings.key).map_err(|problem| about("key", problem))?;
            MasterKey::from_file(&settings.id, bytes).map_err(|problem| {
                about(
                    if matches!(problem, MasterKeyError::Id(_)) { "id" } else { "key" },
                    problem.to_string(),
                )
            })
        };
        let older = drm.older_master_keys.iter();
        let older = older
            .map(|settings| {
                master(&|field| format!("drm.older_master_keys `{}`, `{field}`", settings.id), settings)
            })
            .collect::<Result<_, _>>()?;
        let vault = Vault::new(master(&|field| format!("drm.master_key.{field}"), &drm.master_key)?, older)
            .map_err(|problem| at("drm", problem.to_string()))?;
        let mut passwords = HashMap::new();
        for (number, tenant) in config.tenant.iter().enumerate() {
            let Some((name, password)) = tenant.packager.as_ref().zip(tenant.password.as_ref()) else {
                continue;
            };
            let place = format!("tenant `{}`, `password`", tenant.id);
            let bytes = secrets.of(password).map_err(|problem| at(&place, problem))?;
            let password = Zeroizing::new(bytes.trim_ascii().to_vec());
            if password.len() < SHORTEST_PASSWORD {
                let what = format!(
                    "the password has {} bytes, at least {SHORTEST_PASSWORD} are needed; make one with `openssl rand -hex 16`",
                    password.len()
                );
                return Err(at(place, what));
            }
            passwords.insert(name.clone(), (number, password));
        }
        let template = UriTemplate::fairplay(&drm.fairplay_uri)
            .map_err(|problem| at("drm.fairplay_uri", problem.to_string()))?;
        let identity = UriTemplate::identity(&format!("{}/v1/keys/{{kid}}", config.public_url))
            .map_err(|problem| at("public_url", problem.to_string()))?;
        let signalling = Signalling::default().with_fairplay(template).with_identity(identity);
        Ok(Some(Self {
            vault,
            tenants: config.tenant.clone(),
            passwords,
            signalling,
            known: Known::default(),
        }))
    }

    /// Says which master keys are missing for what the store has, as far as its first keys tell: a look at all of them would take
    /// a large one long.
    pub(crate) async fn warning(&self, store: &impl Store) -> Result<Option<Problem>, StoreError> {
        let page = store.list(Table::Keys, None, LOOKED_AT).await?;
        let masters = page.iter().filter_map(|(_, record)| serde_json::from_slice(&record.bytes).ok());
        let masters = masters.map(|Under { master }| master);
        let mut missing = BTreeMap::<String, usize>::new();
        for master in masters.filter(|master| !self.vault.has_master(master)) {
            let count = missing.entry(master).or_default();
            *count = count.saturating_add(1);
        }
        if missing.is_empty() {
            return Ok(None);
        }
        let names: Vec<&str> = missing.keys().map(String::as_str).collect();
        let what = format!(
            "of the first {} content keys in the store {} are sealed under `{}`, which is not configured, and every request for one of them is refused (503); name it in `older_master_keys`",
            page.len(),
            missing.values().sum::<usize>(),
            names.join("`, `")
        );
        Ok(Some(at("drm.older_master_keys", what)))
    }

    /// The tenant whose packager this is.
    pub(crate) fn packager(&self, name: &str, password: &[u8]) -> Option<&Tenant> {
        let (number, known) = self.passwords.get(name)?;
        aws_lc_rs::constant_time::verify_slices_are_equal(known, password).ok()?;
        self.tenants.get(*number)
    }

    /// The key of this id, if it is of the title.
    pub(crate) async fn of_title(
        &self,
        store: &impl Store,
        id: KeyId,
        title: &str,
    ) -> Result<Option<MediaKey>, KeyError> {
        let Some(tenant) = self.tenant_of(title) else { return Ok(None) };
        let Some(kept) = self.read(store, id).await? else { return Ok(None) };
        if kept.sealed.title != title || kept.sealed.tenant != tenant {
            return Ok(None);
        }
        let key = self.vault.open(Place { tenant, title }, id, &kept.sealed)?;
        self.renew(store, id, &kept).await;
        Ok(Some(key))
    }

    /// The title that a key is of, without opening it.
    pub(crate) async fn title(&self, store: &impl Store, id: KeyId) -> Result<Option<String>, KeyError> {
        Ok(self.read(store, id).await?.map(|kept| kept.sealed.title.clone()))
    }

    /// The keys that a packager asks for: those that were made before, and new ones. Whoever asks first makes them.
    pub(crate) async fn wanted(
        &self,
        store: &impl Store,
        place: Place<'_>,
        wanted: &[WantedKey],
        scheme: Scheme,
        now: u64,
    ) -> Result<Vec<MediaKey>, KeyError> {
        let mut keys = Vec::with_capacity(wanted.len());
        for wanted in wanted {
            keys.push(self.known_or_new(store, place, wanted, scheme, now).await?);
        }
        Ok(keys)
    }

    async fn known_or_new(
        &self,
        store: &impl Store,
        place: Place<'_>,
        wanted: &WantedKey,
        scheme: Scheme,
        now: u64,
    ) -> Result<MediaKey, KeyError> {
        let id = wanted.id;
        if let Some(key) = self.known(store, place, id).await? {
            return Ok(key);
        }
        let key = wanted.generate(scheme, &SystemRandom::new()).map_err(|_| KeyError::NoRandomness)?;
        let sealed = self.vault.seal(place, &key, now)?;
        let bytes = written(id, &sealed)?;
        let write = Write {
            table: Table::Keys,
            key: &id.to_hex(),
            bytes: &bytes,
            expires: None,
            expect: Expect::Absent,
        };
        match store.write(write).await {
            Ok(_) => Ok(key),
            // Another request made it just now, and that one counts.
            Err(StoreError::Conflict) => self.known(store, place, id).await?.ok_or(KeyError::Taken { id }),
            Err(problem) => Err(problem.into()),
        }
    }

    async fn known(
        &self,
        store: &impl Store,
        place: Place<'_>,
        id: KeyId,
    ) -> Result<Option<MediaKey>, KeyError> {
        let Some(Kept { sealed, .. }) = kept(store, id).await? else { return Ok(None) };
        if sealed.tenant != place.tenant || sealed.title != place.title {
            return Err(KeyError::Taken { id });
        }
        Ok(Some(self.vault.open(place, id, &sealed)?))
    }

    /// Seals a key anew that an older master key sealed. If that fails it is as good as before.
    async fn renew(&self, store: &impl Store, id: KeyId, kept: &Kept) {
        let Ok(Some(anew)) = self.vault.reseal(&kept.sealed) else { return };
        let Ok(bytes) = written(id, &anew) else { return };
        let expect = Expect::Version(kept.version);
        let _ = store
            .write(Write { table: Table::Keys, key: &id.to_hex(), bytes: &bytes, expires: None, expect })
            .await;
        self.known.forget(id);
    }

    /// The record of a key for whoever plays: everybody asks for the same one at a premiere, so it may be that of a moment ago.
    async fn read(&self, store: &impl Store, id: KeyId) -> Result<Option<Arc<Kept>>, KeyError> {
        let now = Instant::now();
        if let Some(kept) = self.known.get(id, now) {
            return Ok(Some(kept));
        }
        let Some(kept) = kept(store, id).await? else { return Ok(None) };
        Ok(Some(self.known.put(id, kept, now)))
    }

    fn tenant_of(&self, title: &str) -> Option<&str> {
        if self.tenants.is_empty() {
            return Some(ONLY);
        }
        self.tenants.iter().find(|tenant| tenant.has(title)).map(|tenant| tenant.id.as_str())
    }
}

async fn kept(store: &impl Store, id: KeyId) -> Result<Option<Kept>, KeyError> {
    let Some(Record { version, bytes, .. }) = store.read(Table::Keys, &id.to_hex()).await? else {
        return Ok(None);
    };
    let sealed = serde_json::from_slice(&bytes)
        .map_err(|problem| KeyError::Unreadable { id, why: problem.to_string() })?;
    Ok(Some(Kept { version, sealed }))
}

fn written(id: KeyId, sealed: &Sealed) -> Result<Vec<u8>, KeyError> {
    serde_json::to_vec(sealed).map_err(|problem| KeyError::Unreadable { id, why: problem.to_string() })
}
