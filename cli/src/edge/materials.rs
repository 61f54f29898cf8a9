//! What the configuration names: token keys, issuers' keys, withdrawals, tables of addresses.

use super::addresses::{self, Table};
use super::build::Target;
use super::configuration::Configuration;
use crate::configuration::mistake_at;
use crate::files::{read_listing, read_small};
use edge::identity::{KeySet, LoginKey};
use edge::settings::{Settings, TokenKeySettings};
use edge::withdrawn::{Entry, Withdrawn, read_list};
use rights::Bundle;
use rights::language::Problem;
use serde_json::json;
use signer::token::TokenKey;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const FILE: &str = "file";
const KEY: &str = "token-key";

/// All that was read, before the policies.
pub(super) struct Materials {
    settings: Option<Vec<u8>>,
    shell: String,
    keys: Vec<Secret>,
    withdrawn: Option<Vec<Entry>>,
    addresses: Option<Table>,
    issuers_without_keys: Vec<String>,
    logins: Vec<String>,
}

/// All of it as the edge takes it.
pub(super) struct Finished {
    pub(super) settings: Vec<u8>,
    /// What the shell itself needs, in JSON.
    pub(super) shell: String,
    pub(super) keys: Vec<Secret>,
    pub(super) revocations: Option<Set>,
    pub(super) addresses: Option<Table>,
    pub(super) issuers_without_keys: Vec<String>,
    /// Each issuer with its keys, for people.
    pub(super) logins: Vec<String>,
}

/// A set of withdrawals, built.
pub(super) struct Set {
    pub(super) bytes: Vec<u8>,
    pub(super) entries: usize,
}

/// A token key.
pub(super) struct Secret {
    pub(super) kid: String,
    /// Where it stands, if the configuration says it.
    pub(super) file: Option<PathBuf>,
    /// Whether it stands there as hex.
    pub(super) is_hex: bool,
    /// The key itself, as the edge reads it.
    pub(super) hex: Zeroizing<String>,
}

impl Materials {
    /// Reads every file. What is wrong with one does not keep the others from being read.
    pub(super) fn gathered(
        configuration: &Configuration,
        target: Target,
        now: i64,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut settings = configuration.settings.clone();
        let (issuers_without_keys, logins) = issuers_keys(configuration, &mut settings, problems);
        let keys = settings.tokens.key.iter().enumerate();
        let keys =
            keys.filter_map(|(index, key)| secret(configuration, key, index, target, problems)).collect();
        let list = configuration.settings.revocations.as_ref().and_then(|list| list.file.as_deref());
        let withdrawn = list.and_then(|name| withdrawn(configuration, name, problems));
        let addresses = addresses::table(configuration, now, problems);
        let prepared = settings.prepare().map_err(|problem| {
            problems.push(configuration.mistake(&problem.place, "configuration", &problem.what));
        });
        let (settings, shell) = (prepared.ok(), shell(&settings));
        Self { settings, shell, keys, withdrawn, addresses, issuers_without_keys, logins }
    }

    /// Prepares the rest for the edge.
    pub(super) fn finished(
        self,
        configuration: &Configuration,
        bundle: &Bundle<Vec<u8>>,
        problems: &mut Vec<Problem>,
    ) -> Option<Finished> {
        // Not to be guessed from the list, and the same each time.
        let seed = bundle.checksum().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let revocations = self.withdrawn.map(|entries| {
            Withdrawn::build(&entries, seed).map(|bytes| Set { bytes, entries: entries.len() })
        });
        let revocations = match revocations.transpose() {
            Ok(revocations) => revocations,
            Err(error) => {
                problems.push(configuration.mistake("revocations.file", FILE, &error.to_string()));
                return None;
            }
        };
        Some(Finished {
            settings: self.settings?,
            shell: self.shell,
            keys: self.keys,
            revocations,
            addresses: self.addresses,
            issuers_without_keys: self.issuers_without_keys,
            logins: self.logins,
        })
    }
}

impl Finished {
    /// The token keys as the edge reads them: a secret.
    pub(super) fn keys_json(&self) -> Zeroizing<String> {
        // Room for all at once: a text that grows leaves copies behind.
        let room = self.keys.iter().map(|key| key.hex.len() + 6 * key.kid.len() + 16).sum::<usize>() + 2;
        let mut text = Zeroizing::new(String::with_capacity(room));
        text.push('{');
        for (index, key) in self.keys.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            let _ = write!(text, "{comma}{}:\"{}\"", json!(key.kid), *key.hex);
        }
        text.push('}');
        text
    }
}

/// What the shell looks at itself.
fn shell(settings: &Settings) -> String {
    let mut shell = serde_json::Map::new();
    if let Some(worker) = &settings.worker {
        shell.insert("origin".to_owned(), json!(worker.origin));
    }
    let revocations = settings.revocations.as_ref();
    if let Some((url, every)) = revocations.and_then(|set| Some((set.url.as_ref()?, set.every))) {
        shell.insert("revocations".to_owned(), json!({ "url": url, "every": every }));
    }
    serde_json::Value::Object(shell).to_string()
}

