//! Who is watching, account by account: leases, and the arithmetic of their limits.
//!
//! An account's leases are one record that changes as a whole, on the condition that it is still the one that was read. So what
//! is decided here holds: of any number of players that ask at once, exactly as many get a place as there are.
//!
//! A lease ends by itself. While an account has places to spare nobody needs the one of a player that crashed, and its leases
//! last long ([`Terms::relaxed`]); as soon as the last place is taken, all of them last only [`Terms::freed_within`] from then on.
//! A heartbeat writes only when half of that is over: most write nothing. What has ended never comes back.

use serde::{Deserialize, Serialize};

/// How many sessions that had to make room are remembered, so that their players learn why they stopped.
const MOST_REPLACED: usize = 16;

/// The most leases an account can have that no limit counts; with one more the oldest of them ends.
pub const MOST_UNCOUNTED: usize = 32;

/// By how many seconds the clocks of several servers may differ.
const SKEW: i64 = 120;

/// One player's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The playback session that has it.
    pub session: String,
    /// What is played.
    pub title: String,
    /// On what.
    pub device: String,
    /// Whose profile it is, if the player says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// How many places the account has by the right that this one plays under; none if nobody counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub places: Option<u16>,
    /// When it began, in epoch seconds.
    pub since: i64,
    /// When it ends unless it is renewed.
    pub until: i64,
}

/// All leases of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leases {
    /// From the oldest to the newest.
    pub leases: Vec<Lease>,
    /// Sessions that had to make room for a newer one, the last ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<String>,
}

/// What is configured about leases.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// What becomes of the one that is too many.
    pub when_full: WhenFull,
    /// How many one profile may have at once.
    pub per_profile: Option<u16>,
    /// After how many seconds the place of a player that is gone is free again where it is needed.
    pub freed_within: i64,
    /// For how many seconds a lease holds while there are places to spare.
    pub relaxed: i64,
    /// For how long a lease that nobody counts holds.
    pub uncounted: i64,
}

/// What becomes of the one that is too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenFull {
    /// The new one is refused.
    #[default]
    Refuse,
    /// The oldest ends, and the new one takes its place.
    EndOldest,
}

/// Who has all the places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Full {
    /// How many there are.
    pub places: u16,
    /// Whether it is the profile that has too many.
    pub of_profile: bool,
    /// Who has them.
    pub holders: Vec<Lease>,
}

/// Why a lease holds no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// It has ended, or never was.
    Ended,
    /// It had to make room for a newer one.
    Replaced,
}

impl Leases {
    /// Gives `lease` a place, with an end by the terms. Says who had to make room.
    ///
    /// # Errors
    /// When there is none, and nobody has to make room. Nothing has changed then but for what had ended anyhow.
    pub fn start(&mut self, mut lease: Lease, now: i64, terms: &Terms) -> Result<Vec<Lease>, Full> {
        self.drop_ended(now);
        let mut ended = Vec::new();
        if let Some(places) = lease.places {
            let profile = lease.profile.clone();
            let of_profile = |other: &Lease| other.places.is_some() && other.profile == profile;
            if let Some(most) = terms.per_profile.filter(|_| profile.is_some()) {
                ended.extend(self.make_room(most, true, terms.when_full, of_profile)?);
            }
            ended.extend(self.make_room(places, false, terms.when_full, |other| other.places.is_some())?);
        } else if self.leases.iter().filter(|other| other.places.is_none()).count() >= MOST_UNCOUNTED
            && let Some(oldest) = self.leases.iter().position(|other| other.places.is_none())
        {
            ended.push(self.leases.remove(oldest));
        }
        self.replaced.extend(ended.iter().map(|lease| lease.session.clone()));
        let too_many = self.replaced.len().saturating_sub(MOST_REPLACED);
        self.replaced.drain(..too_many);
        lease.since = now;
        lease.until =
            now.saturating_add(if lease.places.is_some() { terms.relaxed } else { terms.uncounted });
        self.leases.push(lease);
        if self.is_tight(terms) {
            let end = now.saturating_add(terms.freed_within);
            for lease in self.leases.iter_mut().filter(|lease| lease.places.is_some()) {
                lease.until = lease.until.min(end);
            }
        }
        Ok(ended)
    }

    /// Lets a lease last longer. Says whether anything changed: if not, nothing has to be written.
    ///
    /// # Errors
    /// When it has ended, by itself or by somebody. It does not come back.
    pub fn renew(&mut self, session: &str, now: i64, terms: &Terms) -> Result<bool, Gone> {
        let term = if self.is_tight(terms) { terms.freed_within } else { terms.relaxed };
        let gone = self.gone(session);
        let lease = self.leases.iter_mut().find(|lease| lease.session == session).ok_or(gone)?;
        if lease.until <= now {
            return Err(Gone::Ended);
        }
        let term = if lease.places.is_some() { term } else { terms.uncounted };
        if lease.until.saturating_sub(now) > term / 2 {
            return Ok(false);
        }
        lease.until = now.saturating_add(term);
        self.drop_ended(now);
        Ok(true)
    }

