// Native, Node and workerd must give the same outcomes, byte for byte: whatever one of them wrote, native wrote too.
import { existsSync, readFileSync } from "node:fs";
import { BUILT } from "./corpus.mjs";

const outcomes = (runtime) => {
  const file = new URL(`outcomes-${runtime}.txt`, BUILT);
  if (!existsSync(file)) {
    console.error(`target/edge/outcomes-${runtime}.txt is not there: run the corpus in ${runtime} first`);
    process.exit(1);
  }
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return new Map(lines.map((line) => [line.split("\t", 2).join(" of "), line]));
};

const native = outcomes("native");
let compared = 0;
let different = 0;
for (const runtime of ["node", "workerd"]) {
  for (const [place, line] of outcomes(runtime)) {
    compared++;
    if (native.get(place) === line) continue;
    if (++different > 10) continue;
    console.error(`${place}:\n  ${runtime}: ${line}\n  native: ${native.get(place) ?? "nothing"}`);
  }
}
console.log(`edge: ${compared} outcomes in Node and workerd, ${different} of them not what native gives`);
if (different > 0 || compared === 0) process.exit(1);
