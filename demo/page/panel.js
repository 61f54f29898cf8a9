// The viewer one pretends to be: the fields beside the map.

import { DEFAULTS, UNKNOWN } from "./choice.js";
import { showCountries } from "./countries.js";
import { byId, make } from "./dom.js";
import { PLAYERS } from "./players.js";
import { title } from "./words.js";

const DELIVERIES = { "path-token": "Path token", cookie: "Cookies", "signed-url": "Signed URL" };

/** Fills the fields from the demo's state. Gives a function that shows what is chosen. */
export function showPanel(state, choice) {
  const choose = (name) => (value) => choice.set({ [name]: value });
  const nowhere = { code: UNKNOWN, name: "Somewhere unknown", shown: "??" };
  const country = showCountries(state.countries, choose("country"), [nowhere]);
  const tiers = radios(
    "tier",
    state.tiers.map((id) => [id, title(id)]),
    choose("tier"),
  );
  const devices = select(
    "device",
    state.devices.map((id) => [id, deviceName(id)]),
    choose("device"),
  );
  const deliveries = radios(
    "delivery",
    state.deliveries.map((id) => [id, DELIVERIES[id] ?? title(id)]),
    choose("delivery"),
  );
  const players = radios(
    "player",
    PLAYERS.map(({ id, name }) => [id, name]),
    choose("player"),
  );
  const region = byId("region");
  region.addEventListener("change", () => choice.set({ region: region.value }));
  return (chosen) => {
    country(chosen.country);
    tiers(chosen.tier);
    devices(chosen.device);
    deliveries(chosen.delivery);
    players(chosen.player);
    const regions = state.regions[chosen.country] ?? [];
    byId("region-field").hidden = regions.length === 0;
    const options = [{ code: "", name: "Not known" }, ...regions];
    region.replaceChildren(...options.map(({ code, name }) => make("option", { value: code }, name)));
    region.value = chosen.region;
  };
}

/** How parts of countries are written. */
const PART = /^[A-Z]{2}-[A-Z0-9]{1,3}$/;

/** The beginning of the year 10000, in epoch seconds: no policy speaks of it. */
const LAST_TIME = 253_402_300_800;

/** What is not a state's to offer becomes what the page begins with, or the first that is offered. */
export function mended(state, chosen) {
  const offered = {
    title: state.titles.map(({ id }) => id),
    tier: state.tiers,
    device: state.devices,
    delivery: state.deliveries,
    player: PLAYERS.map(({ id }) => id),
    country: [UNKNOWN, ...state.countries.map(({ code }) => code)],
  };
  const among = (list, name) => [chosen[name], DEFAULTS[name]].find((value) => list.includes(value)) ?? list[0];
  const found = Object.fromEntries(Object.entries(offered).map(([name, list]) => [name, among(list, name)]));
  const isPart = PART.test(chosen.region) && chosen.region.startsWith(`${found.country}-`);
  const isTime = Number.isFinite(chosen.at) && chosen.at > 0 && chosen.at < LAST_TIME;
  return { ...found, region: isPart ? chosen.region : "", at: isTime ? Math.floor(chosen.at) : null };
}

const deviceName = (id) => ({ tv: "Television", unknown: "Unknown device", cast: "Chromecast" })[id] ?? title(id);

function radios(name, options, choose) {
  const inputs = options.map(([value]) =>
    make("input", { type: "radio", name, value, id: `${name}-${value}`, onchange: () => choose(value) }),
  );
  const labels = options.map(([value, label]) => make("label", { for: `${name}-${value}` }, label));
  byId(name).replaceChildren(...inputs.flatMap((input, at) => [input, labels.at(at)]));
  return (chosen) => {
    for (const input of inputs) input.checked = input.value === chosen;
  };
}

function select(name, options, choose) {
  const field = byId(name);
  field.replaceChildren(...options.map(([value, label]) => make("option", { value }, label)));
  field.addEventListener("change", () => choose(field.value));
  return (chosen) => {
    field.value = chosen;
  };
}
