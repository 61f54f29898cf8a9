//! Boxes and headers, byte for byte as others published them.

use origin_api::drm::playready::{self, HeaderError};
use origin_api::drm::pssh::{self, PsshError};
use origin_api::drm::widevine::{self, Named, WidevineDataError};
use origin_api::drm::{KeyId, MediaKey, Scheme, System};

use crate::support::{APPLE, base64, hex, key_id, media_key, unhex};

const KEY: &str = "00112233445566778899aabbccddeeff";

/// Apple, "Using content protection systems with HLS".
const APPLE_WIDEVINE: &str = "AAAAOHBzc2gAAAAA7e+LqXnWSs6jyCfc1R0h7QAAABgSEAQUJDREVGR0hJSktMTU5PRI88aJmwY=";
const APPLE_PLAYREADY: &str = concat!(
    "vgEAAAEAAQC0ATwAVwBSAE0ASABFAEEARABFAFIAIAB4AG0AbABuAHMAPQAiAGgAdAB0AHAAOgAvAC8AcwBjAGgAZQBtAGEAcwAuAG0AaQBjAHIA",
    "bwBzAG8AZgB0AC4AYwBvAG0ALwBEAFIATQAvADIAMAAwADcALwAwADMALwBQAGwAYQB5AFIAZQBhAGQAeQBIAGUAYQBkAGUAcgAiACAAdgBlAHIA",
    "cwBpAG8AbgA9ACIANAAuADMALgAwAC4AMAAiAD4APABEAEEAVABBAD4APABQAFIATwBUAEUAQwBUAEkATgBGAE8APgA8AEsASQBEAFMAPgA8AEsA",
    "SQBEACAAQQBMAEcASQBEAD0AIgBBAEUAUwBDAEIAQwAiACAAVgBBAEwAVQBFAD0AIgBOAEMAUQBVAEIARgBSAEUAZABHAFMARQBsAEsAUwAwAHgA",
    "TgBUAGsAOQBBAD0APQAiAD4APAAvAEsASQBEAD4APAAvAEsASQBEAFMAPgA8AC8AUABSAE8AVABFAEMAVABJAE4ARgBPAD4APAAvAEQAQQBUAEEA",
    "PgA8AC8AVwBSAE0ASABFAEEARABFAFIAPgA=",
);

#[test]
fn apples_widevine_box() {
    assert_eq!(widevine::pssh_box(&[key_id(APPLE)], Scheme::Cbcs), base64(APPLE_WIDEVINE));
    let bytes = base64(APPLE_WIDEVINE);
    let boxes = pssh::read(&bytes).unwrap();
    assert_eq!(boxes.len(), 1);
    assert_eq!(System::of_id(boxes[0].system_id), Some(System::Widevine));
    assert!(boxes[0].key_ids.is_empty());
    let named = Named { key_ids: vec![key_id(APPLE)], content_id: None };
    assert_eq!(widevine::read(boxes[0].data), Ok(named));
}

#[test]
fn apples_playready_object() {
    let key = media_key(APPLE, Scheme::Cbcs, KEY);
    let object = playready::object(&[&key], None).unwrap();
    assert_eq!(hex(&object), hex(&base64(APPLE_PLAYREADY)));
    assert_eq!(object[..10], [0xbe, 1, 0, 0, 1, 0, 1, 0, 0xb4, 1]);
}

#[test]
fn the_common_box_of_the_w3c() {
    // The layout of the reference server of SPEKE: one key id, no data, 52 bytes.
    let expected = "00000034 70737368 01000000 1077efecc0b24d02ace33c1e52e2fb4b 00000001
                    04142434445464748494a4b4c4d4e4f4 00000000";
    assert_eq!(hex(&pssh::common(&[key_id(APPLE)])), hex(&unhex(expected)));
    let two = [key_id(APPLE), KeyId::from_bytes([9; 16])];
    let read = pssh::common(&two);
    assert_eq!(pssh::read(&read).unwrap()[0].key_ids, two);
}

#[test]
fn a_checksum_that_another_implementation_made() {
    let key = media_key(APPLE, Scheme::Cenc, KEY);
    assert_eq!(playready::checksum(key.id, &key.key).unwrap(), "tNbQTpO1zN0=");
}

#[test]
fn boxes_of_a_packager() {
    let mut compared = 0;
    for line in include_str!("shaka-packager.tsv").lines().filter(|line| !line.starts_with('#')) {
        let (scheme, expected) = line.split_once('\t').unwrap();
        let key = media_key(APPLE, Scheme::named(scheme).unwrap(), KEY);
        let expected = base64(expected);
        let ours = match System::of_id(pssh::read(&expected).unwrap()[0].system_id).unwrap() {
            System::Widevine => widevine::pssh_box(&[key.id], key.scheme),
            System::PlayReady => playready::pssh_box(&playready::object(&[&key], None).unwrap()),
            System::Common => pssh::common(&[key.id]),
            other => panic!("{other}"),
        };
        assert_eq!(hex(&ours), hex(&expected), "{line}");
        compared += 1;
    }
    assert_eq!(compared, 12);
}

