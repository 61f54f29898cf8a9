//! Templates: `/vod/{title}/{height}p/{segment}`.

use serde::{Deserialize, Serialize};

/// A template of paths. It has at most one part of any length, so that a path fits it in one way or not at all.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Template {
    /// Before the part of any length, or all of it.
    front: Vec<Part>,
    /// The part of any length.
    middle: Option<Middle>,
    /// Behind it.
    back: Vec<Part>,
    /// The plain text at the beginning and at the end: most paths do not fit there.
    begins: String,
    ends: String,
}

/// What a path has in a template's places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'p> {
    pub(super) title: Option<&'p str>,
    pub(super) height: Option<u16>,
    pub(super) scope: &'p str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
enum Middle {
    Title,
    Rest,
}

/// One segment of a template.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub(super) enum Part {
    Literal(String),
    /// Anything.
    Segment,
    /// A number between two texts.
    Height(String, String),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    #[cfg(feature = "settings")]
    pub fn new(text: &str) -> Result<Self, String> {
        let Some(rest) = text.strip_prefix('/') else {
            return Err(format!(
                "template `{text}` does not begin with `/`; write it like `/vod/{{title}}/master.m3u8`"
            ));
        };
        let mut template = Self {
            front: Vec::new(),
            middle: None,
            back: Vec::new(),
            begins: String::new(),
            ends: String::new(),
        };
        for segment in rest.split('/') {
            let middle = match segment {
                "{title}" => Some(Middle::Title),
                "{rest}" => Some(Middle::Rest),
                _ => None,
            };
            match (middle, template.middle) {
                (Some(_), Some(_)) => {
                    return Err(format!(
                        "template `{text}` has two parts of any length; keep one of `{{title}}` and `{{rest}}`"
                    ));
                }
                (Some(middle), None) => template.middle = Some(middle),
                (None, Some(Middle::Rest)) => {
                    return Err(format!("template `{text}` goes on behind `{{rest}}`; let it end there"));
                }
                (None, None) => template.front.push(Part::new(segment, text)?),
                (None, Some(Middle::Title)) => template.back.push(Part::new(segment, text)?),
            }
        }
        let heights = template.parts().filter(|part| matches!(part, Part::Height(..))).count();
        if heights > 1 {
            return Err(format!("template `{text}` has two heights; keep one `{{height}}`"));
        }
        if template.middle == Some(Middle::Title) && template.back.is_empty() {
            return Err(format!(
                "template `{text}` ends with the title; name what stands below it, as in `{text}/master.m3u8`"
            ));
        }
        let whole = template.middle.is_none() && template.back.is_empty();
        template.begins = plain_start(&template.front);
        template.ends = if whole { plain_end(&template.front) } else { plain_end(&template.back) };
        Ok(template)
    }

    /// Reads a template that has to be written out for a title alone.
    #[cfg(feature = "settings")]
    pub(super) fn ladder(text: &str) -> Result<Self, String> {
        let template = Self::new(text)?;
        if !template.has_title() || template.parts().any(|part| !matches!(part, Part::Literal(_))) {
            return Err(format!(
                "template `{text}` has to consist of `{{title}}` and plain text, for there is nothing to fill in besides"
            ));
        }
        Ok(template)
    }

    /// Whether some of its paths fit another template, of any length, whose plain beginning is one of its own.
    #[cfg(feature = "settings")]
    pub(super) fn may_lie_below(&self, other: &Self) -> bool {
        other.middle == Some(Middle::Rest)
            && (self.begins == other.begins || self.begins.starts_with(&format!("{}/", other.begins)))
    }

    /// The template as it was written.
    #[cfg(feature = "settings")]
    pub(super) fn written(&self) -> String {
        let part = |part: &Part| match part {
            Part::Literal(text) => format!("/{text}"),
            Part::Segment => "/{segment}".to_owned(),
            Part::Height(before, after) => format!("/{before}{{height}}{after}"),
        };
        let middle = match self.middle {
            None => "",
            Some(Middle::Title) => "/{title}",
            Some(Middle::Rest) => "/{rest}",
        };
        let front: String = self.front.iter().map(part).collect();
        let back: String = self.back.iter().map(part).collect();
        front + middle + &back
    }

    /// Whether titles stand in it.
    #[must_use]
    pub fn has_title(&self) -> bool {
        self.middle == Some(Middle::Title)
    }

    /// What stands behind the title, but for the last, which is a file's name, and for what can be anything.
    #[cfg(feature = "settings")]
    pub(super) fn folders_behind_title(&self) -> impl Iterator<Item = &Part> {
        let folders = self.back.split_last().map_or(&[][..], |(_, folders)| folders);
        folders.iter().filter(|part| !matches!(part, Part::Segment))
    }

    /// A path of this title, with some segment and some height where the template wants them.
    pub(super) fn path_of(&self, title: &str) -> String {
        let mut path = String::with_capacity(title.len() + 48);
        let mut write = |part: &Part| {
            path.push('/');
            match part {
                Part::Literal(text) => path.push_str(text),
                Part::Segment => path.push('-'),
                Part::Height(before, after) => {
                    path.push_str(before);
                    path.push('1');
                    path.push_str(after);
                }
            }
        };
        self.front.iter().for_each(&mut write);
        write(&Part::Literal(title.to_owned()));
        self.back.iter().for_each(&mut write);
        path
    }

    /// What a canonical path has in the template's places, if it fits.
    pub(super) fn matched<'p>(&self, path: &'p str) -> Option<Found<'p>> {
        if !path.starts_with(&self.begins) || !path.ends_with(&self.ends) {
            return None;
        }
        let mut height = None;
        let mut rest = path.strip_prefix('/')?;
        let mut parts = self.front.iter();
        let Some(middle) = self.middle else {
            let mut segments = rest.split('/');
            let fits =
                parts.all(|part| segments.next().is_some_and(|segment| part.fits(segment, &mut height)));
            return (fits && segments.next().is_none()).then_some(Found { title: None, height, scope: path });
        };
        for part in parts {
            let (segment, after) = rest.split_once('/')?;
            if !part.fits(segment, &mut height) {
                return None;
            }
            rest = after;
        }
        let start = path.len() - rest.len();
        for part in self.back.iter().rev() {
            let (before, segment) = rest.rsplit_once('/')?;
            if !part.fits(segment, &mut height) {
                return None;
            }
            rest = before;
        }
        if rest.is_empty() {
            return None;
        }
        match middle {
            Middle::Title => {
                let scope = path.get(..=start + rest.len())?;
                Some(Found { title: Some(rest), height, scope })
            }
            Middle::Rest => Some(Found { title: None, height, scope: path }),
        }
    }

    #[cfg(feature = "settings")]
    fn parts(&self) -> impl Iterator<Item = &Part> {
        self.front.iter().chain(&self.back)
    }
}

