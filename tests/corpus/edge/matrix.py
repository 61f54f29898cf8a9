"""The missing-input matrix: what each input gives where it is absent, malformed, oversized or contradicts another.

    page(written)    the text of MATRIX.md, from the cases with their outcomes
"""

import re

from making import EVENTS, HERE

COLUMNS = ("absent", "malformed", "oversized", "contradictory")
TESTS = HERE.parent.parent.parent / "edge" / "tests"

# What no single request can show, and the test that shows it.
CLOSED = "no edge opens"
DAMAGED = ("damage.rs", "what_a_checksum_guards_opens_only_whole")
KEYS = ("damage.rs", "damaged_keys_are_an_error_or_hold_nothing")
DOWN = ("attacks.rs", "an_issuer_that_is_down_takes_nobody_with_it")
SETS = ("attacks.rs", "what_is_withdrawn_is_refused_at_once")
BOUNDED = ("withdrawn.rs", "a_set_is_bounded")

# Input, and for each column what is shown: pairs of a condition and a case's name, or of words and a test.
ROWS = {
    "country": (
        [("the address is listed", "missing: country"), ("nobody knows", "country: None, no table")],
        [("nobody knows better", "country: 'N0', no table"), ("the address is listed", "country: T1, the table knows")],
        [("nobody knows better", "oversized: country, no table")],
        [("of the address", "table and platform differ"), ("of the token", "token's place: replayed from another country")],
    ),
    "region": (
        [("the rights ask for it", "region: not said"), ("they do not", "missing: region")],
        [("the rights ask for it", "region: ' 03' has no form")],
        [("the rights ask for it", "oversized: region")],
        [("of another country", "contradicting: region of another country"), ("of the token", "token's place: subdivision, platform says another")],
    ),
    "address": (
        [("the token knows", "missing: country and address"), ("nobody knows", "missing: country and address, login"), ("token for a network", "token: network, address empty")],
        [("nobody knows better", "table: '203.0.113.256' is no address"), ("token for a network", "token: network, address no address")],
        [("nobody knows better", "oversized: address")],
        [("of the token", "token: replayed from another network"), ("IPv4 and IPv6", "contradicting: IPv4 from here, token for IPv6")],
    ),
    "user agent": (
        [("any device may", "missing: user agent"), ("only screens may", "screens: nothing")],
        [("only screens may", "screens: control characters")],
        [("", "header user-agent of 16385 bytes")],
        [("of the CDN and the token", "device: a console, the CDN and a token say others")],
    ),
    "client hints": (
        [("the agent says it", "device: Android phone")],
        [("only phones may", "device: a hint of nothing")],
        [("only phones may", "oversized: hint")],
        [("of the agent", "device: a hint against the agent")],
    ),
    "token": (
        [("", "missing: token"), ("the title is free", "missing: all but the path, title free")],
        [("", "token: 3 letters"), ("in a cookie", "cookie: empty token")],
        [("", "token: too large"), ("as a header", "header x-playgate-token of 16385 bytes")],
        [("two in a header", "header: two tokens"), ("in path and header", "places: path before header"), ("of the path", "token: another title")],
    ),
    "login": (
        [("", "places: none")],
        [("", "login: two parts"), ("in a cookie", "login cookie: quote before")],
        [("", "login: too large"), ("as a header", "header authorization of 16385 bytes")],
        [("two in a header", "scheme: two logins"), ("of its key", "login: algorithm 'ES256'"), ("in header and cookie", "places: bearer before login-cookie")],
    ),
    "cookie": (
        [("", "empty headers: nobody")],
        [("", "cookie: quote before does not hold"), ("no cookie at all", "cookie: no separator is none")],
        [("", "header cookie of 16385 bytes")],
        [("one holds", "cookie: the second holds"), ("one withdrawn", "withdrawn: a cookie is not passed over")],
    ),
    "origin header": (
        [("", "missing: nothing"), ("preflight", "preflight: no origin")],
        [("", "foreign page, refused: 'tv.example.com'"), ("preflight", "foreign page, preflight: 'tv.example.com'")],
        [("", "header origin of 16385 bytes")],
        [("two in one", "foreign page, refused: 'https://tv.example.com, https://evil.example'")],
    ),
    "method": (
        [("", "missing: method")],
        [("", "method 'get'")],
        [("", "method 'GGGGGGGGGGGGGGGGG'")],
        [("of another header", "spoofed x-http-method-override"), ("of the token", "token: another method")],
    ),
    "request id": (
        [("", "missing: id")],
        [("", "request id: quotes and lines, forwarded")],
        [("", "request id: cut, forwarded")],
        [],
    ),
    "host": (
        [("", "missing: host"), ("token for a host", "token: no host")],
        [("", "host 'evil.example\\r\\nx: y' is not looked at")],
        [("token for a host", "oversized: host")],
        [("of the token", "token: another host")],
    ),
    "clock": (
        [("never set", "clock: 0, a token")],
        [("milliseconds", "clock: milliseconds, a token")],
        [("", "clock: the last number there is")],
        [("behind the token's maker", "token: begins in a second"), ("behind the issuer", "login: issued in 61 seconds")],
    ),
    "token keys": (
        [("of one token", "token: unknown key id"), (CLOSED, KEYS)],
        [(CLOSED, KEYS)],
        [],
        [("another key of this id", "token: another key under this id"), ("ended", "token: ended key")],
    ),
    "login keys": (
        [("of one login", "login: unknown key id"), ("in a cookie, not needed", "login cookie: keys cannot be had, nor are needed")],
        [("fetched: the old ones stay", DOWN)],
        [("fetched: the old ones stay", DOWN)],
        [("another key of this id", "login: a stranger's key under a known id"), ("another issuer's", "login: one issuer's claims under the other's key")],
    ),
    "policy bundle": ([(CLOSED, DAMAGED)], [(CLOSED, DAMAGED)], [(CLOSED, DAMAGED)], []),
    "address table": (
        [("nobody else knows", "country: None, no table")],
        [(CLOSED, DAMAGED)],
        [(CLOSED, DAMAGED)],
        [("of the platform", "table and platform differ")],
    ),
    "withdrawals": (
        [("", "withdrawn: a world without withdrawals")],
        [(CLOSED, DAMAGED), ("fetched: the old ones stay", SETS)],
        [("cannot be built", BOUNDED)],
        [("for the future", "withdrawn: a moment still to come")],
    ),
}  # fmt: skip

