//! Running it: health, counts, logs, keys of logins that come and go, and stopping.

use crate::client::Call;
use crate::faults::within;
use crate::issuer::Behaviour;
use crate::keys;
use crate::limits::{begun, limited, rest};
use crate::world::{Running, World, from, path};
use serde_json::{Value, json};
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn it_tells_how_it_is() {
    let world = World::new("operations-told");
    let server = world.start();
    assert_eq!((server.get("/healthz").status, server.get("/readyz").status), (200, 200));
    server.play(&world.issuer.login("viewer", "premium"), "acme/film", "path-token").expect(200);
    server.play(&world.issuer.login("viewer", "free"), "acme/film", "path-token").refusal(403, "tier");
    let text = server.get("/metrics").text();
    for line in [
        "playgate_request_seconds_count{method=\"POST\",route=\"/v1/playback\",status=\"200\"} 1",
        "playgate_request_seconds_bucket{method=\"POST\",route=\"/v1/playback\",status=\"403\",le=\"+Inf\"} 1",
        "playgate_refusals_total{reason=\"tier\"} 1",
        "playgate_leases_started_total 1",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let api = server.get("/openapi.json").expect(200);
    assert_eq!(api["paths"]["/v1/playback"]["post"]["requestBody"]["required"], true);
    assert_eq!(api["servers"], json!([{"url": "https://api.example.com"}]));
    for route in ["/v1/playback", "/v1/playback/{session}/heartbeat"] {
        let answer = &api["paths"][route]["post"]["responses"]["200"];
        assert!(answer["headers"]["set-cookie"].is_object(), "{route}: {answer}");
    }
    let delivery = api["components"]["schemas"]["Delivery"].to_string();
    for value in ["`cookie`", "`path-token`", "`signed-url`"] {
        assert!(delivery.contains(value), "{delivery}");
    }
    for (call, status, reason) in [
        (Call::new("GET", "/"), 404, "not_found"),
        (Call::new("GET", "/v1/nothing"), 404, "not_found"),
        (Call::new("GET", "/v1/playback"), 405, "method_not_allowed"),
        (Call::new("BREW", "/v1/playback"), 405, "method_not_allowed"),
        (Call::new("POST", "/v1/playback").json(&json!({"title": 1})), 400, "malformed"),
        (Call::new("POST", "/v1/playback").header("authorization", "Basic eA=="), 401, "no_credentials"),
        (Call::new("POST", "/v1/playback").login("a").login("b"), 401, "no_credentials"),
        (Call::new("POST", "/v1/playback").login("a.b.c"), 401, "login_malformed"),
    ] {
        server.send(&call).refusal(status, reason);
    }
}

#[test]
fn each_request_is_a_line_that_holds_no_secret() {
    let world = World::new("operations-logged");
    let server = world.start();
    let login = world.issuer.login("viewer", "premium");
    let call = Call::new("POST", "/v1/playback")
        .login(&login)
        .json(&json!({"title": "acme/film", "delivery": "path-token"}));
    let call = from("NO", call)
        .header("x-request-id", "r-1")
        .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    let answer = server.send(&call);
    assert_eq!(answer.header("x-request-id"), Some("r-1"));
    let playback = answer.expect(200);
    server.send(&Call::new("GET", "/v1/catalog").header("x-request-id", "not one")).expect(200);
    let begun = Instant::now();
    while server.log().len() < 2 && begun.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(10));
    }
    let lines = server.log();
    let line: Value = serde_json::from_str(&lines[0]).expect("a line is JSON");
    let expected = json!({"id": "r-1", "trace": "4bf92f3577b34da6a3ce929d0e0e4736", "route": "/v1/playback", "status": 200,
        "account": "viewer", "title": "acme/film", "country": "NO", "session": playback["session"]});
    for (key, value) in expected.as_object().expect("it is one") {
        assert_eq!(&line[key], value, "{key}");
    }
    let token = playback["token"].as_str().expect("a token");
    for secret in [login.as_str(), token, "203.0.113", crate::world::PROXY, "test-only session key"] {
        assert!(lines.iter().all(|line| !line.contains(secret)), "{secret}");
    }
}

