// Figures as people read them: no line is wider than 130 columns.
import { median } from "../bench-edge/report.mjs";

export const whole = (value) => Math.round(value).toLocaleString("en");
/** Of microseconds. */
export const milliseconds = (value) => (value / 1000).toFixed(value < 10_000 ? 2 : 1);

const ratio = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** Rows of figures, one table for each concurrency. */
export function figures(all, concurrencies) {
  const width = Math.max(...Object.keys(all).map((kind) => kind.length));
  for (const [number, connections] of concurrencies.entries()) {
    if (number > 0) console.log("");
    console.log(`${`${connections} at once`.padEnd(width)}  ${"requests/s".padStart(10)}  ${"min .. max".padEnd(16)}  p50 ms   p99 ms  CPU us  client  bytes`);
    for (const [kind, at] of Object.entries(all)) {
      const { rate, p50, p99, cpu, client, bytes } = at[connections];
      const range = `${whole(Math.min(...rate))} .. ${whole(Math.max(...rate))}`;
      const times = [p50, p99].map((list) => milliseconds(median(list)).padStart(7)).join("  ");
      const rest = [whole(median(cpu)).padStart(6), `${Math.round(median(client) * 100)} %`.padStart(6), whole(median(bytes)).padStart(6)].join("  ");
      console.log(`${kind.padEnd(width)}  ${whole(median(rate)).padStart(10)}  ${range.padEnd(16)} ${times}  ${rest}`);
    }
  }
}

/** Judges what was expected: `{what, samples, unit, least, below}`. */
export function judge(expectations) {
  return expectations.map(({ what, samples, unit, least, below }) => {
    const figure = median(samples);
    const met = least === undefined ? figure < below : figure >= least;
    return { what, figure, min: Math.min(...samples), max: Math.max(...samples), unit, least, below, met };
  });
}

/** Rows of what was expected. */
export function verdicts(judged) {
  console.log(`${"figure".padStart(10)}  ${"min .. max".padEnd(16)}  ${"expected".padEnd(22)}  what`);
  for (const { what, figure, min, max, unit, least, below, met } of judged) {
    const limit = `${least === undefined ? `less than ${below}` : `${least} or more`}: ${met ? "MET" : "MISSED"}`;
    console.log(`${`${ratio(figure)} ${unit}`.padStart(10)}  ${`${ratio(min)} .. ${ratio(max)}`.padEnd(16)}  ${limit.padEnd(22)}  ${what}`);
  }
}
