//! Folders with mistakes: each mistake is reported at its place, with the word that helps, and nothing else is.
//!
//! `expected.txt` beside each `policy` folder has a line per mistake: `file:line:column word`, where the column, or the
//! line too, may be left out if readers of TOML may well differ on it, and `-` stands for no place. The word, if there is
//! one, must be in the message or the help.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use rights::language::{Problem, Problems, Severity, SourceFile, read};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Where the corpus asks for more than one mistake, or for one that is none.
const OTHERWISE: [(&str, &str); 2] = [
    (
        "agreement-after-the-groups",
        "the misplaced key is reported; that it is missing at the top only follows",
    ),
    ("groups-toml-with-a-schema", "`groups.toml` may say its schema, as every other file must"),
];

#[test]
fn every_mistake_is_reported_and_nothing_else() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus/rights-wrong");
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|case| case.join("expected.txt").exists());
    cases.sort();
    assert!(cases.len() > 200, "only {} cases", cases.len());
    let mut report = String::new();
    for case in &cases {
        let expected = std::fs::read_to_string(case.join("expected.txt")).unwrap();
        let problems = problems(&case.join("policy"));
        let mut open: Vec<&Problem> = problems.iter().collect();
        let mut differences = String::new();
        for line in expected.lines() {
            match open.iter().position(|problem| is_it(line, problem)) {
                Some(found) => drop(open.remove(found)),
                None => writeln!(differences, "  missing: {line}").unwrap(),
            }
        }
        for problem in open {
            writeln!(differences, "  not expected [{}]: {problem}", problem.code).unwrap();
        }
        let name = case.file_name().unwrap().to_str().unwrap();
        let otherwise = OTHERWISE.iter().any(|(other, _)| *other == name);
        if otherwise == differences.is_empty() {
            writeln!(
                report,
                "{name}, {}\n{differences}",
                if otherwise { "as expected" } else { "not as expected" }
            )
            .unwrap();
        }
    }
    assert!(report.is_empty(), "{report}");
}

/// The errors of a folder; none if it can be used.
fn problems(folder: &Path) -> Vec<Problem> {
    let mut files = Vec::new();
    collect(folder, "", &mut files);
    let files: Vec<SourceFile<'_>> = files.iter().map(|(path, text)| SourceFile { path, text }).collect();
    let found = read(&files).err().map(Problems::into_vec).unwrap_or_default();
    found.into_iter().filter(|problem| problem.severity == Severity::Error).collect()
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        let name = format!("{prefix}{}", name.to_str().unwrap());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files);
        } else {
            files.push((name, std::fs::read(&path).unwrap()));
        }
    }
}

fn is_it(expected: &str, problem: &Problem) -> bool {
    let (place, word) = expected.split_once(' ').unwrap_or((expected, ""));
    let places = [
        format!("{}:{}:{}", problem.file, problem.line, problem.column),
        format!("{}:{}", problem.file, problem.line),
        problem.file.clone(),
    ];
    let here = if problem.file.is_empty() { place == "-" } else { places.iter().any(|its| its == place) };
    here && (problem.message.contains(word) || problem.help.as_ref().is_some_and(|help| help.contains(word)))
}
