// The decision as it falls: allowed or refused, by which rule, until when, and with what limits.

import { announce, byId, make, withCode } from "./dom.js";
import { FAILS_AT, reasonWithin, reasonWords } from "./reasons.js";
import { either, seconds, soon, title } from "./words.js";

/**
 * Shows a decision. `how` says who decided and for when, `explained` has the rules that were looked at, and `isAhead` tells that it is
 * of another time: then it must not be taken for what holds of the picture above.
 */
export function showDecision(decision, explained, how, isAhead = false) {
  const place = byId("decision");
  const isAllowed = decision.outcome === "allow";
  place.dataset.outcome = decision.outcome;
  place.dataset.reason = decision.reason ?? "";
  place.dataset.ahead = String(isAhead);
  const said = isAllowed ? "Allowed" : decision.outcome === "deny" ? "Refused" : "No answer";
  const word = isAhead ? `Then: ${said}` : said;
  byId("decision-word").textContent = word;
  byId("decision-reason").textContent = isAllowed ? "" : reasonWords(decision.reason);
  byId("decision-reason").title = isAllowed ? "" : `Reason: ${decision.reason}`;
  byId("decision-how").textContent = how;
  byId("decision-facts").replaceChildren(...facts(decision, isAllowed));
  byId("decision-sentence").replaceChildren(...withCode(explained?.sentence ?? decision.sentence ?? ""));
  byId("decision-rules").replaceChildren(...(explained?.rules ?? []).map((rule) => ruleRow(rule, explained)));
  const others = explained?.other_rules ?? 0;
  byId("decision-others").textContent = others ? `${othersOf(others)} of other titles only.` : "";
  announce("decision", `${word}${isAllowed ? "" : `: ${reasonWithin(decision.reason)}`}`);
}

/** A decision in a word or two, for cards. */
export function inShort(explained) {
  if (!explained) return { shade: "never", text: "…" };
  if (explained.outcome === "allow") {
    return { shade: "allowed", text: explained.max_height ? `Up to ${explained.max_height} lines` : "Allowed" };
  }
  const from = seconds(explained.available_from);
  if (explained.reason === "not_yet" && from !== null) return { shade: "not_yet", text: `From ${soon(from)}` };
  if (explained.reason === "tier")
    return { shade: "other_tier_or_device", text: `For ${either(explained.tiers ?? [])}` };
  return { shade: shadeOf(explained), text: reasonWords(explained.reason ?? "refused") };
}

/** The shade of the product's map for a decision. */
export function shadeOf({ outcome, reason }) {
  if (outcome === "allow") return "allowed";
  const shades = { not_yet: "not_yet", expired: "expired", blackout: "blacked_out" };
  const others = { tier: "other_tier_or_device", device: "other_tier_or_device" };
  return shades[reason] ?? others[reason] ?? "never";
}

function facts(decision, isAllowed) {
  const rows = decision.rule ? [["Rule", decision.rule]] : [];
  if (isAllowed) {
    rows.push(
      ["Until", decision.valid_until ? soon(decision.valid_until) : "no end"],
      ["Picture", decision.max_height ? `up to ${decision.max_height} lines` : "no cap"],
      ["Streams", decision.max_streams ? `${decision.max_streams} at once` : "no limit"],
    );
    if (decision.drm) rows.push(["Protection", "DRM only"]);
  } else {
    if (decision.available_from) rows.push(["Available", `from ${soon(decision.available_from)}`]);
    if (decision.tiers?.length) rows.push(["Included in", either(decision.tiers)]);
    if (decision.max_streams) rows.push(["Streams", `${decision.max_streams} at once`]);
  }
  return rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)));
}

const othersOf = (count) => (count === 1 ? "1 rule speaks" : `${count} rules speak`);

function ruleRow({ rule, kind, matches, failed, says }, explained) {
  const counts = matches && rule === explained.rule;
  return make(
    "tr",
    { data: { matches: String(matches) } },
    make("td", {}, title(kind)),
    make("td", {}, make("code", {}, rule), counts ? make("span", { class: "counts" }, "counts") : ""),
    make("td", {}, matches ? "–" : (FAILS_AT[failed] ?? failed)),
    make("td", {}, ...withCode(says)),
  );
}
