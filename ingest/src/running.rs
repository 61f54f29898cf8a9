//! The demo that runs on this machine: it leaves a file about itself that only its owner can read.

use crate::api::Api;
use crate::reading;
use crate::stop::Stop;
use crate::{IngestError, Packager, Server};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The most bytes that a demo says about itself.
const LARGEST: u64 = 64 * 1024;

/// What a running demo says of itself, in `ingest.json` of the folder that goes with it.
#[derive(Debug, Deserialize)]
pub(crate) struct Running {
    /// Where its page is, such as `http://localhost:8700`.
    address: String,
    /// Where its origin API listens.
    api: String,
    /// Its content folder.
    pub(crate) content: PathBuf,
    packager: String,
}

/// One that may run, and the folder that speaks for it.
struct Left {
    folder: PathBuf,
    running: Running,
    server: Server,
}

impl Running {
    /// The one that answers at this address.
    pub(crate) async fn find(address: &str, stop: &Stop) -> Result<(Self, Server), IngestError> {
        Self::find_in(&std::env::temp_dir(), address, stop).await
    }

    async fn find_in(temporary: &Path, address: &str, stop: &Stop) -> Result<(Self, Server), IngestError> {
        let mut dead = None;
        for Left { folder, running, server } in left(temporary, address)? {
            match is_alive(&running, &server, stop).await {
                Ok(()) => return Ok((running, server)),
                Err(IngestError::Stopped) => return Err(IngestError::Stopped),
                Err(problem) => dead = Some((folder, problem)),
            }
        }
        let what_to_do = "start it with `playgate demo`, or leave out --demo";
        let words = match dead {
            Some((folder, problem)) => format!(
                "no demo of yours runs at {address} any more, though one left {} ({}); {what_to_do}",
                folder.display(),
                problem.to_string().trim_end_matches("; is it running?")
            ),
            None => format!("no demo of yours runs at {address} on this machine; {what_to_do}"),
        };
        Err(words.into())
    }
}

/// Those that said that they are at this address. One that was killed could not take that back.
fn left(temporary: &Path, address: &str) -> Result<Vec<Left>, String> {
    let wanted = ["://127.0.0.1", "://[::1]"]
        .iter()
        .fold(address.trim_end_matches('/').to_owned(), |address, own| address.replace(own, "://localhost"));
    let entries =
        std::fs::read_dir(temporary).map_err(|problem| format!("{}: {problem}", temporary.display()))?;
    let folders = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| is_own(path));
    let all = folders.filter_map(|folder| {
        let text = reading::text(&folder.join("ingest.json"), LARGEST).ok()?;
        let running: Running = serde_json::from_str(&text).ok()?;
        let packager = Packager {
            url: running.api.clone(),
            name: running.packager.clone(),
            password: folder.join("packager.txt"),
        };
        let server =
            Server { url: running.api.clone(), login: folder.join("admin.login"), packager: Some(packager) };
        (running.address == wanted).then_some(Left { folder, running, server })
    });
    Ok(all.collect())
}

/// Whether it answers at its address, and takes the login that is in the folder: each demo trusts its own only.
async fn is_alive(running: &Running, server: &Server, stop: &Stop) -> Result<(), IngestError> {
    let at_its_address = Server { url: running.address.clone(), login: server.login.clone(), packager: None };
    Api::new(&at_its_address)?.has("demo/ingest", stop).await.map(|_| ())
}

/// A folder of this user that nobody else may enter: who can read it is who made it.
fn is_own(path: &Path) -> bool {
    let named = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("playgate-demo-"));
    // Not through a link: what it leads to may have been made by somebody else for something else.
    named && std::fs::symlink_metadata(path).is_ok_and(|kind| kind.is_dir() && is_closed(&kind))
}

#[cfg(unix)]
fn is_closed(folder: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    // The last six bits are what a group and others may do. Root may enter every folder: that it is closed does not say whose it is.
    folder.mode().trailing_zeros() >= 6 && folder.uid() == nix::unistd::Uid::effective().as_raw()
}

