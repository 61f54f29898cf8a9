//! What a player holds of its session: the session itself, sealed, so that a heartbeat needs no record of it.

use crate::logins::Account;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest handle: that of the longest title and of a login whose names are as long as they may be, all of it escaped.
const LONGEST: usize = 6144;

const TAG: usize = 16;

/// How a player gets at media. `cookie`: signed cookies of the CDN come with the answer, for players that keep cookies. `path-token`: a
/// token in the address, which relative addresses inherit, for players without cookies. `signed-url`: a playlist at
/// `/v1/manifests/` whose addresses are signed, for players that can do neither. `cookie` and `signed-url` need `[media.cloudfront]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// Signed cookies of the CDN.
    Cookie,
    /// A token in the path, which relative addresses inherit.
    PathToken,
    /// Signed addresses, in playlists that this server rewrites.
    SignedUrl,
}

impl Delivery {
    /// All ways, with their names.
    pub(crate) const ALL: [(Self, &'static str); 3] =
        [(Self::Cookie, "cookie"), (Self::PathToken, "path-token"), (Self::SignedUrl, "signed-url")];
}

/// A playback session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its id, which tokens carry and withdrawals name.
    #[serde(rename = "i")]
    pub id: String,
    /// Whose it is, among all issuers.
    #[serde(rename = "a")]
    pub account: String,
    /// The same as tokens name it.
    #[serde(rename = "u")]
    pub subject: String,
    /// The login's own session.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub login_session: Option<String>,
    /// When the login was issued.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub login_issued: Option<i64>,
    /// The tier of the login.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// What is played.
    #[serde(rename = "p")]
    pub title: String,
    /// On what.
    #[serde(rename = "d")]
    pub device: String,
    /// How.
    #[serde(rename = "y")]
    pub delivery: Delivery,
    /// When it began, in epoch seconds.
    #[serde(rename = "b")]
    pub began: i64,
    /// When its login ends, and with it the handle.
    #[serde(rename = "e")]
    pub login_ends: i64,
}

impl Session {
    /// As much of a session as is needed to end it.
    pub(crate) fn named(id: &str, account: &Account) -> Self {
        Self {
            id: id.to_owned(),
            account: account.id().to_owned(),
            subject: account.subject().to_owned(),
            login_session: None,
            login_issued: None,
            tier: None,
            title: String::new(),
            device: String::new(),
            delivery: Delivery::PathToken,
            began: 0,
            login_ends: 0,
        }
    }
}

/// Seals sessions and opens what it sealed.
pub(crate) struct Seal(hmac::Key);

/// A handle that nobody here made, or that was altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotSealed;

impl Seal {
    pub(crate) fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    pub(crate) fn seal(&self, session: &Session) -> String {
        // A session is made of texts and numbers, which always become JSON.
        let mut bytes = serde_json::to_vec(session).unwrap_or_default();
        let tag = hmac::sign(&self.0, &bytes);
        bytes.extend(tag.as_ref().iter().take(TAG));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub(crate) fn open(&self, handle: &str) -> Result<Session, NotSealed> {
        if handle.len() > LONGEST {
            return Err(NotSealed);
        }
        let bytes = URL_SAFE_NO_PAD.decode(handle).map_err(|_| NotSealed)?;
        let (session, tag) = bytes.split_last_chunk::<TAG>().ok_or(NotSealed)?;
        let wanted = hmac::sign(&self.0, session);
        let wanted = wanted.as_ref().first_chunk::<TAG>().ok_or(NotSealed)?;
        aws_lc_rs::constant_time::verify_slices_are_equal(wanted, tag).map_err(|_| NotSealed)?;
        serde_json::from_slice(session).map_err(|_| NotSealed)
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Seal(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        Session {
            id: "s1".to_owned(),
            account: "https://login.example.com viewer".to_owned(),
            subject: "viewer".to_owned(),
            login_session: None,
            login_issued: Some(1_800_000_000),
            tier: Some("premium".to_owned()),
            title: "acme/one".to_owned(),
            device: "tv".to_owned(),
            delivery: Delivery::PathToken,
            began: 1_800_000_000,
            login_ends: 1_800_003_600,
        }
    }

    #[test]
    fn each_delivery_has_the_name_that_it_is_written_with() {
        for (delivery, name) in Delivery::ALL {
            assert_eq!(serde_json::to_value(delivery).unwrap(), name);
        }
    }

    #[test]
    fn only_what_was_sealed_opens() {
        let seal = Seal::new(b"test-only session key, 32 bytes..");
        let handle = seal.seal(&session());
        assert_eq!(seal.open(&handle), Ok(session()));
        assert_eq!(Seal::new(b"another").open(&handle), Err(NotSealed));
        for position in 0..handle.len() {
            let mut other = handle.clone().into_bytes();
            other[position] = if other[position] == b'A' { b'B' } else { b'A' };
            assert_eq!(seal.open(&String::from_utf8(other).unwrap()), Err(NotSealed), "{position}");
            assert_eq!(seal.open(handle.get(..position).unwrap()), Err(NotSealed), "{position}");
        }
        for handle in [String::new(), "=".to_owned(), "A".repeat(3000), format!("{handle}A")] {
            assert_eq!(seal.open(&handle), Err(NotSealed), "{handle}");
        }
        assert_eq!(format!("{seal:?}"), "Seal(..)");
    }
}
