//! The titles: what is known of them beside who may play them.

use crate::drm::KeyId;
use crate::store::{Expect, Record, Store, StoreError, Table, Write};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder};
use utoipa::openapi::{Object, Type};

/// The most titles that are read from a store at once.
const PAGE: usize = 1000;

/// How a key id is written.
const KEY_ID: &str =
    "^([0-9a-fA-F]{32}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})$";

/// What administrators write about a title.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Title {
    /// Its name for people.
    #[schema(min_length = 1, max_length = 512, pattern = r"\S", example = "The North Sea")]
    pub(crate) name: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 8192)]
    pub(crate) description: Option<String>,
    /// Whether it is a live channel: its media are below `/live/`, not `/vod/`.
    #[serde(default)]
    pub(crate) live: bool,
    /// How long it is, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "whole_or_none")]
    #[schema(maximum = 4_294_967_295_u32, format = "uint32", example = 5400)]
    pub(crate) seconds: Option<u32>,
    /// The pictures that there are of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 32)]
    pub(crate) renditions: Vec<Rendition>,
    /// Posters and the like.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 32)]
    pub(crate) artwork: Vec<Artwork>,
    /// The ids of its content keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(schema_with = keys)]
    pub(crate) keys: Vec<String>,
    /// Whatever else a catalogue wants to say, as texts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(schema_with = metadata)]
    pub(crate) metadata: BTreeMap<String, String>,
}

/// A picture of a title in one size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rendition {
    /// In lines.
    #[serde(deserialize_with = "whole")]
    #[schema(maximum = 65_535, format = "uint16", example = 1080)]
    pub(crate) height: u16,
    /// In bits a second.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "whole_or_none")]
    #[schema(maximum = 4_294_967_295_u32, format = "uint32", example = 5_000_000)]
    pub(crate) bandwidth: Option<u32>,
    /// As HLS names them, such as `avc1.640028,mp4a.40.2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 128)]
    pub(crate) codecs: Option<String>,
}

/// An image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Artwork {
    /// Where it is.
    #[schema(max_length = 2048, example = "https://images.example.com/acme/one.jpg")]
    pub(crate) url: String,
    /// What for, such as `poster`.
    #[schema(max_length = 64, example = "poster")]
    pub(crate) role: String,
    /// In pixels.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "whole_or_none")]
    #[schema(maximum = 65_535, format = "uint16")]
    pub(crate) width: Option<u16>,
    /// In pixels.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "whole_or_none")]
    #[schema(maximum = 65_535, format = "uint16")]
    pub(crate) height: Option<u16>,
}

/// A title as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) title: Title,
    pub(crate) version: u64,
    /// The name and the id in small letters, to be searched.
    words: String,
}

/// All titles, in the order of their ids.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    titles: RwLock<Arc<BTreeMap<String, Arc<Kept>>>>,
    // Any number change titles at once; but what is written while all of them are read would be missing in what was read.
    turn: tokio::sync::RwLock<()>,
}

impl Title {
    /// What makes it unfit to be kept: the same limits as its schema has.
    pub(crate) fn problem(&self) -> Option<String> {
        let Self { name, description, renditions, artwork, keys, metadata, .. } = self;
        if name.trim().is_empty() {
            return Some("`name` is empty; people search by it".to_owned());
        }
        let characters = |text: &str| text.chars().count();
        let own = [
            ("name", characters(name), 512),
            ("description", description.as_deref().map_or(0, characters), 8192),
            ("renditions", renditions.len(), 32),
            ("artwork", artwork.len(), 32),
            ("keys", keys.len(), 64),
            ("metadata", metadata.len(), 64),
        ];
        let codecs = renditions.iter().filter_map(|rendition| rendition.codecs.as_deref());
        let over = own
            .into_iter()
            .chain(codecs.map(|codecs| ("renditions.codecs", characters(codecs), 128)))
            .chain(artwork.iter().map(|image| ("artwork.url", characters(&image.url), 2048)))
            .chain(artwork.iter().map(|image| ("artwork.role", characters(&image.role), 64)))
            .chain(keys.iter().map(|key| ("keys", characters(key), 128)))
            .chain(metadata.keys().map(|key| ("metadata", characters(key), 64)))
            .chain(metadata.values().map(|value| ("metadata", characters(value), 1024)))
            .find(|(_, found, most)| found > most);
        if let Some((field, found, most)) = over {
            return Some(format!("`{field}` is too large: {found}, and {most} is the most"));
        }
        // What is no key id would be told to a vendor as if it were one.
        let odd = keys.iter().find(|key| KeyId::from_uuid(key).or_else(|_| KeyId::from_hex(key)).is_err())?;
        Some(format!("`keys` has `{odd}`, which is no key id: write a UUID, or 32 hexadecimal digits"))
    }
}

impl Kept {
    fn new(id: &str, title: Title, version: u64) -> Self {
        let words = format!("{} {id}", title.name).to_lowercase();
        Self { title, version, words }
    }

    pub(crate) fn has(&self, words: &str) -> bool {
        self.words.contains(words)
    }
}

impl Catalogue {
    /// Reads all titles of a store.
    pub(crate) async fn read(store: &impl Store) -> Result<Self, StoreError> {
        let catalogue = Self::default();
        catalogue.reload(store).await?;
        Ok(catalogue)
    }

    /// Reads all titles again, whole or not at all.
    pub(crate) async fn reload(&self, store: &impl Store) -> Result<(), StoreError> {
        let _turn = self.turn.write().await;
        let mut titles = BTreeMap::new();
        let mut after: Option<String> = None;
        loop {
            let page = store.list(Table::Titles, after.as_deref(), PAGE).await?;
            let is_last = page.len() < PAGE;
            after = page.last().map(|(id, _)| id.clone());
            for (id, record) in page {
                let kept = kept(&id, &record)?;
                titles.insert(id, Arc::new(kept));
            }
            if is_last {
                break;
            }
        }
        *self.titles.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(titles);
        Ok(())
    }

