// Events as CloudFront hands them to Lambda@Edge, and what a runtime would do with what comes back.

const CONFIG = { distributionDomainName: "d111111abcdef8.cloudfront.net", distributionId: "EDFDVBD6EXAMPLE" };

/** Headers as CloudFront shows them: names in lower case, each with its lines. */
export function headerLines(headers) {
  const lines = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const key = name.replace(/(^|-)([a-z])/g, (letters) => letters.toUpperCase());
    define(lines, name.toLowerCase(), [].concat(value).map((each) => ({ key, value: each })));
  }
  return lines;
}

// `lines[name] =` would change the prototype for one name.
const define = (object, name, value) =>
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });

/** A request event; `request` is `{id, method, path, query, host, address, country, region, headers}`. */
export function requestEvent(eventType, request) {
  const headers = headerLines({ host: request.host, ...request.headers });
  const platform = eventType === "origin-request";
  if (platform && request.country) define(headers, "cloudfront-viewer-country", line("CloudFront-Viewer-Country", request.country));
  if (platform && request.region) {
    define(headers, "cloudfront-viewer-country-region", line("CloudFront-Viewer-Country-Region", request.region));
  }
  const cf = {
    config: { ...CONFIG, eventType, requestId: request.id },
    request: {
      clientIp: request.address,
      headers,
      method: request.method,
      querystring: request.query ?? "",
      uri: request.path,
    },
  };
  if (platform) {
    cf.request.origin = {
      custom: {
        customHeaders: {},
        domainName: "media.example.com",
        keepaliveTimeout: 5,
        path: "",
        port: 443,
        protocol: "https",
        readTimeout: 30,
        sslProtocols: ["TLSv1.2"],
      },
    };
  }
  // A handler gets what was parsed from JSON, never what somebody built.
  return JSON.parse(JSON.stringify({ Records: [{ cf }] }));
}

/** An event on the way back. */
export function responseEvent(eventType, request, response) {
  const event = requestEvent(eventType, request);
  event.Records[0].cf.response = {
    headers: headerLines(response.headers),
    status: `${response.status}`,
    statusDescription: response.description ?? "OK",
  };
  return JSON.parse(JSON.stringify(event));
}

const line = (key, value) => [{ key, value }];

/** Headers that a function may not add, whatever the event: one of them is a 502. */
export const FORBIDDEN =
  /^(connection|expect|keep-alive|proxy-.*|trailer|upgrade|via|host|transfer-encoding|content-length|x-accel-.*|x-amz-cf-.*|x-amzn-.*|x-edge-.*|x-cache|x-forwarded-proto|x-real-ip)$/;
