//! The attacks that the edge has to withstand, each with what it imitates.
//!
//! What one request can try is data in `tests/corpus/edge`: the first table says under which names, and with what it is
//! refused. What takes several requests, keys of one's own or time is tried here. The file is long because of that table: one
//! line an attack, to be read in one go.
#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

#[allow(dead_code, reason = "other tests use the rest of it")]
mod support;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use edge::withdrawn::{Entry, Kind, Withdrawn};
use edge::{Answer, Edge, Event, Field, Request, Wait};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use support::{Still, World, corpus};

const NOW: i64 = 1_800_000_000;
const EVENTS: [Event; 3] = [Event::ViewerRequest, Event::OriginRequest, Event::Worker];

const COGNITO: &str = "https://cognito-idp.eu-north-1.amazonaws.com/eu-north-1_TestOnly1";
const OIDC: &str = "https://login.example.com/";
const SEGMENT: &str = "/vod/acme/one/480p/1.ts";
const MANIFEST: &str = "/vod/acme/one/master.m3u8";

/// Attack, the case of the corpus that tries it, and how it ends: at each event, or with ` | ` at the three in order.
const IN_THE_CORPUS: [(&str, &str, &str); 34] = [
    // The verifier is told to use another algorithm than the key's.
    ("algorithm none", "login: algorithm none", "401 login_algorithm"),
    ("none, in letters that filters forget", "login: algorithm 'nOnE'", "401 login_algorithm"),
    ("public key as secret", "login: HS256 with the public key as secret", "401 login_algorithm"),
    ("curve for RSA", "login: algorithm 'ES256'", "401 login_algorithm"),
    ("a token's algorithm none", "token: algorithm none", "401 token_algorithm"),
    // The attacker brings the key along, or says where it lies.
    ("embedded jwk", "login: a key brought along", "401 login_signature"),
    ("jku", "login: an address of keys", "401 login_signature"),
    ("x5u", "login: an address of a certificate", "401 login_signature"),
    ("kid as a path", "login: key id that is a path", "503 keys_unavailable"),
    // A login that is good, for somebody else.
    ("another issuer", "login: another issuer", "401 login_issuer"),
    ("another audience", "login: another audience", "401 login_audience"),
    ("another use", "login: another use", "401 login_use"),
    ("a client id instead of an audience", "login: a client id in an id token", "401 login_audience"),
    ("altered claims under a good signature", "login: tier raised", "401 login_signature"),
    // A token that is good, for something else.
    ("another title with a common prefix", "token: another title with the same beginning", "403 token_path"),
    (
        "a prefix that ends within a segment",
        "token: a title with the same beginning, no slash",
        "403 token_path",
    ),
    ("another country", "token's place: replayed, the table knows", "403 token_country"),
    ("another network", "token: replayed from another network", "403 token_ip"),
    ("expired by a second", "token: expired by a second", "401 token_expired"),
    ("a login expired by a second", "login: expired by a second", "401 login_expired"),
    // Headers that only the CDN may set.
    (
        "CloudFront-Viewer-Country",
        "spoofed country, table knows better",
        "451 territory | forward | 451 territory",
    ),
    ("CF-IPCountry", "spoofed cf-ipcountry", "451 territory_unknown"),
    ("X-Forwarded-For", "spoofed x-forwarded-for", "451 territory_unknown"),
    ("X-Forwarded-For for a bound token", "spoofed x-forwarded-for, token for a network", "403 token_ip"),
    ("X-Original-URL", "spoofed x-original-url", "401 no_credentials"),
    // Paths that one parser reads otherwise than the next.
    ("dots", "path: dots half escaped", "400 path"),
    ("double escapes", "path: percent escaped", "400 path"),
    ("matrix parameters", "path: dots with parameters", "400 path"),
    ("overlong UTF-8", "path: overlong slash", "400 path"),
    // Answers that say more than they should.
    ("response splitting by the query", "splitting by the query: crlf", "400 query"),
    ("open redirect by slashes", "redirect to elsewhere: two slashes", "400 path"),
    ("open redirect by a backslash", "redirect to elsewhere: backslash", "400 path"),
    ("open redirect by a host", "redirect to elsewhere: host", "redirect"),
    ("a fifth cookie", "cookie: the fifth is not tried", "401 token_expired"),
];

