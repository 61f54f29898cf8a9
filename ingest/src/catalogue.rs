//! The files of a content folder that speak of all titles: `catalogue.json` and `keys.json`. What is not ours stays as it is.

use crate::keys::Written;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

/// What is written about a title, as `PUT /v1/admin/titles/{title}` takes it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entry {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    pub(crate) live: bool,
    pub(crate) seconds: u32,
    pub(crate) renditions: Vec<Rendition>,
    pub(crate) artwork: Vec<Artwork>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) keys: Vec<String>,
    pub(crate) metadata: BTreeMap<&'static str, String>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Rendition {
    pub(crate) height: u32,
    pub(crate) bandwidth: u64,
    pub(crate) codecs: String,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Artwork {
    pub(crate) url: String,
    pub(crate) role: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// `catalogue.json`: titles in their order, each as it is written.
pub(crate) struct Catalogue(Vec<(String, Box<RawValue>)>);

impl Catalogue {
    pub(crate) fn read(text: Option<&str>) -> Result<Self, String> {
        text.map_or_else(
            || Ok(Self(Vec::new())),
            |text| serde_json::from_str(text).map_err(|problem| problem.to_string()),
        )
    }

    /// A title for which there is no room beside this one: the same, or one of which one is the other's folder.
    pub(crate) fn in_the_way(&self, title: &str) -> Option<&str> {
        let below =
            |one: &str, other: &str| one.strip_prefix(other).is_some_and(|rest| rest.starts_with('/'));
        let all = self.0.iter().map(|(other, _)| other.as_str());
        all.into_iter().find(|other| *other == title || below(other, title) || below(title, other))
    }

    /// With this entry, in the place of the title's former one or at the end.
    pub(crate) fn with(mut self, title: &str, entry: &Entry) -> Result<String, String> {
        let text = serde_json::to_string_pretty(entry).map_err(|problem| problem.to_string())?;
        let raw = RawValue::from_string(text.replace('\n', "\n  ")).map_err(|problem| problem.to_string())?;
        match self.0.iter_mut().find(|(other, _)| other == title) {
            Some((_, former)) => *former = raw,
            None => self.0.push((title.to_owned(), raw)),
        }
        let mut out = "{".to_owned();
        for (number, (title, entry)) in self.0.iter().enumerate() {
            let title = serde_json::to_string(title).map_err(|problem| problem.to_string())?;
            let _ = write!(out, "{}\n  {title}: {entry}", if number == 0 { "" } else { "," });
        }
        out.push_str("\n}\n");
        Ok(out)
    }
}

impl<'de> Deserialize<'de> for Catalogue {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Catalogue;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("an object with an entry for each title")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Catalogue, A::Error> {
                let (mut titles, mut seen) = (Vec::new(), HashSet::new());
                while let Some(title) = map.next_key::<String>()? {
                    if !seen.insert(title.clone()) {
                        // Of two, readers know the last only: whichever stays, somebody would miss the other.
                        return Err(A::Error::custom(format_args!(
                            "`{title}` is in it twice; take one of them out"
                        )));
                    }
                    titles.push((title, map.next_value()?));
                }
                Ok(Catalogue(titles))
            }
        }

        from.deserialize_map(InOrder)
    }
}

/// `keys.json` of the demo.
#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenKeys {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    keys: Vec<Written>,
}

impl OpenKeys {
    pub(crate) fn read(text: Option<&str>) -> Result<Self, String> {
        let read = text.map(serde_json::from_str).transpose().map_err(|problem| problem.to_string())?;
        Ok(read.unwrap_or_default())
    }

