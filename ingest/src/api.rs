//! The origin API, asked as an administrator and as a packager would.

use crate::catalogue::Entry;
use crate::keys::{Key, Kid};
use crate::reading;
use crate::stop::Stop;
use crate::{IngestError, Packager, Protection, Server, cpix};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, IF_NONE_MATCH};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::path::Path;
use std::time::Duration;
use zeroize::Zeroizing;

const PATIENCE: Duration = Duration::from_secs(20);
/// For how long is asked what became of a request that was not answered.
const SHORT_PATIENCE: Duration = Duration::from_secs(3);

const LARGEST_ANSWER: usize = 1 << 20;
const LARGEST_SECRET: u64 = 64 * 1024;

/// Where titles are administered, and where keys come from.
pub(crate) struct Api {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: String,
    login: HeaderValue,
    login_file: String,
    packager: Option<KeyServer>,
}

struct KeyServer {
    url: String,
    name: String,
    credentials: HeaderValue,
}

struct Answer {
    status: StatusCode,
    body: Bytes,
}

impl Api {
    /// Reads who comes. Nothing is sent yet.
    pub(crate) fn new(server: &Server) -> Result<Self, String> {
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|problem| {
                format!("the certificates that this machine trusts cannot be read: {problem}")
            })?
            .https_or_http()
            .enable_http1()
            .build();
        let login = secret(&server.login)?;
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            url: base(&server.url)?,
            login: header(&format!("Bearer {}", *login), &server.login)?,
            login_file: server.login.display().to_string(),
            packager: server.packager.as_ref().map(KeyServer::new).transpose()?,
        })
    }

    /// Whether a title is there. What is wrong with the login shows here, before hours of work.
    pub(crate) async fn has(&self, title: &str, stop: &Stop) -> Result<bool, IngestError> {
        Ok(stop.unless(self.entry(title)).await?.is_some())
    }

    /// Writes a title, over a former one only if it may.
    pub(crate) async fn put(
        &self,
        title: &str,
        entry: &Entry,
        replace: bool,
        stop: &Stop,
    ) -> Result<(), IngestError> {
        let text = serde_json::to_string(entry).map_err(|problem| problem.to_string())?;
        let problem = tokio::select! {
            answer = self.administer(Method::PUT, title, Some((&text, replace))) => match answer {
                Ok(answer) if answer.status.is_success() => return Ok(()),
                Ok(answer) => return Err(self.refused(&answer).into()),
                Err(problem) => problem,
            },
            () = stop.requested() => "it was stopped".to_owned(),
        };
        // The request may have come through though its answer did not.
        let wanted = serde_json::to_value(entry).map_err(|problem| problem.to_string())?;
        match tokio::time::timeout(SHORT_PATIENCE, self.entry(title)).await {
            Ok(Ok(Some(found))) if is_within(&wanted, &found) => Ok(()),
            Ok(Ok(_)) => match stop.check() {
                Ok(()) => Err(problem.into()),
                stopped => stopped,
            },
            _ => Err(format!(
                "{problem}; nothing was left behind here, but {} may have taken the title: see whether it has `{title}`",
                self.url
            )
            .into()),
        }
    }

    /// What is written about a title, if it is there.
    async fn entry(&self, title: &str) -> Result<Option<Value>, String> {
        let answer = self.administer(Method::GET, title, None).await?;
        match answer.status {
            StatusCode::OK => match answer.problem() {
                Some(entry @ Value::Object(_)) => Ok(Some(entry)),
                _ => Err(format!(
                    "{} answers what is no title: {}; is it an origin API?",
                    self.url,
                    answer.words()
                )),
            },
            StatusCode::NOT_FOUND if answer.reason().as_deref() == Some("unknown_title") => Ok(None),
            _ => Err(self.refused(&answer)),
        }
    }

    /// New keys with these labels for a title, over SPEKE 2.0.
    pub(crate) async fn keys(
        &self,
        title: &str,
        protection: Protection,
        labels: &[&'static str],
        stop: &Stop,
    ) -> Result<Vec<Key>, IngestError> {
        let KeyServer { url, name, credentials } = self.packager.as_ref().ok_or_else(|| {
            "keys come from the key server; say who asks with --packager and --password".to_owned()
        })?;
        let wanted =
            labels.iter().map(|label| Ok((*label, Kid::new()?))).collect::<Result<Vec<_>, String>>()?;
        let request = Request::post(format!("{url}/v1/speke"))
            .header(AUTHORIZATION, credentials)
            .header(HeaderName::from_static("x-speke-version"), "2.0")
            .header(CONTENT_TYPE, "application/xml")
            .body(Full::new(Bytes::from(cpix::request(title, protection, &wanted))));
        let answer = stop.unless(self.send(request, url)).await?;
        match answer.status {
            StatusCode::OK => {
                let text = Zeroizing::new(String::from_utf8_lossy(&answer.body).into_owned());
                Ok(cpix::answer(&text, &wanted)?)
            }
            StatusCode::UNAUTHORIZED => Err(format!(
                "{url} does not know the packager `{name}` with this password; both are in its [[tenant]]"
            )
            .into()),
            // The sentence of SPEKE is the whole body.
            StatusCode::UNPROCESSABLE_ENTITY => {
                Err(format!("{url} gives no keys: {}", answer.words()).into())
            }
            status => Err(format!("{url} gives no keys: {status}: {}", answer.words()).into()),
        }
    }

    async fn administer(
        &self,
        method: Method,
        title: &str,
        entry: Option<(&str, bool)>,
    ) -> Result<Answer, String> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}/v1/admin/titles/{title}", self.url))
            .header(AUTHORIZATION, &self.login);
        if let Some((_, replace)) = entry {
            request = request.header(CONTENT_TYPE, "application/json");
            if !replace {
                request = request.header(IF_NONE_MATCH, "*");
            }
        }
        let body = entry.map_or_else(Bytes::new, |(text, _)| Bytes::copy_from_slice(text.as_bytes()));
        self.send(request.body(Full::new(body)), &self.url).await
    }

    async fn send(
        &self,
        request: hyper::http::Result<Request<Full<Bytes>>>,
        url: &str,
    ) -> Result<Answer, String> {
        let request = request.map_err(|problem| format!("{url}: {problem}"))?;
        let exchange = async {
            let answer = self.client.request(request).await.map_err(|problem| {
                // The innermost says what it was; those around it only that there was something.
                let mut cause: &dyn std::error::Error = &problem;
                while let Some(inner) = cause.source() {
                    cause = inner;
                }
                format!("{url} does not answer: {cause}; is it running?")
            })?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), LARGEST_ANSWER).collect().await;
            let body = body.map_err(|problem| {
                let long = problem.is::<LengthLimitError>();
                let cause = if long { "it has no end".to_owned() } else { problem.to_string() };
                format!("the answer of {url} cannot be read: {cause}")
            })?;
            Ok(Answer { status, body: body.to_bytes() })
        };
        let answer = tokio::time::timeout(PATIENCE, exchange).await;
        answer.map_err(|_| format!("{url} does not answer within {} s", PATIENCE.as_secs()))?
    }

    fn refused(&self, answer: &Answer) -> String {
        let (url, file) = (&self.url, &self.login_file);
        match (answer.status, answer.reason().as_deref()) {
            (StatusCode::UNAUTHORIZED, reason) => {
                format!(
                    "{url} does not take the login in {file} ({}); get a new one",
                    reason.unwrap_or("no reason is given")
                )
            }
            (StatusCode::FORBIDDEN, Some("not_admin")) => {
                format!(
                    "{url} takes the login in {file}, but it is no administrator's; its group is not that of [admin]"
                )
            }
            (StatusCode::NOT_FOUND, _) => format!(
                "{url} administers no titles; give the address that is private (`private_listen`), and that of keys with --key-server"
            ),
            (StatusCode::PRECONDITION_FAILED, _) => {
                format!(
                    "{url} has got a title of this id meanwhile; choose another one, or take its place with --replace"
                )
            }
            (status, _) => format!("{url} refuses: {status}: {}", answer.words()),
        }
    }
}

