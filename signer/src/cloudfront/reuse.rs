//! One signature for every viewer who gets the same policy.

use super::{Policy, Signed, Signer};
use crate::keys::SigningFailed;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

/// A signer that remembers its signatures, within bounds.
///
/// An RSA signature costs about 0.2 ms; looking one up costs less than a microsecond. At a premiere thousands
/// of viewers a second ask for the same title, and if their policies are the same bytes, one signature serves
/// them all. Times are what makes policies differ, and so expiries are rounded down to a window first: see
/// [`super::Epoch::rounded_down`].
///
/// # What it costs
/// - A grant ends up to one window earlier than asked for. Never later.
/// - Viewers with the same policy hold the same URL or cookies: logs cannot tell them apart by it, and one of
///   them cannot be shut out without the others. Who needs that puts a session into an access token instead.
/// - A policy that is bound to a viewer's network is shared with nobody, and gains nothing.
///
/// ```
/// use signer::cloudfront::{CustomPolicy, Epoch, KeyPairId, Resource, SignatureReuse, Signer, Window};
/// use signer::keys::{Hash, PrivateKey};
/// use std::num::{NonZeroU32, NonZeroUsize};
/// # let key = PrivateKey::from_pem(include_bytes!("../../../tests/keys/test-only-p256-pkcs8.pem"))?;
/// let signer = Signer::new(KeyPairId::new("K2JCJMDEHXQW5F")?, key, Hash::RECOMMENDED);
/// let mut reuse = SignatureReuse::new(signer, NonZeroUsize::new(10_000).unwrap());
/// let window = Window::seconds(NonZeroU32::new(300).unwrap());
///
/// let mut cookies = Vec::new();
/// for now in [1_767_290_400, 1_767_290_477] {
///     let expires = Epoch::new(now + 4 * 3600)?.rounded_down(window, now)?;
///     let policy = CustomPolicy::new(Resource::pattern("https://cdn.example.com/vod/film/*")?, expires);
///     cookies.push(reuse.sign(policy)?.cookies());
/// }
/// assert_eq!(cookies[0], cookies[1]);
/// assert_eq!((reuse.made(), reuse.reused()), (1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SignatureReuse {
    signer: Signer,
    // Two generations: when the young one is full it becomes the old one, and what nobody asked for since the
    // last change is dropped. That bounds memory without a clock and without a list to keep in order.
    young: BTreeMap<Vec<u8>, Arc<str>>,
    old: BTreeMap<Vec<u8>, Arc<str>>,
    per_generation: usize,
    made: u64,
    reused: u64,
}

impl SignatureReuse {
    /// Remembers the signatures used last: at most `capacity` (rounded up to an even number), about half a
    /// kilobyte each, and at least half as many.
    #[must_use]
    pub fn new(signer: Signer, capacity: NonZeroUsize) -> Self {
        let per_generation = capacity.get().div_ceil(2);
        Self { signer, young: BTreeMap::new(), old: BTreeMap::new(), per_generation, made: 0, reused: 0 }
    }

    /// Signs `policy`, or takes the signature that the same bytes got before.
    ///
    /// # Errors
    /// [`SigningFailed`] where the key is broken inside. Nothing is remembered then.
    pub fn sign<P: Policy>(&mut self, policy: P) -> Result<Signed<P>, SigningFailed> {
        let unsigned = self.signer.unsigned(policy);
        let message = unsigned.message();
        if let Some(signature) = self.young.get(message) {
            self.reused += 1;
            let signature = Arc::clone(signature);
            return Ok(unsigned.with_encoded(signature));
        }
        let signed = if let Some((message, signature)) = self.old.remove_entry(message) {
            self.reused += 1;
            self.remember(message, Arc::clone(&signature));
            unsigned.with_encoded(signature)
        } else {
            let signature = self.signer.key().sign(unsigned.hash(), message)?;
            self.made += 1;
            let message = message.to_vec();
            let signed = unsigned.with(&signature);
            self.remember(message, Arc::clone(&signed.signature));
            signed
        };
        Ok(signed)
    }

    /// How many signatures are remembered.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.young.len() + self.old.len()
    }

    /// How many signatures were computed.
    #[must_use]
    pub fn made(&self) -> u64 {
        self.made
    }

    /// How many times a remembered one served.
    #[must_use]
    pub fn reused(&self) -> u64 {
        self.reused
    }

    fn remember(&mut self, message: Vec<u8>, signature: Arc<str>) {
        if self.young.len() >= self.per_generation {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(message, signature);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Address, CannedPolicy, Epoch, KeyPairId};
    use super::*;
    use crate::keys::{Hash, PrivateKey};

    fn policy(number: u64) -> CannedPolicy {
        CannedPolicy::new(Address::new("https://h/a").unwrap(), Epoch::new(1_000 + number).unwrap())
    }

    fn reuse(capacity: usize) -> SignatureReuse {
        let key =
            PrivateKey::from_pem(include_bytes!("../../../tests/keys/test-only-p256-pkcs8.pem")).unwrap();
        let signer = Signer::new(KeyPairId::new("K1").unwrap(), key, Hash::Sha256);
        SignatureReuse::new(signer, NonZeroUsize::new(capacity).unwrap())
    }

    #[test]
    fn the_same_bytes_get_the_same_signature() {
        let mut reuse = reuse(8);
        let first = reuse.sign(policy(1)).unwrap();
        assert_eq!(reuse.sign(policy(1)).unwrap(), first);
        // P-256 signatures differ each time, so another one shows that it was really made anew.
        assert_ne!(reuse.sign(policy(2)).unwrap().signature(), first.signature());
        assert_eq!((reuse.made(), reuse.reused()), (2, 1));
    }

    #[test]
    fn memory_is_bounded_and_what_is_in_use_stays() {
        for capacity in [1, 2, 3, 10] {
            let mut reuse = reuse(capacity);
            let kept = reuse.sign(policy(0)).unwrap();
            for number in 1..60 {
                reuse.sign(policy(number)).unwrap();
                assert!(reuse.remembered() <= capacity + capacity % 2, "{capacity}");
                if capacity > 3 {
                    assert_eq!(reuse.sign(policy(0)).unwrap(), kept, "asked for again and again");
                }
            }
        }
    }
}
