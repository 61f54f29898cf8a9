//! A policy folder that was read without an error: what its rules say, in types that cannot be wrong.

mod sets;
mod titles;

pub use sets::{Devices, Tiers};
pub use titles::{Pattern, Titles};

use crate::places::{Area, Place};
use crate::problem::Problem;
use crate::viewer::Device;
use core::cmp::Ordering;
use std::rc::Rc;

pub use crate::outcome::Epoch;
pub use crate::problem::Spot;

/// All files of a folder, read and found free of errors.
#[derive(Debug, Default)]
pub struct Policy {
    /// Every grant, in no particular order.
    pub grants: Vec<Grant>,
    /// Every blackout, in no particular order.
    pub blackouts: Vec<Blackout>,
    /// The policy's own tests, in the order of files and lines.
    pub expectations: Vec<Expectation>,
    /// Every group, with what it stands for.
    pub groups: Vec<Group>,
    /// What is no error and hardly meant.
    pub warnings: Vec<Problem>,
}

/// From `from` up to, but not at, `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// The first second inside.
    pub from: Epoch,
    /// The first second behind it; `None`: it never closes.
    pub until: Option<Epoch>,
}

impl Window {
    /// Whether the moment lies inside.
    #[must_use]
    pub fn contains(&self, at: Epoch) -> bool {
        self.from <= at && !self.ended(at)
    }

    /// Whether it has closed by then.
    #[must_use]
    pub fn ended(&self, at: Epoch) -> bool {
        self.until.is_some_and(|until| until <= at)
    }
}

/// What a matching grant allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Caps {
    /// In lines; `None`: no cap.
    pub max_height: Option<u16>,
    /// At the same time; `None`: no limit.
    pub max_streams: Option<u16>,
    /// Whether only with DRM.
    pub drm: bool,
}

/// Who may play.
#[derive(Debug, Clone)]
pub struct Grant {
    /// `agreement/id`.
    pub id: String,
    /// What.
    pub titles: Titles,
    /// Where; equal areas are shared.
    pub territories: Rc<Area>,
    /// When.
    pub window: Window,
    /// Which viewers.
    pub tiers: Tiers,
    /// On what.
    pub devices: Devices,
    /// Up to what.
    pub caps: Caps,
    /// Where its `id` stands.
    pub spot: Spot,
}

impl Grant {
    /// Of several that match, the smallest in this order counts.
    #[must_use]
    pub fn before(&self, other: &Self) -> Ordering {
        fn open_is_highest<T: Ord>(mine: Option<T>, theirs: Option<T>) -> Ordering {
            match (mine, theirs) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Less,
                (Some(_), None) => Ordering::Greater,
                (Some(mine), Some(theirs)) => theirs.cmp(&mine),
            }
        }
        open_is_highest(self.caps.max_height, other.caps.max_height)
            .then_with(|| open_is_highest(self.caps.max_streams, other.caps.max_streams))
            .then_with(|| open_is_highest(self.window.until, other.window.until))
            .then_with(|| self.id.cmp(&other.id))
    }
}

/// When nobody may.
#[derive(Debug, Clone)]
pub struct Blackout {
    /// `agreement/id`.
    pub id: String,
    /// What.
    pub titles: Titles,
    /// Where; equal areas are shared.
    pub territories: Rc<Area>,
    /// When.
    pub window: Window,
    /// What the viewer is told.
    pub message: Option<String>,
    /// Where its `id` stands.
    pub spot: Spot,
}

/// A name for a set of places.
#[derive(Debug, Clone)]
pub struct Group {
    /// As it is written in lists.
    pub name: String,
    /// What it stands for.
    pub area: Rc<Area>,
    /// Whether any rule uses it, directly or through another group.
    pub used: bool,
    /// Whether it stands in `groups.toml` and so is for all files.
    pub shared: bool,
    /// Where its name stands.
    pub spot: Spot,
}

/// One of the policy's own tests.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// Who asks for what.
    pub title: String,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// ISO 3166-2.
    pub region: Option<String>,
    /// As the login says it.
    pub tier: Option<String>,
    /// On what.
    pub device: Device,
    /// When.
    pub at: Epoch,
    /// `allow` or a reason code.
    pub outcome: String,
    /// What else must hold; `None`: not looked at.
    pub rule: Option<String>,
    /// See `rule`.
    pub valid_until: Option<Epoch>,
    /// See `rule`.
    pub available_from: Option<Epoch>,
    /// See `rule`.
    pub max_height: Option<u16>,
    /// See `rule`.
    pub max_streams: Option<u16>,
    /// See `rule`.
    pub drm: Option<bool>,
    /// Where it stands.
    pub spot: Spot,
}

impl Expectation {
    /// Where the viewer is, as far as the test says.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::of_viewer(self.country.as_deref(), self.region.as_deref())
    }
}
