// What is chosen in the page: the title, who the viewer pretends to be, and how it is played. It is kept in the address, so that a
// state can be opened and shared.

/** The country of a viewer of whom nobody knows where they are. */
export const UNKNOWN = "unknown";

/** What is chosen where the address says nothing. */
export const DEFAULTS = {
  // Its map has several shades, and it plays where one begins.
  title: "vinterhav/fjord-watch/s1/e01",
  country: "NO",
  region: "",
  tier: "premium",
  device: "desktop",
  delivery: "path-token",
  player: "shaka",
  at: null,
};

/** Tells its listeners of "change", with the names of what changed in `detail`. */
export class Choice extends EventTarget {
  #values;

  constructor(address = location.href) {
    super();
    const asked = new URL(address).searchParams;
    const given = Object.keys(DEFAULTS).filter((name) => asked.get(name));
    this.#values = { ...DEFAULTS, ...Object.fromEntries(given.map((name) => [name, asked.get(name)])) };
    this.#values.at = Number(this.#values.at) || null;
    /** Whether the address asks to play at once. */
    this.play = asked.get("play") === "1";
  }

  /** All that is chosen. `at` is null for now, and else epoch seconds. */
  get values() {
    return this.#values;
  }

  /** Where the viewer is and what they hold. A country that is not known is empty. */
  get viewer() {
    const { country, region, tier, device } = this.#values;
    return { country: country === UNKNOWN ? "" : country, region, tier, device };
  }

  set(changes) {
    // Another country has other regions.
    const moves = "country" in changes && changes.country !== this.#values.country;
    const whole = moves && !("region" in changes) ? { ...changes, region: "" } : changes;
    const changed = Object.keys(whole).filter((name) => whole[name] !== this.#values[name]);
    if (changed.length === 0) return;
    this.#values = { ...this.#values, ...whole };
    this.#write();
    this.dispatchEvent(new CustomEvent("change", { detail: changed }));
  }

  /** Keeps in the address whether it plays. */
  playing(play) {
    this.play = play;
    this.#write();
  }

  #write() {
    const said = Object.entries(this.#values).filter(([, value]) => value);
    const query = new URLSearchParams([...said, ...(this.play ? [["play", "1"]] : [])]);
    history.replaceState(null, "", `?${query}`);
  }
}
