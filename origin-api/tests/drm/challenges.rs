//! Players' messages: which keys they ask for.

use origin_api::drm::challenge::{
    Asked, Challenge, LONGEST_MESSAGE, MOST_KEYS, Outside, Purpose, fairplay, playready, widevine,
};
use origin_api::drm::protobuf::{push_bytes, push_number};
use origin_api::drm::{KeyId, Scheme, System, pssh, widevine as wv};

use crate::support::{APPLE, key_id, unhex};

const OTHER: &str = "89256e53-dbe5-44e9-afba-38d2ca17d176";

fn message(fields: &[(u32, &[u8])]) -> Vec<u8> {
    let mut message = Vec::new();
    for (number, bytes) in fields {
        push_bytes(&mut message, *number, bytes);
    }
    message
}

/// A `SignedMessage` around a `LicenseRequest` of this kind that is for this content.
fn signed(kind: u64, content: &[u8]) -> Vec<u8> {
    let mut request = message(&[(1, b"client"), (2, content)]);
    push_number(&mut request, 3, kind);
    push_number(&mut request, 4, 1_800_000_000);
    let mut signed = Vec::new();
    push_number(&mut signed, 1, 1);
    push_bytes(&mut signed, 2, &request);
    push_bytes(&mut signed, 3, &[0x55; 256]);
    signed
}

/// Content that is named by what stands in boxes.
fn of_data(data: &[Vec<u8>], license_type: u64) -> Vec<u8> {
    let mut inside = Vec::new();
    for data in data {
        push_bytes(&mut inside, 1, data);
    }
    push_number(&mut inside, 2, license_type);
    push_bytes(&mut inside, 3, b"request id");
    message(&[(1, &inside)])
}

fn named(uuids: &[&str]) -> Challenge {
    let key_ids = uuids.iter().map(|uuid| key_id(uuid)).collect();
    Challenge { asked: Asked::Named(key_ids), content_ids: Vec::new(), offline: false }
}

fn without(purpose: Purpose) -> Challenge {
    Challenge { asked: Asked::NoKeys(purpose), content_ids: Vec::new(), offline: false }
}

#[test]
fn widevine_messages() {
    let one = wv::data(&[key_id(APPLE)], Scheme::Cenc);
    let two = wv::data(&[key_id(OTHER), key_id(APPLE)], Scheme::Cbcs);
    assert_eq!(widevine::read(&signed(1, &of_data(std::slice::from_ref(&one), 1))), Ok(named(&[APPLE])));
    assert_eq!(
        widevine::read(&signed(1, &of_data(&[one.clone(), two.clone()], 1))),
        Ok(named(&[APPLE, OTHER]))
    );
    let offline = Challenge { offline: true, ..named(&[APPLE]) };
    assert_eq!(widevine::read(&signed(1, &of_data(std::slice::from_ref(&one), 2))), Ok(offline));
    let content_id = message(&[(4, b"acme/one")]);
    let by_content = Challenge { content_ids: vec![b"acme/one".to_vec()], ..named(&[]) };
    assert_eq!(widevine::read(&signed(1, &of_data(std::slice::from_ref(&content_id), 1))), Ok(by_content));
    let by_both = Challenge { content_ids: vec![b"acme/one".to_vec()], ..named(&[APPLE]) };
    assert_eq!(widevine::read(&signed(1, &of_data(&[one.clone(), content_id], 1))), Ok(by_both));
    // WebM.
    let webm = message(&[(2, &message(&[(1, key_id(OTHER).as_bytes())]))]);
    assert_eq!(widevine::read(&signed(1, &webm)), Ok(named(&[OTHER])));
    // Whole boxes: also those that name keys outside of Widevine's own data.
    let boxes = [pssh::version_0(System::Widevine, &one), pssh::common(&[key_id(OTHER)])].concat();
    let mut inside = Vec::new();
    push_number(&mut inside, 1, 1);
    push_bytes(&mut inside, 2, &boxes);
    push_number(&mut inside, 3, 2);
    let offline = Challenge { offline: true, ..named(&[APPLE, OTHER]) };
    assert_eq!(widevine::read(&signed(1, &message(&[(4, &inside)]))), Ok(offline));
    // What asks for no key.
    assert_eq!(widevine::read(b"\x08\x04"), Ok(without(Purpose::ServiceCertificate)));
    let existing = message(&[(3, b"\x0a\x00")]);
    assert_eq!(widevine::read(&signed(2, &existing)), Ok(without(Purpose::Renewal)));
    assert_eq!(widevine::read(&signed(3, &existing)), Ok(without(Purpose::Release)));
}

