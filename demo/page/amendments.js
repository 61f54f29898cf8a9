// Changes that one makes often, written into the text of a policy as somebody would write them by hand. Each gives the new text and
// the numbers of the lines that it wrote.

import { rfc3339 } from "./words.js";

/** Adds a blackout of a title in a country (or a part of it) at the end of the file. */
export function withBlackout(text, { id, title, territory, from, until, message }) {
  const block = [
    "",
    "[[blackout]]",
    `id = "${id}"`,
    `titles = ["${title}"]`,
    `territories = ["${territory}"]`,
    `from = ${rfc3339(from)}`,
    `until = ${rfc3339(until)}`,
    `message = "${message}"`,
  ];
  const before = text.trimEnd().split("\n");
  const lines = block.slice(1).map((_, index) => before.length + 2 + index);
  return { text: [...before, ...block, ""].join("\n"), lines };
}

/** Writes a value of a grant: in the line that has the key, or in a new one below `after`. Null if there is no such grant. */
export function withValue(text, id, key, value, after = "id") {
  const lines = text.split("\n");
  const grant = blockOf(lines, id);
  if (grant === null) return null;
  const at = lineOf(lines, grant, key);
  const written = `${key} = ${value}`;
  if (at !== null) {
    const note = /\s#[^"]*$/.exec(lines.at(at))?.[0] ?? "";
    return { text: lines.with(at, written + note).join("\n"), lines: [at + 1] };
  }
  const above = lineOf(lines, grant, after) ?? grant.from;
  return { text: lines.toSpliced(above + 1, 0, written).join("\n"), lines: [above + 2] };
}

/** The file with the agreement that a rule such as `acme-2026/svod` belongs to, and the rule's id in it. */
export function placeOf(files, rule) {
  const [agreement, id] = rule.split("/");
  const isIts = (text) => text.split("\n").some((line) => valueOf(line, "agreement") === agreement);
  const file = Object.keys(files).find((name) => isIts(files[name]));
  return file === undefined ? null : { file, id };
}

/** From which line to which (behind its last) the grant with an id goes. */
function blockOf(lines, id) {
  const starts = [...lines.keys()].filter((at) => /^\s*\[/.test(lines.at(at)));
  const blocks = starts.map((from, index) => ({ from, to: starts.at(index + 1) ?? lines.length }));
  const isIt = ({ from, to }) => lines.slice(from, to).some((line) => valueOf(line, "id") === id);
  return blocks.find((block) => /^\s*\[\[grant\]\]/.test(lines.at(block.from)) && isIt(block)) ?? null;
}

function lineOf(lines, { from, to }, key) {
  const at = lines.slice(from, to).findIndex((line) => new RegExp(`^\\s*${key}\\s*=`).test(line));
  return at === -1 ? null : from + at;
}

function valueOf(line, key) {
  return new RegExp(`^\\s*${key}\\s*=\\s*"([^"]*)"`).exec(line)?.[1] ?? null;
}
