"""What goes out: tokens that are handed out, cookies, the headers of answers, and what attackers would have in them."""

from making import CLIP, IPHONE, MASTER, NOW, TV, bearer, carried, case, cognito, oidc, tok

SEGMENT = "/vod/acme/one/720p/1.ts"
PAGE = "https://tv.example.com"
LADDER = "/vod/acme/one/mobile/master.m3u8"


def handed_out():
    """In the world `path`: a lifetime of 3600 seconds, country bound, streams not counted at the edge."""
    minted = {"minted.exp": NOW + 3300, "minted.iat": NOW, "minted.sub": "a-1", "minted.iss": "https://edge.example.com", "minted.aud": "media"}
    minted |= {"minted.path": "/vod/acme/one/", "minted.countries": ["NO"], "minted.networks": None, "minted.max_height": 1080}
    minted |= {"minted.tier": "premium", "minted.device": "desktop", "minted.region": None}
    sent = {"headers.location": f"/t/<token>{MASTER}", "headers.set-cookie": None, "log.session": "<session>", "log.status": 302, "log.kid": "cognito-1"}
    case("minted: as usual", "redirect", headers=bearer(cognito()), also=minted | sent)
    case("minted: by HEAD", "redirect", headers=bearer(cognito()), method="HEAD", also=minted | sent)
    case("minted: for a login in a cookie", "redirect", headers={"cookie": f"pg_login={cognito()}"}, also=minted | {"log.credential": "login-cookie"})
    case("minted: for a login beside a stale token", "redirect", headers={"cookie": f"playgate={tok(exp=NOW)}"} | bearer(cognito()), also=minted)
    case("minted: with a query", "redirect", query="a=1&b=%2F", headers=bearer(cognito()), also={"headers.location": f"/t/<token>{MASTER}?a=1&b=%2F"})
    case("minted: the mark is the other delivery's", "redirect", query=f"playgate={NOW}", headers=bearer(cognito()), also={"headers.location": f"/t/<token>{MASTER}?playgate={NOW}"})
    case("minted: a phone keeps the address it asked for", "redirect", headers=bearer(cognito()), agent=IPHONE, also={"headers.location": f"/t/<token>{MASTER}", "minted.device": "mobile"})
    case("minted: the mobile ladder itself", "redirect", path=LADDER, headers=bearer(cognito()), also={"headers.location": f"/t/<token>{LADDER}", "minted.path": "/vod/acme/one/"})
    case("minted: a television", "redirect", headers=bearer(cognito()), agent=TV, also={"minted.device": "tv"})
    case("minted: no device known", "redirect", headers=bearer(cognito()), agent=None, also={"minted.device": "unknown", "log.device": "unknown", "log.device_from": None})
    case("minted: a device that no name is for", "redirect", headers=bearer(cognito()), agent="curl/8.15.0", also={"minted.device": "unknown"})
    case("minted: a television that the CDN tells", "redirect", headers=bearer(cognito()) | {"cloudfront-is-smarttv-viewer": "true"}, agent=None, also={"origin-request:minted.device": "tv", "viewer-request:minted.device": "unknown", "worker:minted.device": "unknown"})
    case("round: an unknown device stays one", "forward", path=f"/t/{tok(iat=NOW, device='unknown')}{MASTER}", agent=IPHONE, also={"path": MASTER, "log.device": "unknown", "log.device_from": "token"})
    case("minted: region", "redirect", region="03", headers=bearer(cognito()), also={"viewer-request:minted.region": None, "origin-request:minted.region": "NO-03", "worker:minted.region": "NO-03"})
    case("minted: country not known", "redirect", path="/vod/acme/two/master.m3u8", country=None, address="", headers=bearer(cognito()), also={"minted.countries": None, "minted.path": "/vod/acme/two/", "minted.max_height": None})
    case("minted: another tier", "redirect", headers=bearer(oidc(tier="family")), also={"minted.tier": "family", "minted.sub": "b-1", "log.kid": "oidc-1"})
    case("minted: the tier of those without", "redirect", headers=bearer(oidc()), also={"minted.tier": "basic", "minted.max_height": 480})
    case("minted: a tier of no policy", "redirect", path="/vod/acme/two/master.m3u8", headers=bearer(cognito(**{"custom:subscription_tier": "platinum"})), also={"minted.tier": "platinum"})
    case("minted: a login without a tier stays a login", "redirect", path="/vod/acme/two/master.m3u8", headers=bearer(cognito(**{"custom:subscription_tier": None})), also={"minted.tier": "<unnamed>", "log.tier": None})
    case("minted: a tier called anonymous", "redirect", path="/vod/acme/two/master.m3u8", headers=bearer(cognito(**{"custom:subscription_tier": "anonymous"})), also={"minted.tier": "<unnamed>", "log.tier": None})
    case("minted: a tier called anonymous, where none is let in", "403 tier", headers=bearer(cognito(**{"custom:subscription_tier": "anonymous"})))
    case("minted: no subject", "401 login_claim", headers=bearer(cognito(sub=None)), also={"minted": None, "log.account": None})
    case("minted: a login without a key id", "redirect", headers=bearer(oidc(header={"kid": None}, tier="family")), also={"minted.tier": "family", "log.kid": "oidc-1"})
    case("minted: a region of the right form", "redirect", region="99", headers=bearer(cognito()), also={"worker:minted.region": "NO-99", "origin-request:minted.region": "NO-99"})
    case("minted: a region of no form", "redirect", region="0399", headers=bearer(cognito()), also={"minted.region": None})
    case("minted: in a live title", "redirect", path="/live/sport/match/master.m3u8", headers=bearer(cognito()), also={"minted.path": "/live/sport/match/"})
    case("minted: for a page", "redirect", headers=bearer(cognito()) | {"origin": PAGE}, also={"headers.access-control-allow-origin": PAGE, "headers.vary": "origin"})
    ends = {
        "lifetime": (cognito(exp=NOW + 9000), MASTER, NOW + 3600),
        "login": (cognito(exp=NOW + 600), MASTER, NOW + 600),
        "login, by a second": (cognito(exp=NOW + 3599), MASTER, NOW + 3599),
        "login, at the lifetime": (cognito(exp=NOW + 3600), MASTER, NOW + 3600),
        "login's last second": (cognito(exp=NOW + 1), MASTER, NOW + 1),
        "the right": (cognito(exp=NOW + 9000), "/vod/acme/ending/master.m3u8", NOW + 1800),
        "the right after the login": (cognito(exp=NOW + 1700), "/vod/acme/ending/master.m3u8", NOW + 1700),
        "a blackout that begins": (cognito(exp=NOW + 9000), "/live/sport/final/master.m3u8", NOW + 1200),
        "a blackout that has ended": (cognito(exp=NOW + 9000), "/live/sport/past/master.m3u8", NOW + 3600),
    }
    for name, (login, path, exp) in ends.items():
        case(f"minted until: {name}", "redirect", path=path, headers=bearer(login), also={"minted.exp": exp})
    case("minted until: a blackout elsewhere does not count", "redirect", path="/live/sport/final/master.m3u8", country="GB", address="203.0.114.1", headers=bearer(cognito(exp=NOW + 9000)), also={"minted.exp": NOW + 3600, "log.valid_until": None})
    case("minted until: a login within its leeway", "401 login_expired", headers=bearer(oidc(tier="premium", exp=NOW - 1)))
    case("minted until: a login at its end, within its leeway", "401 login_expired", headers=bearer(oidc(tier="premium", exp=NOW)), also={"log.outcome": "allow"})
    case("minted until: a login within its leeway, at a segment", "forward", path=SEGMENT, headers=bearer(oidc(tier="premium", exp=NOW - 1)))
    end = 1_800_086_400 - 600
    case("minted: under the newest key", "redirect", now=end, headers=bearer(cognito(exp=end + 9000)), also={"minted.exp": end + 3600})
    begun = 1_800_086_400
    case("minted: not under a withdrawn key that is newer", "redirect", now=begun, headers=bearer(cognito(exp=begun + 9000)), also={"minted.exp": begun + 3600})
    last = 1_900_000_000
    free = {"path": "/vod/acme/two/master.m3u8", "also": {"minted.exp": last}}
    case("minted: the only key ends first", "redirect", now=last - 60, headers=bearer(cognito(exp=last + 9000)), **free)
    case("minted: the only key ends in a second", "redirect", now=last - 1, headers=bearer(cognito(exp=last + 9000)), **free)
    none_left = {"log.outcome": "allow", "log.reason": "cannot_decide", "log.rule": "studio/world", "body.rule": "studio/world", "body.outcome": None, "body.policy": None, "headers.retry-after": "5", "log.session": "c-1"}
    case("minted: no key left but a withdrawn one", "503 cannot_decide", now=last, path="/vod/acme/two/master.m3u8", headers=bearer(cognito(exp=last + 9000)), also=none_left)
    case("minted: no key left, at a segment", "forward", now=last, path="/vod/acme/two/1p/1", headers=bearer(cognito(exp=last + 9000)))
    case("streams: not counted here", "403 playback_required", path="/vod/acme/counted/master.m3u8", headers=bearer(cognito()), also={"log.outcome": "allow", "log.rule": "studio/counted"})
    case("streams: by HEAD", "403 playback_required", path="/vod/acme/counted/master.m3u8", method="HEAD", headers=bearer(cognito()), also={"body": None})
    case("streams: a phone", "403 playback_required", path="/vod/acme/counted/mobile/master.m3u8", agent=IPHONE, headers=bearer(cognito()))
    case("streams: a token of the API's", "forward", path="/vod/acme/counted/master.m3u8", headers=carried(tok(path="/vod/acme/counted/")))
    case("streams: counted nowhere", "redirect", world="cookie", path="/vod/acme/counted/master.m3u8", headers=bearer(cognito()))
    refused = {"/vod/acme/soon": "403 not_yet", "/vod/acme/gone": "410 expired", "/vod/acme/screens": "403 device", "/vod/nobody": "404 unknown_title", "/live/sport/never": "451 blackout"}  # fmt: skip
    for title, hand in refused.items():
        case(f"not minted: {title}", hand, path=f"{title}/master.m3u8", headers=bearer(cognito()), also={"minted": None})
    case("not minted: tier", "403 tier", headers=bearer(cognito(**{"custom:subscription_tier": "other"})))
    case("not minted: territory", "451 territory", country="DE", address="192.0.2.7", headers=bearer(cognito()))
    case("not minted: for a token", "forward", headers=carried(tok()), also={"path": MASTER, "removed": ["x-playgate-token"]})
    case("not minted: for a token beside a login", "forward", headers=carried(tok()) | bearer(cognito()), also={"removed": ["authorization", "x-playgate-token"]})
    case("not minted: for nobody", "forward", path=CLIP, also={"path": CLIP, "log.credential": "none"})
    case("not minted: a free title and a login", "redirect", path=CLIP, headers=bearer(cognito()), also={"minted.path": "/vod/free/clip/"})
    for below in ("720p/index.m3u8", "720p/1.ts", "audio/nor/index.m3u8", "keys/k1"):
        case(f"not minted: at {below}", "forward", path=f"/vod/acme/one/{below}", headers=bearer(cognito()), also={"removed": ["authorization"]})
    case("round: what was minted is good for the manifest", "forward", path=f"/t/{tok(iat=NOW)}{MASTER}", query="a=1", also={"path": MASTER, "query": "a=1", "log.credential": "path"})
    case("round: and for its segments", "forward", path=f"/t/{tok(iat=NOW)}{SEGMENT}", also={"path": SEGMENT})
    case("round: and not for its neighbour", "403 token_path", path=f"/t/{tok(iat=NOW)}/vod/acme/one1/720p/1.ts")
    case("plain: country not bound", "451 territory_unknown | redirect | redirect", world="plain", headers=bearer(cognito(exp=NOW + 99999)), also={"worker:minted.countries": None, "worker:minted.exp": NOW + 14400, "worker:minted.iss": None, "worker:minted.aud": None})
    case("plain: any use of a login", "redirect", world="plain", path="/vod/acme/two/master.m3u8", headers=bearer(cognito(token_use=None)))


