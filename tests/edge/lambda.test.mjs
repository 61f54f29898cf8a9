// The Lambda shell on what CloudFront sends and on what it never should, with a stand-in for the module. One file, for all of it
// goes through one handler; what both shells share in fetching is tried at its end.
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { create } from "../../edge/shells/lambda.mjs";
import { requestEvent, responseEvent } from "./events.mjs";
import { fake, issuer } from "./fake.mjs";

const REQUEST = {
  id: "id-1",
  method: "GET",
  path: "/vod/acme/one/master.m3u8",
  query: "a=1",
  host: "d111111abcdef8.cloudfront.net",
  address: "203.0.113.7",
  country: "NO",
  region: "03",
  headers: {},
};
const forward = (request) => [0, request.path, request.query, "log"];

/** A handler on a stand-in, with the log and the instances that it made. */
function handlerOf(behaviour, options = {}) {
  const log = [];
  const edges = [];
  const parts = fake({ ...behaviour, fresh: (edge) => edges.push(edge) });
  const handler = create({ ...parts, now: () => 1_800_000_000, log: (line) => log.push(line), ...options });
  return { handler, log, edges };
}
const faultOf = (result) => ({ status: result.status, reason: JSON.parse(result.body).reason });
const CANNOT_DECIDE = { status: "503", reason: "cannot_decide" };

test("each field is where the module looks for it", async () => {
  let seen;
  const { handler } = handlerOf({ decide: (request) => ((seen = request), forward(request)) });
  const headers = {
    authorization: "Bearer x",
    cookie: ["a=1", "b=2"],
    origin: "https://tv.example.com",
    "access-control-request-method": "GET",
    "user-agent": ["one", "two"],
    "sec-ch-ua-mobile": "?1",
    "sec-ch-ua-platform": '"Android"',
    "sec-ch-ua-form-factors": '"Mobile"',
    "cloudfront-is-mobile-viewer": "true",
    "cloudfront-is-tablet-viewer": "false",
    "cloudfront-is-smarttv-viewer": "no",
    "cloudfront-is-desktop-viewer": "yes",
  };
  await handler(requestEvent("origin-request", { ...REQUEST, headers: { ...headers, "x-playgate-token": "t" } }));
  assert.deepEqual(seen, {
    event: 1,
    id: "id-1",
    method: "GET",
    path: "/vod/acme/one/master.m3u8",
    query: "a=1",
    address: "203.0.113.7",
    country: "NO",
    region: "03",
    host: "d111111abcdef8.cloudfront.net",
    token: "t",
    ...headers,
    cookie: "a=1; b=2",
    "user-agent": "one, two",
    vary: "",
    "cache-control": "",
  });
  await handler(requestEvent("viewer-request", REQUEST));
  assert.equal(seen.event, 0);
});

test("fields and parts keep their borders, whatever is written in them", async () => {
  for (const text of ["", "plain", "é", "snö\u{1F3AC}", "\u{FEFF}mark", "\u{D800}", "a\u0000b", "x".repeat(70_000), "é".repeat(20_000)]) {
    let seen;
    const { handler } = handlerOf({
      decide: (request) => ((seen = request), [1, "403", `[${request.cookie}]`, "log é", "x-a", request.cookie]),
    });
    const result = await handler(requestEvent("viewer-request", { ...REQUEST, headers: { cookie: text, origin: "ö" } }));
    const expected = text.toWellFormed?.() ?? text.replace("\u{D800}", "\u{FFFD}");
    assert.equal(seen.cookie, expected);
    assert.equal(seen.origin, "ö");
    assert.equal(result.body, `[${expected}]`);
    assert.equal(result.headers["x-a"][0].value, expected);
  }
});

test("a forward is the request itself, changed where the module says so", async () => {
  const { handler, log } = handlerOf({
    decide: () => [0, "/vod/x", "b=2", '{"a":1}', "authorization", "cookie", "absent"],
  });
  const event = requestEvent("origin-request", { ...REQUEST, headers: { authorization: "a", cookie: "b", accept: "*/*" } });
  const request = event.Records[0].cf.request;
  const result = await handler(event);
  assert.equal(result, request);
  // Lambda hands on what is left of it as JSON.
  assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(result.headers))), ["host", "accept", "cloudfront-viewer-country", "cloudfront-viewer-country-region"]);
  assert.equal(result.uri, "/vod/x");
  assert.equal(result.querystring, "b=2");
  assert.equal(result.origin.custom.domainName, "media.example.com");
  assert.deepEqual(log, ['{"a":1}']);
});

