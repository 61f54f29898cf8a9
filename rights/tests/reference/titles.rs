//! Title ids and patterns, segment by segment.

/// Whether the text is a title id at all.
pub(crate) fn is_title(text: &str) -> bool {
    text.len() <= 512 && text.split('/').all(is_segment)
}

fn is_segment(text: &str) -> bool {
    let allowed = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '.' | '_' | '-');
    !text.is_empty() && text != "." && text != ".." && text.chars().all(allowed)
}

/// Whether the pattern stands for the title.
pub(crate) fn pattern_matches(pattern: &str, title: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let mut segments = title.split('/');
    let mut wanted = pattern.split('/').peekable();
    while let Some(want) = wanted.next() {
        let segment = segments.next();
        if want == "*" && wanted.peek().is_none() {
            // Whatever follows is below the prefix, if there is something.
            return segment.is_some();
        }
        if segment != Some(want) {
            return false;
        }
    }
    segments.next().is_none()
}
