//! What must hold before a bundle is used.

use super::layout::{
    AREA, BLACKOUT, BUCKET, CHECKSUM, COUNTRY_CODES, DETAIL, GRANT, HEADER, LENGTH_AT, MAGIC, MOST_TIERS,
    PLACES, SINGLE, SUBDIVISION, Section, TIER, VERSION, VERSION_AT, WIDE,
};
use super::{Bundle, BundleError, to_usize, u16_at, u32_at, u64_at};
use sha2::{Digest as _, Sha256};

/// No country has as many: with more, a small bundle could keep its reader busy for long.
const MOST_SUBDIVISIONS: usize = 1024;

/// That the bytes are a bundle of this version, whole and unaltered.
pub(super) fn envelope(bytes: &[u8]) -> Result<[u8; 32], BundleError> {
    if !bytes.starts_with(&MAGIC) {
        return Err(BundleError::NotABundle);
    }
    let found = bytes.len() as u64;
    let short = |expected| BundleError::Length { expected, found };
    match u32_at(bytes, VERSION_AT) {
        None => return Err(short((HEADER + CHECKSUM) as u64)),
        Some(VERSION) => {}
        Some(older @ ..VERSION) => return Err(BundleError::Older(older)),
        Some(newer) => return Err(BundleError::Newer(newer)),
    }
    let least = (HEADER + CHECKSUM) as u64;
    let expected = u64_at(bytes, LENGTH_AT).ok_or(short(least))?;
    if found < least {
        return Err(short(expected.max(least)));
    }
    if found != expected {
        return Err(short(expected));
    }
    let (content, checksum) = bytes.split_last_chunk::<CHECKSUM>().ok_or(short(least))?;
    if digest(content) != *checksum {
        return Err(BundleError::Altered);
    }
    Ok(*checksum)
}

/// In parts: a WebAssembly runtime takes up better code only at the next call, and one call for a large bundle is all
/// there would be.
fn digest(content: &[u8]) -> [u8; CHECKSUM] {
    let mut hash = Sha256::new();
    for part in content.chunks(4096) {
        hash.update(part);
    }
    hash.finalize().into()
}

/// That everything a decision follows leads somewhere.
pub(super) fn structure<B: AsRef<[u8]>>(bundle: &Bundle<B>) -> Option<()> {
    sections(bundle)?;
    let strings = core::str::from_utf8(bundle.section(Section::Strings)?).ok()?;
    let text = |offset: u32, length: u32| {
        let start = to_usize(offset)?;
        strings.get(start..start.checked_add(to_usize(length)?)?)
    };

    let tiers = bundle.section(Section::Tiers)?.as_chunks::<TIER>().0;
    must(tiers.len() <= MOST_TIERS)?;
    for tier in tiers {
        text(u32_at(tier, 0)?, u32_at(tier, 4)?)?;
    }
    areas(bundle)?;

    let area_count = bundle.count(Section::Areas, AREA);
    let known = |area: u32| to_usize(area).is_some_and(|area| area < area_count);
    for number in 0..u32::try_from(bundle.count(Section::Grants, GRANT)).ok()? {
        let grant = bundle.grant(number)?;
        let (offset, length) = grant.id();
        text(offset, length)?;
        must(known(grant.area()))?;
    }
    for number in 0..u32::try_from(bundle.count(Section::Blackouts, BLACKOUT)).ok()? {
        let blackout = bundle.blackout(number)?;
        let (offset, length) = blackout.id();
        text(offset, length)?;
        must(known(blackout.area()))?;
        if let Some((offset, length)) = blackout.message() {
            text(offset, length)?;
        }
    }
    lists(bundle)
}

fn must(holds: bool) -> Option<()> {
    holds.then_some(())
}

/// One behind the other, from the header to the checksum, each of whole records.
fn sections<B: AsRef<[u8]>>(bundle: &Bundle<B>) -> Option<()> {
    let mut behind = HEADER;
    for span in &bundle.sections {
        // Up to 63 bytes may be left out so that a section begins where it is read fastest.
        must(span.start >= behind && span.start - behind < BUCKET)?;
        behind = span.start.checked_add(span.length)?;
    }
    must(behind == bundle.bytes.as_ref().len().checked_sub(CHECKSUM)?)?;
    let sizes = [
        (Section::Tiers, TIER),
        (Section::Countries, COUNTRY_CODES),
        (Section::Subdivisions, SUBDIVISION),
        (Section::Areas, AREA),
        (Section::AreaDetails, 4),
        (Section::Details, DETAIL),
        (Section::Grants, GRANT),
        (Section::Blackouts, BLACKOUT),
        (Section::Lists, 4),
        (Section::Titles, BUCKET),
    ];
    for (section, size) in sizes {
        must(bundle.span(section).length.is_multiple_of(size))?;
    }
    Some(())
}

