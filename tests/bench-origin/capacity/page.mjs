// docs/capacity.md, written from figures.json and assumptions.json: node page.mjs [--check | --take FILE].
// `--take FILE` takes over the figures of a run of `scripts/bench-origin --json`, and writes the page; `--check` fails if the page
// is not what would be written.
import { readFileSync, writeFileSync } from "node:fs";
import * as kinds from "../kinds.mjs";
import { MOST, premiere, writesEvery } from "./model.mjs";

const ROOT = new URL("../../../", import.meta.url);
const PAGE = new URL("docs/capacity.md", ROOT);
const FIGURES = new URL("figures.json", import.meta.url);

const [mode, file] = process.argv.slice(2);
if (mode === "--take") {
  // What each round gave is of no use here.
  const taken = JSON.parse(readFileSync(file, "utf8"), (name, value) => (name === "samples" ? undefined : value));
  writeFileSync(FIGURES, `${JSON.stringify(taken, null, 1)}\n`);
}
const figures = json(FIGURES);
const { loads, prices, limits } = json(new URL("assumptions.json", import.meta.url));
const terms = defaults();
const text = page();
if (mode === "--check") {
  if (readFileSync(PAGE, "utf8") !== text) {
    console.error("docs/capacity.md is not what its figures and assumptions make: run scripts/capacity");
    process.exit(1);
  }
  selfCheck();
  console.log("docs/capacity.md is what its figures and assumptions make");
} else {
  writeFileSync(PAGE, text);
  console.log("docs/capacity.md is written");
}

/** The terms of leases that the server has when nobody configures others, from its source. */
function defaults() {
  const source = readFileSync(new URL("origin-api/src/config/serving.rs", ROOT), "utf8");
  const found = /heartbeat: (\d+), freed_within: (\d+), relaxed: (\d+)/.exec(source);
  if (!found) throw new Error("the defaults of `[streams]` are not where they were in origin-api/src/config/serving.rs");
  const [heartbeat, freedWithin, relaxed] = found.slice(1).map(Number);
  return { heartbeat, freedWithin, relaxed };
}

