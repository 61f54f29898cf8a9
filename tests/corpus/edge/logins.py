"""Logins, made and read: JWT, written for this corpus and used nowhere else.

The writer can make wrong things as well. The reader answers with the reason codes of `tests/corpus/logins`.
"""

import hashlib
import hmac
import json
import math
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from wire import LATEST, Refused, b64, unb64

LARGEST_LOGIN = 8192
LONGEST_NAME = 256
LONGEST_TIER = 64
AHEAD = 60


def compact(value):
    return value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()


def sign(key, algorithm, data):
    match algorithm:
        case "RS256":
            return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        case "RS512":
            return key.sign(data, padding.PKCS1v15(), hashes.SHA512())
        case "ES256" | "ES256-DER":
            der = key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
            if algorithm == "ES256-DER":
                return der
            return b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(der))
        case "HS256":
            return hmac.new(key, data, hashlib.sha256).digest()
        case "none":
            return b""
    raise ValueError(algorithm)


def jwt(header, claims, key, algorithm):
    data = f"{b64(compact(header))}.{b64(compact(claims))}"
    return f"{data}.{b64(sign(key, algorithm, data.encode()))}"


def public_keys(jwks):
    number = lambda text: int.from_bytes(unb64(text), "big")
    keys = {}
    for key in json.loads(jwks)["keys"]:
        if key["kty"] == "RSA":
            made = rsa.RSAPublicNumbers(number(key["e"]), number(key["n"])).public_key()
        else:
            made = ec.EllipticCurvePublicNumbers(number(key["x"]), number(key["y"]), ec.SECP256R1()).public_key()
        keys[key["kid"]] = (key["alg"], made)
    return keys


def signature_holds(key, algorithm, data, signature):
    try:
        if algorithm == "RS256":
            key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
            return True
        if len(signature) != 64:
            return False
        der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
        key.verify(der, data, ec.ECDSA(hashes.SHA256()))
        return True
    except InvalidSignature:
        return False


class Members(dict):
    """An object of JSON that knows whether a name stood in it twice."""

    def __init__(self, pairs):
        super().__init__(pairs)
        self.twice = len(self) != len(pairs)


def seconds(value, rounded=math.floor):
    """A time in a login, in whole seconds; None if it is none, or beyond all clocks."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= LATEST:
        return None
    return rounded(value)


def plain(value, longest):
    """Text that may stand in a log: not empty, not too long, without control characters."""
    return isinstance(value, str) and 0 < len(value.encode()) <= longest and not re.search(r"[\x00-\x1f\x7f-\x9f]", value)


def login(text, issuers, now):
    """The claims of a login that holds, its issuer's configuration and the id of its key. The codes and their order are
    those of tests/corpus/logins, but for keys that would have to be fetched: any fetch fails here."""
    if len(text.encode()) > LARGEST_LOGIN:
        raise Refused("login_too_large")
    parts = [unb64(part) for part in text.split(".")]
    if len(parts) != 3 or None in parts:
        raise Refused("login_malformed")
    try:
        header, claims = (json.loads(part.decode(), object_pairs_hook=Members) for part in parts[:2])
    except ValueError:
        raise Refused("login_malformed") from None
    if not all(isinstance(part, Members) and not part.twice for part in (header, claims)):
        raise Refused("login_malformed")
    if not isinstance(header.get("kid", ""), str):
        raise Refused("login_malformed")
    if header.get("alg") not in ("RS256", "ES256"):
        raise Refused("login_algorithm")
    if not parts[2]:
        raise Refused("login_malformed")
    if "crit" in header:
        raise Refused("login_critical")
    issuer = next((issuer for issuer in issuers if issuer["issuer"] == claims.get("iss")), None)
    if issuer is None:
        raise Refused("login_issuer")
    expires = seconds(claims.get("exp"))
    if expires is None:
        raise Refused("login_no_expiry")
    if now >= expires + issuer["leeway"]:
        raise Refused("login_expired")
    kid = header.get("kid")
    if kid is None:
        if len(issuer["public"]) != 1:
            raise Refused("login_unknown_key")
        kid = next(iter(issuer["public"]))
    if kid not in issuer["public"]:
        raise Refused("keys_unavailable")
    algorithm, key = issuer["public"][kid]
    if header["alg"] != algorithm:
        raise Refused("login_algorithm")
    if not signature_holds(key, algorithm, text.rpartition(".")[0].encode(), parts[2]):
        raise Refused("login_signature")
    audience = claims.get("aud")
    if "aud" not in claims and claims.get("token_use") == "access":
        audience = claims.get("client_id")
    audience = audience if isinstance(audience, list) and "aud" in claims else [audience]
    if not all(isinstance(name, str) for name in audience) or not set(audience) & set(issuer["audience"]):
        raise Refused("login_audience")
    if issuer["token_use"] and claims.get("token_use") not in issuer["token_use"]:
        raise Refused("login_use")
    rounded = {"nbf": math.ceil, "iat": math.floor}
    times = {name: seconds(claims[name], rounded[name]) for name in rounded if name in claims}
    if None in times.values() or not plain(claims.get("sub"), LONGEST_NAME):
        raise Refused("login_claim")
    if now + issuer["leeway"] < times.get("nbf", 0) or now + max(AHEAD, issuer["leeway"]) < times.get("iat", 0):
        raise Refused("login_not_yet_valid")
    return claims | times | {"exp": expires}, issuer, kid


def private_key(path):
    return serialization.load_pem_private_key(path.read_bytes(), None)
