//! Where a viewer is, and whether a list of territories contains them for certain, perhaps, or not.

use super::{Policy, Tree};

/// Everything: what encloses the countries.
pub(crate) const WORLD: &str = "*";

/// What a list says of a viewer.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Contains {
    pub(crate) certainly: bool,
    pub(crate) possibly: bool,
}

/// The point of the tree that is known of the viewer.
pub(crate) fn place<'a>(tree: &Tree, country: Option<&'a str>, region: Option<&'a str>) -> &'a str {
    let Some(country) = country.filter(|code| tree.get(*code).is_some_and(|parent| parent == WORLD)) else {
        return WORLD;
    };
    match region {
        Some(region) if region != country && encloses(tree, country, region) => region,
        _ => country,
    }
}

/// Whether the inner place is the outer one or lies in it.
pub(crate) fn encloses(tree: &Tree, outer: &str, inner: &str) -> bool {
    let mut at = inner;
    loop {
        if at == outer {
            return true;
        }
        match tree.get(at) {
            Some(parent) => at = parent,
            None => return false,
        }
    }
}

/// What a list of territories says of a viewer at that place.
pub(crate) fn contains(policy: &Policy, tree: &Tree, list: &[String], place: &str) -> Contains {
    let (mut included, mut excluded) = (Contains::default(), Contains::default());
    for item in list {
        let (side, name) = match item.strip_prefix('!') {
            Some(name) => (&mut excluded, name),
            None => (&mut included, item.as_str()),
        };
        let says = member(policy, tree, name, place);
        side.certainly |= says.certainly;
        side.possibly |= says.possibly;
    }
    Contains {
        certainly: included.certainly && !excluded.possibly,
        possibly: included.possibly && !excluded.certainly,
    }
}

fn member(policy: &Policy, tree: &Tree, name: &str, place: &str) -> Contains {
    if let Some((_, list)) = policy.groups.iter().find(|(group, _)| group == name) {
        return contains(policy, tree, list, place);
    }
    let certainly = encloses(tree, name, place);
    Contains { certainly, possibly: certainly || encloses(tree, place, name) }
}
