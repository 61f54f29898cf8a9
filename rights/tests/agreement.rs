//! The engine against a second reading of the language that shares no code with it, on random policies and viewers.
//!
//! `COMPARISONS` and `SEED` make it longer and other: `make fuzz` does.
#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

mod reference;

use reference::random::{random_policy, random_viewers, tree};
use reference::{Rng, to_toml};
use rights::bundle::TierSet;
use rights::language::{SourceFile, read};
use rights::viewer::Device;
use rights::{Bundle, Outcome, Viewer, compile, decide};
use std::collections::{BTreeMap, BTreeSet};

const COMPARISONS: u64 = 1_000_000;

fn from_environment(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number in the environment"))
}

/// A random policy; one in twenty is six of them together, so that long lists of rules come up, too.
fn policy(rng: &mut Rng) -> reference::Policy {
    let mut policy = random_policy(rng);
    if !rng.percent(5) {
        return policy;
    }
    for number in 0..5 {
        let mut other = random_policy(rng);
        // Names of rules and groups must stay their own.
        let group = |name: &str| format!("{name}-{number}");
        let names: Vec<String> = other.groups.iter().map(|(name, _)| name.clone()).collect();
        let renamed = |list: &mut Vec<String>| {
            for member in list {
                let bare = member.trim_start_matches('!').to_owned();
                if names.contains(&bare) {
                    *member = member.replace(&bare, &group(&bare));
                }
            }
        };
        for (name, list) in &mut other.groups {
            renamed(list);
            *name = group(name);
        }
        for grant in &mut other.grants {
            grant.id = format!("{number}{}", grant.id);
            renamed(&mut grant.territories);
        }
        for blackout in &mut other.blackouts {
            blackout.id = format!("{number}{}", blackout.id);
            renamed(&mut blackout.territories);
        }
        policy.groups.append(&mut other.groups);
        policy.grants.append(&mut other.grants);
        policy.blackouts.append(&mut other.blackouts);
    }
    policy
}

fn tiers(set: TierSet<'_>) -> Option<BTreeSet<String>> {
    (!set.is_empty()).then(|| set.list().map(|tier| tier.to_string()).collect())
}

/// The engine's answer in the reference's words.
fn translated(outcome: &Outcome<'_>) -> (reference::Outcome, Option<BTreeSet<String>>) {
    match outcome {
        Outcome::Allow(allow) => {
            let allow = reference::Outcome::Allow {
                rule: allow.rule.to_string(),
                valid_until: allow.valid_until,
                max_height: allow.max_height,
                max_streams: allow.max_streams,
                drm: allow.drm,
            };
            (allow, None)
        }
        Outcome::Deny(deny) => {
            let denied = reference::Outcome::Deny {
                reason: deny.reason.code(),
                rule: deny.rule.map(|rule| rule.to_string()),
                message: deny.message.map(|message| message.to_string()),
                available_from: deny.available_from,
                tiers: None,
            };
            (denied, tiers(deny.tiers))
        }
        Outcome::CannotDecide(fault) => panic!("{fault}"),
    }
}

#[test]
fn the_engine_answers_as_the_reference_does() {
    let comparisons = from_environment("COMPARISONS", COMPARISONS);
    let seed = from_environment("SEED", 20_261_121);
    let mut rng = Rng::seeded(seed);
    let tree = tree();
    let mut done = 0;
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    while done < comparisons {
        let naive = policy(&mut rng);
        let files = to_toml(&naive);
        let sources: Vec<_> =
            files.iter().map(|(path, text)| SourceFile { path, text: text.as_bytes() }).collect();
        let read = read(&sources).unwrap_or_else(|problems| panic!("{problems}\n{files:?}"));
        let bundle = Bundle::open(compile(&read).expect("a bundle")).expect("a bundle");
        for _ in 0..4 {
            for asker in random_viewers(&mut rng, &naive) {
                let viewer = Viewer {
                    country: asker.country.as_deref(),
                    region: asker.region.as_deref(),
                    tier: asker.tier.as_deref(),
                    device: asker.device.as_deref().and_then(Device::named).unwrap_or_default(),
                };
                let outcome = decide(&bundle, &viewer, &asker.title, asker.at);
                let (answer, tiers) = translated(&outcome);
                let mut expected = reference::decide(&naive, &tree, &asker);
                let expected_tiers = match &mut expected {
                    reference::Outcome::Deny { tiers, .. } => tiers.take().map(BTreeSet::from_iter),
                    reference::Outcome::Allow { .. } => None,
                };
                let same = answer == expected && tiers == expected_tiers;
                assert!(
                    same,
                    "seed {seed}\n{asker:#?}\nanswered {answer:#?} {tiers:?}\nexpected {expected:#?} {expected_tiers:?}\n{files:#?}"
                );
                done += 1;
                let kind = match &outcome {
                    Outcome::Allow(allow) if allow.valid_until.is_none() => "allow without end",
                    Outcome::Allow(_) => "allow",
                    Outcome::Deny(deny) => deny.reason.code(),
                    Outcome::CannotDecide(_) => "fault",
                };
                *kinds.entry(kind).or_default() += 1;
            }
        }
    }
    println!("{done} comparisons, seed {seed}: {kinds:?}");
    // Each kind of answer is compared often enough to mean something.
    let rare: Vec<_> = kinds.iter().filter(|(_, count)| **count * 1_000 < done).collect();
    assert!(kinds.len() == 11 && rare.is_empty(), "{kinds:?}");
}
