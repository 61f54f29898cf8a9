#![cfg(test)]
//! What is remembered from one request to the next: fetched keys, rationed fetches, verified logins.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge::identity::{
    CACHED_LOGINS, FetchFailed, Issuer, KeySet, Logins, Question, Rationing, Refusal, Signatures, Unverified,
    Verdict,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://login.example.com";

/// A host without arithmetic: it answers what the test wants, and remembers the keys that it was asked about.
struct Host {
    verdict: Verdict,
    asked: Vec<u32>,
    printed: String,
}

impl Host {
    fn new(verdict: Verdict) -> Self {
        Self { verdict, asked: Vec::new(), printed: String::new() }
    }
}

impl Signatures for Host {
    fn check(&mut self, question: &Question<'_>) -> Verdict {
        self.asked.push(question.key_number);
        self.printed = format!("{question:?}");
        self.verdict
    }
}

fn document(keys: &[(&str, u8)]) -> Vec<u8> {
    let keys: Vec<Value> = keys
        .iter()
        .map(|(kid, number)| {
            let coordinate = URL_SAFE_NO_PAD.encode([*number; 32]);
            json!({"kty": "EC", "crv": "P-256", "kid": kid, "x": coordinate, "y": coordinate})
        })
        .collect();
    serde_json::to_vec(&json!({ "keys": keys })).unwrap()
}

fn logins(keys: &[(&str, u8)]) -> Logins {
    let issuer: Issuer = serde_json::from_value(json!({"issuer": ISSUER, "audience": ["client"]})).unwrap();
    let set = if keys.is_empty() { KeySet::empty() } else { KeySet::read(&document(keys)).unwrap() };
    Logins::new(vec![(issuer, set)], Rationing::default(), 9, NOW).unwrap()
}

