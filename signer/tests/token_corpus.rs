//! The token corpus, natively and in wasm: every case as it says, refusals in the majority.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use serde::Deserialize;
use signer::token::{KeyRing, Policy, Request, Scratch, TokenKey, Validity, Verified, Verifier};
use wasm_bindgen_test::wasm_bindgen_test;

macro_rules! corpus {
    ($($file:literal),* $(,)?) => {
        [$(($file, include_str!(concat!("../../tests/corpus/tokens/", $file)))),*]
    };
}

const CORPUS: [(&str, &str); 12] = corpus![
    "aws.json",
    "claims.json",
    "eyevinn.json",
    "forms.json",
    "headers.json",
    "keys.json",
    "networks.json",
    "paths.json",
    "places.json",
    "standards.json",
    "times.json",
    "uris.json",
];

const FEWEST_CASES: usize = 300;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "about")]
    _about: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    why: String,
    token: String,
    keys: Vec<Key>,
    policy: CasePolicy,
    request: CaseRequest,
    expected: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    kid: String,
    secret_hex: String,
    from: u64,
    until: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CasePolicy {
    issuer: Option<String>,
    audience: Option<String>,
    #[serde(default)]
    leeway: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseRequest {
    now: u64,
    path: Option<String>,
    country: Option<String>,
    region: Option<String>,
    ip: Option<std::net::IpAddr>,
    method: Option<String>,
    scheme: Option<String>,
    host: Option<String>,
    port: Option<String>,
    query: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expected {
    Valid(Yield),
    Refused(String),
}

#[derive(Deserialize, Default, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
struct Yield {
    expires_at: u64,
    not_before: Option<u64>,
    issued_at: Option<u64>,
    kid: Option<String>,
    path_scope: Option<String>,
    dialect: String,
    issuer: Option<String>,
    subject: Option<String>,
    session_hex: Option<String>,
    max_height: Option<u32>,
}

impl Yield {
    fn of(verified: &Verified<'_>) -> Self {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        Self {
            expires_at: verified.expires_at(),
            not_before: verified.not_before(),
            issued_at: verified.issued_at(),
            kid: Some(String::from_utf8_lossy(verified.kid()).into_owned()),
            path_scope: verified.path_scope().map(ToOwned::to_owned),
            dialect: verified.dialect().name().to_owned(),
            issuer: verified.issuer().map(ToOwned::to_owned),
            subject: verified.subject().map(ToOwned::to_owned),
            session_hex: verified.session().map(hex),
            max_height: verified.max_height(),
        }
    }
}

impl Case {
    fn verifier(&self) -> Verifier {
        let mut ring = KeyRing::new();
        for key in &self.keys {
            let secret = TokenKey::from_file(key.secret_hex.as_bytes()).unwrap();
            let validity = match key.until {
                Some(until) => Validity::between(key.from, until),
                None => Validity::starting(key.from),
            };
            ring.add(&key.kid, secret, validity).unwrap();
        }
        let CasePolicy { issuer, audience, leeway } = &self.policy;
        Verifier::new(ring, Policy { issuer: issuer.clone(), audience: audience.clone(), leeway: *leeway })
    }

    fn request(&self) -> Request<'_> {
        let request = &self.request;
        Request {
            country_from_token: false,
            path: request.path.as_deref(),
            country: request.country.as_deref(),
            region: request.region.as_deref(),
            ip: request.ip,
            method: request.method.as_deref(),
            scheme: request.scheme.as_deref(),
            host: request.host.as_deref(),
            port: request.port.as_deref(),
            query: request.query.as_deref(),
        }
    }

    /// What is wrong, if anything.
    fn complaint(&self) -> Option<String> {
        let mut scratch = Scratch::new();
        let checks = self.verifier();
        let outcome = checks.verify(&self.token, &self.request(), self.request.now, &mut scratch);
        match (&self.expected, outcome) {
            (Expected::Valid(expected), Ok(verified)) => {
                let actual = Yield::of(&verified);
                (*expected != actual).then(|| format!("yields {actual:?}, expected {expected:?}"))
            }
            (Expected::Refused(code), Err(refusal)) => (refusal.code() != code)
                .then(|| format!("refused `{}` ({refusal}), expected `{code}`", refusal.code())),
            (Expected::Valid(_), Err(refusal)) => Some(format!("refused: {refusal}")),
            (Expected::Refused(code), Ok(_)) => Some(format!("valid, expected to be refused `{code}`")),
        }
    }
}

fn cases() -> Vec<(String, Case)> {
    let read = |(name, content): (&str, &str)| {
        let file: File = serde_json::from_str(content).unwrap_or_else(|error| panic!("{name}: {error}"));
        file.cases.into_iter().map(|case| (format!("{name}: {}", case.name), case)).collect::<Vec<_>>()
    };
    CORPUS.into_iter().flat_map(read).collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn every_case_is_as_it_says() {
    let complaints: Vec<String> = cases()
        .iter()
        .filter_map(|(name, case)| {
            case.complaint().map(|complaint| format!("{name}: {complaint}; because: {}", case.why))
        })
        .collect();
    assert!(complaints.is_empty(), "{} cases:\n{}", complaints.len(), complaints.join("\n"));
}

#[wasm_bindgen_test(unsupported = test)]
fn there_are_enough_cases_and_most_are_refused() {
    let cases = cases();
    let refused = cases.iter().filter(|(_, case)| matches!(case.expected, Expected::Refused(_))).count();
    assert!(cases.len() >= FEWEST_CASES, "{} cases", cases.len());
    assert!(refused * 3 > cases.len() * 2, "{refused} of {} are refused", cases.len());
    let missing: Vec<&str> = CODES
        .into_iter()
        .filter(|code| {
            !cases.iter().any(|(_, case)| matches!(&case.expected, Expected::Refused(named) if named == code))
        })
        .collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}

/// Every code there is: each must have a case.
const CODES: [&str; 26] = [
    "malformed",
    "too_large",
    "algorithm",
    "critical",
    "unknown_key",
    "key_expired",
    "bad_mac",
    "no_expiry",
    "expired",
    "not_yet_valid",
    "issuer",
    "audience",
    "path_not_canonical",
    "path",
    "path_unknown",
    "uri",
    "uri_unknown",
    "method",
    "method_unknown",
    "country",
    "country_unknown",
    "region_unknown",
    "ip",
    "ip_unknown",
    "unsupported_claim",
    "ambiguous",
];

#[cfg(not(target_arch = "wasm32"))]
mod folder {
    use std::path::PathBuf;
    use std::process::Command;

    fn folder() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus/tokens")
    }

    #[test]
    fn every_file_of_the_folder_is_embedded() {
        let mut files: Vec<String> = std::fs::read_dir(folder())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| {
                std::path::Path::new(name).extension().is_some_and(|extension| extension == "json")
            })
            .collect();
        files.sort();
        assert_eq!(files, super::CORPUS.map(|(name, _)| name));
    }

    #[test]
    fn the_generator_would_write_the_same() {
        let output = Command::new("python3")
            .arg("-B")
            .arg(folder().join("generate.py"))
            .arg("--check")
            .output()
            .expect("python3 is needed to check the corpus; install it");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
