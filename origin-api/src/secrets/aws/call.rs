//! A call of AWS's JSON protocol: signed, sent, and sent again if that may help.

use super::Service;
use crate::outward::{Answered, Bounds, Outward, OutwardError};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use axum::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{HeaderMap, Method};
use serde::Deserialize;
use std::error::Error;
use std::time::{Duration, SystemTime};
use zeroize::{Zeroize as _, Zeroizing};

/// How often it is sent at most.
const ATTEMPTS: u32 = 3;

/// After the first attempt; then twice as long.
const PAUSE: Duration = Duration::from_millis(200);

/// The largest secret is 64 KiB, as base64 or escaped in JSON.
const LARGEST: usize = 512 * 1024;

/// As much of what AWS says as is shown.
const SHOWN: usize = 400;

const JSON: &str = "application/x-amz-json-1.1";

/// One call.
pub(super) struct Call<'c> {
    pub(super) service: Service,
    pub(super) target: &'static str,
    pub(super) region: &'c str,
    pub(super) endpoint: &'c str,
    pub(super) credentials: &'c Credentials,
}

/// What AWS answers instead.
#[derive(Debug)]
pub(super) struct Refused {
    /// Such as `AccessDeniedException`.
    pub(super) code: String,
    /// In AWS's words, which never tell a secret.
    pub(super) message: String,
}

#[derive(Deserialize)]
struct Written {
    #[serde(rename = "__type")]
    code: Option<String>,
    #[serde(alias = "Message")]
    message: Option<String>,
}

impl Call<'_> {
    /// Sends it, in limited time for each attempt.
    ///
    /// # Errors
    /// In words, when nobody answered who can be understood.
    pub(super) async fn send(
        &self,
        outward: &Outward,
        body: &[u8],
        time: Duration,
    ) -> Result<Result<Zeroizing<Vec<u8>>, Refused>, String> {
        let mut pause = PAUSE;
        for attempt in 1_u32.. {
            let failed = match self.once(outward, body, time).await {
                Ok(answer) if answer.status.is_success() => return Ok(Ok(taken(answer))),
                Ok(answer) => match refused(&answer) {
                    Some(refused) if !is_passing(&answer, &refused) => return Ok(Err(refused)),
                    Some(refused) => refused.code,
                    None => format!("its answer of status {} is none of AWS", answer.status.as_u16()),
                },
                Err(problem) => problem,
            };
            if attempt >= ATTEMPTS {
                return Err(failed);
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2);
        }
        Err("nothing was sent".to_owned())
    }

    async fn once(&self, outward: &Outward, body: &[u8], time: Duration) -> Result<Answered, String> {
        let url = format!("{}/", self.endpoint);
        let headers = self.signed(&url, body).map_err(|problem| with_causes(&*problem))?;
        let bounds = Bounds { time, bytes: LARGEST };
        let sent = outward.send(Method::POST, &url, headers, Bytes::copy_from_slice(body), bounds).await;
        sent.map_err(|problem: OutwardError| problem.to_string())
    }

    /// The headers that belong to a body, with their signature.
    fn signed(&self, url: &str, body: &[u8]) -> Result<HeaderMap, Box<dyn Error + Send + Sync>> {
        let identity = self.credentials.clone().into();
        let terms = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service.id())
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let own = [("content-type", JSON), ("x-amz-target", self.target)];
        let request = SignableRequest::new("POST", url, own.into_iter(), SignableBody::Bytes(body))?;
        let (instructions, _) = sign(request, &terms)?.into_parts();
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        headers.insert("x-amz-target", HeaderValue::from_static(self.target));
        for header in instructions.into_parts().0 {
            let mut value = HeaderValue::try_from(header.value())?;
            value.set_sensitive(true);
            headers.insert(HeaderName::try_from(header.name())?, value);
        }
        Ok(headers)
    }
}

/// An error with its causes: the outermost says no more than that something failed.
pub(super) fn with_causes(problem: &dyn Error) -> String {
    let mut words = problem.to_string();
    let mut cause = problem.source();
    while let Some(problem) = cause {
        words.push_str(": ");
        words.push_str(&problem.to_string());
        cause = problem.source();
    }
    words
}

/// The body, which is forgotten where it was read.
fn taken(answer: Answered) -> Zeroizing<Vec<u8>> {
    let bytes = Zeroizing::new(answer.body.to_vec());
    if let Ok(mut read) = answer.body.try_into_mut() {
        read.as_mut().zeroize();
    }
    bytes
}

fn refused(answer: &Answered) -> Option<Refused> {
    let written: Written = serde_json::from_slice(&answer.body).ok()?;
    let code = written.code?;
    // With a namespace before it, or an address behind it, in some services.
    let code = code.rsplit('#').next().unwrap_or_default();
    let code = code.split(':').next().unwrap_or_default().to_owned();
    let message = written.message.filter(|message| !message.is_empty());
    let message = message.unwrap_or_else(|| "it does not say why".to_owned());
    Some(Refused { code, message: message.chars().take(SHOWN).collect() })
}

/// Whether the same may be answered in a moment.
fn is_passing(answer: &Answered, refused: &Refused) -> bool {
    answer.status.is_server_error()
        || ["Throttl", "TooManyRequests", "LimitExceeded", "KeyUnavailable", "DependencyTimeout"]
            .iter()
            .any(|part| refused.code.contains(part))
}
