//! What a clever stranger would try.

use crate::client::Call;
use crate::limits::{manifest, with_media};
use crate::world::{PROXY, Running, World, from, path};
use serde_json::{Value, json};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

/// Sends bytes as they stand, and says all that comes back until the server closes, or for so long.
fn raw(server: &Running, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address).expect("it is accepted");
    stream.set_read_timeout(Some(Duration::from_millis(700))).expect("it can be set");
    let _ = stream.write_all(bytes);
    let mut answers = Vec::new();
    let mut part = [0; 16 * 1024];
    while let Ok(read @ 1..) = stream.read(&mut part) {
        answers.extend_from_slice(&part[..read]);
    }
    String::from_utf8_lossy(&answers).into_owned()
}

fn answers(text: &str) -> usize {
    text.matches("HTTP/1.1 ").count()
}

/// Every line of the log, as soon as it holds what is looked for; each is JSON, or this fails.
fn log(server: &Running, until: &str) -> Vec<Value> {
    let begun = Instant::now();
    loop {
        let lines = server.log();
        if lines.iter().any(|line| line.contains(until)) || begun.elapsed() > Duration::from_secs(10) {
            return lines
                .iter()
                .map(|line| serde_json::from_str(line).unwrap_or_else(|problem| panic!("{problem}: {line}")))
                .collect();
        }
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn one_request_is_never_two() {
    let world = World::new("attacks-smuggled");
    let server = world.start();
    let hidden = "GET /v1/nothing-hidden HTTP/1.1\r\nhost: x\r\n\r\n";
    let chunked = format!("0\r\n\r\n{hidden}");
    let post = "POST /v1/playback HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    for (name, request, most) in [
        (
            "both",
            format!("{post}content-length: {}\r\ntransfer-encoding: chunked\r\n\r\n{chunked}", chunked.len()),
            1,
        ),
        (
            "both, the other way",
            format!("{post}transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n{chunked}"),
            1,
        ),
        (
            "both, in capitals",
            format!("{post}Transfer-Encoding: Chunked\r\nContent-Length: 5\r\n\r\n{chunked}"),
            1,
        ),
        (
            "two lengths",
            format!("{post}content-length: 0\r\ncontent-length: {}\r\n\r\n{hidden}", hidden.len()),
            1,
        ),
        ("a list of lengths", format!("{post}content-length: 0, 0\r\n\r\n{hidden}"), 1),
        ("a space before the colon", format!("{post}transfer-encoding : chunked\r\n\r\n{chunked}"), 1),
        ("a tab in it", format!("{post}transfer-encoding:\x0bchunked\r\n\r\n{chunked}"), 1),
        ("another coding last", format!("{post}transfer-encoding: chunked, identity\r\n\r\n{chunked}"), 1),
        ("no coding at all", format!("{post}transfer-encoding: xchunked\r\n\r\n{chunked}"), 1),
        ("HTTP/1.0", format!("{}transfer-encoding: chunked\r\n\r\n{chunked}", post.replace("1.1", "1.0")), 1),
        (
            "a folded line",
            format!("{post}x: y\r\n transfer-encoding: chunked\r\ncontent-length: 0\r\n\r\n"),
            1,
        ),
        ("a size with a sign", format!("{post}transfer-encoding: chunked\r\n\r\n+0\r\n\r\n{hidden}"), 1),
        (
            "a size too long",
            format!("{post}transfer-encoding: chunked\r\n\r\n00000000000000000000\r\n\r\n{hidden}"),
            2,
        ),
        (
            "a chunk that is longer",
            format!("{post}transfer-encoding: chunked\r\n\r\n2\r\n{{}}x\r\n0\r\n\r\n{hidden}"),
            1,
        ),
        ("an end within a header", format!("{post}x: y\r\r\n\r\n{hidden}"), 1),
        ("a zero byte", format!("{post}x: y\0\r\n\r\n{hidden}"), 1),
        ("a line without CR", format!("{post}x: y\ncontent-length: 0\n\n"), 1),
    ] {
        let text = raw(&server, request.as_bytes());
        assert!(answers(&text) <= most, "{name}: {text}");
        assert!(!text.contains("200 OK"), "{name}: {text}");
        if most == 1 {
            assert!(!text.contains("\"not_found\""), "{name}: {text}");
        }
    }
    // Two that are two are answered as two.
    let two = format!("{hidden}{hidden}");
    assert_eq!(answers(&raw(&server, two.as_bytes())), 2);
}

#[test]
fn what_is_no_http_ends_its_own_connection() {
    let world = World::new("attacks-no-http");
    let server = world.start();
    let tls: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    for bytes in [
        tls,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET\r\n\r\n",
        b"\r\n\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nhost: x\r\n\r\n",
        b"CONNECT example.com:443 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n",
        b"TRACE /v1/catalog HTTP/1.1\r\nhost: x\r\ncookie: secret=1\r\n\r\n",
        b"GET http://evil.example/v1/admin HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /v1/catalog HTTP/1.1\r\nupgrade: h2c\r\nconnection: upgrade\r\nx-y\r\n\r\n",
    ] {
        let text = raw(&server, bytes);
        let status = text.split(' ').nth(1).unwrap_or_default();
        assert!(
            matches!(status, "" | "400" | "404" | "405" | "414" | "505"),
            "{}: {text}",
            bytes.escape_ascii()
        );
        assert!(!text.contains("secret=1"), "{text}");
    }
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn headers_cannot_be_put_into_answers_or_lines_into_the_log() {
    let world = World::new("attacks-injected");
    let server = world.start();
    let long = "i".repeat(129);
    for id in [
        "a b",
        "a\tb",
        "{\"a\":1} {",
        "a\u{e4}",
        "",
        &long,
        "a\x7fb",
        "%0d%0aset-cookie:%20a=b",
        "\"},{\"event\":\"policy\"",
    ] {
        let text = raw(
            &server,
            format!(
                "GET /v1/catalog HTTP/1.1\r\nx-request-id: {id}\r\norigin: {id}\r\nconnection: close\r\n\r\n"
            )
            .as_bytes(),
        );
        assert!(text.starts_with("HTTP/1.1 200 ") || text.starts_with("HTTP/1.1 400 "), "{id}: {text}");
        assert!(
            !text.to_lowercase().contains("\r\nset-cookie") && !text.contains("access-control-allow-origin"),
            "{text}"
        );
        assert!(!id.contains(' ') || !text.contains(id), "{id}: {text}");
    }
    let names = "x".repeat(60_000);
    let login = world.issuer.login("viewer\u{2028}{\"event\":\"policy\"}", "premium");
    let play = |body: &str| {
        let call = Call::new("POST", "/v1/playback").login(&login).header("content-type", "application/json");
        server.send(&from("NO", call.body(body.as_bytes())))
    };
    play(&format!("{{\"{names}\":1}}")).refusal(400, "malformed");
    play("{\"title\":\"acme/film\\n{\\\"event\\\":\\\"policy\\\"}\",\"delivery\":\"cookie\"}")
        .refusal(422, "invalid");
    play("{\"title\":\"acme/film\",\"delivery\":\"\\u001b[2J\u{85}\u{9b}2J\"}").refusal(422, "invalid");
    play("{\"title\":\"acme/film\",\"\\u001b[2J\u{85}\u{9b}2J\":1}").refusal(400, "malformed");
    play("{\"title\":\"acme/film\",\"delivery\":\"path-token\"}").expect(200);
    server.send(&Call::new(&"Z".repeat(10_000), "/v1/catalog")).refusal(405, "method_not_allowed");
    server.send(&Call::new("GET", "/v1/catalog").header("x-request-id", "the-last")).expect(200);
    let lines = log(&server, "the-last");
    assert!(lines.iter().all(|line| line["event"] == "request"), "{lines:?}");
    for line in server.log() {
        let ends = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
        assert!(!line.contains(ends), "{line}");
        assert!(line.len() < 2000 && !line.contains('\x1b'), "{} bytes", line.len());
    }
}

#[test]
fn what_is_sent_twice_does_not_pass_for_once() {
    let world = World::new("attacks-twice");
    let server = world.start();
    let (one, two) = (world.issuer.login("one", "premium"), world.issuer.login("two", "free"));
    let body = json!({"title": "acme/film", "delivery": "path-token"});
    let play = || from("NO", Call::new("POST", "/v1/playback").json(&body));
    server.send(&play().login(&two).login(&one)).refusal(401, "no_credentials");
    server.send(&play().login(&one).header("authorization", "Basic eA==")).refusal(401, "no_credentials");
    let admin = world.issuer.admin();
    let put = || Call::new("PUT", "/v1/admin/titles/acme/film").login(&admin).json(&json!({"name": "x"}));
    server.send(&put().header("if-match", "\"1\"").header("if-match", "\"2\"")).refusal(422, "invalid");
    server.send(&put().header("if-match", "\"1\"").header("if-none-match", "*")).refusal(412, "changed");
    server.send(&put().header("if-match", "\"+1\"")).refusal(412, "changed");
    for (query, status) in [("limit=1&limit=200", 422), ("q=a&q=b", 422), ("cursor=a&cursor=b", 422)] {
        assert_eq!(server.get(&format!("/v1/catalog?{query}")).status, status);
    }
    // One who guesses the secret of the CDN is believed nothing, however often the guess is sent.
    let call = Call::new("POST", "/v1/playback").login(&one).json(&body).header("x-playgate-proxy", "guess");
    let call = call.header("x-playgate-proxy", PROXY).header("cloudfront-viewer-country", "NO");
    server.send(&call).refusal(451, "territory_unknown");
}

#[test]
fn json_that_is_no_good_is_refused_and_harms_nobody() {
    let world = World::new("attacks-json");
    let server = world.start();
    let login = world.issuer.login("viewer", "premium");
    let playback = server.play(&login, "acme/film", "path-token").expect(200);
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(20_000), close.repeat(20_000));
    let bodies = [
        "{\"title\":\"acme/film\",\"title\":\"acme/free\",\"delivery\":\"path-token\"}".to_owned(),
        "{\"title\":\"acme/film\",\"delivery\":\"path-token\",\"profile\":\"\\ud800\"}".to_owned(),
        "{\"title\":\"acme/film\",\"delivery\":\"path-token\",\"profile\":1e999}".to_owned(),
        "{\"title\":\"acme/film\",\"delivery\":\"path-token\"} x".to_owned(),
        "{\"title\":\"acme/film\",\"delivery\":\"path-token\"}{}".to_owned(),
        "\u{feff}{\"title\":\"acme/film\",\"delivery\":\"path-token\"}".to_owned(),
        "{'title':'acme/film'}".to_owned(),
        "[\"acme/film\",null,\"path-token\",null]".to_owned(),
        "null".to_owned(),
        String::new(),
        deep("[", "]"),
        "{\"title\":".repeat(6000),
        format!("{{\"title\":{}}}", "9".repeat(60_000)),
    ];
    for body in &bodies {
        let call = Call::new("POST", "/v1/playback").login(&login).header("content-type", "application/json");
        let answer = server.send(&from("NO", call.body(body.as_bytes())));
        assert_eq!(answer.status, 400, "{}: {}", body.chars().take(80).collect::<String>(), answer.text());
    }
    let beat =
        Call::new("POST", path(&playback["heartbeat"]["url"])).header("content-type", "application/json");
    for body in [deep("[", "]"), "{\"a\":".repeat(9000), "1e999".to_owned(), "\"\\udc00\"".to_owned()] {
        server.send(&from("NO", beat.clone().body(body.as_bytes()))).refusal(400, "malformed");
    }
    let admin = world.issuer.admin();
    for (name, status) in [
        ("{\"name\":\"x\",\"seconds\":5.0}", 200),
        ("{\"name\":\"x\",\"seconds\":5e2}", 200),
        ("{\"name\":\"x\",\"seconds\":5.5}", 400),
        ("{\"name\":\"x\",\"seconds\":-1}", 400),
        ("{\"name\":\"x\",\"seconds\":4294967296}", 400),
        ("{\"name\":\"x\",\"seconds\":1e300}", 400),
        ("{\"name\":\"x\",\"seconds\":\"5\"}", 400),
        ("{\"name\":\"\\u0000\"}", 200),
    ] {
        let call = Call::new("PUT", "/v1/admin/titles/acme/film").header("content-type", "application/json");
        assert_eq!(server.send(&call.login(&admin).body(name.as_bytes())).status, status, "{name}");
    }
}

#[test]
fn no_path_leads_out_of_the_title() {
    let (world, media) = with_media(World::with("attacks-paths", "\n[limits]\nper_account = 0\n"));
    let server = world.start();
    let playback =
        server.play(&world.issuer.login("viewer", "premium"), "acme/film", "signed-url").expect(200);
    server.send(&manifest(&playback)).expect_text(200);
    let base = path(&playback["url"]).trim_end_matches("vod/acme/film/master.m3u8");
    for tail in [
        "vod/acme/film/../film2/master.m3u8",
        "vod/acme/film/..%2f..%2ffilm2/master.m3u8",
        "vod/acme/film/%2e%2e/%2e%2e/x.m3u8",
        "vod/acme/film/%252e%252e/x.m3u8",
        "vod/acme/film/%252e%252e%252fx.m3u8",
        "vod/acme/film/..%5cx.m3u8",
        "vod/acme/film/..;/x.m3u8",
        "vod/acme/film//x.m3u8",
        "vod%2facme%2ffilm%2f..%2fx.m3u8",
        "vod/acme/film/x%3fy=1.m3u8",
        "vod/acme/film/x%23.m3u8",
        "vod/acme/film/x%00.m3u8",
        "vod/acme/film/x%0d%0ahost:%20evil%0d%0a.m3u8",
        "vod/acme/film/%ff.m3u8",
        "vod/acme/film/%c0%ae%c0%ae/x.m3u8",
        "vod/acme/film/x%20y.m3u8",
        "vod/acme/film2/master.m3u8",
        "vod/acme/filmmaster.m3u8",
        "vod/acme/film/seg-1.m4s",
        "vod/acme/film/master.m3u8/",
        "/vod/acme/film/master.m3u8",
        "@evil.example/vod/acme/film/master.m3u8",
        "http:%2f%2fevil.example/vod/acme/film/x.m3u8",
        "keys/acme/film/x.m3u8",
        "VOD/acme/film/master.m3u8",
        "vod/acme/film",
        "",
    ] {
        let answer = server.send(&from("NO", Call::new("GET", &format!("{base}{tail}"))));
        assert!(matches!(answer.status, 400 | 404), "{tail}: {} {}", answer.status, answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{tail}");
    }
    assert_eq!(media.asked().len(), 1, "{:?}", media.asked());

    let admin = world.issuer.admin();
    for title in [
        "..%2fetc",
        "a%2f..%2fb",
        "%2e%2e",
        "a//b",
        "%00",
        "a%0d%0ab",
        "a%20b",
        "%ff",
        "A",
        "*",
        "acme/%2a",
        "a%5cb",
        &"x".repeat(513),
    ] {
        for call in [
            Call::new("PUT", &format!("/v1/admin/titles/{title}")).json(&json!({"name": "x"})),
            Call::new("DELETE", &format!("/v1/admin/titles/{title}")),
            Call::new("GET", &format!("/v1/catalog/{title}")),
        ] {
            let answer = server.send(&call.clone().login(&admin));
            assert!(matches!(answer.status, 400 | 404 | 422), "{call:?}: {}", answer.status);
            assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{call:?}");
        }
    }
}

#[test]
fn a_session_is_only_for_those_who_hold_its_handle() {
    let world = World::new("attacks-handles");
    let server = world.start();
    let other_world = World::new("attacks-handles-other");
    fs::write(other_world.folder.join("session.key"), "another session key of 32 bytes and more")
        .expect("it is written");
    let elsewhere = other_world.start();
    let login = world.issuer.login("viewer", "premium");
    let playback = server.play(&login, "acme/film", "path-token").expect(200);
    let foreign =
        elsewhere.play(&other_world.issuer.login("viewer", "premium"), "acme/film", "path-token").expect(200);
    let url = path(&playback["heartbeat"]["url"]);
    let handle = url.split('/').nth(3).expect("there is one").to_owned();
    let beat = |handle: &str| {
        server.send(&from("NO", Call::new("POST", &format!("/v1/playback/{handle}/heartbeat"))))
    };
    let mut last = handle.clone();
    let tail = last.pop().expect("it is long");
    let id = playback["session"].as_str().expect("a text").to_owned();
    let foreign = path(&foreign["heartbeat"]["url"]).split('/').nth(3).expect("there is one").to_owned();
    let mut wrong = vec![
        id,
        foreign,
        format!("{handle}="),
        format!("{handle}A"),
        handle.to_uppercase(),
        handle.chars().skip(1).collect(),
        "A".repeat(7000),
    ];
    // Letters that stand for the same bytes are not the same handle.
    wrong.extend(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            .chars()
            .filter(|letter| *letter != tail)
            .map(|letter| format!("{last}{letter}")),
    );
    for wrong in &wrong {
        beat(wrong).refusal(401, "session_unknown");
        server.send(&Call::new("DELETE", &format!("/v1/playback/{wrong}"))).refusal(401, "session_unknown");
        let answer = server.get(&format!("/v1/manifests/{wrong}/vod/acme/film/master.m3u8"));
        answer.refusal(401, "session_unknown");
    }
    beat(&handle).expect(200);
    // It is no way to playlists that were not handed out by it, and with the login of somebody else it is none at all.
    server
        .send(&from("NO", Call::new("GET", &format!("/v1/manifests/{handle}/vod/acme/film/master.m3u8"))))
        .refusal(404, "not_found");
    let others = from("NO", Call::new("POST", url)).login(&world.issuer.login("other", "premium"));
    server.send(&others).refusal(403, "other_account");

    // The longest names that a login and a title may have, all of them of letters that are written as two.
    let title = format!("acme/series/{}", "x".repeat(500));
    let mut claims = world.issuer.claims(&"\"".repeat(255), "premium");
    claims["sid"] = json!("\\".repeat(255));
    claims["origin_jti"] = json!("\\".repeat(255));
    let long = server.play(&world.issuer.sign("one", &claims), &title, "cookie");
    assert_eq!(long.status, 200, "{}", long.text());
    server.beat(&long.expect(200)).expect(200);
}

#[test]
fn only_the_configured_pages_read_answers_whatever_they_call_themselves() {
    let world = World::new("attacks-origins");
    let server = world.start();
    let ask = |origins: &[&str]| {
        let call = origins
            .iter()
            .fold(Call::new("GET", "/v1/catalog"), |call, origin| call.header("origin", origin));
        server.send(&call)
    };
    for origin in [
        "https://tv.example.com.evil.example",
        "https://evil.example/https://tv.example.com",
        "HTTPS://tv.example.com",
        "https://tv.example.com:443",
        "https://tv.example.com/",
        "http://tv.example.com",
        "https://tv.example.com, https://evil.example",
        "null",
        "*",
        "https://tvXexample.com",
    ] {
        let answer = ask(&[origin]);
        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
        assert!(answer.all("vary").contains(&"origin"), "{origin}");
    }
    let answer = ask(&["https://evil.example", "https://tv.example.com"]);
    assert_ne!(answer.header("access-control-allow-origin"), Some("https://evil.example"));
    assert!(ask(&[]).all("vary").contains(&"origin"));
    assert_eq!(
        ask(&["https://tv.example.com"]).all("access-control-allow-origin"),
        ["https://tv.example.com"]
    );
}

#[test]
fn nobody_learns_of_bodies_or_titles_before_it_is_known_who_asks() {
    let world = World::new("attacks-order");
    let server = world.start();
    let viewer = world.issuer.login("viewer", "premium");
    let paths =
        ["/v1/admin/titles/acme/film", "/v1/admin/titles/NO", "/v1/admin/revocations", "/v1/admin/policies"];
    for path in paths {
        let method = if path.ends_with("revocations") { "POST" } else { "PUT" };
        for body in [b"{".to_vec(), b"{}".to_vec(), vec![b' '; 60_000]] {
            let call = || Call::new(method, path).header("content-type", "application/json").body(&body);
            server.send(&call()).refusal(401, "no_credentials");
            server.send(&call().login("a.b.c")).refusal(401, "login_malformed");
            server.send(&call().login(&viewer)).refusal(403, "not_admin");
        }
    }
    // The tier of a viewer is no group, and neither is a claim that looks like one.
    for (claim, value) in [
        ("tier", json!("admin")),
        ("groups", json!(["playgate-admin"])),
        ("cognito:groups", json!("playgate-administrators")),
        ("cognito:groups", json!([["playgate-admin"]])),
        ("cognito:groups", json!({"playgate-admin": true})),
    ] {
        let mut claims = world.issuer.claims("viewer", "premium");
        claims[claim] = value;
        let call =
            Call::new("DELETE", "/v1/admin/titles/acme/film").login(&world.issuer.sign("one", &claims));
        let answer = server.send(&call);
        assert!(matches!(answer.status, 401 | 403), "{claims}: {}", answer.text());
    }
}

fn memory(server: &Running) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it has memory");
    line.split_whitespace().next().expect("a number").parse().expect("a number")
}

#[test]
fn strangers_cannot_fill_the_memory_the_counts_or_the_time() {
    let world = World::with("attacks-memory", "\n[limits]\nper_account = 0\nper_address = 1000000\n");
    let server = world.start();
    let flood = |rounds: usize| {
        thread::scope(|scope| {
            for worker in 0..4 {
                let server = &server;
                scope.spawn(move || {
                    let stream = TcpStream::connect(server.address).expect("it is accepted");
                    let mut stream = std::io::BufReader::new(stream);
                    for number in 0..rounds {
                        let name = format!("{worker}-{number}");
                        let call = match number % 5 {
                            0 => Call::new(&format!("M{name}"), "/v1/catalog"),
                            1 => Call::new("GET", &format!("/v1/{name}")),
                            2 => {
                                Call::new("GET", &format!("/v1/catalog/{name}")).header("x-request-id", &name)
                            }
                            3 => Call::new("GET", "/v1/catalog").login(&format!("{name}.b.c")),
                            _ => Call::new("POST", &format!("/v1/playback/{name}/heartbeat")),
                        };
                        call.header("x-playgate-proxy", PROXY)
                            .header(
                                "cloudfront-viewer-address",
                                &format!("2001:db8:{worker:x}:{:x}::1:1", number % 60_000),
                            )
                            .send_on(&mut stream, true)
                            .expect("it answers");
                    }
                });
            }
        });
    };
    flood(1000);
    let (before, lines) = (memory(&server), server.get("/metrics").text().lines().count());
    flood(6000);
    let (after, now) = (memory(&server), server.get("/metrics").text().lines().count());
    assert!(now <= lines + 20, "{lines} lines of counts became {now}");
    // 24,000 requests with as many names, of which only addresses are remembered, for a minute.
    assert!(after < before + 12_000, "{before} kB became {after} kB");

    // A search of many words does not take the server's time.
    for query in ["a+".repeat(200), "%20".repeat(300), "x".repeat(300), "a%20".repeat(17)] {
        server.get(&format!("/v1/catalog?q={query}")).refusal(422, "invalid");
    }
    server.get(&format!("/v1/catalog?q={}", "a+".repeat(16))).expect(200);
    let tags = vec!["\"x\""; 4000].join(",");
    server.send(&Call::new("GET", "/v1/catalog").header("if-none-match", &tags)).expect(200);
}
