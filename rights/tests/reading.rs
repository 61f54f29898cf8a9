//! What is read from policies, and what is said of mistakes, down to the suggestion. Long, because its tables are.

use rights::language::{Problem, Problems, Severity, SourceFile, read};
use rights::model::{Epoch, Policy};
use rights::places::Place;
use rights::viewer::Device;
use std::rc::Rc;

const HEAD: &str = "schema = 1\nagreement = \"a\"\ntimezone = \"Europe/Oslo\"\n";

/// What it is about, the files, and `file:line:column code` of each problem.
type Case<'a, Text> = (&'a str, Vec<(&'a str, Text)>, Vec<&'a str>);

/// A grant in which one line is another.
fn grant(line: &str) -> String {
    let keys = [
        "id = \"g\"",
        "titles = [\"acme/*\"]",
        "territories = [\"NO\"]",
        "from = 2026-01-01T00:00:00Z",
        "tiers = [\"premium\"]",
    ];
    let key = |line: &str| line.split('=').next().unwrap_or_default().trim().to_owned();
    let kept: Vec<&str> = keys.into_iter().filter(|kept| key(kept) != key(line)).collect();
    format!("{HEAD}[[grant]]\n{line}\n{}\n", kept.join("\n"))
}

fn read_one(text: &str) -> Result<Policy, Problems> {
    read(&[SourceFile { path: "a.toml", text: text.as_bytes() }])
}

fn read_all(files: &[(&str, &str)]) -> Result<Policy, Problems> {
    let files: Vec<SourceFile<'_>> =
        files.iter().map(|(path, text)| SourceFile { path, text: text.as_bytes() }).collect();
    read(&files)
}

/// `file:line:column code`
fn places(result: Result<Policy, Problems>) -> Vec<String> {
    let problems = result.map_or_else(Problems::into_vec, |policy| policy.warnings);
    let place =
        |problem: &Problem| format!("{}:{}:{} {}", problem.file, problem.line, problem.column, problem.code);
    problems.iter().map(place).collect()
}

#[test]
fn a_policy_is_read_as_it_is_meant() {
    let text = format!(
        "{HEAD}[groups]\nnordics = [\"SE\", \"NO\", \"DK\"]\nfar = [\"nordics\", \"!DK\"]\nidle = [\"FR\"]\n\
         [[grant]]\nid = \"g\"\ntitles = [\"acme/*\", \"!acme/pilot\", \"*\"]\nterritories = [\"far\", \"GB-ENG\"]\n\
         from = 2026-07-01\nuntil = 2027-01-01T00:00:00+01:00\ntiers = [\"*\", \"!free\", \"anonymous\"]\n\
         devices = [\"*\", \"!tv\"]\nmax_height = 1_080\nmax_streams = 0x2\ndrm = true\n\
         [[grant]]\nid = \"h\"\ntitles = [\"x\"]\nterritories = [\"GB-ENG\", \"far\"]\n\
         from = 2026-01-01T06:00\ntiers = [\"free\"]\n\
         [[blackout]]\nid = \"b\"\ntitles = [\"*\"]\nterritories = [\"*\"]\nfrom = 1970-01-01T00:00:00Z\nmessage = \"\"\n\
         [[expect]]\ntitle = \"acme/one\"\ncountry = \"NO\"\nregion = \"NO-03\"\nat = 2026-07-01\noutcome = \"blackout\"\n\
         rule = \"a/b\"\n"
    );
    let policy = read_one(&text).unwrap_or_else(|problems| panic!("{problems}"));
    let [first, second] = policy.grants.as_slice() else { panic!("{:?}", policy.grants) };
    assert_eq!((first.id.as_str(), second.id.as_str()), ("a/g", "a/h"));
    assert_eq!(first.window.from, 1_782_856_800, "2026-06-30T22:00:00Z");
    assert_eq!(first.window.until, Some(1_798_758_000));
    assert_eq!(second.window.from, 1_767_243_600, "2026-01-01T05:00:00Z");
    assert_eq!(second.window.until, None);
    assert!(Rc::ptr_eq(&first.territories, &second.territories), "equal areas are shared");
    assert!(first.territories.certainly(Place::parse("NO-03").unwrap()));
    assert!(!first.territories.possibly(Place::parse("DK").unwrap()));
    assert!(
        first.titles.contains("acme/one")
            && first.titles.contains("b")
            && !first.titles.contains("acme/pilot")
    );
    assert!(
        first.tiers.contains(None) && first.tiers.contains(Some("x")) && !first.tiers.contains(Some("free"))
    );
    assert!(first.devices.contains(Device::Cast) && !first.devices.contains(Device::Tv));
    assert_eq!((first.caps.max_height, first.caps.max_streams, first.caps.drm), (Some(1080), Some(2), true));
    assert_eq!((second.caps.max_height, second.caps.max_streams, second.caps.drm), (None, None, false));
    assert_eq!((first.spot.line, first.spot.column), (9, 6));
    let groups: Vec<_> = policy.groups.iter().map(|group| (group.name.as_str(), group.used)).collect();
    assert_eq!(groups, [("far", true), ("idle", false), ("nordics", true)]);
    assert_eq!(policy.blackouts[0].message.as_deref(), Some(""));
    assert_eq!(policy.expectations[0].region.as_deref(), Some("NO-03"));
    assert_eq!(policy.warnings, []);
}

