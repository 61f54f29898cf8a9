//! The labels of claims, in the two dialects that are in use.

use super::scope;

/// Which labels a token uses for its restrictions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// CTA-5007-B, as registered with IANA.
    #[default]
    Cta,
    /// AWS's sample for CloudFront Functions.
    Aws,
}

/// Labels of claims.
pub(crate) mod label {
    pub(crate) const ISSUER: i64 = 1;
    pub(crate) const SUBJECT: i64 = 2;
    pub(crate) const AUDIENCE: i64 = 3;
    pub(crate) const EXPIRES: i64 = 4;
    pub(crate) const NOT_BEFORE: i64 = 5;
    pub(crate) const ISSUED_AT: i64 = 6;
    pub(crate) const SESSION: i64 = 7;
    pub(crate) const CRITICAL: i64 = 45;
    pub(crate) const REPLAY: i64 = 308;
    pub(crate) const VERSION: i64 = 310;
    pub(crate) const NETWORKS: i64 = 311;
    pub(crate) const URI: i64 = 312;
    pub(crate) const METHODS: i64 = 313;
    pub(crate) const PLACES: i64 = 316;
    pub(crate) const AWS_URI: i64 = 401;
    pub(crate) const AWS_NETWORKS: i64 = 402;
    pub(crate) const AWS_METHODS: i64 = 403;
    /// Private to Playgate: the tallest picture, in lines, that the token opens.
    pub(crate) const MAX_HEIGHT: i64 = -70_001;
    /// Private to Playgate, as the next two: what was known of the viewer when the token was minted.
    pub(crate) const TIER: i64 = -70_002;
    pub(crate) const DEVICE: i64 = -70_003;
    pub(crate) const REGION: i64 = -70_004;
}

/// The labels of the restrictions that the dialects number differently.
pub(crate) struct Labels {
    pub(crate) uri: i64,
    pub(crate) networks: i64,
    pub(crate) methods: i64,
    pub(crate) path: i64,
    pub(crate) prefix: i64,
}

impl Dialect {
    /// The name that the command line uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cta => "cta",
            Self::Aws => "aws",
        }
    }

    pub(crate) fn labels(self) -> Labels {
        let (uri, networks, methods, path) = match self {
            Self::Cta => (label::URI, label::NETWORKS, label::METHODS, 3),
            Self::Aws => (label::AWS_URI, label::AWS_NETWORKS, label::AWS_METHODS, 2),
        };
        Labels { uri, networks, methods, path, prefix: 1 }
    }

    pub(crate) fn component(self, number: i64) -> Option<Component> {
        Some(match (self, number) {
            (Self::Cta, 0) => Component::Scheme,
            (_, 1) => Component::Host,
            (Self::Cta, 2) => Component::Port,
            (Self::Cta, 3) | (Self::Aws, 2) => Component::Path,
            (Self::Cta, 4) => Component::Query,
            (Self::Cta, 5) => Component::Parent,
            (Self::Cta, 6) => Component::Filename,
            (Self::Cta, 7) => Component::Stem,
            (Self::Cta, 8) | (Self::Aws, 3) => Component::Extension,
            _ => return None,
        })
    }

    pub(crate) fn matching(self, number: i64) -> Option<Matching> {
        Some(match (self, number) {
            (Self::Cta, 0) | (Self::Aws, 3) => Matching::Exact,
            (_, 1) => Matching::Prefix,
            (_, 2) => Matching::Suffix,
            (Self::Cta, 3) => Matching::Contains,
            _ => return None,
        })
    }
}

impl std::str::FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        match name {
            "cta" => Ok(Self::Cta),
            "aws" => Ok(Self::Aws),
            _ => Err(UnknownDialect { name: name.to_owned() }),
        }
    }
}

/// A name that is no dialect's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown dialect `{name}`; use `cta` or `aws`")]
pub struct UnknownDialect {
    name: String,
}

/// A part of a URI that a token can restrict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Component {
    Scheme,
    Host,
    Port,
    Path,
    Query,
    Parent,
    Filename,
    Stem,
    Extension,
}

impl Component {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Scheme => "scheme",
            Self::Host => "host",
            Self::Port => "port",
            Self::Path => "path",
            Self::Query => "query",
            Self::Parent => "parent path",
            Self::Filename => "filename",
            Self::Stem => "stem",
            Self::Extension => "extension",
        }
    }

    /// Whether it is taken from the path.
    pub(crate) fn is_of_path(self) -> bool {
        matches!(self, Self::Path | Self::Parent | Self::Filename | Self::Stem | Self::Extension)
    }
}

/// How a part is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Matching {
    Exact,
    Prefix,
    Suffix,
    Contains,
}

