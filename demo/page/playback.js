// One playback session as docs/serve.md describes it: begun at the API, kept alive by heartbeats, ended. Every address is taken from
// the newest answer.

import { loginFor } from "./logins.js";
import { openPlayer } from "./players.js";
import { Refused, Unreachable, ask, viewerHeader } from "./server.js";
import { now, seconds } from "./words.js";

/** Refusals of the edge that a new token or a new playlist mends: at most once in so many seconds. */
const MENDED_BY_RENEWAL = /^(token_|revoked$|height$|login_expired$)/;
const BETWEEN_RENEWALS = 8;

/** How many heartbeats may go unanswered before it stops. */
const SILENT_HEARTBEATS = 3;

/**
 * Tells its listeners of "change", of "handed-out" when the API gave something to play by, and of "signed" when the player asked a
 * signed address. `state` is idle, starting, playing, refused, ended or failed; `problem` says why it was refused or
 * failed, `answer` is the API's newest.
 */
export class Playback extends EventTarget {
  state = "idle";
  problem = null;
  /** Who refused: the API, or the edge when the player asked it for media. */
  answeredBy = "API";
  answer = null;
  renewals = 0;
  renewedAt = null;
  height = null;
  /** The newest signed address that the player asked, if it plays by such. */
  signed = null;
  #run = null;
  #stopped = Promise.resolve();
  #turn = Promise.resolve();

  constructor(video, tab) {
    super();
    this.video = video;
    this.tab = tab;
    video.addEventListener("playing", () => {
      if (this.state === "starting") this.#become("playing");
    });
    video.addEventListener("resize", () => {
      this.height = video.videoHeight || null;
      this.#changed();
    });
    addEventListener("pagehide", () => this.#leave());
  }

  /** When what was handed out ends, in epoch seconds. */
  get expiresAt() {
    return seconds(this.answer?.expires_at);
  }

  /** Begins; what played before ends. `wanted` is {title, viewer, delivery, player}. */
  async start(wanted) {
    this.#leave();
    const run = {
      wanted,
      timer: null,
      player: null,
      opening: null,
      silent: 0,
      reloaded: 0,
      isRenewing: false,
      over: false,
    };
    this.#run = run;
    Object.assign(this, {
      problem: null,
      answeredBy: "API",
      answer: null,
      signed: null,
      renewals: 0,
      renewedAt: null,
      height: null,
    });
    this.#become("starting");
    try {
      const answer = await this.#inTurn(() => this.#begin(run));
      if (run.over) return;
      this.answer = answer;
      this.#schedule(run, answer.heartbeat.every);
      this.#changed();
      await this.#stopped;
      if (run.over) return;
      run.opening = openPlayer(wanted.player, this.video, {
        prepare: (url) => this.#prepared(run, url),
        onError: (error) => this.#playerStopped(run, error),
      });
      run.player = await run.opening;
      if (run.over) return;
      await this.#load(run);
    } catch (problem) {
      this.#fail(run, problem);
    }
  }

  /** Ends, because the viewer wants to. */
  async stop() {
    if (this.#run === null) return;
    this.#leave();
    this.height = null;
    this.#become("ended");
    await this.#stopped;
  }

  /** Forgets how the last session went. */
  rest() {
    if (this.#run === null) this.#become("idle");
  }

  /** Asks the API at once whether it may go on, rather than at the next heartbeat. */
  async beat() {
    if (this.#run) await this.#beat(this.#run);
  }

  async #begin(run) {
    if (run.over) return null;
    const { title, viewer, delivery } = run.wanted;
    const login = await loginFor(viewer.tier);
    const body = { title, device: viewer.device, delivery };
    let request = null;
    const onId = (id) => (request = id);
    const answer = await ask("POST", "/v1/playback", { body, login, headers: viewerHeader(viewer, this.tab), onId });
    if (!run.over) this.#handedOut(answer, request, false);
    if (run.over) await close(answer, run, this.tab);
    return answer;
  }

  /** One after another: a session begins when the place of the one before is given back. */
  #inTurn(work) {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #load(run, at = null) {
    // Shaka asks for the first variant and hls.js for any, unless what is above the cap is not in the playlist at all.
    await run.player.load(this.answer.capped_url ?? this.answer.url, { clearkey: this.answer.licenses?.clearkey, at });
    if (run.over) return;
    try {
      await this.video.play();
    } catch {
      // Browsers play with sound only what the viewer asked for by hand.
      if (run.over) return;
      this.video.muted = true;
      await this.video.play().catch(() => {});
    }
  }

  #schedule(run, delay) {
    clearTimeout(run.timer);
    if (!run.over) run.timer = setTimeout(() => this.#beat(run), delay * 1000);
  }

  async #beat(run, isRepeated = false) {
    if (run.over) return false;
    const { viewer } = run.wanted;
    try {
      const login = await loginFor(viewer.tier, { fresh: isRepeated });
      const headers = viewerHeader(viewer, this.tab);
      let request = null;
      const onId = (id) => (request = id);
      const answer = await ask("POST", this.answer.heartbeat.url, { login, headers, onId });
      if (run.over) return false;
      this.#handedOut(answer, request, true);
      run.silent = 0;
      const before = this.answer.decision.max_height;
      this.answer = answer;
      this.renewals += 1;
      this.renewedAt = now();
      this.#schedule(run, answer.heartbeat.every);
      this.#changed();
      const cap = answer.decision.max_height;
      // What is loaded ahead has the former height, and only a new playlist has higher ones.
      if (cap !== before && run.player) await this.#load(run, this.#position());
      return true;
    } catch (problem) {
      return run.over ? false : this.#unanswered(run, problem, isRepeated);
    }
  }

  /** A heartbeat that did not renew: some go on, some end it. */
  #unanswered(run, problem, isRepeated) {
    if (problem instanceof Refused) {
      const { status, reason } = problem.problem;
      if (reason === "login_expired" && !isRepeated) return this.#beat(run, true);
      if (status === 429 || status === 503) {
        this.#schedule(run, problem.retryAfter ?? this.answer.heartbeat.every);
        return false;
      }
    } else if (problem instanceof Unreachable) {
      run.silent += 1;
      if (run.silent < SILENT_HEARTBEATS) {
        this.#schedule(run, this.answer.heartbeat.every);
        return false;
      }
    }
    this.#fail(run, problem);
    return false;
  }

