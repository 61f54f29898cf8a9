//! When an issuer's keys are fetched: a flood of unknown keys must not become a flood of fetches.

use serde::Deserialize;

/// How often keys are fetched.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rationing {
    /// Seconds between two fetches of an issuer's keys, whatever the first one brought; at least 1.
    pub retry: u32,
    /// Seconds after which keys are old enough to be fetched again in the background.
    pub refresh: u32,
}

impl Default for Rationing {
    fn default() -> Self {
        Self { retry: 30, refresh: 3600 }
    }
}

/// What an unknown key leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ration {
    Fetch,
    /// A fetch worked since, and the key was not there.
    Unknown,
    /// A fetch failed, or is under way.
    Wait {
        seconds: u32,
    },
}

/// The fetches of one issuer's keys.
#[derive(Debug)]
pub(super) struct Fetches {
    asked_at: Option<i64>,
    worked: bool,
    fresh_at: i64,
}

impl Fetches {
    pub(super) fn new(now: i64) -> Self {
        Self { asked_at: None, worked: false, fresh_at: now }
    }

    pub(super) fn ask(&mut self, now: i64, rationing: Rationing) -> Ration {
        let retry = i64::from(rationing.retry.max(1));
        // A clock that was set back must not silence us until it is where it was.
        let waited =
            self.asked_at.map(|at| now.saturating_sub(at)).filter(|waited| (0..retry).contains(waited));
        let Some(waited) = waited else {
            self.asked_at = Some(now);
            self.worked = false;
            return Ration::Fetch;
        };
        if self.worked {
            return Ration::Unknown;
        }
        Ration::Wait { seconds: u32::try_from(retry - waited).unwrap_or(u32::MAX) }
    }

    pub(super) fn is_due(&mut self, now: i64, rationing: Rationing) -> bool {
        now.saturating_sub(self.fresh_at) >= i64::from(rationing.refresh)
            && self.ask(now, rationing) == Ration::Fetch
    }

    pub(super) fn answered(&mut self, now: i64, worked: bool) {
        self.worked = worked;
        if worked {
            self.fresh_at = now;
        }
    }
}