test("an answer has what CloudFront takes, and 204 has no body", async () => {
  const parts = ["", "log", "set-cookie", "a=1", "cache-control", "no-store", "set-cookie", "b=2"];
  for (const [status, body, description] of [["204", "", "No Content"], ["451", "{}", "Unavailable For Legal Reasons"]]) {
    const { handler } = handlerOf({ decide: () => [1, status, body, ...parts.slice(1)] });
    const expected = {
      status,
      statusDescription: description,
      headers: {
        "set-cookie": [
          { key: "set-cookie", value: "a=1" },
          { key: "set-cookie", value: "b=2" },
        ],
        "cache-control": [{ key: "cache-control", value: "no-store" }],
      },
    };
    assert.deepEqual(await handler(requestEvent("viewer-request", REQUEST)), body ? { ...expected, body } : expected);
  }
});

test("the handler returns promises: Lambda takes nothing else for an answer", () => {
  const { handler } = handlerOf({ decide: forward });
  assert.ok(handler(requestEvent("viewer-request", REQUEST)) instanceof Promise);
  assert.ok(handler(undefined) instanceof Promise);
  assert.ok(handler.length < 3, "with three parameters it would count as one with a callback");
});

test("what is no event is answered with 503 and logged, and nothing is asked", async (t) => {
  const broken = {
    "nothing": () => undefined,
    "null": () => null,
    "no records": () => ({}),
    "records of nothing": () => ({ Records: [] }),
    "a record of nothing": () => ({ Records: [null] }),
    "no configuration": (event) => (delete event.Records[0].cf.config, event),
    "no request": (event) => (delete event.Records[0].cf.request, event),
    "no event type": (event) => (delete event.Records[0].cf.config.eventType, event),
    "an unknown event type": (event) => ((event.Records[0].cf.config.eventType = "viewer_request"), event),
    "an event type of a prototype": (event) => ((event.Records[0].cf.config.eventType = "__proto__"), event),
    "a number for an id": (event) => ((event.Records[0].cf.config.requestId = 7), event),
    "no headers": (event) => (delete event.Records[0].cf.request.headers, event),
    "headers of null": (event) => ((event.Records[0].cf.request.headers = null), event),
    "a number for a method": (event) => ((event.Records[0].cf.request.method = 1), event),
    "null for a path": (event) => ((event.Records[0].cf.request.uri = null), event),
    "no query": (event) => (delete event.Records[0].cf.request.querystring, event),
    "an object for an address": (event) => ((event.Records[0].cf.request.clientIp = {}), event),
    "a header of null": (event) => ((event.Records[0].cf.request.headers.cookie = null), event),
    "a header of text": (event) => ((event.Records[0].cf.request.headers.cookie = "a=1"), event),
    "a line of null": (event) => ((event.Records[0].cf.request.headers.cookie = [null]), event),
    "a line without value": (event) => ((event.Records[0].cf.request.headers.cookie = [{ key: "Cookie" }]), event),
    "a number for a value": (event) => ((event.Records[0].cf.request.headers.cookie = [{ value: 1 }]), event),
    "a number for the second value": (event) => ((event.Records[0].cf.request.headers.cookie = [{ value: "a" }, { value: 1 }]), event),
    "more than the module takes": (event) => ((event.Records[0].cf.request.headers.cookie = [{ value: "x".repeat(300_000) }]), event),
  };
  for (const [name, breaking] of Object.entries(broken)) {
    await t.test(name, async () => {
      let asked = 0;
      const { handler, log } = handlerOf({ decide: (request) => (asked++, forward(request)) });
      const result = await handler(breaking(requestEvent("viewer-request", REQUEST)));
      assert.deepEqual(faultOf(result), CANNOT_DECIDE);
      assert.equal(result.headers["retry-after"][0].value, "5");
      assert.equal(result.headers["cache-control"][0].value, "no-store");
      assert.equal(asked, 0);
      assert.equal(log.length, 1);
      const line = JSON.parse(log[0]);
      assert.equal(line.reason, "cannot_decide");
      assert.equal(line.at, 1_800_000_000);
      assert.equal(typeof line.detail, "string");
    });
  }
});

