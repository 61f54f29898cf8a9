#![cfg(test)]
//! The login corpus, natively and in wasm: every case as it says, refusals in the majority.

use edge::identity::{
    Issuer, KeySet, Login, Logins, Question, Rationing, Refusal, Signatures, TokenUse, Unverified, Verdict,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use wasm_bindgen_test::wasm_bindgen_test;

const CORPUS: &str = include_str!("../../tests/corpus/logins/all.json");
const FEWEST_CASES: usize = 240;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "about")]
    _about: String,
    issuers: Vec<Trusted>,
    key_sets: BTreeMap<String, serde_json::Value>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trusted {
    keys: String,
    issuer: Issuer,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    jwt: String,
    now: i64,
    expected: Expected,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Expected {
    Login(Fields),
    Code(String),
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
struct Fields {
    issuer: String,
    subject: String,
    tier: Option<String>,
    expires_at: i64,
    issued_at: Option<i64>,
    session: Option<String>,
    token_use: Option<TokenUse>,
    kid: Option<String>,
}

impl Fields {
    fn of(login: &Login<'_>) -> Self {
        Self {
            issuer: login.issuer().to_owned(),
            subject: login.subject().to_owned(),
            tier: login.tier().map(ToOwned::to_owned),
            expires_at: login.expires_at(),
            issued_at: login.issued_at(),
            session: login.session().map(ToOwned::to_owned),
            token_use: login.token_use(),
            kid: login.kid().map(ToOwned::to_owned),
        }
    }
}

fn file() -> File {
    serde_json::from_str(CORPUS).unwrap()
}

fn logins(file: &File) -> Logins {
    let issuers = file.issuers.iter().map(|trusted| {
        let set = serde_json::to_vec(&file.key_sets[&trusted.keys]).unwrap();
        (trusted.issuer.clone(), KeySet::read(&set).unwrap())
    });
    Logins::new(issuers.collect(), Rationing::default(), 42, 0).unwrap()
}

/// Does what a shell does when it is told to fetch: the issuer publishes what it did before.
fn verify(
    logins: &mut Logins,
    file: &File,
    case: &Case,
    signatures: &mut dyn Signatures,
) -> Result<Fields, Unverified> {
    let first = logins.verify(&case.jwt, case.now, signatures).map(|login| Fields::of(&login));
    let Err(Unverified::FetchKeys { issuer }) = first else { return first };
    let set = serde_json::to_vec(&file.key_sets[&file.issuers[issuer].keys]).unwrap();
    logins.keys_fetched(issuer, case.now, Ok(&set)).unwrap();
    logins.verify(&case.jwt, case.now, signatures).map(|login| Fields::of(&login))
}

fn answer(result: Result<Fields, Unverified>) -> Expected {
    match result {
        Ok(fields) => Expected::Login(fields),
        Err(unverified) => Expected::Code(unverified.code().unwrap_or("run again").to_owned()),
    }
}

struct Counting<'s> {
    host: &'s mut dyn Signatures,
    asked: usize,
}

impl Signatures for Counting<'_> {
    fn check(&mut self, question: &Question<'_>) -> Verdict {
        self.asked += 1;
        self.host.check(question)
    }
}

struct Always(Verdict);

impl Signatures for Always {
    fn check(&mut self, _: &Question<'_>) -> Verdict {
        self.0
    }
}

/// How many questions an answer may have cost.
fn questions(expected: &Expected) -> std::ops::RangeInclusive<usize> {
    let Expected::Code(code) = expected else { return 1..=1 };
    match code.as_str() {
        "login_too_large" | "login_malformed" | "login_algorithm" | "login_critical" | "login_issuer"
        | "login_no_expiry" | "login_expired" | "login_unknown_key" => 0..=0,
        // A signature of the wrong length needs no arithmetic.
        "login_signature" => 0..=1,
        "login_audience" | "login_use" | "login_not_yet_valid" | "login_claim" => 1..=1,
        other => panic!("`{other}` is no code"),
    }
}

