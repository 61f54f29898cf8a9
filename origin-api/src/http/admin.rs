//! What administrators change: titles, policies, withdrawals.

use super::body::{Json, bytes};
use super::catalogue::tag;
use super::operations::Problem;
use super::viewer::Administrator;
use crate::app::App;
use crate::catalogue::Title;
use crate::log;
use crate::marks::Thing;
use crate::refusal::{CHANGED, INVALID, Refused};
use crate::store::{Expect, StoreError};
use crate::withdrawals;
use axum::Json as Answer;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rights::Bundle;
use rights::title::is_title;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// The longest id that can be withdrawn.
const LONGEST_ID: usize = 255;

/// What to withdraw: all that was issued up to now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Revocation {
    /// `session`, `account` or `key`.
    #[schema(pattern = "^(session|account|key)$")]
    kind: String,
    /// The id, as tokens have it.
    #[schema(min_length = 1, max_length = 255)]
    id: String,
}

/// What was withdrawn.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Revoked {
    /// What was issued up to this moment is withdrawn, in epoch seconds.
    at: i64,
}

/// The policy in force.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InForce {
    /// Its name, as decisions have it.
    policy: String,
}

/// Writes a title, whole. `if-match` with the tag of the last writing, or `if-none-match: *`, make it conditional.
#[utoipa::path(
    put,
    path = "/v1/admin/titles/{title}",
    params(("title" = String, Path, description = "Its id; slashes may stand as they are, or as `%2F`.", example = "acme/one")),
    request_body = Title,
    security(("login" = [])),
    responses(
        (status = 200, description = "It is kept.", body = Title, headers(("etag" = String, description = "Of this writing, for `if-match`."))),
        (status = "4XX", description = "It may not be written, or not so.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Nothing can be kept.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn put_title(
    State(app): State<Arc<App>>,
    _administrator: Administrator,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(title): Json<Title>,
) -> Result<Response, Refused> {
    if !is_title(&id) || id.len() > crate::store::LONGEST_KEY {
        return Err(Refused::new(INVALID).because("this is no id of a title, such as `acme/one`"));
    }
    if let Some(problem) = title.problem() {
        return Err(Refused::new(INVALID).because(problem));
    }
    let version =
        app.catalogue.put(&app.store, &id, title.clone(), expected(&headers)?).await.map_err(changed)?;
    app.marks.changed(&app.store, Thing::Titles).await?;
    let mut response = Answer(title).into_response();
    if let Ok(tag) = HeaderValue::from_str(&tag(version)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// Removes a title. Whether it was there or not: it is not there then.
#[utoipa::path(
    delete,
    path = "/v1/admin/titles/{title}",
    params(("title" = String, Path, description = "Its id; slashes may stand as they are, or as `%2F`.", example = "acme/one")),
    security(("login" = [])),
    responses(
        (status = 204, description = "It is not there."),
        (status = "4XX", description = "It may not be removed.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Nothing can be kept.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn delete_title(
    State(app): State<Arc<App>>,
    _administrator: Administrator,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Refused> {
    if !is_title(&id) || id.len() > crate::store::LONGEST_KEY {
        return Err(Refused::new(INVALID).because("this is no id of a title, such as `acme/one`"));
    }
    app.catalogue.remove(&app.store, &id, expected(&headers)?).await.map_err(changed)?;
    app.marks.changed(&app.store, Thing::Titles).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Withdraws what was issued to a session or an account, or by a key, up to now. Here it counts at once, at the edges when they
/// next fetch the set.
#[utoipa::path(
    post,
    path = "/v1/admin/revocations",
    request_body = Revocation,
    security(("login" = [])),
    responses(
        (status = 200, description = "It is withdrawn.", body = Revoked),
        (status = "4XX", description = "It may not be withdrawn.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Nothing can be kept.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    Json(revocation): Json<Revocation>,
) -> Result<Answer<Revoked>, Refused> {
    let invalid = |what: String| Refused::new(INVALID).because(what);
    let kind = withdrawals::kind(&revocation.kind)
        .ok_or_else(|| invalid("`kind` is `session`, `account` or `key`".to_owned()))?;
    if !(1..=LONGEST_ID).contains(&revocation.id.len()) {
        return Err(invalid(format!("`id` has 1 to {LONGEST_ID} bytes")));
    }
    app.withdrawals.add(&app.store, kind, &revocation.id, administrator.now).await.map_err(|problem| {
        match problem {
            StoreError::Refused(what) => invalid(what),
            other => other.into(),
        }
    })?;
    app.marks.changed(&app.store, Thing::Withdrawals).await?;
    Ok(Answer(Revoked { at: administrator.now }))
}

/// Puts a policy bundle in force, whole, here and at every start from now on: what `playgate policy build` makes.
#[utoipa::path(
    put,
    path = "/v1/admin/policies",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    security(("login" = [])),
    responses(
        (status = 200, description = "It is in force.", body = InForce),
        (status = "4XX", description = "It cannot be, and the former one stays.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Nothing can be kept, and the former one stays.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn policies(
    State(app): State<Arc<App>>,
    _administrator: Administrator,
    BundleBytes(bytes): BundleBytes,
) -> Result<Answer<InForce>, Refused> {
    // To check a large one takes long, and others want to be served.
    let opened = tokio::task::spawn_blocking(move || Bundle::open(bytes)).await;
    let bundle = opened
        .map_err(|_| Refused::new(crate::refusal::CANNOT_DECIDE))?
        .map_err(|problem| Refused::new(INVALID).because(problem.to_string()))?;
    let policy = bundle.name();
    let former = app.policies.bundle().name();
    app.policies.put(&app.store, bundle).await?;
    app.marks.changed(&app.store, Thing::Policy).await?;
    log::line("policy", &HashMap::from([("policy", policy.as_str()), ("former", former.as_str())]));
    Ok(Answer(InForce { policy }))
}

/// The bytes of a bundle, which may be larger than other bodies.
pub(super) struct BundleBytes(Vec<u8>);

impl FromRequest<Arc<App>> for BundleBytes {
    type Rejection = Refused;

    async fn from_request(mut request: Request, app: &Arc<App>) -> Result<Self, Refused> {
        DefaultBodyLimit::max(app.config.limits.policies).apply(&mut request);
        Ok(Self(bytes(request, app).await?.into()))
    }
}

/// The condition of a writing.
fn expected(headers: &HeaderMap) -> Result<Expect, Refused> {
    let invalid = |what: &str| Refused::new(INVALID).because(what);
    if let Some(condition) = headers.get(header::IF_NONE_MATCH) {
        return if condition.as_bytes() == b"*" {
            Ok(Expect::Absent)
        } else {
            Err(invalid("`if-none-match` is `*` here"))
        };
    }
    let Some(tag) = headers.get(header::IF_MATCH) else { return Ok(Expect::Anything) };
    let version = tag.to_str().ok().and_then(|tag| tag.strip_prefix('"')?.strip_suffix('"'));
    let version = version.and_then(|version| u64::from_str_radix(version, 16).ok());
    version.map(Expect::Version).ok_or_else(|| invalid("`if-match` is a tag that a writing gave"))
}

fn changed(problem: StoreError) -> Refused {
    match problem {
        StoreError::Conflict => Refused::new(CHANGED),
        StoreError::Refused(what) => Refused::new(INVALID).because(what),
        StoreError::Unavailable(_) => problem.into(),
    }
}
