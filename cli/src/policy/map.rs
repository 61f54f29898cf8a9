//! `playgate policy map`.

use super::build::compiled;
use super::folder::{Folder, counted};
use super::near::{remark_on_tier, unspoken};
use super::output::Output;
use super::question::{self, Who, epoch};
use crate::instant::Instant;
use crate::{Answer, Failure, harmless, print, print_json, remark};
use clap::Args;
use rights::explain::in_words;
use rights::language::time::rfc3339;
use rights::map::{Country, Shade, Sheet, draw, survey};
use rights::{Outcome, Viewer, decide};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Draw a world map of where a title plays
///
/// For one kind of viewer at one time. What is left out is unknown: without --tier the viewer is not logged in.
#[derive(Args)]
pub(crate) struct Map {
    /// The folder with the policy files
    dir: PathBuf,
    /// The title's id
    #[arg(long, value_parser = question::title)]
    title: String,
    /// When: epoch seconds, RFC 3339, `now`, or from now, such as -2h or +2h
    #[arg(long, value_name = "TIME", value_parser = question::time, allow_hyphen_values = true)]
    at: Instant,
    #[command(flatten)]
    who: Who,
    /// Where to put the map, outside of DIR; `-` is stdout
    #[arg(short, long, value_name = "FILE.svg")]
    output: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

impl Map {
    pub(crate) fn run(self) -> Answer {
        let policy = Folder::usable(&self.dir, self.json)?;
        let output = Output::named(&self.output, &self.dir, self.json)?;
        let bundle = compiled(&policy)?;
        let now = epoch(self.at);
        let tier = self.who.tier.as_deref();
        let device = self.who.device.unwrap_or_default();
        if let Outcome::CannotDecide(fault) = decide(&bundle, &Viewer::default(), &self.title, now) {
            return Err(Failure::Refused(fault.to_string()));
        }
        remark_on_tier(&policy, tier);
        if let Some(unspoken) = unspoken(&policy, &self.title) {
            remark(&unspoken.text);
        }
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
        output.write(draw(&sheet).as_bytes())?;
        let file = self.output.display().to_string();
        if self.json {
            let (shade, text) = &sheet.unknown_country;
            return print_json(&json!({
                "file": file,
                "title": self.title,
                "tier": tier,
                "device": self.who.device.unwrap_or_default().name(),
                "at": rfc3339(now),
                "allowed": allowed,
                "countries": sheet.countries.iter().map(country).collect::<Vec<_>>(),
                "unknown_country": { "shade": code(*shade), "text": text },
                "exceptions": sheet.exceptions,
                "policy": bundle.name(),
            }));
        }
        let but = if exceptions == 0 {
            String::new()
        } else {
            format!(", with {}", counted(exceptions, "exception"))
        };
        let allowed = if allowed == 1 { "1 country".to_owned() } else { format!("{allowed} countries") };
        let text = format!("allowed in {allowed}{but}");
        match output {
            Output::File(_) => print(&harmless(&format!("{file}: {text}"))),
            Output::Stdout => {
                remark(&text);
                Ok(())
            }
        }
    }
}

fn country(country: &Country<'_>) -> Value {
    json!({
        "country": country.code,
        "shade": code(country.shade),
        "mixed": country.mixed.map(code),
        "text": country.says,
    })
}

/// As scripts read it.
fn code(shade: Shade) -> &'static str {
    match shade {
        Shade::Allowed => "allowed",
        Shade::NotYet => "not_yet",
        Shade::Expired => "expired",
        Shade::BlackedOut => "blacked_out",
        Shade::OtherTierOrDevice => "other_tier_or_device",
        Shade::Never => "never",
    }
}
