// What a policy would change, row by row: who gains, who loses, and what is otherwise for whom.

import { byId, make } from "./dom.js";
import { counted, soon } from "./words.js";

/** So many rows are shown. */
const MOST = 30;

/** Shows what `playgate policy diff` found, with `before` in front of the sums; `nameOf` names territories. */
export function showDiff({ gained, lost, changed, rows, messages = [] }, nameOf, before = "") {
  const place = byId("diff");
  if (rows.length + messages.length === 0) return place.replaceChildren(quiet("No change against what is live."));
  const total = make("p", { class: "diff-total" }, `${before}${gained} gained, ${lost} lost, ${changed} changed`);
  const list = rows.slice(0, MOST).map((row) => rowOf(row, nameOf));
  const said = messages.map(({ rule, old, new: next }) =>
    make(
      "li",
      { data: { kind: "changed" } },
      make("b", {}, "message"),
      ` of ${rule}: ${old ?? "none"} → ${next ?? "none"}`,
    ),
  );
  return place.replaceChildren(total, make("ul", {}, ...list, ...said));
}

/** Shows why nothing is said at the moment. */
export function showNoDiff(words) {
  byId("diff").replaceChildren(quiet(words));
}

const quiet = (words) => make("p", { class: "quiet-words" }, words);

function rowOf({ kind, titles, territories, group, tiers, devices, from, until, old, new: next }, nameOf) {
  const where =
    group ?? (territories.includes("*") ? "everywhere" : territories.map((code) => nameOf(code)).join(", "));
  const when = [from ? `from ${soon(from)}` : "", until ? `until ${soon(until)}` : ""].filter(Boolean).join(" ");
  const facts = [
    ["where", where],
    ["who", whoOf(tiers)],
    ["on", devices.includes("*") ? "any device" : devices.join(", ")],
    ["when", when || "always"],
    ["what", kind === "changed" ? changes(old, next) : rights(next ?? old).join(", ")],
  ];
  return make(
    "li",
    { data: { kind } },
    make("b", {}, kind),
    " ",
    make("code", {}, titles.join(", ")),
    make("dl", {}, ...facts.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)))),
  );
}

/** `*` is whoever has an account. */
function whoOf(tiers) {
  if (!tiers.includes("*")) return tiers.join(", ");
  return tiers.includes("anonymous") ? "everybody" : "any account";
}

function rights({ max_height: height, max_streams: streams, drm }) {
  return [
    height ? `up to ${height} lines` : "any height",
    streams ? counted(streams, "stream") : "any number of streams",
    drm ? "DRM demanded" : "DRM not demanded",
  ];
}

/** Only what differs. */
function changes(old, next) {
  const after = rights(next);
  const pairs = rights(old).map((before, at) => [before, after.at(at)]);
  return pairs
    .filter(([before, then]) => before !== then)
    .map((pair) => pair.join(" → "))
    .join(", ");
}
