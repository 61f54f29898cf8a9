// The worker of the corpus: each case comes as JSON, with its world and its clock, and goes through a fresh shell.
import module from "./edge_bg.wasm";
import worlds from "./worlds.json";
import { Edge, initSync } from "./edge.js";
import { create } from "./worker.mjs";

const ORIGIN = "https://media.example.com";
const bytes = (text) => (text === null ? undefined : Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
const files = JSON.parse(new TextDecoder().decode(worlds), (key, value) => (typeof value === "string" ? bytes(value) : value));

export default {
  async fetch(request, env, ctx) {
    const { world, now, request: asked } = await request.json();
    const lines = [];
    let address = null;
    let sent = null;
    const shell = create({
      initSync,
      Edge,
      module,
      files: files[world],
      now: () => now,
      log: (line) => lines.push(line),
      fetch: (to, options) => {
        if (to.startsWith(`${ORIGIN}/`)) [address, sent] = [to.slice(ORIGIN.length), [...options.headers.keys()]];
        return fetch(to, options);
      },
    });
    const { request: viewer, strange } = requestOf(asked);
    const response = await shell.fetch(viewer, env, ctx);
    const { status, headers } = response;
    return Response.json({ status, headers: [...headers], body: await response.text(), lines, address, sent: sent?.concat(strange) });
  },
};

function requestOf({ id, method, path, query, host, address, country, region, headers: given }) {
  const own = { host, "cf-connecting-ip": address, "cf-ray": id };
  const { headers, strange, isAsGiven } = headersOf(Object.entries({ ...given, ...own }).filter(([, value]) => value));
  const cf = { country: country ?? undefined, regionCode: region ?? undefined };
  const url = `https://${host}${path}${query === "" ? "" : `?${query}`}`;
  try {
    const request = new Request(url, { method, headers, cf });
    if (request.url === url && request.method === method && isAsGiven) return { request, strange };
  } catch {
    // What no Request can say is said by something that looks like one.
  }
  return { request: { url, method, headers, cf, body: null }, strange };
}

// What HTTP cannot carry is said all the same: then it is the module that has to cope with it.
function headersOf(entries) {
  const headers = new Headers();
  const values = new Map();
  const strange = [];
  for (const [name, value] of entries) {
    const text = [].concat(value).join(", ");
    try {
      for (const line of [].concat(value)) headers.append(name, line);
      if (headers.get(name) === text && !/[\r\n\0]/.test(text)) continue;
      // What only lost its blanks travels as it is.
      if (headers.get(name) !== text.trim()) throw new TypeError("not as it was");
    } catch {
      headers.delete(name);
      strange.push(name.toLowerCase());
    }
    values.set(name.toLowerCase(), text);
  }
  if (values.size > 0) headers.get = (name) => values.get(name) ?? Headers.prototype.get.call(headers, name);
  return { headers, strange, isAsGiven: values.size === 0 };
}