#[cfg(not(unix))]
fn is_closed(_: &std::fs::Metadata) -> bool {
    true
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::TcpListener;
    use std::os::unix::fs::PermissionsExt as _;

    fn temporary(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("playgate-running-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    /// What a demo leaves, with a login of its own.
    fn leave(temporary: &Path, name: &str, address: &str, login: &str) -> PathBuf {
        let folder = temporary.join(name);
        std::fs::create_dir(&folder).unwrap();
        let said = serde_json::json!({
            "address": address, "api": "http://127.0.0.1:1", "content": format!("/{name}"), "packager": "demo",
        });
        std::fs::write(folder.join("ingest.json"), said.to_string()).unwrap();
        std::fs::write(folder.join("admin.login"), login).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
        folder
    }

    /// A demo that takes one login only, and says where it is.
    fn demo(login: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut stream = BufReader::new(stream);
                let lines = stream.by_ref().lines().map_while(Result::ok);
                let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
                let wanted = format!("authorization: bearer {login}");
                let known = head.iter().any(|line| line.to_lowercase() == wanted);
                let (status, reason) = if known { (404, "unknown_title") } else { (401, "signature") };
                let body = format!("{{\"reason\":\"{reason}\"}}");
                let length = body.len();
                let _ = write!(
                    stream.get_mut(),
                    "HTTP/1.1 {status} x\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
            }
        });
        address
    }

    #[test]
    fn only_a_closed_folder_of_ones_own_speaks_for_a_demo() {
        let temporary = temporary("own");
        let folder = leave(&temporary, "playgate-demo-1", "http://localhost:8700", "login");
        leave(&temporary, "something-else", "http://localhost:8700", "login");
        std::os::unix::fs::symlink("something-else", temporary.join("playgate-demo-2")).unwrap();
        for (mode, address, found) in [
            (0o700, "http://localhost:8700", 1),
            (0o700, "http://localhost:8700/", 1),
            (0o700, "http://127.0.0.1:8700", 1),
            (0o700, "http://[::1]:8700", 1),
            (0o700, "http://localhost:8701", 0),
            (0o700, "https://demo.example.com", 0),
            (0o755, "http://localhost:8700", 0),
            (0o770, "http://localhost:8700", 0),
            (0o701, "http://localhost:8700", 0),
        ] {
            std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(left(&temporary, address).unwrap().len(), found, "{mode:o} {address}");
        }
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
        // Whoever is root can make it somebody else's, and enter it still.
        if nix::unistd::Uid::effective().is_root() {
            std::os::unix::fs::chown(&folder, Some(12_345), None).unwrap();
            assert_eq!(left(&temporary, "http://localhost:8700").unwrap().len(), 0, "another's");
            std::os::unix::fs::chown(&folder, Some(0), None).unwrap();
        }
        std::fs::write(folder.join("ingest.json"), "{}").unwrap();
        assert_eq!(left(&temporary, "http://localhost:8700").unwrap().len(), 0, "it says nothing");
        std::fs::remove_file(folder.join("ingest.json")).unwrap();
        nix::unistd::mkfifo(&folder.join("ingest.json"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(left(&temporary, "http://localhost:8700").unwrap().len(), 0, "nobody waits for a pipe");
        std::fs::remove_dir_all(temporary).unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_one_that_lives_is_found_among_those_that_were_killed() {
        let temporary = temporary("alive");
        let address = demo("alive");
        let stop = Stop::listen();
        leave(&temporary, "playgate-demo-1", &address, "killed");
        let said = Running::find_in(&temporary, &address, &stop).await.unwrap_err().to_string();
        assert!(
            said.contains("any more, though one left ") && said.contains("/playgate-demo-1 (http"),
            "another has its address now: {said}"
        );
        for name in ["playgate-demo-0", "playgate-demo-3"] {
            leave(&temporary, name, &address, "killed");
        }
        leave(&temporary, "playgate-demo-2", &address, "alive");
        let (running, server) = Running::find_in(&temporary, &address, &stop).await.unwrap();
        assert_eq!(
            (running.content, server.url.as_str()),
            (PathBuf::from("/playgate-demo-2"), "http://127.0.0.1:1")
        );
        leave(&temporary, "playgate-demo-4", "http://localhost:1", "killed");
        for (address, words) in [
            ("http://localhost:1", "playgate-demo-4 (http://localhost:1 does not answer: Connection refused"),
            ("http://localhost:2", "no demo of yours runs at http://localhost:2 on this machine; start it"),
        ] {
            let said = Running::find_in(&temporary, address, &stop).await.unwrap_err().to_string();
            assert!(said.contains(words), "{said}");
        }
        let stopped = Running::find_in(&temporary, &address, &Stop::requested_already()).await;
        assert!(matches!(stopped, Err(IngestError::Stopped)));
        std::fs::remove_dir_all(temporary).unwrap();
    }
}
