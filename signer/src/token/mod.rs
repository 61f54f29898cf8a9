//! Access tokens: CTA-5007-B (Common Access Token) in `COSE_Mac0` with HS256.
//!
//! A token says which path may be fetched, until when, and where; the CDN checks it on every request, without a
//! look at any database. It is a CBOR Web Token (RFC 8392), in base64url without padding:
//!
//! ```
//! use signer::token::{Claims, Dialect, KeyRing, Policy, Request, Scratch, TokenKey, Verifier};
//!
//! let mut ring = KeyRing::single("2026-11", TokenKey::from_bytes(b"not a secret: for this test only")?)?;
//! let claims = Claims::expiring_at(1_800_003_600).path("/vod/acme/one/")?.countries(["NO"])?.session("s-81f2")?;
//! let token = ring.mint(&claims, Dialect::Cta, 1_800_000_000)?;
//!
//! let verifier = Verifier::new(ring, Policy::default());
//! let mut scratch = Scratch::new();
//! let request = Request { path: Some("/vod/acme/one/720p/1.ts"), country: Some("NO"), ..Request::default() };
//! let verified = verifier.verify(&token, &request, 1_800_000_060, &mut scratch)?;
//! assert_eq!(verified.session_text(), Some("s-81f2"));
//! assert_eq!(verified.path_scope(), Some("/vod/acme/one/"));
//!
//! let elsewhere = Request { country: Some("DE"), ..request };
//! let refusal = verifier.verify(&token, &elsewhere, 1_800_000_060, &mut scratch).unwrap_err();
//! assert_eq!(refusal.code(), "country");
//! assert_eq!(verifier.verify(&token, &request, 1_800_003_600, &mut scratch).unwrap_err().code(), "expired");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is promised
//! - The algorithm is pinned. The one a token names is compared with it, and never used to choose.
//! - The MAC is checked first, in constant time. Only the key id may stand outside it; a token with anything else
//!   in its unprotected header is refused.
//! - Whatever a token restricts is checked or refused: a claim that is signed is never ignored. An input that a
//!   claim restricts and the request lacks is a refusal of its own.
//! - [`Verified`] can only be had from [`Verifier::verify`].
//! - Verification allocates nothing.
//!
//! # What is strict, and what is not
//! Definite lengths only; nothing after the end; no key twice in a map; keys in their shortest form. Lengths and
//! numbers may be written longer than need be, a tag 61 may or may not stand around the token, and times may be
//! whole floats of 64 bits: encoders in use do all of that. Claims with labels that nobody here knows are ignored,
//! as RFC 8392 has it, unless the token names them critical: in the header parameter `crit` (2), or in the claim
//! `crit` (45), which is the number that implementations of the composite-claims draft use.
//!
//! # Dialects
//! [`Dialect::Cta`] uses the labels that are registered with IANA; [`Dialect::Aws`] those of AWS's sample for
//! CloudFront Functions. Both are verified; a token that mixes them is refused.

mod cbor;
mod claims;
mod claimset;
mod cose;
mod dialect;
mod inspect;
mod key;
mod mint;
mod network;
mod place;
mod refusal;
mod request;
mod restriction;
mod ring;
mod scope;
mod verify;

pub use cbor::Malformed;
pub use claims::{ClaimError, Claims};
pub use cose::{LARGEST_TOKEN, Scratch};
pub use dialect::{Dialect, UnknownDialect};
pub use inspect::{UnverifiedClaim, UnverifiedToken, inspect_unverified};
pub use key::{KeyError, TokenKey};
pub use mint::MintError;
pub use network::{Network, NetworkError};
pub use refusal::{Excerpt, Refusal};
pub use request::Request;
pub use ring::{KeyRing, RingError, Validity};
pub use scope::{LONGEST_PATH, NotCanonical, canonical, covers};
pub use verify::{Policy, Verified, Verifier};

/// 9999-12-31T23:59:59Z. Later "seconds" are milliseconds that somebody forgot to divide, or a token meant to live for
/// ever.
const LATEST_TIME: u64 = 253_402_300_799;
