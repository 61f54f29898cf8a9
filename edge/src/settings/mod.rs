//! What is configured: the file `edge.toml`, and the same as JSON beside the module.
//!
//! One struct a section, each field documented where it is. Secrets are never in it: token keys stand in files of their
//! own, and are named here by their key id.

mod login;
mod routes;
mod tokens;

pub use login::LoginSettings;
pub use routes::{RouteSettings, usual};
pub use tokens::{TokenKeySettings, TokenSettings};

use crate::headers::Usual;
use crate::prepared::{Prepared, PreparedLogin, PreparedLogins};
use crate::problem::Problem;
use crate::route::Routes;

use serde::Deserialize;

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The version of this format: 1.
    pub schema: u32,
    /// Access tokens: how they are handed out and checked.
    pub tokens: TokenSettings,
    /// Who issues logins; none: nobody can log in.
    #[serde(default)]
    pub login: Vec<LoginSettings>,
    /// After how many seconds issuers' keys are fetched again, in the background.
    #[serde(default = "one_hour")]
    pub keys_every: u32,
    /// Which addresses are what, in the order in which they are tried; none: the usual ones, see [`usual`].
    #[serde(default)]
    pub route: Vec<RouteSettings>,
    /// Which pages may read the answers.
    #[serde(default)]
    pub cors: CorsSettings,
    /// Headers of every answer.
    #[serde(default)]
    pub security: SecuritySettings,
    /// A table of addresses and their countries, for events at which the platform does not say.
    #[serde(default)]
    pub addresses: Option<AddressSettings>,
    /// Withdrawn sessions, accounts and keys.
    #[serde(default)]
    pub revocations: Option<RevocationSettings>,
    /// What only Workers need.
    #[serde(default)]
    pub worker: Option<WorkerSettings>,
}

/// `[cors]`: which pages may read the answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorsSettings {
    /// Origins such as `https://tv.example.com`, exactly as browsers send them, or `*` for any.
    #[serde(default)]
    pub origins: Vec<String>,
    /// Whether pages may send cookies and logins. Not together with `*`.
    #[serde(default)]
    pub credentials: bool,
    /// For how many seconds a browser may remember a preflight.
    #[serde(default = "ten_minutes")]
    pub max_age: u32,
}

/// `[security]`: headers of every answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecuritySettings {
    /// The value of `strict-transport-security`; empty: none is sent.
    #[serde(default = "one_year")]
    pub hsts: String,
}

/// `[addresses]`: the table of addresses and their countries.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressSettings {
    /// Files of lines `first,last,country`, beside this file.
    pub tables: Vec<String>,
    /// The day on which the data was gathered, such as `2026-06-17`: it is said at each build how old it is.
    pub dated: String,
    /// Where it comes from, for the build's report.
    #[serde(default)]
    pub source: String,
}

/// `[revocations]`: withdrawn sessions, accounts and keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevocationSettings {
    /// A list to build in, beside this file: lines `session|account|key ID WITHDRAWN-AT`.
    #[serde(default)]
    pub file: Option<String>,
    /// Where a newer set is fetched from, `https`.
    #[serde(default)]
    pub url: Option<String>,
    /// How often, in seconds.
    #[serde(default = "one_minute")]
    pub every: u32,
}

/// `[worker]`: what only Workers need.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerSettings {
    /// The name under which it is deployed.
    pub name: String,
    /// Where requests are forwarded to, such as `https://media.example.com`.
    pub origin: String,
    /// The day of the runtime whose behaviour is wanted.
    #[serde(default = "compatibility_date")]
    pub compatibility_date: String,
}

impl Settings {
    /// Checks the configuration and prepares it for the edge: the bytes that [`Edge::open`](crate::Edge::open) takes. The
    /// issuers' keys have to stand in [`LoginSettings::jwks`] by now.
    ///
    /// # Errors
    /// The first thing in it that cannot work, and what to do about it.
    pub fn prepare(&self) -> Result<Vec<u8>, Problem> {
        self.check()?;
        let routes = if self.route.is_empty() { usual() } else { self.route.clone() };
        let login = |login: &LoginSettings| {
            let issuer =
                login.to_issuer().map_err(|what| Problem::at(format!("login `{}`", login.issuer), what))?;
            Ok(PreparedLogin { issuer, jwks: login.jwks.clone() })
        };
        let logins = PreparedLogins(self.login.iter().map(login).collect::<Result<_, _>>()?);
        let cookie = |login: &LoginSettings| Some((login.cookie.clone()?, login.issuer.clone()));
        let prepared = Prepared {
            routes: Routes::new(&routes)?,
            login_cookies: self.login.iter().filter_map(cookie).collect(),
            keys_every: self.keys_every,
            usual: Usual::new(&self.cors, &self.security, &self.tokens.header)?,
            tokens: self.tokens.to_tokens(),
        };
        prepared
            .to_bytes(&logins)
            .ok_or_else(|| Problem::at("configuration", "it is too large to be written down; shorten it"))
    }

    fn check(&self) -> Result<(), Problem> {
        if self.schema != 1 {
            return Err(Problem::at(
                "schema",
                format!("version {} is not known here; write `schema = 1`", self.schema),
            ));
        }
        let between = |place: &str, value: u32, least: u32, most: u32| {
            let what =
                || format!("{value} is not between {least} and {most} seconds; write a number that is");
            if (least..=most).contains(&value) { Ok(()) } else { Err(Problem::at(place, what())) }
        };
        between("keys_every", self.keys_every, 60, 86_400)?;
        between("cors.max_age", self.cors.max_age, 0, 86_400)?;
        if let Some(revocations) = &self.revocations {
            between("revocations.every", revocations.every, 10, 86_400)?;
            if let Some(url) = revocations.url.as_ref().filter(|url| !is_fetched_safely(url)) {
                return Err(Problem::at(
                    "revocations.url",
                    format!("`{url}` is not fetched safely; write an address that begins with `https://`"),
                ));
            }
        }
        self.tokens.check()
    }
}

impl Default for CorsSettings {
    fn default() -> Self {
        Self { origins: Vec::new(), credentials: false, max_age: ten_minutes() }
    }
}

impl Default for SecuritySettings {
    fn default() -> Self {
        Self { hsts: one_year() }
    }
}

/// Whether nobody on the way can change what comes from there. On the machine itself nobody is on the way: that is for trying it.
fn is_fetched_safely(url: &str) -> bool {
    let is_local = |rest: &str| {
        let name = rest.split([':', '/', '?']).next().unwrap_or_default();
        matches!(name, "localhost" | "127.0.0.1")
    };
    url.starts_with("https://") || url.strip_prefix("http://").is_some_and(is_local)
}

fn ten_minutes() -> u32 {
    600
}

fn one_hour() -> u32 {
    3600
}

fn one_minute() -> u32 {
    60
}

fn one_year() -> String {
    "max-age=31536000; includeSubDomains".to_owned()
}

fn compatibility_date() -> String {
    "2026-04-01".to_owned()
}