    /// With these keys in the place of the title's former ones.
    pub(crate) fn with(mut self, title: &str, keys: Vec<Written>) -> Result<String, String> {
        self.keys.retain(|key| key.title != title);
        self.keys.extend(keys);
        let text = serde_json::to_string_pretty(&self).map_err(|problem| problem.to_string())?;
        Ok(text + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Protection;
    use crate::keys::{Key, Kid};
    use zeroize::Zeroizing;

    const CATALOGUE: &str = include_str!("../../demo/content/catalogue.json");
    const KEYS: &str = include_str!("../../demo/content/keys.json");

    fn entry() -> Entry {
        Entry {
            name: "Mine – \"1\"".to_owned(),
            description: None,
            live: false,
            seconds: 6,
            renditions: vec![Rendition { height: 360, bandwidth: 1000, codecs: "avc1.64001e".to_owned() }],
            artwork: Vec::new(),
            keys: Vec::new(),
            metadata: BTreeMap::from([("protection", "none".to_owned())]),
        }
    }

    #[test]
    fn what_is_there_stays_as_it_is_byte_for_byte() {
        let text = Catalogue::read(Some(CATALOGUE)).unwrap().with("demo/mine", &entry()).unwrap();
        let before = CATALOGUE.trim_end().strip_suffix("\n}").unwrap();
        let rest = text.strip_prefix(before).unwrap();
        assert!(
            rest.starts_with(
                ",\n  \"demo/mine\": {\n    \"name\": \"Mine – \\\"1\\\"\",\n    \"live\": false,"
            ),
            "{rest}"
        );
        assert!(
            rest.ends_with("    \"metadata\": {\n      \"protection\": \"none\"\n    }\n  }\n}\n"),
            "{rest}"
        );
        // Once more, it is replaced where it stands.
        assert_eq!(Catalogue::read(Some(&text)).unwrap().with("demo/mine", &entry()).unwrap(), text);
        assert!(Catalogue::read(None).unwrap().with("a", &entry()).unwrap().starts_with("{\n  \"a\": {\n"));
    }

    #[test]
    fn a_title_is_no_folder_of_another() {
        let text = Catalogue::read(None).unwrap().with("acme/series/one", &entry()).unwrap();
        let catalogue = Catalogue::read(Some(&text)).unwrap();
        for (title, holds) in [
            ("acme/series/one", true),
            ("acme/series", true),
            ("acme", true),
            ("acme/series/one/two", true),
            ("acme/series/on", false),
            ("acme/series/one-two", false),
            ("other", false),
        ] {
            assert_eq!(catalogue.in_the_way(title).is_some(), holds, "{title}");
        }
    }

    #[test]
    fn what_is_no_catalogue_is_refused() {
        for text in ["", "[]", "{\"a\": }", "{\"a\": 1"] {
            assert!(Catalogue::read(Some(text)).is_err(), "{text}");
        }
        for text in ["", "[]", "{\"keys\": [], \"more\": 1}", "{\"keys\": [{\"kid\": 1}]}"] {
            assert!(OpenKeys::read(Some(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_title_that_is_there_twice_is_refused_with_its_place() {
        for text in [
            "{\n  \"a\": {\"name\": \"1\"},\n  \"b\": {},\n  \"a\": {\"name\": \"2\"}\n}",
            "{\n  \"a\": 1,\n\n  \"\\u0061\": 1\n}",
        ] {
            let said = Catalogue::read(Some(text)).err().unwrap();
            assert!(
                said.starts_with("`a` is in it twice; take one of them out at line 4 column "),
                "{text}: {said}"
            );
        }
        // Inside an entry it is not ours to judge, and is kept as it is.
        let text = "{\"a\": {\"b\": 1, \"b\": 2}}";
        let kept = Catalogue::read(Some(text)).unwrap().with("c", &entry()).unwrap();
        assert!(kept.starts_with("{\n  \"a\": {\"b\": 1, \"b\": 2},\n"), "{kept}");
    }

    #[test]
    fn keys_of_other_titles_stay() {
        let with = |text: &str, keys| OpenKeys::read(Some(text)).unwrap().with("demo/mine", keys).unwrap();
        assert_eq!(with(KEYS, Vec::new()), KEYS);
        let key =
            Key { label: "ALL", kid: Kid([7; 16]), bytes: Zeroizing::new([9; 16]), address: String::new() };
        let written = || vec![Written::of("demo/mine", &key, Protection::Aes128)];
        let text = with(KEYS, written());
        assert!(text.contains("\"scheme\": \"cbc1\"\n    }\n  ]\n}\n"), "{text}");
        assert_eq!(with(&text, written()), text, "replaced, not repeated");
        assert_eq!(with(&text, Vec::new()), KEYS);
    }
}
