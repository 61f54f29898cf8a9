//! Content keys, and who gives licences.

use super::{Problem, Secret, at};
use rights::title::is_title;
use serde::Deserialize;
use std::collections::BTreeMap;

/// `[drm]`. Without it there are no keys and no licences.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrmSettings {
    /// The key under which content keys are sealed.
    pub master_key: MasterKey,
    /// Former ones, which only open: what they sealed is sealed anew when it is next read.
    #[serde(default)]
    pub older_master_keys: Vec<MasterKey>,
    /// What stands for a key in playlists with `FairPlay`.
    #[serde(default = "skd")]
    pub fairplay_uri: String,
    /// Who gives Widevine licences.
    #[serde(default)]
    pub widevine: Option<Vendor>,
    /// Who gives `PlayReady` licences.
    #[serde(default)]
    pub playready: Option<Vendor>,
    /// Who gives `FairPlay` licences. Which keys a message asks for only the vendor can read, so one of its headers has to say
    /// which it may have: `{kids}`.
    #[serde(default)]
    pub fairplay: Option<Vendor>,
}

/// A master key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MasterKey {
    /// Its name, which is kept with everything that it seals.
    pub id: String,
    /// Where it is: 32 random bytes, raw or as hex.
    pub key: Secret,
}

/// A vendor's licence server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    /// Where it is.
    pub url: String,
    /// What it is told beside the message. `{seconds}` is for how long the right holds, `{until}` until when in epoch seconds, `{kids}`
    /// the title's keys with commas, `{title}`, `{session}` and `{height}` (0: no cap) what they say.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// What it is told that nobody else may know, such as `authorization`.
    #[serde(default)]
    pub secret_headers: BTreeMap<String, Secret>,
    /// For how many milliseconds it may take its time.
    #[serde(default = "three_seconds")]
    pub milliseconds: u64,
    /// After so many failures in a row it is left alone for a while.
    #[serde(default = "five")]
    pub failures: u32,
    /// For how many seconds.
    #[serde(default = "ten")]
    pub pause: u32,
}

/// `[[tenant]]`: whose titles and keys are kept apart. Without any there is one, of all titles, and no packager.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// Its name.
    pub id: String,
    /// Its titles: ids, or prefixes such as `acme/*`. No title is of two.
    pub titles: Vec<String>,
    /// The name with which its packagers come (HTTP Basic).
    #[serde(default)]
    pub packager: Option<String>,
    /// Their password, at least 16 bytes.
    #[serde(default)]
    pub password: Option<Secret>,
}

impl Tenant {
    /// Whether a title is this one's.
    #[must_use]
    pub fn has(&self, title: &str) -> bool {
        self.titles.iter().any(|pattern| match pattern.strip_suffix("/*") {
            Some(prefix) => title.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/')),
            None => pattern == title || pattern == "*",
        })
    }
}

impl DrmSettings {
    /// Those who give licences, by their names here.
    pub(crate) fn vendors(&self) -> impl Iterator<Item = (&'static str, &Vendor)> {
        [("widevine", &self.widevine), ("playready", &self.playready), ("fairplay", &self.fairplay)]
            .into_iter()
            .filter_map(|(name, vendor)| Some((name, vendor.as_ref()?)))
    }

    pub(super) fn check(&self, found: &mut Vec<Problem>) {
        for (name, vendor) in self.vendors() {
            if !vendor.url.starts_with("https://") && !vendor.url.starts_with("http://127.0.0.1") {
                let what = format!(
                    "`{}` is not asked safely; write an address that begins with `https://`",
                    vendor.url
                );
                found.push(at(format!("drm.{name}.url"), what));
            }
            if !(100..=30_000).contains(&vendor.milliseconds) || vendor.failures == 0 || vendor.pause == 0 {
                let what = "`milliseconds` is 100 to 30000, `failures` and `pause` are at least 1";
                found.push(at(format!("drm.{name}"), what));
            }
        }
        if let Some(fairplay) = &self.fairplay
            && !fairplay.headers.values().any(|value| value.contains("{kids}"))
        {
            let what = "no header says which keys a message may have; add one with `{kids}`";
            found.push(at("drm.fairplay.headers", what));
        }
    }
}

/// What is wrong with tenants.
pub(super) fn check(tenants: &[Tenant], found: &mut Vec<Problem>) {
    for (number, tenant) in tenants.iter().enumerate() {
        let mut wrong = |field: &str, what: String| {
            found.push(at(format!("tenant {}, `{field}`", number.saturating_add(1)), what));
        };
        let others =
            || tenants.iter().enumerate().filter(|(other, _)| *other != number).map(|(_, other)| other);
        if tenant.id.is_empty() || others().any(|other| other.id == tenant.id) {
            wrong("id", format!("`{}` is no id of its own; give each tenant one", tenant.id));
        }
        if tenant.titles.is_empty() {
            let what =
                format!("`{}` has none; write which are its own, such as `[\"{}/*\"]`", tenant.id, tenant.id);
            wrong("titles", what);
        }
        if let Some(pattern) = tenant.titles.iter().find(|pattern| !is_pattern(pattern)) {
            let what = format!(
                "`{pattern}` is neither a title nor the beginning of some; write one such as `acme/one`, `acme/*` or `*`"
            );
            wrong("titles", what);
            continue;
        }
        let prefix = |pattern: &str| pattern.strip_suffix("/*").unwrap_or(pattern).to_owned();
        let shared = tenant.titles.iter().find(|pattern| {
            let title = prefix(pattern);
            others().any(|other| other.has(&title) || other.has(&format!("{title}/x")))
        });
        if let Some(pattern) = shared {
            let what =
                format!("`{pattern}` is of `{}` and of another; a title is of one tenant only", tenant.id);
            wrong("titles", what);
        }
        if tenant.packager.is_some() != tenant.password.is_some() {
            let what = format!("`{}` has a packager or a password; give it both, or none", tenant.id);
            wrong(if tenant.packager.is_some() { "packager" } else { "password" }, what);
        }
        if tenant.packager.is_some() && others().any(|other| other.packager == tenant.packager) {
            wrong("packager", format!("the packager of `{}` is another's too; give each its own", tenant.id));
        }
    }
}

fn is_pattern(text: &str) -> bool {
    text == "*" || is_title(text.strip_suffix("/*").unwrap_or(text))
}

fn skd() -> String {
    "skd://{kid}".to_owned()
}

fn three_seconds() -> u64 {
    3000
}

fn five() -> u32 {
    5
}

fn ten() -> u32 {
    10
}
