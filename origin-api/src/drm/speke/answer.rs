//! The answer: the same document, with its places filled and nothing else changed.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::{Zeroize as _, Zeroizing};

use super::super::hls::{KeyLine, LineError, Signalling};
use super::super::playready::{self, HeaderError};
use super::super::xml::Element;
use super::super::{Iv, KeyId, MediaKey, Scheme, System, pssh, widevine};
use super::request::system_of;
use super::{CPIX, PSKC, Request, SpekeError};

/// Why a request that may be answered is not. The answer's body is the text of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// A key that was not handed in.
    #[error("there is no key for KID {0}")]
    NoKey(KeyId),
    /// A key that was made for something else, and must not be used for two.
    #[error("KID {id} was made for `{made}` and is asked for with `{asked}`; use a new KID")]
    OtherScheme {
        /// The key.
        id: KeyId,
        /// What it was made for.
        made: Scheme,
        /// What it is asked for with.
        asked: Scheme,
    },
    /// A playlist line cannot be written.
    #[error(transparent)]
    Line(#[from] LineError),
    /// There is no `PlayReady` header.
    #[error(transparent)]
    Header(#[from] HeaderError),
}

impl AnswerError {
    /// The status of the answer: whether a packager can do something about it.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::OtherScheme { .. } | Self::Line(LineError::NoAddress(_)) => SpekeError::STATUS,
            Self::NoKey(_) | Self::Line(LineError::Header(_)) | Self::Header(_) => 500,
        }
    }
}

impl Request {
    /// The document with these keys. Keys that it does not ask for are left out.
    ///
    /// # Errors
    /// When a key is missing, was made for another scheme, or a system needs an address that is not configured.
    pub fn answer(
        &self,
        keys: &[MediaKey],
        signalling: &Signalling,
    ) -> Result<Zeroizing<String>, AnswerError> {
        let mut filled = Vec::with_capacity(self.keys().len());
        for wanted in self.keys() {
            let key = keys.iter().find(|key| key.id == wanted.id).ok_or(AnswerError::NoKey(wanted.id))?;
            if key.scheme != self.scheme() {
                let (made, asked) = (key.scheme, self.scheme());
                return Err(AnswerError::OtherScheme { id: key.id, made, asked });
            }
            filled.push(Filling { key, asked_iv: wanted.iv });
        }
        let mut document = self.document.clone();
        let prefix = document.declared_prefix(PSKC).map(str::to_owned);
        // What can fail comes first: from then on there are keys in the tree, and they are wiped at the end.
        for list in document.children_mut().iter_mut().filter(|list| list.local_name() == "DRMSystemList") {
            fill_systems(list, &filled, self.content_id(), signalling)?;
        }
        for list in document.children_mut().iter_mut().filter(|list| list.local_name() == "ContentKeyList") {
            // Unless the prefix means something else further in.
            let prefix = prefix.as_deref().filter(|prefix| !list.declares_below(prefix));
            fill_keys(list, &filled, prefix);
        }
        // Room for everything at once: a string that grows leaves copies of keys behind.
        let mut answer = Zeroizing::new(String::with_capacity(document.written_size() + 64));
        answer.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        document.write(&mut answer);
        answer.push('\n');
        forget(&mut document);
        Ok(answer)
    }
}

struct Filling<'k> {
    key: &'k MediaKey,
    asked_iv: Option<Iv>,
}

impl Filling<'_> {
    fn iv(&self) -> Iv {
        self.asked_iv.unwrap_or(self.key.iv)
    }
}

