// What the desk writes for somebody, put live: what becomes of the viewer, and of everybody else.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { closeAll, launch, openSettled } from "./browser.mjs";
import { FJORD, REACTOR, startDemo } from "./demo.mjs";

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

const opened = (choice) => openSettled(browser, demo, choice);

/** What is live, as text. */
const live = async () => (await demo.ask("GET", "/demo/policy")).files;

/** What a subscriber may see of a title now, one that is in no catalogue included. */
async function outcome(title, country = "NO") {
  const from = Math.floor(Date.now() / 1000);
  const question = { title, country, tier: "premium", device: "desktop", from, until: from + 60 };
  const { spans } = await demo.ask("POST", "/demo/timeline", question);
  return spans[0].reason ?? spans[0].outcome;
}

test("a right ends for one title, and what was live before can be put back", async () => {
  const before = await live();
  const page = await opened({ title: FJORD, play: 1 });
  const { page: tab } = page;
  await page.plays();
  await tab.locator("#write-end").click();
  await tab.locator("#applied", { hasText: /Written into vinterhav\.toml, and not live yet/ }).waitFor();
  await tab.locator('#diff li[data-kind="lost"]').first().waitFor();
  assert.match(await tab.locator("#diff").innerText(), /DRM not demanded/);
  assert.doesNotMatch(await tab.locator("#diff").innerText(), /vinterhav\/\*/, "it loses nothing else");
  assert.equal(await tab.locator("#put-back").isHidden(), true);
  await tab.locator("#apply:enabled").click();
  await page.reads("refused", "expired", ["Not available any more"]);
  const text = (await live())["vinterhav.toml"];
  assert.match(text, /titles = \["vinterhav\/\*", "!vinterhav\/fjord-watch\/s1\/e01"\]/);
  assert.match(text, /id = "subscribers-fjord-watch-s1-e01"\ntitles = \["vinterhav\/fjord-watch\/s1\/e01"\]/);
  for (const [title, country, expected] of [
    [FJORD, "NO", "expired"],
    [FJORD, "DE", "expired"],
    [FJORD, "BR", "territory"],
    ["vinterhav/another", "NO", "allow"],
    ["vinterhav/another", "BR", "territory"],
    [REACTOR, "NO", "allow"],
  ]) {
    assert.equal(await outcome(title, country), expected, `${title} in ${country}`);
  }

  await tab.locator("#put-back").click();
  await page.until("it plays again", ({ state, frames }) => state === "playing" && frames > 0);
  assert.deepEqual(await live(), before);
  assert.match(await tab.locator("#editor-area").inputValue(), /titles = \["vinterhav\/\*"\]/, "and the desk has it");
  await page.close({ isRefused: true });
});

test("where nothing is above the cap, one is written, and then it holds", async () => {
  const page = await opened({ title: REACTOR, play: 1 });
  const { page: tab } = page;
  await page.plays();
  await tab.locator("#try-height").click();
  await tab.locator('#tried-height [data-act="cap"]').click();
  await tab.locator("#applied", { hasText: /Written into fathom\.toml.*concerns 2 grants/ }).waitFor();
  assert.equal((await tab.locator("#editor-area").inputValue()).match(/max_height = 360/g).length, 2);
  await tab.locator("#apply:enabled").click();
  await page.until("the cap", ({ state, height }) => state === "playing" && height === 360);
  await tab.locator("#try-height").click();
  await tab.locator('#tried-height[data-state="refused"]').waitFor();
  assert.match(await tab.locator("#tried-height").innerText(), /403 · height/);
  assert.equal(await outcome("fathom/another"), "allow");

  // What came of it was of this title and this viewer.
  await tab.locator(`#titles .card[data-title="${FJORD}"]`).click();
  await tab.locator("#tried-height:empty").waitFor({ state: "attached" });
  await page.close({ isRefused: true });
});