#[test]
fn local_times_are_those_of_the_zone() {
    let cases: [(&str, &str, Epoch); 8] = [
        ("Europe/Oslo", "2026-01-01", 1_767_222_000),
        ("Europe/Oslo", "2026-03-29T01:59:59", 1_774_745_999),
        ("Europe/Oslo", "2026-03-29T03:00:00", 1_774_746_000),
        ("Asia/Kathmandu", "2026-01-01T00:00:00", 1_767_204_900),
        ("UTC", "2026-01-01T00:00:00.000", 1_767_225_600),
        // Midnight came twice, and a day begins with the first.
        ("America/Havana", "2026-11-01", 1_793_505_600),
        ("America/New_York", "9999-12-31T18:59:59", 253_402_300_799),
        ("UTC", "0000-01-01", -62_167_219_200),
    ];
    for (zone, written, expected) in cases {
        let text = grant(&format!("from = {written}")).replace("Europe/Oslo", zone);
        let policy = read_one(&text).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(policy.grants[0].window.from, expected, "{written} in {zone}");
    }
}

#[test]
fn every_mistake_has_an_answer() {
    let cases = [
        // line, code, what the help says
        (
            "from = 2026-03-29T02:30:00",
            "skipped-time",
            "write `2026-03-29T01:30:00+01:00` or `2026-03-29T03:30:00+02:00`",
        ),
        ("from = 2026-10-25T02:30:00", "repeated-time", "`2026-10-25T02:30:00+02:00` for the first"),
        ("from = 2026-01-01T00:00:00.0000000001Z", "fraction-of-a-second", "`2026-01-01T00:00:00Z`"),
        ("from = 2026-06-30T23:59:60Z", "leap-second", "the second after"),
        ("from = 9999-12-31T23:59:59-01:00", "time-out-of-range", "leave `until` out"),
        ("from = 1767225600", "wrong-type", "`2026-01-01T00:00:00Z`"),
        ("from = 1767225600000", "wrong-type", "`2026-01-01T00:00:00Z`"),
        ("from = \"31.12.2026\"", "wrong-type", "`2026-12-31`"),
        ("from = \"soon\"", "wrong-type", "`2026-01-01`"),
        ("from = \"01/01/2027\"", "wrong-type", "`2027-01-01`"),
        ("from = \"01/02/2027\"", "wrong-type", "`2027-02-01` if the day came first"),
        ("from = \"1 Jan 2027\"", "wrong-type", "`2027-01-01`"),
        ("from = 06:00:00", "wrong-type", "the day before it"),
        ("until = 2025-01-01T00:00:00Z", "until-before-from", "swap"),
        ("until = 2026-01-01T00:00:00Z", "until-before-from", "later time"),
        ("until = 2026-01-01", "until-before-from", "for the whole day write `2026-01-02`"),
        ("territories = [\"UK\"]", "unknown-territory", "`GB`"),
        ("territories = [\"no\"]", "unknown-territory", "`NO`"),
        ("territories = [\" NO\"]", "unknown-territory", "without the spaces"),
        // A suggestion keeps the `!`.
        ("territories = [\"*\", \"! DK\"]", "unknown-territory", "`!DK`, without the spaces"),
        ("territories = [\"*\", \"!  TZ\"]", "unknown-territory", "`!TZ`"),
        ("territories = [\"*\", \" !DK\"]", "unknown-territory", "`!DK`"),
        ("territories = [\"*\", \"!Denmark\"]", "unknown-territory", "`!DK`"),
        ("territories = [\"*\", \"!UK\"]", "unknown-territory", "`!GB`"),
        ("territories = [\"*\", \"!uk\"]", "unknown-territory", "`!GB`"),
        ("territories = [\"*\", \"! *\"]", "excludes-everything", "remove it"),
        ("titles = [\"*\", \"!Acme/*\"]", "unfit-pattern", "`!acme/*`"),
        ("titles = [\"*\", \"! acme/one\"]", "unfit-pattern", "`!acme/one`"),
        ("tiers = [\"*\", \"!Free\"]", "unfit-name", "`!free`"),
        ("tiers = [\"*\", \"! free\"]", "unfit-name", "`!free`"),
        ("devices = [\"*\", \"!TV\"]", "unknown-device", "`!tv`"),
        ("devices = [\"*\", \" ! iPad\"]", "unknown-device", "`!tablet`"),
        ("territories = [\"!!NO\", \"*\"]", "unknown-territory", "two mean nothing"),
        ("territories = \"NO, SE\"", "wrong-type", "`[\"NO\", \"SE\"]`"),
        ("territories = [[\"NO\"]]", "wrong-type", "inner"),
        ("territories = [\"!NO\"]", "only-exclusions", "`[\"*\", \"!NO\"]`"),
        ("territories = [\"NO\", \"!*\"]", "excludes-everything", "remove it"),
        ("titles = [\"acme*\"]", "unfit-pattern", "`acme/*`"),
        ("titles = [\"Acme/*\"]", "unfit-pattern", "`acme/*`"),
        ("titles = [\"/acme/one\"]", "unfit-pattern", "`acme/one`"),
        ("titles = [\"acme/\"]", "unfit-pattern", "`acme/*`"),
        ("titles = [\"acme/one two\"]", "unfit-pattern", "`acme/one-two`"),
        ("titles = [\"acme/../x\"]", "unfit-pattern", "never"),
        ("titles = [\"a*b\"]", "unfit-pattern", "stands alone"),
        ("titles = []", "empty-list", "`\"*\"`"),
        ("tiers = [\"Premium\"]", "unfit-name", "`premium`"),
        ("tiers = [\"sehr schön\"]", "unfit-name", "`sehr-sch-n`"),
        ("devices = [\"TV\"]", "unknown-device", "`tv`"),
        ("devices = [\"iphone\"]", "unknown-device", "`mobile`"),
        ("devices = []", "empty-list", "leave `devices` out"),
        ("max_height = \"1080p\"", "wrong-type", "`1080`"),
        ("max_height = \"4K\"", "wrong-type", "`2160`"),
        ("max_height = \"Full HD\"", "wrong-type", "`1080`"),
        ("max_height = \"HD\"", "wrong-type", "`720`"),
        ("max_streams = \"4K\"", "wrong-type", "`4`"),
        ("max_height = 1080.0", "wrong-type", "`1080`"),
        ("max_height = 0", "number-out-of-range", "leave `max_height` out"),
        ("max_streams = -1", "number-out-of-range", "65535"),
        ("max_streams = 99999999999999999999", "number-out-of-range", "65535"),
        ("drm = \"yes\"", "wrong-type", "`true`"),
        ("id = 5", "wrong-type", "`\"5\"`"),
        ("id = \"My Rule\"", "unfit-name", "`my-rule`"),
        ("tier = [\"a\"]", "unknown-key", "`tiers`"),
        ("start = 2026-01-01", "unknown-key", "`from`"),
        ("message = \"x\"", "unknown-key", "under a `[[blackout]]`"),
        ("agreement = \"x\"", "unknown-key", "top of the file"),
        ("timezone = \"UTC\"", "unknown-key", "`2027-01-01T20:00:00-03:00`, or put these grants into a file"),
        ("groups = { a = [\"NO\"] }", "unknown-key", "`[groups]`"),
        ("remark = \"x\"", "unknown-key", "`#`"),
    ];
    for (line, code, help) in cases {
        let problems = read_one(&grant(line)).map(|policy| policy.warnings).expect_err(line).into_vec();
        let [problem] = problems.as_slice() else { panic!("{line}: {problems:#?}") };
        assert_eq!(
            (problem.code, problem.line, problem.severity),
            (code, 5, Severity::Error),
            "{line}: {problem}"
        );
        assert!(problem.help.as_ref().is_some_and(|it| it.contains(help)), "{line}: {problem}");
    }
}

