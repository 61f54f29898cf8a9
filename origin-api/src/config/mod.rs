//! The configuration: one TOML file, each field said where it is defined. Paths are beside the file.

mod drm;
mod media;
mod secret;
mod serving;
mod store;

pub use drm::{DrmSettings, MasterKey, Tenant, Vendor};
pub use media::{CloudFrontSettings, MediaSettings, PathTokens, TokenKey};
pub use secret::{Secret, SecretError};
pub use serving::{FactSettings, Limits, RequestLines, StreamSettings};
pub use store::{DynamoSettings, StoreSettings};

use edge::settings::LoginSettings;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The version of this form: 1.
    pub schema: u32,
    /// Where it listens, such as `127.0.0.1:8080`; port 0 takes a free one, and the log says which.
    pub listen: String,
    /// Where else it listens, such as `127.0.0.1:8081`, for those who look after it: `/metrics` and `/v1/admin/` are served there
    /// then, and are 404 at `listen`. Left out: they are at `listen`.
    #[serde(default)]
    pub private_listen: Option<String>,
    /// Which requests are lines of the log: `all`, `refusals`, `none`.
    #[serde(default)]
    pub log: RequestLines,
    /// The address under which players reach it, such as `https://api.example.com`, without a slash at its end.
    pub public_url: String,
    /// The policies: a folder of policy files, or a bundle that `playgate policy build` made. A bundle that was put by
    /// `PUT /v1/admin/policies` counts instead, from then on.
    pub policies: PathBuf,
    /// Where everything is kept.
    pub store: StoreSettings,
    /// Who issues logins; as in the edge's configuration.
    pub login: Vec<LoginSettings>,
    /// After how many seconds keys of logins are fetched again.
    #[serde(default = "one_hour")]
    pub keys_every: u32,
    /// Who may change titles, policies and withdrawals. Without it nobody may.
    #[serde(default)]
    pub admin: Option<AdminSettings>,
    /// Seals what the server hands to players and wants back, such as the address of a heartbeat: 32 or more random bytes.
    pub session_key: Secret,
    /// What is handed out, and where media are.
    pub media: MediaSettings,
    /// Content keys and licences.
    #[serde(default)]
    pub drm: Option<DrmSettings>,
    /// Whose titles and keys are kept apart.
    #[serde(default)]
    pub tenant: Vec<Tenant>,
    /// How many streams at once.
    #[serde(default)]
    pub streams: StreamSettings,
    /// Who says where viewers are.
    #[serde(default)]
    pub facts: FactSettings,
    /// How much at once, and how large.
    #[serde(default)]
    pub limits: Limits,
    /// Which pages may read answers.
    #[serde(default)]
    pub cors: CorsSettings,
}

/// `[admin]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminSettings {
    /// The claim of the login that lists groups, such as `cognito:groups`.
    pub groups_claim: String,
    /// The group that may.
    pub group: String,
}

/// `[cors]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorsSettings {
    /// Origins such as `https://tv.example.com`. With credentials, for cookies are handed out: so never `*`.
    #[serde(default)]
    pub origins: Vec<String>,
}

/// What is wrong with a configuration, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {place}{what}")]
pub struct ConfigError {
    file: String,
    place: String,
    what: String,
}

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// The first thing in it that cannot work, in words.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let error =
            |what: String| ConfigError { file: path.display().to_string(), place: String::new(), what };
        let text = std::fs::read_to_string(path).map_err(|problem| error(problem.to_string()))?;
        let mut config: Self = toml::from_str(&text).map_err(|problem| {
            let line =
                problem.span().map(|span| text.get(..span.start).unwrap_or_default().lines().count().max(1));
            let line = line.map_or(String::new(), |line| format!("line {line}: "));
            error(format!("{line}{}", problem.message()))
        })?;
        config.beside(path.parent().unwrap_or(Path::new("")));
        config.check().map_err(|(place, what)| ConfigError {
            file: path.display().to_string(),
            place: format!("{place}: "),
            what,
        })?;
        Ok(config)
    }

    /// Makes all paths start where the file is.
    fn beside(&mut self, folder: &Path) {
        let Self { policies, store, session_key, media, drm, tenant, facts, login, .. } = self;
        for path in [policies].into_iter().chain(store.file.as_mut()).chain(facts.addresses.as_mut()) {
            *path = folder.join(&path);
        }
        session_key.beside(folder);
        for key in &mut media.path_tokens.key {
            key.key.beside(folder);
        }
        if let Some(cloudfront) = &mut media.cloudfront {
            cloudfront.key.beside(folder);
        }
        if let Some(drm) = drm {
            for master in std::iter::once(&mut drm.master_key).chain(&mut drm.older_master_keys) {
                master.key.beside(folder);
            }
            for vendor in [&mut drm.widevine, &mut drm.playready, &mut drm.fairplay].into_iter().flatten() {
                vendor.secret_headers.values_mut().for_each(|secret| secret.beside(folder));
            }
        }
        for password in tenant.iter_mut().filter_map(|tenant| tenant.password.as_mut()) {
            password.beside(folder);
        }
        if let Some(secret) = &mut facts.proxy_secret {
            secret.beside(folder);
        }
        for login in login {
            login.keys = login.keys.take().map(|keys| folder.join(keys).display().to_string());
        }
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        if self.schema != 1 {
            return Err(("schema", format!("version {} is not known here; write `schema = 1`", self.schema)));
        }
        for (place, url) in [("public_url", &self.public_url), ("media.url", &self.media.url)] {
            let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            if host.is_none_or(|host| host.is_empty() || host.starts_with('/')) || url.ends_with('/') {
                let what = format!(
                    "`{url}` is no address like `https://media.example.com`; write one, without a slash at its end"
                );
                return Err((place, what));
            }
        }
        if self.login.is_empty() {
            return Err(("login", "nobody issues logins; name an issuer in `[[login]]`".to_owned()));
        }
        if let Some(origin) = self.cors.origins.iter().find(|origin| *origin == "*") {
            let what = format!("`{origin}` would let any page use the viewer's login; name the origins");
            return Err(("cors.origins", what));
        }
        self.store.check()?;
        self.media.check()?;
        drm::check(&self.tenant)?;
        self.drm.as_ref().map_or(Ok(()), DrmSettings::check)?;
        self.streams.check()?;
        self.limits.check()
    }
}

fn one_hour() -> u32 {
    3600
}
