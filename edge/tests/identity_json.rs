#![cfg(test)]
//! Key sets, damaged in many ways, against what `serde_json` and its derived types make of them.
//!
//! Both must take the same documents, and find the same keys in them, but for two things that only `serde` takes: bytes
//! that are not UTF-8 where nobody looks at them, and arrays instead of objects.

use edge::identity::{KeyNumbers, KeySet, KeySetError};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

const LOGINS: &str = include_str!("../../tests/corpus/logins/all.json");
const MUTATIONS: usize = 40_000;

#[derive(Deserialize)]
struct Document {
    keys: Vec<Member>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read for their types")]
struct Member {
    kty: Option<String>,
    r#use: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    d: Option<IgnoredAny>,
}

/// Whether only `serde` takes it.
fn is_exception(document: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(document) else { return true };
    let value: Option<Value> = serde_json::from_str(text).ok();
    value.is_some_and(|value| {
        value.is_array() || value["keys"].as_array().is_some_and(|keys| keys.iter().any(Value::is_array))
    })
}

/// Whether it was taken at all.
fn hold(document: &[u8]) -> bool {
    let shown = String::from_utf8_lossy(document);
    let ours = KeySet::read(document);
    let malformed = matches!(ours, Err(KeySetError::Malformed { .. } | KeySetError::DuplicateMember { .. }));
    let theirs: Document = match serde_json::from_slice(document) {
        Ok(_) if is_exception(document) => {
            assert!(malformed, "{shown}");
            return false;
        }
        Ok(theirs) => theirs,
        Err(error) => {
            assert!(malformed, "{error}: {shown}");
            return false;
        }
    };
    assert!(!malformed, "{ours:?}: {shown}");
    let private = theirs.keys.iter().position(|member| member.d.is_some());
    match &ours {
        Err(KeySetError::Private { position }) => assert_eq!(private, Some(*position), "{shown}"),
        Err(KeySetError::NoKey { skipped }) => assert_eq!(theirs.keys.len(), *skipped, "{shown}"),
        Err(_) => {}
        Ok(set) => {
            assert!(private.is_none() && theirs.keys.len() == set.keys().len() + set.skipped(), "{shown}");
            for key in set.keys() {
                let rsa = matches!(key.numbers(), KeyNumbers::Rsa { .. });
                let is_it = |member: &Member| {
                    member.kid.as_deref() == key.kid()
                        && member.kty.as_deref() == Some(if rsa { "RSA" } else { "EC" })
                        && (if rsa { &member.n } else { &member.y }).is_some()
                };
                assert!(theirs.keys.iter().any(is_it), "{key:?}: {shown}");
            }
        }
    }
    ours.is_ok()
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
}

/// What damages a key set more often than random bytes do.
const PIECES: [&str; 22] = [
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "5",
    "1e400",
    "[],",
    "{},",
    "\"kid\":null,",
    "\"d\":1,",
    "\"d\":null,",
    "\"key_ops\":[\"verify\"],",
    "\"key_ops\":[],",
    "\"key_ops\":[5],",
    "\"x\":\"\\ud800\",",
    "\"z\":\"\\ud800\",",
    "\u{e5}",
];

#[test]
fn awkward_key_sets() {
    for document in [
        "",
        "{}",
        "[]",
        "[[]]",
        "[[],1]",
        r#"{"keys":null}"#,
        r#"{"keys":[]}"#,
        r#"{"keys":[{}]}"#,
        r#"{"keys":[null]}"#,
        r#"{"keys":[[]]}"#,
        r#"{"keys":[["RSA",null,null,null,null,null,null,null,null,null,null]]}"#,
        r#"{"keys":[],"keys":[]}"#,
        r#"{"a":1,"a":2,"keys":[]}"#,
        r#"{"k\u0065ys":[{"kty":null}]}"#,
        r#"{"keys":[{"kty":null,"kty":"EC"}]}"#,
        r#"{"keys":[{"d":null,"d":null}]}"#,
        r#"{"keys":[{"d":null}]}"#,
        r#"{"keys":[{"d":{"a":[1e400,"\ud800"]}}]}"#,
        r#"{"keys":[{"x5c":["a"],"x5c":[1]}]}"#,
        r#"{"keys":[{"key_ops":null}]}"#,
        r#"{"keys":[{"key_ops":["a",null]}]}"#,
        r#"{"keys":[{"key_ops":"verify"}]}"#,
        r#"{"keys":[{"alg":true}]}"#,
        r#"{"keys":[{"\ud800":true}]}"#,
        r#"{"\ud800":1,"keys":[]}"#,
        r#"{"x":1e400,"keys":[]}"#,
        r#"{"x":01,"keys":[]}"#,
        r#"{"keys":[{}],}"#,
        "{\"keys\":[]}\n",
        "{\"keys\":[]}\0",
        "\u{feff}{\"keys\":[]}",
    ] {
        hold(document.as_bytes());
    }
    for (bytes, accepted) in [
        (&b"{\"keys\":[],\"a\":\"\xff\"}"[..], "not UTF-8 at byte 16"),
        (b"{\"keys\":[{\"kid\":5}]}", "a text is missing at byte 16"),
        (b"{\"keys\":[{\"kid\":\"a\",\"kid\":\"a\"}]}", "duplicate field `kid` at byte 26"),
        (b"{\"keys\":[]} x", "more behind the end at byte 12"),
    ] {
        assert!(!hold(bytes));
        let error = KeySet::read(bytes).expect_err(accepted).to_string();
        assert!(error.contains(accepted), "{error}");
    }
    for depth in [64, 128, 10_000] {
        for end in ["", "]", "}"] {
            let deep = format!("{}1{}{end}", "[".repeat(depth), "]".repeat(depth));
            hold(format!("{{\"a\":{deep},\"keys\":[]}}").as_bytes());
            hold(format!("{{\"keys\":[{{\"d\":{deep}}}]}}").as_bytes());
        }
    }
}

#[test]
fn damaged_key_sets() {
    let corpus: Value = serde_json::from_str(LOGINS).unwrap();
    let documents: Vec<Vec<u8>> =
        corpus["key_sets"].as_object().unwrap().values().map(|set| set.to_string().into_bytes()).collect();
    let mut chance = Chance(0x2545_f491_4f6c_dd1d);
    let mut accepted = 0;
    for _ in 0..MUTATIONS {
        let mut bytes = documents[chance.below(documents.len())].clone();
        for _ in 0..=chance.below(2) {
            let at = chance.below(bytes.len());
            let until = (at + 1 + chance.below(16)).min(bytes.len());
            match chance.below(8) {
                0 if !bytes.is_empty() => bytes[at] ^= 1 << chance.below(8),
                1 => drop(bytes.drain(at..until)),
                2 => {
                    let copy = bytes[at..until].to_vec();
                    bytes.splice(at..at, copy);
                }
                3 => bytes.truncate(at),
                4 => {
                    let piece = PIECES[chance.below(PIECES.len())].bytes();
                    bytes.splice(at..at, piece);
                }
                // Where a member or a key begins, most pieces fit.
                _ => {
                    let starts = |(at, byte): (usize, &u8)| matches!(byte, b'{' | b'[').then_some(at + 1);
                    let places: Vec<usize> = bytes.iter().enumerate().filter_map(starts).collect();
                    let at = places.get(chance.below(places.len())).copied().unwrap_or(0);
                    let piece = PIECES[chance.below(PIECES.len())].bytes();
                    bytes.splice(at..at, piece);
                }
            }
        }
        accepted += usize::from(hold(&bytes));
    }
    assert!(accepted > MUTATIONS / 20 && accepted < MUTATIONS * 3 / 4, "{accepted}");
}
