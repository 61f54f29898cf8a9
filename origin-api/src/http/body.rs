//! Bodies: read strictly, and refused in words.

use crate::refusal::{MALFORMED, MEDIA_TYPE, Refused, TOO_LARGE};
use axum::body::{Bytes, HttpBody as _};
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

/// A body of JSON: an object.
pub(super) struct Json<T>(pub(super) T);

/// A body of JSON, or none.
pub(super) struct MaybeJson<T>(pub(super) Option<T>);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let is_json = is_json(request.headers());
        let bytes = bytes(request, state).await?;
        if !is_json {
            return Err(Refused::new(MEDIA_TYPE).because("send JSON, as `content-type: application/json`"));
        }
        // To serde a list of values is as good as an object; to the document it is not.
        if !bytes.trim_ascii_start().starts_with(b"{") {
            return Err(Refused::new(MALFORMED).because("the body is an object of JSON, in braces"));
        }
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|problem| Refused::new(MALFORMED).because(problem.to_string()))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for MaybeJson<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let is_json = is_json(request.headers());
        let bytes = bytes(request, state).await?;
        if bytes.is_empty() {
            return Ok(Self(None));
        }
        if !is_json {
            return Err(Refused::new(MEDIA_TYPE).because("send JSON, as `content-type: application/json`"));
        }
        let value = serde_json::from_slice(&bytes)
            .map_err(|problem| Refused::new(MALFORMED).because(problem.to_string()))?;
        Ok(Self(Some(value)))
    }
}

/// The most bytes that a request's body may have, as far as it says how many they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Most(pub(super) usize);

/// A whole body.
pub(super) async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Refused> {
    // Nobody waits for what would be refused when it is there.
    let announced = usize::try_from(request.body().size_hint().lower()).unwrap_or(usize::MAX);
    if request.extensions().get::<Most>().is_some_and(|most| announced > most.0) {
        return Err(Refused::new(TOO_LARGE));
    }
    Bytes::from_request(request, state).await.map_err(|rejection| broken(&rejection))
}

/// Why a body is not whole.
pub(super) fn broken(rejection: &BytesRejection) -> Refused {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Refused::new(TOO_LARGE)
    } else {
        Refused::new(MALFORMED).because("the body ended too early")
    }
}

/// Whether a body says that it is JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}
