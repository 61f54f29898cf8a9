//! Every fault in a small bundle: refused, and if somebody seals it again, at least no panic and an end.
#![cfg(test)]

use rights::bundle::BundleError;
use rights::language::{SourceFile, read};
use rights::viewer::Device;
use rights::{Bundle, Outcome, Viewer, compile, decide};
use sha2::{Digest as _, Sha256};
use wasm_bindgen_test::wasm_bindgen_test;

/// Every part of the format is in use: subdivisions, a wide list, exclusions, messages, open ends.
fn bundle() -> Vec<u8> {
    let mut text = String::from(
        "schema = 1\nagreement = \"a\"\n\
         [[grant]]\nid = \"all\"\ntitles = [\"acme/*\", \"!acme/pilot\"]\nterritories = [\"NO\", \"GB\", \"!GB-SCT\"]\n\
         from = 2026-01-01T00:00:00Z\nuntil = 2027-01-01T00:00:00Z\ntiers = [\"premium\", \"*\", \"!free\"]\nmax_height = 1080\n\
         [[grant]]\nid = \"one\"\ntitles = [\"films/one\"]\nterritories = [\"*\"]\nfrom = 2026-01-01T00:00:00Z\n\
         tiers = [\"anonymous\"]\ndevices = [\"tv\"]\ndrm = true\n\
         [[blackout]]\nid = \"derby\"\ntitles = [\"acme/derby\"]\nterritories = [\"GB-MAN\"]\n\
         from = 2026-05-01T14:00:00Z\nuntil = 2026-05-01T17:00:00Z\nmessage = \"Shown on local television\"\n",
    );
    for country in ["SE", "DK", "FI", "IS", "DE", "FR", "ES", "IT", "US"] {
        let id = country.to_lowercase();
        text.extend([
            format!("[[grant]]\nid = \"wide-{id}\"\ntitles = [\"wide/*\"]\nterritories = [\"{country}\"]\n"),
            "from = 2026-01-01T00:00:00Z\ntiers = [\"*\"]\n".to_owned(),
        ]);
    }
    let policy = read(&[SourceFile { path: "a.toml", text: text.as_bytes() }]).expect("a policy");
    compile(&policy).expect("a bundle")
}

/// Title, country, region, tier, device.
type Question = (&'static str, Option<&'static str>, Option<&'static str>, Option<&'static str>, Device);

const QUESTIONS: [Question; 9] = [
    ("acme/one", Some("NO"), None, Some("premium"), Device::Tv),
    ("acme/pilot", Some("NO"), None, Some("premium"), Device::Tv),
    ("acme/derby", Some("GB"), Some("GB-MAN"), Some("premium"), Device::Mobile),
    ("acme/derby", Some("GB"), Some("GB-LND"), Some("other"), Device::Mobile),
    ("acme/x/y/z", Some("GB"), None, Some("free"), Device::Unknown),
    ("films/one", None, None, None, Device::Tv),
    ("wide/one", Some("SE"), None, Some("x"), Device::Tv),
    ("wide/one", Some("PT"), None, Some("x"), Device::Tv),
    ("nothing", Some("ZZ"), Some("ZZ-1"), Some(""), Device::Cast),
];

fn answers(bundle: &Bundle<&[u8]>) -> Vec<String> {
    let times = [1_777_640_000, 1_777_647_600, 1_700_000_000, 1_900_000_000];
    let ask = |time| {
        QUESTIONS.map(|(title, country, region, tier, device)| {
            format!("{:?}", decide(bundle, &Viewer { country, region, tier, device }, title, time))
        })
    };
    times.into_iter().flat_map(ask).collect()
}

fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let content = bytes.len() - 32;
    let checksum = Sha256::digest(&bytes[..content]);
    bytes[content..].copy_from_slice(&checksum);
    bytes
}

#[wasm_bindgen_test(unsupported = test)]
fn every_truncation_is_refused() {
    let whole = bundle();
    for length in 0..whole.len() {
        let refused = Bundle::open(&whole[..length]).expect_err("a bundle that is cut off is refused");
        let expected = if length < 8 {
            refused == BundleError::NotABundle
        } else {
            matches!(refused, BundleError::Length { .. })
        };
        assert!(expected, "{length}: {refused}");
    }
    let mut longer = whole.clone();
    longer.push(0);
    assert!(matches!(Bundle::open(longer), Err(BundleError::Length { .. })));
    assert!(Bundle::open(whole).is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn every_altered_bit_is_refused() {
    let mut bytes = bundle();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            bytes[at] ^= 1 << bit;
            assert!(Bundle::open(bytes.as_slice()).is_err(), "bit {bit} of byte {at}");
            bytes[at] ^= 1 << bit;
        }
    }
    assert!(Bundle::open(bytes).is_ok());
}

