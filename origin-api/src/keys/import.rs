//! Keys that were made elsewhere, for those who move from another key server.

use super::{Kept, KeyError, Keys, kept, written};
use crate::drm::{ContentKey, Iv, KeyId, MediaKey, Scheme};
use crate::store::{Expect, Store, StoreError, Table, Write};
use crate::vault::Place;
use aws_lc_rs::constant_time::verify_slices_are_equal;

/// A key that was made elsewhere.
#[derive(Debug)]
pub(crate) struct Foreign {
    pub(crate) id: KeyId,
    pub(crate) scheme: Scheme,
    /// If nobody chose one, one is made, and a kept key with another one is the same.
    pub(crate) iv: Option<Iv>,
    pub(crate) key: ContentKey,
}

/// What came of bringing a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Imported {
    /// It is kept now.
    New,
    /// It was kept before, just so.
    Same,
    /// Another key has this id, or it is of another title or tenant.
    Taken,
    /// No tenant has this title.
    NoTenant,
}

impl Keys {
    /// Keeps a key of a title, sealed as all are. What is kept is never changed.
    pub(crate) async fn import(
        &self,
        store: &impl Store,
        title: &str,
        foreign: Foreign,
        now: u64,
    ) -> Result<Imported, KeyError> {
        let Some(tenant) = self.tenant_of(title) else { return Ok(Imported::NoTenant) };
        let place = Place { tenant, title };
        let Foreign { id, scheme, iv: chosen, key } = foreign;
        let mut iv = chosen.unwrap_or_default();
        if chosen.is_none() {
            aws_lc_rs::rand::fill(&mut iv).map_err(|_| KeyError::NoRandomness)?;
        }
        let key = MediaKey { id, scheme, iv, key };
        if let Some(compared) = self.compared(store, place, &key, chosen).await? {
            return Ok(compared);
        }
        let sealed = self.vault.seal(place, &key, now)?;
        let bytes = written(id, &sealed)?;
        let write = Write {
            table: Table::Keys,
            key: &id.to_hex(),
            bytes: &bytes,
            expires: None,
            expect: Expect::Absent,
        };
        match store.write(write).await {
            Ok(_) => Ok(Imported::New),
            // Somebody else was faster, and that one counts.
            Err(StoreError::Conflict) => {
                Ok(self.compared(store, place, &key, chosen).await?.unwrap_or(Imported::Taken))
            }
            Err(problem) => Err(problem.into()),
        }
    }

    /// How a key is to the one that is kept under its id, if there is one.
    async fn compared(
        &self,
        store: &impl Store,
        place: Place<'_>,
        key: &MediaKey,
        chosen: Option<Iv>,
    ) -> Result<Option<Imported>, KeyError> {
        let Some(Kept { sealed, .. }) = kept(store, key.id).await? else { return Ok(None) };
        if sealed.tenant != place.tenant || sealed.title != place.title {
            return Ok(Some(Imported::Taken));
        }
        let before = self.vault.open(place, key.id, &sealed)?;
        let is_same = verify_slices_are_equal(before.key.bytes(), key.key.bytes()).is_ok()
            && before.scheme == key.scheme
            && chosen.is_none_or(|iv| before.iv == iv);
        Ok(Some(if is_same { Imported::Same } else { Imported::Taken }))
    }
}
