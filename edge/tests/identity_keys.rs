#![cfg(test)]
//! Key sets and the configuration of issuers: what is taken, what is skipped, and what is refused in which words.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge::identity::{Algorithm, Issuer, KeyNumbers, KeySet, Logins, Rationing};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

/// A number of that many bits, odd.
fn modulus(bits: usize) -> String {
    let mut bytes = vec![0xab; bits.div_ceil(8)];
    if let Some(first) = bytes.first_mut() {
        *first = 1 << ((bits - 1) % 8);
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

fn coordinate(byte: u8, length: usize) -> Value {
    json!(URL_SAFE_NO_PAD.encode(vec![byte; length]))
}

fn rsa(kid: &str) -> Value {
    json!({"kty": "RSA", "kid": kid, "alg": "RS256", "use": "sig", "n": modulus(2048), "e": "AQAB"})
}

fn ec(kid: &str) -> Value {
    json!({"kty": "EC", "crv": "P-256", "kid": kid, "x": coordinate(7, 32), "y": coordinate(9, 32)})
}

fn with(mut key: Value, name: &str, value: impl Into<Value>) -> Value {
    key[name] = value.into();
    key
}

fn without(mut key: Value, name: &str) -> Value {
    key.as_object_mut().unwrap().remove(name);
    key
}

fn read(keys: &[Value]) -> Result<KeySet, String> {
    KeySet::read(&serde_json::to_vec(&json!({ "keys": keys })).unwrap()).map_err(|error| error.to_string())
}

#[wasm_bindgen_test(unsupported = test)]
fn a_key_shows_what_it_is_made_of() {
    let keys = read(&[rsa("a"), ec("b")]).unwrap();
    let [rsa, ec] = keys.keys() else { panic!("{keys:?}") };
    assert_eq!((rsa.kid(), rsa.algorithm()), (Some("a"), Algorithm::Rs256));
    assert_eq!((ec.kid(), ec.algorithm()), (Some("b"), Algorithm::Es256));
    assert!(matches!(rsa.numbers(), KeyNumbers::Rsa { n, e } if n.len() == 256 && **e == [1, 0, 1]));
    assert_eq!(*ec.numbers(), KeyNumbers::P256 { x: [7; 32], y: [9; 32] });
    assert_eq!(keys.skipped(), 0);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_taken() {
    for (name, key) in [
        ("no use and no alg", without(without(rsa("a"), "use"), "alg")),
        ("key_ops", with(rsa("a"), "key_ops", vec!["verify"])),
        ("certificates beside it", with(rsa("a"), "x5c", vec!["AAAA"])),
        ("the largest modulus", with(rsa("a"), "n", modulus(8192))),
        ("a modulus with zeros before it", with(rsa("a"), "n", format!("AAAA{}", modulus(2048)))),
        ("exponent 3", with(rsa("a"), "e", "Aw")),
        ("es256 by name", with(ec("a"), "alg", "ES256")),
        ("no kid", without(ec("a"), "kid")),
    ] {
        let keys = read(&[key]);
        assert!(keys.as_ref().is_ok_and(|keys| keys.keys().len() == 1), "{name}: {keys:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_not_for_us_is_skipped_and_counted() {
    for (name, key) in [
        ("for encryption", with(rsa("b"), "use", "enc")),
        ("for signing only", with(rsa("b"), "key_ops", vec!["sign"])),
        ("RS512", with(rsa("b"), "alg", "RS512")),
        ("PS256", with(rsa("b"), "alg", "PS256")),
        ("RSA key for ES256", with(rsa("b"), "alg", "ES256")),
        ("EC key for RS256", with(ec("b"), "alg", "RS256")),
        ("P-384", with(ec("b"), "crv", "P-384")),
        ("no curve", without(ec("b"), "crv")),
        ("HMAC", json!({"kty": "oct", "kid": "b", "k": "AAAA", "alg": "HS256"})),
        ("Ed25519", json!({"kty": "OKP", "kid": "b", "crv": "Ed25519", "x": "AAAA"})),
        ("of a kind to come", json!({"kty": "AKP", "kid": "b"})),
        ("nothing", json!({})),
        ("without a kid, beside others", without(ec("b"), "kid")),
        ("of the same name, but for encryption", with(rsa("a"), "use", "enc")),
    ] {
        let keys = read(&[rsa("a"), key]).unwrap();
        let kids: Vec<_> = keys.keys().iter().map(|key| key.kid()).collect();
        assert_eq!((kids, keys.skipped()), (vec![Some("a")], 1), "{name}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_refused() {
    let many: Vec<Value> = (0..65).map(|number| ec(&number.to_string())).collect();
    let private_for_encryption = with(with(rsa("b"), "d", "AA"), "use", "enc");
    let even = URL_SAFE_NO_PAD.encode([0xaa; 256]);
    for (name, keys, words) in [
        ("no key", vec![], "no public key"),
        ("only others", vec![with(rsa("a"), "use", "enc")], "and 1 others"),
        ("two without a kid", vec![without(rsa("a"), "kid"), without(ec("b"), "kid")], "no public key"),
        ("65 keys", many, "65 keys"),
        ("two of one name", vec![rsa("a"), ec("a")], "two keys named `a`"),
        ("a private key", vec![with(rsa("a"), "d", "AAAA")], "private member `d`"),
        ("a private key for encryption", vec![rsa("a"), private_for_encryption], "key 1"),
        ("1024 bits", vec![with(rsa("a"), "n", modulus(1024))], "fewer than 2048"),
        ("2047 bits", vec![with(rsa("a"), "n", modulus(2047))], "fewer than 2048"),
        ("8193 bits", vec![with(rsa("a"), "n", modulus(8193))], "more than 8192"),
        ("no modulus", vec![without(rsa("a"), "n")], "no `n`"),
        ("modulus empty", vec![with(rsa("a"), "n", "")], "fewer than 2048"),
        ("modulus padded", vec![with(rsa("a"), "n", modulus(2048) + "==")], "`n` is not base64url"),
        ("modulus even", vec![with(rsa("a"), "n", even)], "even"),
        ("no exponent", vec![without(rsa("a"), "e")], "no `e`"),
        ("exponent 0", vec![with(rsa("a"), "e", "AA")], "3 or more"),
        ("exponent 1", vec![with(rsa("a"), "e", "AQ")], "3 or more"),
        ("exponent 2", vec![with(rsa("a"), "e", "Ag")], "3 or more"),
        ("exponent of 33 bits", vec![with(rsa("a"), "e", "AQAAAAE")], "more than 32 bits"),
        ("a short coordinate", vec![with(ec("a"), "x", coordinate(7, 31))], "`x` is not 32 bytes"),
        ("a long coordinate", vec![with(ec("a"), "y", coordinate(7, 33))], "`y` is not 32 bytes"),
        ("no coordinate", vec![without(ec("a"), "y")], "no `y`"),
        ("kid a number", vec![with(rsa("a"), "kid", 5)], "not a JWKS document"),
    ] {
        let error = read(&keys).expect_err(name);
        assert!(error.contains(words), "{name}: {error}");
        let capital = error.chars().next().is_some_and(char::is_uppercase);
        assert!(!capital && !error.ends_with('.') && error.contains(';'), "{error}");
    }
    let large = format!("{{\"keys\":[]}}{}", " ".repeat(65536));
    for (document, words) in [
        ("", "not a JWKS document"),
        ("null", "not a JWKS document"),
        ("[5]", "not a JWKS document"),
        ("{}", "missing field `keys`"),
        (r#"{"keys":{}}"#, "not a JWKS document"),
        (r#"{"keys":[5]}"#, "not a JWKS document"),
        (r#"{"keys":[]} x"#, "not a JWKS document"),
        (r#"{"keys":[{"kty":"RSA","kty":"EC"}]}"#, "duplicate field `kty`"),
        (&large, "more than 65536"),
    ] {
        let error = KeySet::read(document.as_bytes()).expect_err(words).to_string();
        assert!(error.contains(words), "{error}");
    }
}

fn issuer(change: impl FnOnce(&mut Value)) -> Result<Issuer, String> {
    let mut value = json!({"issuer": "https://login.example.com", "audience": ["client"]});
    change(&mut value);
    let issuer: Issuer = serde_json::from_value(value).map_err(|error| error.to_string())?;
    issuer.validate().map_err(|error| error.to_string())?;
    Ok(issuer)
}

#[wasm_bindgen_test(unsupported = test)]
fn keys_are_published_where_issuers_publish_them() {
    type Change = fn(&mut Value);
    let table: [(Change, &str); 4] = [
        (|_| (), "https://login.example.com/.well-known/jwks.json"),
        (|value| value["issuer"] = json!("https://a.example/"), "https://a.example/.well-known/jwks.json"),
        (|value| value["keys_url"] = json!("https://k.example/keys"), "https://k.example/keys"),
        (|value| value["keys_url"] = json!("http://127.0.0.1:8080/keys"), "http://127.0.0.1:8080/keys"),
    ];
    for (change, url) in table {
        assert_eq!(issuer(change).unwrap().keys_url(), url);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn configuration_that_makes_no_sense_is_refused() {
    type Change = fn(&mut Value);
    let table: [(Change, &str); 23] = [
        (|value| value["issuer"] = json!(""), "`issuer` is empty"),
        (|value| value["audience"] = json!([]), "no `audience`"),
        (|value| value["audience"] = json!([""]), "no `audience`"),
        (|value| value["audience"] = json!("client"), "expected a sequence"),
        (|value| *value = json!({"issuer": "https://a.example"}), "missing field `audience`"),
        (|value| *value = json!({"audience": ["a"]}), "missing field `issuer`"),
        (|value| value["leeway"] = json!(301), "at most 300"),
        (|value| value["leeway"] = json!(-1), "invalid value"),
        (|value| value["token_use"] = json!(["refresh"]), "unknown variant `refresh`"),
        (|value| value["tier_claim"] = json!(""), "empty claim"),
        (|value| value["tiers"] = json!([{"group": "a", "tier": "premium"}]), "no `groups_claim`"),
        (|value| value["default_tier"] = json!("anonymous"), "`anonymous`"),
        (|value| value["default_tier"] = json!(""), "1 to 64 bytes"),
        (|value| value["default_tier"] = json!("t".repeat(65)), "1 to 64 bytes"),
        (|value| value["keys_url"] = json!("http://login.example.com/keys"), "`https://`"),
        (|value| value["keys_url"] = json!("http://127.0.0.1.example.com/keys"), "`https://`"),
        (|value| value["keys_url"] = json!("http://127.0.0.1@example.com/keys"), "`https://`"),
        (|value| value["keys_url"] = json!("http://localhost:80@example.com/keys"), "`https://`"),
        (|value| value["keys_url"] = json!("http://:80/keys"), "`https://`"),
        (|value| value["keys_url"] = json!("https:///keys"), "`https://`"),
        (|value| value["issuer"] = json!("local"), "`keys_url`"),
        (|value| value["cookie"] = json!("a=b"), "no cookie name"),
        (|value| value["audiences"] = json!([]), "unknown field `audiences`"),
    ];
    for (change, words) in table {
        let error = issuer(change).expect_err(words);
        assert!(error.contains(words), "{words}: {error}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_issuer_is_configured_once() {
    let both = vec![(issuer(|_| ()).unwrap(), KeySet::empty()), (issuer(|_| ()).unwrap(), KeySet::empty())];
    let error = Logins::new(both, Rationing::default(), 0, 0).expect_err("twice").to_string();
    assert!(error.contains("`https://login.example.com` is configured twice"), "{error}");
}
