// The page itself: what it is to the keyboard and to screen readers, its desk, its map and its experiments. Leaves screenshots for people.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { mkdirSync } from "node:fs";
import { closeAll, launch, openSettled } from "./browser.mjs";
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

const opened = (choice, options) => openSettled(browser, demo, choice, options);

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

test("at first sight the page explains itself", async () => {
  const page = await opened({});
  const { page: tab } = page;
  await tab.locator('#map g[data-shade="never"] [data-country]').first().waitFor();
  const shades = await tab.evaluate(() =>
    [...document.querySelectorAll("#map g[data-shade]")]
      .filter((part) => part.querySelector("[data-country]"))
      .map((part) => part.dataset.shade),
  );
  assert.ok(new Set(shades).size >= 2, `the map has several shades: ${shades}`);
  assert.equal(await tab.locator("#decision").getAttribute("data-outcome"), "allow");
  assert.match(
    (await tab.locator("#status").innerText()).replaceAll(/\s+/g, " "),
    /^Policy [0-9a-f]{4}…, live at edge and API$/,
  );
  const theme = tab.locator("#theme");
  assert.equal(await theme.innerText(), "Dark theme");
  await theme.click();
  assert.equal(await theme.innerText(), "Light theme");
  assert.equal(await theme.getAttribute("aria-pressed"), null, "it says what it does");
  const kinds = await tab.locator("#titles .card-kind").allInnerTexts();
  assert.deepEqual(
    ["AES-128", "ClearKey, three keys", "In the clear"].filter((words) => !kinds.some((kind) => kind.endsWith(words))),
    [],
    `${kinds}`,
  );
  await tab.locator(".why summary").click();
  const rules = await tab.locator("#decision-rules tr").allInnerTexts();
  assert.match(rules[0], /vinterhav\/subscribers\s*counts\s+–\s/);
  assert.match(rules[1], /vinterhav\/free-in-spring\s+window\s/);
  assert.match(await tab.locator("#decision-others").innerText(), /^\d+ rules speak of other titles only\.$/);
  await page.close();
});

