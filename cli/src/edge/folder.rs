//! Writing a folder as a whole, and replacing nothing that this command did not write.

use crate::files::in_words;
use crate::{Answer, Failure, remark};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// The file that says which files of a folder are this command's.
const MARKER: &str = ".playgate-edge";
const FIRST_LINE: &str =
    "# Made by `playgate edge build`, which replaces the files below: their checksums and names.";
/// What `wrangler` puts beside its configuration. It moves on into the next folder.
const CACHES: [&str; 3] = [".wrangler", ".dev.vars", "node_modules"];

/// Files by their names, in order.
#[derive(Default)]
pub(super) struct Files(Vec<File>);

/// One file.
pub(super) struct File {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) is_secret: bool,
}

impl Files {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn put(&mut self, name: &str, bytes: &[u8]) {
        self.add(name, bytes, false);
    }

    /// A file that only its owner may read.
    pub(super) fn put_secret(&mut self, name: &str, bytes: &[u8]) {
        self.add(name, bytes, true);
    }

    fn add(&mut self, name: &str, bytes: &[u8], is_secret: bool) {
        let at = self.0.partition_point(|file| file.name.as_str() < name);
        self.0.insert(at, File { name: name.to_owned(), bytes: bytes.to_vec(), is_secret });
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, File> {
        self.0.iter()
    }
}

/// The folder to make.
pub(super) struct Folder {
    path: PathBuf,
    shown: String,
}

impl Folder {
    /// What the argument names, if it may be written.
    pub(super) fn named(path: &Path, policies: &Path, config: &Path) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        let refused = |what: &str| Err(Failure::about(&shown, what));
        let full = resolved(path).map_err(|error| Failure::about(&shown, in_words(&error)))?;
        if policies.canonicalize().is_ok_and(|policies| full.starts_with(policies)) {
            let what =
                "this is inside of the policy folder, where it would stand among the policies: name another";
            return Err(Failure::Usage(format!("{shown}: {what}")));
        }
        let inside = |path: &Path| path.canonicalize().is_ok_and(|path| path.starts_with(&full));
        if inside(policies) || inside(config) {
            return refused("what this is made from stands in it: name another folder");
        }
        let folder = Self { path: full, shown };
        folder.may_be_replaced()?;
        Ok(folder)
    }

    /// Writes all files beside the folder, and then puts them in its place.
    pub(super) fn write(&self, files: &Files) -> Answer {
        let about = |error: &io::Error| Failure::about(&self.shown, in_words(error));
        // Again: compiling took a while.
        self.may_be_replaced()?;
        let (draft, former) = (self.sibling("new")?, self.sibling("old")?);
        if let Some(parent) = self.path.parent() {
            fs::create_dir_all(parent).map_err(|error| about(&error))?;
        }
        // If something of that name is there, it is somebody's, and stays.
        fs::create_dir(&draft).map_err(|error| about(&error))?;
        // Keys may be in it: while it is unfinished nobody else looks inside.
        let usual = close(&draft).map_err(|error| about(&error))?;
        let written = fill(&draft, files)
            .and_then(|()| fs::set_permissions(&draft, usual))
            .and_then(|()| self.exchange(&draft, &former));
        if let Err(error) = written {
            // All of it was made here and a moment ago.
            let _ = fs::remove_dir_all(&draft);
            return Err(about(&error));
        }
        if let Err(error) = self.clear_away(&former) {
            remark(&format!(
                "{}: what was there before could not be cleared away: {error}",
                former.display()
            ));
        }
        Ok(())
    }

    /// Puts the draft in the folder's place. If that fails, the former folder is where it was.
    fn exchange(&self, draft: &Path, former: &Path) -> io::Result<()> {
        if !exists(&self.path) {
            return fs::rename(draft, &self.path);
        }
        fs::rename(&self.path, former)?;
        fs::rename(draft, &self.path).inspect_err(|_| {
            let _ = fs::rename(former, &self.path);
        })
    }

