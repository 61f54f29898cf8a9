//! How much of answers may wait at once for clients to take it.
//!
//! Who takes slowly what is large keeps it in memory meanwhile, and a few hundred of them would keep all of it. So large answers share
//! a budget, and are refused as under any other load when it is used up. Small ones always go out: those are what players need.

use crate::app::App;
use crate::metrics::count;
use crate::refusal::{OVERLOADED, Refused};
use axum::body::{Body, Bytes, HttpBody as _};
use axum::response::{IntoResponse as _, Response};
use http_body_util::BodyExt as _;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What is no larger is small: a usual page of the catalogue, a licence, a playlist.
const SMALL: u64 = 64 * 1024;

/// What a permit stands for, in bytes.
const UNIT: u64 = 1024;

/// The budget.
#[derive(Clone)]
pub(super) struct Unsent(Arc<Semaphore>);

/// An answer's bytes, which give their share back when the last of them is sent or nobody wants them any more.
struct Held {
    bytes: Bytes,
    _share: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Unsent {
    pub(super) fn new(bytes: usize) -> Self {
        let units = bytes / usize::try_from(UNIT).unwrap_or(1);
        Self(Arc::new(Semaphore::new(units.min(Semaphore::MAX_PERMITS))))
    }

    /// The answer, if there is room for it to wait.
    pub(super) async fn within(&self, app: &App, answer: Response) -> Response {
        let Some(size) = answer.body().size_hint().exact().filter(|size| *size > SMALL) else {
            return answer;
        };
        let units = u32::try_from(size.div_ceil(UNIT)).unwrap_or(u32::MAX);
        let Ok(share) = Arc::clone(&self.0).try_acquire_many_owned(units) else {
            count(&app.metrics.shed);
            return Refused::new(OVERLOADED).retry_after(1).into_response();
        };
        let (parts, body) = answer.into_parts();
        // It is whole in memory, or its size would not be known.
        let Ok(whole) = body.collect().await else { return Response::from_parts(parts, Body::empty()) };
        let held = Held { bytes: whole.to_bytes(), _share: share };
        Response::from_parts(parts, Body::from(Bytes::from_owner(held)))
    }
}
