// The changes that the desk writes for somebody: which grants they concern, and what is said if one of them cannot be changed so.

import { factsOf, freshLines, placeOf, valueFor, withBlackout, withValueFor, withoutTitleIn } from "./amendments.js";
import { counted, now, rfc3339 } from "./words.js";

/** In how many seconds a blackout begins, and how long it lasts. */
const BLACKOUT_IN = 15;
const BLACKOUT_FOR = 120;

/** The cap that is written, in lines. */
export const LOW = 360;

const BY_HAND = "is written in a way that is not understood here: please change it by hand. Nothing was changed.";
const NO_GRANT = "No grant lets this viewer in at the moment: there is nothing to change.";

/**
 * Each takes the files and {title, country, region, explained}, where `explained` is what `playgate policy explain` says of the title
 * for this viewer, and gives {files, file, lines, said} with the file that was written first, or {problem}.
 */
export function blackedOut(files, { title, country, region, explained, open }) {
  if (!country) return { problem: "Nobody knows in which country this viewer is: choose one, to black it out there." };
  const rule = explained?.rule ?? explained?.rules?.at(0)?.rule;
  const file = (rule && placeOf(files, rule)?.file) ?? open;
  const from = Math.ceil(now()) + BLACKOUT_IN;
  const text = withBlackout(files[file], {
    id: `demo-${from}`,
    title,
    territory: region || country,
    from,
    until: from + BLACKOUT_FOR,
    message: "Shown on local television, back in two minutes",
  });
  return { files: { ...files, [file]: text }, file, lines: freshLines(files[file], text) };
}

/** Ends the right to the title for this viewer, also where it would begin again later by itself. */
export function ended(files, { title, explained }, at = now()) {
  const writing = new Writing(files, title);
  for (const rule of grantsThat(explained, ({ matches }) => matches)) writing.put(rule, "until", rfc3339(at));
  for (const rule of grantsThat(explained, ({ failed }) => failed === "window")) writing.leaveOut(rule, at);
  return writing.result(NO_GRANT);
}

/** Caps the title for this viewer, in each grant that lets them in with more: of several the highest counts. */
export function capped(files, { title, explained }) {
  const writing = new Writing(files, title);
  const grants = grantsThat(explained, ({ matches }) => matches);
  const isHigher = (rule) => !(Number(writing.value(rule, "max_height") ?? Infinity) <= LOW);
  for (const rule of grants.filter(isHigher)) writing.put(rule, "max_height", String(LOW));
  return writing.result(grants.length ? `It is capped at ${LOW} lines already.` : NO_GRANT);
}

function grantsThat(explained, holds) {
  const grants = (explained?.rules ?? []).filter((rule) => rule.kind === "grant" && holds(rule));
  return grants.map(({ rule }) => rule);
}

/** Several changes of one title's rights, of which all are made or none. */
class Writing {
  #problem = null;
  #changed = [];
  #later = [];

  constructor(files, title) {
    this.files = files;
    this.begun = files;
    this.title = title;
  }

  put(rule, key, value) {
    this.#write(rule, (text, id) => withValueFor(text, { id, title: this.title, key, value }));
  }

  /** A grant that is still to begin cannot be made to end now: it leaves the title out, or is left to people if it is of this title alone. */
  leaveOut(rule, at) {
    const place = placeOf(this.files, rule);
    const facts = place && factsOf(this.files[place.file], { id: place.id, title: this.title });
    if (facts && (facts.from <= at || facts.leavesOut)) return;
    if (facts?.isAlone) this.#later.push(rule);
    else this.#write(rule, (text, id) => withoutTitleIn(text, { id, title: this.title }));
  }

  value(rule, key) {
    const place = placeOf(this.files, rule);
    return place && valueFor(this.files[place.file], { id: place.id, title: this.title, key });
  }

  /** What came of it; `nothing` is said if there was nothing to do. */
  result(nothing) {
    if (this.#problem) return { problem: this.#problem };
    const file = this.#changed.at(0);
    if (file === undefined) return { problem: nothing };
    const later = this.#later.map((rule) => `\`${rule}\``).join(", ");
    const said = [
      this.#changed.length > 1 ? `It concerns ${counted(this.#changed.length, "grant")}.` : "",
      later ? `It begins again with ${later}, which names this title alone: delete that, if it should not.` : "",
    ];
    const lines = freshLines(this.begun[file], this.files[file]);
    return { files: this.files, file, lines, said: said.filter(Boolean).join(" ") };
  }

  #write(rule, change) {
    const place = placeOf(this.files, rule);
    const done = place && change(this.files[place.file], place.id);
    if (!done) {
      this.#problem ??= `The grant \`${rule}\` ${BY_HAND}`;
      return;
    }
    this.files = { ...this.files, [place.file]: done };
    this.#changed.push(place.file);
  }
}
