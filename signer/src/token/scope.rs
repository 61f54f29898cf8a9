//! Paths: which are canonical, and which lie below a prefix.

/// The longest request path that is looked at.
pub const LONGEST_PATH: usize = 2048;

/// What makes a path mean something else to another server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotCanonical {
    /// Every path begins with a slash.
    #[error("it does not begin with `/`")]
    NoLeadingSlash,
    /// Longer than [`LONGEST_PATH`].
    #[error("it is longer than {LONGEST_PATH} bytes")]
    TooLong,
    /// Two slashes in a row.
    #[error("it has `//`, an empty segment")]
    EmptySegment,
    /// A segment `.` or `..`.
    #[error("it has a `.` or `..` segment")]
    DotSegment,
    /// A percent sign that two hex digits do not follow.
    #[error("it has a `%` without two hex digits after it")]
    BadEscape,
    /// An escaped character that changes the path when decoded: `.`, `/`, `\`, `;`, `%`, a control character, or a byte
    /// that begins overlong UTF-8, in which one of them may hide.
    #[error(
        "it escapes a dot, slash, backslash, semicolon, percent sign, control character or an overlong UTF-8 sequence"
    )]
    EscapedStructure,
    /// A backslash, which some servers take for a slash.
    #[error("it has a backslash")]
    Backslash,
    /// A query or fragment.
    #[error("it has a `?` or `#`, which is not part of a path")]
    QueryOrFragment,
    /// A space, a control character or a character beyond ASCII.
    #[error("it has a character that must be percent-encoded in a URL")]
    Character,
}

/// That `path` means the same to everybody who reads it.
///
/// # Errors
/// The first thing in it that does not.
#[inline]
pub fn canonical(path: &str) -> Result<(), NotCanonical> {
    let bytes = path.as_bytes();
    if bytes.first() != Some(&b'/') {
        return Err(NotCanonical::NoLeadingSlash);
    }
    if bytes.len() > LONGEST_PATH {
        return Err(NotCanonical::TooLong);
    }
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        match byte {
            b'/' => segment(after)?,
            b'%' => escape(after)?,
            b'\\' => return Err(NotCanonical::Backslash),
            b'?' | b'#' => return Err(NotCanonical::QueryOrFragment),
            0..=b' ' | 0x7f.. => return Err(NotCanonical::Character),
            _ => {}
        }
        rest = after;
    }
    Ok(())
}

/// Whether `prefix` covers `path`: everything below it if it ends in a slash; otherwise itself and everything
/// below it, and nothing that merely begins with the same letters.
#[must_use]
#[inline]
pub fn covers(prefix: &str, path: &str) -> bool {
    match path.as_bytes().strip_prefix(prefix.as_bytes()) {
        Some(rest) => rest.is_empty() || rest.first() == Some(&b'/') || prefix.ends_with('/'),
        None => false,
    }
}

/// A segment that begins here may be neither empty nor made of dots; the last may be empty.
#[inline]
fn segment(rest: &[u8]) -> Result<(), NotCanonical> {
    match rest {
        [b'/', ..] => Err(NotCanonical::EmptySegment),
        // Some servers drop `;parameters` before they resolve the dots.
        [b'.'] | [b'.', b'/' | b';', ..] | [b'.', b'.'] | [b'.', b'.', b'/' | b';', ..] => {
            Err(NotCanonical::DotSegment)
        }
        _ => Ok(()),
    }
}

