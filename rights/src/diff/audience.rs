//! Every viewer that the rules of two policies can tell apart.

use super::rules::{Book, Rule, count};
use crate::model::Devices;
use crate::places::{Area, Place, Points};
use crate::viewer::Device;
use std::collections::HashMap;

/// The kinds of viewers: each dimension's atoms by number.
pub(super) struct Audience<'p> {
    /// For each atom of places, one of its points.
    places: Vec<Place>,
    /// For each point, its atom.
    atoms: Vec<u32>,
    tiers: Vec<Tier<'p>>,
}

/// A viewer's login, as far as policies tell logins apart.
#[derive(Debug, Clone, Copy)]
enum Tier<'p> {
    Named(&'p str),
    /// A login that neither policy names.
    Other,
    Anonymous,
}

impl<'p> Audience<'p> {
    /// For these rules.
    pub(super) fn of(book: &Book<'p>, rules: &[u32]) -> Self {
        let (places, atoms) = places(&book.areas_of(rules.iter().copied()));
        let terms = rules.iter().filter_map(|rule| book.rule(*rule)?.terms);
        let mut names: Vec<&str> = terms
            .flat_map(|terms| terms.tiers.named.iter().chain(&terms.tiers.except))
            .map(String::as_str)
            .collect();
        names.sort_unstable();
        names.dedup();
        let tiers = names.into_iter().map(Tier::Named).chain([Tier::Other, Tier::Anonymous]).collect();
        Self { places, atoms, tiers }
    }

    /// How many atoms there are of places, tiers and devices.
    pub(super) fn sizes(&self) -> [usize; 3] {
        [self.places.len(), self.tiers.len(), Device::ALL.len()]
    }

    /// For each atom of places, whether the rule speaks to viewers there.
    pub(super) fn in_places(&self, rule: &Rule<'p>, area: &Area) -> impl Iterator<Item = bool> {
        let grant = rule.terms.is_some();
        self.places
            .iter()
            .map(move |place| if grant { area.certainly(*place) } else { area.possibly(*place) })
    }

    /// For each atom of tiers, whether the rule speaks to these viewers.
    pub(super) fn with_tiers(&self, rule: &Rule<'p>) -> impl Iterator<Item = bool> {
        let terms = rule.terms;
        self.tiers.iter().map(move |tier| {
            terms.is_none_or(|terms| match tier {
                Tier::Named(name) => terms.tiers.contains(Some(name)),
                Tier::Other => terms.tiers.any_login,
                Tier::Anonymous => terms.tiers.contains(None),
            })
        })
    }

    /// For each device, whether the rule speaks to viewers on it.
    pub(super) fn on_devices(rule: &Rule<'p>) -> impl Iterator<Item = bool> {
        let devices = rule.terms.map_or(Devices::ANY, |terms| terms.devices);
        Device::ALL.into_iter().map(move |(device, _)| devices.contains(device))
    }

    /// The points of these atoms.
    pub(super) fn points(&self, atoms: &[u32]) -> Points {
        let mut inside = vec![false; self.places.len()];
        for atom in atoms {
            if let Some(inside) = inside.get_mut(*atom as usize) {
                *inside = true;
            }
        }
        let is_in = |atom: &u32| inside.get(*atom as usize) == Some(&true);
        Place::all().zip(&self.atoms).filter(|(_, atom)| is_in(atom)).map(|(place, _)| place).collect()
    }

    /// These atoms as a list of tiers.
    pub(super) fn tier_list(&self, atoms: &[u32]) -> Vec<String> {
        let inside = |number: u32| atoms.contains(&number);
        let any =
            self.tiers.iter().zip(0..).any(|(tier, number)| matches!(tier, Tier::Other) && inside(number));
        let mut list: Vec<String> = any.then(|| "*".to_owned()).into_iter().collect();
        let mut excluded = Vec::new();
        for (tier, number) in self.tiers.iter().zip(0..) {
            match tier {
                Tier::Named(name) if any && !inside(number) => excluded.push(format!("!{name}")),
                Tier::Named(name) if !any && inside(number) => list.push((*name).to_owned()),
                Tier::Anonymous if inside(number) => list.push("anonymous".to_owned()),
                _ => {}
            }
        }
        list.extend(excluded);
        list
    }

    /// These atoms as a list of devices.
    pub(super) fn device_list(atoms: &[u32]) -> Vec<String> {
        if atoms.len() == Device::ALL.len() {
            return vec!["*".to_owned()];
        }
        let inside = |number: &u32| atoms.contains(number);
        (0..)
            .zip(Device::ALL)
            .filter(|(number, _)| inside(number))
            .map(|(_, (_, name))| name.to_owned())
            .collect()
    }
}

/// One place for each kind that these areas tell apart, and for each place its kind.
fn places(areas: &[(&Area, bool)]) -> (Vec<Place>, Vec<u32>) {
    let mut kinds = vec![0; usize::from(Place::count())];
    for (area, certain) in areas {
        let mut next = 0;
        let mut split: HashMap<(u32, bool), u32> = HashMap::new();
        let mut last = None;
        for (place, kind) in Place::all().zip(&mut kinds) {
            let key = (*kind, if *certain { area.certainly(place) } else { area.possibly(place) });
            // Neighbours are mostly of one kind.
            if let Some((same, number)) = last
                && same == key
            {
                *kind = number;
                continue;
            }
            *kind = *split.entry(key).or_insert_with(|| {
                next += 1;
                next - 1
            });
            last = Some((key, *kind));
        }
    }
    let mut first: Vec<Place> = Vec::new();
    for (place, kind) in Place::all().zip(&kinds) {
        // Kinds are numbered in the order of their first places.
        if *kind == count(first.len()) {
            first.push(place);
        }
    }
    (first, kinds)
}
