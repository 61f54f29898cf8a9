"""Holds our CPIX answers and boxes against the package cpix: answers.py FOLDER, the folder that the tests wrote to.

cpix reads every answer; its keys, vectors, systems and rules are those of the request and of the table of keys. What is in
the boxes is read with cpix's Widevine messages and lxml, and made again with cpix's own makers: key ids, scheme, header
version, algorithm, checksums, addresses; where cpix makes the same kind of header, byte for byte. Playlist lines and manifest
data carry the same boxes. One line for each difference and one with the counts; exit code 1 if any differ.
"""

import base64
import copy
import json
import pathlib
import re
import uuid

import cpix
from cpix.drm import playready, widevine
from cpix.drm.widevine_pb2 import WidevineCencHeader
from lxml import etree

from differences import Difference, finds, finish, same, written

CORPUS = pathlib.Path(__file__).resolve().parent.parent / "corpus" / "speke"
WIDEVINE = uuid.UUID("edef8ba9-79d6-4ace-a3c8-27dcd51d21ed")
PLAYREADY = uuid.UUID("9a04f079-9840-4286-ab92-e65be0885f95")
FAIRPLAY = uuid.UUID("94ce86fb-07ff-4f43-adb8-93d2fa968ca2")
COMMON = uuid.UUID("1077efec-c0b2-4d02-ace3-3c1e52e2fb4b")
AES_128 = uuid.UUID("3ea8778f-7742-4bf9-b18b-e834b2acbd47")
# MediaPackage's, which the package's list does not have.
cpix.VALID_SYSTEM_IDS.append(AES_128)

NAMESPACE = "{http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader}"
CPIX = "{urn:dashif:org:cpix}"
ALGORITHMS = {"cenc": "AESCTR", "cens": "AESCTR", "cbc1": "AESCBC", "cbcs": "AESCBC"}
METHODS = {"cenc": "SAMPLE-AES-CTR", "cens": "SAMPLE-AES-CTR", "cbc1": "SAMPLE-AES", "cbcs": "SAMPLE-AES"}
FORMATS = {
    WIDEVINE: f"urn:uuid:{WIDEVINE}",
    PLAYREADY: "com.microsoft.playready",
    FAIRPLAY: "com.apple.streamingkeydelivery",
    COMMON: "identity",
    AES_128: "identity",
}
LICENCES = "https://licences.example/v1/licenses/playready?a=1&b=2"
XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def decoded(text):
    return base64.b64decode(text, validate=True)


def check_widevine(box, kids, scheme):
    ours = widevine.PSSH_BOX.parse(box)
    same("Widevine box version", ours.version, 0)
    message = WidevineCencHeader()
    message.ParseFromString(ours.data)
    same("Widevine key ids", [bytes(kid) for kid in message.key_id], [kid.bytes for kid in kids])
    same("Widevine scheme", message.protection_scheme, widevine.PROTECTION_SCHEME[scheme])
    same("Widevine fields", sorted(field.name for field, _ in message.ListFields()), ["key_id", "protection_scheme"])
    theirs = widevine.generate_pssh([str(kid) for kid in kids], version=0, protection_scheme=scheme)
    same("Widevine box", box, theirs)


def check_playready(box, keys, scheme, address):
    """Keys are pairs of key id and key in hex. Gives the object in the box."""
    ours = playready.pssh_box.parse(box)
    same("PlayReady box version", ours.version, 0)
    header = etree.fromstring(ours.data[10:].decode("utf-16-le"))
    same("PlayReady object", ours.data, playready.generate_playready_object(ours.data[10:]))
    same("PlayReady header", header.tag, f"{NAMESPACE}WRMHEADER")
    algorithm = ALGORITHMS[scheme]
    one = len(keys) == 1 and algorithm == "AESCTR"
    same("PlayReady header version", header.get("version"), "4.0.0.0" if one else "4.3.0.0")
    same("PlayReady address", header.findtext(f"{NAMESPACE}DATA/{NAMESPACE}LA_URL"), address)
    sums = [playready.checksum(kid, key).decode() for kid, key in keys]
    ids = [base64.b64encode(kid.bytes_le).decode() for kid, _ in keys]
    data = header.find(f"{NAMESPACE}DATA")
    if one:
        same("PlayReady key id", data.findtext(f"{NAMESPACE}KID"), ids[0])
        same("PlayReady checksum", data.findtext(f"{NAMESPACE}CHECKSUM"), sums[0])
        protection = data.find(f"{NAMESPACE}PROTECTINFO")
        same("PlayReady algorithm", protection.findtext(f"{NAMESPACE}ALGID"), algorithm)
        same("PlayReady key length", protection.findtext(f"{NAMESPACE}KEYLEN"), "16")
    else:
        found = data.findall(f"{NAMESPACE}PROTECTINFO/{NAMESPACE}KIDS/{NAMESPACE}KID")
        same("PlayReady key ids", [kid.get("VALUE") for kid in found], ids)
        same("PlayReady algorithms", {kid.get("ALGID") for kid in found}, {algorithm})
        expected = sums if algorithm == "AESCTR" else [None] * len(ids)
        same("PlayReady checksums", [kid.get("CHECKSUM") for kid in found], expected)
    if address and not one:
        pairs = [{"key_id": str(kid), "key": key} for kid, key in keys]
        theirs = playready.generate_wrmheader(pairs, address, algorithm).decode("utf-16-le")
        # cpix keeps to 4.2 where there is no CBC; from 4.2 to 4.3 nothing else changes.
        theirs = theirs.replace('version="4.2.0.0"', 'version="4.3.0.0"')
        same("PlayReady header in full", ours.data[10:].decode("utf-16-le"), theirs)
    return ours.data


