// The peers, in the same process and with the same inputs.
import { verify } from "node:crypto";
import { createRequire } from "node:module";
import { JwtVerifier } from "aws-jwt-verify";
import { is, originRequest } from "./ours.mjs";
import { handler as plain } from "./plain.mjs";
import { secured, ticket } from "./secured.mjs";
import { AUDIENCE, ISSUER, KID, LOGINS, MANIFEST, SEGMENT, TITLE, TOKEN_ISSUER } from "./world.mjs";

const { CAT } = createRequire(import.meta.url)("@eyevinn/cat");

/** The names of peers, by which expectations speak of them. */
export const RS256 = "bare RS256 check, Node's crypto.verify";
export const ES256 = "bare ES256 check, Node's crypto.verify";
export const AWS = "aws-jwt-verify alone, verifySync";
export const TWO_HMACS = "function with HS256 JWT and session HMAC";
export const PLAIN = "plain Lambda function, no authentication";
export const PLAIN_REFUSAL = "plain Lambda function, refusal";
export const PLAIN_JSON = "plain Lambda function, JSON text both ways";
export const CAT_NAME = "@eyevinn/cat";

/** The candidates; `token` is one that the edge minted. */
export async function candidates(world, token) {
  const turns = (list, work) => {
    let turn = 0;
    return () => work(list[turn++ % LOGINS]);
  };
  const { rsa, logins, elliptic } = world;
  const p256 = { key: world.p256, dsaEncoding: "ieee-p1363" };
  const verifier = JwtVerifier.create({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}/.well-known/jwks.json` });
  verifier.cacheJwks(world.jwks);
  const holds = (result) => is(result === true, "a good signature does not hold");
  const read = (claims) => is(claims.iss === ISSUER && claims["custom:subscription_tier"] === "premium", claims);
  return [
    { name: RS256, call: turns(logins, ({ message, signature }) => verify("sha256", message, rsa, signature)), check: holds },
    { name: ES256, call: turns(elliptic, ({ message, signature }) => verify("sha256", message, p256, signature)), check: holds },
    { name: AWS, call: turns(logins, ({ jwt }) => verifier.verifySync(jwt)), check: read },
    await cat(world, token),
    twoHmacs(world),
    ...plainOnes(),
  ];
}

/** @eyevinn/cat with our token; with one of its own and the same claims, if it does not take ours. */
async function cat({ secret }, token) {
  const url = new URL(`https://media.example.com${SEGMENT}`);
  for (const expectCwtTag of [false, true]) {
    const validator = new CAT({ keys: { [KID]: secret }, expectCwtTag });
    const call = (shown) => () => validator.validate(shown, "mac", { issuer: TOKEN_ISSUER, audience: ["media"], url });
    try {
      const { cat, error } = await call(token)();
      if (cat && !error) return { name: `${CAT_NAME}, the token that the edge minted`, isAsync: true, call: call(token), check: valid };
    } catch {
      // The next way, or its own token.
    }
  }
  const validator = new CAT({ keys: { [KID]: secret } });
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: TOKEN_ISSUER, aud: "media", sub: "viewer", iat: now, exp: now + 14_400, cti: "00112233445566778899aabbccddeeff" };
  const scope = { catu: { path: { "prefix-match": `/vod/${TITLE}/` } }, catgeoiso3166: ["NO"] };
  const own = await validator.generateFromJson({ ...claims, ...scope }, { type: "mac", alg: "HS256", kid: KID });
  const call = () => validator.validate(own, "mac", { issuer: TOKEN_ISSUER, audience: ["media"], url });
  return { name: `${CAT_NAME}, a token of its own with such claims`, isAsync: true, call, check: valid };
}

function valid({ cat, error }) {
  is(cat !== undefined && error === undefined, `@eyevinn/cat: ${error}`);
}

function twoHmacs({ secret }) {
  const now = Math.floor(Date.now() / 1000);
  const { headers, clientIp: ip } = originRequest(SEGMENT).Records[0].cf.request;
  const one = (name) => ({ value: headers[name][0].value });
  const names = ["host", "user-agent", "origin", "accept-encoding", "cloudfront-viewer-country", "cloudfront-is-desktop-viewer"];
  const hex = secret.toString("hex");
  const shown = ticket({
    session: "5f1c7a0e9b2d4c68",
    kid: KID,
    secret: hex,
    claims: { iat: now, nbf: now - 60, exp: now + 14_400, paths: [`/vod/${TITLE}/`], countries: ["NO"], co: true, ua: true },
    tied: `NO${headers["user-agent"][0].value}`,
  });
  const uri = `/${shown}${SEGMENT}`;
  const request = { method: "GET", uri, querystring: {}, headers: Object.fromEntries(names.map((name) => [name, one(name)])), cookies: {} };
  const event = { version: "1.0", context: { eventType: "viewer-request" }, viewer: { ip }, request };
  const handler = secured({ [KID]: hex });
  const call = () => {
    request.uri = uri;
    return handler(event);
  };
  // Both HMACs count: with either of them changed nothing goes through.
  const check = (result) => {
    is(result.uri === SEGMENT, result);
    const other = { ...event, request: { ...request, uri, headers: { ...request.headers, "user-agent": { value: "another" } } } };
    is(handler(other).statusCode === 401, "a ticket holds for another viewer");
    is(handler({ ...event, request: { ...request, uri: uri.replace(/.(?=\/vod)/, "~") } }).statusCode === 401, "a bad ticket holds");
  };
  return { name: TWO_HMACS, call, check };
}

function plainOnes() {
  const forward = originRequest(MANIFEST);
  const refusal = originRequest(MANIFEST, { country: "US" });
  const text = JSON.stringify(originRequest(MANIFEST));
  const request = forward.Records[0].cf.request;
  const forwarded = (result) => is(result.uri === MANIFEST && result.headers["x-viewer-country"][0].value === "NO", result);
  const call = () => {
    request.uri = MANIFEST;
    return plain(forward);
  };
  const jsonCall = async () => JSON.stringify(await plain(JSON.parse(text)));
  return [
    { name: PLAIN, isAsync: true, call, check: forwarded },
    { name: PLAIN_REFUSAL, isAsync: true, call: () => plain(refusal), check: (result) => is(result.status === "403", result) },
    { name: PLAIN_JSON, isAsync: true, call: jsonCall, check: (text) => forwarded(JSON.parse(text)) },
  ];
}
