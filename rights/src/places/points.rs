//! Sets of what may be known of where viewers are, and how to write them down.

use super::Place;
use super::bits::Bits;

/// A set of points. A point is all that is known of where a viewer is: `GB` is in Britain, nobody knows where, and the
/// world is somewhere, nobody knows in which country.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Points(Bits);

impl Points {
    /// No point.
    #[must_use]
    pub fn none() -> Self {
        Self(Bits::none())
    }

    /// Every point of which this is true.
    pub fn that(mut is_in: impl FnMut(Place) -> bool) -> Self {
        Place::all().filter(|place| is_in(*place)).collect()
    }

    /// Adds one.
    pub fn insert(&mut self, place: Place) {
        self.0.insert(place);
    }

    /// Whether it is one of them.
    #[must_use]
    pub fn contains(&self, place: Place) -> bool {
        self.0.contains(place)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each, by number.
    pub fn iter(&self) -> impl Iterator<Item = Place> {
        self.0.iter()
    }

    /// The shortest list that describes them, inclusions first. It is written as a list of territories, and with `??`:
    /// `GB-??` is only the viewer of whom nothing but `GB` is known, `??` the one of whom no country is known.
    #[must_use]
    pub fn describe(&self) -> Vec<String> {
        let Items { mut include, exclude } = self.included(Place::WORLD);
        include.extend(exclude);
        include
    }

    /// The points that a description describes, if it is one.
    #[must_use]
    pub fn from_description<Item: AsRef<str>>(description: &[Item]) -> Option<Self> {
        let (mut include, mut exclude) = (Bits::none(), Bits::none());
        for item in description {
            let item = item.as_ref();
            let (set, item) =
                item.strip_prefix('!').map_or((&mut include, item), |item| (&mut exclude, item));
            match item.strip_suffix("??") {
                Some("") => set.insert(Place::WORLD),
                Some(around) => set.insert(Place::parse(around.strip_suffix('-')?)?),
                None if item == Place::WORLD.code() => set.insert_all_in(Place::WORLD),
                None => set.insert_all_in(Place::parse(item)?),
            }
        }
        include.remove(&exclude);
        Some(Self(include))
    }

    /// The shortest list for the part of the set at and in the place, where nothing around it is named.
    fn included(&self, place: Place) -> Items {
        let all = u32::from(place.end() - place.index());
        match self.0.count_in(place) {
            0 => Items::default(),
            count if count == all => Items { include: vec![place.code().to_owned()], exclude: Vec::new() },
            _ => {
                let mut named = Items { include: vec![place.code().to_owned()], exclude: Vec::new() };
                self.exclude(place, &mut named.exclude);
                let mut listed = Items::default();
                for child in place.children() {
                    listed.add(self.included(child));
                }
                if self.contains(place) {
                    listed.include.push(only(place));
                }
                if listed.len() <= named.len() { listed } else { named }
            }
        }
    }

    /// What must be excluded where the place is in what is named: everything that is not in the set.
    fn exclude(&self, place: Place, excluded: &mut Vec<String>) {
        let all = u32::from(place.end() - place.index());
        match self.0.count_in(place) {
            0 => excluded.push(format!("!{}", place.code())),
            count if count == all => {}
            _ => {
                for child in place.children() {
                    self.exclude(child, excluded);
                }
                if !self.contains(place) {
                    excluded.push(format!("!{}", only(place)));
                }
            }
        }
    }
}

impl FromIterator<Place> for Points {
    fn from_iter<I: IntoIterator<Item = Place>>(places: I) -> Self {
        let mut points = Self::none();
        places.into_iter().for_each(|place| points.insert(place));
        points
    }
}

/// The point of that place without what lies in it.
fn only(place: Place) -> String {
    if place == Place::WORLD { "??".to_owned() } else { format!("{}-??", place.code()) }
}

/// A list in two parts.
#[derive(Default)]
struct Items {
    include: Vec<String>,
    exclude: Vec<String>,
}

impl Items {
    fn len(&self) -> usize {
        self.include.len() + self.exclude.len()
    }

    fn add(&mut self, other: Self) {
        self.include.extend(other.include);
        self.exclude.extend(other.exclude);
    }
}
