#!/usr/bin/env python3
"""Writes the login corpus: tests/corpus/logins/all.json.

Shares no code with the implementation: JSON and base64 are Python's own, signatures those of PyCA's `cryptography`.
ES256 signatures are random, so a run writes other bytes; --check therefore looks at what is there.

    generate.py            write the file, and the keys in tests/keys if they are not there
    generate.py --check    fail if the cases are not those of this script

All keys are made for these tests and protect nothing.

Held once against aws-jwt-verify (its `JwtVerifier`, which knows nothing of `token_use`), holds or not: 209 of 248 cases
agree. It refuses two that hold here, an access token without `aud` and a token without `kid`. It takes 37 that are
refused here: names twice, padding and stray bits in base64, text that is not UTF-8, overlong tokens and payloads,
`crit`, `token_use`, no or absurd `exp`, the very second of `exp`, `iat` in the future, and an unusable `sub` or time.
No token whose signature is refused here holds there.
"""

import base64
import hashlib
import hmac
import json
import pathlib
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

HERE = pathlib.Path(__file__).resolve().parent
KEYS = HERE.parent.parent / "keys"
NOW = 1_800_000_000
COGNITO = "https://cognito-idp.eu-north-1.amazonaws.com/eu-north-1_TestOnly1"
OTHER = "https://login.example.com/"
SINGLE = "https://single.example.com"
CLIENT = "1example23456789"
KID = "rsa-2026"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


# --- keys ---------------------------------------------------------------------------------------


