//! From a request to what is done with it, in the order of `REQUESTS.md`.

use crate::answer::Forward;
use crate::countries::Countries;
use crate::credentials::{bearer, cookies, token_in_path};
use crate::facts::{self, Place};
use crate::holder::{Credential, Holder};
use crate::host::Host;
use crate::identity::{self, Unverified};
use crate::late::Late;
use crate::mint::{self, Minted, NotMinted, Order};
use crate::record::{Record, is_method, readable};
use crate::refusal::{self, Refusal};
use crate::request::{Field, Request};
use crate::route::{Kind, Matched, Routes};
use crate::tokens::{Delivery, Tokens};
use crate::withdrawn::{self, Withdrawn};
use rights::outcome::{Allow, Fault, Reason};
use rights::{Bundle, Outcome, Viewer, decide};
use signer::token::{Scratch, Verifier, canonical};

/// The longest path and query together.
const LONGEST_URI: usize = 8192;

/// The longest header.
const LONGEST_HEADER: usize = 16_384;

/// Its first second, as `rights` has it.
const YEAR_10000: i64 = 253_402_300_800;

/// The mark of an address to which a viewer was sent with a cookie; the time follows.
const COOKIE_MARK: &str = "playgate=";

/// For how many seconds a viewer without a cookie at a marked address counts as one who keeps none. Later they come back
/// with an address that they kept, and the cookie has expired.
const COOKIE_PATIENCE: i64 = 30;

/// Room for as many tokens as a request may try.
pub(crate) type Room = [Scratch; 4];

/// What decides, and does not change from request to request.
pub(crate) struct Judge {
    pub(crate) routes: Routes,
    pub(crate) tokens: Tokens,
    pub(crate) verifier: Verifier,
    pub(crate) bundle: Bundle<Vec<u8>>,
    pub(crate) withdrawn: Withdrawn,
    pub(crate) countries: Option<Countries<Vec<u8>>>,
    /// Cookies that carry logins, each with the issuer whose it is.
    pub(crate) login_cookies: Vec<(String, String)>,
}

/// What is done with a request.
pub(crate) enum End {
    Forward(Forward),
    /// To an address with a token in it.
    ToPath(String),
    /// To the same address, with a cookie.
    ToCookie {
        location: String,
        cookie: String,
    },
    Preflight {
        allow: &'static str,
    },
    Refuse(Refusal),
    /// A method that is not for this address.
    NotAllowed {
        allow: &'static str,
    },
    /// A picture taller than the cap.
    Height {
        cap: u32,
    },
    AwaitSignature,
    /// The keys of the issuer of this number have to be fetched.
    AwaitKeys {
        issuer: usize,
    },
}

/// What is asked of the judge, with what was found in it.
struct Case<'s, 'c> {
    request: &'c Request<'s>,
    /// Without the token.
    path: &'s str,
    token: Option<&'s str>,
    matched: Matched<'s>,
    title: &'s str,
    now: i64,
}

