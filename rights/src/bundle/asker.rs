//! A viewer in the numbers of one bundle.

use super::layout::{ANONYMOUS, COUNTRY_CODES, OTHER_LOGIN, SUBDIVISION, Section, WORLD, verdict};
use super::{Bundle, to_usize, u16_at, u32_at};
use crate::viewer::Viewer;

/// A viewer in the numbers of one bundle: where they are, and their bits in its sets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker {
    /// The country's number, or [`WORLD`].
    pub(crate) country: u16,
    /// The subdivision's number in the country; 0 where that is unknown, or no rule of this bundle asks.
    pub(crate) subdivision: u16,
    pub(crate) tier: u64,
    pub(crate) device: u8,
}

impl<B: AsRef<[u8]>> Bundle<B> {
    /// What is no code counts as unknown.
    pub(crate) fn asker(&self, viewer: &Viewer<'_>) -> Asker {
        let country = viewer.country.and_then(|code| self.country(code)).unwrap_or(WORLD);
        let subdivision = if country == WORLD {
            None
        } else {
            viewer.region.and_then(|code| self.subdivision(code, country))
        };
        Asker {
            country,
            subdivision: subdivision.unwrap_or(0),
            tier: self.tier_bit(viewer.tier),
            device: viewer.device.bit(),
        }
    }

    /// Whether this is a country's code, in capitals. What is none counts as an unknown country.
    #[must_use]
    pub fn is_country(&self, code: &str) -> bool {
        self.country(code).is_some()
    }

    fn country(&self, code: &str) -> Option<u16> {
        let index = country_index(*code.as_bytes().first_chunk()?)?;
        let [number] = self.record::<1>(Section::Countries, index).filter(|_| code.len() == 2)?;
        (*number != 0).then(|| u16::from(*number))
    }

    fn subdivision(&self, code: &str, country: u16) -> Option<u16> {
        let key = subdivision_key(code)?;
        let mut low = 0;
        let mut high = self.count(Section::Subdivisions, SUBDIVISION);
        while low < high {
            let middle = low.midpoint(high);
            let record: &[u8; SUBDIVISION] = self.record(Section::Subdivisions, middle)?;
            match u32_at(record, 0)?.cmp(&key) {
                core::cmp::Ordering::Less => low = middle + 1,
                core::cmp::Ordering::Greater => high = middle,
                core::cmp::Ordering::Equal => {
                    return u16_at(record, 6).filter(|_| u16_at(record, 4) == Some(country));
                }
            }
        }
        None
    }

    fn tier_bit(&self, tier: Option<&str>) -> u64 {
        let Some(tier) = tier.filter(|tier| !matches!(*tier, "" | "anonymous")) else { return ANONYMOUS };
        self.tier_number(tier).map_or(OTHER_LOGIN, |number| 1 << number)
    }

    /// What the area says of the viewer's place: [`verdict::NO`], `CERTAIN` or `POSSIBLE`.
    pub(crate) fn verdict(&self, area: u32, asker: &Asker) -> Option<u8> {
        let area = to_usize(area)?;
        let Asker { country, subdivision, .. } = *asker;
        let row: &[u8; super::layout::AREA] = self.record(Section::Areas, area)?;
        let said = two_bits(row, country)?;
        if said == verdict::DETAILED { self.detail(area, country, subdivision) } else { Some(said) }
    }

    fn detail(&self, area: usize, country: u16, subdivision: u16) -> Option<u8> {
        let first = to_usize(self.word(Section::AreaDetails, area)?)?;
        let behind = to_usize(self.word(Section::AreaDetails, area + 1)?)?;
        for number in first..behind {
            let record: &[u8; 8] = self.record(Section::Details, number)?;
            if u16_at(record, 0)? == country {
                let bits = self.section(Section::DetailBits)?.get(to_usize(u32_at(record, 4)?)?..)?;
                return two_bits(bits, subdivision).filter(|said| *said != verdict::DETAILED);
            }
        }
        None
    }
}

fn two_bits(row: &[u8], index: u16) -> Option<u8> {
    let byte = row.get(usize::from(index / 4))?;
    Some(byte >> (index % 4 * 2) & 3)
}

/// The place of a country's code among all pairs of letters.
pub(crate) fn country_index(code: [u8; 2]) -> Option<usize> {
    let [first, second] = code.map(|letter| usize::from(letter.wrapping_sub(b'A')));
    (first < 26 && second < 26).then_some(first * 26 + second).filter(|index| *index < COUNTRY_CODES)
}

/// A subdivision's code as a number that is its own: the country, then up to three letters or digits.
pub(crate) fn subdivision_key(code: &str) -> Option<u32> {
    let (country, rest) = code.as_bytes().split_first_chunk()?;
    let rest = rest.strip_prefix(b"-")?;
    if !(1..=3).contains(&rest.len()) {
        return None;
    }
    let mut key = u32::try_from(country_index(*country)?).ok()?;
    for position in 0..3 {
        let digit = match rest.get(position) {
            None => 0,
            Some(letter @ b'A'..=b'Z') => letter - b'A' + 11,
            Some(digit @ b'0'..=b'9') => digit - b'0' + 1,
            Some(_) => return None,
        };
        key = key << 6 | u32::from(digit);
    }
    Some(key)
}
