// The function's entry for Lambda@Edge, beside which its files lie: there are neither environment variables nor layers.
import { readFileSync } from "node:fs";
import { Edge, initSync } from "./edge.js";
import { create } from "./lambda.mjs";

export { Edge, create, initSync };

const file = (name) => new Uint8Array(readFileSync(new URL(name, import.meta.url)));

export const module = new WebAssembly.Module(file("edge_bg.wasm"));
export const files = {
  shell: file("shell.json"),
  settings: file("settings.bin"),
  bundle: file("rights.bundle"),
  keys: file("keys.json"),
  // Empty if there are none.
  revocations: file("revocations.bin"),
  addresses: file("addresses.bin"),
};

// What cannot be used is found out here, when the function starts, and not with the first viewer.
export const handler = create({ initSync, Edge, module, files });
