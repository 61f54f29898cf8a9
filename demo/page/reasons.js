// Reasons of docs/refusals.md in a few words, as one would say them. What a viewer reads is a sentence, and stands in sentences.js.

import { plain, title } from "./words.js";

/** What is said of each. */
export const REASONS = {
  // Of the policies.
  territory: "Not in this country",
  territory_unknown: "Country unknown",
  region_unknown: "Region unknown",
  not_yet: "Not yet",
  expired: "Licence has ended",
  tier: "Not in this subscription",
  device: "Not on this device",
  blackout: "Blacked out here",
  height: "Above the height cap",
  unknown_title: "No such title",
  cannot_decide: "No decision",

  // Of tokens.
  no_credentials: "Not logged in",
  revoked: "Withdrawn",
  token_expired: "Token has ended",
  token_not_yet_valid: "Token not valid yet",
  token_malformed: "Token is damaged",
  token_too_large: "Token is too large",
  token_bad_mac: "Token was changed",
  token_algorithm: "Token of another algorithm",
  token_critical: "Token asks for too much",
  token_no_expiry: "Token without an end",
  token_ambiguous: "Token says two things",
  token_unsupported_claim: "Token says what is not understood",
  token_unknown_key: "Token of an unknown key",
  token_key_expired: "Token of an old key",
  token_issuer: "Token of another issuer",
  token_audience: "Token for somebody else",
  token_path: "Token for another title",
  token_path_unknown: "Token for a path that is unknown",
  token_path_not_canonical: "Path not written plainly",
  token_country: "Token for another country",
  token_country_unknown: "Token needs a country",
  token_region_unknown: "Token needs a region",
  token_ip: "Token for another network",
  token_ip_unknown: "Token needs a network",
  token_method: "Token for another method",
  token_method_unknown: "Token needs a method",
  token_uri: "Token for another address",
  token_uri_unknown: "Token needs an address",

  // Of logins.
  login_expired: "Login has ended",
  login_not_yet_valid: "Login not valid yet",
  login_signature: "Login was changed",
  login_malformed: "Login is damaged",
  login_too_large: "Login is too large",
  login_claim: "Login lacks something",
  login_no_expiry: "Login without an end",
  login_critical: "Login asks for too much",
  login_algorithm: "Login of another algorithm",
  login_unknown_key: "Login of an unknown key",
  login_issuer: "Login of another issuer",
  login_audience: "Login for somebody else",
  login_use: "Login of another kind",
  keys_unavailable: "Login keys not reachable",

  // Of sessions.
  concurrency: "Too many streams",
  replaced: "Another device took over",
  session_ended: "Session has ended",
  session_unknown: "No such session",
  other_account: "Session of another account",
  playback_required: "Without a session",
  cookies_blocked: "Cookies are blocked",
  drm_required: "Needs copy protection",
  delivery: "Delivery not offered",

  // Of keys and licences.
  unknown_key: "No such key",
  key_of_another_title: "Key of another title",
  key_taken: "Key exists already",
  license_refused: "Licence server refused",
  license_unavailable: "Licence server not there",

  // Of requests.
  origin_unreachable: "Media not reachable",
  no_playlist: "Playlist is broken",
  no_route: "Nothing at this address",
  not_found: "Nothing at this address",
  path: "Path not written plainly",
  query: "Query not written plainly",
  method: "Method not understood",
  method_not_allowed: "Method not allowed",
  uri_too_long: "Address too long",
  header_too_large: "Headers too large",
  malformed: "Body is damaged",
  media_type: "Body of another type",
  too_large: "Body too large",
  invalid: "Body does not fit",
  changed: "Changed meanwhile",
  not_admin: "Not an administrator",
  overloaded: "Too busy",
  late: "Too late",
  slow: "Too slow",
  store_unavailable: "Store not there",
  draining: "About to stop",
  too_many_requests: "Too many requests",

  // Of the page itself, and of CloudFront.
  unreachable: "Nobody answers",
  media: "Cannot be played here",
  AccessDenied: "Signature does not fit",
};

/** A reason in a few words; one that is not known as its code reads. */
export const reasonWords = (code) => (code ? (REASONS[code] ?? title(code)) : "");

/** The same where it goes on behind a colon. */
export function reasonWithin(code) {
  const words = code ? (REASONS[code] ?? plain(code)) : "";
  return words.charAt(0).toLowerCase() + words.slice(1);
}

/** What a rule can fail at, as `playgate policy explain` says it. */
export const FAILS_AT = {
  titles: "title",
  territory: "country",
  window: "window",
  tier: "tier",
  device: "device",
};
