//! `playgate edge build` as people and scripts use it: what it refuses, what it writes, and that it runs.

#![cfg(test)]
#![expect(clippy::expect_used, reason = "a helper that fails fails its test")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::{Command, Stdio};

const CONFIG: &str = "schema = 1\n\n[tokens]\ndelivery = \"path\"\n\n[[tokens.key]]\nkid = \"k1\"\nfile = \"k1.hex\"\n\n\
    [[login]]\nissuer = \"https://login.example.com/\"\naudience = [\"tv\"]\nkeys = \"jwks.json\"\n\n\
    [addresses]\ntables = [\"a.csv\"]\ndated = \"2026-06-17\"\n\n\
    [revocations]\nfile = \"gone.txt\"\n\n\
    [worker]\nname = \"edge\"\norigin = \"https://media.example.com\"\n";
const POLICY: &str = "schema = 1\nagreement = \"a\"\n\n[[grant]]\nid = \"g\"\ntitles = [\"marula/red-dust\", \"harbour/*\"]\n\
    territories = [\"NO\"]\nfrom = 2026-01-01T00:00:00Z\ntiers = [\"premium\"]\n";
const HEX: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const OTHER: &str = "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const JWKS: &str = include_str!("../../examples/edge/test-only-cognito.jwks.json");
const AT: &str = "2026-11-21T12:00:00Z";

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

/// A folder of its own for one test, with a configuration that builds without a warning.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let place = Self(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("edge").join(name));
        let _ = fs::remove_dir_all(&place.0);
        fs::create_dir_all(place.path("p")).expect("the folder is made");
        place.put("edge.toml", CONFIG);
        place.put("p/a.toml", POLICY);
        place.put("k1.hex", HEX);
        place.close("k1.hex");
        place.put("jwks.json", JWKS);
        place.put("a.csv", "192.0.2.0,192.0.2.255,NO\n");
        place.put("gone.txt", "# none yet\nsession s1 1790000000\n");
        place
    }

    /// With one thing in the configuration written otherwise.
    fn with(name: &str, before: &str, after: &str) -> Self {
        let place = Self::new(name);
        assert!(CONFIG.contains(before), "{before}");
        place.put("edge.toml", &CONFIG.replacen(before, after, 1));
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).expect("the file is written");
    }

    fn close(&self, name: &str) {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).expect("permissions are set");
    }

    fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.path(name)).expect("the file is there").permissions().mode() & 0o777
    }

    fn run(&self, target: &str, output: &str, more: &[&str]) -> Ran {
        let mut arguments =
            vec!["edge", "build", "--config", "edge.toml", "--policies", "p", "--target", target];
        arguments.extend(["-o", output, "--at", AT]);
        arguments.extend(more);
        let ran = Command::new(env!("CARGO_BIN_EXE_playgate"))
            .args(arguments)
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .output()
            .expect("the command runs");
        Ran {
            code: ran.status.code().expect("the command was not killed"),
            stdout: String::from_utf8(ran.stdout).expect("stdout is text"),
            stderr: String::from_utf8(ran.stderr).expect("stderr is text"),
        }
    }

    /// That the build is refused with these words, and writes nothing.
    fn refuses(&self, target: &str, words: &str) -> Ran {
        let before = self.names("");
        let ran = self.run(target, "out", &[]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{words}: {ran:?}");
        assert!(ran.stderr.contains(words), "{words}\n{}", ran.stderr);
        assert!(!ran.stderr.contains(HEX), "{}", ran.stderr);
        assert_eq!(self.names(""), before, "{words}");
        ran
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).expect("the folder is read");
        let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<String> =
            entries.map(|entry| name(entry).into_string().expect("a name is text")).collect();
        names.sort();
        names
    }

    fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let read = |name: String| {
            let bytes = fs::read(self.path(folder).join(&name)).expect("the file is read");
            (name, bytes)
        };
        let is_file = |name: &String| self.path(folder).join(name).is_file();
        self.names(folder).into_iter().filter(is_file).map(read).collect()
    }
}

