// Cold starts: each in a process of its own, in turn, from Node being ready to the first answer.
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { is, minted, originRequest, shell } from "./ours.mjs";
import { AUDIENCE, ISSUER, MADE, MANIFEST, SEGMENT } from "./world.mjs";

const HERE = new URL(".", import.meta.url);

/** The names of cold starts, by which expectations speak of them. */
export const COLD_TOKEN = "ours: a token on a segment";
export const COLD_LOGIN = "ours: a login, forwarded";
export const COLD_LARGE = "ours, bundle of 1 MB: a token on a segment";
export const COLD_AWS = "aws-jwt-verify in one file: its first login";
export const COLD_EMPTY = "a file with an empty function";

/** Milliseconds of each, one figure a process, by name; those of ours also stage by stage. */
export async function measure(world, { starts, progress }) {
  await peerFile();
  const input = (name, value) => {
    const file = new URL(`${name}.json`, MADE);
    writeFileSync(file, JSON.stringify(value));
    return file.pathname;
  };
  const login = originRequest(MANIFEST, { headers: { authorization: `Bearer ${world.logins[0].jwt}` } });
  const token = await minted(await shell(world.folders.path, world.jwks, "cold"), world);
  const segment = input("segment", originRequest(`/t/${token}${SEGMENT}`));
  const entry = (name) => new URL(name, MADE).href;
  const kinds = [
    { name: COLD_TOKEN, script: "cold-start.mjs", parts: [entry("path/index.mjs"), segment], answer: SEGMENT },
    { name: COLD_LOGIN, script: "cold-start.mjs", parts: [entry("none/index.mjs"), input("login", login)], answer: MANIFEST },
    { name: COLD_LARGE, script: "cold-start.mjs", parts: [entry("large/index.mjs"), segment], answer: SEGMENT },
    { name: COLD_AWS, script: "cold-start.mjs", parts: [entry("aws-jwt-verify.mjs"), input("jwt", { jwt: world.logins[0].jwt })], answer: ISSUER },
    { name: COLD_EMPTY, script: "cold-start.mjs", parts: [entry("empty.mjs"), segment], answer: `/t/${token}${SEGMENT}` },
    { name: `stages: ${COLD_TOKEN}`, script: "cold-stages.mjs", parts: [entry("path/"), segment], answer: SEGMENT },
    { name: `stages: ${COLD_LARGE}`, script: "cold-stages.mjs", parts: [entry("large/"), segment], answer: SEGMENT },
  ];
  writeFileSync(new URL("empty.mjs", MADE), "export const handler = async (event) => event.Records[0].cf.request;\n");
  const times = {};
  const stages = {};
  // One more than counts: the first of each reads from the disk.
  for (let start = 0; start <= starts; start++) {
    progress(`cold start ${start} of ${starts}`);
    for (const { name, script, parts, answer } of kinds) {
      const found = once(script, parts);
      is(found.answer === answer, `${name}: ${found.answer}`);
      if (start === 0) continue;
      if (!found.stages) (times[name] ??= []).push(found.total);
      for (const [stage, time] of Object.entries(found.stages ?? {})) ((stages[name.slice(8)] ??= {})[stage] ??= []).push(time);
    }
  }
  return { times, stages, sizes: sizes(world) };
}

function once(script, parts) {
  // Results come through a pipe of their own: the handler writes its log to stdout.
  const stdio = ["ignore", "pipe", "inherit", "pipe"];
  // What this machine's Node is told, such as certificates to load, a function's is not.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("NODE_")));
  const done = spawnSync(process.execPath, [new URL(script, HERE).pathname, ...parts], { stdio, env });
  is(done.status === 0, `${script} ended with ${done.status}`);
  return JSON.parse(done.output[3].toString());
}

async function peerFile() {
  const source = `
    import { readFileSync } from "node:fs";
    import { JwtVerifier } from "aws-jwt-verify";
    const verifier = JwtVerifier.create({
      issuer: ${JSON.stringify(ISSUER)},
      audience: ${JSON.stringify(AUDIENCE)},
      jwksUri: ${JSON.stringify(`${ISSUER}/.well-known/jwks.json`)},
    });
    verifier.cacheJwks(JSON.parse(readFileSync(new URL("source/login.jwks.json", import.meta.url), "utf8")));
    export const handler = async ({ jwt }) => ({ uri: verifier.verifySync(jwt).iss });`;
  await build({
    stdin: { contents: source, resolveDir: HERE.pathname },
    outfile: new URL("aws-jwt-verify.mjs", MADE).pathname,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "error",
  });
}

/** Bytes as they lie there, and with gzip. */
function sizes({ folders }) {
  const size = (files) => {
    const all = files.map((file) => readFileSync(file));
    const sum = (list) => list.reduce((total, bytes) => total + bytes.length, 0);
    return { bytes: sum(all), gzip: sum(all.map((bytes) => gzipSync(bytes, { level: 9 }))) };
  };
  const folder = (of) =>
    readdirSync(of)
      .filter((name) => !name.startsWith(".") && !name.endsWith(".zip"))
      .map((name) => new URL(name, of));
  return {
    "ours, the folder": size(folder(folders.path)),
    "ours, its module": size([new URL("edge_bg.wasm", folders.path)]),
    "ours, its JavaScript": size(folder(folders.path).filter(({ pathname }) => /js$/.test(pathname))),
    "ours with a bundle of 1 MB": size(folder(folders.large)),
    "that bundle by itself": size([new URL("rights.bundle", folders.large)]),
    "aws-jwt-verify in one file": size([new URL("aws-jwt-verify.mjs", MADE)]),
  };
}
