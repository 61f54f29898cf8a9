//! What is handed out, and where media are.

use super::{Problem, Secret, at};
use serde::Deserialize;

/// `[media]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaSettings {
    /// The address under which players reach media through the CDN, such as `https://media.example.com`.
    pub url: String,
    /// Where the server itself reads playlists for `/v1/manifests`, such as `https://origin.example.internal`; left out, from
    /// [`url`](Self::url). Without CloudFront settings there are no such manifests.
    #[serde(default)]
    pub origin: Option<String>,
    /// Tokens in the path.
    pub path_tokens: PathTokens,
    /// Signed cookies and URLs.
    #[serde(default)]
    pub cloudfront: Option<CloudFrontSettings>,
}

/// `[media.path_tokens]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathTokens {
    /// The keys, which the edges have too; the newest that is valid mints.
    pub key: Vec<TokenKey>,
    /// For how many seconds a token holds at most; the right, the login and the key may end it sooner. A heartbeat renews it.
    #[serde(default = "ten_minutes")]
    pub lifetime: u32,
    /// Who issues tokens, as the edges want it.
    #[serde(default)]
    pub issuer: Option<String>,
    /// For whom tokens are, as the edges want it.
    #[serde(default)]
    pub audience: Option<String>,
    /// Whether tokens hold only in the viewer's country.
    #[serde(default = "yes")]
    pub bind_country: bool,
    /// Whether tokens hold only in the viewer's network (/24 or /48).
    #[serde(default)]
    pub bind_network: bool,
}

/// `[[media.path_tokens.key]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenKey {
    /// The key id, which every token names.
    pub kid: String,
    /// The key: 32 or more random bytes, raw or as hex.
    pub key: Secret,
    /// From when on it is used, in epoch seconds.
    #[serde(default)]
    pub from: Option<u64>,
    /// Until when, in epoch seconds.
    #[serde(default)]
    pub until: Option<u64>,
}

/// `[media.cloudfront]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloudFrontSettings {
    /// The id of the public key, as CloudFront has it.
    pub key_pair_id: String,
    /// The private key in PEM: RSA with 2,048 bits, or P-256.
    pub key: Secret,
    /// For how many seconds cookies and URLs hold at most.
    #[serde(default = "four_hours")]
    pub lifetime: u32,
    /// Expiries are rounded down to multiples of so many seconds, so that viewers share signatures.
    #[serde(default = "five_minutes")]
    pub window: u32,
    /// The domain of cookies, such as `example.com`; left out, that of the answer.
    #[serde(default)]
    pub cookie_domain: Option<String>,
}

impl MediaSettings {
    /// Says if no key is valid now, so that there would be no tokens.
    pub(crate) fn warning(&self, now: i64) -> Option<Problem> {
        let now = u64::try_from(now).unwrap_or_default();
        let keys = &self.path_tokens.key;
        let is_valid = |key: &TokenKey| {
            key.from.is_none_or(|from| from <= now) && key.until.is_none_or(|until| now < until)
        };
        let what = "none is valid now, so that every session with `path-token` would be refused (503); look at `from` and `until`";
        (!keys.iter().any(is_valid)).then(|| at("media.path_tokens.key", what))
    }

    pub(super) fn check(&self, found: &mut Vec<Problem>) {
        if self.path_tokens.key.is_empty() {
            let what = "there is none; make one with `openssl rand -hex 32` and name its file";
            found.push(at("media.path_tokens.key", what));
        }
        let lifetimes = [
            ("media.path_tokens.lifetime", Some(self.path_tokens.lifetime)),
            ("media.cloudfront.lifetime", self.cloudfront.as_ref().map(|cloudfront| cloudfront.lifetime)),
        ];
        for (place, seconds) in lifetimes {
            if let Some(seconds) = seconds.filter(|seconds| !(60..=604_800).contains(seconds)) {
                let what = format!("{seconds} is not between 60 and 604800 seconds; write a number that is");
                found.push(at(place, what));
            }
        }
        if let Some(cloudfront) = &self.cloudfront
            && (cloudfront.window == 0 || cloudfront.window.saturating_mul(2) > cloudfront.lifetime)
        {
            let what = format!(
                "{} is not between 1 and half of the lifetime; write a number that is",
                cloudfront.window
            );
            found.push(at("media.cloudfront.window", what));
        }
    }
}

fn ten_minutes() -> u32 {
    600
}

fn four_hours() -> u32 {
    4 * 3600
}

fn five_minutes() -> u32 {
    300
}

fn yes() -> bool {
    true
}
