//! Requests of packagers that get no keys, and the words they get. Where the specification has words, exactly those.

use origin_api::drm::speke::{LONGEST_REQUEST, Request, Requirements, SpekeError};

const ONE: &str = "98ee5596-cd3e-a20d-163a-e382420c6eff";
const TWO: &str = "53abdba2-f210-43cb-bc90-f18f9a890a02";
const BASE: &str = include_str!("../../../tests/corpus/speke/specification-vod/request.xml");
const LIVE: &str = include_str!("../../../tests/corpus/speke/live-period/request.xml");

fn refusal(version: Option<&str>, document: &str) -> String {
    match Request::read(version, document.as_bytes(), Requirements::default()) {
        Ok(_) => "taken".into(),
        Err(error) => error.to_string(),
    }
}

/// The document with the first of a text replaced.
fn with(document: &str, from: &str, to: &str) -> String {
    assert!(document.contains(from), "{from}");
    document.replacen(from, to, 1)
}

fn without_block(document: &str, name: &str) -> String {
    let start = document.find(&format!("<cpix:{name}>")).unwrap();
    let end = document.find(&format!("</cpix:{name}>")).unwrap() + name.len() + 8;
    format!("{}{}", &document[..start], &document[end..])
}

#[test]
fn other_versions_of_the_protocol() {
    for version in
        [None, Some(""), Some("1.0"), Some("2"), Some("2.1"), Some("2.0 "), Some("v2.0"), Some("2.00")]
    {
        assert_eq!(refusal(version, BASE), "Unsupported SPEKE version", "{version:?}");
        assert_eq!(refusal(version, "no document at all"), "Unsupported SPEKE version", "{version:?}");
    }
    assert_eq!(refusal(Some("2.0"), BASE), "taken");
    assert_eq!(SpekeError::STATUS, 422);
}

