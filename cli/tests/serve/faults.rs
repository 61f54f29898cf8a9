//! What goes wrong around the server: for each the declared answer, and recovery without a restart.

use crate::client::{Answer, Call};
use crate::issuer;
use crate::limits::{manifest, with_media};
use crate::media::{Behaviour, MEDIA, MULTIVARIANT};
use crate::world::{POLICY, Running, World, from};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// What becomes of a file, with a name.
type Fault<'f> = (&'f str, &'f dyn Fn(&Path));

/// Waits until something holds, for at most so many seconds.
#[track_caller]
pub(crate) fn within(seconds: u64, what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(seconds), "{what}: not within {seconds} s");
        thread::sleep(Duration::from_millis(100));
    }
}

fn counted(server: &Running, login: &str) -> Answer {
    server.play(login, "acme/counted/1", "path-token")
}

#[test]
fn on_a_full_disk_what_is_read_goes_on_and_writings_do_as_soon_as_there_is_room() {
    let mut world = World::with("faults-full", "\n[limits]\nper_account = 0\n");
    drop(world.start());
    let size = fs::metadata(world.folder.join("playgate.db")).expect("it is there").len();
    // No file may grow beyond this: to the store it is the end of the disk.
    let script = format!("trap '' XFSZ; ulimit -S -f {}; exec \"$0\" \"$@\"", size / 1024 + 600);
    world.by = ["bash", "-c", &script].map(str::to_owned).into();
    let server = world.start();
    let admin = world.issuer.admin();
    let login = world.issuer.login("viewer", "premium");
    let playback = counted(&server, &login).expect(200);
    let put = |number: u32| {
        let body =
            json!({"name": "large", "description": "x".repeat(8000), "metadata": {"a": "b".repeat(1000)}});
        let call = Call::new("PUT", &format!("/v1/admin/titles/acme/series/{number:04}"));
        server.send(&call.login(&admin).json(&body))
    };
    let mut kept = 0;
    let refused = loop {
        let answer = put(kept);
        if answer.status != 200 {
            break answer;
        }
        kept += 1;
        assert!(kept < 2000, "the disk is never full");
    };
    refused.refusal(503, "store_unavailable");
    assert!(kept > 5, "{kept}");
    within(5, "it knows that it is not ready", || server.get("/readyz").status == 503);
    counted(&server, &login).refusal(503, "store_unavailable");
    // Nothing has to be written for these: players play on.
    server.beat(&playback).expect(200);
    assert_eq!(server.get("/healthz").status, 200);
    let page = |server: &Running| {
        let call = Call::new("GET", "/v1/catalog?limit=200").login(&login);
        server.send(&from("NO", call)).expect(200)["titles"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(page(&server), usize::try_from(kept).expect("a few").min(200));

    let id = server.id().to_string();
    let room = Command::new("prlimit").args(["--pid", &id, "--fsize=unlimited:"]).status();
    assert!(room.expect("prlimit runs").success());
    within(20, "there is room again", || server.get("/readyz").status == 200);
    put(kept).expect(200);
    counted(&server, &login).expect(200);
    server.beat(&playback).expect(200);
    server.kill();
    world.by.clear();
    let server = world.start();
    assert_eq!(page(&server), usize::try_from(kept + 1).expect("a few").min(200));
    server.beat(&playback).expect(200);
}

#[test]
fn a_store_that_goes_away_is_unavailable_until_it_is_back() {
    let world = World::new("faults-gone");
    let server = world.start();
    let (file, aside) = (world.folder.join("playgate.db"), world.folder.join("aside.db"));
    let login = world.issuer.login("viewer", "premium");
    let playback = counted(&server, &login).expect(200);
    let ready = |server: &Running| server.get("/readyz").status == 200;
    let faults: [Fault<'_>; 4] = [
        ("removed", &|_| {}),
        ("empty", &|file| fs::write(file, "").expect("it is written")),
        ("another kind", &|file| fs::write(file, "Dear diary,\n".repeat(1000)).expect("it is written")),
        ("a folder", &|file| fs::create_dir(file).expect("it is made")),
    ];
    for (name, fault) in faults {
        fs::rename(&file, &aside).expect("it is moved");
        fault(&file);
        within(10, name, || !ready(&server));
        counted(&server, &login).refusal(503, "store_unavailable");
        let answer = server.beat(&playback);
        assert!(matches!(answer.status, 200 | 503), "{name}: {}", answer.text());
        assert_eq!(server.get("/healthz").status, 200);
        // What is in memory is told on.
        server.send(&from("NO", Call::new("GET", "/v1/catalog").login(&login))).expect(200);
        if file.is_dir() {
            fs::remove_dir(&file)
        } else if file.exists() {
            fs::remove_file(&file)
        } else {
            Ok(())
        }
        .expect("it is cleared away");
        fs::rename(&aside, &file).expect("it is moved back");
        within(20, name, || ready(&server));
        server.beat(&playback).expect(200);
    }
    for _ in 0..2 {
        counted(&server, &login).expect(200);
    }
    counted(&server, &login).refusal(403, "concurrency");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn an_issuer_that_is_away_slow_or_has_new_keys_is_asked_again() {
    let world = World::new("faults-issuer");
    let server = world.start();
    let issuer = &world.issuer;
    let play = |login: &str| server.play(login, "acme/film", "path-token");
    issuer.behave(issuer::Behaviour::Silent);
    let asked = Instant::now();
    play(&issuer.login("viewer", "premium")).refusal(503, "keys_unavailable");
    assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
    // Who comes meanwhile does not wait for it, and nobody without a login does.
    let asked = Instant::now();
    play(&issuer.login("other", "premium")).refusal(503, "keys_unavailable");
    server.get("/v1/catalog").expect(200);
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    issuer.behave(issuer::Behaviour::Keys(vec!["one"]));
    within(75, "the issuer is back", || play(&issuer.login("viewer", "premium")).status == 200);
    // Its keys rotate: both hold, until the new set has only one.
    issuer.behave(issuer::Behaviour::Keys(vec!["one", "two"]));
    let new = || issuer.sign("two", &issuer.claims("viewer", "premium"));
    within(75, "there are new keys", || play(&new()).status == 200);
    play(&issuer.login("viewer", "premium")).expect(200);
    assert!(issuer.asked() < 12, "{}", issuer.asked());
}

#[test]
fn the_first_logins_of_a_start_wait_for_the_keys_whoever_goes_away() {
    let world = World::with("faults-first", "\n[limits]\nper_account = 0\n");
    let issuer = &world.issuer;
    for round in 0..8 {
        issuer.behave(issuer::Behaviour::Slow(vec!["one"], Duration::from_millis(20 * round)));
        let server = world.start();
        let start = Barrier::new(16);
        thread::scope(|scope| {
            for number in 0..16 {
                let (server, start) = (&server, &start);
                let login = issuer.login(&format!("viewer-{number}"), "premium");
                scope.spawn(move || {
                    start.wait();
                    server.play(&login, "acme/film", "path-token").expect(200);
                });
            }
        });
    }
    // Keys that somebody asked for who does not wait for them are there for the next.
    issuer.behave(issuer::Behaviour::Slow(vec!["one"], Duration::from_millis(400)));
    let server = world.start();
    let login = issuer.login("viewer", "premium");
    let ask = format!("GET /v1/catalog HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {login}\r\n\r\n");
    let mut stream = std::net::TcpStream::connect(server.address).expect("it is accepted");
    std::io::Write::write_all(&mut stream, ask.as_bytes()).expect("it is sent");
    thread::sleep(Duration::from_millis(100));
    drop(stream);
    thread::sleep(Duration::from_millis(100));
    server.play(&login, "acme/film", "path-token").expect(200);
}

/// The library that shows a process another time, if `scripts/faketime` has put it there.
fn faketime() -> Option<PathBuf> {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/faketime/libfaketime.so.1");
    let library = library.canonicalize().ok();
    if library.is_none() {
        eprintln!("there is no libfaketime: run scripts/faketime");
    }
    library
}

#[test]
fn a_clock_that_jumps_takes_no_place_for_long_and_no_withdrawal_away() {
    let Some(library) = faketime() else { return };
    let mut world = World::with(
        "faults-clock",
        "\n[streams]\nheartbeat = 5\nfreed_within = 10\nrelaxed = 20\n\n[limits]\nper_account = 0\n",
    );
    let clock = world.folder.join("clock");
    let set = |days: i64| fs::write(&clock, format!("{:+}", days * 86_400)).expect("it is set");
    set(0);
    world.environment = [
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME_TIMESTAMP_FILE", clock.display().to_string()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let server = world.start();
    let login = |subject: &str, days: i64| {
        let mut claims = world.issuer.claims(subject, "premium");
        claims["iat"] = json!(issuer::now() - 5 + days * 86_400);
        claims["exp"] = json!(issuer::now() + 3600 + days * 86_400);
        claims["cognito:groups"] = json!(["playgate-admin"]);
        world.issuer.sign("one", &claims)
    };
    let viewer = login("viewer", 0);
    for _ in 0..3 {
        counted(&server, &viewer).expect(200);
    }
    let revocation = json!({"kind": "account", "id": "withdrawn"});
    let call = Call::new("POST", "/v1/admin/revocations").login(&login("admin", 0)).json(&revocation);
    server.send(&call).expect(200);
    let withdrawn = login("withdrawn", 0);
    counted(&server, &withdrawn).refusal(401, "revoked");

    set(60);
    // What has ended by the clock has ended, and who logs in by it plays.
    counted(&server, &viewer).refusal(401, "login_expired");
    let later = login("viewer", 60);
    for _ in 0..3 {
        counted(&server, &later).expect(200);
    }
    counted(&server, &later).refusal(403, "concurrency");
    // Long enough for what has expired to be dropped.
    within(40, "the jump is noticed", || server.log().iter().any(|line| line.contains("\"clock\"")));
    thread::sleep(Duration::from_secs(1));

    set(0);
    // Places that were taken until then are free as soon as those of any player that is gone.
    counted(&server, &viewer).refusal(403, "concurrency");
    within(15, "the places are free", || counted(&server, &viewer).status == 200);
    counted(&server, &withdrawn).refusal(401, "revoked");
    // It was not dropped either: it is there at the next start.
    server.kill();
    let server = world.start();
    counted(&server, &withdrawn).refusal(401, "revoked");
    // And one that is set back by a year only ends nothing sooner.
    set(-365);
    let early = login("viewer", -365);
    counted(&server, &early);
    set(0);
    within(15, "the places are free", || counted(&server, &viewer).status == 200);
}

/// What `playgate policy build` makes of the policy with more behind it.
pub(crate) fn bundle(world: &World, name: &str, more: &str) -> Vec<u8> {
    let folder = world.folder.join(name);
    fs::create_dir_all(&folder).expect("it is made");
    fs::write(folder.join("acme.toml"), format!("{POLICY}{more}")).expect("it is written");
    let built = Command::new(env!("CARGO_BIN_EXE_playgate"))
        .args(["policy", "build", name, "-o", &format!("{name}.bundle")])
        .current_dir(&world.folder)
        .output()
        .expect("it runs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    fs::read(world.folder.join(format!("{name}.bundle"))).expect("it is there")
}

/// One more grant.
pub(crate) fn another(number: usize) -> String {
    format!(
        "\n[[grant]]\nid = \"more-{number}\"\ntitles = [\"acme/more/{number}\"]\nterritories = [\"*\"]\nfrom = 2026-01-01T00:00:00Z\ntiers = [\"*\"]\n"
    )
}

#[test]
fn a_bundle_that_is_not_whole_changes_nothing_now_or_at_the_next_start() {
    let world = World::new("faults-bundle");
    let server = world.start();
    let admin = world.issuer.admin();
    let login = world.issuer.login("viewer", "premium");
    let put = |server: &Running, bytes: &[u8]| {
        let call = Call::new("PUT", "/v1/admin/policies").header("content-type", "application/octet-stream");
        server.send(&call.login(&admin).body(bytes))
    };
    let in_force = |server: &Running| {
        let playback = server.play(&login, "acme/film", "path-token").expect(200);
        playback["decision"]["policy"].as_str().expect("a text").to_owned()
    };
    let good = bundle(&world, "good", &another(1));
    let name = put(&server, &good).expect(200)["policy"].as_str().expect("a text").to_owned();
    assert_eq!(in_force(&server), name);

    let mut wrong: Vec<Vec<u8>> = vec![Vec::new(), b"x".to_vec(), b"not a bundle at all".repeat(100)];
    wrong.extend([1, 7, 8, 16, 64, good.len() / 2, good.len() - 1].map(|length| good[..length].to_vec()));
    wrong.push([&good[..], b"x"].concat());
    // Its beginning says of which version it is; any other byte is under a checksum.
    for position in (0..good.len()).step_by(good.len() / 60).chain(0..16) {
        let mut altered = good.clone();
        altered[position] ^= 1;
        wrong.push(altered);
    }
    for (number, bytes) in wrong.iter().enumerate() {
        let refused = put(&server, bytes);
        assert_eq!(refused.status, 422, "{number}: {}", refused.text());
        assert!(refused.refusal(422, "invalid")["detail"].is_string());
    }
    assert_eq!(in_force(&server), name);
    // One that breaks off on the way, too.
    let head = format!(
        "PUT /v1/admin/policies HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {admin}\r\ncontent-length: {}\r\n\r\n",
        good.len()
    );
    for _ in 0..5 {
        let mut stream = std::net::TcpStream::connect(server.address).expect("it is accepted");
        std::io::Write::write_all(&mut stream, &[head.as_bytes(), &good[..good.len() / 2]].concat())
            .expect("it is sent");
    }
    assert_eq!(in_force(&server), name);
    server.kill();
    let server = world.start();
    assert_eq!(in_force(&server), name);
    server.play(&login, "acme/more/1", "path-token").expect(200);
}

#[test]
fn of_bundles_that_are_put_at_once_one_is_in_force_here_and_at_the_next_start() {
    let world = World::new("faults-bundles");
    let admin = world.issuer.admin();
    let login = world.issuer.login("viewer", "premium");
    let bundles: Vec<_> =
        (0..4).map(|number| bundle(&world, &format!("b{number}"), &another(number))).collect();
    for round in 0..25 {
        let server = world.start();
        let start = Barrier::new(8);
        thread::scope(|scope| {
            for worker in 0..8 {
                let (server, admin, bytes, start) = (&server, &admin, &bundles[(worker + round) % 4], &start);
                scope.spawn(move || {
                    let call = Call::new("PUT", "/v1/admin/policies").login(admin).body(bytes);
                    start.wait();
                    server.send(&call).expect(200);
                });
            }
        });
        let in_force = |server: &Running| {
            server.play(&login, "acme/film", "path-token").expect(200)["decision"]["policy"].clone()
        };
        let policy: Value = in_force(&server);
        server.kill();
        assert_eq!(in_force(&world.start()), policy, "round {round}");
    }
}

#[test]
fn media_that_are_away_slow_or_lie_are_refused_in_words_and_come_back() {
    let (world, media) = with_media(World::with("faults-media", "\n[limits]\nper_account = 0\n"));
    let server = world.start();
    let login = world.issuer.login("viewer", "premium");
    let playback = server.play(&login, "acme/film", "signed-url").expect(200);
    let ask = || server.send(&manifest(&playback).login(&login).header("cookie", "secret=1"));
    assert!(ask().text().contains("720p/index.m3u8"));
    let playlist = |text: &str| Behaviour::Playlist(text.as_bytes().to_vec(), Duration::ZERO);
    let raw = |text: &str| Behaviour::Raw(text.as_bytes().to_vec());
    let huge = format!("#EXTM3U\n#EXT-X-TARGETDURATION:6\n{}", "#EXTINF:6,\nseg.m4s\n".repeat(500_000));
    for (number, (behaviour, status, reason)) in [
        (
            playlist(
                "#EXTM3U\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"https://evil.example\"\n#EXTINF:6,\n{$a}/x\n",
            ),
            502,
            "no_playlist",
        ),
        (playlist(&format!("{MEDIA}#EXT-X-KEY:METHOD=AES-128,URI=\"k1\n")), 502, "no_playlist"),
        (Behaviour::Playlist(huge.into_bytes(), Duration::ZERO), 502, "origin_unreachable"),
        (Behaviour::Endless, 502, "origin_unreachable"),
        (Behaviour::Silent, 502, "origin_unreachable"),
        (
            raw("HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest\r\ncontent-length: 0\r\n\r\n"),
            502,
            "origin_unreachable",
        ),
        (raw("HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n"), 502, "origin_unreachable"),
        (raw("HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n"), 404, "not_found"),
        (raw("HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n"), 404, "not_found"),
        (raw("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n#EXTM3U\n"), 502, "origin_unreachable"),
        (raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"), 502, "origin_unreachable"),
        (raw("SSH-2.0-OpenSSH_9.2\r\n"), 502, "origin_unreachable"),
        (raw(""), 502, "origin_unreachable"),
    ]
    .into_iter()
    .enumerate()
    {
        media.behave(behaviour);
        let asked = Instant::now();
        let answer = ask();
        assert_eq!(
            answer.status,
            status,
            "{number}: {}",
            answer.text().chars().take(500).collect::<String>()
        );
        answer.refusal(status, reason);
        assert!(asked.elapsed() < Duration::from_secs(7), "{number}: {:?}", asked.elapsed());
        media.behave(playlist(MULTIVARIANT));
        assert!(ask().text().contains("720p/index.m3u8"), "{number}: it does not come back");
    }
    // What players send is none of the media's business.
    let heads = media.asked();
    assert!(heads.iter().all(|head| head.starts_with("GET /vod/acme/film/master.m3u8 HTTP/1.1")));
    assert!(
        heads.iter().all(|head| !head.contains("secret=1") && !head.to_lowercase().contains("authorization"))
    );
}
