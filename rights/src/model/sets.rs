//! Sets of tiers and of devices.

use crate::viewer::Device;
use std::collections::BTreeSet;

/// A set of devices, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Devices(pub u8);

impl Devices {
    /// Any.
    pub const ANY: Self = Self(0x7f);

    /// Whether the device is one of them.
    #[must_use]
    pub fn contains(self, device: Device) -> bool {
        self.0 & device.bit() != 0
    }
}

/// A list of tiers: names, everything else that is logged in, and those who are not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tiers {
    /// Whether `*` stands in the list: any login but the `except`ed.
    pub any_login: bool,
    /// Names in the list; `anonymous` is not among them.
    pub named: BTreeSet<String>,
    /// Names that are excluded; `anonymous` is not among them.
    pub except: BTreeSet<String>,
    /// Whether `anonymous` is named and not excluded.
    pub anonymous: bool,
}

impl Tiers {
    /// Whether a viewer of this tier is meant; `None` and `anonymous` are viewers who are not logged in.
    #[must_use]
    pub fn contains(&self, tier: Option<&str>) -> bool {
        match tier {
            None | Some("anonymous" | "") => self.anonymous,
            Some(tier) => (self.any_login || self.named.contains(tier)) && !self.except.contains(tier),
        }
    }
}
