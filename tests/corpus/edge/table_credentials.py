"""Who asks: where credentials are looked for, and tokens that hold and that do not."""

import itertools

import wire
from making import MASTER, NOW, WORLDS, bearer, carried, case, cognito, tok

SEGMENT = "/vod/acme/one/720p/1.ts"


def in_cookie(*tokens, name="playgate"):
    return {"cookie": "; ".join(f"{name}={token}" for token in tokens)}


def placed(places):
    """Path and headers of a request for a segment, with these credentials in these places."""
    path, headers = SEGMENT, {}
    for place, credential in places.items():
        match place:
            case "path":
                path = f"/t/{credential}{SEGMENT}"
            case "header":
                headers |= carried(credential)
            case "bearer":
                headers |= bearer(credential)
            case "cookie":
                headers["cookie"] = "; ".join(filter(None, [headers.get("cookie"), f"playgate={credential}"]))
            case "login-cookie":
                headers["cookie"] = "; ".join(filter(None, [headers.get("cookie"), f"pg_login={credential}"]))
    return {"path": path, "headers": headers}


def good(place, account):
    return cognito(sub=account) if place in ("bearer", "login-cookie") else tok(sub=account)


# What a credential that does not hold is refused with.
BAD = {"path": "401 token_malformed", "header": "401 token_malformed", "bearer": "401 login_malformed"}
PLACES = ("path", "header", "cookie", "bearer", "login-cookie")


def places():
    for place in PLACES:
        kept = {"log.credential": place, "log.account": "one", "log.tier": "premium", "log.action": "forward", "path": SEGMENT}
        case(f"place: {place}", "forward", **placed({place: good(place, "one")}), also=kept)
        case(f"place: {place}, bad", BAD.get(place, "401 token_malformed" if place == "cookie" else "401 login_malformed"), **placed({place: "x"}))
    for first, second in itertools.combinations(PLACES, 2):
        both = {first: good(first, "one"), second: good(second, "two")}
        case(f"places: {first} before {second}", "forward", **placed(both), also={"log.credential": first, "log.account": "one"})
        case(f"places: {first} before a bad {second}", "forward", **placed(both | {second: "x"}), also={"log.credential": first})
        passed_over = first in ("cookie", "login-cookie")
        also = {"log.credential": second, "log.account": "two"} if passed_over else {"log.account": None, "log.credential": first}
        case(f"places: a bad {first} and a {second}", "forward" if passed_over else BAD[first], **placed(both | {first: "x"}), also=also)
        case(f"places: a bad {first} and a bad {second}", BAD.get(first, BAD.get(second, "401 token_malformed")), **placed({first: "x", second: "x"}))
    case("places: none", "401 no_credentials", path=SEGMENT, also={"log.credential": "none", "log.outcome": "deny", "headers.www-authenticate": "Bearer"})
    everywhere = {place: good(place, place) for place in PLACES}
    case("places: all", "forward", **placed(everywhere), also={"log.account": "path", "removed": ["authorization", "cookie", "x-playgate-token"]})


