//! Key ids, in every form in which they are written.

use origin_api::drm::{KeyId, Scheme, System};

use crate::support::{APPLE, key_id};

#[test]
fn one_key_id_in_all_its_forms() {
    let id = key_id(APPLE);
    assert_eq!(id.to_string(), APPLE);
    assert_eq!(id.to_hex(), "04142434445464748494a4b4c4d4e4f4");
    assert_eq!(id.to_base64url(), "BBQkNERUZHSElKS0xNTk9A");
    assert_eq!(id.to_guid_base64(), "NCQUBFREdGSElKS0xNTk9A==", "Apple's page has this");
    assert_eq!(KeyId::from_guid_base64("NCQUBFREdGSElKS0xNTk9A=="), Ok(id));
    assert_eq!(KeyId::from_guid_bytes(id.to_guid_bytes()), id);
    for text in [APPLE, "04142434-4454-6474-8494-A4B4C4D4E4F4", &id.to_hex(), &id.to_base64url()] {
        assert_eq!(text.parse(), Ok(id), "{text}");
    }
    assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{APPLE}\""));
    assert_eq!(serde_json::from_str::<KeyId>(&format!("\"{APPLE}\"")).unwrap(), id);
    assert_eq!(format!("{id:?}"), format!("KeyId({APPLE})"));
}

#[test]
fn guids_that_others_published() {
    // From the tests of video.js's EME plug-in and from Microsoft's page on headers.
    for (base64, uuid) in [
        ("U24lieXb6USvujjSyhfRdg==", "89256e53-dbe5-44e9-afba-38d2ca17d176"),
        ("PV1LM/VEVk+kEOB8qqcWDg==", "334b5d3d-44f5-4f56-a410-e07caaa7160e"),
    ] {
        assert_eq!(KeyId::from_guid_base64(base64), Ok(key_id(uuid)));
    }
}

#[test]
fn not_a_key_id() {
    for text in [
        "",
        "1",
        "04142434445464748494a4b4c4d4e4f",
        "04142434-4454-6474-8494-a4b4c4d4e4f",
        "04142434-4454-6474-8494-a4b4c4d4e4f4 ",
        "{04142434-4454-6474-8494-a4b4c4d4e4f4}",
        "urn:uuid:04142434-4454-6474-8494-a4b4c4d4e4f4",
        "0414243-44454-6474-8494-a4b4c4d4e4f4",
        "04142434-4454-6474-8494-a4b4c4d4e4fg",
        "04142434_4454_6474_8494_a4b4c4d4e4f4",
        "+4142434-4454-6474-8494-a4b4c4d4e4f4",
        "BBQkNERUZHSElKS0xNTk9A==",
        "BBQkNERUZHSElKS0xNTk9B",
        "BBQkNERUZHSElKS0xNTk",
        "BBQkNERUZHSElKS0xNTk9AA",
        "ééééééééééééééééé",
    ] {
        let error = text.parse::<KeyId>().unwrap_err().to_string();
        assert!(error.contains("is no key id; write it as a UUID"), "{error}");
        assert!(KeyId::from_uuid(text).is_err(), "{text}");
        assert!(KeyId::from_hex(text).is_err(), "{text}");
        assert!(KeyId::from_base64url(text).is_err(), "{text}");
    }
    assert!(KeyId::from_uuid("04142434445464748494a4b4c4d4e4f4").is_err(), "a UUID has hyphens");
    assert!(KeyId::from_guid_base64("NCQUBFREdGSElKS0xNTk9A").is_err(), "headers have padding");
    let long = "x\n".repeat(1000);
    let error = long.parse::<KeyId>().unwrap_err().to_string();
    assert!(error.len() < 250 && !error.contains('\n'), "{error}");
}

#[test]
fn systems_and_schemes() {
    for (system, uuid) in [
        (System::Widevine, "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"),
        (System::PlayReady, "9a04f079-9840-4286-ab92-e65be0885f95"),
        (System::FairPlay, "94ce86fb-07ff-4f43-adb8-93d2fa968ca2"),
        (System::Common, "1077efec-c0b2-4d02-ace3-3c1e52e2fb4b"),
        (System::Aes128, "3ea8778f-7742-4bf9-b18b-e834b2acbd47"),
    ] {
        assert_eq!(system.uuid(), uuid);
        assert_eq!(System::of_id(system.id()), Some(system));
    }
    assert_eq!(System::of_id([0; 16]), None);
    let numbers = [1_667_591_779, 1_667_591_795, 1_667_392_305, 1_667_392_371];
    for (scheme, number) in Scheme::ALL.into_iter().zip(numbers) {
        assert_eq!(scheme.four_cc(), number, "{scheme}");
        assert_eq!(Scheme::named(scheme.name()), Some(scheme));
        assert_eq!(serde_json::to_string(&scheme).unwrap(), format!("\"{scheme}\""));
    }
    for name in ["", "CENC", "cbcs ", "aes", "sample-aes"] {
        assert_eq!(Scheme::named(name), None, "{name}");
    }
}