#[test]
fn widevine_messages_that_are_not_forwarded() {
    let one = wv::data(&[key_id(APPLE)], Scheme::Cenc);
    let content = of_data(std::slice::from_ref(&one), 1);
    let webm = message(&[(2, &message(&[(1, key_id(OTHER).as_bytes())]))]);
    let body = |fields: &[(u32, &[u8])]| {
        let mut signed = b"\x08\x01".to_vec();
        push_bytes(&mut signed, 2, &message(fields));
        signed
    };
    let many: Vec<KeyId> =
        (0..=MOST_KEYS).map(|n| KeyId::from_bytes([u8::try_from(n).unwrap(); 16])).collect();
    let in_box = |bytes: &[u8]| signed(1, &message(&[(4, &message(&[(2, bytes)]))]));
    for (message, words) in [
        (vec![], "is empty"),
        (vec![8; LONGEST_MESSAGE + 1], "at most 131072 are taken"),
        (b"<xml/>".to_vec(), "no licence request of Widevine"),
        (b"\x08\x01".to_vec(), "the message has no body"),
        (b"\x12\x00".to_vec(), "the message has no type"),
        (b"\x08\x02\x12\x00".to_vec(), "a Widevine message of type 2"),
        (b"\x08\x05".to_vec(), "a Widevine message of type 5"),
        (b"\x08\x01\x08\x04".to_vec(), "protocol buffer"),
        (b"\x08\x04\x12\x01x".to_vec(), "has a body"),
        ([signed(1, &content), signed(1, &webm)].concat(), "protocol buffer"),
        (signed(1, &content)[..40].to_vec(), "protocol buffer"),
        (body(&[(1, b"client")]), "does not say for what content"),
        (body(&[(2, b"")]), "does not say for what content"),
        (body(&[(2, b"\x0a\x05")]), "protocol buffer"),
        (body(&[(2, &content), (2, &webm)]), "protocol buffer"),
        (signed(1, &[content.clone(), webm.clone()].concat()), "says twice for what content"),
        (signed(1, &[content.clone(), content.clone()].concat()), "says twice for what content"),
        (signed(1, &message(&[(3, b"")])), "a new request names an existing licence"),
        (signed(9, &message(&[(3, b"")])), "a new request names an existing licence"),
        (signed(2, &content), "does not name the licence that it is for"),
        (signed(3, &webm), "does not name the licence that it is for"),
        (signed(1, &of_data(&[], 1)), "names no key id"),
        (signed(1, &of_data(&[vec![]], 1)), "names no key id"),
        (signed(1, &of_data(&[unhex("120f04142434445464748494a4b4c4d4e4")], 1)), "a key id of 15 bytes"),
        (
            signed(1, &of_data(&[[one.clone(), unhex("6a0161")].concat()], 1)),
            "keys of a group or an entitlement",
        ),
        (signed(1, &of_data(&[wv::data(&many, Scheme::Cenc)], 1)), "names 65 keys, at most 64"),
        (signed(1, &message(&[(2, &message(&[(1, b"short")]))])), "a key id of 5 bytes"),
        (signed(1, &message(&[(2, b"")])), "a key id of 0 bytes"),
        (in_box(b""), "was cut short"),
        (in_box(b"no box"), "was cut short"),
        (in_box(&pssh::version_0(System::PlayReady, b"x")), "names no key id"),
        (in_box(&pssh::version_0(System::Widevine, b"\xff")), "malformed"),
        (signed(1, &message(&[(4, b"\x08\x02")])), "not those of Common Encryption"),
    ] {
        let error = widevine::read(&message).unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
        assert!(error.len() < 300 && !error.contains('\n'), "{error}");
    }
}

const HEADER: &str = "http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader";

pub(crate) fn header(version: &str, data: &str) -> String {
    format!("<WRMHEADER xmlns=\"{HEADER}\" version=\"{version}\"><DATA>{data}</DATA></WRMHEADER>")
}

/// The message as players send it, without the parts that are encrypted.
pub(crate) fn soap(header: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
  <soap:Body>
    <AcquireLicense xmlns="http://schemas.microsoft.com/DRM/2007/03/protocols"><challenge>
      <Challenge xmlns="http://schemas.microsoft.com/DRM/2007/03/protocols/messages">
        <LA xmlns="http://schemas.microsoft.com/DRM/2007/03/protocols" Id="SignedData" xml:space="preserve"><Version>1</Version><ContentHeader>{header}</ContentHeader><CLIENTINFO><CLIENTVERSION>4.2.0.5545</CLIENTVERSION></CLIENTINFO><LicenseNonce>U9WysleTindM/gVQyExDdw==</LicenseNonce><ClientTime>1706149441</ClientTime></LA>
        <Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignatureValue>AAAA</SignatureValue></Signature>
      </Challenge>
    </challenge></AcquireLicense>
  </soap:Body>
</soap:Envelope>"#
    )
}

