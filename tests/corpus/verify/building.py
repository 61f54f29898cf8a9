"""What the themes are built from: keys, policies, signed URLs, cookies, and the shape of a case.

Expectations are never computed: each theme states them by hand.
"""

from functools import cache

from signing import P256, Rsa, encode

NOW = 1767225600
END = 1767290400
FILM = "https://cdn.example.com/vod/film/master.m3u8"

PRIVATE = {
    "rsa": Rsa("test-only-rsa-pkcs8.pem"),
    "other": Rsa("test-only-rsa-other-pkcs8.pem"),
    "p256": P256("test-only-p256-pkcs8.pem"),
}
PUBLIC = {
    "rsa": "test-only-rsa-public.pem",
    "other": "test-only-rsa-other-public.pem",
    "p256": "test-only-p256-public.pem",
}
IDS = {"rsa": "K1RSAFORTESTS", "other": "K9OTHERRSA", "p256": "K2JCJMDEHXQW5F"}
GROUP = ("rsa", "p256")


def case(name, why, expect, url=FILM, *, cookies=(), ip=None, now=NOW, keys=GROUP, ids=None):
    """One case; `ids` may give a key of the group another id."""
    known = {**IDS, **(ids or {})}
    return {
        "name": name,
        "why": why,
        "request": {"url": url, "cookies": list(cookies), "ip": ip, "now": now},
        "keys": [{"id": known[key], "file": PUBLIC[key]} for key in keys],
        "expect": expect,
    }


def allowed(by="url", *, expires=END, key="p256"):
    return {"outcome": "allowed", "presented": by, "expires": expires, "key": IDS[key]}


def refused(code, reason):
    return {"outcome": "refused", "code": code, "reason": reason}


def missing(reason):
    return refused("MissingKey", reason)


def invalid(reason="unknown_key"):
    return refused("InvalidKey", reason)


def malformed(reason="policy_form"):
    return refused("MalformedPolicy", reason)


def denied(reason="wrong_signature"):
    return refused("AccessDenied", reason)


def canned(resource=FILM, expires=END):
    return f'{{"Statement":[{{"Resource":"{resource}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}}}]}}'


def custom(resource, expires=END, starts=None, network=None):
    condition = f'"DateLessThan":{{"AWS:EpochTime":{expires}}}'
    if starts is not None:
        condition += f',"DateGreaterThan":{{"AWS:EpochTime":{starts}}}'
    if network is not None:
        condition += f',"IpAddress":{{"AWS:SourceIp":"{network}"}}'
    return f'{{"Statement":[{{"Resource":"{resource}","Condition":{{{condition}}}}}]}}'


@cache
def signature(policy, key="p256", hash_name="SHA256"):
    data = policy if isinstance(policy, bytes) else policy.encode()
    return encode(PRIVATE[key].sign(data, hash_name))


def behind(url, *parameters):
    """`url` with more parameters; what is None is left out."""
    query = "&".join(parameter for parameter in parameters if parameter is not None)
    return url + ("&" if "?" in url else "?") + query


def proof(first, signed, key="p256", hash_name="SHA256"):
    """The parameters: `first` is the expiry or the policy."""
    announced = "Hash-Algorithm=SHA256" if hash_name == "SHA256" else None
    return [first, f"Signature={signed}", f"Key-Pair-Id={IDS[key]}", announced]


def canned_url(url=FILM, expires=END, key="p256", hash_name="SHA256"):
    signed = signature(canned(url, expires), key, hash_name)
    return behind(url, *proof(f"Expires={expires}", signed, key, hash_name))


def custom_url(url, policy, key="p256", hash_name="SHA256"):
    data = policy if isinstance(policy, bytes) else policy.encode()
    return behind(url, *proof(f"Policy={encode(data)}", signature(policy, key, hash_name), key, hash_name))


def crumbs(parameters):
    """Parameters as cookies, in order."""
    return [f"CloudFront-{parameter}" for parameter in parameters if parameter is not None]


def canned_cookies(url=FILM, expires=END, key="p256", hash_name="SHA256"):
    signed = signature(canned(url, expires), key, hash_name)
    return crumbs(proof(f"Expires={expires}", signed, key, hash_name))


def custom_cookies(policy, key="p256", hash_name="SHA256"):
    first = f"Policy={encode(policy.encode())}"
    return crumbs(proof(first, signature(policy, key, hash_name), key, hash_name))


def header(pairs):
    return "; ".join(pairs)
