//! What a playlist says of a key: the same attributes in `EXT-X-KEY` and in `EXT-X-SESSION-KEY`.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::playready::{self, HeaderError};
use super::{Iv, MediaKey, Scheme, System, quoted, widevine};

/// Where players are sent, per system. What is not set is not signalled.
#[derive(Debug, Clone)]
pub struct Signalling {
    fairplay: UriTemplate,
    identity: Option<UriTemplate>,
    playready_url: Option<String>,
}

impl Signalling {
    /// With the address that stands for a key with `FairPlay`.
    #[must_use]
    pub fn with_fairplay(self, fairplay: UriTemplate) -> Self {
        Self { fairplay, ..self }
    }

    /// With the address at which a key itself is fetched: for AES-128, and for the common system in playlists.
    #[must_use]
    pub fn with_identity(self, identity: UriTemplate) -> Self {
        Self { identity: Some(identity), ..self }
    }

    /// With the licence server that `PlayReady` headers name.
    ///
    /// # Errors
    /// When it is no address on the web.
    pub fn with_playready_url(self, url: &str) -> Result<Self, TemplateError> {
        check(url, WEB)?;
        Ok(Self { playready_url: Some(url.into()), ..self })
    }

    /// The licence server that `PlayReady` headers name, if one was given.
    #[must_use]
    pub fn playready_url(&self) -> Option<&str> {
        self.playready_url.as_deref()
    }
}

impl Default for Signalling {
    /// `skd://` and the key id, and no other address.
    fn default() -> Self {
        Self { fairplay: UriTemplate("skd://{kid}".into()), identity: None, playready_url: None }
    }
}

/// An address with a place for the key id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UriTemplate(String);

/// Why an address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Another scheme than the system's.
    #[error("{} must begin with {expected}", quoted(.template))]
    Scheme {
        /// The template.
        template: String,
        /// What it has to begin with.
        expected: &'static str,
    },
    /// A character that ends an attribute or a line.
    #[error("{} has a blank, a quote or a character that addresses do not have", quoted(.0))]
    Character(String),
    /// A place for something that there is not.
    #[error(
        "{} has a place that is not known; places are {{kid}}, {{kid-hex}}, {{content}}, {{iv}} and {{details}}",
        quoted(.0)
    )]
    Place(String),
    /// No place that tells one key from another.
    #[error("{} has no place for the key id; write {{kid}}, {{kid-hex}} or {{details}} where it belongs", quoted(.0))]
    NoKeyId(String),
}

impl UriTemplate {
    /// An address for `FairPlay`, which begins with `skd://`.
    ///
    /// Places: `{kid}` the key id as a UUID, `{kid-hex}` as hex, `{content}` the content id, escaped, `{iv}` the
    /// initialisation vector as hex, `{details}` the base64 of `{"ContentId":..,"KeyId":..,"IV":..}`, as AWS's guide to
    /// `MediaPackage` has it.
    ///
    /// # Errors
    /// When it has another scheme, no place for the key id, or a character that would break a playlist.
    pub fn fairplay(template: &str) -> Result<Self, TemplateError> {
        Self::read(template, (&["skd://"], "`skd://`"))
    }

    /// An address at which a key is fetched. The places are those of [`fairplay`](Self::fairplay).
    ///
    /// # Errors
    /// When it has another scheme, no place for the key id, or a character that would break a playlist.
    pub fn identity(template: &str) -> Result<Self, TemplateError> {
        Self::read(template, WEB)
    }

    fn read(template: &str, schemes: Schemes) -> Result<Self, TemplateError> {
        check(template, schemes)?;
        let named = |place: &str| template.contains(place);
        let mut rest = template.to_owned();
        for place in PLACES {
            rest = rest.replace(place, "");
        }
        if rest.contains(['{', '}']) {
            return Err(TemplateError::Place(template.into()));
        }
        if !["{kid}", "{kid-hex}", "{details}"].into_iter().any(named) {
            return Err(TemplateError::NoKeyId(template.into()));
        }
        Ok(Self(template.into()))
    }

    /// The address of a key of this content.
    #[must_use]
    pub fn address(&self, key: &MediaKey, iv: &Iv, content_id: &str) -> String {
        let mut address = String::new();
        let mut rest = self.0.as_str();
        // Left to right, so that what is put in is never taken for a place.
        while let Some((before, after)) = rest.split_once('{') {
            let (place, after) = after.split_once('}').unwrap_or((after, ""));
            address.push_str(before);
            match place {
                "kid" => address.push_str(&key.id.to_string()),
                "kid-hex" => address.push_str(&key.id.to_hex()),
                "content" => address.push_str(&escaped(content_id)),
                "iv" => {
                    let _ = write!(address, "{:032x}", u128::from_be_bytes(*iv));
                }
                _ => address.push_str(&details(key, iv, content_id)),
            }
            rest = after;
        }
        address.push_str(rest);
        address
    }
}