test("whatever is tapped on a telephone is large enough", async () => {
  const options = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const page = await opened({ title: FJORD, play: 1 }, options);
  await page.plays();
  await page.page.locator("#proof summary").click();
  await page.page.locator("#country").click();
  const found = await page.page.evaluate(() => {
    // A field's name is not tapped, and a choice is tapped at its label.
    const tapped =
      "button, select, input:not([type='radio']), textarea, summary, .choices label, nav a, #now, [role='option']";
    const isShown = (part) => part.checkVisibility() && !part.closest(".hidden");
    const parts = [...document.querySelectorAll(tapped)].filter(isShown);
    const least = (part) => (part.matches(".file, .problem-place") ? 32 : 40);
    const small = parts.filter((part) => part.getBoundingClientRect().height < least(part));
    const { scrollWidth, clientWidth } = document.documentElement;
    return {
      parts: parts.length,
      small: small.map((part) => part.id || part.textContent),
      over: scrollWidth - clientWidth,
    };
  });
  assert.ok(found.parts > 280, `${found.parts} parts, and all countries among them`);
  assert.deepEqual({ small: found.small, over: found.over }, { small: [], over: 0 });
  await page.page.screenshot({ path: new URL("telephone.png", PICTURES).pathname });
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

test("the stage shows what another time would, also while a refusal stands", async () => {
  const page = await opened({ title: COMETS, country: "JP", play: 1 });
  const { page: tab } = page;
  const sentence = tab.locator("#sentence");
  await page.reads("refused", "not_yet", ["Not available yet", "Try again"]);
  await tab.locator("#time-next").click();
  await tab.locator('#sentence[data-outcome="allow"]').waitFor();
  assert.match(await sentence.innerText(), /It can be watched[^]*Up to 1080 lines[^]*Back to now/);
  assert.match(await sentence.getAttribute("data-preview"), /Seen at 30 Jun 2027/);
  await tab.locator('#sentence [data-act="now"]').click();
  await tab.locator('#sentence[data-outcome=""]').waitFor();
  const back = await page.reads("refused", "not_yet", ["Not available yet", "403"]);
  assert.doesNotMatch(back.sentence, /Back to now/);
  await page.close({ isRefused: true });
});

test("nobody knows where a viewer is who says so", async () => {
  const page = await opened({ title: FJORD });
  const { page: tab } = page;
  await tab.locator("#country").fill("unknown");
  await tab.keyboard.press("Enter");
  await decision(page, "territory_unknown");
  assert.match(await tab.locator("#decision-reason").innerText(), /^Country unknown$/);
  assert.equal(await tab.locator("#decision-reason").getAttribute("title"), "Reason: territory_unknown");
  await tab.locator(`#titles .card[data-title="${REACTOR}"]`).click();
  await tab.locator("#play").click();
  await page.plays();
  assert.equal(new URL(tab.url()).searchParams.get("country"), "unknown", "it can be opened again");
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

const ACCESS_DENIED = /403 · AccessDenied\s+CloudFront refuses it: the signature does not fit/;
const KNOWS_NO_COUNTRY =
  /^The CDN lets it through: CloudFront checks the signature and its end, and knows no country\. It plays there until \d\d:\d\d:\d\d\. A path token is bound to its country\.$/;
const KNOWS_NO_HEIGHTS = /^The CDN lets it through: CloudFront knows no heights\..*use path tokens\.$/;

for (const [delivery, tried] of [
  [
    "path-token",
    [
      ["country", "refused", /403 · token_country/],
      ["letter", "refused", /401 · token_/],
      ["height", "refused", /403 · height/],
    ],
  ],
  [
    "signed-url",
    [
      ["country", "through", KNOWS_NO_COUNTRY],
      ["letter", "refused", ACCESS_DENIED],
      ["height", "through", KNOWS_NO_HEIGHTS],
    ],
  ],
  [
    "cookie",
    [
      ["country", "through", KNOWS_NO_COUNTRY],
      ["letter", "asking", /^No script may touch these cookies \(HttpOnly\); choose path token or signed URL\.$/],
      ["height", "through", KNOWS_NO_HEIGHTS],
    ],
  ],
]) {
  test(`who tries to get past the rules is told what came of it, and the log has it: ${delivery}`, async () => {
    const page = await opened({ title: REACTOR, tier: "free", delivery, play: 1 });
    const { page: tab } = page;
    await page.plays();
    for (const [name, state, words] of tried) {
      await tab.locator(`#try-${name}`).click();
      await tab.locator(`#tried-${name}[data-state="${state}"]:not(:empty)`).waitFor();
      assert.match(await tab.locator(`#tried-${name}`).innerText(), words);
    }
    if (delivery === "path-token")
      await tab.locator('#log-rows tr[data-kind="refused"][data-reason="token_country"]').waitFor();
    assert.ok((await tab.locator('#log-rows tr[data-kind="fine"]').count()) >= 5, "what it played is there");
    const paths = page.media.map(({ pathname }) => pathname);
    for (const proof of [/^\/t\/([^/]+)/, /^\/v1\/manifests\/([^/]+)/]) {
      const [, secret] = paths.map((path) => proof.exec(path)).find(Boolean) ?? [];
      if (secret) assert.equal((await tab.locator("#log-rows").innerHTML()).includes(secret), false, `without ${proof}`);
    }
    assert.equal((await page.look()).state, "playing");

    // What came of it was of this delivery.
    const other = delivery === "cookie" ? "path-token" : "cookie";
    await tab.locator(`label[for="delivery-${other}"]`).click();
    await tab.locator("#tried-letter:empty").waitFor({ state: "attached" });
    await page.close({ isRefused: true });
  });
}

test("a signature that has ended is replaced before something is tried with it", async () => {
  const page = await opened({ title: REACTOR, tier: "free", delivery: "signed-url", play: 1 });
  const { page: tab } = page;
  await page.plays();
  await tab.evaluate(() => {
    const { now } = Date;
    // Longer than what is handed out lives.
    Date.now = () => now() + 90_000;
  });
  const playlists = () => page.asked.filter(({ pathname }) => pathname.startsWith("/v1/manifests/")).length;
  const before = playlists();
  await tab.locator("#try-country").click();
  await tab.locator('#tried-country[data-state="through"]:not(:empty)').waitFor();
  assert.equal(playlists(), before + 2, "it is taken from the session's newest playlist");
  await page.close();
});

test("where there is nothing to try with, nothing is said of the rules", async () => {
  const page = await opened({ title: REACTOR, tier: "free", delivery: "signed-url" });
  const { page: tab } = page;
  const says = async (name, words) => {
    await tab.locator(`#try-${name}`).click();
    await tab.locator(`#tried-${name}[data-state="asking"]`, { hasText: words }).waitFor();
  };
  for (const delivery of ["signed-url", "cookie"]) {
    await tab.locator(`label[for="delivery-${delivery}"]`).click();
    for (const name of ["country", "letter", "height"]) await says(name, /^Press play first\.$/);
  }
  await tab.locator('label[for="delivery-path-token"]').click();
  await tab.locator("#try-country").click();
  await tab.locator('#tried-country[data-state="refused"]').waitFor();
  assert.match(await tab.locator("#tried-country").innerText(), /403 · token_country/, "with a token of its own");
  await tab.locator("#try-country-code").selectOption("NO");
  await says("country", /^It plays there already: choose another country\.$/);

  await tab.locator("#try-country-code").selectOption("US");
  await tab.locator("#country").fill("brazil");
  await tab.keyboard.press("Enter");
  await tab.locator(`#titles .card[data-title="${FJORD}"]`).click();
  await decision(page, "territory");
  for (const name of ["country", "letter", "height"]) {
    await says(name, /^There is no token to try with: Not available where you are$/);
  }
  const begun = page.asked.filter(({ pathname }) => pathname === "/v1/playback");
  assert.equal(begun.length, 4, "no session is begun for signed addresses and cookies");
  await page.close({ isRefused: true });
});

test("one reads how many may play before one is too many", async () => {
  const page = await opened({ title: COMETS });
  const { page: tab } = page;
  const says = (words) => tab.locator("#second-says", { hasText: words }).waitFor();
  await says("0 of 1 at once: the next one plays, and only a second is too many.");
  await tab.locator("#play").click();
  await page.plays();
  await says("1 of 1 at once: one more is one too many.");
  await tab.locator(`#titles .card[data-title="${FJORD}"]`).click();
  await page.plays();
  await says("1 of 2 at once: the next one plays, and only a third is too many.");
  await tab.locator("#try-second").click();
  const other = tab.locator('#others .other[data-state="playing"]');
  await other.waitFor();
  await says("2 of 2 at once: one more is one too many.");
  await tab.waitForFunction(() => {
    const { top, bottom } = document.querySelector("#others .other").getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
  await tab.locator("#try-second").click();
  await tab.locator('#others .other[data-reason="concurrency"]').waitFor();

  // Another title is another experiment.
  await tab.locator(`#titles .card[data-title="${REACTOR}"]`).click();
  await says("No limit here: nothing will be refused.");
  assert.match(await tab.locator("#second-says").innerText(), /Paper Comets \(1 stream\)/);
  assert.equal(await tab.locator("#others .other").count(), 0);
  await tab.locator("#device").selectOption("cast");
  await tab.locator(`#titles .card[data-title="${COMETS}"]`).click();
  await says("This viewer may not play it");
  await page.close({ isRefused: true });
});

for (const [delivery, name, words] of [
  [
    "path-token",
    "What the token says",
    [/Fjord Watch: what lies below \/vod\//, /Only in\s+Norway/, /up to 1080 lines/, /premium/],
  ],
  ["signed-url", "What the signed address says", [/Opens\s+http.*fjord-watch/]],
  ["cookie", "What the cookies say", [/HttpOnly/, /Fjord Watch: what lies below \/vod\//]],
]) {
  test(`what one plays by can be read, and its renewals: ${delivery}`, async () => {
    const page = await opened({ title: FJORD, delivery, play: 1 });
    const { page: tab } = page;
    await page.plays();
    await tab.locator("#proof summary").click();
    assert.equal(await tab.locator("#proof-name").innerText(), name);
    await tab.locator("#proof-claims div").nth(1).waitFor();
    const first = await tab.locator("#proof").innerText();
    for (const word of words) assert.match(first, word);
    assert.match(first, /Until\s+\d\d:\d\d:\d\d/);
    await tab
      .locator("#log-rows tr[data-renewed] em", { hasText: /^new .* until \d\d:\d\d:\d\d$/ })
      .first()
      .waitFor();
    assert.equal(await tab.locator("#log-rows tr[data-renewed]").first().getAttribute("data-status"), "200");
    if (delivery !== "signed-url") {
      const isNewer = (before) => document.getElementById("proof").innerText !== before;
      await tab.waitForFunction(isNewer, first);
    }
    assert.match(await tab.locator("#log-caption").innerText(), /^Took is the decision's own cost/);
    await page.close();
  });
}
