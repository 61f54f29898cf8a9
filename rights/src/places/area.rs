//! Sets of places, for viewers of whom not everything is known.

use super::Place;
use super::bits::Bits;

/// The places that a list of territories stands for: for each place a viewer may be known to be at, whether the list
/// certainly and whether it possibly contains them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Area {
    certain: Bits,
    possible: Bits,
}

impl Area {
    /// Contains nobody.
    #[must_use]
    pub fn none() -> Self {
        Self { certain: Bits::none(), possible: Bits::none() }
    }

    /// Certainly contains everybody, also those of whom nobody knows where they are: `*`.
    #[must_use]
    pub fn everywhere() -> Self {
        Self::of(Place::WORLD)
    }

    /// Certainly contains whoever is at the place or in it, possibly whoever is known to be in something around it.
    #[must_use]
    pub fn of(place: Place) -> Self {
        let mut certain = Bits::none();
        certain.insert_all_in(place);
        let mut possible = certain.clone();
        place.ancestors().for_each(|ancestor| possible.insert(ancestor));
        Self { certain, possible }
    }

    /// What a list stands for: certainly whoever is certainly included and not possibly excluded, possibly whoever is
    /// possibly included and not certainly excluded.
    #[must_use]
    pub fn list<'a>(
        includes: impl IntoIterator<Item = &'a Self>,
        excludes: impl IntoIterator<Item = &'a Self>,
    ) -> Self {
        let mut area = Self::none();
        includes.into_iter().for_each(|included| area.union(included));
        for excluded in excludes {
            area.certain.remove(&excluded.possible);
            area.possible.remove(&excluded.certain);
        }
        area
    }

    /// Adds what the other contains, certainly or possibly.
    pub fn union(&mut self, other: &Self) {
        self.certain.add(&other.certain);
        self.possible.add(&other.possible);
    }

    /// Whether a viewer of whom this place is known is certainly in it: what a grant needs.
    #[must_use]
    pub fn certainly(&self, viewer: Place) -> bool {
        self.certain.contains(viewer)
    }

    /// Whether a viewer of whom this place is known may be in it: what suffices for a blackout.
    #[must_use]
    pub fn possibly(&self, viewer: Place) -> bool {
        self.possible.contains(viewer)
    }

    /// Whether whoever is certainly in it is certainly in the other.
    #[must_use]
    pub fn certainly_within(&self, other: &Self) -> bool {
        self.certain.is_within(&other.certain)
    }

    /// Whether whoever is possibly in it is possibly in the other.
    #[must_use]
    pub fn possibly_within(&self, other: &Self) -> bool {
        self.possible.is_within(&other.possible)
    }

    /// Whether some viewer is possibly in this and certainly in the other: a blackout that meets a grant.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.possible.meets(&other.certain)
    }

    /// Whether nobody is certainly in it: a grant for it is in vain.
    #[must_use]
    pub fn is_certainly_empty(&self) -> bool {
        self.certain.is_empty()
    }

    /// Whether nobody is even possibly in it: a blackout of it is in vain.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.possible.is_empty() && self.certain.is_empty()
    }

    /// Where a viewer is certainly in it, by number.
    pub fn certain_places(&self) -> impl Iterator<Item = Place> {
        self.certain.iter()
    }

    /// Where a viewer is possibly in it, by number.
    pub fn possible_places(&self) -> impl Iterator<Item = Place> {
        self.possible.iter()
    }
}
