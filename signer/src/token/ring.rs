//! Several keys at once, so that they can be replaced while tokens are out.

use std::fmt;

use super::cose::Message;
use super::key::TokenKey;
use super::refusal::{Excerpt, Refusal};
use hmac::Mac;

/// When a key may be used: from `from` on, and before `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    from: u64,
    pub(crate) until: Option<u64>,
}

impl Validity {
    /// At any time.
    pub const ALWAYS: Self = Self { from: 0, until: None };

    /// From `from` on, without an end.
    #[must_use]
    pub fn starting(from: u64) -> Self {
        Self { from, until: None }
    }

    /// From `from` on and before `until`.
    #[must_use]
    pub fn between(from: u64, until: u64) -> Self {
        Self { from, until: Some(until) }
    }

    /// Whether `now` lies in it.
    #[must_use]
    pub fn includes(&self, now: u64) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }
}

/// Keys by key id. Mints with the newest that is valid, verifies with any that is.
///
/// To rotate: add the new key everywhere, valid from a moment later; end the old one's validity when the last
/// token minted with it has expired.
#[derive(Default)]
pub struct KeyRing {
    keys: Vec<RingKey>,
}

/// Why a key cannot join the ring.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RingError {
    /// Key ids go into every token: they are short and not empty.
    #[error("key id has {bytes} bytes, 1 to {} are allowed; choose another", KeyRing::LONGEST_KID)]
    KidLength {
        /// How many bytes it has.
        bytes: usize,
    },
    /// Two keys with one id could not be told apart.
    #[error("key id `{kid}` is already in the ring; give the new key an id of its own")]
    DuplicateKid {
        /// The key id.
        kid: Excerpt,
    },
    /// One secret under two ids: whoever holds a token could choose under which it is judged.
    #[error("key `{kid}` is the same secret as `{other}`; make one of its own with `openssl rand -hex 32`")]
    DuplicateSecret {
        /// The new key's id.
        kid: Excerpt,
        /// The id that it has in the ring.
        other: Excerpt,
    },
    /// A validity in which no moment lies.
    #[error("key `{kid}` is valid until {until}, which is not after {from}; check the two times")]
    EmptyValidity {
        /// The key id.
        kid: Excerpt,
        /// When it begins.
        from: u64,
        /// When it ends.
        until: u64,
    },
}

pub(crate) struct RingKey {
    pub(crate) kid: Box<[u8]>,
    pub(crate) key: TokenKey,
    pub(crate) validity: Validity,
}

impl KeyRing {
    /// The most bytes a key id may have.
    pub const LONGEST_KID: usize = 64;

    /// A ring without keys.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A ring of one key that is always valid.
    ///
    /// # Errors
    /// When the key id is empty or too long.
    pub fn single(kid: impl AsRef<[u8]>, key: TokenKey) -> Result<Self, RingError> {
        let mut ring = Self::new();
        ring.add(kid, key, Validity::ALWAYS)?;
        Ok(ring)
    }

    /// Adds a key.
    ///
    /// # Errors
    /// When the key id is empty, too long or taken, the secret is in the ring already, or the validity ends before it begins.
    pub fn add(&mut self, kid: impl AsRef<[u8]>, key: TokenKey, validity: Validity) -> Result<(), RingError> {
        let kid = kid.as_ref();
        if kid.is_empty() || kid.len() > Self::LONGEST_KID {
            return Err(RingError::KidLength { bytes: kid.len() });
        }
        if self.find(kid).is_some() {
            return Err(RingError::DuplicateKid { kid: Excerpt::of(kid) });
        }
        if let Some(same) = self.keys.iter().find(|known| known.key.is_same_as(&key)) {
            return Err(RingError::DuplicateSecret { kid: Excerpt::of(kid), other: Excerpt::of(&same.kid) });
        }
        if let Validity { from, until: Some(until) } = validity
            && until <= from
        {
            return Err(RingError::EmptyValidity { kid: Excerpt::of(kid), from, until });
        }
        self.keys.push(RingKey { kid: kid.into(), key, validity });
        Ok(())
    }

    /// Takes a key out; whether it was there.
    pub fn remove(&mut self, kid: impl AsRef<[u8]>) -> bool {
        let before = self.keys.len();
        self.keys.retain(|key| *key.kid != *kid.as_ref());
        self.keys.len() < before
    }

