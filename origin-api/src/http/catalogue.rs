//! What a viewer could watch here and now.

use super::viewer::Visitor;
use crate::app::App;
use crate::catalogue::{Kept, Title};
use crate::refusal::{INVALID, Refused, UNKNOWN_TITLE, decision, moment};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rights::outcome::Reason;
use rights::title::is_title;
use rights::{Bundle, Outcome, Viewer, decide};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::ops::Bound;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The most titles on a page.
const MOST: usize = 200;

/// As many bytes as a title has in most answers.
const USUAL: usize = 1536;

/// How many titles are looked at for one page: a search for what is rare must not take the server's time.
const LOOKED_AT: usize = 50_000;

/// The most characters of a search.
const LONGEST_SEARCH: usize = 256;

/// The most words of a search.
const MOST_WORDS: usize = 16;

/// Which part of the catalogue.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Part {
    /// How many titles, 1 to 200.
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
    /// Words that have to be in the name or the id, at most 16.
    #[param(max_length = 256, pattern = r"^\s*(\S+(\s+\S+){0,15})?\s*$", example = "north sea")]
    q: Option<String>,
}

/// Which title.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code, reason = "it describes what is read otherwise")]
pub(super) struct Named {
    /// Its id; slashes may stand as they are, or as `%2F`.
    #[param(
        max_length = 512,
        pattern = r"^(?!\.{1,2}(/|$))[a-z0-9._-]+(/(?!\.{1,2}(/|$))[a-z0-9._-]+)*$",
        example = "acme/one"
    )]
    title: String,
}

/// A page of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "titles": [
        {
            "id": "acme/one", "name": "The North Sea", "live": false, "seconds": 5400,
            "renditions": [{"height": 1080, "bandwidth": 5_000_000, "codecs": "avc1.640028,mp4a.40.2"}],
            "artwork": [{"url": "https://images.example.com/acme/one.jpg", "role": "poster"}],
            "available_until": "2027-01-01T00:00:00Z"
        },
        {"id": "acme/two", "name": "The Baltic", "live": false, "available_from": "2026-12-24T18:00:00Z"}
    ],
    "next": "acme/two"
}))]
pub(super) struct Page<'t> {
    /// In the order of their ids.
    titles: Vec<Listed<'t>>,
    /// What to ask for the next page with, as `cursor`; null if there is none. A page can be short, and even empty, before the last.
    #[schema(required)]
    next: Option<String>,
}

/// A title, as viewers see it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Listed<'t> {
    /// Its id.
    id: &'t str,
    #[serde(flatten)]
    #[schema(inline)]
    title: &'t Title,
    /// From when on it can be played, if not yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, format = DateTime)]
    available_from: Option<String>,
    /// Until when it can be played, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, format = DateTime)]
    available_until: Option<String>,
}

/// A title, and what was decided about it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Shown<'t> {
    #[serde(flatten)]
    #[schema(inline)]
    listed: Listed<'t>,
    /// What was decided, in the words of `playgate policy explain --json`.
    #[schema(value_type = super::problem::Decision)]
    decision: Map<String, Value>,
}

/// Lists what could play for whoever asks, here and now, and what will soon.
#[utoipa::path(
    get,
    path = "/v1/catalog",
    operation_id = "listTitles",
    tag = "catalogue",
    params(Part, ("if-none-match" = Option<String>, Header, description = "Tags of answers that are known.")),
    security((), ("login" = [])),
    responses(
        (status = 200, description = "A page.", body = Page<'static>, headers(("etag" = String, description = "Of exactly this answer."))),
        (status = 304, description = "It is what `if-none-match` names."),
        (status = 422, description = "The query is not as it should be (`invalid`)."),
    )
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    part: Result<Query<Part>, QueryRejection>,
) -> Result<Response, Refused> {
    let invalid = |what: &str| Refused::new(INVALID).because(what);
    let Query(part) = part.map_err(|problem| invalid(&problem.body_text()))?;
    let limit = part.limit.unwrap_or(50);
    if !(1..=MOST).contains(&limit) {
        return Err(invalid(&format!("`limit` is 1 to {MOST}")));
    }
    let after = part.cursor;
    if after.as_deref().is_some_and(|after| !is_title(after)) {
        return Err(invalid("`cursor` is none that a page gave"));
    }
    let words = part.q.unwrap_or_default();
    // All titles are searched for all of them.
    if words.chars().count() > LONGEST_SEARCH || words.split_whitespace().count() > MOST_WORDS {
        return Err(invalid(&format!(
            "`q` is at most {MOST_WORDS} words of {LONGEST_SEARCH} characters together"
        )));
    }
    let words = words.to_lowercase();
    let words: Vec<_> = words.split_whitespace().collect();
    let bundle = app.policies.bundle();
    let facts = visitor.facts(&app, None, &bundle);
    let viewer = visitor.viewer(&facts);
    let titles = app.catalogue.titles();
    let from = after.as_ref().map_or(Bound::Unbounded, |after| Bound::Excluded(after.as_str()));
    let mut page = Page { titles: Vec::new(), next: None };
    for (looked_at, (id, kept)) in titles.range::<str, _>((from, Bound::Unbounded)).enumerate() {
        if page.titles.len() == limit || looked_at == LOOKED_AT {
            // The last that was looked at need not be on the page.
            let last = titles.range::<str, _>((from, Bound::Excluded(id.as_str()))).next_back();
            page.next = last.map(|(id, _)| id.clone());
            break;
        }
        if !words.iter().all(|word| kept.has(word)) {
            continue;
        }
        let outcome = decide(&bundle, &viewer, id, visitor.now);
        if let Some(listed) = listed(id, kept, &outcome).filter(|_| will_play(&bundle, &viewer, id, &outcome))
        {
            page.titles.push(listed);
        }
    }
    tagged(&page, (1 + page.titles.len()) * USUAL, &headers)
}