impl Judge {
    /// Decides, and writes down along the way what it found.
    pub(crate) fn judge<'s>(
        &'s self,
        request: &Request<'s>,
        logins: &'s mut Late,
        host: &mut impl Host,
        room: &'s mut Room,
        record: &mut Record<'s>,
    ) -> Result<End, End> {
        record.address = request.get(Field::Address).and_then(|text| text.parse().ok());
        within_limits(request)?;
        let path = request.get(Field::Path).unwrap_or_default();
        let found = token_in_path(path).ok_or(End::Refuse(refusal::PATH))?;
        if let Err(problem) = canonical(found.path) {
            record.detail = Some(problem.to_string());
            return Err(End::Refuse(refusal::PATH));
        }
        let matched = self.routes.find(found.path).ok_or(End::Refuse(refusal::NO_ROUTE))?;
        record.route = Some(matched.route.kind.name());
        let Some(title) = matched.title else {
            // Whoever decides there would not know what to do with a token in the path.
            return if found.token.is_some() {
                Err(End::Refuse(refusal::PATH))
            } else {
                Ok(untouched(request))
            };
        };
        record.title = Some(title);
        record.height = matched.height;
        method_fits(request, matched.route.kind)?;
        let case = Case { request, path: found.path, token: found.token, matched, title, now: host.now() };
        self.about_media(&case, logins, host, room, record)
    }

    #[inline(never)]
    fn about_media<'s>(
        &'s self,
        case: &Case<'s, '_>,
        logins: &'s mut Late,
        host: &mut impl Host,
        room: &'s mut Room,
        record: &mut Record<'s>,
    ) -> Result<End, End> {
        let request = case.request;
        // Nothing can be held against a clock that was never set, or counts milliseconds.
        if let Some(fault) = fault_of_clock(case.now) {
            record.outcome = Some(Outcome::CannotDecide(fault));
            record.detail = Some(fault.to_string());
            return Err(End::Refuse(refusal::CANNOT_DECIDE));
        }
        record.place = Place::known(request, record.address, self.countries.as_ref(), &self.bundle);
        let (holder, passed_over) = self.holder(case, logins, host, room, record)?;
        record.credential = Some(holder.credential.name());
        if holder.credential != Credential::None {
            record.kid = Some(readable(holder.kid));
        }
        record.session = holder.session_text();
        record.account = holder.account;
        record.tier = holder.named_tier();
        if !request.event.tells_places() {
            record.place = record.place.or_of_token(holder.bound_to, holder.region, &self.bundle);
        }
        let (device, device_from) = facts::device(request, holder.device);
        (record.device, record.device_from) = (Some(device), device_from);
        if self.is_withdrawn(&holder) {
            return Err(End::Refuse(refusal::REVOKED));
        }
        let place = record.place;
        let viewer = Viewer { country: place.country(), region: place.region(), tier: holder.tier, device };
        let outcome = decide(&self.bundle, &viewer, case.title, case.now);
        record.outcome = Some(outcome);
        match outcome {
            Outcome::Allow(allow) => {
                if passed_over.is_some() {
                    record.detail = None;
                }
                self.allowed(case, &holder, &allow, record)
            }
            Outcome::Deny(deny) if deny.reason == Reason::Tier && holder.tier.is_none() => {
                Err(End::Refuse(passed_over.unwrap_or(refusal::NO_CREDENTIALS)))
            }
            Outcome::Deny(deny) => Err(End::Refuse(Refusal::of_rights(deny.reason))),
            Outcome::CannotDecide(fault) => {
                record.detail = Some(fault.to_string());
                Err(End::Refuse(refusal::CANNOT_DECIDE))
            }
        }
    }

    /// Who asks, and the first refusal of a cookie that was passed over.
    #[inline(never)]
    fn holder<'s>(
        &'s self,
        case: &Case<'s, '_>,
        logins: &'s mut Late,
        host: &mut impl Host,
        room: &'s mut Room,
        record: &mut Record<'s>,
    ) -> Result<(Holder<'s>, Option<Refusal>), End> {
        let request = case.request;
        let place = record.place;
        let against = signer::token::Request {
            path: Some(case.path),
            country: place.country(),
            // Where the platform tells places and does not know this one, a copied token would hold from there.
            country_from_token: !request.event.tells_places(),
            region: place.region(),
            ip: record.address,
            method: request.get(Field::Method),
            scheme: Some("https"),
            host: request.get(Field::Host).map(without_port),
            port: None,
            query: Some(request.get(Field::Query).unwrap_or_default()),
        };
        let now = u64::try_from(case.now).unwrap_or_default();
        let mut passed_over = None;
        let in_header = request.get(Field::Token).map(|token| (Credential::Header, token));
        let asked_for = case.token.map(|token| (Credential::Path, token)).or(in_header);
        let in_cookies = cookies(request.get(Field::Cookie), &self.tokens.cookie);
        let in_cookies = in_cookies.map(|token| (Credential::Cookie, token)).filter(|_| asked_for.is_none());
        for ((credential, token), room) in asked_for.into_iter().chain(in_cookies).zip(room) {
            match self.verifier.verify(token, &against, now, room) {
                Ok(token) => return Ok((Holder::of_token(credential, &token), passed_over)),
                Err(refused) => {
                    let refusal = token_refusal(&refused, credential, record);
                    if credential != Credential::Cookie {
                        return Err(End::Refuse(refusal));
                    }
                    passed_over.get_or_insert(refusal);
                }
            }
        }
        let bearer = bearer(request.get(Field::Authorization));
        if bearer.is_none() && self.login_cookies.is_empty() {
            return Ok((Holder::default(), passed_over));
        }
        self.login(case, bearer, passed_over, logins, host, record)
    }

    /// The same, if no token says who it is.
    #[inline(never)]
    fn login<'s>(
        &'s self,
        case: &Case<'s, '_>,
        bearer: Option<&str>,
        mut passed_over: Option<Refusal>,
        logins: &'s mut Late,
        host: &mut impl Host,
        record: &mut Record<'s>,
    ) -> Result<(Holder<'s>, Option<Refusal>), End> {
        let logins = logins.logins().map_err(|problem| {
            record.detail = Some(problem.to_string());
            End::Refuse(refusal::CANNOT_DECIDE)
        })?;
        if let Some(login) = bearer {
            return match logins.verify(login, case.now, host) {
                Ok(login) => Ok((Holder::of_login(Credential::Bearer, &login), passed_over)),
                Err(unverified) => {
                    let refusal = login_refusal(unverified)?;
                    note(record, Credential::Bearer, &unverified);
                    Err(End::Refuse(refusal))
                }
            };
        }
        for (name, issuer) in &self.login_cookies {
            let Some(login) = cookies(case.request.get(Field::Cookie), name).next() else { continue };
            let verified = logins.verify(login, case.now, host).and_then(|login| {
                // A cookie is for its own issuer's logins.
                if login.issuer() == issuer { Ok(()) } else { Err(identity::Refusal::Issuer.into()) }
            });
            match verified {
                // What was just verified is remembered, so that this costs little.
                Ok(()) => {
                    return match logins.verify(login, case.now, host) {
                        Ok(login) => Ok((Holder::of_login(Credential::LoginCookie, &login), passed_over)),
                        Err(_) => Err(End::Refuse(refusal::CANNOT_DECIDE)),
                    };
                }
                Err(unverified) => {
                    let refusal = login_refusal(unverified)?;
                    note(record, Credential::LoginCookie, &unverified);
                    passed_over.get_or_insert(refusal);
                }
            }
        }
        Ok((Holder::default(), passed_over))
    }

    fn is_withdrawn(&self, holder: &Holder<'_>) -> bool {
        let has =
            |kind, id: Option<&[u8]>| id.is_some_and(|id| self.withdrawn.has(kind, id, holder.issued_at));
        holder.credential != Credential::None
            && (self.withdrawn.has_key(holder.kid)
                || has(withdrawn::Kind::Session, holder.session)
                || has(withdrawn::Kind::Account, holder.account.map(str::as_bytes)))
    }

    #[inline(never)]
    fn allowed<'s>(
        &'s self,
        case: &Case<'s, '_>,
        holder: &Holder<'s>,
        allow: &Allow<'_>,
        record: &mut Record<'s>,
    ) -> Result<End, End> {
        let cap = [allow.max_height.map(u32::from), holder.max_height].into_iter().flatten().min();
        record.cap = cap;
        if let Some(cap) = cap
            && case.matched.height.is_some_and(|height| u32::from(height) > cap)
        {
            return Err(End::Height { cap });
        }
        let hands_out = holder.credential.is_login()
            && case.matched.route.kind == Kind::Manifest
            && self.tokens.delivery != Delivery::None;
        if hands_out { self.hand_out(case, holder, allow, record) } else { Ok(self.forward(case, record)) }
    }

    #[inline(never)]
    fn hand_out<'s>(
        &'s self,
        case: &Case<'s, '_>,
        holder: &Holder<'s>,
        allow: &Allow<'_>,
        record: &mut Record<'s>,
    ) -> Result<End, End> {
        if allow.max_streams.is_some() && !self.tokens.uncounted_streams {
            return Err(End::Refuse(refusal::PLAYBACK_REQUIRED));
        }
        let query = case.request.get(Field::Query).unwrap_or_default();
        let by_cookie = self.tokens.delivery == Delivery::Cookie;
        let just_now = |sent: u64| {
            i64::try_from(sent)
                .is_ok_and(|sent| (0..COOKIE_PATIENCE).contains(&case.now.saturating_sub(sent)))
        };
        if by_cookie && query.split('&').filter_map(mark).any(just_now) {
            return Err(End::Refuse(refusal::COOKIES_BLOCKED));
        }
        let order = Order {
            now: case.now,
            request_id: case.request.get(Field::Id).unwrap_or_default(),
            account: holder.account.unwrap_or_default(),
            tier: holder.tier,
            login_ends: holder.login_ends,
            allow,
            scope: case.matched.scope,
            place: &record.place,
            address: record.address,
            device: record.device.unwrap_or_default(),
        };
        let Minted { token, session, expires_at } =
            match mint::mint(self.verifier.ring(), &self.tokens, &self.withdrawn, &order) {
                Ok(minted) => minted,
                Err(NotMinted::NoTime) => return Err(End::Refuse(refusal::LOGIN_EXPIRED)),
                Err(problem) => {
                    record.detail = Some(problem.to_string());
                    return Err(End::Refuse(refusal::CANNOT_DECIDE));
                }
            };
        let path = case.path;
        if by_cookie {
            let seconds = expires_at.saturating_sub(u64::try_from(case.now).unwrap_or_default());
            let query = without_marks(query);
            let separator = if query.is_empty() { "" } else { "&" };
            let location = followable(format!("{path}?{query}{separator}{COOKIE_MARK}{}", case.now))?;
            record.session = Some(session.into());
            return Ok(End::ToCookie {
                location,
                cookie: format!(
                    "{}={token}; Path={}; Max-Age={seconds}; Secure; HttpOnly; SameSite=None",
                    self.tokens.cookie, case.matched.scope
                ),
            });
        }
        let separator = if query.is_empty() { "" } else { "?" };
        let location = followable(format!("/t/{token}{path}{separator}{query}"))?;
        record.session = Some(session.into());
        Ok(End::ToPath(location))
    }

    fn forward(&self, case: &Case<'_, '_>, record: &Record<'_>) -> End {
        let mobile = (record.device == Some(rights::viewer::Device::Mobile))
            .then(|| case.matched.mobile_path())
            .flatten();
        let query = case.request.get(Field::Query).unwrap_or_default();
        let query =
            if self.tokens.delivery == Delivery::Cookie { without_marks(query) } else { query.to_owned() };
        let carriers = [
            (Field::Authorization, "authorization"),
            (Field::Cookie, "cookie"),
            (Field::Token, self.tokens.header.as_str()),
        ];
        let removed = carriers.into_iter().filter(|(field, _)| case.request.get(*field).is_some());
        End::Forward(Forward {
            path: mobile.unwrap_or_else(|| case.path.to_owned()),
            query,
            removed: removed.map(|(_, name)| name.to_owned()).collect(),
        })
    }
}

