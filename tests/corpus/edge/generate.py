#!/usr/bin/env python3
"""Writes the corpus of the edge, cases.json and responses.json, and MATRIX.md from it. Deterministic; shares no code with the implementation.

    generate.py            write the files
    generate.py --check    fail if one of them is not what would be written
    generate.py --count    write them, and say how many outcomes there are of each kind

Needs `cryptography`, at the version in tests/peers/requirements.txt or any from 46 on, for the signatures of logins.
All keys are made for these tests and protect nothing.
"""

import collections
import json
import sys

import cases  # noqa: F401  (fills CASES)
from evaluator import evaluate
import matrix
import returning
from making import CASES, EVENTS, HERE, WORLDS


def short(outcome):
    """An outcome in the words that hand-written expectations are in."""
    if outcome["action"] == "refuse":
        return f"{outcome['status']} {outcome['body']['reason'] if outcome['body'] else outcome['log']['reason']}"
    return {"forward": "forward", "redirect": "redirect", "preflight": "204"}[outcome["action"]]


def at(outcome, path):
    for key in path.split("."):
        outcome = outcome.get(key) if isinstance(outcome, dict) else None
    return outcome


def expectations():
    """Every case with the outcomes of the evaluator, which must be those that were written by hand."""
    wrong, written, names = [], [], set()
    for case in CASES:
        outcomes = {event: evaluate(WORLDS[case["world"]], event, case["now"], case["request"]) for event in EVENTS}
        for event, hand in zip(EVENTS, case["hands"]):
            found = short(outcomes[event])
            if hand is not None and found != hand:
                wrong.append(f"{case['name']} at {event}: by hand `{hand}`, evaluated `{found}`")
        for path, value in case["also"].items():
            event, _, rest = path.partition(":") if ":" in path else ("", "", path)
            for name in [event] if event else EVENTS:
                found = at(outcomes[name], rest)
                if found != value:
                    wrong.append(f"{case['name']} at {name}: {rest} by hand {value!r}, evaluated {found!r}")
        if case["name"] in names:
            wrong.append(f"{case['name']}: the name is taken")
        names.add(case["name"])
        plain = {name: case[name] for name in ("name", "world", "now", "request")}
        written.append(plain | {"by_hand": case["hands"][0] is not None, "expect": outcomes})
    return wrong, written


def lines(items):
    return "[\n" + ",\n".join(json.dumps(item, ensure_ascii=True, separators=(",", ":")) for item in items) + "\n]"


def document(written):
    worlds = {}
    for world in WORLDS.values():
        folder = f"worlds/{world.name}"
        worlds[world.name] = {"settings": f"{folder}/edge.toml", "policies": f"{folder}/policies"}
    return f'{{"worlds": {json.dumps(worlds)},\n"cases": {lines(written)}}}\n'


def main():
    wrong, written = expectations()
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        sys.exit(f"{len(wrong)} expectations are not what was evaluated: read edge/REQUESTS.md, and mend one or the other")
    responses = returning.make(WORLDS)
    texts = {"cases.json": document(written), "responses.json": lines(responses) + "\n", "MATRIX.md": matrix.page(written)}
    for name, text in texts.items():
        file = HERE / name
        if "--check" not in sys.argv[1:]:
            file.write_text(text)
        elif not file.exists() or file.read_text() != text:
            sys.exit(f"{name} is not what would be written: run tests/corpus/edge/generate.py")
    kinds = collections.Counter(short(outcome) for case in written for outcome in case["expect"].values())
    if "--count" in sys.argv[1:]:
        for kind, count in sorted(kinds.items()):
            print(f"{count:5} {kind}")
    refused = sum(count for kind, count in kinds.items() if kind not in ("forward", "redirect", "204"))
    hands = sum(case["by_hand"] for case in written)
    print(f"{len(written)} cases, {hands} of them by hand; {sum(kinds.values())} outcomes, {refused} of them refusals")
    print(f"{len(responses)} responses")


if __name__ == "__main__":
    main()