const FOUR: &str = "<PROTECTINFO><KEYLEN>16</KEYLEN><ALGID>AESCTR</ALGID></PROTECTINFO><KID>U24lieXb6USvujjSyhfRdg==</KID><CHECKSUM>TKWDEqady2g=</CHECKSUM><LA_URL>https://foo.bar.license</LA_URL>";
const FOUR_ONE: &str = "<PROTECTINFO><KID ALGID=\"AESCTR\" CHECKSUM=\"TKWDEqady2g=\" VALUE=\"U24lieXb6USvujjSyhfRdg==\"></KID></PROTECTINFO>";
pub(crate) const FOUR_TWO: &str = "<PROTECTINFO><KIDS><KID ALGID=\"AESCBC\" VALUE=\"NCQUBFREdGSElKS0xNTk9A==\"></KID><KID ALGID=\"AESCBC\" VALUE=\"U24lieXb6USvujjSyhfRdg==\"></KID></KIDS></PROTECTINFO>";

#[test]
fn playready_messages() {
    for (header, key_ids) in [
        (header("4.0.0.0", FOUR), &[OTHER][..]),
        (header("4.1.0.0", FOUR_ONE), &[OTHER]),
        (header("4.2.0.0", FOUR_TWO), &[APPLE, OTHER]),
        (header("4.3.0.0", FOUR_TWO), &[APPLE, OTHER]),
        (
            header("4.3.0.0", &format!("{FOUR_TWO}<CUSTOMATTRIBUTES xmlns=\"\"><x>1</x></CUSTOMATTRIBUTES>")),
            &[APPLE, OTHER],
        ),
    ] {
        assert_eq!(playready::read(soap(&header).as_bytes()), Ok(named(key_ids)), "{header}");
    }
    let newer = soap(&header("4.0.0.0", FOUR))
        .replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope");
    assert_eq!(playready::read(newer.as_bytes()), Ok(named(&[OTHER])));
}

