//! What two sets of rules decide differently, viewer by viewer.

use super::audience::Audience;
use super::mask::Mask;
use super::rules::{Book, Rule, Said, count};
use super::timeline::Timeline;
use super::{Change, merge};
use crate::model::Epoch;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// Viewers and a time for whom the same changes: atoms of places, of tiers and devices, each sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    pub(super) change: Change,
    pub(super) sets: [Vec<u32>; 3],
    pub(super) from: Epoch,
    pub(super) until: Option<Epoch>,
}

/// The viewers whom some rules cannot tell apart.
struct Class {
    atoms: Vec<u32>,
    /// The rules that speak to them.
    rules: Mask,
}

/// Where they decide differently, in few disjoint shapes.
pub(super) fn differences(
    book: &Book<'_>,
    audience: &Audience<'_>,
    (old, new): (&Said, &Said),
    way: merge::Way,
    effort: &mut merge::Effort,
) -> Vec<Shape> {
    let changed = book.changed(old, new);
    let involved = involved(book, (old, new), &changed);
    let classes = classes(book, audience, &involved, changed.len());
    let timeline = Timeline::of(book, (old, new), &involved);
    let of_changed = first(changed.len(), involved.len());

    let [places, tiers, devices] = &classes;
    let mut known: HashMap<Mask, Rc<Vec<_>>> = HashMap::new();
    let mut cells: BTreeMap<Change, Vec<merge::Cell>> = BTreeMap::new();
    for (place_class, place) in places.iter().enumerate() {
        for (tier_class, tier) in tiers.iter().enumerate() {
            let of_both = place.rules.and(&tier.rules);
            if !of_both.meets(&of_changed) {
                continue;
            }
            for (device_class, device) in devices.iter().enumerate() {
                let rules = of_both.and(&device.rules);
                if !rules.meets(&of_changed) {
                    continue;
                }
                let segments = Rc::clone(
                    known.entry(rules).or_insert_with_key(|rules| Rc::new(timeline.differences(rules))),
                );
                let at = [count(place_class), count(tier_class), count(device_class)];
                for (change, from, until) in segments.iter().copied() {
                    cells.entry(change).or_default().push(merge::Cell { at, from, until });
                }
            }
        }
    }
    let mut shapes = Vec::new();
    for (change, cells) in cells {
        for block in merge::fewest(cells, way, effort) {
            let (from, until) = timeline.window(block.from, block.until);
            let [places, tiers, devices] = &block.sets;
            let sets = [atoms(&classes[0], places), atoms(&classes[1], tiers), atoms(&classes[2], devices)];
            shapes.push(Shape { change, sets, from, until });
        }
    }
    shapes
}

/// The changed rules, and behind them the others that may matter where these do.
fn involved(book: &Book<'_>, (old, new): (&Said, &Said), changed: &[u32]) -> Vec<u32> {
    let windows = || changed.iter().filter_map(|rule| Some(book.rule(*rule)?.window));
    let from = windows().map(|window| window.from).min().unwrap_or(0);
    let open = windows().any(|window| window.until.is_none());
    let until = if open { None } else { windows().filter_map(|window| window.until).max() };
    let meets =
        |rule: &Rule<'_>| !rule.window.ended(from) && until.is_none_or(|until| rule.window.from < until);
    let all = [&old.grants, &old.blackouts, &new.grants, &new.blackouts];
    let mut others: Vec<u32> = all.into_iter().flatten().copied().collect();
    others.sort_unstable();
    others.dedup();
    others.retain(|rule| changed.binary_search(rule).is_err() && book.rule(*rule).is_some_and(meets));
    [changed, &others].concat()
}

/// For each dimension, those who are told apart among those to whom a changed rule speaks: the first `changed` ones.
fn classes(book: &Book<'_>, audience: &Audience<'_>, involved: &[u32], changed: usize) -> [Vec<Class>; 3] {
    let mut atoms = audience.sizes().map(|size| vec![Mask::none(involved.len()); size]);
    for (position, rule) in involved.iter().enumerate() {
        let Some(rule) = book.rule(*rule) else { continue };
        let Some(area) = book.area(rule) else { continue };
        let [places, tiers, devices] = &mut atoms;
        mark(places, position, audience.in_places(rule, area));
        mark(tiers, position, audience.with_tiers(rule));
        mark(devices, position, Audience::on_devices(rule));
    }
    let of_changed = first(changed, involved.len());
    // Whatever speaks to none of those to whom changed rules speak need not tell anybody apart.
    let mut relevant = first(involved.len(), involved.len());
    for atoms in &atoms {
        let mut anywhere = Mask::none(involved.len());
        atoms.iter().filter(|rules| rules.meets(&of_changed)).for_each(|rules| anywhere.add(rules));
        relevant = relevant.and(&anywhere);
    }
    atoms.map(|atoms| {
        let mut classes: Vec<Class> = Vec::new();
        let mut numbers: HashMap<Mask, usize> = HashMap::new();
        for (rules, atom) in atoms.iter().zip(0..) {
            let rules = rules.and(&relevant);
            if !rules.meets(&of_changed) {
                continue;
            }
            let number = *numbers.entry(rules).or_insert_with_key(|rules| {
                classes.push(Class { atoms: Vec::new(), rules: rules.clone() });
                classes.len() - 1
            });
            if let Some(class) = classes.get_mut(number) {
                class.atoms.push(atom);
            }
        }
        classes
    })
}

fn mark(atoms: &mut [Mask], position: usize, speaks: impl Iterator<Item = bool>) {
    for (rules, _) in atoms.iter_mut().zip(speaks).filter(|(_, speaks)| *speaks) {
        rules.insert(position);
    }
}

fn first(of: usize, all: usize) -> Mask {
    let mut mask = Mask::none(all);
    (0..of).for_each(|position| mask.insert(position));
    mask
}

fn atoms(classes: &[Class], numbers: &[u32]) -> Vec<u32> {
    let of_class = |number: &u32| classes.get(*number as usize).map(|class| class.atoms.iter().copied());
    let mut atoms: Vec<u32> = numbers.iter().filter_map(of_class).flatten().collect();
    atoms.sort_unstable();
    atoms
}
