//! The command itself, asked for what it says: the page shows what `playgate policy` prints, not a second opinion.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::process::Command;
use tokio::sync::Semaphore;

/// The most bytes of all files of a policy.
const LARGEST: usize = 1 << 20;

/// The most files of a policy.
const MOST: usize = 50;

/// How many questions are asked at once: a page that asks more waits, and the machine has room for the players.
const AT_ONCE: usize = 8;

/// The files of a policy, by their names.
pub(crate) type Files = BTreeMap<String, String>;

/// What a command printed.
pub(crate) struct Said {
    pub(crate) holds: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    /// What it printed as JSON.
    pub(crate) fn json(&self) -> Result<Value, String> {
        serde_json::from_str(&self.stdout).map_err(|_| {
            let words = self.stderr.trim();
            if words.is_empty() { "the command said nothing".to_owned() } else { words.to_owned() }
        })
    }
}

/// The program that runs the demo, which is also what serves and builds.
#[derive(Debug, Clone)]
pub(crate) struct Playgate {
    program: PathBuf,
    turns: Arc<Semaphore>,
}

impl Playgate {
    pub(crate) fn this() -> Result<Self, String> {
        // The program may be built anew while the demo runs, and then has another file.
        let itself = PathBuf::from("/proc/self/exe");
        if itself.exists() {
            return Ok(Self::at(itself));
        }
        std::env::current_exe()
            .map(Self::at)
            .map_err(|problem| format!("this program does not find itself: {problem}"))
    }

    fn at(program: PathBuf) -> Self {
        Self { program, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        #[cfg(unix)]
        command.arg0("playgate");
        command.kill_on_drop(true);
        command
    }

    /// Runs it to its end, in a folder.
    pub(crate) async fn ask(&self, folder: &Path, arguments: &[&str]) -> Result<Said, String> {
        let _turn = self.turns.acquire().await.map_err(|problem| problem.to_string())?;
        let output = self.command().current_dir(folder).args(arguments).output().await;
        let output = output.map_err(|problem| format!("`playgate {}`: {problem}", arguments.join(" ")))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Said {
            holds: output.status.success(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        })
    }
}

/// A folder of its own for a policy that somebody writes just now. It is removed when it is dropped.
pub(crate) struct Draft {
    folder: PathBuf,
}

impl Draft {
    /// Writes the files into a new folder below this one.
    pub(crate) fn write(below: &Path, files: &Files) -> Result<Self, String> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        if files.is_empty() || files.len() > MOST {
            return Err(format!("a policy has 1 to {MOST} files here, and this one has {}", files.len()));
        }
        if files.values().map(String::len).sum::<usize>() > LARGEST {
            return Err(format!("this policy has more than {LARGEST} bytes, which is too much for the demo"));
        }
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let draft = Self { folder: below.join(format!("draft-{number}")) };
        write(&draft.folder.join("policies"), files)?;
        Ok(draft)
    }

    /// The folder in which the policy's own is called `policies`.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Writes the files of a policy into a folder that is made for it.
pub(crate) fn write(folder: &Path, files: &Files) -> Result<(), String> {
    let about = |problem: std::io::Error| format!("{}: {problem}", folder.display());
    std::fs::create_dir_all(folder).map_err(about)?;
    for (name, text) in files {
        if !is_name(name) {
            return Err(format!(
                "`{name}` is no name of a policy file; write one such as `acme.toml`, of a-z, 0-9, `-` and `.`"
            ));
        }
        std::fs::write(folder.join(name), text).map_err(about)?;
    }
    Ok(())
}

/// Reads the files of a policy.
pub(crate) fn read(folder: &Path) -> Result<Files, String> {
    let about = |problem: std::io::Error| format!("{}: {problem}", folder.display());
    let mut files = Files::new();
    for entry in std::fs::read_dir(folder).map_err(about)? {
        let path = entry.map_err(about)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_file() && is_name(&name) {
            files.insert(name, std::fs::read_to_string(&path).map_err(about)?);
        }
    }
    Ok(files)
}

/// A name that stays in its folder, and that the command takes for a policy.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    name.len() <= 64
        && name
            .strip_suffix(".toml")
            .is_some_and(|stem| !stem.is_empty() && !stem.starts_with('.') && stem.bytes().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_folder() {
        for (name, holds) in [
            ("acme.toml", true),
            ("acme-2.toml", true),
            ("groups.toml", true),
            ("", false),
            (".toml", false),
            ("..toml", false),
            ("../acme.toml", false),
            ("a/b.toml", false),
            ("acme.txt", false),
            ("Acme.toml", false),
            ("acme\0.toml", false),
        ] {
            assert_eq!(is_name(name), holds, "{name}");
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_storm_of_questions_starts_few_processes_at_once() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = std::env::temp_dir().join(format!("playgate-storm-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let program = folder.join("counts");
        // Says how many of it run.
        let script =
            "#!/bin/sh\nmkdir here-$1; set -- $1 here-*; echo $(($# - 1)); sleep 0.2; rmdir here-$1\n";
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        let playgate = Playgate::at(program);
        let mut questions = tokio::task::JoinSet::new();
        for number in 0..3 * AT_ONCE {
            let (playgate, folder) = (playgate.clone(), folder.clone());
            questions.spawn(async move { playgate.ask(&folder, &[&number.to_string()]).await });
        }
        let mut answers = 0;
        while let Some(said) = questions.join_next().await {
            let running: usize = said.unwrap().unwrap().stdout.trim().parse().unwrap();
            assert!((1..=AT_ONCE).contains(&running), "{running} at once");
            answers += 1;
        }
        assert_eq!(answers, 3 * AT_ONCE, "and each is answered");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_draft_leaves_nothing_behind() {
        let below = std::env::temp_dir().join(format!("playgate-drafts-{}", std::process::id()));
        let files = Files::from([("a.toml".to_owned(), "schema = 1".to_owned())]);
        let draft = Draft::write(&below, &files).unwrap();
        assert_eq!(read(&draft.folder().join("policies")).unwrap(), files);
        let folder = draft.folder().to_owned();
        drop(draft);
        assert!(!folder.exists());
        for files in [
            Files::new(),
            Files::from([("../a.toml".to_owned(), String::new())]),
            Files::from([("a.toml".to_owned(), "x".repeat(LARGEST + 1))]),
        ] {
            assert!(Draft::write(&below, &files).is_err());
        }
        assert_eq!(std::fs::read_dir(&below).unwrap().count(), 0, "not even of what was refused");
        std::fs::remove_dir_all(&below).unwrap();
    }
}