/// Whether the command has the module. Without it, it refuses to write, and says so.
fn has_module() -> bool {
    let place = Place::new(&format!("module-{:?}", std::thread::current().id()));
    let ran = place.run("lambda", "out", &[]);
    if ran.code == 0 {
        return true;
    }
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("was built without the edge module; run `make build`"), "{}", ran.stderr);
    eprintln!("skipped: the module is not built in; `scripts/edge-module` makes it");
    false
}

#[test]
fn a_configuration_that_cannot_work_is_refused_where_it_is_written() {
    let key = "[[tokens.key]]\nkid = \"k1\"\nfile = \"k1.hex\"\n";
    let login = "[[login]]\nissuer = \"https://login.example.com/\"\n";
    let audience = "audience = [\"tv\"]\n";
    let routes = |text: &str| format!("schema = 1\n[[route]]\n{text}\n");
    let cases: Vec<(&str, String, &str)> = vec![
        // The text itself.
        ("schema = 1", "schema 1".to_owned(), "edge.toml:1:8: error: "),
        ("schema = 1", "schema = 1\nschema = 1".to_owned(), "edge.toml:2:1: error: duplicate key"),
        ("schema = 1", "schema = \"1\"".to_owned(), "edge.toml:1:10: error: invalid type: string \"1\"\n"),
        ("schema = 1", "schema = -1".to_owned(), "write a whole number from 0 to 4294967295"),
        (
            "schema = 1",
            "schema = 2".to_owned(),
            "edge.toml:1:10: error: version 2 is not known here\n  1 | schema = 2\n    |          ^ write `schema = 1`",
        ),
        ("schema = 1\n", String::new(), "`schema` is missing"),
        (
            "schema = 1",
            "schema = 1\nkeys_evry = 5".to_owned(),
            "edge.toml:2:1: error: unknown field `keys_evry`\n",
        ),
        ("schema = 1", "schema = 1\nkeys_evry = 5".to_owned(), "^ did you mean `keys_every`?"),
        ("schema = 1", "schema = 1\ncolour = 5".to_owned(), "there are `schema`, `tokens`"),
        (
            "schema = 1",
            "schema = 1\nkeys_every = 59".to_owned(),
            "edge.toml:2:14: error: 59 is not between 60 and 86400 seconds",
        ),
        ("schema = 1", "schema = 1\nkeys_every = 86401".to_owned(), "86401 is not between"),
        // Tokens.
        (
            "delivery = \"path\"",
            "delivery = \"pat\"".to_owned(),
            "edge.toml:4:12: error: unknown variant `pat`\n",
        ),
        ("delivery = \"path\"", "delivery = \"pat\"".to_owned(), "did you mean `path`?"),
        (
            "delivery = \"path\"",
            "lifetime = 59".to_owned(),
            "edge.toml:4:12: error: 59 is not between 60 and 604800 seconds",
        ),
        ("delivery = \"path\"", "lifetime = 604801".to_owned(), "604801 is not between"),
        ("delivery = \"path\"", "leeway = 301".to_owned(), "301 is more than 300 seconds"),
        ("delivery = \"path\"", "cookie = \"a b\"".to_owned(), "`a b` is no name for a cookie"),
        (
            "delivery = \"path\"",
            "cookie = \"\"".to_owned(),
            "edge.toml:4:10: error: `` is no name for a cookie",
        ),
        ("delivery = \"path\"", "header = \"X-Token\"".to_owned(), "`X-Token` is no name for a header"),
        ("delivery = \"path\"", "header = \"cookie\"".to_owned(), "`cookie` has a meaning of its own"),
        ("delivery = \"path\"", "bind_country = \"yes\"".to_owned(), "write `true` or `false`"),
        ("delivery = \"path\"", "key = []".to_owned(), "duplicate key"),
        (key, "key = []\n".to_owned(), "edge.toml:6:1: error: there is none\n"),
        (key, String::new(), "`key` is missing"),
        (key, key.replace("kid = \"k1\"\n", ""), "`kid` is missing"),
        (key, key.replace("\"k1\"", "\"\""), "key id has 0 bytes"),
        (key, format!("{key}{key}"), "key id `k1` is already in the ring"),
        (key, format!("{key}{}", key.replace("\"k1\"", "\"k2\"")), "key `k2` is the same secret as `k1`"),
        (key, format!("{key}from = 20\nuntil = 20\n"), "key `k1` is valid until 20, which is not after 20"),
        (key, format!("{key}until = 1700000000\n"), "none of the keys is valid now"),
        (key, format!("{key}from = 1900000000\n"), "none of the keys is valid now"),
        (key, key.replace("file = \"k1.hex\"\n", ""), "edge.toml:7:7: error: no file is named\n"),
        (key, key.replace("k1.hex", "k2.hex"), "edge.toml:8:8: error: k2.hex: No such file or directory"),
        (key, key.replace("k1.hex", "p"), "p: "),
        // Logins.
        (audience, "audience = []\n".to_owned(), "has no `audience`"),
        (audience, String::new(), "`audience` is missing"),
        (audience, "audience = \"tv\"\n".to_owned(), "write a list, such as [\"..\"]"),
        (audience, format!("{audience}leeway = 301\n"), "has a `leeway` of 301 seconds"),
        (audience, format!("{audience}token_use = [\"refresh\"]\n"), "`token_use` cannot be `refresh`"),
        (audience, format!("{audience}tier_claim = \"\"\n"), "names an empty claim"),
        (
            audience,
            format!("{audience}tiers = [[\"a\", \"premium\"]]\n"),
            "has `tiers` for groups and no `groups_claim`",
        ),
        (audience, format!("{audience}tiers = [[\"a\"]]\n"), "error: invalid length 1"),
        (audience, format!("{audience}default_tier = \"anonymous\"\n"), "gives the tier `anonymous`"),
        (
            audience,
            format!("{audience}keys_url = \"http://login.example.com/keys\"\n"),
            "give it a `keys_url` that begins with `https://`",
        ),
        (audience, format!("{audience}cookie = \"a=b\"\n"), "which is no cookie name"),
        (
            audience,
            format!("{audience}jwks = \"{{}}\"\n"),
            "edge.toml:13:8: error: the keys stand in the file that `keys` names\n",
        ),
        (login, "[[login]]\nissuer = \"\"\n".to_owned(), "`issuer` is empty"),
        (
            login,
            "[[login]]\nissuer = \"http://login.example.com\"\n".to_owned(),
            "would come from `http://login.example.com/.well-known/jwks.json`",
        ),
        (login, format!("{login}{audience}\n{login}"), "is configured twice"),
        (
            "\"jwks.json\"",
            "\"keys.json\"".to_owned(),
            "edge.toml:13:8: error: keys.json: No such file or directory",
        ),
        ("\"jwks.json\"", "\"k1.hex\"".to_owned(), "k1.hex: key set is not a JWKS document"),
        // Pages and headers.
        (
            "[addresses]",
            "[cors]\norigins = [\"tv.example.com\"]\n[addresses]".to_owned(),
            "`tv.example.com` is no origin as browsers send it",
        ),
        (
            "[addresses]",
            "[cors]\norigins = [\"*\"]\ncredentials = true\n[addresses]".to_owned(),
            "any page could use the viewer's credentials",
        ),
        (
            "[addresses]",
            "[cors]\nmax_age = 86401\n[addresses]".to_owned(),
            "86401 is not between 0 and 86400",
        ),
        ("[addresses]", "[security]\nhsts = \"\\u0007\"\n[addresses]".to_owned(), "it is no header value"),
        // Routes.
        ("schema = 1\n", routes("kind = \"manifest\"\npath = \"vod/{title}/m\""), "does not begin with `/`"),
        (
            "schema = 1\n",
            routes("kind = \"manifest\"\npath = \"/vod/m\""),
            "edge.toml:4:8: error: a manifest belongs to a title\n",
        ),
        ("schema = 1\n", routes("kind = \"open\"\npath = \"/vod/{title}/m\""), "`{title}` would be for show"),
        ("schema = 1\n", routes("kind = \"film\"\npath = \"/vod/{title}/m\""), "unknown variant `film`"),
        ("schema = 1\n", routes("kind = \"segment\"\npath = \"/{title}/{rest}\""), "two parts of any length"),
        ("schema = 1\n", routes("kind = \"segment\"\npath = \"/{title}\""), "ends with the title"),
        (
            "schema = 1\n",
            routes("kind = \"segment\"\npath = \"/{title}/s\"\nmobile = \"/m/{title}/s\""),
            "only manifests have a ladder",
        ),
        (
            "schema = 1\n",
            routes("kind = \"segment\"\npath = \"/{title}/s\"\ncache = \"\""),
            "it is no header value",
        ),
        // Addresses and withdrawals.
        ("\"2026-06-17\"", "\"17 June\"".to_owned(), "edge.toml:17:9: error: `17 June` is no day\n"),
        ("\"2026-06-17\"", "\"2026-02-30\"".to_owned(), "`2026-02-30` is no day"),
        ("\"2026-06-17\"", "2026-06-17".to_owned(), "edge.toml:17:9: error: invalid type"),
        ("\"2026-06-17\"", "\"2026-12-01\"".to_owned(), "`2026-12-01` lies ahead"),
        ("[\"a.csv\"]", "[]".to_owned(), "no file is named"),
        ("[\"a.csv\"]", "[\"b.csv\"]".to_owned(), "b.csv: No such file or directory"),
        ("\"gone.txt\"", "\"lost.txt\"".to_owned(), "edge.toml:20:8: error: lost.txt: No such file"),
        (
            "file = \"gone.txt\"",
            "url = \"http://api.example.com\"".to_owned(),
            "`http://api.example.com` is not fetched safely",
        ),
        ("file = \"gone.txt\"", "every = 9".to_owned(), "9 is not between 10 and 86400"),
    ];
    for (number, (before, after, words)) in cases.iter().enumerate() {
        Place::with(&format!("wrong-{number}"), before, after).refuses("lambda", words);
    }
}

