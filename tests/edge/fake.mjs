// A stand-in for the module with the same border, so that the shells can be shown what the real one never does.

const LENGTHS = 64;
const PARTS = 256;
const INPUT = 4096;
const LIMIT = 256 * 1024;
const OUTPUT = INPUT + LIMIT;
const PAGE = 65536;

const SHELL = { origin: "https://media.example.com/" };

/** The names of the fields, in their order. */
export const FIELDS = (
  "id method path query address country region host authorization cookie token origin access-control-request-method " +
  "user-agent sec-ch-ua-mobile sec-ch-ua-platform sec-ch-ua-form-factors cloudfront-is-mobile-viewer " +
  "cloudfront-is-tablet-viewer cloudfront-is-smarttv-viewer cloudfront-is-desktop-viewer vary cache-control"
).split(" ");

/**
 * What `create` of a shell takes of the module. `decide(request, edge)` answers `[outcome, ...parts]` for fields by name;
 * `respond(status, answer)` gives names and values. `fresh` is called for each new `Edge`.
 */
export function fake({ decide, respond = () => [], fresh = () => {}, shell = SHELL, keys = {}, token = "x-playgate-token" }) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const reserve = (bytes) => {
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  };

  class Edge {
    fetched = [];
    withdrawn = [];
    dues = [];
    #output = 0;
    #count = 0;

    constructor(host, ...files) {
      this.host = host;
      this.files = files;
      this.keys = structuredClone(keys);
      fresh(this);
    }
    tokenHeader() {
      return token;
    }
    input(bytes) {
      if (bytes > LIMIT) return 0;
      reserve(INPUT + bytes);
      return INPUT;
    }
    lengths() {
      return LENGTHS;
    }
    decide(event) {
      const [outcome, ...parts] = decide({ event, ...this.#request() }, this);
      this.#put(parts);
      return outcome;
    }
    respond(status) {
      this.#put(respond(status, this.#request()));
    }
    output() {
      return OUTPUT;
    }
    outputLength() {
      return this.#output;
    }
    parts() {
      return PARTS;
    }
    partCount() {
      return this.#count;
    }
    keysFetched(issuer, bytes) {
      this.fetched.push(bytes && new TextDecoder().decode(bytes));
      try {
        Object.assign(this.keys, JSON.parse(new TextDecoder().decode(bytes)));
        return true;
      } catch {
        return false;
      }
    }
    due() {
      return this.dues.shift() ?? -1;
    }
    keysUrl(issuer) {
      return `https://issuer.example.com/${issuer}`;
    }
    loginKeys() {
      return JSON.stringify(Object.values(this.keys).map((jwk, number) => ({ number, jwk })));
    }
    withdraw(bytes) {
      if (bytes.length === 0) throw new Error("the set is empty");
      this.withdrawn.push(new TextDecoder().decode(bytes));
    }

    /** Has the host check a signature, as the real module does: by addresses. */
    check(key, message, signature) {
      reserve(OUTPUT + message.length + signature.length);
      const bytes = new Uint8Array(memory.buffer);
      bytes.set(message, OUTPUT);
      bytes.set(signature, OUTPUT + message.length);
      return this.host.check(key, OUTPUT, message.length, OUTPUT + message.length, signature.length);
    }

    #request() {
      const lengths = new Uint32Array(memory.buffer, LENGTHS, FIELDS.length);
      const request = {};
      let at = INPUT;
      for (const [field, name] of FIELDS.entries()) {
        request[name] = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(new Uint8Array(memory.buffer, at, lengths[field]));
        at += lengths[field];
      }
      return request;
    }
    #put(parts) {
      const bytes = parts.map((part) => new TextEncoder().encode(part));
      this.#output = bytes.reduce((sum, part) => sum + part.length, 0);
      this.#count = parts.length;
      reserve(OUTPUT + this.#output);
      let at = OUTPUT;
      for (const [part, text] of bytes.entries()) {
        new Uint32Array(memory.buffer, PARTS, parts.length)[part] = text.length;
        new Uint8Array(memory.buffer).set(text, at);
        at += text.length;
      }
    }
  }

  const file = (text) => new TextEncoder().encode(text);
  const files = { shell: file(JSON.stringify(shell)), settings: file("settings"), bundle: file("bundle"), keys: file("{}") };
  return { initSync: () => ({ memory }), Edge, module: {}, files };
}

/** A server of login keys that answers as it is told, and counts. */
export async function issuer(answer) {
  const { createServer } = await import("node:http");
  const state = { answer, count: 0 };
  const server = createServer((request, response) => {
    state.count++;
    state.answer(request, response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.url = `http://127.0.0.1:${server.address().port}/keys`;
  state.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return state;
}
