// The peer: the same grant with Express 5, aws-jwt-verify and @aws-sdk/cloudfront-signer. Every advantage is its own: no store,
// no log, no metrics, no policy to decide by but two sets for each title; streams are counted in this process's memory, and in
// a cluster each process counts for itself. node peer.mjs PROCESSES; REMEMBER=1 lets it keep signatures as Playgate does.
import cluster from "node:cluster";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { getSignedCookies } from "@aws-sdk/cloudfront-signer";
import { JwtVerifier } from "aws-jwt-verify";
import express from "express";
import { API, AUDIENCE, ISSUER, KEY_PAIR, LIFETIME, MADE, MEDIA, STREAMS, WINDOW } from "./world.mjs";

const processes = Number(process.argv[2]);
const remembers = process.env.REMEMBER === "1";

if (processes > 1 && cluster.isPrimary) {
  let listening = 0;
  cluster.on("listening", (_, { port }) => {
    listening += 1;
    if (listening === processes) console.log(`127.0.0.1:${port}`);
  });
  for (let number = 0; number < processes; number++) cluster.fork();
} else {
  const server = application().listen(0, "127.0.0.1", () => {
    if (!cluster.isWorker) console.log(`127.0.0.1:${server.address().port}`);
  });
  server.keepAliveTimeout = 600_000;
}

function application() {
  const read = (name) => readFileSync(new URL(name, MADE), "utf8");
  const privateKey = read("cloudfront.pem");
  const grant = { territories: new Set(["SE", "NO", "DK", "FI", "IS", "DE"]), tiers: new Set(["premium", "family"]), maxStreams: STREAMS };
  const grants = new Map(JSON.parse(read("titles.json")).map((title) => [title, grant]));
  const verifier = JwtVerifier.create({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}/.well-known/jwks.json` });
  verifier.cacheJwks(JSON.parse(read("login.jwks.json")));
  const accounts = new Map();
  const signatures = new Map();

  function cookies(resource, expires) {
    const policy = JSON.stringify({ Statement: [{ Resource: resource, Condition: { DateLessThan: { "AWS:EpochTime": expires } } }] });
    const known = remembers && signatures.get(policy);
    if (known) return known;
    const made = getSignedCookies({ keyPairId: KEY_PAIR, privateKey, policy, algorithm: "SHA256" });
    if (remembers) signatures.set(policy, made);
    return made;
  }

  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.use(express.json());
  app.post("/v1/playback", async (request, response) => {
    const [scheme, login] = (request.headers.authorization ?? "").split(" ");
    if (scheme !== "Bearer") return response.status(401).json({ reason: "no_credentials" });
    let claims;
    try {
      claims = await verifier.verify(login);
    } catch (problem) {
      return response.status(401).json({ reason: problem.name });
    }
    const { title, device } = request.body;
    const right = grants.get(title);
    if (!right) return response.status(404).json({ reason: "unknown_title" });
    if (!right.territories.has(request.headers["cloudfront-viewer-country"])) return response.status(451).json({ reason: "territory" });
    if (!right.tiers.has(claims["custom:subscription_tier"])) return response.status(403).json({ reason: "tier" });

    const now = Math.floor(Date.now() / 1000);
    const streams = (accounts.get(claims.sub) ?? []).filter(({ until }) => until > now);
    if (streams.length >= right.maxStreams) return response.status(403).json({ reason: "concurrency" });
    const session = randomUUID();
    streams.push({ session, title, device, until: now + 90 });
    accounts.set(claims.sub, streams);

    const until = Math.min(now + LIFETIME, claims.exp);
    const expires = remembers ? until - (until % WINDOW) : until;
    const path = `/vod/${title}/`;
    for (const [name, value] of Object.entries(cookies(`${MEDIA}${path}*`, expires))) {
      response.append("set-cookie", `${name}=${value}; Path=${path}; Secure; HttpOnly; SameSite=None`);
    }
    response.set("cache-control", "no-store");
    return response.json({
      session,
      title,
      delivery: "cookie",
      url: `${MEDIA}${path}master.m3u8`,
      expires_at: new Date(expires * 1000).toISOString(),
      heartbeat: { url: `${API}/v1/playback/${session}/heartbeat`, every: 30 },
    });
  });
  return app;
}