#[test]
fn tests_that_cannot_hold_are_errors() {
    let cases = [
        ("outcome = \"allowed\"", "unknown-outcome", "`allow`"),
        ("outcome = \"not-yet\"", "unknown-outcome", "`not_yet`"),
        ("outcome = \"maybe\"", "unknown-outcome", "`unknown_title`"),
        ("country = \"UK\"", "unknown-country", "`GB`"),
        ("country = \"GB-ENG\"", "unknown-country", "`region = \"GB-ENG\"`"),
        ("region = \"GB-ENG\"", "region-outside-country", "it is in `GB`"),
        ("region = \"NO\"", "unknown-region", "write it as `country`"),
        ("tier = \"*\"", "unfit-name", "one"),
        ("device = \"TV\"", "unknown-device", "`tv`"),
        ("title = \"acme/*\"", "unfit-title", "without `*`"),
        ("rule = \"g\"", "unknown-rule", "`a/g`"),
        ("rule = \"A/g\"", "unknown-rule", "`a/g`"),
        ("rule = \"a/b/c\"", "unknown-rule", "`agreement/id`"),
        ("rule = \"a/b\"", "impossible-expectation", "another rule"),
        ("available_from = 2026-01-01", "impossible-expectation", "`not_yet`"),
    ];
    let keys = ["title = \"acme/one\"", "country = \"NO\"", "at = 2026-06-01", "outcome = \"allow\""];
    let key = |line: &str| line.split('=').next().unwrap_or_default().trim().to_owned();
    for (line, code, help) in cases {
        let kept: Vec<&str> = keys.into_iter().filter(|kept| key(kept) != key(line)).collect();
        let rules = grant("drm = true")
            + "[[blackout]]\nid = \"b\"\ntitles = [\"x\"]\nterritories = [\"*\"]\nfrom = 2026-01-01\n";
        let text = format!("{rules}[[expect]]\n{line}\n{}\n", kept.join("\n"));
        let problems = read_one(&text).map(|policy| policy.warnings).expect_err(line).into_vec();
        let [problem] = problems.as_slice() else { panic!("{line}: {problems:#?}") };
        assert_eq!((problem.code, problem.severity), (code, Severity::Error), "{line}: {problem}");
        assert!(problem.help.as_ref().is_some_and(|it| it.contains(help)), "{line}: {problem}");
    }
}

