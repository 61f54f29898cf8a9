//! Playback sessions: what is decided, what is handed out, and when it ends.

use crate::client::Call;
use crate::issuer::now;
use crate::keys::{ONE, acme, world as with_keys};
use crate::world::{Running, World, from, path};
use serde_json::{Value, json};
use std::process::Command;

fn time(value: &Value) -> i64 {
    let text = value.as_str().expect("it is a text");
    let out = Command::new("date").args(["-d", text, "+%s"]).output().expect("date runs");
    String::from_utf8_lossy(&out.stdout).trim().parse().expect("it is a number")
}

#[test]
fn each_refusal_says_why() {
    let world = World::new("playback-refused");
    let server = world.start();
    let premium = world.issuer.login("viewer", "premium");
    let free = world.issuer.login("viewer", "free");
    let ask = |login: &str, country: &str, title: &str, device: &str| {
        let call = Call::new("POST", "/v1/playback")
            .json(&json!({"title": title, "device": device, "delivery": "path-token"}));
        let call = if login.is_empty() { call } else { call.login(login) };
        server.send(&if country.is_empty() { call } else { from(country, call) })
    };
    for (login, country, title, device, status, reason) in [
        (&premium, "NO", "acme/nothing", "tv", 404, "unknown_title"),
        (&premium, "NO", "other/film", "tv", 404, "unknown_title"),
        (&premium, "", "acme/film", "tv", 451, "territory_unknown"),
        (&premium, "T1", "acme/film", "tv", 451, "territory_unknown"),
        (&premium, "DE", "acme/film", "tv", 451, "territory"),
        (&premium, "NO", "acme/soon", "tv", 403, "not_yet"),
        (&premium, "NO", "acme/gone", "tv", 410, "expired"),
        (&free, "NO", "acme/film", "tv", 403, "tier"),
        (&premium, "NO", "acme/tv", "mobile", 403, "device"),
        (&premium, "GB", "live/derby", "tv", 451, "blackout"),
        (&String::new(), "NO", "acme/film", "tv", 401, "no_credentials"),
        (&String::new(), "NO", "acme/counted/a", "tv", 401, "no_credentials"),
        (&premium, "NO", "acme/film", "fridge", 422, "invalid"),
        (&premium, "NO", "Acme/Film", "tv", 422, "invalid"),
    ] {
        ask(login, country, title, device).refusal(status, reason);
    }
    for delivery in ["", "token", "path_token", "Cookie"] {
        let refused = server.play(&premium, "acme/film", delivery).refusal(422, "invalid");
        assert_eq!(refused["detail"], "`delivery` is none of cookie, path-token, signed-url");
    }
    assert_eq!(ask(&free, "NO", "acme/film", "tv").json()["tiers"], json!(["premium"]));
    assert_eq!(ask(&premium, "NO", "acme/soon", "tv").json()["available_from"], "2099-01-01T00:00:00Z");
    // A country that the client itself says is none.
    let call = Call::new("POST", "/v1/playback").login(&premium).header("cloudfront-viewer-country", "NO");
    let call = call.json(&json!({"title": "acme/film", "delivery": "path-token"}));
    server.send(&call).refusal(451, "territory_unknown");
    server.send(&call.header("x-playgate-proxy", "guessed")).refusal(451, "territory_unknown");
}

#[test]
fn a_path_token_is_what_the_edges_take_and_ends_when_the_right_ends() {
    let world = World::new("playback-token");
    let server = world.start();
    let playback =
        server.play(&world.issuer.login("viewer", "premium"), "acme/film", "path-token").expect(200);
    let token = playback["token"].as_str().expect("there is a token");
    assert_eq!(playback["url"], format!("https://media.example.com/t/{token}/vod/acme/film/master.m3u8"));
    assert_eq!(
        (&playback["decision"]["rule"], &playback["decision"]["max_height"]),
        (&json!("acme/film"), &json!(1080))
    );
    let left = time(&playback["expires_at"]) - now();
    assert!((590..=600).contains(&left), "{left}");
    let verify = |path: &str, country: &str| {
        let out = Command::new(env!("CARGO_BIN_EXE_playgate"))
            .args([
                "token",
                "verify",
                token,
                "--key",
                "token.hex",
                "--kid",
                "k1",
                "--path",
                path,
                "--country",
                country,
            ])
            .current_dir(&world.folder)
            .output()
            .expect("it runs");
        String::from_utf8_lossy(&out.stdout).trim().to_owned()
    };
    assert_eq!(verify("/vod/acme/film/720p/seg-1.m4s", "NO"), "valid");
    assert_ne!(verify("/vod/acme/film2/720p/seg-1.m4s", "NO"), "valid");
    assert_ne!(verify("/vod/acme/film/720p/seg-1.m4s", "SE"), "valid");

    // A login that ends sooner ends it.
    let mut claims = world.issuer.claims("viewer", "premium");
    claims["exp"] = json!(now() + 120);
    let short = server.play(&world.issuer.sign("one", &claims), "acme/film", "path-token").expect(200);
    assert!(time(&short["expires_at"]) <= now() + 120);
}

