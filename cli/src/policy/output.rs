//! Writing what was made of a policy folder.

use crate::{Answer, Failure};
use std::ffi::OsStr;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// More links than anybody has one behind the other.
const MOST_LINKS: usize = 40;

/// Where the result goes.
pub(super) enum Output {
    /// `-`
    Stdout,
    /// To this file, whose folder is there.
    File(PathBuf),
}

impl Output {
    /// What the argument names. It is refused inside of the policy folder, where it could replace a policy, or be
    /// taken for one.
    pub(super) fn named(path: &Path, policies: &Path, json: bool) -> Result<Self, Failure> {
        let about = |text: &str| Failure::about(&path.display().to_string(), text);
        if path.as_os_str() == "-" {
            let why = "`--json` and `-o -` both write to stdout: leave one of them out";
            return if json { Err(Failure::Usage(why.to_owned())) } else { Ok(Self::Stdout) };
        }
        let Some(file) = behind_links(path) else {
            return Err(about("this link leads round in circles: take it away"));
        };
        let folder = folder_of(&file);
        let folder = match folder.canonicalize() {
            Ok(folder) => folder,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let what = format!("there is no folder `{}`: make the folder first", folder.display());
                return Err(about(&what));
            }
            Err(error) => return Err(about(&error.to_string())),
        };
        if policies.canonicalize().is_ok_and(|policies| folder.starts_with(policies)) {
            let what = "this is inside of the policy folder, where it would stand among the policies";
            let what = format!("{}: {what}: name a file elsewhere", path.display());
            return Err(Failure::Usage(what));
        }
        Ok(Self::File(file))
    }

    /// Writes everything, or leaves what was there: a half-written file is never seen under its name.
    pub(super) fn write(&self, bytes: &[u8]) -> Answer {
        let Self::File(path) = self else {
            let mut stdout = io::stdout().lock();
            stdout.write_all(bytes)?;
            return Ok(stdout.flush()?);
        };
        whole_file(path, bytes).map_err(|error| {
            let what = match error.kind() {
                ErrorKind::PermissionDenied => {
                    format!("{error}: you may not write there, so name another place")
                }
                ErrorKind::IsADirectory => format!("{error}: name a file in it"),
                ErrorKind::NotFound => format!("{error}: check the path"),
                _ => error.to_string(),
            };
            Failure::about(&path.display().to_string(), what)
        })
    }
}

/// The file that a link leads to, be it there or not. What is no link stays as it is written, and so does what is
/// there and no ordinary file: links such as /dev/stdout lead to things without a path.
fn behind_links(path: &Path) -> Option<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        if std::fs::metadata(&path).is_ok_and(|kind| !kind.is_file()) {
            return Some(path);
        }
        let Ok(target) = std::fs::read_link(&path) else { return Some(path) };
        path = folder_of(&path).join(target);
    }
    None
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn whole_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if std::fs::metadata(path).is_ok_and(|kind| !kind.is_file()) {
        // A pipe or a device, such as /dev/stdout, cannot be replaced.
        return std::fs::write(path, bytes);
    }
    let no_name = || io::Error::new(ErrorKind::InvalidInput, "this is no file name");
    let mut name = OsStr::new(".").to_owned();
    name.push(path.file_name().ok_or_else(no_name)?);
    name.push(format!(".{}", std::process::id()));
    let draft = folder_of(path).join(name);
    let written = std::fs::File::create(&draft)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&draft, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    written
}
