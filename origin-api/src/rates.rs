//! How many requests an account or an address may send in a minute.

use crate::config::Limits;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// The most names that are counted in a minute. Beyond it new ones are let through: to forget those who are counted would be worse.
const MOST: usize = 200_000;

/// How many sessions that nobody is logged in to end at one address in a minute: each of them is a record in the store.
const STRANGERS: u32 = 60;

/// Counts requests.
#[derive(Debug)]
pub(crate) struct Rates {
    per_account: u32,
    per_address: u32,
    minute: Mutex<Minute>,
    strangers: Mutex<Minute>,
}

#[derive(Debug, Default)]
struct Minute {
    number: i64,
    counts: HashMap<Name, u32>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
enum Name {
    Account(String),
    Network(Network),
}

/// What counts as one address: an IPv4 address, or a /64 of IPv6, all of which one household has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Network {
    V4([u8; 4]),
    V6([u16; 4]),
}

/// One too many; after so many seconds there may be more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany {
    pub(crate) seconds: u32,
}

impl Rates {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            per_account: limits.per_account,
            per_address: limits.per_address,
            minute: Mutex::default(),
            strangers: Mutex::default(),
        }
    }

    pub(crate) fn account(&self, account: &str, now: i64) -> Result<(), TooMany> {
        if self.per_account == 0 {
            return Ok(());
        }
        count(&self.minute, Name::Account(account.to_owned()), self.per_account, now)
    }

    pub(crate) fn address(&self, address: IpAddr, now: i64) -> Result<(), TooMany> {
        if self.per_address == 0 {
            return Ok(());
        }
        count(&self.minute, Name::Network(Network::of(address)), self.per_address, now)
    }

    /// Counts what writes without a login.
    pub(crate) fn stranger(&self, address: IpAddr, now: i64) -> Result<(), TooMany> {
        count(&self.strangers, Name::Network(Network::of(address)), STRANGERS, now)
    }
}

impl Network {
    pub(crate) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.octets()),
            IpAddr::V6(address) => {
                let [first, second, third, fourth, ..] = address.segments();
                Self::V6([first, second, third, fourth])
            }
        }
    }
}

fn count(minute: &Mutex<Minute>, name: Name, most: u32, now: i64) -> Result<(), TooMany> {
    let mut minute = minute.lock().unwrap_or_else(PoisonError::into_inner);
    let number = now.div_euclid(60);
    if minute.number != number {
        *minute = Minute { number, counts: HashMap::new() };
    }
    let is_full = minute.counts.len() >= MOST;
    let count = match minute.counts.get_mut(&name) {
        Some(count) => count,
        None if is_full => return Ok(()),
        None => minute.counts.entry(name).or_default(),
    };
    *count = count.saturating_add(1);
    if *count <= most {
        return Ok(());
    }
    let seconds = 60 - now.rem_euclid(60);
    Err(TooMany { seconds: u32::try_from(seconds).unwrap_or(60) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_counted_by_itself_and_every_minute_anew() {
        let rates = Rates::new(&Limits { per_account: 2, per_address: 1, ..Limits::default() });
        assert!(
            rates.account("a", 60).is_ok()
                && rates.account("a", 61).is_ok()
                && rates.account("b", 61).is_ok()
        );
        assert_eq!(rates.account("a", 75), Err(TooMany { seconds: 45 }));
        assert!(rates.account("a", 120).is_ok());
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(rates.address(address("203.0.113.9"), 120).is_ok());
        assert!(rates.address(address("::ffff:203.0.113.9"), 120).is_err());
        assert!(rates.address(address("2001:db8::1"), 120).is_ok());
        assert!(rates.address(address("2001:db8::2"), 120).is_err());
        assert!(rates.address(address("2001:db8:0:1::2"), 120).is_ok());
        let ends = (0..100).filter(|_| rates.stranger(address("203.0.113.9"), 120).is_ok()).count();
        assert_eq!(ends, 60, "what strangers write is counted apart");
        assert!(rates.stranger(address("203.0.113.9"), 180).is_ok());
        let any = Rates::new(&Limits { per_account: 0, ..Limits::default() });
        assert!((0..1000).all(|_| any.account("a", 60).is_ok()));
    }
}
