"""`edge/REQUESTS.md` in Python: one request in, one outcome out. Its numbered sections are named where they begin.

Where that page is silent, what is held to be meant here is listed in README.md.
"""

import re

import deciding
import logins
import wire
from viewer import UNNAMED, Viewer, address_of, cookies, device_of, network_of, said_by_platform

LOG = """at id event method route title height credential kid session account country country_from region device device_from tier
    network action status reason outcome rule valid_until max_height policy""".split()
FORBIDDEN = ("token_path token_uri token_uri_unknown token_method token_country token_country_unknown token_region_unknown token_ip"
    " token_ip_unknown").split()  # fmt: skip
MEDIA = ("manifest", "playlist", "segment", "key", "license")
STATUS = {"unknown_title": 404, "territory": 451, "territory_unknown": 451, "region_unknown": 451, "blackout": 451}
STATUS |= {"not_yet": 403, "tier": 403, "device": 403, "expired": 410}
MARK_HOLDS = 30
LONGEST_ID = 128
# The headers that the page speaks of, beside the one for tokens.
SPOKEN = ("authorization", "cookie", "origin", "user-agent", "access-control-request-method")


class Refuse(Exception):
    def __init__(self, status, reason, headers=None, **body):
        super().__init__(reason)
        self.status, self.reason, self.headers, self.body = status, reason, headers or {}, body


# --- 2. The path --------------------------------------------------------------------------------


def canonical(path):
    if not path.startswith("/") or len(path) > 2048 or "//" in path or re.search(r"[\\?#]", path):
        return False
    if any(re.fullmatch(r"\.\.?(;.*)?", segment) for segment in path.split("/")):
        return False
    if re.search(r"%(?![0-9A-Fa-f]{2})", path):
        return False
    if re.search(r"%(2[EeFf5]|3[Bb]|5[Cc]|[01].|7[Ff]|[Cc][01]|[Ff][5-9A-Fa-f])", path):
        return False
    return not re.search(r"%[Ee]0%[89]|%[Ff]0%8", path)


# --- 3. The route -------------------------------------------------------------------------------


def matcher(template):
    pattern = re.escape(template)
    for name, form in (("title", "(?P<title>[^/]+(?:/[^/]+)*)"), ("rest", "[^/]+(?:/[^/]+)*"), ("segment", "[^/]+"), ("height", "(?P<height>[1-9][0-9]{0,4})")):  # fmt: skip
        pattern = pattern.replace(r"\{" + name + r"\}", form)
    return pattern


def stands_behind_titles(world, segment):
    """Whether some route has this segment behind its title, but for the last, which is a file's name."""
    for _, template, _ in world.routes:
        folders = template.partition("{title}/")[2].split("/")[:-1]
        for folder in folders:
            if folder != "{segment}" and re.fullmatch(re.escape(folder).replace(re.escape("{height}"), "[1-9][0-9]{0,4}"), segment):
                return True
    return False


def route_of(world, path):
    for kind, template, mobile in world.routes:
        found = re.fullmatch(matcher(template), path)
        if found is None:
            continue
        parts = found.groupdict()
        height = parts.get("height") and int(parts["height"])
        if height is not None and height > 65535:
            continue
        title = parts.get("title")
        if title and any(stands_behind_titles(world, segment) for segment in title.split("/")[1:]):
            continue
        scope = None if title is None else template[: template.index("{title}")] + title + "/"
        ladder = mobile and mobile.replace("{title}", title)
        return {"kind": kind, "title": title, "height": height, "scope": scope, "ladder": ladder}
    raise Refuse(404, "no_route")


# --- 8. What goes out ---------------------------------------------------------------------------


def mark_of(part):
    """The time in a part of the query that is a mark: digits of a number of 64 bits."""
    found = re.fullmatch("playgate=([0-9]+)", part)
    return int(found[1]) if found and int(found[1]) < 1 << 64 else None


