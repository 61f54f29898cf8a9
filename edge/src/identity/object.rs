//! Reading one JSON object for a few of its members, each at most once, without building the rest.

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// More members than any honest login has; comparing them all with each other stays cheap.
const MOST_MEMBERS: usize = 128;

/// What stands under a name.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Found<'t> {
    #[default]
    Absent,
    Text(Cow<'t, str>),
    Texts(Vec<Cow<'t, str>>),
    Number(Number),
    /// Anything else.
    Other,
}

impl<'t> Found<'t> {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The texts of an array of texts, or the one text.
    pub(super) fn texts(&self) -> &[Cow<'t, str>] {
        match self {
            Self::Text(text) => std::slice::from_ref(text),
            Self::Texts(texts) => texts,
            _ => &[],
        }
    }
}

/// A number of seconds, which may have had a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) floor: i64,
    pub(super) ceiling: i64,
}

/// The members of the object `text` under `names`, in the order of `names`.
///
/// `None` if `text` is not one JSON object and nothing else, or has two members of one name, wanted or not.
pub(super) fn members<'t, N: AsRef<str>>(text: &'t str, names: &[N]) -> Option<Vec<Found<'t>>> {
    let mut found = vec![Found::Absent; names.len()];
    let place = |name: &str| names.iter().position(|wanted| wanted.as_ref() == name);
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
            if seen.len() == MOST_MEMBERS || seen.contains(&name) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Found<'_> {
        Found::Text(text.into())
    }

    #[test]
    fn what_is_wanted_is_found_whatever_stands_around_it() {
        let number = |floor, ceiling| Found::Number(Number { floor, ceiling });
        for (json, expected) in [
            ("{}", Found::Absent),
            (r#"{"b":1}"#, Found::Absent),
            (r#"{"a":"x"}"#, text("x")),
            (r#"{"a":"\u0078"}"#, text("x")),
            (r#"{"\u0061":"x"}"#, text("x")),
            (r#" { "b" : {"a":1,"a":2} , "a" : "x" } "#, text("x")),
            (r#"{"a":["x","y"]}"#, Found::Texts(vec!["x".into(), "y".into()])),
            (r#"{"a":[]}"#, Found::Texts(Vec::new())),
            (r#"{"a":["x",1]}"#, Found::Other),
            (r#"{"a":[["x"]]}"#, Found::Other),
            (r#"{"a":{"a":"x"}}"#, Found::Other),
            (r#"{"a":null}"#, Found::Other),
            (r#"{"a":true}"#, Found::Other),
            (r#"{"a":5}"#, number(5, 5)),
            (r#"{"a":-5}"#, number(-5, -5)),
            (r#"{"a":5.0}"#, number(5, 5)),
            (r#"{"a":5.5}"#, number(5, 6)),
            (r#"{"a":5e3}"#, number(5000, 5000)),
            (r#"{"a":1e300}"#, Found::Other),
            (r#"{"a":18446744073709551615}"#, Found::Other),
        ] {
            assert_eq!(members(json, &["a"]), Some(vec![expected]), "{json}");
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        for depth in [200, 100_000] {
            let deep = format!(r#"{{"b":{0}1{1},"a":{0}1{1}}}"#, "[".repeat(depth), "]".repeat(depth));
            assert_eq!(members(&deep, &["a"]), Some(vec![Found::Other]), "{depth}");
        }
    }

    #[test]
    fn what_is_not_one_object_is_refused() {
        let wide = format!("{{{}}}", (0..129).map(|n| format!(r#""{n}":0"#)).collect::<Vec<_>>().join(","));
        for json in [
            "",
            " ",
            "null",
            "[]",
            r#""a""#,
            "{",
            "{}{}",
            "{} x",
            r#"{"a":1,}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"b":1,"b":1}"#,
            r#"{"a":1,"\u0061":1}"#,
            "{'a':1}",
            r#"{"a":01}"#,
            r#"{"a":NaN}"#,
            r#"{"a":1e400}"#,
            "{\"a\":\"\n\"}",
            r#"{"a":"\ud800"}"#,
            "\u{feff}{}",
            &wide,
        ] {
            assert_eq!(members(json, &["a"]), None, "{json}");
        }
    }
}
