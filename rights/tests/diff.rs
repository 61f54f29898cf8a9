//! What a change does to whom, told by rows that are checked against both policies by other means.

#![cfg(feature = "language")]
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

#[path = "diff/checker.rs"]
mod checker;
#[path = "diff/random.rs"]
mod random;
#[path = "diff/scale.rs"]
mod scale;
#[path = "diff/written.rs"]
mod written;

use checker::{ask, check, edges};
use random::Random;
use rights::diff::{Diff, Kind, Row, diff};
use rights::model::{Caps, Grant, Group, Policy};
use serde_json::json;
use written::{HD, OPEN, UHD, blackout, grant, on, policy, spot, territories, tiers, titles, up_to, window};

// Rows, written down shortly.

fn seconds(time: i64) -> String {
    time.to_string()
}

/// `+ titles | territories | tiers | devices | from..until | old -> new`
fn line(row: &Row) -> String {
    let caps = |caps: Option<Caps>| match caps {
        None => "no".to_owned(),
        Some(HD) => "HD".to_owned(),
        Some(UHD) => "UHD".to_owned(),
        Some(other) => format!("{other:?}"),
    };
    format!(
        "{} | {} | {} | {} | {}..{} | {} -> {}",
        row.titles.join(" "),
        row.territories.join(" "),
        row.tiers.join(" "),
        row.devices.join(" "),
        row.from.map(seconds).unwrap_or_default(),
        row.until.map(seconds).unwrap_or_default(),
        caps(row.old),
        caps(row.new)
    )
}

fn lines(diff: &Diff) -> Vec<String> {
    diff.rows.iter().map(line).collect()
}

