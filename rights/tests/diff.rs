//! What a change does to whom, told by rows that are checked against both policies by other means.

use rights::diff::{Diff, Kind, Row, diff};
use rights::model::{Blackout, Caps, Devices, Grant, Group, Pattern, Policy, Spot, Tiers, Titles, Window};
use rights::places::{Area, Place};
use rights::viewer::Device;
use std::rc::Rc;

// Policies, written down shortly.

fn spot() -> Spot {
    Spot { file: "a.toml".into(), line: 1, column: 1 }
}

fn pattern(text: &str) -> Pattern {
    match text.strip_suffix("/*") {
        _ if text == "*" => Pattern::All,
        Some(prefix) => Pattern::Below(prefix.to_owned()),
        None => Pattern::Exactly(text.to_owned()),
    }
}

fn titles(list: &str) -> Titles {
    let mut titles = Titles::default();
    for member in list.split(' ') {
        match member.strip_prefix('!') {
            Some(excluded) => titles.exclude.push(pattern(excluded)),
            None => titles.include.push(pattern(member)),
        }
    }
    titles
}

fn territories(list: &str) -> Rc<Area> {
    let area =
        |code: &str| Area::of(if code == "*" { Place::WORLD } else { Place::parse(code).expect(code) });
    let (excluded, included): (Vec<&str>, Vec<&str>) =
        list.split(' ').partition(|member| member.starts_with('!'));
    let included: Vec<Area> = included.into_iter().map(area).collect();
    let excluded: Vec<Area> = excluded.into_iter().map(|member| area(&member[1..])).collect();
    Rc::new(Area::list(&included, &excluded))
}

