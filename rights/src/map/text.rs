//! Text from policies: cleaned, escaped, and broken into lines that fit.

use core::fmt;

/// The text on one line: white space and control characters become single spaces, and invisible ones, which could turn
/// the direction of what follows or hide in it, go.
pub(super) fn clean(text: &str) -> String {
    let mut cleaned = String::new();
    for char in text.chars().filter(|char| !is_invisible(*char)) {
        if !char.is_whitespace() && !char.is_control() {
            cleaned.push(char);
        } else if !cleaned.ends_with(' ') {
            cleaned.push(' ');
        }
    }
    cleaned.trim().to_owned()
}

fn is_invisible(char: char) -> bool {
    let is_noncharacter = u32::from(char) & 0xFFFE == 0xFFFE;
    is_noncharacter
        || matches!(char,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FDD0}'..='\u{FDEF}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

/// Text as XML writes it, in an element or in an attribute.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in self.0.chars() {
            match char {
                '&' => formatter.write_str("&amp;")?,
                '<' => formatter.write_str("&lt;")?,
                '>' => formatter.write_str("&gt;")?,
                '"' => formatter.write_str("&quot;")?,
                '\'' => formatter.write_str("&#39;")?,
                other => fmt::Write::write_char(formatter, other)?,
            }
        }
        Ok(())
    }
}

/// How much room text has: the width of a line, the size of the letters, and how many lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) width: u32,
    pub(super) size: u32,
    pub(super) lines: usize,
}

impl Room {
    /// Cleaned text in lines that fit whatever sans-serif typeface there is; what is too long ends in an ellipsis.
    pub(super) fn lines_of(self, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = Line::default();
        let text = clean(text);
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let gap = if line.text.is_empty() { 0 } else { advance(' ') };
            let whole = word.chars().map(advance).sum::<u64>();
            if line.width + gap + whole <= self.thousandths() {
                if gap > 0 {
                    line.push(' ');
                }
                word.chars().for_each(|char| line.push(char));
                continue;
            }
            if !line.text.is_empty() {
                lines.push(core::mem::take(&mut line));
            }
            for char in word.chars() {
                if line.width + advance(char) > self.thousandths() && !line.text.is_empty() {
                    lines.push(core::mem::take(&mut line));
                }
                line.push(char);
            }
            if lines.len() > self.lines {
                break;
            }
        }
        if !line.text.is_empty() {
            lines.push(line);
        }
        let is_cut = lines.len() > self.lines;
        lines.truncate(self.lines);
        if let (true, Some(last)) = (is_cut, lines.last_mut()) {
            while last.width + advance('…') > self.thousandths() && last.pop() {}
            last.text.truncate(last.text.trim_end().len());
            last.push('…');
        }
        lines.into_iter().map(|line| line.text).collect()
    }

    /// The width in thousandths of the letters' size, in which advances are.
    fn thousandths(self) -> u64 {
        u64::from(self.width) * 1000 / u64::from(self.size.max(1))
    }
}

#[derive(Default)]
struct Line {
    text: String,
    width: u64,
}

impl Line {
    fn push(&mut self, char: char) {
        self.text.push(char);
        self.width += advance(char);
    }

    fn pop(&mut self) -> bool {
        let last = self.text.pop();
        self.width -= last.map_or(0, advance);
        last.is_some()
    }
}

/// How wide a letter is at most among the usual typefaces, in thousandths of its size.
fn advance(char: char) -> u64 {
    match char {
        ' ' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' | 'i' | 'j' | 'l' | 'f' | 't' | 'r' | 'I' | '-'
        | '/' | '(' | ')' => 420,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 1020,
        'a'..='z' | '0'..='9' => 650,
        ' '..='~' => 800,
        '\u{A0}'..='\u{10FF}' | '\u{2010}'..='\u{2027}' => 850,
        _ => 1200,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_and_control_characters_go() {
        for (text, expected) in [
            ("plain", "plain"),
            ("  two \t\n words ", "two words"),
            ("a\0b\u{1}c\u{7f}d\u{85}e", "a b c d e"),
            ("\u{202e}gnp\u{202c}.exe", "gnp.exe"),
            ("a\u{200f}\u{200e}\u{61c}\u{2066}b\u{2069}", "ab"),
            ("a\u{200b}\u{feff}\u{2060}\u{ad}b", "ab"),
            ("a\u{2028}b\u{2029}c", "a b c"),
            ("\u{fffe}\u{ffff}\u{fdd0}\u{1fffe}\u{10ffff}", ""),
            ("\u{e0041}", ""),
            ("שלום 東京 🎬", "שלום 東京 🎬"),
            ("", ""),
        ] {
            assert_eq!(clean(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_means_something_to_xml_is_escaped() {
        for (text, expected) in [
            ("<script>", "&lt;script&gt;"),
            ("]]>", "]]&gt;"),
            ("a & b &amp; c", "a &amp; b &amp;amp; c"),
            (r#""'"#, "&quot;&#39;"),
            ("é", "é"),
        ] {
            assert_eq!(Escaped(text).to_string(), expected);
        }
    }

    #[test]
    fn lines_fit_or_are_cut() {
        // 6500 thousandths: ten of `a`, or nine and a half with a space.
        let room = Room { width: 65, size: 10, lines: 2 };
        for (text, expected) in [
            ("", &[][..]),
            (" \u{200f} ", &[]),
            ("aaaaaaaaaa", &["aaaaaaaaaa"]),
            ("aaaa aaaaa", &["aaaa aaaaa"]),
            ("aaaaa aaaaaa", &["aaaaa", "aaaaaa"]),
            ("aaaaaaaaaaaa", &["aaaaaaaaaa", "aa"]),
            ("a aaaaaaaaaaaa", &["a", "aaaaaaaa…"]),
            ("aaaaaa aaaaaa aaaaaa", &["aaaaaa", "aaaaaa…"]),
            ("aaaaaa aaa aaa a aa", &["aaaaaa aaa", "aaa a aa"]),
            ("aaaaaaaaaa aaaaaaaaaa aaaaaaaaaa", &["aaaaaaaaaa", "aaaaaaaa…"]),
        ] {
            assert_eq!(room.lines_of(text), expected, "{text:?}");
        }
    }

    #[test]
    fn no_room_is_no_panic() {
        for (width, size, lines) in [(0, 0, 0), (0, 10, 1), (10, 0, 1), (5, 10, 2), (100, 10, 0)] {
            let made = Room { width, size, lines }.lines_of("some words, and 東京");
            assert!(made.len() <= lines, "{width} {size} {lines}: {made:?}");
        }
    }

    #[test]
    fn a_text_without_end_is_cut_all_the_same() {
        let room = Room { width: 500, size: 20, lines: 2 };
        assert_eq!(room.lines_of(&"x".repeat(1 << 20)).len(), 2);
        assert_eq!(room.lines_of(&"x ".repeat(1 << 19)).len(), 2);
    }
}
