//! All issuers with their keys, and the way from a token to a login.

use super::cache::{Cache, Remembered};
use super::claims::{TokenUse, Wanted, not_expired};
use super::fetches::{Fetches, Ration, Rationing};
use super::issuer::{Issuer, IssuerError};
use super::jwk::LoginKey;
use super::keyset::{KeySet, KeySetError};
use super::refusal::{Refusal, Unverified};
use super::signatures::{Question, Signatures, Verdict};
use super::token;
use std::fmt;
use thiserror::Error;

/// Verifies logins: the issuers that are trusted, their keys, when those were fetched, and the logins of late.
#[derive(Debug)]
pub struct Logins {
    issuers: Vec<Issuer>,
    keys: Vec<Keys>,
    wanted: Wanted,
    rationing: Rationing,
    cache: Cache,
    next_number: u32,
}

/// A login that holds. Only [`Logins::verify`] makes one.
///
/// ```compile_fail,E0451
/// let forged = edge::identity::Login { issuer: todo!(), login: todo!() };
/// ```
///
/// It does not outlive the next change of what is remembered:
///
/// ```compile_fail,E0499
/// # fn both(logins: &mut edge::identity::Logins, signatures: &mut dyn edge::identity::Signatures) {
/// let login = logins.verify("token", 0, signatures);
/// let other = logins.verify("other", 0, signatures);
/// drop(login);
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Login<'l> {
    issuer: &'l Issuer,
    login: &'l Remembered,
}

impl Logins {
    /// Trusts these issuers, with the keys that are known of them by now ([`KeySet::empty`] if none are).
    ///
    /// `seed` should be random; `now` is when the keys were known to be right, in epoch seconds.
    ///
    /// # Errors
    /// A configuration that makes no sense, or two issuers of one name.
    pub fn new(
        issuers: Vec<(Issuer, KeySet)>,
        rationing: Rationing,
        seed: u64,
        now: i64,
    ) -> Result<Self, LoginsError> {
        let (issuers, sets): (Vec<Issuer>, Vec<KeySet>) = issuers.into_iter().unzip();
        for (position, issuer) in issuers.iter().enumerate() {
            issuer.validate()?;
            if issuers.iter().skip(position + 1).any(|other| other.issuer == issuer.issuer) {
                return Err(LoginsError::Twice { issuer: issuer.issuer.clone() });
            }
        }
        let mut next_number = 0;
        let keys = sets.into_iter().map(|set| Keys::new(set, now, &mut next_number)).collect();
        Ok(Self {
            wanted: Wanted::by(&issuers),
            issuers,
            keys,
            rationing,
            cache: Cache::new(seed),
            next_number,
        })
    }

