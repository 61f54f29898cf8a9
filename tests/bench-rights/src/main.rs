//! `make bench-rights`: decisions beside other engines, how they grow with the catalogue, and what a bundle costs.
//! Everything in one process and in turn, so that all see the same machine.

mod bundles;
mod catalogue;
mod cedar;
mod decisions;
mod growth;
mod rego;
mod report;

use catalogue::Random;
use growth::Catalogue;
use rights::compile;
use std::time::Duration;

pub struct Settings {
    rounds: usize,
    /// How long one measurement lasts.
    span: Duration,
    /// Which sections to run, by their numbers; all, if it is empty.
    only: String,
}

impl Settings {
    fn of_environment() -> Self {
        let number = |name: &str, without: f64| match std::env::var(name) {
            Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} must be a number, and is `{text}`")),
            Err(_) => without,
        };
        Self {
            rounds: (number("ROUNDS", 7.0) as usize).max(1),
            span: Duration::from_secs_f64(number("SECONDS_EACH", 0.5)),
            only: std::env::args().nth(1).unwrap_or_default(),
        }
    }

    fn wants(&self, section: char) -> bool {
        self.only.is_empty() || self.only.contains(section)
    }
}

fn main() {
    let settings = Settings::of_environment();
    introduction(&settings);
    if settings.wants('1') {
        decisions::run(&settings);
    }
    let large = ['2', '3', '5'].into_iter().any(|section| settings.wants(section)).then(Large::new);
    if let Some(large) = &large {
        if settings.wants('2') {
            large.growth(&settings);
        }
        if settings.wants('3') {
            bundles::size(&large.bundle, large.titles.len());
        }
    }
    if settings.wants('4') {
        bundles::build(&catalogue::titles(100_000, &mut Random::new(4)), 5_000, &settings);
    }
    if let Some(large) = large.filter(|_| settings.wants('5')) {
        bundles::open(&large.bundle, &settings);
    }
    println!("\nload after: {}", load());
}

/// A million titles, and 50,000 rules that name them.
struct Large {
    titles: Vec<String>,
    bundle: Vec<u8>,
}

impl Large {
    fn new() -> Self {
        eprintln!("building a catalogue of 1,000,000 titles");
        let titles = catalogue::titles(1_000_000, &mut Random::new(3));
        let bundle = bundle(&titles, 50_000);
        Self { titles, bundle }
    }

    fn growth(&self, settings: &Settings) {
        let few = catalogue::titles(1_000, &mut Random::new(3));
        let bundles = [bundle(&few, 1_000), bundle(&self.titles, 1_000), bundle(&few, 50)];
        let small = |bundle| Catalogue { titles: &few, bundle };
        let large = |bundle| Catalogue { titles: &self.titles, bundle };
        let pairs = [
            ("1,000 rules in both", small(&bundles[0]), large(&bundles[1])),
            ("20 titles a rule: 50 rules and 50,000", small(&bundles[2]), large(&self.bundle)),
        ];
        growth::run(&pairs, settings);
    }
}

fn bundle(titles: &[String], rules: usize) -> Vec<u8> {
    compile(&catalogue::policy(&catalogue::files(&catalogue::catalogue(titles, rules)))).unwrap()
}

fn introduction(settings: &Settings) {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let processor = processor.map_or("an unknown processor", |(_, name)| name.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (rounds, seconds) = (settings.rounds, settings.span.as_secs_f64());
    let peers: Vec<String> = ["cedar-policy", "regorus", "flate2", "zstd"].into_iter().map(version).collect();
    println!("\n{processor}, {cores} cores; {}", peers.join(", "));
    println!("{rounds} rounds of {seconds} s each; medians, and half the range as a share of the median");
    println!("load before: {}", load());
}

/// A dependency with its version, as it was built in.
fn version(name: &str) -> String {
    let mut lines = include_str!("../Cargo.lock").lines();
    lines.by_ref().find(|line| *line == format!("name = \"{name}\""));
    let version = lines.next().and_then(|line| line.strip_prefix("version = ")).unwrap_or_default();
    format!("{name} {}", version.trim_matches('"'))
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}
