//! The part of a configuration that is about logins: read when the first login comes, for most starts only serve tokens,
//! and whatever a start runs it first has to compile.

use crate::identity::{FetchFailed, Issuer, KeySet, KeysKept, LoginKey, Logins, Rationing};
use crate::prepared::PreparedLogins;
use crate::problem::Problem;

/// Logins, or what they are made of.
pub(crate) struct Late {
    prepared: Vec<u8>,
    every: u32,
    seed: u64,
    /// When the keys were known to be right.
    since: i64,
    logins: Option<Logins>,
}

impl Late {
    /// `every` is the number of seconds after which keys are fetched again.
    pub(crate) fn new(prepared: Vec<u8>, every: u32, seed: u64, since: i64) -> Self {
        Self { prepared, every, seed, since, logins: None }
    }

    /// The logins, read if they have not been.
    ///
    /// # Errors
    /// Why they cannot be. The build reads them too, so that nobody meets this with what it made.
    pub(crate) fn logins(&mut self) -> Result<&mut Logins, Problem> {
        if self.logins.is_none() {
            let logins = self.read()?;
            self.prepared = Vec::new();
            self.logins = Some(logins);
        }
        self.logins.as_mut().ok_or_else(unreadable)
    }

    /// The issuer whose keys are to be fetched in the background now.
    pub(crate) fn due(&mut self, now: i64) -> Option<usize> {
        let age = now.saturating_sub(self.since);
        if self.logins.is_none() && age < i64::from(self.every) {
            return None;
        }
        self.logins().ok()?.due(now)
    }

    pub(crate) fn keys_fetched(
        &mut self,
        issuer: usize,
        now: i64,
        document: Option<&[u8]>,
    ) -> Result<(), KeysKept> {
        let logins = self.logins().map_err(|_| KeysKept::NoSuchIssuer { issuer })?;
        logins.keys_fetched(issuer, now, document.ok_or(FetchFailed))
    }

    pub(crate) fn keys_url(&mut self, issuer: usize) -> Option<String> {
        self.logins().ok()?.issuers().get(issuer).map(Issuer::keys_url)
    }

    pub(crate) fn keys(&mut self) -> impl Iterator<Item = (u32, &LoginKey)> {
        self.logins().ok().into_iter().flat_map(|logins| logins.keys())
    }

    #[inline(never)]
    fn read(&self) -> Result<Logins, Problem> {
        let prepared = PreparedLogins::read(&self.prepared).ok_or_else(unreadable)?;
        let mut issuers = Vec::new();
        for login in prepared.0 {
            let place = || format!("login `{}`", login.issuer.issuer);
            let keys = match &login.jwks {
                None => KeySet::empty(),
                Some(jwks) => KeySet::read(jwks.as_bytes())
                    .map_err(|problem| Problem::at(place(), problem.to_string()))?,
            };
            issuers.push((login.issuer, keys));
        }
        let rationing = Rationing { refresh: self.every, ..Rationing::default() };
        Logins::new(issuers, rationing, self.seed, self.since)
            .map_err(|problem| Problem::at("login", problem.to_string()))
    }
}

fn unreadable() -> Problem {
    Problem::at("configuration", "its logins were made by another version; build the edge again")
}
