//! Bodies arrive before the work on a request begins: who sends slowly must not take a place from those who do not.

use crate::refusal::{MALFORMED, Refused};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use http_body_util::BodyExt as _;
use hyper::body::Frame;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Waits for a request's body, or for more than so many bytes of it. What is larger goes on to its route,
/// which may take more, or refuses it.
///
/// # Errors
/// When the body breaks off, or is not framed as it should be.
pub(super) async fn arrived(request: Request, most: usize) -> Result<Request, Refused> {
    let (head, mut body) = request.into_parts();
    let announced = body.size_hint().lower();
    if body.is_end_stream() || usize::try_from(announced).map_or(true, |announced| announced > most) {
        return Ok(Request::from_parts(head, body));
    }
    // In one piece: frames of a byte must not take a hundred bytes of memory each.
    let mut bytes = Vec::new();
    while bytes.len() <= most {
        let Some(frame) = body.frame().await else {
            return Ok(Request::from_parts(head, Body::from(bytes)));
        };
        let frame = frame.map_err(|_| Refused::new(MALFORMED).because("the body ended too early"))?;
        // Nobody here reads trailers.
        if let Ok(data) = frame.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    Ok(Request::from_parts(head, Body::new(Arrived { bytes: Some(bytes.into()), rest: body })))
}

/// What has arrived, and what may follow.
struct Arrived {
    bytes: Option<Bytes>,
    rest: Body,
}

impl HttpBody for Arrived {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match self.bytes.take() {
            Some(data) => Poll::Ready(Some(Ok(Frame::data(data)))),
            None => Pin::new(&mut self.rest).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none() && self.rest.is_end_stream()
    }
}
