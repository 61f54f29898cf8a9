"""Limits, paths, routes and methods: what is settled before anybody is asked who they are."""

from making import CLIP, MASTER, NOW, bearer, carried, case, cognito, tok


def limits():
    fits = 8192 - len(CLIP)
    case("uri of 8192 bytes", "forward", path=CLIP, query="q" * fits)
    case("uri of 8193 bytes", "414 uri_too_long", path=CLIP, query="q" * (fits + 1))
    case("uri too long, and no route", "414 uri_too_long", path="/nothing", query="q" * 9000)
    case("uri too long in an api", "414 uri_too_long", path="/v1/catalog", query="q" * 9000)
    case("uri too long with a character", "414 uri_too_long", path=CLIP, query=" " * 9000)
    case("uri too long by its path", "414 uri_too_long", path="/vod/" + "a" * 8200)
    case("uri too long by HEAD", "414 uri_too_long", method="HEAD", path=CLIP, query="q" * 9000)
    case("uri too long from a page", "414 uri_too_long", path=CLIP, query="q" * 9000, headers={"origin": "https://tv.example.com"})
    for name in ("cookie", "authorization", "user-agent", "origin"):
        case(f"header {name} of 16384 bytes", "forward", path=CLIP, headers={name: "h" * 16384})
        case(f"header {name} of 16385 bytes", "431 header_too_large", path=CLIP, headers={name: "h" * 16385})
    case("header x-playgate-token of 16384 bytes", "401 token_too_large", path=CLIP, headers={"x-playgate-token": "h" * 16384})
    case("header x-playgate-token of 16385 bytes", "431 header_too_large", path=CLIP, headers={"x-playgate-token": "h" * 16385})
    for name in ("x-anything", "accept", "referer", "x-forwarded-for", "if-none-match"):
        case(f"header {name} of 16385 bytes is nobody's", "forward", path=CLIP, headers={name: "h" * 16385}, also={"removed": []})
    case("headers that are large together", "forward", path=CLIP, headers={"cookie": "h" * 16384, "origin": "h" * 16384, "authorization": "h" * 16384})
    case("header of letters of two bytes, too large", "431 header_too_large", path=CLIP, headers={"cookie": "\u00e9" * 8193})
    case("header too large in an api", "431 header_too_large", path="/v1/catalog", headers={"cookie": "h" * 20000})
    case("header and uri too large", "414 uri_too_long", path=CLIP, query="q" * 9000, headers={"cookie": "h" * 20000})
    case("header too large with a bad path", "431 header_too_large", path="/vod/ ", headers={"cookie": "h" * 20000})
    letters = {"space": " ", "tab": "\t", "line feed": "\n", "return": "\r", "nul": "\0", "delete": "\x7f", "latin": "\u00e9", "wide": "\U0001f3ac"}  # fmt: skip
    for name, letter in letters.items():
        case(f"{name} in the path", "400 path", path=f"/vod/free/cl{letter}ip/master.m3u8")
        case(f"{name} in the query", "400 query", path=CLIP, query=f"a={letter}b")
    case("space in the path of an api", "400 path", path="/v1/cat alog")
    case("space in the query of an api", "400 query", path="/v1/catalog", query="q=a b")
    case("space in path and query", "400 path", path="/v1/cat alog", query="q=a b")
    case("visible query", "forward", path=CLIP, query="!\"$%&'()*+,-./:;<=>?@[\\]^_`{|}~", also={"query": "!\"$%&'()*+,-./:;<=>?@[\\]^_`{|}~"})
    for name, query in {"alone": "#", "first": "#a=1", "between": "a=1#b=2", "last": "a=1#", "before another": "a=1##"}.items():
        case(f"number sign in the query, {name}", "400 query", path=CLIP, query=query)
    case("number sign in the query of an api", "400 query", path="/v1/catalog", query="a=1#b")
    case("number sign in the query, by OPTIONS", "400 query", path=CLIP, query="a=1#b", method="OPTIONS")
    case("number sign in the query, and a method", "400 query", path=CLIP, query="a=1#b", method="get")
    case("number sign escaped in the query", "forward", path=CLIP, query="a=1%23b", also={"query": "a=1%23b"})
    case("query that is half an escape", "forward", path=CLIP, query="%")
    for method in ("", "get", "Get", "GE T", "GET\r\nX-Injected: 1", "G" * 17, "GET1", "M-SEARCH", "G\u00c9T"):
        case(f"method {method!r}", "400 method", path=CLIP, method=method, also={"log.method": None})
    case("method of an api", "400 method", path="/v1/catalog", method="get")
    case("method of sixteen letters", "405 method_not_allowed", path=CLIP, method="G" * 16)
    case("method before path", "400 method", path="/vod/../x", method="get")
    case("query before method", "400 query", path=CLIP, query=" ", method="get")


