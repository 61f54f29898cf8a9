// The worker shell, with a stand-in for the module; in Node, whose requests, answers and WebCrypto are the standard's too.
import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "../../edge/shells/worker.mjs";
import { fake, issuer } from "./fake.mjs";

const NOW = 1_800_000_000;
const URL_ = "https://cdn.example.com/vod/acme/one/master.m3u8?a=1";
const forward = (request) => [0, request.path, request.query, "log"];

/** A worker on a stand-in; `ask` sends it what looks like a request in a worker. */
function workerOf(behaviour, options = {}) {
  const log = [];
  const edges = [];
  const waiting = [];
  const fetched = [];
  const origin = async (address, init) => (fetched.push({ address, ...init }), new Response("media"));
  const parts = fake({ ...behaviour, fresh: (edge) => edges.push(edge) });
  const worker = create({ ...parts, now: () => NOW, log: (line) => log.push(line), fetch: origin, ...options });
  const ask = (headers = {}, { url = URL_, method = "GET", cf, body = null, env } = {}) =>
    worker.fetch({ url, method, headers: new Headers(headers), cf, body }, env, { waitUntil: (work) => waiting.push(work) });
  return { worker, ask, log, edges, waiting, fetched };
}
async function isFault(response) {
  assert.equal(response.status, 503);
  assert.equal(response.headers.get("retry-after"), "5");
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal((await response.json()).reason, "cannot_decide");
}

test("each field is where the module looks for it", async () => {
  let seen;
  const { ask } = workerOf({ decide: (request) => ((seen = request), forward(request)) });
  const headers = {
    host: "cdn.example.com",
    authorization: "Bearer x",
    cookie: "a=1; b=2",
    origin: "https://tv.example.com",
    "access-control-request-method": "GET",
    "user-agent": "agent",
    "sec-ch-ua-mobile": "?1",
    "sec-ch-ua-platform": '"Android"',
    "sec-ch-ua-form-factors": '"Mobile"',
  };
  const own = { "x-playgate-token": "t", "cf-ray": "ray-1", "cf-connecting-ip": "2001:db8::1" };
  await ask({ ...headers, ...own }, { cf: { country: "NO", regionCode: "03" } });
  assert.deepEqual(seen, {
    event: 2,
    id: "ray-1",
    method: "GET",
    path: "/vod/acme/one/master.m3u8",
    query: "a=1",
    address: "2001:db8::1",
    country: "NO",
    region: "03",
    token: "t",
    ...headers,
    "cloudfront-is-mobile-viewer": "",
    "cloudfront-is-tablet-viewer": "",
    "cloudfront-is-smarttv-viewer": "",
    "cloudfront-is-desktop-viewer": "",
    vary: "",
    "cache-control": "",
  });
  await ask();
  assert.match(seen.id, /^[0-9a-f-]{36}$/);
});

test("no header says where a viewer is or what they watch on", async () => {
  const lies = ["cf-ipcountry", "cloudfront-viewer-country", "cloudfront-viewer-country-region", "x-country", "cf-region-code"];
  for (const cf of [undefined, {}, { country: null }, { country: 47, regionCode: {} }]) {
    let seen;
    const { ask } = workerOf({ decide: (request) => ((seen = request), forward(request)) });
    const headers = Object.fromEntries(lies.map((name) => [name, "NO"]));
    await ask({ ...headers, "cloudfront-is-desktop-viewer": "true", "x-forwarded-for": "203.0.113.9" }, { cf });
    assert.deepEqual([seen.country, seen.region, seen.address, seen["cloudfront-is-desktop-viewer"]], ["", "", "", ""]);
  }
});

