// A combobox for the country: one types a part of the name or the code, and takes one of what is left.

import { byId, make } from "./dom.js";

/** Other names that people type. */
const ALIASES = {
  AE: ["UAE", "Emirates"],
  BA: ["Bosnia"],
  CD: ["DRC", "Congo Kinshasa"],
  CI: ["Ivory Coast"],
  CV: ["Cabo Verde"],
  CZ: ["Czech Republic"],
  GB: ["UK", "Great Britain", "Britain", "England", "Scotland", "Wales", "Northern Ireland"],
  KR: ["Republic of Korea"],
  MK: ["Macedonia"],
  MM: ["Burma"],
  NL: ["Holland"],
  SZ: ["Swaziland"],
  TL: ["East Timor"],
  TR: ["Turkey"],
  US: ["USA", "America", "United States of America"],
  VA: ["Holy See"],
};

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
    shown = found(sorted, typed);
    list.replaceChildren(...shown.map((country) => option(country, () => take(country))));
    if (shown.length === 0) list.append(nothing());
    list.hidden = false;
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

/** Those that a typed text can mean, the likeliest first; all, in their order, for none. */
export function found(countries, typed) {
  const wanted = plain(typed);
  if (wanted === "") return countries;
  const rank = ({ code, name }) => {
    const names = [name, ...(ALIASES[code] ?? [])].map(plain);
    const ways = [
      code.toLowerCase() === wanted || names.includes(wanted),
      names.some((known) => known.startsWith(wanted)),
      names.some((known) => known.includes(wanted)),
    ];
    return ways.indexOf(true);
  };
  return countries
    .map((country) => ({ country, rank: rank(country) }))
    .filter((one) => one.rank !== -1)
    .toSorted((one, other) => one.rank - other.rank || (one.rank < 2 ? shorter(one.country, other.country) : 0))
    .map(({ country }) => country);
}

/** Whoever types a beginning means the name of which most is typed. */
const shorter = (one, other) => one.name.length - other.name.length;

/** Without accents and capitals, as one types. */
const plain = (text) =>
  text
    .normalize("NFD")
    .replaceAll(/\p{Mark}/gu, "")
    .trim()
    .toLowerCase();

function nothing() {
  return make("li", { role: "option", class: "nothing", "aria-disabled": "true" }, "No country is called so");
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
