//! One sentence for people.

use crate::language::time::rfc3339;
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
        Reason::NotYet => not_yet(policy, deny, viewer, title, &here),
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
            let rule =
                policy.blackouts.iter().find(|blackout| deny.rule.is_some_and(|rule| *rule == *blackout.id));
            let end = rule.and_then(|blackout| blackout.window.until).map(in_words);
            let end = match (from, end) {
                (Some(from), _) => format!(" until {from}"),
                (None, Some(end)) => format!(" until {end}, and no right is left by then"),
                (None, None) => " until further notice".to_owned(),
            };
            // On one line, whatever the message is like: below it stand the rules.
            let message: Vec<&str> = deny.message.as_deref().unwrap_or_default().split_whitespace().collect();
            let message = message.join(" ");
            let stop = if message.is_empty() || message.ends_with(['.', '!', '?']) { "" } else { "." };
            let space = if message.is_empty() { "" } else { " " };
            format!("Not now: `{title}` may not be shown {here}{end}.{space}{message}{stop}")
        }
    }
}

/// That the title comes, and whether it then comes for this viewer.
fn not_yet(policy: &Policy, deny: &Deny<'_>, viewer: &Viewer<'_>, title: &str, here: &str) -> String {
    let from = deny.available_from.map(in_words).unwrap_or_default();
    let rule = policy.grants.iter().find(|grant| deny.rule.is_some_and(|rule| *rule == *grant.id));
    let begins = format!("Not yet: `{title}` begins {here} on {from}");
    match rule {
        Some(grant) if !grant.tiers.contains(viewer.tier) => {
            format!(
                "{begins}, and then it is for {}, while the viewer {}.",
                tiers_in_words(&grant.tiers),
                who(viewer)
            )
        }
        Some(grant) if !grant.devices.contains(viewer.device) => {
            format!("{begins}, and then it may not be played {}.", on(viewer.device))
        }
        // Its begin lies under a blackout that has no end for this viewer, or none before the grant's.
        Some(grant) if blacked_out(policy, grant.window.from, deny.available_from, viewer, title) => {
            format!("{begins}, and is blacked out then.")
        }
        _ => format!("Not yet: `{title}` can be played {here} from {from}."),
    }
}

fn blacked_out(policy: &Policy, from: Epoch, at: Option<Epoch>, viewer: &Viewer<'_>, title: &str) -> bool {
    let place = Place::of_viewer(viewer.country, viewer.region);
    at == Some(from)
        && policy.blackouts.iter().any(|blackout| {
            blackout.window.contains(from)
                && blackout.titles.contains(title)
                && blackout.territories.possibly(place)
        })
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
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let written = rfc3339(epoch);
    let words = || {
        let (date, time) = written.strip_suffix('Z')?.split_once('T')?;
        let (rest, day) = date.rsplit_once('-')?;
        let (year, month) = rest.rsplit_once('-')?;
        let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
        let time = time.strip_suffix(":00").unwrap_or(time);
        Some(format!("{} {month} {year}, {time} UTC", day.trim_start_matches('0')))
    };
    words().unwrap_or_else(|| written.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_as_people_say_them() {
        for (epoch, words) in [
            (0, "1 January 1970, 00:00 UTC"),
            (1_777_647_600, "1 May 2026, 15:00 UTC"),
            (1_777_647_601, "1 May 2026, 15:00:01 UTC"),
            (253_402_300_799, "31 December 9999, 23:59:59 UTC"),
        ] {
            assert_eq!(in_words(epoch), words);
        }
    }
}
