//! Policies and viewers by chance, of few names and few moments, so that rules collide and viewers stand on edges.

use super::places::WORLD;
use super::{Blackout, Grant, Policy, Rng, Tree, Viewer};

/// Every place that random policies and viewers speak of, with what encloses it: facts of ISO 3166.
const PLACES: [(&str, &str); 18] = [
    ("NO", WORLD),
    ("SE", WORLD),
    ("GB", WORLD),
    ("FR", WORLD),
    ("US", WORLD),
    ("NO-03", "NO"),
    ("NO-11", "NO"),
    ("SE-AB", "SE"),
    ("GB-ENG", "GB"),
    ("GB-SCT", "GB"),
    ("GB-MAN", "GB-ENG"),
    ("GB-LND", "GB-ENG"),
    ("GB-GLG", "GB-SCT"),
    ("FR-IDF", "FR"),
    ("FR-75C", "FR-IDF"),
    ("FR-ARA", "FR"),
    ("FR-69", "FR-ARA"),
    ("US-CA", "US"),
];
const TERRITORIES: [&str; 16] = [
    "*", "*", "NO", "NO-03", "NO-11", "SE", "GB", "GB-ENG", "GB-ENG", "GB-MAN", "GB-LND", "GB-SCT", "GB-GLG",
    "FR", "FR-75C", "FR-IDF",
];
const GROUPS: [&str; 3] = ["north", "isles", "all-of-it"];
const PATTERNS: [&str; 12] =
    ["*", "a/*", "a/*", "a/b/*", "a/b", "a/b/c", "a", "a2/*", "b/*", "b", "a/b/c/*", "a/b2"];
const TITLES: [&str; 14] =
    ["a", "a/b", "a/b/c", "a/b/c/d", "a/b2", "a2/b", "b", "b/x", "a/c", "c", "a//b", "A/b", "a/../b", ""];
const TIERS: [&str; 6] = ["*", "*", "anonymous", "premium", "family", "free"];
const DEVICES: [&str; 7] = ["mobile", "tablet", "desktop", "tv", "console", "cast", "unknown"];
const AGREEMENTS: [&str; 3] = ["a", "a-b", "a.b"];
/// 2026-01-01, in the middle of the random windows.
const NEW_YEAR: i64 = 1_767_225_600;
const VIEWERS: usize = 64;

/// The tree of all places that are spoken of here.
pub(crate) fn tree() -> Tree {
    PLACES.iter().map(|(code, parent)| ((*code).to_owned(), (*parent).to_owned())).collect()
}

/// Up to eight grants and four blackouts, mostly five and two, in up to three agreements with up to three groups.
pub(crate) fn random_policy(rng: &mut Rng) -> Policy {
    let groups = random_groups(rng);
    let (grants, blackouts) = (rng.pick([1, 2, 3, 5, 5, 5, 8]), rng.pick([0, 1, 2, 2, 2, 4]));
    let mut numbers: Vec<usize> = (0..grants + blackouts).collect();
    // Ids in an order of their own, so that the smallest is not always the first.
    for at in (1..numbers.len()).rev() {
        let other = rng.below(at + 1);
        numbers.swap(at, other);
    }
    let mut ids: Vec<String> =
        numbers.into_iter().map(|number| format!("{}/r{number}", rng.pick(AGREEMENTS))).collect();
    let mut id = || ids.pop().unwrap_or_default();
    Policy {
        grants: (0..grants).map(|_| random_grant(rng, id(), &groups)).collect(),
        blackouts: (0..blackouts).map(|_| random_blackout(rng, id(), &groups)).collect(),
        groups,
    }
}

fn random_groups(rng: &mut Rng) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for name in GROUPS {
        if rng.percent(50) {
            // Only those before it, so there is no circle.
            let list = territories(rng, &groups);
            groups.push((name.to_owned(), list));
        }
    }
    groups
}

