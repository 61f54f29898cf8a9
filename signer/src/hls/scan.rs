//! The quick look at a line: most lines of a long playlist need no more.

/// What a quick look at the beginning of some lines shows. Lengths include the line feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Glance {
    /// The line has not ended yet.
    Partial,
    /// A line that never changes: a comment, an `EXTINF`, or empty.
    Silent {
        /// The line's length.
        line: usize,
    },
    /// A URI that is a path and nothing else, without blanks around it.
    Plain {
        /// The URI's length.
        uri: usize,
        /// The line's length.
        line: usize,
    },
    /// A URI that is a plain path and a query, without blanks around it.
    Query {
        /// The URI's length.
        uri: usize,
        /// The line's length.
        line: usize,
    },
    /// Anything else.
    Other {
        /// The line's length.
        line: usize,
    },
}

impl Glance {
    /// Looks at the first of the lines that `text` begins with.
    #[inline]
    pub(super) fn at(text: &[u8]) -> Self {
        match text {
            [] => Self::Partial,
            [b'#', ..] => match line_length(text) {
                None => Self::Partial,
                Some(line) if text.starts_with(b"#EXT-X-") => Self::Other { line },
                Some(line) => Self::Silent { line },
            },
            // Two slashes, either way round, begin a host name.
            [b'\\', ..] | [b'/', b'/' | b'\\', ..] => Self::other(text),
            _ => {
                let uri = plain_length(text);
                match text.get(uri..).unwrap_or_default() {
                    [] => Self::Partial,
                    [b'\n', ..] if uri == 0 => Self::Silent { line: 1 },
                    [b'\n', ..] => Self::Plain { uri, line: uri + 1 },
                    [b'\r', b'\n', ..] if uri > 0 => Self::Plain { uri, line: uri + 2 },
                    [b'?', ..] => Self::query(text, uri),
                    _ => Self::other(text),
                }
            }
        }
    }

    /// The same, where URIs may begin with `origin`, which ends in a slash.
    #[inline]
    pub(super) fn beyond(origin: &[u8], text: &[u8]) -> Self {
        let Some(host) = origin.len().checked_sub(1).filter(|_| text.starts_with(origin)) else {
            return Self::at(text);
        };
        match Self::at(text.get(host..).unwrap_or_default()) {
            Self::Plain { uri, line } => Self::Plain { uri: host + uri, line: host + line },
            Self::Query { uri, line } => Self::Query { uri: host + uri, line: host + line },
            Self::Other { line } => Self::Other { line: host + line },
            // What begins with a slash is not silent.
            Self::Partial | Self::Silent { .. } => Self::Partial,
        }
    }

    fn query(text: &[u8], path: usize) -> Self {
        let query = text.get(path..).unwrap_or_default();
        let ends = |byte: &u8| !matches!(byte, b'!'..=b'z') || *byte == b'#';
        let uri = path + query.iter().position(ends).unwrap_or(query.len());
        match text.get(uri..).unwrap_or_default() {
            [b'\n', ..] => Self::Query { uri, line: uri + 1 },
            [b'\r', b'\n', ..] => Self::Query { uri, line: uri + 2 },
            _ => Self::other(text),
        }
    }

    fn other(text: &[u8]) -> Self {
        memchr::memchr(b'\n', text).map_or(Self::Partial, |at| Self::Other { line: at + 1 })
    }
}

/// The end of the URI of a tag that media playlists repeat, where one look settles it: the one quoted value of its list
/// is that of `URI`, the rest has no `URI`, and the value is a path and nothing else. None: look with care.
#[inline]
pub(super) fn sole_plain_uri(line: &[u8]) -> Option<usize> {
    const FREQUENT: [&[u8]; 5] = [
        b"#EXT-X-PART:",
        b"#EXT-X-MAP:",
        b"#EXT-X-KEY:",
        b"#EXT-X-PRELOAD-HINT:",
        b"#EXT-X-RENDITION-REPORT:",
    ];
    let start = FREQUENT.iter().find(|tag| line.starts_with(tag))?.len();
    let from = memchr::memchr(b'"', line)? + 1;
    let before = line.get(start..from)?.strip_suffix(b"URI=\"")?;
    if !(before.is_empty() || before.ends_with(b",")) || may_name_uri(before) {
        return None;
    }
    let value = line.get(from..)?;
    let end = plain_length(value);
    let (uri, after) = value.split_at_checked(end)?;
    let after = after.strip_prefix(b"\"")?;
    let settled = matches!(after, [] | [b'\r'] | [b',', ..]) && memchr::memchr(b'"', after).is_none();
    (settled && !may_name_uri(after) && !leads_away(uri) && !uri.is_empty()).then_some(from + end)
}

