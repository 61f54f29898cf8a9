//! The native half of `make bench-signer`: each measurement once, printed as one JSON object of rates.
//! Called again and again by compare.mjs, in turn with the JavaScript half, so that all see the same machine.

use common_access_token::{Algorithm, KeyId, RegisteredClaims, TokenBuilder, VerificationOptions};
use common_access_token::{cat_keys, catu, uri_components};
use hmac::{Hmac, KeyInit, Mac};
use quick_m3u8::Reader;
use quick_m3u8::config::ParsingOptionsBuilder;
use serde_json::{Map, Value};
use signer::cloudfront::{
    Address, CannedPolicy, CustomPolicy, Epoch, KeyPairId, Resource, SignatureReuse, Signer, Window,
};
use signer::hls::{Addition, BaseUrl, Options, Rewriter};
use signer::keys::{Hash, PrivateKey};
use signer::token::{Claims, Dialect, KeyRing, Policy, Request, Scratch, TokenKey, Verifier};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::{Duration, Instant};

const RSA: &str = include_str!("../../keys/test-only-rsa-pkcs1.pem");
const P256: &str = include_str!("../../keys/test-only-p256-pkcs8.pem");
const ID: &str = "K2JCJMDEHXQW5F";
const NOW: u64 = 1_767_290_400;
const URL: &str = "https://d111111abcdef8.cloudfront.net/vod/acme/one/1080p/index.m3u8?session=81f2";
const SECRET: &[u8] = b"test-only-key-of-thirty-two-bytes";

fn main() {
    let seconds: f64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(0.3);
    let only = std::env::args().nth(2).unwrap_or_default();
    let mut bench = Bench { span: Duration::from_secs_f64(seconds), only, rates: Map::new() };
    signatures(&mut bench);
    reuse(&mut bench);
    tokens(&mut bench);
    playlists(&mut bench);
    println!("{}", Value::Object(bench.rates));
}

struct Bench {
    span: Duration,
    /// What a measurement's name must hold to be run at all.
    only: String,
    rates: Map<String, Value>,
}

impl Bench {
    /// Runs `work` over and over for the span, and notes how often a second; `worth` is what one run counts for.
    fn rate(&mut self, name: &str, worth: f64, mut work: impl FnMut(u64)) {
        if !name.contains(&self.only) {
            return;
        }
        for round in 0..3 {
            work(round);
        }
        let mut batch = 1;
        let (mut runs, start) = (0_u64, Instant::now());
        let elapsed = loop {
            let before = start.elapsed();
            for _ in 0..batch {
                work(runs);
                runs += 1;
            }
            let after = start.elapsed();
            if after >= self.span {
                break after;
            }
            if after - before < Duration::from_millis(2) {
                batch *= 2;
            }
        };
        let rate = worth * runs as f64 / elapsed.as_secs_f64();
        self.rates.insert(name.to_owned(), rate.into());
    }
}

fn signatures(bench: &mut Bench) {
    for (name, pem, hash) in [
        ("sign rsa sha256", RSA, Hash::Sha256),
        ("sign p256 sha256", P256, Hash::Sha256),
        ("sign rsa sha1", RSA, Hash::Sha1),
    ] {
        let key = PrivateKey::from_pem(pem.as_bytes()).unwrap();
        let signer = Signer::new(KeyPairId::new(ID).unwrap(), key, hash);
        bench.rate(name, 1.0, |run| {
            let policy = CannedPolicy::new(Address::new(URL).unwrap(), Epoch::new(NOW + run % 1_000_000).unwrap());
            black_box(signer.sign(policy).unwrap().url());
        });
    }
    bench.rate("sign cloudfront_sign", 1.0, |run| {
        let options = cloudfront_sign::SignedOptions {
            key_pair_id: Cow::from(ID),
            private_key: Cow::from(RSA),
            date_less_than: NOW + run % 1_000_000,
            ..Default::default()
        };
        black_box(cloudfront_sign::get_signed_url(URL, &options).unwrap());
    });
}

