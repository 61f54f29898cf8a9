//! A decision allocates nothing, whatever it answers. In a test binary of its own: it counts all allocations.
#![cfg(not(target_arch = "wasm32"))]

use rights::language::{SourceFile, read};
use rights::viewer::Device;
use rights::{Bundle, Outcome, Viewer, compile, decide};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const POLICY: &str = r#"
schema = 1
agreement = "a"
[[grant]]
id = "all"
titles = ["acme/*"]
territories = ["NO", "GB", "!GB-SCT"]
from = 2026-01-01T00:00:00Z
until = 2027-01-01T00:00:00Z
tiers = ["premium", "family"]
devices = ["tv", "mobile"]
[[blackout]]
id = "derby"
titles = ["acme/derby"]
territories = ["GB-MAN"]
from = 2026-05-01T14:00:00Z
until = 2026-05-01T17:00:00Z
message = "Shown on local television"
"#;

#[test]
fn nothing_is_allocated() {
    // One test only: another at the same time would be counted too. First, that it counts at all.
    let region = Region::new(ALLOCATOR);
    assert_eq!(std::hint::black_box(vec![1_u8; 64]).len(), 64);
    assert!(region.change().allocations >= 1);

    let policy = read(&[SourceFile { path: "a.toml", text: POLICY.as_bytes() }]).expect("a policy");
    let bundle = Bundle::open(compile(&policy).expect("a bundle")).expect("a bundle");
    let (during, before) = (1_777_647_600, 1_700_000_000);
    let premium = Some("premium");
    let questions = [
        ("allow", "acme/one", Some("NO"), Some("NO-03"), premium, Device::Tv, during),
        ("allow", "acme/derby", Some("GB"), Some("GB-LND"), premium, Device::Tv, during),
        ("blackout", "acme/derby", Some("GB"), Some("GB-MAN"), premium, Device::Tv, during),
        ("unknown_title", "other", Some("GB"), None, premium, Device::Tv, during),
        ("unknown_title", "acme/../x", Some("GB"), None, premium, Device::Tv, during),
        ("territory_unknown", "acme/one", None, None, premium, Device::Tv, during),
        ("region_unknown", "acme/one", Some("GB"), None, premium, Device::Tv, during),
        ("territory", "acme/one", Some("SE"), None, premium, Device::Tv, during),
        ("not_yet", "acme/one", Some("NO"), None, premium, Device::Tv, before),
        ("expired", "acme/one", Some("NO"), None, premium, Device::Tv, 1_900_000_000),
        ("tier", "acme/one", Some("NO"), None, None, Device::Tv, during),
        ("device", "acme/one", Some("NO"), None, premium, Device::Cast, during),
        ("clock", "acme/one", Some("NO"), None, premium, Device::Tv, 0),
    ];
    let region = Region::new(ALLOCATOR);
    let mut wrong = None;
    for (expected, title, country, region, tier, device, now) in questions {
        let said = match decide(&bundle, &Viewer { country, region, tier, device }, title, now) {
            Outcome::Allow(_) => "allow",
            Outcome::Deny(deny) => deny.reason.code(),
            Outcome::CannotDecide(_) => "clock",
        };
        if said != expected {
            wrong = Some((title, expected, said));
        }
    }
    let change = region.change();
    assert_eq!((change.allocations, change.reallocations), (0, 0));
    assert_eq!(wrong, None);
}
