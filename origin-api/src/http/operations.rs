//! What looks after the server, and what the edges fetch.

use super::Document;
use crate::app::App;
use crate::hex::hex;
use crate::refusal::{Refused, STORE};
use crate::store::Store as _;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// A refusal. There may be more in it, such as `available_from`.
#[derive(Debug, Serialize, ToSchema)]
#[allow(dead_code, reason = "it describes what other code writes")]
pub(super) struct Problem {
    /// `urn:playgate:` and the reason.
    r#type: String,
    /// A sentence for viewers.
    title: String,
    /// The HTTP status.
    status: u16,
    /// A stable code.
    reason: String,
    /// The rule that decided, if one did.
    rule: Option<String>,
    /// The request's id.
    request_id: String,
    /// What was wrong, for developers.
    detail: Option<String>,
}

/// The set of withdrawals, for edges to fetch: see `revocations.url` in their configuration.
#[utoipa::path(
    get,
    path = "/v1/revocations",
    responses(
        (status = 200, description = "The set.", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 304, description = "It is what `if-none-match` names."),
        (status = "4XX", description = "The request is wrong.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too much is going on.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn revocations(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let now = app.withdrawals.now();
    // Its end is a checksum of all of it.
    let tag = format!("\"{}\"", hex(now.bytes.last_chunk::<8>().map_or(&[], |end| &end[..])));
    let mut response =
        if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(header::CONTENT_TYPE, "application/octet-stream")], now.bytes.clone()).into_response()
        };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Whether the server runs.
#[utoipa::path(get, path = "/healthz", responses((status = 200, description = "It does.", body = String, content_type = "text/plain")))]
pub(super) async fn health() -> &'static str {
    "ok\n"
}

/// Whether it could serve now: the store answers.
#[utoipa::path(
    get,
    path = "/readyz",
    responses(
        (status = 200, description = "It could.", body = String, content_type = "text/plain"),
        (status = 503, description = "It could not.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn ready(State(app): State<Arc<App>>) -> Result<&'static str, Refused> {
    let ping = tokio::time::timeout(Duration::from_secs(2), app.store.ping()).await;
    match ping {
        Ok(Ok(())) => Ok("ok\n"),
        Ok(Err(problem)) => Err(problem.into()),
        Err(_) => Err(Refused::new(STORE).because("the store does not answer within 2 seconds")),
    }
}

/// What is counted, in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", responses((status = 200, description = "All of it.", body = String, content_type = "text/plain")))]
pub(super) async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    let (withdrawn, keys) = app.withdrawals.now().set.counts();
    let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    let gauges = [
        ("playgate_titles", "Titles in the catalogue.", count(app.catalogue.titles().len())),
        ("playgate_withdrawn", "Sessions and accounts that are withdrawn.", count(withdrawn)),
        ("playgate_withdrawn_keys", "Keys that are withdrawn.", count(keys)),
    ];
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.text(&gauges))
}

/// The document that describes all routes.
pub(super) async fn openapi(State(document): State<Document>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], document.0)
}
