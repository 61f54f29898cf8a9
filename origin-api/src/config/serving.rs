//! How much at once: streams of an account, requests of a server.

use super::Secret;
use crate::leases::{Terms, WhenFull};
use serde::Deserialize;
use std::path::PathBuf;

/// `[streams]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StreamSettings {
    /// What becomes of the one that is too many: `refuse` the new one, or `end_oldest`.
    pub when_full: WhenFull,
    /// How many one profile may have at once; left out: as many as its account.
    pub per_profile: Option<u16>,
    /// How often players send heartbeats, in seconds.
    pub heartbeat: u32,
    /// After how many seconds the place of a player that is gone is free again for another; at least two heartbeats.
    pub freed_within: u32,
    /// For how many seconds a lease holds while its account has places to spare; at least `freed_within`.
    pub relaxed: u32,
}

/// `[facts]`: who says where viewers are. What nobody says who may is unknown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FactSettings {
    /// The secret that the CDN sends as `x-playgate-proxy`. Only with it are its headers facts: the viewer's address
    /// (`cloudfront-viewer-address`), country, region and device.
    pub proxy_secret: Option<Secret>,
    /// A table of addresses (CSV: first, last, country) for requests whose country nobody tells.
    pub addresses: Option<PathBuf>,
}

/// `[limits]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The most connections at once; more wait to be accepted.
    pub connections: usize,
    /// The most connections of one address (IPv6: /64), by whom the connection is from, whatever headers say; beyond them they are
    /// closed at once. 0: any number. Left out: half of `connections`, so that no single address ever has all of them, and a proxy or
    /// a CDN in front still has enough. Where viewers connect themselves, 256 fits an office behind one address.
    pub connections_per_address: Option<usize>,
    /// The most requests at once; what comes beyond them is answered 503 with `Retry-After`.
    pub requests: usize,
    /// The most bytes of large answers (over 64 KiB) that may wait at once for clients to take them; what comes beyond them is answered
    /// 503 with `Retry-After`.
    pub unsent: usize,
    /// For how many seconds a request may be worked on.
    pub seconds: u32,
    /// The most bytes of a request's body, policies apart.
    pub body: usize,
    /// The most bytes of a policy bundle.
    pub policies: usize,
    /// The most requests of one account in a minute; 0: any number.
    pub per_account: u32,
    /// The most requests of one address (IPv6: /64) in a minute; 0: any number. Of addresses that only a CDN's headers tell, those.
    pub per_address: u32,
    /// For how many seconds the server still serves everybody when it is told to stop, while `/readyz` already answers 503
    /// (`draining`): as long as the balancer in front needs to notice.
    pub drain_seconds: u32,
    /// For how many seconds the server then finishes what it accepted.
    pub stop_seconds: u32,
}

/// `log`: which requests are lines of the log. What happens besides requests always is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RequestLines {
    /// Every one.
    #[default]
    All,
    /// Those that were refused.
    Refusals,
    /// None.
    None,
}

impl RequestLines {
    /// Whether one with this status is a line.
    #[must_use]
    pub fn has(self, status: u16) -> bool {
        match self {
            Self::All => true,
            Self::Refusals => status >= 400,
            Self::None => false,
        }
    }
}

impl StreamSettings {
    /// The terms of leases.
    #[must_use]
    pub fn terms(&self) -> Terms {
        Terms {
            when_full: self.when_full,
            per_profile: self.per_profile,
            freed_within: i64::from(self.freed_within),
            relaxed: i64::from(self.relaxed),
            uncounted: 24 * 3600,
        }
    }

    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        if !(5..=3600).contains(&self.heartbeat) {
            let what =
                format!("{} is not between 5 and 3600 seconds; write a number that is", self.heartbeat);
            return Err(("streams.heartbeat", what));
        }
        if self.freed_within < 2 * self.heartbeat || self.freed_within > 86_400 {
            let what = format!(
                "{} is less than two heartbeats, or more than a day; a player whose heartbeat is late once would lose its place",
                self.freed_within
            );
            return Err(("streams.freed_within", what));
        }
        if self.relaxed < self.freed_within || self.relaxed > 86_400 {
            let what = format!("{} is less than `freed_within`, or more than a day", self.relaxed);
            return Err(("streams.relaxed", what));
        }
        Ok(())
    }
}

impl Default for StreamSettings {
    fn default() -> Self {
        Self { when_full: WhenFull::Refuse, per_profile: None, heartbeat: 30, freed_within: 90, relaxed: 900 }
    }
}

impl Limits {
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        let numbers = [
            ("limits.connections", self.connections),
            ("limits.requests", self.requests),
            ("limits.unsent", self.unsent),
            ("limits.seconds", self.seconds as usize),
            ("limits.body", self.body),
            ("limits.policies", self.policies),
        ];
        if self.drain_seconds > 3600 {
            let what = format!("{} is more than an hour; write fewer seconds", self.drain_seconds);
            return Err(("limits.drain_seconds", what));
        }
        match numbers.into_iter().find(|(_, number)| *number == 0) {
            Some((place, _)) => {
                Err((place, "0 would let nothing through; write a number above it".to_owned()))
            }
            None => Ok(()),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 20_000,
            connections_per_address: None,
            requests: 2_000,
            unsent: 128 << 20,
            seconds: 10,
            body: 64 * 1024,
            policies: 64 << 20,
            per_account: 600,
            per_address: 0,
            drain_seconds: 0,
            stop_seconds: 20,
        }
    }
}