impl KeyServer {
    fn new(packager: &Packager) -> Result<Self, String> {
        let Packager { url, name, password } = packager;
        let pair = Zeroizing::new(format!("{name}:{}", *secret(password)?));
        let credentials = header(&format!("Basic {}", STANDARD.encode(pair.as_bytes())), password)?;
        Ok(Self { url: base(url)?, name: name.clone(), credentials })
    }
}

impl Answer {
    fn problem(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    fn reason(&self) -> Option<String> {
        self.problem()?.get("reason")?.as_str().map(str::to_owned)
    }

    /// What it says, shortly.
    fn words(&self) -> String {
        let problem = self.problem().unwrap_or_default();
        let said =
            ["detail", "title"].into_iter().find_map(|name| problem.get(name)?.as_str().map(str::to_owned));
        said.unwrap_or_else(|| String::from_utf8_lossy(&self.body).chars().take(300).collect())
    }
}

/// Whether everything that was written is in what is read.
fn is_within(written: &Value, read: &Value) -> bool {
    match (written, read) {
        (Value::Object(written), Value::Object(read)) => {
            written.iter().all(|(name, value)| read.get(name).is_some_and(|other| is_within(value, other)))
        }
        (Value::Array(written), Value::Array(read)) => {
            written.len() == read.len()
                && written.iter().zip(read).all(|(value, other)| is_within(value, other))
        }
        _ => written == read,
    }
}

/// An address without a slash at its end.
fn base(url: &str) -> Result<String, String> {
    let words = || format!("`{url}` is no address of a server; write one such as `https://api.example.com`");
    let uri: Uri = url.parse().map_err(|_| words())?;
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    let is_bare =
        uri.query().is_none() && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    if is_web && is_bare { Ok(url.trim_end_matches('/').to_owned()) } else { Err(words()) }
}

/// The one line of a file.
fn secret(path: &Path) -> Result<Zeroizing<String>, String> {
    let about = |words: &str| format!("{}: {words}", path.display());
    let text = reading::secret(path, LARGEST_SECRET).map_err(|problem| about(&problem.to_string()))?;
    let line = text.trim();
    if line.is_empty() || line.contains(['\n', '\r']) {
        return Err(about("one line is expected in it, and nothing else"));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

fn header(text: &str, file: &Path) -> Result<HeaderValue, String> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| format!("{}: there are letters in it that cannot be sent", file.display()))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_the_web_and_nothing_more() {
        for (url, expected) in [
            ("https://api.example.com", Some("https://api.example.com")),
            ("https://api.example.com/", Some("https://api.example.com")),
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("https://example.com/origin/", Some("https://example.com/origin")),
            ("ftp://example.com", None),
            ("example.com", None),
            ("https://user:password@example.com", None),
            ("https://example.com?x=1", None),
            ("file:///etc/passwd", None),
            ("", None),
        ] {
            assert_eq!(base(url).ok().as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn a_secret_is_one_line() {
        let path = std::env::temp_dir().join(format!("playgate-secret-{}", std::process::id()));
        for (text, expected) in [
            ("secret\n", Some("secret")),
            ("  secret", Some("secret")),
            ("", None),
            ("\n\n", None),
            ("-----BEGIN\nPRIVATE-----", None),
        ] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(secret(&path).ok().as_ref().map(|text| text.as_str()), expected, "{text:?}");
        }
        std::fs::remove_file(&path).unwrap();
        assert!(secret(&path).is_err());
    }
}
