"""Cases about custom policies: wildcards, times, networks, and JSON that is none of CloudFront's."""

from building import (
    END,
    FILM,
    IDS,
    NOW,
    allowed,
    behind,
    canned,
    canned_url,
    case,
    custom,
    custom_cookies,
    custom_url,
    denied,
    header,
    malformed,
    proof,
    signature,
)
from signing import encode

HOST = "https://cdn.example.com"


def wildcard(name, why, resource, url, covered):
    """`resource` is written as in the policy's JSON, so with doubled backslashes."""
    return case(f"wildcard-{name}", why, allowed() if covered else denied("resource"),
                custom_url(url, custom(resource)))


WILDCARDS = [
    wildcard("everything", "a lone star opens everything", "*", f"{HOST}/a/b?c=d", True),
    wildcard("title", "a star at the end of the path covers all below", f"{HOST}/vod/film/*", FILM, True),
    wildcard("title-with-query", "and every query", f"{HOST}/vod/film/*", FILM + "?a=b&c", True),
    wildcard("title-itself", "a star may stand for nothing", f"{HOST}/vod/film/*", f"{HOST}/vod/film/", True),
    wildcard("title-without-slash", "but not for the slash before it", f"{HOST}/vod/film/*", f"{HOST}/vod/film", False),
    wildcard("neighbour", "`movie1/*` does not open movie10", f"{HOST}/vod/movie1/*", f"{HOST}/vod/movie10/a", False),
    wildcard("neighbour-on-purpose", "`movie1*` does", f"{HOST}/vod/movie1*", f"{HOST}/vod/movie10/a", True),
    wildcard("above", "nothing above the title", f"{HOST}/vod/film/*", f"{HOST}/vod/other/a", False),
    wildcard("path-elsewhere", "the prefix must begin the path", f"{HOST}/film/*", f"{HOST}/x/film/a", False),
    wildcard("prefix-in-query", "a query does not stand for a path", f"{HOST}/vod/film/*", f"{HOST}/x?/vod/film/a", False),
    wildcard("extension", "a star in the middle", f"{HOST}/vod/*.m4s", f"{HOST}/vod/a/1.m4s", True),
    wildcard("extension-with-query", "without a star at the end no query is covered", f"{HOST}/vod/*.m4s",
             f"{HOST}/vod/a/1.m4s?x=1", False),
    wildcard("extension-in-query", "a star does not cross into the query", f"{HOST}/vod/*.m4s",
             f"{HOST}/vod/a.mp4?x=.m4s", False),
    wildcard("within-path", "`hello*world` within the path", f"{HOST}/hello*world", f"{HOST}/hello-my/world", True),
    wildcard("into-query", "`hello*world` does not match `hello?world`", f"{HOST}/hello*world", f"{HOST}/hello?world", False),
    wildcard("into-query-longer", "nor `hello?my-world`", f"{HOST}/hello*world", f"{HOST}/hello?my-world", False),
    wildcard("one", "a question mark is one character", f"{HOST}/a?c", f"{HOST}/abc", True),
    wildcard("one-is-not-none", "not none", f"{HOST}/a?c", f"{HOST}/ac", False),
    wildcard("one-is-not-two", "not two", f"{HOST}/a?c", f"{HOST}/abbc", False),
    wildcard("several-ones", "two question marks are two characters", f"{HOST}/??.ts", f"{HOST}/12.ts", True),
    wildcard("escaped-query", "an escaped question mark begins the query", f"{HOST}/a\\\\?b=c", f"{HOST}/a?b=c", True),
    wildcard("escaped-query-is-no-wildcard", "and stands for nothing else", f"{HOST}/a\\\\?b=c", f"{HOST}/axb=c", False),
    wildcard("escaped-query-missing", "nor for no query", f"{HOST}/a\\\\?b=c", f"{HOST}/a", False),
    wildcard("escaped-query-longer", "the query must match whole", f"{HOST}/a\\\\?b=c", f"{HOST}/a?b=c&d=e", False),
    wildcard("escaped-query-star", "a star in the query", f"{HOST}/a\\\\?b=*&d=*", f"{HOST}/a?b=1&d=2&e", True),
    wildcard("escaped-query-star-path", "a query that must be there behind any path", f"{HOST}/*\\\\?b=*",
             f"{HOST}/x/y?b=1", True),
    wildcard("escaped-query-wrong-path-star", "and no other query", f"{HOST}/*\\\\?b=*", f"{HOST}/x/y?a=1&b=1", False),
    wildcard("sdk-query", "an unescaped question mark may begin the query: the AWS SDKs write it so",
             f"{HOST}/a?b=c", f"{HOST}/a?b=c", True),
    wildcard("sdk-query-changed", "but only that query", f"{HOST}/a?b=c", f"{HOST}/a?b=d", False),
    wildcard("sdk-query-added", "and no longer one", f"{HOST}/a?b=c", f"{HOST}/a?b=c&d", False),
    wildcard("exact", "no wildcard, one URL", FILM, FILM, True),
    wildcard("exact-other", "and no other", FILM, f"{HOST}/vod/film/index.m3u8", False),
    wildcard("exact-with-query", "nor the same with a query", FILM, FILM + "?a", False),
    wildcard("protocol-star", "`http*` is both protocols", "http*://cdn.example.com/*", "http://cdn.example.com/a", True),
    wildcard("protocol-one", "`http?` is https", "http?://cdn.example.com/*", f"{HOST}/a", True),
    wildcard("protocol-one-is-not-none", "and not http", "http?://cdn.example.com/*", "http://cdn.example.com/a", False),
    wildcard("protocol-other", "http does not open https", "http://cdn.example.com/*", f"{HOST}/a", False),
    wildcard("protocol-missing", "without a protocol any will do", "cdn.example.com/*", "http://cdn.example.com/a", True),
    wildcard("protocol-missing-other-host", "but not any host", "cdn.example.com/*", "http://www.example.com/a", False),
    wildcard("domain-star", "any host of a domain", "https://*.example.com/*", f"{HOST}/a", True),
    wildcard("domain-star-bare", "but not the bare domain", "https://*.example.com/*", "https://example.com/a", False),
    wildcard("domain-star-and-path", "a star in the domain does not reach into the path", "https://*.example.com/a",
             "https://evil.test/.example.com/a", False),
    wildcard("domain-star-at-the-end", "a star that ends the domain covers path and query", "https://cdn*",
             f"{HOST}/a/b?c", True),
    wildcard("domain-star-at-the-end-other", "of hosts that begin so", "https://www*", f"{HOST}/a", False),
    wildcard("domain-suffix", "`example.com` is not `example.com.evil.test`", "https://cdn.example.com/*",
             "https://cdn.example.com.evil.test/a", False),
    wildcard("domain-only", "a domain without a path covers no request", HOST, f"{HOST}/", False),
    wildcard("domain-in-capitals", "hosts are compared byte for byte", "https://CDN.example.com/*", f"{HOST}/a", False),
    wildcard("empty", "an empty resource covers nothing", "", f"{HOST}/a", False),
    wildcard("path-in-capitals", "paths know upper and lower case", f"{HOST}/VOD/*", FILM, False),
    wildcard("many-stars", "many stars are decided quickly", HOST + "/" + "*a" * 60, HOST + "/" + "a" * 59, False),
    wildcard("json-escapes", "JSON's own escapes are read as JSON", "https:\\/\\/cdn.example.com\\/v\\u006fd\\/*", FILM, True),
]


