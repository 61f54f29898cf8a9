// The corpus through the worker shell, in workerd.
import { readFileSync } from "node:fs";
import { BUILT, ROOT, answered, corpus, forwarded, report, worldFiles } from "./corpus.mjs";
import { workerd } from "./workerd.mjs";

const { worlds, cases } = corpus();
const base64 = (bytes) => (bytes ? Buffer.from(bytes).toString("base64") : null);
const files = Object.keys(worlds).map((name) => [
  name,
  Object.fromEntries(Object.entries(worldFiles(name)).map(([file, bytes]) => [file, base64(bytes)])),
]);
const source = (file) => readFileSync(new URL(file, ROOT));
const runtime = await workerd(
  "cases",
  [
    ["entry.mjs", source("tests/edge/cases-entry.mjs")],
    ["worker.mjs", source("edge/shells/worker.mjs")],
    ["wire.mjs", source("edge/shells/wire.mjs")],
    ["sources.mjs", source("edge/shells/sources.mjs")],
    ["edge.js", source("target/edge/edge.js")],
    ["edge_bg.wasm", source("target/edge/edge_bg.wasm")],
    ["worlds.json", JSON.stringify(Object.fromEntries(files))],
  ],
  {
    network(request, response) {
      // No issuer has newer keys than those that were built in.
      if (request.headers.host !== "media.example.com") return response.writeHead(404).end();
      const url = `https://${request.headers.host}${request.url}`;
      response.end(JSON.stringify({ url, method: request.method, headers: request.headers }));
    },
  },
);

const results = [];
try {
  for (const { name, world, now, request, expect } of cases) {
    // No address has such a path, and no worker a request without an id.
    if (!request.path.startsWith("/") || request.path.includes("?") || !request.id) continue;
    results.push({ event: "worker", name, outcome: await outcomeOf(world, now, request), expected: expect.worker });
  }
} finally {
  runtime.close();
}
report("workerd", results);

async function outcomeOf(world, now, request) {
  const asked = await fetch(runtime.url, { method: "POST", body: JSON.stringify({ world, now, request }) });
  if (asked.status !== 200) return { failure: `the worker answered ${asked.status}: ${await asked.text()}` };
  const { status, headers, body, lines, address, sent } = await asked.json();
  const log = lines.filter((line) => JSON.parse(line).event === "worker");
  if (log.length !== 1) return { failure: `${log.length} lines of log: ${log.at(-1)}` };
  if (address === null) return answered(status, headers, body, log[0]);
  const [path, query = ""] = split(address);
  // To HEAD no origin can say what it got.
  if (request.method !== "HEAD") {
    if (status !== 200) return { failure: `the origin was not reached: ${status} ${body}, ${lines.at(-1)}` };
    const arrived = JSON.parse(body);
    const went = new URL(address, "https://media.example.com");
    if (new URL(arrived.url).href !== went.href) return { failure: `the origin was asked for ${arrived.url}, not for ${went}` };
    if (arrived.method !== request.method) return { failure: `the origin was asked to ${arrived.method}` };
    const kept = Object.keys(arrived.headers).find((name) => name in request.headers && !sent.includes(name));
    if (kept) return { failure: `the header ${kept} arrived, and should not` };
  }
  return forwarded(path, query, request.headers, sent, log[0]);
}

function split(address) {
  const mark = address.indexOf("?");
  return mark < 0 ? [address] : [address.slice(0, mark), address.slice(mark + 1)];
}
