//! Strangers and others who want more than is theirs: what they leave behind, and what they reach.

use crate::client::Call;
use crate::issuer::Behaviour;
use crate::keys::{ONE, acme, packaged, request, world as with_keys};
use crate::world::{PROXY, Running, World, from};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

/// What anybody may play on a television, and everywhere but in one country.
const OPEN: &str = r#"
schema = 1
agreement = "open"

[[grant]]
id = "tv"
titles = ["open/tv"]
territories = ["*"]
from = 2026-01-01T00:00:00Z
tiers = ["*", "anonymous"]
devices = ["tv"]

[[grant]]
id = "derby"
titles = ["open/derby"]
territories = ["*"]
from = 2026-01-01T00:00:00Z
tiers = ["*", "anonymous"]

[[blackout]]
id = "derby-gb"
titles = ["open/derby"]
territories = ["GB"]
from = 2026-01-01T00:00:00Z
until = 2099-01-01T00:00:00Z
"#;

const TELEPHONE: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1";

fn begin(title: &str, delivery: &str) -> Call {
    let body = json!({"title": title, "device": "tv", "delivery": delivery});
    from("NO", Call::new("POST", "/v1/playback").json(&body))
}

#[test]
fn what_strangers_may_not_leaves_nothing_in_the_store() {
    let mut world = World::new("strangers-refused");
    world.change(
        "[media.cloudfront]\nkey_pair_id = \"K2JCJMDEHXQW5F\"\nkey = { file = \"cloudfront.pem\" }\n",
        "",
    );
    fs::write(world.folder.join("policies/open.toml"), OPEN).expect("it is written");
    let server = world.start();
    let store = || fs::read(world.folder.join("playgate.db")).expect("the store is a file");
    let before = store();
    // What this server cannot deliver begins nothing.
    for _ in 0..20 {
        server.send(&begin("open/tv", "cookie")).refusal(400, "delivery");
    }
    // What is begun as it may be, and goes on as it may not.
    let mut beats = Vec::new();
    for _ in 0..20 {
        for (title, country, agent, status, reason) in
            [("open/tv", "NO", TELEPHONE, 403, "device"), ("open/derby", "GB", "", 451, "blackout")]
        {
            let playback = server.send(&begin(title, "path-token")).expect(200);
            let beat = Call::new("POST", crate::world::path(&playback["heartbeat"]["url"]));
            let refused = server.send(&from(country, beat.clone()).header("user-agent", agent));
            refused.refusal(status, reason);
            beats.push(beat);
        }
    }
    // What ends in passing need not be waited for by whoever is refused.
    thread::sleep(Duration::from_millis(500));
    assert!(store() == before, "they leave records");
    // Nobody has a place that could be lost: what may be goes on.
    for beat in beats {
        server.send(&from("NO", beat)).expect(200);
    }
}