fn random_grant(rng: &mut Rng, id: String, groups: &[(String, Vec<String>)]) -> Grant {
    let (from, until) = window(rng);
    Grant {
        id,
        titles: list(rng, |rng| rng.pick(PATTERNS).to_owned()),
        territories: territories(rng, groups),
        from,
        until,
        tiers: list(rng, |rng| rng.pick(TIERS).to_owned()),
        devices: rng.percent(35).then(|| {
            list(rng, |rng| if rng.percent(25) { "*".to_owned() } else { rng.pick(DEVICES).to_owned() })
        }),
        max_height: rng.pick([None, Some(720), Some(1080), Some(1080)]),
        max_streams: rng.pick([None, Some(1), Some(2)]),
        drm: rng.percent(30),
    }
}

fn random_blackout(rng: &mut Rng, id: String, groups: &[(String, Vec<String>)]) -> Blackout {
    let (from, until) = window(rng);
    Blackout {
        message: rng.percent(50).then(|| format!("Message of {id}")),
        id,
        titles: list(rng, |rng| rng.pick(PATTERNS).to_owned()),
        territories: territories(rng, groups),
        from,
        until,
    }
}

fn territories(rng: &mut Rng, groups: &[(String, Vec<String>)]) -> Vec<String> {
    list(rng, |rng| match rng.maybe_pick(groups) {
        Some((group, _)) if rng.percent(25) => group.clone(),
        _ => rng.pick(TERRITORIES).to_owned(),
    })
}

/// One to three members, and in some lists one or two exclusions, which never take out a member as a whole by name.
fn list(rng: &mut Rng, mut member: impl FnMut(&mut Rng) -> String) -> Vec<String> {
    let mut items: Vec<String> = (0..rng.pick([1, 1, 2, 3])).map(|_| member(rng)).collect();
    for _ in 0..rng.pick([0, 0, 0, 1, 1, 2]) {
        let excluded = member(rng);
        if excluded != "*" && !items.contains(&excluded) {
            items.insert(rng.below(items.len() + 1), format!("!{excluded}"));
        }
    }
    items
}

/// Of few moments, so that windows touch, overlap, and begin or end together.
fn window(rng: &mut Rng) -> (i64, Option<i64>) {
    let from = NEW_YEAR + rng.pick([-3, -2, -1, 0, 0, 1, 2]) * 3600;
    let length = rng.pick([None, None, Some(1), Some(3600), Some(7200), Some(7200), Some(4 * 3600)]);
    (from, length.map(|length| from + length))
}

/// Viewers on and beside the edges of this policy. Each has one rule in view, from which most of what it is comes, so
/// that often several rules nearly match.
pub(crate) fn random_viewers(rng: &mut Rng, policy: &Policy) -> Vec<Viewer> {
    let edges: Vec<i64> = policy
        .grants
        .iter()
        .map(|grant| (grant.from, grant.until))
        .chain(policy.blackouts.iter().map(|blackout| (blackout.from, blackout.until)))
        .flat_map(|(from, until)| [Some(from), until])
        .flatten()
        .collect();
    (0..VIEWERS).filter_map(|_| random_viewer(rng, policy, &edges)).collect()
}

fn random_viewer(rng: &mut Rng, policy: &Policy, edges: &[i64]) -> Option<Viewer> {
    let grant = rng.maybe_pick(&policy.grants)?;
    let (titles, mut territories) = match rng.maybe_pick(&policy.blackouts) {
        Some(blackout) if rng.percent(25) => (&blackout.titles, &blackout.territories),
        _ => (&grant.titles, &grant.territories),
    };
    // A group's own list, and perhaps that of a group in it.
    for _ in 0..2 {
        let group = policy.groups.iter().find(|(name, _)| territories.contains(name));
        territories = group.filter(|_| rng.percent(70)).map_or(territories, |(_, members)| members);
    }
    let (country, region) = random_place(rng, territories);
    let edge = if rng.percent(40) { grant.from } else { *rng.maybe_pick(edges)? };
    Some(Viewer {
        title: random_title(rng, titles),
        country,
        region,
        tier: random_tier(rng, &grant.tiers),
        device: match grant.devices.as_ref().and_then(|devices| rng.maybe_pick(devices)) {
            Some(device) if rng.percent(70) => Some(device.trim_start_matches('!').replace('*', "tv")),
            _ => rng.percent(80).then(|| rng.pick(DEVICES).to_owned()),
        },
        at: edge + rng.pick([-1, -1, 0, 0, 0, 0, 1, 1800, 5400, 9000, -86_400]),
    })
}