    /// All titles as they are now.
    pub(crate) fn titles(&self) -> Arc<BTreeMap<String, Arc<Kept>>> {
        Arc::clone(&self.titles.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A title that lies within this one.
    pub(crate) fn within(&self, id: &str) -> Option<String> {
        let below = format!("{id}/");
        let titles = self.titles();
        let (first, _) = titles.range(below.clone()..).next()?;
        first.starts_with(&below).then(|| first.clone())
    }

    /// A title as it is in the store now, where others may have written it just before.
    pub(crate) async fn stored(store: &impl Store, id: &str) -> Result<Option<Kept>, StoreError> {
        let record = store.read(Table::Titles, id).await?;
        record.map(|record| kept(id, &record)).transpose()
    }

    /// At most so many titles as they are in the store now, behind this id.
    pub(crate) async fn page(
        store: &impl Store,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Kept)>, StoreError> {
        let page = store.list(Table::Titles, after, limit).await?;
        page.into_iter().map(|(id, record)| kept(&id, &record).map(|kept| (id, kept))).collect()
    }

    /// Writes a title, and says its version.
    pub(crate) async fn put(
        &self,
        store: &impl Store,
        id: &str,
        title: Title,
        expect: Expect,
    ) -> Result<u64, StoreError> {
        let bytes = serde_json::to_vec(&title).map_err(|problem| StoreError::Refused(problem.to_string()))?;
        let write = Write { table: Table::Titles, key: id, bytes: &bytes, expires: None, expect };
        let _turn = self.turn.read().await;
        let version = store.write(write).await?;
        self.change(|titles| {
            // Of two that were written at once, the later one may have come here first.
            if titles.get(id).is_none_or(|kept| kept.version < version) {
                titles.insert(id.to_owned(), Arc::new(Kept::new(id, title, version)));
            }
        });
        Ok(version)
    }

    /// Removes a title.
    pub(crate) async fn remove(
        &self,
        store: &impl Store,
        id: &str,
        expect: Expect,
    ) -> Result<(), StoreError> {
        let _turn = self.turn.read().await;
        store.remove(Table::Titles, id, expect).await?;
        // What is there now, for somebody may have written it again meanwhile.
        match store.read(Table::Titles, id).await? {
            Some(record) => {
                let kept = Arc::new(kept(id, &record)?);
                self.change(|titles| drop(titles.insert(id.to_owned(), kept)));
            }
            None => self.change(|titles| drop(titles.remove(id))),
        }
        Ok(())
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, Arc<Kept>>)) {
        let mut titles = self.titles.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut titles));
    }
}

/// A whole number, however it is written: to JSON, 5.0 is 5.
fn whole<'de, T: TryFrom<u64>, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let number = Number::deserialize(from)?;
    // Beyond 2^53 not every number has a float of its own; nothing here is that large.
    let whole = number.as_u64().or_else(|| {
        let float = number.as_f64()?;
        let is_whole = float.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&float);
        is_whole.then(|| format!("{float:.0}").parse().ok())?
    });
    let fits = whole.and_then(|whole| T::try_from(whole).ok());
    fits.ok_or_else(|| D::Error::custom(format!("`{number}` is no whole number that fits")))
}

fn whole_or_none<'de, T: TryFrom<u64>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(bound = "T: TryFrom<u64>")]
    struct Whole<T>(#[serde(deserialize_with = "whole")] T);
    Ok(Option::<Whole<T>>::deserialize(from)?.map(|Whole(number)| number))
}

fn keys() -> Array {
    let key = Object::builder().schema_type(Type::String).pattern(Some(KEY_ID));
    ArrayBuilder::new()
        .items(key)
        .max_items(Some(64))
        .description(Some("The ids of its content keys, as UUIDs or 32 hexadecimal digits each. Only who writes the title fills this."))
        .build()
}

fn metadata() -> Object {
    let key = Object::builder().schema_type(Type::String).max_length(Some(64));
    let value = Object::builder().schema_type(Type::String).max_length(Some(1024));
    Object::builder()
        .schema_type(Type::Object)
        .property_names(Some(key))
        .additional_properties(Some(value))
        .max_properties(Some(64))
        .description(Some("Whatever else a catalogue wants to say, as texts."))
        .build()
}

fn kept(id: &str, record: &Record) -> Result<Kept, StoreError> {
    let title = serde_json::from_slice(&record.bytes)
        .map_err(|problem| StoreError::Unavailable(format!("the title `{id}` cannot be read: {problem}")))?;
    Ok(Kept::new(id, title, record.version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::slow::Slow;

    #[test]
    fn what_is_changed_while_all_titles_are_read_anew_is_not_lost() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (store, catalogue) = (Slow::default(), Catalogue::default());
            let title = |name: &str| Title { name: name.to_owned(), ..Title::default() };
            catalogue.put(&store, "acme/removed", title("before"), Expect::Anything).await.unwrap();
            let meanwhile = async {
                store.was_read.notified().await;
                catalogue.put(&store, "acme/new", title("new"), Expect::Anything).await.unwrap();
                catalogue.remove(&store, "acme/removed", Expect::Anything).await.unwrap();
            };
            let (read, ()) = tokio::join!(catalogue.reload(&store), meanwhile);
            read.unwrap();
            assert_eq!(catalogue.titles().keys().collect::<Vec<_>>(), ["acme/new"]);
        });
    }
}
