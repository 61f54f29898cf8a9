// The shell for Lambda@Edge: CloudFront's events in, requests and responses as CloudFront wants them out.
// It only translates. Whatever it decided would be decided differently elsewhere.
import fs from "node:fs";
import { createRequire } from "node:module";
import { Sources } from "./sources.mjs";
import { FAILS, FAULT_HEADERS, FORWARD, HOLDS, KEYS, LATER, ORIGIN_REQUEST, RESPOND, REWRITING, ROUNDS, SIGNATURE, VIEWER_REQUEST } from "./wire.mjs";
import { Wire, faultBody, faultLine, isBroken, logLine, ownSettings, present, release, seconds, seed, wayBackFields, wordsOf } from "./wire.mjs";

/**
 * The handler of all four events. `initSync` and `Edge` are the glue's, `module` is the compiled WebAssembly, `files` are
 * Uint8Arrays: shell, settings, bundle, keys, and revocations and addresses if there are any. Throws if they are of no use.
 *
 * It returns promises: Lambda's Node.js runtimes take what a handler returns for its answer only if it has a `then`.
 */
export function create({ initSync, Edge, module, files, now = seconds, log = print, fetch = globalThis.fetch }) {
  const { memory } = initSync({ module });
  const configured = ownSettings(files.shell);
  let edge, wire, sources, tokenHeader, verifiers, startedAt;
  let isStopped = false;

  const host = { now, check };
  function start() {
    const { settings, bundle, keys, revocations, addresses } = files;
    const last = sources?.lastSet;
    release(edge);
    edge = new Edge(host, settings, bundle, keys, present(revocations), present(addresses), seed());
    wire = new Wire(edge, memory);
    tokenHeader = edge.tokenHeader();
    sources = new Sources(edge, configured, { now, log, fetch }, adopt);
    sources.restore(last);
    adopt();
    startedAt = now();
    isStopped = false;
  }

  // Keys are imported when the first login asks for them: a start that serves tokens needs neither them nor Node's cryptography.
  function adopt() {
    verifiers = undefined;
  }

  function imported() {
    const { createPublicKey } = cryptography();
    const imported = new Map();
    for (const { number, jwk } of JSON.parse(edge.loginKeys())) {
      try {
        const key = createPublicKey({ key: jwk, format: "jwk" });
        imported.set(number, jwk.kty === "EC" ? { key, dsaEncoding: "ieee-p1363" } : key);
      } catch (error) {
        log(logLine({ at: now(), event: "keys", detail: `key ${number} cannot be used: ${error.message}` }));
      }
    }
    return imported;
  }

  function check(number, messageAt, messageLength, signatureAt, signatureLength) {
    // The module is in the middle of its work now, and cannot be asked for them.
    if (!verifiers) return LATER;
    try {
      const key = verifiers.get(number);
      const message = wire.view(messageAt, messageLength);
      return key && cryptography().verify("sha256", message, key, wire.view(signatureAt, signatureLength)) ? HOLDS : FAILS;
    } catch {
      return FAILS;
    }
  }

  /** Asks once; gives the answer, or the parts that say whose keys are missing. */
  function ask(kind, fields) {
    wire.write(fields);
    let outcome = edge.decide(kind);
    if (outcome === SIGNATURE && !verifiers) {
      verifiers = imported();
      wire.write(fields);
      outcome = edge.decide(kind);
    }
    if (outcome !== FORWARD && outcome !== RESPOND && outcome !== KEYS) throw new Error(`the module answered ${outcome}`);
    return { outcome, parts: wire.read() };
  }

  function answer(request, { outcome, parts }) {
    log(parts[2]);
    sources.refresh();
    return outcome === FORWARD ? forwarded(request, parts, tokenHeader) : responded(parts);
  }

  async function askAgain(kind, fields, request, asked) {
    for (let round = 1; round < ROUNDS; round++) {
      await sources.keys(Number(asked.parts[0]), asked.parts[1]);
      asked = ask(kind, fields);
      if (asked.outcome !== KEYS) return answer(request, asked);
    }
    throw new Error("the login's keys were asked for again and again");
  }

  function wayBack({ request, response }) {
    const { headers } = response;
    const origin = header(request.headers, "origin");
    const cacheControl = header(headers, "cache-control");
    wire.write(wayBackFields(request.method, request.uri, origin, header(headers, "vary"), cacheControl));
    edge.respond(Number(response.status));
    const parts = wire.read();
    for (let part = 0; part + 1 < parts.length; part += 2) {
      headers[parts[part]] = [{ key: parts[part], value: parts[part + 1] }];
    }
    return response;
  }

  function failed(cf, error) {
    isStopped ||= isBroken(error);
    const event = text(cf?.config?.eventType);
    const id = text(cf?.config?.requestId);
    if (isObject(cf?.response) && (event === "viewer-response" || event === "origin-response")) {
      log(logLine({ at: now(), id, event, detail: `the response stays as it is: ${wordsOf(error)}` }));
      return cf.response;
    }
    log(faultLine(now(), id, event, error));
    return fault(id, cf?.request?.method);
  }

  start();
  return async function handler(event) {
    let cf;
    try {
      // An instance that stopped in its middle is replaced, but not over and over: what it held is lost to the memory.
      if (isStopped && now() >= startedAt + 10) start();
      cf = event.Records[0].cf;
      const type = cf.config.eventType;
      if (type === "viewer-response" || type === "origin-response") return wayBack(cf);
      if (type !== "viewer-request" && type !== "origin-request") throw new TypeError(`there is no event \`${type}\``);
      const kind = type === "viewer-request" ? VIEWER_REQUEST : ORIGIN_REQUEST;
      const fields = requestFields(cf.config, cf.request, tokenHeader);
      if (sources.isDue) await sources.withdrawn();
      const asked = ask(kind, fields);
      return asked.outcome === KEYS ? await askAgain(kind, fields, cf.request, asked) : answer(cf.request, asked);
    } catch (error) {
      return failed(cf, error);
    }
  };
}

