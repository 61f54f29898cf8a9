//! Verification: the MAC first, then every claim against the request.

use super::claimset::ClaimSet;
use super::cose::{Message, Scratch};
use super::dialect::Dialect;
use super::refusal::{Excerpt, Refusal};
use super::request::Request;
use super::ring::KeyRing;
use super::scope::canonical;
use super::{LATEST_TIME, place, restriction};

/// What a verifier expects of every token, whatever the request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// The issuer that a token must name; none: any, or none at all.
    pub issuer: Option<String>,
    /// The audience that a token must name; none: a token that names one is refused, for it is meant for others.
    pub audience: Option<String>,
    /// By how many seconds clocks may differ, in favour of the viewer. Keep it at zero, or at a few seconds.
    pub leeway: u64,
}

/// Verifies tokens with a ring of keys and a policy.
#[derive(Debug)]
pub struct Verifier {
    ring: KeyRing,
    policy: Policy,
}

/// A token that holds for the request it was checked against. Only [`Verifier::verify`] makes one.
///
/// ```compile_fail,E0451
/// let forged = signer::token::Verified { claims: todo!(), kid: None, path_scope: None };
/// ```
///
/// It cannot outlive the buffer that the token was decoded into:
///
/// ```compile_fail,E0597
/// # use signer::token::{KeyRing, Policy, Request, Scratch, Verifier};
/// # let verifier = Verifier::new(KeyRing::new(), Policy::default());
/// let verified = {
///     let mut scratch = Scratch::new();
///     verifier.verify("token", &Request::default(), 0, &mut scratch)
/// };
/// drop(verified);
/// ```
#[derive(Debug)]
pub struct Verified<'b> {
    claims: ClaimSet<'b>,
    expires_at: u64,
    kid: &'b [u8],
    path_scope: Option<&'b str>,
}

impl Verifier {
    /// A verifier with these keys and this policy.
    #[must_use]
    pub fn new(ring: KeyRing, policy: Policy) -> Self {
        Self { ring, policy }
    }

    /// The keys, to mint with.
    #[must_use]
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// Checks `token` against `request` at `now`, in epoch seconds.
    ///
    /// The algorithm is pinned to HS256. No claim is looked at before the MAC has been found right, in constant
    /// time. Nothing is allocated, neither for a token that holds nor for one that is refused.
    ///
    /// # Errors
    /// The first [`Refusal`] in a fixed order: form and size, header, key and MAC; then claims that are malformed,
    /// ambiguous, critical or unsupported; expiry, start, issuer, audience, path and the rest of the URI, method,
    /// country, address.
    #[inline]
    pub fn verify<'b>(
        &'b self,
        token: impl AsRef<[u8]>,
        request: &Request<'_>,
        now: u64,
        scratch: &'b mut Scratch,
    ) -> Result<Verified<'b>, Refusal> {
        let message = Message::read(scratch.decode(token.as_ref())?)?;
        let key = self.ring.authenticate(&message, now)?;
        let claims = ClaimSet::read(message.payload)?;
        let expires_at = self.check_times(&claims, now)?;
        self.check_parties(&claims)?;
        if let Some(path) = request.path {
            canonical(path)?;
        }
        let path_scope = match claims.uri {
            Some(uri) => restriction::check_uri(uri, claims.dialect(), request)?,
            None => None,
        };
        if let Some(methods) = claims.methods {
            restriction::check_method(methods, claims.dialect(), request.method)?;
        }
        match claims.places {
            Some(places)
                if request.country.is_none()
                    && request.country_from_token
                    && place::only(places).is_some() => {}
            Some(places) => place::check(places, request.country, request.region)?,
            None => {}
        }
        if let Some(networks) = claims.networks {
            restriction::check_address(networks, claims.dialect(), request.ip)?;
        }
        Ok(Verified { claims, expires_at, kid: &key.kid, path_scope })
    }

    #[inline]
    fn check_times(&self, claims: &ClaimSet<'_>, now: u64) -> Result<u64, Refusal> {
        let expires_at = claims.expires_at.filter(|time| *time <= LATEST_TIME).ok_or(Refusal::NoExpiry)?;
        if now >= expires_at.saturating_add(self.policy.leeway) {
            return Err(Refusal::Expired { expires_at, now });
        }
        match claims.not_before {
            Some(not_before) if now.saturating_add(self.policy.leeway) < not_before => {
                Err(Refusal::NotYetValid { not_before, now })
            }
            _ => Ok(expires_at),
        }
    }

    #[inline]
    fn check_parties(&self, claims: &ClaimSet<'_>) -> Result<(), Refusal> {
        if let Some(expected) = self.policy.issuer.as_deref()
            && claims.issuer != Some(expected)
        {
            let actual = Excerpt::of(claims.issuer.unwrap_or_default());
            return Err(Refusal::Issuer { actual, expected: Excerpt::of(expected) });
        }
        restriction::check_audience(claims.audience, self.policy.audience.as_deref())
    }
}

impl<'b> Verified<'b> {
    /// When the token ends (`exp`), without leeway.
    #[must_use]
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }

    /// When it began to be good (`nbf`).
    #[must_use]
    pub fn not_before(&self) -> Option<u64> {
        self.claims.not_before
    }

    /// When it says it was issued (`iat`).
    #[must_use]
    pub fn issued_at(&self) -> Option<u64> {
        self.claims.issued_at
    }

    /// The session id (`cti`), by which to look up whether it was withdrawn.
    #[must_use]
    pub fn session(&self) -> Option<&'b [u8]> {
        self.claims.session
    }

    /// The session id, if it is text.
    #[must_use]
    pub fn session_text(&self) -> Option<&'b str> {
        self.claims.session.and_then(|session| std::str::from_utf8(session).ok())
    }

    /// The tallest picture, in lines, that the token opens; none: any.
    #[must_use]
    pub fn max_height(&self) -> Option<u32> {
        self.claims.max_height
    }

    /// The tier that was written into it.
    #[must_use]
    pub fn tier(&self) -> Option<&'b str> {
        self.claims.tier
    }

    /// The device that was written into it.
    #[must_use]
    pub fn device(&self) -> Option<&'b str> {
        self.claims.device
    }

    /// The subdivision in which the viewer was when it was minted.
    #[must_use]
    pub fn region(&self) -> Option<&'b str> {
        self.claims.region
    }

    /// The country or subdivision that it is bound to, if that is exactly one.
    #[must_use]
    pub fn only_place(&self) -> Option<&'b str> {
        self.claims.places.and_then(place::only)
    }

    /// Who issued it (`iss`).
    #[must_use]
    pub fn issuer(&self) -> Option<&'b str> {
        self.claims.issuer
    }

    /// Whom it is about (`sub`).
    #[must_use]
    pub fn subject(&self) -> Option<&'b str> {
        self.claims.subject
    }

    /// The ring's id of the key it was minted with, whether or not the token names it. The token's own word for it
    /// stands outside the MAC, so that anybody can change it.
    #[must_use]
    pub fn kid(&self) -> &'b [u8] {
        self.kid
    }

    /// The path prefix that it is confined to, if it is confined by prefix.
    #[must_use]
    pub fn path_scope(&self) -> Option<&'b str> {
        self.path_scope
    }

    /// The dialect of its restrictions.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.claims.dialect()
    }
}
