//! Who asks, and from where.

use super::around::Ids;
use crate::app::App;
use crate::facts::Facts;
use crate::log;
use crate::logins::{Account, Doorkeeper};
use crate::refusal::{NO_CREDENTIALS, NOT_ADMIN, REVOKED, Refused, TOO_MANY};
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use edge::SOME_LOGIN;
use edge::withdrawn::Kind;
use rights::viewer::Device;
use rights::{Bundle, Viewer};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// Whoever asks: logged in, or nobody known.
pub(super) struct Visitor {
    pub(super) account: Option<Account>,
    pub(super) now: i64,
    headers: HeaderMap,
    peer: IpAddr,
}

/// Whoever asks has the group that may change things.
pub(super) struct Administrator {
    pub(super) now: i64,
    subject: String,
    request: String,
}

impl Visitor {
    /// What is known of them, for a decision by this bundle.
    pub(super) fn facts(&self, app: &App, said: Option<Device>, bundle: &Bundle<Vec<u8>>) -> Facts {
        app.tellers.facts(&self.headers, self.peer, said, bundle)
    }

    /// Counts a writing for which nobody has to log in.
    pub(super) fn counted_as_stranger(&self, app: &App) -> Result<(), Refused> {
        let address = app.tellers.address(&self.headers, self.peer);
        app.rates
            .stranger(address, self.now)
            .map_err(|too_many| Refused::new(TOO_MANY).retry_after(too_many.seconds))
    }

    pub(super) fn tier(&self) -> Option<&str> {
        let account = self.account.as_ref()?;
        // A login without a tier is one all the same.
        Some(account.tier().unwrap_or(SOME_LOGIN))
    }

    pub(super) fn viewer<'v>(&'v self, facts: &'v Facts) -> Viewer<'v> {
        Viewer {
            country: facts.place.country(),
            region: facts.place.region(),
            tier: self.tier(),
            device: facts.device,
        }
    }
}

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refused> {
        let now = log::now();
        let account = match bearer(&parts.headers)? {
            None => None,
            Some(jwt) => Some(known(app, &app.doorkeeper, jwt, now).await?),
        };
        Ok(Self { account, now, headers: parts.headers.clone(), peer: peer(parts) })
    }
}

impl Administrator {
    /// As logins have it.
    pub(super) fn name(&self) -> &str {
        &self.subject
    }

    /// A line of the log: who did what, by which request.
    pub(super) fn did(&self, what: &str, to: &str) {
        let known = [("account", self.subject.as_str()), ("did", what), ("to", to), ("id", &self.request)];
        log::line("admin", &HashMap::from(known));
    }
}

impl FromRequestParts<Arc<App>> for Administrator {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refused> {
        let now = log::now();
        let jwt = bearer(&parts.headers)?.ok_or_else(|| Refused::new(NO_CREDENTIALS))?;
        let Some(admins) = &app.admins else {
            // Also then nobody learns from the answer whether a login holds.
            known(app, &app.doorkeeper, jwt, now).await?;
            return Err(Refused::new(NOT_ADMIN).because("nobody is; name a group in `[admin]`"));
        };
        let account = known(app, admins, jwt, now).await?;
        if account.tier() != Some(crate::logins::ADMIN) {
            return Err(Refused::new(NOT_ADMIN));
        }
        let request = parts.extensions.get::<Ids>().map(|ids| ids.request.clone()).unwrap_or_default();
        Ok(Self { now, subject: account.subject().to_owned(), request })
    }
}

async fn known(app: &App, doorkeeper: &Arc<Doorkeeper>, jwt: &str, now: i64) -> Result<Account, Refused> {
    let account = doorkeeper.verify(jwt, now).await?;
    if is_withdrawn(app, account.subject(), account.session(), account.issued_at()) {
        return Err(Refused::new(REVOKED));
    }
    app.rates
        .account(account.id(), now)
        .map_err(|too_many| Refused::new(TOO_MANY).retry_after(too_many.seconds))?;
    Ok(account)
}

/// Whether a login, or the account that it is of, was withdrawn.
pub(super) fn is_withdrawn(app: &App, subject: &str, session: Option<&str>, issued_at: Option<i64>) -> bool {
    let set = &app.withdrawals.now().set;
    set.has(Kind::Account, subject.as_bytes(), issued_at)
        || session.is_some_and(|session| set.has(Kind::Session, session.as_bytes(), issued_at))
}

/// The login of a request. Another scheme, or two headers, are a mistake that must not pass for nobody.
pub(super) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Refused> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let Some(first) = all.next() else { return Ok(None) };
    let malformed =
        || Refused::new(NO_CREDENTIALS).because("send one header `authorization: Bearer` with the login");
    let text = first.to_str().map_err(|_| malformed())?;
    let (scheme, login) = text.split_once(' ').ok_or_else(malformed)?;
    if all.next().is_some() || !scheme.eq_ignore_ascii_case("bearer") {
        return Err(malformed());
    }
    Ok(Some(login.trim()))
}

fn peer(parts: &Parts) -> IpAddr {
    let known = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    known.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip().to_canonical())
}
