// One cold start of ours, stage by stage, as the folder's index.mjs goes through them: node cold-stages.mjs FOLDER EVENT.
import { readFileSync, writeSync } from "node:fs";

const [folder, input] = process.argv.slice(2);
const event = JSON.parse(readFileSync(input, "utf8"));
const stages = {};
let last = performance.now();
const stage = (name) => {
  const now = performance.now();
  stages[name] = now - last;
  last = now;
};

// The folder has both in one file, which goes through all stages at once.
const sources = new URL("../../", import.meta.url);
const { Edge, initSync } = await import(new URL("target/edge/edge.js", sources));
const { create } = await import(new URL("edge/shells/lambda.mjs", sources));
stage("JavaScript");
const file = (name) => new Uint8Array(readFileSync(new URL(name, folder)));
const bytes = file("edge_bg.wasm");
const files = {
  shell: file("shell.json"),
  settings: file("settings.bin"),
  bundle: file("rights.bundle"),
  keys: file("keys.json"),
  revocations: file("revocations.bin"),
  addresses: file("addresses.bin"),
};
stage("read files");
const module = new WebAssembly.Module(bytes);
stage("compile");
let instantiated = 0;
const handler = create({
  initSync: (options) => {
    const start = performance.now();
    const exports = initSync(options);
    instantiated = performance.now() - start;
    return exports;
  },
  Edge,
  module,
  files,
});
stage("open");
stages.instantiate = instantiated;
stages.open -= instantiated;
const result = await handler(event);
stage("first answer");

const { "first answer": answered, open, ...before } = stages;
writeSync(3, JSON.stringify({ stages: { ...before, open, "first answer": answered }, answer: result.uri ?? result.status }));
