//! What administrators read, and the keys that they bring from elsewhere.

use crate::client::{Answer, Call};
use crate::keys::{ONE, TWO, acme, world as with_keys};
use crate::world::{POLICY, Running, World, from, path};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::process::Command;
use std::time::{Duration, Instant};

const READS: [&str; 6] = [
    "/v1/admin/titles",
    "/v1/admin/titles/acme/film",
    "/v1/admin/policies",
    "/v1/admin/policies/bundle",
    "/v1/admin/revocations",
    "/v1/admin/titles?limit=0",
];

const KEY: [u8; 16] = *b"a key, elsewhere";
const IV: [u8; 16] = *b"a vector of that";

fn import(server: &Running, login: &str, kid: &str, body: &Value) -> Answer {
    server.send(&Call::new("PUT", &format!("/v1/admin/keys/{kid}")).login(login).json(body))
}

fn brought(title: &str, scheme: &str, key: &[u8], iv: Option<&[u8]>) -> Value {
    let mut body = json!({"title": title, "scheme": scheme, "key": STANDARD.encode(key)});
    if let Some(iv) = iv {
        body["iv"] = STANDARD.encode(iv).into();
    }
    body
}

#[test]
fn nobody_else_reads_or_brings_anything() {
    let world = with_keys("administration-closed", "");
    let server = world.start();
    let body = brought("acme/film", "cenc", &KEY, None);
    let calls = READS.iter().map(|read| Call::new("GET", read));
    let calls = calls.chain([
        Call::new("PUT", &format!("/v1/admin/keys/{ONE}")).json(&body),
        Call::new("DELETE", "/v1/admin/policies"),
    ]);
    let mut claims = world.issuer.claims("viewer", "premium");
    claims["cognito:groups"] = json!(["playgate-admins", "admin", "PLAYGATE-ADMIN"]);
    let nearly = world.issuer.sign("one", &claims);
    let mut expired = claims.clone();
    expired["cognito:groups"] = json!(["playgate-admin"]);
    expired["exp"] = json!(1_700_000_000);
    let expired = world.issuer.sign("one", &expired);
    let packager = STANDARD.encode("acme-packager:test-only-password-of-acme");
    for call in calls {
        server.send(&call).refusal(401, "no_credentials");
        server.send(&call.clone().login(&world.issuer.login("admin", "admin"))).refusal(403, "not_admin");
        server.send(&call.clone().login(&nearly)).refusal(403, "not_admin");
        server.send(&call.clone().login(&expired)).refusal(401, "login_expired");
        let packaged = call.clone().header("authorization", &format!("Basic {packager}"));
        server.send(&packaged).refusal(401, "no_credentials");
    }
    // Nothing was kept.
    assert_ne!(acme(&server, "acme/film", ONE), KEY);
}

