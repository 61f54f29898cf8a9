//! Requests: those of the corpus, and what becomes of them when their parts are exchanged, cut, doubled and spoilt.

use super::Rng;
use crate::support::{HEADERS, corpus};
use edge::{Event, FIELDS, Field, Request};
use serde_json::Value;
use std::collections::HashSet;

/// Those that the corpus' own harness fills in otherwise.
const MORE: [(&str, Field); 5] = [
    ("x-playgate-token", Field::Token),
    ("x-pass", Field::Token),
    ("cloudfront-viewer-country", Field::Country),
    ("cloudfront-viewer-country-region", Field::Region),
    ("cache-control", Field::CacheControl),
];

/// What says that a credential is nobody's: of all others some may hold somewhere.
const FORGED: [&str; 10] = [
    "token_malformed",
    "token_too_large",
    "token_algorithm",
    "token_critical",
    "token_unknown_key",
    "token_bad_mac",
    "login_malformed",
    "login_signature",
    "login_algorithm",
    "login_critical",
];

const SPOILERS: [&str; 30] = [
    "\0",
    "\r\n",
    "\n",
    "\t",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{e9}",
    "\u{1f600}",
    "%",
    "%00",
    "%0d%0a",
    "%2e",
    "%2F",
    "%5c",
    "%25",
    "/",
    "//",
    "\\",
    ".",
    "..",
    "/../",
    ";",
    "; ",
    "\"",
    "'",
    "?",
    "#",
    "&playgate=",
    "=",
];

const WORDS: [&str; 12] = [
    "/t/",
    "Bearer ",
    "playgate=",
    "pg_login=",
    "pgt=",
    "pass=",
    "mobile/",
    "720p/",
    "https://evil.example",
    "NO",
    "GB-MAN",
    "-",
];

/// A request and the clock.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) world: String,
    pub(crate) now: i64,
    pub(crate) event: Event,
    pub(crate) fields: [String; FIELDS],
}

impl Asked {
    pub(crate) fn request(&self) -> Request<'_> {
        Request::of(self.event, std::array::from_fn(|at| self.fields[at].as_str()))
    }

    pub(crate) fn get(&self, field: Field) -> &str {
        &self.fields[field as usize]
    }

    pub(crate) fn set(&mut self, field: Field, text: impl Into<String>) {
        self.fields[field as usize] = text.into();
    }

    /// The token in the path, and the path proper.
    pub(crate) fn split_path(&self) -> (Option<&str>, &str) {
        let path = self.get(Field::Path);
        let split = path.strip_prefix("/t/").and_then(|rest| rest.split_once('/'));
        match split {
            Some((token, _)) if !token.is_empty() => (Some(token), path.split_at(3 + token.len()).1),
            _ => (None, path),
        }
    }

    /// All that might be a credential, without quotation marks.
    pub(crate) fn credentials(&self) -> Vec<&str> {
        let mut found = vec![self.get(Field::Token)];
        found.extend(self.split_path().0);
        found
            .extend(self.get(Field::Authorization).split_once(' ').map(|(_, login)| login.trim_matches(' ')));
        let cookies = self.get(Field::Cookie).split(';').filter_map(|pair| pair.split_once('='));
        found.extend(cookies.map(|(_, value)| value.trim_matches(' ').trim_matches('"')));
        found.retain(|credential| !credential.is_empty());
        found
    }
}

/// The corpus, as far as it is made of requests.
pub(crate) struct Seeds {
    pub(crate) worlds: Vec<String>,
    asked: Vec<Asked>,
    /// All credentials that somebody issued, tokens with the world where they were.
    issued: HashSet<(String, String)>,
}

impl Seeds {
    pub(crate) fn read() -> Self {
        let text = std::fs::read_to_string(corpus().join("cases.json")).unwrap();
        let cases: Value = serde_json::from_str(&text).unwrap();
        let worlds = cases["worlds"].as_object().unwrap().keys().cloned().collect();
        let (mut asked, mut issued) = (Vec::new(), HashSet::new());
        for case in cases["cases"].as_array().unwrap() {
            let one = seed(case);
            let forged = |outcome: &Value| {
                outcome["log"]["reason"].as_str().is_some_and(|reason| FORGED.contains(&reason))
            };
            if !case["expect"].as_object().unwrap().values().all(forged) {
                issued.extend(one.credentials().iter().map(|it| issue(&one.world, it)));
            }
            asked.push(one);
        }
        Self { worlds, asked, issued }
    }

