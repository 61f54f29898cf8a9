//! What holds for every playlist: realistic ones, garbage, and anything in between.
#![cfg(not(target_arch = "wasm32"))]

#[cfg(test)]
mod properties {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fmt::Write as _;

    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;
    use signer::hls::{Addition, BaseUrl, HlsError, Options, Rewriter, rewrite};

    const QUERY: &str = "proof=1f~a_-%2F&proof2=2";
    const PREFIX: &str = "/t/tok-1";
    /// No generated text holds it by chance.
    const MARK: &str = "ZzQq-9~7~ZzQq-9~7";

    /// A line as it comes in, and as it must go out under [`QUERY`] and [`own_base`].
    type Line = (String, String);

    fn own_base() -> BaseUrl {
        BaseUrl::parse("https://media.example/vod/one/index.m3u8").unwrap()
    }

    /// A URI, and what becomes of it.
    fn uri() -> impl Strategy<Value = Line> {
        let name = "[a-zA-Z0-9][a-zA-Z0-9._~%!$&'()*+,;=@æ-]{0,20}(/[a-z0-9.:_-]{0,12}){0,3}";
        let own = prop_oneof![
            4 => Just(""),
            1 => Just("/"),
            1 => Just("../"),
            1 => Just("https://media.example/"),
            1 => Just("HTTPS://Media.Example:443/"),
            1 => Just("//media.example/"),
            1 => Just("{$own}/"),
        ];
        let other = prop_oneof![
            Just("https://other.example/"),
            Just("http://media.example/"),
            Just("//media.example:8443/"),
            Just("https://media.example@other.example/"),
            Just("skd://"),
            Just("data:text/plain,"),
            Just("urn:uuid:"),
            Just("{$away}/"),
            Just("/\\"),
        ];
        let query = prop_oneof![2 => Just(String::new()), 1 => "[?][a-z0-9=&/?:]{0,12}"];
        let fragment = prop_oneof![4 => Just(String::new()), 1 => "#[a-z0-9=&/?:#]{0,12}"];
        prop_oneof![
            8 => (own, name, query.clone(), fragment.clone()).prop_map(|(start, name, query, fragment)| {
                let joint = if query.is_empty() { "?" } else { "&" };
                let before = format!("{start}{name}{query}");
                (format!("{before}{fragment}"), format!("{before}{joint}{QUERY}{fragment}"))
            }),
            2 => (other, name, query, fragment).prop_map(|(start, name, query, fragment)| {
                let uri = format!("{start}{name}{query}{fragment}");
                (uri.clone(), uri)
            }),
        ]
    }

    fn unchanged(line: String) -> Line {
        (line.clone(), line)
    }

    fn line() -> impl Strategy<Value = Line> {
        let carrier = prop_oneof![
            Just(("#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"a, URI=b\",", "URI")),
            Just(("#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1 , ", "URI")),
            Just(("#EXT-X-KEY:METHOD=AES-128,", "URI")),
            Just(("#EXT-X-SESSION-KEY:METHOD=AES-128,", "URI")),
            Just(("#EXT-X-MAP:", "URI")),
            Just(("#EXT-X-PART:DURATION=0.33,", "URI")),
            Just(("#EXT-X-PRELOAD-HINT:TYPE=PART,", "URI")),
            Just(("#EXT-X-RENDITION-REPORT: ", " URI ")),
            Just(("#EXT-X-SESSION-DATA:DATA-ID=\"x\",", "URI")),
            Just(("#EXT-X-CONTENT-STEERING:", "SERVER-URI")),
            Just(("#EXT-X-DATERANGE:ID=\"i\",", "X-ASSET-URI")),
            Just(("#EXT-X-DATERANGE:ID=\"i\",", "X-ASSET-LIST")),
        ];
        let blank = "[ \t]{0,3}";
        prop_oneof![
            4 => (blank, uri(), blank).prop_map(|(before, (uri, signed), after)| {
                (format!("{before}{uri}{after}"), format!("{before}{signed}{after}"))
            }),
            4 => uri(),
            3 => "#EXTINF:[0-9.]{1,6},[ -~]{0,30}".prop_map(unchanged),
            3 => (carrier, uri(), "(,[A-Z-]{4,8}=[a-z0-9]{1,5}|,[A-Z-]{4,8}=\"[ !#-~]{0,9}\"){0,2}").prop_map(
                |((start, name), (uri, signed), rest)| {
                    (format!("{start}{name}=\"{uri}\"{rest}"), format!("{start}{name}=\"{signed}\"{rest}"))
                }
            ),
            1 => "#EXT-X-(STREAM-INF|BYTERANGE|VENDOR|MEDIA-SEQUENCE|MAPS):[ -~]{0,30}".prop_map(unchanged),
            1 => "#([ -DF-~][ -~]{0,30})?".prop_map(unchanged),
            1 => blank.prop_map(unchanged),
        ]
    }

