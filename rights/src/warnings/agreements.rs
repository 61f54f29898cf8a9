//! What two agreements have between them, many times over.

use std::collections::HashMap;

/// The agreement that a rule stands in, by its id.
pub(super) fn agreement(id: &str) -> &str {
    id.split_once('/').map_or(id, |(agreement, _)| agreement)
}

/// How often something occurs, with its first example.
pub(super) struct Example<T> {
    pub(super) first: T,
    pub(super) more: usize,
}

/// One example for each key, in the order in which they came.
pub(super) fn examples<Key: Eq + std::hash::Hash, T>(
    all: impl IntoIterator<Item = (Key, T)>,
) -> Vec<Example<T>> {
    let mut numbers: HashMap<Key, usize> = HashMap::new();
    let mut examples: Vec<Example<T>> = Vec::new();
    for (key, item) in all {
        let next = examples.len();
        let number = *numbers.entry(key).or_insert(next);
        match examples.get_mut(number) {
            Some(example) => example.more += 1,
            None => examples.push(Example { first: item, more: 0 }),
        }
    }
    examples
}
