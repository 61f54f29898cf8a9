//! The reference evaluator, before anything is held against it: by a table that was reasoned out from the contract.

mod reference;

use reference::random::{random_policy, random_viewers, tree};
use reference::{Blackout, Grant, Outcome, Policy, Rng, Tree, Viewer, decide, from_toml, time, to_toml};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Days of January 2026, as epoch seconds.
fn day(number: i64) -> i64 {
    1_767_225_600 + (number - 1) * 86_400
}

fn texts(list: &str) -> Vec<String> {
    list.split_whitespace().map(str::to_owned).collect()
}

fn grant(id: &str, titles: &str, territories: &str, days: (i64, Option<i64>), tiers: &str) -> Grant {
    Grant {
        id: id.to_owned(),
        titles: texts(titles),
        territories: texts(territories),
        from: day(days.0),
        until: days.1.map(day),
        tiers: texts(tiers),
        ..Grant::default()
    }
}

fn blackout(id: &str, titles: &str, territories: &str, days: (i64, Option<i64>)) -> Blackout {
    Blackout {
        id: id.to_owned(),
        titles: texts(titles),
        territories: texts(territories),
        from: day(days.0),
        until: days.1.map(day),
        message: None,
    }
}

/// One policy that the table asks: a film, a match, a film in parts of Britain, and one for the world.
fn policy() -> Policy {
    Policy {
        groups: vec![
            ("north".to_owned(), texts("NO SE !NO-11")),
            ("wide".to_owned(), texts("north GB !GB-MAN")),
        ],
        grants: vec![
            Grant {
                max_height: Some(1080),
                max_streams: Some(2),
                drm: true,
                ..grant("a/film", "film/* !film/secret", "north", (10, Some(20)), "premium family")
            },
            Grant {
                devices: Some(texts("tv cast")),
                ..grant("a/film-tv", "film/tv", "north", (10, Some(20)), "gold")
            },
            Grant { max_height: Some(480), ..grant("a/low", "film/*", "SE", (10, None), "* !free") },
            grant("b/match", "match", "wide", (10, None), "* anonymous"),
            grant("b/world", "world/*", "*", (10, Some(12)), "anonymous"),
            grant("b/world-later", "world/*", "*", (15, Some(16)), "premium"),
        ],
        blackouts: vec![
            blackout("b/first", "match", "GB-LND", (12, Some(13))),
            Blackout {
                message: Some("second".to_owned()),
                ..blackout("b/second", "match", "GB-LND FR", (13, Some(14)))
            },
            blackout("c/ever", "film/*", "NO-03", (18, None)),
        ],
    }
}

