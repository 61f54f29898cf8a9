//! The height cap: which lines of a multivariant playlist go.

use std::collections::BTreeSet;

use memchr::memmem;

use super::attributes::Attributes;
use super::base::BaseUrl;
use super::error::HlsError;
use super::tags::{Line, offers_variant};
use super::variables::Variables;
use super::{MAX_LINE, MAX_MULTIVARIANT};

/// The sample formats that have no picture (the first part of an entry of CODECS).
const PICTURELESS: [&[u8]; 25] = [
    b"mp4a", b"ac-3", b"ec-3", b"ac-4", b"opus", b"flac", b"alac", b"dtsc", b"dtse", b"dtsh", b"dtsl",
    b"dtsx", b"dtsy", b"mha1", b"mha2", b"mhm1", b"mhm2", b"iamf", b"samr", b"sawb", b"mp3", b"stpp",
    b"wvtt", b"tx3g", b"stxt",
];

/// The numbers of the lines that a height cap removes. The text begins at line 2.
///
/// # Errors
/// If a list is broken, a variable is missing, or no variant would be left.
pub(super) fn dropped_lines(
    text: &[u8],
    max_height: u32,
    variables: &Variables,
    base: Option<&BaseUrl>,
) -> Result<BTreeSet<u64>, HlsError> {
    let mut reader = Reader { variables: variables.clone(), base, ladder: Ladder::default(), expanded: 0 };
    for (line, number) in text.split(|byte| *byte == b'\n').zip(2..) {
        reader.read(line, number)?;
    }
    reader.ladder.drop_above(max_height)
}

#[derive(Default)]
struct Ladder {
    offers: Vec<Offer>,
    last_variant: Option<usize>,
    /// URIs that no tag introduces: some players take them for variants, of unknown height.
    strays: Vec<u64>,
    renditions: Vec<(u64, Group)>,
}

/// A variant, or an I-frame playlist.
struct Offer {
    line: u64,
    uri_line: Option<u64>,
    height: Height,
    groups: Vec<Group>,
    /// Whether this is a variant, whose URI stands on a line of its own.
    variant: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Height {
    Known(u32),
    Unknown,
    NoPicture,
}

/// A group of renditions: its type, which is also the name of the attribute that refers to it, and its id.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    kind: Vec<u8>,
    id: Vec<u8>,
}

struct Reader<'a> {
    variables: Variables,
    base: Option<&'a BaseUrl>,
    ladder: Ladder,
    /// How many bytes variables have grown to: a group's name may be one reference to a long value.
    expanded: usize,
}