/// How an address may begin, and that in words.
type Schemes = (&'static [&'static str], &'static str);

const WEB: Schemes = (&["https://", "http://"], "`https://` or `http://`");

/// Whether an address begins as it has to, and has only characters that can stand in a playlist and in XML.
fn check(address: &str, (schemes, expected): Schemes) -> Result<(), TemplateError> {
    if !schemes.iter().any(|scheme| address.starts_with(scheme)) {
        return Err(TemplateError::Scheme { template: address.into(), expected });
    }
    if address.chars().all(|letter| letter.is_ascii_graphic() && !matches!(letter, '"' | '<' | '>' | '\\')) {
        Ok(())
    } else {
        Err(TemplateError::Character(address.into()))
    }
}

const PLACES: [&str; 5] = ["{kid}", "{kid-hex}", "{content}", "{iv}", "{details}"];

/// Why a system's line cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// There is no address to send players to.
    #[error("no address of keys is configured, and a playlist line of {0} needs one")]
    NoAddress(System),
    /// There is no `PlayReady` header.
    #[error(transparent)]
    Header(#[from] HeaderError),
}

/// A line's attributes, the same in both kinds of playlist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLine(String);

impl KeyLine {
    /// The line of a key under a system.
    ///
    /// # Errors
    /// When an address is not configured.
    pub fn new(
        system: System,
        key: &MediaKey,
        iv: &Iv,
        content_id: &str,
        signalling: &Signalling,
    ) -> Result<Self, LineError> {
        let method = method(system, key.scheme);
        let identity = || {
            let template = signalling.identity.as_ref().ok_or(LineError::NoAddress(system))?;
            Ok::<_, LineError>(template.address(key, iv, content_id))
        };
        // Players take any order; the packagers of AWS want these.
        let attributes = match system {
            System::Widevine => {
                let data = STANDARD.encode(widevine::pssh_box(&[key.id], key.scheme));
                let format = system.uuid();
                format!(
                    "URI=\"data:text/plain;base64,{data}\",KEYFORMAT=\"urn:uuid:{format}\",KEYFORMATVERSIONS=\"1\""
                )
            }
            System::PlayReady => {
                let object = STANDARD.encode(playready::object(&[key], signalling.playready_url())?);
                format!(
                    "KEYFORMAT=\"com.microsoft.playready\",KEYFORMATVERSIONS=\"1\",\
                     URI=\"data:text/plain;charset=UTF-16;base64,{object}\""
                )
            }
            System::FairPlay => {
                let address = signalling.fairplay.address(key, iv, content_id);
                format!(
                    "URI=\"{address}\",KEYFORMAT=\"com.apple.streamingkeydelivery\",KEYFORMATVERSIONS=\"1\""
                )
            }
            System::Common | System::Aes128 => {
                format!("URI=\"{}\",KEYFORMAT=\"identity\",KEYFORMATVERSIONS=\"1\"", identity()?)
            }
        };
        Ok(Self(format!("METHOD={method},{attributes}")))
    }

    /// The line for a media playlist.
    #[must_use]
    pub fn media(&self) -> String {
        format!("#EXT-X-KEY:{}", self.0)
    }

    /// The line for a master playlist.
    #[must_use]
    pub fn master(&self) -> String {
        format!("#EXT-X-SESSION-KEY:{}", self.0)
    }
}

fn method(system: System, scheme: Scheme) -> &'static str {
    match (system, scheme) {
        (System::Aes128, _) => "AES-128",
        (_, Scheme::Cenc | Scheme::Cens) => "SAMPLE-AES-CTR",
        (_, Scheme::Cbc1 | Scheme::Cbcs) => "SAMPLE-AES",
    }
}

/// A content id as a part of an address: all but the characters that mean nothing there become `%xx`.
fn escaped(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    text.bytes()
        .map(|byte| if plain(&byte) { char::from(byte).into() } else { format!("%{byte:02X}") })
        .collect()
}

fn details(key: &MediaKey, iv: &Iv, content_id: &str) -> String {
    let content_id = serde_json::Value::from(content_id);
    STANDARD.encode(format!(
        r#"{{"ContentId":{content_id},"KeyId":"{}","IV":"{}"}}"#,
        key.id,
        STANDARD.encode(iv)
    ))
}
