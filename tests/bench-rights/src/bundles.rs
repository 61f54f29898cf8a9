//! How large a bundle is, how long it takes to build, and how long to open.

use crate::Settings;
use crate::catalogue;
use crate::report::{self, Expected, Samples};
use flate2::Compression;
use flate2::write::GzEncoder;
use rights::{Bundle, compile};
use std::hint::black_box;
use std::io::Write as _;
use std::process::Command;
use std::time::Instant;

pub fn size(bundle: &[u8], titles: usize) {
    report::section(
        "3. Bytes a title",
        "1,000,000 titles named one by one by 50,000 rules: episodes, films, 32-digit ids",
    );
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bundle).unwrap();
    let sizes = [
        ("raw", bundle.len(), None),
        ("gzip -9", gzip.finish().unwrap().len(), Some(Expected::AtMost(16.0))),
        ("zstd -19", zstd::bulk::compress(bundle, 19).unwrap().len(), Some(Expected::AtMost(16.0))),
    ];
    report::verdicts();
    for (name, bytes, expected) in sizes {
        let samples = Samples(vec![bytes as f64 / titles as f64]);
        report::verdict(
            &samples,
            "bytes",
            expected,
            &format!("{name}, {} bytes in all", report::count(bytes)),
        );
    }
}

pub fn build(titles: &[String], rules: usize, settings: &Settings) {
    const HASH: &str = "head -c 2G /dev/zero | sha256sum";
    let files = catalogue::files(&catalogue::catalogue(titles, rules));
    let text: usize = files.iter().map(|(_, text)| text.len()).sum();
    let (titles, rules) = (report::count(titles.len()), report::count(rules));
    report::section(
        "4. Building a bundle",
        &format!("{titles} titles named one by one by {rules} rules: {} bytes of TOML", report::count(text)),
    );
    let [mut reading, mut compiling, mut whole, mut hashing] = [const { Samples(Vec::new()) }; 4];
    for round in 1..=settings.rounds {
        eprintln!("building: round {round} of {}", settings.rounds);
        let start = Instant::now();
        let policy = catalogue::policy(&files);
        let read = start.elapsed().as_secs_f64();
        black_box(compile(&policy).unwrap());
        let built = start.elapsed().as_secs_f64();
        drop(policy);
        let start = Instant::now();
        let output = Command::new("sh").args(["-c", HASH]).output().unwrap();
        let hashed = start.elapsed().as_secs_f64();
        // 2 GiB of zeros, whole.
        assert!(
            output.stdout.starts_with(b"a7c744c13cc101ed66c29f672f92455547889cc586ce6d44fe76ae824958ea51")
        );
        for (samples, seconds) in [
            (&mut reading, read),
            (&mut compiling, built - read),
            (&mut whole, built),
            (&mut hashing, hashed),
        ] {
            samples.0.push(seconds);
        }
    }
    report::head("seconds");
    report::row(&reading, "language::read");
    report::row(&compiling, "compile");
    report::row(&whole, "both: TOML text to bundle bytes");
    report::row(&hashing, HASH);
    println!();
    report::verdicts();
    report::verdict(&whole.over(&hashing), "x", Some(Expected::AtMost(1.0)), &format!("both / {HASH}"));
}

pub fn open(bundle: &[u8], settings: &Settings) {
    report::section("5. Opening a bundle", "the bundle of 3., its checksum and its structure checked");
    let mut samples = Samples::default();
    for round in 1..=settings.rounds {
        eprintln!("opening: round {round} of {}", settings.rounds);
        let (start, mut times) = (Instant::now(), 0);
        while times == 0 || start.elapsed() < settings.span {
            black_box(Bundle::open(black_box(bundle)).unwrap());
            times += 1;
        }
        samples.0.push(start.elapsed().as_secs_f64() * 1e3 / f64::from(times));
    }
    report::head("milliseconds");
    report::row(&samples, "Bundle::open, 1,000,000 titles");
}
