// Ours: each candidate is the Lambda shell of a folder that `playgate edge build` made, from event to result.
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { requestEvent } from "../edge/events.mjs";
import { LOGINS, MANIFEST, SEGMENT } from "./world.mjs";

/** The names of ours, by which expectations speak of them. Logins are shown at a manifest. */
export const TOKEN = "token on a segment";
export const TOKEN_JSON = "token on a segment, JSON text both ways";
export const NEW_PATH = "new login, mints and redirects";
export const NEW_NONE = "new login, forwarded";
export const KNOWN_PATH = "known login, mints and redirects";
export const KNOWN_NONE = "known login, forwarded";
export const TERRITORY = "refusal: territory";
export const NO_ROUTE = "refusal: no route";

const AGENT =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";

/** An event at origin-request, with what CloudFront adds if its policy asks for it. */
export function originRequest(path, { country = "NO", headers = {} } = {}) {
  return requestEvent("origin-request", {
    id: "kBSQLgQmVvN3bXwq8gq0Jx0cYvJZ5tZk6Uf3hJmVnJtQ5gYxkzqZyA==",
    method: "GET",
    path,
    query: "",
    host: "media.example.com",
    address: "203.0.113.178",
    country,
    region: country === "NO" ? "03" : "CA",
    headers: {
      "user-agent": AGENT,
      "x-forwarded-for": "203.0.113.178",
      via: "2.0 d111111abcdef8.cloudfront.net (CloudFront)",
      "accept-encoding": "gzip",
      origin: "https://tv.example.com",
      "cloudfront-is-mobile-viewer": "false",
      "cloudfront-is-tablet-viewer": "false",
      "cloudfront-is-smarttv-viewer": "false",
      "cloudfront-is-desktop-viewer": "true",
      ...headers,
    },
  });
}

/** A shell from a folder, with a log that gets each line and drops it; also the memory that its module lives in. */
export async function shell(folder, jwks, instance = "") {
  // Each with glue of its own: glue that was loaded once keeps one module.
  const { Edge, create, files, initSync, module } = await import(`${new URL("index.mjs", folder)}?${instance}`);
  const found = { line: "" };
  found.handler = create({
    initSync: (options) => {
      const exports = initSync(options);
      found.memory = exports.memory;
      return exports;
    },
    Edge,
    module,
    files,
    log: (line) => {
      found.line = line;
    },
    fetch: async () => new Response(JSON.stringify(jwks)),
  });
  return found;
}

/** A token as the edge itself hands it out to the first login. */
export async function minted(edge, world) {
  const event = originRequest(MANIFEST, { headers: { authorization: `Bearer ${world.logins[0].jwt}` } });
  const result = await edge.handler(event);
  const token = /^\/t\/([^/]+)\//.exec(result.headers?.location?.[0].value ?? "")?.[1];
  if (!token) throw new Error(`a login got no token: ${edge.line}`);
  return token;
}

/** The candidates, with the token that the first of them shows. */
export async function candidates(world) {
  const path = await shell(world.folders.path, world.jwks, "path");
  const none = await shell(world.folders.none, world.jwks, "none");
  const token = await minted(path, world);
  const segment = `/t/${token}${SEGMENT}`;
  const bearers = world.logins.map(({ jwt }) => [{ key: "Authorization", value: `Bearer ${jwt}` }]);
  const known = () => bearers[0];
  let turn = 0;
  const next = () => bearers[turn++ % LOGINS];

  const forwards = (facts) => (result) => is(result.uri === facts.uri && result.headers.authorization === undefined, result);
  const redirects = (result) => is(result.status === "302" && result.headers.location[0].value.startsWith("/t/"), result);
  const refuses = (status, reason) => (result) => is(result.status === status && JSON.parse(result.body).reason === reason, result);
  const ours = (name, edge, event, logged, check, login) => candidate({ name, edge, event, logged, check, login });

  const list = [
    ours(TOKEN, path, originRequest(segment), TOKEN_FACTS, forwards({ uri: SEGMENT })),
    ours(NEW_PATH, path, originRequest(MANIFEST), REDIRECT_FACTS, redirects, next),
    ours(NEW_NONE, none, originRequest(MANIFEST), LOGIN_FACTS, forwards({ uri: MANIFEST }), next),
    ours(KNOWN_PATH, path, originRequest(MANIFEST), REDIRECT_FACTS, redirects, known),
    ours(KNOWN_NONE, none, originRequest(MANIFEST), LOGIN_FACTS, forwards({ uri: MANIFEST }), known),
    ours(TERRITORY, path, originRequest(MANIFEST, { country: "US" }), { action: "refuse", status: 451 }, refuses("451", "territory")),
    ours(NO_ROUTE, path, originRequest("/favicon.ico"), { action: "refuse", status: 404 }, refuses("404", "no_route")),
  ];
  list[1].signatures = list[2].signatures = 1;

  const text = JSON.stringify(originRequest(segment));
  list.push({
    name: TOKEN_JSON,
    isAsync: true,
    call: async () => JSON.stringify(await path.handler(JSON.parse(text))),
    check: (result) => is(JSON.parse(result).uri === SEGMENT, result),
  });
  return { list, token };
}