/// 10,000 viewers of one title, spread over an hour, with expiries rounded to five minutes. One run is all of them.
fn reuse(bench: &mut Bench) {
    let window = Window::seconds(NonZeroU32::new(300).unwrap());
    bench.rate("cookies for 10000 viewers", 10_000.0, |_| {
        let key = PrivateKey::from_pem(RSA.as_bytes()).unwrap();
        let signer = Signer::new(KeyPairId::new(ID).unwrap(), key, Hash::Sha256);
        let mut reuse = SignatureReuse::new(signer, NonZeroUsize::new(1_000).unwrap());
        let resource = Resource::pattern("https://d111111abcdef8.cloudfront.net/vod/acme/one/*").unwrap();
        for viewer in 0..10_000_u64 {
            let now = NOW + viewer * 3_600 / 10_000;
            let expires = Epoch::new(now + 4 * 3_600).unwrap().rounded_down(window, now).unwrap();
            let policy = CustomPolicy::new(resource.clone(), expires);
            black_box(reuse.sign(policy).unwrap().cookies());
        }
        assert!(reuse.made() <= 14, "one signature a window");
    });
}

fn tokens(bench: &mut Bench) {
    let mut ring = KeyRing::new();
    let key = TokenKey::from_bytes(SECRET).unwrap();
    ring.add("2026-11", key, signer::token::Validity::ALWAYS).unwrap();
    let claims = Claims::expiring_at(NOW + 3_600).path("/vod/acme/one/").unwrap();
    let claims = claims.countries(["NO", "SE"]).unwrap().session("s-81f2").unwrap();
    let token = ring.mint(&claims, Dialect::Cta, NOW).unwrap();
    bench.rates.insert("token bytes".into(), (token.len() * 3 / 4).into());
    let verifier = Verifier::new(ring, Policy::default());
    let mut scratch = Scratch::new();
    let request =
        Request { path: Some("/vod/acme/one/1080p/seg-00001.m4s"), country: Some("NO"), ..Request::default() };
    bench.rate("token ours", 1.0, |_| {
        let verified = verifier.verify(black_box(&token), &request, NOW, &mut scratch).unwrap();
        black_box(verified.expires_at());
    });

    let prepared = Hmac::<sha2::Sha256>::new_from_slice(SECRET).unwrap();
    let message = [7_u8; 120];
    bench.rate("token bare hmac", 1.0, |_| {
        let mut mac = prepared.clone();
        mac.update(black_box(&message));
        black_box(mac.finalize());
    });

    // Their builder's bytes; they know no base64, which is to their favour.
    let mut scope = BTreeMap::new();
    scope.insert(uri_components::PATH, catu::prefix_match("/vod/acme/one/"));
    let theirs = TokenBuilder::new()
        .algorithm(Algorithm::HmacSha256)
        .protected_key_id(KeyId::string("2026-11"))
        .registered_claims(RegisteredClaims::new().with_expiration(4_000_000_000).with_cti(b"s-81f2".to_vec()))
        .custom_cbor(cat_keys::CATU, catu::create(scope))
        .sign(SECRET)
        .unwrap()
        .to_bytes()
        .unwrap();
    bench.rate("token common-access-token", 1.0, |_| {
        let token = common_access_token::Token::from_bytes(black_box(&theirs)).unwrap();
        token.verify(SECRET).unwrap();
        let options = VerificationOptions::new()
            .verify_exp(true)
            .require_exp(true)
            .verify_catu(true)
            .uri("https://cdn.example.com/vod/acme/one/1080p/seg-00001.m4s");
        token.verify_claims(&options).unwrap();
        black_box(token);
    });
}

