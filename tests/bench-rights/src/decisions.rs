//! One rule a title, asked of every engine: the same requests, and first of all the same answers.

use crate::Settings;
use crate::catalogue::{self, DEVICES, Random, Rule, TIERS};
use crate::cedar::Cedar;
use crate::rego::{Interpreter, Machine};
use crate::report::{self, Expected, Samples};
use rights::viewer::Device;
use rights::{Bundle, Outcome, Viewer, compile, decide};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

const SIZES: [usize; 3] = [10, 1_000, 10_000];
const REQUESTS: usize = 20_000;
/// So many requests must have the same answer from all engines; but for Cedar with a policy a rule, all must.
const COMPARED: usize = 2_000;

/// An engine with everything prepared: its policy, and the requests in its own form.
pub trait Engine {
    fn name(&self) -> &'static str;
    fn allows(&mut self, request: usize) -> bool;
}

/// A viewer who asks for a title at a time.
pub struct Request<'a> {
    pub title: &'a str,
    pub country: &'a str,
    pub tier: &'a str,
    pub device: &'static str,
    pub now: i64,
}

/// Requests in little room, their titles one behind the other: a service has just read its request, too.
struct Ours {
    bundle: Bundle<Vec<u8>>,
    text: String,
    requests: Vec<Packed>,
    countries: Vec<&'static str>,
}

struct Packed {
    now: i64,
    start: u32,
    length: u16,
    country: u8,
    tier: u8,
    device: Device,
}

/// Those of the policy, and one that none of its rules names.
const LOGINS: [&str; 5] = [TIERS[0], TIERS[1], TIERS[2], TIERS[3], "platinum"];

impl Ours {
    fn new(bundle: Vec<u8>, requests: &[Request<'_>]) -> Self {
        let countries = catalogue::countries();
        let mut text = String::new();
        let packed = |request: &Request<'_>| {
            let start = text.len() as u32;
            text.push_str(request.title);
            Packed {
                now: request.now,
                start,
                length: request.title.len() as u16,
                country: countries.iter().position(|code| *code == request.country).unwrap() as u8,
                tier: LOGINS.iter().position(|tier| *tier == request.tier).unwrap() as u8,
                device: Device::named(request.device).unwrap(),
            }
        };
        let requests = requests.iter().map(packed).collect();
        Self { bundle: Bundle::open(bundle).unwrap(), text, requests, countries }
    }

    fn outcome(&self, request: usize) -> Outcome<'_> {
        let Packed { now, start, length, country, tier, device } = self.requests[request];
        let title = &self.text[start as usize..start as usize + usize::from(length)];
        let (country, tier) = (self.countries[usize::from(country)], LOGINS[usize::from(tier)]);
        let viewer = Viewer { country: Some(country), region: None, tier: Some(tier), device };
        decide(&self.bundle, &viewer, title, now)
    }
}

impl Engine for Ours {
    fn name(&self) -> &'static str {
        "rights::decide"
    }

    fn allows(&mut self, request: usize) -> bool {
        matches!(black_box(self.outcome(request)), Outcome::Allow(_))
    }
}

pub fn run(settings: &Settings) {
    report::section(
        "1. Decisions beside other engines",
        "one rule a title: countries, window, tiers, devices, a tenth with a blackout; requests prepared beforehand;\nthe same requests in the same order for all, and ratios of their time to ours",
    );
    let expectations: Vec<_> = SIZES.into_iter().map(|size| (size, of_size(size, settings))).collect();
    report::verdicts();
    for (size, (ours, fastest)) in expectations {
        let name = format!("the fastest peer / rights::decide, {} rules", report::count(size));
        let expected = if size == 10_000 { Some(Expected::AtLeast(15.0)) } else { None };
        report::verdict(&fastest.over(&ours), "x", expected, &name);
        if size == 10_000 {
            report::verdict(&ours, "ns", Some(Expected::AtMost(120.0)), "rights::decide, 10,000 rules");
        }
    }
}

