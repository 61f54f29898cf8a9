// Real players play each title by each delivery.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open } from "./browser.mjs";
import { CHANNEL, COMETS, FJORD, REACTOR, startDemo } from "./demo.mjs";

const KEY = /^\/v1\/keys\//;
const KEY_OR_LICENCE = /^\/v1\/(keys\/|licenses\/clearkey)/;

/** The title, its height for a subscriber, and where its keys come from. */
const TITLES = [
  { name: "clear", title: REACTOR, height: 1080, keys: null },
  { name: "AES-128", title: FJORD, height: 1080, keys: KEY },
  { name: "ClearKey", title: COMETS, height: 1080, keys: KEY_OR_LICENCE },
  { name: "live", title: CHANNEL, height: 720, keys: null },
];

/** How each address of a segment proves that it may be played. */
const DELIVERIES = {
  "path-token": ({ pathname }) => /^\/t\/[^/]+\//.test(pathname),
  cookie: ({ pathname, search }) => /^\/(vod|live)\//.test(pathname) && search === "",
  "signed-url": ({ pathname, searchParams }) => /^\/(vod|live)\//.test(pathname) && searchParams.has("Signature"),
};

/** Of a hundred pictures so many may be dropped: the machine may be busy with other pages. */
const MOST_DROPPED = 40;

let demo, browser;
before(async () => {
  // One after the other: what was started is there to be closed, whatever fails.
  demo = await startDemo();
  browser = await launch();
});
after(() => Promise.all([browser?.close(), demo?.close()]));

describe("what a subscriber plays", { concurrency: 3 }, () => {
  for (const { name, title, height, keys } of TITLES) {
    for (const delivery of Object.keys(DELIVERIES)) {
      for (const player of ["shaka", "hls"]) {
        test(`${name} by ${delivery} in ${player}`, async (t) => {
          const page = await open(browser, demo, { title, delivery, player, play: 1 });
          const begun = await page.plays();
          const seen = await page.until(
            "time and pictures go on, at full height",
            (seen) => seen.time >= begun.time + 2 && seen.frames >= begun.frames + 40 && seen.height === height,
          );
          assert.equal(seen.state, "playing");
          assert.equal(seen.paused, false);
          assert.ok(seen.sound > 0, "sound is decoded");
          assert.ok(
            seen.dropped * 100 <= seen.frames * MOST_DROPPED,
            `${seen.dropped} of ${seen.frames} pictures were dropped`,
          );
          t.diagnostic(`${seen.height} lines, ${seen.frames} pictures, ${seen.dropped} dropped`);

          const segments = page.media.filter(({ pathname }) => pathname.endsWith(".m4s"));
          assert.ok(segments.length >= 2, "pictures and sound");
          assert.deepEqual(segments.filter((url) => !DELIVERIES[delivery](url)).map(String), [], "each has its proof");
          const fetched = page.asked.filter(({ pathname }) => KEY_OR_LICENCE.test(pathname));
          assert.equal(fetched.length > 0, keys !== null, `keys that were fetched: ${fetched}`);
          assert.ok(fetched.every(({ pathname }) => keys.test(pathname)));
          // Shaka Player makes ready to decrypt for live streams, too.
          assert.ok(seen.isProtected || name !== "ClearKey", "the browser itself decrypts");
          await page.close();
        });
      }
    }
  }

  for (const [player, delivery] of ["shaka", "hls"].flatMap((one) => Object.keys(DELIVERIES).map((by) => [one, by]))) {
    test(`no more lines than without a subscription by ${delivery} in ${player}`, async () => {
      const page = await open(browser, demo, { title: REACTOR, tier: "anonymous", delivery, player, play: 1 });
      await page.plays();
      const seen = await page.until("its cap", ({ height }) => height === 720);
      assert.equal(seen.state, "playing");
      assert.deepEqual(
        page.media.filter(({ pathname }) => pathname.includes("/1080p/")).map(String),
        [],
        "it does not even ask for more",
      );
      await page.close();
    });
  }
});
