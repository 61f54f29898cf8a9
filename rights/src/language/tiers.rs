//! The tiers that a folder names: not too many, and none by a slip.

use super::nearest::nearest;
use super::problem::{Problem, Problems, shown};
use super::source::{Source, Span};
use std::collections::BTreeMap;

/// So many different tiers may be named in a folder, `anonymous` not counted.
pub const MOST_TIERS: usize = 60;

/// A tier that is named so often is no slip.
const OFTEN: u32 = 3;

/// Every tier named so far: how often, and what to say if that stays the only time.
#[derive(Debug, Default)]
pub(crate) struct TierNames(BTreeMap<String, (u32, Problem)>);

impl TierNames {
    /// Takes note of a tier, and reports the first that is too many.
    pub(crate) fn note(&mut self, source: &Source<'_>, span: &Span, name: &str, problems: &mut Problems) {
        if let Some((times, _)) = self.0.get_mut(name) {
            *times = times.saturating_add(1);
            return;
        }
        if self.0.len() == MOST_TIERS {
            let message =
                format!("{} is one tier too many: a folder names at most {MOST_TIERS}", shown(name));
            problems.push(
                source.error(span, "too-many-tiers", message).help("name fewer, or exclude from `*` instead"),
            );
        }
        if self.0.len() <= MOST_TIERS {
            let once =
                source.error(span, "tier-once", format!("no other rule names the tier {}", shown(name)));
            self.0.insert(name.to_owned(), (1, once.warning()));
        }
    }

    /// Reports what is named once and is nearly what is named often.
    pub(crate) fn slips(self, problems: &mut Problems) {
        let often: Vec<&str> =
            self.0.iter().filter(|(_, (times, _))| *times >= OFTEN).map(|(name, _)| name.as_str()).collect();
        for (name, (_, once)) in self.0.iter().filter(|(_, (times, _))| *times == 1) {
            // `tier1` and `tier2` differ by intention.
            let likely = often.iter().copied().filter(|other| digits(other) == digits(name));
            if let Some(meant) = nearest(name, likely) {
                problems.push(once.clone().help(format!("did you mean `{meant}`?")));
            }
        }
    }
}

fn digits(name: &str) -> String {
    name.chars().filter(char::is_ascii_digit).collect()
}
