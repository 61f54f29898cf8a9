"""What the themes are built from: a policy folder, and viewers written one to a line.

    acme/one @2026-01-01|-1,0,+1 NO,SE/SE-AB,- premium,- tv,- = deny territory a/g ; why

is titles, a time (a day or a minute in UTC, with seconds before or after it), places (a country, or a country and a
region), tiers and devices. `-` leaves one out, and commas multiply. What stands behind `=` was reasoned out by hand
from the contract, for every viewer of the line; lines without it are for the evaluator alone.
"""

import datetime
import itertools

CASES = {}
EPOCH = datetime.datetime(1970, 1, 1)


def case(name, policy, viewers, more=()):
    """One folder; `policy` is one file's text, or texts by path."""
    assert name not in CASES, name
    files = policy if isinstance(policy, dict) else {"a.toml": policy}
    listed = [viewer for line in viewers.strip().splitlines() for viewer in read_line(line.strip())]
    CASES[name] = ({path: head(text) for path, text in files.items()}, [*listed, *more])


def head(text):
    text = text.strip() + "\n"
    return text if "schema" in text or text.startswith("[groups]") else "schema = 1\n" + text


def read_line(line):
    line, _, why = line.partition(" ; ")
    line, _, hand = line.partition(" = ")
    title, at, *rest = line.split()
    places, tiers, devices = [*(part.split(",") for part in rest), ["-"], ["-"], ["-"]][:3]
    for each, when, place, tier, device in itertools.product(title.split(","), times(at), places, tiers, devices):
        yield viewer(each, when, place, tier, device, hand.strip(), why.strip())


def viewer(title, at, place="-", tier="-", device="-", hand="", why=""):
    country, _, region = place.partition("/")
    request = {"title": title, "country": country, "region": region, "tier": tier, "device": device}
    request = {key: value for key, value in request.items() if key == "title" or value not in ("", "-")}
    request["at"] = at
    return request, outcome(hand) if hand else None, why


def times(text):
    moment, _, offsets = text.removeprefix("@").partition("|")
    return [epoch(moment) + int(offset) for offset in (offsets or "0").split(",")]


def epoch(text):
    return (datetime.datetime.fromisoformat(text.removesuffix("Z")) - EPOCH) // datetime.timedelta(seconds=1)


def written(at):
    when = EPOCH + datetime.timedelta(seconds=at)
    return f"{when.year:04}-{when:%m-%dT%H:%M:%S}Z"


def outcome(hand):
    """`allow RULE until=.. h=.. s=.. drm`, `deny REASON RULE from=.. tiers=.. msg=..`; left out is null."""
    hand, _, message = hand.partition(" msg=")
    word, *rest = hand.split()
    named = dict(part.split("=") for part in rest if "=" in part)
    plain = [part for part in rest if "=" not in part]
    if word == "allow":
        assert set(named) <= {"until", "h", "s"} and set(plain[1:]) <= {"drm"}, hand
        return {
            "outcome": "allow",
            "rule": plain[0],
            "valid_until": named.get("until") and written(epoch(named["until"])),
            "max_height": named.get("h") and int(named["h"]),
            "max_streams": named.get("s") and int(named["s"]),
            "drm": "drm" in plain[1:],
        }
    assert word == "deny" and set(named) <= {"from", "tiers"}, hand
    answer = {
        "outcome": "deny",
        "reason": plain[0],
        "rule": plain[1] if len(plain) > 1 else None,
        "message": message or None,
        "available_from": named.get("from") and written(epoch(named["from"])),
    }
    return answer if plain[0] != "tier" else {**answer, "tiers": named["tiers"].split(",")}


def grant(id, titles, territories, start, *more, tiers='["premium"]'):
    """A grant's text; lists and further keys as TOML writes them."""
    lines = [f'id = "{id}"', f"titles = {titles}", f"territories = {territories}", f"from = {start}", f"tiers = {tiers}"]
    return "\n[[grant]]\n" + "\n".join([*lines, *more]) + "\n"


def blackout(id, titles, territories, start, *more):
    lines = [f'id = "{id}"', f"titles = {titles}", f"territories = {territories}", f"from = {start}"]
    return "\n[[blackout]]\n" + "\n".join([*lines, *more]) + "\n"
