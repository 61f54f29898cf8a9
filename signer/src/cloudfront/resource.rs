//! What a custom policy grants: an address, or a pattern with wildcards.

use super::address::{Address, AddressError, LONGEST, dot_segment, escaped};
use super::{RESERVED_PARAMETERS, verify};
use std::fmt;

/// The `Resource` of a custom policy.
///
/// `*` stands for any number of characters and `?` for exactly one, each within its own section: protocol,
/// domain, path, query. A `*` that ends the path covers every query too, one that ends the domain covers
/// every path. A `?` that is meant literally, as at the beginning of a query, is written `\?`.
///
/// ```
/// use signer::cloudfront::{Address, Resource};
/// let title = Resource::pattern("https://cdn.example.com/vod/film/*")?;
/// assert!(title.covers(&Address::new("https://cdn.example.com/vod/film/1080p/1.m4s?part=2")?));
/// assert!(!title.covers(&Address::new("https://cdn.example.com/vod/film2/1080p/1.m4s")?));
///
/// let one = Resource::exact(&Address::new("https://cdn.example.com/poster.jpg?size=large")?)?;
/// assert_eq!(one.as_str(), r"https://cdn.example.com/poster.jpg\?size=large");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Resource(String);

/// Why something cannot be the resource of a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResourceError {
    /// Nothing at all: a policy without a resource would grant every file of every distribution.
    #[error(
        "the resource is empty, which would grant every file of every distribution that trusts the key: name a URL or a pattern"
    )]
    Empty,
    /// An exact address with a `*` in it.
    #[error(
        "`{address}` holds a `*`, which a custom policy takes for a wildcard: write `%2A` if it belongs to the name, or ask for a pattern"
    )]
    StarInAddress {
        /// The address.
        address: String,
    },
    /// A protocol that neither `http` nor `https` can match.
    #[error(
        "the protocol `{protocol}` matches neither `http` nor `https`: write `https`, or `http*` for both"
    )]
    Protocol {
        /// What stands before `://`.
        protocol: String,
    },
    /// No domain.
    #[error("`{text}` names no domain: write it as `https://cdn.example.com/path/*`")]
    NoDomain {
        /// What was given.
        text: String,
    },
    /// No path and no final wildcard.
    #[error("`{text}` ends with its domain and so matches no request: add a path, such as `/*`")]
    NoPath {
        /// What was given.
        text: String,
    },
    /// Anything that is wrong in a plain address, too.
    #[error(transparent)]
    Address(#[from] AddressError),
}

impl Resource {
    /// Exactly one address, its own query included.
    ///
    /// # Errors
    /// [`ResourceError::StarInAddress`]: a `*` in it would be a wildcard.
    pub fn exact(address: &Address) -> Result<Self, ResourceError> {
        if address.as_str().contains('*') {
            return Err(ResourceError::StarInAddress { address: address.to_string() });
        }
        Ok(Self(address.as_str().replace('?', r"\?")))
    }

    /// A pattern with wildcards. What may not stand in a URL is percent-encoded, as in [`Address`].
    ///
    /// # Errors
    /// A [`ResourceError`] for a pattern that can match nothing, or that says less than it seems to.
    pub fn pattern(text: &str) -> Result<Self, ResourceError> {
        if text.is_empty() {
            return Err(ResourceError::Empty);
        }
        if let Some(position) = text.bytes().position(|byte| byte.is_ascii_control()) {
            return Err(AddressError::Control { position }.into());
        }
        if text.contains('#') {
            return Err(AddressError::Fragment.into());
        }
        let pattern: String = {
            let mut pieces = text.split(r"\?").map(escaped);
            let first = pieces.next().unwrap_or_default();
            pieces.fold(first, |whole, piece| whole + r"\?" + &piece)
        };
        if pattern.len() > LONGEST {
            return Err(AddressError::TooLong { length: pattern.len() }.into());
        }
        let parts = verify::wildcard::Parts::of(&pattern);
        if let Some(protocol) = parts.protocol
            && !["http", "https"].iter().any(|name| verify::wildcard::matches(protocol, name))
        {
            return Err(ResourceError::Protocol { protocol: protocol.to_owned() });
        }
        check_domain(parts.protocol, parts.domain, &pattern)?;
        if parts.path_and_query.is_empty() && !parts.domain.ends_with('*') {
            return Err(ResourceError::NoPath { text: pattern });
        }
        // Behind either mark a query may begin, where dots are nobody's path.
        let path = parts.path_and_query.split(['?', '\\']).next().unwrap_or_default();
        if let Some(segment) = dot_segment(path) {
            return Err(AddressError::DotSegment { segment: segment.to_owned() }.into());
        }
        let names = parts.path_and_query.split(['?', '&']).skip(1).filter_map(|pair| pair.split('=').next());
        if let Some(name) = names.into_iter().find(|name| RESERVED_PARAMETERS.contains(name)) {
            return Err(AddressError::ReservedParameter { name: name.to_owned() }.into());
        }
        Ok(Self(pattern))
    }

    /// The pattern as it stands in the policy.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether CloudFront would let a request for `address` pass under this resource.
    #[must_use]
    pub fn covers(&self, address: &Address) -> bool {
        verify::wildcard::covers(&self.0, address.as_str())
    }

