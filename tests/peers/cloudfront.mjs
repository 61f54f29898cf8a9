// Agreement with @aws-sdk/cloudfront-signer and with Node's own crypto, on the cases of cases.py.
//
// The SDK encodes many legal characters again before it signs, so that its URLs are compared where it leaves them
// alone; its policies and cookies are compared in all cases, because there it signs what it is given.
import { execFileSync, spawnSync } from "node:child_process";
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { getSignedCookies, getSignedUrl } from "@aws-sdk/cloudfront-signer";

const rules = JSON.parse(execFileSync(".tools/peers-venv/bin/python", ["tests/peers/cases.py"], { maxBuffer: 1 << 26 }));
const compared = new Map();
let passed = 0;
let failed = 0;

function check(what, one, good, detail = "") {
  good ? passed++ : failed++;
  compared.set(what, (compared.get(what) ?? 0) + 1);
  if (!good) console.log(`FAILED ${what}, case ${one.number} (${one.kind}, ${one.key}, ${one.hash}): ${one.url}\n  ${detail}`);
}

function playgate(...args) {
  const done = spawnSync(process.env.PLAYGATE, args, { encoding: "utf8" });
  return done.status === 0 ? done.stdout.trim() : `exit ${done.status}: ${done.stderr.trim()}`;
}

const decode = (text) => Buffer.from(text.replaceAll("-", "+").replaceAll("_", "=").replaceAll("~", "/"), "base64");

// The SDK writes the same parameters in another order.
function parts(url) {
  const [base, query] = [url.slice(0, url.indexOf("?")), url.slice(url.indexOf("?") + 1)];
  return JSON.stringify([base, query.split("&").sort()]);
}

for (const one of rules.cases) {
  const [type, file] = rules.keys[one.key];
  const common = {
    keyPairId: rules.keyPairId,
    privateKey: readFileSync(file, "utf8"),
    algorithm: one.hash === "sha256" ? "SHA256" : "SHA1",
  };
  const times = {
    dateLessThan: new Date(one.expires * 1000).toISOString(),
    ...(one.starts && { dateGreaterThan: new Date(one.starts * 1000).toISOString() }),
    ...(one.ip && { ipAddress: one.ip }),
  };
  const withoutSignature = (url) => parts(url.replace(/Signature=[^&]*/, "Signature="));
  const ours = playgate(...one.sign);
  const parameters = new Map(ours.slice(ours.indexOf("?") + 1).split("&").map((pair) => pair.split(/=(.*)/s, 2)));
  const policy = parameters.has("Policy") ? decode(parameters.get("Policy")).toString() : undefined;

  // A custom policy for something wider than the URL is handed to the SDK as text.
  const asked = one.resource ? { url: one.url, policy, ...common } : { url: one.url, ...times, ...common };
  const theirs = getSignedUrl(asked);
  if (one.plain) {
    const same = type === "rsa" ? parts(ours) === parts(theirs) : withoutSignature(ours) === withoutSignature(theirs);
    check(`SDK: same URL${type === "rsa" ? "" : " but for the random signature"}`, one, same, `ours   ${ours}\n  theirs ${theirs}`);
    check("we allow the URL that the SDK signed", one, playgate(...one.verify.map((a) => (a === "URL" ? theirs : a))) === "allowed", theirs);
  }

  const cookies = JSON.parse(playgate(...one.cookies));
  const theirCookies = one.resource
    ? getSignedCookies({ policy, ...common })
    : getSignedCookies({ url: one.url, ...times, ...common });
  const names = (set) => Object.keys(set).sort().join();
  check("SDK: same names of cookies", one, names(cookies) === names(theirCookies), `${names(cookies)} / ${names(theirCookies)}`);
  for (const name of Object.keys(theirCookies)) {
    if (name === "CloudFront-Signature" && type !== "rsa") continue;
    check(`SDK: same cookie ${name}`, one, cookies[name] === String(theirCookies[name]), `${cookies[name]} / ${theirCookies[name]}`);
  }
  const header = Object.entries(theirCookies).map(([name, value]) => `${name}=${value}`).join("; ");
  const verifyCookies = one.verify.map((argument) => (argument === "url" ? "cookies" : argument === "URL" ? one.url : argument));
  check("we allow the SDK's cookies", one, playgate(...verifyCookies, "--cookie", header) === "allowed", header);

  const message = policy ?? `{"Statement":[{"Resource":"${one.url}","Condition":{"DateLessThan":{"AWS:EpochTime":${one.expires}}}}]}`;
  const key = createPublicKey(readFileSync(rules.public[type]));
  const good = verify(one.hash, Buffer.from(message), key, decode(parameters.get("Signature") ?? ""));
  check("Node's crypto verifies what we signed", one, good);
}

for (const [what, count] of compared) console.log(`${String(count).padStart(5)}  ${what}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