/// Puts the issuers' keys where the edge looks for them; gives the issuers that have none yet.
fn issuers_keys(
    configuration: &Configuration,
    settings: &mut Settings,
    problems: &mut Vec<Problem>,
) -> (Vec<String>, Vec<String>) {
    let (mut without, mut logins) = (Vec::new(), Vec::new());
    for login in &mut settings.login {
        let place = |field: &str| format!("login `{}`, `{field}`", login.issuer);
        let (document, field) = match (&login.keys, login.jwks.take()) {
            (Some(_), Some(_)) => {
                let what = "the keys stand in the file that `keys` names; take one of the two out";
                problems.push(configuration.mistake(&place("jwks"), FILE, what));
                continue;
            }
            (None, None) => {
                without.push(login.issuer.clone());
                logins.push(format!("{}, no keys yet", login.issuer));
                continue;
            }
            (None, Some(jwks)) => (jwks, "jwks"),
            (Some(name), None) => match read_listing(&configuration.beside(name)) {
                Ok(text) => (text, "keys"),
                Err(failure) => {
                    problems.push(configuration.mistake(&place("keys"), FILE, &failure.to_string()));
                    continue;
                }
            },
        };
        match KeySet::read(document.as_bytes()) {
            Ok(set) => {
                let key = |key: &LoginKey| {
                    format!("{} ({})", key.kid().unwrap_or("one without an id"), key.algorithm().name())
                };
                let keys: Vec<String> = set.keys().iter().map(key).collect();
                logins.push(format!("{}, {}", login.issuer, keys.join(", ")));
            }
            Err(error) => {
                let file = login.keys.as_ref().filter(|_| field == "keys");
                let file = file.map(|name| format!("{}: ", configuration.beside(name).display()));
                let what = format!("{}{error}", file.unwrap_or_default());
                problems.push(configuration.mistake(&place(field), "login-keys", &what));
            }
        }
        login.jwks = Some(document);
    }
    (without, logins)
}

/// Reads a token key. A worker gets its keys as secrets, and so the build can do without their files.
fn secret(
    configuration: &Configuration,
    key: &TokenKeySettings,
    index: usize,
    target: Target,
    problems: &mut Vec<Problem>,
) -> Option<Secret> {
    let place = format!("tokens.key `{}`, `file`", key.kid);
    let Some(name) = &key.file else {
        if target == Target::Lambda {
            let what = "no file is named; write `file = \"..\"`, with a key made by `openssl rand -hex 32`";
            problems.push(configuration.mistake(&place, KEY, what));
            return None;
        }
        // Only so that all else can be tried out; it goes nowhere.
        let hex = Zeroizing::new(format!("{index:064x}"));
        return Some(Secret { kid: key.kid.clone(), file: None, is_hex: true, hex });
    };
    let path = configuration.beside(name);
    let contents = match read_small(&path) {
        Ok(contents) => contents,
        Err(failure) => {
            problems.push(configuration.mistake(&place, KEY, &failure.to_string()));
            return None;
        }
    };
    if let Err(error) = TokenKey::from_file(&contents) {
        problems.push(configuration.mistake(&place, KEY, &format!("{}: {error}", path.display())));
        return None;
    }
    if is_open_to_all(&path) {
        let what =
            format!("everybody on this machine can read `{}`; close it with `chmod 600 {0}`", path.display());
        problems.push(configuration.warning(&place, "key-readable", &what));
    }
    let mut digits = Zeroizing::new(String::with_capacity(contents.len() * 2));
    let line = contents.iter().filter(|byte| !byte.is_ascii_whitespace());
    let is_hex = line.clone().all(u8::is_ascii_hexdigit);
    if is_hex {
        digits.extend(line.map(|byte| char::from(byte.to_ascii_lowercase())));
    } else {
        for byte in contents.iter() {
            let _ = write!(digits, "{byte:02x}");
        }
    }
    Some(Secret { kid: key.kid.clone(), file: Some(path), is_hex, hex: digits })
}

#[cfg(unix)]
fn is_open_to_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn is_open_to_all(_path: &Path) -> bool {
    false
}

fn withdrawn(configuration: &Configuration, name: &str, problems: &mut Vec<Problem>) -> Option<Vec<Entry>> {
    let path = configuration.beside(name);
    let text = match read_listing(&path) {
        Ok(text) => text,
        Err(failure) => {
            problems.push(configuration.mistake("revocations.file", FILE, &failure.to_string()));
            return None;
        }
    };
    match read_list(&text) {
        Ok(entries) => Some(entries),
        Err(problem) => {
            let start = text.split_inclusive('\n').take(problem.line - 1).map(str::len).sum::<usize>();
            let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
            // What is no line of a list may be one of a key, and is not shown.
            if !["session ", "account ", "key "].iter().any(|kind| line.trim_start().starts_with(kind)) {
                let what = format!("`{name}`, {problem}");
                problems.push(configuration.mistake("revocations.file", FILE, &what));
                return None;
            }
            let span = start..start + line.len();
            problems.push(mistake_at(
                &path.display().to_string(),
                &text,
                &span,
                "revocations",
                &problem.what,
            ));
            None
        }
    }
}
