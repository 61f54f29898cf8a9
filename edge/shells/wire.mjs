// How a shell talks to the module: the fields of a request go in as one run of bytes, and parts come out as one.
// Nothing of a request stays here: every call leaves with what it came for.

/** What `decide` is asked about. */
export const VIEWER_REQUEST = 0;
export const ORIGIN_REQUEST = 1;
export const WORKER = 2;

/** What `decide` answers. */
export const FORWARD = 0;
export const RESPOND = 1;
export const SIGNATURE = 2;
export const KEYS = 3;

/** The outcome of a signature check, as the module's host says it. */
export const FAILS = 0;
export const HOLDS = 1;
export const LATER = 2;

/** How often a request may be suspended before it is given up. */
export const ROUNDS = 6;

const FIELDS = 23;
const encoder = new TextEncoder();
// A mark at the beginning counts as a character like any other: the lengths of parts would not fit otherwise.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The fields of an answer on its way back. */
export function wayBackFields(method, path, origin, vary, cacheControl) {
  const fields = new Array(FIELDS).fill("");
  [fields[1], fields[2], fields[11], fields[21], fields[22]] = [method, path, origin, vary, cacheControl];
  return fields;
}

/** The border to one instance of `Edge` and the memory that it lives in. */
export class Wire {
  #edge;
  #memory;
  #bytes;
  #words;

  constructor(edge, memory) {
    this.#edge = edge;
    this.#memory = memory;
    this.#look();
  }

  /** Writes the fields of a request, in their order; throws a TypeError if one is not text. */
  write(fields) {
    let text = "";
    for (let field = 0; field < FIELDS; field++) {
      if (typeof fields[field] !== "string") throw new TypeError(`field ${field} of the request is not text`);
      text += fields[field];
    }
    const start = this.#room(text.length);
    const first = this.#edge.lengths() >>> 2;
    // Whatever is not ASCII takes more bytes than the text has characters, and so it does not fit.
    if (encoder.encodeInto(text, this.#bytes.subarray(start, start + text.length)).read === text.length) {
      for (let field = 0; field < FIELDS; field++) this.#words[first + field] = fields[field].length;
      return;
    }
    this.#writeOneByOne(fields);
  }

  /** What the module put out last, as an array of texts. */
  read() {
    const start = this.#edge.output();
    const length = this.#edge.outputLength();
    const first = this.#edge.parts() >>> 2;
    const count = this.#edge.partCount();
    if (this.#bytes.length === 0) this.#look();
    const text = decoder.decode(this.#bytes.subarray(start, start + length));
    const parts = [];
    let from = 0;
    for (let part = 0; part < count; part++) {
      const to = from + this.#words[first + part];
      // Bytes can be counted as characters as long as all of it is ASCII.
      parts.push(
        text.length === length ? text.slice(from, to) : decoder.decode(this.#bytes.subarray(start + from, start + to)),
      );
      from = to;
    }
    return parts;
  }

  /** The bytes at an address, to be looked at before the module runs on. */
  view(address, length) {
    if (this.#bytes.length === 0) this.#look();
    return this.#bytes.subarray(address, address + length);
  }

  #writeOneByOne(fields) {
    // Each by itself: halves of a letter at the borders of two fields would join and count as one.
    const length = fields.reduce((sum, field) => sum + encoder.encode(field).length, 0);
    let at = this.#room(length);
    const end = at + length;
    const first = this.#edge.lengths() >>> 2;
    for (let field = 0; field < FIELDS; field++) {
      const { written } = encoder.encodeInto(fields[field], this.#bytes.subarray(at, end));
      this.#words[first + field] = written;
      at += written;
    }
  }

  #room(length) {
    const address = this.#edge.input(length);
    if (address === 0) throw new Error(`a request of ${length} bytes is more than the module takes`);
    if (this.#bytes.length === 0) this.#look();
    return address;
  }

  // Views of a memory that has grown since are empty.
  #look() {
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#words = new Uint32Array(this.#memory.buffer);
  }
}

/** Epoch seconds. */
export const seconds = () => Math.floor(Date.now() / 1000);

/**
 * 64 bits that nobody outside can know, by which the module finds again what it remembers. Nothing is ever told of them, so
 * that they need not be a key's worth: `crypto` would cost more than the rest of a cold start.
 */
export const seed = () => (bits() << 32n) | bits();
const bits = () => BigInt(Math.floor(Math.random() * 2 ** 32));

/** What a shell itself is told: JSON, `{"origin":..,"revocations":{"url":..,"every":..}}`. */
export const ownSettings = (file) => JSON.parse(new TextDecoder().decode(file));

/** A file that is empty counts as none. */
export const present = (file) => (file?.length > 0 ? file : undefined);

/** What makes some origins serve another address than the one that was decided upon. Only proxies send them. */
export const REWRITING = ["x-original-url", "x-rewrite-url", "x-http-method-override", "x-forwarded-host", "x-forwarded-path"];

/** The answer where no decision could be made: its headers, and its body. */
export const FAULT_HEADERS = [
  ["content-type", "application/problem+json"],
  ["cache-control", "no-store"],
  ["retry-after", "5"],
];
export const faultBody = (id) => problem(id, 503, "cannot_decide", "This cannot be decided at the moment");
export const unreachedBody = (id) => problem(id, 502, "origin_unreachable", "The media cannot be reached at the moment");
function problem(id, status, reason, title) {
  return JSON.stringify({ type: `urn:playgate:${reason}`, title, status, reason, rule: null, request_id: shortId(id) });
}

/** A line of the log that the module did not write: the same keys, in the same order, with what is known. */
export function logLine(known) {
  return JSON.stringify({ ...NOTHING_KNOWN, ...known });
}

/** What is logged of a request for which no decision could be made. */
export function faultLine(at, id, event, error) {
  return logLine({
    at,
    id: shortId(id),
    event,
    action: "refuse",
    status: 503,
    reason: "cannot_decide",
    outcome: "cannot_decide",
    detail: wordsOf(error),
  });
}

/**
 * Whether the module stopped in the middle of its work, so that this instance of `Edge` is of no use any more: a trap, or no
 * stack left. Other errors are about something else.
 */
export const isBroken = (error) =>
  error instanceof WebAssembly.RuntimeError || (error instanceof RangeError && /call stack/.test(error.message));

/** Gives back what an `Edge` holds, if it can: one that was stopped keeps it. */
export function release(edge) {
  try {
    edge?.free?.();
  } catch {
    // It is of no use any more, and nobody asks it again.
  }
}

/** What went wrong, in words; whatever was thrown. */
export function wordsOf(error) {
  try {
    return `${error?.message ?? error}`;
  } catch {
    return "something that has no words";
  }
}

/** An id as answers and logs hold it. */
export const shortId = (id) => (typeof id === "string" ? id.slice(0, 128) : id);

const NOTHING_KNOWN = Object.fromEntries(
  (
    "at id event method route title height credential kid session account country country_from region device " +
    "device_from tier network action status reason outcome rule valid_until max_height policy detail"
  )
    .split(" ")
    .map((key) => [key, null]),
);
