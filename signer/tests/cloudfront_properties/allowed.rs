//! What is signed is allowed, in exactly the bytes that were signed.

use crate::{KEYS, NOW, SIGNERS, address, ask, config, epoch, generalised};
use proptest::prelude::*;
use signer::cloudfront::verify::{Presented, Request};
use signer::cloudfront::{Address, CannedPolicy, CustomPolicy, Resource};
use std::net::{IpAddr, Ipv4Addr};

proptest! {
    #![proptest_config(config(300))]

    /// Canned, as URL and as cookies, byte for byte.
    #[test]
    fn what_is_signed_for_one_address_is_allowed(address in address(), left in 1..99_999_999_u64, by in 0..4_usize) {
        prop_assert_eq!(&Address::new(address.as_str()).unwrap(), &address);
        let signed = SIGNERS[by].sign(CannedPolicy::new(address.clone(), epoch(NOW + left))).unwrap();
        let url = signed.url();
        prop_assert!(url.starts_with(address.as_str()));
        let allowed = ask(&url, &[]).unwrap();
        prop_assert_eq!(allowed.presented, Presented::Url);
        prop_assert_eq!(allowed.resource.as_deref(), Some(address.as_str()));
        let allowed = ask(address.as_str(), &[&signed.cookies().header()]).unwrap();
        prop_assert_eq!(allowed.presented, Presented::Cookies);
        for now in [NOW + left, NOW + left + 1] {
            let late = Request { url: &url, cookies: &[], client: None, now };
            prop_assert!(KEYS.verify(&late).is_err());
        }
    }

    /// Custom, exact or with wildcards, from a time on, from a network, as URL and as cookies.
    #[test]
    fn what_is_signed_with_conditions_is_allowed(
        address in address(),
        choices in prop::collection::vec(any::<u8>(), 1..40),
        exact in any::<bool>(),
        (starts, left) in (prop::option::of(1..1_000_000_u64), 1..99_999_999_u64),
        network in prop::option::of((any::<u32>(), 0..=32_u32, any::<u32>())),
        by in 0..4_usize,
    ) {
        let resource = if exact { Resource::exact(&address) } else { Resource::pattern(&generalised(&address, &choices)) };
        let Ok(resource) = resource else { return Err(TestCaseError::reject("a star, or a reserved name behind a wildcard")) };
        prop_assert!(resource.covers(&address), "{} and {}", resource, address);
        let mut policy = CustomPolicy::new(resource, epoch(NOW + left));
        if let Some(before) = starts {
            policy = policy.starting(epoch(NOW - before)).unwrap();
        }
        let mut client = None;
        if let Some((bits, prefix, inside)) = network {
            let mask = u32::MAX.checked_shl(32 - prefix).unwrap_or(0);
            policy = policy.only_from(&format!("{}/{prefix}", Ipv4Addr::from(bits & mask))).unwrap();
            let viewer = Ipv4Addr::from(bits & mask | inside & !mask);
            client = Some(if exact { IpAddr::V4(viewer) } else { IpAddr::V6(viewer.to_ipv6_mapped()) });
        }
        let signed = SIGNERS[by].sign(policy).unwrap();
        let url = signed.url(&address).unwrap();
        let by_url = Request { url: &url, cookies: &[], client, now: NOW };
        prop_assert_eq!(KEYS.verify(&by_url).unwrap().presented, Presented::Url);
        let header = signed.cookies().header();
        let by_cookies = Request { url: address.as_str(), cookies: &[&header], ..by_url };
        prop_assert_eq!(KEYS.verify(&by_cookies).unwrap().presented, Presented::Cookies);
        let late = Request { now: NOW + left, ..by_url };
        prop_assert!(KEYS.verify(&late).is_err());
        if network.is_some() {
            let elsewhere = Request { client: "2001:db8::1".parse().ok(), ..by_url };
            prop_assert!(KEYS.verify(&elsewhere).is_err());
            let unknown = Request { client: None, ..by_url };
            prop_assert!(KEYS.verify(&unknown).is_err());
        }
        if let Some(before) = starts {
            let early = Request { now: NOW - before, ..by_url };
            prop_assert!(KEYS.verify(&early).is_err());
        }
    }
}
