//! What is around every route: ids, limits, CORS, the log and the counts.

use super::arrival::arrived;
use super::body::Most;
use super::unsent::Unsent;
use crate::app::App;
use crate::handle::Session;
use crate::hex::random;
use crate::log;
use crate::logins::Account;
use crate::metrics::{Metrics, count};
use crate::refusal::{
    CANNOT_DECIDE, INVALID, LATE, MALFORMED, MEDIA_TYPE, OVERLOADED, Reasoned, Refused, SLOW, TOO_LARGE,
    TOO_MANY,
};
use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
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
    unsent: Unsent,
}

/// A refusal that is as another protocol has it, and is left so.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfAnotherProtocol;

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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<&'static str>,
    /// What an administrator did, or which key was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) what: Option<String>,
}

impl Noted {
    /// What is known of who was given a key or a licence: whose session, for which title; and which keys.
    pub(crate) fn given(
        session: Option<&Session>,
        account: Option<&Account>,
        title: &str,
        what: String,
    ) -> Self {
        let subject = session.map(|session| session.subject.as_str());
        Self {
            account: subject
                .or(account.map(Account::subject))
                .filter(|name| !name.is_empty())
                .map(str::to_owned),
            session: session.map(|session| session.id.clone()),
            title: Some(title.to_owned()),
            what: Some(what),
            ..Self::default()
        }
    }

    /// An answer with this in its line of the log.
    pub(crate) fn on(self, answer: impl IntoResponse) -> Response {
        let mut response = answer.into_response();
        response.extensions_mut().insert(self);
        response
    }
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
        let limits = &app.config.limits;
        Self {
            app: Arc::clone(app),
            places: Arc::new(Semaphore::new(limits.requests)),
            unsent: Unsent::new(limits.unsent),
        }
    }
}

pub(super) async fn around(State(around): State<Around>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let ids = ids(request.headers());
    let origin = request.headers().get(header::ORIGIN).cloned();
    let method = named(request.method());
    let is_head = request.method() == Method::HEAD;
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let preflight = is_preflight(&request);
    request.extensions_mut().insert(ids.clone());
    request.extensions_mut().insert(Most(around.app.config.limits.body));
    let app = &around.app;
    let mut response = if preflight {
        StatusCode::NO_CONTENT.into_response()
    } else {
        let _under_way = UnderWay::new(&app.metrics);
        dressed(limited(&around, &route, request, next).await)
    };
    let reasoned = response.extensions_mut().remove::<Reasoned>();
    let noted = response.extensions_mut().remove::<Noted>().unwrap_or_default();
    if let Some(reasoned) = &reasoned {
        let body = if is_head { Body::empty() } else { body(reasoned, &ids) };
        *response.body_mut() = body;
    }
    headers(app, &mut response, origin.as_ref(), preflight, &ids);
    let took = begun.elapsed();
    let status = response.status().as_u16();
    app.metrics.request(method, &route, status, took, reasoned.as_ref().map(|reasoned| reasoned.reason));
    if !is_about_the_server(&route) && app.config.log.has(status) {
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
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
    let time = Duration::from_secs(u64::from(limits.seconds));
    // Whoever sends slowly takes its own time and nobody's place.
    let request = match tokio::time::timeout(time, arrived(request, limits.body)).await {
        Ok(Ok(request)) => request,
        Ok(Err(refused)) => return refused.into_response(),
        Err(_) => return Refused::new(SLOW).into_response(),
    };
    let Ok(_place) = around.places.try_acquire() else {
        count(&app.metrics.shed);
        return Refused::new(OVERLOADED).retry_after(1).into_response();
    };
    match tokio::time::timeout(time, next.run(request)).await {
        Ok(answer) => around.unsent.within(app, answer).await,
        Err(_) => Refused::new(LATE).into_response(),
    }
}

/// Refusals of the framework are in plain words; everything that this server refuses has one form.
fn dressed(response: Response) -> Response {
    let status = response.status();
    let is_refusal = (status.is_client_error() || status.is_server_error())
        && response.extensions().get::<OfAnotherProtocol>().is_none();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_plain = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !is_refusal || !is_plain || response.extensions().get::<Reasoned>().is_some() {
        return response;
    }
    let refusal = match status {
        StatusCode::PAYLOAD_TOO_LARGE => TOO_LARGE,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => MEDIA_TYPE,
        StatusCode::UNPROCESSABLE_ENTITY => INVALID,
        _ if status.is_server_error() => CANNOT_DECIDE,
        _ => MALFORMED,
    };
    Refused::new(refusal).into_response()
}

/// The name of a method in counts and in the log: clients can make up any number of them, of any length.
fn named(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

/// Counts a request as under way for as long as it is, also if its client goes away.
struct UnderWay<'m>(&'m Metrics);

impl<'m> UnderWay<'m> {
    fn new(metrics: &'m Metrics) -> Self {
        metrics.under_way.fetch_add(1, Ordering::Relaxed);
        Self(metrics)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
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
    if !app.config.cors.origins.is_empty() {
        // Also where no origin was sent: what a cache keeps must not be given to a page that may not read it, or the reverse.
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }
    if let Some(origin) = origin.filter(is_known) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
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
