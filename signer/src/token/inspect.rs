//! Looking into a token without verifying it, for people.

use serde::Serialize;
use serde_json::{Value, json};

use super::cbor::{Key, Malformed, Reader, major};
use super::cose::{Parts, Scratch};
use super::dialect::{Component, Dialect, Matching, claim_name, label};
use super::network::Network;
use super::refusal::Refusal;

/// What a token says about itself. **Nothing of it has been verified**: anybody can write such a token.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnverifiedToken {
    /// Always false; it stands in what is printed.
    pub verified: bool,
    /// How many bytes the token has once decoded.
    pub bytes: usize,
    /// What the protected header says the algorithm is.
    pub algorithm: Option<String>,
    /// The key id, as text or as hex.
    pub kid: Option<String>,
    /// The claims, in the token's order.
    pub claims: Vec<UnverifiedClaim>,
}

/// One claim, as the token has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnverifiedClaim {
    /// Its label, a number or a text.
    pub label: Value,
    /// What the label is called, if it is known.
    pub name: Option<&'static str>,
    /// Its value. Bytes are text where they are readable, else `h'..'` in hex; networks are written as usual.
    pub value: Value,
}

/// Decodes `token` and verifies nothing.
///
/// # Errors
/// When it is too large or not well-formed: [`Refusal::TooLarge`] or [`Refusal::Malformed`].
pub fn inspect_unverified(token: impl AsRef<[u8]>) -> Result<UnverifiedToken, Refusal> {
    let mut scratch = Scratch::new();
    let bytes = scratch.decode(token.as_ref())?;
    let Parts { protected, unprotected, payload, .. } = Parts::of(bytes)?;
    let (mut algorithm, mut kid) = (None, None);
    for header in [Reader::new(protected), unprotected].into_iter().filter(|header| !header.is_empty()) {
        each_entry(header, |key, mut value| {
            match key {
                Key::Label(1) => algorithm = Some(algorithm_name(&shown(&mut value)?)),
                Key::Label(4) => kid = Some(readable(value.bytes_or_text()?)),
                _ => {}
            }
            Ok(())
        })?;
    }
    let mut claims = Vec::new();
    each_entry(Reader::new(payload), |key, mut value| {
        claims.push(claim(key, &mut value)?);
        Ok(())
    })?;
    Ok(UnverifiedToken { verified: false, bytes: bytes.len(), algorithm, kid, claims })
}

fn claim(key: Key<'_>, value: &mut Reader<'_>) -> Result<UnverifiedClaim, Malformed> {
    let Key::Label(number) = key else {
        return Ok(UnverifiedClaim { label: key_value(key), name: None, value: shown(value)? });
    };
    let value = match number {
        label::URI => uri(*value, Dialect::Cta).or_else(|_| shown(value))?,
        label::AWS_URI => uri(*value, Dialect::Aws).or_else(|_| shown(value))?,
        label::SESSION => {
            value.bytes_or_text().map_or_else(|_| shown(value), |id| Ok(readable(id).into()))?
        }
        _ => shown(value)?,
    };
    Ok(UnverifiedClaim { label: number.into(), name: claim_name(number), value })
}

/// `{"path":{"prefix":"/vod/"}}`, with the numbers of what has no name.
fn uri(uri: Reader<'_>, dialect: Dialect) -> Result<Value, Malformed> {
    let mut parts = serde_json::Map::new();
    each_entry(uri, |part, mut matches| {
        let mut values = serde_json::Map::new();
        if matches.peek()?.major != major::MAP {
            parts.insert(key_text(part), shown(&mut matches)?);
            return Ok(());
        }
        each_entry(matches, |matching, mut value| {
            let name = named(matching, |number| dialect.matching(number).map(Matching::name));
            values.insert(name, shown(&mut value)?);
            Ok(())
        })?;
        parts.insert(named(part, |number| dialect.component(number).map(Component::name)), values.into());
        Ok(())
    })?;
    Ok(parts.into())
}

fn named(key: Key<'_>, name: impl Fn(i64) -> Option<&'static str>) -> String {
    match key {
        Key::Label(number) => name(number).map_or_else(|| number.to_string(), ToOwned::to_owned),
        Key::Text(text) => text.to_owned(),
    }
}

fn each_entry<'b>(
    mut map: Reader<'b>,
    mut entry: impl FnMut(Key<'b>, Reader<'b>) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    for _ in 0..map.map()? {
        let key = map.key()?;
        entry(key, Reader::new(map.item()?))?;
    }
    map.end()
}

