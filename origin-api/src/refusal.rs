//! Answers that say no: a stable reason, a sentence for people, and the rule, as at the edge.

use crate::http::Noted;
use crate::leases::Full;
use crate::logins::NoLogin;
use crate::store::StoreError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use edge::Refusal;
use rights::outcome::Reason;
use rights::vocabulary::{Said, say};
use rights::{Bundle, Outcome};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The most characters of a detail.
const LONGEST_DETAIL: usize = 300;

/// A refusal on its way out. The layer around all routes adds the request's id.
#[derive(Debug, Clone)]
pub struct Refused {
    refusal: Refusal,
    known: Map<String, Value>,
    retry_after: Option<u32>,
    scheme: &'static str,
    noted: Option<Box<Noted>>,
}

/// The request's id, for the layer that writes it into bodies and logs.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Reasoned {
    pub(crate) reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
    #[serde(skip)]
    pub(crate) body: Map<String, Value>,
}

const fn refusal(status: u16, reason: &'static str, title: &'static str) -> Refusal {
    Refusal { reason, status, title }
}

pub(crate) const NO_CREDENTIALS: Refusal = refusal(401, "no_credentials", "Please log in");
pub(crate) const REVOKED: Refusal = refusal(401, "revoked", "Access was withdrawn; please renew it");
pub(crate) const LOGIN_EXPIRED: Refusal = refusal(401, "login_expired", "The login has expired");
pub(crate) const OTHER_ACCOUNT: Refusal = refusal(403, "other_account", "This was begun by another account");
pub(crate) const SESSION_UNKNOWN: Refusal =
    refusal(401, "session_unknown", "This playback session is none of ours");
pub(crate) const SESSION_ENDED: Refusal =
    refusal(403, "session_ended", "This playback session has ended; start again");
pub(crate) const REPLACED: Refusal =
    refusal(403, "replaced", "Another device of this account is watching now");
pub(crate) const CONCURRENCY: Refusal = refusal(403, "concurrency", "Too many devices are watching at once");
pub(crate) const DELIVERY: Refusal = refusal(400, "delivery", "Media are not handed out in this way here");
pub(crate) const MALFORMED: Refusal = refusal(400, "malformed", "The request cannot be read");
pub(crate) const MEDIA_TYPE: Refusal =
    refusal(415, "media_type", "The body is not of a type that is taken here");
pub(crate) const TOO_LARGE: Refusal = refusal(413, "too_large", "The body is too large");
pub(crate) const SLOW: Refusal = refusal(408, "slow", "The request took too long to arrive");
pub(crate) const NOT_FOUND: Refusal = refusal(404, "not_found", "There is nothing at this address");
pub(crate) const UNKNOWN_TITLE: Refusal = refusal(404, "unknown_title", "There is no such title");
pub(crate) const METHOD_NOT_ALLOWED: Refusal =
    refusal(405, "method_not_allowed", "The method is not allowed here");
pub(crate) const NOT_ADMIN: Refusal = refusal(403, "not_admin", "This is for administrators");
pub(crate) const CHANGED: Refusal = refusal(412, "changed", "It was changed by somebody else; read it again");
pub(crate) const INVALID: Refusal = refusal(422, "invalid", "This cannot be taken as it is");
pub(crate) const TOO_MANY: Refusal =
    refusal(429, "too_many_requests", "Too many requests; please wait a little");
pub(crate) const CANNOT_DECIDE: Refusal =
    refusal(503, "cannot_decide", "Nobody can tell at the moment; please try again");
pub(crate) const KEYS_UNAVAILABLE: Refusal = refusal(
    503,
    "keys_unavailable",
    "Nobody can tell at the moment whether the login holds; please try again",
);
pub(crate) const OVERLOADED: Refusal = refusal(503, "overloaded", "Too much is going on; please try again");
pub(crate) const LATE: Refusal = refusal(503, "late", "This took too long; please try again");
pub(crate) const DRAINING: Refusal =
    refusal(503, "draining", "This server is about to stop; ask another one");
pub(crate) const STORE: Refusal =
    refusal(503, "store_unavailable", "Nothing can be kept at the moment; please try again");

impl Refused {
    pub(crate) fn new(refusal: Refusal) -> Self {
        let retry_after = (refusal.status == 503).then_some(5);
        Self { refusal, known: Map::new(), retry_after, scheme: "Bearer", noted: None }
    }

