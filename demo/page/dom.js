// Elements without markup in strings: whatever is inserted is text.

/** The element of this id. */
export const byId = (id) => document.getElementById(id);

/**
 * Makes an element. Names that begin with `on` are listeners, `data` is a set of data attributes, `style` one of properties, all others
 * are attributes; null, undefined and false leave an attribute out. Children are elements or texts; what is empty is left out.
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "style")
      Object.entries(value).forEach(([property, said]) => element.style.setProperty(property, said));
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** A text as children of an element, with what stands in backticks as code. */
export function withCode(text) {
  return text.split("`").map((part, at) => (at % 2 === 1 ? make("code", {}, part) : part));
}

/** Says it to screen readers, once: `what` is "decision", or "sentence" for what cannot wait. */
export function announce(what, text) {
  const place = byId(`said-${what}`);
  if (place.textContent !== text) place.textContent = text;
}

/** Calls `work` when nobody asked again for so many milliseconds. */
export function debounced(milliseconds, work) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...given), milliseconds);
  };
}

/**
 * Wraps an asynchronous `ask` so that of several answers only that of the newest question is handed to `take`; `fail` gets its
 * error, likewise.
 */
export function newest(ask, take, fail = () => {}) {
  let asked = 0;
  return async (...given) => {
    asked += 1;
    const mine = asked;
    try {
      const answer = await ask(...given);
      if (mine === asked) take(answer, ...given);
    } catch (problem) {
      if (mine === asked) fail(problem);
    }
  };
}
