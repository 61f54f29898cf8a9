//! A server with an issuer, a policy and a folder of its own.

use crate::client::{Answer, Call};
use crate::issuer::Issuer;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

pub(crate) const POLICY: &str = r#"
schema = 1
agreement = "acme"

[[grant]]
id = "film"
titles = ["acme/film", "acme/series/*"]
territories = ["NO", "SE"]
from = 2026-01-01T00:00:00Z
tiers = ["premium"]
max_height = 1080

[[grant]]
id = "counted"
titles = ["acme/counted/*"]
territories = ["*"]
from = 2026-01-01T00:00:00Z
tiers = ["*"]
max_streams = 3

[[grant]]
id = "free"
titles = ["acme/free"]
territories = ["*"]
from = 2026-01-01T00:00:00Z
tiers = ["*", "anonymous"]

[[grant]]
id = "soon"
titles = ["acme/soon"]
territories = ["*"]
from = 2099-01-01T00:00:00Z
tiers = ["*"]

[[grant]]
id = "gone"
titles = ["acme/gone"]
territories = ["*"]
from = 2020-01-01T00:00:00Z
until = 2021-01-01T00:00:00Z
tiers = ["*"]

[[grant]]
id = "derby"
titles = ["live/derby"]
territories = ["*"]
from = 2026-01-01T00:00:00Z
tiers = ["*"]

[[blackout]]
id = "derby-gb"
titles = ["live/derby"]
territories = ["GB"]
from = 2026-01-01T00:00:00Z
until = 2099-01-01T00:00:00Z
message = "Shown on local television"

[[grant]]
id = "tv"
titles = ["acme/tv"]
territories = ["*"]
from = 2026-01-01T00:00:00Z
tiers = ["*"]
devices = ["tv"]
"#;

/// The secret that the CDN sends.
pub(crate) const PROXY: &str = "test-only proxy secret";

/// A folder, an issuer, and what a server is configured with.
pub(crate) struct World {
    pub(crate) folder: PathBuf,
    pub(crate) issuer: Issuer,
    /// What the server is started by, if not by itself: a program that runs the rest of its arguments.
    pub(crate) by: Vec<String>,
    /// What is in its environment besides.
    pub(crate) environment: Vec<(String, String)>,
    config: String,
}