def cookies():
    stale, held = tok(exp=NOW - 1), tok(sub="held")
    kept = {"log.credential": "cookie", "log.account": "held"}
    case("cookie: the second holds", "forward", path=SEGMENT, headers=in_cookie(stale, held), also=kept)
    case("cookie: the fourth holds", "forward", path=SEGMENT, headers=in_cookie(stale, "x", "", held), also=kept)
    case("cookie: the fifth is not tried", "401 token_expired", path=SEGMENT, headers=in_cookie(stale, "x", "z", "y", held))
    case("cookie: the first that holds", "forward", path=SEGMENT, headers=in_cookie(held, tok(sub="later")), also=kept)
    case("cookie: the first refusal is remembered", "403 token_path", path=SEGMENT, headers=in_cookie(tok(path="/vod/acme/two/"), stale))
    case("cookie: the first refusal, other way", "401 token_expired", path=SEGMENT, headers=in_cookie(stale, tok(path="/vod/acme/two/")))
    case("cookie: of another title beside a login", "forward", path=SEGMENT, headers=in_cookie(tok(path="/vod/acme/two/")) | bearer(cognito()), also={"log.credential": "bearer"})
    case("cookie: stale, where nobody need log in", "forward", path="/vod/free/clip/720p/1.ts", headers=in_cookie(stale), also={"log.credential": "none", "log.reason": None})
    case("cookie: stale, and the title unknown", "404 unknown_title", path="/vod/nobody/720p/1.ts", headers=in_cookie(stale))
    case("cookie: stale, and the country wrong", "451 territory", path=SEGMENT, country="DE", address="192.0.2.7", headers=in_cookie(stale))
    case("cookie: stale, and over", "410 expired", path="/vod/acme/gone/720p/1.ts", headers=in_cookie(stale))
    case("cookie: of the wrong country", "403 token_country", path="/vod/acme/one/720p/1.ts", headers=in_cookie(tok(countries=["DE"])))
    for name, cookie in {
        "among others": "a=1; b=2; playgate={}; c=3",
        "without blanks": "a=1;playgate={};c=3",
        "with many blanks": "  a=1 ;   playgate={}  ; c=3",
        "other cookie without a name": "novalue; =x; playgate={}",
        "other cookie with equals signs": "a=b=c=d; playgate={}",
        "trailing semicolon": "playgate={};",
        "in quotes": 'playgate="{}"',
        "in quotes among others": 'a="1"; playgate="{}"; b=2',
        "names alone before it do not count": "playgate; playgate; playgate; playgate; playgate={}",
    }.items():
        case(f"cookie: {name}", "forward", path=SEGMENT, headers={"cookie": cookie.format(held)}, also=kept)
    for name, cookie in {
        "longer name": "xplaygate={}",
        "name goes on": "playgate2={}",
        "name in capitals": "PLAYGATE={}",
        "no separator": "a=1 playgate={}",
        "comma": "a=1, playgate={}",
        "inside of another": "a=playgate={}",
        "line feed before": "a=1\r\nplaygate={}",
        "empty": "",
        "only semicolons": ";;;;",
        "name alone": "playgate",
        "name and blanks": "playgate ; a=1",
        "token alone": "{}",
    }.items():
        case(f"cookie: {name} is none", "401 no_credentials", path=SEGMENT, headers={"cookie": cookie.format(held)})
    case("cookie: empty token", "401 token_malformed", path=SEGMENT, headers=in_cookie(""))
    for name, cookie in {"quote before": 'playgate="{}', "quote behind": 'playgate={}"', "two quotes on each side": 'playgate=""{}""', "one quote only": 'playgate="', "single quotes": "playgate='{}'", "quotes in it": 'playgate="{}"x'}.items():  # fmt: skip
        case(f"cookie: {name} does not hold", "401 token_malformed", path=SEGMENT, headers={"cookie": cookie.format(held)})
    case("cookie: an empty header, nothing is taken away", "forward", path="/vod/free/clip/720p/1.ts", headers={"cookie": ""}, also={"removed": [], "log.credential": "none"})
    case("login cookie: in quotes", "forward", path=SEGMENT, headers={"cookie": f'pg_login="{cognito()}"'}, also={"log.credential": "login-cookie"})
    case("login cookie: quote before", "401 login_malformed", path=SEGMENT, headers={"cookie": f'pg_login="{cognito()}'})
    case("login cookie: name alone", "401 no_credentials", path=SEGMENT, headers={"cookie": "pg_login"}, also={"log.credential": "none"})
    case("login cookie: name alone before it", "forward", path=SEGMENT, headers={"cookie": f"pg_login; pg_login={cognito()}"}, also={"log.credential": "login-cookie"})
    login = {"log.credential": "login-cookie", "log.account": "a-1"}
    case("login cookie: at a segment", "forward", path=SEGMENT, headers={"cookie": f"pg_login={cognito()}"}, also=login)
    case("login cookie: the first of that name holds", "forward", path=SEGMENT, headers={"cookie": f"pg_login={cognito()}; pg_login=x"}, also=login)
    case("login cookie: the second is not tried", "401 login_malformed", path=SEGMENT, headers={"cookie": f"pg_login=x; pg_login={cognito()}"})
    case("login cookie: behind a stale token", "forward", path=SEGMENT, headers={"cookie": f"pg_login={cognito()}; playgate={stale}"}, also=login)
    case("login cookie: both bad, the token's refusal", "401 token_expired", path=SEGMENT, headers={"cookie": f"pg_login=x; playgate={stale}"})
    case("login cookie: keys cannot be had", "503 keys_unavailable", path=SEGMENT, headers={"cookie": f"pg_login={cognito(kid='new')}"}, also={"headers.retry-after": "5"})
    case("login cookie: keys cannot be had, nor are needed", "forward", path="/vod/free/clip/720p/1.ts", headers={"cookie": f"pg_login={cognito(kid='new')}"})
    case("login cookie: behind a bad bearer", "401 login_malformed", path=SEGMENT, headers={"cookie": f"pg_login={cognito()}"} | bearer("x"))
    case("login cookie: another scheme beside", "forward", path=SEGMENT, headers={"cookie": f"pg_login={cognito()}", "authorization": "Basic YTpi"}, also=login)
    case("login cookie: other names are none", "401 no_credentials", path=SEGMENT, headers={"cookie": f"login={cognito()}; PG_LOGIN={cognito()}"})
    case("login cookie: no token's place", "401 login_malformed", path=SEGMENT, headers={"cookie": f"pg_login={held}"})
    case("token cookie: no login's place", "401 token_malformed", path=SEGMENT, headers=in_cookie(cognito()))


