// The large player: its picture, the sentence when it was refused, and what is known of its token.

import { announce, byId } from "./dom.js";
import { reasonWithin } from "./reasons.js";
import { showSentence } from "./sentence-view.js";
import { refusalOf, retryAt, sentenceOf } from "./sentences.js";
import { clock, moment, now, title } from "./words.js";

/** How often the rest of the token's life is drawn, in milliseconds. */
const TICK = 250;

export class Stage {
  #shown = null;
  #restartAt = null;

  /** `acts` are those of the sentence, and `start` and `stop`. */
  constructor(playback, acts, nameOf) {
    this.playback = playback;
    this.acts = acts;
    this.nameOf = nameOf;
    this.preview = null;
    byId("play").addEventListener("click", acts.start);
    byId("stop").addEventListener("click", acts.stop);
    playback.addEventListener("change", () => this.draw());
    setInterval(() => this.#tick(), TICK);
  }

  /** What would be seen at another time, or before it was asked: {at, explained, tier}. */
  look(preview) {
    this.preview = preview;
    this.draw();
  }

  draw() {
    const { playback } = this;
    const stage = byId("stage");
    const { state, problem, renewals, height, answer } = playback;
    Object.assign(stage.dataset, {
      state,
      reason: problem?.reason ?? "",
      renewals,
      height: height ?? "",
      session: answer?.session ?? "",
    });
    const isIdle = state === "idle" || state === "ended";
    byId("poster").hidden = state === "playing";
    byId("play").hidden = !isIdle || this.#seen() !== null;
    byId("stop").hidden = state !== "playing" && state !== "starting";
    byId("spinner").hidden = state !== "starting";
    byId("video").hidden = isIdle || state === "refused" || state === "failed";
    byId("life").hidden = state !== "playing";
    byId("height").textContent = height ? `${height} lines` : "";
    this.#drawNow();
    this.#drawSentence();
    this.#tick();
  }

  /** How it goes, for who has scrolled away from the player. */
  #drawNow() {
    const { state, problem, height } = this.playback;
    const link = byId("now");
    link.hidden = state === "idle" || state === "ended";
    link.dataset.state = state;
    const more = problem ? reasonWithin(problem.reason) : state === "playing" && height ? `${height} lines` : "";
    link.textContent = [title(state), more].filter(Boolean).join(": ");
  }

  /** What stands over the picture though nobody was asked: what another time would show, or what this viewer would read. */
  #seen() {
    const { state } = this.playback;
    const { at = null, explained } = this.preview ?? {};
    if (!explained || state === "playing" || state === "starting") return null;
    if (at !== null) return explained;
    const isIdle = state === "idle" || state === "ended";
    return isIdle && explained.outcome !== "allow" ? explained : null;
  }

  #drawSentence() {
    const { state, problem } = this.playback;
    const place = byId("sentence");
    const isStopped = state === "refused" || state === "failed";
    this.#restartAt = isStopped ? retryAt(sentenceOf(problem)) : null;
    const seen = this.#seen();
    place.dataset.outcome = seen?.outcome ?? "";
    if (seen) return this.#drawSeen(place, seen);
    if (!isStopped) {
      place.hidden = true;
      place.replaceChildren();
      this.#shown = null;
      return;
    }
    if (this.#shown?.problem === problem) return;
    const view = showSentence(place, problem, { ...this.acts, retry: this.acts.start }, this.nameOf);
    place.dataset.preview = "";
    this.#shown = { problem, view };
    announce("sentence", [view.said.title, view.said.message, view.said.help].filter(Boolean).join(". "));
  }

  #drawSeen(place, explained) {
    const { at, tier } = this.preview;
    const key = JSON.stringify([explained, at, tier]);
    if (this.#shown?.problem === key) return;
    const { beTier, lookAt, start } = this.acts;
    const acts = at ? { beTier, lookAt, backToNow: () => lookAt(null) } : { beTier, lookAt, retry: start };
    const view = showSentence(place, refusalOf(explained, tier), acts, this.nameOf);
    place.dataset.preview = at ? `Seen at ${moment(at)}` : "What this viewer sees";
    this.#shown = { problem: key, view };
  }

  #tick() {
    const { playback } = this;
    this.#shown?.view.tick();
    if (this.#restartAt !== null && now() > this.#restartAt + 0.5) {
      this.#restartAt = null;
      this.acts.start();
      return;
    }
    if (playback.state !== "playing" || !playback.expiresAt) return;
    const rest = Math.max(0, playback.expiresAt - now());
    const whole = playback.expiresAt - (playback.renewedAt ?? playback.expiresAt - rest);
    const share = whole > 0 ? Math.min(1, rest / whole) : 0;
    byId("life").style.setProperty("--rest", share.toFixed(3));
    byId("life-rest").textContent = `${Math.ceil(rest)} s`;
    const renewal = playback.renewedAt === null ? "handed out" : `renewed ${clock(playback.renewedAt)}`;
    byId("life-text").textContent = `${renewal}, good until ${clock(playback.expiresAt)}`;
  }
}

/** What the decision's place says while a session was answered: null if nobody was asked. */
export function answeredBy({ state, problem, answer }) {
  if ((state === "playing" || state === "starting") && answer) return { ...answer.decision, outcome: "allow" };
  if (state === "failed" && problem.reason === "unreachable")
    return { outcome: "cannot_decide", reason: problem.reason };
  if (state === "refused") return { ...problem, outcome: "deny", sentence: sentenceOf(problem).title };
  return null;
}
