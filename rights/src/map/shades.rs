//! How each shade looks. Colours that the colour-blind tell apart, in falling lightness, with a texture where it helps.

use super::Shade;
use core::fmt;

impl Shade {
    /// In the order of the legend.
    pub(super) const ALL: [Self; 6] =
        [Self::Allowed, Self::NotYet, Self::Expired, Self::BlackedOut, Self::OtherTierOrDevice, Self::Never];

    /// As the legend calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Allowed => "Allowed",
            Self::NotYet => "Not yet",
            Self::Expired => "Expired",
            Self::BlackedOut => "Blacked out",
            Self::OtherTierOrDevice => "Other tier or device",
            Self::Never => "Never",
        }
    }

    /// As it is called inside a sentence and in an id.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::NotYet => "not-yet",
            Self::Expired => "expired",
            Self::BlackedOut => "blacked-out",
            Self::OtherTierOrDevice => "other-tier-or-device",
            Self::Never => "never",
        }
    }

    /// Whether the legend has it even if no country does.
    pub(super) fn is_always_in_legend(self) -> bool {
        self != Self::OtherTierOrDevice
    }

    /// Its colour without the texture.
    pub(super) fn colour(self) -> &'static str {
        match self {
            Self::Allowed => "#0b6e54",
            Self::NotYet => "#8ec5ea",
            Self::Expired => "#d89b3f",
            Self::BlackedOut => "#20222e",
            Self::OtherTierOrDevice => "#9a6fc0",
            Self::Never => "#d0d6de",
        }
    }

    /// What is drawn over the colour, in a square of twelve.
    fn texture(self) -> &'static str {
        match self {
            Self::Allowed | Self::Never => "",
            Self::NotYet => {
                r##"<path d="M0 12 12 0M-3 3 3-3M9 15 15 9" stroke="#5d9fcf" stroke-width="2"/>"##
            }
            Self::Expired => {
                r##"<path d="M0 0 12 12M-3 9 3 15M9-3 15 3" stroke="#a86d16" stroke-width="2"/>"##
            }
            Self::BlackedOut => r##"<path d="M0 12 12 0M0 0 12 12" stroke="#6d7285" stroke-width="1.4"/>"##,
            Self::OtherTierOrDevice => r##"<circle cx="6" cy="6" r="2.4" fill="#d9c4ec"/>"##,
        }
    }
}

/// A shade, and the one of a part that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fill {
    pub(super) shade: Shade,
    pub(super) mixed: Option<Shade>,
}

impl Fill {
    /// A part that is like the rest is none.
    pub(super) fn new(shade: Shade, mixed: Option<Shade>) -> Self {
        Self { shade, mixed: mixed.filter(|mixed| *mixed != shade) }
    }

    /// The definition that [`Fill`]'s reference needs; empty if it needs none.
    pub(super) fn definition(self) -> String {
        let colour = self.shade.colour();
        let (side, inside) = match self.mixed {
            Some(mixed) => (18, stripes(mixed.colour())),
            None if self.shade.texture().is_empty() => return String::new(),
            None => (12, self.shade.texture().to_owned()),
        };
        format!(
            "<pattern id=\"{}\" width=\"{side}\" height=\"{side}\" patternUnits=\"userSpaceOnUse\">\
             <rect width=\"{side}\" height=\"{side}\" fill=\"{colour}\"/>{inside}</pattern>\n",
            self.id()
        )
    }

    fn id(self) -> String {
        match self.mixed {
            Some(mixed) => format!("playgate-{}-and-{}", self.shade.id(), mixed.id()),
            None => format!("playgate-{}", self.shade.id()),
        }
    }
}

/// The value of the attribute `fill`.
impl fmt::Display for Fill {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mixed.is_none() && self.shade.texture().is_empty() {
            formatter.write_str(self.shade.colour())
        } else {
            write!(formatter, "url(#{})", self.id())
        }
    }
}

/// Broad stripes in a square of eighteen, with a light edge, so that two dark colours do not become one.
fn stripes(colour: &str) -> String {
    let stripe = |colour: &str, width: &str| {
        format!(r#"<path d="M0 18 18 0M-9 9 9-9M9 27 27 9" stroke="{colour}" stroke-width="{width}"/>"#)
    };
    stripe("#ffffff", "7.4") + &stripe(colour, "5")
}
