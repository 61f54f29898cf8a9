//! `EXT-X-DEFINE`: what the variables of a playlist stand for.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::MAX_DEFINITIONS;
use super::attributes::Attributes;
use super::base::BaseUrl;
use super::error::HlsError;

/// What one entry costs besides its name and value, about.
const ENTRY: usize = 64;

/// The variables known at one line of a playlist.
#[derive(Clone)]
pub(super) struct Variables {
    passed: BTreeMap<String, String>,
    defined: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// Defined so that players read different values: unknown, whatever was passed.
    unclear: BTreeSet<Vec<u8>>,
    held: usize,
}

impl Variables {
    pub(super) fn new(passed: BTreeMap<String, String>) -> Self {
        Self { passed, defined: BTreeMap::new(), unclear: BTreeSet::new(), held: 0 }
    }

    /// Takes one `EXT-X-DEFINE` in. What it cannot give a value to becomes an error only where it is used.
    pub(super) fn define(&mut self, list: &[u8], base: Option<&BaseUrl>, line: u64) -> Result<(), HlsError> {
        let mut name = None;
        let mut value = None;
        let (mut names, mut literal, mut passed_in) = (0_u32, 0_u32, 0_u32);
        for attribute in Attributes::new(list) {
            let attribute = attribute.map_err(|fault| HlsError::broken(line, b"#EXT-X-DEFINE", fault))?;
            match attribute.name {
                b"VALUE" => {
                    literal += 1;
                    value = Some(attribute.value.to_vec());
                }
                b"NAME" => {
                    names += 1;
                    name = Some(attribute.value);
                }
                b"IMPORT" => {
                    passed_in += 1;
                    name = Some(attribute.value);
                }
                b"QUERYPARAM" => {
                    passed_in += 1;
                    name = Some(attribute.value);
                    value = base.and_then(|base| base.query_parameter(attribute.value));
                }
                _ => {}
            }
        }
        // Of attributes that exclude each other, or stand twice, players take different ones.
        let ambiguous = names + passed_in > 1 || literal > 1 || (literal > 0 && passed_in > 0);
        if ambiguous {
            value = None;
        }
        let Some(name) = name else { return Ok(()) };
        // Some players put variables into a value, others do not: such a value is not known.
        let value = value.filter(|value| next_reference(value).is_none());
        if self.defined.contains_key(name) {
            return Err(HlsError::VariableRedefined { line, name: text(name) });
        }
        self.held += 2 * name.len() + value.as_ref().map_or(0, Vec::len) + ENTRY;
        if self.held > MAX_DEFINITIONS {
            return Err(HlsError::TooManyDefinitions { line });
        }
        if value.is_none() && (ambiguous || literal > 0) {
            // What was passed is for what the playlist leaves open, not for what players may read here.
            self.unclear.insert(name.to_vec());
        }
        self.defined.insert(name.to_vec(), value);
        Ok(())
    }

    /// Puts the variables into a URI or attribute.
    ///
    /// # Errors
    /// If the result would be longer than `limit`.
    pub(super) fn expand<'a>(&self, raw: &'a [u8], limit: usize) -> Result<Expansion<'a>, TooLong> {
        let mut expansion = Expansion { raw, view: Cow::Borrowed(raw), pieces: Vec::new(), unknown: None };
        let mut rest = raw;
        let mut view = Vec::new();
        while let Some((start, end)) = next_reference(rest) {
            let literal = rest.get(..start).unwrap_or_default();
            let name = rest.get(start + 2..end - 1).unwrap_or_default();
            view.extend_from_slice(literal);
            let raw_start = raw.len() - rest.len() + start;
            let Some(value) = self.value(name) else {
                expansion.unknown = Some(text(name));
                expansion.view = Cow::Owned(view);
                return Ok(expansion);
            };
            if view.len() + value.len() > limit {
                return Err(TooLong);
            }
            let view_start = view.len();
            view.extend_from_slice(value);
            expansion
                .pieces
                .push(Piece { view: (view_start, view.len()), raw: (raw_start, raw_start + end - start) });
            rest = rest.get(end..).unwrap_or_default();
        }
        if !expansion.pieces.is_empty() {
            view.extend_from_slice(rest);
            expansion.view = Cow::Owned(view);
        }
        Ok(expansion)
    }

    pub(super) fn held_bytes(&self) -> usize {
        self.held
    }

    fn value(&self, name: &[u8]) -> Option<&[u8]> {
        if self.unclear.contains(name) {
            return None;
        }
        let passed = || self.passed.get(std::str::from_utf8(name).ok()?).map(String::as_bytes);
        self.defined.get(name).and_then(|value| value.as_deref()).or_else(passed)
    }
}

