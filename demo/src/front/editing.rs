//! What the licensing team does: writes a policy, sees what is wrong with it and what it would change, and puts it live. And what an
//! administrator does about a session.

use super::answer::{Problem, json_of};
use super::{Front, Live};
use crate::commands::{Draft, Files, Said};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use hyper::{Method, StatusCode};
use rights::Bundle;
use serde::Deserialize;
use serde_json::json;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

/// The file with the ids of all titles, for the check.
const LISTING: &str = "titles.txt";

/// The files of a policy, as the page sends them.
#[derive(Deserialize)]
pub(super) struct Written {
    files: Files,
    /// The policy that was live when they were looked at: they replace no other.
    on: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Withdrawn {
    session: String,
}

pub(super) async fn policy(State(front): State<Arc<Front>>) -> Response {
    let live = front.live();
    json_of(&json!({ "files": live.files, "policy": live.bundle.name() }))
}

pub(super) async fn check(
    State(front): State<Arc<Front>>,
    Json(written): Json<Written>,
) -> Result<Response, Problem> {
    let draft = Draft::write(front.world.path(), &written.files).map_err(Problem::invalid)?;
    // A rule for a title that there is not would be right, and for nothing.
    let titles = front.folder.titles_now().map_err(Problem::broken)?;
    let ids: Vec<_> = titles.iter().map(|entry| entry.id.as_str()).collect();
    let listing = ids.join("\n");
    let file = draft.folder().join(LISTING);
    std::fs::write(&file, &listing)
        .map_err(|problem| Problem::broken(format!("{}: {problem}", file.display())))?;
    let mut arguments = vec!["policy", "check", "policies", "--json"];
    if !listing.is_empty() {
        arguments.extend(["--catalogue", LISTING]);
    }
    let said = asked(&front, &draft, &arguments).await?;
    let mut json = said.json().map_err(Problem::broken)?;
    if said.holds
        && let Some(json) = json.as_object_mut()
    {
        let tests = asked(&front, &draft, &["policy", "test", "policies", "--json"]).await?;
        json.insert("tests".to_owned(), tests.json().map_err(Problem::broken)?);
    }
    Ok(json_of(&json))
}

pub(super) async fn diff(
    State(front): State<Arc<Front>>,
    Json(written): Json<Written>,
) -> Result<Response, Problem> {
    let draft = Draft::write(front.world.path(), &written.files).map_err(Problem::invalid)?;
    let live = front.live().folder.display().to_string();
    let said = asked(&front, &draft, &["policy", "diff", &live, "policies", "--json"]).await?;
    let mut json = said.json().map_err(Problem::broken)?;
    if !said.holds {
        return Err(mistakes(&json));
    }
    let words = asked(&front, &draft, &["policy", "diff", &live, "policies"]).await?;
    if let Some(json) = json.as_object_mut() {
        json.insert("text".to_owned(), words.stdout.into());
    }
    Ok(json_of(&json))
}

pub(super) async fn put(
    State(front): State<Arc<Front>>,
    Json(written): Json<Written>,
) -> Result<Response, Problem> {
    apply(front, written.files, written.on).await
}

pub(super) async fn reset(State(front): State<Arc<Front>>) -> Result<Response, Problem> {
    let files = front.world.first_policy.clone();
    apply(front, files, None).await
}

pub(super) async fn withdraw(
    State(front): State<Arc<Front>>,
    Json(withdrawn): Json<Withdrawn>,
) -> Result<Response, Problem> {
    let login = front.world.issuer.administrator(now()).map_err(Problem::broken)?;
    let body = json!({ "kind": "session", "id": withdrawn.session });
    front
        .origin
        .tell(Method::POST, "/v1/admin/revocations", &login, &body)
        .await
        .map_err(Problem::invalid)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// To its end, also if the page goes away in the middle: the API and the edge must not be left with two policies.
async fn apply(front: Arc<Front>, files: Files, on: Option<String>) -> Result<Response, Problem> {
    let done = tokio::spawn(async move { put_live(&front, files, on).await }).await;
    done.map_err(|problem| Problem::broken(problem.to_string()))?
}

async fn put_live(front: &Front, files: Files, on: Option<String>) -> Result<Response, Problem> {
    let _turn = front.editing.lock().await;
    if on.is_some_and(|on| on != front.live().bundle.name()) {
        let detail = "somebody else has put another policy live meanwhile; see what yours changes now, and apply it again";
        return Err(Problem::new(StatusCode::CONFLICT, "The policy is another one now", detail.to_owned()));
    }
    let begun = Instant::now();
    let draft = Draft::write(front.world.path(), &files).map_err(Problem::invalid)?;
    let checked = asked(front, &draft, &["policy", "check", "policies", "--json"]).await?;
    let json = checked.json().map_err(Problem::broken)?;
    if !checked.holds {
        return Err(mistakes(&json));
    }
    let built = asked(front, &draft, &["policy", "build", "policies", "-o", "rights.bundle"]).await?;
    if !built.holds {
        return Err(Problem::invalid(built.stderr));
    }
    let bytes = std::fs::read(draft.folder().join("rights.bundle"))
        .map_err(|problem| Problem::broken(problem.to_string()))?;
    let bundle = Bundle::open(bytes.clone()).map_err(|problem| Problem::broken(problem.to_string()))?;
    let building = begun.elapsed();

    // Before the API is told: an edge that cannot be built, as on a full disk, leaves both with the former policy.
    let begun = Instant::now();
    let folder = draft.folder().join("policies");
    let worker = front.edge.build(&front.world, &folder).await.map_err(Problem::broken)?;
    let edge = begun.elapsed();

    let begun = Instant::now();
    let login = front.world.issuer.administrator(now()).map_err(Problem::broken)?;
    let path = "/v1/admin/policies";
    let (status, answer) = front
        .origin
        .ask(Method::PUT, path, Some(&login), "application/octet-stream", bytes)
        .await
        .map_err(Problem::broken)?;
    if !status.is_success() {
        return Err(Problem::broken(format!("PUT {path}: {status}: {}", String::from_utf8_lossy(&answer))));
    }
    let api = begun.elapsed();

    front.edge.change(worker);
    let name = bundle.name();
    let live = Live { folder, files, bundle, _draft: Some(draft) };
    *front.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(live);
    front.record.policy(&name);
    let milliseconds =
        json!({ "build": building.as_millis(), "api": api.as_millis(), "edge": edge.as_millis() });
    Ok(json_of(&json!({ "policy": name, "milliseconds": milliseconds })))
}

fn mistakes(said: &serde_json::Value) -> Problem {
    Problem::invalid("the policy has mistakes; nothing was changed").with(said)
}

async fn asked(front: &Front, draft: &Draft, arguments: &[&str]) -> Result<Said, Problem> {
    front.playgate.ask(draft.folder(), arguments).await.map_err(Problem::broken)
}

/// The time, in epoch seconds.
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or_default()
}
