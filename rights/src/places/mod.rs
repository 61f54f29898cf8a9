//! Places: the world, its countries and their subdivisions, as ISO 3166 names them, and sets of them.

mod area;

pub use area::Area;

/// A place: the world, a country, or a subdivision; also what is known of where a viewer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(u16);

impl Place {
    /// The root of the tree; of a viewer: nobody knows which country.
    pub const WORLD: Self = Self(0);

    /// Where a viewer is, as far as these codes tell: what is no code, or contradicts itself, counts as unknown.
    #[must_use]
    pub fn of_viewer(_country: Option<&str>, _region: Option<&str>) -> Self {
        Self::WORLD
    }
}
