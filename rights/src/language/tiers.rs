//! The tiers that a folder names: not too many, and none by a slip.

use super::source::{Source, Span};
use crate::nearest::nearest;
use crate::problem::{Problem, Problems, shown};
use std::collections::BTreeMap;

/// So many different tiers may be named in a folder, `anonymous` not counted.
pub const MOST_TIERS: usize = 60;

/// A tier that is named so often is no slip.
const OFTEN: u32 = 3;

/// Names of so many letters are hardly alike by chance.
const LONG: usize = 5;

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

    /// Reports what is named once and is nearly what is named often, or in a folder of one file at all.
    pub(crate) fn slips(self, files: usize, problems: &mut Problems) {
        for (name, (_, once)) in self.0.iter().filter(|(_, (times, _))| *times == 1) {
            if matches!(
                name.as_str(),
                "all" | "any" | "anybody" | "anyone" | "every" | "everybody" | "everyone"
            ) {
                let help = "did you mean `\"*\"`, for everyone who has an account?";
                problems.push(once.clone().help(help));
                continue;
            }
            let place = |problem: &Problem| (problem.line, problem.column);
            let likely = self.0.iter().filter(|(other, (times, first))| {
                let named_before = *times > 1 || place(first) < place(once);
                let alike = other.as_str() != name
                    // `tier1` and `tier2` differ by intention.
                    && digits(other) == digits(name);
                // Of two rare ones that are short, such as `hd` and `uhd`, neither need be a slip.
                alike && (*times >= OFTEN || files == 1 && named_before && name.len() >= LONG)
            });
            let likely = likely.map(|(name, _)| name.as_str());
            if let Some(meant) = nearest(name, likely) {
                problems.push(once.clone().help(format!("did you mean `{meant}`?")));
            }
        }
    }
}

fn digits(name: &str) -> String {
    name.chars().filter(char::is_ascii_digit).collect()
}