fn tiers(list: &str) -> Tiers {
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

fn devices(list: &str) -> Devices {
    match list {
        "*" => Devices::ANY,
        _ => Devices(list.split(' ').map(|name| Device::named(name).expect(name).bit()).sum()),
    }
}

fn window((from, until): (i64, i64)) -> Window {
    Window { from, until: (until != OPEN).then_some(until) }
}

const OPEN: i64 = i64::MAX;
const HD: Caps = Caps { max_height: Some(1080), max_streams: Some(2), drm: false };
const UHD: Caps = Caps { max_height: Some(2160), max_streams: Some(2), drm: true };

fn grant(id: &str, its: &str, at: &str, when: (i64, i64), who: &str) -> Grant {
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

fn up_to(caps: Caps, grant: Grant) -> Grant {
    Grant { caps, ..grant }
}

fn on(list: &str, grant: Grant) -> Grant {
    Grant { devices: devices(list), ..grant }
}

fn blackout(id: &str, its: &str, at: &str, when: (i64, i64)) -> Blackout {
    Blackout {
        id: id.to_owned(),
        titles: titles(its),
        territories: territories(at),
        window: window(when),
        message: None,
        spot: spot(),
    }
}

fn policy(grants: &[Grant], blackouts: &[Blackout]) -> Policy {
    Policy { grants: grants.to_vec(), blackouts: blackouts.to_vec(), ..Policy::default() }
}

// Rows, written down shortly.

fn seconds(time: i64) -> String {
    time.to_string()
}

/// `+ titles | territories | tiers | devices | from..until | old -> new`
fn line(row: &Row) -> String {
    let caps = |caps: Option<Caps>| match caps {
        None => "no".to_owned(),
        Some(HD) => "HD".to_owned(),
        Some(UHD) => "UHD".to_owned(),
        Some(other) => format!("{other:?}"),
    };
    format!(
        "{} | {} | {} | {} | {}..{} | {} -> {}",
        row.titles.join(" "),
        row.territories.join(" "),
        row.tiers.join(" "),
        row.devices.join(" "),
        row.from.map(seconds).unwrap_or_default(),
        row.until.map(seconds).unwrap_or_default(),
        caps(row.old),
        caps(row.new)
    )
}

fn lines(diff: &Diff) -> Vec<String> {
    diff.rows.iter().map(line).collect()
}

#[test]
fn each_change_is_told_in_the_fewest_rows() {
    let base = || grant("a/one", "acme/* !acme/pilot", "SE NO", (100, 200), "premium");
    let wide = || grant("a/wide", "*", "*", (100, OPEN), "* anonymous");
    let cases: Vec<(&str, Policy, Policy, &[&str])> = vec![
        (
            "a first grant",
            policy(&[], &[]),
            policy(&[base()], &[]),
            &["acme/* !acme/pilot | NO SE | premium | * | 100..200 | no -> HD"],
        ),
        (
            "a grant for everybody, ever after",
            policy(&[], &[]),
            policy(&[wide()], &[]),
            &["* | * | * anonymous | * | 100.. | no -> HD"],
        ),
        (
            "the end moved",
            policy(&[base()], &[]),
            policy(&[Grant { window: window((100, 300)), ..base() }], &[]),
            &["acme/* !acme/pilot | NO SE | premium | * | 200..300 | no -> HD"],
        ),
        (
            "both ends moved",
            policy(&[base()], &[]),
            policy(&[Grant { window: window((150, 250)), ..base() }], &[]),
            &[
                "acme/* !acme/pilot | NO SE | premium | * | 200..250 | no -> HD",
                "acme/* !acme/pilot | NO SE | premium | * | 100..150 | HD -> no",
            ],
        ),
        (
            "a country added",
            policy(&[base()], &[]),
            policy(&[Grant { territories: territories("SE NO DK"), ..base() }], &[]),
            &["acme/* !acme/pilot | DK | premium | * | 100..200 | no -> HD"],
        ),
        (
            "a region excluded: also who may be in it loses",
            policy(&[base()], &[]),
            policy(&[Grant { territories: territories("SE NO !NO-03"), ..base() }], &[]),
            &["acme/* !acme/pilot | NO-03 NO-?? | premium | * | 100..200 | HD -> no"],
        ),
        (
            "a tier added",
            policy(&[base()], &[]),
            policy(&[Grant { tiers: tiers("premium family"), ..base() }], &[]),
            &["acme/* !acme/pilot | NO SE | family | * | 100..200 | no -> HD"],
        ),
        (
            "any login instead of one tier",
            policy(&[base()], &[]),
            policy(&[Grant { tiers: tiers("*"), ..base() }], &[]),
            &["acme/* !acme/pilot | NO SE | * !premium | * | 100..200 | no -> HD"],
        ),
        (
            "anonymous viewers let in",
            policy(&[base()], &[]),
            policy(&[Grant { tiers: tiers("premium anonymous"), ..base() }], &[]),
            &["acme/* !acme/pilot | NO SE | anonymous | * | 100..200 | no -> HD"],
        ),
        (
            "a cap raised",
            policy(&[base()], &[]),
            policy(&[up_to(UHD, base())], &[]),
            &["acme/* !acme/pilot | NO SE | premium | * | 100..200 | HD -> UHD"],
        ),
        (
            "a better grant for some devices within another",
            policy(&[wide()], &[]),
            policy(&[wide(), on("tv cast", up_to(UHD, base()))], &[]),
            &["acme/* !acme/pilot | NO SE | premium | tv cast | 100..200 | HD -> UHD"],
        ),
        (
            "a worse grant within another",
            policy(&[up_to(UHD, wide())], &[]),
            policy(&[up_to(UHD, wide()), base()], &[]),
            &[],
        ),
        (
            "a blackout of a region, and of whoever may be in it",
            policy(&[wide()], &[]),
            policy(&[wide()], &[blackout("a/derby", "live/derby", "GB-MAN", (150, 160))]),
            &["live/derby | GB-MAN GB-ENG-?? GB-?? ?? | * anonymous | * | 150..160 | HD -> no"],
        ),
        (
            "a blackout where nobody may play",
            policy(&[base()], &[]),
            policy(&[base()], &[blackout("a/derby", "*", "DE", (100, 200))]),
            &[],
        ),
        (
            "a title excluded",
            policy(&[base()], &[]),
            policy(&[Grant { titles: titles("acme/* !acme/pilot !acme/b/*"), ..base() }], &[]),
            &["acme/b/* | NO SE | premium | * | 100..200 | HD -> no"],
        ),
        (
            "a title no longer excluded",
            policy(&[base()], &[]),
            policy(&[Grant { titles: titles("acme/*"), ..base() }], &[]),
            &["acme/pilot | NO SE | premium | * | 100..200 | no -> HD"],
        ),
        (
            "what lies in something excluded cannot be in the same list",
            policy(&[], &[]),
            policy(
                &[
                    grant("a/one", "a/* !a/b/*", "SE", (100, 200), "*"),
                    grant("a/two", "a/b/c a/b/d/*", "SE", (100, 200), "*"),
                ],
                &[],
            ),
            &[
                "a/* !a/b/* | SE | * | * | 100..200 | no -> HD",
                "a/b/c a/b/d/* | SE | * | * | 100..200 | no -> HD",
            ],
        ),
        (
            "what lies in something included needs no mention",
            policy(&[], &[]),
            policy(
                &[
                    grant("a/one", "a/* !a/b/*", "SE", (100, 200), "*"),
                    grant("a/two", "a/b/*", "SE", (100, 200), "*"),
                ],
                &[],
            ),
            &["a/* | SE | * | * | 100..200 | no -> HD"],
        ),
        (
            "another name, spot and order",
            policy(&[base(), wide()], &[]),
            policy(&[Grant { id: "z".to_owned(), ..wide() }, Grant { id: "y".to_owned(), ..base() }], &[]),
            &[],
        ),
        (
            "two adjacent windows instead of one",
            policy(&[base()], &[]),
            policy(
                &[
                    Grant { window: window((100, 130)), ..base() },
                    Grant { id: "a/two".to_owned(), window: window((130, 200)), ..base() },
                ],
                &[],
            ),
            &[],
        ),
        (
            "split by country, tier, device and title",
            policy(&[base()], &[]),
            policy(
                &[
                    Grant { id: "1".to_owned(), territories: territories("SE"), ..base() },
                    on("tv mobile", Grant { id: "2".to_owned(), territories: territories("NO"), ..base() }),
                    on(
                        "tablet desktop tv console cast unknown",
                        Grant { id: "3".to_owned(), territories: territories("NO DK !DK"), ..base() },
                    ),
                    grant("4", "acme/x", "NO", (100, 200), "premium"),
                ],
                &[],
            ),
            &[],
        ),
        (
            "of two that differ in DRM alone, ids decide",
            policy(
                &[
                    up_to(Caps { drm: true, ..HD }, Grant { id: "1".to_owned(), ..base() }),
                    Grant { id: "2".to_owned(), ..base() },
                ],
                &[],
            ),
            policy(
                &[
                    up_to(Caps { drm: true, ..HD }, Grant { id: "3".to_owned(), ..base() }),
                    Grant { id: "2".to_owned(), ..base() },
                ],
                &[],
            ),
            &[
                "acme/* !acme/pilot | NO SE | premium | * | 100..200 | Caps { max_height: Some(1080), max_streams: Some(2), drm: true } -> HD",
            ],
        ),
        (
            "a blackout in the middle of what is gained",
            policy(&[], &[]),
            policy(&[base()], &[blackout("a/derby", "acme/*", "SE NO", (150, 160))]),
            &[
                "acme/* !acme/pilot | NO SE | premium | * | 100..150 | no -> HD",
                "acme/* !acme/pilot | NO SE | premium | * | 160..200 | no -> HD",
            ],
        ),
        (
            "a blackout of one country in the middle of what is gained",
            policy(&[], &[]),
            policy(&[base()], &[blackout("a/derby", "acme/*", "SE", (150, 160))]),
            &[
                "acme/* !acme/pilot | NO | premium | * | 100..200 | no -> HD",
                "acme/* !acme/pilot | SE | premium | * | 100..150 | no -> HD",
                "acme/* !acme/pilot | SE | premium | * | 160..200 | no -> HD",
            ],
        ),
        (
            "a window at which nobody asks",
            policy(&[], &[]),
            policy(
                &[grant("a", "*", "*", (-1000, 0), "*"), grant("b", "*", "*", (300_000_000_000, OPEN), "*")],
                &[],
            ),
            &[],
        ),
        (
            "a window that begins when nobody asks",
            policy(&[], &[]),
            policy(&[grant("a", "*", "*", (-1000, 10), "*")], &[]),
            &["* | * | * | * | -1000..10 | no -> HD"],
        ),
    ];
    for (name, old, new, wanted) in cases {
        let found = diff(&old, &new);
        assert_eq!(lines(&found), wanted, "{name}");
        check(&old, &new, &found, name);
        // Backwards everything is the other way round.
        let back = diff(&new, &old);
        assert_eq!(back.rows.len(), found.rows.len(), "{name}, back");
        assert_eq!(back.count(Kind::Lost), found.count(Kind::Gained), "{name}, back");
        assert_eq!(diff(&old, &old), Diff::default(), "{name}, old and old");
        assert_eq!(diff(&new, &new), Diff::default(), "{name}, new and new");
    }
}

// A checker that knows rows and policies, and nothing of how rows come about.

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
fn ask(
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

fn check(old: &Policy, new: &Policy, found: &Diff, name: &str) {
    let mut random = Random(7);
    ask(old, new, found, &edges(old, new), &mut random, 1000, name);
}

fn edges(old: &Policy, new: &Policy) -> Vec<i64> {
    let mut edges = vec![1];
    for policy in [old, new] {
        let grants = policy.grants.iter().map(|grant| grant.window);
        let windows = grants.chain(policy.blackouts.iter().map(|blackout| blackout.window));
        edges.extend(windows.flat_map(|window| [Some(window.from), window.until]).flatten());
    }
    edges
}

/// Xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % end as u64).unwrap()
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn titles(&mut self) -> Titles {
        titles(self.of(&[
            "*",
            "a/*",
            "a/* !a/b/*",
            "a/b/*",
            "a/b/* !a/b/c/*",
            "a/b/c/*",
            "a/b/c",
            "a",
            "b/*",
            "b/x",
            "* !a/*",
            "* !b/x",
            "a/* b/*",
            "a/* !a/b/c",
            "a/b/c/d a/x",
            "a/b/c/d",
            "* !a/b/c/d",
            "c/x a/b/c",
        ]))
    }

    fn territories(&mut self) -> Rc<Area> {
        territories(self.of(&[
            "*",
            "* !GB",
            "GB",
            "GB-ENG",
            "GB-MAN",
            "GB !GB-MAN",
            "GB !GB-SCT",
            "GB-SCT",
            "NO SE",
            "NO SE !NO-03",
            "NO-03",
            "FR US",
            "* !US-CA",
            "* !US-CA !NO",
            "FR-IDF",
            "SE DK DE",
            "JP GB-EDH",
        ]))
    }

    fn window(&mut self) -> Window {
        let from = self.below(8) as i64 * 100 + 100;
        let length = self.below(6) as i64 * 100;
        Window { from, until: (length != 0).then_some(from + length) }
    }

    fn tiers(&mut self) -> Tiers {
        tiers(self.of(&[
            "*",
            "* anonymous",
            "anonymous",
            "premium",
            "premium family",
            "* !free",
            "* !free anonymous",
            "free",
            "family student",
        ]))
    }

    fn devices(&mut self) -> Devices {
        devices(self.of(&[
            "*",
            "*",
            "*",
            "tv",
            "tv cast",
            "mobile tablet unknown",
            "mobile tablet desktop console cast unknown",
        ]))
    }

    fn caps(&mut self) -> Caps {
        Caps {
            max_height: self.of(&[None, Some(1080), Some(1080), Some(2160)]),
            max_streams: self.of(&[None, Some(2), Some(2)]),
            drm: self.one_in(2),
        }
    }

    fn grant(&mut self) -> Grant {
        Grant {
            id: format!("r/{}", self.below(1000)),
            titles: self.titles(),
            territories: self.territories(),
            window: self.window(),
            tiers: self.tiers(),
            devices: self.devices(),
            caps: self.caps(),
            spot: spot(),
        }
    }

    fn blackout(&mut self) -> Blackout {
        Blackout {
            id: format!("b/{}", self.below(1000)),
            titles: self.titles(),
            territories: self.territories(),
            window: self.window(),
            message: None,
            spot: spot(),
        }
    }

    fn policy(&mut self) -> Policy {
        let grants: Vec<Grant> = (0..self.below(8)).map(|_| self.grant()).collect();
        let blackouts: Vec<Blackout> = (0..self.below(4)).map(|_| self.blackout()).collect();
        policy(&grants, &blackouts)
    }

    /// The policy with one thing changed.
    fn mutated(&mut self, policy: &Policy) -> Policy {
        let mut grants = policy.grants.clone();
        let mut blackouts = policy.blackouts.clone();
        let chosen = self.below(grants.len().max(1));
        match (self.below(12), grants.get_mut(chosen)) {
            (0, Some(grant)) => grant.titles = self.titles(),
            (1, Some(grant)) => grant.territories = self.territories(),
            (2 | 3, Some(grant)) => grant.window = self.window(),
            (4, Some(grant)) => grant.tiers = self.tiers(),
            (5, Some(grant)) => grant.devices = self.devices(),
            (6, Some(grant)) => grant.caps = self.caps(),
            (7, Some(grant)) => grant.id = format!("r/{}", self.below(1000)),
            (8, Some(_)) => drop(grants.remove(chosen)),
            (9, _) => grants.push(self.grant()),
            (10, _) if !blackouts.is_empty() => drop(blackouts.pop()),
            _ => blackouts.push(self.blackout()),
        }
        Policy { grants, blackouts, ..Policy::default() }
    }
}

#[test]
fn two_policies_differ_where_a_row_says_so_and_nowhere_else() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut asked, mut different, mut pairs) = (0, 0, 0);
    while asked < 240_000 {
        let old = random.policy();
        let new = match random.below(4) {
            0 => random.policy(),
            1 => {
                let new = random.mutated(&old);
                random.mutated(&new)
            }
            _ => random.mutated(&old),
        };
        pairs += 1;
        let found = diff(&old, &new);
        different += ask(&old, &new, &found, &edges(&old, &new), &mut random, 600, &format!("pair {pairs}"));
        asked += 600;
    }
    assert!(different > 10_000, "only {different} of {asked} differed in {pairs} pairs");
}

