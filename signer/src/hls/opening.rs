//! The first line, which says that this is a playlist.

use super::MAX_LINE;
use super::error::HlsError;

/// Whether the playlist's first line, or the beginning of it, may be one.
pub(super) fn check(line: &[u8], complete: bool) -> Result<(), HlsError> {
    const BOM: &[u8] = b"\xEF\xBB\xBF";
    const MARK: &[u8] = b"#EXTM3U";
    let may_be = |text: &[u8], whole: &[u8]| !complete && whole.starts_with(text);
    let unmarked = line.strip_prefix(BOM).unwrap_or(line);
    let Some(rest) = unmarked.strip_prefix(MARK) else {
        return if may_be(unmarked, MARK) || may_be(line, BOM) {
            Ok(())
        } else {
            Err(HlsError::NotAPlaylist)
        };
    };
    if !matches!(rest.first(), None | Some(b' ' | b'\t' | b'\r' | b'\n')) {
        return Err(HlsError::NotAPlaylist);
    }
    let rest = rest.strip_suffix(b"\n").unwrap_or(rest);
    // A carriage return within the line: the whole playlist may be one line to us and many to a player.
    if rest.trim_ascii_end().contains(&b'\r') {
        return Err(HlsError::NotAPlaylist);
    }
    if line.len() - usize::from(line.ends_with(b"\n")) > MAX_LINE {
        return Err(HlsError::LineTooLong { line: 1 });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_lines() {
        for (line, while_open, complete) in [
            ("", true, false),
            ("#EXT", true, false),
            ("#EXTM3U", true, true),
            ("#EXTM3U\r", true, true),
            ("#EXTM3U\r\n", true, true),
            ("#EXTM3U \t x-tvg-url=\"a\"\n", true, true),
            ("\u{feff}#EXTM3U\n", true, true),
            ("\u{feff}", true, false),
            ("#EXTM3U8\n", false, false),
            ("#EXTM3U\r#EXTINF:6,\ra.ts\r", false, false),
            (" #EXTM3U\n", false, false),
            ("\n", false, false),
            ("<html>\n", false, false),
        ] {
            assert_eq!(check(line.as_bytes(), false).is_ok(), while_open, "{line:?} so far");
            assert_eq!(check(line.as_bytes(), true).is_ok(), complete, "{line:?}");
        }
    }
}
