//! What a map is to show: the decision for one title and one kind of viewer, everywhere.

use super::{Country, Shade};
use crate::bundle::Bundle;
use crate::decide;
use crate::explain::in_words;
use crate::outcome::{Deny, Epoch, Outcome, Reason};
use crate::places::{Place, Points};
use crate::viewer::{Device, Viewer};
use std::collections::BTreeMap;

/// What holds everywhere, and where parts of a country differ.
#[derive(Debug, Clone)]
pub struct Survey {
    /// Every country.
    pub countries: Vec<Country<'static>>,
    /// What holds for viewers whose country is unknown.
    pub unknown_country: (Shade, String),
    /// What holds in parts of countries that differ from the rest, a line each.
    pub exceptions: Vec<String>,
}

/// Asks for the title in every place there is.
#[must_use]
pub fn survey<B: AsRef<[u8]>>(
    bundle: &Bundle<B>,
    title: &str,
    tier: Option<&str>,
    device: Device,
    now: Epoch,
) -> Survey {
    let at = |place: Place| {
        let country = place.country_of().map(Place::code);
        let region = Some(place.code()).filter(|_| !place.is_country() && place != Place::WORLD);
        said(&decide(bundle, &Viewer { country, region, tier, device }, title, now))
    };
    let mut survey =
        Survey { countries: Vec::new(), unknown_country: at(Place::WORLD), exceptions: Vec::new() };
    for country in Place::countries() {
        let mut parts: BTreeMap<(Shade, String), Points> = BTreeMap::new();
        for place in (country.index()..country.end()).filter_map(Place::from_index) {
            parts.entry(at(place)).or_insert_with(Points::none).insert(place);
        }
        // Most of a country is what most of its smallest parts are.
        let size = |points: &Points| points.iter().filter(|place| place.is_leaf()).count();
        let mut parts: Vec<_> =
            parts.into_iter().map(|(said, points)| (size(&points), said, points)).collect();
        parts.sort_by_key(|(size, ..)| core::cmp::Reverse(*size));
        let Some((_, (shade, says), _)) = parts.first().cloned() else { continue };
        let mixed = parts.iter().skip(1).filter(|(size, ..)| *size > 0).map(|(_, (other, _), _)| *other);
        let mixed = mixed.into_iter().find(|other| *other != shade);
        let says = if parts.len() > 1 { format!("mostly {says}") } else { says };
        for (_, (_, says), points) in parts.iter().skip(1) {
            survey.exceptions.push(format!("{}: {says}", in_names(&points.describe())));
        }
        survey.countries.push(Country { code: country.code(), shade, mixed, says });
    }
    survey
}

/// A list of places as [`Points::describe`] writes it, in names.
fn in_names(list: &[String]) -> String {
    let name = |code: &str| Place::parse(code).map_or_else(|| code.to_owned(), Place::name_in_sentence);
    let (vague, exact): (Vec<&str>, Vec<&str>) =
        list.iter().map(String::as_str).partition(|code| code.ends_with("-??"));
    let exact = exact.into_iter().map(|code| match code.strip_prefix('!') {
        Some(code) => format!("not {}", name(code)),
        None => name(code),
    });
    let vague = vague.into_iter().map(|code| match code.strip_prefix('!') {
        Some(code) => format!("not viewers of whom only {} is known", name(code.trim_end_matches("-??"))),
        None => format!("viewers of whom only {} is known", name(code.trim_end_matches("-??"))),
    });
    exact.chain(vague).collect::<Vec<_>>().join(", ")
}

/// An outcome as a map shows it.
fn said(outcome: &Outcome<'_>) -> (Shade, String) {
    match outcome {
        Outcome::Allow(allow) => {
            let until = allow.valid_until.map(|until| format!(" until {}", in_words(until)));
            (Shade::Allowed, format!("allowed{}", until.unwrap_or_default()))
        }
        Outcome::Deny(deny) => denied(deny),
        Outcome::CannotDecide(fault) => (Shade::Never, fault.to_string()),
    }
}

