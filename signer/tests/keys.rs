//! Every key file that people try, right and wrong, and what they are told.

use signer::keys::{Hash, KeyError, KeyType, PrivateKey, PublicKey};
use wasm_bindgen_test::wasm_bindgen_test;

macro_rules! key {
    ($name:literal) => {
        include_bytes!(concat!("../../tests/keys/", $name))
    };
}

#[wasm_bindgen_test(unsupported = test)]
fn every_supported_encoding_of_one_key_is_the_same_key() {
    for (private, public, expected) in [
        (&key!("test-only-rsa-pkcs1.pem")[..], &key!("test-only-rsa-public.pem")[..], KeyType::Rsa2048),
        (key!("test-only-rsa-pkcs8.pem"), key!("test-only-rsa-public-pkcs1.pem"), KeyType::Rsa2048),
        (key!("test-only-p256-sec1.pem"), key!("test-only-p256-public.pem"), KeyType::P256),
        (key!("test-only-p256-pkcs8.pem"), key!("test-only-p256-public.pem"), KeyType::P256),
    ] {
        let private = PrivateKey::from_pem(private).unwrap();
        let public = PublicKey::from_pem(public).unwrap();
        assert_eq!((private.key_type(), public.key_type()), (expected, expected));
        for hash in [Hash::Sha1, Hash::Sha256] {
            let signature = private.sign(hash, b"message").unwrap();
            assert!(public.verifies(hash, b"message", &signature));
            assert!(private.public_key().unwrap().verifies(hash, b"message", &signature));
            assert!(!public.verifies(hash, b"other", &signature), "another message");
            let other_hash = if hash == Hash::Sha1 { Hash::Sha256 } else { Hash::Sha1 };
            assert!(!public.verifies(other_hash, b"message", &signature), "another hash");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_wrong_private_key_says_what_is_wrong_with_it() {
    let algorithm = |name: &str| KeyError::Algorithm { algorithm: name.to_owned() };
    let curve = |name: &str| KeyError::Curve { curve: name.to_owned() };
    let public = |label: &str| KeyError::PublicWherePrivate { label: label.to_owned() };
    for (pem, expected) in [
        (&key!("wrong/test-only-rsa-1024.pem")[..], KeyError::RsaSize { bits: 1024 }),
        (key!("wrong/test-only-rsa-4096.pem"), KeyError::RsaSize { bits: 4096 }),
        (key!("wrong/test-only-rsa-pss.pem"), algorithm("RSA-PSS")),
        (key!("wrong/test-only-ed25519.pem"), algorithm("Ed25519")),
        (key!("wrong/test-only-p384.pem"), curve("P-384")),
        (key!("wrong/test-only-secp256k1.pem"), curve("secp256k1")),
        (key!("wrong/test-only-rsa-encrypted-pkcs1.pem"), KeyError::Encrypted),
        (key!("wrong/test-only-rsa-encrypted-pkcs8.pem"), KeyError::Encrypted),
        (key!("wrong/test-only-openssh.pem"), KeyError::OpenSsh),
        (key!("wrong/test-only-certificate.pem"), public("CERTIFICATE")),
        (key!("wrong/test-only-rsa.der"), KeyError::Der),
        (key!("test-only-rsa-public.pem"), public("PUBLIC KEY")),
        (key!("test-only-rsa-public-pkcs1.pem"), public("RSA PUBLIC KEY")),
        (key!("test-only-p256-public.pem"), public("PUBLIC KEY")),
    ] {
        assert_eq!(PrivateKey::from_pem(pem).err(), Some(expected));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_wrong_public_key_says_what_is_wrong_with_it() {
    let private = |label: &str| KeyError::PrivateWherePublic { label: label.to_owned() };
    for (pem, expected) in [
        (&key!("test-only-rsa-pkcs1.pem")[..], private("RSA PRIVATE KEY")),
        (key!("test-only-rsa-pkcs8.pem"), private("PRIVATE KEY")),
        (key!("test-only-p256-sec1.pem"), private("EC PRIVATE KEY")),
        (key!("wrong/test-only-rsa-encrypted-pkcs8.pem"), private("ENCRYPTED PRIVATE KEY")),
        (key!("wrong/test-only-openssh.pem"), private("OPENSSH PRIVATE KEY")),
        (key!("wrong/test-only-certificate.pem"), KeyError::Certificate),
    ] {
        assert_eq!(PublicKey::from_pem(pem).err(), Some(expected));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_damaged_key_is_refused_at_any_length_and_never_panics() {
    for (pem, label) in [
        (&key!("test-only-p256-sec1.pem")[..], "EC PRIVATE KEY"),
        (key!("test-only-p256-pkcs8.pem"), "PRIVATE KEY"),
    ] {
        for length in 0..pem.len() - label.len() - 16 {
            assert!(PrivateKey::from_pem(&pem[..length]).is_err(), "cut at {length}");
        }
    }
    let text = String::from_utf8(key!("test-only-rsa-pkcs1.pem").to_vec()).unwrap();
    let damaged = text.replacen("MIIE", "MIIF", 1);
    assert!(matches!(PrivateKey::from_pem(damaged.as_bytes()), Err(KeyError::Damaged { .. })));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_damaged_first_line_does_not_put_the_key_into_the_message() {
    for pem in [
        &key!("test-only-rsa-pkcs8.pem")[..],
        key!("test-only-p256-sec1.pem"),
        key!("test-only-rsa-pkcs1.pem"),
    ] {
        let text = String::from_utf8(pem.to_vec()).unwrap();
        let (_, from_begin) = text.split_once("-----BEGIN ").unwrap();
        for damaged in [
            text.replacen("KEY-----\n", "KEY\n", 1),
            text.replacen("KEY-----\n", "KEY ", 1),
            text.replacen("KEY-----\n", "KEY----", 1),
            format!("-----BEGIN {}", from_begin.replace(['\n', '-'], " ")),
            text.replace('\n', ""),
        ] {
            let Err(error) = PrivateKey::from_pem(damaged.as_bytes()) else { continue };
            let message = format!("{error} {error:?}");
            for line in text.lines().filter(|line| !line.contains("-----")) {
                let start: String = line.chars().take(8).collect();
                assert!(!message.contains(&start), "{message}");
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn nothing_secret_prints() {
    for pem in [&key!("test-only-rsa-pkcs8.pem")[..], key!("test-only-p256-pkcs8.pem")] {
        let key = PrivateKey::from_pem(pem).unwrap();
        let printed = format!("{key:?} {key:#?}");
        assert!(printed.contains("[secret]"));
        assert!(printed.len() < 80, "nothing else of the key is in it: {printed}");
        // The message of an error repeats labels, never the body.
        let broken = String::from_utf8(pem.to_vec()).unwrap().replacen("-----END", "?-----END", 1);
        let error = PrivateKey::from_pem(broken.as_bytes()).unwrap_err();
        for line in broken.lines().filter(|line| !line.contains("-----")) {
            assert!(!format!("{error} {error:?}").contains(line), "{error}");
        }
    }
}
