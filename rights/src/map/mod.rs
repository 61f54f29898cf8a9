//! A world map of what may be watched where, as one SVG file that needs nothing else.
//!
//! It stays legible without colours: the shades differ in lightness and all but two have a texture. Every country says
//! in a tooltip what holds there. Text from policies is cleaned and escaped on its way in, and never overflows.

mod page;
mod shades;
mod survey;
#[cfg(test)]
mod tests;
mod text;
mod world;

pub use page::draw;
pub use survey::{Survey, survey};

/// What holds in a country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shade {
    /// The title may be played.
    Allowed,
    /// The window opens later.
    NotYet,
    /// The window has closed.
    Expired,
    /// A blackout hits what would be allowed.
    BlackedOut,
    /// The window is open, but not for this tier or this device.
    OtherTierOrDevice,
    /// Nothing was ever granted.
    Never,
}

/// One country of a sheet.
#[derive(Debug, Clone)]
pub struct Country<'a> {
    /// ISO 3166-1 alpha-2, in capitals. What is no such code is passed over; of a code's several the first counts.
    pub code: &'a str,
    /// What holds in most of it; this is what the legend counts.
    pub shade: Shade,
    /// What holds in a part of it, if that differs: the country is striped.
    pub mixed: Option<Shade>,
    /// The tooltip, one sentence without the country's name.
    pub says: String,
}

/// All that is drawn.
#[derive(Debug, Clone)]
pub struct Sheet<'a> {
    /// At the top, on two lines at most.
    pub title: &'a str,
    /// Below it, on two lines at most.
    pub subtitle: &'a str,
    /// At the bottom, on two lines at most.
    pub footnote: &'a str,
    /// What holds where; a country that is missing is drawn as [`Shade::Never`].
    pub countries: Vec<Country<'a>>,
    /// What holds for viewers whose country is not known, and a sentence on it, as a line of the legend.
    pub unknown_country: (Shade, String),
    /// Lines below the legend, of which only the first 24 are drawn, and the number of the others.
    pub exceptions: Vec<String>,
}
