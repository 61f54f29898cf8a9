//! What all lists have in common, and those of titles, tiers and devices.

use super::titles::{is_title, pattern_matches};

/// Whether one inclusion holds and no exclusion does.
fn holds(list: &[String], what: impl Fn(&str) -> bool) -> bool {
    let mut included = false;
    for item in list {
        match item.strip_prefix('!') {
            Some(excluded) if what(excluded) => return false,
            Some(_) => {}
            None => included |= what(item),
        }
    }
    included
}

pub(crate) fn titles_match(list: &[String], title: &str) -> bool {
    is_title(title) && holds(list, |pattern| pattern_matches(pattern, title))
}

/// A viewer without a login is of the tier `anonymous`, whom `*` does not mean.
pub(crate) fn tiers_match(list: &[String], tier: &str) -> bool {
    holds(list, |item| item == tier && item != "*" || item == "*" && tier != "anonymous")
}

pub(crate) fn devices_match(list: Option<&Vec<String>>, device: &str) -> bool {
    list.is_none_or(|list| holds(list, |item| item == device || item == "*"))
}

/// The lists of tiers of several grants as one: `*`, names in order, exclusions in order.
pub(crate) fn tiers_together(lists: &[&[String]]) -> Vec<String> {
    let lets_in = |tier: &str| lists.iter().any(|list| tiers_match(list, tier));
    let mut names: Vec<&str> = lists
        .iter()
        .flat_map(|list| list.iter())
        .map(|item| item.strip_prefix('!').unwrap_or(item))
        .filter(|name| *name != "*")
        .collect();
    names.sort_unstable();
    names.dedup();
    // No tier can be called like this: it stands for every login that no list names.
    if !lets_in("(any other)") {
        return names.into_iter().filter(|name| lets_in(name)).map(str::to_owned).collect();
    }
    let mut together = vec!["*".to_owned()];
    if lets_in("anonymous") {
        together.push("anonymous".to_owned());
    }
    names.retain(|name| *name != "anonymous" && !lets_in(name));
    together.extend(names.into_iter().map(|name| format!("!{name}")));
    together
}
