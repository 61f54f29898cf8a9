//! Everything that a configuration names, read and checked; nothing that is written to is opened yet.

use crate::config::{Config, Problem, at};
use crate::facts::Tellers;
use crate::hand_out::Desk;
use crate::handle::Seal;
use crate::keys::Keys;
use crate::log;
use crate::logins::Doorkeeper;
use crate::outward::Outward;
use crate::secrets::Secrets;
use crate::store::AnyStore;
use crate::vendor::LicenseServers;
use edge::countries::{Countries, Overlaps, build, read_csv};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// The fewest bytes of the key of sessions.
const SHORTEST_SESSION_KEY: usize = 32;

/// The fewest bytes of the secret that makes a CDN's headers facts.
const SHORTEST_PROXY_SECRET: usize = 16;

/// What a server needs beside its store.
pub(crate) struct Ready {
    pub(crate) config: Config,
    pub(crate) doorkeeper: Arc<Doorkeeper>,
    pub(crate) admins: Option<Arc<Doorkeeper>>,
    pub(crate) tellers: Tellers,
    pub(crate) seal: Seal,
    pub(crate) desk: Desk,
    pub(crate) keys: Option<Keys>,
    pub(crate) license_servers: LicenseServers,
    pub(crate) outward: Outward,
    /// What works and is hardly meant.
    pub(crate) warnings: Vec<Problem>,
}

impl Ready {
    /// Reads what the configuration names.
    ///
    /// # Errors
    /// All that cannot be used, as far as one mistake does not hide another.
    pub(crate) async fn new(config: Config) -> Result<Self, Vec<Problem>> {
        let now = log::now();
        let mut found = Mistakes(config.mistakes());
        found.none()?;
        let outward = Outward::new().map_err(|problem| {
            vec![at("configuration", format!("the certificates of this machine cannot be read: {problem}"))]
        })?;
        found.0.extend(AnyStore::mistake(&config.store));
        let admin = config.admin.as_ref().map(|admin| (admin.groups_claim.as_str(), admin.group.as_str()));
        // Both doors together: who waits for an issuer takes places from those who do not have to.
        let waiting = Arc::new(Semaphore::new(config.limits.requests.div_ceil(2)));
        let door = |groups| {
            let (outward, waiting) = (outward.clone(), Arc::clone(&waiting));
            Doorkeeper::new(&config.login, groups, config.keys_every, outward, waiting, now)
        };
        let doorkeeper = found.keep(door(None));
        // What is wrong with one is wrong with both, and said once.
        let admins = match &doorkeeper {
            Some(_) => admin.and_then(|groups| found.keep(door(Some(groups)))),
            None => None,
        };
        let table = config.facts.addresses.as_deref().and_then(|path| found.keep(table(path, now)));

        let reading = Secrets::read(&config, &outward).await;
        found.0.extend(reading.mistakes);
        found.none()?;
        let secrets = reading.secrets;
        let seal = found.keep(seal(&config, &secrets));
        let proxy = found.keep(proxy_secret(&config, &secrets));
        let desk = found.keep(Desk::new(&config, &secrets));
        let keys = found.keep(Keys::new(&config, &secrets));
        let license_servers = found.keep(LicenseServers::new(config.drm.as_ref(), &secrets));
        found.none()?;
        match (doorkeeper, seal, proxy, desk, keys, license_servers) {
            (Some(doorkeeper), Some(seal), Some(proxy), Some(desk), Some(keys), Some(license_servers)) => {
                let tellers = Tellers::new(proxy, table);
                let warnings = reading.warnings;
                Ok(Self {
                    config,
                    doorkeeper,
                    admins,
                    tellers,
                    seal,
                    desk,
                    keys,
                    license_servers,
                    outward,
                    warnings,
                })
            }
            _ => Err(found.0),
        }
    }

    /// Says in the log what works and is hardly meant.
    pub(crate) fn warn(warnings: &[Problem]) {
        for Problem { place, what } in warnings {
            log::line("warning", &HashMap::from([("place", place.as_str()), ("detail", what.as_str())]));
        }
    }
}

/// What was found so far.
struct Mistakes(Vec<Problem>);

impl Mistakes {
    fn keep<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.0.push(problem)).ok()
    }

    fn none(&mut self) -> Result<(), Vec<Problem>> {
        if self.0.is_empty() { Ok(()) } else { Err(std::mem::take(&mut self.0)) }
    }
}

fn seal(config: &Config, secrets: &Secrets) -> Result<Seal, Problem> {
    let place = "session_key";
    let secret = secrets.of(&config.session_key).map_err(|problem| at(place, problem))?;
    if secret.len() < SHORTEST_SESSION_KEY {
        let what = format!(
            "it has {} bytes, at least {SHORTEST_SESSION_KEY} are needed; make one with `openssl rand -hex 32`",
            secret.len()
        );
        return Err(at(place, what));
    }
    Ok(Seal::new(secret))
}

fn proxy_secret(config: &Config, secrets: &Secrets) -> Result<Option<Zeroizing<Vec<u8>>>, Problem> {
    let place = "facts.proxy_secret";
    let Some(secret) = &config.facts.proxy_secret else { return Ok(None) };
    let secret = secrets.of(secret).map_err(|problem| at(place, problem))?;
    // A line end behind it is the editor's, and no header has one.
    let secret = Zeroizing::new(secret.trim_ascii().to_vec());
    if secret.len() < SHORTEST_PROXY_SECRET {
        let what = format!(
            "it has {} bytes, at least {SHORTEST_PROXY_SECRET} are needed, for whoever knows it chooses a country; make one with `openssl rand -hex 16`",
            secret.len()
        );
        return Err(at(place, what));
    }
    Ok(Some(secret))
}

fn table(path: &Path, now: i64) -> Result<Countries<Vec<u8>>, Problem> {
    let about =
        |problem: &dyn std::fmt::Display| at("facts.addresses", format!("{}: {problem}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|problem| about(&problem))?;
    let rows = read_csv(&text).map_err(|problem| about(&problem))?;
    let bytes = build(&rows, Overlaps::Refuse, now, &path.display().to_string())
        .map_err(|problem| about(&problem))?;
    Countries::open(bytes).map_err(|problem| about(&problem))
}
