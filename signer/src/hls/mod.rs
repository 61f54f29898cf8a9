//! HLS playlists: put the proof on every URI, leave every other byte alone.
//!
//! [`Rewriter`] takes a playlist in chunks and adds a query or a path prefix to its URIs: the lines that stand
//! alone, and the attributes of `EXT-X-MEDIA`, `I-FRAME-STREAM-INF`, `KEY`, `SESSION-KEY`, `MAP`, `PART`,
//! `PRELOAD-HINT`, `RENDITION-REPORT`, `SESSION-DATA`, `CONTENT-STEERING` and `DATERANGE` that hold one. Line endings,
//! a byte order mark, unknown tags, comments, blanks and bytes that are no UTF-8 stay as they were.
//!
//! ```
//! use signer::hls::{Addition, Options, rewrite};
//!
//! let playlist = b"#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"key.bin\"\n#EXTINF:6,\nseg-1.ts\n";
//! let signed = rewrite(playlist, Addition::query("token=abc")?, Options::default())?;
//! assert_eq!(
//!     signed,
//!     b"#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"key.bin?token=abc\"\n#EXTINF:6,\nseg-1.ts?token=abc\n"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where proof goes, and where it does not
//! - Relative URIs and those from the root (`/vod/..`) are the playlist's own host. `https://host/..` and `//host/..`
//!   are only if [`Options::base`] is given and its scheme, host and port are the same; `http` under an `https` base
//!   is not. Anything else (`skd:`, `data:`, `urn:`) is left alone. A URI that only a browser would read as leading
//!   away (`/\host`, or a tab between two slashes) is left alone too.
//! - A URI that is empty or only a fragment names the playlist itself and is left alone.
//! - A query goes before the fragment, after `?`, or after `&` if there is a query, even an empty one. A URI that has
//!   one of its parameters already is an error: the playlist was signed before.
//! - A path prefix goes before the path of URIs from the root, unless it is there already. Relative URIs inherit it
//!   from the playlist's own address and stay. One that climbs so high (`../../..`) that it would lose the prefix is
//!   written from the root instead, with the prefix, as RFC 3986 resolves it without the prefix; that needs the base
//!   (with or without the prefix in it), and without one every relative URI stays. `%2e` counts as a dot and a
//!   backslash as a slash, as in browsers.
//!
//! # Variables
//! `{$name}` stays as it stands; its value only decides where a URI leads. Values come from `EXT-X-DEFINE`, from
//! [`Options::variables`] (for `IMPORT`, and for what is not defined or not in the query) and, for `QUERYPARAM`, from the base's
//! query. Where players would read a value differently (a variable inside a `VALUE`, an escape inside an escape,
//! attributes that exclude each other) it counts as unknown. An unknown variable that may decide something is an error, as is a place for the addition that
//! lies inside a variable's value.
//!
//! # The height cap
//! [`Options::max_height`] removes from a multivariant playlist every variant (`EXT-X-STREAM-INF` and its URI line)
//! and I-frame playlist that is higher, and the renditions of groups that only those referred to. Lines between a
//! tag and its URI stay, as do groups that nothing ever referred to. The height is the second number of RESOLUTION,
//! of portrait pictures too. Without a readable RESOLUTION it is unknown, and the variant goes, unless its CODECS
//! name only sound and text. An attribute whose name players may read differently makes it unknown, too; a URI that no
//! tag introduces goes; a variant's tag that only some players would find, within a line, is an error. In a media
//! playlist there is nothing to remove. To know which of the two it is, the rewriter holds lines back until `EXTINF` or
//! `EXT-X-TARGETDURATION` says so, up to [`MAX_MULTIVARIANT`].
//!
//! # Broken playlists
//! An attribute list is read only where it names a URI (or, under a height cap, a height or group). If it is broken
//! there, that is an error with the line's number: never a URI that silently went without.

mod addition;
mod attributes;
mod base;
mod error;
mod held;
mod ladder;
mod line;
mod opening;
mod path;
mod place;
mod rewriter;
mod scan;
mod tags;
mod uri;
mod variables;

use std::collections::BTreeMap;
use std::fmt;

pub use addition::{Addition, AdditionError, PathPrefix, Query};
pub use base::{BaseUrl, BaseUrlError};
pub use error::{AttributeFault, HlsError};
pub use rewriter::Rewriter;

/// The longest line, in bytes, without its line feed.
pub const MAX_LINE: usize = 256 * 1024;

/// The longest multivariant playlist under a height cap, in bytes, without its first line.
pub const MAX_MULTIVARIANT: usize = 4 * 1024 * 1024;

/// What the variables of one playlist may take in all, in bytes.
pub const MAX_DEFINITIONS: usize = 256 * 1024;

/// What is known about a playlist besides its text. The default knows nothing and removes nothing.
#[derive(Clone, Default)]
pub struct Options {
    /// The address that the playlist was asked for with.
    pub base: Option<BaseUrl>,
    /// The highest picture to leave in a multivariant playlist, in lines.
    pub max_height: Option<u32>,
    /// Values of variables that the playlist does not define itself, by name.
    pub variables: BTreeMap<String, String>,
}

impl fmt::Debug for Options {
    /// The names of the variables only: their values may be proof.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Options")
            .field("base", &self.base)
            .field("max_height", &self.max_height)
            .field("variables", &self.variables.keys())
            .finish()
    }
}

/// Rewrites a whole playlist at once.
///
/// # Errors
/// As [`HlsError`] says.
pub fn rewrite(playlist: &[u8], addition: Addition, options: Options) -> Result<Vec<u8>, HlsError> {
    let mut out = Vec::new();
    let mut rewriter = Rewriter::new(addition, options);
    rewriter.push(playlist, &mut out)?;
    rewriter.finish(&mut out)?;
    Ok(out)
}
