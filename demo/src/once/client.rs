//! A player's way of asking: with the cookies that it was given, as the viewer that it pretends to be.

use axum::body::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::header::{CONTENT_TYPE, COOKIE, HeaderValue, SET_COOKIE};
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Longer than any answer on one machine takes.
const LONGEST: Duration = Duration::from_secs(20);

/// One player.
#[derive(Clone)]
pub(super) struct Client {
    address: String,
    http: hyper_util::client::legacy::Client<HttpConnector, Full<Bytes>>,
    viewer: String,
    login: Option<String>,
    cookies: Arc<Mutex<BTreeMap<String, Cookie>>>,
}

#[derive(Clone)]
struct Cookie {
    value: String,
    path: String,
}

/// What was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

impl Client {
    /// A desktop in Norway without a login.
    pub(super) fn new(address: &str) -> Self {
        Self {
            address: address.trim_end_matches('/').to_owned(),
            http: hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http(),
            viewer: "country=NO; device=desktop; tab=once".to_owned(),
            login: None,
            cookies: Arc::default(),
        }
    }

    /// The same with nothing in its jar, as another viewer.
    pub(super) fn as_viewer(&self, viewer: &str) -> Self {
        Self { viewer: format!("{viewer}; tab=once"), cookies: Arc::default(), ..self.clone() }
    }

    /// The same with a login of this account and tier.
    pub(super) async fn logged_in(&self, account: &str, tier: &str) -> Result<Self, String> {
        let answer = self.post("/demo/login", &json!({ "account": account, "tier": tier })).await?;
        let login = super::text(&answer.json(200)?, "/login")?.to_owned();
        Ok(Self { login: Some(login), cookies: Arc::default(), ..self.clone() })
    }

    pub(super) async fn get(&self, url: &str) -> Result<Answer, String> {
        self.ask(Method::GET, url, None).await
    }

    pub(super) async fn get_json(&self, url: &str) -> Result<Value, String> {
        self.get(url).await?.json(200)
    }

    pub(super) async fn post(&self, url: &str, body: &Value) -> Result<Answer, String> {
        self.ask(Method::POST, url, Some(body)).await
    }

    pub(super) async fn put(&self, url: &str, body: &Value) -> Result<Answer, String> {
        self.ask(Method::PUT, url, Some(body)).await
    }

    pub(super) async fn delete(&self, url: &str) -> Result<Answer, String> {
        self.ask(Method::DELETE, url, None).await
    }

    /// Begins to play.
    pub(super) async fn play(&self, title: &str, delivery: &str) -> Result<Answer, String> {
        self.post("/v1/playback", &json!({ "title": title, "delivery": delivery })).await
    }

    async fn ask(&self, method: Method, url: &str, body: Option<&Value>) -> Result<Answer, String> {
        let url = if url.starts_with('/') { format!("{}{url}", self.address) } else { url.to_owned() };
        let path = url.strip_prefix(&self.address).unwrap_or_default();
        let about = |problem: &dyn std::fmt::Display| {
            format!("{method} {}: {problem}", path.chars().take(60).collect::<String>())
        };
        let mut request = Request::builder().method(&method).uri(&url).header("x-demo-viewer", &self.viewer);
        if let Some(login) = self.login.as_ref().filter(|_| path.starts_with("/v1/")) {
            request = request.header("authorization", format!("Bearer {login}"));
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some(cookies) = self.cookies_for(path) {
            request = request.header(COOKIE, cookies);
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = request.body(Full::new(Bytes::from(body))).map_err(|problem| about(&problem))?;
        let exchange = async {
            let answer = self.http.request(request).await.map_err(|problem| about(&problem))?;
            let (head, body) = answer.into_parts();
            let body = body.collect().await.map_err(|problem| about(&problem))?.to_bytes();
            self.keep(head.headers.get_all(SET_COOKIE).iter());
            Ok(Answer { status: head.status, body })
        };
        tokio::time::timeout(LONGEST, exchange).await.map_err(|_| about(&"no answer"))?
    }

    fn keep<'h>(&self, headers: impl Iterator<Item = &'h HeaderValue>) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        for header in headers.filter_map(|header| header.to_str().ok()) {
            let mut parts = header.split("; ");
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { continue };
            let path = parts.find_map(|part| part.strip_prefix("Path=")).unwrap_or("/");
            cookies.insert(name.to_owned(), Cookie { value: value.to_owned(), path: path.to_owned() });
        }
    }

    fn cookies_for(&self, path: &str) -> Option<String> {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = cookies.iter().filter(|(_, cookie)| path.starts_with(&cookie.path));
        let pairs: Vec<_> = sent.map(|(name, cookie)| format!("{name}={}", cookie.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// The cookies of another, as somebody would copy them for all addresses.
    pub(super) fn with_cookies_of(&self, other: &Self) -> Self {
        let cookies = other.cookies.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let everywhere =
            cookies.into_iter().map(|(name, cookie)| (name, Cookie { path: "/".to_owned(), ..cookie }));
        Self { cookies: Arc::new(Mutex::new(everywhere.collect())), ..self.clone() }
    }
}

impl Answer {
    /// The body, if the answer has this status.
    pub(super) fn json(&self, status: u16) -> Result<Value, String> {
        self.bytes(status)?;
        serde_json::from_slice(&self.body).map_err(|problem| format!("the answer is no JSON: {problem}"))
    }

    pub(super) fn text(&self, status: u16) -> Result<String, String> {
        self.bytes(status).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    pub(super) fn bytes(&self, status: u16) -> Result<&Bytes, String> {
        if self.status.as_u16() == status {
            return Ok(&self.body);
        }
        let words: String = String::from_utf8_lossy(&self.body).chars().take(300).collect();
        Err(format!("{} where {status} was expected: {words}", self.status.as_u16()))
    }

    /// The sentence of a refusal, if it is this one.
    pub(super) fn refusal(&self, status: u16, reason: &str) -> Result<String, String> {
        let text = self.text(status)?;
        if let Ok(body) = serde_json::from_str::<Value>(&text) {
            let found = super::text(&body, "/reason")?;
            let said = body.pointer("/message").and_then(Value::as_str);
            let said = said.map_or_else(|| super::text(&body, "/title"), Ok)?;
            return if found == reason {
                Ok(format!("{status} {reason}: {said}"))
            } else {
                Err(format!("{found} where {reason} was expected"))
            };
        }
        // CloudFront refuses in XML.
        if text.contains(&format!("<Code>{reason}</Code>")) {
            Ok(format!("{status} {reason}, by the CDN"))
        } else {
            Err(text)
        }
    }
}