def keys():
    """In the world `keys`, where `newest` is withdrawn; `short` ends in 1000 seconds, `long` in 4000; `next` begins in 4500."""
    at = lambda name, after, login, exp: case(f"keys: {name}", "redirect", world="keys", path=CLIP, now=NOW + after, headers=bearer(cognito(exp=NOW + login)), also={"minted.exp": NOW + exp, "minted.iat": NOW + after, "log.valid_until": None})  # fmt: skip
    at("the newer one that is withdrawn does not count", 0, 900, 900)
    at("the newest until its end", 0, 1000, 1000)
    at("the newest ends a second too soon", 0, 1001, 1001)
    at("the newest ends too soon", 0, 9000, 3600)
    at("an older one until its end", 400, 9000, 4000)
    at("none lasts, the newest is clamped", 401, 9000, 1000)
    at("none lasts, the newest is clamped, last second", 999, 9000, 1000)
    at("none lasts, but for a login that ends", 999, 4000, 4000)
    at("none lasts, and a login that ends a second too late", 999, 4001, 1000)
    at("none lasts, the older one alone", 1000, 9000, 4000)
    at("the older one alone, last second", 3999, 9000, 4000)
    at("the next one begins", 4500, 9000, 8100)
    unable = {"log.outcome": "allow", "log.reason": "cannot_decide", "log.status": 503, "log.rule": "trailers/everywhere", "log.policy": "<policy>", "log.session": "c-1", "log.credential": "bearer"}
    unable |= {"body.rule": "trailers/everywhere", "body.outcome": None, "body.policy": None, "headers.retry-after": "5", "headers.location": None}
    login = bearer(cognito(exp=NOW + 9000))
    for after in (4000, 4499):
        case(f"keys: none after {after} seconds", "503 cannot_decide", world="keys", path=CLIP, now=NOW + after, headers=login, also=unable)
    case("keys: none, by HEAD", "503 cannot_decide", world="keys", path=CLIP, now=NOW + 4000, method="HEAD", headers=login, also={"body": None, "log.outcome": "allow"})
    case("keys: none, and not needed at a segment", "forward", world="keys", path="/vod/free/clip/1p/1", now=NOW + 4000, headers=login)
    case("keys: none, and nobody asks for a token", "forward", world="keys", path=CLIP, now=NOW + 4000)
    case("keys: none, and denied", "404 unknown_title", world="keys", path="/vod/nobody/master.m3u8", now=NOW + 4000, headers=login)
    held = {"path": SEGMENT, "world": "keys"}
    for kid, hand in {"long": "forward", "short": "forward", "newest": "401 revoked", "next": "401 token_key_expired"}.items():
        case(f"keys: a token under {kid}", hand, headers=carried(tok("keys", kid=kid)), **held)
        case(f"keys: a token under {kid}, in a cookie", hand, headers={"cookie": f"playgate={tok('keys', kid=kid)}"}, **held)
    revoked = {"body.renew": True, "log.outcome": None, "log.kid": "newest"}
    case("keys: a token under newest that names no key", "401 revoked", headers=carried(tok("keys", kid="newest", envelope={"unprotected": {}})), also=revoked, **held)
    case("keys: a token under short that names no key", "forward", headers=carried(tok("keys", kid="short", envelope={"unprotected": {}})), also={"log.kid": "short"}, **held)
    for name, header in {"names it": {}, "names no key": {"kid": None}}.items():
        login = oidc(header=header, tier="premium", iat=NOW)
        case(f"keys: a login under a withdrawn key that {name}", "401 revoked", headers=bearer(login), also=revoked | {"log.kid": "oidc-1", "log.credential": "bearer"}, **held)
        case(f"keys: a login under a withdrawn key that {name}, at a manifest", "401 revoked", world="keys", headers=bearer(login), also=revoked | {"log.kid": "oidc-1", "minted": None})
    case("keys: a login that names no key where there are two", "401 login_unknown_key", headers=bearer(cognito(header={"kid": None})), **held)


