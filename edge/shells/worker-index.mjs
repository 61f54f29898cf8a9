// The worker's entry, beside which its files lie as modules. The token keys are the secret `TOKEN_KEYS`.
import addresses from "./addresses.bin";
import module from "./edge_bg.wasm";
import revocations from "./revocations.bin";
import bundle from "./rights.bundle";
import settings from "./settings.bin";
import shell from "./shell.json";
import { Edge, initSync } from "./edge.js";
import { create } from "./worker.mjs";

export default create({
  initSync,
  Edge,
  module,
  files: {
    shell: new Uint8Array(shell),
    settings: new Uint8Array(settings),
    bundle: new Uint8Array(bundle),
    // Empty if there are none.
    revocations: new Uint8Array(revocations),
    addresses: new Uint8Array(addresses),
  },
});
