//! What to mint: the claims of a token, each checked as it is put in.

use super::network::{Network, NetworkError};
use super::refusal::Excerpt;
use super::scope::{NotCanonical, canonical};

/// The claims of a token to be minted. There is always an expiry; everything else is up to the caller.
///
/// ```
/// use signer::token::Claims;
///
/// let claims = Claims::expiring_at(1_900_000_000)
///     .path("/vod/acme/one/")?
///     .countries(["NO", "SE"])?
///     .session("s-81f2")?
///     .max_height(1080);
/// # Ok::<(), signer::token::ClaimError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    pub(crate) expires_at: u64,
    pub(crate) not_before: Option<u64>,
    pub(crate) issued_at: Option<u64>,
    pub(crate) issuer: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) audience: Option<String>,
    pub(crate) session: Option<Vec<u8>>,
    pub(crate) path: Option<String>,
    pub(crate) countries: Vec<String>,
    pub(crate) networks: Vec<Network>,
    pub(crate) methods: Vec<String>,
    pub(crate) max_height: Option<u32>,
    pub(crate) tier: Option<String>,
    pub(crate) device: Option<String>,
    pub(crate) region: Option<String>,
}

/// Why a claim cannot be minted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// A path prefix that no canonical path could match, or that could be read in two ways.
    #[error("path prefix `{prefix}` is not canonical: {problem}; write the plain path")]
    Path {
        /// The prefix.
        prefix: Excerpt,
        /// What is wrong with it.
        problem: NotCanonical,
    },
    /// A wildcard, as CloudFront's resources have it.
    #[error(
        "path prefix `{prefix}` has a `*`, which no path has; a prefix covers everything below it, so leave the star out"
    )]
    Star {
        /// The prefix.
        prefix: Excerpt,
    },
    /// A list that would permit nobody.
    #[error("the list of {list} is empty, so the token would hold for nobody; leave it out or name one")]
    EmptyList {
        /// Which list.
        list: &'static str,
    },
    /// Neither an ISO 3166-1 alpha-2 country nor an ISO 3166-2 subdivision.
    #[error("`{code}` is no country or subdivision code; write two letters like `NO`, or `US-CA`")]
    Country {
        /// The code.
        code: Excerpt,
    },
    /// `UK` is reserved in ISO 3166, and no CDN reports it.
    #[error("`UK` is not the code of a country; write `GB`")]
    Uk,
    /// Not a network.
    #[error("`{text}` is no network: {problem}")]
    Network {
        /// The text.
        text: Excerpt,
        /// What is wrong with it.
        problem: NetworkError,
    },
    /// A session id that is empty or too long.
    #[error("session id has {bytes} bytes, 1 to {} are allowed; shorten or hash it", Claims::LONGEST_SESSION)]
    SessionLength {
        /// How many bytes it has.
        bytes: usize,
    },
    /// An issuer, subject or audience that is empty or too long.
    #[error(
        "{claim} has {bytes} bytes, 1 to {} are allowed; shorten it or leave it out",
        Claims::LONGEST_NAME
    )]
    NameLength {
        /// Which claim.
        claim: &'static str,
        /// How many bytes it has.
        bytes: usize,
    },
    /// A method that is not an HTTP token of capital letters.
    #[error("`{method}` is no HTTP method; write it in capitals like `GET`")]
    Method {
        /// The method.
        method: Excerpt,
    },
}

impl Claims {
    /// The most bytes a session id may have.
    pub const LONGEST_SESSION: usize = 128;

    /// The most bytes an issuer, subject or audience may have.
    pub const LONGEST_NAME: usize = 256;

    /// Claims of a token that is good before `expires_at` (`exp`), in epoch seconds, and no longer.
    #[must_use]
    pub fn expiring_at(expires_at: u64) -> Self {
        Self {
            expires_at,
            not_before: None,
            issued_at: None,
            issuer: None,
            subject: None,
            audience: None,
            session: None,
            path: None,
            countries: Vec::new(),
            networks: Vec::new(),
            methods: Vec::new(),
            max_height: None,
            tier: None,
            device: None,
            region: None,
        }
    }

    /// Good from `not_before` (`nbf`) on.
    #[must_use]
    pub fn not_before(mut self, not_before: u64) -> Self {
        self.not_before = Some(not_before);
        self
    }

    /// Says when it was issued (`iat`). Informative.
    #[must_use]
    pub fn issued_at(mut self, issued_at: u64) -> Self {
        self.issued_at = Some(issued_at);
        self
    }

    /// Says who issued it (`iss`).
    ///
    /// # Errors
    /// When it is empty or longer than [`LONGEST_NAME`](Self::LONGEST_NAME).
    pub fn issuer(mut self, issuer: impl Into<String>) -> Result<Self, ClaimError> {
        self.issuer = Some(name("issuer", issuer)?);
        Ok(self)
    }