def paths():
    tricks = {
        "empty": "",
        "relative": "vod/free/clip/master.m3u8",
        "absolute": "https://evil.example/vod/free/clip/master.m3u8",
        "star": "*",
        "two slashes first": "//evil.example/vod/free/clip/master.m3u8",
        "two slashes": "/vod/free//clip/master.m3u8",
        "two slashes last": "/vod/free/clip/master.m3u8//",
        "dot": "/vod/free/./clip/master.m3u8",
        "dots": "/vod/free/x/../clip/master.m3u8",
        "dots last": "/vod/free/clip/..",
        "dots with parameters": "/vod/free/..;x=1/clip/master.m3u8",
        "dots escaped": "/vod/free/%2e%2e/clip/master.m3u8",
        "dots half escaped": "/vod/free/.%2E/clip/master.m3u8",
        "dot escaped in a name": "/vod/free/clip/master%2em3u8",
        "slash escaped": "/vod/free%2fclip/master.m3u8",
        "slash escaped in capitals": "/vod/free%2Fclip/master.m3u8",
        "backslash": "/vod/free\\clip/master.m3u8",
        "backslashes first": "/\\evil.example/master.m3u8",
        "backslash escaped": "/vod/free%5cclip/master.m3u8",
        "percent escaped": "/vod/free/%252e%252e/clip/master.m3u8",
        "semicolon escaped": "/vod/free/..%3b/clip/master.m3u8",
        "nul escaped": "/vod/free/clip%00/master.m3u8",
        "line feed escaped": "/vod/free/clip%0d%0aset-cookie:x/master.m3u8",
        "delete escaped": "/vod/free/clip%7f/master.m3u8",
        "overlong dots": "/vod/free/%c0%ae%c0%ae/clip/master.m3u8",
        "overlong slash": "/vod/free%e0%80%afclip/master.m3u8",
        "overlong slash of four": "/vod/free%f0%80%80%afclip/master.m3u8",
        "no byte of utf-8": "/vod/free/%ff/master.m3u8",
        "bad escape": "/vod/free/%zz/master.m3u8",
        "escape cut off": "/vod/free/clip/master.m3u8%2",
        "question mark": "/vod/free/clip/master.m3u8?x",
        "fragment": "/vod/free/clip/master.m3u8#x",
        "2049 bytes": "/vod/" + "a" * 2032 + "/master.m3u8",
    }
    for name, path in tricks.items():
        case(f"path: {name}", "400 path", path=path)
    for name in ("two slashes", "dots", "slash escaped", "backslash", "nul escaped"):
        case(f"path behind a token: {name}", "400 path", path=f"/t/{tok()}{tricks[name]}")
        case(f"path of an api: {name}", "400 path", path=tricks[name].replace("/vod/", "/v1/"))
    case("path of 2048 bytes", "404 unknown_title", path="/vod/" + "a" * 2031 + "/master.m3u8")
    case("path: other escapes", "404 unknown_title", path="/vod/free/cl%69p/master.m3u8", also={"log.title": "free/cl%69p"})
    case("path: letters in utf-8", "404 unknown_title", path="/vod/free/%C3%A9/master.m3u8")
    case("path: capitals are another", "404 no_route", path="/VOD/free/clip/master.m3u8")
    case("path: capital in a title", "404 unknown_title", path="/vod/Free/clip/master.m3u8", also={"log.title": "Free/clip"})
    case("path: three dots are a name", "404 unknown_title", path="/vod/.../master.m3u8")
    case("path: root", "404 no_route", path="/")
    case("token: none", "400 path", path="/t/")
    case("token: empty", "400 path", path=f"/t/{MASTER}")
    case("token: no slash behind", "400 path", path=f"/t/{tok()}")
    case("token: nothing behind", "404 no_route", path=f"/t/{tok()}/")
    case("token: only the letter", "404 no_route", path="/t")
    case("token: capital letter", "404 no_route", path=f"/T/{tok()}{MASTER}")
    case("token: two of them", "404 no_route", path=f"/t/{tok()}/t/{tok()}{MASTER}")
    case("token: not first", "404 no_route", path=f"/vod/t/{tok()}/x")
    case("token: before an api", "400 path", path=f"/t/{tok(path='/')}/v1/catalog")
    case("token: before a key of the api", "400 path", path=f"/t/{tok(path='/')}/v1/keys/k1")
    case("token: bad, before an api", "400 path", path="/t/x/v1/catalog")
    case("token: bad, before nothing", "404 no_route", path="/t/x/nothing")
    case("token: bad, before a bad path", "400 path", path="/t/x/vod/../x")
    case("token: bad, by another method", "405 method_not_allowed", path=f"/t/x{MASTER}", method="DELETE")
    case("token: escape in it", "401 token_malformed", path=f"/t/%2e%2e{MASTER}")