  async #playerStopped(run, error) {
    if (run.over) return;
    const isOld = error.kind === "refused" && this.#isMendedByRenewal(run, error.problem);
    // Pictures and sound are refused together: one renewal is for both.
    if (isOld && run.isRenewing) return;
    if (isOld && now() - run.reloaded > BETWEEN_RENEWALS) {
      run.reloaded = now();
      run.isRenewing = true;
      const isRenewed = await this.#beat(run);
      run.isRenewing = false;
      if (isRenewed) await this.#load(run, this.#position());
      // If the API cannot be asked at the moment, nothing plays on by itself.
      else if (!run.over) this.#fail(run, new Refused(error.problem), "edge");
      return;
    }
    if (error.kind === "refused") this.#fail(run, new Refused(error.problem), "edge");
    else if (error.kind === "unreachable") this.#fail(run, new Unreachable("the media cannot be reached"));
    else this.#fail(run, new Error(error.message));
  }

  /** A request of the player as it is sent. */
  #prepared(run, address) {
    const url = renewed(address, this.answer);
    if (!run.over && url.includes("Signature=")) {
      this.signed = url;
      this.dispatchEvent(new Event("signed"));
    }
    return { url, headers: viewerHeader(run.wanted.viewer, this.tab) };
  }

  /** Tells of a request that was answered with what one plays by. */
  #handedOut({ expires_at: until, delivery }, request, isRenewal) {
    this.dispatchEvent(new CustomEvent("handed-out", { detail: { request, until, delivery, isRenewal } }));
  }

  #isMendedByRenewal(run, { reason, status }) {
    // CloudFront says no without a reason.
    if (!reason) return run.wanted.delivery !== "path-token" && (status === 401 || status === 403);
    return MENDED_BY_RENEWAL.test(reason);
  }

  /** Where to go on; a live stream goes on at its edge. */
  #position() {
    return Number.isFinite(this.video.duration) ? this.video.currentTime : null;
  }

  #fail(run, problem, by = "API") {
    if (run.over) return;
    this.answeredBy = by;
    const isRefused = problem instanceof Refused && problem.problem.status < 500;
    this.problem =
      problem instanceof Refused
        ? problem.problem
        : { reason: problem instanceof Unreachable ? "unreachable" : "media", detail: problem.message };
    this.#leave();
    this.height = null;
    this.#become(isRefused ? "refused" : "failed");
  }

  /** Gives the session back and lets go of the player. */
  #leave() {
    const run = this.#run;
    if (run === null) return;
    this.#run = null;
    run.over = true;
    clearTimeout(run.timer);
    const { answer } = this;
    if (answer) this.#inTurn(() => close(answer, run, this.tab));
    // One player at a time has the video element, also one that is still being opened.
    this.#stopped = this.#stopped
      .then(() => run.opening)
      .then((player) => player?.stop())
      .catch(() => {});
  }

  #become(state) {
    this.state = state;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** Gives the place back. */
async function close(answer, run, tab) {
  const address = answer.heartbeat.url.replace(/\/heartbeat$/, "");
  const headers = viewerHeader(run.wanted.viewer, tab);
  await ask("DELETE", address, { headers, keepalive: true }).catch(() => {});
}

/** An address as the newest answer has it: its token, its session for keys, its licence server. */
function renewed(address, answer) {
  const url = new URL(address, location.href);
  const { token, licenses = {} } = answer;
  if (token) url.pathname = url.pathname.replace(/^\/t\/[^/]+\//, `/t/${token}/`);
  if (url.pathname.startsWith("/v1/licenses/clearkey") && licenses.clearkey) return licenses.clearkey;
  if (url.pathname.startsWith("/v1/keys/") && !url.searchParams.has("session") && licenses.key) {
    url.search = licenses.key.slice(licenses.key.indexOf("?"));
  }
  return url.href;
}