fn token(kid: &str, subject: &str, more: &Value) -> String {
    let mut claims = json!({"iss": ISSUER, "aud": "client", "sub": subject, "exp": NOW + 100});
    claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let header = URL_SAFE_NO_PAD.encode(json!({"alg": "ES256", "kid": kid}).to_string());
    let mut signature = [0; 64];
    for (to, from) in signature.iter_mut().zip(subject.bytes().rev()) {
        *to = from;
    }
    format!("{header}.{}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()), URL_SAFE_NO_PAD.encode(signature))
}

fn plain(kid: &str) -> String {
    token(kid, "viewer", &json!({}))
}

/// `Ok` with the subject.
fn verify(logins: &mut Logins, jwt: &str, now: i64, host: &mut Host) -> Result<String, Unverified> {
    logins.verify(jwt, now, host).map(|login| login.subject().to_owned())
}

fn code(logins: &mut Logins, jwt: &str, now: i64) -> String {
    match verify(logins, jwt, now, &mut Host::new(Verdict::Holds)) {
        Ok(_) => "holds".to_owned(),
        Err(Unverified::FetchKeys { issuer }) => format!("fetch {issuer}"),
        Err(other) => other.code().unwrap().to_owned(),
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_repeated_login_asks_nobody() {
    let mut logins = logins(&[("a", 1)]);
    let mut host = Host::new(Verdict::Holds);
    for _ in 0..5 {
        assert_eq!(verify(&mut logins, &plain("a"), NOW, &mut host).unwrap(), "viewer");
    }
    assert_eq!(host.asked, [0]);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_did_not_hold_is_not_remembered() {
    let mut logins = logins(&[("a", 1)]);
    let for_others = token("a", "viewer", &json!({"aud": "else"}));
    for (verdict, jwt, expected) in [
        (Verdict::Fails, plain("a"), Unverified::Refused(Refusal::Signature)),
        (Verdict::Later, plain("a"), Unverified::Later),
        (Verdict::Holds, for_others, Unverified::Refused(Refusal::Audience)),
    ] {
        let mut host = Host::new(verdict);
        for times in 1..4 {
            assert_eq!(verify(&mut logins, &jwt, NOW, &mut host), Err(expected));
            assert_eq!(host.asked.len(), times, "{expected}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_asynchronous_host_answers_in_the_second_run() {
    let mut logins = logins(&[("a", 1)]);
    let mut run = |verdict| verify(&mut logins, &plain("a"), NOW, &mut Host::new(verdict));
    assert_eq!(run(Verdict::Later), Err(Unverified::Later));
    assert_eq!(run(Verdict::Holds).unwrap(), "viewer");
    assert_eq!(run(Verdict::Later).unwrap(), "viewer", "the third request finds it");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_remembered_login_still_expires_and_begins() {
    let jwt = token("a", "viewer", &json!({"nbf": NOW - 10, "iat": NOW - 10}));
    let mut logins = logins(&[("a", 1)]);
    for (now, expected) in [
        (NOW, "holds"),
        (NOW + 99, "holds"),
        (NOW - 10, "holds"),
        (NOW - 11, "login_not_yet_valid"),
        (NOW + 50, "holds"),
        (NOW + 100, "login_expired"),
        (NOW + 101, "login_expired"),
        (i64::MAX, "login_expired"),
        (i64::MIN, "login_not_yet_valid"),
    ] {
        assert_eq!(code(&mut logins, &jwt, now), expected, "{now}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn more_logins_than_are_remembered_still_hold() {
    let mut logins = logins(&[("a", 1)]);
    let mut host = Host::new(Verdict::Holds);
    for number in 0..CACHED_LOGINS * 4 {
        let subject = format!("viewer {number}");
        let jwt = token("a", &subject, &json!({}));
        assert_eq!(verify(&mut logins, &jwt, NOW, &mut host).unwrap(), subject);
        assert_eq!(verify(&mut logins, &jwt, NOW, &mut host).unwrap(), subject);
    }
    assert_eq!(host.asked.len(), CACHED_LOGINS * 4);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_token_that_ends_like_another_is_another() {
    let mut logins = logins(&[("a", 1)]);
    let mut host = Host::new(Verdict::Holds);
    let (honest, victim) = (plain("a"), token("a", "victim", &json!({})));
    verify(&mut logins, &honest, NOW, &mut host).unwrap();
    let forged: Vec<&str> = victim.split('.').take(2).chain(honest.split('.').skip(2)).collect();
    let forged = forged.join(".");
    assert_eq!(forged.len(), honest.len());
    host.verdict = Verdict::Fails;
    assert_eq!(verify(&mut logins, &forged, NOW, &mut host), Err(Refusal::Signature.into()));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_flood_of_unknown_keys_is_one_fetch_per_interval() {
    let mut logins = logins(&[("a", 1)]);
    let mut fetches = 0;
    for number in 0..10_000 {
        // 100 requests a second; a fetch is answered at once.
        let now = NOW + number / 100;
        let jwt = token(&format!("k{number}"), "viewer", &json!({"exp": NOW + 999}));
        match code(&mut logins, &jwt, now).as_str() {
            "fetch 0" => {
                fetches += 1;
                logins.keys_fetched(0, now, Ok(&document(&[("a", 1)]))).unwrap();
            }
            other => assert_eq!(other, "login_unknown_key"),
        }
    }
    assert_eq!(fetches, 4, "at 0, 30, 60 and 90 seconds");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_flood_while_a_fetch_is_under_way_is_no_second_one() {
    let mut logins = logins(&[("a", 1)]);
    let mut fetches = 0;
    let later = json!({"exp": NOW + 9999});
    for number in 0..10_000 {
        // The keys are old by now, and would be due if nobody fetched them.
        let now = NOW + 3600 + number / 400;
        match code(&mut logins, &token(&format!("k{number}"), "viewer", &later), now).as_str() {
            "fetch 0" => fetches += 1,
            other => assert_eq!(other, "keys_unavailable"),
        }
        assert_eq!(logins.due(now), None, "{number}");
    }
    assert_eq!(
        code(&mut logins, &token("a", "viewer", &later), NOW + 3625),
        "holds",
        "known keys keep working"
    );
    assert_eq!(fetches, 1, "within 25 seconds");
}

#[wasm_bindgen_test(unsupported = test)]
fn an_issuer_that_is_down() {
    let mut logins = logins(&[("a", 1)]);
    assert_eq!(code(&mut logins, &plain("b"), NOW), "fetch 0");
    logins.keys_fetched(0, NOW + 5, Err(FetchFailed)).unwrap_err();
    for (kid, now, expected) in [
        ("a", NOW + 5, "holds"),
        ("b", NOW + 5, "keys_unavailable"),
        ("b", NOW + 29, "keys_unavailable"),
        ("b", NOW + 30, "fetch 0"),
        ("b", NOW + 30, "keys_unavailable"),
        ("a", NOW + 31, "holds"),
    ] {
        assert_eq!(code(&mut logins, &plain(kid), now), expected, "{kid} at {now}");
    }
    assert_eq!(
        verify(&mut logins, &plain("b"), NOW + 42, &mut Host::new(Verdict::Holds)),
        Err(Unverified::KeysUnavailable { retry_after: 18 })
    );
    logins.keys_fetched(0, NOW + 43, Ok(&document(&[("b", 2)]))).unwrap();
    assert_eq!(code(&mut logins, &plain("b"), NOW + 43), "holds");
    assert_eq!(code(&mut logins, &plain("c"), NOW + 43), "login_unknown_key");
}

#[wasm_bindgen_test(unsupported = test)]
fn the_first_keys_are_fetched_when_the_first_login_comes() {
    let mut logins = logins(&[]);
    assert_eq!(code(&mut logins, &plain("a"), NOW), "fetch 0");
    assert_eq!(code(&mut logins, &plain("a"), NOW), "keys_unavailable");
    logins.keys_fetched(0, NOW, Ok(&document(&[("a", 1)]))).unwrap();
    assert_eq!(code(&mut logins, &plain("a"), NOW), "holds");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_bad_document_keeps_the_old_keys() {
    let mut logins = logins(&[("a", 1)]);
    let private = br#"{"keys":[{"kty":"EC","d":"AA"}]}"#;
    for bad in [&b""[..], b"<html>", b"{\"keys\":[]}", private, &vec![b' '; 70_000]] {
        let error = logins.keys_fetched(0, NOW, Ok(bad)).expect_err("bad").to_string();
        assert!(error.starts_with("key"), "{error}");
        assert_eq!(code(&mut logins, &plain("a"), NOW), "holds");
    }
    assert!(logins.keys_fetched(1, NOW, Ok(&document(&[("a", 1)]))).is_err(), "there is no such issuer");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_withdrawn_key_takes_its_logins_with_it_and_a_kept_one_keeps_its_number() {
    let mut logins = logins(&[("a", 1), ("b", 2)]);
    let mut host = Host::new(Verdict::Holds);
    for kid in ["a", "b"] {
        verify(&mut logins, &plain(kid), NOW, &mut host).unwrap();
    }
    logins.keys_fetched(0, NOW, Ok(&document(&[("c", 3), ("b", 2)]))).unwrap();
    assert_eq!(verify(&mut logins, &plain("a"), NOW, &mut host), Err(Unverified::FetchKeys { issuer: 0 }));
    for kid in ["b", "c"] {
        verify(&mut logins, &plain(kid), NOW, &mut host).unwrap();
    }
    assert_eq!(host.asked, [0, 1, 2], "b was remembered");
    // The same name for another key: neither the login nor an imported key may be taken for the new one's.
    logins.keys_fetched(0, NOW, Ok(&document(&[("b", 9)]))).unwrap();
    verify(&mut logins, &plain("b"), NOW, &mut host).unwrap();
    assert_eq!(host.asked, [0, 1, 2, 3]);
}

#[wasm_bindgen_test(unsupported = test)]
fn keys_are_refreshed_in_the_background() {
    let mut logins = logins(&[("a", 1)]);
    for (now, expected) in [
        (NOW, None),
        (NOW + 3599, None),
        (NOW + 3600, Some(0)),
        (NOW + 3600, None),
        (NOW + 3629, None),
        (NOW + 3630, Some(0)),
    ] {
        assert_eq!(logins.due(now), expected, "{now}");
    }
    logins.keys_fetched(0, NOW + 3631, Ok(&document(&[("a", 1)]))).unwrap();
    assert_eq!(logins.due(NOW + 7230), None);
    assert_eq!(logins.due(NOW + 7231), Some(0));
    logins.keys_fetched(0, NOW + 7231, Err(FetchFailed)).unwrap_err();
    assert_eq!(logins.due(NOW + 7232), None);
    let late = token("a", "viewer", &json!({"exp": NOW + 9000}));
    assert_eq!(code(&mut logins, &late, NOW + 8000), "holds", "old keys keep working");
}

#[wasm_bindgen_test(unsupported = test)]
fn nothing_prints_a_token() {
    let jwt = plain("a");
    let mut host = Host::new(Verdict::Holds);
    let mut logins = logins(&[("a", 1)]);
    let login = format!("{:?}", logins.verify(&jwt, NOW, &mut host).unwrap());
    let all = format!("{login}{}{logins:?}", host.printed);
    for part in jwt.split('.').chain(["viewer"]) {
        assert!(!all.contains(part), "{part} in {all}");
    }
    assert!(login.contains(ISSUER) && !host.printed.is_empty(), "{login}");
}
