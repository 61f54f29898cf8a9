//! The origin API: catalogue, playback sessions, licences and keys. Everything that does input and output.

mod app;
mod catalogue;
pub mod config;
mod connections;
pub mod drm;
mod facts;
mod hand_out;
pub mod handle;
mod hex;
mod http;
mod keys;
#[cfg(feature = "lambda")]
mod lambda;
pub mod leases;
mod log;
pub mod logins;
mod marks;
mod metrics;
mod outward;
mod overview;
mod places;
mod playlists;
mod policies;
mod rates;
mod ready;
mod refusal;
mod secrets;
mod server;
mod stalled;
mod steady;
pub mod store;
pub mod vault;
mod vendor;
mod withdrawals;

pub use app::{App, StartError};
pub use http::openapi;
pub use overview::{LoginOverview, Overview, PolicyOverview, SecretOverview, SystemOverview, TenantOverview};
pub use refusal::Refused;
pub use server::{NotServed, Server, overview, serve};
