//! Titles, rules about them, and the policy files that say so: made up, the same in every run.

use jiff::Timestamp;
use rights::language::{SourceFile, read};
use rights::model::Policy;
use rights::places::Place;
use std::collections::HashSet;
use std::fmt::Write as _;

/// xorshift64*: good enough to spread things, and the same everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.number()) * limit as u128) >> 64) as usize
    }

    pub fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    pub fn in_hundred(&mut self, chances: usize) -> bool {
        self.below(100) < chances
    }

    /// At least one of the list, in its order.
    pub fn some_of<T: Copy>(&mut self, list: &[T], chances: usize) -> Vec<T> {
        loop {
            let some: Vec<T> = list.iter().copied().filter(|_| self.in_hundred(chances)).collect();
            if !some.is_empty() {
                return some;
            }
        }
    }
}

pub const TIERS: [&str; 4] = ["anonymous", "family", "free", "premium"];
pub const DEVICES: [&str; 7] = ["mobile", "tablet", "desktop", "tv", "console", "cast", "unknown"];
/// 2026-01-01T00:00:00Z
pub const NEW_YEAR: i64 = 1_767_225_600;
pub const DAY: i64 = 86_400;
const GROUPS: usize = 40;
/// So many different lists of territories: licensors repeat theirs from rule to rule.
const LISTS: usize = 1_000;

pub fn countries() -> Vec<&'static str> {
    Place::countries().map(Place::code).collect()
}

/// One grant, and perhaps a blackout of the same titles.
pub struct Rule {
    pub titles: Vec<String>,
    pub territories: Vec<String>,
    pub from: i64,
    pub until: Option<i64>,
    pub tiers: Vec<&'static str>,
    /// None: any.
    pub devices: Option<Vec<&'static str>>,
    pub blackout: Option<Blackout>,
}

pub struct Blackout {
    pub country: &'static str,
    pub from: i64,
    pub until: i64,
}

/// Ids of three shapes: episodes, films and what a database hands out. A season's episodes stand together.
pub fn titles(count: usize, random: &mut Random) -> Vec<String> {
    const WORDS: [&str; 40] = [
        "the", "a", "last", "long", "winter", "summer", "river", "house", "of", "night", "light", "road",
        "home", "silent", "city", "glass", "stone", "king", "daughter", "son", "letter", "sea", "under",
        "over", "north", "south", "return", "first", "war", "love", "machine", "garden", "train", "midnight",
        "island", "bird", "golden", "red", "bridge", "stranger",
    ];
    let mut taken = HashSet::with_capacity(count);
    let mut titles = Vec::with_capacity(count);
    let mut series = 0;
    while titles.len() < count {
        let shape = random.below(100);
        if shape < 60 {
            series += 1;
        }
        let studio = random.below(37);
        for number in 0..20.min(count - titles.len()) {
            let mut title = String::new();
            while title.is_empty() || taken.contains(&title) {
                title.clear();
                if shape < 60 {
                    let (season, episode) = (number / 10 + 1, number % 10 + 1);
                    let _ = write!(title, "studio-{studio:02}/series-{series:04}/s{season:02}e{episode:02}");
                } else if shape < 85 {
                    title.push_str("films/");
                    for _ in 0..2 + random.below(3) {
                        title.push_str(random.one_of(&WORDS));
                        title.push('-');
                    }
                    let _ = write!(title, "{}", 1920 + random.below(107));
                } else {
                    let _ = write!(title, "{:016x}{:016x}", random.number(), random.number());
                }
            }
            taken.insert(title.clone());
            titles.push(title);
        }
    }
    titles
}

/// One rule a title.
pub fn one_rule_a_title(count: usize) -> Vec<Rule> {
    let mut random = Random::new(count as u64);
    let countries = countries();
    let named = titles(count, &mut random);
    let lists: Vec<Vec<&str>> = (0..LISTS)
        .map(|_| {
            let chances = 2 + random.below(48);
            random.some_of(&countries, chances)
        })
        .collect();
    let rule = |(number, title): (usize, String)| {
        let territories = &lists[random.below(LISTS)];
        let from = NEW_YEAR + DAY * random.below(365) as i64;
        let until = from + DAY * (30 + random.below(700) as i64);
        let blackout = (number % 10 == 7).then(|| {
            let from = from + DAY * random.below(30) as i64 + 14 * 3_600;
            Blackout { country: random.one_of(territories), from, until: from + 3 * 3_600 }
        });
        Rule {
            titles: vec![title],
            territories: territories.iter().map(|code| (*code).to_owned()).collect(),
            from,
            until: (!random.in_hundred(10)).then_some(until),
            tiers: random.some_of(&TIERS, 50),
            devices: (!random.in_hundred(30)).then(|| random.some_of(&DEVICES, 60)),
            blackout,
        }
    };
    named.into_iter().enumerate().map(rule).collect()
}

