// What one plays by, read aloud: the token in the path, the signed address, or the cookies. It follows renewals.

import { byId, make, newest } from "./dom.js";
import { demo } from "./server.js";
import { clock, moment, title as capital } from "./words.js";

const NAMES = {
  "path-token": "What the token says",
  cookie: "What the cookies say",
  "signed-url": "What the signed address says",
};

const NOBODY_CHANGES =
  "Everybody may read it, and nobody can change it: the edge believes what its signature vouches for.";

const ABOUT = {
  "path-token": `It stands behind /t/ in each address, and is renewed with each heartbeat. ${NOBODY_CHANGES}`,
  "signed-url": `CloudFront's policy, as it stands in the address of what was asked last. ${NOBODY_CHANGES}`,
  cookie:
    "No script may read them (HttpOnly), this page included: what is in them is told from the API's answer. A policy of CloudFront's, its signature, and the key's id.",
};

/** CloudFront writes base64 with letters that may stand in addresses. */
const LETTERS = { "-": "+", _: "=", "~": "/" };

export class Proof {
  #drawn = null;

  /** `names` has `title(id)` and `country(code)`. */
  constructor(playback, names) {
    Object.assign(this, { playback, names });
    this.place = byId("proof");
    this.read = newest(
      (token) => demo.token(token),
      (said) => this.#show(claimsOf(said, this.names), said),
      (problem) => this.#show([], { problem: problem.message }),
    );
    this.place.addEventListener("toggle", () => this.draw());
    for (const event of ["change", "signed"]) playback.addEventListener(event, () => this.draw());
  }

  draw() {
    const { answer, signed, state } = this.playback;
    const isThere = Boolean(answer) && (state === "playing" || state === "starting");
    this.place.hidden = !isThere;
    if (!isThere) return;
    const { delivery } = answer;
    byId("proof-name").textContent = NAMES[delivery] ?? "What one plays by";
    byId("proof-about").textContent = ABOUT[delivery] ?? "";
    const proof = { "path-token": answer.token, "signed-url": signed }[delivery] ?? answer.expires_at;
    // Each player asks much, and renews rarely.
    if (!this.place.open || proof === this.#drawn) return;
    this.#drawn = proof;
    if (delivery === "path-token") this.read(answer.token);
    else if (delivery === "signed-url") this.#showSigned(signed);
    else this.#show(this.#ofCookies(answer), null);
  }

  #showSigned(address) {
    const policy = policyIn(address);
    if (policy) this.#show(factsOf(policy), policy);
    else this.#show([["Not yet there", "the player has asked for no signed address"]], null);
  }

  #ofCookies({ title, expires_at: until }) {
    return [
      ["Open for", `${this.names.title(title)}: what lies below /vod/${title}/`],
      ["Until", clock(until)],
    ];
  }

  #show(facts, raw) {
    const rows = facts.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)));
    byId("proof-claims").replaceChildren(...rows);
    byId("proof-raw").hidden = raw === null;
    byId("proof-raw").textContent = raw === null ? "" : lined(raw);
  }
}

/** As it is written, with a line for each claim. */
function lined(raw) {
  if (!raw.claims) return JSON.stringify(raw, null, 1);
  const { claims, ...header } = raw;
  return [header, ...claims].map((part) => JSON.stringify(part)).join("\n");
}

/** A token's claims in words: [name, value]. */
export function claimsOf({ claims = [], algorithm, kid }, names) {
  const said = {
    catu: (value) => ["Opens", opened(value, names)],
    exp: (value) => ["Until", clock(value)],
    nbf: (value) => ["From", clock(value)],
    iat: (value) => ["Made", clock(value)],
    catgeoiso3166: (value) => ["Only in", value.map(names.country).join(", ")],
    max_height: (value) => ["Picture", `up to ${value} lines`],
    tier: (value) => ["Subscription", value],
    device: (value) => ["Device", capital(value)],
    region: (value) => ["Region", names.country(value)],
    sub: (value) => ["Account", value],
    cti: (value) => ["Session", value],
    iss: (value) => ["Made by", value],
    aud: (value) => ["For", String(value)],
  };
  const rows = Object.entries(said).flatMap(([name, words]) => {
    const claim = claims.find((known) => known.name === name);
    return claim ? [words(claim.value)] : [];
  });
  return [...rows, ["Signed", [algorithm, kid ? `with the key \u201c${kid}\u201d` : ""].filter(Boolean).join(", ")]];
}

function opened(value, names) {
  const prefix = value?.path?.prefix;
  if (!prefix) return JSON.stringify(value);
  const known = names.title(prefix.replace(/^\/(?:vod|live)\/|\/$/g, ""));
  return `${known}: what lies below ${prefix}`;
}

/** CloudFront's policy of an address: a custom one is in it, a canned one is its `Expires`. Null if there is none. */
export function policyIn(address) {
  if (!address) return null;
  const url = new URL(address);
  const written = url.searchParams.get("Policy");
  if (!written) {
    const expires = Number(url.searchParams.get("Expires"));
    const Resource = `${url.origin}${url.pathname}`;
    if (!expires) return null;
    return { Statement: [{ Resource, Condition: { DateLessThan: { "AWS:EpochTime": expires } } }] };
  }
  try {
    return JSON.parse(atob(written.replaceAll(/[-_~]/g, (letter) => LETTERS[letter])));
  } catch {
    return null;
  }
}

function factsOf({
  Statement: [{ Resource, Condition: { DateLessThan, DateGreaterThan, IpAddress } = {} } = {}] = [],
}) {
  const time = (date) => date?.["AWS:EpochTime"];
  return [
    ["Opens", Resource],
    time(DateLessThan) ? ["Until", clock(time(DateLessThan))] : null,
    time(DateGreaterThan) ? ["From", moment(time(DateGreaterThan))] : null,
    IpAddress ? ["Only from", IpAddress["AWS:SourceIp"]] : null,
  ].filter(Boolean);
}