def room():
    """In the world `keys`, whose issuer has a long name. A token has 1,024 bytes; what has to be in it may be more."""
    long_title, long_name = "/live/sport/" + "a" * 494, "n" * 256
    unable = {"log.outcome": "allow", "log.reason": "cannot_decide", "log.rule": "sport/live", "log.policy": "<policy>", "log.session": "c-1", "log.account": long_name}
    unable |= {"body.rule": "sport/live", "body.outcome": None, "body.policy": None, "headers.retry-after": "5", "headers.set-cookie": None, "headers.location": None}
    tier = {"custom:subscription_tier": "t" * 64}
    large = bearer(cognito(sub=long_name, **tier))
    at = lambda name, hand, title, headers, also=None, **more: case(f"room: {name}", hand, world="keys", path=f"{title}/master.m3u8", headers=headers, also=also, **more)  # fmt: skip
    at("none", "503 cannot_decide", long_title, large, unable | {"log.title": "sport/" + "a" * 494})
    at("none, by HEAD", "503 cannot_decide", long_title, large, {"body": None, "log.outcome": "allow"}, method="HEAD")
    at("none, letters of two bytes", "503 cannot_decide", long_title, bearer(cognito(sub="\u00e9" * 128, **tier)), unable | {"log.account": "\u00e9" * 128})
    at("none, from a page", "503 cannot_decide", long_title, large | {"origin": PAGE}, unable | {"headers.access-control-allow-origin": PAGE})
    at("for a long title", "redirect", long_title, bearer(cognito()), {"minted.path": f"{long_title}/"})
    at("for a long name", "redirect", "/live/sport/match", large, {"minted.sub": long_name, "minted.tier": "t" * 64})
    case("room: none is needed at a segment", "forward", world="keys", path=f"{long_title}/1p/1", headers=large, also={"log.account": long_name})
    case("room: none, and the mark says more", "403 cookies_blocked", world="cookie", path=f"{long_title}/master.m3u8", query=f"playgate={NOW}", headers=large)