#[test]
fn what_the_corpus_tries() {
    let text = std::fs::read_to_string(corpus().join("cases.json")).unwrap();
    let cases: Value = serde_json::from_str(&text).unwrap();
    let by_name: BTreeMap<&str, &Value> = cases["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| (case["name"].as_str().unwrap(), case))
        .collect();
    for (attack, name, expected) in IN_THE_CORPUS {
        let case = by_name.get(name).unwrap_or_else(|| panic!("{attack}: no case `{name}`"));
        let found = EVENTS.map(|event| {
            let outcome = &case["expect"][event.name()];
            match outcome["action"].as_str().unwrap() {
                "refuse" => format!("{} {}", outcome["status"], outcome["log"]["reason"].as_str().unwrap()),
                action => action.to_owned(),
            }
        });
        let each: Vec<&str> = expected.split(" | ").collect();
        let each = if each.len() == 1 { vec![expected; 3] } else { each };
        assert_eq!(found.to_vec(), each, "{attack}: {name}");
    }
}

/// A stranger to most issuers: whoever has a key of their own can sign.
struct Signer(EcdsaKeyPair);

impl Signer {
    fn of(name: &str) -> Self {
        let pem = std::fs::read_to_string(corpus().join(format!("keys/test-only-{name}.pem"))).unwrap();
        let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(lines).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).unwrap())
    }

    fn keys(&self, kid: &str) -> Vec<u8> {
        let point = self.0.public_key().as_ref();
        let number = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
        let key = json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": number(1..33), "y": number(33..65) });
        serde_json::to_vec(&json!({ "keys": [key] })).unwrap()
    }

    /// A login of this issuer's, says its header, claims what the rest says.
    fn login(&self, issuer: &str, kid: &str, more: &Value) -> String {
        let audience = if issuer == COGNITO { "web-app" } else { "playgate" };
        let mut claims = json!({ "iss": issuer, "aud": audience, "token_use": "id", "sub": "b-1", "exp": NOW + 3000,
            "iat": NOW - 300, "sid": "o-1", "tier": "premium", "custom:subscription_tier": "premium" });
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let header = json!({ "alg": "ES256", "kid": kid });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(&claims));
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

/// An edge of the world `path` with its host.
struct Stage {
    edge: Edge,
    host: Still,
    /// What fetches of keys bring; nothing: they fail.
    document: Option<Vec<u8>>,
}

impl Stage {
    fn new() -> Self {
        Self { edge: World::named("path").open(), host: Still::at(NOW), document: None }
    }

