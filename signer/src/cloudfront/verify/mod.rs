//! The edge's side: what CloudFront would answer.
//!
//! Sections of the documentation that are silent are decided in favour of refusal, and say so in
//! [`Reason`]: a request passes here only if CloudFront would let it pass.
//!
//! ```
//! use signer::cloudfront::verify::{Code, KeyGroup, Request};
//! use signer::cloudfront::{Address, CannedPolicy, Epoch, KeyPairId, Signer};
//! use signer::keys::{Hash, PrivateKey, PublicKey};
//! # let private = include_bytes!("../../../../tests/keys/test-only-p256-pkcs8.pem");
//! # let public = include_bytes!("../../../../tests/keys/test-only-p256-public.pem");
//! let id = KeyPairId::new("K2JCJMDEHXQW5F")?;
//! let signer = Signer::new(id.clone(), PrivateKey::from_pem(private)?, Hash::Sha256);
//! let address = Address::new("https://cdn.example.com/film.m3u8")?;
//! let url = signer.sign(CannedPolicy::new(address, Epoch::new(2_000)?))?.url();
//!
//! let keys = KeyGroup::new().with(id, PublicKey::from_pem(public)?);
//! let request = Request { url: &url, cookies: &[], client: None, now: 1_999 };
//! assert_eq!(keys.verify(&request)?.expires.seconds(), 2_000);
//!
//! let refusal = keys.verify(&Request { now: 2_000, ..request }).unwrap_err();
//! assert_eq!(refusal.code(), Code::AccessDenied);
//! assert_eq!(refusal.to_string(), "expired at 1970-01-01T00:33:20Z (2000), and it is 1970-01-01T00:33:20Z (2000)");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod credentials;
mod reason;
mod statement;
pub(super) mod wildcard;

use super::{Epoch, KeyPairId, policy};
use crate::keys::{Hash, PublicKey};
use credentials::{Credentials, Grant};
pub use reason::{Code, Hint, Reason};
use statement::Statement;
use std::fmt;
use std::net::IpAddr;

/// The public keys that a distribution trusts.
#[derive(Debug, Clone, Default)]
pub struct KeyGroup {
    keys: Vec<(KeyPairId, PublicKey)>,
}

/// What reaches the edge. It carries proof, so it does not print.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The whole URL, as requested: scheme, host, path and query.
    pub url: &'a str,
    /// The `Cookie` headers' values.
    pub cookies: &'a [&'a str],
    /// The viewer's address, where it is known.
    pub client: Option<IpAddr>,
    /// The time, in seconds since 1970.
    pub now: u64,
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = self.url.split(['?', '#']).next().unwrap_or_default();
        write!(formatter, "Request({base}, {} cookie headers, at {}, [proof])", self.cookies.len(), self.now)
    }
}

/// Where the proof was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presented {
    /// In the query. It wins over cookies.
    Url,
    /// In cookies.
    Cookies,
}

/// The request may pass.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Allowed {
    /// The key that signed.
    pub key_pair_id: KeyPairId,
    /// Until when the same request would pass.
    pub expires: Epoch,
    /// Where the proof was found.
    pub presented: Presented,
    /// What the policy grants. `None` if it names no resource: then it opens every file of every distribution
    /// that trusts the key, and should not exist.
    pub resource: Option<String>,
}

impl KeyGroup {
    /// A group without keys, which trusts nobody.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The group with one more key. Of two keys with the same id, the first is used.
    #[must_use]
    pub fn with(mut self, id: KeyPairId, key: PublicKey) -> Self {
        self.keys.push((id, key));
        self
    }

    /// Decides about one request.
    ///
    /// # Errors
    /// The [`Reason`] of the refusal, with CloudFront's code and its XML.
    pub fn verify(&self, request: &Request<'_>) -> Result<Allowed, Reason> {
        let found = Credentials::find(request)?;
        let id = found.key_pair_id.filter(|id| !id.is_empty()).ok_or(Reason::NoKeyPairId)?;
        let (id, key) = self
            .keys
            .iter()
            .find(|(known, _)| known.as_str() == id)
            .ok_or_else(|| Reason::UnknownKey { id: id.chars().take(140).collect() })?;

        let (message, statement) = match &found.grant {
            Grant::Canned { expires } => {
                let expires = canonical_epoch(expires)?;
                let message = policy::canned_json(&found.url, expires).into_bytes();
                (message, Statement::canned(&found.url, expires))
            }
            Grant::Custom { policy } => {
                let message = decoded("Policy", policy, Reason::PolicyEncoding)?;
                let statement = Statement::parse(&message)?;
                (message, statement)
            }
        };
        let hash = match found.hash {
            None | Some("SHA1") => Hash::Sha1,
            Some("SHA256") => Hash::Sha256,
            Some(other) => return Err(Reason::Hash { name: other.chars().take(40).collect() }),
        };
        let signature = found.signature.filter(|text| !text.is_empty()).ok_or(Reason::NoSignature)?;
        let signature = decoded("Signature", signature, Reason::SignatureEncoding)?;
        if !key.verifies(hash, &message, &signature) {
            return Err(Reason::WrongSignature {
                hint: self.hint(&found, (id, key, hash), &message, &signature),
            });
        }
        statement.allows(&found, request)?;
        Ok(Allowed {
            key_pair_id: id.clone(),
            expires: statement.expires,
            presented: found.presented,
            resource: statement.resource,
        })
    }

