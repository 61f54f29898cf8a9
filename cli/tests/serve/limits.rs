//! What is too large, too slow, too much or too many; and stopping while somebody is being served.

use crate::client::Call;
use crate::issuer::now;
use crate::media::{Behaviour, MULTIVARIANT, Media};
use crate::world::{PROXY, Running, World, from, path};
use serde_json::{Value, json};
use std::io::{BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) fn limited(name: &str, limits: &str) -> World {
    World::with(name, &format!("\n[limits]\n{limits}\n"))
}

/// With a server of playlists.
pub(crate) fn with_media(mut world: World) -> (World, Media) {
    let media = Media::start();
    world.change(
        "[media]\nurl = \"https://media.example.com\"\n",
        &format!("[media]\nurl = \"https://media.example.com\"\norigin = \"http://{}\"\n", media.address),
    );
    (world, media)
}

/// A request for the playlist of a session.
pub(crate) fn manifest(playback: &Value) -> Call {
    from("NO", Call::new("GET", path(&playback["url"])))
}

/// A connection on which this was sent, and nothing more.
pub(crate) fn begun(address: SocketAddr, sent: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("it is accepted");
    stream.set_read_timeout(Some(Duration::from_secs(40))).expect("it can be set");
    stream.write_all(sent).expect("it is sent");
    stream
}

pub(crate) fn rest(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    // A connection that is reset has nothing more to say.
    let _ = stream.read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// Waits until a minute has so much left that its counts are not begun anew meanwhile.
fn early_in_a_minute() {
    while now() % 60 > 45 {
        thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    let world = World::new("limits-large");
    let server = world.start();
    let head = |more: &str| {
        format!("POST /v1/playback HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{more}\r\n")
    };
    // It says how much it will send, and never does: the answer comes all the same.
    let announced = begun(server.address, head("content-length: 65537\r\n").as_bytes());
    let answer = rest(announced);
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("\"too_large\""), "{answer}");
    let mut chunked = begun(server.address, head("transfer-encoding: chunked\r\n").as_bytes());
    for _ in 0..70 {
        if chunked.write_all(format!("400\r\n{}\r\n", "x".repeat(1024)).as_bytes()).is_err() {
            break;
        }
    }
    let answer = rest(chunked);
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    for number in ["18446744073709551616", "-1", "+5", "5, 6", "0x10", ""] {
        let answer = rest(begun(server.address, head(&format!("content-length: {number}\r\n")).as_bytes()));
        assert!(answer.starts_with("HTTP/1.1 400 "), "{number}: {answer}");
    }

    let heads = [
        format!("GET /v1/catalog HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "x".repeat(100_000)),
        format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "x".repeat(100_000)),
        format!("GET /v1/catalog HTTP/1.1\r\nhost: x\r\n{}\r\n", "x-many: 1\r\n".repeat(200)),
    ];
    for head in heads {
        let mut stream = begun(server.address, b"");
        let _ = stream.write_all(head.as_bytes());
        let answer = rest(stream);
        let is_refused = ["", "HTTP/1.1 431 ", "HTTP/1.1 414 ", "HTTP/1.1 400 "]
            .iter()
            .any(|start| answer.starts_with(start));
        assert!(is_refused && !answer.contains("200 OK"), "{answer}");
    }
    server.get("/v1/catalog").expect(200);
}

#[test]
fn who_sends_slowly_keeps_nobody_from_being_served() {
    let world = limited("limits-slow", "connections = 400\nrequests = 4\nseconds = 3");
    let server = world.start();
    let address = server.address;
    let login = world.issuer.login("viewer", "premium");
    server.play(&login, "acme/film", "path-token").expect(200);
    let head = "POST /v1/playback HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n";
    let started = Instant::now();
    let slow: Vec<_> = (0..120)
        .map(|number| {
            let is_body = number % 2 == 0;
            let stream =
                begun(address, if is_body { head.as_bytes() } else { b"GET /v1/catalog HTTP/1.1\r\nx: " });
            thread::spawn(move || {
                let mut writing = stream.try_clone().expect("it can be shared");
                let writer = thread::spawn(move || {
                    while writing.write_all(b"x").is_ok() && started.elapsed() < Duration::from_secs(30) {
                        thread::sleep(Duration::from_millis(500));
                    }
                });
                let answer = rest(stream);
                let took = started.elapsed();
                writer.join().expect("nobody panicked");
                (is_body, answer, took)
            })
        })
        .collect();
    thread::sleep(Duration::from_millis(500));
    let mut plays = 0;
    while started.elapsed() < Duration::from_secs(6) {
        let asked = Instant::now();
        server.play(&login, "acme/film", "path-token").expect(200);
        assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
        plays += 1;
        thread::sleep(Duration::from_millis(50));
    }
    assert!(plays > 20, "{plays}");
    for slow in slow {
        let (is_body, answer, took) = slow.join().expect("nobody panicked");
        if is_body {
            assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("\"slow\""), "{answer}");
            assert!(took < Duration::from_secs(9), "{took:?}");
        } else {
            assert!(!answer.contains("200 OK") && took < Duration::from_secs(19), "{took:?} {answer}");
        }
    }
}

