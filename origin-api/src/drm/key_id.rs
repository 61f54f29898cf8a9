//! The name of a content key: 16 bytes, a UUID to people.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::quoted;

/// The id of a content key. It prints as a UUID, in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId([u8; 16]);

/// A text that names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is no key id; write {expected}", quoted(.text))]
pub struct KeyIdError {
    text: String,
    expected: &'static str,
}

const AS_UUID: &str = "it as a UUID, such as `98ee5596-cd3e-a20d-163a-e382420c6eff`";
const AS_HEX: &str = "it as 32 hex digits";
const AS_BASE64URL: &str = "its 16 bytes as base64url without padding, 22 characters";
const AS_BASE64: &str = "its 16 bytes as base64 with padding, 24 characters";
const AS_ANY: &str = "it as a UUID, as 32 hex digits, or as 22 characters of base64url";

impl KeyId {
    /// The key id of these bytes, in the order of the UUID's text.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The key id of exactly 16 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The key id of a Microsoft GUID, whose first three numbers are little-endian.
    #[must_use]
    pub fn from_guid_bytes(bytes: [u8; 16]) -> Self {
        Self(swapped(bytes))
    }

    /// Reads a UUID in either case.
    ///
    /// # Errors
    /// For every other text, braces, `urn:uuid:` and missing hyphens included.
    pub fn from_uuid(text: &str) -> Result<Self, KeyIdError> {
        let fail = || KeyIdError { text: text.into(), expected: AS_UUID };
        let parts: Vec<&str> = text.split('-').collect();
        if !parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) {
            return Err(fail());
        }
        hex_bytes(&parts.concat()).map(Self).ok_or_else(fail)
    }

    /// Reads 32 hex digits in either case.
    ///
    /// # Errors
    /// For every other text.
    pub fn from_hex(text: &str) -> Result<Self, KeyIdError> {
        hex_bytes(text).map(Self).ok_or_else(|| KeyIdError { text: text.into(), expected: AS_HEX })
    }

    /// Reads base64url without padding, as licence requests have it.
    ///
    /// # Errors
    /// For every other text, padded ones and those with stray bits at the end included.
    pub fn from_base64url(text: &str) -> Result<Self, KeyIdError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        bytes
            .and_then(|bytes| Self::from_slice(&bytes))
            .ok_or_else(|| KeyIdError { text: text.into(), expected: AS_BASE64URL })
    }

    /// Reads the base64 of a Microsoft GUID, as `PlayReady` headers have it.
    ///
    /// # Errors
    /// For every other text.
    pub fn from_guid_base64(text: &str) -> Result<Self, KeyIdError> {
        let bytes = STANDARD.decode(text).ok();
        bytes
            .and_then(|bytes| Self::from_slice(&bytes))
            .map(|KeyId(bytes)| Self::from_guid_bytes(bytes))
            .ok_or_else(|| KeyIdError { text: text.into(), expected: AS_BASE64 })
    }

    /// The bytes, in the order of the UUID's text.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The bytes as Microsoft stores a GUID.
    #[must_use]
    pub fn to_guid_bytes(self) -> [u8; 16] {
        swapped(self.0)
    }

    /// 32 hex digits in lower case.
    #[must_use]
    pub fn to_hex(self) -> String {
        self.to_string().replace('-', "")
    }

    /// base64url without padding.
    #[must_use]
    pub fn to_base64url(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The base64 of the bytes as Microsoft stores a GUID.
    #[must_use]
    pub fn to_guid_base64(self) -> String {
        STANDARD.encode(self.to_guid_bytes())
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, byte) in self.0.iter().enumerate() {
            let hyphen = if matches!(place, 4 | 6 | 8 | 10) { "-" } else { "" };
            write!(formatter, "{hyphen}{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeyId({self})")
    }
}

impl FromStr for KeyId {
    type Err = KeyIdError;

    /// Reads a UUID, hex or base64url: their lengths tell them apart.
    fn from_str(text: &str) -> Result<Self, KeyIdError> {
        let read = match text.len() {
            36 => Self::from_uuid(text),
            32 => Self::from_hex(text),
            _ => Self::from_base64url(text),
        };
        read.map_err(|_| KeyIdError { text: text.into(), expected: AS_ANY })
    }
}

impl Serialize for KeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_uuid(&text).map_err(serde::de::Error::custom)
    }
}

/// The 16 bytes of 32 hex digits.
pub(super) fn hex_bytes(text: &str) -> Option<[u8; 16]> {
    let (pairs, odd) = text.as_bytes().as_chunks::<2>();
    if !odd.is_empty() || pairs.len() != 16 {
        return None;
    }
    let mut bytes = [0; 16];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

fn swapped(mut bytes: [u8; 16]) -> [u8; 16] {
    for part in [0..4, 4..6, 6..8] {
        if let Some(number) = bytes.get_mut(part) {
            number.reverse();
        }
    }
    bytes
}
