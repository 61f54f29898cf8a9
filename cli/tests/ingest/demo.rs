//! Into the running demo: the title is on its page at once, and plays as the page plays it.

use crate::videos::{complains, ended, fetched, short, signal};
use aws_lc_rs::cipher::{AES_128, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::{DirBuilderExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// What the demo of this checkout needs, if npm has installed it.
fn installed() -> Option<PathBuf> {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo");
    let parts = ["shaka-player/dist/shaka-player.compiled.js", "hls.js/dist/hls.min.js", "@cloudflare"];
    let all = parts.iter().all(|part| demo.join("node_modules").join(part).exists());
    all.then(|| demo.canonicalize().expect("it is there"))
}

/// A demo of its own: its content is a copy, so that the checkout's stays as it is.
struct Demo {
    folder: PathBuf,
    address: String,
    process: Option<Child>,
}

impl Demo {
    fn start(of: &Path) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("ingest/demo");
        let _ = fs::remove_dir_all(&folder);
        for made in ["content/vod", "temporary"] {
            fs::create_dir_all(folder.join(made)).expect("it is made");
        }
        for part in ["node_modules", "page", "policies", "content/live"] {
            symlink(of.join(part), folder.join(part)).expect("it is linked");
        }
        // Titles of its own are not needed, but the channel.
        let whole: Value =
            serde_json::from_str(&read(&of.join("content/catalogue.json"))).expect("it is JSON");
        let channels: serde_json::Map<_, _> = whole
            .as_object()
            .expect("titles")
            .clone()
            .into_iter()
            .filter(|(_, one)| one["live"] == true)
            .collect();
        fs::write(folder.join("content/catalogue.json"), Value::from(channels).to_string())
            .expect("it is written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_playgate"));
        command
            .args(["demo", "--port", "0", "--folder"])
            .arg(&folder)
            .env("TMPDIR", folder.join("temporary"));
        fs::write(folder.join("content/keys.json"), "{\"keys\": []}\n").expect("it is written");
        let mut process = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it runs");
        let mut lines = BufReader::new(process.stderr.take().expect("it says something")).lines();
        let mut said = Vec::new();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let address = line.trim().strip_prefix("http://localhost:").map(str::to_owned);
            said.push(line);
            address
        });
        let Some(address) = address else { panic!("the demo does not start: {said:?}") };
        // What nobody reads would stop it.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let address = format!("localhost:{}", address.trim_end_matches('/'));
        Self { folder, address, process: Some(process) }
    }

    fn stop(&mut self) {
        let process = self.process.take().expect("it runs");
        signal(&process, "-INT");
        assert_eq!(ended(process, "the demo").status.code(), Some(0));
    }

    fn ingest(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_playgate"));
        command.args(["ingest", "a.mp4", "--heights", "180", "--json", "--tools"]).arg(fetched()).args(words);
        command.args(["--demo", &format!("http://{}", self.address)]).current_dir(&self.folder);
        command.env("TMPDIR", self.folder.join("temporary"));
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        ended(child, "ingest")
    }

    /// Asks as the page would, a desktop in Norway. In HTTP/1.0 answers end with the connection.
    fn ask(&self, method: &str, url: &str, body: Option<&Value>) -> (u16, Vec<u8>) {
        let url = url.strip_prefix(&format!("http://{}", self.address)).unwrap_or(url);
        let body = body.map(Value::to_string).unwrap_or_default();
        let (_, port) = self.address.split_once(':').expect("it has a port");
        let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).expect("it listens");
        let head = format!(
            "{method} {url} HTTP/1.0\r\nhost: {}\r\nx-demo-viewer: country=NO; device=desktop; tab=test\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("it is sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("it has a head");
        let status = String::from_utf8_lossy(&answer[9..12]).parse().expect("it has a status");
        (status, answer[end + 4..].to_vec())
    }

    fn bytes(&self, url: &str) -> Vec<u8> {
        let (status, body) = self.ask("GET", url, None);
        assert_eq!(status, 200, "{url}: {}", String::from_utf8_lossy(&body));
        body
    }

    fn text(&self, url: &str) -> String {
        String::from_utf8(self.bytes(url)).expect("it is text")
    }

    fn json(&self, method: &str, url: &str, body: Option<&Value>) -> Value {
        let (status, answer) = self.ask(method, url, body);
        assert_eq!(status, 200, "{url}: {}", String::from_utf8_lossy(&answer));
        serde_json::from_slice(&answer).expect("it is JSON")
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            signal(&process, "-INT");
            ended(process, "the demo");
        }
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()))
}

/// What stands beside a playlist.
fn beside(url: &str, name: &str) -> String {
    let (folder, _) = url.rsplit_once('/').expect("it is in a folder");
    format!("{folder}/{name}")
}

/// What stands in quotes behind a name.
fn quoted<'t>(text: &'t str, name: &str) -> &'t str {
    let (_, rest) = text.split_once(&format!("{name}=\"")).unwrap_or_else(|| panic!("{name}: {text}"));
    rest.split('"').next().unwrap_or_default()
}

