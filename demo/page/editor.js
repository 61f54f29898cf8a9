// A text field with line numbers, colours of the language, and underlined mistakes: a text area over a picture of the same text.

import { byId, make } from "./dom.js";

/** A line's parts: comment, table header, key, text, date or number. */
const PARTS =
  /(#.*$)|(^\s*\[\[?[\w.-]+\]?\])|(^\s*[\w-]+(?=\s*=))|("(?:[^"\\]|\\.)*"?)|(\b\d[\d:.TZ+-]*\b|\btrue\b|\bfalse\b)/g;
const KINDS = ["comment", "table", "key", "text", "value"];

export class Editor {
  #problems = [];
  #fresh = new Set();

  /** `onInput` is called with the text whenever it is edited. */
  constructor(onInput) {
    this.area = byId("editor-area");
    this.picture = byId("editor-picture");
    this.numbers = byId("editor-numbers");
    this.area.addEventListener("input", () => {
      this.#fresh = new Set();
      this.#draw();
      onInput(this.area.value);
    });
    this.area.addEventListener("scroll", () => this.#scroll());
  }

  get text() {
    return this.area.value;
  }

  /** Shows a text; `lines` (from 1) are marked as just written, and scrolled to. */
  show(text, lines = []) {
    this.area.value = text;
    this.#problems = [];
    this.#fresh = new Set(lines);
    this.#draw();
    this.reveal(lines.at(0) ?? 1);
  }

  /** Underlines what `check` found. */
  underline(problems) {
    this.#problems = problems.filter(({ line }) => line !== null);
    this.#draw();
  }

  /** Puts the caret where a problem is. */
  goTo({ line, column }) {
    const before = this.text.split("\n").slice(0, line - 1);
    const at = before.reduce((sum, { length }) => sum + length + 1, 0) + (column ?? 1) - 1;
    this.area.focus();
    this.area.setSelectionRange(at, at);
    this.reveal(line);
  }

  reveal(line) {
    const height = parseFloat(getComputedStyle(this.area).lineHeight);
    this.area.scrollTop = Math.max(0, (line - 6) * height);
    this.#scroll();
  }

  #draw() {
    const lines = this.text.split("\n");
    this.picture.replaceChildren(...lines.map((line, index) => this.#line(line, index + 1)));
    const marks = new Map(this.#problems.map(({ line, severity }) => [line, severity]));
    this.numbers.replaceChildren(
      ...lines.map((_, index) => make("span", { data: { severity: marks.get(index + 1) ?? "" } }, String(index + 1))),
    );
    this.#scroll();
  }

  #line(line, number) {
    const problems = this.#problems.filter((problem) => problem.line === number);
    const parts = coloured(line).flatMap((part) => cut(part, problems));
    const spans = parts.map(({ text, kind, problem }) =>
      kind || problem ? make("span", { class: kind, data: problem ? { problem: problem.severity } : {} }, text) : text,
    );
    return make("div", { class: this.#fresh.has(number) ? "fresh" : null }, ...(line === "" ? ["\u200b"] : spans));
  }

  #scroll() {
    const { scrollTop, scrollLeft } = this.area;
    this.picture.style.setProperty("transform", `translate(${-scrollLeft}px, ${-scrollTop}px)`);
    this.numbers.style.setProperty("transform", `translateY(${-scrollTop}px)`);
  }
}

/** A line as parts {text, kind, from}, `from` in characters. */
function coloured(line) {
  const parts = [];
  let end = 0;
  for (const match of line.matchAll(PARTS)) {
    if (match.index > end) parts.push({ text: line.slice(end, match.index), from: end });
    const kind = KINDS.at(match.slice(1).findIndex((group) => group !== undefined));
    parts.push({ text: match[0], kind, from: match.index });
    end = match.index + match[0].length;
  }
  parts.push({ text: line.slice(end), from: end });
  return parts.filter(({ text }) => text !== "");
}

/** Cuts a part where problems begin and end. */
function cut({ text, kind, from }, problems) {
  const reaches = problems.map((problem) => {
    const start = (problem.column ?? 1) - 1;
    return { problem, start, end: start + Math.max(problem.length ?? 1, 1) };
  });
  const edges = reaches.flatMap(({ start, end }) => [start - from, end - from]);
  const cuts = [0, ...edges.filter((edge) => edge > 0 && edge < text.length), text.length].toSorted((a, b) => a - b);
  return cuts.slice(1).map((end, index) => {
    const begin = cuts.at(index);
    const at = from + begin;
    const problem = reaches.find((reach) => reach.start <= at && at < reach.end)?.problem;
    return { text: text.slice(begin, end), kind, problem };
  });
}
