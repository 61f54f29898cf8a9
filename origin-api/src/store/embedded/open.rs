//! The file: how it is made, opened, and told from another.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{Database, DatabaseError, Error, ReadableDatabase};

use super::tables::{self, Owner};

/// How every file of redb begins.
const BEGINNING: &[u8; 9] = b"redb\x1a\x0a\xa9\x0d\x0a";

/// Why a store's file was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// A second process, or a second store of this one.
    #[error("`{0}` is in use by another process; stop that one, or give this one a file of its own")]
    InUse(String),
    /// Only the file is made, not what it lies in.
    #[error("the folder of `{0}` is not there; make it first")]
    NoFolder(String),
    /// It went away under a store that was open.
    #[error("`{0}` is not there any more; put it back")]
    Gone(String),
    /// A store is never empty: something else emptied it, or made it.
    #[error("`{0}` is empty; put a backup in its place, or remove it to begin anew")]
    Empty(String),
    /// A folder where a file should be.
    #[error("`{0}` is a folder; give the path of a file in it")]
    Folder(String),
    /// The operating system says no.
    #[error("`{0}` may not be read and written by this user; change its owner or its mode")]
    Forbidden(String),
    /// Something else is in it.
    #[error(
        "`{0}` is not a file of this store; give another path, or that of a file that does not exist yet"
    )]
    OtherKind(String),
    /// It is of a later release.
    #[error("`{0}` is laid out as {1}, which is not known here; use the release that wrote it")]
    OtherLayout(String, u64),
    /// It was changed by something else than this store.
    #[error("`{0}` is damaged: {1}; put a backup in its place, or move it away to begin with an empty one")]
    Damaged(String, String),
    /// There is no room for it.
    #[error("there is no room for `{0}` on its disk; make some")]
    Full(String),
    /// Something else.
    #[error("`{0}` cannot be used: {1}; look at its disk")]
    Other(String, String),
}

/// An open file.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) database: Database,
    /// The last version that was given out.
    pub(super) last_version: u64,
    pub(super) identity: Identity,
}

/// Which file it is, whatever its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    #[cfg(unix)]
    device_and_number: (u64, u64),
}

impl Identity {
    fn of(metadata: &fs::Metadata) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            Self { device_and_number: (metadata.dev(), metadata.ino()) }
        }
        #[cfg(not(unix))]
        {
            let _ = metadata;
            Self {}
        }
    }

    /// Whether the file is still there under its name: one that was removed takes writings as if nothing had happened.
    pub(super) fn check(&self, path: &Path) -> Result<(), Error> {
        match fs::metadata(path) {
            Ok(metadata) if Self::of(&metadata) == *self => Ok(()),
            Ok(_) => Err(Error::Io(ErrorKind::NotFound.into())),
            Err(error) => Err(Error::Io(error)),
        }
    }
}

/// Opens a file, or makes it.
pub(super) fn open_or_make(path: &Path, cache: usize) -> Result<Opened, OpenError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => make(path, cache)?,
        // Whatever else is the matter shows in opening it.
        _ => {}
    }
    open(path, cache)
}

/// What a look at the file's beginning tells.
pub(super) fn mistake(path: &Path) -> Option<OpenError> {
    let failed = |error: io::Error| Some(explain(path, Error::Io(error)));
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => return failed(error),
        Ok(metadata) => metadata,
    };
    match (metadata.is_dir(), metadata.is_file(), metadata.len()) {
        (true, _, _) => return Some(OpenError::Folder(shown(path))),
        (false, false, _) => return Some(OpenError::OtherKind(shown(path))),
        (false, true, 0) => return Some(OpenError::Empty(shown(path))),
        (false, true, _) => {}
    }
    let mut beginning = [0; BEGINNING.len()];
    match File::open(path).and_then(|mut file| file.read_exact(&mut beginning)) {
        Err(error) if error.kind() != ErrorKind::UnexpectedEof => failed(error),
        _ => (beginning != *BEGINNING).then(|| OpenError::OtherKind(shown(path))),
    }
}

/// Runs what might panic on a damaged file.
pub(super) fn contained<T>(run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    // Nothing that was half done is looked at again: whoever gets this error closes the file.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
        let words = words.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Error::Corrupted(words.unwrap_or_else(|| "it cannot be read".to_owned())))
    })
}

/// An error in words for whoever runs the process.
pub(super) fn explain(path: &Path, error: Error) -> OpenError {
    let path = shown(path);
    let error = match error {
        Error::Io(error) => error,
        Error::DatabaseAlreadyOpen | Error::LockProtocolMismatch => return OpenError::InUse(path),
        Error::Corrupted(what) => return OpenError::Damaged(path, what),
        Error::UpgradeRequired(layout) => return OpenError::OtherLayout(path, layout.into()),
        Error::LockPoisoned(_) | Error::TransactionPoisoned => {
            return OpenError::Damaged(path, "it cannot be read".to_owned());
        }
        Error::PreviousIo | Error::DatabaseClosed => {
            return OpenError::Other(path, "it had an error and is being opened again".to_owned());
        }
        other => return OpenError::Other(path, other.to_string()),
    };
    match error.kind() {
        ErrorKind::NotFound => OpenError::Gone(path),
        ErrorKind::NotADirectory => OpenError::NoFolder(path),
        ErrorKind::IsADirectory => OpenError::Folder(path),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => OpenError::Forbidden(path),
        ErrorKind::InvalidData => OpenError::OtherKind(path),
        ErrorKind::UnexpectedEof => OpenError::Damaged(path, "its end is missing".to_owned()),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => OpenError::Full(path),
        _ => OpenError::Other(path, error.to_string()),
    }
}

