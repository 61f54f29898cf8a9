//! `playgate policy test`.

use super::build::compiled;
use super::folder::{Folder, counted};
use crate::{Answer, Failure, print_json, print_lines};
use clap::Args;
use rights::expectations::Verdict;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Runs every `[[expect]]` of a policy folder
///
/// Exits with 1 if one of them does not hold.
#[derive(Args)]
pub(crate) struct Test {
    /// The folder with the policy files
    dir: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Test {
    pub(crate) fn run(self) -> Answer {
        let policy = Folder::usable(&self.dir)?;
        let bundle = compiled(&policy)?;
        let verdicts: Vec<Verdict<'_>> =
            policy.expectations.iter().map(|test| test.verdict(&bundle)).collect();
        let failed = verdicts.iter().filter(|verdict| !verdict.differs.is_empty()).count();
        let held = verdicts.len() - failed;
        if self.json {
            let failures: Vec<Value> = verdicts
                .iter()
                .filter(|verdict| !verdict.differs.is_empty())
                .map(|verdict| self.to_json(verdict))
                .collect();
            print_json(&json!({ "held": held, "failed": failed, "failures": failures }))?;
        } else {
            for verdict in verdicts.iter().filter(|verdict| !verdict.differs.is_empty()) {
                print_lines(&self.to_text(verdict))?;
            }
            if verdicts.is_empty() {
                print_lines("no tests: the folder has no [[expect]]")?;
            } else {
                print_lines(&format!("{held} of {} hold", counted(verdicts.len(), "expectation")))?;
            }
        }
        if failed > 0 { Err(Failure::Answered) } else { Ok(()) }
    }

    fn place(&self, verdict: &Verdict<'_>) -> String {
        self.dir.join(&*verdict.expectation.spot.file).display().to_string()
    }

    fn to_text(&self, verdict: &Verdict<'_>) -> String {
        let asked = verdict.expectation;
        let parts = [
            Some(format!("`{}`", asked.title)),
            asked.region.as_ref().or(asked.country.as_ref()).map(|place| format!("in {place}")),
            asked.tier.as_ref().map(|tier| format!("with {tier}")),
            Some(format!("on {}", asked.device.name())),
            Some(format!("at {}", rights::language::time::rfc3339(asked.at))),
        ];
        let question: Vec<String> = parts.into_iter().flatten().collect();
        let mut text = format!("{}:{}: {}\n", self.place(verdict), asked.spot.line, question.join(" "));
        for difference in &verdict.differs {
            let (what, expected) = (difference.what, &difference.expected);
            // Writing to a String cannot fail.
            let _ = writeln!(text, "    {what}: expected {expected}, found {}", difference.found);
        }
        text
    }

    fn to_json(&self, verdict: &Verdict<'_>) -> Value {
        let differs: Vec<Value> = verdict
            .differs
            .iter()
            .map(|one| json!({ "what": one.what, "expected": one.expected, "found": one.found }))
            .collect();
        json!({
            "file": self.place(verdict),
            "line": verdict.expectation.spot.line,
            "title": verdict.expectation.title,
            "differs": differs,
        })
    }
}
