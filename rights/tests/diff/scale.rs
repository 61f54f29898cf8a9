//! Folders as large as they get, and larger. The limits are for release builds on slow machines.

use crate::random::Random;
use crate::written::{OPEN, blackout, grant, policy, territories, titles, window};
use core::time::Duration;
use rights::diff::diff;
use rights::model::{Grant, Policy};
use rights::places::{Area, Place};
use std::rc::Rc;
use std::time::Instant;

/// A folder of so many grants, each for two titles of its own, and some for all else of a studio.
fn folder(rules: usize) -> Policy {
    let mut random = Random(4);
    let lists = ["SE NO DK", "GB", "GB !GB-MAN", "FR DE", "US !US-CA", "*", "* !GB", "JP", "NO !NO-03", "SE"];
    let areas: Vec<Rc<Area>> = lists.iter().map(|list| territories(list)).collect();
    let grant = |number: usize| {
        let studio = number / 50;
        let list = match number % 50 {
            0 => format!("studio-{studio}/* !studio-{studio}/{number}-2"),
            _ => format!("studio-{studio}/{number}-1 studio-{studio}/{number}-2"),
        };
        Grant {
            id: format!("agreement-{}/{number}", number / 100),
            titles: titles(&list),
            territories: Rc::clone(&areas[random.below(areas.len())]),
            ..random.grant()
        }
    };
    Policy { grants: (0..rules).map(grant).collect(), ..Policy::default() }
}

#[test]
#[ignore = "for a release build"]
fn large_folders_take_seconds() {
    const RULES: usize = 50_000;
    type Change = fn(&mut Policy);
    type Rows = core::ops::RangeInclusive<usize>;
    let cases: [(&str, Change, Rows); 7] = [
        ("nothing", |_| {}, 0..=0),
        ("one window", |policy| policy.grants[RULES / 2 + 1].window.until = Some(100_000), 1..=1),
        ("every id", |policy| policy.grants.iter_mut().for_each(|grant| grant.id.push('x')), 0..=0),
        (
            "one blackout of everything",
            |policy| policy.blackouts.push(blackout("b", "*", "GB-ENG", (300, 400))),
            1..=5000,
        ),
        (
            "every end",
            |policy| policy.grants.iter_mut().for_each(|grant| grant.window.until = Some(5000)),
            1000..=100_000,
        ),
        (
            "one grant for everything",
            |policy| policy.grants.push(grant("g", "*", "SE GB", (100, OPEN), "premium")),
            1..=5000,
        ),
        ("everything gone", |policy| policy.grants.clear(), 1000..=100_000),
    ];
    let old = folder(RULES);
    for (name, change, wanted) in cases {
        let mut new = folder(RULES);
        change(&mut new);
        let start = Instant::now();
        let rows = diff(&old, &new).rows.len();
        let took = start.elapsed();
        println!("{name}: {took:?}, {rows} rows");
        assert!(took < Duration::from_secs(5), "{name}: {took:?}");
        assert!(wanted.contains(&rows), "{name}: {rows} rows");
    }
}

#[test]
#[ignore = "for a release build"]
fn many_rules_for_one_title_take_seconds() {
    let codes: Vec<&str> = Place::countries().map(Place::code).collect();
    let mut random = Random(12);
    let mut some = || {
        let grant = |number: usize| {
            let from = random.hundreds(2000);
            let list: Vec<&str> = (0..=random.below(8)).map(|_| random.of(&codes)).collect();
            Grant {
                id: number.to_string(),
                titles: titles("*"),
                territories: territories(&list.join(" ")),
                window: window((from, from + random.hundreds(1000))),
                ..random.grant()
            }
        };
        Policy { grants: (0..1000).map(grant).collect(), ..Policy::default() }
    };
    let old = some();
    let mut one = policy(&old.grants, &[]);
    one.grants[3].window.until = None;
    for (name, new) in [("one end", one), ("everything", some()), ("everything gone", Policy::default())] {
        let start = Instant::now();
        let rows = diff(&old, &new).rows.len();
        let took = start.elapsed();
        println!("{name}: {took:?}, {rows} rows");
        assert!(took < Duration::from_secs(5), "{name}: {took:?}");
        assert!(rows > 0, "{name}");
    }
}