/// Makes a file under another name and gives it its own when it is whole: a kill in between leaves no half one.
fn make(path: &Path, cache: usize) -> Result<(), OpenError> {
    let failed = |error: io::Error| match error.kind() {
        ErrorKind::NotFound => OpenError::NoFolder(shown(path)),
        _ => explain(path, Error::Io(error)),
    };
    let (unfinished, file) = unfinished(path).map_err(failed)?;
    let made = contained(|| {
        let database = database(file, cache, false)?;
        let transaction = database.begin_write()?;
        tables::found(&transaction)?;
        transaction.commit()?;
        Ok(database.close()?)
    })
    .map_err(|error| explain(path, error))
    // A link, unlike a new name, does not take the place of a file that another process made meanwhile.
    .and_then(|()| match fs::hard_link(&unfinished, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(_) => fs::rename(&unfinished, path).map_err(failed),
        Ok(()) => Ok(()),
    });
    // Gone already if it was given the name.
    let _ = fs::remove_file(&unfinished);
    made?;
    sync_folder(path).map_err(failed)
}

/// A new file beside the one that is to be.
fn unfinished(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut taken = 0_u32;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".new{taken}"));
        match private().read(true).write(true).create_new(true).open(&name) {
            Ok(file) => return Ok((name.into(), file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && taken < 100 => taken += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Who is watching what is nobody's business but this process's.
fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only there a new file has a mode"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A file's name is kept in its folder, which is written on its own.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        _ if cfg!(not(unix)) => Ok(()),
        Some(folder) if folder.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// Opens a file that is there. One that is gone is not made: a store that had it open is not to go on with an empty one.
pub(super) fn open(path: &Path, cache: usize) -> Result<Opened, OpenError> {
    let failed = |error: io::Error| explain(path, Error::Io(error));
    let file = OpenOptions::new().read(true).write(true).open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.len() == 0 {
        return Err(OpenError::Empty(shown(path)));
    }
    let identity = Identity::of(&metadata);
    let opened = contained(|| {
        let database = database(file, cache, true)?;
        let owner = tables::owner(&database.begin_read()?)?;
        Ok((database, owner))
    });
    match opened.map_err(|error| explain(path, error))? {
        (database, Owner::Ours(last_version)) => Ok(Opened { database, last_version, identity }),
        (_, Owner::OtherLayout(layout)) => Err(OpenError::OtherLayout(shown(path), layout)),
        (_, Owner::Another) => Err(OpenError::OtherKind(shown(path))),
    }
}

/// Every page is checked at opening: what is damaged is said then, in words, and not found later by a panic.
fn database(file: File, cache: usize, check: bool) -> Result<Database, DatabaseError> {
    redb::Builder::new()
        .set_cache_size(cache)
        .set_check_integrity_on_open(check)
        .create_with_backend(FileBackend::new(file)?)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the operating system says, and how the answer has to end: with what to do.
    #[test]
    fn every_error_says_what_to_do() {
        let cases = [
            (ErrorKind::NotFound, "put it back"),
            (ErrorKind::NotADirectory, "make it first"),
            (ErrorKind::IsADirectory, "give the path of a file in it"),
            (ErrorKind::PermissionDenied, "change its owner or its mode"),
            (ErrorKind::ReadOnlyFilesystem, "change its owner or its mode"),
            (ErrorKind::InvalidData, "or that of a file that does not exist yet"),
            (ErrorKind::UnexpectedEof, "or move it away to begin with an empty one"),
            (ErrorKind::StorageFull, "make some"),
            (ErrorKind::QuotaExceeded, "make some"),
            (ErrorKind::FileTooLarge, "make some"),
            (ErrorKind::TimedOut, "look at its disk"),
        ];
        for (kind, advice) in cases {
            let words = explain(Path::new("/data/store"), Error::Io(kind.into())).to_string();
            assert!(words.ends_with(advice), "{kind:?}: {words}");
            assert!(words.contains("`/data/store`"), "{kind:?}: {words}");
        }
        let cases = [
            (Error::DatabaseAlreadyOpen, "give this one a file of its own"),
            (Error::LockProtocolMismatch, "give this one a file of its own"),
            (Error::Corrupted("a page".to_owned()), "or move it away to begin with an empty one"),
            (Error::TransactionPoisoned, "or move it away to begin with an empty one"),
            (Error::UpgradeRequired(9), "use the release that wrote it"),
            (Error::PreviousIo, "look at its disk"),
            (Error::DatabaseClosed, "look at its disk"),
        ];
        for (error, advice) in cases {
            let words = explain(Path::new("/data/store"), error).to_string();
            assert!(words.ends_with(advice), "{words}");
            assert!(words.contains("`/data/store`"), "{words}");
        }
    }

    #[test]
    fn a_panic_is_an_error_with_its_words() {
        let said = |run: fn()| {
            let result = contained(|| {
                run();
                Ok(())
            });
            result.map_err(|error| error.to_string())
        };
        assert_eq!(said(|| {}), Ok(()));
        let cases: [(fn(), &str); 3] = [
            (|| panic!("a word"), "DB corrupted: a word"),
            (|| panic!("{} words", 2), "DB corrupted: 2 words"),
            (|| std::panic::panic_any(3), "DB corrupted: it cannot be read"),
        ];
        for (run, expected) in cases {
            assert_eq!(said(run), Err(expected.to_owned()));
        }
    }
}
