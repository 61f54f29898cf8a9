//! Signed URLs: CloudFront's parameters behind the address's own query, and nothing encoded again.

use super::{Address, CannedPolicy, CustomPolicy, Policy, Signed, encoding};
use crate::keys::Hash;

/// A policy was asked for a URL that it does not cover.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the policy for `{resource}` does not cover `{address}`: sign a resource that does")]
pub struct NotCovered {
    /// What the policy grants.
    pub resource: String,
    /// What was asked for.
    pub address: String,
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
    /// [`NotCovered`]: CloudFront would refuse it.
    pub fn url(&self, address: &Address) -> Result<String, NotCovered> {
        if !self.policy.resource().covers(address) {
            return Err(NotCovered {
                resource: self.policy.resource().to_string(),
                address: address.to_string(),
            });
        }
        Ok(self.with_parameters(address, "Policy", &encoding::encode(self.message.as_bytes())))
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