def routes():
    """Free titles, which everybody may play: what fits is forwarded as it came."""
    title = "/vod/free/clip"
    fitting = {
        f"{title}/master.m3u8": ("manifest", "free/clip", None),
        f"{title}/mobile/master.m3u8": ("manifest", "free/clip", None),
        f"{title}/720p/index.m3u8": ("playlist", "free/clip", 720),
        f"{title}/mobile/360p/index.m3u8": ("playlist", "free/clip", 360),
        f"{title}/720p/seg-1.ts": ("segment", "free/clip", 720),
        f"{title}/mobile/360p/seg-1.m4s": ("segment", "free/clip", 360),
        f"{title}/1p/1": ("segment", "free/clip", 1),
        f"{title}/65535p/init.mp4": ("segment", "free/clip", 65535),
        f"{title}/audio/nor/index.m3u8": ("playlist", "free/clip", None),
        f"{title}/audio/nor/1.aac": ("segment", "free/clip", None),
        f"{title}/text/nor/index.m3u8": ("playlist", "free/clip", None),
        f"{title}/text/nor/1.vtt": ("segment", "free/clip", None),
        f"{title}/keys/k1": ("key", "free/clip", None),
        "/vod/mobile/master.m3u8": ("manifest", "mobile", None),
        f"{title}/720p/master.m3u8": None,
        f"{title}/audio/720p/index.m3u8": None,
        f"{title}/720p/keys/k1": None,
        f"{title}/extra/master.m3u8": None,
    }
    for path, found in fitting.items():
        kind, name, height = found or (None, None, None)
        also = {"log.route": kind, "log.title": name, "log.height": height, "path": path}
        case(f"route: {path}", "forward" if found else None, world="bare", path=path, also=also if found else None)
    also = {"log.title": "free/clip", "log.height": 720, "log.route": "segment"}
    case("route: a height above a manifest is in no title", "forward", path=f"{title}/720p/master.m3u8", also=also)
    above = {"log.title": "free/clip", "log.height": None, "log.route": "playlist"}
    case("route: audio that is named like a height", "forward", path=f"{title}/audio/720p/index.m3u8", also=above)
    for below in ("mobile/mobile/master.m3u8", "mobile/audio/en/1.aac", "720p/audio/en/1.aac", "720p/keys/k1", "mobile/keys/k1", "720p/720p/1.ts"):
        case(f"route: below a title there is no other title: {below}", "404 no_route", path=f"{title}/{below}", also={"log.title": None, "path": None})
    nothing = [
        "/vod/master.m3u8", "/vod/", "/vod", "/vod/free", "/vod/free/clip", "/vod/free/clip/", "/vod/free/clip/master.m3u", "/vod/free/clip/Master.m3u8",
        "/vod/free/clip/master.m3u8/", "/vod/free/clip/master.mpd", "/vod/free/clip/index.m3u8", "/vod/free/clip/720/index.m3u8",
        "/vod/free/clip/720P/index.m3u8", "/vod/free/clip/p/index.m3u8", "/vod/free/clip/0p/index.m3u8", "/vod/free/clip/0720p/index.m3u8",
        "/vod/free/clip/65536p/index.m3u8", "/vod/free/clip/100000p/index.m3u8", "/vod/free/clip/-720p/index.m3u8", "/vod/free/clip/+720p/index.m3u8",
        "/vod/free/clip/x720p/index.m3u8", "/vod/free/clip/720px/index.m3u8", "/vod/free/clip/720p/", "/vod/free/clip/720p", "/vod/720p/index.m3u8",
        "/vod/free/clip/720p/a/b.ts", "/vod/free/clip/audio/index.m3u8", "/vod/free/clip/audio/nor/a/1.aac", "/vod/free/clip/subtitles/nor/1.vtt",
        "/vod/free/clip/keys/", "/vod/free/clip/keys", "/vod/keys/k1", "/vod/free/clip/keys/a/b", "/other/free/clip/master.m3u8", "/vod2/free/clip/master.m3u8",
        "/v1", "/v1/", "/v2/catalog", "/xv1/catalog", "/healthz", "/favicon.ico", "/robots.txt",
    ]  # fmt: skip
    for path in nothing:
        case(f"no route: {path}", "404 no_route", world="bare", path=path)
    case("no route by HEAD", "404 no_route", world="bare", path="/nothing", method="HEAD")
    case("no route by POST", "404 no_route", world="bare", path="/nothing", method="POST")
    case("no route by OPTIONS", "404 no_route", path="/nothing", method="OPTIONS", headers={"origin": "https://tv.example.com"})
    for below in ("master.m3u8", "mobile/master.m3u8", "720p/index.m3u8", "720p/1.ts", "mobile/360p/index.m3u8", "mobile/360p/1.ts", "audio/nor/index.m3u8", "text/nor/1.vtt", "keys/k1"):  # fmt: skip
        case(f"route: /live/nobody/{below}", "404 unknown_title", world="bare", path=f"/live/nobody/{below}", also={"log.title": "nobody"})
    case("route: no live of its own kind", "404 no_route", world="bare", path="/live/nobody/index.m3u8")


