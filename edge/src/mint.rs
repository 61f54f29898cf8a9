//! Handing out a token to a login.

use crate::digits::network;
use crate::facts::Place;
use crate::tokens::Tokens;
use crate::withdrawn::Withdrawn;
use rights::outcome::{Allow, Epoch};
use rights::viewer::Device;
use signer::token::{ClaimError, Claims, Dialect, KeyRing, MintError};
use siphasher::sip128::{Hasher128 as _, SipHasher24};
use std::hash::Hasher as _;
use std::net::IpAddr;

/// For whom and for what.
pub(crate) struct Order<'o> {
    pub(crate) now: Epoch,
    pub(crate) request_id: &'o str,
    pub(crate) account: &'o str,
    pub(crate) tier: Option<&'o str>,
    /// When the login itself ends.
    pub(crate) login_ends: Epoch,
    pub(crate) allow: &'o Allow<'o>,
    /// The path that it is for, with a slash at its end.
    pub(crate) scope: &'o str,
    pub(crate) place: &'o Place,
    pub(crate) address: Option<IpAddr>,
    pub(crate) device: Device,
}

/// A token, fresh from the ring.
pub(crate) struct Minted {
    pub(crate) token: String,
    pub(crate) session: String,
    pub(crate) expires_at: u64,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotMinted {
    /// The login ends now.
    #[error("nothing is left of the login's time")]
    NoTime,
    /// Something that the login or the title says does not fit into a token.
    #[error("{0}")]
    Claim(#[from] ClaimError),
    /// No key, or no room.
    #[error("{0}")]
    Mint(#[from] MintError),
}

/// Mints a token that ends when the first of these ends: the configured lifetime, the login, the right, the key.
#[inline(never)]
pub(crate) fn mint(
    ring: &KeyRing,
    settings: &Tokens,
    withdrawn: &Withdrawn,
    order: &Order<'_>,
) -> Result<Minted, NotMinted> {
    let now = u64::try_from(order.now).map_err(|_| NotMinted::NoTime)?;
    let ends = order.now.saturating_add(i64::from(settings.lifetime)).min(order.login_ends);
    let ends = order.allow.valid_until.map_or(ends, |right| ends.min(right));
    let ends = u64::try_from(ends).ok().filter(|ends| *ends > now).ok_or(NotMinted::NoTime)?;
    let session = session(order);
    let until = |ends| {
        let claims = claims(settings, order, &session, now, ends)?;
        Ok(ring.mint_unless(&claims, Dialect::Cta, now, |kid| withdrawn.has_key(kid))?)
    };
    let minted = until(ends);
    let (token, expires_at) = match minted {
        Err(NotMinted::Mint(MintError::OutlivesKey { until: key_ends, .. })) => (until(key_ends)?, key_ends),
        minted => (minted?, ends),
    };
    Ok(Minted { token, session, expires_at })
}

#[inline(never)]
fn claims(
    settings: &Tokens,
    order: &Order<'_>,
    session: &str,
    now: u64,
    ends: u64,
) -> Result<Claims, ClaimError> {
    let mut claims = Claims::expiring_at(ends)
        .issued_at(now)
        .subject(order.account)?
        .session(session)?
        .path(order.scope)?
        .device(order.device.name())?;
    if let Some(issuer) = &settings.issuer {
        claims = claims.issuer(issuer.as_str())?;
    }
    if let Some(audience) = &settings.audience {
        claims = claims.audience(audience.as_str())?;
    }
    if let Some(tier) = order.tier {
        claims = claims.tier(tier)?;
    }
    if let Some(country) = order.place.country().filter(|_| settings.bind_country) {
        claims = claims.countries([country])?;
    }
    if let Some(region) = order.place.region() {
        claims = claims.region(region)?;
    }
    if let Some(address) = order.address.filter(|_| settings.bind_network) {
        claims = claims.networks([network(address)])?;
    }
    if let Some(height) = order.allow.max_height {
        claims = claims.max_height(u32::from(height));
    }
    Ok(claims)
}

/// A session's id. It is no secret, for it counts only within a token; it has to be another one for every viewer and
/// request, and the platform's ids of requests are.
fn session(order: &Order<'_>) -> String {
    let mut hasher = SipHasher24::new_with_keys(0x706c_6179_6761_7465, 0x7365_7373_696f_6e73);
    for part in [order.request_id, order.account, order.scope] {
        hasher.write_u64(part.len() as u64);
        hasher.write(part.as_bytes());
    }
    hasher.write_i64(order.now);
    let hash = hasher.finish128();
    format!("{:016x}{:016x}", hash.h1, hash.h2)
}
