//! Where things are made, and how they come into their places: all at once, or not at all.

use crate::IngestError;
use crate::stop::Stop;
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What working folders are called, before a number.
const WORK: &str = ".ingest-";

/// A folder beside what is to be made, so that a rename is enough. It goes on every way out.
pub(crate) struct Work {
    path: PathBuf,
    /// Says that somebody works in it.
    _lock: Option<File>,
}

impl Work {
    /// Makes one, and takes away what somebody left who was killed. Meanwhile nobody else may: one that was just made, and is not locked
    /// yet, must not be taken for what somebody left.
    pub(crate) fn make(output: &Path) -> Result<Self, String> {
        let about = |problem: &std::io::Error| in_words(output, problem);
        sweep(output, WORK).map_err(|problem| about(&problem))?;
        // In another container somebody may have the same number.
        for number in 0..100 {
            let path = output.join(format!("{WORK}{}-{number}", std::process::id()));
            match closed_folder(&path) {
                Ok(()) => return Ok(Self { _lock: locked(&path), path }),
                Err(problem) if problem.kind() == ErrorKind::AlreadyExists => {}
                Err(problem) => return Err(about(&problem)),
            }
        }
        Err(format!("{}: there are too many folders `{WORK}..` in it; take them away", output.display()))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Takes away what somebody left who was killed: folders with such names that nobody has locked.
pub(crate) fn sweep(folder: &Path, prefix: &str) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)?.filter_map(Result::ok) {
        let is_one = entry.file_name().to_string_lossy().starts_with(prefix);
        // A link to a folder is none of ours.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_one && is_folder && locked(&entry.path()).is_some() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    Ok(())
}

/// Removes a folder, though a program that was just ended may still have written into it.
pub(crate) fn remove(folder: &Path) {
    for _ in 0..5 {
        match fs::remove_dir_all(folder) {
            Err(problem) if problem.kind() != ErrorKind::NotFound => {
                std::thread::sleep(Duration::from_millis(50));
            }
            _ => return,
        }
    }
}

/// A folder that nobody else may enter: what will be encrypted lies in it as it was.
fn closed_folder(path: &Path) -> std::io::Result<()> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A folder that nobody else has locked. Where folders cannot be locked, none is ever found to be free.
pub(crate) fn locked(folder: &Path) -> Option<File> {
    let file = File::open(folder).ok()?;
    file.try_lock().is_ok().then_some(file)
}

/// Waits until nobody else changes this folder, or until it is to stop: whoever changes it may wait for a server. Where folders cannot be
/// locked, nobody waits.
pub(crate) async fn alone(folder: &Path, stop: &Stop) -> Result<Option<File>, IngestError> {
    let Ok(file) = File::open(folder) else { return Ok(None) };
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) => {}
        }
        tokio::select! {
            () = stop.requested() => return Err(IngestError::Stopped),
            () = tokio::time::sleep(Duration::from_millis(50)) => {}
        }
    }
}

/// What was changed, so that it can be put back.
#[derive(Default)]
pub(crate) struct Changes {
    done: Vec<Change>,
    kept: bool,
}

enum Change {
    Made(PathBuf),
    Moved { from: PathBuf, to: PathBuf },
    Wrote { path: PathBuf, former: Option<PathBuf> },
}

impl Changes {
    /// Moves a folder to a place where nothing is, and makes the folders above it.
    pub(crate) fn rename(&mut self, from: &Path, to: &Path) -> Result<(), String> {
        let mut missing: Vec<&Path> = to.ancestors().skip(1).take_while(|folder| !folder.exists()).collect();
        while let Some(folder) = missing.pop() {
            fs::create_dir(folder).map_err(|problem| in_words(folder, &problem))?;
            self.done.push(Change::Made(folder.to_owned()));
        }
        fs::rename(from, to).map_err(|problem| in_words(to, &problem))?;
        self.done.push(Change::Moved { from: from.to_owned(), to: to.to_owned() });
        Ok(())
    }

    /// Writes a file anew: whoever reads it finds the former or the new one, whole. The former waits in the working folder: to put it back
    /// needs no room.
    pub(crate) fn write(&mut self, path: &Path, text: &str, work: &Path) -> Result<(), String> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let former = work.join(format!("former-{name}"));
        let kept = fs::hard_link(path, &former).or_else(|problem| match problem.kind() {
            ErrorKind::NotFound => Err(problem),
            // Not every file system has links.
            _ => fs::copy(path, &former).map(|_| ()),
        });
        let former = match kept {
            Ok(()) => Some(former),
            Err(problem) if problem.kind() == ErrorKind::NotFound => None,
            Err(problem) => return Err(in_words(path, &problem)),
        };
        put(path, text.as_bytes(), &work.join(format!("new-{name}")))?;
        self.done.push(Change::Wrote { path: path.to_owned(), former });
        Ok(())
    }

    /// All is well: it stays.
    pub(crate) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        while let Some(change) = self.done.pop() {
            let _ = match change {
                Change::Made(folder) => fs::remove_dir(folder),
                Change::Moved { from, to } => fs::rename(to, from),
                Change::Wrote { path, former: None } => fs::remove_file(path),
                Change::Wrote { path, former: Some(former) } => fs::rename(former, path),
            };
        }
    }
}

