//! What administrators change: titles, policies, withdrawals.

use super::body::{Json, Most, bytes};
use super::catalogue::{Named, tag};
use super::viewer::Administrator;
use crate::app::App;
use crate::catalogue::Title;
use crate::log;
use crate::marks::Thing;
use crate::policies::{Condition, NotChanged};
use crate::refusal::{CANNOT_DECIDE, CHANGED, INVALID, Refused};
use crate::store::{Expect, StoreError};
use crate::withdrawals;
use axum::Json as Answer;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use edge::withdrawn::Kind;
use rights::Bundle;
use rights::title::is_title;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa::openapi::{Object, Type};

/// The longest id that can be withdrawn, in characters.
const LONGEST_ID: usize = 128;

/// What is said of an `if-match` that no writing gave.
const NO_TAG: &str = "`if-match` is a tag that a writing gave";

/// What to withdraw: all that was issued up to now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Revocation {
    /// `session`, `account` or `key`.
    #[schema(schema_with = kinds)]
    kind: String,
    /// The id, as tokens have it.
    #[schema(min_length = 1, max_length = 128, example = "9f3c1d2e4b5a60718293a4b5c6d7e8f9")]
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
    /// The name of the one that was in force before.
    former: String,
}

/// Writes a title, whole. `if-match` with the tag of the last writing, or `if-none-match: *`, make it conditional.
#[utoipa::path(
    put,
    path = "/v1/admin/titles/{title}",
    operation_id = "putTitle",
    tag = "administration",
    params(
        Named,
        ("if-match" = Option<String>, Header, description = "The tag of the writing that it replaces, in quotes.", min_length = 3, max_length = 18, pattern = r#"^"[0-9a-f]{1,16}"$"#, example = "\"1f\""),
        ("if-none-match" = Option<String>, Header, description = "`*`: there must be none yet.", min_length = 1, max_length = 1, pattern = r"^\*$"),
    ),
    request_body(content = Title, description = "All that there is to say of it, besides who may play it."),
    security(("login" = [])),
    responses(
        (status = 412, description = "It is not what the condition says (`changed`)."),
        (status = 200, description = "It is kept.", body = Title, headers(("etag" = String, description = "Of this writing, for `if-match`."))),
    )
)]
pub(super) async fn put_title(
    State(app): State<Arc<App>>,
    administrator: Administrator,
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
    let (expect, kept) = (expected(&headers)?, title.clone());
    let written = id.clone();
    let version = whole(&Arc::clone(&app), Thing::Titles, async move {
        let version = app.catalogue.put(&app.store, &id, kept, expect).await.map_err(changed)?;
        administrator.did("wrote title", &written);
        app.marks.changed(&app.store, Thing::Titles).await?;
        Ok(version)
    })
    .await?;
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
    operation_id = "deleteTitle",
    tag = "administration",
    params(
        Named,
        ("if-match" = Option<String>, Header, description = "The tag of the writing that is removed, in quotes.", min_length = 3, max_length = 18, pattern = r#"^"[0-9a-f]{1,16}"$"#, example = "\"1f\""),
    ),
    security(("login" = [])),
    responses(
        (status = 412, description = "It is not what the condition says (`changed`)."),
        (status = 422, description = "This is no id of a title (`invalid`)."),
        (status = 204, description = "It is not there."),
    )
)]
pub(super) async fn delete_title(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Refused> {
    if !is_title(&id) || id.len() > crate::store::LONGEST_KEY {
        return Err(Refused::new(INVALID).because("this is no id of a title, such as `acme/one`"));
    }
    let expect = expected(&headers)?;
    whole(&Arc::clone(&app), Thing::Titles, async move {
        app.catalogue.remove(&app.store, &id, expect).await.map_err(changed)?;
        administrator.did("removed title", &id);
        Ok(app.marks.changed(&app.store, Thing::Titles).await?)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Withdraws what was issued to a session or an account, or by a key, up to now. Here it counts at once, at the edges when they
/// next fetch the set.
#[utoipa::path(
    post,
    path = "/v1/admin/revocations",
    operation_id = "revoke",
    tag = "administration",
    request_body = Revocation,
    security(("login" = [])),
    responses(
        (status = 200, description = "It is withdrawn.", body = Revoked),
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
    if !(1..=LONGEST_ID).contains(&revocation.id.chars().count()) {
        return Err(invalid(format!("`id` has 1 to {LONGEST_ID} characters")));
    }
    if kind == Kind::Key {
        key_can_go(&app, &revocation.id).map_err(invalid)?;
    }
    let at = administrator.now;
    let withdrawn = format!("{} {}", revocation.kind, revocation.id);
    whole(&Arc::clone(&app), Thing::Withdrawals, async move {
        app.withdrawals.add(&app.store, kind, &revocation.id, at).await.map_err(changed)?;
        administrator.did("withdrew", &withdrawn);
        Ok(app.marks.changed(&app.store, Thing::Withdrawals).await?)
    })
    .await?;
    Ok(Answer(Revoked { at }))
}

/// Puts a policy bundle in force, whole, here and at every start from now on: what `playgate policy build` makes. `if-match` with the name
/// of the policy that it replaces, in quotes, or `if-none-match: *`, make it conditional.
#[utoipa::path(
    put,
    path = "/v1/admin/policies",
    operation_id = "putPolicies",
    tag = "administration",
    params(
        ("if-match" = Option<String>, Header, description = "The name of the policy that it replaces, in quotes, as `etag` of `GET` has it.", pattern = r#"^"sha256:[0-9a-f]{64}"$"#),
        ("if-none-match" = Option<String>, Header, description = "`*`: nobody has put one yet, and what the configuration names is in force.", min_length = 1, max_length = 1, pattern = r"^\*$"),
    ),
    request_body(content = String, content_type = "application/octet-stream", description = "The bundle, at most `limits.policies` bytes."),
    security(("login" = [])),
    responses(
        (status = 412, description = "Another policy is in force than the condition says (`changed`)."),
        (status = 200, description = "It is in force.", body = InForce, headers(("etag" = String, description = "The policy's name, for `if-match`."))),
    )
)]
pub(super) async fn policies(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    headers: HeaderMap,
    BundleBytes(bytes): BundleBytes,
) -> Result<Response, Refused> {
    let condition = policy_condition(&headers)?;
    // To check a large one takes long, and others want to be served.
    let opened = tokio::task::spawn_blocking(move || Bundle::open(bytes)).await;
    let bundle = opened
        .map_err(|_| Refused::new(CANNOT_DECIDE))?
        .map_err(|problem| Refused::new(INVALID).because(problem.to_string()))?;
    let policy = bundle.name();
    let name = policy.clone();
    let former = whole(&Arc::clone(&app), Thing::Policy, async move {
        let former =
            app.policies.put(&app.store, bundle, administrator.name(), &condition).await.map_err(changed)?;
        log::line("policy", &HashMap::from([("policy", name.as_str()), ("former", former.as_str())]));
        administrator.did("put policy", &name);
        app.marks.changed(&app.store, Thing::Policy).await?;
        Ok(former)
    })
    .await?;
    Ok(InForce { policy, former }.tagged())
}

/// Takes back what was put: what the configuration names, as it is now, is in force again, here and at every start from now on.
#[utoipa::path(
    delete,
    path = "/v1/admin/policies",
    operation_id = "takeBackPolicies",
    tag = "administration",
    params(
        ("if-match" = Option<String>, Header, description = "The name of the policy that is taken back, in quotes, as `etag` of `GET` has it.", pattern = r#"^"sha256:[0-9a-f]{64}"$"#),
    ),
    security(("login" = [])),
    responses(
        (status = 200, description = "What the configuration names is in force, now or before.", body = InForce, headers(("etag" = String, description = "The policy's name, for `if-match`."))),
        (status = 400, description = "`if-match` is no tag in quotes (`malformed`)."),
        (status = 412, description = "Another policy is in force than the condition says (`changed`)."),
        (status = 422, description = "What the configuration names cannot be used, and nothing has changed (`invalid`)."),
    )
)]
pub(super) async fn take_back(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let condition = policy_condition(&headers)?;
    let (policy, former) = whole(&Arc::clone(&app), Thing::Policy, async move {
        let (name, former) =
            app.policies.take_back(&app.store, &condition).await.map_err(|problem| match problem {
                NotChanged::Store(problem) => changed(problem),
                // It names files of this server, which its administrators know.
                NotChanged::Unusable(why) => Refused::new(INVALID).because(why),
            })?;
        log::line("policy", &HashMap::from([("policy", name.as_str()), ("former", former.as_str())]));
        administrator.did("took back policy", &former);
        app.marks.changed(&app.store, Thing::Policy).await?;
        Ok((name, former))
    })
    .await?;
    Ok(InForce { policy, former }.tagged())
}

impl InForce {
    fn tagged(self) -> Response {
        let tag = HeaderValue::from_str(&format!("\"{}\"", self.policy));
        let mut response = Answer(self).into_response();
        if let Ok(tag) = tag {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}

/// The bytes of a bundle, which may be larger than other bodies.
pub(super) struct BundleBytes(Vec<u8>);

impl FromRequest<Arc<App>> for BundleBytes {
    type Rejection = Refused;

    async fn from_request(mut request: Request, app: &Arc<App>) -> Result<Self, Refused> {
        DefaultBodyLimit::max(app.config.limits.policies).apply(&mut request);
        request.extensions_mut().insert(Most(app.config.limits.policies));
        Ok(Self(bytes(request, app).await?.into()))
    }
}

/// Does something to its end, also if its client goes away or the time of the request is over meanwhile: of what is half
/// done, the store would know and the memory not. What went wrong on the way is looked at again, for the same reason.
async fn whole<T: Send + 'static>(
    app: &Arc<App>,
    thing: Thing,
    work: impl Future<Output = Result<T, Refused>> + Send + 'static,
) -> Result<T, Refused> {
    let app = Arc::clone(app);
    let work = async move {
        let done = work.await;
        if done.as_ref().is_err_and(Refused::is_fault) {
            app.marks.doubt(thing);
        }
        done
    };
    to_its_end(work).await
}

/// Goes on with what was begun when its client goes away, up to the line of the log that says who did it.
pub(super) async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Refused>> + Send + 'static,
) -> Result<T, Refused> {
    tokio::spawn(work).await.unwrap_or_else(|_| Err(Refused::new(CANNOT_DECIDE)))
}

fn kinds() -> Object {
    Object::builder()
        .schema_type(Type::String)
        .description(Some("What the id is of."))
        .enum_values(Some(["session", "account", "key"]))
        .build()
}

/// Whether a key is one of this server's, and another one is left to mint with. A key is withdrawn for good.
fn key_can_go(app: &App, kid: &str) -> Result<(), String> {
    let keys = &app.config.media.path_tokens.key;
    if !keys.iter().any(|key| key.kid == kid) {
        return Err(format!("`{kid}` is no key of `[[media.path_tokens.key]]`"));
    }
    let set = &app.withdrawals.now().set;
    if keys.iter().all(|key| key.kid == kid || set.has_key(key.kid.as_bytes())) {
        return Err(format!(
            "`{kid}` is the only key that is left; add another one to the configuration first, here and at the edges"
        ));
    }
    Ok(())
}

/// The condition of a writing, as it was sent.
enum Said<'h> {
    Nothing,
    Absent,
    /// A tag, without its quotes.
    Tag(&'h str),
}

fn said(headers: &HeaderMap) -> Result<Said<'_>, Refused> {
    let invalid = |what: &str| Refused::new(INVALID).because(what);
    let count = |name| headers.get_all(name).iter().count();
    let counts = (count(header::IF_MATCH), count(header::IF_NONE_MATCH));
    if counts.0.max(counts.1) > 1 {
        return Err(invalid("send a condition once"));
    }
    if counts == (1, 1) {
        return Err(Refused::new(CHANGED).because("it cannot be there and not be there"));
    }
    if let Some(condition) = headers.get(header::IF_NONE_MATCH) {
        return if condition.as_bytes() == b"*" {
            Ok(Said::Absent)
        } else {
            Err(fails("`if-none-match` is `*` here"))
        };
    }
    let Some(tag) = headers.get(header::IF_MATCH) else { return Ok(Said::Nothing) };
    let begins = |with: &[u8]| tag.as_bytes().starts_with(with);
    if !begins(b"\"") && !begins(b"W/\"") && tag.as_bytes() != b"*" {
        // No tag is nobody's tag: a condition that cannot hold.
        return Err(fails("`if-match` is a tag in quotes, such as `\"1f\"`"));
    }
    let tag = tag.to_str().ok().and_then(|tag| tag.strip_prefix('"')?.strip_suffix('"'));
    tag.map(Said::Tag).ok_or_else(|| fails(NO_TAG))
}

/// The condition of the writing of a title.
fn expected(headers: &HeaderMap) -> Result<Expect, Refused> {
    let tag = match said(headers)? {
        Said::Nothing => return Ok(Expect::Anything),
        Said::Absent => return Ok(Expect::Absent),
        Said::Tag(tag) => tag,
    };
    let version = Some(tag).filter(|tag| tag.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let version = version.and_then(|version| u64::from_str_radix(version, 16).ok());
    version.map(Expect::Version).ok_or_else(|| fails(NO_TAG))
}

fn policy_condition(headers: &HeaderMap) -> Result<Condition, Refused> {
    Ok(match said(headers)? {
        Said::Nothing => Condition::Anything,
        Said::Absent => Condition::NonePut,
        Said::Tag(name) => Condition::Named(name.to_owned()),
    })
}

/// What holds under no circumstances is refused as one that does not hold, and never passed over.
fn fails(what: &str) -> Refused {
    Refused::new(CHANGED).because(what)
}

fn changed(problem: StoreError) -> Refused {
    match problem {
        StoreError::Conflict => Refused::new(CHANGED),
        StoreError::Refused(what) => Refused::new(INVALID).because(what),
        StoreError::Unavailable(_) => problem.into(),
    }
}
