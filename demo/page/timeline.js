// The coming year as a band of what is allowed when, with a slider over it.

import { shadeOf } from "./decision.js";
import { byId, make, newest } from "./dom.js";
import { demo } from "./server.js";
import { reasonWithin } from "./reasons.js";
import { day, moment, now, span } from "./words.js";

const YEAR = 365 * 86400;

/** The slider's step: a quarter of a day. */
const STEP = 6 * 3600;

export class Timeline {
  #from = Math.floor(now());
  #spans = [];
  #at = null;

  /** `choose(at)` is called with epoch seconds, or null for now. */
  constructor(choose) {
    this.slider = byId("time");
    this.choose = choose;
    this.slider.max = String(YEAR / STEP);
    this.slider.addEventListener("input", () => {
      const steps = Number(this.slider.value);
      choose(steps === 0 ? null : this.#from + steps * STEP);
    });
    byId("time-now").addEventListener("click", () => choose(null));
    byId("time-next").addEventListener("click", () => this.#step(1));
    byId("time-previous").addEventListener("click", () => this.#step(-1));
    this.load = newest(
      (question) => {
        this.#from = Math.floor(now());
        return demo.timeline({ ...question, from: this.#from, until: this.#from + YEAR });
      },
      ({ spans }) => {
        this.#spans = spans;
        this.#drawBand();
        this.show(this.#at);
      },
      () => {},
    );
  }

  /** Moves the slider to this time; null is now. */
  show(at) {
    this.#at = at;
    const time = at ?? now();
    this.slider.value = String(Math.round((time - this.#from) / STEP));
    const here = this.#spans.find(({ from, until }) => from <= time && time < until);
    const decided = here ? sayOf(here) : "";
    this.slider.setAttribute("aria-valuetext", `${at === null ? "now" : moment(at)}: ${decided}`);
    byId("time-words").textContent = at === null ? "Now" : moment(at);
    byId("time-ahead").textContent = at === null ? "" : at > now() ? `in ${span(at - now())}` : "past";
    byId("time-now").setAttribute("aria-pressed", String(at === null));
    byId("time-next").disabled = this.#changes().every((change) => change <= time);
    byId("time-previous").disabled = at === null;
  }

  /** The moments at which the answer becomes another one. */
  #changes() {
    return this.#spans.slice(1).map(({ from }) => from);
  }

  #step(direction) {
    const time = this.#at ?? now();
    const changes = this.#changes();
    if (direction > 0) {
      const next = changes.find((change) => change > time);
      if (next !== undefined) this.choose(next);
    } else {
      const previous = changes.filter((change) => change < time && change > now()).at(-1);
      this.choose(previous ?? null);
    }
  }

  #drawBand() {
    const share = (time) => `${(((time - this.#from) / YEAR) * 100).toFixed(3)}%`;
    const parts = this.#spans.map((part) =>
      make("span", {
        class: "band-part",
        data: { shade: shadeOf(part) },
        style: { "inset-inline-start": share(part.from), "inline-size": share(this.#from + part.until - part.from) },
        title: `${day(part.from)} – ${day(part.until)}: ${sayOf(part)}`,
      }),
    );
    byId("band").replaceChildren(...parts);
    const marks = months(this.#from).map(({ time, name }) =>
      make("span", { style: { "inset-inline-start": share(time) } }, name),
    );
    byId("months").replaceChildren(...marks);
  }
}

function sayOf({ outcome, reason, max_height: height, message }) {
  if (outcome === "allow") return height ? `allowed, up to ${height} lines` : "allowed";
  return [reasonWithin(reason ?? outcome), message].filter(Boolean).join(": ");
}

function months(from) {
  const begin = new Date(from * 1000);
  return Array.from({ length: 12 }, (_, index) => {
    const first = new Date(begin.getFullYear(), begin.getMonth() + index + 1, 1);
    const name = first.toLocaleString("en-GB", { month: "short" });
    return { time: first.getTime() / 1000, name: first.getMonth() === 0 ? `${name} ${first.getFullYear()}` : name };
  });
}
