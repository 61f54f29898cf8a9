//! Who one pretends to be: what a CDN would know of a viewer, told to it by a header that exists only here.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

/// The header by which the demo's page says who it pretends to be. Nothing behind the demo's CDN ever sees it.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-demo-viewer");

/// A viewer, as the demo's CDN knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pretended {
    pub(crate) country: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) device: String,
    /// The page's tab, for the log only.
    pub(crate) tab: Option<String>,
}

impl Default for Pretended {
    fn default() -> Self {
        Self { country: Some("NO".to_owned()), region: None, device: "desktop".to_owned(), tab: None }
    }
}

impl Pretended {
    /// Takes the header off. What it leaves out is as usual; `country=` is nowhere.
    pub(crate) fn take(headers: &mut HeaderMap) -> Self {
        let mut viewer = Self::default();
        let Some(value) = headers.remove(HEADER) else { return viewer };
        for part in value.to_str().unwrap_or_default().split(';') {
            let Some((name, value)) = part.trim().split_once('=') else { continue };
            let known = (!value.is_empty()).then(|| value.to_owned());
            match name {
                "country" => viewer.country = known,
                "region" => viewer.region = known,
                "device" => value.clone_into(&mut viewer.device),
                "tab" => viewer.tab = known,
                _ => {}
            }
        }
        viewer
    }

    /// What Cloudflare says of a request, as `request.cf` has it.
    pub(crate) fn cf(&self) -> Value {
        let region = self.region.as_deref().and_then(|region| region.split_once('-'));
        json!({ "country": self.country, "regionCode": region.map(|(_, part)| part) })
    }

    /// What CloudFront says of a request to an origin. What came from the client under these names is gone.
    pub(crate) fn cloudfront(&self, headers: &mut HeaderMap, secret: &str) {
        let told: Vec<_> = headers.keys().filter(|name| is_told(name)).cloned().collect();
        for name in told {
            headers.remove(name);
        }
        let region = self.region.as_deref().and_then(|region| region.split_once('-'));
        let facts = [
            ("x-playgate-proxy", Some(secret)),
            ("cloudfront-viewer-country", self.country.as_deref()),
            ("cloudfront-viewer-country-region", region.map(|(_, part)| part)),
            ("cloudfront-viewer-address", Some("203.0.113.9:4711")),
        ];
        for (name, value) in facts {
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        self.agent(headers);
    }

    /// The user agent of the device: by that a device is known where nobody else says which it is.
    pub(crate) fn agent(&self, headers: &mut HeaderMap) {
        for hint in ["sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "sec-ch-ua-form-factors"] {
            headers.remove(hint);
        }
        headers.insert("user-agent", HeaderValue::from_static(agent(&self.device)));
    }
}

fn is_told(name: &HeaderName) -> bool {
    let name = name.as_str();
    name.starts_with("cloudfront-") || name.starts_with("cf-") || name.starts_with("x-playgate-proxy")
}

fn agent(device: &str) -> &'static str {
    match device {
        "mobile" => {
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
        }
        "tablet" => {
            "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
        }
        "desktop" => {
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
        }
        "tv" => {
            "Mozilla/5.0 (SMART-TV; Linux; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/6.0 Chrome/108.0.0.0 TV Safari/537.36"
        }
        "console" => {
            "Mozilla/5.0 (PlayStation; PlayStation 5/6.50) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15"
        }
        "cast" => {
            "Mozilla/5.0 (X11; Linux armv7l) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 CrKey/1.56.500000 DeviceType/Chromecast"
        }
        _ => "playgate-demo",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(HEADER, HeaderValue::from_static(value))])
    }

    #[test]
    fn what_is_left_out_is_as_usual_and_what_is_empty_is_unknown() {
        let usual = Pretended::default();
        for (value, expected) in [
            ("", usual.clone()),
            (
                "country=GB; region=GB-MAN",
                Pretended { country: Some("GB".into()), region: Some("GB-MAN".into()), ..usual.clone() },
            ),
            ("country=", Pretended { country: None, ..usual.clone() }),
            ("device=tv;tab=k3", Pretended { device: "tv".into(), tab: Some("k3".into()), ..usual.clone() }),
            ("nonsense; other=1", usual.clone()),
        ] {
            let mut headers = headers(value);
            assert_eq!(Pretended::take(&mut headers), expected, "{value}");
            assert!(headers.is_empty(), "nothing of it goes on");
        }
    }

    #[test]
    fn nobody_but_the_demos_cdn_says_where_a_viewer_is() {
        let mut headers = headers("country=SE");
        for (name, value) in
            [("cloudfront-viewer-country", "US"), ("x-playgate-proxy", "guess"), ("cf-ipcountry", "US")]
        {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let viewer = Pretended::take(&mut headers);
        viewer.cloudfront(&mut headers, "secret");
        assert_eq!(headers["cloudfront-viewer-country"], "SE");
        assert_eq!(headers["x-playgate-proxy"], "secret");
        assert!(
            !headers.contains_key("cf-ipcountry")
                && !headers.contains_key("cloudfront-viewer-country-region")
        );
        assert_eq!(viewer.cf(), serde_json::json!({"country": "SE", "regionCode": null}));
    }
}
