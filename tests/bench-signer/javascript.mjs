// The JavaScript half of `make bench-signer`: each measurement once, printed as one JSON object of rates.
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// The peers are installed beside the agreement tests.
const require = createRequire(new URL("../peers/package.json", import.meta.url));
const { getSignedUrl } = require("@aws-sdk/cloudfront-signer");
const { CAT } = require("@eyevinn/cat");
const hls = require("hls-parser");

const span = Number(process.argv[2] ?? 0.3) * 1e9;
const rates = {};
const now = 1_767_290_400;
const url = "https://d111111abcdef8.cloudfront.net/vod/acme/one/1080p/index.m3u8?session=81f2";
const key = (name) => readFileSync(new URL(`../keys/${name}`, import.meta.url), "utf8");

async function rate(name, worth, work) {
  for (let round = 0; round < 3; round++) await work(round);
  const start = process.hrtime.bigint();
  let runs = 0;
  let elapsed = 0;
  while (elapsed < span) {
    for (let batch = 0; batch < 16; batch++) await work(runs++);
    elapsed = Number(process.hrtime.bigint() - start);
  }
  rates[name] = (worth * runs * 1e9) / elapsed;
}

for (const [type, file] of [["rsa", "test-only-rsa-pkcs1.pem"], ["p256", "test-only-p256-pkcs8.pem"]]) {
  const pem = key(file);
  for (const [form, privateKey] of [["KeyObject", createPrivateKey(pem)], ["PEM", pem]]) {
    await rate(`sign aws-sdk ${type} ${form}`, 1, (run) =>
      getSignedUrl({ url, keyPairId: "K2JCJMDEHXQW5F", privateKey, dateLessThan: new Date((now + (run % 1e6)) * 1000), algorithm: "SHA256" }),
    );
  }
}

const secret = Buffer.from("test-only-key-of-thirty-two-bytes");
const cat = new CAT({ keys: { "2026-11": secret }, expectCwtTag: true });
const token = await cat.generateFromJson(
  { exp: 4_000_000_000, cti: Buffer.from("s-81f2").toString("hex"), catu: { path: { "prefix-match": "/vod/acme/one/" } }, catgeoiso3166: ["NO", "SE"] },
  { type: "mac", alg: "HS256", kid: "2026-11" },
);
const requested = new URL("https://cdn.example.com/vod/acme/one/1080p/seg-00001.m4s");
await rate("token @eyevinn/cat", 1, async () => {
  const { error } = await cat.validate(token, "mac", { issuer: "", url: requested });
  if (error) throw error;
});

hls.setOptions({ silent: true });
for (const segments of [1_200, 28_000]) {
  let text = '#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-MAP:URI="init.mp4"\n';
  for (let number = 0; number < segments; number++) text += `#EXTINF:6.000,\nseg-${String(number).padStart(5, "0")}.m4s\n`;
  text += "#EXT-X-ENDLIST\n";
  const start = process.hrtime.bigint();
  let runs = 0;
  let elapsed = 0;
  while (elapsed < span || runs < 2) {
    const playlist = hls.parse(text);
    for (const segment of playlist.segments) segment.uri += "?token=0123456789abcdef";
    if (hls.stringify(playlist).length < text.length) throw new Error("nothing was added");
    runs++;
    elapsed = Number(process.hrtime.bigint() - start);
  }
  rates[`hls hls-parser rewriting ${segments}`] = (text.length * runs) / elapsed;
}

console.log(JSON.stringify(rates));