fn fill_keys(list: &mut Element, filled: &[Filling<'_>], pskc_prefix: Option<&str>) {
    for (element, filling) in list.children_mut().iter_mut().zip(filled) {
        if filling.asked_iv.is_none() && filling.key.scheme.is_chained() {
            element.set_attribute("explicitIV", &STANDARD.encode(filling.key.iv));
        }
        let inner = pskc_prefix.unwrap_or("pskc");
        let mut value = Element::new(&format!("{inner}:PlainValue"), PSKC);
        value.set_text(&Zeroizing::new(STANDARD.encode(filling.key.key.bytes())));
        let mut secret = Element::new(&format!("{inner}:Secret"), PSKC);
        if pskc_prefix.is_none() {
            secret.set_attribute("xmlns:pskc", PSKC);
        }
        secret.children_mut().push(value);
        let name = element.prefix().map_or_else(|| "Data".to_owned(), |prefix| format!("{prefix}:Data"));
        let mut data = Element::new(&name, CPIX);
        data.children_mut().push(secret);
        element.set_text("");
        element.children_mut().push(data);
    }
}

fn fill_systems(
    list: &mut Element,
    filled: &[Filling<'_>],
    content_id: &str,
    signalling: &Signalling,
) -> Result<(), AnswerError> {
    for element in list.children_mut() {
        let Some((system, kid)) = system_of(element) else { continue };
        let filling = filled.iter().find(|filling| filling.key.id == kid).ok_or(AnswerError::NoKey(kid))?;
        let data = SystemData::new(system, filling.key, signalling)?;
        let mut line = None;
        if !element.children().is_empty() && element.named(CPIX, "HLSSignalingData").next().is_some() {
            line = Some(KeyLine::new(system, filling.key, &filling.iv(), content_id, signalling)?);
        }
        // What a system does not have stays out: FairPlay's players and packagers know no boxes.
        element.children_mut().retain(|place| system.has_box() || place.local_name() == "HLSSignalingData");
        for place in element.children_mut() {
            let value = match (place.local_name(), &line) {
                ("PSSH", _) => STANDARD.encode(&data.pssh),
                ("ContentProtectionData", _) => STANDARD.encode(data.content_protection()),
                ("SmoothStreamingProtectionHeaderData", _) => STANDARD.encode(&data.object),
                (_, Some(line)) if place.attribute("playlist") == Some("master") => {
                    STANDARD.encode(line.master())
                }
                (_, Some(line)) => STANDARD.encode(line.media()),
                (_, None) => continue,
            };
            place.set_text(&value);
        }
    }
    Ok(())
}

/// What a system has beside playlist lines. Empty for systems without boxes.
struct SystemData {
    pssh: Vec<u8>,
    /// The `PlayReady` object.
    object: Vec<u8>,
}

impl SystemData {
    fn new(system: System, key: &MediaKey, signalling: &Signalling) -> Result<Self, HeaderError> {
        let (mut pssh, mut object) = (Vec::new(), Vec::new());
        match system {
            System::Widevine => pssh = widevine::pssh_box(&[key.id], key.scheme),
            System::Common => pssh = pssh::common(&[key.id]),
            System::PlayReady => {
                object = playready::object(&[key], signalling.playready_url())?;
                pssh = playready::pssh_box(&object);
            }
            System::FairPlay | System::Aes128 => {}
        }
        Ok(Self { pssh, object })
    }

    /// What stands in a DASH manifest's `ContentProtection`. Packagers compare its box with `PSSH`.
    fn content_protection(&self) -> String {
        let pssh = STANDARD.encode(&self.pssh);
        let mut data = format!("<cenc:pssh xmlns:cenc=\"urn:mpeg:cenc:2013\">{pssh}</cenc:pssh>");
        if !self.object.is_empty() {
            let object = STANDARD.encode(&self.object);
            let _ = write!(data, "<mspr:pro xmlns:mspr=\"urn:microsoft:playready\">{object}</mspr:pro>");
        }
        data
    }
}

/// Keys in the tree are wiped before it is dropped.
fn forget(element: &mut Element) {
    if element.is(PSKC, "PlainValue") {
        element.text_mut().zeroize();
    }
    element.children_mut().iter_mut().for_each(forget);
}
