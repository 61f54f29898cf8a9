//! The CDN in miniature: it knows where viewers are, checks its own signatures, and asks the edge or the origin API for all else.

use super::Front;
use super::answer::Problem;
use crate::record::{By, Line};
use crate::viewer::Pretended;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;
use signer::cloudfront::verify::Request as Signed;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The largest refusal whose reason is read for the log.
const LARGEST_REFUSAL: u64 = 64 * 1024;

const RAY: HeaderName = HeaderName::from_static("cf-ray");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What belongs to one connection, and goes no further.
const OF_THE_CONNECTION: [HeaderName; 7] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// What is known of a request while it is under way.
struct UnderWay {
    id: String,
    at: u64,
    viewer: Pretended,
    method: String,
    path: String,
    sent: Instant,
}

/// To the origin API, with what CloudFront would tell it.
pub(super) async fn to_api(State(front): State<Arc<Front>>, mut request: Request) -> Response {
    let under_way = UnderWay::new(&mut request);
    under_way.viewer.cloudfront(request.headers_mut(), &front.world.proxy_secret);
    put(request.headers_mut(), REQUEST_ID, &under_way.id);
    let answer = passed_on(&front, &front.origin.address, request).await;
    let (line, answer) = under_way.over(By::Api, answer, None).await;
    if line.status == StatusCode::BAD_GATEWAY.as_u16() {
        front.record.done(&line);
    } else {
        front.record.answered(line);
    }
    answer
}

/// To the edge, with what Cloudflare would tell it; or past it, where CloudFront's own signature opens the file.
pub(super) async fn to_edge(State(front): State<Arc<Front>>, mut request: Request) -> Response {
    let under_way = UnderWay::new(&mut request);
    if let Some(verdict) = signature(&front, &under_way, request.headers(), request.uri()) {
        let took = under_way.sent.elapsed();
        let answer = match verdict {
            Ok(()) => {
                // CloudFront asks the origin under the origin's own name.
                request.headers_mut().remove(header::HOST);
                passed_on(&front, &front.world.media, request).await
            }
            Err(refused) => refused,
        };
        let (line, answer) = under_way.over(By::Cdn, answer, Some(took)).await;
        front.record.done(&line);
        return answer;
    }
    let headers = request.headers_mut();
    under_way.viewer.agent(headers);
    put(headers, HeaderName::from_static(crate::edge::CF), &under_way.viewer.cf().to_string());
    put(headers, RAY, &under_way.id);
    put(headers, HeaderName::from_static("cf-connecting-ip"), "203.0.113.9");
    let worker = front.edge.now();
    let answer = passed_on(&front, &worker.address, request).await;
    let took = front.record.edge_took(&under_way.id, under_way.sent);
    let (line, answer) = under_way.over(By::Edge, answer, took).await;
    front.record.done(&line);
    answer
}

impl UnderWay {
    fn new(request: &mut Request) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let viewer = Pretended::take(request.headers_mut());
        for name in OF_THE_CONNECTION {
            request.headers_mut().remove(name);
        }
        Self {
            id: format!("demo-{:x}-{}", at.as_millis(), NUMBER.fetch_add(1, Ordering::Relaxed)),
            at: u64::try_from(at.as_millis()).unwrap_or_default(),
            viewer,
            method: request.method().to_string(),
            path: shown(request.uri()),
            sent: Instant::now(),
        }
    }

    /// The line of the log, and the answer as it goes on.
    async fn over(self, by: By, answer: Response, took: Option<Duration>) -> (Line, Response) {
        let total = self.sent.elapsed();
        let (answer, reason) = reason(answer).await;
        let microseconds = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let length = answer
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse().ok());
        let line = Line {
            id: self.id,
            at: self.at,
            tab: self.viewer.tab,
            country: self.viewer.country,
            method: self.method,
            path: self.path,
            by,
            status: answer.status().as_u16(),
            reason,
            microseconds: microseconds(took.unwrap_or(total)),
            total: microseconds(total),
            bytes: length,
        };
        (line, answer)
    }
}

