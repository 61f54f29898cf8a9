//! Where a URI of a playlist leads: to the own host, or away from it.

use super::base::BaseUrl;

/// Where a URI leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// To the playlist itself: empty, or only a fragment.
    Itself,
    /// To another host, another scheme or no host at all: no proof may go there.
    Elsewhere,
    /// Relative to the playlist's folder.
    Relative,
    /// To a path of the own host that is written from the root; it begins at this offset.
    Rooted(usize),
}

impl Place {
    /// Where a URI leads, by RFC 3986 and by the laxer rules of browsers: away if either says so.
    pub(super) fn of(uri: &[u8], base: Option<&BaseUrl>) -> Self {
        let strict = Self::strict(uri, base);
        let away = |view: &[u8]| Self::strict(view, base) == Self::Elsewhere;
        if lax_views(uri).iter().any(|view| away(view)) { Self::Elsewhere } else { strict }
    }

    /// Whether a URI that begins so leads elsewhere, whatever follows.
    pub(super) fn surely_elsewhere(beginning: &[u8], base: Option<&BaseUrl>) -> bool {
        let (own_scheme, rest) = match scheme(beginning) {
            Some((scheme, rest)) => (base.is_some_and(|base| base.has_scheme(scheme)), rest),
            None => (base.is_some(), beginning),
        };
        let has_scheme = rest.len() != beginning.len();
        match rest {
            [b'/', b'/', authority @ ..] => {
                !own_scheme
                    || (authority.iter().any(|byte| ends_authority(*byte))
                        && Self::of(beginning, base) == Self::Elsewhere)
            }
            [] | [b'/'] => has_scheme && !own_scheme,
            _ => has_scheme,
        }
    }

    fn strict(uri: &[u8], base: Option<&BaseUrl>) -> Self {
        let (hierarchy, skipped) = match scheme(uri) {
            Some((scheme, rest)) => {
                if !rest.starts_with(b"//") || !base.is_some_and(|base| base.has_scheme(scheme)) {
                    return Self::Elsewhere;
                }
                (rest, uri.len() - rest.len())
            }
            None => (uri, 0),
        };
        match hierarchy {
            [b'/', b'/', rest @ ..] => {
                let end = rest.iter().position(|byte| ends_authority(*byte)).unwrap_or(rest.len());
                let authority = rest.get(..end).unwrap_or_default();
                if base.is_some_and(|base| base.has_authority(authority)) {
                    Self::Rooted(skipped + 2 + end)
                } else {
                    Self::Elsewhere
                }
            }
            [b'/', ..] => Self::Rooted(0),
            [] | [b'#', ..] => Self::Itself,
            _ => Self::Relative,
        }
    }
}

/// The URI's scheme, and what follows its colon. `12:30.ts` has none: a scheme begins with a letter.
fn scheme(uri: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = uri.iter().position(|byte| !(byte.is_ascii_alphanumeric() || b"+-.".contains(byte)))?;
    let (scheme, rest) = uri.split_at_checked(end)?;
    (scheme.first()?.is_ascii_alphabetic()).then_some(())?;
    Some((scheme, rest.strip_prefix(b":")?))
}

fn ends_authority(byte: u8) -> bool {
    matches!(byte, b'/' | b'?' | b'#')
}

/// The URI as laxer readers take it, where that differs: as a browser does (tabs and line breaks gone, blanks and
/// control characters at the ends gone, backslashes turned; JavaScript's `trim` and `\S` count more as blank than
/// ASCII does), and piece by piece for readers that end a line where we do not. `/<TAB>/evil.example`,
/// `<NBSP>//evil.example` and `a/b<CR>//evil.example` lead away only to such readers.
fn lax_views(uri: &[u8]) -> Vec<Vec<u8>> {
    if uri.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'\\') {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(uri);
    let view = |piece: &str| {
        piece
            .trim_matches(is_lax_blank)
            .bytes()
            .filter(|byte| !b"\t\r\n".contains(byte))
            .map(|byte| if byte == b'\\' { b'/' } else { byte })
            .collect::<Vec<u8>>()
    };
    let pieces = text.split(is_lax_line_break).filter(|piece| !piece.trim_matches(is_lax_blank).is_empty());
    std::iter::once(view(&text)).chain(pieces.map(view)).collect()
}