#[test]
fn what_only_workers_need_is_asked_of_workers() {
    let worker = "[worker]\nname = \"edge\"\norigin = \"https://media.example.com\"\n";
    let key = "file = \"k1.hex\"\n";
    let second = |kid: &str| format!("{key}[[tokens.key]]\nkid = \"{kid}\"\nfile = \"k2.hex\"\n");
    let cases = [
        (worker, String::new(), "error: worker: it is missing, and Workers need it; write `[worker]`"),
        (
            "name = \"edge\"\n",
            "name = \"Edge\"\n".to_owned(),
            "edge.toml:23:8: error: `Edge` is no name for a worker",
        ),
        ("name = \"edge\"\n", "name = \"\"\n".to_owned(), "is no name for a worker"),
        ("name = \"edge\"\n", "name = \"-edge\"\n".to_owned(), "is no name for a worker"),
        ("name = \"edge\"\n", "name = \"a\\\"\\nmain = \\\"x\"\n".to_owned(), "is no name for a worker"),
        ("name = \"edge\"\n", String::new(), "`name` is missing"),
        (
            "https://media",
            "http://media".to_owned(),
            "edge.toml:24:10: error: `http://media.example.com` is no origin",
        ),
        ("https://media.example.com", "https://media.example.com/base".to_owned(), "without a path"),
        ("https://media.example.com", "media.example.com".to_owned(), "is no origin"),
        (
            "name = \"edge\"\n",
            "name = \"edge\"\ncompatibility_date = \"soon\"\n".to_owned(),
            "`soon` is no day",
        ),
        (key, second("K1"), "its secret would be `PLAYGATE_KEY_K1`, as that of key `k1` is"),
        (
            "kid = \"k1\"\nfile = \"k1.hex\"\n",
            "kid = \"a.b\"\n[[tokens.key]]\nkid = \"a-b\"\n".to_owned(),
            "its secret would be `PLAYGATE_KEY_A_B`",
        ),
    ];
    for (number, (before, after, words)) in cases.iter().enumerate() {
        let place = Place::with(&format!("worker-{number}"), before, after);
        place.put("k2.hex", OTHER);
        place.close("k2.hex");
        place.refuses("worker", words);
    }
}

