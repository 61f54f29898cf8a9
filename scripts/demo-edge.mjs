// Asks the function in a folder, as CloudFront would at viewer-request: node demo-edge.mjs FOLDER NOW TOKEN TITLE
import { pathToFileURL } from "node:url";

const [folder, now, token, title] = process.argv.slice(2);
const here = new URL(`${pathToFileURL(folder)}/`);
const began = performance.now();
const { Edge, create, files, initSync, module } = await import(new URL("index.mjs", here));
const lines = [];
const handler = create({
  initSync,
  Edge,
  module,
  files,
  now: () => Number(now),
  log: (line) => lines.push(JSON.parse(line)),
});
const ready = performance.now() - began;

const ask = (uri, clientIp, eventType) =>
  handler({
    Records: [
      {
        cf: {
          config: { distributionDomainName: "d111111abcdef8.cloudfront.net", distributionId: "EDFDVBD6EXAMPLE", eventType, requestId: "demo" },
          request: { clientIp, method: "GET", uri, querystring: "", headers: { host: [{ key: "Host", value: "d111111abcdef8.cloudfront.net" }] } },
        },
      },
    ],
  });

const film = `/vod/${title}`;
const [viewer, abroad] = ["2001:db8::9", "198.51.100.200"];
const asked = [
  ["the manifest, with the token in the path", `/t/${token}${film}/master.m3u8`, viewer, "forward"],
  ["a segment in 1080 lines", `/t/${token}${film}/1080p/1.m4s`, viewer, "forward"],
  ["a segment above the token's height cap", `/t/${token}${film}/2160p/1.m4s`, viewer, "403 height"],
  ["another title that begins alike", `/t/${token}${film}2/1080p/1.m4s`, viewer, "403 token_path"],
  ["a path that climbs out", `/t/${token}${film}/../x/master.m3u8`, viewer, "400 path"],
  ["the token, with one letter changed", `/t/${token.slice(0, -3)}AAA${film}/master.m3u8`, viewer, "401 token_bad_mac"],
  ["the token, copied to Germany", `/t/${token}${film}/master.m3u8`, abroad, "403 token_country"],
  ["nobody in particular", `${film}/master.m3u8`, viewer, "401 no_credentials"],
];
for (const [what, uri, address, expected] of asked) {
  const result = await ask(uri, address, "viewer-request");
  const answer = result.status ? `${result.status} ${JSON.parse(result.body).reason}` : "forward";
  const detail = result.status ? "" : ` to ${result.uri}`;
  console.log(`    ${what.padEnd(52)} ${answer}${detail}`);
  if (answer !== expected) {
    console.error(`    expected: ${expected}, and not ${JSON.stringify(result)}`);
    process.exit(1);
  }
}
console.log(`\n    one line of the log:\n    ${JSON.stringify(lines[1])}`);
console.log(`\n    ready after ${ready.toFixed(1)} ms`);
if (lines.some((line) => JSON.stringify(line).includes(token))) throw new Error("the log holds the token");
