//! The address to sign: what stays as it came, what is percent-encoded, what is refused.

use super::RESERVED_PARAMETERS;
use std::fmt;

/// An absolute `http` or `https` URL, in exactly the bytes that will be signed and emitted.
///
/// Every character that may stand in a URL stays as it came: the apostrophe, `+`, `&`, and escapes such as
/// `%20`. What may not stand in one (a space, a double quote, non-ASCII letters, `<>\^{|}` and the backtick)
/// is percent-encoded once, and so is a `%` that begins no escape.
///
/// ```
/// use signer::cloudfront::Address;
/// let address = Address::new("https://cdn.example.com/vod/it's a \"film\"/100%/é.mp4?a=%20+b")?;
/// assert_eq!(address.as_str(), "https://cdn.example.com/vod/it's%20a%20%22film%22/100%25/%C3%A9.mp4?a=%20+b");
/// # Ok::<(), signer::cloudfront::AddressError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    text: String,
    query_at: Option<usize>,
}

/// CloudFront takes 8192 bytes, and the parameters of a canned policy take up to 600.
pub(super) const LONGEST: usize = 7_500;

/// Why an address cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// Something other than `http://` or `https://`.
    #[error(
        "`{text}` is not an http or https URL: it must begin with `https://` or `http://`, in lower case"
    )]
    Scheme {
        /// What was given.
        text: String,
    },
    /// No host, or one that no browser would send back as it stands.
    #[error(
        "`{host}` is not a host: write a name or an address in ASCII, such as `cdn.example.com` (names in other scripts as `xn--...`)"
    )]
    Host {
        /// What stands in the host's place.
        host: String,
    },
    /// Capitals in the host, which viewers do not send.
    #[error("the host `{host}` has capitals, but viewers request it in lower case: write `{}`", .host.to_ascii_lowercase())]
    HostCapitals {
        /// The host.
        host: String,
    },
    /// The port that goes without saying, which viewers do not send.
    #[error("the port `:{port}` is the protocol's own, and viewers leave it out: take it out")]
    DefaultPort {
        /// The port.
        port: &'static str,
    },
    /// `user:password@`.
    #[error("the URL carries a user name before `@`: viewers do not send it, so take it out")]
    UserInfo,
    /// No path.
    #[error("the URL ends with its host, but viewers request `/`: write `{origin}/`")]
    NoPath {
        /// Scheme and host.
        origin: String,
    },
    /// `#fragment`.
    #[error(
        "the URL has a fragment (`#`): viewers do not send it, so take it out, or write `%23` if it belongs to the name"
    )]
    Fragment,
    /// `.` or `..` as a segment, also percent-encoded.
    #[error(
        "the path has a `{segment}` segment, which viewers or somebody on the way resolve: write the resolved path"
    )]
    DotSegment {
        /// The segment.
        segment: String,
    },
    /// A control character.
    #[error("the URL has a control character at byte {position}: take it out")]
    Control {
        /// Its offset.
        position: usize,
    },
    /// CloudFront's own parameters.
    #[error(
        "the query has the parameter `{name}`, which is CloudFront's own: sign the URL without it, and only once"
    )]
    ReservedParameter {
        /// Its name.
        name: String,
    },
    /// Longer than CloudFront takes.
    #[error(
        "the URL has {length} bytes, and may have {LONGEST} so that it fits CloudFront's 8192 with its signature: shorten it"
    )]
    TooLong {
        /// Its length.
        length: usize,
    },
}

impl Address {
    /// Checks and, where needed, escapes `url`.
    ///
    /// # Errors
    /// An [`AddressError`] for every address that viewers would not request in the bytes that were signed, or
    /// that CloudFront would misread.
    pub fn new(url: &str) -> Result<Self, AddressError> {
        if let Some(position) = url.bytes().position(|byte| byte.is_ascii_control()) {
            return Err(AddressError::Control { position });
        }
        let (scheme, rest) = url
            .split_once("://")
            .filter(|(scheme, _)| matches!(*scheme, "http" | "https"))
            .ok_or_else(|| AddressError::Scheme { text: shortened(url) })?;
        if rest.contains('#') {
            return Err(AddressError::Fragment);
        }
        let (host, path_and_query) = match rest.find(['/', '?']).and_then(|at| rest.split_at_checked(at)) {
            Some((host, after)) if after.starts_with('/') => (host, after),
            other => {
                let host = other.map_or(rest, |(host, _)| host);
                check_host(scheme, host)?;
                return Err(AddressError::NoPath { origin: format!("{scheme}://{host}") });
            }
        };
        check_host(scheme, host)?;
        let (path, query) = match path_and_query.split_once('?') {
            // A `?` with nothing behind it is no query: CloudFront's policy names the URL without it.
            Some((path, "")) => (path, None),
            Some((path, query)) => (path, Some(query)),
            None => (path_and_query, None),
        };
        check_path(path)?;
        check_query(query.unwrap_or_default())?;

        let mut text = format!("{scheme}://{host}{}", escaped(path));
        let query_at = query.map(|query| {
            let at = text.len();
            text.push('?');
            text.push_str(&escaped(query));
            at
        });
        if text.len() > LONGEST {
            return Err(AddressError::TooLong { length: text.len() });
        }
        Ok(Self { text, query_at })
    }