#[test]
fn titles_are_read_as_they_were_written_page_by_page() {
    let world = World::new("administration-titles");
    let server = world.start();
    let admin = world.issuer.admin();
    let read = |path: &str| server.send(&Call::new("GET", path).login(&admin));
    assert_eq!(read("/v1/admin/titles").expect(200), json!({"titles": [], "next": null}));
    let title = json!({"name": "Film", "live": false, "keys": [ONE], "metadata": {"genre": "crime"}});
    // Not one of them could play for this login, from nowhere.
    for id in ["acme/a", "acme/b/c", "nobody/d"] {
        server
            .send(&Call::new("PUT", &format!("/v1/admin/titles/{id}")).login(&admin).json(&title))
            .expect(200);
    }
    let first = read("/v1/admin/titles?limit=2").expect(200);
    assert_eq!(first["next"], "acme/b/c");
    let second = read("/v1/admin/titles?limit=2&cursor=acme/b/c").expect(200);
    assert_eq!((&second["titles"][0]["id"], &second["next"]), (&json!("nobody/d"), &Value::Null));

    let answer = read("/v1/admin/titles/acme/b/c");
    let tag = answer.header("etag").expect("there is a tag").to_owned();
    assert_eq!(first["titles"][1]["etag"], json!(tag));
    assert_eq!((answer.header("cache-control"), answer.json()), (Some("no-store"), title.clone()));
    assert_eq!(read("/v1/admin/titles/acme%2Fb%2Fc").expect(200), title);
    let known = Call::new("GET", "/v1/admin/titles/acme/b/c").login(&admin).header("if-none-match", &tag);
    assert_eq!(server.send(&known).status, 304);
    // With the tag that was read it can be written, once.
    let write = Call::new("PUT", "/v1/admin/titles/acme/b/c").login(&admin).json(&json!({"name": "Other"}));
    let write = write.header("if-match", &tag);
    server.send(&write).expect(200);
    server.send(&write).refusal(412, "changed");
    assert_eq!(read("/v1/admin/titles/acme/b/c").expect(200)["name"], "Other");

    let ids = [ONE.to_uppercase(), ONE.replace('-', "")];
    let write = |keys: Value| {
        let title = json!({"name": "Film", "keys": keys});
        server.send(&Call::new("PUT", "/v1/admin/titles/acme/a").login(&admin).json(&title))
    };
    write(json!(ids)).expect(200);
    for odd in [
        "",
        "7",
        "acme/film",
        ONE.trim_start_matches('f'),
        &format!("{ONE}0"),
        &ONE.replace('-', ":"),
        &ONE.replacen('-', "", 1),
    ] {
        let detail = write(json!([ONE, odd])).refusal(422, "invalid")["detail"].to_string();
        assert!(detail.contains("no key id"), "{detail}");
    }
    for unknown in ["acme/nothing", "Acme/A", "../etc", &"a".repeat(600)] {
        read(&format!("/v1/admin/titles/{unknown}")).refusal(404, "unknown_title");
    }
    for query in ["limit=0", "limit=201", "limit=x", "cursor=%21", "cursor=", "colour=red", "q=film"] {
        read(&format!("/v1/admin/titles?{query}")).refusal(422, "invalid");
    }
}

#[test]
fn the_policy_in_force_can_be_read_and_put_back() {
    let world = World::new("administration-policies");
    let server = world.start();
    let admin = world.issuer.admin();
    let read =
        |server: &Running| server.send(&Call::new("GET", "/v1/admin/policies").login(&admin)).expect(200);
    let before = read(&server);
    assert_eq!(
        (&before["from"], &before["grants"], &before["blackouts"]),
        (&json!("configuration"), &json!(7), &json!(1))
    );
    let whole = server.send(&Call::new("GET", "/v1/admin/policies/bundle").login(&admin));
    assert_eq!((whole.status, whole.header("content-type")), (200, Some("application/octet-stream")));
    assert_eq!(before["bytes"], whole.body.len());

    let put = Call::new("PUT", "/v1/admin/policies").login(&admin).body(&whole.body);
    let put = put.header("content-type", "application/octet-stream");
    assert_eq!(server.send(&put).expect(200)["policy"], before["policy"]);
    let after = read(&server);
    assert_eq!((&after["from"], &after["policy"]), (&json!("put"), &before["policy"]));
    assert!(after["since"].as_str() >= before["since"].as_str(), "{before} {after}");
    server.kill();
    // Since when is known after a restart, too.
    assert_eq!(read(&world.start()), after);
}