def by_cookie():
    """In the world `cookie`: cookie `pgt`, a lifetime of 600 seconds, the network bound, any page."""
    asked = lambda name, hand, **more: case(f"cookies: {name}", hand, world="cookie", **more)
    mark = f"playgate={NOW}"
    scoped = "pgt=<token>; Path=/vod/acme/one/; Max-Age=600; Secure; HttpOnly; SameSite=None"
    sent = {"headers.set-cookie": scoped, "headers.location": f"{MASTER}?{mark}", "minted.exp": NOW + 600, "minted.networks": ["203.0.113.0/24"], "minted.iss": None, "minted.aud": None}
    asked("as usual", "redirect", headers=bearer(cognito()), also=sent)
    asked("for a login in a cookie", "redirect", headers={"cookie": f"pg_login={cognito()}"}, also=sent)
    asked("by HEAD", "redirect", headers=bearer(cognito()), method="HEAD", also=sent)
    asked("with a query", "redirect", query="a=1", headers=bearer(cognito()), also={"headers.location": f"{MASTER}?a=1&{mark}"})
    asked("with a query that ends in an ampersand", "redirect", query="a=1&", headers=bearer(cognito()), also={"headers.location": f"{MASTER}?a=1&&{mark}"})
    asked("a login that ends sooner", "redirect", headers=bearer(cognito(exp=NOW + 60)), also={"headers.set-cookie": scoped.replace("600", "60"), "minted.exp": NOW + 60})
    asked("over IPv6", "redirect", address="2001:db8:1:2::3", headers=bearer(cognito()), also={"minted.networks": ["2001:db8:1::/48"]})
    asked("an IPv4 address written as IPv6", "redirect", address="::ffff:203.0.113.9", headers=bearer(cognito()), also={"minted.networks": ["203.0.113.0/24"]})
    asked("no address", "451 territory_unknown | redirect | redirect", address="", headers=bearer(cognito()), also={"worker:minted.networks": None})
    asked("a live title", "redirect", path="/live/sport/match/master.m3u8", headers=bearer(cognito()), also={"headers.set-cookie": scoped.replace("/vod/acme/one/", "/live/sport/match/")})
    asked("a phone", "redirect", agent=IPHONE, headers=bearer(cognito()), also=sent | {"minted.device": "mobile"})
    near = 1_800_007_200 - 60
    asked("the key's end before another's", "redirect", now=near, headers=bearer(cognito(exp=near + 9000)), also={"minted.exp": near + 600, "headers.set-cookie": scoped, "headers.location": f"{MASTER}?playgate={near}"})
    asked("after the key's end, the other key", "redirect", now=near + 60, headers=bearer(cognito(exp=near + 9000)), also={"minted.exp": near + 660})
    blocked = {"log.outcome": "allow", "log.reason": "cookies_blocked", "body.rule": "studio/nordic", "headers.set-cookie": None}
    for age in (0, 1, 15, 28, 29):
        asked(f"none kept, mark {age} seconds old", "403 cookies_blocked", query=f"playgate={NOW - age}", headers=bearer(cognito()), also=blocked)
    again = {"headers.location": f"{MASTER}?{mark}", "headers.set-cookie": scoped}
    for age in (30, 31, 3600, NOW - 1, NOW):
        asked(f"asked again, mark {age} seconds old", "redirect", query=f"playgate={NOW - age}", headers=bearer(cognito()), also=again)
    for ahead in (1, 29, 30, 31, 10**9):
        asked(f"asked again, mark {ahead} seconds in the future", "redirect", query=f"playgate={NOW + ahead}", headers=bearer(cognito()), also=again)
    for name, query in {"behind": f"a=1&{mark}", "before": f"{mark}&a=1", "between": f"a=1&{mark}&b=2", "twice": f"{mark}&{mark}", "behind an old one": f"playgate={NOW - 60}&{mark}", "before an old one": f"{mark}&playgate={NOW - 60}", "before one in the future": f"playgate={NOW - 29}&playgate={NOW + 60}", "with a nought before": f"playgate=0{NOW}", "beside what is none": f"playgate=x&{mark}"}.items():  # fmt: skip
        asked(f"none kept, mark {name}", "403 cookies_blocked", query=query, headers=bearer(cognito()), also=blocked)
    old, older, later = f"playgate={NOW - 30}", f"playgate={NOW - 31}", f"playgate={NOW + 1}"
    removed = {f"a=1&{old}": "a=1&", f"{old}&a=1": "a=1&", f"a=1&{old}&b=2": "a=1&b=2&", f"{old}&{older}": "", f"{old}&a=1&{old}": "a=1&", f"{older}&{later}&a=1": "a=1&", f"a=1&b=2&{later}": "a=1&b=2&", f"playgate=000&{old}": ""}  # fmt: skip
    for query, left in removed.items():
        asked(f"marks are taken out of {query}", "redirect", query=query, headers=bearer(cognito()), also={"headers.location": f"{MASTER}?{left}{mark}"})
    asked("none kept, by HEAD", "403 cookies_blocked", query=mark, method="HEAD", headers=bearer(cognito()), also={"body": None})
    asked("none kept, and a stale one", "403 cookies_blocked", query=mark, headers=bearer(cognito()) | {"cookie": f"pgt={tok('cookie', exp=NOW)}"})
    asked("none kept, and denied", "403 tier", query=mark, headers=bearer(cognito(**{"custom:subscription_tier": "other"})))
    asked("none kept, a login in a cookie all the same", "403 cookies_blocked", query=mark, headers={"cookie": f"pg_login={cognito()}"})
    asked("none kept, and streams are not counted", "403 cookies_blocked", path="/vod/acme/counted/master.m3u8", query=mark, headers=bearer(cognito()), also={"body.rule": "studio/counted"})
    asked("none kept, 29 seconds later", "403 cookies_blocked", now=NOW + 29, query=mark, headers=bearer(cognito()))
    asked("asked again, 30 seconds later", "redirect", now=NOW + 30, query=mark, headers=bearer(cognito()), also={"headers.location": f"{MASTER}?playgate={NOW + 30}"})
    asked("the largest mark", "redirect", query=f"playgate={2**64 - 1}", headers=bearer(cognito()), also=again)
    no_marks = [
        "playgate=", "playgate", "xplaygate=1", f"x{mark}", f"Playgate={NOW}", f"a={mark}", f"playgate%3D{NOW}", f"{mark}x", f"playgate=x{NOW}", f"playgate=-{NOW}",
        f"playgate=+{NOW}", f"playgate={NOW}.0", f"playgate=1e9", f"playgate=0x{NOW:x}", f"playgate=%31{str(NOW)[1:]}", f"playgate=={NOW}", f"{mark};a=1", f"a=1;{mark}", f"a=1?{mark}",
        f"playgate={2**64}", f"playgate={2**64 + NOW}", f"playgate={NOW}{'0' * 11}", f"playgate={'9' * 300}", f"playgate[]={NOW}", f"playgate={NOW},{NOW}",
    ]  # fmt: skip
    for query in no_marks:
        asked(f"no mark: {query[:60]}", "redirect", query=query, headers=bearer(cognito()), also={"headers.location": f"{MASTER}?{query}&{mark}"})
    held = tok("cookie", networks=["203.0.113.0/24"])
    kept = {"cookie": f"pgt={held}; other=1"}
    forwarded = {
        mark: "",
        f"a=1&{mark}": "a=1",
        f"{mark}&a=1": "a=1",
        f"a=1&{mark}&b=2": "a=1&b=2",
        f"{mark}&a=1&{old}": "a=1",
        "a=1": "a=1",
        "a=1&b=2": "a=1&b=2",
        "": "",
    }
    for query, left in forwarded.items():
        asked(f"forwarded, {query or 'nothing'}", "forward", query=query, headers=kept, also={"query": left, "path": MASTER, "removed": ["cookie"]})
    for name, query in {"old": old, "of the future": later, "of the beginning": "playgate=0", "largest": f"playgate={2**64 - 1}", "of one digit": "playgate=1"}.items():
        asked(f"forwarded, a mark {name}", "forward", query=query, headers=kept, also={"query": ""})
    for query in no_marks:
        asked(f"forwarded, no mark: {query[:60]}", "forward", query=query, headers=kept, also={"query": query})
    asked("forwarded, a segment with the mark", "forward", path=SEGMENT, query=mark, headers=kept, also={"query": ""})
    asked("forwarded, a segment and a login with the mark", "forward", path=SEGMENT, query=f"{mark}&x=1", headers=bearer(cognito()), also={"query": "x=1"})
    asked("forwarded, nobody with the mark", "forward", path=CLIP, query=mark, also={"query": ""})
    asked("forwarded, a phone with the mark", "forward", query=mark, headers=kept, agent=IPHONE, also={"path": LADDER, "query": ""})
    asked("another network", "403 token_ip", address="198.51.100.9", country="SE", headers={"cookie": f"pgt={tok('cookie', networks=['203.0.113.0/24'], countries=None)}"})
    asked("another network, and a login", "redirect", address="198.51.100.9", country="SE", headers={"cookie": f"pgt={held}"} | bearer(cognito()), also={"minted.networks": ["198.51.100.0/24"], "minted.countries": ["SE"]})
    asked("the usual name is nobody's", "401 no_credentials", headers={"cookie": f"playgate={held}"})
    asked("an audience where none is had", "401 token_audience", headers={"cookie": f"pgt={tok('cookie', aud='media')}"})
    asked("any issuer", "forward", headers={"cookie": f"pgt={tok('cookie', iss='anybody')}"})
    asked("another client's login", "401 login_audience", headers=bearer(cognito(aud="tv-app")))
    asked("an access token", "401 login_use", headers=bearer(cognito(token_use="access")))
    asked("withdrawn", "401 revoked", headers={"cookie": f"pgt={tok('cookie', cti='s-withdrawn', iat=NOW - 5000)}"} | bearer(cognito()))
    asked("any page", "redirect", headers=bearer(cognito()) | {"origin": "https://any.example"}, also={"headers.access-control-allow-origin": "https://any.example", "headers.access-control-allow-credentials": None, "headers.vary": "origin"})
    asked("any page, refused", "401 no_credentials", headers={"origin": "null"}, also={"headers.access-control-allow-origin": "null"})
    asked("any page, preflight", "204", method="OPTIONS", headers={"origin": "https://any.example", "access-control-request-method": "GET"}, also={"headers.access-control-max-age": "600"})


