//! What a line of a playlist is, and what its tag means here.

/// A line, without its line feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// Nothing but blanks, or a comment.
    Silent,
    /// A URI; what the line holds besides it are blanks around it.
    Uri,
    /// A tag: its name with the `#`, and where in the line its attribute list begins.
    Tag {
        /// The whole name, up to the colon.
        name: &'a [u8],
        /// The offset of the list, after the colon.
        list: usize,
    },
}

impl<'a> Line<'a> {
    /// Blanks before a `#` are tolerated: some players trim lines, and to the others such a line leads nowhere.
    pub(super) fn of(line: &'a [u8]) -> Self {
        let inner = line.trim_ascii_start();
        match inner.first() {
            None => Self::Silent,
            Some(b'#') if !inner.starts_with(b"#EXT") => Self::Silent,
            Some(b'#') => {
                let colon = memchr::memchr(b':', inner);
                let name = colon.and_then(|at| inner.get(..at)).unwrap_or(inner.trim_ascii_end());
                let list = colon.map_or(line.len(), |at| line.len() - inner.len() + at + 1);
                Self::Tag { name, list }
            }
            Some(_) => Self::Uri,
        }
    }
}

/// What a tag means here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// These attributes of it are URIs.
    Carrier(&'static [&'static [u8]]),
    /// It defines a variable.
    Define,
    /// Nothing that is of interest here.
    Other,
}

impl Meaning {
    pub(super) fn of(name: &[u8]) -> Self {
        match name {
            b"#EXT-X-MEDIA"
            | b"#EXT-X-I-FRAME-STREAM-INF"
            | b"#EXT-X-KEY"
            | b"#EXT-X-SESSION-KEY"
            | b"#EXT-X-MAP"
            | b"#EXT-X-PART"
            | b"#EXT-X-PRELOAD-HINT"
            | b"#EXT-X-RENDITION-REPORT"
            | b"#EXT-X-SESSION-DATA" => Self::Carrier(&[b"URI"]),
            b"#EXT-X-CONTENT-STEERING" => Self::Carrier(&[b"SERVER-URI"]),
            b"#EXT-X-DATERANGE" => Self::Carrier(&[b"X-ASSET-URI", b"X-ASSET-LIST"]),
            b"#EXT-X-DEFINE" => Self::Define,
            _ => Self::Other,
        }
    }
}

/// Whether a tag may stand in multivariant playlists only, and offers pictures.
pub(super) fn offers_variant(name: &[u8]) -> bool {
    matches!(name, b"#EXT-X-STREAM-INF" | b"#EXT-X-I-FRAME-STREAM-INF")
}

/// Whether a tag makes a media playlist of the whole to every player: hls.js goes by these two alone, and reads
/// anything else as multivariant.
pub(super) fn is_media(name: &[u8]) -> bool {
    matches!(name, b"#EXTINF" | b"#EXT-X-TARGETDURATION")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        for (line, expected) in [
            ("", Line::Silent),
            (" \t\r", Line::Silent),
            ("# a comment", Line::Silent),
            ("a.ts\r", Line::Uri),
            ("\u{feff}#EXTM3U", Line::Uri),
            ("#EXT-X-KEY:METHOD=NONE", Line::Tag { name: b"#EXT-X-KEY", list: 11 }),
            (" #EXT-X-KEY:METHOD=NONE", Line::Tag { name: b"#EXT-X-KEY", list: 12 }),
            ("#EXT-X-ENDLIST\r", Line::Tag { name: b"#EXT-X-ENDLIST", list: 15 }),
        ] {
            assert_eq!(Line::of(line.as_bytes()), expected, "{line:?}");
        }
    }

    #[test]
    fn names_compare_whole() {
        assert_eq!(Meaning::of(b"#EXT-X-MEDIA-SEQUENCE"), Meaning::Other);
        assert_eq!(Meaning::of(b"#EXT-X-MAPS"), Meaning::Other);
        assert_eq!(Meaning::of(b"#EXT-X-MAP"), Meaning::Carrier(&[b"URI"]));
    }
}
