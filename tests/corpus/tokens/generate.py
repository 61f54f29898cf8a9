#!/usr/bin/env python3
"""Writes the token corpus: tests/corpus/tokens/*.json.

Shares no code with the implementation: its own CBOR writer, Python's own hmac. Deterministic.

    generate.py            write the files
    generate.py --check    fail if a file is not what would be written, or is not ours

All keys are made for these tests and protect nothing.
"""

import base64
import hashlib
import hmac
import json
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
NOW = 1_800_000_000
LATER = NOW + 3600
KID = "k-2026"
SECRET = bytes.fromhex("403697de87af64611c1d32a05dab0fe1fcb715a86ab435f1ec99192d79569388")
OTHER = bytes(range(32))
PATH = "/vod/movie1/master.m3u8"


# --- CBOR ---------------------------------------------------------------------------------------


class Tag:
    def __init__(self, number, value):
        self.number, self.value = number, value


class Raw(bytes):
    """Bytes of CBOR that go in as they are."""


class Pairs(list):
    """A map whose entries keep their order, and may repeat."""


def head(major, argument):
    major <<= 5
    if argument < 24:
        return bytes([major | argument])
    for info, form, limit in ((24, ">B", 1 << 8), (25, ">H", 1 << 16), (26, ">I", 1 << 32), (27, ">Q", 1 << 64)):
        if argument < limit:
            return bytes([major | info]) + struct.pack(form, argument)
    raise ValueError(argument)


def cbor(value):
    if isinstance(value, Raw):
        return bytes(value)
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, Tag):
        return head(6, value.number) + cbor(value.value)
    if isinstance(value, Pairs):
        return head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value)
    if isinstance(value, dict):
        return cbor(Pairs(value.items()))
    if isinstance(value, (list, tuple)):
        return head(4, len(value)) + b"".join(map(cbor, value))
    raise TypeError(value)


# --- COSE_Mac0 ----------------------------------------------------------------------------------


