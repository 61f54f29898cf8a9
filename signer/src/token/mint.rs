//! Minting: from claims to the text that goes into a URL.

use crate::moment::Moment;
use hmac::Mac;

use super::LATEST_TIME;
use super::cbor::{Writer, major};
use super::claims::Claims;
use super::cose::{self, LARGEST_TOKEN, PROTECTED};
use super::dialect::{Dialect, label};
use super::ring::KeyRing;

/// Why a token cannot be minted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MintError {
    /// No key of the ring is valid now.
    #[error("no key of the ring is valid at {now}; add one, or check the validity of those there")]
    NoKey {
        /// The time of minting.
        now: u64,
    },
    /// It would be refused from the start.
    #[error("expiry {} is not in the future, it is {}; choose a later one", Moment(*.expires_at), Moment(*.now))]
    AlreadyExpired {
        /// When it would expire.
        expires_at: u64,
        /// The time of minting.
        now: u64,
    },
    /// It would die with its key, before its time.
    #[error(
        "expiry {} is after the key's own end {}; give the key a longer validity, or the token a shorter one",
        Moment(*.expires_at),
        Moment(*.until)
    )]
    OutlivesKey {
        /// When it would expire.
        expires_at: u64,
        /// When the key does.
        until: u64,
    },
    /// There would be no moment at which it is good.
    #[error("expiry {} is not after the start {}; check the two times", Moment(*.expires_at), Moment(*.not_before))]
    NeverValid {
        /// When it would expire.
        expires_at: u64,
        /// When it would begin to be good.
        not_before: u64,
    },
    /// A time that JavaScript could not hold.
    #[error("time {time} is beyond {}; give epoch seconds, not milliseconds or less", LATEST_TIME)]
    TimeRange {
        /// The time.
        time: u64,
    },
    /// AWS's dialect writes the session id as text.
    #[error("session id is not UTF-8, which the aws dialect needs; encode it as hex, or use the cta dialect")]
    SessionNotText,
    /// CloudFront would not take it.
    #[error("token would have {bytes} bytes, {LARGEST_TOKEN} are allowed; give it fewer or shorter claims")]
    TooLarge {
        /// How many bytes it would have.
        bytes: usize,
    },
}

impl KeyRing {
    /// Mints a token with the newest key that is valid at `now`: base64url without padding, made only of
    /// characters that stand in a URL as they are.
    ///
    /// The same claims, ring and dialect give the same token.
    ///
    /// # Errors
    /// When no key is valid, the key ends before the token would, no moment lies between start and expiry, or the token would be too large.
    pub fn mint(&self, claims: &Claims, dialect: Dialect, now: u64) -> Result<String, MintError> {
        self.mint_unless(claims, dialect, now, |_| false)
    }

    /// The same with the newest key that is not withdrawn.
    ///
    /// # Errors
    /// As with [`mint`](Self::mint).
    pub fn mint_unless(
        &self,
        claims: &Claims,
        dialect: Dialect,
        now: u64,
        withdrawn: impl Fn(&[u8]) -> bool,
    ) -> Result<String, MintError> {
        let expires_at = claims.expires_at;
        if expires_at <= now {
            return Err(MintError::AlreadyExpired { expires_at, now });
        }
        if let Some(not_before) = claims.not_before.filter(|not_before| expires_at <= *not_before) {
            return Err(MintError::NeverValid { expires_at, not_before });
        }
        let times = [Some(expires_at), claims.issued_at];
        if let Some(time) = times.into_iter().flatten().find(|time| *time > LATEST_TIME) {
            return Err(MintError::TimeRange { time });
        }
        let newest = self.newest(now, now, &withdrawn).ok_or(MintError::NoKey { now })?;
        // A token must not die before its time: where the newest key ends earlier, an older one may do.
        let key = self.newest(now, expires_at, &withdrawn).ok_or(MintError::OutlivesKey {
            expires_at,
            until: newest.validity.until.unwrap_or(expires_at),
        })?;
        let payload = payload(claims, dialect)?;
        let tag = key.key.mac(PROTECTED, &payload).finalize().into_bytes();
        let token = cose::emit(&key.kid, &payload, &tag);
        if token.len() > LARGEST_TOKEN {
            return Err(MintError::TooLarge { bytes: token.len() });
        }
        Ok(cose::encode(&token))
    }
}

