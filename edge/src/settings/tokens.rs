//! `[tokens]`: how access tokens are handed out and checked.

use serde::{Deserialize, Serialize};

/// `[tokens]`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TokenSettings {
    /// The keys, at least one; the newest that is valid mints.
    pub key: Vec<TokenKeySettings>,
    /// What a login gets at a manifest.
    #[serde(default)]
    pub delivery: Delivery,
    /// For how many seconds at most; the right, the login and the key may end it sooner.
    #[serde(default = "four_hours")]
    pub lifetime: u32,
    /// The name of the cookie that carries a token.
    #[serde(default = "cookie")]
    pub cookie: String,
    /// The header that carries a token.
    #[serde(default = "header")]
    pub header: String,
    /// Who issues tokens: written into new ones, and required of all.
    #[serde(default)]
    pub issuer: Option<String>,
    /// For whom tokens are: written into new ones, and required of all.
    #[serde(default)]
    pub audience: Option<String>,
    /// By how many seconds clocks may differ, in favour of the viewer.
    #[serde(default)]
    pub leeway: u32,
    /// Whether new tokens hold only in the viewer's country.
    #[serde(default = "yes")]
    pub bind_country: bool,
    /// Whether new tokens hold only in the viewer's network (/24 or /48). Viewers change between networks, and between
    /// IPv4 and IPv6: leave it off unless a licence demands it.
    #[serde(default)]
    pub bind_network: bool,
    /// Whether to hand out tokens for grants that limit the number of streams, which the edge cannot count.
    #[serde(default)]
    pub uncounted_streams: bool,
}

/// `[[tokens.key]]`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TokenKeySettings {
    /// The key id, which every token names.
    pub kid: String,
    /// The file with the key, beside this file: 32 or more random bytes, raw or as hex. Read when the edge is built.
    #[serde(default, skip_serializing)]
    pub file: Option<String>,
    /// From when on it is used, in epoch seconds.
    #[serde(default)]
    pub from: Option<u64>,
    /// Until when, in epoch seconds.
    #[serde(default)]
    pub until: Option<u64>,
}

/// How a login at a manifest is turned into access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// A redirect to an address with a token in it, which relative addresses inherit.
    #[default]
    Path,
    /// A cookie.
    Cookie,
    /// Nothing: the login is shown with each request.
    None,
}

fn four_hours() -> u32 {
    14_400
}

fn cookie() -> String {
    "playgate".to_owned()
}

fn header() -> String {
    "x-playgate-token".to_owned()
}

fn yes() -> bool {
    true
}
