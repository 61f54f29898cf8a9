//! Running a program: what it prints as it comes, its last words, and its end with ours.

use crate::IngestError;
use crate::stop::Stop;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// How much of what a program complains of is kept: the end.
const LAST_WORDS: usize = 16 * 1024;

/// A program, where it runs and what it is asked.
pub(crate) struct Program {
    name: String,
    command: Command,
    /// Whether it starts programs of its own, which end with it.
    has_children: bool,
}

/// How it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) succeeded: bool,
    /// The end of what it wrote to standard error.
    pub(crate) words: String,
}

impl Ended {
    /// The last line that says something.
    pub(crate) fn last_line(&self) -> &str {
        self.words.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it did not say why")
    }
}

impl Program {
    pub(crate) fn new(path: &Path) -> Self {
        let mut command = Command::new(path);
        command.stdin(Stdio::null()).kill_on_drop(true);
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Self { name, command, has_children: false }
    }

    /// With programs of its own, which are to end when it is stopped.
    pub(crate) fn with_children(mut self) -> Self {
        #[cfg(unix)]
        self.command.process_group(0);
        self.has_children = true;
        self
    }

    /// In this folder.
    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// With this file as its standard input, from the start.
    pub(crate) fn reading(mut self, file: &std::fs::File) -> Result<Self, String> {
        use std::io::Seek as _;
        let about = |problem: std::io::Error| format!("the video cannot be read: {problem}");
        let mut file = file.try_clone().map_err(about)?;
        file.rewind().map_err(about)?;
        self.command.stdin(file);
        Ok(self)
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Runs it to its end, or until it is to stop.
    pub(crate) async fn run(mut self, stop: &Stop, mut line: impl FnMut(&str)) -> Result<Ended, IngestError> {
        stop.check()?;
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let about = |problem: std::io::Error| format!("`{}` cannot be run: {problem}", self.name);
        let mut child = self.command.spawn().map_err(about)?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let work = async {
            let printed = async {
                let Some(stdout) = stdout else { return };
                let mut lines = BufReader::new(stdout).lines();
                while let Ok(Some(one)) = lines.next_line().await {
                    line(&one);
                }
            };
            let ((), words, status) = tokio::join!(printed, last_words(stderr), child.wait());
            Ok::<_, String>(Ended { succeeded: status.map_err(about)?.success(), words })
        };
        let ended = tokio::select! {
            ended = work => Some(ended?),
            () = stop.requested() => None,
        };
        match ended {
            Some(ended) if ended.succeeded => Ok(ended),
            Some(ended) => {
                stop.check_late().await?;
                Ok(ended)
            }
            None => {
                if self.has_children {
                    end_children(&child);
                }
                // Until it has ended, it could still write something.
                let _ = child.kill().await;
                Err(IngestError::Stopped)
            }
        }
    }

    /// Runs it to its end, and gives all that it printed.
    pub(crate) async fn output(self, stop: &Stop) -> Result<(Ended, String), IngestError> {
        let mut text = String::new();
        let ended = self
            .run(stop, |line| {
                text.push_str(line);
                text.push('\n');
            })
            .await?;
        Ok((ended, text))
    }
}

/// Ends a program with all that it started.
#[cfg(unix)]
fn end_children(child: &Child) {
    use nix::sys::signal::{Signal, killpg};
    use nix::unistd::Pid;
    if let Some(group) = child.id().and_then(|id| i32::try_from(id).ok()) {
        let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
}

#[cfg(not(unix))]
fn end_children(_: &Child) {}

async fn last_words(stderr: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut stderr) = stderr else { return String::new() };
    let (mut kept, mut piece) = (Vec::new(), [0; 4096]);
    while let Ok(read @ 1..) = stderr.read(&mut piece).await {
        kept.extend_from_slice(piece.get(..read).unwrap_or_default());
        if kept.len() > 2 * LAST_WORDS {
            kept.drain(..kept.len() - LAST_WORDS);
        }
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// A program of this name in one of the folders of `PATH`.
pub(crate) fn in_path(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    // What is found in the folder where one happens to be was not installed.
    std::env::split_paths(&std::env::var_os("PATH")?)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&name))
        .find(|path| path.is_file())
}
