// What ends a right ends the player that plays by it, within one heartbeat.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { closeAll, launch, open, stalls } from "./browser.mjs";
import { CHANNEL, COMETS, STOPS_WITHIN, blackout, startDemo } from "./demo.mjs";

const PLAYERS = ["shaka", "hls"];

/** What the API answered is known to the page a little before the test hears of it. */
const EARLIEST = -500;

let demo, browser;
before(async () => {
  // One after the other: what was started is there to be closed, whatever fails.
  demo = await startDemo();
  browser = await launch();
});
afterEach(async () => {
  await closeAll(browser);
  await demo.reset();
});
after(() => Promise.all([browser?.close(), demo?.close()]));

/** Pages in which this plays, one for each player. */
async function playing(choice) {
  const pages = await Promise.all(PLAYERS.map((player) => open(browser, demo, { ...choice, player, play: 1 })));
  await Promise.all(pages.map((page) => page.plays()));
  return pages;
}

/** Holds that the viewer reads this in time, counted from `since`. */
async function stops(t, page, since, reason, words) {
  const seen = await page.reads("refused", reason, words, 3 * STOPS_WITHIN * 1000);
  const after = page.at(seen, "refused") - since;
  t.diagnostic(`${reason}: stopped after ${after} ms`);
  assert.ok(after >= EARLIEST && after <= STOPS_WITHIN * 1000, `it stopped after ${after} ms`);
  assert.deepEqual(stalls(seen), [], "and not by running dry");
  await page.close({ isRefused: true });
}

test("a blackout that is put live", async (t) => {
  const pages = await playing({ title: CHANNEL });
  const message = "The derby is on local television";
  const live = await demo.change((files) => ({
    ...files,
    "channel.toml": files["channel.toml"] + blackout("derby", CHANNEL, "NO", message),
  }));
  await Promise.all(pages.map((page) => stops(t, page, live, "blackout", [message])));
});

test("a right that ends", async (t) => {
  const pages = await playing({ title: CHANNEL, delivery: "cookie" });
  const ended = new Date(Date.now() - 1000).toISOString().replace(/\.\d+/, "");
  const live = await demo.change((files) => ({
    ...files,
    "channel.toml": files["channel.toml"].replace('tiers = ["*"]', `until = ${ended}\ntiers = ["*"]`),
  }));
  await Promise.all(pages.map((page) => stops(t, page, live, "expired", ["Not available any more"])));
});

test("a session that is withdrawn", async (t) => {
  const pages = await playing({ title: CHANNEL });
  await Promise.all(
    pages.map(async (page) => {
      const { session } = await page.look();
      await demo.ask("POST", "/demo/withdraw", { session }, { status: 204 });
      await stops(t, page, Date.now(), "revoked", ["Your access has ended", "Somebody ended this session"]);
    }),
  );
});

test("a place that another device of the account takes", async (t) => {
  const pages = await playing({ title: COMETS });
  await Promise.all(
    pages.map(async (page) => {
      const account = await page.page.evaluate(() => `viewer-${sessionStorage.getItem("playgate-demo-tab")}`);
      const headers = await demo.login(account, "premium");
      const wanted = { title: COMETS, device: "tv", delivery: "path-token" };
      const { reason, streams } = await demo.ask("POST", "/v1/playback", wanted, { status: 403, headers });
      assert.equal(reason, "concurrency");
      assert.deepEqual(
        streams.map(({ title, device }) => ({ title, device })),
        [{ title: COMETS, device: "desktop" }],
      );
      await demo.ask("DELETE", `/v1/playback/${streams[0].session}`, undefined, { status: 204, headers });
      const ended = Date.now();
      await demo.ask("POST", "/v1/playback", wanted, { headers });
      await stops(t, page, ended, "session_ended", ["ended"]);
    }),
  );
});

test("one player too many is told who watches, and can take the place", async (t) => {
  const page = await open(browser, demo, { title: COMETS, play: 1 });
  await page.plays();
  await page.page.locator("#try-second").click();
  const other = page.page.locator("#others .other");
  await page.page.locator('#others .other[data-state="refused"]').waitFor();
  assert.equal(await other.getAttribute("data-reason"), "concurrency");
  const words = await other.locator(".sentence").innerText();
  assert.match(words, /Paper Comets on Desktop, since \d\d:\d\d:\d\d/);
  assert.match(words, /End one of the others/);
  assert.equal((await page.look()).state, "playing", "who was first plays on");

  const clicked = Date.now();
  await other.getByRole("button", { name: "End it" }).click();
  await page.page.locator('#others .other[data-state="playing"]').waitFor();
  await stops(t, page, clicked, "session_ended", ["ended"]);
});

test("a demo that is gone", async (t) => {
  const alone = await startDemo();
  const pages = await Promise.all(PLAYERS.map((player) => open(browser, alone, { title: CHANNEL, player, play: 1 })));
  await Promise.all(pages.map((page) => page.plays()));
  await alone.close();
  const gone = Date.now();
  await Promise.all(
    pages.map(async (page) => {
      const seen = await page.reads("failed", "unreachable", ["The service cannot be reached", "try again"]);
      t.diagnostic(`said after ${page.at(seen, "failed") - gone} ms`);
    }),
  );
});