    fn sibling(&self, ending: &str) -> Result<PathBuf, Failure> {
        let name = self.path.file_name();
        let name =
            name.ok_or_else(|| Failure::about(&self.shown, "this is no name for a folder: name one"))?;
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}", std::process::id()));
        // In a container every process may have the same number, and one that was killed has left its folder behind.
        let name = |round: u32| {
            let mut name = hidden.clone();
            name.push(if round == 0 { format!(".{ending}") } else { format!("-{round}.{ending}") });
            self.path.with_file_name(name)
        };
        (0..1000).map(name).find(|path| !exists(path)).ok_or_else(|| {
            let what = format!(
                "a thousand unfinished folders lie beside it, such as `{}`: remove them",
                name(0).display()
            );
            Failure::about(&self.shown, what)
        })
    }

    /// Whether nothing is there, or nothing but what this command wrote.
    fn may_be_replaced(&self) -> Answer {
        let refused = |what: String| Err(Failure::about(&self.shown, what));
        let about = |error: io::Error| Failure::about(&self.shown, in_words(&error));
        if !exists(&self.path) {
            return Ok(());
        }
        if !self.path.is_dir() {
            return refused("this is a file: name a folder".to_owned());
        }
        let mut entries = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(about)? {
            entries.push(entry.map_err(about)?.file_name());
        }
        if entries.is_empty() {
            return Ok(());
        }
        let Some(written) = read_marker(&self.path) else {
            return refused(
                "it holds files that this command did not write: name an empty folder, or a new one"
                    .to_owned(),
            );
        };
        entries.sort();
        for name in &entries {
            let shown = name.to_string_lossy();
            if shown == MARKER || CACHES.iter().any(|cache| name == *cache) {
                continue;
            }
            match name.to_str().and_then(|name| written.get(name)) {
                None => {
                    return refused(format!(
                        "`{shown}` in it was not written by this command: move it elsewhere"
                    ));
                }
                Some(sum) => {
                    let bytes = fs::read(self.path.join(name)).map_err(about)?;
                    if checksum(&bytes) != *sum {
                        return refused(format!(
                            "`{shown}` in it was changed since it was written: move it elsewhere"
                        ));
                    }
                }
            }
        }
        Ok(())
    }

    /// Removes what this command wrote, name by name, and moves on what others keep there.
    fn clear_away(&self, former: &Path) -> io::Result<()> {
        if !exists(former) {
            return Ok(());
        }
        for cache in CACHES {
            if exists(&former.join(cache)) {
                fs::rename(former.join(cache), self.path.join(cache))?;
            }
        }
        for name in read_marker(former).unwrap_or_default().keys() {
            match fs::remove_file(former.join(name)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        match fs::remove_file(former.join(MARKER)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        // Fails if anything else is there by now, and that is right.
        fs::remove_dir(former)
    }
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// The path without links, as far as it is there.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == ErrorKind::NotFound && !exists(path) => {}
        found => return found,
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().ok_or(ErrorKind::InvalidInput)?;
    Ok(resolved(parent)?.join(name))
}

/// Closes a folder to everybody else; gives its permissions until then.
#[cfg(unix)]
fn close(folder: &Path) -> io::Result<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    let usual = fs::metadata(folder)?.permissions();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    Ok(usual)
}

/// Closes nothing; gives the folder's permissions.
#[cfg(not(unix))]
fn close(folder: &Path) -> io::Result<fs::Permissions> {
    Ok(fs::metadata(folder)?.permissions())
}

fn fill(draft: &Path, files: &Files) -> io::Result<()> {
    let mut marker = format!("{FIRST_LINE}\n");
    for file in files.iter() {
        create(&draft.join(&file.name), &file.bytes, file.is_secret)?;
        // Writing to a String cannot fail.
        let _ = writeln!(marker, "{:08x} {}", checksum(&file.bytes), file.name);
    }
    create(&draft.join(MARKER), marker.as_bytes(), false)
}

fn create(path: &Path, bytes: &[u8], is_secret: bool) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if is_secret { 0o600 } else { 0o666 });
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The files that this command wrote into the folder, with their checksums.
fn read_marker(folder: &Path) -> Option<BTreeMap<String, u32>> {
    let text = fs::read_to_string(folder.join(MARKER)).ok()?;
    let mut lines = text.lines();
    if lines.next() != Some(FIRST_LINE) {
        return None;
    }
    lines
        .map(|line| {
            let (sum, name) = line.split_once(' ')?;
            // A name that leads elsewhere was not written here.
            let is_name = Path::new(name).file_name() == Some(OsStr::new(name));
            Some((name.to_owned(), u32::from_str_radix(sum, 16).ok().filter(|_| is_name)?))
        })
        .collect()
}

/// Against oversight: whoever wants to fool it loses only their own file.
fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