def at(name, why, expect, now, policy):
    return case(f"time-{name}", why, expect, custom_url(FILM, policy), now=now)


LAST = 2147483647
TITLE = f"{HOST}/vod/film/*"
STARTING = custom(TITLE, starts=NOW)
TIMES = [
    at("second-before-end", "the last second", allowed(), END - 1, custom(TITLE)),
    at("end", "the condition is less than, and not equal", denied("expired"), END, custom(TITLE)),
    at("after-end", "a second later", denied("expired"), END + 1, custom(TITLE)),
    at("long-after-end", "and for ever", denied("expired"), 2**63, custom(TITLE)),
    at("largest-now", "whatever the clock says", denied("expired"), 2**64 - 1, custom(TITLE)),
    at("beginning-of-time", "without a start a policy is valid from the first second", allowed(), 0, custom(TITLE)),
    at("before-start", "too early", denied("not_yet_valid"), NOW - 1, STARTING),
    at("start", "the condition is greater than, and not equal", denied("not_yet_valid"), NOW, STARTING),
    at("second-after-start", "the first second", allowed(), NOW + 1, STARTING),
    at("end-with-start", "both conditions count", denied("expired"), END, STARTING),
    at("start-after-end", "a window that never opens", denied("expired"), END, custom(TITLE, starts=END + 10)),
    at("start-equals-end", "a window without a second in it", denied("not_yet_valid"), END - 1, custom(TITLE, starts=END)),
    at("last-second-of-all", "2147483647 is the latest expiry", allowed(expires=LAST), LAST - 1, custom(TITLE, LAST)),
    at("last-second-is-over", "and it ends as well", denied("expired"), LAST, custom(TITLE, LAST)),
    at("past-the-last-second", "a later one is no expiry", malformed(), NOW, custom(TITLE, LAST + 1)),
    at("past-four-billion", "nor one that would wrap around", malformed(), NOW, custom(TITLE, 2**32 + END)),
    at("past-all-integers", "nor one that fits no integer", malformed(), NOW, custom(TITLE, 2**64)),
    at("milliseconds", "milliseconds are the usual mistake", malformed(), NOW, custom(TITLE, END * 1000)),
    at("zero", "zero is no time", malformed(), NOW, custom(TITLE, 0)),
    at("negative", "nor is anything before 1970", malformed(), NOW, custom(TITLE, -1)),
    at("fraction", "nor a fraction of a second", malformed(), NOW, custom(TITLE, f"{END}.5")),
    at("fraction-of-nothing", "not even .0", malformed(), NOW, custom(TITLE, f"{END}.0")),
    at("exponent", "nor scientific notation", malformed(), NOW, custom(TITLE, "2e9")),
    at("quoted", "a quoted epoch is a string", malformed(), NOW, custom(TITLE, f'"{END}"')),
    at("iso", "so is a date", malformed(), NOW, custom(TITLE, '"2026-01-01T18:00:00Z"')),
    at("null", "null is no time", malformed(), NOW, custom(TITLE, "null")),
    at("start-past-the-last-second", "starts have the same limit", malformed(), NOW, custom(TITLE, starts=LAST + 1)),
    at("start-quoted", "and the same form", malformed(), NOW, custom(TITLE, starts='"1"')),
    case("time-canned-second-before-end", "canned: the last second", allowed(), canned_url(), now=END - 1),
    case("time-canned-end", "canned: not the second itself", denied("expired"), canned_url(), now=END),
    case("time-canned-last-second", "canned: the latest expiry", allowed(expires=LAST), canned_url(expires=LAST)),
    *[
        case(f"time-canned-{name}", why, malformed("expires"), canned_url(expires=value))
        for name, why, value in [
            ("past-the-last-second", "canned: one second more", LAST + 1),
            ("past-all-integers", "canned: far too large", 2**64),
            ("zero", "canned: zero is no time", 0),
            ("negative", "canned: nothing before 1970", -1),
            ("empty", "canned: an empty expiry", ""),
            ("date", "canned: a date", "2026-01-01"),
            ("fraction", "canned: a fraction", f"{END}.5"),
            ("hexadecimal", "canned: another base", "0x7fffffff"),
        ]
    ],
    *[
        case(f"time-canned-written-{name}", why, malformed("expires"),
             canned_url().replace(f"Expires={END}", f"Expires={written}"))
        for name, why, written in [
            ("zero-in-front", "the same number in other digits is another URL", f"0{END}"),
            ("plus-in-front", "a plus sign is no digit", f"+{END}"),
            ("blank-in-front", "nor is an encoded blank", f"%20{END}"),
            ("encoded-digit", "nor an encoded digit", f"%31{str(END)[1:]}"),
        ]
    ],
    case("time-canned-moved", "a later expiry than the one that was signed", denied(),
         canned_url().replace(f"={END}", f"={END + 1}")),
    case("time-canned-moved-and-over", "an earlier one, too", denied(), canned_url().replace(f"={END}", "=1")),
]


