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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Imported {
    /// It is kept now.
    New,
    /// It was kept before, just so.
    Same,
    /// Another key has this id, or it is of another title or tenant: what is not the same.
    Taken(Vec<&'static str>),
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
            Err(StoreError::Conflict) => Ok(self
                .compared(store, place, &key, chosen)
                .await?
                .unwrap_or_else(|| Imported::Taken(vec!["key"]))),
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
        let own = Place { tenant: &sealed.tenant, title: &sealed.title };
        let before = self.vault.open(own, key.id, &sealed)?;
        let same = [
            ("title", sealed.title == place.title),
            ("tenant", sealed.tenant == place.tenant),
            ("scheme", before.scheme == key.scheme),
            ("key", verify_slices_are_equal(before.key.bytes(), key.key.bytes()).is_ok()),
            ("iv", chosen.is_none_or(|iv| before.iv == iv)),
        ];
        let other: Vec<_> = same.into_iter().filter(|(_, is_same)| !is_same).map(|(name, _)| name).collect();
        Ok(Some(if other.is_empty() { Imported::Same } else { Imported::Taken(other) }))
    }
}
