// Runs both halves in turn, several times, and prints medians, spreads and the ratios that the README quotes.
// A ratio is taken within one round, so that a machine that is slow for a while is slow for both sides.
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";

const rounds = Number(process.env.ROUNDS ?? 7);
const seconds = process.env.SECONDS_EACH ?? "0.5";
const here = new URL(".", import.meta.url).pathname;
const native = `${process.env.BENCH_TARGET ?? `${here}target`}/release/bench-signer`;

const samples = [];
for (let round = 1; round <= rounds; round++) {
  process.stderr.write(`round ${round} of ${rounds}\n`);
  const ours = JSON.parse(execFileSync(native, [seconds], { encoding: "utf8" }));
  const theirs = JSON.parse(execFileSync(process.execPath, [`${here}javascript.mjs`, seconds], { encoding: "utf8" }));
  samples.push({ ...ours, ...theirs });
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const figure = (value) => (value >= 1000 ? Math.round(value).toLocaleString("en") : value >= 100 ? value.toFixed(0) : value.toFixed(2));
const spread = (list) => `±${(((Math.max(...list) - Math.min(...list)) / 2 / median(list)) * 100).toFixed(0)} %`;
const values = (name) => samples.map((sample) => sample[name]);

console.log(`\n${cpus()[0].model.trim()}, ${cpus().length} cores; Node ${process.version}; ${rounds} rounds of ${seconds} s each; medians and half the range`);
console.log(`a token of ${samples[0]["token bytes"]} bytes; playlists of ${figure(samples[0]["playlist bytes 1200"])} and ${figure(samples[0]["playlist bytes 28000"])} bytes; hls figures are GB of input a second\n`);
for (const name of Object.keys(samples[0]).filter((name) => !name.includes("bytes"))) {
  console.log(`${figure(median(values(name))).padStart(12)}  ${spread(values(name)).padStart(6)}  ${name}`);
}

// What is expected, as [what, over what, at least].
const expectations = [
  ["sign rsa sha256", "sign aws-sdk rsa KeyObject", 0.95],
  ["sign rsa sha256", "sign aws-sdk rsa PEM", 3],
  ["sign rsa sha256", "sign cloudfront_sign", 4],
  ["sign p256 sha256", "sign aws-sdk p256 KeyObject", 1.7],
  ["cookies for 10000 viewers", "sign rsa sha256", 100],
  ["token ours", "token common-access-token", 6],
  ["token ours", "token @eyevinn/cat", 80],
  ["token ours", "token bare hmac", 1 / 3],
  ...["1200", "28000"].flatMap((count) =>
    [
      ["memchr loop", 1.5 / 3.3],
      ["quick-m3u8 reading without tags", 1.5 / 0.6],
      ["quick-m3u8 reading with tags", 1.5 / 0.3],
      ["m3u8-rs rewriting", 1.5 / 0.08],
      ["m3u8-rs reading", 1.5 / 0.08],
      ["hls-parser rewriting", 1],
    ].map(([peer, least]) => [`hls ours, short query ${count}`, `hls ${peer} ${count}`, least]),
  ),
];
console.log("\n       ratio  spread  expected");
for (const [what, peer, least] of expectations) {
  const ratios = samples.map((sample) => sample[what] / sample[peer]);
  const met = median(ratios) >= least ? "met" : "MISSED";
  const shown = median(ratios);
  console.log(`${`${figure(shown)} x`.padStart(12)}  ${spread(ratios).padStart(6)}  ${figure(least)} or more: ${met.padEnd(6)}  ${what} / ${peer}`);
}
