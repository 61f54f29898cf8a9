//! What is expected of the logins of one issuer: configuration.

use super::claims::TokenUse;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The most that clocks may be said to differ.
const LARGEST_LEEWAY: u32 = 300;
/// A viewer's tier must fit into bundles and logs.
const LONGEST_TIER: usize = 64;

/// One issuer of logins.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// The tokens' `iss`, to the letter; of Cognito `https://cognito-idp.{region}.amazonaws.com/{pool}`.
    pub issuer: String,
    /// The client ids that tokens may be for, at least one: a token for another application is refused.
    pub audience: Vec<String>,
    /// Which kinds of token are taken, `id` or `access`, where the issuer marks them with `token_use`. Left out: the
    /// mark is not looked at.
    #[serde(default)]
    pub token_use: Vec<TokenUse>,
    /// By how many seconds clocks may differ, in favour of the viewer; at most 300.
    #[serde(default)]
    pub leeway: u32,
    /// The claim that names the viewer's tier, such as `custom:subscription_tier`.
    #[serde(default)]
    pub tier_claim: Option<String>,
    /// The claim that lists the viewer's groups, such as `cognito:groups`.
    #[serde(default)]
    pub groups_claim: Option<String>,
    /// Which group makes which tier. The first that the viewer is in counts, and only if no claim names the tier.
    #[serde(default)]
    pub tiers: Vec<GroupTier>,
    /// The tier of viewers for whom the token says none. Left out: they have none.
    #[serde(default)]
    pub default_tier: Option<String>,
    /// Where the keys are published. Left out: `{issuer}/.well-known/jwks.json`.
    #[serde(default)]
    pub keys_url: Option<String>,
    /// The cookie that carries the token, for clients that cannot send headers.
    #[serde(default)]
    pub cookie: Option<String>,
}

/// The tier that members of a group have.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GroupTier {
    /// The group's name in the token.
    pub group: String,
    /// The tier's name in the policies.
    pub tier: String,
}

impl Issuer {
    /// Where the keys are published.
    #[must_use]
    pub fn keys_url(&self) -> String {
        match &self.keys_url {
            Some(url) => url.clone(),
            None => {
                format!("{}/.well-known/jwks.json", self.issuer.strip_suffix('/').unwrap_or(&self.issuer))
            }
        }
    }

    /// Whether the configuration makes sense.
    ///
    /// # Errors
    /// The first thing that does not.
    pub fn validate(&self) -> Result<(), IssuerError> {
        let issuer = || self.issuer.clone();
        if self.issuer.is_empty() {
            return Err(IssuerError::NoIssuer);
        }
        if self.audience.is_empty() || self.audience.iter().any(String::is_empty) {
            return Err(IssuerError::NoAudience { issuer: issuer() });
        }
        if self.leeway > LARGEST_LEEWAY {
            return Err(IssuerError::Leeway { issuer: issuer(), leeway: self.leeway });
        }
        if let Some(claim) =
            [&self.tier_claim, &self.groups_claim].into_iter().flatten().find(|c| c.is_empty())
        {
            return Err(IssuerError::EmptyClaim { issuer: issuer(), claim: claim.clone() });
        }
        if !self.tiers.is_empty() && self.groups_claim.is_none() {
            return Err(IssuerError::NoGroups { issuer: issuer() });
        }
        let tiers = self.tiers.iter().map(|pair| &pair.tier).chain(&self.default_tier);
        if let Some(tier) = tiers.into_iter().find(|tier| !is_tier(tier)) {
            return Err(IssuerError::Tier { issuer: issuer(), tier: tier.clone() });
        }
        let url = self.keys_url();
        if !is_safe(&url) {
            return Err(IssuerError::KeysUrl { issuer: issuer(), url });
        }
        match &self.cookie {
            Some(cookie) if !is_cookie_name(cookie) => {
                Err(IssuerError::Cookie { issuer: issuer(), cookie: cookie.clone() })
            }
            _ => Ok(()),
        }
    }
}

/// What is wrong with an issuer's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IssuerError {
    /// `issuer` is empty.
    #[error("`issuer` is empty; write the `iss` of its tokens")]
    NoIssuer,
    /// `audience` is empty, or something in it is.
    #[error("issuer `{issuer}` has no `audience`; list the client ids whose tokens are taken")]
    NoAudience {
        /// The issuer.
        issuer: String,
    },
    /// `leeway` is too large.
    #[error(
        "issuer `{issuer}` has a `leeway` of {leeway} seconds; at most 300 are allowed, set the clocks instead"
    )]
    Leeway {
        /// The issuer.
        issuer: String,
        /// What it has.
        leeway: u32,
    },
    /// A claim's name is empty.
    #[error("issuer `{issuer}` names an empty claim; write the claim's name, or leave the line out")]
    EmptyClaim {
        /// The issuer.
        issuer: String,
        /// The empty name.
        claim: String,
    },
    /// `tiers` without `groups_claim`.
    #[error(
        "issuer `{issuer}` has `tiers` for groups and no `groups_claim`; name the claim, such as `cognito:groups`"
    )]
    NoGroups {
        /// The issuer.
        issuer: String,
    },
    /// A tier that no viewer can have.
    #[error(
        "issuer `{issuer}` gives the tier `{tier}`; a tier has 1 to 64 bytes without control characters, and `anonymous` is for viewers without a login"
    )]
    Tier {
        /// The issuer.
        issuer: String,
        /// What was written.
        tier: String,
    },
    /// The keys would come over an open line.
    #[error(
        "keys of issuer `{issuer}` would come from `{url}`; give it a `keys_url` that begins with `https://`"
    )]
    KeysUrl {
        /// The issuer.
        issuer: String,
        /// Where they would come from.
        url: String,
    },
    /// Not a cookie's name.
    #[error(
        "issuer `{issuer}` has the cookie `{cookie}`, which is no cookie name; use letters, digits, `-`, `_` and `.`"
    )]
    Cookie {
        /// The issuer.
        issuer: String,
        /// What was written.
        cookie: String,
    },
}

/// Whether a viewer who has logged in can have this tier.
pub(super) fn is_tier(name: &str) -> bool {
    !matches!(name, "" | "anonymous") && name.len() <= LONGEST_TIER && !name.chars().any(char::is_control)
}

/// Whether nobody on the way can put other keys in: by HTTPS, or from this machine itself.
fn is_safe(url: &str) -> bool {
    let legal = |rest: &str| {
        !rest.is_empty()
            && !rest.starts_with(['/', '?', '#', ':', '@'])
            && rest.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let here = |rest: &str| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.split_once(':').map_or(authority, |(host, _)| host);
        matches!(host, "127.0.0.1" | "localhost") && !authority.contains('@')
    };
    url.strip_prefix("https://").is_some_and(legal)
        || url.strip_prefix("http://").is_some_and(|rest| legal(rest) && here(rest))
}

fn is_cookie_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
