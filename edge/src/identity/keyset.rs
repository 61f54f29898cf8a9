//! An issuer's keys, as it publishes them (JWKS).

use super::json::{Fault, Reader};
use super::jwk::LoginKey;
use std::borrow::Cow;
use thiserror::Error;

const LONGEST_DOCUMENT: usize = 64 * 1024;
const MOST_KEYS: usize = 64;

/// The keys of one issuer that logins may be checked with.
#[derive(Debug, Clone, Default)]
pub struct KeySet {
    keys: Vec<LoginKey>,
    skipped: usize,
}

impl KeySet {
    /// No keys: they are fetched when the first login comes.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Reads a JWKS document of at most 64 KB and 64 keys. Keys for other purposes, of other algorithms, and keys
    /// without a `kid` beside others, are skipped.
    ///
    /// # Errors
    /// A document that is not one, that has no key left, names two alike, shows a private key, or whose keys for
    /// RS256 or ES256 are damaged or weak.
    pub fn read(document: &[u8]) -> Result<Self, KeySetError> {
        if document.len() > LONGEST_DOCUMENT {
            return Err(KeySetError::TooLarge { bytes: document.len() });
        }
        let (members, count) = members(document)?;
        if count > MOST_KEYS {
            return Err(KeySetError::TooMany { keys: count });
        }
        let mut keys = Vec::with_capacity(count);
        for (position, member) in members.into_iter().enumerate() {
            if member.private {
                return Err(KeySetError::Private { position });
            }
            let key = member.read().map_err(|why| KeySetError::Unusable { position, why })?;
            keys.extend(key);
        }
        if keys.len() > 1 {
            keys.retain(|key| key.kid().is_some());
        }
        for (index, key) in keys.iter().enumerate() {
            if keys.iter().skip(index + 1).any(|other| other.kid() == key.kid()) {
                return Err(KeySetError::Twice { kid: key.kid().unwrap_or_default().to_owned() });
            }
        }
        if keys.is_empty() {
            return Err(KeySetError::NoKey { skipped: count });
        }
        Ok(Self { skipped: count - keys.len(), keys })
    }

    /// The keys, in the document's order.
    #[must_use]
    pub fn keys(&self) -> &[LoginKey] {
        &self.keys
    }

    /// How many keys of the document are not for us.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    pub(super) fn into_keys(self) -> Vec<LoginKey> {
        self.keys
    }
}

/// Why a document is not a set of keys. Positions count from 0.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeySetError {
    /// Larger than any honest one.
    #[error("key set has {bytes} bytes, more than 65536; check that the address is that of a JWKS document")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Not JSON, or not `{"keys":[..]}` with members of the right types.
    #[error("key set is not a JWKS document: {what} at byte {at}; check that the address is that of one")]
    Malformed {
        /// What is wrong there.
        what: &'static str,
        /// Where, counted from 0.
        at: usize,
    },
    /// A member that counts stands twice in one object.
    #[error("key set has a duplicate field `{name}` at byte {at}; have the issuer leave one out")]
    DuplicateMember {
        /// Its name.
        name: &'static str,
        /// Where its second value begins or the white space before it, counted from 0.
        at: usize,
    },
    /// More keys than any honest one.
    #[error("key set has {keys} keys, more than 64; withdraw old ones")]
    TooMany {
        /// How many.
        keys: usize,
    },
    /// A key with its private half.
    #[error(
        "key {position} of the key set has the private member `d`; withdraw that key, it is no longer secret"
    )]
    Private {
        /// Which key.
        position: usize,
    },
    /// A key for RS256 or ES256 that cannot be used.
    #[error("key {position} of the key set cannot be used: {why}; have the issuer replace it")]
    Unusable {
        /// Which key.
        position: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Two keys with one name.
    #[error("key set has two keys named `{kid}`; name each differently")]
    Twice {
        /// The name.
        kid: String,
    },
    /// Nothing to check a login with.
    #[error("key set has no public key for RS256 or ES256, and {skipped} others; publish one")]
    NoKey {
        /// How many keys were skipped.
        skipped: usize,
    },
}

