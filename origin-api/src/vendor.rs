//! Licence servers of vendors: asked in limited time, and left alone for a while when they fail.

use crate::config::{DrmSettings, Problem, Vendor, at};
use crate::outward::{Answered, Bounds, Outward, OutwardError};
use crate::secrets::Secrets;
use axum::body::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Method};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The most bytes of a licence.
const LARGEST: usize = 1 << 20;

/// A vendor's server.
pub(crate) struct LicenseServer {
    url: String,
    headers: Vec<(HeaderName, String)>,
    secret: HeaderMap,
    bounds: Bounds,
    breaker: Breaker,
}

/// All of them.
pub(crate) struct LicenseServers {
    pub(crate) widevine: Option<LicenseServer>,
    pub(crate) playready: Option<LicenseServer>,
    pub(crate) fairplay: Option<LicenseServer>,
}

/// What a vendor is told of the right.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms<'t> {
    pub(crate) until: i64,
    pub(crate) now: i64,
    pub(crate) kids: &'t str,
    pub(crate) title: &'t str,
    pub(crate) session: &'t str,
    pub(crate) max_height: u32,
}

/// Why there is no licence.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoLicense {
    #[error("it has failed too often, and is left alone for a while")]
    LeftAlone,
    #[error("{0}")]
    Unreached(#[from] OutwardError),
    #[error("it answered with status {0}")]
    Failed(u16),
    #[error("the header `{0}` cannot hold what it should say")]
    Header(String),
}

impl LicenseServers {
    pub(crate) fn new(settings: Option<&DrmSettings>, secrets: &Secrets) -> Result<Self, Problem> {
        let server = |name: &str, vendor: Option<&Vendor>| {
            vendor
                .map(|vendor| {
                    LicenseServer::new(vendor, secrets).map_err(|problem| at(format!("drm.{name}"), problem))
                })
                .transpose()
        };
        Ok(Self {
            widevine: server("widevine", settings.and_then(|drm| drm.widevine.as_ref()))?,
            playready: server("playready", settings.and_then(|drm| drm.playready.as_ref()))?,
            fairplay: server("fairplay", settings.and_then(|drm| drm.fairplay.as_ref()))?,
        })
    }
}

impl LicenseServer {
    fn new(vendor: &Vendor, secrets: &Secrets) -> Result<Self, String> {
        let named =
            |name: &str| HeaderName::try_from(name).map_err(|_| format!("`{name}` is no name of a header"));
        let headers = vendor
            .headers
            .iter()
            .map(|(name, value)| Ok((named(name)?, value.clone())))
            .collect::<Result<_, String>>()?;
        let mut secret = HeaderMap::new();
        for (name, value) in &vendor.secret_headers {
            let bytes = secrets.of(value)?;
            let mut value = HeaderValue::from_bytes(bytes.trim_ascii())
                .map_err(|_| format!("the secret of `{name}` cannot stand in a header"))?;
            value.set_sensitive(true);
            secret.insert(named(name)?, value);
        }
        let bounds = Bounds { time: Duration::from_millis(vendor.milliseconds), bytes: LARGEST };
        let breaker = Breaker::new(vendor.failures, Duration::from_secs(u64::from(vendor.pause)));
        Ok(Self { url: vendor.url.clone(), headers, secret, bounds, breaker })
    }

    /// Forwards a player's message. What the vendor refuses is its answer; only that it cannot answer is a failure.
    pub(crate) async fn ask(
        &self,
        outward: &Outward,
        message: Bytes,
        mut own: HeaderMap,
        terms: &Terms<'_>,
    ) -> Result<Answered, NoLicense> {
        for (name, template) in &self.headers {
            let value = HeaderValue::try_from(filled(template, terms))
                .map_err(|_| NoLicense::Header(name.to_string()))?;
            own.insert(name.clone(), value);
        }
        own.extend(self.secret.clone());
        if !self.breaker.lets_through(Instant::now()) {
            return Err(NoLicense::LeftAlone);
        }
        let answer = outward.send(Method::POST, &self.url, own, message, self.bounds).await;
        let failed = answer.as_ref().map_or(true, |answer| answer.status.is_server_error());
        self.breaker.answered(!failed, Instant::now());
        let answer = answer?;
        if failed { Err(NoLicense::Failed(answer.status.as_u16())) } else { Ok(answer) }
    }
}

fn filled(template: &str, terms: &Terms<'_>) -> String {
    let seconds = terms.until.saturating_sub(terms.now).max(0).to_string();
    let (until, height) = (terms.until.to_string(), terms.max_height.to_string());
    let places = [
        ("{seconds}", seconds.as_str()),
        ("{until}", &until),
        ("{kids}", terms.kids),
        ("{title}", terms.title),
        ("{session}", terms.session),
        ("{height}", &height),
    ];
    // None of them holds a brace, so that nothing is filled in twice.
    places.into_iter().fold(template.to_owned(), |text, (place, value)| text.replace(place, value))
}

/// Lets nothing through for a while after several failures in a row; then one, to see.
#[derive(Debug)]
struct Breaker {
    failures: u32,
    pause: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failed: u32,
    until: Option<Instant>,
}

impl Breaker {
    fn new(failures: u32, pause: Duration) -> Self {
        Self { failures, pause, state: Mutex::default() }
    }

    fn lets_through(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                // This one looks whether it works again; the others wait for what it finds.
                state.until = Some(now + self.pause);
                true
            }
        }
    }

    fn answered(&self, worked: bool, now: Instant) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if worked {
            *state = State::default();
            return;
        }
        state.failed = state.failed.saturating_add(1);
        if state.failed >= self.failures {
            state.until = Some(now + self.pause);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breaker_opens_after_failures_in_a_row_and_closes_when_one_worked() {
        let breaker = Breaker::new(2, Duration::from_secs(10));
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        breaker.answered(false, at(0));
        breaker.answered(true, at(1));
        breaker.answered(false, at(2));
        assert!(breaker.lets_through(at(2)));
        breaker.answered(false, at(3));
        assert!(!breaker.lets_through(at(4)) && !breaker.lets_through(at(12)));
        assert!(breaker.lets_through(at(13)) && !breaker.lets_through(at(13)), "one looks");
        breaker.answered(false, at(14));
        assert!(!breaker.lets_through(at(23)) && breaker.lets_through(at(24)));
        breaker.answered(true, at(25));
        assert!(breaker.lets_through(at(25)) && breaker.lets_through(at(25)));
    }

    #[test]
    fn what_a_vendor_is_told() {
        let terms =
            Terms { until: 1300, now: 1000, kids: "a,b", title: "acme/one", session: "s", max_height: 1080 };
        for (template, expected) in [
            ("Bearer x", "Bearer x"),
            ("{seconds}/{until}", "300/1300"),
            (
                "{\"keys\":\"{kids}\",\"t\":\"{title}\",\"s\":\"{session}\",\"h\":{height}}",
                "{\"keys\":\"a,b\",\"t\":\"acme/one\",\"s\":\"s\",\"h\":1080}",
            ),
        ] {
            assert_eq!(filled(template, &terms), expected);
        }
    }
}