#[test]
fn pages_of_configured_origins_read_answers_and_refusals() {
    let world = World::new("operations-cors");
    let server = world.start();
    let preflight = |origin: &str| {
        let call = Call::new("OPTIONS", "/v1/playback").header("origin", origin);
        server.send(&call.header("access-control-request-method", "POST"))
    };
    let answer = preflight("https://tv.example.com");
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (204, Some("https://tv.example.com"))
    );
    assert!(answer.header("access-control-allow-headers").is_some_and(|sent| sent.contains("authorization")));
    for origin in ["https://evil.example.com", "https://tv.example.com.evil.example", "null", ""] {
        assert_eq!(preflight(origin).header("access-control-allow-origin"), None, "{origin}");
    }
    let refused = server.send(&Call::new("POST", "/v1/playback").header("origin", "https://tv.example.com"));
    assert_eq!(refused.header("access-control-allow-origin"), Some("https://tv.example.com"));
    assert_eq!(refused.header("vary"), Some("origin"));
}

#[test]
fn keys_of_logins_come_rotate_and_stay_while_the_issuer_is_away() {
    let world = World::new("operations-issuer");
    let server = world.start();
    let issuer = &world.issuer;
    let play = |login: &str| server.play(login, "acme/film", "path-token");
    // Away from the beginning: nobody can tell, and it is asked once, not for each login.
    issuer.behave(Behaviour::Lies(500, b"oh".to_vec()));
    for number in 0..20 {
        play(&issuer.login(&format!("viewer-{number}"), "premium")).refusal(503, "keys_unavailable");
    }
    assert_eq!(issuer.asked(), 1);
    drop(server);

    let server = world.start();
    let play = |login: &str| server.play(login, "acme/film", "path-token");
    issuer.behave(Behaviour::Keys(vec!["one"]));
    play(&issuer.login("viewer", "premium")).expect(200);
    let asked = issuer.asked();
    // It goes away, and lies: what is known stays so.
    for behaviour in [
        Behaviour::Silent,
        Behaviour::Lies(200, b"{\"keys\":[]}".to_vec()),
        Behaviour::Lies(200, vec![b' '; 1 << 20]),
        Behaviour::Lies(302, Vec::new()),
    ] {
        issuer.behave(behaviour);
        play(&issuer.login("viewer", "premium")).expect(200);
    }
    // A flood of keys that nobody has is no flood of fetches.
    for number in 0..50 {
        let claims = issuer.claims(&format!("viewer-{number}"), "premium");
        let answer = play(&issuer.sign("two", &claims));
        assert!(matches!(answer.status, 401 | 503), "{}", answer.text());
    }
    assert!(issuer.asked() <= asked + 1, "{} after {asked}", issuer.asked());
    play(&issuer.login("viewer", "premium")).expect(200);
}

#[test]
fn new_keys_of_an_issuer_hold_at_once_and_made_up_ones_ask_it_only_now_and_then() {
    let world = World::with("operations-rotation", "\n[limits]\nper_account = 0\n");
    let server = world.start();
    let issuer = &world.issuer;
    let play = |kid: &str, subject: &str| {
        let login = issuer.sign(kid, &issuer.claims(subject, "premium"));
        server.play(&login, "acme/film", "path-token")
    };
    play("one", "viewer").expect(200);
    assert_eq!(issuer.asked(), 1);
    // What was fetched just now is the last word.
    play("two", "viewer").refusal(401, "login_unknown_key");
    thread::sleep(Duration::from_secs(3));
    issuer.behave(Behaviour::Keys(vec!["one", "two"]));
    play("two", "viewer").expect(200);
    assert_eq!(issuer.asked(), 2);

    // Anybody can make up a key. For those who do the issuer is asked a few times, and then once in ten seconds.
    let (begun, asked) = (Instant::now(), issuer.asked());
    while begun.elapsed() < Duration::from_secs(9) {
        play("made-up", "viewer").refusal(401, "login_unknown_key");
        play("two", "viewer").expect(200);
        thread::sleep(Duration::from_millis(100));
    }
    let asked = issuer.asked() - asked;
    assert!((1..=4).contains(&asked), "{asked}");

    // While nobody can tell whether there is such a key, nobody says that there is none.
    issuer.behave(Behaviour::Lies(500, b"oh".to_vec()));
    within(15, "it is asked again", || play("made-up", "viewer").status == 503);
    let asked = issuer.asked();
    for number in 0..20 {
        play("made-up", &format!("viewer-{number}")).refusal(503, "keys_unavailable");
        play("two", &format!("viewer-{number}")).expect(200);
    }
    assert_eq!(issuer.asked(), asked);
}

