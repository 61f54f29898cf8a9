//! The streaming rewriter: lines in, lines out.

use std::fmt;

use memchr::memchr;

use super::addition::Addition;
use super::error::HlsError;
use super::held::Held;
use super::ladder::dropped_lines;
use super::line::LineWriter;
use super::scan::{Glance, sole_plain_uri};
use super::tags::Line;
use super::uri::{Editor, Plain};
use super::variables::Variables;
use super::{MAX_LINE, Options, opening};

/// Puts an addition on every URI of one playlist, in chunks of any size.
///
/// It holds back at most one line that has not ended yet, and with a height cap a multivariant playlist up to its
/// end; both are bounded. After an error every further call gives the same error.
pub struct Rewriter {
    writer: LineWriter,
    /// How absolute URIs on the own host begin, if those are common enough to look for.
    own_origin: Vec<u8>,
    max_height: Option<u32>,
    stage: Stage,
    /// The beginning of a line whose end has not come yet.
    carry: Vec<u8>,
    /// How many lines have been written.
    lines: u64,
    failed: Option<HlsError>,
}

enum Stage {
    /// The first line is not complete.
    Opening,
    /// With a height cap: whether this is a multivariant playlist is not known yet.
    Holding(Held),
    /// Each line goes out as it comes in.
    Streaming,
}

impl Rewriter {
    /// A rewriter for one playlist.
    #[must_use]
    pub fn new(addition: Addition, options: Options) -> Self {
        let editor = Editor::new(addition, options.base);
        Self {
            own_origin: editor.own_origin().unwrap_or_default(),
            writer: LineWriter {
                editor,
                variables: Variables::new(options.variables),
                refuses_variants: false,
            },
            max_height: options.max_height,
            stage: Stage::Opening,
            carry: Vec::new(),
            lines: 0,
            failed: None,
        }
    }

