//! What may be watched: the policy language, its compiler, and the decision.
//!
//! The language is written down in `LANGUAGE.md` beside this crate. Everything here is pure: no clock, no files, no
//! network. Without the feature `language` the crate is `no_std` and holds only what decides.
#![cfg_attr(not(feature = "language"), no_std)]

extern crate alloc;

#[cfg(feature = "language")]
pub mod map;
#[cfg(feature = "language")]
pub mod model;
#[cfg(feature = "language")]
pub mod places;
pub mod title;
pub mod viewer;
