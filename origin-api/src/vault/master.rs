//! The keys under which content keys are sealed.

use std::fmt;

use zeroize::{ZeroizeOnDrop, Zeroizing};

/// A master key and its name. It cannot print, and is zeroised when dropped.
///
/// Its bytes come from a file ([`from_file`](Self::from_file)), or from a key management service that decrypted them
/// ([`from_bytes`](Self::from_bytes)): where they are from makes no difference to what is sealed under them.
pub struct MasterKey {
    id: String,
    bytes: Zeroizing<[u8; 32]>,
}

/// Why a master key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MasterKeyError {
    /// A name that would be unreadable in a record.
    #[error("{} is no id of a master key; write 1 to 64 of a-z, 0-9, `-`, `_`, `.`, `:` and `/`", shown(.0))]
    Id(String),
    /// A file of another length.
    #[error(
        "the file of master key `{id}` has {bytes} bytes and is not 32 bytes, raw or as 64 hex digits; \
         make one with `openssl rand -hex 32`"
    )]
    Length {
        /// The key's id.
        id: String,
        /// How long the file is.
        bytes: usize,
    },
    /// A file that was never filled.
    #[error("master key `{0}` is one byte over and over; make one with `openssl rand -hex 32`")]
    NotRandom(String),
}

impl MasterKey {
    /// A master key from its bytes.
    ///
    /// # Errors
    /// When its id is none, or the bytes are all the same.
    pub fn from_bytes(id: &str, bytes: [u8; 32]) -> Result<Self, MasterKeyError> {
        let bytes = Zeroizing::new(bytes);
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.:/".contains(&byte);
        if !(1..=64).contains(&id.len()) || !id.bytes().all(is_plain) {
            return Err(MasterKeyError::Id(id.into()));
        }
        if bytes.iter().all(|byte| Some(byte) == bytes.first()) {
            return Err(MasterKeyError::NotRandom(id.into()));
        }
        Ok(Self { id: id.into(), bytes })
    }

    /// A master key from the contents of its file: 32 bytes, raw, or as 64 hex digits with or without line ends.
    ///
    /// # Errors
    /// When the file is of another length, or [`from_bytes`](Self::from_bytes) refuses.
    pub fn from_file(id: &str, contents: &[u8]) -> Result<Self, MasterKeyError> {
        let length = || MasterKeyError::Length { id: id.into(), bytes: contents.len() };
        // Raw bytes that happen to be hex digits are far less likely than hex of half a key.
        if let Ok(raw) = <[u8; 32]>::try_from(contents)
            && !contents.iter().all(u8::is_ascii_hexdigit)
        {
            return Self::from_bytes(id, raw);
        }
        let digits: Zeroizing<Vec<u8>> =
            Zeroizing::new(contents.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect());
        let (pairs, odd) = digits.as_chunks::<2>();
        if pairs.len() != 32 || !odd.is_empty() {
            return Err(length());
        }
        let mut bytes = Zeroizing::new([0; 32]);
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            let (high, low) = nibble(*high).zip(nibble(*low)).ok_or_else(length)?;
            *byte = high << 4 | low;
        }
        Self::from_bytes(id, *bytes)
    }

    /// Its name, which stands in every record that is sealed under it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MasterKey({}, ..)", self.id)
    }
}

impl ZeroizeOnDrop for MasterKey {}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// An id as an error shows it: the start of it, on one line.
fn shown(id: &str) -> String {
    format!("`{}`", id.chars().take(64).flat_map(char::escape_debug).collect::<String>())
}
