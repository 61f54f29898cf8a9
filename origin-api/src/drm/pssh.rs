//! The box that says how media are protected (ISO/IEC 23001-7, 8.1).

use super::{KeyId, System};

/// A box as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PsshBox<'b> {
    /// The system that it is for.
    pub system_id: [u8; 16],
    /// The key ids that stand in the box itself, in version 1.
    pub key_ids: Vec<KeyId>,
    /// What is for the system alone.
    pub data: &'b [u8],
}

/// Bytes that are no such boxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PsshError {
    /// A size that does not fit, of the box, its key ids or its data.
    #[error("the `pssh` box was cut short, or its sizes contradict one another")]
    Size,
    /// A box of another kind.
    #[error("there is a box that is not `pssh`")]
    OtherBox,
    /// A version other than 0 and 1.
    #[error("there is a `pssh` box of version {0}; versions 0 and 1 are known")]
    Version(u8),
    /// More boxes than anybody has.
    #[error("there are more than {MOST_BOXES} `pssh` boxes")]
    TooMany,
}

/// How many boxes may stand one after the other.
pub const MOST_BOXES: usize = 16;

/// A box of version 0.
#[must_use]
pub fn version_0(system: System, data: &[u8]) -> Vec<u8> {
    assemble(system, None, data)
}

/// A box of version 1, which names its key ids itself.
#[must_use]
pub fn version_1(system: System, key_ids: &[KeyId], data: &[u8]) -> Vec<u8> {
    assemble(system, Some(key_ids), data)
}

/// The common system's box: key ids and nothing else.
#[must_use]
pub fn common(key_ids: &[KeyId]) -> Vec<u8> {
    version_1(System::Common, key_ids, b"")
}

/// Reads boxes that stand one after the other, one at least.
///
/// # Errors
/// When anything but whole boxes of this kind is there.
pub fn read(mut bytes: &[u8]) -> Result<Vec<PsshBox<'_>>, PsshError> {
    let mut boxes = Vec::new();
    while !bytes.is_empty() || boxes.is_empty() {
        if boxes.len() == MOST_BOXES {
            return Err(PsshError::TooMany);
        }
        let size = bytes.first_chunk::<4>().map(|size| u32::from_be_bytes(*size)).ok_or(PsshError::Size)?;
        let (inside, rest) = usize::try_from(size)
            .ok()
            .and_then(|size| bytes.split_at_checked(size))
            .ok_or(PsshError::Size)?;
        boxes.push(read_one(inside.get(4..).ok_or(PsshError::Size)?)?);
        bytes = rest;
    }
    Ok(boxes)
}

fn assemble(system: System, key_ids: Option<&[KeyId]>, data: &[u8]) -> Vec<u8> {
    let listed = key_ids.map_or(0, |key_ids| 4 + 16 * key_ids.len());
    let size = 32 + listed + data.len();
    let mut assembled = Vec::with_capacity(size);
    assembled.extend_from_slice(&length(size));
    assembled.extend_from_slice(b"pssh");
    assembled.extend_from_slice(&[u8::from(key_ids.is_some()), 0, 0, 0]);
    assembled.extend_from_slice(&system.id());
    if let Some(key_ids) = key_ids {
        assembled.extend_from_slice(&length(key_ids.len()));
        assembled.extend(key_ids.iter().flat_map(KeyId::as_bytes));
    }
    assembled.extend_from_slice(&length(data.len()));
    assembled.extend_from_slice(data);
    assembled
}

/// Callers name a few keys: four bytes are always enough.
fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

fn read_one(bytes: &[u8]) -> Result<PsshBox<'_>, PsshError> {
    let (kind, bytes) = bytes.split_first_chunk::<4>().ok_or(PsshError::Size)?;
    if kind != b"pssh" {
        return Err(PsshError::OtherBox);
    }
    let ([version, _flags @ ..], bytes) = bytes.split_first_chunk::<4>().ok_or(PsshError::Size)?;
    let (system_id, mut bytes) = bytes.split_first_chunk::<16>().ok_or(PsshError::Size)?;
    let mut key_ids = Vec::new();
    match version {
        0 => {}
        1 => {
            let (listed, rest) = sized(bytes, 16)?;
            key_ids = listed.as_chunks::<16>().0.iter().map(|id| KeyId::from_bytes(*id)).collect();
            bytes = rest;
        }
        version => return Err(PsshError::Version(*version)),
    }
    let (data, rest) = sized(bytes, 1)?;
    if !rest.is_empty() {
        return Err(PsshError::Size);
    }
    Ok(PsshBox { system_id: *system_id, key_ids, data })
}

/// Takes a count, and so many things of that size behind it.
fn sized(bytes: &[u8], each: usize) -> Result<(&[u8], &[u8]), PsshError> {
    let (count, rest) = bytes.split_first_chunk::<4>().ok_or(PsshError::Size)?;
    let size = usize::try_from(u32::from_be_bytes(*count)).ok().and_then(|count| count.checked_mul(each));
    size.and_then(|size| rest.split_at_checked(size)).ok_or(PsshError::Size)
}