    /// The bytes that are signed and emitted.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the address has a query of its own.
    #[must_use]
    pub fn has_query(&self) -> bool {
        self.query_at.is_some()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// `text` with everything percent-encoded that may not stand in a path or query.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let next_two = bytes.peek_two();
        let begins_escape =
            matches!(next_two, Some([a, b]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
        if is_legal(byte) || (byte == b'%' && begins_escape) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 15] {
                out.extend(char::from_digit(u32::from(nibble), 16).map(|digit| digit.to_ascii_uppercase()));
            }
        }
    }
    out
}

/// RFC 3986: unreserved, reserved.
fn is_legal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&byte)
}

fn check_host(scheme: &str, host: &str) -> Result<(), AddressError> {
    if host.contains('@') {
        return Err(AddressError::UserInfo);
    }
    let port = if scheme == "https" { "443" } else { "80" };
    if host.strip_suffix(port).is_some_and(|before| before.ends_with(':')) {
        return Err(AddressError::DefaultPort { port });
    }
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    let fits = !name.is_empty()
        && name.len() <= 253
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte))
        && port.is_none_or(|port| port.parse().is_ok_and(|number: u16| number.to_string() == port));
    if !fits {
        return Err(AddressError::Host { host: shortened(host) });
    }
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(AddressError::HostCapitals { host: host.to_owned() });
    }
    Ok(())
}

fn check_path(path: &str) -> Result<(), AddressError> {
    dot_segment(path).map_or(Ok(()), |segment| Err(AddressError::DotSegment { segment: segment.to_owned() }))
}

/// The first segment that stands for this folder or the one above it, to whoever may resolve it on the way: with its
/// dots or the slashes around it percent-encoded, backslashes for slashes, or parameters behind a `;`.
pub(super) fn dot_segment(path: &str) -> Option<&str> {
    path.split('/').find(|segment| {
        let decoded = percent_decoded(segment);
        decoded.split(['/', '\\']).any(|part| matches!(part.split(';').next(), Some("." | "..")))
    })
}

