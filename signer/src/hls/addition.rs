//! What is added to every URI: a query or a path prefix, checked once.

use std::fmt;

use super::path::is_dots;

/// What every URI of a playlist gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addition {
    /// A query: joined with `?`, or with `&` where the URI has a query (even an empty one), before any fragment.
    Query(Query),
    /// A path prefix: put before the path of URIs that begin at the root. Relative ones inherit it.
    PathPrefix(PathPrefix),
    /// Nothing: for viewers whose proof is a cookie, where only the height cap is wanted.
    Nothing,
}

impl Addition {
    /// A query to add, as it goes on the wire: already escaped, without the joining `?` or `&`.
    ///
    /// # Errors
    /// If the text is empty, begins with `?` or `&`, or holds what may not stand in a query.
    pub fn query(text: &str) -> Result<Self, AdditionError> {
        Query::new(text).map(Self::Query)
    }

    /// A path prefix such as `/t/<token>`, as it goes on the wire.
    ///
    /// # Errors
    /// If it does not begin with `/`, ends with one, has empty or dot segments, or holds what may not stand in a path.
    pub fn path_prefix(text: &str) -> Result<Self, AdditionError> {
        PathPrefix::new(text).map(Self::PathPrefix)
    }
}

/// A query that is legal in every URI. It is proof: it never prints.
#[derive(Clone, PartialEq, Eq)]
pub struct Query(String);

impl Query {
    /// Checks a query; see [`Addition::query`].
    ///
    /// # Errors
    /// If the text is empty, begins with `?` or `&`, or holds what may not stand in a query.
    pub fn new(text: &str) -> Result<Self, AdditionError> {
        match text.bytes().next() {
            None => return Err(AdditionError::EmptyQuery),
            Some(b'?' | b'&') => return Err(AdditionError::LeadingJoint),
            Some(_) => {}
        }
        legal(text, |byte| is_path_byte(byte) || byte == b'?')?;
        Ok(Self(text.to_owned()))
    }

    /// The query as it stands in a URI.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Query({} bytes)", self.0.len())
    }
}

/// A path prefix that is legal in every URI. It is proof: it never prints.
#[derive(Clone, PartialEq, Eq)]
pub struct PathPrefix(String);

impl PathPrefix {
    /// Checks a path prefix; see [`Addition::path_prefix`].
    ///
    /// # Errors
    /// If it does not begin with `/`, ends with one, has empty or dot segments, or holds what may not stand in a path.
    pub fn new(text: &str) -> Result<Self, AdditionError> {
        let segments = text.strip_prefix('/').ok_or(AdditionError::PrefixNotAbsolute)?;
        if text.ends_with('/') {
            return Err(AdditionError::TrailingSlash);
        }
        legal(text, is_path_byte)?;
        if segments.split('/').any(|segment| segment.is_empty() || is_dots(segment.as_bytes())) {
            return Err(AdditionError::PrefixSegment);
        }
        Ok(Self(text.to_owned()))
    }

    /// The prefix as it stands in a URI.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PathPrefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PathPrefix({} bytes)", self.0.len())
    }
}

/// Why a text cannot be added to a URI. The text itself is proof, so that only one character of it is shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AdditionError {
    /// The query is empty.
    #[error("the query is empty; give at least one parameter")]
    EmptyQuery,
    /// The query begins with what joins it to the URI.
    #[error("the query begins with `?` or `&`; leave that out, it is put in where it belongs")]
    LeadingJoint,
    /// The prefix does not begin at the root.
    #[error("the path prefix does not begin with `/`; write it as `/t/<token>`")]
    PrefixNotAbsolute,
    /// The prefix ends with a slash.
    #[error("the path prefix ends with `/`; leave the last slash out")]
    TrailingSlash,
    /// The prefix has an empty segment or one that means another folder.
    #[error("the path prefix has an empty segment, `.` or `..`; leave it out")]
    PrefixSegment,
    /// A character that may not stand there.
    #[error("`{character}` at byte {position} may not stand there; percent-encode it")]
    IllegalCharacter {
        /// The character.
        character: char,
        /// Its offset in the text.
        position: usize,
    },
    /// A `%` that two hexadecimal digits do not follow.
    #[error("the `%` at byte {position} begins no escape; write it as `%25`")]
    BrokenEscape {
        /// Its offset in the text.
        position: usize,
    },
}

fn legal(text: &str, allowed: impl Fn(u8) -> bool) -> Result<(), AdditionError> {
    let bytes = text.as_bytes();
    for (position, character) in text.char_indices() {
        if character == '%' {
            let digits = bytes.get(position + 1..position + 3);
            if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                return Err(AdditionError::BrokenEscape { position });
            }
        } else if !u8::try_from(character).is_ok_and(&allowed) {
            return Err(AdditionError::IllegalCharacter { character, position });
        }
    }
    Ok(())
}

/// `pchar` and the slash of RFC 3986, without escapes.
fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_that_are_refused() {
        for (text, error) in [
            ("", AdditionError::EmptyQuery),
            ("?a=b", AdditionError::LeadingJoint),
            ("&a=b", AdditionError::LeadingJoint),
            ("a=b#c", AdditionError::IllegalCharacter { character: '#', position: 3 }),
            ("a=\"b", AdditionError::IllegalCharacter { character: '"', position: 2 }),
            ("a b", AdditionError::IllegalCharacter { character: ' ', position: 1 }),
            ("a\nb", AdditionError::IllegalCharacter { character: '\n', position: 1 }),
            ("a={$b}", AdditionError::IllegalCharacter { character: '{', position: 2 }),
            ("ø=1", AdditionError::IllegalCharacter { character: 'ø', position: 0 }),
            ("a=%2", AdditionError::BrokenEscape { position: 2 }),
            ("a=%zz", AdditionError::BrokenEscape { position: 2 }),
        ] {
            assert_eq!(Query::new(text), Err(error), "{text}");
        }
    }

    #[test]
    fn prefixes_that_are_refused() {
        for (text, error) in [
            ("", AdditionError::PrefixNotAbsolute),
            ("t/abc", AdditionError::PrefixNotAbsolute),
            ("/", AdditionError::TrailingSlash),
            ("/t/abc/", AdditionError::TrailingSlash),
            ("//evil.example", AdditionError::PrefixSegment),
            ("/t/../x", AdditionError::PrefixSegment),
            ("/t/%2E./x", AdditionError::PrefixSegment),
            ("/t/a?b", AdditionError::IllegalCharacter { character: '?', position: 4 }),
            ("/t/a\\b", AdditionError::IllegalCharacter { character: '\\', position: 4 }),
        ] {
            assert_eq!(PathPrefix::new(text), Err(error), "{text}");
        }
    }

    #[test]
    fn proof_does_not_print() {
        let query = Addition::query("Signature=very-secret").unwrap();
        let prefix = Addition::path_prefix("/t/very-secret").unwrap();
        assert!(!format!("{query:?} {prefix:?}").contains("secret"));
    }
}
