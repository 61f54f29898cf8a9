// One cold start: node cold-start.mjs ENTRY EVENT. Milliseconds come out at descriptor 3.
import { readFileSync, writeSync } from "node:fs";

const [entry, input] = process.argv.slice(2);
const event = JSON.parse(readFileSync(input, "utf8"));

const start = performance.now();
const { handler } = await import(entry);
const result = await handler(event);
const total = performance.now() - start;

writeSync(3, JSON.stringify({ total, answer: result.uri ?? result.status }));
