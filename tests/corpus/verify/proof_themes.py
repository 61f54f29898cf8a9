"""Cases about keys, hashes, signatures and their text, and about proofs that were tampered with."""

import hashlib

from building import (
    END,
    FILM,
    IDS,
    PRIVATE,
    allowed,
    behind,
    canned,
    canned_cookies,
    canned_url,
    case,
    custom,
    custom_url,
    denied,
    header,
    invalid,
    malformed,
    missing,
    proof,
    signature,
)
from signing import DIGEST_INFO, DIGEST_INFO_WITHOUT_NULL, P256, decode, der_sequence, encode

RESOURCE = "https://cdn.example.com/vod/film/*"
TITLE = custom(RESOURCE)
MESSAGE = canned().encode()
RSA, EC = PRIVATE["rsa"], PRIVATE["p256"]


def id_url(written):
    return canned_url().replace(f"Key-Pair-Id={IDS['p256']}", written)


KEYS = [
    *[
        case(f"key-{kind}-{key}-{hash_name.lower()}", "every key type signs with either hash", allowed(key=key), url)
        for key in ("rsa", "p256")
        for hash_name in ("SHA1", "SHA256")
        for kind, url in [
            ("canned", canned_url(key=key, hash_name=hash_name)),
            ("custom", custom_url(FILM, TITLE, key, hash_name)),
        ]
    ],
    case("key-third-of-group", "the id picks the key among several", allowed(key="other"), canned_url(key="other"),
         keys=("rsa", "p256", "other")),
    case("key-group-of-one", "a group of one key", allowed(key="rsa"), canned_url(key="rsa"), keys=("rsa",)),
    case("key-group-empty", "a group without keys trusts nobody", invalid(), canned_url(), keys=()),
    case("key-not-in-group", "a good signature by a key that is not trusted", invalid(), canned_url(key="other")),
    case("key-id-unknown", "an id that nobody has", invalid(), id_url("Key-Pair-Id=K0UNKNOWN")),
    case("key-id-in-lower-case", "ids know upper and lower case", invalid(), id_url(f"Key-Pair-Id={IDS['p256'].lower()}")),
    case("key-id-cut", "half an id is another id", invalid(), id_url(f"Key-Pair-Id={IDS['p256'][:-1]}")),
    case("key-id-longer", "and so is a longer one", invalid(), id_url(f"Key-Pair-Id={IDS['p256']}A")),
    case("key-id-encoded", "an id is not decoded", invalid(), id_url(f"Key-Pair-Id=%4B{IDS['p256'][1:]}")),
    case("key-id-star", "nor is it a wildcard", invalid(), id_url("Key-Pair-Id=*")),
    case("key-id-missing", "no key, no check", missing("no_key_pair_id"), id_url("").replace("&&", "&")),
    case("key-id-empty", "an empty id is a missing one", missing("no_key_pair_id"), id_url("Key-Pair-Id=")),
    case("key-id-without-value", "and so is a bare name", missing("no_key_pair_id"), id_url("Key-Pair-Id")),
    case("key-id-missing-and-expired", "the missing key is told first", missing("no_key_pair_id"),
         id_url("").replace("&&", "&"), now=END),
    case("key-id-of-other-member", "the id of another member: its key did not sign", denied(),
         id_url(f"Key-Pair-Id={IDS['rsa']}")),
    case("key-id-of-other-member-same-type", "also between keys of one type", denied(),
         canned_url(key="other").replace(IDS["other"], IDS["rsa"])),
    case("key-id-reused-for-another-key", "the group knows the id, and another key stands behind it", denied(),
         canned_url(key="rsa"), keys=("other",), ids={"other": IDS["rsa"]}),
    case("key-id-twice-in-group", "of two keys with one id the first counts", denied(), canned_url(key="rsa"),
         keys=("other", "rsa"), ids={"other": IDS["rsa"]}),
    case("key-cookies-not-in-group", "cookies by a key that is not trusted", invalid(),
         cookies=[header(canned_cookies(key="other"))]),
]


def hashed(name, why, expect, key, signed_with, announced):
    signed = signature(canned(), key, signed_with)
    parameters = proof(f"Expires={END}", signed, key, "SHA1")
    return case(f"hash-{name}", why, expect, behind(FILM, *parameters[:3], announced))


