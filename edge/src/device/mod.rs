//! What a viewer watches on, as far as their request tells.
//!
//! Three witnesses speak of it: what the CDN says ([`from_cdn`]), what the browser hints, and the user agent (both in
//! [`from_signs`]). The last two are the client's own words: whoever wants to look like a television can. A policy
//! that names devices keeps honest players on the ladders that were licensed; it stops nobody who lies.
//!
//! What is promised: an answer for every input, never a panic, no allocation, no more than the first 512 bytes of a
//! user agent read, in well under a microsecond. What cannot be told is [`Device::Unknown`], and that is an answer.
//!
//! What cannot be told, and what is said then:
//! - Safari on an iPad asks for desktop sites by default and calls itself a Macintosh: desktop.
//! - Chrome on a large Android tablet does the same and calls itself Linux: desktop.
//! - Players and libraries that name only Android (`ExoPlayerLib`, `Dalvik`, `stagefright`, `okhttp`) may run on a
//!   telephone, a tablet or a television: unknown, unless the agent says more.
//! - Robots, cars, watches, loudspeakers and headsets are none of the seven classes: unknown.
//!
//! How often it is right was measured on agents that nobody looked at while the tables were written; the README beside
//! `tests/corpus/devices/agents.tsv` has the figures and how they came about.

mod agent;
mod hints;
mod needles;

use rights::viewer::Device;

/// What a client says of itself: the values of four headers, where they were sent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Signs<'r> {
    /// `User-Agent`.
    pub user_agent: Option<&'r str>,
    /// `Sec-CH-UA-Mobile`, such as `?1`.
    pub hint_mobile: Option<&'r str>,
    /// `Sec-CH-UA-Platform`, such as `"Android"`, with its quotation marks.
    pub hint_platform: Option<&'r str>,
    /// `Sec-CH-UA-Form-Factors`, such as `"Mobile", "XR"`.
    pub hint_form_factors: Option<&'r str>,
}

/// What `CloudFront-Is-*-Viewer` say, where they are facts: at origin-request, or in a CloudFront Function. At
/// viewer-request in Lambda@Edge such a header is the client's own, and the field stays empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct CdnSigns {
    /// `CloudFront-Is-Mobile-Viewer`.
    pub mobile: Option<bool>,
    /// `CloudFront-Is-Tablet-Viewer`.
    pub tablet: Option<bool>,
    /// `CloudFront-Is-SmartTV-Viewer`.
    pub smart_tv: Option<bool>,
    /// `CloudFront-Is-Desktop-Viewer`.
    pub desktop: Option<bool>,
}

/// By which of the client's words a device is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// By the hints that browsers send beside their user agent.
    Hints,
    /// By the user agent.
    UserAgent,
}

/// The device that the CDN says it is.
///
/// CloudFront documents that some tablets are both mobile and tablet: those are tablets. Any other contradiction is no
/// answer, nor is all of it false. CloudFront has no word for consoles and cast receivers, so this never says either:
/// where they matter, ask [`from_signs`] first and take its answer if it is one of them.
#[must_use]
pub fn from_cdn(signs: &CdnSigns) -> Option<Device> {
    let says = |sign: Option<bool>| sign == Some(true);
    match (says(signs.mobile), says(signs.tablet), says(signs.smart_tv), says(signs.desktop)) {
        (true, false, false, false) => Some(Device::Mobile),
        (_, true, false, false) => Some(Device::Tablet),
        (false, false, true, false) => Some(Device::Tv),
        (false, false, false, true) => Some(Device::Desktop),
        _ => None,
    }
}

/// The device that the client says it is, and by which words; nothing if it sent none that can be read.
///
/// Hints count before the user agent, except where the agent says what the hints have no word for: a television, a
/// console, a cast receiver or a robot. Chromium on a television hints `?0` and `"Linux"` or `"Android"`, as if it
/// were a computer or a tablet. A malformed hint counts as absent.
#[must_use]
pub fn from_signs(signs: &Signs<'_>) -> Option<(Device, Origin)> {
    let agent = signs.user_agent.filter(|text| !text.trim_ascii().is_empty()).map(agent::read);
    if let Some(read) = agent
        && read.beyond_hints
    {
        return Some((read.device, Origin::UserAgent));
    }
    hints::device(signs)
        .map(|device| (device, Origin::Hints))
        .or_else(|| agent.map(|read| (read.device, Origin::UserAgent)))
}