/// Through another file, which then takes its place.
fn put(path: &Path, bytes: &[u8], new: &Path) -> Result<(), String> {
    let written = File::create_new(new).and_then(|mut file| {
        file.write_all(bytes)?;
        if let Ok(former) = fs::metadata(path) {
            file.set_permissions(former.permissions())?;
        }
        file.sync_all()
    });
    written.and_then(|()| fs::rename(new, path)).map_err(|problem| in_words(path, &problem))
}

/// A file that nobody else may read.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options.open(path).and_then(|mut file| file.write_all(bytes));
    written.map_err(|problem| in_words(path, &problem))
}

/// What went wrong at a place, and what to do about it.
pub(crate) fn in_words(path: &Path, problem: &std::io::Error) -> String {
    let shown = path.display();
    match problem.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            // The working folder goes, and its name with it.
            let is_work =
                |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(WORK));
            let work = path.ancestors().find(|folder| is_work(folder)).and_then(Path::parent);
            let shown = work.unwrap_or(path).display();
            format!("there is no room for {shown}; make some, or name a folder elsewhere with --output")
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            format!("{shown}: you may not write there; name a folder of your own with --output")
        }
        _ => format!("{shown}: {problem}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("playgate-place-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// Everything below a folder, with what is in it.
    fn all(folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = entry.path().display().to_string();
            if entry.path().is_dir() {
                found.extend(all(&entry.path()));
                found.push(name);
            } else {
                found.push(format!("{name}: {}", fs::read_to_string(entry.path()).unwrap()));
            }
        }
        found.sort();
        found
    }

    #[test]
    fn what_is_not_kept_was_never_there() {
        let output = output("undone");
        fs::create_dir_all(output.join("vod/acme/one")).unwrap();
        fs::write(output.join("vod/acme/one/a"), "old").unwrap();
        fs::write(output.join("catalogue.json"), "old").unwrap();
        let before = all(&output);
        {
            let work = Work::make(&output).unwrap();
            fs::create_dir(work.path().join("new")).unwrap();
            fs::create_dir(work.path().join("other")).unwrap();
            let mut changes = Changes::default();
            changes.rename(&output.join("vod/acme/one"), &work.path().join("former")).unwrap();
            changes.rename(&work.path().join("new"), &output.join("vod/acme/one")).unwrap();
            changes.rename(&work.path().join("other"), &output.join("artwork/acme/one")).unwrap();
            changes.write(&output.join("catalogue.json"), "new", work.path()).unwrap();
            changes.write(&output.join("keys.json"), "new", work.path()).unwrap();
            assert!(changes.rename(&work.path().join("nothing"), &output.join("deep/er/x")).is_err());
            assert_ne!(all(&output), before);
        }
        assert_eq!(all(&output), before);
        fs::remove_dir_all(output).unwrap();
    }

    #[test]
    fn a_full_disk_is_named_by_what_stays() {
        let full = std::io::Error::from(ErrorKind::StorageFull);
        for (path, words) in [
            ("/content/.ingest-7-0/title/master.m3u8", "there is no room for /content; make some"),
            ("/content/keys.json", "there is no room for /content/keys.json; make some"),
        ] {
            let said = in_words(Path::new(path), &full);
            assert!(said.starts_with(words), "{said}");
        }
    }

    #[test]
    fn what_is_kept_stays_and_the_working_folder_goes() {
        let output = output("kept");
        {
            let work = Work::make(&output).unwrap();
            fs::create_dir(work.path().join("new")).unwrap();
            let mut changes = Changes::default();
            changes.rename(&work.path().join("new"), &output.join("vod/acme/one")).unwrap();
            changes.write(&output.join("catalogue.json"), "{}", work.path()).unwrap();
            changes.keep();
        }
        let shown = output.display();
        let expected =
            ["catalogue.json: {}", "vod", "vod/acme", "vod/acme/one"].map(|name| format!("{shown}/{name}"));
        assert_eq!(all(&output), expected);
        fs::remove_dir_all(output).unwrap();
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn whoever_waits_for_another_can_be_stopped() {
        let output = output("waits");
        let stopped = Stop::requested_already();
        let other = alone(&output, &stopped).await.unwrap();
        assert!(other.is_some(), "nobody else is there");
        let waiting = tokio::time::timeout(Duration::from_secs(5), alone(&output, &stopped));
        assert!(matches!(waiting.await, Ok(Err(IngestError::Stopped))));
        drop(other);
        assert!(alone(&output, &stopped).await.unwrap().is_some());
        fs::remove_dir_all(output).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn what_a_killed_one_left_goes_and_what_another_uses_stays() {
        let output = output("left");
        let (left, used) = (output.join(".ingest-1"), output.join(".ingest-2"));
        fs::create_dir_all(left.join("deep")).unwrap();
        fs::create_dir_all(&used).unwrap();
        let _used = locked(&used).unwrap();
        drop(Work::make(&output).unwrap());
        assert!(!left.exists() && used.exists());
        fs::remove_dir_all(output).unwrap();
    }
}
