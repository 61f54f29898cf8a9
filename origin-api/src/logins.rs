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
use tokio::sync::{Semaphore, SemaphorePermit, watch};

/// How many copies there are.
const COPIES: usize = 16;

/// How often keys are asked for at most before a login is given up.
const ROUNDS: usize = 3;

/// For how many seconds nothing is fetched after a fetch that failed.
const RETRY: i64 = 30;

/// For how many seconds a fetch that worked is the last word on keys that it did not bring.
const LAST_WORD: u32 = 2;

/// How many fetches there may be in a row for keys that the last one did not bring: an issuer may have new keys at any moment, and anybody
/// can make up the name of one.
const EARLY: u8 = 3;

/// After how many seconds there may be one more of those.
const ONE_MORE: i64 = 10;

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
    /// They are being fetched, and as many wait for them as may.
    Crowded,
}

/// Checks logins.
#[derive(Debug)]
pub struct Doorkeeper {
    copies: Vec<Mutex<Copy>>,
    addresses: Vec<(String, String)>,
    fetches: Vec<tokio::sync::Mutex<Fetched>>,
    /// How many fetches are under way, or are just about to be.
    under_way: watch::Sender<usize>,
    /// Places for those who wait for fetches: anybody can make up the name of a key, and must not keep out those whose keys are known.
    waiting: Arc<Semaphore>,
    outward: Outward,
    hashing: RandomState,
}

/// What the last fetch brought, and when it was.
#[derive(Debug)]
struct Fetched {
    at: Option<i64>,
    answer: Result<Bytes, String>,
    /// Why it was of no use, if it was not.
    fault: Option<String>,
    early: Early,
}

/// How many early fetches there may still be.
#[derive(Debug)]
struct Early {
    left: u8,
    counted: i64,
}

impl Default for Fetched {
    fn default() -> Self {
        let answer = Err("nothing was fetched yet".to_owned());
        Self { at: None, answer, fault: None, early: Early { left: EARLY, counted: 0 } }
    }
}

impl Fetched {
    /// Whether to fetch now, or to go by what there is.
    fn may_be_renewed(&mut self, now: i64) -> bool {
        // A clock that was set back must not silence us until it is where it was.
        let passed = self.at.map(|at| now.saturating_sub(at)).filter(|passed| (0..RETRY).contains(passed));
        let Some(passed) = passed else { return true };
        // Who waited for a fetch that another one made takes what it brought.
        self.fault.is_none() && passed >= i64::from(LAST_WORD) && self.early.take(now)
    }
}

impl Early {
    fn take(&mut self, now: i64) -> bool {
        let passed = now.saturating_sub(self.counted);
        let more = if passed < 0 { 0 } else { passed / ONE_MORE };
        if more != 0 || passed < 0 {
            self.left = u8::try_from(more).map_or(EARLY, |more| self.left.saturating_add(more)).min(EARLY);
            self.counted = now;
        }
        let may = self.left > 0;
        self.left = self.left.saturating_sub(1);
        may
    }
}

#[derive(Debug)]
struct Copy {
    logins: Logins,
    signatures: NativeSignatures,
}

impl Doorkeeper {
    /// Trusts these issuers, with the keys that stand in files by now. With `groups` a login's tier is `admin` if it is in that
    /// group, and nothing otherwise. Who waits for keys takes a place of `waiting`.
    ///
    /// # Errors
    /// What is wrong with them, in words.
    pub(crate) fn new(
        settings: &[LoginSettings],
        groups: Option<(&str, &str)>,
        every: u32,
        outward: Outward,
        waiting: Arc<Semaphore>,
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
        let rationing = Rationing { refresh: every, retry: LAST_WORD };
        let copy = |seed| {
            let logins = Logins::new(issuers.clone(), rationing, seed, now)
                .map_err(|problem| at("login", problem.to_string()))?;
            Ok::<_, Problem>(Mutex::new(Copy { logins, signatures: NativeSignatures::new() }))
        };
        let hashing = RandomState::new();
        let copies = (0..COPIES).map(|number| copy(hashing.hash_one(number))).collect::<Result<_, _>>()?;
        let fetches = issuers.iter().map(|_| tokio::sync::Mutex::new(Fetched::default())).collect();
        let under_way = watch::Sender::new(0);
        Ok(Arc::new(Self { copies, addresses, fetches, under_way, waiting, outward, hashing }))
    }