#[test]
fn the_words_of_the_specification() {
    let kid = format!("kid=\"{ONE}\"");
    let scheme = "commonEncryptionScheme=\"cbcs\"";
    let rule = "intendedTrackType=\"VIDEO\"";
    let video = "<cpix:VideoFilter/>";
    for (document, words) in [
        (with(BASE, " contentId=\"abc123\"", ""), "Missing CPIX@contentId"),
        (with(BASE, "contentId=\"abc123\"", "contentId=\"\""), "Missing CPIX@contentId"),
        (with(BASE, "contentId=\"abc123\"", "contentId=\" \""), "Missing CPIX@contentId"),
        // A request of SPEKE 1.0.
        (with(BASE, "contentId=\"abc123\" version=\"2.3\"", "id=\"abc123\""), "Missing CPIX@contentId"),
        (with(BASE, " version=\"2.3\"", ""), "Missing CPIX@version"),
        (with(BASE, "version=\"2.3\"", "version=\"\""), "Missing CPIX@version"),
        (with(BASE, "version=\"2.3\"", "version=\"2.4\""), "Unsupported CPIX@version"),
        (with(BASE, "version=\"2.3\"", "version=\"2.30\""), "Unsupported CPIX@version"),
        (
            with(BASE, scheme, ""),
            "Missing ContentKey@commonEncryptionScheme for KID 98ee5596-cd3e-a20d-163a-e382420c6eff",
        ),
        (
            with(BASE, scheme, "commonEncryptionScheme=\"\""),
            "Missing ContentKey@commonEncryptionScheme for KID 98ee5596-cd3e-a20d-163a-e382420c6eff",
        ),
        (
            with(BASE, scheme, "commonEncryptionScheme=\"cenc\""),
            "Non compliant ContentKey@commonEncryptionScheme combination",
        ),
        (
            BASE.replace("\"cbcs\"", "\"cenc\""),
            "ContentKey@commonEncryptionScheme non compatible with DRMSystem 94ce86fb-07ff-4f43-adb8-93d2fa968ca2",
        ),
        (
            BASE.replace("\"cbcs\"", "\"cens\"")
                .replace("94ce86fb-07ff-4f43-adb8-93d2fa968ca2", "edef8ba9-79d6-4ace-a3c8-27dcd51d21ED"),
            "ContentKey@commonEncryptionScheme non compatible with DRMSystem edef8ba9-79d6-4ace-a3c8-27dcd51d21ED",
        ),
        (
            BASE.replace("94ce86fb-07ff-4f43-adb8-93d2fa968ca2", "3ea8778f-7742-4bf9-b18b-e834b2acbd47"),
            "ContentKey@commonEncryptionScheme non compatible with DRMSystem 3ea8778f-7742-4bf9-b18b-e834b2acbd47",
        ),
        (without_block(BASE, "ContentKeyUsageRuleList"), "Missing CPIX encryption contract"),
        (BASE.replace(video, "").replace("<cpix:AudioFilter/>", ""), "Missing CPIX encryption contract"),
        (with(BASE, video, ""), "Malformed encryption contract"),
        (with(BASE, video, "<cpix:VideoFilter/><cpix:VideoFilter/>"), "Malformed encryption contract"),
        (with(BASE, video, "<cpix:VideoFilter/><cpix:BitrateFilter/>"), "Malformed encryption contract"),
        (
            with(BASE, video, "<cpix:VideoFilter/><cpix:LabelFilter label=\"x\"/>"),
            "Malformed encryption contract",
        ),
        (with(BASE, video, "<cpix:VideoFilter codec=\"x\"/>"), "Malformed encryption contract"),
        (with(BASE, video, "<cpix:VideoFilter minPixels=\"many\"/>"), "Malformed encryption contract"),
        (with(BASE, video, "<cpix:VideoFilter minPixels=\"-1\"/>"), "Malformed encryption contract"),
        (
            with(BASE, video, "<cpix:VideoFilter minPixels=\"2\" maxPixels=\"1\"/>"),
            "Malformed encryption contract",
        ),
        (with(BASE, video, "<cpix:VideoFilter hdr=\"yes\"/>"), "Malformed encryption contract"),
        (
            with(BASE, video, "<cpix:VideoFilter><cpix:x/></cpix:VideoFilter>"),
            "Malformed encryption contract",
        ),
        (with(BASE, video, "<VideoFilter/>"), "Malformed encryption contract"),
        (
            with(BASE, video, "<cpix:VideoFilter/><cpix:KeyPeriodFilter periodId=\"x\"/>"),
            "Malformed encryption contract",
        ),
        (with(BASE, rule, ""), "Malformed encryption contract"),
        (with(BASE, rule, "intendedTrackType=\"\""), "Malformed encryption contract"),
        (with(BASE, rule, "intendedTrackType=\"SD+\""), "Malformed encryption contract"),
        (with(BASE, rule, "intendedTrackType=\"AUDIO\""), "Malformed encryption contract"),
        (with(BASE, rule, "intendedTrackType=\"ALL\""), "Malformed encryption contract"),
        (with(BASE, rule, "intendedTrackType=\"VIDEO\" x=\"1\""), "Malformed encryption contract"),
        (
            with(
                &with(BASE, rule, "intendedTrackType=\"ALL\""),
                video,
                "<cpix:VideoFilter hdr=\"true\"/><cpix:AudioFilter/>",
            ),
            "Malformed encryption contract",
        ),
        (with(BASE, &format!("Rule {kid}"), "Rule"), "Malformed encryption contract"),
        (with(BASE, &format!("Rule {kid}"), "Rule kid=\"x\""), "Malformed encryption contract"),
        (
            with(BASE, &format!("Rule {kid}"), "Rule kid=\"00000000-0000-0000-0000-000000000001\""),
            "Malformed encryption contract",
        ),
        (with(LIVE, "periodId=\"keyPeriod_", "periodId=\"other_"), "Malformed encryption contract"),
        (with(LIVE, " index=\"7\"", ""), "Malformed encryption contract"),
        (with(LIVE, "index=\"7\"", "index=\"x\""), "Malformed encryption contract"),
        // Periods with a start are those of version 2.1.
        (
            with(LIVE, "index=\"7\"", "index=\"7\" start=\"2026-01-01T00:00:00Z\""),
            "Malformed encryption contract",
        ),
    ] {
        assert_eq!(refusal(Some("2.0"), &document), words, "{document}");
    }
}

