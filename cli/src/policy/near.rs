//! Names on the command line that the policy does not know, and which it has instead.

use super::folder::quoted;
use crate::remark;
use rights::model::{Pattern, Policy, Titles};
use rights::nearest::{nearest, slips};
use std::collections::BTreeSet;

/// More than fit into a sentence.
const MOST_TIERS: usize = 12;

/// Says so if no rule names the tier: `*` may match it all the same.
pub(super) fn remark_on_tier(policy: &Policy, tier: Option<&str>) {
    let Some(tier) = tier.filter(|tier| !matches!(*tier, "" | "anonymous")) else { return };
    let tiers = policy.grants.iter().map(|grant| &grant.tiers);
    let named: BTreeSet<&str> =
        tiers.flat_map(|tiers| tiers.named.iter().chain(&tiers.except)).map(String::as_str).collect();
    if named.contains(tier) {
        return;
    }
    let what = format!("no rule names the tier {}", quoted(tier));
    let known = || named.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    match nearest(tier, named.iter().copied().chain(["anonymous"])) {
        Some(near) => remark(&format!("{what}; did you mean {}?", quoted(near))),
        None if (1..=MOST_TIERS).contains(&named.len()) => remark(&format!("{what}; there are {}", known())),
        None => remark(&what),
    }
}

/// The sentence that no rule speaks of the title, with the nearest name that a rule has; none if one does.
pub(super) fn unspoken(policy: &Policy, title: &str) -> Option<Unspoken> {
    let lists = || {
        let grants = policy.grants.iter().map(|grant| &grant.titles);
        grants.chain(policy.blackouts.iter().map(|blackout| &blackout.titles))
    };
    if lists().any(|titles| titles.contains(title)) {
        return None;
    }
    let mut text = format!("no rule speaks of the title {}", quoted(title));
    let near = nearest_pattern(lists(), title);
    if let Some(near) = &near {
        text = format!("{text}; did you mean {}?", quoted(near));
    }
    Some(Unspoken { text, has_near: near.is_some() })
}

/// That no rule speaks of a title.
pub(super) struct Unspoken {
    pub(super) text: String,
    /// Whether a name that is like it is known.
    pub(super) has_near: bool,
}

/// The title, or what stands before the `/*`, that the title or its beginning is most like.
fn nearest_pattern<'p>(lists: impl Iterator<Item = &'p Titles>, title: &str) -> Option<String> {
    let patterns: BTreeSet<&Pattern> = lists.flat_map(|titles| &titles.include).collect();
    let near = patterns.into_iter().filter_map(|pattern| {
        let (name, asked) = match pattern {
            Pattern::All => return None,
            Pattern::Exactly(id) => (id.as_str(), title),
            Pattern::Below(prefix) => (prefix.as_str(), beginning(title, prefix.matches('/').count())?),
        };
        // The same name matches if it is not excluded; what is excluded is no slip.
        slips(asked, name).filter(|slips| *slips > 0).map(|slips| (slips, pattern))
    });
    near.min().map(|(_, pattern)| pattern.to_string())
}

/// The title up to, but not including, the slash behind so many others; none if nothing is behind it.
fn beginning(title: &str, slashes: usize) -> Option<&str> {
    let (at, _) = title.match_indices('/').nth(slashes)?;
    title.get(..at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_compared_with_whole_ids_and_with_prefixes() {
        let patterns = [
            Pattern::Exactly("marula/red-dust".to_owned()),
            Pattern::Below("harbour/lights".to_owned()),
            Pattern::All,
        ];
        let lists = [Titles { include: patterns.to_vec(), exclude: Vec::new() }];
        for (title, expected) in [
            ("marula/reddust", Some("marula/red-dust")),
            ("marula/red-dust", None),
            ("harbor/lights/s1/e1", Some("harbour/lights/*")),
            ("harbor/lights", None),
            ("harbour/lights/s1", None),
            ("elsewhere/film", None),
        ] {
            assert_eq!(nearest_pattern(lists.iter(), title).as_deref(), expected, "{title}");
        }
    }
}
