//! Policies, and the exact bytes that stand for them.

use super::{Address, Epoch, Resource};
use crate::moment::Moment;
use std::fmt::Write as _;
use std::net::Ipv4Addr;

/// What both kinds of policy have in common. Sealed: CloudFront knows only the two.
pub trait Policy: sealed::Sealed {
    /// The bytes that are signed, as CloudFront expects or rebuilds them.
    fn to_json(&self) -> String;

    /// Until when the policy grants.
    fn expires(&self) -> Epoch;
}

/// One address until a time. CloudFront rebuilds the policy from the request, and so the URL stays short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannedPolicy {
    address: Address,
    expires: Epoch,
}

/// Anything a pattern covers, until a time, optionally from a time on and from one network only. The policy
/// travels with the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomPolicy {
    resource: Resource,
    expires: Epoch,
    starts: Option<Epoch>,
    network: Option<Network>,
}

/// Why a policy cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// It would never be valid.
    #[error("the policy starts at {} and expires at {}: the start must come before the expiry", Moment((*.starts).into()), Moment((*.expires).into()))]
    StartsAfterExpiry {
        /// When it would start.
        starts: u32,
        /// When it would end.
        expires: u32,
    },
    /// CloudFront has no IPv6 in policies.
    #[error(
        "`{network}` is IPv6, which CloudFront cannot check in a policy: use an IPv4 network, or leave the address out"
    )]
    Ipv6 {
        /// What was given.
        network: String,
    },
    /// Not an IPv4 address with an optional prefix length.
    #[error("`{network}` is not an IPv4 network: write it as `203.0.113.0/24` or `203.0.113.7`")]
    Network {
        /// What was given.
        network: String,
    },
    /// An address within a network where the network belongs.
    #[error(
        "`{network}` has bits set beyond its prefix: write `{suggestion}` for the network, or `/32` for the one address"
    )]
    HostBits {
        /// What was given.
        network: String,
        /// The network's own address.
        suggestion: String,
    },
}

impl CannedPolicy {
    /// Grants `address` until `expires`.
    #[must_use]
    pub fn new(address: Address, expires: Epoch) -> Self {
        Self { address, expires }
    }

    /// The address that is granted.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }
}

impl CustomPolicy {
    /// Grants what `resource` covers until `expires`.
    #[must_use]
    pub fn new(resource: Resource, expires: Epoch) -> Self {
        Self { resource, expires, starts: None, network: None }
    }

    /// Not valid before that time, nor in that very second: CloudFront's condition is `DateGreaterThan`.
    ///
    /// # Errors
    /// [`PolicyError::StartsAfterExpiry`].
    pub fn starting(self, starts: Epoch) -> Result<Self, PolicyError> {
        if starts >= self.expires {
            return Err(PolicyError::StartsAfterExpiry {
                starts: starts.seconds(),
                expires: self.expires.seconds(),
            });
        }
        Ok(Self { starts: Some(starts), ..self })
    }

    /// Valid only from one IPv4 network, in CIDR notation. An address alone stands for itself (`/32`).
    ///
    /// Think twice: a phone changes its address between mobile network and Wi-Fi, and a viewer who reaches
    /// CloudFront over IPv6 is refused.
    ///
    /// # Errors
    /// [`PolicyError::Ipv6`], [`PolicyError::Network`] and [`PolicyError::HostBits`].
    pub fn only_from(self, network: &str) -> Result<Self, PolicyError> {
        Ok(Self { network: Some(Network::parse(network)?), ..self })
    }

    /// What is granted.
    #[must_use]
    pub fn resource(&self) -> &Resource {
        &self.resource
    }
}

impl Policy for CannedPolicy {
    fn to_json(&self) -> String {
        json(self.address.as_str(), self.expires, None, None)
    }

    fn expires(&self) -> Epoch {
        self.expires
    }
}

impl Policy for CustomPolicy {
    fn to_json(&self) -> String {
        json(self.resource.as_str(), self.expires, self.starts, self.network)
    }

    fn expires(&self) -> Epoch {
        self.expires
    }
}

/// The canned policy that CloudFront rebuilds for `url` and `expires`, both as they were requested.
pub(super) fn canned_json(url: &str, expires: Epoch) -> String {
    json(url, expires, None, None)
}

