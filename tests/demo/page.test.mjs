// The page itself: what it is to the keyboard and to screen readers, its desk, its map and its experiments. Leaves screenshots for people.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { mkdirSync } from "node:fs";
import { closeAll, launch, open } from "./browser.mjs";
import { CHANNEL, COMETS, FJORD, REACTOR, STOPS_WITHIN, startDemo } from "./demo.mjs";

const PICTURES = new URL("../../target/demo/", import.meta.url);

/** Roles of what somebody works with, or looks at: each has a name. */
const NAMED = new Set(["button", "link", "textbox", "combobox", "slider", "radio", "listbox", "image", "Video"]);

let demo, browser;
before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  // One after the other: what was started is there to be closed, whatever fails.
  demo = await startDemo();
  browser = await launch();
});
afterEach(() => closeAll(browser));
after(() => Promise.all([browser?.close(), demo?.close()]));

/** Waits until the page has asked what it begins with. */
async function opened(choice, options) {
  const page = await open(browser, demo, choice, options);
  await page.page.locator('#decision:not([data-outcome=""])').waitFor();
  await page.page.locator('#policy-verdict[data-state="fine"]').waitFor();
  return page;
}

const decision = (page, reason) => page.page.locator(`#decision[data-reason="${reason}"]`).waitFor();

test("the keyboard reaches everything, and is enough to choose and to play", async () => {
  const page = await opened({ title: FJORD });
  const { keyboard } = page.page;
  const reached = [];
  for (let steps = 0; steps < 120; steps += 1) {
    await keyboard.press("Tab");
    const at = await page.page.evaluate(() => {
      const { activeElement: element } = document;
      const { outlineStyle, boxShadow } = getComputedStyle(element);
      const label = element.id && document.querySelector(`label[for="${element.id}"]`);
      const around = label ? getComputedStyle(label).outlineStyle : "none";
      return { id: element.id, isSeen: outlineStyle !== "none" || boxShadow !== "none" || around !== "none" };
    });
    if (reached.some(({ id }) => at.id !== "" && id === at.id)) break;
    reached.push(at);
  }
  const ids = reached.map(({ id }) => id);
  for (const id of [
    "play",
    "theme",
    "time",
    "country",
    "map-in",
    "device",
    "tier-premium",
    "delivery-path-token",
    "player-shaka",
    "log-tab",
    "try-second",
    "write-cap",
    "editor-area",
  ]) {
    assert.ok(ids.includes(id), `Tab reaches #${id}: ${ids}`);
  }
  assert.ok(
    ids.indexOf("play") < ids.indexOf("country") && ids.indexOf("country") < ids.indexOf("editor-area"),
    "in order",
  );
  const unseen = reached.filter(({ id, isSeen }) => id !== "" && id !== "editor-area" && !isSeen);
  assert.deepEqual(unseen, [], "one sees where the focus is");

  // What is written for one can be applied, and only then.
  await page.page.locator("#write-cap").focus();
  await keyboard.press("Enter");
  await page.page.locator("#apply:enabled").focus();
  await keyboard.press("Enter");
  await page.page.locator("#applied", { hasText: /built in/ }).waitFor();
  await page.page.locator("#reset").focus();
  await keyboard.press("Enter");
  await page.page.locator("#editor-area").waitFor();

  await page.page.locator("#play").focus();
  await keyboard.press("Enter");
  await page.plays();
  await page.page.locator("#country").focus();
  await keyboard.press("ControlOrMeta+A");
  await keyboard.type("brazil");
  await keyboard.press("Enter");
  await page.reads("refused", "territory", ["Not available where you are"]);
  await page.close({ isRefused: true });
});