def shown_each_time():
    """In the world `none`: no token is handed out, clocks may differ by 10 seconds, no table, no pages."""
    asked = lambda name, hand, **more: case(f"none: {name}", hand, world="none", **more)
    unknown = "451 territory_unknown | {} | {}"
    asked("a login at a manifest", unknown.format("forward", "forward"), headers=bearer(oidc(tier="premium")), also={"worker:path": MASTER, "worker:removed": ["authorization"]})
    asked("a login at a manifest, everywhere", "forward", path="/vod/acme/two/master.m3u8", headers=bearer(oidc()), also={"log.tier": None})
    asked("a phone", unknown.format("forward", "forward"), agent=IPHONE, headers=bearer(oidc(tier="premium")), also={"worker:path": LADDER})
    asked("limited streams", unknown.format("forward", "forward"), path="/vod/acme/counted/master.m3u8", headers=bearer(oidc(tier="premium")))
    asked("the mark stays", "forward", path="/vod/acme/two/master.m3u8", query=f"playgate={NOW}", headers=bearer(oidc()), also={"query": f"playgate={NOW}"})
    asked("a token still counts", "forward", headers=carried(tok("none")), also={"viewer-request:log.country_from": "token", "worker:log.country_from": "platform"})
    for seconds, hand in ((9, "forward"), (10, "401 token_expired"), (11, "401 token_expired")):
        asked(f"a token expired by {seconds} seconds", hand, headers=carried(tok("none", exp=NOW - seconds)))
    for seconds, hand in ((10, "forward"), (11, "401 token_not_yet_valid")):
        asked(f"a token that begins in {seconds} seconds", hand, headers=carried(tok("none", nbf=NOW + seconds)))
    asked("no leeway for logins", "401 login_expired", headers=bearer(oidc(exp=NOW)))
    asked("no transport security", "401 no_credentials", path="/vod/acme/two/master.m3u8", also={"headers.strict-transport-security": None, "headers.x-content-type-options": "nosniff"})
    asked("no pages", "401 no_credentials", path="/vod/acme/two/master.m3u8", headers={"origin": PAGE}, also={"headers.access-control-allow-origin": None, "headers.vary": None})
    asked("no pages, preflight", "204", method="OPTIONS", headers={"origin": PAGE, "access-control-request-method": "GET"}, also={"headers.access-control-allow-methods": None, "headers.allow": "GET, HEAD, OPTIONS"})
    asked("no login cookie", "401 no_credentials", path="/vod/acme/two/master.m3u8", headers={"cookie": f"pg_login={oidc()}"})
    asked("a cookie of tokens all the same", "forward", headers={"cookie": f"playgate={tok('none')}"}, also={"removed": ["cookie"]})


