//! `playgate demo`: everything on one machine. The origin API as `playgate serve` runs it, the edge as `playgate edge build` makes it for
//! Workers, in workerd; a small catalogue with media of its own; and a page with real players, on one address.
//!
//! Nothing here decides anything. This crate stands for what is around Playgate in production: the CDN that knows where viewers are, the
//! issuer of their logins, the origin of media, and the people who edit policies.

mod commands;
mod edge;
mod folder;
mod front;
mod issuer;
mod keeper;
mod media;
mod needed;
mod once;
mod origin;
mod record;
mod start;
mod timeline;
mod viewer;
mod world;

pub use folder::Folder;
pub use once::Report;
pub use start::{DemoError, Options, once, run};
