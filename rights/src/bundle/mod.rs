//! A compiled policy: compact, complete in itself, and checked before it is used.

mod asker;
mod check;
pub(crate) mod layout;
mod rules;
mod tiers;
mod titles;

pub(crate) use asker::Asker;
#[cfg(feature = "language")]
pub(crate) use asker::{country_index, subdivision_key};
pub(crate) use rules::{GrantRecord, Rules, Spoken};
pub use tiers::{ListedTier, TierSet};
#[cfg(feature = "language")]
pub(crate) use titles::Fingerprint;

use crate::outcome::{Fault, Text};
use layout::{DEEPEST_AT, HEADER, SECTION_ENTRY, SECTIONS, SEED_AT, Section, TABLE_OF_SECTIONS_AT};

/// A checked bundle over bytes that somebody else holds, or that it owns: `Bundle<&[u8]>`, `Bundle<Vec<u8>>`,
/// `Bundle<Arc<[u8]>>`. Nothing of them is copied.
#[derive(Clone)]
pub struct Bundle<B> {
    bytes: B,
    sections: [Span; SECTIONS],
    seed: u64,
    /// The most slashes in a prefix of the title table.
    deepest: usize,
    checksum: [u8; 32],
}

/// Where a section stands.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: usize,
    length: usize,
}

impl<B: AsRef<[u8]>> Bundle<B> {
    /// Takes the bytes of a bundle, if they are one, whole and unaltered.
    ///
    /// # Errors
    /// What is wrong with them. A bundle of another version of the format is not read.
    pub fn open(bytes: B) -> Result<Self, BundleError> {
        let checksum = check::envelope(bytes.as_ref())?;
        let broken = BundleError::Contradiction;
        let mut sections = [Span::default(); SECTIONS];
        for (at, span) in (TABLE_OF_SECTIONS_AT..HEADER).step_by(SECTION_ENTRY).zip(&mut sections) {
            let start = u32_at(bytes.as_ref(), at).and_then(to_usize).ok_or(broken)?;
            let length = u32_at(bytes.as_ref(), at + 4).and_then(to_usize).ok_or(broken)?;
            *span = Span { start, length };
        }
        let seed = u64_at(bytes.as_ref(), SEED_AT).ok_or(broken)?;
        let deepest = u32_at(bytes.as_ref(), DEEPEST_AT).and_then(to_usize).ok_or(broken)?;
        let bundle = Self { bytes, sections, seed, deepest, checksum };
        check::structure(&bundle).ok_or(broken)?;
        Ok(bundle)
    }

    /// The SHA-256 that names this policy in answers and logs.
    #[must_use]
    pub fn checksum(&self) -> &[u8; 32] {
        &self.checksum
    }

    /// The name of this policy in answers and logs: `sha256:` and the checksum in hexadecimal digits.
    #[must_use]
    pub fn name(&self) -> alloc::string::String {
        let mut name = alloc::string::String::with_capacity(71);
        name.push_str("sha256:");
        for digit in self.checksum.iter().flat_map(|byte| [byte >> 4, byte & 15]) {
            name.extend(char::from_digit(digit.into(), 16));
        }
        name
    }

    /// How many grants there are in it.
    #[must_use]
    pub fn grants(&self) -> usize {
        self.count(Section::Grants, layout::GRANT)
    }

    /// How many blackouts there are in it.
    #[must_use]
    pub fn blackouts(&self) -> usize {
        self.count(Section::Blackouts, layout::BLACKOUT)
    }

    /// The bytes it was opened with.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    fn span(&self, section: Section) -> Span {
        self.sections.get(section as usize).copied().unwrap_or_default()
    }

    /// How many records of this size the section holds.
    fn count(&self, section: Section, size: usize) -> usize {
        self.span(section).length / size
    }

    fn section(&self, section: Section) -> Option<&[u8]> {
        let Span { start, length } = self.span(section);
        self.bytes.as_ref().get(start..start.checked_add(length)?)
    }

    /// One record of a section.
    fn record<const SIZE: usize>(&self, section: Section, number: usize) -> Option<&[u8; SIZE]> {
        let Span { start, length } = self.span(section);
        let offset = number.checked_mul(SIZE)?;
        let end = offset.checked_add(SIZE)?;
        if end > length {
            return None;
        }
        self.bytes.as_ref().get(start + offset..start + end)?.first_chunk()
    }

    fn word(&self, section: Section, index: usize) -> Option<u32> {
        Some(u32::from_le_bytes(*self.record(section, index)?))
    }

    fn text(&self, offset: u32, length: u32) -> Option<Text<'_>> {
        let strings = self.section(Section::Strings)?;
        let start = to_usize(offset)?;
        strings.get(start..start.checked_add(to_usize(length)?)?).map(Text::new)
    }
}

impl<B: AsRef<[u8]>> core::fmt::Debug for Bundle<B> {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(out, "Bundle({})", self.name())
    }
}

/// Why bytes are not taken for a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Something else altogether.
    #[error("this is not a policy bundle: make one with `playgate policy build`")]
    NotABundle,
    /// Written by an earlier program.
    #[error("this bundle has format {0}, and this program reads format {current}: build it again from the policy files with `playgate policy build`", current = layout::VERSION)]
    Older(u32),
    /// Written by a later program.
    #[error("this bundle has format {0}, and this program reads format {current}: update this program, or build the bundle with a `playgate` as old as it", current = layout::VERSION)]
    Newer(u32),
    /// Not all of it is here, or more than that.
    #[error(
        "the bundle is {found} bytes long and should be {expected}: it was cut off or added to; copy it again"
    )]
    Length {
        /// As it says of itself.
        expected: u64,
        /// As it is.
        found: u64,
    },
    /// Its checksum does not fit.
    #[error("the bundle was altered: its SHA-256 does not fit what it holds; copy or build it again")]
    Altered,
    /// Whole and unaltered, and still impossible.
    #[error("the bundle contradicts itself: it was not written by `playgate policy build`; build it again")]
    Contradiction,
}

/// What a bundle that was checked cannot lack. If it does, nothing is decided.
pub(crate) trait OrFault<T> {
    fn or_fault(self) -> Result<T, Fault>;
}

impl<T> OrFault<T> for Option<T> {
    fn or_fault(self) -> Result<T, Fault> {
        self.ok_or(Fault::Bundle)
    }
}

fn bytes_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes_at(bytes, at).map(u16::from_le_bytes)
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes_at(bytes, at).map(u32::from_le_bytes)
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes_at(bytes, at).map(u64::from_le_bytes)
}

pub(crate) fn i64_at(bytes: &[u8], at: usize) -> Option<i64> {
    bytes_at(bytes, at).map(i64::from_le_bytes)
}

pub(crate) fn to_usize(number: u32) -> Option<usize> {
    usize::try_from(number).ok()
}
