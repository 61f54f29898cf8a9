"""Holds our `pssh` boxes against pymp4's reading of them: boxes.py FOLDER, the folder that the tests wrote to.

Every field of every box: kind, version, system, key ids, size of the data, and the outer shape of PlayReady's object. One
line for each difference and one with the counts; exit code 1 if any differ.
"""

import base64
import copy
import json
import struct
import uuid

from pymp4.parser import Box

from differences import Difference, finds, finish, same, written

SYSTEMS = {
    "widevine": uuid.UUID("edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"),
    "playready": uuid.UUID("9a04f079-9840-4286-ab92-e65be0885f95"),
    "common": uuid.UUID("1077efec-c0b2-4d02-ace3-3c1e52e2fb4b"),
}


def check(case):
    kids = [uuid.UUID(key["kid"]) for key in case["keys"]]
    for name, system in SYSTEMS.items():
        raw = base64.b64decode(case[name], validate=True)
        box = Box.parse(raw)
        same(f"{name}: kind", box.type, b"pssh")
        same(f"{name}: size", len(raw), box.end)
        same(f"{name}: system", box.system_ID, system)
        same(f"{name}: flags", box.flags, 0)
        same(f"{name}: version", box.version, 1 if name == "common" else 0)
        same(f"{name}: key ids", list(box.key_IDs or []), kids if name == "common" else [])
        same(f"{name}: written again", Box.build(box), raw)
        if name == "common":
            same("common: data", box.init_data, b"")
        if name == "playready":
            total, records, kind, length = struct.unpack("<IHHH", box.init_data[:10])
            same("playready: object", (total, records, kind, length), (len(box.init_data), 1, 1, total - 10))
            header = box.init_data[10:].decode("utf-16-le")
            same("playready: header", (header[:11], header[-12:]), ("<WRMHEADER ", "</WRMHEADER>"))


def damaged(case, name, place):
    case = copy.deepcopy(case)
    raw = bytearray(base64.b64decode(case[name]))
    raw[place] ^= 1
    case[name] = base64.b64encode(raw).decode()
    return case


def main():
    cases = json.loads((written() / "boxes.json").read_text("utf-8"))
    failures = []
    for number, case in enumerate(cases):
        try:
            check(case)
            for name in SYSTEMS:
                for place in (3, 4, 8, 12, 27, 31):
                    finds(f"byte {place} of {name}", damaged(case, name, place), check)
            finds("a key id of the common box", damaged(case, "common", 40), check)
        except Exception as error:
            failures.append(f"case {number} ({case['scheme']}, {len(case['keys'])} keys): {error}")
    if len(cases) < 40:
        failures.append(f"there are {len(cases)} cases, fewer than 40")
    finish("drm-peers, pymp4", failures, f"{len(cases)} cases of {len(SYSTEMS)} boxes")


if __name__ == "__main__":
    main()
