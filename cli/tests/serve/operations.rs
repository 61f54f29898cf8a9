//! Running it: health, counts, logs, keys of logins that come and go, and stopping.

use crate::client::Call;
use crate::issuer::Behaviour;
use crate::world::{World, from};
use serde_json::{Value, json};
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
        ("listen = \"127.0.0.1:0\"", "listen = \"nowhere\"", "listen `nowhere`"),
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
    // It is run from elsewhere, so that no store is left beside it, and on a port that is free.
    let text = text.replace("127.0.0.1:8080", "127.0.0.1:0").replace("\"../", &format!("\"{examples}/../"));
    let text = text.replace("\"test-only", &format!("\"{examples}/test-only"));
    std::fs::write(folder.join("serve.toml"), text).expect("it is written");
    let server = crate::world::start_in(&folder, &[], &[]).unwrap_or_else(|words| panic!("{words}"));
    assert_eq!(server.get("/readyz").status, 200);
    let page = server.get("/v1/catalog").expect(200);
    assert_eq!(page["titles"], json!([]));
}
