//! The configuration: one TOML file, each field said where it is defined. Paths are beside the file. Whoever starts the server reads it, and
//! shows its mistakes.

mod addresses;
mod drm;
mod media;
mod secret;
mod serving;
mod store;

pub use drm::{DrmSettings, MasterKey, Tenant, Vendor};
pub use media::{CloudFrontSettings, MediaSettings, PathTokens, TokenKey};
pub use secret::{Encrypted, Managed, Secret, SecretSettings};
pub use serving::{FactSettings, Limits, RequestLines, StreamSettings};
pub use store::{DynamoSettings, StoreSettings};

pub use edge::Problem;
pub use edge::settings::LoginSettings;

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
    /// How AWS is asked for secrets.
    #[serde(default)]
    pub secrets: SecretSettings,
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
    /// Where paths start.
    #[serde(skip)]
    folder: PathBuf,
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

impl Config {
    /// Makes all paths start in a folder: that of the file.
    #[must_use]
    pub fn placed(mut self, folder: &Path) -> Self {
        let Self { policies, store, facts, login, .. } = &mut self;
        for path in [policies].into_iter().chain(store.file.as_mut()).chain(facts.addresses.as_mut()) {
            *path = folder.join(&path);
        }
        for login in login {
            login.keys = login.keys.take().map(|keys| folder.join(keys).display().to_string());
        }
        folder.clone_into(&mut self.folder);
        self
    }

    /// Where paths of secrets start.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every secret that is named, with its place.
    #[must_use]
    pub fn secrets(&self) -> Vec<(String, &Secret)> {
        let mut secrets = vec![("session_key".to_owned(), &self.session_key)];
        let tokens = self.media.path_tokens.key.iter();
        secrets.extend(tokens.map(|key| (format!("media.path_tokens.key `{}`, `key`", key.kid), &key.key)));
        if let Some(cloudfront) = &self.media.cloudfront {
            secrets.push(("media.cloudfront.key".to_owned(), &cloudfront.key));
        }
        if let Some(drm) = &self.drm {
            secrets.push(("drm.master_key.key".to_owned(), &drm.master_key.key));
            let older = drm.older_master_keys.iter();
            secrets.extend(older.map(|key| (format!("drm.older_master_keys `{}`, `key`", key.id), &key.key)));
            for (name, vendor) in drm.vendors() {
                let headers = vendor.secret_headers.iter();
                secrets.extend(
                    headers.map(|(header, secret)| (format!("drm.{name}.secret_headers.{header}"), secret)),
                );
            }
        }
        for tenant in &self.tenant {
            let password = tenant.password.as_ref();
            secrets.extend(password.map(|secret| (format!("tenant `{}`, `password`", tenant.id), secret)));
        }
        secrets
            .extend(self.facts.proxy_secret.as_ref().map(|secret| ("facts.proxy_secret".to_owned(), secret)));
        secrets
    }

    /// What in it cannot work, by itself; nothing that it names is looked at.
    #[must_use]
    pub fn mistakes(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        if self.schema != 1 {
            found
                .push(at("schema", format!("version {} is not known here; write `schema = 1`", self.schema)));
        }
        for (place, url) in [("public_url", &self.public_url), ("media.url", &self.media.url)] {
            let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            if host.is_none_or(|host| host.is_empty() || host.starts_with('/')) || url.ends_with('/') {
                let what = format!(
                    "`{url}` is no address like `https://media.example.com`; write one, without a slash at its end"
                );
                found.push(at(place, what));
            }
        }
        if self.login.is_empty() {
            found.push(at("login", "nobody issues logins; name an issuer in `[[login]]`".to_owned()));
        }
        addresses::listening(self, &mut found);
        addresses::origins(&self.cors.origins, &mut found);
        let parts = [self.store.check(), self.streams.check(), self.limits.check(), self.secrets.check()];
        found.extend(parts.into_iter().filter_map(Result::err).map(|(place, what)| at(place, what)));
        self.media.check(&mut found);
        drm::check(&self.tenant, &mut found);
        if let Some(drm) = &self.drm {
            drm.check(&mut found);
        }
        found
    }
}

/// Something that is wrong at a place. What to do stands behind the last semicolon.
pub(crate) fn at(place: impl Into<String>, what: impl Into<String>) -> Problem {
    Problem { place: place.into(), what: what.into() }
}

fn one_hour() -> u32 {
    3600
}
