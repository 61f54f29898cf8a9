//! Requests to others: keys of logins, playlists, licence servers. Each in limited time and size, and no redirects are followed.

use axum::body::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::error::Error;
use std::time::Duration;

/// A client for all of them.
#[derive(Debug, Clone)]
pub(crate) struct Outward(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) content_type: Option<HeaderValue>,
    pub(crate) body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutwardError {
    #[error("`{0}` is no address")]
    Address(String),
    #[error("no answer within {0:?}")]
    Late(Duration),
    #[error("{0}")]
    Failed(String),
}

/// How long, and how much.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) time: Duration,
    pub(crate) bytes: usize,
}

impl Outward {
    /// Trusts the certificates that this machine trusts.
    pub(crate) fn new() -> std::io::Result<Self> {
        let connector =
            HttpsConnectorBuilder::new().with_native_roots()?.https_or_http().enable_http1().build();
        let client =
            Client::builder(TokioExecutor::new()).pool_idle_timeout(Duration::from_secs(20)).build(connector);
        Ok(Self(client))
    }

    pub(crate) async fn get(&self, url: &str, bounds: Bounds) -> Result<Answered, OutwardError> {
        self.send(Method::GET, url, HeaderMap::new(), Bytes::new(), bounds).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
        bounds: Bounds,
    ) -> Result<Answered, OutwardError> {
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .body(Full::new(body))
            .map_err(|_| OutwardError::Address(url.to_owned()))?;
        *request.headers_mut() = headers;
        tokio::time::timeout(bounds.time, self.exchange(request, bounds.bytes))
            .await
            .map_err(|_| OutwardError::Late(bounds.time))?
    }

    async fn exchange(&self, request: Request<Full<Bytes>>, bytes: usize) -> Result<Answered, OutwardError> {
        let answer =
            self.0.request(request).await.map_err(|problem| OutwardError::Failed(in_words(&problem)))?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, bytes).collect().await.map_err(|problem| {
            let over = problem.is::<http_body_util::LengthLimitError>();
            OutwardError::Failed(if over {
                format!("the answer has more than {bytes} bytes")
            } else {
                problem.to_string()
            })
        })?;
        Ok(Answered {
            status: head.status,
            content_type: head.headers.get(CONTENT_TYPE).cloned(),
            body: body.to_bytes(),
        })
    }
}

/// An error with its causes: the outermost says no more than that something failed.
fn in_words(problem: &dyn Error) -> String {
    let mut words = problem.to_string();
    let mut cause = problem.source();
    while let Some(problem) = cause {
        words.push_str(": ");
        words.push_str(&problem.to_string());
        cause = problem.source();
    }
    words
}
