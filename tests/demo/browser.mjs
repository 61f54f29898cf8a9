// Pages of the demo in headless Chromium: opened in a state, waited for, and measured.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

/** A bound for what has to happen and has no time of its own: far above what a slow machine needs. */
export const SOON = 60_000;

/** From so many milliseconds on it is worth saying how long a request took. */
const SLOW = 1000;

/** Chromium's own words about a refusal, which the page shows to its viewer as well. */
const SAID_OF_REFUSALS = /^Failed to load resource: the server responded with a status of 4\d\d/;

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--autoplay-policy=no-user-gesture-required", "--mute-audio"],
  });
}

/** Runs in the page before everything else: notes what happens to the large player, and when. */
function note() {
  window.noted = { states: [], waits: [], wait: null };
  const { noted } = window;
  addEventListener("DOMContentLoaded", () => {
    const stage = document.getElementById("stage");
    const video = document.getElementById("video");
    const state = () => {
      if (noted.states.at(-1)?.state !== stage.dataset.state)
        noted.states.push({ state: stage.dataset.state, at: Date.now() });
    };
    state();
    new MutationObserver(state).observe(stage, { attributeFilter: ["data-state"] });
    video.addEventListener("waiting", () => {
      if (stage.dataset.state !== "playing" || noted.wait !== null) return;
      const { buffered, currentTime } = video;
      const ends = [...Array(buffered.length).keys()]
        .map((range) => buffered.end(range))
        .filter((end) => end >= currentTime);
      noted.wait = { from: performance.now(), ahead: Math.min(...ends) - currentTime, lasted: null };
      noted.waits.push(noted.wait);
    });
    video.addEventListener("playing", () => {
      if (noted.wait !== null) noted.wait.lasted = Math.round(performance.now() - noted.wait.from);
      noted.wait = null;
    });
  });
}

/** Runs in the page: what its large player is at. */
function look() {
  const stage = document.getElementById("stage");
  const video = document.getElementById("video");
  const { totalVideoFrames, droppedVideoFrames } = video.getVideoPlaybackQuality();
  return {
    ...stage.dataset,
    now: Date.now(),
    time: video.currentTime,
    paused: video.paused,
    height: video.videoHeight,
    frames: totalVideoFrames,
    dropped: droppedVideoFrames,
    sound: video.webkitAudioDecodedByteCount,
    isProtected: video.mediaKeys !== null,
    sentence: document.getElementById("sentence").innerText,
    isWaiting: document.getElementById("spinner").checkVisibility(),
    waits: window.noted.waits,
    states: window.noted.states,
  };
}

/** Opens the page with what is chosen in its query, as a viewer of its own. */
export async function open(browser, demo, choice, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1000, height: 700 },
    locale: "en-GB",
    timezoneId: "UTC",
    colorScheme: "light",
    ...options,
  });
  await context.addInitScript(note);
  const page = await context.newPage();
  const viewer = new Viewer(context, page);
  await page.goto(`${demo.address}/?${new URLSearchParams(choice)}`);
  return viewer;
}

const shown = (request) => `${new Date().toISOString()} ${new URL(request.url()).pathname.slice(-40)}`;

class Viewer {
  constructor(context, page) {
    this.context = context;
    this.page = page;
    /** The addresses that were asked, in their order. */
    this.asked = [];
    /** The bodies with which playbacks began and went on. */
    this.answers = [];
    /** Requests that took long or were not answered, and when that was known: the reasons of a stall. */
    this.slow = [];
    /** What a developer would see in red. */
    this.complaints = [];
    page.on("request", (request) => this.asked.push(new URL(request.url())));
    page.on("response", async (response) => {
      if (!new URL(response.url()).pathname.startsWith("/v1/playback") || !response.ok()) return;
      if (response.request().method() === "POST") this.answers.push(await response.json().catch(() => null));
    });
    page.on("requestfinished", (request) => {
      const took = Math.round(request.timing().responseEnd);
      if (took >= SLOW) this.slow.push(`${shown(request)}: ${took} ms`);
    });
    page.on("requestfailed", (request) => this.slow.push(`${shown(request)}: ${request.failure()?.errorText}`));
    page.on("pageerror", (problem) => this.complaints.push(problem.stack ?? String(problem)));
    page.on("console", (message) => {
      if (message.type() !== "error" && message.type() !== "warning") return;
      this.complaints.push(`${message.text()} (${message.location().url})`);
    });
  }

  /** The addresses of media that were asked. */
  get media() {
    return this.asked.filter(({ pathname }) => /^\/(t\/[^/]+\/|v1\/manifests\/[^/]+\/)?(vod|live)\//.test(pathname));
  }

  look() {
    return this.page.evaluate(look);
  }

  /** Waits until what is seen of the player fulfils this, and gives it. */
  async until(what, holds, timeout = SOON) {
    const end = Date.now() + timeout;
    for (;;) {
      const seen = await this.look();
      if (holds(seen)) return seen;
      assert.ok(
        Date.now() < end,
        `not within ${timeout} ms: ${what}: ${JSON.stringify({ ...seen, complaints: this.complaints })}`,
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Waits until pictures come. */
  async plays() {
    return this.until("it plays", (seen) => {
      assert.ok(!["refused", "failed"].includes(seen.state), `it does not play: ${seen.reason}: ${seen.sentence}`);
      return seen.state === "playing" && seen.frames > 0 && seen.time > 0;
    });
  }

  /** Waits until the viewer reads why not, and holds that nothing turns or plays behind it. */
  async reads(state, reason, words, timeout = SOON) {
    const seen = await this.until(`${state}: ${reason}`, (seen) => seen.state === state, timeout);
    assert.equal(seen.reason, reason);
    for (const word of words) assert.ok(seen.sentence.includes(word), `\`${word}\` is not in: ${seen.sentence}`);
    assert.equal(seen.isWaiting, false, "nothing turns");
    // The player lets go of the element after the sentence is there.
    await this.until("nothing plays", (later) => later.paused, 5000);
    return seen;
  }

  /** When it came to be in a state, in epoch milliseconds. */
  at(seen, state) {
    return seen.states.findLast((known) => known.state === state).at;
  }

  /** Closes the page, in which nothing may have gone wrong but, where they are expected, refusals. */
  async close({ isRefused = false } = {}) {
    await this.context.close();
    const complaints = this.complaints.filter((text) => !(isRefused && SAID_OF_REFUSALS.test(text)));
    assert.deepEqual(complaints, [], "what the console says");
  }
}

/** A wait is the player's own, and not the machine's, if so many seconds or less were loaded ahead. */
const DRY = 1;

/** The waits of a player that had run dry: of JSON, in which a wait with nothing loaded has null ahead. */
export const stalls = ({ waits }) => waits.filter(({ ahead }) => ahead === null || ahead <= DRY);

/** Opens the page, and waits until it has asked what it begins with. */
export async function openSettled(browser, demo, choice, options) {
  const page = await open(browser, demo, choice, options);
  await page.page.locator('#decision:not([data-outcome=""])').waitFor();
  await page.page.locator('#policy-verdict[data-state="fine"]').waitFor();
  return page;
}

/** Closes pages whose test failed, so that the next begins without them. */
export async function closeAll(browser) {
  await Promise.all(browser.contexts().map((context) => context.close()));
}
