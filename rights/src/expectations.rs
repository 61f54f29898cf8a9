//! The policy's own tests.

use crate::bundle::Bundle;
use crate::decide;
use crate::language::time::rfc3339;
use crate::model::{Epoch, Expectation};
use crate::outcome::Outcome;
use crate::viewer::Viewer;

/// What a test says of the policy, and what is so.
#[derive(Debug, Clone)]
pub struct Verdict<'p> {
    /// The test.
    pub expectation: &'p Expectation,
    /// What is otherwise than the test says; empty if it holds.
    pub differs: Vec<Difference>,
}

/// One thing that is otherwise than a test says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The key in the test.
    pub what: &'static str,
    /// As the test has it.
    pub expected: String,
    /// As it is.
    pub found: String,
}

impl Expectation {
    /// The viewer whom the test is about.
    #[must_use]
    pub fn viewer(&self) -> Viewer<'_> {
        Viewer {
            country: self.country.as_deref(),
            region: self.region.as_deref(),
            tier: self.tier.as_deref(),
            device: self.device,
        }
    }

    /// Holds the test against the policy.
    #[must_use]
    pub fn verdict<B: AsRef<[u8]>>(&self, bundle: &Bundle<B>) -> Verdict<'_> {
        let outcome = decide(bundle, &self.viewer(), &self.title, self.at);
        let mut differs = Differences(Vec::new());
        let found = match &outcome {
            Outcome::Allow(_) => "allow",
            Outcome::Deny(deny) => deny.reason.code(),
            Outcome::CannotDecide(_) => "cannot_decide",
        };
        differs.compare("outcome", Some(self.outcome.clone()), found.to_owned());
        let (rule, valid_until, available_from, height, streams, drm) = match &outcome {
            Outcome::Allow(allow) => (
                Some(allow.rule),
                allow.valid_until,
                None,
                allow.max_height,
                allow.max_streams,
                Some(allow.drm),
            ),
            Outcome::Deny(deny) => (deny.rule, None, deny.available_from, None, None, None),
            Outcome::CannotDecide(_) => (None, None, None, None, None, None),
        };
        let none = || "none".to_owned();
        let time = |epoch: Option<Epoch>| epoch.map_or_else(none, rfc3339);
        let number = |number: Option<u16>| number.map_or_else(none, |number| number.to_string());
        differs.compare("rule", self.rule.clone(), rule.map_or_else(none, |rule| rule.to_string()));
        differs.compare("valid_until", self.valid_until.map(rfc3339), time(valid_until));
        differs.compare("available_from", self.available_from.map(rfc3339), time(available_from));
        differs.compare("max_height", self.max_height.map(|height| height.to_string()), number(height));
        differs.compare("max_streams", self.max_streams.map(|streams| streams.to_string()), number(streams));
        differs.compare(
            "drm",
            self.drm.map(|drm| drm.to_string()),
            drm.map_or_else(none, |drm| drm.to_string()),
        );
        Verdict { expectation: self, differs: differs.0 }
    }
}

struct Differences(Vec<Difference>);

impl Differences {
    fn compare(&mut self, what: &'static str, expected: Option<String>, found: String) {
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            self.0.push(Difference { what, expected, found });
        }
    }
}
