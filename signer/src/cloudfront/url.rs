//! Signed URLs: CloudFront's parameters behind the address's own query, and nothing encoded again.

use super::{Address, CannedPolicy, CustomPolicy, LONGEST_URL, Policy, Signed, encoding};
use crate::keys::Hash;

/// Why a signed policy has no URL for an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// The policy is for something else.
    #[error("the policy for `{resource}` does not cover `{address}`: sign a resource that does")]
    NotCovered {
        /// What the policy grants.
        resource: String,
        /// What was asked for.
        address: String,
    },
    /// The policy stands in the URL, and makes it longer than CloudFront takes.
    #[error(
        "the signed URL would have {length} bytes, and CloudFront takes at most {LONGEST_URL}: shorten the address or the resource, or use cookies"
    )]
    TooLong {
        /// How long it would be.
        length: usize,
    },
}

impl Signed<CannedPolicy> {
    /// The signed URL.
    #[must_use]
    pub fn url(&self) -> String {
        self.with_parameters(self.policy.address(), "Expires", &self.policy.expires().seconds().to_string())
    }
}

impl Signed<CustomPolicy> {
    /// `address`, signed. One signature serves every address that the policy covers.
    ///
    /// # Errors
    /// A [`UrlError`] where CloudFront would refuse it.
    pub fn url(&self, address: &Address) -> Result<String, UrlError> {
        if !self.policy.resource().covers(address) {
            return Err(UrlError::NotCovered {
                resource: self.policy.resource().to_string(),
                address: address.to_string(),
            });
        }
        let url = self.with_parameters(address, "Policy", &encoding::encode(self.message.as_bytes()));
        if url.len() > LONGEST_URL { Err(UrlError::TooLong { length: url.len() }) } else { Ok(url) }
    }

    /// The parameters alone, ready to be put behind any URL that the policy covers: this is what an HLS
    /// playlist carries on each of its URIs.
    #[must_use]
    pub fn query(&self) -> String {
        let mut query = String::new();
        self.push_parameters(&mut query, "Policy", &encoding::encode(self.message.as_bytes()));
        query
    }
}

impl<P: Policy> Signed<P> {
    fn with_parameters(&self, address: &Address, name: &str, value: &str) -> String {
        let room = address.as_str().len() + value.len() + self.signature.len() + 100;
        let mut url = String::with_capacity(room);
        url.push_str(address.as_str());
        url.push(if address.has_query() { '&' } else { '?' });
        self.push_parameters(&mut url, name, value);
        url
    }

    fn push_parameters(&self, url: &mut String, name: &str, value: &str) {
        for part in
            [name, "=", value, "&Signature=", &self.signature, "&Key-Pair-Id=", self.key_pair_id.as_str()]
        {
            url.push_str(part);
        }
        if self.hash == Hash::Sha256 {
            url.push_str("&Hash-Algorithm=SHA256");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Epoch, KeyPairId, Resource, Unsigned};
    use super::*;

    fn signed(pattern: &str) -> Signed<CustomPolicy> {
        let policy = CustomPolicy::new(Resource::pattern(pattern).unwrap(), Epoch::new(2_000).unwrap());
        Unsigned::new(policy, KeyPairId::new("K1").unwrap(), Hash::Sha256).with(&[1; 256])
    }

    #[test]
    fn a_url_that_cloudfront_would_refuse_is_not_made() {
        let address = |path: &str| Address::new(&format!("https://h/{path}")).unwrap();
        assert!(signed("https://h/*").url(&address("a")).is_ok());
        let elsewhere = signed("https://h/b/*").url(&address("a"));
        assert!(matches!(elsewhere, Err(UrlError::NotCovered { .. })));
        let long = address(&"a".repeat(7_400));
        assert!(signed("https://h/*").url(&long).is_ok());
        let both_long = signed(&format!("https://h/{}*", "a".repeat(1_000))).url(&long);
        assert!(matches!(both_long, Err(UrlError::TooLong { length: 9_000..10_000 })), "{both_long:?}");
        assert_eq!(
            signed("https://h/*").url(&address("a")).unwrap(),
            format!("https://h/a?{}", signed("https://h/*").query())
        );
    }

    #[test]
    fn the_longest_address_fits_with_the_longest_canned_parameters() {
        let longest = Address::new(&format!("https://h/{}", "a".repeat(7_490))).unwrap();
        let id = KeyPairId::new(&"K".repeat(128)).unwrap();
        let policy = CannedPolicy::new(longest, Epoch::LAST);
        let url = Unsigned::new(policy, id, Hash::Sha256).with(&[1; 256]).url();
        assert!(url.len() <= LONGEST_URL, "{}", url.len());
    }
}