#[test]
fn whoever_looks_after_it_has_an_address_of_their_own() {
    let mut world = World::new("operations-private");
    world.change("listen = \"127.0.0.1:0\"", "listen = \"127.0.0.1:0\"\nprivate_listen = \"127.0.0.1:0\"");
    let server = world.start();
    let private = server.private.expect("it listens there");
    let admin = world.issuer.admin();
    let title = Call::new("PUT", "/v1/admin/titles/acme/free").login(&admin).json(&json!({"name": "Free"}));
    let revocation = json!({"kind": "account", "id": "a"});
    let playback = json!({"title": "acme/free", "delivery": "path-token"});
    // What is asked; what the public is told, and what is told in private.
    for (call, public, inside) in [
        (Call::new("GET", "/healthz"), 200, 200),
        (Call::new("GET", "/readyz"), 200, 200),
        (Call::new("GET", "/openapi.json"), 200, 200),
        (Call::new("GET", "/metrics"), 404, 200),
        (Call::new("HEAD", "/metrics"), 404, 200),
        (Call::new("GET", "//metrics"), 404, 404),
        (Call::new("GET", "/metrics/"), 404, 404),
        (Call::new("GET", "/%6detrics"), 404, 404),
        (title.clone(), 404, 200),
        (
            Call::new("PUT", "/v1/admin/titles/acme%2Ffree").login(&admin).json(&json!({"name": "F"})),
            404,
            200,
        ),
        (Call::new("DELETE", "/v1/admin/titles/acme/none").login(&admin), 404, 204),
        (Call::new("GET", "/v1/admin/titles/acme/free"), 404, 401),
        (Call::new("GET", "/v1/admin/titles").login(&admin), 404, 200),
        (Call::new("GET", "/v1/admin/policies").login(&admin), 404, 200),
        (Call::new("GET", "/v1/admin/policies/bundle").login(&admin), 404, 200),
        (Call::new("GET", "/v1/admin/revocations").login(&admin), 404, 200),
        (Call::new("PUT", "/v1/admin/policies").login(&admin).body(b"x"), 404, 422),
        (Call::new("POST", "/v1/admin/revocations").login(&admin).json(&revocation), 404, 200),
        (Call::new("POST", "/v1/admin/revocations").json(&revocation), 404, 401),
        (Call::new("GET", "/v1/catalog"), 200, 404),
        (Call::new("GET", "/v1/revocations"), 200, 404),
        (Call::new("POST", "/v1/playback").json(&playback), 200, 404),
        (Call::new("POST", "/v1/playback/x/heartbeat"), 401, 404),
        (Call::new("GET", "/v1/nothing"), 404, 404),
    ] {
        let call = from("NO", call);
        let answers = (server.send(&call), call.send(private).expect("it answers"));
        assert_eq!((answers.0.status, answers.1.status), (public, inside), "{call:?}: {}", answers.0.text());
        if public == 404 && !answers.0.body.is_empty() {
            answers.0.refusal(404, "not_found");
        }
    }
    // Each describes what it serves.
    let public = server.get("/openapi.json").expect(200);
    let inside = Call::new("GET", "/openapi.json").send(private).expect("it answers").expect(200);
    assert!(public["paths"].get("/metrics").is_none() && public["paths"].get("/v1/catalog").is_some());
    // Where the private one is, nobody told.
    assert!(public.get("servers").is_some() && inside.get("servers").is_none());
    assert!(inside["paths"].get("/metrics").is_some() && inside["paths"].get("/v1/catalog").is_none());
    drop(server);
    // One that cannot listen there does not start.
    world.change("private_listen = \"127.0.0.1:0\"", "private_listen = \"nowhere\"");
    let Err(said) = world.try_start() else { panic!("it starts") };
    assert!(said.contains("private_listen: `nowhere` is no address with a port"), "{said}");
}

