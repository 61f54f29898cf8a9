//! The verifier against `tests/corpus/verify`: requests with real signatures, made by code that shares nothing
//! with this library, and what CloudFront's edge must answer to each. The same cases run in wasm.

#![cfg(test)]

use serde::Deserialize;
use signer::cloudfront::KeyPairId;
use signer::cloudfront::verify::{KeyGroup, Presented, Request};
use signer::keys::PublicKey;
use std::net::IpAddr;
use wasm_bindgen_test::wasm_bindgen_test;

macro_rules! themes {
    ($($name:literal),+ $(,)?) => {
        &[$((concat!($name, ".json"), include_str!(concat!("../../tests/corpus/verify/", $name, ".json")))),+]
    };
}

const THEMES: &[(&str, &str)] = themes![
    "canned",
    "cookies",
    "forms",
    "hashes",
    "keys",
    "networks",
    "parameters",
    "signatures",
    "tampering",
    "times",
    "urls",
    "wildcards",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Theme {
    theme: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    why: String,
    request: Asked,
    keys: Vec<Key>,
    expect: Answer,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    url: String,
    cookies: Vec<String>,
    ip: Option<IpAddr>,
    now: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    id: String,
    file: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, tag = "outcome", rename_all = "lowercase")]
enum Answer {
    Allowed { presented: String, expires: u32, key: String },
    Refused { code: String, reason: String },
}

fn corpus() -> Vec<Case> {
    let mut cases = Vec::new();
    for (file, text) in THEMES {
        let theme: Theme = serde_json::from_str(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(*file, format!("{}.json", theme.theme));
        assert!(!theme.cases.is_empty(), "{file} is empty");
        cases.extend(theme.cases);
    }
    cases
}

fn public_key(file: &str) -> PublicKey {
    let pem: &[u8] = match file {
        "test-only-rsa-public.pem" => include_bytes!("../../tests/keys/test-only-rsa-public.pem"),
        "test-only-rsa-other-public.pem" => include_bytes!("../../tests/keys/test-only-rsa-other-public.pem"),
        "test-only-p256-public.pem" => include_bytes!("../../tests/keys/test-only-p256-public.pem"),
        other => panic!("no such key: {other}"),
    };
    PublicKey::from_pem(pem).unwrap()
}

fn answer(case: &Case) -> Answer {
    let group = case.keys.iter().fold(KeyGroup::new(), |group, key| {
        group.with(KeyPairId::new(&key.id).unwrap(), public_key(&key.file))
    });
    let cookies: Vec<&str> = case.request.cookies.iter().map(String::as_str).collect();
    let Asked { url, ip, now, .. } = &case.request;
    match group.verify(&Request { url, cookies: &cookies, client: *ip, now: *now }) {
        Ok(allowed) => Answer::Allowed {
            presented: match allowed.presented {
                Presented::Url => "url".to_owned(),
                Presented::Cookies => "cookies".to_owned(),
            },
            expires: allowed.expires.seconds(),
            key: allowed.key_pair_id.to_string(),
        },
        Err(reason) => {
            assert_eq!(reason.code().status(), 403, "{}", case.name);
            assert!(reason.code().xml().contains(&format!("<Code>{}</Code>", reason.code().as_str())));
            assert!(!reason.to_string().is_empty());
            Answer::Refused { code: reason.code().as_str().to_owned(), reason: reason.name().to_owned() }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn every_case_gets_the_answer_that_it_names() {
    let mut wrong = Vec::new();
    for case in corpus() {
        let answer = answer(&case);
        if answer != case.expect {
            let Case { name, why, expect, .. } = case;
            wrong.push(format!("{name} ({why}): expected {expect:?}, found {answer:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[wasm_bindgen_test(unsupported = test)]
fn the_corpus_is_large_and_mostly_refuses() {
    let cases = corpus();
    assert!(cases.len() >= 150, "only {} cases", cases.len());
    let refusals = cases.iter().filter(|case| matches!(case.expect, Answer::Refused { .. })).count();
    assert!(refusals * 3 >= cases.len() * 2, "only {refusals} of {} cases are refusals", cases.len());

    let mut names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), cases.len(), "every name stands once");
    for case in &cases {
        assert!(!case.why.is_empty(), "{} does not say why", case.name);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn every_reason_and_every_code_has_a_case() {
    let cases = corpus();
    let given = |wanted: (&str, &str)| {
        cases.iter().any(|case| {
            matches!(&case.expect, Answer::Refused { code, reason } if (code.as_str(), reason.as_str()) == wanted)
        })
    };
    for wanted in [
        ("MissingKey", "no_credentials"),
        ("MissingKey", "no_key_pair_id"),
        ("InvalidKey", "unknown_key"),
        ("MalformedPolicy", "no_policy"),
        ("MalformedPolicy", "two_policies"),
        ("MalformedPolicy", "policy_encoding"),
        ("MalformedPolicy", "policy_form"),
        ("MalformedPolicy", "expires"),
        ("AccessDenied", "url"),
        ("AccessDenied", "repeated"),
        ("AccessDenied", "no_signature"),
        ("AccessDenied", "signature_encoding"),
        ("AccessDenied", "hash"),
        ("AccessDenied", "wrong_signature"),
        ("AccessDenied", "resource"),
        ("AccessDenied", "expired"),
        ("AccessDenied", "not_yet_valid"),
        ("AccessDenied", "network"),
        ("AccessDenied", "no_address"),
    ] {
        assert!(given(wanted), "{wanted:?}");
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod on_disk {
    use std::path::Path;
    use std::process::Command;

    const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/corpus/verify");

    #[test]
    fn every_file_of_the_folder_runs() {
        let mut found: Vec<String> = Path::new(FOLDER)
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| {
                Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
            })
            .collect();
        found.sort();
        let embedded: Vec<&str> = super::THEMES.iter().map(|(name, _)| *name).collect();
        assert_eq!(found, embedded);
    }

    #[test]
    fn the_files_are_what_the_generator_writes() {
        let output = Command::new("python3").arg("generate.py").arg("--check").current_dir(FOLDER).output();
        let output = output.expect("python3 generates the corpus and is needed to check it");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