/// What CloudFront's own check says, if the request carries its signature; without one the edge decides.
fn signature(
    front: &Front,
    under_way: &UnderWay,
    headers: &HeaderMap,
    uri: &Uri,
) -> Option<Result<(), Response>> {
    let cookies: Vec<&str> =
        headers.get_all(header::COOKIE).iter().filter_map(|cookie| cookie.to_str().ok()).collect();
    let is_signed = uri.query().is_some_and(|query| query.contains("Key-Pair-Id="))
        || cookies.iter().any(|cookie| cookie.contains("CloudFront-Key-Pair-Id="));
    if !is_signed || uri.path().starts_with("/t/") {
        return None;
    }
    let url = format!("{}{}", front.world.public, uri.path_and_query().map_or("/", |path| path.as_str()));
    let request = Signed { url: &url, cookies: &cookies, client: None, now: under_way.at / 1000 };
    Some(match front.world.key_group.verify(&request) {
        Ok(_) => Ok(()),
        Err(reason) => {
            let code = reason.code();
            let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::FORBIDDEN);
            let headers = [(header::CONTENT_TYPE, "text/xml"), (header::CACHE_CONTROL, "no-store")];
            Err((status, headers, code.xml()).into_response())
        }
    })
}

async fn passed_on(front: &Front, to: &str, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let Ok(uri) = format!("{to}{path}").parse::<Uri>() else {
        return Problem::invalid("this is no address that can be asked").into_response();
    };
    parts.uri = uri;
    parts.version = axum::http::Version::HTTP_11;
    parts.extensions.clear();
    match front.client.request(Request::from_parts(parts, body)).await {
        Ok(answer) => {
            let mut answer = answer.map(Body::new);
            for name in OF_THE_CONNECTION {
                answer.headers_mut().remove(name);
            }
            answer
        }
        Err(problem) => Problem::broken(format!("{to} does not answer: {problem}")).into_response(),
    }
}

/// The reason of a refusal, for the log. What is no refusal goes on as it is, unread.
async fn reason(answer: Response) -> (Response, Option<String>) {
    let status = answer.status();
    if !status.is_client_error() && !status.is_server_error() {
        return (answer, None);
    }
    let (parts, body) = answer.into_parts();
    let limited = http_body_util::Limited::new(body, usize::try_from(LARGEST_REFUSAL).unwrap_or_default());
    let Ok(bytes) = limited.collect().await.map(http_body_util::Collected::to_bytes) else {
        return (Response::from_parts(parts, Body::empty()), None);
    };
    let json = serde_json::from_slice::<serde_json::Value>(&bytes).ok();
    let reason = json.and_then(|body| body.get("reason")?.as_str().map(str::to_owned));
    let reason = reason.or_else(|| {
        // CloudFront refuses in XML.
        let text = String::from_utf8_lossy(&bytes);
        let (_, rest) = text.split_once("<Code>")?;
        rest.split_once("</Code>").map(|(code, _)| code.to_owned())
    });
    (Response::from_parts(parts, Body::from(bytes)), reason)
}

/// An address as the log shows it: tokens, handles and signatures are long, and nobody's business.
fn shown(uri: &Uri) -> String {
    let path = uri.path();
    let shorten = |start: &str| {
        let rest = path.strip_prefix(start)?;
        let behind = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default();
        Some(format!("{start}\u{2026}{behind}"))
    };
    let known = ["/t/", "/v1/playback/", "/v1/manifests/"].into_iter().find_map(shorten);
    let mut text = known.unwrap_or_else(|| path.to_owned());
    if uri.query().is_some() {
        text.push_str("?\u{2026}");
    }
    text
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_shows_no_proof() {
        for (address, expected) in [
            ("/t/abc.def/vod/a/b/master.m3u8", "/t/\u{2026}/vod/a/b/master.m3u8"),
            ("/t/abc", "/t/\u{2026}"),
            ("/v1/playback/h4nd1e/heartbeat", "/v1/playback/\u{2026}/heartbeat"),
            ("/v1/playback", "/v1/playback"),
            ("/v1/manifests/h/vod/a/master.m3u8", "/v1/manifests/\u{2026}/vod/a/master.m3u8"),
            ("/vod/a/1.m4s?Policy=x&Signature=y", "/vod/a/1.m4s?\u{2026}"),
        ] {
            assert_eq!(shown(&address.parse().unwrap()), expected);
        }
    }
}
