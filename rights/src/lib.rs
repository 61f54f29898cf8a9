//! What may be watched: the policy language, its compiler, and the decision.
//!
//! The language is written down in `LANGUAGE.md` beside this crate. Everything here is pure: no clock, no files, no
//! network. Without the feature `language` the crate is `no_std` and holds only what decides:
//!
//! ```
//! use rights::viewer::Device;
//! use rights::{Bundle, BundleError, Outcome, Viewer, decide};
//!
//! fn lines(bundle: &[u8], now: i64) -> Result<Option<u16>, BundleError> {
//!     let bundle = Bundle::open(bundle)?;
//!     let viewer = Viewer { country: Some("NO"), region: None, tier: Some("premium"), device: Device::Tv };
//!     Ok(match decide(&bundle, &viewer, "acme/one", now) {
//!         Outcome::Allow(allow) => Some(allow.max_height.unwrap_or(u16::MAX)),
//!         Outcome::Deny(_) | Outcome::CannotDecide(_) => None,
//!     })
//! }
//! # let policy = rights::language::read(&[rights::language::SourceFile {
//! #     path: "a.toml",
//! #     text: b"schema = 1\nagreement = \"a\"\n[[grant]]\nid = \"g\"\ntitles = [\"acme/*\"]\nterritories = [\"NO\"]\n\
//! #         from = 2026-01-01T00:00:00Z\ntiers = [\"premium\"]\nmax_height = 1080\n",
//! # }]).unwrap();
//! # let bundle = rights::compile(&policy).unwrap();
//! # assert_eq!(lines(&bundle, 1_780_000_000), Ok(Some(1080)));
//! # assert_eq!(lines(&bundle, 1_700_000_000), Ok(None));
//! # assert_eq!(lines(&bundle[1..], 1_780_000_000), Err(BundleError::NotABundle));
//! ```
#![cfg_attr(not(feature = "language"), no_std)]

extern crate alloc;

pub mod bundle;
mod decide;
pub mod moment;
pub mod outcome;
pub mod title;
pub mod viewer;
pub mod vocabulary;

#[cfg(feature = "language")]
mod compile;
#[cfg(feature = "language")]
pub mod diff;
#[cfg(feature = "language")]
pub mod expectations;
#[cfg(feature = "language")]
pub mod explain;
#[cfg(feature = "language")]
pub mod language;
#[cfg(feature = "language")]
pub mod map;
#[cfg(feature = "language")]
pub mod model;
#[cfg(feature = "language")]
pub mod nearest;
#[cfg(feature = "language")]
pub mod places;
#[cfg(feature = "language")]
pub mod problem;
#[cfg(feature = "language")]
mod reach;
#[cfg(feature = "language")]
pub mod warnings;

pub use bundle::{Bundle, BundleError};
#[cfg(feature = "language")]
pub use compile::{TooLarge, compile};
pub use decide::decide;
pub use outcome::Outcome;
pub use viewer::Viewer;