/// What a server says to these bytes.
fn raw(address: SocketAddr, bytes: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it is accepted");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("it is a socket");
    stream.write_all(bytes.as_bytes()).expect("it is sent");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn no_spelling_leads_the_public_to_what_administrators_do() {
    let mut world = with_keys("strangers-spellings", "");
    world.change("listen = \"127.0.0.1:0\"", "listen = \"127.0.0.1:0\"\nprivate_listen = \"127.0.0.1:0\"");
    let server = world.start();
    let private = server.private.expect("it listens there");
    let admin = world.issuer.admin();
    server.send(&Call::new("GET", "/v1/catalog").login(&admin)).expect(200);
    let host = private.to_string();
    let targets = [
        "/v1/admin/titles".to_owned(),
        format!("http://{host}/v1/admin/titles"),
        "http://api.example.com/v1/admin/titles".to_owned(),
        "/v1/admin/titles?limit=1".to_owned(),
        "//v1/admin/titles".to_owned(),
        "/v1//admin/titles".to_owned(),
        "/v1/admin//titles".to_owned(),
        "/V1/admin/titles".to_owned(),
        "/v1/Admin/titles".to_owned(),
        "/v1/%61dmin/titles".to_owned(),
        "/v1%2Fadmin%2Ftitles".to_owned(),
        "/v1/./admin/titles".to_owned(),
        "/v1/keys/../admin/titles".to_owned(),
        "/v1/catalog/../admin/titles".to_owned(),
        "/v1/catalog/..%2Fadmin%2Ftitles".to_owned(),
        "/v1/manifests/x/../../admin/titles".to_owned(),
        "/v1/admin/titles/acme/free".to_owned(),
        "/v1/admin/titles/".to_owned(),
        "/v1/admin/policies".to_owned(),
        "/v1/admin/policies/bundle".to_owned(),
        "/v1/admin/revocations".to_owned(),
        format!("/v1/admin/keys/{ONE}"),
        "/metrics".to_owned(),
        format!("http://{host}/metrics"),
        "/metrics;x=1".to_owned(),
        "/metrics%00".to_owned(),
    ];
    for target in &targets {
        for method in ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "TRACE", "OPTIONS", "get"] {
            for told in [
                String::new(),
                format!("x-forwarded-host: {host}\r\nx-original-url: /v1/admin/titles\r\n"),
                format!("x-playgate-proxy: {PROXY}\r\nx-http-method-override: PUT\r\n"),
            ] {
                let body = json!({"name": "x"}).to_string();
                let bytes = format!(
                    "{method} {target} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {admin}\r\n{told}connection: close\r\n\
                     content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                let answer = raw(server.address, &bytes);
                let status = answer.split(' ').nth(1).unwrap_or_default();
                assert!(matches!(status, "404" | "405" | "400" | "401"), "{method} {target}: {answer}");
                assert!(!answer.contains("\"titles\"") && !answer.contains("# HELP"), "{target}: {answer}");
            }
        }
    }
    // Nothing of it came through.
    let titles = Call::new("GET", "/v1/admin/titles").login(&admin).send(private).expect("it answers");
    assert_eq!(titles.expect(200), json!({"titles": [], "next": null}));
}

fn import(server: &Running, admin: &str, kid: &str, title: &str, key: &[u8; 16]) -> u16 {
    let body = json!({"title": title, "scheme": "cbc1", "key": STANDARD.encode(key)});
    server.send(&Call::new("PUT", &format!("/v1/admin/keys/{kid}")).login(admin).json(&body)).status
}

#[test]
fn of_all_who_bring_or_make_a_key_of_one_id_at_once_one_has_it() {
    let world = with_keys("strangers-import-races", "\n[limits]\nper_account = 0\n");
    let server = world.start();
    let admin = world.issuer.admin();
    server.send(&Call::new("GET", "/v1/catalog").login(&admin)).expect(200);
    for round in 0..10_u8 {
        let kid = format!("{:08x}-0c02-4a8e-9f6d-0123456789ab", 0xabcd_ef00_u32 + u32::from(round));
        let forms = [kid.clone(), kid.to_uppercase(), kid.replace('-', ""), kid.replace("-4a", "%2D4a")];
        let mut statuses: Vec<(u8, u16)> = Vec::new();
        thread::scope(|scope| {
            let (server, admin, kid) = (&server, &admin, &kid);
            let imports: Vec<_> = (0..8_u8)
                .map(|number| {
                    let form = &forms[usize::from(number) % forms.len()];
                    let title = if number % 2 == 0 { "acme/film" } else { "other/film" };
                    scope.spawn(move || (number, import(server, admin, form, title, &[number; 16])))
                })
                .collect();
            // The other tenant's packager asks for the same id.
            let other = scope.spawn(move || {
                packaged(server, "other-packager", "test-only-password-of-other", &request("other/film", kid))
                    .status
            });
            statuses = imports.into_iter().map(|one| one.join().expect("nobody panicked")).collect();
            statuses.push((99, other.join().expect("nobody panicked")));
        });
        let new: Vec<_> = statuses.iter().filter(|(_, status)| *status == 201).collect();
        assert!(
            statuses
                .iter()
                .all(|(number, status)| matches!((number, status), (99, 200 | 422) | (_, 201 | 409)))
        );
        assert!(new.len() <= 1, "{statuses:?}");
        // Whoever has it has it for ever, in every spelling, and nobody else anything of it.
        match new.first() {
            Some((number, _)) if number % 2 == 0 => {
                assert_eq!(acme(&server, "acme/film", &kid), [*number; 16]);
                let document = request("other/film", &kid);
                let stolen = packaged(&server, "other-packager", "test-only-password-of-other", &document);
                assert_eq!(stolen.status, 422, "{}", stolen.text());
            }
            _ => {
                let document = request("acme/film", &kid);
                let stolen = packaged(&server, "acme-packager", "test-only-password-of-acme", &document);
                assert_eq!(stolen.status, 422, "{}", stolen.text());
            }
        }
    }
}

#[test]
fn each_list_refuses_what_is_no_place_in_it_and_survives_what_is() {
    let world = World::with("strangers-cursors", "\n[limits]\nper_account = 0\n");
    let server = world.start();
    let admin = world.issuer.admin();
    let get = |path: &str| server.send(&Call::new("GET", path).login(&admin));
    for id in ["acme/a", "zulu/z"] {
        let call = Call::new("PUT", &format!("/v1/admin/titles/{id}")).login(&admin);
        server.send(&call.json(&json!({"name": id}))).expect(200);
    }
    for (kind, id) in [("account", "a"), ("session", "s\u{7}\u{0}"), ("account", "\u{10ffff}/%2e?&=")] {
        let call = Call::new("POST", "/v1/admin/revocations").login(&admin);
        server.send(&call.json(&json!({"kind": kind, "id": id}))).expect(200);
    }
    // Page by page, whatever stands in their names, each comes once.
    let mut seen = Vec::new();
    let mut path = "/v1/admin/revocations?limit=1".to_owned();
    for _ in 0..10 {
        let page = get(&path).expect(200);
        seen.extend(page["revocations"].as_array().expect("a list").iter().map(|one| one["id"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        let cursor: Vec<_> = next.bytes().map(|byte| format!("%{byte:02x}")).collect();
        path = format!("/v1/admin/revocations?limit=1&cursor={}", cursor.concat());
    }
    assert_eq!(seen, ["a", "\u{10ffff}/%2e?&=", "s\u{7}\u{0}"].map(Value::from));
    for (path, status) in [
        ("/v1/admin/titles?cursor=account/a", 200),
        ("/v1/admin/revocations?cursor=acme/a", 200),
        ("/v1/admin/revocations?cursor=%00", 200),
        ("/v1/admin/titles?cursor=%00", 422),
        ("/v1/admin/titles?cursor=session/S", 422),
        ("/v1/admin/titles?cursor=", 422),
        ("/v1/admin/revocations?cursor=", 422),
        ("/v1/admin/revocations?cursor=%ff", 200),
        ("/v1/admin/titles?limit=-1", 422),
        ("/v1/admin/titles?limit=18446744073709551616", 422),
        ("/v1/admin/titles?limit=1&limit=2", 422),
        ("/v1/admin/titles?cursor=a&cursor=b", 422),
        ("/v1/admin/revocations?q=x", 422),
    ] {
        assert_eq!(get(path).status, status, "{path}");
    }
    let long = format!("/v1/admin/revocations?cursor={}", "%f4%8f%bf%bf".repeat(136));
    get(&long).refusal(422, "invalid");
}

#[test]
fn who_waits_for_keys_of_an_issuer_keeps_out_nobody_whose_key_is_known() {
    let world = World::with("strangers-waiting", "\n[limits]\nper_account = 0\nrequests = 16\n");
    let server = world.start();
    let issuer = &world.issuer;
    let play = |kid: &str, subject: &str| {
        let login = issuer.sign(kid, &issuer.claims(subject, "premium"));
        server.play(&login, "acme/film", "path-token")
    };
    play("one", "viewer").expect(200);
    let known = issuer.login("viewer", "premium");
    server.play(&known, "acme/film", "path-token").expect(200);
    // What was fetched just now would be the last word.
    thread::sleep(Duration::from_secs(3));
    issuer.behave(Behaviour::Slow(vec!["one", "two"], Duration::from_millis(1800)));
    thread::scope(|scope| {
        let play = &play;
        let waiting: Vec<_> =
            (0..40).map(|number| scope.spawn(move || play("two", &format!("viewer-{number}")))).collect();
        thread::sleep(Duration::from_millis(900));
        for _ in 0..8 {
            server.play(&known, "acme/film", "path-token").expect(200);
        }
        // Of those who came with a key that is new some waited for it, and none is told that it is not there.
        let answers: Vec<_> = waiting.into_iter().map(|one| one.join().expect("nobody panicked")).collect();
        let (served, others): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        assert!((1..=8).contains(&served.len()), "{} waited", served.len());
        for answer in others {
            assert_eq!(answer.header("retry-after"), Some("1"));
            answer.refusal(503, "overloaded");
        }
    });
    play("two", "viewer-39").expect(200);
}
