//! Sets of tiers, by the names that a bundle has for them.

use super::layout::{ANONYMOUS, MOST_TIERS, OTHER_LOGIN, Section, TIER};
use super::{Bundle, to_usize, u32_at};
use core::fmt;

/// A set of tiers. Written down it is a list of the policy language: names, or `*` and what it excludes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TierSet<'b> {
    bits: u64,
    /// The bundle's tiers, and the strings that their names stand in.
    tiers: &'b [u8],
    strings: &'b [u8],
}

/// One member of a list of tiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedTier<'b> {
    /// Any login.
    Any,
    /// This one.
    Named(&'b str),
    /// All but this one.
    Except(&'b str),
    /// Viewers who are not logged in.
    Anonymous,
}

impl fmt::Display for ListedTier<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => out.write_str("*"),
            Self::Named(name) => out.write_str(name),
            Self::Except(name) => write!(out, "!{name}"),
            Self::Anonymous => out.write_str("anonymous"),
        }
    }
}

impl<'b> TierSet<'b> {
    pub(crate) const NONE: Self = Self { bits: 0, tiers: &[], strings: &[] };

    /// Whether nobody is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bits == 0
    }

    /// The list that describes the set: what it names, `*` first and the rest by the alphabet, then what it excludes.
    pub fn list(self) -> impl Iterator<Item = ListedTier<'b>> {
        let any = self.bits & OTHER_LOGIN != 0;
        let names = names(self.tiers, self.strings)
            .enumerate()
            .map(move |(number, name)| (self.bits >> number & 1 != 0, name));
        let listed = |before: bool| {
            let of_these = names
                .clone()
                .filter(move |(within, name)| !any && *within && (*name < "anonymous") == before);
            of_these.map(|(_, name)| ListedTier::Named(name))
        };
        let anonymous = (self.bits & ANONYMOUS != 0).then_some(ListedTier::Anonymous);
        let except = names.clone().filter(move |(within, _)| any && !within);
        let except = except.map(|(_, name)| ListedTier::Except(name));
        any.then_some(ListedTier::Any)
            .into_iter()
            .chain(listed(true))
            .chain(anonymous)
            .chain(listed(false))
            .chain(except)
    }
}

impl fmt::Debug for TierSet<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.list()).finish()
    }
}

impl<B: AsRef<[u8]>> Bundle<B> {
    /// The tiers that its rules name, by the alphabet.
    pub fn named_tiers(&self) -> impl Iterator<Item = &str> {
        let section = |section| self.section(section).unwrap_or_default();
        names(section(Section::Tiers), section(Section::Strings))
    }

    /// Whether it has a grant for logins of every other tier.
    #[must_use]
    pub fn has_any_tier(&self) -> bool {
        (0..).map_while(|number| self.grant(number)).any(|grant| grant.tiers() & OTHER_LOGIN != 0)
    }

    pub(crate) fn tier_set(&self, bits: u64) -> Option<TierSet<'_>> {
        Some(TierSet { bits, tiers: self.section(Section::Tiers)?, strings: self.section(Section::Strings)? })
    }

    /// The number of the tier of that name.
    pub(crate) fn tier_number(&self, name: &str) -> Option<usize> {
        let tiers = self.section(Section::Tiers)?.as_chunks::<TIER>().0;
        let strings = self.section(Section::Strings)?;
        tiers.iter().position(|record| bytes(*record, strings) == Some(name.as_bytes()))
    }
}

fn names<'b>(tiers: &'b [u8], strings: &'b [u8]) -> impl Iterator<Item = &'b str> + Clone {
    let records = tiers.as_chunks::<TIER>().0.iter().take(MOST_TIERS);
    records.map(|record| {
        bytes(*record, strings).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
    })
}

fn bytes(record: [u8; TIER], strings: &[u8]) -> Option<&[u8]> {
    let start = to_usize(u32_at(&record, 0)?)?;
    let length = to_usize(u32_at(&record, 4)?)?;
    strings.get(start..start.checked_add(length)?)
}