#[test]
fn while_it_drains_it_serves_everybody_and_says_that_it_is_about_to_stop() {
    let world = limited("operations-drain", "drain_seconds = 4\nstop_seconds = 3\nper_account = 0");
    let server = world.start();
    let login = world.issuer.login("viewer", "premium");
    let playback = server.play(&login, "acme/film", "path-token").expect(200);
    let told = Instant::now();
    server.tell();
    within(2, "it says so", || server.get("/readyz").status == 503);
    server.get("/readyz").refusal(503, "draining");
    let mut served = 0;
    while told.elapsed() < Duration::from_secs(3) {
        assert_eq!((server.get("/healthz").status, server.get("/readyz").status), (200, 503));
        let other = world.issuer.login(&format!("viewer-{served}"), "premium");
        server.play(&other, "acme/film", "path-token").expect(200);
        server.beat(&playback).expect(200);
        served += 1;
    }
    assert!(served > 5, "{served}");
    let address = server.address;
    assert_eq!(server.ended(), Some(0));
    let took = told.elapsed();
    assert!((Duration::from_secs(4)..Duration::from_secs(9)).contains(&took), "{took:?}");
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[test]
fn who_is_told_twice_stops_at_once() {
    let request = "POST /v1/playback HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 60\r\n\r\n{";
    for (name, limits) in [
        ("operations-hurry-drain", "drain_seconds = 60\nstop_seconds = 60\nseconds = 60"),
        ("operations-hurry-stop", "stop_seconds = 60\nseconds = 60"),
    ] {
        let world = limited(name, limits);
        let mut server = world.start();
        server.play(&world.issuer.login("viewer", "premium"), "acme/film", "path-token").expect(200);
        // Somebody is in the middle of a request, and will be for a while.
        let held = begun(server.address, request.as_bytes());
        thread::sleep(Duration::from_millis(300));
        server.tell();
        thread::sleep(Duration::from_secs(1));
        assert!(server.runs(), "{name}: it does not wait");
        let told = Instant::now();
        server.tell();
        assert_eq!(server.ended(), Some(0), "{name}");
        assert!(told.elapsed() < Duration::from_secs(3), "{name}: {:?}", told.elapsed());
        assert_eq!(rest(held), "");
        // What was acknowledged is there.
        world.start().play(&world.issuer.login("viewer", "premium"), "acme/film", "path-token").expect(200);
    }
}

/// The lines about requests, once what is looked for is among all of them.
fn requests(server: &Running, until: &str) -> Vec<Value> {
    within(5, until, || server.log().iter().any(|line| line.contains(until)));
    let lines = server.log();
    let lines = lines.iter().map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
    lines.filter(|line| line["event"] == "request").collect()
}

#[test]
fn the_log_has_the_requests_that_it_is_told_to_have() {
    for (log, expected) in [("all", vec![200, 403, 404]), ("refusals", vec![403, 404]), ("none", vec![])] {
        let mut world = World::new(&format!("operations-log-{log}"));
        world.change("schema = 1\n", &format!("schema = 1\nlog = \"{log}\"\n"));
        let server = world.start();
        server.play(&world.issuer.login("viewer", "premium"), "acme/film", "path-token").expect(200);
        server.play(&world.issuer.login("viewer", "free"), "acme/film", "path-token").refusal(403, "tier");
        server.get("/v1/nothing").refusal(404, "not_found");
        // What an administrator does is a line always.
        let call = Call::new("PUT", "/v1/admin/titles/acme/free").login(&world.issuer.admin());
        server.send(&call.json(&json!({"name": "last"}))).expect(200);
        let lines = requests(&server, "wrote title");
        let statuses: Vec<_> = lines
            .iter()
            .filter(|line| line["route"] != "/v1/admin/titles/{title}")
            .map(|line| line["status"].clone())
            .collect();
        assert_eq!(statuses, expected, "{log}");
    }
    let mut world = World::new("operations-log-wrong");
    world.change("schema = 1\n", "schema = 1\nlog = \"debug\"\n");
    let Err(said) = world.try_start() else { panic!("it starts") };
    assert!(said.contains("debug") && said.contains("refusals"), "{said}");
}

#[test]
fn whoever_was_given_a_key_is_in_the_log_and_no_key_is() {
    let world = keys::world("operations-keys", "");
    let server = world.start();
    let password = "test-only-password-of-acme";
    let document = keys::request("acme/film", keys::ONE);
    assert_eq!(keys::packaged(&server, "acme-packager", password, &document).status, 200);
    let login = world.issuer.login("viewer", "premium");
    let playback = server.play(&login, "acme/film", "path-token").expect(200);
    let address = path(&playback["licenses"]["key"]).replace("{kid}", keys::ONE);
    let key = server.send(&from("NO", Call::new("GET", &address).header("x-request-id", "a-key")));
    assert_eq!((key.status, key.body.len()), (200, 16));
    // With a login and no session, too.
    let call = Call::new("GET", &format!("/v1/keys/{}", keys::ONE)).login(&login);
    assert_eq!(server.send(&from("NO", call.header("x-request-id", "by-login"))).status, 200);
    let wanted = json!({"kids": ["_sSXvokMc5qhKXFgN-qIbQ"], "type": "temporary"});
    let address = path(&playback["licenses"]["clearkey"]);
    let call = Call::new("POST", address).header("x-request-id", "a-licence").json(&wanted);
    let licence = server.send(&from("NO", call));
    let licence = (licence.status, licence.text());
    let lines = requests(&server, "a-licence");
    let line = |id: &str| lines.iter().find(|line| line["id"] == id).unwrap_or_else(|| panic!("{id}"));
    assert_eq!(licence.0, 200, "{}", licence.1);
    for (id, session) in [("a-key", true), ("by-login", false), ("a-licence", true)] {
        let session = if session { playback["session"].clone() } else { Value::Null };
        let expected = json!({"status": 200, "account": "viewer", "title": "acme/film", "what": keys::ONE});
        for (name, value) in expected.as_object().expect("it is one") {
            assert_eq!(&line(id)[name], value, "{id}: {name}");
        }
        assert_eq!(line(id)["session"], session, "{id}");
    }
    let licence: Value = serde_json::from_str(&licence.1).expect("it is JSON");
    let secret = licence["keys"][0]["k"].as_str().expect("it has a key");
    assert!(server.log().iter().all(|line| !line.contains(secret)));
}

#[test]
fn writings_that_come_together_are_one_commit() {
    let world = World::with("operations-commits", "\n[limits]\nper_account = 0\n");
    let server = world.start();
    let counted = |name: &str| -> u64 {
        let text = server.get("/metrics").text();
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("{name}: {text}")).parse().expect("a number")
    };
    let (commits, writings) = ("playgate_store_commits_total", "playgate_store_writings_total");
    let before = (counted(commits), counted(writings));
    let logins: Vec<_> = (0..16).map(|n| world.issuer.login(&format!("viewer-{n}"), "premium")).collect();
    thread::scope(|scope| {
        for login in &logins {
            let server = &server;
            scope.spawn(move || {
                for _ in 0..3 {
                    server.play(login, "acme/counted/1", "path-token").expect(200);
                }
            });
        }
    });
    let (commits, writings) = (counted(commits) - before.0, counted(writings) - before.1);
    assert_eq!(writings, 48);
    assert!((1..=48).contains(&commits), "{commits}");
}

