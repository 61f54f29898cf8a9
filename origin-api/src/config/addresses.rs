//! Addresses in the configuration: where it listens, and whose pages may read answers.

use super::{Config, Problem, at};
use std::net::SocketAddr;

/// What is wrong with where it listens.
pub(super) fn listening(config: &Config, found: &mut Vec<Problem>) {
    let places = [("listen", Some(&config.listen)), ("private_listen", config.private_listen.as_ref())];
    for (place, address) in places {
        if let Some(address) = address.filter(|address| !can_be_listened_at(address)) {
            let what = format!("`{address}` is no address with a port; write one such as `127.0.0.1:8080`");
            found.push(at(place, what));
        }
    }
    if let Some(private) = config.private_listen.as_deref().filter(|private| overlap(&config.listen, private))
    {
        let what = format!("`{private}` is taken by `listen`; write another port");
        found.push(at("private_listen", what));
    }
}

/// What is wrong with origins: with anything else than what browsers send, no page could ever read an answer.
pub(super) fn origins(origins: &[String], found: &mut Vec<Problem>) {
    for origin in origins {
        let what = if origin == "*" {
            format!("`{origin}` would let any page use the viewer's login; name the origins")
        } else if is_origin(origin) {
            continue;
        } else {
            format!(
                "`{origin}` is no origin as browsers send it; write one such as `https://tv.example.com`, in small letters, without a slash at its end, a path, or the port that goes without saying"
            )
        };
        found.push(at("cors.origins", what));
    }
}

/// Names are looked up only when it starts; what is all digits and dots is none.
fn can_be_listened_at(address: &str) -> bool {
    if address.parse::<SocketAddr>().is_ok() {
        return true;
    }
    let Some((name, port)) = address.rsplit_once(':') else { return false };
    is_name(name) && is_port(port)
}

/// Whether both cannot be listened at, as far as that can be told without looking names up.
fn overlap(one: &str, other: &str) -> bool {
    match (one.parse::<SocketAddr>(), other.parse::<SocketAddr>()) {
        (Ok(one), Ok(other)) => {
            let is_any = one.ip().is_unspecified() || other.ip().is_unspecified();
            let is_same = one.ip() == other.ip() || (is_any && one.is_ipv4() == other.is_ipv4());
            one.port() != 0 && one.port() == other.port() && is_same
        }
        _ => one == other && !one.ends_with(":0"),
    }
}

fn is_origin(origin: &str) -> bool {
    let Some((scheme, rest)) = origin.split_once("://") else { return false };
    let is_scheme = scheme.starts_with(|letter: char| letter.is_ascii_lowercase())
        && scheme.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.'));
    let is_said =
        matches!((scheme, rest.rsplit_once(':')), ("https", Some((_, "443"))) | ("http", Some((_, "80"))));
    let host = || {
        if rest.parse::<std::net::SocketAddrV6>().is_ok() {
            return true;
        }
        if let Some(address) = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return address.parse::<std::net::Ipv6Addr>().is_ok();
        }
        let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
        let is_small = !host.bytes().any(|byte| byte.is_ascii_uppercase());
        let is_host = is_name(host) || host.parse::<std::net::Ipv4Addr>().is_ok();
        is_host && is_small && port.is_none_or(is_port)
    };
    // Pages of an application's own files have no host.
    is_scheme && !is_said && (host() || origin == "file://")
}

/// Whether it is the name of a host. One whose last part is a number would be taken for an IPv4 address.
fn is_name(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.split('.').all(is_part) && !last.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_and_a_port() {
        for (address, expected) in [
            ("127.0.0.1:8080", true),
            ("0.0.0.0:0", true),
            ("[::1]:8080", true),
            ("localhost:8080", true),
            ("origin-1.internal:8080", true),
            ("", false),
            ("localhost", false),
            ("127.0.0.1", false),
            (":8080", false),
            ("8080", false),
            ("300.1.1.1:8080", false),
            ("1.2.3:8080", false),
            ("::1:8080", false),
            ("localhost:", false),
            ("localhost:http", false),
            ("localhost:+80", false),
            ("localhost:65536", false),
            ("http://localhost:8080", false),
            ("local host:8080", false),
            ("localhost:8080 ", false),
        ] {
            assert_eq!(can_be_listened_at(address), expected, "{address}");
        }
    }

    #[test]
    fn two_addresses_are_not_one() {
        for (one, other, expected) in [
            ("127.0.0.1:8080", "127.0.0.1:8080", true),
            ("0.0.0.0:8080", "127.0.0.1:8080", true),
            ("10.0.0.1:8080", "0.0.0.0:8080", true),
            ("localhost:8080", "localhost:8080", true),
            ("127.0.0.1:8080", "127.0.0.1:8081", false),
            ("127.0.0.1:8080", "10.0.0.1:8080", false),
            ("127.0.0.1:0", "127.0.0.1:0", false),
            ("localhost:0", "localhost:0", false),
            ("127.0.0.1:8080", "[::1]:8080", false),
        ] {
            assert_eq!(overlap(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn an_origin_is_what_browsers_send() {
        for (origin, expected) in [
            ("https://tv.example.com", true),
            ("http://localhost:3000", true),
            ("http://127.0.0.1:3000", true),
            ("http://[::1]:3000", true),
            ("https://[2001:db8::1]", true),
            ("capacitor://localhost", true),
            ("file://", true),
            ("", false),
            ("tv.example.com", false),
            ("https://", false),
            ("https://tv.example.com/", false),
            ("https://tv.example.com/app", false),
            ("https://tv.example.com?a", false),
            ("https://tv.example.com:443", false),
            ("http://tv.example.com:80", false),
            ("https://tv.example.com:", false),
            ("https://tv.example.com:x", false),
            ("https://TV.example.com", false),
            ("HTTPS://tv.example.com", false),
            ("https://*.example.com", false),
            ("https://user@tv.example.com", false),
            ("https://tv.example.com https://b.example.com", false),
            ("null", false),
        ] {
            assert_eq!(is_origin(origin), expected, "{origin}");
        }
    }
}
