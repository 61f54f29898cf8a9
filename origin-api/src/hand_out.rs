//! What a player gets at media with: tokens, cookies, signed addresses. Whatever it is, it ends when the right ends.

use crate::config::{CloudFrontSettings, Config, PathTokens, Problem, at};
use crate::facts::Facts;
use crate::handle::{Delivery, Session};
use crate::secrets::Secrets;
use rights::outcome::Allow;
use signer::cloudfront::{
    CookieAttributes, CustomPolicy, Epoch, KeyPairId, Resource, SameSite, SignatureCache, Signed, Unsigned,
    Window,
};
use signer::keys::{Hash, PrivateKey};
use signer::token::{ClaimError, Claims, Dialect, KeyRing, MintError, RingError, TokenKey, Validity};
use std::net::IpAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Mutex, PoisonError};

/// How many signatures are remembered: as many titles as are played at once, by expiry.
const SIGNATURES: NonZeroUsize = NonZeroUsize::new(16_384).unwrap();

/// Makes what is handed out.
pub(crate) struct Desk {
    media: String,
    ring: KeyRing,
    tokens: PathTokens,
    cloudfront: Option<CloudFront>,
}

struct CloudFront {
    settings: CloudFrontSettings,
    id: KeyPairId,
    key: PrivateKey,
    signatures: Mutex<SignatureCache>,
}

/// For whom and for what.
#[derive(Clone, Copy)]
pub(crate) struct Order<'o> {
    pub(crate) session: &'o Session,
    pub(crate) live: bool,
    pub(crate) facts: &'o Facts,
    pub(crate) allow: &'o Allow<'o>,
    /// Where this server rewrites playlists for the session.
    pub(crate) manifests: &'o str,
    pub(crate) now: i64,
}

/// What a player gets.
#[derive(Debug)]
pub(crate) struct Handed {
    /// Where the manifest is, for this player.
    pub(crate) url: String,
    /// Where it is without the pictures that are higher than the right allows.
    pub(crate) capped: Option<String>,
    /// The token, where one is in the path.
    pub(crate) token: Option<String>,
    /// `Set-Cookie` headers.
    pub(crate) cookies: Vec<String>,
    /// The query that makes addresses signed ones.
    pub(crate) query: Option<String>,
    /// When it ends.
    pub(crate) ends: i64,
}