    /// Ends a lease. Says whether there was one.
    pub fn end(&mut self, session: &str, now: i64) -> bool {
        let before = self.leases.len();
        self.leases.retain(|lease| lease.session != session);
        let ended = self.leases.len() < before;
        self.drop_ended(now);
        ended
    }

    /// Shortens what lasts longer than the terms ever let it: a clock that was ahead wrote it, and would keep places taken
    /// that nobody plays at until it is right. Players that are there renew what is left. Says whether anything changed.
    pub fn mend(&mut self, now: i64, terms: &Terms) -> bool {
        let mut changed = false;
        for lease in &mut self.leases {
            let (longest, left) = match lease.places {
                Some(_) => (terms.relaxed, terms.freed_within),
                None => (terms.uncounted, terms.uncounted),
            };
            if lease.until > now.saturating_add(longest).saturating_add(SKEW) {
                lease.until = now.saturating_add(left);
                changed = true;
            }
        }
        changed
    }

    /// The lease of a session.
    ///
    /// # Errors
    /// When it holds no more.
    pub fn find(&self, session: &str, now: i64) -> Result<&Lease, Gone> {
        let lease = self.leases.iter().find(|lease| lease.session == session && lease.until > now);
        lease.ok_or_else(|| self.gone(session))
    }

    /// When the last of them ends, if they are not renewed.
    #[must_use]
    pub fn last(&self) -> Option<i64> {
        self.leases.iter().map(|lease| lease.until).max()
    }

    /// Why a session has no lease.
    fn gone(&self, session: &str) -> Gone {
        if self.replaced.iter().any(|known| known == session) { Gone::Replaced } else { Gone::Ended }
    }

    fn drop_ended(&mut self, now: i64) {
        self.leases.retain(|lease| lease.until > now);
    }

    /// Whether one more would be too many.
    fn is_tight(&self, terms: &Terms) -> bool {
        let counted = || self.leases.iter().filter(|lease| lease.places.is_some());
        let count = counted().count();
        let of_profile =
            |profile: &str| counted().filter(|lease| lease.profile.as_deref() == Some(profile)).count();
        counted().any(|lease| {
            lease.places.is_some_and(|places| count >= usize::from(places))
                || terms
                    .per_profile
                    .zip(lease.profile.as_deref())
                    .is_some_and(|(most, profile)| of_profile(profile) >= usize::from(most))
        })
    }

    /// Makes room for one more, where at most so many are allowed of those that are meant.
    fn make_room(
        &mut self,
        places: u16,
        of_profile: bool,
        when_full: WhenFull,
        is_meant: impl Fn(&Lease) -> bool,
    ) -> Result<Vec<Lease>, Full> {
        let meant = self.leases.iter().filter(|lease| is_meant(lease)).count();
        let too_many = (meant + 1).saturating_sub(usize::from(places));
        if too_many == 0 {
            return Ok(Vec::new());
        }
        if when_full == WhenFull::Refuse || places == 0 {
            let holders = self.leases.iter().filter(|lease| is_meant(lease)).cloned().collect();
            return Err(Full { places, of_profile, holders });
        }
        let mut ended = Vec::new();
        while ended.len() < too_many {
            let Some(oldest) = self.leases.iter().position(&is_meant) else { break };
            ended.push(self.leases.remove(oldest));
        }
        Ok(ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: Terms = Terms {
        when_full: WhenFull::Refuse,
        per_profile: None,
        freed_within: 90,
        relaxed: 900,
        uncounted: 86_400,
    };

    #[test]
    fn what_a_clock_that_was_ahead_wrote_is_shortened() {
        for (places, until, mended) in [
            (Some(3), 1_000, None),
            (Some(3), 1_900, None),
            // Clocks of several servers differ a little.
            (Some(3), 1_900 + SKEW, None),
            (Some(3), 1_901 + SKEW, Some(1_090)),
            (Some(3), i64::MAX, Some(1_090)),
            (None, 1_000 + 86_400, None),
            (None, 1_001 + 86_400 + SKEW, Some(1_000 + 86_400)),
        ] {
            let lease = Lease {
                session: "s".to_owned(),
                title: "acme/one".to_owned(),
                device: "tv".to_owned(),
                profile: None,
                places,
                since: 0,
                until,
            };
            let mut leases = Leases { leases: vec![lease], ..Leases::default() };
            assert_eq!(leases.mend(1_000, &TERMS), mended.is_some(), "{until}");
            assert_eq!(leases.last(), Some(mended.unwrap_or(until)), "{until}");
            assert!(!leases.mend(1_000, &TERMS), "{until}: it is mended once");
        }
    }
}
