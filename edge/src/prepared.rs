//! A configuration, checked and prepared where it was written, so that the edge has little to read and nothing to doubt.

use crate::headers::Usual;
use crate::identity::Issuer;
use crate::route::Routes;
use crate::tokens::Tokens;
use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;
use std::hash::Hasher as _;

const MAGIC: &[u8; 8] = b"PGedge02";
const CHECK: usize = 8;

/// What an edge is configured with.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Prepared {
    pub(crate) routes: Routes,
    pub(crate) tokens: Tokens,
    /// Cookies that carry logins, each with the issuer whose it is.
    pub(crate) login_cookies: Vec<(String, String)>,
    pub(crate) keys_every: u32,
    pub(crate) usual: Usual,
}

/// Who issues logins. It stands behind the rest.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct PreparedLogins(pub(crate) Vec<PreparedLogin>);

/// An issuer and its keys.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct PreparedLogin {
    pub(crate) issuer: Issuer,
    /// The issuer's own document.
    pub(crate) jwks: Option<String>,
}

impl Prepared {
    /// The configuration, and what [`PreparedLogins::read`] reads.
    #[inline(never)]
    pub(crate) fn open(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (contents, check) = bytes.split_last_chunk::<CHECK>()?;
        let body = contents.strip_prefix(MAGIC)?;
        if sum(contents) != u64::from_le_bytes(*check) {
            return None;
        }
        postcard::take_from_bytes(body).ok()
    }

    #[cfg(feature = "settings")]
    pub(crate) fn to_bytes(&self, logins: &PreparedLogins) -> Option<Vec<u8>> {
        let bytes = postcard::to_extend(self, MAGIC.to_vec()).ok()?;
        let mut bytes = postcard::to_extend(logins, bytes).ok()?;
        let check = sum(&bytes);
        bytes.extend(check.to_le_bytes());
        Some(bytes)
    }
}

impl PreparedLogins {
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}

/// Against accidents on the way, not against anybody: whoever could alter it could write another one.
fn sum(bytes: &[u8]) -> u64 {
    let mut hasher = SipHasher13::new();
    hasher.write(bytes);
    hasher.finish()
}