def check_case(case):
    kids = [uuid.UUID(key["kid"]) for key in case["keys"]]
    keys = [(kid, key["key"].upper()) for kid, key in zip(kids, case["keys"])]
    check_widevine(decoded(case["widevine"]), kids, case["scheme"])
    check_playready(decoded(case["playready"]), keys, case["scheme"], case["licence_url"])


def kept():
    lines = (CORPUS / "keys.tsv").read_text("utf-8").splitlines()
    fields = (line.split("\t") for line in lines if not line.startswith("#"))
    return {uuid.UUID(kid): (key, iv) for kid, key, iv in fields}


def attributes(line, tag):
    same("playlist tag", line.split(":", 1)[0], tag)
    return dict(re.findall(r'([A-Z-]+)=("[^"]*"|[^",]*)(?:,|$)', line.split(":", 1)[1]))


def check_line(system, kid, scheme, lines, box, pro):
    media, master = (attributes(line, tag) for line, tag in zip(lines, ("#EXT-X-KEY", "#EXT-X-SESSION-KEY")))
    same("lines of both playlists", media, master)
    same("attributes", sorted(media), ["KEYFORMAT", "KEYFORMATVERSIONS", "METHOD", "URI"])
    same("METHOD", media["METHOD"], "AES-128" if system == AES_128 else METHODS[scheme])
    same("KEYFORMAT", media["KEYFORMAT"], f'"{FORMATS[system]}"')
    same("KEYFORMATVERSIONS", media["KEYFORMATVERSIONS"], '"1"')
    address = {
        WIDEVINE: lambda: "data:text/plain;base64," + base64.b64encode(box).decode(),
        PLAYREADY: lambda: "data:text/plain;charset=UTF-16;base64," + base64.b64encode(pro).decode(),
        FAIRPLAY: lambda: f"skd://{kid}",
        COMMON: lambda: f"https://keys.example/v1/keys/{kid}",
        AES_128: lambda: f"https://keys.example/v1/keys/{kid}",
    }[system]()
    same("URI", media["URI"], f'"{address}"')


def check_system(asked, given, key, scheme):
    system, kid = uuid.UUID(asked.get("systemId")), uuid.UUID(asked.get("kid"))
    same("system", (given.system_id, given.kid), (system, kid))
    has_box = system in (WIDEVINE, PLAYREADY, COMMON)
    wanted = [etree.QName(child).localname for child in asked if isinstance(child.tag, str)]
    same("PSSH", given.pssh is not None, has_box and "PSSH" in wanted)
    same("ContentProtectionData", given.content_protection_data is not None, "ContentProtectionData" in wanted)
    same("HLSSignalingData", given.hls_signaling_data is not None, "HLSSignalingData" in wanted)
    box, pro = None, None
    if given.pssh is not None:
        box = decoded(given.pssh)
        if system == WIDEVINE:
            check_widevine(box, [kid], scheme)
        elif system == PLAYREADY:
            pro = check_playready(box, [(kid, decoded(key).hex().upper())], scheme, LICENCES)
        else:
            same("common box", box, bytes.fromhex("0000003470737368010000001077efecc0b24d02ace33c1e52e2fb4b00000001")
                 + kid.bytes + bytes(4))
    if given.content_protection_data is not None:
        data = etree.fromstring(b"<data>" + decoded(given.content_protection_data) + b"</data>")
        same("box in the manifest", data.findtext("{urn:mpeg:cenc:2013}pssh"), given.pssh)
        inside = data.findtext("{urn:microsoft:playready}pro")
        same("object in the manifest", inside and decoded(inside), pro)
    if given.hls_signaling_data is not None:
        lines = (decoded(given.hls_signaling_data).decode(), decoded(given.hls_signaling_data_master).decode())
        check_line(system, kid, scheme, lines, box, pro)
    return pro


