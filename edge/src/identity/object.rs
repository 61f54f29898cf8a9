//! Reading one JSON object for a few of its members, each at most once, without building the rest.

use super::json::{Kind, Numeral, Reader};
use std::borrow::Cow;

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

/// Puts the members of the object `text` under `names` into `found`, in the order of `names`.
///
/// `None` if `text` is not one JSON object and nothing else, or has two members of one name, wanted or not.
pub(super) fn find<'t, N: AsRef<str>>(text: &'t str, names: &[N], found: &mut [Found<'t>]) -> Option<()> {
    let mut reader = Reader::new(text);
    let mut seen = Seen::default();
    reader.object().ok()?;
    while let Some(name) = reader.name().ok()? {
        match names
            .iter()
            .position(|wanted| is(wanted.as_ref(), &name))
            .and_then(|place| found.get_mut(place))
        {
            Some(slot) => *slot = value(&mut reader)?,
            None => reader.skip().ok()?,
        }
        seen.add(name)?;
    }
    reader.end().ok()
}

/// The members in a new list, see [`find`].
pub(super) fn members<'t, N: AsRef<str>>(text: &'t str, names: &[N]) -> Option<Vec<Found<'t>>> {
    let mut found = vec![Found::Absent; names.len()];
    find(text, names, &mut found)?;
    Some(found)
}

/// Most claims have names of three letters: the last one tells nearly all of them apart, without a comparison in memory.
fn is(wanted: &str, name: &str) -> bool {
    wanted.len() == name.len() && wanted.as_bytes().last() == name.as_bytes().last() && wanted == name
}

/// The names of the members so far.
#[derive(Default)]
struct Seen<'t> {
    names: Vec<Cow<'t, str>>,
    /// A bit for each name, the same for the same name: only where it is set already need names be compared.
    marks: u64,
}

impl<'t> Seen<'t> {
    /// `None` if there are too many, or if it is there already.
    fn add(&mut self, name: Cow<'t, str>) -> Option<()> {
        let ends = name.as_bytes().first().zip(name.as_bytes().last());
        let (first, last) = ends.map_or((0, 0), |(first, last)| (usize::from(*first), usize::from(*last)));
        let mark = 1 << ((name.len() * 7 + first * 5 + last) % 64);
        if self.marks & mark != 0 && self.names.contains(&name) || self.names.len() == MOST_MEMBERS {
            return None;
        }
        self.marks |= mark;
        if self.names.is_empty() {
            self.names.reserve(24);
        }
        self.names.push(name);
        Some(())
    }
}

fn value<'t>(reader: &mut Reader<'t>) -> Option<Found<'t>> {
    match reader.kind().ok()? {
        Kind::Array => texts(reader),
        kind => single(reader, kind),
    }
}

fn texts<'t>(reader: &mut Reader<'t>) -> Option<Found<'t>> {
    let mut texts = Vec::new();
    let mut all_texts = true;
    reader.array().ok()?;
    while reader.element().ok()? {
        let kind = reader.kind().ok()?;
        match single(reader, kind)? {
            Found::Text(text) => texts.push(text),
            _ => all_texts = false,
        }
    }
    Some(if all_texts { Found::Texts(texts) } else { Found::Other })
}

fn single<'t>(reader: &mut Reader<'t>, kind: Kind) -> Option<Found<'t>> {
    match kind {
        Kind::Text => return Some(Found::Text(reader.text().ok()?)),
        Kind::Number => return number(reader.number().ok()?),
        Kind::Object => {
            reader.object().ok()?;
            while reader.name().ok()?.is_some() {
                reader.skip().ok()?;
            }
        }
        Kind::Null | Kind::Flag | Kind::Array => reader.skip().ok()?,
    }
    Some(Found::Other)
}

/// A whole number as it is; below 10^15 also one with a fraction. `None` for what is larger than any double.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn number(numeral: Numeral) -> Option<Found<'static>> {
    if let Some(number) = numeral.integer() {
        return Some(Found::Number(Number { floor: number, ceiling: number }));
    }
    let number = numeral.double()?;
    Some(if number.abs() < 1e15 {
        Found::Number(Number { floor: number.floor() as i64, ceiling: number.ceil() as i64 })
    } else {
        Found::Other
    })
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
