//! Policy folders, viewers, and what must be answered; see `tests/corpus/rights/generate.py`, which shares no code with us.
#![cfg(test)]
#![expect(clippy::expect_used, reason = "a corpus that cannot be read is a failed test")]

use rights::explain::to_json;
use rights::language::{SourceFile, read};
use rights::viewer::Device;
use rights::{Bundle, Viewer, compile, decide};
use serde_json::Value;
use std::path::Path;

fn files(folder: &Path, name: &str, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let file = entry.file_name().to_string_lossy().into_owned();
        let inner = if name.is_empty() { file.clone() } else { format!("{name}/{file}") };
        if entry.path().is_dir() {
            files(&entry.path(), &inner, found);
        } else if file.ends_with(".toml") {
            found.push((inner, std::fs::read(entry.path()).expect("a file")));
        }
    }
}

#[test]
fn every_viewer_is_answered_as_the_corpus_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus/rights");
    let mut folders = 0;
    let mut viewers = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(&root).expect("the corpus") {
        let folder = entry.expect("an entry").path();
        if !folder.is_dir() || !folder.join("viewers.json").exists() {
            continue;
        }
        folders += 1;
        let mut found = Vec::new();
        files(&folder.join("policy"), "", &mut found);
        let sources: Vec<_> = found.iter().map(|(path, text)| SourceFile { path, text }).collect();
        let policy = match read(&sources) {
            Ok(policy) => policy,
            Err(problems) => {
                wrong.push(format!("{}: {problems}", folder.display()));
                continue;
            }
        };
        let bundle = Bundle::open(compile(&policy).expect("a bundle")).expect("a bundle");
        let text = std::fs::read_to_string(folder.join("viewers.json")).expect("viewers");
        let cases: Vec<Value> = serde_json::from_str(&text).expect("viewers");
        for case in cases {
            viewers += 1;
            let text = |key: &str| case.get(key).and_then(Value::as_str);
            let viewer = Viewer {
                country: text("country"),
                region: text("region"),
                tier: text("tier"),
                device: text("device").and_then(Device::named).unwrap_or_default(),
            };
            let at = case.get("at").and_then(Value::as_i64).expect("a time");
            let outcome = decide(&bundle, &viewer, text("title").expect("a title"), at);
            let mut answer = to_json(&outcome, "");
            answer.as_object_mut().expect("an object").remove("policy");
            if Some(&answer) != case.get("expect") {
                wrong.push(format!("{}: {case}\n   answered {answer}", folder.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    assert!(folders >= 60 && viewers >= 600, "{folders} folders, {viewers} viewers");
}
