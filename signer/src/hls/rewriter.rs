//! The streaming rewriter: lines in, lines out.

use memchr::memchr;

use super::addition::Addition;
use super::attributes::Attributes;
use super::error::{AttributeFault, HlsError};
use super::ladder::dropped_lines;
use super::scan::Glance;
use super::tags::{Line, Meaning, is_media, offers_variant};
use super::uri::{Editor, Plain};
use super::variables::Variables;
use super::{MAX_LINE, MAX_MULTIVARIANT, Options};

/// Puts an addition on every URI of one playlist, in chunks of any size.
///
/// It holds back at most one line that has not ended yet, and with a height cap a multivariant playlist up to its
/// end; both are bounded. After an error every further call gives the same error.
#[derive(Debug)]
pub struct Rewriter {
    editor: Editor,
    variables: Variables,
    max_height: Option<u32>,
    stage: Stage,
    /// The beginning of a line whose end has not come yet.
    carry: Vec<u8>,
    /// How many lines have been dealt with.
    lines: u64,
    failed: Option<HlsError>,
}

#[derive(Debug)]
enum Stage {
    /// The first line is not complete.
    Opening,
    /// With a height cap: whether this is a multivariant playlist is not known yet. All lines but the first.
    Holding(Held),
    /// Each line goes out as it comes in.
    Streaming,
}

#[derive(Debug, Default)]
struct Held {
    text: Vec<u8>,
    /// Where in the text the last line begins.
    line_start: usize,
    offers_variants: bool,
}

impl Rewriter {
    /// A rewriter for one playlist.
    #[must_use]
    pub fn new(addition: Addition, options: Options) -> Self {
        Self {
            editor: Editor::new(addition, options.base),
            variables: Variables::new(options.variables),
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
    /// As [`HlsError`] says. The lines before the one at fault have been written.
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
            Stage::Holding(held) => held.text.capacity(),
            Stage::Opening | Stage::Streaming => 0,
        };
        self.carry.capacity() + held + self.variables.held_bytes()
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
        match self.stage {
            Stage::Opening => self.open(chunk, out),
            Stage::Holding(_) => self.hold(chunk, out),
            Stage::Streaming => self.stream(chunk, out),
        }
    }

    fn open(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), HlsError> {
        let Some((head, tail)) = split_line(chunk) else {
            // An error page may be one long line: do not wait for its end.
            self.carry.extend_from_slice(
                chunk
                    .get(..chunk.len().min(MAX_LINE + 1))
                    .unwrap_or_default(),
            );
            return opening(&self.carry, false);
        };
        self.carry
            .extend_from_slice(head.get(..head.len().min(MAX_LINE + 2)).unwrap_or_default());
        opening(&self.carry, true)?;
        out.append(&mut self.carry);
        self.lines = 1;
        self.stage = match self.max_height {
            Some(_) => Stage::Holding(Held::default()),
            None => Stage::Streaming,
        };
        self.take(tail, out)
    }

    fn hold(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), HlsError> {
        let Stage::Holding(held) = &mut self.stage else {
            return self.take(chunk, out);
        };
        let mut rest = chunk;
        while let Some((head, tail)) = split_line(rest) {
            rest = tail;
            held.keep(head, self.lines)?;
            let media = held.end_line(self.lines + 1)?;
            if media {
                let text = std::mem::take(&mut held.text);
                self.stage = Stage::Streaming;
                self.stream(&text, out)?;
                return self.stream(rest, out);
            }
            self.lines += 1;
        }
        held.keep(rest, self.lines)
    }

    fn stream(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), HlsError> {
        let mut rest = chunk;
        if !self.carry.is_empty() {
            let Some((head, tail)) = split_line(rest) else {
                return self.keep(rest);
            };
            self.keep(head)?;
            rest = tail;
            let line = std::mem::take(&mut self.carry);
            self.run(&line, out)?;
            self.carry = line;
            self.carry.clear();
        }
        let done = self.run(rest, out)?;
        self.keep(rest.get(done..).unwrap_or_default())
    }

    fn keep(&mut self, part: &[u8]) -> Result<(), HlsError> {
        let ended = usize::from(part.ends_with(b"\n"));
        if self.carry.len() + part.len() - ended > MAX_LINE {
            return Err(HlsError::LineTooLong {
                line: self.lines + 1,
            });
        }
        self.carry.extend_from_slice(part);
        Ok(())
    }