#[test]
fn headers() {
    let one = media_key(APPLE, Scheme::Cenc, KEY);
    let other = media_key("89256e53-dbe5-44e9-afba-38d2ca17d176", Scheme::Cenc, &KEY.replace("00", "01"));
    let start = r#"<WRMHEADER xmlns="http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader" version="#;
    assert_eq!(
        playready::header(&[&one], None).unwrap(),
        format!(
            "{start}\"4.0.0.0\"><DATA><PROTECTINFO><KEYLEN>16</KEYLEN><ALGID>AESCTR</ALGID></PROTECTINFO>\
             <KID>NCQUBFREdGSElKS0xNTk9A==</KID><CHECKSUM>tNbQTpO1zN0=</CHECKSUM></DATA></WRMHEADER>"
        )
    );
    let sum = playready::checksum(other.id, &other.key).unwrap();
    assert_eq!(
        playready::header(&[&one, &other], Some("https://keys.example/?a=1&b=<2>")).unwrap(),
        format!(
            "{start}\"4.3.0.0\"><DATA><PROTECTINFO><KIDS>\
             <KID ALGID=\"AESCTR\" CHECKSUM=\"tNbQTpO1zN0=\" VALUE=\"NCQUBFREdGSElKS0xNTk9A==\"></KID>\
             <KID ALGID=\"AESCTR\" CHECKSUM=\"{sum}\" VALUE=\"U24lieXb6USvujjSyhfRdg==\"></KID></KIDS></PROTECTINFO>\
             <LA_URL>https://keys.example/?a=1&amp;b=&lt;2&gt;</LA_URL></DATA></WRMHEADER>"
        )
    );
}

#[test]
fn headers_that_are_not_made() {
    let cenc = media_key(APPLE, Scheme::Cenc, KEY);
    let cbcs = media_key(APPLE, Scheme::Cbcs, KEY);
    let many: Vec<MediaKey> = (0..200).map(|_| media_key(APPLE, Scheme::Cbcs, KEY)).collect();
    assert_eq!(playready::header(&[], None), Err(HeaderError::NoKeys));
    assert_eq!(playready::object(&[&cenc, &cbcs], None), Err(HeaderError::MixedSchemes));
    assert_eq!(playready::object(&many.iter().collect::<Vec<_>>(), None), Err(HeaderError::TooLong));
}

#[test]
fn boxes_that_are_none() {
    let whole = pssh::common(&[key_id(APPLE)]);
    for end in 0..whole.len() {
        assert_eq!(pssh::read(&whole[..end]), Err(PsshError::Size), "cut at {end}");
    }
    let changed = |place: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[place] = byte;
        bytes
    };
    for (bytes, error) in [
        (changed(3, 0x33), PsshError::Size),
        (changed(3, 7), PsshError::Size),
        (changed(3, 0), PsshError::Size),
        (changed(0, 0xff), PsshError::Size),
        (changed(4, b'q'), PsshError::OtherBox),
        (changed(8, 2), PsshError::Version(2)),
        (changed(8, 0), PsshError::Size),
        (changed(31, 2), PsshError::Size),
        (changed(28, 0xff), PsshError::Size),
        (changed(51, 1), PsshError::Size),
        ([whole.as_slice(), b"rest"].concat(), PsshError::Size),
        (whole.repeat(pssh::MOST_BOXES + 1), PsshError::TooMany),
    ] {
        assert_eq!(pssh::read(&bytes), Err(error), "{}", hex(&bytes[..32]));
    }
    assert_eq!(pssh::read(&whole.repeat(pssh::MOST_BOXES)).map(|boxes| boxes.len()), Ok(pssh::MOST_BOXES));
}

#[test]
fn widevine_data_that_cannot_be_relied_on() {
    let key = "1210 04142434445464748494a4b4c4d4e4f4";
    for (data, error) in [
        ("120f 04142434445464748494a4b4c4d4e4".to_owned(), WidevineDataError::KeyIdLength(15)),
        ("1200".into(), WidevineDataError::KeyIdLength(0)),
        ("1000".into(), WidevineDataError::Malformed),
        (format!("{key} 12"), WidevineDataError::Malformed),
        (format!("{key} 220161 220162"), WidevineDataError::Malformed),
        (format!("{key} 420161"), WidevineDataError::Indirect),
        (format!("{key} 5801"), WidevineDataError::Indirect),
        (format!("{key} 6a0161"), WidevineDataError::Indirect),
        (format!("{key} 720161"), WidevineDataError::Indirect),
    ] {
        assert_eq!(widevine::read(&unhex(&data)), Err(error), "{data}");
    }
    let both = widevine::read(&unhex(&format!("{key} 1a0377766d 2203616263 5800"))).unwrap();
    assert_eq!(both, Named { key_ids: vec![key_id(APPLE)], content_id: Some(b"abc".to_vec()) });
}
