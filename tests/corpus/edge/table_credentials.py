"""Who asks: where credentials are looked for, tokens and logins that hold and that do not, and what was withdrawn."""

import itertools

import wire
from making import COGNITO, IPHONE, KEYS, MASTER, NOW, OIDC, WORLDS, bearer, carried, case, cognito, oidc, tok
from cryptography.hazmat.primitives import serialization

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


def logins():
    ok = lambda name, login, **more: case(f"login: {name}", "forward", path=SEGMENT, headers=bearer(login), **more)
    no = lambda name, login, code, **more: case(f"login: {name}", f"{503 if code == 'keys_unavailable' else 401} {code if code == 'keys_unavailable' else 'login_' + code}", path=SEGMENT, headers=bearer(login), also={"log.credential": "bearer", "log.account": None, "log.kid": None, "log.outcome": None}, **more)  # fmt: skip
    ok("Cognito's", cognito(), also={"log.account": "a-1", "log.kid": "cognito-1", "log.session": "c-1", "log.tier": "premium"})
    ok("the other issuer's", oidc(tier="family"), also={"log.account": "b-1", "log.kid": "oidc-1", "log.session": "o-1", "log.tier": "family"})
    ok("one of its audiences", cognito(aud=["other", "tv-app"]))
    ok("an access token of Cognito's", cognito(aud=None, client_id="tv-app", token_use="access"))
    no("an access token for another client", cognito(aud=None, client_id="other", token_use="access"), "audience")
    no("a client id in an id token", cognito(aud=None, client_id="tv-app"), "audience")
    no("another audience", cognito(aud="other"), "audience")
    no("no audience", cognito(aud=None), "audience")
    no("no audience in a list", cognito(aud=[]), "audience")
    no("the other issuer's audience", cognito(aud="playgate"), "audience")
    no("another use", cognito(token_use="refresh"), "use")
    no("no use", cognito(token_use=None), "use")
    ok("no use where none is asked for", oidc(tier="premium"))
    no("another issuer", cognito(iss="https://evil.example/"), "issuer")
    no("another pool", cognito(iss=COGNITO[:-1] + "2"), "issuer")
    no("issuer with a slash more", cognito(iss=COGNITO + "/"), "issuer")
    no("issuer without its slash", oidc(iss=OIDC[:-1]), "issuer")
    no("issuer in capitals", oidc(iss=OIDC.upper()), "issuer")
    no("no issuer", cognito(iss=None), "issuer")
    no("one issuer's claims under the other's key", oidc(iss=COGNITO), "keys_unavailable")
    no("a stranger's key under a known id", cognito(key="stranger-rsa", kid="cognito-1"), "signature")
    no("a stranger's curve key under a known id", oidc(key="stranger-ec", kid="oidc-1"), "signature")
    no("unknown key id", cognito(kid="cognito-9"), "keys_unavailable")
    no("key id that is a path", cognito(kid="../../etc/passwd"), "keys_unavailable")
    no("empty key id", cognito(header={"kid": ""}), "keys_unavailable")
    no("no key id, where there are two keys", cognito(header={"kid": None}), "unknown_key")
    ok("no key id, where there is one key", oidc(tier="premium", header={"kid": None}), also={"log.account": "b-1", "log.tier": "premium", "log.kid": "oidc-1"})
    no("no key id, and a stranger's key", oidc(key="stranger-ec", header={"kid": None}), "signature")
    no("no key id, and another algorithm", oidc(header={"kid": None, "alg": "RS256"}), "algorithm")
    no("no key id, expired", oidc(header={"kid": None}, exp=NOW - 31), "expired")
    no("key id as number", cognito(header={"kid": 5}), "malformed")
    public = KEYS["cognito-1"].public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    der = KEYS["cognito-1"].public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    no("HS256 with the public key as secret", cognito(algorithm="HS256", secret=public), "algorithm")
    no("HS256 with the public key's bytes as secret", cognito(algorithm="HS256", secret=der), "algorithm")
    no("HS256 with nothing as secret", cognito(algorithm="HS256", secret=b""), "algorithm")
    no("algorithm none", cognito(algorithm="none"), "algorithm")
    no("algorithm none with a signature left", cognito(header={"alg": "none"}), "algorithm")
    for name in ("None", "NONE", "nOnE", "rs256", "RS384", "PS256", "ES256", "EdDSA", ""):
        no(f"algorithm {name!r}", cognito(header={"alg": name}), "algorithm")
    no("algorithm RS512, rightly signed", cognito(algorithm="RS512"), "algorithm")
    no("algorithm RS256 of a curve key", oidc(header={"alg": "RS256"}), "algorithm")
    no("no algorithm", cognito(header={"alg": None}), "algorithm")
    no("algorithm as number", cognito(header={"alg": 5}), "algorithm")
    no("algorithms in a list", cognito(header={"alg": ["RS256"]}), "algorithm")
    numbers = KEYS["stranger-rsa"].public_key().public_numbers()
    jwk = {"kty": "RSA", "n": wire.b64(numbers.n.to_bytes(256, "big")), "e": "AQAB"}
    no("a key brought along", cognito(key="stranger-rsa", kid="cognito-1", header={"jwk": jwk}), "signature")
    no("a key brought along under its own id", cognito(key="stranger-rsa", kid="mine", header={"jwk": jwk}), "keys_unavailable")
    no("an address of keys", cognito(key="stranger-rsa", kid="cognito-1", header={"jku": "https://evil.example/jwks.json"}), "signature")
    no("an address of a certificate", cognito(key="stranger-rsa", kid="cognito-1", header={"x5u": "https://evil.example/x"}), "signature")
    no("critical header", cognito(header={"crit": ["exp"], "exp": 1}), "critical")
    no("critical header, and expired", cognito(exp=NOW - 1, header={"crit": ["b64"], "b64": False}), "critical")
    no("signature in DER", oidc(algorithm="ES256-DER"), "signature")
    no("signature of zeros", oidc().rpartition(".")[0] + "." + wire.b64(bytes(64)), "signature")
    no("no signature", cognito().rpartition(".")[0] + ".", "malformed")
    no("signature of another login", cognito().rpartition(".")[0] + "." + cognito(sub="x").rpartition(".")[2], "signature")
    first, claims, signature = cognito(**{"custom:subscription_tier": "basic"}).split(".")
    raised = wire.b64(wire.unb64(claims).replace(b"basic", b"premium"))
    no("tier raised", f"{first}.{raised}.{signature}", "signature")
    ok("last second", cognito(exp=NOW + 1))
    no("at its expiry", cognito(exp=NOW), "expired")
    no("expired by a second", cognito(exp=NOW - 1), "expired")
    no("expired and forged", cognito(key="stranger-rsa", kid="cognito-1", exp=NOW - 1), "expired")
    no("no expiry", cognito(exp=None), "no_expiry")
    for name, exp in {"text": "never", "digits as text": str(NOW + 9), "a list": [NOW + 9], "true": True, "milliseconds": NOW * 1000, "less than nothing": -1}.items():
        no(f"expiry as {name}", cognito(exp=exp), "no_expiry")
    no("expiry as text, and forged", cognito(key="stranger-rsa", kid="cognito-1", exp="never"), "no_expiry")
    ok("expired within the leeway", oidc(tier="premium", exp=NOW - 29))
    no("expired beyond the leeway", oidc(tier="premium", exp=NOW - 30), "expired")
    ok("begins now", cognito(nbf=NOW))
    no("begins in a second", cognito(nbf=NOW + 1), "not_yet_valid")
    ok("begins within the leeway", oidc(tier="premium", nbf=NOW + 30))
    no("begins beyond the leeway", oidc(tier="premium", nbf=NOW + 31), "not_yet_valid")
    for name, value in {"text": "soon", "a list": [], "true": True, "less than nothing": -1}.items():
        no(f"begins as {name}", cognito(nbf=value), "claim")
        no(f"issued as {name}", cognito(iat=value), "claim")
    ok("issued in a minute", cognito(iat=NOW + 60))
    no("issued in 61 seconds", cognito(iat=NOW + 61), "not_yet_valid")
    for name, sub in {"a number": 5, "none": None, "empty": "", "a list": ["a"], "true": True, "with a line feed": "a\nb", "with a return": "a\r\nb", "with a nul": "a\0b", "with delete": "a\x7fb", "of 257 bytes": "a" * 257, "of 258 bytes in 129 letters": "\u00e9" * 129}.items():  # fmt: skip
        no(f"subject {name}", cognito(sub=sub), "claim")
    ok("subject of 256 bytes", cognito(sub="a" * 256), also={"log.account": "a" * 256})
    ok("subject of 128 letters in 256 bytes", cognito(sub="\u00e9" * 128), also={"log.account": "\u00e9" * 128})
    no("subject none, and forged", cognito(key="stranger-rsa", kid="cognito-1", sub=None), "signature")
    no("subject none, for another client", cognito(sub=None, aud="other"), "audience")
    for name, login in {
        "two parts": cognito().rpartition(".")[0],
        "four parts": cognito() + ".x",
        "five parts, encrypted": "a.b.c.d.e",
        "no parts": "login",
        "only dots": "..",
        "padded": cognito() + "=",
        "letters of plain base64": "e+/x." + cognito().partition(".")[2],
        "header no JSON": "AAAA." + cognito().partition(".")[2],
        "header a list": wire.b64(b"[]") + "." + cognito().partition(".")[2],
        "claims no JSON": ".".join([cognito().split(".")[0], "AAAA", cognito().split(".")[2]]),
        "claims a text": ".".join([cognito().split(".")[0], wire.b64(b'"x"'), cognito().split(".")[2]]),
        "claims cut off": ".".join([cognito().split(".")[0], wire.b64(b'{"exp":'), cognito().split(".")[2]]),
    }.items():
        no(name, login, "malformed")
    usual = len(cognito(filler=""))
    longest = next(login for login in (cognito(filler="x" * count) for count in range((8192 - usual) * 3 // 4 - 9, 9999)) if len(login) >= 8191)  # fmt: skip
    ok("nearly too large", longest, also={"log.account": "a-1"})
    no("too large", cognito(filler="x" * 11000), "too_large")
    no("too large and nonsense", "x" * 16000, "too_large")
    no("8193 bytes of nonsense", "x" * 8193, "too_large")
    no("8192 bytes of nonsense", "x" * 8192, "malformed")
    ok("session of any token", cognito(origin_jti=None, jti="j-1"), also={"log.session": "j-1"})
    ok("no session", cognito(origin_jti=None), also={"log.session": None})
    ok("a session that is no text", cognito(sid=5), also={"log.session": "c-1"})
    ok("claims that nobody knows", cognito(**{"https://example.com/roles": ["a"], "nested": {"a": [1]}}))
    tiers = {
        "tier of the claim": (cognito(**{"custom:subscription_tier": "family"}), "family", "forward"),
        "tier of a group": (cognito(**{"custom:subscription_tier": None, "cognito:groups": ["household"]}), "family", "forward"),
        "the first group that is mapped": (cognito(**{"custom:subscription_tier": None, "cognito:groups": ["household", "vip"]}), "premium", "forward"),
        "the claim before the groups": (cognito(**{"custom:subscription_tier": "basic", "cognito:groups": ["vip"]}), "basic", "403 height"),
        "a group that is not mapped": (cognito(**{"custom:subscription_tier": None, "cognito:groups": ["other"]}), None, "403 tier"),
        "neither claim nor group": (cognito(**{"custom:subscription_tier": None}), None, "403 tier"),
        "the tier of those without": (oidc(), "basic", "403 height"),
        "a tier that no policy names": (cognito(**{"custom:subscription_tier": "platinum"}), "platinum", "403 tier"),
        "a tier called anonymous, and a group": (cognito(**{"custom:subscription_tier": "anonymous", "cognito:groups": ["vip"]}), "premium", "forward"),
        "a tier called anonymous, and a default": (oidc(tier="anonymous"), "basic", "403 height"),
        "an empty tier": (cognito(**{"custom:subscription_tier": ""}), None, "403 tier"),
        "a tier that is no text": (cognito(**{"custom:subscription_tier": 5}), None, "403 tier"),
        "a tier of 65 bytes": (cognito(**{"custom:subscription_tier": "t" * 65}), None, "403 tier"),
        "a tier of 64 bytes": (cognito(**{"custom:subscription_tier": "t" * 64}), "t" * 64, "403 tier"),
        "a tier in capitals": (cognito(**{"custom:subscription_tier": "Premium"}), "Premium", "403 tier"),
        "a tier called anonymous": (cognito(**{"custom:subscription_tier": "anonymous"}), None, "403 tier"),
        "a tier called *": (cognito(**{"custom:subscription_tier": "*"}), "*", "403 tier"),
    }
    for name, (login, tier, hand) in tiers.items():
        case(f"login tier: {name}", hand, path=SEGMENT, headers=bearer(login), also={"log.tier": tier})
    case("login tier: called anonymous, where any login will do", "forward", path="/vod/acme/two/720p/1.ts", headers=bearer(cognito(**{"custom:subscription_tier": "anonymous"})), also={"log.tier": None})
    case("login tier: without, where any login will do", "forward", path="/vod/acme/two/720p/1.ts", headers=bearer(cognito(**{"custom:subscription_tier": None})), also={"log.tier": None})
    case("login: nobody's, where nobody can log in", "401 login_issuer", world="bare", headers=bearer(cognito()))
    case("login: no form, where nobody can log in", "401 login_malformed", world="bare", headers=bearer("x"))
    case("login: of an issuer of another world", "401 login_issuer", world="plain", headers=bearer(oidc()))


def withdrawn():
    moment = 1_799_999_000
    at = lambda name, hand, world="path", **more: case(f"withdrawn: {name}", hand, world=world, path=more.pop("path", SEGMENT), **more)
    for when, iat, hand in (("before", moment - 1, "401 revoked"), ("at that moment", moment, "401 revoked"), ("after", moment + 1, "forward"), ("nobody says when", None, "401 revoked")):  # fmt: skip
        at(f"session of a token, issued {when}", hand, headers=carried(tok(cti="s-withdrawn", iat=iat)), also={"log.session": "s-withdrawn", "log.kid": "k-2026"})
        at(f"account of a token, issued {when}", hand, headers=carried(tok(sub="a-withdrawn", iat=iat)), also={"log.account": "a-withdrawn"})
        at(f"account of a login, issued {when}", hand, headers=bearer(cognito(sub="a-withdrawn", iat=iat)), also={"log.account": "a-withdrawn"})
        at(f"session of a login, issued {when}", hand, headers=bearer(cognito(origin_jti="c-withdrawn", iat=iat)))
        at(f"token in the path, issued {when}", hand, path=f"/t/{tok(cti='s-withdrawn', iat=iat)}{SEGMENT}")
        at(f"token in a cookie, issued {when}", hand, headers=in_cookie(tok(cti="s-withdrawn", iat=iat)))
        at(f"login in a cookie, issued {when}", hand, headers={"cookie": f"pg_login={cognito(sub='a-withdrawn', iat=iat)}"})
    renewed = {"body.renew": True, "headers.www-authenticate": "Bearer", "body.rule": None, "log.outcome": None}
    at("a cookie is not passed over", "401 revoked", headers=in_cookie(tok(cti="s-withdrawn", iat=moment), tok()), also=renewed)
    at("a cookie is not passed over for a login", "401 revoked", headers=in_cookie(tok(cti="s-withdrawn", iat=moment)) | bearer(cognito()), also=renewed)
    at("a cookie behind one that holds", "forward", headers=in_cookie(tok(), tok(cti="s-withdrawn", iat=moment)))
    at("a cookie behind a stale one", "401 revoked", headers=in_cookie(tok(exp=NOW), tok(cti="s-withdrawn", iat=moment)), also=renewed)
    at("where nobody need log in", "401 revoked", path="/vod/free/clip/1p/1", headers=carried(tok(path="/", cti="s-withdrawn", iat=moment)), also=renewed)
    at("before the title is asked for", "401 revoked", path="/vod/nobody/1p/1", headers=carried(tok(path="/", cti="s-withdrawn", iat=moment)), also=renewed)
    at("not before the token holds", "401 token_expired", headers=carried(tok(cti="s-withdrawn", iat=moment, exp=NOW)))
    at("not before the token fits", "403 token_path", headers=carried(tok(cti="s-withdrawn", iat=moment, path="/x/")))
    at("key of a login", "401 revoked", headers=bearer(cognito(key="cognito-2")), also=renewed | {"log.kid": "cognito-2"})
    at("key of a login, issued after", "401 revoked", headers=bearer(cognito(key="cognito-2", iat=NOW)))
    later = 1_800_086_400
    at("key of a token", "401 revoked", now=later, headers=carried(tok(kid="k-next", iat=later, exp=later + 60)), also=renewed | {"log.kid": "k-next"})
    at("another key beside", "forward", now=later, headers=carried(tok(iat=later, exp=later + 60)))
    at("session called like an account", "forward", headers=carried(tok(cti="a-withdrawn", iat=moment)))
    at("account called like a session", "forward", headers=carried(tok(sub="s-withdrawn", iat=moment)))
    at("session with a letter more", "forward", headers=carried(tok(cti="s-withdrawn2", iat=moment)))
    at("session in capitals", "forward", headers=carried(tok(cti="S-WITHDRAWN", iat=moment)))
    at("a moment still to come", "401 revoked", headers=carried(tok(sub="a-later")))
    at("a moment still to come, issued after it", "forward", headers=carried(tok(sub="a-later", iat=1_800_001_001)))
    at("manifest of a login", "401 revoked", path=MASTER, headers=bearer(cognito(sub="a-withdrawn", iat=moment)), agent=IPHONE)
    at("by HEAD", "401 revoked", method="HEAD", headers=carried(tok(cti="s-withdrawn", iat=moment)), also={"body": None})
    at("a world without withdrawals", "forward", world="none", headers=carried(tok("none", cti="s-withdrawn", iat=moment)))
    at("nothing about nobody", "forward", path="/vod/free/clip/1p/1", headers={})


places()
cookies()
schemes()
tokens()
logins()
withdrawn()
