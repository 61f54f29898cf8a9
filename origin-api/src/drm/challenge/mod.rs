//! Which keys a player's message to a vendor's licence server asks for.
//!
//! The message itself is the vendor's to check and to answer. What is read here decides only whether it is forwarded, so a
//! message that two readers could understand differently is refused.

pub mod playready;
pub mod widevine;

use super::KeyId;

/// How long a message may be, in bytes.
pub const LONGEST_MESSAGE: usize = 128 * 1024;

/// How many keys a message may name.
pub const MOST_KEYS: usize = 64;

/// What was read of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// The keys.
    pub asked: Asked,
    /// Content ids that the message names beside them. A vendor may give keys for these: unless they are known to be the
    /// title's own, such a message must not be forwarded.
    pub content_ids: Vec<Vec<u8>>,
    /// Whether the licence is to be kept on the device.
    pub offline: bool,
}

/// Which keys a message asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// These: at least one, none of them twice. Or none, and then there are content ids.
    Named(Vec<KeyId>),
    /// None, being a message of another kind.
    NoKeys(Purpose),
    /// Nobody but the vendor can know.
    Opaque,
}

/// What a message that asks for no key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To get the certificate with which later messages are made. Anybody may have it.
    ServiceCertificate,
    /// To go on with a licence given before. Which keys are in it does not show: it is for whoever holds a session.
    Renewal,
    /// To give a licence back.
    Release,
}

/// Something that a message names and that is not the title's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outside {
    /// A key.
    Key(KeyId),
    /// A content id.
    Content(Vec<u8>),
}

impl Challenge {
    /// The first thing that the message names outside of these keys and content ids: if there is one, it must not be
    /// forwarded. Of messages that name nothing there is none, which says nothing about them.
    #[must_use]
    pub fn outside(&self, key_ids: &[KeyId], content_ids: &[&[u8]]) -> Option<Outside> {
        let named = if let Asked::Named(named) = &self.asked { named.as_slice() } else { &[] };
        let key = named.iter().find(|key_id| !key_ids.contains(key_id)).copied().map(Outside::Key);
        key.or_else(|| {
            let mut contents = self.content_ids.iter();
            contents.find(|content| !content_ids.contains(&content.as_slice())).cloned().map(Outside::Content)
        })
    }
}

/// Why a message is not forwarded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChallengeError {
    /// There is none.
    #[error("the licence request is empty; send what the player's key session gave")]
    Empty,
    /// It is too long.
    #[error("the licence request has {0} bytes, at most {LONGEST_MESSAGE} are taken")]
    TooLong(usize),
    /// It is no message of this system.
    #[error("this is no licence request of {system}: {why}")]
    Malformed {
        /// The system.
        system: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// It asks for no key by name, though it has to.
    #[error("the licence request names no key id; package the title so that its boxes name theirs")]
    NoKeyIds,
    /// It names too many keys.
    #[error("the licence request names {0} keys, at most {MOST_KEYS} are asked for at once")]
    TooManyKeys(usize),
    /// Another operation of the protocol.
    #[error("{} is not supported here; licences are asked for with {expected}", super::quoted(.operation))]
    OtherOperation {
        /// What was asked for.
        operation: String,
        /// What there is.
        expected: &'static str,
    },
}

/// A message of `FairPlay`: it is encrypted to the vendor, and nothing in it can be read.
///
/// # Errors
/// When there is none, or it is too long.
pub fn fairplay(message: &[u8]) -> Result<Challenge, ChallengeError> {
    check_length(message)?;
    Ok(Challenge { asked: Asked::Opaque, content_ids: Vec::new(), offline: false })
}

fn check_length(message: &[u8]) -> Result<(), ChallengeError> {
    match message.len() {
        0 => Err(ChallengeError::Empty),
        length if length > LONGEST_MESSAGE => Err(ChallengeError::TooLong(length)),
        _ => Ok(()),
    }
}

/// Every key id once, in the order in which they were named.
fn distinct(key_ids: Vec<KeyId>) -> Result<Vec<KeyId>, ChallengeError> {
    let mut seen = std::collections::HashSet::new();
    let key_ids: Vec<KeyId> = key_ids.into_iter().filter(|key_id| seen.insert(*key_id)).collect();
    if key_ids.len() > MOST_KEYS { Err(ChallengeError::TooManyKeys(key_ids.len())) } else { Ok(key_ids) }
}
