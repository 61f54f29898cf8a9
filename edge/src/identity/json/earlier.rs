//! Members of an object read with `serde_json`, as it was done before there was a reader: what the new way is held to.

use crate::identity::object::{Found, Number};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

pub(super) fn members<'t>(text: &'t str, names: &[&str]) -> Option<Vec<Found<'t>>> {
    let mut found = vec![Found::Absent; names.len()];
    let place = |name: &str| names.iter().position(|wanted| *wanted == name);
    let mut json = serde_json::Deserializer::from_str(text);
    json.deserialize_map(Members { place: &place, found: &mut found }).ok()?;
    json.end().ok()?;
    Some(found)
}

struct Members<'p, 't> {
    place: &'p dyn Fn(&str) -> Option<usize>,
    found: &'p mut [Found<'t>],
}

impl<'t> Visitor<'t> for Members<'_, 't> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen: Vec<Cow<'t, str>> = Vec::with_capacity(24);
        while let Some(name) = map.next_key_seed(Name)? {
            if seen.len() == 128 || seen.contains(&name) {
                return Err(A::Error::custom("too many members, or one twice"));
            }
            match (self.place)(&name).and_then(|place| self.found.get_mut(place)) {
                Some(slot) => *slot = map.next_value_seed(Value { inside: false })?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            seen.push(name);
        }
        Ok(())
    }
}

struct Name;

impl<'t> DeserializeSeed<'t> for Name {
    type Value = Cow<'t, str>;

    fn deserialize<D: Deserializer<'t>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'t> Visitor<'t> for Name {
    type Value = Cow<'t, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'t str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

#[derive(Clone, Copy)]
struct Value {
    inside: bool,
}

impl<'t> DeserializeSeed<'t> for Value {
    type Value = Found<'t>;

    fn deserialize<D: Deserializer<'t>>(self, json: D) -> Result<Found<'t>, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'t> Visitor<'t> for Value {
    type Value = Found<'t>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'t str) -> Result<Found<'t>, E> {
        Ok(Found::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Found<'t>, E> {
        Ok(Found::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Found<'t>, E> {
        Ok(Found::Number(Number { floor: number, ceiling: number }))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Found<'t>, E> {
        i64::try_from(number).map_or(Ok(Found::Other), |number| self.visit_i64(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Found<'t>, E> {
        Ok(seconds(number).map_or(Found::Other, Found::Number))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Found<'t>, E> {
        Ok(Found::Other)
    }

    fn visit_unit<E: Error>(self) -> Result<Found<'t>, E> {
        Ok(Found::Other)
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut elements: A) -> Result<Found<'t>, A::Error> {
        if self.inside {
            while elements.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Found::Other);
        }
        let mut texts = Vec::new();
        let mut all_texts = true;
        while let Some(element) = elements.next_element_seed(Self { inside: true })? {
            match element {
                Found::Text(text) => texts.push(text),
                _ => all_texts = false,
            }
        }
        Ok(if all_texts { Found::Texts(texts) } else { Found::Other })
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Found<'t>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Found::Other)
    }
}

/// `None` for what is no time of ours; below that the conversion is exact.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn seconds(number: f64) -> Option<Number> {
    (number.abs() < 1e15).then(|| Number { floor: number.floor() as i64, ceiling: number.ceil() as i64 })
}
