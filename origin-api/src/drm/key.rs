//! A content key: the 16 bytes that everything else is about, and that nobody may see.

use std::fmt;

use aws_lc_rs::rand::SecureRandom;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::{KeyId, Scheme};

/// What a block cipher starts from: 16 bytes, no secret.
pub type Iv = [u8; 16];

/// An AES-128 key. It cannot print, and is zeroised when dropped.
pub struct ContentKey(Zeroizing<[u8; 16]>);

/// The source of randomness gave none, and no key may be made from anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no random bytes; try again")]
pub struct NoRandomness;

/// A content key and what belongs to it for as long as it lives.
#[derive(Debug)]
pub struct MediaKey {
    /// Its name.
    pub id: KeyId,
    /// How it is used. A key serves one scheme only.
    pub scheme: Scheme,
    /// Where its schemes of CBC start, unless the packager says otherwise.
    pub iv: Iv,
    /// Itself.
    pub key: ContentKey,
}

impl ContentKey {
    /// The key of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A new key.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn generate(random: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        let mut bytes = Zeroizing::new([0; 16]);
        random.fill(bytes.as_mut_slice()).map_err(|_| NoRandomness)?;
        Ok(Self(bytes))
    }

    /// Its bytes: for what encrypts, and for those who may have it.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl MediaKey {
    /// A new key of this name, with an initialisation vector of its own.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn generate(id: KeyId, scheme: Scheme, random: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        let key = ContentKey::generate(random)?;
        let mut iv = [0; 16];
        random.fill(&mut iv).map_err(|_| NoRandomness)?;
        Ok(Self { id, scheme, iv, key })
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ContentKey(..)")
    }
}

impl ZeroizeOnDrop for ContentKey {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_does_not_print() {
        let id = KeyId::from_bytes([1; 16]);
        let media =
            MediaKey { id, scheme: Scheme::Cbcs, iv: [2; 16], key: ContentKey::from_bytes([0xab; 16]) };
        for shown in [format!("{:?}", media.key), format!("{:#?}", media.key), format!("{media:?}")] {
            assert!(shown.contains("ContentKey(..)"), "{shown}");
            assert!(!shown.contains("ab") && !shown.contains("171"), "{shown}");
        }
    }

    #[test]
    fn no_two_new_keys_are_alike() {
        let random = aws_lc_rs::rand::SystemRandom::new();
        let id = KeyId::from_bytes([1; 16]);
        let one = MediaKey::generate(id, Scheme::Cenc, &random).unwrap();
        let two = MediaKey::generate(id, Scheme::Cenc, &random).unwrap();
        assert_ne!(one.key.bytes(), two.key.bytes());
        assert_ne!(one.iv, two.iv);
        assert_ne!(one.key.bytes(), &one.iv);
    }
}
