//! What is wrong with a configuration, at its place; and what it would serve.

use crate::world::World;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

/// What is written, what instead, and what is said then.
type Case<'c> = (&'c str, &'c str, &'c str);

const DRM: &str = r#"
[drm]
master_key = { id = "m1", key = { file = "master.hex" } }

[drm.widevine]
url = "https://licenses.example.com/widevine"
secret_headers = { "authorization" = { file = "vendor.txt" } }

[[tenant]]
id = "acme"
titles = ["acme/*"]
packager = "acme-packager"
password = { file = "packager.txt" }
"#;

/// A configuration with everything.
pub(crate) fn whole(name: &str) -> World {
    let world = World::with(name, DRM);
    for (name, text) in [
        ("master.hex", "5f3b1c0de2a94786b0c1d2e3f405162738495a6b7c8d9eafb0c1d2e3f4051627"),
        ("vendor.txt", "Bearer test-only-vendor"),
        ("packager.txt", "test-only-password-of-acme"),
    ] {
        fs::write(world.folder.join(name), text).expect("it is written");
    }
    for name in fs::read_dir(&world.folder).expect("the folder is there") {
        let path = name.expect("it can be read").path();
        if path.is_file() {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("it is closed");
        }
    }
    world
}

const MISTAKES: &[Case<'_>] = &[
    // The text, and names in it.
    ("schema = 1", "schema 1", "serve.toml:1:8: error: "),
    ("schema = 1", "schema = 1\nschema = 1", "serve.toml:2:1: error: duplicate key\n"),
    ("schema = 1\n", "", "`schema` is missing"),
    ("schema = 1\n", "", " write `schema = 1` at the top\n"),
    ("session_key = { file = \"session.key\" }\n", "", "error: `session_key` is missing\n"),
    (
        "session_key = { file = \"session.key\" }\n",
        "",
        " write `session_key = { file = \"session.key\" }`, and make",
    ),
    ("[store]\nfile = \"playgate.db\"\n", "", " write `[store]` and below it `file = \"playgate.db\"`\n"),
    ("[cors]", "[limits]\nlog = \"none\"\n[cors]", ": error: unknown field `log` in this table\n"),
    (
        "tier_claim",
        "keys_every = 7\ntier_claim",
        "^^^ it is one of the whole file, and belongs above the first `[..]`\n",
    ),
    ("tier_claim", "[login.admin]\ntier_claim", "unknown field `admin` in this table\n"),
    ("keys_url", "key_url", "serve.toml:13:1: error: unknown field `key_url`\n  13 | key_url = "),
    ("keys_url", "key_url", "^^^^^^^ did you mean `keys_url`?\n"),
    (
        "[admin]",
        "[admins]",
        "serve.toml:16:2: error: unknown field `admins`\n  16 | [admins]\n     |  ^^^^^^ did you mean `admin`?",
    ),
    ("tier_claim", "colour", "unknown field `colour`"),
    ("tier_claim", "colour", "^^^^^^ there are `issuer`, `audience`"),
    ("kid = \"k1\"\n", "", "error: media.path_tokens.key: `kid` is missing"),
    // Values of another kind.
    ("schema = 1", "schema = \"1\"", "serve.toml:1:10: error: schema: invalid type: string \"1\"\n"),
    ("schema = 1", "schema = -1", "^^ write a whole number from 0 to 4294967295"),
    (
        "audience = [\"tv\"]",
        "audience = \"tv\"",
        "serve.toml:12:12: error: login.audience: invalid type: string \"tv\"\n",
    ),
    ("audience = [\"tv\"]", "audience = \"tv\"", "^^^^ write a list, such as [\"..\"]"),
    (
        "[cors]",
        "[limits]\nrequests = 2.5\n[cors]",
        "error: limits.requests: invalid type: floating point `2.5`",
    ),
    ("[cors]", "[limits]\nrequests = 2.5\n[cors]", "^^^ write a whole number from 0 on"),
    (
        "[cors]",
        "[streams]\nwhen_full = \"refuze\"\n[cors]",
        "error: streams.when_full: unknown variant `refuze`",
    ),
    ("[cors]", "[streams]\nwhen_full = \"refuze\"\n[cors]", "^^^^^^^^ did you mean `refuse`?"),
    ("[cors]", "[streams]\nper_profile = 70000\n[cors]", "^^^^^ write a whole number from 0 to 65535"),
    ("[cors]", "cors = 7\n[core]", "error: "),
    ("[[tenant]]", "[tenant]", "error: tenant: this is one table, and there can be several\n"),
    ("[[tenant]]", "[tenant]", "^^ write `[[tenant]]`\n"),
    ("[[media.path_tokens.key]]", "[media.path_tokens.key]", "^^ write `[[media.path_tokens.key]]`\n"),
    (
        "kid = \"k1\"",
        "kid = \"k1\"\nuntil = 2026-12-01T00:00:00Z",
        "error: media.path_tokens.key.until: this is no number\n",
    ),
    (
        "kid = \"k1\"",
        "kid = \"k1\"\nuntil = 2026-12-01T00:00:00Z",
        "^^ write it in epoch seconds: `until = 1796083200`\n",
    ),
    (
        "kid = \"k1\"",
        "kid = \"k1\"\nfrom = \"2026-12-01T01:00:00+01:00\"",
        "^^ write it in epoch seconds: `from = 1796083200`\n",
    ),
    ("kid = \"k1\"", "kid = \"k1\"\nfrom = 2026-12-01", "^^ write epoch seconds, as `date -d "),
    // What is well written, and cannot be.
    (
        "schema = 1",
        "schema = 2",
        "serve.toml:1:10: error: schema: version 2 is not known here\n  1 | schema = 2\n    |          ^ write `schema = 1`",
    ),
    ("https://media.example.com", "media.example.com", "error: media.url: `media.example.com` is no address"),
    (
        "[media.cloudfront]",
        "[media.cloudfront]\nwindow = 0",
        "error: media.cloudfront.window: 0 is not between",
    ),
    (
        "[cors]",
        "[streams]\nheartbeat = 1\n[cors]",
        "error: streams.heartbeat: 1 is not between 5 and 3600 seconds",
    ),
    (
        "[cors]",
        "[secrets]\nmilliseconds = 1\n[cors]",
        "error: secrets.milliseconds: 1 is not between 100 and 60000",
    ),
    (
        "[cors]",
        "[secrets]\nkms_endpoint = \"http://kms\"\n[cors]",
        "error: secrets.kms_endpoint: `http://kms` is not asked safely",
    ),
    (
        "https://licenses",
        "http://licenses",
        "error: drm.widevine.url: `http://licenses.example.com/widevine` is not asked safely",
    ),
    (
        "titles = [\"acme/*\"]",
        "titles = [\"acme/*\"]\n[[tenant]]\nid = \"b\"\ntitles = [\"acme/a\"]",
        "error: tenant 2, `titles`: `acme/a` is of `b` and of another",
    ),
    (
        "packager = \"acme-packager\"\n",
        "",
        "error: tenant 1, `password`: `acme` has a packager or a password",
    ),
    ("127.0.0.1:0", "localhost", "serve.toml:2:10: error: listen: `localhost` is no address with a port\n"),
    ("127.0.0.1:0", ":8080", "error: listen: `:8080` is no address"),
    ("127.0.0.1:0", "300.1.1.1:8080", "error: listen: `300.1.1.1:8080` is no address"),
    (
        "listen = \"127.0.0.1:0\"",
        "listen = \"127.0.0.1:1\"\nprivate_listen = \"127.0.0.1:1\"",
        "serve.toml:3:18: error: private_listen: `127.0.0.1:1` is taken by `listen`\n",
    ),
    (
        "public_url",
        "private_listen = \"8081\"\npublic_url",
        "serve.toml:3:18: error: private_listen: `8081` is no address with a port\n",
    ),
    ("https://tv.example.com", "tv.example.com", "error: cors.origins: `tv.example.com` is no origin"),
    ("https://tv.example.com", "https://tv.example.com/", "`https://tv.example.com/` is no origin"),
    ("https://tv.example.com", "https://tv.example.com/app", "`https://tv.example.com/app` is no origin"),
    ("https://tv.example.com", "*", "error: cors.origins: `*` would let any page use the viewer's login"),
    ("titles = [\"acme/*\"]", "titles = []", "error: tenant 1, `titles`: `acme` has none\n"),
    (
        "titles = [\"acme/*\"]",
        "titles = [\"acme*\"]",
        "error: tenant 1, `titles`: `acme*` is neither a title nor",
    ),
    (
        "titles = [\"acme/*\"]",
        "titles = [\"acme/\"]",
        "error: tenant 1, `titles`: `acme/` is neither a title nor",
    ),
    ("titles = [\"acme/*\"]", "titles = [\"\"]", "error: tenant 1, `titles`: `` is neither a title nor"),
    (
        "[cors]",
        "[limits]\nconnections = 9\nconnections_per_address = 10\n[cors]",
        "error: limits.connections_per_address: 10 is more than all `connections`, 9\n",
    ),
    // What is named, and cannot be used.
    ("\"playgate.db\"", "\"policies\"", "serve.toml:8:8: error: store.file: `policies` is a folder\n"),
    ("\"playgate.db\"", "\"short.key\"", "error: store.file: `short.key` is not a file of this store\n"),
    ("\"playgate.db\"", "\"token.hex\"", "error: store.file: `token.hex` is not a file of this store\n"),
    ("\"playgate.db\"", "\"empty\"", "error: store.file: `empty` is empty\n"),
    (
        "\"session.key\"",
        "\"no.key\"",
        "serve.toml:5:1: error: session_key: no.key: No such file or directory (os error 2)\n  5 | session_key = { file = \"no.key\" }\n    | ^^^^^^^^^^^ check the path",
    ),
    ("\"session.key\"", "\"short.key\"", "error: session_key: it has 5 bytes, at least 32 are needed"),
    ("\"token.hex\"", "\"short.key\"", "error: media.path_tokens.key `k1`, `key`: key has 5 bytes"),
    ("\"cloudfront.pem\"", "\"token.hex\"", "error: media.cloudfront.key: "),
    ("\"proxy.secret\"", "\"short.key\"", "error: facts.proxy_secret: it has 5 bytes"),
    ("\"master.hex\"", "\"short.key\"", "error: drm.master_key.key: the file of master key `m1` has 5 bytes"),
    ("id = \"m1\"", "id = \"M 1\"", "error: drm.master_key.id: `M 1` is no id"),
    (
        "\"vendor.txt\"",
        "\"no.txt\"",
        "error: drm.widevine.secret_headers.authorization: no.txt: No such file",
    ),
    ("\"packager.txt\"", "\"short.key\"", "error: tenant `acme`, `password`: the password has 5 bytes"),
    ("audience = [\"tv\"]", "audience = []", "error: login: issuer "),
    ("keys_url", "keys = \"no.json\"\nkeys_url", ", `keys`: no.json: No such file"),
    ("proxy_secret", "addresses = \"no.csv\"\nproxy_secret", "error: facts.addresses: no.csv: No such file"),
    ("policies = \"policies\"", "policies = \"nothing\"", "error: policies: nothing: No such file"),
    (
        "policies = \"policies\"",
        "policies = \"nothing\"",
        "policies = \"nothing\"\n    |            ^^^^^^^^^ check the path\n",
    ),
    ("proxy_secret", "addresses = \"no.csv\"\nproxy_secret", "^^^^^^^^ check the path\n"),
    (
        "kid = \"k1\"",
        "kid = \"\"",
        "serve.toml:24:7: error: media.path_tokens.key 1, `kid`: key id has 0 bytes, 1 to 64 are allowed\n",
    ),
    (
        "[media.cloudfront]",
        "[[media.path_tokens.key]]\nkid = \"k1\"\nkey = { file = \"master.hex\" }\n[media.cloudfront]",
        "serve.toml:28:7: error: media.path_tokens.key 2, `kid`: ",
    ),
    (
        "kid = \"k1\"",
        "kid = \"k1\"\nfrom = 7\nuntil = 7",
        "serve.toml:26:9: error: media.path_tokens.key 1, `until`: key `k1` is valid until 7, which is not after 7\n",
    ),
    ("\"playgate.db\"", "\"no/playgate.db\"", "serve.toml:8:8: error: store.file: there is no folder no\n"),
];

