// Changes that one makes often, written into the text of a policy as somebody would write them by hand. Each gives the new text.

import { entryOf, lineAt, tablesIn } from "./policy-text.js";
import { rfc3339, seconds } from "./words.js";

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
  return [text.trimEnd(), ...block, ""].join("\n");
}

/**
 * Writes a value of a grant for one title: into the grant if it is of this title alone; else the grant leaves the title out, and a copy
 * of it under an id of its own names the title alone and has the value. Null if the grant is not there, or is written in a way that
 * cannot be changed here.
 */
export function withValueFor(text, { id, title, key, value }) {
  const grant = grantIn(text, id);
  if (grant === null) return null;
  if (isAlone(grant, title)) return edited(text, [valueEdit(text, grant, key, value)]);
  const earlier = copyIn(text, grant, id, title);
  if (earlier) return edited(text, [valueEdit(text, earlier, key, value)]);
  const without = withoutTitle(text, grant, title);
  const copied = copyOf(text, grant, { id: idFor(text, id, title), title, key, value });
  return without && copied && edited(text, [without, copied]);
}

/** Takes a title out of a grant that names others, too. Null if it cannot be done. */
export function withoutTitleIn(text, { id, title }) {
  const grant = grantIn(text, id);
  const edit = grant && !isAlone(grant, title) ? withoutTitle(text, grant, title) : null;
  return edit && edited(text, [edit]);
}

/** A date or a number that a grant has: in its copy for the title, where there is one. Null if it has none. */
export function valueFor(text, { id, title, key }) {
  const grant = grantIn(text, id);
  const entry = grant && entryOf(copyIn(text, grant, id, title) ?? grant, key);
  return entry ? text.slice(entry.from, entry.to) : null;
}

/** What a grant is to a title: {isAlone, leavesOut, from}, `from` in epoch seconds. Null if it is not there or cannot be read. */
export function factsOf(text, { id, title }) {
  const grant = grantIn(text, id);
  const from = grant && entryOf(grant, "from");
  if (!from) return null;
  return {
    isAlone: isAlone(grant, title),
    leavesOut: titlesOf(grant).includes(`!${title}`),
    from: seconds(text.slice(from.from, from.to).replace(" ", "T")),
  };
}

/** The file with the agreement that a rule such as `acme-2026/svod` belongs to, and the rule's id in it. */
export function placeOf(files, rule) {
  const [agreement, id] = rule.split("/");
  const isIts = (text) => text.split("\n").some((line) => agreementIn(line) === agreement);
  const file = Object.keys(files).find((name) => isIts(files[name]));
  return file === undefined ? null : { file, id };
}

function agreementIn(line) {
  return /^\s*agreement\s*=\s*["']([^"']*)["']/.exec(line)?.[1] ?? null;
}

/** The grant with this id, if its titles are a list that can be read. */
function grantIn(text, id) {
  const isIt = (table) => table.name === "grant" && entryOf(table, "id")?.value === id;
  const grant = tablesIn(text).find(isIt) ?? null;
  return grant && entryOf(grant, "titles")?.items?.length ? grant : null;
}

const titlesOf = (grant) => (entryOf(grant, "titles")?.items ?? []).map((item) => item.text);

function isAlone(grant, title) {
  const named = titlesOf(grant).filter((name) => !name.startsWith("!"));
  return named.length > 0 && named.every((name) => name === title);
}

/** The copy for this title that was made before: the grant leaves the title out already. */
function copyIn(text, grant, id, title) {
  if (!titlesOf(grant).includes(`!${title}`)) return null;
  const isIts = (table) => entryOf(table, "id")?.value?.startsWith(copyId(id, title));
  return tablesIn(text).find((table) => table.name === "grant" && isIts(table) && isAlone(table, title)) ?? null;
}

/** What an edit is: between `from` and `to` there is `put` instead. */
function valueEdit(text, grant, key, value) {
  const entry = entryOf(grant, key);
  if (entry) return { from: entry.from, to: entry.to, put: value };
  // A date belongs behind the date before it, all else behind who is let in.
  const above = ["from", "tiers"].map((name) => entryOf(grant, name)).filter(Boolean);
  const after = (key === "until" ? above.at(0) : above.at(-1)) ?? grant.entries.at(-1);
  const end = after.to + lineAt(text, after.to).length;
  return { from: end, to: end, put: `\n${key} = ${value}` };
}

