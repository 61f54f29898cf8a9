//! What is known of a request's viewer besides who it is: the same facts as at the edge, from those who may tell them.

use axum::http::HeaderMap;
use edge::countries::Countries;
use edge::facts::{Place, device};
use edge::{Event, Field, Request};
use rights::Bundle;
use rights::viewer::Device;
use std::net::IpAddr;

/// The header in which a CDN proves that it is the one.
const PROXY: &str = "x-playgate-proxy";

/// Whose word counts.
pub(crate) struct Tellers {
    proxy_secret: Option<zeroize::Zeroizing<Vec<u8>>>,
    table: Option<Countries<Vec<u8>>>,
}

/// What is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    pub(crate) place: Place,
    pub(crate) device: Device,
    pub(crate) address: IpAddr,
}

impl Tellers {
    pub(crate) fn new(
        proxy_secret: Option<zeroize::Zeroizing<Vec<u8>>>,
        table: Option<Countries<Vec<u8>>>,
    ) -> Self {
        Self { proxy_secret, table }
    }

    /// The facts of a request that came from `peer`. What the player says of its device counts where nothing else is known.
    pub(crate) fn facts(
        &self,
        headers: &HeaderMap,
        peer: IpAddr,
        said: Option<Device>,
        bundle: &Bundle<Vec<u8>>,
    ) -> Facts {
        let is_proxy = self.is_proxy(headers);
        let event = if is_proxy { Event::OriginRequest } else { Event::ViewerRequest };
        let fields = [
            (Field::Country, "cloudfront-viewer-country"),
            (Field::Region, "cloudfront-viewer-country-region"),
            (Field::UserAgent, "user-agent"),
            (Field::HintMobile, "sec-ch-ua-mobile"),
            (Field::HintPlatform, "sec-ch-ua-platform"),
            (Field::HintFormFactors, "sec-ch-ua-form-factors"),
            (Field::CdnMobile, "cloudfront-is-mobile-viewer"),
            (Field::CdnTablet, "cloudfront-is-tablet-viewer"),
            (Field::CdnSmartTv, "cloudfront-is-smarttv-viewer"),
            (Field::CdnDesktop, "cloudfront-is-desktop-viewer"),
        ];
        let request = fields.into_iter().fold(Request::new(event), |request, (field, name)| {
            request.with(field, text(headers, name).unwrap_or_default())
        });
        let address = self.address(headers, peer);
        let place = Place::known(&request, Some(address), self.table.as_ref(), bundle);
        let (known, _) = device(&request, None);
        let device = if known == Device::Unknown { said.unwrap_or(known) } else { known };
        Facts { place, device, address }
    }

    /// The viewer's address: what the CDN says, or whoever has connected.
    pub(crate) fn address(&self, headers: &HeaderMap, peer: IpAddr) -> IpAddr {
        let told = text(headers, "cloudfront-viewer-address").filter(|_| self.is_proxy(headers));
        told.and_then(viewer_address).unwrap_or(peer)
    }

    fn is_proxy(&self, headers: &HeaderMap) -> bool {
        self.proxy_secret.as_ref().zip(headers.get(PROXY)).is_some_and(|(secret, said)| {
            aws_lc_rs::constant_time::verify_slices_are_equal(secret, said.as_bytes()).is_ok()
        })
    }
}

/// `203.0.113.9:4711`, or an address of version 6 with a port behind it, without brackets: CloudFront writes both so.
fn viewer_address(text: &str) -> Option<IpAddr> {
    let (address, _) = text.rsplit_once(':')?;
    address.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_cloudfront_writes_them() {
        for (text, expected) in [
            ("203.0.113.9:4711", Some("203.0.113.9")),
            ("2001:db8::9:4711", Some("2001:db8::9")),
            ("[2001:db8::9]:4711", Some("2001:db8::9")),
            ("203.0.113.9", None),
            ("", None),
            ("nobody:1", None),
        ] {
            assert_eq!(
                viewer_address(text).map(|address| address.to_string()).as_deref(),
                expected,
                "{text}"
            );
        }
    }
}