def pages():
    """In the world `path`: two origins, with credentials."""
    shared = {"headers.access-control-allow-origin": PAGE, "headers.access-control-allow-credentials": "true", "headers.vary": "origin", "headers.access-control-expose-headers": "date, content-length, content-range, retry-after, www-authenticate"}
    refused = {f"headers.access-control-allow-{name}": None for name in ("origin", "credentials", "methods", "headers")} | {"headers.vary": None, "headers.access-control-max-age": None, "headers.access-control-expose-headers": None}
    case("page: refused", "401 no_credentials", headers={"origin": PAGE}, also=shared)
    case("page: no route", "404 no_route", path="/nothing", headers={"origin": PAGE}, also=shared)
    case("page: bad path", "400 path", path="//x", headers={"origin": PAGE}, also=shared)
    case("page: bad method", "400 method", method="get", headers={"origin": PAGE}, also=shared)
    case("page: unknown title by HEAD", "404 unknown_title", path="/vod/x/master.m3u8", method="HEAD", headers={"origin": PAGE}, also=shared)
    case("page: cannot decide", "503 cannot_decide", path=CLIP, now=0, headers={"origin": PAGE}, also=shared)
    case("page: another port", "401 no_credentials", headers={"origin": "https://www.example.com:8443"}, also={"headers.access-control-allow-origin": "https://www.example.com:8443"})
    asking = {"origin": PAGE, "access-control-request-method": "GET", "access-control-request-headers": "authorization"}
    preflight = shared | {"headers.access-control-allow-methods": "GET, HEAD, OPTIONS", "headers.access-control-max-age": "300", "headers.allow": "GET, HEAD, OPTIONS"}
    preflight |= {"headers.access-control-allow-headers": "authorization, content-type, range, x-playgate-token", "body": None, "status": 204, "log.action": "preflight"}
    for below in ("master.m3u8", "720p/index.m3u8", "720p/1.ts", "keys/k1"):
        case(f"preflight: {below}", "204", path=f"/vod/acme/one/{below}", method="OPTIONS", headers=asking, also=preflight)
    case("preflight: behind a token", "204", path=f"/t/{tok()}{MASTER}", method="OPTIONS", headers=asking, also=preflight)
    case("preflight: for another method", "204", method="OPTIONS", headers=asking | {"access-control-request-method": "DELETE"}, also=preflight)
    case("preflight: no method asked for", "204", method="OPTIONS", headers={"origin": PAGE}, also=shared | {"headers.access-control-allow-methods": None})
    case("preflight: no origin", "204", method="OPTIONS", headers={"access-control-request-method": "GET"}, also=refused | {"headers.allow": "GET, HEAD, OPTIONS"})
    case("preflight: an empty method asked for", "204", method="OPTIONS", headers=asking | {"access-control-request-method": ""}, also=shared | {"headers.access-control-allow-methods": None, "headers.allow": "GET, HEAD, OPTIONS"})
    case("preflight: no route", "404 no_route", path="/nothing", method="OPTIONS", headers=asking, also=shared)
    case("preflight: bad path", "400 path", path="/vod/../x", method="OPTIONS", headers=asking)
    case("preflight: an own header", "204", world="routes", path="/movies/x/index.mpd", method="OPTIONS", headers=asking, also={"headers.access-control-allow-headers": "authorization, content-type, range, x-pass", "headers.access-control-allow-credentials": None})
    foreign = [
        "https://evil.example", "http://tv.example.com", "https://tv.example.com.evil.example", "https://tv.example.com:443", "https://tv.example.com/",
        "https://TV.example.com", "https://xtv.example.com", "https://tv.example.co", "tv.example.com", "null", "", "*", "https://www.example.com",
        "https://tv.example.com, https://evil.example", "https://tv.example.com\r\nset-cookie: a=1", "https://tv.example.com\x00",
    ]  # fmt: skip
    for origin in foreign:
        case(f"foreign page, refused: {origin!r}", "401 no_credentials", headers={"origin": origin}, also=refused)
        case(f"foreign page, preflight: {origin!r}", "204", method="OPTIONS", headers=asking | {"origin": origin}, also=refused | {"headers.allow": "GET, HEAD, OPTIONS"})
    case("foreign page, forwarded", "forward", path=CLIP, headers={"origin": "https://evil.example"})
    case("foreign page, redirected", "redirect", headers=bearer(cognito()) | {"origin": "https://evil.example"}, also=refused)
    case("plain: a page without credentials", "401 no_credentials", world="plain", path="/vod/acme/two/master.m3u8", headers={"origin": PAGE}, also={"headers.access-control-allow-credentials": None, "headers.access-control-allow-origin": PAGE, "headers.strict-transport-security": "max-age=60"})


