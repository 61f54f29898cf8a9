#!/usr/bin/env python3
"""Writes the corpus of decisions: tests/corpus/rights/NAME/policy/*.toml and NAME/viewers.json.

The themes give policies and viewers; the evaluator in language.py, written from rights/LANGUAGE.md alone, reads the
written policies and gives what is expected. Where a theme states by hand what must come out, both must agree.
`tiers` is a list of the policy language, whose order says nothing. places.json is every code that the corpus takes for
one, with what encloses it.

    generate.py            write the files
    generate.py --check    fail if a file is not what would be written, or is not ours
"""

import json
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True  # before the imports that would write it

import themes_caps  # noqa: F401 (each theme adds its cases)
import themes_places  # noqa: F401
import themes_reasons  # noqa: F401
import themes_titles  # noqa: F401
import themes_times  # noqa: F401
import themes_viewers  # noqa: F401
from building import CASES, written
from language import COUNTRIES, PARENT, WORLD, Viewer, decide, read

HERE = pathlib.Path(__file__).resolve().parent


def expected(policy, request):
    answer = decide(policy, Viewer(request), request["at"])
    for key in ("valid_until", "available_from"):
        if answer.get(key) is not None:
            answer[key] = written(answer[key])
    return answer


def files_of(name):
    """Every file of a case, and where the evaluator and the hand do not agree."""
    policies, viewers = CASES[name]
    files = {f"{name}/policy/{path}": text for path, text in policies.items()}
    wrong, entries = [], []
    with tempfile.TemporaryDirectory() as folder:
        for path, text in policies.items():
            file = pathlib.Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        policy = read(pathlib.Path(folder))
    for request, by_hand, why in viewers:
        answer = expected(policy, request)
        if by_hand is not None and answer != by_hand:
            wrong.append(f"{name}: {json.dumps(request)} {why}\n  by hand   {by_hand}\n  evaluator {answer}")
        entry = dict(request)
        if by_hand is not None:
            entry["by_hand"] = True
        entry["expect"] = answer
        entry["why"] = why
        entries.append(json.dumps(entry, ensure_ascii=False))
    files[f"{name}/viewers.json"] = "[\n" + ",\n".join(entries) + "\n]\n"
    return files, wrong, len(viewers), sum(by_hand is not None for _, by_hand, _ in viewers)


def main():
    files, wrong, viewers, by_hand, reasons = {}, [], 0, 0, {}
    for name in CASES:
        written_files, disagreements, all_of_them, of_which = files_of(name)
        files.update(written_files)
        wrong += disagreements
        viewers += all_of_them
        by_hand += of_which
    for text in (text for path, text in files.items() if path.endswith("viewers.json")):
        for entry in json.loads(text):
            reason = entry["expect"].get("reason", "allow")
            reasons[reason] = reasons.get(reason, 0) + 1
    # The same once more in one file, for tests that have no folders: WebAssembly.
    together = {name: {"policy": CASES[name][0], "viewers": json.loads(files[f"{name}/viewers.json"])} for name in CASES}
    lines = (f"{json.dumps(name)}: {json.dumps(case, ensure_ascii=False)}" for name, case in together.items())
    files["all.json"] = "{\n" + ",\n".join(lines) + "\n}\n"
    places = {**dict.fromkeys(COUNTRIES, WORLD), **PARENT}
    files["places.json"] = json.dumps(places, indent=0, sort_keys=True) + "\n"
    if "--check" in sys.argv[1:]:
        ours = {str(p.relative_to(HERE)) for p in HERE.glob("*/**/*") if p.is_file() and "__pycache__" not in p.parts}
        wrong += [f"{path}: not ours" for path in sorted(ours - set(files))]
        for path, text in files.items():
            if not (HERE / path).exists() or (HERE / path).read_bytes() != text.encode():
                wrong.append(f"{path}: not what would be written")
    elif not wrong:
        for path, text in files.items():
            (HERE / path).parent.mkdir(parents=True, exist_ok=True)
            (HERE / path).write_text(text)
    print(f"{len(CASES)} folders, {viewers} viewers, {by_hand} of them by hand; {reasons}")
    print("\n".join(wrong), file=sys.stderr, end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
