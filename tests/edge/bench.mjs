// How long the Lambda shell takes from an event to its outcome, in Node: node tests/edge/bench.mjs
import { readFileSync } from "node:fs";
import { create } from "../../edge/shells/lambda.mjs";
import { BUILT, corpus, worldFiles } from "./corpus.mjs";
import { requestEvent } from "./events.mjs";

const { Edge, initSync } = await import(new URL("edge.js", BUILT));
const module = new WebAssembly.Module(readFileSync(new URL("edge_bg.wasm", BUILT)));
const { cases } = corpus();
const rounds = 7;
const runs = 100_000;

for (const [name, event, chosen] of [
  ["a segment with a token in its path", "viewer-request", ({ expect }) => token(expect["viewer-request"], "segment", "path")],
  ["a segment with a token in a header", "origin-request", ({ expect }) => token(expect["origin-request"], "segment", "header")],
  ["a manifest with a login that is known", "origin-request", ({ expect }) => expect["origin-request"].action === "redirect"],
  ["a manifest without credentials", "origin-request", ({ expect }) => expect["origin-request"].log.reason === "no_credentials"],
]) {
  const found = cases.find(chosen);
  if (!found) {
    console.log(`${name.padEnd(40)} the corpus has no such case`);
    continue;
  }
  let lines = 0;
  const handler = create({ initSync, Edge, module, files: worldFiles(found.world), now: () => found.now, log: () => lines++ });
  const built = requestEvent(event, found.request);
  const text = JSON.stringify(built);
  // Events are made beforehand, as the runtime makes them: a forward changes its own.
  const samples = [];
  for (let round = 0; round < rounds; round++) {
    const events = Array.from({ length: runs / 10 }, () => JSON.parse(text));
    let elapsed = 0n;
    for (const event of events) {
      const start = process.hrtime.bigint();
      await handler(event);
      elapsed += process.hrtime.bigint() - start;
    }
    samples.push(Number(elapsed) / events.length);
  }
  samples.sort((one, other) => one - other);
  console.log(`${name.padEnd(40)} ${(samples[rounds >> 1] / 1000).toFixed(2)} microseconds (${found.name})`);
}

function token(outcome, route, credential) {
  return outcome.action === "forward" && outcome.log.route === route && outcome.log.credential === credential;
}
