//! The reader held against `serde_json`, which shares nothing with it: on awkward cases and on damaged real documents.
//!
//! Both must accept the same and read the same, with these exceptions, each asserted below where it occurs: doubles may
//! differ in their last places, and so whether a number within those places of the largest double is too large.

use super::{Kind, Reader, earlier};
use crate::identity::object;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

const LOGINS: &str = include_str!("../../../../tests/corpus/logins/all.json");
const MUTATIONS: usize = 200_000;
/// What tests recurse into; `serde_json` reads no deeper into what it keeps.
const DEEPEST: usize = 100;
const NAMES: [&str; 12] = [
    "iss",
    "exp",
    "aud",
    "client_id",
    "token_use",
    "nbf",
    "iat",
    "sub",
    "sid",
    "jti",
    "cognito:groups",
    "kid",
];

/// Reads everything, in the manner of `serde_json`: of members with one name the last counts.
fn whole(text: &str) -> Option<Value> {
    let mut reader = Reader::new(text);
    let value = value(&mut reader, 0)?;
    reader.end().ok()?;
    Some(value)
}

fn value(reader: &mut Reader<'_>, depth: usize) -> Option<Value> {
    if depth > DEEPEST {
        return None;
    }
    Some(match reader.kind().ok()? {
        Kind::Null => reader.null().unwrap_or_default().then_some(Value::Null)?,
        Kind::Flag => {
            let start = reader.position();
            reader.skip().ok()?;
            Value::Bool(reader.text.as_bytes()[start] == b't')
        }
        Kind::Text => Value::String(reader.text().ok()?.into_owned()),
        Kind::Number => {
            let numeral = reader.number().ok()?;
            let double = numeral.double()?;
            numeral.integer().map_or_else(|| Value::from(double), Value::from)
        }
        Kind::Array => {
            let mut elements = Vec::new();
            reader.array().ok()?;
            while reader.element().ok()? {
                elements.push(value(reader, depth + 1)?);
            }
            Value::Array(elements)
        }
        Kind::Object => {
            let mut members = Map::new();
            reader.object().ok()?;
            while let Some(name) = reader.name().ok()? {
                members.insert(name.into_owned(), value(reader, depth + 1)?);
            }
            Value::Object(members)
        }
    })
}

/// Integers must be the same; what neither holds as an integer only nearly.
fn same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(ours), Value::Number(theirs)) => {
            let (our, their) = (ours.as_f64().unwrap(), theirs.as_f64().unwrap());
            // They know integers beyond ours, and take `-0` for a double.
            match (ours.as_i64(), theirs.as_i64()) {
                (Some(our), Some(their)) => our == their,
                (Some(0), None) => their == 0.0,
                (Some(_), None) | (None, Some(_)) => false,
                (None, None) => (our - their).abs() <= their.abs() * 1e-13 || their.abs() < 1e-300,
            }
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same(ours, theirs))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(theirs)
                    .all(|((our, ours), (their, theirs))| our == their && same(ours, theirs))
        }
        _ => ours == theirs,
    }
}

fn skipped(text: &str) -> bool {
    let mut reader = Reader::new(text);
    reader.skip().is_ok() && reader.end().is_ok()
}

/// Everything in which the two could differ about one text. Whether anything accepted it.
fn hold(text: &str) -> bool {
    let theirs: Option<Value> = serde_json::from_str(text).ok();
    match (whole(text), &theirs) {
        (Some(ours), Some(theirs)) => assert!(same(&ours, theirs), "{text}"),
        (ours, theirs) => assert_eq!(ours.is_some(), theirs.is_some(), "{text}"),
    }
    let skips = skipped(text);
    assert_eq!(skips, serde_json::from_str::<IgnoredAny>(text).is_ok(), "{text}");
    assert_eq!(object::members(text, &NAMES), earlier::members(text, &NAMES), "{text}");
    skips
}

/// Headers, payloads and key sets, of the corpus.
fn documents() -> Vec<String> {
    let corpus: Value = serde_json::from_str(LOGINS).unwrap();
    let parts = corpus["cases"].as_array().unwrap().iter().flat_map(|case| {
        let parts = case["jwt"].as_str().unwrap().split('.').take(2);
        parts.filter_map(|part| String::from_utf8(URL_SAFE_NO_PAD.decode(part).ok()?).ok())
    });
    let sets = corpus["key_sets"].as_object().unwrap().values().map(Value::to_string);
    let mut documents: Vec<String> = parts.chain(sets).filter(|text| text.len() < 4096).collect();
    documents.extend(AWKWARD.iter().map(|text| (*text).to_owned()));
    documents.sort_unstable();
    documents.dedup();
    documents
}

/// The same numbers at every run (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }

    fn damage(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len());
        let until = (at + 1 + self.below(12)).min(bytes.len());
        match self.below(8) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
            1 if !bytes.is_empty() => bytes[at] = PIECES[self.below(PIECES.len())].as_bytes()[0],
            2 => drop(bytes.drain(at..until)),
            3 => {
                let copy = bytes[at..until].to_vec();
                let to = self.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            4 => bytes.truncate(at),
            _ => {
                let piece = PIECES[self.below(PIECES.len())].bytes();
                bytes.splice(at..at, piece);
            }
        }
    }
}

