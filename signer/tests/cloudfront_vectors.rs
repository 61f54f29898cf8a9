//! Fixed vectors at every stage: policy, digest, signature, text, URL and cookies.
//!
//! The policies were written by hand; digests, RSA and random P-256 signatures were computed with OpenSSL 3.0,
//! their text with `base64` and `tr`, and the deterministic P-256 signatures (RFC 6979) with the arithmetic of
//! `tests/corpus/verify/signing.py`. To make them again, put a policy into a file without a line break:
//! `openssl dgst -sha256 -sign test-only-rsa-pkcs8.pem policy | base64 -w0 | tr '+=/' '-_~'`.

#![cfg(test)]

use signer::cloudfront::verify::{KeyGroup, Request};
use signer::cloudfront::{
    Address, CannedPolicy, CustomPolicy, Epoch, KeyPairId, Policy, Resource, Signer, Unsigned,
};
use signer::keys::{Hash, KeyType, PrivateKey, PublicKey};
use wasm_bindgen_test::wasm_bindgen_test;

const RSA: &[u8] = include_bytes!("../../tests/keys/test-only-rsa-pkcs8.pem");
const RSA_PUBLIC: &[u8] = include_bytes!("../../tests/keys/test-only-rsa-public.pem");
const P256: &[u8] = include_bytes!("../../tests/keys/test-only-p256-pkcs8.pem");
const P256_PUBLIC: &[u8] = include_bytes!("../../tests/keys/test-only-p256-public.pem");

const ASKED: &str = "https://cdn.example.com/vod/film/it's here.m3u8?size=large&lang=en";
const SENT: &str = "https://cdn.example.com/vod/film/it's%20here.m3u8?size=large&lang=en";
const SEGMENT: &str = "https://cdn.example.com/vod/film/1080p/1.m4s";

const CANNED: &str = r#"{"Statement":[{"Resource":"https://cdn.example.com/vod/film/it's%20here.m3u8?size=large&lang=en","Condition":{"DateLessThan":{"AWS:EpochTime":1767290400}}}]}"#;
const CUSTOM: &str = r#"{"Statement":[{"Resource":"https://cdn.example.com/vod/film/*","Condition":{"DateLessThan":{"AWS:EpochTime":1767290400},"DateGreaterThan":{"AWS:EpochTime":1767204000},"IpAddress":{"AWS:SourceIp":"203.0.113.0/24"}}}]}"#;
const CUSTOM_TEXT: &str = "\
     eyJTdGF0ZW1lbnQiOlt7IlJlc291cmNlIjoiaHR0cHM6Ly9jZG4uZXhhbXBsZS5jb20vdm9kL2ZpbG0vKiIsIkNvbmRpdGlvbiI6\
     eyJEYXRlTGVzc1RoYW4iOnsiQVdTOkVwb2NoVGltZSI6MTc2NzI5MDQwMH0sIkRhdGVHcmVhdGVyVGhhbiI6eyJBV1M6RXBvY2hU\
     aW1lIjoxNzY3MjA0MDAwfSwiSXBBZGRyZXNzIjp7IkFXUzpTb3VyY2VJcCI6IjIwMy4wLjExMy4wLzI0In19fV19";

const CANNED_SHA1_DIGEST: &str = "7e20c256f949694e728f60b9d1105c954542d808";
const CANNED_SHA1_RSA: &str = "\
     lZRHxc4kWQwvENPI8XygUcIsIktg8fbbgvvEhvAS7dgZY4fnWolAdTkkNILVKbKLVl6KLIxiqrBs9z8ZhkXaxtlYHfu9KiXdbseh\
     wUBraegk4W2yAJXDT8jG4EB7Ins5gp7VIXtc1XwGuIvY8Ya5v9pJux5LU6IMFDg5I1NBS0nfAzpr5P-H0JFXli2YURLWJKuKPGjS\
     dkr4KlXO1B4ZXhrMWT5kyvYy8120LyDFTGoELuG414OdmKuco32D38v3CKgFQHHuOso-4gVVK9jG44A5W-o0-S7Ysly9FWV4OhBK\
     HPBwxuwyudWURNxZhavdom7cFvj6IicWhh43i7ywWA__";
const CANNED_SHA1_P256_OPENSSL: &str =
    "MEUCIQCYj8hOjAnvTOLamHa5Srg6yZgXcwzhLtOCbPe2cwVfPwIgb5tYuGI4U6n9VMFWG4~MwqlbRYATTptZewog1bGSUvY_";
