// A combobox for the country: one types a part of the name or the code, and takes one of what is left.

import { byId, make } from "./dom.js";

/**
 * Makes the combobox; `choose(code)` is called with what is taken. `others` stand before all countries; what has a `shown` has no code
 * that one would type. Gives a function that shows a country.
 */
export function showCountries(countries, choose, others = []) {
  const input = byId("country");
  const list = byId("country-list");
  const sorted = [...others, ...countries.toSorted((one, other) => one.name.localeCompare(other.name))];
  let shown = [];
  let active = 0;
  let chosen = null;

  const isOpen = () => !list.hidden;
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    input.value = chosen?.name ?? "";
  };
  const take = (country) => {
    chosen = country;
    close();
    choose(country.code);
  };
  const point = (index) => {
    active = Math.min(Math.max(index, 0), shown.length - 1);
    for (const [at, option] of [...list.children].entries())
      option.setAttribute("aria-selected", String(at === active));
    const option = list.children.item(active);
    if (!option) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const open = (typed) => {
    const wanted = typed.trim().toLowerCase();
    const rank = ({ code, name }) =>
      code.toLowerCase() === wanted ? 0 : name.toLowerCase().startsWith(wanted) ? 1 : 2;
    shown = sorted
      .filter(({ code, name }) => code.toLowerCase() === wanted || name.toLowerCase().includes(wanted))
      .toSorted((one, other) => rank(one) - rank(other));
    list.replaceChildren(...shown.map((country) => option(country, () => take(country))));
    list.hidden = shown.length === 0;
    input.setAttribute("aria-expanded", String(isOpen()));
    point(typed === "" && chosen ? shown.indexOf(chosen) : 0);
  };

  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => open(""));
  input.addEventListener("input", () => open(input.value));
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in steps) {
      event.preventDefault();
      if (isOpen()) point(active + steps[event.key]);
      else open("");
    } else if (event.key === "Enter" && isOpen()) {
      event.preventDefault();
      const country = shown.at(active);
      if (country) take(country);
    } else if (event.key === "Escape") close();
  });

  return (code) => {
    chosen = sorted.find((country) => country.code === code) ?? { code, name: code };
    if (document.activeElement !== input || !isOpen()) input.value = chosen.name;
  };
}

function option({ code, name, shown = code }, take) {
  // The click comes after the field has lost the focus, hence the button's going down.
  const onmousedown = (event) => {
    event.preventDefault();
    take();
  };
  return make(
    "li",
    { role: "option", id: `country-${code}`, onmousedown },
    make("span", {}, name),
    make("code", {}, shown),
  );
}
