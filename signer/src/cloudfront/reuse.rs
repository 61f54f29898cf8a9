//! One signature for every viewer who gets the same policy.

use super::{KeyPairId, Policy, Signed, Signer, Unsigned};
use crate::keys::{Hash, SigningFailed};
use std::collections::BTreeMap;
use std::fmt;
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
    cache: SignatureCache,
    made: u64,
    reused: u64,
}

impl SignatureReuse {
    /// Remembers the signatures used last: at most `capacity` (rounded up to an even number), about half a
    /// kilobyte each, and at least half as many.
    #[must_use]
    pub fn new(signer: Signer, capacity: NonZeroUsize) -> Self {
        Self { signer, cache: SignatureCache::new(capacity), made: 0, reused: 0 }
    }

    /// Signs `policy`, or takes the signature that the same bytes got before.
    ///
    /// Several threads share one behind a lock. Where that lock must not be held during an RSA signature, use a
    /// [`SignatureCache`] and sign between its two calls.
    ///
    /// # Errors
    /// [`SigningFailed`] where the key is broken inside. Nothing is remembered then.
    pub fn sign<P: Policy>(&mut self, policy: P) -> Result<Signed<P>, SigningFailed> {
        match self.cache.complete(self.signer.unsigned(policy)) {
            Ok(signed) => {
                self.reused += 1;
                Ok(signed)
            }
            Err(unsigned) => {
                let signature = self.signer.key().sign(unsigned.hash(), unsigned.message())?;
                let signed = unsigned.with(&signature);
                self.made += 1;
                self.cache.remember(&signed);
                Ok(signed)
            }
        }
    }

    /// How many signatures are remembered.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.cache.remembered()
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
}

/// The memory of [`SignatureReuse`] alone, for signatures that are made elsewhere: a KMS answers in milliseconds, and
/// for money.
///
/// ```
/// use signer::cloudfront::{CustomPolicy, Epoch, KeyPairId, Resource, SignatureCache, Unsigned};
/// use signer::keys::{Hash, KeyType};
/// use std::num::NonZeroUsize;
/// # let key = signer::keys::PrivateKey::from_pem(include_bytes!("../../../tests/keys/test-only-p256-pkcs8.pem"))?;
/// # let mut asked = 0;
/// # let mut ask_the_kms = |message: &[u8]| { asked += 1; key.sign(Hash::Sha256, message) };
/// let mut cache = SignatureCache::new(NonZeroUsize::new(10_000).unwrap());
/// for _viewer in 0..3 {
///     let policy = CustomPolicy::new(Resource::pattern("https://cdn.example.com/vod/film/*")?, Epoch::new(1_767_290_400)?);
///     let signed = match cache.complete(Unsigned::new(policy, KeyPairId::new("K2JCJMDEHXQW5F")?, Hash::Sha256)) {
///         Ok(signed) => signed,
///         Err(unsigned) => {
///             let signature = ask_the_kms(unsigned.message())?;
///             let signed = unsigned.signed(KeyType::P256, &signature)?;
///             cache.remember(&signed);
///             signed
///         }
///     };
///     assert_eq!(signed.cookies().pairs().len(), 4);
/// }
/// # assert_eq!(asked, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SignatureCache {
    // Two generations: when the young one is full it becomes the old one, and what nobody asked for since the
    // last change is dropped. That bounds memory without a clock and without a list to keep in order.
    young: BTreeMap<Vec<u8>, Arc<str>>,
    old: BTreeMap<Vec<u8>, Arc<str>>,
    per_generation: usize,
}

impl SignatureCache {
    /// Remembers the signatures used last: at most `capacity` (rounded up to an even number), and at least half as
    /// many.
    #[must_use]
    pub fn new(capacity: NonZeroUsize) -> Self {
        Self { young: BTreeMap::new(), old: BTreeMap::new(), per_generation: capacity.get().div_ceil(2) }
    }

    /// The policy with the signature that the same bytes got before, from the same key and with the same hash.
    ///
    /// # Errors
    /// Gives the policy back where no such signature is remembered: have it signed, and [`remember`](Self::remember).
    pub fn complete<P: Policy>(&mut self, unsigned: Unsigned<P>) -> Result<Signed<P>, Unsigned<P>> {
        let asked = name(&unsigned.key_pair_id, unsigned.hash, unsigned.message());
        if let Some(signature) = self.young.get(&asked) {
            let signature = Arc::clone(signature);
            return Ok(unsigned.with_encoded(signature));
        }
        match self.old.remove(&asked) {
            Some(signature) => {
                self.keep(asked, Arc::clone(&signature));
                Ok(unsigned.with_encoded(signature))
            }
            None => Err(unsigned),
        }
    }

    /// Remembers a signature for the policies to come.
    pub fn remember<P: Policy>(&mut self, signed: &Signed<P>) {
        let made_for = name(&signed.key_pair_id, signed.hash, signed.message.as_bytes());
        self.keep(made_for, Arc::clone(&signed.signature));
    }

    /// How many signatures are remembered.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.young.len() + self.old.len()
    }

    fn keep(&mut self, made_for: Vec<u8>, signature: Arc<str>) {
        if self.young.len() >= self.per_generation && !self.young.contains_key(&made_for) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(made_for, signature);
    }
}

/// What a signature was made for: a key's id holds no zero byte, so that no two are alike.
fn name(key_pair_id: &KeyPairId, hash: Hash, message: &[u8]) -> Vec<u8> {
    let hash = match hash {
        Hash::Sha1 => 1,
        Hash::Sha256 => 2,
    };
    [&[hash], key_pair_id.as_str().as_bytes(), &[0], message].concat()
}

impl fmt::Debug for SignatureCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SignatureCache({} remembered, [proof])", self.remembered())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Address, CannedPolicy, Epoch};
    use super::*;
    use crate::keys::PrivateKey;

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
    fn what_opens_a_door_does_not_print() {
        let mut reuse = reuse(4);
        let signed = reuse.sign(policy(1)).unwrap();
        let printed = format!("{reuse:?} {signed:?} {:?} {reuse:#?}", signed.cookies());
        assert!(printed.contains("[proof]"));
        assert!(!printed.contains(signed.signature()), "{printed}");
        assert!(!printed.contains("Statement"), "{printed}");
    }

    #[test]
    fn another_key_or_hash_gets_a_signature_of_its_own() {
        let mut cache = SignatureCache::new(NonZeroUsize::new(4).unwrap());
        let unsigned = |id: &str, hash| Unsigned::new(policy(1), KeyPairId::new(id).unwrap(), hash);
        let signed = unsigned("K1", Hash::Sha256).with(&[1]);
        cache.remember(&signed);
        assert_eq!(cache.complete(unsigned("K1", Hash::Sha256)).unwrap(), signed);
        assert!(cache.complete(unsigned("K2", Hash::Sha256)).is_err());
        assert!(cache.complete(unsigned("K1", Hash::Sha1)).is_err());
        cache.remember(&unsigned("K2", Hash::Sha256).with(&[2]));
        assert_eq!(cache.complete(unsigned("K2", Hash::Sha256)).unwrap().signature(), "Ag__");
        assert_eq!(cache.remembered(), 2);
        assert_eq!(cache.complete(unsigned("K1", Hash::Sha256)).unwrap(), signed, "both in turn");
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
