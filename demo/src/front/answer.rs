//! Answers of the demo itself, which players never see.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// What the page is told when something cannot be done.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    body: Value,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, title: &str, detail: impl Into<String>) -> Self {
        Self { status, body: json!({ "title": title, "status": status.as_u16(), "detail": detail.into() }) }
    }

    /// What was sent cannot be used.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "This cannot be taken as it is", detail)
    }

    /// Something of the demo does not work.
    pub(crate) fn broken(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, "The demo cannot do this at the moment", detail)
    }

    /// The same with what a command said.
    pub(crate) fn with(mut self, said: &Value) -> Self {
        if let (Some(body), Some(said)) = (self.body.as_object_mut(), said.as_object()) {
            body.extend(said.clone());
        }
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let headers =
            [(header::CONTENT_TYPE, "application/problem+json"), (header::CACHE_CONTROL, "no-store")];
        (self.status, headers, self.body.to_string()).into_response()
    }
}

/// JSON that no cache keeps.
pub(crate) fn json_of(value: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], value.to_string())
        .into_response()
}