test("the log's keys are in the same order when a shell writes a line", async () => {
  const { handler, log } = handlerOf({ decide: forward });
  await handler({});
  assert.equal(
    Object.keys(JSON.parse(log[0])).join(" "),
    "at id event method route title height credential kid session account country country_from region device device_from " +
      "tier network action status reason outcome rule valid_until max_height policy detail",
  );
});

test("headers named like what every object has are headers, and nothing more", async () => {
  const names = ["__proto__", "constructor", "tostring", "hasownproperty", "valueof"];
  for (const token of [...names, "x-playgate-token"]) {
    let seen;
    const { handler } = handlerOf({ decide: (request) => ((seen = request), forward(request)), token });
    await handler(requestEvent("viewer-request", REQUEST));
    assert.equal(seen.token, "");
    const headers = Object.fromEntries(names.map((name) => [name, "evil"]));
    const result = await handler(requestEvent("viewer-request", { ...REQUEST, headers }));
    assert.equal(result.uri, REQUEST.path);
    assert.equal(seen.token, token === "x-playgate-token" ? "" : "evil");
    assert.equal(seen.cookie, "");
  }
});

test("HEAD gets no body, not even of a fault", async () => {
  const { handler } = handlerOf({ decide: () => [9] });
  const result = await handler(requestEvent("viewer-request", { ...REQUEST, method: "HEAD" }));
  assert.equal(result.status, "503");
  assert.equal(result.body, undefined);
});

test("an answer of the module that is none is a fault", async () => {
  for (const answer of [[2], [4, "a"], [-1], [undefined]]) {
    const { handler } = handlerOf({ decide: () => answer });
    assert.deepEqual(faultOf(await handler(requestEvent("viewer-request", REQUEST))), CANNOT_DECIDE);
  }
});

test("a module that stopped in its middle is replaced at once, but only every ten seconds", async () => {
  let time = 1_800_000_000;
  let stops = true;
  const decide = (request) => {
    if (stops) throw new WebAssembly.RuntimeError("unreachable");
    return forward(request);
  };
  const { handler, edges } = handlerOf({ decide }, { now: () => time });
  for (const [after, instances] of [[100, 1], [100, 2], [100, 2], [109, 2], [110, 3], [119, 3]]) {
    time = 1_800_000_000 + after;
    assert.equal((await handler(requestEvent("viewer-request", REQUEST))).status, "503");
    assert.equal(edges.length, instances);
  }
  stops = false;
  for (let number = 0; number < 3; number++) {
    time += 10;
    assert.equal((await handler(requestEvent("viewer-request", REQUEST))).uri, REQUEST.path);
    assert.equal(edges.length, 4);
  }
});

test("on the way back headers are set, and others stay", async () => {
  let seen;
  const { handler } = handlerOf({
    decide: forward,
    respond: (status, answer) => ((seen = { status, ...answer }), ["vary", `${answer.vary}, origin`, "x-content-type-options", "nosniff"]),
  });
  for (const event of ["viewer-response", "origin-response"]) {
    const headers = { vary: ["accept-encoding", "accept"], "cache-control": "max-age=1", etag: '"1"' };
    const built = responseEvent(event, { ...REQUEST, headers: { origin: "https://tv.example.com" } }, { status: 206, headers });
    const response = built.Records[0].cf.response;
    const result = await handler(built);
    assert.equal(result, response);
    assert.deepEqual(Object.keys(result.headers), ["vary", "cache-control", "etag", "x-content-type-options"]);
    assert.deepEqual(result.headers.vary, [{ key: "vary", value: "accept-encoding, accept, origin" }]);
    assert.equal(seen.status, 206);
    assert.equal(seen.path, REQUEST.path);
    assert.equal(seen.origin, "https://tv.example.com");
    assert.equal(seen["cache-control"], "max-age=1");
  }
});

