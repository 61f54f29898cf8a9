//! Why a request is refused: a stable code, a status, and a sentence for people.

use rights::outcome::Reason;
use signer::token;

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The code that people and scripts rely on.
    pub reason: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// For people.
    pub title: &'static str,
}

const fn refusal(status: u16, reason: &'static str, title: &'static str) -> Refusal {
    Refusal { reason, status, title }
}

pub(crate) const URI_TOO_LONG: Refusal = refusal(414, "uri_too_long", "The address is too long");
pub(crate) const HEADER_TOO_LARGE: Refusal = refusal(431, "header_too_large", "A header is too large");
pub(crate) const METHOD: Refusal = refusal(400, "method", "This request cannot be read");
pub(crate) const PATH: Refusal = refusal(400, "path", "This address cannot be read");
pub(crate) const QUERY: Refusal = refusal(400, "query", "This address cannot be read");
pub(crate) const NO_ROUTE: Refusal = refusal(404, "no_route", "There is nothing here");
pub(crate) const METHOD_NOT_ALLOWED: Refusal = refusal(405, "method_not_allowed", "This cannot be done here");
pub(crate) const NO_CREDENTIALS: Refusal = refusal(401, "no_credentials", "Please log in");
pub(crate) const REVOKED: Refusal = refusal(401, "revoked", "Your access has ended; please start again");
pub(crate) const HEIGHT: Refusal = refusal(403, "height", "This quality is not available to you");
pub(crate) const PLAYBACK_REQUIRED: Refusal =
    refusal(403, "playback_required", "Please start this title again");
pub(crate) const COOKIES_BLOCKED: Refusal =
    refusal(403, "cookies_blocked", "Please allow cookies to watch this");
pub(crate) const CANNOT_DECIDE: Refusal =
    refusal(503, "cannot_decide", "Something went wrong; please try again");
pub(crate) const KEYS_UNAVAILABLE: Refusal =
    refusal(503, "keys_unavailable", "Your login cannot be checked at the moment; please try again");
pub(crate) const LOGIN_EXPIRED: Refusal = refusal(401, "login_expired", "Please log in again");

impl Refusal {
    /// The refusal of a decision.
    #[must_use]
    pub fn of_rights(reason: Reason) -> Self {
        let (status, title) = match reason {
            Reason::UnknownTitle => (404, "There is no such title"),
            Reason::TerritoryUnknown => (451, "The country where you are is not known"),
            Reason::RegionUnknown => (451, "The part of the country where you are is not known"),
            Reason::Territory => (451, "Not available where you are"),
            Reason::NotYet => (403, "Not available yet"),
            Reason::Expired => (410, "Not available any more"),
            Reason::Tier => (403, "Not included in your subscription"),
            Reason::Device => (403, "Not available on this device"),
            Reason::Blackout => (451, "Not available where you are right now"),
        };
        refusal(status, reason.code(), title)
    }

    /// The refusal of a token.
    #[must_use]
    pub fn of_token(refused: &token::Refusal) -> Self {
        const BAD: &str = "Please start again";
        const ELSEWHERE: &str = "This link is for something else; please start again";
        match refused.code() {
            "malformed" => refusal(401, "token_malformed", BAD),
            "too_large" => refusal(401, "token_too_large", BAD),
            "algorithm" => refusal(401, "token_algorithm", BAD),
            "critical" => refusal(401, "token_critical", BAD),
            "unknown_key" => refusal(401, "token_unknown_key", BAD),
            "key_expired" => refusal(401, "token_key_expired", BAD),
            "bad_mac" => refusal(401, "token_bad_mac", BAD),
            "no_expiry" => refusal(401, "token_no_expiry", BAD),
            "expired" => refusal(401, "token_expired", "Please start again"),
            "not_yet_valid" => refusal(401, "token_not_yet_valid", "Please try again in a moment"),
            "issuer" => refusal(401, "token_issuer", BAD),
            "audience" => refusal(401, "token_audience", BAD),
            "path" => refusal(403, "token_path", ELSEWHERE),
            "path_not_canonical" => refusal(403, "token_path_not_canonical", ELSEWHERE),
            "path_unknown" => refusal(403, "token_path_unknown", ELSEWHERE),
            "uri" => refusal(403, "token_uri", ELSEWHERE),
            "uri_unknown" => refusal(403, "token_uri_unknown", ELSEWHERE),
            "method" => refusal(403, "token_method", ELSEWHERE),
            "method_unknown" => refusal(403, "token_method_unknown", ELSEWHERE),
            "country" => {
                refusal(403, "token_country", "This was started in another country; please start again")
            }
            "country_unknown" => {
                refusal(403, "token_country_unknown", "The country where you are is not known")
            }
            "region_unknown" => {
                refusal(403, "token_region_unknown", "The part of the country where you are is not known")
            }
            "ip" => refusal(403, "token_ip", "Your network has changed; please start again"),
            "ip_unknown" => refusal(403, "token_ip_unknown", "Your network is not known; please start again"),
            "unsupported_claim" => refusal(401, "token_unsupported_claim", BAD),
            "ambiguous" => refusal(401, "token_ambiguous", BAD),
            _ => refusal(401, "token_refused", BAD),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_of_the_rights_keeps_its_code() {
        for reason in Reason::ALL {
            let refusal = Refusal::of_rights(reason);
            assert_eq!(refusal.reason, reason.code());
            assert!((400..=499).contains(&refusal.status) && !refusal.title.is_empty());
            assert!(refusal.title.len() <= 60, "viewers read it on a phone: {}", refusal.title);
        }
    }
}
