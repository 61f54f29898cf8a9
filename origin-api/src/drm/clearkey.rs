//! Licences of `ClearKey`, the system that browsers bring with Encrypted Media Extensions.
//!
//! Such a licence cannot end: the specification gives it no expiry. What a player was given lasts as long as the key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{KeyId, KeyIdError, MediaKey, quoted};

/// How many keys a request may name.
pub const MOST_KEYS: usize = 32;

/// How long a request may be, in bytes.
pub const LONGEST_REQUEST: usize = 4096;

/// What a player asks for: at least one key, none of them twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenceRequest {
    key_ids: Vec<KeyId>,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClearKeyError {
    /// It is too long.
    #[error("the licence request has {0} bytes, at most {LONGEST_REQUEST} are taken")]
    TooLong(usize),
    /// It is not what the specification has.
    #[error("the licence request is not `{{\"kids\":[..],\"type\":\"temporary\"}}`: {0}")]
    Shape(String),
    /// It names no key.
    #[error("the licence request names no key")]
    NoKeys,
    /// It names too many.
    #[error("the licence request names {0} keys, at most {MOST_KEYS} are given at once")]
    TooManyKeys(usize),
    /// A name that is none.
    #[error(transparent)]
    KeyId(#[from] KeyIdError),
    /// It names a key twice.
    #[error("the licence request names key `{0}` twice")]
    Twice(KeyId),
    /// It wants to keep the licence.
    #[error("licences of type {} are not given; ask for `temporary`", quoted(.0))]
    Type(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    kids: Vec<String>,
    #[serde(rename = "type", default = "temporary")]
    kind: String,
}

fn temporary() -> String {
    "temporary".into()
}

impl LicenceRequest {
    /// Reads the message of a player.
    ///
    /// # Errors
    /// When it is not exactly such a message, or asks for too much.
    pub fn read(message: &[u8]) -> Result<Self, ClearKeyError> {
        if message.len() > LONGEST_REQUEST {
            return Err(ClearKeyError::TooLong(message.len()));
        }
        let message: Message = serde_json::from_slice(message)
            .map_err(|error| ClearKeyError::Shape(error.to_string().chars().take(160).collect()))?;
        if message.kind != temporary() {
            return Err(ClearKeyError::Type(message.kind));
        }
        if message.kids.len() > MOST_KEYS {
            return Err(ClearKeyError::TooManyKeys(message.kids.len()));
        }
        let mut key_ids = Vec::with_capacity(message.kids.len());
        for kid in &message.kids {
            let key_id = KeyId::from_base64url(kid)?;
            if key_ids.contains(&key_id) {
                return Err(ClearKeyError::Twice(key_id));
            }
            key_ids.push(key_id);
        }
        if key_ids.is_empty() { Err(ClearKeyError::NoKeys) } else { Ok(Self { key_ids }) }
    }

    /// The keys that it names.
    #[must_use]
    pub fn key_ids(&self) -> &[KeyId] {
        &self.key_ids
    }
}

/// The licence with these keys, as JSON.
#[must_use]
pub fn licence(keys: &[MediaKey]) -> Zeroizing<String> {
    const OF_A_KEY: usize = 96;
    // Made long enough at once: a string that grows leaves copies behind.
    let mut licence = Zeroizing::new(String::with_capacity(64 + OF_A_KEY * keys.len()));
    licence.push_str("{\"keys\":[");
    for (place, key) in keys.iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        let secret = Zeroizing::new(URL_SAFE_NO_PAD.encode(key.key.bytes()));
        let key_id = key.id.to_base64url();
        for part in [comma, "{\"kty\":\"oct\",\"kid\":\"", &key_id, "\",\"k\":\"", &secret, "\"}"] {
            licence.push_str(part);
        }
    }
    licence.push_str("],\"type\":\"temporary\"}");
    licence
}
