//! Logins that were verified, so that a repeat costs neither a signature nor JSON.

use super::claims::Claims;
use siphasher::sip::SipHasher13;
use std::hash::Hasher as _;

/// How many logins are remembered at most. Each takes its token's length, at most 8 KB, and less than 1 KB beside it:
/// all together at most 2.3 MB, in practice a tenth of that.
pub const CACHED_LOGINS: usize = WAYS << SET_BITS;

const WAYS: usize = 4;
const SET_BITS: u32 = 6;
/// A signature's end tells tokens apart as well as the whole token does.
const HASHED: usize = 64;

/// A login that held when it was put here. Its times are to be checked again.
#[derive(Debug)]
pub(super) struct Remembered {
    pub(super) issuer: usize,
    pub(super) key_number: u32,
    pub(super) kid: Option<Box<str>>,
    pub(super) claims: Claims,
}

struct Entry {
    hash: u64,
    used: u64,
    jwt: Box<str>,
    login: Remembered,
}

/// Where a token is, or would be.
#[derive(Clone, Copy)]
pub(super) struct Place(usize);

pub(super) struct Cache {
    seed: u64,
    uses: u64,
    entries: Vec<Option<Box<Entry>>>,
}

impl Cache {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, uses: 0, entries: std::iter::repeat_with(|| None).take(CACHED_LOGINS).collect() }
    }

    pub(super) fn find(&mut self, jwt: &str) -> Option<Place> {
        let hash = self.hash(jwt);
        self.uses += 1;
        let places = places(hash);
        let entries = self.entries.get_mut(places.clone())?;
        for (place, entry) in places.zip(entries) {
            if let Some(entry) = entry
                && entry.hash == hash
                && same(entry.jwt.as_bytes(), jwt.as_bytes())
            {
                entry.used = self.uses;
                return Some(Place(place));
            }
        }
        None
    }

    pub(super) fn login(&self, place: Place) -> Option<&Remembered> {
        self.entries.get(place.0)?.as_ref().map(|entry| &entry.login)
    }

    pub(super) fn forget(&mut self, place: Place) {
        if let Some(entry) = self.entries.get_mut(place.0) {
            *entry = None;
        }
    }

    /// Forgets every login whose key is not among those that `is_kept` knows.
    pub(super) fn keep_keys(&mut self, is_kept: impl Fn(u32) -> bool) {
        for entry in &mut self.entries {
            if entry.as_ref().is_some_and(|entry| !is_kept(entry.login.key_number)) {
                *entry = None;
            }
        }
    }

    /// Takes the place of what was used longest ago, or has expired, among the few that share one.
    pub(super) fn remember(&mut self, jwt: &str, login: Remembered, now: i64) -> Option<Place> {
        let hash = self.hash(jwt);
        let places = places(hash);
        let age = |entry: &Option<Box<Entry>>| match entry {
            Some(entry) if entry.login.claims.times.expires_at > now => entry.used,
            _ => 0,
        };
        let shared = self.entries.get(places.clone())?;
        let (place, _) = places.zip(shared).min_by_key(|(_, entry)| age(entry))?;
        let entry = self.entries.get_mut(place)?;
        *entry = Some(Box::new(Entry { hash, used: self.uses, jwt: jwt.into(), login }));
        Some(Place(place))
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.entries.iter().flatten().count()
    }

    /// The seed keeps a viewer from choosing tokens that push out somebody else's.
    fn hash(&self, jwt: &str) -> u64 {
        let mut hasher = SipHasher13::new_with_keys(self.seed, 0);
        let bytes = jwt.as_bytes();
        hasher.write(bytes.get(bytes.len().saturating_sub(HASHED)..).unwrap_or(bytes));
        hasher.write_usize(bytes.len());
        hasher.finish()
    }
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither the tokens nor the seed.
        formatter.write_str("Cache(..)")
    }
}

fn places(hash: u64) -> std::ops::Range<usize> {
    let set = usize::try_from(hash >> (u64::BITS - SET_BITS)).unwrap_or(0);
    set * WAYS..(set + 1) * WAYS
}

/// Eight bytes at a time, because wasm has no memory comparison of its own; and always to the end, because a token is
/// a secret.
fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let (left, left_rest) = left.as_chunks::<8>();
    let (right, right_rest) = right.as_chunks::<8>();
    let mut difference = 0;
    for (left, right) in left.iter().zip(right) {
        difference |= u64::from_le_bytes(*left) ^ u64::from_le_bytes(*right);
    }
    for (left, right) in left_rest.iter().zip(right_rest) {
        difference |= u64::from(left ^ right);
    }
    difference == 0
}

#[cfg(test)]
mod tests {
    use super::super::claims::Times;
    use super::*;

    fn login(key_number: u32, expires_at: i64) -> Remembered {
        let times = Times { expires_at, not_before: None, issued_at: None };
        let claims = Claims { times, subject: "s".into(), tier: None, session: None, token_use: None };
        Remembered { issuer: 0, key_number, kid: None, claims }
    }

    #[test]
    fn only_the_whole_text_is_found() {
        let mut cache = Cache::new(7);
        let token = "a".repeat(100);
        cache.remember(&token, login(1, 100), 0);
        assert!(cache.find(&token).is_some());
        for position in 0..100 {
            let mut other = token.clone().into_bytes();
            other[position] = b'b';
            assert!(cache.find(&String::from_utf8(other).unwrap()).is_none(), "{position}");
        }
        for other in [String::new(), "a".repeat(99), "a".repeat(101), "a".repeat(108)] {
            assert!(cache.find(&other).is_none(), "{other}");
        }
    }

    #[test]
    fn it_stays_within_its_bound_and_what_is_in_use_stays() {
        let mut cache = Cache::new(7);
        cache.remember("in use", login(1, 100), 0);
        for number in 0..10_000 {
            assert!(cache.find("in use").is_some(), "{number}");
            cache.remember(&format!("token {number}"), login(1, 100), 0);
        }
        assert_eq!(cache.len(), CACHED_LOGINS);
    }

    #[test]
    fn logins_of_keys_that_are_gone_go_too() {
        let mut cache = Cache::new(7);
        cache.remember("one", login(1, 100), 0);
        cache.remember("two", login(2, 100), 0);
        cache.keep_keys(|number| number == 2);
        assert!(cache.find("one").is_none() && cache.find("two").is_some());
    }

    #[test]
    fn an_expired_login_makes_room_first() {
        let mut cache = Cache::new(7);
        let mut names = (0..).map(|number| number.to_string());
        let first = names.next().unwrap();
        let set = places(cache.hash(&first));
        let mut same_set: Vec<String> = vec![first];
        same_set.extend(names.filter(|name| places(cache.hash(name)) == set).take(WAYS));
        for (position, name) in same_set.iter().take(WAYS).enumerate() {
            assert!(cache.find(name).is_none());
            cache.remember(name, login(1, if position == 2 { 50 } else { 100 }), 0);
        }
        cache.remember(&same_set[WAYS], login(1, 100), 60);
        let found: Vec<bool> = same_set.iter().map(|name| cache.find(name).is_some()).collect();
        assert_eq!(found, [true, true, false, true, true]);
    }
}
