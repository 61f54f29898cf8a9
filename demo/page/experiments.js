// What one tries to get past the rules with, and what comes of it: each is one click with a visible answer.

import { askFor, played, playlistOf, withOtherSignature } from "./cloudfront.js";
import { byId, make } from "./dom.js";
import { loginFor, tab } from "./logins.js";
import { Playback } from "./playback.js";
import { showSentence } from "./sentence-view.js";
import { sentenceOf } from "./sentences.js";
import { Refused, ask, demo, viewerHeader } from "./server.js";
import { streamsSay } from "./streams.js";
import { clock, microseconds } from "./words.js";

/** When a player learns that its session was withdrawn. */
const LEARNS = {
  "path-token": "The player learns of it at its next request.",
  cookie: "The player learns of it at its next heartbeat: CloudFront's signatures hold to their end.",
  "signed-url": "The player learns of it at its next heartbeat: CloudFront's signatures hold to their end.",
};

/** So many further players fit into the page. */
const MOST = 4;

export class Experiments {
  #others = [];
  #opened = 0;
  #explained = {};
  #round = 0;

  /**
   * `wanted()` is what the page plays or would play; `names` gets the names of tabs for the log; `onPlayback` is told of each further
   * player, and `writeCap()` writes a cap at the licensing desk.
   */
  constructor({ playback, wanted, names, nameOf, state, onPlayback, writeCap }) {
    Object.assign(this, { playback, wanted, names, nameOf, state, onPlayback, writeCap });
    playback.addEventListener("change", () => this.#count());
    byId("try-second").addEventListener("click", () => this.#open());
    byId("try-withdraw").addEventListener("click", () => this.#withdraw());
    byId("try-country").addEventListener("click", () => this.#elsewhere());
    byId("try-letter").addEventListener("click", () => this.#changed());
    byId("try-height").addEventListener("click", () => this.#higher());
    for (const { code, name } of state.countries.toSorted((one, other) => one.name.localeCompare(other.name))) {
      byId("try-country-code").append(make("option", { value: code, selected: code === "US" }, name));
    }
  }

  /** How the titles were decided for this viewer, now. */
  look(explained) {
    this.#explained = explained;
    this.#count();
  }

  /** Forgets what came of experiments: they were with another title or another viewer. */
  clear() {
    this.#round += 1;
    for (const place of document.querySelectorAll(".tried")) place.replaceChildren();
    for (const { close } of this.#others) close();
  }

  /** Says how many streams are open here, and which is one too many. */
  #count() {
    const isOpen = ({ state, answer }) => (state === "playing" || state === "starting") && answer !== null;
    const all = [this.playback, ...this.#others.map((other) => other.playback)];
    const says = byId("second-says");
    const text = streamsSay(this.wanted().title, this.#explained, all.filter(isOpen).length, this.nameOf);
    if (says.textContent !== text) says.textContent = text;
  }

  #open() {
    if (this.#others.length >= MOST) return;
    this.#opened += 1;
    const id = `${tab}-${this.#opened + 1}`;
    const name = `Player ${this.#opened + 1}`;
    this.names.set(id, name);
    const video = make("video", { playsinline: true, "aria-label": name });
    video.muted = true;
    video.loop = true;
    const sentence = make("div", { class: "sentence small", hidden: true });
    const label = make("span", { class: "other-state" });
    const playback = new Playback(video, id);
    const place = make("li", { class: "other", data: { tab: id } });
    const other = { playback, place, close: () => close() };
    const start = () => playback.start({ ...this.wanted(), player: "shaka" });
    const close = async () => {
      this.#others = this.#others.filter((known) => known !== other);
      place.remove();
      this.#drawOthers();
      await playback.stop();
    };
    place.append(
      make("div", { class: "other-screen" }, video, sentence),
      make(
        "div",
        { class: "other-bar" },
        make("b", {}, name),
        label,
        make("button", { type: "button", class: "button quiet", onclick: close }, "Close"),
      ),
    );
    let shown = null;
    let isRevealed = false;
    this.onPlayback(playback);
    playback.addEventListener("change", () => {
      this.#count();
      place.dataset.state = playback.state;
      place.dataset.reason = playback.problem?.reason ?? "";
      label.textContent = playback.state;
      const isRefused = playback.state === "refused" || playback.state === "failed";
      // A sentence takes another room than a picture.
      if (!isRevealed && playback.state !== "starting") reveal(place);
      isRevealed ||= playback.state !== "starting";
      sentence.hidden = !isRefused;
      if (!isRefused || shown === playback.problem) return;
      shown = playback.problem;
      showSentence(
        sentence,
        playback.problem,
        { retry: start, endStream: (session) => this.end(session, start) },
        this.nameOf,
      );
    });
    this.#others = [...this.#others, other];
    byId("others").append(place);
    this.#drawOthers();
    reveal(place);
    start();
  }

  #drawOthers() {
    byId("try-second").disabled = this.#others.length >= MOST;
    byId("others").hidden = this.#others.length === 0;
    this.#count();
  }

  /** Ends another of the account's sessions, and then does what `then` says. */
  async end(session, then) {
    const { viewer } = this.wanted();
    try {
      const login = await loginFor(viewer.tier);
      await ask("DELETE", `/v1/playback/${session}`, { login, headers: viewerHeader(viewer, tab) });
    } catch (problem) {
      say("second", problem.message, "wrong");
      return;
    }
    // Who lost the place is told at their next heartbeat; here, at once.
    for (const playback of [this.playback, ...this.#others.map((other) => other.playback)]) {
      if (playback.answer?.session === session && playback.state === "playing") playback.beat();
    }
    then();
  }

  async #withdraw() {
    const session = this.playback.answer?.session;
    if (!session || this.playback.state !== "playing")
      return say("withdraw", "Press play first: there is no session yet.", "asking");
    const round = this.#round;
    try {
      const began = performance.now();
      await demo.withdraw(session);
      const took = (performance.now() - began) * 1000;
      if (round !== this.#round) return;
      say(
        "withdraw",
        `Withdrawn at the API and the edge in ${microseconds(took)}. ${LEARNS[this.wanted().delivery] ?? LEARNS["path-token"]}`,
        "fine",
      );
    } catch (problem) {
      say("withdraw", problem.message, "wrong");
    }
  }

  async #elsewhere() {
    const country = byId("try-country-code").value;
    const elsewhere = (viewer) => ({ ...viewer, country, region: "" });
    if (this.wanted().viewer.country === country)
      return say("country", "It plays there already: choose another country.", "asking");
    await this.#probe("country", {
      token: ({ url, viewer }) => ({ url, viewer: elsewhere(viewer) }),
      signature: ({ address, until, viewer }) => ({
        url: address,
        viewer: elsewhere(viewer),
        through: `The CDN lets it through: CloudFront checks the signature and its end, and knows no country. It plays there until ${clock(until)}. A path token is bound to its country.`,
      }),
    });
  }

  async #changed() {
    await this.#probe("letter", {
      token: ({ url, viewer, token }) => ({ url: url.replace(token, withOtherLetter(token)), viewer }),
      signature: ({ delivery, address, viewer }) =>
        delivery === "cookie"
          ? { nothing: "No script may touch these cookies (HttpOnly); choose path token or signed URL." }
          : { url: withOtherSignature(address), viewer },
    });
  }

  async #higher() {
    await this.#probe("height", {
      token: (session) => this.#above(session, (height) => session.url.replace(/[^/]+$/, `${height}p/index.m3u8`)),
      signature: (session) => ({
        ...this.#above(session, (height) => playlistOf(session, session.address, height)),
        through:
          "The CDN lets it through: CloudFront knows no heights. The playlist names none above the cap; where the cap is a condition, use path tokens.",
      }),
    });
  }

  /** The request for the highest rendition above the cap. */
  #above({ viewer, decision, title: id }, addressOf) {
    const known = this.state.titles.find((one) => one.id === id);
    const above = known?.heights.filter((height) => decision.max_height && height > decision.max_height) ?? [];
    if (above.length > 0) return { url: addressOf(Math.max(...above)), viewer };
    return {
      nothing: "Nothing is above the cap: this viewer may have every height of the title.",
      offer: () => this.#offer(),
    };
  }

  /**
   * Asks for something with what the chosen delivery plays by, and says what came of it. `change` makes the request, for a token in
   * the path and for CloudFront's signatures: {url, viewer, through}, or {nothing, offer} if there is none to make.
   */
  async #probe(name, change) {
    const wanted = this.wanted();
    const { viewer } = wanted;
    const headers = viewerHeader(viewer, tab);
    const round = this.#round;
    const tell = (...said) => (round === this.#round ? say(name, ...said) : null);
    const isToken = wanted.delivery === "path-token";
    const { state, answer } = this.playback;
    const isPlaying = state === "playing" && answer?.delivery === wanted.delivery;
    // A session of its own takes a place of the account: it is begun only where there is nothing else to try with.
    if (!isPlaying && !isToken) return tell("Press play first.", "asking");
    let own = null;
    try {
      if (!isPlaying) own = await this.#ownSession(wanted, headers);
    } catch (problem) {
      return tell(`There is no token to try with: ${saidOf(problem)}`, "asking");
    }
    try {
      const session = { ...(own ?? answer), viewer };
      const proof = isToken ? {} : await played(this.playback, headers);
      if (proof === null) return tell("The player has asked for no signed address yet: try again.", "asking");
      const { url, viewer: asking, through, nothing, offer } = change[isToken ? "token" : "signature"]({ ...session, ...proof });
      if (nothing) {
        tell(nothing, "asking");
        if (offer && round === this.#round) byId(`tried-${name}`).append(offer());
        return;
      }
      const asked = viewerHeader(asking, tab);
      await (isToken ? ask("GET", url, { headers: asked }) : askFor(url, asked));
      tell(through ?? "The edge let it through.", through ? "through" : "wrong");
    } catch (problem) {
      if (!(problem instanceof Refused)) return tell(problem.message, "wrong");
      const { status, reason } = problem.problem;
      tell(saidOf(problem), "refused", [status, reason].filter(Boolean).join(" · "));
    } finally {
      if (own) {
        const address = own.heartbeat.url.replace(/\/heartbeat$/, "");
        await ask("DELETE", address, { headers }).catch(() => {});
      }
    }
  }

  /** A cap that is below the title's heights. */
  #offer() {
    const onclick = () => this.writeCap();
    return make(
      "button",
      { type: "button", class: "button", data: { act: "cap" }, onclick },
      "Cap it at 360 lines first",
    );
  }

  async #ownSession({ title: id, viewer }, headers) {
    const login = await loginFor(viewer.tier);
    return ask("POST", "/v1/playback", {
      body: { title: id, device: viewer.device, delivery: "path-token" },
      login,
      headers,
    });
  }
}

/** Why not, as a viewer reads it. */
function saidOf(problem) {
  if (!(problem instanceof Refused)) return problem.message;
  const { title, message } = sentenceOf(problem.problem);
  return [title, message].filter(Boolean).join(". ");
}

function say(name, text, state, code = "") {
  const place = byId(`tried-${name}`);
  place.dataset.state = state;
  place.replaceChildren(code ? make("code", {}, code) : "", make("span", {}, text));
}

/** Brings a further player into view. */
function reveal(place) {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  place.scrollIntoView({ block: "nearest", behavior: isStill ? "auto" : "smooth" });
}

/** The token with one letter of its last part changed. */
function withOtherLetter(token) {
  const at = token.length - 8;
  const letter = token.charAt(at) === "A" ? "B" : "A";
  return token.slice(0, at) + letter + token.slice(at + 1);
}