def forwarded():
    secrets = bearer(cognito()) | carried("anything") | {"cookie": "playgate=stale; session=1", "x-anything": "1"}
    kinds = {"/v1/catalog": "api", "/v1/admin/policies": "api", "/v1/keys/k1": "key", "/v1/keys/a/b": "key", "/v1/licenses/widevine": "license"}
    for path, kind in kinds.items():
        for method in ("GET", "POST", "OPTIONS", "DELETE"):
            also = {"log.route": kind, "removed": [], "path": path, "log.title": None, "log.credential": None}
            case(f"{method} {path}", "forward", path=path, query="a=1", method=method, headers=secrets, also=also)
    for age in (0, 29, 30, 1000):
        case(f"an api with a mark, {age} seconds old", "forward", world="cookie", path="/v1/catalog", query=f"playgate={NOW - age}", headers=bearer(cognito()), also={"query": f"playgate={NOW - age}"})
    empty = {"authorization": "", "cookie": "", "x-playgate-token": ""}
    case("an api and empty headers", "forward", path="/v1/catalog", headers=empty, also={"removed": []})
    case("an api and a forged login", "forward", path="/v1/catalog", headers=bearer("x.y.z"), also={"removed": []})
    case("an api and a foreign page", "forward", path="/v1/catalog", headers={"origin": "https://evil.example"})
    case("a key of the api is no title's", "forward", path="/v1/keys", also={"log.route": "api"})