    /// Writes all complete lines of a chunk, and says how many bytes they took. Lines that stay as they are go out
    /// together with what comes before and after them.
    fn run(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<usize, HlsError> {
        out.reserve(chunk.len() + chunk.len() / 8);
        let mut at = 0;
        let mut written = 0;
        let mut lines = self.lines;
        let plain = self.editor.plain();
        let result = loop {
            let rest = chunk.get(at..).unwrap_or_default();
            let (line, careful) = match Glance::at(rest) {
                Glance::Partial => break Ok(at),
                Glance::Silent { line } => (line, false),
                Glance::Other { line } => (line, true),
                Glance::Plain { uri, line } => match plain {
                    Plain::Append(query) if line <= MAX_LINE => {
                        copy(chunk, written, at + uri, out);
                        out.extend_from_slice(query);
                        written = at + uri;
                        (line, false)
                    }
                    Plain::Append(_) => (line, true),
                    Plain::Inherit { slashes_matter } => {
                        let uri = rest.get(..uri).unwrap_or_default();
                        let matters = |byte: &u8| matches!(byte, b'/' | b'\\');
                        let careful = if slashes_matter {
                            uri.first() == Some(&b'.') || uri.iter().any(matters)
                        } else {
                            uri.first() == Some(&b'/')
                        };
                        (line, careful)
                    }
                    Plain::Keep => (line, false),
                },
            };
            if line > MAX_LINE + 1 {
                break Err(HlsError::LineTooLong { line: lines + 1 });
            }
            if careful {
                let text = rest.get(..line - 1).unwrap_or_default();
                let kind = Line::of(text);
                if let Line::Tag { name, .. } = kind
                    && self.max_height.is_some()
                    && offers_variant(name)
                {
                    break Err(HlsError::MixedPlaylist { line: lines + 1 });
                }
                if changes(kind) {
                    copy(chunk, written, at, out);
                    written = at;
                    let mark = out.len();
                    if let Err(error) = write_line(
                        &self.editor,
                        &mut self.variables,
                        text,
                        kind,
                        lines + 1,
                        out,
                    ) {
                        out.truncate(mark);
                        break Err(error);
                    }
                    written += line - 1;
                }
            }
            at += line;
            lines += 1;
        };
        copy(chunk, written, at, out);
        self.lines = lines;
        result
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), HlsError> {
        match &mut self.stage {
            Stage::Opening => {
                opening(&self.carry, true)?;
                out.append(&mut self.carry);
                Ok(())
            }
            Stage::Holding(held) => {
                let media = held.end_line(self.lines + 1)?;
                let text = std::mem::take(&mut held.text);
                self.stage = Stage::Streaming;
                self.lines = 1;
                if media {
                    self.stream(&text, out)?;
                    return self.end(out);
                }
                self.write_ladder(&text, out)
            }
            Stage::Streaming => {
                let last = std::mem::take(&mut self.carry);
                self.write_last(&last, out)
            }
        }
    }

    /// Writes a line that no line feed ends.
    fn write_last(&mut self, line: &[u8], out: &mut Vec<u8>) -> Result<(), HlsError> {
        let kind = Line::of(line);
        if let Line::Tag { name, .. } = kind
            && self.max_height.is_some()
            && offers_variant(name)
        {
            return Err(HlsError::MixedPlaylist {
                line: self.lines + 1,
            });
        }
        let mark = out.len();
        let written = write_line(
            &self.editor,
            &mut self.variables,
            line,
            kind,
            self.lines + 1,
            out,
        );
        if written.is_err() {
            out.truncate(mark);
        }
        written
    }

    fn write_ladder(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), HlsError> {
        let Some(max_height) = self.max_height else {
            return self.stream(text, out);
        };
        let dropped = dropped_lines(text, max_height, &self.variables, self.editor.base())?;
        for (line, number) in text.split_inclusive(|byte| *byte == b'\n').zip(2..) {
            if dropped.contains(&number) {
                continue;
            }
            let (inner, feed) = line
                .strip_suffix(b"\n")
                .map_or((line, b"".as_slice()), |inner| (inner, b"\n"));
            let mark = out.len();
            if let Err(error) = write_line(
                &self.editor,
                &mut self.variables,
                inner,
                Line::of(inner),
                number,
                out,
            ) {
                out.truncate(mark);
                return Err(error);
            }
            out.extend_from_slice(feed);
        }
        Ok(())
    }
}

impl Held {
    fn keep(&mut self, part: &[u8], lines: u64) -> Result<(), HlsError> {
        let ended = usize::from(part.ends_with(b"\n"));
        if self.text.len() - self.line_start + part.len() - ended > MAX_LINE {
            return Err(HlsError::LineTooLong { line: lines + 1 });
        }
        if self.text.len() + part.len() > MAX_MULTIVARIANT {
            return Err(HlsError::MultivariantTooLong);
        }
        self.text.extend_from_slice(part);
        Ok(())
    }

