// The page at the widths that there are, and what it does with what nobody offers: odd addresses, and names that no country has.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { closeAll, launch, openSettled } from "./browser.mjs";
import { COMETS, FJORD, startDemo } from "./demo.mjs";

const WIDTHS = [360, 390, 577, 700, 820, 1024, 1100, 1280, 1400, 1440];

/** The longest that a row of the log can say of what it took. */
const LONGEST = ["10.0 ms", "1000 µs", "1000 ms", "59.9 s"];

let demo, browser;
before(async () => {
  // One after the other: what was started is there to be closed, whatever fails.
  demo = await startDemo();
  browser = await launch();
});
afterEach(() => closeAll(browser));
after(() => Promise.all([browser?.close(), demo?.close()]));

const opened = (choice, options) => openSettled(browser, demo, choice, options);

/** Runs in the page: what would be seen to be wrong with its measures. */
function measured(longest) {
  const { scrollWidth, clientWidth } = document.documentElement;
  const header = document.querySelector(".top");
  const now = document.getElementById("now");
  const [isHidden, said] = [now.hidden, now.textContent];
  const heights = [null, "Playing: 1080 lines", "Refused: not in this subscription"].map((text) => {
    now.hidden = text === null;
    now.textContent = text;
    return header.offsetHeight;
  });
  const over = document.documentElement.scrollWidth - clientWidth;
  now.hidden = isHidden;
  now.textContent = said;
  const tagline = document.querySelector(".top h1");
  const cost = document.querySelector("#log-rows .log-cost");
  const cut = longest.filter((text) => {
    cost.textContent = text;
    return cost.scrollWidth > cost.clientWidth;
  });
  const covered = ["experiments", "desk", "stage"].filter((id) => {
    const part = document.getElementById(id);
    part.scrollIntoView();
    return part.getBoundingClientRect().top < header.getBoundingClientRect().bottom;
  });
  return {
    over: Math.max(over, scrollWidth - clientWidth),
    heights: new Set(heights).size,
    tagline: tagline.clientHeight > 1 && tagline.scrollHeight > tagline.clientHeight + 1 ? "is cut" : "is whole",
    cut,
    covered,
  };
}

test("at every width nothing scrolls sideways, jumps, is cut or is covered while it plays", async () => {
  const page = await opened({ title: FJORD, play: 1 });
  await page.plays();
  await page.page.locator("#log-rows .log-cost").first().waitFor();
  for (const width of WIDTHS) {
    await page.page.setViewportSize({ width, height: 844 });
    assert.deepEqual(
      await page.page.evaluate(measured, LONGEST),
      { over: 0, heights: 1, tagline: "is whole", cut: [], covered: [] },
      `${width} pixels`,
    );
  }
  await page.close();
});

test("another time is not taken for what holds of the film that plays", async () => {
  const page = await opened({ title: FJORD, tier: "free", country: "BR" });
  const { page: tab } = page;
  const ground = () => tab.locator("#decision").evaluate((place) => getComputedStyle(place).backgroundImage);
  assert.equal(await tab.locator("#decision-word").innerText(), "Refused");
  assert.equal(await ground(), "none");
  await page.close();

  const later = await opened({ title: FJORD, play: 1 });
  await later.plays();
  await later.page.locator("#time").fill("1400");
  await later.page.locator('#decision[data-ahead="true"]').waitFor();
  assert.match(await later.page.locator("#decision-word").innerText(), /^Then: (Allowed|Refused)$/);
  assert.match(
    await later.page.locator("#decision").evaluate((place) => getComputedStyle(place).backgroundImage),
    /^repeating-linear-gradient/,
  );
  await later.page.locator("#time-now").click();
  await later.page.locator('#decision[data-ahead="false"]').waitFor();
  assert.equal(await later.page.locator("#decision-word").innerText(), "Allowed");
  await later.close();
});

test("the slider shows the focus at its thumb alone", async () => {
  const page = await opened({ title: FJORD });
  await page.page.locator("#time").focus();
  await page.page.keyboard.press("ArrowRight");
  const colour = await page.page.locator("#time").evaluate((slider) => getComputedStyle(slider).outlineColor);
  assert.equal(colour, "rgba(0, 0, 0, 0)");
  await page.close();
});

