//! Titles that lie within others: where an address is opened as a folder, the outer opens the inner.

use super::Warning;
use super::words::warning;
use crate::model::{Epoch, Pattern, Policy};
use crate::reach::above;
use std::collections::HashSet;

/// Rules that name a title within another that grants or the catalogue name.
pub(super) fn titles(policy: &Policy, catalogue: Option<&[&str]>, now: Epoch) -> Vec<Warning> {
    let grants = || policy.grants.iter().filter(|grant| !grant.window.ended(now));
    let mut outer: HashSet<&str> =
        grants().flat_map(|grant| &grant.titles.include).filter_map(named).collect();
    outer.extend(catalogue.into_iter().flatten());
    let mut found = Vec::new();
    for grant in grants() {
        let inner = grant.titles.include.iter().filter_map(named);
        for (id, within) in
            inner.filter_map(|id| Some((id, above(id).find(|prefix| outer.contains(prefix))?)))
        {
            let message = format!(
                "`{id}` of `{}` lies within the title `{within}`, whose cookies and signed addresses open it, too",
                grant.id
            );
            let help = "give it an id beside that one's, or hand out path tokens only";
            found.push(warning("title-nested", &grant.spot, message, help));
        }
    }
    found
}

/// The title, if it is one that a pattern stands for.
fn named(pattern: &Pattern) -> Option<&str> {
    match pattern {
        Pattern::Exactly(id) => Some(id),
        Pattern::All | Pattern::Below(_) => None,
    }
}
