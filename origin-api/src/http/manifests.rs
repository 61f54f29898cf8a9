//! Playlists whose addresses are signed, for players that can neither keep cookies nor follow a token in the path; and multivariant playlists
//! without what is above the height cap, for players that drop nothing by themselves.

use super::playback::{opened, still_stands, tier};
use super::viewer::Visitor;
use crate::app::App;
use crate::hand_out::{NotHanded, Order};
use crate::handle::Delivery;
use crate::outward::Bounds;
use crate::places::is_leased;
use crate::playlists::{Places, capped, is_multivariant, is_playlist, signed};
use crate::refusal::{CANNOT_DECIDE, DELIVERY, LOGIN_EXPIRED, NO_PLAYLIST, NOT_FOUND, Refused, UNREACHED};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rights::viewer::Device;
use rights::{Bundle, Outcome, Viewer, decide};
use std::sync::Arc;
use std::time::Duration;

/// Longer playlists are rewritten aside, in bytes.
const SHORT: usize = 64 << 10;

const PLAYLIST: Bounds = Bounds { time: Duration::from_secs(5), bytes: 8 << 20 };

/// A playlist of the session's title without what is higher than the right allows. With `signed-url` each address in it is signed until the right
/// ends; else it is the multivariant playlist only, and leads to media by the session's token or cookies.
#[utoipa::path(
    get,
    path = "/v1/manifests/{session}/{path}",
    operation_id = "getManifest",
    tag = "playback",
    security((), ("login" = [])),
    params(
        ("session" = String, Path, description = "As the address in the answer to `POST /v1/playback` has it.", pattern = "^[A-Za-z0-9_-]+$"),
        ("path" = String, Path, description = "The playlist's path; slashes stand as they are, or as `%2F`.", example = "vod/acme/one/master.m3u8"),
    ),
    responses(
        (status = 200, description = "The playlist.", content_type = "application/vnd.apple.mpegurl", body = String),
        (status = 403, description = "It may not be played any more: `session_ended`, `replaced`, `tier`, `device`."),
        (status = 404, description = "There is no such playlist of the session's title (`not_found`, `unknown_title`)."),
        (status = 502, description = "The media cannot be reached (`origin_unreachable`), or are no playlist that can be signed (`no_playlist`)."),
    )
)]
pub(super) async fn manifest(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path((handle, path)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let now = visitor.now;
    let session = opened(&app, &handle)?;
    if session.delivery != Delivery::SignedUrl && app.config.media.origin.is_none() {
        return Err(Refused::new(NOT_FOUND).because("this session is handed out in another way"));
    }
    still_stands(&app, &session, now)?;
    let path = format!("/{path}");
    let scopes = ["vod", "live"].map(|kind| format!("/{kind}/{}/", session.title));
    let within = scopes.iter().find_map(|scope| path.strip_prefix(scope.as_str()));
    if within.is_none() || signer::token::canonical(&path).is_err() || path.strip_suffix(".m3u8").is_none() {
        return Err(Refused::new(NOT_FOUND).because("this is no playlist of the session's title"));
    }
    let bundle = app.policies.bundle();
    if let Some(inner) = inner_title(&app, &bundle, &session.title, within.unwrap_or_default()) {
        return Err(
            Refused::new(NOT_FOUND).because(format!("this is a playlist of another title, `{inner}`"))
        );
    }
    is_leased(&app, &session, now).await?;
    let facts = visitor.facts(&app, Device::named(&session.device), &bundle);
    let viewer = Viewer { tier: tier(&session), ..visitor.viewer(&facts) };
    let outcome = decide(&bundle, &viewer, &session.title, now);
    let Outcome::Allow(allow) = outcome else {
        let refused = Refused::of_rights(&outcome, &bundle, !session.account.is_empty());
        return Err(refused.unwrap_or_else(|| Refused::new(CANNOT_DECIDE)));
    };
    let live = path.starts_with("/live/");
    let order = Order { session: &session, live, facts: &facts, allow: &allow, manifests: "", now };
    let set = app.withdrawals.now();
    let handed = app.desk.hand(&order, |kid| set.set.has_key(kid)).map_err(|problem| match problem {
        NotHanded::NotConfigured => Refused::new(DELIVERY),
        NotHanded::NoTime => Refused::new(LOGIN_EXPIRED),
        other => Refused::new(CANNOT_DECIDE).because(other.to_string()),
    })?;
    let media = &app.config.media;
    let origin = media.origin.as_ref().unwrap_or(&media.url);
    let answer = app.outward.get(&format!("{origin}{path}"), PLAYLIST).await;
    let answer = answer.map_err(|problem| Refused::new(UNREACHED).because(problem.to_string()))?;
    match answer.status.as_u16() {
        200 => {}
        404 | 410 | 403 => return Err(Refused::new(NOT_FOUND).because("there is no such playlist")),
        status => return Err(Refused::new(UNREACHED).because(format!("status {status}"))),
    }
    let wanted = match (session.delivery, handed.query) {
        (Delivery::SignedUrl, Some(query)) => Proof::Query(query),
        (Delivery::SignedUrl, None) => return Err(Refused::new(DELIVERY)),
        (Delivery::PathToken | Delivery::Cookie, _) => {
            if is_playlist(&answer.body) && !is_multivariant(&answer.body) {
                return Err(Refused::new(NOT_FOUND).because(
                    "here is only the multivariant playlist of this session; the others are where it leads",
                ));
            }
            Proof::Path(handed.token)
        }
    };
    let cap = allow.max_height.map(u32::from);
    let rewritten = rewritten(&app, answer.body, handle, path, wanted, cap).await;
    let body = rewritten.map_err(|problem| Refused::new(NO_PLAYLIST).because(problem))?;
    let headers = [(header::CONTENT_TYPE, "application/vnd.apple.mpegurl")];
    Ok((headers, body).into_response())
}

/// What addresses are proven with.
enum Proof {
    /// A signature in the query.
    Query(String),
    /// A token in the path; cookies, if there is none.
    Path(Option<String>),
}

/// The playlist as the player gets it. What is long is rewritten where no other request waits for it.
async fn rewritten(
    app: &Arc<App>,
    playlist: Bytes,
    handle: String,
    path: String,
    proof: Proof,
    cap: Option<u32>,
) -> Result<Vec<u8>, String> {
    if !is_playlist(&playlist) {
        return Err("it does not begin with `#EXTM3U`".to_owned());
    }
    let is_long = playlist.len() > SHORT;
    let app = Arc::clone(app);
    let rewrite = move || {
        let below = format!("/v1/manifests/{handle}");
        let places = Places {
            media: &app.config.media.url,
            server: &app.config.public_url,
            below: &below,
            session: &handle,
            path: &path,
        };
        match proof {
            Proof::Query(query) => signed(&playlist, places, &query, cap),
            Proof::Path(token) => capped(&playlist, places, token.as_deref(), cap),
        }
    };
    if !is_long {
        return rewrite();
    }
    tokio::task::spawn_blocking(rewrite).await.map_err(|problem| problem.to_string())?
}

/// The title within the session's own that a path belongs to, if it does: it is decided by itself.
fn inner_title(app: &App, bundle: &Bundle<Vec<u8>>, title: &str, within: &str) -> Option<String> {
    let titles = app.catalogue.titles();
    within.match_indices('/').find_map(|(end, _)| {
        let inner = format!("{title}/{}", within.get(..end)?);
        (titles.contains_key(&inner) || bundle.names(&inner)).then_some(inner)
    })
}