    /// Whether somebody issued this.
    pub(crate) fn issued(&self, world: &str, credential: &str) -> bool {
        self.issued.contains(&issue(world, credential))
    }

    /// One of them, changed at random.
    pub(crate) fn any(&self, rng: &mut Rng, number: u64) -> Asked {
        let mut asked = rng.of(&self.asked).clone();
        asked.event = *rng.of(&[Event::ViewerRequest, Event::OriginRequest, Event::Worker]);
        asked.set(Field::Id, format!("r-{number}"));
        if rng.percent(10) {
            asked.now = clock(rng, asked.now);
        }
        let changes = [0, 1, 1, 1, 2, 2, 3, 6];
        for _ in 0..*rng.of(&changes) {
            self.change(&mut asked, rng);
        }
        asked
    }

    fn change(&self, asked: &mut Asked, rng: &mut Rng) {
        let other = rng.of(&self.asked);
        let at = rng.below(FIELDS);
        match rng.below(14) {
            // Of another request, mostly of the same world so that its credentials mean something.
            0..4 => {
                let same = (0..8).map(|_| rng.of(&self.asked)).find(|one| one.world == asked.world);
                asked.fields[at].clone_from(&same.unwrap_or(other).fields[at]);
            }
            4 => asked.fields.swap(at, rng.below(FIELDS)),
            5 => asked.fields[at].clear(),
            6 => asked.fields[rng.below(FIELDS)] = asked.fields[at].clone(),
            7 => carry(asked, rng, other),
            8 => credential(asked, rng),
            9 => jwt(asked, rng, other),
            10 => asked.set(Field::Query, query(rng, asked.now)),
            11 => asked.now = clock(rng, asked.now),
            _ => {
                // The fields in which most is read.
                let at = if rng.percent(50) {
                    *rng.of(&[Field::Path, Field::Query, Field::Cookie, Field::Authorization, Field::Token])
                        as usize
                } else {
                    at
                };
                spoil(&mut asked.fields[at], rng, &other.fields[at]);
            }
        }
    }
}

/// Worlds share issuers of logins, not keys of tokens.
fn issue(world: &str, credential: &str) -> (String, String) {
    let world = if credential.contains('.') { "" } else { world };
    (world.to_owned(), credential.to_owned())
}

fn seed(case: &Value) -> Asked {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let request = &case["request"];
    let mut asked = Asked {
        world: text(&case["world"]),
        now: case["now"].as_i64().unwrap(),
        event: Event::Worker,
        fields: std::array::from_fn(|_| String::new()),
    };
    for (name, value) in request["headers"].as_object().unwrap() {
        if let Some((_, field)) = HEADERS.iter().chain(&MORE).find(|(known, _)| known == name) {
            asked.set(*field, text(value));
        }
    }
    for (name, field) in [
        ("method", Field::Method),
        ("path", Field::Path),
        ("query", Field::Query),
        ("host", Field::Host),
        ("address", Field::Address),
        ("country", Field::Country),
        ("region", Field::Region),
    ] {
        asked.set(field, text(&request[name]));
    }
    asked
}

fn clock(rng: &mut Rng, now: i64) -> i64 {
    // Also of one that was changed before.
    let now = now.clamp(-(1 << 50), 1 << 50);
    let nearby = i64::try_from(rng.below(200_000)).unwrap() - 100_000;
    let times = [
        now + nearby,
        now + nearby / 100,
        now - 1,
        now + 1,
        1_800_000_000,
        0,
        -1,
        1,
        i64::MIN,
        i64::MAX,
        now * 1000,
        253_402_300_799,
        253_402_300_800,
        1_811_808_000,
        i64::from(u32::MAX),
    ];
    *rng.of(&times)
}