#[test]
fn the_order_of_rules_changes_nothing() {
    let mut random = Random(99);
    for _ in 0..40 {
        let old = random.policy();
        let new = random.mutated(&old);
        let turned = |policy: &Policy| {
            let mut grants = policy.grants.clone();
            let mut blackouts = policy.blackouts.clone();
            grants.reverse();
            blackouts.reverse();
            Policy { grants, blackouts, ..Policy::default() }
        };
        assert_eq!(diff(&old, &turned(&old)), Diff::default());
        assert_eq!(diff(&turned(&old), &turned(&new)), diff(&old, &new));
    }
}

#[test]
fn shared_groups_lend_their_names() {
    let group = |shared| Group {
        name: "nordics".to_owned(),
        area: territories("SE NO"),
        used: true,
        shared,
        spot: spot(),
    };
    let gained = grant("a/one", "acme/*", "NO SE", (100, 200), "premium");
    for (groups, wanted) in [
        (vec![group(true)], vec!["nordics"]),
        (vec![group(false)], vec!["NO", "SE"]),
        (vec![], vec!["NO", "SE"]),
    ] {
        let new = Policy { groups, ..policy(std::slice::from_ref(&gained), &[]) };
        let found = diff(&Policy::default(), &new);
        assert_eq!(found.rows[0].territory_names(), wanted);
        assert_eq!(found.rows[0].territories, ["NO", "SE"]);
    }
}