/// What a file says that is hardly meant, without being wrong.
#[test]
fn what_is_hardly_meant_is_a_warning() {
    let rules = grant("drm = true");
    let expect = |rule: &str| {
        format!(
            "{rules}[[expect]]\ntitle = \"acme/one\"\nat = 2026-06-01\noutcome = \"tier\"\nrule = \"{rule}\"\n"
        )
    };
    let zone = |zone: &str| rules.replace("Europe/Oslo", zone);
    let cases: [(String, &str, &str); 19] = [
        (expect("a/h"), "unknown-rule", "was it renamed or removed? correct or delete this line"),
        (expect("a/other"), "unknown-rule", "renamed or removed"),
        (expect("b/g"), "unknown-rule", "did you mean `a/g`?"),
        (grant("max_height = 4"), "unusual-height", "`2160`"),
        (grant("max_height = 143"), "unusual-height", "`720`"),
        (grant("max_height = 8641"), "unusual-height", "`4320`"),
        (zone("EST"), "zone-without-summer-time", "`America/New_York`"),
        (zone("MST"), "zone-without-summer-time", "`America/Denver`"),
        (zone("CET"), "zone-without-summer-time", "`Europe/Oslo`"),
        (zone("GMT"), "zone-without-summer-time", "`UTC`"),
        (grant("until = 2026-12-31T23:59:59"), "until-is-exclusive", "write the next day: `2027-01-01`"),
        (grant("until = 2026-12-31T23:59"), "until-is-exclusive", "`2027-01-01`"),
        (grant("until = 2026-12-31T23:59:59Z"), "until-is-exclusive", "`2027-01-01T00:00:00Z`"),
        (grant("until = 2026-12-31T20:59:59+01:00"), "until-is-exclusive", "`2026-12-31T21:00:00+01:00`"),
        (grant("until = 9999-12-31T23:59:59Z"), "until-is-exclusive", "leave `until` out"),
        (grant("until = 2026-12-31T20:59:00"), "until-is-exclusive", "`2026-12-31T21:00:00`"),
        (grant("tiers = [\"all\"]"), "tier-once", "`\"*\"`"),
        (grant("territories = [\"NO\", \"NO\"]"), "listed-twice", "remove one of the two"),
        (grant("territories = [\"US\", \"!US-PR\"]"), "also-a-country", "`!PR`"),
    ];
    for (text, code, help) in cases {
        let warnings = read_one(&text).unwrap_or_else(|problems| panic!("{problems}")).warnings;
        let [problem] = warnings.as_slice() else { panic!("{text}: {warnings:#?}") };
        assert_eq!((problem.code, problem.severity), (code, Severity::Warning), "{problem}");
        assert!(problem.help.as_ref().is_some_and(|it| it.contains(help)), "{problem}");
    }
    for line in ["max_height = 144", "max_height = 8640", "until = 2026-12-31T23:58:00", "until = 2027-01-01"]
    {
        assert_eq!(places(read_one(&grant(line))), [""; 0], "{line}");
    }
}

