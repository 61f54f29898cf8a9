"""Access tokens, made and read: CBOR and COSE_Mac0, written for this corpus and used nowhere else.

The writers can make wrong things as well. The readers answer with the reason codes of `signer/src/token`.
"""

import base64
import hashlib
import hmac
import ipaddress
import re
import struct

LATEST = 253_402_300_799
MAX_HEIGHT, TIER, DEVICE, REGION = -70001, -70002, -70003, -70004
LABELS = {"iss": 1, "sub": 2, "aud": 3, "exp": 4, "nbf": 5, "iat": 6, "methods": 313, "countries": 316}
LABELS |= {"max_height": MAX_HEIGHT, "tier": TIER, "device": DEVICE, "region": REGION}
LARGEST_TOKEN = 1024


class Refused(Exception):
    """A credential that does not hold, with its code."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text):
    """Base64url without padding, and without bits left over; None if it is something else."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        return None
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return raw if b64(raw) == text else None


# --- CBOR ---------------------------------------------------------------------------------------


class Tag:
    def __init__(self, number, value):
        self.number, self.value = number, value


def head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    for info, form, limit in ((24, ">B", 8), (25, ">H", 16), (26, ">I", 32), (27, ">Q", 64)):
        if number < 1 << limit:
            return bytes([major << 5 | info]) + struct.pack(form, number)
    raise ValueError(number)


def write(value):
    match value:
        case int() if not isinstance(value, bool):
            return head(0, value) if value >= 0 else head(1, -1 - value)
        case bytes():
            return head(2, len(value)) + value
        case str():
            return head(3, len(value.encode())) + value.encode()
        case list():
            return head(4, len(value)) + b"".join(map(write, value))
        case dict():
            return head(5, len(value)) + b"".join(write(key) + write(item) for key, item in value.items())
        case Tag():
            return head(6, value.number) + write(value.value)
    raise TypeError(value)


class Bytes:
    """A reader of the CBOR that tokens are made of. Whatever it does not know is malformed."""

    def __init__(self, raw):
        self.raw, self.at = raw, 0

    def take(self, count):
        if self.at + count > len(self.raw):
            raise Refused("malformed")
        self.at += count
        return self.raw[self.at - count : self.at]

    def item(self):
        first = self.take(1)[0]
        major, info = first >> 5, first & 31
        if info > 27:
            raise Refused("malformed")
        number = info if info < 24 else int.from_bytes(self.take(1 << (info - 24)), "big")
        if major == 0:
            return number
        if major == 1:
            return -1 - number
        if major in (2, 3):
            raw = self.take(number)
            if major == 2:
                return raw
            try:
                return raw.decode()
            except UnicodeDecodeError:
                raise Refused("malformed") from None
        if major == 4:
            return [self.item() for _ in range(number)]
        if major == 5:
            pairs = {}
            for _ in range(number):
                key = self.item()
                if not isinstance(key, (int, str)) or key in pairs:
                    raise Refused("malformed")
                pairs[key] = self.item()
            return pairs
        if major == 6:
            return Tag(number, self.item())
        raise Refused("malformed")


def read(raw):
    reader = Bytes(raw)
    value = reader.item()
    if reader.at != len(raw):
        raise Refused("malformed")
    return value


# --- Access tokens ------------------------------------------------------------------------------


def network(text):
    """A network as RFC 9164 has it, whole."""
    net = ipaddress.ip_network(text)
    packed = net.network_address.packed
    number = 52 if net.version == 4 else 54
    return Tag(number, packed if net.prefixlen == net.max_prefixlen else [net.prefixlen, packed])


def token(claims, kid, secret, protected=None, unprotected=None, tag=None):
    protected = write({1: 5} if protected is None else protected)
    payload = write(claims)
    mac = hmac.new(secret, write(["MAC0", protected, b"", payload]), hashlib.sha256).digest()
    unprotected = {4: kid.encode()} if unprotected is None else unprotected
    return b64(write(Tag(61, Tag(17, [protected, unprotected, payload, mac if tag is None else tag]))))