#[test]
fn the_table_holds() {
    let (policy, tree) = (policy(), tree());
    let mut wrong = Vec::new();
    for line in TABLE.trim().lines() {
        let (asked, expected) = line.split_once('=').unwrap();
        let asked: Vec<&str> = asked.split_whitespace().collect();
        let [title, place, tier, device, at] = asked[..] else { panic!("{line}") };
        let some = |text: &str| (text != "-" && !text.is_empty()).then(|| text.to_owned());
        let (country, region) = place.split_once('/').unwrap_or((place, ""));
        let (of_day, offset) = at.split_once(',').unwrap_or((at, "0"));
        let viewer = Viewer {
            title: title.to_owned(),
            country: some(country),
            region: some(region),
            tier: some(tier),
            device: some(device),
            at: day(of_day.parse().unwrap()) + offset.parse::<i64>().unwrap(),
        };
        let answer = short(&decide(&policy, &tree, &viewer));
        if answer != expected.trim() {
            wrong.push(format!("{line}\n    but: {answer}"));
        }
    }
    assert!(TABLE.trim().lines().count() >= 40);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An outcome as the table writes it; times as days of January, if they are any.
fn short(outcome: &Outcome) -> String {
    let when = |at: &Option<i64>| at.map_or("-".to_owned(), |at| ((at - day(1)) / 86_400 + 1).to_string());
    let number = |of: &Option<u16>| of.map_or("-".to_owned(), |of| of.to_string());
    match outcome {
        Outcome::Allow { rule, valid_until, max_height, max_streams, drm } => format!(
            "{rule} until {} {} {}{}",
            when(valid_until),
            number(max_height),
            number(max_streams),
            if *drm { " drm" } else { "" }
        ),
        Outcome::Deny { reason, rule, message, available_from, tiers } => {
            let mut text = format!("{reason} {}", rule.as_deref().unwrap_or("-"));
            if let Some(at) = available_from {
                text += " from ";
                text += &when(&Some(*at));
            }
            let message = message.as_ref().map_or(String::new(), |message| format!(" says {message}"));
            let tiers = tiers.as_ref().map_or(String::new(), |tiers| format!(" for {}", tiers.join(" ")));
            text + &message + &tiers
        }
    }
}

/// Title, place, tier, device, day of January (and seconds): what comes out.
const TABLE: &str = "
film/one    NO/NO-03  premium   tv      15   = a/film until 18 1080 2 drm
film/one    NO/NO-03  premium   tv      10   = a/film until 18 1080 2 drm
film/one    NO/NO-03  premium   tv      10,-1 = not_yet a/film from 10
film/one    NO/NO-03  premium   tv      18,-1 = a/film until 18 1080 2 drm
film/one    NO/NO-03  premium   tv      18   = blackout c/ever
film/one    NO/NO-03  premium   tv      20   = expired a/film
film/one    NO        premium   tv      15   = region_unknown a/film
film/one    NO/NO-99  premium   tv      15   = region_unknown a/film
film/one    NO/NO-11  premium   tv      15   = territory a/film
film/one    FR        premium   tv      15   = territory a/film
film/one    -         premium   tv      15   = territory_unknown a/film
film/one    no        premium   tv      15   = territory_unknown a/film
film/one    XX/NO-03  premium   tv      15   = territory_unknown a/film
film/one    SE        premium   tv      15   = a/film until 20 1080 2 drm
film/one    SE        premium   tv      20,-1 = a/film until 20 1080 2 drm
film/one    SE        premium   tv      20   = a/low until - 480 -
film/one    SE        Premium   tv      15   = a/low until - 480 -
film/one    SE        free      tv      15   = tier a/film for * !free
film/one    SE        -         tv      15   = tier a/film for * !free
film/secret SE        premium   tv      15   = a/low until - 480 -
film/secret NO/NO-03  premium   tv      15   = territory a/low
film/tv     NO/NO-03  gold      tv      15   = a/film-tv until 18 - -
film/tv     NO/NO-03  gold      mobile  15   = device a/film-tv
film/tv     NO/NO-03  gold      -       15   = device a/film-tv
film/tv     NO/NO-03  free      mobile  15   = tier a/film-tv for family premium
film/tv     NO/NO-03  free      cast    15   = tier a/film-tv for family gold premium
film/tv     NO/NO-03  free      cast    9    = not_yet a/film-tv from 10
film/tv     NO/NO-03  premium   cast    9    = not_yet a/film from 10
film        NO/NO-03  premium   tv      15   = unknown_title -
film2/one   NO/NO-03  premium   tv      15   = unknown_title -
film//one   SE        premium   tv      15   = unknown_title -
film/../one SE        premium   tv      15   = unknown_title -
film/One    SE        premium   tv      15   = unknown_title -
film/one/   SE        premium   tv      15   = unknown_title -
match       GB/GB-SCT -         -       12   = b/match until - - -
match       GB/GB-LND -         -       11   = b/match until 12 - -
match       GB/GB-LND -         -       12   = blackout b/first from 14
match       GB/GB-LND x         tv      13   = blackout b/second from 14 says second
match       GB/GB-LND x         tv      14   = b/match until - - -
match       GB/GB-ENG x         tv      14   = region_unknown b/match
match       GB        x         tv      14   = region_unknown b/match
match       GB/GB-MAN x         tv      14   = territory b/match
match       GB/NO-03  x         tv      14   = region_unknown b/match
world/a     -         -         -       10   = b/world until 12 - -
world/a     XX        anonymous -       12,-1 = b/world until 12 - -
world/a     -         -         -       12   = not_yet b/world-later from 15
world/a     -         premium   -       9    = not_yet b/world-later from 15
world/a     US/US-CA  premium   tv      10   = tier b/world for anonymous
world/a     US        premium   tv      15   = b/world-later until 16 - -
world/a     US        premium   tv      16   = expired b/world-later
";

#[test]
fn the_smallest_id_in_byte_order_counts_last() {
    let tree = tree();
    let mut policy = Policy {
        grants: ["a/z", "a.b/a", "a-b/x", "a1/a"].map(|id| grant(id, "t", "*", (1, Some(9)), "*")).to_vec(),
        ..Policy::default()
    };
    let viewer =
        Viewer { title: "t".to_owned(), tier: Some("x".to_owned()), at: day(2), ..Viewer::default() };
    let mut counts = |change: &dyn Fn(&mut Policy)| {
        change(&mut policy);
        short(&decide(&policy, &tree, &viewer))
    };
    assert_eq!(counts(&|_| {}), "a-b/x until 9 - -");
    assert_eq!(counts(&|policy| policy.grants[3].until = Some(day(10))), "a1/a until 10 - -");
    assert_eq!(counts(&|policy| policy.grants[1].until = None), "a.b/a until - - -");
    assert_eq!(counts(&|policy| policy.grants[1].max_streams = Some(9)), "a1/a until 10 - -");
    assert_eq!(counts(&|policy| policy.grants[3].max_streams = Some(10)), "a-b/x until 9 - -");
    assert_eq!(counts(&|policy| policy.grants[2].max_height = Some(2160)), "a/z until 9 - -");
}

#[test]
fn times_are_written_as_toml_has_them() {
    for (epoch, written) in [
        (0, "1970-01-01T00:00:00Z"),
        (1_767_225_600, "2026-01-01T00:00:00Z"),
        (1_709_164_800 + 86_399, "2024-02-29T23:59:59Z"),
        (1_772_323_200, "2026-03-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ] {
        assert_eq!(time(epoch), written);
    }
}

#[test]
fn files_are_what_a_person_would_write() {
    let policy = Policy {
        groups: vec![("north".to_owned(), texts("NO !NO-11"))],
        grants: vec![Grant { max_height: Some(720), ..grant("a/g", "x/* !x/y", "north", (1, Some(2)), "*") }],
        blackouts: vec![Blackout {
            message: Some("so \"it\" is".to_owned()),
            ..blackout("b/b", "*", "*", (1, None))
        }],
    };
    let files: BTreeMap<String, String> = to_toml(&policy).into_iter().collect();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a.toml", "b.toml", "groups.toml"]);
    assert_eq!(files["groups.toml"], "[groups]\nnorth = [\"NO\", \"!NO-11\"]\n");
    assert_eq!(
        files["a.toml"],
        "schema = 1\nagreement = \"a\"\n\n[[grant]]\nid = \"g\"\ntitles = [\"x/*\", \"!x/y\"]\n\
         territories = [\"north\"]\nfrom = 2026-01-01T00:00:00Z\nuntil = 2026-01-02T00:00:00Z\ntiers = [\"*\"]\n\
         max_height = 720\n"
    );
    assert!(files["b.toml"].ends_with("from = 2026-01-01T00:00:00Z\nmessage = \"so \\\"it\\\" is\"\n"));
}

#[test]
fn chance_reaches_every_answer() {
    let (tree, mut rng) = (tree(), Rng::seeded(1));
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut decisions = 0;
    while decisions < 100_000 {
        let policy = random_policy(&mut rng);
        assert!(policy.grants.iter().all(|grant| grant.titles.iter().any(|title| !title.starts_with('!'))));
        for viewer in random_viewers(&mut rng, &policy) {
            let reason = match decide(&policy, &tree, &viewer) {
                Outcome::Allow { valid_until: Some(_), .. } => "allow, until",
                Outcome::Allow { .. } => "allow",
                Outcome::Deny { reason: "blackout", available_from: None, .. } => "blackout for ever",
                Outcome::Deny { reason, .. } => reason,
            };
            *seen.entry(reason).or_default() += 1;
            decisions += 1;
        }
    }
    println!("{seen:?}");
    assert_eq!(seen.len(), 12);
    assert!(seen.values().all(|times| *times > 500), "{seen:?}");
}

#[test]
fn the_same_seed_gives_the_same_policies() {
    let make = |seed| random_policy(&mut Rng::seeded(seed));
    assert_eq!(make(7), make(7));
    assert_ne!(make(7), make(8));
}

/// What a random policy says is not lost on the way to a file and back.
#[test]
fn files_say_what_the_policy_says() {
    let mut rng = Rng::seeded(3);
    for _ in 0..300 {
        let policy = random_policy(&mut rng);
        let mut read = from_toml(&to_toml(&policy)).unwrap();
        let mut written = policy.clone();
        for policy in [&mut read, &mut written] {
            policy.groups.sort();
            policy.grants.sort_by(|one, other| one.id.cmp(&other.id));
            policy.blackouts.sort_by(|one, other| one.id.cmp(&other.id));
        }
        assert_eq!(read, written);
    }
}

/// The corpus's evaluator is a third reading of the same pages, in another language: all of them agree.
#[test]
fn the_corpus_agrees() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus/rights");
    let tree: Tree = serde_json::from_slice(&fs::read(corpus.join("places.json")).unwrap()).unwrap();
    let (mut wrong, mut viewers, mut local) = (Vec::new(), 0, 0);
    for folder in fs::read_dir(&corpus).unwrap() {
        let folder = folder.unwrap().path();
        let Ok(listed) = fs::read(folder.join("viewers.json")) else { continue };
        let mut files = Vec::new();
        read_files(&folder.join("policy"), "", &mut files);
        let Some(policy) = from_toml(&files) else {
            local += 1;
            continue;
        };
        for case in serde_json::from_slice::<Vec<Value>>(&listed).unwrap() {
            let text = |key: &str| case[key].as_str().map(str::to_owned);
            let viewer = Viewer {
                title: text("title").unwrap(),
                country: text("country"),
                region: text("region"),
                tier: text("tier"),
                device: text("device"),
                at: case["at"].as_i64().unwrap(),
            };
            let answer = as_json(&decide(&policy, &tree, &viewer));
            viewers += 1;
            if answer != case["expect"] {
                wrong.push(format!("{}: {case}\n    but: {answer}", folder.display()));
            }
        }
    }
    assert!(
        viewers >= 1000 && local <= 8,
        "{viewers} viewers, and {local} folders with local times passed over"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Both corpora stand as their generators write them, and what was reasoned out by hand agrees with the evaluator.
#[test]
fn the_corpora_are_what_their_generators_write() {
    for name in ["rights", "rights-wrong"] {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus").join(name);
        let output = Command::new("python3").args(["generate.py", "--check"]).current_dir(corpus).output();
        let output = output.expect("python3 runs the generator");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Every file of a policy folder, but for those whose names begin with a dot.
fn read_files(folder: &Path, below: &str, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{below}{name}");
        match fs::read_to_string(entry.path()) {
            Ok(text) => files.push((path, text)),
            Err(_) => read_files(&entry.path(), &format!("{path}/"), files),
        }
    }
}

fn as_json(outcome: &Outcome) -> Value {
    let when = |at: &Option<i64>| at.map(time);
    match outcome {
        Outcome::Allow { rule, valid_until, max_height, max_streams, drm } => json!({
            "outcome": "allow", "rule": rule, "valid_until": when(valid_until),
            "max_height": max_height, "max_streams": max_streams, "drm": drm,
        }),
        Outcome::Deny { reason, rule, message, available_from, tiers } => {
            let mut answer = json!({
                "outcome": "deny", "reason": reason, "rule": rule,
                "message": message, "available_from": when(available_from),
            });
            if let (Some(tiers), Some(answer)) = (tiers, answer.as_object_mut()) {
                answer.insert("tiers".to_owned(), json!(tiers));
            }
            answer
        }
    }
}
