"""Logins that hold and that do not, their tiers, and what was withdrawn."""

import wire
from cryptography.hazmat.primitives import serialization
from making import COGNITO, IPHONE, KEYS, MASTER, NOW, OIDC, bearer, carried, case, cognito, oidc, tok
from table_credentials import SEGMENT, in_cookie


def accepted_and_refused():
    ok = lambda name, login, **more: case(f"login: {name}", "forward", path=SEGMENT, headers=bearer(login), **more)
    no = lambda name, login, code, **more: case(f"login: {name}", f"{503 if code == 'keys_unavailable' else 401} {code if code == 'keys_unavailable' else 'login_' + code}", path=SEGMENT, headers=bearer(login), also={"log.credential": "bearer", "log.account": None, "log.kid": None, "log.outcome": None}, **more)  # fmt: skip
    ok("Cognito's", cognito(), also={"log.account": "a-1", "log.kid": "cognito-1", "log.session": "c-1", "log.tier": "premium"})
    ok("the other issuer's", oidc(tier="family"), also={"log.account": "b-1", "log.kid": "oidc-1", "log.session": "o-1", "log.tier": "family"})
    ok("one of its audiences", cognito(aud=["other", "tv-app"]))
    ok("an access token of Cognito's", cognito(aud=None, client_id="tv-app", token_use="access"))
    no("an access token for another client", cognito(aud=None, client_id="other", token_use="access"), "audience")
    no("a client id in an id token", cognito(aud=None, client_id="tv-app"), "audience")
    no("another audience", cognito(aud="other"), "audience")
    no("no audience", cognito(aud=None), "audience")
    no("no audience in a list", cognito(aud=[]), "audience")
    no("the other issuer's audience", cognito(aud="playgate"), "audience")
    no("another use", cognito(token_use="refresh"), "use")
    no("no use", cognito(token_use=None), "use")
    ok("no use where none is asked for", oidc(tier="premium"))
    no("another issuer", cognito(iss="https://evil.example/"), "issuer")
    no("another pool", cognito(iss=COGNITO[:-1] + "2"), "issuer")
    no("issuer with a slash more", cognito(iss=COGNITO + "/"), "issuer")
    no("issuer without its slash", oidc(iss=OIDC[:-1]), "issuer")
    no("issuer in capitals", oidc(iss=OIDC.upper()), "issuer")
    no("no issuer", cognito(iss=None), "issuer")
    no("one issuer's claims under the other's key", oidc(iss=COGNITO), "keys_unavailable")
    no("a stranger's key under a known id", cognito(key="stranger-rsa", kid="cognito-1"), "signature")
    no("a stranger's curve key under a known id", oidc(key="stranger-ec", kid="oidc-1"), "signature")
    no("unknown key id", cognito(kid="cognito-9"), "keys_unavailable")
    no("key id that is a path", cognito(kid="../../etc/passwd"), "keys_unavailable")
    no("empty key id", cognito(header={"kid": ""}), "keys_unavailable")
    no("no key id, where there are two keys", cognito(header={"kid": None}), "unknown_key")
    ok("no key id, where there is one key", oidc(tier="premium", header={"kid": None}), also={"log.account": "b-1", "log.tier": "premium", "log.kid": "oidc-1"})
    no("no key id, and a stranger's key", oidc(key="stranger-ec", header={"kid": None}), "signature")
    no("no key id, and another algorithm", oidc(header={"kid": None, "alg": "RS256"}), "algorithm")
    no("no key id, expired", oidc(header={"kid": None}, exp=NOW - 31), "expired")
    no("key id as number", cognito(header={"kid": 5}), "malformed")
    public = KEYS["cognito-1"].public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    der = KEYS["cognito-1"].public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    no("HS256 with the public key as secret", cognito(algorithm="HS256", secret=public), "algorithm")
    no("HS256 with the public key's bytes as secret", cognito(algorithm="HS256", secret=der), "algorithm")
    no("HS256 with nothing as secret", cognito(algorithm="HS256", secret=b""), "algorithm")
    no("algorithm none", cognito(algorithm="none"), "algorithm")
    no("algorithm none with a signature left", cognito(header={"alg": "none"}), "algorithm")
    for name in ("None", "NONE", "nOnE", "rs256", "RS384", "PS256", "ES256", "EdDSA", ""):
        no(f"algorithm {name!r}", cognito(header={"alg": name}), "algorithm")
    no("algorithm RS512, rightly signed", cognito(algorithm="RS512"), "algorithm")
    no("algorithm RS256 of a curve key", oidc(header={"alg": "RS256"}), "algorithm")
    no("no algorithm", cognito(header={"alg": None}), "algorithm")
    no("algorithm as number", cognito(header={"alg": 5}), "algorithm")
    no("algorithms in a list", cognito(header={"alg": ["RS256"]}), "algorithm")
    numbers = KEYS["stranger-rsa"].public_key().public_numbers()
    jwk = {"kty": "RSA", "n": wire.b64(numbers.n.to_bytes(256, "big")), "e": "AQAB"}
    no("a key brought along", cognito(key="stranger-rsa", kid="cognito-1", header={"jwk": jwk}), "signature")
    no("a key brought along under its own id", cognito(key="stranger-rsa", kid="mine", header={"jwk": jwk}), "keys_unavailable")
    no("an address of keys", cognito(key="stranger-rsa", kid="cognito-1", header={"jku": "https://evil.example/jwks.json"}), "signature")
    no("an address of a certificate", cognito(key="stranger-rsa", kid="cognito-1", header={"x5u": "https://evil.example/x"}), "signature")
    no("critical header", cognito(header={"crit": ["exp"], "exp": 1}), "critical")
    no("critical header, and expired", cognito(exp=NOW - 1, header={"crit": ["b64"], "b64": False}), "critical")
    no("signature in DER", oidc(algorithm="ES256-DER"), "signature")
    no("signature of zeros", oidc().rpartition(".")[0] + "." + wire.b64(bytes(64)), "signature")
    no("no signature", cognito().rpartition(".")[0] + ".", "malformed")
    no("signature of another login", cognito().rpartition(".")[0] + "." + cognito(sub="x").rpartition(".")[2], "signature")
    first, claims, signature = cognito(**{"custom:subscription_tier": "basic"}).split(".")
    raised = wire.b64(wire.unb64(claims).replace(b"basic", b"premium"))
    no("tier raised", f"{first}.{raised}.{signature}", "signature")
    ok("last second", cognito(exp=NOW + 1))
    no("at its expiry", cognito(exp=NOW), "expired")
    no("expired by a second", cognito(exp=NOW - 1), "expired")
    no("expired and forged", cognito(key="stranger-rsa", kid="cognito-1", exp=NOW - 1), "expired")
    no("no expiry", cognito(exp=None), "no_expiry")
    for name, exp in {"text": "never", "digits as text": str(NOW + 9), "a list": [NOW + 9], "true": True, "milliseconds": NOW * 1000, "less than nothing": -1}.items():
        no(f"expiry as {name}", cognito(exp=exp), "no_expiry")
    no("expiry as text, and forged", cognito(key="stranger-rsa", kid="cognito-1", exp="never"), "no_expiry")
    ok("expired within the leeway", oidc(tier="premium", exp=NOW - 29))
    no("expired beyond the leeway", oidc(tier="premium", exp=NOW - 30), "expired")
    ok("begins now", cognito(nbf=NOW))
    no("begins in a second", cognito(nbf=NOW + 1), "not_yet_valid")
    ok("begins within the leeway", oidc(tier="premium", nbf=NOW + 30))
    no("begins beyond the leeway", oidc(tier="premium", nbf=NOW + 31), "not_yet_valid")
    for name, value in {"text": "soon", "a list": [], "true": True, "less than nothing": -1}.items():
        no(f"begins as {name}", cognito(nbf=value), "claim")
        no(f"issued as {name}", cognito(iat=value), "claim")
    ok("issued in a minute", cognito(iat=NOW + 60))
    no("issued in 61 seconds", cognito(iat=NOW + 61), "not_yet_valid")
    for name, sub in {"a number": 5, "none": None, "empty": "", "a list": ["a"], "true": True, "with a line feed": "a\nb", "with a return": "a\r\nb", "with a nul": "a\0b", "with delete": "a\x7fb", "of 257 bytes": "a" * 257, "of 258 bytes in 129 letters": "\u00e9" * 129}.items():  # fmt: skip
        no(f"subject {name}", cognito(sub=sub), "claim")
    ok("subject of 256 bytes", cognito(sub="a" * 256), also={"log.account": "a" * 256})
    ok("subject of 128 letters in 256 bytes", cognito(sub="\u00e9" * 128), also={"log.account": "\u00e9" * 128})
    no("subject none, and forged", cognito(key="stranger-rsa", kid="cognito-1", sub=None), "signature")
    no("subject none, for another client", cognito(sub=None, aud="other"), "audience")
    for name, login in {
        "two parts": cognito().rpartition(".")[0],
        "four parts": cognito() + ".x",
        "five parts, encrypted": "a.b.c.d.e",
        "no parts": "login",
        "only dots": "..",
        "padded": cognito() + "=",
        "letters of plain base64": "e+/x." + cognito().partition(".")[2],
        "header no JSON": "AAAA." + cognito().partition(".")[2],
        "header a list": wire.b64(b"[]") + "." + cognito().partition(".")[2],
        "claims no JSON": ".".join([cognito().split(".")[0], "AAAA", cognito().split(".")[2]]),
        "claims a text": ".".join([cognito().split(".")[0], wire.b64(b'"x"'), cognito().split(".")[2]]),
        "claims cut off": ".".join([cognito().split(".")[0], wire.b64(b'{"exp":'), cognito().split(".")[2]]),
    }.items():
        no(name, login, "malformed")
    usual = len(cognito(filler=""))
    longest = next(login for login in (cognito(filler="x" * count) for count in range((8192 - usual) * 3 // 4 - 9, 9999)) if len(login) >= 8191)  # fmt: skip
    ok("nearly too large", longest, also={"log.account": "a-1"})
    no("too large", cognito(filler="x" * 11000), "too_large")
    no("too large and nonsense", "x" * 16000, "too_large")
    no("8193 bytes of nonsense", "x" * 8193, "too_large")
    no("8192 bytes of nonsense", "x" * 8192, "malformed")
    ok("session of any token", cognito(origin_jti=None, jti="j-1"), also={"log.session": "j-1"})
    ok("no session", cognito(origin_jti=None), also={"log.session": None})
    ok("a session that is no text", cognito(sid=5), also={"log.session": "c-1"})
    ok("claims that nobody knows", cognito(**{"https://example.com/roles": ["a"], "nested": {"a": [1]}}))
    tiers = {
        "tier of the claim": (cognito(**{"custom:subscription_tier": "family"}), "family", "forward"),
        "tier of a group": (cognito(**{"custom:subscription_tier": None, "cognito:groups": ["household"]}), "family", "forward"),
        "the first group that is mapped": (cognito(**{"custom:subscription_tier": None, "cognito:groups": ["household", "vip"]}), "premium", "forward"),
        "the claim before the groups": (cognito(**{"custom:subscription_tier": "basic", "cognito:groups": ["vip"]}), "basic", "403 height"),
        "a group that is not mapped": (cognito(**{"custom:subscription_tier": None, "cognito:groups": ["other"]}), None, "403 tier"),
        "neither claim nor group": (cognito(**{"custom:subscription_tier": None}), None, "403 tier"),
        "the tier of those without": (oidc(), "basic", "403 height"),
        "a tier that no policy names": (cognito(**{"custom:subscription_tier": "platinum"}), "platinum", "403 tier"),
        "a tier called anonymous, and a group": (cognito(**{"custom:subscription_tier": "anonymous", "cognito:groups": ["vip"]}), "premium", "forward"),
        "a tier called anonymous, and a default": (oidc(tier="anonymous"), "basic", "403 height"),
        "an empty tier": (cognito(**{"custom:subscription_tier": ""}), None, "403 tier"),
        "a tier that is no text": (cognito(**{"custom:subscription_tier": 5}), None, "403 tier"),
        "a tier of 65 bytes": (cognito(**{"custom:subscription_tier": "t" * 65}), None, "403 tier"),
        "a tier of 64 bytes": (cognito(**{"custom:subscription_tier": "t" * 64}), "t" * 64, "403 tier"),
        "a tier in capitals": (cognito(**{"custom:subscription_tier": "Premium"}), "Premium", "403 tier"),
        "a tier called anonymous": (cognito(**{"custom:subscription_tier": "anonymous"}), None, "403 tier"),
        "a tier called *": (cognito(**{"custom:subscription_tier": "*"}), "*", "403 tier"),
    }
    for name, (login, tier, hand) in tiers.items():
        case(f"login tier: {name}", hand, path=SEGMENT, headers=bearer(login), also={"log.tier": tier})
    case("login tier: called anonymous, where any login will do", "forward", path="/vod/acme/two/720p/1.ts", headers=bearer(cognito(**{"custom:subscription_tier": "anonymous"})), also={"log.tier": None})
    case("login tier: without, where any login will do", "forward", path="/vod/acme/two/720p/1.ts", headers=bearer(cognito(**{"custom:subscription_tier": None})), also={"log.tier": None})
    case("login: nobody's, where nobody can log in", "401 login_issuer", world="bare", headers=bearer(cognito()))
    case("login: no form, where nobody can log in", "401 login_malformed", world="bare", headers=bearer("x"))
    case("login: of an issuer of another world", "401 login_issuer", world="plain", headers=bearer(oidc()))


def withdrawn():
    moment = 1_799_999_000
    at = lambda name, hand, world="path", **more: case(f"withdrawn: {name}", hand, world=world, path=more.pop("path", SEGMENT), **more)
    for when, iat, hand in (("before", moment - 1, "401 revoked"), ("at that moment", moment, "401 revoked"), ("after", moment + 1, "forward"), ("nobody says when", None, "401 revoked")):  # fmt: skip
        at(f"session of a token, issued {when}", hand, headers=carried(tok(cti="s-withdrawn", iat=iat)), also={"log.session": "s-withdrawn", "log.kid": "k-2026"})
        at(f"account of a token, issued {when}", hand, headers=carried(tok(sub="a-withdrawn", iat=iat)), also={"log.account": "a-withdrawn"})
        at(f"account of a login, issued {when}", hand, headers=bearer(cognito(sub="a-withdrawn", iat=iat)), also={"log.account": "a-withdrawn"})
        at(f"session of a login, issued {when}", hand, headers=bearer(cognito(origin_jti="c-withdrawn", iat=iat)))
        at(f"token in the path, issued {when}", hand, path=f"/t/{tok(cti='s-withdrawn', iat=iat)}{SEGMENT}")
        at(f"token in a cookie, issued {when}", hand, headers=in_cookie(tok(cti="s-withdrawn", iat=iat)))
        at(f"login in a cookie, issued {when}", hand, headers={"cookie": f"pg_login={cognito(sub='a-withdrawn', iat=iat)}"})
    renewed = {"body.renew": True, "headers.www-authenticate": "Bearer", "body.rule": None, "log.outcome": None}
    at("a cookie is not passed over", "401 revoked", headers=in_cookie(tok(cti="s-withdrawn", iat=moment), tok()), also=renewed)
    at("a cookie is not passed over for a login", "401 revoked", headers=in_cookie(tok(cti="s-withdrawn", iat=moment)) | bearer(cognito()), also=renewed)
    at("a cookie behind one that holds", "forward", headers=in_cookie(tok(), tok(cti="s-withdrawn", iat=moment)))
    at("a cookie behind a stale one", "401 revoked", headers=in_cookie(tok(exp=NOW), tok(cti="s-withdrawn", iat=moment)), also=renewed)
    at("where nobody need log in", "401 revoked", path="/vod/free/clip/1p/1", headers=carried(tok(path="/", cti="s-withdrawn", iat=moment)), also=renewed)
    at("before the title is asked for", "401 revoked", path="/vod/nobody/1p/1", headers=carried(tok(path="/", cti="s-withdrawn", iat=moment)), also=renewed)
    at("not before the token holds", "401 token_expired", headers=carried(tok(cti="s-withdrawn", iat=moment, exp=NOW)))
    at("not before the token fits", "403 token_path", headers=carried(tok(cti="s-withdrawn", iat=moment, path="/x/")))
    at("key of a login", "401 revoked", headers=bearer(cognito(key="cognito-2")), also=renewed | {"log.kid": "cognito-2"})
    at("key of a login, issued after", "401 revoked", headers=bearer(cognito(key="cognito-2", iat=NOW)))
    later = 1_800_086_400
    at("key of a token", "401 revoked", now=later, headers=carried(tok(kid="k-next", iat=later, exp=later + 60)), also=renewed | {"log.kid": "k-next"})
    at("another key beside", "forward", now=later, headers=carried(tok(iat=later, exp=later + 60)))
    at("session called like an account", "forward", headers=carried(tok(cti="a-withdrawn", iat=moment)))
    at("account called like a session", "forward", headers=carried(tok(sub="s-withdrawn", iat=moment)))
    at("session with a letter more", "forward", headers=carried(tok(cti="s-withdrawn2", iat=moment)))
    at("session in capitals", "forward", headers=carried(tok(cti="S-WITHDRAWN", iat=moment)))
    at("a moment still to come", "401 revoked", headers=carried(tok(sub="a-later")))
    at("a moment still to come, issued after it", "forward", headers=carried(tok(sub="a-later", iat=1_800_001_001)))
    at("manifest of a login", "401 revoked", path=MASTER, headers=bearer(cognito(sub="a-withdrawn", iat=moment)), agent=IPHONE)
    at("by HEAD", "401 revoked", method="HEAD", headers=carried(tok(cti="s-withdrawn", iat=moment)), also={"body": None})
    at("a world without withdrawals", "forward", world="none", headers=carried(tok("none", cti="s-withdrawn", iat=moment)))
    at("nothing about nobody", "forward", path="/vod/free/clip/1p/1", headers={})


accepted_and_refused()
withdrawn()
