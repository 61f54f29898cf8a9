//! The encryption contract: which tracks a key is for. It is the packager's; it is checked, and never changed.

use std::collections::{HashMap, HashSet};

use super::super::KeyId;
use super::super::xml::Element;
use super::{CPIX, SpekeError};

/// What this provider demands of contracts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Requirements {
    /// No key may be for audio and video at once: where video is decrypted in hardware only, its keys cannot be used for
    /// audio, which is decrypted in software.
    pub separate_audio: bool,
}

/// Checks the usage rules, and the periods that they speak of.
pub(super) fn check(
    root: &Element,
    keys: &HashSet<KeyId>,
    requirements: Requirements,
) -> Result<(), SpekeError> {
    let periods = periods(root)?;
    let mut lists = root.named(CPIX, "ContentKeyUsageRuleList");
    let rules = lists.next().ok_or(SpekeError::MissingContract)?;
    if lists.next().is_some() {
        return Err(SpekeError::MalformedContract);
    }
    known_attributes(rules, &["id"])?;
    if root_filters(rules) == 0 {
        return Err(SpekeError::MissingContract);
    }
    let mut track_types = HashSet::new();
    let mut uses: HashMap<KeyId, (bool, bool)> = HashMap::new();
    for rule in rules.children() {
        let checked = rule_of(rule, &periods)?;
        if !keys.contains(&checked.key_id) || !track_types.insert(checked.track_type) {
            return Err(SpekeError::MalformedContract);
        }
        let (audio, video) = uses.entry(checked.key_id).or_default();
        *audio |= checked.audio > 0;
        *video |= checked.video > 0;
    }
    let shared = uses.values().any(|(audio, video)| *audio && *video);
    if requirements.separate_audio && shared {
        return Err(SpekeError::UnsupportedContract);
    }
    Ok(())
}

struct Rule<'e> {
    key_id: KeyId,
    track_type: &'e str,
    audio: usize,
    video: usize,
}

fn rule_of<'e>(rule: &'e Element, periods: &HashSet<&str>) -> Result<Rule<'e>, SpekeError> {
    if !rule.is(CPIX, "ContentKeyUsageRule") {
        return Err(SpekeError::MalformedContract);
    }
    known_attributes(rule, &["id", "intendedTrackType", "kid"])?;
    let key_id = KeyId::from_uuid(present(rule, "kid")?).map_err(|_| SpekeError::MalformedContract)?;
    let track_type = present(rule, "intendedTrackType")?;
    let (mut audio, mut video, mut bare) = (0, 0, true);
    for filter in rule.children() {
        if filter.namespace() != Some(CPIX) || !filter.children().is_empty() {
            return Err(SpekeError::MalformedContract);
        }
        match filter.local_name() {
            "AudioFilter" => {
                audio += 1;
                range(filter, "minChannels", "maxChannels")?;
                known_attributes(filter, &["maxChannels", "minChannels"])?;
            }
            "VideoFilter" => {
                video += 1;
                range(filter, "minPixels", "maxPixels")?;
                range(filter, "minFps", "maxFps")?;
                if filter.attribute("hdr").is_some_and(|hdr| !matches!(hdr, "true" | "false" | "0" | "1")) {
                    return Err(SpekeError::MalformedContract);
                }
                // `wcg` is not part of the profile, and to be ignored.
                known_attributes(filter, &["hdr", "maxFps", "maxPixels", "minFps", "minPixels", "wcg"])?;
            }
            "KeyPeriodFilter" => {
                known_attributes(filter, &["periodId"])?;
                if !periods.contains(present(filter, "periodId")?) {
                    return Err(SpekeError::MalformedContract);
                }
                continue;
            }
            _ => return Err(SpekeError::MalformedContract),
        }
        bare &= filter.attribute_names().next().is_none();
    }
    // The specification wants a filter for each part between the `+`; AWS's own requests have one for several parts.
    let parts: Vec<&str> = track_type.split('+').collect();
    let fits = if track_type == "ALL" {
        (audio, video, bare) == (1, 1, true)
    } else {
        (1..=parts.len()).contains(&(audio + video)) && parts.iter().all(|part| !part.trim().is_empty())
    };
    if fits { Ok(Rule { key_id, track_type, audio, video }) } else { Err(SpekeError::MalformedContract) }
}

/// The ids of the periods, each with an index, none twice.
fn periods(root: &Element) -> Result<HashSet<&str>, SpekeError> {
    let mut ids = HashSet::new();
    for list in root.named(CPIX, "ContentKeyPeriodList") {
        known_attributes(list, &["id"])?;
        for period in list.children() {
            known_attributes(period, &["id", "index"])?;
            let index = present(period, "index")?;
            let fits = period.is(CPIX, "ContentKeyPeriod") && index.parse::<u64>().is_ok();
            if !fits || !ids.insert(present(period, "id")?) {
                return Err(SpekeError::MalformedContract);
            }
        }
    }
    Ok(ids)
}

/// Two bounds, each of which may be missing, in the right order.
fn range(filter: &Element, least: &str, most: &str) -> Result<(), SpekeError> {
    let bound = |name: &str| {
        filter
            .attribute(name)
            .map(|value| value.parse::<u64>().map_err(|_| SpekeError::MalformedContract))
            .transpose()
    };
    match (bound(least)?, bound(most)?) {
        (Some(least), Some(most)) if least > most => Err(SpekeError::MalformedContract),
        _ => Ok(()),
    }
}

fn root_filters(rules: &Element) -> usize {
    rules.count("AudioFilter") + rules.count("VideoFilter")
}

fn present<'e>(element: &'e Element, attribute: &str) -> Result<&'e str, SpekeError> {
    element.attribute(attribute).filter(|value| !value.is_empty()).ok_or(SpekeError::MalformedContract)
}

fn known_attributes(element: &Element, known: &[&str]) -> Result<(), SpekeError> {
    let all = element.attribute_names().all(|name| known.contains(&name));
    if all { Ok(()) } else { Err(SpekeError::MalformedContract) }
}
