//! What must hold for any token, any request and any bytes.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use signer::token::{
    Claims, Dialect, KeyRing, Network, Policy, Request, Scratch, TokenKey, Validity, Verifier, canonical,
    covers, inspect_unverified,
};

const NOW: u64 = 1_800_000_000;
const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.+/ ~";

/// Claims, and a request that meets them.
#[derive(Debug, Clone)]
struct Sample {
    lifetime: u64,
    not_before: Option<u64>,
    issuer: Option<String>,
    audience: Option<String>,
    prefix: Option<String>,
    below: String,
    country: Option<String>,
    region: Option<String>,
    address: IpAddr,
    bits: Option<u8>,
    method: Option<String>,
    session: Option<String>,
    max_height: Option<u32>,
    dialect: Dialect,
    kid: String,
    secret: Vec<u8>,
}

impl Sample {
    fn claims(&self) -> Claims {
        let mut claims = Claims::expiring_at(NOW + self.lifetime);
        if let Some(not_before) = self.not_before {
            claims = claims.not_before(not_before);
        }
        if let Some(issuer) = &self.issuer {
            claims = claims.issuer(issuer).unwrap();
        }
        if let Some(audience) = &self.audience {
            claims = claims.audience(audience).unwrap();
        }
        if let Some(prefix) = &self.prefix {
            claims = claims.path(prefix).unwrap();
        }
        if let Some(country) = &self.country {
            let place = self.region.as_ref().map_or(country.clone(), |region| format!("{country}-{region}"));
            claims = claims.countries(["ZZ", &place]).unwrap();
        }
        if let Some(bits) = self.bits {
            claims = claims.networks([network(self.address, bits).to_string()]).unwrap();
        }
        if let Some(method) = &self.method {
            claims = claims.methods(["TRACE", method]).unwrap();
        }
        if let Some(session) = &self.session {
            claims = claims.session(session).unwrap();
        }
        if let Some(lines) = self.max_height {
            claims = claims.max_height(lines);
        }
        claims
    }

    fn path(&self) -> String {
        match &self.prefix {
            Some(prefix) if prefix.ends_with('/') => format!("{prefix}{}", self.below),
            Some(prefix) => format!("{prefix}/{}", self.below),
            None => format!("/{}", self.below),
        }
    }

    fn verifier(&self) -> Verifier {
        let mut ring = KeyRing::new();
        ring.add("older", TokenKey::from_bytes(&[1; 32]).unwrap(), Validity::ALWAYS).unwrap();
        ring.add(&self.kid, TokenKey::from_bytes(&self.secret).unwrap(), Validity::starting(1)).unwrap();
        Verifier::new(
            ring,
            Policy { issuer: self.issuer.clone(), audience: self.audience.clone(), leeway: 0 },
        )
    }

    fn request<'r>(&'r self, path: &'r str) -> Request<'r> {
        Request {
            path: Some(path),
            country: self.country.as_deref(),
            region: self.region.as_deref(),
            ip: self.bits.map(|_| self.address),
            method: self.method.as_deref(),
            ..Request::default()
        }
    }
}

/// The network of so many bits around an address: asked for, and taken as corrected.
fn network(address: IpAddr, bits: u8) -> Network {
    match Network::new(address, bits) {
        Ok(network) | Err(signer::token::NetworkError::HostBits { network }) => network,
        Err(error) => panic!("{error}"),
    }
}

fn address() -> impl Strategy<Value = (IpAddr, u8)> {
    prop_oneof![
        (any::<u32>(), 0..=32_u8).prop_map(|(bits, prefix)| (IpAddr::V4(Ipv4Addr::from_bits(bits)), prefix)),
        // A mapped IPv4 address counts as IPv4, which is another matter.
        (any::<u128>().prop_map(|bits| bits | 1 << 127), 0..=128_u8)
            .prop_map(|(bits, prefix)| (IpAddr::V6(Ipv6Addr::from_bits(bits)), prefix)),
    ]
}

