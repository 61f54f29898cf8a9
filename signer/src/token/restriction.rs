//! The restrictions of a token, each against the part of the request that it speaks of.

use std::net::IpAddr;

use super::cbor::{Key, Malformed, Reader, major};
use super::claimset::unsupported;
use super::dialect::{Component, Dialect, Matching, label};
use super::network::Network;
use super::refusal::{Excerpt, Refusal};
use super::request::Request;

/// Every restricted part of the URI must match in every way that the token names. Returns the path's prefix.
///
/// A claim that cannot be read or evaluated is refused as that, even if another part of it does not match anyway.
#[inline]
pub(super) fn check_uri<'b>(
    mut uri: Reader<'b>,
    dialect: Dialect,
    request: &Request<'_>,
) -> Result<Option<&'b str>, Refusal> {
    let number = dialect.labels().uri;
    let (mut path_scope, mut mismatch) = (None, None);
    let (parts, start) = opened(&mut uri, number)?;
    for index in 0..parts {
        let part = key(&mut uri, start, index, number)?;
        let component = dialect
            .component(part)
            .ok_or_else(|| unsupported(number, "it restricts an unknown part of the URI"))?;
        let (matches, start) = opened(&mut uri, number)?;
        for index in 0..matches {
            let matching = key(&mut uri, start, index, number)?;
            let matching = dialect.matching(matching).ok_or_else(|| {
                unsupported(number, "only exact, prefix, suffix and contains matches are evaluated")
            })?;
            let compared = Compared::read(&mut uri, dialect, component, matching, request)?;
            if compared.fitting.is_none() {
                mismatch.get_or_insert((component, compared));
            } else if (component, matching) == (Component::Path, Matching::Prefix) {
                path_scope = compared.fitting;
            }
        }
    }
    match mismatch {
        None => Ok(path_scope),
        Some((component, compared)) => Err(compared.refusal(component)),
    }
}

/// The method must be one of the token's.
pub(super) fn check_method(list: Reader<'_>, dialect: Dialect, method: Option<&str>) -> Result<(), Refusal> {
    let number = dialect.labels().methods;
    let mut permitted = false;
    for_each(list, number, |reader| {
        let text = reader.text().map_err(|_| Malformed::Claim(number))?;
        permitted |= method == Some(text);
        Ok(())
    })?;
    match method {
        None => Err(Refusal::MethodUnknown),
        Some(actual) if !permitted => Err(Refusal::Method { actual: Excerpt::of(actual) }),
        Some(_) => Ok(()),
    }
}

/// The address must lie in one of the token's networks. A token that names an autonomous system is refused whole:
/// it must have the same answer for every viewer whose system is not known.
pub(super) fn check_address(
    list: Reader<'_>,
    dialect: Dialect,
    address: Option<IpAddr>,
) -> Result<(), Refusal> {
    let number = dialect.labels().networks;
    let malformed = Malformed::Claim(number);
    let mut permitted = false;
    for_each(list, number, |reader| {
        let network = match (dialect, reader.peek()?.major) {
            (Dialect::Cta, major::UNSIGNED) => {
                return Err(unsupported(number, "the viewer's AS number is not known"));
            }
            (Dialect::Cta, _) => Network::read(reader).map_err(|_| malformed)?,
            (Dialect::Aws, _) => reader.text().map_err(|_| malformed)?.parse().map_err(|_| malformed)?,
        };
        permitted |= address.is_some_and(|address| network.contains(address));
        Ok(())
    })?;
    match address {
        None => Err(Refusal::IpUnknown),
        Some(actual) if !permitted => Err(Refusal::Ip { actual }),
        Some(_) => Ok(()),
    }
}

/// A token for an audience holds for nobody else; a verifier that has one takes no other token.
#[inline]
pub(super) fn check_audience(claim: Option<Reader<'_>>, expected: Option<&str>) -> Result<(), Refusal> {
    let malformed = |_| Malformed::Claim(label::AUDIENCE);
    let (mut first, mut found) = (None, false);
    let Some(mut claim) = claim else {
        return match expected {
            None => Ok(()),
            Some(_) => Err(audience(None, expected)),
        };
    };
    if claim.peek()?.major == major::TEXT {
        let text = claim.text().map_err(malformed)?;
        (first, found) = (Some(text), expected == Some(text));
    } else {
        for_each(claim, label::AUDIENCE, |reader| {
            let text = reader.text().map_err(malformed)?;
            first.get_or_insert(text);
            found |= expected == Some(text);
            Ok(())
        })?;
    }
    if found { Ok(()) } else { Err(audience(first, expected)) }
}

