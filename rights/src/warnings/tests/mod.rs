//! Policies written down in a line, and what is warned of in them.

mod catalogue;
mod pairs;
mod properties;
mod scale;
mod single;

use super::{Warning, warnings};
use crate::model::{
    Blackout, Caps, Devices, Epoch, Grant, Group, Pattern, Policy, Spot, Tiers, Titles, Window,
};
use crate::places::{Area, Place};
use crate::viewer::Device;
use std::rc::Rc;

/// When the tests ask: all rules that say nothing else are open.
const NOW: Epoch = 1_000;

fn pattern(text: &str) -> Pattern {
    match text.strip_suffix("/*") {
        _ if text == "*" => Pattern::All,
        Some(prefix) => Pattern::Below(prefix.to_owned()),
        None => Pattern::Exactly(text.to_owned()),
    }
}

/// The members that are included, and those that are excluded.
fn parts(list: &str) -> (Vec<&str>, Vec<&str>) {
    let include = list.split_whitespace().filter(|item| !item.starts_with('!'));
    (include.collect(), list.split_whitespace().filter_map(|item| item.strip_prefix('!')).collect())
}

fn titles(list: &str) -> Titles {
    let (include, exclude) = parts(list);
    let patterns = |list: Vec<&str>| list.into_iter().map(pattern).collect();
    Titles { include: patterns(include), exclude: patterns(exclude) }
}

fn area(list: &str) -> Rc<Area> {
    let (include, exclude) = parts(list);
    let areas = |list: Vec<&str>| -> Vec<Area> {
        list.into_iter()
            .map(|code| if code == "*" { Area::everywhere() } else { Area::of(Place::parse(code).unwrap()) })
            .collect()
    };
    Rc::new(Area::list(&areas(include), &areas(exclude)))
}

fn tiers(list: &str) -> Tiers {
    let (include, exclude) = parts(list);
    let names = |list: &[&str]| {
        list.iter().filter(|name| !["*", "anonymous"].contains(name)).map(|&name| name.to_owned()).collect()
    };
    Tiers {
        any_login: include.contains(&"*"),
        named: names(&include),
        except: names(&exclude),
        anonymous: include.contains(&"anonymous") && !exclude.contains(&"anonymous"),
    }
}

fn devices(list: &str) -> Devices {
    Devices(list.split_whitespace().map(|name| Device::named(name).unwrap().bit()).sum())
}

/// In a file named after the agreement.
fn spot(id: &str) -> Spot {
    Spot { file: format!("{}.toml", id.split('/').next().unwrap()).into(), line: 1, column: 6 }
}

fn window(from: Epoch, until: Option<Epoch>) -> Window {
    Window { from, until }
}

const NO_CAPS: Caps = Caps { max_height: None, max_streams: None, drm: false };

/// For everyone everywhere, without limits or end.
fn grant(id: &str) -> Grant {
    Grant {
        id: id.to_owned(),
        titles: titles("*"),
        territories: area("*"),
        window: window(0, None),
        tiers: tiers("* anonymous"),
        devices: Devices::ANY,
        caps: NO_CAPS,
        spot: spot(id),
    }
}

/// Of everything everywhere, without end.
fn blackout(id: &str) -> Blackout {
    Blackout {
        id: id.to_owned(),
        titles: titles("*"),
        territories: area("*"),
        window: window(0, None),
        message: None,
        spot: spot(id),
    }
}

fn group(name: &str, used: bool) -> Group {
    let spot = Spot { file: Rc::from("groups.toml"), line: 1, column: 1 };
    Group { name: name.to_owned(), area: area("NO"), used, shared: true, spot }
}

/// Rules on lines of their own, in the order in which they come: first grants, then blackouts.
fn policy(grants: Vec<Grant>, blackouts: Vec<Blackout>) -> Policy {
    let mut policy = Policy { grants, blackouts, ..Policy::default() };
    let grants = policy.grants.iter_mut().map(|grant| &mut grant.spot);
    let blackouts = policy.blackouts.iter_mut().map(|blackout| &mut blackout.spot);
    for (spot, line) in grants.chain(blackouts).zip(1..) {
        spot.line = line;
    }
    policy
}

fn codes(warnings: &[Warning]) -> Vec<(&'static str, u32)> {
    warnings.iter().map(|warning| (warning.code, warning.spot.line)).collect()
}

/// The codes without a catalogue, each with the line of its rule.
fn warned(grants: Vec<Grant>, blackouts: Vec<Blackout>) -> Vec<(&'static str, u32)> {
    codes(&warnings(&policy(grants, blackouts), NOW, None))
}