#[test]
fn each_change_is_told_in_the_fewest_rows() {
    let base = || grant("a/one", "acme/* !acme/pilot", "SE NO", (100, 200), "premium");
    let wide = || grant("a/wide", "*", "*", (100, OPEN), "* anonymous");
    let cases: Vec<(&str, Policy, Policy, &[&str])> = vec![
        (
            "a first grant",
            policy(&[], &[]),
            policy(&[base()], &[]),
            &["acme/* !acme/pilot | NO SE | premium | * | 100..200 | no -> HD"],
        ),
        (
            "a grant for everybody, ever after",
            policy(&[], &[]),
            policy(&[wide()], &[]),
            &["* | * | * anonymous | * | 100.. | no -> HD"],
        ),
        (
            "the end moved",
            policy(&[base()], &[]),
            policy(&[Grant { window: window((100, 300)), ..base() }], &[]),
            &["acme/* !acme/pilot | NO SE | premium | * | 200..300 | no -> HD"],
        ),
        (
            "both ends moved",
            policy(&[base()], &[]),
            policy(&[Grant { window: window((150, 250)), ..base() }], &[]),
            &[
                "acme/* !acme/pilot | NO SE | premium | * | 200..250 | no -> HD",
                "acme/* !acme/pilot | NO SE | premium | * | 100..150 | HD -> no",
            ],
        ),
        (
            "a country added",
            policy(&[base()], &[]),
            policy(&[Grant { territories: territories("SE NO DK"), ..base() }], &[]),
            &["acme/* !acme/pilot | DK | premium | * | 100..200 | no -> HD"],
        ),
        (
            "a region excluded: also who may be in it loses",
            policy(&[base()], &[]),
            policy(&[Grant { territories: territories("SE NO !NO-03"), ..base() }], &[]),
            &["acme/* !acme/pilot | NO-03 NO-?? | premium | * | 100..200 | HD -> no"],
        ),
        (
            "a tier added",
            policy(&[base()], &[]),
            policy(&[Grant { tiers: tiers("premium family"), ..base() }], &[]),
            &["acme/* !acme/pilot | NO SE | family | * | 100..200 | no -> HD"],
        ),
        (
            "any login instead of one tier",
            policy(&[base()], &[]),
            policy(&[Grant { tiers: tiers("*"), ..base() }], &[]),
            &["acme/* !acme/pilot | NO SE | * !premium | * | 100..200 | no -> HD"],
        ),
        (
            "anonymous viewers let in",
            policy(&[base()], &[]),
            policy(&[Grant { tiers: tiers("premium anonymous"), ..base() }], &[]),
            &["acme/* !acme/pilot | NO SE | anonymous | * | 100..200 | no -> HD"],
        ),
        (
            "a cap raised",
            policy(&[base()], &[]),
            policy(&[up_to(UHD, base())], &[]),
            &["acme/* !acme/pilot | NO SE | premium | * | 100..200 | HD -> UHD"],
        ),
        (
            "a better grant for some devices within another",
            policy(&[wide()], &[]),
            policy(&[wide(), on("tv cast", up_to(UHD, base()))], &[]),
            &["acme/* !acme/pilot | NO SE | premium | tv cast | 100..200 | HD -> UHD"],
        ),
        (
            "a worse grant within another",
            policy(&[up_to(UHD, wide())], &[]),
            policy(&[up_to(UHD, wide()), base()], &[]),
            &[],
        ),
        (
            "a blackout of a region, and of whoever may be in it",
            policy(&[wide()], &[]),
            policy(&[wide()], &[blackout("a/derby", "live/derby", "GB-MAN", (150, 160))]),
            &["live/derby | GB-MAN GB-ENG-?? GB-?? ?? | * anonymous | * | 150..160 | HD -> no"],
        ),
        (
            "a blackout where nobody may play",
            policy(&[base()], &[]),
            policy(&[base()], &[blackout("a/derby", "*", "DE", (100, 200))]),
            &[],
        ),
        (
            "a title excluded",
            policy(&[base()], &[]),
            policy(&[Grant { titles: titles("acme/* !acme/pilot !acme/b/*"), ..base() }], &[]),
            &["acme/b/* | NO SE | premium | * | 100..200 | HD -> no"],
        ),
        (
            "a title no longer excluded",
            policy(&[base()], &[]),
            policy(&[Grant { titles: titles("acme/*"), ..base() }], &[]),
            &["acme/pilot | NO SE | premium | * | 100..200 | no -> HD"],
        ),
        (
            "what lies in something excluded cannot be in the same list",
            policy(&[], &[]),
            policy(
                &[
                    grant("a/one", "a/* !a/b/*", "SE", (100, 200), "*"),
                    grant("a/two", "a/b/c a/b/d/*", "SE", (100, 200), "*"),
                ],
                &[],
            ),
            &[
                "a/* !a/b/* | SE | * | * | 100..200 | no -> HD",
                "a/b/c a/b/d/* | SE | * | * | 100..200 | no -> HD",
            ],
        ),
        (
            "what lies in something included needs no mention",
            policy(&[], &[]),
            policy(
                &[
                    grant("a/one", "a/* !a/b/*", "SE", (100, 200), "*"),
                    grant("a/two", "a/b/*", "SE", (100, 200), "*"),
                ],
                &[],
            ),
            &["a/* | SE | * | * | 100..200 | no -> HD"],
        ),
        (
            "another name, spot and order",
            policy(&[base(), wide()], &[]),
            policy(&[Grant { id: "z".to_owned(), ..wide() }, Grant { id: "y".to_owned(), ..base() }], &[]),
            &[],
        ),
        (
            "two adjacent windows instead of one",
            policy(&[base()], &[]),
            policy(
                &[
                    Grant { window: window((100, 130)), ..base() },
                    Grant { id: "a/two".to_owned(), window: window((130, 200)), ..base() },
                ],
                &[],
            ),
            &[],
        ),
        (
            "split by country, tier, device and title",
            policy(&[base()], &[]),
            policy(
                &[
                    Grant { id: "1".to_owned(), territories: territories("SE"), ..base() },
                    on("tv mobile", Grant { id: "2".to_owned(), territories: territories("NO"), ..base() }),
                    on(
                        "tablet desktop tv console cast unknown",
                        Grant { id: "3".to_owned(), territories: territories("NO DK !DK"), ..base() },
                    ),
                    grant("4", "acme/x", "NO", (100, 200), "premium"),
                ],
                &[],
            ),
            &[],
        ),
        (
            "of two that differ in DRM alone, ids decide",
            policy(
                &[
                    up_to(Caps { drm: true, ..HD }, Grant { id: "1".to_owned(), ..base() }),
                    Grant { id: "2".to_owned(), ..base() },
                ],
                &[],
            ),
            policy(
                &[
                    up_to(Caps { drm: true, ..HD }, Grant { id: "3".to_owned(), ..base() }),
                    Grant { id: "2".to_owned(), ..base() },
                ],
                &[],
            ),
            &[
                "acme/* !acme/pilot | NO SE | premium | * | 100..200 | Caps { max_height: Some(1080), max_streams: Some(2), drm: true } -> HD",
            ],
        ),
        (
            "a blackout in the middle of what is gained",
            policy(&[], &[]),
            policy(&[base()], &[blackout("a/derby", "acme/*", "SE NO", (150, 160))]),
            &[
                "acme/* !acme/pilot | NO SE | premium | * | 100..150 | no -> HD",
                "acme/* !acme/pilot | NO SE | premium | * | 160..200 | no -> HD",
            ],
        ),
        (
            "a blackout of one country in the middle of what is gained",
            policy(&[], &[]),
            policy(&[base()], &[blackout("a/derby", "acme/*", "SE", (150, 160))]),
            &[
                "acme/* !acme/pilot | NO | premium | * | 100..200 | no -> HD",
                "acme/* !acme/pilot | SE | premium | * | 100..150 | no -> HD",
                "acme/* !acme/pilot | SE | premium | * | 160..200 | no -> HD",
            ],
        ),
        (
            "viewers who share devices by tier",
            policy(&[], &[]),
            policy(
                &[
                    on("tv cast", grant("1", "x", "SE", (100, 200), "premium family")),
                    on("tv mobile", grant("2", "x", "SE", (100, 200), "free")),
                ],
                &[],
            ),
            &[
                "x | SE | family premium | tv cast | 100..200 | no -> HD",
                "x | SE | free | mobile tv | 100..200 | no -> HD",
            ],
        ),
        (
            "viewers who share tiers by device",
            policy(&[], &[]),
            policy(
                &[
                    on("tv mobile", grant("1", "x", "SE", (100, 200), "premium family")),
                    on("cast", grant("2", "x", "SE", (100, 200), "premium student")),
                ],
                &[],
            ),
            &[
                "x | SE | family premium | mobile tv | 100..200 | no -> HD",
                "x | SE | premium student | cast | 100..200 | no -> HD",
            ],
        ),
        (
            "windows that overlap, each of its countries",
            policy(&[], &[]),
            policy(
                &[
                    grant("1", "x", "SE NO", (100, 300), "premium"),
                    grant("2", "x", "DK", (200, 400), "premium"),
                ],
                &[],
            ),
            &["x | DK | premium | * | 200..400 | no -> HD", "x | NO SE | premium | * | 100..300 | no -> HD"],
        ),
        (
            "windows that overlap, each of its tiers, in countries that share them",
            policy(&[], &[]),
            policy(
                &[
                    grant("1", "x/* y", "SE NO", (100, 300), "premium"),
                    grant("2", "x/* y", "SE NO", (200, 400), "free"),
                    grant("3", "x/* y", "DK", (100, 400), "free premium"),
                ],
                &[],
            ),
            &[
                "x/* y | DK | free premium | * | 100..400 | no -> HD",
                "x/* y | NO SE | premium | * | 100..300 | no -> HD",
                "x/* y | NO SE | free | * | 200..400 | no -> HD",
            ],
        ),
        (
            "a window at which nobody asks",
            policy(&[], &[]),
            policy(
                &[grant("a", "*", "*", (-1000, 0), "*"), grant("b", "*", "*", (300_000_000_000, OPEN), "*")],
                &[],
            ),
            &[],
        ),
        (
            "a window that begins when nobody asks",
            policy(&[], &[]),
            policy(&[grant("a", "*", "*", (-1000, 10), "*")], &[]),
            &["* | * | * | * | -1000..10 | no -> HD"],
        ),
    ];
    for (name, old, new, wanted) in cases {
        let found = diff(&old, &new);
        assert_eq!(lines(&found), wanted, "{name}");
        check(&old, &new, &found, name);
        // Backwards everything is the other way round.
        let back = diff(&new, &old);
        assert_eq!(back.rows.len(), found.rows.len(), "{name}, back");
        assert_eq!(back.count(Kind::Lost), found.count(Kind::Gained), "{name}, back");
        assert_eq!(diff(&old, &old), Diff::default(), "{name}, old and old");
        assert_eq!(diff(&new, &new), Diff::default(), "{name}, new and new");
    }
}

