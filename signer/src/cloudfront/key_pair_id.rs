//! The name under which CloudFront knows a public key.

use std::fmt;

/// The id of a public key in CloudFront, such as `K2JCJMDEHXQW5F`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyPairId(String);

/// The text is no key pair id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a key pair id: it is the id that CloudFront shows beside the public key, up to 128 letters, digits, `-` and `_`"
)]
pub struct InvalidKeyPairId {
    /// What was given.
    pub text: String,
}

impl KeyPairId {
    /// Takes letters, digits, `-` and `_`, at most 128 of them.
    ///
    /// # Errors
    /// [`InvalidKeyPairId`] for anything else: such an id would break URLs and cookies apart.
    pub fn new(id: &str) -> Result<Self, InvalidKeyPairId> {
        let fits = (1..=128).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if fits {
            Ok(Self(id.to_owned()))
        } else {
            Err(InvalidKeyPairId { text: id.chars().take(140).collect() })
        }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyPairId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