/// Why nothing is handed out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotHanded {
    #[error("this is not configured")]
    NotConfigured,
    #[error("nothing is left of the time")]
    NoTime,
    #[error(
        "key `{0}` was withdrawn, and no other is valid now; add one to the configuration, first at the edges"
    )]
    Withdrawn(String),
    #[error("{0}")]
    Claim(#[from] ClaimError),
    #[error("{0}")]
    Mint(#[from] MintError),
    #[error("{0}")]
    Sign(String),
}

impl Desk {
    /// With the keys that the configuration names.
    ///
    /// # Errors
    /// What is wrong with them, in words, and nothing of them.
    pub(crate) fn new(config: &Config, secrets: &Secrets) -> Result<Self, Problem> {
        let mut ring = KeyRing::new();
        for (number, key) in (1_usize..).zip(&config.media.path_tokens.key) {
            let about = |problem: String| at(format!("media.path_tokens.key `{}`, `key`", key.kid), problem);
            let bytes = secrets.of(&key.key).map_err(about)?;
            let secret = TokenKey::from_file(bytes).map_err(|problem| about(problem.to_string()))?;
            let validity = match (key.from.unwrap_or_default(), key.until) {
                (0, None) => Validity::ALWAYS,
                (from, None) => Validity::starting(from),
                (from, Some(until)) => Validity::between(from, until),
            };
            ring.add(&key.kid, secret, validity).map_err(|problem| {
                let field = match problem {
                    RingError::KidLength { .. } | RingError::DuplicateKid { .. } => "kid",
                    RingError::EmptyValidity { .. } => "until",
                    _ => "key",
                };
                at(format!("media.path_tokens.key {number}, `{field}`"), problem.to_string())
            })?;
        }
        let cloudfront =
            config.media.cloudfront.clone().map(|settings| CloudFront::new(settings, secrets)).transpose()?;
        Ok(Self {
            media: config.media.url.clone(),
            ring,
            tokens: config.media.path_tokens.clone(),
            cloudfront,
        })
    }

    /// Makes what a session needs to play, until the first of these ends: what is configured, the login, the right, the key.
    /// No withdrawn key mints.
    pub(crate) fn hand(
        &self,
        order: &Order<'_>,
        is_withdrawn: impl Fn(&[u8]) -> bool,
    ) -> Result<Handed, NotHanded> {
        let Order { session, live, allow, manifests, now, .. } = *order;
        let scope = format!("/{}/{}/", if live { "live" } else { "vod" }, session.title);
        let until = |lifetime: u32| {
            let ends = now.saturating_add(i64::from(lifetime)).min(session.login_ends);
            let ends = allow.valid_until.map_or(ends, |right| ends.min(right));
            if ends > now { Ok(ends) } else { Err(NotHanded::NoTime) }
        };
        let media = &self.media;
        let rewritten = format!("{manifests}{scope}master.m3u8");
        if session.delivery == Delivery::PathToken {
            let ends = until(self.tokens.lifetime)?;
            let (token, ends) = self.token(order, &scope, is_withdrawn, ends)?;
            let url = format!("{media}/t/{token}{scope}master.m3u8");
            let capped = allow.max_height.map(|_| rewritten);
            return Ok(Handed { url, capped, token: Some(token), cookies: Vec::new(), query: None, ends });
        }
        let cloudfront = self.cloudfront.as_ref().ok_or(NotHanded::NotConfigured)?;
        let ends = until(cloudfront.settings.lifetime)?;
        let (signed, ends) = cloudfront.sign(&format!("{media}{scope}*"), now, ends)?;
        if session.delivery == Delivery::Cookie {
            let cookies = cloudfront.cookies(&signed, &scope)?;
            let url = format!("{media}{scope}master.m3u8");
            let capped = allow.max_height.map(|_| rewritten);
            return Ok(Handed { url, capped, token: None, cookies, query: None, ends });
        }
        let query = Some(signed.query());
        Ok(Handed { url: rewritten, capped: None, token: None, cookies: Vec::new(), query, ends })
    }

    fn token(
        &self,
        order: &Order<'_>,
        scope: &str,
        is_withdrawn: impl Fn(&[u8]) -> bool,
        ends: i64,
    ) -> Result<(String, i64), NotHanded> {
        let seconds = |time: i64| u64::try_from(time).map_err(|_| NotHanded::NoTime);
        let (now, ends) = (seconds(order.now)?, seconds(ends)?);
        let until = |ends| {
            let claims = self.claims(order, scope, now, ends)?;
            let minted = self.ring.mint_unless(&claims, Dialect::Cta, now, &is_withdrawn);
            minted.map_err(|problem| {
                self.withdrawn(&is_withdrawn, &problem).unwrap_or(NotHanded::Mint(problem))
            })
        };
        let (token, ends) = match until(ends) {
            Err(NotHanded::Mint(MintError::OutlivesKey { until: key_ends, .. })) => {
                (until(key_ends)?, key_ends)
            }
            minted => (minted?, ends),
        };
        Ok((token, i64::try_from(ends).unwrap_or(i64::MAX)))
    }

    /// Why no key mints, if that is so because somebody withdrew some.
    fn withdrawn(&self, is_withdrawn: impl Fn(&[u8]) -> bool, problem: &MintError) -> Option<NotHanded> {
        let mut kids = self.tokens.key.iter().map(|key| key.kid.as_str());
        let kid = matches!(problem, MintError::NoKey { .. })
            .then(|| kids.find(|kid| is_withdrawn(kid.as_bytes())))??;
        Some(NotHanded::Withdrawn(kid.to_owned()))
    }

    fn claims(&self, order: &Order<'_>, scope: &str, now: u64, ends: u64) -> Result<Claims, NotHanded> {
        let Order { session, facts, allow, .. } = *order;
        let mut claims = Claims::expiring_at(ends)
            .issued_at(now)
            .session(&session.id)?
            .path(scope)?
            .device(facts.device.name())?;
        if !session.subject.is_empty() {
            claims = claims.subject(session.subject.as_str())?;
            // The edges must know that somebody is logged in, whatever the tier.
            claims = claims.tier(session.tier.as_deref().unwrap_or(edge::SOME_LOGIN))?;
        }
        if let Some(issuer) = &self.tokens.issuer {
            claims = claims.issuer(issuer.as_str())?;
        }
        if let Some(audience) = &self.tokens.audience {
            claims = claims.audience(audience.as_str())?;
        }
        if let Some(country) = facts.place.country().filter(|_| self.tokens.bind_country) {
            claims = claims.countries([country])?;
        }
        if let Some(region) = facts.place.region() {
            claims = claims.region(region)?;
        }
        if self.tokens.bind_network {
            claims = claims.networks([network(facts.address)])?;
        }
        if let Some(height) = allow.max_height {
            claims = claims.max_height(u32::from(height));
        }
        Ok(claims)
    }
}

impl CloudFront {
    fn new(settings: CloudFrontSettings, secrets: &Secrets) -> Result<Self, Problem> {
        let about = |field: &str, problem: String| at(format!("media.cloudfront.{field}"), problem);
        let id = KeyPairId::new(&settings.key_pair_id)
            .map_err(|problem| about("key_pair_id", problem.to_string()))?;
        let pem = secrets.of(&settings.key).map_err(|problem| about("key", problem))?;
        let key = PrivateKey::from_pem(pem).map_err(|problem| about("key", problem.to_string()))?;
        Ok(Self { settings, id, key, signatures: Mutex::new(SignatureCache::new(SIGNATURES)) })
    }

    /// Signs for a resource; the end is rounded down, so that viewers share signatures, unless nothing would be left.
    fn sign(&self, resource: &str, now: i64, ends: i64) -> Result<(Signed<CustomPolicy>, i64), NotHanded> {
        let words = |problem: &dyn std::fmt::Display| NotHanded::Sign(problem.to_string());
        let seconds = u64::try_from(ends).map_err(|_| NotHanded::NoTime)?;
        let exact =
            Epoch::new(seconds.min(u64::from(Epoch::LAST.seconds()))).map_err(|problem| words(&problem))?;
        let window = Window::seconds(NonZeroU32::new(self.settings.window).unwrap_or(NonZeroU32::MIN));
        let expires = exact.rounded_down(window, u64::try_from(now).unwrap_or_default()).unwrap_or(exact);
        let resource = Resource::pattern(resource).map_err(|problem| words(&problem))?;
        let policy = CustomPolicy::new(resource, expires);
        let remembered = || self.signatures.lock().unwrap_or_else(PoisonError::into_inner);
        let unsigned = Unsigned::new(policy, self.id.clone(), Hash::RECOMMENDED);
        let completed = remembered().complete(unsigned);
        let signed = match completed {
            Ok(signed) => signed,
            Err(unsigned) => {
                // Without the lock: a signature takes a hundred times longer than all else here, and others have theirs already.
                let signature = self.key.sign(Hash::RECOMMENDED, unsigned.message());
                let signature = signature.map_err(|problem| words(&problem))?;
                let signed = unsigned.signed(self.key.key_type(), &signature);
                let signed = signed.map_err(|problem| words(&problem))?;
                remembered().remember(&signed);
                signed
            }
        };
        Ok((signed, i64::from(expires.seconds())))
    }

    fn cookies(&self, signed: &Signed<CustomPolicy>, path: &str) -> Result<Vec<String>, NotHanded> {
        let attributes = CookieAttributes::new(self.settings.cookie_domain.as_deref(), path)
            .map_err(|problem| NotHanded::Sign(problem.to_string()))?
            .same_site(SameSite::None);
        Ok(signed.cookies().set_cookie(&attributes))
    }
}

/// The network of an address, as tokens are bound to: /24, or /48.
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [first, second, third, _] = address.octets();
            format!("{first}.{second}.{third}.0/24")
        }
        IpAddr::V6(address) => {
            let [first, second, third, ..] = address.segments();
            format!("{first:x}:{second:x}:{third:x}::/48")
        }
    }
}