fn escape(rest: &[u8]) -> Result<(), NotCanonical> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let value = match rest {
        [high, low, ..] => digit(*high).zip(digit(*low)).map(|(high, low)| high << 4 | low),
        _ => None,
    };
    match value {
        None => Err(NotCanonical::BadEscape),
        // `;` may begin parameters that are dropped; bytes that no UTF-8 has are overlong dots and slashes.
        Some(0x2e | 0x2f | 0x3b | 0x5c | 0x25 | 0..=0x1f | 0x7f | 0xc0 | 0xc1 | 0xf5..) => {
            Err(NotCanonical::EscapedStructure)
        }
        // The rest of an overlong sequence: E0 80..9F, F0 80..8F.
        Some(0xe0) if matches!(rest.get(2..5), Some([b'%', b'8' | b'9', _])) => {
            Err(NotCanonical::EscapedStructure)
        }
        Some(0xf0) if matches!(rest.get(2..5), Some([b'%', b'8', _])) => Err(NotCanonical::EscapedStructure),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_paths() {
        let cases = [
            ("/", None),
            ("/vod/a/master.m3u8", None),
            ("/vod/a/", None),
            ("/vod/...", None),
            ("/vod/.hidden", None),
            ("/vod/a..b", None),
            ("/vod/it's%20here;v=1", None),
            ("", Some(NotCanonical::NoLeadingSlash)),
            ("vod/a", Some(NotCanonical::NoLeadingSlash)),
            ("/vod//a", Some(NotCanonical::EmptySegment)),
            ("//vod/a", Some(NotCanonical::EmptySegment)),
            ("/vod/./a", Some(NotCanonical::DotSegment)),
            ("/vod/../a", Some(NotCanonical::DotSegment)),
            ("/vod/..", Some(NotCanonical::DotSegment)),
            ("/vod/.", Some(NotCanonical::DotSegment)),
            ("/vod/..;x/a", Some(NotCanonical::DotSegment)),
            ("/vod/%2e%2e/a", Some(NotCanonical::EscapedStructure)),
            ("/vod/%2E./a", Some(NotCanonical::EscapedStructure)),
            ("/vod%2fa", Some(NotCanonical::EscapedStructure)),
            ("/vod%5ca", Some(NotCanonical::EscapedStructure)),
            ("/vod/%252e", Some(NotCanonical::EscapedStructure)),
            ("/vod/%00", Some(NotCanonical::EscapedStructure)),
            ("/vod/%0d%0a", Some(NotCanonical::EscapedStructure)),
            ("/vod/%", Some(NotCanonical::BadEscape)),
            ("/vod/%4", Some(NotCanonical::BadEscape)),
            ("/vod/%zz", Some(NotCanonical::BadEscape)),
            ("/vod\\a", Some(NotCanonical::Backslash)),
            ("/vod?a", Some(NotCanonical::QueryOrFragment)),
            ("/vod#a", Some(NotCanonical::QueryOrFragment)),
            ("/vod/\0", Some(NotCanonical::Character)),
            ("/vod/a b", Some(NotCanonical::Character)),
            ("/vod/é", Some(NotCanonical::Character)),
        ];
        for (path, problem) in cases {
            assert_eq!(canonical(path).err(), problem, "{path:?}");
        }
        let longest = format!("/{}", "a".repeat(LONGEST_PATH - 1));
        assert_eq!(canonical(&longest), Ok(()));
        assert_eq!(canonical(&format!("{longest}a")), Err(NotCanonical::TooLong));
    }

    #[test]
    fn a_prefix_ends_at_a_segment() {
        let cases = [
            ("/vod/movie1", "/vod/movie1", true),
            ("/vod/movie1", "/vod/movie1/master.m3u8", true),
            ("/vod/movie1", "/vod/movie1/", true),
            ("/vod/movie1", "/vod/movie10", false),
            ("/vod/movie1", "/vod/movie1.m3u8", false),
            ("/vod/movie1", "/vod/movie", false),
            ("/vod/movie1", "/vod", false),
            ("/vod/movie1/", "/vod/movie1/x", true),
            ("/vod/movie1/", "/vod/movie1/", true),
            ("/vod/movie1/", "/vod/movie1", false),
            ("/", "/anything", true),
        ];
        for (prefix, path, expected) in cases {
            assert_eq!(covers(prefix, path), expected, "{prefix} {path}");
        }
    }
}
