//! The routes: what is asked for is read here, and what is answered written.

mod admin;
mod around;
mod arrival;
mod body;
mod catalogue;
mod document;
mod key_import;
mod keys;
mod licenses;
mod manifests;
mod operations;
mod overview;
mod playback;
mod problem;
mod speke;
mod unsent;
mod viewer;

pub(crate) use around::Noted;

use crate::app::App;
use crate::refusal::{METHOD_NOT_ALLOWED, NOT_FOUND, Refused};
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Router};
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
        description = "Who may play which title, where, on what device and until when; and the keys to it.\n\n\
            **Refusals** are `application/problem+json` with a stable `reason`, the `rule` that decided if one did, and the \
            `request_id` by which the log knows the request. They are never cached, and pages of the configured origins may read \
            them. A `503` and a `429` say in `retry-after` when to try again.\n\n\
            **Ids**: `x-request-id` is taken over if it is 1 to 128 visible characters, else made, and is on every answer; the trace \
            of a W3C `traceparent` goes into the log.\n\n\
            **Times** are RFC 3339 unless a field says otherwise. What is not understood is refused: unknown fields of bodies, and \
            of the catalogue's query. A head of more than 64 KiB (one of more than 32 may be), or one that is no HTTP, is answered by an empty `431` or `400` \
            before any route is found."
    ),
    tags(
        (name = "catalogue", description = "What a viewer could watch here and now."),
        (name = "playback", description = "Sessions: begun, kept alive, ended."),
        (name = "keys", description = "Keys and licences, for players; and for packagers, in the words of SPEKE 2.0."),
        (name = "administration", description = "What reads and changes titles, keys, withdrawals and policies: for the group that `[admin]` names."),
        (name = "edges", description = "What the edges fetch."),
        (name = "operations", description = "Health, readiness, counts, and this document. Nobody has to log in: keep them from the public (`private_listen`).")
    ),
    components(schemas(problem::Problem)),
    modifiers(&Logins)
)]
struct Api;

struct Logins;

impl Modify for Logins {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let login = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(
                "A login of one of the issuers in `[[login]]`, such as an id token of Cognito.",
            ))
            .build();
        let packager = HttpBuilder::new()
            .scheme(HttpAuthScheme::Basic)
            .description(Some("A packager of one of `[[tenant]]`."))
            .build();
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("packager", SecurityScheme::Http(packager));
        components.add_security_scheme("login", SecurityScheme::Http(login));
    }
}

/// What is served at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Everything.
    Whole,
    /// What viewers, packagers and edges ask for; health.
    Public,
    /// What administrators and Prometheus ask for; health.
    Private,
}

impl Side {
    /// What is served to the public: everything, unless the rest has an address of its own.
    pub(crate) fn public(app: &App) -> Self {
        if app.config.private_listen.is_some() { Self::Public } else { Self::Whole }
    }
}

/// The routes of a side, with what is around them.
pub(crate) fn router(app: &Arc<App>, side: Side) -> Router {
    let limits = &app.config.limits;
    let (routes, api) = routed(side).split_for_parts();
    let document = Document(document::completed(&api).to_string().into());
    routes
        .layer(Extension(document))
        .layer(Extension(Arc::<operations::Readiness>::default()))
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_allowed)
        .layer(DefaultBodyLimit::max(limits.body))
        .layer(from_fn_with_state(around::Around::new(app), around::around))
        .with_state(Arc::clone(app))
}

/// The document that describes all routes.
#[must_use]
pub fn openapi() -> serde_json::Value {
    document::completed(&routed(Side::Whole).into_openapi())
}

/// The document, written down.
#[derive(Clone)]
pub(crate) struct Document(pub(crate) axum::body::Bytes);

fn routed(side: Side) -> OpenApiRouter<Arc<App>> {
    let both = OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(operations::health))
        .routes(routes!(operations::ready))
        .routes(routes!(operations::openapi));
    match side {
        Side::Whole => for_the_public(for_operators(both)),
        Side::Public => for_the_public(both),
        Side::Private => for_operators(both),
    }
}

fn for_the_public(router: OpenApiRouter<Arc<App>>) -> OpenApiRouter<Arc<App>> {
    router
        .routes(routes!(catalogue::list))
        .routes(routes!(catalogue::title))
        .routes(routes!(playback::start))
        .routes(routes!(playback::heartbeat))
        .routes(routes!(playback::end))
        .routes(routes!(manifests::manifest))
        .routes(routes!(keys::key))
        .routes(routes!(keys::clearkey))
        .routes(routes!(licenses::widevine))
        .routes(routes!(licenses::playready))
        .routes(routes!(licenses::fairplay))
        .routes(routes!(speke::speke))
        .routes(routes!(operations::revocations))
}

fn for_operators(router: OpenApiRouter<Arc<App>>) -> OpenApiRouter<Arc<App>> {
    router
        .routes(routes!(overview::titles))
        .routes(routes!(overview::title, admin::put_title, admin::delete_title))
        .routes(routes!(overview::revocations, admin::revoke))
        .routes(routes!(overview::policy, admin::policies))
        .routes(routes!(overview::bundle))
        .routes(routes!(key_import::put_key))
        .routes(routes!(operations::metrics))
}

async fn nothing_here() -> Response {
    Refused::new(NOT_FOUND).into_response()
}

async fn not_allowed() -> Response {
    Refused::new(METHOD_NOT_ALLOWED).into_response()
}
