//! One sentence for people.

use crate::model::{Epoch, Policy, Tiers};
use crate::outcome::{Allow, Deny, Outcome, Reason};
use crate::places::Place;
use crate::viewer::{Device, Viewer};
use core::fmt::Write as _;

/// What a viewer's supporter can read out.
pub(super) fn sentence(policy: &Policy, outcome: &Outcome<'_>, viewer: &Viewer<'_>, title: &str) -> String {
    match outcome {
        Outcome::Allow(allow) => allowed(allow, viewer, title),
        Outcome::Deny(deny) => denied(policy, deny, viewer, title),
        Outcome::CannotDecide(fault) => format!("Nobody can tell: {fault}."),
    }
}

fn allowed(allow: &Allow<'_>, viewer: &Viewer<'_>, title: &str) -> String {
    let mut text = format!("Yes: `{title}` can be played {}", where_and_how(viewer));
    if let Some(until) = allow.valid_until {
        // Writing to a String cannot fail.
        let _ = write!(text, ", until {}", in_words(until));
    }
    let height = allow.max_height.map(|height| format!("in up to {height} lines"));
    let streams = allow.max_streams.map(|streams| match streams {
        1 => "on one screen at a time".to_owned(),
        more => format!("on up to {more} screens at a time"),
    });
    let drm = allow.drm.then(|| "with copy protection".to_owned());
    let limits: Vec<String> = [height, streams, drm].into_iter().flatten().collect();
    if !limits.is_empty() {
        let _ = write!(text, ", {}", joined(&limits, "and"));
    }
    text + "."
}

fn denied(policy: &Policy, deny: &Deny<'_>, viewer: &Viewer<'_>, title: &str) -> String {
    let place = Place::of_viewer(viewer.country, viewer.region);
    let here =
        if place == Place::WORLD { "here".to_owned() } else { format!("in {}", place.name_in_sentence()) };
    let from = deny.available_from.map(in_words);
    match deny.reason {
        Reason::UnknownTitle => format!("No: no agreement grants `{title}` to anybody."),
        Reason::TerritoryUnknown => {
            format!(
                "No: nobody knows which country the viewer is in, and `{title}` may be shown in certain places only."
            )
        }
        Reason::RegionUnknown => format!(
            "No: nobody knows in which part of {} the viewer is, and `{title}` may be shown in certain parts of it only.",
            place.name_in_sentence()
        ),
        Reason::Territory => format!("No: `{title}` may not be shown {here}."),
        Reason::NotYet => {
            format!("Not yet: `{title}` can be played {here} from {}.", from.unwrap_or_default())
        }
        Reason::Expired => {
            let rule = policy.grants.iter().find(|grant| deny.rule.is_some_and(|rule| *rule == *grant.id));
            let ended = rule.and_then(|grant| grant.window.until).map(in_words).unwrap_or_default();
            format!("No longer: `{title}` could be played {here} until {ended}.")
        }
        Reason::Tier => {
            let tiers: Vec<String> = deny.tiers.list().map(|tier| tier.to_string()).collect();
            format!("No: `{title}` is for {}, and the viewer {}.", listed_tiers(&tiers), who(viewer))
        }
        Reason::Device => format!("No: `{title}` may not be played {} {here}.", on(viewer.device)),
        Reason::Blackout => {
            let end = from.map_or(" until further notice".to_owned(), |from| format!(" until {from}"));
            let message = deny.message.map(|message| format!(" {message}")).unwrap_or_default();
            let stop = if message.is_empty() || message.ends_with(['.', '!', '?']) { "" } else { "." };
            format!("Not now: `{title}` may not be shown {here}{end}.{message}{stop}")
        }
    }
}

fn where_and_how(viewer: &Viewer<'_>) -> String {
    let place = Place::of_viewer(viewer.country, viewer.region);
    let place = if place == Place::WORLD {
        "wherever the viewer is".to_owned()
    } else {
        format!("in {}", place.name_in_sentence())
    };
    let tier = match viewer.tier {
        None | Some("" | "anonymous") => "without a login".to_owned(),
        Some(tier) => format!("with tier {tier}"),
    };
    format!("{place}, {tier}, {}", on(viewer.device))
}

fn who(viewer: &Viewer<'_>) -> String {
    match viewer.tier {
        None | Some("" | "anonymous") => "is not logged in".to_owned(),
        Some(tier) => format!("has {tier}"),
    }
}

fn on(device: Device) -> &'static str {
    match device {
        Device::Mobile => "on a mobile phone",
        Device::Tablet => "on a tablet",
        Device::Desktop => "on a computer",
        Device::Tv => "on a television",
        Device::Console => "on a game console",
        Device::Cast => "on a device that is cast to",
        Device::Unknown => "on an unknown device",
    }
}

pub(super) fn device_in_words(device: Device) -> &'static str {
    match device {
        Device::Mobile => "mobile phones",
        Device::Tablet => "tablets",
        Device::Desktop => "computers",
        Device::Tv => "televisions",
        Device::Console => "game consoles",
        Device::Cast => "devices that are cast to",
        Device::Unknown => "unknown devices",
    }
}

/// The tiers of a grant.
pub(super) fn tiers_in_words(tiers: &Tiers) -> String {
    let any = tiers.any_login.then(|| "*".to_owned());
    let named = tiers.named.iter().filter(|name| !tiers.any_login && !tiers.except.contains(*name)).cloned();
    let except = tiers.except.iter().filter(|_| tiers.any_login).map(|name| format!("!{name}"));
    let anonymous = tiers.anonymous.then(|| "anonymous".to_owned());
    listed_tiers(&any.into_iter().chain(named).chain(except).chain(anonymous).collect::<Vec<_>>())
}

/// A list of tiers as the language writes it, for people.
fn listed_tiers(tiers: &[String]) -> String {
    let any = tiers.iter().any(|tier| tier == "*");
    let except: Vec<String> =
        tiers.iter().filter_map(|tier| tier.strip_prefix('!')).map(str::to_owned).collect();
    let mut kinds: Vec<String> = Vec::new();
    if any && except.is_empty() {
        kinds.push("anyone who is logged in".to_owned());
    } else if any {
        kinds.push(format!("anyone who is logged in, but not with {}", joined(&except, "or")));
    }
    kinds.extend(
        tiers
            .iter()
            .filter(|tier| !matches!(tier.as_str(), "*" | "anonymous") && !tier.starts_with('!'))
            .cloned(),
    );
    if tiers.iter().any(|tier| tier == "anonymous") {
        kinds.push("viewers without a login".to_owned());
    }
    joined(&kinds, "or")
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn joined(parts: &[String], last: &str) -> String {
    match parts {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [rest @ .., end] => format!("{} {last} {end}", rest.join(", ")),
    }
}

/// A time as people say it.
#[must_use]
pub fn in_words(epoch: Epoch) -> String {
    match jiff::Timestamp::from_second(epoch) {
        Ok(time) if epoch % 60 == 0 => time.strftime("%-d %B %Y, %H:%M UTC").to_string(),
        Ok(time) => time.strftime("%-d %B %Y, %H:%M:%S UTC").to_string(),
        Err(_) => epoch.to_string(),
    }
}