    /// With a sentence on what was wrong, which holds nothing secret. It is cut where it is long: what a client sent may be
    /// in it, and it goes into the log.
    pub(crate) fn because(mut self, detail: impl Into<String>) -> Self {
        let mut detail: String = detail.into();
        if let Some((end, _)) = detail.char_indices().nth(LONGEST_DETAIL) {
            detail.truncate(end);
            detail.push('\u{2026}');
        }
        self.known.insert("detail".to_owned(), detail.into());
        self
    }

    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.known.insert(key.to_owned(), value.into());
        self
    }

    pub(crate) fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Who has to log in otherwise than viewers do.
    pub(crate) fn by(mut self, scheme: &'static str) -> Self {
        self.scheme = scheme;
        self
    }

    /// With what is known of the request, for the log.
    pub(crate) fn noted(mut self, noted: Noted) -> Self {
        self.noted = Some(Box::new(noted));
        self
    }

    /// Whether it is the server's fault, so that nobody knows what was done.
    pub(crate) fn is_fault(&self) -> bool {
        self.refusal.status >= 500
    }

    /// What the rights say, if they do not say yes. Who is not logged in is asked to, where that may help.
    pub(crate) fn of_rights(
        outcome: &Outcome<'_>,
        bundle: &Bundle<Vec<u8>>,
        has_login: bool,
    ) -> Option<Self> {
        let refused = match outcome {
            Outcome::Allow(_) => return None,
            Outcome::Deny(deny) if deny.reason == Reason::Tier && !has_login => Self::new(NO_CREDENTIALS),
            Outcome::Deny(deny) => Self::new(Refusal::of_rights(deny.reason)),
            Outcome::CannotDecide(_) => Self::new(CANNOT_DECIDE),
        };
        let said = decision(outcome, bundle);
        // The reason stands above, and may be another one.
        Some(
            said.into_iter()
                .filter(|(key, _)| key != "reason")
                .fold(refused, |refused, (key, value)| refused.with(&key, value)),
        )
    }
}

/// An outcome in the vocabulary that commands, edges and APIs share.
pub(crate) fn decision(outcome: &Outcome<'_>, bundle: &Bundle<Vec<u8>>) -> Map<String, Value> {
    let mut words = Map::new();
    say(outcome, &bundle.name(), |key, said| {
        let value = match said {
            Said::Text(text) => text.map_or(Value::Null, Value::from),
            Said::Number(number) => number.map_or(Value::Null, Value::from),
            Said::Flag(flag) => flag.into(),
            Said::Time(time) => time.map_or(Value::Null, |time| moment(time).into()),
            Said::Tiers(tiers) => tiers.list().map(|tier| tier.to_string()).collect::<Vec<_>>().into(),
        };
        words.insert(key.to_owned(), value);
    });
    words
}

/// A time as RFC 3339 has it.
pub(crate) fn moment(time: i64) -> String {
    rights::moment::rfc3339(time)
}

impl From<NoLogin> for Refused {
    fn from(problem: NoLogin) -> Self {
        match problem {
            NoLogin::Refused(refusal) => {
                Self::new(self::refusal(401, refusal.code(), "The login does not hold"))
                    .because(refusal.to_string())
            }
            NoLogin::KeysUnavailable => Self::new(KEYS_UNAVAILABLE),
        }
    }
}

impl From<StoreError> for Refused {
    fn from(problem: StoreError) -> Self {
        // What exactly is wrong with the store is for the log, not for viewers.
        crate::log::line(
            "store",
            &std::collections::HashMap::from([("detail", problem.to_string().as_str())]),
        );
        Self::new(STORE)
    }
}

impl From<Full> for Refused {
    fn from(full: Full) -> Self {
        let holders: Vec<Value> = full
            .holders
            .iter()
            .map(|lease| json!({"session": lease.session, "title": lease.title, "device": lease.device, "profile": lease.profile, "since": moment(lease.since)}))
            .collect();
        Self::new(CONCURRENCY)
            .with("max_streams", full.places)
            .with("of_profile", full.of_profile)
            .with("streams", holders)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Refusal { reason, status, title } = self.refusal;
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let rule = self.known.get("rule").and_then(Value::as_str).map(str::to_owned);
        let detail = self.known.get("detail").and_then(Value::as_str).map(str::to_owned);
        let mut body = Map::from_iter([
            ("type".to_owned(), Value::from(format!("urn:playgate:{reason}"))),
            ("title".to_owned(), title.into()),
            ("status".to_owned(), status.as_u16().into()),
            ("reason".to_owned(), reason.into()),
            ("rule".to_owned(), Value::Null),
        ]);
        body.extend(self.known);
        if reason == REVOKED.reason {
            body.insert("renew".to_owned(), true.into());
        }
        let mut response = status.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(self.scheme));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        // The body follows when the request's id is known.
        if let Some(noted) = self.noted {
            response.extensions_mut().insert(*noted);
        }
        response.extensions_mut().insert(Reasoned { reason, rule, detail, body });
        response
    }
}
