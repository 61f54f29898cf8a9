//! The server's state: opened once, shared by all requests.

use crate::catalogue::Catalogue;
use crate::config::{Config, Problem};
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
use crate::ready::Ready;
use crate::store::{AnyStore, StoreError};
use crate::vendor::LicenseServers;
use crate::withdrawals::Withdrawals;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

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
    /// What works and is hardly meant.
    pub(crate) warnings: Vec<Problem>,
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
    /// Opens the store, and with it everything else.
    ///
    /// # Errors
    /// The first thing that cannot be used, in words.
    pub(crate) async fn open(ready: Ready) -> Result<Arc<Self>, StartError> {
        let now = log::now();
        let config = ready.config;
        let about = |problem: StoreError| StartError(problem.to_string());
        let store = AnyStore::open(&config.store).map_err(StartError)?;
        let marks = Marks::read(&store).await.map_err(about)?;
        let policies = Policies::open(&store, &config).await.map_err(StartError)?;
        let seed = RandomState::new().hash_one(now);
        let withdrawals = Withdrawals::read(&store, seed, now).await.map_err(about)?;
        let catalogue = Catalogue::read(&store).await.map_err(about)?;
        Ok(Arc::new(Self {
            rates: Rates::new(&config.limits),
            #[cfg(feature = "lambda")]
            looked: std::sync::atomic::AtomicI64::new(now),
            metrics: Metrics::default(),
            draining: AtomicBool::new(false),
            marks,
            config,
            store,
            doorkeeper: ready.doorkeeper,
            admins: ready.admins,
            policies,
            withdrawals,
            catalogue,
            tellers: ready.tellers,
            seal: ready.seal,
            desk: ready.desk,
            keys: ready.keys,
            license_servers: ready.license_servers,
            outward: ready.outward,
            warnings: ready.warnings,
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