/// An address to send viewers to: one that is not too long once they come back with it.
fn followable(location: String) -> Result<String, End> {
    let length = location.len() - usize::from(location.contains('?'));
    if length > LONGEST_URI { Err(End::Refuse(refusal::URI_TOO_LONG)) } else { Ok(location) }
}

fn within_limits(request: &Request<'_>) -> Result<(), End> {
    let refuse = |refusal| Err(End::Refuse(refusal));
    let path = request.get(Field::Path).unwrap_or_default();
    let query = request.get(Field::Query).unwrap_or_default();
    if path.len() + query.len() > LONGEST_URI {
        return refuse(refusal::URI_TOO_LONG);
    }
    if request.headers().any(|text| text.len() > LONGEST_HEADER) {
        return refuse(refusal::HEADER_TOO_LARGE);
    }
    if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        return refuse(refusal::PATH);
    }
    if !query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') {
        return refuse(refusal::QUERY);
    }
    let method = request.get(Field::Method).unwrap_or_default();
    if !is_method(method) {
        return refuse(refusal::METHOD);
    }
    Ok(())
}

fn method_fits(request: &Request<'_>, kind: Kind) -> Result<(), End> {
    let license = kind == Kind::License;
    let allow = if license { "GET, HEAD, OPTIONS, POST" } else { "GET, HEAD, OPTIONS" };
    match request.get(Field::Method) {
        Some("GET" | "HEAD") => Ok(()),
        Some("POST") if license => Ok(()),
        Some("OPTIONS") => Err(End::Preflight { allow }),
        _ => Err(End::NotAllowed { allow }),
    }
}