def network(name, why, expect, cidr, ip):
    return case(f"network-{name}", why, expect, custom_url(FILM, custom(TITLE, network=cidr)), ip=ip)


NETWORKS = [
    network("first", "the first address", allowed(), "203.0.113.0/24", "203.0.113.0"),
    network("last", "the last address", allowed(), "203.0.113.0/24", "203.0.113.255"),
    network("before", "one before", denied("network"), "203.0.113.0/24", "203.0.112.255"),
    network("behind", "one behind", denied("network"), "203.0.113.0/24", "203.0.114.0"),
    network("one-address", "/32 is one address", allowed(), "203.0.113.7/32", "203.0.113.7"),
    network("one-address-other", "and no other", denied("network"), "203.0.113.7/32", "203.0.113.6"),
    network("no-prefix", "an address alone is one address", allowed(), "203.0.113.7", "203.0.113.7"),
    network("no-prefix-other", "and no other", denied("network"), "203.0.113.7", "203.0.113.8"),
    network("half", "/1 is half of all", allowed(), "128.0.0.0/1", "255.255.255.255"),
    network("other-half", "and not the other half", denied("network"), "128.0.0.0/1", "127.255.255.255"),
    network("odd-prefix", "a network of two", allowed(), "203.0.113.6/31", "203.0.113.7"),
    network("odd-prefix-behind", "and not of three", denied("network"), "203.0.113.6/31", "203.0.113.8"),
    network("host-bits", "bits beyond the prefix do not count", allowed(), "203.0.113.77/24", "203.0.113.1"),
    network("any", "0.0.0.0/0 is every IPv4 viewer", allowed(), "0.0.0.0/0", "198.51.100.1"),
    network("any-and-ipv6", "0.0.0.0/0 is an IPv4 network, and an IPv6 viewer is not in it", denied("network"),
            "0.0.0.0/0", "2001:db8::1"),
    network("any-and-unknown", "whoever asks for an address needs one", denied("no_address"), "0.0.0.0/0", None),
    network("ipv6-viewer", "an IPv6 viewer is in no IPv4 network", denied("network"), "203.0.113.0/24", "2001:db8::cb00:7101"),
    network("mapped-viewer", "an IPv4 address in IPv6 clothes is that address", allowed(), "203.0.113.0/24", "::ffff:203.0.113.9"),
    network("mapped-viewer-outside", "inside or outside", denied("network"), "203.0.113.0/24", "::ffff:203.0.114.9"),
    network("compatible-viewer", "the old compatible form is IPv6", denied("network"), "203.0.113.0/24", "::203.0.113.9"),
    network("unknown-viewer", "no address, no entry", denied("no_address"), "203.0.113.0/24", None),
    network("ipv6", "CloudFront has no IPv6 in policies", malformed(), "2001:db8::/32", "2001:db8::1"),
    network("ipv6-any", "not even for everybody", malformed(), "::/0", "203.0.113.7"),
    network("ipv6-mapped", "nor for IPv4 in IPv6 clothes", malformed(), "::ffff:203.0.113.0/120", "203.0.113.7"),
    network("prefix-too-long", "/33 is no prefix", malformed(), "203.0.113.0/33", "203.0.113.0"),
    network("prefix-negative", "nor is /-1", malformed(), "203.0.113.0/-1", "203.0.113.0"),
    network("prefix-signed", "nor is /+8", malformed(), "203.0.113.0/+8", "203.0.113.0"),
    network("prefix-empty", "nor is nothing", malformed(), "203.0.113.0/", "203.0.113.0"),
    network("mask", "a mask is no prefix", malformed(), "203.0.113.0/255.255.255.0", "203.0.113.0"),
    network("list", "one network, not two", malformed(), "203.0.113.0/24,198.51.100.0/24", "203.0.113.0"),
    network("star", "a star is no network", malformed(), "*", "203.0.113.0"),
    network("three-parts", "three numbers are no address", malformed(), "203.0.113/24", "203.0.113.0"),
    network("octal", "zeros in front are ambiguous", malformed(), "203.0.113.010/32", "203.0.113.8"),
    network("empty", "an empty network is none", malformed(), "", "203.0.113.0"),
    case("network-and-expired", "the time is looked at before the address", denied("expired"), now=END, ip="198.51.100.1",
         cookies=[header(custom_cookies(custom(TITLE, network="203.0.113.0/24")))]),
    case("network-canned-does-not-ask", "a canned policy asks for no address", allowed(), canned_url(), ip="2001:db8::1"),
]

