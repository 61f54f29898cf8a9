// What one tries to get past the rules with, and what comes of it: each is one click with a visible answer.

import { byId, make } from "./dom.js";
import { loginFor, tab } from "./logins.js";
import { Playback } from "./playback.js";
import { showSentence } from "./sentence-view.js";
import { sentenceOf } from "./sentences.js";
import { Refused, ask, demo, viewerHeader } from "./server.js";
import { streamsSay } from "./streams.js";
import { microseconds } from "./words.js";

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
        `Withdrawn at the API and the edge in ${microseconds(took)}. The player learns of it at its next request.`,
        "fine",
      );
    } catch (problem) {
      say("withdraw", problem.message, "wrong");
    }
  }

  async #elsewhere() {
    const country = byId("try-country-code").value;
    await this.#probe("country", ({ url, viewer }) => ({ url, viewer: { ...viewer, country, region: "" } }));
  }

  async #changed() {
    await this.#probe("letter", ({ url, viewer, token }) => ({
      url: url.replace(token, withOtherLetter(token)),
      viewer,
    }));
  }

  async #higher() {
    await this.#probe("height", ({ url, viewer, decision, title: id }) => {
      const known = this.state.titles.find((one) => one.id === id);
      const above = known?.heights.filter((height) => decision.max_height && height > decision.max_height) ?? [];
      if (above.length === 0) return null;
      return { url: url.replace(/[^/]+$/, `${Math.max(...above)}p/index.m3u8`), viewer };
    });
  }

  /** Asks the edge for something with a token in the path, and says what it answered. `change` gives the request, or null if there is none to make. */
  async #probe(name, change) {
    const wanted = this.wanted();
    const headers = viewerHeader(wanted.viewer, tab);
    const round = this.#round;
    const tell = (...said) => (round === this.#round ? say(name, ...said) : null);
    let own = null;
    try {
      const isPlaying = this.playback.state === "playing" && this.playback.answer?.token;
      if (!isPlaying) own = await this.#ownSession(wanted, headers);
      const answer = own ?? this.playback.answer;
      const request = change({ ...answer, viewer: wanted.viewer });
      if (request === null) {
        tell("Nothing is above the cap: this viewer may have every height of the title.", "asking");
        if (round === this.#round) byId(`tried-${name}`).append(this.#offer());
        return;
      }
      await ask("GET", request.url, { headers: viewerHeader(request.viewer, tab) });
      tell("The edge let it through.", "wrong");
    } catch (problem) {
      if (!(problem instanceof Refused)) return tell(problem.message, "wrong");
      const { title: sentence, message, reason, status } = { ...problem.problem, ...sentenceOf(problem.problem) };
      tell(
        [sentence, message].filter(Boolean).join(". "),
        "refused",
        `${problem.problem.status ?? status} · ${reason}`,
      );
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
