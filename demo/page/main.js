// Puts the page together: what is chosen decides what is asked, and what is answered is shown.

import { showCatalogue } from "./catalogue.js";
import { Choice } from "./choice.js";
import { showDecision } from "./decision.js";
import { byId, debounced, newest } from "./dom.js";
import { Experiments } from "./experiments.js";
import { RequestLog } from "./log.js";
import { tab } from "./logins.js";
import { WorldMap } from "./map.js";
import { mended, showPanel } from "./panel.js";
import { Playback } from "./playback.js";
import { PolicyDesk } from "./policy.js";
import { Proof } from "./proof.js";
import { demo } from "./server.js";
import { Stage, answeredBy } from "./stage.js";
import { showTheme } from "./theme.js";
import { Timeline } from "./timeline.js";
import { moment, now, seconds } from "./words.js";

/** Choices that a running player has to begin anew for. */
const DECIDED_BY = ["title", "country", "region", "tier", "device"];
const TRIED_WITH = [...DECIDED_BY, "delivery"];
const NEEDS_RESTART = [...DECIDED_BY, "delivery", "player"];

/** How soon after a choice it does, in milliseconds. */
const SETTLE = 350;

/** The longest that a timer is set for, in seconds: what comes later is asked again by then. */
const LONGEST = 3600;

showTheme();
const choice = new Choice();
const playback = new Playback(byId("video"), tab);
const names = new Map([[tab, "This page"]]);
let state = null;
let explained = {};
let recall = null;

begin().catch((problem) => {
  byId("status").dataset.state = "lost";
  byId("status-text").textContent = `The demo does not answer: ${problem.message}`;
});

async function begin() {
  state = await demo.state();
  choice.set(mended(state, choice.values));
  const titleName = (id) => state.titles.find((known) => known.id === id)?.name ?? id;

  const log = new RequestLog(names, {
    onOpen: () => found(),
    onLost: lost,
    onPolicy: (policy) => desk.follow(policy),
  });
  const noted = (one) => one.addEventListener("handed-out", ({ detail }) => log.mark(detail));
  noted(playback);
  new Proof(playback, { title: titleName, country: placeName });
  const map = new WorldMap((country) => choice.set({ country }));
  const timeline = new Timeline((at) => choice.set({ at }));
  const showCards = showCatalogue(state.titles, (title) => choice.set({ title }));
  const showChosen = showPanel(state, choice);
  const acts = {
    start,
    stop,
    beTier: (tier) => choice.set({ tier: tier ?? state.tiers.find((known) => known !== "anonymous") }),
    lookAt: (at) => choice.set({ at }),
    endStream: (session) => experiments.end(session, start),
  };
  const stage = new Stage(playback, acts, titleName);
  const experiments = new Experiments({
    playback,
    wanted,
    names,
    nameOf: titleName,
    state,
    onPlayback: noted,
    writeCap: () => desk.writeCap(),
  });
  const desk = new PolicyDesk(
    async () => {
      const { title, at } = choice.values;
      // What is written holds from now on, whatever time one looks at.
      const { titles } =
        at === null ? { titles: explained } : await demo.explain({ ...choice.viewer, at: Math.floor(now()) });
      return { ...choice.viewer, title, explained: titles };
    },
    async (policy) => {
      showPolicy(policy);
      // A policy can speak of parts of countries that none spoke of before.
      state.regions = (await demo.state()).regions;
      showChosen(choice.values);
      timeline.load(question());
      ask().then(follow);
    },
    placeName,
  );

  const show = () => {
    const { title, at, tier } = choice.values;
    const here = explained[title];
    showCards(explained, title);
    stage.look({ at, explained: here, tier });
    if (at === null) experiments.look(explained);
    if (!here) return;
    const answer = at === null ? answeredBy(playback) : null;
    const how = at === null ? answered(answer) : ahead(at);
    showDecision(answer ?? here, here, how, at !== null);
  };
  const ask = newest(
    () => demo.explain({ ...choice.viewer, at: Math.floor(choice.values.at ?? now()) }),
    ({ titles }) => {
      explained = titles;
      show();
      again(titles);
      map.load(mapQuestion());
    },
  );
  const askSoon = debounced(60, ask);
  const restart = debounced(SETTLE, () => {
    if (choice.play) start();
  });
  const again = (titles) => {
    clearTimeout(recall);
    const times = Object.values(titles).map((one) => seconds(one.valid_until ?? one.available_from));
    const next = Math.min(...times.filter((time) => time !== null && time > now()), now() + LONGEST);
    recall = setTimeout(ask, (next - now()) * 1000 + 300);
  };
  const follow = () => {
    const isStopped = playback.state === "refused" || playback.state === "failed";
    if (isStopped && choice.play) start();
  };
  const found = () => {
    const status = byId("status");
    const wasLost = status.dataset.state === "lost";
    status.dataset.state = "there";
    byId("status-policy").hidden = false;
    byId("status-text").textContent = "live at edge and API";
    if (!wasLost) return;
    ask().then(follow);
    desk.follow(null);
  };

  choice.addEventListener("change", ({ detail: changed }) => {
    draw();
    askSoon();
    if (changed.some((name) => DECIDED_BY.includes(name))) {
      timeline.load(question());
    }
    if (changed.some((name) => TRIED_WITH.includes(name))) experiments.clear();
    if (changed.some((name) => NEEDS_RESTART.includes(name))) {
      playback.rest();
      restart();
    }
  });
  playback.addEventListener("change", show);

  function draw() {
    const { country, at, title } = choice.values;
    showChosen(choice.values);
    map.choose(country);
    timeline.show(at);
    const known = state.titles.find(({ id }) => id === title);
    byId("title-name").textContent = known?.name ?? title;
    byId("title-description").textContent = known?.description ?? "";
    byId("poster").src = known?.poster ?? "";
    byId("video").loop = !known?.live;
  }

  draw();
  stage.draw();
  if (state.debug) byId("log-caption").append(" This is a debug build, which is many times slower.");
  showPolicy(state.policy);
  timeline.load(question());
  await ask();
  await desk.load();
  if (choice.play) start();
}

