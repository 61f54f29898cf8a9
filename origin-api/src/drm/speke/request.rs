//! The request: checked from the root down.

use std::collections::HashSet;

use aws_lc_rs::rand::SecureRandom;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::super::key::NoRandomness;
use super::super::xml::{Element, Limits};
use super::super::{Iv, KeyId, MediaKey, Scheme, System};
use super::{
    CPIX, CPIX_VERSION, LONGEST_CONTENT_ID, LONGEST_REQUEST, MOST_KEYS, Requirements, SpekeError, VERSION,
    contract,
};

/// Room for every system of every key, and for a rule with filters for each.
const LIMITS: Limits = Limits { bytes: LONGEST_REQUEST, depth: 12, elements: 64 * MOST_KEYS };

/// The examples of the specification have vectors whose last character carries stray bits.
const LENIENT_BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// A packager's request that may be answered.
#[derive(Debug, Clone)]
pub struct Request {
    pub(super) document: Element,
    content_id: String,
    scheme: Scheme,
    keys: Vec<WantedKey>,
}

/// A key that a packager asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WantedKey {
    /// Its name, which the packager chose.
    pub id: KeyId,
    /// The initialisation vector, if the packager chose one.
    pub iv: Option<Iv>,
}

impl WantedKey {
    /// A new key of this name, with the packager's vector if it chose one: to be kept unless there is one already.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn generate(&self, scheme: Scheme, random: &dyn SecureRandom) -> Result<MediaKey, NoRandomness> {
        let key = MediaKey::generate(self.id, scheme, random)?;
        Ok(MediaKey { iv: self.iv.unwrap_or(key.iv), ..key })
    }
}

impl Request {
    /// Reads a request: the value of the header `X-Speke-Version`, and the document.
    ///
    /// # Errors
    /// When it is not a whole request of this version, or one that cannot be fulfilled.
    pub fn read(
        speke_version: Option<&str>,
        document: &[u8],
        requirements: Requirements,
    ) -> Result<Self, SpekeError> {
        if speke_version != Some(VERSION) {
            return Err(SpekeError::UnsupportedSpekeVersion);
        }
        let document = Element::read(document, LIMITS)?;
        let content_id = root(&document)?;
        let (scheme, keys) = content_keys(list(&document, "ContentKeyList")?)?;
        let ids: HashSet<KeyId> = keys.iter().map(|key| key.id).collect();
        systems(list(&document, "DRMSystemList")?, &ids, scheme)?;
        contract::check(&document, &ids, requirements)?;
        Ok(Self { document, content_id, scheme, keys })
    }

    /// What the keys are for, in the packager's words.
    #[must_use]
    pub fn content_id(&self) -> &str {
        &self.content_id
    }

    /// How the keys will be used, all of them.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The keys, in the order in which they are asked for, none twice.
    #[must_use]
    pub fn keys(&self) -> &[WantedKey] {
        &self.keys
    }
}

/// The system of a `DRMSystem`, and its key. Of documents that were checked.
pub(super) fn system_of(element: &Element) -> Option<(System, KeyId)> {
    let id = KeyId::from_uuid(element.attribute("systemId")?).ok()?;
    Some((System::of_id(*id.as_bytes())?, KeyId::from_uuid(element.attribute("kid")?).ok()?))
}

fn root(document: &Element) -> Result<String, SpekeError> {
    const LISTS: [&str; 4] =
        ["ContentKeyList", "DRMSystemList", "ContentKeyPeriodList", "ContentKeyUsageRuleList"];
    if !document.is(CPIX, "CPIX") {
        return Err(SpekeError::NotCpix);
    }
    // Versions come first: what another version means by its elements is not known here.
    let content_id = filled(document, "contentId").ok_or(SpekeError::MissingContentId)?;
    if content_id.len() > LONGEST_CONTENT_ID {
        return Err(SpekeError::LongContentId(content_id.len()));
    }
    let version = filled(document, "version").ok_or(SpekeError::MissingVersion)?;
    if version != CPIX_VERSION {
        return Err(SpekeError::UnsupportedVersion);
    }
    no_stray_text(document)?;
    known_attributes(document, &["contentId", "version", "id", "name"])?;
    let mut seen = HashSet::new();
    for child in document.children() {
        let name = child.local_name();
        if child.is(CPIX, "DeliveryDataList") {
            return Err(SpekeError::EncryptedDelivery);
        }
        if child.namespace() != Some(CPIX) || !LISTS.contains(&name) {
            return Err(SpekeError::UnknownElement { element: name.into(), parent: "CPIX".into() });
        }
        if !seen.insert(name) {
            return Err(SpekeError::Repeated { element: name.into(), parent: "CPIX".into() });
        }
    }
    Ok(content_id.into())
}

fn list<'e>(document: &'e Element, name: &'static str) -> Result<&'e Element, SpekeError> {
    let list = document.only(CPIX, name);
    let list = list.ok_or(SpekeError::MissingElement { element: name, parent: "CPIX" })?;
    known_attributes(list, &["id"])?;
    Ok(list)
}