#[test]
fn connections_beyond_the_most_wait_and_idle_ones_are_let_go() {
    let world = limited("limits-connections", "connections = 8\nconnections_per_address = 0");
    let server = world.start();
    let mut idle: Vec<_> = (0..8).map(|_| begun(server.address, b"")).collect();
    thread::sleep(Duration::from_millis(200));
    let health = b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let ninth = begun(server.address, health);
    ninth.set_read_timeout(Some(Duration::from_millis(500))).expect("it can be set");
    assert!((&ninth).read(&mut [0; 1]).is_err(), "it was served");
    drop(idle.pop());
    ninth.set_read_timeout(Some(Duration::from_secs(5))).expect("it can be set");
    assert!(rest(ninth).starts_with("HTTP/1.1 200 OK"));
    // Whoever says nothing loses the connection, so that others have it.
    idle.push(begun(server.address, b""));
    let since = Instant::now();
    assert!(rest(begun(server.address, health)).starts_with("HTTP/1.1 200 OK"));
    assert!(since.elapsed() < Duration::from_secs(18), "{:?}", since.elapsed());
    for stream in idle {
        assert_eq!(rest(stream), "");
    }
}

/// Fills the catalogue, so that a page of it is larger than any buffer on its way; gives a login that sees it.
fn large(world: &World, server: &Running) -> String {
    let admin = world.issuer.admin();
    let metadata: Value = (0..54)
        .map(|number| (format!("key-{number}"), json!("x".repeat(1000))))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let body = json!({"name": "large", "metadata": metadata});
    thread::scope(|scope| {
        for part in 0..2 {
            let (admin, body) = (&admin, &body);
            scope.spawn(move || {
                for number in (0..200).filter(|number| number % 2 == part) {
                    let call = Call::new("PUT", &format!("/v1/admin/titles/acme/counted/{number:03}"));
                    server.send(&call.login(admin).json(body)).expect(200);
                }
            });
        }
    });
    world.issuer.login("viewer", "premium")
}

/// How many bytes of an answer came, and how many were announced.
fn come(answer: &str) -> (usize, usize) {
    let length = answer.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
    (answer.len(), length.expect("it begins").parse().expect("a number"))
}

#[test]
fn who_takes_an_answer_too_slowly_is_let_go_while_others_are_served() {
    let world = limited("limits-slow-reader", "per_account = 0");
    let server = world.start();
    let login = large(&world, &server);
    let ask =
        format!("GET /v1/catalog?limit=200 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {login}\r\n\r\n");
    let cut =
        |server: &Running| server.get("/metrics").text().contains("\nplaygate_connections_cut_total 1\n");
    // A little, again and again: never nothing for long.
    let mut slow = begun(server.address, ask.as_bytes());
    let (since, mut answer) = (Instant::now(), Vec::new());
    while !cut(&server) {
        assert!(since.elapsed() < Duration::from_mins(1), "it is served for ever: {}", answer.len());
        let mut part = [0; 2048];
        let read = slow.read(&mut part).expect("there is more");
        answer.extend_from_slice(&part[..read]);
        server.play(&login, "acme/film", "path-token").expect(200);
        thread::sleep(Duration::from_millis(250));
    }
    assert!(since.elapsed() > Duration::from_secs(15), "{:?}", since.elapsed());
    let (came, length) = come(&(String::from_utf8_lossy(&answer) + &*rest(slow)));
    assert!(length > 10_000_000 && came < length, "{came} of {length}");

    // Who takes it at twice the pace that is asked for is not let go, however long it takes.
    let mut patient = begun(server.address, ask.as_bytes());
    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(28) {
        let mut part = vec![0; 8192];
        patient.read_exact(&mut part).expect("there is more");
        thread::sleep(Duration::from_millis(200));
    }
    assert!(cut(&server), "another one was let go");
    // And now as fast as it can: all the rest comes.
    let all = rest_of_one(&mut patient);
    assert!(all > 5_000_000, "{all}");
}

