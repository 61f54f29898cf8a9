//! Content keys as they are kept: sealed under a master key, with AES-256-GCM.
//!
//! A sealed key opens only in its own place: the tenant, title, key id and everything else beside it are authenticated with
//! it, so that a record which was altered, or put where another belongs, does not open. Nonces are random, from `aws-lc-rs`
//! itself; one master key may therefore seal 2³² keys, which is more than any catalogue has.

mod master;
mod sealed;

pub use master::{MasterKey, MasterKeyError};
pub use sealed::{FORMAT, Place, Sealed};

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::drm::{ContentKey, KeyId, MediaKey};

/// The master keys: one that seals, and those that only open what was sealed before.
#[derive(Debug)]
pub struct Vault {
    newest: MasterKey,
    older: Vec<MasterKey>,
}

/// Why a key cannot be sealed or opened. Nothing of a key is ever in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// Two master keys have one name.
    #[error("there are two master keys `{0}`; give each its own id")]
    SameId(String),
    /// The record names a master key that is not here.
    #[error(
        "key {id} is sealed under master key `{master}`, which is not configured; add it to the older master keys"
    )]
    UnknownMaster {
        /// The content key.
        id: KeyId,
        /// The master key.
        master: String,
    },
    /// The record is of a later format.
    #[error("key {id} is kept in format {format}, and this version knows format {FORMAT}; upgrade it")]
    Format {
        /// The content key.
        id: KeyId,
        /// The format.
        format: u32,
    },
    /// The record is another's.
    #[error("the record of key {expected} is that of key {found} of tenant `{tenant}`, title `{title}`")]
    OtherPlace {
        /// What was looked for.
        expected: KeyId,
        /// What is there.
        found: KeyId,
        /// Whose it is.
        tenant: String,
        /// What it is for.
        title: String,
    },
    /// The record does not fit together.
    #[error(
        "the record of key {0} was altered, or sealed under another master key of the same id; restore it"
    )]
    Altered(KeyId),
    /// The cipher refused.
    #[error("key {0} could not be sealed; the system gave no random bytes")]
    NotSealed(KeyId),
}

impl Vault {
    /// A vault that seals with the newest master key, and opens with all of them.
    ///
    /// # Errors
    /// When two have the same id.
    pub fn new(newest: MasterKey, older: Vec<MasterKey>) -> Result<Self, VaultError> {
        let mut ids = std::collections::HashSet::from([newest.id()]);
        if let Some(same) = older.iter().find(|key| !ids.insert(key.id())) {
            return Err(VaultError::SameId(same.id().into()));
        }
        Ok(Self { newest, older })
    }

    /// Seals a key of this place, made at this time in epoch seconds.
    ///
    /// # Errors
    /// When there is no randomness for the nonce.
    pub fn seal(&self, place: Place<'_>, key: &MediaKey, created: u64) -> Result<Sealed, VaultError> {
        let mut sealed = Sealed {
            format: FORMAT,
            kid: key.id,
            tenant: place.tenant.into(),
            title: place.title.into(),
            scheme: key.scheme,
            iv: STANDARD.encode(key.iv),
            created,
            master: self.newest.id().into(),
            sealed: String::new(),
        };
        let failed = || VaultError::NotSealed(key.id);
        // The tag goes behind the key: with room for it, the bytes do not move and leave no copy.
        let mut buffer = Zeroizing::new(Vec::with_capacity(16 + AES_256_GCM.tag_len()));
        buffer.extend_from_slice(key.key.bytes());
        let nonce = cipher(&self.newest)
            .ok_or_else(failed)?
            .seal_in_place_append_tag(Aad::from(sealed.authenticated()), &mut *buffer)
            .map_err(|_| failed())?;
        sealed.sealed = STANDARD.encode([nonce.as_ref().as_slice(), &buffer].concat());
        Ok(sealed)
    }

    /// Opens the record of a key, as the one of this place.
    ///
    /// # Errors
    /// When it is another's, was altered, or is sealed under a master key that is not here.
    pub fn open(&self, place: Place<'_>, id: KeyId, sealed: &Sealed) -> Result<MediaKey, VaultError> {
        if sealed.format != FORMAT {
            return Err(VaultError::Format { id, format: sealed.format });
        }
        if sealed.kid != id || sealed.tenant != place.tenant || sealed.title != place.title {
            return Err(VaultError::OtherPlace {
                expected: id,
                found: sealed.kid,
                tenant: sealed.tenant.clone(),
                title: sealed.title.clone(),
            });
        }
        let master = self.named(&sealed.master);
        let master = master.ok_or_else(|| VaultError::UnknownMaster { id, master: sealed.master.clone() })?;
        let altered = || VaultError::Altered(id);
        let iv = STANDARD.decode(&sealed.iv).ok().and_then(|iv| iv.try_into().ok()).ok_or_else(altered)?;
        let mut bytes = Zeroizing::new(STANDARD.decode(&sealed.sealed).map_err(|_| altered())?);
        let (nonce, buffer) = bytes.split_at_mut_checked(NONCE_LEN).ok_or_else(altered)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| altered())?;
        let opened = cipher(master)
            .ok_or_else(altered)?
            .open_in_place(nonce, Aad::from(sealed.authenticated()), buffer)
            .map_err(|_| altered())?;
        let key = ContentKey::from_bytes((&*opened).try_into().map_err(|_| altered())?);
        Ok(MediaKey { id, scheme: sealed.scheme, iv, key })
    }

    /// The record under the newest master key, or nothing if it is sealed under that already.
    ///
    /// # Errors
    /// When it does not open.
    pub fn reseal(&self, sealed: &Sealed) -> Result<Option<Sealed>, VaultError> {
        if sealed.master == self.newest.id() && sealed.format == FORMAT {
            return Ok(None);
        }
        let place = Place { tenant: &sealed.tenant, title: &sealed.title };
        let key = self.open(place, sealed.kid, sealed)?;
        self.seal(place, &key, sealed.created).map(Some)
    }

    /// Whether a master key of this name is here.
    #[must_use]
    pub fn has_master(&self, id: &str) -> bool {
        self.named(id).is_some()
    }

    fn named(&self, id: &str) -> Option<&MasterKey> {
        std::iter::once(&self.newest).chain(&self.older).find(|key| key.id() == id)
    }
}

fn cipher(master: &MasterKey) -> Option<RandomizedNonceKey> {
    RandomizedNonceKey::new(&AES_256_GCM, master.bytes()).ok()
}
