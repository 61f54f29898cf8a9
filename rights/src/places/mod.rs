//! Places: the world, its countries and their subdivisions, as ISO 3166 names them, and sets of them.
//!
//! The data come from `data/iso-3166.tsv`, which `scripts/iso-3166` makes.

mod area;
mod bits;
mod names;
mod points;
mod suggest;
mod table;
mod twins;

pub use area::Area;
pub use points::Points;
pub use suggest::{Suggestion, suggest};

use core::iter::successors;
use table::{TABLE, THE_WORLD};

/// A place: the world, a country, or a subdivision; also what is known of where a viewer is.
///
/// Each is a number: the world is 0, and every place is directly followed by all that lies in it. So what lies in a
/// place is a range, from its [`index`](Self::index) up to its [`end`](Self::end).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(u16);

impl Place {
    /// The root of the tree; of a viewer: nobody knows which country.
    pub const WORLD: Self = Self(0);

    /// The country or subdivision of exactly this code: `NO`, `NO-03`, in capitals.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        TABLE.find(code).map(Self)
    }

    /// The country of exactly this code; a subdivision's is none.
    #[must_use]
    pub fn country(code: &str) -> Option<Self> {
        Self::parse(code).filter(|place| place.is_country())
    }

    /// Where a viewer is, as far as these codes tell: what is no code, or contradicts itself, counts as unknown.
    #[must_use]
    pub fn of_viewer(country: Option<&str>, region: Option<&str>) -> Self {
        let Some(country) = country.and_then(Self::country) else { return Self::WORLD };
        region.and_then(Self::parse).filter(|region| country.encloses(*region)).unwrap_or(country)
    }

    /// Its ISO 3166 code; `*` for the world.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().code
    }

    /// What people call it: a country in English, a subdivision as ISO 3166-2 has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Its name as it stands after "in": with an article where English wants one.
    #[must_use]
    pub fn name_in_sentence(self) -> String {
        let name = self.name();
        if table::TAKES_ARTICLE.contains(&self.code()) { format!("the {name}") } else { name.to_owned() }
    }

    /// Its number.
    #[must_use]
    pub fn index(self) -> u16 {
        self.0
    }

    /// The place of that number.
    #[must_use]
    pub fn from_index(index: u16) -> Option<Self> {
        (index < Self::count()).then_some(Self(index))
    }

    /// The first number behind all that lies in it.
    #[must_use]
    pub fn end(self) -> u16 {
        self.row().end
    }

    /// How many there are, the world among them.
    #[must_use]
    pub fn count() -> u16 {
        TABLE.count()
    }

    /// Whether the other is this place or lies in it.
    #[must_use]
    pub fn encloses(self, other: Self) -> bool {
        (self.0..self.end()).contains(&other.0)
    }

    /// What it lies in directly; the world lies in nothing.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        (self != Self::WORLD).then_some(Self(self.row().parent))
    }

    /// What it lies in, from the nearest up to the world.
    pub fn ancestors(self) -> impl Iterator<Item = Self> {
        successors(self.parent(), |place| place.parent())
    }

    /// What lies directly in it.
    pub fn children(self) -> impl Iterator<Item = Self> {
        let end = self.end();
        let within = move |index: u16| (index < end).then_some(Self(index));
        successors(within(self.0 + 1), move |child| within(child.end()))
    }

    /// Whether anything lies in it.
    #[must_use]
    pub fn is_leaf(self) -> bool {
        self.end() == self.0 + 1
    }

    /// Whether it is a country.
    #[must_use]
    pub fn is_country(self) -> bool {
        self.parent() == Some(Self::WORLD)
    }

    /// The country that it is or lies in; the world lies in none.
    #[must_use]
    pub fn country_of(self) -> Option<Self> {
        if self.is_country() { Some(self) } else { self.ancestors().find(|place| place.is_country()) }
    }

    /// Every country, in the order of their codes.
    pub fn countries() -> impl Iterator<Item = Self> {
        Self::WORLD.children()
    }

    /// Every place, the world first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::count()).map(Self)
    }

    /// Other codes and names that it goes by.
    fn other_names(self) -> impl Iterator<Item = &'static str> {
        self.row().others.split(';').filter(|name| !name.is_empty())
    }

    fn row(self) -> &'static table::Row {
        TABLE.row(self.0).unwrap_or(&THE_WORLD)
    }
}

#[cfg(test)]
mod tests;
