//! Client hints: structured fields (RFC 9651) of three kinds, and what they say of a device.

use super::Signs;
use rights::viewer::Device;

/// What the hints say; nothing if none of them can be read, or if what they say decides nothing.
///
/// `Sec-CH-UA-Form-Factors` says most and counts first. Of several forms the tablet counts before the telephone, as
/// with CloudFront, and that before the computer: what has a touch screen and takes a keyboard is a tablet. Forms
/// that are none of ours are unknown. Then `?1` is a telephone, and `?0` what the platform suggests.
pub(super) fn device(signs: &Signs<'_>) -> Option<Device> {
    signs.hint_form_factors.and_then(form).or_else(|| {
        if boolean(signs.hint_mobile?)? {
            return Some(Device::Mobile);
        }
        match only_string(signs.hint_platform?)? {
            "Android" => Some(Device::Tablet),
            "Windows" | "macOS" | "Linux" | "Chrome OS" | "Chromium OS" => Some(Device::Desktop),
            _ => None,
        }
    })
}

/// The device that a list of form factors describes; nothing if the list is malformed or empty.
fn form(text: &str) -> Option<Device> {
    let mut found = None;
    let mut rest = trim(text);
    loop {
        let (factor, after) = string(rest)?;
        let rank = match factor {
            "Tablet" => (3, Device::Tablet),
            "Mobile" => (2, Device::Mobile),
            "Desktop" => (1, Device::Desktop),
            _ => (0, Device::Unknown),
        };
        if found.is_none_or(|(best, _)| rank.0 > best) {
            found = Some(rank);
        }
        let after = after.trim_start_matches([' ', '\t']);
        if after.is_empty() {
            return found.map(|(_, device)| device);
        }
        rest = after.strip_prefix(',')?.trim_start_matches([' ', '\t']);
    }
}

/// A boolean. One with parameters counts as malformed, since no browser sends any.
fn boolean(text: &str) -> Option<bool> {
    match trim(text) {
        "?1" => Some(true),
        "?0" => Some(false),
        _ => None,
    }
}

/// A string and nothing else.
fn only_string(text: &str) -> Option<&str> {
    string(trim(text)).and_then(|(content, rest)| rest.is_empty().then_some(content))
}

/// The string that a text begins with, without its quotation marks, and what follows it. No name that we know has
/// anything to escape, so escapes are checked but left as they are.
fn string(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut escaped = false;
    for (at, byte) in inner.bytes().enumerate() {
        match (escaped, byte) {
            (true, b'"' | b'\\') => escaped = false,
            (false, b'\\') => escaped = true,
            (false, b'"') => {
                let (content, rest) = inner.split_at_checked(at)?;
                return Some((content, rest.strip_prefix('"')?));
            }
            (false, b' '..=b'~') => {}
            _ => return None,
        }
    }
    None
}

fn trim(text: &str) -> &str {
    text.trim_matches(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_read_as_structured_fields_have_them() {
        for (text, expected) in [
            (r#""Android""#, Some("Android")),
            (r#"  "Chrome OS"  "#, Some("Chrome OS")),
            (r#""""#, Some("")),
            (r#""a\"b""#, Some(r#"a\"b"#)),
            (r#""a\\""#, Some(r"a\\")),
            ("Android", None),
            (r#""Android"#, None),
            (r#"Android""#, None),
            (r#""Android" x"#, None),
            (r#""Android", "Linux""#, None),
            (r#""Android";v=1"#, None),
            (r#""a\b""#, None),
            (r#""a\"#, None),
            (r#""Andröid""#, None),
            ("\"And\troid\"", None),
            ("\"And\u{0}\"", None),
            ("'Android'", None),
            ("\"", None),
            ("", None),
        ] {
            assert_eq!(only_string(text), expected, "{text}");
        }
    }

    #[test]
    fn booleans_are_read_as_structured_fields_have_them() {
        for (text, expected) in [("?1", Some(true)), (" ?0 ", Some(false))] {
            assert_eq!(boolean(text), expected, "{text}");
        }
        for text in ["", "?", "1", "true", "?2", "?11", "? 1", "?1, ?1", "?1;v", "\"?1\"", "\t?1"] {
            assert_eq!(boolean(text), None, "{text}");
        }
    }
}