test("path and query are those of the address, not repaired", async () => {
  const table = [
    ["https://a.example/", "/", ""],
    ["https://a.example/?", "/", ""],
    ["https://a.example/x?y?z", "/x", "y?z"],
    ["https://a.example/../x/./%2e%2e//y", "/../x/./%2e%2e//y", ""],
    ["https://a.example:8443/t/a/b?c=/d", "/t/a/b", "c=/d"],
    ["http://a.example/é", "/é", ""],
  ];
  for (const [url, path, query] of table) {
    let seen;
    const { ask } = workerOf({ decide: (request) => ((seen = request), forward(request)) });
    await ask({}, { url });
    assert.deepEqual([seen.path, seen.query], [path, query]);
  }
});

test("a forward goes to the origin, with what the module says and without what it takes away", async () => {
  const table = [
    [["/vod/x", ""], "https://media.example.com/vod/x"],
    [["/vod/x", "a=1&b=%20"], "https://media.example.com/vod/x?a=1&b=%20"],
    [["/vod/x#y", "a#b"], "https://media.example.com/vod/x%23y?a%23b"],
    [["//elsewhere.example/x", ""], "https://media.example.com//elsewhere.example/x"],
    [["/@elsewhere.example/x", ""], "https://media.example.com/@elsewhere.example/x"],
  ];
  for (const [parts, address] of table) {
    const { ask, fetched, log } = workerOf({ decide: () => [0, ...parts, "line", "authorization", "cookie"] });
    const headers = { host: "cdn.example.com", authorization: "a", cookie: "b", accept: "*/*", range: "bytes=0-1" };
    const response = await ask(headers, { method: "POST", body: "challenge" });
    assert.equal(await response.text(), "media");
    assert.equal(fetched.length, 1);
    assert.equal(fetched[0].address, address);
    assert.equal(new URL(fetched[0].address).host, "media.example.com");
    assert.deepEqual([...fetched[0].headers], [["accept", "*/*"], ["range", "bytes=0-1"]]);
    assert.deepEqual([fetched[0].method, fetched[0].body, fetched[0].redirect], ["POST", "challenge", "manual"]);
    assert.deepEqual(log, ["line"]);
  }
});

test("an answer of the origin gets its headers on the way back, and keeps the rest", async () => {
  let seen;
  const respond = (status, answer) => ((seen = { status, ...answer }), ["vary", `${answer.vary}, origin`, "cache-control", "no-store"]);
  const origin = async () => new Response("part", { status: 206, headers: { vary: "accept", "cache-control": "x", etag: '"1"' } });
  const { ask } = workerOf({ decide: () => [0, "/vod/x", "", "log"], respond }, { fetch: origin });
  const response = await ask({ origin: "https://tv.example.com" });
  assert.deepEqual([...response.headers].filter(([name]) => name !== "content-type"), [
    ["cache-control", "no-store"],
    ["etag", '"1"'],
    ["vary", "accept, origin"],
  ]);
  assert.deepEqual([seen.status, seen.path, seen.origin, seen["cache-control"], seen.method], [206, "/vod/x", "https://tv.example.com", "x", "GET"]);
});

test("what fails on the way back leaves the answer as it is, and is logged", async () => {
  const respond = () => {
    throw new Error("no");
  };
  const origin = async () => new Response("media", { headers: { etag: '"1"' } });
  const { ask, log } = workerOf({ decide: forward, respond }, { fetch: origin });
  const response = await ask();
  assert.deepEqual([response.status, response.headers.get("etag"), await response.text()], [200, '"1"', "media"]);
  assert.match(JSON.parse(log[1]).detail, /stays as it is: no/);
});

test("answers are given as they are, cookies one by one", async () => {
  const headers = ["set-cookie", "a=1", "set-cookie", "b=2", "allow", "GET"];
  for (const [status, body, text] of [["204", "", ""], ["302", "", ""], ["451", '{"é":1}', '{"é":1}']]) {
    const { ask, fetched } = workerOf({ decide: () => [1, status, body, "log", ...headers] });
    const response = await ask();
    assert.equal(response.status, Number(status));
    assert.equal(await response.text(), text);
    assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
    assert.equal(response.headers.get("allow"), "GET");
    assert.equal(fetched.length, 0);
  }
});

