//! Who issues logins here: anybody gets any, as the demo wants it. The key is made when the demo starts and gone when it stops.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The group that may change titles and policies.
pub(crate) const ADMINISTRATORS: &str = "demo-admin";

/// The `aud` of its logins.
pub(crate) const AUDIENCE: &str = "demo";

const KID: &str = "demo";

/// How long a login lasts, in seconds.
pub(crate) const LIFETIME: i64 = 12 * 3600;

/// Signs logins.
pub(crate) struct Issuer {
    key: EcdsaKeyPair,
    name: String,
}

impl Issuer {
    pub(crate) fn new(name: &str) -> Result<Self, String> {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .map_err(|_| "no key can be made: the system gives no random bytes".to_owned())?;
        Ok(Self { key, name: name.to_owned() })
    }

    /// Its keys, as a file of the origin API's configuration.
    pub(crate) fn keys(&self) -> Value {
        let point = self.key.public_key().as_ref();
        let part = |from: usize| URL_SAFE_NO_PAD.encode(point.get(from..from + 32).unwrap_or_default());
        json!({ "keys": [{
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": KID, "x": part(1), "y": part(33),
        }] })
    }

    /// A viewer's login.
    pub(crate) fn login(&self, account: &str, tier: &str, now: i64) -> Result<String, String> {
        self.sign(&json!({ "sub": account, "tier": tier }), now, LIFETIME)
    }

    /// An administrator's.
    pub(crate) fn administrator(&self, now: i64) -> Result<String, String> {
        self.sign(
            &json!({ "sub": "licensing-desk", "tier": "none", "groups": [ADMINISTRATORS] }),
            now,
            LIFETIME,
        )
    }

    /// An administrator's for as long as the demo runs: its key goes when the demo stops.
    pub(crate) fn administrator_of_this_run(&self, now: i64) -> Result<String, String> {
        let claims = json!({ "sub": "ingest", "tier": "none", "groups": [ADMINISTRATORS] });
        self.sign(&claims, now, 365 * 24 * 3600)
    }

    fn sign(&self, claims: &Value, now: i64, lifetime: i64) -> Result<String, String> {
        let mut claims = claims.clone();
        if let Some(claims) = claims.as_object_mut() {
            claims.extend([
                ("iss".to_owned(), self.name.clone().into()),
                ("aud".to_owned(), AUDIENCE.into()),
                ("iat".to_owned(), now.into()),
                ("exp".to_owned(), (now + lifetime).into()),
            ]);
        }
        let head = json!({ "alg": "ES256", "typ": "JWT", "kid": KID });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&head), part(&claims));
        let signature = self
            .key
            .sign(&SystemRandom::new(), text.as_bytes())
            .map_err(|_| "a login cannot be signed: the system gives no random bytes".to_owned())?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref())))
    }
}
