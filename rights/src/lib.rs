//! What may be watched: the policy language, its compiler, and the decision.
//!
//! The language is written down in `LANGUAGE.md` beside this crate. Everything here is pure: no clock, no files, no
//! network. Without the feature `language` the crate is `no_std` and holds only what decides.
#![cfg_attr(not(feature = "language"), no_std)]

extern crate alloc;

pub mod bundle;
mod decide;
pub mod outcome;
pub mod title;
pub mod viewer;

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
pub mod places;
#[cfg(feature = "language")]
mod reach;
#[cfg(feature = "language")]
pub mod warnings;

pub use bundle::Bundle;
#[cfg(feature = "language")]
pub use compile::{TooLarge, compile};
pub use decide::decide;
pub use outcome::Outcome;
pub use viewer::Viewer;