/// The claims as a CBOR map. Labels ascend and negative ones come last, as deterministic encoding wants it.
fn payload(claims: &Claims, dialect: Dialect) -> Result<Vec<u8>, MintError> {
    let labels = dialect.labels();
    let mut map = Entries::default();
    if let Some(issuer) = &claims.issuer {
        map.entry(label::ISSUER).text(issuer);
    }
    if let Some(subject) = &claims.subject {
        map.entry(label::SUBJECT).text(subject);
    }
    if let Some(audience) = &claims.audience {
        map.entry(label::AUDIENCE).text(audience);
    }
    map.entry(label::EXPIRES).unsigned(claims.expires_at);
    if let Some(not_before) = claims.not_before {
        map.entry(label::NOT_BEFORE).unsigned(not_before);
    }
    if let Some(issued_at) = claims.issued_at {
        map.entry(label::ISSUED_AT).unsigned(issued_at);
    }
    if let Some(session) = &claims.session {
        match dialect {
            Dialect::Cta => map.entry(label::SESSION).bytes(session),
            Dialect::Aws => {
                let text = std::str::from_utf8(session).map_err(|_| MintError::SessionNotText)?;
                map.entry(label::SESSION).text(text)
            }
        };
    }
    // The two dialects number differently: below 316 in one, above 400 in the other.
    let places = |map: &mut Entries| {
        if !claims.countries.is_empty() {
            map.texts(label::PLACES, &claims.countries);
        }
    };
    let scope = |map: &mut Entries| {
        if let Some(prefix) = &claims.path {
            let uri = map.entry(labels.uri);
            uri.head(major::MAP, 1).integer(labels.path);
            uri.head(major::MAP, 1).integer(labels.prefix).text(prefix);
        }
    };
    match dialect {
        Dialect::Cta => {
            map.entry(label::VERSION).unsigned(1);
            if !claims.networks.is_empty() {
                let networks = map.entry(labels.networks);
                networks.head(major::ARRAY, claims.networks.len() as u64);
                for network in &claims.networks {
                    network.write(networks);
                }
            }
            scope(&mut map);
        }
        Dialect::Aws => {
            places(&mut map);
            scope(&mut map);
            if !claims.networks.is_empty() {
                let networks: Vec<String> = claims.networks.iter().map(ToString::to_string).collect();
                map.texts(labels.networks, &networks);
            }
        }
    }
    if !claims.methods.is_empty() {
        map.texts(labels.methods, &claims.methods);
    }
    if dialect == Dialect::Cta {
        places(&mut map);
    }
    if let Some(lines) = claims.max_height {
        map.entry(label::MAX_HEIGHT).unsigned(u64::from(lines));
    }
    for (label, text) in
        [(label::TIER, &claims.tier), (label::DEVICE, &claims.device), (label::REGION, &claims.region)]
    {
        if let Some(text) = text {
            map.entry(label).text(text);
        }
    }
    Ok(map.into_bytes())
}

/// A map whose number of entries is known only at its end.
#[derive(Default)]
struct Entries {
    count: u64,
    body: Writer,
}

impl Entries {
    fn entry(&mut self, label: i64) -> &mut Writer {
        self.count += 1;
        self.body.integer(label)
    }

    fn texts(&mut self, label: i64, texts: &[String]) {
        let writer = self.entry(label);
        writer.head(major::ARRAY, texts.len() as u64);
        for text in texts {
            writer.text(text);
        }
    }

