//! Secrets of AWS: two calls, signed by the SDK's own signer and sent by this server's own client. The SDK's crates for the two services
//! would be compiled for these calls alone.

mod call;
mod kms;
mod secrets_manager;

use crate::config::{Config, Encrypted, Managed, SecretSettings};
use crate::outward::Outward;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials as _;
use call::{Call, Refused};
use std::path::Path;
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::timeout;
use zeroize::Zeroizing;

/// A service that keeps secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    SecretsManager,
    Kms,
}

/// Who asks, and how.
pub(super) struct Aws<'a> {
    settings: &'a SecretSettings,
    folder: &'a Path,
    outward: &'a Outward,
    /// Looked for with the first question, and once: where nobody is, that takes seconds.
    asker: OnceCell<Result<(SdkConfig, Credentials), String>>,
}

impl Service {
    /// As addresses and signatures have it.
    fn id(self) -> &'static str {
        match self {
            Self::SecretsManager => "secretsmanager",
            Self::Kms => "kms",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::SecretsManager => "Secrets Manager",
            Self::Kms => "KMS",
        }
    }
}

impl<'a> Aws<'a> {
    pub(super) fn new(config: &'a Config, outward: &'a Outward) -> Self {
        Self { settings: &config.secrets, folder: config.folder(), outward, asker: OnceCell::new() }
    }

    /// A secret of Secrets Manager.
    pub(super) async fn managed(&self, secret: &Managed) -> Result<Zeroizing<Vec<u8>>, String> {
        let region = secret.region.as_deref().or_else(|| region_of(&secret.name));
        let body = secrets_manager::question(&secret.name);
        let (answer, region) =
            self.ask(Service::SecretsManager, secrets_manager::TARGET, region, &body).await?;
        let answer = answer.map_err(|refused| secrets_manager::in_words(&refused, &region))?;
        secrets_manager::secret(&answer, secret.field.as_deref())
    }

    /// What stands in a file, decrypted.
    pub(super) async fn decrypted(&self, secret: &Encrypted) -> Result<Zeroizing<Vec<u8>>, String> {
        let file = super::from_file(&self.folder.join(&secret.file), kms::LONGEST)?;
        let body = kms::question(&kms::ciphertext(&file)?, secret);
        let region = secret.region.as_deref().or_else(|| secret.key.as_deref().and_then(region_of));
        let (answer, region) = self.ask(Service::Kms, kms::TARGET, region, &body).await?;
        let answer = answer.map_err(|refused| kms::in_words(&refused, secret, &region))?;
        kms::plaintext(&answer)
    }

    /// Asks, and says in which region.
    async fn ask(
        &self,
        service: Service,
        target: &'static str,
        region: Option<&str>,
        body: &[u8],
    ) -> Result<(Result<Zeroizing<Vec<u8>>, Refused>, String), String> {
        let known = region.or(self.settings.region.as_deref());
        let asker = self.asker.get_or_init(|| Box::pin(self.look_for_asker(known))).await;
        let (shared, credentials) = asker.as_ref().map_err(Clone::clone)?;
        let region = known.or_else(|| shared.region().map(Region::as_ref)).filter(|region| !region.is_empty()).ok_or_else(|| {
            format!(
                "nobody says in which region of {} it is; write `region = \"eu-west-1\"` in `[secrets]`, or set AWS_REGION",
                service.name()
            )
        })?;
        let endpoint = match service {
            Service::SecretsManager => self.settings.secrets_manager_endpoint.as_deref(),
            Service::Kms => self.settings.kms_endpoint.as_deref(),
        };
        let endpoint = endpoint.map_or_else(|| usual(service, region), str::to_owned);
        let call = Call { service, target, region, endpoint: &endpoint, credentials };
        let whole = self.time();
        let answer = match timeout(whole, call.send(self.outward, body, whole)).await {
            Ok(Err(unheard)) => {
                return Err(format!(
                    "{} does not answer at {endpoint}, {unheard}; check the network, the `region`, and the endpoint in `[secrets]`",
                    service.name()
                ));
            }
            Ok(Ok(answer)) => answer,
            Err(_) => {
                return Err(format!(
                    "{} does not answer at {endpoint} within {} ms; check the network, or raise `secrets.milliseconds`",
                    service.name(),
                    whole.as_millis()
                ));
            }
        };
        Ok((answer, region.to_owned()))
    }

    /// Finds credentials, and unless one is known the region, where all of AWS's programs find them.
    async fn look_for_asker(&self, region: Option<&str>) -> Result<(SdkConfig, Credentials), String> {
        let without = |why: String| {
            format!(
                "there are no credentials for AWS, {why}; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role"
            )
        };
        let looking = async {
            let mut shared = aws_config::defaults(BehaviorVersion::latest());
            if let Some(region) = region {
                shared = shared.region(Region::new(region.to_owned()));
            }
            let shared = shared.load().await;
            let Some(provider) = shared.credentials_provider() else {
                return Err(without("and nobody to ask for any".to_owned()));
            };
            let credentials = provider.provide_credentials().await;
            let credentials = credentials.map_err(|problem| without(call::with_causes(&problem)))?;
            Ok((shared, credentials))
        };
        let whole = self.time();
        let late = || without(format!("or nobody gave any within {} ms", whole.as_millis()));
        timeout(whole, looking).await.unwrap_or_else(|_| Err(late()))
    }

    fn time(&self) -> Duration {
        Duration::from_millis(self.settings.milliseconds.into())
    }
}

/// The region that stands in an ARN.
fn region_of(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    (parts.next() == Some("arn")).then(|| parts.nth(2)).flatten().filter(|region| !region.is_empty())
}

/// The region's own address.
fn usual(service: Service, region: &str) -> String {
    let china = if region.starts_with("cn-") { ".cn" } else { "" };
    format!("https://{}.{region}.amazonaws.com{china}", service.id())
}

/// What all services say about who asks; none if it is something else.
fn about_asker(refused: &Refused) -> Option<String> {
    let is_unknown = [
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "AuthFailure",
    ]
    .contains(&refused.code.as_str());
    is_unknown.then(|| {
        format!(
            "AWS does not take these credentials ({}); check AWS_ACCESS_KEY_ID and what belongs to it, or the machine's role, and the clock",
            refused.code
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_that_of_the_arn() {
        for (name, region) in [
            ("arn:aws:secretsmanager:eu-north-1:111122223333:secret:a-AbCdEf", Some("eu-north-1")),
            ("arn:aws-cn:kms:cn-north-1:111122223333:key/1", Some("cn-north-1")),
            ("arn:aws:kms::111122223333:key/1", None),
            ("playgate/arn:aws:kms:eu-west-1", None),
            ("alias/playgate", None),
            ("", None),
        ] {
            assert_eq!(region_of(name), region, "{name}");
        }
        assert_eq!(usual(Service::Kms, "eu-north-1"), "https://kms.eu-north-1.amazonaws.com");
        assert_eq!(
            usual(Service::SecretsManager, "cn-north-1"),
            "https://secretsmanager.cn-north-1.amazonaws.com.cn"
        );
    }
}
