//! The origin of media: the files as they were packaged, and a channel that never stops. It protects nothing, for whatever reaches it was let through.

mod live;

use crate::front::files::{below, kind};
use crate::record::Record;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use live::Channels;
use std::path::PathBuf;
use std::sync::Arc;

struct Media {
    content: PathBuf,
    channels: Channels,
}

/// All routes.
pub(crate) fn router(address: &str, content: PathBuf, record: Arc<Record>) -> Result<Router, String> {
    let media = Arc::new(Media { channels: Channels::read(&content.join("live"))?, content });
    Ok(Router::new()
        .route("/vod/{*path}", get(film))
        .route("/live/{*path}", get(channel))
        .layer(from_fn_with_state(record, noted))
        .layer(from_fn_with_state(Arc::from(address), under_its_name))
        .with_state(media))
}

/// Only those who know the address: a page of the Internet could have its own name lead here.
async fn under_its_name(State(address): State<Arc<str>>, request: Request, next: Next) -> Response {
    let name = address.split_once("://").map(|(_, name)| name);
    let asked = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if asked.is_some() && asked == name {
        return next.run(request).await;
    }
    StatusCode::MISDIRECTED_REQUEST.into_response()
}

/// Tells when a request has come through the edge: so much did its decision take.
async fn noted(State(record): State<Arc<Record>>, request: Request, next: Next) -> Response {
    if let Some(id) = request.headers().get("cf-ray").and_then(|id| id.to_str().ok()) {
        record.reached(id);
    }
    next.run(request).await
}

async fn film(State(media): State<Arc<Media>>, Path(path): Path<String>) -> Response {
    below(&media.content.join("vod"), &path).into_response()
}

async fn channel(State(media): State<Arc<Media>>, Path(path): Path<String>) -> Response {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    match media.channels.file(&path, since) {
        Some(bytes) => ([(header::CONTENT_TYPE, kind(std::path::Path::new(&path)))], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