    /// Takes the next bytes of the playlist in and appends to `out` what is certain by now.
    ///
    /// # Errors
    /// As [`HlsError`] says. The lines before the one at fault have been written, unless they were held back.
    pub fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), HlsError> {
        self.unless_failed(|rewriter| rewriter.take(chunk, out))
    }

    /// Ends the playlist, and appends what was held back.
    ///
    /// # Errors
    /// As [`HlsError`] says.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), HlsError> {
        self.unless_failed(|rewriter| rewriter.end(out))
    }

    /// How many bytes of the playlist the rewriter holds, or keeps room for.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        let held = match &self.stage {
            Stage::Holding(held) => held.held_bytes(),
            Stage::Opening | Stage::Streaming => 0,
        };
        self.carry.capacity() + held + self.writer.variables.held_bytes()
    }

    fn unless_failed(
        &mut self,
        step: impl FnOnce(&mut Self) -> Result<(), HlsError>,
    ) -> Result<(), HlsError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let result = step(self);
        self.failed = result.as_ref().err().cloned();
        result
    }

    fn take(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), HlsError> {
        match &mut self.stage {
            Stage::Opening => self.open(chunk, out),
            Stage::Streaming => self.stream(chunk, out),
            Stage::Holding(held) => {
                let mut rest = chunk;
                while let Some((line, after)) = split_line(rest) {
                    held.keep(line)?;
                    rest = after;
                    if held.end_line()? {
                        let text = std::mem::take(held).into_text();
                        self.begin_media();
                        self.stream(&text, out)?;
                        return self.stream(rest, out);
                    }
                }
                held.keep(rest)
            }
        }
    }

    fn open(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), HlsError> {
        let Some((line, after)) = split_line(chunk) else {
            // An error page may be one long line: its end is not waited for.
            self.carry.extend_from_slice(chunk.get(..=MAX_LINE).unwrap_or(chunk));
            return opening::check(&self.carry, false);
        };
        self.carry.extend_from_slice(line.get(..MAX_LINE + 2).unwrap_or(line));
        opening::check(&self.carry, true)?;
        out.append(&mut self.carry);
        self.lines = 1;
        self.stage = match self.max_height {
            Some(_) => Stage::Holding(Held::default()),
            None => Stage::Streaming,
        };
        self.take(after, out)
    }

    fn begin_media(&mut self) {
        self.stage = Stage::Streaming;
        self.writer.refuses_variants = true;
    }

    fn stream(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), HlsError> {
        let mut rest = chunk;
        if !self.carry.is_empty() {
            let Some((end, after)) = split_line(rest) else {
                return self.keep(rest);
            };
            self.keep(end)?;
            rest = after;
            let line = std::mem::take(&mut self.carry);
            self.run(&line, out)?;
            self.carry = line;
            self.carry.clear();
        }
        let done = self.run(rest, out)?;
        self.keep(rest.get(done..).unwrap_or_default())
    }

    fn keep(&mut self, part: &[u8]) -> Result<(), HlsError> {
        let feed = usize::from(part.ends_with(b"\n"));
        if self.carry.len() + part.len() - feed > MAX_LINE {
            return Err(HlsError::LineTooLong { line: self.lines + 1 });
        }
        self.carry.extend_from_slice(part);
        Ok(())
    }

    /// Writes all complete lines of a chunk, and says how many bytes they took. What stays as it is goes out
    /// together with what comes before and after it.
    fn run(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<usize, HlsError> {
        out.reserve(chunk.len() + chunk.len() / 8);
        let mut at = 0;
        let mut written = 0;
        let mut lines = self.lines;
        let result = loop {
            let rest = chunk.get(at..).unwrap_or_default();
            let (length, careful) = match Glance::beyond(&self.own_origin, rest) {
                Glance::Partial => break Ok(at),
                Glance::Silent { line } => (line, false),
                Glance::Other { line } => match self.writer.editor.plain() {
                    Plain::Append(query) if line <= MAX_LINE => {
                        let text = rest.get(..line - 1).unwrap_or_default();
                        let uri = sole_plain_uri(text);
                        if let Some(end) = uri {
                            copy(chunk, written, at + end, out);
                            out.extend_from_slice(query);
                            written = at + end;
                        }
                        (line, uri.is_none())
                    }
                    _ => (line, true),
                },
                Glance::Query { uri, line } => match self.writer.editor.plain() {
                    Plain::Append(query)
                        if line <= MAX_LINE
                            && self.writer.editor.repeated(rest.get(..uri).unwrap_or_default()).is_none() =>
                    {
                        copy(chunk, written, at + uri, out);
                        out.push(b'&');
                        out.extend_from_slice(query.get(1..).unwrap_or_default());
                        written = at + uri;
                        (line, false)
                    }
                    plain => (line, !matches!(plain, Plain::Keep)),
                },
                Glance::Plain { uri, line } => match self.writer.editor.plain() {
                    Plain::Append(query) if line <= MAX_LINE => {
                        copy(chunk, written, at + uri, out);
                        out.extend_from_slice(query);
                        written = at + uri;
                        (line, false)
                    }
                    plain => (line, !plain.keeps(rest.get(..uri).unwrap_or_default())),
                },
            };
            if length > MAX_LINE + 1 {
                break Err(HlsError::LineTooLong { line: lines + 1 });
            }
            let line = rest.get(..length - 1).unwrap_or_default();
            let kind = if careful { Line::of(line) } else { Line::Silent };
            if self.writer.concerns(kind) {
                copy(chunk, written, at, out);
                written = at;
                if let Err(error) = self.writer.write(line, kind, lines + 1, out) {
                    break Err(error);
                }
                written = at + line.len();
            }
            at += length;
            lines += 1;
        };
        copy(chunk, written, at, out);
        self.lines = lines;
        result
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), HlsError> {
        match &mut self.stage {
            Stage::Opening => {
                opening::check(&self.carry, true)?;
                out.append(&mut self.carry);
                Ok(())
            }
            Stage::Streaming => {
                let last = std::mem::take(&mut self.carry);
                self.writer.write(&last, Line::of(&last), self.lines + 1, out)
            }
            Stage::Holding(held) => {
                let media = held.end_line()?;
                let text = std::mem::take(held).into_text();
                if media {
                    self.begin_media();
                    self.stream(&text, out)?;
                    return self.end(out);
                }
                self.write_ladder(&text, out)
            }
        }
    }

    fn write_ladder(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), HlsError> {
        let dropped = match self.max_height {
            Some(height) => dropped_lines(text, height, &self.writer.variables, self.writer.editor.base())?,
            None => std::collections::BTreeSet::new(),
        };
        for (line, number) in text.split_inclusive(|byte| *byte == b'\n').zip(2..) {
            if !dropped.contains(&number) {
                let inner = line.strip_suffix(b"\n").unwrap_or(line);
                self.writer.write(inner, Line::of(inner), number, out)?;
                out.extend_from_slice(line.get(inner.len()..).unwrap_or_default());
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Rewriter {
    /// Without the text that is held and the values of variables, which may be proof.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Rewriter(after line {}, {} bytes held)", self.lines, self.held_bytes())
    }
}

#[inline]
fn copy(chunk: &[u8], from: usize, to: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(chunk.get(from..to).unwrap_or_default());
}

/// A text's first line with its line feed, and the rest; none if the line does not end in it.
fn split_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    memchr(b'\n', text).and_then(|at| text.split_at_checked(at + 1))
}