def own_routes():
    """The world `routes`, where the usual addresses are not."""
    free = tok("routes", path="/movies/", tier=None)
    case("own: manifest", "forward", world="routes", path="/movies/free/clip/index.mpd", also={"log.route": "manifest"})
    case("own: no ladder for phones", "forward", world="routes", path="/movies/free/clip/index.mpd", headers={"sec-ch-ua-mobile": "?1"}, also={"path": "/movies/free/clip/index.mpd"})
    case("own: height without p", "forward", world="routes", path="/movies/free/clip/v720/1.m4s", also={"log.height": 720})
    case("own: the usual is gone", "404 no_route", world="routes", path=CLIP)
    case("own: the api is gone", "404 no_route", world="routes", path="/v1/catalog")
    case("own: an init segment", "forward", world="routes", path="/movies/free/clip/parts/1/init.mp4", also={"log.height": None})
    case("own: open", "forward", world="routes", path="/posters/free/clip/large.jpg", also={"log.route": "open"})
    case("own: open by POST", "forward", world="routes", path="/posters/x", method="POST")
    case("own: open by OPTIONS", "forward", world="routes", path="/posters/x", method="OPTIONS", headers={"origin": "https://tv.example.com", "access-control-request-method": "GET"})
    case("own: open keeps credentials", "forward", world="routes", path="/posters/x", headers={"cookie": "pass=1", "x-pass": "1"}, also={"removed": []})
    case("own: open with a token", "400 path", world="routes", path=f"/t/{free}/posters/x")
    case("own: rest of nothing", "404 no_route", world="routes", path="/posters")
    case("own: a literal", "forward", world="routes", path="/health", also={"log.route": "open"})
    case("own: below a literal", "404 no_route", world="routes", path="/health/x")
    case("own: a licence without a title", "forward", world="routes", path="/drm/widevine", method="POST", headers={"x-pass": "1"}, also={"removed": []})
    case("own: a segment is one", "404 no_route", world="routes", path="/drm/widevine/x")
    for method in ("GET", "HEAD", "POST"):
        case(f"own: a title's licence by {method}", "forward", world="routes", path="/movies/free/clip/license", method=method)
    case("own: a title's licence by PUT", "405 method_not_allowed", world="routes", path="/movies/free/clip/license", method="PUT", also={"headers.allow": "GET, HEAD, OPTIONS, POST"})
    case("own: a title's licence by OPTIONS", "204", world="routes", path="/movies/free/clip/license", method="OPTIONS", also={"headers.allow": "GET, HEAD, OPTIONS, POST"})
    shared = {"origin": "https://tv.example.com", "access-control-request-method": "POST"}
    asked = {"headers.allow": "GET, HEAD, OPTIONS, POST", "headers.access-control-allow-methods": "GET, HEAD, OPTIONS, POST", "log.action": "preflight"}
    case("own: a title's licence by OPTIONS, a page", "204", world="routes", path="/movies/free/clip/license", method="OPTIONS", headers=shared, also=asked)
    case("own: a title's manifest by OPTIONS", "204", world="routes", path="/movies/free/clip/index.mpd", method="OPTIONS", also={"headers.allow": "GET, HEAD, OPTIONS"})
    case("own: a title's manifest by POST", "405 method_not_allowed", world="routes", path="/movies/free/clip/index.mpd", method="POST", also={"headers.allow": "GET, HEAD, OPTIONS"})
    case("own: header of 16385 bytes", "431 header_too_large", world="routes", path="/movies/free/clip/index.mpd", headers={"x-pass": "h" * 16385})
    case("own: header that is empty", "forward", world="routes", path="/movies/free/clip/index.mpd", headers={"x-pass": ""}, also={"removed": [], "log.credential": "none"})
    case("own: licence of a title that nobody grants", "404 unknown_title", world="routes", path="/movies/nobody/license", method="POST")
    case("own: licence without login", "401 no_credentials", world="routes", path="/movies/acme/two/license", method="POST")
    held = tok("routes", path="/movies/acme/two/", countries=None)
    case("own: licence with a token", "forward", world="routes", path="/movies/acme/two/license", method="POST", headers={"x-pass": held}, also={"removed": ["x-pass"]})
    case("own: licence with a token in a cookie", "forward", world="routes", path="/movies/acme/two/license", method="POST", headers={"cookie": f"pass={held}"}, also={"removed": ["cookie"]})
    case("own: the usual header is nobody's", "401 no_credentials", world="routes", path="/movies/acme/two/license", headers=carried(held))
    case("own: the usual cookie is nobody's", "401 no_credentials", world="routes", path="/movies/acme/two/license", headers={"cookie": f"playgate={held}"})
    case("own: the usual header stays", "forward", world="routes", path="/movies/free/clip/index.mpd", headers=carried("x"), also={"removed": []})
    only_get = tok("routes", path="/movies/acme/two/", countries=None, methods=["GET"])
    case("own: token for another method", "403 token_method", world="routes", path="/movies/acme/two/license", method="POST", headers={"x-pass": only_get})
    case("own: path token of a licence", "forward", world="routes", path=f"/t/{held}/movies/acme/two/license", method="POST", also={"path": "/movies/acme/two/license"})
    case("own: nobody logs in", "401 login_issuer", world="routes", path="/movies/acme/two/index.mpd", headers=bearer(cognito()))