    /// The host, where the pattern names exactly one.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        let domain = verify::wildcard::Parts::of(&self.0).domain;
        let host = domain.split(':').next().unwrap_or_default();
        (!host.is_empty() && !host.contains(['*', '?', '\\'])).then_some(host)
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn check_domain(protocol: Option<&str>, domain: &str, pattern: &str) -> Result<(), ResourceError> {
    if domain.is_empty() {
        return Err(ResourceError::NoDomain { text: pattern.to_owned() });
    }
    if domain.contains('@') {
        return Err(AddressError::UserInfo.into());
    }
    if domain.contains(['%', '\\']) {
        return Err(AddressError::Host { host: domain.to_owned() }.into());
    }
    if domain.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(AddressError::HostCapitals { host: domain.to_owned() }.into());
    }
    let default = [("https", "443"), ("http", "80")].into_iter().find(|(name, port)| {
        protocol == Some(*name) && domain.strip_suffix(port).is_some_and(|before| before.ends_with(':'))
    });
    if let Some((_, port)) = default {
        return Err(AddressError::DefaultPort { port }.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_keep_their_wildcards_and_escapes() {
        for (given, kept) in [
            ("*", "*"),
            ("https://*", "https://*"),
            ("http*://cdn.example.com/*", "http*://cdn.example.com/*"),
            ("cdn.example.com/vod/*", "cdn.example.com/vod/*"),
            ("*://*.example.com/a?c/*.m4s", "*://*.example.com/a?c/*.m4s"),
            (r"https://h/a\?size=*", r"https://h/a\?size=*"),
            ("https://h/a b/*", "https://h/a%20b/*"),
            ("https://h/é'\"*", "https://h/%C3%A9'%22*"),
            (r"https://h/a\b", "https://h/a%5Cb"),
        ] {
            let resource = Resource::pattern(given).unwrap();
            assert_eq!(resource.as_str(), kept, "{given}");
            assert_eq!(Resource::pattern(kept).unwrap(), resource, "once is enough: {given}");
        }
    }

    #[test]
    fn patterns_that_cannot_work_are_refused() {
        let text = |text: &str| text.to_owned();
        for (given, expected) in [
            ("", ResourceError::Empty),
            ("rtmp://h/*", ResourceError::Protocol { protocol: text("rtmp") }),
            ("ftp*://h/*", ResourceError::Protocol { protocol: text("ftp*") }),
            ("/vod/*", ResourceError::NoDomain { text: text("/vod/*") }),
            ("https:///vod/*", ResourceError::NoDomain { text: text("https:///vod/*") }),
            ("https://h", ResourceError::NoPath { text: text("https://h") }),
            ("h", ResourceError::NoPath { text: text("h") }),
            ("https://u@h/*", AddressError::UserInfo.into()),
            ("https://h é/*", AddressError::Host { host: text("h%20%C3%A9") }.into()),
            ("https://H.example.com/*", AddressError::HostCapitals { host: text("H.example.com") }.into()),
            ("https://h:443/*", AddressError::DefaultPort { port: "443" }.into()),
            ("http://h:80/*", AddressError::DefaultPort { port: "80" }.into()),
            ("https://h/..%2f*", AddressError::DotSegment { segment: text("..%2f*") }.into()),
            ("https://h/a/..;x/*", AddressError::DotSegment { segment: text("..;x") }.into()),
            ("https://h/*#x", AddressError::Fragment.into()),
            ("https://h/../*", AddressError::DotSegment { segment: text("..") }.into()),
            ("https://h/*\n", AddressError::Control { position: 11 }.into()),
            (r"https://h/a\?Policy=*", AddressError::ReservedParameter { name: text("Policy") }.into()),
        ] {
            assert_eq!(Resource::pattern(given), Err(expected), "{given}");
        }
    }

    #[test]
    fn an_exact_address_grants_only_itself() {
        let address = Address::new("https://h/a?b=c?d").unwrap();
        let resource = Resource::exact(&address).unwrap();
        assert_eq!(resource.as_str(), r"https://h/a\?b=c\?d");
        assert!(resource.covers(&address));
        for other in [
            "https://h/a?b=cXd",
            "https://h/aXb=c?d",
            "https://h/a",
            "https://h/a?b=c?d&e",
            "http://h/a?b=c?d",
        ] {
            assert!(!resource.covers(&Address::new(other).unwrap()), "{other}");
        }
        let star = Address::new("https://h/a*").unwrap();
        assert_eq!(
            Resource::exact(&star),
            Err(ResourceError::StarInAddress { address: "https://h/a*".to_owned() })
        );
    }

    #[test]
    fn the_host_is_known_only_without_wildcards() {
        for (pattern, host) in [
            ("https://cdn.example.com/*", Some("cdn.example.com")),
            ("cdn.example.com:8443/*", Some("cdn.example.com")),
            ("https://*.example.com/*", None),
            ("*", None),
        ] {
            assert_eq!(Resource::pattern(pattern).unwrap().host(), host, "{pattern}");
        }
    }
}