#[test]
fn two_policies_differ_where_a_row_says_so_and_nowhere_else() {
    // As in the comparison with the reference: `make fuzz` asks more, and differently.
    let from_environment = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let wanted = from_environment("COMPARISONS").unwrap_or(240_000);
    let seed = from_environment("SEED").unwrap_or(0);
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ seed);
    let (mut asked, mut different, mut pairs) = (0, 0, 0);
    while asked < wanted {
        let old = random.policy();
        let new = match random.below(4) {
            0 => random.policy(),
            1 => {
                let new = random.mutated(&old);
                random.mutated(&new)
            }
            _ => random.mutated(&old),
        };
        pairs += 1;
        let found = diff(&old, &new);
        different += ask(
            &old,
            &new,
            &found,
            &edges(&old, &new),
            &mut random,
            600,
            &format!("seed {seed}, pair {pairs}"),
        );
        asked += 600;
    }
    assert!(different as u64 > asked / 24, "only {different} of {asked} differed in {pairs} pairs");
}

#[test]
fn the_order_of_rules_changes_nothing() {
    let mut random = Random(99);
    for _ in 0..40 {
        let old = random.policy();
        let new = random.mutated(&old);
        let turned = |policy: &Policy| {
            let mut grants = policy.grants.clone();
            let mut blackouts = policy.blackouts.clone();
            grants.reverse();
            blackouts.reverse();
            Policy { grants, blackouts, ..Policy::default() }
        };
        assert_eq!(diff(&old, &turned(&old)), Diff::default());
        assert_eq!(diff(&turned(&old), &turned(&new)), diff(&old, &new));
    }
}

