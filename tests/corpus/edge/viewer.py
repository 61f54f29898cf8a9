"""`edge/REQUESTS.md`, section 5 and what section 4 looks into: addresses, places, devices, cookies, and who is behind a credential."""

import ipaddress
import re

import deciding
import logins
import wire

# A login without a tier: of one that no policy names.
UNNAMED = "<unnamed>"


def address_of(request):
    try:
        address = ipaddress.ip_address(request["address"] or "")
    except ValueError:
        return None
    if getattr(address, "scope_id", None):
        return None
    return getattr(address, "ipv4_mapped", None) or address


def network_of(address):
    if address is None:
        return None
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))


def said_by_platform(event, request):
    """Country and region, if the platform says them at this event."""
    country = region = None
    if event == "worker":
        country, region = request["country"], request["region"]
    if event == "origin-request":
        headers = request["headers"]
        country = request["country"] or headers.get("cloudfront-viewer-country")
        region = request["region"] or headers.get("cloudfront-viewer-country-region")
    # Letters in lower case are the country all the same.
    country = (country or "").upper()
    if country not in deciding.COUNTRIES:
        return None, None
    # Only the form is looked at, here; what is no region of the country is unknown to the rights.
    region = (region or "").removeprefix(country + "-")
    return country, f"{country}-{region}" if re.fullmatch("[A-Z0-9]{1,3}", region) else None


AGENTS = (
    ("cast", "CrKey"),
    ("tv", "SMART-TV|SmartTV|AppleTV|Apple TV|Web0S|BRAVIA|Roku"),
    ("console", "PlayStation|Xbox|Nintendo"),
    ("tablet", "iPad|Android(?!.*Mobile)"),
    ("mobile", "iPhone|Android.*Mobile"),
    ("desktop", "Windows NT|Macintosh|X11; Linux"),
)


def device_of(event, headers, claimed):
    named = next((device for device, pattern in AGENTS if re.search(pattern, headers.get("user-agent", ""))), None)
    if event == "origin-request":
        names = {"mobile": "mobile", "tablet": "tablet", "desktop": "desktop", "smarttv": "tv"}
        said = [device for name, device in names.items() if headers.get(f"cloudfront-is-{name}-viewer") == "true"]
        # They agree if they name one, or a tablet as a mobile device as well.
        if len(said) == 1 or said == ["mobile", "tablet"]:
            return (named, "agent") if named in ("console", "cast") else (said[-1], "cdn")
    if claimed:
        return claimed, "token"
    if headers.get("sec-ch-ua-mobile") == "?1":
        return "mobile", "hints"
    return (named, "agent") if named else ("unknown", None)


# --- 4. Who asks --------------------------------------------------------------------------------


def cookies(headers):
    pairs = [pair.strip().partition("=") for pair in headers.get("cookie", "").split(";") if "=" in pair]
    return [(name.strip(), re.sub('^"(.*)"$', r"\1", value.strip(), flags=re.DOTALL)) for name, _, value in pairs]


def usable(claim, longest):
    return claim if logins.plain(claim, longest) else None


class Viewer:
    def __init__(self):
        self.credential, self.kid, self.session, self.account, self.issued = "none", None, None, None, None
        self.tier = self.max_height = self.expires = None
        self.token = self.login = self.places = self.device = self.region = None

    def of_token(self, claims, kid, credential):
        self.credential, self.kid, self.token = credential, kid, claims
        session = claims.get(7)
        self.session = session.decode() if isinstance(session, bytes) else session
        self.account, self.issued, self.tier = claims.get(2), claims.get(6), claims.get(wire.TIER)
        self.max_height, self.expires, self.places = claims.get(wire.MAX_HEIGHT), claims[4], claims.get(316)
        self.device, self.region = claims.get(wire.DEVICE), claims.get(wire.REGION)
        return self

    def of_login(self, claims, issuer, kid, credential):
        self.credential, self.kid, self.login = credential, kid, claims
        # The session, the claim before the groups, and what cannot be used is not there: as in tests/corpus/logins.
        sessions = (usable(claims.get(name), logins.LONGEST_NAME) for name in ("sid", "origin_jti", "jti"))
        self.session = next(filter(None, sessions), None)
        self.account, self.issued, self.expires = claims.get("sub"), claims.get("iat"), claims["exp"]
        groups = claims.get(issuer["groups_claim"], [])
        groups = groups if isinstance(groups, list) else [groups]
        of_groups = next((tier for group, tier in issuer["tiers"] if group in groups), None)
        named = usable(claims.get(issuer["tier_claim"]), logins.LONGEST_TIER)
        self.tier = (named if named != "anonymous" else None) or of_groups or issuer["default_tier"] or UNNAMED
        return self
