//! The forms that many answers have: a refusal, and what was decided.

use crate::refusal::reasons;
use rights::outcome::Reason;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{Object, Type};

/// A refusal. What is not required is there where it is known.
#[derive(Debug, Serialize, ToSchema)]
#[allow(dead_code, reason = "it describes what other code writes")]
#[schema(example = json!({
    "type": "urn:playgate:tier", "title": "Not included in your subscription", "status": 403, "reason": "tier",
    "rule": "acme-2026/svod-nordics", "request_id": "5f0c1b7e2d9a4c3b8e6f7a1d2c3b4a59", "outcome": "deny", "message": null,
    "available_from": null, "tiers": ["family", "premium"],
    "policy": "sha256:9b1f0c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"
}))]
pub(super) struct Problem {
    /// `urn:playgate:` and the reason.
    #[schema(pattern = "^urn:playgate:[a-z_]+$", example = "urn:playgate:tier")]
    r#type: String,
    /// A short sentence for viewers.
    #[schema(min_length = 1, example = "Not included in your subscription")]
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 403)]
    status: u16,
    /// A stable code, to decide by.
    #[schema(schema_with = any_reason)]
    reason: String,
    /// The rule that decided, if one did: for support.
    #[schema(required, example = "acme-2026/svod-nordics")]
    rule: Option<String>,
    /// The request's id: for support.
    #[schema(min_length = 1, max_length = 128)]
    request_id: String,
    /// What was wrong, for developers.
    #[schema(value_type = String, required = false, max_length = 301)]
    detail: Option<String>,
    /// Of decisions: `deny`, or `cannot_decide`.
    #[schema(value_type = String, required = false, pattern = "^(deny|cannot_decide)$")]
    outcome: Option<String>,
    /// Of decisions: a sentence of the rule for viewers, to be shown.
    #[schema(example = "Shown on local television")]
    message: Option<String>,
    /// Of `not_yet` and `blackout`: from when on this viewer may, if that is known.
    #[schema(format = DateTime)]
    available_from: Option<String>,
    /// Of `tier`: those that would do.
    #[schema(value_type = Vec<String>, required = false)]
    tiers: Option<Vec<String>>,
    /// Of decisions: the policy by which it was decided.
    #[schema(value_type = String, required = false, pattern = "^sha256:[0-9a-f]{64}$")]
    policy: Option<String>,
    /// Of `concurrency`: how many may watch at once.
    #[schema(value_type = u16, required = false)]
    max_streams: Option<u16>,
    /// Of `concurrency`: whether it is the profile that has too many, and not the account.
    #[schema(value_type = bool, required = false)]
    of_profile: Option<bool>,
    /// Of `concurrency`: who is watching. `DELETE /v1/playback/{session}` with the login ends one.
    #[schema(value_type = Vec<Stream>, required = false)]
    streams: Option<Vec<Stream>>,
    /// Of `revoked`: that a new access may be asked for.
    #[schema(value_type = bool, required = false)]
    renew: Option<bool>,
}

/// A player of the account that is watching.
#[derive(Debug, Serialize, ToSchema)]
#[allow(dead_code, reason = "it describes what other code writes")]
pub(super) struct Stream {
    /// Its session's id.
    session: String,
    /// What it plays.
    #[schema(example = "acme/one")]
    title: String,
    /// On what.
    #[schema(example = "tv")]
    device: String,
    /// Whose profile it is, if it said so.
    #[schema(required)]
    profile: Option<String>,
    /// Since when.
    #[schema(format = DateTime)]
    since: String,
}

/// What was decided, in the words of `playgate policy explain --json`.
#[derive(Debug, Serialize, ToSchema)]
#[allow(dead_code, reason = "it describes what other code writes")]
pub(super) struct Decision {
    /// `allow`, or `deny` where a title is shown that will be allowed.
    #[schema(pattern = "^(allow|deny)$", example = "allow")]
    outcome: String,
    /// The rule that decided.
    #[schema(required, example = "acme-2026/svod-nordics")]
    rule: Option<String>,
    /// The policy by which it was decided.
    #[schema(
        pattern = "^sha256:[0-9a-f]{64}$",
        example = "sha256:9b1f0c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"
    )]
    policy: String,
    /// Until when it holds, if that is known.
    #[schema(format = DateTime, example = "2027-01-01T00:00:00Z")]
    valid_until: Option<String>,
    /// The most lines of a picture, if they are limited.
    #[schema(example = 1080)]
    max_height: Option<u16>,
    /// The most streams at once, if they are counted.
    #[schema(example = 2)]
    max_streams: Option<u16>,
    /// Whether media have to be encrypted.
    #[schema(value_type = bool, required = false)]
    drm: Option<bool>,
    /// Why it is not allowed.
    #[schema(schema_with = reason_of_rights, required = false)]
    reason: Option<String>,
    /// A sentence of the rule for viewers.
    message: Option<String>,
    /// From when on it will be allowed.
    #[schema(format = DateTime)]
    available_from: Option<String>,
}

fn any_reason() -> Object {
    code(
        reasons(),
        "A stable code, to decide by. More may come: treat what is not known by its status.",
        "tier",
    )
}

fn reason_of_rights() -> Object {
    code(Reason::ALL.map(Reason::code), "Why it is not allowed.", "not_yet")
}

fn code(values: impl IntoIterator<Item = &'static str>, description: &str, example: &str) -> Object {
    Object::builder()
        .schema_type(Type::String)
        .description(Some(description))
        .enum_values(Some(values))
        .examples([example])
        .build()
}
