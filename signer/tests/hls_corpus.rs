//! The corpus of playlists: each folder of `tests/corpus/hls` holds an input, the options and what must come of it.
//! The same cases run natively and in wasm, whole and in chunks.

#[cfg(test)]
mod corpus {
    use std::collections::BTreeMap;

    use serde_json::Value;
    use signer::hls::{Addition, BaseUrl, HlsError, Options, Rewriter, rewrite};
    use wasm_bindgen_test::wasm_bindgen_test;

    struct Case {
        name: &'static str,
        options: &'static str,
        input: &'static [u8],
        expected: Option<&'static [u8]>,
    }

    macro_rules! rewritten {
        ($($name:literal,)*) => {
            const REWRITTEN: &[Case] = &[$(Case {
                name: $name,
                options: include_str!(concat!("../../tests/corpus/hls/", $name, "/case.json")),
                input: include_bytes!(concat!("../../tests/corpus/hls/", $name, "/input.m3u8")),
                expected: Some(include_bytes!(concat!("../../tests/corpus/hls/", $name, "/expected.m3u8"))),
            }),*];
        };
    }

    macro_rules! refused {
        ($($name:literal,)*) => {
            const REFUSED: &[Case] = &[$(Case {
                name: $name,
                options: include_str!(concat!("../../tests/corpus/hls/", $name, "/case.json")),
                input: include_bytes!(concat!("../../tests/corpus/hls/", $name, "/input.m3u8")),
                expected: None,
            }),*];
        };
    }

    rewritten! {
    "absolute-other-hosts",
    "absolute-own-host",
    "absolute-without-base",
    "broken-daterange-without-uri",
    "byte-order-mark",
    "comments-and-unknown-tags",
    "content-steering",
    "content-steering-elsewhere",
    "daterange-interstitials",
    "define-import",
    "define-import-elsewhere",
    "define-in-multivariant",
    "define-name-value",
    "define-queryparam",
    "define-queryparam-leads-away",
    "empty-uris",
    "first-line-with-attributes",
    "fragment-begins-variable",
    "fragments",
    "height-ladder",
    "height-ladder-crlf",
    "height-ladder-nothing-added",
    "height-last-line-goes",
    "height-media-playlist",
    "height-media-tag-last",
    "height-neither-kind",
    "height-nothing-above",
    "height-portrait",
    "height-unknown",
    "height-unreadable",
    "height-video-groups",
    "height-with-variables",
    "hosts-only-browsers-see",
    "image-playlists-are-not-listed",
    "key",
    "low-latency",
    "map-and-byteranges",
    "media-crlf",
    "media-final-carriage-return",
    "media-mixed-endings",
    "media-no-final-newline",
    "media-plain",
    "multivariant",
    "nothing-added",
    "odd-whitespace",
    "only-the-first-line",
    "other-schemes",
    "own-host-with-port",
    "own-query",
    "prefix-absolute",
    "prefix-climbing",
    "prefix-climbing-base-with-prefix",
    "prefix-climbing-from-the-root",
    "prefix-climbing-without-base",
    "prefix-multivariant",
    "prefix-root-relative",
    "prefix-there-already",
    "prefix-with-variables",
    "quotes-hide-commas",
    "session-key",
    "short-query",
    "two-uris-in-one-tag",
    "unknown-variable-that-does-not-matter",
    "unusual-characters",
    }

    refused! {
    "broken-define",
    "escape-inside-escape",
    "fragment-inside-variable",
    "height-broken-variant",
    "height-mixed",
    "height-mixed-late",
    "height-nothing-known",
    "height-nothing-left",
    "height-unknown-variable",
    "height-variant-without-uri",
    "not-a-playlist-bare-cr",
    "not-a-playlist-blank-first",
    "not-a-playlist-empty",
    "not-a-playlist-html",
    "not-a-playlist-longer-tag",
    "prefix-climbing-variable",
    "prefix-inside-variable",
    "redefined-variable",
    "stray-quote",
    "text-after-quote",
    "unknown-host-variable",
    "unknown-import",
    "unknown-queryparam",
    "unknown-variable",
    "unknown-variable-in-attribute",
    "unquoted-uri",
    "unterminated-quote",
    "unterminated-quote-after-uri",
    "used-before-defined",
    "variable-inside-value",
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn playlists_that_are_rewritten() {
        for case in REWRITTEN {
            let (addition, options, _) = case.read();
            let whole = rewrite(case.input, addition, options).map_err(|error| error.to_string());
            let expected = case.expected.unwrap_or_default();
            assert_eq!(
                whole.as_deref().map(String::from_utf8_lossy),
                Ok(String::from_utf8_lossy(expected)),
                "{}",
                case.name
            );
            assert_eq!(whole.as_deref(), Ok(expected), "{}", case.name);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn playlists_that_are_refused() {
        for case in REFUSED {
            let (addition, options, error) = case.read();
            let message = rewrite(case.input, addition, options).map_err(|error| error.to_string());
            let message = message.expect_err(case.name);
            let error = error.expect(case.name);
            assert!(message.starts_with(&error), "{}: `{message}` instead of `{error}`", case.name);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn chunks_make_no_difference() {
        for case in REWRITTEN.iter().chain(REFUSED) {
            let whole = case.in_chunks(usize::MAX);
            for size in [1, 2, 3, 7, 64] {
                assert_eq!(case.in_chunks(size), whole, "{} in chunks of {size}", case.name);
            }
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_is_no_playlist_writes_nothing() {
        for case in REFUSED.iter().filter(|case| case.name.starts_with("not-a-playlist")) {
            assert_eq!(case.in_chunks(1), (Vec::new(), Err(HlsError::NotAPlaylist)), "{}", case.name);
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    #[test]
    fn every_folder_is_listed() {
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/corpus/hls");
        let mut folders: Vec<String> = std::fs::read_dir(corpus)
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.file_type().unwrap().is_dir())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        folders.sort();
        let mut listed: Vec<&str> = REWRITTEN.iter().chain(REFUSED).map(|case| case.name).collect();
        listed.sort_unstable();
        assert_eq!(folders, listed);
    }

    impl Case {
        fn read(&self) -> (Addition, Options, Option<String>) {
            let case: Value = serde_json::from_str(self.options).expect(self.name);
            let text = |key: &str| case.get(key).map(|value| value.as_str().expect(self.name));
            let addition = match (text("query"), text("path_prefix")) {
                (Some(query), _) => Addition::query(query).expect(self.name),
                (_, Some(prefix)) => Addition::path_prefix(prefix).expect(self.name),
                (None, None) => Addition::Nothing,
            };
            let variables: BTreeMap<String, String> = case
                .get("variables")
                .map(|variables| serde_json::from_value(variables.clone()).expect(self.name))
                .unwrap_or_default();
            let max_height = case.get("max_height").map(|height| {
                let height = height.as_u64().expect(self.name);
                u32::try_from(height).expect(self.name)
            });
            let base = text("base").map(|base| BaseUrl::parse(base).expect(self.name));
            (addition, Options { base, max_height, variables }, text("error").map(str::to_owned))
        }

        fn in_chunks(&self, size: usize) -> (Vec<u8>, Result<(), HlsError>) {
            let (addition, options, _) = self.read();
            let mut rewriter = Rewriter::new(addition, options);
            let mut out = Vec::new();
            let result = self
                .input
                .chunks(size)
                .try_for_each(|chunk| rewriter.push(chunk, &mut out))
                .and_then(|()| rewriter.finish(&mut out));
            (out, result)
        }
    }
}
