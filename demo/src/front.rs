//! The one address: the page, what it asks for, and behind the same paths as in production the edge and the origin API.

mod answer;
mod editing;
pub(crate) mod files;
mod knowing;
mod passing;

pub(crate) use editing::now;

use crate::commands::Playgate;
use crate::edge::Edge;
use crate::folder::Folder;
use crate::origin::Origin;
use crate::record::Record;
use crate::world::World;
use answer::Problem;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
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
    pub(crate) world: World,
    pub(crate) origin: Origin,
    pub(crate) edge: Edge,
    pub(crate) record: Arc<Record>,
    pub(crate) live: RwLock<Arc<Live>>,
    /// Of two who change the policy at once the second waits.
    pub(crate) editing: tokio::sync::Mutex<()>,
    pub(crate) client: Client<HttpConnector, Body>,
}

/// The policy that is live.
pub(crate) struct Live {
    /// The folder of its files.
    pub(crate) folder: PathBuf,
    pub(crate) files: crate::commands::Files,
    pub(crate) bundle: Bundle<Vec<u8>>,
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
        return next.run(request).await;
    }
    if request.uri().path() == "/" && request.method() == Method::GET {
        return Redirect::temporary(&format!("{public}/")).into_response();
    }
    let detail = format!("the demo is only at {public}");
    Problem::new(StatusCode::MISDIRECTED_REQUEST, "This is another address", detail).into_response()
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