    /// Says whom it is about (`sub`). Informative.
    ///
    /// # Errors
    /// When it is empty or longer than [`LONGEST_NAME`](Self::LONGEST_NAME).
    pub fn subject(mut self, subject: impl Into<String>) -> Result<Self, ClaimError> {
        self.subject = Some(name("subject", subject)?);
        Ok(self)
    }

    /// Good only for a verifier that expects this audience (`aud`).
    ///
    /// # Errors
    /// When it is empty or longer than [`LONGEST_NAME`](Self::LONGEST_NAME).
    pub fn audience(mut self, audience: impl Into<String>) -> Result<Self, ClaimError> {
        self.audience = Some(name("audience", audience)?);
        Ok(self)
    }

    /// Carries a session id (`cti`), by which a token can be withdrawn.
    ///
    /// # Errors
    /// When it is empty or longer than [`LONGEST_SESSION`](Self::LONGEST_SESSION).
    pub fn session(mut self, session: impl AsRef<[u8]>) -> Result<Self, ClaimError> {
        let session = session.as_ref();
        if session.is_empty() || session.len() > Self::LONGEST_SESSION {
            return Err(ClaimError::SessionLength { bytes: session.len() });
        }
        self.session = Some(session.to_vec());
        Ok(self)
    }

    /// Good only for `prefix` and what lies below it; with a slash at its end, only for what lies below.
    ///
    /// # Errors
    /// When the prefix has a `*` or is not canonical; see [`canonical`](super::canonical).
    pub fn path(mut self, prefix: impl Into<String>) -> Result<Self, ClaimError> {
        let prefix = prefix.into();
        canonical(&prefix).map_err(|problem| ClaimError::Path { prefix: Excerpt::of(&prefix), problem })?;
        if prefix.contains('*') {
            return Err(ClaimError::Star { prefix: Excerpt::of(&prefix) });
        }
        self.path = Some(prefix);
        Ok(self)
    }

    /// Good only in these countries (ISO 3166-1 alpha-2) and subdivisions (ISO 3166-2).
    ///
    /// # Errors
    /// When the list is empty or one of them has not the form of a code.
    pub fn countries<C: AsRef<str>>(
        mut self,
        codes: impl IntoIterator<Item = C>,
    ) -> Result<Self, ClaimError> {
        self.countries = codes.into_iter().map(|code| country(code.as_ref())).collect::<Result<_, _>>()?;
        not_empty("countries", &self.countries)?;
        Ok(self)
    }

    /// Good only from these networks, written like `203.0.113.0/24` or `2001:db8::/32`. Viewers change between
    /// IPv4 and IPv6 and between networks: name both, and keep the prefixes short.
    ///
    /// # Errors
    /// When the list is empty, or one of them is no network or has bits set beyond its prefix.
    pub fn networks<N: AsRef<str>>(
        mut self,
        networks: impl IntoIterator<Item = N>,
    ) -> Result<Self, ClaimError> {
        let parse = |text: &str| {
            text.parse().map_err(|problem| ClaimError::Network { text: Excerpt::of(text), problem })
        };
        self.networks = networks.into_iter().map(|text| parse(text.as_ref())).collect::<Result<_, _>>()?;
        not_empty("networks", &self.networks)?;
        Ok(self)
    }

    /// Good only with these HTTP methods.
    ///
    /// # Errors
    /// When the list is empty or one of them is not written in capital letters.
    pub fn methods<M: AsRef<str>>(
        mut self,
        methods: impl IntoIterator<Item = M>,
    ) -> Result<Self, ClaimError> {
        let check = |method: &str| {
            let letters =
                !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
            letters.then(|| method.to_owned()).ok_or(ClaimError::Method { method: Excerpt::of(method) })
        };
        self.methods = methods.into_iter().map(|method| check(method.as_ref())).collect::<Result<_, _>>()?;
        not_empty("methods", &self.methods)?;
        Ok(self)
    }

    /// Good only for pictures of at most so many lines. A claim of Playgate's own (-70001): whoever hands out
    /// segments holds their height against it.
    #[must_use]
    pub fn max_height(mut self, lines: u32) -> Self {
        self.max_height = Some(lines);
        self
    }

    /// Carries the viewer's tier, so that their rights can be decided upon at each request. A claim of Playgate's own
    /// (-70002).
    ///
    /// # Errors
    /// When it is empty or longer than [`LONGEST_NAME`](Self::LONGEST_NAME).
    pub fn tier(mut self, tier: impl Into<String>) -> Result<Self, ClaimError> {
        self.tier = Some(name("tier", tier)?);
        Ok(self)
    }

