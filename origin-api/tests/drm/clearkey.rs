//! `ClearKey`: the specification's own example, and requests that are not one.

use origin_api::drm::clearkey::{LONGEST_REQUEST, LicenceRequest, MOST_KEYS, licence};
use origin_api::drm::{ContentKey, KeyId, MediaKey, Scheme};

/// Encrypted Media Extensions, "Clear Key", "License Request Format" and "License Format".
const KID: &str = "LwVHf8JLtPrv2GUXFW2v_A";
const LICENCE: &str = r#"{"keys":[{"kty":"oct","kid":"LwVHf8JLtPrv2GUXFW2v_A","k":"tQ0bJVWb6b0KPL6KtZIy_A"}],"type":"temporary"}"#;

fn key(kid: &str, key: &str) -> MediaKey {
    let id = KeyId::from_base64url(kid).unwrap();
    let key = ContentKey::from_bytes(*KeyId::from_base64url(key).unwrap().as_bytes());
    MediaKey { id, scheme: Scheme::Cenc, iv: [0; 16], key }
}

#[test]
fn the_specifications_example() {
    for request in [
        format!(r#"{{"kids":["{KID}"],"type":"temporary"}}"#),
        format!(r#"{{"kids":["{KID}"]}}"#),
        format!("{{ \"type\" : \"temporary\",\n \"kids\" : [ \"{KID}\" ] }}"),
    ] {
        let request = LicenceRequest::read(request.as_bytes()).unwrap();
        assert_eq!(request.key_ids(), [KeyId::from_base64url(KID).unwrap()]);
    }
    assert_eq!(*licence(&[key(KID, "tQ0bJVWb6b0KPL6KtZIy_A")]), LICENCE);
}

#[test]
fn a_licence_is_json_that_says_what_went_in() {
    let keys: Vec<MediaKey> = (0..=255_u8)
        .map(|byte| MediaKey {
            id: KeyId::from_bytes([byte; 16]),
            scheme: Scheme::Cbcs,
            iv: [0; 16],
            key: ContentKey::from_bytes([byte.wrapping_add(1); 16]),
        })
        .collect();
    let json: serde_json::Value = serde_json::from_str(&licence(&keys)).unwrap();
    assert_eq!(json["type"], "temporary");
    assert_eq!(json["keys"].as_array().unwrap().len(), 256);
    for (place, key) in keys.iter().enumerate() {
        assert_eq!(json["keys"][place]["kid"], key.id.to_base64url());
        assert_eq!(json["keys"][place]["k"], KeyId::from_bytes(*key.key.bytes()).to_base64url());
        assert_eq!(json["keys"][place].as_object().unwrap().len(), 3);
    }
    assert_eq!(*licence(&[]), r#"{"keys":[],"type":"temporary"}"#);
}

#[test]
fn refused() {
    let many: Vec<String> = (0..=MOST_KEYS).map(|_| format!("\"{KID}\"")).collect();
    let long = format!(r#"{{"kids":["{KID}"]{}}}"#, " ".repeat(LONGEST_REQUEST));
    for (request, message) in [
        (String::new(), "is not `{\"kids\":[..],\"type\":\"temporary\"}`"),
        ("null".into(), "is not `{"),
        ("[]".into(), "is not `{"),
        ("{}".into(), "missing field `kids`"),
        (r#"{"kids":null}"#.into(), "is not `{"),
        (r#"{"kids":{}}"#.into(), "is not `{"),
        (r#"{"kids":[1]}"#.into(), "is not `{"),
        (r#"{"kids":[]}"#.into(), "names no key"),
        (r#"{"kids":[""]}"#.into(), "`` is no key id"),
        (format!(r#"{{"kids":["{KID}=="]}}"#), "is no key id"),
        (r#"{"kids":["LwVHf8JLtPrv2GUXFW2v/A"]}"#.into(), "is no key id"),
        (r#"{"kids":["2f05477f-c24b-b4fa-efd8-6517156daffc"]}"#.into(), "is no key id"),
        (
            format!(r#"{{"kids":["{KID}","{KID}"]}}"#),
            "names key `2f05477f-c24b-b4fa-efd8-6517156daffc` twice",
        ),
        (format!(r#"{{"kids":["{KID}"],"kids":["{KID}"]}}"#), "duplicate field `kids`"),
        (
            format!(r#"{{"kids":["{KID}"],"type":"persistent-license"}}"#),
            "type `persistent-license` are not given",
        ),
        (format!(r#"{{"kids":["{KID}"],"type":"persistent-usage-record"}}"#), "are not given"),
        (format!(r#"{{"kids":["{KID}"],"type":"Temporary"}}"#), "type `Temporary` are not given"),
        (format!(r#"{{"kids":["{KID}"],"type":""}}"#), "type `` are not given"),
        (format!(r#"{{"kids":["{KID}"],"type":null}}"#), "is not `{"),
        (format!(r#"{{"kids":["{KID}"],"title":"acme/one"}}"#), "unknown field `title`"),
        (format!(r#"{{"kids":["{KID}"]}}{{}}"#), "trailing characters"),
        (format!("\u{feff}{{\"kids\":[\"{KID}\"]}}"), "is not `{"),
        (format!("{{\"kids\":[{}]}}", many.join(",")), "names 33 keys, at most 32"),
        (long, "at most 4096 are taken"),
        ("[".repeat(4000), "is not `{"),
    ] {
        let error = LicenceRequest::read(request.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(message), "{request}: {error}");
        assert!(error.len() < 300 && !error.contains('\n'), "{error}");
    }
}