test("what fails on the way back leaves the response as it is, and is logged", async (t) => {
  const broken = {
    "the module throws": (cf) => cf,
    "no request": (cf) => delete cf.request,
    "no headers": (cf) => delete cf.response.headers,
    "a header of null": (cf) => (cf.response.headers.vary = null),
  };
  for (const [name, breaking] of Object.entries(broken)) {
    await t.test(name, async () => {
      const { handler, log } = handlerOf({
        decide: forward,
        respond: () => {
          throw new Error("no");
        },
      });
      const event = responseEvent("viewer-response", REQUEST, { status: 200, headers: { etag: '"1"' } });
      breaking(event.Records[0].cf);
      const before = JSON.stringify(event.Records[0].cf.response);
      assert.equal(JSON.stringify(await handler(event)), before);
      assert.equal(log.length, 1);
      assert.match(JSON.parse(log[0]).detail, /stays as it is/);
    });
  }
});

test("signatures are checked on the module's memory, by the key that it names", async () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const keys = { rsa: rsa.publicKey.export({ format: "jwk" }), p256: p256.publicKey.export({ format: "jwk" }) };
  keys.broken = { kty: "EC", crv: "P-256", x: "AA", y: "AA" };
  const message = Buffer.from("header.payload");
  const signatures = [
    sign("sha256", message, rsa.privateKey),
    sign("sha256", message, { key: p256.privateKey, dsaEncoding: "ieee-p1363" }),
  ];
  const der = sign("sha256", message, p256.privateKey);
  const changed = Buffer.from(signatures[0]);
  changed[40] ^= 1;
  const table = [
    [0, message, signatures[0], 1],
    [1, message, signatures[1], 1],
    [0, message, signatures[1], 0],
    [1, message, signatures[0], 0],
    [0, Buffer.from("header.Payload"), signatures[0], 0],
    [0, message, changed, 0],
    [0, message, Buffer.alloc(0), 0],
    [1, message, der, 0],
    [1, message, Buffer.alloc(64), 0],
    [2, message, signatures[1], 0],
    [3, message, signatures[1], 0],
    [-1, message, signatures[0], 0],
    [NaN, message, signatures[0], 0],
  ];
  const rounds = [];
  const { handler, log } = handlerOf({
    keys,
    decide: (request, edge) => {
      const verdicts = table.map(([key, text, signature]) => edge.check(key, text, signature));
      rounds.push(verdicts);
      return verdicts.includes(2) ? [2] : [0, verdicts.join(), "", "log"];
    },
  });
  assert.equal(log.length, 0, "keys are not touched before a login asks for them");
  const result = await handler(requestEvent("viewer-request", REQUEST));
  assert.deepEqual(rounds[0], table.map(() => 2), "the module is busy, and cannot be asked for its keys now");
  assert.equal(rounds.length, 2);
  assert.match(log[0], /key 2 cannot be used/);
  assert.equal(result.uri, table.map((row) => row[3]).join());
});

test("memory that grows in the middle of a request is looked at anew", async () => {
  const { handler } = handlerOf({ decide: (request) => [1, "403", request.cookie + "!".repeat(request.cookie.length), "log"] });
  for (const length of [10, 60_000, 200_000, 10, 250_000]) {
    const cookie = "c".repeat(length);
    const result = await handler(requestEvent("viewer-request", { ...REQUEST, headers: { cookie } }));
    assert.equal(result.body.length, 2 * length);
    assert.ok(result.body.startsWith(cookie) && result.body.endsWith("!"));
  }
});

