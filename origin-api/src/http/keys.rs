//! Keys that players get as they are: for whoever may play the title, and whose session holds.

use super::around::Noted;
use super::playback::{opened, still_stands, tier};
use super::viewer::Visitor;
use crate::app::App;
use crate::drm::KeyId;
use crate::drm::clearkey::{self, LicenceRequest};
use crate::handle::Session;
use crate::keys::{KeyError, Keys};
use crate::places::is_leased;
use crate::refusal::{
    CANNOT_DECIDE, DRM_REQUIRED, INVALID, NOT_FOUND, OTHER_KEY, PLAYBACK_REQUIRED, Refused, UNKNOWN_KEY,
};
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::Response;
use edge::SOME_LOGIN;
use rights::outcome::Allow;
use rights::viewer::Device;
use rights::{Outcome, Viewer, decide};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::openapi::schema::{Array, ArrayBuilder};
use utoipa::openapi::{Object, Type};
use utoipa::{IntoParams, ToSchema};

/// What developers read where a session is wanted.
pub(super) const START: &str = "begin with `POST /v1/playback`, and ask at the addresses of its answer";

/// For which session.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct For {
    /// The session, as the addresses in the answer to `POST /v1/playback` have it. Without one a login does, unless streams are
    /// counted for the title.
    #[param(max_length = 4096)]
    session: Option<String>,
}

/// Which key.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code, reason = "it describes what is read otherwise")]
pub(super) struct Kid {
    /// The key's id, as UUID or 32 hexadecimal digits.
    #[param(
        pattern = "^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$",
        example = "fec497be-890c-739a-a129-716037ea886d"
    )]
    kid: String,
}

/// What a player of `ClearKey` asks for, as its key session gives it.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "it describes what is read otherwise")]
#[schema(example = json!({"kids": ["_sSXvokMc5qhKXFgN-qIbQ"], "type": "temporary"}))]
pub(super) struct KeysWanted {
    /// The ids of keys: 16 bytes each, as base64url.
    #[schema(schema_with = kids)]
    kids: Vec<String>,
    /// `temporary`: licences to keep are not given.
    #[schema(value_type = String, required = false, pattern = "^temporary$")]
    r#type: Option<String>,
}

/// A licence of `ClearKey`: a set of JSON Web Keys.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it describes what other code writes")]
#[schema(example = json!({
    "keys": [{"kty": "oct", "kid": "_sSXvokMc5qhKXFgN-qIbQ", "k": "AAECAwQFBgcICQoLDA0ODw"}], "type": "temporary"
}))]
pub(super) struct ClearKeyLicence {
    /// In the order in which they were asked for.
    keys: Vec<ClearKey>,
    /// `temporary`.
    #[schema(pattern = "^temporary$")]
    r#type: String,
}

/// A key of a licence.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it describes what other code writes")]
pub(super) struct ClearKey {
    /// `oct`.
    #[schema(pattern = "^oct$")]
    kty: String,
    /// The key's id, as base64url.
    #[schema(pattern = "^[A-Za-z0-9_-]{22}$")]
    kid: String,
    /// The key, as base64url.
    #[schema(pattern = "^[A-Za-z0-9_-]{22}$")]
    k: String,
}

/// A key of HLS with AES-128: 16 bytes.
#[utoipa::path(
    get,
    path = "/v1/keys/{kid}",
    operation_id = "getKey",
    tag = "keys",
    params(Kid, For),
    security((), ("login" = [])),
    responses(
        (status = 200, description = "The key.", content_type = "application/octet-stream", body = Vec<u8>),
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
    let kid = key_id(&kid)?;
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
    request_body(content = KeysWanted, content_type = "application/json"),
    security((), ("login" = [])),
    responses(
        (status = 200, description = "The licence.", body = ClearKeyLicence),
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

fn kids() -> Array {
    let kid = Object::builder().schema_type(Type::String).pattern(Some("^[A-Za-z0-9_-]{21}[AQgw]$"));
    ArrayBuilder::new()
        .items(kid)
        .min_items(Some(1))
        .max_items(Some(clearkey::MOST_KEYS))
        .unique_items(true)
        .description(Some("The ids of keys: 16 bytes each, as base64url without padding."))
        .build()
}

/// What a key protects by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Protection {
    /// Players get it as it is.
    Open,
    /// Players never see it.
    Vendor,
}

/// What is granted, as far as licences are concerned.
pub(super) struct Granted {
    pub(super) until: i64,
    pub(super) max_height: u32,
}

/// Whether this viewer may play the title now, and whether the session holds.
pub(super) async fn entitled(
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
        return Err(Refused::new(PLAYBACK_REQUIRED).because(START));
    }
    if allow.drm && protection == Protection::Open {
        return Err(Refused::new(DRM_REQUIRED)
            .because("the grant says `drm = true`: its keys go to vendors' licences only"));
    }
    Ok(granted(&allow))
}

fn granted(allow: &Allow<'_>) -> Granted {
    Granted {
        until: allow.valid_until.unwrap_or(i64::MAX),
        max_height: allow.max_height.map_or(0, u32::from),
    }
}

/// The key id in a path.
pub(super) fn key_id(text: &str) -> Result<KeyId, Refused> {
    let id = KeyId::from_uuid(text).or_else(|_| KeyId::from_hex(text));
    id.map_err(|problem| Refused::new(INVALID).because(problem.to_string()))
}

pub(super) fn configured(app: &App) -> Result<&Keys, Refused> {
    app.keys
        .as_ref()
        .ok_or_else(|| Refused::new(NOT_FOUND).because("no keys are kept here; `[drm]` configures them"))
}

pub(super) fn holder(
    app: &App,
    session: Result<Query<For>, QueryRejection>,
) -> Result<Option<Session>, Refused> {
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
pub(super) fn listed(kids: &[KeyId]) -> String {
    kids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

pub(super) fn whole(message: Result<Bytes, BytesRejection>) -> Result<Bytes, Refused> {
    message.map_err(|rejection| super::body::broken(&rejection))
}

pub(super) fn no_key(problem: KeyError) -> Refused {
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