#[test]
fn what_was_accepted_is_finished_and_places_outlive_a_restart() {
    let world = World::new("operations-stopped");
    let server = world.start();
    let login = world.issuer.login("family", "premium");
    for number in 0..3 {
        server.play(&login, &format!("acme/counted/{number}"), "path-token").expect(200);
    }
    assert_eq!(server.stop(), Some(0));
    let server = world.start();
    let refused = server.play(&login, "acme/counted/3", "path-token").refusal(403, "concurrency");
    assert_eq!(refused["streams"].as_array().map(Vec::len), Some(3));
    server.kill();
    world.start().play(&login, "acme/counted/3", "path-token").refusal(403, "concurrency");
}

#[test]
fn what_cannot_work_does_not_start_and_says_why() {
    for (number, (before, after, words)) in [
        ("schema = 1\nlisten", "schema = 2\nlisten", "schema: version 2 is not known here"),
        ("listen = \"127.0.0.1:0\"", "listen = \"nowhere\"", "listen: `nowhere` is no address with a port"),
        ("policies = \"policies\"", "policies = \"nothing\"", "nothing: No such file"),
        ("file = \"session.key\"", "file = \"no.key\"", "no.key: No such file"),
        (
            "file = \"session.key\"",
            "env = \"PLAYGATE_NO_SUCH\"",
            "environment variable PLAYGATE_NO_SUCH: it is not set",
        ),
        (
            "file = \"token.hex\"",
            "file = \"proxy.secret\"",
            "media.path_tokens.key `k1`, `key`: key has 23 bytes",
        ),
        ("file = \"proxy.secret\"", "file = \"empty\"", "facts.proxy_secret: it has 0 bytes"),
        ("file = \"cloudfront.pem\"", "file = \"token.hex\"", "media.cloudfront.key: "),
        ("file = \"playgate.db\"", "file = \"no/playgate.db\"", "no/playgate.db"),
        ("file = \"playgate.db\"", "file = \"cloudfront.pem\"", "cloudfront.pem"),
        (
            "origins = [\"https://tv.example.com\"]",
            "origins = [\"*\"]",
            "cors.origins: `*` would let any page",
        ),
        ("audience = [\"tv\"]", "audience = []", "has no `audience`"),
        ("[admin]", "[admins]", "unknown field `admins`"),
        (
            "public_url = \"https://api.example.com\"",
            "public_url = \"https://api.example.com/\"",
            "public_url: ",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let mut world = World::new(&format!("operations-refused-{number}"));
        world.change(before, after);
        std::fs::write(world.folder.join("empty"), "\n").expect("it is written");
        let Err(said) = world.try_start() else { panic!("{after}: it starts") };
        assert!(said.contains(words), "{words}: {said}");
        assert!(!said.contains("MII") && !said.contains("0011223344"), "{said}");
    }
}

#[test]
fn the_example_starts() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("serve").join("example");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the folder is made");
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/serve");
    let text = std::fs::read_to_string(format!("{examples}/serve.toml")).expect("there is an example");
    // What can be written in, too, leaves the issuer of its logins the port that it has.
    let guide = include_str!("../../../docs/serve.md");
    for text in [text.as_str(), guide] {
        let mut lines = text.lines().map(|line| line.trim_start_matches("# "));
        let private =
            lines.find_map(|line| line.strip_prefix("private_listen = \"127.0.0.1:")).expect("it is shown");
        let port = private.split('"').next().expect("it is a port");
        assert!(!text.contains(&format!("localhost:{port}")) && port != "8081", "{port} is taken");
    }
    // It is run from elsewhere, so that no store is left beside it, and on a port that is free.
    let text = text.replace("127.0.0.1:8080", "127.0.0.1:0").replace("\"../", &format!("\"{examples}/../"));
    let text = text.replace("\"test-only", &format!("\"{examples}/test-only"));
    std::fs::write(folder.join("serve.toml"), text).expect("it is written");
    let server = crate::world::start_in(&folder, &[], &[]).unwrap_or_else(|words| panic!("{words}"));
    assert_eq!(server.get("/readyz").status, 200);
    let page = server.get("/v1/catalog").expect(200);
    assert_eq!(page["titles"], json!([]));
}