class Request:
    def __init__(self, world, event, now, request):
        self.world, self.event, self.now, self.request = world, event, now, request
        # What is empty is not there.
        self.headers = {name: value for name, value in request["headers"].items() if value}
        self.query, self.method = request["query"], request["method"]
        self.id = request["id"].encode()[:LONGEST_ID].decode(errors="ignore") or None
        self.log = dict.fromkeys(LOG)
        self.log |= {"at": now, "id": self.id, "event": event}

    # --- 1. What comes in -----------------------------------------------------------------------

    def check_limits(self):
        address = address_of(self.request)
        # Of what came before the limits were looked at, method and network are known.
        good = re.fullmatch("[A-Z]{1,16}", self.method)
        self.log |= {"method": self.method if good else None, "network": network_of(address)}
        self.address = address
        if len(self.request["path"].encode()) + len(self.query.encode()) > 8192:
            raise Refuse(414, "uri_too_long")
        spoken = [self.headers.get(name, "") for name in (*SPOKEN, self.world.header)]
        if any(len(value.encode()) > 16_384 for value in spoken):
            raise Refuse(431, "header_too_large")
        for name, bad in (("path", "[^!-~]"), ("query", "[^!-~]|#")):
            if re.search(bad, self.request[name]):
                raise Refuse(400, name)
        if not good:
            raise Refuse(400, "method")

    def split_path(self):
        path, token = self.request["path"], None
        if path.startswith("/t/"):
            token, slash, rest = path[3:].partition("/")
            if not token or not slash:
                raise Refuse(400, "path")
            path = "/" + rest
        if not canonical(path):
            raise Refuse(400, "path")
        return path, token

    def outcome(self):
        try:
            self.check_limits()
            self.path, self.path_token = self.split_path()
            self.route = route_of(self.world, self.path)
            self.log |= {"route": self.route["kind"], "title": self.route["title"], "height": self.route["height"]}
            if self.route["title"] is None:
                if self.path_token is not None:
                    raise Refuse(400, "path")
                return self.forward(self.path, self.query, [])
            return self.media()
        except Refuse as refused:
            return self.refuse(refused)

    def media(self):
        post = self.route["kind"] == "license"
        self.allow = "GET, HEAD, OPTIONS" + (", POST" if post else "")
        if self.method == "OPTIONS":
            return self.preflight()
        if self.method not in ("GET", "HEAD", *(["POST"] if post else [])):
            raise Refuse(405, "method_not_allowed", {"allow": self.allow})
        # --- 4. Who asks: not before the clock is one.
        if not deciding.is_time(self.now):
            self.log |= {"outcome": "cannot_decide", "policy": "<policy>"}
            raise Refuse(503, "cannot_decide", outcome="cannot_decide", policy="<policy>")
        country, region = said_by_platform(self.event, self.request)
        source = "platform" if country else None
        if country is None:
            country = self.world.country_of(self.address)
            source = "table" if country else None
        self.log |= {"country": country, "country_from": source, "region": region}
        viewer, remembered = self.who(country, region)
        self.known(viewer, country, source, region)
        self.withdrawn(viewer)
        return self.decided(viewer, remembered)

    # --- 4. Who asks, in its order --------------------------------------------------------------

    def holds(self, token, credential, country, region):
        held = {"path": self.path, "method": self.method, "scheme": "https", "query": self.query}
        held["host"] = self.request["host"] or None
        held |= {"address": self.address, "country": country, "region": region}
        try:
            try:
                claims, kid = wire.verify(token, self.world.keys, self.world.policy, held, self.now)
            except wire.Refused as refused:
                if country is not None or self.event != "viewer-request" or refused.code != "country_unknown":
                    raise
                # The check of the country is left out only where the token is bound to exactly one place.
                claims, kid = wire.verify(token, self.world.keys, self.world.policy, held | {"country": False}, self.now)
                if len(claims[316]) != 1:
                    raise
            return Viewer().of_token(claims, kid, credential)
        except wire.Refused as refused:
            reason = "token_" + refused.code
            raise Refuse(403 if reason in FORBIDDEN else 401, reason) from None

    def logs_in(self, text, credential):
        try:
            return Viewer().of_login(*logins.login(text, self.world.logins, self.now), credential)
        except wire.Refused as refused:
            raise Refuse(503 if refused.code == "keys_unavailable" else 401, refused.code) from None

    def who(self, country, region):
        world, remembered = self.world, None
        for token, credential in ((self.path_token, "path"), (self.headers.get(world.header), "header")):
            if token is not None:
                self.log["credential"] = credential
                return self.holds(token, credential, country, region), None
        pairs = cookies(self.headers)
        for token in [value for name, value in pairs if name == world.cookie][:4]:
            try:
                return self.holds(token, "cookie", country, region), None
            except Refuse as refused:
                remembered = remembered or refused
        scheme, _, login = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            self.log["credential"] = "bearer"
            return self.logs_in(login.strip(), "bearer"), None
        for issuer in world.logins:
            login = next((value for name, value in pairs if name == issuer["cookie"]), None)
            if login is not None:
                try:
                    return self.logs_in(login, "login-cookie"), None
                except Refuse as refused:
                    remembered = remembered or refused
        return Viewer(), remembered

    def known(self, viewer, country, source, region):
        places = viewer.places or []
        if country is None and len(places) == 1:
            country, source = places[0][:2], "token"
            region = viewer.region or (places[0] if "-" in places[0] else None)
        device, device_from = device_of(self.event, self.headers, viewer.device)
        self.viewer = {"country": country, "region": region, "tier": viewer.tier, "device": device}
        self.log |= {"credential": viewer.credential, "kid": viewer.kid, "session": viewer.session}
        self.log |= {"account": viewer.account, "country": country, "country_from": source, "region": region}
        self.log |= {"device": device, "device_from": device_from}
        self.log["tier"] = None if viewer.tier == UNNAMED else viewer.tier

    # --- 6. Withdrawn ---------------------------------------------------------------------------

    def withdrawn(self, viewer):
        withdrawn = self.world.withdrawn
        moments = [withdrawn.get(("session", viewer.session)), withdrawn.get(("account", viewer.account))]
        late = any(moment is not None and (viewer.issued is None or viewer.issued <= moment) for moment in moments)
        if late or ("key", viewer.kid) in withdrawn:
            raise Refuse(401, "revoked", renew=True)

    # --- 7. May they ----------------------------------------------------------------------------

    def decided(self, viewer, remembered):
        answer = deciding.decide(self.world.rules, self.route["title"], now=self.now, **self.viewer)
        outcome, rule = answer["outcome"], answer.get("rule")
        self.log |= {"outcome": outcome, "rule": rule, "policy": "<policy>"}
        body = {"outcome": outcome, "rule": rule, "policy": "<policy>"}
        if outcome == "deny":
            body |= {"message": answer["message"], "available_from": deciding.text_of(answer["available_from"])}
            if "tiers" in answer:
                body["tiers"] = answer["tiers"]
            if answer["reason"] == "tier" and viewer.tier is None:
                first = remembered or Refuse(401, "no_credentials")
                raise Refuse(first.status, first.reason, **body)
            raise Refuse(STATUS[answer["reason"]], answer["reason"], **body)
        self.cap = min((cap for cap in (answer["max_height"], viewer.max_height) if cap is not None), default=None)
        self.log |= {"valid_until": deciding.text_of(answer["valid_until"]), "max_height": self.cap}
        if self.cap is not None and self.route["height"] is not None and self.route["height"] > self.cap:
            raise Refuse(403, "height", rule=rule, max_height=self.cap)
        if viewer.login is not None and self.route["kind"] == "manifest" and self.world.delivery != "none":
            return self.hand_out(viewer, answer)
        return self.forward_media()

    # --- 8. What goes out -----------------------------------------------------------------------

    def forward_media(self):
        path = self.path
        if self.route["ladder"] and self.viewer["device"] == "mobile":
            path = self.route["ladder"]
        query = self.without_marks() if self.world.delivery == "cookie" else self.query
        return self.forward(path, query, ["authorization", "cookie", self.world.header])

    def without_marks(self):
        return "&".join(part for part in self.query.split("&") if mark_of(part) is None)

    def forward(self, path, query, secret):
        removed = sorted(name for name in secret if name in self.headers)
        self.log["action"] = "forward"
        return {"action": "forward", "path": path, "query": query, "removed": removed, "log": self.log}

    def hand_out(self, viewer, answer):
        world, rule = self.world, answer["rule"]
        if answer["max_streams"] is not None and not world.uncounted:
            raise Refuse(403, "playback_required", rule=rule)
        marks = [mark for mark in map(mark_of, self.query.split("&")) if mark is not None]
        if world.delivery == "cookie" and any(0 <= self.now - mark < MARK_HOLDS for mark in marks):
            raise Refuse(403, "cookies_blocked", rule=rule)
        ends = [self.now + world.lifetime, viewer.expires, answer["valid_until"]]
        expires = min(end for end in ends if end is not None)
        if expires <= self.now:
            raise Refuse(401, "login_expired", rule=rule)
        key = world.minting_key(self.now, expires)
        if key is None:
            raise Refuse(503, "cannot_decide", rule=rule)
        expires = min(expires, key["until"] or expires)
        known = self.viewer
        minted = {
            "exp": expires,
            "iat": self.now,
            "iss": world.issuer,
            "aud": world.audience,
            "sub": viewer.account,
            "path": self.route["scope"],
            "countries": [known["country"]] if world.bind_country and known["country"] else None,
            "networks": [self.log["network"]] if world.bind_network and self.log["network"] else None,
            "max_height": answer["max_height"],
            "tier": known["tier"],
            "device": known["device"],
            "region": known["region"],
        }
        if not wire.has_room(minted, key):
            raise Refuse(503, "cannot_decide", rule=rule)
        self.log["session"] = "<session>"
        if world.delivery == "path":
            return self.redirect(minted, f"/t/<token>{self.path}", self.query, {})
        cookie = f"{world.cookie}=<token>; Path={self.route['scope']}; Max-Age={expires - self.now}; Secure; HttpOnly; SameSite=None"
        query, mark = self.without_marks(), f"playgate={self.now}"
        query = f"{query}&{mark}" if query else mark
        return self.redirect(minted, self.path, query, {"set-cookie": cookie})

    def redirect(self, minted, path, query, headers):
        headers |= {"location": f"{path}?{query}" if query else path, "cache-control": "no-store"}
        return self.answer("redirect", 302, None, headers, None) | {"minted": minted}

    def preflight(self):
        headers = {"allow": self.allow}
        if self.allowed_origin() and "access-control-request-method" in self.headers:
            headers["access-control-allow-methods"] = headers["allow"]
            headers["access-control-allow-headers"] = f"authorization, content-type, range, {self.world.header}"
            headers["access-control-max-age"] = str(self.world.max_age)
        return self.answer("preflight", 204, None, headers, None)

    def refuse(self, refused):
        body = {"type": f"urn:playgate:{refused.reason}", "status": refused.status, "reason": refused.reason}
        body |= {"rule": None, "request_id": self.id} | refused.body
        headers = {"content-type": "application/problem+json", "cache-control": "no-store"} | refused.headers
        if refused.status == 401:
            headers["www-authenticate"] = "Bearer"
        if refused.status == 503:
            headers["retry-after"] = "5"
        return self.answer("refuse", refused.status, refused.reason, headers, None if self.method == "HEAD" else body)

    def allowed_origin(self):
        origin = self.headers.get("origin")
        return origin if origin is not None and (origin in self.world.origins or "*" in self.world.origins) else None

    def answer(self, action, status, reason, headers, body):
        headers["x-content-type-options"] = "nosniff"
        if self.world.hsts:
            headers["strict-transport-security"] = self.world.hsts
        origin = self.allowed_origin()
        if origin is not None:
            headers |= {"access-control-allow-origin": origin, "vary": "origin"}
            headers["access-control-expose-headers"] = "date, content-length, content-range, retry-after, www-authenticate"
            if self.world.cors_credentials:
                headers["access-control-allow-credentials"] = "true"
        self.log |= {"action": action, "status": status, "reason": reason}
        return {"action": action, "status": status, "headers": dict(sorted(headers.items())), "body": body, "log": self.log}


def evaluate(world, event, now, request):
    return Request(world, event, now, request).outcome()
