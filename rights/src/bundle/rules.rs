//! The rules of a bundle, and which of them speak of a title.

use super::layout::{BLACKOUT, GRANT, NEVER, SINGLE, Section, WIDE};
use super::{Bundle, i64_at, to_usize, u16_at, u32_at, u64_at};
use crate::outcome::{Epoch, Text};

/// A grant, read when it is asked.
#[derive(Clone, Copy)]
pub(crate) struct GrantRecord<'b>(&'b [u8; GRANT]);

impl GrantRecord<'_> {
    pub(crate) fn from(self) -> Epoch {
        i64_at(self.0, 0).unwrap_or(NEVER)
    }

    /// [`NEVER`] where it does not end.
    pub(crate) fn until(self) -> Epoch {
        i64_at(self.0, 8).unwrap_or(0)
    }

    pub(crate) fn tiers(self) -> u64 {
        u64_at(self.0, 16).unwrap_or(0)
    }

    pub(crate) fn area(self) -> u32 {
        u32_at(self.0, 24).unwrap_or(u32::MAX)
    }

    pub(crate) fn id(self) -> (u32, u32) {
        (u32_at(self.0, 28).unwrap_or(u32::MAX), u16_at(self.0, 32).unwrap_or(0).into())
    }

    pub(crate) fn max_height(self) -> Option<u16> {
        u16_at(self.0, 34).filter(|height| *height != 0)
    }

    pub(crate) fn max_streams(self) -> Option<u16> {
        u16_at(self.0, 36).filter(|streams| *streams != 0)
    }

    pub(crate) fn devices(self) -> u8 {
        let [.., devices, _] = self.0;
        *devices
    }

    pub(crate) fn drm(self) -> bool {
        let [.., drm] = self.0;
        *drm != 0
    }
}

/// A blackout, read when it is asked.
#[derive(Clone, Copy)]
pub(crate) struct BlackoutRecord<'b>(&'b [u8; BLACKOUT]);

impl BlackoutRecord<'_> {
    pub(crate) fn from(self) -> Epoch {
        i64_at(self.0, 0).unwrap_or(0)
    }

    /// [`NEVER`] where it does not end.
    pub(crate) fn until(self) -> Epoch {
        i64_at(self.0, 8).unwrap_or(NEVER)
    }

    pub(crate) fn area(self) -> u32 {
        u32_at(self.0, 16).unwrap_or(u32::MAX)
    }

    pub(crate) fn id(self) -> (u32, u32) {
        (u32_at(self.0, 20).unwrap_or(u32::MAX), u16_at(self.0, 32).unwrap_or(0).into())
    }

    pub(crate) fn message(self) -> Option<(u32, u32)> {
        let there = u16_at(self.0, 34).is_some_and(|there| there != 0);
        there.then_some((u32_at(self.0, 24)?, u32_at(self.0, 28)?))
    }
}

/// The rules that speak of a title to viewers at some place.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'b> {
    grants: &'b [u8],
    blackouts: &'b [u8],
    /// The grant that counts first of all that speak of the title, wherever.
    first: u32,
}

impl<'b> Rules<'b> {
    /// One grant, and no blackout.
    pub(crate) fn one(grant: &'b [u8; 4]) -> Self {
        Self { grants: grant, blackouts: &[], first: u32::from_le_bytes(*grant) }
    }

    /// By the order in which they count.
    pub(crate) fn grants(self) -> impl Iterator<Item = u32> + Clone + use<'b> {
        numbers(self.grants)
    }

    pub(crate) fn blackouts(self) -> impl Iterator<Item = u32> + Clone + use<'b> {
        numbers(self.blackouts)
    }

    pub(crate) fn first(self) -> u32 {
        self.first
    }
}

fn numbers(words: &[u8]) -> impl Iterator<Item = u32> + Clone {
    words.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word))
}

/// What stands behind a title's value.
#[derive(Clone, Copy)]
pub(crate) enum Spoken<'b> {
    /// No grant speaks of it.
    NotAtAll,
    /// One grant does, and no blackout.
    Once(u32),
    /// These do.
    By(Rules<'b>),
}

impl<B: AsRef<[u8]>> Bundle<B> {
    pub(crate) fn grant(&self, number: u32) -> Option<GrantRecord<'_>> {
        self.record(Section::Grants, to_usize(number)?).map(GrantRecord)
    }

    pub(crate) fn blackout(&self, number: u32) -> Option<BlackoutRecord<'_>> {
        self.record(Section::Blackouts, to_usize(number)?).map(BlackoutRecord)
    }

    pub(crate) fn text_at(&self, (offset, length): (u32, u32)) -> Option<Text<'_>> {
        self.text(offset, length)
    }

    /// The rules behind a value of the title table that may concern viewers in the country.
    pub(crate) fn spoken(&self, value: u32, country: u16) -> Option<Spoken<'_>> {
        if value & SINGLE != 0 {
            return Some(Spoken::Once(value & !SINGLE));
        }
        let at = to_usize(value)?;
        let head = self.word(Section::Lists, at)?;
        if head == 0 {
            return Some(Spoken::NotAtAll);
        }
        if head & WIDE == 0 {
            return self.list(at, None).map(Spoken::By);
        }
        let there = to_usize(self.word(Section::Lists, at + 1 + usize::from(country))?)?;
        self.list(there, Some(head & !WIDE)).map(Spoken::By)
    }

    fn list(&self, at: usize, first: Option<u32>) -> Option<Rules<'_>> {
        let grants = to_usize(self.word(Section::Lists, at)?)?;
        let blackouts = to_usize(self.word(Section::Lists, at + 1)?)?;
        let words = self.section(Section::Lists)?.get(at.checked_add(2)?.checked_mul(4)?..)?;
        let (grants, behind) = words.split_at_checked(grants.checked_mul(4)?)?;
        let blackouts = behind.get(..blackouts.checked_mul(4)?)?;
        let first = match first {
            Some(first) => first,
            None => numbers(grants).next()?,
        };
        Some(Rules { grants, blackouts, first })
    }
}
