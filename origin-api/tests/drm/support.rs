//! What the tests share.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use origin_api::drm::{ContentKey, KeyId, MediaKey, Scheme};

/// The key id of Apple's example.
pub(crate) const APPLE: &str = "04142434-4454-6474-8494-a4b4c4d4e4f4";

pub(crate) fn key_id(uuid: &str) -> KeyId {
    KeyId::from_uuid(uuid).unwrap()
}

/// A key of these 32 hex digits.
pub(crate) fn media_key(uuid: &str, scheme: Scheme, key: &str) -> MediaKey {
    let bytes = *KeyId::from_hex(key).unwrap().as_bytes();
    MediaKey { id: key_id(uuid), scheme, iv: [7; 16], key: ContentKey::from_bytes(bytes) }
}

pub(crate) fn base64(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let nibble = |digit: u8| u8::try_from(char::from(digit).to_digit(16).unwrap()).unwrap();
    digits.chunks(2).map(|pair| nibble(pair[0]) << 4 | nibble(pair[1])).collect()
}

/// Numbers that look random and are the same every time.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[3]
    }
}