/** A territory as a policy writes it; `??` stands for what is not known. */
function placeName(territory) {
  const [country, part] = territory.split("-");
  const name = state.countries.find(({ code }) => code === country)?.name ?? country;
  if (country === "??") return "country unknown";
  if (part === "??") return `${name} (region unknown)`;
  return state.regions[country]?.find(({ code }) => code === territory)?.name ?? (part ? territory : name);
}

/** Who said so. */
function answered(answer) {
  if (answer === null) return "Decided for this viewer, now";
  return answer.outcome === "cannot_decide" ? "Nobody answered" : `Answered by the ${playback.answeredBy}`;
}

/** What is said of another time than now: that is decided, but not played. */
function ahead(at) {
  return `Decided for ${moment(at)}; playing is always now`;
}

/** What the page plays, or would play. */
function wanted() {
  const { title, delivery, player } = choice.values;
  return { title, viewer: choice.viewer, delivery, player };
}

function start() {
  choice.playing(true);
  playback.start(wanted());
}

function stop() {
  choice.playing(false);
  playback.stop();
}

function question() {
  return { title: choice.values.title, ...choice.viewer };
}

function mapQuestion() {
  const { title, tier, device, at } = choice.values;
  return { title, tier, device, at: Math.floor(at ?? now()) };
}

function showPolicy(policy) {
  const name = byId("policy-name");
  name.textContent = policy.replace(/^(?:sha256:)?(\w{4}).*$/, "$1…");
  name.title = policy;
}

function lost() {
  byId("status").dataset.state = "lost";
  byId("status-policy").hidden = true;
  byId("status-text").textContent = "The demo does not answer";
}