    fn get<'r>(path: &'r str, more: &[(Field, &'r str)]) -> Request<'r> {
        let request = Request::new(Event::Worker)
            .with(Field::Id, "r-1")
            .with(Field::Method, "GET")
            .with(Field::Path, path)
            .with(Field::Host, "media.example.com")
            .with(Field::Address, "203.0.113.9")
            .with(Field::Country, "NO");
        more.iter().fold(request, |request, (field, text)| request.with(*field, text))
    }

    /// Runs it to its end: `forward`, `redirect`, or status and reason.
    fn ask(&mut self, request: &Request<'_>) -> String {
        for _ in 0..3 {
            let answer = self.edge.request(request, &mut self.host);
            match answer {
                Answer::Wait(Wait::Keys) => {
                    let (document, now) = (self.document.as_deref(), self.host.now);
                    drop(self.edge.keys_fetched(self.issuer(), now, document));
                }
                Answer::Wait(Wait::Signature) => panic!("this host knows at once"),
                Answer::Forward(_) => return "forward".to_owned(),
                Answer::Respond(response) if response.status == 302 => return "redirect".to_owned(),
                Answer::Respond(response) => return format!("{} {}", response.status, self.said("reason")),
            }
        }
        panic!("waits for ever")
    }

    fn login(&mut self, path: &str, login: &str) -> String {
        let bearer = format!("Bearer {login}");
        self.ask(&Self::get(path, &[(Field::Authorization, &bearer)]))
    }

    /// Whose keys were asked for last.
    fn issuer(&self) -> usize {
        usize::from(self.host.asked.last().is_some_and(|url| url.starts_with(OIDC)))
    }

    fn said(&self, key: &str) -> String {
        let line: Value = serde_json::from_str(&self.host.line).unwrap();
        line[key].as_str().unwrap_or("null").to_owned()
    }

    fn take_keys(&mut self, issuer: usize, document: &[u8]) {
        self.edge.keys_fetched(issuer, self.host.now, Some(document)).unwrap();
    }
}

/// Someone sends logins with ever new key ids, so that the edge floods the issuer with fetches, or forgets its own keys.
#[test]
fn a_flood_of_unknown_keys_is_one_fetch_an_interval() {
    let (genuine, stranger) = (Signer::of("oidc-1"), Signer::of("stranger-ec"));
    let good = genuine.login(OIDC, "oidc-1", &json!({}));
    for (document, while_rationed) in [
        (None, "503 keys_unavailable"),
        (Some(genuine.keys("oidc-1")), "401 login_unknown_key"),
        (Some(b"no keys at all".to_vec()), "503 keys_unavailable"),
    ] {
        let mut stage = Stage::new();
        stage.document = document;
        for number in 0..10_000 {
            stage.host.now = NOW + number / 100;
            let flood = stranger.login(OIDC, &format!("k-{number}"), &json!({}));
            assert_eq!(stage.login(SEGMENT, &flood), while_rationed, "{number}");
            if number % 100 == 50 {
                assert_eq!(stage.login(SEGMENT, &good), "forward", "{number}");
            }
        }
        // A hundred seconds, and an interval of thirty.
        assert_eq!(stage.host.asked.len(), 4, "{while_rationed}");
    }
}

/// A flood that is forged so badly that no key is needed to see it asks for none.
#[test]
fn what_is_refused_anyway_fetches_nothing() {
    let stranger = Signer::of("stranger-ec");
    let mut stage = Stage::new();
    for (login, expected) in [
        (stranger.login("https://evil.example/", "k", &json!({})), "401 login_issuer"),
        (stranger.login(OIDC, "k", &json!({ "exp": NOW - 31 })), "401 login_expired"),
        (stranger.login(OIDC, "k", &json!({ "exp": "never" })), "401 login_no_expiry"),
        (stranger.login(COGNITO, "cognito-1", &json!({})), "401 login_algorithm"),
        (stranger.login(OIDC, "oidc-1", &json!({})), "401 login_signature"),
    ] {
        assert_eq!(stage.login(SEGMENT, &login), expected);
    }
    assert!(stage.host.asked.is_empty());
}

/// The issuer is down for days, or somebody in between answers in its name: the keys that are known stay.
#[test]
fn an_issuer_that_is_down_takes_nobody_with_it() {
    let genuine = Signer::of("oidc-1");
    let mut stage = Stage::new();
    let (mut fetches, large) = (0, vec![0xff; 70_000]);
    for day in 0..30 {
        for hour in 0..24 {
            stage.host.now = NOW + day * 86_400 + hour * 3600;
            let now = stage.host.now;
            while let Some((issuer, _)) = stage.edge.keys_due(now) {
                fetches += 1;
                let answers: [Option<&[u8]>; 4] =
                    [None, Some(b"<html>"), Some(br#"{"keys":[]}"#), Some(&large)];
                let answer = answers[usize::try_from(hour % 4).unwrap()];
                assert!(stage.edge.keys_fetched(issuer, now, answer).is_err());
            }
            let login = genuine.login(OIDC, "oidc-1", &json!({ "exp": now + 600, "iat": now }));
            assert_eq!(stage.login(SEGMENT, &login), "forward", "day {day}, hour {hour}");
        }
    }
    // Two issuers, each once an hour after the first.
    assert_eq!(fetches, 2 * (30 * 24 - 1));
}

/// The issuer has replaced a key: what the old one signed is worth nothing from then on, remembered or not.
#[test]
fn a_key_that_is_gone_signs_nothing() {
    let (genuine, other) = (Signer::of("oidc-1"), Signer::of("stranger-ec"));
    let mut stage = Stage::new();
    let login = genuine.login(OIDC, "oidc-1", &json!({}));
    assert_eq!(stage.login(SEGMENT, &login), "forward");
    stage.take_keys(1, &other.keys("oidc-2"));
    stage.document = Some(other.keys("oidc-2"));
    assert_eq!(stage.login(SEGMENT, &login), "401 login_unknown_key");
    // Under the old name it is another key now.
    stage.take_keys(1, &other.keys("oidc-1"));
    assert_eq!(stage.login(SEGMENT, &login), "401 login_signature");
    let new = other.login(OIDC, "oidc-1", &json!({}));
    assert_eq!(stage.login(SEGMENT, &new), "forward");
}

/// Two issuers call their keys the same, by chance or because one of them wants to be taken for the other.
#[test]
fn a_key_counts_for_its_own_issuer_only() {
    let (first, second) = (Signer::of("oidc-1"), Signer::of("stranger-ec"));
    let mut stage = Stage::new();
    stage.take_keys(0, &first.keys("same"));
    stage.take_keys(1, &second.keys("same"));
    for (name, signer, issuer, kid, expected) in [
        ("the first's own", &first, COGNITO, "same", "forward"),
        ("the second's own", &second, OIDC, "same", "forward"),
        ("the first's, signed by the second", &second, COGNITO, "same", "401 login_signature"),
        ("the second's, signed by the first", &first, OIDC, "same", "401 login_signature"),
    ] {
        let login = signer.login(issuer, kid, &json!({}));
        assert_eq!(stage.login(SEGMENT, &login), expected, "{name}");
        // Nor does it help to come again, or to carry it as a cookie.
        assert_eq!(stage.login(SEGMENT, &login), expected, "{name}, again");
        let cookie = format!("pg_login={login}");
        let found = stage.ask(&Stage::get(SEGMENT, &[(Field::Cookie, &cookie)]));
        // That cookie is the first issuer's.
        let own = name != "the second's own";
        assert_eq!(found, if own { expected } else { "401 login_issuer" }, "{name}, in a cookie");
    }
}

/// An account was stolen and is withdrawn while its login and its tokens are in use, and remembered.
#[test]
fn what_is_withdrawn_is_refused_at_once() {
    let genuine = Signer::of("oidc-1");
    let login = genuine.login(OIDC, "oidc-1", &json!({}));
    for (kind, id) in [(Kind::Account, "b-1"), (Kind::Session, "o-1"), (Kind::Key, "oidc-1")] {
        let mut stage = Stage::new();
        assert_eq!(stage.login(SEGMENT, &login), "forward");
        let entries = [Entry { kind, id: id.to_owned(), at: 1_800_000_000 }];
        // Newer than the one that was built in.
        let set = Withdrawn::build_until(&entries, 3, 1_800_002_000).unwrap();
        // A set that somebody altered on its way changes nothing.
        let mut altered = set.clone();
        *altered.last_mut().unwrap() ^= 1;
        assert!(stage.edge.withdraw(&altered).is_err());
        assert_eq!(stage.login(SEGMENT, &login), "forward");
        stage.edge.withdraw(&set).unwrap();
        assert_eq!(stage.login(SEGMENT, &login), "401 revoked", "{id}");
        assert_eq!(stage.login(MANIFEST, &login), "401 revoked", "{id}, at a manifest");
        // Logged in again they are heard, unless it is the key that nobody can trust.
        let again = genuine.login(OIDC, "oidc-1", &json!({ "iat": NOW + 1 }));
        let expected = if kind == Kind::Key { "401 revoked" } else { "forward" };
        assert_eq!(stage.login(SEGMENT, &again), expected, "{id}, again");
    }
}

/// The machine's clock jumps: forth, back, to nothing, to milliseconds. A login that is remembered is no way around it.
#[test]
fn a_clock_that_jumps_opens_nothing() {
    let genuine = Signer::of("oidc-1");
    let login = genuine.login(OIDC, "oidc-1", &json!({ "nbf": NOW - 300 }));
    let mut stage = Stage::new();
    for (now, expected) in [
        (NOW, "forward"),
        (NOW + 3029, "forward"),
        (NOW + 3030, "401 login_expired"),
        (NOW, "forward"),
        (NOW - 330, "forward"),
        (NOW - 331, "401 login_not_yet_valid"),
        (0, "503 cannot_decide"),
        (-1, "503 cannot_decide"),
        (i64::MIN, "503 cannot_decide"),
        (NOW * 1000, "503 cannot_decide"),
        (i64::MAX, "503 cannot_decide"),
        (253_402_300_799, "401 login_expired"),
        (NOW, "forward"),
    ] {
        stage.host.now = now;
        assert_eq!(stage.login(SEGMENT, &login), expected, "{now}");
    }
    // An interval that a clock from the future began must not keep keys from being fetched.
    stage.host.now = NOW + 1_000_000;
    let unknown = genuine.login(OIDC, "new", &json!({ "exp": NOW + 2_000_000 }));
    assert_eq!(stage.login(SEGMENT, &unknown), "503 keys_unavailable");
    stage.host.now = NOW;
    stage.document = Some(genuine.keys("new"));
    assert_eq!(stage.login(SEGMENT, &unknown), "forward");
}

/// A login that has expired and lives on in the leeway is let in, and is worth no token that would outlive it.
#[test]
fn the_leeway_is_not_minted() {
    let genuine = Signer::of("oidc-1");
    let mut stage = Stage::new();
    for (ends, segment, manifest) in [
        (NOW + 1, "forward", "redirect"),
        (NOW, "forward", "401 login_expired"),
        (NOW - 29, "forward", "401 login_expired"),
        (NOW - 30, "401 login_expired", "401 login_expired"),
    ] {
        let login = genuine.login(OIDC, "oidc-1", &json!({ "exp": ends }));
        assert_eq!(stage.login(SEGMENT, &login), segment, "{ends}");
        assert_eq!(stage.login(MANIFEST, &login), manifest, "{ends}");
    }
}

/// A page under a neighbouring name sets cookies for this one: with an own, good token; with many; with quotation marks.
#[test]
fn tossed_cookies_give_nobody_more() {
    let genuine = Signer::of("oidc-1");
    let mut stage = Stage::new();
    let mut mint = |account: &str, tier: &str| -> String {
        let login = genuine.login(OIDC, "oidc-1", &json!({ "sub": account, "tier": tier }));
        let bearer = format!("Bearer {login}");
        let request = Stage::get(MANIFEST, &[(Field::Authorization, &bearer)]);
        let Answer::Respond(response) = stage.edge.request(&request, &mut stage.host) else { panic!() };
        let location = response.headers.iter().find(|(name, _)| *name == "location").unwrap();
        location.1.split('/').nth(2).unwrap().to_owned()
    };
    let (victim, tosser) = (mint("victim", "premium"), mint("tosser", "basic"));
    let cookies = |tokens: &[&str]| {
        tokens.iter().map(|token| format!("playgate={token}")).collect::<Vec<_>>().join("; ")
    };
    let tall = "/vod/acme/one/1080p/1.ts";
    for (name, cookie, path, expected, account) in [
        ("the victim's own", cookies(&[&victim]), tall, "forward", "victim"),
        // The tosser's account pays; nobody sees more than that account may.
        ("before the victim's", cookies(&[&tosser, &victim]), SEGMENT, "forward", "tosser"),
        ("before the victim's, taller", cookies(&[&tosser, &victim]), tall, "403 height", "tosser"),
        ("behind the victim's", cookies(&[&victim, &tosser]), tall, "forward", "victim"),
        ("three of no worth before it", cookies(&["", "x", "a.b.c", &victim]), tall, "forward", "victim"),
        (
            "four of no worth before it",
            cookies(&["", "x", "y", "z", &victim]),
            tall,
            "401 token_malformed",
            "null",
        ),
        ("in quotation marks", format!("playgate=\"{tosser}\""), tall, "403 height", "tosser"),
        ("one mark", format!("playgate=\"{victim}"), tall, "401 token_malformed", "null"),
        ("within another", format!("a=playgate={victim}"), tall, "401 no_credentials", "null"),
        (
            "attributes",
            format!("playgate={victim}, Path=/, playgate={victim}"),
            tall,
            "401 token_malformed",
            "null",
        ),
    ] {
        assert_eq!(stage.ask(&Stage::get(path, &[(Field::Cookie, &cookie)])), expected, "{name}");
        assert_eq!(stage.said("account"), account, "{name}");
    }
}

/// A token that was minted for a viewer is passed on: to another country, another title, another host's address.
#[test]
fn a_minted_token_is_worth_nothing_elsewhere() {
    let login = Signer::of("oidc-1").login(OIDC, "oidc-1", &json!({}));
    let bearer = format!("Bearer {login}");
    for event in EVENTS {
        let mut stage = Stage::new();
        let mut request = Stage::get(MANIFEST, &[(Field::Authorization, &bearer)]);
        request.event = event;
        let Answer::Respond(response) = stage.edge.request(&request, &mut stage.host) else { panic!() };
        let location = response.headers.iter().find(|(name, _)| *name == "location").unwrap();
        let token: &'static str = location.1.split('/').nth(2).unwrap().to_owned().leak();
        let with = |path: &'static str, more: &[(Field, &'static str)]| {
            let more: Vec<_> = [(Field::Token, token)].into_iter().chain(more.iter().copied()).collect();
            let mut request = Stage::get(path, &more);
            request.event = event;
            request
        };
        let german = [(Field::Country, "DE"), (Field::Address, "192.0.2.7")];
        let forwarded = [(Field::Country, "NO"), (Field::Address, "192.0.2.7")];
        // At viewer-request a country in a header is the viewer's own word, and the address is asked.
        let spoofed = if event == Event::ViewerRequest { "403 token_country" } else { "forward" };
        for (name, request, expected) in [
            ("where it was minted", with(SEGMENT, &[]), "forward"),
            ("in Germany", with(SEGMENT, &german), "403 token_country"),
            ("in Germany, with a header", with(SEGMENT, &forwarded), spoofed),
            ("another title", with("/vod/acme/two/480p/1.ts", &[]), "403 token_path"),
            ("a common beginning", with("/vod/acme/one1/480p/1.ts", &[]), "403 token_path"),
            ("the same title, live", with("/live/acme/one/480p/1.ts", &[]), "403 token_path"),
        ] {
            assert_eq!(stage.ask(&request), expected, "{name} at {}", event.name());
        }
        stage.host.now = NOW + 3000;
        assert_eq!(stage.ask(&with(SEGMENT, &[])), "401 token_expired", "{}", event.name());
    }
}

/// Lines of a log that somebody else wrote: whatever comes from outside stays within its quotation marks.
#[test]
fn nobody_writes_into_the_log() {
    const INJECTED: &str = "x\",\"action\":\"forward\",\"status\":200}\n{\"at\":0,\"account\":\"admin";
    let one = Signer::of("oidc-1");
    let mut stage = Stage::new();
    stage.take_keys(1, &one.keys("oidc-1"));
    let quoted = "o\"}{\\\"-1";
    let named = one.login(OIDC, "oidc-1", &json!({ "sub": quoted, "sid": quoted }));
    let broken = one.login(OIDC, "oidc-1", &json!({ "sub": INJECTED }));
    let lost = one.login(OIDC, INJECTED, &json!({}));
    for (name, path, field, text, key, expected) in [
        ("id", SEGMENT, Field::Id, INJECTED.to_owned(), "id", INJECTED),
        ("account", SEGMENT, Field::Authorization, format!("Bearer {named}"), "account", quoted),
        ("session", SEGMENT, Field::Authorization, format!("Bearer {named}"), "session", quoted),
        ("lines in an account", SEGMENT, Field::Authorization, format!("Bearer {broken}"), "account", "null"),
        ("key id", SEGMENT, Field::Authorization, format!("Bearer {lost}"), "kid", "null"),
        ("title", "/vod/a\",\"b\":\"/480p/1.ts", Field::Id, "r".to_owned(), "title", "a\",\"b\":\""),
        ("method", SEGMENT, Field::Method, INJECTED.to_owned(), "method", "null"),
        ("address", SEGMENT, Field::Address, INJECTED.to_owned(), "network", "null"),
        ("token", SEGMENT, Field::Token, INJECTED.to_owned(), "kid", "null"),
        ("country", SEGMENT, Field::Country, INJECTED.to_owned(), "country_from", "table"),
        ("user agent", SEGMENT, Field::UserAgent, INJECTED.to_owned(), "device", "unknown"),
    ] {
        stage.ask(&Stage::get(path, &[(field, &text)]));
        assert_eq!(stage.said(key), expected, "{name}");
        let line = &stage.host.line;
        assert!(line.bytes().all(|byte| byte >= b' ' && byte != 0x7f), "{name}: {line:?}");
        assert_eq!(line.matches(",\"action\":").count(), 1, "{name}: {line}");
    }
}

/// A whole address or a query that stands in a token's refusal must not get into the log by way of its words.
#[test]
fn no_words_carry_an_address_or_a_query_into_the_log() {
    let text = std::fs::read_to_string(corpus().join("cases.json")).unwrap();
    let cases: Value = serde_json::from_str(&text).unwrap();
    let token_of = |name: &str| -> String {
        let case = cases["cases"].as_array().unwrap().iter().find(|case| case["name"] == name).unwrap();
        case["request"]["headers"]["x-playgate-token"].as_str().unwrap().to_owned()
    };
    let mut stage = Stage::new();
    let (network, query) =
        (token_of("token: replayed from another network"), token_of("token: another query"));
    let path = "/vod/acme/one/720p/1.ts";
    for (address, token, asked, secret, expected) in [
        ("203.0.113.77", &network, "", "203.0.113.77", "403 token_ip"),
        ("2001:db8:1:2::77", &network, "", "2001:db8:1:2::77", "403 token_ip"),
        ("203.0.113.9", &query, "session=s-e-c-r-e-t", "s-e-c-r-e-t", "403 token_uri"),
    ] {
        let request =
            Stage::get(path, &[(Field::Address, address), (Field::Token, token), (Field::Query, asked)]);
        assert_eq!(stage.ask(&request), expected);
        assert!(!stage.host.line.contains(secret), "{secret} is in {}", stage.host.line);
    }
}

/// An address so long that a token in it makes it too long: whoever is sent somewhere must not be refused for it there.
#[test]
fn nobody_is_sent_to_an_address_that_is_too_long() {
    let login = Signer::of("oidc-1").login(OIDC, "oidc-1", &json!({}));
    let bearer = format!("Bearer {login}");
    for length in [0, 7000, 7500, 7700, 7800, 7900, 8000, 8100, 8192 - MANIFEST.len()] {
        let query = "q".repeat(length);
        let mut stage = Stage::new();
        let request = Stage::get(MANIFEST, &[(Field::Authorization, &bearer), (Field::Query, &query)]);
        let Answer::Respond(response) = stage.edge.request(&request, &mut stage.host) else { panic!() };
        let Some((_, location)) = response.headers.iter().find(|(name, _)| *name == "location") else {
            assert_eq!(response.status, 414, "{length}");
            continue;
        };
        let (path, query) = location.split_once('?').unwrap_or((location, ""));
        assert_eq!(stage.ask(&Stage::get(path, &[(Field::Query, query)])), "forward", "{length}");
    }
}
