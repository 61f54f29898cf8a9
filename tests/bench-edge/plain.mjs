// A Lambda@Edge function as many write it: a list of countries, a test of the user agent, another address for mobile
// devices. It authenticates nobody.
const ALLOWED_COUNTRIES = ["SE", "NO", "DK", "FI", "IS", "DE", "AT", "CH"];
const MOBILE = /Mobile|Android|iPhone|iPad|iPod|BlackBerry|IEMobile|Opera Mini/i;

export const handler = async (event) => {
  const request = event.Records[0].cf.request;
  const headers = request.headers;

  const country = headers["cloudfront-viewer-country"] ? headers["cloudfront-viewer-country"][0].value : null;
  if (!ALLOWED_COUNTRIES.includes(country)) {
    return {
      status: "403",
      statusDescription: "Forbidden",
      headers: {
        "content-type": [{ key: "Content-Type", value: "application/json" }],
        "cache-control": [{ key: "Cache-Control", value: "no-store" }],
      },
      body: JSON.stringify({ error: "Content not available in your region", country }),
    };
  }

  const userAgent = headers["user-agent"] ? headers["user-agent"][0].value : "";
  if (MOBILE.test(userAgent)) {
    request.uri = request.uri.replace("/master.m3u8", "/mobile/master.m3u8");
  }
  request.headers["x-viewer-country"] = [{ key: "X-Viewer-Country", value: country }];
  return request;
};