    /// Checks a token at `now`, in epoch seconds.
    ///
    /// In this order: size, form, header, issuer, expiry, key, signature, audience, use, subject and the types of
    /// times, start. A login that held before is found again without its signature, and its times are checked again.
    ///
    /// # Errors
    /// See [`Unverified`]: refusals, keys that cannot be had, and what the host is to do before the next run.
    pub fn verify(
        &mut self,
        jwt: &str,
        now: i64,
        signatures: &mut dyn Signatures,
    ) -> Result<Login<'_>, Unverified> {
        let known = if jwt.len() > token::LONGEST_TOKEN { None } else { self.cache.find(jwt) };
        let place = if let Some(place) = known {
            let times = self.cache.login(place).map(|login| (login.issuer, login.claims.times));
            let (issuer, times) = times.ok_or(Refusal::Malformed)?;
            let leeway = self.issuers.get(issuer).map_or(0, |issuer| issuer.leeway);
            if let Err(refusal) = times.check(now, leeway) {
                if matches!(refusal, Refusal::Expired { .. }) {
                    self.cache.forget(place);
                }
                return Err(refusal.into());
            }
            place
        } else {
            let login = self.check(jwt, now, signatures)?;
            self.cache.remember(jwt, login, now).ok_or(Refusal::Malformed)?
        };
        let login = self.cache.login(place).ok_or(Refusal::Malformed)?;
        let issuer = self.issuers.get(login.issuer).ok_or(Refusal::Issuer)?;
        Ok(Login { issuer, login })
    }

    /// Takes a fetched document, whole, or the news that there is none. In the latter case and if the document is
    /// bad, the old keys stay. Logins of keys that are gone are forgotten.
    ///
    /// # Errors
    /// Why the old keys stay, for the log.
    pub fn keys_fetched(
        &mut self,
        issuer: usize,
        now: i64,
        answer: Result<&[u8], FetchFailed>,
    ) -> Result<(), KeysKept> {
        let keys = self.keys.get_mut(issuer).ok_or(KeysKept::NoSuchIssuer { issuer })?;
        let set = match answer {
            Ok(document) => KeySet::read(document).map_err(KeysKept::Document),
            Err(FetchFailed) => Err(KeysKept::NotFetched),
        };
        keys.fetches.answered(now, set.is_ok());
        keys.replace(set?, &mut self.next_number);
        let keys = &self.keys;
        self.cache
            .keep_keys(|number| keys.iter().flat_map(|keys| &keys.keys).any(|(kept, _)| *kept == number));
        Ok(())
    }

    /// An issuer whose keys are old enough to be fetched again in the background. Each is named at most once per retry
    /// interval, so whoever is told must do it.
    pub fn due(&mut self, now: i64) -> Option<usize> {
        let rationing = self.rationing;
        self.keys.iter_mut().position(|keys| keys.fetches.is_due(now, rationing))
    }

    /// The issuers, in the order of the configuration.
    #[must_use]
    pub fn issuers(&self) -> &[Issuer] {
        &self.issuers
    }

    /// All keys, each with the number by which [`Question::key_number`] asks about it.
    pub fn keys(&self) -> impl Iterator<Item = (u32, &LoginKey)> {
        self.keys.iter().flat_map(|keys| &keys.keys).map(|(number, key)| (*number, key))
    }

    fn check(
        &mut self,
        jwt: &str,
        now: i64,
        signatures: &mut dyn Signatures,
    ) -> Result<Remembered, Unverified> {
        let token = token::Unverified::parse(jwt)?;
        let claims = self.wanted.read(&token.payload)?;
        let named = claims.issuer().ok_or(Refusal::Issuer)?;
        let position =
            self.issuers.iter().position(|issuer| issuer.issuer == named).ok_or(Refusal::Issuer)?;
        let issuer = self.issuers.get(position).ok_or(Refusal::Issuer)?;
        let keys = self.keys.get_mut(position).ok_or(Refusal::Issuer)?;
        // Before the key, so that old tokens of old keys make nobody fetch.
        not_expired(claims.expires_at()?, now, i64::from(issuer.leeway))?;

        let Some((key_number, key)) = find(&keys.keys, token.kid.as_deref()) else {
            if token.kid.is_none() && !keys.keys.is_empty() {
                return Err(Refusal::UnknownKey.into());
            }
            return Err(match keys.fetches.ask(now, self.rationing) {
                Ration::Fetch => Unverified::FetchKeys { issuer: position },
                Ration::Unknown => Refusal::UnknownKey.into(),
                Ration::Wait { seconds } => Unverified::KeysUnavailable { retry_after: seconds },
            });
        };
        if key.algorithm() != token.algorithm {
            return Err(Refusal::Algorithm.into());
        }
        if token.signature.len() != key.signature_length() {
            return Err(Refusal::Signature.into());
        }
        let message = token.message.as_bytes();
        match signatures.check(&Question { key, key_number, message, signature: &token.signature }) {
            Verdict::Holds => {}
            Verdict::Fails => return Err(Refusal::Signature.into()),
            Verdict::Later => return Err(Unverified::Later),
        }
        let claims = claims.for_issuer(issuer)?;
        claims.times.check(now, issuer.leeway)?;
        Ok(Remembered { issuer: position, key_number, kid: key.kid().map(Into::into), claims })
    }
}