const CANNED_SHA1_P256_RFC6979: &str =
    "MEUCICF-ExPBzvrF0d0xEHtwlkghK6pKkWBUKnlVSBZyECfcAiEA6vEeb2r4s9NydfEw-3Nb1A1xFEyaFT-cfksJVXUAegI_";

const CANNED_SHA256_DIGEST: &str = "186533f374265c9b29caf2c5d3914de1e438be6bf49fc82c68b6820c930d8473";
const CANNED_SHA256_RSA: &str = "\
     GjbUNGtZVuaRHo0HhpkQW0NUf-FrvmBuaFvHGQXL2P0WVHA3AfSWHoDlzeKRlQW3~I~4s5r2JrEKz-7Dukfr98zK1004OFcixsRE\
     w5rwj8ZwbfLh-sTK5srJmeJoLeG-OAODuDIuoZEB60iPKUTfgJ1yU0QKp84xTDpbICxNxCWVw03097-IrMrVN2vASFYJuw9mA8ey\
     bexm4QrZzNX9SH3D~FbJKRfF5HIAW0t2QJEswVWFwZF3NeYRCTFeYXS7AhtBmp7vJPEkVhfo-XGNlcV1PuAl30Z1OswQhdr8FBMS\
     jE9H~9Z-wnQytLSSD-ZjJMAh-okRpJZ9yPnbmu55HQ__";
const CANNED_SHA256_P256_OPENSSL: &str =
    "MEUCIQDZkSTwlMgeJ7DXqi5iStwxTiCuu3w2cKFrkh1e3ro~sQIgJ-SqGmWsQ-Wl5q89EeLmPIg74SvR9W6BqM9h6Uh5a4c_";
const CANNED_SHA256_P256_RFC6979: &str =
    "MEUCIQDGMov~VwTSO-4Bv2QfQaH0gGg~k7g8eyXjECm5SKbtDQIgDaTCjXhxPr3sF0nfySb3IhvSiZjeiwqRIbMEPQWA7Og_";

const CUSTOM_SHA1_DIGEST: &str = "3a0e788a63ecfb74f9cc78025e6a945ce00ace95";
const CUSTOM_SHA1_RSA: &str = "\
     PUMRx9P~ly773fQteiVQtaVZK~kYFsDq7FJIZuKwm0eSxEwVro~5yamYNCsfFhpoU8HZpAsxb9PLbpLoWcQKjgVRQ3jgWwh-vqcn\
     wnBa5fhTC6ajtrxhDeZmtPxYWGENFvXmTb~vtAYNaKy4IE35EgL08FXfBxJMx8yJOmX-scrj3vb-9Ffw861cC4mtDgkemdPj7AFK\
     KbnqCvFouKKXjK1VHwwx4tLo~-MYNhvEv-AJd-a6gIMIj1uVmUJWS2HGYU~fpNdmYF3c6ZxsIZoUu38QXH-2oKaRGQ6RH3oZOOiI\
     wIsRLny-kzI79uw1HJ-SMUsGI7WLYmNPAbgXZoI45w__";
const CUSTOM_SHA1_P256_OPENSSL: &str =
    "MEUCIQCrdvmWkXJ4fCadnOR5KsLXePN~mJEYfgUtLbPeC~tPjgIgdCVm2sM~oU3RlmO~RXN8UzCdqefL9muF7Zql8XpY0II_";
const CUSTOM_SHA1_P256_RFC6979: &str =
    "MEUCIQCLitX7UXH8bmaPgmwW8bmibOzASzgLhquwKsNtx4NLOQIgXCI0rpV5ZGYnl0~8AK3SqDHJlQHmV2pJD~daLP2l-3s_";

const CUSTOM_SHA256_DIGEST: &str = "9d1b19dd671f6cf88a4f567c508194f3ebfd90e3afb294a1949031f64eaf7bed";
const CUSTOM_SHA256_RSA: &str = "\
     NZ9XGtQ-opR7szWT3ws3R8P1362rC69aSyyT8y1Q8iIQ7ICGGadvXQTVsQ5bp9bG1WtqG9RQ0D0yroX9yxf2QPxDI0uBJ0VgwpJE\
     faYbp0ZIlA~-jclEC5MMVW0YcbYg5l~agROH5mhWEK4E2bR-EW~LCgKzJ7cMPGs4lqJxaeQs0zM4jkm~f~fe8hZncOG81Y7VwASV\
     Wzqny7QnemUaH3JvbFSHLfRJ5Z~Zvm-4ZLmE5u~6YLBylsW4nHIR~NjeGKGnrnZBvIJY2imEKsCiXoS7MwRjJ4XrsoesI5mbHp-F\
     ~G7zS3k~0tKFFQGD4Vv9B6x3RsxwLopekhYWmLDnvQ__";
