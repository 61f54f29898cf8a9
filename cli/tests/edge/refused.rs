//! What is refused, with its words.

use crate::place::{CONFIG, JWKS, OTHER, POLICY, Place};
use serde_json::Value;
use std::fs;

/// What stands in the configuration, what is written instead, and what is said of it.
type Case<'c> = (&'c str, String, &'c str);

fn all_are_refused(name: &str, cases: &[Case<'_>]) {
    for (number, (before, after, words)) in cases.iter().enumerate() {
        Place::with(&format!("{name}-{number}"), before, after).refuses("lambda", words);
    }
}

#[test]
fn what_cannot_work_is_refused_where_it_is_written() {
    let key = "[[tokens.key]]\nkid = \"k1\"\nfile = \"k1.hex\"\n";
    let cases: Vec<Case<'_>> = vec![
        // The text itself.
        ("schema = 1", "schema 1".to_owned(), "edge.toml:1:8: error: "),
        ("schema = 1", "schema = 1\nschema = 1".to_owned(), "edge.toml:2:1: error: duplicate key"),
        (
            "schema = 1",
            "schema = \"1\"".to_owned(),
            "edge.toml:1:10: error: schema: invalid type: string \"1\"\n",
        ),
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
            "edge.toml:4:12: error: tokens.delivery: unknown variant `pat`\n",
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
        (key, format!("{key}{key}"), "key id `k1` is there twice"),
        (key, format!("{key}{}", key.replace("\"k1\"", "\"k2\"")), "key `k2` is the same secret as `k1`"),
        (key, format!("{key}from = 20\nuntil = 20\n"), "key `k1` is valid until 20, which is not after 20"),
        (key, format!("{key}until = 1700000000\n"), "none of the keys is valid now"),
        (key, format!("{key}from = 1900000000\n"), "none of the keys is valid now"),
        (key, key.replace("file = \"k1.hex\"\n", ""), "edge.toml:7:7: error: no file is named\n"),
        (key, key.replace("k1.hex", "k2.hex"), "edge.toml:8:8: error: k2.hex: No such file or directory"),
        (key, key.replace("k1.hex", "p"), "p: "),
    ];
    all_are_refused("wrong", &cases);
}

#[test]
fn logins_that_nobody_could_check_are_refused() {
    let login = "[[login]]\nissuer = \"https://login.example.com/\"\n";
    let audience = "audience = [\"tv\"]\n";
    let cases: Vec<Case<'_>> = vec![
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
        (audience, format!("{audience}tiers = [[\"a\"]]\n"), "error: login.tiers: invalid length 1"),
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
    ];
    all_are_refused("login", &cases);
}

#[test]
fn pages_routes_and_data_that_cannot_be_are_refused() {
    let routes = |text: &str| format!("schema = 1\n[[route]]\n{text}\n");
    let cases: Vec<Case<'_>> = vec![
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
        ("\"2026-06-17\"", "2026-06-17".to_owned(), "edge.toml:17:9: error: addresses.dated: invalid type"),
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
    all_are_refused("other", &cases);
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
            "gone.txt:2:1: error: this is not three words\n",
        ),
        ("gone.txt", b"viewer s1 1790000000\n", "`gone.txt`, line 1: the first word is no kind"),
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
fn a_key_that_is_named_for_a_list_is_not_shown() {
    let place = Place::new("key-for-a-list");
    let key = fs::read_to_string(place.path("k1.hex")).expect("there is a key");
    place.put("gone.txt", key.as_bytes());
    let ran = place.refuses("lambda", "`gone.txt`, line 1: this is not three words");
    assert!(!ran.stderr.contains(key.trim()) && !ran.stdout.contains(key.trim()), "{}", ran.stderr);
    let ran = place.run("lambda", "out", &["--json"]);
    assert!(ran.code == 1 && !ran.stdout.contains(key.trim()), "{}", ran.stdout);
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
        ("\"acme/mobile\"", CONFIG.to_owned(), "the title `acme/mobile` cannot be played: its path `/vod/acme/mobile/mobile/master.m3u8` fits no route, or one without a title"),
        ("\"*\", \"!acme/mobile\"", CONFIG.to_owned(), "the title `acme/mobile` cannot be played"),
        ("\"free/film\"", CONFIG.replacen("schema = 1\n", route, 1), "its path `/vod/free/film/m.m3u8` fits no route, or one without a title"),
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