    /// Checks a login; asks for keys if need be.
    ///
    /// # Errors
    /// Why it is none.
    pub async fn verify(self: &Arc<Self>, jwt: &str, now: i64) -> Result<Account, NoLogin> {
        let (mut is_last, mut place) = (false, None);
        for _ in 0..ROUNDS {
            match self.once(jwt, now) {
                Ok(account) => return Ok(account),
                Err(Unverified::Refused(refusal)) => return Err(NoLogin::Refused(refusal)),
                Err(Unverified::FetchKeys { issuer }) => {
                    // To its end, also if this client goes away: others wait for it, and nobody else asks for a while.
                    let doorkeeper = Arc::clone(self);
                    let fetch = tokio::spawn(async move { doorkeeper.fetch(issuer, now).await });
                    self.take(&mut place)?;
                    let _ = fetch.await;
                }
                Err(Unverified::KeysUnavailable { .. }) if !is_last => {
                    // Perhaps somebody is fetching them just now, or just has. If nobody is, nothing is waited for.
                    self.take(&mut place)?;
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

    /// Takes a place among those who wait, once.
    fn take<'d>(&'d self, place: &mut Option<SemaphorePermit<'d>>) -> Result<(), NoLogin> {
        if place.is_none() {
            *place = Some(self.waiting.try_acquire().map_err(|_| NoLogin::Crowded)?);
        }
        Ok(())
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
        let is_new = turn.may_be_renewed(now);
        if is_new {
            turn.answer = match self.outward.get(url, KEYS).await {
                Ok(answer) if answer.status.as_u16() == 200 => Ok(answer.body),
                Ok(answer) => Err(format!("status {}", answer.status.as_u16())),
                Err(problem) => Err(problem.to_string()),
            };
            turn.at = Some(now);
        }
        let mut kept = None;
        for copy in &self.copies {
            let document = turn.answer.as_ref().map(|body| &body[..]).map_err(|_| FetchFailed);
            kept = locked(copy).logins.keys_fetched(issuer, now, document).err();
        }
        if is_new {
            turn.fault = turn.answer.clone().err().or_else(|| kept.map(|kept| kept.to_string()));
            if let Some(detail) = &turn.fault {
                let known = [("issuer", name.as_str()), ("detail", detail.as_str())];
                crate::log::line("keys", &HashMap::from(known));
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn fetched(at: Option<i64>, fault: Option<&str>) -> Fetched {
        Fetched { at, fault: fault.map(str::to_owned), ..Fetched::default() }
    }

    #[test]
    fn after_a_fetch_that_failed_nobody_is_asked_for_half_a_minute() {
        let mut failed = fetched(Some(1000), Some("status 500"));
        for (now, expected) in [(1000, false), (1002, false), (1029, false), (1030, true), (999, true)] {
            assert_eq!(failed.may_be_renewed(now), expected, "{now}");
        }
        assert!(fetched(None, None).may_be_renewed(1000));
    }

    #[test]
    fn after_one_that_worked_there_are_a_few_more_and_then_one_now_and_then() {
        let mut worked = fetched(Some(1000), None);
        for (now, expected) in [
            (1001, false),
            (1002, true),
            (1004, true),
            (1006, true),
            (1008, false),
            (1011, false),
            (1012, true),
            (1014, false),
            (1021, false),
            (1022, true),
            (1023, false),
            (1024, false),
        ] {
            assert_eq!(worked.may_be_renewed(now), expected, "{now}");
            // As the fetch does.
            if expected {
                worked.at = Some(now);
            }
        }
        // Whoever makes up keys for an hour makes this server ask six times a minute, and not more.
        let mut worked = fetched(Some(1000), None);
        let mut asked = 0;
        for now in 1000..4600 {
            if worked.may_be_renewed(now) {
                (worked.at, asked) = (Some(now), asked + 1);
            }
        }
        assert!((300..=365).contains(&asked), "{asked}");
    }
}
