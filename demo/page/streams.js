// How many players may play at once, and how many do: said before one is too many.

import { counted, inWords } from "./words.js";

const NTH = ["next", "second", "third", "fourth", "fifth", "sixth"];

/**
 * What there is to say of a title's streams. `explained` has the decisions of all titles for this viewer, `open` is how many players
 * of this page have a session.
 */
export function streamsSay(title, explained, open, nameOf) {
  const decision = explained[title];
  if (!decision) return "";
  if (decision.outcome !== "allow") return "This viewer may not play it: a further player reads why, too.";
  const { max_streams: most } = decision;
  if (!most) return `No limit here: nothing will be refused. ${limited(explained, nameOf)}`;
  const now = `${open} of ${most} at once`;
  if (open >= most) return `${now}: one more is one too many.`;
  if (open === most - 1) return `${now}: the next one plays, and only a ${NTH.at(most) ?? "further one"} is too many.`;
  return `${now}: ${inWords(most - open)} may play, and only a ${NTH.at(most) ?? "further one"} is too many.`;
}

function limited(explained, nameOf) {
  const limits = Object.entries(explained).filter(([, { outcome, max_streams: most }]) => outcome === "allow" && most);
  if (limits.length === 0) return "No title has a limit for this viewer.";
  const names = limits.map(([id, { max_streams: most }]) => `${nameOf(id)} (${counted(most, "stream")})`);
  const list = new Intl.ListFormat("en-GB").format(names);
  return `${list} ${names.length === 1 ? "has" : "have"} one.`;
}
