//! The edge as a whole: opened once, asked for each request.

use crate::answer::{Answer, Headers, Response, Wait};
use crate::countries::Countries;
use crate::credentials::token_in_path;
use crate::decision::{End, Judge, Room};
use crate::headers::Usual;
use crate::host::Host;
use crate::identity::json::{Fault, Reader};
use crate::identity::{KeysKept, LoginKey};
use crate::json::{Object, key};
use crate::late::Late;
use crate::prepared::Prepared;
use crate::problem::Problem;
use crate::record::{Done, Record, excerpt};
use crate::refusal::{self, Refusal};
use crate::request::{Field, Request};
use crate::tokens::Tokens;
use crate::withdrawn::{Withdrawn, WithdrawnError};
use rights::{Bundle, Outcome, vocabulary};
use signer::token::{KeyRing, Policy, Scratch, TokenKey, Validity, Verifier};
use std::borrow::Cow;

/// What an edge is opened with.
pub struct Parts<'p> {
    /// The configuration, as `Settings::prepare` made it.
    pub settings: &'p [u8],
    /// The compiled policy.
    pub bundle: Vec<u8>,
    /// The token keys: a JSON object from key id to the key in hexadecimal digits.
    pub keys: &'p [u8],
    /// A set of withdrawals, if there is one.
    pub withdrawn: Option<&'p [u8]>,
    /// A table of addresses, if there is one.
    pub countries: Option<Vec<u8>>,
    /// Random, so that nobody can know where in memory what is kept.
    pub seed: u64,
    /// The time.
    pub now: i64,
}

/// An edge: configured, with its keys, and ready for requests.
pub struct Edge {
    judge: Judge,
    logins: Late,
    usual: Usual,
    policy: String,
    /// Where tokens are decoded; kept, so that it need not be cleared for each request.
    room: Box<Room>,
}

impl Edge {
    /// Opens an edge, or says why it cannot be.
    ///
    /// # Errors
    /// Whatever is wrong with its parts, in words.
    pub fn open(parts: Parts<'_>) -> Result<Self, Problem> {
        let (settings, logins) = Prepared::open(parts.settings).ok_or_else(|| {
            Problem::at(
                "configuration",
                "it was made by another version, or altered on its way; build the edge again",
            )
        })?;
        let bundle = Bundle::open(parts.bundle)
            .map_err(|problem| Problem::at("policy bundle", problem.to_string()))?;
        let countries = match parts.countries {
            None => None,
            Some(bytes) => Some(
                Countries::open(bytes)
                    .map_err(|problem| Problem::at("table of addresses", problem.to_string()))?,
            ),
        };
        let withdrawn = match parts.withdrawn {
            None => Withdrawn::default(),
            Some(bytes) => {
                Withdrawn::open(bytes).map_err(|problem| Problem::at("withdrawals", problem.to_string()))?
            }
        };
        let logins = Late::new(logins.to_vec(), settings.keys_every, parts.seed, parts.now);
        let policy = bundle.name();
        let judge = Judge {
            routes: settings.routes,
            verifier: verifier(&settings.tokens, parts.keys)?,
            bundle,
            withdrawn,
            countries,
            login_cookies: settings.login_cookies,
            tokens: settings.tokens,
        };
        let room = Box::new([Scratch::new(), Scratch::new(), Scratch::new(), Scratch::new()]);
        Ok(Self { judge, logins, usual: settings.usual, policy, room })
    }

    /// Reads what is otherwise read when the first login comes: whoever builds an edge wants to know of it now.
    ///
    /// # Errors
    /// Whatever is wrong with an issuer or its keys, in words.
    pub fn read_logins(&mut self) -> Result<(), Problem> {
        self.logins.logins().map(drop)
    }

    /// What becomes of a request. After [`Answer::Wait`] the host does what it was asked, and hands in the same request.
    pub fn request(&mut self, request: &Request<'_>, host: &mut impl Host) -> Answer {
        let Self { judge, logins, usual, policy, room } = self;
        let mut record = Record { now: host.now(), ..Record::default() };
        let end = judge.judge(request, logins, host, room, &mut record);
        let (Ok(end) | Err(end)) = end;
        let mut done = Done { action: "refuse", status: None, reason: None };
        let writer = Writer { request, usual, policy, record: &record };
        let answer = match end {
            End::AwaitSignature => return Answer::Wait(Wait::Signature),
            End::AwaitKeys { issuer } => {
                host.fetch_keys(issuer, &logins.keys_url(issuer).unwrap_or_default());
                return Answer::Wait(Wait::Keys);
            }
            End::Forward(forward) => {
                done.action = "forward";
                Answer::Forward(forward)
            }
            End::ToPath(location) => {
                done.action = "redirect";
                Answer::Respond(writer.redirect(location, None))
            }
            End::ToCookie { location, cookie } => {
                done.action = "redirect";
                Answer::Respond(writer.redirect(location, Some(cookie)))
            }
            End::Preflight { allow } => {
                done.action = "preflight";
                Answer::Respond(writer.preflight(allow))
            }
            End::Refuse(refusal) => {
                done.reason = Some(refusal.reason);
                Answer::Respond(writer.refuse(&refusal, None, None))
            }
            End::NotAllowed { allow } => {
                done.reason = Some(refusal::METHOD_NOT_ALLOWED.reason);
                Answer::Respond(writer.refuse(&refusal::METHOD_NOT_ALLOWED, Some(allow), None))
            }
            End::Height { cap } => {
                done.reason = Some(refusal::HEIGHT.reason);
                Answer::Respond(writer.refuse(&refusal::HEIGHT, None, Some(cap)))
            }
        };
        if let Answer::Respond(response) = &answer {
            done.status = Some(response.status);
        }
        host.log(&record.line(request, policy, &done));
        answer
    }