/// How many bytes still come until nothing does for a while.
fn rest_of_one(stream: &mut TcpStream) -> usize {
    stream.set_read_timeout(Some(Duration::from_secs(2))).expect("it can be set");
    let (mut part, mut all) = (vec![0; 1 << 16], 0);
    while let Ok(read @ 1..) = stream.read(&mut part) {
        all += read;
    }
    all
}

#[test]
fn one_address_has_so_many_connections_and_others_are_let_in() {
    let mut world = limited("limits-address", "connections = 100\nconnections_per_address = 3");
    // One that has IPv4 and IPv6 has two addresses.
    world.change("listen = \"127.0.0.1:0\"", "listen = \"[::]:0\"\nprivate_listen = \"127.0.0.1:0\"");
    let server = world.start();
    let four = SocketAddr::from(([127, 0, 0, 1], server.address.port()));
    let health = b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let mut idle: Vec<_> = (0..3).map(|_| begun(four, b"")).collect();
    thread::sleep(Duration::from_millis(200));
    for _ in 0..5 {
        let asked = Instant::now();
        let mut refused = TcpStream::connect(four).expect("it is accepted");
        let _ = refused.write_all(health);
        assert_eq!(rest(refused), "");
        assert!(asked.elapsed() < Duration::from_secs(2), "it waits");
    }
    // Whoever looks after it is never too many.
    let private = server.private.expect("there is one");
    let counts = Call::new("GET", "/metrics").send(private).expect("it answers").text();
    for line in ["playgate_connections_refused_total 5", "playgate_connections 4"] {
        assert!(counts.contains(&format!("\n{line}\n")), "{line}\n{counts}");
    }
    let six = SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, server.address.port()));
    assert!(rest(begun(six, health)).starts_with("HTTP/1.1 200 OK"));
    drop(idle.pop());
    thread::sleep(Duration::from_millis(200));
    assert!(rest(begun(four, health)).starts_with("HTTP/1.1 200 OK"));
}

#[test]
fn who_takes_nothing_of_an_answer_is_let_go() {
    let world = World::new("limits-untaken");
    let server = world.start();
    let login = large(&world, &server);
    let ask =
        format!("GET /v1/catalog?limit=200 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {login}\r\n\r\n");
    let stream = begun(server.address, ask.as_bytes());
    thread::sleep(Duration::from_secs(24));
    let answer = rest(stream);
    let (came, length) = come(&answer);
    assert!(length > 10_000_000 && came < length, "{came} of {length}");
    // Who takes it gets all of it.
    let whole = server.send(&Call::new("GET", "/v1/catalog?limit=200").login(&login));
    assert_eq!(whole.body.len(), length);
}

