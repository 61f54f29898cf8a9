//! Reading a policy folder.

use super::passed_over::remark_on_name;
use crate::files::in_words;
use crate::{Failure, harmless, print_json, remark, remark_lines};
use rights::language::{Problem, Problems, Severity, SourceFile, read};
use rights::model::Policy;
use rights::warnings::Warning;
use serde_json::{Value, json};
use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// More than any policy file has: a wrong path to a video must not fill the memory.
const LONGEST_FILE: u64 = 256 << 20;
/// Nobody nests folders deeper.
const DEEPEST: usize = 32;
/// What bundles begin with.
const MAGIC: [u8; 8] = *b"PLAYGATE";
/// The code of files that look like policies and are not read as such.
pub(super) const PASSED_OVER: &str = "file-passed-over";

/// The files of a policy folder, by their paths in it.
pub(super) struct Folder {
    /// As the caller named it.
    path: PathBuf,
    files: Vec<(String, Vec<u8>)>,
    /// What is wrong with the files themselves.
    problems: Vec<Problem>,
    /// Files that nobody can read, in whose stead the language gets something that is no text: so it knows that
    /// there are rules that it does not know, and does not report what only follows from that.
    stand_ins: Vec<String>,
}

impl Folder {
    /// Reads every file of the folder that counts. What cannot be read is one of its problems.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let about = |error: &dyn std::fmt::Display| Failure::about(&path.display().to_string(), error);
        let kind = std::fs::metadata(path).map_err(|error| about(&in_words(&error)))?;
        if !kind.is_dir() {
            if is_bundle(path) {
                return Err(about(
                    &"this is a bundle, and no rules can be read from it; name the folder that it was built from: the one of which \
                      `playgate policy build FOLDER -o FILE` makes a file with the same SHA-256 (see docs/serve.md)",
                ));
            }
            return Err(about(
                &"this is a file; name the folder that it stands in, as rules of other files may matter",
            ));
        }
        let mut folder =
            Self { path: path.to_owned(), files: Vec::new(), problems: Vec::new(), stand_ins: Vec::new() };
        let entries = std::fs::read_dir(path).map_err(|error| about(&in_words(&error)))?;
        folder.collect(entries, "", 0).map_err(|error| about(&in_words(&error)))?;
        folder.files.sort();
        Ok(folder)
    }

    fn collect(&mut self, entries: std::fs::ReadDir, name: &str, depth: usize) -> io::Result<()> {
        for entry in entries {
            let entry = entry?;
            let file = entry.file_name();
            let shown = file.to_string_lossy();
            if shown.starts_with('.') {
                continue;
            }
            let inner = if name.is_empty() { shown.to_string() } else { format!("{name}/{shown}") };
            let path = entry.path();
            if file.to_str().is_none() && is_policy(&path) {
                self.unreadable(inner, "its name is no text in UTF-8", "rename it");
                continue;
            }
            // Follows a link to a file. A link to a folder may lead round in circles.
            let linked = entry.file_type()?.is_symlink();
            match std::fs::metadata(&path) {
                Err(_) if linked => self.unreadable(
                    inner,
                    "this link leads nowhere",
                    "put the file itself here, or take the link away",
                ),
                Err(error) => self.unreadable(inner, error.to_string(), "see who may read it"),
                Ok(kind) if kind.is_dir() => self.inner_folder(&path, inner, linked, depth),
                Ok(kind) if is_policy(&path) => match read_file(&path, &kind) {
                    Ok(text) => {
                        self.problems.extend(remark_on_name(&inner));
                        self.files.push((inner, text));
                    }
                    Err((what, help)) => self.unreadable(inner, what, help),
                },
                Ok(_) => self.problems.extend(remark_on_name(&inner)),
            }
        }
        Ok(())
    }

    fn inner_folder(&mut self, path: &Path, inner: String, linked: bool, depth: usize) {
        if linked {
            let what = "this is a link to a folder, and links to folders are not followed";
            self.unreadable(inner, what, "put the files here");
        } else if depth == DEEPEST {
            self.unreadable(inner, "folders are nested too deep", "put the files higher up");
        } else if let Err(error) =
            std::fs::read_dir(path).and_then(|entries| self.collect(entries, &inner, depth + 1))
        {
            self.unreadable(inner, error.to_string(), "see who may read it");
        }
    }

    fn unreadable(&mut self, file: String, what: impl Into<String>, help: &str) {
        let counts = is_policy(Path::new(&file));
        self.stand_ins.push(if counts { file.clone() } else { format!("{file}/_.toml") });
        let problem = Problem::of_folder("unreadable-file", what).help(help);
        self.problems.push(Problem { file, ..problem });
    }

    fn read(&self) -> Result<Policy, Problems> {
        let files = self.files.iter().map(|(path, text)| SourceFile { path, text });
        let stand_ins = self.stand_ins.iter().map(|path| SourceFile { path, text: b"\xff" });
        read(&files.chain(stand_ins).collect::<Vec<_>>())
    }

    /// The policy, unless something is wrong, and everything that is wrong or odd about the files, in order.
    pub(super) fn policy(&self) -> (Option<Policy>, Vec<Problem>) {
        let (mut policy, found) = match self.read() {
            Ok(mut policy) => {
                let found = std::mem::take(&mut policy.warnings);
                (Some(policy), found)
            }
            Err(problems) => (None, problems.into_vec()),
        };
        if !self.stand_ins.is_empty() {
            policy = None;
        }
        let found = found.into_iter().filter(|problem| !self.stand_ins.contains(&problem.file));
        let problems: Vec<_> =
            found.chain(self.problems.iter().cloned()).map(|problem| self.placed(problem)).collect();
        (policy, sorted(problems))
    }

    /// How many files count.
    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    /// The policy for a command that has something else to do than to find mistakes. For scripts the mistakes go to
    /// stdout, in the shape that `check` has.
    pub(super) fn usable(path: &Path, json: bool) -> Result<Policy, Failure> {
        let folder = Self::open(path)?;
        let (policy, problems) = folder.policy();
        let Some(policy) = policy else {
            if json {
                print_json(&folder.report(&problems, false))?;
            } else {
                for problem in &problems {
                    remark_lines(&problem.to_string());
                }
            }
            let mistakes = counted(count(&problems, Severity::Error), "mistake");
            return Err(Failure::Mistaken(format!("{}: {mistakes}, and nothing was done", path.display())));
        };
        for problem in problems.iter().filter(|problem| problem.code == PASSED_OVER) {
            remark(&problem.to_string());
        }
        Ok(policy)
    }

    /// What `check --json` prints.
    pub(super) fn report(&self, problems: &[Problem], ok: bool) -> Value {
        json!({
            "ok": ok,
            "files": self.len(),
            "errors": count(problems, Severity::Error),
            "warnings": count(problems, Severity::Warning),
            "problems": problems.iter().map(Problem::to_json).collect::<Vec<_>>(),
        })
    }

    /// The problem with its file's path as the caller can open it.
    pub(super) fn placed(&self, mut problem: Problem) -> Problem {
        problem.file = self.path.join(&problem.file).display().to_string();
        problem
    }

    /// A warning in the shape of a mistake: its line is underlined to the end.
    pub(super) fn warned(&self, warning: Warning) -> Problem {
        let spot = &warning.spot;
        let file = self.files.binary_search_by(|(path, _)| (**path).cmp(&*spot.file));
        let file = file.ok().and_then(|file| self.files.get(file));
        let text = file.and_then(|(_, text)| std::str::from_utf8(text).ok()).unwrap_or_default();
        let number = usize::try_from(spot.line).unwrap_or(0).saturating_sub(1);
        let line = text.lines().nth(number).unwrap_or_default();
        let behind = u32::try_from(line.trim_end().chars().count() + 1).unwrap_or(u32::MAX);
        let length = behind.saturating_sub(spot.column);
        let problem = Problem::at(spot, length, line, warning.code, warning.message).warning();
        Problem { help: warning.help, ..problem }
    }
}

