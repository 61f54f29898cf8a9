//! `playgate policy` as people and scripts use it: what stands on stdout, what on stderr, and the exit code.

#![expect(clippy::expect_used, reason = "a helper that fails fails its test")]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run left behind.
#[derive(Debug)]
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).expect("stdout is one JSON value")
    }
}

/// A folder of its own for one test, and the command run in it.
struct Place(PathBuf);

impl Place {
    /// With these files in the folder `p`.
    fn with(name: &str, files: &[(&str, &str)]) -> Self {
        let place = Self(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("policy").join(name));
        let _ = std::fs::remove_dir_all(&place.0);
        std::fs::create_dir_all(place.path("p")).expect("the folder is made");
        for (name, text) in files {
            place.put(name, text);
        }
        place
    }

    fn put(&self, name: &str, text: &str) {
        let path = self.path("p").join(name);
        std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the folder is made");
        std::fs::write(path, text).expect("the file is written");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Runs `playgate policy` with these words, which are separated by single spaces.
    fn run(&self, line: &str) -> Ran {
        self.run_with(&line.split(' ').collect::<Vec<_>>())
    }

    fn run_with(&self, arguments: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_playgate"))
            .arg("policy")
            .args(arguments)
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .output()
            .expect("the command runs");
        Ran {
            code: output.status.code().expect("the command was not killed"),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8(output.stderr).expect("stderr is text"),
        }
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).expect("the file is read")
    }
}

const GRANT: &str = "schema = 1\nagreement = \"a\"\n\
    [[grant]]\nid = \"g\"\ntitles = [\"marula/red-dust\", \"harbour/*\"]\nterritories = [\"NO\", \"GB\"]\n\
    from = 2026-01-01T00:00:00Z\ntiers = [\"premium\", \"family\"]\nmax_height = 1080\n";

const AT: &str = "2026-06-01T12:00:00Z";

