//! Why a token is refused: a stable code for machines, a sentence with evidence for people.

use crate::moment::Moment;
use std::fmt;
use std::net::IpAddr;

use super::cbor::Malformed;
use super::scope::NotCanonical;

/// A refusal. Each has a stable [`code`](Refusal::code); its `Display` says what was expected, what came
/// and what to do.
///
/// Refusals hold their evidence inline and allocate nothing: a flood of bad tokens costs no memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The bytes are no well-formed token.
    #[error("token is malformed: {0}; mint it again, and pass it on unchanged")]
    Malformed(#[from] Malformed),
    /// Longer than CloudFront's own limit for a CWT.
    #[error("token has more than {limit} bytes; put fewer or shorter claims into it")]
    TooLarge {
        /// The most bytes a token may have once decoded.
        limit: usize,
    },
    /// The protected header names no algorithm, or another than HMAC with SHA-256.
    #[error("token says algorithm {}, only HS256 (5) is accepted; mint it with HS256", Found(*.actual))]
    Algorithm {
        /// The algorithm's COSE number, if the token names one.
        actual: Option<i64>,
    },
    /// A critical list names something this verifier does not understand or cannot find.
    #[error(
        "token declares label {label} critical, which is not understood here; mint it without, or update this verifier"
    )]
    Critical {
        /// The label of the header parameter or claim.
        label: i64,
    },
    /// No key of the ring has the token's key id.
    #[error("key id `{kid}` is not in the key ring; add the key, or mint with one that is there")]
    UnknownKey {
        /// The token's key id.
        kid: Excerpt,
    },
    /// The key is known, but outside its validity; or no key is valid at all.
    #[error("key `{kid}` is outside its validity at {}; mint again with a current key", Moment(*.now))]
    KeyExpired {
        /// The token's key id, empty if it names none.
        kid: Excerpt,
        /// The time of the check.
        now: u64,
    },
    /// The MAC does not fit: forged, damaged, or minted with another key.
    #[error("token's MAC does not match; it was altered, or minted with another key")]
    BadMac,
    /// A token without `exp` would live for ever.
    #[error("token has no expiry before the year 10000; mint it with one")]
    NoExpiry,
    /// `exp` has come.
    #[error("token expired at {}, it is {}; get a new one", Moment(*.expires_at), Moment(*.now))]
    Expired {
        /// The token's `exp`.
        expires_at: u64,
        /// The time of the check.
        now: u64,
    },
    /// `nbf` has not come yet.
    #[error("token is not valid before {}, it is {}; wait, or check the clocks", Moment(*.not_before), Moment(*.now))]
    NotYetValid {
        /// The token's `nbf`.
        not_before: u64,
        /// The time of the check.
        now: u64,
    },
    /// The issuer is not the one that the policy expects.
    #[error("token's issuer is `{actual}`, expected `{expected}`; mint it with the expected issuer")]
    Issuer {
        /// The token's issuer, empty if it names none.
        actual: Excerpt,
        /// The policy's issuer.
        expected: Excerpt,
    },
    /// The audience is not the one that the policy expects, or the policy expects none.
    #[error(
        "token's audience is `{actual}`, expected `{expected}`; mint it for the audience that this verifier has, or tell the verifier its audience"
    )]
    Audience {
        /// The token's first audience, empty if it names none.
        actual: Excerpt,
        /// The policy's audience, empty if it has none.
        expected: Excerpt,
    },
    /// The path is written in a way that a server further on may read differently.
    #[error("request path is not canonical: {0}; ask for the plain path")]
    PathNotCanonical(#[from] NotCanonical),
    /// The path lies outside the token's scope.
    #[error("path `{actual}` is outside the token's scope `{expected}`; get a token for this path")]
    Path {
        /// The request's path, or the part of it that the token speaks of.
        actual: Excerpt,
        /// What the token permits.
        expected: Excerpt,
    },
    /// The token restricts the path and the request gives none.
    #[error("token restricts the path and the request's path is not known; pass the path")]
    PathUnknown,
    /// Scheme, host, port or query is outside the token's scope.
    #[error("{component} `{actual}` is outside the token's scope `{expected}`; get a token for this address")]
    Uri {
        /// Which part of the URI.
        component: &'static str,
        /// The request's.
        actual: Excerpt,
        /// What the token permits.
        expected: Excerpt,
    },
    /// The token restricts scheme, host, port or query and the request does not give it.
    #[error("token restricts the {component} and the request's is not known; pass it")]
    UriUnknown {
        /// Which part of the URI.
        component: &'static str,
    },
    /// The method is not among the token's.
    #[error("method `{actual}` is not permitted by the token; use one of its methods")]
    Method {
        /// The request's method.
        actual: Excerpt,
    },
    /// The token restricts the method and the request gives none.
    #[error("token restricts the method and the request's is not known; pass the method")]
    MethodUnknown,
    /// The country is not among the token's.
    #[error(
        "country `{actual}` is not among the token's, the first of which is `{expected}`; the token does not hold here"
    )]
    Country {
        /// The viewer's country.
        actual: Excerpt,
        /// The token's first country, empty if its list is.
        expected: Excerpt,
    },
    /// The token restricts the country and the viewer's is not known.
    #[error("token restricts the country and the viewer's is not known; have the CDN pass it")]
    CountryUnknown,
    /// The token names subdivisions of the viewer's country and the viewer's region is not known.
    #[error(
        "token names only parts of country `{country}` and the viewer's region is not known; have the CDN pass it"
    )]
    RegionUnknown {
        /// The viewer's country.
        country: Excerpt,
    },
    /// The address is in none of the token's networks.
    #[error("address {actual} is in none of the token's networks; get a token from this network")]
    Ip {
        /// The viewer's address.
        actual: IpAddr,
    },
    /// The token restricts the address and the viewer's is not known.
    #[error("token restricts the address and the viewer's is not known; have the CDN pass it")]
    IpUnknown,
    /// A claim restricts the token in a way that is not checked here. What is signed is never ignored.
    #[error("claim {label} ({name}) cannot be checked here: {why}; mint the token without it")]
    UnsupportedClaim {
        /// The claim's label.
        label: i64,
        /// The claim's name.
        name: &'static str,
        /// What about it is not supported.
        why: &'static str,
    },
    /// The token carries restrictions in both label dialects.
    #[error("token carries claim {cta} and claim {aws}, which belong to different dialects; mint it in one")]
    Ambiguous {
        /// A label of the CTA dialect.
        cta: i64,
        /// A label of the AWS dialect.
        aws: i64,
    },
}

