//! Packagers get their keys here: SPEKE 2.0.

use super::around::{Noted, OfAnotherProtocol};
use super::problem::Problem;
use crate::app::App;
use crate::config::Tenant;
use crate::drm::speke::{
    CONTENT_TYPE, LONGEST_REQUEST, Request as Document, Requirements, SpekeError, VERSION,
};
use crate::keys::{KeyError, Keys};
use crate::log;
use crate::refusal::{CANNOT_DECIDE, NO_CREDENTIALS, NOT_FOUND, Refused};
use crate::vault::Place;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rights::title::is_title;
use std::collections::HashMap;
use std::sync::Arc;

const SPEKE_VERSION: HeaderName = HeaderName::from_static("x-speke-version");
const SPEKE_USER_AGENT: HeaderName = HeaderName::from_static("x-speke-user-agent");

/// Fills a packager's CPIX document with keys: new ones, or for key ids that were asked for before the same again. Errors are the
/// plain sentences that SPEKE has for them.
#[utoipa::path(
    post,
    path = "/v1/speke",
    operation_id = "speke",
    tag = "keys",
    params(("x-speke-version" = String, Header, description = "`2.0`.")),
    request_body(content = String, content_type = "application/xml"),
    security(("packager" = [])),
    responses(
        (status = 200, description = "The document.", content_type = "application/xml", body = String),
        (status = 401, description = "Not one of the packagers (`no_credentials`).", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No keys are kept here (`not_found`)."),
        (status = 422, description = "The document cannot be filled: a sentence of SPEKE.", content_type = "text/plain", body = String),
    )
)]
pub(super) async fn speke(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Packaged(document): Packaged,
) -> Result<Response, Refused> {
    let keys = app
        .keys
        .as_ref()
        .ok_or_else(|| Refused::new(NOT_FOUND).because("no keys are kept here; `[drm]` configures them"))?;
    let tenant = packager(keys, &headers).ok_or_else(|| {
        Refused::new(NO_CREDENTIALS)
            .by("Basic realm=\"packagers\"")
            .because("this is for packagers of `[[tenant]]`")
    })?;
    let version = headers.get(&SPEKE_VERSION).and_then(|version| version.to_str().ok());
    let request = match Document::read(version, &document, Requirements::default()) {
        Ok(request) => request,
        Err(problem) => return Ok(refused(&problem.to_string())),
    };
    let title = request.content_id();
    if !is_title(title) || !tenant.has(title) {
        return Ok(refused(&format!(
            "CPIX@contentId is no title of tenant {}; titles are like `acme/one`",
            tenant.id
        )));
    }
    let now = u64::try_from(log::now()).unwrap_or_default();
    let place = Place { tenant: &tenant.id, title };
    let found = match keys.wanted(&app.store, place, request.keys(), request.scheme(), now).await {
        Ok(found) => found,
        Err(problem @ KeyError::Taken { .. }) => return Ok(refused(&problem.to_string())),
        Err(KeyError::Store(problem)) => return Err(problem.into()),
        Err(problem) => {
            log::line("keys", &HashMap::from([("detail", problem.to_string().as_str())]));
            return Err(Refused::new(CANNOT_DECIDE));
        }
    };
    match request.answer(&found, &keys.signalling) {
        Ok(answer) => {
            let body = Bytes::copy_from_slice(answer.as_bytes());
            Ok((StatusCode::OK, spoken(), [(header::CONTENT_TYPE, CONTENT_TYPE)], body).into_response())
        }
        Err(problem) => Ok(refused(&problem.to_string())),
    }
}

/// A document, which may be larger than other bodies.
pub(super) struct Packaged(Bytes);

impl FromRequest<Arc<App>> for Packaged {
    type Rejection = Refused;

    async fn from_request(mut request: Request, app: &Arc<App>) -> Result<Self, Refused> {
        DefaultBodyLimit::max(LONGEST_REQUEST).apply(&mut request);
        Ok(Self(super::body::bytes(request, app).await?))
    }
}

fn packager<'k>(keys: &'k Keys, headers: &HeaderMap) -> Option<&'k Tenant> {
    let (scheme, text) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = zeroize::Zeroizing::new(STANDARD.decode(text.trim()).ok()?);
    let at = pair.iter().position(|byte| *byte == b':')?;
    let (name, password) = pair.split_at_checked(at)?;
    keys.packager(std::str::from_utf8(name).ok()?, password.get(1..)?)
}

fn spoken() -> [(HeaderName, HeaderValue); 2] {
    [
        (SPEKE_VERSION, HeaderValue::from_static(VERSION)),
        (SPEKE_USER_AGENT, HeaderValue::from_static(concat!("Playgate/", env!("CARGO_PKG_VERSION")))),
    ]
}

/// The sentence is the whole body.
fn refused(sentence: &str) -> Response {
    let status = StatusCode::from_u16(SpekeError::STATUS).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    let mut response = (status, spoken(), kind, sentence.to_owned()).into_response();
    response.extensions_mut().insert(OfAnotherProtocol);
    response.extensions_mut().insert(Noted { what: Some(sentence.to_owned()), ..Noted::default() });
    response
}
