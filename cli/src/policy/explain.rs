//! `playgate policy explain`.

use super::build::compiled;
use super::folder::{Folder, counted};
use super::near::{remark_on_tier, unspoken};
use super::question::{self, Who, consistent, epoch};
use crate::instant::Instant;
use crate::{Answer, Failure, print_json, print_lines, remark};
use clap::Args;
use rights::explain::{Explanation, explain};
use rights::{Outcome, decide};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Say whether a viewer may play a title, and why
///
/// First a sentence to read out, then each rule that speaks of the title and the first thing that failed in it. What is
/// left out is unknown. Exits with 0 whether the answer is yes or no, and with 1 if nobody can tell.
#[derive(Args)]
pub(crate) struct Explain {
    /// The folder with the policy files
    dir: PathBuf,
    /// The title's id
    #[arg(long, value_parser = question::title)]
    title: String,
    /// Where the viewer is: ISO 3166-1, such as NO [left out: unknown]
    #[arg(long, value_name = "CC", value_parser = question::country)]
    country: Option<String>,
    /// In which part of the country: ISO 3166-2, such as NO-03 [left out: unknown]
    #[arg(long, value_parser = question::region)]
    region: Option<String>,
    #[command(flatten)]
    who: Who,
    /// When: epoch seconds, RFC 3339, `now`, or from now, such as -2h or +2h
    #[arg(long, value_name = "TIME", value_parser = question::time, allow_hyphen_values = true)]
    at: Instant,
    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

impl Explain {
    pub(crate) fn run(self) -> Answer {
        consistent(self.country.as_deref(), self.region.as_deref())?;
        let policy = Folder::usable(&self.dir, self.json)?;
        let bundle = compiled(&policy)?;
        let viewer = self.who.at(self.country.as_deref(), self.region.as_deref());
        let now = epoch(self.at);
        let outcome = decide(&bundle, &viewer, &self.title, now);
        let explanation = explain(&policy, &outcome, &viewer, &self.title, now);
        remark_on_tier(&policy, self.who.tier.as_deref());
        if let Some(unspoken) = unspoken(&policy, &self.title).filter(|unspoken| unspoken.has_near) {
            remark(&unspoken.text);
        }
        if self.json {
            print_json(&explanation.to_json(&outcome, &bundle.name()))?;
        } else {
            print_lines(&to_text(explanation))?;
        }
        if matches!(outcome, Outcome::CannotDecide(_)) { Err(Failure::Answered) } else { Ok(()) }
    }
}

fn to_text(explanation: Explanation) -> String {
    let mut text = explanation.sentence;
    text.push('\n');
    let width = explanation.rules.iter().map(|step| step.rule.len()).max().unwrap_or(0);
    for step in &explanation.rules {
        let kind = if step.blackout { "blackout" } else { "grant" };
        let failed = step.failed.map(|failed| format!("{failed}: ")).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = write!(text, "\n  {kind:<8}  {:<width$}  {failed}{}", step.rule, step.says);
    }
    if explanation.others > 0 {
        let others = counted(explanation.others, "rule");
        let speak = if explanation.others == 1 { "speaks" } else { "speak" };
        let _ = write!(text, "\n  {others} {speak} of other titles only");
    }
    text
}