#[test]
fn files_that_cannot_be_used_are_refused_with_what_to_do() {
    let private = JWKS.replacen("\"kty\"", "\"d\": \"AQAB\", \"kty\"", 1);
    let twice = JWKS.replace("cognito-2", "cognito-1");
    let cases: [(&str, &[u8], &str); 22] = [
        ("k1.hex", b"", "key has 0 bytes, at least 32 are needed"),
        ("k1.hex", b"0011", "k1.hex: key has 2 bytes"),
        (
            "k1.hex",
            b"00112233445566778899aabbccddeeff00112233445566778899aabbccddeef",
            "odd number of digits",
        ),
        ("k1.hex", b"0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "begins with `0x`"),
        (
            "k1.hex",
            b"-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n",
            "this is a PEM file and no token key",
        ),
        ("k1.hex", b"\xef\xbb\xbf00112233445566778899aabbccddeeff", "byte order mark"),
        ("jwks.json", b"", "key set is not a JWKS document"),
        ("jwks.json", b"[]", "key set is not a JWKS document"),
        ("jwks.json", b"{\"keys\":[]}", "has no public key for RS256 or ES256"),
        ("jwks.json", b"\xff", "jwks.json: this is no text in UTF-8"),
        ("jwks.json", private.as_bytes(), "has the private member `d`"),
        ("jwks.json", twice.as_bytes(), "two keys named `cognito-1`"),
        ("a.csv", b"192.0.2.0,192.0.2.255\n", "a.csv: error: line 1: `192.0.2.0,192.0.2.255` is not"),
        ("a.csv", b"\n192.0.2.0,192.0.2.x,NO\n", "line 2: `192.0.2.x` is no IP address"),
        ("a.csv", b"192.0.2.0,192.0.2.255,Norway\n", "`Norway` is no country"),
        ("a.csv", b"192.0.2.9,192.0.2.0,NO\n", "has no addresses"),
        (
            "gone.txt",
            b"session s1 1790000000\nsession s2\n",
            "gone.txt:2:1: error: `session s2` is not three words\n",
        ),
        ("gone.txt", b"viewer s1 1790000000\n", "`viewer` cannot be withdrawn"),
        ("gone.txt", b"session s1 soon\n", "does not end with a time"),
        ("edge.toml", b"\xff\xfe", "edge.toml: this is no text in UTF-8"),
        ("edge.toml", b"", "`schema` is missing"),
        ("p/a.toml", b"schema = 1\n", "p: "),
    ];
    for (number, (name, contents, words)) in cases.iter().enumerate() {
        let place = Place::new(&format!("file-{number}"));
        place.put(name, contents);
        place.refuses("lambda", words);
    }
    let place = Place::new("file-none");
    fs::remove_file(place.path("edge.toml")).expect("the file is removed");
    place.refuses("lambda", "edge.toml: No such file or directory");
    let place = Place::new("policies-none");
    fs::remove_dir_all(place.path("p")).expect("the folder is removed");
    place.refuses("lambda", "p: No such file or directory");
}

#[test]
fn mistakes_are_shown_together_and_to_scripts_as_json() {
    let place = Place::with("together", "\"jwks.json\"", "\"none.json\"");
    fs::remove_file(place.path("k1.hex")).expect("the file is removed");
    let ran = place.refuses("lambda", "error: edge.toml: 2 mistakes, and nothing was built");
    assert!(ran.stderr.contains("none.json: ") && ran.stderr.contains("k1.hex: "), "{}", ran.stderr);
    let ran = place.run("lambda", "out", &["--json"]);
    let report = ran.json();
    assert_eq!((ran.code, &report["ok"], &report["errors"]), (1, &Value::Bool(false), &Value::from(2)));
    let problem = &report["problems"][0];
    assert_eq!(problem["file"], "edge.toml");
    assert_eq!((&problem["line"], &problem["column"]), (&Value::from(13), &Value::from(8)));
    assert_eq!(problem["severity"], "error");

    // A policy's mistakes look as `policy build` shows them.
    let place = Place::new("together-policies");
    place.put("p/a.toml", POLICY.replace("\"NO\"", "\"UK\""));
    let ran = place.run("lambda", "out", &["--json"]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.json()["problems"][0]["code"], "unknown-territory");
    place.refuses("lambda", "p/a.toml:7:16: error: ");
    // What kept it from answering at all.
    let ran = place.run("lambda", "p/out", &["--json"]);
    assert_eq!(ran.code, 2);
    assert!(ran.json()["error"].as_str().is_some_and(|error| error.contains("inside of the policy folder")));
}

#[test]
fn titles_that_a_route_takes_for_others_are_refused() {
    let route = "schema = 1\n[[route]]\nkind = \"open\"\npath = \"/vod/free/{rest}\"\n[[route]]\nkind = \"manifest\"\n\
                 path = \"/vod/{title}/m.m3u8\"\n";
    for (number, (titles, config, words)) in [
        ("\"acme/mobile\"", CONFIG.to_owned(), "the title `acme/mobile` cannot be played: its path `/vod/acme/mobile/master.m3u8` is taken for the title `acme`"),
        ("\"*\", \"!acme/mobile\"", CONFIG.to_owned(), "the title `acme/mobile` cannot be played"),
        ("\"free/film\"", CONFIG.replacen("schema = 1\n", route, 1), "its path `/vod/free/film/m.m3u8` is taken for a route without a title"),
        ("\"free/*\"", CONFIG.replacen("schema = 1\n", route, 1), "the title `free/-` cannot be played"),
    ]
    .into_iter()
    .enumerate()
    {
        let place = Place::new(&format!("title-{number}"));
        place.put("edge.toml", config);
        place.put("p/a.toml", POLICY.replace("\"marula/red-dust\", \"harbour/*\"", titles));
        let ran = place.refuses("lambda", words);
        assert!(ran.stderr.contains("p/a.toml:5:6: error: "), "{}", ran.stderr);
        assert!(ran.stderr.contains("5 | id = \"g\"\n"), "{}", ran.stderr);
        assert!(ran.stderr.contains("rename it, or change the routes"), "{}", ran.stderr);
    }
}

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
        "one-lambda: 14 files, ",
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
    let raw_hex: String = raw.iter().map(|byte| format!("{byte:02x}")).collect();
    place.put("raw", &raw);
    place.close("raw");
    let second = "file = \"k1.hex\"\n[[tokens.key]]\nkid = \"raw.2\"\nfile = \"raw\"\n";
    place.put("edge.toml", CONFIG.replacen("file = \"k1.hex\"\n", second, 1));

    let ran = place.run("worker", "worker", &["--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        ran.json()["next"][1],
        "od -An -v -tx1 raw | tr -d ' \\n' | wrangler secret put PLAYGATE_KEY_RAW_2 --config worker/wrangler.toml"
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
    assert!(index.contains("{\"k1\":\"PLAYGATE_KEY_K1\",\"raw.2\":\"PLAYGATE_KEY_RAW_2\"}"), "{index}");

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
