//! A token's payload: what is wanted of it, and what it has to say.

use super::issuer::{Issuer, is_tier};
use super::object::{self, Found, Number};
use super::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The last second of the year 9999.
const LATEST_TIME: i64 = 253_402_300_799;
/// An issuer's clock may be this far ahead without anybody having to say so.
const LEAST_ISSUE_LEEWAY: i64 = 60;
/// For `sub` and what names a session.
const LONGEST_NAME: usize = 256;

/// What a token is for, where the issuer marks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenUse {
    /// Says who the viewer is.
    Id,
    /// Lets the viewer do something.
    Access,
}

impl TokenUse {
    fn named(name: &str) -> Option<Self> {
        match name {
            "id" => Some(Self::Id),
            "access" => Some(Self::Access),
            _ => None,
        }
    }
}

/// The names that are looked for in every payload. The constants below are positions here.
const NAMES: [&str; 11] =
    ["iss", "exp", "aud", "client_id", "token_use", "nbf", "iat", "sub", "sid", "origin_jti", "jti"];
const ISSUER: usize = 0;
const EXPIRY: usize = 1;
const AUDIENCE: usize = 2;
const CLIENT: usize = 3;
const USE: usize = 4;
const NOT_BEFORE: usize = 5;
const ISSUED_AT: usize = 6;
const SUBJECT: usize = 7;
const SESSIONS: [usize; 3] = [8, 9, 10];

/// All names that are looked for: which issuer a token is from is known only when all are found.
#[derive(Debug)]
pub(super) struct Wanted(Vec<Box<str>>);

impl Wanted {
    pub(super) fn by(issuers: &[Issuer]) -> Self {
        let mut names: Vec<Box<str>> = NAMES.into_iter().map(Into::into).collect();
        for name in issuers.iter().flat_map(|issuer| [&issuer.tier_claim, &issuer.groups_claim]).flatten() {
            if !names.iter().any(|known| **known == **name) {
                names.push(name.as_str().into());
            }
        }
        Self(names)
    }

    pub(super) fn read<'t>(&'t self, payload: &'t str) -> Result<Unverified<'t>, Refusal> {
        let found = object::members(payload, &self.0).ok_or(Refusal::Malformed)?;
        Ok(Unverified { names: &self.0, found })
    }
}

/// Claims that anybody may have written.
pub(super) struct Unverified<'t> {
    names: &'t [Box<str>],
    found: Vec<Found<'t>>,
}

/// Claims that hold, if the signature does.
#[derive(Debug)]
pub(super) struct Claims {
    pub(super) times: Times,
    pub(super) subject: Box<str>,
    pub(super) tier: Option<Box<str>>,
    pub(super) session: Option<Box<str>>,
    pub(super) token_use: Option<TokenUse>,
}

/// When a token holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) expires_at: i64,
    pub(super) not_before: Option<i64>,
    pub(super) issued_at: Option<i64>,
}

impl Unverified<'_> {
    pub(super) fn issuer(&self) -> Option<&str> {
        self.at(ISSUER).text()
    }

    /// `exp`, without its fraction: a token never lives longer than it says.
    pub(super) fn expires_at(&self) -> Result<i64, Refusal> {
        match self.at(EXPIRY) {
            Found::Number(Number { floor, .. }) if (0..=LATEST_TIME).contains(floor) => Ok(*floor),
            _ => Err(Refusal::NoExpiry),
        }
    }

    /// To be called only when the signature has been found to hold. Times are not compared with the clock here.
    pub(super) fn for_issuer(&self, issuer: &Issuer) -> Result<Claims, Refusal> {
        let token_use = self.at(USE).text().and_then(TokenUse::named);
        if !self.is_for(&issuer.audience, token_use) {
            return Err(Refusal::Audience);
        }
        if !issuer.token_use.is_empty() && !token_use.is_some_and(|kind| issuer.token_use.contains(&kind)) {
            return Err(Refusal::Use);
        }
        let times = Times {
            expires_at: self.expires_at()?,
            not_before: self.time(NOT_BEFORE, "nbf")?,
            issued_at: self.time(ISSUED_AT, "iat")?,
        };
        let subject = self.name(SUBJECT).ok_or(Refusal::Claim { name: "sub" })?;
        Ok(Claims {
            times,
            subject: subject.into(),
            tier: self.tier(issuer).map(Into::into),
            session: SESSIONS.into_iter().find_map(|place| self.name(place)).map(Into::into),
            token_use,
        })
    }

    fn at(&self, place: usize) -> &Found<'_> {
        self.found.get(place).unwrap_or(&Found::Absent)
    }

    fn claim(&self, name: &str) -> &Found<'_> {
        self.names.iter().position(|known| **known == *name).map_or(&Found::Absent, |place| self.at(place))
    }

    fn is_for(&self, audience: &[String], token_use: Option<TokenUse>) -> bool {
        let expected = |name: &Cow<'_, str>| audience.iter().any(|expected| expected == name);
        let named = match self.at(AUDIENCE) {
            // With an `aud`, `client_id` only says who got the token, which may be meant for somebody else's API.
            Found::Absent if token_use == Some(TokenUse::Access) => match self.at(CLIENT) {
                Found::Text(client) => std::slice::from_ref(client),
                _ => &[],
            },
            found => found.texts(),
        };
        named.iter().any(expected)
    }

    fn time(&self, place: usize, name: &'static str) -> Result<Option<i64>, Refusal> {
        match self.at(place) {
            Found::Absent => Ok(None),
            Found::Number(Number { ceiling, .. }) if (0..=LATEST_TIME).contains(ceiling) => {
                Ok(Some(*ceiling))
            }
            _ => Err(Refusal::Claim { name }),
        }
    }

    fn name(&self, place: usize) -> Option<&str> {
        let usable = |text: &&str| {
            !text.is_empty() && text.len() <= LONGEST_NAME && !text.chars().any(char::is_control)
        };
        self.at(place).text().filter(usable)
    }

    fn tier<'c>(&'c self, issuer: &'c Issuer) -> Option<&'c str> {
        let claimed = issuer.tier_claim.as_deref().and_then(|name| self.claim(name).text());
        if let Some(tier) = claimed.filter(|tier| is_tier(tier)) {
            return Some(tier);
        }
        let groups = issuer.groups_claim.as_deref().map_or(&[][..], |name| self.claim(name).texts());
        let first = issuer.tiers.iter().find(|pair| groups.iter().any(|group| *group == pair.group));
        first.map(|pair| pair.tier.as_str()).or(issuer.default_tier.as_deref())
    }
}

impl Times {
    /// Whether `now` is within them.
    pub(super) fn check(&self, now: i64, leeway: u32) -> Result<(), Refusal> {
        let leeway = i64::from(leeway);
        not_expired(self.expires_at, now, leeway)?;
        for (from, leeway) in [(self.not_before, leeway), (self.issued_at, leeway.max(LEAST_ISSUE_LEEWAY))] {
            if let Some(from) = from.filter(|from| *from > now.saturating_add(leeway)) {
                return Err(Refusal::NotYetValid { from, now });
            }
        }
        Ok(())
    }
}

/// At the second of the expiry itself, a token has expired.
pub(super) fn not_expired(expires_at: i64, now: i64, leeway: i64) -> Result<(), Refusal> {
    if now >= expires_at.saturating_add(leeway) { Err(Refusal::Expired { expires_at, now }) } else { Ok(()) }
}