#[test]
fn mistakes_stand_where_they_were_made() {
    for (number, (before, after, words)) in MISTAKES.iter().enumerate() {
        let mut world = whole(&format!("configuration-{number}"));
        for (name, text) in [("short.key", "short"), ("empty", "")] {
            fs::write(world.folder.join(name), text).expect("it is written");
        }
        world.change(before, after);
        let said = world.check(&[]);
        assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""), "{after}");
        assert!(said.stderr.contains(words), "{after}: {}", said.stderr);
        assert!(
            said.stderr.ends_with("error: serve.toml: 1 mistake, and nothing is served\n"),
            "{after}: {}",
            said.stderr
        );
        for secret in ["short\n", "MII", "0011223344", "5f3b1c", "test-only-password", "Bearer"] {
            assert!(!said.stderr.contains(secret), "{after}: {}", said.stderr);
        }
        assert!(!world.folder.join("playgate.db").exists(), "{after}: a store was made");
        // Whoever starts it reads the same; what only the policies lack is noticed later, for one may have been put.
        if !words.contains("policies:") && !after.contains("nothing") {
            let started = world.try_start().err().unwrap_or_else(|| panic!("{after}: it starts"));
            assert_eq!(started, said.stderr, "{after}");
        }
    }
}

#[test]
fn what_is_a_secret_itself_is_not_shown() {
    for (number, (before, after, shown)) in [
        (
            "session_key = { file = \"session.key\" }",
            "session_key = \"sesame\"",
            "  5 | session_key = ..\n    |               ^^ write",
        ),
        (
            "session_key = { file = \"session.key\" }",
            "session_key = { value = \"sesame\" }",
            "  5 | session_key = { value = ..\n",
        ),
        ("password = { file = \"packager.txt\" }", "password = \"\"\"\nsesame\"\"\"", "password = ..\n"),
        (
            "\"authorization\" = { file = \"vendor.txt\" }",
            "\"authorization\" = \"sesame\"",
            "= { \"authorization\" = ..\n",
        ),
        ("key = { file = \"master.hex\" }", "key = \"sesame\"", "key = ..\n"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut world = whole(&format!("configuration-secret-{number}"));
        world.change(before, after);
        for more in [&[][..], &["--json"]] {
            let said = world.check(more);
            assert_eq!(said.code, Some(1));
            assert!(!said.stderr.contains("sesame") && !said.stdout.contains("sesame"), "{said:?}");
            assert!(!more.is_empty() || said.stderr.contains(shown), "{said:?}");
        }
    }
}

#[test]
fn mistakes_are_shown_all_at_once() {
    let mut world = whole("configuration-several");
    world.change("schema = 1", "schema = 2");
    world.change("\"https://media.example.com\"", "\"media\"");
    world.change("[cors]", "[streams]\nheartbeat = 1\n[cors]");
    let said = world.check(&[]);
    for words in [
        "schema: version 2",
        "media.url: `media`",
        "streams.heartbeat: 1 is",
        "3 mistakes, and nothing is served\n",
    ] {
        assert!(said.stderr.contains(words), "{words}: {}", said.stderr);
    }
    // What is named is read only when the configuration itself is right: then all of it.
    let mut world = whole("configuration-several-named");
    for (before, after) in [
        ("\"session.key\"", "\"no.key\""),
        ("\"token.hex\"", "\"no.hex\""),
        ("\"master.hex\"", "\"no.master\""),
        ("policies = \"policies\"", "policies = \"nothing\""),
        ("\"playgate.db\"", "\"no/playgate.db\""),
    ] {
        world.change(before, after);
    }
    let said = world.check(&["--json"]);
    assert_eq!(said.code, Some(1));
    let value: Value = serde_json::from_str(&said.stdout).expect("stdout is JSON");
    assert_eq!((&value["ok"], &value["errors"], &value["warnings"]), (&json!(false), &json!(5), &json!([])));
    let lines: Vec<_> =
        value["problems"].as_array().expect("a list").iter().map(|one| &one["line"]).collect();
    assert_eq!(lines, [4, 5, 8, 25, 38], "{value}");
    assert_eq!(said.stderr, "error: serve.toml: 5 mistakes, and nothing is served\n");
}

#[test]
fn a_configuration_that_cannot_be_read_is_one_mistake_for_scripts() {
    let folder = whole("configuration-unread").folder;
    fs::write(folder.join("letter.toml"), [0xff, 0xfe]).expect("it is written");
    for (file, words) in
        [("no.toml", "No such file"), ("policies", "directory"), ("letter.toml", "no text in UTF-8")]
    {
        let check = |more: &[&str]| {
            let output = std::process::Command::new(env!("CARGO_BIN_EXE_playgate"))
                .args(["serve", "--check", "--config", file])
                .args(more)
                .current_dir(&folder)
                .output()
                .expect("it runs");
            assert_eq!(output.status.code(), Some(1), "{file}");
            let stderr = String::from_utf8(output.stderr).expect("it is text");
            assert!(stderr.starts_with(&format!("error: {file}: ")) && stderr.contains(words), "{stderr}");
            output.stdout
        };
        assert_eq!(check(&[]), b"", "{file}");
        let value: Value = serde_json::from_slice(&check(&["--json"])).expect("stdout is JSON");
        assert_eq!((&value["ok"], &value["errors"]), (&json!(false), &json!(1)), "{value}");
        assert_eq!(
            (&value["warnings"], &value["problems"][0]["file"]),
            (&json!([]), &json!(file)),
            "{value}"
        );
        let message = value["problems"][0]["message"].as_str().expect("a text");
        assert!(message.contains(words) && !message.contains(file), "{value}");
    }
}

#[test]
fn a_check_says_what_would_be_served_and_makes_nothing() {
    let world = whole("configuration-checked");
    let before = fs::read_dir(&world.folder).expect("it is there").count();
    let said = world.check(&[]);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    let issuer = world.issuer.name();
    for line in [
        "listens: 127.0.0.1:0, reached as https://api.example.com\n",
        "policy: sha256:",
        "store: the file playgate.db, which was not opened\n",
        &format!("logins: {issuer} for tv, keys from {issuer}/keys\n"),
        "administrators: logins of the group `playgate-admin`\n",
        "deliveries: path-token, cookie, signed-url; token keys k1; CloudFront key K2JCJMDEHXQW5F\n",
        "where viewers are: the CDN, by its secret\n",
        "licences: aes-128, clearkey, widevine from https://licenses.example.com/widevine\n",
        "content keys: sealed under master key m1\n",
        "tenant acme: acme/*; packager acme-packager\n",
        "secret session_key: session.key\n",
        "secret drm.widevine.secret_headers.authorization: vendor.txt\n",
    ] {
        assert!(said.stdout.contains(line), "{line}: {}", said.stdout);
    }
    let value: Value = serde_json::from_str(&world.check(&["--json"]).stdout).expect("stdout is JSON");
    assert_eq!(value["ok"], true);
    assert_eq!(value["warnings"], json!([]));
    assert_eq!(value["tenants"], json!([{"id": "acme", "titles": ["acme/*"], "packager": "acme-packager"}]));
    assert_eq!(
        value["systems"][2],
        json!({"name": "widevine", "vendor": "https://licenses.example.com/widevine"})
    );
    // `serve.toml` is new, and nothing else.
    assert_eq!(fs::read_dir(&world.folder).expect("it is there").count(), before + 1);
    // While it is served, too: the store is another's then.
    let server = world.start();
    assert_eq!(world.check(&[]).code, Some(0));
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn json_is_only_for_checks() {
    let world = World::new("configuration-usage");
    world.write();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_playgate"))
        .args(["serve", "--config", "serve.toml", "--json"])
        .current_dir(&world.folder)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2));
}

#[cfg(not(feature = "aws-secrets"))]
#[test]
fn without_the_feature_secrets_of_aws_are_refused() {
    for (number, reference) in ["secrets_manager = \"a/b\"", "kms = \"a.enc\""].into_iter().enumerate() {
        let mut world = whole(&format!("configuration-aws-{number}"));
        world.change("file = \"session.key\"", reference);
        let words = world.try_start().err().expect("it does not start");
        assert!(
            words.contains("session_key: ") && words.contains("build it with `--features aws-secrets`"),
            "{words}"
        );
    }
}
