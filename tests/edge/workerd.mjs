// workerd itself, as it runs Workers, with the modules it is given and an origin that stands for the whole network.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { BUILT } from "./corpus.mjs";

export const COMPATIBILITY_DATE = "2026-04-01";
const { default: WORKERD } = createRequire(import.meta.url)("workerd");

/**
 * Runs a worker. `modules` are pairs of a name and its content, the entry first; `bindings` are texts by name; `network`
 * answers whatever the worker fetches, the host in the header `host`. Gives its address and `close`.
 */
export async function workerd(name, modules, { bindings = {}, network }) {
  const folder = new URL(`workerd/${name}/`, BUILT);
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of modules) writeFileSync(new URL(file, folder), content);
  const outside = createServer({ maxHeaderSize: 1 << 20 }, network);
  await new Promise((resolve) => outside.listen(0, "127.0.0.1", resolve));
  writeFileSync(new URL("config.capnp", folder), configuration(modules, bindings, outside.address().port));

  const path = fileURLToPath(new URL("config.capnp", folder));
  const program = spawn(WORKERD, ["serve", path, "--control-fd=3"], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const port = await new Promise((resolve, reject) => {
    let said = "";
    program.stdio[3].on("data", (chunk) => {
      said += chunk;
      const line = said.split("\n").find((line) => line.includes('"listen"'));
      if (line) resolve(JSON.parse(line).port);
    });
    program.on("exit", (code) => reject(new Error(`workerd ended with ${code}`)));
  });
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close() {
      program.kill();
      outside.closeAllConnections();
      outside.close();
    },
  };
}

function configuration(modules, bindings, port) {
  const list = modules.map(([name]) => `(name = ${quoted(name)}, ${kind(name)} = embed ${quoted(name)})`);
  const values = Object.entries(bindings).map(([name, value]) => `(name = ${quoted(name)}, text = ${quoted(value)})`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [${list.join(", ")}],
      bindings = [${values.join(", ")}],
      compatibilityDate = ${quoted(COMPATIBILITY_DATE)},
      globalOutbound = "outside",
    )),
    (name = "outside", external = (address = "127.0.0.1:${port}", http = ())),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (cfBlobHeader = "cf-blob"), service = "main")],
);
`;
}

const quoted = (text) => JSON.stringify(text);
const kind = (name) => (/\.m?js$/.test(name) ? "esModule" : name.endsWith(".wasm") ? "wasm" : "data");