/// Whether an attribute in this part of a list could be `URI`: a value follows an I, or a blank that may be skipped.
fn may_name_uri(part: &[u8]) -> bool {
    part.windows(2).any(|pair| matches!(pair, [b'I' | b' ' | b'\t'..=b'\r', b'=']))
}

/// Two slashes, either way round, begin a host name.
#[inline]
fn leads_away(uri: &[u8]) -> bool {
    matches!(uri, [b'\\', ..] | [b'/', b'/' | b'\\', ..])
}

/// Whether a URI is a path and nothing else, as in [`Glance::Plain`].
#[inline]
pub(super) fn is_plain(uri: &[u8]) -> bool {
    !uri.is_empty() && !leads_away(uri) && plain_length(uri) == uri.len()
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x80 * ONES;

/// The length of the first line, its line feed included. Tags are short, so the first words are looked at by hand:
/// that costs less than starting a vector search.
#[inline]
fn line_length(text: &[u8]) -> Option<usize> {
    let (words, _) = text.as_chunks::<8>();
    for (index, word) in words.iter().take(3).enumerate() {
        let differing = u64::from_le_bytes(*word) ^ (ONES * 0x0A);
        let zeros = differing.wrapping_sub(ONES) & !differing & HIGHS;
        if zeros != 0 {
            return Some(index * 8 + first_byte(zeros) + 1);
        }
    }
    let from = words.len().min(3) * 8;
    memchr::memchr(b'\n', text.get(from..)?).map(|at| from + at + 1)
}

/// How many bytes from the beginning are plain: letters, digits and `-./@[\]^_` with the backquote. All that can end
/// a URI, begin another part of one or be part of a variable is not.
#[inline]
fn plain_length(text: &[u8]) -> usize {
    let (words, tail) = text.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return index * 8 + first_byte(special);
        }
    }
    let end = tail.iter().position(|byte| !matches!(byte, b'-'..=b'9' | b'@'..=b'z'));
    text.len() - tail.len() + end.unwrap_or(tail.len())
}

/// The high bit of every byte that is not plain.
#[inline]
fn special_bytes(word: u64) -> u64 {
    // Without their own high bits no byte's sum can carry into the next.
    let low = word & !HIGHS;
    let at_least = |byte: u8| low + ONES * u64::from(0x80 - byte);
    let below = !at_least(b'-');
    let between = at_least(b':') & !at_least(b'@');
    let above = at_least(b'{');
    (below | between | above | word) & HIGHS
}

