//! What a Widevine box says inside (`WidevinePsshData`).

use super::protobuf::{self, Malformed};
use super::{KeyId, Scheme, System, pssh};

mod field {
    pub(super) const KEY_ID: u32 = 2;
    pub(super) const CONTENT_ID: u32 = 4;
    pub(super) const GROUPED_LICENSE: u32 = 8;
    pub(super) const PROTECTION_SCHEME: u32 = 9;
    pub(super) const TYPE: u32 = 11;
    pub(super) const GROUP_IDS: u32 = 13;
    pub(super) const ENTITLED_KEYS: u32 = 14;
}

/// What such data name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// Key ids.
    pub key_ids: Vec<KeyId>,
    /// A content id, which is the vendor's to interpret and may stand for any keys.
    pub content_id: Option<Vec<u8>>,
}

/// Data that cannot be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WidevineDataError {
    /// No such message.
    #[error("the Widevine data are malformed")]
    Malformed,
    /// A key id of another length.
    #[error("the Widevine data name a key id of {0} bytes; key ids have 16")]
    KeyIdLength(usize),
    /// Keys that come by way of other keys, so that the ids here are not all that is asked for.
    #[error("the Widevine data ask for keys of a group or an entitlement; only key ids are supported")]
    Indirect,
}

impl From<Malformed> for WidevineDataError {
    fn from(Malformed: Malformed) -> Self {
        Self::Malformed
    }
}

/// The data that name these keys.
#[must_use]
pub fn data(key_ids: &[KeyId], scheme: Scheme) -> Vec<u8> {
    let mut message = Vec::new();
    for key_id in key_ids {
        protobuf::push_bytes(&mut message, field::KEY_ID, key_id.as_bytes());
    }
    protobuf::push_number(&mut message, field::PROTECTION_SCHEME, scheme.four_cc().into());
    message
}

/// The box that names these keys: of version 0, as Widevine's own packagers write it.
#[must_use]
pub fn pssh_box(key_ids: &[KeyId], scheme: Scheme) -> Vec<u8> {
    pssh::version_0(System::Widevine, &data(key_ids, scheme))
}

/// What such data name.
///
/// # Errors
/// When they are malformed, or ask for more than what they name.
pub fn read(data: &[u8]) -> Result<Named, WidevineDataError> {
    let fields = protobuf::fields(data)?;
    let indirect = [field::GROUPED_LICENSE, field::GROUP_IDS, field::ENTITLED_KEYS];
    if fields.iter().any(|field| indirect.contains(&field.number))
        || protobuf::number_once(&fields, field::TYPE)?.is_some_and(|kind| kind != 0)
    {
        return Err(WidevineDataError::Indirect);
    }
    let key_ids = protobuf::bytes_all(&fields, field::KEY_ID)?
        .into_iter()
        .map(|bytes| KeyId::from_slice(bytes).ok_or(WidevineDataError::KeyIdLength(bytes.len())))
        .collect::<Result<_, _>>()?;
    let content_id = protobuf::bytes_once(&fields, field::CONTENT_ID)?;
    Ok(Named { key_ids, content_id: content_id.filter(|id| !id.is_empty()).map(<[u8]>::to_vec) })
}
