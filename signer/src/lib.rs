//! Proof for the CDN: CloudFront policies and signatures, access tokens, HLS playlists.
//!
//! A pure library: it reads no clock, opens no socket and rolls no dice. Whoever calls it passes in the
//! time, the keys and the bytes, and so the same code runs natively, in Node and at the edge.
//!
//! | module | what it makes |
//! |---|---|
//! | [`cloudfront`] | policies, signed URLs and cookies, and the edge that checks them |
//! | [`keys`] | signatures, and checks of them |
//! | [`hls`] | playlists whose every URI carries the proof |
//! | [`token`] | access tokens (CTA-5007-B), minted and verified |

pub mod cloudfront;
pub mod hls;
pub mod keys;
mod moment;
pub mod token;

/// The README's Rust examples, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
