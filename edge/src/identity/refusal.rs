//! Why there is no login: the token's fault, or ours.

use thiserror::Error;

/// A token that is refused. Each has a stable [`code`](Refusal::code).
///
/// Until the signature holds, a refusal speaks only of the token's form, its header, its issuer and its expiry: the
/// first three have to be known to find the key, and an old login is by far the most frequent refusal, which should
/// cost no signature. None of it tells the sender anything that is not in the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// More bytes than any honest login.
    #[error("login has {bytes} bytes, more than 8192; have the issuer put less into it")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Not a signed JWT in three parts of base64url, or its JSON is broken or has a member twice.
    #[error("login is not a signed JWT; send the token exactly as the issuer made it")]
    Malformed,
    /// Not the algorithm of the key.
    #[error(
        "login names an algorithm that is not its key's; only RS256 and ES256 are taken, as the key says"
    )]
    Algorithm,
    /// An extension that must be understood, and is not.
    #[error("login has a `crit` header; have the issuer leave it out")]
    Critical,
    /// Not one of the configured issuers.
    #[error("login is not from an issuer that is trusted here; log in at one that is")]
    Issuer,
    /// No `exp`, or none that is a time before the year 10000.
    #[error("login has no expiry before the year 10000; have the issuer set `exp`")]
    NoExpiry,
    /// `exp` has come.
    #[error("login expired at {expires_at}, it is {now}; log in again")]
    Expired {
        /// The token's `exp`, in epoch seconds.
        expires_at: i64,
        /// The time of the check.
        now: i64,
    },
    /// The issuer has no such key, as was asked not long ago; or the token names none and the issuer has several.
    #[error("login is signed with a key that its issuer does not publish; log in again")]
    UnknownKey,
    /// Forged or damaged.
    #[error("login's signature does not hold; log in again")]
    Signature,
    /// For another application.
    #[error("login is not for this service; log in here")]
    Audience,
    /// An id token where an access token is wanted, or the other way round.
    #[error("login is a token for another use; send the other one of id and access token")]
    Use,
    /// `nbf` has not come, or `iat` lies in the future.
    #[error("login does not hold before {from}, it is {now}; wait, or set the clocks")]
    NotYetValid {
        /// When it begins, in epoch seconds.
        from: i64,
        /// The time of the check.
        now: i64,
    },
    /// `sub`, `nbf` or `iat` is not what it has to be.
    #[error("login's `{name}` is missing or malformed; have the issuer set it")]
    Claim {
        /// Which claim.
        name: &'static str,
    },
}

impl Refusal {
    /// All codes that there are.
    pub const CODES: [&str; 13] = [
        "login_too_large",
        "login_malformed",
        "login_algorithm",
        "login_critical",
        "login_issuer",
        "login_no_expiry",
        "login_expired",
        "login_unknown_key",
        "login_signature",
        "login_audience",
        "login_use",
        "login_not_yet_valid",
        "login_claim",
    ];

    /// The stable code, in snake case.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "login_too_large",
            Self::Malformed => "login_malformed",
            Self::Algorithm => "login_algorithm",
            Self::Critical => "login_critical",
            Self::Issuer => "login_issuer",
            Self::NoExpiry => "login_no_expiry",
            Self::Expired { .. } => "login_expired",
            Self::UnknownKey => "login_unknown_key",
            Self::Signature => "login_signature",
            Self::Audience => "login_audience",
            Self::Use => "login_use",
            Self::NotYetValid { .. } => "login_not_yet_valid",
            Self::Claim { .. } => "login_claim",
        }
    }
}

/// Why [`Logins::verify`](super::Logins::verify) did not return a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unverified {
    /// The token is refused, now and with every key.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The issuer's keys could not be fetched, or are being fetched: nobody can say whether the login holds.
    #[error("keys of the login's issuer cannot be had; try again in {retry_after} seconds")]
    KeysUnavailable {
        /// When it is worth trying again.
        retry_after: u32,
    },
    /// The host answered [`Verdict::Later`](super::Verdict::Later): run the request again when it knows.
    #[error(
        "the host has not yet answered whether the signature holds; run the request again with its answer"
    )]
    Later,
    /// Fetch this issuer's keys, hand them to [`Logins::keys_fetched`](super::Logins::keys_fetched), and run the
    /// request again. Said once per retry interval and issuer, so whoever is told must do it.
    #[error("keys of issuer {issuer} are to be fetched; run the request again with them")]
    FetchKeys {
        /// The issuer's position in the configuration.
        issuer: usize,
    },
}

impl Unverified {
    /// The stable code of what a viewer can be told; `None` where the request is only to be run again.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Refused(refusal) => Some(refusal.code()),
            Self::KeysUnavailable { .. } => Some("keys_unavailable"),
            Self::Later | Self::FetchKeys { .. } => None,
        }
    }
}
