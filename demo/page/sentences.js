// What a refused viewer reads, and what would help. The API and the edge say the sentence (`title`, and a blackout's `message`);
// for decisions of another time nobody was asked, hence their sentences stand here, too.

import { either, now, seconds, soon, span } from "./words.js";

/** The titles of docs/refusals.md for what the policies decide. */
const DECIDED = {
  unknown_title: "There is no such title",
  no_credentials: "Please log in",
  territory_unknown: "The country where you are is not known",
  region_unknown: "The part of the country where you are is not known",
  territory: "Not available where you are",
  not_yet: "Not available yet",
  expired: "Not available any more",
  tier: "Not included in your subscription",
  device: "Not available on this device",
  blackout: "Not available where you are right now",
};

/** What stopped here, without anybody having said no. */
const FAILED = {
  unreachable: {
    title: "The service cannot be reached",
    help: "Nothing answers at the moment. Your connection or the service will be back; then try again.",
  },
  media: { title: "This cannot be played here", help: "Another player or way of delivery may do." },
};

const HELP = {
  no_credentials: "Log in to watch: choose a subscription.",
  territory: "The map shows where it can be watched.",
  territory_unknown: "Choose a country.",
  region_unknown: "Choose the part of the country.",
  device: "Try it on another device.",
  expired: "The licence for this title has ended.",
  unknown_title: "No licence speaks of it.",
  revoked: "Somebody ended this session. Starting again asks anew.",
  replaced: "It goes on there. Watch here instead, if you want to.",
  session_ended: "Its place was given up, or another player of the account took it.",
  login_expired: "Start again to log in anew.",
  drm_required: "This title needs copy protection that a demo does not have.",
  delivery: "Choose another way of delivery.",
  cookies_blocked: "Choose the token in the path as the way of delivery.",
  height: "Lower qualities are included.",
};

/** Begins again by itself if the wait is at most so many seconds. */
const PATIENCE = 15 * 60;

/** The refusal in words: {title, message, help, support, availableFrom, tiers, streams, code}. */
export function sentenceOf(problem) {
  if (problem.outcome === "allow") return playable(problem);
  const reason = problem.reason ?? "refused";
  const failure = FAILED[reason];
  const availableFrom = seconds(problem.available_from);
  return {
    title: failure?.title ?? problem.title ?? DECIDED[reason] ?? "This cannot be played",
    message: problem.message ?? (failure ? null : unlessSaid(problem)),
    help: helpOf(problem, availableFrom, failure),
    support: [problem.status, reason, problem.rule].filter(Boolean).join(" · "),
    availableFrom,
    tiers: problem.tiers ?? [],
    streams: problem.streams ?? [],
    reason,
  };
}

/** The refusal of a decision that was only explained. Whoever has no subscription because nobody is logged in is asked to log in. */
export function refusalOf(explained, tier) {
  const reason = tier === "anonymous" && explained.reason === "tier" ? "no_credentials" : explained.reason;
  return { ...explained, reason, title: DECIDED[reason] };
}

/** What would be seen at a time at which it plays. */
function playable({ rule, max_height: height, valid_until: until }) {
  const facts = [height ? `Up to ${height} lines` : "At any height", until ? `until ${soon(until)}` : "without an end"];
  const nothing = { message: null, availableFrom: null, tiers: [], streams: [], reason: "" };
  return { ...nothing, title: "It can be watched", help: `${facts.join(", ")}.`, support: rule ?? "" };
}

/** When to ask again without being told to, in epoch seconds; null for not at all. */
export function retryAt({ availableFrom }) {
  return availableFrom !== null && availableFrom - now() < PATIENCE ? availableFrom : null;
}

function helpOf(problem, availableFrom, failure) {
  if (failure) return failure.help;
  if (availableFrom !== null && availableFrom > now()) {
    const wait = availableFrom - now();
    return wait < PATIENCE
      ? `It can be watched again in ${span(wait)}, at ${soon(availableFrom)}, and then starts by itself.`
      : `It can be watched from ${soon(availableFrom)}.`;
  }
  if (problem.tiers?.length) return `It is included in ${either(problem.tiers)}.`;
  if (problem.reason === "concurrency") return "End one of the others to watch here.";
  if (problem.reason?.startsWith("token_")) return "Start again to get a new token.";
  if (problem.status >= 500) return "Please try again in a moment.";
  return HELP[problem.reason] ?? "";
}

/** A detail is for who maintains the player: shown where there is no rule that would say more. */
function unlessSaid({ rule, detail }) {
  return rule ? null : (detail ?? null);
}
