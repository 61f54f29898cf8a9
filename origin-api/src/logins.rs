//! Logins, verified on many threads at once.
//!
//! The edge's own checks, in several copies: a login always goes to the same one, which remembers it. Keys are fetched for all
//! of them together.

use crate::config::{Problem, at};
use crate::outward::{Bounds, Outward};
use axum::body::Bytes;
use edge::identity::{
    FetchFailed, Issuer, KeySet, Logins, NativeSignatures, Rationing, Refusal as LoginRefusal, Unverified,
};
use edge::settings::LoginSettings;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How many copies there are.
const COPIES: usize = 16;

/// How often keys are asked for at most before a login is given up.
const ROUNDS: usize = 3;

/// For how many seconds the copies share what one of them asked for.
const RETRY: i64 = 30;

const KEYS: Bounds = Bounds { time: Duration::from_secs(2), bytes: 64 * 1024 };

/// Who is logged in. Only [`Doorkeeper::verify`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    id: String,
    subject: String,
    tier: Option<String>,
    session: Option<String>,
    issued_at: Option<i64>,
    ends: i64,
}

impl Account {
    /// The account, unique among all issuers.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The account as its issuer names it, and as tokens do.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The tier, if the login says one.
    #[must_use]
    pub fn tier(&self) -> Option<&str> {
        self.tier.as_deref()
    }

    /// The login's own session, by which it can be withdrawn.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// When it was issued.
    #[must_use]
    pub fn issued_at(&self) -> Option<i64> {
        self.issued_at
    }

    /// When it ends, in epoch seconds.
    #[must_use]
    pub fn ends(&self) -> i64 {
        self.ends
    }
}

/// Why nobody is known to be logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoLogin {
    /// The login does not hold.
    Refused(LoginRefusal),
    /// The issuer's keys cannot be had at the moment.
    KeysUnavailable,
}

/// Checks logins.
#[derive(Debug)]
pub struct Doorkeeper {
    copies: Vec<Mutex<Copy>>,
    addresses: Vec<(String, String)>,
    fetches: Vec<tokio::sync::Mutex<Fetched>>,
    /// How many fetches are under way, or are just about to be.
    under_way: watch::Sender<usize>,
    outward: Outward,
    hashing: RandomState,
}

/// What the last fetch brought, and when it was.
#[derive(Debug)]
struct Fetched {
    at: Option<i64>,
    answer: Result<Bytes, String>,
}

impl Default for Fetched {
    fn default() -> Self {
        Self { at: None, answer: Err("nothing was fetched yet".to_owned()) }
    }
}

#[derive(Debug)]
struct Copy {
    logins: Logins,
    signatures: NativeSignatures,
}

impl Doorkeeper {
    /// Trusts these issuers, with the keys that stand in files by now. With `groups` a login's tier is `admin` if it is in that
    /// group, and nothing otherwise.
    ///
    /// # Errors
    /// What is wrong with them, in words.
    pub(crate) fn new(
        settings: &[LoginSettings],
        groups: Option<(&str, &str)>,
        every: u32,
        outward: Outward,
        now: i64,
    ) -> Result<Arc<Self>, Problem> {
        let mut issuers = Vec::new();
        for login in settings {
            let name = login.issuer.as_str();
            let about = |what: String| at(format!("login `{name}`, `keys`"), what);
            let mut login = login.clone();
            if let Some((claim, group)) = groups {
                login.groups_claim = Some(claim.to_owned());
                login.tiers = vec![(group.to_owned(), ADMIN.to_owned())];
                (login.tier_claim, login.default_tier) = (None, None);
            }
            let keys = match (&login.keys, &login.jwks) {
                (Some(file), _) => {
                    let bytes = std::fs::read(file)
                        .map_err(|problem| about(format!("{file}: {problem}; check the path")))?;
                    KeySet::read(&bytes).map_err(|problem| about(format!("{file}: {problem}")))?
                }
                (None, Some(jwks)) => {
                    KeySet::read(jwks.as_bytes()).map_err(|problem| about(problem.to_string()))?
                }
                (None, None) => KeySet::empty(),
            };
            issuers.push((login.to_issuer().map_err(|what| at(format!("login `{name}`"), what))?, keys));
        }
        let addresses = issuers
            .iter()
            .map(|(issuer, _): &(Issuer, KeySet)| (issuer.issuer.clone(), issuer.keys_url()))
            .collect();
        // The copies ask one by one, and what one was given all are.
        let rationing = Rationing { refresh: every, ..Rationing::default() };
        let copy = |seed| {
            let logins = Logins::new(issuers.clone(), rationing, seed, now)
                .map_err(|problem| at("login", problem.to_string()))?;
            Ok::<_, Problem>(Mutex::new(Copy { logins, signatures: NativeSignatures::new() }))
        };
        let hashing = RandomState::new();
        let copies = (0..COPIES).map(|number| copy(hashing.hash_one(number))).collect::<Result<_, _>>()?;
        let fetches = issuers.iter().map(|_| tokio::sync::Mutex::new(Fetched::default())).collect();
        let under_way = watch::Sender::new(0);
        Ok(Arc::new(Self { copies, addresses, fetches, under_way, outward, hashing }))
    }

