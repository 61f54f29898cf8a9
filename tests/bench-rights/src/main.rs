//! Quick look.
use rights::model::*;
use rights::places::{Area, Place};
use rights::*;
use std::hint::black_box;
use std::rc::Rc;
use std::time::Instant;

fn policy(titles: usize, rules: usize) -> (Policy, Vec<String>) {
    let mut policy = Policy::default();
    let names: Vec<String> =
        (0..titles).map(|n| format!("studio-{:02}/series-{:04}/s{:02}e{:02}", n % 37, n / 120, n / 10 % 12, n % 10)).collect();
    let areas: Vec<Rc<Area>> = (0..40)
        .map(|n| {
            let mut area = Area::none();
            for (i, c) in Place::countries().enumerate() {
                if (i * 7 + n) % 11 < 6 {
                    area.union(&Area::of(c));
                }
            }
            Rc::new(area)
        })
        .collect();
    let spot = Spot { file: "x".into(), line: 1, column: 1 };
    for (n, chunk) in names.chunks(titles.div_ceil(rules)).enumerate() {
        policy.grants.push(Grant {
            id: format!("agreement-{}/grant-{n}", n / 10),
            titles: Titles { include: chunk.iter().map(|t| Pattern::Exactly(t.clone())).collect(), exclude: vec![] },
            territories: areas[n % 40].clone(),
            window: Window { from: 1_700_000_000 + n as i64, until: Some(1_900_000_000 - n as i64) },
            tiers: Tiers { named: ["premium", "family"].into_iter().map(str::to_owned).collect(), ..Default::default() },
            devices: Devices::ANY,
            caps: Caps { max_height: Some(1080), max_streams: Some(2), drm: true },
            spot: spot.clone(),
        });
    }
    (policy, names)
}

fn main() {
    for (titles, rules) in [(1000, 50), (1000, 1000), (10_000, 10_000), (1_000_000, 1000), (1_000_000, 50_000)] {
        let start = Instant::now();
        let (policy, names) = policy(titles, rules);
        let made = start.elapsed();
        let start = Instant::now();
        let bytes = compile(&policy).unwrap();
        let built = start.elapsed();
        let start = Instant::now();
        let bundle = Bundle::open(bytes).unwrap();
        let opened = start.elapsed();
        let mut seed = 88172645463325252u64;
        let mut text = String::new();
        let mut ends = vec![];
        for _ in 0..1_000_000 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            text.push_str(&names[(seed % names.len() as u64) as usize]);
            ends.push(text.len());
        }
        let countries: Vec<&str> = Place::countries().map(Place::code).collect();
        let mut best = f64::MAX;
        let mut allowed = 0;
        for _ in 0..5 {
            allowed = 0;
            let mut from = 0;
            let start = Instant::now();
            for (n, end) in ends.iter().enumerate() {
                let viewer = Viewer { country: Some(countries[n % 249]), region: None, tier: Some("premium"), device: rights::viewer::Device::Tv };
                let outcome = decide(&bundle, &viewer, &text[from..*end], 1_790_000_000);
                allowed += usize::from(matches!(black_box(outcome), Outcome::Allow(_)));
                from = *end;
            }
            best = best.min(start.elapsed().as_secs_f64() * 1e9 / ends.len() as f64);
        }
        println!("{titles} titles {rules} rules: {best:.1} ns  allowed {allowed} bytes {} made {made:?} built {built:?} opened {opened:?}", bundle.bytes().len());
        std::fs::write(format!("/tmp/bundle-{titles}-{rules}"), bundle.bytes()).unwrap();
    }
}