#[test]
fn large_answers_that_nobody_takes_do_not_fill_the_memory() {
    let world = limited("limits-unsent", "unsent = 30000000\nper_account = 0");
    let server = world.start();
    let login = large(&world, &server);
    let ask =
        format!("GET /v1/catalog?limit=200 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {login}\r\n\r\n");
    let lazy: Vec<_> = (0..6).map(|_| begun(server.address, ask.as_bytes())).collect();
    let shed = |server: &Running| server.get("/metrics").text().contains("\nplaygate_shed_total 4\n");
    let since = Instant::now();
    while !shed(&server) {
        assert!(since.elapsed() < Duration::from_secs(15), "{}", server.get("/metrics").text());
        thread::sleep(Duration::from_millis(100));
    }
    let large = Call::new("GET", "/v1/catalog?limit=200").login(&login);
    server.send(&large).refusal(503, "overloaded");
    // What players need is small, and goes out.
    server.play(&login, "acme/film", "path-token").expect(200);
    server.send(&Call::new("GET", "/v1/catalog?limit=1").login(&login)).expect(200);
    // When they are gone there is room again.
    drop(lazy);
    let since = Instant::now();
    while server.send(&large).status != 200 {
        assert!(since.elapsed() < Duration::from_secs(15), "there is no room again");
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn what_is_beyond_the_most_is_not_begun_and_what_was_begun_is_answered() {
    let (world, media) = with_media(limited("limits-overload", "requests = 1\nseconds = 4"));
    let server = world.start();
    let playback =
        server.play(&world.issuer.login("viewer", "premium"), "acme/film", "signed-url").expect(200);
    media.behave(Behaviour::Playlist(MULTIVARIANT.into(), Duration::from_secs(2)));
    thread::scope(|scope| {
        let slow = scope.spawn(|| server.send(&manifest(&playback)));
        thread::sleep(Duration::from_millis(500));
        for _ in 0..10 {
            let refused = server.get("/v1/catalog");
            assert_eq!(refused.header("retry-after"), Some("1"));
            refused.refusal(503, "overloaded");
        }
        // Whoever looks after it sees it.
        assert_eq!((server.get("/healthz").status, server.get("/readyz").status), (200, 200));
        let counts = server.get("/metrics").text();
        assert!(counts.contains("\nplaygate_shed_total 10\n"), "{counts}");
        let answer = slow.join().expect("nobody panicked");
        assert_eq!((answer.status, answer.text().contains("720p")), (200, true));
    });
    server.get("/v1/catalog").expect(200);
    // What takes too long is given up, and so is its place.
    media.behave(Behaviour::Silent);
    let asked = Instant::now();
    server.send(&manifest(&playback)).refusal(503, "late");
    assert!(asked.elapsed() < Duration::from_secs(6));
    // Also if its client goes away.
    let stream = begun(
        server.address,
        format!("GET {} HTTP/1.1\r\nhost: x\r\n\r\n", path(&playback["url"])).as_bytes(),
    );
    thread::sleep(Duration::from_millis(300));
    drop(stream);
    thread::sleep(Duration::from_millis(300));
    server.get("/v1/catalog").expect(200);
    let counts = server.get("/metrics").text();
    assert!(counts.contains("\nplaygate_requests_under_way 1\n"), "{counts}");
}

#[test]
fn an_account_and_an_address_may_ask_so_often_in_a_minute() {
    let world = limited("limits-rates", "per_account = 5\nper_address = 30");
    let server = world.start();
    let ask = |login: &str, address: &str| {
        server.send(
            &Call::new("GET", "/v1/catalog")
                .login(login)
                .header("x-playgate-proxy", PROXY)
                .header("cloudfront-viewer-address", address),
        )
    };
    early_in_a_minute();
    let (one, two) = (world.issuer.login("one", "premium"), world.issuer.login("two", "premium"));
    for _ in 0..5 {
        ask(&one, "203.0.113.1:1").expect(200);
    }
    let refused = ask(&one, "203.0.113.1:1");
    let after: i64 = refused.header("retry-after").expect("it says when").parse().expect("a number");
    assert!((1..=60).contains(&after));
    refused.refusal(429, "too_many_requests");
    // Another login of the same account is no other account, and another account is.
    let mut claims = world.issuer.claims("one", "premium");
    claims["jti"] = json!("other");
    ask(&world.issuer.sign("one", &claims), "203.0.113.1:1").refusal(429, "too_many_requests");
    ask(&two, "203.0.113.1:1").expect(200);

    early_in_a_minute();
    let anonymous = |address: &str, secret: &str| {
        let call = Call::new("GET", "/v1/catalog").header("x-playgate-proxy", secret);
        server.send(&call.header("cloudfront-viewer-address", address)).status
    };
    let statuses: Vec<_> = (0..40).map(|_| anonymous("198.51.100.7:1", PROXY)).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 30, "{statuses:?}");
    assert_eq!(anonymous("198.51.100.8:1", PROXY), 200);
    // All of a /64 is one address; who only says where it comes from is where it comes from.
    assert_eq!((0..31).map(|number| anonymous(&format!("[2001:db8::{number:x}]:1"), PROXY)).max(), Some(429));
    let forged: Vec<_> = (0..40).map(|number| anonymous(&format!("192.0.2.{number}:1"), "guess")).collect();
    assert!(forged.contains(&429), "{forged:?}");
    // Health is told to anybody, however often.
    assert!((0..60).all(|_| server.get("/healthz").status == 200));
}

#[test]
fn strangers_fill_no_store() {
    let world = World::new("limits-strangers");
    let server = world.start();
    let store = || std::fs::read(world.folder.join("playgate.db")).expect("the store is a file");
    let body = json!({"title": "acme/free", "device": "tv", "delivery": "path-token"});
    let begin = || server.send(&from("NO", Call::new("POST", "/v1/playback").json(&body))).expect(200);
    let before = store();
    let sessions: Vec<_> = (0..100).map(|_| begin()).collect();
    for session in &sessions {
        server.beat(session).expect(200);
    }
    assert!(store() == before, "to begin and to go on write nothing");

    early_in_a_minute();
    let ended: Vec<_> = sessions.iter().map(|session| server.end(session).status).collect();
    assert_eq!(ended.iter().filter(|status| **status == 204).count(), 60, "{ended:?}");
    server.end(sessions.last().expect("there are some")).refusal(429, "too_many_requests");
    // What has ended does not come back, also not at a server that was started anew; the others go on.
    let hold = |server: &Running| {
        for (session, status) in sessions.iter().zip(&ended) {
            let beat = server.beat(session);
            if *status == 204 {
                beat.refusal(403, "session_ended");
            } else {
                beat.expect(200);
            }
        }
    };
    hold(&server);
    server.kill();
    hold(&world.start());
}

fn stop_and_time(server: Running) -> (Option<i32>, Duration) {
    let asked = Instant::now();
    let code = server.stop();
    (code, asked.elapsed())
}

#[test]
fn what_was_begun_is_finished_when_it_is_told_to_stop() {
    let (world, media) = with_media(limited("limits-stop", "stop_seconds = 12"));
    let server = world.start();
    let address = server.address;
    let login = world.issuer.login("viewer", "premium");
    let playback = server.play(&login, "acme/film", "signed-url").expect(200);
    media.behave(Behaviour::Playlist(MULTIVARIANT.into(), Duration::from_secs(3)));
    // Somebody is being served, somebody has been, somebody says nothing, and somebody is in the middle of it.
    let call = manifest(&playback);
    let slow = thread::spawn(move || call.send(address));
    let mut kept = BufReader::new(begun(address, b""));
    Call::new("GET", "/v1/catalog").send_on(&mut kept, true).expect("it answers").expect(200);
    let silent = begun(address, b"");
    thread::sleep(Duration::from_millis(500));
    let stopping = thread::spawn(move || stop_and_time(server));
    thread::sleep(Duration::from_millis(500));
    assert!(TcpStream::connect(address).is_err(), "it still accepts");
    assert_eq!(rest(kept.into_inner()), "", "a connection without a request is closed");
    let answer = slow.join().expect("nobody panicked").expect("it was answered");
    assert_eq!((answer.status, answer.text().contains("720p")), (200, true));
    let (code, took) = stopping.join().expect("nobody panicked");
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(8), "who says nothing is not waited for: {took:?}");
    drop(silent);
}

