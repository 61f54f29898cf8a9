//! Keys and licences: for whoever may play the title, and whose session holds.

use super::around::Noted;
use super::playback::{opened, still_stands, tier};
use super::viewer::Visitor;
use crate::app::App;
use crate::drm::KeyId;
use crate::drm::challenge::{self, Asked, Challenge, ChallengeError};
use crate::drm::clearkey::{self, LicenceRequest};
use crate::handle::Session;
use crate::keys::{KeyError, Keys};
use crate::places::is_leased;
use crate::refusal::{CANNOT_DECIDE, INVALID, NOT_FOUND, Refused};
use crate::vendor::{LicenseServer, Terms};
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use edge::{Refusal, SOME_LOGIN};
use rights::outcome::Allow;
use rights::viewer::Device;
use rights::{Outcome, Viewer, decide};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

const UNKNOWN_KEY: Refusal = Refusal { reason: "unknown_key", status: 404, title: "There is no such key" };
const OTHER_KEY: Refusal =
    Refusal { reason: "key_of_another_title", status: 403, title: "This key is not of what is played" };
const DRM_REQUIRED: Refusal = Refusal {
    reason: "drm_required",
    status: 403,
    title: "This is only available with copy protection, which this player lacks",
};
const PLAYBACK_REQUIRED: Refusal = Refusal {
    reason: "playback_required",
    status: 403,
    title: "Streams are counted for this title; start it through the playback API",
};
const NO_LICENSE: Refusal = Refusal {
    reason: "license_unavailable",
    status: 503,
    title: "The licence cannot be had at the moment; please try again",
};
const LICENSE_REFUSED: Refusal =
    Refusal { reason: "license_refused", status: 403, title: "The licence server refuses" };

/// For which session.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct For {
    /// The session, as the addresses in the answer to `POST /v1/playback` have it. Without one a login does, unless streams are
    /// counted for the title.
    #[param(max_length = 4096)]
    session: Option<String>,
}

/// A key of HLS with AES-128: 16 bytes.
#[utoipa::path(
    get,
    path = "/v1/keys/{kid}",
    operation_id = "getKey",
    tag = "keys",
    params(("kid" = String, Path, description = "The key's id, as UUID or 32 hexadecimal digits.", pattern = "^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$"), For),
    security((), ("login" = [])),
    responses(
        (status = 200, description = "The key.", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 403, description = "It may not: `tier`, `device`, `not_yet`, `session_ended`, `playback_required`, `key_of_another_title`, `drm_required`."),
        (status = 404, description = "There is no such key (`unknown_key`), or no keys are kept here (`not_found`)."),
        (status = 410, description = "The right has ended (`expired`)."),
        (status = 451, description = "Not here, or not now here (`territory`, `territory_unknown`, `region_unknown`, `blackout`)."),
        (status = 422, description = "This is no key id (`invalid`)."),
    )
)]
pub(super) async fn key(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(kid): Path<String>,
    session: Result<Query<For>, QueryRejection>,
) -> Result<Response, Refused> {
    let keys = configured(&app)?;
    let kid = KeyId::from_uuid(&kid).or_else(|_| KeyId::from_hex(&kid));
    let kid = kid.map_err(|problem| Refused::new(INVALID).because(problem.to_string()))?;
    let holder = holder(&app, session)?;
    let title = title(&app, keys, holder.as_ref(), kid).await?;
    entitled(&app, &visitor, holder.as_ref(), &title, Protection::Open).await?;
    let key = keys
        .of_title(&app.store, kid, &title)
        .await
        .map_err(no_key)?
        .ok_or_else(|| Refused::new(UNKNOWN_KEY))?;
    let answer =
        ([(header::CONTENT_TYPE, "application/octet-stream")], Bytes::copy_from_slice(key.key.bytes()));
    Ok(Noted::given(holder.as_ref(), visitor.account.as_ref(), &title, kid.to_string()).on(answer))
}

