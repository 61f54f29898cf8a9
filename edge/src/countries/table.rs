//! The table as bytes. All numbers are little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `PGATEIPC` |
//! | 4 | the version of this layout, 1 |
//! | 4 | how many runs of IPv4 addresses |
//! | 4 | how many runs of IPv6 addresses |
//! | 2 | how many countries |
//! | 2 | the length of the source's name |
//! | 8 | the date of the data, in epoch seconds |
//! | 8 | a checksum of all the other bytes |
//! | | the source's name; the countries, two letters each |
//! | 257 × 4 | how many IPv4 runs begin below each first byte, and how many in all |
//! | 3 each | where each IPv4 run begins: the last three bytes of its first address |
//! | 1 each | its country, counted from 1; 0 is unknown |
//! | 8 each | where each IPv6 run begins: the first eight bytes of its first address |
//! | 1 each | its country |
//!
//! The bytes of where runs begin stand in columns: the highest of all runs, then the next of all, and so on. A search
//! seldom has to look at more than the first few, and compressed the table takes less than half of what it would in
//! rows; Lambda@Edge takes packages of at most 1 MB.
//!
//! A run lasts until the next begins. The checksum finds accidents, not forgers: who can change the table can change
//! the checksum, and the code beside it.

use siphasher::sip::SipHasher13;
use std::cmp::Ordering;
use std::hash::Hasher;
use std::net::IpAddr;
use std::ops::Range;

pub(super) const MAGIC: [u8; 8] = *b"PGATEIPC";
pub(super) const VERSION: u32 = 1;
/// Where the checksum stands; behind it, everything that is not header.
pub(super) const CHECKSUM: Range<usize> = 32..40;
pub(super) const INDEX: usize = 257;

/// Why bytes are no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Something else, or nothing.
    #[error("this is no table of countries; build one with `playgate edge build`")]
    NotATable,
    /// From another version of this program.
    #[error(
        "the table of countries has version {0}, and this program reads version {VERSION}; build it again"
    )]
    Version(u32),
    /// The lengths in it do not add up.
    #[error("the table of countries is {found} bytes long and should be {expected}; copy it again")]
    Length {
        /// What the header makes it.
        expected: usize,
        /// What there is.
        found: usize,
    },
    /// Damaged on the way.
    #[error("the table of countries is damaged: its checksum is wrong; copy it again")]
    Checksum,
    /// Right by its checksum, and wrong all the same.
    #[error("the table of countries was built wrongly: {0}; build it again")]
    Content(&'static str),
}

/// A table that was looked at and found whole.
pub struct Countries<B> {
    bytes: B,
    dated: i64,
    source: Range<usize>,
    codes: Range<usize>,
    index: Range<usize>,
    v4: Runs,
    v6: Runs,
}

/// Where the runs of one family stand.
struct Runs {
    starts: Range<usize>,
    countries: Range<usize>,
}

impl<B: AsRef<[u8]>> Countries<B> {
    /// Looks at all of it once; what is opened can be asked forever.
    ///
    /// # Errors
    /// If the bytes are no table, a table of another version, cut off, damaged or inconsistent.
    #[inline(never)]
    pub fn open(bytes: B) -> Result<Self, OpenError> {
        let all = bytes.as_ref();
        if !all.starts_with(&MAGIC) {
            return Err(OpenError::NotATable);
        }
        let version = number(all, 8, 4).ok_or(OpenError::NotATable)?;
        if version != u64::from(VERSION) {
            return Err(OpenError::Version(u32::try_from(version).unwrap_or(u32::MAX)));
        }
        let count = |at, width| number(all, at, width).and_then(|it| usize::try_from(it).ok());
        let counts = [count(12, 4), count(16, 4), count(20, 2), count(22, 2)];
        let [Some(v4), Some(v6), Some(countries), Some(source)] = counts else {
            return Err(OpenError::NotATable);
        };
        let dated = number(all, 24, 8).ok_or(OpenError::NotATable)?.cast_signed();

        let mut end = CHECKSUM.end;
        let mut next = |items: usize, width: usize| {
            let start = end;
            end = start.saturating_add(items.saturating_mul(width));
            start..end
        };
        let (source, codes, index) = (next(source, 1), next(countries, 2), next(INDEX, 4));
        let v4 = Runs { starts: next(v4, 3), countries: next(v4, 1) };
        let v6 = Runs { starts: next(v6, 8), countries: next(v6, 1) };
        if end != all.len() {
            return Err(OpenError::Length { expected: end, found: all.len() });
        }
        if number(all, CHECKSUM.start, 8) != checksum(all) {
            return Err(OpenError::Checksum);
        }
        let table = Self { bytes, dated, source, codes, index, v4, v6 };
        table.look_through().map_err(OpenError::Content)?;
        Ok(table)
    }