/// A title that a pattern of the policy names, or one beside it.
fn random_title(rng: &mut Rng, patterns: &[String]) -> String {
    let Some(pattern) = rng.maybe_pick(patterns).filter(|_| rng.percent(85)) else {
        return rng.pick(TITLES).to_owned();
    };
    let pattern = pattern.trim_start_matches('!');
    let base = pattern.trim_end_matches("/*").replace('*', "a");
    match rng.below(20) {
        0 => base,
        1 => format!("{base}2"),
        2 => format!("{base}/"),
        3 => format!("{base}/x/y"),
        4 | 5 => format!("{base}/b"),
        _ if pattern.ends_with('*') => format!("{base}/c"),
        _ => base,
    }
}

fn random_tier(rng: &mut Rng, named: &[String]) -> Option<String> {
    match rng.below(12) {
        0 => None,
        1 => Some("anonymous".to_owned()),
        2 => Some("never-heard-of".to_owned()),
        3 => Some("Premium".to_owned()),
        4 | 5 => Some(rng.pick(["premium", "family", "free"]).to_owned()),
        _ => rng.maybe_pick(named).map(|tier| tier.trim_start_matches('!').replace('*', "free")),
    }
}

/// A place that the policy names, or one around it: above, below, beside; or nothing, or nonsense.
fn random_place(rng: &mut Rng, named: &[String]) -> (Option<String>, Option<String>) {
    let text = |code: &str| Some(code.to_owned());
    if rng.percent(14) {
        return rng
            .pick([
                (None, None),
                (None, Some("NO-03")),
                (Some("no"), None),
                (Some("XX"), Some("GB-MAN")),
                (Some("SE"), Some("NO-03")),
                (Some("GB"), Some("GB-XXX")),
                (Some("NO"), Some("no-03")),
                (Some("FR"), Some("")),
            ])
            .into_texts();
    }
    let code = rng.maybe_pick(named).map_or("NO", |code| code.trim_start_matches('!'));
    let code = if parent(code).is_some() { code } else { rng.pick(PLACES).0 };
    let at = match rng.below(6) {
        0 => parent(code).filter(|above| *above != WORLD).unwrap_or(code),
        1 | 2 => {
            let below: Vec<_> = PLACES.iter().filter(|(_, above)| *above == code).collect();
            rng.maybe_pick(&below).map_or(code, |(inside, _)| *inside)
        }
        3 => {
            let beside: Vec<_> = PLACES.iter().filter(|(_, above)| parent(code) == Some(*above)).collect();
            rng.maybe_pick(&beside).map_or(code, |(sibling, _)| *sibling)
        }
        _ => code,
    };
    let (country, region) = (at.split('-').next().unwrap_or(at), (at.contains('-')).then_some(at));
    (text(country), region.and_then(text))
}

fn parent(code: &str) -> Option<&'static str> {
    PLACES.iter().find(|(place, _)| *place == code).map(|(_, above)| *above)
}

trait IntoTexts {
    fn into_texts(self) -> (Option<String>, Option<String>);
}

impl IntoTexts for (Option<&str>, Option<&str>) {
    fn into_texts(self) -> (Option<String>, Option<String>) {
        (self.0.map(str::to_owned), self.1.map(str::to_owned))
    }
}
