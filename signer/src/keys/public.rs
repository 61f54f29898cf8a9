//! A public key, parsed once.

#[cfg(not(target_arch = "wasm32"))]
use super::native::NativePublic;
use super::pem::{self, KeyError};
use super::portable::PortablePublic;
use super::{Hash, KeyType};
use std::fmt;

/// A public key that checks signatures.
#[derive(Clone)]
pub struct PublicKey {
    key_type: KeyType,
    #[cfg(target_arch = "wasm32")]
    key: PortablePublic,
    #[cfg(not(target_arch = "wasm32"))]
    key: NativePublic,
}

impl PublicKey {
    /// Reads a PEM file: `PUBLIC KEY` or `RSA PUBLIC KEY`; RSA-2048 or P-256.
    ///
    /// # Errors
    /// Every wrong kind of file has its own message: see [`KeyError`].
    pub fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        let block = match pem::read(pem) {
            Err(KeyError::Encrypted) => {
                return Err(KeyError::PrivateWherePublic { label: "ENCRYPTED PRIVATE KEY".to_owned() });
            }
            Err(KeyError::OpenSsh) => {
                return Err(KeyError::PrivateWherePublic { label: "OPENSSH PRIVATE KEY".to_owned() });
            }
            other => other?,
        };
        Self::from_portable(&PortablePublic::from_block(&block)?)
    }

    /// RSA-2048 or P-256.
    #[must_use]
    pub fn key_type(&self) -> KeyType {
        self.key_type
    }

    /// Whether `signature` is this key's over `message`. Any malformed signature is simply not.
    #[must_use]
    pub fn verifies(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        self.key.verifies(hash, message, signature)
    }

    #[cfg_attr(
        target_arch = "wasm32",
        expect(clippy::unnecessary_wraps, reason = "aws-lc can refuse a key natively")
    )]
    pub(super) fn from_portable(key: &PortablePublic) -> Result<Self, KeyError> {
        Ok(Self {
            key_type: key.key_type(),
            #[cfg(target_arch = "wasm32")]
            key: key.clone(),
            #[cfg(not(target_arch = "wasm32"))]
            key: NativePublic::from_portable(key).ok_or(KeyError::Damaged { what: "public key" })?,
        })
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({})", self.key_type)
    }
}
