// Agreement with @eyevinn/cat on access tokens, in both directions: what one mints the other takes and reads alike,
// and both refuse the same requests, but for the differences that are named at the end.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CAT } from "@eyevinn/cat";

const folder = mkdtempSync(join(tmpdir(), "playgate-peers-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
// A fixed key, for this test only.
const secret = Buffer.from("test-only-key-of-thirty-two-bytes");
const keyFile = join(folder, "key");
writeFileSync(keyFile, secret.toString("hex"));
const otherFile = join(folder, "other");
writeFileSync(otherFile, Buffer.alloc(32, 7).toString("hex"));

const kid = "test-2026";
const peer = new CAT({ keys: { [kid]: secret }, expectCwtTag: true });
const now = Math.floor(Date.now() / 1000);
const compared = new Map();
let passed = 0;
let failed = 0;

function check(what, number, good, detail) {
  good ? passed++ : failed++;
  compared.set(what, (compared.get(what) ?? 0) + 1);
  if (!good) console.log(`FAILED ${what}, case ${number}: ${typeof detail === "string" ? detail : JSON.stringify(detail)}`);
}

function playgate(...args) {
  const done = spawnSync(process.env.PLAYGATE, args, { encoding: "utf8" });
  return done.status === 0 ? done.stdout.trim() : `exit ${done.status}: ${done.stderr.trim()}`;
}

async function peerAnswer(token, one, request) {
  const url = new URL(`https://cdn.example.com${request.path}`);
  try {
    const { error } = await peer.validate(token, "mac", { issuer: one.issuer, url, ip: request.ip });
    return error ? error.constructor.name : "valid";
  } catch (error) {
    return `throws ${error.message}`;
  }
}

function ourAnswer(token, one, request, more = []) {
  const args = ["token", "verify", token, "--key", keyFile, "--kid", kid, "--path", request.path, "--country", "NO"];
  if (request.ip) args.push("--ip", request.ip);
  if (one.issuer) args.push("--issuer", one.issuer);
  return playgate(...args, ...more);
}

// A small generator of our own, so that every run sees the same cases.
let state = 20260101;
const dice = (sides) => {
  state = (state * 1103515245 + 12345) % 2147483648;
  return (state >> 12) % sides;
};
const pick = (list) => list[dice(list.length)];

for (let number = 0; number < 120; number++) {
  const network = pick([undefined, ["203.0.113.0/24", "203.0.113.9", "203.0.114.9"], ["198.51.100.7/32", "198.51.100.7", "198.51.100.8"], ["2001:db8:1::/48", "2001:db8:1::9", "2001:db8:2::9"]]);
  const path = "/" + Array.from({ length: 1 + dice(4) }, () => pick(["vod", "live", "acme", "one", "1080p", "a_b", "x.y", "-"])).join("/") + pick(["", "/"]);
  const one = {
    issuer: dice(2) ? "playgate.example" : undefined,
    session: dice(2) ? `s-${dice(1e6)}` : undefined,
    expires: now + 60 + dice(1e7),
    notBefore: dice(2) ? now - 60 - dice(1e6) : undefined,
  };
  const below = path.endsWith("/") ? `${path}seg.m4s` : `${path}/seg.m4s`;
  const request = { path: below, ip: network?.[1] };

  // Ours to theirs.
  const args = ["token", "mint", "--key", keyFile, "--kid", kid, "--path", path, "--expires", String(one.expires)];
  if (one.issuer) args.push("--issuer", one.issuer);
  if (one.session) args.push("--session", one.session);
  if (one.notBefore) args.push("--not-before", String(one.notBefore));
  if (network) args.push("--ip", network[0]);
  if (dice(2)) args.push("--max-height", "1080");
  if (dice(2)) args.push("--country", "NO,SE");
  const ours = playgate(...args);
  const { cat } = await peer.validate(ours, "mac", { issuer: one.issuer, url: new URL(`https://h${below}`), ip: request.ip });
  const read = cat?.claims ?? {};
  const same =
    read.exp === one.expires &&
    read.nbf === one.notBefore &&
    read.iss === one.issuer &&
    (one.session === undefined || Buffer.from(read.cti, "hex").toString() === one.session) &&
    JSON.stringify(read.catu) === JSON.stringify({ path: { "prefix-match": path } }) &&
    (!args.includes("--country") || JSON.stringify(read.catgeoiso3166) === '["NO","SE"]');
  check("the peer reads what we minted", number, same, read);
  check("the peer takes what we minted", number, (await peerAnswer(ours, one, request)) === "valid", ours);

  // Theirs to ours.
  const theirs = await peer.generateFromJson(
    {
      exp: one.expires,
      catu: { path: { "prefix-match": path } },
      ...(one.notBefore && { nbf: one.notBefore }),
      ...(one.issuer && { iss: one.issuer }),
      ...(one.session && { cti: Buffer.from(one.session).toString("hex") }),
      ...(network && { catnip: [network[0]] }),
      ...(dice(2) && { catgeoiso3166: ["SE", "NO"] }),
      ...(dice(2) && { iat: now, sub: "somebody" }),
      ...(dice(2) && { catm: ["GET", "HEAD"] }),
    },
    { type: "mac", alg: "HS256", kid },
  );
  const get = ["--method", "GET"];
  const answer = JSON.parse(ourAnswer(theirs, one, request, [...get, "--json"]).replace(/^exit.*/s, "{}"));
  const understood =
    answer.outcome === "valid" && answer.expires === one.expires && answer.path === path && answer.kid === kid && answer.session === (one.session ?? null);
  check("we take and read what the peer minted", number, understood, answer);

  // Both refuse.
  for (const token of [ours, theirs]) {
    const sides = async (what, changed, code) => {
      const [we, they] = [ourAnswer(token, one, changed, get), await peerAnswer(token, one, changed)];
      check(`both refuse: ${what}`, number, we === code && they !== "valid", `${we} / ${they}`);
    };
    await sides("another path", { ...request, path: `/elsewhere${below}` }, "path");
    if (network) {
      await sides("another network", { ...request, ip: network[2] }, "ip");
      await sides("a network that is not known", { ...request, ip: undefined }, "ip_unknown");
    }
    const stranger = { ...one, issuer: "stranger.example" };
    if (one.issuer) check("both refuse: another issuer", number, ourAnswer(token, stranger, request, get) === "issuer" && (await peerAnswer(token, stranger, request)) !== "valid", token);
    const place = 20 + dice(token.length - 40);
    const damaged = token.slice(0, place) + (token[place] === "A" ? "B" : "A") + token.slice(place + 1);
    // The peer tries every key and so takes a changed key id: only our answer counts here.
    check("we refuse: one character changed", number, ourAnswer(damaged, one, request, get) !== "valid", damaged);
    const otherKey = playgate("token", "verify", token, "--key", otherFile, "--kid", kid, "--path", below);
    check("we refuse: another key of that id", number, otherKey === "bad_mac", otherKey);
    check("we refuse: a second too late", number, ourAnswer(token, one, request, [...get, "--at", String(one.expires)]) === "expired", token);
    if (one.notBefore) check("we refuse: a second too early", number, ourAnswer(token, one, request, [...get, "--at", String(one.notBefore - 1)]) === "not_yet_valid", token);
    // Where we differ: for the peer a prefix may end within a name.
    if (!path.endsWith("/")) {
      const longer = { ...request, path: `${path}0/seg.m4s` };
      const [we, they] = [ourAnswer(token, one, longer, get), await peerAnswer(token, one, longer)];
      check("we refuse, the peer does not: a longer name with the same beginning", number, we === "path" && they === "valid", `${we} / ${they}`);
    }
  }

  // The peer lets a token without an end live for ever.
  const endless = await peer.generateFromJson({ catu: { path: { "prefix-match": path } } }, { type: "mac", alg: "HS256", kid });
  check("we refuse, the peer does not: no expiry", number, ourAnswer(endless, {}, request) === "no_expiry" && (await peerAnswer(endless, {}, request)) === "valid", endless);
}

for (const [what, count] of compared) console.log(`${String(count).padStart(5)}  ${what}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