HEAD = """# The missing-input matrix

Written by `generate.py` from the cases; not to be edited. For each input: what a request gets if it is absent, malformed,
oversized, or contradicts another input. One answer holds at all events; three stand for viewer-request, origin-request and
worker in this order. Before a colon stands what the case is about, behind an answer the number of the case, or of the test in
`edge/tests` where no single request can show it. What is not there, nothing can be said of: `-`.

Nothing in it is forwarded for want of an input: where the rights, a token or a route ask for what is not known, the answer is
a refusal.

"""


def short(outcome):
    if outcome["action"] == "refuse":
        return f"{outcome['status']} {outcome['log']['reason']}"
    return {"preflight": "204"}.get(outcome["action"], outcome["action"])


def page(written):
    by_name = {case["name"]: case for case in written}
    shown = []

    def number(source):
        if source not in shown:
            shown.append(source)
        return shown.index(source) + 1

    def entry(condition, source):
        if isinstance(source, tuple):
            file, test = source
            if not re.search(rf"^fn {test}\(", (TESTS / file).read_text(), re.MULTILINE):
                raise SystemExit(f"MATRIX.md: there is no test {test} in {file}")
            return f"{condition} ({number(source)})"
        if source not in by_name:
            raise SystemExit(f"MATRIX.md: there is no case {source!r}")
        answers = [short(by_name[source]["expect"][event]) for event in EVENTS]
        answer = ", ".join(f"`{answer}`" for answer in (answers[:1] if len(set(answers)) == 1 else answers))
        return f"{condition + ': ' if condition else ''}{answer} ({number(source)})"

    table = [["input", *COLUMNS], ["---"] * 5]
    for name, cells in ROWS.items():
        table.append([name, *("<br>".join(entry(*pair) for pair in cell) or "-" for cell in cells)])
    text = HEAD + "".join(f"| {' | '.join(row)} |\n" for row in table) + "\n"
    for at, source in enumerate(shown, 1):
        if isinstance(source, tuple):
            text += f"{at}. `edge/tests/{source[0]}`, `{source[1]}`\n"
        else:
            world = by_name[source]["world"]
            text += f"{at}. `{source}`" + (f", in the world `{world}`\n" if world != "path" else "\n")
    return text
