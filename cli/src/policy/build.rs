//! `playgate policy build`.

use super::folder::{Folder, counted};
use crate::{Answer, Failure, print, print_json};
use clap::Args;
use rights::Bundle;
use rights::model::Policy;
use serde_json::json;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Compiles a policy folder to the bundle that decides
///
/// The same folder gives the same bytes, everywhere. A folder with a mistake builds nothing.
#[derive(Args)]
pub(crate) struct Build {
    /// The folder with the policy files
    dir: PathBuf,
    /// Where to put the bundle
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Build {
    pub(crate) fn run(self) -> Answer {
        let policy = Folder::usable(&self.dir)?;
        let bundle = compiled(&policy)?;
        whole_file(&self.output, bundle.bytes())?;
        let (grants, blackouts) = (policy.grants.len(), policy.blackouts.len());
        if self.json {
            return print_json(&json!({
                "policy": bundle.name(),
                "bytes": bundle.bytes().len(),
                "grants": grants,
                "blackouts": blackouts,
            }));
        }
        let (grants, blackouts) = (counted(grants, "grant"), counted(blackouts, "blackout"));
        print(&format!("{}: {grants}, {blackouts}, {} bytes", bundle.name(), bundle.bytes().len()))
    }
}

/// The policy as what decides.
pub(super) fn compiled(policy: &Policy) -> Result<Bundle<Vec<u8>>, Failure> {
    let refused = |error: &dyn std::fmt::Display| Failure::Refused(error.to_string());
    let bytes = rights::compile(policy).map_err(|error| refused(&error))?;
    Bundle::open(bytes).map_err(|error| refused(&error))
}

/// Writes a file whole, or leaves what was there: a half-written one is never seen under its name.
pub(super) fn whole_file(path: &Path, bytes: &[u8]) -> Answer {
    let about = |error: std::io::Error| Failure::about(&path.display().to_string(), error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if std::fs::metadata(path).is_ok_and(|kind| !kind.is_file()) {
        // A pipe or a device, such as /dev/stdout, cannot be replaced.
        return std::fs::write(path, bytes).map_err(about);
    }
    let name = path
        .file_name()
        .ok_or_else(|| Failure::about(&path.display().to_string(), "this is no file name"))?;
    let draft = folder.join(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
    let written = std::fs::File::create(&draft)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&draft, path));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&draft);
        about(error)
    })
}
