//! What a server would serve, in words, without serving it.

use crate::config::{Config, LoginSettings, Problem, Tenant, at};
use crate::policies;
use crate::ready::Ready;
use rights::Bundle;
use rights::nearest::nearest;
use serde::Serialize;

/// What would be served.
#[derive(Debug, Clone, Serialize)]
pub struct Overview {
    /// Where it would listen.
    pub listen: String,
    /// Where else, for those who look after it.
    pub private_listen: Option<String>,
    /// Under which address players would reach it.
    pub public_url: String,
    /// The policy, unless another was put.
    pub policy: PolicyOverview,
    /// Where everything would be kept.
    pub store: String,
    /// Whose logins count.
    pub logins: Vec<LoginOverview>,
    /// The group that may change things.
    pub admin_group: Option<String>,
    /// How players can get media.
    pub deliveries: Vec<&'static str>,
    /// The key ids of tokens in the path.
    pub token_keys: Vec<String>,
    /// The key that signs for CloudFront.
    pub key_pair_id: Option<String>,
    /// Who says where viewers are.
    pub facts: Vec<&'static str>,
    /// Under which keys content keys are sealed; the first seals new ones.
    pub master_keys: Vec<String>,
    /// What players can get licences and keys for.
    pub systems: Vec<SystemOverview>,
    /// Whose titles and keys are kept apart.
    pub tenants: Vec<TenantOverview>,
    /// Which secrets were read, and where from.
    pub secrets: Vec<SecretOverview>,
    /// What works and is hardly meant.
    #[serde(skip)]
    pub warnings: Vec<Problem>,
}

/// A policy.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyOverview {
    /// Its SHA-256, as in every answer.
    pub name: String,
    /// The folder or bundle.
    pub from: String,
}

/// An issuer of logins.
#[derive(Debug, Clone, Serialize)]
pub struct LoginOverview {
    /// The issuer.
    pub issuer: String,
    /// For whom its logins are.
    pub audience: Vec<String>,
    /// Where its keys are from: a file, or an address that is asked when the first login comes.
    pub keys: String,
}

/// A DRM system, or what does without.
#[derive(Debug, Clone, Serialize)]
pub struct SystemOverview {
    /// Its name.
    pub name: &'static str,
    /// The vendor's server that gives licences; none: this one does.
    pub vendor: Option<String>,
}

/// A tenant.
#[derive(Debug, Clone, Serialize)]
pub struct TenantOverview {
    /// Its id.
    pub id: String,
    /// Its titles.
    pub titles: Vec<String>,
    /// Its packager.
    pub packager: Option<String>,
}

/// A secret.
#[derive(Debug, Clone, Serialize)]
pub struct SecretOverview {
    /// For what it is.
    pub place: String,
    /// Where it is from.
    pub from: String,
}

impl Overview {
    /// Reads everything that the configuration names, and opens nothing that is written to.
    ///
    /// # Errors
    /// All that would keep a server from starting, or keep it from being what the configuration says.
    pub(crate) async fn of(config: Config) -> Result<Self, Vec<Problem>> {
        let policies = config.policies.clone();
        let is_whole = config.mistakes().is_empty();
        let ready = Ready::new(config).await;
        let bundle = policies::read(&policies).map_err(|problem| at("policies", problem));
        let (ready, bundle) = match (ready, bundle) {
            (Ok(ready), Ok(bundle)) => (ready, bundle),
            (Ok(_), Err(problem)) => return Err(vec![problem]),
            (Err(problems), Ok(_)) => return Err(problems),
            (Err(mut problems), Err(problem)) => {
                problems.extend(is_whole.then_some(problem));
                return Err(problems);
            }
        };
        let Ready { config, mut warnings, .. } = ready;
        warnings.extend(config.login.iter().filter_map(|login| unnamed_tier(login, &bundle)));
        let policy = PolicyOverview { name: bundle.name(), from: policies.display().to_string() };
        Ok(Self { policy, warnings, ..Self::said(&config) })
    }

    /// What stands in the configuration itself.
    fn said(config: &Config) -> Self {
        let Config { media, drm, facts, .. } = config;
        let signed: &[_] = if media.cloudfront.is_some() { &["cookie", "signed-url"] } else { &[] };
        let tellers = [
            ("the CDN, by its secret", facts.proxy_secret.is_some()),
            ("a table of addresses", facts.addresses.is_some()),
        ];
        let masters =
            drm.iter().flat_map(|drm| std::iter::once(&drm.master_key).chain(&drm.older_master_keys));
        let secrets = config.secrets().into_iter();
        Self {
            listen: config.listen.clone(),
            private_listen: config.private_listen.clone(),
            public_url: config.public_url.clone(),
            policy: PolicyOverview { name: String::new(), from: String::new() },
            store: config.store.to_string(),
            logins: config.login.iter().map(login).collect(),
            admin_group: config.admin.as_ref().map(|admin| admin.group.clone()),
            deliveries: ["path-token"].iter().chain(signed).copied().collect(),
            token_keys: media.path_tokens.key.iter().map(|key| key.kid.clone()).collect(),
            key_pair_id: media.cloudfront.as_ref().map(|cloudfront| cloudfront.key_pair_id.clone()),
            facts: tellers.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name).collect(),
            master_keys: masters.map(|key| key.id.clone()).collect(),
            systems: systems(config),
            tenants: config.tenant.iter().map(tenant).collect(),
            secrets: secrets
                .map(|(place, secret)| SecretOverview { place, from: secret.to_string() })
                .collect(),
            warnings: Vec::new(),
        }
    }
}

fn login(settings: &LoginSettings) -> LoginOverview {
    let fetched = || match settings.to_issuer() {
        Ok(issuer) => issuer.keys_url(),
        Err(_) => String::new(),
    };
    LoginOverview {
        issuer: settings.issuer.clone(),
        audience: settings.audience.clone(),
        keys: settings.keys.clone().unwrap_or_else(fetched),
    }
}

/// A tier of logins that say none, with which nothing plays that does not play for every login: a slip, if one of the tiers that
/// rules name is almost the same, or if there is nothing for every login.
fn unnamed_tier(login: &LoginSettings, bundle: &Bundle<Vec<u8>>) -> Option<Problem> {
    let tier = login.default_tier.as_deref()?;
    let named: Vec<&str> = bundle.named_tiers().collect();
    if named.contains(&tier) {
        return None;
    }
    let help = match nearest(tier, named.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if bundle.has_any_tier() => return None,
        None => format!("there are `{}`", named.join("`, `")),
    };
    let what = format!("no policy names the tier `{tier}`; {help}");
    Some(at(format!("login `{}`, `default_tier`", login.issuer), what))
}

fn systems(config: &Config) -> Vec<SystemOverview> {
    let Some(drm) = &config.drm else { return Vec::new() };
    let own = ["aes-128", "clearkey"].map(|name| SystemOverview { name, vendor: None });
    let vendors =
        drm.vendors().map(|(name, vendor)| SystemOverview { name, vendor: Some(vendor.url.clone()) });
    own.into_iter().chain(vendors).collect()
}

fn tenant(tenant: &Tenant) -> TenantOverview {
    let Tenant { id, titles, packager, .. } = tenant.clone();
    TenantOverview { id, titles, packager }
}
