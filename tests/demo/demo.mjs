// `playgate demo` as its users start it, and what a test asks of it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";

/** The command, as `scripts/demo-check` built it. */
export const PLAYGATE = process.env.PLAYGATE ?? "target/debug/playgate";

/** In how many seconds a player that plays must stop: one heartbeat, and what a slow machine needs to say so. */
export const HEARTBEAT = 5;
export const STOPS_WITHIN = HEARTBEAT + 2;

export const CHANNEL = "demo/tideline";
export const COMETS = "kestrelmoor/paper-comets";
export const FJORD = "vinterhav/fjord-watch/s1/e01";
export const REACTOR = "fathom/the-quiet-reactor";

/** Whoever asks without saying more. */
export const VIEWER = "country=NO; device=desktop; tab=test";

/** Much longer than it takes. */
const STARTS_WITHIN = 60_000;

// Whoever is told to stop leaves nothing running: `exit` is not emitted for signals.
process.once("SIGTERM", () => process.exit(143));
process.once("SIGINT", () => process.exit(130));

/** Starts a demo on a port that is free. It ends with `close`, or with this process. */
export async function startDemo() {
  const program = spawn(PLAYGATE, ["demo", "--port", "0"], { stdio: ["ignore", "ignore", "pipe"] });
  const kill = () => program.kill("SIGTERM");
  process.on("exit", kill);
  const over = new Promise((resolve) => program.on("exit", resolve));
  const address = await new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => reject(new Error(`no address after ${STARTS_WITHIN} ms: ${said}`)), STARTS_WITHIN);
    program.on("error", reject);
    program.on("exit", (code) => reject(new Error(`\`playgate demo\` ended with ${code}: ${said}`)));
    program.stderr.on("data", (chunk) => {
      said += chunk;
      const found = /^\s*(http:\/\/localhost:\d+)\/$/m.exec(said);
      if (!found) return;
      clearTimeout(timer);
      resolve(found[1]);
    });
  }).catch((problem) => {
    kill();
    throw problem;
  });
  return new Demo(address, async () => {
    kill();
    process.off("exit", kill);
    await over;
  });
}

class Demo {
  constructor(address, close) {
    this.address = address;
    this.close = close;
  }

  /** Sends a request as a player would. */
  fetch(path, { method = "GET", body, headers = {} } = {}) {
    return fetch(new URL(path, this.address), {
      method,
      headers: { "x-demo-viewer": VIEWER, ...(body ? { "content-type": "application/json" } : {}), ...headers },
      body: body && JSON.stringify(body),
    });
  }

  /** Sends a request that has to be answered with this status, and gives the answer's JSON. */
  async ask(method, path, body, { status = 200, headers } = {}) {
    const answer = await this.fetch(path, { method, body, headers });
    const text = await answer.text();
    assert.equal(answer.status, status, `${method} ${path}: ${text}`);
    return text ? JSON.parse(text) : null;
  }

  /** The headers of who is logged in. */
  async login(account, tier) {
    const { login } = await this.ask("POST", "/demo/login", { account, tier });
    return { authorization: `Bearer ${login}` };
  }

  /** A playback of an account of its own, as the API begins it. */
  async playback(account, title, delivery) {
    const headers = await this.login(account, "premium");
    return this.ask("POST", "/v1/playback", { title, device: "desktop", delivery }, { headers });
  }

  /** Puts the policy live that `change` makes of the one that is, and gives when that was answered, in epoch milliseconds. */
  async change(change) {
    const { files } = await this.ask("GET", "/demo/policy");
    const changed = change(structuredClone(files));
    assert.notDeepEqual(changed, files, "the change finds something to change");
    await this.ask("PUT", "/demo/policy", { files: changed });
    return Date.now();
  }

  async reset() {
    await this.ask("POST", "/demo/policy/reset", {});
  }
}

/** A blackout as somebody writes it at the end of a file. */
export function blackout(id, title, territory, message, now = Date.now()) {
  const time = (at) => new Date(at).toISOString().replace(/\.\d+/, "");
  return [
    "",
    "[[blackout]]",
    `id = "${id}"`,
    `titles = ["${title}"]`,
    `territories = ["${territory}"]`,
    `from = ${time(now - 60_000)}`,
    `until = ${time(now + 3_600_000)}`,
    `message = "${message}"`,
    "",
  ].join("\n");
}