    fn into_bytes(self) -> Vec<u8> {
        let mut map = Writer::default();
        map.head(major::MAP, self.count);
        let mut bytes = map.into_bytes();
        bytes.extend(self.body.into_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::super::key::TokenKey;
    use super::super::ring::Validity;
    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn ring() -> KeyRing {
        KeyRing::single("k1", TokenKey::from_bytes(&[7; 32]).unwrap()).unwrap()
    }

    fn payload_hex(claims: &Claims, dialect: Dialect) -> String {
        payload(claims, dialect)
            .unwrap()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<Vec<_>>()
            .concat()
    }

    #[test]
    fn a_token_that_would_outlive_its_key_is_not_minted() {
        let mut ring = KeyRing::new();
        let key = TokenKey::from_bytes(&[7; 32]).unwrap();
        ring.add("k", key, crate::token::Validity::between(0, 2_000)).unwrap();
        let longer = TokenKey::from_bytes(&[8; 32]).unwrap();
        let mut both = KeyRing::single("longer", longer).unwrap();
        both.add("k", TokenKey::from_bytes(&[7; 32]).unwrap(), crate::token::Validity::between(500, 2_000))
            .unwrap();
        let kid = |expires_at| {
            let token = both.mint(&Claims::expiring_at(expires_at), Dialect::Cta, 1_000).unwrap();
            crate::token::inspect_unverified(token).unwrap().kid
        };
        assert_eq!((kid(2_000).as_deref(), kid(2_001).as_deref()), (Some("k"), Some("longer")));
        let mint = |expires_at| ring.mint(&Claims::expiring_at(expires_at), Dialect::Cta, 1_000);
        assert!(mint(2_000).is_ok());
        assert_eq!(mint(2_001), Err(MintError::OutlivesKey { expires_at: 2_001, until: 2_000 }));
    }

    #[test]
    fn both_dialects_to_the_byte() {
        let claims = Claims::expiring_at(1_800_003_600)
            .not_before(NOW)
            .issued_at(NOW)
            .issuer("i")
            .and_then(|claims| claims.subject("s"))
            .and_then(|claims| claims.audience("a"))
            .and_then(|claims| claims.session("id"))
            .and_then(|claims| claims.path("/v/"))
            .and_then(|claims| claims.countries(["NO"]))
            .and_then(|claims| claims.networks(["203.0.113.0/24"]))
            .and_then(|claims| claims.methods(["GET"]))
            .unwrap()
            .max_height(720);
        let common = "01616902617303616104".to_owned() + "1a6b49e010" + "051a6b49d200" + "061a6b49d200";
        let cta = "ad".to_owned()
            + &common
            + "07426964"
            + "19013601"
            + "19013781d83482181844cb007100"
            + "190138a103a101632f762f"
            + "19013981"
            + "63474554"
            + "19013c81624e4f"
            + "3a00011170"
            + "1902d0";
        let aws = "ac".to_owned()
            + &common
            + "07626964"
            + "19013c81624e4f"
            + "190191a102a101632f762f"
            + "190192816e3230332e302e3131332e302f3234"
            + "19019381"
            + "63474554"
            + "3a00011170"
            + "1902d0";
        assert_eq!(payload_hex(&claims, Dialect::Cta), cta);
        assert_eq!(payload_hex(&claims, Dialect::Aws), aws);
    }

    #[test]
    fn what_is_not_minted() {
        let mint = |claims: Claims| ring().mint(&claims, Dialect::Cta, NOW);
        assert_eq!(
            mint(Claims::expiring_at(NOW)),
            Err(MintError::AlreadyExpired { expires_at: NOW, now: NOW })
        );
        assert_eq!(
            mint(Claims::expiring_at(NOW + 9).not_before(NOW + 9)),
            Err(MintError::NeverValid { expires_at: NOW + 9, not_before: NOW + 9 })
        );
        assert_eq!(mint(Claims::expiring_at(NOW * 1000)), Err(MintError::TimeRange { time: NOW * 1000 }));
        let binary = Claims::expiring_at(NOW + 9).session([0xff, 0xfe]).unwrap();
        assert_eq!(ring().mint(&binary, Dialect::Aws, NOW), Err(MintError::SessionNotText));
        assert!(ring().mint(&binary, Dialect::Cta, NOW).is_ok());
        let large = Claims::expiring_at(NOW + 9).path(format!("/{}", "a".repeat(1000))).unwrap();
        assert_eq!(mint(large), Err(MintError::TooLarge { bytes: 1072 }));
    }

    #[test]
    fn minting_needs_a_key_that_is_valid_now() {
        let mut later = KeyRing::new();
        let key = TokenKey::from_bytes(&[7; 32]).unwrap();
        later.add("k", key, Validity::starting(NOW + 1)).unwrap();
        let claims = Claims::expiring_at(NOW + 9);
        assert_eq!(later.mint(&claims, Dialect::Cta, NOW), Err(MintError::NoKey { now: NOW }));
        assert!(later.mint(&claims, Dialect::Cta, NOW + 1).is_ok());
    }
}
