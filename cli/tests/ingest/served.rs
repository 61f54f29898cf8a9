//! With an origin API: keys over SPEKE, the entry put there, and what happens if it refuses.

use crate::client::Call;
use crate::videos::{Content, complains, video};
use crate::world::{Running, World, from};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::thread;

const DRM: &str = r#"
[drm]
master_key = { id = "m1", key = { file = "master.hex" } }

[[tenant]]
id = "acme"
titles = ["acme/*"]
packager = "acme-packager"
password = { file = "packager.txt" }
"#;

/// A server, and beside the content who may do what there.
fn begun(name: &str) -> (Content, World, Running) {
    let (content, world) = (Content::new(name), World::with(&format!("ingest-{name}"), DRM));
    fs::write(
        world.folder.join("master.hex"),
        "5f3b1c0de2a94786b0c1d2e3f405162738495a6b7c8d9eafb0c1d2e3f4051627",
    )
    .expect("it is written");
    for folder in [&world.folder, &content.folder] {
        fs::write(folder.join("packager.txt"), "test-only-password-of-acme\n").expect("it is written");
    }
    fs::write(content.folder.join("admin.login"), world.issuer.admin()).expect("it is written");
    fs::write(content.folder.join("viewer.login"), world.issuer.login("viewer", "premium"))
        .expect("it is written");
    fs::write(content.folder.join("wrong.txt"), "test-only-password-of-nobody").expect("it is written");
    video(&content.folder.join("a.mp4"));
    let server = world.start();
    (content, world, server)
}

/// The words for a server and a packager.
fn words<'w>(url: &'w str, login: &'w str, password: &'w str) -> [&'w str; 8] {
    ["--server", url, "--login", login, "--packager", "acme-packager", "--password", password]
}

/// A key, as a viewer gets it.
fn key(world: &World, server: &Running, kid: &Value) -> Vec<u8> {
    let path = format!("/v1/keys/{}", kid.as_str().expect("it is a text"));
    let answer =
        server.send(&from("NO", Call::new("GET", &path).login(&world.issuer.login("viewer", "premium"))));
    assert_eq!((answer.status, answer.body.len()), (200, 16), "{}", answer.text());
    answer.body
}

#[test]
fn keys_come_from_the_key_server_and_the_title_is_live_at_once() {
    let (content, world, server) = begun("served");
    let url = format!("http://{}", server.address);
    for protection in ["aes-128", "clearkey"] {
        // The only title of this world's policy whose keys need no session.
        let call =
            ["a.mp4", "--title", "acme/free", "--heights", "240", "--replace", "--encrypt", protection];
        let made = content.made(&[call.as_slice(), &words(&url, "admin.login", "packager.txt")].concat());
        assert_eq!((&made["live_at"], &made["keys_in_the_clear"]), (&json!(url), &Value::Null));
        assert!(!content.output.join("keys.json").exists(), "keys of a key server are nowhere else");
        let read = Call::new("GET", "/v1/admin/titles/acme/free").login(&world.issuer.admin());
        let entry = server.send(&read).expect(200);
        assert_eq!(&entry["metadata"]["protection"], protection);
        let kids: Vec<_> =
            made["keys"].as_array().expect("a list").iter().map(|key| key["kid"].clone()).collect();
        assert_eq!(entry["keys"], json!(kids));
        assert_eq!(content.catalogue()["acme/free"]["keys"], json!(kids));

        let folder = content.output.join("vod/acme/free/240p");
        let playlist = content.read("vod/acme/free/240p/index.m3u8");
        let picture = kids.last().expect("there is a key");
        let address = format!("https://api.example.com/v1/keys/{}", picture.as_str().expect("it is a text"));
        assert!(playlist.contains(&format!("URI=\"{address}\"")), "{playlist}");
        let bytes = key(&world, &server, picture);
        assert_eq!(decoded(&folder, &playlist, &address, protection, &bytes), "");
        let wrong: Vec<u8> = bytes.iter().map(|byte| byte ^ 1).collect();
        assert_ne!(
            decoded(&folder, &playlist, &address, protection, &wrong),
            "",
            "{protection}: it needs no key"
        );
    }
}