    /// The headers to set on what the origin answered with this status. The request's path is the one that went to the
    /// origin.
    #[must_use]
    pub fn respond(&self, request: &Request<'_>, status: u16) -> Headers {
        let mut headers = Headers::new();
        // Not every event shows the path as it went to the origin; some show it as the viewer sent it.
        let path = request.get(Field::Path).and_then(token_in_path).map(|found| found.path);
        let matched = path.and_then(|path| self.judge.routes.find(path));
        if let Some(matched) = matched {
            let media = matched.is_media();
            if media && status >= 400 {
                headers.push(("cache-control", Cow::Borrowed("no-store")));
            } else if matches!(status, 200 | 206 | 304)
                && let Some(cache) = &matched.route.cache
            {
                headers.push(("cache-control", Cow::Owned(cache.clone())));
            } else if media && matches!(status, 200 | 206 | 304) {
                headers.push(("cache-control", Cow::Borrowed("no-store")));
            }
        }
        self.usual.security(&mut headers);
        self.usual.cors(request, &mut headers);
        if let Some(vary) = self.usual.vary(request.get(Field::Vary)) {
            headers.push(("vary", vary));
        }
        headers
    }

    /// The header that carries tokens.
    #[must_use]
    pub fn token_header(&self) -> &str {
        &self.judge.tokens.header
    }

    /// The policy's name in answers and logs.
    #[must_use]
    pub fn policy(&self) -> &str {
        &self.policy
    }

    /// Takes what a host fetched: a whole document or nothing. With either the request that waits can be run again.
    ///
    /// # Errors
    /// Why the old keys stay.
    pub fn keys_fetched(&mut self, issuer: usize, now: i64, document: Option<&[u8]>) -> Result<(), KeysKept> {
        self.logins.keys_fetched(issuer, now, document)
    }

    /// An issuer whose keys are to be fetched in the background, and from where. Whoever is told must do it.
    pub fn keys_due(&mut self, now: i64) -> Option<(usize, String)> {
        let issuer = self.logins.due(now)?;
        Some((issuer, self.logins.keys_url(issuer)?))
    }

    /// Where an issuer's keys are fetched from.
    #[must_use]
    pub fn keys_url(&mut self, issuer: usize) -> Option<String> {
        self.logins.keys_url(issuer)
    }

    /// The keys of all issuers, each with the number by which signatures are asked about.
    pub fn login_keys(&mut self) -> impl Iterator<Item = (u32, &LoginKey)> {
        self.logins.keys()
    }

    /// Takes a new set of withdrawals, whole, or keeps the old one.
    ///
    /// # Errors
    /// When the bytes are no set, or an older one.
    pub fn withdraw(&mut self, set: &[u8]) -> Result<(), WithdrawnError> {
        self.judge.withdrawn.replace(set)
    }

    #[cfg(feature = "settings")]
    /// A path of this title that a route takes for another title's, and that title.
    #[must_use]
    pub fn mistaken(&self, title: &str) -> Option<(String, String)> {
        self.judge.routes.mistaken(title)
    }
}

/// Writes what viewers get.
struct Writer<'w> {
    request: &'w Request<'w>,
    usual: &'w Usual,
    policy: &'w str,
    record: &'w Record<'w>,
}

