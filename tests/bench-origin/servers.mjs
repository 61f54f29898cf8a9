// Processes that are asked, and what they took of the machine.
import { execFile, spawn } from "node:child_process";
import { copyFileSync, existsSync, openSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { MADE } from "./world.mjs";

const run = promisify(execFile);
const HERE = new URL(".", import.meta.url);

const running = new Set();
// Whatever goes wrong, nothing is left behind.
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/** A server that answers at `address`. */
class Server {
  constructor(child, address) {
    this.child = child;
    this.address = address;
  }

  /** What it has used of processors so far, in seconds, all its processes together. */
  cpu() {
    return sum(processes(this.child.pid).flatMap((pid) => tasks(pid).map((task) => schedule(pid, task))));
  }

  /** Bytes of memory, all its processes together: `VmRSS` now, or `VmHWM` at most. */
  memory(field) {
    return sum(processes(this.child.pid).map((pid) => 1024 * Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status(pid))?.[1] ?? 0)));
  }

  async stop() {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    await ended;
    running.delete(this.child);
  }
}

/** `playgate serve` with a store of its own: a copy of the one that was filled, if there is one. Its log goes to a file. */
export async function playgate(command) {
  for (const name of ["playgate.db", "serve.log"]) rmSync(new URL(name, MADE), { force: true });
  const filled = new URL("filled.db", MADE);
  if (existsSync(filled)) copyFileSync(filled, new URL("playgate.db", MADE));
  const log = new URL("serve.log", MADE);
  const stdio = ["ignore", openSync(log, "a"), "inherit"];
  const child = spawn(command, ["serve", "--config", new URL("serve.toml", MADE).pathname], { stdio });
  running.add(child);
  for (let waited = 0; waited < 60_000; waited += 5) {
    const line = readFileSync(log, "utf8").split("\n").find((line) => line.includes('"listening"'));
    if (line) return new Server(child, JSON.parse(line).address);
    if (child.exitCode !== null) throw new Error("`playgate serve` ended at once; its reason is above");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("`playgate serve` does not listen within a minute");
}

/** Keeps what a server wrote, for the servers after it. */
export const keepStore = () => copyFileSync(new URL("playgate.db", MADE), new URL("filled.db", MADE));

/** The peer, in so many processes. */
export const peer = (count, remembers) =>
  listening(process.execPath, [new URL("peer.mjs", HERE).pathname, String(count)], { NODE_ENV: "production", REMEMBER: remembers ? "1" : "0" });

/** The trivial server, with answers of so many bytes. */
export const trivial = (client, bytes) => listening(client, ["answer", String(bytes)], {});

/** Asks what is in a file of requests; see load/src/main.rs. */
export async function ask(client, { address }, { connections, seconds, file, from = 0, answers = "-" }) {
  const { stdout } = await run(client, ["ask", address, connections, seconds, file, from, answers].map(String), { maxBuffer: 1 << 26 });
  return JSON.parse(stdout);
}

/** Begins to count a process's calls of `fdatasync`; what it gives back ends that, and says how many, or null if nobody may. */
export async function countSyncs({ child }) {
  const arguments_ = ["stat", "-x", ",", "-e", "syscalls:sys_enter_fdatasync", "-p", String(child.pid)];
  const counter = spawn("perf", arguments_, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  counter.stderr.on("data", (piece) => (said += piece));
  const ended = new Promise((resolve) => counter.once("exit", resolve).once("error", resolve));
  await new Promise((resolve) => setTimeout(resolve, 300));
  return async () => {
    counter.kill("SIGINT");
    await ended;
    const count = /^(\d+),,syscalls/m.exec(said)?.[1];
    return count === undefined ? null : Number(count);
  };
}

async function listening(command, words, environment) {
  const child = spawn(command, words, { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...environment } });
  running.add(child);
  for await (const line of createInterface({ input: child.stdout })) return new Server(child, line);
  throw new Error(`\`${command} ${words.join(" ")}\` ended at once; its reason is above`);
}

const sum = (list) => list.reduce((total, value) => total + value, 0);
const text = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // It has ended meanwhile.
  }
};
const status = (pid) => text(`/proc/${pid}/status`);
const tasks = (pid) => readdirSync(`/proc/${pid}/task`);
const schedule = (pid, task) => Number(text(`/proc/${pid}/task/${task}/schedstat`).split(" ")[0] || 0) / 1e9;

/** A process and those that it started. */
function processes(pid) {
  const children = tasks(pid).flatMap((task) => text(`/proc/${pid}/task/${task}/children`).split(" ").filter(Boolean));
  return [pid, ...children.flatMap((child) => processes(Number(child)))];
}