fn audience(actual: Option<&str>, expected: Option<&str>) -> Refusal {
    Refusal::Audience {
        actual: Excerpt::of(actual.unwrap_or_default()),
        expected: Excerpt::of(expected.unwrap_or_default()),
    }
}

/// Calls `check` for each item of an array.
pub(super) fn for_each<'b>(
    mut list: Reader<'b>,
    number: i64,
    mut check: impl FnMut(&mut Reader<'b>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let count = list.array().map_err(|_| Malformed::Claim(number))?;
    for _ in 0..count {
        check(&mut list)?;
    }
    Ok(())
}

/// A map that restricts something: one without entries would look like a restriction and be none.
#[inline]
fn opened<'b>(map: &mut Reader<'b>, number: i64) -> Result<(u64, Reader<'b>), Malformed> {
    match map.map() {
        Ok(entries @ 1..) => Ok((entries, *map)),
        _ => Err(Malformed::Claim(number)),
    }
}

#[inline]
fn key<'b>(map: &mut Reader<'b>, start: Reader<'b>, index: u64, number: i64) -> Result<i64, Malformed> {
    let key = map.key()?;
    if start.has_key(index, key)? {
        return Err(Malformed::DuplicateKey);
    }
    match key {
        Key::Label(label) => Ok(label),
        Key::Text(_) => Err(Malformed::Claim(number)),
    }
}

/// One match: what the request has, what the token permits first, and what of it fits.
struct Compared<'b, 'r> {
    actual: Option<&'r str>,
    first: Option<&'b str>,
    fitting: Option<&'b str>,
}

impl<'b, 'r> Compared<'b, 'r> {
    /// AWS's dialect may list several values, of which one must fit.
    #[inline]
    fn read(
        reader: &mut Reader<'b>,
        dialect: Dialect,
        component: Component,
        matching: Matching,
        request: &Request<'r>,
    ) -> Result<Self, Refusal> {
        let malformed = Malformed::Claim(dialect.labels().uri);
        let listed = dialect == Dialect::Aws && reader.peek()?.major == major::ARRAY;
        let values = if listed { reader.array()? } else { 1 };
        let mut compared = Self { actual: part_of(request, component), first: None, fitting: None };
        for _ in 0..values {
            let expected = reader.text().map_err(|_| malformed)?;
            if expected.is_empty() && matching != Matching::Exact {
                return Err(malformed.into());
            }
            compared.first.get_or_insert(expected);
            let fits = |actual| matching.permits(component, expected, actual);
            if compared.fitting.is_none() && compared.actual.is_some_and(fits) {
                compared.fitting = Some(expected);
            }
        }
        Ok(compared)
    }

    fn refusal(&self, component: Component) -> Refusal {
        let expected = Excerpt::of(self.first.unwrap_or_default());
        match self.actual {
            None if component.is_of_path() => Refusal::PathUnknown,
            None => Refusal::UriUnknown { component: component.name() },
            Some(actual) if component.is_of_path() => Refusal::Path { actual: Excerpt::of(actual), expected },
            Some(actual) => {
                Refusal::Uri { component: component.name(), actual: Excerpt::of(actual), expected }
            }
        }
    }
}

/// The part of the request's URI. The extension begins with the last dot of the filename and includes it.
#[inline]
fn part_of<'r>(request: &Request<'r>, component: Component) -> Option<&'r str> {
    let split = || request.path.map(|path| path.rsplit_once('/').unwrap_or(("", path)));
    let filename = || split().map(|(_, filename)| filename);
    let dot =
        |name: &'r str| name.split_at_checked(name.rfind('.').unwrap_or(name.len())).unwrap_or((name, ""));
    match component {
        Component::Scheme => request.scheme,
        Component::Host => request.host,
        Component::Port => request.port,
        Component::Query => request.query,
        Component::Path => request.path,
        Component::Parent => split().map(|(parent, _)| parent),
        Component::Filename => filename(),
        Component::Stem => filename().map(|name| dot(name).0),
        Component::Extension => filename().map(|name| dot(name).1),
    }
}
