//! A channel whose every programme is blacked out: the search for the first chance must be right beyond the few turns
//! that are made without an allocation, and must end.
#![cfg(test)]

use rights::language::time::rfc3339;
use rights::language::{SourceFile, read};
use rights::viewer::Device;
use rights::{Bundle, Outcome, Viewer, compile, decide};
use wasm_bindgen_test::wasm_bindgen_test;

const START: i64 = 1_800_000_000;

/// So many hours, each with a grant of its own under a blackout that begins before it and ends behind it; the last one
/// is free, if `open`, but for its first minute.
fn calendar(hours: i64, open: bool) -> Bundle<Vec<u8>> {
    let mut text = String::from("schema = 1\nagreement = \"tv\"\n");
    let mut rule = |kind: &str, id: String, from: i64, until: i64, more: &str| {
        let (from, until) = (rfc3339(from), rfc3339(until));
        text.extend([
            format!("[[{kind}]]\nid = \"{id}\"\ntitles = [\"live/one\"]\nterritories = [\"NO\"]\n"),
            format!("from = {from}\nuntil = {until}\n{more}"),
        ]);
    };
    for hour in 0..hours {
        let from = START + hour * 3600;
        rule("grant", format!("g{hour}"), from, from + 1800, "tiers = [\"*\"]\n");
        let last = open && hour == hours - 1;
        let end = if last { from + 60 } else { from + 1900 };
        rule("blackout", format!("b{hour}"), from - 100, end, "");
    }
    let policy = read(&[SourceFile { path: "tv.toml", text: text.as_bytes() }]).expect("a policy");
    Bundle::open(compile(&policy).expect("a bundle")).expect("a bundle")
}

#[wasm_bindgen_test(unsupported = test)]
fn the_first_chance_is_found_however_far_away() {
    let viewer = Viewer { country: Some("NO"), region: None, tier: Some("basic"), device: Device::Tv };
    for hours in [1, 2, 3, 4, 5, 6, 9, 40, 2_000] {
        let last = START + (hours - 1) * 3600;
        for (now, reason) in [(START - 1_000, "not_yet"), (START, "blackout"), (START + 59, "blackout")] {
            let open = calendar(hours, true);
            let Outcome::Deny(deny) = decide(&open, &viewer, "live/one", now) else {
                panic!("{hours} at {now}")
            };
            assert_eq!(
                (deny.reason.code(), deny.available_from),
                (reason, Some(last + 60)),
                "{hours} at {now}"
            );
        }
        let shut = calendar(hours, false);
        let Outcome::Deny(deny) = decide(&shut, &viewer, "live/one", START) else { panic!("{hours}") };
        assert_eq!((deny.reason.code(), deny.available_from), ("blackout", None), "{hours}");
    }
}
