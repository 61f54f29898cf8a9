"""Asks the real command whatever its OpenAPI document allows, and much that it does not: run.py PLAYGATE SCHEMATHESIS.

Starts `playgate serve` with a policy, titles and the keys of an issuer, and lets schemathesis at the document that it serves:
as a viewer, as an administrator, and as nobody. Ends with a line of counts; exits with 1 after what schemathesis found.
"""

import base64
import collections
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request

import jsonschema_rs

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
KEY = ROOT / "tests/keys/test-only-login-rsa.pem"
# Each of three visitors sends so many examples to each operation, and what the phase of coverage makes besides.
EXAMPLES = int(os.environ.get("PLAYGATE_API_EXAMPLES", "40"))
FEWEST = 100
LONGEST = 120


# No vendor is configured for it, and no generator writes what a player sends.
UNREADABLE = {"/v1/licenses/playready"}
IMPORTED = "00000000-0000-4000-8000-00000000000a"
KID = "fec497be-890c-739a-a129-716037ea886d"
PASSWORD = "test-only-password-of-acme"


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def openssl(*arguments: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, check=True).stdout


def login(subject: str, **more) -> str:
    now = int(time.time())
    claims = {"iss": "https://login.test", "sub": subject, "aud": "tv", "iat": now, "exp": now + 3600, "tier": "premium"} | more
    parts = ({"alg": "RS256", "typ": "JWT", "kid": "one"}, claims)
    message = ".".join(text(json.dumps(part).encode()) for part in parts)
    return message + "." + text(openssl("dgst", "-sha256", "-sign", str(KEY), stdin=message.encode()))


def jwks() -> dict:
    modulus = openssl("rsa", "-in", str(KEY), "-noout", "-modulus").decode().strip().removeprefix("Modulus=")
    key = {"kty": "RSA", "kid": "one", "alg": "RS256", "use": "sig", "n": text(bytes.fromhex(modulus)), "e": "AQAB"}
    return {"keys": [key]}


CONFIG = """schema = 1
listen = "127.0.0.1:0"
public_url = "https://api.example.com"
policies = "policies"
session_key = { file = "session.key" }

[store]
file = "playgate.db"

[[login]]
issuer = "https://login.test"
audience = ["tv"]
keys = "keys.json"
tier_claim = "tier"

[admin]
groups_claim = "groups"
group = "admins"

[media]
url = "https://media.example.com"
origin = "{media}"

[[media.path_tokens.key]]
kid = "k1"
key = { file = "token.hex" }

[media.cloudfront]
key_pair_id = "K2JCJMDEHXQW5F"
key = { file = "cloudfront.pem" }

[drm]
master_key = { id = "m1", key = { file = "master.hex" } }

[drm.widevine]
url = "{media}/widevine"

[drm.fairplay]
url = "{media}/fairplay"
headers = { "x-kids" = "{kids}" }

[[tenant]]
id = "acme"
titles = ["acme/*", "live/*"]
packager = "packager"
password = { file = "packager.txt" }

[limits]
per_account = 0

[cors]
origins = ["https://tv.example.com"]
"""


