//! What is known of the viewer, and from whom: each fact carries its provenance.

use crate::countries::Countries;
use crate::device::{CdnSigns, Origin, Signs, from_cdn, from_signs};
use crate::request::{Field, Request};
use rights::Bundle;
use rights::viewer::Device;
use std::net::IpAddr;

/// Who says in which country the viewer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Teller {
    /// The CDN or the runtime.
    Platform,
    /// The table of addresses.
    Table,
    /// The token, which was bound to it when it was minted.
    Token,
}

impl Teller {
    /// As logs name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Table => "table",
            Self::Token => "token",
        }
    }
}

/// A country or subdivision code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code {
    bytes: [u8; 6],
    length: usize,
}

impl Code {
    /// A country's code, if it has the form of one; in capitals.
    fn country(text: &str) -> Option<Self> {
        let letters = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        letters.then(|| Self::new(&[text])).flatten()
    }

    /// A subdivision's code, of a platform that says `NO` and `03`, or `NO-03`.
    pub(crate) fn region(country: &str, text: &str) -> Option<Self> {
        let part = text.strip_prefix(country).and_then(|rest| rest.strip_prefix('-')).unwrap_or(text);
        let legal = (1..=3).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if legal { Self::new(&[country, "-", part]) } else { None }
    }

    fn new(parts: &[&str]) -> Option<Self> {
        let mut code = Self { bytes: [0; 6], length: 0 };
        for byte in parts.iter().flat_map(|part| part.bytes()) {
            *code.bytes.get_mut(code.length)? = byte.to_ascii_uppercase();
            code.length += 1;
        }
        Some(code)
    }

    pub(crate) fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// Where the viewer is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place {
    pub(crate) country: Option<(Code, Teller)>,
    pub(crate) region: Option<Code>,
}

impl Place {
    /// As far as platform and table know. CDNs have codes of their own for what they do not know, which are no country's.
    #[must_use]
    pub fn known(
        request: &Request<'_>,
        address: Option<IpAddr>,
        table: Option<&Countries<Vec<u8>>>,
        bundle: &Bundle<Vec<u8>>,
    ) -> Self {
        let known = |text| Code::country(text).filter(|code| bundle.is_country(code.as_str()));
        let told = |field| request.get(field).filter(|_| request.event.tells_places());
        if let Some(country) = told(Field::Country).and_then(known) {
            let region = told(Field::Region).and_then(|region| Code::region(country.as_str(), region));
            return Self { country: Some((country, Teller::Platform)), region };
        }
        let listed = table.zip(address).and_then(|(table, address)| table.country(address));
        Self { country: listed.and_then(known).map(|country| (country, Teller::Table)), region: None }
    }

    /// The same; where nobody knows better, with what the token is bound to and says.
    pub(crate) fn or_of_token(
        self,
        bound_to: Option<&str>,
        region: Option<&str>,
        bundle: &Bundle<Vec<u8>>,
    ) -> Self {
        let Some(bound_to) = bound_to.filter(|_| self.country.is_none()) else { return self };
        let (country, part) =
            bound_to.split_once('-').map_or((bound_to, None), |(country, part)| (country, Some(part)));
        let country = Code::country(country).filter(|code| bundle.is_country(code.as_str()));
        let Some(country) = country else { return self };
        let of_country = |region: &'_ str| Code::region(country.as_str(), region);
        let region = match part {
            Some(part) => of_country(part),
            None => region
                .filter(|region| region.split_once('-').is_some_and(|(of, _)| of == country.as_str()))
                .and_then(of_country),
        };
        Self { country: Some((country, Teller::Token)), region }
    }

    /// The country's code.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        self.country.as_ref().map(|(code, _)| code.as_str())
    }

    /// The subdivision's code, with its country's in front.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.region.as_ref().map(Code::as_str)
    }
}

