//! Playlists that were written to lead proof astray, to slip past a height cap, or to exhaust the rewriter.

#![cfg(test)]

use signer::hls::{Addition, BaseUrl, HlsError, Options, rewrite};
use std::time::Instant;

const PROOF: &str = "token=SECRET";

fn signed(playlist: &[u8], base: Option<&str>) -> Result<String, HlsError> {
    let base = base.map(|base| BaseUrl::parse(base).unwrap());
    let options = Options { base, ..Options::default() };
    rewrite(playlist, Addition::query(PROOF).unwrap(), options)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn capped(playlist: &str) -> Result<String, HlsError> {
    let options = Options { max_height: Some(720), ..Options::default() };
    let bytes = rewrite(playlist.as_bytes(), Addition::query(PROOF).unwrap(), options)?;
    Ok(String::from_utf8(bytes).unwrap())
}

#[test]
fn proof_never_leaves_for_another_host_whatever_a_player_takes_for_blank() {
    for uri in [
        "\u{a0}https://evil.example/x.ts",
        "\u{feff}https://evil.example/x.ts",
        "\u{2028}//evil.example/x.ts",
        "\u{3000}//evil.example/x.ts",
        "\u{b}//evil.example/x.ts",
        "\u{85}//evil.example/x.ts",
        "a/b.ts\rhttps://evil.example/x.ts",
        "a/b.ts\u{c}https://evil.example/x.ts",
        "a?b\u{2028}https://evil.example/x.ts",
        "/\\evil.example/x.ts",
        "https:\\\\evil.example\\x.ts",
        "https://user@evil.example/x.ts",
        "https://media.example@evil.example/x.ts",
        "https://media.example.evil.example/x.ts",
        "https://media.example:444/x.ts",
        "http://media.example/x.ts",
    ] {
        for playlist in [
            format!("#EXTM3U\n#EXTINF:6,\n{uri}\n"),
            format!("#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"{uri}\"\n"),
        ] {
            for base in [None, Some("https://media.example/vod/index.m3u8")] {
                let out = signed(playlist.as_bytes(), base).unwrap();
                assert!(!out.contains("SECRET"), "{uri:?} {base:?}: {out:?}");
            }
        }
    }
}

#[test]
fn a_link_cannot_steer_proof_through_a_query_parameter() {
    let playlist = b"#EXTM3U\n#EXT-X-DEFINE:QUERYPARAM=\"cdn\"\n#EXTINF:6,\n{$cdn}/x.ts\n";
    for query in [
        "cdn=+//evil.example",
        "cdn=%C2%A0//evil.example",
        "cdn=%20//evil.example",
        "cdn=&cdn=seg",
        "cdn=a&cdn=b",
    ] {
        let base = format!("https://media.example/vod/index.m3u8?{query}");
        let out = signed(playlist, Some(&base)).unwrap_or_default();
        assert!(!out.contains("SECRET"), "{query}: {out}");
    }
    let both = b"#EXTM3U\n#EXT-X-DEFINE:QUERYPARAM=\"cdn\",VALUE=\"seg\"\n#EXTINF:6,\n{$cdn}/x.ts\n";
    let out = signed(both, Some("https://media.example/?cdn=//evil.example")).unwrap_or_default();
    assert!(!out.contains("SECRET"), "{out}");
    for attributes in [
        "NAME=\"cdn\",VALUE=\"https://evil.example\",IMPORT=\"cdn\"",
        "NAME=\"cdn\",VALUE=\"https://evil.example\",VALUE=\"https://evil2.example\"",
        "NAME=\"cdn\",VALUE=\"https://evil.example/{$z}\"",
    ] {
        let text = format!("#EXTM3U\n#EXT-X-DEFINE:{attributes}\n#EXTINF:6,\n{{$cdn}}/a.ts\n");
        let options = Options {
            base: Some(BaseUrl::parse("https://media.example/").unwrap()),
            variables: [("cdn".to_owned(), "https://media.example".to_owned())].into(),
            ..Options::default()
        };
        let found = rewrite(text.as_bytes(), Addition::query(PROOF).unwrap(), options);
        assert!(matches!(found, Err(HlsError::UnknownVariable { line: 4, .. })), "{attributes}: {found:?}");
    }
    assert!(BaseUrl::parse("https://{$x}/v/x.m3u8").is_err());
    let honest = signed(playlist, Some("https://media.example/?cdn=seg")).unwrap();
    assert!(honest.ends_with("{$cdn}/x.ts?token=SECRET\n"), "{honest}");
}

#[test]
fn no_spelling_of_a_variant_slips_past_the_cap() {
    let low = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=640x360\nlow.m3u8\n";
    for high in [
        "##EXT-X-STREAM-INF:BANDWIDTH=9,RESOLUTION=3840x2160\n4k.m3u8\n",
        "#x\r#EXT-X-STREAM-INF:BANDWIDTH=9,RESOLUTION=3840x2160\r4k.m3u8\n",
        "\u{b}#EXT-X-STREAM-INF:BANDWIDTH=9,RESOLUTION=3840x2160\n4k.m3u8\n",
        "\u{a0}#EXT-X-STREAM-INF:BANDWIDTH=9,RESOLUTION=3840x2160\n4k.m3u8\n",
        "#EXT-X-STREAM-INF:BANDWIDTH=9,CODECS=\"mp4a.40.2\",\u{a0}RESOLUTION=3840x2160\n4k.m3u8\n",
        "#EXT-X-STREAM-INF:BANDWIDTH=9,CODECS=\"mp4a.40.2\",\u{b}RESOLUTION=3840x2160\n4k.m3u8\n",
        "#EXT-X-STREAM-INF:BANDWIDTH=9,CODECS=\"mp4a.40.2 avc1.640033\"\n4k.m3u8\n",
        "#EXT-X-STREAM-INF:BANDWIDTH=9,CODECS=\"mp4a.40.2,dvh1.05.06\"\n4k.m3u8\n",
        "#EXT-X-STREAM-INF:BANDWIDTH=9\n4k.m3u8\n",
        "#EXT-X-STREAM-INF:BANDWIDTH=9,RESOLUTION=640x360,RESOLUTION=3840x2160\n4k.m3u8\n",
        "#EXT-X-STREAM-INF:BANDWIDTH=9,RESOLUTION=3840X2160\n4k.m3u8\n",
        "#EXT-X-STREAM-INF:BANDWIDTH=9,RESOLUTION=\"3840x2160\"\n4k.m3u8\n",
        "4k.m3u8\n",
    ] {
        // Refusing the whole playlist is fine, too.
        let out = capped(&format!("{low}{high}")).unwrap_or_default();
        assert!(!out.contains("4k.m3u8"), "{high:?}: {out:?}");
    }
    let hidden = "#EXTM3U\n#EXT-X-ENDLIST\n##EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=3840x2160\n4k.m3u8\n";
    assert_eq!(capped(hidden), Err(HlsError::HiddenVariant { line: 3 }));
    assert!(capped(low).unwrap().contains("low.m3u8?token=SECRET"));
}

#[test]
fn a_playlist_is_not_signed_twice() {
    let once = signed(b"#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:6,\na.ts?x=1\n", None).unwrap();
    let again = HlsError::AlreadyThere { line: 2, name: "token".to_owned() };
    assert_eq!(signed(once.as_bytes(), None), Err(again));
    for (uri, name) in [
        ("a.ts?token", Some("token")),
        ("a.ts?x&token=", Some("token")),
        ("a.ts?x#?token", None),
        ("a.ts?tokens=1", None),
        ("a.ts?x=token=1", None),
        ("a.ts?=token", None),
    ] {
        let found = signed(format!("#EXTM3U\n#EXTINF:6,\n{uri}\n").as_bytes(), None);
        let expected = name.map(|name| HlsError::AlreadyThere { line: 3, name: name.to_owned() });
        assert_eq!(found.err(), expected, "{uri}");
    }
    // Another host's URIs get nothing, and so repeat nothing.
    assert!(signed(b"#EXTM3U\n#EXTINF:6,\nhttps://other.example/a.ts?token=1\n", None).is_ok());
}

#[test]
fn small_playlists_cannot_exhaust_memory_or_time() {
    let long = "x".repeat(250_000);
    let define = format!("#EXTM3U\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"{long}\"\n");
    let groups = "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"{$a}\"\n".repeat(4_000);
    assert_eq!(capped(&(define.clone() + &groups)), Err(HlsError::MultivariantTooLong));
    let uris = "{$a}\n".repeat(20_000);
    assert_eq!(signed((define + &uris).as_bytes(), None), Err(HlsError::LineTooLong { line: 3 }));

    // Time grows with length, and not with its square: eight times as long may take thirty times as long at most.
    let time = |count: usize| {
        let tags = "#EXT-X-I-FRAME-STREAM-INF:RESOLUTION=640x360\n".repeat(count);
        let text =
            format!("#EXTM3U\n#EXT-X-STREAM-INF:RESOLUTION=640x360\nlow\n{tags}{}", "a\n".repeat(13 * count));
        let start = Instant::now();
        assert!(capped(&text).is_ok());
        start.elapsed()
    };
    let best = |count| (0..5).map(|_| time(count)).min().unwrap();
    let (short, long) = (best(500), best(4_000));
    assert!(long < short * 30, "{short:?} for 500, {long:?} for 4000");
}
