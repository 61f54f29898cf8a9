//! Files that anybody may have put there: opened without waiting for whoever writes them, and read up to a bound.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::path::Path;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long a pipe may take to bring a secret.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unread {
    /// Nothing is there.
    #[error("there is no such file; check the path")]
    Missing,
    /// Something is there that is no file.
    #[error("this is {0}, and no file; put a file there")]
    Kind(&'static str),
    /// A pipe that brings nothing, or has no end.
    #[error("nobody has written into this pipe, to its end, within {} seconds", .0.as_secs())]
    Silent(Duration),
    /// It is larger than what it should be can be.
    #[error("it has more than {0} bytes, which is too much for what it should be; check the path")]
    TooLarge(u64),
    /// It cannot be opened or read.
    #[error("{0}")]
    Failed(String),
}

impl From<std::io::Error> for Unread {
    fn from(problem: std::io::Error) -> Self {
        match problem.kind() {
            ErrorKind::NotFound => Self::Missing,
            ErrorKind::PermissionDenied => Self::Failed("you may not read it; ask whose it is".to_owned()),
            ErrorKind::InvalidData => Self::Failed("this is no text in UTF-8; check the path".to_owned()),
            _ => Self::Failed(problem.to_string()),
        }
    }
}

/// Opens a file, and nothing that is none.
pub(crate) fn open(path: &Path) -> Result<File, Unread> {
    // Before it is opened, for some devices do something when they are; and after, for it may have become another one between.
    is_file(&std::fs::metadata(path)?)?;
    let file = without_waiting(path)?;
    is_file(&file.metadata()?)?;
    Ok(file)
}

fn without_waiting(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use nix::fcntl::OFlag;
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits());
    }
    options.open(path)
}

/// The text of a file, or of a pipe, in which shells hand over what shall be in no file: of a secret.
pub(crate) fn secret(path: &Path, most: u64) -> Result<Zeroizing<String>, Unread> {
    secret_within(path, most, PATIENCE)
}

fn secret_within(path: &Path, most: u64, patience: Duration) -> Result<Zeroizing<String>, Unread> {
    if !is_pipe(&std::fs::metadata(path)?) {
        return text(path, most);
    }
    let begun = Instant::now();
    let mut pipe = without_waiting(path)?;
    let room = usize::try_from(most).unwrap_or(usize::MAX).saturating_add(1);
    let mut bytes = Zeroizing::new(vec![0; room]);
    let mut length = 0;
    while let Some(rest) = bytes.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match pipe.read(rest) {
            // Its end; or nobody has opened it for writing so far.
            Ok(0) if length > 0 => break,
            Ok(0) => {}
            Ok(read) => {
                length += read;
                continue;
            }
            Err(problem) if matches!(problem.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(problem) => return Err(problem.into()),
        }
        if begun.elapsed() > patience {
            return Err(Unread::Silent(patience));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    if length == room {
        return Err(Unread::TooLarge(most));
    }
    let text = std::str::from_utf8(bytes.get(..length).unwrap_or_default());
    let no_text = || Unread::from(std::io::Error::from(ErrorKind::InvalidData));
    text.map(|text| Zeroizing::new(text.to_owned())).map_err(|_| no_text())
}

/// The text of a file of at most so many bytes.
pub(crate) fn text(path: &Path, most: u64) -> Result<Zeroizing<String>, Unread> {
    let file = open(path)?;
    let length = file.metadata()?.len();
    if length > most {
        return Err(Unread::TooLarge(most));
    }
    // Room for all of it at once: a text that grows leaves copies behind.
    let mut text = Zeroizing::new(String::with_capacity(usize::try_from(length).unwrap_or_default() + 1));
    file.take(most + 1).read_to_string(&mut text)?;
    if text.len() as u64 > most { Err(Unread::TooLarge(most)) } else { Ok(text) }
}

fn is_file(about: &Metadata) -> Result<(), Unread> {
    if about.is_file() { Ok(()) } else { Err(Unread::Kind(kind(about))) }
}

#[cfg(unix)]
fn kind(about: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = about.file_type();
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(unix)]
fn is_pipe(about: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    about.file_type().is_fifo()
}

#[cfg(not(unix))]
fn is_pipe(_about: &Metadata) -> bool {
    false
}

#[cfg(not(unix))]
fn kind(about: &Metadata) -> &'static str {
    if about.is_dir() { "a folder" } else { "a device" }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use nix::sys::stat::Mode;
    use std::os::unix::net::UnixListener;

    #[test]
    fn only_files_are_read_and_no_more_than_they_may_have() {
        let folder = std::env::temp_dir().join(format!("playgate-reading-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("folder")).unwrap();
        let at = |name: &str| folder.join(name);
        nix::unistd::mkfifo(&at("pipe"), Mode::S_IRWXU).unwrap();
        let _socket = UnixListener::bind(at("socket")).unwrap();
        std::fs::write(at("file"), "12345").unwrap();
        std::fs::write(at("long"), "123456").unwrap();
        std::fs::write(at("bytes"), b"\xff\xfe").unwrap();
        File::create(at("sparse")).unwrap().set_len(1 << 40).unwrap();
        std::os::unix::fs::symlink("file", at("link")).unwrap();
        std::os::unix::fs::symlink("pipe", at("link-to-pipe")).unwrap();
        std::os::unix::fs::symlink("nothing", at("link-to-nothing")).unwrap();
        for (name, expected) in [
            ("file", Ok("12345")),
            ("link", Ok("12345")),
            ("pipe", Err("this is a pipe, and no file")),
            ("link-to-pipe", Err("this is a pipe, and no file")),
            ("folder", Err("this is a folder, and no file")),
            ("socket", Err("this is a socket, and no file")),
            ("/dev/zero", Err("this is a device, and no file")),
            ("nothing", Err("there is no such file")),
            ("link-to-nothing", Err("there is no such file")),
            ("long", Err("it has more than 5 bytes")),
            ("sparse", Err("it has more than 5 bytes")),
            ("bytes", Err("this is no text in UTF-8")),
        ] {
            match (text(&folder.join(name), 5), expected) {
                (Ok(found), Ok(wanted)) => assert_eq!(found.as_str(), wanted, "{name}"),
                (Err(said), Err(words)) => assert!(said.to_string().contains(words), "{name}: {said}"),
                (found, _) => panic!("{name}: {found:?}"),
            }
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_secret_may_come_through_a_pipe_that_ends() {
        use std::io::Write as _;
        let path = std::env::temp_dir().join(format!("playgate-secret-pipe-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        nix::unistd::mkfifo(&path, Mode::S_IRWXU).unwrap();
        let brought = |parts: &'static [&'static str], most: u64| {
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let mut pipe = OpenOptions::new().write(true).open(&path).unwrap();
                    for part in parts {
                        std::thread::sleep(Duration::from_millis(30));
                        // Whoever has read enough is gone.
                        let _ = pipe.write_all(part.as_bytes());
                    }
                });
                secret_within(&path, most, Duration::from_secs(20)).map(|text| text.to_string())
            })
        };
        assert_eq!(brought(&["se", "cret\n"], 100).unwrap(), "secret\n");
        assert!(matches!(brought(&["12345"], 4), Err(Unread::TooLarge(4))));
        let begun = Instant::now();
        let silent = secret_within(&path, 100, Duration::from_millis(50));
        assert!(matches!(silent, Err(Unread::Silent(_))) && begun.elapsed() < Duration::from_secs(10));
        std::fs::remove_file(&path).unwrap();
    }
}
