"""What a world is made of: its settings with their defaults filled in, its keys, policies, addresses and withdrawals."""

import ipaddress
import pathlib
import tomllib

import deciding
import logins

HERE = pathlib.Path(__file__).resolve().parent
YEAR = "max-age=31536000; includeSubDomains"


def usual_routes():
    routes = []
    for root in ("/vod/{title}", "/live/{title}"):
        routes += [
            ("manifest", f"{root}/mobile/master.m3u8", None),
            ("manifest", f"{root}/master.m3u8", f"{root}/mobile/master.m3u8"),
            ("playlist", f"{root}/mobile/{{height}}p/index.m3u8", None),
            ("segment", f"{root}/mobile/{{height}}p/{{segment}}", None),
            ("playlist", f"{root}/audio/{{segment}}/index.m3u8", None),
            ("segment", f"{root}/audio/{{segment}}/{{segment}}", None),
            ("playlist", f"{root}/text/{{segment}}/index.m3u8", None),
            ("segment", f"{root}/text/{{segment}}/{{segment}}", None),
            ("playlist", f"{root}/{{height}}p/index.m3u8", None),
            ("segment", f"{root}/{{height}}p/{{segment}}", None),
            ("key", f"{root}/keys/{{segment}}", None),
        ]
    return routes + [("key", "/v1/keys/{rest}", None), ("license", "/v1/licenses/{rest}", None), ("api", "/v1/{rest}", None)]


class World:
    def __init__(self, name):
        folder = HERE / "worlds" / name
        file = tomllib.loads((folder / "edge.toml").read_text())
        tokens = file["tokens"]
        self.name = name
        self.delivery = tokens.get("delivery", "path")
        self.lifetime = tokens.get("lifetime", 14_400)
        self.cookie = tokens.get("cookie", "playgate")
        self.header = tokens.get("header", "x-playgate-token")
        self.issuer, self.audience = tokens.get("issuer"), tokens.get("audience")
        self.policy = {"issuer": self.issuer, "audience": self.audience, "leeway": tokens.get("leeway", 0)}
        self.bind_country = tokens.get("bind_country", True)
        self.bind_network = tokens.get("bind_network", False)
        self.uncounted = tokens.get("uncounted_streams", False)
        self.keys = [
            {
                "kid": key["kid"],
                "secret": bytes.fromhex((folder / key["file"]).read_text()),
                "from": key.get("from", 0),
                "until": key.get("until"),
            }
            for key in tokens["key"]
        ]
        self.logins = [
            {
                **{"token_use": [], "leeway": 0, "tier_claim": None, "groups_claim": None, "tiers": []},
                **{"default_tier": None, "cookie": None},
                **login,
                "public": logins.public_keys((folder / login["keys"]).read_text()),
            }
            for login in file.get("login", [])
        ]
        self.routes = [(r["kind"], r["path"], r.get("mobile")) for r in file.get("route", [])] or usual_routes()
        cors = file.get("cors", {})
        self.origins, self.cors_credentials = cors.get("origins", []), cors.get("credentials", False)
        self.max_age = cors.get("max_age", 600)
        self.hsts = file.get("security", {}).get("hsts", YEAR)
        self.addresses = None
        for table in file.get("addresses", {}).get("tables", []):
            lines = [line.split(",") for line in (folder / table).read_text().split()]
            self.addresses = (self.addresses or []) + [
                (ipaddress.ip_address(first), ipaddress.ip_address(last), code) for first, last, code in lines
            ]
        self.withdrawn = {}
        if "revocations" in file:
            for line in (folder / file["revocations"]["file"]).read_text().splitlines():
                kind, name_, moment = line.split()
                self.withdrawn[kind, name_] = int(moment)
        self.rules = deciding.load(folder / "policies")

    def country_of(self, address):
        for first, last, code in self.addresses or []:
            if address is not None and address.version == first.version and first <= address <= last:
                return code if code in deciding.COUNTRIES else None
        return None

    def minting_key(self, now, expires):
        """The newest key that is valid until then; if there is none, the newest; never one that was withdrawn."""
        valid = [key for key in self.keys if key["from"] <= now and (key["until"] is None or now < key["until"])]
        valid = [key for key in valid if ("key", key["kid"]) not in self.withdrawn]
        lasting = [key for key in valid if key["until"] is None or expires <= key["until"]]
        return max(reversed(lasting or valid), key=lambda key: key["from"], default=None)
