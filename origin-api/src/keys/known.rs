//! Records of keys that were read a moment ago.
//!
//! A key never changes and never moves to another title, so what was read once stays right; it is forgotten after a minute so that
//! what an operator takes out of the store is gone soon. Sealed as in the store: memory holds no key that nobody uses just now.

use super::Kept;
use crate::drm::KeyId;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// For how long a record is taken as it was.
const HOLDS: Duration = Duration::from_mins(1);

/// The most records, some 5 MB of them. Beyond, all are forgotten: what is asked for often is soon back.
const MOST: usize = 10_000;

/// What was read, and when.
#[derive(Debug, Default)]
pub(super) struct Known(RwLock<HashMap<KeyId, (Instant, Arc<Kept>)>>);

impl Known {
    pub(super) fn get(&self, id: KeyId, now: Instant) -> Option<Arc<Kept>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (read, kept) = known.get(&id)?;
        (now.saturating_duration_since(*read) < HOLDS).then(|| Arc::clone(kept))
    }

    pub(super) fn put(&self, id: KeyId, kept: Kept, now: Instant) -> Arc<Kept> {
        let kept = Arc::new(kept);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(id, (now, Arc::clone(&kept)));
        kept
    }

    pub(super) fn forget(&self, id: KeyId) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drm::Scheme;
    use crate::vault::{FORMAT, Sealed};

    fn kept(id: KeyId) -> Kept {
        let sealed = Sealed {
            format: FORMAT,
            kid: id,
            tenant: "default".to_owned(),
            title: "acme/one".to_owned(),
            scheme: Scheme::Cenc,
            iv: String::new(),
            created: 0,
            master: "m".to_owned(),
            sealed: String::new(),
        };
        Kept { version: 7, sealed }
    }

    #[test]
    fn a_record_is_known_for_a_minute_and_never_more_than_so_many_are() {
        let known = Known::default();
        let begun = Instant::now();
        let id = |number: u128| KeyId::from_bytes(number.to_be_bytes());
        assert!(known.get(id(1), begun).is_none());
        assert_eq!(known.put(id(1), kept(id(1)), begun).version, 7);
        for (seconds, holds) in [(0, true), (59, true), (60, false), (61, false)] {
            assert_eq!(
                known.get(id(1), begun + Duration::from_secs(seconds)).is_some(),
                holds,
                "{seconds} s"
            );
        }
        known.forget(id(1));
        assert!(known.get(id(1), begun).is_none(), "forgotten");
        for number in 0..=MOST as u128 {
            known.put(id(number), kept(id(number)), begun);
        }
        assert!(known.0.read().unwrap().len() <= MOST);
        assert!(known.get(id(MOST as u128), begun).is_some(), "the newest one is there");
    }
}