/// A title, if it could play for whoever asks, here and now, or will soon.
#[utoipa::path(
    get,
    path = "/v1/catalog/{title}",
    operation_id = "getTitle",
    tag = "catalogue",
    params(
        Named,
        ("if-none-match" = Option<String>, Header, description = "Tags of answers that are known."),
    ),
    security((), ("login" = [])),
    responses(
        (status = 200, description = "The title.", body = Shown<'static>, headers(("etag" = String, description = "Of exactly this answer."))),
        (status = 304, description = "It is what `if-none-match` names."),
        (status = 403, description = "The viewer's tier or device may not (`tier`, `device`), or not yet and also then not (`not_yet`)."),
        (status = 404, description = "There is no such title (`unknown_title`)."),
    )
)]
pub(super) async fn title(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let titles = app.catalogue.titles();
    let kept = titles.get(&id).ok_or_else(|| Refused::new(UNKNOWN_TITLE))?;
    let bundle = app.policies.bundle();
    let facts = visitor.facts(&app, None, &bundle);
    let viewer = visitor.viewer(&facts);
    let outcome = decide(&bundle, &viewer, &id, visitor.now);
    let listed = listed(&id, kept, &outcome).filter(|_| will_play(&bundle, &viewer, &id, &outcome));
    let Some(listed) = listed else {
        let refused = Refused::of_rights(&outcome, &bundle, visitor.account.is_some());
        return Err(refused.unwrap_or_else(|| Refused::new(UNKNOWN_TITLE)));
    };
    tagged(&Shown { listed, decision: decision(&outcome, &bundle) }, 2 * USUAL, &headers)
}

/// The version of a title as a tag.
pub(super) fn tag(version: u64) -> String {
    format!("\"{version:x}\"")
}

/// Whether what is announced will be for this viewer, and not only for other tiers or devices. It is asked about little: what
/// can be played now has been decided.
fn will_play(bundle: &Bundle<Vec<u8>>, viewer: &Viewer<'_>, id: &str, now: &Outcome<'_>) -> bool {
    let Outcome::Deny(deny) = now else { return true };
    deny.available_from.is_some_and(|then| matches!(decide(bundle, viewer, id, then), Outcome::Allow(_)))
}

fn listed<'t>(id: &'t str, kept: &'t Kept, outcome: &Outcome<'_>) -> Option<Listed<'t>> {
    let (available_from, available_until) = match outcome {
        Outcome::Allow(allow) => (None, allow.valid_until),
        Outcome::Deny(deny) if deny.reason == Reason::NotYet => (deny.available_from, None),
        Outcome::Deny(_) | Outcome::CannotDecide(_) => return None,
    };
    Some(Listed {
        id,
        title: &kept.title,
        available_from: available_from.map(moment),
        available_until: available_until.map(moment),
    })
}

/// Whether the answer with this tag is one that `if-none-match` names.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|tags| tags.to_str().ok());
    known
        .flat_map(|tags| tags.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// An answer with its tag, or the news that it is known; most have so many bytes.
fn tagged(answer: &impl Serialize, usual: usize, headers: &HeaderMap) -> Result<Response, Refused> {
    let mut body = Vec::with_capacity(usual);
    serde_json::to_writer(&mut body, answer)
        .map_err(|problem| Refused::new(crate::refusal::CANNOT_DECIDE).because(problem.to_string()))?;
    // A slow client keeps it for a while.
    body.shrink_to_fit();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &body);
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest.as_ref().get(..16).unwrap_or_default()));
    let mut response = if is_known(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    // Another viewer may get another answer.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.append(header::VARY, HeaderValue::from_static("authorization"));
    Ok(response)
}
