//! Where a token holds: countries (ISO 3166-1) and their subdivisions (ISO 3166-2).

use super::cbor::{Malformed, Reader};
use super::dialect::label;
use super::refusal::{Excerpt, Refusal};
use super::restriction::for_each;

/// The viewer's country must be among the token's, or the viewer's region among its subdivisions.
#[inline]
pub(super) fn check(list: Reader<'_>, country: Option<&str>, region: Option<&str>) -> Result<(), Refusal> {
    let country = country.filter(|code| is_country(code));
    let region = region.filter(|code| !code.is_empty());
    let (mut first, mut permitted, mut region_needed) = (None, false, false);
    for_each(list, label::PLACES, |reader| {
        let place = reader.text().map_err(|_| Malformed::Claim(label::PLACES))?;
        first.get_or_insert(place);
        let Some(country) = country else { return Ok(()) };
        match place.split_once('-') {
            None => permitted |= place.eq_ignore_ascii_case(country),
            Some((whole, part)) if whole.eq_ignore_ascii_case(country) => match region {
                None => region_needed = true,
                Some(region) => permitted |= is_part(region, country, part),
            },
            Some(_) => {}
        }
        Ok(())
    })?;
    let Some(country) = country else { return Err(Refusal::CountryUnknown) };
    let actual = Excerpt::of(country);
    match (permitted, region_needed) {
        (true, _) => Ok(()),
        (false, true) => Err(Refusal::RegionUnknown { country: actual }),
        (false, false) => Err(Refusal::Country { actual, expected: Excerpt::of(first.unwrap_or_default()) }),
    }
}

/// The one place of a list of one.
pub(super) fn only(mut list: Reader<'_>) -> Option<&str> {
    let one = list.array().is_ok_and(|count| count == 1);
    one.then(|| list.text().ok()).flatten()
}

/// Two letters. CDNs say `XX` for a country they do not know, and things like `T1` for what is none.
fn is_country(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic()) && !code.eq_ignore_ascii_case("XX")
}

/// Whether `region`, written `NO-03` or `03`, is `part` of `country`.
fn is_part(region: &str, country: &str, part: &str) -> bool {
    match region.split_once('-') {
        Some((of, region)) => of.eq_ignore_ascii_case(country) && region.eq_ignore_ascii_case(part),
        None => region.eq_ignore_ascii_case(part),
    }
}