/** One event is used again and again: what the shell changes in it is put back before each call. */
function candidate({ name, edge, event, logged, check, login }) {
  const request = event.Records[0].cf.request;
  const { uri, querystring, headers } = request;
  const fresh = login && factory(headers);
  const call = () => {
    request.uri = uri;
    request.querystring = querystring;
    if (login) request.headers = fresh(login());
    return edge.handler(event);
  };
  const checked = (result) => {
    check(result);
    const line = JSON.parse(edge.line);
    for (const [key, value] of Object.entries(logged)) is(line[key] === value, edge.line);
  };
  return { name, isAsync: true, call, check: checked, signatures: 0 };
}

/**
 * Makes an object of headers and a login in nanoseconds, as if it came from a parser. One that is used again would not do:
 * what was once deleted from is another kind of object to V8, whose first deletion costs a third of a microsecond.
 */
function factory(headers) {
  const names = Object.keys(headers);
  const members = names.map((name, index) => `${JSON.stringify(name)}: lines[${index}]`).join(", ");
  return new Function("lines", `return (login) => ({ ${members}, authorization: login })`)(Object.values(headers));
}

const VIEWER = { country: "NO", country_from: "platform", region: "NO-03", device: "desktop", tier: "premium", max_height: 2160 };
const TOKEN_FACTS = { ...VIEWER, action: "forward", credential: "path", route: "segment", height: 1080 };
const LOGIN_FACTS = { ...VIEWER, action: "forward", credential: "bearer", route: "manifest" };
const REDIRECT_FACTS = { ...LOGIN_FACTS, action: "redirect", status: 302 };

/** Counts the signatures that are checked in two whole turns of all logins: a new login costs one, a known one none. */
export async function countSignatures(list) {
  const original = crypto.verify;
  let count = 0;
  crypto.verify = (...parts) => {
    count++;
    return original(...parts);
  };
  syncBuiltinESMExports();
  try {
    for (const { name, call, signatures } of list.filter((each) => each.signatures !== undefined)) {
      await call();
      count = 0;
      for (let run = 0; run < 2 * LOGINS; run++) await call();
      is(count === 2 * LOGINS * signatures, `${name} checked ${count} signatures in ${2 * LOGINS} calls`);
    }
  } finally {
    crypto.verify = original;
    syncBuiltinESMExports();
  }
}

/** How much memory the module has when it was opened and after many requests, in bytes. */
export async function memory(world, requests) {
  const edge = await shell(world.folders.path, world.jwks, "memory");
  const opened = edge.memory.buffer.byteLength;
  const token = await minted(edge, world);
  for (let number = 0; number < requests; number++) {
    const login = { authorization: `Bearer ${world.logins[number % LOGINS].jwt}` };
    const event = [
      () => originRequest(`/t/${token}${SEGMENT}`),
      () => originRequest(MANIFEST, { headers: login }),
      () => originRequest(MANIFEST, { country: "US" }),
      () => originRequest("/favicon.ico"),
    ][number % 4]();
    await edge.handler(event);
  }
  return { requests, opened, after: edge.memory.buffer.byteLength };
}

export function is(right, what) {
  if (!right) throw new Error(`a wrong answer, so nothing is measured: ${typeof what === "string" ? what : JSON.stringify(what)}`);
}