impl<'l> Login<'l> {
    /// The issuer, `iss`.
    #[must_use]
    pub fn issuer(&self) -> &'l str {
        &self.issuer.issuer
    }

    /// The account, `sub`: unique within its issuer only.
    #[must_use]
    pub fn subject(&self) -> &'l str {
        &self.login.claims.subject
    }

    /// The tier, from the token or the configuration; never empty and never `anonymous`.
    #[must_use]
    pub fn tier(&self) -> Option<&'l str> {
        self.login.claims.tier.as_deref()
    }

    /// The login's `exp`, in epoch seconds. With a leeway this may lie in the past.
    #[must_use]
    pub fn expires_at(&self) -> i64 {
        self.login.claims.times.expires_at
    }

    /// From when on the login is refused: its `exp` and the issuer's leeway. What is granted must end by then.
    #[must_use]
    pub fn holds_until(&self) -> i64 {
        self.expires_at().saturating_add(i64::from(self.issuer.leeway))
    }

    /// The login's `iat`, in epoch seconds.
    #[must_use]
    pub fn issued_at(&self) -> Option<i64> {
        self.login.claims.times.issued_at
    }

    /// What a revocation of this login alone would name: `sid`, else `origin_jti`, else `jti`, whichever first is a
    /// text of 1 to 256 bytes.
    #[must_use]
    pub fn session(&self) -> Option<&'l str> {
        self.login.claims.session.as_deref()
    }

    /// What the token is for, if it says so.
    #[must_use]
    pub fn token_use(&self) -> Option<TokenUse> {
        self.login.claims.token_use
    }

    /// The name of the key that the signature was checked with.
    #[must_use]
    pub fn kid(&self) -> Option<&'l str> {
        self.login.kid.as_deref()
    }
}

impl fmt::Debug for Login<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whose login it is belongs into logs only where somebody decides so.
        let mut login = formatter.debug_struct("Login");
        login
            .field("issuer", &self.issuer())
            .field("tier", &self.tier())
            .field("expires_at", &self.expires_at());
        login.finish_non_exhaustive()
    }
}

/// A fetch that brought nothing. The shell logs why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchFailed;

/// Why an issuer's keys are still the old ones.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeysKept {
    /// There is no such issuer.
    #[error("there is no issuer {issuer}; hand keys only to the issuer that they were asked for")]
    NoSuchIssuer {
        /// The position that was named.
        issuer: usize,
    },
    /// The fetch failed.
    #[error("keys could not be fetched; check the issuer's `keys_url`")]
    NotFetched,
    /// The document cannot be used.
    #[error(transparent)]
    Document(#[from] KeySetError),
}

/// Why [`Logins::new`] refuses its configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LoginsError {
    /// One issuer's makes no sense.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// Two of one name.
    #[error("issuer `{issuer}` is configured twice; put both audiences into one")]
    Twice {
        /// The name.
        issuer: String,
    },
}

/// The keys of one issuer, each with its number.
#[derive(Debug)]
struct Keys {
    keys: Vec<(u32, LoginKey)>,
    fetches: Fetches,
}

impl Keys {
    fn new(set: KeySet, now: i64, next_number: &mut u32) -> Self {
        let mut keys = Self { keys: Vec::new(), fetches: Fetches::new(now) };
        keys.replace(set, next_number);
        keys
    }

    /// A key that stays keeps its number, so that the host need not import it again.
    fn replace(&mut self, set: KeySet, next_number: &mut u32) {
        let old = std::mem::take(&mut self.keys);
        for key in set.into_keys() {
            let number = old.iter().find(|(_, kept)| *kept == key).map_or_else(
                || {
                    let number = *next_number;
                    *next_number = next_number.wrapping_add(1);
                    number
                },
                |(number, _)| *number,
            );
            self.keys.push((number, key));
        }
    }
}

/// The key that `kid` names; without a name, the only one.
fn find<'k>(keys: &'k [(u32, LoginKey)], kid: Option<&str>) -> Option<(u32, &'k LoginKey)> {
    let found = match (kid, keys) {
        (None, [only]) => Some(only),
        (None, _) => None,
        (Some(kid), _) => keys.iter().find(|(_, key)| key.kid() == Some(kid)),
    };
    found.map(|(number, key)| (*number, key))
}