#[test]
fn shared_groups_lend_their_names() {
    let group = |shared| Group {
        name: "nordics".to_owned(),
        area: territories("SE NO"),
        used: true,
        shared,
        spot: spot(),
    };
    let gained = grant("a/one", "acme/*", "NO SE", (100, 200), "premium");
    for (groups, wanted) in [
        (vec![group(true)], vec!["nordics"]),
        (vec![group(false)], vec!["NO", "SE"]),
        (vec![], vec!["NO", "SE"]),
    ] {
        let new = Policy { groups, ..policy(std::slice::from_ref(&gained), &[]) };
        let found = diff(&Policy::default(), &new);
        assert_eq!(found.rows[0].territory_names(), wanted);
        assert_eq!(found.rows[0].territories, ["NO", "SE"]);
    }
}

#[test]
fn the_text_is_for_people() {
    let old = policy(
        &[grant("a/one", "acme/* !acme/pilot", "SE NO", (1_767_225_600, 1_798_761_600), "premium")],
        &[],
    );
    let new = policy(
        &[
            grant("a/one", "acme/* !acme/pilot", "SE NO DK", (1_767_225_600, 1_798_761_600), "premium"),
            on("tv", up_to(UHD, grant("a/two", "acme/x", "SE", (1_767_225_600, OPEN), "premium"))),
        ],
        &[blackout("a/derby", "acme/x", "NO-03", (1_767_225_600, 1_767_225_601))],
    );
    let wanted = "\
2 gained, 1 lost, 1 changed

GAINED  acme/* but not acme/pilot
        where: DK    who: premium    on: any device
        when: from 2026-01-01T00:00:00Z until 2027-01-01T00:00:00Z    up to: 1080 lines, 2 streams, no DRM

GAINED  acme/x
        where: SE    who: premium    on: tv
        when: from 2027-01-01T00:00:00Z on    up to: 2160 lines, 2 streams, DRM

LOST    acme/x
        where: NO-03, NO (region unknown)    who: premium    on: any device
        when: from 2026-01-01T00:00:00Z until 2026-01-01T00:00:01Z    up to: 1080 lines, 2 streams, no DRM

CHANGED acme/x
        where: SE    who: premium    on: tv
        when: from 2026-01-01T00:00:00Z until 2027-01-01T00:00:00Z    up to: 1080 lines -> 2160 lines, 2 streams, no DRM -> DRM
";
    let found = diff(&old, &new);
    assert_eq!(found.to_text(), wanted);
    assert_eq!(diff(&old, &old).to_text(), "Nothing changes for any viewer.\n");
}

#[test]
fn the_text_shows_the_beginning_of_long_lists() {
    let list: Vec<String> = (10..40).map(|number| format!("acme/{number}")).collect();
    let found = diff(&policy(&[], &[]), &policy(&[grant("a", &list.join(" "), "SE", (100, 200), "*")], &[]));
    let text = found.to_text();
    assert!(text.contains("acme/33, and 6 more (`--json` lists all)\n"), "{text}");
    assert_eq!(found.to_json()["rows"][0]["titles"], json!(list));
}

#[test]
fn the_value_is_for_programs() {
    let old = policy(&[grant("a/one", "acme/*", "SE", (0, 100), "premium")], &[]);
    let new = policy(&[up_to(UHD, grant("a/one", "acme/*", "SE NO", (0, OPEN), "premium"))], &[]);
    let hd = json!({ "max_height": 1080, "max_streams": 2, "drm": false });
    let uhd = json!({ "max_height": 2160, "max_streams": 2, "drm": true });
    let row = |kind: &str, at: &str, from: &str, until: Option<&str>, old: &serde_json::Value| {
        json!({
            "kind": kind, "titles": ["acme/*"], "territories": [at], "group": null, "tiers": ["premium"],
            "devices": ["*"], "from": from, "until": until, "old": old, "new": uhd,
        })
    };
    let rows = [
        row("gained", "NO", "1970-01-01T00:00:00Z", None, &json!(null)),
        row("gained", "SE", "1970-01-01T00:01:40Z", None, &json!(null)),
        row("changed", "SE", "1970-01-01T00:00:00Z", Some("1970-01-01T00:01:40Z"), &hd),
    ];
    assert_eq!(
        diff(&old, &new).to_json(),
        json!({ "gained": 2, "lost": 0, "changed": 1, "rows": rows, "messages": [] })
    );
    assert_eq!(
        diff(&new, &new).to_json(),
        json!({ "gained": 0, "lost": 0, "changed": 0, "rows": [], "messages": [] })
    );
}

#[test]
fn exclusions_and_what_is_unknown_are_said_in_words() {
    let text = |territories: &str, tiers: &str| {
        let new = policy(&[grant("a/one", "acme/x", territories, (100, OPEN), tiers)], &[]);
        diff(&policy(&[], &[]), &new).to_text()
    };
    for (territories, tiers, words) in [
        (
            "* !JP",
            "* !free",
            "where: everywhere but not JP, country unknown    who: any login but not free    on:",
        ),
        (
            "GB !GB-MAN",
            "anonymous",
            "but not GB-MAN, GB-ENG (no closer known), GB (region unknown)    who: not logged in",
        ),
        ("*", "* anonymous", "where: everywhere    who: everybody    on:"),
        ("NO", "anonymous premium", "where: NO    who: premium, not logged in    on:"),
    ] {
        let text = text(territories, tiers);
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn a_group_that_means_something_else_by_now_names_nothing() {
    let version = |members: &str, height: u16| {
        let mut grant = grant("a/one", "acme/x", members, (100, OPEN), "*");
        grant.caps.max_height = Some(height);
        let group = Group {
            name: "nordics".to_owned(),
            area: territories(members),
            used: true,
            shared: true,
            spot: spot(),
        };
        Policy { groups: vec![group], ..policy(&[grant], &[]) }
    };
    let groups = |old: &Policy, new: &Policy| -> Vec<Option<String>> {
        diff(old, new).rows.into_iter().map(|row| row.group).collect()
    };
    assert_eq!(groups(&version("SE NO", 720), &version("SE NO", 1080)), [Some("nordics".to_owned())]);
    assert_eq!(groups(&version("SE NO", 720), &version("SE NO DK", 1080)), [None, None]);
}

#[test]
fn what_viewers_read_is_said_although_nobody_gains_or_loses() {
    let told = |message: Option<&str>| {
        let blackout = rights::model::Blackout {
            message: message.map(str::to_owned),
            ..blackout("a/derby", "acme/x", "NO", (100, 200))
        };
        policy(&[grant("a/one", "acme/*", "NO", (0, OPEN), "*")], &[blackout])
    };
    let found = diff(&told(Some("On television")), &told(None));
    assert_eq!(
        found.to_text(),
        "Nothing changes for any viewer.\n\nMESSAGE blackout a/derby\n        what viewers read: \"On television\" -> nothing\n"
    );
    assert_eq!(
        found.to_json()["messages"],
        json!([{ "rule": "a/derby", "old": "On television", "new": null }])
    );
}
