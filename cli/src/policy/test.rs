//! `playgate policy test`.

use super::build::compiled;
use super::folder::{Folder, counted};
use crate::{Answer, Failure, harmless, print_json, print_lines, remark};
use clap::Args;
use rights::expectations::{Difference, Verdict};
use rights::language::time::rfc3339;
use rights::viewer::Device;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Run every `[[expect]]` of a policy folder
///
/// Exits with 0 if all of them hold, and with 1 if one does not or if the folder has a mistake. A folder without any
/// exits with 0, too, and with a remark.
#[derive(Args)]
pub(crate) struct Test {
    /// The folder with the policy files
    dir: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

impl Test {
    pub(crate) fn run(self) -> Answer {
        let policy = Folder::usable(&self.dir, self.json)?;
        let bundle = compiled(&policy)?;
        let verdicts: Vec<Verdict<'_>> =
            policy.expectations.iter().map(|test| test.verdict(&bundle)).collect();
        let failed = verdicts.iter().filter(|verdict| !verdict.differs.is_empty()).count();
        let held = verdicts.len() - failed;
        if verdicts.is_empty() {
            remark("nothing was tested: write an [[expect]] for what must not change");
        }
        if self.json {
            let failures: Vec<Value> = verdicts
                .iter()
                .filter(|verdict| !verdict.differs.is_empty())
                .map(|verdict| self.to_json(verdict))
                .collect();
            print_json(&json!({ "ok": failed == 0, "held": held, "failed": failed, "failures": failures }))?;
        } else {
            for verdict in verdicts.iter().filter(|verdict| !verdict.differs.is_empty()) {
                print_lines(&self.to_text(verdict))?;
            }
            if verdicts.is_empty() {
                print_lines("no tests: the folder has no [[expect]]")?;
            } else {
                let verb = if verdicts.len() == 1 { "holds" } else { "hold" };
                print_lines(&format!("{held} of {} {verb}", counted(verdicts.len(), "expectation")))?;
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
            Some(match asked.device {
                Device::Unknown => "on an unknown device".to_owned(),
                device => format!("on {}", device.name()),
            }),
            Some(format!("at {}", rfc3339(asked.at))),
        ];
        let question: Vec<String> = parts.into_iter().flatten().collect();
        let mut text =
            format!("{}:{}: {}\n", harmless(&self.place(verdict)), asked.spot.line, question.join(" "));
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
            .map(|one| json!({ "what": one.what, "expected": value(one, &one.expected), "found": value(one, &one.found) }))
            .collect();
        let asked = verdict.expectation;
        json!({
            "file": self.place(verdict),
            "line": asked.spot.line,
            "title": asked.title,
            "country": asked.country,
            "region": asked.region,
            "tier": asked.tier,
            "device": asked.device.name(),
            "at": rfc3339(asked.at),
            "differs": differs,
        })
    }
}

/// Numbers as numbers, yes and no as they are in JSON, and null for what is not there.
fn value(difference: &Difference, text: &str) -> Value {
    let typed = match difference.what {
        _ if text == "none" => Some(Value::Null),
        "max_height" | "max_streams" => text.parse::<u16>().ok().map(Value::from),
        "drm" => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    typed.unwrap_or_else(|| text.into())
}
