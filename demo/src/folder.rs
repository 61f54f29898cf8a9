//! What the demo needs beside the command: media, policies, a page, and players and a runtime that npm installed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The folder `demo` of a checkout, with everything that has to be in it.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    /// The program that runs Workers.
    pub(crate) workerd: PathBuf,
    /// What there was to play when it was opened.
    pub(crate) titles: Vec<Entry>,
    /// The keys of what is encrypted.
    pub(crate) keys: Vec<ContentKey>,
}

/// A title of the demo.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) id: String,
    /// As `PUT /v1/admin/titles/{title}` takes it.
    pub(crate) title: Value,
}

/// A key that media of the demo are encrypted with: everybody has it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ContentKey {
    pub(crate) kid: String,
    pub(crate) title: String,
    pub(crate) scheme: String,
    /// In hexadecimal digits.
    key: String,
    iv: Option<String>,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<ContentKey>,
}

impl Folder {
    /// Looks for what is needed.
    ///
    /// # Errors
    /// The first thing that is missing, and how to get it.
    pub fn open(path: &Path) -> Result<Self, String> {
        if !path.join("page/index.html").is_file() {
            return Err(format!(
                "{}: here is no demo; run it in a checkout of Playgate, or name the checkout's folder `demo` with --folder",
                path.display()
            ));
        }
        for (file, package) in [(SHAKA, "shaka-player"), (HLS, "hls.js")] {
            if !path.join(file).is_file() {
                return Err(missing(path, package));
            }
        }
        let workerd = workerd(path).ok_or_else(|| missing(path, "workerd"))?;
        let titles = titles(path)?;
        let Keys { keys } = read(&path.join("content/keys.json"))?;
        let path = std::path::absolute(path).map_err(|problem| format!("{}: {problem}", path.display()))?;
        Ok(Self { path, workerd, titles, keys })
    }

    /// What there is to play now: `playgate ingest` may have made something meanwhile.
    pub(crate) fn titles_now(&self) -> Result<Vec<Entry>, String> {
        titles(&self.path)
    }

    pub(crate) fn page(&self) -> PathBuf {
        self.path.join("page")
    }

    pub(crate) fn content(&self) -> PathBuf {
        self.path.join("content")
    }

    pub(crate) fn policies(&self) -> PathBuf {
        self.path.join("policies")
    }

    /// The file of a player, by the name under which the page asks for it.
    pub(crate) fn player(&self, name: &str) -> Option<PathBuf> {
        let file = match name {
            "shaka-player.js" => SHAKA,
            "hls.js" => HLS,
            _ => return None,
        };
        Some(self.path.join(file))
    }
}

impl Entry {
    /// What the page is told of it.
    pub(crate) fn shown(&self) -> Value {
        let Self { id, title } = self;
        let of = |name: &str| title.get(name).cloned().unwrap_or_default();
        let all = |name: &str| title.get(name).and_then(Value::as_array).into_iter().flatten();
        let heights: Vec<_> = all("renditions").filter_map(|rendition| rendition.get("height")).collect();
        let poster = all("artwork").find(|art| art.get("role").is_some_and(|role| role == "poster"));
        json!({
            "id": id,
            "name": of("name"),
            "description": of("description"),
            "live": of("live"),
            "duration": of("seconds"),
            "heights": heights,
            "poster": poster.and_then(|poster| poster.get("url")),
            "protection": title.pointer("/metadata/protection"),
        })
    }
}

impl ContentKey {
    /// As the origin API takes keys that were made elsewhere.
    pub(crate) fn import(&self) -> Result<Value, String> {
        let bytes = |hex: &str| {
            let digits = hex.as_bytes().chunks(2).map(|pair| {
                std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok())
            });
            digits.collect::<Option<Vec<u8>>>().map(|bytes| STANDARD.encode(bytes))
        };
        let about =
            || format!("the key {} of the demo's content is not written in hexadecimal digits", self.kid);
        let mut body =
            json!({ "title": self.title, "scheme": self.scheme, "key": bytes(&self.key).ok_or_else(about)? });
        if let (Some(iv), Some(body)) = (&self.iv, body.as_object_mut()) {
            body.insert("iv".to_owned(), bytes(iv).ok_or_else(about)?.into());
        }
        Ok(body)
    }
}

const SHAKA: &str = "node_modules/shaka-player/dist/shaka-player.compiled.js";
const HLS: &str = "node_modules/hls.js/dist/hls.min.js";

fn titles(path: &Path) -> Result<Vec<Entry>, String> {
    let titles: BTreeMap<String, Value> = read(&path.join("content/catalogue.json"))?;
    Ok(titles.into_iter().map(|(id, title)| Entry { id, title }).collect())
}

fn missing(path: &Path, package: &str) -> String {
    format!(
        "{}: `{package}` is not installed there; `make demo` installs it, or `npm ci --ignore-scripts` in that folder",
        path.display()
    )
}

/// npm installs the one of this machine, under a name that says which it is.
fn workerd(path: &Path) -> Option<PathBuf> {
    let scope = std::fs::read_dir(path.join("node_modules/@cloudflare")).ok()?;
    let is_program = |path: &PathBuf| path.is_file();
    scope
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("workerd-"))
        .map(|entry| entry.path().join("bin/workerd"))
        .find(is_program)
        .and_then(|program| std::path::absolute(program).ok())
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, String> {
    let about = |problem: &dyn std::fmt::Display| format!("{}: {problem}", path.display());
    // A pipe may never end.
    if !std::fs::metadata(path).map_err(|problem| about(&problem))?.is_file() {
        return Err(about(&"this is no file"));
    }
    let text = std::fs::read_to_string(path).map_err(|problem| about(&problem))?;
    serde_json::from_str(&text).map_err(|problem| about(&problem))
}
