//! `playgate policy build`.

use super::folder::{Folder, counted, without_grants};
use super::output::Output;
use crate::{Answer, Failure, print, print_json, remark};
use clap::Args;
use rights::Bundle;
use rights::model::Policy;
use serde_json::json;
use std::path::PathBuf;

/// Compile a policy folder to the bundle that decides
///
/// The same folder gives the same bytes, everywhere. A folder with a mistake builds nothing.
#[derive(Args)]
pub(crate) struct Build {
    /// The folder with the policy files
    dir: PathBuf,
    /// Where to put the bundle, outside of DIR; `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

impl Build {
    pub(crate) fn run(self) -> Answer {
        let policy = Folder::usable(&self.dir, self.json)?;
        let output = Output::named(&self.output, &self.dir, self.json)?;
        let bundle = compiled(&policy)?;
        output.write(bundle.bytes())?;
        if let Some(problem) = without_grants(&policy) {
            remark(&problem.to_string());
        }
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
        let text = format!("{}: {grants}, {blackouts}, {} bytes", bundle.name(), bundle.bytes().len());
        match output {
            Output::File(_) => print(&text),
            Output::Stdout => {
                remark(&text);
                Ok(())
            }
        }
    }
}

/// The policy as what decides.
pub(super) fn compiled(policy: &Policy) -> Result<Bundle<Vec<u8>>, Failure> {
    let refused = |error: &dyn std::fmt::Display| Failure::Refused(error.to_string());
    let bytes = rights::compile(policy).map_err(|error| refused(&error))?;
    Bundle::open(bytes).map_err(|error| refused(&error))
}
