//! Whether a decision takes longer the more titles there are.

use crate::Settings;
use crate::catalogue::{self, Random};
use crate::report::{self, Expected, Samples};
use rights::viewer::Device;
use rights::{Bundle, Outcome, Viewer, decide};
use std::hint::black_box;
use std::time::Instant;

const QUERIES: usize = 1_000_000;
const NOW: i64 = catalogue::NEW_YEAR + 200 * catalogue::DAY;

/// Distinct questions, the text of their titles laid out one after the other, a second apart each.
struct Queries {
    text: String,
    ends: Vec<u32>,
    countries: Vec<u8>,
}

/// Which questions are wanted.
#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    Any,
    Allowed,
    Denied,
}

pub struct Catalogue<'a> {
    pub titles: &'a [String],
    pub bundle: &'a [u8],
}

pub fn run(pairs: &[(&str, Catalogue<'_>, Catalogue<'_>)], settings: &Settings) {
    report::section(
        "2. Decisions at 1,000 and at 1,000,000 titles",
        "rules name titles one by one; 1,000,000 distinct queries, random titles, viewers in all countries",
    );
    let names: Vec<&str> = catalogue::countries();
    let mut verdicts = Vec::new();
    for (name, small, large) in pairs {
        println!("{name}");
        report::head("ns a decision");
        for wanted in [Wanted::Any, Wanted::Allowed, Wanted::Denied] {
            let what = match wanted {
                Wanted::Any => "as they come",
                Wanted::Allowed => "allowed",
                Wanted::Denied => "denied",
            };
            let (few, many) = measure(&names, [small, large], wanted, settings);
            report::row(&few, &format!("{what}, 1,000 titles"));
            report::row(&many, &format!("{what}, 1,000,000 titles"));
            verdicts.push((many.over(&few), wanted, format!("{what}, 1,000,000 / 1,000 titles, {name}")));
        }
        println!();
    }
    report::verdicts();
    for (ratio, wanted, name) in verdicts {
        let expected = (wanted == Wanted::Any).then_some(Expected::AtMost(1.5));
        report::verdict(&ratio, "x", expected, &name);
    }
}

fn measure(
    names: &[&str],
    of: [&Catalogue<'_>; 2],
    wanted: Wanted,
    settings: &Settings,
) -> (Samples, Samples) {
    let [few, many] = of.map(|of| {
        let bundle = Bundle::open(of.bundle).unwrap();
        let queries = queries(&bundle, of.titles, names, wanted);
        (bundle, queries)
    });
    let (mut few_took, mut many_took) = (Samples::default(), Samples::default());
    for round in 1..=settings.rounds {
        eprintln!("growth: round {round} of {}", settings.rounds);
        few_took.0.push(nanoseconds(&few.0, &few.1, names, settings));
        many_took.0.push(nanoseconds(&many.0, &many.1, names, settings));
    }
    (few_took, many_took)
}

fn viewer(country: &str) -> Viewer<'_> {
    Viewer { country: Some(country), region: None, tier: Some("premium"), device: Device::Tv }
}

fn queries(bundle: &Bundle<&[u8]>, titles: &[String], names: &[&str], wanted: Wanted) -> Queries {
    let mut random = Random::new(2);
    let mut queries = Queries { text: String::new(), ends: Vec::new(), countries: Vec::new() };
    while queries.ends.len() < QUERIES {
        let title = &titles[random.below(titles.len())];
        let country = random.below(names.len());
        let now = NOW + queries.ends.len() as i64;
        let suits = match decide(bundle, &viewer(names[country]), title, now) {
            Outcome::Allow(_) => wanted != Wanted::Denied,
            Outcome::Deny(_) => wanted != Wanted::Allowed,
            Outcome::CannotDecide(fault) => panic!("{fault}"),
        };
        if suits {
            queries.text.push_str(title);
            queries.ends.push(queries.text.len() as u32);
            queries.countries.push(country as u8);
        }
    }
    queries
}

/// All queries, again and again for the span.
fn nanoseconds(bundle: &Bundle<&[u8]>, queries: &Queries, names: &[&str], settings: &Settings) -> f64 {
    let start = Instant::now();
    let mut passes = 0;
    loop {
        let (mut begin, mut now) = (0, NOW);
        for (end, country) in queries.ends.iter().zip(&queries.countries) {
            let end = *end as usize;
            let viewer = viewer(names[usize::from(*country)]);
            black_box(decide(bundle, &viewer, &queries.text[begin..end], now));
            begin = end;
            now += 1;
        }
        passes += 1;
        let took = start.elapsed();
        if took >= settings.span {
            return took.as_secs_f64() * 1e9 / (passes * QUERIES) as f64;
        }
    }
}
