//! A token taken apart: form and header. Nothing of it is verified.

use super::jwk::Algorithm;
use super::object::{self, Found};
use super::refusal::Refusal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The most bytes that a token may have.
pub const LONGEST_TOKEN: usize = 8192;

/// A signature of the largest key.
const LONGEST_SIGNATURE: usize = 1024;

/// A compact JWS whose form and header are in order.
pub(super) struct Unverified<'j> {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<String>,
    pub(super) message: &'j str,
    pub(super) payload: String,
    pub(super) signature: Vec<u8>,
}

impl<'j> Unverified<'j> {
    /// Header members other than `alg`, `kid` and `crit` are not looked at, least of all the keys that they offer.
    pub(super) fn parse(jwt: &'j str) -> Result<Self, Refusal> {
        if jwt.len() > LONGEST_TOKEN {
            return Err(Refusal::TooLarge { bytes: jwt.len() });
        }
        let (message, signature) = jwt.rsplit_once('.').ok_or(Refusal::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(Refusal::Malformed)?;

        let header = text(header)?;
        let mut found = [const { Found::Absent }; 3];
        object::find(&header, &["alg", "kid", "crit"], &mut found).ok_or(Refusal::Malformed)?;
        let [algorithm, kid, critical] = &found;
        let algorithm = algorithm.text().and_then(Algorithm::named).ok_or(Refusal::Algorithm)?;
        if *critical != Found::Absent {
            return Err(Refusal::Critical);
        }
        let kid = match kid {
            Found::Absent => None,
            Found::Text(kid) => Some(kid.as_ref().to_owned()),
            _ => return Err(Refusal::Malformed),
        };

        let payload = text(payload)?;
        let signature = bytes(signature)?;
        if signature.is_empty() || signature.len() > LONGEST_SIGNATURE {
            return Err(Refusal::Malformed);
        }
        Ok(Self { algorithm, kid, message, payload, signature })
    }
}

fn bytes(part: &str) -> Result<Vec<u8>, Refusal> {
    // This engine takes neither padding, nor bits beyond the last byte, nor white space.
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Malformed)
}

fn text(part: &str) -> Result<String, Refusal> {
    String::from_utf8(bytes(part)?).map_err(|_| Refusal::Malformed)
}
