//! Secrets by reference: the configuration says where one is, and never what it is.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// Where a secret is: `{ file = "session.key" }`, `{ env = "SESSION_KEY" }`, `{ secrets_manager = "playgate/session-key" }` or
/// `{ kms = "master.key.enc" }`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "Written")]
pub enum Secret {
    /// In a file, beside the configuration.
    File(PathBuf),
    /// In an environment variable.
    Env(String),
    /// In AWS Secrets Manager.
    SecretsManager(Managed),
    /// In a file, encrypted under a key of AWS KMS.
    Kms(Encrypted),
}

/// A secret of Secrets Manager.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Managed {
    /// Its name, or its ARN.
    pub name: String,
    /// Which field of it, if it is a JSON object; left out, all of it.
    pub field: Option<String>,
    /// The region; left out, that of the ARN, of `[secrets]`, or of whoever asks.
    pub region: Option<String>,
}

/// A file with what `aws kms encrypt` or `aws kms generate-data-key-without-plaintext` gave: raw, or as base64.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Encrypted {
    /// The file, beside the configuration.
    pub file: PathBuf,
    /// The only key that may have encrypted it: an id, an ARN or an alias. Left out, any that whoever asks may use.
    pub key: Option<String>,
    /// The encryption context, the same as when it was encrypted.
    pub context: BTreeMap<String, String>,
    /// The region; left out, that of the key's ARN, of `[secrets]`, or of whoever asks.
    pub region: Option<String>,
}

/// `[secrets]`: how AWS is asked for secrets. Who asks is found where AWS's own programs find it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecretSettings {
    /// The region of secrets that name none.
    pub region: Option<String>,
    /// Another address of Secrets Manager than the region's own, such as that of an endpoint in a private network.
    pub secrets_manager_endpoint: Option<String>,
    /// Another address of KMS.
    pub kms_endpoint: Option<String>,
    /// For how many milliseconds each secret is waited for, with all attempts.
    pub milliseconds: u32,
}

/// A reference as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a reference to a secret")]
struct Written {
    file: Option<PathBuf>,
    env: Option<String>,
    secrets_manager: Option<String>,
    kms: Option<PathBuf>,
    field: Option<String>,
    region: Option<String>,
    key: Option<String>,
    context: Option<BTreeMap<String, String>>,
}

impl TryFrom<Written> for Secret {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        const WHICH: &str =
            "a secret is in one place; write one of `file`, `env`, `secrets_manager` and `kms`";
        let Written { file, env, secrets_manager, kms, field, region, key, context } = written;
        if field.is_some() && secrets_manager.is_none() {
            return Err("only a secret of Secrets Manager has a `field`; take it out");
        }
        if (key.is_some() || context.is_some()) && kms.is_none() {
            return Err("only what KMS encrypted has a `key` and a `context`; take them out");
        }
        if region.is_some() && secrets_manager.is_none() && kms.is_none() {
            return Err("only a secret of AWS has a `region`; take it out");
        }
        match (file, env, secrets_manager, kms) {
            (Some(file), None, None, None) => Ok(Self::File(file)),
            (None, Some(name), None, None) => Ok(Self::Env(name)),
            (None, None, Some(name), None) => Ok(Self::SecretsManager(Managed { name, field, region })),
            (None, None, None, Some(file)) => {
                Ok(Self::Kms(Encrypted { file, key, context: context.unwrap_or_default(), region }))
            }
            _ => Err(WHICH),
        }
    }
}

impl SecretSettings {
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        let endpoints = [
            ("secrets.secrets_manager_endpoint", &self.secrets_manager_endpoint),
            ("secrets.kms_endpoint", &self.kms_endpoint),
        ];
        for (place, endpoint) in endpoints {
            let Some(endpoint) = endpoint else { continue };
            let host = endpoint.strip_prefix("https://").or_else(|| {
                endpoint.strip_prefix("http://").filter(|host| {
                    host.starts_with("127.0.0.1")
                        || host.starts_with("localhost")
                        || host.starts_with("[::1]")
                })
            });
            if host.is_none_or(|host| host.is_empty() || host.starts_with('/') || host.ends_with('/')) {
                let what = format!(
                    "`{endpoint}` is not asked safely; write an address that begins with `https://`, without a slash at its end"
                );
                return Err((place, what));
            }
        }
        if !(100..=60_000).contains(&self.milliseconds) {
            let what = format!("{} is not between 100 and 60000; write a number that is", self.milliseconds);
            return Err(("secrets.milliseconds", what));
        }
        Ok(())
    }
}