/// A licence of `ClearKey` (Encrypted Media Extensions). It has no end of its own: it is for the time of playing only.
#[utoipa::path(
    post,
    path = "/v1/licenses/clearkey",
    operation_id = "clearkeyLicense",
    tag = "keys",
    params(For),
    request_body(content = String, content_type = "application/json", description = "As the player's key session gives it: `{\"kids\":[..],\"type\":\"temporary\"}`."),
    security((), ("login" = [])),
    responses(
        (status = 200, description = "The licence.", content_type = "application/json", body = String),
        (status = 403, description = "It may not: `tier`, `device`, `not_yet`, `session_ended`, `playback_required`, `key_of_another_title`, `drm_required`."),
        (status = 404, description = "There is no such key (`unknown_key`), or no keys are kept here (`not_found`)."),
        (status = 410, description = "The right has ended (`expired`)."),
        (status = 451, description = "Not here, or not now here (`territory`, `territory_unknown`, `region_unknown`, `blackout`)."),
    )
)]
pub(super) async fn clearkey(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    session: Result<Query<For>, QueryRejection>,
    message: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    let keys = configured(&app)?;
    let holder = holder(&app, session)?;
    let message = whole(message)?;
    let request = LicenceRequest::read(&message)
        .map_err(|problem| Refused::new(INVALID).because(problem.to_string()))?;
    let first = request.key_ids().first().ok_or_else(|| Refused::new(INVALID))?;
    let title = title(&app, keys, holder.as_ref(), *first).await?;
    entitled(&app, &visitor, holder.as_ref(), &title, Protection::Open).await?;
    let mut given = Vec::new();
    for kid in request.key_ids() {
        let key = keys.of_title(&app.store, *kid, &title).await.map_err(no_key)?;
        given.push(key.ok_or_else(|| Refused::new(OTHER_KEY))?);
    }
    let licence = clearkey::licence(&given);
    let answer = ([(header::CONTENT_TYPE, "application/json")], Bytes::copy_from_slice(licence.as_bytes()));
    Ok(Noted::given(holder.as_ref(), visitor.account.as_ref(), &title, listed(request.key_ids())).on(answer))
}

/// A licence of Widevine: the message is the player's, the answer the vendor's.
#[utoipa::path(
    post,
    path = "/v1/licenses/widevine",
    operation_id = "widevineLicense",
    tag = "keys",
    params(For),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    security((), ("login" = [])),
    responses(
        (status = 200, description = "The licence.", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 403, description = "It may not: `tier`, `device`, `not_yet`, `session_ended`, `playback_required`, `key_of_another_title`, `license_refused`."),
        (status = 404, description = "There is no such key (`unknown_key`), or no keys are kept here (`not_found`)."),
        (status = 410, description = "The right has ended (`expired`)."),
        (status = 451, description = "Not here, or not now here (`territory`, `territory_unknown`, `region_unknown`, `blackout`)."),
        (status = 503, description = "Not now: also if the vendor does not answer (`license_unavailable`)."),
    )
)]
pub(super) async fn widevine(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    session: Result<Query<For>, QueryRejection>,
    message: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    let server = app.license_servers.widevine.as_ref();
    forwarded(&app, &visitor, session, whole(message)?, server, challenge::widevine::read, HeaderMap::new())
        .await
}

/// A licence of `PlayReady`: the message is the player's, the answer the vendor's.
#[utoipa::path(
    post,
    path = "/v1/licenses/playready",
    operation_id = "playreadyLicense",
    tag = "keys",
    params(For),
    request_body(content = String, content_type = "text/xml"),
    security((), ("login" = [])),
    responses(
        (status = 200, description = "The licence.", content_type = "text/xml", body = String),
        (status = 403, description = "It may not: `tier`, `device`, `not_yet`, `session_ended`, `playback_required`, `key_of_another_title`, `license_refused`."),
        (status = 404, description = "There is no such key (`unknown_key`), or no keys are kept here (`not_found`)."),
        (status = 410, description = "The right has ended (`expired`)."),
        (status = 451, description = "Not here, or not now here (`territory`, `territory_unknown`, `region_unknown`, `blackout`)."),
        (status = 503, description = "Not now: also if the vendor does not answer (`license_unavailable`)."),
    )
)]
pub(super) async fn playready(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    session: Result<Query<For>, QueryRejection>,
    headers: HeaderMap,
    message: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    let server = app.license_servers.playready.as_ref();
    let mut own = HeaderMap::new();
    for name in [header::CONTENT_TYPE, header::HeaderName::from_static("soapaction")] {
        if let Some(value) = headers.get(&name) {
            own.insert(name, value.clone());
        }
    }
    forwarded(&app, &visitor, session, whole(message)?, server, challenge::playready::read, own).await
}

