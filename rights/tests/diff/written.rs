//! Policies, written down shortly.

use rights::model::{Blackout, Caps, Devices, Grant, Pattern, Policy, Spot, Tiers, Titles, Window};
use rights::places::{Area, Place};
use rights::viewer::Device;
use std::rc::Rc;

pub(crate) fn spot() -> Spot {
    Spot { file: "a.toml".into(), line: 1, column: 1 }
}

pub(crate) fn pattern(text: &str) -> Pattern {
    match text.strip_suffix("/*") {
        _ if text == "*" => Pattern::All,
        Some(prefix) => Pattern::Below(prefix.to_owned()),
        None => Pattern::Exactly(text.to_owned()),
    }
}

pub(crate) fn titles(list: &str) -> Titles {
    let mut titles = Titles::default();
    for member in list.split(' ') {
        match member.strip_prefix('!') {
            Some(excluded) => titles.exclude.push(pattern(excluded)),
            None => titles.include.push(pattern(member)),
        }
    }
    titles
}

pub(crate) fn territories(list: &str) -> Rc<Area> {
    let area =
        |code: &str| Area::of(if code == "*" { Place::WORLD } else { Place::parse(code).expect(code) });
    let included: Vec<Area> = list.split(' ').filter(|member| !member.starts_with('!')).map(area).collect();
    let excluded: Vec<Area> =
        list.split(' ').filter_map(|member| member.strip_prefix('!')).map(area).collect();
    Rc::new(Area::list(&included, &excluded))
}

pub(crate) fn tiers(list: &str) -> Tiers {
    let mut tiers = Tiers::default();
    for member in list.split(' ') {
        match member.strip_prefix('!') {
            Some(excluded) => drop(tiers.except.insert(excluded.to_owned())),
            None if member == "*" => tiers.any_login = true,
            None if member == "anonymous" => tiers.anonymous = true,
            None => drop(tiers.named.insert(member.to_owned())),
        }
    }
    tiers
}

pub(crate) fn devices(list: &str) -> Devices {
    match list {
        "*" => Devices::ANY,
        _ => Devices(list.split(' ').map(|name| Device::named(name).expect(name).bit()).sum()),
    }
}

pub(crate) fn window((from, until): (i64, i64)) -> Window {
    Window { from, until: (until != OPEN).then_some(until) }
}

pub(crate) const OPEN: i64 = i64::MAX;
pub(crate) const HD: Caps = Caps { max_height: Some(1080), max_streams: Some(2), drm: false };
pub(crate) const UHD: Caps = Caps { max_height: Some(2160), max_streams: Some(2), drm: true };

pub(crate) fn grant(id: &str, its: &str, at: &str, when: (i64, i64), who: &str) -> Grant {
    Grant {
        id: id.to_owned(),
        titles: titles(its),
        territories: territories(at),
        window: window(when),
        tiers: tiers(who),
        devices: Devices::ANY,
        caps: HD,
        spot: spot(),
    }
}

pub(crate) fn up_to(caps: Caps, grant: Grant) -> Grant {
    Grant { caps, ..grant }
}

pub(crate) fn on(list: &str, grant: Grant) -> Grant {
    Grant { devices: devices(list), ..grant }
}

pub(crate) fn blackout(id: &str, its: &str, at: &str, when: (i64, i64)) -> Blackout {
    Blackout {
        id: id.to_owned(),
        titles: titles(its),
        territories: territories(at),
        window: window(when),
        message: None,
        spot: spot(),
    }
}

pub(crate) fn policy(grants: &[Grant], blackouts: &[Blackout]) -> Policy {
    Policy { grants: grants.to_vec(), blackouts: blackouts.to_vec(), ..Policy::default() }
}
