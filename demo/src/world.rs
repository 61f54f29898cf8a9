//! A folder for one run: keys that were made for it, the two configurations, and whatever is written while it runs. It goes when the demo stops.

use crate::commands::{self, Files};
use crate::folder::Folder;
use crate::issuer::{ADMINISTRATORS, AUDIENCE, Issuer};
use aws_lc_rs::rand;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use signer::cloudfront::KeyPairId;
use signer::cloudfront::verify::KeyGroup;
use signer::keys::PublicKey;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What players are told: how often they say that they still play, in seconds.
pub(crate) const HEARTBEAT: u32 = 5;

/// After how many seconds the place of a player that is gone is free.
pub(crate) const FREED_WITHIN: u32 = 10;

/// For how many seconds a token, cookies or signed addresses hold: the shortest that the origin API takes, so that one sees them renewed.
pub(crate) const LIFETIME: u32 = 60;

/// How often the edge asks for what was withdrawn, in seconds.
const REVOCATIONS_EVERY: u32 = 10;

const KEY_PAIR_ID: &str = "KDEMOONLY00001";

/// The name with which `playgate ingest` asks for keys.
const PACKAGER: &str = "demo-packager";

/// A folder that is removed when the demo stops.
pub(crate) struct World {
    path: PathBuf,
    pub(crate) issuer: Issuer,
    /// What the CDN's own check of signatures trusts.
    pub(crate) key_group: KeyGroup,
    pub(crate) proxy_secret: String,
    pub(crate) token_key: String,
    /// The one address, such as `http://localhost:8700`.
    pub(crate) public: String,
    /// Where media come from, such as `http://127.0.0.1:45123`.
    pub(crate) media: String,
    /// The policy with which it began.
    pub(crate) first_policy: Files,
}

impl World {
    /// Where the folder of this run will be.
    pub(crate) fn folder() -> Result<PathBuf, String> {
        let path = std::env::temp_dir().join(format!("playgate-demo-{}", std::process::id()));
        let path = std::path::absolute(&path).map_err(|problem| format!("{}: {problem}", path.display()))?;
        if path.to_str().is_none() {
            return Err(format!(
                "{}: TMPDIR is no text in UTF-8; name another folder with it",
                path.display()
            ));
        }
        Ok(path)
    }