fn is_lax_blank(one: char) -> bool {
    // The last is what a byte becomes that is no UTF-8: in Latin-1 it may be a blank.
    one <= ' '
        || one.is_whitespace()
        || matches!(one, '\u{7f}'..='\u{9f}' | '\u{180e}' | '\u{200b}' | '\u{feff}' | '\u{fffd}')
}

fn is_lax_line_break(one: char) -> bool {
    matches!(one, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let base = BaseUrl::parse("https://media.example/vod/index.m3u8").unwrap();
        for (uri, with_base, without) in [
            ("", Place::Itself, Place::Itself),
            ("#x", Place::Itself, Place::Itself),
            ("a.ts", Place::Relative, Place::Relative),
            ("?a", Place::Relative, Place::Relative),
            ("12:30.ts", Place::Relative, Place::Relative),
            ("a/b:c.ts", Place::Relative, Place::Relative),
            ("/a.ts", Place::Rooted(0), Place::Rooted(0)),
            ("https://media.example/a", Place::Rooted(21), Place::Elsewhere),
            ("HTTPS://MEDIA.EXAMPLE:443/a", Place::Rooted(25), Place::Elsewhere),
            ("https://media.example?a", Place::Rooted(21), Place::Elsewhere),
            ("//media.example/a", Place::Rooted(15), Place::Elsewhere),
            ("http://media.example/a", Place::Elsewhere, Place::Elsewhere),
            ("https://media.example:8443/a", Place::Elsewhere, Place::Elsewhere),
            ("https://media.example@evil.example/a", Place::Elsewhere, Place::Elsewhere),
            ("https://media.example\\@evil.example/a", Place::Elsewhere, Place::Elsewhere),
            ("https:/media.example/a", Place::Elsewhere, Place::Elsewhere),
            ("https:a.ts", Place::Elsewhere, Place::Elsewhere),
            ("///evil.example/a", Place::Elsewhere, Place::Elsewhere),
            ("\\\\evil.example/a", Place::Elsewhere, Place::Elsewhere),
            ("/\\evil.example/a", Place::Elsewhere, Place::Elsewhere),
            ("/\t/evil.example/a", Place::Elsewhere, Place::Elsewhere),
            ("\x01//evil.example/a", Place::Elsewhere, Place::Elsewhere),
            ("ht\ttps://evil.example/a", Place::Elsewhere, Place::Elsewhere),
            ("\u{a0}https://evil.example/a", Place::Elsewhere, Place::Elsewhere),
            ("\u{feff}//evil.example/a", Place::Elsewhere, Place::Elsewhere),
            ("\u{2028}//evil.example/a", Place::Elsewhere, Place::Elsewhere),
            (" //evil.example/a", Place::Elsewhere, Place::Elsewhere),
            ("a/b.ts\rhttps://evil.example/a", Place::Elsewhere, Place::Elsewhere),
            ("a?b\u{c}https://evil.example/a", Place::Elsewhere, Place::Elsewhere),
            ("\u{a0}a.ts", Place::Relative, Place::Relative),
            ("é\u{a0}a.ts", Place::Relative, Place::Relative),
            ("skd://id", Place::Elsewhere, Place::Elsewhere),
            ("data:text/plain,x", Place::Elsewhere, Place::Elsewhere),
            ("urn:uuid:1", Place::Elsewhere, Place::Elsewhere),
        ] {
            assert_eq!(Place::of(uri.as_bytes(), Some(&base)), with_base, "{uri:?}");
            assert_eq!(Place::of(uri.as_bytes(), None), without, "{uri:?} without a base");
        }
    }

    #[test]
    fn what_is_sure_before_a_variable() {
        let base = BaseUrl::parse("https://media.example/vod/index.m3u8").unwrap();
        for (beginning, with_base, without) in [
            ("", false, false),
            ("seg-", false, false),
            ("/vod/", false, false),
            ("//", false, true),
            ("//media.example", false, true),
            ("//media.example/", false, true),
            ("//other.example/", true, true),
            ("https:", false, true),
            ("https://media.example", false, true),
            ("https://other.example", false, true),
            ("https://other.example/", true, true),
            ("http://", true, true),
            ("skd://", true, true),
            ("data:", true, true),
        ] {
            assert_eq!(Place::surely_elsewhere(beginning.as_bytes(), Some(&base)), with_base, "{beginning}");
            assert_eq!(
                Place::surely_elsewhere(beginning.as_bytes(), None),
                without,
                "{beginning} without a base"
            );
        }
    }
}
