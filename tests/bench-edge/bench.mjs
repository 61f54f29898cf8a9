// `make bench-edge`: decisions beside their peers in one process, then cold starts, sizes and memory.
// node bench.mjs [--json]; PLAYGATE names the command; ROUNDS, SECONDS_EACH and STARTS make it longer or shorter.
import * as cold from "./cold.mjs";
import * as ours from "./ours.mjs";
import * as peers from "./peers.mjs";
import * as report from "./report.mjs";
import { measure } from "./rounds.mjs";
import { LOGINS, build } from "./world.mjs";

const wantsJson = process.argv.includes("--json");
const rounds = number("ROUNDS", 7);
const seconds = number("SECONDS_EACH", 0.3);
const starts = number("STARTS", 21);
const progress = (what) => process.stderr.write(`${what}\n`);

const machine = report.machine();
if (!machine.node.startsWith("v20.")) progress(`this is Node ${machine.node}; the expectations were written for Node 20`);
progress(`making worlds and ${LOGINS} logins`);
const world = build(process.env.PLAYGATE);

const mine = await ours.candidates(world);
const theirs = await peers.candidates(world, mine.token);
const all = [...mine.list, ...theirs];
for (const { call, check } of all) check(await call());
await ours.countSignatures(mine.list);

const figures = await measure(all, { rounds, seconds, progress });
const memory = await ours.memory(world, 10_000);
const started = await cold.measure(world, { starts, progress });
const judged = report.judge(expectations(figures, started.times));
const after = report.load();

if (wantsJson) {
  const summed = (samples) => ({ median: report.median(samples), min: Math.min(...samples), max: Math.max(...samples), samples });
  const each = (lists) => Object.fromEntries(Object.entries(lists).map(([name, samples]) => [name, summed(samples)]));
  const stages = Object.fromEntries(Object.entries(started.stages).map(([name, lists]) => [name, each(lists)]));
  const coldStart = { starts, milliseconds: each(started.times), stages, sizes: started.sizes };
  const run = { machine: { ...machine, load_after: after }, peers: report.versions(), rounds, seconds, logins: LOGINS };
  console.log(JSON.stringify({ ...run, microseconds: each(figures), cold: coldStart, memory, expectations: judged }, null, 2));
} else {
  print();
}

function print() {
  const at = (name) => figures[name];
  const [RS, AWS, HMACS, PLAIN] = [peers.RS256, peers.AWS, peers.TWO_HMACS, peers.PLAIN].map(at);
  const cat = Object.keys(figures).find((name) => name.startsWith(peers.CAT_NAME));
  console.log(`\n${machine.processor}, ${machine.cores} cores; Node ${machine.node}; ${report.versions().join(", ")}`);
  console.log(`load before (1, 5, 15 minutes): ${machine.load.join(" ")}; after: ${after.join(" ")}`);
  report.section(
    "1. Decisions, event object in, result object out",
    `${rounds} rounds of ${seconds} s for each, in slices of 25 ms and in turn; medians of rounds, ratios within rounds. Every answer`,
    "was checked first. One event object is used again and again, and what a handler changed (uri, query, headers) is put",
    `back, within the time that counts. Ours: the log line is made and decoded, and dropped. ${LOGINS.toLocaleString("en")} logins take turns as`,
    "new ones: each checks its signature (counted), for 256 are remembered. Logins come to a manifest; RS256 with 2,048 bits.",
  );
  const row = (name, ...ratios) => ({ name, samples: at(name), ratios });
  report.figures("µs", [
    row(ours.TOKEN, ["two HMACs", HMACS], ["@eyevinn/cat", at(cat)], ["plain", PLAIN]),
    row(ours.TOKEN_JSON, ["plain with JSON", at(peers.PLAIN_JSON)]),
    row(ours.NEW_PATH, ["aws-jwt-verify", AWS], ["RS256", RS]),
    row(ours.NEW_NONE, ["aws-jwt-verify", AWS], ["RS256", RS]),
    row(ours.KNOWN_PATH, ["new", at(ours.NEW_PATH)], ["aws-jwt-verify", AWS]),
    row(ours.KNOWN_NONE, ["new", at(ours.NEW_NONE)], ["aws-jwt-verify", AWS]),
    row(ours.TERRITORY, ["plain", at(peers.PLAIN_REFUSAL)]),
    row(ours.NO_ROUTE, ["plain", at(peers.PLAIN_REFUSAL)]),
  ]);
  console.log("");
  report.figures("µs", [...theirs.map(({ name }) => row(name))]);

  report.section(
    "2. Cold start",
    `${starts} processes each, in turn, until the first answer; Node's own start is left out, files come from the system's cache.`,
  );
  const { [cold.COLD_AWS]: peer, ...others } = started.times;
  const coldRow = ([name, samples]) => ({ name, samples, ratios: [["aws-jwt-verify", peer]] });
  report.figures("ms", [...Object.entries(others).map(coldRow), { name: cold.COLD_AWS, samples: peer }]);
  console.log("\nmedians of its stages in ms, in processes of their own");
  report.stages(started.stages);

  report.section("3. Size and memory");
  report.sizes(started.sizes);
  const kilobytes = (bytes) => `${(bytes / 1024).toLocaleString("en")} KB`;
  const { requests, opened, after: later } = memory;
  console.log(`\nthe module's memory: ${kilobytes(opened)} when opened, ${kilobytes(later)} after ${requests.toLocaleString("en")} requests`);

  report.section("4. What was expected");
  report.verdicts(judged);
}

function expectations(figures, times) {
  const ratio = (one, other, most, what) => ({ what, samples: figures[one], peer: figures[other], most });
  const logins = [ours.NEW_NONE, ours.NEW_PATH].flatMap((name) => [
    ratio(name, peers.AWS, 1, `${name} / aws-jwt-verify`),
    ratio(name, peers.RS256, 1.3, `${name} / RS256`),
  ]);
  return [
    ...logins,
    ratio(ours.KNOWN_NONE, ours.NEW_NONE, 0.1, `${ours.KNOWN_NONE} / new`),
    ratio(ours.KNOWN_PATH, ours.NEW_PATH, 0.1, `${ours.KNOWN_PATH} / new`),
    { what: ours.TOKEN, samples: figures[ours.TOKEN], most: 6, unit: "µs" },
    { what: `${ours.TOKEN} / two HMACs`, samples: figures[ours.TOKEN], peer: figures[peers.TWO_HMACS], below: 1 },
    ...[cold.COLD_TOKEN, cold.COLD_LOGIN].map((name) => ({ what: `cold start, ${name}`, samples: times[name], most: 5, unit: "ms" })),
  ];
}

function number(name, otherwise) {
  const value = Number(process.env[name] ?? otherwise);
  if (!(value > 0)) throw new Error(`${name} must be a number above 0, and is \`${process.env[name]}\``);
  return value;
}
