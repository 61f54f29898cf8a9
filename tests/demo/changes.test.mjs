// What the desk writes for somebody: into text as editors have it, and nothing where it does not understand it. No browser is needed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { freshLines, withValueFor, withoutTitleIn } from "../../demo/page/amendments.js";
import { capped, ended } from "../../demo/page/changes.js";
import { tablesIn } from "../../demo/page/policy-text.js";

const TITLE = "acme/film";
const UNTIL = { id: "svod", title: TITLE, key: "until", value: "2026-11-22T00:00:00Z" };
const CAP = { id: "svod", title: TITLE, key: "max_height", value: "360" };

/** A file with one grant; `titles` and what follows are as given. */
const file = (titles, rest = "") =>
  `schema = 1\nagreement = "acme"\n\n[[grant]] # of 2026\nid = "svod"\ntitles = ${titles}\nterritories = ["NO"]\nfrom = 2026-01-01T00:00:00Z\ntiers = ["*"]\n${rest}`;

/** A grant that was copied for the title, as it reads. */
const copy = (lines) =>
  `\n[[grant]] # of 2026\nid = "svod-film"\ntitles = ["acme/film"]\nterritories = ["NO"]\nfrom = 2026-01-01T00:00:00Z\n${lines}\n`;

const BLACKOUT = '\n[[blackout]]\nid = "svod"\ntitles = ["acme/film"]\n';

test("a grant of the title alone gets the value, one of others leaves it out and is copied", () => {
  const until = 'until = 2026-11-22T00:00:00Z\ntiers = ["*"]';
  for (const [before, change, after] of [
    [file('["acme/film"]'), UNTIL, file('["acme/film"]').replace("tiers", "until = 2026-11-22T00:00:00Z\ntiers")],
    [
      file('["acme/film"]', "until = 2027-01-01 # for a year\n"),
      UNTIL,
      file('["acme/film"]', "until = 2026-11-22T00:00:00Z # for a year\n"),
    ],
    [
      file("['acme/film', '!acme/film/trailer']"),
      CAP,
      file("['acme/film', '!acme/film/trailer']", "max_height = 360\n"),
    ],
    [file('["acme/*"]'), UNTIL, file('["acme/*", "!acme/film"]') + copy(until)],
    [file('["*"]'), UNTIL, file('["*", "!acme/film"]') + copy(until)],
    [file('["acme/film", "acme/other",]'), UNTIL, file('["acme/film", "acme/other", "!acme/film",]') + copy(until)],
    [
      file('["acme/*"]', "max_height = 1080 # HD\n"),
      CAP,
      file('["acme/*", "!acme/film"]', "max_height = 1080 # HD\n") + copy('tiers = ["*"]\nmax_height = 360 # HD'),
    ],
    // Over several lines, with remarks, brackets and quotation marks in them.
    [
      file('[\n  "acme/film", # "a]" and more\n  "acme/other" # the last\n]'),
      UNTIL,
      file('[\n  "acme/film", # "a]" and more\n  "acme/other", # the last\n  "!acme/film"\n]') + copy(until),
    ],
    [file('[ # ours\n    "acme/*",\n]'), UNTIL, file('[ # ours\n    "acme/*",\n    "!acme/film",\n]') + copy(until)],
    [file('[\n  "acme/*"]'), UNTIL, file('[\n  "acme/*", "!acme/film"]') + copy(until)],
    // What follows is left as it is.
    [file('["acme/*"]', BLACKOUT), UNTIL, file('["acme/*", "!acme/film"]') + copy(until) + BLACKOUT],
  ]) {
    assert.equal(withValueFor(before, change), after, before);
  }
});

test("an id that is taken is not given again, and a copy is changed rather than copied once more", () => {
  const taken = '\n[[grant]]\nid = "svod-film"\ntitles = ["acme/series"]\n';
  const first = withValueFor(file('["acme/*"]', taken), CAP);
  assert.match(first, /id = "svod-film-2"\ntitles = \["acme\/film"\][^]*max_height = 360/);
  const second = withValueFor(first, UNTIL);
  assert.equal(tablesIn(second).length, 3, "no further copy");
  assert.match(second, /id = "svod-film-2"[^]*until = 2026-11-22T00:00:00Z\n/);
  assert.equal(second.match(/until/g).length, 1, "and only the copy ends");
});

