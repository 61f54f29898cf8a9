//! Very many rules and titles.

use super::*;
use std::time::Instant;

/// So many grants that speak of everything, each for a tier of its own.
fn crowd(count: u16) -> Vec<Grant> {
    let everywhere = area("*");
    let of = |number: u16| Grant {
        tiers: tiers(&format!("t{number}")),
        territories: Rc::clone(&everywhere),
        caps: Caps { max_height: Some(number), ..NO_CAPS },
        ..grant(&format!("a/{number:05}"))
    };
    (1..=count).map(of).collect()
}

#[test]
fn in_a_crowd_only_neighbours_are_compared() {
    for (count, height, covered) in [(400, 1_000, true), (900, 1_000, false), (900, 120, true)] {
        let mut grants = crowd(count);
        // Covers the one of 100 lines, wherever it stands in the order of the others.
        let wide = Caps { max_height: Some(height), ..NO_CAPS };
        grants.push(Grant { tiers: tiers("t100"), caps: wide, ..grant("a/wide") });
        let wanted: &[_] = if covered { &[("grant-covered", 100)] } else { &[] };
        assert_eq!(warned(grants, Vec::new()), wanted, "{count} {height}");
    }
}

/// `cargo test --release -p rights -- --ignored scale --nocapture`
#[test]
#[ignore = "takes gigabytes, and says something only in release"]
fn a_million_titles_and_fifty_thousand_rules_take_seconds() {
    let places = ["NO", "SE", "GB", "DE !DE-BY", "*", "US CA", "GB-MAN", "* !CN"].map(area);
    let name = |n: usize| format!("studio{}/title-{n}", n % 100);
    let catalogue: Vec<String> = (0..1_000_000).map(name).collect();
    let listing: Vec<&str> = catalogue.iter().map(String::as_str).collect();
    let mut grants = Vec::new();
    for rule in 0..45_000_usize {
        let list = Titles {
            // 25 titles of its own, and some that others name, too; every fiftieth by mistake.
            include: (0..25)
                .map(|n| rule * 22 + n + usize::from(n > 20) * 1_000)
                .map(|n| Pattern::Exactly(if n % 50 == 7 { format!("{}x", name(n)) } else { name(n) }))
                .collect(),
            exclude: Vec::new(),
        };
        grants.push(Grant {
            titles: if rule % 450 == 0 { titles(&format!("studio{}/*", rule / 450)) } else { list },
            territories: Rc::clone(&places[rule % places.len()]),
            caps: Caps { max_height: [None, Some(720), Some(1080)][rule % 3], ..NO_CAPS },
            ..grant(&format!("agreement-{}/{rule}", rule % 400))
        });
    }
    let of = |rule: usize| Blackout {
        titles: titles(&name(rule * 180)),
        territories: Rc::clone(&places[(rule + 1) % places.len()]),
        window: window(2_000, Some(3_000)),
        ..blackout(&format!("live/{rule}"))
    };
    let blackouts = (0..5_000).map(of).collect();
    let policy = policy(grants, blackouts);
    for catalogue in [None, Some(listing.as_slice())] {
        let start = Instant::now();
        let found = warnings(&policy, NOW, catalogue);
        let took = start.elapsed();
        println!("{} warnings in {took:?}", found.len());
        assert!(!found.is_empty());
        assert!(took.as_secs() < 20, "{took:?}");
    }
    // Everything speaks of everything.
    let mut crowd: Vec<Grant> = crowd(50_000);
    for (number, grant) in (0..).zip(&mut crowd) {
        grant.id = format!("agreement-{}/{number}", number % 400);
        grant.tiers = tiers("*");
        grant.territories = Rc::clone(&places[number % places.len()]);
    }
    let start = Instant::now();
    let found = warnings(&super::policy(crowd, Vec::new()), NOW, Some(&listing));
    println!("{} warnings of a crowd in {:?}", found.len(), start.elapsed());
    assert!(start.elapsed().as_secs() < 20);
}
