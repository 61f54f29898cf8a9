// Whoever is refused reads why, in each case that a viewer can meet, and sees nothing that turns for ever.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open } from "./browser.mjs";
import { CHANNEL, COMETS, FJORD, REACTOR, blackout, startDemo } from "./demo.mjs";

/** Who asks for what under the policy below, and what they read. What is left out is a subscriber on a desktop in Norway. */
const REFUSED = [
  {
    reason: "no_credentials",
    choice: { title: COMETS, tier: "anonymous" },
    words: ["Please log in", "401", "family or premium"],
  },
  {
    reason: "tier",
    choice: { title: COMETS, tier: "free" },
    words: ["Not included in your subscription", "included in family or premium"],
  },
  {
    reason: "device",
    choice: { title: COMETS, device: "cast" },
    words: ["Not available on this device", "another device"],
  },
  {
    reason: "not_yet",
    choice: { title: COMETS, country: "JP" },
    words: ["Not available yet", "from 30 Jun 2027, 15:00"],
  },
  { reason: "expired", choice: { title: FJORD }, words: ["Not available any more", "has ended", "410"] },
  {
    reason: "territory",
    choice: { title: FJORD, country: "BR" },
    words: ["Not available where you are", "The map shows"],
  },
  {
    reason: "territory_unknown",
    choice: { title: FJORD, country: "unknown" },
    words: ["The country where you are is not known", "Choose a country"],
  },
  {
    reason: "region_unknown",
    choice: { title: CHANNEL, country: "GB" },
    words: ["The part of the country where you are is not known", "Choose the part"],
  },
  { reason: "unknown_title", choice: { title: REACTOR }, words: ["There is no such title", "404"] },
  {
    reason: "blackout",
    choice: { title: CHANNEL },
    words: ["where you are right now", "The match is on local television", "It can be watched from"],
  },
];

/** A policy under which all of these come to be. */
function refusing(files) {
  const channel = files["channel.toml"].replace('territories = ["*"]', 'territories = ["NO", "GB-MAN"]');
  const series = files["vinterhav.toml"]
    .replaceAll(/^from = .*$/gm, "from = 2026-09-01T00:00:00Z")
    .replaceAll(/^until = .*$/gm, "until = 2026-10-01T00:00:00Z");
  const match = blackout("match", CHANNEL, "NO", "The match is on local television");
  const changed = { ...files, "channel.toml": channel + match, "vinterhav.toml": series };
  // Nothing speaks of the reactor then.
  delete changed["fathom.toml"];
  return changed;
}

let demo, browser;
before(async () => {
  // One after the other: what was started is there to be closed, whatever fails.
  demo = await startDemo();
  browser = await launch();
  await demo.change(refusing);
});
after(() => Promise.all([browser?.close(), demo?.close()]));

describe("a refused viewer", { concurrency: 3 }, () => {
  for (const [number, { reason, choice, words }] of REFUSED.entries()) {
    // Who asks matters to the API, not to the player: each has its turn.
    const player = number % 2 ? "hls" : "shaka";
    test(`reads the sentence of ${reason}`, async () => {
      const page = await open(browser, demo, { ...choice, player, play: 1 });
      await page.reads("refused", reason, words);
      assert.equal(await page.page.locator("#decision").getAttribute("data-outcome"), "deny");
      assert.deepEqual(page.media.map(String), [], "nothing was played before");
      await page.close({ isRefused: true });
    });
  }
});
