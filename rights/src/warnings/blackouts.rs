//! Blackouts that keep nobody out.

use super::Warning;
use super::differ::windows_overlap;
use super::speakers::{MOST_PAIRS, Seen, Speakers};
use super::words::{warning, window};
use crate::compile::Ordered;
use crate::model::{Blackout, Epoch};

/// A blackout that keeps nobody out, by its number among the blackouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unused {
    pub(super) blackout: u32,
    why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// No grant speaks of its titles.
    Titles,
    /// None of those that do lets anyone in there.
    Territories,
    /// None of those that do is open then.
    Window,
}

/// Every blackout for which there is no viewer, time and title that it hits and a grant matches, whatever the tier and
/// the device.
pub(super) fn unused(rules: &Ordered<'_>, speakers: &Speakers<'_>, now: Epoch) -> Vec<Unused> {
    let mut left = MOST_PAIRS;
    let mut seen = Seen::of(rules.grants.len());
    let mut found = Vec::new();
    for (number, blackout) in (0..).zip(&rules.blackouts) {
        if blackout.window.ended(now) {
            continue;
        }
        let mut why = Why::Titles;
        let mut met = false;
        for grants in speakers.grants_beside(speakers.blackout(number)) {
            let Some(rest) = left.checked_sub(grants.len()) else { return found };
            left = rest;
            let new = grants.iter().filter(|grant| seen.first(number, **grant));
            for grant in new.filter_map(|grant| rules.grants.get(*grant as usize)) {
                let together = windows_overlap(blackout.window, grant.window);
                // Areas are compared only where it makes a difference: they are large.
                let there =
                    (together || why != Why::Window) && blackout.territories.meets(&grant.territories);
                why = match (there, together) {
                    (true, true) => {
                        met = true;
                        break;
                    }
                    (true, false) => Why::Window,
                    (false, _) if why == Why::Titles => Why::Territories,
                    (false, _) => why,
                };
            }
            if met {
                break;
            }
        }
        if !met {
            found.push(Unused { blackout: number, why });
        }
    }
    found
}

/// One warning for each.
pub(super) fn warnings(rules: &Ordered<'_>, unused: &[Unused]) -> Vec<Warning> {
    unused
        .iter()
        .filter_map(|unused| Some(worded(rules.blackouts.get(unused.blackout as usize)?, unused.why)))
        .collect()
}

fn worded(blackout: &Blackout, why: Why) -> Warning {
    let (reason, key) = match why {
        Why::Titles => ("no grant speaks of its titles".to_owned(), "titles"),
        Why::Territories => {
            ("no grant for its titles lets anyone in who may be in its territories".to_owned(), "territories")
        }
        Why::Window => {
            let window = window(blackout.window);
            (format!("it holds {window}, when no grant for its titles is open there"), "dates")
        }
    };
    let message = format!("`{}` keeps nobody out: {reason}", blackout.id);
    let key = if key == "dates" { key.to_owned() } else { format!("`{key}`") };
    warning("blackout-unused", &blackout.spot, message, format!("correct its {key}, or remove it"))
}
