//! The routes: what is asked for is read here, and what is answered written.

mod admin;
mod around;
mod body;
mod catalogue;
mod keys;
mod manifests;
mod operations;
mod playback;
mod speke;
mod viewer;

use crate::app::App;
use crate::refusal::{METHOD_NOT_ALLOWED, NOT_FOUND, Refused};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use std::sync::Arc;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The whole API.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Playgate",
        description = "Who may play which title, where, on what device and until when; and the keys to it."
    ),
    modifiers(&Logins)
)]
struct Api;

struct Logins;

impl Modify for Logins {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let login = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let packager = HttpBuilder::new().scheme(HttpAuthScheme::Basic).build();
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("packager", SecurityScheme::Http(packager));
        components.add_security_scheme("login", SecurityScheme::Http(login));
    }
}

/// All routes, with what is around them.
pub(crate) fn router(app: &Arc<App>) -> Router {
    let limits = &app.config.limits;
    let (routes, api) = routed().split_for_parts();
    let document = Document(api.to_json().unwrap_or_default().into());
    routes
        .route("/openapi.json", axum::routing::get(operations::openapi).with_state(document))
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_allowed)
        .layer(DefaultBodyLimit::max(limits.body))
        .layer(from_fn_with_state(around::Around::new(app), around::around))
        .with_state(Arc::clone(app))
}

/// The document that describes all routes.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    routed().into_openapi()
}

/// The document, written down.
#[derive(Clone)]
pub(crate) struct Document(pub(crate) axum::body::Bytes);

fn routed() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(catalogue::list))
        .routes(routes!(catalogue::title))
        .routes(routes!(admin::put_title, admin::delete_title))
        .routes(routes!(admin::revoke))
        .routes(routes!(admin::policies))
        .routes(routes!(playback::start))
        .routes(routes!(playback::heartbeat))
        .routes(routes!(playback::end))
        .routes(routes!(manifests::manifest))
        .routes(routes!(keys::key))
        .routes(routes!(keys::clearkey))
        .routes(routes!(keys::widevine))
        .routes(routes!(keys::playready))
        .routes(routes!(keys::fairplay))
        .routes(routes!(speke::speke))
        .routes(routes!(operations::revocations))
        .routes(routes!(operations::health))
        .routes(routes!(operations::ready))
        .routes(routes!(operations::metrics))
}

async fn nothing_here() -> Response {
    Refused::new(NOT_FOUND).into_response()
}

async fn not_allowed() -> Response {
    Refused::new(METHOD_NOT_ALLOWED).into_response()
}
