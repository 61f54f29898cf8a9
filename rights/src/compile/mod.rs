//! From a checked policy to a bundle.

mod areas;
mod lists;
mod titles;
mod writer;

use crate::bundle::layout::{MOST_TIERS, Section};
use crate::model::{Blackout, Grant, Policy};
use crate::reach::Reach;
use areas::Areas;
use writer::Writer;

/// The rules of a policy in the order in which a bundle has them: grants as they count, blackouts by their ids.
pub(crate) struct Ordered<'p> {
    pub(crate) grants: Vec<&'p Grant>,
    pub(crate) blackouts: Vec<&'p Blackout>,
}

impl<'p> Ordered<'p> {
    pub(crate) fn of(policy: &'p Policy) -> Self {
        let mut grants: Vec<_> = policy.grants.iter().collect();
        grants.sort_unstable_by(|one, other| one.before(other));
        let mut blackouts: Vec<_> = policy.blackouts.iter().collect();
        blackouts.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        Self { grants, blackouts }
    }

    /// Which of them speak of which titles: grants by their numbers, and blackouts by theirs behind these.
    pub(crate) fn reach(&self) -> Reach<'p> {
        let titles = self.grants.iter().map(|grant| &grant.titles);
        Reach::of((0..).zip(titles.chain(self.blackouts.iter().map(|blackout| &blackout.titles))))
    }
}

/// The bundle of a policy: the same bytes whatever the order of its files and rules.
///
/// # Errors
/// If the policy is too large for the format.
pub fn compile(policy: &Policy) -> Result<Vec<u8>, TooLarge> {
    let rules = Ordered::of(policy);
    let mut writer = Writer::default();
    let tiers = tier_names(&rules)?;
    writer.tiers(&tiers)?;
    let mut areas = Areas::default();
    writer.rules(&rules, &tiers, &mut areas)?;
    let there = areas.write(&mut writer)?;
    let reach = rules.reach();
    let values = lists::write(&mut writer, &rules, &reach, &there)?;
    titles::write(&mut writer, &reach, &values)?;
    writer.finish()
}

/// The names of all tiers, sorted: the n-th has bit n.
fn tier_names<'p>(rules: &Ordered<'p>) -> Result<Vec<&'p str>, TooLarge> {
    let mut names: Vec<&str> = rules
        .grants
        .iter()
        .flat_map(|grant| grant.tiers.named.iter().chain(&grant.tiers.except))
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.len() > MOST_TIERS { Err(TooLarge("tiers", MOST_TIERS)) } else { Ok(names) }
}

/// A policy that the format has no room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the policy has more {0} than a bundle can hold ({1}): split the folder in two")]
pub struct TooLarge(&'static str, usize);

/// A length or an offset as the format has it.
fn number(length: usize, of: Section) -> Result<u32, TooLarge> {
    let what = match of {
        Section::Strings => "text",
        Section::Lists => "combinations of rules for a title",
        Section::Titles => "titles",
        Section::Grants | Section::Blackouts => "rules",
        _ => "territories",
    };
    // The upper half is for marks.
    u32::try_from(length).ok().filter(|number| number >> 31 == 0).ok_or(TooLarge(what, 1 << 31))
}
