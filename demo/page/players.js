// Shaka Player and hls.js behind one interface:
//   load(url, {clearkey, at})  plays the playlist, from `at` seconds on
//   stop()                     lets go of the video element
// Both ask `prepare(url)` before each request, which gives the address to ask instead and headers to send along, and tell
// `onError` of what ends playback: {kind: "refused", problem}, {kind: "unreachable"} or {kind: "media", message}.

import { problemIn } from "./server.js";

/** Which players there are: their ids, names and scripts. */
export const PLAYERS = [
  { id: "shaka", name: "Shaka Player", script: "/players/shaka-player.js", open: openShaka },
  { id: "hls", name: "hls.js", script: "/players/hls.js", open: openHls },
];

/** How far ahead a player loads, in seconds: little, so that the log follows what one sees. */
const AHEAD = 10;

/** How far behind a channel's newest picture Shaka Player keeps, in seconds: three target durations, as RFC 8216 asks for and hls.js does by itself. */
const BEHIND = 9;

/** How often a request that nobody answered is sent again. */
const ATTEMPTS = 2;

const scripts = new Map();

/** Opens a player on a video element. */
export async function openPlayer(id, video, hooks) {
  const player = PLAYERS.find((known) => known.id === id) ?? PLAYERS[0];
  await loaded(player.script);
  return player.open(video, hooks);
}

function loaded(address) {
  if (!scripts.has(address)) {
    const script = document.createElement("script");
    script.src = address;
    const arrival = new Promise((done, failed) => {
      script.addEventListener("load", done);
      script.addEventListener("error", () => {
        scripts.delete(address);
        failed(new Error(`the player at ${address} cannot be loaded`));
      });
    });
    scripts.set(address, arrival);
    document.head.append(script);
  }
  return scripts.get(address);
}

async function openShaka(video, { prepare, onError }) {
  const { shaka } = window;
  shaka.polyfill.installAll();
  const player = new shaka.Player();
  await player.attach(video);
  const retryParameters = { maxAttempts: ATTEMPTS, baseDelay: 300, timeout: 8000 };
  player.configure({
    manifest: { retryParameters, defaultPresentationDelay: BEHIND },
    drm: { retryParameters },
    // Without this a live stream asks for ever, whatever the answer.
    streaming: { retryParameters, bufferingGoal: AHEAD, bufferBehind: 30, failureCallback: (_problem) => {} },
  });
  player.getNetworkingEngine().registerRequestFilter((_, request) => {
    const prepared = request.uris.map(prepare);
    request.uris = prepared.map(({ url }) => url);
    for (const { headers } of prepared) Object.assign(request.headers, headers);
    request.allowCrossSiteCredentials = true;
  });
  const tell = (problem) => {
    const said = shakaProblem(problem);
    if (said) onError(said);
  };
  player.addEventListener("error", ({ detail }) => {
    if (detail.severity === shaka.util.Error.Severity.CRITICAL) tell(detail);
  });
  return {
    async load(url, { clearkey, at = null } = {}) {
      player.configure({ drm: { servers: clearkey ? { "org.w3.clearkey": clearkey } : {} } });
      try {
        await player.load(url, at);
      } catch (problem) {
        tell(problem);
      }
    },
    stop: () => player.destroy(),
  };
}

function shakaProblem(problem) {
  const { Code } = window.shaka.util.Error;
  const [first, status, text] = problem.data ?? [];
  switch (problem.code) {
    case Code.LOAD_INTERRUPTED:
    case Code.OPERATION_ABORTED:
    case Code.OBJECT_DESTROYED:
      return null;
    case Code.BAD_HTTP_STATUS:
      return { kind: "refused", problem: problemIn(text, status) };
    case Code.HTTP_ERROR:
    case Code.TIMEOUT:
      return { kind: "unreachable" };
    case Code.LICENSE_REQUEST_FAILED:
      return shakaProblem(first);
    default:
      return { kind: "media", message: `Shaka Player stopped with error ${problem.code ?? problem.message}` };
  }
}

async function openHls(video, { prepare, onError }) {
  const { Hls } = window;
  let hls = null;
  let recovered = false;
  const stop = () => {
    hls?.destroy();
    hls = null;
  };
  return {
    async load(url, { clearkey, at = null } = {}) {
      stop();
      hls = new Hls({
        ...patience(Hls),
        maxBufferLength: AHEAD,
        maxMaxBufferLength: AHEAD,
        startPosition: at ?? -1,
        emeEnabled: Boolean(clearkey),
        drmSystems: clearkey ? { "org.w3.clearkey": { licenseUrl: clearkey } } : {},
        xhrSetup: (xhr, address) => sent(xhr, "GET", prepare(address)),
        licenseXhrSetup: (xhr, address) => sent(xhr, "POST", prepare(address)),
      });
      hls.on(Hls.Events.MANIFEST_PARSED, () => {
        video.play().catch(() => {});
      });
      hls.on(Hls.Events.ERROR, (_, data) => {
        if (!data.fatal) return;
        if (data.type === Hls.ErrorTypes.MEDIA_ERROR && !recovered) {
          recovered = true;
          hls.recoverMediaError();
          return;
        }
        onError(hlsProblem(data));
      });
      hls.attachMedia(video);
      hls.loadSource(url);
    },
    stop,
  };
}

function sent(xhr, method, { url, headers }) {
  xhr.open(method, url, true);
  xhr.withCredentials = true;
  for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
}

/** hls.js' own policies of loading, with fewer attempts. */
function patience(Hls) {
  const names = ["manifestLoadPolicy", "playlistLoadPolicy", "fragLoadPolicy", "keyLoadPolicy"];
  return Object.fromEntries(
    names.map((name) => {
      const policy = structuredClone(Hls.DefaultConfig[name]);
      for (const kind of ["timeoutRetry", "errorRetry"]) {
        if (policy.default[kind]) policy.default[kind].maxNumRetry = ATTEMPTS;
      }
      return [name, policy];
    }),
  );
}

function hlsProblem(data) {
  const status = data.response?.code ?? data.networkDetails?.status ?? 0;
  if (status >= 400) return { kind: "refused", problem: problemIn(bodyOf(data.networkDetails), status) };
  if (data.type === window.Hls.ErrorTypes.NETWORK_ERROR) return { kind: "unreachable" };
  return { kind: "media", message: `hls.js stopped with ${data.details}` };
}

function bodyOf(xhr) {
  if (!xhr) return "";
  if (xhr.responseType === "" || xhr.responseType === "text") return xhr.responseText;
  return xhr.response instanceof ArrayBuffer ? new TextDecoder().decode(xhr.response) : "";
}
