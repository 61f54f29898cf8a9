//! Dot segments (RFC 3986, 5.2.4), read as widely as the most liberal player reads them.

/// Whether following `path` from a folder `depth` levels below the root would climb above the root.
pub(super) fn climbs(depth: usize, path: &[u8]) -> bool {
    let mut depth = depth;
    for segment in segments(path) {
        match Dots::of(segment) {
            Dots::Two => match depth.checked_sub(1) {
                Some(above) => depth = above,
                None => return true,
            },
            Dots::One => {}
            Dots::None => depth += 1,
        }
    }
    false
}

/// The path without dot segments; what climbs above the root stays at the root.
pub(super) fn without_dots(path: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    let mut ends_in_folder = false;
    for segment in segments(path.strip_prefix(b"/").unwrap_or(path)) {
        let dots = Dots::of(segment);
        match dots {
            Dots::Two => {
                kept.pop();
            }
            Dots::One => {}
            Dots::None => kept.push(segment),
        }
        ends_in_folder = dots != Dots::None;
    }
    let mut resolved = Vec::with_capacity(path.len() + 1);
    for segment in &kept {
        resolved.push(b'/');
        resolved.extend_from_slice(segment);
    }
    if ends_in_folder || kept.is_empty() {
        resolved.push(b'/');
    }
    resolved
}

/// The folder of a path: all up to its last slash, that slash included.
pub(super) fn folder(path: &[u8]) -> &[u8] {
    let end = memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1);
    path.get(..end).unwrap_or_default()
}

/// Whether the path is the prefix or lies below it.
pub(super) fn is_below(path: &[u8], prefix: &[u8]) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| matches!(rest.first(), None | Some(b'/')))
}

/// Whether a segment is `.` or `..`, escaped or not.
pub(super) fn is_dots(segment: &[u8]) -> bool {
    Dots::of(segment) != Dots::None
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dots {
    None,
    One,
    Two,
}

impl Dots {
    fn of(segment: &[u8]) -> Self {
        // Browsers drop tabs and line breaks from a URL and take `%2e` for a dot.
        let mut bytes = segment.iter().copied().filter(|byte| !b"\t\r\n".contains(byte));
        let mut dots = 0;
        while let Some(byte) = bytes.next() {
            let escaped =
                byte == b'%' && bytes.next() == Some(b'2') && matches!(bytes.next(), Some(b'e' | b'E'));
            if !escaped && byte != b'.' {
                return Self::None;
            }
            dots += 1;
        }
        match dots {
            1 => Self::One,
            2 => Self::Two,
            _ => Self::None,
        }
    }
}

/// Browsers take a backslash in a path for a slash.
fn segments(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|byte| matches!(byte, b'/' | b'\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn climbing() {
        for (depth, path, expected) in [
            (0, "x", false),
            (0, "../x", true),
            (1, "../x", false),
            (1, "../../x", true),
            (1, "a/../../x", false),
            (1, "a/../../../x", true),
            (1, "%2e%2E/.%2e/x", true),
            (1, "..\\..\\x", true),
            (1, "./../x", false),
            (0, "..", true),
            (0, ".../x", false),
            (0, ".\t./x", true),
        ] {
            assert_eq!(climbs(depth, path.as_bytes()), expected, "{depth} {path}");
        }
    }

    #[test]
    fn dots_are_removed() {
        for (path, expected) in [
            ("/a/b/c/./../../g", "/a/g"),
            ("/mid/content=5/../6", "/mid/6"),
            ("/../x", "/x"),
            ("/a/..", "/"),
            ("/a/b/.", "/a/b/"),
            ("/a//b", "/a//b"),
            ("/", "/"),
        ] {
            assert_eq!(without_dots(path.as_bytes()), expected.as_bytes(), "{path}");
        }
    }

    #[test]
    fn below_ends_at_a_segment() {
        assert!(is_below(b"/t/abc/x", b"/t/abc"));
        assert!(is_below(b"/t/abc", b"/t/abc"));
        assert!(!is_below(b"/t/abcd/x", b"/t/abc"));
    }
}
