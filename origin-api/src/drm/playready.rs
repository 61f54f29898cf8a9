//! `PlayReady` headers: the XML, the object around it, and the box around that.

use std::fmt::Write as _;

use aws_lc_rs::cipher::{AES_128, EncryptingKey, UnboundCipherKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quick_xml::escape::escape;

use super::xml::Element;
use super::{ContentKey, KeyId, KeyIdError, MediaKey, Scheme, System, pssh, quoted};

/// The namespace of headers.
pub const NAMESPACE: &str = "http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader";

/// The longest object, in bytes.
pub const LONGEST_OBJECT: usize = 15 * 1024;

/// Why there is no header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// A header names a key at least.
    #[error("a PlayReady header names at least one key")]
    NoKeys,
    /// Its keys are of different schemes.
    #[error("the keys of a PlayReady header are all of one scheme")]
    MixedSchemes,
    /// More than an object may hold.
    #[error("the PlayReady object would be longer than {LONGEST_OBJECT} bytes; name fewer keys in it")]
    TooLong,
    /// The cipher refused, which it does of no key of 16 bytes.
    #[error("the checksum of a PlayReady header could not be made")]
    Checksum,
    /// A header of a version that is not known.
    #[error("PlayReady header version {} is not known; versions 4.0 to 4.3 are", quoted(.0))]
    Version(String),
    /// A header whose key ids are not where its version has them.
    #[error("the PlayReady header does not name its key ids where its version has them")]
    Shape,
    /// A key id that is none.
    #[error(transparent)]
    KeyId(#[from] KeyIdError),
}

/// The header of these keys: version 4.0 for one key of AES-CTR, which every client knows, and 4.3 for what it cannot say.
///
/// # Errors
/// When there are no keys, or keys of different schemes.
pub fn header(keys: &[&MediaKey], licence_url: Option<&str>) -> Result<String, HeaderError> {
    let scheme = keys.first().ok_or(HeaderError::NoKeys)?.scheme;
    if keys.iter().any(|key| key.scheme != scheme) {
        return Err(HeaderError::MixedSchemes);
    }
    let mut xml = String::new();
    let url = licence_url.map(|url| format!("<LA_URL>{}</LA_URL>", escape(url))).unwrap_or_default();
    if let ([key], false) = (keys, scheme.is_chained()) {
        let (id, checksum) = (key.id.to_guid_base64(), checksum(key.id, &key.key)?);
        let _ = write!(
            xml,
            "<WRMHEADER xmlns=\"{NAMESPACE}\" version=\"4.0.0.0\"><DATA>\
             <PROTECTINFO><KEYLEN>16</KEYLEN><ALGID>AESCTR</ALGID></PROTECTINFO>\
             <KID>{id}</KID><CHECKSUM>{checksum}</CHECKSUM>{url}</DATA></WRMHEADER>"
        );
        return Ok(xml);
    }
    let _ = write!(xml, "<WRMHEADER xmlns=\"{NAMESPACE}\" version=\"4.3.0.0\"><DATA><PROTECTINFO><KIDS>");
    for key in keys {
        let id = key.id.to_guid_base64();
        // A checksum of CBC keys does not exist. Attributes stand in alphabetical order.
        let _ = match scheme {
            Scheme::Cbc1 | Scheme::Cbcs => write!(xml, "<KID ALGID=\"AESCBC\" VALUE=\"{id}\"></KID>"),
            Scheme::Cenc | Scheme::Cens => {
                let checksum = checksum(key.id, &key.key)?;
                write!(xml, "<KID ALGID=\"AESCTR\" CHECKSUM=\"{checksum}\" VALUE=\"{id}\"></KID>")
            }
        };
    }
    let _ = write!(xml, "</KIDS></PROTECTINFO>{url}</DATA></WRMHEADER>");
    Ok(xml)
}

/// The `PlayReady` object of these keys: one record, with the header in UTF-16.
///
/// # Errors
/// When there is no header for them, or it is too long.
pub fn object(keys: &[&MediaKey], licence_url: Option<&str>) -> Result<Vec<u8>, HeaderError> {
    const HEADER_RECORD: u16 = 1;
    let header: Vec<u8> = header(keys, licence_url)?.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let total = header.len() + 10;
    if total > LONGEST_OBJECT {
        return Err(HeaderError::TooLong);
    }
    let mut object = Vec::with_capacity(total);
    object.extend_from_slice(&u32::try_from(total).map_err(|_| HeaderError::TooLong)?.to_le_bytes());
    object.extend_from_slice(&1_u16.to_le_bytes());
    object.extend_from_slice(&HEADER_RECORD.to_le_bytes());
    object.extend_from_slice(&u16::try_from(header.len()).map_err(|_| HeaderError::TooLong)?.to_le_bytes());
    object.extend_from_slice(&header);
    Ok(object)
}

/// The box around an object: of version 0, since the header names the keys.
#[must_use]
pub fn pssh_box(object: &[u8]) -> Vec<u8> {
    pssh::version_0(System::PlayReady, object)
}

/// What a header has of a key, so that a client can tell a wrong one: the start of the key id, encrypted with the key.
///
/// # Errors
/// When the cipher refuses.
pub fn checksum(id: KeyId, key: &ContentKey) -> Result<String, HeaderError> {
    let mut block = id.to_guid_bytes();
    let cipher = UnboundCipherKey::new(&AES_128, key.bytes()).and_then(EncryptingKey::ecb);
    cipher.and_then(|cipher| cipher.encrypt(&mut block)).map_err(|_| HeaderError::Checksum)?;
    let [start @ .., _, _, _, _, _, _, _, _] = block;
    Ok(STANDARD.encode(start))
}

/// The key ids that a header names, of every version.
///
/// # Errors
/// When the version is not known, or key ids stand anywhere but where it has them.
pub fn header_key_ids(header: &Element) -> Result<Vec<KeyId>, HeaderError> {
    if !header.is(NAMESPACE, "WRMHEADER") {
        return Err(HeaderError::Shape);
    }
    let version = header.attribute("version").unwrap_or_default();
    let data = header.only(NAMESPACE, "DATA").ok_or(HeaderError::Shape)?;
    let protection = || data.only(NAMESPACE, "PROTECTINFO").ok_or(HeaderError::Shape);
    let value = |element: &Element| {
        let value = element.attribute("VALUE").ok_or(HeaderError::Shape)?;
        KeyId::from_guid_base64(value).map_err(HeaderError::from)
    };
    let key_ids = match version {
        "4.0.0.0" => {
            let element = data.only(NAMESPACE, "KID").ok_or(HeaderError::Shape)?;
            vec![KeyId::from_guid_base64(element.text().trim())?]
        }
        "4.1.0.0" => vec![value(protection()?.only(NAMESPACE, "KID").ok_or(HeaderError::Shape)?)?],
        "4.2.0.0" | "4.3.0.0" => {
            let list = protection()?.only(NAMESPACE, "KIDS").ok_or(HeaderError::Shape)?;
            list.named(NAMESPACE, "KID").map(value).collect::<Result<_, _>>()?
        }
        other => return Err(HeaderError::Version(other.into())),
    };
    // A client and its vendor may look for them elsewhere than this does: then there must be none elsewhere.
    if key_ids.is_empty() || header.count("KID") != key_ids.len() {
        return Err(HeaderError::Shape);
    }
    Ok(key_ids)
}
