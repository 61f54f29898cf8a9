//! The tiers that a folder names, which must not be too many.

use super::problem::{Problems, shown};
use super::source::{Source, Span};
use std::collections::HashSet;

/// So many different tiers may be named in a folder, `anonymous` not counted.
pub const MOST_TIERS: usize = 60;

/// Every tier named so far.
#[derive(Debug, Default)]
pub(crate) struct TierNames(HashSet<String>);

impl TierNames {
    /// Takes note of a tier, and reports the first that is too many.
    pub(crate) fn note(&mut self, source: &Source<'_>, span: &Span, name: &str, problems: &mut Problems) {
        if self.0.contains(name) {
            return;
        }
        self.0.insert(name.to_owned());
        if self.0.len() == MOST_TIERS + 1 {
            let message =
                format!("{} is one tier too many: a folder names at most {MOST_TIERS}", shown(name));
            problems.push(
                source.error(span, "too-many-tiers", message).help("name fewer, or exclude from `*` instead"),
            );
        }
    }
}
