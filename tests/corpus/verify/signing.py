"""The corpus's own arithmetic: PEM, DER, PKCS#1 v1.5, ECDSA on P-256 (RFC 6979), CloudFront's base64.

It shares nothing with the library that the corpus tests, and is slow and leaks timing: for test keys only.
"""

import base64
import hashlib
import hmac
import re
from pathlib import Path

KEYS = Path(__file__).resolve().parents[2] / "keys"
HASHES = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256}
# DigestInfo up to the digest, RFC 8017 section 9.2.
DIGEST_INFO = {
    "SHA1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "SHA256": bytes.fromhex("3031300d060960864801650304020105000420"),
}
DIGEST_INFO_WITHOUT_NULL = {
    "SHA1": bytes.fromhex("301f300706052b0e03021a0414"),
    "SHA256": bytes.fromhex("302f300b0609608648016503040201" + "0420"),
}


def elements(der):
    """The (tag, content) pairs that stand one behind the other in `der`."""
    found, at = [], 0
    while at < len(der):
        tag, length, at = der[at], der[at + 1], at + 2
        if length >= 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(der[at : at + size], "big"), at + size
        found.append((tag, der[at : at + length]))
        at += length
    return found


def pem(name):
    """The bytes of the private key in the PEM file `name`."""
    body = re.search(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(.+?)-----END", (KEYS / name).read_text(), re.DOTALL)
    return base64.b64decode("".join(body.group(1).split()))


class Rsa:
    """An RSA private key from a PKCS#1 or PKCS#8 file."""

    def __init__(self, name):
        inside = elements(elements(pem(name))[0][1])
        if inside[2][0] == 0x04:
            inside = elements(elements(inside[2][1])[0][1])
        numbers = [int.from_bytes(content, "big") for _, content in inside]
        self.modulus, self.exponent, self.secret = numbers[1:4]
        self.p, self.q, self.secret_p, self.secret_q, self.coefficient = numbers[4:9]

    def power(self, number):
        """`number` to the secret exponent, by the Chinese remainder theorem."""
        of_p, of_q = pow(number, self.secret_p, self.p), pow(number, self.secret_q, self.q)
        return of_q + self.q * (self.coefficient * (of_p - of_q) % self.p)

    def sign(self, message, hash_name):
        return self.sign_digest_info(DIGEST_INFO[hash_name] + HASHES[hash_name](message).digest())

    def sign_digest_info(self, info):
        """PKCS#1 v1.5 padding around anything, so that wrong things can be signed, too."""
        padded = b"\x00\x01" + b"\xff" * (256 - 3 - len(info)) + b"\x00" + info
        return self.power(int.from_bytes(padded, "big")).to_bytes(256, "big")

    def sign_raw(self, padded):
        """The bare operation on 256 bytes."""
        return self.power(int.from_bytes(padded, "big")).to_bytes(256, "big")


class P256:
    """A P-256 private key from a SEC1 or PKCS#8 file."""

    FIELD = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
    ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    GENERATOR = (
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    )

    def __init__(self, name):
        inside = elements(elements(pem(name))[0][1])
        if inside[1][0] == 0x30:
            inside = elements(elements(inside[2][1])[0][1])
        self.secret = int.from_bytes(inside[1][1], "big")

    def numbers(self, message, hash_name):
        """r and s, with the nonce of RFC 6979 over the same hash."""
        digest = HASHES[hash_name](message).digest()
        truncated = int.from_bytes(digest[:32], "big")
        nonce = self.nonce(truncated % self.ORDER, HASHES[hash_name])
        r = self.times(nonce)[0] % self.ORDER
        s = pow(nonce, -1, self.ORDER) * (truncated + r * self.secret) % self.ORDER
        return r, s

    def sign(self, message, hash_name):
        return der_sequence(*self.numbers(message, hash_name))

    def nonce(self, number, hash_function):
        seed = self.secret.to_bytes(32, "big") + number.to_bytes(32, "big")
        size = hash_function().digest_size
        key, value = b"\x00" * size, b"\x01" * size

        def mac(data):
            return hmac.new(key, data, hash_function).digest()

        for separator in (b"\x00", b"\x01"):
            key = mac(value + separator + seed)
            value = mac(value)
        while True:
            candidate = b""
            while len(candidate) < 32:
                value = mac(value)
                candidate += value
            found = int.from_bytes(candidate[:32], "big")
            if 0 < found < self.ORDER:
                return found
            key = mac(value + b"\x00")
            value = mac(value)

    def times(self, scalar):
        """`scalar` times the generator."""
        result, point = None, self.GENERATOR
        while scalar:
            if scalar & 1:
                result = self.plus(result, point)
            point, scalar = self.plus(point, point), scalar >> 1
        return result

    def plus(self, one, other):
        if one is None or other is None:
            return one or other
        if one == other:
            slope = 3 * (one[0] * one[0] - 1) * pow(2 * one[1], -1, self.FIELD)
        elif one[0] == other[0]:
            return None
        else:
            slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, self.FIELD)
        x = (slope * slope - one[0] - other[0]) % self.FIELD
        return x, (slope * (one[0] - x) - one[1]) % self.FIELD


def der_integer(number, leading=b""):
    content = leading + number.to_bytes(number.bit_length() // 8 + 1, "big")
    return bytes([0x02, len(content)]) + content


def der_sequence(*numbers, leading=b""):
    """The sequence of numbers, each with needless `leading` bytes on request."""
    content = b"".join(der_integer(number, leading) for number in numbers)
    return bytes([0x30, len(content)]) + content


def encode(data):
    """CloudFront's text form: base64 with three characters exchanged."""
    return base64.b64encode(data).decode().translate(str.maketrans("+=/", "-_~"))


def decode(text):
    return base64.b64decode(text.translate(str.maketrans("-_~", "+=/")))