    /// Checks a login; asks for keys if need be.
    ///
    /// # Errors
    /// Why it is none.
    pub async fn verify(self: &Arc<Self>, jwt: &str, now: i64) -> Result<Account, NoLogin> {
        let mut is_last = false;
        for _ in 0..ROUNDS {
            match self.once(jwt, now) {
                Ok(account) => return Ok(account),
                Err(Unverified::Refused(refusal)) => return Err(NoLogin::Refused(refusal)),
                Err(Unverified::FetchKeys { issuer }) => {
                    // To its end, also if this client goes away: others wait for it, and nobody else asks for a while.
                    let doorkeeper = Arc::clone(self);
                    let _ = tokio::spawn(async move { doorkeeper.fetch(issuer, now).await }).await;
                }
                Err(Unverified::KeysUnavailable { .. }) if !is_last => {
                    // Perhaps somebody is fetching them just now, or just has. If nobody is, nothing is waited for.
                    is_last = !self.joined().await;
                }
                Err(Unverified::KeysUnavailable { .. } | Unverified::Later) => {
                    return Err(NoLogin::KeysUnavailable);
                }
            }
        }
        Err(NoLogin::KeysUnavailable)
    }

    /// Fetches keys that are due. To be called now and then.
    pub(crate) async fn refresh(&self, now: i64) {
        let due = self.copies.iter().find_map(|copy| locked(copy).logins.due(now));
        if let Some(issuer) = due {
            self.announce();
            self.fetch(issuer, now).await;
        }
    }

    fn once(&self, jwt: &str, now: i64) -> Result<Account, Unverified> {
        let end = jwt.as_bytes().last_chunk::<16>();
        let number = usize::try_from(self.hashing.hash_one(end) % COPIES as u64).unwrap_or_default();
        let Some(copy) = self.copies.get(number) else { return Err(Unverified::Later) };
        let mut copy = locked(copy);
        let Copy { logins, signatures } = &mut *copy;
        let login = logins.verify(jwt, now, signatures).inspect_err(|problem| {
            // While nobody else can ask this copy: whoever is told that keys are missing sees that they are fetched.
            if matches!(problem, Unverified::FetchKeys { .. }) {
                self.announce();
            }
        })?;
        Ok(Account {
            id: format!("{} {}", login.issuer(), login.subject()),
            subject: login.subject().to_owned(),
            tier: login.tier().map(str::to_owned),
            session: login.session().map(str::to_owned),
            issued_at: login.issued_at(),
            ends: login.holds_until(),
        })
    }

    /// Says that a fetch will follow.
    fn announce(&self) {
        self.under_way.send_modify(|number| *number += 1);
    }

    /// Fetches an issuer's keys for all copies, as was announced; who comes meanwhile waits for it.
    async fn fetch(&self, issuer: usize, now: i64) {
        let _announced = Announced(&self.under_way);
        let (Some(turn), Some((name, url))) = (self.fetches.get(issuer), self.addresses.get(issuer)) else {
            return;
        };
        let mut turn = turn.lock().await;
        if turn.at.is_none_or(|at| !(0..RETRY).contains(&now.saturating_sub(at))) {
            let answer = match self.outward.get(url, KEYS).await {
                Ok(answer) if answer.status.as_u16() == 200 => Ok(answer.body),
                Ok(answer) => Err(format!("status {}", answer.status.as_u16())),
                Err(problem) => Err(problem.to_string()),
            };
            *turn = Fetched { at: Some(now), answer };
        }
        let answer = &turn.answer;
        let mut kept = None;
        for copy in &self.copies {
            let document = answer.as_ref().map(|body| &body[..]).map_err(|_| FetchFailed);
            kept = locked(copy).logins.keys_fetched(issuer, now, document).err();
        }
        let detail = answer.clone().err().or_else(|| kept.map(|kept| kept.to_string()));
        if let Some(detail) = detail {
            crate::log::line(
                "keys",
                &HashMap::from([("issuer", name.as_str()), ("detail", detail.as_str())]),
            );
        }
    }

    /// Waits for fetches that are under way. Says whether there were any.
    async fn joined(&self) -> bool {
        let mut under_way = self.under_way.subscribe();
        if *under_way.borrow_and_update() == 0 {
            return false;
        }
        // The sender is here: it is not gone.
        let _ = under_way.wait_for(|number| *number == 0).await;
        true
    }
}

/// A fetch that was announced, until it is over in whatever way.
struct Announced<'d>(&'d watch::Sender<usize>);

impl Drop for Announced<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|number| *number = number.saturating_sub(1));
    }
}

/// The tier of those who may change things, where logins are asked for their groups.
pub(crate) const ADMIN: &str = "admin";

fn locked(copy: &Mutex<Copy>) -> MutexGuard<'_, Copy> {
    // A panic elsewhere cannot have left it half changed in a way that lets anybody in.
    copy.lock().unwrap_or_else(PoisonError::into_inner)
}
