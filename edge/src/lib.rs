//! One viewer request in, one outcome out: what runs in Lambda@Edge and in Workers.
//!
//! The core is pure: the host tells the time, checks signatures, fetches keys and writes the log ([`Host`]). `REQUESTS.md`
//! beside this crate says exactly what becomes of a request.

mod answer;
pub mod countries;
mod credentials;
mod decision;
pub mod device;
mod digits;
mod edge;
pub mod facts;
mod headers;
mod holder;
mod host;
pub mod identity;
mod json;
mod late;
mod mint;
mod prepared;
mod problem;
mod record;
mod refusal;
mod request;
pub mod route;
#[cfg(feature = "settings")]
pub mod settings;
mod tokens;
pub mod withdrawn;

pub use answer::{Answer, Forward, Headers, Response, Wait};
pub use edge::{Edge, Parts};
pub use holder::SOME_LOGIN;
pub use host::Host;
pub use problem::Problem;
pub use refusal::Refusal;
pub use request::{Event, FIELDS, Field, Request};
pub use tokens::Delivery;