#[test]
fn documents_that_are_not_whole_requests() {
    let key = format!("<cpix:ContentKey explicitIV=\"OFj2IjCsPJFfMAxmQxLGPw==\" kid=\"{ONE}\"");
    let filled = "commonEncryptionScheme=\"cbcs\"></cpix:ContentKey>";
    let media = "<cpix:HLSSignalingData playlist=\"media\"/>";
    let system = "systemId=\"94ce86fb-07ff-4f43-adb8-93d2fa968ca2\"";
    let delivery = "<cpix:DeliveryDataList><cpix:DeliveryData id=\"x\"/></cpix:DeliveryDataList>\n  <cpix:ContentKeyList>";
    for (document, words) in [
        (String::new(), "ends too early"),
        ("{}".into(), "outside the root element"),
        (BASE.replace("</cpix:CPIX>", ""), "ends too early"),
        (with(BASE, "<cpix:ContentKeyList>", "<cpix:ContentKeyLst>"), "not well-formed"),
        (
            with(BASE, "<cpix:CPIX", "<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]><cpix:CPIX"),
            "document type",
        ),
        (with(BASE, "abc123", "&y;"), "entity `y` is not known"),
        (BASE.replace("urn:dashif:org:cpix", "urn:dashif:org:cpix2"), "the document is not CPIX"),
        (BASE.replace("cpix:", ""), "the document is not CPIX"),
        (BASE.replace("cpix:CPIX", "cpix:Cpix"), "the document is not CPIX"),
        (with(BASE, "abc123", &"x".repeat(1025)), "CPIX@contentId has 1025 bytes, at most 1024 are taken"),
        (
            with(BASE, "version=\"2.3\"", "version=\"2.3\" PSSH=\"\""),
            "`PSSH` of `CPIX` is not part of SPEKE 2.0",
        ),
        (without_block(BASE, "ContentKeyList"), "`ContentKeyList` is missing in `CPIX`"),
        (without_block(BASE, "DRMSystemList"), "`DRMSystemList` is missing in `CPIX`"),
        (
            with(BASE, "<cpix:ContentKeyList>", "<cpix:ContentKeyList/><cpix:ContentKeyList>"),
            "`ContentKeyList` stands in `CPIX` more than once",
        ),
        (
            with(BASE, "<cpix:ContentKeyList>", "<cpix:UpdateHistoryItemList/><cpix:ContentKeyList>"),
            "`UpdateHistoryItemList` in `CPIX` is not part",
        ),
        (with(BASE, "<cpix:ContentKeyList>", "<x/><cpix:ContentKeyList>"), "`x` in `CPIX` is not part"),
        (with(BASE, "<cpix:ContentKeyList>", delivery), "DeliveryDataList is not supported"),
        (
            with(BASE, "<cpix:ContentKeyList>", "word<cpix:ContentKeyList>"),
            "text stands between the elements of `CPIX`",
        ),
        (with(BASE, &format!("kid=\"{ONE}\" "), ""), "Missing ContentKey@kid"),
        (with(BASE, ONE, ""), "Missing ContentKey@kid"),
        (
            with(BASE, ONE, "98ee5596cd3ea20d163ae382420c6eff"),
            "`98ee5596cd3ea20d163ae382420c6eff` is no key id; write it as a UUID",
        ),
        (with(BASE, ONE, "key-1"), "`key-1` is no key id"),
        (with(BASE, TWO, ONE), "ContentKey `98ee5596-cd3e-a20d-163a-e382420c6eff` is there more than once"),
        (with(BASE, TWO, &ONE.to_uppercase()), "is there more than once"),
        (with(BASE, &key, &format!("{key} lang=\"x\"")), "`lang` of `ContentKey` is not part"),
        (
            with(BASE, "OFj2IjCsPJFfMAxmQxLGPw==", "OFj2IjCsPJFfMAxmQxLG"),
            "ContentKey@explicitIV of KID 98ee5596-cd3e-a20d-163a-e382420c6eff is not",
        ),
        (with(BASE, "OFj2IjCsPJFfMAxmQxLGPw==", "?"), "is not the base64 of 16 bytes"),
        (BASE.replace("\"cbcs\"", "\"aes\""), "ContentKey@commonEncryptionScheme `aes` is not one of cenc"),
        (BASE.replace("\"cbcs\"", "\"SAMPLE-AES\""), "`SAMPLE-AES` is not one of cenc"),
        (
            with(BASE, filled, "commonEncryptionScheme=\"cbcs\"><cpix:Data/></cpix:ContentKey>"),
            "has something in it",
        ),
        (
            with(BASE, filled, "commonEncryptionScheme=\"cbcs\">secret</cpix:ContentKey>"),
            "has something in it",
        ),
        (with(BASE, system, ""), "Missing DRMSystem@systemId"),
        (with(BASE, system, "systemId=\"x\""), "DRMSystem@systemId `x` is not known"),
        (
            with(BASE, system, "systemId=\"e2719d58-a985-b3c9-781a-b030af78d30e\""),
            "`e2719d58-a985-b3c9-781a-b030af78d30e` is not known",
        ),
        (with(BASE, &format!("<cpix:DRMSystem kid=\"{ONE}\""), "<cpix:DRMSystem"), "Missing DRMSystem@kid"),
        (
            with(
                BASE,
                &format!("<cpix:DRMSystem kid=\"{ONE}\""),
                "<cpix:DRMSystem kid=\"00000000-0000-0000-0000-000000000001\"",
            ),
            "DRMSystem names KID 00000000-0000-0000-0000-000000000001, which is not in ContentKeyList",
        ),
        (
            with(BASE, &format!("<cpix:DRMSystem kid=\"{ONE}\""), &format!("<cpix:DRMSystem kid=\"{TWO}\"")),
            "DRMSystem of FairPlay for KID 53abdba2",
        ),
        (with(BASE, media, ""), "HLSSignalingData is asked for with playlist `media` and with `master`"),
        (with(BASE, media, &format!("{media}{media}")), "HLSSignalingData is asked for"),
        (with(BASE, "playlist=\"media\"", "playlist=\"main\""), "HLSSignalingData is asked for"),
        (with(BASE, " playlist=\"media\"", ""), "HLSSignalingData is asked for"),
        (
            with(BASE, media, &format!("{media}<cpix:PSSH/><cpix:PSSH/>")),
            "`PSSH` stands in `DRMSystem` more than once",
        ),
        (with(BASE, media, &format!("{media}<cpix:URIExtXKey/>")), "`URIExtXKey` in `DRMSystem` is not part"),
        (
            with(BASE, media, &format!("{media}<s:KeyFormat xmlns:s=\"urn:aws:amazon:com:speke\"/>")),
            "`KeyFormat` in `DRMSystem` is not part",
        ),
        (
            with(BASE, media, &format!("{media}<cpix:SmoothStreamingProtectionHeaderData/>")),
            "`SmoothStreamingProtectionHeaderData` does not exist for FairPlay",
        ),
        (
            with(BASE, media, "<cpix:HLSSignalingData playlist=\"media\"><x/></cpix:HLSSignalingData>"),
            "`HLSSignalingData` in `DRMSystem` is not part",
        ),
    ] {
        let error = refusal(Some("2.0"), &document);
        assert!(error.contains(words), "{words}: {error}");
        assert!(error.len() < 300 && !error.contains('\n'), "{error}");
    }
}

