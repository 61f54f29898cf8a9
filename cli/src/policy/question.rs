//! A viewer, as arguments.

use super::folder::quoted;
use crate::Failure;
use crate::instant::{Instant, span_of};
use clap::Args;
use rights::Viewer;
use rights::places::{Place, suggest};
use rights::title::is_title;
use rights::viewer::Device;

/// What is known of a viewer.
#[derive(Args)]
pub(super) struct Who {
    /// The viewer's tier, as the login says it [left out: not logged in]
    #[arg(long, value_name = "TIER")]
    pub(super) tier: Option<String>,
    /// What they watch on: mobile, tablet, desktop, tv, console, cast [left out: unknown]
    #[arg(long, value_parser = device)]
    pub(super) device: Option<Device>,
}

pub(crate) fn device(text: &str) -> Result<Device, String> {
    Device::named(text).ok_or_else(|| {
        let names: Vec<&str> = Device::ALL.into_iter().map(|(_, name)| name).collect();
        format!("a device is one of {}", names.join(", "))
    })
}

impl Who {
    /// The viewer at a place.
    pub(super) fn at<'a>(&'a self, country: Option<&'a str>, region: Option<&'a str>) -> Viewer<'a> {
        Viewer { country, region, tier: self.tier.as_deref(), device: self.device.unwrap_or_default() }
    }
}

/// A country's code, for clap.
pub(super) fn country(text: &str) -> Result<String, String> {
    match Place::country(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(no_place("a country is a code of ISO 3166-1, such as NO", text, Place::is_country)),
    }
}

/// A subdivision's code, for clap.
pub(super) fn region(text: &str) -> Result<String, String> {
    match Place::parse(text) {
        Some(place) if !place.is_country() && place != Place::WORLD => Ok(text.to_owned()),
        _ => Err(no_place("a region is a code of ISO 3166-2, such as NO-03", text, |place| {
            !place.is_country()
        })),
    }
}

/// What a place should have been, and what was probably meant if anybody can tell.
fn no_place(what: &str, text: &str, is_kind: impl Fn(Place) -> bool) -> String {
    let mut said = what.to_owned();
    let Some(suggestion) = suggest(text) else { return said };
    if let Some(place) = suggestion.code.and_then(Place::parse).filter(|place| *place != Place::WORLD) {
        let country = place.country_of().map_or("", Place::code);
        let meant = if is_kind(place) {
            format!("; did you mean `{}`?", place.code())
        } else if place.is_country() {
            format!("; `{country}` is a country: say `--country {country}`")
        } else {
            format!("; `{0}` is a region: say `--country {country} --region {0}`", place.code())
        };
        said.push_str(&meant);
    }
    if !suggestion.note.is_empty() {
        said.push_str(if said.ends_with('?') { " " } else { "; " });
        said.push_str(&suggestion.note);
    }
    said
}

/// A title id, for clap.
pub(super) fn title(text: &str) -> Result<String, String> {
    if is_title(text) {
        Ok(text.to_owned())
    } else {
        Err("a title id is made of a-z, 0-9, `.`, `_` and `-` in segments joined by `/`, such as acme/one"
            .to_owned())
    }
}

/// That a region lies in the country beside it.
pub(super) fn consistent(country: Option<&str>, region: Option<&str>) -> Result<(), Failure> {
    let Some(region) = region else { return Ok(()) };
    let Some(country) = country else {
        return Err(Failure::Usage(format!("--region {region} needs its --country beside it")));
    };
    let within = Place::parse(region).and_then(Place::country_of);
    if within == Place::country(country) {
        return Ok(());
    }
    Err(Failure::Usage(format!("--region {region} is not in --country {country}")))
}

/// A time as the engine counts it.
pub(super) fn epoch(at: Instant) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}

/// A time, for clap: as all commands have it, and besides `now` and times before now.
pub(super) fn time(text: &str) -> Result<Instant, String> {
    let now = || Instant::or_now(None).map_err(|failure| failure.to_string());
    if text == "now" {
        return now().map(Instant);
    }
    if let Some(span) = text.strip_prefix('-') {
        let wrong = "a span before now is a number with s, m, h or d behind it, such as -2h";
        let seconds = span_of(span).ok_or(wrong)?;
        let before = now()?.checked_sub(seconds);
        return before.map(Instant).ok_or_else(|| "the span is too long: it leads before 1970".to_owned());
    }
    text.parse().map_err(|wrong| match completed(text) {
        Some(whole) => format!("{} leaves open in which time zone: in UTC that is `{whole}`", quoted(text)),
        None if text.starts_with(|first: char| first == '+' || first.is_ascii_digit()) => wrong,
        None => format!("{wrong}; here also `now`, or before now, such as -2h"),
    })
}

/// A day or a local time with what is missing, if it is one.
fn completed(text: &str) -> Option<String> {
    let day = |text: &str| text.len() == "2027-02-01".len();
    let text = text.replacen(' ', "T", 1);
    let candidates = [format!("{text}T00:00:00Z"), format!("{text}:00Z"), format!("{text}Z")];
    let candidates = candidates.into_iter().filter(|whole| whole.split('T').next().is_some_and(day));
    candidates.into_iter().find(|whole| whole.parse::<Instant>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_its_zone_is_shown_with_one() {
        for (text, whole) in [
            ("2027-02-01", Some("2027-02-01T00:00:00Z")),
            ("2027-02-01T20:00", Some("2027-02-01T20:00:00Z")),
            ("2027-02-01T20:00:30", Some("2027-02-01T20:00:30Z")),
            ("2027-02-01 20:00:30", Some("2027-02-01T20:00:30Z")),
            ("2027-02-01 20:00", Some("2027-02-01T20:00:00Z")),
            ("2027-02-30", None),
            ("2027-02-01T25:00", None),
            ("2027-2-1", None),
            ("01.02.2027", None),
            ("tomorrow", None),
            ("", None),
        ] {
            assert_eq!(completed(text).as_deref(), whole, "{text}");
        }
    }

    #[test]
    fn spans_lead_both_ways() {
        let now = Instant::or_now(None).unwrap();
        for (text, least) in [("now", now), ("-2h", now - 7_200), ("+2h", now + 7_200), ("-0s", now)] {
            let Instant(found) = time(text).unwrap();
            assert!((least..least + 60).contains(&found), "{text}");
        }
        for text in ["-", "-2", "-2w", "--2h", "-+2h", "-99999999d", "-99999999999999999999d", "Now", "now "]
        {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