    /// The country of an address, as ISO 3166-1 alpha-2 in capitals; nothing if the data do not say.
    pub fn country(&self, address: IpAddr) -> Option<&str> {
        let (runs, run) = match address.to_canonical() {
            IpAddr::V4(address) => {
                let [first, rest @ ..] = address.octets();
                let (from, to) = (self.index(usize::from(first))?, self.index(usize::from(first) + 1)?);
                (
                    &self.v4,
                    last_at_or_below(self.part(&self.v4.starts), self.v4.countries.len(), from..to, &rest)?,
                )
            }
            IpAddr::V6(address) => {
                let count = self.v6.countries.len();
                let wanted = address.octets();
                let run = last_at_or_below(self.part(&self.v6.starts), count, 0..count, wanted.get(..8)?)?;
                (&self.v6, run)
            }
        };
        let country = usize::from(*self.part(&runs.countries).get(run)?).checked_sub(1)?;
        std::str::from_utf8(self.part(&self.codes).get(country * 2..country * 2 + 2)?).ok()
    }

    /// Of which day the data are, in epoch seconds.
    #[must_use]
    pub fn dated(&self) -> i64 {
        self.dated
    }

    /// Where the data come from.
    #[must_use]
    pub fn source(&self) -> &str {
        std::str::from_utf8(self.part(&self.source)).unwrap_or_default()
    }

    /// How many runs of IPv4 and of IPv6 addresses it has.
    #[must_use]
    pub fn runs(&self) -> (usize, usize) {
        (self.v4.countries.len(), self.v6.countries.len())
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.as_ref().get(range.clone()).unwrap_or_default()
    }

    fn index(&self, first: usize) -> Option<usize> {
        usize::try_from(number(self.part(&self.index), first * 4, 4)?).ok()
    }

    /// Checks everything that a lookup takes for granted.
    fn look_through(&self) -> Result<(), &'static str> {
        if std::str::from_utf8(self.part(&self.source)).is_err() {
            return Err("the name of its source is no text");
        }
        let codes = self.part(&self.codes);
        if !codes.iter().all(u8::is_ascii_uppercase) {
            return Err("a country is not two capital letters");
        }
        for runs in [&self.v4, &self.v6] {
            if self.part(&runs.countries).iter().any(|country| usize::from(*country) > codes.len() / 2) {
                return Err("an address is in a country that it does not list");
            }
        }
        if self.index(0) != Some(0) || self.index(INDEX - 1) != Some(self.v4.countries.len()) {
            return Err("its index does not cover it");
        }
        let starts = self.part(&self.v4.starts);
        for first in 0..INDEX - 1 {
            let (Some(from), Some(to)) = (self.index(first), self.index(first + 1)) else {
                return Err("its index is cut off");
            };
            if from > to || !ascend(starts, self.v4.countries.len(), from..to) {
                return Err("its IPv4 addresses are out of order");
            }
        }
        let starts = self.part(&self.v6.starts);
        let count = self.v6.countries.len();
        if !ascend(starts, count, 0..count) {
            return Err("its IPv6 addresses are out of order");
        }
        Ok(())
    }
}

/// The checksum of a table, over all of it but the checksum.
pub(super) fn checksum(table: &[u8]) -> Option<u64> {
    let mut hasher = SipHasher13::new_with_keys(0x706c_6179_6761_7465, 0x636f_756e_7472_6965);
    hasher.write(table.get(..CHECKSUM.start)?);
    hasher.write(table.get(CHECKSUM.end..)?);
    Some(hasher.finish())
}

/// The number of so many bytes, at most eight, that stands there.
fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(width)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// The last of so many numbers in columns that is not above the wanted one; the one before them if all are, if there
/// is one.
fn last_at_or_below(columns: &[u8], count: usize, mut among: Range<usize>, wanted: &[u8]) -> Option<usize> {
    // All that lie between two numbers that begin like the wanted one begin so too: what both ends have in common with
    // it is not looked at again.
    let (mut alike_below, mut alike_above) = (0, 0);
    while among.start < among.end {
        let middle = usize::midpoint(among.start, among.end);
        let mut alike = alike_below.min(alike_above);
        let mut order = Ordering::Equal;
        for wanted in wanted.get(alike..)? {
            order = columns.get(alike * count + middle)?.cmp(wanted);
            if order.is_ne() {
                break;
            }
            alike += 1;
        }
        if order.is_gt() {
            (among.end, alike_above) = (middle, alike);
        } else {
            (among.start, alike_below) = (middle + 1, alike);
        }
    }
    among.start.checked_sub(1)
}

/// Whether each of these numbers in columns is above the one before.
fn ascend(columns: &[u8], count: usize, mut among: Range<usize>) -> bool {
    let at = |index| columns.chunks_exact(count.max(1)).map(move |column: &[u8]| column.get(index));
    among.next().is_none_or(|first| {
        let mut before = first;
        among.all(|this| at(std::mem::replace(&mut before, this)).lt(at(this)))
    })
}