#[test]
fn cookies_and_signed_addresses_hold_for_this_title_only() {
    let world = World::new("playback-cookies");
    let server = world.start();
    let login = world.issuer.login("viewer", "premium");
    let answer = server.play(&login, "acme/film", "cookie");
    let cookies: Vec<String> = answer.all("set-cookie").into_iter().map(str::to_owned).collect();
    assert_eq!(cookies.len(), 4, "{cookies:?}");
    for cookie in &cookies {
        assert!(
            cookie.contains("Path=/vod/acme/film/")
                && cookie.contains("Secure")
                && cookie.contains("HttpOnly"),
            "{cookie}"
        );
    }
    let playback = answer.expect(200);
    assert_eq!(playback["url"], "https://media.example.com/vod/acme/film/master.m3u8");
    let pairs: Vec<&str> = cookies.iter().filter_map(|cookie| cookie.split(';').next()).collect();
    std::fs::write(
        world.folder.join("public.pem"),
        include_str!("../../../tests/keys/test-only-rsa-public.pem"),
    )
    .expect("written");
    let verify = |url: &str| {
        let header = pairs.join("; ");
        let args = [
            "verify",
            "cookies",
            "--url",
            url,
            "--cookie",
            &header,
            "--key-pair-id",
            "K2JCJMDEHXQW5F",
            "--public-key",
            "public.pem",
        ];
        let out = Command::new(env!("CARGO_BIN_EXE_playgate"))
            .args(args)
            .current_dir(&world.folder)
            .output()
            .expect("it runs");
        String::from_utf8_lossy(&out.stdout).trim().to_owned()
    };
    assert_eq!(verify("https://media.example.com/vod/acme/film/720p/seg-1.m4s"), "allowed");
    assert_eq!(verify("https://media.example.com/vod/acme/film2/720p/seg-1.m4s"), "AccessDenied");
    // Viewers share signatures, and so cookies that hold no name of theirs.
    let other = server.play(&world.issuer.login("other", "premium"), "acme/film", "cookie");
    assert_eq!(other.all("set-cookie"), cookies);

    let mut without = World::new("playback-no-cloudfront");
    without.change(
        "[media.cloudfront]\nkey_pair_id = \"K2JCJMDEHXQW5F\"\nkey = { file = \"cloudfront.pem\" }\n",
        "",
    );
    let server = without.start();
    for delivery in ["cookie", "signed-url"] {
        server
            .play(&without.issuer.login("viewer", "premium"), "acme/film", delivery)
            .refusal(400, "delivery");
    }
}

#[test]
fn a_heartbeat_renews_what_was_handed_out_and_stops_with_the_right() {
    let world = World::new("playback-heartbeat");
    let server = world.start();
    let login = world.issuer.login("viewer", "premium");
    let playback = server.play(&login, "acme/film", "path-token").expect(200);
    let renewed = server.beat(&playback).expect(200);
    assert_eq!((&renewed["session"], &renewed["title"]), (&playback["session"], &playback["title"]));
    assert!(renewed["token"].is_string() && renewed["heartbeat"]["every"] == 30);
    // Where somebody goes abroad, it stops there, and may go on at home.
    let beat = Call::new("POST", path(&playback["heartbeat"]["url"]));
    server.send(&from("DE", beat.clone())).refusal(451, "territory");
    server.send(&beat.clone()).refusal(451, "territory_unknown");
    server.send(&from("NO", beat.clone())).expect(200);

    // Nobody else's login renews it, and what was altered is no session.
    let playback = server.play(&login, "acme/film", "path-token").expect(200);
    let beat = Call::new("POST", path(&playback["heartbeat"]["url"]));
    server
        .send(&from("NO", beat.clone().login(&world.issuer.login("other", "premium"))))
        .refusal(403, "other_account");
    server.send(&from("NO", beat.clone().login(&login))).expect(200);
    server.send(&Call::new("POST", "/v1/playback/AAAA/heartbeat")).refusal(401, "session_unknown");
    let other = server.play(&login, "acme/free", "path-token").expect(200);
    let mixed: String =
        path(&other["heartbeat"]["url"]).chars().rev().skip("/heartbeat".len() + 20).collect();
    let mixed: String = mixed.chars().rev().collect();
    server
        .send(&Call::new("POST", &format!("{mixed}AAAAAAAAAAAAAAAAAAAA/heartbeat")))
        .refusal(401, "session_unknown");

    // A tier that was lost is lost at the next heartbeat.
    server.send(&from("NO", beat.clone().login(&world.issuer.login("viewer", "free")))).refusal(403, "tier");
    server.send(&from("NO", beat)).refusal(403, "session_ended");

    // What was ended stays so.
    let playback = server.play(&login, "acme/film", "path-token").expect(200);
    server.end(&playback).expect(204);
    server.end(&playback).expect(204);
    server.beat(&playback).refusal(403, "session_ended");
}

