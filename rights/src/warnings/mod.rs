//! What a policy says that is legal and probably not meant.
//!
//! Noise is worse than silence: nothing is reported that is not certain, what two agreements have many times between
//! them is reported once, and no file gets more than [`MOST_OF_A_KIND`] warnings of a kind.
//!
//! Only rules that speak of the same titles are compared, and not without end. Where more than 500 grants speak of one
//! title, each is compared only with the 250 that count just before it and the 250 just behind it; and when a
//! ten million pairs have been looked at for one kind of warning, the rules whose turn has not come are passed
//! over. What is not compared is not reported.

mod agreements;
mod blackouts;
mod catalogue;
mod cover;
mod differ;
mod exclusions;
mod nearest;
mod nested;
mod single;
mod speakers;
mod words;

use crate::compile::Ordered;
use crate::model::{Epoch, Policy, Spot};
use speakers::Speakers;

/// How many warnings of a kind a file gets; one more says how many were left out.
pub const MOST_OF_A_KIND: usize = 20;

/// Something legal that is probably not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The kind, in a word that does not change.
    pub code: &'static str,
    /// Where it is to be mended. Of `title-ungranted`, which stands in no file of the policy, the file is empty and the
    /// line is the first such title's position in the catalogue, from 1.
    pub spot: Spot,
    /// What is odd about it.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where the other rule stands that the message names.
    pub other: Option<Spot>,
}

/// What is probably not meant in a policy, by where it stands.
///
/// | code | of | what |
/// |---|---|---|
/// | `grant-covered` | a grant | another grant allows at least the same to everyone whom it lets in |
/// | `grant-ended`, `blackout-ended` | a rule | its window is over |
/// | `grant-idle` | a grant | it lets nobody in: a list excludes all that it names |
/// | `blackout-unused` | a blackout | no grant lets anyone in whom it could keep out |
/// | `group-unused` | a group | no rule uses it |
/// | `grants-differ` | two agreements | both let the same viewer play the same title, up to different limits |
/// | `pattern-unmatched` | a rule | one of its `titles` stands for nothing in the catalogue |
/// | `title-ungranted` | the catalogue | no grant speaks of some of its titles |
/// | `title-nested` | a grant | it names a title within another title, whose cookies would open it |
/// | `exclusion-idle` | a rule | it excludes what it does not include |
///
/// Of rules that have ended nothing else is said. A catalogue is the ids of all titles there are; an empty one counts
/// as none.
#[must_use]
pub fn warnings(policy: &Policy, now: Epoch, catalogue: Option<&[&str]>) -> Vec<Warning> {
    let rules = Ordered::of(policy);
    let reach = rules.reach();
    let speakers = Speakers::of(&rules, &reach);

    let mut found = Vec::new();
    found.extend(single::ended(policy, now));
    found.extend(single::unused_groups(policy));
    found.extend(exclusions::idle(policy, now));
    found.extend(nested::titles(policy, catalogue, now));
    let covered = cover::covered(&rules, &speakers, now);
    let idle = single::idle(&rules, &speakers, now);
    // That another grant does as much as one that does nothing need not be said.
    let said = |warning: &Warning| idle.iter().any(|idle| idle.spot == warning.spot);
    found.extend(cover::warnings(&rules, &covered).into_iter().filter(|warning| !said(warning)));
    found.extend(idle.iter().cloned());
    found.extend(differ::warnings(&rules, &differ::differing(&rules, &speakers, &covered, now)));
    found.extend(blackouts::warnings(&rules, &blackouts::unused(&rules, &speakers, now)));
    if let Some(catalogue) = catalogue.filter(|titles| !titles.is_empty()) {
        found.extend(catalogue::warnings(policy, &rules, &reach, catalogue, now));
    }
    bounded(found)
}

/// By their spots, and of one kind in one file not too many.
fn bounded(mut found: Vec<Warning>) -> Vec<Warning> {
    let by_kind = |warning: &Warning| (warning.spot.file.clone(), warning.code);
    found.sort_by(|one, other| {
        (&one.spot.file, one.code, &one.spot, &one.message).cmp(&(
            &other.spot.file,
            other.code,
            &other.spot,
            &other.message,
        ))
    });
    let mut kept = Vec::new();
    for kind in found.chunk_by(|one, next| by_kind(one) == by_kind(next)) {
        let (shown, left_out) = kind.split_at_checked(MOST_OF_A_KIND).unwrap_or((kind, &[]));
        kept.extend_from_slice(shown);
        if let Some(first) = left_out.first() {
            kept.push(Warning {
                message: format!("and {} more of this kind in this file", left_out.len()),
                help: None,
                other: None,
                ..first.clone()
            });
        }
    }
    kept.sort_by(|one, other| one.spot.cmp(&other.spot));
    kept
}

#[cfg(test)]
mod tests;
