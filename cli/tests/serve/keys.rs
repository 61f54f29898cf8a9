//! Keys and licences: made for packagers, kept sealed, given to whoever may play.

use crate::client::{Answer, Call};
use crate::world::{Running, World, from, path};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

pub(crate) const ONE: &str = "fec497be-890c-739a-a129-716037ea886d";
pub(crate) const TWO: &str = "3fb49c2f-f2c5-0a18-2940-e49385595cae";
const REQUEST: &str = include_str!("../../../tests/corpus/speke/aes-128/request.xml");

const DRM: &str = r#"
[drm]
master_key = { id = "m1", key = { file = "master.hex" } }

[[tenant]]
id = "acme"
titles = ["acme/*"]
packager = "acme-packager"
password = { file = "packager.txt" }

[[tenant]]
id = "other"
titles = ["other/*"]
packager = "other-packager"
password = { file = "other.txt" }
"#;

pub(crate) fn world(name: &str, more: &str) -> World {
    let world = World::with(name, &format!("{DRM}{more}"));
    let put = |name: &str, text: &str| fs::write(world.folder.join(name), text).expect("it is written");
    put("master.hex", "5f3b1c0de2a94786b0c1d2e3f405162738495a6b7c8d9eafb0c1d2e3f4051627");
    put("packager.txt", "test-only-password-of-acme\n");
    put("other.txt", "test-only-password-of-other\n");
    world
}

pub(crate) fn packaged(server: &Running, who: &str, password: &str, document: &str) -> Answer {
    let pair = STANDARD.encode(format!("{who}:{password}"));
    let call = Call::new("POST", "/v1/speke").header("authorization", &format!("Basic {pair}"));
    server.send(
        &call
            .header("x-speke-version", "2.0")
            .header("content-type", "application/xml")
            .body(document.as_bytes()),
    )
}

pub(crate) fn request(title: &str, kid: &str) -> String {
    REQUEST.replace("acme/one", title).replace(ONE, kid)
}

/// The key in a filled document.
fn key(answer: &Answer) -> Vec<u8> {
    let text = answer.text();
    let (_, rest) = text.split_once("PlainValue>").expect("there is a key");
    STANDARD.decode(rest.split('<').next().expect("it ends")).expect("it is base64")
}

pub(crate) fn acme(server: &Running, title: &str, kid: &str) -> Vec<u8> {
    let answer = packaged(server, "acme-packager", "test-only-password-of-acme", &request(title, kid));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("x-speke-version"), Some("2.0"));
    let key = key(&answer);
    assert_eq!(key.len(), 16);
    key
}

#[test]
fn packagers_get_keys_the_same_for_the_same_and_only_their_own() {
    let world = world("keys-packaged", "");
    let server = world.start();
    let one = acme(&server, "acme/film", ONE);
    let two = acme(&server, "acme/film", TWO);
    assert_ne!(one, two);
    assert_eq!(acme(&server, "acme/film", ONE), one);
    // Of many at once all get the same.
    let many: Vec<_> = thread::scope(|scope| {
        let asked: Vec<_> = (0..16)
            .map(|_| scope.spawn(|| acme(&server, "acme/free", "00000000-0000-4000-8000-000000000007")))
            .collect();
        asked.into_iter().map(|asked| asked.join().expect("it is answered")).collect()
    });
    assert!(many.iter().all(|key| *key == many[0]));

    for (who, password, title, kid, status, words) in [
        ("acme-packager", "test-only-password-of-other", "acme/film", ONE, 401, "no_credentials"),
        ("nobody", "test-only-password-of-acme", "acme/film", ONE, 401, "no_credentials"),
        ("other-packager", "test-only-password-of-other", "acme/film", ONE, 422, "no title of tenant other"),
        ("other-packager", "test-only-password-of-other", "other/film", ONE, 422, "is another's"),
        ("acme-packager", "test-only-password-of-acme", "acme/free", ONE, 422, "is another's"),
        ("acme-packager", "test-only-password-of-acme", "acme2/film", ONE, 422, "no title of tenant acme"),
        ("acme-packager", "test-only-password-of-acme", "acme/film", "7", 422, "7"),
    ] {
        let answer = packaged(&server, who, password, &request(title, kid));
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(answer.text().contains(words), "{words}: {}", answer.text());
    }
    let call = Call::new("POST", "/v1/speke").header("x-speke-version", "1.0").body(REQUEST.as_bytes());
    let pair = STANDARD.encode("acme-packager:test-only-password-of-acme");
    let answer = server.send(&call.header("authorization", &format!("Basic {pair}")));
    assert_eq!((answer.status, answer.text().as_str()), (422, "Unsupported SPEKE version"));
    server.kill();

    // They are the same after a kill; in the file they are sealed, and another master key does not open them.
    let file = fs::read(world.folder.join("playgate.db")).expect("the store is a file");
    for key in [&one, &two] {
        let base64 = STANDARD.encode(key);
        assert!(!file.windows(16).any(|window| window == key.as_slice()));
        assert!(!file.windows(base64.len()).any(|window| window == base64.as_bytes()));
    }
    assert_eq!(acme(&world.start(), "acme/film", ONE), one);
    fs::write(
        world.folder.join("master.hex"),
        "6f3b1c0de2a94786b0c1d2e3f405162738495a6b7c8d9eafb0c1d2e3f4051627",
    )
    .expect("written");
    let server = world.start();
    let answer = packaged(&server, "acme-packager", "test-only-password-of-acme", &request("acme/film", ONE));
    answer.refusal(503, "cannot_decide");
}

