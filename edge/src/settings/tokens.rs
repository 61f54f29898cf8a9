//! `[tokens]`: how access tokens are handed out and checked.

use crate::problem::Problem;
use crate::tokens::{Delivery, TokenKeyUse, Tokens};
use serde::Deserialize;

/// `[tokens]`.
#[derive(Debug, Clone, Deserialize)]
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
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenKeySettings {
    /// The key id, which every token names.
    pub kid: String,
    /// The file with the key, beside this file: 32 or more random bytes, raw or as hex. Read when the edge is built.
    #[serde(default)]
    pub file: Option<String>,
    /// From when on it is used, in epoch seconds.
    #[serde(default)]
    pub from: Option<u64>,
    /// Until when, in epoch seconds.
    #[serde(default)]
    pub until: Option<u64>,
}

impl TokenSettings {
    pub(super) fn to_tokens(&self) -> Tokens {
        let key = |key: &TokenKeySettings| TokenKeyUse {
            kid: key.kid.clone(),
            from: key.from.unwrap_or_default(),
            until: key.until,
        };
        Tokens {
            keys: self.key.iter().map(key).collect(),
            delivery: self.delivery,
            lifetime: self.lifetime,
            cookie: self.cookie.clone(),
            header: self.header.clone(),
            issuer: self.issuer.clone(),
            audience: self.audience.clone(),
            leeway: self.leeway,
            bind_country: self.bind_country,
            bind_network: self.bind_network,
            uncounted_streams: self.uncounted_streams,
        }
    }

    pub(super) fn check(&self) -> Result<(), Problem> {
        let problem = |place: &str, what: String| Err(Problem::at(place, what));
        if self.key.is_empty() {
            return problem(
                "tokens.key",
                "there is none; make one with `openssl rand -hex 32` and name its file".to_owned(),
            );
        }
        if let Some(key) = self.key.iter().find(|key| !key.kid.bytes().all(|byte| byte.is_ascii_graphic())) {
            let what = format!(
                "key id {:?} has characters that do not show; write letters, digits, `-` and `.`",
                key.kid
            );
            return problem("tokens.key", what);
        }
        let late = |time: &u64| *time > 253_402_300_799;
        if let Some(time) = self.key.iter().flat_map(|key| [key.from, key.until]).flatten().find(late) {
            let what =
                format!("{time} lies beyond the year 9999; write seconds since 1970, and not milliseconds");
            return problem("tokens.key", what);
        }
        let twice = self
            .key
            .iter()
            .enumerate()
            .find(|(index, key)| self.key.iter().take(*index).any(|other| other.kid == key.kid));
        if let Some((_, key)) = twice {
            let what = format!("key id `{}` is there twice; give each key an id of its own", key.kid);
            return problem("tokens.key", what);
        }
        if !(60..=604_800).contains(&self.lifetime) {
            return problem(
                "tokens.lifetime",
                format!("{} is not between 60 and 604800 seconds; write a number that is", self.lifetime),
            );
        }
        if self.leeway > 300 {
            return problem(
                "tokens.leeway",
                format!("{} is more than 300 seconds; set the clocks instead", self.leeway),
            );
        }
        if !is_name(&self.cookie, 64) {
            return problem(
                "tokens.cookie",
                format!("`{}` is no name for a cookie; write letters, digits, `-` and `_`", self.cookie),
            );
        }
        if !is_name(&self.header, 64) || self.header.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return problem(
                "tokens.header",
                format!("`{}` is no name for a header; write small letters, digits and `-`", self.header),
            );
        }
        if matches!(
            self.header.as_str(),
            "authorization" | "cookie" | "origin" | "user-agent" | "host" | "vary" | "cache-control"
        ) {
            return problem(
                "tokens.header",
                format!("`{}` has a meaning of its own; write one like `x-playgate-token`", self.header),
            );
        }
        Ok(())
    }
}

fn is_name(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
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