let loaded;
const cryptography = () => (loaded ??= createRequire(import.meta.url)("node:crypto"));

function requestFields(config, request, tokenHeader) {
  const headers = request.headers;
  return [
    config.requestId,
    request.method,
    request.uri,
    request.querystring,
    request.clientIp ?? "",
    header(headers, "cloudfront-viewer-country"),
    header(headers, "cloudfront-viewer-country-region"),
    header(headers, "host"),
    header(headers, "authorization"),
    header(headers, "cookie"),
    header(headers, tokenHeader),
    header(headers, "origin"),
    header(headers, "access-control-request-method"),
    header(headers, "user-agent"),
    header(headers, "sec-ch-ua-mobile"),
    header(headers, "sec-ch-ua-platform"),
    header(headers, "sec-ch-ua-form-factors"),
    header(headers, "cloudfront-is-mobile-viewer"),
    header(headers, "cloudfront-is-tablet-viewer"),
    header(headers, "cloudfront-is-smarttv-viewer"),
    header(headers, "cloudfront-is-desktop-viewer"),
    "",
    "",
  ];
}

function header(headers, name) {
  const lines = headers[name];
  if (lines === undefined) return "";
  if (!Array.isArray(lines)) {
    // What every object has by birth is no header.
    if (!Object.hasOwn(headers, name)) return "";
    throw new TypeError(`the header \`${name}\` is no list`);
  }
  if (lines.length === 1) return lines[0].value;
  const separator = name === "cookie" ? "; " : ", ";
  let joined = "";
  for (const { value } of lines) {
    if (typeof value !== "string") throw new TypeError(`a value of the header \`${name}\` is not text`);
    joined += joined === "" ? value : separator + value;
  }
  return joined;
}

function forwarded(request, parts, tokenHeader) {
  request.uri = parts[0];
  request.querystring = parts[1];
  const { headers } = request;
  for (const name of REWRITING) if (headers[name] !== undefined) headers[name] = undefined;
  for (let part = 3; part < parts.length; part++) {
    // What is undefined is not in the JSON that leaves here; and a name cut from a text is slow to look up.
    const name = parts[part];
    if (name === "authorization") headers.authorization = undefined;
    else if (name === "cookie") headers.cookie = undefined;
    else if (name === tokenHeader) headers[tokenHeader] = undefined;
    else headers[name] = undefined;
  }
  return request;
}

function responded(parts) {
  const [status, body] = parts;
  const headers = {};
  for (let part = 3; part + 1 < parts.length; part += 2) {
    (headers[parts[part]] ??= []).push({ key: parts[part], value: parts[part + 1] });
  }
  const response = { status, statusDescription: DESCRIPTIONS[status] ?? "Refused", headers };
  if (body !== "") response.body = body;
  return response;
}

function fault(id, method) {
  const headers = {};
  for (const [key, value] of FAULT_HEADERS) headers[key] = [{ key, value }];
  const response = { status: "503", statusDescription: DESCRIPTIONS[503], headers };
  if (method !== "HEAD") response.body = faultBody(id);
  return response;
}

const isObject = (value) => typeof value === "object" && value !== null;
const text = (value) => (typeof value === "string" ? value : null);

// `console.log` would put a time and an id before the line, and it would be JSON no more; and to open Node's own stream takes
// longer than a decision's whole cold start.
function print(line) {
  try {
    fs.writeSync(1, `${line}\n`);
  } catch {
    // Whoever reads is slow, and the stream can wait.
    process.stdout.write(`${line}\n`);
  }
}

const DESCRIPTIONS = {
  204: "No Content",
  302: "Found",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  410: "Gone",
  414: "URI Too Long",
  431: "Request Header Fields Too Large",
  451: "Unavailable For Legal Reasons",
  503: "Service Unavailable",
};
