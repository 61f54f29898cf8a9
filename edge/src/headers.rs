//! The headers that answers carry, whatever they say.

use crate::answer::Headers;
#[cfg(feature = "settings")]
use crate::problem::Problem;
use crate::request::{Field, Request};
#[cfg(feature = "settings")]
use crate::settings::{CorsSettings, SecuritySettings};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The longest `origin` that is answered.
const LONGEST_ORIGIN: usize = 256;

/// What every answer carries.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Usual {
    origins: Vec<String>,
    any_origin: bool,
    credentials: bool,
    max_age: u32,
    hsts: String,
    allowed_headers: String,
}

impl Usual {
    #[cfg(feature = "settings")]
    pub(crate) fn new(
        cors: &CorsSettings,
        security: &SecuritySettings,
        token_header: &str,
    ) -> Result<Self, Problem> {
        let any_origin = cors.origins.iter().any(|origin| origin == "*");
        if any_origin && cors.credentials {
            let what =
                "any page could use the viewer's credentials; name the origins, or set `credentials = false`";
            return Err(Problem::at("cors.origins", what));
        }
        if let Some(origin) = cors.origins.iter().find(|origin| *origin != "*" && !is_origin(origin)) {
            let what = format!(
                "`{origin}` is no origin as browsers send it; write it like `https://tv.example.com`, without a path"
            );
            return Err(Problem::at("cors.origins", what));
        }
        if !security.hsts.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(Problem::at(
                "security.hsts",
                "it is no header value; write one like `max-age=31536000`",
            ));
        }
        Ok(Self {
            origins: cors.origins.clone(),
            any_origin,
            credentials: cors.credentials,
            max_age: cors.max_age,
            hsts: security.hsts.clone(),
            allowed_headers: format!("authorization, content-type, range, {token_header}"),
        })
    }

    /// The security headers.
    pub(crate) fn security(&self, headers: &mut Headers) {
        if !self.hsts.is_empty() {
            headers.push(("strict-transport-security", Cow::Owned(self.hsts.clone())));
        }
        headers.push(("x-content-type-options", Cow::Borrowed("nosniff")));
    }

    /// The headers that let a configured page read an answer; whether there are any.
    pub(crate) fn cors(&self, request: &Request<'_>, headers: &mut Headers) -> bool {
        let Some(origin) = request.get(Field::Origin) else { return false };
        let plain = origin.len() <= LONGEST_ORIGIN && origin.bytes().all(|byte| byte.is_ascii_graphic());
        if !plain || !(self.any_origin || self.origins.iter().any(|known| known == origin)) {
            return false;
        }
        headers.push(("access-control-allow-origin", Cow::Owned(origin.to_owned())));
        if self.credentials {
            headers.push(("access-control-allow-credentials", Cow::Borrowed("true")));
        }
        headers.push((
            "access-control-expose-headers",
            Cow::Borrowed("date, content-length, content-range, retry-after, www-authenticate"),
        ));
        true
    }

    /// What a preflight gets besides.
    pub(crate) fn preflight(&self, allow: &'static str, headers: &mut Headers) {
        headers.push(("access-control-allow-methods", Cow::Borrowed(allow)));
        headers.push(("access-control-allow-headers", Cow::Owned(self.allowed_headers.clone())));
        headers.push(("access-control-max-age", Cow::Owned(self.max_age.to_string())));
    }

    /// `vary`, where answers differ by origin.
    pub(crate) fn vary(&self, before: Option<&str>) -> Option<Cow<'static, str>> {
        if self.origins.is_empty() {
            return None;
        }
        let before = before.unwrap_or_default();
        let names = |name: &str| before.split(',').any(|its| its.trim().eq_ignore_ascii_case(name));
        if before.is_empty() {
            Some(Cow::Borrowed("origin"))
        } else if names("origin") || names("*") {
            None
        } else {
            Some(Cow::Owned(format!("{before}, origin")))
        }
    }
}

#[cfg(feature = "settings")]
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let letter = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b':' | b'[' | b']');
    host.is_some_and(|host| !host.is_empty() && host.len() <= LONGEST_ORIGIN - 8 && host.bytes().all(letter))
}

#[cfg(all(test, feature = "settings"))]
mod tests {
    use super::*;

    fn usual(origins: &[&str], credentials: bool) -> Result<Usual, Problem> {
        let origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
        let cors = CorsSettings { origins, credentials, max_age: 600 };
        Usual::new(&cors, &SecuritySettings::default(), "x-token")
    }

    #[test]
    fn origins_that_are_none() {
        for origin in [
            "",
            "tv.example.com",
            "https://",
            "https://tv.example.com/",
            "https://TV.example.com",
            "null",
            "https://a b",
            "ftp://a",
        ] {
            assert!(usual(&[origin], false).is_err(), "{origin}");
        }
        assert!(usual(&["*"], true).unwrap_err().to_string().starts_with("cors.origins: any page could"));
        assert!(
            usual(&["https://tv.example.com", "http://localhost:8080", "http://[::1]:3000"], true).is_ok()
        );
    }

    #[test]
    fn vary_keeps_what_it_had() {
        let with = usual(&["https://a.example"], false).unwrap();
        for (before, expected) in [
            (None, Some("origin")),
            (Some("accept-encoding"), Some("accept-encoding, origin")),
            (Some("Origin"), None),
            (Some("accept, ORIGIN"), None),
            (Some("*"), None),
        ] {
            assert_eq!(with.vary(before).as_deref(), expected, "{before:?}");
        }
        assert_eq!(usual(&[], false).unwrap().vary(None), None);
    }
}