/// What is wrong with a document's form.
enum Wrong {
    Form(Fault),
    Twice(&'static str),
}

impl From<Fault> for Wrong {
    fn from(fault: Fault) -> Self {
        Self::Form(fault)
    }
}

/// The first keys of a document, as many as there may be, and how many it has.
fn members(document: &[u8]) -> Result<(Vec<Member<'_>>, usize), KeySetError> {
    let text = std::str::from_utf8(document)
        .map_err(|error| KeySetError::Malformed { what: "it is not UTF-8", at: error.valid_up_to() })?;
    let mut reader = Reader::new(text);
    read_document(&mut reader).map_err(|wrong| {
        let at = reader.position();
        match wrong {
            Wrong::Form(what) => KeySetError::Malformed { what, at },
            Wrong::Twice(name) => KeySetError::DuplicateMember { name, at },
        }
    })
}

fn read_document<'t>(reader: &mut Reader<'t>) -> Result<(Vec<Member<'t>>, usize), Wrong> {
    let mut members = None;
    reader.object()?;
    while let Some(name) = reader.name()? {
        if name != "keys" {
            reader.skip()?;
        } else if members.is_none() {
            members = Some(read_keys(reader)?);
        } else {
            return Err(Wrong::Twice("keys"));
        }
    }
    reader.end()?;
    Ok(members.ok_or("missing field `keys`")?)
}

fn read_keys<'t>(reader: &mut Reader<'t>) -> Result<(Vec<Member<'t>>, usize), Wrong> {
    let mut members = Vec::new();
    let mut count = 0;
    reader.array()?;
    while reader.element()? {
        let member = Member::parse(reader)?;
        count += 1;
        if count <= MOST_KEYS {
            members.push(member);
        }
    }
    Ok((members, count))
}

/// The members that count, the first ones texts. The constants below are positions here.
const NAMES: [&str; 11] = ["kty", "use", "alg", "kid", "crv", "n", "e", "x", "y", "key_ops", "d"];
const TEXTS: usize = 9;
const OPERATIONS: usize = 9;

#[derive(Default)]
struct Member<'t> {
    texts: [Option<Cow<'t, str>>; TEXTS],
    /// Whether its `key_ops` have `verify`.
    verifies: Option<bool>,
    private: bool,
}

impl<'t> Member<'t> {
    /// A member that is `null` counts as left out, but only once.
    fn parse(reader: &mut Reader<'t>) -> Result<Self, Wrong> {
        let mut member = Self::default();
        let mut seen = [false; NAMES.len()];
        reader.object()?;
        while let Some(name) = reader.name()? {
            let Some(place) = NAMES.iter().position(|known| *known == name) else {
                reader.skip()?;
                continue;
            };
            if let (Some(seen), Some(name)) = (seen.get_mut(place), NAMES.get(place))
                && std::mem::replace(seen, true)
            {
                return Err(Wrong::Twice(name));
            }
            if reader.null()? {
                continue;
            }
            if let Some(text) = member.texts.get_mut(place) {
                *text = Some(reader.text()?);
            } else if place == OPERATIONS {
                member.verifies = Some(verifies(reader)?);
            } else {
                reader.skip()?;
                member.private = true;
            }
        }
        Ok(member)
    }

    /// `None` if it is not for us.
    fn read(self) -> Result<Option<LoginKey>, &'static str> {
        let [kty, purpose, alg, kid, crv, n, e, x, y] = self.texts;
        if purpose.is_some_and(|purpose| purpose != "sig") || self.verifies == Some(false) {
            return Ok(None);
        }
        let is_for = |name| alg.as_deref().is_none_or(|algorithm| algorithm == name);
        let kid = kid.map(Cow::into_owned);
        match (kty.as_deref(), crv.as_deref()) {
            (Some("RSA"), _) if is_for("RS256") => {
                let n = n.ok_or("it has no `n`")?;
                let e = e.ok_or("it has no `e`")?;
                LoginKey::rsa(kid, &n, &e).map(Some)
            }
            (Some("EC"), Some("P-256")) if is_for("ES256") => {
                let x = x.ok_or("it has no `x`")?;
                let y = y.ok_or("it has no `y`")?;
                LoginKey::p256(kid, &x, &y).map(Some)
            }
            _ => Ok(None),
        }
    }
}

fn verifies(reader: &mut Reader<'_>) -> Result<bool, Fault> {
    let mut verifies = false;
    reader.array()?;
    while reader.element()? {
        verifies |= reader.text()? == "verify";
    }
    Ok(verifies)
}
