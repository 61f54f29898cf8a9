//! What a token is held against.

use std::net::IpAddr;

/// What a token is held against. What is left out is not known; a token that restricts it is refused.
///
/// ```
/// use signer::token::Request;
///
/// let request = Request { path: Some("/vod/acme/one/master.m3u8"), country: Some("NO"), ..Request::default() };
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Request<'r> {
    /// The path, as it stood in the request line, without query and without a token in it.
    pub path: Option<&'r str>,
    /// The viewer's country, ISO 3166-1 alpha-2, as a trusted party reports it.
    pub country: Option<&'r str>,
    /// Whether, where the country is not known, the one place that the token is bound to is taken for it: the check of the
    /// country is left out. For hosts that nobody tells the country. A token bound to several is refused.
    pub country_from_token: bool,
    /// The viewer's subdivision, `NO-03` or just `03`.
    pub region: Option<&'r str>,
    /// The viewer's address.
    pub ip: Option<IpAddr>,
    /// The HTTP method, in capitals.
    pub method: Option<&'r str>,
    /// `https` or `http`.
    pub scheme: Option<&'r str>,
    /// The host, without a port.
    pub host: Option<&'r str>,
    /// The port, in digits.
    pub port: Option<&'r str>,
    /// The query, without its question mark.
    pub query: Option<&'r str>,
}
