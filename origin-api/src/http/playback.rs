//! Playback sessions: begun, kept alive, ended.

use super::around::Noted;
use super::body::{Json, MaybeJson};
use super::viewer::{Visitor, is_withdrawn};
use crate::app::App;
use crate::facts::Facts;
use crate::hand_out::{Handed, NotHanded, Order};
use crate::handle::{Delivery, Session};
use crate::hex::random;
use crate::leases::Lease;
use crate::metrics::count;
use crate::places::{begin, finish, prolong, vacate};
use crate::refusal::{
    self, CANNOT_DECIDE, DELIVERY, INVALID, LOGIN_EXPIRED, NO_CREDENTIALS, OTHER_ACCOUNT, REVOKED, Refused,
    SESSION_UNKNOWN, decision, moment,
};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use edge::SOME_LOGIN;
use edge::withdrawn::Kind;
use rights::outcome::{Allow, Reason};
use rights::title::is_title;
use rights::viewer::Device;
use rights::{Bundle, Outcome, decide};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{Object, Type};

/// The longest name of a profile, in characters.
const LONGEST_PROFILE: usize = 64;

/// For how long a session without a login lasts.
const NOBODY: i64 = 24 * 3600;

/// How often the handle is in an answer.
const ADDRESSES: usize = 6;

/// The most that else is in most answers, in bytes.
const REST: usize = 2048;

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
    delivery: Delivery,
    /// Whose profile it is.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64, example = "kids")]
    profile: Option<String>,
}

/// What a player plays with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "session": "9f3c1d2e4b5a60718293a4b5c6d7e8f9", "title": "acme/one", "delivery": "path-token",
    "url": "https://media.example.com/t/2D3RhQEFoQRBMQ/vod/acme/one/master.m3u8", "token": "2D3RhQEFoQRBMQ",
    "expires_at": "2026-06-01T20:10:00Z",
    "heartbeat": {"url": "https://api.example.com/v1/playback/k5wQ7c/heartbeat", "every": 30},
    "licenses": {"clearkey": "https://api.example.com/v1/licenses/clearkey?session=k5wQ7c", "key": "https://api.example.com/v1/keys/{kid}?session=k5wQ7c"},
    "decision": {
        "outcome": "allow", "rule": "acme-2026/svod-nordics", "valid_until": "2027-01-01T00:00:00Z", "max_height": 1080, "max_streams": 2,
        "drm": false, "policy": "sha256:9b1f0c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"
    }
}))]
pub(super) struct Playback {
    /// The session's id, by which it can be withdrawn.
    session: String,
    /// The title's id.
    title: String,
    /// How the player gets at media.
    delivery: Delivery,
    /// The multivariant playlist.
    #[schema(format = "uri")]
    url: String,
    /// The token in the path, with `path-token`: after a heartbeat the new one takes its place in addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    token: Option<String>,
    /// When what was handed out ends, unless a heartbeat renews it.
    #[schema(format = DateTime)]
    expires_at: String,
    /// When to ask again.
    heartbeat: Heartbeat,
    /// Where licences and keys are to be had.
    licenses: Licenses,
    /// What was decided, in the words of `playgate policy explain --json`.
    #[schema(value_type = super::problem::Decision)]
    decision: Map<String, Value>,
    /// Who had to make room, with `when_full = "end_oldest"`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    ended: Vec<Ended>,
}

/// Where and how often a player says that it still plays.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Heartbeat {
    /// To be asked with POST. `DELETE` of the same address without `/heartbeat` ends the session.
    #[schema(format = "uri")]
    url: String,
    /// In seconds.
    #[schema(minimum = 5, maximum = 3600)]
    every: u32,
}

/// Where licences are to be had.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Licenses {
    /// For `ClearKey`.
    #[schema(format = "uri")]
    #[serde(skip_serializing_if = "Option::is_none")]
    clearkey: Option<String>,
    /// For Widevine.
    #[serde(skip_serializing_if = "Option::is_none")]
    widevine: Option<String>,
    /// For `PlayReady`.
    #[serde(skip_serializing_if = "Option::is_none")]
    playready: Option<String>,
    /// For `FairPlay`.
    #[serde(skip_serializing_if = "Option::is_none")]
    fairplay: Option<String>,
    /// For keys of HLS with AES-128: `{kid}` is the key's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

/// Another player that had to stop.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Ended {
    /// Its session.
    session: String,
    /// What it played.
    title: String,
    /// On what.
    device: String,
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
        (status = 200, description = "It may play.", body = Playback),
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
    let session = session(&visitor, &start, &facts);
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
    let ended = begin(&app, &session, &lease, now).await.map_err(|refused| refused.noted(about()))?;
    count(&app.metrics.leases_started);
    answer(&app, &session, &facts, &allow, &bundle, ended, now).inspect_err(|_| {
        // A place that nobody plays at would be in the way of others.
        let (app, session) = (Arc::clone(&app), session.clone());
        tokio::spawn(async move { vacate(&app, &session, now).await });
    })
}