test("a grant that is not written as one expects is left to people", async () => {
  const written = [
    'id = "subscribers"',
    'titles = ["vinterhav/*"]',
    'territories = ["NO"]',
    "from = 2026-09-01T00:00:00Z",
    'tiers = ["*"]',
  ];
  const inOneLine = ["schema = 1", 'agreement = "vinterhav"', `grant = [{ ${written.join(", ")} }]`, ""].join("\n");
  await demo.change((files) => ({ ...files, "vinterhav.toml": inOneLine }));
  const page = await opened({ title: FJORD });
  const { page: tab } = page;
  const text = await tab.locator("#editor-area").inputValue();
  assert.match(text, /grant = \[\{/);
  for (const write of ["#write-end", "#write-cap"]) {
    await tab.locator(write).click();
    await tab.locator("#applied", { hasText: /change it by hand\. Nothing was changed/ }).waitFor();
    assert.equal(await tab.locator("#editor-area").inputValue(), text);
    assert.equal(await tab.locator("#apply").isDisabled(), true);
  }
  // And a blackout is written where one knows where.
  await tab.locator("#country").fill("somewhere");
  await tab.keyboard.press("Enter");
  await tab.locator('#decision[data-reason="territory_unknown"]').waitFor();
  await tab.locator("#write-blackout").click();
  await tab.locator("#applied", { hasText: /choose one/ }).waitFor();
  await page.close();
});

test("a rule for a title that there is not is warned of while one types", async () => {
  const page = await opened({ title: FJORD });
  const { page: tab } = page;
  const area = tab.locator("#editor-area");
  const rule = (title) =>
    ["[[blackout]]", 'id = "slip"', `titles = ["${title}"]`, 'territories = ["NO"]', "from = 2027-01-10T00:00:00Z", "until = 2027-01-11T00:00:00Z"].join("\n");
  const written = await area.inputValue();
  await area.fill(`${written}\n${rule("vinterhav/fjord-wach/s1/e01")}\n`);
  const warning = tab.locator('#problems li[data-severity="warning"]');
  await warning.first().waitFor();
  const said = await warning.allInnerTexts();
  assert.equal(said.length, 1, said.join("\n"));
  assert.match(said[0], /matches no title of the catalogue[^]*did you mean vinterhav\/fjord-watch\/s1\/e01/);
  assert.equal(await tab.locator("#apply").isEnabled(), true, "it is legal");
  await area.fill(`${written}\n${rule(FJORD)}\n`);
  await tab.locator("#policy-verdict", { hasText: "0 warnings" }).waitFor();
  await tab.locator("#undo").click();
  await page.close();
});

test("what stands in the files as an expectation is tested while one types", async () => {
  const page = await opened({ title: FJORD });
  const { page: tab } = page;
  await tab.locator("#tests-verdict", { hasText: "6 expectations hold" }).waitFor();
  const area = tab.locator("#editor-area");
  const written = await area.inputValue();
  await area.fill(written.replace('["nordics", "DE"]', '["nordics", "DE", "GB"]'));
  await tab.locator('#tests-verdict[data-state="wrong"]', { hasText: "5 of 6 expectations hold" }).waitFor();
  assert.match(await tab.locator("#failures").innerText(), /vinterhav\.toml:34[^]*GB, premium, tv[^]*expected territory, found allow/);
  await tab.locator("#failures button").click();
  assert.equal(await area.evaluate((field) => field.value.slice(0, field.selectionStart).split("\n").length), 34);
  await tab.locator("#undo").click();
  await tab.locator("#tests-verdict", { hasText: "6 expectations hold" }).waitFor();
  await page.close();
});

test("a second window follows what is put live, keeps what is written, and replaces only what it has seen", async () => {
  const first = await opened({ title: FJORD });
  const second = await opened({ title: FJORD });
  const [one, other] = [first.page, second.page];
  await one.locator("#write-cap").click();
  await one.locator("#apply:enabled").click();
  await one.locator("#applied", { hasText: "Live:" }).waitFor();
  await other.locator("#applied", { hasText: "another policy was put live" }).waitFor();
  assert.match(await other.locator("#editor-area").inputValue(), /max_height = 360/, "the text, too");
  await other.locator(`#titles .card[data-title="${FJORD}"]`, { hasText: "Up to 360 lines" }).waitFor();
  assert.equal(await other.locator("#policy-name").innerText(), await one.locator("#policy-name").innerText());

  const mine = `# mine\n${await other.locator("#editor-area").inputValue()}`;
  await other.locator("#editor-area").fill(mine);
  await other.locator("#apply:enabled").waitFor();
  await one.locator("#reset").click();
  await other.locator("#applied", { hasText: "What you have written is kept" }).waitFor();
  assert.equal(await other.locator("#editor-area").inputValue(), mine);
  await other.locator("#diff", { hasText: "changed" }).waitFor();

  // And who has not seen the other policy is told so.
  const { policy, files } = await demo.ask("GET", "/demo/policy");
  const written = { ...files, "vinterhav.toml": mine };
  const refused = await demo.fetch("/demo/policy", {
    method: "PUT",
    body: { files: written, on: policy.replace(/.$/, (last) => (last === "0" ? "1" : "0")) },
  });
  assert.equal(refused.status, 409);
  assert.match((await refused.json()).detail, /another policy live meanwhile/);
  assert.deepEqual(await live(), files, "nothing was changed");
  await other.locator("#undo").click();
  await first.close();
  await second.close();
});
