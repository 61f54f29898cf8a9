//! What a player plays with: the answer to a start, and to each heartbeat.

use super::around::Noted;
use super::playback::noted;
use crate::app::App;
use crate::facts::Facts;
use crate::hand_out::{Handed, NotHanded, Order};
use crate::handle::{Delivery, Session};
use crate::leases::Lease;
use crate::refusal::{CANNOT_DECIDE, DELIVERY, LOGIN_EXPIRED, Refused, decision, moment};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use rights::outcome::Allow;
use rights::{Bundle, Outcome};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// How often the handle is in an answer.
const ADDRESSES: usize = 7;

/// The most that else is in most answers, in bytes.
const REST: usize = 2048;

/// What a player plays with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "session": "9f3c1d2e4b5a60718293a4b5c6d7e8f9", "title": "acme/one", "delivery": "path-token",
    "url": "https://media.example.com/t/2D3RhQEFoQRBMQ/vod/acme/one/master.m3u8",
    "capped_url": "https://api.example.com/v1/manifests/k5wQ7c/vod/acme/one/master.m3u8", "token": "2D3RhQEFoQRBMQ",
    "expires_at": "2026-06-01T20:10:00Z",
    "heartbeat": {"url": "https://api.example.com/v1/playback/k5wQ7c/heartbeat", "every": 30},
    "licenses": {"clearkey": "https://api.example.com/v1/licenses/clearkey?session=k5wQ7c", "key": "https://api.example.com/v1/keys/{kid}?session=k5wQ7c"},
    "decision": {
        "outcome": "allow", "rule": "acme-2026/svod-nordics", "valid_until": "2027-01-01T00:00:00Z", "max_height": 1080, "max_streams": 2,
        "drm": false, "policy": "sha256:9b1f0c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"
    }
}))]
pub(super) struct Playback {
    /// The session's id, by which it can be withdrawn.
    session: String,
    /// The title's id.
    title: String,
    /// How the player gets at media.
    delivery: Delivery,
    /// The multivariant playlist.
    #[schema(format = "uri")]
    url: String,
    /// The same without what is higher than `decision.max_height`, for players that drop nothing by themselves: televisions, `AirPlay`, a browser's own
    /// player. It is there with a height cap and `media.origin`, and not with `signed-url`, whose `url` is capped already.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri", value_type = String, required = false)]
    capped_url: Option<String>,
    /// The token in the path, with `path-token`: after a heartbeat the new one takes its place in addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    token: Option<String>,
    /// When what was handed out ends, unless a heartbeat renews it.
    #[schema(format = DateTime)]
    expires_at: String,
    /// When to ask again.
    heartbeat: Heartbeat,
    /// Where licences and keys are to be had.
    licenses: Licenses,
    /// What was decided, in the words of `playgate policy explain --json`.
    #[schema(value_type = super::problem::Decision)]
    decision: Map<String, Value>,
    /// Who had to make room, with `when_full = "end_oldest"`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    ended: Vec<Ended>,
}

/// Where and how often a player says that it still plays.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Heartbeat {
    /// To be asked with POST. `DELETE` of the same address without `/heartbeat` ends the session.
    #[schema(format = "uri")]
    url: String,
    /// In seconds.
    #[schema(minimum = 5, maximum = 3600)]
    every: u32,
}

/// Where licences are to be had.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Licenses {
    /// For `ClearKey`, unless the grant says `drm = true`.
    #[schema(format = "uri")]
    #[serde(skip_serializing_if = "Option::is_none")]
    clearkey: Option<String>,
    /// For Widevine.
    #[serde(skip_serializing_if = "Option::is_none")]
    widevine: Option<String>,
    /// For `PlayReady`.
    #[serde(skip_serializing_if = "Option::is_none")]
    playready: Option<String>,
    /// For `FairPlay`.
    #[serde(skip_serializing_if = "Option::is_none")]
    fairplay: Option<String>,
    /// For keys of HLS with AES-128, unless the grant says `drm = true`: `{kid}` is the key's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

/// Another player that had to stop.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Ended {
    /// Its session.
    session: String,
    /// What it played.
    title: String,
    /// On what.
    device: String,
}

