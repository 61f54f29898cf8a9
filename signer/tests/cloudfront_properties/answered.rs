//! Whatever comes, there is an answer.

use crate::refused::Proof;
use crate::{KEYS, P256, P256_ID, RSA_ID, ask, config};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use proptest::sample::select;
use signer::cloudfront::Address;
use signer::cloudfront::verify::Request;
use signer::keys::Hash;
use std::net::IpAddr;

fn fragments() -> impl Strategy<Value = String> {
    let known = Proof::new(&Address::new("https://h/a").unwrap(), 3, true);
    let signature = known.cookies[1].1.clone();
    let words = [
        "https://",
        "http://",
        "h",
        "/",
        "?",
        "&",
        "=",
        ";",
        " ",
        "Expires",
        "Policy",
        "Signature",
        "Key-Pair-Id",
        "Hash-Algorithm",
        "CloudFront-",
        "SHA256",
        "SHA1",
        RSA_ID,
        P256_ID,
        "2147483647",
        "2147483648",
        "-1",
        "%",
        "%2e",
        "..",
        "\\",
        "*",
        "\0",
        "é",
        "😀",
        "_",
        "~",
        "__",
        "e30_",
        "W10_",
        "bnVsbA__",
        "#",
        "@",
        "::",
    ];
    let words: Vec<String> = words.into_iter().map(str::to_owned).chain([signature]).collect();
    let pair = (
        select(vec!["Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm"]),
        select(words.clone()),
    )
        .prop_map(|(name, value)| format!("{name}={value}"));
    prop_oneof![
        prop::collection::vec(select(words), 0..20).prop_map(|words| words.concat()),
        prop::collection::vec(pair.clone(), 0..6)
            .prop_map(|pairs| format!("https://h/a?{}", pairs.join("&"))),
        prop::collection::vec(pair, 0..6)
            .prop_map(|pairs| format!("CloudFront-{}", pairs.join("; CloudFront-"))),
        any::<String>(),
    ]
}

/// JSON with CloudFront's names in wrong and in right places.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let names = vec![
        "Statement",
        "Resource",
        "Condition",
        "DateLessThan",
        "DateGreaterThan",
        "IpAddress",
        "AWS:EpochTime",
        "AWS:SourceIp",
    ];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        select(vec![2_147_483_647_u64, 2_147_483_648, 1_767_290_400, 0]).prop_map(Into::into),
        select(vec!["*", "https://h/*", "https://h/a", "0.0.0.0/0", "::/0", r"\", r"\\?", "?"])
            .prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    let any_json = leaf.clone().prop_recursive(5, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Into::into),
            prop::collection::btree_map(select(names.clone()), inner, 0..4)
                .prop_map(|map| map.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    });
    // Mostly right, so that some of them pass and every departure from the form stands alone.
    let mostly = |right: Vec<serde_json::Value>| prop_oneof![5 => select(right), 1 => leaf.clone()];
    let resource = mostly(vec!["*".into(), "https://h/a".into(), "https://h/*".into()]);
    let time = |right: u64| mostly(vec![serde_json::json!({ "AWS:EpochTime": right })]);
    let network = mostly(vec![serde_json::json!({"AWS:SourceIp": "0.0.0.0/0"})]);
    let (start, network) = (prop::option::of(time(1)), prop::option::weighted(0.3, network));
    let nearly_right = (prop::option::weighted(0.9, resource), time(2_147_483_647), start, network).prop_map(
        |(resource, end, start, network)| {
            let present = |fields: [(&str, Option<serde_json::Value>); 3]| {
                let fields = fields.into_iter();
                fields
                    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
                    .collect::<serde_json::Value>()
            };
            let condition =
                present([("DateLessThan", Some(end)), ("DateGreaterThan", start), ("IpAddress", network)]);
            let statement = present([("Resource", resource), ("Condition", Some(condition)), ("", None)]);
            serde_json::json!({"Statement": [statement]})
        },
    );
    prop_oneof![any_json, nearly_right]
}

proptest! {
    #![proptest_config(config(1_500))]

    /// Whatever comes, there is an answer, and without a signature of ours it is no.
    #[test]
    fn anything_gets_an_answer(
        url in fragments(),
        cookies in prop::collection::vec(fragments(), 0..3),
        client in any::<Option<IpAddr>>(),
        now in any::<u64>(),
    ) {
        let cookies: Vec<&str> = cookies.iter().map(String::as_str).collect();
        let reason = KEYS.verify(&Request { url: &url, cookies: &cookies, client, now }).unwrap_err();
        prop_assert!(reason.code().xml().contains(reason.code().as_str()));
        prop_assert!(!reason.to_string().is_empty());
    }

    /// Even with a signature of ours, a policy is only what CloudFront takes for one.
    #[test]
    fn any_signed_json_gets_an_answer(json in json(), now in 0..2_147_483_647_u64, client in any::<Option<IpAddr>>()) {
        let policy = json.to_string();
        let signature = encoded(&P256.sign(Hash::Sha256, policy.as_bytes()).unwrap());
        let proof = format!("Policy={}&Signature={signature}&Key-Pair-Id={P256_ID}&Hash-Algorithm=SHA256", encoded(policy.as_bytes()));
        let url = format!("https://h/a?{proof}");
        if let Ok(allowed) = KEYS.verify(&Request { url: &url, cookies: &[], client, now }) {
            let statement = &json["Statement"][0];
            let condition = &statement["Condition"];
            prop_assert_eq!(condition["DateLessThan"]["AWS:EpochTime"].as_u64(), Some(u64::from(allowed.expires.seconds())));
            prop_assert!(now < u64::from(allowed.expires.seconds()));
            let starts = &condition["DateGreaterThan"]["AWS:EpochTime"];
            prop_assert!(condition.get("DateGreaterThan").is_none() || starts.as_u64().is_some_and(|starts| starts < now));
            prop_assert!(condition.get("IpAddress").is_none() || client.is_some());
            prop_assert_eq!(statement.get("Resource").is_some(), allowed.resource.is_some());
        }
    }

    /// Nor do bytes that are no JSON at all.
    #[test]
    fn any_signed_bytes_are_no_policy(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let signature = encoded(&P256.sign(Hash::Sha256, &bytes).unwrap());
        let url = format!(
            "https://h/a?Policy={}&Signature={signature}&Key-Pair-Id={P256_ID}&Hash-Algorithm=SHA256", encoded(&bytes)
        );
        prop_assert_eq!(ask(&url, &[]).unwrap_err().name(), "policy_form");
    }
}

/// CloudFront's text form, written without the library.
fn encoded(bytes: &[u8]) -> String {
    STANDARD.encode(bytes).replace('+', "-").replace('=', "_").replace('/', "~")
}
