//! Who asks.

/// What is known of a viewer. Whoever fills it in answers for where each fact comes from: what a client says of
/// itself is no fact.
#[derive(Debug, Clone, Copy, Default)]
pub struct Viewer<'a> {
    /// ISO 3166-1 alpha-2, in capitals. Anything else counts as unknown.
    pub country: Option<&'a str>,
    /// ISO 3166-2, in capitals, such as `NO-03`. What is no code, or not in the country, counts as unknown.
    pub region: Option<&'a str>,
    /// As the login says it; none, empty and `anonymous` are a viewer who is not logged in.
    pub tier: Option<&'a str>,
    /// What they watch on.
    pub device: Device,
}

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

    /// Its bit in a set of devices.
    #[must_use]
    pub fn bit(self) -> u8 {
        1 << (self as u8)
    }
}
