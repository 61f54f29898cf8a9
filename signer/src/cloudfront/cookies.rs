//! Signed cookies, and the forms in which people need them.

use super::{CannedPolicy, CustomPolicy, Epoch, Policy, Signed, encoding};
use crate::keys::Hash;
use std::fmt;

/// The cookies of one signed policy: names and values, in the order in which CloudFront documents them. Whoever holds
/// them may pass, so they do not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Cookies {
    pairs: Vec<(&'static str, String)>,
    expires: Epoch,
}

/// Where a browser sends the cookies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieAttributes {
    domain: Option<String>,
    path: String,
    same_site: Option<SameSite>,
}

/// Whether browsers send the cookies along when a page of another site asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// Always: for players on another site than the CDN's host.
    None,
    /// Only when the viewer follows a link: what browsers assume where nothing is said.
    Lax,
    /// Never.
    Strict,
}

/// Why the attributes cannot stand in a `Set-Cookie` header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CookieAttributesError {
    /// Not a host name.
    #[error(
        "`{domain}` is not a cookie domain: write a host name such as `example.com`, without protocol, port or wildcard"
    )]
    Domain {
        /// What was given.
        domain: String,
    },
    /// Not an absolute path of plain characters.
    #[error("`{path}` is not a cookie path: it begins with `/` and has no `;`, space or control character")]
    Path {
        /// What was given.
        path: String,
    },
}

impl CookieAttributes {
    /// `domain` may be left out: then the browser sends the cookies to the host that set them, only.
    ///
    /// # Errors
    /// A [`CookieAttributesError`] for what would break the header apart.
    pub fn new(domain: Option<&str>, path: &str) -> Result<Self, CookieAttributesError> {
        let domain = domain.map(|domain| {
            let bare = domain.strip_prefix('.').unwrap_or(domain);
            let fits = (1..=253).contains(&bare.len())
                && bare.split('.').all(|label| {
                    !label.is_empty()
                        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                });
            if fits {
                Ok(bare.to_owned())
            } else {
                Err(CookieAttributesError::Domain { domain: domain.to_owned() })
            }
        });
        let fits = path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';');
        if !fits {
            return Err(CookieAttributesError::Path { path: path.to_owned() });
        }
        Ok(Self { domain: domain.transpose()?, path: path.to_owned(), same_site: None })
    }

    /// The same, with `SameSite` said.
    #[must_use]
    pub fn same_site(self, same_site: SameSite) -> Self {
        Self { same_site: Some(same_site), ..self }
    }
}

impl Cookies {
    /// Names and values.
    #[must_use]
    pub fn pairs(&self) -> &[(&'static str, String)] {
        &self.pairs
    }

    /// One `Set-Cookie` value each. `Secure` and `HttpOnly` always stand; no expiry, so that a shared device
    /// forgets them with the browser session, and CloudFront checks the policy's own at every request.
    #[must_use]
    pub fn set_cookie(&self, attributes: &CookieAttributes) -> Vec<String> {
        self.pairs
            .iter()
            .map(|(name, value)| {
                let domain =
                    attributes.domain.as_ref().map(|domain| format!("; Domain={domain}")).unwrap_or_default();
                let same_site = match attributes.same_site {
                    None => "",
                    Some(SameSite::None) => "; SameSite=None",
                    Some(SameSite::Lax) => "; SameSite=Lax",
                    Some(SameSite::Strict) => "; SameSite=Strict",
                };
                format!("{name}={value}{domain}; Path={}; Secure; HttpOnly{same_site}", attributes.path)
            })
            .collect()
    }

    /// The value of a `Cookie` request header.
    #[must_use]
    pub fn header(&self) -> String {
        let mut header = String::new();
        for (name, value) in &self.pairs {
            for part in [if header.is_empty() { "" } else { "; " }, name, "=", value] {
                header.push_str(part);
            }
        }
        header
    }

    /// A cookie file as curl, wget, ffmpeg and yt-dlp read it. `host` is used where the attributes name no
    /// domain.
    #[must_use]
    pub fn netscape(&self, attributes: &CookieAttributes, host: &str) -> String {
        let (domain, subdomains) = match &attributes.domain {
            Some(domain) => (format!(".{domain}"), "TRUE"),
            None => (host.to_owned(), "FALSE"),
        };
        let mut file = String::from("# Netscape HTTP Cookie File\n");
        let (path, expires) = (&attributes.path, self.expires.seconds().to_string());
        for (name, value) in &self.pairs {
            let line = [&domain, subdomains, path, "TRUE", &expires, name, value].join("\t");
            for part in ["#HttpOnly_", &line, "\n"] {
                file.push_str(part);
            }
        }
        file
    }
}

impl fmt::Debug for Cookies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Cookies({} until {}, [proof])", self.pairs.len(), self.expires.seconds())
    }
}

