//! What is written, when it replaces what was there, and that it runs.

use crate::place::{AT, CONFIG, HEX, OTHER, POLICY, Place, has_module};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

#[test]
fn what_is_hardly_meant_is_remarked_on_and_built() {
    if !has_module() {
        return;
    }
    let key = "file = \"k1.hex\"\n";
    let table = "[addresses]\ntables = [\"a.csv\"]\ndated = \"2026-06-17\"\n\n";
    let login =
        "[[login]]\nissuer = \"https://login.example.com/\"\naudience = [\"tv\"]\nkeys = \"jwks.json\"\n";
    let second = "[[tokens.key]]\nkid = \"k2\"\nfile = \"k2.hex\"\n";
    let cases = [
        (table, String::new(), "lambda", Some("country-unknown")),
        (table, String::new(), "worker", None),
        ("keys = \"jwks.json\"\n", String::new(), "lambda", Some("keys-fetched-later")),
        (
            "keys = \"jwks.json\"\n",
            "keys = \"jwks.json\"\ndefault_tier = \"gold\"\n".to_owned(),
            "lambda",
            Some("unknown-tier"),
        ),
        (
            "keys = \"jwks.json\"\n",
            "keys = \"jwks.json\"\ndefault_tier = \"premium\"\n".to_owned(),
            "lambda",
            None,
        ),
        (login, String::new(), "lambda", Some("no-login")),
        (key, format!("{key}{second}until = 1700000000\n"), "lambda", Some("key-ended")),
        (key, format!("{key}{second}from = 1900000000\n"), "lambda", Some("key-not-yet")),
        (key, format!("{key}until = 1795265000\n"), "lambda", Some("token-outlives-key")),
        ("file = \"k1.hex\"", "file = \"open.hex\"".to_owned(), "lambda", Some("key-readable")),
        (
            "delivery = \"path\"\n",
            "delivery = \"path\"\nuncounted_streams = true\n".to_owned(),
            "lambda",
            None,
        ),
        ("delivery = \"path\"\n", String::new(), "lambda", None),
        (table, format!("{table}[cors]\norigins = [\"https://tv.example.com\"]\n"), "lambda", None),
        (
            "delivery = \"path\"\n\n",
            "delivery = \"cookie\"\n[cors]\norigins = [\"https://tv.example.com\"]\n".to_owned(),
            "lambda",
            Some("cookies-not-sent"),
        ),
    ];
    for (number, (before, after, target, code)) in cases.iter().enumerate() {
        let place = Place::with(&format!("warned-{number}"), before, after);
        for (name, mode) in [("k2.hex", 0o600), ("open.hex", 0o644)] {
            place.put(name, OTHER);
            fs::set_permissions(place.path(name), fs::Permissions::from_mode(mode))
                .expect("permissions are set");
        }
        let ran = place.run(target, "out", &["--json"]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{number}: {ran:?}");
        let report = ran.json();
        let codes: Vec<_> =
            report["warnings"].as_array().expect("a list").iter().map(|one| one["code"].as_str()).collect();
        assert_eq!(codes, code.map(Some).into_iter().collect::<Vec<_>>(), "{number}: {report}");
        let ran = place.run(target, "out", &[]);
        assert_eq!(ran.stderr.contains(": warning: "), code.is_some(), "{number}: {ran:?}");
    }
    // Streams that nobody counts.
    let place = Place::new("warned-streams");
    place.put("p/a.toml", format!("{POLICY}max_streams = 2\n"));
    let ran = place.run("lambda", "out", &[]);
    assert!(
        ran.stderr.contains("1 grant (`a/g`) limit streams, which the edge cannot count"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("the API hands these out"), "{}", ran.stderr);
}

#[test]
fn the_same_files_give_the_same_bytes_and_a_report() {
    if !has_module() {
        return;
    }
    let place = Place::new("same");
    for target in ["lambda", "worker"] {
        let (one, other) = (format!("one-{target}"), format!("other-{target}"));
        assert_eq!(place.run(target, &one, &[]).code, 0);
        let later = place.run(target, &other, &["--at", "2026-11-23T12:00:00Z"]);
        assert_eq!(later.code, 2, "`--at` is said once: {later:?}");
        assert_eq!(place.run(target, &other, &[]).code, 0);
        assert_eq!(place.files(&one), place.files(&other), "{target}");
        // Once more, over itself.
        assert_eq!(place.run(target, &one, &[]).code, 0);
        assert_eq!(place.files(&one), place.files(&other), "{target}");
    }
    let ran = place.run("lambda", "one-lambda", &[]);
    assert_eq!(ran.stderr, "");
    for words in [
        "one-lambda: 10 files, ",
        "archive: playgate-edge.zip, ",
        "with gzip",
        "policy: sha256:",
        "token keys: k1\n",
        "revocations: 1 entries",
        "addresses: dated 2026-06-17, 157 days old, ",
        "next:\n  aws lambda update-function-code ",
    ] {
        assert!(ran.stdout.contains(words), "{words}\n{}", ran.stdout);
    }
    let report = place.run("worker", "one-worker", &["--json"]).json();
    assert_eq!(report["kids"], serde_json::json!(["k1"]));
    assert_eq!(report["addresses"]["days"], 157);
    assert_eq!(
        report["next"][0],
        "wrangler secret put PLAYGATE_KEY_K1 --config one-worker/wrangler.toml < k1.hex"
    );
    let files = place.files("one-worker");
    for file in report["files"].as_array().expect("a list") {
        let name = file["name"].as_str().expect("a name");
        assert_eq!(file["bytes"], files[name].len(), "{name}");
    }
}

#[test]
fn keys_stay_where_they_belong() {
    if !has_module() {
        return;
    }
    let place = Place::new("keys");
    let raw: Vec<u8> = (0..32).map(|byte| byte * 7 + 3).collect();
    let raw_hex = raw.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    place.put("raw", &raw);
    place.close("raw");
    let second = "file = \"k1.hex\"\n[[tokens.key]]\nkid = \"raw.2\"\nfile = \"raw\"\n";
    place.put("edge.toml", CONFIG.replacen("file = \"k1.hex\"\n", second, 1));

    let ran = place.run("worker", "worker", &["--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        ran.json()["next"][1],
        "od -An -v -tx1 < raw | tr -d ' \\n' | wrangler secret put PLAYGATE_KEY_RAW_2 --config worker/wrangler.toml"
    );
    let bytes: Vec<u8> = (0..16).map(|digit: u8| digit * 0x11).collect();
    let mut secrets: Vec<Vec<u8>> =
        vec![HEX.into(), HEX.to_uppercase().into(), raw.clone(), raw_hex.clone().into()];
    secrets.push([bytes.clone(), bytes].concat());
    let holds = |text: &[u8], secret: &[u8]| text.windows(secret.len()).any(|window| window == secret);
    for (name, text) in place.files("worker") {
        for secret in &secrets {
            assert!(!holds(&text, secret), "{name} holds a key");
        }
    }
    for secret in [HEX, &raw_hex] {
        assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret));
    }
    let index = String::from_utf8(place.files("worker")["index.js"].clone()).expect("text");
    assert!(index.contains("[[\"k1\",\"PLAYGATE_KEY_K1\"],[\"raw.2\",\"PLAYGATE_KEY_RAW_2\"]]"), "{index}");

    // A worker's keys may be elsewhere altogether.
    place.put("edge.toml", CONFIG.replacen("file = \"k1.hex\"\n", "", 1));
    let ran = place.run("worker", "worker", &["--json"]);
    assert_eq!(ran.json()["next"][0], "wrangler secret put PLAYGATE_KEY_K1 --config worker/wrangler.toml");

    // A function at the edge has them in a file of their own.
    place.put("edge.toml", CONFIG.replacen("file = \"k1.hex\"\n", second, 1));
    assert_eq!(place.run("lambda", "lambda", &[]).code, 0);
    let files = place.files("lambda");
    let keys: Value = serde_json::from_slice(&files["keys.json"]).expect("JSON");
    assert_eq!(keys, serde_json::json!({ "k1": HEX, "raw.2": raw_hex }));
    assert_eq!((place.mode("lambda/keys.json"), place.mode("lambda/playgate-edge.zip")), (0o600, 0o600));
    assert_ne!(place.mode("lambda/index.mjs") & 0o044, 0);
    for (name, text) in files.iter().filter(|(name, _)| *name != "keys.json") {
        for secret in &secrets {
            assert!(!holds(text, secret), "{name} holds a key");
        }
    }
}

#[test]
fn a_worker_is_handed_the_keys_that_are_its_secrets() {
    if !has_module() {
        return;
    }
    let place =
        Place::with("secrets", "kid = \"k1\"\n", "kid = \"__proto__\"\n[[tokens.key]]\nkid = \"k.2\"\n");
    // Of the two the latter has the file.
    assert_eq!(place.run("worker", "out", &[]).code, 0);
    fs::create_dir(place.path("fake")).expect("the folder is made");
    fs::copy(place.path("out/index.js"), place.path("fake/index.mjs")).expect("the file is copied");
    place.put(
        "fake/worker-index.mjs",
        "export default { fetch: (request, env, ctx) => [request, env.TOKEN_KEYS, ctx] };\n",
    );
    place.put(
        "fake/ask.mjs",
        "import worker from \"./index.mjs\";\n\
         const all = { PLAYGATE_KEY___PROTO__: \"aa\", PLAYGATE_KEY_K_2: \"bb\", OTHER: \"cc\" };\n\
         const answers = [all, all, { PLAYGATE_KEY_K_2: \"dd\\n\" }, {}].map((env) => worker.fetch(1, env, 2));\n\
         console.log(JSON.stringify(answers));\n",
    );
    let ran = Command::new("node").arg("fake/ask.mjs").current_dir(&place.0).output().expect("Node runs");
    let answers: Value = serde_json::from_slice(&ran.stdout).expect("JSON");
    let both = "{\"__proto__\":\"aa\",\"k.2\":\"bb\"}";
    let expected = [both, both, "{\"k.2\":\"dd\\n\"}", "{}"].map(|keys| serde_json::json!([1, keys, 2]));
    assert_eq!(answers, serde_json::json!(expected));
}

#[test]
fn only_folders_of_its_own_are_replaced() {
    if !has_module() {
        return;
    }
    let place = Place::new("folders");
    let words = |output: &str| {
        let ran = place.run("lambda", output, &[]);
        (ran.code, ran.stderr)
    };
    // New, in a new folder; empty; its own.
    for output in ["deep/er/new", "deep/er/new", "deep/er/new/", "./deep/er/new"] {
        assert_eq!(words(output), (0, String::new()), "{output}");
    }
    fs::create_dir(place.path("empty")).expect("the folder is made");
    assert_eq!(words("empty").0, 0);
    // What `wrangler` keeps there moves on.
    fs::create_dir(place.path("empty/.wrangler")).expect("the folder is made");
    place.put("empty/.wrangler/state", "kept");
    assert_eq!(words("empty").0, 0);
    assert_eq!(fs::read(place.path("empty/.wrangler/state")).expect("it is there"), b"kept");
    // From one target to the other: nothing of the former stays.
    assert_eq!(place.run("worker", "empty", &[]).code, 0);
    assert!(!place.names("empty").contains(&"keys.json".to_owned()));
    // Through a link.
    symlink("empty", place.path("link")).expect("the link is made");
    assert_eq!(words("link").0, 0);
    assert!(fs::symlink_metadata(place.path("link")).expect("it is there").is_symlink());

    // Somebody else's.
    fs::create_dir(place.path("theirs")).expect("the folder is made");
    place.put("theirs/notes.txt", "mine");
    place.put("file", "mine");
    let before = place.files("theirs");
    for (output, words_of_it) in [
        ("theirs", "it holds files that this command did not write"),
        ("file", "this is a file: name a folder"),
        (".", "what this is made from stands in it"),
        ("..", "what this is made from stands in it"),
        ("p", "inside of the policy folder"),
        ("p/out", "inside of the policy folder"),
        ("link/../p/out", "inside of the policy folder"),
    ] {
        let (code, stderr) = words(output);
        assert!(code != 0 && stderr.contains(words_of_it), "{output}: {stderr}");
    }
    assert_eq!(place.files("theirs"), before);
    assert_eq!(fs::read(place.path("file")).expect("it is there"), b"mine");

    // Its own, with something added or altered.
    for (name, words_of_it) in [
        ("notes.txt", "`notes.txt` in it was not written by this command"),
        ("package.json", "`package.json` in it was changed since"),
        (".playgate-edge", "it holds files that this command did not write"),
    ] {
        let output = format!("altered-{}", name.trim_start_matches('.'));
        assert_eq!(words(&output).0, 0);
        place.put(&format!("{output}/{name}"), "mine");
        let before = place.files(&output);
        let (code, stderr) = words(&output);
        assert!(code == 1 && stderr.contains(words_of_it), "{name}: {stderr}");
        assert_eq!(place.files(&output), before, "{name}");
    }
    // A refusal leaves what was there.
    let before = place.files("empty");
    place.put("edge.toml", CONFIG.replacen("schema = 1", "schema = 2", 1));
    assert_eq!(words("empty").0, 1);
    assert_eq!(place.files("empty").len(), before.len());
    // Nothing half-made is left beside any of them.
    assert!(place.names("").iter().all(|name| !name.starts_with('.')), "{:?}", place.names(""));
}

/// Unpacks an archive with another program than the one that wrote it, and gives the names in it.
fn unpacked(place: &Place, archive: &str, folder: &str) -> Vec<String> {
    fs::create_dir(place.path(folder)).expect("the folder is made");
    let ran = Command::new("python3")
        .args(["-m", "zipfile", "-e", archive, folder])
        .current_dir(&place.0)
        .status()
        .expect("Python runs");
    assert!(ran.success());
    place.names(folder)
}

#[test]
fn the_archive_runs_in_plain_node_from_an_empty_folder() {
    if !has_module() {
        return;
    }
    let place = Place::new("node");
    assert_eq!(place.run("lambda", "out", &[]).code, 0);
    let names = unpacked(&place, "out/playgate-edge.zip", "empty");
    let mut expected = place.names("out");
    expected.retain(|name| !matches!(name.as_str(), ".playgate-edge" | "playgate-edge.zip"));
    assert_eq!(names, expected);
    for name in &names {
        assert_eq!(
            fs::read(place.path("empty").join(name)).ok(),
            fs::read(place.path("out").join(name)).ok(),
            "{name}"
        );
    }
    // The folder is gone: nothing of it may be needed.
    fs::remove_dir_all(place.path("out")).expect("the folder is removed");
    place.put(
        "ask.mjs",
        "import { handler } from \"./empty/index.mjs\";\n\
         const request = { method: \"GET\", uri: \"/vod/harbour/one/master.m3u8\", querystring: \"\", clientIp: \"192.0.2.7\",\n\
         \x20 headers: { host: [{ key: \"Host\", value: \"media.example.com\" }] } };\n\
         const event = { Records: [{ cf: { config: { eventType: \"viewer-request\", requestId: \"r1\" }, request } }] };\n\
         console.log(JSON.stringify(await handler(event)));\n",
    );
    let ran = Command::new("node").arg("ask.mjs").current_dir(&place.0).output().expect("Node runs");
    let stdout = String::from_utf8(ran.stdout).expect("text");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let lines: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let [log, answer] = lines.as_slice() else { panic!("{stdout}") };
    // Known from the table to be in Norway, and not logged in.
    assert_eq!((&log["country"], &log["country_from"]), (&Value::from("NO"), &Value::from("table")));
    assert_eq!(answer["status"], "401");
    let body: Value = serde_json::from_str(answer["body"].as_str().expect("a body")).expect("JSON");
    assert_eq!(body["reason"], "no_credentials");
}

#[test]
fn the_example_builds_for_both() {
    if !has_module() {
        return;
    }
    let place = Place::new("example");
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    for target in ["lambda", "worker"] {
        let output = place.path(target);
        let ran = Command::new(env!("CARGO_BIN_EXE_playgate"))
            .args([
                "edge",
                "build",
                "--config",
                "examples/edge/edge.toml",
                "--policies",
                "policies",
                "--target",
                target,
            ])
            .args(["--at", AT, "--json", "-o"])
            .arg(&output)
            .current_dir(root)
            .output()
            .expect("the command runs");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
        let report: Value = serde_json::from_slice(&ran.stdout).expect("JSON");
        assert_eq!(report["kids"], serde_json::json!(["2026-a", "2026-b"]));
    }
    // What deploys from the root has to fit what is made.
    let of_root = fs::read_to_string(format!("{root}/wrangler.toml")).expect("the file is read");
    let made = String::from_utf8(place.files("worker")["wrangler.toml"].clone()).expect("text");
    let rules = |text: &str| text.split_once("[[rules]]").map(|(_, rules)| rules.to_owned());
    assert!(rules(&made).is_some());
    assert_eq!(rules(&of_root), rules(&made));
    assert!(of_root.contains("main = \"dist/worker/index.js\"\n"));
}