def key(name, make):
    path = KEYS / f"test-only-login-{name}.pem"
    if not path.exists():
        path.write_bytes(
            make().private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    return serialization.load_pem_private_key(path.read_bytes(), None)


def new_rsa(bits, exponent=65537):
    return lambda: rsa.generate_private_key(exponent, bits)


def new_p256():
    return ec.generate_private_key(ec.SECP256R1())


RSA = key("rsa", new_rsa(2048))
RSA_SECOND = key("rsa-second", new_rsa(2048))
RSA_STRANGER = key("rsa-stranger", new_rsa(2048))
RSA_4096 = key("rsa-4096", new_rsa(4096))
RSA_E3 = key("rsa-e3", new_rsa(2048, 3))
P256 = key("p256", new_p256)
P256_STRANGER = key("p256-stranger", new_p256)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def big(number):
    return b64(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def jwk(private, kid, **more):
    numbers = private.public_key().public_numbers()
    if isinstance(private, rsa.RSAPrivateKey):
        members = {"kty": "RSA", "n": big(numbers.n), "e": big(numbers.e)}
    else:
        members = {
            "kty": "EC",
            "crv": "P-256",
            "x": b64(numbers.x.to_bytes(32, "big")),
            "y": b64(numbers.y.to_bytes(32, "big")),
        }
    return ({"kid": kid} if kid else {}) | members | more


JWKS = {
    "cognito": {
        "keys": [
            jwk(RSA, KID, alg="RS256", use="sig"),
            jwk(RSA_SECOND, "rsa-2025", alg="RS256", use="sig"),
            jwk(P256, "ec-2026", alg="ES256", use="sig"),
            jwk(RSA_4096, "rsa-4096"),
            jwk(RSA_E3, "rsa-e3", use="sig", key_ops=["verify"]),
            jwk(RSA_STRANGER, "for-encryption", use="enc"),
            jwk(RSA_STRANGER, "for-rs512", alg="RS512", use="sig"),
            {"kty": "oct", "kid": "shared", "k": b64(b"no secret"), "alg": "HS256"},
            {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": b64(bytes(32))},
        ]
    },
    "other": {"keys": [jwk(RSA_SECOND, "only"), jwk(P256, "ec-only")]},
    "single": {"keys": [jwk(P256, None)]},
}
ISSUERS = [
    {
        "keys": "cognito",
        "issuer": {
            "issuer": COGNITO,
            "audience": [CLIENT, "second-client"],
            "token_use": ["id", "access"],
            "tier_claim": "custom:subscription_tier",
            "groups_claim": "cognito:groups",
            "tiers": [{"group": "family-plan", "tier": "family"}, {"group": "paying", "tier": "premium"}],
            "default_tier": "free",
            "cookie": "login",
        },
    },
    {"keys": "other", "issuer": {"issuer": OTHER, "audience": ["playgate"], "leeway": 120, "tier_claim": "tier"}},
    {
        "keys": "single",
        "issuer": {
            "issuer": SINGLE,
            "audience": ["playgate"],
            "token_use": ["id"],
            "groups_claim": "groups",
            "tiers": [{"group": "a", "tier": "premium"}],
            "keys_url": "https://keys.example.com/set.json",
        },
    },
]


# --- tokens -------------------------------------------------------------------------------------


def rs256(message, private=RSA, digest=None):
    return private.sign(message, padding.PKCS1v15(), digest or hashes.SHA256())


def ps256(message, private=RSA):
    return private.sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


def es256_der(message, private=P256):
    return private.sign(message, ec.ECDSA(hashes.SHA256()))


def raw(r, s):
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def es256(message, private=P256):
    return raw(*decode_dss_signature(es256_der(message, private)))


def es256_mirrored(message):
    r, s = decode_dss_signature(es256_der(message))
    return raw(r, ORDER - s)


def hs256(secret):
    return lambda message: hmac.new(secret, message, hashlib.sha256).digest()


def by(signer, private):
    return lambda message: signer(message, private)


def constant(signature):
    return lambda message: signature


def dump(value):
    return value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()


def jwt(header, payload, signer=rs256):
    message = f"{b64(dump(header))}.{b64(dump(payload))}"
    return f"{message}.{b64(signer(message.encode()))}"


ABSENT = object()


def changed(base, changes):
    return {name: value for name, value in (base | changes).items() if value is not ABSENT}


HEADER = {"kid": KID, "alg": "RS256"}
ID = {
    "sub": "6f1c2b1e-0000-4000-8000-000000000001",
    "iss": COGNITO,
    "aud": CLIENT,
    "token_use": "id",
    "exp": NOW + 3600,
    "iat": NOW - 60,
    "auth_time": NOW - 60,
    "origin_jti": "origin-1",
    "jti": "jti-1",
    "email": "viewer@example.com",
    "cognito:groups": ["paying", "beta"],
    "custom:subscription_tier": "family",
}
ACCESS = changed(ID, {"aud": ABSENT, "token_use": "access", "client_id": CLIENT, "scope": "openid"})
OTHER_ID = {"sub": "o-1", "iss": OTHER, "aud": ["x", "playgate"], "exp": NOW + 3600, "iat": NOW, "tier": "premium"}
SINGLE_ID = {"sub": "s-1", "iss": SINGLE, "aud": "playgate", "token_use": "id", "exp": NOW + 3600, "groups": "a"}
ES = {"kid": "ec-2026", "alg": "ES256"}
ES_SINGLE = {"alg": "ES256"}
OTHER_HEADER = {"kid": "only", "alg": "RS256"}

CASES = []


def case(name, token, expected, now=NOW):
    CASES.append({"name": name, "jwt": token, "now": now, "expected": expected})


def refused(name, token, code, now=NOW):
    case(name, token, {"code": code}, now)


def valid(name, token, now=NOW, **more):
    fields = {
        "issuer": COGNITO,
        "subject": ID["sub"],
        "tier": "family",
        "expires_at": NOW + 3600,
        "issued_at": NOW - 60,
        "session": "origin-1",
        "token_use": "id",
        "kid": KID,
    } | more
    case(name, token, {"login": fields}, now)


def id_token(**changes):
    return jwt(HEADER, changed(ID, {name.replace("__", ":"): value for name, value in changes.items()}))


def other_token(**changes):
    return jwt(OTHER_HEADER, changed(OTHER_ID, changes), by(rs256, RSA_SECOND))


def single_token(signer=es256, header=ES_SINGLE, **changes):
    return jwt(header, changed(SINGLE_ID, changes), signer)


def header(**changes):
    return jwt(changed(HEADER, changes), ID)


def other_valid(name, token, now=NOW, **more):
    fields = {"issuer": OTHER, "subject": "o-1", "tier": "premium", "issued_at": NOW, "session": None}
    valid(name, token, now, **(fields | {"token_use": None, "kid": "only"} | more))


def single_valid(name, token, **more):
    fields = {"issuer": SINGLE, "subject": "s-1", "tier": "premium", "issued_at": None, "session": None, "kid": None}
    valid(name, token, **(fields | more))


def accepted():
    valid("id token", id_token())
    valid("access token", jwt(HEADER, ACCESS), token_use="access")
    valid("second audience", id_token(aud="second-client"))
    valid("audience list", id_token(aud=["else", CLIENT]))
    valid("older key", jwt({"kid": "rsa-2025", "alg": "RS256"}, ID, by(rs256, RSA_SECOND)), kid="rsa-2025")
    valid("es256", jwt(ES, ID, es256), kid="ec-2026")
    valid("es256 with the other s", jwt(ES, ID, es256_mirrored), kid="ec-2026")
    valid("4096 bits", jwt({"kid": "rsa-4096", "alg": "RS256"}, ID, by(rs256, RSA_4096)), kid="rsa-4096")
    valid("exponent 3", jwt({"kid": "rsa-e3", "alg": "RS256"}, ID, by(rs256, RSA_E3)), kid="rsa-e3")
    valid("typ and unknown headers", header(typ="JWT", x5t="abc", zip="DEF"))
    valid("embedded keys are not looked at", header(jwk=jwk(RSA_STRANGER, KID), jku="https://evil.example", x5c=["x"], x5u="https://evil.example"))
    valid("sid wins", id_token(sid="session-1"), session="session-1")
    valid("origin_jti wins over jti", id_token(jti="jti-9"))
    valid("jti", id_token(origin_jti=ABSENT), session="jti-1")
    valid("no session", id_token(origin_jti=ABSENT, jti=ABSENT), session=None)
    valid("unusable sid", id_token(sid=5), session="origin-1")
    valid("empty sid", id_token(sid=""), session="origin-1")
    valid("overlong sid", id_token(sid="x" * 257), session="origin-1")
    valid("no iat", id_token(iat=ABSENT), issued_at=None)
    valid("fraction of exp is cut", id_token(exp=NOW + 3600.9))
    valid("exp with exponent", jwt(HEADER, dump(ID).replace(b'"exp":1800003600', b'"exp":18000036e2')))
    valid("last second", id_token(exp=NOW + 1), expires_at=NOW + 1)
    valid("latest exp", id_token(exp=253402300799), expires_at=253402300799)
    valid("iat a minute ahead", id_token(iat=NOW + 60), issued_at=NOW + 60)
    valid("nbf now", id_token(nbf=NOW))
    valid("escaped names", jwt(HEADER, dump(ID).replace(b'"aud"', b'"\\u0061ud"')))
    valid("white space in json", jwt(HEADER, json.dumps(ID, indent=2).encode()))
    valid("nested duplicates are not ours", jwt(HEADER, dump(ID)[:-1] + b',"x":{"a":1,"a":2}}'))
    valid("depth is skipped", jwt(HEADER, dump(ID)[:-1] + b',"x":' + b"[" * 500 + b"]" * 500 + b"}"))
    valid("subject of 256 bytes", id_token(sub="s" * 256), subject="s" * 256)
    valid("subject beyond ascii", id_token(sub="søren"), subject="søren")
    valid("aud wins where client_id is another", id_token(client_id="else"))
    for name, tier, expected in (
        ("tier missing", ABSENT, "premium"),
        ("tier empty", "", "premium"),
        ("tier anonymous", "anonymous", "premium"),
        ("tier of 64 bytes", "t" * 64, "t" * 64),
        ("tier of 65 bytes", "t" * 65, "premium"),
        ("tier a number", 1, "premium"),
        ("tier null", None, "premium"),
        ("tier a list", ["family"], "premium"),
        ("tier with a control character", "a\nb", "premium"),
        ("tier is taken to the letter", " Family ", " Family "),
    ):
        valid(name, id_token(custom__subscription_tier=tier), tier=expected)
    for name, groups, expected in (
        ("first listed group wins", ["paying", "family-plan"], "family"),
        ("one group as text", "paying", "premium"),
        ("no group that counts", ["else"], "free"),
        ("no groups", ABSENT, "free"),
        ("empty groups", [], "free"),
        ("groups that are no texts", ["paying", 1], "free"),
        ("groups in an object", {"paying": True}, "free"),
        ("group in other letters", ["Paying"], "free"),
    ):
        valid(name, id_token(custom__subscription_tier=ABSENT, cognito__groups=groups), tier=expected)
    other_valid("other issuer", other_token())
    other_valid("no tier at all", other_token(tier=ABSENT), tier=None)
    other_valid("token_use is not looked at", other_token(token_use="whatever"))
    other_valid("leeway: just not expired", other_token(exp=NOW - 119), expires_at=NOW - 119)
    other_valid("leeway: nbf", other_token(nbf=NOW + 120))
    other_valid("leeway: iat", other_token(iat=NOW + 120), issued_at=NOW + 120)
    single_valid("the only key needs no name", single_token())


def forms():
    good = id_token()
    head, body, signature = good.split(".")
    for name, token in (
        ("empty", ""),
        ("one part", head),
        ("two parts", f"{head}.{body}"),
        ("four parts", f"{good}.{signature}"),
        ("only dots", ".."),
        ("five parts, as an encrypted token has", f"{head}..{body}.{signature}.{signature}"),
        ("no payload", f"{head}..{signature}"),
        ("no header", f".{body}.{signature}"),
        ("no signature", f"{head}.{body}."),
        ("padded", f"{head}.{body}.{signature}=="),
        ("white space before", f" {good}"),
        ("white space behind", f"{good}\n"),
        ("white space inside", f"{head}.{body[:8]}\n{body[8:]}.{signature}"),
        ("Bearer before it", f"Bearer {good}"),
        ("base64 with plus and slash", f"{head}.{body}.+/{signature[2:]}"),
        ("not ascii", f"{head}.{body}.é{signature[1:]}"),
        ("trailing bits in the signature", f"{head}.{body}.{signature[:-1]}{chr(ord(signature[-1]) + 1)}"),
        ("one letter too many", f"{head}.{body}.{signature}AAA"),
        ("json serialisation", json.dumps({"protected": head, "payload": body, "signature": signature})),
        ("header not json", jwt(b"{", ID)),
        ("header an array", jwt([], ID)),
        ("header with two alg", jwt(b'{"alg":"RS256","kid":"rsa-2026","alg":"none"}', ID)),
        ("header with two unknown", jwt(b'{"alg":"RS256","kid":"rsa-2026","x":1,"x":1}', ID)),
        ("header with a byte order mark", jwt(b"\xef\xbb\xbf" + dump(HEADER), ID)),
        ("kid a number", header(kid=5)),
        ("kid null", header(kid=None)),
        ("payload not json", jwt(HEADER, b"hello")),
        ("payload empty", jwt(HEADER, b"")),
        ("payload null", jwt(HEADER, b"null")),
        ("payload an array", jwt(HEADER, [ID])),
        ("payload cut", jwt(HEADER, dump(ID)[:-1])),
        ("payload with more behind", jwt(HEADER, dump(ID) + b"{}")),
        ("payload with two exp", jwt(HEADER, dump(ID)[:-1] + b',"exp":1900000000}')),
        ("payload with two exp, one escaped", jwt(HEADER, dump(ID)[:-1] + b',"\\u0065xp":1900000000}')),
        ("payload with two unknown", jwt(HEADER, dump(ID)[:-1] + b',"x":1,"x":1}')),
        ("payload not utf-8", jwt(HEADER, dump(ID).replace(b"viewer", b"\xff\xfe"))),
        ("payload with 129 members", jwt(HEADER, ID | {f"m{n}": 0 for n in range(129 - len(ID))})),
        ("exp beyond all numbers", jwt(HEADER, dump(ID).replace(b'"exp":1800003600', b'"exp":1e999'))),
        ("a signed token inside", jwt(HEADER | {"cty": "JWT"}, good.encode())),
    ):
        refused(name, token, "login_malformed")
    for cut, code in ((1, "malformed"), (2, "signature"), (5, "malformed"), (6, "signature"), (302, "signature")):
        refused(f"cut by {cut}", good[:-cut], f"login_{code}")
    refused("too large", id_token(filler="x" * 8192), "login_too_large")
    refused("8193 bytes of nothing", "." * 8193, "login_too_large")


def headers():
    public = RSA.public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    for name, token in (
        ("alg none", jwt(HEADER | {"alg": "none"}, ID, constant(b""))),
        ("alg none with a signature", header(alg="none")),
        ("alg None", jwt(HEADER | {"alg": "None"}, ID, constant(b""))),
        ("alg NONE", jwt(HEADER | {"alg": "NONE"}, ID, constant(b""))),
        ("alg missing", header(alg=ABSENT)),
        ("alg null", header(alg=None)),
        ("alg empty", header(alg="")),
        ("alg a list", header(alg=["RS256"])),
        ("alg rs256", header(alg="rs256")),
        ("alg with a space", header(alg="RS256 ")),
        ("hs256 with the public key", jwt(HEADER | {"alg": "HS256"}, ID, hs256(pem))),
        ("hs256 with the public key's der", jwt(HEADER | {"alg": "HS256"}, ID, hs256(der))),
        ("hs256 with the published secret", jwt({"kid": "shared", "alg": "HS256"}, ID, hs256(b"no secret"))),
        ("rs512", jwt(HEADER | {"alg": "RS512"}, ID, lambda m: rs256(m, digest=hashes.SHA512()))),
        ("ps256", jwt(HEADER | {"alg": "PS256"}, ID, ps256)),
        ("es256 for an rsa key", jwt(HEADER | {"alg": "ES256"}, ID, es256)),
        ("rs256 for an ec key", jwt(ES | {"alg": "RS256"}, ID)),
        ("rs256 for the only key", single_token(rs256, {"alg": "RS256"})),
        ("eddsa", header(alg="EdDSA")),
        ("es256k", jwt(ES | {"alg": "ES256K"}, ID, es256)),
    ):
        refused(name, token, "login_algorithm")
    for name, value in (("exp", ["exp"]), ("b64", ["b64"]), ("empty", []), ("null", None)):
        refused(f"crit {name}", header(crit=value, b64=False), "login_critical")
    for name, value in (("unknown", "rsa-1999"), ("missing", ABSENT), ("empty", ""), ("path", "../../dev/null"),
                        ("with a zero", "rsa-2026\0"), ("in other letters", "RSA-2026"), ("of a key for encryption", "for-encryption"),
                        ("of a key for rs512", "for-rs512"), ("of another issuer's key", "only")):
        refused(f"kid {name}", header(kid=value), "login_unknown_key")
    refused("kid for a key without one", single_token(header={"alg": "ES256", "kid": "x"}), "login_unknown_key")


def signatures():
    good, second = id_token(), id_token(sub="somebody else")
    head, body, signature = good.split(".")
    es_head, es_body, _ = jwt(ES, ID, es256).split(".")
    flipped = bytearray(base64.urlsafe_b64decode(signature + "=="))
    flipped[7] ^= 1
    number = int.from_bytes(base64.urlsafe_b64decode(signature + "=="), "big")
    modulus = RSA.public_key().public_numbers().n
    for name, token in (
        ("payload of another", f"{head}.{second.split('.')[1]}.{signature}"),
        ("signature of another", f"{head}.{body}.{second.split('.')[2]}"),
        ("header of another", f"{b64(dump(HEADER | {'typ': 'JWT'}))}.{body}.{signature}"),
        ("one bit", f"{head}.{body}.{b64(bytes(flipped))}"),
        ("a stranger's key", jwt(HEADER, ID, by(rs256, RSA_STRANGER))),
        ("a stranger's key, embedded", jwt(HEADER | {"jwk": jwk(RSA_STRANGER, KID)}, ID, by(rs256, RSA_STRANGER))),
        ("a stranger's key, by jku", jwt(HEADER | {"jku": "https://evil.example/jwks.json"}, ID, by(rs256, RSA_STRANGER))),
        ("a stranger's key, by x5c", jwt(HEADER | {"x5c": ["AAAA"]}, ID, by(rs256, RSA_STRANGER))),
        ("another key of the issuer", jwt({"kid": "rsa-2025", "alg": "RS256"}, ID)),
        ("another issuer's key", jwt({"kid": "only", "alg": "RS256"}, OTHER_ID)),
        ("pss under rs256", jwt(HEADER, ID, ps256)),
        ("sha-512 under rs256", jwt(HEADER, ID, lambda m: rs256(m, digest=hashes.SHA512()))),
        ("sha-1 under rs256", jwt(HEADER, ID, lambda m: rs256(m, digest=hashes.SHA1()))),
        ("zeros", jwt(HEADER, ID, constant(bytes(256)))),
        ("one", jwt(HEADER, ID, constant(bytes(255) + b"\1"))),
        ("all ones", jwt(HEADER, ID, constant(b"\xff" * 256))),
        ("modulus added", jwt(HEADER, ID, constant((number + modulus).to_bytes(257, "big")))),
        ("a zero before it", jwt(HEADER, ID, lambda m: b"\0" + rs256(m))),
        ("a zero behind it", jwt(HEADER, ID, lambda m: rs256(m) + b"\0")),
        ("one byte", jwt(HEADER, ID, constant(b"\0"))),
        ("es256 in der", jwt(ES, ID, es256_der)),
        ("es256 of a stranger", jwt(ES, ID, by(es256, P256_STRANGER))),
        ("es256 zeros", jwt(ES, ID, constant(bytes(64)))),
        ("es256 r zero", jwt(ES, ID, lambda m: bytes(32) + es256(m)[32:])),
        ("es256 s zero", jwt(ES, ID, lambda m: es256(m)[:32] + bytes(32))),
        ("es256 r and s the order", jwt(ES, ID, constant(raw(ORDER, ORDER)))),
        ("es256 r and s one", jwt(ES, ID, constant(raw(1, 1)))),
        ("es256 s and r", jwt(ES, ID, lambda m: es256(m)[32:] + es256(m)[:32])),
        ("es256 63 bytes", jwt(ES, ID, lambda m: es256(m)[:63])),
        ("es256 65 bytes", jwt(ES, ID, lambda m: es256(m) + b"\0")),
        ("es256 of another payload", f"{es_head}.{body[:-4]}{es_body[-4:]}.{jwt(ES, ACCESS, es256).split('.')[2]}"),
        ("es256 of sha-384", jwt(ES, ID, lambda m: raw(*decode_dss_signature(P256.sign(m, ec.ECDSA(hashes.SHA384())))))),
        ("rsa signature for an ec key", jwt(ES, ID)),
        ("what is wrong stays unsaid: audience", jwt(HEADER, ID | {"aud": "else"}, by(rs256, RSA_STRANGER))),
        ("what is wrong stays unsaid: nbf", jwt(HEADER, ID | {"nbf": NOW + 9}, by(rs256, RSA_STRANGER))),
        ("what is wrong stays unsaid: sub", jwt(HEADER, ID | {"sub": ""}, by(rs256, RSA_STRANGER))),
    ):
        refused(f"signature: {name}", token, "login_signature")


def claims():
    for name, value in (
        ("unknown", "https://evil.example"), ("missing", ABSENT), ("empty", ""), ("null", None), ("a list", [COGNITO]),
        ("with a slash", COGNITO + "/"), ("in other letters", COGNITO.upper()), ("longer", COGNITO + "2"),
        ("shorter", COGNITO[:-1]), ("with http", COGNITO.replace("https", "http")), ("other without slash", OTHER[:-1]),
    ):
        refused(f"issuer {name}", id_token(iss=value), "login_issuer")
    for name, value in (
        ("another", "else"), ("missing", ABSENT), ("empty", ""), ("empty list", []), ("list of others", ["a", "b"]),
        ("null", None), ("a number", 5), ("list with a number", [CLIENT, 5]), ("list in a list", [[CLIENT]]),
        ("longer", CLIENT + "0"), ("in other letters", CLIENT.upper()), ("of another issuer", "playgate"),
    ):
        refused(f"audience {name}", id_token(aud=value), "login_audience")
    for name, changes in (
        ("client of an id token", {"token_use": "id"}),
        ("another client", {"client_id": "else"}),
        ("no client", {"client_id": ABSENT}),
        ("client a list", {"client_id": [CLIENT]}),
        ("client right, audience another's", {"aud": "https://api.example"}),
        ("client right, audience null", {"aud": None}),
    ):
        refused(f"access token: {name}", jwt(HEADER, changed(ACCESS, changes)), "login_audience")
    for name, value in (("refresh", "refresh"), ("missing", ABSENT), ("null", None), ("ID", "ID"), ("a list", ["id"])):
        refused(f"use {name}", id_token(token_use=value), "login_use")
    refused("use access where id is wanted", single_token(token_use="access"), "login_use")
    for name, value in (
        ("missing", ABSENT), ("null", None), ("a text", str(NOW + 3600)), ("a list", [NOW + 3600]), ("negative", -1),
        ("year 10000", 253402300800), ("in milliseconds", (NOW + 3600) * 1000), ("huge", 2**64 - 1), ("huger", 1e300),
        ("true", True), ("an object", {}),
    ):
        refused(f"exp {name}", id_token(exp=value), "login_no_expiry")
    for name, value in (("now", NOW), ("a second ago", NOW - 1), ("zero", 0), ("a fraction from now", NOW + 0.9)):
        refused(f"exp {name}", id_token(exp=value), "login_expired")
    refused("exp by the clock, exactly", id_token(), "login_expired", NOW + 3600)
    refused("exp by the clock, much later", id_token(), "login_expired", 2**62)
    refused("exp comes before the signature", jwt(HEADER, ID | {"exp": NOW}, constant(b"\0" * 256)), "login_expired")
    refused("exp comes before the key", jwt(HEADER | {"kid": "rsa-1999"}, ID | {"exp": NOW}), "login_expired")
    refused("leeway: expired, exactly", other_token(exp=NOW - 120), "login_expired")
    for name, changes in (
        ("nbf in a second", {"nbf": NOW + 1}), ("nbf in a fraction", {"nbf": NOW + 0.1}), ("iat in 61 seconds", {"iat": NOW + 61}),
        ("nbf in a year", {"nbf": NOW + 31536000}),
    ):
        refused(name, id_token(**changes), "login_not_yet_valid")
    refused("leeway: nbf too far", other_token(nbf=NOW + 121), "login_not_yet_valid")
    refused("leeway: iat too far", other_token(iat=NOW + 121), "login_not_yet_valid")
    refused("clock before the token", id_token(), "login_not_yet_valid", 0)
    for name, changes in (
        ("sub missing", {"sub": ABSENT}), ("sub empty", {"sub": ""}), ("sub null", {"sub": None}), ("sub a number", {"sub": 7}),
        ("sub of 257 bytes", {"sub": "s" * 257}), ("sub with a line break", {"sub": "a\nb"}), ("sub with a zero", {"sub": "a\0"}),
        ("nbf a text", {"nbf": "0"}), ("nbf negative", {"nbf": -1}), ("nbf null", {"nbf": None}), ("nbf huge", {"nbf": 1e18}),
        ("iat a text", {"iat": "0"}), ("iat huge", {"iat": 1e18}),
    ):
        refused(name, id_token(**changes), "login_claim")


def main():
    for part in (accepted, forms, headers, signatures, claims):
        part()
    names = [one["name"] for one in CASES]
    twice = {name for name in names if names.count(name) > 1}
    assert not twice, twice
    path = HERE / "all.json"
    about = "Written by generate.py beside it. All keys are made for tests and protect nothing."
    if "--check" in sys.argv[1:]:
        there = json.loads(path.read_text())
        wanted = [(one["name"], one["now"], one["expected"]) for one in CASES]
        if [(one["name"], one["now"], one["expected"]) for one in there["cases"]] != wanted:
            sys.exit("tests/corpus/logins/all.json is not what generate.py would write; run it")
        return
    document = {"about": about, "issuers": ISSUERS, "key_sets": JWKS, "cases": CASES}
    path.write_text(json.dumps(document, indent=1, ensure_ascii=True) + "\n")
    codes = sum("code" in one["expected"] for one in CASES)
    print(f"{len(CASES)} cases, {codes} of them refusals")


main()
