"""A naive evaluator of policy folders, written rule by rule from rights/LANGUAGE.md.

It shares nothing with the engine: no tables, no normal forms, no index. It checks only as much of a policy as keeps
the corpus honest; what is wrong with wrong policies is the matter of the corpus beside this one.
"""

import datetime
import math
import re
import tomllib

from zones import instant

# Facts of ISO 3166, of just what the corpus uses: each subdivision with what it lies in.
PARENT = {
    "GB-ENG": "GB", "GB-SCT": "GB", "GB-WLS": "GB", "GB-NIR": "GB",
    "GB-MAN": "GB-ENG", "GB-LND": "GB-ENG", "GB-BIR": "GB-ENG",
    "GB-GLG": "GB-SCT", "GB-EDH": "GB-SCT", "GB-CRF": "GB-WLS", "GB-BFS": "GB-NIR",
    "FR-IDF": "FR", "FR-75C": "FR-IDF", "FR-ARA": "FR", "FR-69": "FR-ARA", "FR-01": "FR-ARA",
    "IT-25": "IT", "IT-MI": "IT-25", "ES-CT": "ES", "ES-B": "ES-CT", "ES-MD": "ES", "ES-M": "ES-MD",
    "NO-03": "NO", "NO-11": "NO", "NO-46": "NO", "NO-50": "NO",
    "US-CA": "US", "US-NY": "US", "US-TX": "US", "US-PR": "US",
    "DE-BY": "DE", "DE-BE": "DE", "CA-QC": "CA", "CA-ON": "CA", "SE-AB": "SE", "SE-O": "SE", "DK-84": "DK",
}  # fmt: skip
COUNTRIES = set(
    "AU BR CA CL CU DE DK EE ES FI FR GB GL IE IN IS IT JP LT LV MX NO NP NZ PR PT SE US ZA".split()
)
DEVICES = {"mobile", "tablet", "desktop", "tv", "console", "cast", "unknown"}
WORLD = "*"
OPEN = math.inf

KEYS = {
    "grant": ({"id", "titles", "territories", "from", "tiers"}, {"until", "devices", "max_height", "max_streams", "drm"}),
    "blackout": ({"id", "titles", "territories", "from"}, {"until", "message"}),
}


# --- Reading ------------------------------------------------------------------------------------


def read(folder):
    """The rules of a policy folder: its grants and its blackouts, as dictionaries."""
    grants, blackouts = [], []
    shared = folder / "groups.toml"
    shared = tomllib.loads(shared.read_text()).get("groups", {}) if shared.exists() else {}
    for path in sorted(folder.rglob("*.toml")):
        parts = path.relative_to(folder).parts
        if parts == ("groups.toml",) or any(part.startswith(".") for part in parts):
            continue
        file = tomllib.loads(path.read_bytes().decode().removeprefix("\ufeff"))
        assert file["schema"] == 1, path
        groups = file.get("groups", {})
        assert not set(groups) & set(shared), path
        for kind, into in (("grant", grants), ("blackout", blackouts)):
            for rule in file.get(kind, []):
                required, optional = KEYS[kind]
                assert required <= set(rule) <= required | optional, (path, rule)
                rule = dict(rule, id=f"{file['agreement']}/{rule['id']}", groups={**shared, **groups})
                rule["from"] = moment(rule["from"], file.get("timezone"))
                rule["until"] = moment(rule["until"], file.get("timezone")) if "until" in rule else OPEN
                assert rule["from"] < rule["until"], (path, rule)
                for name in ("titles", "territories", "tiers", "devices"):
                    assert name not in rule or any(not x.startswith("!") for x in rule[name]), (path, rule)
                for item in rule["territories"]:
                    assert known_territory(item.removeprefix("!"), rule["groups"]), (path, item)
                into.append(rule)
    ids = [rule["id"] for rule in grants + blackouts]
    assert len(ids) == len(set(ids)), ids
    return grants, blackouts


def known_territory(item, groups):
    return item == WORLD or item in groups or item in COUNTRIES or item in PARENT


def moment(value, zone):
    """A date of a policy as epoch seconds."""
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day)
        return min(instant(value, zone))
    if value.tzinfo is not None:
        return round(value.timestamp())
    (only,) = instant(value, zone)
    return only


# --- Titles -------------------------------------------------------------------------------------


def is_title(text):
    if len(text.encode()) > 512:
        return False
    segments = text.split("/")
    return all(re.fullmatch(r"[a-z0-9._-]+", s, re.ASCII) and s not in (".", "..") for s in segments)


def pattern_matches(pattern, title):
    if pattern == "*":
        return True
    if pattern.endswith("/*"):
        above = pattern.removesuffix("/*").split("/")
        segments = title.split("/")
        return len(segments) > len(above) and segments[: len(above)] == above
    return pattern == title


def titles_match(rule, title):
    included = [x for x in rule["titles"] if not x.startswith("!")]
    excluded = [x[1:] for x in rule["titles"] if x.startswith("!")]
    return (
        is_title(title)
        and any(pattern_matches(x, title) for x in included)
        and not any(pattern_matches(x, title) for x in excluded)
    )


# --- Territories --------------------------------------------------------------------------------


def around(place):
    """The place and all that encloses it."""
    places = [place]
    while place in PARENT:
        place = PARENT[place]
        places.append(place)
    return places if place == WORLD else [*places, WORLD]


def place_of(country, region):
    if country not in COUNTRIES:
        return WORLD
    if region in PARENT and country in around(region):
        return region
    return country


def certainly(items, groups, place):
    included = [x for x in items if not x.startswith("!")]
    excluded = [x[1:] for x in items if x.startswith("!")]
    return any(item_certainly(x, groups, place) for x in included) and not any(
        item_possibly(x, groups, place) for x in excluded
    )