/// That each area has a verdict for each country and subdivision.
fn areas<B: AsRef<[u8]>>(bundle: &Bundle<B>) -> Option<()> {
    let countries = bundle.section(Section::Countries)?;
    must(countries.len() == COUNTRY_CODES)?;
    must(countries.iter().all(|number| usize::from(*number) < PLACES))?;
    // How many places each country has bits for: its subdivisions, and itself.
    let mut places = [1_usize; PLACES];
    for subdivision in bundle.section(Section::Subdivisions)?.as_chunks::<SUBDIVISION>().0 {
        let country = places.get_mut(usize::from(u16_at(subdivision, 4)?))?;
        let number = usize::from(u16_at(subdivision, 6)?);
        must(number < MOST_SUBDIVISIONS)?;
        *country = (*country).max(number + 1);
    }
    let bits = bundle.section(Section::DetailBits)?;
    for detail in bundle.section(Section::Details)?.as_chunks::<DETAIL>().0 {
        let places = places.get(usize::from(u16_at(detail, 0)?))?;
        let start = to_usize(u32_at(detail, 4)?)?;
        let row = bits.get(start..start.checked_add(places.div_ceil(4))?)?;
        // Two set bits would send the reader to the details once more.
        must(row.iter().all(|four| four & four >> 1 & 0b0101_0101 == 0))?;
    }
    let details = bundle.count(Section::Details, DETAIL);
    let areas = bundle.count(Section::Areas, AREA);
    must(bundle.count(Section::AreaDetails, 4) == areas + 1)?;
    let mut before = 0;
    for (number, area) in bundle.section(Section::Areas)?.as_chunks::<AREA>().0.iter().enumerate() {
        let first = to_usize(bundle.word(Section::AreaDetails, number)?)?;
        let behind = to_usize(bundle.word(Section::AreaDetails, number + 1)?)?;
        must(first == before && first <= behind && behind <= details)?;
        before = behind;
        let detailed =
            area.iter().map(|four| (four & four >> 1 & 0b0101_0101).count_ones() as usize).sum::<usize>();
        must(detailed == behind - first)?;
    }
    Some(())
}

/// That each title's value leads to rules that are there.
fn lists<B: AsRef<[u8]>>(bundle: &Bundle<B>) -> Option<()> {
    let grants = u32::try_from(bundle.count(Section::Grants, GRANT)).ok()?;
    let words = bundle.section(Section::Lists)?.as_chunks::<4>().0;
    let word = |at: usize| words.get(at).map(|word| u32::from_le_bytes(*word));
    // Every list is looked at once, however many titles share it; lists that overlap would be read more often than that.
    let mut seen = alloc::vec![false; words.len()];
    let mut unread = words.len();
    for value in bundle.values() {
        if value & SINGLE != 0 {
            must(value & !SINGLE < grants)?;
            continue;
        }
        let at = to_usize(value)?;
        let head = word(at)?;
        if head == 0 || core::mem::replace(seen.get_mut(at)?, true) {
            continue;
        }
        if head & WIDE == 0 {
            unread = unread.checked_sub(list(bundle, at)?)?;
            continue;
        }
        must(head & !WIDE < grants)?;
        unread = unread.checked_sub(1 + PLACES)?;
        for place in 0..PLACES {
            let there = to_usize(word(at + 1 + place)?)?;
            if !core::mem::replace(seen.get_mut(there)?, true) {
                unread = unread.checked_sub(list(bundle, there)?)?;
            }
        }
    }
    Some(())
}

/// How many words the list has.
fn list<B: AsRef<[u8]>>(bundle: &Bundle<B>, at: usize) -> Option<usize> {
    let grants = to_usize(bundle.word(Section::Lists, at)?)?;
    let blackouts = to_usize(bundle.word(Section::Lists, at + 1)?)?;
    let start = at.checked_add(2)?;
    let middle = start.checked_add(grants)?;
    let behind = middle.checked_add(blackouts)?;
    must(behind <= bundle.count(Section::Lists, 4))?;
    let below = |range: core::ops::Range<usize>, count: usize| {
        range
            .map(|index| bundle.word(Section::Lists, index).and_then(to_usize))
            .all(|number| number.is_some_and(|number| number < count))
    };
    must(below(start..middle, bundle.count(Section::Grants, GRANT)))?;
    must(below(middle..behind, bundle.count(Section::Blackouts, BLACKOUT)))?;
    Some(behind - at)
}