    /// Carries what the viewer watches on. A claim of Playgate's own (-70003).
    ///
    /// # Errors
    /// When it is empty or longer than [`LONGEST_NAME`](Self::LONGEST_NAME).
    pub fn device(mut self, device: impl Into<String>) -> Result<Self, ClaimError> {
        self.device = Some(name("device", device)?);
        Ok(self)
    }

    /// Carries the subdivision in which the viewer was, such as `NO-03`. It restricts nothing; see
    /// [`countries`](Self::countries) for that. A claim of Playgate's own (-70004).
    ///
    /// # Errors
    /// When it has not the form of a code.
    pub fn region(mut self, region: impl AsRef<str>) -> Result<Self, ClaimError> {
        let region = region.as_ref();
        if !region.contains('-') {
            return Err(ClaimError::Country { code: Excerpt::of(region) });
        }
        self.region = Some(country(region)?);
        Ok(self)
    }
}

fn name(claim: &'static str, text: impl Into<String>) -> Result<String, ClaimError> {
    let text = text.into();
    if text.is_empty() || text.len() > Claims::LONGEST_NAME {
        return Err(ClaimError::NameLength { claim, bytes: text.len() });
    }
    Ok(text)
}

fn country(code: &str) -> Result<String, ClaimError> {
    let (country, part) = code.split_once('-').map_or((code, None), |(country, part)| (country, Some(part)));
    let letters = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_alphabetic());
    let subdivision = part.is_none_or(|part| {
        (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    if !letters || !subdivision {
        return Err(ClaimError::Country { code: Excerpt::of(code) });
    }
    if country.eq_ignore_ascii_case("UK") {
        return Err(ClaimError::Uk);
    }
    // What CDNs report for a country that they do not know: no request ever fits.
    if country.eq_ignore_ascii_case("XX") {
        return Err(ClaimError::Country { code: Excerpt::of(code) });
    }
    Ok(code.to_ascii_uppercase())
}

fn not_empty<T>(list: &'static str, items: &[T]) -> Result<(), ClaimError> {
    if items.is_empty() { Err(ClaimError::EmptyList { list }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        Claims::expiring_at(2_000_000_000)
    }

    #[test]
    fn what_cannot_be_minted_says_why() {
        let cases: [(Result<Claims, ClaimError>, &str); 16] = [
            (
                claims().path("vod/a"),
                "path prefix `vod/a` is not canonical: it does not begin with `/`; write the plain path",
            ),
            (
                claims().path("/vod/../a"),
                "path prefix `/vod/../a` is not canonical: it has a `.` or `..` segment; write the plain path",
            ),
            (
                claims().path("/vod?x"),
                "path prefix `/vod?x` is not canonical: it has a `?` or `#`, which is not part of a path; write the plain path",
            ),
            (
                claims().path("/vod/%2e/"),
                "path prefix `/vod/%2e/` is not canonical: it escapes a dot, slash, backslash, semicolon, percent sign, control character or an overlong UTF-8 sequence; write the plain path",
            ),
            (
                claims().countries::<&str>([]),
                "the list of countries is empty, so the token would hold for nobody; leave it out or name one",
            ),
            (
                claims().countries(["NOR"]),
                "`NOR` is no country or subdivision code; write two letters like `NO`, or `US-CA`",
            ),
            (
                claims().countries(["NO", "1A"]),
                "`1A` is no country or subdivision code; write two letters like `NO`, or `US-CA`",
            ),
            (
                claims().countries(["US-"]),
                "`US-` is no country or subdivision code; write two letters like `NO`, or `US-CA`",
            ),
            (claims().countries(["UK"]), "`UK` is not the code of a country; write `GB`"),
            (
                claims().networks(["203.0.113.7/24"]),
                "`203.0.113.7/24` is no network: bits beyond its prefix are set; write `203.0.113.0/24` or lengthen the prefix",
            ),
            (
                claims().networks::<&str>([]),
                "the list of networks is empty, so the token would hold for nobody; leave it out or name one",
            ),
            (claims().session(""), "session id has 0 bytes, 1 to 128 are allowed; shorten or hash it"),
            (
                claims().session("x".repeat(129)),
                "session id has 129 bytes, 1 to 128 are allowed; shorten or hash it",
            ),
            (claims().issuer(""), "issuer has 0 bytes, 1 to 256 are allowed; shorten it or leave it out"),
            (claims().methods(["get"]), "`get` is no HTTP method; write it in capitals like `GET`"),
            (
                claims().methods::<&str>([]),
                "the list of methods is empty, so the token would hold for nobody; leave it out or name one",
            ),
        ];
        for (result, message) in cases {
            assert_eq!(result.unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn codes_are_minted_in_capitals() {
        let claims = claims().countries(["no", "us-ca", "GB-MAN"]).unwrap();
        assert_eq!(claims.countries, ["NO", "US-CA", "GB-MAN"]);
    }
}
