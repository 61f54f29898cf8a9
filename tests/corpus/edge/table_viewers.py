"""Where, on what and when: country, region, device, what the rights say of them, heights, and clocks."""

from making import CLIP, DESKTOP, IPHONE, MASTER, NOW, PHONE, TV, bearer, carried, case, cognito, oidc, tok

NORDIC = "/vod/free/nordic/480p/1.ts"
SEGMENT = "/vod/acme/one/720p/1.ts"


def countries():
    """An anonymous viewer of a title that is free in Norway and Sweden."""
    no_table = "451 territory_unknown | {} | {}"
    for said, hand in {"NO": "forward", "SE": "forward", "DE": "451 territory", "GB": "451 territory", "PR": "451 territory"}.items():
        known = {"origin-request:log.country": said, "worker:log.country_from": "platform", "viewer-request:log.country": None}
        case(f"country: {said}, no table", no_table.format(hand, hand), world="plain", path=NORDIC, country=said, also=known)
    for said in (None, "", "XX", "T1", "xx", "ZZ", "AA", "EU", "AP", "UK", "XK", "N", "NOR", "N0", "47", "NO,SE", " NO", "NO ", "\u00d8L"):
        case(f"country: {said!r}, no table", "451 territory_unknown", world="plain", path=NORDIC, country=said, also={"log.country": None, "log.country_from": None})
    case("country: no, no table", no_table.format("forward", "forward"), world="plain", path=NORDIC, country="no", also={"worker:log.country": "NO"})
    for said in (None, "XX", "T1", "ZZ"):
        case(f"country: {said}, the table knows", "forward", path=NORDIC, country=said, also={"log.country": "NO", "log.country_from": "table"})
    addresses = {
        "203.0.113.0": ("NO", "forward"),
        "203.0.113.255": ("NO", "forward"),
        "203.0.112.255": (None, "451 territory_unknown"),
        "203.0.114.0": ("GB", "451 territory"),
        "198.51.100.127": ("SE", "forward"),
        "198.51.100.128": (None, "451 territory_unknown"),
        "192.0.2.7": ("DE", "451 territory"),
        "203.0.115.9": (None, "451 territory_unknown"),
        "10.0.0.1": (None, "451 territory_unknown"),
        "::ffff:203.0.113.9": ("NO", "forward"),
        "2001:db8:1::": ("NO", "forward"),
        "2001:db8:1:ffff:ffff:ffff:ffff:ffff": ("NO", "forward"),
        "2001:DB8:1:0:0:0:0:9": ("NO", "forward"),
        "2001:db8:2::1": ("GB", "451 territory"),
        "2001:db8:0:ffff::1": (None, "451 territory_unknown"),
        "::1": (None, "451 territory_unknown"),
    }
    for address, (country, hand) in addresses.items():
        case(f"table: {address}", hand, path=NORDIC, country=None, address=address, also={"log.country": country})
    for address in (None, "", "unknown", "203.0.113", "203.0.113.256", "203.0.113.09", "203.0.113.9:443", " 203.0.113.9", "0xcb007109", "3405803785", "[2001:db8:1::1]", "2001:db8:1::1%eth0", "203.0.113.9, 192.0.2.7", "203.0.113.9\r\n"):  # fmt: skip
        case(f"table: {address!r} is no address", "451 territory_unknown", path=NORDIC, country=None, address=address, also={"log.network": None})
    case("table and platform differ", "forward | 451 territory | 451 territory", path=NORDIC, country="DE", also={"viewer-request:log.country_from": "table", "worker:log.country_from": "platform"})
    case("platform and no address", "451 territory_unknown | forward | forward", path=NORDIC, country="NO", address="")
    for address, network in {"203.0.113.9": "203.0.113.0/24", "2001:db8:1:2:3::9": "2001:db8:1::/48", "::ffff:10.1.2.3": "10.1.2.0/24", "::1": "::/48"}.items():
        case(f"network of {address}", "forward", path=CLIP, address=address, also={"log.network": network})