#[test]
fn a_group_that_is_suggested_keeps_its_exclusion() {
    for written in ["!nordisc", "!Nordics", "! nordics", "!nordic"] {
        let text = grant(&format!("territories = [\"*\", \"{written}\"]"));
        let text = text.replace("[[grant]]", "[groups]\nnordics = [\"NO\"]\n[[grant]]");
        let problems = read_one(&text).unwrap_err().to_string();
        assert!(problems.contains("`!nordics`"), "{written}: {problems}");
    }
}

#[test]
fn an_end_before_its_beginning_is_quoted_as_it_was_written() {
    let text = grant("until = 2025-01-01\nfrom = 2026-01-01T00:00:00Z").replacen("\nfrom", "\n#", 1);
    let problems = read_one(&text).unwrap_err().to_string();
    let expected = "`2025-01-01` (2024-12-31T23:00:00Z in UTC) and `2026-01-01T00:00:00Z`\n";
    assert!(problems.contains(expected), "{problems}");
}

#[test]
fn other_places_are_told_as_one_says_them() {
    let rule = grant("drm = true");
    let twice = format!("{rule}{}", rule.replace(HEAD, ""));
    let problems = read_one(&twice).unwrap_err().to_string();
    assert!(problems.contains("the other is on line 6"), "{problems}");
    let problems = read_all(&[("a.toml", &rule), ("sub/b.toml", &rule)]).unwrap_err().to_string();
    assert!(problems.contains("the other is on line 2 of `a.toml`"), "{problems}");
}

