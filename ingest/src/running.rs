//! The demo that runs on this machine: it leaves a file about itself that only its owner can read.

use crate::{Packager, Server};
use serde::Deserialize;
use std::path::{Path, PathBuf};

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

impl Running {
    /// The one at this address.
    pub(crate) fn find(address: &str) -> Result<(Self, Server), String> {
        Self::find_in(&std::env::temp_dir(), address)
    }

    fn find_in(folder: &Path, address: &str) -> Result<(Self, Server), String> {
        let wanted = address.trim_end_matches('/').replace("://127.0.0.1", "://localhost");
        let entries =
            std::fs::read_dir(folder).map_err(|problem| format!("{}: {problem}", folder.display()))?;
        let folders = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| is_own(path));
        for folder in folders {
            let Ok(text) = std::fs::read_to_string(folder.join("ingest.json")) else { continue };
            let Ok(running) = serde_json::from_str::<Self>(&text) else { continue };
            if running.address == wanted {
                let packager = Packager {
                    url: running.api.clone(),
                    name: running.packager.clone(),
                    password: folder.join("packager.txt"),
                };
                let login = folder.join("admin.login");
                let server = Server { url: running.api.clone(), login, packager: Some(packager) };
                return Ok((running, server));
            }
        }
        Err(format!(
            "no demo of yours runs at {address} on this machine; start it with `playgate demo`, or leave out --demo"
        ))
    }
}

/// A demo's folder that nobody else may enter: who can read it is who made it.
fn is_own(path: &Path) -> bool {
    let named = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("playgate-demo-"));
    let Ok(kind) = std::fs::symlink_metadata(path) else { return false };
    // The last six bits are what a group and others may do.
    #[cfg(unix)]
    let closed = std::os::unix::fs::PermissionsExt::mode(&kind.permissions()).trailing_zeros() >= 6;
    #[cfg(not(unix))]
    let closed = true;
    named && kind.is_dir() && closed
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn only_a_closed_folder_speaks_for_a_demo() {
        let temporary = std::env::temp_dir().join(format!("playgate-running-{}", std::process::id()));
        let folder = temporary.join("playgate-demo-1");
        std::fs::create_dir_all(&folder).unwrap();
        let text = r#"{"address":"http://localhost:8700","api":"http://127.0.0.1:1","content":"/c","packager":"demo"}"#;
        std::fs::write(folder.join("ingest.json"), text).unwrap();
        for (mode, address, found) in [
            (0o700, "http://localhost:8700", true),
            (0o700, "http://localhost:8700/", true),
            (0o700, "http://127.0.0.1:8700", true),
            (0o700, "http://localhost:8701", false),
            (0o700, "https://demo.example.com", false),
            (0o755, "http://localhost:8700", false),
            (0o770, "http://localhost:8700", false),
        ] {
            std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(Running::find_in(&temporary, address).is_ok(), found, "{mode:o} {address}");
        }
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
        let (running, server) = Running::find_in(&temporary, "http://localhost:8700").unwrap();
        assert_eq!((running.content, server.url.as_str()), (PathBuf::from("/c"), "http://127.0.0.1:1"));
        std::fs::write(folder.join("ingest.json"), "{}").unwrap();
        assert!(Running::find_in(&temporary, "http://localhost:8700").is_err());
        std::fs::remove_dir_all(temporary).unwrap();
    }
}
