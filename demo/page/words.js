// How figures and times are written.

const clockFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const momentFormat = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZoneName: "short",
});
const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const listFormat = new Intl.ListFormat("en-GB", { type: "disjunction" });

/** The present, in epoch seconds. */
export const now = () => Date.now() / 1000;

/** Epoch seconds of an RFC 3339 text or of epoch seconds; null for null. */
export function seconds(time) {
  if (time === null || time === undefined) return null;
  return typeof time === "number" ? time : Date.parse(time) / 1000;
}

/** 14:03:22 */
export const clock = (time) => clockFormat.format(seconds(time) * 1000);

/** 18 Mar 2027, 23:00 CET */
export const moment = (time) => momentFormat.format(seconds(time) * 1000);

/** 18 Mar 2027 */
export const day = (time) => dayFormat.format(seconds(time) * 1000);

/** As short as it can be said: the time of day for today, else the day with it. */
export function soon(time) {
  return day(time) === day(now()) ? clock(time) : moment(time);
}

/** 1:43 for 103 seconds, 2 h 5 min, 12 days. */
export function span(length) {
  const whole = Math.max(0, Math.round(length));
  if (whole < 3600) return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  if (whole < 48 * 3600) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.round(whole / 86400)} days`;
}

/** 84 µs, 1.2 ms, 2.3 s; a dash for what was not measured. */
export function microseconds(value) {
  if (value === null || value === undefined) return "–";
  if (value < 1000) return `${Math.round(value)} µs`;
  if (value < 1_000_000) return `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)} ms`;
  return `${(value / 1_000_000).toFixed(1)} s`;
}

/** free, premium or family; `*` is whoever has an account. */
export function either(tiers) {
  return tiers.includes("*") ? "any account" : listFormat.format(tiers);
}

/** A code of the vocabulary as a reader sees it: `not_yet` is "not yet". */
export const plain = (code) => String(code).replaceAll(/[_-]/g, " ");

/** The same with a capital at its beginning. */
export function title(code) {
  const words = plain(code);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** three for 3; digits from ten on. */
export const inWords = (count) =>
  ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"].at(count) ?? String(count);

/** 1 stream, 2 streams */
export const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** RFC 3339 in UTC and whole seconds, as policies are best written. */
export const rfc3339 = (time) => `${new Date(Math.floor(time) * 1000).toISOString().slice(0, 19)}Z`;