/// A text whose variables make it longer than allowed.
#[derive(Debug)]
pub(super) struct TooLong;

/// A text as it stands, and as it reads with its variables put in.
#[derive(Debug)]
pub(super) struct Expansion<'a> {
    raw: &'a [u8],
    /// The text with its variables put in, up to the first unknown one.
    pub(super) view: Cow<'a, [u8]>,
    /// The first variable that is not known.
    pub(super) unknown: Option<String>,
    pieces: Vec<Piece>,
}

#[derive(Debug)]
struct Piece {
    view: (usize, usize),
    raw: (usize, usize),
}

impl Expansion<'_> {
    /// Where an offset of the view lies in the text as it stands.
    ///
    /// # Errors
    /// The name of the variable inside whose value it lies.
    pub(super) fn raw_offset(&self, offset: usize) -> Result<usize, String> {
        let mut after = (0, 0);
        for piece in &self.pieces {
            if offset <= piece.view.0 {
                break;
            }
            if offset < piece.view.1 {
                return Err(self.name(piece));
            }
            after = (piece.view.1, piece.raw.1);
        }
        Ok(after.1 + (offset - after.0))
    }

    /// The first variable that stands in the text.
    pub(super) fn first_variable(&self) -> Option<String> {
        self.pieces.first().map(|piece| self.name(piece))
    }

    fn name(&self, piece: &Piece) -> String {
        text(self.raw.get(piece.raw.0 + 2..piece.raw.1 - 1).unwrap_or_default())
    }
}

/// Where the next `{$name}` begins and ends. What only looks like one is literal text.
fn next_reference(text: &[u8]) -> Option<(usize, usize)> {
    let mut from = 0;
    loop {
        let start = from + memchr::memchr(b'{', text.get(from..)?)?;
        if let Some(name) = text.get(start..)?.strip_prefix(b"{$") {
            let length = name.iter().position(|byte| !(byte.is_ascii_alphanumeric() || b"-_".contains(byte)));
            if let Some(length) = length.filter(|length| *length > 0 && name.get(*length) == Some(&b'}')) {
                return Some((start, start + 2 + length + 1));
            }
        }
        from = start + 1;
    }
}

fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        for (text, expected) in [
            ("a{$b}c", Some((1, 5))),
            ("{$b-_9}", Some((0, 7))),
            ("{$}", None),
            ("{$a b}{$c}", Some((6, 10))),
            ("{{$a}", Some((1, 5))),
            ("{$a", None),
            ("{a}", None),
        ] {
            assert_eq!(next_reference(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn offsets_map_back() {
        let mut variables = Variables::new(BTreeMap::new());
        variables.define(br#"NAME="a",VALUE="12345""#, None, 1).unwrap();
        let expansion = variables.expand(b"x{$a}y{$a}", 100).unwrap();
        assert_eq!(&*expansion.view, b"x12345y12345");
        for (offset, expected) in
            [(0, Some(0)), (1, Some(1)), (2, None), (6, Some(5)), (7, Some(6)), (9, None), (12, Some(10))]
        {
            assert_eq!(expansion.raw_offset(offset).ok(), expected, "{offset}");
        }
    }

    #[test]
    fn expansion_is_bounded() {
        let mut variables = Variables::new(BTreeMap::new());
        variables.define(br#"NAME="a",VALUE="12345""#, None, 1).unwrap();
        assert!(variables.expand(b"{$a}{$a}{$a}", 14).is_err());
        assert!(variables.expand(b"{$a}{$a}{$a}", 15).is_ok());
    }
}
