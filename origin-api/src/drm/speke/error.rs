//! Refusals. The answer's body is the text of one of these, and nothing else.

use super::super::{KeyId, KeyIdError, System, quoted, xml::XmlError};
use super::{LONGEST_CONTENT_ID, MOST_KEYS};

/// Why a packager gets no keys. The first ten have the words that the specification fixes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpekeError {
    /// `X-Speke-Version` is missing or is another.
    #[error("Unsupported SPEKE version")]
    UnsupportedSpekeVersion,
    /// It does not say what content it is about.
    #[error("Missing CPIX@contentId")]
    MissingContentId,
    /// It does not say what version of CPIX it is.
    #[error("Missing CPIX@version")]
    MissingVersion,
    /// It is of another version of CPIX.
    #[error("Unsupported CPIX@version")]
    UnsupportedVersion,
    /// It does not say how a key will be used.
    #[error("Missing ContentKey@commonEncryptionScheme for KID {0}")]
    MissingScheme(String),
    /// Its keys are used in different ways.
    #[error("Non compliant ContentKey@commonEncryptionScheme combination")]
    MixedSchemes,
    /// A system cannot decrypt what will be encrypted.
    #[error("ContentKey@commonEncryptionScheme non compatible with DRMSystem {0}")]
    IncompatibleScheme(String),
    /// Its usage rules contradict themselves.
    #[error("Malformed encryption contract")]
    MalformedContract,
    /// Its usage rules are not those of this provider.
    #[error("Requested CPIX encryption contract not supported")]
    UnsupportedContract,
    /// It does not say which tracks keys are for.
    #[error("Missing CPIX encryption contract")]
    MissingContract,
    /// It cannot be read.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// It is about something else.
    #[error("the document is not CPIX: its root element is not `CPIX` of namespace `urn:dashif:org:cpix`")]
    NotCpix,
    /// A content id that would not fit into addresses.
    #[error("CPIX@contentId has {0} bytes, at most {LONGEST_CONTENT_ID} are taken")]
    LongContentId(usize),
    /// An element is not there.
    #[error("`{element}` is missing in `{parent}`")]
    MissingElement {
        /// The element.
        element: &'static str,
        /// Where it belongs.
        parent: &'static str,
    },
    /// An element is there twice.
    #[error("`{element}` stands in `{parent}` more than once")]
    Repeated {
        /// The element.
        element: String,
        /// Where it stands.
        parent: String,
    },
    /// An element that the profile does not have.
    #[error("{} in `{parent}` is not part of SPEKE 2.0; send the request without it", quoted(.element))]
    UnknownElement {
        /// The element.
        element: String,
        /// Where it stands.
        parent: String,
    },
    /// An attribute that the profile does not have.
    #[error("{} of `{element}` is not part of SPEKE 2.0; send the request without it", quoted(.attribute))]
    UnknownAttribute {
        /// The attribute.
        attribute: String,
        /// Where it stands.
        element: String,
    },
    /// An attribute is not there.
    #[error("Missing {element}@{attribute}")]
    MissingAttribute {
        /// The element.
        element: &'static str,
        /// The attribute.
        attribute: &'static str,
    },
    /// Words where elements belong.
    #[error("text stands between the elements of `{0}`; send the request without it")]
    StrayText(String),
    /// A key id that is none.
    #[error(transparent)]
    KeyId(#[from] KeyIdError),
    /// The same key twice.
    #[error("ContentKey `{0}` is there more than once")]
    DuplicateKey(KeyId),
    /// Too many keys.
    #[error("there are {0} keys, at most {MOST_KEYS} are given at once; ask in parts")]
    TooManyKeys(usize),
    /// A scheme that is not known.
    #[error("ContentKey@commonEncryptionScheme {} is not one of cenc, cens, cbc1 and cbcs", quoted(.0))]
    UnknownScheme(String),
    /// An initialisation vector of another length.
    #[error("ContentKey@explicitIV of KID {0} is not the base64 of 16 bytes")]
    NotAnIv(KeyId),
    /// A request that brings keys.
    #[error("ContentKey `{0}` has something in it; this provider makes the keys, send the element empty")]
    KeyInRequest(KeyId),
    /// A system for a key that is not asked for.
    #[error("DRMSystem names KID {0}, which is not in ContentKeyList")]
    UnknownKey(KeyId),
    /// A system that is not known.
    #[error(
        "DRMSystem@systemId {} is not known; Widevine, PlayReady, FairPlay, the common system and AES-128 are",
        quoted(.0)
    )]
    UnknownSystem(String),
    /// The same system twice for a key.
    #[error("DRMSystem of {1} for KID {0} is there more than once")]
    DuplicateSystem(KeyId, System),
    /// Something that a system does not have.
    #[error("`{element}` does not exist for {system}; send the request without it")]
    NotOfSystem {
        /// The element.
        element: String,
        /// The system.
        system: System,
    },
    /// Playlist lines for one kind of playlist only.
    #[error("HLSSignalingData is asked for with playlist `media` and with `master`, once each")]
    Playlists,
    /// Keys encrypted to a certificate.
    #[error(
        "DeliveryDataList is not supported: content keys are delivered over TLS; send the request without it"
    )]
    EncryptedDelivery,
}

impl SpekeError {
    /// The status of every such answer.
    pub const STATUS: u16 = 422;
}
