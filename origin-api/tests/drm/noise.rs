//! Bytes that mean nothing, and messages with a few bytes changed: every reader answers, and none falls over.

use aws_lc_rs::rand::SystemRandom;
use origin_api::drm::challenge::{fairplay, playready, widevine};
use origin_api::drm::clearkey::LicenceRequest;
use origin_api::drm::hls::UriTemplate;
use origin_api::drm::speke::{Request, Requirements, WantedKey};
use origin_api::drm::xml::{Element, Limits};
use origin_api::drm::{KeyId, MediaKey, protobuf, pssh, widevine as wv};
use origin_api::vault::{MasterKey, Sealed};

use crate::challenges::{FOUR_TWO, header, soap};
use crate::speke_corpus::signalling;
use crate::support::{Numbers, base64};

const WIDEVINE: &str = "AAAAOHBzc2gAAAAA7e+LqXnWSs6jyCfc1R0h7QAAABgSEAQUJDREVGR0hJSktMTU5PRI88aJmwY=";

/// Gives bytes to every reader. What they answer does not matter here.
fn read_all(bytes: &[u8]) {
    let _ = fairplay(bytes);
    let _ = playready::read(bytes);
    let _ = widevine::read(bytes);
    let _ = LicenceRequest::read(bytes);
    if let Ok(request) = Request::read(Some("2.0"), bytes, Requirements::default()) {
        let make = |wanted: &WantedKey| wanted.generate(request.scheme(), &SystemRandom::new()).unwrap();
        let keys: Vec<MediaKey> = request.keys().iter().map(make).collect();
        let answer = request.answer(&keys, &signalling()).unwrap();
        assert!(
            Element::read(answer.as_bytes(), Limits { bytes: 1 << 24, depth: 16, elements: 10_000 }).is_ok()
        );
        for (wanted, key) in request.keys().iter().zip(&keys) {
            assert!(wanted.iv.is_none_or(|iv| iv == key.iv));
        }
    }
    let _ = protobuf::fields(bytes);
    let _ = pssh::read(bytes);
    let _ = wv::read(bytes);
    let _ = MasterKey::from_file("k", bytes);
    let _ = serde_json::from_slice::<Sealed>(bytes);
    let limits = Limits { bytes: 4000, depth: 8, elements: 100 };
    if let Ok(element) = Element::read(bytes, limits) {
        let mut out = String::new();
        element.write(&mut out);
        let again = Element::read(out.as_bytes(), Limits { bytes: 40_000, ..limits });
        assert!(again.is_ok(), "what is written can be read: {out}");
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = text.parse::<KeyId>();
        let _ = KeyId::from_guid_base64(text);
        let _ = UriTemplate::fairplay(text);
    }
}

#[test]
fn random_bytes() {
    let mut numbers = Numbers::new(5);
    for _ in 0..20_000 {
        let length = numbers.below(64);
        let bytes: Vec<u8> = (0..length).map(|_| numbers.byte()).collect();
        read_all(&bytes);
    }
}

#[test]
fn random_words() {
    let words = [
        "<",
        ">",
        "/>",
        "</",
        "a",
        "b:",
        " ",
        "=",
        "\"",
        "'",
        "&",
        ";",
        "#",
        "x1",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "?>",
        "xmlns",
        ":",
        "{",
        "}",
        "[",
        "]",
        "kids",
        ",",
        "\u{0}",
        "é",
        "<!",
        "DOCTYPE",
        "lt",
        "{kid}",
        "skd://",
        "<a>",
        "</a>",
    ];
    let mut numbers = Numbers::new(6);
    for _ in 0..20_000 {
        let length = numbers.below(30);
        let text: String = (0..length).map(|_| words[numbers.below(words.len())]).collect();
        read_all(text.as_bytes());
    }
}

#[test]
fn damaged_messages() {
    let whole = [
        include_bytes!("../../../tests/corpus/speke/live-period/request.xml").to_vec(),
        include_bytes!("../../../tests/corpus/speke/default-namespace/request.xml").to_vec(),
        base64(WIDEVINE),
        br#"{"kids":["LwVHf8JLtPrv2GUXFW2v_A"],"type":"temporary"}"#.to_vec(),
        b"\x08\x01\x12\x1e\x12\x1c\x0a\x1a\x0a\x18\x12\x10\x04\x14\x24\x34\x44\x54\x64\x74\x84\x94\xa4\xb4\xc4\xd4\xe4\xf4\x48\xf3\xc6\x89\x9b\x06".to_vec(),
        soap(&header("4.3.0.0", FOUR_TWO)).into_bytes(),
    ];
    assert!(widevine::read(&whole[4]).is_ok() && playready::read(&whole[5]).is_ok());
    let mut numbers = Numbers::new(7);
    for round in 0..5000 {
        let mut bytes = whole[round % whole.len()].clone();
        for _ in 0..=numbers.below(3) {
            let place = numbers.below(bytes.len());
            match numbers.below(4) {
                0 => bytes[place] = numbers.byte(),
                1 => bytes[place] ^= 1 << numbers.below(8),
                2 => bytes.truncate(place.max(1)),
                _ => {
                    let end = (place + numbers.below(40)).min(bytes.len());
                    let copied = bytes[place..end].to_vec();
                    let to = numbers.below(bytes.len());
                    bytes.splice(to..to, copied);
                }
            }
        }
        read_all(&bytes);
    }
}
