//! `[[login]]`: who issues logins.

use crate::identity::{GroupTier, Issuer, TokenUse};
use serde::Deserialize;

/// `[[login]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginSettings {
    /// The issuer, exactly as tokens name it (`iss`).
    pub issuer: String,
    /// For whom a login must be (`aud`, or `client_id` of Cognito's access tokens): one of these.
    pub audience: Vec<String>,
    /// The file with the issuer's keys (a JWKS), beside this file. Read when the edge is built, and refreshed while it runs.
    #[serde(default)]
    pub keys: Option<String>,
    /// The keys themselves, as the build puts them here.
    #[serde(default)]
    pub jwks: Option<String>,
    /// Where the keys are fetched from; `{issuer}/.well-known/jwks.json` if it is left out.
    #[serde(default)]
    pub keys_url: Option<String>,
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

impl LoginSettings {
    /// The same, as logins are checked against it.
    ///
    /// # Errors
    /// What it cannot mean, in words.
    pub fn to_issuer(&self) -> Result<Issuer, String> {
        let token_use = self.token_use.iter().map(|name| match name.as_str() {
            "id" => Ok(TokenUse::Id),
            "access" => Ok(TokenUse::Access),
            _ => Err(format!("`token_use` cannot be `{name}`; write `id` or `access`")),
        });
        let pair = |(group, tier): &(String, String)| GroupTier { group: group.clone(), tier: tier.clone() };
        Ok(Issuer {
            issuer: self.issuer.clone(),
            audience: self.audience.clone(),
            token_use: token_use.collect::<Result<_, _>>()?,
            leeway: self.leeway,
            tier_claim: self.tier_claim.clone(),
            groups_claim: self.groups_claim.clone(),
            tiers: self.tiers.iter().map(pair).collect(),
            default_tier: self.default_tier.clone(),
            keys_url: self.keys_url.clone(),
            cookie: self.cookie.clone(),
        })
    }
}
