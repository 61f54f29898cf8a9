//! The secret that tokens are made and checked with.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::cbor::{encode_head, major};

/// An HMAC-SHA256 key, prepared: its pads are hashed once, when it is made, and not per token.
///
/// It cannot print, and is zeroised when dropped.
pub struct TokenKey {
    prepared: Hmac<Sha256>,
}

/// Why a key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A short secret can be guessed.
    #[error(
        "key has {bytes} bytes, at least {} are needed; make one with `openssl rand -hex 32`",
        TokenKey::SHORTEST
    )]
    TooShort {
        /// How many bytes it has.
        bytes: usize,
    },
    /// A file of another kind.
    #[error("this is a PEM file and no token key; make one with `openssl rand -hex 32`")]
    Pem,
    /// Hex with a mark that hex files do not have.
    #[error("key begins with `0x`; take the mark away, so that the hex behind it is read as hex")]
    HexMark,
    /// Hex in an encoding of its own.
    #[error("key is hex behind a byte order mark; save it as plain ASCII text")]
    EncodingMark,
    /// Hex text with half a byte at the end.
    #[error("key is hex text with an odd number of digits ({digits}); restore the one that is missing")]
    OddHex {
        /// How many digits it has.
        digits: usize,
    },
}

impl TokenKey {
    /// The fewest bytes a key may have: as many as the hash.
    pub const SHORTEST: usize = 32;

    /// A key from its bytes.
    ///
    /// # Errors
    /// When there are fewer than [`SHORTEST`](Self::SHORTEST) of them.
    pub fn from_bytes(secret: &[u8]) -> Result<Self, KeyError> {
        let too_short = KeyError::TooShort { bytes: secret.len() };
        if secret.len() < Self::SHORTEST {
            return Err(too_short);
        }
        let prepared = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| too_short)?;
        Ok(Self { prepared })
    }

    /// A key from the contents of a key file: 32 or more random bytes, raw or as hex text. Contents that are
    /// hex digits throughout, with or without blanks and line ends among them, are hex and nothing else.
    ///
    /// # Errors
    /// When the key is too short, its hex text is not what it seems, or the file is of another kind.
    pub fn from_file(contents: &[u8]) -> Result<Self, KeyError> {
        // `xxd -p` breaks lines, some editors and shells mark the encoding: neither may make another key of it.
        let marked = contents.strip_prefix(b"\xef\xbb\xbf").or_else(|| contents.strip_prefix(b"\xff\xfe"));
        if marked.is_some_and(|text| {
            text.iter().all(|byte| matches!(byte, 0 | b'\r' | b'\n') || byte.is_ascii_hexdigit())
        }) {
            return Err(KeyError::EncodingMark);
        }
        let joined: Zeroizing<Vec<u8>> =
            Zeroizing::new(contents.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect());
        let line = joined.as_slice();
        if contents.windows(11).any(|window| window == b"-----BEGIN ") {
            return Err(KeyError::Pem);
        }
        if let Some(rest) = line.strip_prefix(b"0x").or_else(|| line.strip_prefix(b"0X"))
            && rest.iter().all(u8::is_ascii_hexdigit)
        {
            return Err(KeyError::HexMark);
        }
        if line.is_empty() || !line.iter().all(u8::is_ascii_hexdigit) {
            return Self::from_bytes(contents);
        }
        let (pairs, odd) = line.as_chunks::<2>();
        if !odd.is_empty() {
            return Err(KeyError::OddHex { digits: line.len() });
        }
        let secret: Zeroizing<Vec<u8>> =
            Zeroizing::new(pairs.iter().map(|[high, low]| nibble(*high) << 4 | nibble(*low)).collect());
        Self::from_bytes(&secret)
    }

    /// Whether both hold the same secret, in constant time.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        self.prepared.clone().verify(&other.prepared.clone().finalize().into_bytes()).is_ok()
    }

    /// The MAC of a `COSE_Mac0` structure (RFC 9052, section 6.3) with this protected header and payload.
    #[inline]
    pub(crate) fn mac(&self, protected: &[u8], payload: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.prepared.clone();
        // Everything before the payload is short: gathered first, it costs one update instead of five.
        let mut start = Gathered::default();
        let fits = start.push(b"\x84\x64MAC0")
            && start.push_head(protected.len())
            && start.push(protected)
            && start.push(b"\x40")
            && start.push_head(payload.len());
        if fits {
            mac.update(start.as_slice());
        } else {
            mac.update(b"\x84\x64MAC0");
            let (head, length) = encode_head(major::BYTES, protected.len() as u64);
            mac.update(head.get(..length).unwrap_or_default());
            mac.update(protected);
            mac.update(b"\x40");
            let (head, length) = encode_head(major::BYTES, payload.len() as u64);
            mac.update(head.get(..length).unwrap_or_default());
        }
        mac.update(payload);
        mac
    }
}

impl ZeroizeOnDrop for TokenKey {}

