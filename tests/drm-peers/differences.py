"""What the checks share: comparing, and counting what was compared."""

import pathlib
import sys


class Difference(Exception):
    """Ours and theirs are not the same."""


compared = 0


def same(what, ours, theirs):
    global compared
    compared += 1
    if ours != theirs:
        raise Difference(f"{what}: ours is {ours!r}, theirs {theirs!r}")


def written():
    """The folder that the tests of the origin API wrote to."""
    folder = pathlib.Path(sys.argv[1])
    if not folder.is_dir():
        sys.exit(f"{folder} is not there; run `cargo test -p origin-api --test drm` first")
    return folder


def finds(what, damaged, check):
    """A check that finds nothing in what is damaged is no check."""
    try:
        check(damaged)
    except Exception:
        return
    raise Difference(f"{what} was not found")


def finish(name, failures, units):
    for failure in failures:
        print(f"{name}: {failure}", file=sys.stderr)
    print(f"{name}: {units}, {compared} values compared, {len(failures)} differ")
    sys.exit(1 if failures else 0)
