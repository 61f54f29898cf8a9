//! Content keys: which a title needs, and new ones where no key server is.

use crate::Protection;
use aws_lc_rs::rand;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use zeroize::Zeroizing;

/// Keys for pictures of so many lines and more are for HD.
const HD: u32 = 720;

/// A key, and what it is for.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// `ALL`, `AUDIO`, `SD` or `HD`.
    pub(crate) label: &'static str,
    pub(crate) kid: Kid,
    pub(crate) bytes: Zeroizing<[u8; 16]>,
    /// Where players fetch it.
    pub(crate) address: String,
}

/// A key's name: a random UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kid(pub(crate) [u8; 16]);

/// Which key is for a picture of this height, or for sound.
pub(crate) fn label(protection: Protection, height: Option<u32>) -> &'static str {
    match (protection, height) {
        (Protection::Aes128 | Protection::None, _) => "ALL",
        (Protection::ClearKey, None) => "AUDIO",
        (Protection::ClearKey, Some(HD..)) => "HD",
        (Protection::ClearKey, Some(_)) => "SD",
    }
}

/// The keys that a title needs.
pub(crate) fn labels(
    protection: Protection,
    heights: impl Iterator<Item = u32>,
    sound: bool,
) -> Vec<&'static str> {
    if protection == Protection::None {
        return Vec::new();
    }
    let of_sound = sound.then(|| label(protection, None));
    let needed: Vec<_> =
        of_sound.into_iter().chain(heights.map(|height| label(protection, Some(height)))).collect();
    ["ALL", "AUDIO", "SD", "HD"].into_iter().filter(|label| needed.contains(label)).collect()
}

impl Kid {
    pub(crate) fn new() -> Result<Self, String> {
        let mut bytes = *random()?;
        // A UUID of version 4.
        let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
        *version = *version & 0x0f | 0x40;
        *variant = *variant & 0x3f | 0x80;
        Ok(Self(bytes))
    }

    pub(crate) fn hex(self) -> Zeroizing<String> {
        hex(&self.0)
    }
}

impl std::fmt::Display for Kid {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, byte) in self.0.iter().enumerate() {
            if matches!(number, 4 | 6 | 8 | 10) {
                out.write_char('-')?;
            }
            write!(out, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl Key {
    /// A new one that nobody else has.
    pub(crate) fn new(label: &'static str) -> Result<Self, String> {
        let kid = Kid::new()?;
        Ok(Self { label, kid, bytes: random()?, address: relative(kid) })
    }
}

/// Where the origin API gives a key, at whichever host a playlist comes from.
pub(crate) fn relative(kid: Kid) -> String {
    format!("/v1/keys/{kid}")
}

/// As `keys.json` of the demo has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    pub(crate) title: String,
    label: String,
    kid: String,
    key: String,
    iv: Option<String>,
    scheme: String,
}

impl Written {
    pub(crate) fn of(title: &str, key: &Key, protection: Protection) -> Self {
        Self {
            title: title.to_owned(),
            label: key.label.to_owned(),
            kid: key.kid.to_string(),
            key: hex(&*key.bytes).to_string(),
            iv: None,
            scheme: protection.scheme().to_owned(),
        }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(2 * bytes.len()));
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn random() -> Result<Zeroizing<[u8; 16]>, String> {
    let mut bytes = Zeroizing::new([0; 16]);
    rand::fill(&mut *bytes).map_err(|_| "no key can be made: the system gives no random bytes".to_owned())?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_has_the_keys_that_it_needs_and_no_more() {
        for (protection, heights, sound, expected) in [
            (Protection::None, [1080, 240].as_slice(), true, [].as_slice()),
            (Protection::Aes128, &[1080, 240], true, &["ALL"]),
            (Protection::Aes128, &[240], false, &["ALL"]),
            (Protection::ClearKey, &[1080, 720, 240], true, &["AUDIO", "SD", "HD"]),
            (Protection::ClearKey, &[719, 240], true, &["AUDIO", "SD"]),
            (Protection::ClearKey, &[720], false, &["HD"]),
        ] {
            assert_eq!(
                labels(protection, heights.iter().copied(), sound),
                expected,
                "{protection:?} {heights:?}"
            );
        }
    }

    #[test]
    fn a_key_id_is_a_random_uuid() {
        let (one, other) = (Kid::new().unwrap(), Kid::new().unwrap());
        assert_ne!(one, other);
        let text = one.to_string();
        let letter = |number: usize| text.chars().nth(number).unwrap();
        assert_eq!((text.len(), letter(14)), (36, '4'), "{text}");
        assert!("89ab".contains(letter(19)), "{text}");
        assert_eq!(Kid([0xab; 16]).to_string(), "abababab-abab-abab-abab-abababababab");
    }
}