function withoutTitle(text, grant, title) {
  const { items, to } = entryOf(grant, "titles");
  if (items.some((item) => item.text === `!${title}`)) return null;
  const last = items.at(-1);
  const comma = /^\s*,/.exec(text.slice(last.to, to))?.[0] ?? "";
  const rest = lineAt(text, last.to);
  if (last.to + rest.length >= to) return { from: last.to, to: last.to, put: `, "!${title}"` };
  // A list with a line for each: one more, behind what is remarked of the last.
  const line = text.slice(text.lastIndexOf("\n", last.from) + 1, last.from);
  const indent = /^\s*/.exec(line)[0];
  const from = comma === "" ? last.to : last.to + rest.length;
  const remark = comma === "" ? rest : "";
  const put = `${comma === "" ? "," : ""}${remark}\n${indent}"!${title}"${comma === "" ? "" : ","}`;
  return { from, to: from + remark.length, put };
}

/** A copy of a grant behind it. */
function copyOf(text, grant, { id, title, key, value }) {
  const own = { id: `"${id}"`, titles: `["${title}"]`, [key]: value };
  const edits = ["id", "titles"].map((name) => ({ ...entryOf(grant, name), put: own[name] }));
  const block = edited(text, [...edits, valueEdit(text, grant, key, value)]).slice(grant.from);
  const length = grant.to - grant.from + grown(edits) + grown([valueEdit(text, grant, key, value)]);
  return { from: grant.to, to: grant.to, put: `\n\n${block.slice(0, length)}` };
}

const grown = (edits) => edits.reduce((sum, { from, to, put }) => sum + put.length - (to - from), 0);

/** `svod` for `acme/film` is `svod-film`. */
const copyId = (id, title) => `${id}-${title.split("/").slice(1).join("-") || title}`;

function idFor(text, id, title) {
  const known = tablesIn(text).map((table) => entryOf(table, "id")?.value);
  const wanted = copyId(id, title);
  const free = [wanted, ...Array.from({ length: known.length + 1 }, (_, at) => `${wanted}-${at + 2}`)];
  return free.find((name) => !known.includes(name));
}

function edited(text, edits) {
  const inOrder = edits.toSorted((one, other) => other.from - one.from);
  return inOrder.reduce((done, { from, to, put }) => done.slice(0, from) + put + done.slice(to), text);
}

/** The numbers of the lines that are new or other than before. */
export function freshLines(before, after) {
  const old = before.split("\n");
  const fresh = after.split("\n");
  let start = 0;
  while (start < Math.min(old.length, fresh.length) && old.at(start) === fresh.at(start)) start += 1;
  let end = 0;
  const most = Math.min(old.length, fresh.length) - start;
  while (end < most && old.at(-1 - end) === fresh.at(-1 - end)) end += 1;
  const kept = longestCommon(old.slice(start, old.length - end), fresh.slice(start, fresh.length - end));
  const lines = [...fresh.slice(start, fresh.length - end).keys()];
  return lines.filter((at) => !kept.has(at)).map((at) => start + at + 1);
}

/** Which of the second's lines are the first's, too, in the same order. */
function longestCommon(one, other) {
  const lengths = Array.from({ length: one.length + 1 }, () => new Uint16Array(other.length + 1));
  for (let row = one.length - 1; row >= 0; row -= 1)
    for (let column = other.length - 1; column >= 0; column -= 1)
      lengths[row][column] =
        one[row] === other[column]
          ? lengths[row + 1][column + 1] + 1
          : Math.max(lengths[row + 1][column], lengths[row][column + 1]);
  const kept = new Set();
  for (let row = 0, column = 0; row < one.length && column < other.length;) {
    if (one[row] === other[column]) {
      kept.add(column);
      row += 1;
      column += 1;
    } else if (lengths[row + 1][column] >= lengths[row][column + 1]) row += 1;
    else column += 1;
  }
  return kept;
}