function page() {
  const given = { loads: values(loads), prices: values(prices) };
  const at = (changedTerms = {}, changedLoads = {}) => premiere(figures, given, { ...terms, ...changedTerms }, changedLoads);
  const base = at();
  const { viewers, arrival, duration, tight, busy } = given.loads;
  const most = MOST(figures);
  const measured = (kind, name) => figures.kinds[kind][most][name].median;
  const broken = limitsOf(base, given);
  const [first] = broken;
  const firstOfStore = broken.find(({ isStore }) => isStore);
  const hours = duration / 60;
  const isQuiet = figures.machine.load[0] < 1;
  const load = figures.machine.load.map((value) => value.toFixed(1)).join(" ");

  return `# What a premiere needs

This page is written by \`scripts/capacity\` and not by hand: measured figures come from \`make bench-origin\`, prices and loads stand
in the [last section](#prices-loads-limits), and everything else is arithmetic that is done again by \`make peers\`, which fails if the page
is not what comes out. After a change: \`scripts/bench-origin --json > run.json && scripts/capacity --take run.json\`.

The figures are of ${figures.date}: ${figures.machine.processor}, ${figures.machine.cores} cores for servers and client together, ${figures.rounds} round${figures.rounds > 1 ? "s" : ""} of ${figures.seconds} s, load ${load} before.${isQuiet ? "" : " **The machine was busy: take them again when it is quiet.**"}

## The answer

${number(viewers)} viewers arrive within ${arrival} minutes and stay ${hours} hours, with a heartbeat every ${terms.heartbeat} s:

| what | how much |
|---|---|
| playback grants | ${number(viewers)} in ${arrival} minutes: ${number(base.arriving / given.loads.rush)} a second, ${number(base.arriving)} in the busiest |
| heartbeats | ${number(base.beats)} a second, of which ${number(base.beatWrites)} write (${percent(base.beatWrites / base.beats)}) |
| cores of the API | ${base.cores.used.toFixed(1)} at work in the busiest second, so ${base.cores.planned} (planned to be ${percent(busy)} busy) |
| memory of the API | ${megabytes(figures.memory.live)} a server with ${number(figures.memory.sessions)} live sessions, ${megabytes(figures.memory.started)} with none: sessions are in the store |
| store, reads | ${number(base.peak.reads + base.rush.keyReads)} a second at most, ${millions(base.total.reads)} in all |
| store, writes | ${number(base.peak.writes)} a second at most, ${millions(base.total.writes)} in all |
| the store's bill (DynamoDB on demand) | ${money(base.bill.store)} for the evening |
| edge requests | ${number(base.edgeRequests)} a second at most, ${millions(base.total.segments + base.total.playlists)} for media in all |
| what breaks first | ${first.what}, ${times(first.over)} its limit. In the store: ${firstOfStore.what}, ${times(firstOfStore.over)} its limit |

For scale: the media themselves are ${number(base.media.gigabits / 1000)} Tbit/s and ${money(base.media.bill)} at list price. The store's bill is ${percent(base.bill.store / base.media.bill, 2)} of that.

## Cores

Of a request as it was measured with ${most} at once; CPU is what all of the server's threads took, the system's work for them included.
With DynamoDB the server does not write to a disk but speaks TLS with a service: that was not measured, and is why half is kept free.

| request | CPU µs | p99 ms | a second in the rush | cores |
|---|---:|---:|---:|---:|
${rows(
  [
    ["grant, with cookies", kinds.COOKIES, base.arriving, base.cores.grants],
    ["catalogue page", kinds.CATALOGUE, base.arriving * given.loads.pages, base.cores.pages],
    ["licence", kinds.CLEARKEY, base.arriving * given.loads.licences, base.cores.licences],
    ["heartbeat that writes nothing", kinds.BEAT, base.beats - base.beatWrites],
    ["heartbeat that writes", kinds.BEAT_WRITES, base.beatWrites],
  ].map(([what, kind, rate]) => [
    what,
    number(measured(kind, "cpu")),
    (measured(kind, "p99") / 1000).toFixed(1),
    number(rate),
    ((rate * measured(kind, "cpu")) / 1e6).toFixed(1),
  ]),
)}

The same grants alone with Express would take ${base.cores.expressGrants.toFixed(1)} cores, against ${base.cores.grants.toFixed(1)}. Another title for every viewer (a signature each
instead of one for all) makes a grant ${number(measured(kinds.COOKIES_MANY, "cpu"))} µs.

One machine with the embedded store, as it was measured, begins ${number(measured(kinds.COOKIES, "rate"))} sessions a second with ${most} at once: all viewers in ${number(viewers / measured(kinds.COOKIES, "rate") / 60)} minutes.
${commits(most)}

## The store

A start reads and writes the account's record (${base.unitsOfWrite} unit${base.unitsOfWrite > 1 ? "s" : ""} of writing); a licence reads it once more, and the key's record twice. A heartbeat
reads it, and writes only when half of the lease is over: every ${base.relaxedEvery} s while the account has places to spare, every ${base.tightEvery} s when it has none.
All records are in one table, and all reads are consistent: eventual ones would cost half.

| what | a second at most | in all | USD |
|---|---:|---:|---:|
| writes of starts | ${number(base.rush.writes)} | ${millions(viewers * base.unitsOfWrite)} | ${plain(base.bill.startWrites)} |
| writes of heartbeats | ${number(base.steady.writes)} | ${millions(base.steady.writes * duration * 60)} | ${plain(base.bill.beatWrites)} |
| reads of starts and licences | ${number(base.rush.reads + base.rush.keyReads)} | ${millions(viewers * (1 + 3 * given.loads.licences))} | ${plain(base.bill.startReads)} |
| reads of heartbeats | ${number(base.steady.reads)} | ${millions(base.steady.reads * duration * 60)} | ${plain(base.bill.beatReads)} |

## The edge

| requests | in all | USD per million | USD |
|---|---:|---:|---:|
${rows(base.edge.map(({ what, requests, price, bill }) => [what, millions(requests), price.toFixed(3), plain(bill)]))}

Heartbeats need no CDN: an address of the API's own saves their part. Of tokens in the path each request needs a function to be
checked; cookies are checked by CloudFront itself.

## What breaks first

| limit | need | may be | need over limit | what to do |
|---|---:|---:|---:|---|
${rows(broken.map(({ what, need, value, unit, over, remedy }) => [what, `${number(need)} ${unit}`, number(value), times(over), over > 1 ? remedy : "holds"]))}

Warming: \`aws dynamodb update-table --table-name playgate --warm-throughput ReadUnitsPerSecond=${rounded(base.peak.reads + base.rush.keyReads)},WriteUnitsPerSecond=${rounded(base.peak.writes)}\`, well before,
after the table's quotas were raised. Warming is paid for once; its price is not in this page.

## How the answer changes

With the heartbeat's period (a place is free again after three heartbeats at least, and after ${terms.freedWithin} s):

| heartbeat | a second | store reads/s | store writes/s | the store's USD | USD through CloudFront | cores | a place is free within |
|---:|---:|---:|---:|---:|---:|---:|---:|
${rows(
  [15, 30, 60, 120].map((heartbeat) => {
    const freedWithin = Math.max(terms.freedWithin, 3 * heartbeat);
    const { beats, peak, rush, bill, cores, edge } = at({ heartbeat, freedWithin });
    const through = edge.find(({ what }) => what.startsWith("heartbeats")).bill;
    return [
      `${heartbeat} s`,
      number(beats),
      number(peak.reads + rush.keyReads),
      number(peak.writes),
      plain(bill.store),
      plain(through),
      cores.planned,
      `${freedWithin} s`,
    ];
  }),
)}

With the lease of an account that has places to spare (\`streams.relaxed\`), by the share of accounts that have none:

| lease | ${[0, 0.1, 0.5, 1].map((share) => `${percent(share)} full: writes/s`).join(" | ")} | USD of writes at ${percent(tight)} |
|---:|---:|---:|---:|---:|---:|
${rows(
  [300, 900, 3600].map((relaxed) => {
    const writes = [0, 0.1, 0.5, 1].map((share) => number(at({ relaxed }, { tight: share }).steady.writes));
    return [`${relaxed} s`, ...writes, plain(at({ relaxed }).bill.beatWrites)];
  }),
)}

With the lease of an account that has none (\`streams.freed_within\`), if that is every account, as with a limit of one stream:

| lease | a heartbeat writes every | writes/s | USD of writes |
|---:|---:|---:|---:|
${rows(
  [90, 180, 300].map((freedWithin) => {
    const { tightEvery, steady, bill } = at({ freedWithin }, { tight: 1 });
    return [`${freedWithin} s`, `${tightEvery} s`, number(steady.writes), plain(bill.beatWrites)];
  }),
)}

## Prices, loads, limits

| assumed | value |  |
|---|---:|---|
${rows(loads.map(({ value, unit, what }) => [what, number(value, true), unit]))}

| price or limit | value | source | date |
|---|---:|---|---|
${rows([...prices, ...limits].map(({ what, value, unit, source, date }) => [what, `${number(value, true)} ${unit}`, source, date]))}

Prices are list prices of us-east-1 without free tiers and discounts; nobody with ${number(viewers)} viewers pays them. Terms of leases are the
server's defaults: heartbeat ${terms.heartbeat} s, \`freed_within\` ${terms.freedWithin} s, \`relaxed\` ${terms.relaxed} s.
`;
}

