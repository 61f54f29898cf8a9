//! Playback sessions: begun, kept alive, ended.

use super::around::Noted;
use super::body::{Json, MaybeJson};
use super::playing::{Playback, Playing};
use super::viewer::{Visitor, is_withdrawn};
use crate::app::App;
use crate::facts::Facts;
use crate::handle::{Delivery, Session};
use crate::hex::random;
use crate::leases::Lease;
use crate::metrics::count;
use crate::places::{begin, finish, prolong, vacate};
use crate::refusal::{
    CANNOT_DECIDE, INVALID, LOGIN_EXPIRED, NO_CREDENTIALS, OTHER_ACCOUNT, REVOKED, Refused, SESSION_UNKNOWN,
};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use edge::SOME_LOGIN;
use edge::withdrawn::Kind;
use rights::outcome::{Allow, Reason};
use rights::title::is_title;
use rights::viewer::Device;
use rights::{Bundle, Outcome, decide};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{Object, Type};

/// The longest name of a profile, in characters.
const LONGEST_PROFILE: usize = 64;

/// For how long a session without a login lasts.
const NOBODY: i64 = 24 * 3600;

/// What to play, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "acme/one", "device": "tv", "delivery": "path-token"}))]
pub(super) struct Start {
    /// The title's id.
    #[schema(
        min_length = 1,
        max_length = 512,
        pattern = r"^(?!\.{1,2}(/|$))[a-z0-9._-]+(/(?!\.{1,2}(/|$))[a-z0-9._-]+)*$",
        example = "acme/one"
    )]
    title: String,
    /// What it is played on. It counts where nothing better is known.
    #[serde(default)]
    #[schema(schema_with = devices)]
    device: Option<String>,
    /// How the player gets at media.
    #[schema(value_type = Delivery)]
    delivery: String,
    /// Whose profile it is.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64, example = "kids")]
    profile: Option<String>,
}

/// Begins a playback session: decides, counts the streams, and hands out what the player plays with.
#[utoipa::path(
    post,
    path = "/v1/playback",
    operation_id = "startPlayback",
    tag = "playback",
    request_body = Start,
    security((), ("login" = [])),
    responses(
        (status = 200, description = "It may play.", body = Playback, headers(("set-cookie" = String, description = "With `cookie`: CloudFront's signed cookies, several of these headers, for the path of the title only."))),
        (status = 403, description = "It may not: `tier`, `device`, `not_yet` (with `available_from`), or `concurrency` (with `max_streams` and who plays, in `streams`)."),
        (status = 404, description = "No rule speaks of the title (`unknown_title`)."),
    )
)]
pub(super) async fn start(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Json(start): Json<Start>,
) -> Result<Response, Refused> {
    let said = start.device.as_deref().map(device).transpose()?;
    let delivery = delivery(&start.delivery)?;
    if !is_title(&start.title) {
        return Err(Refused::new(INVALID).because("`title` is no id of a title, such as `acme/one`"));
    }
    if start.profile.as_ref().is_some_and(|name| !(1..=LONGEST_PROFILE).contains(&name.chars().count())) {
        return Err(Refused::new(INVALID).because(format!("`profile` has 1 to {LONGEST_PROFILE} characters")));
    }
    let bundle = app.policies.bundle();
    let facts = visitor.facts(&app, said, &bundle);
    let outcome = decide(&bundle, &visitor.viewer(&facts), &start.title, visitor.now);
    let now = visitor.now;
    let session = session(&visitor, &start, delivery, &facts);
    let about = || Noted {
        session: None,
        country: facts.place.country().map(str::to_owned),
        device: Some(facts.device.name()),
        ..noted(&session)
    };
    let allow =
        allowed(&outcome, &bundle, visitor.account.is_some()).map_err(|refused| refused.noted(about()))?;
    if allow.max_streams.is_some() && visitor.account.is_none() {
        return Err(Refused::new(NO_CREDENTIALS)
            .because("streams of this title are counted, and for that somebody has to be logged in"));
    }
    let lease = Lease {
        session: session.id.clone(),
        title: session.title.clone(),
        device: session.device.clone(),
        profile: start.profile.clone(),
        places: allow.max_streams,
        since: now,
        until: now,
    };
    // Whether there is anything to play with is known before anybody has to make room; it leaves only when the place is taken.
    let playing = Playing { session: &session, facts: &facts, allow: &allow, bundle: &bundle, now };
    let handed = playing.handed(&app).map_err(|refused| refused.noted(about()))?;
    let ended = begin(&app, &session, &lease, now).await.map_err(|refused| refused.noted(about()))?;
    count(&app.metrics.leases_started);
    playing.answer(&app, handed, ended)
}

