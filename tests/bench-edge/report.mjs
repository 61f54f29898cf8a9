// Figures as people read them: no line is wider than 120 columns.
import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";

export const median = (list) => [...list].sort((one, other) => one - other)[Math.floor(list.length / 2)];
/** One over the other, round by round. */
export const over = (list, other) => list.map((value, index) => value / other[index]);

const figure = (value) => {
  if (value >= 1000) return Math.round(value).toLocaleString("en");
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
};
const range = (list) => `${figure(Math.min(...list))} .. ${figure(Math.max(...list))}`;
const times = (list) => `${figure(median(list))} x`;

/** What the run ran on. */
export function machine() {
  return { processor: cpus()[0]?.model.trim() ?? "an unknown processor", cores: cpus().length, node: process.version, load: load() };
}
/** What else is running, over one, five and fifteen minutes. */
export const load = () => loadavg().map((value) => Number(value.toFixed(2)));

/** The versions of peers, as they are pinned. */
export function versions() {
  const { dependencies } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
  return Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
}

/** The head of a section. */
export const section = (title, ...notes) => console.log([`\n${title}`, ...notes, ""].join("\n"));

/** Rows of figures; `ratios` are pairs of a peer's short name and its samples. */
export function figures(unit, rows) {
  const last = rows.some(({ ratios }) => ratios?.length > 0) ? "over its peers" : "";
  const width = Math.max(...rows.map(({ name }) => name.length));
  console.log(`${unit.padStart(8)}  ${"min .. max".padEnd(13)}  ${"".padEnd(width)}  ${last}`.trimEnd());
  for (const { name, samples, ratios = [] } of rows) {
    const shown = ratios.map(([peer, other]) => `${times(over(samples, other))} ${peer}`).join(", ");
    console.log(`${figure(median(samples)).padStart(8)}  ${range(samples).padEnd(13)}  ${name.padEnd(width)}  ${shown}`.trimEnd());
  }
}

/** Judges what was expected: `{what, samples, over, unit, most, below}`. */
export function judge(expectations) {
  return expectations.map(({ what, samples, peer, unit, most, below }) => {
    const found = peer ? over(samples, peer) : samples;
    const isMet = below === undefined ? median(found) <= most : median(found) < below;
    return { what, figure: median(found), min: Math.min(...found), max: Math.max(...found), unit: unit ?? "x", most, below, met: isMet };
  });
}

/** Rows of what was expected. */
export function verdicts(judged) {
  console.log(`${"figure".padStart(12)}  ${"min .. max".padEnd(16)}  ${"expected".padEnd(24)}  what`);
  for (const { what, figure: value, min, max, unit, most, below, met } of judged) {
    const limit = `${below === undefined ? `${most} or less` : `less than ${below}`}: ${met ? "MET" : "MISSED"}`;
    console.log(`${`${figure(value)} ${unit}`.padStart(12)}  ${range([min, max]).padEnd(16)}  ${limit.padEnd(24)}  ${what}`);
  }
}

/** Stages of a cold start, their medians in one line each. */
export function stages(all) {
  for (const [name, list] of Object.entries(all)) {
    console.log(`\n  ${name}`);
    const parts = Object.entries(list).map(([stage, samples]) => `${stage} ${figure(median(samples))}`);
    console.log(`  ${parts.join("; ")}`);
  }
}

/** Rows of sizes. */
export function sizes(all) {
  console.log(`${"bytes".padStart(12)}  ${"gzip -9".padStart(10)}`);
  for (const [name, { bytes, gzip }] of Object.entries(all)) {
    console.log(`${bytes.toLocaleString("en").padStart(12)}  ${gzip.toLocaleString("en").padStart(10)}  ${name}`);
  }
}