impl Refusal {
    /// The stable code, in snake case.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::TooLarge { .. } => "too_large",
            Self::Algorithm { .. } => "algorithm",
            Self::Critical { .. } => "critical",
            Self::UnknownKey { .. } => "unknown_key",
            Self::KeyExpired { .. } => "key_expired",
            Self::BadMac => "bad_mac",
            Self::NoExpiry => "no_expiry",
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::Issuer { .. } => "issuer",
            Self::Audience { .. } => "audience",
            Self::PathNotCanonical(_) => "path_not_canonical",
            Self::Path { .. } => "path",
            Self::PathUnknown => "path_unknown",
            Self::Uri { .. } => "uri",
            Self::UriUnknown { .. } => "uri_unknown",
            Self::Method { .. } => "method",
            Self::MethodUnknown => "method_unknown",
            Self::Country { .. } => "country",
            Self::CountryUnknown => "country_unknown",
            Self::RegionUnknown { .. } => "region_unknown",
            Self::Ip { .. } => "ip",
            Self::IpUnknown => "ip_unknown",
            Self::UnsupportedClaim { .. } => "unsupported_claim",
            Self::Ambiguous { .. } => "ambiguous",
        }
    }
}

/// The beginning of a text that came from outside, kept inline and printed harmlessly.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Excerpt {
    bytes: [u8; Excerpt::LIMIT],
    length: u8,
    shortened: bool,
}

impl Excerpt {
    /// The most bytes kept; what is longer ends in an ellipsis.
    pub const LIMIT: usize = 46;

    /// Keeps the beginning of `text`.
    #[must_use]
    pub fn of(text: impl AsRef<[u8]>) -> Self {
        let text = text.as_ref();
        let mut bytes = [0; Self::LIMIT];
        let mut length = 0;
        for (to, from) in bytes.iter_mut().zip(text) {
            *to = *from;
            length += 1;
        }
        Self { bytes, length, shortened: text.len() > Self::LIMIT }
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.bytes.iter().take(usize::from(self.length)) {
            // The text may be hostile and may end up in a terminal or a log.
            let shown = if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '?' };
            fmt::Write::write_char(formatter, shown)?;
        }
        if self.shortened { formatter.write_str("…") } else { Ok(()) }
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{self}`")
    }
}

struct Found(Option<i64>);

impl fmt::Display for Found {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(number) => write!(formatter, "{number}"),
            None => formatter.write_str("nothing"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_shortened_and_harmless() {
        let long = format!("/vod/\u{1b}[31m{}", "x".repeat(100));
        let shown = Refusal::Path { actual: Excerpt::of(&long), expected: Excerpt::of("/vod/a") }.to_string();
        assert!(
            shown.contains("/vod/?[31mxxx") && shown.contains('…') && !shown.contains('\u{1b}'),
            "{shown}"
        );
    }

    #[test]
    fn a_refusal_stays_small_enough_to_return() {
        assert!(size_of::<Refusal>() <= 128, "{}", size_of::<Refusal>());
    }
}
