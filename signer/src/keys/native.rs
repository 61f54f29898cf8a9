//! The arithmetic of aws-lc-rs: SHA-256 signatures, and every verification.

use super::Hash;
use super::portable::{PortablePrivate, PortablePublic};
use ::rsa::pkcs1::{EncodeRsaPrivateKey as _, EncodeRsaPublicKey as _};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{self, EcdsaKeyPair, ParsedPublicKey, VerificationAlgorithm};

/// A private key in the form that signs fastest.
pub(super) enum NativePrivate {
    Rsa(Box<rsa::KeyPair>),
    P256(Box<EcdsaKeyPair>),
}

impl NativePrivate {
    /// `None` where aws-lc refuses a key that the portable code took.
    pub(super) fn from_portable(key: &PortablePrivate) -> Option<Self> {
        match key {
            PortablePrivate::Rsa(key) => {
                let der = key.numbers().to_pkcs1_der().ok()?;
                Some(Self::Rsa(Box::new(rsa::KeyPair::from_der(der.as_bytes()).ok()?)))
            }
            PortablePrivate::P256(key) => {
                let scalar = zeroize::Zeroizing::new(key.to_bytes());
                let point = key.verifying_key().to_sec1_point(false);
                let pair = EcdsaKeyPair::from_private_key_and_public_key(
                    &signature::ECDSA_P256_SHA256_ASN1_SIGNING,
                    scalar.as_slice(),
                    point.as_bytes(),
                );
                Some(Self::P256(Box::new(pair.ok()?)))
            }
        }
    }

    pub(super) fn sign_sha256(&self, message: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Rsa(key) => {
                let mut bytes = vec![0; key.public_modulus_len()];
                key.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut bytes).ok()?;
                Some(bytes)
            }
            Self::P256(key) => Some(key.sign(&SystemRandom::new(), message).ok()?.as_ref().to_vec()),
        }
    }
}

/// A public key in the form that verifies fastest.
#[derive(Clone)]
pub(super) struct NativePublic {
    sha1: ParsedPublicKey,
    sha256: ParsedPublicKey,
}

impl NativePublic {
    /// `None` where aws-lc refuses a key that the portable code took.
    pub(super) fn from_portable(key: &PortablePublic) -> Option<Self> {
        let (bytes, sha1, sha256): (
            _,
            &'static dyn VerificationAlgorithm,
            &'static dyn VerificationAlgorithm,
        ) = match key {
            PortablePublic::Rsa(key) => (
                key.numbers().to_pkcs1_der().ok()?.as_bytes().to_vec(),
                &signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
                &signature::RSA_PKCS1_2048_8192_SHA256,
            ),
            PortablePublic::P256(key) => (
                key.to_sec1_point(false).as_bytes().to_vec(),
                &signature::ECDSA_P256_SHA1_ASN1,
                &signature::ECDSA_P256_SHA256_ASN1,
            ),
        };
        Some(Self {
            sha1: ParsedPublicKey::new(sha1, &bytes).ok()?,
            sha256: ParsedPublicKey::new(sha256, &bytes).ok()?,
        })
    }

    pub(super) fn verifies(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let key = match hash {
            Hash::Sha1 => &self.sha1,
            Hash::Sha256 => &self.sha256,
        };
        key.verify_sig(message, signature).is_ok()
    }
}
