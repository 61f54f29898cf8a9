//! The one address: the page, what it asks for, and behind the same paths as in production the edge and the origin API.

mod answer;
mod editing;
pub(crate) mod files;
mod knowing;
mod passing;

pub(crate) use editing::now;

use crate::commands::{Draft, Playgate};
use crate::edge::Edge;
use crate::folder::Folder;
use crate::origin::Origin;
use crate::record::Record;
use crate::world::World;
use answer::Problem;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{any, get, post};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use rights::Bundle;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

/// Everything that runs.
pub(crate) struct Front {
    pub(crate) folder: Folder,
    pub(crate) playgate: Playgate,
    pub(crate) origin: Origin,
    pub(crate) edge: Edge,
    pub(crate) record: Arc<Record>,
    pub(crate) live: RwLock<Arc<Live>>,
    /// Of two who change the policy at once the second waits.
    pub(crate) editing: tokio::sync::Mutex<()>,
    pub(crate) client: Client<HttpConnector, Body>,
    /// The last: its folder goes when nothing writes into it any more.
    pub(crate) world: World,
}

/// The policy that is live.
pub(crate) struct Live {
    /// The folder of its files.
    pub(crate) folder: PathBuf,
    pub(crate) files: crate::commands::Files,
    pub(crate) bundle: Bundle<Vec<u8>>,
    /// What keeps the folder, if the policy was written while the demo runs.
    pub(crate) _draft: Option<Draft>,
}

impl Front {
    pub(crate) fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Only under its own name: else any page of the Internet could have its own name lead here, and would change policies.
async fn under_its_name(State(front): State<Arc<Front>>, request: Request, next: Next) -> Response {
    let public = &front.world.public;
    let name = public.split_once("://").map(|(_, name)| name);
    let asked = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if asked.is_some() && asked == name {
        if request.uri().path().starts_with("/demo/") && !is_own_page(request.headers(), public) {
            let detail = format!("only the page at {public} may ask this");
            return Problem::new(StatusCode::FORBIDDEN, "This is asked by another page", detail)
                .into_response();
        }
        return next.run(request).await;
    }
    if request.uri().path() == "/" && request.method() == Method::GET {
        return Redirect::temporary(&format!("{public}/")).into_response();
    }
    let detail = format!("the demo is only at {public}");
    Problem::new(StatusCode::MISDIRECTED_REQUEST, "This is another address", detail).into_response()
}

/// Whether a browser asks for this page, or no browser at all. A page of a stranger may send a POST without a body, or fetch a picture,
/// without asking first: it would put the first policy live, and start processes.
fn is_own_page(headers: &HeaderMap, public: &str) -> bool {
    let is = |name: &str, allowed: &[&str]| {
        headers.get_all(name).iter().all(|value| allowed.iter().any(|allowed| value == allowed))
    };
    is("origin", &[public]) && is("sec-fetch-site", &["same-origin", "none"])
}

/// All routes.
pub(crate) fn router(front: Arc<Front>) -> Router {
    Router::new()
        .route("/", get(files::index))
        .route("/page/{*path}", get(files::page))
        .route("/players/{name}", get(files::player))
        .route("/artwork/{*path}", get(files::artwork))
        .route("/demo/state", get(knowing::state))
        .route("/demo/login", post(knowing::login))
        .route("/demo/token", post(knowing::token))
        .route("/demo/explain", post(knowing::explain))
        .route("/demo/timeline", post(knowing::timeline))
        .route("/demo/map.svg", get(knowing::map))
        .route("/demo/log", get(knowing::log))
        .route("/demo/policy", get(editing::policy).put(editing::put))
        .route("/demo/policy/check", post(editing::check))
        .route("/demo/policy/diff", post(editing::diff))
        .route("/demo/policy/reset", post(editing::reset))
        .route("/demo/withdraw", post(editing::withdraw))
        .route("/v1/{*path}", any(passing::to_api))
        .route("/vod/{*path}", any(passing::to_edge))
        .route("/live/{*path}", any(passing::to_edge))
        .route("/t/{*path}", any(passing::to_edge))
        .fallback(files::nothing)
        .layer(from_fn_with_state(Arc::clone(&front), under_its_name))
        .with_state(front)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    #[test]
    fn only_the_demos_own_page_asks_the_demo() {
        let public = "http://localhost:8700";
        for (headers, own) in [
            (&[][..], true),
            (&[("origin", public)], true),
            (&[("origin", public), ("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("origin", "http://localhost:3000"), ("sec-fetch-site", "same-site")], false),
            (&[("origin", "http://localhost:8700.evil.example")], false),
            (&[("origin", "null")], false),
            (&[("origin", "")], false),
            (&[("origin", public), ("origin", "https://evil.example")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("origin", public), ("sec-fetch-site", "cross-site")], false),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            assert_eq!(is_own_page(&map, public), own, "{headers:?}");
        }
    }
}
