// What is measured: one policy of 1,000 rules, 5,000 titles, keys, and logins of accounts that nobody has seen. Made new at each
// run, with keys that nobody else has; the store is filled once, through the API, and copied for each server.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";

const ROOT = new URL("../../", import.meta.url);
/** Everything that a run makes. */
export const MADE = new URL("target/bench-origin/", ROOT);

export const ISSUER = "https://login.example.com/pool";
export const AUDIENCE = "tv-app";
export const MEDIA = "https://media.example.com";
export const API = "https://api.example.com";
export const KEY_PAIR = "K2JCJMDEHXQW5F";
/** The title of the premiere. */
export const PREMIERE = "acme/premiere";
/** A title of which an account may watch one stream: its last place is taken at once, and leases are short. */
export const TIGHT = "acme/tight";
export const STREAMS = 3;
/** For how long a cookie holds, and to what its end is rounded down: signatures are shared within. */
export const LIFETIME = 4 * 3600;
export const WINDOW = 300;
/** A lease of an account whose places are all taken lasts so long, and a heartbeat writes in its second half. */
export const SHORT_LEASE = 10;

const SERIES = 996;
const EPISODES = 5;
const EXTRAS = 18;
/** As many titles have a key of their own. */
const KEYED = 50;
const PROXY = "bench-only proxy secret";
const PACKAGER = "bench-only password of a packager";

/** Makes the folder, and as many logins: first those that are measured with, then those for warming up. */
export function build({ logins, warm }) {
  rmSync(MADE, { recursive: true, force: true });
  mkdirSync(new URL("policies/", MADE), { recursive: true });
  const put = (name, content) => writeFileSync(new URL(name, MADE), content, { mode: 0o600 });

  const login = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const cloudfront = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwks = { keys: [{ ...login.publicKey.export({ format: "jwk" }), kid: "login-1", use: "sig", alg: "RS256" }] };
  put("login.jwks.json", JSON.stringify(jwks));
  put("cloudfront.pem", cloudfront.privateKey.export({ type: "pkcs8", format: "pem" }));
  for (const name of ["session.hex", "token.hex", "master.hex"]) put(name, randomBytes(32).toString("hex"));
  put("proxy.txt", PROXY);
  put("packager.txt", PACKAGER);
  put("serve.toml", CONFIGURATION);
  for (const [name, text] of policies()) put(`policies/${name}`, text);

  const titles = [PREMIERE, TIGHT];
  for (let extra = 0; extra < EXTRAS; extra++) titles.push(`acme/extra-${extra}`);
  for (let series = 0; series < SERIES; series++) {
    for (let episode = 1; episode <= EPISODES; episode++) titles.push(`${folderOf(series)}/e0${episode}`);
  }
  put("titles.json", JSON.stringify(titles));
  const keyed = titles.slice(-KEYED).map((title) => ({ title, kid: randomBytes(16).toString("hex") }));

  const now = Math.floor(Date.now() / 1000);
  const signed = (name, more = {}) => {
    const text = `${encoded({ alg: "RS256", kid: "login-1", typ: "JWT" })}.${encoded({ ...claims(now, name), ...more })}`;
    return `${text}.${sign("sha256", text, login.privateKey).toString("base64url")}`;
  };
  const all = Array.from({ length: logins + warm }, (_, number) => signed(`viewer-${number}`));
  return {
    titles,
    keyed,
    logins: all.slice(0, logins),
    warm: all.slice(logins),
    // Several: one account may not send as much in a minute as a store is filled with.
    admins: Array.from({ length: 20 }, (_, number) => signed(`admin-${number}`, { "cognito:groups": ["playgate-admin"] })),
  };
}

