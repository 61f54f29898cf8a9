//! `playgate demo --once`: everything is played and refused by a client that needs no browser, and shown in a table.

mod client;
mod playing;
mod playlist;
mod refusals;

use client::Client;
use serde::Serialize;
use serde_json::Value;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// One thing that was tried.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Tried {
    /// The title, or what was wrong.
    what: String,
    /// By which delivery, or who asked.
    how: String,
    /// What came of it, in words.
    came: String,
    /// Whether it was as it should be.
    holds: bool,
    milliseconds: u128,
}

/// Everything that was tried.
#[derive(Debug, Serialize)]
pub struct Report {
    holds: bool,
    played: Vec<Tried>,
    refused: Vec<Tried>,
    milliseconds: u128,
}

/// Plays everything at this address, and tries what must be refused.
pub(crate) async fn all(address: &str) -> Result<Report, String> {
    let begun = Instant::now();
    let client = Client::new(address);
    let state = client.get_json("/demo/state").await?;
    let played = playing::all(&client, &state).await;
    let refused = refusals::all(&client).await?;
    let holds = played.iter().chain(&refused).all(|tried| tried.holds);
    Ok(Report { holds, played, refused, milliseconds: begun.elapsed().as_millis() })
}

impl Report {
    /// Whether all of it was as it should be.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.holds
    }

    /// For scripts.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// For people.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::new();
        for (heading, rows) in [("Played", &self.played), ("Refused, as it should be", &self.refused)] {
            let widths =
                |of: fn(&Tried) -> &str| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
            let (what, how) = (widths(|row| &row.what), widths(|row| &row.how));
            let _ = writeln!(text, "{heading}");
            for row in rows {
                let sign = if row.holds { "ok " } else { "NO " };
                let _ = writeln!(
                    text,
                    "  {sign} {:what$}  {:how$}  {:>6} ms  {}",
                    row.what, row.how, row.milliseconds, row.came
                );
            }
            text.push('\n');
        }
        let failed = self.played.iter().chain(&self.refused).filter(|row| !row.holds).count();
        let seconds =
            Duration::from_millis(u64::try_from(self.milliseconds).unwrap_or_default()).as_secs_f64();
        let verdict = if failed == 0 {
            "all of it was as it should be".to_owned()
        } else {
            format!("{failed} were not as they should be")
        };
        let _ = write!(
            text,
            "{} played, {} refused in {seconds:.1} s: {verdict}",
            self.played.len(),
            self.refused.len()
        );
        text
    }
}

/// Tries one thing: what it should come to is told by an error if it did not.
async fn tried(what: &str, how: &str, doing: impl Future<Output = Result<String, String>>) -> Tried {
    let begun = Instant::now();
    let (came, holds) = match doing.await {
        Ok(came) => (came, true),
        Err(problem) => (problem, false),
    };
    Tried {
        what: what.to_owned(),
        how: how.to_owned(),
        came,
        holds,
        milliseconds: begun.elapsed().as_millis(),
    }
}

/// A text in an answer, or what is missing.
fn text<'v>(value: &'v Value, pointer: &str) -> Result<&'v str, String> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .ok_or_else(|| format!("the answer has no `{pointer}`: {value}"))
}