def check_answer(asked, answer, keys):
    given = cpix.parse(answer)
    raw = etree.fromstring(answer)
    same("contentId and version", (given.content_id, given.version), (asked.get("contentId"), asked.get("version")))
    wanted = asked.findall(f"{CPIX}ContentKeyList/{CPIX}ContentKey")
    scheme = wanted[0].get("commonEncryptionScheme")
    same("number of keys", len(given.content_keys), len(wanted))
    for ask, key, element in zip(wanted, given.content_keys, raw.iter(f"{CPIX}ContentKey")):
        kid = uuid.UUID(ask.get("kid"))
        secret, vector = keys[kid]
        same("key id", key.kid, kid)
        same("key", key.cek, secret)
        expected = ask.get("explicitIV") or (vector if scheme in ("cbc1", "cbcs") else None)
        same("vector", key.explicit_iv, expected)
        same("scheme", element.get("commonEncryptionScheme"), scheme)
        same("key id as written", element.get("kid"), ask.get("kid"))
    systems = asked.findall(f"{CPIX}DRMSystemList/{CPIX}DRMSystem")
    same("number of systems", len(given.drm_systems), len(systems))
    elements = raw.findall(f"{CPIX}DRMSystemList/{CPIX}DRMSystem")
    for ask, system, element in zip(systems, given.drm_systems, elements):
        pro = check_system(ask, system, keys[uuid.UUID(ask.get("kid"))][0], scheme)
        smooth = element.findtext(f"{CPIX}SmoothStreamingProtectionHeaderData")
        same("Smooth", smooth and decoded(smooth), pro if ask.find(f"{CPIX}SmoothStreamingProtectionHeaderData") is not None else None)
    for name in ("ContentKeyPeriodList", "ContentKeyUsageRuleList"):
        same(name, outline(raw.find(CPIX + name)), outline(asked.find(CPIX + name)))


def outline(element):
    if element is None:
        return None
    children = [outline(child) for child in element if isinstance(child.tag, str)]
    return (element.tag, sorted(element.attrib.items()), children)


def damage(asked, answer, keys):
    """Every value in an answer that is base64 is changed once, and each time the difference is found."""
    values = {value for value in re.findall(rb'>([A-Za-z0-9+/]{16,}={0,2})<', answer)}
    for value in values:
        raw = bytearray(decoded(value))
        raw[len(raw) // 2] ^= 0x11
        changed = answer.replace(value, base64.b64encode(raw), 1)
        finds(f"a change of {value[:24]!r}", changed, lambda document: check_answer(asked, document, keys))
    return len(values)


def main():
    folder, keys, failures, damages = written(), kept(), [], 0
    cases = json.loads((folder / "boxes.json").read_text("utf-8"))
    for number, case in enumerate(cases):
        try:
            check_case(case)
            for name, value in (("scheme", "cens" if case["scheme"] == "cenc" else "cenc"), ("licence_url", "https://x")):
                finds(f"another {name}", {**copy.deepcopy(case), name: value}, check_case)
            if case["scheme"] in ("cenc", "cens"):
                other = copy.deepcopy(case)
                other["keys"][-1]["key"] = "00" * 16
                finds("another key", other, check_case)
        except Exception as error:
            failures.append(f"case {number} ({case['scheme']}, {len(case['keys'])} keys): {error}")
    answers = sorted(folder.glob("speke/*/answer.xml"))
    for path in answers:
        name = path.parent.name
        try:
            # The request of the corpus, and the answer that was written just now.
            asked = etree.fromstring((CORPUS / name / "request.xml").read_bytes())
            answer = path.read_bytes()
            if not answer.startswith(XML_HEAD.encode()):
                raise Difference("the answer does not begin with an XML declaration")
            check_answer(asked, answer, keys)
            damages += damage(asked, answer, keys)
        except Exception as error:
            failures.append(f"{name}: {type(error).__name__}: {error}")
    if len(cases) < 40 or len(answers) < 8:
        failures.append(f"there are {len(cases)} cases and {len(answers)} answers, fewer than 40 and 8")
    finish("drm-peers, cpix", failures, f"{len(cases)} cases of boxes, {len(answers)} answers, {damages} damaged answers found")


if __name__ == "__main__":
    main()