#[test]
fn playready_messages_that_are_not_forwarded() {
    let whole = soap(&header("4.0.0.0", FOUR));
    let with = |from: &str, to: &str| {
        assert!(whole.contains(from), "{from}");
        whole.replacen(from, to, 1)
    };
    let of = |version: &str, data: &str| soap(&header(version, data));
    let many = format!(
        "<PROTECTINFO><KIDS>{}</KIDS></PROTECTINFO>",
        (0..=64_u8)
            .map(|n| format!("<KID VALUE=\"{}\"/>", KeyId::from_bytes([n; 16]).to_guid_base64()))
            .collect::<String>()
    );
    for (message, words) in [
        (String::new(), "is empty"),
        (" ".repeat(LONGEST_MESSAGE + 1), "at most 131072 are taken"),
        ("{}".into(), "no licence request of PlayReady"),
        ("<PlayReadyKeyMessage/>".into(), "send what stands in the key message's `Challenge`, decoded"),
        (with("http://schemas.xmlsoap.org/soap/envelope/", "urn:soap"), "no SOAP envelope"),
        (with("<soap:Envelope", "<!DOCTYPE x><soap:Envelope"), "document type"),
        (whole.replace("soap:Body", "soap:Header"), "does not have one `Body`"),
        (with("<soap:Body>", "<soap:Body/><soap:Body>"), "does not have one `Body`"),
        (with("<soap:Body>", "<soap:Body><x/>"), "does not have one operation"),
        (whole.replace("AcquireLicense", "AcknowledgeLicense"), "`AcknowledgeLicense` is not supported here"),
        (whole.replace("AcquireLicense", "JoinDomain"), "`JoinDomain` is not supported here"),
        (
            with(
                "<AcquireLicense xmlns=\"http://schemas.microsoft.com/DRM/2007/03/protocols\"",
                "<AcquireLicense xmlns=\"urn:x\"",
            ),
            "is not supported here",
        ),
        (
            whole.replace("<challenge>", "<Challenge>").replace("</challenge>", "</Challenge>"),
            "does not have one `LA`",
        ),
        (
            with("<LA xmlns=\"http://schemas.microsoft.com/DRM/2007/03/protocols\"", "<LA xmlns=\"urn:x\""),
            "does not have one `LA`",
        ),
        (whole.replace("ContentHeader", "ContentHead"), "does not have one `ContentHeader`"),
        (with("<ContentHeader>", "<ContentHeader/><ContentHeader>"), "does not have one `ContentHeader`"),
        (soap(""), "does not have one `WRMHEADER`"),
        (soap(&header("4.0.0.0", FOUR).replace('<', "&lt;")), "does not have one `WRMHEADER`"),
        (
            soap(&[header("4.0.0.0", FOUR), header("4.3.0.0", FOUR_TWO)].concat()),
            "does not have one `WRMHEADER`",
        ),
        (
            with("<Signature ", &format!("{}<Signature ", header("4.0.0.0", FOUR))),
            "more than one `WRMHEADER`",
        ),
        (with("<Signature ", "<LA/><Signature "), "more than one `LA`"),
        (with(HEADER, "urn:x"), "does not have one `WRMHEADER`"),
        (of("", FOUR), "header version `` is not known"),
        (of("4.4.0.0", FOUR_TWO), "header version `4.4.0.0` is not known"),
        (of("4.0.0.0", FOUR_ONE), "does not name its key ids where its version has them"),
        (of("4.1.0.0", FOUR), "does not name its key ids where its version has them"),
        (of("4.1.0.0", FOUR_TWO), "does not name its key ids where its version has them"),
        (of("4.3.0.0", FOUR_ONE), "does not name its key ids where its version has them"),
        (of("4.0.0.0", ""), "does not name its key ids where its version has them"),
        (of("4.3.0.0", "<PROTECTINFO><KIDS></KIDS></PROTECTINFO>"), "does not name its key ids"),
        (of("4.3.0.0", "<PROTECTINFO><KIDS><KID/></KIDS></PROTECTINFO>"), "does not name its key ids"),
        (of("4.0.0.0", &format!("{FOUR}{FOUR}")), "does not name its key ids"),
        // A key id beside the right place, which another reader may take instead.
        (
            of("4.3.0.0", &format!("{FOUR_TWO}<KID>U24lieXb6USvujjSyhfRdg==</KID>")),
            "does not name its key ids",
        ),
        (of("4.0.0.0", &format!("{FOUR}<X><KID VALUE=\"x\"/></X>")), "does not name its key ids"),
        (of("4.0.0.0", "<KID>89256e53-dbe5-44e9-afba-38d2ca17d176</KID>"), "is no key id"),
        (of("4.0.0.0", "<KID></KID>"), "is no key id"),
        (of("4.0.0.0", "<KID>U24lieXb6USvujjSyhfRdg</KID>"), "is no key id"),
        (of("4.3.0.0", &many), "names 65 keys, at most 64"),
        (of("4.0.0.0", &"<x>".repeat(40)), "more than 32 deep"),
        (of("4.0.0.0", &"<x/>".repeat(1001)), "more than 1000 elements"),
    ] {
        let error = playready::read(message.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}\n{message}");
        assert!(error.len() < 300 && !error.contains('\n'), "{error}");
    }
}

#[test]
fn fairplay_messages_say_nothing() {
    let opaque = Challenge { asked: Asked::Opaque, content_ids: Vec::new(), offline: false };
    assert_eq!(fairplay(&[0; 16]), Ok(opaque));
    assert!(fairplay(b"").unwrap_err().to_string().contains("is empty"));
    assert!(fairplay(&vec![0; LONGEST_MESSAGE + 1]).unwrap_err().to_string().contains("at most"));
}

#[test]
fn what_is_not_the_titles() {
    let asks = |uuids: &[&str], content_ids: &[&[u8]]| {
        let content_ids = content_ids.iter().map(|id| id.to_vec()).collect();
        Challenge { content_ids, ..named(uuids) }
    };
    let title = [key_id(APPLE)];
    let content = Outside::Content(b"other".to_vec());
    for (challenge, outside) in [
        (asks(&[APPLE], &[]), None),
        (asks(&[APPLE], &[b"acme/one"]), None),
        (asks(&[], &[b"acme/one"]), None),
        (without(Purpose::Renewal), None),
        (asks(&[OTHER], &[]), Some(Outside::Key(key_id(OTHER)))),
        (asks(&[APPLE, OTHER], &[b"other"]), Some(Outside::Key(key_id(OTHER)))),
        (asks(&[APPLE], &[b"other"]), Some(content.clone())),
        (asks(&[], &[b"acme/one", b"other"]), Some(content)),
    ] {
        assert_eq!(challenge.outside(&title, &[b"acme/one"]), outside, "{challenge:?}");
    }
    assert_eq!(asks(&[APPLE], &[]).outside(&[], &[]), Some(Outside::Key(key_id(APPLE))));
}