fn json(resource: &str, expires: Epoch, starts: Option<Epoch>, network: Option<Network>) -> String {
    let mut text = String::with_capacity(resource.len() + 180);
    text.push_str(r#"{"Statement":[{"Resource":""#);
    // Of what JSON escapes, only the backslash can stand in a resource.
    text.extend(
        resource
            .split('\\')
            .enumerate()
            .flat_map(|(index, piece)| [if index == 0 { "" } else { r"\\" }, piece]),
    );
    // Writing to a String cannot fail.
    let _ = write!(text, r#"","Condition":{{"DateLessThan":{{"AWS:EpochTime":{}}}"#, expires.seconds());
    if let Some(starts) = starts {
        let _ = write!(text, r#","DateGreaterThan":{{"AWS:EpochTime":{}}}"#, starts.seconds());
    }
    if let Some(Network { address, prefix }) = network {
        let _ = write!(text, r#","IpAddress":{{"AWS:SourceIp":"{address}/{prefix}"}}"#);
    }
    text.push_str("}}]}");
    text
}

/// An IPv4 network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    address: Ipv4Addr,
    prefix: u32,
}

impl Network {
    /// As a policy may be written by us.
    pub(super) fn parse(text: &str) -> Result<Self, PolicyError> {
        let found = Self::parse_any(text)?;
        let network =
            Self { address: Ipv4Addr::from_bits(found.address.to_bits() & mask(found.prefix)), ..found };
        if network != found {
            let suggestion = format!("{}/{}", network.address, network.prefix);
            return Err(PolicyError::HostBits { network: text.to_owned(), suggestion });
        }
        Ok(found)
    }

    /// As a policy may be written by others: bits beyond the prefix are passed over.
    pub(super) fn parse_any(text: &str) -> Result<Self, PolicyError> {
        let wrong = || PolicyError::Network { network: text.chars().take(60).collect() };
        let (address, prefix) = text.split_once('/').unwrap_or((text, "32"));
        if address.parse::<std::net::Ipv6Addr>().is_ok() {
            return Err(PolicyError::Ipv6 { network: text.to_owned() });
        }
        let address: Ipv4Addr = address.parse().map_err(|_| wrong())?;
        let digits_only = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix: u32 =
            prefix.parse().ok().filter(|prefix| digits_only && *prefix <= 32).ok_or_else(wrong)?;
        Ok(Self { address, prefix })
    }

    pub(super) fn contains(self, address: Ipv4Addr) -> bool {
        (address.to_bits() ^ self.address.to_bits()) & mask(self.prefix) == 0
    }
}

fn mask(prefix: u32) -> u32 {
    u32::MAX.checked_shl(32 - prefix).unwrap_or(0)
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::CannedPolicy {}
    impl Sealed for super::CustomPolicy {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(seconds: u64) -> Epoch {
        Epoch::new(seconds).unwrap()
    }

    #[test]
    fn canned_bytes_are_those_of_the_documentation() {
        let address = Address::new("https://h/a?b=c&d=it's").unwrap();
        assert_eq!(
            CannedPolicy::new(address, epoch(1_767_290_400)).to_json(),
            r#"{"Statement":[{"Resource":"https://h/a?b=c&d=it's","Condition":{"DateLessThan":{"AWS:EpochTime":1767290400}}}]}"#
        );
    }

    #[test]
    fn custom_bytes_follow_the_javascript_and_python_order() {
        let resource = Resource::pattern(r"https://h/*\?b=*").unwrap();
        let policy = CustomPolicy::new(resource, epoch(2_000)).starting(epoch(1_000)).unwrap();
        assert_eq!(
            policy.only_from("203.0.113.0/24").unwrap().to_json(),
            r#"{"Statement":[{"Resource":"https://h/*\\?b=*","Condition":{"DateLessThan":{"AWS:EpochTime":2000},"DateGreaterThan":{"AWS:EpochTime":1000},"IpAddress":{"AWS:SourceIp":"203.0.113.0/24"}}}]}"#
        );
    }

    #[test]
    fn a_start_must_come_before_the_expiry() {
        let policy = CustomPolicy::new(Resource::pattern("*").unwrap(), epoch(1_000));
        assert!(policy.clone().starting(epoch(999)).is_ok());
        for starts in [1_000, 1_001] {
            let starts_at = u32::try_from(starts).unwrap();
            let expected = PolicyError::StartsAfterExpiry { starts: starts_at, expires: 1_000 };
            assert_eq!(policy.clone().starting(epoch(starts)), Err(expected));
        }
    }

    #[test]
    fn networks_are_ipv4_and_exact() {
        for (text, contains, excludes) in [
            ("203.0.113.0/24", "203.0.113.255", "203.0.114.0"),
            ("203.0.113.7", "203.0.113.7", "203.0.113.8"),
            ("203.0.113.7/32", "203.0.113.7", "203.0.113.6"),
            ("128.0.0.0/1", "255.0.0.1", "127.255.255.255"),
        ] {
            let network = Network::parse(text).unwrap();
            assert!(network.contains(contains.parse().unwrap()), "{text}");
            assert!(!network.contains(excludes.parse().unwrap()), "{text}");
        }
        assert!(Network::parse("0.0.0.0/0").unwrap().contains(Ipv4Addr::BROADCAST));

        let host_bits = PolicyError::HostBits {
            network: "203.0.113.7/24".to_owned(),
            suggestion: "203.0.113.0/24".to_owned(),
        };
        assert_eq!(Network::parse("203.0.113.7/24"), Err(host_bits));
        for text in ["2001:db8::/32", "::1", "::ffff:203.0.113.7"] {
            assert_eq!(Network::parse(text), Err(PolicyError::Ipv6 { network: text.to_owned() }));
        }
        for text in [
            "",
            "/",
            "203.0.113",
            "203.0.113.0/",
            "203.0.113.0/33",
            "203.0.113.0/+8",
            "203.0.113.0/-1",
            "203.0.113.0/24/8",
            "a/24",
            "203.0.113.0 /24",
            "203.0.113.01/32",
        ] {
            assert_eq!(
                Network::parse(text),
                Err(PolicyError::Network { network: text.to_owned() }),
                "{text}"
            );
        }
    }
}
