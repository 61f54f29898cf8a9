//! What one viewer may do in a span of time: decided again wherever the last decision ends.

use rights::outcome::Outcome;
use rights::{Bundle, Viewer, decide};
use serde::Serialize;

/// The most spans that are told.
const MOST: usize = 200;

/// The finest step where a decision does not say when it ends, in seconds.
const STEP: i64 = 900;

/// A span in which the decision is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Span {
    pub(crate) from: i64,
    pub(crate) until: i64,
    #[serde(flatten)]
    pub(crate) said: Said,
}

/// What is decided in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Said {
    outcome: &'static str,
    reason: Option<&'static str>,
    rule: Option<String>,
    max_height: Option<u16>,
    message: Option<String>,
}

/// All spans from one moment to another, without gaps.
pub(crate) fn spans(
    bundle: &Bundle<Vec<u8>>,
    viewer: &Viewer<'_>,
    title: &str,
    from: i64,
    until: i64,
) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut now = from;
    while now < until && spans.len() < MOST {
        let outcome = decide(bundle, viewer, title, now);
        let said = said(&outcome);
        let known = match &outcome {
            Outcome::Allow(allow) => allow.valid_until,
            Outcome::Deny(deny) => deny.available_from,
            Outcome::CannotDecide(_) => None,
        };
        // A refusal can change its reason before it ends, and a grant can be followed by a better one: those are looked for.
        let end =
            first_change(bundle, viewer, title, now, known.unwrap_or(until).clamp(now + 1, until), &said);
        match spans.last_mut().filter(|span| span.said == said) {
            Some(span) => span.until = end,
            None => spans.push(Span { from: now, until: end, said }),
        }
        now = end;
    }
    spans
}

/// The first moment before `end` at which something else is decided, to a second, or `end`. What lasts less than a step can be missed.
fn first_change(
    bundle: &Bundle<Vec<u8>>,
    viewer: &Viewer<'_>,
    title: &str,
    from: i64,
    end: i64,
    before: &Said,
) -> i64 {
    let is_same = |at: i64| said(&decide(bundle, viewer, title, at)) == *before;
    let step = STEP.max((end - from) / 2_000);
    let mut same = from;
    while same < end {
        let next = (same + step).min(end);
        if next == end && is_same(end - 1) {
            return end;
        }
        if !is_same(next) {
            let (mut low, mut high) = (same, next);
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if is_same(middle) { low = middle } else { high = middle }
            }
            return high;
        }
        same = next;
    }
    end
}

fn said(outcome: &Outcome<'_>) -> Said {
    let nothing =
        Said { outcome: "cannot_decide", reason: None, rule: None, max_height: None, message: None };
    match outcome {
        Outcome::Allow(allow) => Said {
            outcome: "allow",
            rule: Some(allow.rule.to_string()),
            max_height: allow.max_height,
            ..nothing
        },
        Outcome::Deny(deny) => Said {
            outcome: "deny",
            reason: Some(deny.reason.code()),
            rule: deny.rule.map(|rule| rule.to_string()),
            message: deny.message.map(|message| message.to_string()),
            ..nothing
        },
        Outcome::CannotDecide(_) => nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rights::language::{SourceFile, read};
    use rights::viewer::Device;

    const POLICY: &str = r#"
schema = 1
agreement = "a"
[[grant]]
id = "low"
titles = ["acme/one"]
territories = ["NO"]
from = 2027-01-01T00:00:00Z
until = 2027-03-01T00:00:00Z
tiers = ["*"]
max_height = 360
[[grant]]
id = "high"
titles = ["acme/one"]
territories = ["NO"]
from = 2027-02-01T00:00:00Z
until = 2027-02-15T00:00:00Z
tiers = ["*"]
max_height = 1080
[[blackout]]
id = "match"
titles = ["acme/one"]
territories = ["NO"]
from = 2027-01-10T12:00:00Z
until = 2027-01-10T14:00:00Z
message = "On local television"
"#;

    #[test]
    fn windows_open_better_grants_begin_and_blackouts_fall() {
        let policy = read(&[SourceFile { path: "a.toml", text: POLICY.as_bytes() }]).unwrap();
        let bundle = rights::Bundle::open(rights::compile(&policy).unwrap()).unwrap();
        let bundle = rights::Bundle::open(bundle.bytes().to_vec()).unwrap();
        let viewer = Viewer { country: Some("NO"), region: None, tier: Some("premium"), device: Device::Tv };
        let day = |month: i64, day: i64| {
            1_798_761_600 + ([0, 31, 59, 90][usize::try_from(month - 1).unwrap()] + day - 1) * 86_400
        };
        let spans = spans(&bundle, &viewer, "acme/one", day(1, 1) - 86_400, day(4, 1));
        let shown: Vec<_> = spans
            .iter()
            .map(|span| (span.from, span.until, span.said.reason.unwrap_or("allow"), span.said.max_height))
            .collect();
        let match_day = day(1, 10) + 12 * 3600;
        assert_eq!(
            shown,
            [
                (day(1, 1) - 86_400, day(1, 1), "not_yet", None),
                (day(1, 1), match_day, "allow", Some(360)),
                (match_day, match_day + 7_200, "blackout", None),
                (match_day + 7_200, day(2, 1), "allow", Some(360)),
                (day(2, 1), day(2, 15), "allow", Some(1080)),
                (day(2, 15), day(3, 1), "allow", Some(360)),
                (day(3, 1), day(4, 1), "expired", None),
            ]
        );
        assert_eq!(spans[2].said.message.as_deref(), Some("On local television"));
    }
}