#[inline]
fn first_byte(highs: u64) -> usize {
    (highs.trailing_zeros() / 8) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_told_apart_at_every_place() {
        for byte in 0..=u8::MAX {
            let plain = matches!(byte, b'-'..=b'9' | b'@'..=b'z');
            for place in 0..20 {
                let mut text = [b'a'; 20];
                text[place] = byte;
                assert_eq!(plain_length(&text), if plain { 20 } else { place }, "{byte:#x} at {place}");
            }
        }
    }

    #[test]
    fn glances() {
        for (text, expected) in [
            ("", Glance::Partial),
            ("a.ts", Glance::Partial),
            ("a.ts\r", Glance::Partial),
            ("a.ts\nb", Glance::Plain { uri: 4, line: 5 }),
            ("a.ts\r\n", Glance::Plain { uri: 4, line: 6 }),
            ("a.ts \n", Glance::Other { line: 6 }),
            ("segment-0000001.m4s?x\n", Glance::Query { uri: 21, line: 22 }),
            ("?a=%20/:?\r\n", Glance::Query { uri: 9, line: 11 }),
            ("a?b", Glance::Partial),
            ("a?b#\n", Glance::Other { line: 5 }),
            ("a?{$b}\n", Glance::Other { line: 7 }),
            ("a?b \n", Glance::Other { line: 5 }),
            ("/a.ts\n", Glance::Plain { uri: 5, line: 6 }),
            ("//a/b\n", Glance::Other { line: 6 }),
            ("/\\a/b\n", Glance::Other { line: 6 }),
            ("\\\\a/b\n", Glance::Other { line: 6 }),
            ("\n", Glance::Silent { line: 1 }),
            ("\r\n", Glance::Other { line: 2 }),
            ("#EXTINF:6.000,\nx", Glance::Silent { line: 15 }),
            ("#EXTINF:6.000,a title that is long\nx", Glance::Silent { line: 35 }),
            ("#\n", Glance::Silent { line: 2 }),
            ("#EXT-X-GAP\n", Glance::Other { line: 11 }),
            ("#EXTINF:6.000,", Glance::Partial),
        ] {
            assert_eq!(Glance::at(text.as_bytes()), expected, "{text:?}");
            assert_eq!(Glance::beyond(b"", text.as_bytes()), expected, "{text:?}");
            assert_eq!(Glance::beyond(b"https://h/", text.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn a_tag_with_one_plain_uri_needs_one_look() {
        for (line, uri) in [
            ("#EXT-X-PART:DURATION=1.0,URI=\"a.m4s\",INDEPENDENT=YES", Some("a.m4s")),
            ("#EXT-X-MAP:URI=\"init.mp4\"", Some("init.mp4")),
            ("#EXT-X-MAP:URI=\"init.mp4\"\r", Some("init.mp4")),
            ("#EXT-X-KEY:METHOD=AES-128,URI=\"/k/1\",IV=0x1", Some("/k/1")),
            ("#EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"1@2\"", None),
            ("#EXT-X-MAP:BYTERANGE=\"1@2\",URI=\"init.mp4\"", None),
            ("#EXT-X-MAP:X-URI=\"a\"", None),
            ("#EXT-X-MAP: URI=\"a\"", None),
            ("#EXT-X-MAP:URI=\"a\" ,B=1", None),
            ("#EXT-X-MAP:URI=\"a\"x", None),
            ("#EXT-X-MAP:URI=\"a", None),
            ("#EXT-X-MAP:URI=\"\"", None),
            ("#EXT-X-MAP:URI=x,URI=\"a\"", None),
            ("#EXT-X-MAP:URI=\"a\",URI=x", None),
            ("#EXT-X-MAP:URI=\"a\",URI =x", None),
            ("#EXT-X-MAP:URI=\"//h/a\"", None),
            ("#EXT-X-MAP:URI=\"a?b\"", None),
            ("#EXT-X-MAP:URI=\"{$a}\"", None),
            ("#EXT-X-MAPS:URI=\"a\"", None),
            (" #EXT-X-MAP:URI=\"a\"", None),
            ("#EXT-X-MEDIA:URI=\"a\"", None),
        ] {
            let end = sole_plain_uri(line.as_bytes());
            let before = end.map(|end| line.as_bytes()[..end].rsplit(|byte| *byte == b'"').next().unwrap());
            assert_eq!(before, uri.map(str::as_bytes), "{line}");
        }
    }

    #[test]
    fn glances_beyond_the_own_host() {
        for (text, expected) in [
            ("https://h/a.ts\n", Glance::Plain { uri: 14, line: 15 }),
            ("https://h/a.ts?b\r\n", Glance::Query { uri: 16, line: 18 }),
            ("https://h/\n", Glance::Plain { uri: 10, line: 11 }),
            ("https://h/a b\n", Glance::Other { line: 14 }),
            ("https://h//a\n", Glance::Other { line: 13 }),
            ("https://h.evil/a\n", Glance::Other { line: 17 }),
            ("https://H/a\n", Glance::Other { line: 12 }),
            ("https://h/", Glance::Partial),
            ("https://h", Glance::Partial),
        ] {
            assert_eq!(Glance::beyond(b"https://h/", text.as_bytes()), expected, "{text:?}");
        }
    }
}
