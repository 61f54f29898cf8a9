//! Keys: what signs, and what checks a signature.
//!
//! A key is parsed once, from PEM (PKCS#1, PKCS#8 or SEC1), and then used for any number of signatures.
//! CloudFront knows two types, RSA of 2048 bits and ECDSA on P-256, and two hashes, SHA-1 and SHA-256.
//!
//! # Which to choose
//! **P-256 with SHA-256** ([`Hash::RECOMMENDED`]). One signature costs about a seventeenth of RSA's, a signed
//! URL is about half as long, and neither FIPS mode, OpenSSL 3 nor a KMS objects. RSA is for distributions
//! whose key group holds an RSA key already, SHA-1 for consumers that do not know the `Hash-Algorithm`
//! parameter yet.
//!
//! # Where the arithmetic runs
//! | | RSA, SHA-256 | P-256, SHA-256 | RSA, SHA-1 | P-256, SHA-1 |
//! |---|---|---|---|---|
//! | native | aws-lc-rs | aws-lc-rs | rsa, blinded | p256 |
//! | wasm | rsa, blinded | p256 | rsa, blinded | p256 |
//!
//! aws-lc-rs offers no safe call that signs SHA-1 with either type. The `rsa` crate computes in constant
//! time and is blinded besides, with a factor derived from the key and the message, because this library
//! rolls no dice; `p256` signs deterministically (RFC 6979).
//!
//! A key that never leaves a KMS or an HSM signs through [`crate::cloudfront::Unsigned`].

mod blinding;
#[cfg(not(target_arch = "wasm32"))]
mod native;
mod pem;
mod portable;
mod private;
mod public;

pub use pem::KeyError;
pub use private::{PrivateKey, SigningFailed};
pub use public::PublicKey;

/// The hash that is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hash {
    /// What CloudFront assumes where nothing is said. Refused by FIPS modules and by some KMS.
    Sha1,
    /// Announced by `Hash-Algorithm=SHA256`.
    Sha256,
}

impl Hash {
    /// What new users should take.
    pub const RECOMMENDED: Self = Self::Sha256;

    /// The digest of `message`.
    #[must_use]
    pub fn digest(self, message: &[u8]) -> Vec<u8> {
        use sha2::Digest as _;
        match self {
            Self::Sha1 => sha1::Sha1::digest(message).to_vec(),
            Self::Sha256 => sha2::Sha256::digest(message).to_vec(),
        }
    }
}

/// The type of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// RSA of 2048 bits, PKCS#1 v1.5 signatures of 256 bytes.
    Rsa2048,
    /// ECDSA on P-256, DER signatures of 70 to 72 bytes.
    P256,
}

impl std::fmt::Display for KeyType {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Rsa2048 => "RSA-2048",
            Self::P256 => "P-256",
        })
    }
}