/** A request, as bytes; it comes through the CDN, which says from where. */
export function request(method, path, { login, body, type = "application/json", more = {} } = {}) {
  const headers = {
    host: "api.example.com",
    "user-agent": "Mozilla/5.0 (SMART-TV; Linux; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/8.0 TV Safari/537.36",
    origin: "https://tv.example.com",
    "x-playgate-proxy": PROXY,
    "cloudfront-viewer-country": "NO",
    "cloudfront-viewer-address": "203.0.113.9:4711",
    ...more,
  };
  if (login) headers.authorization = `Bearer ${login}`;
  if (body !== undefined) headers["content-type"] = type;
  if (body !== undefined || method === "POST") headers["content-length"] = Buffer.byteLength(body ?? "");
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`);
}

/** A request to play. */
export const grant = (login, title, delivery) =>
  request("POST", "/v1/playback", { login, body: JSON.stringify({ title, device: "tv", delivery }) });

/** A packager's request for the key of a title. */
export function packaging({ title, kid }) {
  const uuid = kid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  const body = `<?xml version="1.0" encoding="UTF-8"?>
<cpix:CPIX contentId="${title}" version="2.3" xmlns:cpix="urn:dashif:org:cpix" xmlns:pskc="urn:ietf:params:xml:ns:keyprov:pskc">
  <cpix:ContentKeyList><cpix:ContentKey kid="${uuid}" commonEncryptionScheme="cbc1"></cpix:ContentKey></cpix:ContentKeyList>
  <cpix:DRMSystemList>
    <cpix:DRMSystem kid="${uuid}" systemId="3ea8778f-7742-4bf9-b18b-e834b2acbd47">
      <cpix:HLSSignalingData playlist="media"/>
      <cpix:HLSSignalingData playlist="master"></cpix:HLSSignalingData>
    </cpix:DRMSystem>
  </cpix:DRMSystemList>
  <cpix:ContentKeyUsageRuleList><cpix:ContentKeyUsageRule kid="${uuid}" intendedTrackType="ALL">
    <cpix:AudioFilter/><cpix:VideoFilter/>
  </cpix:ContentKeyUsageRule></cpix:ContentKeyUsageRuleList>
</cpix:CPIX>`;
  const authorization = `Basic ${Buffer.from(`packager:${PACKAGER}`).toString("base64")}`;
  return request("POST", "/v1/speke", { body, type: "application/xml", more: { authorization, "x-speke-version": "2.0" } });
}

/** What an administrator writes about a title. */
export function described(title, kid) {
  const heights = [360, 480, 720, 1080, 1440, 2160];
  return {
    name: `The title that is called ${title}`,
    description: "A harbour town, a ship that nobody expected, and a captain who says nothing. ".repeat(3).trim(),
    seconds: 3_120,
    renditions: heights.map((height) => ({ height, bandwidth: height * 4_000, codecs: "avc1.640028,mp4a.40.2" })),
    artwork: ["poster", "backdrop"].map((role) => ({ url: `${MEDIA}/art/${title}/${role}.jpg`, role, width: 1000, height: 1500 })),
    ...(kid ? { keys: [kid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")] } : {}),
    metadata: { genre: "drama", language: "nb" },
  };
}

const folderOf = (series) => `catalogue-${Math.floor(series / 50)}/series-${series % 50}`;
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** The claims of a login, as many as a Cognito pool writes. */
function claims(now, name) {
  const id = () => randomBytes(16).toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return {
    sub: id(),
    "cognito:groups": ["household"],
    email_verified: true,
    "custom:subscription_tier": "premium",
    iss: ISSUER,
    "cognito:username": name,
    origin_jti: id(),
    aud: AUDIENCE,
    event_id: id(),
    token_use: "id",
    auth_time: now - 60,
    exp: now + 86_400,
    iat: now - 60,
    jti: id(),
    email: `${name}@example.com`,
  };
}

/** 1,000 rules: one for each series, three more, and a blackout. */
function policies() {
  const files = [["acme.toml", ACME]];
  for (let file = 0; file * 50 < SERIES; file++) {
    let text = `schema = 1\nagreement = "catalogue-${file}"\n\n[groups]\nnordics = ["SE", "NO", "DK", "FI", "IS"]\n`;
    for (let series = file * 50; series < Math.min(SERIES, file * 50 + 50); series++) {
      text += `\n[[grant]]\nid = "g-${series % 50}"\ntitles = ["${folderOf(series)}/*"]\nterritories = ["nordics", "DE"]\n`;
      text += `from = 2026-01-01T00:00:00Z\ntiers = ["premium", "family"]\nmax_height = ${series % 2 ? 1080 : 2160}\nmax_streams = ${STREAMS}\n`;
    }
    files.push([`catalogue-${file}.toml`, text]);
  }
  return files;
}

const ACME = `schema = 1
agreement = "acme"

[groups]
nordics = ["SE", "NO", "DK", "FI", "IS"]

[[grant]]
id = "premiere"
titles = ["${PREMIERE}"]
territories = ["nordics", "DE"]
from = 2026-01-01T00:00:00Z
tiers = ["premium", "family"]
max_height = 2160
max_streams = ${STREAMS}

[[grant]]
id = "tight"
titles = ["${TIGHT}"]
territories = ["nordics", "DE"]
from = 2026-01-01T00:00:00Z
tiers = ["premium", "family"]
max_streams = 1

[[grant]]
id = "extras"
titles = ["acme/*", "!${PREMIERE}", "!${TIGHT}"]
territories = ["nordics", "DE"]
from = 2026-01-01T00:00:00Z
tiers = ["premium", "family"]
max_streams = ${STREAMS}

[[blackout]]
id = "derby"
titles = ["${PREMIERE}"]
territories = ["GB-MAN"]
from = 2026-05-01T14:00:00Z
until = 2099-05-01T17:00:00Z
message = "Shown on local television"
`;

const CONFIGURATION = `schema = 1
listen = "127.0.0.1:0"
public_url = "${API}"
policies = "policies"
session_key = { file = "session.hex" }

[store]
file = "playgate.db"

[[login]]
issuer = "${ISSUER}"
audience = ["${AUDIENCE}"]
keys = "login.jwks.json"
token_use = ["id", "access"]
tier_claim = "custom:subscription_tier"

[admin]
groups_claim = "cognito:groups"
group = "playgate-admin"

[media]
url = "${MEDIA}"

[[media.path_tokens.key]]
kid = "bench-2026"
key = { file = "token.hex" }

[media.cloudfront]
key_pair_id = "${KEY_PAIR}"
key = { file = "cloudfront.pem" }
lifetime = ${LIFETIME}
window = ${WINDOW}

[streams]
heartbeat = ${SHORT_LEASE / 2}
freed_within = ${SHORT_LEASE}
relaxed = 900

[facts]
proxy_secret = { file = "proxy.txt" }

[cors]
origins = ["https://tv.example.com"]

[drm]
master_key = { id = "m1", key = { file = "master.hex" } }

[[tenant]]
id = "all"
titles = ["*"]
packager = "packager"
password = { file = "packager.txt" }
`;
