//! The arithmetic in pure Rust: all of it in wasm, and natively what aws-lc-rs has no safe call for.

use super::blinding::BlindingSecret;
use super::pem::{Block, KeyError, Kind};
use super::{Hash, KeyType};
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
#[cfg(any(test, target_arch = "wasm32"))]
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use p256::elliptic_curve::SecretKey;
use p256::pkcs8::{ObjectIdentifier, PrivateKeyInfoRef, SubjectPublicKeyInfoRef};
use rsa::pkcs1::{DecodeRsaPrivateKey as _, DecodeRsaPublicKey as _};
use rsa::pkcs1v15;
#[cfg(any(test, target_arch = "wasm32"))]
use rsa::signature::Verifier as _;
use rsa::signature::{RandomizedSigner as _, SignatureEncoding as _};
use sec1::der::Decode as _;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ELLIPTIC_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

/// A private key in pure Rust. Both members wipe themselves when dropped.
pub(super) enum PortablePrivate {
    Rsa(Box<RsaPrivate>),
    P256(Box<p256::ecdsa::SigningKey>),
}

/// One RSA key, ready for either hash.
pub(super) struct RsaPrivate {
    sha1: pkcs1v15::SigningKey<sha1::Sha1>,
    sha256: pkcs1v15::SigningKey<sha2::Sha256>,
    blinding: BlindingSecret,
}

impl RsaPrivate {
    pub(super) fn numbers(&self) -> &rsa::RsaPrivateKey {
        self.sha256.as_ref()
    }
}

impl PortablePrivate {
    pub(super) fn from_block(block: &Block) -> Result<Self, KeyError> {
        match block.kind {
            Kind::Pkcs1Private => rsa_private(&block.der),
            Kind::Sec1Private => sec1_private(&block.der, None),
            Kind::Pkcs8Private => {
                let damaged = KeyError::Damaged { what: "PKCS#8 private key" };
                let info = PrivateKeyInfoRef::try_from(block.der.as_slice()).map_err(|_| damaged)?;
                let curve = info.algorithm.parameters_oid().ok();
                match info.algorithm.oid {
                    RSA => rsa_private(info.private_key.as_bytes()),
                    ELLIPTIC_CURVE => sec1_private(info.private_key.as_bytes(), curve),
                    other => Err(KeyError::Algorithm { algorithm: name_of(other) }),
                }
            }
            Kind::Pkcs1Public | Kind::SpkiPublic => {
                Err(KeyError::PublicWherePrivate { label: block.label.clone() })
            }
        }
    }

    pub(super) fn key_type(&self) -> KeyType {
        match self {
            Self::Rsa(_) => KeyType::Rsa2048,
            Self::P256(_) => KeyType::P256,
        }
    }

    pub(super) fn public_key(&self) -> PortablePublic {
        match self {
            Self::Rsa(key) => PortablePublic::rsa(key.numbers().to_public_key()),
            Self::P256(key) => PortablePublic::P256(*key.verifying_key()),
        }
    }

    /// `None` only where the key's own numbers make the operation fail.
    pub(super) fn sign(&self, hash: Hash, message: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Rsa(key) => {
                let mut blinding = key.blinding.for_message(message);
                let signature = match hash {
                    Hash::Sha1 => key.sha1.try_sign_with_rng(&mut blinding, message),
                    Hash::Sha256 => key.sha256.try_sign_with_rng(&mut blinding, message),
                };
                signature.ok().map(|signature| signature.to_vec())
            }
            Self::P256(key) => {
                let signature: p256::ecdsa::DerSignature = key.sign_prehash(&hash.digest(message)).ok()?;
                Some(signature.as_bytes().to_vec())
            }
        }
    }
}

/// A public key in pure Rust.
#[derive(Clone)]
pub(super) enum PortablePublic {
    Rsa(Box<RsaPublic>),
    P256(p256::ecdsa::VerifyingKey),
}

/// One RSA key, ready for either hash.
#[derive(Clone)]
pub(super) struct RsaPublic {
    // Natively aws-lc-rs verifies, and this code is only held against it in tests.
    #[cfg(any(test, target_arch = "wasm32"))]
    sha1: pkcs1v15::VerifyingKey<sha1::Sha1>,
    sha256: pkcs1v15::VerifyingKey<sha2::Sha256>,
}

#[cfg(not(target_arch = "wasm32"))]
impl RsaPublic {
    pub(super) fn numbers(&self) -> &rsa::RsaPublicKey {
        self.sha256.as_ref()
    }
}

impl PortablePublic {
    fn rsa(key: rsa::RsaPublicKey) -> Self {
        Self::Rsa(Box::new(RsaPublic {
            #[cfg(any(test, target_arch = "wasm32"))]
            sha1: pkcs1v15::VerifyingKey::new(key.clone()),
            sha256: pkcs1v15::VerifyingKey::new(key),
        }))
    }

