//! JSON (RFC 8259), read once from front to back: whoever reads asks for what they expect next.
//!
//! Nothing is built and nothing is allocated but texts with escapes. What is not asked for is skipped, however deep.

#[cfg(test)]
mod against;
#[cfg(test)]
mod earlier;
mod nesting;
mod numeral;

use nesting::Nesting;
pub(crate) use numeral::Numeral;
use std::borrow::Cow;

/// What is wrong where the reader stands.
pub(crate) type Fault = &'static str;

const NO_TEXT: Fault = "a text is missing";
const OPEN_TEXT: Fault = "the text does not end";
const CONTROL: Fault = "a text has a control character";
const ESCAPE: Fault = "a text has a wrong escape";
const NO_VALUE: Fault = "a value is missing";
const NO_COLON: Fault = "a colon is missing";
const NO_COMMA: Fault = "a comma is missing, or an end";
const NO_OBJECT: Fault = "an object is missing";
const NO_ARRAY: Fault = "an array is missing";
const NO_END: Fault = "there is more behind the end";

/// What begins where the reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Flag,
    Number,
    Text,
    Array,
    Object,
}

/// A place in a JSON text.
pub(crate) struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Whether an array or object has just begun, so that no comma comes next.
    fresh: bool,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, at: 0, fresh: false }
    }

    /// Where the reader stands, in bytes: after a fault, where that is.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// The value that comes next, by its first character alone.
    pub(crate) fn kind(&mut self) -> Result<Kind, Fault> {
        Ok(match self.next() {
            Some(b'"') => Kind::Text,
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            Some(b't' | b'f') => Kind::Flag,
            Some(b'n') => Kind::Null,
            _ => return Err(NO_VALUE),
        })
    }

    /// Whether `null` comes next, which is then behind the reader.
    pub(crate) fn null(&mut self) -> Result<bool, Fault> {
        if self.next() == Some(b'n') { self.word("null").map(|()| true) } else { Ok(false) }
    }

    /// A text, without its escapes.
    #[inline]
    pub(crate) fn text(&mut self) -> Result<Cow<'t, str>, Fault> {
        self.expect(b'"', NO_TEXT)?;
        let start = self.at;
        match self.stop() {
            Some(b'"') => {
                let text = self.text.get(start..self.at).ok_or(OPEN_TEXT)?;
                self.at += 1;
                Ok(Cow::Borrowed(text))
            }
            Some(b'\\') => self.escaped(start).map(Cow::Owned),
            stop => Err(broken(stop)),
        }
    }

    /// A number.
    pub(crate) fn number(&mut self) -> Result<Numeral, Fault> {
        self.next();
        let (numeral, length) = Numeral::read(self.text.as_bytes().get(self.at..).unwrap_or_default());
        self.at += length;
        numeral
    }

    /// Enters an object, for [`Reader::name`].
    pub(crate) fn object(&mut self) -> Result<(), Fault> {
        self.expect(b'{', NO_OBJECT)?;
        self.fresh = true;
        Ok(())
    }

    /// The name of the next member, whose value must be read or skipped; `None` at the object's end, which is then
    /// behind the reader.
    #[inline]
    pub(crate) fn name(&mut self) -> Result<Option<Cow<'t, str>>, Fault> {
        if !self.another(b'}')? {
            return Ok(None);
        }
        let name = self.text()?;
        self.expect(b':', NO_COLON)?;
        Ok(Some(name))
    }

    /// Enters an array, for [`Reader::element`].
    pub(crate) fn array(&mut self) -> Result<(), Fault> {
        self.expect(b'[', NO_ARRAY)?;
        self.fresh = true;
        Ok(())
    }

    /// Whether there is another element, which must be read or skipped. If not, the array's end is behind the reader.
    pub(crate) fn element(&mut self) -> Result<bool, Fault> {
        self.another(b']')
    }

    /// Skips a value. Of what it holds only the form is looked at: escapes may stand for half a character, and numbers
    /// may be of any size.
    pub(crate) fn skip(&mut self) -> Result<(), Fault> {
        let mut open = Nesting::new();
        loop {
            match self.kind()? {
                Kind::Text => self.skip_text()?,
                Kind::Number => {
                    self.number()?;
                }
                Kind::Flag if self.byte() == Some(b't') => self.word("true")?,
                Kind::Flag => self.word("false")?,
                Kind::Null => self.word("null")?,
                Kind::Array => {
                    self.array()?;
                    open.enter(false);
                }
                Kind::Object => {
                    self.object()?;
                    open.enter(true);
                }
            }
            loop {
                let Some(object) = open.innermost() else { return Ok(()) };
                if self.another(if object { b'}' } else { b']' })? {
                    if object {
                        self.skip_text()?;
                        self.expect(b':', NO_COLON)?;
                    }
                    break;
                }
                open.leave();
            }
        }
    }

    /// Whether nothing more comes.
    pub(crate) fn end(&mut self) -> Result<(), Fault> {
        if self.next().is_none() { Ok(()) } else { Err(NO_END) }
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no white space; the reader then stands before it.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        loop {
            let byte = self.byte()?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    #[inline]
    fn expect(&mut self, byte: u8, fault: Fault) -> Result<(), Fault> {
        if self.next() != Some(byte) {
            return Err(fault);
        }
        self.at += 1;
        Ok(())
    }

    #[inline]
    fn another(&mut self, end: u8) -> Result<bool, Fault> {
        let next = self.next();
        if next == Some(end) {
            self.at += 1;
        } else if !self.fresh {
            if next != Some(b',') {
                return Err(NO_COMMA);
            }
            self.at += 1;
        }
        self.fresh = false;
        Ok(next != Some(end))
    }

    fn word(&mut self, word: &str) -> Result<(), Fault> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(NO_VALUE);
        }
        self.at += word.len();
        Ok(())
    }

    /// Goes to what ends the text or is special in it, eight bytes at a time.
    #[inline]
    fn stop(&mut self) -> Option<u8> {
        const ONES: u64 = u64::from_le_bytes([1; 8]);
        const HIGH: u64 = ONES << 7;
        let mut rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        while let Some((bytes, behind)) = rest.split_first_chunk::<8>() {
            let word = u64::from_le_bytes(*bytes);
            // Each marks the bytes that it looks for; it may mark wrong ones too, but only behind a right one.
            let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
            let controls = word.wrapping_sub(ONES * 0x20) & !word;
            let marked =
                controls | zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\')));
            if marked & HIGH != 0 {
                self.at += (marked & HIGH).trailing_zeros() as usize / 8;
                return self.byte();
            }
            rest = behind;
            self.at += 8;
        }
        let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
        self.at += rest.iter().position(special).unwrap_or(rest.len());
        self.byte()
    }

    fn skip_text(&mut self) -> Result<(), Fault> {
        self.expect(b'"', NO_TEXT)?;
        loop {
            match self.stop() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.at += 1;
                    match self.byte() {
                        Some(b'u') => {
                            self.unit()?;
                        }
                        Some(byte) if simple(byte).is_some() => self.at += 1,
                        _ => return Err(ESCAPE),
                    }
                }
                stop => return Err(broken(stop)),
            }
        }
    }

    /// The text that began at `start`, from its first escape on.
    #[cold]
    fn escaped(&mut self, start: usize) -> Result<String, Fault> {
        let mut text = String::new();
        let mut plain = start;
        loop {
            let stop = self.stop();
            text.push_str(self.text.get(plain..self.at).ok_or(OPEN_TEXT)?);
            match stop {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    self.at += 1;
                    text.push(self.escape()?);
                    plain = self.at;
                }
                stop => return Err(broken(stop)),
            }
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Result<char, Fault> {
        let byte = self.byte().ok_or(OPEN_TEXT)?;
        if byte != b'u' {
            let character = simple(byte).ok_or(ESCAPE)?;
            self.at += 1;
            return Ok(character);
        }
        let mut code = self.unit()?;
        if (0xd800..0xdc00).contains(&code) {
            self.word("\\").map_err(|_| ESCAPE)?;
            let low = self.unit()?;
            if !(0xdc00..0xe000).contains(&low) {
                return Err(ESCAPE);
            }
            code = 0x1_0000 + ((code & 0x3ff) << 10 | low & 0x3ff);
        }
        char::from_u32(code).ok_or(ESCAPE)
    }

    /// `u` and four hexadecimal digits.
    fn unit(&mut self) -> Result<u32, Fault> {
        self.word("u").map_err(|_| ESCAPE)?;
        let digits = self.text.as_bytes().get(self.at..).and_then(|rest| rest.first_chunk::<4>());
        let mut code = 0;
        for digit in digits.ok_or(OPEN_TEXT)? {
            code = code << 4 | char::from(*digit).to_digit(16).ok_or(ESCAPE)?;
        }
        self.at += 4;
        Ok(code)
    }
}

