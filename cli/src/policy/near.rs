//! Names on the command line that the policy does not know, and which it has instead.

use super::folder::quoted;
use crate::remark;
use rights::model::{Pattern, Policy, Titles};
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
        distance_if_near(asked, name).filter(|distance| *distance > 0).map(|distance| (distance, pattern))
    });
    near.min().map(|(_, pattern)| pattern.to_string())
}

/// The title up to, but not including, the slash behind so many others; none if nothing is behind it.
fn beginning(title: &str, slashes: usize) -> Option<&str> {
    let (at, _) = title.match_indices('/').nth(slashes)?;
    title.get(..at)
}

fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = names.filter_map(|name| distance_if_near(word, name).map(|distance| (distance, name)));
    near.min().map(|(_, name)| name)
}

/// How many slips lie between the two, if there are few enough for their length. Capitals are none.
fn distance_if_near(word: &str, name: &str) -> Option<usize> {
    let letters = |text: &str| text.to_lowercase().chars().collect::<Vec<char>>();
    let (word, name) = (letters(word), letters(name));
    let most = match name.len() {
        0..=1 => 0,
        2..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    if word.len().abs_diff(name.len()) > most {
        return None;
    }
    Some(distance(&word, &name)).filter(|distance| *distance <= most && *distance < name.len())
}

/// How many letters must be put in, left out or exchanged.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (number, mine) in (1..).zip(one) {
        let mut next = Vec::with_capacity(row.len());
        let mut left = number;
        next.push(left);
        for (pair, its) in row.windows(2).zip(other) {
            let [diagonal, above] = pair else { continue };
            left = (diagonal + usize::from(mine != its)).min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_small_slips_are_near() {
        for (word, name, expected) in [
            ("reddust", "red-dust", Some(1)),
            ("Premium", "premium", Some(0)),
            ("premuim", "premium", Some(2)),
            ("gold", "premium", None),
            ("free", "tree", Some(1)),
            ("fr", "free", None),
            ("x", "y", None),
            ("ab", "cd", None),
            ("", "a", None),
            ("", "", None),
        ] {
            assert_eq!(distance_if_near(word, name), expected, "{word} {name}");
        }
    }

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