def of_tokens():
    """The country and region that come from a token, where nobody else says any."""
    nowhere = {"country": None, "address": "10.0.0.1"}
    at = lambda name, hand, also=None, **claims: case(f"token's place: {name}", hand, path=SEGMENT, headers=carried(tok(**claims)), **nowhere, also=also)  # fmt: skip
    at("one country", "forward | 403 token_country_unknown | 403 token_country_unknown", {"viewer-request:log.country": "NO", "viewer-request:log.country_from": "token", "viewer-request:log.region": None})
    at("one country, where it may not be seen", "451 territory | 403 token_country_unknown | 403 token_country_unknown", {"viewer-request:log.country": "DE", "viewer-request:log.country_from": "token"}, countries=["DE"])
    at("two countries", "403 token_country_unknown", {"log.country": None}, countries=["NO", "SE"])
    at("one country twice", "403 token_country_unknown", countries=["NO", "NO"])
    at("no country bound", "451 territory_unknown", {"log.country": None}, countries=None)
    at("an empty list", "403 token_country_unknown", countries=[])
    at("a country and a subdivision of it", "403 token_country_unknown", countries=["NO", "NO-03"])
    case("token's place: two countries, in a cookie", "451 territory_unknown", path=SEGMENT, headers={"cookie": f"playgate={tok(countries=['NO', 'SE'])}"}, **nowhere, also={"log.country": None})
    case("token's place: two countries, in the path", "403 token_country_unknown", path=f"/t/{tok(countries=['NO', 'SE'])}{SEGMENT}", **nowhere)
    case("token's place: two countries, and the table knows", "forward", path=SEGMENT, headers=carried(tok(countries=["NO", "SE"])), country=None, also={"log.country": "NO", "log.country_from": "table"})
    case("token's place: region written in", "forward | 403 token_country_unknown | 403 token_country_unknown", path="/vod/acme/oslo/1p/1", headers=carried(tok(path="/", region="NO-03")), **nowhere, also={"viewer-request:log.region": "NO-03"})
    case("token's place: no region", "451 region_unknown | 403 token_country_unknown | 403 token_country_unknown", path="/vod/acme/oslo/1p/1", headers=carried(tok(path="/")), **nowhere)
    case("token's place: another region", "451 territory | 403 token_country_unknown | 403 token_country_unknown", path="/vod/acme/oslo/1p/1", headers=carried(tok(path="/", region="NO-46")), **nowhere)
    case("token's place: bound to a subdivision", "forward | 403 token_country_unknown | 403 token_country_unknown", path="/vod/acme/oslo/1p/1", headers=carried(tok(path="/", countries=["NO-03"])), **nowhere, also={"viewer-request:log.country": "NO", "viewer-request:log.region": "NO-03", "viewer-request:log.country_from": "token"})
    case("token's place: bound to two subdivisions", "403 token_country_unknown", path="/vod/acme/oslo/1p/1", headers=carried(tok(path="/", countries=["NO-03", "NO-46"])), **nowhere)
    case("token's place: region written in, country of the table", "451 region_unknown", path="/vod/acme/oslo/1p/1", headers=carried(tok(path="/", region="NO-03")), country=None, also={"log.country_from": "table", "log.region": None})
    case("token's place: subdivision, country of the table", "403 token_region_unknown", path="/vod/acme/oslo/1p/1", headers=carried(tok(path="/", countries=["NO-03"])), country=None)
    case("token's place: subdivision, country of the table another", "403 token_country", path="/vod/acme/oslo/1p/1", headers=carried(tok(path="/", countries=["GB-MAN"])), country=None)
    case("token's place: subdivision, platform says it", "403 token_region_unknown | forward | forward", path="/vod/acme/oslo/1p/1", headers=carried(tok(path="/", countries=["NO-03"])), region="03")
    case("token's place: subdivision, platform says another", "403 token_region_unknown | 403 token_country | 403 token_country", path="/vod/acme/oslo/1p/1", headers=carried(tok(path="/", countries=["NO-03"])), region="46")
    case("token's place: replayed from another country", "forward | 403 token_country | 403 token_country", world="plain", path="/vod/acme/one/1p/1", headers=carried(tok("plain")), country="DE", address="192.0.2.7")
    case("token's place: replayed, the table knows", "403 token_country", headers=carried(tok()), path=SEGMENT, country="DE", address="192.0.2.7")
    case("token's place: with a blackout there", "451 blackout | 403 token_country_unknown | 403 token_country_unknown", path="/live/sport/derby/1p/1", headers=carried(tok(path="/", countries=["GB-MAN"])), **nowhere)
    case("token's place: anonymous token", "forward | 403 token_country_unknown | 403 token_country_unknown", path=NORDIC, headers=carried(tok(path="/vod/free/", tier=None, sub=None)), **nowhere, also={"viewer-request:log.tier": None})