/// Any item as JSON. The reader has already been found well-formed, so its depth is bounded.
fn shown(reader: &mut Reader<'_>) -> Result<Value, Malformed> {
    if let Some(float) = reader.float()? {
        return Ok(json!(float));
    }
    match reader.peek()?.major {
        major::UNSIGNED => Ok(reader.unsigned()?.into()),
        major::NEGATIVE => Ok(reader.integer()?.into()),
        major::BYTES => Ok(hex(reader.bytes()?).into()),
        major::TEXT => Ok(reader.text()?.into()),
        major::ARRAY => (0..reader.array()?).map(|_| shown(reader)).collect(),
        major::MAP => {
            let mut map = serde_json::Map::new();
            for _ in 0..reader.map()? {
                map.insert(key_text(reader.key()?), shown(reader)?);
            }
            Ok(map.into())
        }
        major::TAG => {
            let mut network = *reader;
            if let Ok(found) = Network::read(&mut network) {
                *reader = network;
                return Ok(found.to_string().into());
            }
            let tag = reader.tag()?;
            Ok(json!({ "tag": tag, "value": shown(reader)? }))
        }
        _ => Ok(match reader.head()?.argument {
            20 => Value::Bool(false),
            21 => Value::Bool(true),
            _ => Value::Null,
        }),
    }
}

fn key_value(key: Key<'_>) -> Value {
    match key {
        Key::Label(number) => number.into(),
        Key::Text(text) => text.into(),
    }
}

fn key_text(key: Key<'_>) -> String {
    named(key, |_| None)
}

fn algorithm_name(value: &Value) -> String {
    if value == &json!(5) { "HS256".to_owned() } else { value.to_string() }
}

fn readable(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(char::is_control) => text.to_owned(),
        _ => hex(bytes),
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    let digits: String = bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
    format!("h'{digits}'")
}

#[cfg(test)]
mod tests {
    use super::super::claims::Claims;
    use super::super::cose::{emit, encode};
    use super::super::key::TokenKey;
    use super::super::ring::KeyRing;
    use super::*;

    fn minted(dialect: Dialect) -> Value {
        let ring = KeyRing::single("k-2026", TokenKey::from_bytes(&[7; 32]).unwrap()).unwrap();
        let claims = Claims::expiring_at(1_800_003_600)
            .path("/vod/a/")
            .and_then(|claims| claims.networks(["203.0.113.0/24", "2001:db8::1"]))
            .and_then(|claims| claims.session("s-1"))
            .unwrap();
        let token = ring.mint(&claims, dialect, 1_800_000_000).unwrap();
        serde_json::to_value(inspect_unverified(token).unwrap()).unwrap()
    }

    #[test]
    fn claims_are_shown_by_name() {
        let expected = json!({
            "verified": false, "bytes": 117, "algorithm": "HS256", "kid": "k-2026",
            "claims": [
                {"label": 4, "name": "exp", "value": 1_800_003_600},
                {"label": 7, "name": "cti", "value": "s-1"},
                {"label": 310, "name": "catv", "value": 1},
                {"label": 311, "name": "catnip", "value": ["203.0.113.0/24", "2001:db8::1/128"]},
                {"label": 312, "name": "catu", "value": {"path": {"prefix": "/vod/a/"}}},
            ],
        });
        assert_eq!(minted(Dialect::Cta), expected);
        let aws = minted(Dialect::Aws);
        assert_eq!(aws.pointer("/claims/2/value"), Some(&json!({"path": {"prefix": "/vod/a/"}})));
        assert_eq!(aws.pointer("/claims/3/name"), Some(&json!("catnip")));
    }

    #[test]
    fn what_nobody_knows_is_shown_as_it_is() {
        let payload = b"\xa5\x19\x03\xe7\x82\x20\xf5\x61x\xfb\x3f\xf8\0\0\0\0\0\0\x07\x42\x00\xff\x19\x01\x38\xa1\x09\x01\x06\xd8\x63\xf6";
        let token = inspect_unverified(encode(&emit(b"\x01\x02", payload, b"")));
        let shown: Vec<(Value, Value)> =
            token.unwrap().claims.into_iter().map(|claim| (claim.label, claim.value)).collect();
        let expected = [
            (json!(999), json!([-1, true])),
            (json!("x"), json!(1.5)),
            (json!(7), json!("h'00ff'")),
            (json!(312), json!({"9": 1})),
            (json!(6), json!({"tag": 99, "value": null})),
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for token in ["", "AAAA", "no token!", "eyJhbGciOiJIUzI1NiJ9"] {
            assert_eq!(inspect_unverified(token).unwrap_err().code(), "malformed", "{token}");
        }
        assert_eq!(inspect_unverified("A".repeat(2000)).unwrap_err().code(), "too_large");
    }
}