def schemes():
    held = cognito()
    for name, value in {"as usual": "Bearer {}", "lower": "bearer {}", "capitals": "BEARER {}", "mixed": "bEaReR {}"}.items():
        case(f"scheme: {name}", "forward", path=SEGMENT, headers={"authorization": value.format(held)}, also={"log.credential": "bearer"})
    for name, value in {
        "Basic": "Basic YTpi",
        "Digest": 'Digest username="a"',
        "DPoP": "DPoP {}",
        "Token": "Token {}",
        "none": "{}",
        "grown together": "Bearer{}",
        "with a colon": "Bearer:{}",
        "longer": "BearerX {}",
        "empty": "",
    }.items():
        also = {"log.credential": "none"}
        case(f"scheme: {name} is absent", "401 no_credentials", path=SEGMENT, headers={"authorization": value.format(held)}, also=also)
        case(f"scheme: {name} is absent, title free", "forward", path="/vod/free/clip/1p/1", headers={"authorization": value.format(held)}, also=also)
    case("scheme: Bearer of nothing", "401 login_malformed", path=SEGMENT, headers={"authorization": "Bearer "})
    for scheme in ("Bearer", "bearer", "BEARER", "Bearer     "):
        kept = {"log.credential": "bearer", "headers.www-authenticate": "Bearer"}
        case(f"scheme: {scheme!r} alone", "401 login_malformed", path=SEGMENT, headers={"authorization": scheme}, also=kept)
        case(f"scheme: {scheme!r} alone, title free", "401 login_malformed", path="/vod/free/clip/1p/1", headers={"authorization": scheme}, also=kept)
    case("scheme: Bearer alone, and a login cookie", "401 login_malformed", path=SEGMENT, headers={"authorization": "Bearer", "cookie": f"pg_login={held}"})
    case("scheme: Bearer alone, and a token", "forward", path=SEGMENT, headers={"authorization": "Bearer"} | carried(tok()), also={"removed": ["authorization", "x-playgate-token"]})
    nothing = {"authorization": "", "cookie": "", "x-playgate-token": ""}
    case("empty headers: nobody", "401 no_credentials", path=SEGMENT, headers=nothing, also={"log.credential": "none"})
    case("empty headers: title free", "forward", path="/vod/free/clip/1p/1", headers=nothing, also={"removed": [], "log.credential": "none"})
    case("empty headers: a token in the path", "forward", path=f"/t/{tok()}{SEGMENT}", headers=nothing, also={"removed": [], "log.credential": "path"})
    case("empty headers: only the token's, and a login", "forward", path=SEGMENT, headers=carried("") | bearer(held), also={"removed": ["authorization"], "log.credential": "bearer"})
    case("empty headers: only the login's, and a token in a cookie", "forward", path=SEGMENT, headers={"authorization": ""} | in_cookie(tok()), also={"removed": ["cookie"], "log.credential": "cookie"})
    case("scheme: two logins", "401 login_malformed", path=SEGMENT, headers={"authorization": f"Bearer {held}, Bearer {held}"})
    case("scheme: a token as login", "401 login_malformed", path=SEGMENT, headers=bearer(tok()))
    case("header: a login as token", "401 token_malformed", path=SEGMENT, headers=carried(held))
    case("header: empty", "401 no_credentials", path=SEGMENT, headers=carried(""), also={"log.credential": "none"})
    case("header: two tokens", "401 token_malformed", path=SEGMENT, headers=carried(f"{tok()}, {tok()}"))
    case("header: another name", "401 no_credentials", path=SEGMENT, headers={"x-token": tok()})
    case("query: no place for tokens", "401 no_credentials", path=SEGMENT, query=f"token={tok()}&playgate={tok()}&access_token={held}")
    case("free title and a bad token", "401 token_malformed", path="/vod/free/clip/1p/1", headers=carried("x"))
    case("free title and a bad login", "401 login_malformed", path="/vod/free/clip/1p/1", headers=bearer("x"))
    case("unknown title and a bad token", "401 token_malformed", path="/vod/nobody/1p/1", headers=carried("x"))


