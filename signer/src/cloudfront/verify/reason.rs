//! Why a request is refused, in CloudFront's words and in ours.

use crate::moment::Moment;

/// CloudFront's own refusal codes. All of them are answered with status 403.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// No key pair id.
    MissingKey,
    /// A key pair id that the distribution does not trust.
    InvalidKey,
    /// A policy that cannot be read.
    MalformedPolicy,
    /// Everything else.
    AccessDenied,
}

impl Code {
    /// The code as CloudFront writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MissingKey => "MissingKey",
            Self::InvalidKey => "InvalidKey",
            Self::MalformedPolicy => "MalformedPolicy",
            Self::AccessDenied => "AccessDenied",
        }
    }

    /// The HTTP status that goes with it.
    #[must_use]
    pub fn status(self) -> u16 {
        403
    }

    /// The body of the answer.
    #[must_use]
    pub fn xml(self) -> String {
        let message = match self {
            Self::MissingKey => "Missing Key-Pair-Id query parameter or cookie value",
            Self::InvalidKey => "Unknown Key",
            Self::MalformedPolicy => "Malformed Policy",
            Self::AccessDenied => "Access denied",
        };
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><Error><Code>{}</Code><Message>{message}</Message></Error>"#,
            self.as_str()
        )
    }
}

/// What would have made a signature fit. It is only looked for once the request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Hint {
    /// The same policy, signed by another key of the group.
    #[error("it was made by the key `{id}` of the group, and the request names another")]
    OtherKey {
        /// That key's id.
        id: String,
    },
    /// The same policy, signed with the other hash.
    #[error(
        "it was made with the other hash: `Hash-Algorithm` was added or lost on the way, or the signer left it out"
    )]
    OtherHash,
    /// The same URL with the other protocol.
    #[error("it was made for the same URL with `{scheme}://`")]
    OtherScheme {
        /// That protocol.
        scheme: &'static str,
    },
    /// None of these.
    #[error(
        "a key outside the group signed, or the URL or policy was changed afterwards (for a canned policy, a parameter that was added is such a change)"
    )]
    Unknown,
}

/// What CloudFront does not tell: the very thing that was wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// Neither a signed URL nor cookies.
    #[error("the request carries neither a signed URL nor signed cookies")]
    NoCredentials,
    /// `Key-Pair-Id` is missing or empty.
    #[error("the key pair id is missing or empty")]
    NoKeyPairId,
    /// The key group does not hold it.
    #[error("the key group holds no key `{id}`")]
    UnknownKey {
        /// The id that came.
        id: String,
    },
    /// Neither kind of policy.
    #[error("there is neither a policy nor an expiry")]
    NoPolicy,
    /// Both kinds of policy.
    #[error("there is a policy and an expiry as well: a request is signed with one of them")]
    TwoPolicies,
    /// The policy is not in CloudFront's base64.
    #[error("the policy is not base64 in CloudFront's alphabet (`-`, `_` and `~` for `+`, `=` and `/`)")]
    PolicyEncoding,
    /// The policy is not of CloudFront's form.
    #[error("the policy cannot be read: {detail}")]
    PolicyForm {
        /// What is wrong with it.
        detail: String,
    },
    /// The expiry is not a number that CloudFront takes.
    #[error("the expiry `{value}` is not a number of seconds from 1 to 2147483647")]
    Expires {
        /// What came.
        value: String,
    },
    /// The URL is none that a viewer can request.
    #[error("the URL cannot be requested: {detail}")]
    Url {
        /// What is wrong with it.
        detail: &'static str,
    },
    /// One of CloudFront's parameters stands twice.
    #[error("the parameter `{name}` stands more than once")]
    Repeated {
        /// Its name.
        name: &'static str,
    },
    /// Somebody wrote the query anew. CloudFront is not known to decode its own parameters.
    #[error(
        "the parameter `{name}` was percent-encoded on the way, which CloudFront is not known to undo: players that write the query anew do that (hls.js, for low-latency reloads), so give those a path token"
    )]
    Reencoded {
        /// The parameter.
        name: &'static str,
    },
    /// No signature.
    #[error("the signature is missing or empty")]
    NoSignature,
    /// The signature is not in CloudFront's base64.
    #[error("the signature is not base64 in CloudFront's alphabet (`-`, `_` and `~` for `+`, `=` and `/`)")]
    SignatureEncoding,
    /// An unknown hash.
    #[error("the hash algorithm `{name}` is none that CloudFront knows: `SHA1` or `SHA256`")]
    Hash {
        /// What came.
        name: String,
    },
    /// Key, policy, URL or signature do not belong together.
    #[error("the signature does not fit: {hint}")]
    WrongSignature {
        /// What would have fitted.
        hint: Hint,
    },
    /// The policy is for something else.
    #[error("the policy covers `{resource}` and not this URL")]
    Resource {
        /// What it covers.
        resource: String,
    },
    /// The time is over.
    #[error("expired at {}, and it is {}", Moment((*.expires).into()), Moment(*.now))]
    Expired {
        /// When it ended.
        expires: u32,
        /// The present.
        now: u64,
    },
    /// The time has not come.
    #[error("valid only after {}, and it is {}", Moment((*.starts).into()), Moment(*.now))]
    NotYetValid {
        /// When it begins.
        starts: u32,
        /// The present.
        now: u64,
    },
    /// The viewer is elsewhere.
    #[error("the policy is for the network {network}, and the viewer is at {client}")]
    Network {
        /// Where it is valid.
        network: String,
        /// Where the viewer is.
        client: std::net::IpAddr,
    },
    /// The viewer's address is not known, and the policy asks for it.
    #[error("the policy is for the network {network}, and the viewer's address is not known")]
    NoAddress {
        /// Where it is valid.
        network: String,
    },
}

impl Reason {
    /// CloudFront's code for it.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::NoCredentials | Self::NoKeyPairId => Code::MissingKey,
            Self::UnknownKey { .. } => Code::InvalidKey,
            Self::Reencoded { name: "Policy" }
            | Self::NoPolicy
            | Self::TwoPolicies
            | Self::PolicyEncoding
            | Self::PolicyForm { .. }
            | Self::Expires { .. } => Code::MalformedPolicy,
            Self::Url { .. }
            | Self::Repeated { .. }
            | Self::Reencoded { .. }
            | Self::NoSignature
            | Self::SignatureEncoding
            | Self::Hash { .. }
            | Self::WrongSignature { .. }
            | Self::Resource { .. }
            | Self::Expired { .. }
            | Self::NotYetValid { .. }
            | Self::Network { .. }
            | Self::NoAddress { .. } => Code::AccessDenied,
        }
    }

    /// A stable name for this very reason, finer than CloudFront's code.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::NoCredentials => "no_credentials",
            Self::NoKeyPairId => "no_key_pair_id",
            Self::UnknownKey { .. } => "unknown_key",
            Self::NoPolicy => "no_policy",
            Self::TwoPolicies => "two_policies",
            Self::PolicyEncoding => "policy_encoding",
            Self::PolicyForm { .. } => "policy_form",
            Self::Expires { .. } => "expires",
            Self::Url { .. } => "url",
            Self::Repeated { .. } => "repeated",
            Self::Reencoded { .. } => "reencoded",
            Self::NoSignature => "no_signature",
            Self::SignatureEncoding => "signature_encoding",
            Self::Hash { .. } => "hash",
            Self::WrongSignature { .. } => "wrong_signature",
            Self::Resource { .. } => "resource",
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::Network { .. } => "network",
            Self::NoAddress { .. } => "no_address",
        }
    }
}
