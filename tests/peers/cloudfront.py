"""Agreement with botocore's CloudFrontSigner, with OpenSSL, and with the `cryptography` package.

RSA signatures are deterministic, so that botocore's URL and ours must be the same bytes. P-256 signatures are
not: there the policy must be the same bytes, and each side must take what the other made.
"""

import base64
import datetime
import json
import os
import subprocess
import sys
import tempfile

from botocore.signers import CloudFrontSigner
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding

import cases as rules

PLAYGATE = os.environ["PLAYGATE"]
HASHES = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256()}

counts = {"passed": 0, "failed": 0}
compared = {}


def check(what, case, good, detail=""):
    counts["passed" if good else "failed"] += 1
    compared[what] = compared.get(what, 0) + 1
    if not good:
        print(f"FAILED {what}, case {case['number']} ({case['kind']}, {case['key']}, {case['hash']}): {case['url']}\n  {detail}")


def playgate(*arguments):
    done = subprocess.run([PLAYGATE, *arguments], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else f"exit {done.returncode}: {done.stderr.strip()}"


def private_key(case):
    with open(rules.KEYS[case["key"]][1], "rb") as file:
        return serialization.load_pem_private_key(file.read(), None)


def public_key(case):
    with open(rules.PUBLIC[rules.KEYS[case["key"]][0]], "rb") as file:
        return serialization.load_pem_public_key(file.read())


def sign(case, message):
    key, digest = private_key(case), HASHES[case["hash"]]
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(message, ec.ECDSA(digest))
    return key.sign(message, padding.PKCS1v15(), digest)


def verifies(case, message, signature):
    key, digest = public_key(case), HASHES[case["hash"]]
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(digest))
        else:
            key.verify(signature, message, padding.PKCS1v15(), digest)
    except InvalidSignature:
        return False
    return True


def encode(data):
    return base64.b64encode(data).decode().translate(str.maketrans("+=/", "-_~"))


def decode(text):
    return base64.b64decode(text.translate(str.maketrans("-_~", "+=/")), validate=True)


def botocore_url(case):
    """The URL as botocore signs it, and the policy it signed."""
    signed = []

    def signer(message):
        signed.append(message)
        return sign(case, message)

    moment = lambda seconds: seconds and datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    peer = CloudFrontSigner(rules.KEY_PAIR_ID, signer)
    if case["kind"] == "canned":
        url = peer.generate_presigned_url(case["url"], date_less_than=moment(case["expires"]))
    else:
        policy = peer.build_policy(case["resource"] or case["url"], moment(case["expires"]), moment(case["starts"]), case["ip"])
        url = peer.generate_presigned_url(case["url"], policy=policy)
    # botocore leaves the hash to its caller, and so its parameter, too.
    return url + ("&Hash-Algorithm=SHA256" if case["hash"] == "sha256" else ""), signed[0]


def parameters(url):
    return dict(pair.split("=", 1) for pair in url.partition("?")[2].split("&") if "=" in pair)


def openssl(case, message, signature):
    """Whether the command openssl verifies the signature, and a signature that it makes."""
    with tempfile.TemporaryDirectory() as folder:
        policy, proof, own = (os.path.join(folder, name) for name in ("policy", "signature", "own"))
        with open(policy, "wb") as file:
            file.write(message)
        with open(proof, "wb") as file:
            file.write(signature)
        digest = ["openssl", "dgst", "-" + case["hash"]]
        public = rules.PUBLIC[rules.KEYS[case["key"]][0]]
        verified = subprocess.run([*digest, "-verify", public, "-signature", proof, policy], capture_output=True).returncode == 0
        subprocess.run([*digest, "-sign", rules.KEYS[case["key"]][1], "-out", own, policy], check=True, capture_output=True)
        with open(own, "rb") as file:
            return verified, file.read()


for case in rules.cases():
    ours = playgate(*rules.sign_arguments(case))
    theirs, their_policy = botocore_url(case)
    found = parameters(ours)
    our_policy = decode(found["Policy"]) if "Policy" in found else their_policy
    signature = decode(found.get("Signature", ""))

    if case["kind"] == "both":
        # With a start and a network, botocore writes IpAddress before DateGreaterThan, and the JavaScript SDK
        # after it, as we do. So here the contents are compared, and with that SDK the bytes.
        check("botocore: same policy, members in its own order", case, json.loads(our_policy) == json.loads(their_policy), our_policy)
    elif case["key"].startswith("rsa"):
        check("botocore: same URL, byte for byte", case, ours == theirs, f"ours   {ours}\n  theirs {theirs}")
    else:
        same = ours.split("Signature=")[0] == theirs.split("Signature=")[0] and our_policy == their_policy
        check("botocore: same URL and policy but for the random signature", case, same, f"ours   {ours}\n  theirs {theirs}")
    check("cryptography verifies what we signed", case, verifies(case, our_policy, signature))
    check("we allow what botocore signed", case, playgate(*rules.verify_arguments(case, theirs)) == "allowed", theirs)
    check("we allow what we signed", case, playgate(*rules.verify_arguments(case, ours)) == "allowed", ours)
    if case["number"] < 80:
        verified, own = openssl(case, our_policy, signature)
        check("OpenSSL verifies what we signed", case, verified)
        url = ours.replace("Signature=" + found.get("Signature", ""), "Signature=" + encode(own))
        check("we allow what OpenSSL signed", case, playgate(*rules.verify_arguments(case, url)) == "allowed", url)
        if case["key"].startswith("rsa"):
            check("OpenSSL signs the same bytes", case, own == signature)

kinds = {(case["key"], case["hash"], case["kind"]) for case in rules.cases()}
if len(kinds) < 32:
    print(f"FAILED only {len(kinds)} combinations of key, hash and kind of policy were tried")
    counts["failed"] += 1
for what, count in compared.items():
    print(f"{count:5}  {what}")
print(f"{counts['passed']} passed, {counts['failed']} failed")
sys.exit(counts["failed"] > 0)
