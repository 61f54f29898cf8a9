//! The envelope: `COSE_Mac0` (RFC 9052) in base64url, taken apart and put together.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::cbor::{Key, Malformed, Reader, Writer, major};
use super::refusal::Refusal;

/// The most bytes a token may have once decoded: what CloudFront Functions accept.
pub const LARGEST_TOKEN: usize = 1024;

/// The most characters that can hold so many bytes.
const LONGEST_TEXT: usize = (LARGEST_TOKEN * 4).div_ceil(3);

/// HMAC with SHA-256, the whole tag (RFC 9053, section 3.1).
const HS256: i64 = 5;

/// The protected header that is emitted: `{1: 5}`.
pub(crate) const PROTECTED: &[u8] = &[0xa1, 0x01, 0x05];

const CWT_TAG: u64 = 61;
const MAC0_TAG: u64 = 17;
const MAC_LENGTH: usize = 32;

/// More parameters than any header has. A header is read before the MAC is checked: it must stay cheap.
const MOST_PARAMETERS: u64 = 8;

mod parameter {
    pub(super) const ALGORITHM: i64 = 1;
    pub(super) const CRITICAL: i64 = 2;
    pub(super) const KEY_ID: i64 = 4;
}

/// Room for one decoded token, on the caller's stack or kept between requests.
///
/// What [`verify`](super::Verifier::verify) returns borrows from it; that is why verification allocates nothing.
#[derive(Clone)]
pub struct Scratch {
    // The decoder rounds its estimate up to whole groups of four characters.
    bytes: [u8; LARGEST_TOKEN + 8],
}

impl Scratch {
    /// Empty room.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: [0; LARGEST_TOKEN + 8] }
    }

    /// The token's bytes, decoded from base64url without padding.
    #[inline]
    pub(crate) fn decode<'b>(&'b mut self, token: &[u8]) -> Result<&'b [u8], Refusal> {
        let too_large = Refusal::TooLarge { limit: LARGEST_TOKEN };
        if token.len() > LONGEST_TEXT {
            return Err(too_large);
        }
        let length = URL_SAFE_NO_PAD
            .decode_slice(token, &mut self.bytes)
            .map_err(|_| Refusal::from(Malformed::Base64))?;
        if length > LARGEST_TOKEN {
            return Err(too_large);
        }
        self.bytes.get(..length).ok_or(too_large)
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Scratch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // It may hold a token that is still good.
        formatter.write_str("Scratch(..)")
    }
}

/// A token taken apart. Nothing in it has been verified.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Message<'b> {
    pub(crate) protected: &'b [u8],
    pub(crate) kid: Option<&'b [u8]>,
    pub(crate) payload: &'b [u8],
    pub(crate) tag: &'b [u8; MAC_LENGTH],
}

impl<'b> Message<'b> {
    /// Takes a token apart and holds its header against what is pinned here.
    #[inline]
    pub(crate) fn read(bytes: &'b [u8]) -> Result<Self, Refusal> {
        let Parts { protected, unprotected, payload, tag } = Parts::of(bytes)?;
        let header = ProtectedHeader::read(protected)?;
        if header.algorithm != Some(HS256) {
            return Err(Refusal::Algorithm { actual: header.algorithm });
        }
        let tag = tag.first_chunk().filter(|_| tag.len() == MAC_LENGTH).ok_or(Malformed::MacLength)?;
        let kid = match (header.kid, unprotected_kid(unprotected)?) {
            (Some(inside), Some(outside)) if inside != outside => return Err(Malformed::Header.into()),
            (inside, outside) => inside.or(outside),
        };
        Ok(Self { protected, kid, payload, tag })
    }
}

/// The four parts of a `COSE_Mac0`, not looked into.
pub(crate) struct Parts<'b> {
    pub(crate) protected: &'b [u8],
    pub(crate) unprotected: Reader<'b>,
    pub(crate) payload: &'b [u8],
    tag: &'b [u8],
}

impl<'b> Parts<'b> {
    #[inline]
    pub(crate) fn of(bytes: &'b [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let mut tag = reader.tag().map_err(|_| Malformed::NotMac0)?;
        if tag == CWT_TAG {
            tag = reader.tag().map_err(|_| Malformed::NotMac0)?;
        }
        if tag != MAC0_TAG || reader.array()? != 4 {
            return Err(Malformed::NotMac0);
        }
        let protected = reader.bytes()?;
        let unprotected = Reader::new(reader.item()?);
        let (payload, tag) = (reader.bytes()?, reader.bytes()?);
        reader.end()?;
        Ok(Self { protected, unprotected, payload, tag })
    }
}

/// Puts a token together.
pub(crate) fn emit(kid: &[u8], payload: &[u8], tag: &[u8]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.head(major::TAG, CWT_TAG).head(major::TAG, MAC0_TAG).head(major::ARRAY, 4).bytes(PROTECTED);
    writer.head(major::MAP, 1).integer(parameter::KEY_ID).bytes(kid);
    writer.bytes(payload).bytes(tag);
    writer.into_bytes()
}

/// The token as text.
pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[derive(Default)]
struct ProtectedHeader<'b> {
    algorithm: Option<i64>,
    kid: Option<&'b [u8]>,
}

impl<'b> ProtectedHeader<'b> {
    #[inline]
    fn read(bytes: &'b [u8]) -> Result<Self, Refusal> {
        let mut header = Self::default();
        if bytes == PROTECTED {
            header.algorithm = Some(HS256);
            return Ok(header);
        }
        if bytes.is_empty() {
            return Ok(header);
        }
        let mut reader = Reader::new(bytes);
        let entries = reader.map().map_err(|_| Malformed::Header)?;
        if entries > MOST_PARAMETERS {
            return Err(Malformed::TooManyEntries.into());
        }
        let (start, mut critical) = (reader, None);
        for index in 0..entries {
            let key = reader.key()?;
            if start.has_key(index, key)? {
                return Err(Malformed::DuplicateKey.into());
            }
            match key {
                Key::Label(parameter::ALGORITHM) => header.algorithm = Some(reader.integer()?),
                Key::Label(parameter::KEY_ID) => header.kid = Some(reader.bytes()?),
                Key::Label(parameter::CRITICAL) => critical = Some(Reader::new(reader.item()?)),
                _ => drop(reader.item()?),
            }
        }
        reader.end()?;
        if let Some(mut labels) = critical {
            let count = labels.array().map_err(|_| Malformed::Header)?;
            if count == 0 || count > MOST_PARAMETERS {
                return Err(Malformed::Header.into());
            }
            for _ in 0..count {
                let Key::Label(label) = labels.key()? else {
                    return Err(Refusal::Critical { label: parameter::CRITICAL });
                };
                let understood =
                    matches!(label, parameter::ALGORITHM | parameter::CRITICAL | parameter::KEY_ID);
                if !understood || !start.has_key(entries, Key::Label(label))? {
                    return Err(Refusal::Critical { label });
                }
            }
        }
        Ok(header)
    }
}

/// The key id, the only thing that may stand outside the MAC: anything else there could be put in by anybody.
#[inline]
fn unprotected_kid(mut header: Reader<'_>) -> Result<Option<&[u8]>, Malformed> {
    match header.map().map_err(|_| Malformed::Header)? {
        0 => Ok(None),
        1 if header.key()? == Key::Label(parameter::KEY_ID) => header.bytes().map(Some),
        _ => Err(Malformed::Unprotected),
    }
}
