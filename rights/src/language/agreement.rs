//! The top of a file: which agreement it is, and in which zone.

use super::fields::{self, Fields, Read, Reported, Value, is_name};
use super::sections::Section;
use super::source::Source;
use super::zone::Zone;
use crate::problem::{Problems, shown};
use jiff::tz::TimeZoneDatabase;
use toml::de::{DeTable, DeValue};

/// What the top of a file with an agreement says.
pub(crate) struct Top<'t, 'a> {
    pub(crate) fields: Fields<'t, 'a>,
    pub(crate) agreement: Read<(&'t str, core::ops::Range<usize>)>,
    pub(crate) zone: Zone,
    /// Whether all of it is sound.
    pub(crate) sound: Read<()>,
}

impl<'t, 'a> Top<'t, 'a> {
    pub(crate) fn read(
        source: &'t Source<'a>,
        root: &'t DeTable<'a>,
        zones: &TimeZoneDatabase,
        problems: &mut Problems,
    ) -> Self {
        let before = problems.len();
        let fields = Fields::open(source, root, 0..0, Section::Agreement, problems);
        // Behind the first `[...]` a key belongs to that section, where it was reported.
        let strayed = |key: &str| strayed(root, key);
        if !strayed("schema") {
            let schema = fields.required("schema", problems);
            let _ = schema.and_then(|value| self::schema(source, value, problems));
        }
        let agreement = if strayed("agreement") && fields.optional("agreement").is_none() {
            Err(Reported)
        } else {
            fields
                .required("agreement", problems)
                .and_then(|value| Ok((fields::name(source, "agreement", value, problems)?, value.span())))
        };
        let zone = match fields.optional("timezone") {
            Some(value) => match fields::text(source, "timezone", value, problems) {
                Ok(name) => Zone::read(source, &value.span(), name, zones, problems),
                Err(Reported) => Zone::Wrong,
            },
            None if strayed("timezone") || fields.attempted("timezone") => Zone::Wrong,
            None => Zone::Missing,
        };
        let sound = if problems.has_errors_after(before) { Err(Reported) } else { Ok(()) };
        Self { fields, agreement, zone, sound }
    }
}

/// Checks the version of the language.
pub(crate) fn schema(source: &Source<'_>, value: &Value<'_>, problems: &mut Problems) -> Read<()> {
    if fields::integer(source, "schema", value, problems)? == Some(1) {
        return Ok(());
    }
    let message = format!("schema {} is not known here", shown(source.slice(&value.span())));
    problems.push(source.error(&value.span(), "unknown-schema", message).help("write `schema = 1`"));
    Err(Reported)
}

/// Whether something stands in a file without `[groups]` that was meant for it: then it was reported.
pub(crate) fn has_strayed_groups(root: &DeTable<'_>, shared: bool) -> bool {
    let is_none_of_ours = |key: &str| !Section::Agreement.keys().contains(&key);
    strayed(root, "groups")
        || root.iter().any(|(key, value)| {
            is_none_of_ours(key.get_ref())
                && match value.get_ref() {
                    DeValue::Array(_) => shared,
                    // `[group]`, `[Groups]`
                    DeValue::Table(table) => table.values().any(|list| list.get_ref().is_array()),
                    _ => false,
                }
        })
}

/// Whether a key of the top stands in one of the sections.
fn strayed(root: &DeTable<'_>, key: &str) -> bool {
    let has = |value: &Value<'_>| value.get_ref().as_table().is_some_and(|table| table.contains_key(key));
    root.iter().any(|(section, value)| match value.get_ref() {
        DeValue::Array(array) => array.iter().any(has),
        // A group may be called so.
        DeValue::Table(table) if section.get_ref() == "groups" && is_name(key) => {
            table.get(key).is_some_and(|value| value.get_ref().as_array().is_none())
        }
        _ => has(value),
    })
}