test("nobody who has not logged in is told of their subscription", async () => {
  const page = await opened({ title: COMETS, tier: "anonymous" });
  const { page: tab } = page;
  const seen = await page.look();
  assert.equal(seen.state, "idle");
  assert.match(seen.sentence, /^Please log in[^]*Log in as/);
  assert.equal(await tab.locator("#decision").getAttribute("data-reason"), "tier", "the policy speaks of tiers");
  assert.match(await tab.locator("#sentence").getAttribute("data-preview"), /What this viewer sees/);
  await tab.locator('#sentence [data-act="retry"]').click();
  const asked = await page.reads("refused", "no_credentials", ["Please log in", "Log in as"]);
  assert.equal(asked.sentence.split("\n")[0], seen.sentence.split("\n")[0], "it is what the API says");
  await tab.locator('#sentence [data-act="login"]', { hasText: "premium" }).click();
  await page.plays();
  await page.close({ isRefused: true });

  // Who is logged in, and has too little, reads just that; so does nobody where a subscription would not help.
  for (const [choice, words] of [
    [{ title: COMETS, tier: "free" }, /^Not included in your subscription/],
    [{ title: FJORD, tier: "anonymous", country: "BR" }, /^Not available where you are/],
  ]) {
    const other = await opened(choice);
    assert.match((await other.look()).sentence, words);
    await other.close();
  }
});

test("what nobody offers becomes what the page begins with", async () => {
  const odd = { title: "x", country: "ZZ", tier: "gold", device: "fridge", delivery: "pigeon", player: "vlc", at: "soon" };
  const page = await opened(odd);
  const { page: tab } = page;
  assert.equal(await tab.locator("#title-name").innerText(), "Fjord Watch");
  for (const id of ["tier-premium", "delivery-path-token", "player-shaka"]) {
    assert.equal(await tab.locator(`#${id}`).isChecked(), true, id);
  }
  assert.equal(await tab.locator("#device").inputValue(), "desktop");
  assert.equal(await tab.locator("#country").inputValue(), "Norway");
  assert.equal(await tab.locator("#time-words").innerText(), "Now");
  await page.close();
  for (const at of ["1e15", "-1", "Infinity", "253402300800"]) {
    const other = await opened({ title: FJORD, at, region: "\u20ac" });
    assert.equal(await other.page.locator("#time-words").innerText(), "Now", at);
    await other.page.locator('#policy-verdict[data-state="fine"]').waitFor();
    await other.close();
  }
});

test("a country is found by what people call it", async () => {
  const page = await opened({ title: FJORD });
  const { page: tab } = page;
  const input = tab.locator("#country");
  for (const [typed, first] of [
    ["uk", "United Kingdom"],
    ["UK", "United Kingdom"],
    ["England", "United Kingdom"],
    ["usa", "United States"],
    ["us", "United States"],
    ["UAE", "United Arab Emirates"],
    ["nor", "Norway"],
    ["no", "Norway"],
    ["turk", "Türkiye"],
    ["turkiye", "Türkiye"],
    ["cote", "Côte d'Ivoire"],
    ["holl", "Netherlands"],
    [" chad ", "Chad"],
  ]) {
    await input.fill(typed);
    const option = tab.locator("#country-list [role=option]").first();
    assert.equal(await option.locator("span").innerText(), first, `\`${typed}\``);
    assert.equal(await option.getAttribute("aria-selected"), "true");
  }
  for (const typed of ["atlantis", "xx", "n0"]) {
    await input.fill(typed);
    assert.equal(await tab.locator("#country-list").innerText(), "No country is called so", `\`${typed}\``);
    await tab.keyboard.press("Enter");
    await tab.keyboard.press("Escape");
    assert.equal(await input.inputValue(), "Norway", "it is the country as before");
  }
  await page.close();
});

test("who measures is told that a debug build is slow, if the demo says that it is one", async () => {
  for (const debug of [true, false, undefined]) {
    const context = await browser.newContext();
    const tab = await context.newPage();
    await tab.route("**/demo/state", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), debug } });
    });
    await tab.goto(demo.address);
    await tab.locator('#policy-verdict[data-state="fine"]').waitFor();
    const said = await tab.locator("#log-caption").innerText();
    assert.equal(/ This is a debug build, which is many times slower\.$/.test(said), debug === true, `${debug}: ${said}`);
    await context.close();
  }
});