def regions():
    premium, any_login = tok(path="/", countries=None), tok(path="/", countries=None, tier="other")
    at = lambda name, title, country, region, hand, also=None: case(f"region: {name}", hand, path=f"/{title}/1p/1", headers=carried(premium), country=country, region=region, address="10.0.0.1", also=also)  # fmt: skip
    unknown = "451 territory_unknown"
    at("Oslo", "vod/acme/oslo", "NO", "03", f"{unknown} | forward | forward", {"worker:log.region": "NO-03", "origin-request:log.region": "NO-03", "viewer-request:log.region": None})
    at("beside Oslo", "vod/acme/oslo", "NO", "46", f"{unknown} | 451 territory | 451 territory")
    at("not said", "vod/acme/oslo", "NO", None, f"{unknown} | 451 region_unknown | 451 region_unknown", {"worker:log.region": None})
    at("empty", "vod/acme/oslo", "NO", "", f"{unknown} | 451 region_unknown | 451 region_unknown", {"worker:log.region": None})
    at("none of the country's", "vod/acme/oslo", "NO", "99", f"{unknown} | 451 region_unknown | 451 region_unknown", {"worker:log.region": "NO-99", "origin-request:log.region": "NO-99"})
    for said, kept in {"NO-03": "NO-03", "3": "NO-3", "ABC": "NO-ABC", "0": "NO-0", "A1B": "NO-A1B"}.items():
        hand = "forward" if kept == "NO-03" else "451 region_unknown"
        at(f"{said} has the form", "vod/acme/oslo", "NO", said, f"{unknown} | {hand} | {hand}", {"worker:log.region": kept, "origin-request:log.region": kept, "viewer-request:log.region": None})
    for said in ("0303", "ABCD", "SE-03", "NO-", "NO-NO-03", "NO-0303", "NO03", "-03", "0-3", " 03", "03 ", "0.3", "\u00d8", "Oslo", "03,46"):
        at(f"{said!r} has no form", "vod/acme/oslo", "NO", said, f"{unknown} | 451 region_unknown | 451 region_unknown", {"log.region": None})
    at("Manchester with its country", "live/sport/derby", "GB", "GB-MAN", f"{unknown} | 451 blackout | 451 blackout", {"worker:log.region": "GB-MAN"})
    at("none of the country's, one excluded", "vod/acme/country", "NO", "99", f"{unknown} | 451 region_unknown | 451 region_unknown", {"worker:log.region": "NO-99"})
    bound = carried(tok(path="/", countries=["NO-03"]))
    case("region: none of the country's, and a token for one", "403 token_region_unknown | 403 token_country | 403 token_country", path="/vod/acme/oslo/1p/1", headers=bound, region="99")
    case("region: with its country, and a token for it", "403 token_region_unknown | forward | forward", path="/vod/acme/oslo/1p/1", headers=bound, region="NO-03", also={"worker:log.region": "NO-03"})
    case("region: without a form, and a token for one", "403 token_region_unknown", path="/vod/acme/oslo/1p/1", headers=bound, region="0303")
    at("Oslo excluded", "vod/acme/country", "NO", "03", f"{unknown} | 451 territory | 451 territory")
    at("beside what is excluded", "vod/acme/country", "NO", "46", f"{unknown} | forward | forward")
    at("not said, one excluded", "vod/acme/country", "NO", None, f"{unknown} | 451 region_unknown | 451 region_unknown")
    at("nobody's country", "vod/acme/oslo", "XX", "03", unknown, {"log.region": None})
    at("no country", "vod/acme/oslo", None, "03", unknown, {"log.region": None})
    at("another country's", "vod/acme/oslo", "SE", "03", f"{unknown} | 451 territory | 451 territory")
    at("Manchester, blacked out", "live/sport/derby", "GB", "MAN", f"{unknown} | 451 blackout | 451 blackout", {"worker:body.message": "Shown on local television", "worker:body.rule": "sport/derby", "worker:body.available_from": "2027-01-15T09:00:00Z"})
    at("England, perhaps Manchester", "live/sport/derby", "GB", "ENG", f"{unknown} | 451 blackout | 451 blackout")
    at("Britain, perhaps Manchester", "live/sport/derby", "GB", None, f"{unknown} | 451 blackout | 451 blackout")
    at("Scotland, not Manchester", "live/sport/derby", "GB", "SCT", f"{unknown} | forward | forward")
    at("Norway, not Manchester", "live/sport/derby", "NO", None, f"{unknown} | forward | forward")
    case("region: platform's, country of the table", "451 region_unknown", path="/vod/acme/oslo/1p/1", headers=carried(premium), country="XX", region="03", also={"log.region": None, "log.country": "NO"})
    case("region: any login will do", f"{unknown} | forward | forward", path="/live/sport/x/1p/1", headers=carried(any_login), address="10.0.0.1", also={"worker:log.tier": "other"})