/// Every case in one process, one after the other, as a server would meet them, and each one twice.
#[cfg(any(not(target_arch = "wasm32"), feature = "portable"))]
fn run(mut host: impl Signatures) {
    let file = file();
    let mut logins = logins(&file);
    let mut wrong = Vec::new();
    for case in &file.cases {
        for again in [false, true] {
            let mut signatures = Counting { host: &mut host, asked: 0 };
            let found = answer(verify(&mut logins, &file, case, &mut signatures));
            if found != case.expected {
                wrong.push(format!("{}: {found:?} instead of {:?}", case.name, case.expected));
            }
            let remembered = again && matches!(case.expected, Expected::Login(_));
            let allowed = if remembered { 0..=0 } else { questions(&case.expected) };
            if !allowed.contains(&signatures.asked) {
                wrong.push(format!("{}: {} questions, again {again}", case.name, signatures.asked));
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn every_case_is_judged_as_it_says_natively() {
    run(edge::identity::NativeSignatures::new());
}

#[cfg(feature = "portable")]
#[wasm_bindgen_test(unsupported = test)]
fn every_case_is_judged_as_it_says_in_pure_rust() {
    run(edge::identity::PortableSignatures::new());
}

#[wasm_bindgen_test(unsupported = test)]
fn refusals_are_the_majority_and_every_code_is_met() {
    let file = file();
    let met =
        |code: &str| file.cases.iter().filter(|case| case.expected == Expected::Code(code.into())).count();
    let codes = [
        Refusal::TooLarge { bytes: 0 },
        Refusal::Malformed,
        Refusal::Algorithm,
        Refusal::Critical,
        Refusal::Issuer,
        Refusal::NoExpiry,
        Refusal::Expired { expires_at: 0, now: 0 },
        Refusal::UnknownKey,
        Refusal::Signature,
        Refusal::Audience,
        Refusal::Use,
        Refusal::NotYetValid { from: 0, now: 0 },
        Refusal::Claim { name: "" },
    ];
    for refusal in codes {
        assert!(met(refusal.code()) > 1, "{}", refusal.code());
    }
    let refused: usize = codes.iter().map(|refusal| met(refusal.code())).sum();
    assert!(file.cases.len() >= FEWEST_CASES && refused * 3 > file.cases.len() * 2, "{refused}");
}

/// Nothing of a token holds unless the host says so.
#[wasm_bindgen_test(unsupported = test)]
fn without_the_host_no_login_holds() {
    let file = file();
    let mut logins = logins(&file);
    for case in &file.cases {
        let fails = verify(&mut logins, &file, case, &mut Always(Verdict::Fails));
        let later = verify(&mut logins, &file, case, &mut Always(Verdict::Later));
        assert!(fails.is_err() && later.is_err(), "{}", case.name);
        if matches!(case.expected, Expected::Login(_)) {
            assert_eq!(
                (fails, later),
                (Err(Refusal::Signature.into()), Err(Unverified::Later)),
                "{}",
                case.name
            );
        }
    }
}

/// Every beginning of a token, and the token with any one byte replaced: refused, and without a panic.
#[wasm_bindgen_test(unsupported = test)]
fn damage_is_never_taken() {
    let file = file();
    let mut logins = logins(&file);
    let case = file.cases.iter().find(|case| case.name == "es256").unwrap();
    let mut host = Always(Verdict::Fails);
    for (length, _) in case.jwt.char_indices() {
        let (before, after) = case.jwt.split_at(length);
        assert!(logins.verify(before, case.now, &mut host).is_err(), "{length}");
        for replacement in ["", ".", "=", "A", "\0", "é"] {
            let damaged = format!("{before}{replacement}{}", after.get(1..).unwrap());
            assert!(logins.verify(&damaged, case.now, &mut host).is_err(), "{damaged}");
        }
    }
}