const CUSTOM_SHA256_P256_OPENSSL: &str =
    "MEYCIQDJKBPV7fLbtdUiUgA~cmq7MEF2Yu7lLneRqyAcTas4JwIhAIHDrEe9~898bThXN2asY8GQT-G66fY~g3C1NbHlcPG1";
const CUSTOM_SHA256_P256_RFC6979: &str =
    "MEYCIQC0Pvekx74sbtowdGAsQF8dN~8Xk5gCZVU85lJXU7BGgwIhAL2JZKGcW9-wNGmJw7jj7V9TpxXHF7hLmOrP6MpvdQ0i";

fn canned() -> CannedPolicy {
    CannedPolicy::new(Address::new(ASKED).unwrap(), Epoch::new(1_767_290_400).unwrap())
}

fn custom() -> CustomPolicy {
    let resource = Resource::pattern("https://cdn.example.com/vod/film/*").unwrap();
    CustomPolicy::new(resource, Epoch::new(1_767_290_400).unwrap())
        .starting(Epoch::new(1_767_204_000).unwrap())
        .unwrap()
        .only_from("203.0.113.0/24")
        .unwrap()
}

fn id() -> KeyPairId {
    KeyPairId::new("K2JCJMDEHXQW5F").unwrap()
}

fn rsa(hash: Hash) -> Signer {
    Signer::new(id(), PrivateKey::from_pem(RSA).unwrap(), hash)
}

/// Reads CloudFront's base64 without the library that is tested.
fn bytes_of(text: &str) -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~";
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes().filter(|letter| *letter != b'_') {
        let value = alphabet.iter().position(|known| *known == letter).unwrap();
        bits = (bits << 6 | u32::try_from(value).unwrap()) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).unwrap());
        }
    }
    bytes
}

#[wasm_bindgen_test(unsupported = test)]
fn policies_are_these_bytes() {
    assert_eq!(canned().to_json(), CANNED);
    assert_eq!(custom().to_json(), CUSTOM);
}