LESS = f'"DateLessThan":{{"AWS:EpochTime":{END}}}'
CONDITION = f'"Condition":{{{LESS}}}'
RESOURCE = f'"Resource":"{TITLE}"'
STATEMENT = f"{{{RESOURCE},{CONDITION}}}"


def form(name, why, policy, expect=None):
    return case(f"form-{name}", why, expect or malformed(), custom_url(FILM, policy))


FORMS = [
    form("reference", "the form that all others here depart from", f'{{"Statement":[{STATEMENT}]}}', allowed()),
    form("blanks", "blanks are allowed where the policy travels along", f'{{ "Statement" :\n [ {STATEMENT} ]\t}}\n', allowed()),
    form("other-order", "the order of keys is free where the policy travels along",
         f'{{"Statement":[{{{CONDITION},{RESOURCE}}}]}}', allowed()),
    form("go-order", "the Go SDK writes the network first",
         f'{{"Statement":[{{{RESOURCE},"Condition":{{"DateGreaterThan":{{"AWS:EpochTime":1}},{LESS}}}}}]}}', allowed()),
    form("no-resource", "without a resource a policy opens everything that trusts the key",
         f'{{"Statement":[{{{CONDITION}}}]}}', allowed()),
    form("no-end", "every policy must end", f'{{"Statement":[{{{RESOURCE},"Condition":{{}}}}]}}'),
    form("no-end-but-start", "a start is no end",
         f'{{"Statement":[{{{RESOURCE},"Condition":{{"DateGreaterThan":{{"AWS:EpochTime":1}}}}}}]}}'),
    form("no-condition", "a policy without a condition would never end", f'{{"Statement":[{{{RESOURCE}}}]}}'),
    form("no-statement", "a policy without a statement grants nothing", "{}"),
    form("no-statements", "nor does an empty list", '{"Statement":[]}'),
    form("two-statements", "CloudFront takes one statement", f'{{"Statement":[{STATEMENT},{STATEMENT}]}}'),
    form("statement-not-in-a-list", "and takes it in a list", f'{{"Statement":{STATEMENT}}}'),
    form("statement-null", "null is no list", '{"Statement":null}'),
    form("resource-null", "null does not mean everything",
         f'{{"Statement":[{{"Resource":null,{CONDITION}}}]}}'),
    form("resource-a-list", "one resource, not a list", f'{{"Statement":[{{"Resource":["{TITLE}"],{CONDITION}}}]}}'),
    form("start-null", "a condition that is null is no condition",
         f'{{"Statement":[{{{RESOURCE},"Condition":{{{LESS},"DateGreaterThan":null}}}}]}}'),
    form("network-null", "a network that is null is not any network",
         f'{{"Statement":[{{{RESOURCE},"Condition":{{{LESS},"IpAddress":null}}}}]}}'),
    form("network-a-list", "one network, not a list",
         f'{{"Statement":[{{{RESOURCE},"Condition":{{{LESS},"IpAddress":{{"AWS:SourceIp":["0.0.0.0/0"]}}}}}}]}}'),
    form("document-as-list", "a list is no document", f"[[{STATEMENT}]]"),
    form("statement-as-list", "a list is no statement", f'{{"Statement":[["{TITLE}",{{{LESS}}}]]}}'),
    form("condition-as-list", "a list is no condition", f'{{"Statement":[{{{RESOURCE},"Condition":[{{"AWS:EpochTime":{END}}},null,null]}}]}}'),
    form("epoch-as-list", "a list is no time",
         f'{{"Statement":[{{{RESOURCE},"Condition":{{"DateLessThan":[{END}]}}}}]}}'),
    form("network-as-list", "a list is no network",
         f'{{"Statement":[{{{RESOURCE},"Condition":{{{LESS},"IpAddress":["0.0.0.0/0"]}}}}]}}'),
    form("unknown-condition", "a condition that nobody checks must not pass",
         f'{{"Statement":[{{{RESOURCE},"Condition":{{{LESS},"StringEquals":{{"aws:Referer":"x"}}}}}}]}}'),
    form("unknown-statement-key", "nor any other key of a statement", f'{{"Statement":[{{"Effect":"Deny",{RESOURCE},{CONDITION}}}]}}'),
    form("unknown-document-key", "nor of the document", f'{{"Version":"2012-10-17","Statement":[{STATEMENT}]}}'),
    form("unknown-epoch-key", "nor of a time",
         f'{{"Statement":[{{{RESOURCE},"Condition":{{"DateLessThan":{{"AWS:EpochTime":{END},"x":1}}}}}}]}}'),
    form("names-in-lower-case", "names know upper and lower case", f'{{"statement":[{STATEMENT}]}}'),
    form("resource-twice", "a key that stands twice is ambiguous", f'{{"Statement":[{{"Resource":"*",{RESOURCE},{CONDITION}}}]}}'),
    form("end-twice", "so are two ends", f'{{"Statement":[{{{RESOURCE},"Condition":{{{LESS},{LESS}}}}}]}}'),
    form("condition-twice", "two conditions", f'{{"Statement":[{{{RESOURCE},{CONDITION},{CONDITION}}}]}}'),
    form("statement-twice", "and two lists", f'{{"Statement":[{STATEMENT}],"Statement":[{STATEMENT}]}}'),
    form("epoch-twice", "and two times",
         f'{{"Statement":[{{{RESOURCE},"Condition":{{"DateLessThan":{{"AWS:EpochTime":1,"AWS:EpochTime":{END}}}}}}}]}}'),
    form("text-behind", "nothing may follow the document", f'{{"Statement":[{STATEMENT}]}}x'),
    form("two-documents", "not even another one", f'{{"Statement":[{STATEMENT}]}}{{}}'),
    form("cut", "half a document", f'{{"Statement":[{STATEMENT}'),
    form("empty", "no document", ""),
    form("comma-at-the-end", "JSON has no such comma", f'{{"Statement":[{STATEMENT},]}}'),
    form("single-quotes", "nor such quotes", f'{{"Statement":[{STATEMENT}]}}'.replace('"', "'")),
    form("line-break-in-resource", "nor a bare line break in a string", f'{{"Statement":[{STATEMENT}]}}'.replace("vod", "v\nod")),
    form("byte-order-mark", "nor a byte order mark", f'\ufeff{{"Statement":[{STATEMENT}]}}'),
    form("not-utf8", "nor bytes that are no UTF-8", f'{{"Statement":[{STATEMENT}]}}'.encode().replace(b"vod", b"v\xffd")),
    form("lone-surrogate", "nor half a character", f'{{"Statement":[{STATEMENT}]}}'.replace("vod", "v\\ud800")),
    form("too-deep", "depth does not exhaust the stack", "[" * 2800 + "]" * 2800),
    case("too-long", "CloudFront takes URLs of 8192 bytes", denied("url"), canned_url("https://cdn.example.com/" + "a" * 8000)),
    form("not-json", "a policy is JSON", "Resource=*"),
    form("number", "and an object", "1"),
    form("canned-sent-along", "a canned policy sent as a custom one is a custom one", canned(), allowed()),
    case("form-read-before-signature", "a policy that cannot be read is reported before its signature", malformed(),
         behind(FILM, *proof("Policy=" + encode(b"{}"), signature(canned())))),
    case("form-read-after-key", "and after the key", {"outcome": "refused", "code": "InvalidKey", "reason": "unknown_key"},
         behind(FILM, "Policy=" + encode(b"{}"), "Signature=x", "Key-Pair-Id=K0UNKNOWN")),
    case("form-resource-in-url-encoding", "a policy in percent-encoding is no base64", malformed("reencoded"),
         behind(FILM, "Policy=%7B%22Statement%22", "Signature=x", "Key-Pair-Id=" + IDS["p256"])),
]

THEMES = {"wildcards": WILDCARDS, "times": TIMES, "networks": NETWORKS, "forms": FORMS}
