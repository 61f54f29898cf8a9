//! `[[login]]`: who issues logins.

use serde::{Deserialize, Serialize};

/// `[[login]]`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LoginSettings {
    /// The issuer, exactly as tokens name it (`iss`).
    pub issuer: String,
    /// For whom a login must be (`aud`, or `client_id` of Cognito's access tokens): one of these.
    pub audience: Vec<String>,
    /// The file with the issuer's keys (a JWKS), beside this file. Read when the edge is built, and refreshed while it runs.
    #[serde(default, skip_serializing)]
    pub keys: Option<String>,
    /// The keys themselves, as the build puts them here.
    #[serde(default)]
    pub jwks: Option<String>,
    /// Where the keys are fetched from; `{issuer}/.well-known/jwks.json` if it is left out.
    #[serde(default)]
    pub keys_url: Option<String>,
    /// After how many seconds keys are fetched again.
    #[serde(default = "one_hour")]
    pub keys_every: u32,
    /// Cognito's `token_use`: `id`, `access`; left out: it is not looked at.
    #[serde(default)]
    pub token_use: Vec<String>,
    /// By how many seconds clocks may differ, in favour of the viewer.
    #[serde(default)]
    pub leeway: u32,
    /// The claim that names the tier, such as `custom:subscription_tier`.
    #[serde(default)]
    pub tier_claim: Option<String>,
    /// The claim that lists groups, such as `cognito:groups`.
    #[serde(default)]
    pub groups_claim: Option<String>,
    /// Which group gives which tier, as `[group, tier]`: the first that the viewer is in counts.
    #[serde(default)]
    pub tiers: Vec<(String, String)>,
    /// The tier of a login that says nothing of it.
    #[serde(default)]
    pub default_tier: Option<String>,
    /// The cookie in which pages keep the login, if they do.
    #[serde(default)]
    pub cookie: Option<String>,
}

fn one_hour() -> u32 {
    3600
}
