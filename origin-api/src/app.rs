//! The server's state: opened once, shared by all requests.

use crate::catalogue::Catalogue;
use crate::config::Config;
use crate::facts::Tellers;
use crate::hand_out::Desk;
use crate::handle::Seal;
use crate::keys::Keys;
use crate::log;
use crate::logins::Doorkeeper;
use crate::marks::{Marks, Thing};
use crate::metrics::Metrics;
use crate::outward::Outward;
use crate::policies::Policies;
use crate::rates::Rates;
use crate::store::{AnyStore, StoreError};
use crate::vendor::LicenseServers;
use crate::withdrawals::Withdrawals;
use edge::countries::{Countries, Overlaps, build, read_csv};
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::sync::Semaphore;

/// The fewest bytes of the key of sessions.
const SHORTEST_SESSION_KEY: usize = 32;

/// The fewest bytes of the secret that makes a CDN's headers facts.
const SHORTEST_PROXY_SECRET: usize = 16;

/// Everything that requests need.
pub struct App {
    pub(crate) config: Config,
    pub(crate) store: AnyStore,
    pub(crate) doorkeeper: Arc<Doorkeeper>,
    pub(crate) admins: Option<Arc<Doorkeeper>>,
    pub(crate) policies: Policies,
    pub(crate) withdrawals: Withdrawals,
    pub(crate) catalogue: Catalogue,
    pub(crate) tellers: Tellers,
    pub(crate) seal: Seal,
    pub(crate) desk: Desk,
    pub(crate) keys: Option<Keys>,
    pub(crate) license_servers: LicenseServers,
    pub(crate) outward: Outward,
    pub(crate) marks: Marks,
    pub(crate) metrics: Metrics,
    pub(crate) rates: Rates,
    /// Whether it was told to stop, and waits until nobody is sent here any more.
    pub(crate) draining: AtomicBool,
    #[cfg(feature = "lambda")]
    looked: std::sync::atomic::AtomicI64,
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(pub(crate) String);

impl App {
    /// Opens everything that the configuration names.
    ///
    /// # Errors
    /// The first thing that cannot be used, in words.
    pub async fn open(config: Config) -> Result<Arc<Self>, StartError> {
        let now = log::now();
        let outward = Outward::new()
            .map_err(|problem| StartError(format!("certificates of this machine: {problem}")))?;
        let waiting = Arc::new(Semaphore::new(config.limits.requests.div_ceil(2)));
        let door = |groups| {
            let (outward, waiting) = (outward.clone(), Arc::clone(&waiting));
            Doorkeeper::new(&config.login, groups, config.keys_every, outward, waiting, now)
                .map_err(StartError)
        };
        let doorkeeper = door(None)?;
        let admin = config.admin.as_ref().map(|admin| (admin.groups_claim.as_str(), admin.group.as_str()));
        let admins = admin.map(|groups| door(Some(groups))).transpose()?;
        let secret =
            config.session_key.read().map_err(|problem| StartError(format!("session_key: {problem}")))?;
        if secret.len() < SHORTEST_SESSION_KEY {
            return Err(StartError(format!(
                "session_key: it has {} bytes, at least {SHORTEST_SESSION_KEY} are needed; make one with `openssl rand -hex 32`",
                secret.len()
            )));
        }
        let proxy = config.facts.proxy_secret.as_ref().map(crate::config::Secret::read).transpose();
        let proxy = proxy.map_err(|problem| StartError(format!("facts.proxy_secret: {problem}")))?;
        // A line end behind it is the editor's, and no header has one.
        let proxy = proxy.map(|secret| zeroize::Zeroizing::new(secret.trim_ascii().to_vec()));
        if let Some(secret) = proxy.as_ref().filter(|secret| secret.len() < SHORTEST_PROXY_SECRET) {
            return Err(StartError(format!(
                "facts.proxy_secret: it has {} bytes, at least {SHORTEST_PROXY_SECRET} are needed, for whoever knows it chooses a country; make one with `openssl rand -hex 16`",
                secret.len()
            )));
        }
        let table =
            config.facts.addresses.as_deref().map(|path| table(path, now)).transpose().map_err(StartError)?;
        let desk = Desk::new(&config).map_err(StartError)?;
        let keys = Keys::new(&config).map_err(StartError)?;
        let license_servers = LicenseServers::new(config.drm.as_ref()).map_err(StartError)?;

        let about = |problem: StoreError| StartError(problem.to_string());
        let store = AnyStore::open(&config.store).map_err(StartError)?;
        let marks = Marks::read(&store).await.map_err(about)?;
        let policies = Policies::open(&store, &config).await.map_err(StartError)?;
        let seed = RandomState::new().hash_one(now);
        let withdrawals = Withdrawals::read(&store, seed, now).await.map_err(about)?;
        let catalogue = Catalogue::read(&store).await.map_err(about)?;
        Ok(Arc::new(Self {
            tellers: Tellers::new(proxy, table),
            seal: Seal::new(&secret),
            rates: Rates::new(&config.limits),
            #[cfg(feature = "lambda")]
            looked: std::sync::atomic::AtomicI64::new(now),
            metrics: Metrics::default(),
            draining: AtomicBool::new(false),
            marks,
            config,
            store,
            doorkeeper,
            admins,
            policies,
            withdrawals,
            catalogue,
            desk,
            keys,
            license_servers,
            outward,
        }))
    }