impl Part {
    #[cfg(feature = "settings")]
    fn new(segment: &str, template: &str) -> Result<Self, String> {
        if segment == "{segment}" {
            return Ok(Self::Segment);
        }
        let plain = |text: &str| {
            text.bytes().all(|byte| {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'.' | b'_' | b'-' | b'~' | b'@' | b'+' | b',' | b'=')
            })
        };
        let height = segment.split_once("{height}");
        let (before, after) = height.unwrap_or((segment, ""));
        if segment.is_empty() || matches!(segment, "." | "..") {
            return Err(format!(
                "template `{template}` has an empty segment or one of dots, which no address has; take it out"
            ));
        }
        if !plain(before) || !plain(after) {
            return Err(format!(
                "template `{template}` has `{segment}`; use plain text, `{{title}}`, `{{rest}}`, `{{segment}}`, or text around `{{height}}`"
            ));
        }
        Ok(match height {
            Some(_) => Self::Height(before.to_owned(), after.to_owned()),
            None => Self::Literal(segment.to_owned()),
        })
    }

    #[cfg(feature = "settings")]
    fn literal(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            Self::Segment | Self::Height(..) => None,
        }
    }

    pub(super) fn fits(&self, segment: &str, height: &mut Option<u16>) -> bool {
        match self {
            Self::Literal(text) => text == segment,
            Self::Segment => !segment.is_empty(),
            Self::Height(before, after) => {
                let digits =
                    segment.strip_prefix(before.as_str()).and_then(|rest| rest.strip_suffix(after.as_str()));
                *height = digits.and_then(number);
                height.is_some()
            }
        }
    }
}

/// The plain segments at the beginning, each with the slash before it.
#[cfg(feature = "settings")]
fn plain_start(parts: &[Part]) -> String {
    parts.iter().map_while(Part::literal).fold(String::new(), |text, literal| text + "/" + literal)
}

/// The plain segments at the end.
#[cfg(feature = "settings")]
fn plain_end(parts: &[Part]) -> String {
    parts
        .iter()
        .rev()
        .map_while(Part::literal)
        .fold(String::new(), |text, literal| format!("/{literal}{text}"))
}

/// One to five digits without a leading zero: one spelling for each number.
fn number(digits: &str) -> Option<u16> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    plain.then(|| digits.parse().ok()).flatten()
}
