//! Sealed keys: they open in their own place, and nowhere else.

use aws_lc_rs::rand::SystemRandom;
use origin_api::drm::{KeyId, MediaKey, Scheme};
use origin_api::vault::{MasterKey, MasterKeyError, Place, Sealed, Vault, VaultError};

use crate::support::{APPLE, key_id, media_key};

const HERE: Place<'_> = Place { tenant: "acme", title: "acme/one" };

fn master(id: &str, byte: u8) -> MasterKey {
    let mut bytes = [byte; 32];
    bytes[0] ^= 1;
    MasterKey::from_bytes(id, bytes).unwrap()
}

fn vault() -> Vault {
    Vault::new(master("2026", 1), vec![master("2025", 2)]).unwrap()
}

fn a_key() -> MediaKey {
    media_key(APPLE, Scheme::Cbcs, "00112233445566778899aabbccddeeff")
}

#[test]
fn what_is_sealed_opens_as_it_was() {
    let vault = vault();
    for _ in 0..50 {
        let key = MediaKey::generate(key_id(APPLE), Scheme::Cens, &SystemRandom::new()).unwrap();
        let sealed = vault.seal(HERE, &key, 1_800_000_000).unwrap();
        let json = serde_json::to_vec(&sealed).unwrap();
        let opened = vault.open(HERE, key.id, &serde_json::from_slice(&json).unwrap()).unwrap();
        assert_eq!(opened.key.bytes(), key.key.bytes());
        assert_eq!((opened.id, opened.scheme, opened.iv), (key.id, key.scheme, key.iv));
    }
}

#[test]
fn a_record_shows_everything_but_the_key() {
    let (one, two) = (vault().seal(HERE, &a_key(), 5).unwrap(), vault().seal(HERE, &a_key(), 5).unwrap());
    assert_ne!(one.sealed, two.sealed, "nonces are random");
    assert_eq!(one.sealed.len(), 60, "12 bytes of nonce, 16 of the key, 16 of the tag");
    let json = serde_json::to_string(&one).unwrap();
    assert_eq!(
        json.replace(&one.sealed, "*"),
        r#"{"format":1,"kid":"04142434-4454-6474-8494-a4b4c4d4e4f4","tenant":"acme","title":"acme/one","scheme":"cbcs","iv":"BwcHBwcHBwcHBwcHBwcHBw==","created":5,"master":"2026","sealed":"*"}"#
    );
    let shown = format!("{one:?} {:?} {:?}", vault(), a_key());
    for secret in ["ABEiM0RVZneImaq7zN3u", "0011223344", "17, 34", "[0, 1, 1, 1"] {
        assert!(!shown.contains(secret) && !json.contains(secret), "{shown}");
    }
    assert!(shown.contains("MasterKey(2026, ..)"), "{shown}");
}