    /// Looks after itself if it is time: for where nothing runs between two requests.
    #[cfg(feature = "lambda")]
    pub(crate) async fn when_due(&self) {
        use std::sync::atomic::Ordering;
        let now = log::now();
        let looked = self.looked.swap(now, Ordering::Relaxed);
        if now.saturating_sub(looked) >= 5 {
            if self.store.is_shared() {
                self.catch_up(now.saturating_sub(looked) >= 600).await;
            }
            self.doorkeeper.refresh(now).await;
        }
    }

    /// Reads anew what other servers that share the store have changed; or all of it.
    pub(crate) async fn catch_up(&self, all: bool) {
        for thing in Thing::ALL {
            if let Err(problem) = self.catch_up_with(thing, all).await {
                // What is known stays in force, and the next look is soon.
                log::line("store", &HashMap::from([("detail", problem.as_str())]));
            }
        }
    }

    async fn catch_up_with(&self, thing: Thing, always: bool) -> Result<(), String> {
        let words = |problem: StoreError| problem.to_string();
        let read = async {
            match thing {
                Thing::Titles => self.catalogue.reload(&self.store).await.map_err(words),
                Thing::Withdrawals => self.withdrawals.reload(&self.store, log::now()).await.map_err(words),
                Thing::Policy => self.policies.reload(&self.store).await,
            }
        };
        self.marks.follow(&self.store, thing, always, read).await
    }

    /// What has to be done now and then: keys are fetched again, and what has expired is dropped, if it may be.
    pub(crate) async fn tidy(&self, may_drop: bool) {
        let now = log::now();
        self.doorkeeper.refresh(now).await;
        if let Some(admins) = &self.admins {
            admins.refresh(now).await;
        }
        if may_drop {
            self.store.sweep(u64::try_from(now).unwrap_or_default()).await;
        }
    }
}

fn table(path: &Path, now: i64) -> Result<Countries<Vec<u8>>, String> {
    let about = |problem: &dyn std::fmt::Display| format!("{}: {problem}", path.display());
    let text = std::fs::read_to_string(path).map_err(|problem| about(&problem))?;
    let rows = read_csv(&text).map_err(|problem| about(&problem))?;
    let bytes = build(&rows, Overlaps::Refuse, now, &path.display().to_string())
        .map_err(|problem| about(&problem))?;
    Countries::open(bytes).map_err(|problem| about(&problem))
}
