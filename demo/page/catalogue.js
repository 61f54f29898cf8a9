// All titles as cards, each with its state for this viewer.

import { inShort } from "./decision.js";
import { byId, make } from "./dom.js";
import { inWords, span } from "./words.js";

/** Makes the cards; `choose(id)` is called for the one that is clicked. Gives a function that shows `explained` and what is chosen. */
export function showCatalogue(titles, choose) {
  const cards = titles.map((known) => {
    const state = make("span", { class: "card-state" });
    const button = make(
      "button",
      { type: "button", class: "card", data: { title: known.id }, onclick: () => choose(known.id) },
      make("img", { src: known.poster, alt: "", width: 320, height: 180 }),
      make(
        "span",
        { class: "card-words" },
        make("span", { class: "card-name" }, known.name),
        make("span", { class: "card-kind" }, kindOf(known)),
        state,
      ),
    );
    return { known, button, state };
  });
  byId("titles").replaceChildren(...cards.map(({ button }) => make("li", {}, button)));
  return (explained, chosen) => {
    for (const { known, button, state } of cards) {
      const { shade, text } = inShort(explained[known.id]);
      state.textContent = text;
      button.dataset.shade = shade;
      button.dataset.outcome = explained[known.id]?.outcome ?? "";
      button.setAttribute("aria-pressed", String(known.id === chosen));
    }
  };
}

function kindOf({ live, duration, protection, keys }) {
  const length = live ? "Live" : span(duration ?? 0);
  return [length, protectionOf(protection, keys)].filter(Boolean).join(" · ");
}

/** How the title is protected: "ClearKey, three keys". */
function protectionOf(protection, keys = 0) {
  if (protection === "clearkey") return `ClearKey, ${inWords(keys)} ${keys === 1 ? "key" : "keys"}`;
  return { none: "In the clear", clear: "In the clear", "aes-128": "AES-128" }[protection] ?? protection;
}
