//! CloudFront's text form of bytes: base64 with `-` for `+`, `_` for `=` and `~` for `/`.

use base64::alphabet::Alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, Engine};

const ALPHABET: Alphabet =
    match Alphabet::new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~") {
        Ok(alphabet) => alphabet,
        Err(_) => base64::alphabet::STANDARD,
    };
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// The text form of `bytes`.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = ENGINE.encode(bytes);
    for _ in 0..padding(bytes.len()) {
        text.push('_');
    }
    text
}

/// The bytes of `text`, which must be exactly what [`encode`] writes: no other padding, no stray bits.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let bare = text.trim_end_matches('_');
    let bytes = Engine::decode(&ENGINE, bare).ok()?;
    (text.len() - bare.len() == padding(bytes.len())).then_some(bytes)
}

fn padding(length: usize) -> usize {
    (3 - length % 3) % 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_characters_are_exchanged() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"f", "Zg__"),
            (b"fo", "Zm8_"),
            (b"foo", "Zm9v"),
            (b"\xfb\xff\xbf", "-~-~"),
            (b"\xff\xfe", "~~4_"),
        ] {
            assert_eq!(encode(bytes), text);
            assert_eq!(decode(text).as_deref(), Some(bytes));
        }
    }

    #[test]
    fn only_one_text_stands_for_the_bytes() {
        for text in
            ["Zg", "Zg_", "Zg___", "Zh__", "Zg==", "Zm9v_", "+/+/", "-_-_", "Z", "Zg__\n", " Zg__", "_", "%"]
        {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