/// A licence of `FairPlay`: the message is the player's, the answer the vendor's.
#[utoipa::path(
    post,
    path = "/v1/licenses/fairplay",
    operation_id = "fairplayLicense",
    tag = "keys",
    params(For),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    security((), ("login" = [])),
    responses(
        (status = 200, description = "The licence.", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 403, description = "It may not: `tier`, `device`, `not_yet`, `session_ended`, `playback_required`, `key_of_another_title`, `license_refused`."),
        (status = 404, description = "There is no such key (`unknown_key`), or no keys are kept here (`not_found`)."),
        (status = 410, description = "The right has ended (`expired`)."),
        (status = 451, description = "Not here, or not now here (`territory`, `territory_unknown`, `region_unknown`, `blackout`)."),
        (status = 503, description = "Not now: also if the vendor does not answer (`license_unavailable`)."),
    )
)]
pub(super) async fn fairplay(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    session: Result<Query<For>, QueryRejection>,
    message: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    let server = app.license_servers.fairplay.as_ref();
    forwarded(&app, &visitor, session, whole(message)?, server, challenge::fairplay, HeaderMap::new()).await
}

/// What a key protects by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Protection {
    /// Players get it as it is.
    Open,
    /// Players never see it.
    Vendor,
}

/// Forwards a message to a vendor, if all keys that it asks for are of the session's title.
async fn forwarded(
    app: &App,
    visitor: &Visitor,
    session: Result<Query<For>, QueryRejection>,
    message: Bytes,
    server: Option<&LicenseServer>,
    read: fn(&[u8]) -> Result<Challenge, ChallengeError>,
    own: HeaderMap,
) -> Result<Response, Refused> {
    let invalid = |what: &str| Refused::new(INVALID).because(what);
    let keys = configured(app)?;
    let server =
        server.ok_or_else(|| Refused::new(NOT_FOUND).because("no vendor is configured for this system"))?;
    let holder = holder(app, session)?;
    // Whoever plays says what; a message could name anything.
    let Some(session) = &holder else { return Err(Refused::new(PLAYBACK_REQUIRED)) };
    let challenge = read(&message).map_err(|problem| invalid(&problem.to_string()))?;
    if challenge.offline {
        return Err(invalid("licences to keep are not given"));
    }
    if challenge.content_ids.iter().any(|content| content != session.title.as_bytes()) {
        return Err(invalid(
            "the message names another content beside its keys, for which a vendor could give other keys",
        ));
    }
    let allow = entitled(app, visitor, Some(session), &session.title, Protection::Vendor).await?;
    if let Asked::Named(kids) = &challenge.asked {
        for kid in kids {
            let known = keys.of_title(&app.store, *kid, &session.title).await.map_err(no_key)?;
            known.ok_or_else(|| Refused::new(OTHER_KEY))?;
        }
    }
    let titles = app.catalogue.titles();
    let kids = titles.get(&session.title).map(|kept| kept.title.keys.join(",")).unwrap_or_default();
    if challenge.asked == Asked::Opaque && kids.is_empty() {
        return Err(Refused::new(OTHER_KEY).because("the catalogue names no keys of this title"));
    }
    let until = allow.until.min(session.login_ends);
    let terms = Terms {
        until,
        now: visitor.now,
        kids: &kids,
        title: &session.title,
        session: &session.id,
        max_height: allow.max_height,
    };
    let answer = server
        .ask(&app.outward, message, own, &terms)
        .await
        .map_err(|problem| Refused::new(NO_LICENSE).because(problem.to_string()))?;
    if !answer.status.is_success() {
        return Err(Refused::new(LICENSE_REFUSED).because(format!("status {}", answer.status.as_u16())));
    }
    let kind =
        answer.content_type.unwrap_or_else(|| header::HeaderValue::from_static("application/octet-stream"));
    let asked = match &challenge.asked {
        Asked::Named(kids) => listed(kids),
        Asked::NoKeys(_) | Asked::Opaque => kids.clone(),
    };
    let noted = Noted::given(Some(session), visitor.account.as_ref(), &session.title, asked);
    Ok(noted.on(([(header::CONTENT_TYPE, kind)], answer.body)))
}