/// Keeps a playback session alive, and renews what was handed out, if the right still stands. A login that is sent along
/// takes the place of the one that the session began with.
///
/// | answer | what to do |
/// |---|---|
/// | 200 | go on with what it says |
/// | 401 `login_expired` and other `login_..` | refresh the login, and send it along: the session goes on |
/// | 401 `revoked`, `session_unknown` | start again, with a fresh login |
/// | 401 `no_credentials` | log in, and start again: the title is not for everybody any more |
/// | 403 `session_ended` | start again |
/// | 403 `replaced` | stop; start again only when the viewer asks to |
/// | 403 `other_account` | start again, with the login that was sent |
/// | other 403, 404, 410, 451 | stop, and show `title` and `message`. After a 451 for the territory the session holds for a while: it can go on at home |
/// | 429, 503 | play on, and ask again when `Retry-After` says |
#[utoipa::path(
    post,
    path = "/v1/playback/{session}/heartbeat",
    operation_id = "heartbeat",
    tag = "playback",
    params(("session" = String, Path, description = "As the address of the heartbeat has it.", pattern = "^[A-Za-z0-9_-]+$")),
    security((), ("login" = [])),
    responses(
        (status = 200, description = "It may play on.", body = Playback, headers(("set-cookie" = String, description = "With `cookie`: CloudFront's signed cookies, several of these headers, in the place of the former ones."))),
        (status = 403, description = "It may not. `session_ended`: start again; `replaced`: stop, and start again only when the viewer asks to; `other_account`: start again, with the login that was sent; `tier`, `device`, `not_yet`: stop, and show the title of the answer."),
        (status = 404, description = "No rule speaks of the title (`unknown_title`)."),
        (status = 503, description = "Nobody can tell: play on, and ask again when `retry-after` says."),
    )
)]
pub(super) async fn heartbeat(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(handle): Path<String>,
    MaybeJson(_): MaybeJson<Value>,
) -> Result<Response, Refused> {
    let now = visitor.now;
    let mut session = opened(&app, &handle)?;
    if let Some(account) = &visitor.account {
        if account.id() != session.account {
            return Err(Refused::new(OTHER_ACCOUNT));
        }
        session.tier = account.tier().map(str::to_owned);
        session.login_ends = account.ends();
        session.login_session = account.session().map(str::to_owned);
        session.login_issued = account.issued_at();
    }
    if let Err(refused) = still_stands(&app, &session, now) {
        // What was withdrawn needs no place any more; with a fresh login the session goes on.
        if session.login_ends > now {
            vacate(&app, &session, now).await?;
        }
        return Err(refused.noted(noted(&session)));
    }
    let bundle = app.policies.bundle();
    let facts = visitor.facts(&app, Device::named(&session.device), &bundle);
    let viewer = rights::Viewer { tier: tier(&session), ..visitor.viewer(&facts) };
    let outcome = decide(&bundle, &viewer, &session.title, now);
    let allow = match allowed(&outcome, &bundle, !session.account.is_empty()) {
        Ok(allow) => allow,
        Err(refused) => {
            if is_final(&outcome) {
                vacate(&app, &session, now).await?;
            }
            return Err(refused.noted(noted(&session)));
        }
    };
    prolong(&app, &session, now).await.map_err(|refused| refused.noted(noted(&session)))?;
    let playing = Playing { session: &session, facts: &facts, allow: &allow, bundle: &bundle, now };
    let handed = playing.handed(&app)?;
    playing.answer(&app, handed, Vec::new())
}

/// Ends a playback session, and gives its place back.
#[utoipa::path(
    delete,
    path = "/v1/playback/{session}",
    operation_id = "endPlayback",
    tag = "playback",
    params(("session" = String, Path, description = "As the address of the heartbeat has it; or, with a login of the same account, the `session` of an answer or of a refusal's `streams`.", pattern = "^[A-Za-z0-9_-]+$")),
    security((), ("login" = [])),
    responses(
        (status = 204, description = "It has ended, now or before."),
    )
)]
pub(super) async fn end(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(handle): Path<String>,
) -> Result<Response, Refused> {
    let session = match (opened(&app, &handle), &visitor.account) {
        (Ok(session), _) => session,
        // Somebody ends another of the account's sessions, by its id.
        (Err(_), Some(account)) if is_id(&handle) => Session::named(&handle, account),
        (Err(refused), _) => return Err(refused),
    };
    if session.account.is_empty() {
        visitor.counted_as_stranger(&app)?;
    }
    finish(&app, &session, visitor.now).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.extensions_mut().insert(noted(&session));
    Ok(response)
}

