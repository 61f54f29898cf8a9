// What is tried with CloudFront's own signatures: an address that is signed, or cookies that the browser adds by itself.

import { policyIn } from "./proof.js";
import { Refused, Unreachable, ask } from "./server.js";
import { now, seconds } from "./words.js";

/** A signature that ends within these seconds may have ended when it is asked with. */
const SPARE = 2;

/**
 * What such a session plays by, as {address, until}: an address that was asked, signature and all, or the playlist that the cookies
 * open. Null if the player has asked for none yet.
 */
export async function played({ answer, signed }, headers) {
  if (answer.delivery === "cookie") return { address: answer.url, until: seconds(answer.expires_at) };
  const asked = ofAddress(signed);
  if (asked && asked.until - SPARE > now()) return asked;
  // Whoever has loaded a short film to its end asks for nothing more, and the signatures end.
  return ofAddress(await newestSigned(answer, headers));
}

/** The playlist of a height of the same title, with the same signature or cookies. */
export function playlistOf(answer, address, height) {
  const { origin, pathname } = new URL(answer.url);
  const folder = pathname.replace(/^\/v1\/manifests\/[^/]+/, "").replace(/[^/]+$/, "");
  return `${origin}${folder}${height}p/index.m3u8${new URL(address).search}`;
}

/** The address with one letter of its signature changed. */
export function withOtherSignature(address) {
  return address.replace(/([?&]Signature=[^&]{20})([^&])/, (_, before, letter) => before + (letter === "A" ? "B" : "A"));
}

/** Asks for media; CloudFront refuses in XML, and that is told as a problem of its own. */
export async function askFor(address, headers) {
  const response = await fetch(address, { headers, cache: "no-store", credentials: "include" }).catch(() => {
    throw new Unreachable("nothing answers at this address");
  });
  const text = await response.text();
  if (response.ok) return;
  const [, reason = null] = /<Code>(\w+)<\/Code>/.exec(text) ?? [];
  throw new Refused({ status: response.status, reason, title: "CloudFront refuses it: the signature does not fit" });
}

function ofAddress(address) {
  const policy = policyIn(address);
  if (!policy) return null;
  return { address, until: policy.Statement[0].Condition.DateLessThan["AWS:EpochTime"] };
}

/** The first signed address of the session's newest playlist. */
async function newestSigned({ url }, headers) {
  const linesOf = async (address) => {
    const text = await ask("GET", address, { headers });
    return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  };
  const [playlist] = await linesOf(url);
  const address = new URL(playlist, url).href;
  const [media] = await linesOf(address);
  return new URL(media, address).href;
}