test("what is not understood is not changed", () => {
  for (const text of [
    "",
    file("[]"),
    file('"acme/*"'),
    file('["acme/*", 5]'),
    file('[["acme/*"]]'),
    file('["acme/*"'),
    file('{ all = "acme/*" }'),
    file('["acme/*"]').replace('id = "svod"', 'id = "other"'),
    file('["acme/*"]').replace("[[grant]]", "[[blackout]]"),
    file('["acme/*"]').replace("[[grant]]", "[grant.one]"),
    'schema = 1\nagreement = "acme"\ngrant = [{ id = "svod", titles = ["acme/*"] }]\n',
    `description = """\n${file('["acme/*"]')}"""\n`,
  ]) {
    assert.equal(withValueFor(text, UNTIL), null, text);
    assert.equal(withoutTitleIn(text, UNTIL), null, text);
  }
  assert.equal(withoutTitleIn(file('["acme/film"]'), UNTIL), null, "nothing would be left");
});

/** A rule as `playgate policy explain` says it. */
const rule = (id, failed = null, kind = "grant") => ({ rule: `acme/${id}`, kind, matches: failed === null, failed });

test("all that lets a viewer in is ended, or nothing is", () => {
  const at = Date.parse("2026-11-22T00:00:00Z") / 1000;
  const later = file('["acme/*"]').replace('"svod"', '"spring"').replace("2026-01-01", "2027-03-01");
  const both = file('["acme/*"]') + later.slice(later.indexOf("\n[[grant]]"));
  const one = ended(
    { "a.toml": both },
    { title: TITLE, explained: { rules: [rule("svod"), rule("spring", "window")] } },
    at,
  );
  assert.equal(one.file, "a.toml");
  assert.equal(one.files["a.toml"].match(/"!acme\/film"/g).length, 2, "what would begin in spring leaves it out, too");
  assert.match(one.files["a.toml"], /id = "svod-film"[^]*until = 2026-11-22T00:00:00Z/);
  assert.doesNotMatch(one.files["a.toml"], /spring-film/);
  const again = ended(one.files, { title: TITLE, explained: { rules: [rule("svod"), rule("spring", "window")] } }, at);
  assert.deepEqual(again.files, one.files, "twice is once");

  const alone = both.replaceAll('["acme/*"]', '["acme/film"]');
  const rest = ended(
    { "a.toml": alone },
    { title: TITLE, explained: { rules: [rule("svod"), rule("spring", "window")] } },
    at,
  );
  assert.match(rest.said, /begins again with `acme\/spring`/);

  for (const [files, rules, problem] of [
    [{ "a.toml": both }, [], /No grant lets this viewer in/],
    [{ "a.toml": both }, [rule("svod", "tier"), rule("x", null, "blackout")], /No grant lets this viewer in/],
    [{ "a.toml": both }, [rule("svod"), rule("gone")], /`acme\/gone` is written in a way/],
    [{ "a.toml": file('["acme/*"') }, [rule("svod")], /change it by hand\. Nothing was changed/],
    [{ "a.toml": file('["acme/*"') }, [rule("svod", "window")], /change it by hand/],
    [{}, [rule("svod")], /change it by hand/],
  ]) {
    const said = ended(files, { title: TITLE, explained: { rules } }, at);
    assert.match(said.problem ?? "", problem);
    assert.equal(said.files, undefined);
  }
});

test("every grant that lets a viewer in with more is capped", () => {
  for (const [rest, expected] of [
    ["", /max_height = 360/],
    ["max_height = 1080\n", /max_height = 360/],
    ["max_height = 361\n", /max_height = 360/],
  ]) {
    const { files } = capped(
      { "a.toml": file('["acme/film"]', rest) },
      { title: TITLE, explained: { rules: [rule("svod")] } },
    );
    assert.match(files["a.toml"], expected);
  }
  for (const cap of [1, 240, 360]) {
    const files = { "a.toml": file('["acme/film"]', `max_height = ${cap}\n`) };
    const { problem } = capped(files, { title: TITLE, explained: { rules: [rule("svod")] } });
    assert.match(problem, /already/);
  }
});

test("what was written is marked, and nothing else", () => {
  for (const [before, after, expected] of [
    ["a\nb", "a\nb", []],
    ["a\nb\nc", "a\nx\nc", [2]],
    ["a\nb\nc", "a\nx\nb\ny\nc", [2, 4]],
    ["a\nc", "a\nb\nb\nc", [2, 3]],
    ["a\nb\nc", "a\nc", []],
    ["", "a", [1]],
  ]) {
    assert.deepEqual(freshLines(before, after), expected, `${before} → ${after}`);
  }
});
