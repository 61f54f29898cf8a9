//! How access tokens are handed out and checked.

use serde::{Deserialize, Serialize};

/// How access tokens are handed out and checked. What each means stands at the configuration's fields.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Tokens {
    pub(crate) keys: Vec<TokenKeyUse>,
    pub(crate) delivery: Delivery,
    pub(crate) lifetime: u32,
    pub(crate) cookie: String,
    pub(crate) header: String,
    pub(crate) issuer: Option<String>,
    pub(crate) audience: Option<String>,
    pub(crate) leeway: u32,
    pub(crate) bind_country: bool,
    pub(crate) bind_network: bool,
    pub(crate) uncounted_streams: bool,
}

/// Which key is used when.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct TokenKeyUse {
    pub(crate) kid: String,
    pub(crate) from: u64,
    pub(crate) until: Option<u64>,
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
