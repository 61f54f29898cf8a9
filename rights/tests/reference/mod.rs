//! A second reading of `LANGUAGE.md`: an evaluator of policies that is as plain as its sentences.
//!
//! It shares nothing with the crate: policies are lists of texts as a file has them, places are a map from a code to what
//! encloses it, and every decision walks every rule. What the engine answers is held against this.
//!
//! ```text
//! let tree = random::tree();
//! let policy = random::random_policy(&mut rng);
//! for (path, text) in to_toml::to_toml(&policy) { .. }
//! for viewer in random::random_viewers(&mut rng, &policy) { let outcome = decide(&policy, &tree, &viewer); .. }
//! ```
#![allow(dead_code, unused_imports, reason = "no one test uses all of it")]

mod decide;
mod from_toml;
mod lists;
mod places;
pub(crate) mod random;
mod rng;
mod titles;
mod to_toml;

pub(crate) use decide::decide;
pub(crate) use from_toml::from_toml;
pub(crate) use rng::Rng;
pub(crate) use to_toml::{time, to_toml};

use std::collections::HashMap;

/// Every code that there is, with the code that encloses it; a country's is `*`.
pub(crate) type Tree = HashMap<String, String>;

/// A policy folder as it is written: groups for all files, and rules whose id begins with their agreement's name.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Policy {
    pub(crate) groups: Vec<(String, Vec<String>)>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) blackouts: Vec<Blackout>,
}

/// A `[[grant]]`; what is left out is `None`, and `drm` then is false.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Grant {
    /// `agreement/id`.
    pub(crate) id: String,
    pub(crate) titles: Vec<String>,
    pub(crate) territories: Vec<String>,
    pub(crate) from: i64,
    pub(crate) until: Option<i64>,
    pub(crate) tiers: Vec<String>,
    pub(crate) devices: Option<Vec<String>>,
    pub(crate) max_height: Option<u16>,
    pub(crate) max_streams: Option<u16>,
    pub(crate) drm: bool,
}

/// A `[[blackout]]`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Blackout {
    /// `agreement/id`.
    pub(crate) id: String,
    pub(crate) titles: Vec<String>,
    pub(crate) territories: Vec<String>,
    pub(crate) from: i64,
    pub(crate) until: Option<i64>,
    pub(crate) message: Option<String>,
}

/// Who asks for what, when; `None` is left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Viewer {
    pub(crate) title: String,
    pub(crate) country: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) tier: Option<String>,
    pub(crate) device: Option<String>,
    pub(crate) at: i64,
}

/// What comes out. Rules are `agreement/id`, times epoch seconds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Allow {
        rule: String,
        valid_until: Option<i64>,
        max_height: Option<u16>,
        max_streams: Option<u16>,
        drm: bool,
    },
    Deny {
        reason: &'static str,
        rule: Option<String>,
        message: Option<String>,
        available_from: Option<i64>,
        /// Of the reason `tier`: `*`, then names in order, then what is excluded in order. Its order says nothing.
        tiers: Option<Vec<String>>,
    },
}