#[test]
fn who_never_finishes_does_not_keep_it_from_stopping() {
    let world = limited("limits-stop-stuck", "stop_seconds = 3");
    let server = world.start();
    let request = "POST /v1/playback HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 60\r\n\r\n{";
    let held = [
        begun(server.address, b""),
        begun(server.address, b"GET /v1/cat"),
        begun(server.address, request.as_bytes()),
    ];
    thread::sleep(Duration::from_millis(300));
    let (code, took) = stop_and_time(server);
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(6), "{took:?}");
    drop(held);
    world.start().get("/healthz");
}

#[test]
fn connections_leave_files_to_be_opened() {
    let mut world = World::new("limits-files");
    world.by = ["bash", "-c", "ulimit -n 256; exec \"$0\" \"$@\""].map(str::to_owned).into();
    let server = world.start();
    let mut first = BufReader::new(begun(server.address, b""));
    Call::new("GET", "/v1/catalog").send_on(&mut first, true).expect("it answers").expect(200);
    // What is not accepted waits, and perhaps not even that.
    let soon = Duration::from_millis(50);
    let idle: Vec<_> =
        (0..300).filter_map(|_| TcpStream::connect_timeout(&server.address, soon).ok()).collect();
    assert!(idle.len() > 200, "{}", idle.len());
    thread::sleep(Duration::from_millis(500));
    // For this the issuer has to be asked for its keys, and something to be written.
    let login = world.issuer.login("viewer", "premium");
    let body = json!({"title": "acme/film", "delivery": "path-token"});
    let call = from("NO", Call::new("POST", "/v1/playback").login(&login).json(&body));
    call.send_on(&mut first, true).expect("it answers").expect(200);
}
