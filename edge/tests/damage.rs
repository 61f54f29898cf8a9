//! Damaged parts: an edge opens with what was built, or says in words why it does not. It never panics, and never opens
//! with half of its rules.
#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

#[allow(dead_code, reason = "other tests use the rest of it")]
mod support;

use edge::{Answer, Edge, Event, Field, Parts, Request};
use serde_json::Value;
use std::panic::catch_unwind;
use support::{Still, World, corpus};

const NOW: i64 = 1_800_000_000;

/// Opens an edge with one part exchanged.
fn open(world: &World, part: &str, bytes: &[u8]) -> Result<Edge, String> {
    let of = |name: &str, whole: &[u8]| if name == part { bytes.to_vec() } else { whole.to_vec() };
    let optional = |name: &str, whole: Option<&[u8]>| whole.map(|whole| of(name, whole));
    let withdrawn = optional("withdrawals", world.withdrawn.as_deref());
    let opened = catch_unwind(|| {
        Edge::open(Parts {
            settings: &of("configuration", &world.settings),
            bundle: of("policy bundle", &world.bundle),
            keys: &of("token keys", &world.keys),
            withdrawn: withdrawn.as_deref(),
            countries: optional("table of addresses", world.countries.as_deref()),
            seed: 7,
            now: NOW,
        })
    });
    opened.expect("no panic").map_err(|problem| problem.to_string())
}

/// Every byte of what is short, and of what is long the beginning, the end and a sample.
fn places(length: usize) -> Vec<usize> {
    let step = (length / 300).max(1);
    (0..length).filter(|at| *at < 80 || length - at < 80 || at % step == 0).collect()
}

#[test]
fn what_a_checksum_guards_opens_only_whole() {
    let world = World::named("path");
    let parts: [(&str, &[u8]); 4] = [
        ("configuration", &world.settings),
        ("policy bundle", &world.bundle),
        ("withdrawals", world.withdrawn.as_deref().unwrap()),
        ("table of addresses", world.countries.as_deref().unwrap()),
    ];
    for (part, whole) in parts {
        assert!(open(&world, part, whole).is_ok(), "{part}");
        let refused = |bytes: &[u8], what: &str| {
            let problem = open(&world, part, bytes).err().unwrap_or_else(|| panic!("{part}, {what}: opened"));
            // In words, and with the part's name, so that people know what to build or fetch again.
            assert!(problem.starts_with(part), "{part}, {what}: {problem}");
            assert!(problem.len() > part.len() + 20, "{part}, {what}: {problem}");
            let plain = problem.chars().all(|letter| !letter.is_control()) && problem.len() < 300;
            assert!(plain, "{part}, {what}: {problem}");
        };
        for length in places(whole.len()) {
            refused(&whole[..length], &format!("{length} bytes"));
        }
        for at in places(whole.len()) {
            for bit in 0..8 {
                let mut altered = whole.to_vec();
                altered[at] ^= 1 << bit;
                refused(&altered, &format!("byte {at}, bit {bit}"));
            }
        }
        for (what, bytes) in [
            ("a byte more", [whole, &[0]].concat()),
            ("twice", [whole, whole].concat()),
            ("a byte before", [&[0], whole].concat()),
            ("back to front", whole.iter().rev().copied().collect()),
            ("noughts", vec![0; whole.len()]),
            ("a page of an error", b"<html><h1>502 Bad Gateway</h1></html>".to_vec()),
            ("another part", world.keys.clone()),
        ] {
            refused(&bytes, what);
        }
        // Each part in the place of each other.
        for (other, bytes) in parts.iter().filter(|(other, _)| *other != part) {
            refused(bytes, other);
        }
    }
}

/// The request of a viewer with a token of the world's first key.
fn asked(edge: &mut Edge, token: &str) -> String {
    let request = Request::new(Event::Worker)
        .with(Field::Method, "GET")
        .with(Field::Path, "/vod/acme/one/720p/1.ts")
        .with(Field::Token, token)
        .with(Field::Address, "203.0.113.9")
        .with(Field::Country, "NO");
    let mut host = Still::at(NOW);
    match edge.request(&request, &mut host) {
        Answer::Forward(_) => "forward".to_owned(),
        Answer::Respond(response) => {
            let line: Value = serde_json::from_str(&host.line).unwrap();
            format!("{} {}", response.status, line["reason"].as_str().unwrap())
        }
        Answer::Wait(_) => panic!("a token needs nobody"),
    }
}

/// No checksum stands behind the keys: what is still JSON with these names opens. With another key nothing holds that was
/// minted with the right one, and the refusal says so.
#[test]
fn damaged_keys_are_an_error_or_hold_nothing() {
    let world = World::named("path");
    let text = std::fs::read_to_string(corpus().join("cases.json")).unwrap();
    let cases: Value = serde_json::from_str(&text).unwrap();
    let usual =
        cases["cases"].as_array().unwrap().iter().find(|case| case["name"] == "token: as usual").unwrap();
    let token = usual["request"]["headers"]["x-playgate-token"].as_str().unwrap();
    assert_eq!(asked(&mut open(&world, "token keys", &world.keys).unwrap(), token), "forward");

    let whole = &world.keys;
    let (mut errors, mut refused, mut unharmed) = (0, 0, 0);
    let mut tried = |bytes: &[u8], what: &str| match open(&world, "token keys", bytes) {
        Err(problem) => {
            assert!(problem.starts_with("token"), "{what}: {problem}");
            // No word of a key, and of a file no more than where it breaks.
            for word in problem.split(|letter: char| !letter.is_ascii_hexdigit()) {
                assert!(word.len() < 16, "{what}: {problem}");
            }
            errors += 1;
        }
        Ok(mut edge) => match asked(&mut edge, token).as_str() {
            "401 token_bad_mac" => refused += 1,
            "forward" => {
                let read = |bytes: &[u8]| -> Value { serde_json::from_slice(bytes).unwrap() };
                let key = |bytes: &[u8]| read(bytes)["k-2026"].as_str().unwrap().to_ascii_lowercase();
                assert_eq!(key(bytes).trim(), key(whole).trim(), "{what}: another key holds");
                unharmed += 1;
            }
            other => panic!("{what}: {other}"),
        },
    };
    for length in 0..whole.len() {
        tried(&whole[..length], &format!("{length} bytes"));
    }
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut altered = whole.clone();
            altered[at] ^= 1 << bit;
            tried(&altered, &format!("byte {at}, bit {bit}"));
        }
    }
    for (what, bytes) in [
        ("nothing", "".as_bytes()),
        ("no object", b"[]"),
        ("no keys", b"{}"),
        ("null", b"null"),
        ("numbers", br#"{"k-2026":1,"k-old":2,"k-next":3}"#),
        ("short keys", br#"{"k-2026":"00","k-old":"00","k-next":"00"}"#),
        ("empty keys", br#"{"k-2026":"","k-old":"","k-next":""}"#),
        ("no text", b"\xff\xfe"),
    ] {
        assert!(open(&world, "token keys", bytes).is_err(), "{what}");
        tried(bytes, what);
    }
    println!("{errors} errors, {refused} that hold nothing, {unharmed} as before");
    assert!(errors > whole.len() && refused > 50, "{errors} {refused} {unharmed}");
    // Capitals in hexadecimal digits, and the digits of the two other keys.
    assert!(unharmed < 900, "{unharmed}");
}
