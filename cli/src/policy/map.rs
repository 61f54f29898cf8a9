//! `playgate policy map`.

use super::build::{compiled, whole_file};
use super::folder::{Folder, counted};
use super::question::{self, Who, epoch};
use crate::instant::Instant;
use crate::{Answer, print, print_json};
use clap::Args;
use rights::explain::in_words;
use rights::map::{Shade, Sheet, draw, survey};
use serde_json::json;
use std::path::PathBuf;

/// Draws a world map of where a title plays
///
/// For one kind of viewer at one time. What is left out is unknown: without --tier the viewer is not logged in.
#[derive(Args)]
pub(crate) struct Map {
    /// The folder with the policy files
    dir: PathBuf,
    /// The title's id
    #[arg(long, value_parser = question::title)]
    title: String,
    /// When: epoch seconds, RFC 3339, or from now, such as +2h
    #[arg(long, value_name = "TIME")]
    at: Instant,
    #[command(flatten)]
    who: Who,
    /// Where to put the map
    #[arg(short, long, value_name = "FILE.svg")]
    output: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Map {
    pub(crate) fn run(self) -> Answer {
        let policy = Folder::usable(&self.dir)?;
        let bundle = compiled(&policy)?;
        let now = epoch(self.at);
        let tier = self.who.tier.as_deref();
        let device = self.who.device.unwrap_or_default();
        let found = survey(&bundle, &self.title, tier, device, now);
        let viewer = match tier {
            None | Some("" | "anonymous") => "viewers who are not logged in".to_owned(),
            Some(tier) => format!("viewers with tier {tier}"),
        };
        let device = if self.who.device.is_some() { device.name() } else { "an unknown device" };
        let subtitle = format!("{}, for {viewer}, on {device}", in_words(now));
        let footnote = format!("Policy {}. Borders: Natural Earth, without taking sides.", bundle.name());
        let allowed = found.countries.iter().filter(|country| country.shade == Shade::Allowed).count();
        let exceptions = found.exceptions.len();
        let sheet = Sheet {
            title: &self.title,
            subtitle: &subtitle,
            footnote: &footnote,
            countries: found.countries,
            unknown_country: found.unknown_country,
            exceptions: found.exceptions,
        };
        whole_file(&self.output, draw(&sheet).as_bytes())?;
        let file = self.output.display().to_string();
        if self.json {
            return print_json(&json!({ "file": file, "allowed": allowed, "policy": bundle.name() }));
        }
        let but = if exceptions == 0 {
            String::new()
        } else {
            format!(", with {}", counted(exceptions, "exception"))
        };
        let allowed = if allowed == 1 { "1 country".to_owned() } else { format!("{allowed} countries") };
        print(&format!("{file}: allowed in {allowed}{but}"))
    }
}
