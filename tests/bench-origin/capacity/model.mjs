// The arithmetic: what a premiere needs, from what was measured, what is assumed, and the terms of leases. Nothing is rounded.
import * as kinds from "../kinds.mjs";

/** What leases are like: `{heartbeat, freedWithin, relaxed}` in seconds. */
export function premiere(figures, { loads, prices }, terms, changed = {}) {
  const load = { ...loads, ...changed };
  const { viewers, duration, tight, licences, pages } = load;
  const seconds = duration * 60;
  const arriving = (viewers / (load.arrival * 60)) * load.rush;

  const beats = viewers / terms.heartbeat;
  const [relaxedEvery, tightEvery] = [
    writesEvery(terms.relaxed, terms.heartbeat),
    writesEvery(terms.freedWithin, terms.heartbeat),
  ];
  const beatWrites = viewers * ((1 - tight) / relaxedEvery + tight / tightEvery);
  const unitsOfWrite = Math.ceil((200 + load.lease * load.streams) / 1024);

  // A start reads and writes the account's record; a licence reads it once more, and the key's record twice.
  const steady = { reads: beats, writes: beatWrites * unitsOfWrite };
  const rush = { reads: arriving * (1 + licences), writes: arriving * unitsOfWrite, keyReads: arriving * licences * 2 };
  const peak = { reads: steady.reads + rush.reads, writes: steady.writes + rush.writes };
  const total = {
    beats: beats * seconds,
    reads: steady.reads * seconds + viewers * (1 + 3 * licences),
    writes: steady.writes * seconds + viewers * unitsOfWrite,
    segments: (viewers / load.segment) * seconds,
  };
  total.playlists = total.segments * load.playlists;
  const million = 1e-6;
  const bill = {
    startWrites: viewers * unitsOfWrite * prices.write * million,
    startReads: viewers * (1 + 3 * licences) * prices.read * million,
    beatWrites: steady.writes * seconds * prices.write * million,
    beatReads: steady.reads * seconds * prices.read * million,
  };
  bill.store = bill.startWrites + bill.startReads + bill.beatWrites + bill.beatReads;

  const cpu = (kind) => figures.kinds[kind][MOST(figures)].cpu.median * million;
  const cores = {
    grants: arriving * cpu(kinds.COOKIES),
    pages: arriving * pages * cpu(kinds.CATALOGUE),
    licences: arriving * licences * cpu(kinds.CLEARKEY),
    beats: (beats - beatWrites) * cpu(kinds.BEAT) + beatWrites * cpu(kinds.BEAT_WRITES),
  };
  cores.used = cores.grants + cores.pages + cores.licences + cores.beats;
  cores.planned = Math.ceil(cores.used / load.busy);
  // With Express only grants are known: so many cores for them.
  cores.expressGrants = arriving * cpu(kinds.PEER);

  const runs = viewers;
  const run = prices.lambda * million + (load.edge_run / 1000) * 0.125 * prices.lambda_time;
  const edge = [
    ["starts, at the API", viewers, prices.request, 0],
    ["catalogue pages", viewers * pages, prices.request, 0],
    ["licences", viewers * licences, prices.request, 0],
    ["heartbeats, if they go through CloudFront", total.beats, prices.request, 0],
    ["multivariant playlists, decided by Lambda@Edge", runs, prices.request, run / million],
    ["playlists, with cookies: CloudFront checks them", total.playlists, prices.request, 0],
    ["segments, with cookies: CloudFront checks them", total.segments, prices.request, 0],
    ["the same two with path tokens: a function besides", total.playlists + total.segments, 0, prices.function],
  ].map(([what, requests, price, extra]) => ({
    what,
    requests,
    price: price + extra,
    bill: requests * (price + extra) * million,
  }));
  const media = { gigabits: (viewers * load.bitrate) / 1000, gigabytes: (viewers * load.bitrate * seconds) / 8000 };
  media.bill = media.gigabytes * prices.egress;

  const edgeRequests = beats + arriving * (1 + pages + licences) + (viewers / load.segment) * (1 + load.playlists);
  return {
    arriving,
    beats,
    beatWrites,
    relaxedEvery,
    tightEvery,
    unitsOfWrite,
    steady,
    rush,
    peak,
    total,
    bill,
    cores,
    edge,
    media,
    edgeRequests,
    edgeRunning: arriving * (load.edge_run / 1000),
  };
}

/**
 * A lease of `term` seconds is written by every heartbeat that finds half of it over, and lasts `term` from then on: so often,
 * in seconds, if heartbeats come when they should.
 */
export function writesEvery(term, heartbeat) {
  return Math.ceil((term - Math.floor(term / 2)) / heartbeat) * heartbeat;
}

/** The largest concurrency that was measured. */
export const MOST = (figures) => String(Math.max(...Object.keys(figures.ceiling).map(Number)));
