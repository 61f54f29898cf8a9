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
        match browser_view(uri) {
            Some(view) if Self::strict(&view, base) == Self::Elsewhere => Self::Elsewhere,
            _ => strict,
        }
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

/// The URI as a browser reads it, where that differs: tabs and line breaks gone, blanks and control characters at
/// the ends gone, backslashes turned. `/<TAB>/evil.example` leads away only to such a reader.
fn browser_view(uri: &[u8]) -> Option<Vec<u8>> {
    if !uri.iter().any(|byte| *byte < b' ' || *byte == b'\\') {
        return None;
    }
    let blank = |byte: &u8| *byte <= b' ';
    let from = uri.iter().position(|byte| !blank(byte)).unwrap_or(uri.len());
    let to = uri.iter().rposition(|byte| !blank(byte)).map_or(from, |last| last + 1);
    let inner = uri.get(from..to).unwrap_or_default();
    Some(
        inner
            .iter()
            .filter(|byte| !b"\t\r\n".contains(byte))
            .map(|byte| if *byte == b'\\' { b'/' } else { *byte })
            .collect(),
    )
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