    /// Looks at the last line, now that it is complete, and says whether it makes this a media playlist.
    fn end_line(&mut self, number: u64) -> Result<bool, HlsError> {
        let line = self.text.get(self.line_start..).unwrap_or_default();
        let Line::Tag { name, .. } = Line::of(line) else {
            self.line_start = self.text.len();
            return Ok(false);
        };
        let media = is_media(name);
        self.offers_variants |= offers_variant(name);
        self.line_start = self.text.len();
        if media && self.offers_variants {
            return Err(HlsError::MixedPlaylist { line: number });
        }
        Ok(media)
    }
}

/// Whether a line may have to be written otherwise than it stands, or must be remembered.
fn changes(kind: Line<'_>) -> bool {
    match kind {
        Line::Silent => false,
        Line::Uri => true,
        Line::Tag { name, .. } => {
            matches!(Meaning::of(name), Meaning::Carrier(_) | Meaning::Define)
        }
    }
}

fn write_line(
    editor: &Editor,
    variables: &mut Variables,
    line: &[u8],
    kind: Line<'_>,
    number: u64,
    out: &mut Vec<u8>,
) -> Result<(), HlsError> {
    let (name, start) = match kind {
        Line::Silent => {
            out.extend_from_slice(line);
            return Ok(());
        }
        Line::Uri => return editor.write(line, variables, number, out),
        Line::Tag { name, list } => (name, list),
    };
    let list = line.get(start..).unwrap_or_default();
    let mut written = 0;
    match Meaning::of(name) {
        Meaning::Carrier(carried)
            if carried
                .iter()
                .any(|name| memchr::memmem::find(list, name).is_some()) =>
        {
            let broken = |fault: AttributeFault| HlsError::BrokenAttributes {
                line: number,
                tag: String::from_utf8_lossy(name).into_owned(),
                fault,
            };
            for attribute in Attributes::new(list) {
                let attribute = attribute.map_err(broken)?;
                if !carried.contains(&attribute.name) {
                    continue;
                }
                if !attribute.quoted && !attribute.value.is_empty() {
                    return Err(broken(AttributeFault::UnquotedUri));
                }
                let from = start + attribute.start;
                out.extend_from_slice(line.get(written..from).unwrap_or_default());
                editor.write(attribute.value, variables, number, out)?;
                written = from + attribute.value.len();
            }
        }
        Meaning::Define => variables.define(list, editor.base(), number)?,
        Meaning::Carrier(_) | Meaning::Variant | Meaning::Other => {}
    }
    out.extend_from_slice(line.get(written..).unwrap_or_default());
    Ok(())
}

/// Copies `chunk[from..to]`. Short runs are the rule, and moving a whole block costs less than asking how long it is.
#[inline]
fn copy(chunk: &[u8], from: usize, to: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(chunk.get(from..to).unwrap_or_default());
}

/// A text's first line with its line feed, and the rest; none if the line does not end in it.
fn split_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    memchr(b'\n', text).and_then(|at| text.split_at_checked(at + 1))
}

/// Whether the playlist's first line, or the beginning of it, may be one.
fn opening(line: &[u8], complete: bool) -> Result<(), HlsError> {
    const BOM: &[u8] = b"\xEF\xBB\xBF";
    const MARK: &[u8] = b"#EXTM3U";
    let may_be = |text: &[u8], whole: &[u8]| !complete && whole.starts_with(text);
    let unmarked = line.strip_prefix(BOM).unwrap_or(line);
    let Some(rest) = unmarked.strip_prefix(MARK) else {
        return if may_be(unmarked, MARK) || may_be(line, BOM) {
            Ok(())
        } else {
            Err(HlsError::NotAPlaylist)
        };
    };
    if !matches!(rest.first(), None | Some(b' ' | b'\t' | b'\r' | b'\n')) {
        return Err(HlsError::NotAPlaylist);
    }
    let rest = rest.strip_suffix(b"\n").unwrap_or(rest);
    if line.len() - usize::from(line.ends_with(b"\n")) > MAX_LINE {
        return Err(HlsError::LineTooLong { line: 1 });
    }
    // A carriage return within the line: the whole playlist may be one line to us and many to a player.
    let ends = rest.trim_ascii_end();
    if ends.contains(&b'\r') {
        Err(HlsError::NotAPlaylist)
    } else {
        Ok(())
    }
}