/// What damages form more often than random bytes do.
const PIECES: [&str; 44] = [
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\n",
    "0",
    "1",
    "9",
    "-",
    "+",
    ".",
    "e",
    "E5",
    "e400",
    ".5",
    "null",
    "true",
    "false",
    "n",
    "\\u0041",
    "\\ud83d\\ude00",
    "\\ud83d",
    "\\ude00",
    "\\n",
    "\\/",
    "\\x",
    "\0",
    "\u{1f}",
    "\u{7f}",
    "\u{e5}",
    "\u{1f600}",
    "\"a\":1,",
    ",\"exp\":1.8e9",
    "\"exp\":-0.5,",
    "[[[[",
    "{}",
    "18446744073709551615",
    "1e-400",
    "\t",
];

const AWKWARD: [&str; 64] = [
    "",
    " ",
    "null",
    "nul",
    "nullx",
    "true",
    "tru",
    "false ",
    "falze",
    "0",
    "-0",
    "-0.0",
    "00",
    "01",
    "-",
    "-01",
    "+1",
    "1.",
    ".1",
    "1.0",
    "1e",
    "1e+",
    "1E-5",
    "1e5.5",
    "0x10",
    "NaN",
    "Infinity",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "184467440737095516160000000000000000000000e-32",
    "1800000000.99999999999999999999999999",
    "1.7976931348623157e308",
    "1.8e308",
    "1e309",
    "-1e400",
    "0e400",
    "1e-400",
    "0.000000000000000000000000000001e40",
    "1e99999999999999999999",
    "1e-99999999999999999999",
    r#"{"exp":1e400}"#,
    r#"{"x":1e400}"#,
    r#"{"exp":1800000000.5,"nbf":1.8e9,"iat":-0.5,"sub":1e15,"sid":999999999999999.9}"#,
    r#"{"exp":999999999999999.99,"nbf":-1e15,"iat":1e14,"sub":18e8}"#,
    r#"{"aud":["a","\u0062",[1,{"a":1}],{"b":[]},1e400]}"#,
    r#"{"aud":["a","\u0062",[1e400,{"a":"\ud800"}],{"b":[]},null,true]}"#,
    r#"{"sub":"\ud83d\ude00","sid":"\ud83d","x":"\ude00"}"#,
    r#"{"x":"\ud83d","\u0065xp":5}"#,
    r#"{"\ud83d":1}"#,
    r#"{"x":{"\ud83d":1}}"#,
    r#"{"exp":{"\ud83d":1}}"#,
    r#"{"exp":{"a":{"\ud83d":1}}}"#,
    r#"{"aud":[{"\ud83d":1}]}"#,
    r#"{"aud":[[{"\ud83d":1}]]}"#,
    r#"{"x":1,"x":2}"#,
    r#"{"exp":1,"\u0065xp":2}"#,
    r#"{"":1,"":2}"#,
    "{\"a\":\"\u{7f}\u{80}\u{2028}\"}",
    "\u{feff}{}",
    "{\"a\":1}\0",
];

#[test]
fn awkward_cases_are_read_alike() {
    assert!(AWKWARD.iter().filter(|text| hold(text)).count() > 20);
    for text in documents() {
        hold(&text);
    }
    for count in [127, 128, 129] {
        let members: Vec<String> = (0..count).map(|number| format!("\"{number}\":0")).collect();
        hold(&format!("{{{}}}", members.join(",")));
    }
    for depth in [10, 60, 64, 90] {
        for end in ["", "]", "}"] {
            hold(&format!("{{\"aud\":{}1{}{end}}}", "[".repeat(depth), "]".repeat(depth)));
        }
    }
    for byte in 0..=127_u8 {
        let byte = char::from(byte);
        for text in [
            format!("{byte}1"),
            format!("1{byte}"),
            format!("\"{byte}\""),
            format!("\"1234567{byte}\""),
            format!("\"\\{byte}\""),
            format!("\"\\{byte}0041\""),
            format!("\"\\u00{byte}0\""),
            format!("[1{byte}2]"),
            format!("{{\"exp\"{byte}2}}"),
        ] {
            hold(&text);
        }
    }
}

#[test]
fn damaged_documents_are_read_alike() {
    let documents = documents();
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let (mut texts, mut accepted) = (BTreeSet::new(), 0);
    while texts.len() < MUTATIONS {
        let mut bytes = documents[chance.below(documents.len())].clone().into_bytes();
        for _ in 0..=chance.below(3) {
            chance.damage(&mut bytes);
        }
        // Nobody hands over anything but UTF-8.
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let mut hasher = std::hash::DefaultHasher::new();
        std::hash::Hash::hash(&text, &mut hasher);
        if texts.insert(std::hash::Hasher::finish(&hasher)) {
            accepted += usize::from(hold(&text));
        }
    }
    assert!(accepted > MUTATIONS / 10 && accepted < MUTATIONS * 9 / 10, "{accepted}");
}
