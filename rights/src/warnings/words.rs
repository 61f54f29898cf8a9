//! How warnings say things.

use super::Warning;
use crate::model::{Caps, Epoch, Spot, Window};

/// A warning about one spot alone.
pub(super) fn warning(code: &'static str, spot: &Spot, message: String, help: impl Into<String>) -> Warning {
    Warning { code, spot: spot.clone(), message, help: Some(help.into()), other: None }
}

/// A moment as RFC 3339 has it; of times that no calendar has, the seconds.
pub(super) fn time(at: Epoch) -> String {
    jiff::Timestamp::from_second(at).map_or_else(|_| format!("second {at}"), |time| time.to_string())
}

/// A window behind "is": "from .. until ..".
pub(super) fn window(window: Window) -> String {
    let from = time(window.from);
    window
        .until
        .map_or_else(|| format!("from {from} on"), |until| format!("from {from} until {}", time(until)))
}

/// A rule that is not the one a warning is about, with where it stands.
pub(super) fn rule(id: &str, spot: &Spot) -> String {
    format!("`{id}` ({}:{})", spot.file, spot.line)
}

/// What a grant allows.
pub(super) fn caps(caps: Caps) -> String {
    let height = caps.max_height.map_or_else(|| "any height".to_owned(), |height| format!("{height} lines"));
    let streams = match caps.max_streams {
        None => "any number of streams".to_owned(),
        Some(1) => "1 stream".to_owned(),
        Some(streams) => format!("{streams} streams"),
    };
    format!("{height}, {streams}, {}", if caps.drm { "only with DRM" } else { "with or without DRM" })
}
