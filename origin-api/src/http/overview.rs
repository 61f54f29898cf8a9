//! What administrators read: titles as they were written, the policy in force, withdrawals.

use super::catalogue::{Named, is_known, tag};
use super::viewer::Administrator;
use crate::app::App;
use crate::catalogue::{Catalogue, Title};
use crate::refusal::{INVALID, Refused, UNKNOWN_TITLE, moment};
use crate::store::LONGEST_KEY;
use crate::withdrawals::Withdrawals;
use axum::Json as Answer;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rights::title::is_title;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The most of anything on a page.
const MOST: usize = 200;

/// The longest place in the list of withdrawals, in characters: a kind, a slash, and an id.
const LONGEST_PLACE: usize = 136;

/// Which titles.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TitlesPart {
    /// How many, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// Where the last page ended, as its `next` said.
    #[param(
        min_length = 1,
        max_length = 512,
        pattern = r"^(?!\.{1,2}(/|$))[a-z0-9._-]+(/(?!\.{1,2}(/|$))[a-z0-9._-]+)*$",
        example = "acme/one"
    )]
    cursor: Option<String>,
}

/// Which withdrawals.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RevocationsPart {
    /// How many, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// Where the last page ended, as its `next` said.
    #[param(min_length = 1, max_length = 136, example = "account/account-7")]
    cursor: Option<String>,
}

/// A page of titles.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WrittenPage {
    /// In the order of their ids.
    titles: Vec<Written>,
    /// What to ask for the next page with, as `cursor`; null if there is none.
    #[schema(required)]
    next: Option<String>,
}

/// A title as it was written.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Written {
    /// Its id.
    #[schema(example = "acme/one")]
    id: String,
    /// The tag of the last writing, for `if-match`.
    #[schema(pattern = r#"^"[0-9a-f]{1,16}"$"#, example = "\"1f\"")]
    etag: String,
    #[serde(flatten)]
    #[schema(inline)]
    title: Title,
}

/// The policy in force.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PolicyInForce {
    /// Its name, as decisions have it: the SHA-256 of the bundle's content.
    #[schema(
        pattern = "^sha256:[0-9a-f]{64}$",
        example = "sha256:9b1f0c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"
    )]
    policy: String,
    /// Where it is from: the `configuration`, or somebody `put` it.
    #[schema(pattern = "^(configuration|put)$", example = "put")]
    from: &'static str,
    /// Since when: when it was put, or when this server started with it; null if nobody knows.
    #[schema(required, format = DateTime)]
    since: Option<String>,
    /// Who put it, as the login has it; null if nobody did, or nobody knows.
    #[schema(required, example = "admin-7")]
    by: Option<String>,
    /// How many bytes the bundle has.
    bytes: usize,
    /// How many grants are in it.
    grants: usize,
    /// How many blackouts are in it.
    blackouts: usize,
}

/// A page of withdrawals.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Withdrawn {
    /// In the order of their kinds and ids.
    revocations: Vec<Withdrawal>,
    /// What to ask for the next page with, as `cursor`; null if there is none. A page can be short, and even empty, before the last.
    #[schema(required)]
    next: Option<String>,
}

/// What was withdrawn.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Withdrawal {
    /// What the id is of.
    #[schema(pattern = "^(session|account|key)$", example = "account")]
    kind: String,
    /// The id.
    #[schema(example = "account-7")]
    id: String,
    /// What was issued up to this moment is withdrawn, in epoch seconds.
    #[schema(example = 1_780_000_000)]
    at: u32,
    /// When it is forgotten, for nothing that was issued before lives longer; null for keys, which are withdrawn for good.
    #[schema(required, format = DateTime)]
    until: Option<String>,
}

/// Lists all titles as they were written, whoever may play them.
#[utoipa::path(
    get,
    path = "/v1/admin/titles",
    operation_id = "listWrittenTitles",
    tag = "administration",
    params(TitlesPart),
    security(("login" = [])),
    responses(
        (status = 200, description = "A page.", body = WrittenPage),
        (status = 422, description = "The query is not as it should be (`invalid`)."),
    )
)]
pub(super) async fn titles(
    State(app): State<Arc<App>>,
    _administrator: Administrator,
    part: Result<Query<TitlesPart>, QueryRejection>,
) -> Result<Answer<WrittenPage>, Refused> {
    let Query(part) = part.map_err(|problem| invalid(&problem.body_text()))?;
    let limit = limited(part.limit)?;
    if part.cursor.as_deref().is_some_and(|after| !is_title(after)) {
        return Err(invalid("`cursor` is none that a page gave"));
    }
    let page = Catalogue::page(&app.store, part.cursor.as_deref(), limit).await?;
    let next = page.last().filter(|_| page.len() == limit).map(|(id, _)| id.clone());
    let titles =
        page.into_iter().map(|(id, kept)| Written { id, etag: tag(kept.version), title: kept.title });
    Ok(Answer(WrittenPage { titles: titles.collect(), next }))
}