#[test]
fn a_policy_is_put_and_taken_back_on_conditions_and_everybody_learns_by_whom() {
    let world = World::new("administration-taken-back");
    let server = world.start();
    let admin = world.issuer.admin();
    let ask = |server: &Running, method: &str| {
        Call::new(method, "/v1/admin/policies").login(&admin).send(server.address).expect("it answers")
    };
    let answer = ask(&server, "GET");
    let tag = answer.header("etag").expect("there is a tag").to_owned();
    let configured = answer.expect(200);
    assert_eq!(
        (json!(tag), &configured["by"]),
        (json!(format!("\"{}\"", configured["policy"].as_str().expect("a name"))), &Value::Null)
    );
    // Another policy: one that lets nobody play but one film.
    let text = "schema = 1\nagreement = \"one\"\n[[grant]]\nid = \"g\"\ntitles = [\"acme/film\"]\nterritories = [\"*\"]\n\
        from = 2026-01-01T00:00:00Z\ntiers = [\"*\"]\n";
    std::fs::create_dir(world.folder.join("other")).expect("it is made");
    std::fs::write(world.folder.join("other/one.toml"), text).expect("it is written");
    let built = Command::new(env!("CARGO_BIN_EXE_playgate"))
        .args(["policy", "build", "other", "-o", "built"])
        .current_dir(&world.folder)
        .output()
        .expect("it runs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let bytes = std::fs::read(world.folder.join("built")).expect("it is there");
    let put = || {
        let call = Call::new("PUT", "/v1/admin/policies").login(&admin).body(&bytes);
        call.header("content-type", "application/octet-stream")
    };
    let none = format!("\"sha256:{}\"", "0".repeat(64));
    for (name, value, status, reason) in [
        ("if-match", none.as_str(), 412, "changed"),
        ("if-match", "\"1f\"", 412, "changed"),
        ("if-match", "*", 412, "changed"),
        ("if-match", tag.trim_matches('"'), 412, "changed"),
        ("if-none-match", &tag, 412, "changed"),
    ] {
        server.send(&put().header(name, value)).refusal(status, reason);
        if name == "if-match" {
            let back = Call::new("DELETE", "/v1/admin/policies").login(&admin).header(name, value);
            server.send(&back).refusal(status, reason);
        }
    }
    assert_eq!(ask(&server, "GET").expect(200), configured);

    let answer = server.send(&put().header("if-match", &tag));
    let put_tag = answer.header("etag").expect("there is a tag").to_owned();
    let answer = answer.expect(200);
    assert_eq!(answer["former"], configured["policy"]);
    let known = ask(&server, "GET").expect(200);
    assert_eq!(
        (&known["policy"], &known["from"], &known["by"]),
        (&answer["policy"], &json!("put"), &json!("the-admin"))
    );
    // Of two editors who read the same, the second has to read again.
    server.send(&put().header("if-match", &tag)).refusal(412, "changed");
    server.send(&put().header("if-none-match", "*")).refusal(412, "changed");
    server.kill();
    let server = world.start();
    assert_eq!(ask(&server, "GET").expect(200), known);

    // Nothing that cannot be used is gone back to.
    let policy = world.folder.join("policies/acme.toml");
    std::fs::write(&policy, "schema = 1\nagrement = \"acme\"\n").expect("it is written");
    ask(&server, "DELETE").refusal(422, "invalid");
    assert_eq!(ask(&server, "GET").expect(200), known);
    std::fs::write(&policy, POLICY).expect("it is written");
    let back = Call::new("DELETE", "/v1/admin/policies").login(&admin).header("x-request-id", "r-back");
    server.send(&back.clone().header("if-match", &tag)).refusal(412, "changed");
    let answer = server.send(&back.header("if-match", &put_tag)).expect(200);
    assert_eq!((&answer["policy"], &answer["former"]), (&configured["policy"], &known["policy"]));
    server.play(&world.issuer.login("viewer", "premium"), "acme/free", "path-token").expect(200);
    // Twice is once; and it stays so after a restart.
    assert_eq!(ask(&server, "DELETE").expect(200)["former"], configured["policy"]);
    let begun = Instant::now();
    let did = ["took back policy", "the-admin", "\"id\":\"r-back\""];
    let is_logged = || server.log().iter().any(|line| did.iter().all(|word| line.contains(word)));
    while !is_logged() && begun.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(is_logged(), "{:?}", server.log());
    server.kill();
    let server = world.start();
    let after = ask(&server, "GET").expect(200);
    assert_eq!((&after["policy"], &after["from"]), (&configured["policy"], &json!("configuration")));
    server.send(&put().header("if-none-match", "*")).expect(200);
}

#[test]
fn what_is_withdrawn_is_listed_with_its_names() {
    let world = World::new("administration-revocations");
    let server = world.start();
    let admin = world.issuer.admin();
    let read =
        |query: &str| server.send(&Call::new("GET", &format!("/v1/admin/revocations{query}")).login(&admin));
    assert_eq!(read("").expect(200), json!({"revocations": [], "next": null}));
    for (kind, id) in [("session", "s-1"), ("account", "å / 7"), ("account", "account-7")] {
        let body = json!({"kind": kind, "id": id});
        server.send(&Call::new("POST", "/v1/admin/revocations").login(&admin).json(&body)).expect(200);
    }
    let all = read("").expect(200);
    let listed: Vec<_> =
        all["revocations"].as_array().expect("a list").iter().map(|one| &one["id"]).collect();
    assert_eq!(listed, [&json!("account-7"), &json!("å / 7"), &json!("s-1")]);
    assert!(all["revocations"][0]["at"].as_i64().is_some_and(|at| at > 1_700_000_000));
    assert!(all["revocations"][0]["until"].as_str().is_some_and(|until| until.ends_with('Z')));
    let first = read("?limit=2").expect(200);
    assert_eq!(first["next"], "account/å / 7");
    let second = read("?cursor=account%2F%C3%A5%20%2F%207").expect(200);
    assert_eq!((&second["revocations"][0]["id"], &second["next"]), (&json!("s-1"), &Value::Null));
    for query in ["limit=0", "limit=201", "cursor=", "kind=account", &format!("cursor={}", "x".repeat(137))] {
        read(&format!("?{query}")).refusal(422, "invalid");
    }
}

#[test]
fn keys_of_another_server_are_kept_once_sealed_and_never_changed() {
    let world = with_keys("administration-keys", "");
    let server = world.start();
    let admin = world.issuer.admin();
    let put = |kid: &str, body: &Value| import(&server, &admin, kid, body);
    let body = brought("acme/film", "cbc1", &KEY, Some(&IV));
    assert_eq!(put(ONE, &body).expect(201), Value::Null);
    assert_eq!(put(ONE, &body).expect(204), Value::Null);
    // In the other spelling of the id, and without the vector that somebody chose, it is the same.
    put(&ONE.replace('-', "").to_uppercase(), &brought("acme/film", "cbc1", &KEY, None)).expect(204);
    for (title, scheme, key, iv, other) in [
        ("acme/film", "cbc1", &IV, Some(&IV), "`key`"),
        ("acme/film", "cbc1", &KEY, Some(&KEY), "`iv`"),
        ("acme/film", "cbcs", &KEY, Some(&IV), "`scheme`"),
        ("acme/free", "cbc1", &KEY, Some(&IV), "`title`"),
        ("other/film", "cbc1", &KEY, Some(&IV), "`title` and `tenant`"),
        ("acme/free", "cbcs", &IV, Some(&KEY), "`title` and `scheme` and `key` and `iv`"),
    ] {
        let refused = put(ONE, &brought(title, scheme, key, iv.map(|iv| &iv[..])));
        let detail = refused.refusal(409, "key_taken")["detail"].to_string();
        assert!(detail.contains(&format!("another {other};")), "{detail}");
        assert!(
            !detail.contains(&STANDARD.encode(KEY)) && !detail.contains(&STANDARD.encode(IV)),
            "{detail}"
        );
    }
    // Packagers and players get it, as if it had been made here; and what was made here is not overwritten.
    assert_eq!(acme(&server, "acme/film", ONE), KEY);
    let viewer = world.issuer.login("viewer", "premium");
    let playback = server.play(&viewer, "acme/film", "path-token").expect(200);
    let address = path(&playback["licenses"]["key"]).replace("{kid}", ONE);
    assert_eq!(server.send(&from("NO", Call::new("GET", &address))).body, KEY);
    let made = acme(&server, "acme/film", TWO);
    put(TWO, &brought("acme/film", "cbc1", &KEY, None)).refusal(409, "key_taken");
    assert_eq!(acme(&server, "acme/film", TWO), made);

    let right = brought("acme/film", "cenc", &KEY, None);
    let with = |name: &str, value: Value| {
        let mut body = right.clone();
        body[name] = value;
        body
    };
    let new = "00000000-0000-4000-8000-000000000001";
    for (kid, body, status, reason) in [
        (new, json!({}), 400, "malformed"),
        (new, json!([right]), 400, "malformed"),
        (new, with("key", json!(7)), 400, "malformed"),
        (new, with("iv", json!([1])), 400, "malformed"),
        (new, with("colour", json!("red")), 400, "malformed"),
        (new, with("key", json!("")), 422, "invalid"),
        (new, with("key", json!(STANDARD.encode(&KEY[..15]))), 422, "invalid"),
        (new, with("key", json!("YSBrZXksIGVsc2V3aGVyZR==")), 422, "invalid"),
        (new, with("iv", json!("YSBrZXk=")), 422, "invalid"),
        (new, with("scheme", json!("CENC")), 422, "invalid"),
        (new, with("title", json!("Acme")), 422, "invalid"),
        (new, with("title", json!("nobody/film")), 422, "invalid"),
        ("nothing", right.clone(), 422, "invalid"),
    ] {
        put(kid, &body).refusal(status, reason);
    }
    let plain = Call::new("PUT", &format!("/v1/admin/keys/{new}")).login(&admin);
    let plain = plain.header("content-type", "text/plain").body(right.to_string().as_bytes());
    server.send(&plain).refusal(415, "media_type");
    // A key in the place of something else is not quoted in the answer, and thereby not in the log.
    let swapped =
        json!({"title": STANDARD.encode(KEY), "scheme": STANDARD.encode(KEY), STANDARD.encode(KEY): 1});
    let answer = put(new, &swapped);
    assert!(answer.status == 400 && !answer.text().contains("YSBrZX"), "{}", answer.text());
    let call = Call::new("PUT", &format!("/v1/admin/keys/{new}")).login(&admin).json(&right);
    assert_eq!(server.send(&call.header("x-request-id", "r-import")).status, 201);

    let begun = Instant::now();
    while !server.log().iter().any(|line| line.contains(new)) && begun.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(10));
    }
    let log = server.log();
    let did = ["imported key", "the-admin", new, "\"id\":\"r-import\""];
    assert!(log.iter().any(|line| did.iter().all(|word| line.contains(word))), "{log:?}");
    assert!(!log.iter().any(|line| line.contains("YSBrZX") || line.contains("elsewhere")), "{log:?}");
    server.kill();
    let file = std::fs::read(world.folder.join("playgate.db")).expect("the store is a file");
    assert!(!file.windows(16).any(|window| window == KEY));
    assert!(!file.windows(20).any(|window| window == &STANDARD.encode(KEY).as_bytes()[..20]));
    assert_eq!(acme(&world.start(), "acme/film", ONE), KEY);
}

#[test]
fn where_no_keys_are_kept_none_is_taken_and_the_bundle_opens() {
    let world = World::new("administration-keyless");
    let server = world.start();
    let admin = world.issuer.admin();
    import(&server, &admin, ONE, &brought("acme/film", "cenc", &KEY, None)).refusal(404, "not_found");
    let whole = server.send(&Call::new("GET", "/v1/admin/policies/bundle").login(&admin));
    let file = world.folder.join("bundle");
    std::fs::write(&file, &whole.body).expect("it is written");
    let explained = Command::new(env!("CARGO_BIN_EXE_playgate"))
        .args(["policy", "build", "policies", "-o", "built"])
        .current_dir(&world.folder)
        .output()
        .expect("it runs");
    assert!(explained.status.success(), "{}", String::from_utf8_lossy(&explained.stderr));
    // It is byte for byte what the command builds from the same files.
    assert_eq!(std::fs::read(world.folder.join("built")).expect("it is there"), whole.body);
}
