//! Reuse of signatures: the same bytes get the same signature, within bounds.

use crate::{NOW, P256_ID, ask, config, epoch};
use proptest::prelude::*;
use signer::cloudfront::{Address, CannedPolicy, KeyPairId, SignatureReuse, Signer};
use signer::keys::{Hash, PrivateKey};
use std::collections::BTreeSet;
use std::num::NonZeroUsize;

proptest! {
    #![proptest_config(config(60))]

    /// Memory is bounded, and whatever was asked for lately gets the signature that it had.
    #[test]
    fn reuse_gives_the_same_signature_within_bounds(
        capacity in 1..12_usize,
        asked in prop::collection::vec(0..16_u64, 1..80),
    ) {
        let key = include_bytes!("../../../tests/keys/test-only-p256-pkcs8.pem");
        let signer = Signer::new(KeyPairId::new(P256_ID).unwrap(), PrivateKey::from_pem(key).unwrap(), Hash::Sha256);
        let mut reuse = SignatureReuse::new(signer, NonZeroUsize::new(capacity).unwrap());
        let mut lately: Vec<(u64, String)> = Vec::new();
        let mut distinct = BTreeSet::new();
        for number in &asked {
            let address = Address::new("https://h/a").unwrap();
            let signed = reuse.sign(CannedPolicy::new(address, epoch(NOW + 1 + number))).unwrap();
            prop_assert!(ask(&signed.url(), &[]).is_ok());
            prop_assert!(reuse.remembered() <= capacity.next_multiple_of(2));
            let before = lately.iter().position(|(known, _)| known == number);
            if let Some(at) = before {
                let (_, signature) = lately.remove(at);
                // Those used last, at least half of the capacity, are remembered for certain.
                if at < capacity.div_ceil(2) || distinct.len() <= capacity.div_ceil(2) {
                    prop_assert_eq!(&signature, signed.signature());
                }
            }
            distinct.insert(*number);
            lately.insert(0, (*number, signed.signature().to_owned()));
        }
        prop_assert_eq!(reuse.made() + reuse.reused(), asked.len() as u64);
        prop_assert!(reuse.made() >= distinct.len() as u64);
        if distinct.len() <= capacity.div_ceil(2) {
            prop_assert_eq!(reuse.made(), distinct.len() as u64);
        }
    }
}
