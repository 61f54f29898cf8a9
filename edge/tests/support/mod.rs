//! Worlds of the corpus, opened as `playgate edge build` would; and a host of a few lines.

use edge::identity::{NativeSignatures, Question, Signatures, Verdict};
use edge::settings::Settings;
use edge::withdrawn::{Withdrawn, read_list};
use edge::{Edge, Field, Host, Parts};
use rights::language::SourceFile;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Headers by their names, and the fields that they are.
pub(crate) const HEADERS: [(&str, Field); 13] = [
    ("authorization", Field::Authorization),
    ("cookie", Field::Cookie),
    ("origin", Field::Origin),
    ("access-control-request-method", Field::RequestedMethod),
    ("user-agent", Field::UserAgent),
    ("sec-ch-ua-mobile", Field::HintMobile),
    ("sec-ch-ua-platform", Field::HintPlatform),
    ("sec-ch-ua-form-factors", Field::HintFormFactors),
    ("cloudfront-is-mobile-viewer", Field::CdnMobile),
    ("cloudfront-is-tablet-viewer", Field::CdnTablet),
    ("cloudfront-is-smarttv-viewer", Field::CdnSmartTv),
    ("cloudfront-is-desktop-viewer", Field::CdnDesktop),
    ("vary", Field::Vary),
];

/// Where the corpus stands.
pub(crate) fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus/edge")
}

/// A host that fetches nothing.
pub(crate) struct Still {
    pub(crate) now: i64,
    pub(crate) line: String,
    pub(crate) asked: Vec<String>,
    signatures: NativeSignatures,
}

impl Still {
    pub(crate) fn at(now: i64) -> Self {
        Self { now, line: String::new(), asked: Vec::new(), signatures: NativeSignatures::new() }
    }
}

impl Signatures for Still {
    fn check(&mut self, question: &Question<'_>) -> Verdict {
        self.signatures.check(question)
    }
}

impl Host for Still {
    fn now(&self) -> i64 {
        self.now
    }

    fn fetch_keys(&mut self, _issuer: usize, url: &str) {
        self.asked.push(url.to_owned());
    }

    fn log(&mut self, line: &str) {
        line.clone_into(&mut self.line);
    }
}

/// Everything that an edge is opened with.
pub(crate) struct World {
    pub(crate) settings: Vec<u8>,
    pub(crate) bundle: Vec<u8>,
    pub(crate) keys: Vec<u8>,
    pub(crate) withdrawn: Option<Vec<u8>>,
    pub(crate) countries: Option<Vec<u8>>,
}

impl World {
    /// A world of the corpus.
    pub(crate) fn named(name: &str) -> Self {
        let folder = corpus().join("worlds").join(name);
        let text = fs::read_to_string(folder.join("edge.toml")).unwrap();
        Self::of(toml::from_str(&text).unwrap(), &folder)
    }

    /// A world of these settings, whose files stand in `folder`.
    pub(crate) fn of(mut settings: Settings, folder: &Path) -> Self {
        let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
        let keys: BTreeMap<&str, String> = settings
            .tokens
            .key
            .iter()
            .map(|key| (key.kid.as_str(), read(key.file.as_deref().unwrap()).trim().to_owned()))
            .collect();
        let keys = serde_json::to_vec(&keys).unwrap();
        for login in &mut settings.login {
            login.jwks = login.keys.as_deref().map(read);
        }
        let list =
            settings.revocations.as_ref().and_then(|revocations| revocations.file.as_deref()).map(read);
        let withdrawn = list.map(|list| Withdrawn::build(&read_list(&list).unwrap(), 7).unwrap());
        let countries = settings.addresses.as_ref().map(|addresses| {
            let rows: Vec<_> = addresses
                .tables
                .iter()
                .flat_map(|table| edge::countries::read_csv(&read(table)).unwrap())
                .collect();
            let overlaps = edge::countries::Overlaps::Refuse;
            edge::countries::build(&rows, overlaps, 1_798_761_600, "the corpus").unwrap()
        });
        let policies = sources(&folder.join("policies"));
        let files: Vec<_> =
            policies.iter().map(|(path, text)| SourceFile { path, text: text.as_bytes() }).collect();
        let policy = rights::language::read(&files).unwrap();
        let bundle = rights::compile(&policy).unwrap();
        Self { settings: settings.prepare().unwrap(), bundle, keys, withdrawn, countries }
    }

    /// An edge, freshly opened.
    pub(crate) fn open(&self) -> Edge {
        Edge::open(Parts {
            settings: &self.settings,
            bundle: self.bundle.clone(),
            keys: &self.keys,
            withdrawn: self.withdrawn.as_deref(),
            countries: self.countries.clone(),
            seed: 7,
            now: 1_800_000_000,
        })
        .unwrap()
    }
}

fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        (path.file_name().unwrap().to_str().unwrap().to_owned(), text)
    };
    files.into_iter().map(read).collect()
}
