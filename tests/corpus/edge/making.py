"""What cases are written with: ordinary tokens and logins, each part of which can be replaced, and the table of cases."""

import pathlib

import logins
import wire
from world import World

HERE = pathlib.Path(__file__).resolve().parent
NOW = 1_800_000_000  # 2027-01-15T08:00:00Z
EVENTS = ("viewer-request", "origin-request", "worker")
WORLDS = {name: World(name) for name in ("path", "cookie", "none", "plain", "routes", "bare", "keys")}
KEYS = {path.stem.removeprefix("test-only-"): logins.private_key(path) for path in sorted((HERE / "keys").glob("*.pem"))}

MASTER = "/vod/acme/one/master.m3u8"
CLIP = "/vod/free/clip/master.m3u8"
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
PHONE = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
TV = "Mozilla/5.0 (SMART-TV; Linux; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/5.0 Chrome/108.0.0.0 TV Safari/537.36"
COGNITO = "https://cognito-idp.eu-north-1.amazonaws.com/eu-north-1_TestOnly1"
OIDC = "https://login.example.com/"



def tok(world="path", kid=None, secret=None, raw=None, envelope=None, **claims):
    """An access token for acme/one in Norway; a claim that is None is left out, `raw` are claims by label."""
    world = WORLDS[world]
    kid = kid or world.keys[0]["kid"]
    if secret is None:
        secret = next(key["secret"] for key in world.keys if key["kid"] == kid)
    usual = {"iss": world.issuer, "sub": "a-1", "aud": world.audience, "exp": NOW + 1800, "iat": NOW - 60, "cti": "s-1"}
    usual |= {"path": "/vod/acme/one/", "countries": ["NO"], "tier": "premium"}
    usual |= claims
    made = {wire.LABELS[name]: value for name, value in usual.items() if name in wire.LABELS and value is not None}
    made[310] = 1
    if usual["cti"] is not None:
        made[7] = usual["cti"].encode() if isinstance(usual["cti"], str) else usual["cti"]
    if usual["path"] is not None:
        made[312] = {3: {1: usual["path"]}}
    if usual.get("networks"):
        made[311] = [wire.network(network) for network in usual["networks"]]
    made = {label: value for label, value in (made | (raw or {})).items() if value is not None}
    ordered = dict(sorted(made.items(), key=lambda claim: (claim[0] < 0, abs(claim[0]))))
    return wire.token(ordered, kid, secret, **(envelope or {}))


def cognito(key="cognito-1", algorithm="RS256", kid=None, header=None, secret=None, **claims):
    """An ID token of Cognito's for a premium viewer; a claim that is None is left out."""
    usual = {"sub": "a-1", "iss": COGNITO, "aud": "web-app", "token_use": "id", "origin_jti": "c-1", "iat": NOW - 300}
    usual |= {"exp": NOW + 3300, "custom:subscription_tier": "premium"}
    claims = {name: value for name, value in (usual | claims).items() if value is not None}
    header = {"kid": kid or key, "alg": algorithm.removesuffix("-DER")} | (header or {})
    header = {name: value for name, value in header.items() if value is not None}
    return logins.jwt(header, claims, KEYS[key] if secret is None else secret, algorithm)


def oidc(key="oidc-1", algorithm="ES256", kid=None, header=None, **claims):
    """A login of the other issuer's; it says no tier of its own."""
    usual = {"sub": "b-1", "iss": OIDC, "aud": "playgate", "sid": "o-1", "iat": NOW - 300, "exp": NOW + 3300}
    claims = {name: value for name, value in (usual | claims).items() if value is not None}
    header = {"kid": kid or key, "alg": algorithm.removesuffix("-DER"), "typ": "JWT"} | (header or {})
    header = {name: value for name, value in header.items() if value is not None}
    return logins.jwt(header, claims, KEYS[key], algorithm)


def bearer(login):
    return {"authorization": f"Bearer {login}"}


def carried(token):
    return {"x-playgate-token": token}


CASES = []


def case(name, hand=None, world="path", now=NOW, also=None, agent=DESKTOP, headers=None, **request):
    """One case. `hand` is what is expected, written by hand: one for all events, or three with ` | ` between them, in the
    order of EVENTS: `forward`, `redirect`, `204`, or status and reason. `also` are values by path, such as `log.device`.
    """
    asked = {"id": name, "method": "GET", "path": MASTER, "query": "", "host": "media.example.com"}
    asked |= {"address": "203.0.113.9", "country": "NO", "region": None}
    asked |= request
    sent = {} if agent is None else {"user-agent": agent}
    asked["headers"] = sent | (headers or {})
    hands = [None] * 3 if hand is None else hand.split(" | ") * (1 if " | " in hand else 3)
    CASES.append({"name": name, "world": world, "now": now, "request": asked, "hands": hands, "also": also or {}})
