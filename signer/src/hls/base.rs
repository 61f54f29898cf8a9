//! The playlist's own address, and with it what is the own host.

use std::fmt;

use super::path::without_dots;

/// The address a playlist was asked for with: it says which host is the own one, how deep the playlist lies and
/// what `EXT-X-DEFINE:QUERYPARAM` finds. Its path and query may be proof: they never print.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl {
    scheme: Scheme,
    host: String,
    port: u16,
    path: String,
    query: Option<String>,
}

impl BaseUrl {
    /// Reads an absolute `http` or `https` URL. A fragment is dropped.
    ///
    /// # Errors
    /// If it is no such URL, carries a user name, or holds characters that may not stand in a URL.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        if let Some((position, character)) =
            text.char_indices().find(|(_, one)| !one.is_ascii_graphic() || *one == '\\')
        {
            return Err(BaseUrlError::IllegalCharacter { character, position });
        }
        let (scheme, rest) = text.split_once("://").ok_or(BaseUrlError::NotAbsolute)?;
        let scheme = Scheme::of(scheme.as_bytes()).ok_or(BaseUrlError::NotAbsolute)?;
        let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
        let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
        let (authority, path) =
            place.split_at_checked(place.find('/').unwrap_or(place.len())).unwrap_or((place, ""));
        if authority.contains('@') {
            return Err(BaseUrlError::Credentials);
        }
        // Nothing that a variable or an escape could hide another host in.
        if !authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-:[]".contains(&byte)) {
            return Err(BaseUrlError::BadAuthority);
        }
        let (host, port) =
            Authority::parse(authority.as_bytes(), scheme).ok_or(BaseUrlError::BadAuthority)?.into_parts();
        Ok(Self {
            scheme,
            host: String::from_utf8_lossy(host).to_ascii_lowercase(),
            port,
            path: String::from_utf8_lossy(&without_dots(path.as_bytes())).into_owned(),
            query: query.map(str::to_owned),
        })
    }

    /// Whether text before a `:` is this URL's own scheme.
    pub(super) fn has_scheme(&self, scheme: &[u8]) -> bool {
        Scheme::of(scheme) == Some(self.scheme)
    }

    /// Whether text between `//` and the path is this URL's own host and port, without a user name.
    pub(super) fn has_authority(&self, authority: &[u8]) -> bool {
        Authority::parse(authority, self.scheme).is_some_and(|other| {
            other.host.eq_ignore_ascii_case(self.host.as_bytes()) && other.port == self.port
        })
    }

    /// How this URL's own absolute URIs usually begin, the first slash of the path included.
    pub(super) fn origin(&self) -> Vec<u8> {
        let scheme = self.scheme.name();
        let port =
            if self.port == self.scheme.default_port() { String::new() } else { format!(":{}", self.port) };
        format!("{scheme}://{}{port}/", self.host).into_bytes()
    }

    /// The path, absolute and without dot segments.
    pub(super) fn path(&self) -> &[u8] {
        self.path.as_bytes()
    }

    /// The value of a query parameter, its escapes decoded.
    ///
    /// Players differ in whether they decode once or twice, so a value that still holds a `%` counts as not there.
    pub(super) fn query_parameter(&self, name: &[u8]) -> Option<Vec<u8>> {
        let mut values = self.query.as_deref()?.split('&').filter_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key) == name).then(|| decode(value))
        });
        let value = values.next()?;
        // A plus is a blank to JavaScript, and of two values players may take either.
        let plain = value.iter().all(|byte| byte.is_ascii_graphic() && !b"%+".contains(byte));
        (plain && !value.is_empty() && values.next().is_none()).then_some(value)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "BaseUrl({:?}, {}:{})", self.scheme, self.host, self.port)
    }
}

