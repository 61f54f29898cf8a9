//! What is to be made, and why it was not.

use rights::title::is_title;
use std::path::PathBuf;

/// What is to be made of which file.
#[derive(Debug, Clone)]
pub struct Order {
    /// The video.
    pub file: PathBuf,
    /// The title's id.
    pub title: String,
    /// Its name for people; the file's without its ending if none is given.
    pub name: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// The heights that are wanted. Those above the picture's are left out.
    pub heights: Vec<u32>,
    /// How it is encrypted.
    pub protection: Protection,
    /// A content folder: media go to `vod/`, pictures to `artwork/`, the entry into `catalogue.json`.
    pub output: PathBuf,
    /// Whether a title of this id may be there already.
    pub replace: bool,
    /// Where ffmpeg and the packager are put if this machine has none.
    pub tools: PathBuf,
    /// Who hears of it.
    pub to: To,
}

/// How media are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Not at all.
    None,
    /// Each segment whole, with one key (HLS AES-128).
    Aes128,
    /// Common encryption (cenc) with keys for sound, SD and HD, for `ClearKey`.
    ClearKey,
}

/// Who hears of the title, and whose keys encrypt it.
#[derive(Debug, Clone)]
pub enum To {
    /// Nobody: it lies in the folder. New keys are written into its `keys.json`, for the demo.
    Folder,
    /// An origin API.
    Server(Server),
    /// The demo that runs at this address, on this machine: its folder and its origin API.
    Demo(String),
}

/// An origin API, and who comes to it.
#[derive(Debug, Clone)]
pub struct Server {
    /// Where titles are administered, such as `https://api.example.com`.
    pub url: String,
    /// A file with an administrator's login.
    pub login: PathBuf,
    /// Where keys come from, if something is encrypted.
    pub packager: Option<Packager>,
}

/// A packager at a key server (SPEKE 2.0).
#[derive(Debug, Clone)]
pub struct Packager {
    /// Where the key server is, such as `https://api.example.com`.
    pub url: String,
    /// The packager's name.
    pub name: String,
    /// A file with its password.
    pub password: PathBuf,
}

/// Why nothing was made. Nothing is left behind then.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// What was ordered cannot be meant.
    #[error("{0}")]
    Usage(String),
    /// Something is wrong with the video, the programs, a folder or a server.
    #[error("{0}")]
    Refused(String),
    /// Somebody stopped it.
    #[error("it was stopped; nothing was left behind")]
    Stopped,
}

/// Most functions here fail in words.
impl From<String> for IngestError {
    fn from(words: String) -> Self {
        Self::Refused(words)
    }
}

/// What stands behind a title in addresses of media; see `edge/REQUESTS.md`.
const BEHIND: [&str; 5] = ["audio", "keys", "master.m3u8", "mobile", "text"];

impl Order {
    /// What can be said without a look at anything.
    pub(crate) fn check(&self) -> Result<(), IngestError> {
        let Self { title, heights, .. } = self;
        if !is_title(title) {
            return Err(IngestError::Usage(format!(
                "`{title}` is no title id; write segments of a-z, 0-9, `.`, `_` and `-` with `/` between them, such as `acme/one`"
            )));
        }
        if let Some(segment) = title.split('/').skip(1).find(|segment| is_behind(segment)) {
            return Err(IngestError::Usage(format!(
                "`{title}` cannot be told from a file of another title, for `{segment}` stands behind titles in addresses; choose another id"
            )));
        }
        // A file system has shorter names than an id may have.
        if let Some(long) = title.split('/').find(|segment| segment.len() > 200) {
            return Err(IngestError::Usage(format!(
                "`{long}` is too long for the name of a folder; write at most 200 letters between two `/`"
            )));
        }
        for height in heights {
            if !(96..=4320).contains(height) || height % 2 == 1 {
                return Err(IngestError::Usage(format!(
                    "{height} is no height that can be encoded; write even numbers from 96 to 4320, such as 1080,720,360"
                )));
            }
        }
        if heights.is_empty() || heights.len() > 8 {
            return Err(IngestError::Usage("write 1 to 8 heights, such as 1080,720,360".to_owned()));
        }
        let too_long =
            |text: &Option<String>, most| text.as_ref().is_some_and(|text| text.chars().count() > most);
        if too_long(&self.name, 512) || too_long(&self.description, 8192) {
            return Err(IngestError::Usage(
                "a name has at most 512 letters, and a description 8192".to_owned(),
            ));
        }
        if self.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
            return Err(IngestError::Usage("the name is empty; people search by it".to_owned()));
        }
        Ok(())
    }

    /// The name that people read.
    pub(crate) fn shown_name(&self) -> String {
        let of_file = || self.file.file_stem().map(|stem| stem.to_string_lossy().trim().to_owned());
        let name = self.name.clone().or_else(of_file).unwrap_or_default();
        let plain: String = name.chars().filter(|one| !one.is_control()).take(512).collect();
        if plain.trim().is_empty() { self.title.clone() } else { plain }
    }
}