/// What is done to a record, and what it is called.
type Damage = (&'static str, fn(&mut Sealed));

#[test]
fn an_altered_record_does_not_open() {
    let vault = vault();
    let whole = vault.seal(HERE, &a_key(), 5).unwrap();
    let damages: [Damage; 9] = [
        ("another scheme", |sealed| sealed.scheme = Scheme::Cenc),
        ("another vector", |sealed| sealed.iv = "CAgICAgICAgICAgICAgICA==".into()),
        ("no vector", |sealed| sealed.iv = String::new()),
        ("another time", |sealed| sealed.created += 1),
        ("the other master key", |sealed| sealed.master = "2025".into()),
        ("nothing sealed", |sealed| sealed.sealed = String::new()),
        ("only a nonce", |sealed| sealed.sealed.truncate(16)),
        ("cut short", |sealed| sealed.sealed.truncate(56)),
        ("no base64", |sealed| sealed.sealed = "?".repeat(60)),
    ];
    for (what, damage) in damages {
        let mut sealed = whole.clone();
        damage(&mut sealed);
        let error = vault.open(HERE, key_id(APPLE), &sealed).unwrap_err();
        assert_eq!(error, VaultError::Altered(key_id(APPLE)), "{what}");
    }
    for place in 0..60 {
        let mut sealed = whole.clone();
        let other = if whole.sealed.as_bytes()[place] == b'A' { "B" } else { "A" };
        sealed.sealed.replace_range(place..=place, other);
        assert!(vault.open(HERE, key_id(APPLE), &sealed).is_err(), "character {place}");
    }
}

#[test]
fn a_record_opens_nowhere_else() {
    let vault = vault();
    let sealed = vault.seal(HERE, &a_key(), 5).unwrap();
    let other_key = KeyId::from_bytes([1; 16]);
    for (place, id) in [
        (Place { tenant: "other", ..HERE }, key_id(APPLE)),
        (Place { title: "acme/two", ..HERE }, key_id(APPLE)),
        (HERE, other_key),
    ] {
        let error = vault.open(place, id, &sealed).unwrap_err();
        assert!(matches!(error, VaultError::OtherPlace { .. }), "{error}");
        // Nor when the record is made to say that it belongs there.
        let (tenant, title) = (place.tenant.to_owned(), place.title.to_owned());
        let swapped = Sealed { tenant, title, kid: id, ..sealed.clone() };
        assert_eq!(vault.open(place, id, &swapped).unwrap_err(), VaultError::Altered(id));
    }
    // What stands between tenant and title cannot be moved.
    let moved = Sealed { tenant: "acmeacme".into(), title: "/one".into(), ..sealed };
    let place = Place { tenant: "acmeacme", title: "/one" };
    assert_eq!(vault.open(place, key_id(APPLE), &moved).unwrap_err(), VaultError::Altered(key_id(APPLE)));
}

#[test]
fn master_keys_rotate() {
    let old = Vault::new(master("2025", 2), vec![]).unwrap();
    let sealed = old.seal(HERE, &a_key(), 5).unwrap();
    assert_eq!(old.reseal(&sealed), Ok(None));
    let both = vault();
    assert_eq!(both.open(HERE, key_id(APPLE), &sealed).unwrap().key.bytes(), a_key().key.bytes());
    let resealed = both.reseal(&sealed).unwrap().unwrap();
    assert_eq!((resealed.master.as_str(), resealed.created), ("2026", 5));
    let new = Vault::new(master("2026", 1), vec![]).unwrap();
    assert_eq!(new.open(HERE, key_id(APPLE), &resealed).unwrap().key.bytes(), a_key().key.bytes());
    let gone = new.open(HERE, key_id(APPLE), &sealed).unwrap_err().to_string();
    assert!(gone.contains("master key `2025`, which is not configured"), "{gone}");
    let mut damaged = sealed.clone();
    damaged.created = 6;
    assert_eq!(both.reseal(&damaged), Err(VaultError::Altered(key_id(APPLE))));
    let impostor = Vault::new(master("2025", 9), vec![]).unwrap();
    assert_eq!(impostor.open(HERE, key_id(APPLE), &sealed).unwrap_err(), VaultError::Altered(key_id(APPLE)));
    let later = Sealed { format: 2, ..sealed };
    let later = both.open(HERE, key_id(APPLE), &later).unwrap_err().to_string();
    assert!(later.contains("kept in format 2, and this version knows format 1"), "{later}");
    let same = Vault::new(master("a", 1), vec![master("b", 2), master("b", 3)]).unwrap_err();
    assert_eq!(same.to_string(), "there are two master keys `b`; give each its own id");
}

#[test]
fn master_keys_from_files() {
    let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let raw: Vec<u8> = (0..32).collect();
    let sealed = Vault::new(MasterKey::from_file("k", &raw).unwrap(), vec![]).unwrap();
    let sealed = sealed.seal(HERE, &a_key(), 5).unwrap();
    let wrapped = format!("{}\r\n{}\n", &hex[..32], &hex[32..].to_uppercase());
    for contents in [raw.as_slice(), hex.as_bytes(), wrapped.as_bytes()] {
        let vault = Vault::new(MasterKey::from_file("k", contents).unwrap(), vec![]).unwrap();
        assert!(vault.open(HERE, key_id(APPLE), &sealed).is_ok());
    }
    for contents in [
        &b""[..],
        &raw[..31],
        &[raw.as_slice(), b"\n"].concat(),
        &hex.as_bytes()[..32],
        &hex.as_bytes()[..63],
        &[hex.as_bytes(), b"00"].concat(),
        hex.replace('f', "g").as_bytes(),
        format!("0x{hex}").as_bytes(),
    ] {
        let error = MasterKey::from_file("k", contents).unwrap_err();
        assert_eq!(error, MasterKeyError::Length { id: "k".into(), bytes: contents.len() });
        assert!(error.to_string().ends_with("make one with `openssl rand -hex 32`"));
    }
    assert_eq!(MasterKey::from_file("k", &[0; 32]).unwrap_err(), MasterKeyError::NotRandom("k".into()));
    for id in ["", "K", "a b", "a\n", &"x".repeat(65)] {
        assert_eq!(MasterKey::from_file(id, &raw).unwrap_err(), MasterKeyError::Id(id.into()));
    }
}