class Media(http.server.BaseHTTPRequestHandler):
    """Where playlists are: those that clients happen to name, and nothing else."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        playlists = {"master.m3u8": MULTIVARIANT, "index.m3u8": MEDIA}
        playlist = playlists.get(self.path.rsplit("/", 1)[-1])
        body = (playlist or "nothing").encode()
        self.send_response(200 if playlist else 404)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", "0")))
        self.send_response(200)
        self.send_header("content-length", "7")
        self.end_headers()
        self.wfile.write(b"licence")

    def log_message(self, *_):
        pass


MULTIVARIANT = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=1280x720\n720p/index.m3u8\n"
MEDIA = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nseg-1.m4s\n#EXT-X-ENDLIST\n"


def world(folder: pathlib.Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "policies").mkdir(parents=True)
    shutil.copy(HERE / "policy.toml", folder / "policies/acme.toml")
    shutil.copy(ROOT / "tests/keys/test-only-rsa-pkcs8.pem", folder / "cloudfront.pem")
    (folder / "keys.json").write_text(json.dumps(jwks()))
    (folder / "session.key").write_text("test-only session key of 32 bytes and more")
    (folder / "token.hex").write_text("00112233445566778899aabbccddeeff" * 2)
    (folder / "master.hex").write_text("5f3b1c0de2a94786b0c1d2e3f405162738495a6b7c8d9eafb0c1d2e3f4051627")
    (folder / "packager.txt").write_text(PASSWORD)
    media = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Media)
    threading.Thread(target=media.serve_forever, daemon=True).start()
    (folder / "serve.toml").write_text(CONFIG.replace("{media}", f"http://127.0.0.1:{media.server_port}"))


def ask(address: str, method: str, path: str, jwt: str, body: dict | bytes) -> dict:
    kind, content = ("octet-stream", body) if isinstance(body, bytes) else ("json", json.dumps(body).encode())
    headers = {"authorization": f"Bearer {jwt}", "content-type": f"application/{kind}"}
    return json.loads(send(address, method, path, headers, content))


def send(address: str, method: str, path: str, headers: dict, content: bytes | None) -> bytes:
    request = urllib.request.Request(f"http://{address}{path}", content, headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read()


def keys(address: str, session: str) -> None:
    """What no generator comes upon: a packager's document, and messages of players."""
    pair = base64.b64encode(f"packager:{PASSWORD}".encode()).decode()
    headers = {"authorization": f"Basic {pair}", "content-type": "application/xml", "x-speke-version": "2.0"}
    send(address, "POST", "/v1/speke", headers, (ROOT / "tests/corpus/speke/aes-128/request.xml").read_bytes())
    assert len(send(address, "GET", f"/v1/keys/{KID}?session={session}", {}, None)) == 16
    wanted = {"kids": [text(bytes.fromhex(KID.replace("-", "")))], "type": "temporary"}
    headers = {"content-type": "application/json"}
    send(address, "POST", f"/v1/licenses/clearkey?session={session}", headers, json.dumps(wanted).encode())
    headers = {"content-type": "application/octet-stream"}
    # A request for the service's certificate, which names no key.
    send(address, "POST", f"/v1/licenses/widevine?session={session}", headers, b"\x08\x04")
    send(address, "POST", f"/v1/licenses/fairplay?session={session}", headers, b"opaque")


def visitor(name: str, options: list[str], session: str, folder: pathlib.Path, url: str, schemathesis: str):
    config = folder / f"{name}.toml"
    # A session that is one, where a random text never would be.
    parameters = f'[parameters]\n"path.session" = "{session}"\n"query.session" = "{session}"\n\n' if session else ""
    config.write_text(parameters + (HERE / "schemathesis.toml").read_text())
    command = [
        schemathesis, "--no-color", "--config-file", str(config), "run", f"{url}/openapi.json", "--url", url,
        "--max-examples", str(EXAMPLES), "--mode", "all", "--checks", "all", "--seed", "5", "--generation-deterministic",
        "--continue-on-failure", "--suppress-health-check", "all", "--request-timeout", "10",
        "--warnings", "off", *options,
    ]  # fmt: skip
    return subprocess.Popen(command, cwd=folder, stdout=(folder / f"{name}.txt").open("w"), stderr=subprocess.STDOUT)


def main(playgate: str, schemathesis: str) -> int:
    folder = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).absolute() / "api"
    world(folder)
    began = time.monotonic()
    server = subprocess.Popen(
        [playgate, "serve", "--config", "serve.toml"], cwd=folder, stdout=(folder / "serve.log").open("w")
    )
    try:
        return checked(folder, server, playgate, schemathesis, began)
    finally:
        server.send_signal(signal.SIGTERM)
        if server.wait(timeout=30) != 0:
            raise SystemExit("api: the server did not stop in order")