/// A title as it was written, with the tag that `if-match` takes.
#[utoipa::path(
    get,
    path = "/v1/admin/titles/{title}",
    operation_id = "getWrittenTitle",
    tag = "administration",
    params(Named, ("if-none-match" = Option<String>, Header, description = "Tags of writings that are known.")),
    security(("login" = [])),
    responses(
        (status = 200, description = "The title.", body = Title, headers(("etag" = String, description = "Of the last writing, for `if-match`."))),
        (status = 304, description = "It is what `if-none-match` names."),
        (status = 404, description = "Nobody wrote it (`unknown_title`)."),
    )
)]
pub(super) async fn title(
    State(app): State<Arc<App>>,
    _administrator: Administrator,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let stored = if is_title(&id) && id.len() <= LONGEST_KEY {
        Catalogue::stored(&app.store, &id).await?
    } else {
        None
    };
    let kept = stored.ok_or_else(|| Refused::new(UNKNOWN_TITLE))?;
    let tag = tag(kept.version);
    let mut response = if is_known(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Answer(kept.title).into_response()
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// Which policy is in force, where it is from, and since when.
#[utoipa::path(
    get,
    path = "/v1/admin/policies",
    operation_id = "getPolicy",
    tag = "administration",
    security(("login" = [])),
    responses((status = 200, description = "What is known of it.", body = PolicyInForce, headers(("etag" = String, description = "The policy's name, for `if-match`."))))
)]
pub(super) async fn policy(State(app): State<Arc<App>>, _administrator: Administrator) -> Response {
    let current = app.policies.current();
    let bundle = &current.bundle;
    let tag = HeaderValue::from_str(&format!("\"{}\"", bundle.name()));
    let known = PolicyInForce {
        policy: bundle.name(),
        from: current.from,
        since: current.since.map(moment),
        by: current.by.clone(),
        bytes: bundle.bytes().len(),
        grants: bundle.grants(),
        blackouts: bundle.blackouts(),
    };
    let mut response = Answer(known).into_response();
    if let Ok(tag) = tag {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// The policy bundle in force, whole: what `PUT /v1/admin/policies` takes.
#[utoipa::path(
    get,
    path = "/v1/admin/policies/bundle",
    operation_id = "getPolicyBundle",
    tag = "administration",
    security(("login" = [])),
    responses((status = 200, description = "The bundle.", content_type = "application/octet-stream", body = Vec<u8>))
)]
pub(super) async fn bundle(State(app): State<Arc<App>>, _administrator: Administrator) -> impl IntoResponse {
    let bytes = app.policies.bundle().bytes().to_vec();
    ([(header::CONTENT_TYPE, "application/octet-stream")], bytes)
}

/// Lists what is withdrawn.
#[utoipa::path(
    get,
    path = "/v1/admin/revocations",
    operation_id = "listRevocations",
    tag = "administration",
    params(RevocationsPart),
    security(("login" = [])),
    responses(
        (status = 200, description = "A page.", body = Withdrawn),
        (status = 422, description = "The query is not as it should be (`invalid`)."),
    )
)]
pub(super) async fn revocations(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    part: Result<Query<RevocationsPart>, QueryRejection>,
) -> Result<Answer<Withdrawn>, Refused> {
    let Query(part) = part.map_err(|problem| invalid(&problem.body_text()))?;
    let limit = limited(part.limit)?;
    let is_place =
        |after: &String| (1..=LONGEST_PLACE).contains(&after.chars().count()) && after.len() <= LONGEST_KEY;
    if part.cursor.as_ref().is_some_and(|after| !is_place(after)) {
        return Err(invalid("`cursor` is none that a page gave"));
    }
    let page = Withdrawals::page(&app.store, part.cursor.as_deref(), limit).await?;
    let next = page.last().filter(|_| page.len() == limit).map(|(key, _)| key.clone());
    let standing = page.into_iter().map(|(_, kept)| kept).filter(|kept| !kept.is_over(administrator.now));
    let revocations = standing.map(|kept| {
        let until = kept.ends().map(moment);
        Withdrawal { kind: kept.kind, id: kept.id, at: kept.at, until }
    });
    Ok(Answer(Withdrawn { revocations: revocations.collect(), next }))
}

fn limited(limit: Option<usize>) -> Result<usize, Refused> {
    let limit = limit.unwrap_or(50);
    if (1..=MOST).contains(&limit) { Ok(limit) } else { Err(invalid(&format!("`limit` is 1 to {MOST}"))) }
}

fn invalid(what: &str) -> Refused {
    Refused::new(INVALID).because(what)
}
