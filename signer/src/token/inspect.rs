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
        label::URI => uri(*value, Dialect::Cta)?,
        label::AWS_URI => uri(*value, Dialect::Aws)?,
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