fn content_keys(list: &Element) -> Result<(Scheme, Vec<WantedKey>), SpekeError> {
    let mut keys: Vec<WantedKey> = Vec::new();
    let mut seen = HashSet::new();
    let mut schemes = HashSet::new();
    let mut first = None;
    if list.children().len() > MOST_KEYS {
        return Err(SpekeError::TooManyKeys(list.children().len()));
    }
    for element in list.children() {
        expect(element, "ContentKey", "ContentKeyList")?;
        known_attributes(
            element,
            &["kid", "commonEncryptionScheme", "explicitIV", "id", "Algorithm", "dependsOnKey"],
        )?;
        let kid = required(element, "ContentKey", "kid")?;
        let id = KeyId::from_uuid(kid)?;
        if !seen.insert(id) {
            return Err(SpekeError::DuplicateKey(id));
        }
        if !element.children().is_empty() || !element.text().trim().is_empty() {
            return Err(SpekeError::KeyInRequest(id));
        }
        let scheme =
            filled(element, "commonEncryptionScheme").ok_or_else(|| SpekeError::MissingScheme(kid.into()))?;
        let scheme = Scheme::named(scheme).ok_or_else(|| SpekeError::UnknownScheme(scheme.into()))?;
        schemes.insert(scheme);
        first.get_or_insert(scheme);
        let iv = filled(element, "explicitIV")
            .map(|iv| {
                let bytes = LENIENT_BASE64.decode(iv).ok().and_then(|bytes| Iv::try_from(bytes).ok());
                bytes.ok_or(SpekeError::NotAnIv(id))
            })
            .transpose()?;
        keys.push(WantedKey { id, iv });
    }
    if schemes.len() > 1 {
        return Err(SpekeError::MixedSchemes);
    }
    let missing = SpekeError::MissingElement { element: "ContentKey", parent: "ContentKeyList" };
    first.map(|scheme| (scheme, keys)).ok_or(missing)
}

fn systems(list: &Element, ids: &HashSet<KeyId>, scheme: Scheme) -> Result<(), SpekeError> {
    let mut seen = HashSet::new();
    for element in list.children() {
        expect(element, "DRMSystem", "DRMSystemList")?;
        known_attributes(element, &["kid", "systemId", "id", "name"])?;
        let kid = KeyId::from_uuid(required(element, "DRMSystem", "kid")?)?;
        let system_id = required(element, "DRMSystem", "systemId")?;
        let unknown = || SpekeError::UnknownSystem(system_id.into());
        if !ids.contains(&kid) {
            return Err(SpekeError::UnknownKey(kid));
        }
        let (system, kid) = system_of(element).ok_or_else(unknown)?;
        if !system.takes(scheme) {
            return Err(SpekeError::IncompatibleScheme(system_id.into()));
        }
        if !seen.insert((system, kid)) {
            return Err(SpekeError::DuplicateSystem(kid, system));
        }
        places(element, system)?;
    }
    if seen.is_empty() {
        return Err(SpekeError::MissingElement { element: "DRMSystem", parent: "DRMSystemList" });
    }
    Ok(())
}

/// The places to fill of a system: each once, and playlist lines for both kinds of playlist or neither.
fn places(element: &Element, system: System) -> Result<(), SpekeError> {
    let mut seen = HashSet::new();
    let mut playlists = Vec::new();
    for place in element.children() {
        let name = place.local_name();
        let unknown = || SpekeError::UnknownElement { element: name.into(), parent: "DRMSystem".into() };
        if place.namespace() != Some(CPIX) || !place.children().is_empty() {
            return Err(unknown());
        }
        match name {
            "HLSSignalingData" => {
                known_attributes(place, &["playlist"])?;
                playlists.push(place.attribute("playlist").unwrap_or_default());
                continue;
            }
            "SmoothStreamingProtectionHeaderData" if system != System::PlayReady => {
                return Err(SpekeError::NotOfSystem { element: name.into(), system });
            }
            "PSSH" | "ContentProtectionData" | "SmoothStreamingProtectionHeaderData" => {
                known_attributes(place, &[])?;
            }
            _ => return Err(unknown()),
        }
        if !seen.insert(name) {
            return Err(SpekeError::Repeated { element: name.into(), parent: "DRMSystem".into() });
        }
    }
    playlists.sort_unstable();
    if playlists.is_empty() || playlists == ["master", "media"] { Ok(()) } else { Err(SpekeError::Playlists) }
}

fn expect(element: &Element, name: &str, parent: &str) -> Result<(), SpekeError> {
    if !element.is(CPIX, name) {
        return Err(SpekeError::UnknownElement {
            element: element.local_name().into(),
            parent: parent.into(),
        });
    }
    no_stray_text(element)
}

fn no_stray_text(element: &Element) -> Result<(), SpekeError> {
    if element.children().is_empty() || element.text().trim().is_empty() {
        return Ok(());
    }
    Err(SpekeError::StrayText(element.local_name().into()))
}

fn known_attributes(element: &Element, known: &[&str]) -> Result<(), SpekeError> {
    match element.attribute_names().find(|name| !known.contains(name)) {
        None => Ok(()),
        Some(attribute) => Err(SpekeError::UnknownAttribute {
            attribute: attribute.into(),
            element: element.local_name().into(),
        }),
    }
}

fn filled<'e>(element: &'e Element, attribute: &str) -> Option<&'e str> {
    element.attribute(attribute).filter(|value| !value.trim().is_empty())
}

fn required<'e>(
    element: &'e Element,
    name: &'static str,
    attribute: &'static str,
) -> Result<&'e str, SpekeError> {
    filled(element, attribute).ok_or(SpekeError::MissingAttribute { element: name, attribute })
}