/// A session that may play, and why.
#[derive(Clone, Copy)]
pub(super) struct Playing<'p> {
    pub(super) session: &'p Session,
    pub(super) facts: &'p Facts,
    pub(super) allow: &'p Allow<'p>,
    pub(super) bundle: &'p Bundle<Vec<u8>>,
    pub(super) now: i64,
}

/// What is handed out to a session, and the session as its player holds it.
pub(super) struct HandedTo {
    handle: String,
    handed: Handed,
}

impl Playing<'_> {
    /// What the player gets at media with. Nothing is written for it.
    pub(super) fn handed(&self, app: &App) -> Result<HandedTo, Refused> {
        let Self { session, facts, allow, now, .. } = *self;
        let is_opened_whole = matches!(session.delivery, Delivery::Cookie | Delivery::SignedUrl);
        if is_opened_whole && let Some(inner) = app.catalogue.within(&session.title) {
            return Err(Refused::new(DELIVERY).because(format!(
                "what is signed for `{}` would open `{inner}`, too, which lies within it; give it an id beside it, or hand out path tokens",
                session.title
            )));
        }
        let live = app.catalogue.titles().get(&session.title).is_some_and(|kept| kept.title.live);
        let set = app.withdrawals.now();
        let handle = app.seal.seal(session);
        let manifests = format!("{}/v1/manifests/{handle}", app.config.public_url);
        let order = Order { session, live, facts, allow, manifests: &manifests, now };
        let handed = app.desk.hand(&order, |kid| set.set.has_key(kid)).map_err(|problem| match problem {
            NotHanded::NotConfigured => {
                Refused::new(DELIVERY).because("signed cookies and URLs need `[media.cloudfront]`")
            }
            NotHanded::NoTime => Refused::new(LOGIN_EXPIRED),
            other => Refused::new(CANNOT_DECIDE).because(other.to_string()),
        })?;
        Ok(HandedTo { handle, handed })
    }

    /// Says it to the player, and who had to make room.
    pub(super) fn answer(&self, app: &App, to: HandedTo, ended: Vec<Lease>) -> Result<Response, Refused> {
        let Self { session, facts, allow, bundle, .. } = *self;
        let HandedTo { handle, handed: Handed { url, capped, token, cookies, ends, .. } } = to;
        let public = &app.config.public_url;
        let playback = Playback {
            session: session.id.clone(),
            title: session.title.clone(),
            delivery: session.delivery,
            url,
            // From the CDN this server could read playlists only with a proof of its own.
            capped_url: capped.filter(|_| app.config.media.origin.is_some()),
            token,
            expires_at: moment(ends),
            heartbeat: Heartbeat {
                url: format!("{public}/v1/playback/{handle}/heartbeat"),
                every: app.config.streams.heartbeat,
            },
            licenses: licenses(app, &handle, allow.drm),
            decision: decision(&Outcome::Allow(*allow), bundle),
            ended: ended
                .into_iter()
                .map(|lease| Ended { session: lease.session, title: lease.title, device: lease.device })
                .collect(),
        };
        // Its size is nearly known: to grow costs more than to write, and the allocator's locks are shared by all threads.
        let mut body = Vec::with_capacity(ADDRESSES * handle.len() + REST);
        serde_json::to_writer(&mut body, &playback)
            .map_err(|problem| Refused::new(CANNOT_DECIDE).because(problem.to_string()))?;
        let mut response = ([(header::CONTENT_TYPE, "application/json")], body).into_response();
        for cookie in cookies {
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
        }
        let country = facts.place.country().map(str::to_owned);
        response.extensions_mut().insert(Noted { country, ..noted(session) });
        Ok(response)
    }
}

/// The addresses of what is configured. Where copy protection is wanted, keys that players would see are given to nobody.
fn licenses(app: &App, handle: &str, drm: bool) -> Licenses {
    let public = &app.config.public_url;
    let address = |configured: bool, system: &str| {
        configured.then(|| format!("{public}/v1/licenses/{system}?session={handle}"))
    };
    let servers = &app.license_servers;
    let gives_keys = app.keys.is_some() && !drm;
    Licenses {
        clearkey: address(gives_keys, "clearkey"),
        widevine: address(servers.widevine.is_some(), "widevine"),
        playready: address(servers.playready.is_some(), "playready"),
        fairplay: address(servers.fairplay.is_some(), "fairplay"),
        key: gives_keys.then(|| format!("{public}/v1/keys/{{kid}}?session={handle}")),
    }
}