impl Reader<'_> {
    fn read(&mut self, line: &[u8], number: u64) -> Result<(), HlsError> {
        let kind = Line::of(line);
        let is_offer = matches!(kind, Line::Tag { name, .. } if offers_variant(name));
        let from = if is_offer { line.len() - line.trim_ascii_start().len() + 1 } else { 0 };
        let rest = line.get(from..).unwrap_or_default();
        // hls.js, for one, finds the tag anywhere in a line; others end lines at a CR.
        if memmem::find(rest, b"#EXT-X-STREAM-INF").is_some()
            || memmem::find(rest, b"#EXT-X-I-FRAME-STREAM-INF").is_some()
        {
            return Err(HlsError::HiddenVariant { line: number });
        }
        match kind {
            Line::Silent => {}
            Line::Uri => match self.ladder.waiting() {
                Some(waiting) => waiting.uri_line = Some(number),
                None => self.ladder.strays.push(number),
            },
            Line::Tag { name, list } => {
                let list = line.get(list..).unwrap_or_default();
                match name {
                    b"#EXT-X-STREAM-INF" => {
                        self.ladder.no_variant_waits()?;
                        let offer = self.offer(name, list, number)?;
                        self.ladder.last_variant = Some(self.ladder.offers.len());
                        self.ladder.offers.push(offer);
                    }
                    b"#EXT-X-I-FRAME-STREAM-INF" => {
                        let offer = self.offer(name, list, number)?;
                        // Pictures are all it has, whatever its CODECS say.
                        let height =
                            if offer.height == Height::NoPicture { Height::Unknown } else { offer.height };
                        self.ladder.offers.push(Offer { variant: false, height, ..offer });
                    }
                    b"#EXT-X-MEDIA" => self.rendition(name, list, number)?,
                    b"#EXT-X-DEFINE" => self.variables.define(list, self.base, number)?,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn offer(&mut self, tag: &[u8], list: &[u8], line: u64) -> Result<Offer, HlsError> {
        let mut resolutions = Vec::new();
        let mut codecs = Vec::new();
        let mut groups = Vec::new();
        for attribute in Attributes::new(list) {
            let attribute = attribute.map_err(|fault| HlsError::broken(line, tag, fault))?;
            match attribute.name {
                b"RESOLUTION" => resolutions.push(height(attribute.value)),
                b"CODECS" | b"SUPPLEMENTAL-CODECS" => {
                    codecs.push(self.expand(attribute.value, line)?);
                }
                // CLOSED-CAPTIONS=NONE, without quotes, is no group.
                b"AUDIO" | b"VIDEO" | b"SUBTITLES" | b"CLOSED-CAPTIONS" if attribute.quoted => {
                    groups.push(Group {
                        kind: attribute.name.to_vec(),
                        id: self.expand(attribute.value, line)?,
                    });
                }
                // Players that trim or skip more than we do may read a RESOLUTION or CODECS here.
                name if !name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte)) => {
                    resolutions.push(None);
                }
                _ => {}
            }
        }
        let pictureless = !codecs.is_empty() && codecs.iter().all(|list| has_no_picture(list));
        let height = match highest(&resolutions) {
            Some(height) => height,
            None if pictureless && !groups.iter().any(|group| group.kind == b"VIDEO") => Height::NoPicture,
            None => Height::Unknown,
        };
        Ok(Offer { line, uri_line: None, height, groups, variant: true })
    }

    fn rendition(&mut self, tag: &[u8], list: &[u8], line: u64) -> Result<(), HlsError> {
        let mut kind = None;
        let mut id = None;
        for attribute in Attributes::new(list) {
            let attribute = attribute.map_err(|fault| HlsError::broken(line, tag, fault))?;
            match attribute.name {
                b"TYPE" => kind = Some(attribute.value.to_vec()),
                b"GROUP-ID" => id = Some(self.expand(attribute.value, line)?),
                _ => {}
            }
        }
        if let Some((kind, id)) = kind.zip(id) {
            self.ladder.renditions.push((line, Group { kind, id }));
        }
        Ok(())
    }

    fn expand(&mut self, value: &[u8], line: u64) -> Result<Vec<u8>, HlsError> {
        let expansion = self.variables.expand(value, MAX_LINE).map_err(|_| HlsError::LineTooLong { line })?;
        self.expanded += expansion.view.len();
        if self.expanded > MAX_MULTIVARIANT {
            return Err(HlsError::MultivariantTooLong);
        }
        match expansion.unknown {
            Some(name) => Err(HlsError::UnknownVariable { line, name }),
            None => Ok(expansion.view.into_owned()),
        }
    }
}

impl Ladder {
    fn waiting(&mut self) -> Option<&mut Offer> {
        let last = self.last_variant?;
        self.offers.get_mut(last).filter(|offer| offer.uri_line.is_none())
    }

    fn no_variant_waits(&mut self) -> Result<(), HlsError> {
        self.waiting().map_or(Ok(()), |offer| Err(HlsError::VariantWithoutUri { line: offer.line }))
    }

    fn drop_above(mut self, max_height: u32) -> Result<BTreeSet<u64>, HlsError> {
        self.no_variant_waits()?;
        let strays = if self.last_variant.is_some() { std::mem::take(&mut self.strays) } else { Vec::new() };
        let (kept, dropped): (Vec<_>, Vec<_>) =
            self.offers.into_iter().partition(|offer| offer.height.fits(max_height));
        if dropped.iter().any(|offer| offer.variant) && !kept.iter().any(|offer| offer.variant) {
            let lowest =
                dropped.iter().filter(|offer| offer.variant).filter_map(|offer| offer.height.known()).min();
            return Err(HlsError::NothingBelowHeight { max_height, lowest });
        }
        let groups =
            |offers: &[Offer]| offers.iter().flat_map(|offer| offer.groups.clone()).collect::<BTreeSet<_>>();
        let (needed, left) = (groups(&kept), groups(&dropped));
        let orphans =
            self.renditions.iter().filter(|(_, group)| left.contains(group) && !needed.contains(group));
        let lines = dropped.iter().flat_map(|offer| [Some(offer.line), offer.uri_line]).flatten();
        Ok(lines.chain(orphans.map(|(line, _)| *line)).chain(strays).collect())
    }
}

impl Height {
    fn known(self) -> Option<u32> {
        if let Self::Known(height) = self { Some(height) } else { None }
    }

    /// An unknown height does not fit: a cap that can be escaped by leaving out RESOLUTION is none.
    fn fits(self, max_height: u32) -> bool {
        match self {
            Self::Known(height) => height <= max_height,
            Self::Unknown => false,
            Self::NoPicture => true,
        }
    }
}

/// The second number of `1920x1080`; of a portrait picture too, as that is its height.
fn height(resolution: &[u8]) -> Option<u32> {
    let (width, height) = std::str::from_utf8(resolution).ok()?.split_once(['x', 'X'])?;
    let number = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten()
    };
    number(width).and(number(height))
}

/// Of several resolutions players take different ones, so the highest counts, and an unreadable one makes it unknown.
fn highest(resolutions: &[Option<u32>]) -> Option<Height> {
    let known: Option<Vec<u32>> = resolutions.iter().copied().collect();
    match known {
        None => Some(Height::Unknown),
        Some(known) => known.into_iter().max().map(Height::Known),
    }
}

fn has_no_picture(codecs: &[u8]) -> bool {
    codecs.split(|byte| *byte == b',').all(|codec| {
        let codec = codec.trim_ascii();
        // Some players end an entry at a blank, too.
        if !codec.iter().all(u8::is_ascii_graphic) {
            return false;
        }
        let format = codec.split(|byte| matches!(byte, b'.' | b'/')).next().unwrap_or_default();
        PICTURELESS.iter().any(|known| known.eq_ignore_ascii_case(format))
    })
}
