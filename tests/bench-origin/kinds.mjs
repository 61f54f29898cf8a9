/** The kinds of requests, by which figures and expectations speak of them. */
export const COOKIES = "grant with cookies, one title";
export const COOKIES_MANY = "grant with cookies, 5,000 titles";
export const TOKENS = "grant with a path token";
export const BEAT = "heartbeat that writes nothing";
export const BEAT_WRITES = "heartbeat that writes";
export const CATALOGUE = "catalogue page, 50 of 5,000 titles";
export const CLEARKEY = "ClearKey licence";
export const AES = "AES-128 key";
export const PEER = "Express, one process";
export const PEER_CLUSTER = "Express, a process for each core";
export const PEER_REMEMBERS = "Express, likewise, signatures kept";
/** In the order in which they are shown. */
export const ALL = [COOKIES, COOKIES_MANY, TOKENS, BEAT, BEAT_WRITES, CATALOGUE, CLEARKEY, AES, PEER, PEER_CLUSTER, PEER_REMEMBERS];
