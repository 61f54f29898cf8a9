//! Which rules speak of which titles.

use crate::model::{Pattern, Titles};
use std::collections::HashMap;
use std::rc::Rc;

/// For every pattern that a policy names, and for `*`, the rules that speak of what it stands for: of the title itself,
/// or of every title below it that no longer pattern stands for.
pub(crate) struct Reach<'p> {
    /// Sorted; `*` first.
    pub(crate) nodes: Vec<Node<'p>>,
    /// Each distinct set of rules once, sorted.
    pub(crate) sets: Vec<Rc<[u32]>>,
}

/// A pattern, and the set of rules that speak of what it stands for.
pub(crate) struct Node<'p> {
    pub(crate) pattern: &'p Pattern,
    pub(crate) set: usize,
}

/// What the patterns from the root down to one say of its titles.
#[derive(Default, Clone, PartialEq, Eq, Hash)]
struct Said {
    included: Vec<u32>,
    excluded: Vec<u32>,
}

impl Said {
    fn with(&self, own: &Self) -> Self {
        Self {
            included: union(&self.included, &own.included),
            excluded: union(&self.excluded, &own.excluded),
        }
    }

    fn effective(&self) -> Vec<u32> {
        let excluded = |rule: &u32| self.excluded.binary_search(rule).is_ok();
        self.included.iter().copied().filter(|rule| !excluded(rule)).collect()
    }
}

impl<'p> Reach<'p> {
    /// Of rules by their numbers, each at most once.
    pub(crate) fn of(rules: impl IntoIterator<Item = (u32, &'p Titles)>) -> Self {
        let mut mentions: Vec<(&Pattern, u32, bool)> = Vec::new();
        for (rule, titles) in rules {
            mentions.extend(titles.include.iter().map(|pattern| (pattern, rule, false)));
            mentions.extend(titles.exclude.iter().map(|pattern| (pattern, rule, true)));
        }
        mentions.push((&Pattern::All, u32::MAX, true));
        mentions.sort_unstable();
        mentions.dedup();

        let mut sets = Interned::default();
        let mut nodes = Vec::new();
        let mut prefixes: HashMap<&str, Said> = HashMap::new();
        // Of ids, by the prefix they lie below and what is said of themselves.
        let mut alike: HashMap<&str, HashMap<Said, usize>> = HashMap::new();
        for run in mentions.chunk_by(|one, next| one.0 == next.0) {
            let Some((pattern, ..)) = run.first() else { continue };
            let rules = |exclude| {
                run.iter()
                    .filter(move |(_, rule, excludes)| *excludes == exclude && *rule != u32::MAX)
                    .map(|(_, rule, _)| *rule)
            };
            let own = Said { included: rules(false).collect(), excluded: rules(true).collect() };
            // Patterns are sorted: `*` before prefixes, each before the longer ones, ids last.
            let set = match pattern {
                Pattern::All => {
                    let set = sets.number(&own.effective());
                    prefixes.insert("", own);
                    set
                }
                Pattern::Below(prefix) => {
                    let said = enclosing(&prefixes, prefix).1.with(&own);
                    let set = sets.number(&said.effective());
                    prefixes.insert(prefix, said);
                    set
                }
                // Most ids stand beside others of which the same is said.
                Pattern::Exactly(id) => {
                    let (prefix, above) = enclosing(&prefixes, id);
                    let alike = alike.entry(prefix).or_default();
                    if let Some(set) = alike.get(&own) {
                        *set
                    } else {
                        let set = sets.number(&above.with(&own).effective());
                        alike.insert(own, set);
                        set
                    }
                }
            };
            nodes.push(Node { pattern, set });
        }
        Self { nodes, sets: sets.sets }
    }

    /// The set of rules that speak of a title.
    #[cfg(test)]
    fn set_of(&self, title: &str) -> usize {
        let find = |wanted: &Pattern| {
            let found = self.nodes.binary_search_by(|node| node.pattern.cmp(wanted)).ok()?;
            self.nodes.get(found).map(|node| node.set)
        };
        find(&Pattern::Exactly(title.to_owned()))
            .or_else(|| above(title).find_map(|prefix| find(&Pattern::Below(prefix.to_owned()))))
            .or_else(|| find(&Pattern::All))
            .unwrap_or_default()
    }
}

/// The prefixes that a title or prefix lies below, the longest first.
pub(crate) fn above(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| name.rsplit_once('/').map(|(prefix, _)| prefix)).skip(1)
}

fn enclosing<'s, 'p>(prefixes: &'s HashMap<&'p str, Said>, name: &'p str) -> (&'p str, &'s Said) {
    static NOTHING: Said = Said { included: Vec::new(), excluded: Vec::new() };
    above(name)
        .chain([""])
        .find_map(|prefix| prefixes.get(prefix).map(|said| (prefix, said)))
        .unwrap_or(("", &NOTHING))
}

/// Of two sorted lists.
fn union(one: &[u32], other: &[u32]) -> Vec<u32> {
    let mut both = Vec::with_capacity(one.len() + other.len());
    let (mut one, mut other) = (one.iter().copied().peekable(), other.iter().copied().peekable());
    while let (Some(mine), Some(theirs)) = (one.peek().copied(), other.peek().copied()) {
        both.push(mine.min(theirs));
        one.next_if(|mine| *mine <= theirs);
        other.next_if(|theirs| *theirs <= mine);
    }
    both.extend(one);
    both.extend(other);
    both
}

/// Sets that are kept once each.
#[derive(Default)]
struct Interned {
    sets: Vec<Rc<[u32]>>,
    numbers: HashMap<Rc<[u32]>, usize>,
}

impl Interned {
    fn number(&mut self, set: &[u32]) -> usize {
        if let Some(number) = self.numbers.get(set) {
            return *number;
        }
        let number = self.sets.len();
        let set: Rc<[u32]> = set.into();
        self.sets.push(Rc::clone(&set));
        self.numbers.insert(set, number);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(list: &[&str]) -> Titles {
        let pattern = |text: &str| match text.strip_suffix("/*") {
            _ if text == "*" => Pattern::All,
            Some(prefix) => Pattern::Below(prefix.to_owned()),
            None => Pattern::Exactly(text.to_owned()),
        };
        let mut titles = Titles::default();
        for member in list {
            match member.strip_prefix('!') {
                Some(excluded) => titles.exclude.push(pattern(excluded)),
                None => titles.include.push(pattern(member)),
            }
        }
        titles
    }

    #[test]
    fn the_set_of_a_title_is_what_each_rule_says_of_it() {
        let rules = [
            titles(&["acme/*", "!acme/pilot"]),
            titles(&["*"]),
            titles(&["acme/one", "other/x"]),
            titles(&["acme/series/*", "!acme/series/two/*"]),
            titles(&["*", "!acme/*"]),
            titles(&["acme/series/two/one", "!acme/series/two/one"]),
            titles(&["acme"]),
        ];
        let reach = Reach::of((0_u32..).zip(&rules));
        for title in [
            "acme",
            "acme2",
            "acme2/x",
            "acme/one",
            "acme/pilot",
            "acme/pilot/x",
            "acme/series",
            "acme/series/one",
            "acme/series/two",
            "acme/series/two/one",
            "acme/series/two/three",
            "other",
            "other/x",
            "other/y",
        ] {
            let wanted: Vec<u32> =
                (0..).zip(&rules).filter(|(_, rule)| rule.contains(title)).map(|(n, _)| n).collect();
            assert_eq!(*reach.sets[reach.set_of(title)], *wanted, "{title}");
        }
    }
}