#[test]
fn a_session_goes_on_with_a_fresh_login_after_its_own_has_ended() {
    let world = World::new("playback-login-ends");
    let server = world.start();
    let mut claims = world.issuer.claims("viewer", "premium");
    claims["exp"] = json!(now() + 2);
    let short = world.issuer.sign("one", &claims);
    let playback = server.play(&short, "acme/counted/1", "path-token").expect(200);
    std::thread::sleep(std::time::Duration::from_millis(3100));
    server.beat(&playback).refusal(401, "login_expired");
    let beat = from("NO", Call::new("POST", path(&playback["heartbeat"]["url"])));
    server.send(&beat.clone().login(&short)).refusal(401, "login_expired");
    let renewed = server.send(&beat.login(&world.issuer.login("viewer", "premium"))).expect(200);
    assert_eq!(renewed["session"], playback["session"]);
    server.beat(&renewed).expect(200);
}

#[test]
fn no_more_streams_than_there_are_places_and_those_of_the_closed_are_free() {
    let world = World::new("playback-streams");
    let server = world.start();
    let login = world.issuer.login("family", "premium");
    let play = |number: u32| server.play(&login, &format!("acme/counted/{number}"), "path-token");
    let open: Vec<Value> = (0..3).map(|number| play(number).expect(200)).collect();
    let refused = play(3).refusal(403, "concurrency");
    assert_eq!((&refused["max_streams"], refused["streams"].as_array().map(Vec::len)), (&json!(3), Some(3)));
    // Another account has places of its own, and what is not counted takes none.
    server.play(&world.issuer.login("others", "premium"), "acme/counted/1", "path-token").expect(200);
    server.play(&login, "acme/film", "path-token").expect(200);
    server.end(&open[1]).expect(204);
    play(4).expect(200);
    play(5).refusal(403, "concurrency");
    server.beat(&open[1]).refusal(403, "session_ended");
    server.beat(&open[0]).expect(200);
    // Whoever is refused may end another of the account's, and nobody else may.
    let refused = play(6).refusal(403, "concurrency");
    let oldest = refused["streams"][0]["session"].as_str().expect("it is named").to_owned();
    let end = Call::new("DELETE", &format!("/v1/playback/{oldest}"));
    server.send(&end).refusal(401, "session_unknown");
    server.send(&end.clone().login(&world.issuer.login("others", "premium"))).expect(204);
    play(6).refusal(403, "concurrency");
    server.send(&end.login(&login)).expect(204);
    play(6).expect(200);
}

#[test]
fn the_oldest_ends_where_that_is_wanted() {
    let world = with_keys("playback-oldest", "\n[streams]\nwhen_full = \"end_oldest\"\nper_profile = 2\n");
    let server = world.start();
    acme(&server, "acme/counted/1", ONE);
    let login = world.issuer.login("family", "premium");
    let play = |profile: &str| {
        let body = json!({"title": "acme/counted/1", "delivery": "path-token", "profile": profile});
        server.send(&from("NO", Call::new("POST", "/v1/playback").login(&login).json(&body))).expect(200)
    };
    let other = world.issuer.login("others", "premium");
    let signed = server.play(&other, "acme/counted/1", "signed-url").expect(200);
    for _ in 0..3 {
        server.play(&other, "acme/counted/1", "path-token").expect(200);
    }
    let first = play("kids");
    let second = play("kids");
    let third = play("kids");
    assert_eq!(third["ended"][0]["session"], first["session"]);
    server.beat(&first).refusal(403, "replaced");
    // Whatever it asks for next says the same: it must not start again by itself.
    let key = path(&first["licenses"]["key"]).replace("{kid}", ONE);
    server.send(&from("NO", Call::new("GET", &key))).refusal(403, "replaced");
    let wanted = Call::new("POST", path(&first["licenses"]["clearkey"]));
    let wanted = wanted.json(&json!({"kids": ["_sSXvokMc5qhKXFgN-qIbQ"]}));
    server.send(&from("NO", wanted)).refusal(403, "replaced");
    server.send(&from("NO", Call::new("GET", path(&signed["url"])))).refusal(403, "replaced");
    let fourth = play("parents");
    assert!(fourth.get("ended").is_none());
    let fifth = play("parents");
    assert_eq!(fifth["ended"][0]["session"], second["session"]);
    for playback in [&third, &fourth, &fifth] {
        server.beat(playback).expect(200);
    }
}

