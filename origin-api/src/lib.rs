//! The origin API: catalogue, playback sessions, licences and keys. Everything that does input and output.

pub mod drm;
pub mod store;
pub mod vault;