#[wasm_bindgen_test(unsupported = test)]
fn digests_are_these_bytes() {
    let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    for (hash, of_canned, of_custom) in [
        (Hash::Sha1, CANNED_SHA1_DIGEST, CUSTOM_SHA1_DIGEST),
        (Hash::Sha256, CANNED_SHA256_DIGEST, CUSTOM_SHA256_DIGEST),
    ] {
        assert_eq!(hex(Unsigned::new(canned(), id(), hash).digest()), of_canned);
        assert_eq!(hex(Unsigned::new(custom(), id(), hash).digest()), of_custom);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn rsa_signatures_are_these_bytes() {
    let key = PrivateKey::from_pem(RSA).unwrap();
    for (hash, of_canned, of_custom) in
        [(Hash::Sha1, CANNED_SHA1_RSA, CUSTOM_SHA1_RSA), (Hash::Sha256, CANNED_SHA256_RSA, CUSTOM_SHA256_RSA)]
    {
        assert_eq!(key.sign(hash, CANNED.as_bytes()).unwrap(), bytes_of(of_canned));
        assert_eq!(key.sign(hash, CUSTOM.as_bytes()).unwrap(), bytes_of(of_custom));
        assert_eq!(rsa(hash).sign(canned()).unwrap().signature(), of_canned);
        assert_eq!(rsa(hash).sign(custom()).unwrap().signature(), of_custom);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn urls_are_these_bytes() {
    let segment = Address::new(SEGMENT).unwrap();
    for (hash, of_canned, of_custom, announced) in [
        (Hash::Sha1, CANNED_SHA1_RSA, CUSTOM_SHA1_RSA, ""),
        (Hash::Sha256, CANNED_SHA256_RSA, CUSTOM_SHA256_RSA, "&Hash-Algorithm=SHA256"),
    ] {
        assert_eq!(
            rsa(hash).sign(canned()).unwrap().url(),
            format!("{SENT}&Expires=1767290400&Signature={of_canned}&Key-Pair-Id=K2JCJMDEHXQW5F{announced}")
        );
        let signed = rsa(hash).sign(custom()).unwrap();
        let query =
            format!("Policy={CUSTOM_TEXT}&Signature={of_custom}&Key-Pair-Id=K2JCJMDEHXQW5F{announced}");
        assert_eq!(signed.url(&segment).unwrap(), format!("{SEGMENT}?{query}"));
        assert_eq!(signed.query(), query);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn cookies_are_these_bytes() {
    for (hash, of_canned, of_custom, announced) in [
        (Hash::Sha1, CANNED_SHA1_RSA, CUSTOM_SHA1_RSA, ""),
        (Hash::Sha256, CANNED_SHA256_RSA, CUSTOM_SHA256_RSA, "; CloudFront-Hash-Algorithm=SHA256"),
    ] {
        let rest = |signature: &str| {
            format!("CloudFront-Signature={signature}; CloudFront-Key-Pair-Id=K2JCJMDEHXQW5F{announced}")
        };
        assert_eq!(
            rsa(hash).sign(canned()).unwrap().cookies().header(),
            format!("CloudFront-Expires=1767290400; {}", rest(of_canned))
        );
        assert_eq!(
            rsa(hash).sign(custom()).unwrap().cookies().header(),
            format!("CloudFront-Policy={CUSTOM_TEXT}; {}", rest(of_custom))
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn signatures_from_outside_give_the_same_bytes() {
    let key = PublicKey::from_pem(RSA_PUBLIC).unwrap();
    let inside = rsa(Hash::Sha256).sign(custom()).unwrap();
    let outside = Unsigned::new(custom(), id(), Hash::Sha256);
    assert_eq!(
        outside.clone().signed(KeyType::Rsa2048, &bytes_of(CUSTOM_SHA256_RSA)).unwrap().query(),
        inside.query()
    );
    assert_eq!(
        outside.signed_and_checked(&key, &bytes_of(CUSTOM_SHA256_RSA)).unwrap().query(),
        inside.query()
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn p256_signatures_of_others_verify() {
    let key = PublicKey::from_pem(P256_PUBLIC).unwrap();
    let keys = KeyGroup::new().with(id(), key.clone());
    let ip = "203.0.113.7".parse().ok();
    for (hash, of_canned, of_custom) in [
        (Hash::Sha1, CANNED_SHA1_P256_OPENSSL, CUSTOM_SHA1_P256_OPENSSL),
        (Hash::Sha1, CANNED_SHA1_P256_RFC6979, CUSTOM_SHA1_P256_RFC6979),
        (Hash::Sha256, CANNED_SHA256_P256_OPENSSL, CUSTOM_SHA256_P256_OPENSSL),
        (Hash::Sha256, CANNED_SHA256_P256_RFC6979, CUSTOM_SHA256_P256_RFC6979),
    ] {
        let unsigned = Unsigned::new(canned(), id(), hash);
        let signed = unsigned.signed_and_checked(&key, &bytes_of(of_canned)).unwrap();
        assert_eq!(signed.signature(), of_canned);
        let request = Request { url: &signed.url(), cookies: &[], client: ip, now: 1_767_225_600 };
        assert!(keys.verify(&request).is_ok());

        let unsigned = Unsigned::new(custom(), id(), hash);
        let signed = unsigned.signed_and_checked(&key, &bytes_of(of_custom)).unwrap();
        assert_eq!(signed.signature(), of_custom);
        let request = Request { url: SEGMENT, cookies: &[&signed.cookies().header()], ..request };
        assert!(keys.verify(&request).is_ok());
        assert!(keys.verify(&Request { url: SENT, client: None, ..request }).is_err());
    }
}

/// Natively aws-lc-rs signs with a nonce of its own; pure Rust follows RFC 6979.
#[wasm_bindgen_test(unsupported = test)]
fn p256_signs_what_others_would_sign() {
    let key = PrivateKey::from_pem(P256).unwrap();
    let public = PublicKey::from_pem(P256_PUBLIC).unwrap();
    for (policy, expected) in [(CANNED, CANNED_SHA256_P256_RFC6979), (CUSTOM, CUSTOM_SHA256_P256_RFC6979)] {
        let signature = key.sign(Hash::Sha256, policy.as_bytes()).unwrap();
        assert!(public.verifies(Hash::Sha256, policy.as_bytes(), &signature));
        if cfg!(target_arch = "wasm32") {
            assert_eq!(signature, bytes_of(expected));
        }
    }
}
