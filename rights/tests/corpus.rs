//! Policy folders, viewers, and what must be answered. The expectations come from `tests/corpus/rights/generate.py`,
//! which reads and decides on its own, and a good part of them are by hand.
#![cfg(test)]

use rights::explain::{explain, to_json};
use rights::language::{SourceFile, read};
use rights::viewer::Device;
use rights::{Bundle, Viewer, compile, decide};
use serde_json::Value;
use std::collections::BTreeMap;
use wasm_bindgen_test::wasm_bindgen_test;

#[derive(serde::Deserialize)]
struct Case {
    policy: BTreeMap<String, String>,
    viewers: Vec<Value>,
}

fn cases() -> BTreeMap<String, Case> {
    serde_json::from_str(include_str!("../../tests/corpus/rights/all.json")).expect("the corpus")
}

#[wasm_bindgen_test(unsupported = test)]
fn every_viewer_is_answered_as_the_corpus_says() {
    let cases = cases();
    let mut viewers = 0;
    let mut wrong = Vec::new();
    for (name, case) in &cases {
        let files: Vec<_> =
            case.policy.iter().map(|(path, text)| SourceFile { path, text: text.as_bytes() }).collect();
        let policy = read(&files).unwrap_or_else(|problems| panic!("{name}: {problems}"));
        let bundle = Bundle::open(compile(&policy).expect("a bundle")).expect("a bundle");
        for case in &case.viewers {
            viewers += 1;
            let text = |key: &str| case.get(key).and_then(Value::as_str);
            let viewer = Viewer {
                country: text("country"),
                region: text("region"),
                tier: text("tier"),
                device: text("device").and_then(Device::named).unwrap_or_default(),
            };
            let at = case.get("at").and_then(Value::as_i64).expect("a time");
            let title = text("title").expect("a title");
            let outcome = decide(&bundle, &viewer, title, at);
            let mut answer = to_json(&outcome, "");
            answer.as_object_mut().expect("an object").remove("policy");
            if Some(&answer) != case.get("expect") {
                wrong.push(format!("{name}: {case}\n   answered {answer}"));
            }
            // The walk through the rules must tell the same story as the decision.
            let story = explain(&policy, &outcome, &viewer, title, at);
            let grants = story.rules.iter().any(|step| !step.blackout && step.matches);
            let blackouts = story.rules.iter().any(|step| step.blackout && step.matches);
            let told = match answer.get("reason").and_then(Value::as_str) {
                None => grants && !blackouts,
                Some("blackout") => grants && blackouts,
                Some("unknown_title") => {
                    story.rules.iter().all(|step| step.blackout || step.failed == Some("titles"))
                }
                Some(_) => !grants,
            };
            if !told && rights::title::is_title(title) {
                wrong.push(format!("{name}: {case}\n   answered {answer}\n   but explained {story:#?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases.len() >= 60 && viewers >= 600, "{} folders, {viewers} viewers", cases.len());
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn the_corpus_is_what_its_generator_writes() {
    let generator = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/corpus/rights/generate.py");
    let output =
        std::process::Command::new("python3").args([generator, "--check"]).output().expect("python3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
