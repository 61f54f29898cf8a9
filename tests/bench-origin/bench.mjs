// `make bench-origin`: `playgate serve` and the same grant written with Express, asked in turn over HTTP on this machine.
// node bench.mjs [--json | --check]; PLAYGATE and LOAD name the commands; ROUNDS, SECONDS_EACH and LOGINS make it longer or shorter.
import { availableParallelism } from "node:os";
import { readFileSync } from "node:fs";
import { load, machine, median, section } from "../bench-edge/report.mjs";
import * as kinds from "./kinds.mjs";
import * as phases from "./phases.mjs";
import * as report from "./report.mjs";
import { build } from "./world.mjs";

const wantsJson = process.argv.includes("--json");
const isCheck = process.argv.includes("--check");
const rounds = number("ROUNDS", isCheck ? 1 : 5);
const seconds = number("SECONDS_EACH", isCheck ? 0.1 : 1);
const logins = number("LOGINS", isCheck ? 1_500 : 16_000);
const sessions = Math.min(10_000, logins);
const concurrencies = isCheck ? [8, 32] : [32, 256];
const progress = (what) => process.stderr.write(`${what}\n`);

const before = machine();
progress(`making a policy of 1,000 rules, 5,000 titles and ${logins.toLocaleString("en")} logins`);
const tools = { command: process.env.PLAYGATE, client: process.env.LOAD, cores: availableParallelism() };
const world = build({ logins, warm: isCheck ? 300 : 6_000 });
const files = await phases.prepare(tools, world);

const figures = Object.fromEntries(kinds.ALL.map((kind) => [kind, Object.fromEntries(concurrencies.map((connections) => [connections, {}]))]));
for (let round = 1; round <= rounds; round++) {
  for (const connections of concurrencies) {
    progress(`round ${round} of ${rounds}, ${connections} at once`);
    const found = await phases.round(tools, world, files, connections, seconds);
    for (const kind of kinds.ALL) {
      for (const [name, value] of Object.entries(found[kind])) (figures[kind][connections][name] ??= []).push(value);
    }
  }
}
progress("the client's ceiling, commits, memory");
const { ceiling, commits, memory } = await phases.beside(tools, files, concurrencies, seconds, sessions);
const judged = report.judge(expectations());
const after = load();

if (wantsJson) {
  const summed = (samples) => ({ median: median(samples), min: Math.min(...samples), max: Math.max(...samples), samples });
  const each = (lists) => Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, summed(list)]));
  const byKind = Object.fromEntries(
    Object.entries(figures).map(([kind, at]) => [kind, Object.fromEntries(Object.entries(at).map(([connections, lists]) => [connections, each(lists)]))]),
  );
  const run = { date: new Date().toISOString().slice(0, 10), machine: { ...before, load_after: after }, peers: versions(), rounds, seconds, logins };
  console.log(JSON.stringify({ ...run, kinds: byKind, ceiling, commits, memory, expectations: judged }, null, 2));
} else {
  print();
}

function print() {
  console.log(`\n${before.processor}, ${before.cores} cores, for the servers and the client together; Node ${before.node}; ${versions().join(", ")}`);
  console.log(`load before (1, 5, 15 minutes): ${before.load.join(" ")}; after: ${after.join(" ")}`);
  section(
    "1. Requests over HTTP",
    `${rounds} rounds of ${seconds} s for each, in turn; medians of rounds. A server has a store of its own for each kind of grant, so that`,
    "every account is new to it; logins are RS256 with 2,048 bits, each sent once. Each writing is synced to the disk before it is",
    "answered, and each request is a line of the log, in a file. The peer keeps its counts in memory and logs nothing. CPU is what the",
    "server's threads took for one request, the system's work for them included; the client's is the share of a core that it took.",
  );
  report.figures(figures, concurrencies);

  section("2. Beside them");
  for (const connections of concurrencies) {
    const { rate, p99 } = ceiling[connections];
    console.log(`the client with a trivial server, ${connections} at once: ${report.whole(rate)} requests/s, p99 ${report.milliseconds(p99)} ms`);
    const { writings, syncs } = commits[connections];
    const each = syncs ? `${(writings / syncs).toFixed(1)} writings a commit (${report.whole(writings)} in ${report.whole(syncs)})` : "commits not counted: that needs perf, and leave to use it";
    console.log(`grants, ${connections} at once: ${each}`);
  }
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(`memory: ${megabytes(memory.started)} when it listens, ${megabytes(memory.live)} with ${report.whole(memory.sessions)} live sessions, ${megabytes(memory.most)} at most`);

  section("3. What was expected");
  report.verdicts(judged);
}

function expectations() {
  const most = Math.max(...concurrencies);
  return [
    ...[kinds.COOKIES, kinds.COOKIES_MANY].flatMap((kind) =>
      concurrencies.flatMap((connections) => [
        { what: `${kind} / ${kinds.PEER}, requests/s, ${connections} at once`, samples: ratio(kind, kinds.PEER, "rate", connections), least: 5, unit: "x" },
        { what: `likewise, p99`, samples: ratio(kind, kinds.PEER, "p99", connections), below: 1, unit: "x" },
      ]),
    ),
    { what: `${kinds.COOKIES} / ${kinds.PEER_CLUSTER}, requests/s, ${most} at once`, samples: ratio(kinds.COOKIES, kinds.PEER_CLUSTER, "rate", most), least: 1, unit: "x" },
    { what: `memory with ${report.whole(memory.sessions)} live sessions`, samples: [memory.live / 1e6], below: 100, unit: "MB" },
  ];
}

function ratio(kind, peer, name, connections) {
  return figures[kind][connections][name].map((value, round) => value / figures[peer][connections][name][round]);
}

function versions() {
  const { dependencies } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
  return Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
}

function number(name, otherwise) {
  const value = Number(process.env[name] ?? otherwise);
  if (!(value > 0)) throw new Error(`${name} must be a number above 0, and is \`${process.env[name]}\``);
  return value;
}