HASHES = [
    *[
        one
        for key in ("rsa", "p256")
        for one in [
            hashed(f"{key}-sha256-not-announced", "without the parameter the hash is SHA-1", denied(), key, "SHA256", None),
            hashed(f"{key}-sha1-announced-as-sha256", "the announced hash is the one that is checked", denied(), key,
                   "SHA1", "Hash-Algorithm=SHA256"),
            hashed(f"{key}-sha256-announced-as-sha1", "in both directions", denied(), key, "SHA256", "Hash-Algorithm=SHA1"),
        ]
    ],
    hashed("sha1-said-aloud", "SHA-1 may be announced, too", allowed(key="rsa"), "rsa", "SHA1", "Hash-Algorithm=SHA1"),
    *[
        hashed(f"unknown-{name}", why, denied("hash"), "p256", "SHA256", f"Hash-Algorithm={written}")
        for name, why, written in [
            ("sha512", "CloudFront has no SHA-512", "SHA512"),
            ("md5", "nor MD5", "MD5"),
            ("none", "nor none at all", "none"),
            ("lower-case", "names of hashes are written in capitals", "sha256"),
            ("with-hyphen", "and without a hyphen", "SHA-256"),
            ("blank", "nothing around them", "SHA256%20"),
            ("empty", "an empty name is no name", ""),
            ("two", "nor are two", "SHA1,SHA256"),
        ]
    ],
    hashed("without-value", "nor a bare name", denied("hash"), "p256", "SHA256", "Hash-Algorithm"),
]


def resigned(name, why, expect, text, key="p256", hash_name="SHA256"):
    """A canned URL whose signature is the given text."""
    return case(f"signature-{name}", why, expect, behind(FILM, *proof(f"Expires={END}", text, key, hash_name)))


R, S = EC.numbers(MESSAGE, "SHA256")
LOW, HIGH = min(S, P256.ORDER - S), max(S, P256.ORDER - S)
GOOD = der_sequence(R, S)
RSA_GOOD = RSA.sign(MESSAGE, "SHA256")
DIGEST = hashlib.sha256(MESSAGE).digest()
INFO = DIGEST_INFO["SHA256"] + DIGEST


def lengthened(der):
    """The same sequence with its length in two bytes, as BER allows and DER does not."""
    return bytes([der[0], 0x81, der[1]]) + der[2:]


def raw(padded):
    return encode(RSA.sign_raw(padded))


# A policy of which one and two padding characters stand behind the base64, and one without any.
PADDED = {(-len(text)) % 3: text for text in (custom(f"https://cdn.example.com/{'a' * n}*") for n in range(3))}


def padded_url(policy):
    return custom_url("https://cdn.example.com/aaaa.ts", policy)


def policy_text(policy):
    return f"Policy={encode(policy.encode())}"


def stray(policy):
    """The policy's text with bits set that stand for no byte."""
    text = policy_text(policy)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~"
    bare = text.rstrip("_")
    return bare[:-1] + alphabet[alphabet.index(bare[-1]) + 1] + "_" * (len(text) - len(bare))