/** What each limit is asked for, the worst first. */
function limitsOf(base, given) {
  const limit = Object.fromEntries(limits.map((one) => [one.name, one]));
  const reads = base.peak.reads + base.rush.keyReads;
  const asked = [
    ["cdn_bandwidth", base.media.gigabits, "raise the quota, or several distributions and CDNs, months before", false],
    ["cdn_requests", base.edgeRequests, "raise the quota; longer segments; heartbeats past the CDN", false],
    ["edge_runs", base.edgeRunning, "raise the quota", false],
    ["item_reads", base.rush.keyReads, "keep sealed keys in the API's memory: all viewers ask for one", true],
    ["new_reads", reads, "WarmThroughput", true],
    ["new_writes", base.peak.writes, "WarmThroughput", true],
    ["table_reads", reads, "raise the quota; a longer heartbeat", true],
    ["table_writes", base.peak.writes, "raise the quota", true],
  ];
  const all = asked.map(([name, need, remedy, isStore]) => ({
    ...limit[name],
    need,
    remedy,
    isStore,
    over: need / limit[name].value,
  }));
  return all.sort((one, other) => other.over - one.over);
}

function commits(most) {
  const { writings, syncs } = figures.commits[most] ?? {};
  if (!syncs) return "How many writings went into one commit was not counted.";
  return `Its store put ${(writings / syncs).toFixed(0)} writings into one commit, and synced the disk once for them (a virtual disk, whose syncs are cheap).`;
}

/** The arithmetic of leases against leases that are played through, second by second. */
function selfCheck() {
  for (const term of [10, 90, 91, 180, 300, 900, 3600]) {
    for (const heartbeat of [5, 15, 30, 45]) {
      if (2 * heartbeat > term) continue;
      const writes = [];
      let until = term;
      for (let now = heartbeat; now < 20 * term; now += heartbeat) {
        if (until <= now) throw new Error(`a lease of ${term} s does not outlive a heartbeat of ${heartbeat} s`);
        if (until - now > Math.floor(term / 2)) continue;
        until = now + term;
        writes.push(now);
      }
      const every = writes[1] - writes[0];
      if (every !== writesEvery(term, heartbeat))
        throw new Error(`${term} s, ${heartbeat} s: ${every}, not ${writesEvery(term, heartbeat)}`);
    }
  }
}

function json(url) {
  return JSON.parse(readFileSync(url, "utf8"));
}
function values(list) {
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}
function rows(list) {
  return list.map((row) => `| ${row.join(" | ")} |`).join("\n");
}
function number(value, exact = false) {
  if (exact) return value < 0.001 ? value.toFixed(8) : value.toLocaleString("en", { maximumFractionDigits: 4 });
  return Math.round(value).toLocaleString("en");
}
function millions(value) {
  return `${number(value / 1e6)} M`;
}
function plain(value) {
  return value < 10 ? value.toFixed(2) : number(value);
}
function money(value) {
  return `${plain(value)} USD`;
}
function megabytes(value) {
  return `${(value / 1e6).toFixed(0)} MB`;
}
function percent(value, digits = 0) {
  return `${(100 * value).toFixed(digits)} %`;
}
function times(value) {
  return `${value >= 10 ? value.toFixed(0) : value.toFixed(1)} times`;
}
function rounded(value) {
  return Math.ceil(value / 10_000) * 10_000;
}