/// Nobody seals what they did not write; if they do, nothing breaks. What stays readable gives answers, perhaps others.
#[wasm_bindgen_test(unsupported = test)]
fn what_is_altered_and_sealed_again_does_no_harm() {
    let whole = bundle();
    let right = answers(&Bundle::open(whole.as_slice()).expect("the bundle"));
    let (mut refused, mut read) = (0, 0);
    for at in 0..whole.len() - 32 {
        for change in [0x01, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= change;
            let bytes = sealed(bytes);
            match Bundle::open(bytes.as_slice()) {
                Err(_) => refused += 1,
                Ok(bundle) => {
                    read += 1;
                    assert_eq!(answers(&bundle).len(), right.len());
                }
            }
        }
    }
    assert!(refused > 1_000 && read > 1_000, "{refused} refused, {read} read");
    // And the check is no empty word: numbers that lead nowhere are found when the bundle is opened.
    for cut in [1, 7, 64] {
        let mut bytes = whole.clone();
        let content = bytes.len() - 32;
        bytes.drain(content - cut..content);
        let length = bytes.len() as u64;
        bytes[16..24].copy_from_slice(&length.to_le_bytes());
        assert_eq!(Bundle::open(sealed(bytes)).err(), Some(BundleError::Contradiction), "{cut}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn other_versions_are_refused_in_words() {
    for (version, words) in
        [(0_u32, "build it again"), (2, "update this program"), (u32::MAX, "update this program")]
    {
        let mut bytes = bundle();
        bytes[8..12].copy_from_slice(&version.to_le_bytes());
        for bytes in [bytes.clone(), sealed(bytes)] {
            let error = Bundle::open(bytes).expect_err("another version").to_string();
            assert!(error.contains(&format!("format {version}")) && error.contains(words), "{error}");
        }
    }
    for nothing in [&b""[..], b"PLAYGAT", b"{\"outcome\":\"allow\"}", b"schema = 1\nagreement = \"a\"\n"] {
        assert_eq!(Bundle::open(nothing).err(), Some(BundleError::NotABundle));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_same_rules_in_another_order_are_the_same_bytes() {
    let one = "schema = 1\nagreement = \"a\"\n[[grant]]\nid = \"x\"\ntitles = [\"a\", \"b/*\"]\nterritories = [\"NO\", \"SE\"]\n\
               from = 2026-01-01T00:00:00Z\ntiers = [\"p\", \"q\"]\n";
    let other = "agreement = \"b\"\nschema = 1\n[[blackout]]\nid = \"x\"\ntitles = [\"b/*\"]\nterritories = [\"SE\"]\n\
                 from = 2026-02-01T00:00:00Z\n";
    let turned = "schema = 1\nagreement = \"a\"\n[[grant]]\ntiers = [\"q\", \"p\"]\nfrom = 2026-01-01T01:00:00+01:00\n\
                  territories = [\"SE\", \"NO\"]\ntitles = [\"b/*\", \"a\"]\nid = \"x\"\n";
    let built = |files: [(&str, &str); 2]| {
        let files = files.map(|(path, text)| SourceFile { path, text: text.as_bytes() });
        compile(&read(&files).expect("a policy")).expect("a bundle")
    };
    assert_eq!(built([("1.toml", one), ("2.toml", other)]), built([("x/z.toml", other), ("y.toml", turned)]));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_clock_that_cannot_be_decides_nothing() {
    let bytes = bundle();
    let bundle = Bundle::open(bytes.as_slice()).expect("the bundle");
    let viewer = Viewer { country: Some("NO"), tier: Some("premium"), ..Viewer::default() };
    for now in [i64::MIN, -1, 0, 253_402_300_800, 1_777_640_000_000, i64::MAX] {
        assert!(matches!(decide(&bundle, &viewer, "acme/one", now), Outcome::CannotDecide(_)), "{now}");
    }
    for now in [1, 253_402_300_799] {
        assert!(matches!(decide(&bundle, &viewer, "acme/one", now), Outcome::Deny(_)), "{now}");
    }
    assert!(matches!(decide(&bundle, &viewer, "acme/one", 1_777_640_000), Outcome::Allow(_)));
}

/// Lists that overlap could make a small bundle keep its reader busy for long.
#[wasm_bindgen_test(unsupported = test)]
fn lists_that_overlap_are_refused() {
    let rule = |kind: &str, id: &str, titles: &str, tiers: &str| {
        format!(
            "[[{kind}]]\nid = \"{id}\"\ntitles = [{titles}]\nterritories = [\"*\"]\nfrom = 2026-01-01T00:00:00Z\n{tiers}"
        )
    };
    let text = [
        "schema = 1\nagreement = \"a\"\n".to_owned(),
        rule("grant", "1", "\"x\"", "tiers = [\"p\"]\n"),
        rule("grant", "2", "\"x\", \"y\"", "tiers = [\"q\"]\n"),
        rule("blackout", "b", "\"x\"", ""),
    ]
    .concat();
    let policy = read(&[SourceFile { path: "a.toml", text: text.as_bytes() }]).expect("a policy");
    let mut bytes = compile(&policy).expect("a bundle");
    assert!(Bundle::open(bytes.as_slice()).is_ok());
    // The last section is the table of titles; `y` has the one value there that is a single grant's number.
    let word =
        |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    let table = word(&bytes, 32 + 11 * 8) as usize;
    let single = |at: &usize| word(&bytes, *at) >> 16 == 0x8000;
    let values = (table..bytes.len() - 32)
        .step_by(64)
        .flat_map(|bucket| (0..5).map(move |slot| bucket + 40 + slot * 4));
    let found: Vec<usize> = values.filter(single).collect();
    assert_eq!(found.len(), 1);
    // The list of `x` is 2 grants, 1 blackout, 0, 1, 0, and begins at 1: from 2 on it reads as 1 grant, and is whole.
    bytes[found[0]..found[0] + 4].copy_from_slice(&2_u32.to_le_bytes());
    assert_eq!(Bundle::open(sealed(bytes)).err(), Some(BundleError::Contradiction));
}
