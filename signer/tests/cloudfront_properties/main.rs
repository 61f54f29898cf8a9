//! What must hold for any input: what is signed is allowed, what was changed is refused, nothing panics, and
//! wildcards match as a second, slower reading of the documentation says.

#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

mod allowed;
mod answered;
mod refused;
mod reused;
mod wildcards;

use proptest::prelude::*;
use proptest::sample::select;
use signer::cloudfront::verify::{Allowed, KeyGroup, Reason, Request};
use signer::cloudfront::{Address, Epoch, KeyPairId, Signer};
use signer::keys::{Hash, PrivateKey, PublicKey};
use std::sync::LazyLock;

pub(crate) const RSA_ID: &str = "K1RSAFORTESTS";
pub(crate) const P256_ID: &str = "K2JCJMDEHXQW5F";
pub(crate) const NOW: u64 = 1_767_225_600;

/// RSA and P-256, each with both hashes.
pub(crate) static SIGNERS: LazyLock<[Signer; 4]> = LazyLock::new(|| {
    let rsa = include_bytes!("../../../tests/keys/test-only-rsa-pkcs8.pem");
    let p256 = include_bytes!("../../../tests/keys/test-only-p256-pkcs8.pem");
    [
        (RSA_ID, &rsa[..], Hash::Sha1),
        (RSA_ID, rsa, Hash::Sha256),
        (P256_ID, p256, Hash::Sha1),
        (P256_ID, p256, Hash::Sha256),
    ]
    .map(|(id, pem, hash)| Signer::new(KeyPairId::new(id).unwrap(), PrivateKey::from_pem(pem).unwrap(), hash))
});
pub(crate) static P256: LazyLock<PrivateKey> = LazyLock::new(|| {
    PrivateKey::from_pem(include_bytes!("../../../tests/keys/test-only-p256-pkcs8.pem")).unwrap()
});
pub(crate) static KEYS: LazyLock<KeyGroup> = LazyLock::new(|| {
    let rsa = include_bytes!("../../../tests/keys/test-only-rsa-public.pem");
    let p256 = include_bytes!("../../../tests/keys/test-only-p256-public.pem");
    KeyGroup::new()
        .with(KeyPairId::new(RSA_ID).unwrap(), PublicKey::from_pem(rsa).unwrap())
        .with(KeyPairId::new(P256_ID).unwrap(), PublicKey::from_pem(p256).unwrap())
});

pub(crate) fn config(cases: u32) -> ProptestConfig {
    // The strategies throw away what is no address or pattern: no reason to give up, however often it happens.
    ProptestConfig {
        cases,
        failure_persistence: None,
        max_local_rejects: u32::MAX,
        max_global_rejects: u32::MAX,
        ..ProptestConfig::default()
    }
}

pub(crate) fn ask(url: &str, cookies: &[&str]) -> Result<Allowed, Reason> {
    KEYS.verify(&Request { url, cookies, client: None, now: NOW })
}

pub(crate) fn refuses(url: &str, cookies: &[&str]) -> bool {
    ask(url, cookies).is_err()
}

pub(crate) fn epoch(seconds: u64) -> Epoch {
    Epoch::new(seconds).unwrap()
}

/// Addresses as people write them: legal characters, and all those that have to be escaped.
pub(crate) fn address() -> impl Strategy<Value = Address> {
    let host =
        select(vec!["h", "cdn.example.com", "cdn.example.com:8443", "xn--bcher-kva.example", "192.0.2.1"]);
    let piece = || {
        prop_oneof![
            6 => select(vec!["a", "film", "1080p", "m4s", ".", "-", "_", "~", "0", "Z"]).prop_map(str::to_owned),
            3 => select(vec!["/", "//", "%20", "%2f", "%2E", "+", "'", "(", ")", "!", "$", ",", ";", ":", "@", "*", "[", "]"])
                .prop_map(str::to_owned),
            2 => select(vec![" ", "\"", "%", "<", ">", "\\", "^", "`", "{", "|", "}", "é", "映画", "😀"])
                .prop_map(str::to_owned),
            1 => any::<char>().prop_filter("no fragment", |char| !char.is_control() && *char != '#' && *char != '?')
                .prop_map(|char| char.to_string()),
        ]
    };
    let query_piece = prop_oneof![
        5 => piece(),
        3 => select(vec!["&", "=", "?", "a=b", "&&", "expires=1", "Policy2=x", "Signatur=", "Expires%3D1"])
            .prop_map(str::to_owned),
    ];
    let joined = |pieces: Vec<String>| pieces.concat();
    let path = prop::collection::vec(piece(), 0..12).prop_map(joined);
    let query = prop::option::of(prop::collection::vec(query_piece, 0..10).prop_map(joined));
    (select(vec!["http", "https"]), host, path, query).prop_filter_map(
        "not an address",
        |(scheme, host, path, query)| {
            let query = query.map(|query| format!("?{query}")).unwrap_or_default();
            Address::new(&format!("{scheme}://{host}/{path}{query}")).ok()
        },
    )
}

pub(crate) fn exact_address() -> impl Strategy<Value = Address> {
    address().prop_filter("a star is a wildcard", |address| !address.as_str().contains('*'))
}

/// A pattern that covers `address`, because characters only give way to wildcards.
pub(crate) fn generalised(address: &Address, choices: &[u8]) -> String {
    let text = address.as_str();
    let path_at = text.find("://").unwrap() + 3 + text.split("://").nth(1).unwrap().find('/').unwrap();
    let (origin, path_and_query) = text.split_at(path_at);
    let (mut pattern, mut in_query, mut escape) = (origin.to_owned(), false, 0);
    for (index, char) in path_and_query.chars().enumerate() {
        let choice = choices[index % choices.len()];
        if char == '%' {
            escape = 3;
        }
        match (char, choice) {
            _ if escape > 0 => {
                pattern.push(char);
                escape -= 1;
            }
            ('?', _) if !in_query => {
                pattern.push_str(r"\?");
                in_query = true;
            }
            ('?', _) => pattern.push_str(r"\?"),
            ('/' | '&' | '=', _) => pattern.push(char),
            (_, 0..40) => pattern.push('?'),
            (_, 40..70) => pattern.push('*'),
            _ => pattern.push(char),
        }
    }
    pattern
}
