// Who is logged in. The demo gives out logins as an identity provider would: the page holds them, and shows them to the API.

import { demo } from "./server.js";
import { now } from "./words.js";

/** A login is fetched again when it has no more than these seconds. */
const SPARE = 15;

/** A name of its own for each tab of the browser, and with it an account. */
export const tab = remembered("playgate-demo-tab", () => Math.random().toString(36).slice(2, 6).padEnd(4, "0"));

const held = new Map();

/** The login of this page's account with a tier; null for nobody. `fresh` does not take one that is held already. */
export async function loginFor(tier, { fresh = false } = {}) {
  if (tier === "anonymous") return null;
  const known = held.get(tier);
  if (!fresh && known && known.ends - SPARE > now()) return known.login;
  const given = await demo.login(`viewer-${tab}`, tier);
  held.set(tier, given);
  return given.login;
}

function remembered(name, invent) {
  const known = sessionStorage.getItem(name);
  if (known) return known;
  const invented = invent();
  sessionStorage.setItem(name, invented);
  return invented;
}
