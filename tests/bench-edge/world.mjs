// The worlds that are measured: made new at each run with `playgate edge build`, with keys that nobody else has.
import { execFileSync } from "node:child_process";
import { generateKeyPairSync, randomBytes, randomUUID, sign } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";

const ROOT = new URL("../../", import.meta.url);
/** Everything that a run makes. */
export const MADE = new URL("target/bench-edge/", ROOT);
/** How many logins there are: far more than the edge remembers, so that each is new when its turn comes again. */
export const LOGINS = 2_000;

export const ISSUER = "https://login.example.com/pool";
export const AUDIENCE = "tv-app";
export const TOKEN_ISSUER = "https://edge.example.com";
export const KID = "bench-2026";
export const TITLE = "acme/harbour/s01/e03";
export const SEGMENT = `/vod/${TITLE}/1080p/seg-00042.m4s`;
export const MANIFEST = `/vod/${TITLE}/master.m3u8`;
export const COUNTRIES = ["SE", "NO", "DK", "FI", "IS", "DE", "AT", "CH"];

/** Builds all worlds, and makes what their viewers bring along. */
export function build(playgate) {
  rmSync(MADE, { recursive: true, force: true });
  const source = new URL("source/", MADE);
  mkdirSync(source, { recursive: true });

  const secret = randomBytes(32);
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwks = { keys: [{ ...rsa.publicKey.export({ format: "jwk" }), kid: "login-1", use: "sig", alg: "RS256" }] };
  writeFileSync(new URL("login.jwks.json", source), JSON.stringify(jwks));
  writeFileSync(new URL("token.hex", source), secret.toString("hex"), { mode: 0o600 });

  policies("policies/", []);
  policies("policies-large/", manyTitles());
  const folders = {};
  for (const [name, delivery, from] of [
    ["path", "path", "policies/"],
    ["none", "none", "policies/"],
    ["large", "path", "policies-large/"],
  ]) {
    const config = new URL(`${name}.toml`, source);
    writeFileSync(config, configuration(delivery));
    folders[name] = new URL(`${name}/`, MADE);
    const parts = ["edge", "build", "--config", config.pathname, "--policies", new URL(from, source).pathname];
    execFileSync(playgate, [...parts, "--target", "lambda", "-o", folders[name].pathname], { stdio: "pipe" });
  }

  const now = Math.floor(Date.now() / 1000);
  const logins = Array.from({ length: LOGINS }, (_, number) => {
    const signing = `${encoded({ alg: "RS256", kid: "login-1", typ: "JWT" })}.${encoded(claims(now, number))}`;
    const signature = sign("sha256", signing, rsa.privateKey);
    return { jwt: `${signing}.${signature.toString("base64url")}`, message: Buffer.from(signing), signature };
  });
  const elliptic = logins.map(({ message }) => ({
    message,
    signature: sign("sha256", message, { key: p256.privateKey, dsaEncoding: "ieee-p1363" }),
  }));
  return { folders, secret, jwks, rsa: rsa.publicKey, p256: p256.publicKey, logins, elliptic };

  function policies(folder, files) {
    mkdirSync(new URL(folder, source), { recursive: true });
    for (const [name, text] of [["studio.toml", POLICY], ...files]) writeFileSync(new URL(folder + name, source), text);
  }
}

/** The claims of a login, as many as a Cognito pool writes. */
function claims(now, number) {
  return {
    sub: randomUUID(),
    "cognito:groups": ["household"],
    email_verified: true,
    "custom:subscription_tier": "premium",
    iss: ISSUER,
    "cognito:username": `viewer-${number}`,
    origin_jti: randomUUID(),
    aud: AUDIENCE,
    event_id: randomUUID(),
    token_use: "id",
    auth_time: now - 60,
    exp: now + 86_400,
    iat: now - 60,
    jti: randomUUID(),
    email: `viewer-${number}@example.com`,
  };
}

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

const configuration = (delivery) => `schema = 1

[tokens]
delivery = "${delivery}"
lifetime = 14400
issuer = "${TOKEN_ISSUER}"
audience = "media"

[[tokens.key]]
kid = "${KID}"
file = "token.hex"

[[login]]
issuer = "${ISSUER}"
audience = ["${AUDIENCE}", "web-app"]
keys = "login.jwks.json"
token_use = ["id", "access"]
tier_claim = "custom:subscription_tier"
groups_claim = "cognito:groups"

[cors]
origins = ["https://tv.example.com"]
credentials = true
`;

const POLICY = `schema = 1
agreement = "acme"

[groups]
nordics = ["SE", "NO", "DK", "FI", "IS"]
german = ["DE", "AT", "CH"]

[[grant]]
id = "premium"
titles = ["acme/*", "!acme/pilot"]
territories = ["nordics", "german"]
from = 2026-01-01T00:00:00Z
tiers = ["premium"]
max_height = 2160

[[grant]]
id = "family"
titles = ["acme/*", "!acme/pilot"]
territories = ["nordics", "german", "!DK"]
from = 2026-01-01T00:00:00Z
tiers = ["family"]
max_height = 1080

[[grant]]
id = "harbour"
titles = ["acme/harbour/*"]
territories = ["NO", "SE"]
from = 2026-01-01T00:00:00Z
tiers = ["free"]
devices = ["mobile", "tablet"]
max_height = 720

[[blackout]]
id = "derby"
titles = ["live/derby"]
territories = ["GB-MAN"]
from = 2026-05-01T14:00:00Z
until = 2026-05-01T17:00:00Z
message = "Shown on local television"
`;

/** Policy files that name so many titles that the bundle has about a megabyte. */
function manyTitles() {
  return Array.from({ length: 20 }, (_, file) => {
    let text = `schema = 1\nagreement = "catalogue-${file}"\n`;
    for (let grant = 0; grant < 50; grant++) {
      const titles = Array.from({ length: 50 }, (_, title) => `"catalogue-${file}/series-${grant}/episode-${title}"`);
      text += `\n[[grant]]\nid = "g-${grant}"\ntitles = [${titles.join(", ")}]\nterritories = ["SE", "NO", "DE"]\n`;
      text += `from = 2026-01-01T00:00:00Z\ntiers = ["premium", "family"]\nmax_height = ${grant % 2 ? 1080 : 2160}\n`;
    }
    return [`catalogue-${file}.toml`, text];
  });
}