/// What the viewer watches on, and who says so.
#[must_use]
pub fn device(request: &Request<'_>, of_token: Option<&str>) -> (Device, Option<&'static str>) {
    let signs = Signs {
        user_agent: request.get(Field::UserAgent),
        hint_mobile: request.get(Field::HintMobile),
        hint_platform: request.get(Field::HintPlatform),
        hint_form_factors: request.get(Field::HintFormFactors),
    };
    if request.event.tells_devices()
        && let Some(device) = from_cdn(&cdn_signs(request))
    {
        // A token that says the same has asked before.
        if of_token.and_then(Device::named) == Some(device) {
            return (device, Some("cdn"));
        }
        // The CDN has no word for these, and reads the same agent.
        return match from_signs(&signs) {
            Some((device @ (Device::Console | Device::Cast), _)) => (device, Some("agent")),
            _ => (device, Some("cdn")),
        };
    }
    if let Some(device) = of_token.and_then(Device::named) {
        return (device, Some("token"));
    }
    match from_signs(&signs) {
        Some((Device::Unknown, _)) | None => (Device::Unknown, None),
        Some((device, Origin::Hints)) => (device, Some("hints")),
        Some((device, Origin::UserAgent)) => (device, Some("agent")),
    }
}

fn cdn_signs(request: &Request<'_>) -> CdnSigns {
    let sign = |field| match request.get(field) {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    };
    CdnSigns {
        mobile: sign(Field::CdnMobile),
        tablet: sign(Field::CdnTablet),
        smart_tv: sign(Field::CdnSmartTv),
        desktop: sign(Field::CdnDesktop),
    }
}

#[cfg(all(test, feature = "settings"))]
mod tests {
    use super::*;
    use crate::request::Event;

    #[test]
    fn codes() {
        for (text, expected) in [
            ("NO", Some("NO")),
            ("no", Some("NO")),
            ("T1", None),
            ("NOR", None),
            ("", None),
            ("N", None),
            ("\u{c5}", None),
        ] {
            assert_eq!(Code::country(text).as_ref().map(Code::as_str), expected, "{text}");
        }
        for (text, expected) in [
            ("03", Some("NO-03")),
            ("NO-03", Some("NO-03")),
            ("ABC", Some("NO-ABC")),
            ("SE-03", None),
            ("ABCD", None),
            ("no", None),
            ("", None),
            ("0 ", None),
        ] {
            assert_eq!(Code::region("NO", text).as_ref().map(Code::as_str), expected, "{text}");
        }
    }

    #[test]
    fn whose_word_counts() {
        let text = "schema = 1\nagreement = \"a\"\n[[grant]]\nid = \"g\"\ntitles = [\"*\"]\nterritories = [\"*\"]\n\
            from = 2026-01-01T00:00:00Z\ntiers = [\"*\"]\n";
        let file = rights::language::SourceFile { path: "a.toml", text: text.as_bytes() };
        let bundle = rights::compile(&rights::language::read(&[file]).unwrap()).unwrap();
        let bundle = Bundle::open(bundle).unwrap();
        let place = |event, country, region| {
            let request = Request::new(event).with(Field::Country, country).with(Field::Region, region);
            Place::known(&request, None, None, &bundle)
        };
        let codes = |place: Place| (place.country().map(str::to_owned), place.region().map(str::to_owned));
        let expect = |country: &str, region: &str| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            (some(country), some(region))
        };
        for (event, country, region, expected) in [
            (Event::OriginRequest, "NO", "03", expect("NO", "NO-03")),
            (Event::Worker, "no", "", expect("NO", "")),
            (Event::Worker, "XX", "03", expect("", "")),
            (Event::Worker, "T1", "", expect("", "")),
            (Event::Worker, "AA", "", expect("", "")),
            (Event::Worker, "", "03", expect("", "")),
            (Event::ViewerRequest, "NO", "03", expect("", "")),
        ] {
            assert_eq!(codes(place(event, country, region)), expected, "{country} {region}");
        }
        let unknown = place(Event::ViewerRequest, "NO", "03");
        for (bound_to, region, expected) in [
            (Some("GB"), Some("GB-MAN"), expect("GB", "GB-MAN")),
            (Some("GB"), Some("NO-03"), expect("GB", "")),
            (Some("GB-MAN"), None, expect("GB", "GB-MAN")),
            (Some("AA"), None, expect("", "")),
            (None, Some("GB-MAN"), expect("", "")),
        ] {
            assert_eq!(
                codes(unknown.or_of_token(bound_to, region, &bundle)),
                expected,
                "{bound_to:?} {region:?}"
            );
        }
        let known = place(Event::Worker, "NO", "03").or_of_token(Some("GB"), Some("GB-MAN"), &bundle);
        assert_eq!(codes(known), expect("NO", "NO-03"));
    }
}
