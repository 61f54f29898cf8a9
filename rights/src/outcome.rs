//! What a decision says.

use crate::bundle::TierSet;

/// Seconds since 1970.
pub type Epoch = i64;

/// Text of a bundle: read when it is wanted, so that a decision whose words nobody reads does not fetch them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<'b>(&'b [u8]);

impl<'b> Text<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(self) -> &'b str {
        // The check at opening found all text to be UTF-8.
        core::str::from_utf8(self.0).unwrap_or_default()
    }
}

impl core::ops::Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl core::fmt::Display for Text<'_> {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Display::fmt(self.as_str(), out)
    }
}

impl core::fmt::Debug for Text<'_> {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Debug::fmt(self.as_str(), out)
    }
}

/// The answer to: may this viewer play this title, now?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<'b> {
    /// Yes, up to these limits.
    Allow(Allow<'b>),
    /// No, and why.
    Deny(Deny<'b>),
    /// Nobody can tell. To be treated as a refusal, and never in silence.
    CannotDecide(Fault),
}

/// What the grant that counts allows. Only a decision makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Allow<'b> {
    /// The grant, as `agreement/id`.
    pub rule: Text<'b>,
    /// When this ends, at the latest: the end of the grant, or the next blackout of this viewer.
    pub valid_until: Option<Epoch>,
    /// In lines; `None`: no cap.
    pub max_height: Option<u16>,
    /// At the same time; `None`: no limit.
    pub max_streams: Option<u16>,
    /// Whether only with DRM.
    pub drm: bool,
}

/// Why a viewer may not play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deny<'b> {
    /// In one word.
    pub reason: Reason,
    /// The rule that it is the reason of, as `agreement/id`; none where no rule speaks of the title.
    pub rule: Option<Text<'b>>,
    /// What the blackout wants said.
    pub message: Option<Text<'b>>,
    /// The first moment at which this viewer could play, as the rules stand.
    pub available_from: Option<Epoch>,
    /// With [`Reason::Tier`], the tiers that would do; else none.
    pub tiers: TierSet<'b>,
}

/// Why not, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// No grant speaks of the title.
    UnknownTitle,
    /// Nobody knows in which country the viewer is.
    TerritoryUnknown,
    /// Nobody knows in which part of the country the viewer is.
    RegionUnknown,
    /// Not there.
    Territory,
    /// Not yet.
    NotYet,
    /// Not any more.
    Expired,
    /// Not with this tier.
    Tier,
    /// Not on this device.
    Device,
    /// Not while the blackout lasts.
    Blackout,
}

impl Reason {
    /// Each, in the order of the language's reference.
    pub const ALL: [Self; 9] = [
        Self::UnknownTitle,
        Self::TerritoryUnknown,
        Self::RegionUnknown,
        Self::Territory,
        Self::NotYet,
        Self::Expired,
        Self::Tier,
        Self::Device,
        Self::Blackout,
    ];

    /// The code that people and scripts rely on.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownTitle => "unknown_title",
            Self::TerritoryUnknown => "territory_unknown",
            Self::RegionUnknown => "region_unknown",
            Self::Territory => "territory",
            Self::NotYet => "not_yet",
            Self::Expired => "expired",
            Self::Tier => "tier",
            Self::Device => "device",
            Self::Blackout => "blackout",
        }
    }
}

/// Why nobody can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The clock reads a time at which nobody asks: it was never set, or counts milliseconds.
    #[error(
        "the clock reads {0} seconds since 1970, which cannot be: seconds are wanted, not milliseconds, and a clock that is set"
    )]
    Clock(Epoch),
    /// The bundle contradicts itself, although its checksum fits: it was not written by this program.
    #[error("the policy bundle contradicts itself: build it again with `playgate policy build`")]
    Bundle,
}
