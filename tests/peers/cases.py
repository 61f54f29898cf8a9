"""The cases that every CloudFront peer is given: made by rule from one seed, so that all see the same.

Run alone it prints them as JSON, for the peers that are not Python.
"""

import json
import random

KEYS = {
    "rsa-pkcs1": ("rsa", "tests/keys/test-only-rsa-pkcs1.pem"),
    "rsa-pkcs8": ("rsa", "tests/keys/test-only-rsa-pkcs8.pem"),
    "p256-sec1": ("p256", "tests/keys/test-only-p256-sec1.pem"),
    "p256-pkcs8": ("p256", "tests/keys/test-only-p256-pkcs8.pem"),
}
# Two thirds RSA, because only its signatures can be compared byte for byte.
ROTATION = ["rsa-pkcs1", "rsa-pkcs8", "p256-sec1", "rsa-pkcs1", "rsa-pkcs8", "p256-pkcs8"]
PUBLIC = {"rsa": "tests/keys/test-only-rsa-public.pem", "p256": "tests/keys/test-only-p256-public.pem"}
KEY_PAIR_ID = "K2JCJMDEHXQW5F"
NOW = 1_767_290_400

# What the JavaScript SDK leaves as it came. It encodes all else again before it signs.
PLAIN = "abcXYZ019-._~"
# What else may stand in a path or a query, escapes included.
LEGAL_PATH = ["'", "(", ")", "!", "$", "+", ",", ";", "=", ":", "@", "&", "%20", "%2F", "%c3%a9", "%27"]
LEGAL_QUERY = LEGAL_PATH + ["/", "?"]


def cases(count=400):
    dice = random.Random(20260101)
    made = []
    for number in range(count):
        plain = number % 4 != 0
        url = "https://" if dice.random() < 0.9 else "http://"
        url += dice.choice(["cdn.example.com", "d111111abcdef8.cloudfront.net", "media-1.example.org:8443"])
        for _ in range(dice.randint(1, 5)):
            url += "/" + word(dice, [] if plain else LEGAL_PATH)
        if dice.random() < 0.5:
            pairs = []
            for _ in range(dice.randint(1, 3)):
                pair = "q" + word(dice, [])
                if plain or dice.random() < 0.8:
                    pair += "=" + word(dice, [] if plain else LEGAL_QUERY)
                pairs.append(pair)
            url += "?" + "&".join(pairs)
        kind = ["canned", "starts", "ip", "resource", "both"][number % 5]
        made.append(
            {
                "number": number,
                "url": url,
                "plain": plain,
                "key": ROTATION[(number // 2) % len(ROTATION)],
                "hash": "sha1" if (number // 12) % 2 == 0 else "sha256",
                "expires": NOW + dice.randint(1, 2_147_483_647 - NOW),
                "starts": NOW - dice.randint(1, 10**6) if kind in ("starts", "both") else None,
                "ip": dice.choice(["203.0.113.0/24", "198.51.100.7/32", "0.0.0.0/0"]) if kind in ("ip", "both") else None,
                "resource": resource(url, dice) if kind == "resource" else None,
                "kind": kind,
            }
        )
    return made


def word(dice, more):
    text = "".join(dice.choice(PLAIN) if not more or dice.random() < 0.6 else dice.choice(more) for _ in range(dice.randint(1, 12)))
    # Dot segments are resolved on the way, encoded or not, so that signing one is refused.
    dots = any(part.split(";")[0] in (".", "..") for part in text.split("%2F"))
    return "x" + text.replace("%2F", "%2Fx") if dots else text


def resource(url, dice):
    base = url.split("?")[0]
    return dice.choice([url.split("?")[0] + "*", base.rsplit("/", 1)[0] + "/*", "http*://" + base.split("://")[1] + "*"])


def sign_arguments(case, command="url"):
    key = KEYS[case["key"]][1]
    arguments = ["sign", command, "--key-pair-id", KEY_PAIR_ID, "--key", key, "--expires", str(case["expires"]), "--hash", case["hash"]]
    # The SDKs take the URL itself for the resource of a custom policy, its `?` unescaped.
    resource = case["resource"] or (case["url"] if case["kind"] != "canned" else None)
    if command == "url":
        arguments += ["--url", case["url"]]
        if resource:
            arguments += ["--resource", resource]
    else:
        arguments += ["--resource", resource or case["url"], "--format", "json"]
        if case["kind"] == "canned":
            arguments += ["--canned"]
    if case["starts"]:
        arguments += ["--starts", str(case["starts"])]
    if case["ip"]:
        arguments += ["--ip", case["ip"]]
    return arguments


def verify_arguments(case, url):
    public = PUBLIC[KEYS[case["key"]][0]]
    client = case["ip"].split("/")[0] if case["ip"] else "192.0.2.1"
    return ["verify", "url", "--url", url, "--key-pair-id", KEY_PAIR_ID, "--public-key", public, "--ip", client, "--at", str(NOW)]


if __name__ == "__main__":
    everything = [
        {**case, "sign": sign_arguments(case), "cookies": sign_arguments(case, "cookies"), "verify": verify_arguments(case, "URL")}
        for case in cases()
    ]
    print(json.dumps({"cases": everything, "keyPairId": KEY_PAIR_ID, "keys": KEYS, "public": PUBLIC, "now": NOW}))
