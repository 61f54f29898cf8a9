//! Who asks.

/// What a viewer watches on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Device {
    /// A telephone.
    Mobile,
    /// A tablet.
    Tablet,
    /// A computer.
    Desktop,
    /// A television set.
    Tv,
    /// A game console.
    Console,
    /// Something that is cast to.
    Cast,
    /// Nobody knows.
    #[default]
    Unknown,
}

impl Device {
    /// Each with its name.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Mobile, "mobile"),
        (Self::Tablet, "tablet"),
        (Self::Desktop, "desktop"),
        (Self::Tv, "tv"),
        (Self::Console, "console"),
        (Self::Cast, "cast"),
        (Self::Unknown, "unknown"),
    ];

    /// The device of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find_map(|(device, its)| (its == name).then_some(device))
    }

    /// As policies write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find_map(|(device, name)| (device == self).then_some(name)).unwrap_or("unknown")
    }

    /// Its bit in [`Devices`].
    #[must_use]
    pub fn bit(self) -> u8 {
        1 << (self as u8)
    }
}