impl Signed<CannedPolicy> {
    /// The cookies for exactly this one address. CloudFront rebuilds the policy from each request, so that they
    /// open nothing else: for a whole title take a [`CustomPolicy`].
    #[must_use]
    pub fn cookies(&self) -> Cookies {
        self.with_first_cookie("CloudFront-Expires", self.policy.expires().seconds().to_string())
    }
}

impl Signed<CustomPolicy> {
    /// The cookies for everything that the policy covers.
    #[must_use]
    pub fn cookies(&self) -> Cookies {
        self.with_first_cookie("CloudFront-Policy", encoding::encode(self.message.as_bytes()))
    }
}

impl<P: Policy> Signed<P> {
    fn with_first_cookie(&self, name: &'static str, value: String) -> Cookies {
        let mut pairs = Vec::with_capacity(4);
        pairs.push((name, value));
        pairs.push(("CloudFront-Signature", self.signature.to_string()));
        pairs.push(("CloudFront-Key-Pair-Id", self.key_pair_id.to_string()));
        if self.hash == Hash::Sha256 {
            pairs.push(("CloudFront-Hash-Algorithm", "SHA256".to_owned()));
        }
        Cookies { pairs, expires: self.policy.expires() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies() -> Cookies {
        Cookies {
            pairs: vec![
                ("CloudFront-Expires", "1000".to_owned()),
                ("CloudFront-Signature", "a-b~c_".to_owned()),
            ],
            expires: Epoch::new(1000).unwrap(),
        }
    }

    #[test]
    fn each_form_is_what_its_reader_expects() {
        let anywhere = CookieAttributes::new(Some(".example.com"), "/vod/film/").unwrap();
        let here = CookieAttributes::new(None, "/").unwrap();
        assert_eq!(
            cookies().set_cookie(&anywhere),
            [
                "CloudFront-Expires=1000; Domain=example.com; Path=/vod/film/; Secure; HttpOnly",
                "CloudFront-Signature=a-b~c_; Domain=example.com; Path=/vod/film/; Secure; HttpOnly",
            ]
        );
        assert_eq!(cookies().set_cookie(&here)[0], "CloudFront-Expires=1000; Path=/; Secure; HttpOnly");
        assert_eq!(
            cookies().set_cookie(&here.clone().same_site(SameSite::None))[0],
            "CloudFront-Expires=1000; Path=/; Secure; HttpOnly; SameSite=None"
        );
        assert_eq!(cookies().header(), "CloudFront-Expires=1000; CloudFront-Signature=a-b~c_");
        assert_eq!(
            cookies().netscape(&anywhere, "cdn.example.com").lines().nth(1),
            Some("#HttpOnly_.example.com\tTRUE\t/vod/film/\tTRUE\t1000\tCloudFront-Expires\t1000")
        );
        assert_eq!(
            cookies().netscape(&here, "cdn.example.com").lines().nth(2),
            Some("#HttpOnly_cdn.example.com\tFALSE\t/\tTRUE\t1000\tCloudFront-Signature\ta-b~c_")
        );
    }

    #[test]
    fn attributes_cannot_break_out_of_the_header() {
        for domain in [
            "",
            ".",
            "a..b",
            "https://example.com",
            "example.com:443",
            "*.example.com",
            "a;b",
            "a\r\nb",
            "exa mple",
        ] {
            let expected = CookieAttributesError::Domain { domain: domain.to_owned() };
            assert_eq!(CookieAttributes::new(Some(domain), "/"), Err(expected));
        }
        for path in ["", "vod", "/a;Domain=evil", "/a b", "/a\r\nX: y", "/é"] {
            let expected = CookieAttributesError::Path { path: path.to_owned() };
            assert_eq!(CookieAttributes::new(None, path), Err(expected));
        }
    }
}