/// A running server. It is killed when it is dropped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    /// Where it listens for those who look after it, if it does.
    pub(crate) private: Option<SocketAddr>,
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl World {
    pub(crate) fn new(name: &str) -> Self {
        Self::with(name, "")
    }

    /// With more at the end of the configuration.
    pub(crate) fn with(name: &str, more: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("serve").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("policies")).expect("the folder is made");
        let issuer = Issuer::start();
        let config = format!(
            r#"schema = 1
listen = "127.0.0.1:0"
public_url = "https://api.example.com"
policies = "policies"
session_key = {{ file = "session.key" }}

[store]
file = "playgate.db"

[[login]]
issuer = "{issuer}"
audience = ["tv"]
keys_url = "{issuer}/keys"
tier_claim = "tier"

[admin]
groups_claim = "cognito:groups"
group = "playgate-admin"

[media]
url = "https://media.example.com"

[[media.path_tokens.key]]
kid = "k1"
key = {{ file = "token.hex" }}

[media.cloudfront]
key_pair_id = "K2JCJMDEHXQW5F"
key = {{ file = "cloudfront.pem" }}

[facts]
proxy_secret = {{ file = "proxy.secret" }}

[cors]
origins = ["https://tv.example.com"]
{more}"#,
            issuer = issuer.name()
        );
        let world = Self { folder, issuer, by: Vec::new(), environment: Vec::new(), config };
        let put = |name: &str, text: &str| {
            let path = world.folder.join(name);
            fs::write(&path, text).expect("it is written");
            // What others may read is warned of.
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("it is closed");
        };
        put("policies/acme.toml", POLICY);
        put("session.key", "test-only session key of 32 bytes and more");
        put("token.hex", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
        put("proxy.secret", &format!("{PROXY}\n"));
        put("cloudfront.pem", include_str!("../../../tests/keys/test-only-rsa-pkcs8.pem"));
        world
    }

    /// With something in the configuration written otherwise.
    pub(crate) fn change(&mut self, before: &str, after: &str) {
        assert!(self.config.contains(before), "{before}");
        self.config = self.config.replacen(before, after, 1);
    }

    /// Writes the configuration down.
    pub(crate) fn write(&self) {
        fs::write(self.folder.join("serve.toml"), &self.config).expect("it is written");
    }

    /// What is said instead of serving.
    pub(crate) fn check(&self, more: &[&str]) -> Said {
        self.write();
        let output = Command::new(env!("CARGO_BIN_EXE_playgate"))
            .args(["serve", "--config", "serve.toml", "--check"])
            .args(more)
            .current_dir(&self.folder)
            .envs(self.environment.iter().cloned())
            .output()
            .expect("it runs");
        let text = |bytes| String::from_utf8(bytes).expect("it is text");
        Said { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    pub(crate) fn start(&self) -> Running {
        match self.try_start() {
            Ok(running) => running,
            Err(words) => panic!("it does not start: {words}"),
        }
    }

    /// Starts it, or says in what words it refused to.
    pub(crate) fn try_start(&self) -> Result<Running, String> {
        self.write();
        start_in(&self.folder, &self.by, &self.environment)
    }
}

impl Running {
    pub(crate) fn send(&self, call: &Call) -> Answer {
        call.send(self.address).unwrap_or_else(|problem| panic!("{call:?}: {problem}"))
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send(&Call::new("GET", path))
    }

    /// Asks to play, from Norway as the CDN says.
    pub(crate) fn play(&self, login: &str, title: &str, delivery: &str) -> Answer {
        let body = json!({"title": title, "device": "tv", "delivery": delivery});
        self.send(&from("NO", Call::new("POST", "/v1/playback").login(login).json(&body)))
    }

    /// The heartbeat of a session, or with another method what else is done with it.
    pub(crate) fn beat(&self, playback: &Value) -> Answer {
        self.send(&from("NO", Call::new("POST", path(&playback["heartbeat"]["url"]))))
    }

    pub(crate) fn end(&self, playback: &Value) -> Answer {
        let url = path(&playback["heartbeat"]["url"]);
        self.send(&Call::new("DELETE", url.trim_end_matches("/heartbeat")))
    }

    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().expect("nobody panicked").clone()
    }

    /// The process's number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it, as a machine that loses its power would.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it is killed");
        self.child.wait().expect("it has ended");
    }

    /// Tells it to stop.
    pub(crate) fn tell(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().expect("it can be asked").is_none()
    }

    /// Waits for its end, and says how it ended.
    pub(crate) fn ended(mut self) -> Option<i32> {
        self.child.wait().expect("it has ended").code()
    }

    /// Tells it to stop, and says how it ended.
    pub(crate) fn stop(self) -> Option<i32> {
        self.tell();
        self.ended()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// As it comes through the CDN, which says where the viewer is.
pub(crate) fn from(country: &str, call: Call) -> Call {
    call.header("x-playgate-proxy", PROXY)
        .header("cloudfront-viewer-country", country)
        .header("cloudfront-viewer-address", "203.0.113.9:4711")
}

/// The path of an address of this server.
pub(crate) fn path(url: &Value) -> &str {
    let url = url.as_str().expect("it is a text");
    url.strip_prefix("https://api.example.com")
        .unwrap_or_else(|| panic!("{url} is no address of this server"))
}

/// Starts `serve.toml` of a folder, or says in what words it refused to.
pub(crate) fn start_in(
    folder: &Path,
    by: &[String],
    environment: &[(String, String)],
) -> Result<Running, String> {
    let command = [env!("CARGO_BIN_EXE_playgate"), "serve", "--config", "serve.toml"];
    let mut words = by.iter().map(String::as_str).chain(command);
    let mut child = Command::new(words.next().expect("there is a command"))
        .args(words)
        .current_dir(folder)
        .env("RUST_BACKTRACE", "0")
        .envs(environment.iter().cloned())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it is started");
    let stdout = child.stdout.take().expect("stdout is a pipe");
    let mut lines = BufReader::new(stdout).lines();
    let first = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let line: Value = serde_json::from_str(&line).expect("each line of the log is JSON");
        (line["event"] == "listening").then_some(line)
    });
    let Some(first) = first else {
        let output = child.wait_with_output().expect("it has ended");
        assert_eq!(output.status.code(), Some(1));
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    };
    let log = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&log);
    thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            kept.lock().expect("nobody panicked").push(line);
        }
    });
    let address = |field: &str| first[field].as_str().map(|text| text.parse().expect("it is an address"));
    let (public, private) = (address("address").expect("it says where"), address("private_address"));
    Ok(Running { address: public, private, child, log })
}