test("what goes wrong is a 503 that says so, and nothing is forwarded", async (t) => {
  const table = {
    "the module throws": { decide: () => assert.fail("broken") },
    "the module stops": {
      decide: () => {
        throw new WebAssembly.RuntimeError("unreachable");
      },
    },
    "the module answers nonsense": { decide: () => [17] },
    "the module waits for a signature that it did not name": { decide: () => [2] },
    "the module waits for the same signature for ever": { decide: (_, edge) => (edge.check(0, Buffer.from("m"), Buffer.from("s")), [2]) },
  };
  for (const [name, behaviour] of Object.entries(table)) {
    await t.test(name, async () => {
      const { ask, log, fetched } = workerOf(behaviour);
      await isFault(await ask({ "cf-ray": "r" }));
      const line = JSON.parse(log.at(-1));
      assert.deepEqual([line.id, line.event, line.status, line.reason], ["r", "worker", 503, "cannot_decide"]);
      assert.equal(fetched.length, 0);
      const head = await ask({}, { method: "HEAD" });
      assert.deepEqual([head.status, await head.text()], [503, ""]);
    });
  }
  await t.test("more than the module takes", async () => {
    const { ask } = workerOf({ decide: forward });
    await isFault(await ask({ cookie: "c".repeat(300_000) }));
    assert.equal((await ask()).status, 200);
  });
  await t.test("the origin is not there", async () => {
    const { ask, log } = workerOf({ decide: forward }, { fetch: () => Promise.reject(new Error("no such host")) });
    const response = await ask({ "cf-ray": "r" });
    assert.deepEqual([response.status, response.headers.get("retry-after")], [502, "5"]);
    assert.equal((await response.json()).reason, "origin_unreachable");
    const line = JSON.parse(log.at(-1));
    assert.deepEqual([line.id, line.detail], ["r", "the origin cannot be reached: no such host"]);
    assert.equal((await ask({}, { method: "HEAD" })).status, 502);
  });
});

test("a module that stopped in its middle is replaced at the next request", async () => {
  let time = NOW;
  let stops = true;
  const decide = (request) => {
    if (stops) throw new WebAssembly.RuntimeError("unreachable");
    return forward(request);
  };
  const { ask, edges } = workerOf({ decide }, { now: () => time });
  stops = false;
  assert.equal((await ask()).status, 200);
  stops = true;
  time += 10;
  await isFault(await ask());
  stops = false;
  assert.equal((await ask()).status, 200);
  assert.equal(edges.length, 2);
});

test("token keys come from the secret, and without one nothing is decided", async () => {
  const parts = fake({
    decide: forward,
    fresh: (edge) => {
      if (edge.files[2].length === 0) throw new Error("there are no token keys");
    },
  });
  delete parts.files.keys;
  const log = [];
  const fetch = async () => new Response("media");
  const request = { url: URL_, method: "GET", headers: new Headers(), body: null };
  const good = create({ ...parts, log: () => {}, fetch });
  assert.equal((await good.fetch(request, { TOKEN_KEYS: "{}" })).status, 200);
  const bad = create({ ...parts, log: (line) => log.push(line), fetch });
  await isFault(await bad.fetch(request, {}));
  await isFault(await bad.fetch(request, {}));
  assert.match(JSON.parse(log[1]).detail, /there are no token keys/);
});

// --- Signatures, which take time, of requests that cross ------------------------------------------

const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
const P256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const pair = async (algorithm) => {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const { kty, n, e, crv, x, y } = await crypto.subtle.exportKey("jwk", publicKey);
  const sign = async (text) => Buffer.from(await crypto.subtle.sign(algorithm, privateKey, Buffer.from(text))).toString("base64");
  return { jwk: kty === "RSA" ? { kty, n, e } : { kty, crv, x, y }, sign };
};
/** A module to which `authorization` is `KEY MESSAGE SIGNATURE`, and which says in `x-verdict` what the host made of it. */
const verifying = (request, edge) => {
  const [key, message, signature] = request.authorization.split(" ");
  const verdict = edge.check(Number(key), Buffer.from(message), Buffer.from(signature, "base64"));
  return verdict === 2 ? [2] : [1, "401", "{}", "log", "x-verdict", `${request.id} ${verdict}`];
};

