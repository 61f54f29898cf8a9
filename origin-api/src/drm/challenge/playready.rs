//! `PlayReady`'s SOAP message `AcquireLicense`.

use super::{Asked, Challenge, ChallengeError, LONGEST_MESSAGE, check_length, distinct};
use crate::drm::playready::{HeaderError, NAMESPACE, header_key_ids};
use crate::drm::xml::{Element, Limits, XmlError};

const ENVELOPES: [&str; 2] =
    ["http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"];
const PROTOCOLS: &str = "http://schemas.microsoft.com/DRM/2007/03/protocols";
const MESSAGES: &str = "http://schemas.microsoft.com/DRM/2007/03/protocols/messages";
const LIMITS: Limits = Limits { bytes: LONGEST_MESSAGE, depth: 32, elements: 1000 };

/// What a message asks for.
///
/// # Errors
/// When it is malformed, ambiguous, or another operation than `AcquireLicense`.
pub fn read(message: &[u8]) -> Result<Challenge, ChallengeError> {
    check_length(message)?;
    let envelope = Element::read(message, LIMITS)?;
    let soap =
        ENVELOPES.into_iter().find(|namespace| envelope.is(namespace, "Envelope")).ok_or_else(|| {
            malformed("it is no SOAP envelope; send what stands in the key message's `Challenge`, decoded")
        })?;
    let body = envelope.only(soap, "Body").ok_or_else(|| missing("Body"))?;
    let [operation] = body.children() else {
        return Err(malformed("the SOAP body does not have one operation"));
    };
    if !operation.is(PROTOCOLS, "AcquireLicense") {
        return Err(ChallengeError::OtherOperation {
            operation: operation.local_name().into(),
            expected: "`AcquireLicense`",
        });
    }
    let request = operation
        .only(PROTOCOLS, "challenge")
        .and_then(|outer| outer.only(MESSAGES, "Challenge"))
        .and_then(|inner| inner.only(PROTOCOLS, "LA"))
        .ok_or_else(|| missing("LA"))?;
    let content = request.only(PROTOCOLS, "ContentHeader").ok_or_else(|| missing("ContentHeader"))?;
    let header = content.only(NAMESPACE, "WRMHEADER").ok_or_else(|| missing("WRMHEADER"))?;
    // Two of these anywhere, and the vendor may read the other one.
    for name in ["LA", "ContentHeader", "WRMHEADER"] {
        if envelope.count(name) != 1 {
            return Err(malformed(format!("it has more than one `{name}`")));
        }
    }
    let key_ids = distinct(header_key_ids(header)?)?;
    Ok(Challenge { asked: Asked::Named(key_ids), content_ids: Vec::new(), offline: false })
}

fn missing(name: &str) -> ChallengeError {
    malformed(format!("it does not have one `{name}` in its place"))
}

fn malformed(why: impl Into<String>) -> ChallengeError {
    ChallengeError::Malformed { system: "PlayReady", why: why.into() }
}

impl From<XmlError> for ChallengeError {
    fn from(error: XmlError) -> Self {
        malformed(error.to_string())
    }
}

impl From<HeaderError> for ChallengeError {
    fn from(error: HeaderError) -> Self {
        malformed(error.to_string())
    }
}