fn playlists(bench: &mut Bench) {
    for segments in [1_200, 28_000] {
        let text = media_playlist(segments);
        let gigabytes = text.len() as f64 / 1e9;
        bench.rates.insert(format!("playlist bytes {segments}"), text.len().into());
        let short = "token=0123456789abcdef";
        let long = format!("Expires=1767290400&Signature={}&Key-Pair-Id={ID}&Hash-Algorithm=SHA256", "a".repeat(96));
        for (name, query) in [("short query", short), ("signed query", &long)] {
            let mut out = Vec::new();
            bench.rate(&format!("hls ours, {name} {segments}"), gigabytes, |_| {
                out.clear();
                let mut rewriter = Rewriter::new(Addition::query(query).unwrap(), Options::default());
                rewriter.push(black_box(text.as_bytes()), &mut out).unwrap();
                rewriter.finish(&mut out).unwrap();
                black_box(&out);
            });
            assert!(out.is_empty() || out.len() > text.len() + segments * query.len());
        }
        let absolute = text.replace("seg-", "https://cdn.example.com/vod/acme/one/seg-");
        let low_latency = low_latency_playlist(segments);
        for (name, text) in [("absolute URIs", &absolute), ("low-latency parts", &low_latency)] {
            let gigabytes = text.len() as f64 / 1e9;
            let mut out = Vec::new();
            bench.rate(&format!("hls ours, {name} {segments}"), gigabytes, |_| {
                out.clear();
                let base = BaseUrl::parse("https://cdn.example.com/vod/acme/one/index.m3u8").unwrap();
                let options = Options { base: Some(base), ..Options::default() };
                let mut rewriter = Rewriter::new(Addition::query(short).unwrap(), options);
                rewriter.push(black_box(text.as_bytes()), &mut out).unwrap();
                rewriter.finish(&mut out).unwrap();
                black_box(&out);
            });
            assert!(out.is_empty() || out.len() > text.len() + segments * short.len());
        }
        let mut out = Vec::new();
        bench.rate(&format!("hls ours, path prefix {segments}"), gigabytes, |_| {
            out.clear();
            let mut rewriter = Rewriter::new(Addition::path_prefix("/t/0123456789abcdef").unwrap(), Options::default());
            rewriter.push(black_box(text.as_bytes()), &mut out).unwrap();
            rewriter.finish(&mut out).unwrap();
            black_box(&out);
        });
        bench.rate(&format!("hls memchr loop {segments}"), gigabytes, |_| {
            let mut longest = 0;
            let mut start = 0;
            for end in memchr::memchr_iter(b'\n', black_box(text.as_bytes())) {
                longest = longest.max(end - start);
                start = end + 1;
            }
            black_box(longest);
        });
        for (name, all_tags) in [("without tags", false), ("with tags", true)] {
            let options = if all_tags {
                ParsingOptionsBuilder::new().with_parsing_for_all_tags().build()
            } else {
                ParsingOptionsBuilder::new().build()
            };
            bench.rate(&format!("hls quick-m3u8 reading {name} {segments}"), gigabytes, |_| {
                let mut reader = Reader::from_str(black_box(&text), options.clone());
                let mut lines = 0;
                while let Ok(Some(line)) = reader.read_line() {
                    lines += 1;
                    black_box(&line);
                }
                assert!(lines > 2 * segments);
            });
        }
        bench.rate(&format!("hls m3u8-rs reading {segments}"), gigabytes, |_| {
            let (_, playlist) = m3u8_rs::parse_media_playlist(black_box(text.as_bytes())).unwrap();
            black_box(playlist.segments.len());
        });
        bench.rate(&format!("hls m3u8-rs rewriting {segments}"), gigabytes, |_| {
            let (_, mut playlist) = m3u8_rs::parse_media_playlist(black_box(text.as_bytes())).unwrap();
            for segment in &mut playlist.segments {
                segment.uri.push('?');
                segment.uri.push_str(short);
            }
            let mut out = Vec::new();
            playlist.write_to(&mut out).unwrap();
            black_box(out);
        });
    }
}

fn media_playlist(segments: usize) -> String {
    let mut text = String::from(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n\
         #EXT-X-MAP:URI=\"init.mp4\"\n",
    );
    for number in 0..segments {
        text.push_str(&format!("#EXTINF:6.000,\nseg-{number:05}.m4s\n"));
    }
    text.push_str("#EXT-X-ENDLIST\n");
    text
}

fn low_latency_playlist(segments: usize) -> String {
    let mut text = String::from("#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n#EXT-X-PART-INF:PART-TARGET=1.0\n");
    for number in 0..segments {
        for part in 0..4 {
            text.push_str(&format!("#EXT-X-PART:DURATION=1.00000,URI=\"seg-{number:05}.{part}.m4s\",INDEPENDENT=YES\n"));
        }
        text.push_str(&format!("#EXTINF:4.00000,\nseg-{number:05}.m4s\n"));
    }
    text
}