#[test]
fn what_follows_from_a_mistake_is_not_reported() {
    let rule = grant("territories = [\"nordics\"]");
    let with = |more: &str| rule.replacen("[[grant]]", &format!("{more}[[grant]]"), 1);
    let dates = grant("from = 2026-01-01");
    let expect = "[[expect]]\ntitle = \"x\"\nat = 2026-01-01\noutcome = \"allow\"\nrule = \"other/x\"\n";
    let cases: [Case<'_, String>; 13] = [
        (
            "a group that is wrong",
            vec![("a.toml", with("[groups]\nnordics = [\"XX\"]\n"))],
            vec!["a.toml:5:12 unknown-territory"],
        ),
        (
            "groups that are no TOML",
            vec![("groups.toml", "[groups]\nx".into()), ("a.toml", rule.clone())],
            vec!["groups.toml:2:2 syntax"],
        ),
        (
            "groups in double brackets",
            vec![("a.toml", with("[[groups]]\nnordics = [\"NO\"]\n"))],
            vec!["a.toml:4:1 wrong-type"],
        ),
        (
            "groups without a section",
            vec![("groups.toml", "nordics = [\"NO\"]\n".into()), ("a.toml", rule.clone())],
            vec!["groups.toml:1:1 unknown-key"],
        ),
        (
            "groups under a rule",
            vec![("a.toml", rule.clone() + "groups.nordics = [\"NO\"]\n")],
            vec!["a.toml:10:1 unknown-key"],
        ),
        (
            "a zone that is wrong",
            vec![("a.toml", dates.replace("Oslo", "Olso"))],
            vec!["a.toml:3:12 unknown-timezone"],
        ),
        (
            "a zone under a rule",
            vec![("a.toml", dates.replace("timezone", "#") + "timezone = \"UTC\"")],
            vec!["a.toml:10:1 unknown-key"],
        ),
        (
            "a key that is misspelt",
            vec![("a.toml", grant("drm = true").replace("tiers", "teirs"))],
            vec!["a.toml:10:1 unknown-key"],
        ),
        (
            "a file that is no TOML",
            vec![("b.toml", "schema = ".into()), ("a.toml", grant("drm = true") + expect)],
            vec!["b.toml:1:10 syntax"],
        ),
        (
            "a rule in single brackets",
            vec![("a.toml", grant("drm = true").replace("[[grant]]", "[grant]"))],
            vec!["a.toml:4:1 wrong-type"],
        ),
        (
            "a circle",
            vec![("a.toml", with("[groups]\nx = [\"y\"]\ny = [\"x\"]\nnordics = [\"x\"]\n"))],
            vec!["a.toml:5:1 group-circle"],
        ),
        (
            "two circles, one behind the other",
            vec![(
                "a.toml",
                with(
                    "[groups]\nx = [\"y\", \"v\"]\nv = [\"x\"]\ny = [\"z\"]\nz = [\"y\"]\nnordics = [\"v\"]\n",
                ),
            )],
            vec!["a.toml:5:1 group-circle", "a.toml:7:1 group-circle"],
        ),
        (
            "an agreement that is wrong",
            vec![("a.toml", grant("drm = true").replace("\"a\"", "\"A\"") + &expect.replace("other", "a"))],
            vec!["a.toml:2:13 unfit-name"],
        ),
    ];
    for (what, files, expected) in cases {
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        assert_eq!(places(read_all(&files)), expected, "{what}");
    }
}

