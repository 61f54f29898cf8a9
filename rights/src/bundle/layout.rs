//! How a bundle is laid out: the one page on which its writer and its reader agree. Every number is little-endian.
//!
//! A header, sections one behind the other, and at the end the SHA-256 of everything before it. The header is
//! [`MAGIC`], the version, the most slashes in a prefix of the title table, the length of the whole, the seed of that
//! table, and for each section its offset and its length.

/// The first eight bytes.
pub(crate) const MAGIC: [u8; 8] = *b"PLAYGATE";
/// Of this layout. Changes with every change to this file, and to what the numbers mean.
pub(crate) const VERSION: u32 = 1;

pub(crate) const VERSION_AT: usize = 8;
pub(crate) const DEEPEST_AT: usize = 12;
pub(crate) const LENGTH_AT: usize = 16;
pub(crate) const SEED_AT: usize = 24;
pub(crate) const TABLE_OF_SECTIONS_AT: usize = 32;
/// A section's offset and its length, each 32 bits.
pub(crate) const SECTION_ENTRY: usize = 8;
pub(crate) const HEADER: usize = TABLE_OF_SECTIONS_AT + SECTIONS * SECTION_ENTRY;
pub(crate) const CHECKSUM: usize = 32;

/// The sections, in the order of the file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Section {
    /// UTF-8: the ids of rules, messages, names of tiers.
    Strings,
    /// [`TIER`] bytes each: where its name stands in the strings, and how long it is. The n-th has bit n of a set.
    Tiers,
    /// For each of the 26 x 26 pairs of letters a byte: 0, or the number of that country, from 1.
    Countries,
    /// [`SUBDIVISION`] bytes each, sorted: the code, its country's number and its number in the country. Only countries
    /// in which some rule names a subdivision have theirs listed, then all.
    Subdivisions,
    /// [`AREA`] bytes each: two bits for the world and for each country, a [`verdict`].
    Areas,
    /// One 32-bit number for each area and one more: where its details begin.
    AreaDetails,
    /// [`DETAIL`] bytes each: a country's number, and where its two bits for each subdivision begin.
    Details,
    /// Two bits a subdivision, the first for viewers of whom only the country is known.
    DetailBits,
    /// [`GRANT`] bytes each, in the order in which they count.
    Grants,
    /// [`BLACKOUT`] bytes each, in the order of their ids.
    Blackouts,
    /// 32-bit numbers: which rules speak of a title. See [`WIDE`].
    Lists,
    /// [`BUCKET`] bytes each: titles and prefixes by their fingerprints.
    Titles,
}

pub(crate) const SECTIONS: usize = 12;

pub(crate) const TIER: usize = 8;
pub(crate) const COUNTRY_CODES: usize = 26 * 26;
pub(crate) const SUBDIVISION: usize = 8;
pub(crate) const AREA: usize = 64;
pub(crate) const DETAIL: usize = 8;

/// What an area says of a viewer at some place.
pub(crate) mod verdict {
    /// It does not contain them.
    pub(crate) const NO: u8 = 0;
    /// It certainly contains them.
    pub(crate) const CERTAIN: u8 = 1;
    /// It possibly contains them.
    pub(crate) const POSSIBLE: u8 = 2;
    /// It depends on the subdivision: see the details.
    pub(crate) const DETAILED: u8 = 3;
}

/// The number of the place in the areas that stands for an unknown country. Countries begin at 1.
pub(crate) const WORLD: u16 = 0;
/// Places for which an area has a verdict.
pub(crate) const PLACES: usize = AREA * 4;

/// A grant: from, until (both 64 bits), tiers (64), area, id offset (32), id length, height, streams (16), devices,
/// DRM (8). Heights and streams of 0 are no cap.
pub(crate) const GRANT: usize = 40;
/// A blackout: from, until (64), area, id offset, message offset, message length (32), id length, whether there is a
/// message (16), and 4 bytes of nothing.
pub(crate) const BLACKOUT: usize = 40;
/// The `until` of what never ends.
pub(crate) const NEVER: i64 = i64::MAX;

/// Bits of a set of tiers for all logins whose tier no policy names, and for viewers who are not logged in.
pub(crate) const OTHER_LOGIN: u64 = 1 << 60;
pub(crate) const ANONYMOUS: u64 = 1 << 61;
pub(crate) const MOST_TIERS: usize = 60;

/// Five fingerprints (64 bits), five values (32), and whether more stand in the next bucket (32).
pub(crate) const BUCKET: usize = 64;
pub(crate) const SLOTS: usize = 5;
/// A value: no title here.
pub(crate) const EMPTY: u32 = u32::MAX;
/// The bit of a value that is the number of a grant, the only rule that speaks of the title. A value without it is
/// an index into the lists: the number of grants, of blackouts, then theirs.
pub(crate) const SINGLE: u32 = 1 << 31;
/// The bit of a list's first number by which it is wide: the rest of that number is the grant that counts first,
/// and behind it stands for each place in the areas the index of a list of those rules that speak of viewers there.
pub(crate) const WIDE: u32 = 1 << 31;
