//! What looks after the server, and what the edges fetch.

use super::Document;
use super::catalogue::is_known;
use crate::app::App;
use crate::hex::hex;
use crate::refusal::{DRAINING, Refused, STORE};
use crate::store::Store as _;
use crate::store::embedded::Commits;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// For how long it is taken for true that the store answers, or does not.
const READY: Duration = Duration::from_secs(1);

/// The set of withdrawals, for edges to fetch: see `revocations.url` in their configuration.
#[utoipa::path(
    get,
    path = "/v1/revocations",
    operation_id = "fetchRevocations",
    tag = "edges",
    params(("if-none-match" = Option<String>, Header, description = "The tag of the set that is known.")),
    responses(
        (status = 200, description = "The set.", content_type = "application/octet-stream", body = Vec<u8>, headers(("etag" = String, description = "Of exactly this set."))),
        (status = 304, description = "It is what `if-none-match` names."),
    )
)]
pub(super) async fn revocations(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let now = app.withdrawals.now();
    // Its end is a checksum of all of it.
    let tag = format!("\"{}\"", hex(now.bytes.last_chunk::<8>().map_or(&[], |end| &end[..])));
    let mut response = if is_known(&headers, &tag) {
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
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "health",
    tag = "operations",
    responses((status = 200, description = "It does.", body = String, content_type = "text/plain; charset=utf-8", example = "ok\n"))
)]
pub(super) async fn health() -> &'static str {
    "ok\n"
}

/// Whether it could serve now: the store answers, and nobody told it to stop.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "readiness",
    tag = "operations",
    responses(
        (status = 200, description = "It could.", body = String, content_type = "text/plain; charset=utf-8", example = "ok\n"),
        (status = 503, description = "It could not (`store_unavailable`), or is about to stop (`draining`)."),
    )
)]
pub(super) async fn ready(
    State(app): State<Arc<App>>,
    Extension(readiness): Extension<Arc<Readiness>>,
) -> Result<&'static str, Refused> {
    if app.draining.load(Ordering::Relaxed) {
        return Err(Refused::new(DRAINING));
    }
    let mut last = readiness.0.lock().await;
    let known = last.as_ref().filter(|(at, _)| at.elapsed() < READY).map(|(_, answer)| answer.clone());
    let answer = if let Some(answer) = known {
        answer
    } else {
        let answer = match tokio::time::timeout(Duration::from_secs(2), app.store.ping()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(problem)) => Err(problem.into()),
            Err(_) => Err(Refused::new(STORE).because("the store does not answer within 2 seconds")),
        };
        *last = Some((Instant::now(), answer.clone()));
        answer
    };
    answer.map(|()| "ok\n")
}

/// What the store said last, and when: a flood of this question must not become one of writings.
#[derive(Default)]
pub(super) struct Readiness(tokio::sync::Mutex<Option<(Instant, Result<(), Refused>)>>);

/// What is counted, in the text format of Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "operations",
    responses((status = 200, description = "All of it.", body = String, content_type = "text/plain; version=0.0.4"))
)]
pub(super) async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    let (withdrawn, keys) = app.withdrawals.now().set.counts();
    let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    let gauges = [
        ("playgate_titles", "Titles in the catalogue.", count(app.catalogue.titles().len())),
        ("playgate_withdrawn", "Sessions and accounts that are withdrawn.", count(withdrawn)),
        ("playgate_withdrawn_keys", "Keys that are withdrawn.", count(keys)),
    ];
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        app.metrics.text(&gauges) + &commits(&app) + &in_force(&app),
    )
}

/// This document.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "document",
    tag = "operations",
    responses((status = 200, description = "It.", body = Object, content_type = "application/json"))
)]
pub(super) async fn openapi(Extension(document): Extension<Document>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], document.0)
}

/// How the embedded store gathers writings into commits.
fn commits(app: &App) -> String {
    let Some(Commits { commits, writings }) = app.store.commits() else { return String::new() };
    format!(
        "# HELP playgate_store_commits_total Commits of the embedded store, each of which waits for the disk once.\n\
         # TYPE playgate_store_commits_total counter\nplaygate_store_commits_total {commits}\n\
         # HELP playgate_store_writings_total Writings that those commits took together; divided by them, the size of a commit.\n\
         # TYPE playgate_store_writings_total counter\nplaygate_store_writings_total {writings}\n"
    )
}

/// Which policy is in force, as metrics say what is no number.
fn in_force(app: &App) -> String {
    let (policy, from) = (app.policies.bundle().name(), app.policies.from());
    format!(
        "# HELP playgate_policy_info The policy in force, and whether it was put.\n# TYPE playgate_policy_info gauge\n\
         playgate_policy_info{{policy=\"{policy}\",from=\"{from}\"}} 1\n"
    )
}