    /// Makes the folder, the keys and the configuration of the origin API.
    pub(crate) fn make(folder: &Folder, public: &str, media: &str) -> Result<Self, String> {
        let path = Self::folder()?;
        let about =
            |problem: std::io::Error| format!("{}: {problem}; TMPDIR names another folder", path.display());
        let _ = std::fs::remove_dir_all(&path);
        private(&path).map_err(about)?;
        let issuer = Issuer::new("https://login.demo.invalid")?;
        let (private_pem, public_pem) = key_pair()?;
        let key = PublicKey::from_pem(public_pem.as_bytes()).map_err(|problem| problem.to_string())?;
        let id = KeyPairId::new(KEY_PAIR_ID).map_err(|problem| problem.to_string())?;
        let world = Self {
            issuer,
            key_group: KeyGroup::new().with(id, key),
            proxy_secret: secret()?,
            token_key: secret()?,
            public: public.to_owned(),
            media: media.to_owned(),
            first_policy: commands::read(&folder.policies())?,
            path,
        };
        world.put("jwks.json", &world.issuer.keys().to_string())?;
        world.put("cloudfront.pem", &private_pem)?;
        for (name, text) in [
            ("session.hex", secret()?),
            ("master.hex", secret()?),
            ("proxy.txt", world.proxy_secret.clone()),
            ("token.hex", world.token_key.clone()),
            ("packager.txt", secret()?),
        ] {
            world.put(name, &text)?;
        }
        commands::write(&world.path.join("policies"), &world.first_policy)?;
        world.put("serve.toml", &world.serve())?;
        Ok(world)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The configuration of the edge, which asks this origin API for what was withdrawn.
    pub(crate) fn write_edge(&self, origin: &str) -> Result<(), String> {
        let Self { public, media, .. } = self;
        self.put(
            "edge.toml",
            &format!(
                r#"# The edge of the demo, for Workers.
schema = 1

[tokens]
delivery = "none"
issuer = "{public}"
audience = "media"

[[tokens.key]]
kid = "demo"
file = "token.hex"

[cors]
origins = ["{public}"]
credentials = true

[security]
hsts = ""

[revocations]
url = "{origin}/v1/revocations"
every = {REVOCATIONS_EVERY}

[worker]
name = "playgate-demo"
origin = "{media}"
compatibility_date = "2026-04-01"
"#
            ),
        )
    }

    /// What `playgate ingest --demo` looks for: nobody else may enter this folder, so that its secrets need no route of their own.
    pub(crate) fn write_ingest(&self, origin: &str, content: &Path) -> Result<(), String> {
        self.put("admin.login", &self.issuer.administrator_of_this_run(crate::front::now())?)?;
        let said = json!({ "address": self.public, "api": origin, "content": content, "packager": PACKAGER });
        self.put("ingest.json", &said.to_string())
    }

    fn serve(&self) -> String {
        let Self { public, media, .. } = self;
        format!(
            r#"# The origin API of the demo.
schema = 1
listen = "127.0.0.1:0"
public_url = "{public}"
policies = "policies"
session_key = {{ file = "session.hex" }}

[store]
file = "playgate.db"

[[login]]
issuer = "https://login.demo.invalid"
audience = ["{AUDIENCE}"]
keys = "jwks.json"
tier_claim = "tier"

[admin]
groups_claim = "groups"
group = "{ADMINISTRATORS}"

[media]
url = "{public}"
origin = "{media}"

[media.path_tokens]
lifetime = {LIFETIME}
issuer = "{public}"
audience = "media"
bind_country = true

[[media.path_tokens.key]]
kid = "demo"
key = {{ file = "token.hex" }}

[media.cloudfront]
key_pair_id = "{KEY_PAIR_ID}"
key = {{ file = "cloudfront.pem" }}
lifetime = {LIFETIME}
window = {HEARTBEAT}

[streams]
heartbeat = {HEARTBEAT}
freed_within = {FREED_WITHIN}
relaxed = {LIFETIME}

[facts]
proxy_secret = {{ file = "proxy.txt" }}

[drm]
master_key = {{ id = "demo", key = {{ file = "master.hex" }} }}

[[tenant]]
id = "demo"
titles = ["*"]
packager = "{PACKAGER}"
password = {{ file = "packager.txt" }}

[cors]
origins = ["{public}"]

[limits]
per_account = 0
"#
        )
    }

    fn put(&self, name: &str, text: &str) -> Result<(), String> {
        let path = self.path.join(name);
        write_private(&path, text).map_err(|problem| format!("{}: {problem}", path.display()))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

#[cfg(unix)]
fn private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn private(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir(path)
}

#[cfg(unix)]
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600).open(path)?.write_all(text.as_bytes())
}

#[cfg(not(unix))]
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::write(path, text)
}

/// 32 random bytes as hexadecimal digits.
fn secret() -> Result<String, String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| "no key can be made: the system gives no random bytes".to_owned())?;
    let mut text = String::with_capacity(64);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

/// What stands before the point of a P-256 key in its public form (RFC 5480).
const PUBLIC_P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// A new P-256 key in PEM, private and public.
fn key_pair() -> Result<(String, String), String> {
    let failed = |_| "no key can be made: the system gives no random bytes".to_owned();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &rand::SystemRandom::new())
        .map_err(failed)?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref())
        .map_err(|problem| format!("the key that was made cannot be read: {problem}"))?;
    let public = [PUBLIC_P256.as_slice(), pair.public_key().as_ref()].concat();
    Ok((pem("PRIVATE KEY", document.as_ref()), pem("PUBLIC KEY", &public)))
}

fn pem(what: &str, bytes: &[u8]) -> String {
    let mut text = format!("-----BEGIN {what}-----\n");
    for (number, letter) in STANDARD.encode(bytes).chars().enumerate() {
        if number > 0 && number.is_multiple_of(64) {
            text.push('\n');
        }
        text.push(letter);
    }
    let _ = write!(text, "\n-----END {what}-----\n");
    text
}
