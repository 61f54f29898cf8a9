//! A private key, parsed once.

#[cfg(not(target_arch = "wasm32"))]
use super::native::NativePrivate;
use super::pem::{self, KeyError};
use super::portable::PortablePrivate;
use super::{Hash, KeyType, PublicKey};
use std::fmt;

/// A private key that signs. It cannot print, and it is wiped from memory when dropped.
///
/// ```
/// use signer::keys::{Hash, PrivateKey};
/// # let pem = include_bytes!("../../../tests/keys/test-only-p256-pkcs8.pem");
/// let key = PrivateKey::from_pem(pem)?;
/// let signature = key.sign(Hash::Sha256, b"a policy")?;
/// assert!(key.public_key()?.verifies(Hash::Sha256, b"a policy", &signature));
/// assert_eq!(format!("{key:?}"), "PrivateKey(P-256, [secret])");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct PrivateKey {
    portable: PortablePrivate,
    #[cfg(not(target_arch = "wasm32"))]
    native: NativePrivate,
}

/// The key's own numbers do not allow a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the {key_type} key could not sign: its numbers do not belong together, make a new key")]
pub struct SigningFailed {
    /// The type of the key.
    pub key_type: KeyType,
}

impl PrivateKey {
    /// Reads a PEM file: PKCS#1, PKCS#8 or SEC1; RSA-2048 or P-256; not encrypted.
    ///
    /// # Errors
    /// Every wrong kind of file has its own message: see [`KeyError`].
    pub fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        let block = match pem::read(pem) {
            Err(KeyError::Certificate) => {
                return Err(KeyError::PublicWherePrivate { label: "CERTIFICATE".to_owned() });
            }
            other => other?,
        };
        let portable = PortablePrivate::from_block(&block)?;
        Ok(Self {
            #[cfg(not(target_arch = "wasm32"))]
            native: NativePrivate::from_portable(&portable)
                .ok_or(KeyError::Damaged { what: "private key" })?,
            portable,
        })
    }

    /// RSA-2048 or P-256.
    #[must_use]
    pub fn key_type(&self) -> KeyType {
        self.portable.key_type()
    }

    /// The public half.
    ///
    /// # Errors
    /// [`KeyError::Damaged`] where the platform's library refuses it.
    pub fn public_key(&self) -> Result<PublicKey, KeyError> {
        PublicKey::from_portable(&self.portable.public_key())
    }

    /// Signs `message` as CloudFront wants it: PKCS#1 v1.5 for RSA, DER for P-256.
    ///
    /// # Errors
    /// [`SigningFailed`] where the key is broken inside.
    pub fn sign(&self, hash: Hash, message: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        let signature = match hash {
            #[cfg(not(target_arch = "wasm32"))]
            Hash::Sha256 => self.native.sign_sha256(message),
            _ => self.portable.sign(hash, message),
        };
        signature.ok_or(SigningFailed { key_type: self.key_type() })
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PrivateKey({}, [secret])", self.key_type())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RSA: &[u8] = include_bytes!("../../../tests/keys/test-only-rsa-pkcs8.pem");
    const P256: &[u8] = include_bytes!("../../../tests/keys/test-only-p256-pkcs8.pem");

    #[test]
    fn both_arithmetics_agree() {
        let rsa = PrivateKey::from_pem(RSA).unwrap();
        assert_eq!(rsa.portable.sign(Hash::Sha256, b"message"), rsa.sign(Hash::Sha256, b"message").ok());
        for key in [rsa, PrivateKey::from_pem(P256).unwrap()] {
            let portable = key.portable.public_key();
            let native = key.public_key().unwrap();
            for hash in [Hash::Sha1, Hash::Sha256] {
                let mut signature = key.sign(hash, b"message").unwrap();
                assert!(portable.verifies(hash, b"message", &signature), "{key:?} {hash:?}");
                assert!(native.verifies(hash, b"message", &signature), "{key:?} {hash:?}");
                assert!(!portable.verifies(hash, b"massage", &signature), "{key:?} {hash:?}");
                *signature.last_mut().unwrap() ^= 1;
                assert!(!portable.verifies(hash, b"message", &signature), "{key:?} {hash:?}");
                assert!(!native.verifies(hash, b"message", &signature), "{key:?} {hash:?}");
            }
        }
    }
}