def text(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def mac(protected, payload, secret=SECRET, context="MAC0"):
    return hmac.new(secret, cbor([context, protected, b"", payload]), hashlib.sha256).digest()


def raw_token(
    claims,
    secret=SECRET,
    protected=None,
    unprotected=None,
    tags=(61, 17),
    tag=None,
    payload=None,
    sign_protected=None,
):
    """The bytes of a token. Every part can be replaced, to make it wrong."""
    protected = {1: 5} if protected is None else protected
    protected = protected if isinstance(protected, bytes) else cbor(protected)
    unprotected = {4: KID.encode()} if unprotected is None else unprotected
    payload = cbor(claims) if payload is None else payload
    tag = mac(protected if sign_protected is None else sign_protected, payload, secret) if tag is None else tag
    message = [protected, unprotected, payload, tag]
    for number in reversed(tags):
        message = Tag(number, message)
    return cbor(message)


def token(claims, **parts):
    return text(raw_token(claims, **parts))


def cta(**more):
    """The claims of an ordinary token: a path, a country, an expiry."""
    claims = {4: LATER, 310: 1, 312: {3: {1: "/vod/movie1"}}, 316: ["NO", "SE"]}
    claims.update({int(k[1:]): v for k, v in more.items()})
    return {k: v for k, v in claims.items() if v is not ...}


def bare(label, value):
    return {4: LATER, label: value}


def aws(**more):
    claims = {1: "issuer", 4: LATER, 7: "session-1", 401: {2: {1: "/vod/movie1"}}, 316: ["no", "se"]}
    claims.update({int(k[1:]): v for k, v in more.items()})
    return {k: v for k, v in claims.items() if v is not ...}


# --- Cases --------------------------------------------------------------------------------------

FILES = {}


def keyring(kid=KID, secret=SECRET, start=0, until=None):
    return {"kid": kid, "secret_hex": secret.hex(), "from": start, "until": until}


def case(file, name, tok, expected, why, keys=None, policy=None, now=NOW, **request):
    asked = {"path": PATH, "country": "NO", "ip": "203.0.113.9", "method": "GET"}
    asked.update(request)
    FILES.setdefault(file, []).append(
        {
            "name": name,
            "why": why,
            "token": tok,
            "keys": [keyring()] if keys is None else keys,
            "policy": policy or {},
            "request": {"now": now, **{k: v for k, v in asked.items() if v is not None}},
            "expected": {"valid": expected} if isinstance(expected, dict) else {"refused": expected},
        }
    )


ORDINARY = {"expires_at": LATER, "kid": KID, "path_scope": "/vod/movie1", "dialect": "cta"}


def times():
    f = "times"
    case(f, "last_second", token(cta()), ORDINARY, "The expiry itself is the first moment that is too late.", now=LATER - 1)
    case(f, "expiry_reached", token(cta()), "expired", "exp is exclusive: at that second the token is over.", now=LATER)
    case(f, "expiry_passed", token(cta()), "expired", "A day after its end a token is no good.", now=LATER + 86400)
    case(f, "no_expiry", token(cta(_4=...)), "no_expiry", "A token without exp would live for ever.")
    case(f, "expiry_zero", token(cta(_4=0)), "expired", "Zero is a time long past, not the absence of one.")
    case(f, "expiry_text", token(cta(_4=str(LATER))), "malformed", "A number written as text is not a number.")
    case(f, "expiry_null", token(cta(_4=None)), "malformed", "null is no expiry and must not count as one.")
    case(f, "expiry_negative", token(cta(_4=-1)), "malformed", "Times before 1970 are nobody's expiry.")
    case(f, "expiry_nan", token(cta(_4=float("nan"))), "malformed", "Every comparison with NaN is false: it must not get that far.")
    case(f, "expiry_infinite", token(cta(_4=float("inf"))), "malformed", "An infinite expiry is none.")
    case(f, "expiry_fraction", token(cta(_4=LATER + 0.5)), "malformed", "Whole seconds only.")
    case(f, "expiry_bignum", token(cta(_4=Tag(2, b"\xff" * 9))), "malformed", "A bignum is not a time.")
    case(f, "expiry_tagged", token(cta(_4=Tag(1, LATER))), "malformed", "RFC 8392: the tag for times must not be there.")
    case(f, "expiry_single_float", token(cta(_4=Raw(b"\xfa" + struct.pack(">f", 2.0**31)))), "malformed", "A float of 32 bits cannot hold a time to the second.")
    case(f, "expiry_double", token(cta(_4=float(LATER))), ORDINARY, "JavaScript's encoders write large numbers as doubles.")
    case(f, "expiry_wide", token(cta(_4=Raw(b"\x1b" + struct.pack(">Q", LATER)))), ORDINARY, "Longer than need be, but plain.")
    case(f, "expiry_largest", token(cta(_4=2**64 - 1)), "no_expiry", "An end that never comes is none; leeway must not overflow it.", policy={"leeway": 60})
    case(f, "expiry_last", token(cta(_4=253402300799)), {**ORDINARY, "expires_at": 253402300799}, "The last second of the year 9999 is a time.")
    case(f, "expiry_milliseconds", token(cta(_4=253402300800)), "no_expiry", "One more is milliseconds, or for ever.")
    case(f, "start_reached", token(cta(_5=NOW)), {**ORDINARY, "not_before": NOW}, "nbf is inclusive.")
    case(f, "start_ahead", token(cta(_5=NOW + 1)), "not_yet_valid", "One second early is early.")
    case(f, "start_text", token(cta(_5="0")), "malformed", "A start that cannot be read is not a start in the past.")
    case(f, "start_nan", token(cta(_5=float("nan"))), "malformed", "Every comparison with NaN is false: it must not get that far.")
    case(f, "leeway_expiry", token(cta()), ORDINARY, "The policy allows clocks to differ by 30 seconds.", now=LATER + 29, policy={"leeway": 30})
    case(f, "leeway_expiry_over", token(cta()), "expired", "Thirty seconds, not thirty-one.", now=LATER + 30, policy={"leeway": 30})
    case(f, "leeway_start", token(cta(_5=NOW + 30)), {**ORDINARY, "not_before": NOW + 30}, "The same at the beginning.", policy={"leeway": 30})
    case(f, "leeway_start_over", token(cta(_5=NOW + 31)), "not_yet_valid", "The same at the beginning.", policy={"leeway": 30})
    case(f, "issued_in_future", token(cta(_6=NOW + 999)), {**ORDINARY, "issued_at": NOW + 999}, "iat is informative; nbf is what restricts.")


def paths():
    f = "paths"
    refused = lambda name, path, code, why, claims=None: case(f, name, token(claims or cta()), code, why, path=path)
    case(f, "prefix_itself", token(cta()), ORDINARY, "A prefix without a slash at its end covers itself.", path="/vod/movie1")
    case(f, "prefix_below", token(cta()), ORDINARY, "And everything below it.", path="/vod/movie1/720p/seg-1.m4s")
    refused("prefix_sibling", "/vod/movie10", "path", "movie10 is another title.")
    refused("prefix_sibling_below", "/vod/movie10/master.m3u8", "path", "movie10 is another title.")
    refused("prefix_extension", "/vod/movie1.m3u8", "path", "A prefix ends at a slash, not at a dot.")
    refused("prefix_above", "/vod", "path", "What lies above is not covered.")
    refused("prefix_case", "/VOD/movie1/x", "path", "Paths are case-sensitive.")
    refused("prefix_elsewhere", "/x/vod/movie1/", "path", "A prefix begins at the beginning.")
    slashed = cta(_312={3: {1: "/vod/movie1/"}})
    case(f, "slashed_below", token(slashed), {**ORDINARY, "path_scope": "/vod/movie1/"}, "A prefix with a slash covers what is below.", path="/vod/movie1/x")
    refused("slashed_itself", "/vod/movie1", "path", "And not the name without the slash.", slashed)
    case(f, "root", token(cta(_312={3: {1: "/"}})), {**ORDINARY, "path_scope": "/"}, "The root covers everything.", path="/live/x")
    refused("dots", "/vod/movie1/../movie2/x", "path_not_canonical", "Dot segments lead out of the prefix.")
    refused("dots_at_end", "/vod/movie1/..", "path_not_canonical", "Dot segments lead out of the prefix.")
    refused("dot", "/vod/movie1/./x", "path_not_canonical", "Caches and origins differ on single dots.")
    refused("dots_parameter", "/vod/movie1/..;/movie2/x", "path_not_canonical", "Some servers drop ;parameters first.")
    refused("dots_escaped", "/vod/movie1/%2e%2e/movie2/x", "path_not_canonical", "Escaped dots are dots to the origin.")
    refused("dots_half_escaped", "/vod/movie1/.%2E/movie2/x", "path_not_canonical", "Escaped dots are dots to the origin.")
    refused("slash_escaped", "/vod/movie1%2f..%2fmovie2", "path_not_canonical", "An escaped slash is a slash to the origin.")
    refused("backslash_escaped", "/vod/movie1/..%5cmovie2", "path_not_canonical", "A backslash is a slash on some servers.")
    refused("semicolon_escaped", "/vod/movie1/..%3bx/movie2/x", "path_not_canonical", "Decoded by a proxy, it begins parameters that are dropped.")
    refused("overlong_dots", "/vod/movie1/%c0%ae%c0%ae/movie2", "path_not_canonical", "Overlong UTF-8: some decoders read dots.")
    refused("overlong_dots_of_three", "/vod/movie1/%e0%80%ae%E0%80%AE/movie2", "path_not_canonical", "Overlong UTF-8, three bytes.")
    refused("overlong_slash_of_four", "/vod/movie1/..%F0%80%80%AFmovie2", "path_not_canonical", "Overlong UTF-8, four bytes.")
    refused("overlong_slash", "/vod/movie1/..%C0%AFmovie2", "path_not_canonical", "Overlong UTF-8: some decoders read a slash.")
    refused("percent_escaped", "/vod/movie1/%252e%252e/movie2", "path_not_canonical", "Decoded twice, it is dots.")
    refused("nul_escaped", "/vod/movie1/x%00.m3u8", "path_not_canonical", "A NUL ends names on some servers.")
    refused("newline_escaped", "/vod/movie1/x%0d%0aSet-Cookie:x", "path_not_canonical", "Control characters belong nowhere.")
    refused("backslash", "/vod/movie1\\..\\movie2", "path_not_canonical", "A backslash is a slash on some servers.")
    refused("double_slash", "/vod/movie1//x", "path_not_canonical", "Empty segments are dropped by some and kept by others.")
    refused("double_slash_front", "//vod/movie1/x", "path_not_canonical", "This could be read as a host.")
    refused("relative", "vod/movie1/x", "path_not_canonical", "A path begins with a slash.")
    refused("empty", "", "path_not_canonical", "A path begins with a slash.")
    refused("query", "/vod/movie1/x?a=b", "path_not_canonical", "The query is no part of the path.")
    refused("fragment", "/vod/movie1/x#a", "path_not_canonical", "A fragment is never sent.")
    refused("bad_escape", "/vod/movie1/%zz", "path_not_canonical", "Not an escape.")
    refused("bad_escape_end", "/vod/movie1/%2", "path_not_canonical", "Half an escape.")
    refused("space", "/vod/movie1/a b", "path_not_canonical", "A space cannot stand in a request line.")
    refused("not_ascii", "/vod/movie1/\u00e9", "path_not_canonical", "Beyond ASCII a path must be escaped.")
    refused("control", "/vod/movie1/\u0007", "path_not_canonical", "Control characters belong nowhere.")
    refused("too_long", "/vod/movie1/" + "a" * 2048, "path_not_canonical", "Longer than any path here.")
    refused("not_canonical_unrestricted", "/vod/../x", "path_not_canonical", "Even a token without a path does not open it.", cta(_312=...))
    case(f, "no_path_claim", token(cta(_312=...)), {**ORDINARY, "path_scope": None}, "A token that does not restrict the path holds for all.", path="/anything")
    case(f, "path_unknown", token(cta()), "path_unknown", "A restriction that cannot be checked is not passed.", path=None)
    refused("dots_in_prefix", "/vod/movie1/x", "path", "A prefix with dots matches no canonical path.", cta(_312={3: {1: "/vod/x/../movie1"}}))
    refused("prefix_empty", PATH, "malformed", "An empty prefix would look like a restriction and be none.", cta(_312={3: {1: ""}}))


def uris():
    f = "uris"
    scoped = {**ORDINARY, "path_scope": None}
    uri = lambda value: token(cta(_312=value))
    case(f, "exact", uri({3: {0: PATH}}), scoped, "This path and no other.")
    case(f, "exact_below", uri({3: {0: "/vod/movie1"}}), "path", "Exact does not cover what is below.")
    case(f, "suffix", uri({3: {2: ".m3u8"}}), scoped, "Playlists only.")
    case(f, "suffix_other", uri({3: {2: ".m3u8"}}), "path", "Playlists only.", path="/vod/movie1/1.ts")
    case(f, "contains", uri({3: {3: "/movie1/"}}), scoped, "Somewhere in the path.")
    case(f, "contains_not", uri({3: {3: "/movie2/"}}), "path", "Nowhere in the path.")
    case(f, "two_matches", uri({3: {1: "/vod", 2: ".m3u8"}}), {**scoped, "path_scope": "/vod"}, "Both matches hold.")
    case(f, "two_matches_one_fails", uri({3: {1: "/vod", 2: ".ts"}}), "path", "Every match must hold, not only the first.")
    case(f, "two_parts_one_fails", uri({3: {1: "/vod"}, 8: {0: ".ts"}}), "path", "Every part must match, not only the first.")
    case(f, "regex", uri({3: {4: ["^/vod/"]}}), "unsupported_claim", "Regular expressions are not evaluated, so they are refused.")
    case(f, "hash", uri({3: {-1: b"\0" * 32}}), "unsupported_claim", "Hash matches are not evaluated, so they are refused.")
    case(f, "unknown_match", uri({3: {9: "/vod"}}), "unsupported_claim", "Nobody knows what match 9 would be.")
    case(f, "unknown_part", uri({9: {0: "x"}}), "unsupported_claim", "Nobody knows what part 9 would be.")
    case(f, "parent", uri({5: {0: "/vod/movie1"}}), scoped, "The directory.")
    case(f, "parent_other", uri({5: {0: "/vod/movie2"}}), "path", "Another directory.")
    case(f, "parent_prefix_sibling", uri({5: {1: "/vod/movie1"}}), "path", "Prefixes of directories end at a segment too.", path="/vod/movie10/x")
    case(f, "filename", uri({6: {1: "master"}}), scoped, "A prefix of the filename is letters.")
    case(f, "stem", uri({7: {0: "master"}}), scoped, "The filename up to its last dot.")
    case(f, "stem_other", uri({7: {0: "index"}}), "path", "Another stem.")
    case(f, "extension", uri({8: {0: ".m3u8"}}), scoped, "The extension has its dot.")
    case(f, "extension_other", uri({8: {0: ".mpd"}}), "path", "Another extension.")
    case(f, "scheme", uri({0: {0: "https"}}), scoped, "Case does not matter in a scheme.", scheme="HTTPS")
    case(f, "scheme_other", uri({0: {0: "https"}}), "uri", "Not over plain HTTP.", scheme="http")
    case(f, "scheme_unknown", uri({0: {0: "https"}}), "uri_unknown", "A restriction that cannot be checked is not passed.")
    case(f, "host_suffix", uri({1: {2: ".example.com"}}), scoped, "Any host of the domain.", host="CDN.example.com")
    case(f, "host_suffix_label", uri({1: {2: "example.com"}}), "uri", "A suffix of a host begins at a label.", host="notexample.com")
    case(f, "host_unknown", uri({1: {2: ".example.com"}}), "uri_unknown", "A restriction that cannot be checked is not passed.")
    case(f, "port", uri({2: {0: "8443"}}), scoped, "This port.", port="8443")
    case(f, "port_other", uri({2: {0: "8443"}}), "uri", "Another port.", port="443")
    case(f, "query_other", uri({4: {0: "a=1"}}), "uri", "Another query.", query="a=2")
    case(f, "query_unknown", uri({4: {0: "a=1"}}), "uri_unknown", "A restriction that cannot be checked is not passed.")
    case(f, "no_parts", uri({}), "malformed", "A map without entries looks like a restriction and is none.")
    case(f, "no_matches", uri({3: {}}), "malformed", "A map without entries looks like a restriction and is none.")
    case(f, "not_a_map", uri("/vod/"), "malformed", "catu is a map.")
    case(f, "matches_not_a_map", uri({3: [1, "/vod/"]}), "malformed", "A component's matches are a map.")
    case(f, "value_number", uri({3: {1: 5}}), "malformed", "A prefix is a text.")
    case(f, "value_list", uri({3: {0: ["/a", PATH]}}), "malformed", "Lists of values are AWS's dialect.")
    case(f, "part_twice", uri(Pairs([(3, {1: "/vod"}), (3, {1: "/"})])), "malformed", "The second would win in some readers and lose in others.")
    case(f, "match_twice", uri({3: Pairs([(1, "/other"), (1, "/")])}), "malformed", "The second would win in some readers and lose in others.")
    case(f, "part_by_name", uri({"path": {1: "/vod"}}), "malformed", "Parts are numbers.")


def places():
    f = "places"
    here = lambda value, **r: (token(cta(_316=value)), r)
    case(f, "country", token(cta()), ORDINARY, "The viewer's country is listed.", country="SE")
    case(f, "country_lower", token(cta()), ORDINARY, "Country codes do not depend on case.", country="no")
    case(f, "country_other", token(cta()), "country", "The viewer's country is not listed.", country="DE")
    case(f, "country_missing", token(cta()), "country_unknown", "No country is not every country.", country=None)
    case(f, "country_empty", token(cta()), "country_unknown", "An empty header is no country.", country="")
    case(f, "country_xx", token(cta(_316=["XX"])), "country_unknown", "XX is what CDNs say when they do not know.", country="XX")
    case(f, "country_tor", token(cta(_316=["T1"])), "country_unknown", "T1 is Tor, not a country.", country="T1")
    case(f, "country_long", token(cta()), "country_unknown", "Three letters are another standard.", country="NOR")
    case(f, "none_listed", token(cta(_316=[])), "country", "An empty list permits nobody.")
    case(f, "not_a_list", token(cta(_316="NO")), "malformed", "catgeoiso3166 is a list.")
    case(f, "entry_number", token(cta(_316=["NO", 47])), "malformed", "An entry that is no text spoils the list, even after one that fits.")
    case(f, "no_claim_no_country", token(cta(_316=...)), ORDINARY, "What is not restricted need not be known.", country=None)
    case(f, "subdivision", token(cta(_316=["US-CA"])), ORDINARY, "The viewer's region is listed.", country="US", region="US-CA")
    case(f, "subdivision_short", token(cta(_316=["US-CA"])), ORDINARY, "Some CDNs report the region without its country.", country="us", region="ca")
    case(f, "subdivision_other", token(cta(_316=["US-CA"])), "country", "Another region.", country="US", region="US-NY")
    case(f, "subdivision_unknown", token(cta(_316=["US-CA"])), "region_unknown", "A country alone does not say which part.", country="US")
    case(f, "subdivision_other_country", token(cta(_316=["US-CA"])), "country", "Another country altogether.", country="NO")
    case(f, "subdivision_contradiction", token(cta(_316=["US-CA"])), "country", "The region says the US, the country says Canada.", country="CA", region="US-CA")
    case(f, "subdivision_same_letters", token(cta(_316=["GB-MAN"])), "country", "A region MAN of another country is another region.", country="IM", region="MAN")
    case(f, "country_covers_subdivisions", token(cta(_316=["US"])), ORDINARY, "A country covers its parts.", country="US", region="US-NY")
    case(f, "country_beside_subdivision", token(cta(_316=["US-CA", "US"])), ORDINARY, "The whole country is listed too.", country="US")


def networks():
    f = "networks"
    v4 = Tag(52, [24, bytes([203, 0, 113])])
    v6 = Tag(54, [32, bytes.fromhex("20010db8")])
    nip = lambda *entries: token(cta(_311=list(entries)))
    case(f, "prefix", nip(v4), ORDINARY, "In the network.")
    case(f, "prefix_untrimmed", nip(Tag(52, [24, bytes([203, 0, 113, 0])])), ORDINARY, "Zero bytes at its end may stand there.")
    case(f, "prefix_outside", nip(v4), "ip", "Next to the network.", ip="203.0.114.1")
    case(f, "prefix_v6", nip(v4, v6), ORDINARY, "In the second network.", ip="2001:db8:5::1")
    case(f, "prefix_v6_outside", nip(v4, v6), "ip", "In neither.", ip="2001:db9::1")
    case(f, "mapped", nip(v4), ORDINARY, "An IPv4 address written as IPv6 is that IPv4 address.", ip="::ffff:203.0.113.9")
    case(f, "other_family", nip(v4), "ip", "A token for IPv4 does not hold over IPv6.", ip="2001:db8::1")
    case(f, "address", nip(Tag(52, bytes([203, 0, 113, 9]))), ORDINARY, "This address.")
    case(f, "address_other", nip(Tag(52, bytes([203, 0, 113, 8]))), "ip", "Another address.")
    case(f, "unknown", nip(v4), "ip_unknown", "No address is not every address.", ip=None)
    case(f, "none_listed", nip(), "ip", "An empty list permits nobody.")
    case(f, "system", nip(v4, 64496), "unsupported_claim", "AS numbers are not known here, whatever else is listed.")
    case(f, "host_bits", nip(Tag(52, [24, bytes([203, 0, 113, 9])])), "malformed", "Bits beyond the prefix: one of the two is a mistake.")
    case(f, "prefix_too_long", nip(Tag(52, [33, bytes([203, 0, 113, 9])])), "malformed", "IPv4 has 32 bits.")
    case(f, "address_too_short", nip(Tag(52, bytes([203, 0, 113]))), "malformed", "An address has four bytes.")
    case(f, "address_too_long", nip(Tag(52, bytes([203, 0, 113, 9, 0]))), "malformed", "An address has four bytes.")
    case(f, "interface", nip(Tag(52, [bytes([203, 0, 113, 9]), 24])), "malformed", "An address with a prefix length is an interface, not a network.")
    case(f, "unknown_tag", nip(Tag(53, bytes(4))), "malformed", "Tag 53 is no kind of address.")
    case(f, "texts", nip("203.0.113.0/24"), "malformed", "Texts are AWS's dialect.")
    case(f, "not_a_list", token(cta(_311=v4)), "malformed", "catnip is a list.")
    case(f, "method", token(cta(_313=["GET", "HEAD"])), ORDINARY, "The method is listed.", method="HEAD")
    case(f, "method_other", token(cta(_313=["GET", "HEAD"])), "method", "The method is not listed.", method="POST")
    case(f, "method_lower", token(cta(_313=["GET"])), "method", "Methods are case-sensitive.", method="get")
    case(f, "method_unknown", token(cta(_313=["GET"])), "method_unknown", "No method is not every method.", method=None)
    case(f, "method_none", token(cta(_313=[])), "method", "An empty list permits nothing.")
    case(f, "method_not_a_list", token(cta(_313="GET")), "malformed", "catm is a list.")


def keys():
    f = "keys"
    tok = token(cta())
    case(f, "other_key", token(cta(), secret=OTHER), "bad_mac", "Minted with another secret under our key id.")
    case(f, "unknown_kid", token(cta(), unprotected={4: b"nobody"}), "unknown_key", "A key id that is not in the ring.")
    case(f, "empty_ring", tok, "unknown_key", "Without keys nothing holds.", keys=[])
    case(f, "empty_ring_no_kid", token(cta(), unprotected={}), "key_expired", "Without keys nothing holds.", keys=[])
    case(f, "key_ended", tok, "key_expired", "The key's validity is over.", keys=[keyring(until=NOW)])
    case(f, "key_last_second", tok, ORDINARY, "The end is exclusive.", keys=[keyring(until=NOW + 1)])
    case(f, "key_not_begun", tok, "key_expired", "The key's validity has not begun.", keys=[keyring(start=NOW + 1)])
    case(f, "rotated", tok, ORDINARY, "The older key still verifies.", keys=[keyring("k-2027", OTHER, NOW - 60), keyring(until=NOW + 60)])
    case(f, "swapped_kid", token(cta(), unprotected={4: b"k-2027"}), "bad_mac", "The key id leads to another key.", keys=[keyring(), keyring("k-2027", OTHER)])
    case(f, "no_kid", token(cta(), unprotected={}), ORDINARY, "Without a key id every valid key is tried, and the one that fits is named.", keys=[keyring("k-2027", OTHER), keyring()])
    case(f, "no_kid_wrong", token(cta(), unprotected={}, secret=b"x" * 32), "bad_mac", "And none of them fits.", keys=[keyring("k-2027", OTHER), keyring()])
    case(f, "no_kid_only_ended_fits", token(cta(), unprotected={}), "bad_mac", "A key that has ended is not tried.", keys=[keyring("k-2027", OTHER), keyring(until=NOW)])
    case(f, "no_kid_all_ended", token(cta(), unprotected={}), "key_expired", "No key is valid.", keys=[keyring(until=NOW)])
    inside = {1: 5, 4: KID.encode()}
    case(f, "kid_protected", token(cta(), protected=inside, unprotected={}), ORDINARY, "The key id under the MAC is even better.")
    case(f, "kid_in_both", token(cta(), protected=inside), ORDINARY, "Twice the same is the same.")
    case(f, "kid_contradiction", token(cta(), protected=inside, unprotected={4: b"k-2027"}), "malformed", "Two key ids that differ.", keys=[keyring(), keyring("k-2027", OTHER)])
    case(f, "kid_text", token(cta(), unprotected={4: KID}), "malformed", "A key id is a byte string.")
    case(f, "truncated_tag", token(cta(), tag=mac(cbor({1: 5}), cbor(cta()))[:8]), "malformed", "Eight bytes of MAC are another algorithm.")
    case(f, "empty_tag", token(cta(), tag=b""), "malformed", "No MAC at all.")
    case(f, "long_tag", token(cta(), tag=mac(cbor({1: 5}), cbor(cta())) + b"\0"), "malformed", "One byte too many.")
    case(f, "zero_tag", token(cta(), tag=bytes(32)), "bad_mac", "Not a MAC.")
    case(f, "signed_as_sign1", token(cta(), tag=mac(cbor({1: 5}), cbor(cta()), context="Signature1")), "bad_mac", "A MAC for another context.")
    case(f, "signed_as_mac", token(cta(), tag=mac(cbor({1: 5}), cbor(cta()), context="MAC")), "bad_mac", "A MAC for another context.")
    case(f, "plain_hmac", token(cta(), tag=hmac.new(SECRET, cbor(cta()), hashlib.sha256).digest()), "bad_mac", "The payload alone is not what is signed.")
    case(f, "header_changed", token(cta(), protected={1: 5, 3: 60}, sign_protected=cbor({1: 5})), "bad_mac", "The protected header is under the MAC.")


def headers():
    f = "headers"
    case(f, "alg_none", token(cta(), protected={1: 0}), "algorithm", "The algorithm is pinned.")
    case(f, "alg_truncated", token(cta(), protected={1: 4}), "algorithm", "HMAC 256/64 is what AWS's page shows; it is not accepted.")
    case(f, "alg_512", token(cta(), protected={1: 7}), "algorithm", "Stronger, and still not the one that is pinned.")
    case(f, "alg_es256", token(cta(), protected={1: -7}), "algorithm", "A signature algorithm in a MAC.")
    case(f, "alg_text", token(cta(), protected={1: "HS256"}), "malformed", "The algorithm is a number.")
    case(f, "alg_missing", token(cta(), protected={}), "algorithm", "No algorithm under the MAC.")
    case(f, "alg_empty_header", token(cta(), protected=b""), "algorithm", "No protected header at all.")
    case(f, "alg_unprotected", token(cta(), protected=b"", unprotected={1: 5, 4: KID.encode()}), "algorithm", "An algorithm that anybody could have put there.")
    case(f, "alg_twice", token(cta(), protected=Pairs([(1, 5), (1, 5)])), "malformed", "The same parameter twice.")
    case(f, "alg_key_long", token(cta(), protected=b"\xa1\x18\x01\x05"), "malformed", "A key that is longer than need be could hide a second one.")
    case(f, "crit_unknown", token(cta(), protected={1: 5, 2: [99], 99: 1}), "critical", "A critical parameter that is not understood.")
    case(f, "crit_text", token(cta(), protected={1: 5, 2: ["x"], "x": 1}), "critical", "A critical parameter that is not understood.")
    case(f, "crit_absent", token(cta(), protected={1: 5, 2: [4]}), "critical", "A critical parameter that is not there.")
    case(f, "crit_empty", token(cta(), protected={1: 5, 2: []}), "malformed", "RFC 9052: at least one.")
    case(f, "crit_not_a_list", token(cta(), protected={1: 5, 2: 99}), "malformed", "crit is a list.")
    case(f, "crit_understood", token(cta(), protected={1: 5, 2: [1]}), ORDINARY, "The algorithm is understood.")
    case(f, "crit_unprotected", token(cta(), unprotected={2: [99], 4: KID.encode()}), "malformed", "crit must be under the MAC.")
    case(f, "parameter_unknown", token(cta(), protected={1: 5, 16: "application/cwt"}), ORDINARY, "A parameter that is neither known nor critical is ignored.")
    case(f, "parameters_many", token(cta(), protected={1: 5, **{n: 0 for n in range(100, 109)}}), "malformed", "Headers are read before the MAC: they stay small.")
    case(f, "unprotected_more", token(cta(), unprotected={4: KID.encode(), 33: b"x"}), "malformed", "Anybody could have put that there.")
    case(f, "unprotected_other", token(cta(), unprotected={5: b"iv"}), "malformed", "A changed label would otherwise drop the key id.")
    case(f, "unprotected_list", token(cta(), unprotected=[]), "malformed", "A header is a map.")
    case(f, "untagged_cwt", token(cta(), tags=(17,)), ORDINARY, "Tag 61 may be left out.")
    case(f, "untagged_cose", token(cta(), tags=(61,)), "malformed", "Tag 17 may not.")
    case(f, "untagged", token(cta(), tags=()), "malformed", "Tag 17 may not be left out.")
    case(f, "tagged_twice", token(cta(), tags=(61, 61, 17)), "malformed", "One tag 61 is enough.")
    case(f, "tagged_inside_out", token(cta(), tags=(17, 61)), "malformed", "The order of tags is fixed.")
    case(f, "tagged_sign1", token(cta(), tags=(61, 18)), "malformed", "A signature is no MAC.")
    case(f, "tagged_mac", token(cta(), tags=(61, 97)), "malformed", "COSE_Mac has recipients.")
    wide = raw_token(cta(), tags=())
    case(f, "tag_wide", text(b"\xd8\x3d\xd8\x11" + wide), ORDINARY, "AWS's sample writes tag 17 in two bytes.")


def claims():
    f = "claims"
    for number, name in ((8, "cnf"), (44, "enc"), (41, "or"), (282, "geohash"), (309, "catpor"), (314, "catalpn"), (315, "cath"), (317, "catgeocoord"), (318, "catgeoalt"), (319, "cattpk"), (320, "catifdata"), (321, "catdpop")):
        case(f, f"unchecked_{name}", token({**cta(), number: [1]}), "unsupported_claim", f"{name} restricts in a way that is not checked here.")
    case(f, "replay_permitted", token(cta(_308=0)), ORDINARY, "Reuse is permitted.")
    case(f, "replay_prohibited", token(cta(_308=1)), "unsupported_claim", "Nothing here counts the uses of a token.")
    case(f, "version_2", token(cta(_310=2)), "unsupported_claim", "Another version may mean other things.")
    case(f, "version_text", token(cta(_310="1")), "malformed", "The version is a number.")
    case(f, "renewal", token(cta(_323={0: 2})), ORDINARY, "catr says how to renew, and restricts nothing.")
    case(f, "if", token(cta(_322={403: [302]})), ORDINARY, "catif says what to answer, and restricts nothing.")
    case(f, "unknown", token({**cta(), 999: "x", "text": [1, {2: 3}]}), ORDINARY, "RFC 8392: what is not understood is ignored.")
    case(f, "critical_unknown", token({**cta(), 45: [999], 999: "x"}), "critical", "Unless the token says that it matters.")
    case(f, "critical_known", token({**cta(), 45: [4, 312]}), ORDINARY, "Both are checked.")
    case(f, "critical_absent", token({**cta(), 45: [313]}), "critical", "A critical claim must be there.")
    case(f, "critical_text", token({**cta(), 45: ["x"], "x": 1}), "critical", "A critical claim that is not understood.")
    case(f, "critical_if", token({**cta(), 45: [322], 322: {}}), "critical", "catif is not acted upon here.")
    case(f, "critical_empty", token({**cta(), 45: []}), "malformed", "A critical list without claims.")
    case(f, "session", token(cta(_7=b"\x00\xff")), {**ORDINARY, "session_hex": "00ff"}, "Session ids are bytes.")
    case(f, "session_text", token(cta(_7="s-1")), {**ORDINARY, "session_hex": b"s-1".hex()}, "Or text.")
    case(f, "session_number", token(cta(_7=5)), "malformed", "But not numbers.")
    case(f, "height", token({**cta(), -70001: 1080}), {**ORDINARY, "max_height": 1080}, "Playgate's own claim.")
    case(f, "height_negative", token({**cta(), -70001: -1}), "malformed", "No picture has fewer lines than none.")
    case(f, "height_large", token({**cta(), -70001: 2**32}), "malformed", "No picture has so many lines.")
    case(f, "subject", token(cta(_2="viewer")), {**ORDINARY, "subject": "viewer"}, "Informative.")
    case(f, "subject_bytes", token(cta(_2=b"viewer")), "malformed", "A subject is text.")
    issuer = {"issuer": "playgate"}
    case(f, "issuer", token(cta(_1="playgate")), {**ORDINARY, "issuer": "playgate"}, "As the policy expects.", policy=issuer)
    case(f, "issuer_any", token(cta(_1="someone")), {**ORDINARY, "issuer": "someone"}, "The policy expects none in particular.")
    case(f, "issuer_other", token(cta(_1="someone")), "issuer", "Not the expected one.", policy=issuer)
    case(f, "issuer_case", token(cta(_1="Playgate")), "issuer", "Issuers are compared to the letter.", policy=issuer)
    case(f, "issuer_missing", token(cta()), "issuer", "The policy expects one.", policy=issuer)
    audience = {"audience": "cdn"}
    case(f, "audience", token(cta(_3="cdn")), ORDINARY, "As the policy expects.", policy=audience)
    case(f, "audience_list", token(cta(_3=["a", "cdn"])), ORDINARY, "One of several.", policy=audience)
    case(f, "audience_other", token(cta(_3="origin")), "audience", "Meant for somebody else.", policy=audience)
    case(f, "audience_missing", token(cta()), "audience", "The policy expects one.", policy=audience)
    case(f, "audience_unexpected", token(cta(_3="cdn")), "audience", "Whoever has no name is not addressed.")
    case(f, "audience_empty_list", token(cta(_3=[])), "audience", "Meant for nobody.")
    case(f, "audience_number", token(cta(_3=[1])), "malformed", "An audience is text.")


def forms():
    f = "forms"
    good = raw_token(cta())
    plain = text(good)
    payload = cbor(cta())
    signed = lambda body: token(None, payload=body)
    case(f, "empty", "", "malformed", "Nothing at all.")
    case(f, "padded", plain + "=" * (-len(plain) % 4 or 4), "malformed", "base64url without padding.")
    case(f, "standard_alphabet", plain.replace("_", "/").replace("-", "+"), "malformed", "base64url, not base64.")
    case(f, "space", plain + " ", "malformed", "Not even a space.")
    case(f, "newline", plain[:40] + "\n" + plain[40:], "malformed", "Not even a newline.")
    case(f, "dots", "eyJhbGciOiJIUzI1NiJ9.e30.AAAA", "malformed", "A JWT is another thing.")
    spare = next(n for n in range(99) if len(raw_token({**cta(), 7: b"x" * n})) % 3 == 1)
    loose = token({**cta(), 7: b"x" * spare})
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    case(f, "trailing_bits", loose[:-1] + alphabet[alphabet.index(loose[-1]) + 1], "malformed", "The last character has bits to spare, and they must be zero.")
    case(f, "one_character", plain[:-1], "malformed", "A character is missing.")
    case(f, "truncated", text(good[:-1]), "malformed", "A byte is missing.")
    case(f, "half", text(good[: len(good) // 2]), "malformed", "Half a token.")
    case(f, "trailing_byte", text(good + b"\0"), "malformed", "A byte too many.")
    case(f, "twice", text(good + good), "malformed", "Two tokens.")
    flipped = bytearray(good)
    flipped[-40] ^= 1
    case(f, "flipped_bit", text(bytes(flipped)), "bad_mac", "One bit of the payload.")
    large = lambda n: raw_token({**cta(), 999: b"x" * n})
    fits = next(n for n in range(2000) if len(large(n)) == 1024)
    case(f, "largest", text(large(fits)), ORDINARY, "1,024 bytes, as CloudFront takes them.")
    case(f, "too_large", text(large(fits + 1)), "too_large", "One byte more.")
    case(f, "far_too_large", "A" * 100_000, "too_large", "Refused before it is decoded.")
    case(f, "array_of_three", text(cbor(Tag(17, [cbor({1: 5}), {}, payload]))), "malformed", "No MAC.")
    case(f, "array_of_five", text(cbor(Tag(17, [cbor({1: 5}), {}, payload, bytes(32), []]))), "malformed", "COSE_Mac has five parts, COSE_Mac0 four.")
    case(f, "payload_null", text(cbor(Tag(17, [cbor({1: 5}), {}, None, bytes(32)]))), "malformed", "A detached payload.")
    case(f, "indefinite_array", text(b"\xd1\x9f" + good[4:] + b"\xff"), "malformed", "No indefinite lengths.")
    case(f, "indefinite_payload", signed(b"\xbf" + payload[1:] + b"\xff"), "malformed", "No indefinite lengths, even under the MAC.")
    case(f, "indefinite_text", signed(cbor({**cta(), 312: {3: {1: Raw(b"\x7f\x64/vod\xff")}}})), "malformed", "No indefinite lengths, even under the MAC.")
    case(f, "payload_list", signed(cbor([1, 2])), "malformed", "Claims are a map.")
    case(f, "payload_empty", signed(b""), "malformed", "Claims are a map.")
    case(f, "payload_trailing", signed(payload + b"\0"), "malformed", "Bytes after the claims.")
    case(f, "payload_no_claims", signed(b"\xa0"), "no_expiry", "A map without claims.")
    case(f, "payload_map_wide", signed(b"\xb9\x00\x04" + payload[1:]), ORDINARY, "JavaScript's encoders write map heads so.")
    case(f, "payload_short_count", signed(b"\xa3" + payload[1:]), "malformed", "More claims than the map says.")
    case(f, "payload_long_count", signed(b"\xa5" + payload[1:]), "malformed", "Fewer claims than the map says.")
    case(f, "payload_huge_count", signed(b"\xbb" + b"\xff" * 8 + payload[1:]), "malformed", "A number that must not be believed.")
    case(f, "claim_twice", signed(cbor(Pairs([*cta().items(), (4, LATER * 2)]))), "malformed", "Two expiries.")
    case(f, "unknown_claim_twice", signed(cbor(Pairs([*cta().items(), (999, 1), (999, 2)]))), "malformed", "Even a claim that is ignored stands once.")
    case(f, "claim_twice_spelled", signed(b"\xa5" + payload[1:] + b"\x18\x04\x00"), "malformed", "The same key in a longer spelling.")
    case(f, "key_bytes", signed(cbor(Pairs([*cta().items(), (b"x", 1)]))), "malformed", "A claim's label is a number or a text.")
    case(f, "text_not_utf8", signed(cbor({**cta(), 1: Raw(b"\x62\xff\xfe")})), "malformed", "Texts are UTF-8.")
    deep = b"\x81" * 20 + b"\x00"
    case(f, "deep", signed(cbor({**cta(), 999: Raw(deep)})), "malformed", "Nested too deeply.")
    case(f, "reserved", signed(cbor({**cta(), 999: Raw(b"\x1c")})), "malformed", "A head that CBOR reserves.")
    case(f, "claims_many", signed(cbor({**cta(), **{n: 0 for n in range(1000, 1064)}})), "malformed", "More claims than any token has.")


def dialect():
    f = "aws"
    valid = {"expires_at": LATER, "kid": KID, "path_scope": "/vod/movie1", "dialect": "aws", "session_hex": b"session-1".hex(), "issuer": "issuer"}
    case(f, "ordinary", token(aws()), valid, "As AWS's sample mints it, with countries in lower case.")
    case(f, "sibling", token(aws()), "path", "A prefix ends at a segment in this dialect too.", path="/vod/movie10/x")
    case(f, "country", token(aws()), "country", "Countries hold in this dialect too.", country="DE")
    case(f, "expired", token(aws()), "expired", "Times are the same.", now=LATER)
    case(f, "no_expiry", token(aws(_4=...)), "no_expiry", "Times are the same.")
    open_ = {**valid, "path_scope": None}
    case(f, "exact", token(aws(_401={2: {3: PATH}})), open_, "Exact is 3 here.")
    case(f, "exact_other", token(aws(_401={2: {3: "/vod/movie1"}})), "path", "Exact is 3 here; in CTA's numbering it would be contains.")
    case(f, "suffix", token(aws(_401={2: {2: ".m3u8"}})), open_, "Suffix is 2.")
    case(f, "extensions", token(aws(_401={3: {3: [".mpd", ".m3u8"]}})), open_, "One of several, as AWS's page shows it.")
    case(f, "extensions_other", token(aws(_401={3: {3: [".mpd", ".ts"]}})), "path", "None of several.")
    case(f, "extensions_none", token(aws(_401={3: {3: []}})), "path", "An empty list permits nothing.")
    case(f, "host", token(aws(_401={1: {2: ".cloudfront.net"}})), open_, "As AWS's page shows it.", host="d1.cloudfront.net")
    case(f, "host_other", token(aws(_401={1: {2: ".cloudfront.net"}})), "uri", "Another host.", host="cloudfront.net.example.com")
    case(f, "part_unknown", token(aws(_401={4: {1: "/"}})), "unsupported_claim", "There is no part 4 here.")
    case(f, "match_unknown", token(aws(_401={2: {0: PATH}})), "unsupported_claim", "There is no match 0 here.")
    case(f, "networks", token(aws(_402=["203.0.113.0/24", "2001:db8::/32"])), valid, "Networks are texts here.")
    case(f, "networks_outside", token(aws(_402=["203.0.113.0/24"])), "ip", "Outside.", ip="203.0.114.1")
    case(f, "networks_address", token(aws(_402=["203.0.113.9"])), valid, "A single address.")
    case(f, "networks_unknown", token(aws(_402=["203.0.113.0/24"])), "ip_unknown", "No address is not every address.", ip=None)
    case(f, "networks_bad", token(aws(_402=["203.0.113.0/24", "anywhere"])), "malformed", "An entry that cannot be read spoils the list.")
    case(f, "networks_host_bits", token(aws(_402=["203.0.113.9/24"])), "malformed", "Bits beyond the prefix.")
    case(f, "networks_binary", token(aws(_402=[Tag(52, [24, bytes([203, 0, 113])])])), "malformed", "CTA's form under AWS's label.")
    case(f, "methods", token(aws(_403=["GET"])), valid, "Methods are 403.")
    case(f, "methods_other", token(aws(_403=["HEAD"])), "method", "Another method.")
    case(f, "renewal", token(aws(_404={1: "header_renewable"})), valid, "404 says how to renew, and restricts nothing.")
    case(f, "height", token({**aws(), -70001: 720}), {**valid, "max_height": 720}, "Playgate's own claim is the same in both.")
    case(f, "both_uris", token({**aws(), 312: {3: {1: "/vod/movie1"}}}), "ambiguous", "Two paths, and which one counts?")
    case(f, "both_networks", token({4: LATER, 311: [], 402: []}), "ambiguous", "Two lists of networks.")
    case(f, "both_mixed", token({**aws(), 311: [Tag(52, [0, b""])]}), "ambiguous", "A path of one dialect and networks of the other.")
    case(f, "both_methods", token({**cta(), 403: ["GET"]}), "ambiguous", "A path of one dialect and methods of the other.")


# Minted by @eyevinn/cat 0.16.4 on Node 20 with
#   new CAT({ keys: { 'k-2026': SECRET }, expectCwtTag: true })
#     .generateFromJson(claims, { type: 'mac', alg: 'HS256', kid: 'k-2026' })
# and, for "untagged", expectCwtTag: false.
EYEVINN = {
    "typical": "2D3RhEOhAQWhBEZrLTIwMjZYQ6YBZ2V5ZXZpbm4EGmtJ4BAHUAARIjNEVWZ3iJmqu8zd7v8ZATihA6EBay92b2QvbW92aWUxGQE8gmJOT2JTRRkBNgFYIJkye-G4JoiCrSiTXmjrvJpA-GoQt-9CVMdtT6H1W0H0",
    "untagged": "0YRDoQEFoQRGay0yMDI2eEJhNDAxNjc2NTc5NjU3NjY5NmU2ZTA0MWE2YjQ5ZTAxMDE5MDEzOTgyNjM0NzQ1NTQ2NDQ4NDU0MTQ0MTkwMTM2MDFYIPDJY9fbRmdrm0sKyTvcYKrHfgUC8yIecpPu3ZBLTbVP",
    "far_expiry": "2D3RhEOhAQWhBEZrLTIwMjZYG6QE-0HwAAAAUAAABRprSdIABhprSdIAGQE2AVggcKKtu7eaWhVbO7wkSwR3f0wmCm0ge0dHx_GiiDA7tLY",
    "networks": "2D3RhEOhAQWhBEZrLTIwMjZYSaMEGmtJ4BAZATeE2DSCGBhEywBxANg2ghggUCABDbgAAAAAAAAAAAAAAADYNETAAAIB2DZQIAENuP__AAAAAAAAAAAAARkBNgFYIJ2NFSnz9f9Hp8mNXNCNPNnZciOUgI1xGu1MOxrtADsd",
    "asn": "2D3RhEOhAQWhBEZrLTIwMjZYHKMEGmtJ4BAZATeC2DSCGBhEywBxABn78BkBNgFYINTvwgtYwSfeOpZdxx-Eqm6HSgEZlLjSvxYCxTxTswes",
    "uri": "2D3RhEOhAQWhBEZrLTIwMjZYRqMEGmtJ4BAZATilAKEAZWh0dHBzAaECbC5leGFtcGxlLmNvbQWhAGsvdm9kL21vdmllMQahA2NzZWcIoQBkLm00cxkBNgFYIFAs6f6QrCLXhmxbs04fMEEpugW_cpvtbyQhZHDNAj2d",
    "regex": "2D3RhEOhAQWhBEZrLTIwMjZYHqMEGmtJ4BAZATihA6EEgmheL3ZvZC8uKmFpGQE2AVggC1d64ff5G-PaViRJi_V5frgYUe3oRc_Ef0_gO6YhdL0",
    "sha256": "2D3RhEOhAQWhBEZrLTIwMjZVowQaa0ngEBkBOKEDoSBiYWIZATYBWCDHRhxyhS2MXQ8UJoUemgQyxOZPCAAJ7RyAqxfYsfLeQA",
    "renewal": "2D3RhEOhAQWhBEZrLTIwMjZYNKQEGmtJ4BAZATQAGQFDpAACBHdjdGEtY29tbW9uLWFjY2Vzcy10b2tlbgEYeAIYPBkBNgFYIMGvyElwcE63aCVmUYTMidHrYd7O0K_xSkvPOXEM_SFm",
    "replay": "2D3RhEOhAQWhBEZrLTIwMjZPowQaa0ngEBkBNAEZATYBWCDQGHbzwumcrxZCuyVA5aj7b1MQM_tI6qiStwgGZWtx6g",
    "audience": "2D3RhEOhAQWhBEZrLTIwMjZYHKQCZWpvbmFzA4Jjb25lY3R3bwQaa0ngEBkBNgFYIOxztgMrc7DZiPEH64UhNuJ7lOlXN5fDiNjuOeys_yZk",
    "header": "2D3RhEOhAQWhBEZrLTIwMjZYGqMEGmtJ4BAZATuhZngtdXNlcqEAYTEZATYBWCDTrfJyLOlifE1ac7YSOwMsnS_T6xG2aglQpRMFb_MSgA",
    "no_expiry": "2D3RhEOhAQWhBEZrLTIwMjZYG6MBZ2V5ZXZpbm4ZATihA6EBZS92b2QvGQE2AVggVWKVG3REcfFGY7KVT4KRFd5vkOAvmOFbLObn4CGSIAU",
}


def eyevinn():
    f = "eyevinn"
    valid = {"expires_at": LATER, "kid": KID, "path_scope": None, "dialect": "cta"}
    minted = lambda name, fixture, expected, why, **more: case(f, name, EYEVINN[fixture], expected, why, **more)
    typical = {**valid, "path_scope": "/vod/movie1", "issuer": "eyevinn", "session_hex": "00112233445566778899aabbccddeeff"}
    minted("typical", "typical", typical, "iss, exp, cti, catu and catgeoiso3166.")
    minted("typical_sibling", "typical", "path", "Their prefix covers movie10; ours ends at a segment.", path="/vod/movie10/x")
    minted("typical_country", "typical", "country", "They do not check the country; we do.", country="DE")
    minted("typical_expired", "typical", "expired", "exp is exclusive here.", now=LATER)
    minted("typical_forged", "typical", "bad_mac", "Another secret.", keys=[keyring(secret=OTHER)])
    far = 4294967301
    minted("far_expiry", "far_expiry", {**valid, "expires_at": far, "not_before": NOW, "issued_at": NOW}, "Beyond 32 bits they write a double.", now=NOW)
    minted("far_expiry_over", "far_expiry", "expired", "And it ends when it says.", now=far)
    minted("networks_v4", "networks", valid, "Prefixes with their zero bytes.")
    minted("networks_v6", "networks", valid, "Prefixes with their zero bytes.", ip="2001:db8:1::1")
    minted("networks_address", "networks", valid, "A single address.", ip="192.0.2.1")
    minted("networks_address_other", "networks", "ip", "Next to the single address.", ip="192.0.2.2")
    minted("networks_unknown", "networks", "ip_unknown", "No address is not every address.", ip=None)
    minted("system", "asn", "unsupported_claim", "AS numbers are not known here.")
    matching = {"path": "/vod/movie1/seg-1.m4s", "scheme": "https", "host": "cdn.example.com"}
    minted("uri", "uri", valid, "Scheme, host, parent path, filename and extension.", **matching)
    minted("uri_scheme", "uri", "uri", "Not over plain HTTP.", **{**matching, "scheme": "http"})
    minted("uri_extension", "uri", "path", "Another extension.", **{**matching, "path": "/vod/movie1/seg-1.ts"})
    minted("uri_host_unknown", "uri", "uri_unknown", "A restriction that cannot be checked is not passed.", **{**matching, "host": None})
    minted("regex", "regex", "unsupported_claim", "Regular expressions are not evaluated.")
    minted("hash", "sha256", "unsupported_claim", "Hash matches are not evaluated.")
    minted("renewal", "renewal", valid, "catr is informative; catreplay 0 permits reuse.")
    minted("replay", "replay", "unsupported_claim", "Nothing here counts the uses of a token.")
    minted("audience", "audience", {**valid, "subject": "jonas"}, "One of several.", policy={"audience": "two"})
    minted("audience_unexpected", "audience", "audience", "Whoever has no name is not addressed.")
    minted("header", "header", "unsupported_claim", "Request headers are not checked here.")
    minted("no_expiry", "no_expiry", "no_expiry", "They take it; it would live for ever.")
    minted("hex_payload", "untagged", "malformed", "Without tag 61 they put the claims in as hex text, which is no CWT.")


def standards():
    f = "standards"
    # RFC 8392, appendix A.4: "MACed CWT" with HMAC 256/64 and no tag 61 but tag 17; its key is A.2.1.
    rfc = bytes.fromhex(
        "d83dd18443a10104a1044c53796d6d65747269633235365850a70175636f61703a2f2f61732e6578616d706c652e636f6d02"
        "656572696b77037818636f61703a2f2f6c696768742e6578616d706c652e636f6d041a5612aeb0051a5610d9f0061a5610d9"
        "f007420b7148093101ef6d789200"
    )
    secret = bytes.fromhex("403697de87af64611c1d32a05dab0fe1fcb715a86ab435f1ec99192d79569388")
    case(f, "rfc8392_maced_cwt", text(rfc), "algorithm", "RFC 8392's MACed CWT, to the byte: HMAC 256/64, which is not accepted.", keys=[keyring("Symmetric256", secret)], now=1443944950)


def main():
    for fill in (times, paths, uris, places, networks, keys, headers, claims, forms, dialect, eyevinn, standards):
        fill()
    written = {
        f"{name}.json": json.dumps({"about": "Made by generate.py; change that.", "cases": cases}, indent=1, ensure_ascii=True) + "\n"
        for name, cases in FILES.items()
    }
    names = [case["name"] for cases in FILES.values() for case in cases]
    for file, cases in FILES.items():
        doubled = {case["name"] for case in cases if [c["name"] for c in cases].count(case["name"]) > 1}
        if doubled:
            sys.exit(f"{file}: {doubled} stand twice")
    refused = sum("refused" in case["expected"] for cases in FILES.values() for case in cases)
    if "--check" in sys.argv[1:]:
        stale = [name for name, content in written.items() if not (HERE / name).is_file() or (HERE / name).read_text() != content]
        stale += [path.name for path in HERE.glob("*.json") if path.name not in written]
        if stale:
            sys.exit(f"not what generate.py makes: {', '.join(sorted(stale))}; run it")
    else:
        for name, content in written.items():
            (HERE / name).write_text(content)
    print(f"{len(names)} cases in {len(written)} files, {refused} of them refused")


if __name__ == "__main__":
    main()