def examples(document: dict) -> list[str]:
    """What the document shows as an example has to be what it demands."""
    problems, shown = [], 0
    for name, schema in document["components"]["schemas"].items():
        if "example" in schema:
            shown += 1
            whole = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
            problems += [f"the example of {name}: {error.message}" for error in jsonschema_rs.Draft202012Validator(whole).iter_errors(schema["example"])]
    return problems if shown >= 5 else [*problems, f"only {shown} schemas have examples"]


def listening(folder: pathlib.Path, server: subprocess.Popen) -> str:
    for _ in range(200):
        found = re.search(r'"address":"([^"]+)"', (folder / "serve.log").read_text())
        if found:
            return found[1]
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise SystemExit("api: the server does not start")


def checked(folder: pathlib.Path, server: subprocess.Popen, playgate: str, schemathesis: str, began: float) -> int:
    address = listening(folder, server)
    admin, viewer = login("admin", groups=["admins"]), login("viewer")
    for title in ("acme/one", "acme/free", "acme/counted", "live/derby"):
        ask(address, "PUT", f"/v1/admin/titles/{title}", admin, {"name": title, "live": title.startswith("live/"), "keys": [KID]})
    # What no generator comes upon.
    subprocess.run([playgate, "policy", "build", "policies", "-o", "bundle"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    ask(address, "PUT", "/v1/admin/policies", admin, (folder / "bundle").read_bytes())
    imported = {"title": "acme/one", "scheme": "cbcs", "key": "AAECAwQFBgcICQoLDA0ODw=="}
    headers = {"authorization": f"Bearer {admin}", "content-type": "application/json"}
    send(address, "PUT", f"/v1/admin/keys/{IMPORTED}", headers, json.dumps(imported).encode())
    handles = []
    for delivery in ("path-token", "signed-url"):
        playback = ask(address, "POST", "/v1/playback", viewer, {"title": "acme/one", "delivery": delivery})
        handles.append(playback["heartbeat"]["url"].split("/")[-2])
    keys(address, handles[0])

    visitors = {
        "viewer": (["-H", f"Authorization: Bearer {viewer}"], handles[0]),
        "admin": (["-H", f"Authorization: Bearer {admin}"], ""),
        "nobody": ([], handles[1]),
    }
    runs = {
        name: visitor(name, options, session, folder, f"http://{address}", schemathesis)
        for name, (options, session) in visitors.items()
    }
    codes = {name: run.wait() for name, run in runs.items()}
    log = [json.loads(line) for line in (folder / "serve.log").read_text().splitlines()]
    requests = [line for line in log if line["event"] == "request"]
    operations = {(line["method"], line["route"]) for line in requests if line["status"] < 400}
    took = time.monotonic() - began
    problems = [f"as {name}:\n{(folder / f'{name}.txt').read_text()}" for name, code in codes.items() if code]
    document = json.loads(urllib.request.urlopen(f"http://{address}/openapi.json", timeout=10).read())
    problems += examples(document)
    # Health and counts are not logged.
    silent = {"/healthz", "/readyz", "/metrics"}
    sent = collections.Counter((line["method"], line["route"]) for line in requests)
    for path, item in document["paths"].items():
        for method in item:
            if path not in silent | UNREADABLE and (method.upper(), path) not in operations:
                problems.append(f"{method.upper()} {path} never went well: nothing was learnt about its good answers")
            has_inputs = "parameters" in item[method] or "requestBody" in item[method]
            if has_inputs and sent[method.upper(), path] < FEWEST:
                problems.append(f"{method.upper()} {path} was asked {sent[method.upper(), path]} times, and not {FEWEST}")
    failed = [line for line in requests if line["status"] >= 500]
    problems += [f"a server error: {json.dumps(line)}" for line in failed[:5]]
    if took > LONGEST:
        problems.append(f"it took {took:.0f} s, and {LONGEST} are the most")
    if problems:
        print("\n\n".join(problems), file=sys.stderr)
        return 1
    print(f"api: {len(requests)} requests to {len(operations)} operations as 3 visitors, each answered as the document says, in {took:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