def devices():
    cdn = lambda **said: {f"cloudfront-is-{name}-viewer": value for name, value in said.items()}
    all_of = lambda *true: cdn(**{name: "true" if name in true else "false" for name in ("mobile", "tablet", "desktop", "smarttv")})
    phones = "/vod/free/phones/master.m3u8"
    for name, device in {"mobile": "mobile", "tablet": "tablet", "desktop": "desktop", "smarttv": "tv"}.items():
        hand = "403 device | forward | 403 device" if device == "mobile" else "403 device"
        found = {"origin-request:log.device": device, "origin-request:log.device_from": "cdn", "worker:log.device": "desktop", "viewer-request:log.device_from": "agent"}
        case(f"device: the CDN says {name}", hand, path=phones, headers=all_of(name), also=found)
    agents = {"origin-request:log.device": "desktop", "origin-request:log.device_from": "agent"}
    case("device: the CDN says none", "403 device", path=phones, headers=all_of(), also=agents)
    tablet = {"origin-request:log.device": "tablet", "origin-request:log.device_from": "cdn", "worker:log.device": "desktop", "viewer-request:log.device": "desktop"}
    case("device: the CDN says mobile and tablet", "403 device", path=phones, headers=all_of("mobile", "tablet"), also=tablet)
    case("device: the CDN says mobile and tablet, and nothing of others", "403 device", path=phones, headers=cdn(mobile="true", tablet="true"), also=tablet)
    for one, other in (("mobile", "desktop"), ("mobile", "smarttv"), ("tablet", "desktop"), ("tablet", "smarttv"), ("desktop", "smarttv")):
        case(f"device: the CDN says {one} and {other}", "403 device", path=phones, headers=all_of(one, other), also=agents)
    case("device: the CDN says mobile, tablet and desktop", "403 device", path=phones, headers=all_of("mobile", "tablet", "desktop"), also=agents)
    wordless = {
        "console": "Mozilla/5.0 (PlayStation; PlayStation 5/9.60) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.4 Safari/605.1.15",
        "cast": "Mozilla/5.0 (X11; Linux armv7l) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 CrKey/1.56.500000",
    }
    for device, agent in wordless.items():
        named = {"log.device": device, "log.device_from": "agent"}
        for said in (("desktop",), ("smarttv",), ("mobile",), ("mobile", "tablet")):
            case(f"device: a {device} of which the CDN says {' and '.join(said)}", "403 device", path=phones, agent=agent, headers=all_of(*said), also=named)
        case(f"device: a {device} of which the CDN says nothing", "403 device", path=phones, agent=agent, headers=all_of(), also=named)
        written = {"origin-request:log.device": device, "origin-request:log.device_from": "agent", "worker:log.device": "mobile", "worker:log.device_from": "token", "viewer-request:log.device_from": "token"}
        case(f"device: a {device}, the CDN and a token say others", "forward | 403 device | forward", path=phones, agent=agent, headers=all_of("desktop") | carried(tok(path="/", device="mobile")), also=written)
        case(f"device: a {device}, and a token says another", "forward", path=phones, agent=agent, headers=carried(tok(path="/", device="mobile")), also={"log.device": "mobile", "log.device_from": "token"})
    case("device: a television's agent, the CDN says desktop", "403 device", path=phones, agent=TV, headers=all_of("desktop"), also={"origin-request:log.device": "desktop", "origin-request:log.device_from": "cdn", "worker:log.device": "tv"})
    case("device: the CDN says all", "403 device", path=phones, headers=all_of("mobile", "tablet", "desktop", "smarttv"), also=agents)
    case("device: the CDN says true of one, and nothing of others", "403 device | forward | 403 device", path=phones, headers=cdn(mobile="true"))
    case("device: the CDN says yes", "403 device", path=phones, headers=cdn(mobile="yes"), also=agents)
    case("device: the CDN says 1", "403 device", path=phones, headers=cdn(mobile="1"), also=agents)
    case("device: the CDN knows better than the token", "403 device | 403 device | 403 device", path=phones, headers=all_of("desktop") | carried(tok(path="/", device="tv")), also={"origin-request:log.device_from": "cdn", "worker:log.device_from": "token"})
    kinds = {
        "mobile": {"iPhone": IPHONE, "Android phone": PHONE, "iPhone's player": "AppleCoreMedia/1.0.0.22G86 (iPhone; U; CPU OS 18_6 like Mac OS X; nb_no)"},
        "tablet": {"iPad": "Mozilla/5.0 (iPad; CPU OS 16_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1", "Android tablet": PHONE.replace("Mobile ", "").replace("Pixel 9", "SM-X910")},
        "desktop": {"Windows": DESKTOP, "Mac": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15", "Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},
        "tv": {"Tizen": TV, "webOS": "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.0.0 Safari/537.36", "Apple TV": "AppleCoreMedia/1.0.0.22L572 (Apple TV; U; CPU OS 18_5 like Mac OS X; nb_no)"},
        "console": {"PlayStation": "Mozilla/5.0 (PlayStation; PlayStation 5/9.60) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.4 Safari/605.1.15", "Xbox": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"},
        "cast": {"Chromecast": "Mozilla/5.0 (X11; Linux armv7l) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 CrKey/1.56.500000"},
        "unknown": {"nothing": None, "empty": "", "curl": "curl/8.15.0", "a word": "x", "control characters": "\x00\x07\r\n"},
    }  # fmt: skip
    for device, agents_ in kinds.items():
        for name, agent in agents_.items():
            found = {"log.device": device, "log.device_from": None if device == "unknown" else "agent"}
            case(f"device: {name}", "forward" if device == "mobile" else "403 device", path=phones, agent=agent, also=found)
            case(f"screens: {name}", "forward" if device in ("tv", "console") else "403 device", path="/vod/acme/screens/2160p/1.ts", agent=agent, headers=carried(tok(path="/")), also=found)
    case("device: a hint", "forward", path=phones, agent=PHONE, headers={"sec-ch-ua-mobile": "?1"}, also={"log.device": "mobile", "log.device_from": "hints"})
    case("device: a hint against the agent", "forward", path=phones, headers={"sec-ch-ua-mobile": "?1"}, also={"log.device_from": "hints"})
    case("device: a hint of nothing", "403 device", path=phones, headers={"sec-ch-ua-mobile": "1"}, also={"log.device_from": "agent"})
    for device in ("mobile", "tablet", "desktop", "tv", "console", "cast"):
        held = tok(path="/", device=device)
        found = {"log.device": device, "log.device_from": "token"}
        case(f"device: {device} written into the token", "forward" if device == "mobile" else "403 device", path=phones, headers=carried(held), agent=TV, also=found)
    unknown = {"log.device": "unknown", "log.device_from": "token"}
    case("device: unknown written into the token", "403 device", path=phones, headers=carried(tok(path="/", device="unknown")), agent=IPHONE, also=unknown)
    case("device: unknown written into the token, any device", "forward", path=SEGMENT, headers=carried(tok(device="unknown")), agent=DESKTOP, also=unknown)
    case("device: unknown written into the token, the CDN knows", "403 device | forward | 403 device", path=phones, headers=carried(tok(path="/", device="unknown")) | all_of("mobile"), also={"origin-request:log.device_from": "cdn", "worker:log.device_from": "token"})
    case("ladder: unknown written into a phone's token", "forward", headers=carried(tok(device="unknown")), agent=IPHONE, also=unknown | {"path": MASTER})
    found = {"log.device": "desktop", "log.device_from": "agent"}
    case("device: nothing written into the token", "403 device", path=phones, headers=carried(tok(path="/")), also=found)
    ladder = "/vod/acme/one/mobile/master.m3u8"
    case("ladder: a phone", "forward", headers=carried(tok()), agent=IPHONE, also={"path": ladder})
    case("ladder: a phone by HEAD", "forward", headers=carried(tok()), agent=IPHONE, method="HEAD", also={"path": ladder})
    case("ladder: a phone with a token in the path", "forward", path=f"/t/{tok()}{MASTER}", agent=IPHONE, query="a=1", also={"path": ladder, "query": "a=1"})
    case("ladder: a phone that asks for it", "forward", path=ladder, headers=carried(tok()), agent=IPHONE, also={"path": ladder})
    case("ladder: a desktop that asks for it", "forward", path=ladder, headers=carried(tok()), also={"path": ladder})
    case("ladder: a desktop", "forward", headers=carried(tok()), also={"path": MASTER})
    case("ladder: a tablet", "forward", headers=carried(tok(device="tablet")), agent=IPHONE, also={"path": MASTER})
    case("ladder: a token for a phone", "forward", headers=carried(tok(device="mobile")), also={"path": ladder})
    case("ladder: a phone's playlist stays", "forward", path="/vod/acme/one/480p/index.m3u8", headers=carried(tok()), agent=IPHONE, also={"path": "/vod/acme/one/480p/index.m3u8"})
    case("ladder: the CDN's phone", "forward", headers=carried(tok()) | all_of("mobile"), also={"origin-request:path": ladder, "viewer-request:path": MASTER, "worker:path": MASTER})
    case("ladder: a free title", "forward", path=CLIP, agent=IPHONE, also={"path": "/vod/free/clip/mobile/master.m3u8"})
    case("ladder: the token covers the address asked for only", "403 token_path", headers=carried(tok(path=ladder)), agent=IPHONE)
    case("ladder: a phone may not", "403 tier", headers=carried(tok(tier="other")), agent=IPHONE)
    case("ladder: a phone in a live title", "forward", path="/live/sport/x/master.m3u8", headers=carried(tok(path="/live/")), agent=IPHONE, also={"path": "/live/sport/x/mobile/master.m3u8"})


def decisions():
    """Every reason, with a token, a login, and nobody. The table knows the country at all events."""
    hands = {  # title: with a token for premium, nobody
        "vod/acme/one": ("forward", "401 no_credentials"),
        "vod/acme/one1": ("forward", "401 no_credentials"),
        "vod/acme/two": ("forward", "401 no_credentials"),
        "vod/acme/soon": ("403 not_yet", "403 not_yet"),
        "vod/acme/gone": ("410 expired", "410 expired"),
        "vod/acme/ending": ("forward", "401 no_credentials"),
        "vod/acme/screens": ("403 device", "401 no_credentials"),
        "vod/acme/counted": ("forward", "401 no_credentials"),
        "vod/acme/nobody": ("404 unknown_title", "404 unknown_title"),
        "vod/acme": ("404 unknown_title", "404 unknown_title"),
        "live/acme/one": ("forward", "401 no_credentials"),
        "vod/free/clip": ("forward", "forward"),
        "vod/free/nordic": ("forward", "forward"),
        "vod/free/phones": ("403 device", "403 device"),
        "live/sport/match": ("forward", "401 no_credentials"),
        "live/sport/never": ("451 blackout", "401 no_credentials"),
        "live/sport/past": ("forward", "401 no_credentials"),
        "live/sport/final": ("forward", "401 no_credentials"),
        "live/sport": ("404 unknown_title", "404 unknown_title"),
    }
    for title, (premium, nobody) in hands.items():
        for below in ("master.m3u8", "480p/1.ts"):
            case(f"decision: token for {title}/{below}", premium, path=f"/{title}/{below}", headers=carried(tok(path="/")))
            case(f"decision: nobody for {title}/{below}", nobody, path=f"/{title}/{below}")
        case(f"decision: login for {title}", premium, path=f"/{title}/480p/1.ts", headers=bearer(cognito()))
        case(f"decision: a tier of no policy for {title}", None, path=f"/{title}/480p/1.ts", headers=carried(tok(path="/", tier="other")))
    body = {"body.outcome": "deny", "body.policy": "<policy>", "log.outcome": "deny", "log.policy": "<policy>"}
    case("body: tier", "403 tier", headers=carried(tok(tier="other")), also=body | {"body.tiers": ["basic", "family", "premium"], "body.rule": "studio/nordic", "body.type": "urn:playgate:tier"})
    case("body: tier, in Sweden", "403 tier", headers=carried(tok(tier="basic", countries=None)), country="SE", address="198.51.100.1", also=body | {"body.tiers": ["family", "premium"]})
    case("body: no credentials", "401 no_credentials", also=body | {"body.tiers": ["basic", "family", "premium"], "headers.www-authenticate": "Bearer"})
    case("body: a token without a tier", "401 no_credentials", headers=carried(tok(tier=None)), also=body | {"log.credential": "header", "log.account": "a-1", "log.tier": None})
    case("body: a token without a tier, any login", "401 no_credentials", path="/vod/acme/two/1p/1", headers=carried(tok(path="/", tier=None)), also=body)
    case("body: not yet", "403 not_yet", path="/vod/acme/soon/1p/1", headers=carried(tok(path="/")), also=body | {"body.available_from": "2027-02-01T00:00:00Z", "body.rule": "studio/soon"})
    case("body: over", "410 expired", path="/vod/acme/gone/1p/1", also=body | {"body.available_from": None, "body.rule": "studio/gone"})
    case("body: unknown title", "404 unknown_title", path="/vod/x/1p/1", also=body | {"body.rule": None})
    case("body: territory", "451 territory", headers=carried(tok(countries=None)), country="DE", address="192.0.2.7", also=body | {"body.rule": "studio/nordic"})
    case("body: territory unknown", "451 territory_unknown", headers=carried(tok(countries=None)), country=None, address="", also=body | {"body.rule": "studio/nordic"})
    case("body: device", "403 device", path="/vod/acme/screens/1p/1", headers=carried(tok(path="/")), also=body | {"body.rule": "studio/big-screens"})
    case("body: blackout without end", "451 blackout", path="/live/sport/never/1p/1", headers=carried(tok(path="/")), also=body | {"body.message": None, "body.available_from": None, "body.rule": "sport/endless"})
    family = carried(tok(path="/", tier="family"))
    case("decision: family may", "forward", path=SEGMENT, headers=family, also={"log.rule": "studio/nordic", "log.max_height": 1080, "log.valid_until": "2027-06-01T00:00:00Z"})
    case("decision: family may not", "403 tier", path="/vod/acme/counted/1p/1", headers=family)
    case("decision: the other issuer's default", "forward", path="/vod/acme/one/480p/1.ts", headers=bearer(oidc()), also={"log.rule": "studio/nordic-basic", "log.max_height": 480})
    case("decision: basic in Sweden", "403 tier", path="/vod/acme/one/480p/1.ts", headers=bearer(oidc()), country="SE", address="198.51.100.1")
    for title in ("vod/acme/Two", "vod/acme/two%20", "vod/acme/t~wo", "vod/acme/two;x", "vod/acme/two:x", "vod/acme/two,x", "vod/acme/two+x", "vod/acme/two*", "vod/a=b", "vod/@me"):
        case(f"decision: {title} is no title", "404 unknown_title", path=f"/{title}/480p/1.ts", headers=carried(tok(path="/")))
    case("decision: title of 512 bytes", "404 unknown_title", path=f"/vod/{'a' * 512}/480p/1.ts", headers=carried(tok(path="/")))
    case("decision: sport of 512 bytes", "forward", path=f"/live/sport/{'a' * 506}/480p/1.ts", headers=carried(tok(path="/")))
    case("decision: sport of 513 bytes", "404 unknown_title", path=f"/live/sport/{'a' * 507}/480p/1.ts", headers=carried(tok(path="/")))


def moments():
    """Windows and blackouts, second by second."""
    times = {
        ("vod/acme/soon", 1_801_439_999): "403 not_yet",
        ("vod/acme/soon", 1_801_440_000): "forward",
        ("vod/acme/gone", 1_798_761_599): "forward",
        ("vod/acme/gone", 1_798_761_600): "410 expired",
        ("vod/acme/ending", NOW + 1799): "forward",
        ("vod/acme/ending", NOW + 1800): "410 expired",
        ("live/sport/past", NOW - 1): "451 blackout",
        ("live/sport/past", NOW): "forward",
        ("live/sport/final", NOW + 1199): "forward",
        ("live/sport/final", NOW + 1200): "451 blackout",
        ("live/sport/final", NOW + 8999): "451 blackout",
        ("live/sport/final", NOW + 9000): "forward",
        ("live/sport/never", 1_798_761_599): "forward",
        ("live/sport/never", 1_798_761_600): "451 blackout",
        ("vod/acme/one", 1_767_225_599): "403 not_yet",
        ("vod/acme/one", 1_767_225_600): "forward",
        ("vod/acme/one", 1_811_807_999): "forward",
        ("vod/acme/one", 1_811_808_000): "403 tier",
    }
    for (title, now), hand in times.items():
        held = tok(path="/", exp=now + 60, iat=now - 60)
        case(f"moment: {title} at {now}", hand, path=f"/{title}/1p/1", now=now, headers=carried(held), also={"log.at": now})
    case("clock: 0", "503 cannot_decide", path=CLIP, now=0, also={"headers.retry-after": "5", "body.outcome": "cannot_decide", "log.outcome": "cannot_decide", "log.at": 0})
    case("clock: 0, HEAD", "503 cannot_decide", path=CLIP, now=0, method="HEAD", also={"body": None})
    unset = {f"log.{name}": None for name in ("credential", "kid", "session", "account", "country", "country_from", "region", "device", "device_from", "tier", "rule", "valid_until", "max_height")}  # fmt: skip
    unset |= {"log.outcome": "cannot_decide", "log.reason": "cannot_decide", "log.status": 503, "log.policy": "<policy>", "log.network": "203.0.113.0/24"}
    unset |= {"body.outcome": "cannot_decide", "body.policy": "<policy>", "body.rule": None, "body.tiers": None, "body.message": None, "headers.retry-after": "5"}
    credentials = {
        "nobody": {},
        "a token": carried(tok()),
        "a token that is none": carried("x"),
        "a token in a cookie": {"cookie": f"playgate={tok()}"},
        "a login": bearer(cognito()),
        "a login that is none": bearer("x"),
        "a login whose keys cannot be had": bearer(cognito(kid="new")),
        "a login in a cookie": {"cookie": f"pg_login={cognito()}"},
        "something withdrawn": carried(tok(cti="s-withdrawn", iat=1_799_999_000)),
    }
    for clock, now in {"0": 0, "milliseconds": NOW * 1000, "the year 10000": 253_402_300_800}.items():
        for name, headers in credentials.items():
            case(f"clock: {clock}, {name}", "503 cannot_decide", now=now, headers=headers, also=unset | {"log.at": now, "log.route": "manifest", "log.title": "acme/one"})
        case(f"clock: {clock}, a bad token in the path", "503 cannot_decide", now=now, path=f"/t/x{MASTER}", also=unset)
        case(f"clock: {clock}, nobody, a device's header", "503 cannot_decide", now=now, path="/vod/acme/one/1080p/1.ts", headers={"cloudfront-is-mobile-viewer": "true"}, country=None, also=unset | {"log.height": 1080})
        case(f"clock: {clock}, the other delivery", "503 cannot_decide", world="cookie", now=now, query=f"playgate={now}", headers=bearer(cognito()), also=unset)
        case(f"clock: {clock}, another method", "405 method_not_allowed", now=now, method="DELETE", also={"log.outcome": None, "body.outcome": None})
        case(f"clock: {clock}, a path that is none", "400 path", now=now, path="/vod/../x")
    case("clock: 0, a token under a key without a beginning", "503 cannot_decide", world="plain", now=0, headers=carried(tok("plain")), also=unset)
    case("clock: milliseconds, a token under a key without end", "503 cannot_decide", world="plain", now=NOW * 1000, headers=carried(tok("plain")), also=unset)
    case("clock: 0, an api", "forward", path="/v1/catalog", now=0)
    case("clock: 0, no route", "404 no_route", path="/nothing", now=0)
    case("clock: 0, unknown title", "503 cannot_decide", path="/vod/nobody/1p/1", now=0)
    case("clock: milliseconds", "503 cannot_decide", path=CLIP, now=NOW * 1000)
    case("clock: the last second there is", "forward", path=CLIP, now=253_402_300_799)
    case("clock: after it", "503 cannot_decide", path=CLIP, now=253_402_300_800)
    case("clock: the last number there is", "503 cannot_decide", path=CLIP, now=2**53 - 1)
    case("clock: milliseconds, OPTIONS", "204", path=CLIP, now=NOW * 1000, method="OPTIONS")


def heights():
    held, screens = tok(), tok(path="/", device="tv")
    above = {"body.max_height": 1080, "log.outcome": "allow", "log.max_height": 1080, "log.rule": "studio/nordic"}
    for below in ("{}p/index.m3u8", "{}p/1.ts", "mobile/{}p/index.m3u8", "mobile/{}p/1.ts"):
        path = f"/vod/acme/one/{below}"
        case(f"height: {below.format(1080)}", "forward", path=path.format(1080), headers=carried(held))
        case(f"height: {below.format(1081)}", "403 height", path=path.format(1081), headers=carried(held), also=above)
        case(f"height: {below.format(65535)}", "403 height", path=path.format(65535), headers=carried(held), also=above)
    for name, cap, height, found, hand in (
        ("the token's is smaller", 720, 1080, 720, "403 height"),
        ("the token's is smaller, below", 720, 720, 720, "forward"),
        ("the grant's is smaller", 2160, 2160, 1080, "403 height"),
        ("the grant's is smaller, below", 2160, 1080, 1080, "forward"),
        ("the token's is nothing", 0, 1, 0, "403 height"),
        ("the token's is enormous", 2**32 - 1, 1080, 1080, "forward"),
    ):
        case(f"height: {name}", hand, path=f"/vod/acme/one/{height}p/1.ts", headers=carried(tok(max_height=cap)), also={"log.max_height": found})
    case("height: the token's is beyond numbers", "401 token_malformed", path=SEGMENT, headers=carried(tok(max_height=2**32)))
    case("height: only the token has one", "403 height", path="/vod/acme/two/1080p/1.ts", headers=carried(tok(path="/", max_height=720)), also={"body.max_height": 720})
    case("height: neither has one", "forward", path="/vod/acme/two/65535p/1.ts", headers=carried(tok(path="/")), also={"log.max_height": None})
    case("height: a manifest has none", "forward", headers=carried(tok(max_height=144)), also={"log.max_height": 144})
    case("height: audio has none", "forward", path="/vod/acme/one/audio/nor/1.aac", headers=carried(tok(max_height=144)))
    case("height: keys have none", "forward", path="/vod/acme/one/keys/k1", headers=carried(tok(max_height=144)))
    case("height: nobody is logged in", "403 height", path="/vod/free/nordic/1080p/1.ts", also={"body.max_height": 720, "log.credential": "none"})
    case("height: a login", "403 height", path="/vod/acme/one/1440p/1.ts", headers=bearer(cognito()), also=above)
    case("height: a login of basic", "403 height", path="/vod/acme/one/720p/1.ts", headers=bearer(cognito(**{"custom:subscription_tier": "basic"})), also={"body.max_height": 480})
    case("height: a token in a cookie", "403 height", path="/vod/acme/one/1440p/1.ts", headers={"cookie": f"playgate={held}"}, also=above)
    case("height: a token in the path", "403 height", path=f"/t/{held}/vod/acme/one/1440p/1.ts", also=above)
    case("height: by HEAD", "403 height", path="/vod/acme/one/1440p/1.ts", headers=carried(held), method="HEAD", also={"body": None, "log.reason": "height"})
    case("height: on a screen", "forward", path="/vod/acme/screens/2160p/1.ts", headers=carried(screens))
    case("height: on a screen, above", "403 height", path="/vod/acme/screens/4320p/1.ts", headers=carried(screens))
    case("height: denied before", "403 tier", path="/vod/acme/one/4320p/1.ts", headers=carried(tok(tier="other")))
    case("height: an own route", "403 height", world="routes", path="/movies/acme/two/v1080/1.m4s", headers={"x-pass": tok("routes", path="/", countries=None, max_height=720)})


def missing():
    """What is left out, one input after the other, of a request that would be forwarded."""
    whole = {"path": SEGMENT, "headers": carried(tok()), "country": "NO", "region": "03"}
    case("missing: nothing", "forward", **whole)
    case("missing: country", "forward", **whole | {"country": None}, also={"log.country_from": "table"})
    case("missing: region", "forward", **whole | {"region": None})
    case("missing: address", "forward", **whole | {"address": ""}, also={"viewer-request:log.country_from": "token", "log.network": None})
    case("missing: country and address", "forward | 403 token_country_unknown | 403 token_country_unknown", **whole | {"country": None, "address": ""}, also={"viewer-request:log.country_from": "token"})
    case("missing: user agent", "forward", **whole, agent=None, also={"log.device": "unknown", "log.device_from": None})
    case("missing: token", "401 no_credentials", **whole | {"headers": {}})
    case("missing: method", "400 method", **whole, method="")
    case("missing: path", "400 path", **whole | {"path": ""})
    case("missing: id", "forward", **whole, id="", also={"log.id": None})
    case("missing: host", "forward", **whole, host="")
    case("missing: all but the path", "401 no_credentials", path="/vod/acme/two/1p/1", agent=None, headers={}, country=None, region=None, address="", host="", id="", also={"log.device": "unknown"})
    case("missing: all but the path, title free", "forward", path=CLIP, agent=None, headers={}, country=None, region=None, address="", host="", id="")
    case("missing: country and address, login", "451 territory_unknown", path=SEGMENT, headers=bearer(cognito()), country=None, address="")
    case("missing: country and address, login, everywhere", "forward", path="/vod/acme/two/1p/1", headers=bearer(cognito()), country=None, address="")
    case("contradicting: region of another country", "forward", **whole | {"country": "SE", "region": "03", "headers": carried(tok(countries=["NO", "SE"]))}, also={"worker:log.region": "SE-03", "viewer-request:log.region": None})
    case("contradicting: IPv4 from here, token for IPv6", "403 token_ip", path=SEGMENT, headers=carried(tok(networks=["2001:db8:1::/48"])))


def oversized():
    """Inputs that are longer than anything that could be meant by them, yet no longer than a header may be."""
    case("oversized: country, no table", "451 territory_unknown", world="plain", path=NORDIC, country="NO" * 150, also={"log.country": None})
    case("oversized: region", "451 region_unknown", path="/vod/acme/oslo/1p/1", headers=carried(tok(path="/")), region="03" * 150, also={"log.region": None})
    case("oversized: address", "451 territory_unknown", path=NORDIC, country=None, address="203.0.113.9" * 30, also={"log.network": None})
    case("oversized: hint", "403 device", path="/vod/free/phones/master.m3u8", headers={"sec-ch-ua-mobile": "?1" * 150}, also={"log.device": "desktop", "log.device_from": "agent"})
    here = carried(tok(path=None, raw={312: {1: {0: "media.example.com"}}}))
    case("oversized: host", "403 token_uri", path=SEGMENT, headers=here, host="media.example.com" * 18)
    case("request id: quotes and lines, forwarded", "forward", path=CLIP, id='"\r\n{"at":0}', also={"log.id": '"\r\n{"at":0}'})


countries()
of_tokens()
regions()
devices()
decisions()
moments()
heights()
missing()
oversized()
