// What the page asks of the server: the demo's own routes, and the origin API as any player asks it.

/** The server said no, with a problem document. */
export class Refused extends Error {
  constructor(problem, retryAfter = null) {
    super(problem.title ?? `status ${problem.status}`);
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
}

/** Nobody answered. */
export class Unreachable extends Error {}

/** The header that says which viewer a request pretends to be from. */
export function viewerHeader({ country, region, device }, tab) {
  // An empty country is one that nobody knows; left out it would be the usual one.
  const parts = Object.entries({ country, region, device, tab }).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return { "x-demo-viewer": parts.map(([name, value]) => `${name}=${value}`).join("; ") };
}

/**
 * Asks, and gives the JSON of the answer, its text if it is none, or null if there is no body. `onId` is called with the request's
 * id, by which the log knows it.
 */
export async function ask(method, address, { body, headers = {}, login, keepalive, onId } = {}) {
  let response;
  try {
    response = await fetch(address, {
      method,
      keepalive,
      cache: "no-store",
      credentials: "include",
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(login ? { authorization: `Bearer ${login}` } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Unreachable("nothing answers at this address");
  }
  onId?.(response.headers.get("x-request-id"));
  const text = await response.text();
  const answer = parsed(text);
  if (response.ok) return answer ?? text;
  const retryAfter = Number(response.headers.get("retry-after")) || null;
  throw new Refused({ status: response.status, ...problemOf(answer, response.status) }, retryAfter);
}

/** The demo's own routes. */
export const demo = {
  state: () => ask("GET", "/demo/state"),
  login: (account, tier) => ask("POST", "/demo/login", { body: { account, tier } }),
  explain: (question) => ask("POST", "/demo/explain", { body: question }),
  timeline: (question) => ask("POST", "/demo/timeline", { body: question }),
  map: (question) => ask("GET", `/demo/map.svg?${new URLSearchParams(question)}`),
  policy: () => ask("GET", "/demo/policy"),
  check: (files) => ask("POST", "/demo/policy/check", { body: { files } }),
  diff: (files) => ask("POST", "/demo/policy/diff", { body: { files } }),
  apply: (files, on) => ask("PUT", "/demo/policy", { body: { files, on } }),
  reset: () => ask("POST", "/demo/policy/reset", { body: {} }),
  token: (token) => ask("POST", "/demo/token", { body: { token } }),
  withdraw: (session) => ask("POST", "/demo/withdraw", { body: { session } }),
};

/** The problem document in a text, if one is in it. */
export function problemIn(text, status) {
  return { status, ...problemOf(parsed(text), status) };
}

function problemOf(answer, status) {
  const isObject = answer !== null && typeof answer === "object";
  return isObject ? answer : { title: `The server answered with status ${status}`, reason: null };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