fn untouched(request: &Request<'_>) -> End {
    let text = |field| request.get(field).unwrap_or_default().to_owned();
    End::Forward(Forward { path: text(Field::Path), query: text(Field::Query), removed: Vec::new() })
}

/// Writes down what was wrong with a credential, of several the first.
fn note(record: &mut Record<'_>, credential: Credential, problem: &dyn std::fmt::Display) {
    record.credential = Some(credential.name());
    record.detail.get_or_insert_with(|| problem.to_string());
}

/// When a viewer was sent to an address with this in its query.
fn mark(part: &str) -> Option<u64> {
    let time = part.strip_prefix(COOKIE_MARK)?;
    time.bytes().all(|byte| byte.is_ascii_digit()).then(|| time.parse().ok()).flatten()
}

fn without_marks(query: &str) -> String {
    if !query.contains(COOKIE_MARK) {
        return query.to_owned();
    }
    query.split('&').filter(|part| mark(part).is_none()).collect::<Vec<_>>().join("&")
}

/// A host as tokens name it.
fn without_port(host: &str) -> &str {
    let port = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    port.map_or(host, |(host, _)| host)
}

fn fault_of_clock(now: i64) -> Option<Fault> {
    (!(1..YEAR_10000).contains(&now)).then_some(Fault::Clock(now))
}

/// The refusal of a token, noted.
#[inline(never)]
fn token_refusal(
    refused: &signer::token::Refusal,
    credential: Credential,
    record: &mut Record<'_>,
) -> Refusal {
    let refusal = Refusal::of_token(refused);
    match refused {
        // Their words hold an address or a query.
        signer::token::Refusal::Ip { .. } | signer::token::Refusal::Uri { .. } => {
            note(record, credential, &refusal.title);
        }
        refused => note(record, credential, refused),
    }
    refusal
}

/// The refusal of a login, unless the host has something to do first.
fn login_refusal(unverified: Unverified) -> Result<Refusal, End> {
    match unverified {
        Unverified::Refused(refused) => {
            Ok(Refusal { reason: refused.code(), status: 401, title: refusal::LOGIN_EXPIRED.title })
        }
        Unverified::KeysUnavailable { .. } => Ok(refusal::KEYS_UNAVAILABLE),
        Unverified::Later => Err(End::AwaitSignature),
        Unverified::FetchKeys { issuer } => Err(End::AwaitKeys { issuer }),
    }
}