/// Whether this is the form of a session's id.
fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The session that a player holds a handle of.
pub(super) fn opened(app: &App, handle: &str) -> Result<Session, Refused> {
    app.seal.open(handle).map_err(|_| Refused::new(SESSION_UNKNOWN))
}

/// Whether nothing ended the session in the meantime but perhaps the rights.
pub(super) fn still_stands(app: &App, session: &Session, now: i64) -> Result<(), Refused> {
    if session.login_ends <= now {
        return Err(Refused::new(LOGIN_EXPIRED)
            .because("send a login with the heartbeat, before the former one ends"));
    }
    let set = &app.withdrawals.now().set;
    if set.has(Kind::Session, session.id.as_bytes(), Some(session.began))
        || is_withdrawn(app, &session.subject, session.login_session.as_deref(), session.login_issued)
    {
        return Err(Refused::new(REVOKED));
    }
    Ok(())
}

/// The tier by which a session is decided: nobody's is none, a login's without one is none that is named.
pub(super) fn tier(session: &Session) -> Option<&str> {
    if session.account.is_empty() { None } else { Some(session.tier.as_deref().unwrap_or(SOME_LOGIN)) }
}

fn devices() -> Object {
    Object::builder()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .description(Some("What it is played on. It counts where nothing better is known."))
        .enum_values(Some(Device::ALL.iter().map(|(_, name)| Some(*name)).chain([None])))
        .build()
}

/// Whether a refusal will stand at the next heartbeat too. Where somebody is may have been seen wrongly, or be another place soon; the lease
/// ends by itself if not.
fn is_final(outcome: &Outcome<'_>) -> bool {
    match outcome {
        Outcome::Deny(deny) => {
            !matches!(deny.reason, Reason::Territory | Reason::TerritoryUnknown | Reason::RegionUnknown)
        }
        Outcome::Allow(_) | Outcome::CannotDecide(_) => false,
    }
}

fn device(name: &str) -> Result<Device, Refused> {
    Device::named(name).ok_or_else(|| {
        let known: Vec<_> = Device::ALL.iter().map(|(_, name)| *name).collect();
        Refused::new(INVALID).because(format!("`device` is none of {}", known.join(", ")))
    })
}

fn allowed<'o>(
    outcome: &Outcome<'o>,
    bundle: &Bundle<Vec<u8>>,
    has_login: bool,
) -> Result<Allow<'o>, Refused> {
    match outcome {
        Outcome::Allow(allow) => Ok(*allow),
        other => {
            Err(Refused::of_rights(other, bundle, has_login).unwrap_or_else(|| Refused::new(CANNOT_DECIDE)))
        }
    }
}

fn delivery(name: &str) -> Result<Delivery, Refused> {
    let known = |(_, known): &&(Delivery, &str)| *known == name;
    Delivery::ALL.iter().find(known).map(|(delivery, _)| *delivery).ok_or_else(|| {
        let known: Vec<_> = Delivery::ALL.iter().map(|(_, name)| *name).collect();
        Refused::new(INVALID).because(format!("`delivery` is none of {}", known.join(", ")))
    })
}

fn session(visitor: &Visitor, start: &Start, delivery: Delivery, facts: &Facts) -> Session {
    let account = visitor.account.as_ref();
    Session {
        id: random::<16>(),
        account: account.map(|account| account.id().to_owned()).unwrap_or_default(),
        subject: account.map(|account| account.subject().to_owned()).unwrap_or_default(),
        login_session: account.and_then(|account| account.session()).map(str::to_owned),
        login_issued: account.and_then(crate::logins::Account::issued_at),
        tier: account.and_then(|account| account.tier()).map(str::to_owned),
        title: start.title.clone(),
        device: facts.device.name().to_owned(),
        delivery,
        began: visitor.now,
        login_ends: account.map_or(visitor.now.saturating_add(NOBODY), crate::logins::Account::ends),
    }
}

pub(super) fn noted(session: &Session) -> Noted {
    Noted {
        account: Some(session.subject.clone()),
        session: Some(session.id.clone()),
        title: Some(session.title.clone()),
        ..Noted::default()
    }
}
