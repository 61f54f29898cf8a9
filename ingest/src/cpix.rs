//! What a packager says to a key server: a CPIX 2.3 document with empty places (SPEKE 2.0), and the same with keys in them.

use crate::Protection;
use crate::keys::{Key, Kid};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::fmt::Write as _;
use zeroize::Zeroizing;

/// AES-128 of HLS, as Playgate's key server calls it.
const AES_128: &str = "3ea8778f-7742-4bf9-b18b-e834b2acbd47";

/// The common system of W3C, which `ClearKey` players read.
const COMMON: &str = "1077efec-c0b2-4d02-ace3-3c1e52e2fb4b";

/// A key that is asked for: what for, and under which name.
pub(crate) type Wanted = (&'static str, Kid);

/// The document that asks for keys.
pub(crate) fn request(title: &str, protection: Protection, wanted: &[Wanted]) -> String {
    let (scheme, system) = match protection {
        Protection::Aes128 => ("cbc1", AES_128),
        Protection::ClearKey | Protection::None => ("cenc", COMMON),
    };
    let (mut keys, mut systems, mut rules) = (String::new(), String::new(), String::new());
    for (label, kid) in wanted {
        let _ = write!(keys, r#"<cpix:ContentKey kid="{kid}" commonEncryptionScheme="{scheme}"/>"#);
        let _ = write!(
            systems,
            r#"<cpix:DRMSystem kid="{kid}" systemId="{system}"><cpix:HLSSignalingData playlist="media"/><cpix:HLSSignalingData playlist="master"/></cpix:DRMSystem>"#
        );
        let filters = match *label {
            "AUDIO" => "<cpix:AudioFilter/>",
            // Widths differ: what tells SD from HD is 720 lines, however narrow.
            "SD" | "HD" => "<cpix:VideoFilter/>",
            _ => "<cpix:VideoFilter/><cpix:AudioFilter/>",
        };
        let _ = write!(
            rules,
            r#"<cpix:ContentKeyUsageRule kid="{kid}" intendedTrackType="{label}">{filters}</cpix:ContentKeyUsageRule>"#
        );
    }
    format!(
        concat!(
            r#"<?xml version="1.0" encoding="UTF-8"?>"#,
            r#"<cpix:CPIX contentId="{title}" version="2.3" xmlns:cpix="urn:dashif:org:cpix" xmlns:pskc="urn:ietf:params:xml:ns:keyprov:pskc">"#,
            "<cpix:ContentKeyList>{keys}</cpix:ContentKeyList><cpix:DRMSystemList>{systems}</cpix:DRMSystemList>",
            "<cpix:ContentKeyUsageRuleList>{rules}</cpix:ContentKeyUsageRuleList></cpix:CPIX>",
        ),
        title = title,
        keys = keys,
        systems = systems,
        rules = rules,
    )
}

/// The keys in the answer, in the order in which they were asked for.
pub(crate) fn answer(document: &str, wanted: &[Wanted]) -> Result<Vec<Key>, String> {
    let (mut values, mut addresses) = (Vec::new(), Vec::new());
    let mut reader = Reader::from_str(document);
    let (mut of, mut text, mut is_media) = (None, Zeroizing::new(String::new()), false);
    loop {
        match reader
            .read_event()
            .map_err(|problem| format!("the key server's answer cannot be read: {problem}"))?
        {
            Event::Start(element) => {
                text.clear();
                match element.local_name().as_ref() {
                    "ContentKey" | "DRMSystem" => of = attribute(&element, "kid"),
                    "HLSSignalingData" => {
                        is_media = attribute(&element, "playlist").as_deref() == Some("media");
                    }
                    _ => {}
                }
            }
            Event::Text(piece) => text.push_str(&piece),
            Event::End(element) => match (element.local_name().as_ref(), &of) {
                ("PlainValue", Some(kid)) => values.push((kid.clone(), std::mem::take(&mut text))),
                ("HLSSignalingData", Some(kid)) if is_media => {
                    addresses.extend(address(&text).map(|address| (kid.clone(), address)));
                }
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    let filled = |(label, kid): &Wanted| {
        let named = |other: &str| other.eq_ignore_ascii_case(&kid.to_string());
        let (_, value) = values.iter().find(|(other, _)| named(other)).ok_or("a key is missing")?;
        let bytes =
            Zeroizing::new(STANDARD.decode(value.trim()).map_err(|_| "a key is not written in base64")?);
        let bytes = <[u8; 16]>::try_from(bytes.as_slice()).map_err(|_| "a key has not 16 bytes")?;
        let (_, address) =
            addresses.iter().find(|(other, _)| named(other)).ok_or("the address of a key is missing")?;
        Ok(Key { label, kid: *kid, bytes: Zeroizing::new(bytes), address: address.clone() })
    };
    let keys: Result<Vec<_>, &str> = wanted.iter().map(filled).collect();
    keys.map_err(|problem| format!("the key server's answer is of no use: {problem}"))
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().flatten().find(|attribute| attribute.key.as_ref() == name)?;
    Some(found.value.into_owned())
}

/// The `URI` of the line that is in this base64, if it can stand in a playlist.
fn address(signalling: &str) -> Option<String> {
    let line = String::from_utf8(STANDARD.decode(signalling.trim()).ok()?).ok()?;
    let (_, rest) = line.split_once("URI=\"")?;
    let (address, _) = rest.split_once('"')?;
    let is_plain = !address.is_empty() && address.chars().all(|one| one.is_ascii_graphic());
    is_plain.then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KID: Kid = Kid([0xab; 16]);

    fn filled(kid: &str, value: &str, signalling: &str) -> String {
        format!(
            r#"<c:CPIX xmlns:c="urn:dashif:org:cpix"><c:ContentKeyList><c:ContentKey kid="{kid}"><c:Data><p:Secret xmlns:p="x"><p:PlainValue>{value}</p:PlainValue></p:Secret></c:Data></c:ContentKey></c:ContentKeyList><c:DRMSystemList><c:DRMSystem kid="{kid}"><c:HLSSignalingData playlist="master">x</c:HLSSignalingData><c:HLSSignalingData playlist="media">{signalling}</c:HLSSignalingData></c:DRMSystem></c:DRMSystemList></c:CPIX>"#
        )
    }

    fn line(uri: &str) -> String {
        STANDARD.encode(format!("#EXT-X-KEY:METHOD=AES-128,URI=\"{uri}\",KEYFORMAT=\"identity\""))
    }

    #[test]
    fn keys_are_taken_from_the_answer_by_their_names() {
        let value = STANDARD.encode(*b"a key of 16 byte");
        let document = filled(&KID.to_string(), &value, &line("https://api.example.com/v1/keys/x"));
        let keys = answer(&document, &[("ALL", KID)]).unwrap();
        let [key] = keys.as_slice() else { panic!("{}", keys.len()) };
        assert_eq!(
            (&*key.bytes, key.address.as_str()),
            (b"a key of 16 byte", "https://api.example.com/v1/keys/x")
        );
    }

    #[test]
    fn an_answer_that_does_not_serve_is_no_key() {
        let (kid, value) = (KID.to_string(), STANDARD.encode(*b"a key of 16 byte"));
        let good = line("/v1/keys/x");
        for (document, words) in [
            (String::new(), "a key is missing"),
            ("<html>".to_owned(), "a key is missing"),
            ("<a></b>".to_owned(), "cannot be read"),
            (filled("cdcdcdcd-cdcd-cdcd-cdcd-cdcdcdcdcdcd", &value, &good), "a key is missing"),
            (filled(&kid, "%%", &good), "not written in base64"),
            (filled(&kid, &STANDARD.encode(b"short"), &good), "has not 16 bytes"),
            (filled(&kid, &value, ""), "the address of a key is missing"),
            (filled(&kid, &value, &line("/v1/keys/x\n#EXT-X-ENDLIST")), "the address of a key is missing"),
            (
                filled(&kid, &value, &STANDARD.encode("#EXT-X-KEY:METHOD=NONE")),
                "the address of a key is missing",
            ),
        ] {
            let said = answer(&document, &[("ALL", KID)]).err().unwrap();
            assert!(said.contains(words), "{document}: {said}");
        }
    }

    #[test]
    fn a_request_has_a_rule_for_each_key() {
        let document = request("acme/one", Protection::ClearKey, &[("AUDIO", KID), ("HD", Kid([1; 16]))]);
        for (word, count) in [
            ("<cpix:ContentKey kid", 2),
            ("<cpix:DRMSystem kid", 2),
            ("AudioFilter", 1),
            ("VideoFilter", 1),
            ("cenc", 2),
        ] {
            assert_eq!(document.matches(word).count(), count, "{word}: {document}");
        }
    }
}