def has_room(minted, key):
    """Whether a token with these claims is small enough, whatever its session is: 1 byte or 64."""
    claims = {LABELS[name]: value for name, value in minted.items() if name in LABELS and value is not None}
    claims |= {310: 1, 312: {3: {1: minted["path"]}}}
    if minted["networks"]:
        claims[311] = [network(text) for text in minted["networks"]]
    small, large = (len(unb64(token(claims | {7: bytes(size)}, key["kid"], key["secret"]))) for size in (1, 64))
    if small <= LARGEST_TOKEN < large:
        raise ValueError(f"{small} to {large} bytes: whether this fits is not known here; make the case clearer")
    return large <= LARGEST_TOKEN


def typed(claims, label, kind, default=None):
    value = claims.get(label, default)
    if label in claims and (not isinstance(value, kind) or isinstance(value, int) and value < 0):
        raise Refused("malformed")
    return value


URI_PARTS = {
    312: ({0: "scheme", 1: "host", 2: "port", 3: "path", 4: "query", 5: "parent", 6: "filename", 7: "stem", 8: "extension"},
          {0: "exact", 1: "prefix", 2: "suffix", 3: "contains"}),
    401: ({1: "host", 2: "path", 3: "extension"}, {1: "prefix", 2: "suffix", 3: "exact"}),
}  # fmt: skip
OF_PATH = ("path", "parent", "filename", "stem", "extension")


def part_of(request, part):
    path = request["path"]
    parent, _, filename = path.rpartition("/")
    stem, dot, extension = filename.rpartition(".")
    parts = {"path": path, "parent": parent, "filename": filename, "stem": stem if dot else filename}
    parts["extension"] = dot + extension if dot else ""
    return parts.get(part, request.get(part))


def fits(part, how, expected, actual):
    if part in ("scheme", "host"):
        expected, actual = expected.lower(), actual.lower()
    if how == "prefix" and part in ("path", "parent"):
        rest = actual.removeprefix(expected)
        return actual.startswith(expected) and (not rest or rest.startswith("/") or expected.endswith("/"))
    if how == "suffix" and part == "host":
        rest = actual.removesuffix(expected)
        return actual.endswith(expected) and (not rest or rest.endswith(".") or expected.startswith("."))
    return {
        "exact": actual == expected,
        "prefix": actual.startswith(expected),
        "suffix": actual.endswith(expected),
        "contains": expected in actual,
    }[how]


def check_uri(claims, label, request):
    parts, hows = URI_PARTS[label]
    if not isinstance(claims[label], dict) or not claims[label]:
        raise Refused("malformed")
    mismatch = None
    for number, matches in claims[label].items():
        if not isinstance(number, int) or not isinstance(matches, dict) or not matches:
            raise Refused("malformed")
        if number not in parts:
            raise Refused("unsupported_claim")
        for how, expected in matches.items():
            if how not in hows:
                raise Refused("unsupported_claim")
            expected = expected if label == 401 and isinstance(expected, list) else [expected]
            if not all(isinstance(text, str) and (text or hows[how] == "exact") for text in expected):
                raise Refused("malformed")
            actual = part_of(request, parts[number])
            if actual is None or not any(fits(parts[number], hows[how], text, actual) for text in expected):
                path = parts[number] in OF_PATH
                mismatch = mismatch or ("uri_unknown" if actual is None else "path" if path else "uri")
    if mismatch:
        raise Refused(mismatch)


def check_places(places, country, region):
    if not isinstance(places, list) or not all(isinstance(place, str) for place in places):
        raise Refused("malformed")
    if country is None:
        raise Refused("country_unknown")
    whole = [place for place in places if "-" not in place]
    parts = [place for place in places if place.startswith(country + "-")]
    if country in whole or region is not None and region in parts:
        return
    raise Refused("region_unknown" if parts and region is None else "country")


def check_networks(claims, label, address):
    inside = False
    for entry in typed(claims, label, list):
        if label == 402:
            inside |= address is not None and address in ipaddress.ip_network(entry)
            continue
        if isinstance(entry, int):
            raise Refused("unsupported_claim")
        if not isinstance(entry, Tag) or entry.number not in (52, 54):
            raise Refused("malformed")
        size = 4 if entry.number == 52 else 16
        prefix, octets = entry.value if isinstance(entry.value, list) else (size * 8, entry.value)
        net = ipaddress.ip_network((octets.ljust(size, b"\0"), prefix))
        inside |= address is not None and address.version == net.version and address in net
    if address is None:
        raise Refused("ip_unknown")
    if not inside:
        raise Refused("ip")


