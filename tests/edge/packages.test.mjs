// Both packages as they are shipped: their entries, their files and the real module, in Node and in workerd.
import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import fs, { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { BUILT, ROOT, worldFiles } from "./corpus.mjs";
import { requestEvent, responseEvent } from "./events.mjs";
import { workerd } from "./workerd.mjs";

const NEW = generateKeyPairSync("rsa", { modulusLength: 2048 });
const CLIP = "/vod/free/clip/master.m3u8";
const ISSUER = "https://login.example.com/";
const COGNITO = "https://cognito-idp.eu-north-1.amazonaws.com/eu-north-1_TestOnly1";
const files = worldFiles("path");
const shells = (name) => new URL(`edge/shells/${name}`, ROOT);

/** A login of the world's second issuer's; `kid` may be one that nobody knows. */
function login({ kid = "oidc-1", account = "b-1", broken = false } = {}) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: ISSUER, sub: account, aud: "playgate", sid: "o-1", iat: now - 60, exp: now + 600, tier: "premium" };
  const encoded = [{ alg: "ES256", kid, typ: "JWT" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  const pem = readFileSync(new URL("tests/corpus/edge/keys/test-only-oidc-1.pem", ROOT));
  const signature = sign("sha256", encoded.join("."), { key: createPrivateKey(pem), dsaEncoding: "ieee-p1363" });
  if (broken) signature[20] ^= 1;
  return `Bearer ${encoded.join(".")}.${signature.toString("base64url")}`;
}

/** A login of the first issuer's, under a key that it has only just begun to use. */
function rotated() {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: COGNITO, sub: "a-1", aud: "tv-app", token_use: "id", iat: now - 60, exp: now + 600, "custom:subscription_tier": "premium" };
  const encoded = [{ alg: "RS256", kid: "new-1" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  return `Bearer ${encoded.join(".")}.${sign("sha256", encoded.join("."), NEW.privateKey).toString("base64url")}`;
}

// --- Lambda@Edge ----------------------------------------------------------------------------------

let handler;
const lines = [];
before(async () => {
  const folder = new URL("packages/lambda/", BUILT);
  mkdirSync(folder, { recursive: true });
  const put = (name, content) => writeFileSync(new URL(name, folder), content);
  put("package.json", '{"type":"module"}');
  for (const name of ["lambda.mjs", "wire.mjs", "sources.mjs"]) cpSync(shells(name), new URL(name, folder));
  cpSync(shells("lambda-index.mjs"), new URL("index.mjs", folder));
  for (const name of ["edge.js", "edge_bg.wasm"]) cpSync(new URL(name, BUILT), new URL(name, folder));
  put("shell.json", "{}");
  put("settings.bin", files.settings);
  put("rights.bundle", files.bundle);
  put("keys.json", files.keys);
  put("revocations.bin", files.revocations ?? "");
  put("addresses.bin", files.addresses ?? "");
  ({ handler } = await import(new URL("index.mjs", folder)));
});

const REQUEST = { id: "id-1", method: "GET", path: CLIP, query: "", host: "cdn.example.com", address: "203.0.113.7", country: "NO", headers: {} };

test("the Lambda package decides, and writes lines of JSON to stdout", async (t) => {
  t.mock.method(fs, "writeSync", (file, line) => file === 1 && lines.push(line));
  const forwarded = await handler(requestEvent("origin-request", REQUEST));
  const refused = await handler(requestEvent("origin-request", { ...REQUEST, path: "/vod/acme/one/master.m3u8" }));
  const redirected = await handler(
    requestEvent("origin-request", { ...REQUEST, path: "/vod/acme/two/master.m3u8", headers: { authorization: login() } }),
  );
  const broken = await handler(
    requestEvent("origin-request", { ...REQUEST, path: "/vod/acme/two/master.m3u8", headers: { authorization: login({ broken: true }) } }),
  );
  t.mock.restoreAll();
  assert.equal(forwarded.uri, CLIP);
  assert.deepEqual([refused.status, JSON.parse(refused.body).reason], ["401", "no_credentials"]);
  assert.deepEqual([redirected.status, redirected.body], ["302", undefined]);
  assert.match(redirected.headers.location[0].value, /^\/t\/[\w-]+\/vod\/acme\/two\/master\.m3u8$/);
  assert.deepEqual([broken.status, JSON.parse(broken.body).reason], ["401", "login_signature"]);
  const written = lines.filter((line) => typeof line === "string" && line.startsWith('{"at"'));
  assert.equal(written.length, 4);
  assert.deepEqual(written.map((line) => JSON.parse(line).action), ["forward", "refuse", "redirect", "refuse"]);
  assert.ok(written.every((line) => line.endsWith("}\n")));
});

test("on the way back the Lambda package sets what is configured, and keeps `vary`", async () => {
  const headers = { vary: "accept-encoding", "cache-control": "max-age=7", etag: '"1"' };
  for (const [path, status, cache] of [[CLIP, 200, /max-age=60/], [CLIP, 404, /^no-store$/], ["/v1/catalog", 200, /^max-age=7$/]]) {
    const event = responseEvent("viewer-response", { ...REQUEST, path, headers: { origin: "https://tv.example.com" } }, { status, headers });
    const result = await handler(event);
    const value = (name) => result.headers[name]?.[0].value;
    assert.match(value("cache-control"), cache);
    assert.equal(value("x-content-type-options"), "nosniff");
    assert.equal(value("access-control-allow-origin"), "https://tv.example.com");
    assert.match(value("vary"), /accept-encoding/i);
    assert.match(value("vary"), /origin/i);
    assert.equal(value("etag"), '"1"');
    assert.equal(result.status, `${status}`);
  }
});

test("a hundred thousand requests, large and small, leave the memory as it was", async () => {
  const { Edge, initSync } = await import(new URL("packages/lambda/edge.js", BUILT));
  const { create } = await import(new URL("packages/lambda/lambda.mjs", BUILT));
  // The module that runs already: a second one would have a memory of its own.
  const module = new WebAssembly.Module(readFileSync(new URL("edge_bg.wasm", BUILT)));
  const { memory } = initSync({ module });
  const own = create({ initSync, Edge, module, files, log: () => {} });
  const logins = [login(), login({ broken: true }), login({ account: "b-2" })];
  const ask = async (number) => {
    const headers = { cookie: `playgate=${"é".repeat(number % 97)}`, authorization: logins[number % 3] };
    if (number % 1000 === 0) headers.cookie = "c".repeat(200_000);
    const path = ["/vod/acme/two/master.m3u8", CLIP, "/nothing", "/vod/free/clip/720p/1.ts"][number % 4];
    const result = await own(requestEvent("origin-request", { ...REQUEST, path, headers }));
    assert.notEqual(result.status, "503");
  };
  for (let number = 0; number < 5_000; number++) await ask(number);
  const before = memory.buffer.byteLength;
  for (let number = 0; number < 95_000; number += 1) await ask(number);
  assert.equal(memory.buffer.byteLength, before);
});

// --- Workers --------------------------------------------------------------------------------------

let runtime;
const arrived = [];
before(async () => {
  const source = (url) => readFileSync(url);
  runtime = await workerd(
    "package",
    [
      ["index.mjs", source(shells("worker-index.mjs"))],
      ...["worker.mjs", "wire.mjs", "sources.mjs"].map((name) => [name, source(shells(name))]),
      ...["edge.js", "edge_bg.wasm"].map((name) => [name, source(new URL(name, BUILT))]),
      ["shell.json", files.shell],
      ["settings.bin", files.settings],
      ["rights.bundle", files.bundle],
      ["revocations.bin", files.revocations ?? ""],
      ["addresses.bin", files.addresses ?? ""],
    ],
    {
      bindings: { TOKEN_KEYS: new TextDecoder().decode(files.keys) },
      network(request, response) {
        const seen = { host: request.headers.host, url: request.url, method: request.method, headers: request.headers, body: "" };
        arrived.push(seen);
        request.on("data", (chunk) => (seen.body += chunk));
        if (request.headers.host === new URL(COGNITO).host) {
          const key = { ...NEW.publicKey.export({ format: "jwk" }), kid: "new-1", alg: "RS256", use: "sig" };
          return response.end(JSON.stringify({ keys: [key] }));
        }
        if (request.headers.host !== "media.example.com") return setTimeout(() => response.writeHead(404).end(), 50);
        request.on("end", () => {
          response.writeHead(200, { vary: "accept-encoding", "cache-control": "max-age=7", etag: '"1"' }).end("media");
        });
      },
    },
  );
});
after(() => runtime?.close());

const NORWAY = JSON.stringify({ country: "NO", regionCode: "03" });
const ask = (path, headers = {}, options = {}) =>
  fetch(runtime.url + path, { redirect: "manual", ...options, headers: { "cf-blob": NORWAY, "cf-ray": "ray", ...headers } });

test("the worker's package forwards, and dresses the origin's answer", async () => {
  arrived.length = 0;
  const response = await ask(`${CLIP}?a=1`, { origin: "https://tv.example.com", cookie: "a=1", authorization: "Basic x" });
  assert.deepEqual([response.status, await response.text()], [200, "media"]);
  const { host, url, headers } = arrived[0];
  assert.deepEqual([arrived.length, host, url], [1, "media.example.com", `${CLIP}?a=1`]);
  assert.deepEqual([headers.cookie, headers.authorization, headers.origin], [undefined, undefined, "https://tv.example.com"]);
  assert.equal(response.headers.get("access-control-allow-origin"), "https://tv.example.com");
  assert.match(response.headers.get("vary"), /accept-encoding.*origin/i);
  assert.match(response.headers.get("cache-control"), /max-age=60/);
  assert.equal(response.headers.get("etag"), '"1"');
});

test("the worker's package knows the country from the platform alone", async () => {
  for (const [blob, status] of [[NORWAY, 200], ['{"country":"US"}', 451], ["{}", 451], ['{"country":null}', 451]]) {
    const response = await ask("/vod/free/nordic/master.m3u8", { "cf-blob": blob, "cf-ipcountry": "NO", "cloudfront-viewer-country": "NO" });
    assert.equal(response.status, status, blob);
    await response.arrayBuffer();
  }
});

test("many logins that cross in workerd each get their own answer", async () => {
  const responses = await Promise.all(
    Array.from({ length: 60 }, async (_, number) => {
      const broken = number % 3 === 0;
      const response = await ask("/vod/acme/two/master.m3u8", { authorization: login({ account: `b-${number}`, broken }) });
      const reason = response.status === 302 ? "redirect" : (await response.json()).reason;
      return [reason, broken ? "login_signature" : "redirect"];
    }),
  );
  for (const [found, wanted] of responses) assert.equal(found, wanted);
});

test("a token that was handed out is good for what lies below its title, and for nothing else", async () => {
  const redirect = await ask("/vod/acme/two/master.m3u8", { authorization: login() });
  const location = redirect.headers.get("location");
  arrived.length = 0;
  for (const [path, status] of [
    [location, 200],
    [location.replace("master.m3u8", "720p/1.ts"), 200],
    [location.replace("/two/", "/two2/"), 403],
    [location.replace("/two/", "/one/"), 403],
    [location.replace(/.\/vod/, "_/vod"), 401],
  ]) {
    const response = await ask(path);
    assert.equal(response.status, status, path);
    await response.arrayBuffer();
  }
  assert.deepEqual(arrived.map(({ url }) => url), ["/vod/acme/two/master.m3u8", "/vod/acme/two/720p/1.ts"]);
});

test("a flood of unknown keys is one fetch in workerd, and none of them is let through", async () => {
  arrived.length = 0;
  const statuses = await Promise.all(
    Array.from({ length: 50 }, async (_, number) => {
      const response = await ask("/vod/acme/two/master.m3u8", { authorization: login({ kid: `unknown-${number}` }) });
      const { reason } = await response.json();
      return `${response.status} ${reason}`;
    }),
  );
  assert.deepEqual([...new Set(statuses)], ["503 keys_unavailable"]);
  assert.deepEqual(arrived.map(({ host }) => host), ["login.example.com"]);
});

test("an issuer's new key is fetched when the first login names it, and kept", async () => {
  arrived.length = 0;
  for (let number = 0; number < 3; number++) {
    const response = await ask("/vod/acme/two/master.m3u8", { authorization: rotated() });
    assert.equal(response.status, 302);
  }
  assert.deepEqual(arrived.map(({ host, url }) => host + url), [`${COGNITO.slice("https://".length)}/.well-known/jwks.json`]);
  const broken = await ask("/vod/acme/two/master.m3u8", { authorization: rotated().replace(/.{6}$/, "AAAAAA") });
  assert.equal((await broken.json()).reason, "login_signature");
});

test("what the origin decides goes there whole: method, body and credentials", async () => {
  arrived.length = 0;
  const body = "x".repeat(200_000);
  const response = await ask("/v1/licenses/widevine?a=%20", { authorization: "Bearer x", cookie: "a=1" }, { method: "POST", body });
  assert.equal(await response.text(), "media");
  const { method, url, headers } = arrived[0];
  assert.deepEqual([method, url, headers.authorization, headers.cookie], ["POST", "/v1/licenses/widevine?a=%20", "Bearer x", "a=1"]);
  assert.equal(arrived[0].body, body);
});

test("paths that are not canonical go nowhere, as they come over the wire", async () => {
  arrived.length = 0;
  const raw = (target) =>
    new Promise((resolve, reject) => {
      const socket = connect(runtime.port, "127.0.0.1");
      let text = "";
      socket.on("data", (chunk) => (text += chunk));
      socket.on("end", () => resolve(Number(text.split(" ")[1])));
      socket.on("error", reject);
      socket.end(`GET ${target} HTTP/1.1\r\nHost: cdn.example.com\r\ncf-blob: ${NORWAY}\r\nConnection: close\r\n\r\n`);
    });
  for (const target of [
    "//vod/free/clip/master.m3u8",
    "/vod//free/clip/master.m3u8",
    "/vod/free/clip%2fmaster.m3u8",
    "/vod/free%2Fclip/master.m3u8",
    "/vod/free/clip/%252e%252e/master.m3u8",
    "/vod/free/clip/..%2f..%2facme/one/master.m3u8",
  ]) {
    assert.equal(await raw(target), 400, target);
  }
  assert.equal(arrived.length, 0);
  // What a parser repairs on the way is decided upon, and forwarded, as it was repaired.
  for (const target of ["/vod/acme/one/../../free/clip/master.m3u8", "/vod/free/clip/%2e%2e/clip/master.m3u8"]) {
    const status = await raw(target);
    assert.ok(status === 400 || arrived.at(-1)?.url === CLIP, target);
  }
});