fn simple(escape: u8) -> Option<char> {
    Some(match escape {
        b'"' | b'\\' | b'/' => char::from(escape),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return None,
    })
}

/// Why a text cannot go on.
fn broken(stop: Option<u8>) -> Fault {
    if stop.is_none() { OPEN_TEXT } else { CONTROL }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The only value of the text, as far as it is a text or a number.
    fn text(json: &str) -> Result<String, Fault> {
        let mut reader = Reader::new(json);
        let text = reader.text()?.into_owned();
        reader.end().map(|()| text)
    }

    fn skipped(json: &str) -> Result<(), (usize, Fault)> {
        let mut reader = Reader::new(json);
        reader.skip().and_then(|()| reader.end()).map_err(|fault| (reader.position(), fault))
    }

    #[test]
    fn texts() {
        for (json, expected) in [
            (r#""""#, Ok("")),
            (r#" "a" "#, Ok("a")),
            (r#""12345678""#, Ok("12345678")),
            (r#""1234567\n""#, Ok("1234567\n")),
            (r#""12345678\"12345678""#, Ok("12345678\"12345678")),
            (r#""\"\\\/\b\f\n\r\t""#, Ok("\"\\/\u{8}\u{c}\n\r\t")),
            (r#""\u00e5\u00E5\u0000""#, Ok("\u{e5}\u{e5}\0")),
            (r#""\ud83d\ude00""#, Ok("\u{1f600}")),
            (r#""\udbff\udfff""#, Ok("\u{10ffff}")),
            (r#""\ud7ff\ue000\uffff""#, Ok("\u{d7ff}\u{e000}\u{ffff}")),
            ("\"\u{e5}\u{1f600}\u{7f}\u{2028}\"", Ok("\u{e5}\u{1f600}\u{7f}\u{2028}")),
            ("", Err(NO_TEXT)),
            ("1", Err(NO_TEXT)),
            ("'a'", Err(NO_TEXT)),
            ("\"", Err(OPEN_TEXT)),
            ("\"12345678", Err(OPEN_TEXT)),
            (r#""\""#, Err(OPEN_TEXT)),
            ("\"\n\"", Err(CONTROL)),
            ("\"1234567\0\"", Err(CONTROL)),
            ("\"\\n\u{1f}\"", Err(CONTROL)),
            (r#""\x41""#, Err(ESCAPE)),
            (r#""\U0041""#, Err(ESCAPE)),
            (r#""\u004g""#, Err(ESCAPE)),
            (r#""\u+041""#, Err(ESCAPE)),
            (r#""\u004""#, Err(ESCAPE)),
            (r#""\u00"#, Err(OPEN_TEXT)),
            (r#""\ud83d""#, Err(ESCAPE)),
            (r#""\ud83dx""#, Err(ESCAPE)),
            (r#""\ud83d\n""#, Err(ESCAPE)),
            (r#""\ud83d\u0041""#, Err(ESCAPE)),
            (r#""\ud83d\ud83d""#, Err(ESCAPE)),
            (r#""\ude00""#, Err(ESCAPE)),
            (r#""\ude00\ud83d""#, Err(ESCAPE)),
            (r#""a" "b""#, Err(NO_END)),
        ] {
            assert_eq!(text(json).as_deref(), expected.as_ref().map(|text| *text), "{json}");
        }
    }

    #[test]
    fn what_is_skipped_must_have_the_right_form() {
        for json in [
            "null",
            " true ",
            "false",
            "-0.0e-0",
            "1e999999999999",
            r#""\ud83d""#,
            "[]",
            "{}",
            "[ ]",
            "[1 , [ ] , {} ]",
            r#"{"a":{"b":[{}]},"a":1}"#,
            "\r\n\t []",
        ] {
            assert_eq!(skipped(json), Ok(()), "{json}");
        }
        for (json, at, fault) in [
            ("", 0, NO_VALUE),
            ("nul", 0, NO_VALUE),
            ("True", 0, NO_VALUE),
            ("falsy", 0, NO_VALUE),
            ("nulll", 4, NO_END),
            ("+1", 0, NO_VALUE),
            ("[", 1, NO_VALUE),
            ("[1", 2, NO_COMMA),
            ("[1 2]", 3, NO_COMMA),
            ("[1,]", 3, NO_VALUE),
            ("[,1]", 1, NO_VALUE),
            ("[1}", 2, NO_COMMA),
            ("[[]", 3, NO_COMMA),
            ("[]]", 2, NO_END),
            ("{", 1, NO_TEXT),
            (r#"{"a"}"#, 4, NO_COLON),
            (r#"{"a":}"#, 5, NO_VALUE),
            (r#"{"a":1,}"#, 7, NO_TEXT),
            (r#"{,"a":1}"#, 1, NO_TEXT),
            ("{1:1}", 1, NO_TEXT),
            (r#"{"a":1]"#, 6, NO_COMMA),
            (r#"{"a" 1}"#, 5, NO_COLON),
            ("[1] // x", 4, NO_END),
            ("\u{a0}1", 0, NO_VALUE),
            ("\u{b}1", 0, NO_VALUE),
            ("\u{feff}1", 0, NO_VALUE),
        ] {
            assert_eq!(skipped(json), Err((at, fault)), "{json}");
        }
    }

    #[test]
    fn depth_is_followed_exactly() {
        for depth in [1, 62, 63, 64, 65, 126, 127, 128, 200, 5000] {
            let (open, close) = (r#"[{"a":"#.repeat(depth), "}]".repeat(depth));
            assert_eq!(skipped(&format!("{open}1{close}")), Ok(()), "{depth}");
            assert_eq!(skipped(&format!("{open}1{close}]")), Err((depth * 8 + 1, NO_END)), "{depth}");
            let crossed = format!("{open}1{}]}}", "}]".repeat(depth - 1));
            assert_eq!(skipped(&crossed), Err((depth * 8 - 1, NO_COMMA)), "{depth}");
        }
    }

    #[test]
    fn members_and_elements_are_pulled_in_turn() {
        let mut reader = Reader::new(r#" { "a" : [ 1 , "x" , [ ] ] , "\u0062" : null } "#);
        reader.object().unwrap();
        assert_eq!(reader.name().unwrap().as_deref(), Some("a"));
        assert_eq!(reader.kind(), Ok(Kind::Array));
        reader.array().unwrap();
        assert_eq!((reader.element(), reader.number().unwrap().integer()), (Ok(true), Some(1)));
        assert_eq!((reader.element(), reader.text().as_deref()), (Ok(true), Ok("x")));
        assert_eq!((reader.element(), reader.skip(), reader.element()), (Ok(true), Ok(()), Ok(false)));
        assert_eq!(reader.name().unwrap().as_deref(), Some("b"));
        assert_eq!((reader.null(), reader.name(), reader.end()), (Ok(true), Ok(None), Ok(())));
    }
}