/// What is granted, as far as licences are concerned.
struct Granted {
    until: i64,
    max_height: u32,
}

/// Whether this viewer may play the title now, and whether the session holds.
async fn entitled(
    app: &App,
    visitor: &Visitor,
    session: Option<&Session>,
    title: &str,
    protection: Protection,
) -> Result<Granted, Refused> {
    let now = visitor.now;
    if let Some(session) = session {
        still_stands(app, session, now)?;
        is_leased(app, session, now).await?;
    }
    let bundle = app.policies.bundle();
    let said = session.and_then(|session| Device::named(&session.device));
    let facts = visitor.facts(app, said, &bundle);
    let known = visitor.account.as_ref().map(|account| account.tier().unwrap_or(SOME_LOGIN));
    let viewer = Viewer { tier: session.map_or(known, tier), ..visitor.viewer(&facts) };
    let outcome = decide(&bundle, &viewer, title, now);
    let Outcome::Allow(allow) = outcome else {
        let has_login = session.map_or(visitor.account.is_some(), |session| !session.account.is_empty());
        let refused = Refused::of_rights(&outcome, &bundle, has_login);
        return Err(refused.unwrap_or_else(|| Refused::new(CANNOT_DECIDE)));
    };
    if session.is_none() && allow.max_streams.is_some() {
        return Err(Refused::new(PLAYBACK_REQUIRED));
    }
    if allow.drm && protection == Protection::Open {
        return Err(Refused::new(DRM_REQUIRED));
    }
    Ok(granted(&allow))
}

fn granted(allow: &Allow<'_>) -> Granted {
    Granted {
        until: allow.valid_until.unwrap_or(i64::MAX),
        max_height: allow.max_height.map_or(0, u32::from),
    }
}

fn configured(app: &App) -> Result<&Keys, Refused> {
    app.keys
        .as_ref()
        .ok_or_else(|| Refused::new(NOT_FOUND).because("no keys are kept here; `[drm]` configures them"))
}

fn holder(app: &App, session: Result<Query<For>, QueryRejection>) -> Result<Option<Session>, Refused> {
    let Query(session) = session.map_err(|problem| Refused::new(INVALID).because(problem.body_text()))?;
    session.session.map(|handle| opened(app, &handle)).transpose()
}

/// The title for which a key is asked: the session's, else the key's own.
async fn title(app: &App, keys: &Keys, session: Option<&Session>, kid: KeyId) -> Result<String, Refused> {
    let of_key = keys.title(&app.store, kid).await.map_err(no_key)?;
    let of_key = of_key.ok_or_else(|| Refused::new(UNKNOWN_KEY))?;
    match session {
        Some(session) if session.title != of_key => Err(Refused::new(OTHER_KEY)),
        _ => Ok(of_key),
    }
}

/// Key ids, for the log.
fn listed(kids: &[KeyId]) -> String {
    kids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn whole(message: Result<Bytes, BytesRejection>) -> Result<Bytes, Refused> {
    message.map_err(|rejection| super::body::broken(&rejection))
}

fn no_key(problem: KeyError) -> Refused {
    match problem {
        KeyError::Store(problem) => problem.into(),
        other => {
            crate::log::line(
                "keys",
                &std::collections::HashMap::from([("detail", other.to_string().as_str())]),
            );
            Refused::new(CANNOT_DECIDE)
        }
    }
}
