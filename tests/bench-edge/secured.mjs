// A CloudFront Function that checks a token in the path, `/<session>.<JWT>/path`: the JWT's HMAC, and a second one that
// ties it to the session and the viewer. What such functions do in essence, in the shape of their events.
import { createHmac } from "node:crypto";

/** A handler for CloudFront Functions' viewer-request events; `secrets` are strings by key id. */
export function secured(secrets) {
  const encode = (text, secret) => createHmac("sha256", secret).update(text).digest("base64url");

  return function handler(event) {
    const { request, viewer } = event;
    const [, ticket] = request.uri.split("/", 2);
    const [session, header, payload, signature] = ticket.split(".");
    if (!signature) return refused(401, "Unauthorized");

    const { kid, alg } = JSON.parse(Buffer.from(header, "base64url").toString());
    const secret = secrets[kid];
    if (!secret || alg !== "HS256") return refused(401, "Unauthorized");
    if (!isEqual(encode(`${header}.${payload}`, secret), signature)) return refused(401, "Unauthorized");

    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const now = Math.floor(Date.now() / 1000);
    if (!(claims.exp > now) || claims.nbf > now) return refused(401, "Unauthorized");

    const path = request.uri.slice(ticket.length + 1);
    if (!claims.paths.some((prefix) => path.startsWith(prefix))) return refused(403, "Forbidden");

    // What the token is tied to, as the viewer shows it now.
    const country = request.headers["cloudfront-viewer-country"]?.value;
    if (claims.countries && !claims.countries.includes(country)) return refused(403, "Forbidden");
    let tied = session;
    if (claims.co) tied += country;
    if (claims.ua) tied += request.headers["user-agent"]?.value;
    if (claims.ip) tied += viewer.ip;
    if (!isEqual(encode(tied, secret), claims.intsig)) return refused(401, "Unauthorized");

    request.uri = path;
    return request;
  };
}

/** Such a ticket; `tied` is what its second HMAC covers behind the session. */
export function ticket({ session, kid, secret, claims, tied }) {
  const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const hmac = (text) => createHmac("sha256", secret).update(text).digest("base64url");
  const signing = `${encoded({ alg: "HS256", kid, typ: "JWT" })}.${encoded({ ...claims, intsig: hmac(session + tied) })}`;
  return `${session}.${signing}.${hmac(signing)}`;
}

/** In constant time, and by hand: these functions have nothing that does it. */
function isEqual(one, other) {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return difference === 0;
}

const refused = (statusCode, statusDescription) => ({ statusCode, statusDescription });