def tokens():
    ok = lambda name, token, **more: case(f"token: {name}", "forward", path=SEGMENT, headers=carried(token), **more)
    no = lambda name, token, code, status=401, **more: case(f"token: {name}", f"{status} token_{code}", path=more.pop("path", SEGMENT), headers=carried(token), also={"log.credential": "header", "log.kid": None, "log.account": None}, **more)  # fmt: skip
    ok("as usual", tok(), also={"log.kid": "k-2026", "log.session": "s-1", "log.account": "a-1"})
    ok("last second", tok(exp=NOW + 1))
    no("at its expiry", tok(exp=NOW), "expired")
    no("expired by a second", tok(exp=NOW - 1), "expired")
    no("no expiry", tok(exp=None), "no_expiry")
    no("expiry in milliseconds", tok(exp=NOW * 1000), "no_expiry")
    no("expiry as text", tok(exp=str(NOW + 9)), "malformed")
    ok("begins now", tok(nbf=NOW))
    no("begins in a second", tok(nbf=NOW + 1), "not_yet_valid")
    ok("issued in the future", tok(iat=NOW + 60))
    no("another issuer", tok(iss="https://other.example.com"), "issuer")
    no("no issuer", tok(iss=None), "issuer")
    no("issuer with a slash more", tok(iss="https://edge.example.com/"), "issuer")
    no("another audience", tok(aud="other"), "audience")
    no("no audience", tok(aud=None), "audience")
    ok("one of its audiences", tok(aud=["other", "media"]))
    no("none of its audiences", tok(aud=["other", "medi"]), "audience")
    no("another title with the same beginning", tok(path="/vod/acme/one/"), "path", 403, path="/vod/acme/one1/720p/1.ts")
    no("a title with the same beginning, no slash", tok(path="/vod/acme/one"), "path", 403, path="/vod/acme/one1/720p/1.ts")
    case("token: a title below", "forward", path="/vod/acme/one/extra/720p/1.ts", headers=carried(tok()), also={"log.title": "acme/one/extra"})
    no("the title above", tok(path="/vod/acme/one/extra/"), "path", 403)
    no("another title", tok(path="/vod/acme/two/"), "path", 403)
    no("the same title, live", tok(path="/live/acme/one/"), "path", 403)
    no("capitals in its path", tok(path="/vod/Acme/One/"), "path", 403)
    ok("all paths", tok(path="/"))
    ok("no path", tok(path=None))
    no("a path with the token in it", tok(path="/t/"), "path", 403)
    ok("exactly this path", tok(path=None, raw={312: {3: {0: SEGMENT}}}))
    no("exactly another path", tok(path=None, raw={312: {3: {0: MASTER}}}), "path", 403)
    ok("extension", tok(path=None, raw={312: {8: {0: ".ts"}}}))
    no("another extension", tok(path=None, raw={312: {8: {0: ".m3u8"}}}), "path", 403)
    no("a pattern", tok(path=None, raw={312: {3: {4: "^/vod"}}}), "unsupported_claim")
    ok("https", tok(path=None, raw={312: {0: {0: "https"}}}))
    no("http", tok(path=None, raw={312: {0: {0: "http"}}}), "uri", 403)
    host = lambda how, text: tok(raw={312: {1: {how: text}, 3: {1: "/vod/acme/one/"}}})
    for name, how, text in (("", 0, "media.example.com"), (" in capitals", 0, "MEDIA.example.com"), (" that begins so", 1, "media."), (" that ends so", 2, "example.com"), (" that ends so, with a dot", 2, ".example.com"), (" that has it", 3, "example")):  # fmt: skip
        ok(f"host{name}", host(how, text))
    ok("host, asked for in capitals", host(0, "media.example.com"), host="Media.Example.COM")
    for name, how, text, asked in (
        ("another host", 0, "media.example.com", "evil.example"),
        ("host with a label more", 0, "media.example.com", "media.example.com.evil.example"),
        ("host with a label less", 0, "media.example.com", "example.com"),
        ("host that begins otherwise", 1, "media.", "xmedia.example.com"),
        ("host that ends otherwise", 2, "example.com", "media.example.com.evil.example"),
        ("host that ends so within a label", 2, "example.com", "evilexample.com"),
        ("host that has it not", 3, "example", "media.test"),
    ):
        no(name, host(how, text), "uri", 403, host=asked)
    no("no host", host(0, "media.example.com"), "uri_unknown", 403, host="")
    case("token: another host, in a cookie", "403 token_uri", path=SEGMENT, host="evil.example", headers=in_cookie(host(0, "media.example.com")))
    case("token: another host, in the path", "403 token_uri", path=f"/t/{host(0, 'media.example.com')}{SEGMENT}", host="evil.example")
    ok("AWS's dialect, host", tok(path=None, raw={310: None, 401: {1: {3: ["other.example", "media.example.com"]}}}))
    no("AWS's dialect, another host", tok(path=None, raw={310: None, 401: {1: {3: ["other.example", "media.example.com"]}}}), "uri", 403, host="evil.example")
    no("port", tok(path=None, raw={312: {2: {0: "443"}}}), "uri_unknown", 403)
    ok("query", tok(path=None, raw={312: {4: {0: "a=1"}}}), query="a=1")
    no("another query", tok(path=None, raw={312: {4: {0: "a=1"}}}), "uri", 403, query="a=2")
    no("no query", tok(path=None, raw={312: {4: {0: "a=1"}}}), "uri", 403)
    ok("method", tok(methods=["GET", "HEAD"]), method="HEAD")
    no("another method", tok(methods=["GET"]), "method", 403, method="HEAD")
    no("no method", tok(methods=[]), "method", 403)
    no("another country", tok(countries=["DE", "SE"]), "country", 403)
    no("no country at all", tok(countries=[]), "country", 403)
    ok("network", tok(networks=["203.0.113.0/24"]))
    no("replayed from another network", tok(networks=["198.51.100.0/24"]), "ip", 403)
    no("replayed over IPv6", tok(networks=["203.0.113.0/24"]), "ip", 403, address="2001:db8:1::9")
    ok("network over IPv6", tok(networks=["203.0.113.0/24", "2001:db8:1::/48"]), address="2001:db8:1::9")
    ok("network, address as IPv6", tok(networks=["203.0.113.0/24"]), address="::ffff:203.0.113.9", also={"log.network": "203.0.113.0/24"})
    for name, address in {"empty": "", "no address": "unknown", "with a port": "203.0.113.9:443", "with brackets": "[2001:db8:1::9]", "two": "203.0.113.9, 10.0.0.1", "four numbers": "203.0.113.256"}.items():  # fmt: skip
        no(f"network, address {name}", tok(networks=["203.0.113.0/24"], countries=None), "ip_unknown", 403, address=address)
    no("an autonomous system", tok(raw={311: [64496]}), "unsupported_claim")
    no("another key under this id", tok(secret=bytes(range(32))), "bad_mac")
    no("another world's key", tok("plain"), "unknown_key")
    no("another world's key under this id", tok(secret=WORLDS["plain"].keys[0]["secret"]), "bad_mac")
    no("unknown key id", tok(kid="nobody", secret=bytes(32)), "unknown_key")
    no("ended key", tok(kid="k-old"), "key_expired")
    no("key that has not begun", tok(kid="k-next"), "key_expired")
    case("token: the key's last second", "401 token_expired", path=SEGMENT, now=1_899_999_999, headers=carried(tok()))
    case("token: the key's end", "401 token_key_expired", path=SEGMENT, now=1_900_000_000, headers=carried(tok(exp=1_950_000_000)))
    ok("without a key id", tok(envelope={"unprotected": {}}), also={"log.kid": "k-2026"})
    no("without a key id, of an ended key", tok(kid="k-old", envelope={"unprotected": {}}), "bad_mac")
    no("algorithm none", tok(envelope={"protected": {1: 0}}), "algorithm")
    no("algorithm HS512", tok(envelope={"protected": {1: 7}}), "algorithm")
    no("algorithm ES256", tok(envelope={"protected": {1: -7}}), "algorithm")
    no("no algorithm", tok(envelope={"protected": {}}), "algorithm")
    no("MAC cut short", tok(envelope={"tag": bytes(8)}), "malformed")
    no("MAC of zeros", tok(envelope={"tag": bytes(32)}), "bad_mac")
    no("more outside the MAC", tok(envelope={"unprotected": {4: b"k-2026", 33: b"x"}}), "malformed")
    no("critical parameter", tok(envelope={"protected": {1: 5, 2: [99], 99: 1}}), "critical")
    no("both dialects", tok(raw={401: {2: {1: "/vod/"}}}), "ambiguous")
    ok("AWS's dialect", tok(path=None, raw={310: None, 401: {2: {1: "/vod/acme/one"}}}))
    no("AWS's dialect, another title", tok(path=None, raw={310: None, 401: {2: {1: "/vod/acme/two"}}}), "path", 403)
    no("another version", tok(raw={310: 2}), "unsupported_claim")
    no("to be used once", tok(raw={308: 1}), "unsupported_claim")
    no("a proof of possession", tok(raw={8: {}}), "unsupported_claim")
    no("height as text", tok(max_height="720"), "malformed")
    no("tier as number", tok(tier=5), "malformed")
    no("too large", tok(raw={999: "x" * 1100}), "too_large")
    no("cut off", tok()[:-10], "malformed")
    no("padded", tok() + "=", "malformed")
    no("letters of plain base64", "ab+/", "malformed")
    for name, place in (("issuer", wire.unb64(tok()).index(b"edge.")), ("title", wire.unb64(tok()).index(b"acme")), ("MAC", -1)):
        changed = bytearray(wire.unb64(tok()))
        changed[place] ^= 1
        no(f"one bit changed in the {name}", wire.b64(bytes(changed)), "bad_mac")
    for size in (1, 2, 3, 100, 1366, 1367, 5000):
        case(f"token: {size} letters", f"401 token_{'too_large' if size > 1366 else 'malformed'}", path=f"/t/{'A' * size}{SEGMENT}", also={"log.credential": "path"})
    ok("session as text", tok(cti=None, raw={7: "s-text"}), also={"log.session": "s-text"})
    ok("no session, subject or time of issue", tok(cti=None, sub=None, iat=None), also={"log.session": None, "log.account": None})


places()
cookies()
schemes()
tokens()