/// The same with a test behind it.
fn expecting(keys: &str) -> String {
    format!("{GRANT}[[expect]]\ntitle = \"marula/red-dust\"\nat = {AT}\n{keys}\n")
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn codes(report: &Value) -> Vec<&str> {
    let problems = report["problems"].as_array().expect("a list");
    problems.iter().filter_map(|problem| problem["code"].as_str()).collect()
}

fn link(target: &str, name: &Path) {
    std::os::unix::fs::symlink(target, name).expect("the link is made");
}

#[test]
fn files_that_look_like_policies_are_not_passed_over_in_silence() {
    for (number, (name, meant)) in [
        ("new.toml.txt", Some("`new.toml`")),
        ("new.TOML", Some("`new.toml`")),
        ("new.tml", Some("`new.toml`")),
        ("new.tom", Some("`new.toml`")),
        ("deep/new.toml.bak", Some("`new.toml`")),
        ("GROUPS.TOML", Some("`groups.toml`")),
        ("README.md", None),
        ("policy.schema.json", None),
        (".new.toml.swp", None),
    ]
    .into_iter()
    .enumerate()
    {
        let place = Place::with(&format!("passed-over-{number}"), &[("a.toml", GRANT), (name, "?")]);
        let report = place.run(&format!("check p --json --at {AT}")).json();
        if let Some(meant) = meant {
            assert_eq!(codes(&report), ["file-passed-over"], "{name}");
            let problem = &report["problems"][0];
            assert_eq!(problem["severity"], "warning", "{name}");
            assert_eq!(problem["file"], format!("p/{name}"));
            assert!(problem["help"].as_str().is_some_and(|help| help.contains(meant)), "{problem}");
            assert_eq!(place.run(&format!("check p --deny-warnings --at {AT}")).code, 1, "{name}");
        } else {
            assert_eq!(codes(&report), [""; 0], "{name}");
        }
        for command in ["test p", "build p -o x", "diff p p"] {
            let ran = place.run(command);
            assert_eq!(ran.code, 0, "{ran:?}");
            assert_eq!(ran.stderr.contains(&format!("p/{name}: warning: ")), meant.is_some(), "{ran:?}");
            assert!(!ran.stdout.contains(name), "{ran:?}");
        }
    }
    // Shared groups under another name are read as an agreement, which they are not.
    let place = Place::with("passed-over-groups", &[("Groups.toml", "[groups]\nnordics = [\"NO\"]\n")]);
    let report = place.run("check p --json").json();
    assert!(codes(&report).contains(&"file-passed-over"), "{report}");
    assert_eq!(report["ok"], false);
}

#[test]
fn a_place_that_is_none_is_answered_with_the_one_that_was_meant() {
    let place = Place::with("places", &[("a.toml", GRANT)]);
    for (arguments, said) in [
        ("--country UK", "did you mean `GB`?"),
        ("--country ke", "did you mean `KE`?"),
        ("--country Kenya", "did you mean `KE`?"),
        ("--country Zaire", "did you mean `CD`? `ZR`, Zaire, was withdrawn"),
        ("--country EU", "such as NO; ISO 3166 has no code for the European Union"),
        ("--country NO-03", "`NO-03` is a region: say `--country NO --region NO-03`"),
        ("--country WORLD", "such as NO\n"),
        ("--country qqq", "such as NO\n"),
        ("--country NO --region NO03", "did you mean `NO-03`?"),
        ("--country NO --region no-03", "did you mean `NO-03`?"),
        ("--country NO --region NO", "`NO` is a country: say `--country NO`"),
        ("--country NO --region qqqqq", "such as NO-03\n"),
    ] {
        let ran = place.run(&format!("explain p --title harbour/one {arguments} --at {AT}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments}");
        assert!(ran.stderr.contains(said), "{arguments}: {}", ran.stderr);
        assert!(!ran.stderr.contains(": \n"), "{arguments}: {}", ran.stderr);
    }
}

#[test]
fn names_that_the_policy_does_not_know_are_remarked_on() {
    let place = Place::with("names", &[("a.toml", GRANT)]);
    let unspoken = "no rule speaks of the title";
    for (arguments, explained, mapped) in [
        ("--title marula/reddust", Some("did you mean `marula/red-dust`?"), Some("`marula/red-dust`?")),
        ("--title harbor/one", Some("did you mean `harbour/*`?"), Some("did you mean `harbour/*`?")),
        ("--title elsewhere/film", None, Some("no rule speaks of the title `elsewhere/film`\n")),
        ("--title harbour/one", None, None),
        ("--title harbour/one --tier premium", None, None),
        ("--title harbour/one --tier anonymous", None, None),
        (
            "--title harbour/one --tier premuim",
            Some("no rule names the tier `premuim`; did you mean `premium`?"),
            Some("no rule names the tier `premuim`; did you mean `premium`?"),
        ),
        (
            "--title harbour/one --tier gold",
            Some("no rule names the tier `gold`; there are `family`, `premium`"),
            Some("no rule names the tier `gold`"),
        ),
    ] {
        for (command, said) in [
            ("explain p --country NO", explained),
            ("map p -o m.svg", mapped),
            ("map p --json -o m.svg", mapped),
        ] {
            let ran = place.run(&format!("{command} {arguments} --at {AT}"));
            assert_eq!(ran.code, 0, "{command} {arguments}: {}", ran.stderr);
            match said {
                Some(said) => assert!(ran.stderr.contains(said), "{command} {arguments}: {}", ran.stderr),
                None => assert_eq!(ran.stderr, "", "{command} {arguments}"),
            }
            assert!(!ran.stdout.contains(unspoken), "{command} {arguments}");
        }
    }
}

#[test]
fn times_are_taken_with_their_zone_and_on_both_sides_of_now() {
    let place = Place::with("times", &[("a.toml", GRANT)]);
    for time in
        ["--at now", "--at -2h", "--at=-2h", "--at +2h", "--at 1780000000", "--at 2026-06-01T12:00:00+02:00"]
    {
        for command in
            ["explain p --title harbour/one --country NO", "map p --title harbour/one -o m.svg", "check p"]
        {
            let ran = place.run(&format!("{command} {time}"));
            assert_eq!(ran.code, 0, "{command} {time}: {}", ran.stderr);
        }
    }
    for (time, said) in [
        ("2027-02-01", "`2027-02-01T00:00:00Z`"),
        ("2027-02-01T20:00", "`2027-02-01T20:00:00Z`"),
        ("2027-02-01T20:00:00", "`2027-02-01T20:00:00Z`"),
        ("2027-02-30", "a time is epoch seconds"),
        ("yesterday", "here also `now`, or before now, such as -2h"),
        ("-2", "a span before now is a number with s, m, h or d behind it"),
        ("-h", "a span before now is"),
        ("--json", "a span before now is"),
        ("-99999d", "before 1970"),
        ("+2", "a span from now is"),
    ] {
        for command in ["explain p --title harbour/one", "map p --title harbour/one -o m.svg", "check p"] {
            let ran = place.run(&format!("{command} --at {time}"));
            assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{command} {time}");
            assert!(ran.stderr.contains(said), "{command} {time}: {}", ran.stderr);
            assert!(!ran.stderr.contains("tip:"), "{command} {time}: {}", ran.stderr);
        }
    }
}

#[test]
fn nobody_can_tell_is_no_answer() {
    let place = Place::with("cannot-decide", &[("a.toml", GRANT)]);
    for time in ["0", "1780000000000"] {
        let asked = format!("--title harbour/one --at {time}");
        let ran = place.run(&format!("explain p {asked} --json"));
        assert_eq!((ran.code, &ran.json()["outcome"]), (1, &Value::from("cannot_decide")), "{time}");
        assert_eq!(place.run(&format!("explain p {asked}")).code, 1, "{time}");
        let ran = place.run(&format!("map p {asked} -o m.svg --json"));
        assert_eq!((ran.code, keys(&ran.json())), (1, vec!["error"]), "{time}");
        assert!(!place.path("m.svg").exists(), "{time}");
    }
}

#[test]
fn every_command_prints_the_mistakes_for_scripts() {
    let place = Place::with("mistakes", &[("a.toml", "schema = 1\nagrement = \"a\"\n")]);
    std::fs::create_dir(place.path("good")).unwrap();
    std::fs::write(place.path("good/a.toml"), GRANT).unwrap();
    let checked = place.run("check p --json");
    assert_eq!((checked.code, checked.stderr.as_str()), (1, ""));
    let report = checked.json();
    assert_eq!(keys(&report), ["errors", "files", "ok", "problems", "warnings"]);
    assert_eq!((&report["ok"], &report["files"]), (&Value::Bool(false), &Value::from(1)));
    let problem_keys = ["code", "column", "file", "help", "length", "line", "message", "severity"];
    assert_eq!(keys(&report["problems"][0]), problem_keys);
    for command in [
        "test p",
        "explain p --title a/b --at now",
        "map p --title a/b --at now -o x",
        "build p -o x",
        "diff p good",
        "diff good p",
    ] {
        let ran = place.run(&format!("{command} --json"));
        assert_eq!((ran.code, &ran.json()), (1, &report), "{command}");
        assert!(ran.stderr.contains("mistake"), "{command}: {}", ran.stderr);
        let ran = place.run(command);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{command}");
        assert!(ran.stderr.contains("agrement"), "{command}: {}", ran.stderr);
        assert!(!place.path("x").exists(), "{command}");
    }
}

#[test]
fn other_failures_stand_on_stdout_too_for_scripts() {
    let place = Place::with("failures", &[("a.toml", GRANT)]);
    assert_eq!(place.run("build p -o bundle").code, 0);
    for (line, code, said) in [
        ("check nowhere", 1, "nowhere: No such file or directory (os error 2): check the path"),
        ("check p/a.toml", 1, "this is a file; name the folder"),
        (
            "check bundle",
            1,
            "this is a bundle, and no rules can be read from it; name the folder that it was built from",
        ),
        ("diff bundle p", 1, "this is a bundle"),
        ("diff p bundle", 1, "with the same SHA-256 (see docs/serve.md)"),
        ("explain bundle --title a/b --at now", 1, "this is a bundle"),
        ("map bundle --title a/b --at now -o x", 1, "this is a bundle"),
        ("check p --catalogue nowhere", 1, "nowhere: No such file or directory (os error 2): check the path"),
        ("check p --catalogue p", 1, "name a file in it"),
        ("test nowhere", 1, "check the path"),
        ("explain nowhere --title a/b --at now", 1, "check the path"),
        ("explain p --title a/b --region NO-03 --at now", 2, "--region NO-03 needs its --country"),
        ("explain p --title a/b --country SE --region NO-03 --at now", 2, "is not in --country SE"),
        ("diff p nowhere", 1, "check the path"),
        ("map p --title a/b --at now -o nowhere/m.svg", 1, "make the folder first"),
        ("map p --title a/b --at now -o p/m.svg", 2, "inside of the policy folder"),
        ("map p --title a/b --at now -o -", 2, "leave one of them out"),
        ("build p -o nowhere/x", 1, "nowhere/x: there is no folder `nowhere`: make the folder first"),
        ("build p -o -", 2, "leave one of them out"),
    ] {
        let ran = place.run(&format!("{line} --json"));
        assert_eq!(ran.code, code, "{line}: {}", ran.stderr);
        let value = ran.json();
        assert_eq!(keys(&value), ["error"], "{line}");
        let error = value["error"].as_str().unwrap();
        assert!(error.contains(said), "{line}: {error}");
        assert_eq!(ran.stderr, format!("error: {error}\n"), "{line}");
    }
}

#[test]
fn the_keys_of_every_answer_stay() {
    let place = Place::with("keys", &[("a.toml", &expecting("country = \"NO\"\noutcome = \"allow\""))]);
    let asked = format!("--title marula/red-dust --at {AT} --json");
    let allow = ["drm", "max_height", "max_streams", "other_rules", "outcome", "policy", "rule", "rules"];
    let deny = ["available_from", "message", "other_rules", "outcome", "policy", "reason", "rule", "rules"];
    for (line, code, expected) in [
        ("check p --json".to_owned(), 0, ["errors", "files", "ok", "problems", "warnings"].to_vec()),
        ("test p --json".to_owned(), 1, ["failed", "failures", "held", "ok"].to_vec()),
        (
            format!("explain p --country NO --tier premium {asked}"),
            0,
            [&allow[..], &["sentence", "valid_until"]].concat(),
        ),
        (format!("explain p --country SE {asked}"), 0, [&deny[..], &["sentence"]].concat()),
        (format!("explain p --country NO {asked}"), 0, [&deny[..], &["sentence", "tiers"]].concat()),
        (
            format!("map p -o m.svg {asked}"),
            0,
            "allowed at countries device exceptions file policy tier title unknown_country"
                .split(' ')
                .collect(),
        ),
        ("build p -o x --json".to_owned(), 0, ["blackouts", "bytes", "grants", "policy"].to_vec()),
        ("diff p p --json".to_owned(), 0, ["changed", "gained", "lost", "messages", "rows"].to_vec()),
    ] {
        let ran = place.run(&line);
        assert_eq!(ran.code, code, "{line}: {}", ran.stderr);
        assert_eq!(keys(&ran.json()), expected, "{line}");
    }
    place.put("a.toml", &GRANT.replace("1080", "720"));
    place.put("../old/a.toml", GRANT);
    let rows = place.run("diff old p --json").json()["rows"].clone();
    let row = "devices from group kind new old territories tiers titles until".split(' ').collect::<Vec<_>>();
    assert_eq!(keys(&rows[0]), row);
    assert_eq!(keys(&rows[0]["old"]), ["drm", "max_height", "max_streams"]);
    let rules = place.run(&format!("explain p {asked}")).json()["rules"].clone();
    assert_eq!(keys(&rules[0]), ["failed", "file", "kind", "line", "matches", "rule", "says"]);
}

#[test]
fn the_hash_of_a_bundle_is_that_of_all_but_its_last_bytes() {
    let place = Place::with("hash", &[("a.toml", GRANT)]);
    let printed = place.run("build p -o x").stdout;
    let command = "head -c -32 x | sha256sum | cut -d' ' -f1; tail -c 32 x | od -An -vtx1 | tr -d ' \\n'";
    let shell = Command::new("sh").args(["-c", command]).current_dir(&place.0).output().unwrap();
    let hashes = String::from_utf8(shell.stdout).unwrap();
    let hashes: Vec<&str> = hashes.lines().collect();
    assert_eq!(hashes.len(), 2);
    assert_eq!(hashes[0], hashes[1]);
    assert!(printed.starts_with(&format!("sha256:{}: ", hashes[0])), "{printed}");
}

#[test]
fn a_failed_test_says_what_it_asked_and_in_which_types() {
    let wrong = expecting(
        "country = \"NO\"\nregion = \"NO-03\"\ntier = \"premium\"\ndevice = \"tv\"\noutcome = \"allow\"\n\
         max_height = 720\nmax_streams = 2\ndrm = true\nvalid_until = 2027-01-01T00:00:00Z",
    );
    let place = Place::with("typed", &[("a.toml", &wrong)]);
    let value = place.run("test p --json").json();
    assert_eq!((&value["ok"], &value["held"], &value["failed"]), (&false.into(), &0.into(), &1.into()));
    let failure = &value["failures"][0];
    let expected = ["at", "country", "device", "differs", "file", "line", "region", "tier", "title"];
    assert_eq!(keys(failure), expected);
    for (key, expected) in [
        ("file", "p/a.toml"),
        ("title", "marula/red-dust"),
        ("country", "NO"),
        ("region", "NO-03"),
        ("tier", "premium"),
        ("device", "tv"),
        ("at", AT),
    ] {
        assert_eq!(failure[key], expected, "{key}");
    }
    let differs = serde_json::json!([
        { "what": "valid_until", "expected": "2027-01-01T00:00:00Z", "found": null },
        { "what": "max_height", "expected": 720, "found": 1080 },
        { "what": "max_streams", "expected": 2, "found": null },
        { "what": "drm", "expected": true, "found": false },
    ]);
    assert_eq!(failure["differs"], differs);
}

#[test]
fn tests_are_counted_in_words() {
    let holds = "country = \"NO\"\ntier = \"premium\"\noutcome = \"allow\"";
    for (number, (text, code, said, remark)) in [
        (expecting(holds), 0, "1 of 1 expectation holds\n", ""),
        (expecting("outcome = \"allow\""), 1, "0 of 1 expectation holds\n", ""),
        (expecting("outcome = \"allow\""), 1, "`marula/red-dust` on an unknown device at ", ""),
        (expecting("device = \"tv\"\noutcome = \"allow\""), 1, "`marula/red-dust` on tv at ", ""),
        (GRANT.to_owned(), 0, "no tests: the folder has no [[expect]]\n", "nothing was tested: "),
    ]
    .into_iter()
    .enumerate()
    {
        let place = Place::with(&format!("counted-{number}"), &[("a.toml", &text)]);
        let ran = place.run("test p");
        assert_eq!(ran.code, code, "{ran:?}");
        assert!(ran.stdout.contains(said), "{ran:?}");
        assert!(ran.stderr.starts_with(remark) && ran.stderr.is_empty() == remark.is_empty(), "{ran:?}");
    }
}

#[test]
fn a_map_says_of_every_country_what_holds_there() {
    let place = Place::with("map", &[("a.toml", GRANT)]);
    let blackout = "schema = 1\nagreement = \"b\"\n[[blackout]]\nid = \"b\"\ntitles = [\"harbour/*\"]\n\
        territories = [\"GB\"]\nfrom = 2026-05-01T00:00:00Z\nuntil = 2026-07-01T00:00:00Z\n";
    place.put("b.toml", blackout);
    for (arguments, norway, britain) in [
        (format!("--tier premium --at {AT}"), "allowed", "blacked_out"),
        (format!("--at {AT}"), "other_tier_or_device", "other_tier_or_device"),
        ("--tier premium --at 2025-06-01T12:00:00Z".to_owned(), "not_yet", "not_yet"),
    ] {
        let value = place.run(&format!("map p --title harbour/one {arguments} -o m.svg --json")).json();
        let countries = value["countries"].as_array().unwrap();
        assert_eq!(countries.len(), 249);
        for (code, shade) in [("NO", norway), ("GB", britain), ("SE", "never")] {
            let country = countries.iter().find(|country| country["country"] == code).unwrap();
            assert_eq!(keys(country), ["country", "mixed", "shade", "text"]);
            assert_eq!(country["shade"], shade, "{arguments}: {code}");
        }
    }
}

#[test]
fn the_last_line_says_why_a_check_failed() {
    let ended = GRANT.replace("tiers", "until = 2026-02-01T00:00:00Z\ntiers");
    for (number, (text, arguments, code, last)) in [
        (GRANT, "", 0, "1 file: 0 mistakes, 0 warnings"),
        (GRANT, " --deny-warnings", 0, "1 file: 0 mistakes, 0 warnings"),
        (&ended, "", 0, "1 file: 0 mistakes, 1 warning"),
        (&ended, " --deny-warnings", 1, "1 file: 0 mistakes, 1 warning, denied"),
        ("schema = 1\nagreement = \"a\"\n", "", 0, "1 file: 0 mistakes, 1 warning"),
    ]
    .into_iter()
    .enumerate()
    {
        let place = Place::with(&format!("last-line-{number}"), &[("a.toml", text)]);
        let line = format!("check p --at {AT}{arguments}");
        let ran = place.run(&line);
        assert_eq!((ran.code, ran.stdout.lines().last()), (code, Some(last)), "{text}{line}");
        assert_eq!(place.run(&format!("{line} --json")).json()["ok"], code == 0, "{text}{line}");
    }
    let place = Place::with("exit-codes", &[]);
    for (command, said) in [
        ("check", "with 1 if there is one"),
        ("test", "with 1 if one does not"),
        ("explain", "with 1 if nobody can tell"),
        ("diff", "if and only if a row says so"),
        ("map", "without --tier the viewer is not logged in"),
        ("build", "A folder with a mistake builds nothing"),
    ] {
        let help =
            place.run(&format!("{command} --help")).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains(said), "{help}");
    }
}

#[test]
fn a_folder_without_a_grant_is_a_warning() {
    let expect = "[[expect]]\ntitle = \"a/b\"\nat = 2026-06-01T12:00:00Z\noutcome = \"unknown_title\"\n";
    for (number, (text, warned)) in [
        ("schema = 1\nagreement = \"a\"\n".to_owned(), true),
        (format!("schema = 1\nagreement = \"a\"\n{expect}"), true),
        (GRANT.to_owned(), false),
    ]
    .into_iter()
    .enumerate()
    {
        let place = Place::with(&format!("no-grants-{number}"), &[("a.toml", &text)]);
        let report = place.run(&format!("check p --json --at {AT}")).json();
        assert_eq!(codes(&report).contains(&"no-grants"), warned, "{text}");
        let built = place.run("build p -o x");
        assert_eq!((built.code, built.stderr.contains("no grant")), (0, warned), "{text}");
    }
}

#[test]
fn a_result_goes_where_it_is_wanted_and_nowhere_else() {
    let place = Place::with("output", &[("a.toml", GRANT), ("deep/b.md", "")]);
    assert_eq!(place.run("build p -o x").code, 0);
    let bundle = place.bytes("x");

    // A link stays one, be its target there or not.
    std::fs::write(place.path("target"), "old").unwrap();
    link("target", &place.path("link"));
    link("missing", &place.path("first"));
    link("first", &place.path("second"));
    for (name, target) in [("link", "target"), ("second", "missing"), ("second", "missing")] {
        assert_eq!(place.run(&format!("build p -o {name}")).code, 0, "{name}");
        assert!(place.path(name).is_symlink(), "{name}");
        assert_eq!(place.bytes(target), bundle, "{name}");
    }
    link("round", &place.path("round"));

    for line in ["build p -o -", "build p -o /dev/stdout"] {
        let output = Command::new(env!("CARGO_BIN_EXE_playgate"))
            .arg("policy")
            .args(line.split(' '))
            .current_dir(&place.0)
            .output()
            .unwrap();
        assert!(output.stdout.starts_with(&bundle), "{line}");
        assert_eq!(output.stdout == bundle, line.ends_with('-'), "{line}");
    }
    let map = place.run(&format!("map p --title harbour/one --at {AT} -o -"));
    assert!(map.stdout.starts_with("<svg") && map.stdout.trim_end().ends_with("</svg>"), "{}", map.stderr);
    assert_eq!(map.stderr, "allowed in 0 countries\n");

    link("p", &place.path("same"));
    link("p/new.toml", &place.path("inwards"));
    for (line, code, said) in [
        ("build p -o p/out.toml", 2, "inside of the policy folder"),
        ("build p -o p/a.toml", 2, "inside of the policy folder"),
        ("build p -o p/deep/out", 2, "inside of the policy folder"),
        ("build p -o same/out", 2, "inside of the policy folder"),
        ("build same -o p/out", 2, "inside of the policy folder"),
        ("build p -o inwards", 2, "inside of the policy folder"),
        ("build p -o nowhere/out", 1, "make the folder first"),
        ("build p -o round", 1, "round in circles"),
        ("build p -o p", 1, "name a file in it"),
        ("build p -o x/out", 1, "x/out: "),
    ] {
        let ran = place.run(line);
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{line}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{line}: {}", ran.stderr);
    }
    assert_eq!(place.bytes("p/a.toml"), GRANT.as_bytes());
    let left: Vec<_> = std::fs::read_dir(&place.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with('.')), "{left:?}");
}

