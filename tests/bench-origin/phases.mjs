// What is asked, of whom, and in what order.
import { connect } from "node:net";
import { readFileSync, writeFileSync } from "node:fs";
import {
  AES,
  BEAT,
  BEAT_WRITES,
  CATALOGUE,
  CLEARKEY,
  COOKIES,
  COOKIES_MANY,
  PEER,
  PEER_CLUSTER,
  PEER_REMEMBERS,
  TOKENS,
} from "./kinds.mjs";
import * as servers from "./servers.mjs";
import { API, MADE, PREMIERE, SHORT_LEASE, TIGHT, described, grant, packaging, request } from "./world.mjs";

/** So many logins read the catalogue in turn: the server remembers them. */
const READERS = 1_000;
const PAGES = 20_000;

/** Fills a store with titles and keys, and writes down what will be asked. Checks one answer of each kind. */
export async function prepare(tools, world) {
  const { command, client, cores } = tools;
  const kids = new Map(world.keyed.map(({ title, kid }) => [title, kid]));
  const readers = world.logins.slice(0, READERS);
  const cursor = (number) => encodeURIComponent(world.titles[(number * 37) % (world.titles.length - 60)]);
  const page = (number) =>
    request("GET", `/v1/catalog?limit=50&cursor=${cursor(number)}`, { login: readers[number % readers.length] });
  const files = {
    titles: written(
      "titles",
      world.titles.map((title, number) => putting(title, kids.get(title), world.admins[number % world.admins.length])),
    ),
    keys: written("keys", world.keyed.map(packaging)),
    one: written(
      "one",
      world.logins.map((login) => grant(login, PREMIERE, "cookie")),
    ),
    many: written(
      "many",
      world.logins.map((login, number) => grant(login, world.titles[2 + ((number * 7) % (world.titles.length - 2))], "cookie")),
    ),
    tokens: written(
      "tokens",
      world.logins.map((login, number) => grant(login, world.keyed[number % world.keyed.length].title, "path-token")),
    ),
    tight: written(
      "tight",
      world.logins.map((login) => grant(login, TIGHT, "path-token")),
    ),
    pages: written(
      "pages",
      Array.from({ length: PAGES }, (_, number) => page(number)),
    ),
    warm: written(
      "warm",
      world.warm.map((login) => grant(login, PREMIERE, "cookie")),
    ),
  };

  const filling = await servers.playgate(command);
  await servers.ask(client, filling, { connections: 32, seconds: 600, file: files.titles });
  await servers.ask(client, filling, { connections: 4, seconds: 600, file: files.keys });
  await filling.stop();
  servers.keepStore();

  const server = await servers.playgate(command);
  await check(server, world, page(3));
  await server.stop();
  for (const [count, remembers] of [
    [1, false],
    [cores, false],
    [cores, true],
  ]) {
    const peer = await servers.peer(count, remembers);
    isGrant(await once(peer, grant(world.logins[0], PREMIERE, "cookie")));
    await peer.stop();
  }
  return files;
}

/** One round at this concurrency: figures by kind. */
export async function round(tools, world, files, connections, seconds) {
  const { command, client, cores } = tools;
  const figures = {};
  const measure = async (server, file, more = {}) => {
    const before = server.cpu();
    const found = await servers.ask(client, server, { connections, seconds, file, ...more });
    const { requests, seconds: took, p50, p99, p999, cpu, bytes } = found;
    const used = server.cpu() - before;
    return {
      rate: requests / took,
      p50,
      p99,
      p999,
      cpu: (used / requests) * 1e6,
      client: cpu / took,
      bytes: bytes / requests,
      requests,
    };
  };
  // Each kind of grant has a server of its own, so that its accounts are new.
  const fresh = async (work) => {
    const server = await servers.playgate(command);
    await servers.ask(client, server, { connections, seconds: 0.5, file: files.warm });
    await work(server);
    await server.stop();
  };

  await fresh(async (server) => (figures[COOKIES] = await measure(server, files.one)));
  await fresh(async (server) => (figures[COOKIES_MANY] = await measure(server, files.many)));
  await fresh(async (server) => {
    figures[TOKENS] = await measure(server, files.tokens, { answers: made("tokens.answers") });
    const playing = read("tokens.answers");
    const kids = new Map(world.keyed.map(({ title, kid }) => [title, kid]));
    const before = await counters(server);
    figures[BEAT] = await measure(server, written("beats", playing.map(beat)));
    const after = await counters(server);
    is(
      after.unwritten - before.unwritten === figures[BEAT].requests && after.renewed === 0,
      "heartbeats that should write nothing do",
    );
    figures[CATALOGUE] = await measure(server, files.pages);
    figures[CLEARKEY] = await measure(
      server,
      written(
        "clearkey",
        playing.map((session) => licence(session, kids.get(session.title))),
      ),
    );
    figures[AES] = await measure(
      server,
      written(
        "aes",
        playing.map((session) => key(session, kids.get(session.title))),
      ),
    );
  });
  await fresh(async (server) => {
    figures[BEAT_WRITES] = await measure(server, await late(tools, server, files, connections));
    const { renewed, unwritten } = await counters(server);
    is(renewed === figures[BEAT_WRITES].requests && unwritten === 0, "heartbeats that should write do not");
  });

  for (const [kind, count, remembers] of [
    [PEER, 1, false],
    [PEER_CLUSTER, cores, false],
    [PEER_REMEMBERS, cores, true],
  ]) {
    const peer = await servers.peer(count, remembers);
    await servers.ask(client, peer, { connections, seconds: Math.max(1.5, seconds), file: files.warm });
    figures[kind] = await measure(peer, files.one);
    await peer.stop();
  }
  return figures;
}