#[test]
fn more_than_anybody_needs() {
    let keys = |count: usize| {
        let key = |n: usize| {
            format!(
                "<cpix:ContentKey kid=\"00000000-0000-0000-0000-{n:012}\" commonEncryptionScheme=\"cbcs\"/>"
            )
        };
        let keys: String = (0..count).map(key).collect();
        with(BASE, "<cpix:ContentKeyList>", &format!("<cpix:ContentKeyList>{keys}"))
    };
    assert_eq!(refusal(Some("2.0"), &keys(98)), "taken");
    assert_eq!(
        refusal(Some("2.0"), &keys(99)),
        "there are 101 keys, at most 100 are given at once; ask in parts"
    );
    assert!(refusal(Some("2.0"), &keys(5000)).starts_with("there are 5002 keys"));
    assert!(refusal(Some("2.0"), &keys(10_000)).contains("at most 524288 are taken"));
    let tiny =
        with(BASE, "<cpix:ContentKeyList>", &format!("<cpix:ContentKeyList>{}", "<a/>".repeat(10_000)));
    assert!(refusal(Some("2.0"), &tiny).contains("more than 6400 elements"));
    let deep =
        with(BASE, "<cpix:ContentKeyList>", &format!("<cpix:ContentKeyList>{}", "<a>".repeat(100_000)));
    assert!(refusal(Some("2.0"), &deep).contains("more than 12 deep"));
    let long = format!("{BASE}{}", " ".repeat(LONGEST_REQUEST));
    assert!(refusal(Some("2.0"), &long).contains("at most 524288 are taken"));
}

#[test]
fn a_provider_may_want_audio_apart() {
    let apart = Requirements { separate_audio: true };
    let read = |document: &str| match Request::read(Some("2.0"), document.as_bytes(), apart) {
        Ok(_) => "taken".to_owned(),
        Err(error) => error.to_string(),
    };
    assert_eq!(read(BASE), "taken");
    for shared in ["common-cenc", "aes-128", "default-namespace"] {
        let path = format!("{}/../tests/corpus/speke/{shared}/request.xml", env!("CARGO_MANIFEST_DIR"));
        let document = std::fs::read_to_string(path).unwrap();
        assert_eq!(read(&document), "Requested CPIX encryption contract not supported", "{shared}");
        assert_eq!(refusal(Some("2.0"), &document), "taken", "{shared}");
    }
    let rule = format!("Rule kid=\"{TWO}\"");
    assert_eq!(
        read(&with(BASE, &rule, &format!("Rule kid=\"{ONE}\""))),
        "Requested CPIX encryption contract not supported"
    );
}