// An HMAC is two states of its hash, and they do it while the `zeroize` feature of `sha2` is on.
const _: fn() = || {
    fn zeroised_on_drop<T: ZeroizeOnDrop>() {}
    zeroised_on_drop::<Sha256>();
};

impl fmt::Debug for TokenKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenKey(..)")
    }
}

#[derive(Default)]
struct Gathered {
    bytes: [u8; 32],
    length: usize,
}

impl Gathered {
    #[inline]
    fn push(&mut self, bytes: &[u8]) -> bool {
        let end = self.length + bytes.len();
        match self.bytes.get_mut(self.length..end) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.length = end;
                true
            }
            None => false,
        }
    }

    #[inline]
    fn push_head(&mut self, length: usize) -> bool {
        let (head, taken) = encode_head(major::BYTES, length as u64);
        head.get(..taken).is_some_and(|head| self.push(head))
    }

    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: [u8; 32] = *b"a key for tests, worth nothing!!";

    fn tag(key: &TokenKey) -> Vec<u8> {
        key.mac(b"\xa1\x01\x05", b"payload").finalize().into_bytes().to_vec()
    }

    #[test]
    fn files_of_another_kind_are_no_keys() {
        let pem = include_bytes!("../../../tests/keys/test-only-p256-public.pem");
        assert_eq!(TokenKey::from_file(pem).err(), Some(KeyError::Pem));
        let hex = "6b".repeat(32);
        for marked in [format!("0x{hex}\n"), format!("0X{hex}")] {
            assert_eq!(TokenKey::from_file(marked.as_bytes()).err(), Some(KeyError::HexMark));
        }
        let utf16: Vec<u8> = hex.bytes().flat_map(|byte| [byte, 0]).collect();
        for marked in [[b"\xef\xbb\xbf", hex.as_bytes()].concat(), [b"\xff\xfe", utf16.as_slice()].concat()] {
            assert_eq!(TokenKey::from_file(&marked).err(), Some(KeyError::EncodingMark));
        }
        let plain = tag(&TokenKey::from_file(hex.as_bytes()).unwrap());
        let (first, second) = hex.split_at(60);
        for same in [format!(" {hex}\r\n"), format!("{first}\n{second}\n")] {
            assert_eq!(tag(&TokenKey::from_file(same.as_bytes()).unwrap()), plain);
        }
        // Raw keys keep every byte, blanks at the ends included.
        let raw = [b"\n ".as_slice(), &[0xa7; 30]].concat();
        assert_eq!(tag(&TokenKey::from_file(&raw).unwrap()), tag(&TokenKey::from_bytes(&raw).unwrap()));
    }

    #[test]
    fn the_mac_structure_is_the_standards() {
        let structure = [&b"\x84\x64MAC0\x43\xa1\x01\x05\x40\x47payload"[..]].concat();
        let mut plain = Hmac::<Sha256>::new_from_slice(&SECRET).unwrap();
        plain.update(&structure);
        assert_eq!(tag(&TokenKey::from_bytes(&SECRET).unwrap()), plain.finalize().into_bytes().to_vec());
    }

    #[test]
    fn a_long_protected_header_makes_the_same_structure() {
        let protected = [7; 40];
        let structure = [&b"\x84\x64MAC0\x58\x28"[..], &protected, b"\x40\x41x"].concat();
        let mut plain = Hmac::<Sha256>::new_from_slice(&SECRET).unwrap();
        plain.update(&structure);
        let key = TokenKey::from_bytes(&SECRET).unwrap();
        assert_eq!(key.mac(&protected, b"x").finalize().into_bytes(), plain.finalize().into_bytes());
    }

    #[test]
    fn files_hold_raw_bytes_or_hex() {
        let hex: String = SECRET.map(|byte| format!("{byte:02x}")).concat();
        let expected = tag(&TokenKey::from_bytes(&SECRET).unwrap());
        for contents in [hex.clone(), hex.to_uppercase(), format!("{hex}\n"), format!("{hex}\r\n")] {
            assert_eq!(tag(&TokenKey::from_file(contents.as_bytes()).unwrap()), expected, "{contents:?}");
        }
        assert_eq!(tag(&TokenKey::from_file(&SECRET).unwrap()), expected);
    }

    #[test]
    fn weak_and_damaged_keys_are_refused() {
        let cases: [(&[u8], KeyError); 5] = [
            (b"", KeyError::TooShort { bytes: 0 }),
            (b"\n", KeyError::TooShort { bytes: 1 }),
            (b"short", KeyError::TooShort { bytes: 5 }),
            (&[b'a'; 32], KeyError::TooShort { bytes: 16 }),
            (&[b'a'; 65], KeyError::OddHex { digits: 65 }),
        ];
        for (contents, error) in cases {
            assert_eq!(TokenKey::from_file(contents).unwrap_err(), error, "{contents:?}");
        }
    }

    #[test]
    fn a_key_does_not_print() {
        let key = TokenKey::from_bytes(&SECRET).unwrap();
        assert_eq!(format!("{key:?} {key:#?}"), "TokenKey(..) TokenKey(..)");
    }
}
