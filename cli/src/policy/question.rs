//! A viewer, as arguments.

use crate::{Failure, instant::Instant};
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

fn device(text: &str) -> Result<Device, String> {
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
        None => Err(no_place("a country is a code of ISO 3166-1, such as NO", text)),
    }
}

/// A subdivision's code, for clap.
pub(super) fn region(text: &str) -> Result<String, String> {
    match Place::parse(text) {
        Some(place) if !place.is_country() && place != Place::WORLD => Ok(text.to_owned()),
        _ => Err(no_place("a region is a code of ISO 3166-2, such as NO-03", text)),
    }
}

fn no_place(what: &str, text: &str) -> String {
    match suggest(text) {
        Some(suggestion) => format!("{what}: {}", suggestion.note),
        None => what.to_owned(),
    }
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
