//! One line, written with the addition on every URI in it.

use memchr::memmem;

use super::attributes::Attributes;
use super::error::{AttributeFault, HlsError};
use super::tags::{Line, Meaning, offers_variant};
use super::uri::Editor;
use super::variables::Variables;

/// Writes lines, and remembers the variables that they define.
pub(super) struct LineWriter {
    pub(super) editor: Editor,
    pub(super) variables: Variables,
    /// Whether a variant is an error: under a height cap, in a playlist taken for a media playlist.
    pub(super) refuses_variants: bool,
}

impl LineWriter {
    /// Whether a line must be looked at: all others are written as they stand.
    pub(super) fn concerns(&self, kind: Line<'_>) -> bool {
        match kind {
            Line::Silent => false,
            Line::Tag { name, .. } if self.refuses_variants && offers_variant(name) => true,
            _ if self.editor.adds_nothing() => false,
            Line::Uri => true,
            Line::Tag { name, .. } => {
                matches!(Meaning::of(name), Meaning::Carrier(_) | Meaning::Define)
            }
        }
    }

    /// Writes a line, given without its line feed. In case of an error nothing of it is written.
    pub(super) fn write(
        &mut self,
        line: &[u8],
        kind: Line<'_>,
        number: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), HlsError> {
        let mark = out.len();
        let written = match kind {
            Line::Tag { name, .. } if self.refuses_variants && offers_variant(name) => {
                Err(HlsError::MixedPlaylist { line: number })
            }
            kind if kind == Line::Silent || self.editor.adds_nothing() => {
                out.extend_from_slice(line);
                Ok(())
            }
            Line::Tag { name, list } => self.write_tag(line, name, list, number, out),
            Line::Silent | Line::Uri => self.editor.write(line, &self.variables, number, out),
        };
        if written.is_err() {
            out.truncate(mark);
        }
        written
    }

    fn write_tag(
        &mut self,
        line: &[u8],
        name: &[u8],
        start: usize,
        number: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), HlsError> {
        let list = line.get(start..).unwrap_or_default();
        let mut written = 0;
        match Meaning::of(name) {
            Meaning::Carrier(carried) => {
                for attribute in Attributes::new(list) {
                    let attribute = match attribute {
                        Ok(attribute) => attribute,
                        Err(fault) if carried.iter().any(|uri| memmem::find(list, uri).is_some()) => {
                            return Err(HlsError::broken(number, name, fault));
                        }
                        // A list that names no URI may be broken: that harms nobody.
                        Err(_) => break,
                    };
                    if !carried.contains(&attribute.name) {
                        continue;
                    }
                    if !attribute.quoted && !attribute.value.is_empty() {
                        return Err(HlsError::broken(number, name, AttributeFault::UnquotedUri));
                    }
                    let from = start + attribute.start;
                    out.extend_from_slice(line.get(written..from).unwrap_or_default());
                    self.editor.write(attribute.value, &self.variables, number, out)?;
                    written = from + attribute.value.len();
                }
            }
            Meaning::Define => self.variables.define(list, self.editor.base(), number)?,
            Meaning::Other => {}
        }
        out.extend_from_slice(line.get(written..).unwrap_or_default());
        Ok(())
    }
}
