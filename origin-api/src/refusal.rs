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
use std::collections::BTreeSet;

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

/// Every refusal that this server has of its own, by name and in one list, so that none can be missing there.
macro_rules! refusals {
    ($($name:ident = refusal($status:literal, $reason:literal, $title:literal);)*) => {
        $(pub(crate) const $name: Refusal = Refusal { reason: $reason, status: $status, title: $title };)*
        const OWN: &[Refusal] = &[$($name),*];
    };
}

refusals! {
    NO_CREDENTIALS = refusal(401, "no_credentials", "Please log in");
    REVOKED = refusal(401, "revoked", "Your access has ended; please start again");
    LOGIN_EXPIRED = refusal(401, "login_expired", "Please log in again");
    OTHER_ACCOUNT = refusal(403, "other_account", "This was started by another account; please start again");
    SESSION_UNKNOWN = refusal(401, "session_unknown", "Please start again");
    SESSION_ENDED = refusal(403, "session_ended", "Playback has ended; please start again");
    REPLACED = refusal(403, "replaced", "Another device of your account is watching now");
    CONCURRENCY = refusal(403, "concurrency", "Too many devices are watching at once");
    PLAYBACK_REQUIRED = refusal(403, "playback_required", "Please start this title again");
    DRM_REQUIRED = refusal(403, "drm_required", "This title cannot be played on this device");
    UNKNOWN_KEY = refusal(404, "unknown_key", "This title cannot be played at the moment");
    OTHER_KEY = refusal(403, "key_of_another_title", "This title cannot be played at the moment");
    NO_LICENSE = refusal(503, "license_unavailable", "This title cannot be played at the moment; please try again");
    LICENSE_REFUSED = refusal(403, "license_refused", "This title cannot be played on this device");
    UNREACHED = refusal(502, "origin_unreachable", "This title cannot be played at the moment; please try again");
    NO_PLAYLIST = refusal(502, "no_playlist", "This title cannot be played at the moment");
    UNKNOWN_TITLE = refusal(404, "unknown_title", "There is no such title");
    DELIVERY = refusal(400, "delivery", "This title cannot be played in this way");
    MALFORMED = refusal(400, "malformed", "The request cannot be read");
    MEDIA_TYPE = refusal(415, "media_type", "The request is of a type that is not taken here");
    TOO_LARGE = refusal(413, "too_large", "The request is too large");
    SLOW = refusal(408, "slow", "The request took too long; please try again");
    NOT_FOUND = refusal(404, "not_found", "There is nothing here");
    METHOD_NOT_ALLOWED = refusal(405, "method_not_allowed", "This cannot be done here");
    NOT_ADMIN = refusal(403, "not_admin", "This is for administrators");
    CHANGED = refusal(412, "changed", "Somebody else changed it; please read it again");
    KEY_TAKEN = refusal(409, "key_taken", "Another key has this id");
    INVALID = refusal(422, "invalid", "This cannot be taken as it is");
    TOO_MANY = refusal(429, "too_many_requests", "Too many requests; please wait a moment");
    CANNOT_DECIDE = refusal(503, "cannot_decide", "Something went wrong; please try again");
    KEYS_UNAVAILABLE = refusal(503, "keys_unavailable", "Your login cannot be checked at the moment; please try again");
    OVERLOADED = refusal(503, "overloaded", "Very many people are here at the moment; please try again");
    LATE = refusal(503, "late", "This took too long; please try again");
    DRAINING = refusal(503, "draining", "This server is about to stop; ask another one");
    STORE = refusal(503, "store_unavailable", "Something went wrong; please try again");
}

/// All reasons that this server answers with: its own, those of the rights, and those of logins; in the order of the alphabet.
pub(crate) fn reasons() -> BTreeSet<&'static str> {
    let own = OWN.iter().map(|refusal| refusal.reason);
    own.chain(Reason::ALL.map(Reason::code)).chain(edge::identity::Refusal::CODES).collect()
}

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
                let reason = refusal.code();
                Self::new(Refusal { reason, status: 401, title: LOGIN_EXPIRED.title })
                    .because(refusal.to_string())
            }
            NoLogin::KeysUnavailable => Self::new(KEYS_UNAVAILABLE),
            NoLogin::Crowded => Self::new(OVERLOADED).retry_after(1),
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
