// Clients that are no browsers play what they are given: ffmpeg, ffprobe, and the HLS downloader of yt-dlp, which reads playlists and
// opens segments with code of its own. None of them keeps cookies; none knows more than an address and a header.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { CHANNEL, FJORD, REACTOR, VIEWER, startDemo } from "./demo.mjs";

const { FFMPEG = "ffmpeg", FFPROBE = "ffprobe", YT_DLP = "yt-dlp" } = process.env;
const HEADER = ["-headers", `x-demo-viewer: ${VIEWER}\r\n`];

/** A film has 24 seconds of 25 pictures; of the channel so many seconds are played. */
const SECONDS = 24;
const OF_THE_CHANNEL = 6;
const A_SECOND = 25;

/** Longer than any of them needs. */
const LONGEST = 120_000;

/** AES-128 needs a player that names its session to the keys; with signed addresses the playlist does. */
const PLAYED = [
  { title: REACTOR, delivery: "path-token" },
  { title: REACTOR, delivery: "signed-url" },
  { title: FJORD, delivery: "signed-url" },
];

let demo, folder;
before(async () => {
  demo = await startDemo();
  folder = mkdtempSync(join(tmpdir(), "playgate-clients-"));
});
after(async () => {
  if (folder) rmSync(folder, { recursive: true });
  await demo?.close();
});

/** Runs a program to its end, and gives what it wrote. */
async function run(program, words) {
  const { stdout } = await promisify(execFile)(program, words, { timeout: LONGEST, maxBuffer: 1 << 24 });
  return stdout;
}

const begin = (client, title, delivery) =>
  demo.playback(`${client}-${title.replaceAll("/", "-")}-${delivery}`, title, delivery);

/** How many pictures and sounds ffmpeg decodes; it stops at the first that is broken. */
async function decoded(url, ...words) {
  const counted = async (stream) => {
    const progress = await run(FFMPEG, [
      "-v",
      "error",
      "-xerror",
      ...HEADER,
      "-i",
      url,
      "-map",
      stream,
      ...words,
      "-f",
      "null",
      "-progress",
      "-",
      "-",
    ]);
    const last = (name) => [...progress.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].at(-1)?.[1];
    assert.equal(last("progress"), "end");
    return { pictures: Number(last("frame")), seconds: Number(last("out_time_us")) / 1e6 };
  };
  const [video, audio] = await Promise.all([counted("0:v:0"), counted("0:a:0")]);
  return { pictures: video.pictures, seconds: audio.seconds };
}

/** What ffprobe says of an address or a file. */
async function probed(source, ...words) {
  return JSON.parse(
    await run(FFPROBE, ["-v", "error", ...words, "-show_format", "-show_streams", "-of", "json", source]),
  );
}

describe("ffmpeg and ffprobe", { concurrency: 2 }, () => {
  for (const { title, delivery } of PLAYED) {
    test(`decode all of ${title} by ${delivery}`, async () => {
      const { url } = await begin("ffmpeg", title, delivery);
      const { pictures, seconds } = await decoded(url);
      assert.equal(pictures, SECONDS * A_SECOND);
      assert.ok(Math.abs(seconds - SECONDS) < 0.1, `${seconds} s of sound`);

      const { format, streams } = await probed(url, ...HEADER);
      assert.ok(Math.abs(Number(format.duration) - SECONDS) < 0.1, `${format.duration} s`);
      const heights = streams.filter(({ codec_type }) => codec_type === "video").map(({ height }) => height);
      assert.deepEqual(
        heights.toSorted((one, other) => other - one),
        [1080, 720, 360],
      );
      assert.ok(streams.some(({ codec_name }) => codec_name === "aac"));
    });
  }

  for (const delivery of ["path-token", "signed-url"]) {
    test(`decode the channel by ${delivery}`, async () => {
      const { url } = await begin("ffmpeg", CHANNEL, delivery);
      const { pictures, seconds } = await decoded(url, "-t", OF_THE_CHANNEL);
      assert.ok(Math.abs(pictures - OF_THE_CHANNEL * A_SECOND) <= 1, `${pictures} pictures`);
      assert.ok(Math.abs(seconds - OF_THE_CHANNEL) < 0.1, `${seconds} s of sound`);
    });
  }

  test("are refused with an address whose viewer is somewhere else", async () => {
    const { url } = await begin("copied", REACTOR, "path-token");
    const there = ["-headers", "x-demo-viewer: country=SE\r\n"];
    const failed = await run(FFPROBE, ["-v", "error", ...there, url]).catch((problem) => problem);
    assert.match(String(failed.stderr), /403 Forbidden/);
  });
});

describe("yt-dlp", { concurrency: 2 }, () => {
  for (const { title, delivery } of [...PLAYED, { title: FJORD, delivery: "path-token" }]) {
    test(`downloads and opens ${title} by ${delivery}`, async () => {
      const { url, licenses } = await begin("yt-dlp", title, delivery);
      const file = join(folder, `${delivery}-${title.replaceAll("/", "-")}.mp4`);
      const session = licenses.key?.split("?")[1];
      await run(YT_DLP, [
        ...[
          "--ignore-config",
          "--no-cache-dir",
          "--quiet",
          "--no-warnings",
          "--retries",
          "0",
          "--fragment-retries",
          "0",
        ],
        ...[
          "--abort-on-unavailable-fragments",
          "--hls-prefer-native",
          "--fixup",
          "never",
          "--ffmpeg-location",
          "/nonexistent",
        ],
        // What hls.js does in `xhrSetup`: the keys are told whose session it is.
        ...(delivery === "path-token" && session ? ["--extractor-args", `generic:key_query=${session}`] : []),
        ...["--add-headers", `x-demo-viewer:${VIEWER}`, "--format", "bestvideo", "--output", file, url],
      ]);
      const { streams } = await probed(file, "-count_frames");
      const [{ height, nb_read_frames }] = streams;
      assert.equal(streams.length, 1);
      assert.equal(height, 1080);
      assert.equal(Number(nb_read_frames), SECONDS * A_SECOND);
    });
  }
});