#[test]
fn a_title_is_on_the_page_of_the_running_demo_at_once_and_plays() {
    let Some(of) = installed() else {
        eprintln!("the demo's players are not installed, as `make demo` does it: nothing is tested here");
        return;
    };
    let before = read(&of.join("content/catalogue.json"));
    let mut demo = Demo::start(&of);
    short(&demo.folder.join("a.mp4"));
    // One that was killed at the same address, and is found first.
    let dead = demo.folder.join("temporary/playgate-demo-0");
    fs::DirBuilder::new().mode(0o700).create(&dead).expect("it is made");
    let said = json!({
        "address": format!("http://{}", demo.address), "api": "http://127.0.0.1:1", "content": "/nowhere", "packager": "demo",
    });
    fs::write(dead.join("ingest.json"), said.to_string()).expect("it is written");
    fs::write(dead.join("admin.login"), "a.b.c").expect("it is written");

    for protection in ["none", "aes-128", "clearkey"] {
        let title = format!("demo/{protection}");
        let output = demo.ingest(&["--title", &title, "--encrypt", protection]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let state = demo.json("GET", "/demo/state", None);
        let shown =
            state["titles"].as_array().expect("titles").iter().find(|one| one["id"] == title.as_str());
        let shown = shown.unwrap_or_else(|| panic!("{title} is not on the page: {state}"));
        assert_eq!((&shown["protection"], &shown["heights"]), (&json!(protection), &json!([180])), "{shown}");
        assert_eq!(demo.bytes(shown["poster"].as_str().expect("an address"))[..2], *b"\xff\xd8");
        plays(&demo, &title, protection);
    }
    assert_eq!(read(&of.join("content/catalogue.json")), before, "the checkout's own is as it was");

    demo.stop();
    let output = demo.ingest(&["--title", "demo/late"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("no demo of yours runs at") && said.contains("any more"), "{said}");
    assert!(!demo.folder.join("content/vod/demo/late").exists());
}

/// Begins to play, and opens the first segment of the pictures.
fn plays(demo: &Demo, title: &str, protection: &str) {
    let wanted = json!({ "title": title, "delivery": "path-token" });
    let (status, body) = demo.ask("POST", "/v1/playback", Some(&wanted));
    let playback: Value = serde_json::from_slice(&body).unwrap_or_default();
    assert!(matches!(status, 200 | 201), "{title}: {status} {playback}");
    let url = playback["url"].as_str().expect("an address");
    let master = demo.text(url);
    let variant = master.lines().find(|line| !line.is_empty() && !line.starts_with('#')).expect("a variant");
    let url = beside(url, variant);
    let playlist = demo.text(&url);
    let init = demo.bytes(&beside(&url, "init.mp4"));
    let mut segment = demo.bytes(&beside(&url, "seg-1.m4s"));
    let mut words = Vec::new();
    match protection {
        "none" => assert!(!playlist.contains("EXT-X-KEY"), "{playlist}"),
        "aes-128" => {
            let licence = playback["licenses"]["key"].as_str().expect("an address");
            let (_, session) = licence.split_once('?').expect("it names the session");
            let key = demo.bytes(&format!("{}?{session}", quoted(key_line(&playlist), "URI")));
            let key = UnboundCipherKey::new(&AES_128, &key).expect("it is a key");
            let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).expect("it is a key");
            let first = DecryptionContext::Iv128(1_u128.to_be_bytes().into());
            segment = key.decrypt(&mut segment, first).expect("it opens").to_vec();
        }
        _ => {
            let at = init.windows(4).position(|four| four == b"tenc").expect("it says under which key");
            let kid = URL_SAFE_NO_PAD.encode(&init[at + 12..at + 28]);
            let licence = playback["licenses"]["clearkey"].as_str().expect("an address");
            let licence = demo.json("POST", licence, Some(&json!({ "kids": [kid], "type": "temporary" })));
            assert_eq!(licence["keys"][0]["kid"], kid.as_str());
            let key =
                URL_SAFE_NO_PAD.decode(licence["keys"][0]["k"].as_str().expect("a key")).expect("base64");
            words = vec![
                "-decryption_key".to_owned(),
                format!("{:032x}", u128::from_be_bytes(key.try_into().expect("it has 16 bytes"))),
            ];
        }
    }
    let whole = demo.folder.join("first.mp4");
    fs::write(&whole, [init, segment].concat()).expect("it is written");
    words.extend(["-i", &whole.display().to_string(), "-f", "null", "-"].map(str::to_owned));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_eq!(complains(&words), "", "{title}");
    if protection == "clearkey" {
        assert_ne!(complains(&words[2..]), "", "it opens without a key");
    }
}

fn key_line(playlist: &str) -> &str {
    playlist.lines().find(|line| line.starts_with("#EXT-X-KEY:")).unwrap_or_else(|| panic!("{playlist}"))
}
