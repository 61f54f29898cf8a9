//! `playgate ingest`: any video into the catalogue. Its heights and a mobile ladder, cut into segments and encrypted with keys from the key
//! server, playlists, small pictures, and the catalogue's entry.
//!
//! The work is done by ffmpeg and Shaka Packager; this crate decides what they are asked, says what was wrong with a video, and puts what
//! they made into its place at once or not at all.

mod api;
mod catalogue;
mod cpix;
mod encode;
mod keys;
mod ladder;
mod order;
mod package;
mod pictures;
mod place;
mod playlists;
mod program;
mod progress;
mod reading;
mod run;
mod running;
mod source;
mod stop;
mod target;
mod tools;

pub use order::{IngestError, Order, Packager, Protection, Server, To};
pub use run::run;
