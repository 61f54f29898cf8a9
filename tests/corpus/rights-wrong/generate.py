#!/usr/bin/env python3
"""Writes the corpus of wrong policies: NAME/policy/** and NAME/expected.txt.

Each line of expected.txt is one error that must be reported, in the order of files and lines:

    FILE:LINE:COLUMN WORD     its place (from 1, in characters), and a word that its message or suggestion contains
    FILE:LINE WORD            any column
    FILE WORD                 anywhere in the file
    - WORD                    an error of the folder as a whole

The word may be missing. No wrong policy may be accepted, and every listed error must be reported at once.

    generate.py            write the files
    generate.py --check    fail if a file is not what would be written, or is not ours
"""

import pathlib
import sys

sys.dont_write_bytecode = True  # before the imports that would write it

import themes_files  # noqa: F401 (each theme adds its cases)
import themes_keys  # noqa: F401
import themes_lists  # noqa: F401
import themes_times  # noqa: F401
from building import CASES

HERE = pathlib.Path(__file__).resolve().parent


def main():
    files = {}
    for name, (texts, expected) in CASES.items():
        files.update({f"{name}/policy/{path}": text for path, text in texts.items()})
        files[f"{name}/expected.txt"] = expected.encode()
    if "--check" not in sys.argv[1:]:
        for path, text in files.items():
            (HERE / path).parent.mkdir(parents=True, exist_ok=True)
            (HERE / path).write_bytes(text)
    wrong = [path for path, text in files.items() if not (HERE / path).exists() or (HERE / path).read_bytes() != text]
    ours = {str(p.relative_to(HERE)) for p in HERE.glob("*/**/*") if p.is_file() and "__pycache__" not in p.parts}
    wrong += sorted(ours - set(files))
    errors = sum(len(expected.splitlines()) for _, expected in CASES.values())
    print(f"{len(CASES)} folders, {errors} errors")
    for path in wrong:
        print(f"{path}: not what would be written, or not ours", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