#[test]
fn a_new_master_key_takes_over_what_the_old_one_sealed() {
    let mut world = world("keys-rotated", "");
    let one = acme(&world.start(), "acme/film", ONE);
    fs::rename(world.folder.join("master.hex"), world.folder.join("old.hex")).expect("it is renamed");
    fs::write(
        world.folder.join("master.hex"),
        "6f3b1c0de2a94786b0c1d2e3f405162738495a6b7c8d9eafb0c1d2e3f4051627",
    )
    .expect("written");
    world.change(
        "master_key = { id = \"m1\", key = { file = \"master.hex\" } }",
        "master_key = { id = \"m2\", key = { file = \"master.hex\" } }\nolder_master_keys = [{ id = \"m1\", key = { file = \"old.hex\" } }]",
    );
    let server = world.start();
    let playback =
        server.play(&world.issuer.login("viewer", "premium"), "acme/film", "path-token").expect(200);
    let address = path(&playback["licenses"]["key"]).replace("{kid}", ONE);
    assert_eq!(server.send(&from("NO", Call::new("GET", &address))).body, one);
    drop(server);
    // It was read once, and needs the old one no more.
    world.change("older_master_keys = [{ id = \"m1\", key = { file = \"old.hex\" } }]", "");
    assert_eq!(acme(&world.start(), "acme/film", ONE), one);
}

