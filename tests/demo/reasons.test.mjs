// Each reason of docs/refusals.md is said in words. No browser is needed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { REASONS, reasonWithin, reasonWords } from "../../demo/page/reasons.js";

const DOCUMENT = readFileSync(new URL("../../docs/refusals.md", import.meta.url), "utf8");

/** The codes in the first column of the document's tables. */
const CODES = DOCUMENT.split("\n")
  .filter((line) => line.startsWith("| `"))
  .flatMap((line) => [...line.split("|")[1].matchAll(/`([^`]+)`/g)].map(([, code]) => code));

test("no reason is shown as its code", () => {
  assert.ok(CODES.length > 80, `${CODES.length} reasons`);
  for (const code of CODES) {
    const words = reasonWords(code);
    assert.ok(code in REASONS, code);
    assert.match(words, /^[A-Z][A-Za-z ]+$/, code);
    assert.ok(words.length <= 40, `${code}: ${words}`);
  }
});

test("only what can be a reason is said", () => {
  const others = Object.keys(REASONS).filter((code) => !CODES.includes(code));
  assert.deepEqual(others, ["unreachable", "media", "AccessDenied"], "the page's own, and CloudFront's");
});

test("a reason that nobody knows reads as its code", () => {
  for (const [code, words, within] of [
    ["some_new-one", "Some new one", "some new one"],
    ["", "", ""],
    [null, "", ""],
    [undefined, "", ""],
    ["territory", "Not in this country", "not in this country"],
  ]) {
    assert.equal(reasonWords(code), words);
    assert.equal(reasonWithin(code), within);
  }
});