#[test]
fn the_text_is_for_people() {
    let old = policy(
        &[grant("a/one", "acme/* !acme/pilot", "SE NO", (1_767_225_600, 1_798_761_600), "premium")],
        &[],
    );
    let new = policy(
        &[
            grant("a/one", "acme/* !acme/pilot", "SE NO DK", (1_767_225_600, 1_798_761_600), "premium"),
            on("tv", up_to(UHD, grant("a/two", "acme/x", "SE", (1_767_225_600, OPEN), "premium"))),
        ],
        &[blackout("a/derby", "acme/x", "NO-03", (1_767_225_600, 1_767_225_601))],
    );
    let wanted = "\
2 gained, 1 lost, 1 changed

GAINED  acme/*, !acme/pilot
        where: DK    who: premium    on: any device
        when: from 2026-01-01T00:00:00Z until 2027-01-01T00:00:00Z    up to: 1080 lines, 2 streams, no DRM

GAINED  acme/x
        where: SE    who: premium    on: tv
        when: from 2027-01-01T00:00:00Z on    up to: 2160 lines, 2 streams, DRM

LOST    acme/x
        where: NO-03, NO-??    who: premium    on: any device
        when: from 2026-01-01T00:00:00Z until 2026-01-01T00:00:01Z    up to: 1080 lines, 2 streams, no DRM

CHANGED acme/x
        where: SE    who: premium    on: tv
        when: from 2026-01-01T00:00:00Z until 2027-01-01T00:00:00Z    up to: 1080 lines -> 2160 lines, 2 streams, no DRM -> DRM

A code with `-??` is viewers of whom nothing but this is known: not in which part of it they are.
";
    let found = diff(&old, &new);
    assert_eq!(found.to_text(), wanted);
    assert_eq!(diff(&old, &old).to_text(), "Nothing changes for any viewer.\n");
}