/// Why a text is not a playlist's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// Neither `http://` nor `https://`.
    #[error("the base URL does not begin with `https://` or `http://`; give the playlist's whole address")]
    NotAbsolute,
    /// No host, or a port that is no port.
    #[error(
        "the base URL has no valid host and port; write it as `https://host/path` or `https://host:8443/path`"
    )]
    BadAuthority,
    /// A user name or password.
    #[error("the base URL carries a user name or password; leave it out")]
    Credentials,
    /// A character that may not stand in a URL.
    #[error("`{}` at byte {position} of the base URL may not stand in a URL; percent-encode it, or write the host in punycode", .character.escape_default())]
    IllegalCharacter {
        /// The character.
        character: char,
        /// Its offset in the text.
        position: usize,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    fn of(text: &[u8]) -> Option<Self> {
        if text.eq_ignore_ascii_case(b"https") {
            Some(Self::Https)
        } else if text.eq_ignore_ascii_case(b"http") {
            Some(Self::Http)
        } else {
            None
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

struct Authority<'a> {
    host: &'a [u8],
    port: u16,
}

impl<'a> Authority<'a> {
    fn parse(text: &'a [u8], scheme: Scheme) -> Option<Self> {
        // The colons of an IPv6 address stand in brackets.
        let search_from = memchr::memchr(b']', text).unwrap_or(0);
        let colon = memchr::memchr(b':', text.get(search_from..)?).map(|at| search_from + at);
        let (host, port) = match colon.and_then(|at| text.split_at_checked(at)) {
            Some((host, port)) => (host, port.strip_prefix(b":").unwrap_or(port)),
            None => (text, b"".as_slice()),
        };
        if host.is_empty() || host.contains(&b'@') || !port.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let port = if port.is_empty() {
            scheme.default_port()
        } else {
            std::str::from_utf8(port).ok()?.parse().ok()?
        };
        Some(Self { host, port })
    }

    fn into_parts(self) -> (&'a [u8], u16) {
        (self.host, self.port)
    }
}

fn decode(text: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let escaped = match tail {
            [high, low, ..] if byte == b'%' => hex(*high).zip(hex(*low)),
            _ => None,
        };
        if let Some((high, low)) = escaped {
            decoded.push(high << 4 | low);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            decoded.push(byte);
            rest = tail;
        }
    }
    decoded
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_refused() {
        for (text, error) in [
            ("", BaseUrlError::NotAbsolute),
            ("/vod/a.m3u8", BaseUrlError::NotAbsolute),
            ("ftp://host/a", BaseUrlError::NotAbsolute),
            ("https:///a", BaseUrlError::BadAuthority),
            ("https://host:99999/a", BaseUrlError::BadAuthority),
            ("https://host:8x/a", BaseUrlError::BadAuthority),
            ("https://me@host/a", BaseUrlError::Credentials),
            ("https://host/a b", BaseUrlError::IllegalCharacter { character: ' ', position: 14 }),
            ("https://høst/", BaseUrlError::IllegalCharacter { character: 'ø', position: 9 }),
            ("https:\\\\host/", BaseUrlError::IllegalCharacter { character: '\\', position: 6 }),
        ] {
            assert_eq!(BaseUrl::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn own_authority() {
        let base = BaseUrl::parse("HTTPS://Media.Example/vod/a.m3u8").unwrap();
        for own in ["media.example", "MEDIA.example:443", "media.example:", "media.example:0443"] {
            assert!(base.has_authority(own.as_bytes()), "{own}");
        }
        for other in [
            "media.example:8443",
            "media.example.",
            "x.media.example",
            "me@media.example",
            "",
            "media.example@evil",
        ] {
            assert!(!base.has_authority(other.as_bytes()), "{other}");
        }
        let six = BaseUrl::parse("http://[2001:db8::1]:8080/").unwrap();
        assert!(six.has_authority(b"[2001:DB8::1]:8080"));
        assert!(!six.has_authority(b"[2001:db8::1]"));
    }

    #[test]
    fn proof_does_not_print() {
        let base = BaseUrl::parse("https://media.example/t/secret/vod/a.m3u8?Signature=secret").unwrap();
        assert_eq!(format!("{base:?}"), "BaseUrl(Https, media.example:443)");
    }

    #[test]
    fn query_parameters_are_decoded_once() {
        let base = BaseUrl::parse("https://h/?a=%2Fx&b=%252F&c=&d&%65=1-2#f").unwrap();
        assert_eq!(base.query_parameter(b"a"), Some(b"/x".to_vec()));
        assert_eq!(base.query_parameter(b"b"), None);
        assert_eq!(base.query_parameter(b"c"), None);
        assert_eq!(base.query_parameter(b"d"), None);
        assert_eq!(base.query_parameter(b"e"), Some(b"1-2".to_vec()));
        assert_eq!(base.query_parameter(b"f"), None);
    }
}