fn check_query(query: &str) -> Result<(), AddressError> {
    for pair in query.split('&') {
        let name = pair.split('=').next().unwrap_or_default();
        if RESERVED_PARAMETERS.contains(&percent_decoded(name).as_str()) {
            return Err(AddressError::ReservedParameter { name: name.to_owned() });
        }
    }
    Ok(())
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let escape = match (byte, bytes.peek_two()) {
            (b'%', Some(digits)) => {
                std::str::from_utf8(&digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok())
            }
            _ => None,
        };
        out.push(escape.unwrap_or(byte));
        if escape.is_some() {
            bytes.nth(1);
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn shortened(text: &str) -> String {
    text.chars().take(120).collect()
}

trait PeekTwo {
    fn peek_two(&self) -> Option<[u8; 2]>;
}

impl PeekTwo for std::str::Bytes<'_> {
    fn peek_two(&self) -> Option<[u8; 2]> {
        let mut ahead = self.clone();
        Some([ahead.next()?, ahead.next()?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_legal_stays_and_the_rest_is_escaped_once() {
        for (given, kept) in [
            ("https://h/a", "https://h/a"),
            ("http://h/", "http://h/"),
            ("https://h/it's", "https://h/it's"),
            ("https://h/a+b", "https://h/a+b"),
            ("https://h/a%20b", "https://h/a%20b"),
            ("https://h/a%2fb", "https://h/a%2fb"),
            ("https://h/a b", "https://h/a%20b"),
            ("https://h/\"q\"", "https://h/%22q%22"),
            ("https://h/100%", "https://h/100%25"),
            ("https://h/%zz%2", "https://h/%25zz%252"),
            ("https://h/é", "https://h/%C3%A9"),
            ("https://h/<>\\^`{|}", "https://h/%3C%3E%5C%5E%60%7B%7C%7D"),
            ("https://h/-._~:/[]@!$&'()*+,;=", "https://h/-._~:/[]@!$&'()*+,;="),
            ("https://h/a?b=c&d=e f", "https://h/a?b=c&d=e%20f"),
            ("https://h/a?b?c", "https://h/a?b?c"),
            ("https://h/a?", "https://h/a"),
            ("https://h/a?&b", "https://h/a?&b"),
            ("https://h//a", "https://h//a"),
            ("https://h/...", "https://h/..."),
            ("https://h:8443/a", "https://h:8443/a"),
            ("http://h:443/a", "http://h:443/a"),
            ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
            ("https://h/a;b/x..y/.c/%2e%2ea/a%2Fb", "https://h/a;b/x..y/.c/%2e%2ea/a%2Fb"),
            ("https://h/a?expires=1", "https://h/a?expires=1"),
            ("https://h/a?url=https://x/../y", "https://h/a?url=https://x/../y"),
        ] {
            let address = Address::new(given).unwrap();
            assert_eq!(address.as_str(), kept, "{given}");
            assert_eq!(Address::new(address.as_str()).unwrap(), address, "once is enough: {given}");
        }
    }

    #[test]
    fn what_cannot_work_is_refused() {
        let scheme = |text: &str| AddressError::Scheme { text: text.to_owned() };
        let host = |host: &str| AddressError::Host { host: host.to_owned() };
        let dot = |segment: &str| AddressError::DotSegment { segment: segment.to_owned() };
        let reserved = |name: &str| AddressError::ReservedParameter { name: name.to_owned() };
        for (given, expected) in [
            ("", scheme("")),
            ("/a", scheme("/a")),
            ("cdn.example.com/a", scheme("cdn.example.com/a")),
            ("rtmp://h/a", scheme("rtmp://h/a")),
            ("ftp://h/a", scheme("ftp://h/a")),
            ("https:/h/a", scheme("https:/h/a")),
            ("*://h/a", scheme("*://h/a")),
            // Viewers write it in lower case, whatever the link says, and so no such URL ever arrives.
            ("HTTPS://h/a", scheme("HTTPS://h/a")),
            ("https:///a", host("")),
            ("https://exa mple/a", host("exa mple")),
            ("https://bücher.example/a", host("bücher.example")),
            ("https://*.example.com/a", host("*.example.com")),
            ("https://CDN.example.com/a", AddressError::HostCapitals { host: "CDN.example.com".to_owned() }),
            ("https://h:443/a", AddressError::DefaultPort { port: "443" }),
            ("http://h:80/a", AddressError::DefaultPort { port: "80" }),
            ("https://user:pw@h/a", AddressError::UserInfo),
            ("https://h", AddressError::NoPath { origin: "https://h".to_owned() }),
            ("https://h?a=b", AddressError::NoPath { origin: "https://h".to_owned() }),
            ("https://h:/a", host("h:")),
            ("https://h:0444/a", host("h:0444")),
            ("https://h:99999/a", host("h:99999")),
            ("https://h:+1/a", host("h:+1")),
            ("https://h%41/a", host("h%41")),
            ("https://h/a#b", AddressError::Fragment),
            ("https://h/a/../b", dot("..")),
            ("https://h/a/%2E%2e/b", dot("%2E%2e")),
            ("https://h/a/.", dot(".")),
            ("https://h/a/..%2f..%2Fb", dot("..%2f..%2Fb")),
            ("https://h/a/x%5c..", dot("x%5c..")),
            ("https://h/a/%2e%2e%2fb", dot("%2e%2e%2fb")),
            ("https://h/a/..;x/b", dot("..;x")),
            ("https://h/a\r\nSet-Cookie: x", AddressError::Control { position: 11 }),
            ("https://h/a\0", AddressError::Control { position: 11 }),
            ("https://h/a?Expires=1", reserved("Expires")),
            ("https://h/a?x=1&Signature=", reserved("Signature")),
            ("https://h/a?Policy", reserved("Policy")),
            ("https://h/a?x&Key-Pair-Id=K", reserved("Key-Pair-Id")),
            ("https://h/a?Hash-Algorithm=SHA256", reserved("Hash-Algorithm")),
            ("https://h/a?Polic%79=x", reserved("Polic%79")),
        ] {
            assert_eq!(Address::new(given), Err(expected), "{given}");
        }
        let long = format!("https://h/{}", "a".repeat(9000));
        assert_eq!(Address::new(&long), Err(AddressError::TooLong { length: 9010 }));
    }
}
