//! What a token says of the viewer: tier, device, region, and a country that nobody else knows.
#![cfg(test)]

use signer::token::{
    ClaimError, Claims, Dialect, KeyRing, Policy, Request, Scratch, TokenKey, Verifier, inspect_unverified,
};

const NOW: u64 = 1_800_000_000;

fn verifier() -> Verifier {
    let key = TokenKey::from_bytes(b"a key for tests, worth nothing!!").unwrap();
    Verifier::new(KeyRing::single("k1", key).unwrap(), Policy::default())
}

fn claims() -> Claims {
    Claims::expiring_at(NOW + 60)
}

#[test]
fn what_is_written_into_it_is_read_from_it() {
    let claims = claims().tier("premium").unwrap().device("tv").unwrap().region("no-03").unwrap();
    for dialect in [Dialect::Cta, Dialect::Aws] {
        let token = verifier().ring().mint(&claims, dialect, NOW).unwrap();
        let (verifier, mut scratch) = (verifier(), Scratch::new());
        let read = verifier.verify(&token, &Request::default(), NOW, &mut scratch).unwrap();
        assert_eq!(
            (read.tier(), read.device(), read.region(), read.only_place()),
            (Some("premium"), Some("tv"), Some("NO-03"), None)
        );
        let names: Vec<_> =
            inspect_unverified(&token).unwrap().claims.into_iter().filter_map(|claim| claim.name).collect();
        assert!(names.ends_with(&["tier", "device", "region"]), "{names:?}");
    }
}

#[test]
fn what_cannot_be_written_into_it() {
    assert_eq!(claims().tier("").unwrap_err(), ClaimError::NameLength { claim: "tier", bytes: 0 });
    assert_eq!(
        claims().device("x".repeat(257)).unwrap_err(),
        ClaimError::NameLength { claim: "device", bytes: 257 }
    );
    for region in ["", "NO", "03", "NO-", "NO-0303", "N-03"] {
        assert!(matches!(claims().region(region), Err(ClaimError::Country { .. })), "{region}");
    }
}

#[test]
fn its_own_country_counts_only_where_asked_for_and_nobody_knows_better() {
    let (verifier, mut scratch) = (verifier(), Scratch::new());
    let mut answer = |places: &[&str], country: Option<&str>, country_from_token: bool| {
        let token = verifier.ring().mint(&claims().countries(places).unwrap(), Dialect::Cta, NOW).unwrap();
        let request = Request { country, country_from_token, ..Request::default() };
        match verifier.verify(&token, &request, NOW, &mut scratch) {
            Ok(token) => format!("{:?}", token.only_place()),
            Err(refusal) => refusal.code().to_owned(),
        }
    };
    for (places, country, own, expected) in [
        (&["NO"][..], None, true, "Some(\"NO\")"),
        (&["GB-MAN"], None, true, "Some(\"GB-MAN\")"),
        (&["NO", "SE"], None, true, "country_unknown"),
        (&["NO", "SE"], Some("SE"), true, "None"),
        (&["NO"], Some("NO"), true, "Some(\"NO\")"),
        (&["NO"], Some("SE"), true, "country"),
        (&["GB-MAN"], Some("GB"), true, "region_unknown"),
        (&["NO"], None, false, "country_unknown"),
    ] {
        assert_eq!(answer(places, country, own), expected, "{places:?} {country:?} {own}");
    }
}
