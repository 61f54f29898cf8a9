"""`rights/LANGUAGE.md` in Python, as far as the policies of this corpus need it: no groups, times with an offset."""

import datetime
import pathlib
import re
import tomllib

COUNTRIES = set(
    """AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG
    CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL
    GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA
    LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP
    NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW""".split()
)
# Those that the cases name, with what each lies in.
SUBDIVISIONS = {"NO-03": "NO", "NO-46": "NO", "GB-ENG": "GB", "GB-SCT": "GB", "GB-MAN": "GB-ENG", "SE-AB": "SE"}
WORLD = "*"
FOREVER = float("inf")


def epoch(time):
    if time is None:
        return None
    if not isinstance(time, datetime.datetime) or time.tzinfo is None:
        raise ValueError(f"{time}: the policies of this corpus write times with an offset")
    return int(time.timestamp())


def text_of(seconds):
    if seconds is None:
        return None
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def load(folder):
    rules = {"grant": [], "blackout": []}
    for path in sorted(pathlib.Path(folder).glob("*.toml")):
        file = tomllib.loads(path.read_text())
        for kind, found in rules.items():
            for rule in file.get(kind, []):
                rule = {**rule, "id": f"{file['agreement']}/{rule['id']}"}
                rule["from"], rule["until"] = epoch(rule["from"]), epoch(rule.get("until"))
                found.append(rule)
    return rules


def chain(place):
    """The place and all that it lies in."""
    while place != WORLD:
        yield place
        place = SUBDIVISIONS.get(place, WORLD)
    yield WORLD


def listed(entries, inside):
    included = [entry for entry in entries if not entry.startswith("!")]
    excluded = [entry[1:] for entry in entries if entry.startswith("!")]
    return any(map(inside, included)), any(map(inside, excluded))


def title_fits(entries, title):
    inside = lambda entry: entry == "*" or entry == title or entry.endswith("/*") and title.startswith(entry[:-1])
    included, excluded = listed(entries, inside)
    return included and not excluded


def is_title(title):
    return len(title.encode()) <= 512 and all(
        re.fullmatch(r"[a-z0-9._-]+", segment) and segment not in (".", "..") for segment in title.split("/")
    )


def certainly(entries, place):
    here = lambda entry: entry in chain(place)
    near = lambda entry: here(entry) or place in chain(entry)
    return listed(entries, here)[0] and not listed(entries, near)[1]


def possibly(entries, place):
    here = lambda entry: entry in chain(place)
    near = lambda entry: here(entry) or place in chain(entry)
    return listed(entries, near)[0] and not listed(entries, here)[1]


def tier_fits(entries, tier):
    """`tier` is None for an anonymous viewer, and may be a text that is no name."""
    inside = lambda entry: entry == "anonymous" if tier is None else entry in ("*", tier) and entry != "anonymous"
    included, excluded = listed(entries, inside)
    return included and not excluded


def device_fits(entries, device):
    included, excluded = listed(entries, lambda entry: entry in ("*", device))
    return included and not excluded


def begun(rule, now):
    return rule["from"] <= now


def open_at(rule, now):
    return begun(rule, now) and (rule["until"] is None or now < rule["until"])


def order(grant):
    highest = lambda name: -(FOREVER if grant.get(name) is None else grant[name])
    return highest("max_height"), highest("max_streams"), highest("until"), grant["id"]


def ended_last(rule):
    return -(FOREVER if rule["until"] is None else rule["until"])


def is_time(now):
    """Whether a clock was set, and counts seconds."""
    return 0 < now <= 253_402_300_799


def decide(rules, title, country, region, tier, device, now):
    if not is_time(now):
        return {"outcome": "cannot_decide"}
    if country not in COUNTRIES:
        country = region = None
    if region is not None and country not in chain(region):
        region = None
    place = region or country or WORLD
    answer = judge(rules, title, place, country, tier, device, now)
    answer["rule"] = answer.pop("grant", {}).get("id", answer.get("rule"))
    return answer


def judge(rules, title, place, country, tier, device, now):
    grants = [grant for grant in rules["grant"] if is_title(title) and title_fits(grant["titles"], title)]
    hits = lambda rule: title_fits(rule["titles"], title) and possibly(rule["territories"], place)
    blackouts = [rule for rule in rules["blackout"] if hits(rule)]
    deny = lambda reason, **more: {"outcome": "deny", "reason": reason, "rule": None, "message": None, "available_from": None, **more}  # fmt: skip
    if not grants:
        return deny("unknown_title")
    here = [grant for grant in grants if certainly(grant["territories"], place)]
    if not here:
        if country is None:
            return deny("territory_unknown", rule=min(grants, key=order)["id"])
        maybe = [grant for grant in grants if possibly(grant["territories"], place)]
        return deny("region_unknown" if maybe else "territory", rule=min(maybe or grants, key=order)["id"])
    suits = lambda grant: tier_fits(grant["tiers"], tier) and device_fits(grant.get("devices", ["*"]), device)
    counting = lambda time: min((grant for grant in here if suits(grant) and open_at(grant, time)), key=order, default=None)
    playable = lambda time: counting(time) is not None and not any(open_at(rule, time) for rule in blackouts)
    moments = {grant["from"] for grant in here} | {rule["until"] for rule in blackouts if rule["until"] is not None}
    next_time = next((time for time in sorted(moments) if time > now and playable(time)), None)
    now_open = [grant for grant in here if open_at(grant, now)]
    if not now_open:
        later = [grant for grant in here if not begun(grant, now)]
        if not later:
            return deny("expired", rule=min(here, key=lambda grant: (ended_last(grant), order(grant)))["id"])
        if next_time is not None:
            return deny("not_yet", rule=counting(next_time)["id"], available_from=next_time)
        first = min(later, key=lambda grant: (grant["from"], order(grant)))
        return deny("not_yet", rule=first["id"], available_from=first["from"])
    of_tier = [grant for grant in now_open if tier_fits(grant["tiers"], tier)]
    if not of_tier:
        fitting = [grant for grant in now_open if device_fits(grant.get("devices", ["*"]), device)] or now_open
        tiers = sorted({entry for grant in fitting for entry in grant["tiers"]}, key=lambda entry: (entry[0] == "!", entry != "*", entry))  # fmt: skip
        return deny("tier", rule=min(now_open, key=order)["id"], tiers=tiers)
    counts = counting(now)
    if counts is None:
        return deny("device", rule=min(of_tier, key=order)["id"])
    dark = [rule for rule in blackouts if open_at(rule, now)]
    if dark:
        rule = min(dark, key=lambda rule: (ended_last(rule), rule["id"]))
        return deny("blackout", rule=rule["id"], message=rule.get("message"), available_from=next_time)
    ends = [counts["until"]] + [rule["from"] for rule in blackouts if rule["from"] > now]
    return {
        "outcome": "allow",
        "grant": counts,
        "valid_until": min((end for end in ends if end is not None), default=None),
        "max_height": counts.get("max_height"),
        "max_streams": counts.get("max_streams"),
    }
