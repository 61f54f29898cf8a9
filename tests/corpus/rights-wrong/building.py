"""What wrong policies are built from: correct text in which a value is replaced by a wrong one and marked.

`⟦word⟧` stands right before the first character of what is wrong and says which word the error, or its suggestion,
must contain (nothing: any). `⟦word|line⟧` asks for the line only, and `⟦word|file⟧` for the file only, where readers
of TOML may well differ on the exact place.
"""

import re

CASES = {}
HEAD = 'schema = 1\nagreement = "a"\n'
MARK = re.compile("⟦([^⟧|]*)(?:\\|(line|file))?⟧")

GRANT = {
    "id": '"g"',
    "titles": '["acme/*"]',
    "territories": '["NO"]',
    "from": "2026-01-01T00:00:00Z",
    "tiers": '["premium"]',
}
BLACKOUT = {key: value for key, value in GRANT.items() if key != "tiers"} | {"id": '"b"'}
EXPECT = {"title": '"acme/one"', "country": '"NO"', "tier": '"premium"', "at": "2026-06-01T12:00:00Z", "outcome": '"allow"'}


def table(kind, fields, mark, changes):
    fields = {**fields, **{key.rstrip("_"): value for key, value in changes.items()}}
    lines = [f"{key} = {value}" for key, value in fields.items() if value is not None]
    return f"\n{mark}[[{kind}]]\n" + "\n".join(lines) + "\n"


def grant(mark="", **changes):
    """A grant that is right but for the changes; `None` leaves a key out, and `from_` is `from`."""
    return table("grant", GRANT, mark, changes)


def blackout(mark="", **changes):
    return table("blackout", BLACKOUT, mark, changes)


def expect(mark="", **changes):
    return table("expect", EXPECT, mark, changes)


def case(name, files, *, change=None, nowhere=()):
    """One folder: the text of `a.toml`, or texts by path. `change` is done to the bytes, without moving anything.

    `nowhere`: words of errors that have no place.
    """
    assert name not in CASES, name
    files = files if isinstance(files, dict) else {"a.toml": files}
    written, errors = {}, []
    for path, marked in files.items():
        text, found = unmark(marked)
        for line, column, word, only in found:
            place = {"file": path, "line": f"{path}:{line}"}.get(only, f"{path}:{line}:{column}")
            errors.append((path, line, column, f"{place} {word}".rstrip()))
        written[path] = change(text.encode()) if change else text.encode()
    expected = [f"- {word}" for word in nowhere] + [error for *_, error in sorted(errors)]
    assert expected, name
    CASES[name] = (written, "\n".join(dict.fromkeys(expected)) + "\n")


def unmark(marked):
    """The text without its marks, and where they stood: line and column in characters, from 1."""
    text, found, at = "", [], 0
    for mark in MARK.finditer(marked):
        text += marked[at : mark.start()]
        at = mark.end()
        line_start = text.rfind("\n") + 1
        found.append((text.count("\n") + 1, len(text) - line_start + 1, mark[1], mark[2]))
    return text + marked[at:], found
