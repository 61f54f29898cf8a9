//! From a policy to a signed policy: with a key that is here, or with one that never leaves its vault.

use super::encoding;
use super::{KeyPairId, Policy};
use crate::keys::{Hash, KeyType, PrivateKey, PublicKey, SigningFailed};
use std::fmt;
use std::sync::Arc;

/// A private key under the name by which CloudFront knows its public half.
#[derive(Debug)]
pub struct Signer {
    key_pair_id: KeyPairId,
    key: PrivateKey,
    hash: Hash,
}

impl Signer {
    /// Signs with `key` from now on.
    #[must_use]
    pub fn new(key_pair_id: KeyPairId, key: PrivateKey, hash: Hash) -> Self {
        Self { key_pair_id, key, hash }
    }

    /// Signs a policy.
    ///
    /// # Errors
    /// [`SigningFailed`] where the key is broken inside.
    pub fn sign<P: Policy>(&self, policy: P) -> Result<Signed<P>, SigningFailed> {
        let unsigned = Unsigned::new(policy, self.key_pair_id.clone(), self.hash);
        let signature = self.key.sign(self.hash, unsigned.message())?;
        Ok(unsigned.with(&signature))
    }

    pub(super) fn unsigned<P: Policy>(&self, policy: P) -> Unsigned<P> {
        Unsigned::new(policy, self.key_pair_id.clone(), self.hash)
    }

    pub(super) fn key(&self) -> &PrivateKey {
        &self.key
    }
}

/// A policy whose signature is made elsewhere: by a KMS or an HSM.
///
/// ```
/// use signer::cloudfront::{Address, CannedPolicy, Epoch, KeyPairId, Unsigned};
/// use signer::keys::{Hash, KeyType};
/// # let key = signer::keys::PrivateKey::from_pem(include_bytes!("../../../tests/keys/test-only-p256-pkcs8.pem"))?;
/// # let ask_the_kms = |message: &[u8]| key.sign(Hash::Sha256, message);
/// let address = Address::new("https://cdn.example.com/film.m3u8")?;
/// let policy = CannedPolicy::new(address, Epoch::new(1_767_290_400)?);
/// let unsigned = Unsigned::new(policy, KeyPairId::new("K2JCJMDEHXQW5F")?, Hash::Sha256);
/// let signature = ask_the_kms(unsigned.message())?;
/// let signed = unsigned.signed(KeyType::P256, &signature)?;
/// # let public = key.public_key()?;
/// assert!(signed.url().contains("&Hash-Algorithm=SHA256"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Unsigned<P> {
    policy: P,
    message: String,
    pub(super) key_pair_id: KeyPairId,
    pub(super) hash: Hash,
}

/// Why a signature that was made elsewhere cannot be the right one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// RSA-2048 signatures have 256 bytes.
    #[error(
        "an RSA-2048 signature has 256 bytes, and this one has {length}: ask for RSASSA_PKCS1_V1_5 with a 2048-bit key, and pass the raw bytes"
    )]
    RsaLength {
        /// How many came.
        length: usize,
    },
    /// The fixed form (r and s, 32 bytes each) instead of DER.
    #[error(
        "the signature is 64 bytes, which is the fixed form of ECDSA: CloudFront wants DER, as OpenSSL and KMS give it"
    )]
    FixedForm,
    /// Not a DER sequence of two numbers.
    #[error("the signature is no ECDSA signature in DER: pass what OpenSSL or KMS returned, byte for byte")]
    NotDer,
    /// Checked against the public key, and wrong.
    #[error(
        "the signature does not verify under the given public key: another key, another hash or another message was signed"
    )]
    DoesNotVerify,
}

impl<P: Policy> Unsigned<P> {
    /// Prepares `policy` to be signed elsewhere.
    #[must_use]
    pub fn new(policy: P, key_pair_id: KeyPairId, hash: Hash) -> Self {
        Self { message: policy.to_json(), policy, key_pair_id, hash }
    }

    /// The bytes to sign, where the vault hashes by itself.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        self.message.as_bytes()
    }

    /// The digest to sign, where the vault wants that.
    #[must_use]
    pub fn digest(&self) -> Vec<u8> {
        self.hash.digest(self.message())
    }

    pub(super) fn hash(&self) -> Hash {
        self.hash
    }

    /// Takes the signature back, and checks its form.
    ///
    /// # Errors
    /// A [`SignatureError`] where the bytes cannot be a signature of that type.
    pub fn signed(self, key_type: KeyType, signature: &[u8]) -> Result<Signed<P>, SignatureError> {
        match key_type {
            KeyType::Rsa2048 if signature.len() != 256 => {
                Err(SignatureError::RsaLength { length: signature.len() })
            }
            KeyType::P256 if p256::ecdsa::DerSignature::try_from(signature).is_err() => {
                Err(if signature.len() == 64 { SignatureError::FixedForm } else { SignatureError::NotDer })
            }
            _ => Ok(self.with(signature)),
        }
    }

    /// Takes the signature back, and checks it.
    ///
    /// # Errors
    /// A [`SignatureError`] where the form is wrong or the signature does not verify.
    pub fn signed_and_checked(self, key: &PublicKey, signature: &[u8]) -> Result<Signed<P>, SignatureError> {
        let verifies = key.verifies(self.hash, self.message(), signature);
        let signed = self.signed(key.key_type(), signature)?;
        if verifies { Ok(signed) } else { Err(SignatureError::DoesNotVerify) }
    }

    pub(super) fn with(self, signature: &[u8]) -> Signed<P> {
        self.with_encoded(encoding::encode(signature).into())
    }

    pub(super) fn with_encoded(self, signature: Arc<str>) -> Signed<P> {
        Signed {
            policy: self.policy,
            message: self.message,
            signature,
            key_pair_id: self.key_pair_id,
            hash: self.hash,
        }
    }
}

/// A policy with its signature: it writes URLs and cookies. Whoever holds it may pass, so it does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed<P> {
    pub(super) policy: P,
    pub(super) message: String,
    pub(super) signature: Arc<str>,
    pub(super) key_pair_id: KeyPairId,
    pub(super) hash: Hash,
}

impl<P: Policy> Signed<P> {
    /// What was signed.
    #[must_use]
    pub fn policy(&self) -> &P {
        &self.policy
    }

    /// The signature in CloudFront's text form.
    #[must_use]
    pub fn signature(&self) -> &str {
        &self.signature
    }
}

impl<P> fmt::Debug for Signed<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Signed(by {}, [proof])", self.key_pair_id)
    }
}