SIGNATURES = [
    resigned("low-s", "the lower of the two numbers", allowed(), encode(der_sequence(R, LOW))),
    resigned("high-s", "the higher is a signature, too: half of all signers write it", allowed(), encode(der_sequence(R, HIGH))),
    resigned("fixed-form", "r and s in 64 bytes are not what CloudFront takes", denied(),
             encode(R.to_bytes(32, "big") + S.to_bytes(32, "big"))),
    resigned("swapped", "s and r", denied(), encode(der_sequence(S, R))),
    resigned("zero-r", "r may not be zero", denied(), encode(der_sequence(0, S))),
    resigned("zero-both", "nor both: the forgery that once passed in Java", denied(), encode(der_sequence(0, 0))),
    resigned("order", "nor may they reach the order of the curve", denied(), encode(der_sequence(R, S + P256.ORDER))),
    resigned("number-with-zeros", "numbers have no needless zeros in DER", denied(), encode(der_sequence(R, S, leading=b"\0"))),
    resigned("long-length", "nor lengths needless bytes", denied(), encode(lengthened(GOOD))),
    resigned("bytes-behind", "nothing follows the sequence", denied(), encode(GOOD + b"\0")),
    resigned("cut-der", "half a sequence", denied(), encode(GOOD[:-1])),
    resigned("one-number", "a sequence of one", denied(), encode(der_sequence(R))),
    resigned("three-numbers", "a sequence of three", denied(), encode(der_sequence(R, S, S))),
    resigned("digest-for-p256", "the digest is not its signature", denied(), encode(DIGEST)),
    resigned("rsa-short", "255 bytes", denied(), encode(RSA_GOOD[1:]), "rsa"),
    resigned("rsa-long", "257 bytes", denied(), encode(b"\0" + RSA_GOOD), "rsa"),
    resigned("rsa-behind", "bytes behind", denied(), encode(RSA_GOOD + b"\0"), "rsa"),
    resigned("rsa-zero", "zero, which is its own signature", denied(), encode(bytes(256)), "rsa"),
    resigned("rsa-one", "one, which is its own signature, too", denied(), encode(bytes(255) + b"\1"), "rsa"),
    resigned("rsa-modulus", "the modulus itself", denied(), encode(RSA.modulus.to_bytes(256, "big")), "rsa"),
    resigned("rsa-without-null", "a digest info without its NULL", denied(),
             encode(RSA.sign_digest_info(DIGEST_INFO_WITHOUT_NULL["SHA256"] + DIGEST)), "rsa"),
    resigned("rsa-bare-digest", "a digest without its name", denied(), encode(RSA.sign_digest_info(DIGEST)), "rsa"),
    resigned("rsa-other-name", "a SHA-256 digest under another name", denied(),
             encode(RSA.sign_digest_info(DIGEST_INFO["SHA1"] + DIGEST)), "rsa"),
    resigned("rsa-digest-of-digest", "the digest hashed once more, as some vaults are called", denied(),
             encode(RSA.sign(DIGEST, "SHA256")), "rsa"),
    resigned("p256-digest-of-digest", "also with P-256", denied(), encode(EC.sign(DIGEST, "SHA256"))),
    resigned("rsa-garbage-behind", "short padding and garbage behind the digest", denied(),
             raw(b"\0\1" + b"\xff" * 8 + b"\0" + INFO + bytes(245 - len(INFO))), "rsa"),
    resigned("rsa-padding-not-ff", "padding of other bytes", denied(),
             raw(b"\0\1" + b"\xff" * (252 - len(INFO)) + b"\xfe\0" + INFO), "rsa"),
    resigned("rsa-encryption-padding", "the padding of encryption", denied(),
             raw(b"\0\2" + b"\xff" * (253 - len(INFO)) + b"\0" + INFO), "rsa"),
    resigned("of-rsa-under-p256-id", "an RSA signature under the id of a P-256 key", denied(), encode(RSA_GOOD)),
    resigned("of-p256-under-rsa-id", "and the other way round", denied(), encode(GOOD), "rsa"),
    resigned("of-another-url", "the signature of another URL", denied(), signature(canned(FILM + "x"))),
    resigned("of-another-time", "the signature of another time", denied(), signature(canned(expires=END + 1))),
    resigned("of-a-custom-policy", "the signature of a custom policy for the same title", denied(), signature(TITLE)),
    resigned("empty", "an empty signature is none", denied("no_signature"), ""),
    resigned("of-one-letter", "one letter is no byte", denied("signature_encoding"), "A"),
    resigned("of-one-byte", "one byte is no signature", denied(), "AA__"),
    resigned("standard-alphabet", "`+`, `/` and `=` are not CloudFront's", denied("signature_encoding"),
             encode(RSA_GOOD).replace("-", "+").replace("~", "/").replace("_", "="), "rsa"),
    resigned("standard-alphabet-encoded", "nor are they percent-encoded", denied("reencoded"),
             encode(RSA_GOOD).replace("-", "%2B").replace("~", "%2F").replace("_", "%3D"), "rsa"),
    resigned("url-safe-alphabet", "base64url is another alphabet", denied("signature_encoding"),
             encode(RSA_GOOD).rstrip("_").replace("-", "*").replace("~", "_").replace("*", "-") + "==", "rsa"),
    resigned("without-padding", "the padding belongs to it", denied("signature_encoding"), encode(RSA_GOOD).rstrip("_"), "rsa"),
    resigned("padded-too-much", "and no more of it", denied("signature_encoding"), encode(RSA_GOOD) + "_", "rsa"),
    resigned("padding-in-front", "nor elsewhere", denied("signature_encoding"), "_" + encode(RSA_GOOD), "rsa"),
    resigned("cut", "four letters short", denied(), encode(RSA_GOOD)[:-8] + "AAA_", "rsa"),
    resigned("case-changed", "another letter is another byte", denied(), encode(RSA_GOOD)[:-4].swapcase() + encode(RSA_GOOD)[-4:], "rsa"),
    case("signature-missing", "no signature at all", denied("no_signature"),
         behind(FILM, f"Expires={END}", f"Key-Pair-Id={IDS['p256']}", "Hash-Algorithm=SHA256")),
    case("signature-hash-read-first", "an unknown hash is told before a missing signature", denied("hash"),
         behind(FILM, f"Expires={END}", f"Key-Pair-Id={IDS['p256']}", "Hash-Algorithm=MD5")),
    case("signature-wrong-and-expired", "whose signature is wrong learns nothing about times", denied(),
         canned_url().replace("master", "index"), now=END + 5),
]