    /// The newest key that is valid from `now` until `end`: the one whose validity began last, then the one added
    /// last.
    pub(crate) fn newest(&self, now: u64, end: u64, withdrawn: impl Fn(&[u8]) -> bool) -> Option<&RingKey> {
        let lasts = |key: &&RingKey| {
            key.validity.includes(now)
                && key.validity.until.is_none_or(|until| end <= until)
                && !withdrawn(&key.kid)
        };
        self.keys.iter().filter(lasts).max_by_key(|key| key.validity.from)
    }

    /// Checks the MAC, in constant time, and returns the key that it was made with. That key's own id is what
    /// counts: the one in the token stands outside the MAC, where anybody can take it out.
    #[inline(never)]
    pub(crate) fn authenticate(&self, message: &Message<'_>, now: u64) -> Result<&RingKey, Refusal> {
        let fits = |ring_key: &RingKey| {
            ring_key.key.mac(message.protected, message.payload).verify(message.tag.into()).is_ok()
        };
        let expired = || Refusal::KeyExpired { kid: Excerpt::of(message.kid.unwrap_or_default()), now };
        if let Some(kid) = message.kid {
            let key = self.find(kid).ok_or_else(|| Refusal::UnknownKey { kid: Excerpt::of(kid) })?;
            if !key.validity.includes(now) {
                return Err(expired());
            }
            return if fits(key) { Ok(key) } else { Err(Refusal::BadMac) };
        }
        let mut valid = self.keys.iter().filter(|key| key.validity.includes(now)).peekable();
        if valid.peek().is_none() {
            return Err(expired());
        }
        valid.find(|key| fits(key)).ok_or(Refusal::BadMac)
    }

    #[inline]
    fn find(&self, kid: &[u8]) -> Option<&RingKey> {
        self.keys.iter().find(|key| *key.kid == *kid)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(&self.keys).finish()
    }
}

impl fmt::Debug for RingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RingKey")
            .field("kid", &Excerpt::of(&self.kid))
            .field("validity", &self.validity)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> TokenKey {
        TokenKey::from_bytes(&[byte; 32]).unwrap()
    }

    #[test]
    fn one_secret_under_two_ids_is_refused() {
        let key = || TokenKey::from_bytes(&[7; 32]).unwrap();
        let mut ring = KeyRing::single("old", key()).unwrap();
        let expected = RingError::DuplicateSecret { kid: Excerpt::of("new"), other: Excerpt::of("old") };
        assert_eq!(ring.add("new", key(), Validity::ALWAYS), Err(expected));
        assert!(ring.add("new", TokenKey::from_bytes(&[8; 32]).unwrap(), Validity::ALWAYS).is_ok());
    }

    #[test]
    fn mints_with_the_newest_that_is_valid() {
        let mut ring = KeyRing::new();
        ring.add("old", key(1), Validity::between(0, 200)).unwrap();
        ring.add("new", key(2), Validity::starting(100)).unwrap();
        ring.add("next", key(3), Validity::starting(300)).unwrap();
        let newest =
            |now| ring.newest(now, now, |_| false).map(|key| String::from_utf8_lossy(&key.kid).into_owned());
        assert_eq!(newest(99).as_deref(), Some("old"));
        assert_eq!(newest(100).as_deref(), Some("new"));
        assert_eq!(newest(299).as_deref(), Some("new"));
        assert_eq!(newest(300).as_deref(), Some("next"));
    }

    #[test]
    fn what_cannot_join() {
        let mut ring = KeyRing::single("k", key(1)).unwrap();
        let kid = Excerpt::of("k2");
        assert_eq!(ring.add("", key(2), Validity::ALWAYS), Err(RingError::KidLength { bytes: 0 }));
        assert_eq!(
            ring.add("k".repeat(65), key(2), Validity::ALWAYS),
            Err(RingError::KidLength { bytes: 65 })
        );
        assert_eq!(
            ring.add("k", key(2), Validity::ALWAYS),
            Err(RingError::DuplicateKid { kid: Excerpt::of("k") })
        );
        assert_eq!(
            ring.add("k2", key(2), Validity::between(5, 5)),
            Err(RingError::EmptyValidity { kid, from: 5, until: 5 })
        );
        assert!(ring.remove("k") && !ring.remove("k") && ring.newest(0, 0, |_| false).is_none());
    }

    #[test]
    fn a_ring_prints_ids_and_no_secret() {
        let ring = KeyRing::single("k1", key(0xa5)).unwrap();
        let shown = format!("{ring:?} {ring:#?}");
        assert!(shown.contains("k1"), "{shown}");
        assert!(!shown.contains("165") && !shown.to_lowercase().contains("a5"), "{shown}");
    }
}