#[test]
fn what_cannot_be_read_hides_no_mistake() {
    let place =
        Place::with("unreadable", &[("bad.toml", "schema = 1\nagrement = \"a\"\n"), ("a.toml", GRANT)]);
    link("nowhere", &place.path("p/dangling.toml"));
    link("..", &place.path("p/linked"));
    // An ordinary file by its kind, which cannot be read at its beginning.
    link("/proc/self/mem", &place.path("p/failing.toml"));
    // Whoever opened the pipe would wait for ever.
    assert!(Command::new("mkfifo").arg(place.path("p/pipe.toml")).status().unwrap().success());
    let ran = place.run("check p --json");
    let report = ran.json();
    assert_eq!(ran.code, 1);
    assert_eq!(codes(&report), [&["unknown-key"][..], &["unreadable-file"; 4]].concat());
    for (number, file) in
        ["p/bad.toml", "p/dangling.toml", "p/failing.toml", "p/linked", "p/pipe.toml"].into_iter().enumerate()
    {
        assert_eq!(report["problems"][number]["file"], file);
        assert_eq!(report["problems"][number]["severity"], "error");
    }
    for command in ["test p", "build p -o x", "explain p --title a/b --at now"] {
        let ran = place.run(command);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{command}");
        assert!(ran.stderr.contains("p/bad.toml:2:1") && ran.stderr.contains("5 mistakes"), "{}", ran.stderr);
    }
    assert!(!place.path("x").exists());
}

