// The shell for Workers: a viewer's request in, the origin's answer or ours out.
// It only translates. Many requests are under way in one isolate, so that nothing of one stays in the module while it waits.
import { Sources } from "./sources.mjs";
import { FAILS, FAULT_HEADERS, FORWARD, HOLDS, KEYS, LATER, RESPOND, REWRITING, ROUNDS, SIGNATURE, WORKER } from "./wire.mjs";
import { Wire, faultBody, faultLine, isBroken, logLine, ownSettings, present, release, seconds, seed, unreachedBody, wayBackFields, wordsOf } from "./wire.mjs";

const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/**
 * The worker. `initSync` and `Edge` are the glue's, `module` is the compiled WebAssembly, `files` are Uint8Arrays: shell,
 * settings, bundle, and revocations and addresses if there are any. The token keys are `files.keys`, or the secret
 * `TOKEN_KEYS`.
 */
export function create({ initSync, Edge, module, files, now = seconds, log = print, fetch = outward }) {
  const { memory } = initSync({ module });
  const configured = ownSettings(files.shell);
  const origin = configured.origin.replace(/\/+$/, "");
  let edge, wire, sources, tokenHeader, startedAt, unusable;
  let isStopped = false;
  let verifiers = new Map();
  let isCurrent = false;
  // The request that the module is at, while it is at it.
  let asking;

  const host = { now, check };
  function start(env) {
    const { settings, bundle, revocations, addresses } = files;
    const last = sources?.lastSet;
    release(edge);
    const keys = present(files.keys) ?? new TextEncoder().encode(env?.TOKEN_KEYS ?? "");
    edge = new Edge(host, settings, bundle, keys, present(revocations), present(addresses), seed());
    wire = new Wire(edge, memory);
    tokenHeader = edge.tokenHeader();
    sources = new Sources(edge, configured, { now, log, fetch }, adopt);
    sources.restore(last);
    adopt();
    startedAt = now();
    isStopped = false;
    unusable = undefined;
  }

  // Before the first request a worker has neither randomness nor secrets, so that the module starts with it.
  function ready(env) {
    // A start that failed is tried again, but not for every request.
    if (unusable && now() < unusable.until) throw unusable.error;
    // One that stopped in its middle is replaced, but not over and over: what it held is lost to the memory.
    if (edge && !unusable && (!isStopped || now() < startedAt + 10)) return;
    try {
      start(env);
    } catch (error) {
      unusable = { error, until: now() + 10 };
      throw error;
    }
  }

  // Keys are read when the next login asks for them.
  function adopt() {
    isCurrent = false;
  }

  // A key that is there already stays the same object: verdicts that are under way refer to it.
  function readKeys() {
    const former = new Map([...verifiers.values()].map((key) => [key.text, key]));
    verifiers = new Map();
    for (const { number, jwk } of JSON.parse(edge.loginKeys())) {
      const text = JSON.stringify(jwk);
      verifiers.set(number, former.get(text) ?? { text, jwk, algorithm: jwk.kty === "EC" ? ECDSA : RSA, imported: null });
    }
    isCurrent = true;
  }

  function check(number, messageAt, messageLength, signatureAt, signatureLength) {
    // The module is in the middle of its work now, and cannot be asked for them.
    if (!isCurrent) return LATER;
    const key = verifiers.get(number);
    if (!key || !asking) return FAILS;
    const message = wire.view(messageAt, messageLength);
    const signature = wire.view(signatureAt, signatureLength);
    for (const verdict of asking.verdicts) {
      if (verdict.key === key && isSame(verdict.message, message) && isSame(verdict.signature, signature)) {
        return verdict.holds ? HOLDS : FAILS;
      }
    }
    asking.verdicts.push({ key, message: message.slice(), signature: signature.slice(), holds: undefined });
    return LATER;
  }

  async function settle(verdict) {
    if (!verdict || verdict.holds !== undefined) throw new Error("the module waits for a signature that it did not name");
    const { key, message, signature } = verdict;
    try {
      key.imported ??= crypto.subtle.importKey("jwk", key.jwk, key.algorithm, false, ["verify"]);
      verdict.holds = await crypto.subtle.verify(key.algorithm, await key.imported, signature, message);
    } catch (error) {
      verdict.holds = false;
      log(logLine({ at: now(), event: "keys", detail: `a login's key cannot be used: ${wordsOf(error)}` }));
    }
  }

  /** Asks until the module has decided; writes, decides and reads without a pause. */
  async function decide(fields, started) {
    const request = { verdicts: [] };
    for (let round = 0; round < ROUNDS; round++) {
      wire.write(fields);
      asking = request;
      const outcome = edge.decide(WORKER);
      asking = undefined;
      if (outcome === SIGNATURE) {
        if (!isCurrent) {
          readKeys();
          continue;
        }
        await settle(request.verdicts.at(-1));
        continue;
      }
      const parts = wire.read();
      if (outcome === FORWARD || outcome === RESPOND) return { outcome, parts };
      if (outcome !== KEYS) throw new Error(`the module answered ${outcome}`);
      await sources.keys(Number(parts[0]), parts[1], started);
    }
    throw new Error("the module waits again and again");
  }

  /** What the origin answers, or that it does not: the decision was another matter. */
  async function reached(address, options, id) {
    try {
      const answer = await fetch(address, options);
      if (answer.status < 200 || answer.status > 599) throw new Error(`it answers with status ${answer.status}`);
      return answer;
    } catch (error) {
      log(logLine({ at: now(), id, event: "worker", detail: `the origin cannot be reached: ${wordsOf(error)}` }));
      return new Response(options.method === "HEAD" ? null : unreachedBody(id), { status: 502, headers: FAULT_HEADERS });
    }
  }

  async function forward(request, fields, [path, query, , ...removed]) {
    const headers = new Headers(request.headers);
    for (const name of [...removed, ...REWRITING]) headers.delete(name);
    // The origin goes by its own name.
    headers.delete("host");
    // What is decided upon ends at a `#` for nobody but the parser of addresses.
    const address = (origin + path + (query === "" ? "" : `?${query}`)).replaceAll("#", "%23");
    const { method } = request;
    const body = method === "GET" || method === "HEAD" ? null : request.body;
    const answer = await reached(address, { method, headers, body, redirect: "manual" }, fields[0]);
    const response = new Response(answer.body, answer);
    try {
      const vary = response.headers.get("vary") ?? "";
      const cacheControl = response.headers.get("cache-control") ?? "";
      wire.write(wayBackFields(method, path, request.headers.get("origin") ?? "", vary, cacheControl));
      edge.respond(response.status);
      const parts = wire.read();
      for (let part = 0; part + 1 < parts.length; part += 2) response.headers.set(parts[part], parts[part + 1]);
    } catch (error) {
      isStopped ||= isBroken(error);
      const detail = `the response stays as it is: ${wordsOf(error)}`;
      log(logLine({ at: now(), id: fields[0], event: "worker", detail }));
    }
    return response;
  }

  return {
    async fetch(request, env, ctx) {
      const id = request.headers.get("cf-ray") ?? crypto.randomUUID();
      const started = (work) => ctx?.waitUntil?.(work);
      try {
        ready(env);
        const fields = requestFields(id, request, tokenHeader);
        if (sources.isDue) await sources.withdrawn(started);
        const { outcome, parts } = await decide(fields, started);
        log(parts[2]);
        sources.refresh(started);
        return outcome === FORWARD ? await forward(request, fields, parts) : responded(parts);
      } catch (error) {
        asking = undefined;
        isStopped ||= isBroken(error);
        log(faultLine(now(), id, "worker", error));
        return new Response(request.method === "HEAD" ? null : faultBody(id), { status: 503, headers: FAULT_HEADERS });
      }
    },
  };
}

