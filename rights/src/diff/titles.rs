//! Which titles the rules of two policies tell apart, and how to write sets of them down.

use super::rules::{Side, count};
use crate::model::Pattern;
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Every pattern that either policy names. Each stands for its atom here: the title itself, or every title below the
/// prefix that no longer pattern stands for.
#[derive(Default)]
pub(super) struct Shelf<'p> {
    atoms: Vec<Atom<'p>>,
}

struct Atom<'p> {
    pattern: &'p Pattern,
    /// The longest other pattern that stands for the same titles; `*` has none.
    parent: Option<u32>,
    children: Vec<u32>,
    /// What the rules of the old and of the new policy say of its titles, by number.
    said: (u32, u32),
}

impl<'p> Shelf<'p> {
    pub(super) fn of(old: &Side<'p>, new: &Side<'p>) -> Self {
        let mut shelf = Self::default();
        let mut prefixes: HashMap<&str, u32> = HashMap::new();
        let mut old_nodes = old.reach.nodes.iter().peekable();
        let mut new_nodes = new.reach.nodes.iter().peekable();
        // Both are sorted: `*` before prefixes, each before the longer ones, ids last.
        loop {
            let order = match (old_nodes.peek(), new_nodes.peek()) {
                (Some(one), Some(other)) => one.pattern.cmp(other.pattern),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            let old_node = if order == Ordering::Greater { None } else { old_nodes.next() };
            let new_node = if order == Ordering::Less { None } else { new_nodes.next() };
            let Some(pattern) = old_node.or(new_node).map(|node| node.pattern) else { break };
            let parent = match pattern {
                Pattern::All => None,
                Pattern::Below(name) | Pattern::Exactly(name) => {
                    crate::reach::above(name).chain([""]).find_map(|prefix| prefixes.get(prefix)).copied()
                }
            };
            let around = parent.and_then(|parent| shelf.atom(parent)).map_or((0, 0), |atom| atom.said);
            let said = (
                old_node.map_or(around.0, |node| old.said(node.set)),
                new_node.map_or(around.1, |node| new.said(node.set)),
            );
            let number = count(shelf.atoms.len());
            match pattern {
                Pattern::All => drop(prefixes.insert("", number)),
                Pattern::Below(prefix) => drop(prefixes.insert(prefix, number)),
                Pattern::Exactly(_) => {}
            }
            if let Some(parent) = parent.and_then(|parent| shelf.atoms.get_mut(parent as usize)) {
                parent.children.push(number);
            }
            shelf.atoms.push(Atom { pattern, parent, children: Vec::new(), said });
        }
        shelf
    }

    /// The atoms of which the two policies do not say the same, sorted, by what they say.
    pub(super) fn concerned(&self) -> BTreeMap<(u32, u32), Vec<u32>> {
        let mut concerned: BTreeMap<_, Vec<u32>> = BTreeMap::new();
        for (atom, number) in self.atoms.iter().zip(0..) {
            if atom.said.0 != atom.said.1 {
                concerned.entry(atom.said).or_default().push(number);
            }
        }
        concerned
    }

    /// The fewest lists of the policy language that together stand for exactly these atoms, each title in one of them.
    ///
    /// What lies in something that a list must exclude cannot be in the same list: exclusions win.
    pub(super) fn lists(&self, sorted: &[u32]) -> Vec<Vec<String>> {
        let inside: HashSet<u32> = sorted.iter().copied().collect();
        let mut levels: HashMap<u32, usize> = HashMap::new();
        let mut lists: Vec<List> = Vec::new();
        // Parents come first.
        for number in sorted {
            let Some(atom) = self.atom(*number) else { continue };
            let around = self.around(*number).find(|around| inside.contains(around));
            let above = around.and_then(|around| levels.get(&around)).copied();
            let beside = around.is_some() && around == atom.parent;
            let level = above.map_or(0, |level| if beside { level } else { level + 1 });
            levels.insert(*number, level);
            if lists.len() <= level {
                lists.push(List::default());
            }
            let Some(list) = lists.get_mut(level) else { continue };
            if !beside {
                list.include.push(atom.pattern.to_string());
            }
            let outside = atom.children.iter().filter(|child| !inside.contains(child));
            list.exclude.extend(
                outside.filter_map(|child| self.atom(*child)).map(|child| format!("!{}", child.pattern)),
            );
        }
        lists.into_iter().map(List::sorted).collect()
    }

    /// The atoms around one, from the nearest.
    fn around(&self, number: u32) -> impl Iterator<Item = u32> {
        let parent = |number: u32| self.atom(number).and_then(|atom| atom.parent);
        std::iter::successors(parent(number), move |number| parent(*number))
    }

    fn atom(&self, number: u32) -> Option<&Atom<'p>> {
        self.atoms.get(number as usize)
    }
}

/// A list in two parts.
#[derive(Default)]
struct List {
    include: Vec<String>,
    exclude: Vec<String>,
}

impl List {
    fn sorted(mut self) -> Vec<String> {
        self.include.sort_unstable();
        self.exclude.sort_unstable();
        self.include.extend(self.exclude);
        self.include
    }
}