#[test]
fn a_file_whose_name_is_no_text_is_not_left_out() {
    use std::os::unix::ffi::OsStrExt as _;
    let place = Place::with("no-text", &[("a.toml", GRANT)]);
    for (name, code) in [(&b"note\xff.md"[..], 0), (b"b\xff.toml", 1)] {
        std::fs::write(place.path("p").join(std::ffi::OsStr::from_bytes(name)), GRANT).unwrap();
        let ran = place.run("check p --json");
        assert_eq!(ran.code, code, "{ran:?}");
        assert_eq!(codes(&ran.json()), vec!["unreadable-file"; usize::from(code == 1)], "{ran:?}");
    }
}

#[test]
fn what_only_follows_from_an_unreadable_file_is_not_reported() {
    let grouped = GRANT.replace("\"NO\"", "\"nordics\"");
    let ruled = expecting("country = \"NO\"\ntier = \"premium\"\noutcome = \"allow\"\nrule = \"other/rule\"");
    for (number, (name, text)) in
        [("groups.toml", grouped.as_str()), ("other.toml", &ruled), ("other", &ruled)].into_iter().enumerate()
    {
        let place = Place::with(&format!("follows-{number}"), &[("a.toml", text)]);
        if name == "other" {
            link("..", &place.path("p").join(name));
        } else {
            link("nowhere", &place.path("p").join(name));
        }
        let report = place.run("check p --json").json();
        assert_eq!(codes(&report), ["unreadable-file"], "{name}: {report}");
    }
}

