//! An issuer's keys, as it publishes them (JWKS).

use super::jwk::LoginKey;
use serde::Deserialize;
use serde::de::IgnoredAny;
use thiserror::Error;

const LONGEST_DOCUMENT: usize = 64 * 1024;
const MOST_KEYS: usize = 64;

/// The keys of one issuer that logins may be checked with.
#[derive(Debug, Clone, Default)]
pub struct KeySet {
    keys: Vec<LoginKey>,
    skipped: usize,
}

impl KeySet {
    /// No keys: they are fetched when the first login comes.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Reads a JWKS document of at most 64 KB and 64 keys. Keys for other purposes, of other algorithms, and keys
    /// without a `kid` beside others, are skipped.
    ///
    /// # Errors
    /// A document that is not one, that has no key left, names two alike, shows a private key, or whose keys for
    /// RS256 or ES256 are damaged or weak.
    pub fn read(document: &[u8]) -> Result<Self, KeySetError> {
        if document.len() > LONGEST_DOCUMENT {
            return Err(KeySetError::TooLarge { bytes: document.len() });
        }
        let Document { keys: members } = serde_json::from_slice(document)?;
        let count = members.len();
        if count > MOST_KEYS {
            return Err(KeySetError::TooMany { keys: count });
        }
        let mut keys = Vec::with_capacity(count);
        for (position, member) in members.into_iter().enumerate() {
            if member.d.is_some() {
                return Err(KeySetError::Private { position });
            }
            let key = member.read().map_err(|why| KeySetError::Unusable { position, why })?;
            keys.extend(key);
        }
        if keys.len() > 1 {
            keys.retain(|key| key.kid().is_some());
        }
        for (index, key) in keys.iter().enumerate() {
            if keys.iter().skip(index + 1).any(|other| other.kid() == key.kid()) {
                return Err(KeySetError::Twice { kid: key.kid().unwrap_or_default().to_owned() });
            }
        }
        if keys.is_empty() {
            return Err(KeySetError::NoKey { skipped: count });
        }
        Ok(Self { skipped: count - keys.len(), keys })
    }

    /// The keys, in the document's order.
    #[must_use]
    pub fn keys(&self) -> &[LoginKey] {
        &self.keys
    }

    /// How many keys of the document are not for us.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    pub(super) fn into_keys(self) -> Vec<LoginKey> {
        self.keys
    }
}

/// Why a document is not a set of keys. Positions count from 0.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeySetError {
    /// Larger than any honest one.
    #[error("key set has {bytes} bytes, more than 65536; check that the address is that of a JWKS document")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Not JSON, or not `{"keys":[..]}` with members of the right types.
    #[error("key set is not a JWKS document: {0}; check that the address is that of one")]
    Malformed(#[from] serde_json::Error),
    /// More keys than any honest one.
    #[error("key set has {keys} keys, more than 64; withdraw old ones")]
    TooMany {
        /// How many.
        keys: usize,
    },
    /// A key with its private half.
    #[error(
        "key {position} of the key set has the private member `d`; withdraw that key, it is no longer secret"
    )]
    Private {
        /// Which key.
        position: usize,
    },
    /// A key for RS256 or ES256 that cannot be used.
    #[error("key {position} of the key set cannot be used: {why}; have the issuer replace it")]
    Unusable {
        /// Which key.
        position: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Two keys with one name.
    #[error("key set has two keys named `{kid}`; name each differently")]
    Twice {
        /// The name.
        kid: String,
    },
    /// Nothing to check a login with.
    #[error("key set has no public key for RS256 or ES256, and {skipped} others; publish one")]
    NoKey {
        /// How many keys were skipped.
        skipped: usize,
    },
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Member>,
}

#[derive(Deserialize)]
struct Member {
    kty: Option<String>,
    r#use: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    d: Option<IgnoredAny>,
}

impl Member {
    /// `None` if it is not for us.
    fn read(self) -> Result<Option<LoginKey>, &'static str> {
        let signs = self.r#use.as_deref().is_none_or(|purpose| purpose == "sig")
            && self.key_ops.is_none_or(|operations| operations.iter().any(|name| name == "verify"));
        if !signs {
            return Ok(None);
        }
        let is_for = |name| self.alg.as_deref().is_none_or(|algorithm| algorithm == name);
        match (self.kty.as_deref(), self.crv.as_deref()) {
            (Some("RSA"), _) if is_for("RS256") => {
                let n = self.n.ok_or("it has no `n`")?;
                let e = self.e.ok_or("it has no `e`")?;
                LoginKey::rsa(self.kid, &n, &e).map(Some)
            }
            (Some("EC"), Some("P-256")) if is_for("ES256") => {
                let x = self.x.ok_or("it has no `x`")?;
                let y = self.y.ok_or("it has no `y`")?;
                LoginKey::p256(self.kid, &x, &y).map(Some)
            }
            _ => Ok(None),
        }
    }
}