/// What a decision takes here, and by the fastest of the peers.
fn of_size(size: usize, settings: &Settings) -> (Samples, Samples) {
    let rules = catalogue::one_rule_a_title(size);
    let requests = requests(&rules);
    let bundle = compile(&catalogue::policy(&catalogue::files(&rules))).unwrap();
    let mut ours = Ours::new(bundle, &requests);
    let mut policies = Cedar::one_policy_a_rule(&rules, &requests);
    let mut attributes = Cedar::rights_as_attributes(&rules, &requests);
    let mut interpreter = Interpreter::new(&rules, &requests);
    let mut machine = Machine::new(&rules, &requests);

    let answers: Vec<bool> = (0..REQUESTS).map(|request| ours.allows(request)).collect();
    let outcomes = outcomes(&ours);
    let few = if size == 10_000 { COMPARED } else { REQUESTS };
    agree(&mut policies, &answers[..few]);
    agree(&mut attributes, &answers);
    agree(&mut interpreter, &answers);
    agree(&mut machine, &answers);
    println!("{} rules", report::count(size));
    println!("{} requests, the same answers from all: {outcomes}", report::count(REQUESTS));
    if few < REQUESTS {
        println!("({} of them compared with: {})", report::count(few), policies.name());
    }

    let mut samples = vec![Samples::default(); 5];
    for round in 1..=settings.rounds {
        eprintln!("decisions, {size} rules: round {round} of {}", settings.rounds);
        samples[0].0.push(nanoseconds(&mut ours, settings.span));
        samples[1].0.push(nanoseconds(&mut policies, settings.span));
        samples[2].0.push(nanoseconds(&mut attributes, settings.span));
        samples[3].0.push(nanoseconds(&mut interpreter, settings.span));
        samples[4].0.push(nanoseconds(&mut machine, settings.span));
    }
    let names = [ours.name(), policies.name(), attributes.name(), interpreter.name(), machine.name()];
    report::head("ns a decision");
    report::row(&samples[0], names[0]);
    for (theirs, name) in samples.iter().zip(names).skip(1) {
        report::row(theirs, name);
        report::ratio(&theirs.over(&samples[0]));
    }
    println!();
    let fastest = samples.iter().skip(1).min_by(|one, other| one.median().total_cmp(&other.median()));
    (samples[0].clone(), fastest.unwrap().clone())
}

/// Without equal answers there is nothing to compare.
fn agree(engine: &mut impl Engine, answers: &[bool]) {
    for (request, expected) in answers.iter().enumerate() {
        assert_eq!(engine.allows(request), *expected, "{} at request {request}", engine.name());
    }
}

/// How many requests have which outcome.
fn outcomes(ours: &Ours) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for request in 0..REQUESTS {
        let code = match ours.outcome(request) {
            Outcome::Allow(_) => "allow",
            Outcome::Deny(deny) => deny.reason.code(),
            Outcome::CannotDecide(fault) => panic!("{fault}"),
        };
        *counts.entry(code).or_default() += 1;
    }
    let listed: Vec<String> =
        counts.iter().map(|(code, count)| format!("{code} {}", report::figure(*count as f64))).collect();
    listed.join(", ")
}

/// Answers requests in turn for the span.
fn nanoseconds(engine: &mut impl Engine, span: Duration) -> f64 {
    for request in 0..8 {
        black_box(engine.allows(request));
    }
    let mut batch = 1;
    let (mut runs, mut next, start) = (0_u64, 0, Instant::now());
    loop {
        let before = start.elapsed();
        for _ in 0..batch {
            black_box(engine.allows(next));
            next = if next + 1 == REQUESTS { 0 } else { next + 1 };
        }
        runs += batch;
        let after = start.elapsed();
        if after >= span {
            return after.as_secs_f64() * 1e9 / runs as f64;
        }
        if after - before < Duration::from_millis(2) {
            batch *= 2;
        }
    }
}

/// Two thirds inside the rights, the rest outside in every way, many at the very edges.
fn requests(rules: &[Rule]) -> Vec<Request<'_>> {
    let mut random = Random::new(1);
    let countries = catalogue::countries();
    let request = |_| {
        let rule = &rules[random.below(rules.len())];
        let title = if random.in_hundred(3) { "studio-00/nobody/speaks-of-this" } else { &rule.titles[0] };
        let named = &rule.territories[random.below(rule.territories.len())];
        let mut country: &str = if random.in_hundred(90) { named } else { random.one_of(&countries) };
        let tier = match random.below(100) {
            0..90 => random.one_of(&rule.tiers),
            90..95 => LOGINS[4],
            _ => random.one_of(&TIERS),
        };
        let devices = rule.devices.as_deref().unwrap_or(&DEVICES);
        let device = if random.in_hundred(92) { random.one_of(devices) } else { random.one_of(&DEVICES) };
        let until = rule.until.unwrap_or(rule.from + 1_000 * catalogue::DAY);
        let now = match (&rule.blackout, random.below(100)) {
            (Some(blackout), 0..50) => {
                country = if random.in_hundred(80) { blackout.country } else { country };
                let inside = blackout.from + random.below(3 * 3_600) as i64;
                let edges = [blackout.from - 1, blackout.from, blackout.until - 1, blackout.until];
                random.one_of(&[inside, inside, edges[0], edges[1], edges[2], edges[3]])
            }
            (_, 0..80) => rule.from + random.below((until - rule.from) as usize) as i64,
            (_, 80..90) => random.one_of(&[rule.from - 1, rule.from, until - 1, until]),
            _ => catalogue::NEW_YEAR + random.below(1_000) as i64 * catalogue::DAY,
        };
        Request { title, country, tier, device, now }
    };
    (0..REQUESTS).map(request).collect()
}