#[test]
fn a_start_that_is_refused_ends_nobodys_stream() {
    let mut world =
        World::with("playback-nobody-ends", "\n[streams]\nwhen_full = \"end_oldest\"\nper_profile = 3\n");
    world.change(
        "[media.cloudfront]\nkey_pair_id = \"K2JCJMDEHXQW5F\"\nkey = { file = \"cloudfront.pem\" }\n",
        "",
    );
    let server = world.start();
    let login = world.issuer.login("family", "premium");
    let play = |delivery: &str| server.play(&login, "acme/counted/1", delivery);
    let open: Vec<Value> = (0..3).map(|_| play("path-token").expect(200)).collect();
    let written = |server: &Running| {
        let counts = server.get("/metrics").text();
        let counted = ["playgate_leases_started_total", "playgate_store_writings_total"];
        let lines = counts.lines().filter(|line| counted.iter().any(|name| line.starts_with(name)));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let before = written(&server);
    assert!(before.contains(&"playgate_leases_started_total 3".to_owned()), "{before:?}");
    for delivery in ["cookie", "signed-url"] {
        play(delivery).refusal(400, "delivery");
    }
    assert_eq!(written(&server), before);
    for playback in &open {
        server.beat(playback).expect(200);
    }
    server.kill();

    // Nor where there is no key that mints.
    world.change("key = { file = \"token.hex\" }\n", "key = { file = \"token.hex\" }\nuntil = 1577836800\n");
    let server = world.start();
    let before = written(&server);
    server.play(&login, "acme/counted/1", "path-token").refusal(503, "cannot_decide");
    assert_eq!(written(&server), before);
    server.kill();
    world.change("until = 1577836800\n", "");
    let server = world.start();
    for playback in &open {
        server.beat(playback).expect(200);
    }
}

#[test]
fn what_was_withdrawn_stops_at_the_next_heartbeat() {
    let world = World::new("playback-withdrawn");
    let server = world.start();
    let admin = world.issuer.admin();
    let revoke = |kind: &str, id: &str| {
        let call = Call::new("POST", "/v1/admin/revocations").json(&json!({"kind": kind, "id": id}));
        server.send(&call.login(&admin))
    };
    let login = world.issuer.login("viewer", "premium");
    let one = server.play(&login, "acme/film", "path-token").expect(200);
    let two = server.play(&login, "acme/film", "path-token").expect(200);
    let before = server.get("/v1/revocations");
    let counted: Vec<Value> =
        (0..3).map(|_| server.play(&login, "acme/counted/1", "path-token").expect(200)).collect();
    revoke("session", counted[0]["session"].as_str().expect("a text")).expect(200);
    server.beat(&counted[0]).refusal(401, "revoked");
    // Its place is another's now.
    server.play(&login, "acme/counted/1", "path-token").expect(200);
    revoke("session", one["session"].as_str().expect("a text")).expect(200);
    assert_eq!(server.beat(&one).refusal(401, "revoked")["renew"], true);
    server.beat(&two).expect(200);
    let after = server.get("/v1/revocations");
    assert!(after.body.starts_with(b"PGwdrwn2") && after.body.len() > before.body.len());

    revoke("account", "viewer").expect(200);
    server.beat(&two).refusal(401, "revoked");
    server.play(&login, "acme/film", "path-token").refusal(401, "revoked");
    // What is issued later holds again.
    let mut claims = world.issuer.claims("viewer", "premium");
    claims["iat"] = json!(now() + 1);
    server.play(&world.issuer.sign("one", &claims), "acme/film", "path-token").expect(200);
    revoke("planet", "viewer").refusal(422, "invalid");
    revoke("session", "").refusal(422, "invalid");
    revoke("key", "k1").refusal(422, "invalid");
    revoke("key", "nobody's").refusal(422, "invalid");
    server
        .send(&Call::new("POST", "/v1/admin/revocations").json(&json!({"kind": "session", "id": "x"})))
        .refusal(401, "no_credentials");
}
