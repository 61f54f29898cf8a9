// What comes from elsewhere while a shell runs: the keys of login issuers, and what was withdrawn.
// Each is fetched once at a time, in limited time and size, and what cannot be used changes nothing.
import { logLine, wordsOf } from "./wire.mjs";

const KEYS_LIMIT = 64 * 1024;
const KEYS_MILLISECONDS = 1000;
const WITHDRAWN_LIMIT = 4 * 1024 * 1024;
const WITHDRAWN_MILLISECONDS = 5000;
const PATIENCE_MILLISECONDS = 500;

/** The sources of one instance of `Edge`; `adopt` is called when it has taken new keys. */
export class Sources {
  #edge;
  #host;
  #adopt;
  #flights = new Map();
  #withdrawals;
  #looked = 0;

  constructor(edge, { revocations }, host, adopt) {
    this.#edge = edge;
    this.#host = host;
    this.#adopt = adopt;
    if (revocations?.url) {
      this.#withdrawals = { url: revocations.url, every: revocations.every ?? 60, next: 0 };
    }
  }

  /**
   * Waits for withdrawals that are due, in bounded time, before anything is decided: a runtime that stands still between requests
   * would never finish a fetch in the background, and a new instance knows only what was built in.
   */
  async withdrawn(started) {
    const withdrawals = this.#withdrawals;
    const now = this.#host.now();
    if (!withdrawals || now < withdrawals.next) return;
    withdrawals.next = now + withdrawals.every;
    const flight = this.#withdraw(withdrawals);
    started?.(flight);
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE_MILLISECONDS)));
    await Promise.race([flight, late]);
    clearTimeout(timer);
  }

  /** Hands a set that a former `Edge` had taken to this one. */
  restore(set) {
    if (!set || !this.#withdrawals) return;
    try {
      this.#edge.withdraw(set);
      this.#withdrawals.last = set;
    } catch (error) {
      this.#report("revocations", `the former set: ${wordsOf(error)}`);
    }
  }

  /** Whether withdrawals are due. */
  get isDue() {
    return this.#withdrawals !== undefined && this.#host.now() >= this.#withdrawals.next;
  }

  /** The last set that was taken, for an `Edge` that takes the place of this one. */
  get lastSet() {
    return this.#withdrawals?.last;
  }

  /** Resolves when the keys of an issuer were fetched, or when they take too long; `started` gets what is under way. */
  async keys(issuer, url, started) {
    let timer;
    // Another request may have begun the fetch, and if its client has left it may never end.
    const late = new Promise((resolve) => (timer = setTimeout(resolve, KEYS_MILLISECONDS + 200)));
    await Promise.race([this.#fly(issuer, url, started), late]);
    clearTimeout(timer);
  }

  /** Starts what is due, at most once a second; `started` gets each promise. Nobody has to wait for it. */
  refresh(started) {
    const now = this.#host.now();
    if (now === this.#looked) return;
    this.#looked = now;
    const issuer = this.#edge.due();
    if (issuer >= 0) this.#fly(issuer, this.#edge.keysUrl(issuer), started);
  }

  #fly(issuer, url, started) {
    const now = this.#host.now();
    const former = this.#flights.get(issuer);
    // Lambda stands still between requests: a fetch that has been under way for long is lost.
    if (former && now - former.began < 3) return former.flight;
    const flight = this.#keys(issuer, url).finally(() => {
      if (this.#flights.get(issuer)?.flight === flight) this.#flights.delete(issuer);
    });
    this.#flights.set(issuer, { flight, began: now });
    started?.(flight);
    return flight;
  }

  async #keys(issuer, url) {
    try {
      const { bytes, problem } = await fetchBytes(this.#host.fetch, url, KEYS_LIMIT, KEYS_MILLISECONDS);
      if (this.#edge.keysFetched(issuer, bytes)) this.#adopt();
      else this.#report("keys", `${url}: ${problem ?? "this is no set of keys"}; the former keys stay`);
    } catch (error) {
      this.#report("keys", `${url}: ${error?.message ?? error}; the former keys stay`);
    }
  }

  async #withdraw(withdrawals) {
    const { url } = withdrawals;
    try {
      const { bytes, problem } = await fetchBytes(this.#host.fetch, url, WITHDRAWN_LIMIT, WITHDRAWN_MILLISECONDS);
      if (!bytes) throw new Error(problem);
      this.#edge.withdraw(bytes);
      withdrawals.last = bytes;
    } catch (error) {
      // Soon again: what was withdrawn meanwhile must not have to wait for long.
      withdrawals.next = Math.min(withdrawals.next, this.#host.now() + 2);
      this.#report("revocations", `${url}: ${wordsOf(error)}; the former set stays`);
    }
  }

  #report(event, detail) {
    this.#host.log(logLine({ at: this.#host.now(), event, detail }));
  }
}

/** The body of an answer with 200, whole, or what was wrong; never throws. */
async function fetchBytes(fetch, url, limit, milliseconds) {
  try {
    const response = await fetch(url, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(milliseconds) });
    if (response.status !== 200) {
      await response.body?.cancel();
      return { problem: `status ${response.status}` };
    }
    const chunks = [];
    let length = 0;
    for await (const chunk of response.body ?? []) {
      length += chunk.length;
      // To leave the loop ends the transfer, too.
      if (length > limit) return { problem: `more than ${limit} bytes` };
      chunks.push(chunk);
    }
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return { bytes };
  } catch (error) {
    return { problem: error?.name === "TimeoutError" ? `no answer in ${milliseconds} ms` : `${error?.message ?? error}` };
  }
}