    /// What would have fitted, for those who look for the mistake.
    fn hint(
        &self,
        found: &Credentials<'_>,
        (id, key, hash): (&KeyPairId, &PublicKey, Hash),
        message: &[u8],
        signature: &[u8],
    ) -> Hint {
        let other_hash = if hash == Hash::Sha1 { Hash::Sha256 } else { Hash::Sha1 };
        if key.verifies(other_hash, message, signature) {
            return Hint::OtherHash;
        }
        // A group has five keys at CloudFront; a longer one must not make refusals dear.
        let others = self.keys.iter().filter(|(other, _)| other != id).take(10);
        if let Some((other, _)) = others.into_iter().find(|(_, key)| key.verifies(hash, message, signature)) {
            return Hint::OtherKey { id: other.to_string() };
        }
        if let Grant::Canned { expires } = found.grant
            && let Ok(expires) = canonical_epoch(expires)
            && let Some((scheme, rest)) = found.url.split_once("://")
        {
            let scheme = if scheme == "https" { "http" } else { "https" };
            let message = policy::canned_json(&format!("{scheme}://{rest}"), expires);
            if key.verifies(hash, message.as_bytes(), signature) {
                return Hint::OtherScheme { scheme };
            }
        }
        Hint::Unknown
    }
}

/// The bytes of a parameter, or what is wrong with its text.
fn decoded(name: &'static str, text: &str, wrong: Reason) -> Result<Vec<u8>, Reason> {
    super::encoding::decode(text)
        .ok_or_else(|| if text.contains('%') { Reason::Reencoded { name } } else { wrong })
}

/// Only the digits that a signer writes: `01` or `+1` would rebuild the same policy from another URL.
fn canonical_epoch(text: &str) -> Result<Epoch, Reason> {
    let wrong = || Reason::Expires { value: text.chars().take(40).collect() };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    let seconds: u64 = text.parse().ok().filter(|_| digits).ok_or_else(wrong)?;
    Epoch::new(seconds).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::super::{Address, CannedPolicy, Signer};
    use super::*;
    use crate::keys::PrivateKey;

    const RSA: &[u8] = include_bytes!("../../../../tests/keys/test-only-rsa-pkcs8.pem");
    const P256: &[u8] = include_bytes!("../../../../tests/keys/test-only-p256-pkcs8.pem");

    fn id(text: &str) -> KeyPairId {
        KeyPairId::new(text).unwrap()
    }

    #[test]
    fn a_signature_that_does_not_fit_comes_with_what_would_have() {
        let group = KeyGroup::new()
            .with(id("KRSA"), PrivateKey::from_pem(RSA).unwrap().public_key().unwrap())
            .with(id("KP256"), PrivateKey::from_pem(P256).unwrap().public_key().unwrap());
        let address = Address::new("https://h/a").unwrap();
        let signer = Signer::new(id("KP256"), PrivateKey::from_pem(P256).unwrap(), Hash::Sha256);
        let url = signer.sign(CannedPolicy::new(address, Epoch::new(2_000).unwrap())).unwrap().url();
        for (changed, expected) in [
            (url.replace("KP256", "KRSA"), Hint::OtherKey { id: "KP256".to_owned() }),
            (url.replace("&Hash-Algorithm=SHA256", ""), Hint::OtherHash),
            (url.replace("https://", "http://"), Hint::OtherScheme { scheme: "https" }),
            (url.replace("/a?", "/b?"), Hint::Unknown),
            (url.clone() + "&more=1", Hint::Unknown),
        ] {
            let request = Request { url: &changed, cookies: &[], client: None, now: 1_000 };
            assert_eq!(group.verify(&request), Err(Reason::WrongSignature { hint: expected }), "{changed}");
        }
        let request = Request { url: &url, cookies: &[], client: None, now: 1_000 };
        assert!(group.verify(&request).is_ok());
        let printed = format!("{request:?}");
        assert!(printed.contains("https://h/a") && !printed.contains("Signature"), "{printed}");
    }

    #[test]
    fn a_query_that_a_player_wrote_anew_is_named() {
        let url = "https://h/a?Expires=2000&Signature=a%7Eb&Key-Pair-Id=KP256";
        let group =
            KeyGroup::new().with(id("KP256"), PrivateKey::from_pem(P256).unwrap().public_key().unwrap());
        let refusal = group.verify(&Request { url, cookies: &[], client: None, now: 1_000 });
        assert_eq!(refusal, Err(Reason::Reencoded { name: "Signature" }));
    }
}