fn sample() -> impl Strategy<Value = Sample> {
    let times = (1..4_000_000_u64, option::of(0..=NOW));
    let names = (option::of("[ -~]{1,40}"), option::of("[ -~]{1,40}"), option::of("\\PC{1,30}"));
    let paths = (option::of("(/[a-z0-9_-]{1,8}){1,4}/?"), "[a-z0-9_-]{1,8}(/[a-z0-9_-]{1,8}){0,2}");
    let places =
        (option::of("[A-W][A-Z]".prop_filter("reserved", |code| code != "UK")), option::of("[A-Z0-9]{1,3}"));
    let keys = ("[a-z0-9-]{6,64}", vec(any::<u8>(), 32..100));
    let rest = (option::of("[A-Z]{1,8}"), option::of(any::<u32>()), any::<bool>(), any::<bool>());
    (times, names, paths, places, address(), keys, rest).prop_map(
        |(times, names, paths, places, (address, bits), keys, (method, max_height, bound, aws))| Sample {
            lifetime: times.0,
            not_before: times.1,
            issuer: names.0,
            audience: names.1,
            session: names.2,
            prefix: paths.0,
            below: paths.1,
            country: places.0,
            region: places.1,
            address,
            bits: bound.then_some(bits),
            method,
            max_height,
            dialect: if aws { Dialect::Aws } else { Dialect::Cta },
            kid: keys.0,
            secret: keys.1,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn what_is_minted_is_valid(sample in sample()) {
        let verifier = sample.verifier();
        let token = verifier.ring().mint(&sample.claims(), sample.dialect, NOW).unwrap();
        let path = sample.path();
        let mut scratch = Scratch::new();
        let verified = verifier.verify(&token, &sample.request(&path), NOW, &mut scratch);
        let verified = verified.map_err(|refusal| TestCaseError::fail(refusal.to_string()))?;
        prop_assert_eq!(verified.expires_at(), NOW + sample.lifetime);
        prop_assert_eq!(verified.not_before(), sample.not_before);
        prop_assert_eq!(verified.session_text(), sample.session.as_deref());
        prop_assert_eq!(verified.max_height(), sample.max_height);
        prop_assert_eq!(verified.issuer(), sample.issuer.as_deref());
        prop_assert_eq!(verified.path_scope(), sample.prefix.as_deref());
        prop_assert_eq!(verified.kid(), sample.kid.as_bytes());
        prop_assert!(inspect_unverified(&token).is_ok());
    }

    #[test]
    fn one_changed_character_is_never_valid(sample in sample(), at in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
        let verifier = sample.verifier();
        let token = verifier.ring().mint(&sample.claims(), sample.dialect, NOW).unwrap();
        let mut changed = token.clone().into_bytes();
        changed[at.index(token.len())] = ALPHABET[to.index(ALPHABET.len())];
        prop_assume!(changed != token.as_bytes());
        let path = sample.path();
        let mut scratch = Scratch::new();
        prop_assert!(verifier.verify(&changed, &sample.request(&path), NOW, &mut scratch).is_err());
    }

    #[test]
    fn bytes_of_any_kind_are_refused_and_do_not_panic(bytes in vec(any::<u8>(), 0..300), text in "[A-Za-z0-9_-]{0,400}") {
        let ring = KeyRing::single("k", TokenKey::from_bytes(&[7; 32]).unwrap()).unwrap();
        let verifier = Verifier::new(ring, Policy::default());
        let mut scratch = Scratch::new();
        for token in [&bytes, text.as_bytes()] {
            prop_assert!(verifier.verify(token, &Request::default(), NOW, &mut scratch).is_err());
            let _ = inspect_unverified(token);
        }
    }

    /// Behind a MAC that fits, claims of any bytes: they may be refused, and must not panic.
    #[test]
    fn claims_of_any_bytes_do_not_panic(payload in payload()) {
        let verifier = Verifier::new(signed::ring(), Policy::default());
        let token = signed::token(&payload);
        let mut scratch = Scratch::new();
        let request = Request { path: Some("/a/b.c"), country: Some("NO"), ip: Some([1, 2, 3, 4].into()), ..Request::default() };
        if let Err(refusal) = verifier.verify(&token, &request, NOW, &mut scratch) {
            prop_assert!(!matches!(refusal.code(), "bad_mac" | "unknown_key" | "algorithm"), "{}", refusal);
        }
        let _ = inspect_unverified(&token);
    }

    #[test]
    fn paths_of_any_kind_do_not_panic(path in "[/.%a-f0-9\\\\?;é\\x00]{0,40}", prefix in "[/.%a-f0-9]{0,20}") {
        let _ = covers(&prefix, &path);
        if canonical(&path).is_ok() {
            prop_assert!(path.starts_with('/') && !path.contains("//") && path.is_ascii());
            prop_assert!(path.split('/').all(|segment| segment != "." && segment != ".."));
        }
    }

    #[test]
    fn a_scope_is_made_of_whole_segments(
        prefix in vec("[ab]{1,2}", 0..4),
        slash in any::<bool>(),
        path in vec("[ab]{1,2}", 0..5),
        end in any::<bool>(),
    ) {
        let joined = |segments: &[String], slash: bool| {
            let text = segments.iter().map(|segment| format!("/{segment}")).collect::<Vec<_>>().concat();
            if slash || text.is_empty() { format!("{text}/") } else { text }
        };
        let begins = path.starts_with(&prefix);
        let slashed = slash || prefix.is_empty();
        // With a slash at its end, the directory: itself only if it is asked for as one.
        let below = path.len() > prefix.len() || end || path.is_empty();
        let expected = begins && (!slashed || below);
        let (prefix, path) = (joined(&prefix, slash), joined(&path, end));
        prop_assert_eq!(covers(&prefix, &path), expected, "{} {}", prefix, path);
    }
}

/// Bytes that are often nearly claims.
fn payload() -> impl Strategy<Value = Vec<u8>> {
    let labels: Vec<&[u8]> = vec![
        b"\x01",
        b"\x03",
        b"\x05",
        b"\x07",
        b"\x18\x2d",
        b"\x19\x01\x36",
        b"\x19\x01\x37",
        b"\x19\x01\x38",
        b"\x19\x01\x39",
        b"\x19\x01\x3c",
        b"\x19\x01\x91",
        b"\x19\x01\x92",
        b"\x3a\x00\x01\x11\x70",
    ];
    let values: Vec<&[u8]> = vec![
        b"\x01",
        b"\xa1\x03\xa1\x01\x62/a",
        b"\x81\x62NO",
        b"\x81\xd8\x34\x82\x08\x41\x01",
        b"\x81\x63GET",
        b"\x41x",
        b"\xa1\x08\xa1\x00\x62.c",
        b"\x82\x01\x02",
        b"\xa0",
        b"\x80",
        b"\xf6",
        b"\xa1\x02\xa1\x03\x81\x62/a",
    ];
    let claim = (
        prop::sample::select(labels),
        prop_oneof![
            4 => prop::sample::select(values).prop_map(<[u8]>::to_vec),
            1 => vec(any::<u8>(), 1..12),
        ],
    );
    (vec(claim, 0..6), any::<bool>(), vec(any::<u8>(), 0..3), any::<bool>()).prop_map(
        |(claims, expiry, noise, noisy)| {
            let count = claims.len() + usize::from(expiry);
            let mut bytes = vec![0xa0 | u8::try_from(count).unwrap()];
            if expiry {
                bytes.extend(b"\x04\x1a\xff\xff\xff\xff");
            }
            bytes.extend(claims.into_iter().flat_map(|(label, value)| [label.to_vec(), value].concat()));
            if noisy {
                bytes.extend(noise);
            }
            bytes
        },
    )
}

/// Tokens around any payload, made without the minting code.
mod signed {
    use base64::Engine as _;
    use hmac::{Hmac, KeyInit, Mac};
    use signer::token::{KeyRing, TokenKey};

    const SECRET: [u8; 32] = [7; 32];

    pub(super) fn ring() -> KeyRing {
        KeyRing::single("k", TokenKey::from_bytes(&SECRET).unwrap()).unwrap()
    }

    pub(super) fn token(payload: &[u8]) -> String {
        let length = u8::try_from(payload.len()).unwrap();
        let body = [&[0x58, length], payload].concat();
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&SECRET).unwrap();
        mac.update(&[&b"\x84\x64MAC0\x43\xa1\x01\x05\x40"[..], &shortest(payload)].concat());
        let tag = mac.finalize().into_bytes();
        let bytes = [&b"\xd1\x84\x43\xa1\x01\x05\xa1\x04\x41k"[..], &body, b"\x58\x20", &tag].concat();
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
    }

    fn shortest(payload: &[u8]) -> Vec<u8> {
        let length = u8::try_from(payload.len()).unwrap();
        let head = if length < 24 { vec![0x40 | length] } else { vec![0x58, length] };
        [head, payload.to_vec()].concat()
    }
}