impl Default for SecretSettings {
    fn default() -> Self {
        Self { region: None, secrets_manager_endpoint: None, kms_endpoint: None, milliseconds: 5000 }
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Env(name) => write!(formatter, "environment variable {name}"),
            Self::SecretsManager(Managed { name, field: None, .. }) => {
                write!(formatter, "secret `{name}` of Secrets Manager")
            }
            Self::SecretsManager(Managed { name, field: Some(field), .. }) => {
                write!(formatter, "secret `{name}` of Secrets Manager, field `{field}`")
            }
            Self::Kms(secret) => write!(formatter, "{}, by KMS", secret.file.display()),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Secret({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct One {
        s: Secret,
    }

    #[test]
    fn a_secret_is_in_one_place() {
        for (text, shown) in [
            ("{ file = \"a.key\" }", "a.key"),
            ("{ env = \"A\" }", "environment variable A"),
            ("{ secrets_manager = \"a/b\" }", "secret `a/b` of Secrets Manager"),
            (
                "{ secrets_manager = \"a/b\", field = \"key\", region = \"eu-west-1\" }",
                "secret `a/b` of Secrets Manager, field `key`",
            ),
            ("{ kms = \"a.enc\" }", "a.enc, by KMS"),
            (
                "{ kms = \"a.enc\", key = \"alias/a\", context = { id = \"1\" }, region = \"eu-west-1\" }",
                "a.enc, by KMS",
            ),
        ] {
            let one: One = toml::from_str(&format!("s = {text}")).unwrap();
            assert_eq!(one.s.to_string(), shown);
        }
        for (text, words) in [
            ("{}", "a secret is in one place"),
            ("{ file = \"a\", env = \"A\" }", "a secret is in one place"),
            ("{ kms = \"a\", secrets_manager = \"A\" }", "a secret is in one place"),
            ("{ file = \"a\", region = \"eu-west-1\" }", "has a `region`"),
            ("{ file = \"a\", field = \"key\" }", "has a `field`"),
            ("{ kms = \"a\", field = \"key\" }", "has a `field`"),
            ("{ env = \"a\", context = { a = \"b\" } }", "`context`"),
            ("{ secrets_manager = \"a\", key = \"k\" }", "`key`"),
            ("{ kms = \"a\", context = { a = 1 } }", "expected a string"),
            ("{ path = \"a\" }", "unknown field `path`"),
            ("\"0123456789\"", "expected a reference to a secret"),
        ] {
            let problem = toml::from_str::<One>(&format!("s = {text}")).unwrap_err();
            assert!(problem.message().contains(words), "{text}: {problem}");
        }
    }

    #[test]
    fn aws_is_asked_safely_and_not_for_ever() {
        let checked = |text: &str| {
            let settings: SecretSettings = toml::from_str(text).unwrap();
            settings.check().map_err(|(place, _)| place)
        };
        for text in [
            "",
            "kms_endpoint = \"https://vpce-1.kms.eu-west-1.vpce.amazonaws.com\"",
            "kms_endpoint = \"http://127.0.0.1:5000\"",
            "secrets_manager_endpoint = \"http://localhost:5000\"",
            "milliseconds = 100",
        ] {
            assert_eq!(checked(text), Ok(()), "{text}");
        }
        for (text, place) in [
            ("kms_endpoint = \"http://10.0.0.1\"", "secrets.kms_endpoint"),
            ("kms_endpoint = \"kms\"", "secrets.kms_endpoint"),
            ("kms_endpoint = \"https://\"", "secrets.kms_endpoint"),
            ("secrets_manager_endpoint = \"https://a/\"", "secrets.secrets_manager_endpoint"),
            ("milliseconds = 99", "secrets.milliseconds"),
            ("milliseconds = 60001", "secrets.milliseconds"),
        ] {
            assert_eq!(checked(text), Err(place), "{text}");
        }
    }
}