def possibly(items, groups, place):
    included = [x for x in items if not x.startswith("!")]
    excluded = [x[1:] for x in items if x.startswith("!")]
    return any(item_possibly(x, groups, place) for x in included) and not any(
        item_certainly(x, groups, place) for x in excluded
    )


def item_certainly(item, groups, place):
    if item in groups:
        return certainly(groups[item], groups, place)
    return item in around(place)


def item_possibly(item, groups, place):
    if item in groups:
        return possibly(groups[item], groups, place)
    return item in around(place) or place in around(item)


# --- Tiers and devices --------------------------------------------------------------------------


def tiers_match(rule, tier):
    included = [x for x in rule["tiers"] if not x.startswith("!")]
    excluded = [x[1:] for x in rule["tiers"] if x.startswith("!")]
    if tier == "anonymous":
        return tier in included and tier not in excluded
    return (tier in included or "*" in included) and tier not in excluded


def devices_match(rule, device):
    included = [x for x in rule.get("devices", ["*"]) if not x.startswith("!")]
    excluded = [x[1:] for x in rule.get("devices", []) if x.startswith("!")]
    return (device in included or "*" in included) and device not in excluded


def tiers_together(rules):
    """The tiers of several grants as one list: `*` or not, then names, then what even `*` leaves out."""
    named = {t for rule in rules for t in rule["tiers"]} | {t[1:] for rule in rules for t in rule["tiers"] if t[0] == "!"}
    named -= {"*"}
    lets_in = {t for t in named if any(tiers_match(rule, t) for rule in rules)}
    if not any("*" in rule["tiers"] for rule in rules):
        return sorted(lets_in)
    # A login of a name that nobody wrote is let in, so what is left to say is who is not.
    return ["*", *sorted(lets_in & {"anonymous"}), *sorted(f"!{t}" for t in named - lets_in - {"anonymous"})]


# --- The decision -------------------------------------------------------------------------------


def order_of_allow(grant):
    return (
        -grant.get("max_height", OPEN),
        -grant.get("max_streams", OPEN),
        -grant["until"],
        grant["id"].encode(),
    )


def in_window(rule, at):
    return rule["from"] <= at < rule["until"]


def first(grants):
    return min(grants, key=order_of_allow)


class Viewer:
    def __init__(self, request):
        self.title = request["title"]
        self.place = place_of(request.get("country"), request.get("region"))
        self.tier = request.get("tier", "anonymous")
        self.device = request.get("device", "unknown")


def decide(policy, viewer, at):
    grants, blackouts = policy
    grants = [g for g in grants if titles_match(g, viewer.title)]
    blackouts = [
        b for b in blackouts
        if titles_match(b, viewer.title) and possibly(b["territories"], b["groups"], viewer.place)
    ]  # fmt: skip
    if not grants:
        return deny("unknown_title")

    here = [g for g in grants if certainly(g["territories"], g["groups"], viewer.place)]
    if not here:
        if viewer.place == WORLD:
            return deny("territory_unknown", first(grants))
        perhaps = [g for g in grants if possibly(g["territories"], g["groups"], viewer.place)]
        return deny("region_unknown", first(perhaps)) if perhaps else deny("territory", first(grants))

    now = [g for g in here if in_window(g, at)]
    if not now:
        later = [g for g in here if g["from"] > at]
        if later:
            when, rule = next_time(here, blackouts, viewer, at)
            if rule is None:
                soonest = min(g["from"] for g in later)
                when, rule = soonest, first([g for g in later if g["from"] == soonest])
            return deny("not_yet", rule, available_from=when)
        last = max(g["until"] for g in here)
        return deny("expired", first([g for g in here if g["until"] == last]))

    let_in = [g for g in now if tiers_match(g, viewer.tier)]
    if not let_in:
        would_do = [g for g in now if devices_match(g, viewer.device)] or now
        return deny("tier", first(now), tiers=tiers_together(would_do))

    matching = [g for g in let_in if devices_match(g, viewer.device)]
    if not matching:
        return deny("device", first(let_in))

    hitting = [b for b in blackouts if in_window(b, at)]
    if hitting:
        last = max(b["until"] for b in hitting)
        rule = min((b for b in hitting if b["until"] == last), key=lambda b: b["id"].encode())
        when, _ = next_time(here, blackouts, viewer, at)
        return deny("blackout", rule, message=rule.get("message"), available_from=when)

    rule = first(matching)
    ends = min([rule["until"], *(b["from"] for b in blackouts if b["from"] > at)])
    return {
        "outcome": "allow",
        "rule": rule["id"],
        "valid_until": None if ends == OPEN else ends,
        "max_height": rule.get("max_height"),
        "max_streams": rule.get("max_streams"),
        "drm": rule.get("drm", False),
    }


def next_time(here, blackouts, viewer, at):
    """The first instant after now at which the viewer could play, and the grant that counts then."""
    turns = {g["from"] for g in here} | {b["until"] for b in blackouts}
    for turn in sorted(t for t in turns if at < t < OPEN):
        matching = [
            g for g in here
            if in_window(g, turn) and tiers_match(g, viewer.tier) and devices_match(g, viewer.device)
        ]  # fmt: skip
        if matching and not any(in_window(b, turn) for b in blackouts):
            return turn, first(matching)
    return None, None


def deny(reason, rule=None, *, message=None, available_from=None, tiers=None):
    answer = {
        "outcome": "deny",
        "reason": reason,
        "rule": rule and rule["id"],
        "message": message,
        "available_from": available_from,
    }
    return answer if tiers is None else {**answer, "tiers": tiers}
