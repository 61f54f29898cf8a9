//! Checks rows against both policies, knowing nothing of how rows come about.

use crate::lines;
use crate::random::Random;
use crate::written::pattern;
use rights::diff::{Diff, Kind, Row};
use rights::model::{Caps, Pattern, Policy};
use rights::places::Place;
use rights::viewer::Device;

const TITLES: [&str; 22] = [
    "a",
    "a/x",
    "a/y",
    "a/b",
    "a/b/c",
    "a/b/c/d",
    "a/b/c/e",
    "a/b/q",
    "a/b/d/z",
    "b",
    "b/x",
    "b/y",
    "c",
    "c/x",
    "a/b/c2",
    "acme",
    "acme/pilot",
    "acme/x",
    "acme/b/x",
    "live/derby",
    "live/other",
    "acme/b",
];

const PLACES: [&str; 21] = [
    "*", "GB", "GB-ENG", "GB-MAN", "GB-LND", "GB-SCT", "GB-EDH", "NO", "NO-03", "NO-46", "SE", "SE-AB", "DK",
    "FR", "FR-IDF", "FR-75C", "US", "US-CA", "DE", "DE-BE", "JP",
];

const TIERS: [Option<&str>; 7] = [
    None,
    Some("anonymous"),
    Some("free"),
    Some("premium"),
    Some("family"),
    Some("student"),
    Some("nobody-names-this"),
];

/// Asks as many times as said; returns how often the policies differ.
pub(crate) fn ask(
    old: &Policy,
    new: &Policy,
    found: &Diff,
    times: &[i64],
    random: &mut Random,
    count: usize,
    name: &str,
) -> usize {
    let rows: Vec<Read<'_>> = found.rows.iter().map(read).collect();
    let places = PLACES.map(|code| if code == "*" { Place::WORLD } else { Place::parse(code).expect(code) });
    let mut different = 0;
    for number in 0..count {
        let mut draw = || {
            let asked = Asked {
                title: random.of(&TITLES),
                place: random.of(&places),
                tier: random.of(&TIERS),
                device: random.of(&Device::ALL).0,
                at: (random.of(times) + random.of(&[-1, 0, 0, 1])).clamp(1, 253_402_300_799),
            };
            (allowed(old, &asked), allowed(new, &asked), asked)
        };
        let (mut before, mut after, mut asked) = draw();
        // Few of all viewers see a difference: every other time somebody is sought who does.
        for _ in 0..if number % 2 == 0 { 20 } else { 0 } {
            if before == after {
                (before, after, asked) = draw();
            }
        }
        let covering: Vec<&Read<'_>> = rows.iter().filter(|row| covers(row, &asked)).collect();
        let told = covering.iter().map(|read| (read.row.old, read.row.new)).collect::<Vec<_>>();
        let wanted = if before == after { vec![] } else { vec![(before, after)] };
        different += usize::from(before != after);
        assert_eq!(
            told,
            wanted,
            "{name}: {} {} {:?} {} {}; {:#?}",
            asked.title,
            asked.place.code(),
            asked.tier,
            asked.device.name(),
            asked.at,
            lines(found)
        );
    }
    for row in &found.rows {
        let kind = match (row.old, row.new) {
            (None, Some(_)) => Kind::Gained,
            (Some(_), None) => Kind::Lost,
            (Some(old), Some(new)) if old != new => Kind::Changed,
            other => panic!("{name}: a row of no change: {other:?}"),
        };
        assert_eq!(row.kind, kind, "{name}");
    }
    different
}

pub(crate) fn check(old: &Policy, new: &Policy, found: &Diff, name: &str) {
    let mut random = Random(7);
    ask(old, new, found, &edges(old, new), &mut random, 1000, name);
}

pub(crate) fn edges(old: &Policy, new: &Policy) -> Vec<i64> {
    let mut edges = vec![1];
    for policy in [old, new] {
        let grants = policy.grants.iter().map(|grant| grant.window);
        let windows = grants.chain(policy.blackouts.iter().map(|blackout| blackout.window));
        edges.extend(windows.flat_map(|window| [Some(window.from), window.until]).flatten());
    }
    edges
}

struct Asked<'a> {
    title: &'a str,
    place: Place,
    tier: Option<&'a str>,
    device: Device,
    at: i64,
}

/// What a policy allows, by the reference: all grants, all blackouts.
fn allowed(policy: &Policy, asked: &Asked<'_>) -> Option<Caps> {
    let dark = policy.blackouts.iter().any(|blackout| {
        blackout.titles.contains(asked.title)
            && blackout.territories.possibly(asked.place)
            && blackout.window.contains(asked.at)
    });
    let matching = policy.grants.iter().filter(|grant| {
        grant.titles.contains(asked.title)
            && grant.territories.certainly(asked.place)
            && grant.window.contains(asked.at)
            && grant.tiers.contains(asked.tier)
            && grant.devices.contains(asked.device)
    });
    let counts = matching.min_by(|one, other| one.before(other))?;
    (!dark).then_some(counts.caps)
}

/// A row's lists, read once.
struct Read<'r> {
    row: &'r Row,
    titles: Vec<(bool, Pattern)>,
    territories: Vec<(bool, Place, bool)>,
}

fn read(row: &Row) -> Read<'_> {
    let member =
        |text: &str| text.strip_prefix('!').map_or((false, text.to_owned()), |text| (true, text.to_owned()));
    let title = |text: &String| {
        let (excluded, text) = member(text);
        (excluded, pattern(&text))
    };
    let territory = |text: &String| {
        let (excluded, text) = member(text);
        let only = text.ends_with("??");
        let code = text.trim_end_matches("??").trim_end_matches('-');
        let place = if matches!(code, "" | "*") { Place::WORLD } else { Place::parse(code).expect(code) };
        (excluded, place, only)
    };
    Read {
        row,
        titles: row.titles.iter().map(title).collect(),
        territories: row.territories.iter().map(territory).collect(),
    }
}

/// Whether one inclusion applies and no exclusion does.
fn in_list<T>(list: &[T], excludes: impl Fn(&T) -> bool, applies: impl Fn(&T) -> bool) -> bool {
    list.iter().any(|member| !excludes(member) && applies(member))
        && !list.iter().any(|member| excludes(member) && applies(member))
}

fn covers(read: &Read<'_>, asked: &Asked<'_>) -> bool {
    let row = read.row;
    let tier = asked.tier.filter(|tier| *tier != "anonymous");
    row.from.is_none_or(|from| from <= asked.at)
        && row.until.is_none_or(|until| asked.at < until)
        && in_list(&read.titles, |(excludes, _)| *excludes, |(_, pattern)| pattern.matches(asked.title))
        && in_list(
            &row.tiers,
            |member| member.starts_with('!'),
            |member| match (member.trim_start_matches('!'), tier) {
                ("*", Some(_)) | ("anonymous", None) => true,
                (name, Some(tier)) => name == tier,
                _ => false,
            },
        )
        && row.devices.iter().any(|name| name == "*" || name == asked.device.name())
        && in_list(
            &read.territories,
            |(excludes, ..)| *excludes,
            |(_, place, only)| {
                asked.place == *place || !only && asked.place.ancestors().any(|around| around == *place)
            },
        )
}