test("each of many requests that cross gets its own verdict", async () => {
  const [rsa, p256] = [await pair(RSA), await pair(P256)];
  const { ask } = workerOf({ decide: verifying, keys: { rsa: rsa.jwk, p256: p256.jwk, broken: { kty: "EC", crv: "P-256", x: "AA", y: "AA" } } });
  const wanted = [];
  for (let number = 0; number < 60; number++) {
    const [key, pair] = number % 2 ? [0, rsa] : [1, p256];
    const text = `message-${number}`;
    const signature = await pair.sign(text);
    const [told, said] = number % 3 === 0 ? [`message-${number + 1}`, 0] : [text, 1];
    wanted.push([number % 5 === 0 ? 1 - key : key, told, signature, number % 5 === 0 ? 0 : said]);
  }
  wanted.push([2, "message-1", wanted[1][2], 0], [3, "message-1", wanted[1][2], 0], [0, "message-1", "AA==", 0]);
  const responses = await Promise.all(
    wanted.map(([key, text, signature], number) => ask({ authorization: `${key} ${text} ${signature}`, "cf-ray": `r${number}` })),
  );
  const verdicts = responses.map((response) => response.headers.get("x-verdict"));
  assert.deepEqual(verdicts, wanted.map((row, number) => `r${number} ${row[3]}`));
  assert.ok(verdicts.filter((verdict) => verdict.endsWith(" 1")).length > 20);
});

test("a verdict holds for the key that it was made with, whatever number that key has by then", async (t) => {
  const [one, other] = [await pair(P256), await pair(P256)];
  let open;
  const gate = new Promise((resolve) => (open = resolve));
  const verify = crypto.subtle.verify;
  crypto.subtle.verify = async (...given) => (await gate, verify.apply(crypto.subtle, given));
  t.after(() => (crypto.subtle.verify = verify));

  const decide = (request, edge) => (request.cookie && !edge.keys[1] ? [3, "0", "https://issuer.example.com"] : verifying(request, edge));
  // Names that are numbers come first among an object's.
  const fetch = async () => new Response(JSON.stringify({ 1: other.jwk }));
  const { ask } = workerOf({ decide, keys: { one: one.jwk } }, { fetch });
  const authorization = `0 m ${await one.sign("m")}`;
  const before = ask({ authorization, "cf-ray": "before" });
  const between = ask({ authorization: `1 m ${await one.sign("m")}`, "cf-ray": "between", cookie: "fetch" });
  await new Promise((resolve) => setTimeout(resolve, 50));
  open();
  assert.equal((await before).headers.get("x-verdict"), "before 0");
  assert.equal((await between).headers.get("x-verdict"), "between 1");
});

test("a flood of requests for unknown keys is one fetch, which goes on when its request has ended", async () => {
  const { jwk } = await pair(P256);
  const server = await issuer((_, response) => setTimeout(() => response.end(JSON.stringify({ second: jwk })), 50));
  const decide = (request, edge) => ("second" in edge.keys ? [1, "401", "{}", "log"] : [3, "0", server.url]);
  const { ask, edges, waiting } = workerOf({ decide }, { fetch: globalThis.fetch });
  const responses = await Promise.all(Array.from({ length: 50 }, () => ask()));
  assert.ok(responses.every(({ status }) => status === 401));
  assert.equal(server.count, 1);
  assert.equal(edges[0].fetched.length, 1);
  assert.equal(waiting.length, 1);
  server.close();
});