def spoofed():
    """Headers that would be facts, if somebody else had written them."""
    country = lambda code, region=None: {"cloudfront-viewer-country": code} | ({} if region is None else {"cloudfront-viewer-country-region": region})
    nowhere = {"country": None, "address": "10.0.0.1"}
    free = {"path": "/vod/free/nordic/480p/1.ts"}
    only_origin = "451 territory_unknown | forward | 451 territory_unknown"
    case("spoofed country, no table", only_origin, world="plain", headers=country("NO"), **free, **nowhere)
    case("spoofed country, table knows nothing", only_origin, headers=country("NO"), **free, **nowhere)
    case("spoofed country, table knows better", "451 territory | forward | 451 territory", headers=country("NO"), **free, country=None, address="192.0.2.7")
    case("spoofed country, platform knows better", "451 territory_unknown | 451 territory | 451 territory", headers=country("NO"), **free, country="DE", address="10.0.0.1")
    case("spoofed region", "451 region_unknown | forward | 451 region_unknown", path="/vod/acme/oslo/1p/1", headers=country("NO", "03") | carried(tok(path="/")), country=None)
    others = {"cf-ipcountry": "NO", "x-country": "NO", "x-forwarded-for": "203.0.113.9", "x-real-ip": "203.0.113.9", "true-client-ip": "203.0.113.9", "cf-connecting-ip": "203.0.113.9", "forwarded": "for=203.0.113.9", "cloudfront-viewer-address": "203.0.113.9:443"}  # fmt: skip
    for name, value in others.items():
        case(f"spoofed {name}", "451 territory_unknown", headers={name: value}, **free, **nowhere, also={"log.network": "10.0.0.0/24"})
        case(f"spoofed {name}, token for a network", "403 token_ip", path=SEGMENT, headers={name: value} | carried(tok(networks=["203.0.113.0/24"], countries=None)), **nowhere)
    device = {"cloudfront-is-mobile-viewer": "true", "cloudfront-is-desktop-viewer": "false"}
    case("spoofed device", "403 device | forward | 403 device", path="/vod/free/phones/1p/1", headers=device)
    for name in ("x-playgate-tier", "x-tier", "x-amzn-oidc-data", "x-forwarded-user", "x-original-url", "x-rewrite-url", "x-http-method-override"):
        case(f"spoofed {name}", "401 no_credentials", headers={name: "/vod/free/clip/master.m3u8"})
    case("spoofed headers are forwarded as they are", "forward", path=CLIP, headers=country("NO") | {"x-forwarded-for": "1.2.3.4"}, also={"removed": []})


