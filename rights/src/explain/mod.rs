//! Why the answer is what it is: a sentence to read out, and each rule with the first thing that failed in it.

mod sentence;
mod walk;

use crate::model::{Epoch, Policy, Spot};
use crate::moment::rfc3339;
use crate::outcome::Outcome;
use crate::viewer::Viewer;
use crate::vocabulary::{self, Said};
use serde_json::{Value, json};

pub use sentence::in_words;

/// A decision, with its reasons.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// What a viewer's supporter can read out.
    pub sentence: String,
    /// The rules that name the title, grants first, those that got furthest first; also those that leave it out.
    pub rules: Vec<Step>,
    /// How many rules speak only of other titles.
    pub others: usize,
}

/// How far one rule came.
#[derive(Debug, Clone)]
pub struct Step {
    /// `agreement/id`.
    pub rule: String,
    /// Whether it is a blackout, else a grant.
    pub blackout: bool,
    /// Whether everything in it matches.
    pub matches: bool,
    /// What failed first: `titles`, `territory`, `window`, `tier` or `device`.
    pub failed: Option<&'static str>,
    /// The same in words.
    pub says: String,
    /// Where it stands.
    pub spot: Spot,
}

/// Explains what [`crate::decide`] answered to this very question.
#[must_use]
pub fn explain(
    policy: &Policy,
    outcome: &Outcome<'_>,
    viewer: &Viewer<'_>,
    title: &str,
    now: Epoch,
) -> Explanation {
    let rules = walk::steps(policy, outcome, viewer, title, now);
    let others = policy.grants.len() + policy.blackouts.len() - rules.len();
    Explanation { sentence: sentence::sentence(policy, outcome, viewer, title), rules, others }
}

impl Explanation {
    /// The outcome in the vocabulary that all of Playgate shares, and the reasons beside it.
    #[must_use]
    pub fn to_json(&self, outcome: &Outcome<'_>, policy: &str) -> Value {
        let mut value = to_json(outcome, policy);
        let steps = self.rules.iter().map(|step| {
            json!({
                "rule": step.rule,
                "kind": if step.blackout { "blackout" } else { "grant" },
                "matches": step.matches,
                "failed": step.failed,
                "says": step.says,
                "file": &*step.spot.file,
                "line": step.spot.line,
            })
        });
        if let Some(object) = value.as_object_mut() {
            object.insert("sentence".to_owned(), self.sentence.clone().into());
            object.insert("rules".to_owned(), steps.collect::<Vec<_>>().into());
            object.insert("other_rules".to_owned(), self.others.into());
        }
        value
    }
}

/// An outcome in the vocabulary that the commands, the edge and the API share. Times are RFC 3339.
#[must_use]
pub fn to_json(outcome: &Outcome<'_>, policy: &str) -> Value {
    let mut object = serde_json::Map::new();
    vocabulary::say(outcome, policy, |key, said| {
        let value = match said {
            Said::Text(text) => text.into(),
            Said::Number(number) => number.into(),
            Said::Flag(flag) => flag.into(),
            Said::Time(time) => time.map(rfc3339).into(),
            Said::Tiers(tiers) => tiers.list().map(|tier| tier.to_string()).collect::<Vec<_>>().into(),
        };
        object.insert(key.to_owned(), value);
    });
    object.into()
}