def methods():
    kinds = {"manifest": "master.m3u8", "playlist": "720p/index.m3u8", "segment": "720p/1.ts", "key": "keys/k1"}
    for kind, below in kinds.items():
        path = f"/vod/free/clip/{below}"
        case(f"HEAD on a {kind}", "forward", path=path, method="HEAD")
        for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT"):
            case(f"{method} on a {kind}", "405 method_not_allowed", path=path, method=method, also={"headers.allow": "GET, HEAD, OPTIONS", "body.renew": None})
        case(f"OPTIONS on a {kind}", "204", path=path, method="OPTIONS", also={"headers.allow": "GET, HEAD, OPTIONS", "body": None})
    case("OPTIONS needs no credentials", "204", path=MASTER, method="OPTIONS")
    case("OPTIONS with a bad token in the path", "204", path=f"/t/x{MASTER}", method="OPTIONS", also={"log.credential": None})
    case("OPTIONS with a bad login", "204", path=MASTER, method="OPTIONS", headers=bearer("x"))
    case("OPTIONS on a title that nobody grants", "204", path="/vod/nobody/master.m3u8", method="OPTIONS", also={"log.title": "nobody"})
    case("POST comes before a bad token", "405 method_not_allowed", path=MASTER, method="POST", headers=carried("x"))
    case("HEAD refused has no body", "401 no_credentials", path=MASTER, method="HEAD", also={"body": None, "headers.content-type": "application/problem+json"})
    case("HEAD on an unknown title", "404 unknown_title", path="/vod/nobody/master.m3u8", method="HEAD", also={"body": None})
    case("HEAD with a bad token", "401 token_malformed", path=MASTER, method="HEAD", headers=carried("x"), also={"body": None})
    case("POST and a page", "405 method_not_allowed", path=CLIP, method="POST", headers={"origin": "https://tv.example.com"}, also={"headers.vary": "origin", "headers.allow": "GET, HEAD, OPTIONS"})
    case("request id: empty", "404 no_route", path="/nothing", id="", also={"body.request_id": None, "log.id": None})
    case("request id: empty, forwarded", "forward", path=CLIP, id="", also={"log.id": None})
    case("request id: quotes and lines", "404 no_route", path="/nothing", id='a"b\\c\nd', also={"body.request_id": 'a"b\\c\nd', "log.id": 'a"b\\c\nd'})
    cut = {
        "128 bytes": ("i" * 128, "i" * 128),
        "129 bytes": ("i" * 129, "i" * 128),
        "300 bytes": ("i" * 300, "i" * 128),
        "letters of two bytes, 128": ("\u00e9" * 64, "\u00e9" * 64),
        "letters of two bytes, 130": ("\u00e9" * 65, "\u00e9" * 64),
        "a letter of two bytes across the end": ("a" + "\u00e9" * 80, "a" + "\u00e9" * 63),
        "a letter of three bytes across the end": ("i" * 126 + "\u20ac", "i" * 126),
        "a letter of three bytes at the end": ("i" * 125 + "\u20acx", "i" * 125 + "\u20ac"),
        "a letter of four bytes across the end": ("i" * 125 + "\U0001f3ac", "i" * 125),
        "letters of four bytes": ("\U0001f3ac" * 40, "\U0001f3ac" * 32),
    }
    for name, (given, kept) in cut.items():
        case(f"request id: {name}", "404 no_route", path="/nothing", id=given, also={"body.request_id": kept, "log.id": kept})
    case("request id: cut, forwarded", "forward", path=CLIP, id="i" * 5000, also={"log.id": "i" * 128})
    case("request id: letters beyond ascii", "404 no_route", path="/nothing", id="\u00e9\u2028")
    for host in ("", "evil.example", "evil.example\r\nx: y", "media.example.com:8443"):
        case(f"host {host!r} is not looked at", "forward", path=CLIP, host=host)
        case(f"host {host!r} is not redirected to", "redirect", path=MASTER, host=host, headers=bearer(cognito()), also={"headers.location": f"/t/<token>{MASTER}", "minted.exp": NOW + 3300})


limits()
paths()
routes()
forwarded()
own_routes()
methods()
