//! Widevine's `SignedMessage` and the `LicenseRequest` in it.

use super::{Asked, Challenge, ChallengeError, Purpose, check_length, distinct};
use crate::drm::protobuf::{Field, Malformed, bytes_all, bytes_once, fields, number_once};
use crate::drm::pssh::{self, PsshError};
use crate::drm::widevine::{self, Named, WidevineDataError};
use crate::drm::{KeyId, System};

mod message {
    pub(super) const TYPE: u32 = 1;
    pub(super) const BODY: u32 = 2;
    pub(super) const LICENSE_REQUEST: u64 = 1;
    pub(super) const SERVICE_CERTIFICATE_REQUEST: u64 = 4;
}

mod request {
    pub(super) const CONTENT_ID: u32 = 2;
    pub(super) const TYPE: u32 = 3;
    pub(super) const NEW: u64 = 1;
    pub(super) const RENEWAL: u64 = 2;
    pub(super) const RELEASE: u64 = 3;
}

/// The ways in which a request says what it is for, of which it has one.
mod identification {
    pub(super) const PSSH_DATA: u32 = 1;
    pub(super) const WEBM_KEY_ID: u32 = 2;
    pub(super) const EXISTING_LICENSE: u32 = 3;
    pub(super) const INIT_DATA: u32 = 4;
    pub(super) const ALL: [u32; 4] = [PSSH_DATA, WEBM_KEY_ID, EXISTING_LICENSE, INIT_DATA];
}

const OFFLINE: u64 = 2;

/// What a message asks for.
///
/// # Errors
/// When it is malformed, ambiguous, or names no key.
pub fn read(message: &[u8]) -> Result<Challenge, ChallengeError> {
    check_length(message)?;
    let signed = fields(message)?;
    match number_once(&signed, message::TYPE)? {
        Some(message::SERVICE_CERTIFICATE_REQUEST) => {
            // No body: what would be in it, nobody here has looked at.
            if bytes_once(&signed, message::BODY)?.is_some_and(|body| !body.is_empty()) {
                return Err(malformed("a request for the service certificate has a body"));
            }
            return Ok(without_keys(Purpose::ServiceCertificate));
        }
        Some(message::LICENSE_REQUEST) => {}
        Some(other) => {
            return Err(ChallengeError::OtherOperation {
                operation: format!("a Widevine message of type {other}"),
                expected: "type 1",
            });
        }
        None => return Err(malformed("the message has no type")),
    }
    let body = bytes_once(&signed, message::BODY)?.ok_or_else(|| malformed("the message has no body"))?;
    let body = fields(body)?;
    let kind = number_once(&body, request::TYPE)?;
    let content = bytes_once(&body, request::CONTENT_ID)?
        .ok_or_else(|| malformed("the request does not say for what content it is"))?;
    identified(&fields(content)?, kind)
}

fn identified(content: &[Field<'_>], kind: Option<u64>) -> Result<Challenge, ChallengeError> {
    let mut ways = content.iter().filter(|field| identification::ALL.contains(&field.number));
    let way = match (ways.next(), ways.next()) {
        (Some(way), None) => way.number,
        (Some(_), Some(_)) => return Err(malformed("the request says twice for what content it is")),
        _ => return Err(malformed("the request does not say for what content it is")),
    };
    let inside = fields(bytes_once(content, way)?.unwrap_or_default())?;
    // The same things have other numbers in each.
    let (license_type, named) = match way {
        identification::PSSH_DATA => (number_once(&inside, 2)?, pssh_data(&inside)?),
        identification::WEBM_KEY_ID => (number_once(&inside, 2)?, vec![webm(&inside)?]),
        identification::INIT_DATA => (number_once(&inside, 3)?, init_data(&inside)?),
        _ => {
            return match kind {
                Some(request::RENEWAL) => Ok(without_keys(Purpose::Renewal)),
                Some(request::RELEASE) => Ok(without_keys(Purpose::Release)),
                _ => Err(malformed("a new request names an existing licence")),
            };
        }
    };
    if kind.is_some_and(|kind| kind != request::NEW) {
        return Err(malformed("a renewal or release does not name the licence that it is for"));
    }
    let content_ids: Vec<Vec<u8>> = named.iter().filter_map(|named| named.content_id.clone()).collect();
    let key_ids = distinct(named.into_iter().flat_map(|named| named.key_ids).collect())?;
    if key_ids.is_empty() && content_ids.is_empty() {
        return Err(ChallengeError::NoKeyIds);
    }
    Ok(Challenge { asked: Asked::Named(key_ids), content_ids, offline: license_type == Some(OFFLINE) })
}

/// Contents of boxes, without the boxes.
fn pssh_data(inside: &[Field<'_>]) -> Result<Vec<Named>, ChallengeError> {
    let data = bytes_all(inside, 1)?;
    data.into_iter().map(|data| widevine::read(data).map_err(ChallengeError::from)).collect()
}

/// `WebM` has key ids of any length; a key of ours has 16 bytes.
fn webm(inside: &[Field<'_>]) -> Result<Named, ChallengeError> {
    let header = bytes_once(inside, 1)?.unwrap_or_default();
    let key_id = KeyId::from_slice(header)
        .ok_or_else(|| malformed(format!("a key id of {} bytes; key ids have 16", header.len())))?;
    Ok(Named { key_ids: vec![key_id], content_id: None })
}

/// Whole boxes. Those of other systems say nothing to the vendor, but key ids in them are taken as asked for all the same.
fn init_data(inside: &[Field<'_>]) -> Result<Vec<Named>, ChallengeError> {
    const COMMON_ENCRYPTION: u64 = 1;
    if number_once(inside, 1)?.is_some_and(|kind| kind != COMMON_ENCRYPTION) {
        return Err(malformed("its initialisation data are not those of Common Encryption"));
    }
    let mut all = Vec::new();
    for found in pssh::read(bytes_once(inside, 2)?.unwrap_or_default())? {
        let mut named = match System::of_id(found.system_id) {
            Some(System::Widevine) => widevine::read(found.data)?,
            _ => Named::default(),
        };
        named.key_ids.extend(found.key_ids);
        all.push(named);
    }
    Ok(all)
}

fn without_keys(purpose: Purpose) -> Challenge {
    Challenge { asked: Asked::NoKeys(purpose), content_ids: Vec::new(), offline: false }
}

fn malformed(why: impl Into<String>) -> ChallengeError {
    ChallengeError::Malformed { system: "Widevine", why: why.into() }
}

impl From<Malformed> for ChallengeError {
    fn from(error: Malformed) -> Self {
        malformed(error.to_string())
    }
}

impl From<PsshError> for ChallengeError {
    fn from(error: PsshError) -> Self {
        malformed(error.to_string())
    }
}

impl From<WidevineDataError> for ChallengeError {
    fn from(error: WidevineDataError) -> Self {
        malformed(error.to_string())
    }
}
