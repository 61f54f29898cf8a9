//! Whether the clock can be believed: what has expired by a clock that jumped must not be dropped for good.

use std::time::{Duration, Instant};

/// By how many seconds the clock may be set without anybody minding.
const SET: i64 = 60;

/// For how long a clock has to go evenly after a jump until it is believed.
const WATCHED: Duration = Duration::from_hours(1);

/// Watches the clock.
#[derive(Debug)]
pub(crate) struct Steady {
    looked: Instant,
    showed: i64,
    jumped: Option<Instant>,
}

impl Steady {
    /// From now on; what the clock shows now cannot be compared with anything.
    pub(crate) fn new(now: i64) -> Self {
        Self { looked: Instant::now(), showed: now, jumped: None }
    }

    /// Looks at the clock; says by how many seconds it jumped since the last look, if it did.
    pub(crate) fn look(&mut self, now: i64) -> Option<i64> {
        self.look_at(Instant::now(), now)
    }

    /// Whether it has not jumped for long enough.
    pub(crate) fn is_believed(&self) -> bool {
        self.jumped.is_none_or(|jumped| self.looked.duration_since(jumped) >= WATCHED)
    }

    fn look_at(&mut self, at: Instant, now: i64) -> Option<i64> {
        let passed = i64::try_from(at.duration_since(self.looked).as_secs()).unwrap_or(i64::MAX);
        let jump = now.saturating_sub(self.showed).saturating_sub(passed);
        (self.looked, self.showed) = (at, now);
        if jump.abs() <= SET {
            return None;
        }
        self.jumped = Some(at);
        Some(jump)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_jump_it_is_watched_for_an_hour() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let mut steady = Steady { looked: begun, showed: 1000, jumped: None };
        for (seconds, shows, jump, believed) in [
            (30, 1030, None, true),
            (60, 1105, None, true),
            (90, 9_001_135, Some(9_000_000), false),
            (120, 9_001_165, None, false),
            (3600, 9_004_645, None, false),
            (3690, 9_004_735, None, true),
            (3720, 4765, Some(-9_000_000), false),
        ] {
            assert_eq!(
                (steady.look_at(at(seconds), shows), steady.is_believed()),
                (jump, believed),
                "{seconds}"
            );
        }
    }
}
