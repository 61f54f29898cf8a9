//! The record of a key.

use serde::{Deserialize, Serialize};

use crate::drm::{KeyId, Scheme};

/// The format of records.
pub const FORMAT: u32 = 1;

/// Whose a key is, and what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'p> {
    /// Whose it is.
    pub tenant: &'p str,
    /// The title that it is for.
    pub title: &'p str,
}

/// A sealed key: what a store keeps, as JSON. Only the key itself is hidden in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// The format of this record.
    pub format: u32,
    /// The key's id.
    pub kid: KeyId,
    /// Whose it is.
    pub tenant: String,
    /// The title that it is for.
    pub title: String,
    /// How it is used.
    pub scheme: Scheme,
    /// Its initialisation vector, in base64.
    pub iv: String,
    /// When it was made, in epoch seconds.
    pub created: u64,
    /// The id of the master key that it is sealed under.
    pub master: String,
    /// The nonce, the encrypted key and the tag, in base64.
    pub sealed: String,
}

impl Sealed {
    /// Everything beside the key, so that no two records have the same bytes: each part stands behind its length.
    pub(super) fn authenticated(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let created = self.created.to_be_bytes();
        let parts: [&[u8]; 8] = [
            b"playgate content key",
            &self.format.to_be_bytes(),
            self.kid.as_bytes(),
            self.tenant.as_bytes(),
            self.title.as_bytes(),
            self.scheme.name().as_bytes(),
            self.iv.as_bytes(),
            &created,
        ];
        for part in parts.into_iter().chain([self.master.as_bytes()]) {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }
}
