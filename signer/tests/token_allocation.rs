//! Verification allocates nothing, whatever it answers. In a test binary of its own: it counts all allocations.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::alloc::System;

use signer::token::{Claims, Dialect, KeyRing, Policy, Request, Scratch, TokenKey, Verifier};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const NOW: u64 = 1_800_000_000;

fn ring() -> KeyRing {
    KeyRing::single("k-2026", TokenKey::from_bytes(&[7; 32]).unwrap()).unwrap()
}

fn claims() -> Claims {
    Claims::expiring_at(NOW + 3600)
        .not_before(NOW - 60)
        .issuer("playgate")
        .and_then(|claims| claims.audience("cdn"))
        .and_then(|claims| claims.path("/vod/acme/one/"))
        .and_then(|claims| claims.countries(["NO", "US-CA"]))
        .and_then(|claims| claims.networks(["203.0.113.0/24", "2001:db8::/32"]))
        .and_then(|claims| claims.methods(["GET"]))
        .and_then(|claims| claims.session("s-81f2"))
        .unwrap()
        .max_height(1080)
}

#[test]
fn nothing_is_allocated() {
    // One test only: another at the same time would be counted too. First, that it counts at all.
    let region = Region::new(ALLOCATOR);
    assert_eq!(std::hint::black_box(vec![1_u8; 64]).len(), 64);
    assert!(region.change().allocations >= 1);

    let full = Request {
        path: Some("/vod/acme/one/720p/1.ts"),
        country: Some("US"),
        region: Some("US-CA"),
        ip: Some("203.0.113.9".parse().unwrap()),
        method: Some("GET"),
        ..Request::default()
    };
    let requests = [
        (full, NOW, None),
        (full, NOW + 3600, Some("expired")),
        (full, NOW - 61, Some("not_yet_valid")),
        (Request { path: Some("/vod/acme/two/1.ts"), ..full }, NOW, Some("path")),
        (Request { path: Some("/vod/acme/one/%2e%2e/1.ts"), ..full }, NOW, Some("path_not_canonical")),
        (Request { country: Some("DE"), ..full }, NOW, Some("country")),
        (Request { region: None, ..full }, NOW, Some("region_unknown")),
        (Request { ip: Some("198.51.100.1".parse().unwrap()), ..full }, NOW, Some("ip")),
        (Request { method: Some("POST"), ..full }, NOW, Some("method")),
    ];
    let policy = Policy { issuer: Some("playgate".to_owned()), audience: Some("cdn".to_owned()), leeway: 0 };
    let verifier = Verifier::new(ring(), policy);
    for dialect in [Dialect::Cta, Dialect::Aws] {
        let token = verifier.ring().mint(&claims(), dialect, NOW).unwrap();
        let forged = format!("{}AAAA", token.get(..token.len() - 4).unwrap());
        let mut scratch = Scratch::new();
        let mut outcomes = Vec::with_capacity(requests.len() + 2);

        let region = Region::new(ALLOCATOR);
        for (request, now, _) in &requests {
            outcomes.push(verifier.verify(&token, request, *now, &mut scratch).err());
        }
        outcomes.push(verifier.verify(&forged, &full, NOW, &mut scratch).err());
        outcomes.push(verifier.verify("not a token", &full, NOW, &mut scratch).err());
        let counted = region.change();

        assert_eq!((counted.allocations, counted.reallocations), (0, 0), "{dialect:?} {counted:?}");
        let codes: Vec<_> = outcomes.iter().map(|outcome| outcome.map(|refusal| refusal.code())).collect();
        let mut expected: Vec<_> = requests.iter().map(|(_, _, code)| *code).collect();
        expected.extend([Some("bad_mac"), Some("malformed")]);
        assert_eq!(codes, expected, "{dialect:?}");
    }
}