fn denied(deny: &Deny<'_>) -> (Shade, String) {
    let from = deny.available_from.map(in_words);
    match deny.reason {
        Reason::NotYet => (Shade::NotYet, format!("from {}", from.unwrap_or_default())),
        Reason::Expired => (Shade::Expired, "expired".to_owned()),
        Reason::Blackout => {
            let end = from.map_or("until further notice".to_owned(), |from| format!("until {from}"));
            (Shade::BlackedOut, format!("blacked out {end}"))
        }
        Reason::Tier => {
            let tiers: Vec<String> = deny.tiers.list().map(|tier| tier.to_string()).collect();
            (Shade::OtherTierOrDevice, format!("for other tiers: {}", tiers.join(", ")))
        }
        Reason::Device => (Shade::OtherTierOrDevice, "on other devices".to_owned()),
        Reason::RegionUnknown => {
            (Shade::Never, "never, as it is allowed in a part of the country only".to_owned())
        }
        Reason::TerritoryUnknown | Reason::Territory | Reason::UnknownTitle => {
            (Shade::Never, "never".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{SourceFile, read};

    #[test]
    fn every_country_is_asked_and_parts_that_differ_are_named() {
        let text = "schema = 1\nagreement = \"a\"\n\
            [[grant]]\nid = \"g\"\ntitles = [\"acme/*\"]\nterritories = [\"GB\", \"NO\"]\n\
            from = 2026-01-01T00:00:00Z\ntiers = [\"premium\"]\n\
            [[grant]]\nid = \"later\"\ntitles = [\"acme/*\"]\nterritories = [\"SE\"]\n\
            from = 2027-01-01T00:00:00Z\ntiers = [\"premium\"]\n\
            [[grant]]\nid = \"gone\"\ntitles = [\"acme/*\"]\nterritories = [\"DK\"]\n\
            from = 2025-01-01T00:00:00Z\nuntil = 2026-01-01T00:00:00Z\ntiers = [\"premium\"]\n\
            [[blackout]]\nid = \"b\"\ntitles = [\"acme/*\"]\nterritories = [\"GB-MAN\"]\n\
            from = 2026-05-01T00:00:00Z\nuntil = 2026-07-01T00:00:00Z\n";
        let policy = read(&[SourceFile { path: "a.toml", text: text.as_bytes() }]).expect("a policy");
        let bundle = Bundle::open(crate::compile(&policy).expect("a bundle")).expect("a bundle");
        let at = |tier| survey(&bundle, "acme/one", tier, Device::Tv, 1_780_272_000);

        let found = at(Some("premium"));
        assert_eq!(found.countries.len(), 249);
        let shade = |survey: &Survey, code: &str| {
            let country = survey.countries.iter().find(|country| country.code == code);
            country.map(|country| (country.shade, country.mixed, country.says.clone())).expect("a country")
        };
        for (code, expected, mixed, says) in [
            ("NO", Shade::Allowed, None, "allowed"),
            ("GB", Shade::Allowed, Some(Shade::BlackedOut), "mostly allowed"),
            ("SE", Shade::NotYet, None, "from 1 January 2027, 00:00 UTC"),
            ("DK", Shade::Expired, None, "expired"),
            ("DE", Shade::Never, None, "never"),
        ] {
            assert_eq!(shade(&found, code), (expected, mixed, says.to_owned()), "{code}");
        }
        assert_eq!(
            found.exceptions,
            [
                "Manchester, viewers of whom only England is known, viewers of whom only the United Kingdom is known: \
              blacked out until 1 July 2026, 00:00 UTC"
            ]
        );
        assert_eq!(found.unknown_country, (Shade::Never, "never".to_owned()));
        let anonymous = at(None);
        assert_eq!(shade(&anonymous, "NO").0, Shade::OtherTierOrDevice);
        assert_eq!(shade(&anonymous, "NO").2, "for other tiers: premium");
    }

    #[test]
    fn both_tables_of_countries_are_the_same() {
        let world = super::super::world::World::built_in();
        let drawn: Vec<&str> = world.outlines.iter().map(|outline| outline.code).collect();
        let known: Vec<&str> = Place::countries().map(Place::code).collect();
        assert_eq!(drawn, known);
    }
}
