//! Playlist lines.

use origin_api::drm::hls::{KeyLine, LineError, Signalling, TemplateError, UriTemplate};
use origin_api::drm::{Scheme, System};

use crate::support::{APPLE, media_key};

const KEY: &str = "00112233445566778899aabbccddeeff";

fn line(system: System, scheme: Scheme, signalling: &Signalling) -> Result<String, LineError> {
    let key = media_key(APPLE, scheme, KEY);
    let line = KeyLine::new(system, &key, &[0xab; 16], "café/1", signalling)?;
    let (media, master) = (line.media(), line.master());
    assert_eq!(media.strip_prefix("#EXT-X-KEY:"), master.strip_prefix("#EXT-X-SESSION-KEY:"));
    assert!(!media.contains("SCHEME") && !media.contains(['\n', '\r']), "{media}");
    Ok(media)
}

#[test]
fn lines_of_apple_and_of_the_packagers() {
    let plain = Signalling::default();
    let identity = UriTemplate::identity("https://keys.example/v1/keys/{kid}").unwrap();
    let located = Signalling::default().with_identity(identity);
    // Of Apple's page: byte for byte.
    assert_eq!(
        line(System::Widevine, Scheme::Cbcs, &plain).unwrap(),
        "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"data:text/plain;base64,AAAAOHBzc2gAAAAA7e+LqXnWSs6jyCfc1R0h7QAAABgSEAQUJDREVGR0hJS\
         ktMTU5PRI88aJmwY=\",KEYFORMAT=\"urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed\",KEYFORMATVERSIONS=\"1\""
    );
    assert_eq!(
        line(System::FairPlay, Scheme::Cbcs, &plain).unwrap(),
        format!(
            "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://{APPLE}\",KEYFORMAT=\"com.apple.streamingkeydelivery\",\
             KEYFORMATVERSIONS=\"1\""
        )
    );
    let playready = line(System::PlayReady, Scheme::Cbcs, &plain).unwrap();
    assert!(playready.starts_with(
        "#EXT-X-KEY:METHOD=SAMPLE-AES,KEYFORMAT=\"com.microsoft.playready\",KEYFORMATVERSIONS=\"1\",\
         URI=\"data:text/plain;charset=UTF-16;base64,vgEAAAEAAQC0ATwAVwBSAE0A"
    ));
    assert!(line(System::Widevine, Scheme::Cenc, &plain).unwrap().contains("METHOD=SAMPLE-AES-CTR,"));
    let fetched = |method: &str| {
        format!(
            "#EXT-X-KEY:METHOD={method},URI=\"https://keys.example/v1/keys/{APPLE}\",KEYFORMAT=\"identity\",\
             KEYFORMATVERSIONS=\"1\""
        )
    };
    assert_eq!(line(System::Aes128, Scheme::Cbc1, &located).unwrap(), fetched("AES-128"));
    assert_eq!(line(System::Common, Scheme::Cbcs, &located).unwrap(), fetched("SAMPLE-AES"));
    assert_eq!(line(System::Common, Scheme::Cenc, &located).unwrap(), fetched("SAMPLE-AES-CTR"));
    for system in [System::Aes128, System::Common] {
        assert_eq!(line(system, Scheme::Cbc1, &plain), Err(LineError::NoAddress(system)));
    }
}

#[test]
fn places_in_addresses() {
    let key = media_key(APPLE, Scheme::Cbcs, KEY);
    for (template, address) in [
        ("skd://{kid}", "skd://04142434-4454-6474-8494-a4b4c4d4e4f4"),
        ("skd://{kid-hex}:{iv}", "skd://04142434445464748494a4b4c4d4e4f4:abababababababababababababababab"),
        (
            "skd://fps.example/{content}/{kid-hex}?x=1",
            "skd://fps.example/caf%C3%A9%2F%7Bkid%7D/04142434445464748494a4b4c4d4e4f4?x=1",
        ),
        (
            "skd://{details}",
            "skd://eyJDb250ZW50SWQiOiJjYWbDqS97a2lkfSIsIktleUlkIjoiMDQxNDI0MzQtNDQ1NC02NDc0LTg0OTQtYTRiNGM0ZDRlNGY0IiwiSVYi\
             OiJxNnVycTZ1cnE2dXJxNnVycTZ1cnF3PT0ifQ==",
        ),
    ] {
        let template = UriTemplate::fairplay(template).unwrap();
        assert_eq!(template.address(&key, &[0xab; 16], "café/{kid}"), address);
    }
}

#[test]
fn addresses_that_are_not_taken() {
    let scheme = |template: &str, expected| TemplateError::Scheme { template: template.into(), expected };
    for (template, error) in [
        ("{kid}", scheme("{kid}", "`skd://`")),
        ("https://keys.example/{kid}", scheme("https://keys.example/{kid}", "`skd://`")),
        ("skd://", TemplateError::NoKeyId("skd://".into())),
        ("skd://{content}", TemplateError::NoKeyId("skd://{content}".into())),
        ("skd://{kid}/{key}", TemplateError::Place("skd://{kid}/{key}".into())),
        ("skd://{kid", TemplateError::Place("skd://{kid".into())),
        ("skd://{kid}}", TemplateError::Place("skd://{kid}}".into())),
        ("skd://{{kid}}", TemplateError::Place("skd://{{kid}}".into())),
        ("skd://{kid}\",IV=0", TemplateError::Character("skd://{kid}\",IV=0".into())),
        ("skd://{kid}\n#EXT", TemplateError::Character("skd://{kid}\n#EXT".into())),
        ("skd://{kid} ", TemplateError::Character("skd://{kid} ".into())),
        ("skd://é{kid}", TemplateError::Character("skd://é{kid}".into())),
    ] {
        assert_eq!(UriTemplate::fairplay(template), Err(error));
    }
    for url in
        ["", "licences.example", "skd://x", "ftp://x", "https://x/\u{1}", "https://x/ y", "https://x/\""]
    {
        assert!(Signalling::default().with_playready_url(url).is_err(), "{url}");
    }
    let identity = UriTemplate::identity("ftp://keys.example/{kid}").unwrap_err().to_string();
    assert_eq!(identity, "`ftp://keys.example/{kid}` must begin with `https://` or `http://`");
    let place = UriTemplate::identity("https://keys.example/{key}").unwrap_err().to_string();
    assert!(place.ends_with("places are {kid}, {kid-hex}, {content}, {iv} and {details}"), "{place}");
}
