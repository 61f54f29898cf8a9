//! How far each rule comes, from the policy files themselves.

use super::Step;
use super::sentence::{device_in_words, in_words, joined, tiers_in_words};
use crate::model::{Blackout, Devices, Epoch, Grant, Policy};
use crate::outcome::Outcome;
use crate::places::{Area, Place};
use crate::viewer::{Device, Viewer};

/// The rules that speak of the title: grants as far as they came, then blackouts.
pub(super) fn steps(
    policy: &Policy,
    outcome: &Outcome<'_>,
    viewer: &Viewer<'_>,
    title: &str,
    now: Epoch,
) -> Vec<Step> {
    let asker = Asker { place: Place::of_viewer(viewer.country, viewer.region), viewer, now };
    let counts = match outcome {
        Outcome::Allow(allow) => Some(allow.rule.as_str()),
        _ => None,
    };
    let mut grants: Vec<&Grant> = policy.grants.iter().filter(|grant| grant.titles.contains(title)).collect();
    grants.sort_by(|one, other| {
        asker.progress(other).cmp(&asker.progress(one)).then_with(|| one.before(other))
    });
    let mut blackouts: Vec<&Blackout> =
        policy.blackouts.iter().filter(|blackout| blackout.titles.contains(title)).collect();
    blackouts.sort_by(|one, other| one.id.cmp(&other.id));
    // Those that name the title only to leave it out say so: that is what was asked.
    let excludes = |grant: &&Grant| {
        !grant.titles.contains(title) && grant.titles.include.iter().any(|pattern| pattern.matches(title))
    };
    let mut left_out: Vec<&Grant> = policy.grants.iter().filter(excludes).collect();
    left_out.sort_by(|one, other| one.before(other));
    let left_out = left_out.into_iter().map(|grant| excluded(grant, title));
    let grants = grants.into_iter().map(|grant| asker.grant(grant, counts));
    grants.chain(left_out).chain(blackouts.into_iter().map(|blackout| asker.blackout(blackout))).collect()
}

struct Asker<'v> {
    place: Place,
    viewer: &'v Viewer<'v>,
    now: Epoch,
}

impl Asker<'_> {
    /// How many of the four things match before the first that fails.
    fn progress(&self, grant: &Grant) -> u8 {
        if !grant.territories.certainly(self.place) {
            0
        } else if !grant.window.contains(self.now) {
            1
        } else if !grant.tiers.contains(self.viewer.tier) {
            2
        } else if !grant.devices.contains(self.viewer.device) {
            3
        } else {
            4
        }
    }

    fn grant(&self, grant: &Grant, counts: Option<&str>) -> Step {
        let (failed, says) = match self.progress(grant) {
            0 => (Some("territory"), self.elsewhere(&grant.territories)),
            1 if grant.window.from > self.now => {
                (Some("window"), format!("begins on {}", in_words(grant.window.from)))
            }
            1 => {
                (Some("window"), format!("ended on {}", grant.window.until.map(in_words).unwrap_or_default()))
            }
            2 => (Some("tier"), format!("is for {}", tiers_in_words(&grant.tiers))),
            3 => (Some("device"), format!("is for {}", devices_in_words(grant.devices))),
            _ if counts == Some(grant.id.as_str()) => (None, "matches, and counts".to_owned()),
            _ if counts.is_some() => (None, "matches, but another counts before it".to_owned()),
            _ => (None, "matches".to_owned()),
        };
        let rule = grant.id.clone();
        Step { rule, blackout: false, matches: failed.is_none(), failed, says, spot: grant.spot.clone() }
    }

    fn blackout(&self, blackout: &Blackout) -> Step {
        let window = blackout.window;
        let (failed, says) = if !blackout.territories.possibly(self.place) {
            (Some("territory"), self.elsewhere(&blackout.territories))
        } else if window.from > self.now {
            (Some("window"), format!("will begin on {}", in_words(window.from)))
        } else if window.ended(self.now) {
            (Some("window"), format!("ended on {}", window.until.map(in_words).unwrap_or_default()))
        } else {
            let end = window.until.map_or("further notice".to_owned(), in_words);
            let perhaps = if blackout.territories.certainly(self.place) {
                ""
            } else {
                ", as nobody knows where in its territories the viewer is"
            };
            (None, format!("is in force until {end}{perhaps}"))
        };
        let rule = blackout.id.clone();
        Step { rule, blackout: true, matches: failed.is_none(), failed, says, spot: blackout.spot.clone() }
    }

    fn elsewhere(&self, area: &Area) -> String {
        let place = self.place;
        if place == Place::WORLD {
            "names certain places, and the viewer's country is unknown".to_owned()
        } else if area.possibly(place) {
            format!("covers only a part of {}, and the viewer's region is unknown", place.name_in_sentence())
        } else {
            format!("does not cover {}", place.name_in_sentence())
        }
    }
}

fn excluded(grant: &Grant, title: &str) -> Step {
    let by = grant.titles.exclude.iter().find(|pattern| pattern.matches(title));
    let says = by.map_or_else(String::new, |pattern| format!("leaves it out with `!{pattern}`"));
    let (rule, spot) = (grant.id.clone(), grant.spot.clone());
    Step { rule, blackout: false, matches: false, failed: Some("titles"), says, spot }
}

fn devices_in_words(devices: Devices) -> String {
    let names: Vec<String> = Device::ALL
        .into_iter()
        .filter(|(device, _)| devices.contains(*device))
        .map(|(device, _)| device_in_words(device).to_owned())
        .collect();
    joined(&names, "and")
}
