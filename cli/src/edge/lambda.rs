//! What Lambda@Edge takes: a folder, and the same as one archive.

use super::build::shared;
use super::folder::Files;
use super::materials::Finished;
use super::module::Module;
use crate::Failure;
use rights::Bundle;
use rights::language::Problem;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// The archive's name in the folder.
pub(super) const ARCHIVE: &str = "playgate-edge.zip";

/// The largest archives that CloudFront takes for viewers' events, and for any.
const MOST_FOR_VIEWERS: usize = 1_000_000;
const MOST: usize = 50_000_000;

const PACKAGE: &str = "{\"name\":\"playgate-edge\",\"private\":true,\"type\":\"module\"}\n";

/// All files. The keys are among them: a function at the edge has no other way to get any.
pub(super) fn files(
    module: &Module,
    materials: &Finished,
    bundle: &Bundle<Vec<u8>>,
) -> Result<Files, Failure> {
    let mut files = shared(module, &[("index.mjs", module.lambda)], materials, bundle.bytes());
    files.put("package.json", PACKAGE.as_bytes());
    files.put_secret("keys.json", materials.keys_json().as_bytes());
    let archive = archive(&files).map_err(|error| Failure::about(ARCHIVE, error))?;
    files.put_secret(ARCHIVE, &archive);
    Ok(files)
}

/// Whether `CloudFront` would take an archive of that size.
pub(super) fn check_size(bytes: usize, problems: &mut Vec<Problem>) {
    let problem = |what: String| Problem::of_folder("archive-size", what);
    let help = "a smaller table of addresses makes most of the difference";
    if bytes > MOST {
        let what = format!("the archive has {bytes} bytes, and Lambda@Edge takes {MOST} at most");
        problems.push(problem(what).help(help));
    } else if bytes > MOST_FOR_VIEWERS {
        let what = format!(
            "the archive has {bytes} bytes; with more than {MOST_FOR_VIEWERS} it may be taken for origin-request only"
        );
        problems.push(problem(what).help(help).warning());
    }
}

/// The same files give the same bytes: no clock, and an order that is always the same.
fn archive(files: &Files) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default())
        // Lambda runs as another user than the one that the files are unpacked for.
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files.iter() {
        writer.start_file(file.name.as_str(), options)?;
        writer.write_all(&file.bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rights::language::Severity;

    #[test]
    fn an_archive_that_is_not_taken_is_refused() {
        for (bytes, severity) in [
            (0, None),
            (1_000_000, None),
            (1_000_001, Some(Severity::Warning)),
            (50_000_000, Some(Severity::Warning)),
            (50_000_001, Some(Severity::Error)),
        ] {
            let mut problems = Vec::new();
            check_size(bytes, &mut problems);
            assert_eq!(problems.first().map(|problem| problem.severity), severity, "{bytes}");
        }
    }
}
