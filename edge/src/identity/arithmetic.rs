//! Hosts that check signatures in this process: natively with aws-lc-rs, and anywhere in pure Rust.

#[cfg(not(target_arch = "wasm32"))]
pub use native::NativeSignatures;
#[cfg(feature = "portable")]
pub use portable::PortableSignatures;

/// The most imported keys that are kept; more than issuers publish, and a bound where they rotate for years.
#[cfg(any(not(target_arch = "wasm32"), feature = "portable"))]
const MOST_KEYS: usize = 256;

/// Keys that were imported, by number; `None` where the numbers are no key.
#[cfg(any(not(target_arch = "wasm32"), feature = "portable"))]
struct Imported<K>(Vec<(u32, Option<K>)>);

#[cfg(any(not(target_arch = "wasm32"), feature = "portable"))]
impl<K> Imported<K> {
    fn key(&mut self, number: u32, import: impl FnOnce() -> Option<K>) -> Option<&K> {
        let known = self.0.iter().position(|(known, _)| *known == number);
        let place = known.unwrap_or_else(|| {
            if self.0.len() >= MOST_KEYS {
                self.0.clear();
            }
            self.0.push((number, import()));
            self.0.len() - 1
        });
        self.0.get(place)?.1.as_ref()
    }
}

#[cfg(any(not(target_arch = "wasm32"), feature = "portable"))]
fn point(x: &[u8; 32], y: &[u8; 32]) -> Vec<u8> {
    [&[4], x.as_slice(), y.as_slice()].concat()
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use super::{Imported, point};
    use crate::identity::{KeyNumbers, LoginKey, Question, Signatures, Verdict};
    use aws_lc_rs::encoding::AsDer as _;
    use aws_lc_rs::signature::{self, ParsedPublicKey, RsaPublicKeyComponents};
    use std::fmt;

    /// Signatures by aws-lc-rs. For one [`Logins`](crate::identity::Logins) only: it knows keys by their numbers.
    pub struct NativeSignatures(Imported<ParsedPublicKey>);

    impl NativeSignatures {
        /// No keys are imported yet.
        #[must_use]
        pub fn new() -> Self {
            Self(Imported(Vec::new()))
        }
    }

    impl Default for NativeSignatures {
        fn default() -> Self {
            Self::new()
        }
    }

    impl fmt::Debug for NativeSignatures {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("NativeSignatures")
        }
    }

    impl Signatures for NativeSignatures {
        fn check(&mut self, question: &Question<'_>) -> Verdict {
            let key = self.0.key(question.key_number, || import(question.key));
            let holds = key.is_some_and(|key| key.verify_sig(question.message, question.signature).is_ok());
            if holds { Verdict::Holds } else { Verdict::Fails }
        }
    }

    fn import(key: &LoginKey) -> Option<ParsedPublicKey> {
        match key.numbers() {
            KeyNumbers::Rsa { n, e } => {
                let der = RsaPublicKeyComponents { n, e }.as_der().ok()?;
                ParsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, der.as_ref()).ok()
            }
            KeyNumbers::P256 { x, y } => {
                ParsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point(x, y)).ok()
            }
        }
    }
}

#[cfg(feature = "portable")]
mod portable {
    use super::{Imported, point};
    use crate::identity::{KeyNumbers, LoginKey, Question, Signatures, Verdict};
    use p256::ecdsa::signature::Verifier as _;
    use rsa::{BoxedUint, RsaPublicKey, pkcs1v15};
    use std::fmt;

    /// Signatures in pure Rust, slowly. For one [`Logins`](crate::identity::Logins) only: it knows keys by their
    /// numbers.
    pub struct PortableSignatures(Imported<Key>);

    enum Key {
        Rsa(Box<pkcs1v15::VerifyingKey<sha2::Sha256>>),
        P256(Box<p256::ecdsa::VerifyingKey>),
    }

    impl PortableSignatures {
        /// No keys are imported yet.
        #[must_use]
        pub fn new() -> Self {
            Self(Imported(Vec::new()))
        }
    }

    impl Default for PortableSignatures {
        fn default() -> Self {
            Self::new()
        }
    }

    impl fmt::Debug for PortableSignatures {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("PortableSignatures")
        }
    }

    impl Signatures for PortableSignatures {
        fn check(&mut self, question: &Question<'_>) -> Verdict {
            let Question { message, signature, .. } = *question;
            let holds = match self.0.key(question.key_number, || import(question.key)) {
                Some(Key::Rsa(key)) => pkcs1v15::Signature::try_from(signature)
                    .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
                Some(Key::P256(key)) => p256::ecdsa::Signature::from_slice(signature)
                    .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
                None => false,
            };
            if holds { Verdict::Holds } else { Verdict::Fails }
        }
    }

    fn import(key: &LoginKey) -> Option<Key> {
        match key.numbers() {
            KeyNumbers::Rsa { n, e } => {
                let n = BoxedUint::from_be_slice_vartime(n);
                let key = RsaPublicKey::new(n, BoxedUint::from_be_slice_vartime(e)).ok()?;
                Some(Key::Rsa(Box::new(pkcs1v15::VerifyingKey::new(key))))
            }
            KeyNumbers::P256 { x, y } => {
                let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point(x, y)).ok()?;
                Some(Key::P256(Box::new(key)))
            }
        }
    }
}
