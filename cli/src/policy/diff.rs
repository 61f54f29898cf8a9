//! `playgate policy diff`.

use super::folder::Folder;
use crate::{Answer, print_json, print_lines};
use clap::Args;
use rights::diff::diff;
use std::path::PathBuf;

/// Say what viewers gain and lose from one version of a policy folder to another
///
/// Exact: for any viewer at any time, the two versions differ if and only if a row says so.
#[derive(Args)]
pub(crate) struct Diff {
    /// The folder as it was
    old: PathBuf,
    /// The folder as it is to be
    new: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

impl Diff {
    pub(crate) fn run(self) -> Answer {
        let old = Folder::usable(&self.old, self.json)?;
        let new = Folder::usable(&self.new, self.json)?;
        let difference = diff(&old, &new);
        if self.json {
            print_json(&difference.to_json())
        } else {
            print_lines(difference.to_text().trim_end())
        }
    }
}
