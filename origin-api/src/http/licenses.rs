//! Licences of vendors: the player's message goes to them after the session, the right and each key in it were checked.

use super::around::Noted;
use super::keys::{For, Protection, START, configured, entitled, holder, listed, no_key, whole};
use super::viewer::Visitor;
use crate::app::App;
use crate::drm::challenge::{self, Asked, Challenge, ChallengeError};
use crate::refusal::{
    INVALID, LICENSE_REFUSED, NO_LICENSE, NOT_FOUND, OTHER_KEY, PLAYBACK_REQUIRED, Refused,
};
use crate::vendor::{LicenseServer, Terms};
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use std::sync::Arc;

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
    request_body(content = String, content_type = "text/xml", description = "A SOAP message."),
    security((), ("login" = [])),
    responses(
        (status = 200, description = "The licence.", content_type = "text/xml", body = String),
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
    let Some(session) = &holder else { return Err(Refused::new(PLAYBACK_REQUIRED).because(START)) };
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