/// Keeps a playback session alive, and renews what was handed out, if the right still stands. A login that is sent along
/// takes the place of the one that the session began with.
#[utoipa::path(
    post,
    path = "/v1/playback/{session}/heartbeat",
    operation_id = "heartbeat",
    tag = "playback",
    params(("session" = String, Path, description = "As the address of the heartbeat has it.", pattern = "^[A-Za-z0-9_-]+$")),
    security((), ("login" = [])),
    responses(
        (status = 200, description = "It may play on.", body = Playback),
        (status = 403, description = "It may not: stop, and show the title of the answer. `session_ended`, `other_account`, `tier`, `device`, `not_yet`."),
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
        // What was withdrawn needs no place any more.
        vacate(&app, &session, now).await?;
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
    answer(&app, &session, &facts, &allow, &bundle, Vec::new(), now)
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

fn session(visitor: &Visitor, start: &Start, facts: &Facts) -> Session {
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
        delivery: start.delivery,
        began: visitor.now,
        login_ends: account.map_or(visitor.now.saturating_add(NOBODY), crate::logins::Account::ends),
    }
}

fn answer(
    app: &App,
    session: &Session,
    facts: &Facts,
    allow: &Allow<'_>,
    bundle: &Bundle<Vec<u8>>,
    ended: Vec<Lease>,
    now: i64,
) -> Result<Response, Refused> {
    let live = app.catalogue.titles().get(&session.title).is_some_and(|kept| kept.title.live);
    let set = app.withdrawals.now();
    let handle = app.seal.seal(session);
    let public = &app.config.public_url;
    let manifests = format!("{public}/v1/manifests/{handle}");
    let order = Order { session, live, facts, allow, manifests: &manifests, now };
    let handed = app.desk.hand(&order, |kid| set.set.has_key(kid)).map_err(|problem| match problem {
        NotHanded::NotConfigured => {
            Refused::new(DELIVERY).because("signed cookies and URLs need `[media.cloudfront]`")
        }
        NotHanded::NoTime => Refused::new(LOGIN_EXPIRED),
        other => Refused::new(refusal::CANNOT_DECIDE).because(other.to_string()),
    })?;
    let Handed { url, token, cookies, ends, .. } = handed;
    let playback = Playback {
        session: session.id.clone(),
        title: session.title.clone(),
        delivery: session.delivery,
        url,
        token,
        expires_at: moment(ends),
        heartbeat: Heartbeat {
            url: format!("{public}/v1/playback/{handle}/heartbeat"),
            every: app.config.streams.heartbeat,
        },
        licenses: licenses(app, &handle),
        decision: decision(&Outcome::Allow(*allow), bundle),
        ended: ended
            .into_iter()
            .map(|lease| Ended { session: lease.session, title: lease.title, device: lease.device })
            .collect(),
    };
    // Its size is nearly known: to grow costs more than to write, and the allocator's locks are shared by all threads.
    let mut body = Vec::with_capacity(ADDRESSES * handle.len() + REST);
    serde_json::to_writer(&mut body, &playback)
        .map_err(|problem| Refused::new(CANNOT_DECIDE).because(problem.to_string()))?;
    let mut response = ([(header::CONTENT_TYPE, "application/json")], body).into_response();
    for cookie in cookies {
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    let country = facts.place.country().map(str::to_owned);
    response.extensions_mut().insert(Noted { country, ..noted(session) });
    Ok(response)
}

/// The addresses of what is configured.
fn licenses(app: &App, handle: &str) -> Licenses {
    let public = &app.config.public_url;
    let address = |configured: bool, system: &str| {
        configured.then(|| format!("{public}/v1/licenses/{system}?session={handle}"))
    };
    let servers = &app.license_servers;
    Licenses {
        clearkey: address(app.keys.is_some(), "clearkey"),
        widevine: address(servers.widevine.is_some(), "widevine"),
        playready: address(servers.playready.is_some(), "playready"),
        fairplay: address(servers.fairplay.is_some(), "fairplay"),
        key: app.keys.is_some().then(|| format!("{public}/v1/keys/{{kid}}?session={handle}")),
    }
}

fn noted(session: &Session) -> Noted {
    Noted {
        account: Some(session.subject.clone()),
        session: Some(session.id.clone()),
        title: Some(session.title.clone()),
        ..Noted::default()
    }
}
