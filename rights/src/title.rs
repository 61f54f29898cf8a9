//! Title ids.

/// The longest title id, in bytes.
pub const LONGEST_TITLE: usize = 512;

/// Whether the text is a title id: nothing else can be decided upon.
#[must_use]
pub fn is_title(text: &str) -> bool {
    // All bytes are looked at, without a branch for each: that is faster than to stop at the first wrong one.
    let known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b'/');
    text.len() <= LONGEST_TITLE
        && text.bytes().fold(true, |all, byte| all & known(byte))
        && text.as_bytes().split(|byte| *byte == b'/').all(|segment| !matches!(segment, b"" | b"." | b".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_segments_and_nothing_else() {
        for title in
            ["a", "acme/one", "acme/series-1/s01.e02", "...", "a/.b/c..", "0/_/-", &"x".repeat(LONGEST_TITLE)]
        {
            assert!(is_title(title), "{title}");
        }
        for text in [
            "",
            "/",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "a/./b",
            "a/../b",
            "../a",
            "a/..",
            "A",
            "a b",
            "a*",
            "*",
            "a/*",
            "a\\b",
            "a%2fb",
            "a?b",
            "a#b",
            "\u{e4}",
            "a\0",
            "a\n",
            &"x".repeat(LONGEST_TITLE + 1),
        ] {
            assert!(!is_title(text), "{text:?}");
        }
    }
}
