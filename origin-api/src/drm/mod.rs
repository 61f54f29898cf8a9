//! Content keys and what protection systems need to know about them.
//!
//! A packager asks for keys with a CPIX document ([`speke`]) and gets them back with the boxes ([`pssh`], [`widevine`],
//! [`playready`]) and playlist lines ([`hls`]) of the systems that it named. A player asks for a licence: with JSON of ours
//! to answer ([`clearkey`]), or with a message for a vendor, from which only the key ids are read ([`challenge`]).
//!
//! Everything here takes bytes and gives bytes. Nothing reads a clock, a store or a network.

pub mod challenge;
pub mod clearkey;
pub mod hls;
pub mod key;
pub mod key_id;
pub mod playready;
pub mod protobuf;
pub mod pssh;
pub mod scheme;
pub mod speke;
pub mod widevine;
pub mod xml;

pub use key::{ContentKey, Iv, MediaKey, NoRandomness};
pub use key_id::{KeyId, KeyIdError};
pub use scheme::{Scheme, System};

/// The user's text as an error shows it: short, on one line, in backticks.
fn quoted(text: &str) -> String {
    const LONGEST: usize = 64;
    let shown: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    let more = if text.chars().count() > LONGEST { ".." } else { "" };
    format!("`{shown}{more}`")
}