fn query(rng: &mut Rng, now: i64) -> String {
    let now = now.clamp(0, 1 << 40);
    let marks = [
        format!("playgate={now}"),
        format!("playgate={}", now.saturating_sub(29)),
        format!("playgate={}", now.saturating_sub(30)),
        "playgate=".to_owned(),
        "playgate=18446744073709551616".to_owned(),
        "a=1&b=2".to_owned(),
        "_HLS_msn=3".to_owned(),
        "&&".to_owned(),
    ];
    let parts: Vec<_> = (0..=rng.below(3)).map(|_| rng.of(&marks).clone()).collect();
    parts.join("&")
}

/// Moves a credential to another place, of this request or another.
fn carry(asked: &mut Asked, rng: &mut Rng, other: &Asked) {
    let from = if rng.percent(70) { asked.clone() } else { other.clone() };
    let credentials = from.credentials();
    if credentials.is_empty() {
        return;
    }
    let it = *rng.of(&credentials);
    match rng.below(5) {
        0 => {
            let path = asked.split_path().1.to_owned();
            asked.set(Field::Path, format!("/t/{it}{path}"));
        }
        1 => asked.set(Field::Token, it),
        2 => asked.set(Field::Authorization, format!("Bearer {it}")),
        _ => {
            let name = *rng.of(&["playgate", "pgt", "pass", "pg_login", "Playgate", ""]);
            let before = asked.get(Field::Cookie).to_owned();
            let quote = if rng.percent(20) { "\"" } else { "" };
            asked.set(Field::Cookie, format!("{before}; {name}={quote}{it}{quote}"));
        }
    }
}

/// Alters one letter of a credential, wherever it stands.
fn credential(asked: &mut Asked, rng: &mut Rng) {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let field = *rng.of(&[Field::Path, Field::Token, Field::Authorization, Field::Cookie]);
    let mut bytes = asked.get(field).as_bytes().to_vec();
    if bytes.is_empty() || !bytes.is_ascii() {
        return;
    }
    let at = rng.below(bytes.len());
    bytes[at] = *rng.of(LETTERS);
    asked.set(field, String::from_utf8(bytes).unwrap());
}

/// Puts the parts of two logins together, or takes one away.
fn jwt(asked: &mut Asked, rng: &mut Rng, other: &Asked) {
    let mine = asked.get(Field::Authorization).to_owned();
    let mut parts: Vec<&str> = mine.split('.').collect();
    let others: Vec<&str> = other.get(Field::Authorization).split('.').collect();
    let at = rng.below(parts.len());
    let headers = [
        "Bearer eyJhbGciOiJub25lIn0",
        "Bearer eyJhbGciOiJIUzI1NiJ9",
        "Bearer eyJhbGciOiJSUzI1NiJ9",
        "Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6Im9pZGMtMSJ9",
    ];
    match rng.below(4) {
        0 => parts[0] = *rng.of(&headers),
        1 => {
            if let Some(part) = others.get(at) {
                parts[at] = part;
            }
        }
        2 => parts[at] = "",
        _ => drop(parts.remove(at)),
    }
    let joined = parts.join(".");
    asked.set(Field::Authorization, joined);
}

fn spoil(text: &mut String, rng: &mut Rng, other: &str) {
    let mut at = rng.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    match rng.below(8) {
        0 => text.truncate(at),
        1 => drop(text.drain(..at)),
        2 => text.insert_str(at, WORDS[rng.below(WORDS.len())]),
        3 => {
            let rest = text.split_at(at).1.to_owned();
            text.push_str(&rest);
        }
        4 => {
            let rest: String = other.chars().skip(rng.below(other.len() + 1)).collect();
            text.truncate(at);
            text.push_str(&rest);
        }
        5 if rng.percent(20) => {
            let long = *rng.of(&[100, 1000, 2048, 8192, 16_384, 16_385, 70_000]);
            text.insert_str(at, &"x".repeat(long));
        }
        _ => {
            let spoiler = *rng.of(&SPOILERS);
            text.insert_str(at, spoiler);
        }
    }
}