/// Many titles, spread evenly over rules that name them one by one; territories are groups.
pub fn catalogue(titles: &[String], rules: usize) -> Vec<Rule> {
    let mut random = Random::new(titles.len() as u64 ^ (rules as u64) << 32);
    let countries = countries();
    let lists: Vec<Vec<String>> = (0..LISTS)
        .map(|_| {
            let mut list = vec![format!("area-{}", random.below(GROUPS))];
            for _ in 0..random.below(3) {
                list.push(format!("!{}", random.one_of(&countries)));
            }
            list
        })
        .collect();
    let rule = |titles: &[String]| {
        let territories = lists[random.below(LISTS)].clone();
        let from = NEW_YEAR - DAY * random.below(1_000) as i64;
        // A tenth of the windows have closed or are still to open.
        let (from, until) = match random.below(20) {
            0 => (from - 1_000 * DAY, Some(from - DAY)),
            1 => (NEW_YEAR + 2_000 * DAY, None),
            _ => (from, Some(NEW_YEAR + DAY * (400 + random.below(1_000) as i64))),
        };
        let mut tiers = vec!["premium"];
        tiers.extend(TIERS.into_iter().filter(|tier| *tier != "premium" && random.in_hundred(40)));
        Rule { titles: titles.to_vec(), territories, from, until, tiers, devices: None, blackout: None }
    };
    titles.chunks(titles.len().div_ceil(rules)).map(rule).collect()
}

/// Policy files, as licensing teams would write them: the path of each, and its text.
pub fn files(rules: &[Rule]) -> Vec<(String, String)> {
    let mut files = vec![("groups.toml".to_owned(), groups())];
    for (agreement, rules) in rules.chunks(100).enumerate() {
        let mut text = format!("schema = 1\nagreement = \"agreement-{agreement:04}\"\n");
        for (number, rule) in rules.iter().enumerate() {
            write_rule(&mut text, number, rule);
        }
        files.push((format!("agreement-{agreement:04}.toml"), text));
    }
    files
}

fn groups() -> String {
    let mut random = Random::new(7);
    let countries = countries();
    let mut text = "[groups]\n".to_owned();
    for number in 0..GROUPS {
        let chances = 5 + random.below(90);
        let _ = writeln!(text, "area-{number} = {}", list(&random.some_of(&countries, chances)));
    }
    text
}

fn write_rule(text: &mut String, number: usize, rule: &Rule) {
    let titles = list(&rule.titles);
    let territories = list(&rule.territories);
    let _ = write!(
        text,
        "\n[[grant]]\nid = \"grant-{number}\"\ntitles = {titles}\nterritories = {territories}\nfrom = {}\ntiers = {}\n",
        instant(rule.from),
        list(&rule.tiers),
    );
    if let Some(until) = rule.until {
        let _ = writeln!(text, "until = {}", instant(until));
    }
    if let Some(devices) = &rule.devices {
        let _ = writeln!(text, "devices = {}", list(devices));
    }
    if let Some(Blackout { country, from, until }) = &rule.blackout {
        let (from, until) = (instant(*from), instant(*until));
        let _ = write!(
            text,
            "\n[[blackout]]\nid = \"blackout-{number}\"\ntitles = {titles}\nterritories = [\"{country}\"]\nfrom = {from}\nuntil = {until}\n",
        );
    }
}

fn instant(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap().to_string()
}

/// A list of texts, as TOML and Cedar both write it.
pub fn list<T: AsRef<str>>(members: &[T]) -> String {
    let quoted: Vec<String> = members.iter().map(|member| format!("\"{}\"", member.as_ref())).collect();
    format!("[{}]", quoted.join(", "))
}

/// The files through the front door.
pub fn policy(files: &[(String, String)]) -> Policy {
    let sources: Vec<SourceFile<'_>> =
        files.iter().map(|(path, text)| SourceFile { path, text: text.as_bytes() }).collect();
    read(&sources).unwrap_or_else(|problems| panic!("the files made up here must be right: {problems:?}"))
}
