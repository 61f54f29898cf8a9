"""Writes the verifier's corpus beside itself, or with --check says whether the files are what it would write.

    python3 generate.py
    python3 generate.py --check
"""

import json
import sys
from pathlib import Path

# A test runs this file, and tests leave nothing behind.
sys.dont_write_bytecode = True

import requests_themes  # noqa: E402
import policy_themes  # noqa: E402
import proof_themes  # noqa: E402

HERE = Path(__file__).resolve().parent
THEMES = {**requests_themes.THEMES, **policy_themes.THEMES, **proof_themes.THEMES}


def text_of(theme, cases):
    """One line per field, so that a change shows as what it is."""
    lines = ["{", f' "theme": {json.dumps(theme)},', ' "cases": [']
    for index, one in enumerate(cases):
        lines.append("  {")
        fields = [f"   {json.dumps(name)}: {json.dumps(value)}" for name, value in one.items()]
        lines.append(",\n".join(fields))
        lines.append("  }" if index == len(cases) - 1 else "  },")
    lines += [" ]", "}"]
    return "\n".join(lines) + "\n"


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    wanted = {f"{theme}.json": text_of(theme, cases) for theme, cases in THEMES.items()}
    names = [one["name"] for cases in THEMES.values() for one in cases]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        print(f"names that stand twice: {', '.join(twice)}", file=sys.stderr)
        return 1
    if not arguments:
        for name, text in wanted.items():
            (HERE / name).write_text(text, encoding="utf-8")
        refusals = sum(one["expect"]["outcome"] == "refused" for cases in THEMES.values() for one in cases)
        print(f"{len(names)} cases in {len(wanted)} files, {refusals} of them refusals")
        return 0
    found = {path.name: path.read_text(encoding="utf-8") for path in HERE.glob("*.json")}
    differing = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if differing:
        print(f"not as generated: {', '.join(differing)}: run python3 generate.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