/** What stands beside the rounds: the client's own ceiling, writings a commit, and memory at so many live sessions. */
export async function beside(tools, files, concurrencies, seconds, sessions) {
  const { command, client } = tools;
  const ceiling = {};
  const commits = {};
  for (const connections of concurrencies) {
    const trivial = await servers.trivial(client, 3_000);
    const { requests, seconds: took, p99 } = await servers.ask(client, trivial, { connections, seconds, file: files.one });
    ceiling[connections] = { rate: requests / took, p99 };
    await trivial.stop();

    const server = await servers.playgate(command);
    const counted = await servers.countSyncs(server);
    const before = await counters(server);
    await servers.ask(client, server, { connections, seconds, file: files.one });
    const syncs = await counted();
    const { started } = await counters(server);
    commits[connections] = { writings: started - before.started, syncs };
    await server.stop();
  }

  const server = await servers.playgate(command);
  const memory = { started: server.memory("VmRSS") };
  const answers = made("memory.answers");
  const all = { connections: Math.max(...concurrencies), seconds: 600 };
  await servers.ask(client, server, { ...all, file: written("memory", requests(files.one).slice(0, sessions)), answers });
  const playing = read("memory.answers");
  await servers.ask(client, server, { ...all, file: written("beats", playing.map(beat)) });
  Object.assign(memory, { sessions: playing.length, live: server.memory("VmRSS"), most: server.memory("VmHWM") });
  await server.stop();
  return { ceiling, commits, memory };
}

/** Heartbeats that write: of sessions whose leases are in the second half of their short life when this is done. */
async function late({ client }, server, files, connections) {
  await servers.ask(client, server, { connections, seconds: 2, file: files.tight, answers: made("tight.answers") });
  // Leases count in whole seconds: a little more, to be sure.
  const half = new Promise((resolve) => setTimeout(resolve, (SHORT_LEASE / 2) * 1000 + 100));
  const beats = written("beats", read("tight.answers").map(beat));
  await half;
  return beats;
}

async function check(server, world, page) {
  const [login] = world.logins;
  isGrant(await once(server, grant(login, PREMIERE, "cookie")));
  isGrant(await once(server, grant(login, world.titles[7], "cookie")));
  const [{ title, kid }] = world.keyed;
  const { status, body } = await once(server, grant(login, title, "path-token"));
  is(status === 200 && JSON.parse(body).token, body);
  const session = JSON.parse(body);
  const beaten = await once(server, beat(session));
  is(beaten.status === 200 && JSON.parse(beaten.body).session === session.session, beaten.body);
  const listed = await once(server, page);
  is(listed.status === 200 && JSON.parse(listed.body).titles.length === 50, listed.body);
  const given = await once(server, licence(session, kid));
  is(given.status === 200 && JSON.parse(given.body).keys.length === 1, given.body);
  const aes = await once(server, key(session, kid));
  is(aes.status === 200 && aes.body.length > 0 && aes.headers.includes("content-length: 16"), aes.body);
}

function isGrant({ status, headers, body }) {
  is(status === 200 && JSON.parse(body).url.startsWith("https://media.example.com/vod/"), body);
  for (const name of ["policy", "signature", "key-pair-id"])
    is(headers.toLowerCase().includes(`set-cookie: cloudfront-${name}=`), headers);
}

/** Asks once, over a connection of its own. */
function once({ address }, bytes) {
  const [host, port] = address.split(":");
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), host, () => socket.write(bytes));
    let came = Buffer.alloc(0);
    socket.on("error", reject);
    socket.on("data", (piece) => {
      came = Buffer.concat([came, piece]);
      const end = came.indexOf("\r\n\r\n");
      if (end < 0) return;
      const headers = came.subarray(0, end).toString();
      const length = Number(/content-length: (\d+)/i.exec(headers)?.[1] ?? 0);
      if (came.length < end + 4 + length) return;
      socket.destroy();
      resolve({ status: Number(headers.split(" ")[1]), headers, body: came.subarray(end + 4).toString() });
    });
  });
}

async function counters(server) {
  const { body } = await once(server, request("GET", "/metrics"));
  const at = (name) => Number(new RegExp(`^${name} (\\d+)`, "m").exec(body)?.[1] ?? 0);
  return {
    started: at("playgate_leases_started_total"),
    renewed: at("playgate_leases_renewed_total"),
    unwritten: at("playgate_heartbeats_unwritten_total"),
  };
}

const pathOf = (url) => url.slice(API.length);
const beat = ({ heartbeat }) => request("POST", pathOf(heartbeat.url));
const key = ({ licenses }, kid) => request("GET", pathOf(licenses.key).replace("{kid}", kid));
const putting = (title, kid, login) =>
  request("PUT", `/v1/admin/titles/${title.replaceAll("/", "%2F")}`, { login, body: JSON.stringify(described(title, kid)) });
function licence({ licenses }, kid) {
  const body = JSON.stringify({ kids: [Buffer.from(kid, "hex").toString("base64url")], type: "temporary" });
  return request("POST", pathOf(licenses.clearkey), { body });
}

const made = (name) => new URL(name, MADE).pathname;
const read = (name) =>
  readFileSync(made(name), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

/** Writes requests as the client reads them, and says where. */
function written(name, requests) {
  const length = (bytes) => {
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32LE(bytes.length);
    return prefix;
  };
  writeFileSync(made(`${name}.requests`), Buffer.concat(requests.flatMap((bytes) => [length(bytes), bytes])));
  return made(`${name}.requests`);
}

/** The requests in a file. */
function requests(file) {
  const bytes = readFileSync(file);
  const list = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + bytes.readUInt32LE(at);
    list.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return list;
}

function is(holds, shown) {
  if (!holds) throw new Error(`not the answer that was expected: ${shown}`);
}
