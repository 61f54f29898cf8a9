//! Title ids.

/// The longest title id, in bytes.
pub const LONGEST_TITLE: usize = 512;

/// Whether the text is a title id: nothing else can be decided upon.
#[must_use]
pub fn is_title(text: &str) -> bool {
    text.len() <= LONGEST_TITLE
        && text.split('/').all(|segment| {
            !matches!(segment, "" | "." | "..")
                && segment.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
        })
}
