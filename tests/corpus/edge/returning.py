"""`edge/REQUESTS.md`, section 8, "On the way back", in Python, and its cases: an answer of the origin's in, its headers out.

    make(WORLDS)    the cases, with what is expected of each
"""

import evaluator

PAGE = "https://tv.example.com"
MEDIA = {  # address below a title: the usual `cache-control` under /vod and under /live
    "master.m3u8": ("private, max-age=60", "private, max-age=1"),
    "mobile/master.m3u8": ("private, max-age=60", "private, max-age=1"),
    "720p/index.m3u8": ("private, max-age=60", "private, max-age=1"),
    "audio/nor/index.m3u8": ("private, max-age=60", "private, max-age=1"),
    "720p/1.ts": ("private, max-age=31536000, immutable", "private, max-age=600"),
    "mobile/360p/1.ts": ("private, max-age=31536000, immutable", "private, max-age=600"),
    "text/nor/1.vtt": ("private, max-age=31536000, immutable", "private, max-age=600"),
    "keys/k1": ("no-store", "no-store"),
}


def vary_with_origin(vary):
    """`vary` keeps what it had; `*` and `origin` say it already."""
    listed = [name.strip() for name in (vary or "").split(",") if name.strip()]
    if "*" in listed or "origin" in [name.lower() for name in listed]:
        return vary
    return ", ".join([*listed, "origin"])


def evaluate(world, path, origin, status, headers, cache):
    """`cache` is the route's, None where it has none."""
    headers = dict(headers)
    if path.startswith("/t/"):  # some events show the path as the viewer sent it
        path = "/" + path.split("/", 3)[3]
    route = evaluator.route_of(world, path)
    media = route["title"] is not None
    if media and status >= 400:
        headers["cache-control"] = "no-store"
    elif cache is not None and status in (200, 206, 304):
        headers["cache-control"] = cache
    headers["x-content-type-options"] = "nosniff"
    if world.hsts:
        headers["strict-transport-security"] = world.hsts
    if origin is not None and (origin in world.origins or "*" in world.origins):
        headers["access-control-allow-origin"] = origin
        headers["access-control-expose-headers"] = "date, content-length, content-range, retry-after, www-authenticate"
        if world.cors_credentials:
            headers["access-control-allow-credentials"] = "true"
    if world.origins:  # what is cached for one page is not for another, nor for none
        headers["vary"] = vary_with_origin(headers.get("vary"))
    return dict(sorted(headers.items()))


def make(worlds):
    cases = []

    def case(name, path, also, world="path", origin=None, status=200, headers=None, cache=None):
        """`also` are headers by hand; None stands for one that must not be there."""
        headers = headers or {}
        expected = evaluate(worlds[world], path, origin, status, headers, cache)
        for header, value in also.items():
            assert expected.get(header) == value, f"{name}: {header} by hand {value!r}, evaluated {expected.get(header)!r}"
        request = {"method": "GET", "path": path, "origin": origin}
        response = {"status": status, "headers": headers}
        cases.append({"name": name, "world": world, "request": request, "response": response, "expect": expected})

    for below, (vod, live) in MEDIA.items():
        for root, cache in (("/vod", vod), ("/live", live)):
            path = f"{root}/acme/one/{below}"
            for status in (200, 206, 304):
                case(f"{status} {path}", path, {"cache-control": cache}, status=status, headers={"cache-control": "max-age=5"}, cache=cache)
        for status in (400, 403, 404, 416, 500, 503):
            path = f"/vod/acme/one/{below}"
            case(f"{status} {path}", path, {"cache-control": "no-store"}, status=status, headers={"cache-control": "max-age=5"}, cache=vod)
    segment, year = "/vod/acme/one/720p/1.ts", MEDIA["720p/1.ts"][0]
    usual = {"x-content-type-options": "nosniff", "strict-transport-security": "max-age=31536000; includeSubDomains"}
    case("a path as the viewer sent it", "/t/anything" + segment, usual | {"cache-control": year}, cache=year)
    case("nothing said by the origin", segment, usual | {"cache-control": year, "access-control-allow-origin": None, "vary": "origin"}, cache=year)
    case("an error without a header", segment, {"cache-control": "no-store"}, status=404, cache=year)
    shared = {"access-control-allow-origin": PAGE, "access-control-allow-credentials": "true", "vary": "origin"}
    case("a page", segment, shared | {"access-control-expose-headers": "date, content-length, content-range, retry-after, www-authenticate"}, origin=PAGE, cache=year)
    case("a page, and an error", segment, shared, origin=PAGE, status=404, cache=year)
    case("a foreign page", segment, {"access-control-allow-origin": None, "vary": "origin"}, origin="https://evil.example", cache=year)
    for had, now in {
        "accept-encoding": "accept-encoding, origin",
        "Accept-Encoding, Range": "Accept-Encoding, Range, origin",
        "origin": "origin",
        "Origin": "Origin",
        "accept-encoding, Origin": "accept-encoding, Origin",
        "*": "*",
    }.items():
        case(f"vary was {had}", segment, {"vary": now}, origin=PAGE, headers={"vary": had}, cache=year)
    case("vary without a page", segment, {"vary": "accept-encoding, origin"}, headers={"vary": "accept-encoding"}, cache=year)
    kept = {"content-type": "video/mp2t", "etag": '"a"', "content-length": "5", "x-cache": "hit"}
    case("other headers stay", segment, kept, headers=kept, cache=year)
    case("security headers are ours", segment, usual, headers={"x-content-type-options": "x", "strict-transport-security": "max-age=0"}, cache=year)
    for path in ("/v1/catalog", "/v1/licenses/widevine", "/v1/keys/k1"):
        for status in (200, 404, 503):
            case(f"{status} {path}", path, usual | {"cache-control": "private, max-age=9"}, status=status, headers={"cache-control": "private, max-age=9"})
        case(f"{path} says nothing", path, {"cache-control": None})
    case("own: open with a rule of the route's", "/posters/x", {"cache-control": "public, max-age=86400"}, world="routes", headers={"cache-control": "private"}, cache="public, max-age=86400")
    case("own: open without", "/health", {"cache-control": "private"}, world="routes", headers={"cache-control": "private"})
    case("none: no transport security", "/vod/acme/one/720p/1.ts", {"strict-transport-security": None, "x-content-type-options": "nosniff"}, world="none", cache=year)
    case("none: no pages", segment, {"access-control-allow-origin": None, "vary": None}, world="none", origin=PAGE, cache=year)
    case("cookie: any page, without credentials", segment, {"access-control-allow-origin": "https://any.example", "access-control-allow-credentials": None, "vary": "origin"}, world="cookie", origin="https://any.example", cache=year)
    case("plain: another age", "/v1/catalog", {"strict-transport-security": "max-age=60"}, world="plain")
    return cases
