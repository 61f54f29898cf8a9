// The sentence over a player that was refused, with what would help as buttons.

import { make } from "./dom.js";
import { sentenceOf } from "./sentences.js";
import { clock, title } from "./words.js";

/** Refusals after which another session may well play. */
const AGAIN = ["revoked", "replaced", "session_ended", "session_unknown", "other_account", "login_expired"];

/** Shows the refusal in `place`. `acts` has what its buttons do: {retry, beTier(tier), endStream(session), lookAt(time), backToNow}; those that are missing have none. */
export function showSentence(place, problem, acts, titleName = (id) => id) {
  const said = sentenceOf(problem);
  const help = make("p", { class: "sentence-help" }, said.help);
  place.replaceChildren(
    make("h2", { class: "sentence-title" }, said.title),
    said.message ? make("p", { class: "sentence-message" }, said.message) : "",
    said.help ? help : "",
    streamList(said.streams, acts, titleName),
    make("div", { class: "sentence-acts" }, ...buttons(said, acts)),
    make("p", { class: "sentence-support" }, said.support),
  );
  place.hidden = false;
  return {
    said,
    /** Writes the wait anew. */
    tick: () => {
      const text = sentenceOf(problem).help;
      if (help.textContent !== text) help.textContent = text;
    },
  };
}

function buttons(said, { retry, beTier, lookAt, backToNow }) {
  const tiers = said.tiers.filter((tier) => tier !== "*");
  const isNobody = said.reason === "no_credentials";
  const be = (tier) => act(isNobody ? "login" : "tier", `${isNobody ? "Log in as" : "Be"} ${tier}`, () => beTier(tier));
  return [
    ...(beTier ? tiers.slice(0, 2).map(be) : []),
    beTier && isNobody && tiers.length === 0 ? act("login", "Log in", () => beTier(null)) : "",
    lookAt && said.availableFrom !== null ? act("look", "Look at that time", () => lookAt(said.availableFrom)) : "",
    backToNow ? act("now", "Back to now", backToNow, "quiet") : "",
    retry ? act("retry", AGAIN.includes(said.reason) ? "Start again" : "Try again", retry, "quiet") : "",
  ];
}

function act(name, label, onclick, manner = "strong") {
  return make("button", { type: "button", class: `button ${manner}`, data: { act: name }, onclick }, label);
}

function streamList(streams, { endStream }, titleName) {
  if (streams.length === 0) return "";
  const items = streams.map((stream) =>
    make(
      "li",
      {},
      make("span", {}, `${titleName(stream.title)} on ${title(stream.device)}, since ${clock(stream.since)}`),
      endStream ? act("end", "End it", () => endStream(stream.session), "quiet") : "",
    ),
  );
  return make("ul", { class: "sentence-streams", "aria-label": "Who is watching" }, ...items);
}
