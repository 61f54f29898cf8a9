//! A configuration, checked and prepared where it was written, so that the edge has little to read and nothing to doubt.

use crate::headers::Usual;
use crate::identity::Issuer;
use crate::route::Routes;
use crate::tokens::Tokens;
use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;
use std::hash::Hasher as _;

const MAGIC: &[u8; 8] = b"PGedge01";
const CHECK: usize = 8;

/// What an edge is configured with.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Prepared {
    pub(crate) routes: Routes,
    pub(crate) tokens: Tokens,
    pub(crate) logins: Vec<PreparedLogin>,
    pub(crate) keys_every: u32,
    pub(crate) usual: Usual,
}

/// An issuer and its keys.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct PreparedLogin {
    pub(crate) issuer: Issuer,
    /// The issuer's own document.
    pub(crate) jwks: Option<String>,
}

impl Prepared {
    #[inline(never)]
    pub(crate) fn open(bytes: &[u8]) -> Option<Self> {
        let (contents, check) = bytes.split_last_chunk::<CHECK>()?;
        let body = contents.strip_prefix(MAGIC)?;
        if sum(contents) != u64::from_le_bytes(*check) {
            return None;
        }
        postcard::from_bytes(body).ok()
    }

    #[cfg(feature = "settings")]
    pub(crate) fn to_bytes(&self) -> Option<Vec<u8>> {
        let mut bytes = postcard::to_extend(self, MAGIC.to_vec()).ok()?;
        let check = sum(&bytes);
        bytes.extend(check.to_le_bytes());
        Some(bytes)
    }
}

/// Against accidents on the way, not against anybody: whoever could alter it could write another one.
fn sum(bytes: &[u8]) -> u64 {
    let mut hasher = SipHasher13::new();
    hasher.write(bytes);
    hasher.finish()
}
