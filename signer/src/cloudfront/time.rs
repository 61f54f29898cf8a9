//! Points in time as CloudFront takes them, and the windows that they are rounded to.

use crate::moment::Moment;
use std::num::NonZeroU32;

/// Seconds since 1970, at most 2147483647: CloudFront refuses anything later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Epoch(u32);

/// A time that CloudFront would not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// Past January 2038.
    #[error(
        "the time {seconds} is past 2147483647 (2038-01-19T03:14:07Z), the last second that CloudFront takes: choose an earlier one"
    )]
    TooLate {
        /// What was given.
        seconds: u64,
    },
    /// Zero is what a missing value looks like.
    #[error("the time 0 is no time: pass seconds since 1970-01-01T00:00:00Z")]
    Zero,
    /// Nothing is left after rounding down.
    #[error(
        "rounded down to a window of {window} s the expiry is {}, which is not after {}: choose a shorter window or a later expiry",
        Moment((*.rounded).into()),
        Moment(*.now)
    )]
    WindowTooCoarse {
        /// The window's length.
        window: u32,
        /// What the expiry became.
        rounded: u32,
        /// The present.
        now: u64,
    },
}

impl Epoch {
    /// The last second that CloudFront takes.
    pub const LAST: Self = Self(2_147_483_647);

    /// Takes 1 to 2147483647.
    ///
    /// # Errors
    /// [`TimeError::TooLate`] and [`TimeError::Zero`].
    pub fn new(seconds: u64) -> Result<Self, TimeError> {
        match u32::try_from(seconds) {
            Ok(0) => Err(TimeError::Zero),
            Ok(seconds) if seconds <= Self::LAST.0 => Ok(Self(seconds)),
            _ => Err(TimeError::TooLate { seconds }),
        }
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn seconds(self) -> u32 {
        self.0
    }

    /// This expiry rounded down to a multiple of `window`, so that viewers who come at different moments get
    /// the same policy and thereby the same signature. See [`super::SignatureReuse`] for what that costs.
    ///
    /// # Errors
    /// [`TimeError::WindowTooCoarse`] where the result is not after `now`.
    pub fn rounded_down(self, window: Window, now: u64) -> Result<Self, TimeError> {
        let rounded = self.0 - self.0 % window.0;
        if u64::from(rounded) > now {
            Ok(Self(rounded))
        } else {
            Err(TimeError::WindowTooCoarse { window: window.0.get(), rounded, now })
        }
    }
}

/// A span of seconds to which expiries are rounded down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window(NonZeroU32);

impl Window {
    /// A window of that many seconds. One second rounds nothing.
    #[must_use]
    pub fn seconds(seconds: NonZeroU32) -> Self {
        Self(seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_second_is_in_2038() {
        for (seconds, expected) in [
            (0, Err(TimeError::Zero)),
            (1, Ok(Epoch(1))),
            (2_147_483_647, Ok(Epoch::LAST)),
            (2_147_483_648, Err(TimeError::TooLate { seconds: 2_147_483_648 })),
            (4_294_967_297, Err(TimeError::TooLate { seconds: 4_294_967_297 })),
            (1_767_290_400_000, Err(TimeError::TooLate { seconds: 1_767_290_400_000 })),
        ] {
            assert_eq!(Epoch::new(seconds), expected);
        }
    }

    #[test]
    fn rounding_never_lengthens_and_never_ends_in_the_past() {
        let window = Window::seconds(NonZeroU32::new(300).unwrap());
        for (expiry, now, expected) in [
            (1_000, 0, Ok(900)),
            (900, 899, Ok(900)),
            (1_199, 899, Ok(900)),
            (1_199, 900, Err(TimeError::WindowTooCoarse { window: 300, rounded: 900, now: 900 })),
            (299, 0, Err(TimeError::WindowTooCoarse { window: 300, rounded: 0, now: 0 })),
        ] {
            assert_eq!(Epoch::new(expiry).unwrap().rounded_down(window, now).map(Epoch::seconds), expected);
        }
    }
}