test("whatever is worked with has a name, and no name is given twice", async () => {
  const page = await opened({ title: REACTOR });
  const session = await page.context.newCDPSession(page.page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const shown = nodes.filter(({ ignored, role }) => !ignored && NAMED.has(role?.value));
  assert.ok(shown.length > 40, `${shown.length} are named`);
  const nameless = shown.filter(({ name }) => !name?.value?.trim());
  assert.deepEqual(
    nameless.map(({ role, properties }) => [role.value, properties?.map((property) => property.name)]),
    [],
  );

  const found = await page.page.evaluate(() => {
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    return {
      language: document.documentElement.lang,
      headings: document.querySelectorAll("h1").length,
      twice: ids.filter((id, at) => ids.indexOf(id) !== at),
      withoutText: [...document.images].filter((image) => !image.hasAttribute("alt")).length,
      wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    };
  });
  assert.deepEqual(found, { language: "en", headings: 1, twice: [], withoutText: 0, wide: false });
  await page.close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`it is ${colorScheme} for whom wants it so`, async () => {
    const page = await opened({ title: REACTOR, play: 1 }, { colorScheme, viewport: { width: 1440, height: 1000 } });
    await page.plays();
    const ground = await page.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const [red, green, blue] = ground.match(/\d+/g).map(Number);
    assert.equal((red + green + blue) / 3 > 128, colorScheme === "light", ground);
    const path = (name) => new URL(`${name}-${colorScheme}.png`, PICTURES).pathname;
    assert.ok((await page.page.screenshot({ path: path("playing"), fullPage: true })).length > 50_000);
    await page.close();

    const refused = await opened(
      { title: COMETS, country: "JP", play: 1 },
      { colorScheme, viewport: { width: 400, height: 900 } },
    );
    await refused.reads("refused", "not_yet", ["Not available yet"]);
    assert.ok((await refused.page.screenshot({ path: path("refused-small"), fullPage: true })).length > 50_000);
    await refused.close({ isRefused: true });
  });
}

test("the map, the cards and the fields decide anew, and playback follows", async () => {
  const page = await opened({ title: FJORD, play: 1 }, { viewport: { width: 1440, height: 1000 } });
  await page.plays();
  await page.page.locator('#map [data-country="BR"]').first().click({ force: true });
  await page.reads("refused", "territory", ["Not available where you are"]);
  await page.page.locator(`#titles .card[data-title="${REACTOR}"]`).click();
  await page.plays();
  assert.equal(await page.page.locator("#decision").getAttribute("data-outcome"), "allow");
  await page.page.locator(`#titles .card[data-title="${COMETS}"]`).click();
  await page.page.locator("#device").selectOption("cast");
  await page.reads("refused", "device", ["Not available on this device"]);
  await page.page.locator('label[for="tier-anonymous"]').click();
  await decision(page, "no_credentials");
  await page.reads("refused", "no_credentials", ["Please log in"]);
  await page.close({ isRefused: true });
});

test("time to come is read, not played", async () => {
  const at = Date.parse("2027-05-22T16:00:00Z") / 1000;
  const page = await opened({ title: CHANNEL, at });
  await decision(page, "blackout");
  const { sentence, state } = await page.look();
  assert.equal(state, "idle");
  assert.match(sentence, /The final is shown by the national broadcaster/);
  await page.page.locator("#time-now").click();
  await page.page.locator('#decision[data-outcome="allow"]').waitFor();
  await page.close();
});

test("the desk checks while one types, says what a change does, and puts it live", async (t) => {
  const page = await opened({ title: CHANNEL, play: 1 });
  const { page: tab } = page;
  await page.plays();
  const text = await tab.locator("#editor-area").inputValue();
  assert.match(text, /agreement = "channel"/, "it shows what decides");

  await tab.locator("#editor-area").fill(text.replace('territories = ["NO"]', 'territories = ["UK"]'));
  await tab.locator("#problems li").first().waitFor();
  assert.match(await tab.locator("#problems").innerText(), /channel\.toml:\d+:\d+[^]*UK[^]*GB/);
  assert.equal(await tab.locator("#apply").isDisabled(), true);

  await tab.locator("#undo").click();
  await tab.locator("#editor-area").fill(text.replace("max_height = 720", "max_height = 360"));
  await tab.locator('#diff li[data-kind="changed"]').first().waitFor();
  assert.match(await tab.locator("#diff").innerText(), /720[^]*360/);
  await tab.locator("#apply").click();
  await page.until("the cap", ({ state, height }) => state === "playing" && height === 360);

  await tab.locator("#write-blackout").click();
  await tab.locator("#applied", { hasText: /not live yet/ }).waitFor();
  await tab.locator('#diff li[data-kind="lost"]').first().waitFor();
  assert.equal((await page.look()).state, "playing", "what is only written changes nothing");
  await tab.locator("#apply:enabled").click();
  await tab.locator("#applied", { hasText: /built in/ }).waitFor();
  assert.equal(await tab.locator("#apply").isDisabled(), true, "there is nothing more to apply");
  const begins = Date.parse(
    /from = (.*)/.exec((await tab.locator("#editor-area").inputValue()).split("demo-").at(-1))[1],
  );
  const seen = await page.reads("refused", "blackout", ["Shown on local television"]);
  const stopped = page.at(seen, "refused") - begins;
  t.diagnostic(`stopped ${stopped} ms after the blackout began`);
  assert.ok(stopped > -1000 && stopped <= STOPS_WITHIN * 1000, `${stopped} ms`);

  await tab.locator("#reset").click();
  const again = await page.until("it plays again", ({ state, height }) => state === "playing" && height === 720);
  assert.equal(again.sentence, "");
  await page.close({ isRefused: true });
});

test("who tries to get past the rules is told what came of it, and the log has it", async () => {
  const page = await opened({ title: REACTOR, tier: "free", play: 1 });
  const { page: tab } = page;
  await page.plays();
  for (const [name, words] of [
    ["country", /403 · token_country/],
    ["letter", /401 · token_/],
    ["height", /403 · height/],
  ]) {
    await tab.locator(`#try-${name}`).click();
    await tab.locator(`#tried-${name}[data-state="refused"]`).waitFor();
    assert.match(await tab.locator(`#tried-${name}`).innerText(), words);
  }
  await tab.locator('#log-rows tr[data-kind="refused"][data-reason="token_country"]').waitFor();
  assert.ok((await tab.locator('#log-rows tr[data-kind="fine"]').count()) >= 5, "what it played is there");
  const token = page.media[0].pathname.split("/")[2];
  assert.equal((await tab.locator("#log-rows").innerHTML()).includes(token), false, "without its proof");
  assert.equal((await page.look()).state, "playing");
  await page.close({ isRefused: true });
});