#[test]
fn names_of_files_steer_no_terminal() {
    for (number, name) in
        ["a\u{1b}[31m.toml", "a\nerror: b.toml", "a\u{202e}b.toml", "a\r\u{7}.toml"].into_iter().enumerate()
    {
        let failing = expecting("outcome = \"allow\"");
        let place = Place::with(&format!("names-{number}"), &[(name, &failing)]);
        let odd = format!("{name}.TXT");
        place.put(&odd, "");
        let output = name.replace(".toml", ".svg");
        let map = ["map", "p", "--title", "harbour/one", "--at", AT, "-o", &output];
        let runs = [
            place.run("check p"),
            place.run("test p"),
            place.run("test p --json"),
            place.run_with(&map),
            place.run_with(&["check", name]),
            place.run_with(&["check", "p", "--catalogue", name]),
            place.run_with(&["build", "p", "-o", &format!("nowhere/{name}/x")]),
            place.run_with(&["build", "p", "-o", &format!("{name}/x"), "--json"]),
        ];
        place.put(name, "schema = 2\n");
        let broken = [place.run("check p"), place.run("build p -o x"), place.run("build p -o x --json")];
        for (step, ran) in runs.iter().chain(&broken).enumerate() {
            let all = format!("{}{}", ran.stdout, ran.stderr);
            let steers = |one: char| (one.is_control() && one != '\n') || one == '\u{202e}';
            assert!(!all.contains(steers), "{name:?} {step}: {all:?}");
            assert!(!all.contains("\nerror: b"), "{name:?} {step}: {all:?}");
        }
        assert!(runs[1].stdout.contains(":10: `marula/red-dust`"), "{:?}", runs[1]);
        assert_eq!(runs[3].code, 0, "{:?}", runs[3]);
        assert!(broken.iter().all(|ran| ran.code == 1), "{broken:?}");
    }
}
