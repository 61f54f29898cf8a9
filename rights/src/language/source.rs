//! The text of one file, and where in it something stands.

use crate::model::Spot;
use crate::problem::{Problem, Severity, shown};
use core::ops::Range;
use std::rc::Rc;

/// A range of bytes in a text.
pub(crate) type Span = Range<usize>;

/// After so many bytes the characters counted so far are noted, so that no line is ever counted as a whole.
const STRIDE: usize = 256;

/// So many bytes of a line are kept before and after the spot of a problem.
const AROUND: usize = 240;

/// One file that is UTF-8.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    /// In the folder, with `/`.
    pub(crate) path: Rc<str>,
    /// Without a byte order mark.
    pub(crate) text: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
    /// How many characters begin before each multiple of [`STRIDE`].
    characters: Vec<usize>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(path: &str, text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let lines = core::iter::once(0).chain(ends.map(|(at, _)| at.saturating_add(1))).collect();
        let mut counted = 0_usize;
        let mut characters = Vec::with_capacity(bytes.len() / STRIDE + 1);
        for chunk in bytes.chunks(STRIDE) {
            characters.push(counted);
            counted = counted.saturating_add(count(chunk));
        }
        characters.push(counted);
        Self { path: path.into(), text, lines, characters }
    }

    /// The text there; nothing if the span does not fit.
    pub(crate) fn slice(&self, span: &Span) -> &'a str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// Line and column, from 1, in characters.
    pub(crate) fn position(&self, at: usize) -> (u32, u32) {
        let at = at.min(self.text.len());
        let line = self.lines.partition_point(|start| *start <= at);
        let start = self.line_start(line);
        let column = self.characters_before(at).saturating_sub(self.characters_before(start));
        (narrow(line), narrow(column.saturating_add(1)))
    }

    /// As [`Self::position`], for a policy.
    pub(crate) fn spot(&self, span: &Span) -> Spot {
        let (line, column) = self.position(span.start);
        Spot { file: Rc::clone(&self.path), line, column }
    }

    /// Another place, for a sentence about this file: "the other is ...".
    pub(crate) fn refer(&self, spot: &Spot) -> String {
        if *spot.file == *self.path {
            return format!("on line {}", spot.line);
        }
        format!("on line {} of {}", spot.line, shown(&spot.file))
    }

    /// An error about this part of the text.
    pub(crate) fn error(&self, span: &Span, code: &'static str, message: impl Into<String>) -> Problem {
        let (line, column) = self.position(span.start);
        let start = self.line_start(line as usize);
        let end = self.line_end(line as usize).max(start);
        let from = span.start.clamp(start, end);
        let to = span.end.clamp(from, end);
        let length = self.characters_before(to).saturating_sub(self.characters_before(from)).max(1);
        let kept_from = self.boundary(from.saturating_sub(AROUND).max(start));
        let kept_to = self.boundary(to.min(from.saturating_add(AROUND)).saturating_add(AROUND).min(end));
        let skipped = self.characters_before(kept_from).saturating_sub(self.characters_before(start));
        Problem {
            severity: Severity::Error,
            code,
            file: self.path.to_string(),
            line,
            column,
            length: narrow(length),
            message: message.into(),
            help: None,
            text: self.slice(&(kept_from..kept_to)).to_owned(),
            text_column: narrow(skipped.saturating_add(1)),
        }
    }

    fn line_start(&self, line: usize) -> usize {
        self.lines.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len())
    }

    /// Without the line's end.
    fn line_end(&self, line: usize) -> usize {
        let Some(next) = self.lines.get(line) else { return self.text.len() };
        let end = next.saturating_sub(1);
        let before = end.saturating_sub(1);
        if self.text.as_bytes().get(before) == Some(&b'\r') { before } else { end }
    }

    fn characters_before(&self, at: usize) -> usize {
        let stride = at / STRIDE;
        let known = self.characters.get(stride).copied().unwrap_or_default();
        known.saturating_add(count(self.text.as_bytes().get(stride * STRIDE..at).unwrap_or_default()))
    }

    /// The start of the character in which this byte is.
    pub(crate) fn boundary(&self, mut at: usize) -> usize {
        while at > 0 && !self.text.is_char_boundary(at) {
            at = at.saturating_sub(1);
        }
        at
    }
}

/// How many characters begin in these bytes.
pub(crate) fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// Positions beyond four thousand million are of no use to anybody.
pub(crate) fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters() {
        let long = "é".repeat(1000);
        let text = format!("a\r\n\tæøå x\n{long}!\nend");
        let source = Source::new("a.toml", &text);
        for (needle, line, column) in [("a", 1, 1), ("æ", 2, 2), ("x", 2, 6), ("!", 3, 1001), ("end", 4, 1)]
        {
            let at = text.find(needle).unwrap();
            assert_eq!(source.position(at), (line, column), "{needle}");
        }
        assert_eq!(source.position(text.len() + 10), (4, 4));
    }

    #[test]
    fn an_error_underlines_no_further_than_its_line() {
        let source = Source::new("a.toml", "one\r\ntwo");
        let problem = source.error(&(1..8), "x", "y");
        assert_eq!((problem.line, problem.column, problem.length), (1, 2, 2));
        assert_eq!(problem.text, "one");
    }
}
