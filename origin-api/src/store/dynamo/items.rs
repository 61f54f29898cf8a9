//! Records as items: where they are, what is in them, and conditions on them.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::store::{Expect, Record, StoreError, Table};

pub(super) const PARTITION: &str = "partition";
pub(super) const KEY: &str = "key";
pub(super) const BYTES: &str = "bytes";
pub(super) const VERSION: &str = "version";
pub(super) const EXPIRES: &str = "expires";

/// An item, or some of it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The partition that a record is in.
pub(super) fn partition(table: Table, key: &str) -> String {
    if !is_spread(table) {
        return table.name().to_owned();
    }
    let first = digest(&SHA256, key.as_bytes()).as_ref().first().copied().unwrap_or_default();
    spread(table, first)
}

/// All partitions of a table.
pub(super) fn partitions(table: Table) -> Vec<String> {
    if is_spread(table) {
        return (0..=u8::MAX).map(|number| spread(table, number)).collect();
    }
    vec![table.name().to_owned()]
}

/// A condition, as a question carries it.
#[derive(Debug, Default)]
pub(super) struct Condition {
    pub(super) expression: Option<String>,
    pub(super) names: Option<HashMap<String, String>>,
    pub(super) values: Option<Item>,
}

impl Condition {
    pub(super) fn of(expect: Expect) -> Self {
        let about = |attribute: &str| Some(HashMap::from([("#a".to_owned(), attribute.to_owned())]));
        match expect {
            Expect::Anything => Self::default(),
            Expect::Absent => Self {
                expression: Some("attribute_not_exists(#a)".to_owned()),
                names: about(KEY),
                values: None,
            },
            Expect::Version(version) => Self {
                expression: Some("#a = :version".to_owned()),
                names: about(VERSION),
                values: Some(HashMap::from([(":version".to_owned(), number(version))])),
            },
        }
    }
}

/// What is kept in an item.
pub(super) fn record(item: &Item) -> Result<Record, StoreError> {
    let bytes = item.get(BYTES).and_then(|value| value.as_b().ok()).ok_or_else(|| foreign(item, BYTES))?;
    Ok(Record { bytes: bytes.as_ref().to_vec(), version: version(item)? })
}

/// The version that an item is of.
pub(super) fn version(item: &Item) -> Result<u64, StoreError> {
    let digits = item.get(VERSION).and_then(|value| value.as_n().ok());
    digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| foreign(item, VERSION))
}

/// The key of an item.
pub(super) fn key(item: &Item) -> Result<String, StoreError> {
    let key = item.get(KEY).and_then(|value| value.as_s().ok());
    key.cloned().ok_or_else(|| foreign(item, KEY))
}

pub(super) fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub(super) fn bytes(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

pub(super) fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// A number that did not come before, and will not come again.
pub(super) fn random() -> Result<u64, StoreError> {
    let mut bytes = [0; 8];
    rand::fill(&mut bytes)
        .map_err(|_| StoreError::Unavailable("this machine has no randomness".to_owned()))?;
    Ok(u64::from_ne_bytes(bytes))
}

/// Whether a table is asked for key by key so often that it has to be in many places.
fn is_spread(table: Table) -> bool {
    match table {
        Table::Leases | Table::Keys => true,
        Table::Titles | Table::Revocations | Table::Policies => false,
    }
}

fn spread(table: Table, number: u8) -> String {
    format!("{}#{number:02x}", table.name())
}

/// An item that none of ours wrote.
fn foreign(item: &Item, attribute: &str) -> StoreError {
    let key = item.get(KEY).and_then(|value| value.as_s().ok()).map_or("", String::as_str);
    StoreError::Unavailable(format!(
        "the item `{key}` has no `{attribute}` of ours; keep only records in this table"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn records_stay_where_they_are_looked_for() {
        // Written down from `printf %s KEY | sha256sum`: with another rule what is kept would not be found.
        for (table, key, expected) in [
            (Table::Titles, "acme/film", "titles"),
            (Table::Revocations, "account/one", "revocations"),
            (Table::Policies, "current", "policies"),
            (Table::Leases, "account/one", "leases#13"),
            (Table::Leases, "", "leases#e3"),
            (Table::Keys, "account/one", "keys#13"),
        ] {
            assert_eq!(partition(table, key), expected, "{key}");
            assert!(partitions(table).contains(&expected.to_owned()));
        }
        for table in Table::ALL {
            let partitions = partitions(table);
            assert_eq!(partitions.len(), if is_spread(table) { 256 } else { 1 });
            assert_eq!(partitions.iter().collect::<BTreeSet<_>>().len(), partitions.len());
        }
    }

    #[test]
    fn what_none_of_ours_wrote_is_no_record() {
        let ours =
            [(KEY, text("one")), (BYTES, bytes(b"x")), (VERSION, number(u64::MAX)), (EXPIRES, number(7))];
        let item: Item = ours.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        assert_eq!(record(&item), Ok(Record { bytes: b"x".to_vec(), version: u64::MAX }));
        assert_eq!(key(&item), Ok("one".to_owned()));
        for (name, value) in [
            (BYTES, text("x")),
            (BYTES, AttributeValue::Null(true)),
            (VERSION, text("1")),
            (VERSION, AttributeValue::N("-1".to_owned())),
            (VERSION, AttributeValue::N("1.5".to_owned())),
            (VERSION, AttributeValue::N("18446744073709551616".to_owned())),
            (VERSION, AttributeValue::N(String::new())),
        ] {
            let mut item = item.clone();
            item.insert(name.to_owned(), value.clone());
            assert!(matches!(record(&item), Err(StoreError::Unavailable(_))), "{value:?}");
        }
        for name in [BYTES, VERSION] {
            let item: Item = item.clone().into_iter().filter(|(known, _)| known != name).collect();
            let words = record(&item).unwrap_err().to_string();
            assert!(words.contains("`one`") && words.contains(name), "{words}");
        }
        assert!(key(&Item::new()).is_err());
    }
}
