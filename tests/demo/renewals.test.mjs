// Playback outlives what it began with: its first token, its first cookies, its first signed addresses.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { SOON, launch, open, stalls } from "./browser.mjs";
import { CHANNEL, HEARTBEAT, VIEWER, startDemo } from "./demo.mjs";

/** So many renewals come after what it began with has ended. */
const RENEWALS = 3;

/** So many milliseconds a busy machine may take to decode, with enough loaded. */
const MOST_STANDING = 1000;

const PLAYED = [
  { delivery: "path-token", player: "shaka" },
  { delivery: "path-token", player: "hls" },
  { delivery: "cookie", player: "shaka" },
];

let demo, browser;
before(async () => {
  // One after the other: what was started is there to be closed, whatever fails.
  demo = await startDemo();
  browser = await launch();
});
after(() => Promise.all([browser?.close(), demo?.close()]));

describe(
  "the channel plays on without a stall when its first token and cookies are over",
  { concurrency: true },
  () => {
    for (const { delivery, player } of PLAYED) {
      test(`by ${delivery} in ${player}`, async (t) => {
        const page = await open(browser, demo, { title: CHANNEL, delivery, player, play: 1 });
        const begun = await page.plays();
        const first = page.media.find(({ pathname }) => pathname.endsWith("index.m3u8"));
        const firstCookies = await cookies(page);
        const expires = Date.parse(page.answers[0].expires_at);
        const whole = expires - Date.now();
        assert.ok(whole > 0, "what it began with holds for a while");

        let renewals = Infinity;
        const seen = await page.until(
          `${RENEWALS} renewals after ${page.answers[0].expires_at}`,
          (seen) => {
            assert.equal(seen.state, "playing", seen.sentence);
            if (seen.now > expires) renewals = Math.min(renewals, Number(seen.renewals));
            return Number(seen.renewals) >= renewals + RENEWALS;
          },
          whole + 4 * (RENEWALS + 1) * HEARTBEAT * 1000,
        );
        const lag = (seen.now - begun.now) / 1000 - (seen.time - begun.time);
        const stood = seen.waits.reduce((sum, { lasted }) => sum + (lasted ?? Infinity), 0);
        t.diagnostic(
          `${Math.round(seen.time - begun.time)} s, ${seen.renewals} renewals, ${stalls(seen).length} stalls, stood ${stood} ms, ` +
            `${lag.toFixed(1)} s late, ${seen.dropped} of ${seen.frames} pictures dropped`,
        );
        assert.deepEqual(stalls(seen), [], `no stalls; requests that were slow: ${page.slow.join(", ")}`);
        assert.ok(stood <= MOST_STANDING, `the picture stood ${stood} ms: ${JSON.stringify(seen.waits)}`);
        // A channel's players run a little slower or faster to keep their distance from its edge.
        assert.ok(Math.abs(lag) < 2, `the picture is ${lag} s late`);

        const last = page.media.at(-1);
        if (delivery === "path-token") {
          assert.notEqual(tokenOf(last), tokenOf(first), "it plays by another token");
          assert.equal(await refusal(first), "401 token_expired");
        } else {
          const lastCookies = await cookies(page);
          assert.notEqual(lastCookies, firstCookies, "it plays by other cookies");
          assert.equal(await refusal(last, lastCookies), "200");
          assert.equal(await refusal(last, firstCookies), "403 AccessDenied");
        }
        await page.close();
      });
    }

    test("and nobody is told that the edge is away, however long they were silent", async () => {
      // workerd closes a connection after 5 s: requests are spread around that moment.
      const statuses = [];
      for (let round = 0; round < 10; round += 1) {
        const asked = Array.from({ length: 24 }, async (_, number) => {
          await pause(4 * number);
          const answer = await demo.fetch("/vod/no/such/title/master.m3u8");
          await answer.arrayBuffer();
          return answer.status;
        });
        statuses.push(...(await Promise.all(asked)));
        await pause(4880 + 15 * round);
      }
      assert.equal(statuses.length, 240);
      assert.deepEqual([...new Set(statuses)], [404]);
    });
  },
);

describe("one renewal is enough when pictures and sound are refused together", { concurrency: true }, () => {
  for (const player of ["shaka", "hls"]) {
    test(`in ${player}`, async () => {
      const page = await open(browser, demo, { title: CHANNEL, player, play: 1 });
      await page.plays();
      const refused = new Set();
      let isRenewed = false;
      await page.page.route(/\.m4s$/, (route, request) => {
        if (isRenewed) return route.continue();
        refused.add(request.url().includes("/audio/") ? "sound" : "pictures");
        const body = { status: 401, reason: "token_expired", title: "The access token has expired" };
        return route.fulfill({ status: 401, contentType: "application/problem+json", body: JSON.stringify(body) });
      });
      await page.page.route("**/heartbeat", async (route) => {
        // The answer comes when the page knows of both.
        for (let waited = 0; refused.size === 1 && waited < SOON; waited += 50) await pause(50);
        if (refused.size === 2) {
          await pause(300);
          isRenewed = true;
        }
        await route.continue();
      });
      const renewed = await page.until("both are refused", () => isRenewed);
      const again = await page.until(
        "pictures come again",
        ({ now, frames }) => now > renewed.now + 1000 && frames > 0,
      );
      const seen = await page.until("it goes on", ({ state, frames }) => {
        assert.equal(state, "playing");
        return frames >= again.frames + 50;
      });
      assert.deepEqual(
        seen.states.map(({ state }) => state).filter((state) => state === "refused" || state === "failed"),
        [],
      );
      await page.close({ isRefused: true });
    });
  }
});

const tokenOf = ({ pathname }) => pathname.split("/")[2];

/** What the browser would send with a request for media. */
async function cookies(page) {
  const held = await page.context.cookies(`${demo.address}/live/${CHANNEL}/master.m3u8`);
  return held.map(({ name, value }) => `${name}=${value}`).join("; ");
}

/** The status with which this is answered, and the code of the refusal. */
async function refusal(url, cookie = "") {
  const answer = await fetch(url, { headers: { "x-demo-viewer": VIEWER, cookie } });
  const text = await answer.text();
  const code = /"reason":\s*"(\w+)"|<Code>(\w+)<\/Code>/.exec(text);
  return [answer.status, code?.[1] ?? code?.[2]].filter(Boolean).join(" ");
}
