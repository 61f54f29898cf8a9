// The map that `playgate policy map` draws, with countries to click on.

import { byId, newest } from "./dom.js";
import { demo } from "./server.js";

/** What the command fills with plainly, and what the page's own colours are called: the rest are its patterns. */
const COLOURS = { "#0b6e54": "allowed", "#8ec5ea": "not_yet", "#d89b3f": "expired", "#d0d6de": "never" };
const BACKGROUND = { "#eef4f9": "sea", "#dbe5ee": "graticule", "#b9c6d3": "rim", "#b4bbc6": "nowhere" };

const WIDTH = 2880;
const HEIGHT = 1424;
const ZOOMS = [1, 2.6, 5];

/** Below this width on the map a country is marked with a ring, too. */
const SMALL = 60;

export class WorldMap {
  #countries = new Map();
  #chosen = null;
  #zoom = 0;

  /** `choose(code)` is called with the country that is clicked. */
  constructor(choose) {
    this.place = byId("map");
    this.hint = byId("map-hint");
    this.place.addEventListener("click", (event) => {
      const code = codeAt(event);
      if (code) choose(code);
    });
    this.place.addEventListener("pointermove", (event) => this.#point(event));
    this.place.addEventListener("pointerleave", () => this.#point(null));
    byId("map-in").addEventListener("click", () => this.#zoomTo(this.#zoom + 1));
    byId("map-out").addEventListener("click", () => this.#zoomTo(this.#zoom - 1));
    this.load = newest(
      (question) => demo.map(question),
      (text) => this.#draw(text),
      () => {},
    );
  }

  /** Marks the viewer's country. */
  choose(code) {
    this.#chosen = code;
    this.#mark();
    this.#zoomTo(this.#zoom);
  }

  /** What the map says of a country: "allowed", "not yet: ..". */
  says(code) {
    return this.#countries.get(code)?.says ?? null;
  }

  #draw(text) {
    const drawn = new DOMParser().parseFromString(text, "image/svg+xml");
    const globe = drawn.querySelector("svg > g");
    if (!globe) return;
    globe.removeAttribute("transform");
    this.#countries = new Map();
    for (const country of globe.querySelectorAll(".country")) this.#read(country);
    for (const part of globe.querySelectorAll("[fill], [stroke]")) recolour(part);
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("preserveAspectRatio", "xMidYMid slice");
    svg.append(...drawn.querySelectorAll("svg > defs"), globe);
    this.place.replaceChildren(document.importNode(svg, true));
    this.#mark();
    this.#zoomTo(this.#zoom);
    this.place.setAttribute("aria-label", `World map. ${drawn.querySelector("desc")?.textContent ?? ""}`);
  }

  /** A country's title is "Norway (NO): allowed"; the page shows it itself. */
  #read(country) {
    const title = country.querySelector("title");
    const [, name, code, says] = /^(.*) \(([A-Z]{2})\): (.*)$/s.exec(title?.textContent ?? "") ?? [];
    title?.remove();
    if (!code) return;
    country.dataset.country = code;
    const known = this.#countries.get(code);
    if (!known) this.#countries.set(code, { name, says });
  }

  #mark() {
    const svg = this.place.querySelector("svg");
    if (!svg) return;
    for (const marked of svg.querySelectorAll(".chosen, .ring")) {
      if (marked.classList.contains("ring")) marked.remove();
      else marked.classList.remove("chosen");
    }
    const countries = [...svg.querySelectorAll(`[data-country="${this.#chosen}"]`)];
    for (const country of countries) {
      country.classList.add("chosen");
      // Later siblings would be drawn over its outline.
      country.parentElement.append(country);
      country.parentElement.parentElement.append(country.parentElement);
    }
    const box = countries.at(0)?.getBBox();
    if (box && box.width < SMALL) svg.append(ring(box));
  }

  #zoomTo(step) {
    this.#zoom = Math.min(Math.max(step, 0), ZOOMS.length - 1);
    byId("map-in").disabled = this.#zoom === ZOOMS.length - 1;
    byId("map-out").disabled = this.#zoom === 0;
    const svg = this.place.querySelector("svg");
    if (!svg) return;
    const box = svg.querySelector(".chosen")?.getBBox();
    const width = WIDTH / ZOOMS[this.#zoom];
    const height = HEIGHT / ZOOMS[this.#zoom];
    const within = (middle, size, whole) => Math.min(Math.max(middle - size / 2, 0), whole - size);
    const x = within(box ? box.x + box.width / 2 : WIDTH / 2, width, WIDTH);
    const y = within(box ? box.y + box.height / 2 : HEIGHT / 2, height, HEIGHT);
    svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
  }

  #point(event) {
    const code = event && codeAt(event);
    const known = code && this.#countries.get(code);
    this.hint.hidden = !known;
    if (!known) return;
    this.hint.textContent = `${known.name}: ${known.says}`;
    const { left, top, width } = this.place.getBoundingClientRect();
    const x = event.clientX - left;
    this.hint.style.insetInlineStart = `${Math.min(Math.max(x, 70), width - 70)}px`;
    this.hint.style.insetBlockStart = `${event.clientY - top}px`;
  }
}

const codeAt = (event) => event.target.closest("[data-country]")?.dataset.country ?? null;

function recolour(part) {
  for (const paint of ["fill", "stroke"]) {
    const colour = part.getAttribute(paint);
    const name = paint === "fill" && part.closest("g > g g, g > g > g") ? COLOURS[colour] : undefined;
    if (name) part.dataset.shade = name;
    else if (colour in BACKGROUND) part.classList.add(`map-${BACKGROUND[colour]}`);
    else if (paint === "stroke" && colour === "#ffffff") part.classList.add("map-borders");
  }
}

function ring({ x, y, width, height }) {
  const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  circle.classList.add("ring");
  for (const [name, value] of Object.entries({ cx: x + width / 2, cy: y + height / 2, r: 34 })) {
    circle.setAttribute(name, String(value));
  }
  return circle;
}
