//! What every request of a player came to: for the page's log, as it happens.

use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::broadcast;

/// How many lines a page may lag behind.
const ROOM: usize = 1024;

/// The most halves that wait for their other half.
const MOST: usize = 10_000;

/// Who answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum By {
    /// Playgate's edge, in workerd.
    Edge,
    /// The CDN's own check of signatures.
    Cdn,
    /// The origin API.
    Api,
}

/// One request.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Line {
    pub(crate) id: String,
    /// In milliseconds since 1970.
    pub(crate) at: u64,
    pub(crate) tab: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) by: By,
    pub(crate) status: u16,
    pub(crate) reason: Option<String>,
    /// What the decision took.
    pub(crate) microseconds: u64,
    /// Until the answer's head was there.
    pub(crate) total: u64,
    pub(crate) bytes: Option<u64>,
}

enum Half {
    /// The API has said what it took, and the answer is still on its way.
    Cost(u64),
    /// The answer was there first.
    Line(Box<Line>),
}

/// Collects them and tells whoever listens.
pub(crate) struct Record {
    tell: broadcast::Sender<String>,
    halves: Mutex<HashMap<String, Half>>,
    /// When requests reached the origin of media.
    reached: Mutex<HashMap<String, Instant>>,
}

impl Default for Record {
    fn default() -> Self {
        Self { tell: broadcast::Sender::new(ROOM), halves: Mutex::default(), reached: Mutex::default() }
    }
}

impl Record {
    /// All that happens from now on, as server-sent events: lines as JSON, and `policy` with the name of the one that is live.
    pub(crate) fn listen(&self) -> broadcast::Receiver<String> {
        self.tell.subscribe()
    }

    /// A request whose cost is known.
    pub(crate) fn done(&self, line: &Line) {
        // Nobody may be listening.
        if let Ok(text) = serde_json::to_string(line) {
            let _ = self.tell.send(format!("data: {text}\n\n"));
        }
    }

    /// Another policy is live.
    pub(crate) fn policy(&self, name: &str) {
        let _ = self.tell.send(format!("event: policy\ndata: {name}\n\n"));
    }

    /// A request whose cost the API tells, before or after this.
    pub(crate) fn answered(&self, mut line: Line) {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Half::Cost(microseconds)) = halves.remove(&line.id) {
            line.microseconds = microseconds;
            return self.done(&line);
        }
        if halves.len() >= MOST {
            halves.clear();
        }
        halves.insert(line.id.clone(), Half::Line(Box::new(line)));
    }

    /// What a request took, as the API says.
    pub(crate) fn cost(&self, id: &str, microseconds: u64) {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Half::Line(mut line)) = halves.remove(id) {
            line.microseconds = microseconds;
            return self.done(&line);
        }
        if halves.len() >= MOST {
            halves.clear();
        }
        halves.insert(id.to_owned(), Half::Cost(microseconds));
    }

    /// A request has come through the edge.
    pub(crate) fn reached(&self, id: &str) {
        let mut reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        if reached.len() >= MOST {
            reached.clear();
        }
        reached.insert(id.to_owned(), Instant::now());
    }

    /// How long the edge took, if it let the request through.
    pub(crate) fn edge_took(&self, id: &str, sent: Instant) -> Option<Duration> {
        let reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner).remove(id)?;
        Some(reached.saturating_duration_since(sent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str) -> Line {
        Line {
            id: id.to_owned(),
            at: 0,
            tab: None,
            country: None,
            method: "GET".to_owned(),
            path: "/v1/playback".to_owned(),
            by: By::Api,
            status: 200,
            reason: None,
            microseconds: 0,
            total: 900,
            bytes: None,
        }
    }

    #[test]
    fn a_line_is_told_when_both_halves_are_there_in_whichever_order() {
        let record = Record::default();
        let mut lines = record.listen();
        record.answered(line("a"));
        record.cost("b", 20);
        assert!(lines.try_recv().is_err(), "one half says nothing");
        record.cost("a", 10);
        record.answered(line("b"));
        for (id, microseconds) in [("a", 10), ("b", 20)] {
            let line = lines.try_recv().unwrap();
            let line = line.strip_prefix("data: ").and_then(|line| line.strip_suffix("\n\n")).unwrap();
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!((line["id"].as_str(), line["microseconds"].as_u64()), (Some(id), Some(microseconds)));
        }
        assert!(lines.try_recv().is_err());
        record.policy("sha256:00");
        assert_eq!(lines.try_recv().unwrap(), "event: policy\ndata: sha256:00\n\n");
    }
}
