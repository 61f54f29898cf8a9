// The corpus of the edge, and an outcome as text: the same text from every build, byte for byte.
import { existsSync, readFileSync, writeFileSync } from "node:fs";

export const ROOT = new URL("../../", import.meta.url);
export const BUILT = new URL("target/edge/", ROOT);
const CORPUS = new URL("tests/corpus/edge/", ROOT);

/** The worlds by name and the cases in their order. */
export function corpus() {
  return JSON.parse(readFileSync(new URL("cases.json", CORPUS), "utf8"));
}

/** What `playgate edge build` made of a world, as the shells take it. */
export function worldFiles(name) {
  const folder = new URL(`worlds/${name}/`, BUILT);
  const file = (file) => (existsSync(new URL(file, folder)) ? new Uint8Array(readFileSync(new URL(file, folder))) : undefined);
  return {
    // Worlds have no origin of their own, and what was withdrawn since is not asked for.
    shell: new TextEncoder().encode('{"origin":"https://media.example.com"}'),
    settings: file("settings.bin"),
    bundle: file("rights.bundle"),
    keys: file("keys.json"),
    revocations: file("revocations.bin"),
    addresses: file("addresses.bin"),
  };
}

/** The answers on their way back. */
export function responses() {
  return JSON.parse(readFileSync(new URL("responses.json", CORPUS), "utf8"));
}

/** A forward as an outcome, its keys in alphabetical order; `log` is the line as it was written. */
export function forwarded(path, query, sent, arrived, log) {
  // What is empty is not there, and runtimes differ in whether they pass it on.
  const there = (value) => (typeof value === "string" ? value !== "" : value.some((line) => line.value !== ""));
  const removed = Object.entries(sent)
    .filter(([name, value]) => there(value) && !arrived.includes(name.toLowerCase()))
    .map(([name]) => name.toLowerCase())
    .sort();
  return { action: "forward", log, path, query, removed };
}

/** An answer as an outcome likewise; `headers` are names and values in the order in which they were set. */
export function answered(status, headers, body, log) {
  const sorted = {};
  for (const [name, value] of headers.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))) {
    sorted[name] = name in sorted ? [].concat(sorted[name], value) : value;
  }
  return { action: JSON.parse(log).action, body: body || null, headers: sorted, log, status };
}

/** Where an outcome differs from what the corpus expects: a list of sentences, empty if it does not. */
export function differences(outcome, expected) {
  const found = [];
  const known = { ...outcome };
  known.log = JSON.parse(known.log);
  if (known.body) known.body = JSON.parse(known.body);
  const policies = [known.log.policy, known.body?.policy];
  if (!policies.every((policy) => policy === undefined || policy === null || /^sha256:[0-9a-f]{64}$/.test(policy))) {
    found.push(`policy: ${policies}`);
  }
  if (known.body?.outcome === "cannot_decide") delete known.body.message;
  // What a minted token says is looked at natively.
  compare("", placeholders(known), without(expected, "minted"), found);
  return found;
}

// These are for people.
const NOT_COMPARED = new Set([".log.detail", ".body.title"]);

function compare(place, found, expected, out) {
  if (NOT_COMPARED.has(place)) return;
  if (isObject(found) && isObject(expected) && !Array.isArray(found)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      compare(`${place}.${key}`, found[key], expected[key], out);
    }
  } else if (JSON.stringify(found) !== JSON.stringify(expected)) {
    out.push(`${place.slice(1)}: ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
  }
}

function placeholders(outcome) {
  const named = structuredClone(outcome);
  if (named.log.policy) named.log.policy = "<policy>";
  if (named.body?.policy) named.body.policy = "<policy>";
  if (named.action !== "redirect") return named;
  const { location, "set-cookie": cookie } = named.headers;
  const token = /^\/t\/([^/]+)\//.exec(location)?.[1] ?? /^[^=]+=([^;]+)/.exec(cookie)?.[1];
  named.headers.location = location.replace(token, "<token>");
  if (cookie) named.headers["set-cookie"] = cookie.replace(token, "<token>");
  if (named.log.session) named.log.session = "<session>";
  return named;
}

const without = (object, name) => Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
const isObject = (value) => typeof value === "object" && value !== null;

/** Writes the outcomes of a runtime, prints what differs from the corpus, and ends the process with 1 if anything does. */
export function report(runtime, results) {
  const text = results.map(({ event, name, outcome }) => `${event}\t${name}\t${JSON.stringify(outcome)}\n`).join("");
  writeFileSync(new URL(`outcomes-${runtime}.txt`, BUILT), text);
  let wrong = 0;
  for (const { event, name, outcome, expected } of results) {
    const found = outcome.failure ? [outcome.failure] : differences(outcome, expected);
    if (found.length > 0 && ++wrong <= 20) console.error(`${name} at ${event}:\n  ${found.join("\n  ")}`);
  }
  const refused = results.filter(({ outcome }) => outcome.action === "refuse").length;
  console.log(`edge: ${results.length} outcomes in ${runtime}, ${refused} of them refusals, ${wrong} not as expected`);
  if (results.length === 0) throw new Error("the corpus has no cases");
  if (wrong > 0) process.exit(1);
}
