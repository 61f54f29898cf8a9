//! The examples of the READMEs, run as they stand there.
//!
//! In a `console` block a line after `$ ` is typed, one after `> ` continues it, and all else is what must appear, stderr
//! first. `...` stands for anything within a line.

#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// One command and what must appear.
#[derive(Default)]
struct Example {
    typed: Vec<String>,
    shown: Vec<String>,
}

#[test]
fn every_example_of_the_readme_works_as_it_says() {
    all_work(include_str!("../../README.md"), "readme", 12);
}

#[test]
fn every_example_of_the_guide_to_policies_works_as_it_says() {
    all_work(include_str!("../../policies/README.md"), "policies-readme", 4);
}

#[test]
fn the_readmes_map_is_what_the_command_draws() {
    let policies = concat!(env!("CARGO_MANIFEST_DIR"), "/../policies");
    let typed = "policy map --title kestrelmoor/paper-comets --tier premium --device tv --at 2026-12-24T20:00:00Z -o -";
    let output = Command::new(env!("CARGO_BIN_EXE_playgate")).args(typed.split(' ')).arg(policies).output();
    let drawn = String::from_utf8(output.expect("the command runs").stdout).expect("the map is text");
    let same = drawn == include_str!("../../docs/map.svg");
    assert!(same, "draw it again: playgate {typed} policies > docs/map.svg");
}

/// Runs the examples in a folder of their own, in which copies of `policies` and `examples` lie.
fn all_work(markdown: &str, folder: &str, least: usize) {
    let examples = examples(markdown);
    assert!(examples.len() >= least, "only {} examples were found", examples.len());
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(folder);
    let _ = std::fs::remove_dir_all(&folder);
    for name in ["policies", "examples"] {
        copy(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(name), &folder.join(name));
    }
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_playgate"));
    let path = std::env::join_paths(
        binary
            .parent()
            .map(PathBuf::from)
            .into_iter()
            .chain(std::env::split_paths(&std::env::var_os("PATH").expect("PATH is set"))),
    )
    .expect("the path is joined");
    for example in examples {
        let typed = example.typed.join("\n");
        let output = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &typed])
            .env("PATH", &path)
            .current_dir(&folder)
            .output()
            .expect("bash runs");
        assert!(output.status.success(), "{typed}\n{}", String::from_utf8_lossy(&output.stderr));
        let appeared = [output.stderr, output.stdout].concat();
        let appeared = String::from_utf8(appeared).expect("the output is text");
        let appeared: Vec<&str> = appeared.lines().collect();
        let fits = appeared.len() == example.shown.len()
            && appeared.iter().zip(&example.shown).all(|(line, pattern)| line_fits(line, pattern));
        assert!(fits, "{typed}\nsays:\n{}\nand not:\n{}", appeared.join("\n"), example.shown.join("\n"));
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the folder is made");
    for entry in std::fs::read_dir(from).expect("the folder is read") {
        let entry = entry.expect("the folder is read");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).expect("the file is copied");
        }
    }
}

fn examples(markdown: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut inside = false;
    for line in markdown.lines() {
        if let Some(language) = line.strip_prefix("```") {
            inside = language == "console";
        } else if !inside {
        } else if let Some(typed) = line.strip_prefix("$ ") {
            examples.push(Example { typed: vec![typed.to_owned()], shown: Vec::new() });
        } else if let Some(example) = examples.last_mut() {
            match line.strip_prefix("> ") {
                Some(typed) => example.typed.push(typed.to_owned()),
                None => example.shown.push(line.to_owned()),
            }
        }
    }
    examples
}

fn line_fits(line: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split("...");
    let Some(mut rest) = pieces.next().and_then(|first| line.strip_prefix(first)) else { return false };
    let mut last = None;
    for piece in pieces {
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
        last = Some(piece);
    }
    rest.is_empty() || last.is_some_and(|piece| piece.is_empty() || rest.ends_with(piece))
}