    /// A playlist, and what becomes of it.
    fn playlist() -> impl Strategy<Value = Line> {
        let ending = prop_oneof![2 => Just("\n"), 1 => Just("\r\n")];
        let opening = prop_oneof![Just("#EXTM3U"), Just("\u{feff}#EXTM3U"), Just("#EXTM3U \t")];
        let last = prop_oneof![Just(""), Just("\r"), Just("\n")];
        (opening, vec((ending, line()), 0..40), last).prop_map(|(opening, lines, last)| {
            let mut both = unchanged(opening.to_owned());
            let defined = [
                "#EXT-X-DEFINE:NAME=\"own\",VALUE=\"https://media.example\"",
                "#EXT-X-DEFINE:NAME=\"away\",VALUE=\"https://other.example\"",
            ];
            let defined = defined.map(|define| ("\n", unchanged(define.to_owned())));
            for (ending, (line, signed)) in defined.into_iter().chain(lines) {
                write!(both.0, "{ending}{line}").unwrap();
                write!(both.1, "{ending}{signed}").unwrap();
            }
            (both.0 + last, both.1 + last)
        })
    }

    /// Bytes that look like a playlist in places.
    fn garbage() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            vec(any::<u8>(), 0..12),
            "[\\\\/:?#{}$\".\t\r\n ,=a%2e]{0,12}".prop_map(String::into_bytes),
            line().prop_map(|(line, _)| line.into_bytes()),
            prop_oneof![
                Just("#EXT-X-KEY:"),
                Just("URI=\""),
                Just("#EXT-X-DEFINE:"),
                Just("NAME=\"a\","),
                Just("VALUE=\"/b\""),
                Just("{$a}"),
                Just("#EXT-X-STREAM-INF:"),
                Just("RESOLUTION=1x720,"),
                Just("AUDIO=\"g\""),
                Just("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"g\""),
                Just("#EXTINF:6,"),
                Just("../../../.."),
                Just("\r\n"),
                Just("https://media.example"),
                Just("QUERYPARAM=\"q\""),
                Just("#EXTM3U"),
            ]
            .prop_map(|text: &str| text.as_bytes().to_vec()),
            Just(b"\n".to_vec()),
        ];
        (any::<bool>(), vec(piece, 0..40)).prop_map(|(begins, pieces)| {
            let mut text = if begins { b"#EXTM3U\n".to_vec() } else { Vec::new() };
            text.extend(pieces.concat());
            text
        })
    }

    fn addition() -> impl Strategy<Value = Addition> {
        prop_oneof![
            Just(Addition::query(QUERY).unwrap()),
            Just(Addition::path_prefix(PREFIX).unwrap()),
            Just(Addition::Nothing),
        ]
    }

    fn options() -> impl Strategy<Value = Options> {
        let base = prop_oneof![
            Just(own_base()),
            Just(BaseUrl::parse("https://media.example/t/tok-1/vod/index.m3u8?q=%2F%2Fx").unwrap()),
        ];
        (option::of(base), option::of(0_u32..1200), any::<bool>()).prop_map(|(base, max_height, known)| {
            Options {
                base,
                max_height,
                variables: known.then(|| ("a".to_owned(), "x".to_owned())).into_iter().collect(),
            }
        })
    }

    fn in_chunks(
        text: &[u8],
        cuts: &[usize],
        addition: Addition,
        options: Options,
    ) -> (Vec<u8>, Result<(), HlsError>) {
        let mut rewriter = Rewriter::new(addition, options);
        let mut out = Vec::new();
        let mut rest = text;
        let mut cuts = cuts.iter().cycle();
        let mut result = Ok(());
        while !rest.is_empty() && result.is_ok() {
            let size = cuts.next().map_or(rest.len(), |cut| rest.len().min(*cut));
            let (chunk, after) = rest.split_at(size);
            result = rewriter.push(chunk, &mut out);
            rest = after;
        }
        let result = result.and_then(|()| rewriter.finish(&mut out));
        (out, result)
    }

    fn without(text: &[u8], query: &str) -> String {
        let text = String::from_utf8(text.to_vec()).unwrap();
        text.replace(&format!("?{query}"), "").replace(&format!("&{query}"), "")
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn each_uri_and_nothing_else_changes((text, signed) in playlist()) {
            let options = Options { base: Some(own_base()), ..Options::default() };
            let out = rewrite(text.as_bytes(), Addition::query(QUERY).unwrap(), options).unwrap();
            prop_assert_eq!(String::from_utf8(out).unwrap(), signed);
        }

        #[test]
        fn stripping_the_query_gives_the_original_back((text, _) in playlist(), base in any::<bool>()) {
            let options = Options { base: base.then(own_base), ..Options::default() };
            let out = rewrite(text.as_bytes(), Addition::query(QUERY).unwrap(), options).unwrap();
            prop_assert_eq!(without(&out, QUERY), text);
        }

        #[test]
        fn stripping_the_query_from_garbage(text in garbage(), options in options()) {
            let options = Options { max_height: None, ..options };
            if let Ok(out) = rewrite(&text, Addition::query(MARK).unwrap(), options) {
                let mut left = text.iter().peekable();
                let mut out = out.as_slice();
                // Whatever is not the original's next byte must be the query, joined.
                while let Some((byte, rest)) = out.split_first() {
                    let joined = out.strip_prefix(b"?").or(out.strip_prefix(b"&"));
                    let added = joined.and_then(|query| query.strip_prefix(MARK.as_bytes()));
                    if let Some(after) = added {
                        out = after;
                    } else {
                        prop_assert_eq!(Some(byte), left.next());
                        out = rest;
                    }
                }
                prop_assert_eq!(left.next(), None);
            }
        }

        #[test]
        fn chunks_make_no_difference(
            text in prop_oneof![garbage(), playlist().prop_map(|(text, _)| text.into_bytes())],
            cuts in vec(1_usize..40, 1..8),
            addition in addition(),
            options in options(),
        ) {
            let whole = in_chunks(&text, &[], addition.clone(), options.clone());
            prop_assert_eq!(in_chunks(&text, &cuts, addition.clone(), options.clone()), whole.clone());
            prop_assert_eq!(in_chunks(&text, &[1], addition, options), whole);
        }

        #[test]
        fn no_bytes_make_it_panic(text in vec(any::<u8>(), 0..300), addition in addition(), options in options()) {
            let text = [b"#EXTM3U\n".as_slice(), &text].concat();
            let (_, whole) = in_chunks(&text, &[], addition.clone(), options.clone());
            let (_, chunks) = in_chunks(&text, &[1], addition, options);
            prop_assert_eq!(whole, chunks);
        }

        #[test]
        fn a_prefix_reaches_every_own_path(
            folders in vec("[a-z]{1,3}", 0..4),
            path in "(/|)((\\.\\.|\\.|[a-z]{1,3}|\\.\\.|%2e%2E)/){0,6}([a-z]{1,3}|\\.\\.|)",
            with_prefix in any::<bool>(),
        ) {
            prop_assume!(!path.is_empty());
            let folder = folders.iter().fold(String::new(), |path, folder| path + "/" + folder);
            let inner = if with_prefix { PREFIX } else { "" };
            let base = BaseUrl::parse(&format!("https://media.example{inner}{folder}/index.m3u8")).unwrap();
            let options = Options { base: Some(base), ..Options::default() };
            let text = format!("#EXTM3U\n{path}\n");
            let out = rewrite(text.as_bytes(), Addition::path_prefix(PREFIX).unwrap(), options).unwrap();
            let out = String::from_utf8(out).unwrap();
            let written = out.strip_prefix("#EXTM3U\n").unwrap().strip_suffix('\n').unwrap();
            let meant = resolve(&format!("{folder}/"), &path);
            let reached = resolve(&format!("{PREFIX}{folder}/"), written);
            prop_assert_eq!(reached, format!("{PREFIX}{meant}"), "{}", written);
        }

        #[test]
        fn a_ladder_keeps_to_its_cap(ladder in ladder(), max_height in 0_u32..1200) {
            let text = ladder.text();
            let options = Options { max_height: Some(max_height), ..Options::default() };
            let fits = |variant: &Variant| {
                variant.height.map_or(variant.codecs == "mp4a.40.2", |height| height <= max_height)
            };
            let out = match rewrite(text.as_bytes(), Addition::Nothing, options) {
                Err(error) => {
                    let lowest = ladder.variants.iter().filter_map(|variant| variant.height).min();
                    prop_assert_eq!(error, HlsError::NothingBelowHeight { max_height, lowest });
                    prop_assert!(!ladder.variants.is_empty() && !ladder.variants.iter().any(fits));
                    return Ok(());
                }
                Ok(out) => String::from_utf8(out).unwrap(),
            };
            let kept: Vec<&Variant> = ladder.variants.iter().filter(|variant| fits(variant)).collect();
            let needed: BTreeSet<u8> = kept.iter().filter_map(|variant| variant.group).collect();
            let before: BTreeSet<u8> = ladder.variants.iter().filter_map(|variant| variant.group).collect();
            let renditions = ladder.renditions.iter().copied();
            let renditions = renditions.filter(|group| needed.contains(group) || !before.contains(group)).collect();
            let variants = kept.into_iter().cloned().collect();
            prop_assert_eq!(out, Ladder { renditions, variants }.text());
        }
    }

    #[derive(Debug, Clone)]
    struct Variant {
        number: usize,
        height: Option<u32>,
        codecs: &'static str,
        group: Option<u8>,
    }

    #[derive(Debug, Clone)]
    struct Ladder {
        renditions: Vec<u8>,
        variants: Vec<Variant>,
    }

    impl Ladder {
        fn text(&self) -> String {
            let rendition = |group: &u8| {
                format!("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"{group}\",NAME=\"n\",URI=\"{group}.m3u8\"\r\n")
            };
            let renditions: Vec<String> = self.renditions.iter().map(rendition).collect();
            let variants: Vec<String> = self.variants.iter().map(Variant::text).collect();
            format!("#EXTM3U\n{}{}", renditions.concat(), variants.concat())
        }
    }

    impl Variant {
        fn text(&self) -> String {
            let Self { number, height, codecs, group } = self;
            let height =
                height.map(|height| format!(",RESOLUTION={}x{height}", height * 2)).unwrap_or_default();
            let group = group.map(|group| format!(",AUDIO=\"{group}\"")).unwrap_or_default();
            format!(
                "#EXT-X-STREAM-INF:BANDWIDTH={number},CODECS=\"{codecs}\"{height}{group}\n{number}.m3u8\n"
            )
        }
    }

    fn ladder() -> impl Strategy<Value = Ladder> {
        let codecs = prop_oneof![3 => Just("avc1.4d401f,mp4a.40.2"), 1 => Just("mp4a.40.2")];
        let variant = (option::weighted(0.8, 1_u32..1200), codecs, option::of(0_u8..5));
        (vec(0_u8..6, 0..8), vec(variant, 0..8)).prop_map(|(renditions, variants)| Ladder {
            renditions,
            variants: variants
                .into_iter()
                .enumerate()
                .map(|(number, (height, codecs, group))| Variant { number, height, codecs, group })
                .collect(),
        })
    }

    /// How a player resolves a path against a folder, in the plainest way there is.
    fn resolve(folder: &str, path: &str) -> String {
        let whole = if path.starts_with('/') { path.to_owned() } else { format!("{folder}{path}") };
        let whole = whole.replace("%2e%2E", "..");
        let mut kept: Vec<&str> = Vec::new();
        let mut segments: Vec<&str> = whole.split('/').skip(1).collect();
        if matches!(segments.last(), Some(&"." | &"..")) {
            segments.push("");
        }
        for segment in segments {
            match segment {
                "." => {}
                ".." => drop(kept.pop()),
                other => kept.push(other),
            }
        }
        format!("/{}", kept.join("/"))
    }

    #[test]
    fn the_plain_resolver_agrees_with_the_specification() {
        let examples = BTreeMap::from([
            ("g", "/b/c/g"),
            ("./g", "/b/c/g"),
            ("g/", "/b/c/g/"),
            ("/g", "/g"),
            (".", "/b/c/"),
            ("..", "/b/"),
            ("../g", "/b/g"),
            ("../..", "/"),
            ("../../../../g", "/g"),
            ("g/../h", "/b/c/h"),
        ]);
        for (path, expected) in examples {
            assert_eq!(resolve("/b/c/", path), expected, "{path}");
        }
    }
}
