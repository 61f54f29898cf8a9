//! What is around every route: ids, limits, CORS, the log and the counts.

use crate::app::App;
use crate::hex::random;
use crate::log;
use crate::metrics::count;
use crate::refusal::{LATE, OVERLOADED, Reasoned, Refused, TOO_LARGE, TOO_MANY};
use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// The longest id of a request that is taken over from others.
const LONGEST_ID: usize = 128;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What pages may read of answers.
const EXPOSED: &str = "etag, retry-after, x-request-id";

/// What pages may send.
const SENT: &str = "authorization, content-type, if-match, if-none-match, traceparent";

/// The state of this layer.
#[derive(Clone)]
pub(super) struct Around {
    app: Arc<App>,
    places: Arc<Semaphore>,
}

/// What a route found out about the request, for the log.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Noted {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<String>,
}

/// By which names a request is found again.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Ids {
    /// The request's own.
    #[serde(rename = "id")]
    pub(crate) request: String,
    /// That of all requests that belong together (W3C trace context).
    pub(crate) trace: String,
}

/// A request, as the log has it.
#[derive(Serialize)]
struct Line<'l> {
    #[serde(flatten)]
    ids: &'l Ids,
    method: &'l str,
    route: &'l str,
    status: u16,
    microseconds: u64,
    #[serde(flatten)]
    reasoned: Option<Reasoned>,
    #[serde(flatten)]
    noted: Noted,
}

impl Around {
    pub(super) fn new(app: &Arc<App>) -> Self {
        // The first random bytes of a process take 30 ms, which no viewer should wait for.
        let _ = random::<16>();
        Self { app: Arc::clone(app), places: Arc::new(Semaphore::new(app.config.limits.requests)) }
    }
}

pub(super) async fn around(State(around): State<Around>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let ids = ids(request.headers());
    let origin = request.headers().get(header::ORIGIN).cloned();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let preflight = is_preflight(&request);
    request.extensions_mut().insert(ids.clone());
    let app = &around.app;
    let mut response = if preflight {
        StatusCode::NO_CONTENT.into_response()
    } else {
        app.metrics.under_way.fetch_add(1, Ordering::Relaxed);
        let response = limited(&around, &route, request, next).await;
        app.metrics.under_way.fetch_sub(1, Ordering::Relaxed);
        response
    };
    let reasoned = response.extensions_mut().remove::<Reasoned>();
    let noted = response.extensions_mut().remove::<Noted>().unwrap_or_default();
    if let Some(reasoned) = &reasoned {
        let body = if method == Method::HEAD { Body::empty() } else { body(reasoned, &ids) };
        *response.body_mut() = body;
    }
    headers(app, &mut response, origin.as_ref(), preflight, &ids);
    let took = begun.elapsed();
    let status = response.status().as_u16();
    app.metrics.request(
        method.as_str(),
        &route,
        status,
        took,
        reasoned.as_ref().map(|reasoned| reasoned.reason),
    );
    if !is_about_the_server(&route) {
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let method = method.as_str();
        log::write(
            "request",
            Line { ids: &ids, method, route: &route, status, microseconds, reasoned, noted },
        );
    }
    response
}

/// Runs the route, if there is room for it, and for so long.
async fn limited(around: &Around, route: &str, request: Request, next: Next) -> Response {
    let app = &around.app;
    // Whoever looks after the server has to see it when it is busy, too.
    if is_about_the_server(route) {
        return next.run(request).await;
    }
    let limits = &app.config.limits;
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let address = app.tellers.address(request.headers(), peer.ip());
        if let Err(too_many) = app.rates.address(address, log::now()) {
            return Refused::new(TOO_MANY).retry_after(too_many.seconds).into_response();
        }
    }
    let Ok(_place) = around.places.try_acquire() else {
        count(&app.metrics.shed);
        return Refused::new(OVERLOADED).retry_after(1).into_response();
    };
    let time = Duration::from_secs(u64::from(limits.seconds));
    match tokio::time::timeout(time, next.run(request)).await {
        Ok(response)
            if response.status() == StatusCode::PAYLOAD_TOO_LARGE
                && response.extensions().get::<Reasoned>().is_none() =>
        {
            Refused::new(TOO_LARGE).into_response()
        }
        Ok(response) => response,
        Err(_) => Refused::new(LATE).into_response(),
    }
}

fn is_about_the_server(route: &str) -> bool {
    matches!(route, "/healthz" | "/readyz" | "/metrics")
}

fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn body(reasoned: &Reasoned, ids: &Ids) -> Body {
    let mut body = reasoned.body.clone();
    body.insert("request_id".to_owned(), ids.request.clone().into());
    Body::from(Value::Object(body).to_string())
}

fn headers(app: &App, response: &mut Response, origin: Option<&HeaderValue>, preflight: bool, ids: &Ids) {
    let status = response.status();
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        header::STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=31536000; includeSubDomains"),
    );
    if let Ok(id) = HeaderValue::from_str(&ids.request) {
        headers.insert(REQUEST_ID, id);
    }
    let is_known = |origin: &&HeaderValue| {
        app.config.cors.origins.iter().any(|known| known.as_bytes() == origin.as_bytes())
    };
    if let Some(origin) = origin.filter(is_known) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        if preflight {
            headers.insert(
                header::ACCESS_CONTROL_ALLOW_METHODS,
                HeaderValue::from_static("GET, HEAD, POST, PUT, DELETE"),
            );
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(SENT));
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        } else {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        }
    }
    if status == StatusCode::NO_CONTENT {
        headers.remove(header::CONTENT_LENGTH);
    }
}

/// The ids that came with the request, if they are of their form; else new ones.
fn ids(headers: &HeaderMap) -> Ids {
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let given = given
        .filter(|id| (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()));
    let trace = headers.get("traceparent").and_then(|parent| parent.to_str().ok()).and_then(trace_of);
    let trace = trace.map_or_else(random::<16>, str::to_owned);
    Ids { request: given.map_or_else(random::<16>, str::to_owned), trace }
}

/// `00-` 32 hexadecimal digits, `-`, 16 more, `-` and 2 more; none of the ids is only zeros.
fn trace_of(parent: &str) -> Option<&str> {
    let mut parts = parent.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_hex = |text: &str, length| {
        text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_something = |text: &str| text.bytes().any(|byte| byte != b'0');
    let is_whole = is_hex(version, 2) && version != "ff" && (version != "00" || parts.next().is_none());
    let holds = is_whole
        && is_hex(trace, 32)
        && is_hex(span, 16)
        && is_hex(flags, 2)
        && is_something(trace)
        && is_something(span);
    holds.then_some(trace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_are_taken_over_only_if_they_are_of_their_form() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        for (parent, expected) in [
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", Some(trace)),
            ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", Some(trace)),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", None),
            ("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", None),
            ("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", None),
            ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", None),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", None),
            ("00-4bf92f3577b34da6a3ce929d0e0e47-00f067aa0ba902b7-01", None),
            ("", None),
        ] {
            assert_eq!(trace_of(parent), expected, "{parent}");
        }
    }
}