def injected():
    split = {"crlf": "a=1\r\nSet-Cookie: x=1", "lf": "a=1\nx: 1", "cr": "a=1\rx: 1", "nul": "a=1\0", "next line": "a=1\x85", "line separator": "a=1\u2028"}
    for name, query in split.items():
        case(f"splitting by the query: {name}", "400 query", query=query, headers=bearer(cognito()))
        case(f"splitting by the query: {name}, cookies", "400 query", world="cookie", query=query, headers=bearer(cognito()))
    escaped = "a=%0d%0aSet-Cookie:%20x=1"
    case("splitting by an escaped query", "redirect", query=escaped, headers=bearer(cognito()), also={"headers.location": f"/t/<token>{MASTER}?{escaped}"})
    for name, path in {"two slashes": f"//evil.example{MASTER}", "backslash": f"/\\evil.example{MASTER}", "absolute": f"https://evil.example{MASTER}", "slash escaped": f"/%2fevil.example{MASTER}", "tab": f"/\t/evil.example{MASTER}"}.items():  # fmt: skip
        case(f"redirect to elsewhere: {name}", "400 path", path=path, headers=bearer(cognito()))
        case(f"redirect to elsewhere behind a token: {name}", "400 path", path=f"/t/x{path if path.startswith('/') else '/' + path}", headers=bearer(cognito()))
    case("redirect to elsewhere: host", "redirect", world="cookie", host="evil.example", headers=bearer(cognito()) | {"x-forwarded-host": "evil.example"}, also={"headers.location": f"{MASTER}?playgate={NOW}"})
    case("redirect to elsewhere: query", "redirect", query="//evil.example", headers=bearer(cognito()), also={"headers.location": f"/t/<token>{MASTER}?//evil.example"})
    case("redirect to elsewhere: fragment in the query", "400 query", world="cookie", query="a=1#x", headers=bearer(cognito()))
    case("redirect to elsewhere: at sign", "404 unknown_title", path="/vod/@evil.example/master.m3u8", headers=bearer(cognito()))
    case("cookie injected by a title", "404 unknown_title", world="cookie", path="/vod/acme;Domain=evil.example/master.m3u8", headers=bearer(cognito()))
    case("cookie injected by a login", "redirect", headers={"cookie": f'pg_login="{cognito()}"; Domain=evil.example'}, also={"headers.set-cookie": None, "headers.location": f"/t/<token>{MASTER}"})
    for name, value in {"quotes": '"', "lines": "\r\n", "letters": "\u00e9", "braces": "}{"}.items():
        kept = {"log.account": f"a{value}b", "minted.sub": f"a{value}b"} if name != "lines" else {"log.account": None, "minted": None}
        case(f"log: subject of {name}", "redirect" if name != "lines" else "401 login_claim", headers=bearer(cognito(sub=f"a{value}b")), also=kept)
        case(f"log: title of {name}", "400 path" if name in ("lines", "letters") else "404 unknown_title", path=f"/vod/a{value}b/master.m3u8")
        case(f"log: agent of {name}", "forward", path=CLIP, agent=value, also={"log.device": "unknown"})
    case("log: nothing secret of a refused token", "401 token_expired", query="secret=1", headers=carried(tok(exp=NOW)), also={"log.kid": None, "log.session": None, "log.account": None, "body.detail": None})
    case("log: the title of the address, not of the token", "403 token_path", path="/vod/acme/two/1p/1", headers=carried(tok()), also={"log.title": "acme/two"})


handed_out()
keys()
room()
by_cookie()
shown_each_time()
pages()
spoofed()
injected()
