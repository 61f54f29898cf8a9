//! The page, the players and the artwork, from their folders.

use super::Front;
use super::answer::Problem;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use std::path::{Component, Path as FilePath};
use std::sync::Arc;

pub(super) async fn index(State(front): State<Arc<Front>>) -> Result<Response, Problem> {
    file(&front.folder.page().join("index.html"))
}

pub(super) async fn page(
    State(front): State<Arc<Front>>,
    Path(path): Path<String>,
) -> Result<Response, Problem> {
    below(&front.folder.page(), &path)
}

pub(super) async fn artwork(
    State(front): State<Arc<Front>>,
    Path(path): Path<String>,
) -> Result<Response, Problem> {
    below(&front.folder.content().join("artwork"), &path)
}

pub(super) async fn player(
    State(front): State<Arc<Front>>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let path = front.folder.player(&name).ok_or_else(|| absent(&name))?;
    file(&path)
}

pub(super) async fn nothing(uri: Uri) -> Problem {
    absent(uri.path())
}

/// A file below a folder, and never beside it.
pub(crate) fn below(folder: &FilePath, path: &str) -> Result<Response, Problem> {
    let is_plain = FilePath::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    if !is_plain || path.contains('\\') {
        return Err(absent(path));
    }
    file(&folder.join(path))
}

fn file(path: &FilePath) -> Result<Response, Problem> {
    let bytes =
        std::fs::read(path).map_err(|_| absent(&path.file_name().unwrap_or_default().to_string_lossy()))?;
    // While somebody works on the page a reload shows it as it is.
    let headers = [
        (header::CONTENT_TYPE, kind(path)),
        (header::CACHE_CONTROL, "no-cache"),
        // In another page's frame its buttons could be pressed by somebody who sees something else.
        (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
    ];
    Ok((headers, bytes).into_response())
}

fn absent(what: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "There is nothing at this address", format!("`{what}` is not here"))
}

/// The type of a file by its ending.
pub(crate) fn kind(path: &FilePath) -> &'static str {
    match path.extension().and_then(|ending| ending.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "m3u8" => "application/vnd.apple.mpegurl",
        "mp4" => "video/mp4",
        "m4s" => "video/iso.segment",
        "vtt" => "text/vtt; charset=utf-8",
        _ => "application/octet-stream",
    }
}
