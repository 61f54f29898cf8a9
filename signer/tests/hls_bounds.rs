//! A playlist of any length takes constant memory, and what would take more is an error.

#[cfg(test)]
mod bounds {
    use signer::hls::{
        Addition, HlsError, MAX_DEFINITIONS, MAX_LINE, MAX_MULTIVARIANT, Options, Rewriter, rewrite,
    };

    const CHUNK: usize = 64 * 1024 + 1;

    fn capped() -> Options {
        Options { max_height: Some(720), ..Options::default() }
    }

    fn query() -> Addition {
        Addition::query("token=abc").unwrap()
    }

    /// Pushes chunks of `text` over and over until `total` bytes went in, and tells the most that was held.
    fn stream(rewriter: &mut Rewriter, text: &[u8], total: usize) -> (Result<(), HlsError>, usize) {
        let mut out = Vec::new();
        let mut most = 0;
        let mut sent = 0;
        let mut chunk = Vec::with_capacity(CHUNK + text.len());
        while sent < total {
            while chunk.len() < CHUNK {
                chunk.extend_from_slice(text);
            }
            let rest = chunk.split_off(CHUNK);
            out.clear();
            if let Err(error) = rewriter.push(&chunk, &mut out) {
                return (Err(error), most);
            }
            most = most.max(rewriter.held_bytes());
            sent += chunk.len();
            chunk = rest;
        }
        (Ok(()), most)
    }

    #[test]
    fn sixty_four_megabytes_take_a_line_of_memory() {
        for options in [Options::default(), capped()] {
            let mut rewriter = Rewriter::new(query(), options);
            rewriter.push(b"#EXTM3U\n#EXT-X-TARGETDURATION:6\n", &mut Vec::new()).unwrap();
            let segments =
                b"#EXTINF:6.000,\nseg-00001.m4s\n#EXT-X-PART:DURATION=1,URI=\"p.m4s\"\n#EXTINF:6,\nx.ts?a\n";
            let (result, most) = stream(&mut rewriter, segments, 64 << 20);
            assert_eq!(result, Ok(()));
            assert!(most <= 1024, "{most} bytes held");
        }
    }

    #[test]
    fn long_lines_are_held_up_to_the_limit() {
        let mut rewriter = Rewriter::new(query(), Options::default());
        rewriter.push(b"#EXTM3U\n", &mut Vec::new()).unwrap();
        let mut line = vec![b'a'; MAX_LINE];
        line.push(b'\n');
        let (result, most) = stream(&mut rewriter, &line, 16 << 20);
        assert_eq!(result, Ok(()));
        assert!((MAX_LINE / 2..=2 * MAX_LINE).contains(&most), "{most} bytes held");
    }

    #[test]
    fn a_line_above_the_limit_is_an_error_however_it_comes() {
        for beginning in ["", "#", "#EXTINF:6,", "#EXT-X-KEY:", "/", " ", "a?"] {
            for (length, ending, fits) in [
                (MAX_LINE, "\n", true),
                (MAX_LINE, "", true),
                (MAX_LINE + 1, "\n", false),
                (MAX_LINE + 1, "", false),
            ] {
                let text = format!("#EXTM3U\n{beginning}{}{ending}", "a".repeat(length - beginning.len()));
                for options in [Options::default(), capped()] {
                    let whole = rewrite(text.as_bytes(), query(), options.clone());
                    assert_eq!(whole.is_ok(), fits, "{beginning} {length}");
                    assert!(fits || whole == Err(HlsError::LineTooLong { line: 2 }));
                    let mut rewriter = Rewriter::new(query(), options);
                    let mut out = Vec::new();
                    let chunks = text
                        .as_bytes()
                        .chunks(1000)
                        .try_for_each(|chunk| rewriter.push(chunk, &mut out))
                        .and_then(|()| rewriter.finish(&mut out));
                    assert_eq!(chunks.map(|()| out), whole, "{beginning} {length}");
                }
            }
        }
    }

    #[test]
    fn a_first_line_without_end_is_not_waited_for() {
        let mut rewriter = Rewriter::new(query(), Options::default());
        let mut out = Vec::new();
        let page = "<html>".repeat(1 << 20);
        assert_eq!(rewriter.push(page.as_bytes(), &mut out), Err(HlsError::NotAPlaylist));
        assert!(rewriter.held_bytes() <= 2 * MAX_LINE);
        let mut rewriter = Rewriter::new(query(), Options::default());
        let opening = format!("#EXTM3U {}", "a".repeat(MAX_LINE));
        assert_eq!(rewriter.push(opening.as_bytes(), &mut out), Err(HlsError::LineTooLong { line: 1 }));
        assert!(out.is_empty());
    }

    #[test]
    fn a_ladder_is_held_up_to_the_limit() {
        let mut rewriter = Rewriter::new(query(), capped());
        rewriter.push(b"#EXTM3U\n", &mut Vec::new()).unwrap();
        let variant = b"#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=640x360\na.m3u8\n";
        let (result, most) = stream(&mut rewriter, variant, 2 * MAX_MULTIVARIANT);
        assert_eq!(result, Err(HlsError::MultivariantTooLong));
        assert!(most <= 2 * MAX_MULTIVARIANT, "{most} bytes held");
    }

    #[test]
    fn without_a_cap_a_ladder_is_not_held() {
        let mut rewriter = Rewriter::new(query(), Options::default());
        rewriter.push(b"#EXTM3U\n", &mut Vec::new()).unwrap();
        let variant = b"#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=640x360\na.m3u8\n";
        let (result, most) = stream(&mut rewriter, variant, 2 * MAX_MULTIVARIANT);
        assert_eq!(result, Ok(()));
        assert!(most <= 1024, "{most} bytes held");
    }

    #[test]
    fn definitions_are_bounded() {
        let mut rewriter = Rewriter::new(query(), Options::default());
        rewriter.push(b"#EXTM3U\n", &mut Vec::new()).unwrap();
        let result = (0_u32..100_000).try_for_each(|number| {
            let define = format!("#EXT-X-DEFINE:NAME=\"{number}\",VALUE=\"\"\n");
            rewriter.push(define.as_bytes(), &mut Vec::new())
        });
        assert!(matches!(result, Err(HlsError::TooManyDefinitions { .. })), "{result:?}");
        assert!(rewriter.held_bytes() <= MAX_DEFINITIONS + 2048);
    }

    #[test]
    fn variables_cannot_swell_a_uri() {
        let value = "a".repeat(MAX_LINE / 2);
        let text =
            format!("#EXTM3U\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"{value}\"\n{}\n", "{$a}".repeat(50_000));
        let result = rewrite(text.as_bytes(), query(), Options::default());
        assert_eq!(result, Err(HlsError::LineTooLong { line: 3 }));
    }

    #[test]
    fn an_error_stays() {
        let mut rewriter = Rewriter::new(query(), Options::default());
        let mut out = Vec::new();
        let error = rewriter.push(b"#EXTM3U\na.ts\n#EXT-X-MAP:URI=\"x\nb.ts\n", &mut out).unwrap_err();
        assert_eq!(out, b"#EXTM3U\na.ts?token=abc\n");
        assert_eq!(rewriter.push(b"c.ts\n", &mut out), Err(error.clone()));
        assert_eq!(rewriter.finish(&mut out), Err(error));
        assert_eq!(out, b"#EXTM3U\na.ts?token=abc\n");
    }
}
