//! Who asks: login tokens (JWT), the keys that they are checked with, and what is remembered of both.
//!
//! Nothing here reads a clock, fetches a key or does the arithmetic of a signature: the host does, through
//! [`Signatures`] and [`Logins::keys_fetched`]. A [`Login`] is made by [`Logins::verify`] alone.

mod arithmetic;
mod cache;
mod claims;
mod fetches;
mod issuer;
pub(crate) mod json;
mod jwk;
mod keyset;
mod logins;
mod object;
mod refusal;
mod signatures;
mod token;

#[cfg(not(target_arch = "wasm32"))]
pub use arithmetic::NativeSignatures;
#[cfg(feature = "portable")]
pub use arithmetic::PortableSignatures;
pub use cache::CACHED_LOGINS;
pub use claims::TokenUse;
pub use fetches::Rationing;
pub use issuer::{GroupTier, Issuer, IssuerError};
pub use jwk::{Algorithm, KeyNumbers, LoginKey};
pub use keyset::{KeySet, KeySetError};
pub use logins::{FetchFailed, KeysKept, Login, Logins, LoginsError};
pub use refusal::{Refusal, Unverified};
pub use signatures::{Question, Signatures, Verdict};
pub use token::LONGEST_TOKEN;