#[test]
fn viewers_get_the_keys_of_what_they_play_and_no_others() {
    let world = world("keys-given", "");
    let server = world.start();
    let film = acme(&server, "acme/film", ONE);
    acme(&server, "acme/counted/a", TWO);
    let login = world.issuer.login("viewer", "premium");
    let playback = server.play(&login, "acme/film", "path-token").expect(200);
    let address = |kid: &str| path(&playback["licenses"]["key"]).replace("{kid}", kid);
    let ask = |address: &str| server.send(&from("NO", Call::new("GET", address)));
    let answer = ask(&address(ONE));
    assert_eq!((answer.status, &answer.body), (200, &film));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(ask(&address(&ONE.replace('-', ""))).body, film);
    ask(&address(TWO)).refusal(403, "key_of_another_title");
    ask(&address("00000000-0000-4000-8000-000000000009")).refusal(404, "unknown_key");
    ask(&address("nothing")).refusal(422, "invalid");
    // From elsewhere the same session gets nothing.
    server.send(&from("DE", Call::new("GET", &address(ONE)))).refusal(451, "territory");
    // A login alone does where streams are not counted.
    let plain = format!("/v1/keys/{ONE}");
    assert_eq!(server.send(&from("NO", Call::new("GET", &plain).login(&login))).body, film);
    ask(&plain).refusal(401, "no_credentials");
    server
        .send(&from("NO", Call::new("GET", &plain).login(&world.issuer.login("viewer", "free"))))
        .refusal(403, "tier");
    server
        .send(&from("NO", Call::new("GET", &format!("/v1/keys/{TWO}")).login(&login)))
        .refusal(403, "playback_required");

    let clearkey = |body: &Value| {
        server.send(&from("NO", Call::new("POST", path(&playback["licenses"]["clearkey"])).json(body)))
    };
    let named = |kid: &str| {
        let digits: Vec<u8> = kid
            .chars()
            .filter_map(|digit| digit.to_digit(16))
            .map(|digit| u8::try_from(digit).expect("it is one"))
            .collect();
        let bytes: Vec<u8> = digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
        URL_SAFE_NO_PAD.encode(bytes)
    };
    let licence = clearkey(&json!({"kids": [named(ONE)], "type": "temporary"})).expect(200);
    assert_eq!(
        licence,
        json!({"keys": [{"kty": "oct", "kid": named(ONE), "k": URL_SAFE_NO_PAD.encode(&film)}], "type": "temporary"})
    );
    clearkey(&json!({"kids": [named(ONE), named(TWO)], "type": "temporary"}))
        .refusal(403, "key_of_another_title");
    clearkey(&json!({"kids": [named(ONE)], "type": "persistent-license"})).refusal(422, "invalid");
    clearkey(&json!({"kids": []})).refusal(422, "invalid");

    server.end(&playback).expect(204);
    ask(&address(ONE)).refusal(403, "session_ended");
    clearkey(&json!({"kids": [named(ONE)]})).refusal(403, "session_ended");
}

/// A licence server of a vendor: what it was asked, and how it answers.
struct Licensor {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    answer: Arc<Mutex<(u16, Duration)>>,
}

impl Licensor {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(Mutex::new((200, Duration::ZERO)));
        let (log, told) = (Arc::clone(&asked), Arc::clone(&answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let (log, told) = (Arc::clone(&log), Arc::clone(&told));
                thread::spawn(move || {
                    let _ = stream.set_read_timeout(Some(Duration::from_millis(200)));
                    let mut whole = Vec::new();
                    let _ = stream.read_to_end(&mut whole);
                    log.lock().expect("nobody panicked").push(String::from_utf8_lossy(&whole).into_owned());
                    let (status, time) = *told.lock().expect("nobody panicked");
                    thread::sleep(time);
                    let head = format!(
                        "HTTP/1.1 {status} x\r\ncontent-length: 7\r\ncontent-type: application/x-license\r\nconnection: close\r\n\r\nlicence"
                    );
                    let _ = stream.write_all(head.as_bytes());
                });
            }
        });
        Self { address, asked, answer }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nobody panicked").clone()
    }
}

