//! A problem as text: the line it stands on, and the spot underlined.

use super::Problem;
use core::fmt;

/// So many columns of a long line are shown before and behind where the underline begins.
const BEFORE: usize = 60;
const BEHIND: usize = 60;

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(out, "{}:", harmless(&self.file))?;
            if self.line > 0 {
                write!(out, "{}:{}:", self.line, self.column)?;
            }
            out.write_str(" ")?;
        }
        write!(out, "{}: {}", self.severity.name(), self.message)?;
        let help = self.help.as_deref().unwrap_or_default();
        if self.line == 0 {
            return if help.is_empty() { Ok(()) } else { write!(out, "; {help}") };
        }
        let (line, indent, underline) = self.underlined();
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        writeln!(out, "\n  {number} | {line}")?;
        write!(out, "  {margin} | {indent}{}", "^".repeat(underline))?;
        if help.is_empty() { Ok(()) } else { write!(out, " {help}") }
    }
}

impl Problem {
    /// The line as it can be shown, what stands before the underline, and the underline's width.
    fn underlined(&self) -> (String, String, usize) {
        let start = self.column.saturating_sub(self.text_column) as usize;
        let end = start.saturating_add(self.length as usize);
        let total = self.text.chars().count();
        let is_long = total > BEFORE + BEHIND || self.text_column > 1;
        let from = if is_long && start > BEFORE { start.saturating_sub(BEFORE) } else { 0 };
        let to = if is_long { start.saturating_add(BEHIND).min(total) } else { total };
        let (mut line, mut indent, mut underline) = (String::new(), String::new(), 0_usize);
        if from > 0 || self.text_column > 1 {
            line.push('…');
            indent.push(' ');
        }
        for (at, character) in self.text.chars().enumerate().skip(from).take(to.saturating_sub(from)) {
            let before = line.len();
            if character == '\t' || is_harmless(character) {
                line.push(character);
            } else {
                line.extend(character.escape_unicode());
            }
            let width = match line.len().saturating_sub(before) {
                escaped if escaped > character.len_utf8() => escaped,
                _ => width(character),
            };
            if at < start {
                // A tab goes as far below as above only if it stands there, too.
                if character == '\t' { indent.push('\t') } else { indent.push_str(&" ".repeat(width)) }
            } else if at < end {
                underline = underline.saturating_add(width);
            }
        }
        if to < total {
            line.push('…');
        }
        (line, indent, underline.max(1))
    }
}

/// With what a terminal would obey written out.
fn harmless(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, character| {
        if is_harmless(character) {
            out.push(character);
        } else {
            out.extend(character.escape_unicode());
        }
        out
    })
}

/// Whether a terminal shows the character, and nothing but shows it.
pub(crate) fn is_harmless(character: char) -> bool {
    !character.is_control()
        && !matches!(character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' | '\u{ad}' | '\u{a0}')
}

/// How many columns of a terminal it takes, as well as can be told without its font.
fn width(character: char) -> usize {
    match character {
        '\u{300}'..='\u{36f}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f680}'..='\u{1f9ff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use crate::language::source::Source;

    /// A text, what of it is wrong, and the two lines that show it.
    #[test]
    fn the_underline_stands_below_the_spot() {
        let cases = [
            ("a = [\"UK\"]", "\"UK\"", "  1 | a = [\"UK\"]", "    |      ^^^^"),
            ("\ta\t= 1", "=", "  1 | \ta\t= 1", "    | \t \t^"),
            ("\"日本\" = x", "x", "  1 | \"日本\" = x", "    |          ^"),
            ("\"e\u{301}\" x", "x", "  1 | \"e\u{301}\" x", "    |     ^"),
            ("\u{202e} x", "x", "  1 | \\u{202e} x", "    |          ^"),
            ("\u{7} \u{1b}[31m", "\u{1b}", "  1 | \\u{7} \\u{1b}[31m", "    |       ^^^^^^"),
            ("x", "", "  1 | x", "    | ^"),
        ];
        for (text, spot, line, underline) in cases {
            let at = text.find(spot).unwrap();
            let problem = Source::new("a.toml", text).error(&(at..at + spot.len()), "x", "wrong");
            let shown = problem.to_string();
            let lines: Vec<&str> = shown.lines().collect();
            assert_eq!(lines[1..], [line, underline], "{text:?}");
        }
    }

    #[test]
    fn a_long_line_is_shortened_around_the_spot() {
        let text = format!("{}!{}", "a".repeat(5000), "é".repeat(5000));
        let problem = Source::new("a.toml", &text).error(&(5000..5001), "x", "wrong").help("do it right");
        let expected = format!(
            "a.toml:1:5001: error: wrong\n  1 | …{}!{}…\n    | {}^ do it right",
            "a".repeat(60),
            "é".repeat(59),
            " ".repeat(61)
        );
        assert_eq!(problem.to_string(), expected);
    }
}