test("a fetch that never ends is not waited for, and does not stand in the way of the next", async () => {
  let count = 0;
  const { jwk } = await pair(P256);
  const fetch = () => (count++ === 0 ? new Promise(() => {}) : Promise.resolve(new Response(JSON.stringify({ second: jwk }))));
  const decide = (request, edge) => ("second" in edge.keys ? [1, "401", "{}", "log"] : [3, "0", "https://issuer.example.com"]);
  const { ask } = workerOf({ decide }, { fetch, now: () => Date.now() / 1000 });
  const began = Date.now();
  assert.equal((await ask()).status, 401);
  assert.ok(Date.now() - began < 4500);
  assert.equal(count, 2);
});

test("keys and withdrawals that are due are fetched after the answer, and kept alive for it", async () => {
  const shell = { origin: "https://media.example.com", revocations: { url: "https://api.example.com/withdrawn", every: 60 } };
  const addresses = [];
  const fetch = async (address) => (addresses.push(address), new Response(address.includes("api.") ? "set" : "{}"));
  const { ask, edges, waiting } = workerOf({ decide: forward, shell }, { fetch });
  await ask();
  edges[0].dues = [4];
  await Promise.all(waiting);
  assert.deepEqual(edges[0].withdrawn, ["set"]);
  assert.equal(addresses.filter((address) => address.includes("api.")).length, 1);
});

test("an origin that answers oddly is unreachable, and costs the module nothing", async () => {
  const odd = { status: 999, headers: new Headers(), body: null };
  let time = NOW;
  const shell = { origin: "https://media.example.com", revocations: { url: "https://api.example.com/withdrawn", every: 3600 } };
  const fetch = async (address) => (address.includes("api.") ? new Response("set") : odd);
  const { ask, edges } = workerOf({ decide: forward, shell }, { fetch, now: () => time });
  for (const span of [0, 11, 11]) {
    time += span;
    assert.equal((await ask()).status, 502);
  }
  assert.equal(edges.length, 1);
  assert.deepEqual(edges[0].withdrawn, ["set"]);
});

test("a module that takes the place of a stopped one knows what was withdrawn", async () => {
  let [time, stops] = [NOW, false];
  const decide = (request) => {
    if (stops) throw new WebAssembly.RuntimeError("unreachable");
    return forward(request);
  };
  const shell = { origin: "https://media.example.com", revocations: { url: "https://api.example.com/withdrawn", every: 3600 } };
  const sets = ["set"];
  const fetch = async (address) => (address.includes("api.") ? new Response(sets.shift() ?? "", { status: 200 }) : new Response("media"));
  const { ask, edges } = workerOf({ decide, shell }, { fetch, now: () => time });
  await ask();
  stops = true;
  time += 10;
  await isFault(await ask());
  stops = false;
  assert.equal((await ask()).status, 200);
  assert.deepEqual(edges.map((edge) => edge.withdrawn), [["set"], ["set"]]);
});

test("a start that failed is tried again after a while", async () => {
  let [time, starts] = [NOW, 0];
  const parts = fake({
    decide: forward,
    fresh: () => {
      if (++starts === 1) throw new Error("not yet");
    },
  });
  const worker = create({ ...parts, now: () => time, log() {}, fetch: async () => new Response("media") });
  const ask = () => worker.fetch({ url: URL_, method: "GET", headers: new Headers(), body: null }, {}, { waitUntil() {} });
  for (const [span, status, count] of [[0, 503, 1], [9, 503, 1], [1, 200, 2], [0, 200, 2]]) {
    time += span;
    assert.deepEqual([(await ask()).status, starts], [status, count]);
  }
});

test("a GET goes on without a body, and without headers that rewrite its address", async () => {
  const { ask, fetched } = workerOf({ decide: forward });
  const headers = { "x-original-url": "/vod/y", "x-http-method-override": "DELETE", range: "bytes=0-" };
  assert.equal((await ask(headers, { body: "surprise" })).status, 200);
  assert.equal(fetched[0].body, null);
  assert.deepEqual([...fetched[0].headers.keys()], ["range"]);
});
