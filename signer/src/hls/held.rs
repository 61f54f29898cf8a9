//! What is held back until it is known which kind of playlist this is.

use super::error::HlsError;
use super::tags::{Line, is_media, offers_variant};
use super::{MAX_LINE, MAX_MULTIVARIANT};

/// The lines of a playlist after its first.
#[derive(Default)]
pub(super) struct Held {
    text: Vec<u8>,
    /// Where in the text the last line begins.
    line_start: usize,
    lines: u64,
    offers_variants: bool,
}

impl Held {
    /// Takes the next bytes in, at most up to the end of a line.
    pub(super) fn keep(&mut self, part: &[u8]) -> Result<(), HlsError> {
        let feed = usize::from(part.ends_with(b"\n"));
        if self.text.len() - self.line_start + part.len() - feed > MAX_LINE {
            return Err(HlsError::LineTooLong { line: self.lines + 2 });
        }
        if self.text.len() + part.len() > MAX_MULTIVARIANT {
            return Err(HlsError::MultivariantTooLong);
        }
        self.text.extend_from_slice(part);
        Ok(())
    }

    /// Looks at the last line, now that it is complete, and says whether it makes this a media playlist.
    pub(super) fn end_line(&mut self) -> Result<bool, HlsError> {
        let line = self.text.get(self.line_start..).unwrap_or_default();
        let mut media = false;
        if let Line::Tag { name, .. } = Line::of(line) {
            media = is_media(name);
            self.offers_variants |= offers_variant(name);
        }
        self.line_start = self.text.len();
        self.lines += 1;
        if media && self.offers_variants {
            return Err(HlsError::MixedPlaylist { line: self.lines + 1 });
        }
        Ok(media)
    }

    pub(super) fn into_text(self) -> Vec<u8> {
        self.text
    }

    pub(super) fn held_bytes(&self) -> usize {
        self.text.capacity()
    }
}
