//! Networks a token can be bound to, as text (`203.0.113.0/24`) and in CBOR (RFC 9164).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::cbor::{Malformed, Reader, Writer, major};

/// A network: an address and how many of its bits count. The others are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Why a text is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// No address before the slash.
    #[error("it is no IPv4 or IPv6 address; write it like `203.0.113.0/24` or `2001:db8::/32`")]
    Address,
    /// The number after the slash is none, or too large for the address.
    #[error("its prefix length is not between 0 and {longest}; write it like `203.0.113.0/24`")]
    Prefix {
        /// The longest prefix that this kind of address has.
        longest: u8,
    },
    /// Bits beyond the prefix are set, so one of the two is a mistake.
    #[error("bits beyond its prefix are set; write `{network}` or lengthen the prefix")]
    HostBits {
        /// The network without those bits.
        network: Network,
    },
}

const IPV4_TAG: u64 = 52;
const IPV6_TAG: u64 = 54;

impl Network {
    /// A network of this address and prefix length.
    ///
    /// # Errors
    /// When the prefix is too long or bits beyond it are set.
    pub fn new(address: IpAddr, prefix: u8) -> Result<Self, NetworkError> {
        // Viewers are compared by their canonical address, so that a mapped network would hold for nobody.
        if let IpAddr::V6(mapped) = address
            && let (Some(v4), 96..=128) = (mapped.to_ipv4_mapped(), prefix)
        {
            return Self::new(IpAddr::V4(v4), prefix - 96);
        }
        let longest = width(address);
        if prefix > longest {
            return Err(NetworkError::Prefix { longest });
        }
        let network = Self { address: masked(address, prefix), prefix };
        if network.address == address { Ok(network) } else { Err(NetworkError::HostBits { network }) }
    }

    /// Whether `address` lies in it. An IPv4 address counts as itself even when written as IPv6.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        width(address) == width(self.address) && masked(address, self.prefix) == self.address
    }

    /// As in RFC 9164: whole addresses bare, prefixes with their length. The standard would have the trailing zero
    /// bytes of a prefix left out; they are written, because validators in use (`@eyevinn/cat`) refuse it without.
    pub(crate) fn write(&self, writer: &mut Writer) {
        let (tag, v4, v6);
        let octets: &[u8] = match self.address {
            IpAddr::V4(address) => {
                (tag, v4) = (IPV4_TAG, address.octets());
                &v4
            }
            IpAddr::V6(address) => {
                (tag, v6) = (IPV6_TAG, address.octets());
                &v6
            }
        };
        writer.head(major::TAG, tag);
        if self.prefix < width(self.address) {
            writer.head(major::ARRAY, 2).unsigned(u64::from(self.prefix));
        }
        writer.bytes(octets);
    }

    /// Reads what [`write`](Self::write) writes, and prefixes whose trailing zero bytes are left out. An address
    /// with its own prefix length (the standard's third form) is no network, and is refused.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let tag = reader.tag()?;
        let (octets, prefix) = if reader.peek()?.major == major::BYTES {
            (reader.bytes()?, None)
        } else {
            if reader.array()? != 2 {
                return Err(Malformed::Type);
            }
            let prefix = u8::try_from(reader.unsigned()?).map_err(|_| Malformed::Type)?;
            (reader.bytes()?, Some(prefix))
        };
        let address = match tag {
            IPV4_TAG => padded(octets, prefix.is_some()).map(|octets: [u8; 4]| IpAddr::from(octets)),
            IPV6_TAG => padded(octets, prefix.is_some()).map(|octets: [u8; 16]| IpAddr::from(octets)),
            _ => None,
        }
        .ok_or(Malformed::Type)?;
        Self::new(address, prefix.unwrap_or(width(address))).map_err(|_| Malformed::Type)
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) =
            text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| NetworkError::Address)?;
        let longest = width(address);
        let prefix = match prefix {
            None => longest,
            // `parse` alone would take a plus sign.
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().map_err(|_| NetworkError::Prefix { longest })?
            }
            Some(_) => return Err(NetworkError::Prefix { longest }),
        };
        Self::new(address, prefix)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.address, self.prefix)
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & mask))
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask))
        }
    }
}

