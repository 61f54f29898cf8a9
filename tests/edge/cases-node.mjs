// The corpus through the Lambda shell, as both request events, in Node.
import { readFileSync } from "node:fs";
import { create } from "../../edge/shells/lambda.mjs";
import { BUILT, answered, corpus, forwarded, report, responses, worldFiles } from "./corpus.mjs";
import { FORBIDDEN, requestEvent, responseEvent } from "./events.mjs";

const { Edge, initSync } = await import(new URL("edge.js", BUILT));
const module = new WebAssembly.Module(readFileSync(new URL("edge_bg.wasm", BUILT)));
const { worlds, cases } = corpus();
const files = Object.fromEntries(Object.keys(worlds).map((name) => [name, worldFiles(name)]));
// No issuer has newer keys than those that were built in.
const fetch = async () => new Response(null, { status: 404 });

const results = [];
for (const event of ["viewer-request", "origin-request"]) {
  for (const { name, world, now, request, expect } of cases) {
    results.push({ event, name, outcome: await outcomeOf(event, world, now, request), expected: expect[event] });
  }
}
await waysBack();
report("node", results);

async function waysBack() {
  const now = () => 1_800_000_000;
  const handlers = Object.fromEntries(
    Object.keys(worlds).map((world) => [world, create({ initSync, Edge, module, files: files[world], now, log: () => {}, fetch })]),
  );
  const wrong = [];
  for (const eventType of ["viewer-response", "origin-response"]) {
    for (const { name, world, request, response, expect } of responses()) {
      const asked = { id: "id", query: "", address: "203.0.113.9", ...request, headers: request.origin ? { origin: request.origin } : {} };
      const result = await handlers[world](responseEvent(eventType, asked, response));
      const headers = Object.entries(result.headers).map(([header, lines]) => [header, lines.map(({ value }) => value).join(", ")]);
      const found = JSON.stringify(headers.sort());
      const expected = JSON.stringify(Object.entries(expect).sort());
      if (found !== expected || result.status !== `${response.status}`) wrong.push(`${name}: ${found}, expected ${expected}`);
    }
  }
  console.log(`edge: ${2 * responses().length} answers on their way back, ${wrong.length} not as expected`);
  if (wrong.length > 0) {
    console.error(wrong.slice(0, 10).join("\n"));
    process.exit(1);
  }
}

async function outcomeOf(eventType, world, now, request) {
  const lines = [];
  const handler = create({ initSync, Edge, module, files: files[world], now: () => now, log: (line) => lines.push(line), fetch });
  const event = requestEvent(eventType, request);
  const sent = JSON.parse(JSON.stringify(event.Records[0].cf.request));
  // What Lambda hands on is what is left of it as JSON.
  const result = JSON.parse(JSON.stringify(await handler(event)));
  const log = lines.filter((line) => JSON.parse(line).event === eventType);
  if (log.length !== 1) return { failure: `${log.length} lines of log` };
  if (!result.status) {
    const rest = ({ uri, querystring, headers, ...rest }) => JSON.stringify(rest);
    if (rest(sent) !== rest(result)) return { failure: "the forwarded request was changed beside path, query and headers" };
    for (const [header, lines] of Object.entries(result.headers)) {
      if (JSON.stringify(lines) !== JSON.stringify(sent.headers[header])) return { failure: `the header ${header} was changed` };
    }
    return forwarded(result.uri, result.querystring, sent.headers, Object.keys(result.headers), log[0]);
  }
  const headers = Object.entries(result.headers).flatMap(([name, lines]) => lines.map(({ value }) => [name, value]));
  const forbidden = headers.find(([name]) => FORBIDDEN.test(name));
  if (forbidden) return { failure: `CloudFront takes no header ${forbidden[0]}` };
  if (typeof result.status !== "string" || !result.statusDescription) return { failure: "the status is no text" };
  return answered(Number(result.status), headers, result.body, log[0]);
}