#[test]
fn folders_as_a_whole() {
    let ok = grant("drm = true");
    let other = ok.replace("\"a\"", "\"b\"");
    let far = grant("territories = [\"far\"]");
    let cases: [Case<'_, &str>; 8] = [
        ("nothing", vec![], vec![":0:0 no-files"]),
        (
            "no policy",
            vec![("README.md", "x"), (".git/a.toml", "x"), ("a/.b.toml", "x")],
            vec![":0:0 no-files"],
        ),
        (
            "the same agreement twice",
            vec![("a.toml", &ok), ("sub/b.toml", &ok)],
            vec!["sub/b.toml:2:13 agreement-taken"],
        ),
        ("two agreements", vec![("a.toml", &ok), ("b.toml", &other)], vec![]),
        (
            "a group of another file",
            vec![("a.toml", "schema = 1\nagreement = \"c\"\n[groups]\nfar = [\"NO\"]"), ("b.toml", &far)],
            vec!["b.toml:5:16 unknown-territory"],
        ),
        (
            "a group that is also shared",
            vec![
                ("a.toml", "schema = 1\nagreement = \"c\"\n[groups]\nfar = [\"NO\"]"),
                ("groups.toml", "[groups]\nfar = [\"NO\"]"),
            ],
            vec!["a.toml:4:1 group-defined-twice"],
        ),
        (
            "rules among the shared groups",
            vec![("groups.toml", "schema = 1\n[[grant]]\n")],
            vec!["groups.toml:2:3 unknown-key"],
        ),
        (
            "a group like a territory",
            vec![("groups.toml", "[groups]\nno = [\"NO\"]")],
            vec!["groups.toml:2:1 group-like-territory"],
        ),
    ];
    for (what, files, expected) in cases {
        assert_eq!(places(read_all(&files)), expected, "{what}");
    }
}

#[test]
fn a_byte_order_mark_is_accepted_and_other_encodings_are_not() {
    let text = grant("drm = true");
    assert!(read_one(&format!("\u{feff}{text}")).is_ok());
    let latin1: Vec<u8> = [b"schema = 1\n# caf".as_slice(), b"\xe9 \xe9\n"].concat();
    let problems = read(&[SourceFile { path: "a.toml", text: &latin1 }]);
    assert_eq!(places(problems), ["a.toml:2:6 not-utf8"]);
}

#[test]
fn sixty_tiers_are_enough() {
    let tiers = |count: usize| {
        let names: Vec<String> = (0..count).map(|number| format!("\"t{number}\"")).collect();
        grant(&format!("tiers = [\"anonymous\", {}]", names.join(", ")))
    };
    assert!(read_one(&tiers(60)).is_ok());
    let problems = read_one(&tiers(62)).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems}");
    assert!(problems.to_string().contains("`t60` is one tier too many"), "{problems}");
}

#[test]
fn a_tier_named_once_that_is_nearly_another_is_a_warning() {
    let grants = |tiers: &[&str]| {
        let grant = |(number, tier): (usize, &&str)| {
            grant(&format!("tiers = [\"{tier}\"]"))
                .replace("\"g\"", &format!("\"g{number}\""))
                .replace(HEAD, "")
        };
        HEAD.to_owned() + &tiers.iter().enumerate().map(grant).collect::<String>()
    };
    let cases: [(&[&str], &[&str]); 10] = [
        (&["premium", "premium", "premium", "premuim"], &["a.toml:23:10 tier-once"]),
        (&["premium", "premium", "premuim"], &["a.toml:17:10 tier-once"]),
        (&["premium", "premuim"], &["a.toml:11:10 tier-once"]),
        (&["premuim", "premium", "premium"], &["a.toml:5:10 tier-once"]),
        (&["hd", "uhd"], &[]),
        (&["all"], &["a.toml:5:10 tier-once"]),
        (&["free", "everyone"], &["a.toml:11:10 tier-once"]),
        (&["all", "all"], &[]),
        (&["premium", "premium", "premium", "family"], &[]),
        (&["tier1", "tier1", "tier1", "tier2"], &[]),
    ];
    for (tiers, expected) in cases {
        assert_eq!(places(read_one(&grants(tiers))), expected, "{tiers:?}");
    }
}