function requestFields(id, request, tokenHeader) {
  const { headers, url, cf } = request;
  // The address as it came: a parser would repair it.
  const slash = url.indexOf("/", url.indexOf("//") + 2);
  const mark = url.indexOf("?", slash);
  const end = mark < 0 ? url.length : mark;
  return [
    id,
    request.method,
    url.slice(slash, end),
    url.slice(end + 1),
    headers.get("cf-connecting-ip") ?? "",
    text(cf?.country),
    text(cf?.regionCode),
    headers.get("host") ?? "",
    headers.get("authorization") ?? "",
    headers.get("cookie") ?? "",
    headers.get(tokenHeader) ?? "",
    headers.get("origin") ?? "",
    headers.get("access-control-request-method") ?? "",
    headers.get("user-agent") ?? "",
    headers.get("sec-ch-ua-mobile") ?? "",
    headers.get("sec-ch-ua-platform") ?? "",
    headers.get("sec-ch-ua-form-factors") ?? "",
    // CloudFront's headers are nobody's but the viewer's here.
    "",
    "",
    "",
    "",
    "",
    "",
  ];
}

function responded(parts) {
  const [status, body] = parts;
  const headers = new Headers();
  for (let part = 3; part + 1 < parts.length; part += 2) headers.append(parts[part], parts[part + 1]);
  return new Response(body === "" ? null : body, { status: Number(status), headers });
}

function isSame(one, other) {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

const text = (value) => (typeof value === "string" ? value : "");
const print = (line) => console.log(line);
const outward = (address, options) => globalThis.fetch(address, options);