TAMPERING = [
    *[
        case(f"policy-padded-{count}", "every length of padding", allowed(), padded_url(policy))
        for count, policy in sorted(PADDED.items())
    ],
    case("policy-without-padding", "the padding belongs to the policy", malformed("policy_encoding"),
         padded_url(PADDED[2]).replace("__&", "&")),
    case("policy-padded-with-equals", "written in CloudFront's letter", malformed("policy_encoding"),
         padded_url(PADDED[2]).replace("__&", "==&")),
    case("policy-padded-too-much", "and no more of it", malformed("policy_encoding"),
         padded_url(PADDED[0]).replace("&Signature", "____&Signature")),
    case("policy-with-stray-bits", "one policy has one text", malformed("policy_encoding"),
         padded_url(PADDED[2]).replace(policy_text(PADDED[2]), stray(PADDED[2]))),
    case("policy-with-stray-bits-of-two", "also where two bits are left", malformed("policy_encoding"),
         padded_url(PADDED[1]).replace(policy_text(PADDED[1]), stray(PADDED[1]))),
    case("policy-empty", "an empty policy cannot be read", malformed(), behind(FILM, *proof("Policy=", signature("")))),
    case("policy-as-json", "a policy that is not encoded", malformed("policy_encoding"),
         behind(FILM, *proof("Policy=*", signature(TITLE)))),
    case("policy-encoded-twice", "a policy encoded twice", malformed(),
         behind(FILM, *proof("Policy=" + encode(encode(TITLE.encode()).encode()), signature(TITLE)))),
    *[
        case(f"policy-changed-{name}", why, denied(),
             behind(FILM, *proof(policy_text(changed), signature(TITLE))), ip="203.0.113.7")
        for name, why, changed in [
            ("resource", "a wider resource", TITLE.replace("/film", "")),
            ("end", "a later end", TITLE.replace(str(END), str(END + 86400))),
            ("blank", "one blank more", TITLE.replace('":', '": ', 1)),
            ("escape", "the same JSON in other bytes", TITLE.replace("vod", "v\\u006fd")),
            ("no-resource", "no resource", TITLE.replace(f'"Resource":"{RESOURCE}",', "")),
        ]
    ],
    case("policy-network-removed", "the network taken out", denied(),
         behind(FILM, *proof(policy_text(TITLE), signature(custom(RESOURCE, network="203.0.113.0/24"))))),
    case("policy-start-removed", "the start taken out", denied(),
         behind(FILM, *proof(policy_text(TITLE), signature(custom(RESOURCE, starts=END - 5))))),
    case("policy-of-outsider", "a policy by somebody else's key under our id", denied(),
         behind(FILM, *proof(policy_text(TITLE), signature(TITLE, "other"), "rsa"))),
    case("policy-as-canned", "the signature of a custom policy does not make a canned URL", denied(),
         custom_url(FILM, custom(FILM + "*")).replace(policy_text(custom(FILM + "*")), f"Expires={END}")),
    case("policy-same-bytes-as-canned", "where the bytes are the same, so is the proof", allowed(),
         custom_url(FILM, canned()).replace(policy_text(canned()), f"Expires={END}")),
    case("policy-signed-as-text", "the policy is signed, and not its base64", denied(),
         behind(FILM, *proof(policy_text(TITLE), signature(encode(TITLE.encode()))))),
    case("signature-last-bit-flipped", "a signature with one bit changed", denied(),
         behind(FILM, *proof(f"Expires={END}", encode(decode(signature(canned()))[:-1] + bytes([decode(signature(canned()))[-1] ^ 1]))))),
]

THEMES = {"keys": KEYS, "hashes": HASHES, "signatures": SIGNATURES, "tampering": TAMPERING}