#[test]
fn scripts_read_problems_as_json() {
    let problems = read_one(&grant("territories = [\"UK\"]")).unwrap_err();
    let json = problems.iter().next().unwrap().to_json();
    assert_eq!(json["file"], "a.toml");
    assert_eq!((&json["line"], &json["column"], &json["length"]), (&5.into(), &16.into(), &4.into()));
    assert_eq!((&json["severity"], &json["code"]), (&"error".into(), &"unknown-territory".into()));
    assert_eq!(json["message"], "`UK` is not a territory");
    assert!(json["help"].as_str().unwrap().contains("`GB`"));

    let json = read(&[]).unwrap_err().iter().next().unwrap().to_json();
    assert_eq!((&json["file"], &json["line"], &json["code"]), (&().into(), &().into(), &"no-files".into()));
}

#[test]
fn remarks_on_what_was_read_look_like_errors() {
    let text = grant("drm = true");
    let policy = read_one(&text).unwrap();
    let spot = &policy.grants[0].spot;
    let line = text.lines().nth(spot.line as usize - 1).unwrap();
    let problem = Problem::at(spot, 3, line, "example", "look here").warning().help("and do this");
    assert_eq!(
        problem.to_string(),
        "a.toml:6:6: warning: look here\n  6 | id = \"g\"\n    |      ^^^ and do this"
    );
}

/// Each is something that a file may become by accident.
#[test]
fn no_bytes_make_it_panic() {
    let whole = grant("devices = [\"tv\", \"!cast\"]")
        + "until = 2026-10-25T02:30:00\n[groups]\nå = [\"ø\"]\nnordics = [\"SE\", \"b\"]\nb = [\"nordics\"]\n\
           [[blackout]]\nid = \"b\"\ntitles = [\"*\"]\nterritories = [\"b\"]\nfrom = 2026-01-01\nmessage = \"\"\"\nå\"\"\"\n\
           [[expect]]\ntitle = \"a\"\ncountry = \"NO\"\nregion = \"NO-03\"\nat = 2026-01-01T00:00:00.5Z\noutcome = \"allow\"\n";
    let whole = whole.as_bytes();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % below
    };
    let insertions: [&[u8]; 16] = [
        b"\"",
        b"[",
        b"]",
        b"=",
        b"\n",
        b"\r",
        b"\0",
        b"\xff",
        b"#",
        b"'''",
        b"{",
        b"}",
        b"\xe2\x80\xae",
        b"1e9",
        b"\\u",
        b"!",
    ];
    let mut wrong = 0;
    for round in 0..6000 {
        let mut bytes = whole.to_vec();
        for _ in 0..=random(4) {
            let at = random(bytes.len());
            match random(5) {
                0 => bytes[at] ^= 1 << random(8),
                1 => drop(bytes.drain(at..(at + random(12)).min(bytes.len()))),
                2 => drop(bytes.splice(at..at, insertions[random(insertions.len())].iter().copied())),
                3 => {
                    let from = random(whole.len());
                    let piece = whole[from..(from + random(40)).min(whole.len())].to_vec();
                    drop(bytes.splice(at..at, piece));
                }
                _ if round % 8 == 0 => bytes.truncate(at + 1),
                _ => bytes[at] = b' ',
            }
        }
        let files =
            [SourceFile { path: "groups.toml", text: &bytes }, SourceFile { path: "a.toml", text: &bytes }];
        for files in [&files[1..], &files] {
            if let Err(problems) = read(files) {
                wrong += 1;
                let text = problems.to_string();
                assert!(!text.is_empty() && problems.has_errors());
                let lines = bytes.split(|byte| *byte == b'\n').count();
                for problem in &problems {
                    assert!(problem.line >= 1 && problem.line as usize <= lines, "{problem}");
                    assert!(problem.column >= 1 && problem.length >= 1, "{problem}");
                }
            }
        }
    }
    assert!(wrong > 5000, "{wrong}");
}