impl Writer<'_> {
    #[inline(never)]
    fn redirect(&self, location: String, cookie: Option<String>) -> Response {
        let mut headers: Headers = vec![("location", Cow::Owned(location))];
        if let Some(cookie) = cookie {
            headers.push(("set-cookie", Cow::Owned(cookie)));
        }
        headers.push(("cache-control", Cow::Borrowed("no-store")));
        self.finish(&mut headers);
        Response { status: 302, headers, body: String::new() }
    }

    #[inline(never)]
    fn preflight(&self, allow: &'static str) -> Response {
        let mut headers: Headers = vec![("allow", Cow::Borrowed(allow))];
        self.usual.security(&mut headers);
        if self.usual.cors(self.request, &mut headers) {
            headers.push(("vary", Cow::Borrowed("origin")));
            if self.request.get(Field::RequestedMethod).is_some() {
                self.usual.preflight(allow, &mut headers);
            }
        }
        Response { status: 204, headers, body: String::new() }
    }

    #[inline(never)]
    fn refuse(&self, refusal: &Refusal, allow: Option<&'static str>, cap: Option<u32>) -> Response {
        let mut headers: Headers = vec![
            ("content-type", Cow::Borrowed("application/problem+json")),
            ("cache-control", Cow::Borrowed("no-store")),
        ];
        match refusal.status {
            401 => headers.push(("www-authenticate", Cow::Borrowed("Bearer"))),
            503 => headers.push(("retry-after", Cow::Borrowed("5"))),
            _ => {}
        }
        if let Some(allow) = allow {
            headers.push(("allow", Cow::Borrowed(allow)));
        }
        self.finish(&mut headers);
        let head = self.request.get(Field::Method) == Some("HEAD");
        let body = if head { String::new() } else { self.problem(refusal, cap) };
        Response { status: refusal.status, headers, body }
    }

    fn finish(&self, headers: &mut Headers) {
        self.usual.security(headers);
        if self.usual.cors(self.request, headers) {
            headers.push(("vary", Cow::Borrowed("origin")));
        }
    }

    #[inline(never)]
    fn problem(&self, refusal: &Refusal, cap: Option<u32>) -> String {
        let mut body = Object::new();
        body.text(key!("type"), format!("urn:playgate:{}", refusal.reason).as_str());
        body.text(key!("title"), refusal.title);
        body.number(key!("status"), i64::from(refusal.status));
        body.text(key!("reason"), refusal.reason);
        let outcome = self.record.outcome.as_ref();
        let rule = match outcome {
            Some(Outcome::Allow(allow)) => Some(allow.rule),
            Some(Outcome::Deny(deny)) => deny.rule,
            Some(Outcome::CannotDecide(_)) | None => None,
        };
        body.text(key!("rule"), rule.as_ref().map(|rule| rule.as_str()));
        body.text(key!("request_id"), self.request.get(Field::Id).map(excerpt));
        if let Some(outcome @ (Outcome::Deny(_) | Outcome::CannotDecide(_))) = outcome {
            vocabulary::say(outcome, self.policy, |key, said| {
                // They stand above.
                if !matches!(key, "reason" | "rule") {
                    body.said(key, said);
                }
            });
        }
        if let Some(cap) = cap {
            body.number(key!("max_height"), i64::from(cap));
        }
        if *refusal == refusal::REVOKED {
            body.flag(key!("renew"), true);
        }
        body.end()
    }
}

#[inline(never)]
fn verifier(settings: &Tokens, keys: &[u8]) -> Result<Verifier, Problem> {
    let keys = secrets(keys)?;
    let mut ring = KeyRing::new();
    for key in &settings.keys {
        let place = || format!("tokens.key `{}`", key.kid);
        let secret = keys
            .iter()
            .find_map(|(kid, secret)| (**kid == *key.kid).then_some(secret))
            .ok_or_else(|| Problem::at(place(), "its key is missing; put its file in place, or for a worker its secret: `wrangler secret put PLAYGATE_KEY_..`"))?;
        let secret = unhex(secret).ok_or_else(|| {
            Problem::at(place(), "its key is not in hexadecimal digits; build the edge again")
        })?;
        let secret =
            TokenKey::from_bytes(&secret).map_err(|problem| Problem::at(place(), problem.to_string()))?;
        let validity = match (key.from, key.until) {
            (0, None) => Validity::ALWAYS,
            (from, None) => Validity::starting(from),
            (from, Some(until)) => Validity::between(from, until),
        };
        ring.add(&key.kid, secret, validity).map_err(|problem| Problem::at(place(), problem.to_string()))?;
    }
    let policy = Policy {
        issuer: settings.issuer.clone(),
        audience: settings.audience.clone(),
        leeway: u64::from(settings.leeway),
    };
    Ok(Verifier::new(ring, policy))
}

/// The token keys, each behind its id.
type Secrets<'t> = Vec<(Cow<'t, str>, Cow<'t, str>)>;

fn secrets(keys: &[u8]) -> Result<Secrets<'_>, Problem> {
    let text = std::str::from_utf8(keys).map_err(|_| Problem::at("token keys", "they are not UTF-8"))?;
    let mut reader = Reader::new(text);
    read_secrets(&mut reader).map_err(|fault| {
        Problem::at("token keys", format!("{fault} at byte {}; build the edge again", reader.position()))
    })
}

fn read_secrets<'t>(reader: &mut Reader<'t>) -> Result<Secrets<'t>, Fault> {
    let mut secrets = Secrets::new();
    reader.object()?;
    while let Some(kid) = reader.name()? {
        if secrets.iter().any(|(known, _)| *known == kid) {
            return Err("there is a second key of the same id");
        }
        secrets.push((kid, reader.text()?));
    }
    reader.end()?;
    Ok(secrets)
}

/// Pairs of hexadecimal digits, blanks and line ends around them apart: secrets are often put with one behind.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, odd) = text.trim().as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    if odd.is_empty() { bytes.collect() } else { None }
}