/// What ffmpeg complains of with this key.
fn decoded(folder: &Path, playlist: &str, address: &str, protection: &str, key: &[u8]) -> String {
    if protection == "aes-128" {
        fs::write(folder.join("key.bin"), key).expect("it is written");
        let local = folder.join("local.m3u8");
        fs::write(&local, playlist.replace(address, "key.bin")).expect("it is written");
        return complains(&[
            "-allowed_extensions",
            "ALL",
            "-i",
            &local.display().to_string(),
            "-f",
            "null",
            "-",
        ]);
    }
    let parts =
        ["init.mp4", "seg-1.m4s", "seg-2.m4s"].map(|name| fs::read(folder.join(name)).expect("it is there"));
    let whole = folder.join("whole.mp4");
    fs::write(&whole, parts.concat()).expect("it is written");
    let hex = format!("{:032x}", u128::from_be_bytes(key.try_into().expect("it has 16 bytes")));
    complains(&["-decryption_key", &hex, "-i", &whole.display().to_string(), "-f", "null", "-"])
}

#[test]
fn whom_the_server_does_not_want_makes_nothing() {
    let (content, world, server) = begun("unwanted");
    let url = format!("http://{}", server.address);
    let there = Call::new("PUT", "/v1/admin/titles/acme/there")
        .login(&world.issuer.admin())
        .json(&json!({"name": "There"}));
    server.send(&there).expect(200);
    for (title, login, password, sentence) in [
        ("acme/free", "viewer.login", "packager.txt", "it is no administrator's"),
        ("acme/free", "packager.txt", "packager.txt", "does not take the login in packager.txt"),
        (
            "acme/free",
            "admin.login",
            "wrong.txt",
            "does not know the packager `acme-packager` with this password",
        ),
        (
            "other/film",
            "admin.login",
            "packager.txt",
            "gives no keys: CPIX@contentId is no title of tenant acme",
        ),
        ("acme/there", "admin.login", "packager.txt", "there is a title `acme/there` already"),
    ] {
        let call = ["a.mp4", "--title", title, "--heights", "240", "--encrypt", "clearkey"];
        let (code, said) = content.refused(&[call.as_slice(), &words(&url, login, password)].concat());
        assert_eq!(code, 1, "{said}");
        assert!(said.contains(sentence), "{title} {login} {password}: {said}");
    }
    let all = server.send(&Call::new("GET", "/v1/admin/titles").login(&world.issuer.admin())).expect(200);
    assert_eq!(all["titles"].as_array().map(Vec::len), Some(1), "{all}");
}

/// A server that knows no title, and takes none.
fn refusing() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it listens"));
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut stream = BufReader::new(stream);
            let (mut first, mut length) = (String::new(), 0);
            let _ = stream.read_line(&mut first);
            for line in stream.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()) {
                if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
                    length = value.parse().unwrap_or_default();
                }
            }
            let _ = stream.read_exact(&mut vec![0; length]);
            let (status, reason) =
                if first.starts_with("GET") { (404, "unknown_title") } else { (503, "store_unavailable") };
            let body = json!({"reason": reason, "title": "Not now"}).to_string();
            let head =
                format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.get_mut().write_all(&[head.as_bytes(), body.as_bytes()].concat());
        }
    });
    url
}

#[test]
fn what_the_server_does_not_take_in_the_end_is_put_back() {
    let content = Content::new("put-back");
    video(&content.folder.join("a.mp4"));
    fs::write(content.folder.join("admin.login"), "a.b.c").expect("it is written");
    let url = refusing();
    for (title, more) in [("acme/new/deep", None), ("acme/old", Some("--replace"))] {
        let mut call =
            vec!["a.mp4", "--title", title, "--heights", "240", "--server", &url, "--login", "admin.login"];
        call.extend(more);
        let (code, said) = content.refused(&call);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("refuses: 503 Service Unavailable: Not now"), "{said}");
    }
}