#[test]
fn messages_go_to_the_vendor_after_the_check_and_not_when_it_fails() {
    let vendor = Licensor::start();
    let more = format!(
        r#"
[drm.fairplay]
url = "http://{}/fairplay"
milliseconds = 1000
failures = 3
pause = 2
headers = {{ "x-terms" = "{{seconds}} {{kids}} {{title}} {{height}}" }}
secret_headers = {{ "authorization" = {{ file = "vendor.txt" }} }}

[drm.widevine]
url = "http://{}/widevine"
"#,
        vendor.address, vendor.address
    );
    let mut world = world("keys-vendor", &more);
    fs::write(world.folder.join("vendor.txt"), "Bearer test-only-vendor-secret\n").expect("it is written");
    // `[drm.*]` stands behind the tenants.
    world.change("[drm]\n", "[drm]\nfairplay_uri = \"skd://{kid}\"\n");
    let server = world.start();
    acme(&server, "acme/film", ONE);
    let title = json!({"name": "Film", "keys": [ONE]});
    server
        .send(&Call::new("PUT", "/v1/admin/titles/acme/film").json(&title).login(&world.issuer.admin()))
        .expect(200);
    let playback =
        server.play(&world.issuer.login("viewer", "premium"), "acme/film", "path-token").expect(200);
    let ask = |system: &str, message: &[u8]| {
        // What is not configured has no address there.
        assert_eq!(playback["licenses"][system].is_null(), system == "playready");
        let address = path(&playback["licenses"]["fairplay"]).replace("fairplay", system);
        server.send(&from(
            "NO",
            Call::new("POST", &address).header("content-type", "application/octet-stream").body(message),
        ))
    };
    let answer = ask("fairplay", b"an opaque message");
    assert_eq!(
        (answer.status, answer.body.as_slice(), answer.header("content-type")),
        (200, &b"licence"[..], Some("application/x-license"))
    );
    let asked = vendor.asked().pop().expect("it was asked");
    assert!(
        asked.contains("an opaque message")
            && asked.to_lowercase().contains("authorization: bearer test-only-vendor-secret"),
        "{asked}"
    );
    let terms = asked.lines().find_map(|line| line.strip_prefix("x-terms: ")).expect("it is told the terms");
    let mut terms = terms.split(' ');
    let seconds: i64 = terms.next().and_then(|seconds| seconds.parse().ok()).expect("a number");
    assert!((3500..=3600).contains(&seconds), "{seconds}");
    assert_eq!(terms.collect::<Vec<_>>(), [ONE, "acme/film", "1080"]);
    assert!(server.log().iter().all(|line| !line.contains("test-only-vendor-secret")));

    // What is not asked for is not forwarded: no session, other keys, what cannot be read.
    let before = vendor.asked().len();
    server
        .send(&from(
            "NO",
            Call::new("POST", "/v1/licenses/fairplay")
                .login(&world.issuer.login("viewer", "premium"))
                .body(b"x"),
        ))
        .refusal(403, "playback_required");
    ask("fairplay", b"").refusal(422, "invalid");
    ask("widevine", b"\x08\x01\x12\x02??").refusal(422, "invalid");
    ask("playready", b"<soap/>").refusal(404, "not_found");
    let other = server.play(&world.issuer.login("viewer", "premium"), "acme/free", "path-token").expect(200);
    server
        .send(&from("NO", Call::new("POST", path(&other["licenses"]["fairplay"])).body(b"x")))
        .refusal(403, "key_of_another_title");
    assert_eq!(vendor.asked().len(), before);

    // What it refuses is refused; when it fails it is left alone, and found again.
    let tell = |status: u16, time: Duration| *vendor.answer.lock().expect("nobody panicked") = (status, time);
    tell(403, Duration::ZERO);
    ask("fairplay", b"x").refusal(403, "license_refused");
    tell(200, Duration::from_secs(3));
    let begun = std::time::Instant::now();
    ask("fairplay", b"x").refusal(503, "license_unavailable");
    assert!(begun.elapsed() < Duration::from_millis(2500));
    tell(500, Duration::ZERO);
    for _ in 0..2 {
        ask("fairplay", b"x").refusal(503, "license_unavailable");
    }
    let before = vendor.asked().len();
    for _ in 0..5 {
        ask("fairplay", b"x").refusal(503, "license_unavailable");
    }
    assert_eq!(vendor.asked().len(), before, "it is left alone");
    tell(200, Duration::ZERO);
    thread::sleep(Duration::from_millis(2100));
    assert_eq!(ask("fairplay", b"x").status, 200);
}

#[test]
fn titles_with_copy_protection_give_no_open_keys() {
    let world = world("keys-protected", "");
    let policy = "schema = 1\nagreement = \"b\"\n[[grant]]\nid = \"p\"\ntitles = [\"acme/protected\"]\nterritories = [\"*\"]\n\
        from = 2026-01-01T00:00:00Z\ntiers = [\"*\"]\ndrm = true\n";
    fs::write(world.folder.join("policies/b.toml"), policy).expect("it is written");
    let server = world.start();
    acme(&server, "acme/protected", ONE);
    let playback =
        server.play(&world.issuer.login("viewer", "premium"), "acme/protected", "path-token").expect(200);
    assert_eq!(playback["decision"]["drm"], true);
    // What would be refused has no address, at the start or later; and whoever makes one up is refused.
    assert_eq!(playback["licenses"], json!({}));
    assert_eq!(server.beat(&playback).expect(200)["licenses"], json!({}));
    let handle = path(&playback["heartbeat"]["url"]).split('/').nth(3).expect("it is in the address");
    let address = format!("/v1/keys/{ONE}?session={handle}");
    server.send(&from("NO", Call::new("GET", &address))).refusal(403, "drm_required");
}