def verify(text, keys, policy, request, now):
    """The claims of a token that holds, and the id of its key. `request["country"]` is False to leave that check out."""
    if len(text) > 1366:
        raise Refused("too_large")
    raw = unb64(text)
    if raw is None:
        raise Refused("malformed")
    if len(raw) > LARGEST_TOKEN:
        raise Refused("too_large")
    message = read(raw)
    if isinstance(message, Tag) and message.number == 61:
        message = message.value
    if not isinstance(message, Tag) or message.number != 17 or not isinstance(message.value, list) or len(message.value) != 4:
        raise Refused("malformed")
    protected, unprotected, payload, mac = message.value
    header = read(protected) if protected else {}
    if not isinstance(header, dict):
        raise Refused("malformed")
    if 2 in header and any(label not in (1, 2, 4) or label not in header for label in header[2]):
        raise Refused("critical")
    if header.get(1) != 5:
        raise Refused("algorithm")
    if len(mac) != 32 or not isinstance(unprotected, dict) or set(unprotected) - {4}:
        raise Refused("malformed")
    kid = unprotected.get(4, header.get(4))
    right = lambda key: hmac.compare_digest(
        mac, hmac.new(key["secret"], write(["MAC0", protected, b"", payload]), hashlib.sha256).digest()
    )
    valid = lambda key: key["from"] <= now and (key["until"] is None or now < key["until"])
    if kid is not None:
        key = next((key for key in keys if key["kid"].encode() == kid), None)
        if key is None:
            raise Refused("unknown_key")
        if not valid(key):
            raise Refused("key_expired")
        if not right(key):
            raise Refused("bad_mac")
    else:
        current = [key for key in keys if valid(key)]
        key = next(filter(right, current), None)
        if key is None:
            raise Refused("bad_mac" if current else "key_expired")
    claims = read(payload)
    if not isinstance(claims, dict):
        raise Refused("malformed")
    hold(claims, policy, request, now)
    return claims, key["kid"]


def hold(claims, policy, request, now):
    for label, kind in ((1, str), (2, str), (4, int), (5, int), (6, int), (7, (bytes, str)), (MAX_HEIGHT, int), (TIER, str), (DEVICE, str), (REGION, str)):  # fmt: skip
        typed(claims, label, kind)
    if claims.get(MAX_HEIGHT, 0) >= 1 << 32:
        raise Refused("malformed")
    if {311, 312, 313} & set(claims) and {401, 402, 403} & set(claims):
        raise Refused("ambiguous")
    if any(label in (8, 41, 42, 43, 44, 282, 309, 314, 315, 317, 318, 319, 320, 321, 324, 325, 326) for label in claims):
        raise Refused("unsupported_claim")
    if claims.get(308, 0) != 0 or claims.get(310, 1) != 1:
        raise Refused("unsupported_claim")
    expires = claims.get(4, LATEST + 1)
    if expires > LATEST:
        raise Refused("no_expiry")
    if now >= expires + policy["leeway"]:
        raise Refused("expired")
    if now + policy["leeway"] < claims.get(5, 0):
        raise Refused("not_yet_valid")
    if policy["issuer"] is not None and claims.get(1) != policy["issuer"]:
        raise Refused("issuer")
    audience = claims.get(3, [])
    audience = [audience] if isinstance(audience, str) else audience
    if (3 in claims or policy["audience"] is not None) and policy["audience"] not in audience:
        raise Refused("audience")
    for label in (312, 401):
        if label in claims:
            check_uri(claims, label, request)
    for label in (313, 403):
        if label in claims and request["method"] not in typed(claims, label, list):
            raise Refused("method")
    if 316 in claims and request["country"] is not False:
        check_places(claims[316], request["country"], request["region"])
    for label in (311, 402):
        if label in claims:
            check_networks(claims, label, request["address"])
