//! Reading a policy folder.

use crate::{Failure, remark_lines};
use rights::language::{Problem, Problems, SourceFile, read};
use rights::model::Policy;
use rights::warnings::Warning;
use std::path::{Path, PathBuf};

/// More than any policy file has: a wrong path to a video must not fill the memory.
const LONGEST_FILE: u64 = 256 << 20;
/// Nobody nests folders deeper.
const DEEPEST: usize = 32;

/// The files of a policy folder, by their paths in it.
pub(super) struct Folder {
    /// As the caller named it.
    path: PathBuf,
    files: Vec<(String, Vec<u8>)>,
}

impl Folder {
    /// Reads every file of the folder that counts.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let about = |error: &dyn std::fmt::Display| Failure::about(&path.display().to_string(), error);
        let kind = std::fs::metadata(path).map_err(|error| about(&error))?;
        if !kind.is_dir() {
            return Err(about(
                &"this is a file; name the folder that it stands in, as rules of other files may matter",
            ));
        }
        let mut folder = Self { path: path.to_owned(), files: Vec::new() };
        folder.collect(path, "", 0)?;
        folder.files.sort();
        Ok(folder)
    }

    fn collect(&mut self, path: &Path, name: &str, depth: usize) -> Result<(), Failure> {
        let about = |error: std::io::Error| Failure::about(&path.display().to_string(), error);
        for entry in std::fs::read_dir(path).map_err(about)? {
            let entry = entry.map_err(about)?;
            let file = entry.file_name();
            let Some(file) = file.to_str().filter(|file| !file.starts_with('.')) else { continue };
            let inner = if name.is_empty() { file.to_owned() } else { format!("{name}/{file}") };
            let path = entry.path();
            // Follows a link to a file. A link to a folder may lead round in circles.
            let linked = entry.file_type().map_err(about)?.is_symlink();
            let kind = std::fs::metadata(&path)
                .map_err(|error| Failure::about(&path.display().to_string(), error))?;
            if kind.is_dir() && linked {
                let text =
                    "this is a link to a folder, and links to folders are not followed: put the files here";
                return Err(Failure::about(&path.display().to_string(), text));
            }
            if kind.is_dir() && depth == DEEPEST {
                return Err(Failure::about(&path.display().to_string(), "folders are nested too deep"));
            }
            if kind.is_dir() {
                self.collect(&path, &inner, depth + 1)?;
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                self.files.push((inner, read_file(&path, &kind)?));
            }
        }
        Ok(())
    }

    /// The policy, or everything that is wrong with it.
    pub(super) fn policy(&self) -> Result<Policy, Problems> {
        let files: Vec<_> = self.files.iter().map(|(path, text)| SourceFile { path, text }).collect();
        read(&files)
    }

    /// How many files count.
    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    /// The policy for a command that has something else to do than to find mistakes.
    pub(super) fn usable(path: &Path) -> Result<Policy, Failure> {
        let folder = Self::open(path)?;
        folder.policy().map_err(|problems| {
            let problems: Vec<_> =
                problems.into_vec().into_iter().map(|problem| folder.placed(problem)).collect();
            for problem in &problems {
                remark_lines(&problem.to_string());
            }
            let text = format!("{}, and nothing was done", counted(problems.len(), "mistake"));
            Failure::about(&path.display().to_string(), text)
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
        let file = self.files.iter().find(|(path, _)| **path == *spot.file);
        let text = file.and_then(|(_, text)| std::str::from_utf8(text).ok()).unwrap_or_default();
        let number = usize::try_from(spot.line).unwrap_or(0).saturating_sub(1);
        let line = text.lines().nth(number).unwrap_or_default();
        let behind = u32::try_from(line.trim_end().chars().count() + 1).unwrap_or(u32::MAX);
        let length = behind.saturating_sub(spot.column);
        let problem = Problem::at(spot, length, line, warning.code, warning.message).warning();
        Problem { help: warning.help, ..problem }
    }
}

fn read_file(path: &Path, kind: &std::fs::Metadata) -> Result<Vec<u8>, Failure> {
    let about = |error: &dyn std::fmt::Display| Failure::about(&path.display().to_string(), error);
    if !kind.is_file() {
        return Err(about(&"this is no ordinary file"));
    }
    if kind.len() > LONGEST_FILE {
        return Err(about(&"the file is over 256 MiB, which no policy is: split it"));
    }
    std::fs::read(path).map_err(|error| about(&error))
}

/// `1 mistake`, `2 mistakes`.
pub(super) fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