    pub(super) fn from_block(block: &Block) -> Result<Self, KeyError> {
        match block.kind {
            Kind::Pkcs1Public => rsa_public(&block.der),
            Kind::SpkiPublic => {
                let damaged = || KeyError::Damaged { what: "public key" };
                let info = SubjectPublicKeyInfoRef::try_from(block.der.as_slice()).map_err(|_| damaged())?;
                let bits = info.subject_public_key.as_bytes().ok_or_else(damaged)?;
                match info.algorithm.oid {
                    RSA => rsa_public(bits),
                    ELLIPTIC_CURVE => {
                        on_p256(info.algorithm.parameters_oid().ok())?;
                        p256::ecdsa::VerifyingKey::from_sec1_bytes(bits)
                            .map(Self::P256)
                            .map_err(|_| damaged())
                    }
                    other => Err(KeyError::Algorithm { algorithm: name_of(other) }),
                }
            }
            Kind::Pkcs1Private | Kind::Sec1Private | Kind::Pkcs8Private => {
                Err(KeyError::PrivateWherePublic { label: block.label.clone() })
            }
        }
    }

    pub(super) fn key_type(&self) -> KeyType {
        match self {
            Self::Rsa(_) => KeyType::Rsa2048,
            Self::P256(_) => KeyType::P256,
        }
    }

    #[cfg(any(test, target_arch = "wasm32"))]
    pub(super) fn verifies(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa(key) => {
                let Ok(signature) = pkcs1v15::Signature::try_from(signature) else { return false };
                match hash {
                    Hash::Sha1 => key.sha1.verify(message, &signature).is_ok(),
                    Hash::Sha256 => key.sha256.verify(message, &signature).is_ok(),
                }
            }
            Self::P256(key) => p256::ecdsa::DerSignature::try_from(signature)
                .is_ok_and(|signature| key.verify_prehash(&hash.digest(message), &signature).is_ok()),
        }
    }
}

fn rsa_private(der: &[u8]) -> Result<PortablePrivate, KeyError> {
    let damaged = || KeyError::Damaged { what: "RSA private key" };
    let numbers = rsa::pkcs1::RsaPrivateKeyRef::try_from(der).map_err(|_| damaged())?;
    rsa_size(numbers.modulus.as_bytes())?;
    let key = rsa::RsaPrivateKey::from_pkcs1_der(der).map_err(|_| damaged())?;
    key.validate().map_err(|_| damaged())?;
    Ok(PortablePrivate::Rsa(Box::new(RsaPrivate {
        sha1: pkcs1v15::SigningKey::new(key.clone()),
        sha256: pkcs1v15::SigningKey::new(key),
        blinding: BlindingSecret::of_key(der),
    })))
}

fn rsa_public(der: &[u8]) -> Result<PortablePublic, KeyError> {
    let damaged = || KeyError::Damaged { what: "RSA public key" };
    let numbers = rsa::pkcs1::RsaPublicKeyRef::try_from(der).map_err(|_| damaged())?;
    rsa_size(numbers.modulus.as_bytes())?;
    let key = rsa::RsaPublicKey::from_pkcs1_der(der).map_err(|_| damaged())?;
    Ok(PortablePublic::rsa(key))
}

fn rsa_size(modulus: &[u8]) -> Result<(), KeyError> {
    let leading = modulus.first().map_or(0, |byte| byte.leading_zeros());
    let bits = modulus.len() * 8 - leading as usize;
    if bits == 2048 { Ok(()) } else { Err(KeyError::RsaSize { bits }) }
}

fn sec1_private(der: &[u8], outer_curve: Option<ObjectIdentifier>) -> Result<PortablePrivate, KeyError> {
    let damaged = || KeyError::Damaged { what: "elliptic-curve private key" };
    let numbers = sec1::EcPrivateKey::from_der(der).map_err(|_| damaged())?;
    let inner_curve = numbers.parameters.and_then(sec1::EcParameters::named_curve);
    on_p256(outer_curve.or(inner_curve))?;
    let secret: SecretKey<p256::NistP256> = SecretKey::from_sec1_der(der).map_err(|_| damaged())?;
    Ok(PortablePrivate::P256(Box::new(secret.into())))
}

fn on_p256(curve: Option<ObjectIdentifier>) -> Result<(), KeyError> {
    match curve {
        Some(P256) => Ok(()),
        Some(other) => Err(KeyError::Curve { curve: name_of(other) }),
        None => Err(KeyError::Curve { curve: "a curve that it does not name".to_owned() }),
    }
}

fn name_of(identifier: ObjectIdentifier) -> String {
    let text = identifier.to_string();
    let name = match text.as_str() {
        "1.3.132.0.34" => "P-384",
        "1.3.132.0.35" => "P-521",
        "1.3.132.0.10" => "secp256k1",
        "1.2.840.113549.1.1.10" => "RSA-PSS",
        "1.2.840.10040.4.1" => "DSA",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        "1.3.101.110" => "X25519",
        _ => return format!("`{text}`"),
    };
    name.to_owned()
}