impl Protection {
    /// As the catalogue calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Aes128 => "aes-128",
            Self::ClearKey => "clearkey",
        }
    }

    /// As CPIX calls it.
    pub(crate) fn scheme(self) -> &'static str {
        match self {
            Self::None | Self::ClearKey => "cenc",
            Self::Aes128 => "cbc1",
        }
    }
}

fn is_behind(segment: &str) -> bool {
    let is_height =
        |digits: &str| (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    BEHIND.contains(&segment) || segment.strip_suffix('p').is_some_and(is_height)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(title: &str, heights: &[u32]) -> Order {
        Order {
            file: "a film.mp4".into(),
            title: title.to_owned(),
            name: None,
            description: None,
            heights: heights.to_vec(),
            protection: Protection::None,
            output: "content".into(),
            replace: false,
            tools: ".tools/ingest".into(),
            to: To::Folder,
        }
    }

    #[test]
    fn what_cannot_be_meant_is_a_wrong_call() {
        let long = "x".repeat(201);
        for (title, heights, words) in [
            ("acme/one", [720].as_slice(), ""),
            ("mobile/one", &[96, 4320], ""),
            ("acme/one/s01.e02", &[720], ""),
            ("", &[720], "`` is no title id"),
            ("Acme", &[720], "`Acme` is no title id"),
            ("acme/../one", &[720], "is no title id"),
            ("/acme", &[720], "is no title id"),
            ("--replace", &[720], ""),
            ("acme one", &[720], "is no title id"),
            ("acme/mobile", &[720], "`mobile` stands behind titles"),
            ("acme/720p", &[720], "`720p` stands behind titles"),
            ("acme/audio/two", &[720], "`audio` stands behind titles"),
            (&long, &[720], "is too long for the name of a folder"),
            ("acme", &[], "1 to 8 heights"),
            ("acme", &[721], "721 is no height"),
            ("acme", &[0], "0 is no height"),
            ("acme", &[94], "94 is no height"),
            ("acme", &[4322], "4322 is no height"),
        ] {
            match order(title, heights).check() {
                Ok(()) => assert_eq!(words, "", "{title} {heights:?}"),
                Err(IngestError::Usage(said)) => {
                    assert!(!words.is_empty() && said.contains(words), "{title} {heights:?}: {said}");
                }
                Err(other) => panic!("{title}: {other}"),
            }
        }
    }

    #[test]
    fn a_name_is_the_files_unless_it_is_said() {
        for (file, name, expected) in [
            ("a film.mp4", None, "a film"),
            ("/x/-one.mkv", None, "-one"),
            ("a\tb.mp4", None, "ab"),
            ("a.mp4", Some("B"), "B"),
            ("/", None, "acme/one"),
        ] {
            let order =
                Order { file: file.into(), name: name.map(str::to_owned), ..order("acme/one", &[720]) };
            assert_eq!(order.shown_name(), expected);
        }
    }
}