impl Matching {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Prefix => "prefix",
            Self::Suffix => "suffix",
            Self::Contains => "contains",
        }
    }

    /// Whether `actual` is what a token permits. Prefixes of paths end at a segment, suffixes of hosts begin at a
    /// label, and neither scheme nor host depends on case.
    pub(crate) fn permits(self, component: Component, expected: &str, actual: &str) -> bool {
        match (component, self) {
            (Component::Scheme | Component::Host, Self::Exact) => actual.eq_ignore_ascii_case(expected),
            (Component::Scheme | Component::Host, Self::Prefix) => {
                actual.get(..expected.len()).is_some_and(|start| start.eq_ignore_ascii_case(expected))
            }
            (Component::Host, Self::Suffix) => host_ends_with(actual, expected),
            (Component::Path | Component::Parent, Self::Prefix) => scope::covers(expected, actual),
            (_, Self::Exact) => actual == expected,
            (_, Self::Prefix) => actual.starts_with(expected),
            (_, Self::Suffix) => actual.ends_with(expected),
            (_, Self::Contains) => actual.contains(expected),
        }
    }
}

fn host_ends_with(host: &str, suffix: &str) -> bool {
    let Some(start) = host.len().checked_sub(suffix.len()) else { return false };
    let Some((before, end)) = host.split_at_checked(start) else { return false };
    let at_label = before.is_empty() || before.ends_with('.') || suffix.starts_with('.');
    at_label && end.eq_ignore_ascii_case(suffix)
}

/// What a claim is called.
pub(crate) fn claim_name(label: i64) -> Option<&'static str> {
    Some(match label {
        label::ISSUER => "iss",
        label::SUBJECT => "sub",
        label::AUDIENCE => "aud",
        label::EXPIRES => "exp",
        label::NOT_BEFORE => "nbf",
        label::ISSUED_AT => "iat",
        label::SESSION => "cti",
        8 => "cnf",
        41 | 324 => "or",
        42 | 325 => "nor",
        43 | 326 => "and",
        44 => "enc",
        label::CRITICAL => "crit",
        282 => "geohash",
        label::REPLAY => "catreplay",
        309 => "catpor",
        label::VERSION => "catv",
        label::NETWORKS | label::AWS_NETWORKS => "catnip",
        label::URI | label::AWS_URI => "catu",
        label::METHODS | label::AWS_METHODS => "catm",
        314 => "catalpn",
        315 => "cath",
        label::PLACES => "catgeoiso3166",
        317 => "catgeocoord",
        318 => "catgeoalt",
        319 => "cattpk",
        320 => "catifdata",
        321 => "catdpop",
        322 => "catif",
        323 | 404 => "catr",
        label::MAX_HEIGHT => "max_height",
        label::TIER => "tier",
        label::DEVICE => "device",
        label::REGION => "region",
        _ => return None,
    })
}

/// Claims that restrict a token in ways that are not checked here. The numbers of the composite claims are those
/// of the implementations in use; their draft (draft-lemmons-cose-composite-claims) has not been given any.
pub(crate) fn restricts_unchecked(label: i64) -> bool {
    matches!(label, 8 | 41..=44 | 282 | 309 | 314 | 315 | 317..=321 | 324..=326)
}

/// Claims that a critical list may name, because they are checked here.
pub(crate) fn is_understood(claim: i64) -> bool {
    matches!(
        claim,
        label::ISSUER..=label::SESSION
            | label::CRITICAL
            | label::REPLAY
            | label::VERSION..=label::METHODS
            | label::PLACES
            | label::AWS_URI..=label::AWS_METHODS
            | label::MAX_HEIGHT
            | label::TIER
            | label::DEVICE
            | label::REGION
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_know_where_names_end() {
        let cases = [
            (Component::Host, Matching::Suffix, "example.com", "cdn.example.com", true),
            (Component::Host, Matching::Suffix, ".example.com", "CDN.EXAMPLE.COM", true),
            (Component::Host, Matching::Suffix, "example.com", "example.com", true),
            (Component::Host, Matching::Suffix, "example.com", "evilexample.com", false),
            (Component::Host, Matching::Suffix, "example.com", "com", false),
            (Component::Host, Matching::Exact, "cdn.example.com", "CDN.example.com", true),
            (Component::Path, Matching::Prefix, "/vod/a", "/vod/ab", false),
            (Component::Parent, Matching::Prefix, "/vod/a", "/vod/ab", false),
            (Component::Path, Matching::Exact, "/vod/a", "/vod/A", false),
            (Component::Filename, Matching::Prefix, "seg", "seg1.ts", true),
            (Component::Query, Matching::Contains, "b=2", "a=1&b=2", true),
            (Component::Extension, Matching::Exact, ".ts", ".ts", true),
        ];
        for (component, matching, expected, actual, permitted) in cases {
            assert_eq!(
                matching.permits(component, expected, actual),
                permitted,
                "{component:?} {expected} {actual}"
            );
        }
    }

    #[test]
    fn names() {
        assert_eq!("cta".parse::<Dialect>().map(Dialect::name), Ok("cta"));
        assert_eq!("aws".parse::<Dialect>().map(Dialect::name), Ok("aws"));
        let message = "AWS".parse::<Dialect>().unwrap_err().to_string();
        assert_eq!(message, "unknown dialect `AWS`; use `cta` or `aws`");
    }
}