/// That nobody may play anything, if it is so.
pub(super) fn without_grants(policy: &Policy) -> Option<Problem> {
    policy.grants.is_empty().then(|| {
        Problem::of_folder("no-grants", "there is no grant in the whole folder, so nobody may play anything")
            .help("write a [[grant]] into a file")
            .warning()
    })
}

/// In the order of files, lines and columns.
pub(super) fn sorted(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by(|one, other| {
        (&one.file, one.line, one.column).cmp(&(&other.file, other.line, other.column))
    });
    problems
}

/// How many are as bad as that.
pub(super) fn count(problems: &[Problem], severity: Severity) -> usize {
    problems.iter().filter(|problem| problem.severity == severity).count()
}

/// Whether the file counts by its name.
pub(super) fn is_policy(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

/// Whether a file is what `playgate policy build` makes.
fn is_bundle(path: &Path) -> bool {
    let mut begin = [0; MAGIC.len()];
    // To open a pipe is to wait for who writes into it.
    std::fs::metadata(path).is_ok_and(|kind| kind.is_file())
        && File::open(path).and_then(|mut file| file.read_exact(&mut begin)).is_ok()
        && begin == MAGIC
}

/// What stands in a file, or what is wrong with it and what to do.
fn read_file(path: &Path, kind: &Metadata) -> Result<Vec<u8>, (String, &'static str)> {
    let failed = |error: io::Error| (error.to_string(), "see who may read it");
    let too_long = || ("the file is over 256 MiB, which no policy is".to_owned(), "split it");
    // Before it is opened: to open a pipe is to wait for who writes into it.
    if !kind.is_file() {
        return Err(("this is no ordinary file".to_owned(), "put a copy of what it gives here"));
    }
    if kind.len() > LONGEST_FILE {
        return Err(too_long());
    }
    let mut text = Vec::new();
    // It may grow meanwhile.
    File::open(path).and_then(|file| file.take(LONGEST_FILE + 1).read_to_end(&mut text)).map_err(failed)?;
    if text.len() as u64 > LONGEST_FILE { Err(too_long()) } else { Ok(text) }
}

/// `1 mistake`, `2 mistakes`.
pub(super) fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// The user's text for a message.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", harmless(text))
}
