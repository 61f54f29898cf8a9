//! What can be wrong with a playlist, and what to do about it.

use super::{MAX_DEFINITIONS, MAX_LINE, MAX_MULTIVARIANT};

/// Why a playlist could not be rewritten. Lines count from 1.
///
/// What was written before an error is the beginning of a playlist, not a playlist: do not serve it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HlsError {
    /// The input does not begin with `#EXTM3U`; nothing was written.
    #[error(
        "not an HLS playlist: the first line is not `#EXTM3U` ended by LF or CRLF; check that the origin answered \
         with the playlist and not with an error page"
    )]
    NotAPlaylist,
    /// A line, or a URI once its variables are put in, is longer than [`MAX_LINE`].
    #[error("line {line} is longer than {MAX_LINE} bytes; check that this is a playlist, or split the line")]
    LineTooLong {
        /// The line.
        line: u64,
    },
    /// With a height cap: the multivariant playlist is longer than [`MAX_MULTIVARIANT`].
    #[error(
        "the multivariant playlist is longer than {MAX_MULTIVARIANT} bytes, and a height cap needs all of it; leave \
         out the cap or make the playlist shorter"
    )]
    MultivariantTooLong,
    /// A tag whose URI counts has an attribute list that players read differently.
    #[error(
        "line {line}: the attribute list of `{tag}` is broken: {fault}; have the packager write it again"
    )]
    BrokenAttributes {
        /// The line.
        line: u64,
        /// The tag, with its `#`.
        tag: String,
        /// What is wrong with the list.
        fault: AttributeFault,
    },
    /// A URI depends on a variable whose value is not known.
    #[error(
        "line {line}: the value of variable `{name}` is not known, and it decides where the URI leads; pass it with \
         the options, or the playlist's own address if it comes from there"
    )]
    UnknownVariable {
        /// The line of the URI.
        line: u64,
        /// The variable.
        name: String,
    },
    /// `EXT-X-DEFINE` names a variable that has a value already.
    #[error("line {line}: variable `{name}` is defined a second time; remove one of the two `#EXT-X-DEFINE`")]
    VariableRedefined {
        /// The line of the second definition.
        line: u64,
        /// The variable.
        name: String,
    },
    /// The definitions of one playlist take more than [`MAX_DEFINITIONS`].
    #[error(
        "line {line}: the variables of this playlist take more than {MAX_DEFINITIONS} bytes; define fewer"
    )]
    TooManyDefinitions {
        /// The line of the definition that was too much.
        line: u64,
    },
    /// A URI has a parameter that is to be added: of two with one name readers take different ones, CloudFront none.
    #[error(
        "line {line}: the URI has the parameter `{name}` already, which is to be added; was the playlist signed before? \
         sign the origin's own"
    )]
    AlreadyThere {
        /// The line of the URI.
        line: u64,
        /// The parameter.
        name: String,
    },
    /// The place where the addition belongs lies inside the value of a variable.
    #[error(
        "line {line}: the addition would have to stand inside the value of variable `{name}`; have the packager end \
         the variable before the path and before any `#`, or write the URI without it"
    )]
    InsideVariable {
        /// The line of the URI.
        line: u64,
        /// The variable.
        name: String,
    },
    /// With a height cap: variants and segments in one playlist, which no player may accept.
    #[error(
        "line {line}: variants and media segments stand in one playlist, so the height cap cannot be kept; have the \
         packager write them as two playlists"
    )]
    MixedPlaylist {
        /// The line that does not go with those before it.
        line: u64,
    },
    /// With a height cap: a variant's tag within a line, where only some players read it.
    #[error(
        "line {line}: `#EXT-X-STREAM-INF` stands within the line, where only some players read it; have the packager \
         write tags at the beginning of lines, and end lines with LF or CRLF"
    )]
    HiddenVariant {
        /// The line.
        line: u64,
    },
    /// With a height cap: an `EXT-X-STREAM-INF` that no URI follows.
    #[error("line {line}: no URI follows this `#EXT-X-STREAM-INF`; add it, or remove the tag")]
    VariantWithoutUri {
        /// The line of the tag.
        line: u64,
    },
    /// With a height cap: no variant keeps to it.
    #[error("no variant is at most {max_height} lines high; {}", lowest_hint(*.lowest))]
    NothingBelowHeight {
        /// The cap.
        max_height: u32,
        /// The lowest height there is, if any variant states one.
        lowest: Option<u32>,
    },
}

/// What is wrong with an attribute list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttributeFault {
    /// A quoted value has no closing quote.
    #[error("a quote is never closed")]
    UnterminatedQuote,
    /// A quote stands where none may stand: in a name, in an unquoted value or after a quoted one.
    #[error("a quote or text stands where a comma belongs")]
    StrayQuote,
    /// A URI stands without quotes, where a comma in it would end it.
    #[error("the URI is not in quotes")]
    UnquotedUri,
}

impl HlsError {
    pub(super) fn broken(line: u64, tag: &[u8], fault: AttributeFault) -> Self {
        Self::BrokenAttributes { line, tag: String::from_utf8_lossy(tag).into_owned(), fault }
    }
}

fn lowest_hint(lowest: Option<u32>) -> String {
    lowest.map_or_else(
        || "no variant states its height, so add RESOLUTION to them".to_owned(),
        |height| format!("the lowest there is has {height}, so raise the cap or add a lower variant"),
    )
}