fn padded<const N: usize>(octets: &[u8], may_be_short: bool) -> Option<[u8; N]> {
    let mut padded = [0; N];
    if octets.len() != N && !may_be_short {
        return None;
    }
    padded.get_mut(..octets.len())?.copy_from_slice(octets);
    Some(padded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[test]
    fn texts() {
        assert_eq!(network("203.0.113.0/24").to_string(), "203.0.113.0/24");
        assert_eq!(network("192.0.2.1").to_string(), "192.0.2.1/32");
        assert_eq!(network("2001:db8::/32").to_string(), "2001:db8::/32");
        let cases = [
            ("", NetworkError::Address),
            ("example.com", NetworkError::Address),
            ("203.0.113.0/33", NetworkError::Prefix { longest: 32 }),
            ("203.0.113.0/", NetworkError::Prefix { longest: 32 }),
            ("203.0.113.0/+24", NetworkError::Prefix { longest: 32 }),
            ("2001:db8::/129", NetworkError::Prefix { longest: 128 }),
            ("203.0.113.7/24", NetworkError::HostBits { network: network("203.0.113.0/24") }),
            ("2001:db8::1/32", NetworkError::HostBits { network: network("2001:db8::/32") }),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<Network>(), Err(error), "{text}");
        }
    }

    #[test]
    fn containment() {
        let cases = [
            ("203.0.113.0/24", "203.0.113.255", true),
            ("203.0.113.0/24", "203.0.114.0", false),
            ("203.0.113.0/24", "::ffff:203.0.113.9", true),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "8.8.8.8", false),
            ("2001:db8::/33", "2001:db8:8000::1", false),
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
        ];
        for (text, address, expected) in cases {
            assert_eq!(network(text).contains(address.parse().unwrap()), expected, "{text} {address}");
        }
    }

    #[test]
    fn both_spellings_of_a_prefix_are_read() {
        let cases: [(&str, &[u8], &[u8]); 4] = [
            ("192.0.2.1", b"\xd8\x34\x44\xc0\x00\x02\x01", b"\xd8\x34\x44\xc0\x00\x02\x01"),
            (
                "192.0.2.0/24",
                b"\xd8\x34\x82\x18\x18\x44\xc0\x00\x02\x00",
                b"\xd8\x34\x82\x18\x18\x43\xc0\x00\x02",
            ),
            ("0.0.0.0/0", b"\xd8\x34\x82\x00\x44\x00\x00\x00\x00", b"\xd8\x34\x82\x00\x40"),
            (
                "2001:db8::/48",
                b"\xd8\x36\x82\x18\x30\x50\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\0",
                b"\xd8\x36\x82\x18\x30\x44\x20\x01\x0d\xb8",
            ),
        ];
        for (text, written, trimmed) in cases {
            let mut writer = Writer::default();
            network(text).write(&mut writer);
            assert_eq!(writer.into_bytes(), written, "{text}");
            for bytes in [written, trimmed] {
                assert_eq!(Network::read(&mut Reader::new(bytes)), Ok(network(text)));
            }
        }
    }

    #[test]
    fn what_is_no_network_in_cbor() {
        let cases: [&[u8]; 7] = [
            b"\xd8\x34\x43\xc0\x00\x02",
            b"\xd8\x34\x45\xc0\x00\x02\x01\x00",
            b"\xd8\x34\x82\x18\x21\x43\xc0\x00\x02",
            b"\xd8\x34\x82\x18\x18\x44\xc0\x00\x02\x07",
            b"\xd8\x34\x82\x44\xc0\x00\x02\x01\x18\x18",
            b"\xd8\x35\x44\xc0\x00\x02\x01",
            b"\xd8\x34\x83\x18\x18\x43\xc0\x00\x02\x00",
        ];
        for bytes in cases {
            assert_eq!(Network::read(&mut Reader::new(bytes)), Err(Malformed::Type), "{bytes:02x?}");
        }
    }
}
