//! Playlists of signed addresses.

use crate::client::{Answer, Call};
use crate::world::{World, from, path};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

const MASTER: &str = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=3000000,RESOLUTION=1280x720\n720p/index.m3u8\n\
    #EXT-X-STREAM-INF:BANDWIDTH=9000000,RESOLUTION=3840x2160\n2160p/index.m3u8\n";
const MEDIA: &str =
    "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:6,\nseg-1.m4s\n#EXT-X-ENDLIST\n";

/// Where the media are: what it was asked for, and what it answers.
pub(crate) struct Origin {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Origin {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
                let mut head = [0; 4096];
                let length = stream.read(&mut head).unwrap_or(0);
                let line = String::from_utf8_lossy(head.get(..length).unwrap_or_default()).into_owned();
                let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
                let (status, body) = match path.as_str() {
                    "/vod/acme/film/master.m3u8" => (200, MASTER),
                    "/vod/acme/film/720p/index.m3u8" => (200, MEDIA),
                    _ => (404, ""),
                };
                log.lock().expect("nobody panicked").push(path);
                let answer = format!(
                    "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { address, asked }
    }
}

#[test]
fn a_player_follows_signed_addresses_from_the_manifest_to_the_segment() {
    let origin = Origin::start();
    let mut world = World::new("manifests");
    let url = "url = \"https://media.example.com\"\n";
    world.change(url, &format!("{url}origin = \"http://{}\"\n", origin.address));
    let server = world.start();
    let playback =
        server.play(&world.issuer.login("viewer", "premium"), "acme/film", "signed-url").expect(200);
    let manifest = path(&playback["url"]).to_owned();
    let ask = |path: &str, country: &str| -> Answer { server.send(&from(country, Call::new("GET", path))) };
    let answer = ask(&manifest, "NO");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/vnd.apple.mpegurl")));
    // The cap of the grant is 1080 lines; what is left leads on to this server.
    assert_eq!(
        answer.text(),
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=3000000,RESOLUTION=1280x720\n720p/index.m3u8\n"
    );
    let folder = manifest.trim_end_matches("master.m3u8").to_owned();
    let media = ask(&format!("{folder}720p/index.m3u8"), "NO").text();
    let segment = media.lines().find(|line| line.contains("seg-1.m4s")).expect("there is one").to_owned();
    assert!(
        segment.starts_with("https://media.example.com/vod/acme/film/720p/seg-1.m4s?Policy="),
        "{segment}"
    );
    assert!(media.contains("URI=\"https://media.example.com/vod/acme/film/720p/init.mp4?Policy="), "{media}");
    std::fs::write(
        world.folder.join("public.pem"),
        include_str!("../../../tests/keys/test-only-rsa-public.pem"),
    )
    .expect("written");
    let verify = |url: &str| {
        let args =
            ["verify", "url", "--url", url, "--key-pair-id", "K2JCJMDEHXQW5F", "--public-key", "public.pem"];
        let out = Command::new(env!("CARGO_BIN_EXE_playgate"))
            .args(args)
            .current_dir(&world.folder)
            .output()
            .expect("it runs");
        String::from_utf8_lossy(&out.stdout).trim().to_owned()
    };
    assert_eq!(verify(&segment), "allowed");
    assert_ne!(verify(&segment.replace("acme/film", "acme/film2")), "allowed");

    let before = origin.asked.lock().expect("nobody panicked").len();
    for (path, country, status, reason) in [
        (format!("{folder}720p/index.m3u8"), "DE", 451, "territory"),
        (format!("{folder}../film2/master.m3u8"), "NO", 404, "not_found"),
        (format!("{folder}%2e%2e/film2/master.m3u8"), "NO", 404, "not_found"),
        (manifest.replace("acme/film", "acme/series/one"), "NO", 404, "not_found"),
        (format!("{folder}720p/seg-1.m4s"), "NO", 404, "not_found"),
        (manifest.replace("/v1/manifests/", "/v1/manifests/A"), "NO", 401, "session_unknown"),
    ] {
        ask(&path, country).refusal(status, reason);
    }
    assert_eq!(
        origin.asked.lock().expect("nobody panicked").len(),
        before,
        "the origin is not asked for what is refused"
    );
    ask(&format!("{folder}360p/index.m3u8"), "NO").refusal(404, "not_found");
    server.end(&playback).expect(204);
    ask(&manifest, "NO").refusal(403, "session_ended");
    // Another delivery's session is no way in.
    let other = server.play(&world.issuer.login("viewer", "premium"), "acme/film", "cookie").expect(200);
    let handle = path(&other["heartbeat"]["url"])
        .trim_start_matches("/v1/playback/")
        .trim_end_matches("/heartbeat")
        .to_owned();
    ask(&format!("/v1/manifests/{handle}/vod/acme/film/720p/index.m3u8"), "NO").refusal(404, "not_found");
}

#[test]
fn players_that_drop_no_heights_get_a_playlist_without_them_whatever_the_delivery() {
    let origin = Origin::start();
    let mut world = World::new("capped");
    let url = "url = \"https://media.example.com\"\n";
    world.change(url, &format!("{url}origin = \"http://{}\"\n", origin.address));
    let server = world.start();
    let login = world.issuer.login("viewer", "premium");
    for delivery in ["path-token", "cookie"] {
        let playback = server.play(&login, "acme/film", delivery).expect(200);
        assert_eq!(playback["decision"]["max_height"], 1080);
        let capped = path(&playback["capped_url"]).to_owned();
        assert!(
            capped.starts_with("/v1/manifests/") && capped.ends_with("/vod/acme/film/master.m3u8"),
            "{capped}"
        );
        let ask = |path: &str, country: &str| server.send(&from(country, Call::new("GET", path)));
        let text = ask(&capped, "NO").text();
        let lines: Vec<_> = text.lines().collect();
        let [begin, variant, address] = lines.as_slice() else { panic!("{text}") };
        assert_eq!(
            [*begin, *variant],
            ["#EXTM3U", "#EXT-X-STREAM-INF:BANDWIDTH=3000000,RESOLUTION=1280x720"]
        );
        let inside = address.strip_prefix("https://media.example.com").expect("it is at the CDN");
        let inside = inside.strip_suffix("/vod/acme/film/720p/index.m3u8").expect("it is the title's");
        match delivery {
            // A token of its own, as good as the one in the answer.
            "path-token" => assert!(inside.starts_with("/t/") && inside.len() > 50, "{inside}"),
            _ => assert_eq!(inside, ""),
        }
        // Whoever may not play gets none, and media playlists are where it leads.
        ask(&capped, "DE").refusal(451, "territory");
        ask(&capped.replace("master", "720p/index"), "NO").refusal(404, "not_found");
        ask(&capped.replace("/film/", "/film2/"), "NO").refusal(404, "not_found");
        server.end(&playback).expect(204);
        ask(&capped, "NO").refusal(403, "session_ended");
    }
    // Their own address is capped already.
    let signed = server.play(&login, "acme/film", "signed-url").expect(200);
    assert_eq!(signed.get("capped_url"), None);
}

#[test]
fn without_an_origin_or_a_cap_there_is_no_capped_playlist() {
    let world = World::new("uncapped");
    let server = world.start();
    let playback =
        server.play(&world.issuer.login("viewer", "premium"), "acme/film", "path-token").expect(200);
    assert_eq!(playback.get("capped_url"), None, "the CDN would refuse this server the playlist");
}

#[test]
fn a_title_within_another_is_not_opened_by_it() {
    let origin = Origin::start();
    let mut world = World::new("nested");
    let url = "url = \"https://media.example.com\"\n";
    world.change(url, &format!("{url}origin = \"http://{}\"\n", origin.address));
    // Named by a rule, which the API's catalogue does not know.
    let policy = world.folder.join("policies/acme.toml");
    let rules = std::fs::read_to_string(&policy).expect("it is there");
    let named = rules.replace("titles = [\"acme/gone\"]", "titles = [\"acme/gone\", \"acme/film/extra\"]");
    assert_ne!(named, rules);
    std::fs::write(policy, named).expect("it is written");
    let server = world.start();
    let login = world.issuer.login("viewer", "premium");
    let playback = server.play(&login, "acme/film", "path-token").expect(200);
    let capped = path(&playback["capped_url"]).to_owned();
    let signed = path(&server.play(&login, "acme/film", "signed-url").expect(200)["url"]).to_owned();
    let ask = |path: &str| server.send(&from("NO", Call::new("GET", path)));
    for manifest in [&capped, &signed] {
        assert_eq!(ask(manifest).status, 200);
        for inner in ["extra/master.m3u8", "extra/720p/index.m3u8"] {
            let detail = ask(&manifest.replace("master.m3u8", inner)).refusal(404, "not_found");
            assert!(
                detail["detail"].as_str().is_some_and(|text| text.contains("`acme/film/extra`")),
                "{detail}"
            );
        }
    }
    // Once the catalogue has it, nothing is signed that would open both.
    let admin = world.issuer.admin();
    let title = serde_json::json!({"name": "Extra"});
    server.send(&Call::new("PUT", "/v1/admin/titles/acme/film/extra").login(&admin).json(&title)).expect(200);
    for delivery in ["cookie", "signed-url"] {
        let refused = server.play(&login, "acme/film", delivery).refusal(400, "delivery");
        assert!(
            refused["detail"].as_str().is_some_and(|text| text.contains("`acme/film/extra`")),
            "{refused}"
        );
    }
    server.play(&login, "acme/film", "path-token").expect(200);
}