/** Waits for the keys of issuer 0 until they hold `wanted`. */
const wants = (wanted, url) => (request, edge) => {
  if (wanted in edge.keys) return [0, "/known", "", "log"];
  if (edge.fetched.length > 0) return [1, "401", "{}", "log"];
  return [3, "0", url()];
};
const es256 = () => JSON.stringify({ second: generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" }) });

test("keys that are missing are fetched, once for all that wait for them", async () => {
  const body = es256();
  const server = await issuer((_, response) => setTimeout(() => response.end(body), 50));
  const { handler, edges } = handlerOf({ decide: wants("second", () => server.url) });
  const results = await Promise.all(Array.from({ length: 100 }, () => handler(requestEvent("viewer-request", REQUEST))));
  assert.ok(results.every((result) => result.uri === "/known"));
  assert.equal(server.count, 1);
  assert.deepEqual(edges[0].fetched, [body]);
  server.close();
});

test("an issuer that is down, slow or lies changes nothing, and is waited for a second at most", async (t) => {
  const lies = {
    "closes the connection": (_, response) => response.destroy(),
    "answers 500": (_, response) => response.writeHead(500).end("{}"),
    "answers 404 with keys": (_, response) => response.writeHead(404).end(es256()),
    "leads elsewhere": (_, response) => response.writeHead(302, { location: "/keys" }).end(),
    "says nothing": () => {},
    "stops in the middle": (_, response) => response.writeHead(200).write("{"),
    "drips": (_, response) => {
      const timer = setInterval(() => response.write(" "), 100);
      response.on("close", () => clearInterval(timer));
    },
    "sends a page": (_, response) => response.end("<!doctype html><title>Sign in</title>"),
    "sends nothing": (_, response) => response.end(),
    "sends 10 MB": (_, response) => response.end(Buffer.alloc(10_000_000, 32)),
    "sends 64 KB and a byte": (_, response) => response.end(Buffer.alloc(65_537, 32)),
  };
  for (const [name, answer] of Object.entries(lies)) {
    await t.test(name, async () => {
      const server = await issuer(answer);
      const { handler, edges, log } = handlerOf({ decide: wants("second", () => server.url) });
      const began = Date.now();
      const result = await handler(requestEvent("viewer-request", REQUEST));
      assert.equal(result.status, "401");
      assert.ok(Date.now() - began < 1500);
      assert.equal(server.count, 1);
      assert.equal(edges[0].fetched.length, 1);
      assert.deepEqual(Object.keys(edges[0].keys), []);
      assert.equal(JSON.parse(log[0]).event, "keys");
      server.close();
    });
  }
  await t.test("is not there", async () => {
    const server = await issuer(() => {});
    server.close();
    const { handler, log } = handlerOf({ decide: wants("second", () => server.url) });
    assert.equal((await handler(requestEvent("viewer-request", REQUEST))).status, "401");
    assert.equal(log.length, 2);
  });
});

test("a module that never has enough is left after some rounds", async () => {
  const server = await issuer((_, response) => response.end(es256()));
  const { handler } = handlerOf({ decide: () => [3, "0", server.url] });
  assert.deepEqual(faultOf(await handler(requestEvent("viewer-request", REQUEST))), CANNOT_DECIDE);
  assert.equal(server.count, 5);
  server.close();
});

test("a fetch that was under way when Lambda stood still is not waited for", async () => {
  let time = 1_800_000_000;
  const body = es256();
  let count = 0;
  const fetch = () => (count++ === 0 ? new Promise(() => {}) : Promise.resolve(new Response(body)));
  const { handler, edges } = handlerOf(
    { decide: (request, edge) => (request.cookie ? wants("second", () => "https://issuer.example.com")(request, edge) : forward(request)) },
    { now: () => time, fetch },
  );
  edges[0].dues = [0];
  await handler(requestEvent("viewer-request", REQUEST));
  time += 600;
  const began = Date.now();
  const result = await handler(requestEvent("viewer-request", { ...REQUEST, headers: { cookie: "a" } }));
  assert.equal(result.uri, "/known");
  assert.ok(Date.now() - began < 500);
  assert.equal(count, 2);
});

test("keys that are due are fetched behind the request's back, and looked for once a second", async () => {
  let time = 1_800_000_000;
  const fetched = [];
  let end;
  const fetch = (url) => {
    fetched.push(url);
    return new Promise((resolve) => (end = () => resolve(new Response(es256()))));
  };
  const { handler, edges } = handlerOf({ decide: forward }, { now: () => time, fetch });
  edges[0].dues = [-1, 3, 3, 3];
  for (const [after, count] of [[0, 0], [0, 0], [1, 1], [1, 1], [2, 1]]) {
    time = 1_800_000_000 + after;
    assert.equal((await handler(requestEvent("viewer-request", REQUEST))).uri, REQUEST.path);
    assert.equal(fetched.length, count);
  }
  end();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(edges[0].fetched.length, 1);
  time += 1;
  await handler(requestEvent("viewer-request", REQUEST));
  assert.deepEqual(fetched, ["https://issuer.example.com/3", "https://issuer.example.com/3"]);
  end();
});

test("withdrawals are fetched as often as is configured, and a bad set changes nothing", async () => {
  let time = 1_800_000_000;
  const shell = { revocations: { url: "https://api.example.com/withdrawn", every: 30 } };
  const answers = [new Response("one"), new Response("<html>", { status: 502 }), new Response(""), new Response("two")];
  const fetch = async () => answers.shift();
  const { handler, edges, log } = handlerOf({ decide: forward, shell }, { now: () => time, fetch });
  const after = async (span) => {
    time += span;
    await handler(requestEvent("viewer-request", REQUEST));
    await new Promise((resolve) => setTimeout(resolve, 5));
    return edges[0].withdrawn.join();
  };
  for (const [span, withdrawn] of [[0, "one"], [29, "one"], [1, "one"], [30, "one"], [30, "one,two"], [1, "one,two"]]) {
    assert.equal(await after(span), withdrawn);
  }
  const notes = log.filter((line) => line !== "log").map((line) => JSON.parse(line));
  assert.deepEqual(notes.map(({ event }) => event), ["revocations", "revocations"]);
  assert.match(notes[0].detail, /status 502; the former set stays/);
});

test("what the module refuses to start with stops the start", () => {
  const parts = fake({
    decide: forward,
    fresh: () => {
      throw new Error("the bundle was changed");
    },
  });
  assert.throws(() => create(parts), /the bundle was changed/);
  assert.throws(() => create({ ...fake({ decide: forward }), files: {} }));
});

test("what was withdrawn is asked for before anything is decided, and not waited for in vain", async () => {
  const shell = { revocations: { url: "https://api.example.com/withdrawn", every: 60 } };
  const slow = (milliseconds) => async () => {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    return new Response("set");
  };
  const decide = (request, edge) => [1, edge.withdrawn.length > 0 ? "401" : "200", "{}", "log"];
  for (const [milliseconds, status] of [[100, "401"], [1500, "200"]]) {
    const { handler } = handlerOf({ decide, shell }, { fetch: slow(milliseconds) });
    const began = performance.now();
    const result = await handler(requestEvent("viewer-request", REQUEST));
    assert.equal(result.status, status);
    assert.ok(performance.now() - began < 1200, "half a second is the most that a viewer waits");
  }
});

test("an event that is not a response's never gives a response of somebody else", async () => {
  const { handler } = handlerOf({ decide: () => [0, "/x", "", "log"] });
  const event = requestEvent("viewer-request", REQUEST);
  event.Records[0].cf.request.uri = 7;
  event.Records[0].cf.response = { status: "200", headers: {}, body: "SECRET" };
  assert.deepEqual(faultOf(await handler(event)), CANNOT_DECIDE);
});

test("headers that make an origin serve another address do not go on", async () => {
  const { handler } = handlerOf({ decide: () => [0, "/vod/x", "", "log"] });
  const headers = { "x-original-url": "/vod/y", "x-rewrite-url": "/vod/y", "x-forwarded-host": "evil.example", range: "bytes=0-" };
  const result = JSON.parse(JSON.stringify(await handler(requestEvent("origin-request", { ...REQUEST, headers }))));
  const left = Object.keys(result.headers);
  assert.ok(left.includes("range") && !left.some((name) => name.startsWith("x-")), left.join());
});

test("halves of letters at the borders of fields stay within the room that the module gave", async () => {
  let seen;
  const { handler } = handlerOf({ decide: (request) => ((seen = request), [1, "403", "{}", "log"]) });
  const lone = { cookie: "a\ud83d", origin: "\ude00b", "user-agent": "\ud83d\ud83d\ude00" };
  await handler(requestEvent("viewer-request", { ...REQUEST, headers: lone }));
  assert.deepEqual([seen.cookie, seen.origin, seen["user-agent"]], ["a\ufffd", "\ufffdb", "\ufffd\u{1f600}"]);
});

test("ids of any length are cut, and whatever is thrown has words", async () => {
  const { handler, log } = handlerOf({
    decide: () => {
      throw { get message() { throw new Error("no"); } };
    },
  });
  const result = await handler(requestEvent("viewer-request", { ...REQUEST, id: "i".repeat(20_000) }));
  assert.equal(JSON.parse(result.body).request_id.length, 128);
  assert.equal(JSON.parse(log.at(-1)).id.length, 128);
});
